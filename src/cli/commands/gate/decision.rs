//! An approval or a refusal: checked, written, and what it comes to.

use std::collections::HashMap;

use chrono::{DateTime, FixedOffset};

use super::approver;
use super::case::{self, Case, Options, Standings};
use super::committed::Subject;
use crate::analysis::gates::{Flaw, Gates, Judged, JudgedApproval, Policy, Proof};
use crate::cli::args::Global;
use crate::cli::commands::Status;
use crate::cli::context::Context;
use crate::cli::error::Error;
use crate::cli::write;
use crate::diagnostic::Span;
use crate::edit::{Edit, Value};
use crate::model::facts::{ApprovalFacts, Commit, Facts, Given, Introduction, Signature, Who};
use crate::model::portfolio::{Person, Provenance};
use crate::model::release::Decision;
use crate::model::{Id, Portfolio};
use crate::report::gate::decision::{self as view, Decision as View, Standing};

/// What somebody wants to decide.
#[derive(Debug)]
pub struct Ask<'a> {
    /// The release and the gate.
    pub place: [String; 2],
    /// Yes or no.
    pub decision: Decision,
    /// The role, where it is named.
    pub role: Option<&'a str>,
    /// What to note beside it.
    pub note: Option<&'a str>,
    /// Who, and whether only to try.
    pub options: &'a Options,
}

