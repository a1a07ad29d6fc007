//! The graph as a Mermaid flowchart, for Markdown that renders it.

use std::collections::HashMap;
use std::fmt::Write;

use super::{facts, relation};
use crate::render::text::sanitize;
use crate::report::graph::GraphView;

/// A flowchart, left to right. What is critical has thick lines.
pub fn render(graph: &GraphView) -> String {
    let mut out = String::from("flowchart LR\n");
    let names: HashMap<&str, String> =
        graph.nodes.iter().enumerate().map(|(index, node)| (&*node.id, format!("n{index}"))).collect();
    let name = |id: &str| names.get(id).map_or("n", String::as_str);
    for node in &graph.nodes {
        let (open, close) = match node.kind {
            "release" => ("(\"", "\")"),
            "milestone" => ("{{\"", "\"}}"),
            "gate" => ("[/\"", "\"/]"),
            "project" => ("[[\"", "\"]]"),
            _ => ("[\"", "\"]"),
        };
        let critical = if node.critical { ":::critical" } else { "" };
        let label = format!("{}<br>{}", escape(&node.label), escape(&facts(node)));
        let _ = writeln!(out, "    {}{open}{label}{close}{critical}", name(&node.id));
    }
    for edge in &graph.edges {
        let arrow = match (edge.critical, edge.kind) {
            (true, _) => "==>",
            (false, "part_of" | "guards") => "-.->",
            (false, _) => "-->",
        };
        let word = match edge.kind {
            "part_of" => Some("part of".to_owned()),
            "guards" => Some("guards".to_owned()),
            _ => relation(edge),
        };
        let label = word.map_or_else(String::new, |word| format!("|\"{}\"|", escape(&word)));
        let _ = writeln!(out, "    {} {arrow}{label} {}", name(&edge.from), name(&edge.to));
    }
    if graph.nodes.iter().any(|node| node.critical) {
        out.push_str("    classDef critical stroke-width:4px\n");
    }
    out
}

/// A text between double quotes: only what cannot end it, begin markup or an entity stands for itself.
fn escape(text: &str) -> String {
    sanitize(text).chars().fold(String::new(), |mut out, c| {
        if c.is_alphanumeric() || matches!(c, ' ' | '-' | '_' | '.' | '/' | ',' | ':' | '·' | '+') {
            out.push(c);
        } else {
            let _ = write!(out, "#{};", u32::from(c));
        }
        out
    })
}
