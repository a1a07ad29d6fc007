//! `relm impact`.

use std::collections::BTreeMap;

use insta::assert_snapshot;
use serde_json::Value;

use crate::sandbox::{Run, Sandbox};

const ROOT: &str = "\
kind: portfolio
name: Lantern works
stages: [test, prod]
teams: [{id: crew}]
people: [{id: mo, team: crew}]
release_types: {minor: {notice: 1d}, fair: {}}
gate_templates:
  lit: {before: production, criteria: [{id: glow, name: It glows}]}
freezes:
  - {id: fair, name: Lantern fair, from: 2026-04-01, to: 2026-04-05, stages: [prod]}
";

const PLACES: &str = "\
kind: environment
id: bench
stage: test
---
kind: environment
id: street
stage: prod
capacity: 4
---
kind: project
id: wick
owner: crew
---
kind: project
id: glass
owner: crew
";

const LAMP: &str = "\
kind: release
id: lamp-1 # comments stay
type: minor
status: in-progress
owner: crew
part_of: spring
target: 2026-03-31
scope: [{project: wick, version: 1.0.0}]
phases:
  - {id: build, start: 2026-02-23, duration: 10d, progress: 50, actual: {start: 2026-02-23}}
  - {id: trial, after: build, duration: 5d, environments: [bench]}
  - {id: deploy, after: trial, start: 2026-03-24, duration: 1d, environments: [street]}
milestones:
  - {id: shown, after: trial}
  - {id: printed, date: 2026-03-20, after: trial}
gates:
  - {id: lit, before: deploy}
deployment: {window: {start: 2026-03-24T20:00, end: 2026-03-24T23:00}}
";

const SHADE: &str = "\
kind: release
id: shade-2
type: minor
status: planned
owner: crew
part_of: spring
target: 2026-04-24
scope: [{project: glass, version: 2.0.0}]
depends_on: [lamp-1]
phases:
  - {id: trial, start: 2026-03-25, duration: 5d, environments: [bench]}
  - {id: deploy, after: trial, duration: 1d, environments: [street]}
---
kind: release
id: torch-3
type: minor
status: planned
owner: crew
target: 2026-05-29
scope: [{project: glass, version: 1.9.0}]
phases:
  - {id: trial, start: 2026-03-16, duration: 4d, environments: [bench]}
  - {id: sale, after: trial, start: 2026-05-04, duration: 1d}
  - {id: old, start: 2026-01-05, duration: 2d, actual: {start: 2026-01-05, end: 2026-01-06}}
---
kind: release
id: gone-4
type: minor
status: cancelled
owner: crew
phases: [{id: trial, start: 2026-03-16, duration: 4d}]
---
kind: release
id: spring
type: fair
status: planned
owner: crew
target: 2026-04-10
";

fn works() -> Sandbox {
    let files = [("relm.yaml", ROOT), ("places.yaml", PLACES), ("releases/lamp.yaml", LAMP)];
    let sandbox = files.iter().fold(Sandbox::empty(), |sandbox, (path, text)| sandbox.write(path, text));
    sandbox.write("releases/others.yaml", SHADE)
}

fn impact(sandbox: &Sandbox, arguments: &[&str]) -> Run {
    sandbox.run(&[&["impact"], arguments].concat())
}

fn json(sandbox: &Sandbox, arguments: &[&str]) -> Value {
    let run = impact(sandbox, &[arguments, &["--format", "json"]].concat());
    serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {run}"))
}

#[test]
fn a_slip_shows_what_moves_and_what_breaks() {
    let sandbox = works();
    assert_snapshot!(impact(&sandbox, &["lamp-1/build", "--slip", "1w"]));
}

#[test]
fn wide_terminals_have_room() {
    let sandbox = works();
    let run = sandbox.run_with(&[("COLUMNS", "140")], &["impact", "lamp-1", "--slip", "2w"]);
    assert_snapshot!(run);
    for (columns, width) in [("80", 80), ("140", 140)] {
        let run = sandbox.run_with(&[("COLUMNS", columns)], &["impact", "lamp-1", "--slip", "2w"]);
        let widest = run.stdout.lines().map(|line| line.chars().count()).max();
        assert!(widest <= Some(width), "{run}");
    }
}

