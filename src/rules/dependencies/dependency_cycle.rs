//! `dependency-cycle`.

use std::collections::{HashMap, HashSet, VecDeque};

use petgraph::algo::tarjan_scc;
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::EdgeRef;

use crate::diagnostic::{Finding, Severity, Span, Subject};
use crate::graph::{Cycle, Node, Step};
use crate::model::{Identified, Portfolio};
use crate::rules::{Check, Context, Group, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    name: "dependency-cycle",
    group: Group::Dependencies,
    severity: Severity::Error,
    summary: "things that wait for each other",
    docs: "\
## What it does

Reports phases, milestones and releases that wait for each other, with the way round and every entry on it; also releases that
are `part_of` themselves through others, and projects that need each other (at most a warning).

## Why

None of them can ever begin. The plan gives them no dates, and none to what follows them.

## How to fix

Delete or turn round one of the entries shown.

```yaml failing
kind: release
id: winter
type: minor
phases:
  - {id: build, after: test, duration: 3d}
  - {id: test, after: build, duration: 3d}
```

```yaml failing
kind: release
id: spring
type: minor
depends_on: [summer]
---
kind: release
id: summer
type: minor
depends_on: [spring]
```

```yaml failing
kind: release
id: programme
type: major
part_of: wave-1
---
kind: release
id: wave-1
type: major
part_of: programme
```

```yaml passing
kind: release
id: winter
type: minor
phases:
  - {id: build, start: 2026-12-01, duration: 3d}
  - {id: test, after: build, duration: 3d}
```
",
    check: Check::Portfolio(check),
};

fn check(cx: &Context<'_>, out: &mut Vec<Finding>) {
    let between = releases_alone(cx);
    out.extend(cx.graph.cycles().iter().chain(&between).filter_map(|cycle| waiting(cx.portfolio, cycle)));
    parents(cx.portfolio, out);
}

fn waiting(portfolio: &Portfolio, cycle: &Cycle) -> Option<Finding> {
    let (first, rest) = cycle.steps.split_first()?;
    let of_one_release = cycle.steps.iter().all(|step| step.waits.release() == first.waits.release());
    let name = |node: Node| name(portfolio, node, !of_one_release);
    // What one entry names and the next belongs to may be two ends of one release.
    let mut way: Vec<String> = Vec::new();
    for node in cycle.steps.iter().flat_map(|step| [step.waits, step.waited_for]).chain([first.waits]) {
        let name = name(node);
        if way.last() != Some(&name) {
            way.push(name);
        }
    }
    let begin = name(first.waits);
    let message = if way.len() == 1 {
        format!("`{begin}` waits for itself")
    } else {
        format!("`{begin}` waits for itself: `{}`", way.join("` → `"))
    };
    let help = if rest.is_empty() {
        "delete this entry"
    } else {
        "each waits for the one behind the arrow, so none can begin; delete or turn round one of these entries"
    };
    let finding = Finding::new(first.span, subject(portfolio, first.waits), message).help(help);
    let finding = match first.waits {
        Node::Project(_) => finding.at_most(Severity::Warning),
        _ => finding,
    };
    Some(rest.iter().fold(finding, |finding, step| {
        let words = format!("`{}` waits for `{}` here", name(step.waits), name(step.waited_for));
        finding.related(step.span, subject(portfolio, step.waits), words)
    }))
}

/// Cycles of `depends_on` alone. A release without phases ends at its target whatever its start waits for, so that the graph
/// of dates sees no cycle where people do.
fn releases_alone(cx: &Context<'_>) -> Vec<Cycle> {
    let releases = &cx.portfolio.releases;
    let mut waits: DiGraph<usize, Span> = DiGraph::with_capacity(releases.len(), 0);
    let nodes: Vec<NodeIndex> = (0..releases.len()).map(|release| waits.add_node(release)).collect();
    for (index, release) in releases.iter().enumerate() {
        for dependency in &release.depends_on {
            if let Some(other) = releases.index(&dependency.release) {
                waits.add_edge(nodes[index], nodes[other], dependency.span);
            }
        }
    }
    let mut cycles: Vec<Cycle> = tarjan_scc(&waits)
        .into_iter()
        .filter(|knot| knot.len() > 1 || waits.contains_edge(knot[0], knot[0]))
        .filter(|knot| !knot.iter().any(|&node| cx.graph.is_cyclic(Node::Start(waits[node]))))
        .filter_map(|knot| shortest(&waits, &knot))
        .collect();
    cycles.sort_by_key(|cycle| cycle.steps.first().map(|step| step.span));
    cycles
}

/// The shortest cycle through the first entry of a knot.
fn shortest(waits: &DiGraph<usize, Span>, knot: &[NodeIndex]) -> Option<Cycle> {
    let inside: HashSet<NodeIndex> = knot.iter().copied().collect();
    let entries = knot.iter().flat_map(|&node| waits.edges(node)).filter(|edge| inside.contains(&edge.target()));
    let first = entries.min_by_key(|edge| *edge.weight())?;
    let (begin, mut came) = (first.source(), HashMap::new());
    let mut queue = VecDeque::from([first.target()]);
    while let Some(node) = queue.pop_front().filter(|&node| node != begin) {
        for edge in waits.edges(node).filter(|edge| inside.contains(&edge.target())) {
            if edge.target() != first.target() && !came.contains_key(&edge.target()) {
                came.insert(edge.target(), edge);
                queue.push_back(edge.target());
            }
        }
    }
    let mut way = Vec::new();
    let mut at = begin;
    while at != first.target() {
        let edge = came.get(&at)?;
        way.push(*edge);
        at = edge.source();
    }
    let steps = std::iter::once(first).chain(way.into_iter().rev()).map(|edge| Step {
        waits: Node::Start(waits[edge.source()]),
        waited_for: Node::Finish(waits[edge.target()]),
        span: *edge.weight(),
    });
    Some(Cycle { steps: steps.collect() })
}

