//! The graph as a tree of text: below each node stands what it waits for.

use std::collections::{HashMap, HashSet, VecDeque};
use std::fmt::Write;

use super::{dates, relation};
use crate::render::Style;
use crate::render::paint::Paint;
use crate::render::text::{display_width, sanitize, truncate_to_width, wrap};
use crate::report::graph::{EdgeView, GraphView, NodeView};

/// Narrower terminals get lines of this many columns.
const MIN_WIDTH: usize = 60;

/// Beyond this depth lines have no room; what is deeper follows below, at the margin.
const DEEPEST: usize = 12;

/// The tree. Its roots are what nothing waits for; what was printed before is only named again.
pub fn render(graph: &GraphView, style: &Style) -> String {
    let style = Style { width: style.width.max(MIN_WIDTH), ..*style };
    let mut tree = Tree::new(graph, Paint(style));
    for root in tree.roots() {
        tree.print(root);
    }
    tree.print_deeper();
    // What is left waits for itself.
    for node in 0..graph.nodes.len() {
        tree.print(node);
        tree.print_deeper();
    }
    if graph.nodes.is_empty() {
        tree.out.push_str("Nothing to draw.\n");
    } else {
        let note = tree.legend();
        let _ = writeln!(tree.out, "\n{note}");
    }
    tree.out
}

struct Tree<'g> {
    graph: &'g GraphView,
    index: HashMap<&'g str, usize>,
    /// The edges that lead to each node, by what they wait for.
    waits: Vec<Vec<&'g EdgeView>>,
    printed: HashSet<usize>,
    /// Nodes that had no room where they stood.
    deeper: VecDeque<usize>,
    paint: Paint,
    out: String,
}

/// A line that is still to be printed.
struct Pending<'g> {
    node: usize,
    edge: Option<&'g EdgeView>,
    /// The columns before the branch, as drawn.
    prefix: String,
    last: bool,
    depth: usize,
    /// The nodes above, root first.
    above: Vec<usize>,
}

impl<'g> Tree<'g> {
    fn new(graph: &'g GraphView, paint: Paint) -> Self {
        let index: HashMap<&str, usize> = graph.nodes.iter().enumerate().map(|(at, node)| (&*node.id, at)).collect();
        let mut waits = vec![Vec::new(); graph.nodes.len()];
        for edge in &graph.edges {
            if let Some(&to) = index.get(&*edge.to) {
                waits[to].push(edge);
            }
        }
        // What decides stands first, then what ends last.
        for edges in &mut waits {
            edges.sort_by_key(|edge| {
                let node = index.get(&*edge.from).map(|&at| &graph.nodes[at]);
                (!edge.critical, std::cmp::Reverse(node.and_then(|node| node.end)), &edge.from)
            });
        }
        Self { graph, index, waits, printed: HashSet::new(), deeper: VecDeque::new(), paint, out: String::new() }
    }

    fn roots(&self) -> Vec<usize> {
        let followed: HashSet<&str> = self.graph.edges.iter().map(|edge| &*edge.from).collect();
        let mut roots: Vec<usize> =
            (0..self.graph.nodes.len()).filter(|&at| !followed.contains(&*self.graph.nodes[at].id)).collect();
        // Releases before projects, and the later ones first, as they wait for the earlier.
        roots.sort_by_key(|&at| {
            let node = &self.graph.nodes[at];
            (node.kind == "project", std::cmp::Reverse(node.end), &node.id)
        });
        roots
    }

    /// Prints what had no room where it stood, at the margin.
    fn print_deeper(&mut self) {
        while let Some(node) = self.deeper.pop_front() {
            self.print(node);
        }
    }

