#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::path::Path;

use super::testing::TestRepo;
use super::*;

#[test]
fn outside_git_there_is_no_repository() {
    let folder = tempfile::tempdir().unwrap();
    assert!(Repo::discover(folder.path()).unwrap().is_none());
}

#[test]
fn an_empty_repository_has_no_head_and_resolves_nothing() {
    let test = TestRepo::new();
    let repo = test.repo();
    assert_eq!(repo.head(), Ok(None));
    assert_eq!(repo.resolve("HEAD"), Err(GitError::EmptyRepository));
    assert_eq!(repo.resolve("main"), Err(GitError::EmptyRepository));
    assert!(!repo.dirty(Path::new("")));
}

#[test]
fn revisions_are_found_by_branch_tag_ancestor_and_beginning() {
    let mut test = TestRepo::new();
    let first = test.write("a.yaml", "1").commit(&["a.yaml"]);
    let second = test.write("a.yaml", "2").commit(&["a.yaml"]);
    let object = test.git.revparse_single(&first).unwrap();
    let who = object.as_commit().unwrap().author().to_owned();
    test.git.tag("v1", &object, &who, "annotated", false).unwrap();
    let repo = test.repo();
    let id = |rev: &str| repo.resolve(rev).unwrap().id;
    assert_eq!(id("main"), second);
    assert_eq!(id(" HEAD "), second);
    assert_eq!(id("HEAD~1"), first);
    assert_eq!(id("v1"), first);
    assert_eq!(id(&first[..12]), first);
    assert_eq!(repo.resolve("HEAD").unwrap().time, 1_767_225_600 + 7200);
    test.git.set_head_detached(object.id()).unwrap();
    assert_eq!(test.repo().head().unwrap().unwrap().id, first);
}

#[test]
fn unknown_revisions_are_answered_with_near_names() {
    let mut test = TestRepo::new();
    let first = test.write("a.yaml", "1").commit(&["a.yaml"]);
    let object = test.git.revparse_single(&first).unwrap();
    test.git.tag_lightweight("v1.0", &object, false).unwrap();
    test.git.reference("refs/remotes/origin/release", object.id(), false, "made for a test").unwrap();
    let repo = test.repo();
    let nearest = |rev: &str| match repo.resolve(rev) {
        Err(error @ GitError::UnknownRevision { .. }) => error.hint().unwrap_or_default(),
        other => panic!("{other:?}"),
    };
    assert_eq!(nearest("mian"), "did you mean `main`?");
    assert_eq!(nearest("v1.1"), "did you mean `v1.0`?");
    assert_eq!(nearest("release"), "did you mean `origin/release`?");
    assert!(nearest("zzzzzz").contains("`git fetch`"));
    assert_eq!(nearest("HEAD~7"), "");
    assert!(matches!(
        repo.resolve("HEAD:a.yaml"),
        Err(GitError::NotACommit { kind, .. }) if kind == "file"
    ));
    for range in ["HEAD..main", ""] {
        assert!(
            matches!(repo.resolve(range), Err(GitError::InvalidRevision { .. } | GitError::UnknownRevision { .. })),
            "{range}"
        );
    }
}

