//! What the rules about approvals share: which entries they judge, and how they speak of commits and people.

use super::environments::is_past;
use super::gating::{is_open, is_read};
use super::{Context, wording};
use crate::analysis::gates::{Flaw, Judged, JudgedApproval, Required, State};
use crate::diagnostic::{Finding, Severity, Subject};
use crate::model::facts::{Commit, Who};
use crate::model::portfolio::Person;
use crate::model::release::{Decision, Release, Status};
use crate::model::{Identified, Kind, Portfolio};

/// An approval of a gate that says yes and that matters: it holds, or is the last that its person gave in its role.
#[derive(Debug, Clone, Copy)]
pub struct Given<'c, 'p> {
    /// The release that has the gate.
    pub release: &'p Release,
    /// The gate.
    pub gate: &'c Judged<'p>,
    /// The entry.
    pub entry: &'c JudgedApproval<'p>,
    /// Nothing will be decided by this gate any more.
    pub is_over: bool,
}

/// The approvals of the gates of a release that could be read, in the order of the file. Those of a release that is called off
/// matter to nobody.
pub fn given<'c, 'p>(cx: &'c Context<'p>, release: usize) -> Vec<Given<'c, 'p>> {
    let manifest = &cx.portfolio.releases[release];
    if manifest.status() == Status::Cancelled {
        return Vec::new();
    }
    let mut found = Vec::new();
    for gate in cx.gates(release).iter().filter(|gate| is_read(cx.portfolio, manifest, gate)) {
        let is_over = is_past(cx, release) && (!is_open(cx, release) || gate.state == State::Passed);
        let yes = gate.approvals.iter().enumerate().filter(|(_, entry)| entry.decision() == Decision::Approved);
        let matters = yes.filter(|(index, entry)| entry.holds || is_last(gate, *index));
        found.extend(matters.map(|(_, entry)| Given { release: manifest, gate, entry, is_over }));
    }
    found
}

/// Whether no later entry in the file is by the same person in the same role.
fn is_last(gate: &Judged<'_>, index: usize) -> bool {
    let approval = gate.approvals[index].approval;
    let same = |other: &JudgedApproval<'_>| other.approval.role == approval.role && other.approval.by == approval.by;
    !gate.approvals[index + 1..].iter().any(same)
}

impl<'p> Given<'_, 'p> {
    /// The subject of a finding about it.
    pub fn subject(&self) -> Subject {
        self.release.subject().at(format!("gates/{}/approvals/{}", self.gate.id, self.entry.approval.by))
    }

    /// The requirement that it is meant for.
    pub fn required(&self) -> Option<&Required<'p>> {
        self.gate.required.iter().find(|required| *self.entry.approval.role == **required.role)
    }

    /// Whether the gate lacks it.
    pub fn is_needed(&self) -> bool {
        self.required().is_some_and(|required| required.lacking() > 0)
    }

    /// The commit that brought it.
    pub fn commit(&self) -> Option<&'p Commit> {
        Some(&self.entry.facts?.introduction.as_ref()?.commit)
    }

    /// Whether something proves wrong, or does not prove, that the approver gave it.
    pub fn is_unverified(&self) -> bool {
        self.entry.flaws.iter().any(|flaw| matches!(flaw, Flaw::Unverified(_)))
    }

    /// A finding about it, at the person it names.
    pub fn finding(&self, message: impl Into<String>) -> Finding {
        let finding = Finding::new(self.entry.approval.by.span, self.subject(), message);
        if self.release.status() == Status::Draft { finding.at_most(Severity::Warning) } else { finding }
    }

    /// Adds where the gate asks for an approval in this role.
    pub fn with_requirement(&self, finding: Finding) -> Finding {
        let Some(required) = self.required() else { return finding };
        let is_own =
            self.gate.written.is_some_and(|gate| gate.requires.iter().any(|own| own.role.span == required.role.span));
        let subject = if is_own {
            super::gating::subject(self.release, self.gate)
        } else {
            super::gating::template_subject(self.gate)
        };
        finding.related(required.role.span, subject, "the gate requires it here")
    }
}

/// One finding for approvals of releases that are over: nobody can give them again, but an auditor wants to know.
pub fn of_old<'c, 'p>(old: &[Given<'c, 'p>], message: impl Fn(&str) -> String) -> Option<Finding> {
    let (first, others) = old.split_first()?;
    let words = if others.is_empty() {
        format!("the approval of `{}` by `{}`, which is over,", first.release.id, first.entry.approval.by)
    } else {
        format!("{} approvals of releases that are over", old.len())
    };
    let finding = first.finding(message(&words)).at_most(Severity::Info);
    let places = others.iter().map(|given| (given.entry.approval.by.span, given.subject()));
    Some(wording::with_places(finding, places, "nor this one"))
}

/// The person of relm.yaml, as a place of a finding: with the roles held.
pub fn with_roles(finding: Finding, person: &Person) -> Finding {
    let subject = Subject::new(Kind::Portfolio.as_str(), "").at(format!("people/{}", person.id));
    let words = if person.roles.is_empty() {
        format!("`{}` holds no role", person.id)
    } else {
        format!("`{}` holds {}", person.id, wording::quoted(person.roles.iter().map(crate::model::Id::as_str)))
    };
    finding.related(person.id.span, subject, words)
}

/// `1f3c9aa of 2026-11-20`.
pub fn commit_words(commit: &Commit) -> String {
    format!("{} of {}", short(commit), commit.at.date_naive())
}

/// The id of a commit as people write it.
pub fn short(commit: &Commit) -> &str {
    commit.id.get(..7).unwrap_or(&commit.id)
}

/// A person as relm.yaml or else the commit calls them.
pub fn who(who: &Who) -> String {
    who.person.as_ref().map_or_else(|| format!("{} <{}>", who.name, who.email), |person| format!("`{person}`"))
}

/// The first address that commits of a person may have.
pub fn address<'p>(portfolio: &'p Portfolio, person: &str) -> Option<&'p str> {
    portfolio.person(person)?.emails.first().map(|email| &**email)
}
