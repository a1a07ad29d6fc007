#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::{BTreeSet, HashSet};
use std::fs;
use std::path::Path;

use super::*;
use crate::git::changes_tests::tangled;
use crate::git::testing::{By, TestRepo};

fn tip(repo: &Repo) -> CommitId {
    CommitId::parse(&repo.head().unwrap().unwrap().id).unwrap()
}

fn visits(repo: &Repo, follow: Follow) -> Vec<Visit> {
    repo.walk(tip(repo), follow).unwrap().collect::<Result<_, _>>().unwrap()
}

#[test]
fn children_come_before_parents_whatever_the_clocks_say() {
    let mut test = TestRepo::new();
    let tree = test.git.treebuilder(None).unwrap().write().unwrap();
    let mut ids: Vec<git2::Oid> = Vec::new();
    let parents: [&[usize]; 7] = [&[], &[0], &[0], &[1, 2], &[2], &[3, 4, 0], &[5]];
    for (number, parents) in parents.iter().enumerate() {
        let parents: Vec<git2::Oid> = parents.iter().map(|parent| ids[*parent]).collect();
        let at = Some(1_800_000_000 - 86_400 * (number as i64 * 7 % 5));
        let id = test.commit_on(tree, &parents, &By { at, ..By::author("bob@example.com") });
        ids.push(git2::Oid::from_str(&id).unwrap());
    }
    test.git.reference("refs/heads/main", ids[6], true, "made for a test").unwrap();
    let repo = test.repo();
    let found = visits(&repo, Follow::AllParents);
    assert_eq!(found.len(), 7);
    let mut seen = HashSet::new();
    for visit in found.iter().rev() {
        assert!(visit.parents.iter().all(|parent| seen.contains(parent)), "{visit:?}");
        assert!(!visit.is_boundary && seen.insert(visit.id));
    }
    let first: Vec<String> = visits(&repo, Follow::FirstParents).iter().map(|visit| visit.id.to_string()).collect();
    assert_eq!(first, [6, 5, 3, 1, 0].map(|number: usize| ids[number].to_string()));
}

#[test]
fn a_history_that_was_cut_ends_at_a_boundary() {
    for file in [".git/shallow", ".git/info/grafts"] {
        let mut test = TestRepo::new();
        test.write("a.yaml", "1").commit(&["a.yaml"]);
        let second = test.write("a.yaml", "2").commit(&["a.yaml"]);
        test.write("a.yaml", "3").commit(&["a.yaml"]);
        fs::write(test.path().join(file), format!("{second}\n")).unwrap();
        let found = visits(&test.repo(), Follow::AllParents);
        let flags: Vec<bool> = found.iter().map(|visit| visit.is_boundary).collect();
        assert_eq!(flags, [false, true], "{file}");
        assert_eq!(found[1].parents, []);
    }
}

