//! `relm set`.

use insta::assert_snapshot;

use crate::sandbox::{Run, Sandbox, has_leftovers};

const ROOT: &str = "\
kind: portfolio
name: Ferry line
stages: [test, prod]
teams: [{id: crew}]
people: [{id: mo, team: crew}]
gate_templates:
  trial-exit: {criteria: [{id: leaks, name: No leaks}, {id: noise.hull, name: Quiet hull}]}
";

const DOCK: &str =
    "kind: environment\nid: dock\nstage: test\n---\nkind: project\nid: hull\n---\nkind: project\nid: mast\n";

const BUOY: &str = "\
# The spring release.
kind: release
id: buoy-1 # never renamed
type: minor
status: planned
owner: crew
target: 2026-05-10
scope: [{project: hull, version: 1.10}, {project: mast, version: 2.0.0}]
phases:
  - {id: sit, start: 2026-03-02, duration: 5d, environments: [dock], progress: 20}   # one line
  - id: trial
    after: sit
    duration: 5d # may take longer
gates:
  - {id: trial-exit, before: trial}
---
kind: release
id: rope-2
type: minor
status: draft
owner: mo
target: 2026-06-10
phases: [{id: sit, start: 2026-04-02, duration: 5d}]
";

fn harbour() -> Sandbox {
    Sandbox::empty().write("relm.yaml", ROOT).write("environments/dock.yaml", DOCK).write("releases/buoy.yaml", BUOY)
}

fn set(sandbox: &Sandbox, arguments: &[&str]) -> Run {
    sandbox.run(&[&["set"], arguments].concat())
}

/// A run that must be refused and leave the file alone; its output.
fn refused(arguments: &[&str]) -> String {
    let sandbox = harbour();
    let run = set(&sandbox, arguments);
    assert_eq!(run.code, Some(2), "{run}");
    assert_eq!(sandbox.read("releases/buoy.yaml"), BUOY, "{run}");
    format!("{}{}", run.stdout, run.stderr)
}

