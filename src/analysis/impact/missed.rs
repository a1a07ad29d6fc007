//! Promises that were kept before and are not after: targets, dates of milestones, gates.

use std::collections::HashSet;

use chrono::NaiveDate;
use petgraph::Direction;
use petgraph::visit::EdgeRef;

use super::{Side, name};
use crate::analysis::gates::{Gates, State};
use crate::choice;
use crate::graph::{Edge, Graph, Node};

choice! {
    /// What was promised.
    pub enum Kind {
        /// What a gate is about is done when it is due.
        Gate = "gate",
        /// A milestone is reached on its date.
        Milestone = "milestone",
        /// A release is done on its target.
        Target = "target",
    }
}

/// A promise that is broken now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missed {
    /// What was promised.
    pub kind: Kind,
    /// Its name: `payments/go-live`, `payments`.
    pub id: String,
    /// The last day that keeps it.
    pub due: NaiveDate,
    /// The day it is forecast for: of a gate the last day of what leads to the phase it guards.
    pub forecast: NaiveDate,
}

/// What is missed after and was not before, by the day it was due.
pub fn missed((before, then): (Side<'_>, Gates<'_>), (after, now): (Side<'_>, Gates<'_>)) -> Vec<Missed> {
    let was: HashSet<(Kind, String)> = all(before, then).map(|missed| (missed.kind, missed.id)).collect();
    let mut found: Vec<Missed> =
        all(after, now).filter(|missed| !was.contains(&(missed.kind, missed.id.clone()))).collect();
    found.sort_by(|a, b| (a.due, &a.id, a.kind.as_str()).cmp(&(b.due, &b.id, b.kind.as_str())));
    found
}

/// Every promise that the forecast breaks.
fn all<'p>(side: Side<'p>, gates: Gates<'p>) -> impl Iterator<Item = Missed> + 'p {
    let portfolio = side.portfolio;
    let open = (0..portfolio.releases.len()).filter(|&r| !portfolio.releases[r].status().is_over());
    open.flat_map(move |r| {
        let (release, own) = (&portfolio.releases[r], &side.schedule.releases[r]);
        let target = release.target.as_ref().map(|target| target.value).zip(own.forecast_end);
        let target = target.map(|(due, forecast)| (Kind::Target, release.id.to_string(), due, forecast));
        let milestones = release.milestones.iter().enumerate().filter_map(move |(m, milestone)| {
            let due = milestone.date.as_ref().filter(|_| milestone.actual.is_none())?.value;
            Some((Kind::Milestone, name(portfolio, Node::Milestone(r, m)), due, own.milestones[m].forecast?))
        });
        let gates = gates.of(r).into_iter().filter(|gate| gate.state != State::Passed).filter_map(move |gate| {
            let ready = gate.guards.iter().filter_map(|&(r, p)| ready(side.graph, side, r, p)).max()?;
            Some((Kind::Gate, format!("{}/{}", release.id, gate.id), gate.due?, ready))
        });
        target.into_iter().chain(milestones).chain(gates).collect::<Vec<_>>()
    })
    .filter(|(_, _, due, forecast)| forecast > due)
    .map(|(kind, id, due, forecast)| Missed { kind, id, due, forecast })
}

/// The last day, by the forecast, of the phases that must end before a phase begins.
fn ready(graph: &Graph, side: Side<'_>, r: usize, p: usize) -> Option<NaiveDate> {
    let index = graph.index(Node::Phase(r, p))?;
    let ends = graph.edges.edges_directed(index, Direction::Incoming).filter_map(|edge| match edge.weight() {
        Edge::After { link, .. } if link.from_finish() && link.to_start() => match graph.edges[edge.source()] {
            Node::Phase(r, p) => side.schedule.phase(r, p).forecast.map(|dates| dates.end),
            Node::Milestone(r, m) => side.schedule.releases[r].milestones[m].forecast,
            _ => None,
        },
        _ => None,
    });
    ends.max()
}