impl Ask<'_> {
    /// Decides.
    pub fn run(&self, global: &Global) -> Result<Status, Error> {
        let (command, schema) = match self.decision {
            Decision::Approved => ("gate approve", view::APPROVE),
            Decision::Rejected => ("gate reject", view::REJECT),
        };
        let (context, lock) = write::open(global, command, self.options.dry_run)?;
        context.note_findings();
        let [release, gate] = &self.place;
        let mut case = Case::open(&context, release, gate)?;
        let portfolio = &context.loaded.portfolio;
        let person = approver::person(&context, self.options.person.as_deref())?;
        let role = approver::role(portfolio, &case.gate, person, self.role)?;
        let made = if let Some(entry) = standing(&case.gate, person, role, self.decision) {
            stands(&context, &case, entry)
        } else {
            self.committed(&context, &case, person, role)?;
            self.make(&context, &mut case, person, role)?
        };
        if !self.options.dry_run {
            case.draft.write(&context)?;
        }
        drop(lock);
        let view = self.view(&context, &case, person, role, made, schema);
        case::show(global, &view)
    }

    /// Refuses to decide on what nobody else has, and in a role that nobody else knows of.
    fn committed(&self, context: &Context<'_>, case: &Case<'_>, person: &Person, role: &Id) -> Result<(), Error> {
        let Some(head) = &case.head else { return Ok(()) };
        let [release, gate] = &self.place;
        head.holds(&case.draft, Subject { release, gate, person: &person.id })?;
        let provenance = Policy::of(&context.loaded.portfolio).provenance;
        let uncommitted = |what: String, why: &str| {
            let hint = format!("commit `relm.yaml` first, in a commit of its own: {why}");
            Err(Error::input(format!("{what} only by a change that is not committed")).hint(hint))
        };
        if provenance != Provenance::None && !head.gives(&person.id, role) {
            let what = format!("`{}` holds the role `{role}`", person.id);
            return uncommitted(what, "a role must be held before");
        }
        if provenance != Provenance::Signed || self.decision == Decision::Rejected || head.lists_key(&person.id) {
            return Ok(());
        }
        if person.signing_keys.is_empty() {
            let message =
                format!("`{}` has no `signing_keys` in `relm.yaml`, so no signature could be verified", person.id);
            let error = Error::usage(format!("{message}: the approval would count for nothing"));
            return Err(error.hint("list the fingerprint of the key, and commit that first"));
        }
        uncommitted(format!("`{}` has a signing key", person.id), "a key must be listed before it signs")
    }

    /// Writes the entry into the draft, and refuses where it would count for nothing.
    fn make(&self, context: &Context<'_>, case: &mut Case<'_>, person: &Person, role: &Id) -> Result<Made, Error> {
        let at = case::now(context).to_string();
        let mut fields: Vec<(&str, Value)> = vec![
            ("role", role.as_str().into()),
            ("by", person.id.as_str().into()),
            ("at", at.as_str().into()),
            ("decision", self.decision.as_str().into()),
        ];
        fields.extend(self.note().map(|note| ("note", note.into())));
        let entry = Value::mapping(fields);
        let document = case.document(context);
        let gate = case.gate.id.as_str();
        case.draft.edit(&if case.gate.written.is_some() {
            Edit::append(document, ["gates", gate, "approvals"], entry)
        } else {
            let gate = Value::mapping([("id", gate.into()), ("approvals", Value::List(vec![entry]))]);
            Edit::append(document, ["gates"], gate)
        })?;
        let after = case.preview(context)?;
        let lost = || Error::input(format!("the decision is not found again in `{}`", case.draft.file()));
        let now = case.judged(after.gates(), context).ok_or_else(lost)?;
        let span = now.approvals.last().map(|entry| entry.approval.span).ok_or_else(lost)?;
        let facts = once_committed(&after, span, &person.id);
        let then = case.judged(Gates { facts: &facts, ..after.gates() }, context).ok_or_else(lost)?;
        let entry = then.approvals.last().ok_or_else(lost)?;
        counts(&context.loaded.portfolio, case, entry, person)?;
        let standings = Standings { after: Standing::of(&now), committed: Standing::of(&then) };
        Ok(Made { standings, line: case::line(&case.draft, span), at: Some(at), note: self.note() })
    }

    fn note(&self) -> Option<String> {
        self.note.map(str::trim).filter(|note| !note.is_empty()).map(str::to_owned)
    }

    fn view(
        &self,
        context: &Context<'_>,
        case: &Case<'_>,
        person: &Person,
        role: &Id,
        made: Made,
        schema: &'static str,
    ) -> View {
        let [release, gate] = &self.place;
        let verb = if self.decision == Decision::Approved { "Approve" } else { "Reject" };
        let commit = case.commit(context, &format!("{verb} {release}/{gate} as {role}"));
        let commit = commit.filter(|_| !self.options.dry_run);
        let notes = commit.as_ref().and_then(|_| case.other_changes()).into_iter().collect();
        let reverse = format!("relm gate approve {release} {gate} --role {role}");
        View {
            written: case.draft.is_changed() && !self.options.dry_run,
            dry_run: self.options.dry_run,
            decision: self.decision.as_str(),
            by: person.id.to_string(),
            role: Some(role.to_string()),
            at: made.at,
            note: made.note,
            commit,
            reverse: (self.decision == Decision::Rejected).then_some(reverse),
            notes,
            ..case.view(context, schema, made.standings, made.line)
        }
    }
}

/// A decision in the file.
struct Made {
    standings: Standings,
    line: Option<usize>,
    at: Option<String>,
    note: Option<String>,
}

/// The same decision of the same person and role, if that is the last word: it counts, or will once it is committed.
fn standing<'j, 'g>(
    gate: &'j Judged<'g>,
    person: &Person,
    role: &Id,
    decision: Decision,
) -> Option<&'j JudgedApproval<'g>> {
    let same = |entry: &&JudgedApproval<'_>| entry.approval.by == person.id && entry.approval.role == *role;
    let last = gate.approvals.iter().rfind(same)?;
    let is_new = matches!(last.flaws[..], [Flaw::Unverified(Proof::Uncommitted)]);
    let counts = last.holds && last.flaws.is_empty();
    (last.decision() == decision && (counts || is_new)).then_some(last)
}

