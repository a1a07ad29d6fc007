//! The order of releases, and of the projects within one.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::EdgeRef;

use super::{Edge, Graph, Node};
use crate::model::Portfolio;

/// The releases that are not over, level by level: each after all that it waits for, a composite after its children.
/// Releases of one level may go together, and so may those that wait for each other. By index, each level sorted by id.
pub fn releases(portfolio: &Portfolio, graph: &Graph) -> Vec<Vec<usize>> {
    let mut waits: DiGraph<usize, (), u32> = DiGraph::default();
    let nodes: Vec<NodeIndex<u32>> = (0..portfolio.releases.len()).map(|r| waits.add_node(r)).collect();
    for edge in graph.edges.edge_references() {
        let (from, to) = (graph.edges[edge.source()], graph.edges[edge.target()]);
        let joins = match edge.weight() {
            Edge::Within => matches!((from, to), (Node::Finish(_), Node::Finish(_))),
            Edge::DependsOn { .. } | Edge::After { .. } => from.release() != to.release(),
            Edge::Guards | Edge::Needs { .. } => false,
        };
        if let (true, Some(from), Some(to)) = (joins, from.release(), to.release()) {
            waits.update_edge(nodes[from], nodes[to], ());
        }
    }
    let open = |r: usize| !portfolio.releases[r].status().is_over();
    let mut levels: Vec<Vec<usize>> = Vec::new();
    // A release that is over keeps its level for those behind it, without taking a place.
    let mut level = vec![0; portfolio.releases.len()];
    for knot in petgraph::algo::kosaraju_scc(&waits).into_iter().rev() {
        let before = knot.iter().flat_map(|&node| waits.neighbors_directed(node, petgraph::Direction::Incoming));
        let reached = before.map(|node| level[waits[node]]).max().unwrap_or(0);
        let takes_place = knot.iter().any(|&node| open(waits[node]));
        for node in knot {
            level[waits[node]] = reached + usize::from(takes_place);
        }
    }
    for (r, &level) in level.iter().enumerate() {
        if open(r) {
            if levels.len() < level {
                levels.resize_with(level, Vec::new);
            }
            levels[level - 1].push(r);
        }
    }
    levels
}

/// The dependency level of each project of a release's scope, from 1: each after the projects of the scope that it needs,
/// directly or through others.
pub fn waves(portfolio: &Portfolio, release: usize) -> Vec<usize> {
    let scope = &portfolio.releases[release].scope;
    let index: Vec<Option<usize>> = scope.iter().map(|item| portfolio.projects.index(&item.project)).collect();
    let within: HashSet<usize> = index.iter().flatten().copied().collect();
    let mut levels: HashMap<usize, usize> = HashMap::new();
    index
        .iter()
        .map(|project| project.map_or(1, |project| level(portfolio, &within, project, &mut levels).max(1)))
        .collect()
}

/// How many projects of the scope stand in the longest chain that ends with `project`; a cycle counts once.
fn level(portfolio: &Portfolio, within: &HashSet<usize>, project: usize, levels: &mut HashMap<usize, usize>) -> usize {
    // Depth first without recursion: chains of dependencies may be long.
    let mut stack = vec![(project, false)];
    while let Some((at, settled)) = stack.pop() {
        let needs =
            portfolio.projects[at].depends_on.iter().filter_map(|needed| portfolio.projects.index(&needed.project));
        if settled {
            let deepest = needs.filter_map(|other| levels.get(&other)).max().copied().unwrap_or(0);
            levels.insert(at, deepest + usize::from(within.contains(&at)));
        } else if let Entry::Vacant(level) = levels.entry(at) {
            level.insert(0);
            stack.push((at, true));
            stack.extend(needs.filter(|other| !levels.contains_key(other)).map(|other| (other, false)));
        }
    }
    levels.get(&project).copied().unwrap_or(0)
}
