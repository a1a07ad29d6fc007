//! Trains: `relm new release --train` and `relm show train/ID`.

use insta::assert_snapshot;

use crate::sandbox::{Run, Sandbox};

const ROOT: &str = "\
kind: portfolio
stages: [test, prod]
teams: [{id: crew}]
release_types:
  ride:
    stages: [test]
    phases:
      - {id: try, duration: 3d, environments: [test-1]}
      - {id: go, after: try, duration: 1d, environments: [live]}
  other: {}
";

const ESTATE: &str = "\
kind: environment
id: test-1
stage: test
---
kind: environment
id: live
stage: prod
---
kind: project
id: lamps
owner: crew
---
kind: project
id: buoys
owner: crew
";

const TRAIN: &str = "\
kind: train
id: harbour
rrule: \"FREQ=WEEKLY;BYDAY=TH\"
start: 2026-01-08
exdates: [2026-03-19]
projects: [lamps, buoys]
release_type: ride
milestones: [{id: cut-off, at: target - 3d}, {id: told, at: target - 4ed}]
";

fn station() -> Sandbox {
    Sandbox::empty().write("relm.yaml", ROOT).write("estate.yaml", ESTATE).write("trains.yaml", TRAIN)
}

fn new(sandbox: &Sandbox, more: &[&str]) -> Run {
    sandbox.run(&[&["new", "release", "--train", "harbour"], more].concat())
}

