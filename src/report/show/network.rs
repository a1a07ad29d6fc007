//! What waits for what: the entries of the graph around one node, with their places.

use std::collections::HashMap;

use petgraph::Direction;
use petgraph::visit::EdgeRef;

use super::Item;
use super::context::Context;
use crate::analysis::schedule::Bound;
use crate::diagnostic::Span;
use crate::graph::{Edge, Node};
use crate::model::release::Link;
use crate::time::Lag;

/// What a phase or milestone waits for; the entries that decide its date are marked.
pub fn waits_for(cx: &Context<'_>, node: Node) -> Vec<Item> {
    let bounds: &[Bound] = match node {
        Node::Phase(r, p) => &cx.schedule.phase(r, p).bounds,
        Node::Milestone(r, m) => &cx.schedule.releases[r].milestones[m].bounds,
        _ => &[],
    };
    let by_span: HashMap<Span, &Bound> = bounds.iter().map(|bound| (bound.span, bound)).collect();
    let bounded = |item: Item, span: Span| {
        let bound = by_span.get(&span);
        let decides = bound.is_some_and(|bound| cx.schedule.drives(cx.portfolio, node, bound));
        let what = |bound: &&&Bound| if bound.of_end { "end not before" } else { "not before" };
        let day = |bound: &Bound| {
            if bound.of_end { bound.not_before.pred_opt().unwrap_or(bound.not_before) } else { bound.not_before }
        };
        let says = bound.as_ref().map(|bound| format!("{} {}", what(bound), day(bound)));
        Item { decides, ..item.with(says).at(cx.source(span)) }
    };
    let mut items = Vec::new();
    for (from, edge) in around(cx, node, Direction::Incoming) {
        if let Edge::After { link, lag, span } = edge {
            items.push((span, bounded(cx.node_item(from).with(relation(link, lag)), span)));
        }
    }
    for bound in bounds.iter().filter(|bound| bound.is_release_wide()) {
        let item = cx.node_item(bound.from).with(Some("the whole release waits for it"));
        items.push((bound.span, bounded(item, bound.span)));
    }
    in_order(items)
}

/// What waits for a phase or milestone.
pub fn waited_for_by(cx: &Context<'_>, node: Node) -> Vec<Item> {
    let items = around(cx, node, Direction::Outgoing).into_iter().filter_map(|(to, edge)| match edge {
        Edge::After { link, lag, span } => Some((span, cx.node_item(to).with(relation(link, lag)).at(cx.source(span)))),
        _ => None,
    });
    in_order(items.collect())
}

/// What a release waits for in other releases.
pub fn release_waits_for(cx: &Context<'_>, r: usize) -> Vec<Item> {
    let mut items = Vec::new();
    for (from, edge) in around(cx, Node::Start(r), Direction::Incoming) {
        if let Edge::DependsOn { lag, span } = edge {
            let item =
                cx.node_item(from).with(relation(Link::FinishStart, lag)).with(Some("its finish before our start"));
            items.push((span, item.at(cx.source(span))));
        }
    }
    for node in inside(cx, r) {
        for (from, edge) in around(cx, node, Direction::Incoming) {
            if let (Edge::After { link, lag, span }, true) = (edge, from.release() != Some(r)) {
                let item = cx.node_item(from).with(Some(format!("`{}` waits for it", local_id(cx, node))));
                items.push((span, item.with(relation(link, lag)).at(cx.source(span))));
            }
        }
    }
    in_order(items)
}

/// What waits for a release, or for something inside it, in other releases.
pub fn release_waited_for_by(cx: &Context<'_>, r: usize) -> Vec<Item> {
    let mut items = Vec::new();
    for (to, edge) in around(cx, Node::Finish(r), Direction::Outgoing) {
        if let Edge::DependsOn { lag, span } = edge {
            let item =
                cx.node_item(to).with(relation(Link::FinishStart, lag)).with(Some("our finish before its start"));
            items.push((span, item.at(cx.source(span))));
        }
    }
    for node in inside(cx, r) {
        for (to, edge) in around(cx, node, Direction::Outgoing) {
            if let (Edge::After { link, lag, span }, true) = (edge, to.release() != Some(r)) {
                let item = cx.node_item(to).with(Some(format!("waits for `{}`", local_id(cx, node))));
                items.push((span, item.with(relation(link, lag)).at(cx.source(span))));
            }
        }
    }
    in_order(items)
}

/// The gates that guard a phase, of its own release and of composites.
pub fn guards_of(cx: &Context<'_>, node: Node) -> Vec<(usize, usize)> {
    let gates = around(cx, node, Direction::Incoming).into_iter().filter_map(|(from, _)| match from {
        Node::Gate(r, g) => Some((r, g)),
        _ => None,
    });
    let mut gates: Vec<_> = gates.collect();
    gates.sort_unstable();
    gates
}

/// "2d later", "1d earlier", with the ends that are joined where they are not finish and start.
fn relation(link: Link, lag: Lag) -> Option<String> {
    let ends = match link {
        Link::FinishStart => "",
        Link::StartStart => "start to start",
        Link::FinishFinish => "finish to finish",
        Link::StartFinish => "start to finish",
    };
    let lag = match lag {
        Lag::ZERO => String::new(),
        Lag { negative: true, duration } => format!("{duration} earlier"),
        Lag { negative: false, duration } => format!("{duration} later"),
    };
    let parts: Vec<&str> = [ends, &lag].into_iter().filter(|part| !part.is_empty()).collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

fn around(cx: &Context<'_>, node: Node, direction: Direction) -> Vec<(Node, Edge)> {
    let edges = &cx.graph.edges;
    let Some(index) = cx.graph.index(node) else { return Vec::new() };
    let other = |edge: petgraph::graph::EdgeReference<'_, Edge, u32>| match direction {
        Direction::Incoming => edge.source(),
        Direction::Outgoing => edge.target(),
    };
    edges.edges_directed(index, direction).map(|edge| (edges[other(edge)], *edge.weight())).collect()
}

fn inside(cx: &Context<'_>, r: usize) -> Vec<Node> {
    let release = &cx.portfolio.releases[r];
    let phases = (0..release.phases.len()).map(|p| Node::Phase(r, p));
    phases.chain((0..release.milestones.len()).map(|m| Node::Milestone(r, m))).collect()
}

fn local_id<'p>(cx: &Context<'p>, node: Node) -> &'p str {
    match node {
        Node::Phase(r, p) => &cx.portfolio.releases[r].phases[p].id,
        Node::Milestone(r, m) => &cx.portfolio.releases[r].milestones[m].id,
        _ => "",
    }
}

/// In the order of files.
fn in_order(mut items: Vec<(Span, Item)>) -> Vec<Item> {
    items.sort_by_key(|(span, _)| *span);
    items.into_iter().map(|(_, item)| item).collect()
}
