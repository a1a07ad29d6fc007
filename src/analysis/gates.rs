//! Gates: what each demands, and where it stands by what the manifest itself says.

use std::collections::HashSet;

use chrono::NaiveDate;

use super::schedule::Schedule;
use crate::choice;
use crate::graph::{Node, guarded};
use crate::model::release::{Approval, Criterion, CriterionStatus, Decision, Gate};
use crate::model::{Id, Portfolio};

choice! {
    /// Where a gate stands.
    pub enum State {
        /// All is met and approved.
        Passed = "passed",
        /// Something is missing, and there is time.
        Pending = "pending",
        /// Something is missing, and the date is over.
        Overdue = "overdue",
        /// Somebody said no.
        Rejected = "rejected",
    }
}

/// A gate of a release with what its template adds.
#[derive(Debug, Clone, PartialEq)]
pub struct GateStatus {
    /// The last day: as written, else the last working day before what it guards.
    pub due: Option<NaiveDate>,
    /// Where it stands.
    pub state: State,
    /// Criteria that are met, validly waived or not applicable.
    pub met: usize,
    /// Criteria.
    pub criteria: usize,
    /// Approvals that count.
    pub given: usize,
    /// Approvals that are required.
    pub required: usize,
}

/// Evaluates a gate that stands in a release. A criterion that a report decides is met only when the manifest says so.
pub fn status(portfolio: &Portfolio, schedule: &Schedule, release: usize, gate: &Gate, today: NaiveDate) -> GateStatus {
    let guarded_start = guarded_start(portfolio, schedule, release, gate);
    let due = due(portfolio, schedule, release, gate);
    let judged_at = guarded_start.map_or(today, |start| start.max(today));
    let criteria = criteria(portfolio, gate);
    let met = criteria.iter().filter(|criterion| is_met(criterion, judged_at)).count();
    let requirements = requirements(portfolio, gate);
    let required: usize = requirements.iter().map(|(_, count)| count).sum();
    let counts = |approver: &str| !is_owner(portfolio, release, approver);
    let given: usize = requirements
        .iter()
        .map(|(role, count)| approvers(gate, role).into_iter().filter(|by| counts(by)).count().min(*count))
        .sum();
    let nothing_to_judge = criteria.is_empty() && requirements.is_empty();
    let state = if latest(gate).any(|approval| approval.decision == Some(Decision::Rejected)) {
        State::Rejected
    } else if !nothing_to_judge && met == criteria.len() && given == required {
        State::Passed
    } else if due.is_some_and(|due| today > due) {
        State::Overdue
    } else {
        State::Pending
    };
    GateStatus { due, state, met, criteria: criteria.len(), given, required }
}

/// The last day of a gate that stands in a release: as written, else the last working day before what it guards.
pub fn due(portfolio: &Portfolio, schedule: &Schedule, release: usize, gate: &Gate) -> Option<NaiveDate> {
    if let Some(due) = &gate.due {
        return Some(due.value);
    }
    let calendar = portfolio.release_calendar(&portfolio.releases[release]);
    let start = guarded_start(portfolio, schedule, release, gate)?;
    Some(calendar.prev_working(start.pred_opt()?))
}

/// The first day of what a gate guards.
fn guarded_start(portfolio: &Portfolio, schedule: &Schedule, release: usize, gate: &Gate) -> Option<NaiveDate> {
    let guards = guarded(portfolio, release, gate.before.as_deref(), &gate.id);
    let start = |node: &Node| match *node {
        Node::Phase(r, p) => schedule.phase(r, p).planned.map(|dates| dates.start),
        _ => None,
    };
    guards.iter().filter_map(start).min()
}

/// The criteria of the template and of the file, by id; the file wins.
pub fn criteria<'p>(portfolio: &'p Portfolio, gate: &'p Gate) -> Vec<&'p Criterion> {
    let template = portfolio.settings.gate_templates.get(&gate.id).map_or(&[][..], |template| &template.criteria);
    let own: HashSet<&str> = gate.criteria.iter().map(|criterion| &*criterion.id).collect();
    template.iter().filter(|criterion| !own.contains(&*criterion.id)).chain(&gate.criteria).collect()
}

/// The approvals that the template and the file require, by role; the file wins.
pub fn requirements<'p>(portfolio: &'p Portfolio, gate: &'p Gate) -> Vec<(&'p Id, usize)> {
    let template = portfolio.settings.gate_templates.get(&gate.id).map_or(&[][..], |template| &template.requires);
    let own: HashSet<&str> = gate.requires.iter().map(|required| &*required.role).collect();
    let merged = template.iter().filter(|required| !own.contains(&*required.role)).chain(&gate.requires);
    merged.map(|required| (&required.role, required.count.map_or(1, |count| count.0 as usize))).collect()
}

fn is_met(criterion: &Criterion, at: NaiveDate) -> bool {
    match criterion.status.as_ref().map(|status| status.value) {
        Some(CriterionStatus::Met | CriterionStatus::NotApplicable) => true,
        Some(CriterionStatus::Waived) => {
            let expires = criterion.waiver.as_ref().and_then(|waiver| waiver.expires.as_ref());
            expires.is_none_or(|expires| at <= expires.value)
        }
        Some(CriterionStatus::Unmet) | None => false,
    }
}

/// The latest decision of each person in each role: the last in the file.
fn latest(gate: &Gate) -> impl Iterator<Item = &Approval> {
    let approvals = &gate.approvals;
    approvals.iter().enumerate().filter_map(|(index, approval)| {
        let later = approvals[index + 1..].iter().any(|other| other.role == approval.role && other.by == approval.by);
        (!later).then_some(approval)
    })
}

fn approvers<'p>(gate: &'p Gate, role: &str) -> HashSet<&'p str> {
    let yes = latest(gate).filter(|approval| approval.decision != Some(Decision::Rejected));
    yes.filter(|approval| approval.role == *role).map(|approval| &*approval.by).collect()
}

/// Whether duties are separated and the person owns the release, alone or as a member of the team that does.
fn is_owner(portfolio: &Portfolio, release: usize, person: &str) -> bool {
    let separated = portfolio.settings.approvals.as_ref().and_then(|policy| policy.separation_of_duties);
    let Some(owner) = portfolio.releases[release].common.owner().filter(|_| separated == Some(true)) else {
        return false;
    };
    let team = portfolio.person(person).and_then(|person| person.team.as_ref());
    *owner == *person || team == Some(owner)
}
