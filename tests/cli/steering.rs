//! `relm report gates`, `pipelines`, `improvement` and `maturity`.

use std::path::Path;

use insta::assert_snapshot;
use serde_json::Value;

use crate::sandbox::{Sandbox, fits, report as json};

const REPORTS: [&str; 4] = ["gates", "pipelines", "improvement", "maturity"];

const ROOT: &str = "\
kind: portfolio
name: Lamp Works
stages: [test, prod]
roles: [chief, tester]
teams: [{id: crew}, {id: office}]
people: [{id: ann, roles: [chief], team: crew}, {id: bo, roles: [chief, tester], team: office}, {id: cy}]
approvals: {separation_of_duties: true}
gate_templates:
  go-live: {before: production, criteria: [{id: dry-run, name: Tried in the dark}, {id: glass, name: Glass is whole}], requires: [{role: chief}]}
release_types: {minor: {}, urgent: {gates: [seal], review_within: 5d}}
targets: {gate_first_pass_yield: '>= 0.9', build_duration: '<= 20m', on_time_rat: '>= 1'}
---
{kind: environment, id: live, stage: prod}
---
{kind: project, id: lamp, owner: crew}
---
{kind: project, id: wick, owner: office}
";

const GATES: &str = "\
kind: release
id: glow-1
type: minor
status: closed
owner: crew
target: 2026-01-30
scope: [{project: lamp, version: 1}]
actual: {start: 2026-01-05, end: 2026-01-30}
gates:
  - {id: go-live, due: 2026-01-29, submitted: 2026-01-26T09:00, criteria: [{id: dry-run, status: met}, {id: glass}],
     approvals: [{role: chief, by: bo, at: 2026-01-27T09:00, decision: rejected}, {role: chief, by: bo, at: 2026-01-28T09:00}]}
---
kind: release
id: glow-2
type: minor
status: in-progress
owner: crew
target: 2026-03-20
scope: [{project: lamp, version: 2}]
phases: [{id: fit, start: 2026-03-16, duration: 5d, environments: [live]}]
gates:
  - {id: go-live, due: 2026-02-20, criteria: [{id: dry-run, status: met}, {id: glass, status: waived, waiver: {by: ann, reason: No glass in it, expires: 2026-03-10}}]}
  - {id: odd, submitted: 2026-02-27T12:00, requires: [{role: tester}], criteria: [{id: even}]}
---
kind: release
id: glow-3
type: minor
status: planned
owner: office
target: 2026-04-24
scope: [{project: wick, version: 1}]
phases: [{id: fit, start: 2026-04-20, duration: 5d, environments: [live]}]
gates:
  - {id: go-live, criteria: [{id: glass, status: waived, waiver: {by: ann, reason: Later}}]}
  - {id: plain, due: 2026-02-10, criteria: [{id: one, status: met}], requires: [{role: chief}], approvals: [{role: chief, by: ann, at: 2026-02-09}]}
";

fn sandbox() -> Sandbox {
    Sandbox::portfolio().write("relm.yaml", ROOT)
}

fn gates() -> Sandbox {
    sandbox().write("releases/glow.yaml", GATES)
}

/// Runs of one pipeline, one a day from a day on, of these minutes.
fn runs(project: &str, name: &str, first: chrono::NaiveDate, minutes: &[u32]) -> String {
    let days = first.iter_days().zip(minutes);
    let entry = |(day, minutes): (chrono::NaiveDate, &u32)| {
        format!("  - {{project: {project}, name: {name}, at: {day}T10:00, duration: {minutes}m, result: succeeded}}\n")
    };
    days.map(entry).collect()
}

fn pipelines() -> Sandbox {
    let day = chrono::NaiveDate::from_ymd_opt(2026, 1, 20).unwrap();
    let steady = [[20; 30].as_slice(), &[26; 10]].concat();
    let shrunk = [[9; 20].as_slice(), &[8; 10]].concat();
    let entries = [
        runs("lamp", "build", day, &steady),
        runs("lamp", "test", day, &shrunk),
        runs("wick", "build", day, &[5, 5, 5]),
        "  - {project: wick, name: build, at: 2026-02-10T10:00, duration: 7m, result: failed}\n".to_owned(),
        "  - {project: wick, name: build, at: 2026-02-11T10:00, duration: 1m, result: aborted}\n".to_owned(),
        "  - {project: ghost, name: build, at: 2026-02-11T10:00, duration: 1m}\n".to_owned(),
    ];
    sandbox().write("records/runs.yaml", &format!("kind: pipelines\nentries:\n{}", entries.concat()))
}

