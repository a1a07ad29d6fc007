//! What moved from one schedule to another, and what moved it.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use petgraph::Direction;
use petgraph::graph::NodeIndex;
use petgraph::visit::EdgeRef;

use super::{Side, name};
use crate::analysis::schedule::Dates;
use crate::graph::{Edge, Node};

/// What can move, in the order in which equals are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Item {
    /// A phase.
    Phase,
    /// A milestone: its start and end are one day.
    Milestone,
    /// A release, from the first to the last day of its phases and its parts'.
    Release,
}

/// A first and a last day, as far as they are known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Ends {
    /// The first day.
    pub start: Option<NaiveDate>,
    /// The last day.
    pub end: Option<NaiveDate>,
}

impl From<Option<Dates>> for Ends {
    fn from(dates: Option<Dates>) -> Self {
        Self { start: dates.map(|dates| dates.start), end: dates.map(|dates| dates.end) }
    }
}

impl Ends {
    fn on(day: Option<NaiveDate>) -> Self {
        Self { start: day, end: day }
    }

    fn is_known(self) -> bool {
        self.start.is_some() || self.end.is_some()
    }
}

/// The dates of one thing, by plan and by forecast.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Placed {
    /// The plan.
    pub planned: Ends,
    /// The forecast.
    pub forecast: Ends,
    /// Working days until a promise breaks.
    pub slack: Option<i64>,
}

/// Something that has other dates than before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Move {
    /// What it is.
    pub item: Item,
    /// Where it is in the portfolio after; none when it is there no more.
    pub node: Option<Node>,
    /// Its name: `payments/uat`, `payments`.
    pub id: String,
    /// The id of its release.
    pub release: String,
    /// Its dates before; none known when it was not there.
    pub before: Placed,
    /// Its dates after; none known when it is there no more.
    pub after: Placed,
    /// Whether it was changed itself.
    pub changed: bool,
    /// The place in the list of what moved it; none when that is the change itself.
    pub because: Option<usize>,
}

impl Move {
    /// Calendar days by which the forecast end moved, positive = later.
    pub fn days(&self) -> Option<i64> {
        Some((self.after.forecast.end? - self.before.forecast.end?).num_days())
    }

    /// The same by the plan.
    pub fn planned_days(&self) -> Option<i64> {
        Some((self.after.planned.end? - self.before.planned.end?).num_days())
    }
}

/// Everything that moved, each after what moved it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Moves(pub Vec<Move>);

type Key = (Item, String);

impl Moves {
    /// What has other dates after than before; `changed` says what was changed itself, by its place after.
    pub fn new(before: Side<'_>, after: Side<'_>, changed: &HashSet<Node>) -> Self {
        let mut then: HashMap<Key, Placed> =
            nodes(before).map(|(item, node)| ((item, name(before.portfolio, node)), placed(before, node))).collect();
        let mut moves = Vec::new();
        let mut at: HashMap<NodeIndex<u32>, usize> = HashMap::new();
        let mut starts: HashMap<usize, Option<usize>> = HashMap::new();
        for &index in after.graph.order() {
            let node = after.graph.edges[index];
            if let Node::Start(r) = node {
                starts.insert(r, latest(&moves, causes(after, index, &at, &starts)));
                continue;
            }
            let Some(item) = item(node) else { continue };
            let id = name(after.portfolio, node);
            let was = then.remove(&(item, id.clone())).unwrap_or_default();
            let is = placed(after, node);
            if (was.planned, was.forecast) == (is.planned, is.forecast) {
                continue;
            }
            let changed = changed.contains(&node) && item != Item::Release;
            let causes = if changed { Vec::new() } else { causes(after, index, &at, &starts) };
            let ends = |it: &Placed| (it.planned.end, it.forecast.end);
            let only_start = item == Item::Release && ends(&was) == ends(&is);
            let because = if only_start { earliest(&moves, causes) } else { latest(&moves, causes) };
            at.insert(index, moves.len());
            let release = node.release().map(|r| after.portfolio.releases[r].id.to_string()).unwrap_or_default();
            moves.push(Move { item, node: Some(node), id, release, before: was, after: is, changed, because });
        }
        let mut gone: Vec<(Key, Placed)> = then.into_iter().filter(|(_, was)| was.planned.is_known()).collect();
        gone.sort_by(|a, b| a.0.cmp(&b.0));
        moves.extend(gone.into_iter().map(|((item, id), before)| {
            let release = id.split('/').next().unwrap_or(&id).to_owned();
            let after = Placed::default();
            Move { item, node: None, id, release, before, after, changed: true, because: None }
        }));
        Self(moves)
    }

