//! Where the nodes of a graph go: levels from left to right by the longest path, few crossings within a level.

use std::collections::{HashMap, HashSet};

use crate::report::graph::GraphView;

/// Rounds of putting each node near the middle of its neighbours.
const ROUNDS: usize = 8;
/// Beyond this many helpers, long edges are drawn straight.
const MOST_HELPERS: usize = 4_000;
/// Height of a helper and the gap around it, in units of the drawing.
const HELPER: f64 = 8.0;
/// The most room between two nodes of a level, in heights of a node.
const LOOSEST: f64 = 2.0;
/// How much wider than high a page of several parts is.
const WIDE: f64 = 1.6;

/// The sizes of a drawing, in its units.
#[derive(Debug, Clone, Copy)]
pub struct Sizes {
    /// Width of a node.
    pub width: f64,
    /// Height of a node.
    pub height: f64,
    /// Between levels.
    pub across: f64,
    /// Between nodes of a level.
    pub down: f64,
}

/// A laid out graph.
#[derive(Debug)]
pub struct Layout {
    /// The upper left corner of each node, in the order of the view.
    pub corners: Vec<(f64, f64)>,
    /// The way of each edge of the view; none when it joins a node with itself, or an end is unknown.
    pub routes: Vec<Option<Route>>,
    /// The size of the drawing.
    pub size: (f64, f64),
}

/// The way of an edge.
#[derive(Debug, Clone, PartialEq)]
pub struct Route {
    /// The node it leaves and the node it reaches, in the order of the view.
    pub ends: (usize, usize),
    /// The middles of the levels it runs through on its way.
    pub between: Vec<(f64, f64)>,
}

impl Layout {
    /// Lays a graph out: each part that hangs together for itself, the largest first, and what has no edge below.
    pub fn new(graph: &GraphView, sizes: Sizes) -> Self {
        let index: HashMap<&str, usize> = graph.nodes.iter().enumerate().map(|(at, node)| (&*node.id, at)).collect();
        let ends: Vec<Option<(usize, usize)>> = graph
            .edges
            .iter()
            .map(|edge| Some((*index.get(&*edge.from)?, *index.get(&*edge.to)?)))
            .map(|ends| ends.filter(|(from, to)| from != to))
            .collect();
        let (parts, alone) = parts(graph.nodes.len(), &ends);
        let drawn: Vec<Part> = parts.iter().map(|part| Part::new(part, &ends, sizes)).collect();
        let mut layout =
            Self { corners: vec![(0.0, 0.0); graph.nodes.len()], routes: vec![None; ends.len()], size: (0.0, 0.0) };
        layout.pack(&drawn, sizes);
        layout.line_up(&alone, sizes);
        layout
    }

    /// Puts the parts beside each other in rows that make a page about as wide as high.
    fn pack(&mut self, parts: &[Part], sizes: Sizes) {
        let gap = sizes.across;
        let area: f64 = parts.iter().map(|part| (part.size.0 + gap) * (part.size.1 + gap)).sum();
        let widest = parts.iter().map(|part| part.size.0).fold(0.0, f64::max);
        let page = widest.max((area * WIDE).sqrt());
        let (mut x, mut y, mut row) = (0.0, 0.0, 0.0_f64);
        for part in parts {
            if x > 0.0 && x + part.size.0 > page {
                (x, y, row) = (0.0, y + row + gap, 0.0);
            }
            part.put(self, (x, y));
            self.size = (self.size.0.max(x + part.size.0), self.size.1.max(y + part.size.1));
            x += part.size.0 + gap;
            row = row.max(part.size.1);
        }
    }

    /// Puts what has no edge in rows below the rest.
    fn line_up(&mut self, alone: &[usize], sizes: Sizes) {
        let step = sizes.width + sizes.across / 2.0;
        let fitting = (alone.len() as f64).sqrt().ceil() / 2.0;
        let columns = ((self.size.0 / step) as usize).max(fitting as usize).max(4);
        let top = if self.size.1 > 0.0 { self.size.1 + sizes.down * 2.0 } else { 0.0 };
        for (at, &node) in alone.iter().enumerate() {
            let corner = ((at % columns) as f64 * step, top + (at / columns) as f64 * (sizes.height + sizes.down));
            self.corners[node] = corner;
            self.size = (self.size.0.max(corner.0 + sizes.width), self.size.1.max(corner.1 + sizes.height));
        }
    }
}

/// The nodes that hang together, the largest group first, and those that hang with nothing.
fn parts(count: usize, ends: &[Option<(usize, usize)>]) -> (Vec<Vec<usize>>, Vec<usize>) {
    let mut beside = vec![Vec::new(); count];
    for &(from, to) in ends.iter().flatten() {
        beside[from].push(to);
        beside[to].push(from);
    }
    let mut seen = vec![false; count];
    let (mut parts, mut alone) = (Vec::new(), Vec::new());
    for first in 0..count {
        if seen[first] {
            continue;
        }
        seen[first] = true;
        let mut part = vec![first];
        let mut at = 0;
        while let Some(&node) = part.get(at) {
            at += 1;
            for &other in &beside[node] {
                if !seen[other] {
                    seen[other] = true;
                    part.push(other);
                }
            }
        }
        part.sort_unstable();
        if part.len() == 1 { alone.push(first) } else { parts.push(part) }
    }
    parts.sort_by_key(|part| (std::cmp::Reverse(part.len()), part[0]));
    (parts, alone)
}

