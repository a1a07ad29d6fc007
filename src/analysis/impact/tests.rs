use std::collections::HashSet;

use chrono::NaiveDate;

use super::*;
use crate::analysis::testing::{Loaded, loaded};
use crate::time::duration::Lag;

fn side(loaded: &Loaded, graph: &Graph, then: impl FnOnce(Side<'_>) -> String) -> String {
    then(Side { portfolio: &loaded.portfolio, graph, schedule: &loaded.schedule })
}

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 16).unwrap()
}

/// What a slip sets, as `node.field=value`.
fn slip(text: &str, id: &str, by: &str) -> String {
    let loaded = loaded(text);
    let graph = Graph::new(&loaded.portfolio);
    let node = node(&loaded.portfolio, id);
    side(&loaded, &graph, |side| match settings(side, node, in_days(Lag::parse(by).unwrap()).unwrap(), today()) {
        Ok(found) => {
            let one = |it: &Setting| format!("{}.{}={}", name(side.portfolio, it.node), it.field, it.value);
            found.iter().map(one).collect::<Vec<_>>().join(" ")
        }
        Err(refusal) => format!("{refusal:?}"),
    })
}

fn node(portfolio: &Portfolio, id: &str) -> Node {
    let (release, inner) = id.split_once('/').unwrap_or((id, ""));
    let r = portfolio.releases.index(release).unwrap();
    let release = &portfolio.releases[r];
    let phase = release.phases.iter().position(|phase| *phase.id == *inner).map(|p| Node::Phase(r, p));
    let milestone = || release.milestones.iter().position(|it| *it.id == *inner).map(|m| Node::Milestone(r, m));
    phase.or_else(milestone).unwrap_or(Node::Finish(r))
}

fn one(phases: &str) -> String {
    format!("kind: release\nid: r\ntype: minor\nphases: [{phases}]\n")
}

#[test]
fn what_has_not_begun_begins_later() {
    // Today is Monday 2026-11-16.
    for (phase, by, set) in [
        ("{id: a, start: 2026-11-20, duration: 3d}", "1d", "r/a.start=2026-11-23"),
        ("{id: a, start: 2026-11-20, duration: 3d}", "3ed", "r/a.start=2026-11-23"),
        ("{id: a, start: 2026-11-20, duration: 3d}", "1ed", "r/a.start=2026-11-23"),
        ("{id: a, start: 2026-11-20, duration: 3d}", "-1d", "r/a.start=2026-11-19"),
        ("{id: a, start: 2026-11-20, end: 2026-11-24}", "1w", "r/a.start=2026-11-27 r/a.end=2026-12-01"),
        ("{id: a, start: 2026-11-20, end: 2026-11-24, duration: 3d}", "1w", "r/a.start=2026-11-27 r/a.end=2026-12-01"),
        ("{id: a, end: 2026-11-24, duration: 2d}", "1d", "r/a.end=2026-11-25"),
        ("{id: a, date: 2026-11-24}", "1d", "r/a.date=2026-11-25"),
        // What should have begun is expected today.
        ("{id: a, start: 2026-11-10, duration: 3d}", "2d", "r/a.start=2026-11-18"),
        // Deployed over a weekend, and a week later too.
        ("{id: a, start: 2026-11-21, duration: 1d}", "1w", "r/a.start=2026-11-28"),
        ("{id: a, start: 2026-11-21, end: 2026-11-22}", "1ew", "r/a.start=2026-11-28 r/a.end=2026-11-29"),
    ] {
        assert_eq!(slip(&one(phase), "r/a", by), set, "{phase} {by}");
    }
    let follows = one("{id: a, start: 2026-11-16, duration: 2d}, {id: b, after: a, duration: 2d}");
    assert_eq!(slip(&follows, "r/b", "2d"), "r/b.start=2026-11-20");
}

#[test]
fn nothing_begins_before_today() {
    let past = |day: &str| format!("Past(\"r/a\", {day})");
    for (phase, by, said) in [
        // It is late, and expected today.
        ("{id: a, start: 2026-11-10, duration: 3d}", "-5d", past("2026-11-16")),
        ("{id: a, start: 2026-11-10, end: 2026-11-12}", "-1d", past("2026-11-16")),
        ("{id: a, start: 2026-11-18, duration: 3d}", "-3d", past("2026-11-18")),
        ("{id: a, start: 2026-11-18, duration: 3d}", "-2d", "r/a.start=2026-11-16".to_owned()),
    ] {
        assert_eq!(slip(&one(phase), "r/a", by), said, "{phase} {by}");
        assert_eq!(slip(&one(phase), "r", by), said, "{phase} {by}");
    }
}

