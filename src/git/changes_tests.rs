#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::path::Path;
use std::process::Command;

use super::testing::TestRepo;

const NOWHERE: &str = "0000000000000000000000000000000000000000";

fn times(test: &TestRepo, prefix: &str, paths: &[&str]) -> Vec<Option<i64>> {
    let repo = test.repo();
    let head = repo.head().unwrap().unwrap().id;
    let changes = repo.last_changes(&head, Path::new(prefix), paths).unwrap();
    paths.iter().map(|path| changes.of(path, 1).map(|commit| commit.time)).collect()
}

#[test]
fn each_file_has_the_commit_that_last_changed_it() {
    let mut test = TestRepo::new();
    let first =
        test.write("plan/a.yaml", "1").write("plan/deep/b.yaml", "1").commit(&["plan/a.yaml", "plan/deep/b.yaml"]);
    let second = test.write("plan/a.yaml", "2").commit(&["plan/a.yaml"]);
    test.write("elsewhere.yaml", "1").commit(&["elsewhere.yaml"]);
    let repo = test.repo();
    let head = repo.head().unwrap().unwrap().id;
    let changes =
        repo.last_changes(&head, Path::new("plan"), &["a.yaml", "deep/b.yaml", "c.yaml", "deep", ""]).unwrap();
    let id = |path: &str| changes.of(path, 7).map(|commit| commit.id.clone());
    assert_eq!(id("a.yaml"), Some(second.clone()));
    assert_eq!(id("deep/b.yaml"), Some(first.clone()));
    assert_eq!([id("c.yaml"), id("deep"), id(""), id("elsewhere.yaml")], [None, None, None, None]);
    // An earlier revision knows nothing of what came later.
    let changes = repo.last_changes(&first, Path::new("plan"), &["a.yaml"]).unwrap();
    assert_eq!(changes.of("a.yaml", 1).map(|commit| &commit.id), Some(&first));
    assert_eq!(repo.last_changes(&second, Path::new("gone"), &["a.yaml"]).unwrap().of("a.yaml", 1), None);
    assert!(repo.last_changes(NOWHERE, Path::new(""), &[]).is_err());
}

#[test]
fn documents_of_one_file_are_dated_alone() {
    let mut test = TestRepo::new();
    let mut ids = Vec::new();
    let texts = [
        "kind: change\nid: a\n",
        "---\nkind: change\nid: a\n---\nkind: change\nid: b\n",
        // Moved down by a new one above, and a text that only looks like a mark.
        "kind: change\nid: c\ntext: |\n  ---\n  x\n---\nkind: change\nid: a\n---\nkind: change\nid: b\n",
        "kind: change\nid: c\ntext: |\n  ---\n  x\n---\nkind: change\nid: a\n--- # second\nkind: change\nid: b\nrisk: low\n",
    ];
    for text in texts {
        ids.push(test.write("changes.yaml", text).commit(&["changes.yaml"]));
    }
    let repo = test.repo();
    let changes = repo.last_changes(&ids[3], Path::new(""), &["changes.yaml"]).unwrap();
    let at = |line| ids.iter().position(|id| *id == changes.of("changes.yaml", line).unwrap().id).unwrap();
    assert_eq!([1, 5, 6, 8, 9, 12, 99].map(at), [2, 2, 0, 0, 3, 3, 3]);
}

#[test]
fn modes_and_replaced_folders_count_as_changes() {
    let mut test = TestRepo::new();
    test.write("a.yaml/x.yaml", "1").write("b.yaml", "1").commit(&["a.yaml/x.yaml", "b.yaml"]);
    std::fs::remove_dir_all(test.path().join("a.yaml")).unwrap();
    test.commit(&["a.yaml/x.yaml"]);
    test.write("a.yaml", "1").commit(&["a.yaml"]);
    let mut index = test.git.index().unwrap();
    let mut entry = index.get_path(Path::new("b.yaml"), 0).unwrap();
    entry.mode = 0o100_755;
    index.add(&entry).unwrap();
    let tree = index.write_tree().unwrap();
    test.commit_tree(tree);
    assert_eq!(
        times(&test, "", &["a.yaml", "b.yaml"]),
        [Some(1_767_225_600 + 3 * 3600), Some(1_767_225_600 + 4 * 3600)]
    );
}

