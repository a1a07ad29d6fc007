//! `relm evidence`.

use std::path::Path;

use serde_json::Value;

use crate::history::{By, History};
use crate::sandbox::Run;

const SETTINGS: &str = "\
kind: portfolio
name: Harbour
timezone: Europe/Lisbon
stages: [test, quay]
roles: [harbour-master]
people:
  - {id: ann, name: Ann, emails: [ann@example.com], roles: [harbour-master]}
  - {id: bob, emails: [bob@example.com]}
  - {id: eve, emails: [eve@example.com]}
gate_templates:
  go-live: {criteria: [{id: green}], requires: [{role: harbour-master}]}
release_types:
  minor: {gates: [go-live]}
approvals: {provenance: author}
";

const MANIFESTS: &str = "\
kind: project
id: ticket
---
kind: environment
id: pier
stage: quay
---
# The ferry.
kind: release
id: ferry-1
type: minor
status: released
owner: bob
target: 2026-01-20
scope:
  - {project: ticket, version: 1.0.0, changes: [RFC-1], artifacts: [{uri: dml/ticket.bin}]}
phases: [{id: launch, start: 2026-01-20, duration: 1d, environments: [pier]}]
gates:
  - id: go-live
    criteria: [{id: green, check: {json: trials.json, path: rate, value: '>= 0.9'}}]
    approvals: [{role: harbour-master, by: ann, at: 2026-01-01}]
actual: {end: 2026-01-20}
---
kind: change
id: RFC-1
status: approved
approvals: [{role: harbour-master, by: ann, at: 2026-01-01}]
---
kind: deployments
entries:
  - {id: D-1, project: ticket, version: 1.0.0, environment: pier, release: ferry-1, at: 2026-01-20T10:00, result: succeeded}
  - {id: D-2, project: ticket, version: 0.9.0, environment: pier, at: 2026-01-10T10:00, result: succeeded}
---
kind: incidents
entries:
  - {id: INC-1, project: ticket, environment: pier, opened: 2026-01-21T10:00, caused_by: D-1}
";

fn harbour() -> History {
    let mut history = History::new();
    history.write("relm.yaml", SETTINGS).write("harbour.yaml", MANIFESTS).write("trials.json", "{\"rate\": 0.95}\n");
    history.write("dml/ticket.bin", "ticket").commit(By::author("ann@example.com"));
    history
}

fn evidence(history: &History, arguments: &[&str]) -> Run {
    history.run(&[&["evidence", "ferry-1"], arguments].concat())
}

fn read(run: &Run) -> Value {
    serde_json::from_str(&run.stdout).unwrap_or_else(|_| panic!("{run}"))
}

#[test]
fn the_document_holds_what_the_release_was_decided_on() {
    let run = evidence(&harbour(), &[]);
    let view = read(&run);
    assert_eq!((&view["schema"], &view["today"]), (&Value::from("relm.evidence/1"), &Value::from("2026-01-01")));
    assert_eq!(view["revision"]["dirty"], false);
    let release = &view["releases"][0];
    assert!(release["text"].as_str().unwrap().starts_with("kind: release\nid: ferry-1\n"), "{release}");
    let gate = &release["gates"][0];
    assert_eq!(gate["gate"]["state"], "passed", "{gate}");
    assert_eq!(gate["approvals"][0]["commit"]["id"], view["revision"]["commit"]);
    assert_eq!(gate["criteria"][0]["check"]["reports"][0]["sha256"].as_str().unwrap().len(), 64);
    assert_eq!(view["changes"][0]["id"], "RFC-1");
    let ids = |part: &str| view[part].as_array().unwrap().iter().map(|one| one["id"].clone()).collect::<Vec<_>>();
    assert_eq!((ids("deployments"), ids("incidents")), (vec!["D-1".into()], vec!["INC-1".into()]));
    let people: Vec<&str> =
        view["settings"]["people"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap()).collect();
    assert_eq!(people, ["ann", "bob"], "eve has nothing to do with it");
    assert_eq!(view["artifacts"][0]["bytes"], 6);
    let files: Vec<&str> = view["files"].as_array().unwrap().iter().map(|one| one["path"].as_str().unwrap()).collect();
    assert_eq!(files, ["harbour.yaml", "relm.yaml"]);
    insta::assert_snapshot!(serde_json::to_string_pretty(&view).unwrap());
}

