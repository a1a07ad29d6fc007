//! What a deployment plan takes, and up to when it can be taken back.

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::analysis::runbook::{NoReturn, Runbook};
use crate::model::Portfolio;
use crate::model::release::{Rehearsal, Release};
use crate::report::env::Moment;

/// A deployment plan in short.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct DeploymentView {
    /// How many steps there are.
    pub steps: usize,
    /// When the first step begins; null where no step has a time.
    pub start: Option<Moment>,
    /// When the last step ends.
    pub end: Option<Moment>,
    /// Minutes from the first step to the end of the last.
    pub minutes: Option<i64>,
    /// Minutes it takes to take back every step that says how long that takes; null when none does.
    pub backout_minutes: Option<i64>,
    /// Whether everything can be taken back before its window closes; null without a window, times and back-out.
    pub backout_fits: Option<bool>,
    /// The first step from which on not everything can be taken back in time; null when there is none.
    pub point_of_no_return: Option<PointView>,
    /// Rehearsals that passed.
    pub rehearsed: usize,
    /// Rehearsals.
    pub rehearsals: usize,
}

/// A step and when it begins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct PointView {
    /// The step.
    pub step: String,
    /// When it begins.
    pub at: Moment,
}

impl DeploymentView {
    /// The plan of a release; none where nothing is written of it.
    pub fn new(portfolio: &Portfolio, release: &Release) -> Option<Self> {
        let plan = release.deployment.as_ref()?;
        let book = Runbook::new(portfolio, release)?;
        let moment = |at: DateTime<Utc>| Moment::new(at, book.zone);
        let times = || book.steps.iter().filter_map(|it| it.time);
        let start = times().map(|time| time.start).min();
        let end = times().map(|time| time.end).max();
        let is_written =
            plan.steps.iter().any(|step| step.backout.as_ref().is_some_and(|backout| backout.duration.is_some()));
        let is_timed = book.steps.iter().any(|it| it.time.is_some() && it.closes.is_some());
        let point = book.no_return.map(|(place, _)| &book.steps[place]);
        let passed = |rehearsal: &&Rehearsal| rehearsal.result.is_some_and(|result| result.as_str() == "passed");
        Some(Self {
            steps: plan.steps.len(),
            start: start.map(moment),
            end: end.map(moment),
            minutes: start.zip(end).map(|(start, end)| (end - start).num_minutes()),
            backout_minutes: is_written.then(|| book.undo().num_minutes()),
            backout_fits: (is_written && is_timed)
                .then_some(!matches!(book.no_return, Some((_, NoReturn::TooLong(_))))),
            point_of_no_return: point
                .and_then(|it| Some(PointView { step: it.step.id.to_string(), at: moment(it.time?.start) })),
            rehearsed: plan.rehearsals.iter().filter(passed).count(),
            rehearsals: plan.rehearsals.len(),
        })
    }
}
