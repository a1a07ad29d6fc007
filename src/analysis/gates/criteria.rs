//! What must be met before a gate is passed.

use std::collections::HashSet;

use chrono::NaiveDate;

use super::Gates;
use crate::analysis::evidence::{self, Day, Verdict};
use crate::model::portfolio::GateTemplate;
use crate::model::release::{Check, Criterion, CriterionStatus, Gate};

/// A criterion and how it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct JudgedCriterion<'p> {
    /// As written, in the release or in the template.
    pub criterion: &'p Criterion,
    /// The one of the same id in the template, where the release writes its own. What the release does not say, it says.
    pub template: Option<&'p Criterion>,
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
    /// It would not be demanded, if the waiver said this too.
    WaiverLacks(&'static str),
    /// It is not met, by what the manifest says or does not say.
    Unmet,
    /// Reports decide it, whatever the manifest says.
    Report(Verdict),
}

impl Outcome {
    /// Whether the criterion stands in nobody's way.
    pub fn is_met(&self) -> bool {
        match self {
            Self::Met | Self::NotApplicable | Self::Waived => true,
            Self::WaiverExpired(_) | Self::WaiverLacks(_) | Self::Unmet => false,
            Self::Report(verdict) => verdict.is_met(),
        }
    }
}

impl<'p> JudgedCriterion<'p> {
    /// The report that decides it: a release that writes only how a criterion stands does not get rid of its report.
    pub fn check(&self) -> Option<&'p Check> {
        let own = self.criterion.check.as_deref();
        own.or_else(|| self.template.and_then(|template| template.check.as_deref()))
    }

    /// Its name.
    pub fn name(&self) -> Option<&'p str> {
        let own = self.criterion.common.name();
        own.or_else(|| self.template.and_then(|template| template.common.name()))
    }
}

/// The criteria of the template and of the file, by id; the file wins. With each of the file the one it stands for.
fn merged<'p>(
    template: Option<&'p GateTemplate>,
    gate: Option<&'p Gate>,
) -> Vec<(&'p Criterion, Option<&'p Criterion>)> {
    let own = gate.map_or(&[][..], |gate| &gate.criteria);
    let ids: HashSet<&str> = own.iter().map(|criterion| &*criterion.id).collect();
    let common = template.map_or(&[][..], |template| &template.criteria);
    let inherited = common.iter().filter(|criterion| !ids.contains(&*criterion.id)).map(|criterion| (criterion, None));
    let written = own.iter().map(|criterion| (criterion, common.iter().find(|other| other.id == criterion.id)));
    inherited.chain(written).collect()
}

pub(super) fn judge<'p>(
    gates: &Gates<'p>,
    release: usize,
    template: Option<&'p GateTemplate>,
    gate: Option<&'p Gate>,
    guards: &[(usize, usize)],
    guarded_start: Option<NaiveDate>,
) -> Vec<JudgedCriterion<'p>> {
    let today = gates.clock.today;
    let at = guarded_start.map_or(today, |start| start.max(today));
    let mut day = Day::of(gates.clock, gates.portfolio.release_calendar(&gates.portfolio.releases[release]));
    // Reports that were fresh when the work was done do not become too old afterwards.
    day.today = done(gates, guards).map_or(today, |done| done.min(today));
    let judge = |(criterion, template): (&'p Criterion, Option<&'p Criterion>)| {
        let mut judged = JudgedCriterion { criterion, template, outcome: Outcome::Unmet };
        let report = judged
            .check()
            .map(|check| Outcome::Report(evidence::judge(check, gates.facts.evidence.checks.get(&check.span), &day)));
        judged.outcome = outcome(criterion, report, at);
        judged
    };
    merged(template, gate).into_iter().map(judge).collect()
}

/// The day by which all that a gate guards was done.
fn done(gates: &Gates<'_>, guards: &[(usize, usize)]) -> Option<NaiveDate> {
    let ends = guards.iter().map(|&(r, p)| gates.portfolio.releases[r].phases[p].actual_end());
    ends.collect::<Option<Vec<_>>>()?.into_iter().max()
}

/// What a waived criterion does not say.
pub fn waiver_lacks(criterion: &Criterion) -> Option<&'static str> {
    criterion.status.as_ref().filter(|status| status.value == CriterionStatus::Waived)?;
    let waiver = criterion.waiver.as_ref();
    let has_reason = waiver.and_then(|waiver| waiver.reason.as_ref()).is_some_and(|reason| !reason.trim().is_empty());
    let has_person = waiver.is_some_and(|waiver| waiver.by.is_some());
    match (has_reason, has_person) {
        (true, true) => None,
        (false, true) => Some("a reason"),
        (true, false) => Some("the name of who decided it"),
        (false, false) => Some("a reason and the name of who decided it"),
    }
}

fn outcome(criterion: &Criterion, report: Option<Outcome>, at: NaiveDate) -> Outcome {
    match criterion.status.as_ref().map(|status| status.value) {
        Some(CriterionStatus::NotApplicable) => Outcome::NotApplicable,
        Some(CriterionStatus::Waived) => {
            if let Some(lacking) = waiver_lacks(criterion) {
                return Outcome::WaiverLacks(lacking);
            }
            let expires = criterion.waiver.as_ref().and_then(|waiver| waiver.expires.as_ref()).map(|day| day.value);
            expires.filter(|day| at > *day).map_or(Outcome::Waived, Outcome::WaiverExpired)
        }
        status => report.unwrap_or(if status == Some(CriterionStatus::Met) { Outcome::Met } else { Outcome::Unmet }),
    }
}
