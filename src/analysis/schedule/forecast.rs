//! The forecast: what the plan becomes by what has happened and by today.

use chrono::NaiveDate;

use super::length::{Length, Worker};
use super::network::{Boundaries, Demands};
use super::{Dates, Schedule, after, before, worker};
use crate::graph::{Graph, Node};
use crate::model::Portfolio;
use crate::model::release::{Phase, Release};

/// Forecasts every phase, milestone and release as of `today`, by node, from the plan.
pub fn run(portfolio: &Portfolio, graph: &Graph, today: NaiveDate, plan: &Boundaries) -> Boundaries {
    let mut boundaries = Boundaries::new(graph);
    for &index in graph.order() {
        match graph.edges[index] {
            Node::Start(r) => boundaries.settle_start(portfolio, graph, index, r),
            Node::Phase(r, p) => {
                let release = &portfolio.releases[r];
                let phase = &release.phases[p];
                let worker = worker(portfolio, release, phase);
                let demands = boundaries.demands(graph, index, worker.calendar());
                let today = (!release.status().is_over()).then_some(today);
                let forecast = phase_dates(phase, plan.dates(index), &worker, &demands, today);
                boundaries.set_days(index, forecast.map(|dates| dates.start), forecast.map(|dates| dates.end));
            }
            Node::Milestone(r, m) => {
                let release = &portfolio.releases[r];
                let milestone = &release.milestones[m];
                let demands = boundaries.demands(graph, index, portfolio.release_calendar(release));
                let network = demands.bounds.iter().map(super::Bound::milestone_day).max();
                let (planned, _) = plan.days(index);
                // A milestone that only follows others is reached with them; today pushes those, and a written date.
                let over = release.status().is_over() || milestone.date.is_none();
                let open =
                    if milestone.date.is_none() { network.filter(|_| !demands.unmet) } else { planned.max(network) };
                let open = open.map(|date| not_past(date, today, over));
                let forecast = milestone.actual.as_ref().map(|actual| actual.value).or(open);
                boundaries.set_days(index, forecast, forecast);
            }
            Node::Finish(r) => {
                let (first, last) = finish(&portfolio.releases[r], today, boundaries.inside(graph, index));
                boundaries.set_days(index, first, last);
            }
            Node::Project(_) | Node::Gate(..) => {}
        }
    }
    boundaries
}

/// Writes a forecast into the schedule.
pub fn store(portfolio: &Portfolio, graph: &Graph, forecast: &Boundaries, schedule: &mut Schedule) {
    for (r, own) in schedule.releases.iter_mut().enumerate() {
        for (p, phase) in own.phases.iter_mut().enumerate() {
            phase.forecast = graph.index(Node::Phase(r, p)).and_then(|index| forecast.dates(index));
        }
        for (m, milestone) in own.milestones.iter_mut().enumerate() {
            milestone.forecast = graph.index(Node::Milestone(r, m)).and_then(|index| forecast.days(index).0);
        }
        let days = graph.index(Node::Finish(r)).map(|index| forecast.days(index));
        (own.forecast_start, own.forecast_end) = days.unwrap_or_default();
        let target = portfolio.releases[r].target.as_ref().map(|target| target.value);
        own.lateness = own.forecast_end.zip(target).map(|(last, target)| (last - target).num_days());
    }
}

fn not_past(date: NaiveDate, today: NaiveDate, over: bool) -> NaiveDate {
    if over { date } else { date.max(today) }
}

/// The first and the last day of a release, by those of what lies inside.
fn finish(
    release: &Release,
    today: NaiveDate,
    (first, last): (Option<NaiveDate>, Option<NaiveDate>),
) -> (Option<NaiveDate>, Option<NaiveDate>) {
    let target = release.target.as_ref().map(|target| target.value);
    let last = last.or_else(|| target.map(|target| not_past(target, today, release.status().is_over())));
    let actual = release.actual.as_ref();
    let happened = |date: Option<&crate::model::Spanned<NaiveDate>>| date.map(|date| date.value);
    let first = happened(actual.and_then(|actual| actual.start.as_ref())).or(first);
    let last = happened(actual.and_then(|actual| actual.end.as_ref())).or(last);
    (first, last)
}

/// The forecast of a phase; `today` is none when its release is over and so never pushed by it.
fn phase_dates(
    phase: &Phase,
    planned: Option<Dates>,
    worker: &Worker<'_>,
    demands: &Demands,
    today: Option<NaiveDate>,
) -> Option<Dates> {
    let actual = phase.actual.as_ref();
    let began = actual.and_then(|actual| actual.start.as_ref()).map(|date| date.value);
    let ended = actual.and_then(|actual| actual.end.as_ref()).map(|date| date.value);
    if let Some(end) = ended {
        let start = began.or(planned.map(|dates| dates.start)).unwrap_or(end);
        return Some(Dates { start: start.min(end), end });
    }
    let planned = planned.or_else(|| began.map(|start| Dates { start, end: start }))?;
    let length = worker.length(phase, planned);
    let done = phase.progress.as_ref().map(|progress| i64::from(progress.0));
    if began.is_some() || done.is_some() {
        let start = began.unwrap_or(planned.start);
        return Some(Dates { start, end: started(start, length, done, worker, today) });
    }
    let earliest = [Some(planned.start), demands.start(), today].into_iter().flatten().max().unwrap_or(planned.start);
    let mut dates = planned;
    if earliest > planned.start {
        let start = worker.next_worked(earliest);
        dates = Dates { start, end: worker.last_day(start, length) };
    }
    if let Some(bound) = demands.end().filter(|&bound| bound > after(dates.end)) {
        let start = worker.earliest_start_to_end(bound, length).max(dates.start);
        dates = Dates { start, end: worker.last_day(start, length) };
    }
    Some(dates)
}

/// The days that remain of so many when `done` per cent are done.
pub fn remaining(days: i64, done: i64) -> i64 {
    (days * (100 - done) + 99) / 100
}

/// The last day of a phase that began: what remains counts from today.
fn started(
    start: NaiveDate,
    length: Length,
    done: Option<i64>,
    worker: &Worker<'_>,
    today: Option<NaiveDate>,
) -> NaiveDate {
    let by_length = worker.last_day(start, length);
    let Some(today) = today else { return by_length };
    let Some(done) = done else { return by_length.max(today) };
    let from = today.max(start);
    let remaining = match length {
        Length::Working(days) => Length::Working(remaining(days, done)),
        Length::Elapsed(days) => Length::Elapsed(remaining(days, done)),
    };
    match remaining {
        Length::Working(0) | Length::Elapsed(0) => worker.latest_worked(before(from)).max(start),
        // The start counts as worked, whatever day it is.
        Length::Working(_) if from > start => worker.last_day(worker.next_worked(from), remaining),
        _ => worker.last_day(from, remaining),
    }
}
