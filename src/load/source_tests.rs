#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::fs;
use std::path::{Path, PathBuf};

use super::root::{RootError, find_root};
use super::source::*;
use crate::git::GitError;
use crate::git::testing::{TestRepo, write};

fn paths(listing: &Listing) -> Vec<&str> {
    listing.files.iter().map(|file| file.path.as_str()).collect()
}

fn tree(root: &Path) -> Source {
    let (source, warnings) = Source::work_tree(root.to_path_buf());
    assert_eq!(warnings, Vec::<String>::new());
    source
}

fn plain_folder(files: &[&str]) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().canonicalize().unwrap();
    for file in files {
        write(&root, file, file);
    }
    (folder, root)
}

#[test]
fn outside_git_every_visible_manifest_belongs() {
    let (_folder, root) = plain_folder(&[
        "relm.yaml",
        "b/z.yml",
        "b/a.yaml",
        "a-b.yaml",
        "a/c.yaml",
        ".hidden.yaml",
        ".github/x.yaml",
        "b/.cache/x.yaml",
        "README.md",
        "upper.YAML",
        "docs/x.yaml",
    ]);
    let source = tree(&root);
    let exclude = Exclude::new(&["docs".to_owned()]).unwrap();
    let listing = source.list(&exclude);
    assert_eq!(paths(&listing), ["a-b.yaml", "a/c.yaml", "b/a.yaml", "b/z.yml", "relm.yaml"]);
    assert!(listing.problems.is_empty());
    assert_eq!(source.read(&listing.files[1]).unwrap(), b"a/c.yaml");
    assert_eq!((source.commit(), source.dirty()), (None, false));
    assert_eq!(source.list(&exclude), listing);
}

#[test]
fn a_file_that_would_be_new_belongs_like_others() {
    let (_folder, root) = plain_folder(&["relm.yaml", "a.yaml"]);
    let exclude = Exclude::new(&["docs".to_owned()]).unwrap();
    let with = |path: &str| Source::changed_work_tree(root.clone(), path, b"new".to_vec());
    for (path, belongs) in [
        ("b/c/new.yaml", true),
        ("new.yml", true),
        ("a.yaml", true),
        ("new.txt", false),
        (".new.yaml", false),
        ("b/.c/new.yaml", false),
        ("docs/new.yaml", false),
    ] {
        let source = with(path);
        let listing = source.list(&exclude);
        assert_eq!(paths(&listing).iter().filter(|listed| **listed == path).count(), usize::from(belongs), "{path}");
        assert_eq!(source.read_path(path).unwrap(), b"new");
    }
    let source = with("b/relm.yaml");
    assert!(matches!(source.list(&exclude).problems[..], [SourceProblem::SecondRoot { .. }]));

    let mut test = TestRepo::new();
    test.write("relm.yaml", "x");
    test.write(".gitignore", "out/\n*.tmp.yaml\n");
    let root = test.path().canonicalize().unwrap();
    for (path, belongs) in [("out/new.yaml", false), ("x.tmp.yaml", false), ("in/new.yaml", true)] {
        let source = Source::changed_work_tree(root.clone(), path, b"new".to_vec());
        assert_eq!(paths(&source.list(&Exclude::none())).contains(&path), belongs, "{path}");
    }
}

#[test]
fn a_commit_lists_and_reads_what_the_checkout_does() {
    let mut test = TestRepo::new();
    let files = ["p/relm.yaml", "p/a.yaml", "p/d/b.yml", "p/d/.h/c.yaml", "q.yaml", "p/n.md"];
    for file in files {
        test.write(file, file);
    }
    let commit = test.commit(&files);
    let root = test.path().join("p");
    let work = tree(&root);
    let at = Source::revision(&root, "HEAD").unwrap();
    let none = Exclude::none();
    let (here, there) = (work.list(&none), at.list(&none));
    assert_eq!(paths(&here), ["a.yaml", "d/b.yml", "relm.yaml"]);
    assert_eq!(paths(&here), paths(&there));
    for (a, b) in here.files.iter().zip(&there.files) {
        assert_eq!(work.read(a), at.read(b));
    }
    assert_eq!((work.commit(), work.dirty()), (Some(commit.as_str()), false));
    assert_eq!((at.commit(), at.dirty()), (Some(commit.as_str()), false));
    assert_eq!(at.read_path("n.md").unwrap(), b"p/n.md");
    assert_eq!(at.read_path("x.md"), Err(ReadError::Gone));
    test.write("p/new.yaml", "1");
    assert!(work.dirty());
}

