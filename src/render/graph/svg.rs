//! The graph as a picture: what comes first on the left, what waits for it on the right.

use crate::diagnostic::wording::plural;
use std::collections::HashMap;
use std::fmt::Write;

use super::layout::{Layout, Sizes};
use super::{facts, relation};
use crate::render::text::{display_width, html_escape, sanitize, truncate_to_width};
use crate::report::graph::{EdgeView, GraphView, NodeView};

const SIZES: Sizes = Sizes { width: 190.0, height: 42.0, across: 70.0, down: 16.0 };
/// A place in the drawing.
type Point = (f64, f64);

/// Around the drawing.
const MARGIN: f64 = 24.0;
/// Above the drawing, for its name.
const HEAD: f64 = 40.0;
/// Below the drawing, for the legend.
const FOOT: f64 = 46.0;
/// Narrower pictures have no room for the legend.
const NARROWEST: f64 = 640.0;
/// Columns of text that fit a node.
const LABEL: usize = 25;
const FACTS: usize = 31;

/// Light by default, dark where the reader's system is.
const STYLE: &str = "\
    svg { color: #1f2328; background: #ffffff; font: 13px system-ui, sans-serif; }\n\
    text { fill: currentColor; }\n\
    .facts, .word { font-size: 10.5px; opacity: .75; }\n\
    .word { paint-order: stroke; stroke: #ffffff; stroke-width: 3px; }\n\
    .name { font-size: 16px; font-weight: 600; }\n\
    .node rect, .node path { fill: #f6f8fa; stroke: currentColor; stroke-width: 1; }\n\
    .edge { fill: none; stroke: currentColor; stroke-width: 1.2; opacity: .6; }\n\
    .part_of { stroke-dasharray: 6 4; }\n\
    .guards { stroke-dasharray: 2 3; }\n\
    .critical rect, .critical path { stroke: #cf222e; stroke-width: 3; }\n\
    .critical text:not(.facts) { font-weight: 600; }\n\
    .edge.critical { stroke: #cf222e; stroke-width: 3; opacity: 1; }\n\
    .head { fill: currentColor; }\n\
    @media (prefers-color-scheme: dark) {\n\
      svg { color: #e6edf3; background: #0d1117; }\n\
      .word { stroke: #0d1117; }\n\
      .node rect, .node path { fill: #161b22; }\n\
      .critical rect, .critical path, .edge.critical { stroke: #ff7b72; }\n\
    }\n";

/// A self-contained SVG.
pub fn render(graph: &GraphView) -> String {
    let layout = Layout::new(graph, SIZES);
    let width = (layout.size.0 + 2.0 * MARGIN).max(NARROWEST);
    let height = layout.size.1 + HEAD + FOOT + 2.0 * MARGIN;
    let name = name(graph);
    let mut out = String::new();
    let _ = writeln!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" width=\"{width:.0}\" height=\"{height:.0}\" viewBox=\"0 0 {width:.0} {height:.0}\">"
    );
    let _ = writeln!(out, "  <title>{}</title>", html_escape(&name));
    let count = format!(
        "{} and {}. Arrows lead from what comes first to what waits for it; thick lines are critical.",
        plural(graph.nodes.len(), "node"),
        plural(graph.edges.len(), "edge"),
    );
    let _ = writeln!(out, "  <desc>{}</desc>", html_escape(&count));
    let _ = writeln!(out, "  <style>\n{STYLE}  </style>");
    out.push_str(
        "  <defs><marker id=\"head\" viewBox=\"0 0 10 10\" refX=\"9\" refY=\"5\" markerWidth=\"9\" markerHeight=\"9\" markerUnits=\"userSpaceOnUse\" orient=\"auto\"><path class=\"head\" d=\"M0 0L10 5L0 10z\"/></marker></defs>\n",
    );
    let _ =
        writeln!(out, "  <text class=\"name\" x=\"{MARGIN}\" y=\"{}\">{}</text>", MARGIN + 12.0, html_escape(&name));
    let _ = writeln!(out, "  <g transform=\"translate({MARGIN} {})\">", MARGIN + HEAD);
    let mut said: HashMap<(usize, usize), usize> = HashMap::new();
    for (edge, route) in graph.edges.iter().zip(&layout.routes) {
        if let Some(route) = route {
            // The words of edges between the same nodes stand above each other.
            let above = said.entry(route.ends).or_default();
            let (from, to) = (layout.corners[route.ends.0], layout.corners[route.ends.1]);
            draw_edge(&mut out, edge, (from, to), &route.between, *above);
            *above += usize::from(relation(edge).is_some());
        }
    }
    for (node, &corner) in graph.nodes.iter().zip(&layout.corners) {
        draw_node(&mut out, node, corner);
    }
    out.push_str("  </g>\n");
    legend(&mut out, graph, height - FOOT);
    out.push_str("</svg>\n");
    out
}

