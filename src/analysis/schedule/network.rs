//! What the network demands of a node, by the dates of what comes before it. Shared by the plan and the forecast.

use chrono::NaiveDate;
use petgraph::Direction;
use petgraph::graph::NodeIndex;
use petgraph::visit::EdgeRef;

use super::{Bound, Dates, after, before, lag};
use crate::diagnostic::Span;
use crate::graph::{Edge, Graph, Node};
use crate::model::Portfolio;
use crate::model::release::Link;
use crate::time::calendar::WorkCalendar;

/// The boundaries of every node, by index.
#[derive(Debug)]
pub struct Boundaries {
    nodes: Vec<Boundary>,
}

/// The boundaries of one node.
#[derive(Debug, Clone, Copy, Default)]
pub struct Boundary {
    /// Before the first day; of [`Node::Start`]: before which nothing of the release begins.
    pub start: Option<NaiveDate>,
    /// After the last day.
    pub end: Option<NaiveDate>,
    /// What put the bound of a [`Node::Start`].
    by: Option<(Node, Span)>,
}

/// What the network demands of a phase or milestone.
#[derive(Debug, Clone, Default)]
pub struct Demands {
    /// Every demand.
    pub bounds: Vec<Bound>,
    /// Whether it waits for itself, or for something that has no dates.
    pub unmet: bool,
}

impl Demands {
    /// The earliest boundary of the start.
    pub fn start(&self) -> Option<NaiveDate> {
        self.bounds.iter().filter(|bound| !bound.of_end).map(|bound| bound.not_before).max()
    }

    /// The earliest boundary of the end.
    pub fn end(&self) -> Option<NaiveDate> {
        self.bounds.iter().filter(|bound| bound.of_end).map(|bound| bound.not_before).max()
    }
}

impl Boundaries {
    /// Nothing is known yet.
    pub fn new(graph: &Graph) -> Self {
        Self { nodes: vec![Boundary::default(); graph.edges.node_count()] }
    }

    /// The boundaries of a node.
    pub fn get(&self, node: NodeIndex<u32>) -> Boundary {
        self.nodes[node.index()]
    }

    /// The first and the last day of a node.
    pub fn days(&self, node: NodeIndex<u32>) -> (Option<NaiveDate>, Option<NaiveDate>) {
        let Boundary { start, end, .. } = self.get(node);
        (start, end.map(before))
    }

    /// The dates of a node that has both.
    pub fn dates(&self, node: NodeIndex<u32>) -> Option<Dates> {
        let (start, end) = self.days(node);
        start.zip(end).map(|(start, end)| Dates { start, end })
    }

    /// Sets the first and the last day of a node.
    pub fn set_days(&mut self, node: NodeIndex<u32>, first: Option<NaiveDate>, last: Option<NaiveDate>) {
        self.nodes[node.index()] = Boundary { start: first, end: last.map(after), by: None };
    }

    /// Settles where a release may begin: after all it depends on, and not before its parent.
    pub fn settle_start(&mut self, portfolio: &Portfolio, graph: &Graph, node: NodeIndex<u32>, release: usize) {
        let calendar = portfolio.release_calendar(&portfolio.releases[release]);
        let mut settled = Boundary::default();
        for edge in graph.edges.edges_directed(node, Direction::Incoming) {
            let from = self.get(edge.source());
            let (bound, by) = match *edge.weight() {
                _ if graph.in_cycle(edge.id()) => continue,
                Edge::DependsOn { lag, span } => {
                    let end = from.end.map(|end| calendar.add_lag(end, lag));
                    (end, Some((graph.edges[edge.source()], span)))
                }
                Edge::Within => (from.start, from.by),
                _ => continue,
            };
            if bound.is_some() && bound > settled.start {
                settled = Boundary { start: bound, end: None, by };
            }
        }
        self.nodes[node.index()] = settled;
    }

    /// The last day of what lies inside a release, and its children's.
    pub fn inside(&self, graph: &Graph, finish: NodeIndex<u32>) -> (Option<NaiveDate>, Option<NaiveDate>) {
        let mut first: Option<NaiveDate> = None;
        let mut end: Option<NaiveDate> = None;
        for edge in graph.edges.edges_directed(finish, Direction::Incoming) {
            let inner = self.get(edge.source());
            first = first.into_iter().chain(inner.start).min();
            end = end.max(inner.end);
        }
        (first, end.map(before))
    }

    /// What the network demands of a phase or milestone. A milestone's lags and a phase's are in its own calendar.
    pub fn demands(&self, graph: &Graph, node: NodeIndex<u32>, calendar: &WorkCalendar) -> Demands {
        let is_milestone = matches!(graph.edges[node], Node::Milestone(..));
        let mut demands = Demands::default();
        for edge in graph.edges.edges_directed(node, Direction::Incoming) {
            let from = self.get(edge.source());
            match *edge.weight() {
                Edge::After { .. } if graph.in_cycle(edge.id()) => demands.unmet = true,
                Edge::After { link, lag, span } => {
                    let Some(base) = (if link.from_finish() { from.end } else { from.start }) else {
                        demands.unmet = true;
                        continue;
                    };
                    let not_before = match link {
                        Link::StartFinish => calendar.add_lag(base, lag),
                        Link::StartStart if is_milestone => lag::day_after(calendar, base, lag),
                        _ if is_milestone => after(lag::day_after(calendar, before(base), lag)),
                        _ => calendar.add_lag(base, lag),
                    };
                    demands.bounds.push(Bound {
                        from: graph.edges[edge.source()],
                        not_before,
                        from_end: link.from_finish(),
                        of_end: !link.to_start(),
                        span,
                    });
                }
                Edge::Within => {
                    if let (Some(not_before), Some((from, span))) = (from.start, from.by) {
                        demands.bounds.push(Bound { from, not_before, from_end: true, of_end: false, span });
                    }
                }
                _ => {}
            }
        }
        demands.bounds.sort_by_key(|bound| bound.span);
        demands
    }
}
