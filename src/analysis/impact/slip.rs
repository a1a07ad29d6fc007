//! What a slip means, as fields to write.
//!
//! A phase that has not begun begins so much later than it is expected to: its forecast start is moved, and its end with it. A
//! phase that has begun takes so much longer than it is expected to: its forecast end is moved. Distances count in the
//! calendar of the phase, as a lag does. What slips is the plan too, so that bookings, gates and freezes follow.

use chrono::NaiveDate;

use super::Side;
use crate::analysis::schedule::{self, Dates, Length, Worker, remaining};
use crate::graph::{Edge, Node};
use crate::model::Portfolio;
use crate::model::release::{Phase, Status};
use crate::time::calendar::WorkCalendar;
use crate::time::duration::{Duration, Lag};
use crate::time::{MAX_DATE, MIN_DATE};
use petgraph::Direction;
use petgraph::visit::EdgeRef;

/// A field and what it shall say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// The phase or milestone; [`Node::Finish`] for the release itself.
    pub node: Node,
    /// The field.
    pub field: &'static str,
    /// Its value.
    pub value: String,
}

/// Why something cannot slip.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// It really ended, or was reached, on this day.
    Ended(NaiveDate),
    /// Its release is over.
    Over(String, Status),
    /// Every phase of it has ended.
    NothingOpen,
    /// It has no dates.
    Undated,
    /// The slip leads out of the range of dates.
    OutOfRange,
    /// This phase would begin before today; it is forecast to begin on this day.
    Past(String, NaiveDate),
}

/// The fields that say that a phase, a milestone or a release ([`Node::Finish`]) slips; negative lags lead, though to no start
/// before today.
pub fn settings(side: Side<'_>, node: Node, lag: Lag, today: NaiveDate) -> Result<Vec<Setting>, Refusal> {
    match node {
        Node::Phase(r, p) => {
            is_open(side.portfolio, r)?;
            phase(side, (r, p), lag, today)
        }
        Node::Milestone(r, m) => {
            is_open(side.portfolio, r)?;
            let release = &side.portfolio.releases[r];
            if let Some(reached) = &release.milestones[m].actual {
                return Err(Refusal::Ended(reached.value));
            }
            let date = side.schedule.releases[r].milestones[m].forecast.ok_or(Refusal::Undated)?;
            let date = slipped(side.portfolio.release_calendar(release), date, lag)?;
            Ok(vec![Setting { node, field: "date", value: date.to_string() }])
        }
        Node::Finish(r) | Node::Start(r) => {
            is_open(side.portfolio, r)?;
            release(side, r, lag, today)
        }
        Node::Project(_) | Node::Gate(..) => Err(Refusal::Undated),
    }
}

fn is_open(portfolio: &Portfolio, r: usize) -> Result<(), Refusal> {
    let release = &portfolio.releases[r];
    if release.status().is_over() {
        return Err(Refusal::Over(release.id.to_string(), release.status()));
    }
    Ok(())
}

/// The phases that begin a release, as far as they have not ended, and those of its parts; where there are none, the target.
fn release(side: Side<'_>, r: usize, lag: Lag, today: NaiveDate) -> Result<Vec<Setting>, Refusal> {
    let portfolio = side.portfolio;
    let mut family = portfolio.family(r);
    family.retain(|&r| !portfolio.releases[r].status().is_over());
    let has_phases = family.iter().any(|&r| !portfolio.releases[r].phases.is_empty());
    let mut has_undated = false;
    let mut found = Vec::new();
    for r in family {
        let own = &portfolio.releases[r];
        let is_bare = own.phases.is_empty() && portfolio.children(r).is_empty();
        if let (true, Some(target)) = (is_bare, side.schedule.releases[r].forecast_end.filter(|_| own.target.is_some()))
        {
            let target = slipped(portfolio.release_calendar(own), target, lag)?;
            found.push(Setting { node: Node::Finish(r), field: "target", value: target.to_string() });
        }
        for p in first_open(side, r) {
            match phase(side, (r, p), lag, today) {
                Ok(settings) => found.extend(settings),
                // What has no dates cannot slip, and keeps nothing else from it.
                Err(Refusal::Undated) => has_undated = true,
                Err(refusal) => return Err(refusal),
            }
        }
    }
    match found.is_empty() {
        true if has_phases && !has_undated => Err(Refusal::NothingOpen),
        true => Err(Refusal::Undated),
        false => Ok(found),
    }
}

