//! Judges manifests given as text, for tests of rules.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::fs;
use std::path::Path;

use super::{Context, run};
use crate::analysis::schedule::Schedule;
use crate::diagnostic::Finding;
use crate::git::testing::{By, TestRepo, key};
use crate::graph::Graph;
use crate::load::facts::{Wants, gather};
use crate::load::source::Source;
use crate::load::{Loaded, load};
use crate::model::facts::{Facts, History, Signature};
use crate::time::Clock;
use crate::time::when::When;

const PORTFOLIO: &str = "kind: portfolio\nstages: [dev, test, prod]\n";
const TODAY: &str = "2026-11-16";

/// A portfolio from a text.
pub struct World {
    pub loaded: Loaded,
    pub facts: Facts,
}

/// Writes documents to a folder, the first `kind: portfolio` as `relm.yaml` and the others together, and loads them. Text
/// without a portfolio gets one with the stages dev, test and prod. A line `# file: PATH` begins another file, which holds the
/// lines after it that begin with `# `, without that.
///
/// A line `# commit by carol@example.com` ends a version: all documents since the last such line are committed by her, an
/// hour after the version before. It may go on `, committed by bob@example.com` and `, signed`, with a key that is made from
/// the committer's address. What follows the last such line stands in the work tree; nothing there leaves it as committed.
/// Without any such line there is no repository.
pub fn world(text: &str) -> World {
    let mut repo = None;
    let plain = tempfile::tempdir().unwrap();
    let mut root = plain.path().canonicalize().unwrap();
    let mut version = String::new();
    for line in text.lines() {
        let Some(words) = line.strip_prefix("# commit by ") else {
            version.push_str(line);
            version.push('\n');
            continue;
        };
        let repo = repo.get_or_insert_with(TestRepo::new);
        root = repo.path();
        let paths = write_documents(&root, &version);
        let mut builder = git2::build::TreeUpdateBuilder::new();
        for path in paths {
            let blob = repo.git.blob_path(&root.join(&path)).unwrap();
            builder.upsert(path, blob, git2::FileMode::Blob);
        }
        let empty = repo.git.find_tree(repo.git.treebuilder(None).unwrap().write().unwrap()).unwrap();
        let tree = builder.create_updated(&repo.git, &empty).unwrap();
        drop(empty);
        repo.commit_tree_as(tree, &by(words));
        version.clear();
    }
    if repo.is_none() || version.lines().any(|line| !line.trim().is_empty() && !line.starts_with('#')) {
        write_documents(&root, &version);
    }
    let source = Source::work_tree(root).0;
    let loaded = load(&source, &|_, _| {}).unwrap();
    let facts = gather(&source, &loaded, Wants::to_judge(&loaded.portfolio));
    World { loaded, facts }
}

/// The files that documents are written to; no others remain.
fn write_documents(root: &Path, text: &str) -> Vec<String> {
    let mut settings = None;
    let mut others = Vec::new();
    for document in text.split("\n---\n").filter(|document| !document.trim().is_empty()) {
        let is_settings = document.lines().any(|line| line.starts_with("kind: portfolio"));
        if is_settings && settings.is_none() {
            settings = Some(format!("{document}\n"));
        } else {
            others.push(document);
        }
    }
    fs::write(root.join("relm.yaml"), settings.as_deref().unwrap_or(PORTFOLIO)).unwrap();
    let mut paths = vec!["relm.yaml".to_owned()];
    _ = fs::remove_file(root.join("manifests.yaml"));
    if !others.is_empty() {
        fs::write(root.join("manifests.yaml"), format!("{}\n", others.join("\n---\n"))).unwrap();
        paths.push("manifests.yaml".to_owned());
    }
    for (path, content) in files(text) {
        let full = root.join(path);
        fs::create_dir_all(full.parent().unwrap()).unwrap();
        fs::write(full, content).unwrap();
        paths.push(path.to_owned());
    }
    paths
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

/// Reads what follows `# commit by `.
fn by(words: &str) -> By<'_> {
    let mut words = words.split(", ").map(str::trim);
    let mut by = By::author(words.next().unwrap());
    for word in words {
        match word.strip_prefix("committed by ") {
            Some(committer) => by.committer = Some(committer),
            None if word == "signed" => by.key = Some(by.committer.unwrap_or(by.author)),
            None => panic!("`{word}`: write `, committed by ADDRESS` or `, signed`"),
        }
    }
    by
}

/// Everything the rules find in these documents; a first line `# today: 2026-11-16` says what day it is.
pub fn findings(text: &str) -> Vec<Finding> {
    let World { loaded: Loaded { portfolio, findings, .. }, facts } = world(text);
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

#[test]
fn versions_of_a_text_are_commits() {
    let release = |approvals: &str| {
        format!(
            "kind: release\nid: r\ntype: minor\ngates: [{{id: go, approvals: [{approvals}]}}]\n---\n\
             kind: portfolio\nstages: [prod]\npeople: [{{id: carol, emails: [carol@example.com]}}]\n\
             approvals: {{provenance: author}}\n"
        )
    };
    let entry = "{role: tester, by: carol}";
    let text = |rest: &str| {
        let (before, after) = (release(""), release(entry));
        format!(
            "# today: 2026-02-01\n{before}# commit by bob@example.com\n{after}\
             # commit by carol@example.com, committed by bot@example.com, signed\n{rest}"
        )
    };
    let facts = |text: &str| {
        let World { loaded, facts } = world(text);
        assert!(loaded.portfolio.releases.get("r").is_some());
        facts.provenance.unwrap().approvals.into_values().next().unwrap()
    };
    let commit = facts(&text("")).introduction.unwrap().commit;
    assert_eq!(commit.author.person.as_deref(), Some("carol"));
    assert_eq!((commit.committer.email.as_str(), commit.subject.as_str()), ("bot@example.com", "Commit 2"));
    let fingerprint = key("bot@example.com").fingerprint(ssh_key::HashAlg::Sha256).to_string();
    let valid = Signature::Valid { fingerprint, people: Vec::new() };
    assert_eq!(commit.signature, valid);
    assert_eq!(facts(&text(&release("{role: other, by: carol}"))).introduction, None);
    let outside = world(&release(entry)).facts.provenance.unwrap();
    assert_eq!((outside.history, outside.approvals.len()), (History::OutsideGit, 0));
}

#[test]
fn print_key() {
    eprintln!("KEYIS {}", key("carol@example.com").fingerprint(ssh_key::HashAlg::Sha256));
}
