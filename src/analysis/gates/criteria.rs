//! What must be met before a gate is passed.

use std::collections::HashSet;

use chrono::NaiveDate;

use super::Gates;
use crate::model::portfolio::GateTemplate;
use crate::model::release::{Criterion, CriterionStatus, Gate};

/// A criterion and how it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct JudgedCriterion<'p> {
    /// As written, in the release or in the template.
    pub criterion: &'p Criterion,
    /// How it stands.
    pub outcome: Outcome,
}

/// How a criterion stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It is met, by what the manifest says.
    Met,
    /// It does not apply.
    NotApplicable,
    /// It is not demanded, and that holds.
    Waived,
    /// It was not demanded up to this day, which lies before the day it is judged at.
    WaiverExpired(NaiveDate),
    /// It is not met, by what the manifest says or does not say.
    Unmet,
}

impl Outcome {
    /// Whether the criterion stands in nobody's way.
    pub const fn is_met(&self) -> bool {
        matches!(self, Self::Met | Self::NotApplicable | Self::Waived)
    }
}

/// The criteria of the template and of the file, by id; the file wins.
pub(super) fn merged<'p>(template: Option<&'p GateTemplate>, gate: Option<&'p Gate>) -> Vec<&'p Criterion> {
    let own = gate.map_or(&[][..], |gate| &gate.criteria);
    let ids: HashSet<&str> = own.iter().map(|criterion| &*criterion.id).collect();
    let common = template.map_or(&[][..], |template| &template.criteria);
    common.iter().filter(|criterion| !ids.contains(&*criterion.id)).chain(own).collect()
}

pub(super) fn judge<'p>(
    gates: &Gates<'p>,
    _release: usize,
    template: Option<&'p GateTemplate>,
    gate: Option<&'p Gate>,
    guarded_start: Option<NaiveDate>,
) -> Vec<JudgedCriterion<'p>> {
    let today = gates.clock.today;
    let at = guarded_start.map_or(today, |start| start.max(today));
    let judged = merged(template, gate)
        .into_iter()
        .map(|criterion| JudgedCriterion { criterion, outcome: outcome(criterion, at) });
    judged.collect()
}

fn outcome(criterion: &Criterion, at: NaiveDate) -> Outcome {
    match criterion.status.as_ref().map(|status| status.value) {
        Some(CriterionStatus::NotApplicable) => Outcome::NotApplicable,
        Some(CriterionStatus::Waived) => {
            let expires = criterion.waiver.as_ref().and_then(|waiver| waiver.expires.as_ref()).map(|day| day.value);
            expires.filter(|day| at > *day).map_or(Outcome::Waived, Outcome::WaiverExpired)
        }
        Some(CriterionStatus::Met) => Outcome::Met,
        Some(CriterionStatus::Unmet) | None => Outcome::Unmet,
    }
}