/// The phases of a release that have not ended, and wait for none in it that has not.
fn first_open(side: Side<'_>, r: usize) -> Vec<usize> {
    let release = &side.portfolio.releases[r];
    let open = |p: usize| release.phases[p].actual_end().is_none();
    let waits = |p: usize| {
        let mut seen = std::collections::HashSet::new();
        let mut stack: Vec<_> = side.graph.index(Node::Phase(r, p)).into_iter().collect();
        while let Some(node) = stack.pop() {
            for edge in side.graph.edges.edges_directed(node, Direction::Incoming) {
                let from = side.graph.edges[edge.source()];
                if !matches!(edge.weight(), Edge::After { .. }) || from.release() != Some(r) || !seen.insert(from) {
                    continue;
                }
                if matches!(from, Node::Phase(_, other) if other != p && open(other)) {
                    return true;
                }
                stack.push(edge.source());
            }
        }
        false
    };
    let first: Vec<usize> = (0..release.phases.len()).filter(|&p| open(p) && !waits(p)).collect();
    // Phases that wait for each other have no first.
    if first.is_empty() { (0..release.phases.len()).filter(|&p| open(p)).collect() } else { first }
}

fn phase(side: Side<'_>, (r, p): (usize, usize), lag: Lag, today: NaiveDate) -> Result<Vec<Setting>, Refusal> {
    let release = &side.portfolio.releases[r];
    let phase = &release.phases[p];
    if let Some(ended) = phase.actual_end() {
        return Err(Refusal::Ended(ended));
    }
    let own = side.schedule.phase(r, p);
    let (Some(planned), Some(forecast)) = (own.planned, own.forecast) else { return Err(Refusal::Undated) };
    let worker = schedule::worker(side.portfolio, release, phase);
    let set = |field: &'static str, value: String| Setting { node: Node::Phase(r, p), field, value };
    if phase.has_begun() || phase.progress.is_some() {
        return longer(phase, &worker, planned, forecast, lag, &set);
    }
    if lag.negative && slipped(worker.calendar(), forecast.start, lag)? < today {
        return Err(Refusal::Past(super::name(side.portfolio, Node::Phase(r, p)), forecast.start));
    }
    later(phase, &worker, planned, forecast, lag, &set)
}

