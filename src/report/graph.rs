//! The view of `relm graph`: what waits for what.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use chrono::NaiveDate;
use petgraph::Direction;
use petgraph::visit::EdgeRef;
use serde::Serialize;

use super::Header;
use super::plan::Input;
use crate::diagnostic::Span;
use crate::graph::{Edge, Node};
use crate::model::release::Link;
use crate::time::Lag;

/// The name and version of [`GraphView`]'s shape.
pub const SCHEMA: &str = "relm.graph/1";

/// What waits for what. Edges lead from what comes first to what waits for it.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct GraphView {
    /// Schema, day and revision.
    #[serde(flatten)]
    pub header: Header,
    /// The portfolio's name.
    pub portfolio: Option<String>,
    /// The node everything was asked around; null for the whole portfolio.
    pub focus: Option<String>,
    /// By id.
    pub nodes: Vec<NodeView>,
    /// By ends and kind.
    pub edges: Vec<EdgeView>,
}

/// A node.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct NodeView {
    /// Unique: `kind/id`, as `relm show` takes it.
    pub id: String,
    /// `release`, `phase`, `milestone`, `gate` or `project`.
    pub kind: &'static str,
    /// A short name: the id, without the release where that is the focus.
    pub label: String,
    /// The release it is, or is inside of.
    pub release: Option<String>,
    /// First planned day.
    #[schemars(with = "Option<String>", extend("format" = "date"))]
    pub start: Option<NaiveDate>,
    /// Last planned day.
    #[schemars(with = "Option<String>", extend("format" = "date"))]
    pub end: Option<NaiveDate>,
    /// The status of a release; `running` or `done` for phases, `done` for milestones that are reached,
    /// the state of a gate.
    pub status: Option<&'static str>,
    /// Whether a day of slip breaks a promise or a target.
    pub critical: bool,
}

/// An edge.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, schemars::JsonSchema)]
pub struct EdgeView {
    /// What comes first.
    pub from: String,
    /// What waits for it.
    pub to: String,
    /// `after`, `depends_on`, `part_of`, `guards` or `needs`.
    pub kind: &'static str,
    /// The ends that are joined, such as `FS`; null for what has no dates, and where several entries were joined.
    pub link: Option<&'static str>,
    /// The time between, such as `2d` or `-1d`; null for none.
    pub lag: Option<String>,
    /// Whether both ends are critical and this keeps the later from moving forward.
    pub critical: bool,
}

/// What a graph is drawn around.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Focus {
    /// These releases (by index) with what joins them, and the projects that need each other.
    Portfolio(Vec<usize>),
    /// A release: what is inside, and everything directly across its border.
    Release(usize),
    /// A project: all it needs and all that needs it.
    Project(usize),
}

impl GraphView {
    /// The graph around a focus.
    pub fn new(header: Header, input: Input<'_>, focus: &Focus) -> Self {
        let mut draft = Draft { input, focus, nodes: BTreeSet::new(), edges: BTreeMap::new() };
        match focus {
            Focus::Portfolio(releases) => draft.overview(releases),
            Focus::Release(r) => draft.release(*r),
            Focus::Project(index) => draft.project(*index),
        }
        let focus = match *focus {
            Focus::Portfolio(_) => None,
            Focus::Release(r) => Some(draft.id(Node::Finish(r))),
            Focus::Project(index) => Some(draft.id(Node::Project(index))),
        };
        let mut nodes: Vec<NodeView> = draft.nodes.iter().map(|&node| draft.node(node)).collect();
        nodes.sort_by(|a, b| a.id.cmp(&b.id));
        let mut edges: Vec<EdgeView> = draft.edges.values().cloned().collect();
        edges.sort();
        Self { header, portfolio: input.portfolio.settings.common.name().map(str::to_owned), focus, nodes, edges }
    }
}

/// What makes an edge one: its ends, its kind, and but for the overview what it says.
type Key = (Node, Node, &'static str, Option<(Option<&'static str>, Option<String>)>);

struct Draft<'a> {
    input: Input<'a>,
    focus: &'a Focus,
    /// A release is its finish.
    nodes: BTreeSet<Node>,
    edges: BTreeMap<Key, EdgeView>,
}