#[test]
fn fields_are_set_where_they_are_and_nothing_else_changes() {
    let sandbox = harbour();
    sandbox.put("releases/buoy.yaml", BUOY.replace("status: planned", "status: in-progress").as_bytes());
    let run = set(&sandbox, &["buoy-1/sit", "progress=60", "actual.start=2026-03-02"]);
    assert_snapshot!(run, @r"
    exit code: 0
    ---- stdout
    Set 2 fields of phase/buoy-1/sit
      progress      20 → 60         releases/buoy.yaml:10
      actual.start  – → 2026-03-02  releases/buoy.yaml:10
    ");
    let line = "progress: 60, actual: {start: 2026-03-02}}   # one line";
    let after = BUOY.replace("status: planned", "status: in-progress").replace("progress: 20}   # one line", line);
    assert_eq!(sandbox.read("releases/buoy.yaml"), after);
    assert!(!has_leftovers(&sandbox.path().join("releases")));
    assert_eq!(sandbox.files(), ["environments/dock.yaml", "releases/buoy.yaml", "relm.yaml"]);
}

#[test]
fn every_place_of_every_kind_can_be_named() {
    let sandbox = harbour();
    for arguments in [
        &["buoy-1", "status=in-progress", "scope.hull.version=1.20", "risk.impact=high", "labels.sea.area=north"][..],
        &["buoy-1/trial", "duration=6d", "owner=mo"],
        &["release/rope-2", "name=Rope: the second", "phases.sit.start=2026-04-03"],
        &["environment/dock", "capacity=2"],
        &["mast", "tier=3"],
        &["team/crew", "capacity=4"],
        &["portfolio", "name=Ferries", "rules.no-slack=off"],
    ] {
        let run = set(&sandbox, arguments);
        assert_eq!(run.code, Some(0), "{run}");
    }
    let after = BUOY
        .replace("status: planned", "status: in-progress")
        .replace("version: 1.10", "version: 1.20")
        .replace("duration: 5d # may take longer\n", "duration: 6d # may take longer\n    owner: mo\n")
        .replace(
            "{id: trial-exit, before: trial}\n",
            "{id: trial-exit, before: trial}\nrisk: {impact: high}\nlabels: {sea.area: north}\n",
        )
        .replace("2026-04-02, duration: 5d}]\n", "2026-04-03, duration: 5d}]\nname: \"Rope: the second\"\n");
    assert_eq!(sandbox.read("releases/buoy.yaml"), after);
    assert!(
        sandbox
            .read("environments/dock.yaml")
            .starts_with("kind: environment\nid: dock\nstage: test\ncapacity: 2\n---\n")
    );
    assert!(sandbox.read("environments/dock.yaml").ends_with("id: mast\ntier: 3\n"));
    let settings = sandbox.read("relm.yaml");
    assert!(settings.contains("{id: crew, capacity: 4}") && settings.contains("name: Ferries\n"), "{settings}");
    assert!(settings.ends_with("rules: {no-slack: off}\n"), "{settings}");
}

#[test]
fn criteria_of_a_template_are_added_to_the_gate() {
    let sandbox = harbour();
    let run = set(&sandbox, &["buoy-1/trial-exit", "criteria.leaks.status=met", "criteria.noise.hull.status=unmet"]);
    assert_eq!(run.code, Some(0), "{run}");
    let run = set(&sandbox, &["buoy-1/trial-exit", "criteria.noise.hull.status=met"]);
    assert!(run.stdout.contains("unmet → met"), "{run}");
    let gate = "before: trial, criteria: [{id: leaks, status: met}, {id: noise.hull, status: met}]}";
    assert_eq!(sandbox.read("releases/buoy.yaml"), BUOY.replace("before: trial}", gate));
    assert!(refused(&["buoy-1/trial-exit", "criteria.leaks=met"]).contains("`criteria.leaks.status`"));
    assert!(refused(&["buoy-1/trial-exit", "criteria.leeks.status=met"]).contains("did you mean `leaks`?"));
}

#[test]
fn what_it_says_already_is_left_alone() {
    let sandbox = harbour();
    let before = sandbox.path().join("releases/buoy.yaml").metadata().unwrap().modified().unwrap();
    let run = set(&sandbox, &["buoy-1", "status=planned", "phases.sit.progress=20"]);
    assert_snapshot!(run, @r"
    exit code: 0
    ---- stdout
    Nothing to change: release/buoy-1 says so already
      status               planned  releases/buoy.yaml:5
      phases.sit.progress  20       releases/buoy.yaml:10
    ");
    assert_eq!(sandbox.path().join("releases/buoy.yaml").metadata().unwrap().modified().unwrap(), before);
}

#[test]
fn a_dry_run_shows_the_lines_and_writes_nothing() {
    let sandbox = harbour();
    let run = set(&sandbox, &["buoy-1", "status=draft", "phases.trial.progress=5", "--dry-run"]);
    assert_eq!(sandbox.read("releases/buoy.yaml"), BUOY);
    assert_snapshot!(run, @r"
    exit code: 0
    ---- stdout
    Would set 2 fields of release/buoy-1
      status                 planned → draft  releases/buoy.yaml:5
      phases.trial.progress  – → 5            releases/buoy.yaml:14

       5 - status: planned
       5 + status: draft
      14 +     progress: 5
    ");
}

#[test]
fn what_could_not_be_read_is_refused_with_all_the_rest() {
    assert_snapshot!(refused(&["buoy-1", "status=plant", "owner=mo", "target=2026-02-30"]));
    assert!(refused(&["buoy-1", "owner=moo"]).contains("did you mean `mo`?"));
    assert!(refused(&["buoy-1", "scope.hull.project=hall"]).contains("unknown-reference"));
    // Another fault in the place of a fault is no better.
    let sandbox = harbour();
    sandbox.put("releases/buoy.yaml", BUOY.replace("progress: 20", "progress: few").as_bytes());
    let run = set(&sandbox, &["buoy-1/trial", "progress=10"]);
    assert_eq!(run.code, Some(0), "{run}");
    let run = set(&sandbox, &["buoy-1/sit", "progress=many"]);
    assert!(run.code == Some(2) && run.stdout.contains("invalid-value"), "{run}");
    let run = set(&sandbox, &["buoy-1/sit", "progress=10"]);
    assert_eq!(run.code, Some(0), "{run}");
}

#[test]
fn what_other_rules_find_is_told_and_written() {
    let sandbox = harbour();
    let run = set(&sandbox, &["buoy-1/sit", "end=2026-03-01"]);
    assert_eq!(run.code, Some(0), "{run}");
    assert!(run.stdout.contains("error[ends-before-start]") && run.stdout.contains("Set 1 field"), "{run}");
    assert!(sandbox.read("releases/buoy.yaml").contains("progress: 20, end: 2026-03-01}"));
}

#[test]
fn programs_get_it_all() {
    let run = set(&harbour(), &["buoy-1", "status=in-progress", "owner=crew", "--format", "json"]);
    assert_snapshot!(run);
}

#[test]
fn every_way_of_writing_stays_as_it_is() {
    let crlf = BUOY.replace('\n', "\r\n");
    let unended = BUOY.trim_end().to_owned();
    for text in [crlf, unended, format!("\u{feff}{BUOY}")] {
        let sandbox = harbour();
        sandbox.put("releases/buoy.yaml", text.as_bytes());
        for id in ["buoy-1", "rope-2"] {
            let run = set(&sandbox, &[id, "status=in-progress", "phases.sit.duration=4d"]);
            assert_eq!(run.code, Some(0), "{run}");
        }
        let after = text
            .replace("status: planned", "status: in-progress")
            .replace("status: draft", "status: in-progress")
            .replacen("2026-03-02, duration: 5d", "2026-03-02, duration: 4d", 1)
            .replacen("2026-04-02, duration: 5d", "2026-04-02, duration: 4d", 1);
        assert_eq!(sandbox.read("releases/buoy.yaml"), after);
    }
}

#[test]
fn entries_of_logs_can_be_set_in_any_document() {
    let log = |id: &str| {
        format!(
            "kind: deployments\nentries:\n- {{id: {id}, project: hull, version: 1, environment: dock, at: 2026-03-01, result: failed}}\n"
        )
    };
    let text = format!("{}---\n{}", log("A"), log("B"));
    let sandbox = harbour().write("records/two.yaml", &text);
    let run = set(&sandbox, &["deployment/A", "result=succeeded"]);
    assert_eq!(run.code, Some(0), "{run}");
    assert_eq!(sandbox.read("records/two.yaml"), text.replacen("failed", "succeeded", 1));
}

#[test]
fn wrong_words_are_answered() {
    let answers: Vec<String> = [
        &["buoy", "status=draft"][..],
        &["buoy-1/sitt", "progress=1"],
        &["buoy-1", "statsu=draft"],
        &["buoy-1", "id=buoy-2"],
        &["buoy-1", "kind=train"],
        &["buoy-1/sit", "id=sot"],
        &["buoy-1", "phases=none"],
        &["buoy-1", "phases.sut.progress=1"],
        &["buoy-1", "phases.sit.environments=dock"],
        &["buoy-1", "scope.cards.version=1"],
        &["buoy-1", "risk=high"],
        &["buoy-1", "communications.x.sent=2026-01-01"],
        &["buoy-1", "status.now=draft"],
        &["buoy-1", "status=draft", "status=planned"],
        &["buoy-1", "status"],
        &["buoy-1", "status="],
        &["buoy-1", "=draft"],
        &["buoy-1", "a..b=draft"],
        &["buoy-1", "status=draft", "--at", "HEAD"],
        &["buoy-1"],
    ]
    .iter()
    .map(|arguments| {
        let output = refused(arguments);
        let lines: Vec<&str> =
            output.lines().filter(|line| line.starts_with("error") || line.starts_with("hint")).collect();
        format!("{}\n{}\n", arguments.join(" "), lines.join("\n"))
    })
    .collect();
    assert_snapshot!(answers.join("\n"));
}

#[cfg(unix)]
#[test]
fn a_read_only_file_is_left_alone() {
    use std::os::unix::fs::PermissionsExt;
    let sandbox = harbour();
    let path = sandbox.path().join("releases/buoy.yaml");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o444)).unwrap();
    let run = set(&sandbox, &["buoy-1", "status=draft"]);
    assert_eq!(run.code, Some(2));
    assert_eq!(
        run.stderr,
        "error: cannot write `[ROOT]/releases/buoy.yaml`: it is read-only\nhint: nothing was written\n"
    );
    assert_eq!(sandbox.read("releases/buoy.yaml"), BUOY);
}

#[test]
fn strange_values_stay_text() {
    let sandbox = harbour();
    let value = "- \u{202e}a, 'b' \"c\"\n<script>: #\u{1b}[31m {x}";
    let run = set(&sandbox, &["buoy-1", &format!("description={value}")]);
    assert_eq!(run.code, Some(0), "{run}");
    assert!(!run.stdout.contains(['\u{1b}', '\u{202e}']), "{run}");
    let run = set(&sandbox, &["buoy-1", &format!("description={value}")]);
    assert!(run.stdout.starts_with("Nothing to change"), "{run}");
}

#[test]
fn in_a_repository_the_lock_is_gits_and_nothing_is_left() {
    let sandbox = Sandbox::repository();
    let run = sandbox.run(&["set", "lantern-1", "status=planned", "--format", "json"]);
    let view: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(view["revision"]["dirty"], false, "{run}");
    assert!(!sandbox.path().join(".git/relm.lock").exists());
    // Who is locked out waits; a leftover file locks nobody out.
    sandbox.put(".git/relm.lock", b"");
    let run = sandbox.run(&["set", "lantern-1", "status=draft"]);
    assert_eq!(run.code, Some(0), "{run}");
}