/// A phase that has not begun: as long as before, from a later day.
fn later(
    phase: &Phase,
    worker: &Worker<'_>,
    planned: Dates,
    forecast: Dates,
    lag: Lag,
    set: &dyn Fn(&'static str, String) -> Setting,
) -> Result<Vec<Setting>, Refusal> {
    let calendar = worker.calendar();
    let start = slipped(calendar, forecast.start, lag)?;
    let mut found = Vec::new();
    let has_start = phase.start.is_some() || phase.date.is_some();
    if has_start || phase.end.is_none() {
        let field = if phase.date.is_some() && phase.start.is_none() { "date" } else { "start" };
        found.push(set(field, start.to_string()));
    }
    if phase.end.is_some() {
        // Where all three are written they have to agree.
        let agree = has_start && phase.duration.is_some();
        let whole = agree || calendar.is_working(forecast.start) && calendar.is_working(forecast.end);
        let end = match worker.length(phase, planned) {
            Length::Working(days) if whole => calendar.finish(start, days),
            // Days off that are worked stay so where they can.
            Length::Working(_) => slipped(calendar, forecast.end, lag)?,
            length @ Length::Elapsed(_) => worker.last_day(start, length),
        };
        found.push(set("end", in_range(end.max(start))?.to_string()));
    }
    Ok(found)
}

/// A phase that has begun: from the same day, but longer; the share that is done is then smaller.
fn longer(
    phase: &Phase,
    worker: &Worker<'_>,
    planned: Dates,
    forecast: Dates,
    lag: Lag,
    set: &dyn Fn(&'static str, String) -> Setting,
) -> Result<Vec<Setting>, Refusal> {
    let calendar = worker.calendar();
    let end = calendar.next_working(slipped(calendar, forecast.end, lag)?).max(forecast.start);
    let done = phase.progress.as_ref().map(|progress| i64::from(progress.0));
    let length = worker.length(phase, planned);
    let (total, progress) = match (length, done) {
        (Length::Working(_), None) => (1 + calendar.working_days(next(forecast.start), next(end)), None),
        (Length::Elapsed(_), None) => (1 + (end - forecast.start).num_days(), None),
        (Length::Working(days), Some(done)) => {
            extended(days, done, calendar.working_days(next(forecast.end), next(end)))
        }
        (Length::Elapsed(days), Some(done)) => extended(days, done, (end - forecast.end).num_days()),
    };
    let total = total.max(1);
    let (total_length, unit) = match length {
        Length::Working(_) => (Length::Working(total), "d"),
        Length::Elapsed(_) => (Length::Elapsed(total), "ed"),
    };
    let last = worker.last_day(planned.start, total_length);
    let is_span = schedule::written_start(phase).is_some() && phase.end.is_some();
    let mut found = Vec::new();
    if !is_span || phase.duration.is_some() {
        found.push(set("duration", format!("{total}{unit}")));
    }
    if phase.end.is_some() {
        found.push(set("end", in_range(last)?.to_string()));
    }
    if let Some(progress) = progress.filter(|progress| Some(*progress) != done) {
        found.push(set("progress", progress.to_string()));
    }
    in_range(last)?;
    Ok(found)
}

/// How long a phase is, and how much of it is done, when `more` days remain of its `days` than now.
fn extended(days: i64, done: i64, more: i64) -> (i64, Option<i64>) {
    let left = remaining(days, done);
    let (did, left) = (days - left, (left + more).max(0));
    if left == 0 {
        return (did.max(1), Some(100));
    }
    // Per cent are whole, so that of a long phase not every number of days can be left; a little more then can.
    let share = |total: i64| 100 - 100 * left / total;
    let exact = (did + left..).take(200).find(|&total| remaining(total, share(total)) == left);
    let total = exact.unwrap_or(did + left);
    (total, Some(share(total)))
}

/// A day moved in a calendar: to a day of work, unless it is on a day off now.
fn slipped(calendar: &WorkCalendar, day: NaiveDate, lag: Lag) -> Result<NaiveDate, Refusal> {
    let moved = calendar.add_lag(day, lag);
    let moved = if calendar.is_working(day) { calendar.next_working(moved) } else { moved };
    in_range(moved)
}

/// Arithmetic stops at the ends of the range, so what lies there is beyond it.
fn in_range(day: NaiveDate) -> Result<NaiveDate, Refusal> {
    if day > MIN_DATE && day < MAX_DATE { Ok(day) } else { Err(Refusal::OutOfRange) }
}

fn next(day: NaiveDate) -> NaiveDate {
    day.succ_opt().unwrap_or(day)
}

/// A distance that phases can be moved by: whole days. Hours count where they are whole days.
pub fn in_days(lag: Lag) -> Option<Lag> {
    let duration = match lag.duration {
        Duration::Clock { minutes } if minutes % (24 * 60) == 0 => Duration::Elapsed { days: minutes / (24 * 60) },
        Duration::Clock { .. } => return None,
        duration => duration,
    };
    Some(Lag { duration, ..lag })
}
