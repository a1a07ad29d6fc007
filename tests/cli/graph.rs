//! `relm graph`.

use insta::assert_snapshot;

use crate::sandbox::{RELEASE, Sandbox};
use crate::show::full;

const DAY: [&str; 2] = ["--today", "2027-02-24"];

#[test]
fn trees_of_a_portfolio_a_release_and_a_project() {
    let sandbox = full();
    let runs = [&["graph"][..], &["graph", "spring-timetable"], &["graph", "timetable"]]
        .map(|arguments| sandbox.run(&[arguments, &DAY].concat()).to_string());
    assert_snapshot!(runs.join("\n"));
}

#[test]
fn every_format_has_the_same_graph() {
    let sandbox = full();
    for format in ["json", "dot", "mermaid", "svg"] {
        let run = sandbox.run(&[&["graph", "spring-timetable", "--format", format], &DAY[..]].concat());
        assert_eq!(run.code, Some(0), "{run}");
        assert_snapshot!(format!("release_as_{format}"), run.stdout);
    }
}

#[test]
fn cycles_are_marked_and_repeated_nodes_named_once() {
    let projects = "\
kind: project
id: egg
depends_on: [hen]
---
kind: project
id: hen
depends_on: [egg]
---
kind: project
id: cake
depends_on: [flour, mix]
---
kind: project
id: mix
depends_on: [flour]
---
kind: project
id: flour
depends_on: [wheat]
---
kind: project
id: wheat
";
    let run = Sandbox::portfolio().write("projects.yaml", projects).run(&["graph"]);
    assert_snapshot!(run);
}

#[test]
fn releases_joined_by_their_phases_become_one_edge() {
    let buoy = RELEASE
        .replace("lantern-1", "buoy-1")
        .replace("phases:", "depends_on: [lantern-1]\nphases:")
        .replace("start: 2026-03-09", "after: lantern-1/build + 1d");
    let sandbox = Sandbox::portfolio().write("buoy.yaml", &buoy);
    let view = sandbox.run(&["graph", "--format", "json"]);
    let view: serde_json::Value = serde_json::from_str(&view.stdout).unwrap();
    let edge = |kind: &str, lag: Option<&str>| {
        serde_json::json!({"from": "release/lantern-1", "to": "release/buoy-1", "kind": kind, "link": "FS", "lag": lag,
            "critical": false})
    };
    assert_eq!(view["edges"], serde_json::json!([edge("after", Some("1d")), edge("depends_on", None)]));
}

#[test]
fn what_has_no_graph_is_sent_to_where_it_is_shown() {
    let sandbox = Sandbox::portfolio();
    let run = sandbox.run(&["graph", "lantern-1/build"]);
    assert_eq!((run.code, run.stderr.lines().last()), (Some(2), Some("hint: `relm graph lantern-1` draws it")));
    let run = sandbox.run(&["graph", "crew"]);
    assert_eq!((run.code, run.stderr.lines().last()), (Some(2), Some("hint: `relm show team/crew` shows it")));
    let run = sandbox.run(&["graph", "lantrn-1"]);
    assert_eq!((run.code, run.stderr.lines().last()), (Some(2), Some("hint: did you mean `lantern-1`?")));
}