#[test]
fn a_release_is_the_next_departure() {
    let sandbox = station();
    assert_snapshot!(new(&sandbox, &["--target", "2026-03-12"]), @r"
    exit code: 0
    ---- stdout
    Wrote `releases/harbour-2026-03-12.yaml`
      cut-off  2026-03-09
      told     2026-03-08
      try      2026-03-09 – 2026-03-11
      go       2026-03-12 – 2026-03-12
      target   2026-03-12
    ");
    assert_snapshot!(sandbox.read("releases/harbour-2026-03-12.yaml"), @r"
    kind: release
    id: harbour-2026-03-12
    type: ride
    status: draft                     # draft | planned | in-progress | released | closed | cancelled
    # owner: PERSON                   # the release coordinator: a person or a team of relm.yaml
    labels: {train: harbour}
    announced: 2026-03-02
    target: 2026-03-12                # the departure of the train

    # What rides: say the `version:` of each, and take out what stays behind.
    scope:
      - {project: lamps}
      - {project: buoys}

    # Placed backwards from the target: the latest starts that keep it. What follows another phase moves with it.
    phases:
      - {id: try, start: 2026-03-09, duration: 3d, environments: [test-1]}
      - {id: go, after: try, start: 2026-03-12, duration: 1d, environments: [live]}

    milestones:
      - {id: cut-off, date: 2026-03-09}
      - {id: told, date: 2026-03-08}
    ");
    let check = sandbox.run(&["check"]);
    assert_eq!(check.code, Some(0), "{check}");
    assert!(!check.stdout.contains("warning["), "{check}");
    // The next that are to be filled: this Thursday, then the one after those that are taken or left out.
    for day in ["2026-03-05", "2026-03-26", "2026-04-02"] {
        assert_eq!(new(&sandbox, &["-q"]).code, Some(0));
        assert!(sandbox.files().contains(&format!("releases/harbour-{day}.yaml")), "{day} {:?}", sandbox.files());
    }
}

#[test]
fn an_id_of_its_own_keeps_the_departure() {
    let sandbox = station();
    let run = sandbox.run(&["new", "release", "spring", "--train", "harbour", "--format", "json"]);
    let view: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(
        (&view["id"], &view["train"], &view["target"]),
        (&"spring".into(), &"harbour".into(), &"2026-03-05".into())
    );
    assert_eq!(view["milestones"][0], serde_json::json!({"id": "cut-off", "date": "2026-03-02"}));
    assert_snapshot!(new(&sandbox, &["--target", "2026-03-05"]), @r"
    exit code: 2
    ---- stderr
    error: `spring` is the departure of `harbour` on 2026-03-05 already
    hint: the next that is to be filled is 2026-03-12
    ");
}

#[test]
fn days_without_a_departure_are_refused_with_the_nearest() {
    let sandbox = station();
    assert_snapshot!(new(&sandbox, &["--target", "2026-03-20"]), @r"
    exit code: 2
    ---- stderr
    error: `harbour` does not depart on 2026-03-20
    hint: the nearest departures are 2026-03-12 and 2026-03-26
    ");
    assert_snapshot!(new(&sandbox, &["--target", "2026-01-01"]), @r"
    exit code: 2
    ---- stderr
    error: `harbour` does not depart on 2026-01-01
    hint: the nearest departure is 2026-01-08
    ");
    let sandbox = station().write("trains.yaml", &TRAIN.replace("BYDAY=TH", "BYDAY=TH;UNTIL=20260212"));
    assert_snapshot!(new(&sandbox, &[]), @r"
    exit code: 2
    ---- stderr
    error: `harbour` has no departure left that is to be filled
    ");
    assert_snapshot!(new(&sandbox, &["--target", "2026-03-05"]), @r"
    exit code: 2
    ---- stderr
    error: `harbour` does not depart on 2026-03-05
    hint: the nearest departure is 2026-02-12
    ");
    assert_eq!(sandbox.files(), ["estate.yaml", "relm.yaml", "trains.yaml"]);
}

#[test]
fn wrong_usage_is_explained() {
    let sandbox = station();
    assert_snapshot!(sandbox.run(&["new", "release", "--train", "harbor"]), @r"
    exit code: 2
    ---- stderr
    error: no train `harbor`
    hint: did you mean `harbour`?
    ");
    assert_snapshot!(sandbox.run(&["new", "project", "x", "--train", "harbour"]), @r"
    exit code: 2
    ---- stderr
    error: a project rides no train
    hint: leave `--train` out
    ");
    assert_snapshot!(new(&sandbox, &["--template", "other"]), @r"
    exit code: 2
    ---- stderr
    error: the releases of `harbour` are of the type `ride`
    hint: leave `--template` out
    ");
    assert_eq!(new(&sandbox, &["--template", "ride"]).code, Some(0));
    assert_eq!(sandbox.run(&["new", "release"]).code, Some(2));
    let none = Sandbox::portfolio();
    assert!(new(&none, &[]).stderr.contains("hint: there are none here"));
}

#[test]
fn a_rule_that_makes_no_sense_is_a_finding_and_departs_never() {
    let sandbox = station().write("trains.yaml", &TRAIN.replace("FREQ=WEEKLY;BYDAY=TH", "FREQ=WEEKLY;BYDAY=THU"));
    let check = sandbox.run(&["check"]);
    assert_eq!(check.code, Some(1), "{check}");
    assert!(
        check.stdout.contains("error[invalid-value]") && check.stdout.contains("`THU` is not a weekday"),
        "{check}"
    );
    assert_snapshot!(new(&sandbox, &[]), @r"
    exit code: 2
    ---- stderr
    error: the recurrence rule `FREQ=WEEKLY;BYDAY=THU` cannot be used: `THU` is not a weekday; write `MO`, `TU`, `WE`, `TH`, `FR`, `SA` or `SU`
    hint: mend `rrule:` of the train `harbour`; `relm check` says where
    ");
    let shown = sandbox.run(&["show", "train/harbour"]);
    assert!(shown.code == Some(0) && shown.stdout.contains("cannot be used"), "{shown}");
}

#[test]
fn a_train_shows_its_departures_with_their_releases() {
    let sandbox = station()
        .write("releases/a.yaml", "kind: release\nid: lamps-3\nname: Brighter lamps\ntype: ride\nstatus: planned\nowner: crew\ntarget: 2026-03-12\nscope: [{project: lamps, version: 3}]\n")
        .write("releases/b.yaml", "kind: release\nid: harbour-2026-03-26\ntype: ride\nowner: crew\ntarget: 2026-03-27\n");
    assert_snapshot!(sandbox.run(&["show", "harbour"]), @r"
    exit code: 0
    ---- stdout
    harbour  train · trains.yaml:2
      departs       FREQ=WEEKLY;BYDAY=TH
      since         2026-01-08
      release type  ride

    Departs next
        harbour             2026-03-05  no release yet · cut-off 2026-03-02 · told
                                        2026-03-01  :3
        lamps-3             2026-03-12  Brighter lamps · planned · cut-off
                                        2026-03-09 · told 2026-03-08
                                        releases/a.yaml:2
        harbour-2026-03-26  2026-03-26  draft · cut-off 2026-03-23 · told 2026-03-22
                                        releases/b.yaml:2
        harbour             2026-04-02  no release yet · cut-off 2026-03-30 · told
                                        2026-03-29  :3
        harbour             2026-04-09  no release yet · cut-off 2026-04-06 · told
                                        2026-04-05  :3

    Carries
        lamps  :6
        buoys  :6

    Milestones
        cut-off  target - 3d  :8
        told     target - 4ed  :8
    ");
    assert_snapshot!(sandbox.run(&["show", "harbour", "--format", "markdown"]), @r"
    exit code: 0
    ---- stdout
    # train harbour

    - departs: FREQ=WEEKLY;BYDAY=TH
    - since: 2026-01-08
    - release type: ride
    - written at trains.yaml:2

    ## Departs next

    - **harbour** · 2026-03-05 · no release yet · cut-off 2026-03-02 · told 2026-03-01 (trains.yaml:3)
    - **lamps-3** · Brighter lamps · 2026-03-12 · planned · cut-off 2026-03-09 · told 2026-03-08 (releases/a.yaml:2)
    - **harbour-2026-03-26** · 2026-03-26 · draft · cut-off 2026-03-23 · told 2026-03-22 (releases/b.yaml:2)
    - **harbour** · 2026-04-02 · no release yet · cut-off 2026-03-30 · told 2026-03-29 (trains.yaml:3)
    - **harbour** · 2026-04-09 · no release yet · cut-off 2026-04-06 · told 2026-04-05 (trains.yaml:3)

    ## Carries

    - **lamps** (trains.yaml:6)
    - **buoys** (trains.yaml:6)

    ## Milestones

    - **cut-off** · target - 3d (trains.yaml:8)
    - **told** · target - 4ed (trains.yaml:8)
    ");
    let run = sandbox.run(&["show", "train/harbour", "--format", "json"]);
    let view: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    let departures = &view["sections"][0];
    assert_eq!(departures["id"], "departures");
    assert_eq!(departures["items"][1]["kind"], "release");
    assert_eq!(departures["items"][1]["id"], "lamps-3");
    assert_eq!(departures["items"][0]["kind"], "departure");
    assert_eq!(departures["items"][0]["start"], "2026-03-05");
}

#[test]
fn departures_at_an_hour_are_days_of_the_portfolio() {
    let sandbox = Sandbox::empty()
        .write("relm.yaml", "kind: portfolio\ntimezone: Asia/Tokyo\nstages: [prod]\n")
        .write("trains.yaml", "kind: train\nid: night\nrrule: FREQ=WEEKLY;BYDAY=TH\nstart: 2026-01-08T01:00\n");
    let run = sandbox.run(&["new", "release", "--train", "night"]);
    assert!(run.stdout.contains("releases/night-2026-03-05.yaml"), "{run}");
    let shown = sandbox.run(&["show", "night"]);
    assert!(shown.stdout.contains("2026-03-05 01:00"), "{shown}");
}