/// Commits until two identifiers begin with the same four digits.
#[test]
fn an_ambiguous_beginning_lists_the_commits() {
    let mut test = TestRepo::new();
    let tree = test.git.index().unwrap().write_tree().unwrap();
    let mut seen = std::collections::HashMap::new();
    let (prefix, both) = loop {
        let id = test.commit_tree(tree);
        if let Some(other) = seen.insert(id[..4].to_owned(), id.clone()) {
            break (id[..4].to_owned(), [other, id]);
        }
    };
    match test.repo().resolve(&prefix) {
        Err(GitError::AmbiguousRevision { candidates, .. }) => {
            assert_eq!(candidates.len(), 2);
            for id in both {
                assert!(candidates.iter().any(|c| c.starts_with(&id[..12])));
            }
            assert!(candidates[0].contains(" Commit "));
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_shallow_clone_says_that_its_history_ends() {
    let mut test = TestRepo::new();
    let first = test.write("a.yaml", "1").commit(&["a.yaml"]);
    std::fs::write(test.path().join(".git/shallow"), format!("{first}\n")).unwrap();
    let error = test.repo().resolve("HEAD~3").unwrap_err();
    assert!(matches!(error, GitError::ShallowMissing { .. }));
    assert!(error.hint().unwrap().contains("--unshallow"));
    assert!(matches!(test.repo().resolve("mian"), Err(GitError::UnknownRevision { .. })));
}

#[test]
fn a_merge_in_progress_is_named() {
    let mut test = TestRepo::new();
    let first = test.write("a.yaml", "1").commit(&["a.yaml"]);
    assert_eq!(test.repo().operation(), None);
    std::fs::write(test.path().join(".git/MERGE_HEAD"), format!("{first}\n")).unwrap();
    assert_eq!(test.repo().operation(), Some("merge"));
}

#[test]
fn dirt_counts_below_the_prefix_alone() {
    let mut test = TestRepo::new();
    test.write("in/a.yaml", "1").write(".gitignore", "*.tmp\n");
    test.commit(&["in/a.yaml", ".gitignore"]);
    assert!(!test.repo().dirty(Path::new("")));
    test.write("in/x.tmp", "ignored");
    assert!(!test.repo().dirty(Path::new("")));
    test.write("out/new.yaml", "1");
    assert!(test.repo().dirty(Path::new("")));
    assert!(!test.repo().dirty(Path::new("in")));
    test.write("in/a.yaml", "22");
    assert!(test.repo().dirty(Path::new("in")));
}

#[test]
fn tracked_files_are_never_skipped_and_ignored_folders_are_pruned() {
    let mut test = TestRepo::new();
    test.write(".gitignore", "build/\n*.gen.yaml\n/other/\n")
        .write("build/kept.yaml", "1")
        .write("build/.gitignore", "!taken-back.yaml\n")
        .write("build/taken-back.yaml", "1")
        .write("other/x.yaml", "1")
        .write("a.gen.yaml", "1")
        .write("b.gen.yaml", "1");
    test.commit(&["build/kept.yaml", "b.gen.yaml"]);
    let repo = test.repo();
    let ignores = repo.ignores(Path::new("")).unwrap();
    assert!(!ignores.skips_folder("build"));
    assert!(ignores.skips_folder("other"));
    assert!(!ignores.skips_file("build/kept.yaml"));
    assert!(ignores.skips_file("build/taken-back.yaml"));
    assert!(ignores.skips_file("a.gen.yaml"));
    assert!(!ignores.skips_file("b.gen.yaml"));
    assert!(!ignores.skips_file("new.yaml"));
    let below = repo.ignores(Path::new("build")).unwrap();
    assert!(!below.skips_file("kept.yaml"));
    assert!(below.skips_file("new.yaml"));
}

#[test]
fn blobs_are_read_up_to_a_limit() {
    let mut test = TestRepo::new();
    test.write("d/a.yaml", "twelve bytes");
    let commit = test.commit(&["d/a.yaml"]);
    let repo = test.repo();
    let files = repo.tree_files(&commit, Path::new("d")).unwrap();
    assert_eq!(files.len(), 1);
    assert_eq!((files[0].path.as_str(), files[0].kind), ("a.yaml", EntryKind::File));
    let reader = BlobReader::open(repo.git_dir()).unwrap();
    assert_eq!(reader.size(files[0].id), Ok(12));
    assert_eq!(reader.read(files[0].id, 12).unwrap(), b"twelve bytes");
    assert_eq!(reader.read(files[0].id, 11), Err(BlobError::TooLarge { size: 12 }));
    assert!(matches!(
        repo.tree_files(&commit, Path::new("gone")),
        Err(GitError::MissingFolder { folder, .. }) if folder == "gone"
    ));
    std::fs::remove_dir_all(test.path().join(".git/objects")).unwrap();
    std::fs::create_dir(test.path().join(".git/objects")).unwrap();
    let reader = BlobReader::open(test.repo().git_dir()).unwrap();
    assert!(matches!(reader.read(files[0].id, 12), Err(BlobError::Git(GitError::MissingObject { shallow: false }))));
}

#[test]
fn a_bare_repository_serves_its_commits() {
    let mut test = TestRepo::new();
    let commit = test.write("a.yaml", "1").commit(&["a.yaml"]);
    let bare = tempfile::tempdir().unwrap();
    let source = test.path().join(".git");
    copy(&source, bare.path());
    let config = git2::Repository::open(bare.path()).unwrap();
    config.config().unwrap().set_bool("core.bare", true).unwrap();
    let repo = Repo::discover(bare.path()).unwrap().unwrap();
    assert!(repo.workdir().is_none());
    assert!(!repo.dirty(Path::new("")));
    assert_eq!(repo.tree_files(&commit, Path::new("")).unwrap().len(), 1);
}

#[test]
fn a_second_work_tree_shares_the_objects() {
    let mut test = TestRepo::new();
    let commit = test.write("a.yaml", "1").commit(&["a.yaml"]);
    let folder = tempfile::tempdir().unwrap();
    test.git.worktree("second", &folder.path().join("second"), None).unwrap();
    let repo = Repo::discover(&folder.path().join("second")).unwrap().unwrap();
    assert_eq!(repo.common_dir().canonicalize().unwrap(), test.path().join(".git"));
    let file = &repo.tree_files(&commit, Path::new("")).unwrap()[0];
    assert_eq!(BlobReader::open(repo.git_dir()).unwrap().read(file.id, 9).unwrap(), b"1");
    assert!(!repo.dirty(Path::new("")));
}

fn copy(from: &Path, to: &Path) {
    for entry in walkdir::WalkDir::new(from).min_depth(1) {
        let entry = entry.unwrap();
        let target = to.join(entry.path().strip_prefix(from).unwrap());
        if entry.file_type().is_dir() {
            std::fs::create_dir_all(target).unwrap();
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// Only the superuser can give a folder away.
#[cfg(unix)]
#[test]
fn a_repository_of_another_owner_is_refused_with_the_line_to_run() {
    let test = TestRepo::new();
    let path = test.path();
    if !test.give_away() {
        return;
    }
    std::fs::create_dir(path.join("below")).unwrap();
    let error = Repo::discover(&path.join("below")).unwrap_err();
    assert_eq!(error, GitError::UntrustedOwner { path: path.clone() });
    assert_eq!(
        error.hint().unwrap(),
        format!("if you trust it, run `git config --global --add safe.directory {}`", path.display())
    );
}

#[test]
fn hints_quote_paths_for_the_shell() {
    let error = GitError::UntrustedOwner { path: "/srv/it's here".into() };
    assert!(error.hint().unwrap().contains(r"'/srv/it'\''s here'"));
}