/// What stands already.
fn stands(context: &Context<'_>, case: &Case<'_>, entry: &JudgedApproval<'_>) -> Made {
    let span = entry.approval.span;
    let facts = once_committed(context, span, &entry.approval.by);
    let then = case.judged(Gates { facts: &facts, ..context.gates() }, context);
    let after = Standing::of(&case.gate);
    let committed = then.as_ref().map_or_else(|| after.clone(), Standing::of);
    let written = entry.approval;
    Made {
        standings: Standings { after, committed },
        line: case::line(&case.draft, span),
        at: written.at.as_ref().map(ToString::to_string),
        note: written.note.as_ref().map(ToString::to_string),
    }
}

/// Refuses an entry that would count for nothing even when it is committed as the policy demands.
fn counts(portfolio: &Portfolio, case: &Case<'_>, entry: &JudgedApproval<'_>, person: &Person) -> Result<(), Error> {
    let release = &portfolio.releases[case.release].id;
    let (by, role) = (&person.id, &entry.approval.role);
    let nothing = |why: String| Error::usage(format!("{why}: the approval would count for nothing"));
    let separated = |why: String| {
        let error = nothing(why).hint("`approvals.separation_of_duties` in `relm.yaml` asks for somebody else");
        approver::with_holders(error, portfolio, &[role], person)
    };
    match entry.flaws.first() {
        None if entry.holds => Ok(()),
        None => {
            let message =
                format!("an entry of `{by}` as `{role}` has a later time than now, so this one would not hold");
            Err(Error::usage(message).hint(format!("correct `at` of that entry in `{}`", case.draft.file())))
        }
        Some(Flaw::Owner(owner)) if *owner == by => Err(separated(format!("`{by}` owns `{release}`"))),
        Some(Flaw::Owner(owner)) => Err(separated(format!("`{by}` is of the team `{owner}`, which owns `{release}`"))),
        Some(Flaw::WroteScope(projects)) => {
            let projects = projects.iter().map(|project| format!("`{project}`")).collect::<Vec<_>>().join(", ");
            Err(separated(format!("`{by}` wrote the scope of `{release}` ({projects})")))
        }
        Some(Flaw::LacksRole(_)) => Err(nothing(format!("`{by}` does not hold the role `{role}`"))),
        Some(Flaw::Stale(_) | Flaw::Unsigned | Flaw::Unverified(Proof::OtherAuthor)) => {
            let error = nothing("the very same entry is in the history already, and does not hold".to_owned());
            Err(error.hint("give another `--note`, or decide at another time"))
        }
        Some(Flaw::Unverified(_)) => {
            let error = nothing("the history of this repository could not prove it".to_owned());
            Err(error.hint("`relm check` says what is wrong with the history"))
        }
    }
}

/// The facts as they will be once the person has committed this entry as the policy demands.
fn once_committed(context: &Context<'_>, span: Span, person: &Id) -> Facts {
    let mut facts = context.facts().clone();
    let provenance = facts.provenance.get_or_insert_default();
    if provenance.is_blind() {
        return facts;
    }
    let who = Who { name: String::new(), email: String::new(), person: Some(person.as_str().into()) };
    let at: DateTime<FixedOffset> = context.clock.now.fixed_offset();
    let signature = Signature::Valid { fingerprint: String::new(), people: vec![person.as_str().into()] };
    let commit =
        Commit { id: String::new(), subject: String::new(), author: who.clone(), committer: who, at, signature };
    let known: &mut HashMap<Span, ApprovalFacts> = &mut provenance.approvals;
    // An entry with the same words that history knows is that entry.
    if known.get(&span).is_some_and(|facts| facts.introduction.is_some()) {
        return facts;
    }
    let introduction = Some(Introduction { commit, at_boundary: false });
    let entry = ApprovalFacts {
        introduction,
        role: Given::Held,
        replaced: None,
        with_criteria: false,
        changed: Vec::new(),
        restored: Vec::new(),
    };
    known.insert(span, entry);
    facts
}
