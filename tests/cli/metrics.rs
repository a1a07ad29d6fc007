//! `relm report dora`, `kpi`, `environments` and `risk`.

use std::path::Path;
use std::process::Command;

use insta::assert_snapshot;
use serde_json::Value;

use crate::sandbox::{Sandbox, fits, report as json};

const ROOT: &str = "kind: portfolio\nname: Lamp Works\nstages: [test, prod]\nteams: [{id: crew}]\n\
    targets: {change_fail_rate: \"<= 0.2\", change_lead_time: \"<= 3ed\", on_tim_rate: \">= 0.9\"}\n---\n\
    kind: environment\nid: live\nstage: prod\n---\nkind: project\nid: lamp\nowner: crew\n---\nkind: project\nid: wick\n";

const RECORDS: &str = "\
kind: deployments
entries:
  - {id: D-1, project: lamp, version: 1.0, environment: live, at: 2026-01-12T10:00, committed_at: 2026-01-10T10:00, result: succeeded}
  - {id: D-2, project: lamp, version: 1.1, environment: live, at: 2026-02-03T10:00, committed_at: 2026-01-30T10:00, result: succeeded}
  - {id: D-3, project: lamp, version: 1.2, environment: live, at: 2026-02-10T10:00, committed_at: 2026-02-09T10:00, result: rolled-back}
  - {id: D-4, project: wick, version: 7, environment: live, at: 2026-02-11T10:00, result: succeeded, reason: fix}
  - {id: D-5, project: lomp, version: 1, environment: live, at: 2026-02-12T10:00, result: succeeded}
  - {id: D-6, project: wick, version: 8, environment: live, at: 2026-02-20T10:00, committed_at: 2026-02-21T10:00, result: succeeded}
---
kind: incidents
entries:
  - {id: INC-1, project: lamp, environment: live, opened: 2026-02-03T11:00, restored: 2026-02-03T13:30, caused_by: D-2}
  - {id: INC-2, project: lamp, environment: live, opened: 2026-02-04T11:00}
";

/// What the reports for those who steer are made from.
const STEERING: &str = "\
kind: pipelines
entries: [{project: lamp, name: 'a \"b\" \\\\ # EOF', at: 2026-02-20T10:00, duration: 20m}]
---
{kind: assessment, id: first, date: 2026-01-10, scores: {'a \"b\" {c=1,}': 3}}
---
kind: release
id: glow-9
type: minor
status: in-progress
target: 2026-03-20
gates: [{id: go, due: 2026-02-20, criteria: [{id: dry-run}]}]
retrospective: {actions: [{id: A1, metric: change_fail_rate, status: done, due: 2026-01-20}]}
";

fn sandbox() -> Sandbox {
    Sandbox::portfolio().write("relm.yaml", ROOT).write("records/all.yaml", RECORDS)
}

#[test]
fn delivery_is_measured_for_all_and_for_each_project() {
    assert_snapshot!("report_dora", fits(sandbox().run(&["report", "dora"])));
}

#[test]
fn every_number_names_its_records() {
    let run = fits(sandbox().run(&["report", "dora", "--explain", "change_lead_time"]));
    assert_snapshot!("report_dora_explain", run);
}

#[test]
fn json_keeps_what_others_rely_on() {
    let view = json(&sandbox(), &["dora", "--since", "2026-02-01", "--until", "2026-02-28"]);
    assert_eq!(view["schema"], "relm.report.dora/1");
    let metric = |id: &str| view["metrics"].as_array().unwrap().iter().find(|it| it["id"] == id).unwrap();
    let lead = metric("change_lead_time");
    assert_eq!((&lead["value"], &lead["unit"], &lead["target"]), (&96.0.into(), &"h".into(), &"<= 72h".into()));
    assert_eq!((&lead["verdict"], &lead["band"], &lead["population"]), (&"missed".into(), &"high".into(), &1.into()));
    assert_eq!(lead["sample"], serde_json::json!(["D-2"]));
    let left: Vec<&str> = lead["excluded"].as_array().unwrap().iter().map(|it| it["id"].as_str().unwrap()).collect();
    assert_eq!(left, ["D-3", "D-4", "D-5", "D-6"]);
    assert_eq!(metric("deployment_frequency")["value"], 0.75);
    assert_eq!(metric("change_fail_rate")["value"], 0.5);
    assert_eq!(metric("failed_deployment_recovery_time")["value"], 3.5);
    assert_eq!(metric("deployment_rework_rate")["value"], 0.25);
    let empty = json(&sandbox(), &["dora", "--since", "2026-01-20", "--until", "2026-01-25"]);
    let values: Vec<&Value> = empty["metrics"].as_array().unwrap().iter().map(|it| &it["value"]).collect();
    assert_eq!(values, [&Value::Null, &0.0.into(), &Value::Null, &Value::Null, &Value::Null]);
}