#[test]
fn ignored_files_stay_out_unless_tracked() {
    let mut test = TestRepo::new();
    test.write(".gitignore", "out/\n*.gen.yaml\n")
        .write("relm.yaml", "")
        .write("out/tracked.yaml", "")
        .write("out/untracked.yaml", "")
        .write("cold/out/x.yaml", "")
        .write("a.gen.yaml", "")
        .write("new.yaml", "");
    test.commit(&["relm.yaml", "out/tracked.yaml"]);
    let listing = tree(&test.path()).list(&Exclude::none());
    assert_eq!(paths(&listing), ["new.yaml", "out/tracked.yaml", "relm.yaml"]);
}

#[test]
fn a_root_that_git_ignores_is_read_as_a_plain_folder() {
    let mut test = TestRepo::new();
    test.write(".gitignore", "/scratch/\n").write("scratch/relm.yaml", "").write("scratch/a.yaml", "");
    let (source, warnings) = Source::work_tree(test.path().join("scratch"));
    assert_eq!(warnings.len(), 1);
    assert!(warnings[0].contains("ignores this folder"));
    assert_eq!(paths(&source.list(&Exclude::none())), ["a.yaml", "relm.yaml"]);
    assert_eq!(source.commit(), None);
}

#[cfg(unix)]
#[test]
fn a_repository_of_another_owner_is_read_as_a_plain_folder() {
    let mut test = TestRepo::new();
    test.write("relm.yaml", "").write(".gitignore", "a.yaml\n").write("a.yaml", "").commit(&["relm.yaml"]);
    if !test.give_away() {
        return;
    }
    let (source, warnings) = Source::work_tree(test.path());
    assert_eq!(warnings.len(), 1);
    assert!(warnings[0].contains("git config --global --add safe.directory"), "{}", warnings[0]);
    assert_eq!(paths(&source.list(&Exclude::none())), ["a.yaml", "relm.yaml"]);
    assert!(matches!(Source::revision(&test.path(), "HEAD"), Err(GitError::UntrustedOwner { .. })));
}

/// A repository in the middle of a merge: the file in conflict belongs, markers and all.
#[test]
fn a_file_in_conflict_belongs_even_if_ignored() {
    let mut test = TestRepo::new();
    test.write(".gitignore", "a.yaml\n").write("relm.yaml", "").write("a.yaml", "1").commit(&["relm.yaml"]);
    test.conflict("a.yaml");
    assert_eq!(paths(&tree(&test.path()).list(&Exclude::none())), ["a.yaml", "relm.yaml"]);
}

#[test]
fn an_empty_repository_still_lists() {
    let mut test = TestRepo::new();
    test.write("relm.yaml", "");
    let source = tree(&test.path());
    assert_eq!(paths(&source.list(&Exclude::none())), ["relm.yaml"]);
    assert_eq!(source.commit(), None);
    assert!(source.dirty());
}

#[test]
fn a_nested_root_is_reported_unless_excluded() {
    let mut test = TestRepo::new();
    test.write("relm.yaml", "").write("sub/relm.yaml", "").write("sub/a.yaml", "");
    test.commit(&["relm.yaml", "sub/relm.yaml", "sub/a.yaml"]);
    for source in [tree(&test.path()), Source::revision(&test.path(), "main").unwrap()] {
        let listing = source.list(&Exclude::none());
        let path = "sub/relm.yaml".to_owned();
        assert_eq!(listing.problems, [SourceProblem::SecondRoot { path }]);
        assert_eq!(paths(&listing), ["relm.yaml", "sub/a.yaml"]);
        let exclude = Exclude::new(&["sub".to_owned(), "relm.yaml".to_owned()]).unwrap();
        let listing = source.list(&exclude);
        assert_eq!((paths(&listing), listing.problems.len()), (vec!["relm.yaml"], 0));
    }
}

#[test]
fn submodules_stay_out() {
    let mut test = TestRepo::new();
    test.write("relm.yaml", "").write("mod/x.yaml", "");
    test.commit(&["relm.yaml"]);
    test.add_submodule("mod");
    test.commit(&[]);
    for source in [tree(&test.path()), Source::revision(&test.path(), "HEAD").unwrap()] {
        assert_eq!(paths(&source.list(&Exclude::none())), ["relm.yaml"]);
        assert!(source.read_path("mod").is_err());
    }
}

