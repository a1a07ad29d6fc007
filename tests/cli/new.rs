//! `relm new`.

use insta::assert_snapshot;

use crate::sandbox::Sandbox;

const TYPES: &str = "\
kind: portfolio
stages: [dev, test, prod]
people: [{id: person, emails: [person@example.com], roles: [tester]}]
roles: [tester]
gate_templates: {test-exit: {criteria: [{id: sev1}], requires: [{role: tester}]}}
release_types:
  major: {notice: 20d, gates: [test-exit, go-live], stages: [test], requires: [backout, communications, training, support, artifacts]}
  minor:
    notice: 10d
    gates: [test-exit]
    phases:
      - {id: build, duration: 8d}
      - {id: test, after: build + 1d, duration: 5d, environments: [test-1]}
      - {id: manual, after: {phase: build, type: SS, lag: 2d}, duration: 3d}
      - {id: deploy, after: [test, manual], duration: 1d, environments: [live]}
  emergency: {review_within: 5d, requires: [backout]}
";

const PLACES: &str = "kind: environment\nid: test-1\nstage: test\n---\nkind: environment\nid: live\nstage: prod\n";

fn typed() -> Sandbox {
    Sandbox::empty().write("relm.yaml", TYPES).write("places/all.yaml", PLACES)
}

/// No errors, whatever else is said.
fn assert_checks(sandbox: &Sandbox) {
    let run = sandbox.run(&["check"]);
    assert_eq!(run.code, Some(0), "{run}");
}

