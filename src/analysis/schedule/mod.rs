//! The schedule: the plan (forward pass), late dates and slack (backward pass), the forecast, and lateness.
//!
//! Times inside the passes are *boundaries*: the midnight before a day. A stretch of days that is written 2nd to 6th runs
//! from the boundary of the 2nd to that of the 7th. What leaves this module are inclusive days.

mod backward;
mod critical;
mod drivers;
mod forecast;
mod forward;
mod lag;
mod length;
mod network;
#[cfg(test)]
mod oracle;
#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;

use std::collections::HashSet;

use chrono::NaiveDate;

use crate::diagnostic::Span;
use crate::graph::{Graph, Node, production_phases};
use crate::model::Portfolio;
use crate::model::release::{Phase, Release};
use crate::time::plus_days;

pub use drivers::Drivers;
pub use forecast::remaining;
pub use length::{Length, Worker};

/// A stretch of whole days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Dates {
    /// The first day.
    pub start: NaiveDate,
    /// The last day, included; before `start` only when it was written so.
    pub end: NaiveDate,
}

/// The dates of a phase.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PhaseSchedule {
    /// The plan; none when the phase cannot be placed.
    pub planned: Option<Dates>,
    /// The latest dates that break no promise and no target.
    pub late: Option<Dates>,
    /// What the forecast says today.
    pub forecast: Option<Dates>,
    /// Working days of the release's calendar from the planned to the late start; negative when a promise is broken.
    pub slack: Option<i64>,
    /// Working days the phase can slip before another must move.
    pub free_slack: Option<i64>,
    /// The latest bound that the network puts on the start or the end, with the entry that puts it.
    pub bounds: Vec<Bound>,
    /// Whether it has no dates because something it follows has none, or waits for itself.
    pub follows_unplaced: bool,
}

impl PhaseSchedule {
    /// Whether a day of slip breaks a promise or a target.
    pub fn is_critical(&self) -> bool {
        self.slack.is_some_and(|slack| slack <= 0)
    }
}

/// What an edge demands of a phase or milestone.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bound {
    /// What comes first.
    pub from: Node,
    /// The earliest boundary: of the start, or of the end when `of_end`.
    pub not_before: NaiveDate,
    /// Whether it counts from the end of what comes first, or from its start.
    pub from_end: bool,
    /// Whether the end is bounded.
    pub of_end: bool,
    /// The entry that says so.
    pub span: Span,
}

impl Bound {
    /// Whether it holds for the whole release: a `depends_on` of the release or of a parent.
    pub fn is_release_wide(&self) -> bool {
        matches!(self.from, Node::Finish(_))
    }

    /// The day of a milestone that the bound demands: with the last day of a finish, with the first of a start.
    fn milestone_day(&self) -> NaiveDate {
        if self.of_end || self.from_end { before(self.not_before) } else { self.not_before }
    }
}

/// The dates of a milestone.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct MilestoneSchedule {
    /// The plan.
    pub date: Option<NaiveDate>,
    /// What the forecast says today.
    pub forecast: Option<NaiveDate>,
    /// The latest date that breaks no promise; none when nothing waits for it.
    pub late: Option<NaiveDate>,
    /// What the network demands.
    pub bounds: Vec<Bound>,
    /// Whether it has no date because something it follows has none, or waits for itself.
    pub follows_unplaced: bool,
}

/// The dates of a release.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ReleaseSchedule {
    /// First planned day of its phases and its children's.
    pub planned_start: Option<NaiveDate>,
    /// Last planned day; the target of a release without phases.
    pub planned_end: Option<NaiveDate>,
    /// First day by the forecast.
    pub forecast_start: Option<NaiveDate>,
    /// Last day by the forecast.
    pub forecast_end: Option<NaiveDate>,
    /// The last day its phases may end on: the earliest of its own and its ancestors' targets, else its planned end.
    pub anchor: Option<NaiveDate>,
    /// Forecast − target in calendar days, positive = late; none without a target.
    pub lateness: Option<i64>,
    /// The smallest slack of its phases and its children's.
    pub slack: Option<i64>,
    /// In the order of the manifest.
    pub phases: Vec<PhaseSchedule>,
    /// In the order of the manifest.
    pub milestones: Vec<MilestoneSchedule>,
}

/// The schedule of a portfolio.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Schedule {
    /// By index of the portfolio's releases.
    pub releases: Vec<ReleaseSchedule>,
}

impl Schedule {
    /// Schedules a portfolio as of `today`. Linear in the nodes and edges of the graph.
    pub fn new(portfolio: &Portfolio, graph: &Graph, today: NaiveDate) -> Self {
        let mut schedule = Self { releases: portfolio.releases.iter().map(blank).collect() };
        let plan = forward::run(portfolio, graph, &mut schedule);
        let forecast = || forecast::run(portfolio, graph, today, &plan);
        let forecast = if portfolio.is_large() {
            rayon::join(|| backward::run(portfolio, graph, &mut schedule), forecast).1
        } else {
            backward::run(portfolio, graph, &mut schedule);
            forecast()
        };
        forecast::store(portfolio, graph, &forecast, &mut schedule);
        schedule
    }