#[test]
fn only_content_of_ordinary_files_counts() {
    let mut test = TestRepo::new();
    let files = ["plan/a.yaml", "plan/b/c.yaml", "plan/b.yaml", "plan/skip/d.yaml", "out.yaml"];
    for file in files {
        test.write(file, file);
    }
    test.commit(&files);
    let repo = test.repo();
    let first = tip(&repo);
    test.write("plan/a.yaml", "2")
        .write("plan/b-new.yaml", "plan/b.yaml")
        .write("plan/skip/d.yaml", "2")
        .write("out.yaml", "2");
    fs::remove_file(test.path().join("plan/b.yaml")).unwrap();
    fs::remove_dir_all(test.path().join("plan/b")).unwrap();
    let mut index = test.git.index().unwrap();
    index.remove_path(Path::new("plan/b/c.yaml")).unwrap();
    // A folder becomes a file of the same name, and a link is no file.
    test.write("plan/b", "plan/b.yaml");
    let mut link = index.get_path(Path::new("out.yaml"), 0).unwrap();
    link.path = b"plan/link.yaml".to_vec();
    link.mode = 0o120_000;
    index.add(&link).unwrap();
    index.write().unwrap();
    test.commit(&["plan/a.yaml", "plan/b-new.yaml", "plan/b.yaml", "plan/b", "plan/skip/d.yaml", "out.yaml"]);
    let repo = test.repo();
    let belongs = |path: &str, is_folder: bool| !is_folder || path != "skip";
    let part = Part { prefix: Path::new("plan"), belongs: &belongs };
    let shown = |earlier: Option<CommitId>, later: CommitId| -> Vec<(String, bool, bool)> {
        let changes = repo.files(part).changed(earlier, later).unwrap();
        changes.into_iter().map(|change| (change.path, change.old.is_some(), change.new.is_some())).collect()
    };
    let expected = [
        ("a.yaml", true, true),
        ("b", false, true),
        ("b-new.yaml", false, true),
        ("b.yaml", true, false),
        ("b/c.yaml", true, false),
    ];
    let owned = |list: &[(&str, bool, bool)]| -> Vec<_> {
        list.iter().map(|(path, old, new)| ((*path).to_owned(), *old, *new)).collect()
    };
    assert_eq!(shown(Some(first), tip(&repo)), owned(&expected));
    assert_eq!(
        shown(None, first),
        owned(&[("a.yaml", false, true), ("b.yaml", false, true), ("b/c.yaml", false, true)])
    );
    assert_eq!(shown(Some(tip(&repo)), tip(&repo)), []);
    // A moved file keeps its content.
    let changes = repo.files(part).changed(Some(first), tip(&repo)).unwrap();
    assert_eq!(changes[2].new, changes[3].old);
    let nowhere = Part { prefix: Path::new("plan/a.yaml/x"), ..part };
    assert_eq!(repo.files(nowhere).changed(None, tip(&repo)).unwrap(), []);
}

#[test]
fn agrees_with_the_whole_trees_about_what_differs() {
    let mut compared = 0;
    for seed in 1..=8 {
        let (folder, git) = tangled(seed, 9);
        let repo = Repo::discover(folder.path()).unwrap().unwrap();
        let tip = CommitId(git.refname_to_id("refs/heads/tangled").unwrap());
        let files = |id: CommitId| repo.tree_files(&id.to_string(), Path::new("plan")).unwrap();
        let part = Part { prefix: Path::new("plan"), belongs: &|_, _| true };
        let ours = repo.files(part);
        for visit in repo.walk(tip, Follow::AllParents).unwrap() {
            let visit = visit.unwrap();
            for parent in &visit.parents {
                let (old, new) = (files(*parent), files(visit.id));
                let gone = old.iter().filter(|file| !new.contains(file));
                let all = gone.chain(new.iter().filter(|file| !old.contains(file)));
                let expected: BTreeSet<&str> = all.map(|file| file.path.as_str()).collect();
                let found = ours.changed(Some(*parent), visit.id).unwrap();
                assert!(found.iter().map(|change| change.path.as_str()).eq(expected.iter().copied()));
                compared += expected.len();
            }
        }
    }
    assert!(compared > 50, "{compared}");
}

#[test]
fn commits_say_who_and_when() {
    let mut test = TestRepo::new();
    let tree = test.git.treebuilder(None).unwrap().write().unwrap();
    let content = format!(
        "tree {tree}\nauthor M\u{fc}ller <m@example.com> 1767225600 +0530\ncommitter  <> -7 -0000\n\n\n  Two lines\nfollow\n"
    );
    let id = test.git.odb().unwrap().write(git2::ObjectType::Commit, content.as_bytes()).unwrap();
    let repo = test.repo();
    let found = repo.details(CommitId(id), &Mailmap(None)).unwrap();
    assert_eq!((found.subject.as_str(), found.author.name.as_str()), ("Two lines", "M\u{fc}ller"));
    assert_eq!(found.at.to_rfc3339(), "2026-01-01T05:30:00+05:30");
    assert_eq!(found.committer.email, "");
    test.commit_tree(tree);
}
