//! Graphs that are hard to draw, by hand.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use proptest::prelude::*;

use super::layout::{Layout, Sizes};
use super::{dot, human, mermaid, svg};
use crate::render::Style;
use crate::report::graph::{EdgeView, GraphView, NodeView, SCHEMA};
use crate::report::{Header, Revision};

const SIZES: Sizes = Sizes { width: 190.0, height: 42.0, across: 70.0, down: 16.0 };

fn graph(count: usize, edges: &[(usize, usize)]) -> GraphView {
    let day = chrono::NaiveDate::from_ymd_opt(2026, 3, 2).unwrap();
    let id = |at: usize| format!("release/r{at:03}");
    let node = |at: usize| NodeView {
        id: id(at),
        kind: "release",
        label: format!("r{at:03}"),
        release: Some(format!("r{at:03}")),
        start: Some(day),
        end: Some(day),
        status: Some("planned"),
        critical: at.is_multiple_of(3),
    };
    let edge = |&(from, to): &(usize, usize)| EdgeView {
        from: id(from),
        to: id(to),
        kind: "depends_on",
        link: Some("FS"),
        lag: None,
        critical: false,
    };
    GraphView {
        header: Header { schema: SCHEMA, today: day, revision: Revision::default() },
        portfolio: None,
        focus: None,
        nodes: (0..count).map(node).collect(),
        edges: edges.iter().map(edge).collect(),
    }
}

#[test]
fn levels_follow_the_longest_path_and_shortcuts_run_around_what_lies_between() {
    let layout = Layout::new(&graph(3, &[(0, 1), (1, 2), (0, 2)]), SIZES);
    let columns: Vec<f64> = layout.corners.iter().map(|corner| corner.0 / 260.0).collect();
    assert!(columns.iter().zip([0.0, 1.0, 2.0]).all(|(at, wanted)| (at - wanted).abs() < 0.01), "{columns:?}");
    let between = &layout.routes[2].as_ref().unwrap().between;
    let [(_, y)] = between[..] else { panic!("{between:?}") };
    let (top, bottom) = (layout.corners[1].1, layout.corners[1].1 + SIZES.height);
    assert!(y < top || y > bottom, "{y} is outside {top} to {bottom}");
}

#[test]
fn a_chain_of_thousands_is_drawn_and_printed() {
    let edges: Vec<_> = (1..3000).map(|at| (at - 1, at)).collect();
    let view = graph(3000, &edges);
    assert_eq!(human::render(&view, &Style::default()).matches("planned").count(), 3000 + 3000 / 12 - 1);
    assert!(svg::render(&view).ends_with("</svg>\n"));
}

#[test]
fn hostile_texts_stay_texts() {
    let mut view = graph(2, &[(0, 1)]);
    let evil = "\"]; <script>\\ & --> \u{1b}[31m\u{202e}| #quot; `x`";
    for node in &mut view.nodes {
        node.label = evil.to_owned();
    }
    view.portfolio = Some(evil.to_owned());
    for out in [svg::render(&view), dot::render(&view), mermaid::render(&view), human::render(&view, &Style::default())]
    {
        assert!(!out.contains(['\u{1b}', '\u{202e}']));
    }
    assert!(!svg::render(&view).contains("<script>"));
    let mermaid = mermaid::render(&view);
    assert!(!mermaid.contains("<script>") && !mermaid.contains("\"]; "), "{mermaid}");
    assert!(dot::render(&view).contains("\\\"]; <script>\\\\ &"));
}

#[test]
fn ascii_terminals_get_ascii() {
    let out =
        human::render(&graph(4, &[(0, 1), (1, 2), (2, 1), (3, 2)]), &Style { unicode: false, ..Style::default() });
    assert!(out.is_ascii() || out.chars().all(|c| c.is_ascii() || c == '·'), "{out}");
}

proptest! {
    #[test]
    fn no_node_covers_another(edges in proptest::collection::vec((0..24_usize, 0..24_usize), 0..60)) {
        let view = graph(24, &edges);
        let layout = Layout::new(&view, SIZES);
        for (at, a) in layout.corners.iter().enumerate() {
            prop_assert!(a.0 >= -0.01 && a.1 >= -0.01);
            prop_assert!(a.0 + SIZES.width <= layout.size.0 + 0.01 && a.1 + SIZES.height <= layout.size.1 + 0.01);
            for b in &layout.corners[at + 1..] {
                let apart = (a.0 - b.0).abs() >= SIZES.width - 0.01 || (a.1 - b.1).abs() >= SIZES.height - 0.01;
                prop_assert!(apart, "{a:?} {b:?}");
            }
        }
        let text = human::render(&view, &Style::default());
        for node in &view.nodes {
            prop_assert!(text.contains(&node.label));
        }
        prop_assert!(text.lines().all(|line| crate::render::text::display_width(line) <= 80));
    }
}