    /// The phases that decide when a release ends, in order: release and phase by index. It may begin in other releases.
    pub fn critical_path(&self, portfolio: &Portfolio, release: usize) -> Vec<(usize, usize)> {
        critical::path(portfolio, self, release)
    }

    /// Whether a bound of a phase or milestone is one that keeps it from being earlier.
    pub fn drives(&self, portfolio: &Portfolio, node: Node, bound: &Bound) -> bool {
        critical::drives(portfolio, self, node, bound)
    }

    /// The smallest slack, in working days, of the phases before production that have not ended, with those of the parts.
    pub fn margin(&self, portfolio: &Portfolio, release: usize) -> Option<i64> {
        let of_one = |r: usize| {
            let production: HashSet<usize> = production_phases(portfolio, r).collect();
            let phases = portfolio.releases[r].phases.iter().zip(&self.releases[r].phases).enumerate();
            let open = phases.filter(|(p, (phase, _))| !production.contains(p) && phase.actual_end().is_none());
            open.filter_map(|(_, (_, own))| own.slack).min()
        };
        portfolio.family(release).into_iter().filter_map(of_one).min()
    }

    /// The fewest working days between the forecast end of an open phase and the last day that breaks no promise, with the
    /// release and the place of the phase, of a release and its parts; negative when a promise breaks. The days of going live
    /// are fixed by the target and have none of their own.
    pub fn in_hand(&self, portfolio: &Portfolio, release: usize) -> Option<(i64, usize, usize)> {
        let mut found = Vec::new();
        for part in portfolio.family(release) {
            let release = &portfolio.releases[part];
            if release.status().is_over() {
                continue;
            }
            let calendar = portfolio.release_calendar(release);
            for (p, phase) in release.phases.iter().enumerate() {
                let dates = self.phase(part, p);
                let (Some(forecast), Some(late)) = (dates.forecast, dates.late) else { continue };
                let goes_live = phase.environments.iter().any(|used| portfolio.is_production(&used.id));
                if phase.actual_end().is_none() && !(goes_live && forecast.end <= late.end) {
                    let (first, last) = (forecast.end.min(late.end), forecast.end.max(late.end));
                    let days = calendar.working_days(plus_days(first, 1), plus_days(last, 1));
                    found.push((if forecast.end > late.end { -days.max(1) } else { days }, part, p));
                }
            }
        }
        found.into_iter().min_by_key(|(days, ..)| *days)
    }

    /// The schedule of a phase.
    pub fn phase(&self, release: usize, phase: usize) -> &PhaseSchedule {
        &self.releases[release].phases[phase]
    }
}

fn blank(release: &Release) -> ReleaseSchedule {
    ReleaseSchedule {
        phases: vec![PhaseSchedule::default(); release.phases.len()],
        milestones: vec![MilestoneSchedule::default(); release.milestones.len()],
        ..ReleaseSchedule::default()
    }
}

/// The boundary after a day.
fn after(day: NaiveDate) -> NaiveDate {
    day.succ_opt().unwrap_or(day)
}

/// The day before a boundary.
fn before(boundary: NaiveDate) -> NaiveDate {
    boundary.pred_opt().unwrap_or(boundary)
}

/// The first written day of a phase.
pub fn written_start(phase: &Phase) -> Option<NaiveDate> {
    phase.start.as_ref().or(phase.date.as_ref()).map(|date| date.value)
}

/// The last written day of a phase: `end`, or the one day of `date`.
pub fn written_end(phase: &Phase) -> Option<NaiveDate> {
    let lone = || if phase.duration.is_none() && phase.end.is_none() { written_start(phase) } else { None };
    phase.end.as_ref().map(|date| date.value).or_else(lone)
}

/// Whether a phase says enough to be placed.
pub fn is_placeable(phase: &Phase) -> bool {
    let written = [phase.start.is_some() || phase.date.is_some(), phase.end.is_some(), phase.duration.is_some()];
    let two = written.iter().filter(|&&is| is).count() >= 2;
    two || written[0] || (phase.duration.is_some() && !phase.after.is_empty())
}

/// A phase with the calendar it works by.
pub fn worker<'p>(portfolio: &'p Portfolio, release: &Release, phase: &Phase) -> length::Worker<'p> {
    length::Worker::new(phase, portfolio.phase_calendar(release, phase.team.as_ref()))
}

/// The days a phase works from the first to the last of `dates`; days written on a day off count as worked.
pub fn worked_days(portfolio: &Portfolio, release: &Release, phase: &Phase, dates: Dates) -> i64 {
    worker(portfolio, release, phase).worked(dates.start, dates.end)
}
