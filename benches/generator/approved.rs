//! A repository in which people approved releases for years: deterministic, of any size.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use git2::{Buf, FileMode, Index, IndexEntry, IndexTime, Oid, Repository, Signature, Time};
use sha2::{Digest, Sha256};
use ssh_key::private::{Ed25519Keypair, KeypairData};
use ssh_key::{HashAlg, LineEnding, PrivateKey};

use crate::wall::Outcome;

/// The gates of a release; each gets one approval.
pub const GATES: [&str; 4] = ["plan", "uat-exit", "security", "go-live"];
/// Folders that the releases lie in.
pub const FOLDERS: usize = 300;
const EPOCH: i64 = 1_600_000_000;

/// Makes a repository with so many releases and commits, and checks it out. Four of five commits bring an approval, signed
/// by its author; the others change scope or progress, move a file, or append to a log.
pub fn write(root: &Path, releases: usize, commits: usize) -> Outcome<()> {
    let mut options = git2::RepositoryInitOptions::new();
    options.initial_head("main");
    let repo = Repository::init_opts(root, &options)?;
    let mut pack = Buf::new();
    let tip = {
        let odb = repo.odb()?;
        let memory = odb.add_new_mempack_backend(999)?;
        let tip = history(&repo, releases, commits)?;
        memory.dump(&repo, &mut pack)?;
        tip
    };
    drop(repo);
    let repo = Repository::open(root)?;
    let odb = repo.odb()?;
    let mut writer = odb.packwriter()?;
    std::io::Write::write_all(&mut writer, &pack)?;
    writer.commit()?;
    repo.reference("refs/heads/main", tip, true, "generated")?;
    repo.checkout_head(Some(git2::build::CheckoutBuilder::new().force()))?;
    fs::write(root.join(".git/description"), "Generated.\n")?;
    Ok(())
}

/// A release on its way.
struct Release {
    number: usize,
    folder: usize,
    patch: usize,
    progress: usize,
    approvals: usize,
}

impl Release {
    fn path(&self) -> String {
        format!("releases/f{:03}/r{:04}.yaml", self.folder, self.number)
    }

    fn text(&self) -> String {
        let Self { number, patch, progress, approvals, .. } = self;
        let mut text = format!(
            "kind: release\nid: r{number:04}\nname: Release {number}\ntype: minor\nstatus: in-progress\nowner: owner\n\
             target: 2026-12-05\nrisk: {{impact: medium, complexity: low}}\nscope:\n  \
             - {{project: p{}, version: 1.{number}.{patch}, from: 1.0.0}}\n  - {{project: p{}, version: 2.{number}.0}}\n\
             phases:\n  - {{id: build, start: 2026-10-05, duration: 10d, progress: {progress}}}\n  \
             - {{id: uat, after: build, duration: 5d}}\n  - {{id: deploy, after: uat, duration: 1d}}\ngates:\n",
            number % 50,
            50 + number % 50,
        );
        for (place, gate) in GATES.iter().enumerate() {
            let _ = write!(
                text,
                "  - id: {gate}\n    before: deploy\n    criteria:\n      - {{id: tests, name: All tests are green, status: met}}\n      \
                 - {{id: review, name: Reviewed by another team, status: met}}\n    requires: [{{role: approver}}]\n"
            );
            if place < *approvals {
                let by = person(number + place);
                let _ = write!(
                    text,
                    "    approvals:\n      - {{role: approver, by: {by}, at: 2026-09-0{}, decision: approved, note: As agreed}}\n",
                    place + 1
                );
            }
        }
        text.push_str(
            "deployment:\n  approach: {rollout: big-bang, mode: automated}\n  steps:\n    \
             - {id: drain, duration: 20m}\n    - {id: migrate, after: drain, duration: 1h, backout: {duration: 30m}}\n    \
             - {id: verify, after: migrate, duration: 30m, go_no_go: true}\n",
        );
        text
    }
}

fn person(number: usize) -> String {
    format!("person{:02}", number % 20)
}

