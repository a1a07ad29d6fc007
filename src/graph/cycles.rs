//! Cycles, as the entries in files that close them.

use std::collections::{HashMap, VecDeque};

use petgraph::graph::NodeIndex;
use petgraph::visit::EdgeRef;

use super::{Graph, Node};
use crate::diagnostic::Span;

/// A way through the graph that comes back to where it began.
#[derive(Debug, Clone, PartialEq)]
pub struct Cycle {
    /// The written entries on the way, beginning with the first by file and line.
    pub steps: Vec<Step>,
}

/// One written entry on a cycle: `waits` waits for `waited_for`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    /// What the entry belongs to.
    pub waits: Node,
    /// What the entry names.
    pub waited_for: Node,
    /// The entry.
    pub span: Span,
}

/// One shortest cycle for each knot, through its first written entry by file and line.
pub(super) fn find(graph: &Graph) -> Vec<Cycle> {
    let mut first: HashMap<usize, (Span, petgraph::graph::EdgeIndex<u32>)> = HashMap::new();
    for edge in graph.edges.edge_references() {
        if !graph.in_cycle(edge.id()) {
            continue;
        }
        let (Some(span), Some(component)) = (edge.weight().span(), graph.cyclic.get(&edge.source())) else { continue };
        let entry = first.entry(*component).or_insert((span, edge.id()));
        if span < entry.0 {
            *entry = (span, edge.id());
        }
    }
    let mut starts: Vec<_> = first.into_values().collect();
    starts.sort_unstable_by_key(|(span, _)| *span);
    starts.into_iter().filter_map(|(_, edge)| through(graph, edge)).collect()
}

/// The shortest cycle through an edge: a breadth-first walk from its target back to its source.
fn through(graph: &Graph, edge: petgraph::graph::EdgeIndex<u32>) -> Option<Cycle> {
    let (source, target) = graph.edges.edge_endpoints(edge)?;
    let component = graph.cyclic.get(&source);
    let mut came: HashMap<NodeIndex<u32>, petgraph::graph::EdgeIndex<u32>> = HashMap::new();
    let mut queue = VecDeque::from([target]);
    while let Some(node) = queue.pop_front() {
        if node == source {
            break;
        }
        for next in graph.edges.edges(node) {
            let to = next.target();
            if to != target && graph.cyclic.get(&to) == component && !came.contains_key(&to) {
                came.insert(to, next.id());
                queue.push_back(to);
            }
        }
    }
    let mut way = vec![edge];
    let mut at = source;
    while at != target {
        let step = *came.get(&at)?;
        way.push(step);
        at = graph.edges.edge_endpoints(step)?.0;
    }
    // From the first entry on, each step is what the one before waits for: against the edges.
    let steps = way.into_iter().filter_map(|edge| {
        let (waited_for, waits) = graph.edges.edge_endpoints(edge)?;
        let span = graph.edges[edge].span()?;
        Some(Step { waits: graph.edges[waits], waited_for: graph.edges[waited_for], span })
    });
    Some(Cycle { steps: steps.collect() })
}
