//! Runs the binary over real release data, where it is at hand: beside the checkout, or where `RELM_CORPORA` says.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

/// Every portfolio of the corpora, or none when there are no corpora.
fn portfolios() -> Vec<PathBuf> {
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/corpora");
    let root = std::env::var_os("RELM_CORPORA").map_or(beside, PathBuf::from);
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