#[test]
fn what_has_begun_takes_longer() {
    for (phase, set) in [
        ("{id: a, start: 2026-11-12, duration: 5d, actual: {start: 2026-11-12}}", "r/a.duration=7d"),
        ("{id: a, start: 2026-11-12, duration: 6ed, actual: {start: 2026-11-12}}", "r/a.duration=8ed"),
        ("{id: a, start: 2026-11-12, end: 2026-11-18, actual: {start: 2026-11-12}}", "r/a.end=2026-11-20"),
        ("{id: a, date: 2026-11-16, actual: {start: 2026-11-16}}", "r/a.duration=3d"),
        ("{id: a, end: 2026-11-18, duration: 5d, actual: {start: 2026-11-12}}", "r/a.duration=7d r/a.end=2026-11-20"),
        (
            "{id: a, start: 2026-11-12, end: 2026-11-18, duration: 5d, actual: {start: 2026-11-12}}",
            "r/a.duration=7d r/a.end=2026-11-20",
        ),
        // Half of ten days are left; seven of twelve are then.
        ("{id: a, start: 2026-11-09, duration: 10d, progress: 50}", "r/a.duration=12d r/a.progress=42"),
        // Nothing is left; two days of twelve are then.
        ("{id: a, start: 2026-11-02, duration: 10d, progress: 100}", "r/a.duration=12d r/a.progress=84"),
        // It should have ended on Friday, and is expected to end today.
        ("{id: a, start: 2026-11-09, duration: 5d, actual: {start: 2026-11-09}}", "r/a.duration=8d"),
    ] {
        let by = if phase.contains("ed,") { "2ed" } else { "2d" };
        assert_eq!(slip(&one(phase), "r/a", by), set, "{phase}");
    }
}

#[test]
fn a_release_slips_with_the_first_that_is_open() {
    let text = "
kind: release
id: q
type: minor
target: 2026-12-24
---
kind: release
id: whole
type: minor
part_of: q
phases:
  - {id: a, start: 2026-11-02, duration: 5d, actual: {start: 2026-11-02, end: 2026-11-06}}
  - {id: b, after: a, duration: 5d}
  - {id: c, start: 2026-11-23, duration: 5d}
  - {id: d, after: [b, m], duration: 5d}
milestones: [{id: m, after: b}]
---
kind: release
id: bare
type: minor
part_of: q
target: 2026-12-18
---
kind: release
id: gone
type: minor
part_of: q
status: cancelled
phases: [{id: a, start: 2026-11-23, duration: 5d}]
";
    assert_eq!(slip(text, "whole", "1d"), "whole/b.start=2026-11-17 whole/c.start=2026-11-24");
    assert_eq!(slip(text, "bare", "1d"), "bare.target=2026-12-21");
    assert_eq!(slip(text, "whole/m", "1d"), "whole/m.date=2026-11-23");
    let all = "bare.target=2026-12-21 whole/b.start=2026-11-17 whole/c.start=2026-11-24";
    let mut of_composite: Vec<String> = slip(text, "q", "1d").split(' ').map(str::to_owned).collect();
    of_composite.sort();
    assert_eq!(of_composite.join(" "), all);
    assert_eq!(slip(text, "gone", "1d"), "Over(\"gone\", Cancelled)");
    assert_eq!(slip(text, "gone/a", "1d"), "Over(\"gone\", Cancelled)");
    assert_eq!(slip(text, "whole/a", "1d"), "Ended(2026-11-06)");
}

#[test]
fn what_cannot_slip_says_why() {
    let ended = one("{id: a, start: 2026-11-02, duration: 5d, actual: {start: 2026-11-02, end: 2026-11-06}}");
    assert_eq!(slip(&ended, "r", "1d"), "NothingOpen");
    assert_eq!(slip(&one("{id: a}"), "r/a", "1d"), "Undated");
    assert_eq!(slip(&one("{id: a, after: b, duration: 1d}, {id: b, after: a, duration: 1d}"), "r", "1d"), "Undated");
    assert_eq!(slip(&one("{id: a, start: 2026-11-20, duration: 1d}"), "r/a", "100000d"), "OutOfRange");
    assert_eq!(slip(&one("{id: a, start: 2026-11-20, duration: 1d}"), "r/a", "-100000d"), "OutOfRange");
    assert_eq!(slip("kind: release\nid: r\ntype: minor\n", "r", "1d"), "Undated");
    assert!(in_days(Lag::parse("5h").unwrap()).is_none());
    assert_eq!(in_days(Lag::parse("48h").unwrap()), Some(Lag::parse("2ed").unwrap()));
}

