//! Who decided, which of it holds, and which of it counts.

use std::collections::HashSet;

use chrono::{DateTime, NaiveDate, Utc};

use super::Gates;
use crate::choice;
use crate::model::facts::{ApprovalFacts, Change, Facts, Given, History, Signature};
use crate::model::portfolio::{GateTemplate, Provenance, RequiredApproval};
use crate::model::release::{Approval, Decision, Gate, ScopeItem};
use crate::model::{Id, Portfolio};
use crate::time::When;

choice! {
    /// What the history proves of an approval.
    pub enum Proof {
        /// The approver signed the commit that brought it.
        Signed = "signed",
        /// The approver is the author of the commit that brought it.
        Author = "author",
        /// Somebody else is.
        OtherAuthor = "other-author",
        /// It is not committed.
        Uncommitted = "uncommitted",
        /// There is no history to tell.
        Unverifiable = "unverifiable",
    }
}

/// Why an approval counts for nothing.
#[derive(Debug, Clone, PartialEq)]
pub enum Flaw<'p> {
    /// The approver does not hold the role, or did not when it was given.
    LacksRole(Given),
    /// The approver owns the release.
    Owner(&'p Id),
    /// The approver wrote the scope: these projects of it.
    WroteScope(Vec<&'p Id>),
    /// Nothing proves that the approver gave it.
    Unverified(Proof),
    /// The policy wants a signature of the approver, and there is none that can be trusted.
    Unsigned,
    /// What was approved has changed since.
    Stale(&'p [Change]),
}

/// An entry of `approvals:`, judged.
#[derive(Debug, Clone, PartialEq)]
pub struct JudgedApproval<'p> {
    /// As written.
    pub approval: &'p Approval,
    /// What the history says of it, when it was asked.
    pub facts: Option<&'p ApprovalFacts>,
    /// What that proves.
    pub proof: Proof,
    /// When it says that it was made; a date is its first instant.
    said: Option<DateTime<Utc>>,
    /// When it was made as far as can be told: where proof is wanted, not before the commit that brought it. None: nobody says.
    pub made: Option<DateTime<Utc>>,
    /// Whether it is the latest decision of its person in its role. What is not proven takes no refusal back.
    pub holds: bool,
    /// Why it counts for nothing; empty when it counts. A refusal always counts.
    pub flaws: Vec<Flaw<'p>>,
}

/// A role that must approve, and who has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Required<'p> {
    /// The role.
    pub role: &'p Id,
    /// How many different people.
    pub count: usize,
    /// The people whose approval counts, in the order of the file.
    pub by: Vec<&'p Id>,
    /// Those whose approval would count, had nothing changed since.
    pub stale: Vec<&'p Id>,
    /// Those whose approval holds and counts for nothing, for another reason.
    pub void: Vec<&'p Id>,
}

/// How approvals are judged: what `approvals:` in `relm.yaml` says, with the defaults.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// What the history must prove; default nothing.
    pub provenance: Provenance,
    /// Whether the owner and the authors of the scope may not approve; default no.
    pub separation_of_duties: bool,
}

impl Policy {
    /// The policy of a portfolio.
    pub fn of(portfolio: &Portfolio) -> Self {
        let written = portfolio.settings.approvals.as_ref();
        Self {
            provenance: written.and_then(|policy| policy.provenance).unwrap_or(Provenance::None),
            separation_of_duties: written.and_then(|policy| policy.separation_of_duties).unwrap_or(false),
        }
    }
}

impl JudgedApproval<'_> {
    /// What was decided.
    pub fn decision(&self) -> Decision {
        self.approval.decision.unwrap_or(Decision::Approved)
    }

    /// Whether it counts for the gate: it holds, says yes, and nothing speaks against it.
    pub fn counts(&self) -> bool {
        self.holds && self.decision() == Decision::Approved && self.flaws.is_empty()
    }

    /// Whether it counted at an instant: changes that came later did not make it stale yet.
    pub fn counted_at(&self, at: DateTime<Utc>) -> bool {
        let spoiled = |flaw: &Flaw<'_>| match flaw {
            Flaw::Stale(changes) => {
                changes.iter().any(|change| change.by.as_ref().is_some_and(|commit| commit.at.to_utc() <= at))
            }
            _ => true,
        };
        self.decision() == Decision::Approved && !self.flaws.iter().any(spoiled)
    }

    /// Whether only a later change keeps it from counting.
    fn is_only_stale(&self) -> bool {
        self.holds && self.decision() == Decision::Approved && matches!(self.flaws[..], [Flaw::Stale(_)])
    }

    /// Whether something other than a later change keeps it from counting.
    fn is_void(&self) -> bool {
        self.holds && !self.flaws.is_empty() && !self.is_only_stale()
    }

    /// Whether it is what it says: given by a person in a role they held, as far as the policy wants that proven.
    fn is_genuine(&self) -> bool {
        let forged = |flaw: &Flaw<'_>| matches!(flaw, Flaw::LacksRole(_) | Flaw::Unverified(_) | Flaw::Unsigned);
        !self.flaws.iter().any(forged)
    }
}