/// A part of the graph, laid out for itself.
struct Part {
    nodes: Vec<(usize, (f64, f64))>,
    routes: Vec<(usize, Route)>,
    size: (f64, f64),
}

impl Part {
    fn new(nodes: &[usize], ends: &[Option<(usize, usize)>], sizes: Sizes) -> Self {
        let local: HashMap<usize, usize> = nodes.iter().enumerate().map(|(at, &node)| (node, at)).collect();
        let inside: Vec<(usize, (usize, usize))> = ends
            .iter()
            .enumerate()
            .filter_map(|(edge, ends)| {
                let (from, to) = (*ends)?;
                Some((edge, (*local.get(&from)?, *local.get(&to)?)))
            })
            .collect();
        let pairs: Vec<(usize, usize)> = inside.iter().map(|(_, pair)| *pair).collect();
        let mut net = Net::new(&levels(nodes.len(), &pairs), &pairs);
        net.untangle();
        net.place(sizes);
        let x = |node: usize| net.level[node] as f64 * (sizes.width + sizes.across);
        let middle = |helper: &usize| (x(*helper) + sizes.width / 2.0, net.y[*helper] + HELPER / 2.0);
        let route = |((edge, (from, to)), helpers): (&(usize, (usize, usize)), &Vec<usize>)| {
            (*edge, Route { ends: (nodes[*from], nodes[*to]), between: helpers.iter().map(middle).collect() })
        };
        let bottom = (0..net.level.len()).map(|node| net.y[node] + net.height(node, sizes)).fold(0.0, f64::max);
        let right = (0..nodes.len()).map(|at| x(at) + sizes.width).fold(0.0, f64::max);
        Self {
            nodes: nodes.iter().enumerate().map(|(at, &node)| (node, (x(at), net.y[at]))).collect(),
            routes: inside.iter().zip(&net.helpers).map(route).collect(),
            size: (right, bottom),
        }
    }

    fn put(&self, layout: &mut Layout, (x, y): (f64, f64)) {
        let moved = |point: (f64, f64)| (point.0 + x, point.1 + y);
        for &(node, corner) in &self.nodes {
            layout.corners[node] = moved(corner);
        }
        for (edge, route) in &self.routes {
            let between = route.between.iter().map(|&point| moved(point)).collect();
            layout.routes[*edge] = Some(Route { ends: route.ends, between });
        }
    }
}

/// The longest path that leads to each node; edges that would close a cycle do not count.
fn levels(count: usize, ends: &[(usize, usize)]) -> Vec<usize> {
    let mut next = vec![Vec::new(); count];
    for &(from, to) in ends {
        next[from].push(to);
    }
    // Depth first without recursion: nodes that are settled in reverse order of finishing are in topological order.
    let mut state = vec![0_u8; count];
    let mut finished = Vec::with_capacity(count);
    let mut backward = HashSet::new();
    for root in 0..count {
        let mut stack = vec![(root, 0)];
        while let Some(&mut (node, ref mut at)) = stack.last_mut() {
            if *at == 0 && state[node] != 0 {
                stack.pop();
                continue;
            }
            state[node] = 1;
            let Some(&to) = next[node].get(*at) else {
                state[node] = 2;
                finished.push(node);
                stack.pop();
                continue;
            };
            *at += 1;
            match state[to] {
                0 => stack.push((to, 0)),
                1 => drop(backward.insert((node, to))),
                _ => {}
            }
        }
    }
    let mut levels = vec![0_usize; count];
    for &node in finished.iter().rev() {
        for &to in next[node].iter().filter(|&&to| !backward.contains(&(node, to))) {
            levels[to] = levels[to].max(levels[node] + 1);
        }
    }
    // What nothing leads to stands just before what waits for it, not at the far left.
    let has_before: HashSet<usize> = ends.iter().map(|&(_, to)| to).collect();
    for node in (0..count).filter(|node| !has_before.contains(node)) {
        let nearest = next[node].iter().map(|&to| levels[to]).min().unwrap_or(0);
        levels[node] = nearest.saturating_sub(1);
    }
    levels
}

/// Nodes and the helpers that lead long edges through the levels between.
struct Net {
    /// By node, then by helper.
    level: Vec<usize>,
    is_helper: Vec<bool>,
    y: Vec<f64>,
    before: Vec<Vec<usize>>,
    after: Vec<Vec<usize>>,
    /// The members of each level, from top to bottom.
    rows: Vec<Vec<usize>>,
    /// The helpers of each edge, from left to right.
    helpers: Vec<Vec<usize>>,
}