fn name(portfolio: &Portfolio, node: Node, full: bool) -> String {
    let within = |release: usize, id: &str| {
        if full { format!("{}/{id}", portfolio.releases[release].id) } else { id.to_owned() }
    };
    match node {
        Node::Project(project) => portfolio.projects[project].id.to_string(),
        Node::Start(release) | Node::Finish(release) => portfolio.releases[release].id.to_string(),
        Node::Phase(release, phase) => within(release, &portfolio.releases[release].phases[phase].id),
        Node::Milestone(release, milestone) => within(release, &portfolio.releases[release].milestones[milestone].id),
        Node::Gate(release, gate) => within(release, &portfolio.releases[release].gates[gate].id),
    }
}

fn subject(portfolio: &Portfolio, node: Node) -> Subject {
    match node {
        Node::Project(project) => portfolio.projects[project].subject().at("depends_on"),
        Node::Start(release) | Node::Finish(release) => portfolio.releases[release].subject().at("depends_on"),
        Node::Phase(r, _) => portfolio.releases[r].subject().at(format!("phases/{}", name(portfolio, node, false))),
        Node::Milestone(r, _) => {
            portfolio.releases[r].subject().at(format!("milestones/{}", name(portfolio, node, false)))
        }
        Node::Gate(r, _) => portfolio.releases[r].subject().at(format!("gates/{}", name(portfolio, node, false))),
    }
}

/// Releases that are part of themselves.
fn parents(portfolio: &Portfolio, out: &mut Vec<Finding>) {
    let releases = &portfolio.releases;
    let parent = |release: usize| releases[release].part_of.as_ref().and_then(|id| releases.index(id));
    // 0: not seen; otherwise the number of the walk that first came here.
    let mut seen = vec![0; releases.len()];
    for start in 0..releases.len() {
        let mut way = Vec::new();
        let mut at = Some(start);
        while let Some(release) = at.filter(|&release| seen[release] == 0) {
            seen[release] = start + 1;
            way.push(release);
            at = parent(release);
        }
        let Some(begin) = at.and_then(|again| way.iter().position(|&release| release == again)) else { continue };
        out.extend(circle(portfolio, way.split_off(begin)));
    }
}

/// The finding for releases each of which is part of the next, the last of the first.
fn circle(portfolio: &Portfolio, mut circle: Vec<usize>) -> Option<Finding> {
    let entry = |release: usize| portfolio.releases[release].part_of.as_ref().map(|id| id.span);
    let first = (0..circle.len()).min_by_key(|&place| entry(circle[place]))?;
    circle.rotate_left(first);
    let ids: Vec<&str> = circle.iter().chain(circle.first()).map(|&r| portfolio.releases[r].id.as_str()).collect();
    let message = match circle.len() {
        1 => format!("`{}` is part of itself", ids[0]),
        _ => format!("`{}` is part of itself: `{}`", ids[0], ids.join("` → `")),
    };
    let at = |release: usize| portfolio.releases[release].subject();
    let finding = Finding::new(entry(circle[0])?, at(circle[0]), message).help("delete one of these `part_of`");
    Some(circle[1..].iter().zip(&ids[1..]).fold(finding, |finding, (&release, id)| {
        let span = entry(release).unwrap_or_default();
        finding.related(span, at(release), format!("`{id}` is part of the next here"))
    }))
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{messages, of};

    const RULE: &str = "dependency-cycle";

    #[test]
    fn the_way_is_shown_by_names() {
        let text = "kind: release\nid: a\ntype: minor\ndepends_on: [b]\nphases: [{id: deploy, start: 2026-12-01}]\n---\n\
                    kind: release\nid: b\ntype: minor\nphases: [{id: build, after: a/deploy, duration: 1d}]\n";
        let found = of(RULE, text);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].message, "`a` waits for itself: `a` → `b` → `b/build` → `a/deploy` → `a`");
        assert_eq!(found[0].related[0].message, "`b/build` waits for `a/deploy` here");
    }

    #[test]
    fn a_phase_can_wait_for_itself() {
        let text = "kind: release\nid: a\ntype: minor\nphases: [{id: build, after: build, duration: 1d}]\n";
        assert_eq!(messages(RULE, text), ["`build` waits for itself"]);
    }

    #[test]
    fn releases_without_phases_wait_for_each_other_too() {
        let release = |id: &str, other: &str| format!("kind: release\nid: {id}\ntype: minor\ndepends_on: [{other}]\n");
        let text = [release("a", "b"), release("b", "c"), release("c", "a"), release("d", "d")].join("---\n");
        assert_eq!(messages(RULE, &text), ["`a` waits for itself: `a` → `b` → `c` → `a`", "`d` waits for itself"]);
    }

    #[test]
    fn parents_in_a_circle_are_one_finding() {
        let release = |id: &str, parent: &str| format!("kind: release\nid: {id}\ntype: minor\npart_of: {parent}\n");
        let text = [release("a", "b"), release("b", "c"), release("c", "b"), release("d", "d")].join("---\n");
        assert_eq!(messages(RULE, &text), ["`b` is part of itself: `b` → `c` → `b`", "`d` is part of itself"]);
    }
}
