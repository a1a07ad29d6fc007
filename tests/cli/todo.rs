//! `relm todo`.

use insta::assert_snapshot;

use crate::sandbox::Sandbox;

const ROOT: &str = "\
kind: portfolio
name: Lamp Works
stages: [test, prod]
roles: [chief]
teams: [{id: crew}]
people: [{id: erin, roles: [chief]}, {id: bo, team: crew, emails: [person@example.com]}]
gate_templates: {go-live: {before: production, requires: [{role: chief}]}}
";

const RELEASE: &str = "\
kind: release
id: lantern-2
type: minor
status: planned
owner: crew
target: 2026-03-20
phases:
  - {id: build, start: 2026-02-16, duration: 5d}
  - {id: test, after: build, duration: 4w, owner: erin}
gates: [{id: go-live, due: 2026-03-04}]
communications: [{id: users, audience: Shops 🏮, channel: mail, at: target - 3d, owner: bo}]
risk: {register: [{id: R1, name: The glass breaks on the way, status: open}]}
";

fn sandbox() -> Sandbox {
    Sandbox::empty().write("relm.yaml", ROOT).write("lantern.yaml", RELEASE)
}

#[test]
fn what_waits_is_listed_by_its_day() {
    let run = sandbox().run(&["todo", "--until", "2026-03-31"]);
    assert_eq!(run.code, Some(0), "{run}");
    assert_snapshot!("todo", run.stdout);
    assert_snapshot!("todo_markdown", sandbox().run(&["todo", "--format", "markdown"]).stdout);
}

#[test]
fn people_and_teams_see_what_waits_for_them() {
    let ask = |owner: &str, until: &str| {
        let run = sandbox().run(&["todo", "--owner", owner, "--until", until, "--format", "json"]);
        assert_eq!(run.code, Some(0), "{run}");
        let view: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
        let words = view["todo"].as_array().unwrap().iter().map(|duty| duty["what"].as_str().unwrap().to_owned());
        (words.collect::<Vec<_>>(), view["later"].as_u64().unwrap())
    };
    let lines = |words: &[&str]| words.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(ask("erin", "2026-12-31"), (lines(&["decide about gate go-live", "begin phase test"]), 0));
    assert_eq!(ask("crew", "2026-12-31"), (lines(&["begin phase build", "mitigate risk R1"]), 0));
    assert_eq!(ask("bo", "2026-03-16"), (Vec::new(), 1));
    let quiet = sandbox().run(&["todo", "--owner", "bo", "--until", "2026-03-16"]);
    assert_eq!(quiet.stdout, "Nothing waits for bo until Mon 16 Mar; 1 more after that: `--until DATE` shows\nthem.\n");
}

#[test]
fn an_unknown_owner_gets_the_nearest_name() {
    let run = sandbox().run(&["todo", "--owner", "crw"]);
    assert_eq!(run.code, Some(2), "{run}");
    assert!(run.stderr.contains("`crw`") && run.stderr.contains("crew"), "{run}");
    let run = sandbox().run(&["todo", "--until", "soon"]);
    assert_eq!(run.code, Some(2), "{run}");
}