#[test]
fn a_revision_without_the_root_names_it() {
    let mut test = TestRepo::new();
    test.write("a.yaml", "").commit(&["a.yaml"]);
    test.write("p/relm.yaml", "1").commit(&["p/relm.yaml"]);
    let root = test.path().join("p");
    let error = Source::revision(&root, "HEAD~1").unwrap_err();
    assert!(error.to_string().ends_with("has no folder `p`"), "{error}");
    // The other way round: only the commit has it.
    fs::remove_dir_all(&root).unwrap();
    let source = Source::revision(&root, "HEAD").unwrap();
    assert_eq!(paths(&source.list(&Exclude::none())), ["relm.yaml"]);
    let (_folder, plain) = plain_folder(&["relm.yaml"]);
    assert!(matches!(Source::revision(&plain, "HEAD"), Err(GitError::NotARepository { .. })));
}

#[cfg(unix)]
#[test]
fn links_are_followed_inside_and_left_out_otherwise() {
    use std::os::unix::fs::symlink;
    let mut test = TestRepo::new();
    let (_folder, elsewhere) = plain_folder(&["secret.yaml"]);
    test.write("relm.yaml", "root").write("d/a.yaml", "a").write("d/.shared/s.yaml", "s");
    let root = test.path();
    let secret = elsewhere.join("secret.yaml");
    let links = [
        ("same.yaml", "d/a.yaml"),
        ("first.yaml", "d/.shared/s.yaml"),
        ("second.yaml", "d/.shared/s.yaml"),
        ("out.yaml", secret.to_str().unwrap()),
        ("up.yaml", "../x.yaml"),
        ("loop-a.yaml", "loop-b.yaml"),
        ("loop-b.yaml", "loop-a.yaml"),
        ("dangling.yaml", "nowhere.yaml"),
        ("folder.yaml", "d"),
        ("linked", "d"),
    ];
    let mut all = vec!["relm.yaml", "d/a.yaml", "d/.shared/s.yaml"];
    for (link, target) in links {
        symlink(target, root.join(link)).unwrap();
        all.push(link);
    }
    test.commit(&all);
    for source in [tree(&root), Source::revision(&root, "HEAD").unwrap()] {
        let listing = source.list(&Exclude::none());
        assert_eq!(paths(&listing), ["d/a.yaml", "first.yaml", "relm.yaml"]);
        assert_eq!(source.read(&listing.files[1]).unwrap(), b"s");
        let problems: Vec<&str> = listing.problems.iter().map(SourceProblem::path).collect();
        assert_eq!(problems, ["dangling.yaml", "loop-a.yaml", "loop-b.yaml"]);
        assert!(matches!(listing.problems[1], SourceProblem::SymlinkLoop { .. }));
        assert_eq!(source.read_path("out.yaml"), Err(ReadError::OutsideRoot));
        assert_eq!(source.read_path("up.yaml"), Err(ReadError::OutsideRoot));
        assert_eq!(source.read_path("linked/a.yaml").unwrap(), b"a");
        assert_eq!(source.read_path("linked/../relm.yaml").unwrap(), b"root");
    }
}

#[cfg(unix)]
#[test]
fn a_root_file_that_leads_outside_is_reported() {
    let (_folder, root) = plain_folder(&["p/a.yaml", "relm.yaml"]);
    std::os::unix::fs::symlink("../relm.yaml", root.join("p/relm.yaml")).unwrap();
    let listing = tree(&root.join("p")).list(&Exclude::none());
    assert_eq!(
        listing.problems,
        [SourceProblem::LeavesRoot { path: "relm.yaml".to_owned(), target: "../relm.yaml".to_owned() }]
    );
}

#[test]
fn paths_in_manifests_are_confined() {
    let mut test = TestRepo::new();
    test.write("p/relm.yaml", "in").write("x", "out").commit(&["p/relm.yaml", "x"]);
    let root = test.path().join("p");
    for source in [tree(&root), Source::revision(&root, "HEAD").unwrap()] {
        for path in ["../x", "/etc/passwd", "a/../../x", "..", "./../x"] {
            assert_eq!(source.read_path(path), Err(ReadError::OutsideRoot), "{path}");
        }
        assert_eq!(source.read_path("a/../relm.yaml").unwrap(), b"in");
        assert!(matches!(source.read_path(""), Err(ReadError::Unreadable(_))));
        assert!(matches!(source.read_path("..\\x"), Err(ReadError::Unreadable(_))));
        assert!(source.read_path("nul\0byte").is_err());
    }
}

