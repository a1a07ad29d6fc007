//! The backward pass: late dates, slack and free slack.

use chrono::NaiveDate;
use petgraph::Direction;
use petgraph::graph::NodeIndex;
use petgraph::visit::EdgeRef;

use super::length::{Length, Worker};
use super::{Dates, Schedule, after, before, lag, worker, written_end, written_start};
use crate::graph::{Edge, Graph, Node};
use crate::model::Portfolio;
use crate::model::release::Link;
use crate::time::calendar::WorkCalendar;
use crate::time::duration::Lag;

/// What a node leaves to those before it: the latest boundaries of its start and end.
#[derive(Debug, Clone, Copy, Default)]
struct Limits {
    start: Option<NaiveDate>,
    end: Option<NaiveDate>,
}

impl Limits {
    /// The day of a milestone that a limit leaves.
    fn day(self) -> Option<NaiveDate> {
        self.end.map(before).into_iter().chain(self.start).min()
    }

    fn phase(dates: Option<Dates>) -> Self {
        Self { start: dates.map(|dates| dates.start), end: dates.map(|dates| after(dates.end)) }
    }

    fn milestone(day: Option<NaiveDate>) -> Self {
        Self { start: day, end: day.map(after) }
    }
}

/// One pass from the ends: with late dates, or with the plan as it stands.
struct Pass<'p> {
    portfolio: &'p Portfolio,
    graph: &'p Graph,
    limits: Vec<Limits>,
}

/// Computes late dates from the targets backwards; the plan must be there.
pub fn run(portfolio: &Portfolio, graph: &Graph, schedule: &mut Schedule) {
    anchors(portfolio, graph, schedule);
    let blank = || Pass { portfolio, graph, limits: vec![Limits::default(); graph.edges.node_count()] };
    let (mut late, mut plan) = (blank(), blank());
    for &index in graph.order().iter().rev() {
        match graph.edges[index] {
            Node::Start(_) | Node::Finish(_) => {
                late.limits[index.index()] = late.waiting(index);
                plan.limits[index.index()] = plan.waiting(index);
            }
            Node::Phase(r, p) => phase(&mut late, &mut plan, index, schedule, (r, p)),
            Node::Milestone(r, m) => {
                let entry = &mut schedule.releases[r].milestones[m];
                let written = portfolio.releases[r].milestones[m].date.as_ref().map(|date| date.value);
                entry.late = entry.date.and_then(|_| late.waiting(index).day());
                late.limits[index.index()] = Limits::milestone(entry.late.into_iter().chain(written).min());
                // One that only follows others makes no promise of its own: what waits for it does.
                let planned = written.or_else(|| entry.date.and_then(|_| plan.waiting(index).day()));
                plan.limits[index.index()] = Limits::milestone(planned);
            }
            Node::Project(_) | Node::Gate(..) => {}
        }
    }
    slack_of_releases(graph, schedule);
}

/// The earliest of a release's own and its ancestors' targets, else its planned end. A parent's start comes before its
/// children's.
fn anchors(portfolio: &Portfolio, graph: &Graph, schedule: &mut Schedule) {
    let mut earliest: Vec<Option<NaiveDate>> = vec![None; portfolio.releases.len()];
    for &index in graph.order() {
        let Node::Start(r) = graph.edges[index] else { continue };
        let release = &portfolio.releases[r];
        let parent = release.part_of.as_ref().and_then(|id| portfolio.releases.index(id));
        let own = release.target.as_ref().map(|target| target.value);
        earliest[r] = own.into_iter().chain(parent.and_then(|parent| earliest[parent])).min();
        schedule.releases[r].anchor = earliest[r].or(schedule.releases[r].planned_end);
    }
}

