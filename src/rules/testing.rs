//! Judges manifests given as text, for tests of rules.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::fs;

use super::{Context, run};
use crate::analysis::schedule::Schedule;
use crate::diagnostic::Finding;
use crate::graph::Graph;
use crate::load::facts::{self, Wants};
use crate::load::source::Source;
use crate::load::{Loaded, load};
use crate::model::facts::Facts;
use crate::time::Clock;
use crate::time::when::When;

const PORTFOLIO: &str = "kind: portfolio\nstages: [dev, test, prod]\n";
const TODAY: &str = "2026-11-16";

/// Writes documents to a folder, the first `kind: portfolio` as `relm.yaml` and the others together, and loads them with all
/// that it takes to judge them. Text without a portfolio gets one with the stages dev, test and prod. A line `# file: PATH`
/// begins another file, which holds the lines after it that begin with `# `, without that.
fn loaded(text: &str) -> (Loaded, Facts) {
    let mut settings = None;
    let mut others = Vec::new();
    for document in text.split("\n---\n") {
        let is_settings = document.lines().any(|line| line.starts_with("kind: portfolio"));
        if is_settings && settings.is_none() {
            settings = Some(format!("{document}\n"));
        } else {
            others.push(document);
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().canonicalize().unwrap();
    fs::write(root.join("relm.yaml"), settings.as_deref().unwrap_or(PORTFOLIO)).unwrap();
    if !others.is_empty() {
        fs::write(root.join("manifests.yaml"), format!("{}\n", others.join("\n---\n"))).unwrap();
    }
    for (path, content) in files(text) {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    let source = Source::work_tree(root).0;
    let loaded = load(&source, &|_, _| {}).unwrap();
    let facts = facts::gather(&source, &loaded, Wants::to_judge(&loaded.portfolio));
    (loaded, facts)
}

/// The other files of a text: path and content.
fn files(text: &str) -> Vec<(&str, String)> {
    let mut files: Vec<(&str, String)> = Vec::new();
    let mut is_open = false;
    for line in text.lines() {
        if let Some(path) = line.strip_prefix("# file: ") {
            files.push((path.trim(), String::new()));
            is_open = true;
        } else if let (true, Some(content), Some((_, file))) = (is_open, line.strip_prefix('#'), files.last_mut()) {
            file.push_str(content.strip_prefix(' ').unwrap_or(content));
            file.push('\n');
        } else {
            is_open = false;
        }
    }
    files
}

/// Everything the rules find in these documents; a first line `# today: 2026-11-16` says what day it is.
pub fn findings(text: &str) -> Vec<Finding> {
    let (Loaded { portfolio, findings, .. }, facts) = loaded(text);
    let first = text.lines().next().unwrap_or_default();
    let today = first.strip_prefix("# today:").map_or(TODAY, str::trim);
    let clock = Clock::at(When::parse(today).unwrap(), portfolio.zone);
    let graph = Graph::new(&portfolio);
    let schedule = Schedule::new(&portfolio, &graph, clock.today);
    let cx = Context::new(&portfolio, &graph, &schedule, &facts, &clock);
    run(&cx, &findings, &[]).findings
}

/// What one rule finds in these documents.
pub fn of(rule: &str, text: &str) -> Vec<Finding> {
    findings(text).into_iter().filter(|finding| finding.rule == rule).collect()
}

/// The messages of one rule's findings in these documents.
pub fn messages(rule: &str, text: &str) -> Vec<String> {
    of(rule, text).into_iter().map(|finding| finding.message).collect()
}