#[test]
fn steps_groups_and_comparisons_go_together() {
    let view = json(
        &sandbox(),
        &["dora", "--by", "project", "--by", "month", "--since", "2026-01-01", "--compare", "previous"],
    );
    assert_eq!((&view["by"], &view["step"]), (&"project".into(), &"month".into()));
    let trend = view["groups"][0]["metrics"][1]["trend"].as_array().unwrap();
    let points: Vec<&str> = trend.iter().map(|point| point["id"].as_str().unwrap()).collect();
    assert_eq!(points, ["2026-01", "2026-02"], "March has only begun");
    assert_eq!((&view["compare"]["since"], &view["compare"]["until"]), (&"2025-11-01".into(), &"2025-12-31".into()));
    let view = json(&sandbox(), &["dora", "--by", "month", "--since", "2026-01-01"]);
    let groups: Vec<&str> = view["groups"].as_array().unwrap().iter().map(|it| it["id"].as_str().unwrap()).collect();
    assert_eq!(groups, ["2026-01", "2026-02", "2026-03"]);
    let text = fits(sandbox().run(&["report", "dora", "--compare", "2026-01-01..2026-01-31", "--since", "2026-02-01"]));
    assert_snapshot!("report_dora_compare", text);
}

#[test]
fn a_revision_is_compared_with_what_it_knew() {
    let mut sandbox = Sandbox::portfolio().write("relm.yaml", ROOT).init_git();
    sandbox.commit();
    let sandbox = sandbox.write("records/all.yaml", RECORDS);
    let view = json(&sandbox, &["dora", "--compare", "HEAD"]);
    assert_eq!(view["metrics"][1]["before"], Value::Null);
    assert!(view["metrics"][1]["value"].is_number() && view["compare"]["commit"].is_string(), "{view}");
    let run = sandbox.run(&["report", "dora", "--compare", "nowhere"]);
    assert!(run.code == Some(2) && run.stderr.contains("write a revision, days such as"), "{run}");
}

#[test]
fn lead_times_come_from_the_repository_of_a_project() {
    let mut code = Sandbox::empty().init_git();
    for (nth, tag) in [(1, Some("v1.0")), (2, None), (3, Some("v1.1"))] {
        code.put("code.txt", format!("{nth}").as_bytes());
        let id = code.commit();
        if let Some(tag) = tag {
            let commit = code.git().find_object(git2::Oid::from_str(&id).unwrap(), None).unwrap();
            code.git().tag_lightweight(tag, &commit, false).unwrap();
        }
    }
    let root =
        ROOT.replace("id: lamp\n", &format!("id: lamp\nrepository: {}\ntag_pattern: \"v*\"\n", code.path().display()));
    let records =
        RECORDS.replace("2026-01-12T10:00", "2026-01-01T10:00").replace("2026-02-03T10:00", "2026-01-02T00:00");
    let sandbox = Sandbox::portfolio().write("relm.yaml", &root).write("records/all.yaml", &records);
    let view = json(&sandbox, &["dora", "--since", "2026-01-02", "--until", "2026-01-31", "--project", "lamp"]);
    // The commits of 02:00 and 03:00 on New Year's Day, shipped a day after midnight.
    assert_eq!(view["metrics"][0]["value"], 21.5, "{view}");
    assert_eq!(view["metrics"][0]["population"], 2);
}

#[test]
fn missed_targets_stop_a_pipeline_where_that_is_asked() {
    let run = sandbox().run(&["report", "dora", "--fail-below-target", "--format", "csv"]);
    assert_eq!(run.code, Some(1), "{run}");
    assert!(run.stderr.contains("targets are missed: change_fail_rate, lamp/change_fail_rate"), "{run}");
    assert!(run.stderr.contains("`targets.on_tim_rate` names no metric; did you mean `on_time_rate`?"), "{run}");
    let run = sandbox().run(&["report", "dora", "--fail-below-target", "--project", "wick"]);
    assert_eq!(run.code, Some(0), "{run}");
}