/// A history with branches, reverts, merges that take a side, and merges that change what they merge.
pub(super) fn tangled(seed: u64, files: usize) -> (tempfile::TempDir, git2::Repository) {
    let folder = tempfile::tempdir().unwrap();
    let git = git2::Repository::init(folder.path()).unwrap();
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut random = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 33) as usize % below
    };
    let mut commits: Vec<(git2::Oid, Vec<usize>)> = Vec::new();
    for number in 0..60 {
        let mut parents = Vec::new();
        let mut contents = vec![0; files];
        if !commits.is_empty() {
            let recent = commits.len().saturating_sub(6);
            parents.push(recent + random(commits.len() - recent));
            contents.clone_from(&commits[parents[0]].1);
            if random(3) == 0 {
                let other = recent + random(commits.len() - recent);
                if other != parents[0] {
                    parents.push(other);
                    for (file, content) in contents.iter_mut().enumerate() {
                        if random(2) == 0 {
                            *content = commits[other].1[file];
                        }
                    }
                }
            }
        }
        for content in &mut contents {
            if random(4) == 0 {
                // Few contents, so that changes are taken back and made twice.
                *content = random(3);
            }
        }
        let mut builder = git2::build::TreeUpdateBuilder::new();
        for (file, content) in contents.iter().enumerate() {
            let blob = git.blob(content.to_string().as_bytes()).unwrap();
            builder.upsert(format!("plan/{}/{file}.yaml", file % 3), blob, git2::FileMode::Blob);
        }
        let empty = git.find_tree(git.treebuilder(None).unwrap().write().unwrap()).unwrap();
        let tree = git.find_tree(builder.create_updated(&git, &empty).unwrap()).unwrap();
        // Now and then a clock was wrong.
        let at = git2::Time::new(1_767_225_600 + 600 * number - if random(9) == 0 { 5_000 } else { 0 }, 0);
        let who = git2::Signature::new("Test Person", "person@example.com", &at).unwrap();
        let parents: Vec<git2::Commit<'_>> = parents.iter().map(|p| git.find_commit(commits[*p].0).unwrap()).collect();
        let parents: Vec<&git2::Commit<'_>> = parents.iter().collect();
        let id = git.commit(None, &who, &who, &number.to_string(), &tree, &parents).unwrap();
        commits.push((id, contents));
    }
    git.reference("refs/heads/tangled", commits.last().unwrap().0, true, "made for a test").unwrap();
    (folder, git)
}

#[test]
fn agrees_with_git_log_over_merges() {
    if Command::new("git").arg("--version").output().is_err() {
        eprintln!("skipped: there is no git program to compare with");
        return;
    }
    for seed in 1..=4 {
        let (folder, git) = tangled(seed, 9);
        let tip = git.refname_to_id("refs/heads/tangled").unwrap().to_string();
        let paths: Vec<String> = (0..9).map(|file| format!("{}/{file}.yaml", file % 3)).collect();
        let named: Vec<&str> = paths.iter().map(String::as_str).collect();
        let repo = super::Repo::discover(folder.path()).unwrap().unwrap();
        let changes = repo.last_changes(&tip, Path::new("plan"), &named).unwrap();
        for path in &named {
            let log = Command::new("git")
                .args(["log", "-1", "--format=%H %ct", "tangled", "--", &format!("plan/{path}")])
                .current_dir(folder.path())
                .output()
                .unwrap();
            let found = changes.of(path, 1).unwrap();
            let ours = format!("{} {}\n", found.id, found.time);
            assert_eq!(ours, String::from_utf8(log.stdout).unwrap(), "seed {seed}, {path}");
        }
    }
}
