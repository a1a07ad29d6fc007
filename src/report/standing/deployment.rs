//! What a deployment plan takes, and up to when it can be taken back.

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

use crate::analysis::deployments::{self, Time};
use crate::model::Portfolio;
use crate::model::release::{Deployment, Release, Step};
use crate::report::env::Moment;
use crate::report::show::{Times, times};

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
    /// The first step after which taking back what was done would end after the window; null when there is none.
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
        let place = deployments::environments(portfolio, release).first().copied();
        let zone = place.map_or(portfolio.zone, |place| portfolio.zone_of(&portfolio.environments[place]));
        let times = times(release, plan, zone);
        let moment = |at: DateTime<Utc>| Moment::new(at, zone);
        let start = times.values().map(|time| time.0).min();
        let end = times.values().map(|time| time.1).max();
        let undo: Vec<TimeDelta> = plan.steps.iter().filter_map(backout).collect();
        let windows = windows(portfolio, release, zone);
        let stops: Vec<Stop<'_>> = windows.iter().filter_map(|window| stop(plan, &times, window)).collect();
        let turn = stops.iter().filter_map(|stop| stop.step).min_by_key(|(_, at)| *at);
        let passed = |rehearsal: &&crate::model::release::Rehearsal| {
            rehearsal.result.is_some_and(|result| result.as_str() == "passed")
        };
        Some(Self {
            steps: plan.steps.len(),
            start: start.map(moment),
            end: end.map(moment),
            minutes: start.zip(end).map(|(start, end)| (end - start).num_minutes()),
            backout_minutes: (!undo.is_empty()).then(|| undo.iter().sum::<TimeDelta>().num_minutes()),
            backout_fits: (!stops.is_empty()).then(|| stops.iter().all(|stop| stop.step.is_none())),
            point_of_no_return: turn.map(|(step, at)| PointView { step: step.to_owned(), at: moment(at) }),
            rehearsed: plan.rehearsals.iter().filter(passed).count(),
            rehearsals: plan.rehearsals.len(),
        })
    }
}

fn backout(step: &Step) -> Option<TimeDelta> {
    step.backout.as_ref()?.duration.as_ref().and_then(|duration| TimeDelta::try_minutes(duration.value.0))
}

/// A window and the wave it belongs to.
struct Window {
    wave: Option<usize>,
    closes: DateTime<Utc>,
}

fn windows(portfolio: &Portfolio, release: &Release, zone: chrono_tz::Tz) -> Vec<Window> {
    let written = deployments::written_times(portfolio, release, zone).into_iter();
    let windows = written.filter_map(|(wave, time, _)| match time {
        Time::Window(stretch) => Some(Window { wave, closes: stretch.end }),
        Time::Instant(_) | Time::Days(_) => None,
    });
    windows.collect()
}

/// The first step of a window after which there is no way back in time, if there is one.
struct Stop<'p> {
    step: Option<(&'p str, DateTime<Utc>)>,
}

/// Steps one after the other as they end; each has to be taken back, the last first. None where nothing can be said.
fn stop<'p>(plan: &'p Deployment, times: &Times<'p>, window: &Window) -> Option<Stop<'p>> {
    // The window of the plan is that of the first wave, and of steps without a wave.
    let is_first = window.wave.is_none_or(|wave| wave == 0);
    let belongs = |step: &&Step| match &step.wave {
        None => is_first,
        Some(id) => match plan.waves.iter().position(|wave| wave.id == *id) {
            Some(0) | None => is_first,
            place => place == window.wave,
        },
    };
    let mut steps: Vec<(&Step, DateTime<Utc>, DateTime<Utc>)> = plan
        .steps
        .iter()
        .filter(belongs)
        .filter_map(|step| times.get(&*step.id).map(|time| (step, time.0, time.1)))
        .collect();
    if !steps.iter().any(|(step, ..)| backout(step).is_some()) {
        return None;
    }
    steps.sort_by_key(|(_, start, end)| (*end, *start));
    let mut undo = TimeDelta::zero();
    let mut found = None;
    for (step, start, end) in steps {
        undo += backout(step).unwrap_or_default();
        if found.is_none() && end + undo > window.closes {
            found = Some((step.id.as_str(), start));
        }
    }
    Some(Stop { step: found })
}
