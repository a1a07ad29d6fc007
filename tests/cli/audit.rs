//! `relm audit`.

use insta::assert_snapshot;
use serde_json::Value;

use crate::history::{By, History};

const ANN: &str = "ann@example.com";
const BOB: &str = "bob@example.com";

const SETTINGS: &str = "\
kind: portfolio
name: Harbour
stages: [quay]
roles: [harbour-master]
people:
  - {id: ann, emails: [ann@example.com], roles: [harbour-master]}
  - {id: bob, emails: [bob@example.com]}
freezes:
  - {id: regatta, from: 2026-04-01, to: 2026-04-05, except: []}
";

const RELEASE: &str = "\
kind: release
id: ferry-1
type: minor
status: planned
target: 2026-04-10
phases:
  - {id: launch, start: 2026-04-10, duration: 1d}
gates:
  - id: go-live
    criteria: [{id: hull, status: unmet}, {id: radio}]
    requires: [{role: harbour-master}]
    approvals: []
";

/// A release with a life behind it: refused, moved, met, waived, approved, let out of a freeze.
fn harbour() -> History {
    let mut history = History::new();
    history.write("relm.yaml", SETTINGS).write("ferry.yaml", RELEASE).commit(By::author(BOB));
    let refused = RELEASE.replace(
        "approvals: []",
        "approvals:\n      - {role: harbour-master, by: ann, decision: rejected, note: leaks}",
    );
    history.write("ferry.yaml", &refused).commit(By::author(ANN));
    let moved = refused.replace("2026-04-10", "2026-04-17").replace("status: unmet", "status: met");
    history.write("ferry.yaml", &moved).commit(By::author(BOB));
    let waived = moved.replace("{id: radio}", "{id: radio, status: waived, waiver: {by: ann, reason: Lake only}}");
    let approved = waived.replace(", decision: rejected, note: leaks", "");
    history.write("ferry.yaml", &approved).commit(By::author("forger@example.com"));
    let settings = SETTINGS.replace("except: []", "except: [{release: ferry-1, reason: Mail, approved_by: ann}]");
    let allowed = approved.replace("  - {id: launch", "  # relm: allow no-slack — the tide\n  - {id: launch");
    history.write("relm.yaml", &settings).write("ferry.yaml", &allowed).commit(By::author(ANN));
    history
}

#[test]
fn everything_that_decided_with_whoever_wrote_it() {
    let history = harbour();
    let run = history.run(&["audit"]);
    assert_eq!(run.code, Some(0), "{run}");
    assert_snapshot!(run);
    assert_snapshot!("audit_in_140_columns", history.run_with(&[("COLUMNS", "140")], &["audit"]));
    assert_snapshot!("audit_as_markdown", history.run(&["audit", "--format", "markdown"]));
    assert_snapshot!("audit_as_csv", history.run(&["audit", "--format", "csv"]));
}

#[test]
fn it_lists_what_is_asked_for() {
    let history = harbour();
    let actions = |arguments: &[&str]| {
        let run = history.run(&[&["audit", "--format", "json"], arguments].concat());
        let view: Value = serde_json::from_str(&run.stdout).unwrap_or_else(|_| panic!("{run}"));
        let entries = view["entries"].as_array().unwrap().iter();
        entries.map(|entry| entry["action"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(actions(&["--since", "HEAD~1"]), ["allowed", "excepted"]);
    assert_eq!(actions(&["--release", "ferry-*", "--since", "HEAD~1"]), [""; 0]);
    assert_eq!(actions(&["--only", "moved"]), ["moved", "moved"]);
    assert_eq!(actions(&["--since", "2026-01-01T04:30:00+00:00"]), ["allowed", "excepted"]);
    assert_eq!(actions(&["--since", "2026-01-02"]), [""; 0]);
    assert_eq!(actions(&["--at", "HEAD~3"]), ["rejected"]);
    assert_eq!(history.run(&["audit", "--since", "nowhere"]).code, Some(2));
    assert_eq!(history.run(&["audit", "--only", "guessed"]).code, Some(2));
}

#[test]
fn what_is_not_committed_comes_first_and_moved_files_are_no_change() {
    let mut history = harbour();
    let text = history.sandbox().read("ferry.yaml");
    history.remove("ferry.yaml");
    history.write("releases/ferry.yaml", &format!("# moved\n{text}")).commit(By::author(BOB));
    let entries = history.run(&["audit", "--since", "HEAD~1", "--release", "ferry-1"]);
    assert!(entries.stdout.contains("nothing to list"), "{entries}");
    history.write_only("releases/ferry.yaml", &text.replace("target: 2026-04-17", "target: 2026-04-20"));
    assert_snapshot!(history.run(&["audit", "--since", "HEAD"]));
}

#[test]
fn outside_git_nobody_knows() {
    let history = harbour();
    history.forget();
    assert_snapshot!(history.run(&["audit"]));
}