#[test]
fn a_release_is_placed_backwards_from_its_target() {
    let sandbox = typed();
    assert_snapshot!(sandbox.run(&["new", "release", "lamps-2", "--target", "2026-05-02"]), @r"
    exit code: 0
    ---- stdout
    Wrote `releases/lamps-2.yaml`
      build   2026-04-13 – 2026-04-22
      test    2026-04-24 – 2026-04-30
      manual  2026-04-28 – 2026-04-30
      deploy  2026-05-01 – 2026-05-01
      target  2026-05-02
    ");
    assert_snapshot!(sandbox.read("releases/lamps-2.yaml"), @r"
    kind: release
    id: lamps-2
    type: minor
    status: draft                     # draft | planned | in-progress | released | closed | cancelled
    # owner: PERSON                   # the release coordinator: a person or a team of relm.yaml
    announced: 2026-03-02
    target: 2026-05-02                # the promise to the business

    # What ships:
    # scope:
    #   - {project: PROJECT, version: 1.2.0}

    # Placed backwards from the target: the latest starts that keep it. What follows another phase moves with it.
    phases:
      - {id: build, start: 2026-04-13, duration: 8d}
      - {id: test, after: build + 1d, duration: 5d, environments: [test-1]}
      - {id: manual, after: {phase: build, type: SS, lag: 2d}, duration: 3d}
      - {id: deploy, after: [test, manual], start: 2026-05-01, duration: 1d, environments: [live]}

    # Due on the last working day before the phase they guard, unless `due:` says otherwise.
    gates:
      - {id: test-exit}
    ");
    assert_checks(&sandbox);
    // Nothing is late, and the target is kept.
    let plan = sandbox.run(&["plan", "--format", "json"]);
    let plan: serde_json::Value = serde_json::from_str(&plan.stdout).unwrap();
    assert_eq!(plan["releases"][0]["planned"]["end"], "2026-05-01");
    assert!(plan["releases"][0]["slack_days"].as_i64().unwrap() >= 0);
    assert_eq!(plan["findings"].as_array().unwrap().iter().filter(|found| found["severity"] == "error").count(), 0);
}

#[test]
fn without_a_target_there_is_time_for_the_work_and_the_notice() {
    let sandbox = typed();
    assert_snapshot!(sandbox.run(&["new", "release", "lamps-2"]), @r"
    exit code: 0
    ---- stdout
    Wrote `releases/lamps-2.yaml`
      build   2026-03-02 – 2026-03-11
      test    2026-03-13 – 2026-03-19
      manual  2026-03-17 – 2026-03-19
      deploy  2026-03-20 – 2026-03-20
      target  2026-03-20
    ---- stderr
    note: the target is 2026-03-20, the earliest that leaves time for the work and the notice; `--target` chooses another
    ");
    assert_snapshot!(sandbox.run(&["new", "release", "lamps-3", "--template", "major"]), @r"
    exit code: 0
    ---- stdout
    Wrote `releases/lamps-3.yaml`
      build   2026-03-09 – 2026-03-20
      test    2026-03-23 – 2026-03-27
      deploy  2026-03-30 – 2026-03-30
      target  2026-03-30
    ---- stderr
    note: the target is 2026-03-30, the earliest that leaves time for the work and the notice; `--target` chooses another
    ");
    assert_checks(&sandbox);
}

#[test]
fn what_a_type_demands_becomes_hints() {
    let sandbox = typed();
    sandbox.run(&["new", "release", "big-1", "--template", "major"]);
    assert_snapshot!(sandbox.read("releases/big-1.yaml"), @r"
    kind: release
    id: big-1
    type: major
    status: draft                     # draft | planned | in-progress | released | closed | cancelled
    # owner: PERSON                   # the release coordinator: a person or a team of relm.yaml
    announced: 2026-03-02
    target: 2026-03-30                # the promise to the business

    # What ships:
    # scope:
    #   - {project: PROJECT, version: 1.2.0}

    # Placed backwards from the target: the latest starts that keep it. What follows another phase moves with it.
    phases:
      - {id: build, start: 2026-03-09, duration: 10d}
      - {id: test, after: build, duration: 5d}
      - {id: deploy, after: test, duration: 1d}
      # `major` goes through test: book them in the phases with `environments: [ID]`.

    # Due on the last working day before the phase they guard, unless `due:` says otherwise.
    gates:
      - {id: test-exit}
      - {id: go-live}   # no template in relm.yaml: say its `criteria:` and what it `requires:`

    # What a `major` release also needs:
    # deployment:                     # a way back for every step that changes something
    #   steps:
    #     - {id: install, duration: 1h, backout: {duration: 30m, note: Put the previous version back}}
    # communications:                 # who is told what, when
    #   - {id: users, audience: Users, channel: email, at: target - 5d}
    # training:                       # who learns what, when
    #   - {id: users, audience: Users, at: target - 3d, duration: 1h}
    # support: {hypercare: 5d, owner: TEAM, handover: [{item: Run-book, done: false}]}
    # and with each entry of `scope:`, `artifacts: [{uri: PATH, sha256: HASH}]`, what exactly ships
    ");
    sandbox.run(&["new", "release", "fix-1", "--template", "emergency"]);
    assert!(sandbox.read("releases/fix-1.yaml").contains("risk_acceptor"));
    assert_checks(&sandbox);
    // What is commented out has the right form: nothing but names that do not exist is wrong with it.
    let text = sandbox.read("releases/big-1.yaml");
    let (before, hints) = text.split_once("also needs:\n").unwrap();
    let hints = hints.lines().filter(|line| !line.starts_with("# and")).map(|line| &line[2..]);
    let hints = hints.collect::<Vec<_>>().join("\n");
    let sandbox = typed().write("releases/big-1.yaml", &format!("{before}\n{hints}").replace("TEAM", "person"));
    assert!(sandbox.read("releases/big-1.yaml").contains("\nsupport: {"));
    assert_checks(&sandbox);
}

#[test]
fn a_target_that_is_too_near_is_said_and_written() {
    let sandbox = typed();
    assert_snapshot!(sandbox.run(&["new", "release", "rush-1", "--target", "2026-03-06"]), @r"
    exit code: 0
    ---- stdout
    Wrote `releases/rush-1.yaml`
      build   2026-02-16 – 2026-02-25
      test    2026-02-27 – 2026-03-05
      manual  2026-03-03 – 2026-03-05
      deploy  2026-03-06 – 2026-03-06
      target  2026-03-06
    ---- stderr
    warning: for 2026-03-06 the work must have begun on 2026-02-16, 14 days ago; begun today it ends on 2026-03-20
    warning: `minor` asks for notice until 2026-03-16, 10 days after the target
    ");
    let run = sandbox.run(&["check"]);
    assert!(run.stdout.contains("insufficient-notice"), "{run}");
    assert_eq!(sandbox.run(&["new", "release", "rush-2", "--target", "2026-02-30"]).code, Some(2));
}

#[test]
fn other_kinds_are_short() {
    let sandbox = typed();
    assert_snapshot!(sandbox.run(&["new", "project", "lamps"]), @r"
    exit code: 0
    ---- stdout
    Wrote `projects/lamps.yaml`
    ");
    assert_snapshot!(sandbox.read("projects/lamps.yaml"), @r#"
    kind: project
    id: lamps
    # name: What people call it
    # owner: PERSON                   # a person or a team; who answers for it
    # tier: 2                         # 1 most critical … 4
    # depends_on:                     # what it needs; `version` must hold for what ships with it or is live beside it
    #   - {project: OTHER, version: ">=1.2, <2"}
    "#);
    // Environments live in `places/`, and the id says the stage.
    assert_eq!(sandbox.run(&["new", "environment", "test-2"]).code, Some(0));
    assert_snapshot!(sandbox.read("places/test-2.yaml"), @r#"
    kind: environment
    id: test-2
    stage: test
    # owner: PERSON                   # a person or a team; who keeps it running
    # capacity: 1                     # how many releases can use it at once
    # projects: [PROJECT]             # what it hosts; absent = all
    # windows:                        # when deployments are allowed; none = always
    #   - {name: Evenings, rrule: "FREQ=WEEKLY;BYDAY=TU,TH", start: 2026-01-06T20:00, duration: 4h}
    "#);
    sandbox.run(&["new", "environment", "spare", "--template", "prod"]);
    assert!(sandbox.read("places/spare.yaml").contains("\nstage: prod\n"));
    sandbox.run(&["new", "change", "RFC-7", "--template", "standard"]);
    assert_snapshot!(sandbox.read("changes/RFC-7.yaml"), @r"
    kind: change
    id: RFC-7
    type: standard
    status: draft                     # draft | submitted | approved | rejected | implemented | closed
    project: lamps
    # owner: PERSON                   # a person or a team; who answers for it
    # release: RELEASE                # what carries it; name the change in `changes:` of that release's scope too
    # window: {start: 2026-01-10T20:00, end: 2026-01-10T23:00}
    # approvals: [{role: ROLE, by: PERSON, at: 2026-01-05, decision: approved}]
    ");
    assert_checks(&sandbox);
}

#[test]
fn new_files_stand_where_their_siblings_do() {
    let sandbox = Sandbox::portfolio()
        .write("plans/2026/a.yaml", "kind: release\nid: a\ntype: minor\n")
        .write("plans/2026/b.yaml", "kind: release\nid: b\ntype: minor\n");
    let run = sandbox.run(&["new", "release", "c", "--target", "2026-06-01", "--format", "json"]);
    let view: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(view["file"], "plans/2026/c.yaml");
    assert_eq!(view["target"], "2026-06-01");
    assert_eq!(view["phases"][2]["end"], "2026-06-01");
    // From any folder of the portfolio.
    assert_eq!(sandbox.run_in("plans", &["new", "release", "d"]).code, Some(0));
    assert!(sandbox.files().contains(&"plans/2026/d.yaml".to_owned()));
}

#[test]
fn editors_are_told_the_schema_and_owners_are_known() {
    let sandbox = Sandbox::empty().init_git();
    sandbox.run(&["init"]);
    let mut config = sandbox.git().config().unwrap();
    config.set_str("user.name", "Ada").unwrap();
    config.set_str("user.email", "ADA@example.com").unwrap();
    sandbox.run(&["new", "release", "web-shop-2.5", "--target", "2026-06-04"]);
    let text = sandbox.read("releases/web-shop-2.5.yaml");
    assert!(
        text.starts_with("# yaml-language-server: $schema=../.relm/schema/release.json\nkind: release\n"),
        "{text}"
    );
    assert!(text.contains("\nowner: ada\n"), "{text}");
    assert_checks(&sandbox);
}

#[test]
fn ids_that_read_as_something_else_stay_ids() {
    let sandbox = typed();
    for id in ["null", "no", "1.10", "0x10"] {
        assert_eq!(sandbox.run(&["new", "release", id, "--target", "2026-06-04"]).code, Some(0), "{id}");
        assert_eq!(sandbox.run(&["plan", id]).code, Some(0), "{id}");
    }
    assert_checks(&sandbox);
}

#[test]
fn nothing_is_overwritten() {
    let sandbox = Sandbox::portfolio().write("releases/taken.yaml", "kind: release\nid: other\ntype: minor\n");
    assert_snapshot!(sandbox.run(&["new", "release", "Lantern-1"]), @r"
    exit code: 2
    ---- stderr
    error: there is a release `lantern-1` already, in releases/lantern.yaml:2
    hint: choose another id; case alone makes no difference
    ");
    assert_snapshot!(sandbox.run(&["new", "release", "taken"]), @r"
    exit code: 2
    ---- stderr
    error: there is a file `releases/taken.yaml` already; nothing was written
    ");
    assert_eq!(sandbox.read("releases/taken.yaml"), "kind: release\nid: other\ntype: minor\n");
}

#[test]
fn wrong_usage_names_what_is_near() {
    let sandbox = typed();
    assert_snapshot!(sandbox.run(&["new", "release", "x", "--template", "mnior"]), @r"
    exit code: 2
    ---- stderr
    error: no release type `mnior`
    hint: did you mean `minor`?
    ");
    assert_snapshot!(sandbox.run(&["new", "environment", "x", "--template", "live"]), @r"
    exit code: 2
    ---- stderr
    error: no stage `live`
    hint: known stages: dev, test, prod
    ");
    assert_snapshot!(sandbox.run(&["new", "release", "../x"]), @r"
    exit code: 2
    ---- stderr
    error: `../x` is not an id
    hint: an id begins with a letter or digit and goes on with letters, digits, `.`, `_`, `-`
    ");
    assert_snapshot!(sandbox.run(&["new", "project", "x", "--target", "2026-06-04"]), @r"
    exit code: 2
    ---- stderr
    error: a project has no target
    hint: leave `--target` out
    ");
    for arguments in [
        &["new", "relase", "x"][..],
        &["new", "release"],
        &["new", "change", "x", "--template", "hasty"],
        &["new", "project", "x", "--template", "web"],
        &["new", "release", "x", "--at", "HEAD"],
    ] {
        assert_eq!(sandbox.run(arguments).code, Some(2), "{arguments:?}");
    }
    assert_eq!(sandbox.files(), ["places/all.yaml", "relm.yaml"]);
}

#[test]
fn phases_in_circles_are_refused() {
    let circles = "  minor: {phases: [{id: a, after: b, duration: 1d}, {id: b, after: a, duration: 1d}]}\n";
    let sandbox =
        Sandbox::empty().write("relm.yaml", &format!("kind: portfolio\nstages: [prod]\nrelease_types:\n{circles}"));
    assert_snapshot!(sandbox.run(&["new", "release", "x"]), @r"
    exit code: 2
    ---- stderr
    error: the phases of the type `minor` wait for each other
    hint: mend `release_types:` in relm.yaml
    ");
}