impl Required<'_> {
    /// Approvals that count, up to the number required.
    pub fn given(&self) -> usize {
        self.by.len().min(self.count)
    }

    /// How many are lacking.
    pub fn lacking(&self) -> usize {
        self.count - self.given()
    }

    /// Whether approvals are lacking only because what was approved has changed.
    pub fn is_stale(&self) -> bool {
        self.lacking() > 0 && !self.stale.is_empty()
    }
}

/// What is decided on: nobody decides on their own work where duties are separated.
#[derive(Debug, Clone, Copy)]
pub struct Work<'p> {
    /// Who owns it.
    pub owner: Option<&'p Id>,
    /// What ships with it.
    pub scope: &'p [ScopeItem],
}

/// Judges the entries of a release's gate, in their order.
pub(super) fn judge<'p>(gates: &Gates<'p>, release: usize, entries: &'p [Approval]) -> Vec<JudgedApproval<'p>> {
    let manifest = &gates.portfolio.releases[release];
    let work = Work { owner: manifest.common.owner(), scope: &manifest.scope };
    judge_on(gates.portfolio, gates.facts, work, entries)
}

/// The people whose approval would count for what is required of a release: who holds the role, has not given it and, where
/// duties are separated, neither owns the release nor wrote its scope.
pub(super) fn able<'p>(gates: &Gates<'p>, release: usize, required: &Required<'p>) -> Vec<&'p Id> {
    let (portfolio, manifest) = (gates.portfolio, &gates.portfolio.releases[release]);
    let work = Work { owner: manifest.common.owner(), scope: &manifest.scope };
    let separated = Policy::of(portfolio).separation_of_duties;
    let people = portfolio.settings.people.iter().filter(|person| {
        person.roles.contains(required.role)
            && !required.by.contains(&&person.id)
            && (!separated || own_work(portfolio, gates.facts, work, &person.id).is_empty())
    });
    people.map(|person| &person.id).collect()
}

/// Judges decisions on any work, in their order.
pub fn judge_on<'p>(
    portfolio: &'p Portfolio,
    facts: &'p Facts,
    work: Work<'p>,
    entries: &'p [Approval],
) -> Vec<JudgedApproval<'p>> {
    let policy = Policy::of(portfolio);
    let mut judged: Vec<_> = entries
        .iter()
        .map(|approval| {
            let (of_entry, proof) = proof(facts, approval);
            let mut flaws = Vec::new();
            flaws.extend(lacks_role(portfolio, policy, approval, of_entry));
            flaws.extend(unproven(policy, proof));
            if policy.separation_of_duties {
                flaws.extend(own_work(portfolio, facts, work, &approval.by));
            }
            flaws.extend(of_entry.filter(|facts| !facts.changed.is_empty()).map(|facts| Flaw::Stale(&facts.changed)));
            if approval.decision == Some(Decision::Rejected) {
                flaws.clear();
            }
            let said = approval.at.as_ref().map(|at| at.value.instant(portfolio.zone));
            let wanted = of_entry.filter(|_| policy.provenance != Provenance::None);
            let brought = wanted.and_then(|facts| facts.introduction.as_ref()).filter(|found| !found.at_boundary);
            let made = said.max(brought.map(|found| found.commit.at.to_utc()));
            JudgedApproval { approval, facts: of_entry, proof, said, made, holds: false, flaws }
        })
        .collect();
    let all: Vec<_> = judged.iter().collect();
    let holding: HashSet<*const Approval> =
        holding(&all).into_iter().map(|entry| std::ptr::from_ref(entry.approval)).collect();
    for entry in &mut judged {
        entry.holds = holding.contains(&std::ptr::from_ref(entry.approval));
    }
    judged
}

/// The latest decision of each person in each role, by `at` and then by place. An approval that is not genuine does not take
/// the place of an earlier entry.
pub fn holding<'a, 'p>(entries: &[&'a JudgedApproval<'p>]) -> Vec<&'a JudgedApproval<'p>> {
    let mut seen: HashSet<(&str, &str)> = HashSet::new();
    let who = |entry: &JudgedApproval<'p>| (entry.approval.role.as_str(), entry.approval.by.as_str());
    let first = entries.iter().filter(|entry| seen.insert(who(entry)));
    let latest = first.filter_map(|first| {
        let own: Vec<_> = entries.iter().copied().filter(|entry| who(entry) == who(first)).collect();
        in_order(own).into_iter().reduce(
            |latest, entry| {
                if entry.is_genuine() || !latest.is_genuine() { entry } else { latest }
            },
        )
    });
    latest.collect()
}