const LEARNT: &str = "\
kind: release
id: glow-1
type: minor
status: closed
owner: crew
target: 2026-01-10
scope: [{project: lamp, version: 1}]
actual: {start: 2026-01-02, end: 2026-01-10}
retrospective:
  actions:
    - {id: A1, name: Cut the glass before, owner: cy, due: 2026-01-20, status: done, metric: build_duration, target: 22}
    - {id: A2, name: Try it in the dark, owner: bo, due: 2026-02-01, metric: change_fail_rate}
    - {id: A3, name: Ask sooner, due: 2026-03-30, status: open, metric: lead_time}
    - {id: A4, name: Buy a kiln, status: dropped}
    - {id: A5, name: Count lamps, due: 2026-02-25, status: done, metric: slow_runs, baseline: 0.5}
    - {id: A6, name: Say hello, status: done}
";

fn learnt() -> Sandbox {
    let day = |month, day| chrono::NaiveDate::from_ymd_opt(2026, month, day).unwrap();
    let entries = runs("lamp", "build", day(1, 1), &[30; 8])
        + &runs("lamp", "build", day(1, 22), &[24; 30])
        + &runs("wick", "build", day(1, 22), &[90; 9]);
    sandbox()
        .write("releases/glow.yaml", LEARNT)
        .write("records/runs.yaml", &format!("kind: pipelines\nentries:\n{entries}"))
}

const ASSESSED: &str = "\
{kind: assessment, id: first, date: 2025-01-10, scores: {coordination: 3, build: 2, magic: 5}}
---
{kind: assessment, id: second, date: 2025-07-10, scores: {coordination: 4, build: 4, gates: 4}}
---
{kind: assessment, id: third, date: 2026-01-10, scores: {coordination: 2, build: 4, gates: 4, magic: 5}}
---
{kind: assessment, id: later, date: 2026-06-10, scores: {coordination: 0}}
";

fn assessed() -> Sandbox {
    pipelines().write("assessed.yaml", ASSESSED).write("releases/glow.yaml", GATES)
}

#[test]
fn gates_are_counted_and_what_waits_is_listed() {
    assert_snapshot!("report_gates", fits(gates().run(&["report", "gates"])));
    for by in ["type", "team", "month"] {
        assert_snapshot!(format!("report_gates_by_{by}"), fits(gates().run(&["report", "gates", "--by", by])));
    }
}

#[test]
fn who_waits_and_who_can_decide() {
    let view = json(&gates(), &["gates"]);
    let waiting: Vec<String> = view["waiting"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| {
            let people = it["deciders"].as_array().unwrap().iter().flat_map(|role| role["people"].as_array().unwrap());
            let people: Vec<&str> = people.map(|id| id.as_str().unwrap()).collect();
            format!("{}/{} {} {} {people:?}", it["release"], it["id"], it["state"], it["waits_days"]).replace('"', "")
        })
        .collect();
    // Ann is of the team that owns glow-2, Bo of the team that owns glow-3.
    assert_eq!(
        waiting,
        ["glow-2/go-live overdue 9.0 [bo]", "glow-2/odd pending 2.5 [bo]", "glow-3/go-live pending null [ann]"]
    );
    assert_eq!(view["waiting"][0]["source"], serde_json::json!({"file": "releases/glow.yaml", "line": 22}));
    assert_eq!(view["waivers"][0]["flaw"], "it ends on 2026-03-10, before what the gate guards begins");
    assert_eq!(view["criteria"][0]["id"], "glass");
    // One went without it; the gate of the other is late, and its waiver does not last.
    assert_eq!(view["criteria"][0]["failed"], serde_json::json!(["glow-1", "glow-2"]));
}