fn name(graph: &GraphView) -> String {
    let focus = graph.focus.as_deref().map(|focus| focus.split_once('/').map_or(focus, |(_, id)| id));
    let what = focus.or(graph.portfolio.as_deref()).unwrap_or("Portfolio");
    format!("{}: what waits for what, {}", sanitize(what), graph.header.today)
}

fn draw_node(out: &mut String, node: &NodeView, (x, y): (f64, f64)) {
    let (w, h) = (SIZES.width, SIZES.height);
    let critical = if node.critical { " critical" } else { "" };
    let facts = sanitize(&facts(node)).into_owned();
    let full = format!(
        "{} ({facts}){}",
        sanitize(node.id.split_once('/').map_or(&node.id, |(_, id)| id)),
        if node.critical { ", critical" } else { "" }
    );
    let _ = writeln!(out, "    <g class=\"node {}{critical}\">", node.kind);
    let _ = writeln!(out, "      <title>{}</title>", html_escape(&full));
    let shape = match node.kind {
        "release" => format!("<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{w}\" height=\"{h}\" rx=\"12\"/>"),
        "gate" => octagon(x, y),
        "milestone" => pointed(x, y),
        _ => format!("<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{w}\" height=\"{h}\" rx=\"2\"/>"),
    };
    let _ = writeln!(out, "      {shape}");
    let middle = x + w / 2.0;
    let label = sanitize(&node.label);
    let label = truncate_to_width(&label, LABEL);
    let _ = writeln!(
        out,
        "      <text text-anchor=\"middle\" x=\"{middle:.1}\" y=\"{:.1}\">{}</text>",
        y + 18.0,
        html_escape(&label)
    );
    // The end is what people look for; the whole stretch is in the title.
    let facts = if display_width(&facts) <= FACTS { facts } else { short(node) };
    let _ = writeln!(
        out,
        "      <text class=\"facts\" text-anchor=\"middle\" x=\"{middle:.1}\" y=\"{:.1}\">{}</text>",
        y + 33.0,
        html_escape(&truncate_to_width(&facts, FACTS))
    );
    out.push_str("    </g>\n");
}

/// The facts of a node where there is little room: without the kind, which the shape tells, and the first day.
fn short(node: &NodeView) -> String {
    let mut facts: Vec<String> = node.end.map(|end| format!("to {end}")).into_iter().collect();
    facts.extend(node.status.map(str::to_owned));
    facts.join(" · ")
}

fn octagon(x: f64, y: f64) -> String {
    let (right, bottom, cut) = (x + SIZES.width, y + SIZES.height, 12.0);
    let corners = [
        (x + cut, y),
        (right - cut, y),
        (right, y + cut),
        (right, bottom - cut),
        (right - cut, bottom),
        (x + cut, bottom),
        (x, bottom - cut),
        (x, y + cut),
    ];
    outline(&corners)
}

