//! The graph for Graphviz.

use std::fmt::Write;

use super::{facts, relation};
use crate::render::text::sanitize;
use crate::report::graph::GraphView;

/// A directed graph, left to right. What is critical is bold.
pub fn render(graph: &GraphView) -> String {
    let mut out = String::from("digraph relm {\n  rankdir=LR;\n  node [shape=box, fontname=\"sans-serif\"];\n");
    out.push_str("  edge [fontname=\"sans-serif\", fontsize=10];\n");
    for node in &graph.nodes {
        let shape = match node.kind {
            "release" => ", style=rounded",
            "milestone" => ", shape=diamond",
            "gate" => ", shape=octagon",
            "project" => ", shape=component",
            _ => "",
        };
        let critical = if node.critical { ", penwidth=3" } else { "" };
        let label = format!("{}\\n{}", escape(&node.label), escape(&facts(node)));
        let _ = writeln!(out, "  \"{}\" [label=\"{label}\"{shape}{critical}];", escape(&node.id));
    }
    for edge in &graph.edges {
        let mut options = Vec::new();
        match edge.kind {
            "part_of" => options.push("style=dashed".to_owned()),
            "guards" => options.push("style=dotted".to_owned()),
            _ => {}
        }
        options.extend(relation(edge).map(|relation| format!("label=\"{}\"", escape(&relation))));
        options.extend(edge.critical.then(|| "penwidth=3".to_owned()));
        let options = if options.is_empty() { String::new() } else { format!(" [{}]", options.join(", ")) };
        let _ = writeln!(out, "  \"{}\" -> \"{}\"{options};", escape(&edge.from), escape(&edge.to));
    }
    out.push_str("}\n");
    out
}

/// A text between double quotes.
fn escape(text: &str) -> String {
    sanitize(text).replace('\\', "\\\\").replace('"', "\\\"")
}
