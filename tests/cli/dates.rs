//! `relm history`.

use insta::assert_snapshot;
use serde_json::Value;

use crate::history::{By, History};

const ANN: &str = "ann@example.com";
const BOB: &str = "bob@example.com";

const SETTINGS: &str = "\
kind: portfolio
name: Harbour
stages: [quay]
people:
  - {id: ann, emails: [ann@example.com]}
  - {id: bob, emails: [bob@example.com]}
";

const FERRY: &str = "\
kind: release
id: ferry-1
name: Night ferry
type: minor
status: planned
target: 2026-04-10
scope:
  - {project: hull, version: 1.0.0}
phases:
  - {id: fit-out, start: 2026-03-02, end: 2026-03-20}
  - {id: launch, start: 2026-04-10, duration: 1d}
milestones:
  - {id: tank-test, date: 2026-03-27}
";

const TUG: &str = "kind: release\nid: tug-2\ntype: minor\ntarget: 2026-05-01\n";

fn json(history: &History, arguments: &[&str]) -> Value {
    let run = history.run(&[&["history", "--format", "json"], arguments].concat());
    serde_json::from_str(&run.stdout).unwrap_or_else(|_| panic!("{run}"))
}

/// Release, subject, field, before, after and days of every move.
fn moves(view: &Value) -> Vec<String> {
    let list = view["moves"].as_array().unwrap().iter();
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let keys = ["release", "subject", "field", "before", "after", "days"];
    list.map(|one| keys.map(|key| text(&one[key])).join(" ")).collect()
}

/// Moves that count.
fn counted(view: &Value) -> Vec<String> {
    moves(view).into_iter().filter(|one| !one.ends_with(" null")).collect()
}

/// A release with a life: moved twice, its scope grown, a date that came and one that went, its file renamed.
fn harbour() -> History {
    let mut history = History::new();
    history.write("relm.yaml", SETTINGS).write("ferry.yaml", FERRY).write("tug.yaml", TUG).commit(By::author(BOB));
    let later = FERRY.replace("2026-04-10", "2026-04-17").replace("status: planned", "status: in-progress");
    history.write("ferry.yaml", &later).commit(By::author(ANN));
    let grown = later.replace("version: 1.0.0}", "version: 1.1.0}\n  - {project: radio, version: 0.9}");
    let grown = grown.replace(
        "  - {id: tank-test, date: 2026-03-27}\n",
        "  - {id: tank-test, date: 2026-03-25}\n  - {id: sea-trial, date: 2026-04-01}\n",
    );
    history.write("ferry.yaml", &grown).commit(By::author(BOB));
    history.remove("ferry.yaml");
    history.write("releases/ferry.yaml", &format!("# moved\n{grown}")).commit(By::author(BOB));
    let last = grown
        .replace("target: 2026-04-17", "target: 2026-04-15")
        .replace("  - {id: sea-trial, date: 2026-04-01}\n", "");
    history.write("releases/ferry.yaml", &last).commit(By::author(ANN));
    history
}

#[test]
fn every_move_with_whoever_made_it() {
    let history = harbour();
    let run = history.run(&["history"]);
    assert_eq!(run.code, Some(0), "{run}");
    assert_snapshot!(run);
    assert_snapshot!("history_in_140_columns", history.run_with(&[("COLUMNS", "140")], &["history", "ferry-1"]));
    assert_snapshot!("history_as_csv", history.run(&["history", "--format", "csv"]));
    assert_snapshot!("history_of_a_release_that_never_moved", history.run(&["history", "tug-2"]));
}
