//! The dependency graph: projects, releases with a start and a finish, phases, milestones and gates, joined by typed,
//! lagged edges.

mod cycles;
pub mod order;

use foldhash::HashMap;
use petgraph::algo::kosaraju_scc;
use petgraph::graph::{DiGraph, EdgeIndex, NodeIndex};
use petgraph::visit::{EdgeFiltered, EdgeRef};

use crate::diagnostic::Span;
use crate::model::Id;
use crate::model::Portfolio;
use crate::model::release::{Dependency, Link, Release};
use crate::time::duration::Lag;

pub use cycles::{Cycle, Step};

/// A node; numbers index the portfolio's tables and the lists of a release.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Node {
    /// A project.
    Project(usize),
    /// Where a release begins: before all its phases and all its children.
    Start(usize),
    /// Where a release ends: after all its phases and all its children.
    Finish(usize),
    /// A phase of a release.
    Phase(usize, usize),
    /// A milestone of a release.
    Milestone(usize, usize),
    /// A gate of a release.
    Gate(usize, usize),
}

impl Node {
    /// The release a node belongs to.
    pub const fn release(self) -> Option<usize> {
        match self {
            Self::Project(_) => None,
            Self::Start(r) | Self::Finish(r) | Self::Phase(r, _) | Self::Milestone(r, _) | Self::Gate(r, _) => Some(r),
        }
    }
}

/// Why two nodes are joined.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Edge {
    /// An `after` entry: the target waits for the source.
    After {
        /// Which ends are joined.
        link: Link,
        /// Time between.
        lag: Lag,
        /// The entry.
        span: Span,
    },
    /// A `depends_on` of a release: the source's finish before the target's start.
    DependsOn {
        /// Time between.
        lag: Lag,
        /// The entry.
        span: Span,
    },
    /// A phase or child lies between the start and the finish of its release.
    Within,
    /// A gate guards a phase.
    Guards,
    /// A project needs the source project.
    Needs {
        /// The entry.
        span: Span,
    },
}

impl Edge {
    /// The place that wrote the edge; none for those that follow from the structure.
    pub const fn span(&self) -> Option<Span> {
        match self {
            Self::After { span, .. } | Self::DependsOn { span, .. } | Self::Needs { span } => Some(*span),
            Self::Within | Self::Guards => None,
        }
    }
}

/// The graph with the way from nodes to indices.
#[derive(Debug)]
pub struct Graph {
    /// Edges lead from what comes first to what waits for it.
    pub edges: DiGraph<Node, Edge, u32>,
    places: Places,
    /// Strongly connected nodes, by component; only components that hold a cycle.
    cyclic: HashMap<NodeIndex<u32>, usize>,
    /// Every node after all that it waits for, entries of cycles left out.
    order: Vec<NodeIndex<u32>>,
    /// One cycle for each component that holds any.
    cycles: Vec<Cycle>,
}

impl Graph {
    /// Builds the graph of a portfolio. References that lead nowhere make no edges. Linear in nodes and edges.
    pub fn new(portfolio: &Portfolio) -> Self {
        let mut builder =
            Builder { edges: room(portfolio), places: Places::new(portfolio), named: HashMap::default(), portfolio };
        builder.nodes();
        builder.projects();
        for release in 0..portfolio.releases.len() {
            builder.release(release);
        }
        let Builder { edges, places, .. } = builder;
        let order = sorted(&edges);
        let mut graph = Self { edges, places, cyclic: HashMap::default(), order, cycles: Vec::new() };
        if graph.order.len() < graph.edges.node_count() {
            graph.unknot();
        }
        graph
    }

    /// Finds the cycles, and an order all the same: inside a component that holds a cycle, what is left without the written
    /// entries of the cycle still has one, for a release ends after its phases.
    fn unknot(&mut self) {
        // Tarjan's algorithm recurses, and a chain of phases may be longer than the stack is deep.
        for (number, component) in kosaraju_scc(&self.edges).into_iter().enumerate() {
            if component.len() > 1 || self.edges.contains_edge(component[0], component[0]) {
                self.cyclic.extend(component.into_iter().map(|node| (node, number)));
            }
        }
        let rest = EdgeFiltered::from_fn(&self.edges, |edge| !self.in_cycle(edge.id()));
        self.order = kosaraju_scc(&rest).into_iter().rev().flatten().collect();
        self.cycles = cycles::find(self);
    }

    /// The index of a node.
    pub fn index(&self, node: Node) -> Option<NodeIndex<u32>> {
        self.places.index(node)
    }

    /// Every node after all that it waits for, entries of cycles left out.
    pub fn order(&self) -> &[NodeIndex<u32>] {
        &self.order
    }

    /// Whether an edge is an entry that is part of a cycle, so that neither end can wait for the other. What merely
    /// follows from the structure, such as that a release holds its phases, stays true inside a cycle.
    pub fn in_cycle(&self, edge: EdgeIndex<u32>) -> bool {
        if self.cyclic.is_empty() {
            return false;
        }
        let is_written = self.edges.edge_weight(edge).is_some_and(|edge| edge.span().is_some());
        let within = self
            .edges
            .edge_endpoints(edge)
            .is_some_and(|(a, b)| self.cyclic.get(&a).is_some_and(|component| self.cyclic.get(&b) == Some(component)));
        is_written && within
    }