    /// Whether nothing moved but what was changed itself, and the start of the releases around it.
    pub fn is_swallowed(&self) -> bool {
        let ends = |it: &Placed| (it.planned.end, it.forecast.end);
        self.0.iter().all(|it| it.changed || it.item == Item::Release && ends(&it.before) == ends(&it.after))
    }

    /// From the change to a move: the places of what moved what.
    pub fn chain(&self, to: usize) -> Vec<usize> {
        let mut chain: Vec<usize> = std::iter::successors(Some(to), |&at| self.0[at].because).collect();
        chain.reverse();
        chain
    }
}

/// What can move.
fn nodes(side: Side<'_>) -> impl Iterator<Item = (Item, Node)> + '_ {
    side.graph.edges.node_weights().filter_map(|&node| Some((item(node)?, node)))
}

fn item(node: Node) -> Option<Item> {
    match node {
        Node::Phase(..) => Some(Item::Phase),
        Node::Milestone(..) => Some(Item::Milestone),
        Node::Finish(_) => Some(Item::Release),
        Node::Start(_) | Node::Project(_) | Node::Gate(..) => None,
    }
}

fn placed(side: Side<'_>, node: Node) -> Placed {
    match node {
        Node::Phase(r, p) => {
            let own = side.schedule.phase(r, p);
            Placed { planned: own.planned.into(), forecast: own.forecast.into(), slack: own.slack }
        }
        Node::Milestone(r, m) => {
            let own = &side.schedule.releases[r].milestones[m];
            Placed { planned: Ends::on(own.date), forecast: Ends::on(own.forecast), slack: None }
        }
        Node::Finish(r) => {
            let own = &side.schedule.releases[r];
            Placed {
                planned: Ends { start: own.planned_start, end: own.planned_end },
                forecast: Ends { start: own.forecast_start, end: own.forecast_end },
                slack: own.slack,
            }
        }
        Node::Start(_) | Node::Project(_) | Node::Gate(..) => Placed::default(),
    }
}

/// The moves that a node follows; those of the start of a release are what it depends on, or what its composite does.
fn causes(
    side: Side<'_>,
    index: NodeIndex<u32>,
    at: &HashMap<NodeIndex<u32>, usize>,
    starts: &HashMap<usize, Option<usize>>,
) -> Vec<usize> {
    let is_start = matches!(side.graph.edges[index], Node::Start(_));
    let mut found = Vec::new();
    for edge in side.graph.edges.edges_directed(index, Direction::Incoming) {
        match (edge.weight(), side.graph.edges[edge.source()]) {
            (Edge::Within, Node::Start(r)) => found.extend(starts.get(&r).copied().flatten()),
            (Edge::DependsOn { .. }, _) if is_start => found.extend(at.get(&edge.source()).copied()),
            (Edge::After { .. } | Edge::Within, _) if !is_start => found.extend(at.get(&edge.source()).copied()),
            _ => {}
        }
    }
    found
}

/// The move that ends last, of those that end together the first by id.
fn latest(moves: &[Move], causes: Vec<usize>) -> Option<usize> {
    let end = |at: &usize| moves[*at].after.forecast.end;
    causes.into_iter().max_by(|a, b| end(a).cmp(&end(b)).then_with(|| moves[*b].id.cmp(&moves[*a].id)))
}

/// The move that begins first, of those that begin together the first by id.
fn earliest(moves: &[Move], causes: Vec<usize>) -> Option<usize> {
    causes.into_iter().min_by_key(|&at| (moves[at].after.forecast.start, &moves[at].id))
}
