//! `relm calendar`.

use insta::assert_snapshot;

use crate::sandbox::{Run, Sandbox};

const ROOT: &str = "\
kind: portfolio
name: Harbour Authority
timezone: Europe/London
stages: [test, prod]
teams: [{id: crew}, {id: pilots}]
calendars: {default: {holidays: [{date: 2026-04-03, name: Good Friday}]}}
freezes:
  - {id: regatta, name: Regatta, from: 2026-04-16, to: 2026-04-20, stages: [prod]}
  - {id: tides, name: Spring tide, rrule: \"FREQ=MONTHLY;BYMONTHDAY=25\", start: 2026-01-25T00:00, duration: 24h, environments: [quay]}
";

const ENVIRONMENTS: &str = "\
kind: environment
id: basin
stage: test
maintenance: [{name: Dredging, rrule: \"FREQ=WEEKLY;BYDAY=SU\", start: 2026-01-04T01:30, duration: 3h}]
outages: [{from: 2026-03-28, to: 2026-03-29, reason: Crane moves}]
bookings: [{id: drill, from: 2026-03-30, to: 2026-04-01, purpose: \"Fire drill, all hands 🚒\", owner: pilots}]
---
kind: environment
id: quay
stage: prod
";

const RELEASES: &str = "\
kind: project
id: tide-tables
owner: crew
---
kind: release
id: spring-1
type: minor
status: in-progress
owner: crew
target: 2026-04-10
scope: [{project: tide-tables, version: 4.0}]
branch: {name: release/4.0, cut: 2026-03-13, code_freeze: 2026-03-20}
phases:
  - {id: build, name: Build the tables, start: 2026-03-02, duration: 10d, team: crew}
  - {id: trial, name: Sea trial, after: build, duration: 10d, environments: [basin]}
  - {id: deploy, after: trial, start: 2026-04-10, duration: 1d, environments: [quay]}
milestones: [{id: charts-printed, after: build}]
gates: [{id: cast-off, before: deploy, requires: [{role: master}]}]
deployment:
  window: {start: 2026-04-10T22:00, end: 2026-04-11T02:00}
  rehearsals: [{at: 2026-03-27T20:00, environment: basin, duration: 90m}]
communications: [{id: masters, audience: Masters of all ships, at: target - 5d}]
training: [{id: pilots, audience: Pilots, at: 2026-04-01T10:00, duration: 2h}]
support: {hypercare: 5d}
---
kind: release
id: winter-9
type: minor
status: cancelled
target: 2026-03-20
---
kind: release
id: summer-1
type: minor
status: draft
target: 2026-06-12
phases: [{id: build, start: 2026-04-06, duration: 20d, team: pilots}]
---
kind: train
id: ferry
name: Ferry
rrule: \"FREQ=WEEKLY;INTERVAL=2;BYDAY=TH\"
start: 2026-03-05
milestones: [{id: boarding, at: target - 2d}]
---
kind: change
id: RFC-7
name: New buoys
release: spring-1
project: tide-tables
window: {start: 2026-04-10T22:00, end: 2026-04-11T02:00}
";

const ROLES: &str = "roles: [master]\n";

fn harbour() -> Sandbox {
    let sandbox = Sandbox::empty().write("relm.yaml", &format!("{ROOT}{ROLES}"));
    sandbox.write("environments.yaml", ENVIRONMENTS).write("releases.yaml", RELEASES)
}

fn calendar(arguments: &[&str]) -> Run {
    harbour().run(&[&["calendar"], arguments].concat())
}

#[test]
fn a_month_is_a_grid_of_80_columns() {
    assert_snapshot!(calendar(&[]));
}

#[test]
fn a_month_uses_the_width_there_is() {
    assert_snapshot!(harbour().run_with(&[("COLUMNS", "140")], &["calendar", "--to", "2026-04-12"]));
}

#[test]
fn an_agenda_lists_the_days() {
    assert_snapshot!(calendar(&["--view", "agenda", "--today", "2026-03-25"]));
}

#[test]
fn a_gantt_chart_has_a_line_for_each_phase_and_environment() {
    assert_snapshot!(calendar(&["--view", "gantt"]));
}

#[test]
fn colours_are_for_those_who_want_them() {
    let run = calendar(&["--color", "always", "--from", "2026-03-23", "--to", "2026-03-29"]);
    assert_snapshot!(run.to_string().replace('\u{1b}', "␛"));
}

#[test]
fn tables_are_markdown_and_csv() {
    let days = ["--from", "2026-03-30", "--to", "2026-04-10"];
    let runs = ["markdown", "csv"].map(|format| calendar(&[&["--format", format], &days[..]].concat()).to_string());
    assert_snapshot!(runs.join("\n"));
}

#[test]
fn json_holds_everything_with_its_place() {
    let run = calendar(&["--format", "json", "--release", "spring-1", "--kind", "gate,deployment", "--kind", "phase"]);
    assert_snapshot!(run);
}

fn uids(sandbox: &Sandbox, arguments: &[&str]) -> Vec<String> {
    let run = sandbox.run(&[&["calendar", "--format", "json"], arguments].concat());
    assert_eq!(run.code, Some(0), "{run}");
    let json: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    let events = json["events"].as_array().unwrap();
    events.iter().map(|event| event["uid"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn programs_see_what_was_called_off_and_two_years_of_what_comes_back() {
    let sandbox = harbour();
    let all = uids(&sandbox, &[]);
    assert!(all.contains(&"release/winter-9/target@relm".to_owned()));
    let tides: Vec<&String> = all.iter().filter(|uid| uid.starts_with("freeze/tides/")).collect();
    assert_eq!(tides.first().unwrap().as_str(), "freeze/tides/20260125T000000Z@relm");
    assert_eq!(tides.last().unwrap().as_str(), "freeze/tides/20280225T000000Z@relm");
    let ids: std::collections::HashSet<&String> = all.iter().collect();
    assert_eq!(ids.len(), all.len(), "every uid is there once");
}

#[test]
fn the_same_commit_gives_the_same_file_on_another_day() {
    let mut sandbox = harbour().init_git();
    sandbox.commit();
    let on = |today| uids(&sandbox, &["--at", "HEAD", "--today", today]);
    assert_eq!(on("2026-03-02"), on("2027-11-30"));
    assert!(on("2026-03-02").contains(&"freeze/tides/20271225T000000Z@relm".to_owned()));
    assert!(!on("2026-03-02").contains(&"freeze/tides/20280125T000000Z@relm".to_owned()));
}

#[test]
fn selections_keep_what_answers_to_them() {
    let sandbox = harbour();
    let april = ["--from", "2026-03-30", "--to", "2026-04-11"];
    let chosen = |arguments: &[&str]| uids(&sandbox, &[arguments, &april[..]].concat()).join("\n");
    assert_snapshot!(chosen(&["--env", "basin"]));
    assert_snapshot!(chosen(&["--team", "pilots"]));
    assert_snapshot!(chosen(&["--stage", "prod", "--kind", "phase", "--kind", "freeze", "--kind", "deployment"]));
    assert_eq!(chosen(&["--type", "major"]), "");
}

#[test]
fn wrong_questions_are_answered_with_the_nearest_right_ones() {
    let runs = [
        calendar(&["--kind", "freezes"]),
        calendar(&["--env", "basins"]),
        calendar(&["--from", "2026-04-02", "--to", "2026-04-01"]),
        calendar(&["--format", "sarif"]),
    ];
    assert_snapshot!(runs.map(|run| run.to_string()).join("\n"));
}

#[test]
fn a_portfolio_with_nothing_on_has_an_empty_month() {
    let sandbox = Sandbox::empty().write("relm.yaml", "kind: portfolio\nstages: [prod]\n");
    assert_snapshot!(sandbox.run(&["calendar", "--to", "2026-03-15"]));
}
