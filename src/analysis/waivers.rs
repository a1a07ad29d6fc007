//! Waivers of criteria: when one holds.

use chrono::NaiveDate;

use super::schedule::Schedule;
use crate::graph::{Node, guarded};
use crate::model::Portfolio;
use crate::model::release::{Criterion, CriterionStatus, Gate, Waiver};

/// The first day of what a gate guards, by the plan; none when it guards nothing that has dates.
pub fn guarded_start(portfolio: &Portfolio, schedule: &Schedule, release: usize, gate: &Gate) -> Option<NaiveDate> {
    let guards = guarded(portfolio, release, gate.before.as_deref(), &gate.id);
    let start = |node: &Node| match *node {
        Node::Phase(r, p) => schedule.phase(r, p).planned.map(|dates| dates.start),
        _ => None,
    };
    guards.iter().filter_map(start).min()
}

/// The day for which a waiver is judged: the later of today and the first day of what its gate guards.
pub fn judged_on(guarded_start: Option<NaiveDate>, today: NaiveDate) -> NaiveDate {
    guarded_start.map_or(today, |start| start.max(today))
}

/// Whether a criterion is waived.
pub fn is_waived(criterion: &Criterion) -> bool {
    criterion.status.as_ref().is_some_and(|status| status.value == CriterionStatus::Waived)
}

/// Whether a waiver holds on a day: through the day it `expires`, and for ever without one.
pub fn holds(waiver: Option<&Waiver>, day: NaiveDate) -> bool {
    waiver.and_then(|waiver| waiver.expires.as_ref()).is_none_or(|expires| day <= expires.value)
}
