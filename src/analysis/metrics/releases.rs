//! Whether releases keep their dates, and what that costs.

use chrono::NaiveDate;

use super::Scope;
use super::definition::{Definition, Family, Goal, Measured, Record, Subject, Unit};
use crate::analysis::schedule::{Dates, worked_days};
use crate::model::release::{Release, Status};

const SOURCE: &str = "release management practice";

const fn definition(
    id: &'static str,
    name: &'static str,
    unit: Unit,
    goal: Goal,
    (definition, needs): (&'static str, &'static str),
    measure: fn(&Scope<'_, '_>) -> Measured,
) -> Definition {
    Definition {
        id,
        name,
        family: Family::Schedule,
        unit,
        definition,
        source: SOURCE,
        needs,
        goal,
        subject: Subject::Release,
        measure,
    }
}

pub(super) static DEFINITIONS: [Definition; 6] = [
    definition(
        "on_time_rate",
        "on-time rate",
        Unit::Ratio,
        Goal::More,
        (
            "releases that shipped by their target ÷ releases that shipped in the period; what ships others with it counts by its parts",
            "releases with `target` and `actual.end`",
        ),
        on_time,
    ),
    definition(
        "schedule_variance",
        "schedule variance",
        Unit::Ratio,
        Goal::Less,
        (
            "median of (actual − planned length) ÷ planned length in calendar days, over releases that shipped in the period, composites by their parts; positive is longer than planned",
            "releases with phases, `actual.start` and `actual.end`",
        ),
        schedule_variance,
    ),
    definition(
        "start_delay",
        "median start delay",
        Unit::Days,
        Goal::Less,
        (
            "median calendar days from the planned to the actual start, over releases that began in the period, composites by their parts; positive is late",
            "releases with phases and `actual.start`",
        ),
        start_delay,
    ),
    definition(
        "end_slip",
        "median end slip",
        Unit::Days,
        Goal::Less,
        (
            "median calendar days from the planned to the actual end, over releases that shipped in the period, composites by their parts; positive is late",
            "releases with dates and `actual.end`",
        ),
        end_slip,
    ),
    definition(
        "release_cycle_time",
        "release cycle time",
        Unit::Days,
        Goal::Less,
        (
            "median calendar days from the actual start to the actual end, both counted, over releases that shipped in the period, composites by their parts",
            "releases with `actual.start` and `actual.end`",
        ),
        cycle_time,
    ),
    definition(
        "effort_variance",
        "effort variance",
        Unit::Ratio,
        Goal::Less,
        (
            "(actual − planned effort) ÷ planned effort over phases that ended in the period; nobody records actual effort, so it is the planned effort of a day times the days that were worked",
            "phases with `effort`, `actual.start` and `actual.end`",
        ),
        effort_variance,
    ),
];

/// Why a release that ships others with it does not count.
pub(super) const BY_PARTS: &str = "it counts by its parts";

/// A release as a record.
pub(super) fn record(release: &Release) -> Record {
    Record::new("release", &release.id, release.id.span)
}

/// The actual last day of a release.
pub(super) fn actual_end(release: &Release) -> Option<NaiveDate> {
    release.actual.as_ref()?.end.as_ref().map(|day| day.value)
}

fn actual_start(release: &Release) -> Option<NaiveDate> {
    release.actual.as_ref()?.start.as_ref().map(|day| day.value)
}

impl<'m, 'p> Scope<'m, 'p> {
    /// The releases that are not called off, with their index.
    pub(super) fn live(&self) -> impl Iterator<Item = (usize, &'p Release)> + use<'m, 'p> {
        let portfolio = self.base.portfolio();
        let all = self.members.releases.iter().map(move |&r| (r, &portfolio.releases[r]));
        all.filter(|(_, release)| release.status() != Status::Cancelled)
    }

    /// Whether one of the parts of a release counts in its place: one that belongs here, is not called off and has what is asked.
    pub(super) fn counts_by_parts(&self, release: usize, has: impl Fn(&Release) -> bool) -> bool {
        let portfolio = self.base.portfolio();
        let parts = portfolio.family(release).into_iter().skip(1);
        let mut live = parts.filter(|part| self.members.releases.binary_search(part).is_ok());
        live.any(|part| portfolio.releases[part].status() != Status::Cancelled && has(&portfolio.releases[part]))
    }

    /// Those that shipped in the period, with the day. What says that it shipped and not when is left out, and what counts by
    /// its parts.
    pub(super) fn ended(&self, out: &mut Measured) -> Vec<(usize, &'p Release, NaiveDate)> {
        let mut found = Vec::new();
        for (r, release) in self.live() {
            match actual_end(release) {
                Some(end) if self.period.contains(end) => {
                    if self.counts_by_parts(r, |part| actual_end(part).is_some()) {
                        out.leave(record(release), BY_PARTS);
                    } else {
                        found.push((r, release, end));
                    }
                }
                Some(_) => {}
                None => {
                    let planned = self.base.schedule().releases[r].planned_end;
                    if release.status().is_over() && planned.is_some_and(|end| self.period.contains(end)) {
                        out.leave(record(release), "it is over and does not say when it shipped (`actual.end`)");
                    }
                }
            }
        }
        found
    }
}

