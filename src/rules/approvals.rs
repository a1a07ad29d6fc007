//! What the rules about approvals share: which entries they judge, and how they speak of commits and people.

use std::borrow::Cow;

use super::Context;
use super::environments::is_past;
use super::gating::{self, is_open, is_read};
use crate::analysis::changes::{Changes, State as Standing, status};
use crate::analysis::gates::{Flaw, Judged, JudgedApproval, Required, State};
use crate::diagnostic::wording;
use crate::diagnostic::{Finding, Severity, Subject};
use crate::model::facts::{Commit, Who};
use crate::model::portfolio::Person;
use crate::model::records::{Change, ChangeStatus};
use crate::model::release::{Decision, Release, Status};
use crate::model::{Id, Identified, Kind, Portfolio};

/// What somebody approved.
#[derive(Debug, Clone, Copy)]
pub enum Of<'c, 'p> {
    /// A gate of a release.
    Gate(&'p Release, &'c Judged<'p>),
    /// A change.
    Change(&'p Change),
}

/// An approval that says yes and that matters: it holds, or is the last that its person gave in its role.
#[derive(Debug, Clone)]
pub struct Given<'c, 'p> {
    /// What was approved.
    pub of: Of<'c, 'p>,
    /// The entry.
    pub entry: Cow<'c, JudgedApproval<'p>>,
    /// Nothing will be decided by it any more.
    pub is_over: bool,
    /// What it is for has not enough others.
    pub is_needed: bool,
}

/// The approvals of all gates and changes that could be read, in the order of releases, then of changes.
pub fn all<'c, 'p>(cx: &'c Context<'p>) -> Vec<Given<'c, 'p>> {
    let mut all: Vec<_> = (0..cx.portfolio.releases.len()).flat_map(|release| of_gates(cx, release)).collect();
    all.extend(of_changes(cx));
    all
}

/// The approvals of the gates of a release, in the order of the file. Those of a release that is called off matter to nobody.
pub fn of_gates<'c, 'p>(cx: &'c Context<'p>, release: usize) -> Vec<Given<'c, 'p>> {
    let manifest = &cx.portfolio.releases[release];
    if manifest.status() == Status::Cancelled {
        return Vec::new();
    }
    let mut found = Vec::new();
    for gate in cx.gates(release).iter().filter(|gate| is_read(cx.portfolio, manifest, gate)) {
        let is_over = is_past(cx, release) && (!is_open(cx, release) || gate.state == State::Passed);
        found.extend(matter(&gate.approvals).map(|entry| {
            let required = required(gate, entry);
            let is_needed = required.is_some_and(|required| required.lacking() > 0);
            Given { of: Of::Gate(manifest, gate), entry: Cow::Borrowed(entry), is_over, is_needed }
        }));
    }
    found
}

/// The approvals of changes. Those of changes that are rejected matter to nobody.
fn of_changes<'c, 'p>(cx: &'c Context<'p>) -> Vec<Given<'c, 'p>> {
    let changes = Changes::new(cx.portfolio, cx.facts);
    let mut found = Vec::new();
    for (index, change) in cx.portfolio.changes.iter().enumerate() {
        let is_over = match status(change) {
            _ if change.approvals.is_empty() || cx.portfolio.damage.touches(change.span) => continue,
            ChangeStatus::Rejected => continue,
            ChangeStatus::Implemented | ChangeStatus::Closed => true,
            ChangeStatus::Draft | ChangeStatus::Submitted | ChangeStatus::Approved => false,
        };
        let standing = changes.standing(index, cx.clock.now);
        let is_needed = !matches!(standing.state, Standing::Approved | Standing::PreAuthorised);
        let decisions = changes.decisions(index);
        let given = |entry: &JudgedApproval<'p>| Given {
            of: Of::Change(change),
            entry: Cow::Owned(entry.clone()),
            is_over,
            is_needed,
        };
        found.extend(matter(&decisions).map(given));
    }
    found
}

/// The entries that say yes and hold, or after which none is by the same person in the same role.
fn matter<'e, 'p>(entries: &'e [JudgedApproval<'p>]) -> impl Iterator<Item = &'e JudgedApproval<'p>> {
    let is_last = move |index: usize| {
        let approval = entries[index].approval;
        let mut later = entries[index + 1..].iter().map(|other| other.approval);
        !later.any(|other| other.role == approval.role && other.by == approval.by)
    };
    let yes = entries.iter().enumerate().filter(|(_, entry)| entry.decision() == Decision::Approved);
    yes.filter(move |(index, entry)| entry.holds || is_last(*index)).map(|(_, entry)| entry)
}

/// The requirement of a gate that an approval is meant for.
fn required<'c, 'p>(gate: &'c Judged<'p>, entry: &JudgedApproval<'p>) -> Option<&'c Required<'p>> {
    gate.required.iter().find(|required| *entry.approval.role == **required.role)
}

impl<'p> Given<'_, 'p> {
    /// The id of the release or the change.
    pub fn name(&self) -> &'p Id {
        match self.of {
            Of::Gate(release, _) => &release.id,
            Of::Change(change) => &change.id,
        }
    }

    /// The subject of the manifest it stands in.
    pub fn manifest(&self) -> Subject {
        match self.of {
            Of::Gate(release, _) => release.subject(),
            Of::Change(change) => change.subject(),
        }
    }

    /// The subject of a finding about it.
    pub fn subject(&self) -> Subject {
        let by = &self.entry.approval.by;
        match self.of {
            Of::Gate(release, gate) => release.subject().at(format!("gates/{}/approvals/{by}", gate.id)),
            Of::Change(change) => change.subject().at(format!("approvals/{by}")),
        }
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
        let is_draft = match self.of {
            Of::Gate(release, _) => release.status() == Status::Draft,
            Of::Change(change) => status(change) == ChangeStatus::Draft,
        };
        if is_draft { finding.at_most(Severity::Warning) } else { finding }
    }

    /// Adds where the gate asks for an approval in this role.
    pub fn with_requirement(&self, finding: Finding) -> Finding {
        let Of::Gate(release, gate) = self.of else { return finding };
        let Some(required) = required(gate, &self.entry) else { return finding };
        finding.related(required.role.span, gating::role_subject(release, gate, required), "the gate requires it here")
    }
}

/// One finding for approvals of what is over: nobody can give them again, but an auditor wants to know.
pub fn of_old(old: &[Given<'_, '_>], message: impl Fn(&str) -> String) -> Option<Finding> {
    let (first, others) = old.split_first()?;
    let words = if others.is_empty() {
        format!("the approval of `{}` by `{}`, which is over,", first.name(), first.entry.approval.by)
    } else {
        format!("{} approvals of what is over", old.len())
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
        format!("`{}` holds {}", person.id, wording::quoted(person.roles.iter().map(Id::as_str)))
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