    /// Whether a node is part of a cycle.
    pub fn is_cyclic(&self, node: Node) -> bool {
        self.index(node).is_some_and(|index| self.cyclic.contains_key(&index))
    }

    /// One cycle for each knot of nodes that wait for each other, in the order of files.
    pub fn cycles(&self) -> &[Cycle] {
        &self.cycles
    }
}

/// Every node after all that it waits for; without those in a cycle and those that wait for one. What becomes free last comes
/// first, which keeps the nodes of a release together.
fn sorted(edges: &DiGraph<Node, Edge, u32>) -> Vec<NodeIndex<u32>> {
    let mut waits = vec![0_u32; edges.node_count()];
    for edge in edges.raw_edges() {
        waits[edge.target().index()] += 1;
    }
    let mut free: Vec<_> = edges.node_indices().rev().filter(|node| waits[node.index()] == 0).collect();
    let mut order = Vec::with_capacity(waits.len());
    while let Some(node) = free.pop() {
        order.push(node);
        for next in edges.neighbors(node) {
            waits[next.index()] -= 1;
            if waits[next.index()] == 0 {
                free.push(next);
            }
        }
    }
    order
}

/// An empty graph with room for about as much as a portfolio needs: it is not moved while it grows.
fn room(portfolio: &Portfolio) -> DiGraph<Node, Edge, u32> {
    let nodes = |release: &Release| 2 + release.phases.len() + release.milestones.len() + release.gates.len();
    let nodes = portfolio.projects.len() + portfolio.releases.iter().map(nodes).sum::<usize>();
    // A phase lies between two nodes and follows another; a release has a parent, or follows others.
    DiGraph::with_capacity(nodes, 3 * nodes)
}

/// Where nodes stand in the order in which they are added: projects, then release by release its start, its finish, its
/// phases, milestones and gates.
#[derive(Debug)]
struct Places {
    projects: usize,
    releases: Vec<Place>,
}

/// Where the nodes of a release begin.
#[derive(Debug, Clone, Copy)]
struct Place {
    start: usize,
    milestones: usize,
    gates: usize,
    end: usize,
}

impl Places {
    fn new(portfolio: &Portfolio) -> Self {
        let projects = portfolio.projects.len();
        let mut start = projects;
        let place = |release: &Release| {
            let milestones = start + 2 + release.phases.len();
            let gates = milestones + release.milestones.len();
            let place = Place { start, milestones, gates, end: gates + release.gates.len() };
            start = place.end;
            place
        };
        Self { projects, releases: portfolio.releases.iter().map(place).collect() }
    }

    fn index(&self, node: Node) -> Option<NodeIndex<u32>> {
        let release = |r: usize| self.releases.get(r).copied();
        let (at, end) = match node {
            Node::Project(project) => (project, self.projects),
            Node::Start(r) => (release(r)?.start, usize::MAX),
            Node::Finish(r) => (release(r)?.start + 1, usize::MAX),
            Node::Phase(r, phase) => (release(r)?.start + 2 + phase, release(r)?.milestones),
            Node::Milestone(r, milestone) => (release(r)?.milestones + milestone, release(r)?.gates),
            Node::Gate(r, gate) => (release(r)?.gates + gate, release(r)?.end),
        };
        (at < end).then(|| NodeIndex::new(at))
    }
}

/// A release with no more phases and milestones than this finds them sooner by looking at each.
const FEW: usize = 16;

fn has_few(release: &Release) -> bool {
    release.phases.len() + release.milestones.len() <= FEW
}

struct Builder<'p> {
    edges: DiGraph<Node, Edge, u32>,
    places: Places,
    /// Phases and milestones of releases with many, by release and id, so that such a release is still read in one go.
    named: HashMap<(usize, &'p str), Node>,
    portfolio: &'p Portfolio,
}

impl<'p> Builder<'p> {
    fn add(&mut self, node: Node) {
        let index = self.edges.add_node(node);
        debug_assert_eq!(self.places.index(node), Some(index));
    }

    fn join(&mut self, from: Node, to: Node, edge: Edge) {
        if let (Some(from), Some(to)) = (self.places.index(from), self.places.index(to)) {
            self.edges.add_edge(from, to, edge);
        }
    }

    fn nodes(&mut self) {
        let portfolio = self.portfolio;
        (0..portfolio.projects.len()).for_each(|project| self.add(Node::Project(project)));
        for (r, release) in portfolio.releases.iter().enumerate() {
            self.add(Node::Start(r));
            self.add(Node::Finish(r));
            if !has_few(release) {
                for (m, milestone) in release.milestones.iter().enumerate() {
                    self.named.entry((r, milestone.id.as_str())).or_insert(Node::Milestone(r, m));
                }
                // From the last to the first, and over milestones: the answer of `resolve`.
                for (p, phase) in release.phases.iter().enumerate().rev() {
                    self.named.insert((r, phase.id.as_str()), Node::Phase(r, p));
                }
            }
            (0..release.phases.len()).for_each(|phase| self.add(Node::Phase(r, phase)));
            (0..release.milestones.len()).for_each(|milestone| self.add(Node::Milestone(r, milestone)));
            (0..release.gates.len()).for_each(|gate| self.add(Node::Gate(r, gate)));
        }
    }