impl<'p> Pass<'p> {
    fn calendar(&self, index: NodeIndex<u32>) -> &'p WorkCalendar {
        let portfolio = self.portfolio;
        let of = |r: usize| portfolio.release_calendar(&portfolio.releases[r]);
        match self.graph.edges[index] {
            Node::Phase(r, p) => {
                let release = &portfolio.releases[r];
                portfolio.phase_calendar(release, release.phases[p].team.as_ref())
            }
            node => node.release().map_or(portfolio.calendars.default_calendar(), of),
        }
    }

    /// What a successor leaves to its predecessor over a link: the latest boundary of the end that counts.
    fn back(&self, to: NodeIndex<u32>, link: Link, lag: Lag) -> Option<NaiveDate> {
        let (calendar, limits) = (self.calendar(to), self.limits[to.index()]);
        if !matches!(self.graph.edges[to], Node::Milestone(..)) {
            let bound = if link.to_start() { limits.start } else { limits.end };
            return bound.map(|bound| lag::boundary_before(calendar, bound, lag));
        }
        let day = |bound| lag::day_before(calendar, bound, lag);
        match link {
            Link::StartFinish => limits.end.map(|bound| lag::boundary_before(calendar, bound, lag)),
            Link::StartStart => limits.start.map(day),
            Link::FinishStart | Link::FinishFinish => limits.start.map(day).map(after),
        }
    }

    /// What all that waits for a node leaves to it.
    fn waiting(&self, index: NodeIndex<u32>) -> Limits {
        let mut limits = Limits::default();
        let lower =
            |bound: &mut Option<NaiveDate>, by: Option<NaiveDate>| *bound = bound.iter().copied().chain(by).min();
        for edge in self.graph.edges.edges_directed(index, Direction::Outgoing) {
            let to = edge.target();
            match *edge.weight() {
                _ if self.graph.in_cycle(edge.id()) => {}
                Edge::After { link, lag, .. } => {
                    let side = if link.from_finish() { &mut limits.end } else { &mut limits.start };
                    lower(side, self.back(to, link, lag));
                }
                Edge::DependsOn { lag, .. } => lower(&mut limits.end, self.back(to, Link::FinishStart, lag)),
                Edge::Within => {
                    lower(&mut limits.start, self.limits[to.index()].start);
                    lower(&mut limits.end, self.limits[to.index()].end);
                }
                Edge::Guards | Edge::Needs { .. } => {}
            }
        }
        limits
    }
}

fn phase(
    late: &mut Pass<'_>,
    plan: &mut Pass<'_>,
    index: NodeIndex<u32>,
    schedule: &mut Schedule,
    (r, p): (usize, usize),
) {
    let portfolio = late.portfolio;
    let release = &portfolio.releases[r];
    let phase = &release.phases[p];
    let anchor = schedule.releases[r].anchor.map(after);
    let entry = &mut schedule.releases[r].phases[p];
    let Some(planned) = entry.planned else { return };
    let worker = worker(portfolio, release, phase);
    let length = worker.length(phase, planned);
    let calendar = portfolio.release_calendar(release);
    let slack = |latest: Dates| calendar.working_days(planned.start, latest.start);
    let waiting = late.waiting(index);
    let end = waiting.end.into_iter().chain(anchor).min();
    entry.late = latest(planned, &worker, length, Limits { end, ..waiting });
    entry.slack = entry.late.map(slack);
    entry.free_slack = latest(planned, &worker, length, plan.waiting(index)).map(slack).or(entry.slack);
    // Where one end is written, neither moves: both are promised.
    let is_fixed = written_start(phase).is_some() || written_end(phase).is_some();
    let promised = entry.late.map(|late| {
        let kept = Dates { start: late.start.min(planned.start), end: late.end.min(planned.end) };
        if is_fixed { kept } else { late }
    });
    late.limits[index.index()] = Limits::phase(promised);
    plan.limits[index.index()] = Limits::phase(Some(planned));
}

/// The latest dates of a phase within limits; none without any.
fn latest(planned: Dates, worker: &Worker<'_>, length: Length, limits: Limits) -> Option<Dates> {
    let by_end = limits.end.map(|end| worker.latest_start(before(end), length));
    let by_start = limits.start.map(|start| worker.latest_worked(start));
    let start = by_end.into_iter().chain(by_start).min()?;
    // The plan may lie on days off that nothing else would be placed on.
    let fits =
        limits.end.is_none_or(|end| planned.end < end) && limits.start.is_none_or(|bound| planned.start <= bound);
    let stays = fits && start <= planned.start;
    Some(if stays { planned } else { Dates { start, end: worker.last_day(start, length) } })
}

/// The slack of a release is the smallest of its phases' and its children's.
fn slack_of_releases(graph: &Graph, schedule: &mut Schedule) {
    for &index in graph.order() {
        let Node::Finish(r) = graph.edges[index] else { continue };
        let own = schedule.releases[r].phases.iter().filter_map(|phase| phase.slack).min();
        let children = graph.edges.edges_directed(index, Direction::Incoming).filter_map(|edge| {
            match graph.edges[edge.source()] {
                Node::Finish(child) if matches!(edge.weight(), Edge::Within) => schedule.releases[child].slack,
                _ => None,
            }
        });
        let slack = own.into_iter().chain(children).min();
        schedule.releases[r].slack = slack;
    }
}