/// Decisions of one person in one role, the earliest first. Without the times of all, and on days of which not every one says
/// its hour, they stand as in the file.
fn in_order<'a, 'p>(mut entries: Vec<&'a JudgedApproval<'p>>) -> Vec<&'a JudgedApproval<'p>> {
    let whole_days: HashSet<NaiveDate> = entries
        .iter()
        .filter_map(|entry| match entry.approval.at.as_ref()?.value {
            When::Date(day) => Some(day),
            _ => None,
        })
        .collect();
    if entries.iter().all(|entry| entry.approval.at.is_some()) {
        entries.sort_by_key(|entry| {
            let day = entry.approval.at.as_ref().map(|at| at.value.date());
            (day, entry.said.filter(|_| day.is_none_or(|day| !whole_days.contains(&day))))
        });
    }
    entries
}

/// The approvals that the template and the file require, by role; the file wins.
pub(super) fn required<'p>(
    template: Option<&'p GateTemplate>,
    gate: Option<&'p Gate>,
    approvals: &[JudgedApproval<'p>],
) -> Vec<Required<'p>> {
    let own = gate.map_or(&[][..], |gate| &gate.requires);
    let roles: HashSet<&str> = own.iter().map(|required| &*required.role).collect();
    let common = template.map_or(&[][..], |template| &template.requires);
    let merged = common.iter().filter(|required| !roles.contains(&*required.role)).chain(own);
    let judge = |required: &'p RequiredApproval| {
        let people = |wanted: fn(&JudgedApproval<'p>) -> bool| {
            let entries = approvals.iter().filter(|entry| entry.approval.role == required.role && wanted(entry));
            entries.map(|entry| &entry.approval.by).collect()
        };
        Required {
            role: &required.role,
            count: required.count.map_or(1, |count| count.0.max(1) as usize),
            by: people(JudgedApproval::counts),
            stale: people(JudgedApproval::is_only_stale),
            void: people(JudgedApproval::is_void),
        }
    };
    merged.map(judge).collect()
}

fn proof<'p>(facts: &'p Facts, approval: &'p Approval) -> (Option<&'p ApprovalFacts>, Proof) {
    let Some(provenance) = &facts.provenance else { return (None, Proof::Unverifiable) };
    if provenance.is_blind() && provenance.history != History::NoCommit {
        return (None, Proof::Unverifiable);
    }
    let facts = provenance.approval(approval.span);
    let Some(introduction) = facts.and_then(|facts| facts.introduction.as_ref()) else {
        return (facts, Proof::Uncommitted);
    };
    let commit = &introduction.commit;
    let signed =
        matches!(&commit.signature, Signature::Valid { people, .. } if people.iter().any(|id| **id == *approval.by));
    // What stands in the oldest commit of a shallow clone may be older than it, whoever signed that.
    let proof = if introduction.at_boundary {
        Proof::Unverifiable
    } else if signed {
        Proof::Signed
    } else if commit.author.person.as_deref() == Some(&*approval.by) {
        Proof::Author
    } else {
        Proof::OtherAuthor
    };
    (facts, proof)
}

fn unproven<'p>(policy: Policy, proof: Proof) -> Option<Flaw<'p>> {
    match (policy.provenance, proof) {
        (Provenance::None, _) | (_, Proof::Signed) | (Provenance::Author, Proof::Author) => None,
        (Provenance::Signed, Proof::Author) => Some(Flaw::Unsigned),
        (Provenance::Author | Provenance::Signed, proof) => Some(Flaw::Unverified(proof)),
    }
}

/// Whether the role was held: where approvals are to be proven, when it was given; else today.
fn lacks_role<'p>(
    portfolio: &Portfolio,
    policy: Policy,
    approval: &Approval,
    facts: Option<&ApprovalFacts>,
) -> Option<Flaw<'p>> {
    let known = facts.filter(|facts| facts.introduction.is_some() && policy.provenance != Provenance::None);
    let given = known.map(|facts| facts.role).filter(|given| *given != Given::Unknown).unwrap_or_else(|| {
        let person = portfolio.person(&approval.by);
        let holds = person.is_some_and(|person| person.roles.contains(&approval.role));
        if holds { Given::Held } else { Given::NotHeld }
    });
    (given != Given::Held).then_some(Flaw::LacksRole(given))
}

/// What an approver may not approve: what they own, alone or as a member of the team that does, and what they wrote.
fn own_work<'p>(portfolio: &Portfolio, facts: &Facts, work: Work<'p>, by: &str) -> Vec<Flaw<'p>> {
    let team = portfolio.person(by).and_then(|person| person.team.as_ref());
    let owner = work.owner.filter(|owner| ***owner == *by || team == Some(*owner));
    let mut flaws: Vec<_> = owner.map(Flaw::Owner).into_iter().collect();
    let wrote = |span| {
        let introduction = facts.provenance.as_ref().and_then(|provenance| provenance.scope.get(&span)?.as_ref());
        introduction.is_some_and(|introduction| introduction.commit.author.person.as_deref() == Some(by))
    };
    let written: Vec<&Id> = work.scope.iter().filter(|item| wrote(item.span)).map(|item| &item.project).collect();
    if !written.is_empty() {
        flaws.push(Flaw::WroteScope(written));
    }
    flaws
}