#[test]
fn a_file_removed_after_listing_is_gone() {
    let (_folder, root) = plain_folder(&["relm.yaml", "d/a.yaml"]);
    let source = tree(&root);
    let listing = source.list(&Exclude::none());
    fs::remove_dir_all(root.join("d")).unwrap();
    assert_eq!(source.read(&listing.files[0]), Err(ReadError::Gone));
}

#[test]
fn files_beyond_the_limit_are_not_read() {
    let mut test = TestRepo::new();
    test.write("relm.yaml", "").write("big.yaml", "");
    let big = fs::File::create(test.path().join("big.yaml")).unwrap();
    big.set_len(MAX_FILE_SIZE + 1).unwrap();
    test.commit(&["relm.yaml", "big.yaml"]);
    let too_large = ReadError::TooLarge { size: MAX_FILE_SIZE + 1, limit: MAX_FILE_SIZE };
    for source in [tree(&test.path()), Source::revision(&test.path(), "HEAD").unwrap()] {
        let listing = source.list(&Exclude::none());
        assert_eq!(source.read(&listing.files[0]), Err(too_large.clone()));
        assert_eq!(source.read_path("big.yaml"), Err(too_large.clone()));
    }
    assert_eq!(too_large.to_string(), "the file is 17 MiB long; at most 16 MiB are read");
}

#[cfg(target_os = "linux")]
#[test]
fn names_that_are_no_text_are_reported() {
    use std::os::unix::ffi::OsStrExt;
    let (_folder, root) = plain_folder(&["relm.yaml"]);
    let name = std::ffi::OsStr::from_bytes(b"caf\xe9.yaml");
    if fs::write(root.join(name), "").is_err() {
        return;
    }
    let listing = tree(&root).list(&Exclude::none());
    assert_eq!(paths(&listing), ["relm.yaml"]);
    let path = "caf\u{fffd}.yaml".to_owned();
    assert_eq!(listing.problems, [SourceProblem::NotUtf8Path { path }]);
}

/// The superuser can read everything, so that there is nothing to test.
#[cfg(unix)]
#[test]
fn folders_that_cannot_be_entered_are_reported() {
    use std::os::unix::fs::PermissionsExt;
    let (_folder, root) = plain_folder(&["relm.yaml", "locked/a.yaml"]);
    let locked = root.join("locked");
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o000)).unwrap();
    if fs::read_dir(&locked).is_ok() {
        return;
    }
    let listing = tree(&root).list(&Exclude::none());
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o700)).unwrap();
    assert_eq!(
        listing.problems,
        [SourceProblem::Unreadable { path: "locked".to_owned(), why: "permission denied".to_owned() }]
    );
}

#[test]
fn revisions_are_read_from_many_threads() {
    use rayon::prelude::*;
    let mut test = TestRepo::new();
    let files: Vec<String> = (0..200).map(|i| format!("d{}/f{i}.yaml", i % 7)).collect();
    for file in &files {
        test.write(file, file);
    }
    let named: Vec<&str> = files.iter().map(String::as_str).collect();
    test.commit(&named);
    let source = Source::revision(&test.path(), "HEAD").unwrap();
    let listing = source.list(&Exclude::none());
    assert_eq!(listing.files.len(), 200);
    listing.files.par_iter().for_each(|file| {
        assert_eq!(source.read(file).unwrap(), file.path.as_bytes());
    });
}

#[test]
fn the_root_is_the_nearest_folder_upwards() {
    let (_folder, root) = plain_folder(&["relm.yaml", "a/b/c.yaml", "n/relm.yaml", "n/d/x"]);
    assert_eq!(find_root(&root), Ok(root.clone()));
    assert_eq!(find_root(&root.join("a/b")), Ok(root.clone()));
    assert_eq!(find_root(&root.join("n/d")), Ok(root.join("n")));
    let start = root.join("zzz");
    assert_eq!(find_root(&start), Err(RootError::NoSuchFolder { start }));
    let start = root.join("relm.yaml");
    let error = find_root(&start).unwrap_err();
    assert_eq!(error, RootError::NotAFolder { start });
    assert!(error.hint().is_some());
    let (_other, bare) = plain_folder(&["a.yaml"]);
    let error = find_root(&bare).unwrap_err();
    assert!(error.to_string().contains(&bare.display().to_string()));
    assert!(error.hint().unwrap().contains("relm init"));
}