impl Draft<'_> {
    fn overview(&mut self, releases: &[usize]) {
        let wanted: BTreeSet<usize> = releases.iter().copied().collect();
        self.nodes.extend(releases.iter().map(|&r| Node::Finish(r)));
        let graph = self.input.graph;
        for edge in graph.edges.edge_references() {
            let (from, to) = (graph.edges[edge.source()], graph.edges[edge.target()]);
            let ends = from.release().zip(to.release());
            match (edge.weight(), ends) {
                (Edge::Needs { .. }, _) => self.join(from, to, edge.weight()),
                (Edge::Guards, _) | (_, None) => {}
                (weight, Some((a, b))) => {
                    // The starts of parent and child say the same as their finishes.
                    let twice = matches!((weight, from), (Edge::Within, Node::Start(_)));
                    if a != b && !twice && wanted.contains(&a) && wanted.contains(&b) {
                        self.join(from, to, weight);
                    }
                }
            }
        }
    }

    fn release(&mut self, r: usize) {
        let portfolio = self.input.portfolio;
        let release = &portfolio.releases[r];
        let phases = (0..release.phases.len()).map(|p| Node::Phase(r, p));
        let milestones = (0..release.milestones.len()).map(|m| Node::Milestone(r, m));
        let inside: Vec<Node> =
            phases.chain(milestones).chain((0..release.gates.len()).map(|g| Node::Gate(r, g))).collect();
        self.nodes.insert(Node::Finish(r));
        self.nodes.extend(&inside);
        for &node in inside.iter().chain(&[Node::Start(r), Node::Finish(r)]) {
            for (from, to, edge) in self.around(node) {
                let border = from.release() != to.release();
                match edge {
                    Edge::After { .. } | Edge::Guards | Edge::DependsOn { .. } => self.join(from, to, &edge),
                    Edge::Within if border && matches!(from, Node::Finish(_)) => self.join(from, to, &edge),
                    Edge::Within | Edge::Needs { .. } => {}
                }
            }
        }
        // What others of the release follow is part of it through them.
        for node in inside {
            let followed = self.edges.keys().any(|(from, to, ..)| *from == node && to.release() == Some(r));
            if !followed {
                self.join(node, Node::Finish(r), &Edge::Within);
            }
        }
    }

    fn project(&mut self, index: usize) {
        let graph = self.input.graph;
        self.nodes.insert(Node::Project(index));
        for direction in [Direction::Incoming, Direction::Outgoing] {
            let mut queue: VecDeque<_> = graph.index(Node::Project(index)).into_iter().collect();
            let mut seen: BTreeSet<_> = queue.iter().copied().collect();
            while let Some(at) = queue.pop_front() {
                for edge in graph.edges.edges_directed(at, direction) {
                    self.join(graph.edges[edge.source()], graph.edges[edge.target()], edge.weight());
                    let other = if direction == Direction::Incoming { edge.source() } else { edge.target() };
                    if seen.insert(other) {
                        queue.push_back(other);
                    }
                }
            }
        }
    }

    fn around(&self, node: Node) -> Vec<(Node, Node, Edge)> {
        let graph = self.input.graph;
        let Some(index) = graph.index(node) else { return Vec::new() };
        [Direction::Incoming, Direction::Outgoing]
            .into_iter()
            .flat_map(|direction| graph.edges.edges_directed(index, direction))
            .map(|edge| (graph.edges[edge.source()], graph.edges[edge.target()], *edge.weight()))
            .collect()
    }

    /// Adds an edge with its ends, as this focus shows them; in the overview, entries that join the same ends become one.
    fn join(&mut self, from: Node, to: Node, edge: &Edge) {
        let (a, b) = (self.shown(from), self.shown(to));
        let (kind, link, lag) = match *edge {
            Edge::After { link, lag, .. } => ("after", Some(link), lag),
            Edge::DependsOn { lag, .. } => ("depends_on", Some(Link::FinishStart), lag),
            Edge::Within => ("part_of", None, Lag::ZERO),
            Edge::Guards => ("guards", None, Lag::ZERO),
            Edge::Needs { .. } => ("needs", None, Lag::ZERO),
        };
        let critical = self.is_critical_edge(from, to, edge);
        let view = EdgeView {
            from: self.id(a),
            to: self.id(b),
            kind,
            link: link.map(Link::as_str),
            lag: (lag != Lag::ZERO).then(|| lag.to_string()),
            critical,
        };
        self.nodes.extend([a, b]);
        let says = (!matches!(self.focus, Focus::Portfolio(_))).then(|| (view.link, view.lag.clone()));
        let known = self.edges.entry((a, b, kind, says)).or_insert_with(|| view.clone());
        if (known.link, &known.lag) != (view.link, &view.lag) {
            (known.link, known.lag) = (None, None);
        }
        known.critical |= critical;
    }

    /// The node that stands for another: in the overview the release for all it holds.
    fn shown(&self, node: Node) -> Node {
        match (node, self.focus) {
            (Node::Start(r), _) => Node::Finish(r),
            (node, Focus::Portfolio(_)) => node.release().map_or(node, Node::Finish),
            (node, _) => node,
        }
    }

    fn id(&self, node: Node) -> String {
        let portfolio = self.input.portfolio;
        match node {
            Node::Project(index) => format!("project/{}", portfolio.projects[index].id),
            Node::Start(r) | Node::Finish(r) => format!("release/{}", portfolio.releases[r].id),
            Node::Phase(r, p) => {
                let release = &portfolio.releases[r];
                format!("phase/{}/{}", release.id, release.phases[p].id)
            }
            Node::Milestone(r, m) => {
                let release = &portfolio.releases[r];
                format!("milestone/{}/{}", release.id, release.milestones[m].id)
            }
            Node::Gate(r, g) => {
                let release = &portfolio.releases[r];
                format!("gate/{}/{}", release.id, release.gates[g].id)
            }
        }
    }

    fn node(&self, node: Node) -> NodeView {
        let Input { portfolio, schedule, .. } = self.input;
        let id = self.id(node);
        let (kind, label) = id.split_once('/').unwrap_or(("", &id));
        let inside_focus = matches!(self.focus, Focus::Release(r) if node.release() == Some(*r));
        let label = match node {
            Node::Phase(..) | Node::Milestone(..) | Node::Gate(..) if inside_focus => {
                label.split_once('/').map_or(label, |(_, label)| label)
            }
            _ => label,
        };
        let (start, end, status) = match node {
            Node::Project(_) => (None, None, None),
            Node::Start(r) | Node::Finish(r) => {
                let own = &schedule.releases[r];
                (own.planned_start, own.planned_end, Some(portfolio.releases[r].status().as_str()))
            }
            Node::Phase(r, p) => {
                let dates = schedule.phase(r, p).planned;
                let status = portfolio.releases[r].phases[p]
                    .actual
                    .as_ref()
                    .map(|actual| if actual.end.is_some() { "done" } else { "running" });
                (dates.map(|dates| dates.start), dates.map(|dates| dates.end), status)
            }
            Node::Milestone(r, m) => {
                let date = schedule.releases[r].milestones[m].date;
                let reached = portfolio.releases[r].milestones[m].actual.is_some();
                (date, date, reached.then_some("done"))
            }
            Node::Gate(r, g) => {
                let gate = self.input.gates.written(r, g);
                (gate.due, gate.due, Some(gate.state.as_str()))
            }
        };
        NodeView {
            kind: KINDS.iter().find(|known| **known == kind).copied().unwrap_or_default(),
            label: label.to_owned(),
            release: node.release().map(|r| portfolio.releases[r].id.to_string()),
            start,
            end,
            status,
            critical: self.is_critical(node),
            id,
        }
    }

    /// Whether a day of slip breaks a promise or a target; what is over can slip no more.
    fn is_critical(&self, node: Node) -> bool {
        let Input { portfolio, schedule, .. } = self.input;
        let open = node.release().is_some_and(|r| !portfolio.releases[r].status().is_over());
        open && match node {
            Node::Project(_) | Node::Gate(..) => false,
            Node::Start(r) | Node::Finish(r) => schedule.releases[r].slack.is_some_and(|slack| slack <= 0),
            Node::Phase(r, p) => {
                let done = portfolio.releases[r].phases[p].actual.as_ref().is_some_and(|actual| actual.end.is_some());
                schedule.phase(r, p).is_critical() && !done
            }
            Node::Milestone(r, m) => {
                let own = &schedule.releases[r].milestones[m];
                let reached = portfolio.releases[r].milestones[m].actual.is_some();
                !reached && own.late.zip(own.date).is_some_and(|(late, date)| late <= date)
            }
        }
    }

    fn is_critical_edge(&self, from: Node, to: Node, edge: &Edge) -> bool {
        let schedule = self.input.schedule;
        if !(self.is_critical(from) && self.is_critical(to)) {
            return false;
        }
        match *edge {
            Edge::After { span, .. } => self.drives(to, span),
            Edge::DependsOn { span, .. } => {
                let phases = to.release().map_or(0, |r| schedule.releases[r].phases.len());
                (0..phases).any(|p| to.release().is_some_and(|r| self.drives(Node::Phase(r, p), span)))
            }
            Edge::Within => {
                let end = |node| match node {
                    Node::Phase(r, p) => schedule.phase(r, p).planned.map(|dates| dates.end),
                    Node::Finish(r) => schedule.releases[r].planned_end,
                    _ => None,
                };
                end(from).is_some() && end(from) == end(to)
            }
            Edge::Guards | Edge::Needs { .. } => false,
        }
    }

    fn drives(&self, node: Node, span: Span) -> bool {
        let Input { portfolio, schedule, .. } = self.input;
        let bounds = match node {
            Node::Phase(r, p) => &schedule.phase(r, p).bounds,
            Node::Milestone(r, m) => &schedule.releases[r].milestones[m].bounds,
            _ => return false,
        };
        bounds.iter().any(|bound| bound.span == span && schedule.drives(portfolio, node, bound))
    }
}

const KINDS: [&str; 5] = ["release", "phase", "milestone", "gate", "project"];