    fn projects(&mut self) {
        for (index, project) in self.portfolio.projects.iter().enumerate() {
            for dependency in &project.depends_on {
                if let Some(other) = self.portfolio.projects.index(&dependency.project) {
                    self.join(
                        Node::Project(other),
                        Node::Project(index),
                        Edge::Needs { span: dependency.project.span },
                    );
                }
            }
        }
    }

    fn release(&mut self, r: usize) {
        let release = &self.portfolio.releases[r];
        for dependency in &release.depends_on {
            if let Some(other) = self.portfolio.releases.index(&dependency.release) {
                let edge = Edge::DependsOn { lag: dependency.lag, span: dependency.span };
                self.join(Node::Finish(other), Node::Start(r), edge);
            }
        }
        if let Some(parent) = release.part_of.as_ref().and_then(|id| self.portfolio.releases.index(id)) {
            self.join(Node::Start(parent), Node::Start(r), Edge::Within);
            self.join(Node::Finish(r), Node::Finish(parent), Edge::Within);
        }
        for (p, phase) in release.phases.iter().enumerate() {
            let node = Node::Phase(r, p);
            self.join(Node::Start(r), node, Edge::Within);
            self.join(node, Node::Finish(r), Edge::Within);
            self.after(r, node, &phase.after);
        }
        for (m, milestone) in release.milestones.iter().enumerate() {
            self.after(r, Node::Milestone(r, m), &milestone.after);
        }
        for (g, gate) in release.gates.iter().enumerate() {
            let guarded = guarded(self.portfolio, r, gate.before.as_deref(), &gate.id);
            for phase in guarded {
                self.join(Node::Gate(r, g), phase, Edge::Guards);
            }
        }
    }

    fn after(&mut self, r: usize, node: Node, dependencies: &'p [Dependency]) {
        for dependency in dependencies {
            let release = dependency.release.as_ref().map_or(Some(r), |id| self.portfolio.releases.index(id));
            let before = release.and_then(|r| {
                if has_few(&self.portfolio.releases[r]) {
                    named(self.portfolio, r, &dependency.phase)
                } else {
                    self.named.get(&(r, dependency.phase.as_str())).copied()
                }
            });
            if let Some(before) = before {
                let Dependency { link, lag, span, .. } = *dependency;
                self.join(before, node, Edge::After { link, lag, span });
            }
        }
    }
}

/// The phase or milestone an `after` entry of release `r` names.
pub fn resolve(portfolio: &Portfolio, r: usize, dependency: &Dependency) -> Option<Node> {
    let r = match &dependency.release {
        Some(id) => portfolio.releases.index(id)?,
        None => r,
    };
    named(portfolio, r, &dependency.phase)
}

/// The phase or milestone of this id.
fn named(portfolio: &Portfolio, r: usize, id: &Id) -> Option<Node> {
    let release = &portfolio.releases[r];
    let phase = release.phases.iter().position(|phase| phase.id == *id).map(|p| Node::Phase(r, p));
    phase.or_else(|| {
        let milestone = release.milestones.iter().position(|milestone| milestone.id == *id)?;
        Some(Node::Milestone(r, milestone))
    })
}

/// The phases a gate guards: `first`, `production` or a phase; the default is its template's, else `production`. A
/// composite's `production` guards its children's phases too.
pub fn guarded(portfolio: &Portfolio, r: usize, before: Option<&str>, gate: &str) -> Vec<Node> {
    let template = portfolio.settings.gate_templates.get(gate).and_then(|template| template.before.as_deref());
    let release = &portfolio.releases[r];
    match before.or(template).unwrap_or("production") {
        "first" => (!release.phases.is_empty()).then_some(Node::Phase(r, 0)).into_iter().collect(),
        "production" => {
            let mut guarded: Vec<Node> = production_phases(portfolio, r).map(|p| Node::Phase(r, p)).collect();
            for &child in portfolio.children(r) {
                guarded.extend(production_phases(portfolio, child).map(|p| Node::Phase(child, p)));
            }
            guarded
        }
        id => release.phases.iter().position(|phase| phase.id == *id).map(|p| Node::Phase(r, p)).into_iter().collect(),
    }
}

/// The phases of a release that book an environment of the last stage.
pub fn production_phases(portfolio: &Portfolio, r: usize) -> impl Iterator<Item = usize> {
    let phases = portfolio.releases[r].phases.iter().enumerate();
    phases.filter(|(_, phase)| phase.environments.iter().any(|used| portfolio.is_production(&used.id))).map(|(p, _)| p)
}