    /// Prints a node with all that it waits for, unless that was done.
    fn print(&mut self, root: usize) {
        if self.printed.contains(&root) {
            return;
        }
        let first = Pending { node: root, edge: None, prefix: String::new(), last: true, depth: 0, above: Vec::new() };
        let mut stack = vec![first];
        while let Some(pending) = stack.pop() {
            let node = pending.node;
            let children = self.waits[node].clone();
            let cycle = pending.above.contains(&node);
            let again = !cycle && self.printed.contains(&node);
            let deep = !cycle && !again && pending.depth >= DEEPEST && !children.is_empty();
            let remark = match (cycle, again, deep) {
                (true, _, _) => " ↺ waits for itself",
                (_, true, _) => " (above)",
                (_, _, true) => " (below)",
                _ => "",
            };
            self.line(&pending, remark);
            if deep {
                self.deeper.push_back(node);
            }
            if cycle || again || deep {
                continue;
            }
            self.printed.insert(node);
            let branch = match (pending.depth, pending.last, self.paint.0.unicode) {
                (0, ..) => "",
                (_, true, _) => "   ",
                (_, false, true) => "│  ",
                (_, false, false) => "|  ",
            };
            let prefix = format!("{}{branch}", pending.prefix);
            let mut above = pending.above;
            above.push(node);
            // The last goes on the stack first.
            for (at, edge) in children.iter().enumerate().rev() {
                let Some(&node) = self.index.get(&*edge.from) else { continue };
                stack.push(Pending {
                    node,
                    edge: Some(edge),
                    prefix: prefix.clone(),
                    last: at + 1 == children.len(),
                    depth: pending.depth + 1,
                    above: above.clone(),
                });
            }
        }
    }

    fn line(&mut self, pending: &Pending<'_>, remark: &str) {
        let unicode = self.paint.0.unicode;
        let node = &self.graph.nodes[pending.node];
        let branch = match (pending.depth, pending.last, unicode) {
            (0, ..) => "",
            (_, true, true) => "└─ ",
            (_, true, false) => "`- ",
            (_, false, true) => "├─ ",
            (_, false, false) => "|- ",
        };
        let remark = if unicode { remark.to_owned() } else { remark.replace('↺', "@") };
        let left = format!("{}{branch}", pending.prefix);
        let label = format!("{}{}", mark(node, unicode), sanitize(&node.label));
        let mut facts = Vec::new();
        if node.kind == "milestone" || node.kind == "gate" {
            facts.push(node.kind.to_owned());
        }
        facts.extend(pending.edge.and_then(|edge| match edge.kind {
            "part_of" if node.kind == "release" => Some("part of it".to_owned()),
            "guards" => Some("guards it".to_owned()),
            _ => relation(edge),
        }));
        facts.extend(dates(node));
        facts.extend(node.status.map(str::to_owned));
        let facts = sanitize(&facts.join(" · ")).into_owned();
        let room = self.paint.0.width.saturating_sub(display_width(&left) + display_width(&remark));
        let label_width = display_width(&label).min(room);
        let facts = truncate_to_width(&facts, room.saturating_sub(label_width + 2)).into_owned();
        let label = truncate_to_width(&label, room).into_owned();
        let label = match (node.critical, pending.depth) {
            (true, _) => self.paint.with(&label, "1;31"),
            (false, 0) => self.paint.bold(&label),
            _ => label,
        };
        let gap = if facts.is_empty() { "" } else { "  " };
        let _ = writeln!(self.out, "{}{label}{gap}{}{remark}", self.paint.dim(&left), self.paint.dim(&facts));
    }

    fn legend(&self) -> String {
        let mark = if self.paint.0.unicode { "●" } else { "*" };
        let critical = if self.graph.nodes.iter().any(|node| node.critical) {
            format!("; {mark} a day of slip breaks a promise or a target")
        } else {
            String::new()
        };
        let text = wrap(&format!("Below each stands what it waits for{critical}."), self.paint.0.width);
        self.paint.dim(&text)
    }
}

fn mark(node: &NodeView, unicode: bool) -> &'static str {
    match (node.critical, unicode) {
        (true, true) => "● ",
        (true, false) => "* ",
        (false, _) => "",
    }
}
