//! `relm gate list` and `relm gate show`.

use insta::assert_snapshot;
use serde_json::Value;

use crate::sandbox::Sandbox;

const ROOT: &str = "\
kind: portfolio
name: Harbour
stages: [test, quay]
roles: [harbour-master, tester]
people:
  - {id: ann, roles: [harbour-master, tester]}
  - {id: bob, roles: [tester]}
gate_templates:
  sea-trial:
    description: Nobody sails what has not been sailed.
    criteria: [{id: hull, name: Hull is dry}, {id: engine, name: Engine runs}]
    requires: [{role: tester, count: 2}]
  blessing: {before: first, requires: [{role: harbour-master}]}
release_types:
  minor: {gates: [sea-trial]}
risk_levels:
  high: {gates: [blessing]}
approvals: {separation_of_duties: true}
";

const RELEASES: &str = "\
kind: environment
id: basin
stage: test
---
kind: environment
id: pier
stage: quay
---
kind: release
id: fleet
type: free
status: planned
target: 2026-05-29
phases: [{id: parade, start: 2026-05-29, duration: 1d, environments: [pier]}]
gates: [{id: flags, criteria: [{id: sewn, status: met}]}]
---
kind: release
id: ferry-1
type: minor
status: planned
part_of: fleet
owner: bob
target: 2026-04-10
risk: {impact: high, complexity: high}
phases:
  - {id: fit-out, start: 2026-03-16, duration: 5d, environments: [basin]}
  - {id: launch, start: 2026-04-10, duration: 1d, environments: [pier]}
gates:
  - id: sea-trial
    name: Trial at sea
    submitted: 2026-02-20
    criteria:
      - {id: hull, status: met, evidence: trials/hull.md}
      - {id: radio, name: Radio licence, status: waived, waiver: {by: ann, reason: Lake only, expires: 2026-03-31}}
      - {id: engine, check: {junit: 'trials/*.xml', pass_rate: '>= 0.9'}}
    approvals:
      - {role: tester, by: ann, at: 2026-02-23, decision: rejected, note: She leaks}
      - {role: tester, by: ann, at: 2026-02-27}
      - {role: tester, by: bob, at: 2026-02-27}
---
kind: release
id: tug-2
type: free
status: planned
part_of: fleet
target: 2026-03-06
phases: [{id: launch, start: 2026-03-06, duration: 1d, environments: [pier]}]
gates:
  - {id: paint, due: 2026-02-27, criteria: [{id: dry}]}
  - {id: crew, due: 2026-03-05, requires: [{role: tester}], approvals: [{role: tester, by: bob, decision: rejected}]}
---
kind: release
id: barge-0
type: free
status: released
target: 2026-01-30
actual: {end: 2026-01-30}
phases: [{id: launch, start: 2026-01-30, duration: 1d, environments: [pier]}]
gates: [{id: paint, criteria: [{id: dry, status: met}]}]
";

const TRIALS: &str = "<testsuite><testcase name='starts'/><testcase name='stops'><failure/></testcase></testsuite>";

fn harbour() -> Sandbox {
    let sandbox = Sandbox::empty().write("relm.yaml", &ROOT.replace("minor:", "free: {}\n  minor:"));
    sandbox.write("harbour.yaml", RELEASES).write("trials/hull.md", "Dry.\n").write("trials/engine.xml", TRIALS)
}

#[test]
fn the_board_has_the_worst_first_and_the_readiness_of_composites() {
    let sandbox = harbour();
    assert_snapshot!(sandbox.run(&["gate", "list"]));
    assert_snapshot!("the_board_in_140_columns", sandbox.run_with(&[("COLUMNS", "140")], &["gate", "list"]));
    assert_snapshot!("the_board_as_markdown", sandbox.run(&["gate", "list", "--format", "markdown"]));
    assert!(sandbox.run(&["gate", "list", "--color", "always"]).stdout.contains("\u{1b}[1;31moverdue\u{1b}[0m"));
}

