//! Runs the binary over real release data, where it is at hand: beside the checkout, or where `RELM_CORPORA` says.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod moves;

use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

/// The folder of the corpora, whether or not there is one.
fn corpora() -> PathBuf {
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/corpora");
    std::env::var_os("RELM_CORPORA").map_or(beside, PathBuf::from)
}

/// Every portfolio of the corpora, or none when there are no corpora.
fn portfolios() -> Vec<PathBuf> {
    let root = corpora();
    let mut found: Vec<PathBuf> = walkdir::WalkDir::new(&root)
        .max_depth(4)
        .into_iter()
        .filter_map(Result::ok)
        .filter(|entry| entry.file_name() == "relm.yaml")
        .filter_map(|entry| entry.path().parent().map(PathBuf::from))
        .collect();
    found.sort();
    if found.is_empty() {
        eprintln!("skipped: no corpora in {}", root.display());
    }
    found
}

fn json(portfolio: &PathBuf, arguments: &[&str]) -> Value {
    let output = Command::new(env!("CARGO_BIN_EXE_relm")).arg("-C").arg(portfolio).args(arguments).output().unwrap();
    let code = output.status.code();
    assert!(
        matches!(code, Some(0 | 1)),
        "{} {arguments:?}: {code:?} {}",
        portfolio.display(),
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn real_portfolios_are_read_whole_and_no_rule_floods() {
    for portfolio in portfolios() {
        let check = json(&portfolio, &["check", "--format", "json"]);
        let findings = check["findings"].as_array().unwrap();
        let documents = check["summary"]["documents"].as_u64().unwrap() as usize;
        for finding in findings {
            assert!(
                finding["start"]["line"].as_u64().unwrap() >= 1 && !finding["file"].as_str().unwrap().is_empty(),
                "{finding}"
            );
        }
        assert!(!findings.iter().any(|finding| finding["rule"] == "syntax"), "{} is readable", portfolio.display());
        assert!(findings.len() <= documents, "{portfolio:?}: {} findings in {documents} documents", findings.len());
    }
}

#[test]
fn real_portfolios_are_planned() {
    for portfolio in portfolios() {
        let plan = json(&portfolio, &["plan", "--format", "json"]);
        let releases = plan["releases"].as_array().unwrap();
        let dated = releases.iter().filter(|release| !release["planned"]["end"].is_null()).count();
        assert!(dated * 2 > releases.len(), "{portfolio:?}: {dated} of {} releases have dates", releases.len());
    }
}

#[test]
fn the_moves_of_a_real_history_agree_with_an_independent_computation() {
    let bundle = corpora().join("kubernetes-history.bundle");
    if !bundle.is_file() {
        eprintln!("skipped: there is no {}", bundle.display());
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let clone = Command::new("git").arg("clone").arg(&bundle).arg(folder.path().join("clone")).output();
    let Ok(clone) = clone else {
        eprintln!("skipped: there is no git program");
        return;
    };
    assert!(clone.status.success(), "{}", String::from_utf8_lossy(&clone.stderr));
    let clone = folder.path().join("clone");
    let root = walkdir::WalkDir::new(&clone).max_depth(3).sort_by_file_name().into_iter().filter_map(Result::ok);
    let root = root
        .filter(|entry| entry.file_name() == "relm.yaml")
        .find_map(|entry| entry.path().parent().map(PathBuf::from));
    let root = root.expect("the bundle holds a portfolio");
    let below = root.strip_prefix(&clone).unwrap().to_str().unwrap().to_owned();
    moves::compare(&clone, &["--folder", &below]);
    moves::compare(&clone, &["--folder", &below, "--first-parent"]);
    assert!(!json(&root, &["history", "--format", "json"])["totals"].as_array().unwrap().is_empty());
}
