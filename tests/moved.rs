//! Made-up histories in which everything moves: `relm history` and an independent computation agree on every move.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod moves;

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use git2::{FileMode, Index, IndexEntry, IndexTime, Oid, Repository, Signature, Time};

const SETTINGS: &str = "kind: portfolio\nname: Random\nstages: [prod]\n";

/// A small generator of numbers that is the same everywhere.
struct Dice(u64);

impl Dice {
    fn below(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }

    fn day(&mut self) -> String {
        format!("2026-{:02}-{:02}", 1 + self.below(12), 1 + self.below(28))
    }
}

type Files = BTreeMap<String, String>;

fn release(dice: &mut Dice, id: u64) -> String {
    let mut text = format!("kind: release\nid: r{id}\ntype: minor\n");
    if dice.below(4) > 0 {
        let _ = writeln!(text, "target: {}", dice.day());
    }
    text += "phases:\n";
    for phase in ["build", "sit", "uat"] {
        let (start, end) = (dice.day(), dice.day());
        let _ = match dice.below(5) {
            0 => writeln!(text, "  - {{id: {phase}, start: {start}, end: \"{end}\"}}"),
            1 => writeln!(text, "  - {{id: {phase}, date: {start}}}"),
            2 => writeln!(text, "  - id: {phase}\n    start: {start}\n    duration: 5d"),
            3 => writeln!(text, "  - {{id: {phase}, start: 2026-13-45, duration: 5d}}"),
            _ => Ok(()),
        };
    }
    let _ = writeln!(text, "milestones:\n  - {{id: rc1, date: {}}}", dice.day());
    text
}

/// One edit of some file.
fn edit(dice: &mut Dice, files: &mut Files) {
    let paths: Vec<String> = files.keys().filter(|path| *path != "relm.yaml").cloned().collect();
    let pick = |dice: &mut Dice| paths.get(dice.below(paths.len().max(1) as u64) as usize).cloned();
    let id = dice.below(12);
    match (dice.below(11), pick(dice)) {
        (0..=3, Some(path)) => {
            let id = files[&path].lines().find_map(|line| line.strip_prefix("id: r")).and_then(|id| id.parse().ok());
            let text = release(dice, id.unwrap_or(0));
            files.insert(path, text);
        }
        (4, Some(path)) => {
            let text = files.remove(&path).unwrap();
            files.insert(format!("f{}/{}.yaml", dice.below(3), dice.below(40)), text);
        }
        (5, Some(path)) => drop(files.remove(&path)),
        (6, Some(path)) => {
            let broken = format!("{}  - {{id: [never closed\n", files[&path]);
            files.insert(path, broken);
        }
        // The same release in two files for a while.
        (7, Some(path)) => {
            let text = files[&path].clone();
            files.insert(format!("copy/{}.yaml", dice.below(10)), text);
        }
        // Two releases in one file.
        (8, Some(path)) => {
            let text = format!("{}---\n{}", files[&path], release(dice, id));
            files.insert(path, text);
        }
        (9, Some(path)) => {
            let text = files[&path].replacen("id: r", "id: renamed-r", 1);
            files.insert(path, text);
        }
        _ => {
            let text = release(dice, id);
            files.insert(format!("f{}/{}.yaml", dice.below(3), dice.below(40)), text);
        }
    }
}

fn commit(repo: &Repository, files: &Files, parents: &[Oid], number: u64, dice: &mut Dice) -> Oid {
    let mut index = Index::new().unwrap();
    for (path, text) in files {
        let id = repo.blob(text.as_bytes()).unwrap();
        let time = IndexTime::new(0, 0);
        let (mode, file_size) = (FileMode::Blob.into(), text.len() as u32);
        let path = path.clone().into_bytes();
        let entry = IndexEntry {
            ctime: time,
            mtime: time,
            dev: 0,
            ino: 0,
            mode,
            uid: 0,
            gid: 0,
            file_size,
            id,
            flags: 0,
            flags_extended: 0,
            path,
        };
        index.add(&entry).unwrap();
    }
    let tree = repo.find_tree(index.write_tree_to(repo).unwrap()).unwrap();
    // Clocks run backwards now and then.
    let at = 1_767_225_600 + 3_600 * (number as i64) - 86_400 * (dice.below(3) as i64);
    let who = Signature::new("Rita Random", "rita@example.com", &Time::new(at, 0)).unwrap();
    let parents: Vec<_> = parents.iter().map(|id| repo.find_commit(*id).unwrap()).collect();
    let parents: Vec<_> = parents.iter().collect();
    repo.commit(None, &who, &who, &format!("Commit {number}"), &tree, &parents).unwrap()
}

/// Branches that are edited, and merged in twos and threes with whatever of them.
fn make(root: &Path, seed: u64, commits: u64) {
    let repo = Repository::init(root).unwrap();
    let mut dice = Dice(seed);
    let mut files = Files::from([("relm.yaml".to_owned(), SETTINGS.to_owned())]);
    (0..6).for_each(|_| edit(&mut dice, &mut files));
    let first = commit(&repo, &files, &[], 0, &mut dice);
    let mut heads = [(first, files.clone()), (first, files.clone()), (first, files)];
    for number in 1..commits {
        let at = dice.below(3) as usize;
        let (head, mut files) = heads[at].clone();
        let mut parents = vec![head];
        if dice.below(5) == 0 {
            let others: Vec<usize> = (0..3).filter(|other| *other != at).take(1 + dice.below(2) as usize).collect();
            for other in others {
                let (id, theirs) = heads[other].clone();
                if parents.contains(&id) {
                    continue;
                }
                parents.push(id);
                for (path, text) in theirs {
                    match dice.below(3) {
                        0 => {}
                        _ => drop(files.insert(path, text)),
                    }
                }
            }
        }
        if parents.len() == 1 || dice.below(4) == 0 {
            edit(&mut dice, &mut files);
        }
        heads[at] = (commit(&repo, &files, &parents, number, &mut dice), files);
    }
    repo.reference("refs/heads/main", heads[0].0, true, "made for a test").unwrap();
    repo.set_head("refs/heads/main").unwrap();
    repo.checkout_head(Some(git2::build::CheckoutBuilder::new().force())).unwrap();
}

#[test]
fn random_histories_agree_with_an_independent_computation() {
    for seed in 0..6 {
        let folder = tempfile::tempdir().unwrap();
        make(folder.path(), seed, 120);
        moves::compare(folder.path(), &[]);
        moves::compare(folder.path(), &["--first-parent"]);
        // The second time from the cache.
        moves::compare(folder.path(), &[]);
    }
}
