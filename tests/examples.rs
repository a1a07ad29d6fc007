//! The examples hold what their comments promise, on the day that stands in their `.today`.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use git2::{Repository, RepositoryInitOptions, Signature, Time};
use relm::rules::RULES;
use serde_json::Value;
use sha2::{Digest, Sha256};
use ssh_key::private::{Ed25519Keypair, KeypairData};
use ssh_key::{HashAlg, LineEnding, PrivateKey};

fn folder(example: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("examples").join(example)
}

/// What a command answers for an example on its day.
fn relm(example: &str, arguments: &[&str]) -> Value {
    relm_in(&folder(example), arguments)
}

/// The same where the example was copied to.
fn relm_in(folder: &Path, arguments: &[&str]) -> Value {
    let day = fs::read_to_string(folder.join(".today")).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_relm"));
    command.args(arguments).args(["--format", "json", "--today", day.trim()]).current_dir(folder);
    serde_json::from_slice(&command.output().unwrap().stdout).unwrap()
}

fn findings(folder: &Path) -> Vec<Value> {
    relm_in(folder, &["check"])["findings"].as_array().unwrap().clone()
}

/// The examples are not repositories of their own. This is a copy of `troubled` with the history that its comments tell of: who
/// committed what, and with whose signature.
fn troubled_with_its_history() -> tempfile::TempDir {
    const BY_IDA_UNSIGNED: &[&str] = &["without-her-seal.yaml"];
    const BY_OTTO: &[&str] =
        &["in-another-hand.yaml", "otto-plays-the-inspector.yaml", "moved-after-the-inspection.yaml"];
    const MOVED: &str = "moved-after-the-inspection.yaml";

    let copy = tempfile::tempdir().unwrap();
    let (from, to) = (folder("troubled"), copy.path());
    let entries =
        walkdir::WalkDir::new(&from).into_iter().map(Result::unwrap).filter(|entry| entry.file_type().is_file());
    let files: Vec<String> =
        entries.map(|entry| entry.path().strip_prefix(&from).unwrap().to_str().unwrap().replace('\\', "/")).collect();
    for file in &files {
        fs::create_dir_all(to.join(file).parent().unwrap()).unwrap();
        fs::copy(from.join(file), to.join(file)).unwrap();
    }
    let moved = fs::read_to_string(to.join(MOVED)).unwrap();
    let before = moved.replace("target: 2027-02-26", "target: 2027-02-19");
    assert_ne!(before, moved);

    let repo = Repository::init_opts(to, RepositoryInitOptions::new().external_template(false)).unwrap();
    let is_later = |file: &str| BY_IDA_UNSIGNED.contains(&file) || (BY_OTTO.contains(&file) && file != MOVED);
    let first: Vec<&str> = files.iter().map(String::as_str).filter(|file| !is_later(file)).collect();
    fs::write(to.join(MOVED), before).unwrap();
    commit(&repo, "ida", true, &first);
    commit(&repo, "ida", false, BY_IDA_UNSIGNED);
    fs::write(to.join(MOVED), moved).unwrap();
    commit(&repo, "otto", true, BY_OTTO);
    copy
}

/// Commits files as they stand, as a person of `troubled`, an hour after the last time.
fn commit(repo: &Repository, person: &str, is_signed: bool, files: &[&str]) {
    let mut index = repo.index().unwrap();
    for file in files {
        index.add_path(Path::new(file)).unwrap();
    }
    index.write().unwrap();
    let tree = repo.find_tree(index.write_tree().unwrap()).unwrap();
    let parent = repo.head().ok().map(|head| head.peel_to_commit().unwrap());
    let seconds = parent.as_ref().map_or(1_794_586_400, |parent| parent.time().seconds() + 3600);
    let who = Signature::new(person, &format!("{person}@example.com"), &Time::new(seconds, 0)).unwrap();
    let content = repo.commit_create_buffer(&who, &who, "Work", &tree, &Vec::from_iter(&parent)).unwrap();
    let content = content.as_str().unwrap();
    let signature = || {
        let signature = key(person).sign("git", HashAlg::Sha512, content.as_bytes()).unwrap();
        signature.to_pem(LineEnding::LF).unwrap()
    };
    let id = if is_signed {
        repo.commit_signed(content, &signature(), None).unwrap()
    } else {
        repo.commit(None, &who, &who, "Work", &tree, &Vec::from_iter(&parent)).unwrap()
    };
    let head = repo.find_reference("HEAD").unwrap();
    let branch = head.symbolic_target().unwrap().unwrap();
    repo.reference(branch, id, true, "work").unwrap();
}

/// The key of a person of `troubled`, the same every time.
fn key(person: &str) -> PrivateKey {
    let seed: [u8; 32] = Sha256::digest(person).into();
    PrivateKey::new(KeypairData::Ed25519(Ed25519Keypair::from_seed(&seed)), "made for an example").unwrap()
}

fn texts<'v>(items: &'v [Value], key: &str) -> BTreeSet<&'v str> {
    items.iter().map(|item| item[key].as_str().unwrap()).collect()
}

#[test]
fn quickstart_and_northwind_have_no_findings() {
    for example in ["quickstart", "northwind"] {
        assert_eq!(findings(&folder(example)), [] as [Value; 0], "{example}");
    }
}

#[test]
fn quickstart_is_short() {
    let releases = folder("quickstart").join("releases");
    for entry in fs::read_dir(releases).unwrap() {
        let text = fs::read_to_string(entry.unwrap().path()).unwrap();
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
fn in_troubled_people_have_the_keys_that_relm_yaml_lists() {
    let settings = fs::read_to_string(folder("troubled").join("relm.yaml")).unwrap();
    for person in ["ida", "otto"] {
        let fingerprint = key(person).fingerprint(HashAlg::Sha256).to_string();
        assert!(settings.contains(&fingerprint), "{person}: {fingerprint}");
    }
}

#[test]
fn in_troubled_every_rule_speaks_and_every_file_has_its_trouble() {
    let copy = troubled_with_its_history();
    let findings = findings(copy.path());
    let rules: BTreeSet<&str> = RULES.iter().map(|rule| rule.name).collect();
    assert_eq!(texts(&findings, "rule"), rules);
    let files: BTreeSet<String> = fs::read_dir(folder("troubled"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "yaml"))
        .map(|path| path.file_name().unwrap().to_str().unwrap().to_owned())
        .collect();
    assert_eq!(texts(&findings, "file"), files.iter().map(String::as_str).collect());
    // Each file begins by saying what is wrong.
    for file in files {
        assert!(fs::read_to_string(folder("troubled").join(&file)).unwrap().starts_with("# "), "{file}");
    }
}