#[test]
fn long_names_leave_room_for_how_late_it_is() {
    let long = "lamp-for-the-long-evenings-of-the-winter-fair";
    let sandbox = works();
    for file in ["releases/lamp.yaml", "releases/others.yaml"] {
        sandbox.put(file, sandbox.read(file).replace("lamp-1", long).as_bytes());
    }
    let run = impact(&sandbox, &[&format!("{long}/build"), "--slip", "4w"]);
    let tree = run.stdout.split("\n\nReleases").next().unwrap_or_default();
    assert!(tree.lines().any(|line| line.contains("lamp-for-") && line.ends_with(" days late")), "{run}");
    assert!(run.stdout.lines().all(|line| line.chars().count() <= 80), "{run}");
}

#[test]
fn other_formats() {
    let sandbox = works();
    for format in ["markdown", "mermaid", "csv"] {
        let run = impact(&sandbox, &["lamp-1/build", "--slip", "1w", "--format", format]);
        assert_snapshot!(format!("impact_{format}"), run);
    }
}

#[test]
fn slack_takes_a_slip_and_says_so() {
    let sandbox = works();
    assert_snapshot!(impact(&sandbox, &["torch-3/trial", "--slip", "2w"]), @r"
    exit code: 0
    ---- stdout
    Lantern works: what if torch-3/trial slips 2w · as of Mon 2026-03-02
    as if torch-3/trial.start 2026-03-16 → 2026-03-30
    Nothing else moves: 31 working days of slack take it, 21 are left.
    bottleneck  bench is fought over for 2 days, not at all without the change

    torch-3/trial  +14 days  19 Mar → 2 Apr

    Bookings that then collide (1)
    environment  when                     why
    bench        Mon 30 Mar – Tue 31 Mar  2 wanted of 1
        shade-2/trial, torch-3/trial

    What a check then finds (1)
    about          severity  rule
    torch-3/trial  error     version-collision
        `bench` gets two versions of `glass` at once: 1.9.0 for `torch-3/trial` and
        2.0.0 for `shade-2/trial` from 2026-03-30 to 2026-03-31
    ");
    assert_snapshot!(impact(&sandbox, &["torch-3/trial", "--slip", "-1d"]), @r"
    exit code: 0
    ---- stdout
    Lantern works: what if torch-3/trial is 1d earlier · as of Mon 2026-03-02
    as if torch-3/trial.start 2026-03-16 → 2026-03-13
    Nothing else moves.
    bottleneck  bench is fought over for 1 day, not at all without the change

    torch-3/trial  -1 day    19 → 18 Mar

    Bookings that then collide (1)
    environment  when        why            bookings
    bench        Fri 13 Mar  2 wanted of 1  lamp-1/trial, torch-3/trial
    ");
    assert_snapshot!(impact(&sandbox, &["lamp-1/shown", "--slip", "1d"]), @r"
    exit code: 0
    ---- stdout
    Lantern works: what if lamp-1/shown slips 1d · as of Mon 2026-03-02
    as if lamp-1/shown.date not written → 2026-03-16
    Nothing else moves.

    lamp-1/shown  +3 days   13 → 16 Mar · milestone
    ");
}

#[test]
fn collisions_and_freezes_of_the_plan_that_follows_are_found() {
    let sandbox = works();
    let view = json(&sandbox, &["lamp-1/build", "--slip", "1w"]);
    let collisions = view["collisions"].as_array().unwrap();
    let of = |it: &Value| (it["environment"].clone(), it["bookings"].clone());
    assert!(
        collisions.iter().any(|it| of(it) == ("bench".into(), serde_json::json!(["lamp-1/trial", "torch-3/trial"])))
    );
    let rules = |list: &Value| -> Vec<String> {
        list.as_array().unwrap().iter().map(|it| it["rule"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(view["bottleneck"]["environment"]["id"], "bench");
    // Later still, the deployment moves along into the fair.
    assert!(!rules(&view["followed"]).contains(&"deploy-in-freeze".to_owned()), "{view:#}");
    let view = json(&sandbox, &["lamp-1/build", "--slip", "12d"]);
    assert!(rules(&view["followed"]).contains(&"deploy-in-freeze".to_owned()), "{view:#}");
}

#[test]
fn fields_can_be_set_together() {
    let sandbox = works();
    let view = json(
        &sandbox,
        &[
            "--set",
            "lamp-1/trial.duration=8d",
            "--set",
            "spring.target=2026-03-27",
            "--set",
            "release/shade-2.target=2026-04-23",
        ],
    );
    assert_eq!(view["question"]["kind"], "set");
    let changes = view["changes"].as_array().unwrap();
    assert_eq!(changes.len(), 3);
    assert_eq!(changes[0]["before"], "5d");
    assert_eq!(changes[1]["file"], "releases/others.yaml");
    let missed: Vec<&str> = view["missed"].as_array().unwrap().iter().map(|it| it["id"].as_str().unwrap()).collect();
    assert!(missed.contains(&"spring"), "{view:#}");
}

/// The dates of every phase, milestone and release in a plan.
fn plan(sandbox: &Sandbox) -> BTreeMap<String, (Value, Value)> {
    let run = sandbox.run(&["plan", "--format", "json"]);
    let view: Value = serde_json::from_str(&run.stdout).unwrap();
    let mut dates = BTreeMap::new();
    for release in view["releases"].as_array().unwrap() {
        let id = release["id"].as_str().unwrap();
        dates.insert(id.to_owned(), (release["planned"].clone(), release["forecast"].clone()));
        for phase in release["phases"].as_array().unwrap() {
            let name = format!("{id}/{}", phase["id"].as_str().unwrap());
            dates.insert(name, (phase["planned"].clone(), phase["forecast"].clone()));
        }
        for milestone in release["milestones"].as_array().unwrap() {
            let day = |key: &str| serde_json::json!({"start": milestone[key], "end": milestone[key]});
            dates.insert(format!("{id}/{}", milestone["id"].as_str().unwrap()), (day("date"), day("forecast")));
        }
    }
    dates
}

#[test]
fn what_moves_is_what_the_plan_says_when_it_is_written() {
    for (arguments, file, from, to) in [
        (
            &["lamp-1/trial", "--slip", "5d"][..],
            "lamp",
            "after: build, duration: 5d",
            "after: build, start: 2026-03-16, duration: 5d",
        ),
        (&["lamp-1/deploy", "--slip", "1w"], "lamp", "start: 2026-03-24,", "start: 2026-03-31,"),
        (&["lamp-1/build", "--slip", "4d"], "lamp", "duration: 10d, progress: 50", "duration: 14d, progress: 36"),
        (&["lamp-1/printed", "--slip", "3ed"], "lamp", "date: 2026-03-20", "date: 2026-03-23"),
        (&["shade-2/trial", "--slip", "-2d"], "others", "start: 2026-03-25", "start: 2026-03-23"),
        (
            &["--set", "torch-3/trial.duration=12d"],
            "others",
            "duration: 4d, environments",
            "duration: 12d, environments",
        ),
        (&["--set", "lamp-1.target=2026-03-20"], "lamp", "target: 2026-03-31", "target: 2026-03-20"),
    ] {
        let sandbox = works();
        let file = format!("releases/{file}.yaml");
        let text = sandbox.read(&file);
        let before = plan(&sandbox);
        let view = json(&sandbox, arguments);
        assert_eq!(sandbox.read(&file), text, "nothing is written");
        assert!(text.contains(from), "{from}");
        sandbox.put(&file, text.replacen(from, to, 1).as_bytes());
        let after = plan(&sandbox);
        let differ: BTreeMap<_, _> = before
            .iter()
            .filter(|(id, was)| after[*id] != **was)
            .map(|(id, was)| (id.clone(), (was.clone(), after[id].clone())))
            .collect();
        let moved: BTreeMap<_, _> = view["moved"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| {
                let side = |when: &str| (it["planned"][when].clone(), it["forecast"][when].clone());
                (it["id"].as_str().unwrap().to_owned(), (side("before"), side("after")))
            })
            .collect();
        assert_eq!(moved, differ, "{arguments:?}");
        // And what a check newly finds is what it finds in the written file.
        let check = |sandbox: &Sandbox| -> Vec<String> {
            let view: Value = serde_json::from_str(&sandbox.run(&["check", "--format", "json"]).stdout).unwrap();
            let one = |it: &Value| format!("{} {}", it["rule"], it["subject"]);
            view["findings"].as_array().unwrap().iter().map(one).collect()
        };
        let now = check(&sandbox);
        sandbox.put(&file, text.as_bytes());
        let then = check(&sandbox);
        let mut expected: Vec<String> = now.into_iter().filter(|it| !then.contains(it)).collect();
        let found = view["findings"]["new"].as_array().unwrap().iter();
        let mut found: Vec<String> = found.map(|it| format!("{} {}", it["rule"], it["subject"])).collect();
        expected.sort();
        found.sort();
        // The same of the same may have another cause now, which is new, too.
        found.retain(|it| expected.contains(it) || !then.contains(it));
        assert_eq!(found, expected, "{arguments:?}");
    }
}

#[test]
fn a_branch_is_compared_with_where_it_left() {
    let mut sandbox = works().init_git();
    sandbox.commit();
    let start = sandbox.git().head().unwrap().peel_to_commit().unwrap().id();
    sandbox.git().branch("feature", &sandbox.git().find_commit(start).unwrap(), false).unwrap();
    sandbox.git().set_head("refs/heads/feature").unwrap();
    sandbox
        .put("releases/lamp.yaml", LAMP.replace("after: build, duration: 5d", "after: build, duration: 9d").as_bytes());
    let there = sandbox.commit();
    sandbox.git().set_head("refs/heads/main").unwrap();
    sandbox.put("releases/lamp.yaml", LAMP.as_bytes());
    // What happened here meanwhile is not the branch's doing.
    sandbox.put("releases/others.yaml", SHADE.replace("start: 2026-03-16", "start: 2026-05-04").as_bytes());
    sandbox.commit();
    let view = json(&sandbox, &["--branch", "feature"]);
    assert_eq!(view["question"]["head"], there.as_str());
    assert_eq!(view["question"]["base"], start.to_string().as_str());
    let moved: Vec<&str> = view["moved"].as_array().unwrap().iter().map(|it| it["id"].as_str().unwrap()).collect();
    assert!(moved.contains(&"lamp-1/trial") && !moved.contains(&"torch-3/trial"), "{moved:?}");
    assert_snapshot!(impact(&sandbox, &["--branch", "main"]), @r"
    exit code: 0
    ---- stdout
    Lantern works: what main does to the plan · as of Mon 2026-03-02
    Nothing moves: the branch changes no date.
    ");
    assert_snapshot!(impact(&sandbox, &["--branch", "featrue"]), @r"
    exit code: 2
    ---- stderr
    error: no revision `featrue`
    hint: did you mean `feature`?
    ");
    // At a revision there is a plan to change, too.
    let at = json(&sandbox, &["torch-3/trial", "--slip", "1d", "--at", "HEAD~1"]);
    assert_eq!(at["changes"][0]["after"], "2026-03-17");
}

#[test]
fn a_release_that_a_branch_removes_is_said() {
    let mut sandbox = works().init_git();
    sandbox.commit();
    let start = sandbox.git().head().unwrap().peel_to_commit().unwrap().id();
    sandbox.git().branch("feature", &sandbox.git().find_commit(start).unwrap(), false).unwrap();
    sandbox.git().set_head("refs/heads/feature").unwrap();
    let from = SHADE.find("kind: release\nid: torch-3").unwrap();
    let to = SHADE.find("kind: release\nid: gone-4").unwrap();
    sandbox.put("releases/others.yaml", format!("{}{}", &SHADE[..from], &SHADE[to..]).as_bytes());
    sandbox.commit();
    sandbox.git().set_head("refs/heads/main").unwrap();
    sandbox.put("releases/others.yaml", SHADE.as_bytes());
    let view = json(&sandbox, &["--branch", "feature"]);
    assert_eq!((&view["releases"][0]["id"], &view["releases"][0]["gone"]), (&"torch-3".into(), &true.into()));
    let run = impact(&sandbox, &["--branch", "feature"]);
    let said = "Release torch-3 is gone; no other date moves; no release becomes late.";
    assert!(run.stdout.contains(said), "{run}");
}

#[test]
fn what_can_no_longer_be_placed_is_not_gone() {
    let phases = "phases: [{id: a, start: 2026-03-09, duration: 1d}, {id: b, after: a, duration: 1d}, {id: c, after: b, duration: 1d}]";
    let text = format!("kind: release\nid: loop\ntype: minor\nowner: crew\n{phases}\n");
    let sandbox = works().write("circle.yaml", &text);
    let run = impact(&sandbox, &["--set", "loop/b.after=c"]);
    assert!(run.stdout.contains("can no longer be placed") && run.stdout.contains("no dates"), "{run}");
    assert!(!run.stdout.contains("no release becomes late") && !run.stdout.contains("gone"), "{run}");
}

#[test]
fn what_is_late_cannot_begin_before_today() {
    let sandbox = works();
    let late = SHADE.replace("trial, start: 2026-03-16", "trial, start: 2026-02-23");
    sandbox.put("releases/others.yaml", late.as_bytes());
    let run = impact(&sandbox, &["torch-3/trial", "--slip=-5d"]);
    let said = "`torch-3/trial` cannot begin before today; it is forecast for 2026-03-02";
    assert!(run.code == Some(2) && run.stderr.contains(said), "{run}");
}

#[test]
fn what_cannot_be_asked_is_said() {
    let sandbox = works();
    let runs = [
        &[][..],
        &["lamp-1"],
        &["--slip", "3d"],
        &["lmap-1", "--slip", "3d"],
        &["lamp-1/lit", "--slip", "3d"],
        &["bench", "--slip", "3d"],
        &["torch-3/old", "--slip", "3d"],
        &["gone-4", "--slip", "3d"],
        &["lamp-1", "--slip", "3"],
        &["lamp-1", "--slip", "0d"],
        &["lamp-1", "--slip", "5h"],
        &["lamp-1", "--slip", "9999999d"],
        &["--set", "lamp-1/trial.strat=2026-03-01"],
        &["--set", "lamp-1/trial.start=soon"],
        &["--set", "lamp-1/trial.start=2201-01-01"],
        &["--set", "lamp-1/trail.start=2026-03-01"],
        &["--set", "lamp-1/deploy.end=2026-03-26"],
        &["--set", "lamp-1/trial=2026-03-01"],
        &["--set", "lamp-1/trial.start"],
        &["--set", "lamp-1/trial.start="],
        &["--set", "lamp-1/trial.start=2026-03-09", "--set", "phase/lamp-1/trial.start=2026-03-10"],
        &["--branch", "main"],
    ]
    .map(|arguments| {
        let run = impact(&sandbox, arguments);
        assert_eq!((run.code, &*run.stdout), (Some(2), ""), "{arguments:?}: {run}");
        format!("{}\n{}", arguments.join(" "), run.stderr)
    });
    assert_snapshot!(runs.join("\n"));
    assert_eq!(impact(&sandbox, &["lamp-1", "--slip", "3d", "--branch", "main"]).code, Some(2));
}

#[test]
fn an_id_that_several_things_have_is_the_one_that_can_slip() {
    let sandbox = works().write("more.yaml", "kind: project\nid: lamp-1\nowner: crew\n");
    assert_eq!(impact(&sandbox, &["lamp-1", "--slip", "3d"]).code, Some(0));
    let twice = LAMP.replace("id: shown,", "id: deploy,");
    sandbox.put("releases/lamp.yaml", twice.as_bytes());
    assert_snapshot!(impact(&sandbox, &["lamp-1/deploy", "--slip", "3d"]), @r"
    exit code: 2
    ---- stderr
    error: `lamp-1/deploy` stands for several things
    hint: say which: `phase/lamp-1/deploy`, `milestone/lamp-1/deploy`
    ");
}

#[test]
fn phases_in_a_circle_do_not_keep_others_from_slipping() {
    let sandbox = works().write(
        "circle.yaml",
        "kind: release\nid: loop\ntype: minor\nowner: crew\nphases: [{id: a, after: b, duration: 1d}, {id: b, after: a, duration: 1d}]\n",
    );
    let run = impact(&sandbox, &["torch-3/trial", "--slip", "1d"]);
    assert_eq!(run.code, Some(0), "{run}");
    let run = impact(&sandbox, &["loop", "--slip", "1d"]);
    assert_snapshot!(run, @r"
    exit code: 2
    ---- stderr
    error: `loop` has no dates, so it cannot slip
    hint: `relm check` says what keeps it from being placed
    ");
}