#[test]
fn the_board_shows_what_is_asked_for() {
    let sandbox = harbour();
    let ids = |arguments: &[&str]| {
        let run = sandbox.run(&[&["gate", "list", "--format", "json"], arguments].concat());
        let view: Value = serde_json::from_str(&run.stdout).unwrap_or_else(|_| panic!("{run}"));
        let gates = view["gates"].as_array().unwrap().clone();
        let id = |gate: &Value| format!("{}/{}", gate["release"].as_str().unwrap(), gate["id"].as_str().unwrap());
        gates.iter().map(id).collect::<Vec<_>>()
    };
    assert_eq!(ids(&["--state", "overdue", "--state", "rejected"]), ["tug-2/paint", "tug-2/crew"]);
    assert_eq!(ids(&["barge-*"]), ["barge-0/paint"]);
    assert_eq!(ids(&["--owner", "bob"]), ["ferry-1/blessing", "ferry-1/sea-trial"]);
    assert!(!sandbox.run(&["gate", "list"]).stdout.contains("barge-0"));
    assert!(sandbox.run(&["gate", "list", "--all"]).stdout.contains("barge-0"));
    assert!(sandbox.run(&["gate", "list", "barge-0"]).stdout.contains("barge-0/paint"));
    assert_eq!(sandbox.run(&["gate", "list", "barge-9"]).code, Some(2));
    assert_eq!(sandbox.run(&["gate", "list", "--state", "open"]).code, Some(2));
}

#[test]
fn the_board_for_programs() {
    let sandbox = harbour();
    let run = sandbox.run(&["gate", "list", "ferry-1", "--format", "json"]);
    let view: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(view["schema"], "relm.gate.list/1");
    let gate = view["gates"].as_array().unwrap().iter().find(|gate| gate["id"] == "sea-trial").unwrap();
    assert_eq!((&gate["state"], &gate["due"]), (&Value::from("pending"), &Value::from("2026-04-09")));
    assert_eq!(gate["approvals"][0]["decision"], "rejected");
    assert_eq!(gate["approvals"][0]["at"], "2026-02-23");
    assert_eq!(gate["approvals"][1]["provenance"], "unverifiable");
    assert_eq!(gate["approvals"][2]["counts"], false, "bob owns it");
    assert_eq!(gate["first_pass"], false);
    assert_eq!(gate["demanded_by"][0]["source"]["file"], "relm.yaml");
    assert_eq!(gate["missing"].as_array().unwrap().len(), 3, "{gate}");
}

#[test]
fn one_gate_with_everything_about_it() {
    let sandbox = harbour();
    let run = sandbox.run(&["gate", "show", "ferry-1", "sea-trial"]);
    assert_snapshot!(run);
    assert_eq!(sandbox.run(&["gate", "show", "ferry-1/sea-trial"]).stdout, run.stdout);
    let wide = sandbox.run_with(&[("COLUMNS", "140")], &["gate", "show", "ferry-1/sea-trial"]);
    assert_snapshot!("one_gate_in_140_columns", wide);
    assert_snapshot!(
        "one_gate_as_markdown",
        sandbox.run(&["gate", "show", "ferry-1/sea-trial", "--format", "markdown"])
    );
    let json = sandbox.run(&["gate", "show", "ferry-1/sea-trial", "--format", "json"]);
    let view: Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(view["attempts"][0]["result"], "rejected");
    assert_eq!(view["criteria"][2]["check"]["reports"][0]["path"], "trials/engine.xml");
    assert_eq!(view["required"][0]["holders"], serde_json::json!(["ann", "bob"]));
}

#[test]
fn a_gate_that_is_only_demanded_can_be_shown() {
    assert_snapshot!(harbour().run(&["gate", "show", "ferry-1", "blessing"]));
}

#[test]
fn gates_that_are_not_there_are_answered_with_those_that_are() {
    let sandbox = harbour();
    assert_snapshot!(sandbox.run(&["gate", "show", "ferry-1", "sea-trail"]));
    assert_snapshot!("a_release_alone", sandbox.run(&["gate", "show", "ferry-1"]));
    assert_eq!(sandbox.run(&["gate", "show", "ferry-9", "sea-trial"]).code, Some(2));
    assert_eq!(sandbox.run(&["gate"]).code, Some(2));
}
