//! The forward pass: the plan.

use super::length::{self, Worker};
use super::network::{Boundaries, Demands};
use super::{Dates, MilestoneSchedule, PhaseSchedule, Schedule, worker, written_end, written_start};
use crate::graph::{Graph, Node};
use crate::model::Portfolio;
use crate::model::release::Phase;

/// Places every phase and milestone, in the order of the network. Answers the plan by node.
pub fn run(portfolio: &Portfolio, graph: &Graph, schedule: &mut Schedule) -> Boundaries {
    let mut boundaries = Boundaries::new(graph);
    for &index in graph.order() {
        match graph.edges[index] {
            Node::Start(r) => boundaries.settle_start(portfolio, graph, index, r),
            Node::Phase(r, p) => {
                let release = &portfolio.releases[r];
                let phase = &release.phases[p];
                let worker = worker(portfolio, release, phase);
                let demands = boundaries.demands(graph, index, worker.calendar());
                let placed = place(phase, &worker, &demands);
                boundaries.set_days(index, placed.map(|dates| dates.start), placed.map(|dates| dates.end));
                let follows_unplaced = placed.is_none() && super::is_placeable(phase);
                let bounds = demands.bounds;
                schedule.releases[r].phases[p] =
                    PhaseSchedule { planned: placed, bounds, follows_unplaced, ..PhaseSchedule::default() };
            }
            Node::Milestone(r, m) => {
                let release = &portfolio.releases[r];
                let milestone = &release.milestones[m];
                let demands = boundaries.demands(graph, index, portfolio.release_calendar(release));
                let network = demands.bounds.iter().map(super::Bound::milestone_day).max();
                let network = network.filter(|_| !demands.unmet);
                let date = milestone.date.as_ref().map(|date| date.value).or(network);
                boundaries.set_days(index, date, date);
                let follows_unplaced = date.is_none() && !milestone.after.is_empty();
                let bounds = demands.bounds;
                schedule.releases[r].milestones[m] =
                    MilestoneSchedule { date, bounds, follows_unplaced, ..MilestoneSchedule::default() };
            }
            Node::Finish(r) => {
                let release = &portfolio.releases[r];
                let (first, last) = boundaries.inside(graph, index);
                let last = last.or(release.target.as_ref().map(|target| target.value));
                boundaries.set_days(index, first, last);
                let own = &mut schedule.releases[r];
                (own.planned_start, own.planned_end) = (first, last);
            }
            Node::Project(_) | Node::Gate(..) => {}
        }
    }
    boundaries
}

/// Written dates stand; what is not written follows from the duration, and from the network.
fn place(phase: &Phase, worker: &Worker<'_>, demands: &Demands) -> Option<Dates> {
    let length = length::written(phase, worker.calendar());
    match (written_start(phase), written_end(phase), length) {
        (Some(start), Some(end), _) => Some(Dates { start, end }),
        (Some(start), None, Some(length)) => Some(Dates { start, end: worker.last_day(start, length) }),
        (None, Some(end), Some(length)) => Some(Dates { start: worker.first_day(end, length), end }),
        (None, None, Some(length)) => {
            let follows = demands.bounds.iter().any(|bound| !bound.is_release_wide());
            if demands.unmet || !follows {
                return None;
            }
            let from_start = demands.start().map(|boundary| worker.calendar().next_working(boundary));
            let from_end = demands.end().map(|boundary| worker.earliest_start_to_end(boundary, length));
            let start = from_start.max(from_end)?;
            Some(Dates { start, end: worker.last_day(start, length) })
        }
        (Some(_), None, None) | (None, _, None) => None,
    }
}