fn on_time(scope: &Scope<'_, '_>) -> Measured {
    let mut out = Measured::default();
    for (_, release, end) in scope.ended(&mut out) {
        let Some(target) = &release.target else {
            out.leave(record(release), "it has no `target`");
            continue;
        };
        let late = (end - target.value).num_days();
        if late > 0 {
            let days = if late == 1 { "day" } else { "days" };
            out.count_noted(record(release), 0.0, format!("{late} {days} late"));
        } else {
            out.count(record(release), 1.0);
        }
    }
    out.mean()
}

/// From the first to the last day, both counted.
fn length(from: NaiveDate, to: NaiveDate) -> f64 {
    ((to - from).num_days() + 1) as f64
}

fn schedule_variance(scope: &Scope<'_, '_>) -> Measured {
    let mut out = Measured::default();
    for (r, release, end) in scope.ended(&mut out) {
        let planned = &scope.base.schedule().releases[r];
        let (Some(first), Some(last)) = (planned.planned_start, planned.planned_end) else {
            out.leave(record(release), "its plan has no first and last day");
            continue;
        };
        let Some(start) = started_before(&mut out, release, end) else { continue };
        if first > last {
            out.leave(record(release), "its plan ends before it begins");
            continue;
        }
        let (actual, plan) = (length(start, end), length(first, last));
        out.count_noted(record(release), (actual - plan) / plan, format!("{actual} days instead of {plan}"));
    }
    out.median()
}

/// The actual start of a release that ended; what began after it ended is left out.
fn started_before(out: &mut Measured, release: &Release, end: NaiveDate) -> Option<NaiveDate> {
    match actual_start(release) {
        None => out.leave(record(release), "it does not say when it began (`actual.start`)"),
        Some(start) if start > end => out.leave(record(release), "it ended before it began"),
        Some(start) => return Some(start),
    }
    None
}

fn start_delay(scope: &Scope<'_, '_>) -> Measured {
    let mut out = Measured::default();
    for (r, release) in scope.live() {
        let Some(start) = actual_start(release).filter(|start| scope.period.contains(*start)) else { continue };
        if scope.counts_by_parts(r, |part| actual_start(part).is_some()) {
            out.leave(record(release), BY_PARTS);
            continue;
        }
        match scope.base.schedule().releases[r].planned_start {
            Some(planned) => out.count(record(release), (start - planned).num_days() as f64),
            None => out.leave(record(release), "its plan has no first day"),
        }
    }
    out.median()
}

fn end_slip(scope: &Scope<'_, '_>) -> Measured {
    let mut out = Measured::default();
    for (r, release, end) in scope.ended(&mut out) {
        match scope.base.schedule().releases[r].planned_end {
            Some(planned) => out.count(record(release), (end - planned).num_days() as f64),
            None => out.leave(record(release), "its plan has no last day"),
        }
    }
    out.median()
}

fn cycle_time(scope: &Scope<'_, '_>) -> Measured {
    let mut out = Measured::default();
    for (_, release, end) in scope.ended(&mut out) {
        if let Some(start) = started_before(&mut out, release, end) {
            out.count(record(release), length(start, end));
        }
    }
    out.median()
}

fn effort_variance(scope: &Scope<'_, '_>) -> Measured {
    let mut out = Measured::default();
    let mut planned = 0.0;
    for (r, release) in scope.live() {
        for (p, phase) in release.phases.iter().enumerate() {
            let (Some(effort), Some(end)) = (&phase.effort, phase.actual_end()) else { continue };
            if !scope.period.contains(end) {
                continue;
            }
            let record = Record::new("phase", format!("{}/{}", release.id, phase.id), phase.span);
            let start = phase.actual.as_ref().and_then(|actual| actual.start.as_ref()).map(|day| day.value);
            let dates = scope.base.schedule().phase(r, p).planned;
            let (Some(start), Some(dates)) = (start, dates) else {
                out.leave(record, "it has no planned days, or does not say when it began");
                continue;
            };
            if start > end {
                out.leave(record, "it ended before it began");
                continue;
            }
            let worked = |dates: Dates| worked_days(scope.base.portfolio(), release, phase, dates) as f64;
            let (plan, actual) = (worked(dates), worked(Dates { start, end }));
            let effort = effort.value.person_days();
            if plan <= 0.0 || effort <= 0.0 {
                out.leave(record, "it has no planned working days or no effort");
                continue;
            }
            planned += effort;
            let more = effort * (actual - plan) / plan;
            out.count_noted(record, more, format!("{actual} days instead of {plan}, {effort}pd planned"));
        }
    }
    let mut out = out.total();
    out.value = out.value.filter(|_| planned > 0.0).map(|more| more / planned);
    out
}