#[test]
fn pipelines_are_compared_with_what_they_were() {
    assert_snapshot!("report_pipelines", fits(pipelines().run(&["report", "pipelines"])));
    let view = json(&pipelines(), &["pipelines", "--explain"]);
    let first = &view["pipelines"][0];
    assert_eq!(
        (&first["name"], &first["latest_minutes"], &first["before_minutes"]),
        (&"build".into(), &26.0.into(), &20.0.into())
    );
    assert_eq!(first["slow"], true);
    // 40 runs in 90 days, each 6 minutes longer.
    let growth = first["growth_minutes_per_week"].as_f64().unwrap();
    assert!((growth - 6.0 * 40.0 / 90.0 * 7.0).abs() < 1e-3, "{growth}");
    assert_eq!(view["growth"][0]["parts"][0]["name"], "build");
    assert_eq!(first["records"].as_array().unwrap().len(), 40);
    assert_eq!(first["records"][0]["source"], serde_json::json!({"file": "records/runs.yaml", "line": 3}));
    assert_eq!(first["slow_runs"][0]["minutes"], 26.0);
    let wick = view["pipelines"].as_array().unwrap().iter().find(|it| it["project"] == "wick").unwrap();
    assert_eq!(
        (&wick["success_rate"], &wick["slow"], &wick["spent_minutes"]),
        (&0.75.into(), &Value::Null, &23.0.into())
    );
}

#[test]
fn improvements_are_measured_before_and_after() {
    assert_snapshot!("report_improvement", fits(learnt().run(&["report", "improvement", "--days", "40"])));
}

#[test]
fn the_history_tells_when_an_action_was_done() {
    // Commits are an hour apart from 2026-01-01 on.
    let open = LEARNT.replace("2026-01-20, status: done", "2026-01-20, status: open");
    let mut sandbox = learnt().write("releases/glow.yaml", &open).init_git();
    sandbox.commit();
    let mut sandbox = sandbox.write("releases/glow.yaml", LEARNT);
    let done = sandbox.commit();
    let finished = |sandbox: &Sandbox, nth: &str| {
        let view = json(sandbox, &["improvement"]);
        let all = view["actions"].as_array().unwrap().iter();
        all.clone().find(|it| it["id"] == nth).unwrap()["finished"].clone()
    };
    let told = finished(&sandbox, "A1");
    assert_eq!(
        (&told["day"], &told["known_by"], &told["commit"]),
        (&"2026-01-01".into(), &"commit".into(), &done.clone().into())
    );
    // It came as done: nobody wrote when.
    assert_eq!(finished(&sandbox, "A5")["known_by"], "due");
    assert_eq!(finished(&sandbox, "A6")["known_by"], "release-end");
    // Taken up again and done again, not committed yet.
    let mut sandbox = sandbox.write("releases/glow.yaml", &open);
    sandbox.commit();
    let sandbox = sandbox.write("releases/glow.yaml", LEARNT);
    let told = finished(&sandbox, "A1");
    assert_eq!((&told["day"], &told["known_by"]), (&"2026-03-02".into(), &"work-tree".into()));
}

#[test]
fn maturity_stands_beside_what_is_measured() {
    assert_snapshot!("report_maturity", fits(assessed().run(&["report", "maturity"])));
}

#[test]
fn the_same_numbers_as_in_the_report_of_metrics() {
    let northwind = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/northwind");
    let northwind = northwind.to_str().unwrap();
    let of = |report: &str| json(&Sandbox::empty(), &[report, "-C", northwind, "--today", "2026-11-16"]);
    let kpi = of("kpi");
    let kpi = |id: &str| {
        let all = kpi["metrics"].as_array().unwrap().iter();
        let it = all.clone().find(|it| it["id"] == id).unwrap_or_else(|| panic!("{id}"));
        (it["value"].clone(), it["population"].clone(), it["verdict"].clone())
    };
    let mut seen = 0;
    let mut same = |it: &Value| {
        let id = it["id"].as_str().unwrap();
        if relm::analysis::metrics::kpis().any(|known| known.id == id) {
            assert_eq!((it["value"].clone(), it["population"].clone(), it["verdict"].clone()), kpi(id), "{id}");
            seen += 1;
        }
    };
    let gates = of("gates");
    same(&gates["total"]["first_pass_yield"]);
    same(&gates["total"]["waiting_time"]);
    of("pipelines")["metrics"].as_array().unwrap().iter().for_each(&mut same);
    let maturity = of("maturity");
    maturity["metrics"].as_array().unwrap().iter().for_each(&mut same);
    for practice in maturity["practices"].as_array().unwrap() {
        practice["measures"].as_array().unwrap().iter().for_each(&mut same);
    }
    assert!(seen >= 14, "{seen}");
    // Groups add up to the whole.
    let groups = gates["groups"].as_array().unwrap().iter();
    let sum: u64 = groups.map(|it| it["gates"].as_u64().unwrap()).sum();
    assert_eq!(gates["total"]["gates"], sum);
}

