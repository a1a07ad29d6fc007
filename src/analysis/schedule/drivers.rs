//! What keeps phases and milestones from being expected earlier.

use super::network::Boundaries;
use super::{Schedule, critical, worker};
use crate::graph::{Graph, Node};
use crate::model::Portfolio;

/// The forecast of a portfolio as a network: what drives what. Made once, in time linear in the nodes and edges of the graph.
#[derive(Debug)]
pub struct Drivers<'p> {
    portfolio: &'p Portfolio,
    graph: &'p Graph,
    schedule: &'p Schedule,
    boundaries: Boundaries,
}

impl<'p> Drivers<'p> {
    /// The network of a forecast.
    pub fn new(portfolio: &'p Portfolio, graph: &'p Graph, schedule: &'p Schedule) -> Self {
        let mut boundaries = Boundaries::new(graph);
        for &index in graph.order() {
            let (first, last) = match graph.edges[index] {
                Node::Start(r) => {
                    boundaries.settle_start(portfolio, graph, index, r);
                    continue;
                }
                Node::Phase(r, p) => schedule.phase(r, p).forecast.map(|dates| (dates.start, dates.end)).unzip(),
                Node::Milestone(r, m) => {
                    let day = schedule.releases[r].milestones[m].forecast;
                    (day, day)
                }
                Node::Finish(r) => (schedule.releases[r].forecast_start, schedule.releases[r].forecast_end),
                Node::Project(_) | Node::Gate(..) => continue,
            };
            boundaries.set_days(index, first, last);
        }
        Self { portfolio, graph, schedule, boundaries }
    }

    /// What keeps a phase or milestone from being expected earlier: what decides its forecast, and where that is the plan, what
    /// decides the plan.
    pub fn of(&self, node: Node) -> Vec<Node> {
        let Some(index) = self.graph.index(node) else { return Vec::new() };
        let of_plan = |bound: &&super::Bound| self.schedule.drives(self.portfolio, node, bound);
        match node {
            Node::Phase(r, p) => {
                let own = self.schedule.phase(r, p);
                let Some(dates) = own.forecast else { return Vec::new() };
                let release = &self.portfolio.releases[r];
                let worker = worker(self.portfolio, release, &release.phases[p]);
                let demands = self.boundaries.demands(self.graph, index, worker.calendar());
                let driving = demands.bounds.iter().filter(|bound| critical::holds(worker.calendar(), dates, bound));
                let is_as_planned = own.planned.is_some_and(|planned| planned.start == dates.start);
                let planned = own.bounds.iter().filter(|_| is_as_planned).filter(of_plan);
                driving.chain(planned).map(|bound| bound.from).collect()
            }
            Node::Milestone(r, m) => {
                let own = &self.schedule.releases[r].milestones[m];
                let Some(day) = own.forecast else { return Vec::new() };
                let calendar = self.portfolio.release_calendar(&self.portfolio.releases[r]);
                let demands = self.boundaries.demands(self.graph, index, calendar);
                let driving = demands.bounds.iter().filter(|bound| bound.milestone_day() >= day);
                let planned = own.bounds.iter().filter(|_| own.date == Some(day)).filter(of_plan);
                driving.chain(planned).map(|bound| bound.from).collect()
            }
            Node::Project(_) | Node::Start(_) | Node::Finish(_) | Node::Gate(..) => Vec::new(),
        }
    }
}