#[test]
fn it_is_canonical_json() {
    let run = evidence(&harbour(), &[]);
    assert!(run.stdout.ends_with("}\n") && run.stdout.matches('\n').count() == 1);
    let mut sorted = read(&run);
    sorted.sort_all_objects();
    assert_eq!(run.stdout, format!("{sorted}\n"));
}

#[test]
fn the_same_commit_gives_the_same_bytes_everywhere() {
    let history = harbour();
    let first = evidence(&history, &[]);
    let origin = history.sandbox().path();
    let folder = tempfile::tempdir().unwrap();
    let clone = folder.path().join("some/other place");
    git2::Repository::clone(origin.to_str().unwrap(), &clone).unwrap();
    let elsewhere = |folder: &Path, variables: &[(&str, &str)], arguments: &[&str]| {
        let mut command = history.sandbox().command(&[&["evidence", "ferry-1"], arguments].concat());
        let output = command.current_dir(folder).envs(variables.iter().copied()).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    };
    let expected = first.stdout.as_bytes();
    assert_eq!(elsewhere(&clone, &[], &[]), expected, "another clone");
    assert_eq!(elsewhere(&clone, &[("TZ", "America/Lima")], &[]), expected, "another time zone");
    assert_eq!(elsewhere(&clone, &[("RELM_TODAY", "2031-05-05")], &[]), expected, "another day");
    assert_eq!(elsewhere(&clone, &[], &["--at", "HEAD"]), expected, "named");
    assert_eq!(elsewhere(&clone, &[], &["--format", "json"]), expected, "asked for");
    // Line ends of a checkout are not those of the commit.
    let text = std::fs::read_to_string(clone.join("harbour.yaml")).unwrap();
    std::fs::write(clone.join("harbour.yaml"), text.replace('\n', "\r\n")).unwrap();
    assert_eq!(elsewhere(&clone, &[], &["--at", "HEAD"]), expected, "changed on disk");
    let told = elsewhere(&clone, &[], &["--at", "HEAD", "--today", "2026-06-01"]);
    let told: Value = serde_json::from_slice(&told).unwrap();
    assert_eq!(told["today"], "2026-06-01");
}

#[test]
fn what_is_not_committed_is_refused_unless_allowed() {
    let history = harbour();
    history.write_only("harbour.yaml", &MANIFESTS.replace("status: released", "status: closed"));
    let run = evidence(&history, &[]);
    assert_eq!(run.code, Some(2), "{run}");
    insta::assert_snapshot!(run);
    let view = read(&evidence(&history, &["--allow-dirty"]));
    assert_eq!(view["revision"]["dirty"], true);
    assert_eq!(view["releases"][0]["readiness"]["status"], "closed");
    let view = read(&evidence(&history, &["--at", "HEAD"]));
    assert_eq!(
        (&view["revision"]["dirty"], &view["releases"][0]["readiness"]["status"]),
        (&false.into(), &"released".into())
    );
}

#[test]
fn the_document_itself_makes_nothing_dirty() {
    let history = harbour();
    for _ in 0..2 {
        let run = evidence(&history, &["-o", "audit.json"]);
        assert_eq!((run.code, &*run.stdout), (Some(0), ""), "{run}");
    }
    assert_eq!(history.sandbox().read("audit.json"), evidence(&history, &["--at", "HEAD"]).stdout);
    assert_eq!(evidence(&history, &["-o", "other.json"]).code, Some(2), "the other one is no part of the commit");
}

#[test]
fn outside_git_there_is_nothing_to_refer_to() {
    let history = harbour();
    history.forget();
    assert_eq!(evidence(&history, &[]).code, Some(2));
    let view = read(&evidence(&history, &["--allow-dirty"]));
    assert_eq!((&view["revision"]["commit"], &view["history"]), (&Value::Null, &Value::from("outside-git")));
    assert_eq!(history.run(&["evidence", "ferry-9"]).code, Some(2));
}