fn history(repo: &Repository, releases: usize, commits: usize) -> Outcome<Oid> {
    let keys: BTreeMap<String, PrivateKey> = (0..20).map(|at| key(&person(at))).collect::<Outcome<_>>()?;
    let mut settings = String::from(
        "kind: portfolio\nstages: [dev, prod]\nroles: [approver]\nrelease_types: {minor: {}}\n\
         approvals: {provenance: signed, separation_of_duties: true, stale_when_changed: [scope, deployment, target]}\n\
         people:\n  - {id: owner, emails: [owner@example.com]}\n",
    );
    for (id, key) in &keys {
        let fingerprint = key.fingerprint(HashAlg::Sha256);
        let _ = writeln!(
            settings,
            "  - {{id: {id}, emails: [{id}@example.com], roles: [approver], signing_keys: [{{key: \"{fingerprint}\"}}]}}"
        );
    }
    let mut all: Vec<Release> = (0..releases)
        .map(|number| Release { number, folder: number % FOLDERS, patch: 0, progress: 0, approvals: 0 })
        .collect();
    let projects = (0..100).fold(String::new(), |text, number| text + &format!("---\nkind: project\nid: p{number}\n"));
    let mut log = String::from("kind: deployments\nentries:\n");
    let mut index = Index::new()?;
    for (path, text) in [("relm.yaml", &settings), ("projects.yaml", &projects)] {
        put(repo, &mut index, path, text)?;
    }
    for release in &all {
        put(repo, &mut index, &release.path(), &release.text())?;
    }
    let mut tip = commit(repo, &mut index, None, 0, "owner", None)?;
    let mut given = 0;
    for number in 1..commits {
        let mut author = "owner".to_owned();
        if number % 5 != 0 && given < releases * GATES.len() {
            // The order of releases is scattered, so that the answers are all over the history.
            let release = &mut all[(given % releases) * 7919 % releases];
            author = person(release.number + release.approvals);
            release.approvals += 1;
            given += 1;
            put(repo, &mut index, &release.path(), &release.text())?;
        } else {
            let release = &mut all[number * 31 % releases];
            match number % 4 {
                0 => release.patch += 1,
                1 | 2 => release.progress = (release.progress + 10) % 100,
                _ => {
                    index.remove_path(Path::new(&release.path()))?;
                    release.folder = (release.folder + 1) % FOLDERS;
                }
            }
            put(repo, &mut index, &release.path(), &release.text())?;
            if number % 10 == 0 {
                let _ = writeln!(
                    log,
                    "  - {{id: D-{number}, project: p1, version: 1.{number}, environment: prod, at: 2026-01-01T10:00, result: succeeded}}"
                );
                put(repo, &mut index, "records/deployments.yaml", &log)?;
            }
        }
        tip = commit(repo, &mut index, Some(tip), number, &author, keys.get(&author))?;
    }
    Ok(tip)
}

fn put(repo: &Repository, index: &mut Index, path: &str, text: &str) -> Outcome<()> {
    let id = repo.blob(text.as_bytes())?;
    let time = IndexTime::new(0, 0);
    index.add(&IndexEntry {
        ctime: time,
        mtime: time,
        dev: 0,
        ino: 0,
        mode: FileMode::Blob.into(),
        uid: 0,
        gid: 0,
        file_size: text.len() as u32,
        id,
        flags: 0,
        flags_extended: 0,
        path: path.as_bytes().to_vec(),
    })?;
    Ok(())
}

fn commit(
    repo: &Repository,
    index: &mut Index,
    parent: Option<Oid>,
    number: usize,
    author: &str,
    key: Option<&PrivateKey>,
) -> Outcome<Oid> {
    let tree = repo.find_tree(index.write_tree_to(repo)?)?;
    let at = Time::new(EPOCH + 3_600 * number as i64, 0);
    let who = Signature::new(author, &format!("{author}@example.com"), &at)?;
    let parent = parent.map(|id| repo.find_commit(id)).transpose()?;
    let content =
        repo.commit_create_buffer(&who, &who, &format!("Commit {number}"), &tree, &Vec::from_iter(&parent))?;
    let content = content.as_str()?;
    match key {
        None => Ok(repo.odb()?.write(git2::ObjectType::Commit, content.as_bytes())?),
        Some(key) => {
            let signature = key.sign("git", HashAlg::Sha512, content.as_bytes())?.to_pem(LineEnding::LF)?;
            Ok(repo.commit_signed(content, &signature, None)?)
        }
    }
}

fn key(person: &str) -> Outcome<(String, PrivateKey)> {
    let seed: [u8; 32] = Sha256::digest(person).into();
    let key = PrivateKey::new(KeypairData::Ed25519(Ed25519Keypair::from_seed(&seed)), person)?;
    Ok((person.to_owned(), key))
}