/// What moves from one text to another, as `id because days`.
fn moves(before: &str, after: &str, changed: &str) -> String {
    let (before, after) = (loaded(before), loaded(after));
    let (then, now) = (Graph::new(&before.portfolio), Graph::new(&after.portfolio));
    let changed: HashSet<Node> = HashSet::from([node(&after.portfolio, changed)]);
    let moves = Moves::new(
        Side { portfolio: &before.portfolio, graph: &then, schedule: &before.schedule },
        Side { portfolio: &after.portfolio, graph: &now, schedule: &after.schedule },
        &changed,
    );
    let because = |it: &Move| it.because.map_or("", |at| moves.0[at].id.as_str()).to_owned();
    let mut lines: Vec<String> =
        moves.0.iter().map(|it| format!("{} < {} {:?}", it.id, because(it), it.days())).collect();
    lines.sort();
    lines.join("\n")
}

const CHAIN: &str = "
kind: release
id: one
type: minor
target: 2026-12-04
phases:
  - {id: a, start: 2026-11-16, duration: 2d}
  - {id: b, after: a, duration: 2d}
  - {id: c, start: 2026-11-27, duration: 1d, after: b}
milestones: [{id: m, after: b}]
---
kind: release
id: two
type: minor
depends_on: [one]
phases: [{id: a, start: 2026-11-30, duration: 2d}]
";

#[test]
fn moves_know_what_moved_them() {
    insta::assert_snapshot!(moves(CHAIN, &CHAIN.replace("start: 2026-11-16", "start: 2026-11-26"), "one/a"), @r"
    one < one/c Some(5)
    one/a <  Some(10)
    one/b < one/a Some(12)
    one/c < one/b Some(5)
    one/m < one/b Some(12)
    two < two/a Some(3)
    two/a < one Some(3)
    ");
}

#[test]
fn slack_takes_what_it_can() {
    insta::assert_snapshot!(moves(CHAIN, &CHAIN.replace("start: 2026-11-16", "start: 2026-11-18"), "one/a"), @r"
    one < one/a Some(0)
    one/a <  Some(2)
    one/b < one/a Some(4)
    one/m < one/b Some(4)
    ");
    assert_eq!(moves(CHAIN, CHAIN, "one/a"), "");
}

#[test]
fn what_is_gone_or_new_is_said() {
    insta::assert_snapshot!(moves(CHAIN, &CHAIN.replace("{id: m,", "{id: n,"), "one/a"), @r"
    one/m <  None
    one/n <  None
    ");
}

#[test]
fn deployments_move_along_and_what_counts_from_the_target_stays() {
    let text = "
kind: environment
id: live
stage: prod
---
kind: release
id: r
type: minor
target: 2026-12-05
phases: [{id: go, start: 2026-12-05, duration: 1d, environments: [live]}]
deployment:
  window: {start: 2026-12-05T22:00, end: 2026-12-06T06:00}
  waves: [{id: w, at: 2026-12-05}, {id: x, at: target + 2d}, {id: y, window: {start: 2026-12-07T22:00Z, end: 2026-12-08T04:00Z}}]
";
    let mut loaded = loaded(text);
    move_deployments(&mut loaded.portfolio, &[(0, 4)]);
    let deployment = loaded.portfolio.releases[0].deployment.as_ref().unwrap();
    let window = deployment.window.as_ref().unwrap();
    let waves = &deployment.waves;
    assert_eq!(window.start.value.to_string(), "2026-12-09T22:00");
    assert_eq!(window.end.value.date(), NaiveDate::from_ymd_opt(2026, 12, 10).unwrap());
    assert_eq!(waves[0].at.as_ref().unwrap().value.to_string(), "2026-12-09");
    assert_eq!(waves[1].at.as_ref().unwrap().value.to_string(), "target + 2d");
    assert_eq!(waves[2].window.as_ref().unwrap().start.value.to_string(), "2026-12-11T22:00Z");
}
