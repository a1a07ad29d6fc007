//! The examples hold what their comments promise, on the day that stands in their `.today`.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::Command;

use relm::rules::RULES;
use serde_json::Value;

fn folder(example: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("examples").join(example)
}

/// What a command answers for an example on its day.
fn relm(example: &str, arguments: &[&str]) -> Value {
    let day = std::fs::read_to_string(folder(example).join(".today")).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_relm"));
    command.args(arguments).args(["--format", "json", "--today", day.trim()]).current_dir(folder(example));
    serde_json::from_slice(&command.output().unwrap().stdout).unwrap()
}

fn findings(example: &str) -> Vec<Value> {
    relm(example, &["check"])["findings"].as_array().unwrap().clone()
}

fn texts<'v>(items: &'v [Value], key: &str) -> BTreeSet<&'v str> {
    items.iter().map(|item| item[key].as_str().unwrap()).collect()
}

#[test]
fn quickstart_and_northwind_have_no_findings() {
    for example in ["quickstart", "northwind"] {
        assert_eq!(findings(example), [] as [Value; 0], "{example}");
    }
}

#[test]
fn quickstart_is_short() {
    let releases = folder("quickstart").join("releases");
    for entry in std::fs::read_dir(releases).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        assert!(text.lines().count() <= 12, "a release in a dozen lines:\n{text}");
    }
}

#[test]
fn northwind_is_a_living_portfolio() {
    let plan = relm("northwind", &["plan", "--all"]);
    let releases = plan["releases"].as_array().unwrap();
    let phases: Vec<&Value> = releases.iter().flat_map(|release| release["phases"].as_array().unwrap()).collect();
    assert!(phases.iter().any(|phase| !phase["actual"]["end"].is_null()), "some phases are done");
    let behind = |phase: &&&Value| {
        let end = |key: &str| phase[key]["end"].as_str().map(str::to_owned);
        phase["actual"]["end"].is_null() && end("forecast") > end("planned")
    };
    assert!(phases.iter().filter(behind).count() > 3, "some run late and push what follows");
    let lateness = releases.iter().filter(|release| release["actual"]["end"].is_null());
    assert!(lateness.filter_map(|release| release["lateness_days"].as_i64()).all(|days| days <= 0), "no target breaks");
    let gates: Vec<Value> = releases.iter().flat_map(|release| release["gates"].as_array().unwrap().clone()).collect();
    assert!(texts(&gates, "state").is_superset(&BTreeSet::from(["passed", "pending", "rejected"])));
    let statuses = ["cancelled", "closed", "draft", "in-progress", "planned", "released"];
    assert_eq!(texts(releases, "status"), BTreeSet::from(statuses));
    assert_eq!(releases.iter().filter(|release| release["type"] == "enterprise").count(), 3);
}

#[test]
fn northwind_stays_small_enough_to_read() {
    let files = walkdir::WalkDir::new(folder("northwind")).into_iter().map(Result::unwrap);
    let bytes: u64 = files.filter(|file| file.file_type().is_file()).map(|file| file.metadata().unwrap().len()).sum();
    assert!(bytes < 400_000, "{bytes}");
}

#[test]
fn in_troubled_every_rule_speaks_and_every_file_has_its_trouble() {
    let findings = findings("troubled");
    let rules: BTreeSet<&str> = RULES.iter().map(|rule| rule.name).collect();
    assert_eq!(texts(&findings, "rule"), rules);
    let files: BTreeSet<String> = std::fs::read_dir(folder("troubled"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "yaml"))
        .map(|path| path.file_name().unwrap().to_str().unwrap().to_owned())
        .collect();
    assert_eq!(texts(&findings, "file"), files.iter().map(String::as_str).collect());
    // Each file begins by saying what is wrong.
    for file in files {
        assert!(std::fs::read_to_string(folder("troubled").join(&file)).unwrap().starts_with("# "), "{file}");
    }
}