impl Net {
    fn new(levels: &[usize], ends: &[(usize, usize)]) -> Self {
        let count = levels.len();
        let mut net = Self {
            level: levels.to_vec(),
            is_helper: vec![false; count],
            y: Vec::new(),
            before: vec![Vec::new(); count],
            after: vec![Vec::new(); count],
            rows: Vec::new(),
            helpers: Vec::new(),
        };
        let long: usize = ends.iter().map(|&(a, b)| levels[b].saturating_sub(levels[a] + 1)).sum();
        for &(from, to) in ends {
            let mut between = Vec::new();
            let mut last = from;
            if long <= MOST_HELPERS {
                for level in levels[from] + 1..levels[to].max(levels[from] + 1) {
                    let helper = net.level.len();
                    net.level.push(level);
                    net.is_helper.push(true);
                    net.before.push(Vec::new());
                    net.after.push(Vec::new());
                    net.join(last, helper);
                    between.push(helper);
                    last = helper;
                }
            }
            net.join(last, to);
            net.helpers.push(between);
        }
        let highest = net.level.iter().max().map_or(0, |level| level + 1);
        net.rows = vec![Vec::new(); highest];
        for node in 0..net.level.len() {
            net.rows[net.level[node]].push(node);
        }
        net.y = vec![0.0; net.level.len()];
        net
    }

    fn join(&mut self, from: usize, to: usize) {
        self.after[from].push(to);
        self.before[to].push(from);
    }

    /// Orders each level by the middle of its neighbours, to the right and to the left in turn.
    fn untangle(&mut self) {
        let mut place = vec![0.0; self.level.len()];
        for row in &self.rows {
            row.iter().enumerate().for_each(|(at, &node)| place[node] = at as f64);
        }
        for round in 0..ROUNDS {
            let rightwards = round % 2 == 0;
            let order: Vec<usize> =
                if rightwards { (0..self.rows.len()).collect() } else { (0..self.rows.len()).rev().collect() };
            for level in order {
                let neighbours = if rightwards { &self.before } else { &self.after };
                let middle = |node: &usize| {
                    let around = &neighbours[*node];
                    if around.is_empty() {
                        return place[*node];
                    }
                    around.iter().map(|&other| place[other]).sum::<f64>() / around.len() as f64
                };
                let mut row: Vec<(f64, usize)> = self.rows[level].iter().map(|node| (middle(node), *node)).collect();
                row.sort_by(|a, b| a.0.total_cmp(&b.0).then(place[a.1].total_cmp(&place[b.1])));
                row.iter().enumerate().for_each(|(at, &(_, node))| place[node] = at as f64);
                self.rows[level] = row.into_iter().map(|(_, node)| node).collect();
            }
        }
    }

    fn height(&self, node: usize, sizes: Sizes) -> f64 {
        if self.is_helper[node] { HELPER } else { sizes.height }
    }

    /// Gives each its height on the page: near the middle of its neighbours, none over another.
    fn place(&mut self, sizes: Sizes) {
        for row in self.rows.clone() {
            let mut y = 0.0;
            for node in row {
                self.y[node] = y;
                y += self.height(node, sizes) + sizes.down;
            }
        }
        for round in 0..ROUNDS {
            let rightwards = round % 2 == 0;
            let count = self.rows.len();
            for at in 0..count {
                let level = if rightwards { at } else { count - 1 - at };
                self.settle(level, rightwards, sizes);
            }
        }
        let top = self.rows.iter().flatten().map(|&node| self.y[node]).fold(f64::INFINITY, f64::min);
        if top.is_finite() {
            self.rows.iter().flatten().for_each(|&node| self.y[node] -= top);
        }
    }

    fn settle(&mut self, level: usize, rightwards: bool, sizes: Sizes) {
        let row = self.rows[level].clone();
        let wished: Vec<f64> = row
            .iter()
            .map(|&node| {
                let around = if rightwards { &self.before[node] } else { &self.after[node] };
                let centre = |other: usize| self.y[other] + self.height(other, sizes) / 2.0;
                if around.is_empty() {
                    return self.y[node];
                }
                let middle = around.iter().map(|&other| centre(other)).sum::<f64>() / around.len() as f64;
                middle - self.height(node, sizes) / 2.0
            })
            .collect();
        let mut placed: Vec<f64> = Vec::with_capacity(row.len());
        let mut free = f64::NEG_INFINITY;
        for (&node, &wish) in row.iter().zip(&wished) {
            // A row that follows every wish would leave half of the page empty.
            let y = if free.is_finite() { wish.clamp(free, free + LOOSEST * sizes.height) } else { wish };
            free = y + self.height(node, sizes) + sizes.down;
            placed.push(y);
        }
        // Pushing only downwards drifts: the row as a whole goes back to where it wishes to be.
        let drift = placed.iter().zip(&wished).map(|(y, wish)| y - wish).sum::<f64>() / row.len().max(1) as f64;
        row.iter().zip(placed).for_each(|(&node, y)| self.y[node] = y - drift);
    }
}
