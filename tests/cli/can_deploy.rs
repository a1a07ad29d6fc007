//! `relm can-deploy`.

use insta::assert_snapshot;
use serde_json::Value;

use crate::sandbox::{Run, Sandbox};

const ROOT: &str = "\
kind: portfolio
timezone: Europe/London
stages: [test, prod]
teams: [{id: crew}]
freezes:
  - {id: spring-sale, name: Spring sale, from: 2026-03-20, to: 2026-04-06, stages: [prod]}
";

const PLACES: &str = "\
kind: project
id: lamp
owner: crew
depends_on: [{project: oil, version: \">=2\"}]
---
kind: project
id: oil
owner: crew
---
kind: environment
id: dock
stage: test
---
kind: environment
id: tower
stage: prod
windows: [{rrule: \"FREQ=WEEKLY;BYDAY=SU\", start: 2026-01-04T01:30, duration: 4h}]
---
kind: release
id: lantern-1
type: minor
status: planned
owner: crew
target: 2026-04-17
scope: [{project: lamp, version: 1.4}]
phases:
  - {id: try, start: 2026-03-09, duration: 5d, environments: [dock]}
  - {id: light, after: try, start: 2026-04-11, end: 2026-04-17, environments: [tower]}
";

const RECORDS: &str = "\
kind: deployments
entries:
  - {project: oil, version: 2.1, environment: tower, at: 2026-02-01T02:00, result: succeeded}
";

fn sandbox() -> Sandbox {
    Sandbox::empty().write("relm.yaml", ROOT).write("places.yaml", PLACES).write("records.yaml", RECORDS)
}

fn ask(sandbox: &Sandbox, arguments: &[&str]) -> Run {
    sandbox.run(&[&["can-deploy"], arguments].concat())
}

fn json(sandbox: &Sandbox, arguments: &[&str]) -> (Option<i32>, Value) {
    let run = ask(sandbox, &[arguments, &["--format", "json"]].concat());
    (run.code, serde_json::from_str(&run.stdout).unwrap())
}

#[test]
fn no_comes_with_every_reason_and_the_next_opening() {
    let sandbox = sandbox();
    assert_snapshot!(ask(&sandbox, &["lamp", "tower", "--time", "2026-03-25T12:00"]));
    assert_snapshot!(ask(&sandbox, &["lamp", "tower", "--time", "2026-03-25T12:00", "--format", "markdown"]));
}

#[test]
fn yes_is_one_word_and_exit_code_0() {
    let sandbox = sandbox();
    let run = ask(&sandbox, &["lamp@1.4", "tower", "--time", "2026-04-12T02:00"]);
    assert_snapshot!(run);
}

#[test]
fn programs_read_instants_and_places() {
    let sandbox = sandbox();
    let (code, view) = json(&sandbox, &["lamp", "tower", "--time", "2026-03-25"]);
    assert_eq!((code, &view["allowed"], &view["schema"]), (Some(1), &false.into(), &"relm.can-deploy/1".into()));
    assert_eq!(view["next_open"], "2026-04-12T01:30:00+01:00");
    assert_eq!((&view["version"], &view["release"]), (&"1.4".into(), &"lantern-1".into()));
    let reasons = view["reasons"].as_array().unwrap();
    let rules: Vec<&Value> = reasons.iter().map(|reason| &reason["rule"]).collect();
    assert_eq!(rules, ["deploy-in-freeze", "outside-window"]);
    assert_eq!(reasons[0]["until"], "2026-04-07T00:00:00+01:00");
    assert_eq!((&reasons[0]["file"], &reasons[0]["start"]["line"]), (&"relm.yaml".into(), &6.into()));
    // Clocks skip 01:30 on the 29th, so the window opens at 02:30.
    assert_eq!(reasons[1]["until"], "2026-03-29T02:30:00+01:00");
    // What opens is open.
    let open = view["next_open"].as_str().unwrap();
    assert_eq!(json(&sandbox, &["lamp", "tower", "--time", open]).0, Some(0));
    assert_eq!(json(&sandbox, &["lamp", "tower", "--time", "2026-04-12T01:29"]).0, Some(1));
}

#[test]
fn now_is_today_unless_told() {
    let sandbox = sandbox();
    let time = |arguments: &[&str]| json(&sandbox, arguments).1["time"].as_str().unwrap().to_owned();
    assert_eq!(time(&["lamp", "tower"]), "2026-03-02T00:00:00Z");
    assert_eq!(time(&["lamp", "tower", "--today", "2026-07-01T10:00"]), "2026-07-01T10:00:00+01:00");
    assert_eq!(time(&["lamp", "tower", "--time", "2026-07-01T10:00Z"]), "2026-07-01T11:00:00+01:00");
}

#[test]
fn what_time_does_not_cure_has_no_end() {
    let sandbox = sandbox().write("records.yaml", &RECORDS.replace("2.1", "1.9"));
    let (code, view) = json(&sandbox, &["lamp", "tower", "--time", "2026-04-12T02:00"]);
    assert_eq!(code, Some(1));
    assert_eq!(
        (&view["reasons"][0]["rule"], &view["reasons"][0]["until"]),
        (&"version-requirement".into(), &Value::Null)
    );
    assert_eq!(view["next_open"], Value::Null);
    let run = ask(&sandbox, &["lamp", "tower", "--time", "2026-04-12T02:00"]);
    assert!(
        run.stdout.starts_with("no, and time alone will not help: `lamp` needs `oil` >=2, and 1.9 is in `tower`\n")
    );
}

#[test]
fn unknown_names_are_answered_with_the_nearest() {
    let sandbox = sandbox();
    let error = |arguments: &[&str]| {
        let run = ask(&sandbox, arguments);
        assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""));
        run.stderr
    };
    assert_eq!(error(&["lamb", "tower"]), "error: no project `lamb`\nhint: did you mean `lamp`?\n");
    assert_eq!(error(&["lamp", "towr"]), "error: no environment `towr`\nhint: did you mean `tower`?\n");
    assert_eq!(error(&["lamp@", "tower"]), "error: no version after the `@`\nhint: write `PROJECT@VERSION`\n");
    assert!(error(&["lamp", "tower", "--time", "soon"]).contains("`soon` is not a date or date-time"));
}

#[test]
fn no_name_reaches_the_terminal_or_the_page() {
    let root = ROOT.replace("Spring sale", "\"\\e[31mred|<script>\"");
    let sandbox = sandbox().write("relm.yaml", &root);
    for format in ["human", "markdown"] {
        let run = ask(&sandbox, &["lamp", "tower", "--time", "2026-03-25", "--format", format]);
        assert!(!run.stdout.contains('\u{1b}') && run.stdout.contains("31mred"), "{run}");
        assert!(format == "human" || !run.stdout.contains("<script>"), "{run}");
    }
}