fn pointed(x: f64, y: f64) -> String {
    let (right, bottom, cut) = (x + SIZES.width, y + SIZES.height, 14.0);
    let middle = y + SIZES.height / 2.0;
    let corners =
        [(x + cut, y), (right - cut, y), (right, middle), (right - cut, bottom), (x + cut, bottom), (x, middle)];
    outline(&corners)
}

fn outline(corners: &[(f64, f64)]) -> String {
    let points: Vec<String> = corners.iter().map(|(x, y)| format!("{x:.1} {y:.1}")).collect();
    format!("<path d=\"M{}z\"/>", points.join("L"))
}

fn draw_edge(out: &mut String, edge: &EdgeView, (from, to): (Point, Point), between: &[Point], above: usize) {
    let half = SIZES.height / 2.0;
    let start = (from.0 + SIZES.width, from.1 + half);
    let end = (to.0, to.1 + half);
    let mut path = format!("M{:.1} {:.1}", start.0, start.1);
    let mut last = start;
    // Through the levels between, an edge runs flat where the nodes are and bends where they are not.
    for &(x, y) in between {
        let (left, right) = (x - SIZES.width / 2.0, x + SIZES.width / 2.0);
        curve(&mut path, last, (left, y));
        let _ = write!(path, "H{right:.1}");
        last = (right, y);
    }
    curve(&mut path, last, end);
    let critical = if edge.critical { " critical" } else { "" };
    let relation = relation(edge);
    let word = edge.kind.replace('_', " ");
    let title = format!(
        "{word}: {} → {}{}",
        edge.from,
        edge.to,
        relation.as_ref().map_or_else(String::new, |r| format!(", {r}"))
    );
    let _ = writeln!(
        out,
        "    <path class=\"edge {}{critical}\" marker-end=\"url(#head)\" d=\"{path}\"><title>{}</title></path>",
        edge.kind,
        html_escape(&sanitize(&title))
    );
    if let Some(relation) = relation {
        let short = edge.link.filter(|link| *link != "FS").into_iter().map(str::to_owned);
        let lag = edge.lag.as_ref().map(|lag| if lag.starts_with('-') { lag.clone() } else { format!("+{lag}") });
        let text = short.chain(lag).collect::<Vec<_>>().join(" ");
        let text = if text.is_empty() { relation } else { text };
        let _ = writeln!(
            out,
            "    <text class=\"word\" text-anchor=\"end\" x=\"{:.1}\" y=\"{:.1}\">{}</text>",
            end.0 - 12.0,
            end.1 - 5.0 - 11.0 * above as f64,
            html_escape(&text)
        );
    }
}

/// From one point to another, leaving and arriving level; back to the left in a bow.
fn curve(path: &mut String, from: (f64, f64), to: (f64, f64)) {
    let bend = if to.0 > from.0 { (to.0 - from.0) / 2.0 } else { SIZES.across };
    let _ = write!(path, "C{:.1} {:.1} {:.1} {:.1} {:.1} {:.1}", from.0 + bend, from.1, to.0 - bend, to.1, to.0, to.1);
}

fn legend(out: &mut String, graph: &GraphView, y: f64) {
    let kinds = [
        ("after", "after"),
        ("depends_on", "depends on"),
        ("part_of", "part of"),
        ("guards", "guards"),
        ("needs", "needs"),
    ];
    let mut x = MARGIN;
    let mut entry = |class: &str, word: &str| {
        let _ = writeln!(out, "  <path class=\"edge {class}\" d=\"M{x:.0} {y:.0}h28\"/>");
        let _ = writeln!(out, "  <text class=\"word\" x=\"{:.0}\" y=\"{:.0}\">{word}</text>", x + 34.0, y + 4.0);
        x += 34.0 + 8.0 * word.len() as f64 + 18.0;
    };
    for (kind, word) in kinds {
        if graph.edges.iter().any(|edge| edge.kind == kind) {
            entry(kind, word);
        }
    }
    if graph.nodes.iter().any(|node| node.critical) {
        entry("critical", "critical");
    }
}