#[test]
fn without_records_one_sentence_says_what_to_record() {
    let sandbox = Sandbox::portfolio();
    assert_snapshot!(sandbox.run(&["report", "dora"]), @"
    exit code: 0
    ---- stdout
    No metric has a value (n/a) from 2025-12-03 to 2026-03-02: deployments to the
    last stage are recorded with `relm record deployment`, incidents with `relm
    record incident`.
    ");
    let run = sandbox.run(&["report", "kpi"]);
    assert_eq!(run.stdout.split_inclusive(".\n").count(), 1, "{run}");
    let view = json(&sandbox, &["kpi"]);
    assert!(view["metrics"].as_array().unwrap().iter().all(|metric| metric["value"].is_null()), "{view}");
}

#[test]
fn what_cannot_be_asked_is_said() {
    let fails = |arguments: &[&str], words: &[&str]| {
        let run = sandbox().run(&[&["report"], arguments].concat());
        assert_eq!(run.code, Some(2), "{run}");
        assert!(words.iter().all(|word| run.stderr.contains(word)), "{run}");
    };
    fails(
        &["dora", "--explain", "change_lead_tine"],
        &["no metric `change_lead_tine`", "did you mean `change_lead_time`?"],
    );
    fails(&["dora", "--explain", "on_time_rate"], &["not in this report", "relm report kpi --explain on_time_rate"]);
    fails(&["dora", "--since", "2026-03-01", "--until", "2026-02-01"], &["later than", "swap the two"]);
    fails(&["dora", "--since", "2026-05-01"], &["later than today, 2026-03-02", "`--until`"]);
    fails(&["dora", "--since", "2026-02-30"], &["February 2026 has 28 days"]);
    fails(&["dora", "--since", "0026-02-01"], &["outside 1900 to 2200"]);
    fails(&["dora", "--compare", "2026-02-02..2026-02-01"], &["ends before it begins"]);
    fails(&["dora", "--by", "project", "--by", "team"], &["one kind of group"]);
    fails(&["dora", "--by", "week", "--since", "1950-01-01"], &["more than 600 steps"]);
    fails(&["kpi", "--project", "lomp"], &["no project `lomp`", "`lamp`"]);
}

#[test]
fn a_target_that_names_no_metric_is_noted() {
    let run = sandbox().run(&["report", "kpi"]);
    assert!(run.stdout.contains("`targets.on_tim_rate` names no metric; did you mean `on_time_rate`?"), "{run}");
}

#[test]
fn where_nobody_records_failures_the_rate_says_so() {
    let good = "kind: deployments\nentries:\n  - {project: lamp, version: 1, environment: live, at: 2026-02-03, result: succeeded}\n";
    let quiet = Sandbox::portfolio().write("relm.yaml", ROOT).write("records/all.yaml", good);
    let told =
        |view: Value| view["notes"].to_string().contains("no incident and no failed deployment was ever recorded");
    assert!(told(json(&quiet, &["dora"])));
    assert!(!told(json(&quiet, &["environments"])));
    assert!(!told(json(&sandbox(), &["dora"])));
}

#[test]
fn a_shallow_clone_tells_no_slips() {
    let release = |target: &str| format!("kind: release\nid: glow\ntype: minor\ntarget: {target}\n");
    let root = ROOT.replace("targets: {", "targets: {slip_count: \"<= 0\", ");
    let mut sandbox =
        Sandbox::portfolio().write("relm.yaml", &root).write("glow.yaml", &release("2026-03-06")).init_git();
    sandbox.commit();
    sandbox.put("glow.yaml", release("2026-03-20").as_bytes());
    let last = sandbox.commit();
    let slips = |sandbox: &Sandbox| {
        let view = json(sandbox, &["kpi", "--since", "2025-01-01", "--until", "2026-12-31"]);
        let own = view["metrics"].as_array().unwrap().iter().find(|it| it["id"] == "slip_count").unwrap().clone();
        (own["value"].clone(), own["verdict"].clone(), view["notes"].to_string())
    };
    let (value, verdict, _) = slips(&sandbox);
    assert_eq!((value, verdict), (1.0.into(), "missed".into()));
    sandbox.put(".git/shallow", format!("{last}\n").as_bytes());
    let (value, verdict, notes) = slips(&sandbox);
    assert_eq!((value, verdict), (Value::Null, "no-data".into()));
    assert!(notes.contains("the clone is shallow") && notes.contains("git fetch --unshallow"), "{notes}");
}

#[test]
fn steps_that_the_period_cuts_are_marked_and_make_no_trend() {
    let view = json(&sandbox(), &["dora", "--by", "month", "--since", "2026-01-12", "--until", "2026-03-02"]);
    let cut: Vec<&Value> = view["groups"].as_array().unwrap().iter().map(|it| &it["cut"]).collect();
    assert_eq!(cut, [&Value::from(true), &Value::from(false), &Value::from(true)]);
    let trend = view["metrics"][1]["trend"].as_array().unwrap();
    assert_eq!(trend.iter().map(|point| point["id"].as_str().unwrap()).collect::<Vec<_>>(), ["2026-02"]);
    let run =
        fits(sandbox().run(&["report", "dora", "--by", "month", "--since", "2026-01-12", "--until", "2026-03-02"]));
    assert!(run.stdout.contains("2026-01*") && run.stdout.contains("2026-02 "), "{run}");
    assert!(run.stdout.contains("* the period begins or ends within this month"), "{run}");
}

#[test]
fn names_run_nowhere_and_openmetrics_are_escaped() {
    let evil = r#""<script>alert(1)</script>|\"=cmd\\\n\e[31m""#;
    let sandbox = sandbox().write("relm.yaml", &ROOT.replace("Lamp Works", evil));
    for format in ["human", "markdown", "html", "csv", "openmetrics"] {
        let run = sandbox.run(&["report", "dora", "--format", format]);
        assert!(run.code == Some(0) && !run.stdout.contains('\u{1b}'), "{run}");
        assert!(!matches!(format, "markdown" | "html") || !run.stdout.contains("<script>alert"), "{run}");
    }
    let run = sandbox.run(&["report", "dora", "--format", "openmetrics"]);
    assert!(run.stdout.contains(r#"portfolio="<script>alert(1)</script>|\"=cmd\\"#), "{run}");
    assert!(run.stdout.ends_with("# EOF\n"));
}

#[test]
fn risk_shows_what_adds_to_it() {
    let release = "kind: release\nid: glow\ntype: minor\nstatus: in-progress\nowner: crew\ntarget: 2026-03-06\n\
        risk: {impact: high, complexity: medium, register: [{id: R1, likelihood: high, impact: medium}]}\n\
        phases: [{id: build, start: 2026-02-23, duration: 5d, progress: 20}, {id: test, after: build, duration: 5d}]\n";
    let sandbox = sandbox().write("releases/glow.yaml", release);
    assert_snapshot!("report_risk", fits(sandbox.run(&["report", "risk"])));
    let view = json(&sandbox, &["risk", "--release", "glow"]);
    assert_eq!(view["releases"][0]["contributions"][0]["source"]["file"], "releases/glow.yaml");
    let nothing = sandbox.run(&["report", "risk", "--release", "glow", "--type", "none*"]);
    assert_eq!(nothing.stdout, "No release is open.\n");
}

#[test]
fn every_format_is_the_same_twice() {
    for report in ["dora", "kpi", "environments", "risk"] {
        for format in ["human", "json", "markdown", "html", "csv", "openmetrics"] {
            let sandbox = sandbox();
            let run = || sandbox.run(&["report", report, "--format", format]);
            let first = run();
            assert_eq!(first.code, Some(0), "{report} {format} {first}");
            assert_eq!(first.stdout, run().stdout, "{report} {format}");
        }
    }
}

/// A Python that can import these modules; says so when there is none.
fn python(modules: &str) -> Option<String> {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/readers/bin/python");
    let candidates = [own.display().to_string(), "python3".to_owned()];
    let fits = |python: &String| {
        Command::new(python).args(["-c", &format!("import {modules}")]).output().is_ok_and(|it| it.status.success())
    };
    let found = candidates.into_iter().find(fits);
    if found.is_none() {
        eprintln!("skipped: no Python with {modules}");
    }
    found
}

#[test]
fn the_yaml_alone_gives_the_same_values() {
    let Some(python) = python("yaml, zoneinfo") else { return };
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/metrics.py");
    let run = Command::new(python).arg(script).arg(env!("CARGO_BIN_EXE_relm")).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(run.status.success(), "{}{}", text(&run.stdout), text(&run.stderr));
}

#[test]
fn a_parser_of_openmetrics_reads_what_is_written() {
    let Some(python) = python("prometheus_client") else { return };
    let script = "import sys\nfrom prometheus_client.openmetrics.parser import text_string_to_metric_families as parse\n\
        names = [family.name for family in parse(open(sys.argv[1]).read())]\nassert len(names) > 1, names\n";
    let evil = ROOT.replace("Lamp Works", r#""a \"b\" \\ {c=1,} # EOF""#);
    let sandbox = sandbox().write("relm.yaml", &evil);
    let sandbox = sandbox.write("more.yaml", STEERING);
    for report in ["dora", "kpi", "environments", "risk", "gates", "pipelines", "improvement", "maturity"] {
        let run = sandbox.run(&["report", report, "--format", "openmetrics", "-o", "out.prom"]);
        assert_eq!(run.code, Some(0), "{run}");
        let read = Command::new(&python).args(["-c", script]).arg(sandbox.path().join("out.prom")).output().unwrap();
        assert!(read.status.success(), "{report}: {}", String::from_utf8_lossy(&read.stderr));
    }
}