#[test]
fn the_example_reads_well() {
    let northwind = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/northwind");
    for report in REPORTS {
        let run = Sandbox::empty().run(&["report", report, "-C", northwind.to_str().unwrap(), "--today", "2026-11-16"]);
        assert_snapshot!(format!("report_{report}_northwind"), fits(run));
    }
}

#[test]
fn nothing_to_report_is_said_in_one_sentence() {
    for (report, line) in [
        ("gates", "No gate was decided or due from 2025-12-03 to 2026-03-02, and none has to be passed.\n"),
        ("pipelines", "No pipeline ran from 2025-12-03 to 2026-03-02: `relm record pipeline` records runs.\n"),
        ("improvement", "No retrospective has actions: write `retrospective.actions` in a release.\n"),
        ("maturity", "No assessment was made up to 2026-03-02: write `kind: assessment`.\n"),
    ] {
        let run = sandbox().run(&["report", report]);
        assert_eq!((run.code, run.stdout.replace('\n', " ").trim_end()), (Some(0), line.trim_end()), "{run}");
    }
}

#[test]
fn wrong_questions_and_broken_manifests() {
    let run = gates().run(&["report", "gates", "--release", "glow-9"]);
    assert!(run.code == Some(2) && run.stderr.contains("did you mean `glow-1`"), "{run}");
    assert_eq!(gates().run(&["report", "gates", "--by", "moon"]).code, Some(2));
    assert_eq!(learnt().run(&["report", "improvement", "--days", "0"]).code, Some(2));
    let swapped = ["report", "pipelines", "--since", "2026-03-01", "--until", "2026-02-01"];
    assert!(pipelines().run(&swapped).stderr.contains("swap the two"));
    for report in REPORTS {
        let run = assessed().write("broken.yaml", "kind: release\nid: [").run(&["report", report]);
        assert!(run.code == Some(0) && run.stderr.contains("see `relm check`"), "{run}");
    }
}

#[test]
fn every_format_is_the_same_twice_and_runs_nothing() {
    let evil = r#""<script>alert(1)</script>|=cmd\e[31m""#;
    let glow = GATES.replace("No glass in it", evil)
        + "---\n"
        + &LEARNT.replace("glow-1", "glow-8").replace("Cut the glass before", evil);
    let sandbox = assessed()
        .write("releases/glow.yaml", &glow)
        .write("evil.yaml", &format!("kind: assessment\nid: x\ndate: 2026-02-01\nscores: {{{evil}: 4}}\n"));
    for report in REPORTS {
        for format in ["human", "json", "markdown", "html", "csv", "openmetrics"] {
            let run = || sandbox.run(&["report", report, "--format", format]);
            let first = run();
            assert_eq!(first.code, Some(0), "{report} {format} {first}");
            assert_eq!(first.stdout, run().stdout, "{report} {format}");
            assert!(!first.stdout.contains('\u{1b}'), "{report} {format} {first}");
            let is_markup = matches!(format, "markdown" | "html");
            assert!(!is_markup || !first.stdout.contains("<script>alert"), "{report} {format} {first}");
            if format == "csv" {
                let mut rows = first.stdout.lines().map(|line| line.split(',').count());
                let head = rows.next().unwrap();
                assert!(rows.all(|count| count >= head), "{first}");
            }
        }
    }
}
