//! Real repositories in temporary folders, for tests: fixed dates, fixed identities, no git program.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::fs;
use std::path::{Path, PathBuf};

use super::Repo;

/// 2026-01-01T00:00Z; each commit is an hour later than the one before.
const EPOCH: i64 = 1_767_225_600;

/// A repository that is removed with the value.
pub(crate) struct TestRepo {
    folder: tempfile::TempDir,
    pub(crate) git: git2::Repository,
    commits: i64,
}

impl TestRepo {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut options = git2::RepositoryInitOptions::new();
        options.initial_head("main");
        let git = git2::Repository::init_opts(folder.path(), &options).unwrap();
        Self { folder, git, commits: 0 }
    }

    /// The top of the checkout, links resolved.
    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().canonicalize().unwrap()
    }

    pub(crate) fn repo(&self) -> Repo {
        Repo::discover(self.folder.path()).unwrap().unwrap()
    }

    pub(crate) fn write(&mut self, path: &str, text: &str) -> &mut Self {
        write(&self.path(), path, text);
        self
    }

    /// Adds these paths to the index, ignored or not, and commits; the identifier.
    pub(crate) fn commit(&mut self, paths: &[&str]) -> String {
        let mut index = self.git.index().unwrap();
        for path in paths {
            if self.path().join(path).symlink_metadata().is_ok() {
                index.add_path(Path::new(path)).unwrap();
            } else {
                index.remove_path(Path::new(path)).unwrap();
            }
        }
        index.write().unwrap();
        let tree = index.write_tree().unwrap();
        self.commit_tree(tree)
    }

    /// Records a submodule at `path`, without cloning anything.
    pub(crate) fn add_submodule(&self, path: &str) {
        let mut index = self.git.index().unwrap();
        let mut entry = index.get(0).unwrap();
        entry.path = path.as_bytes().to_vec();
        entry.mode = 0o160_000;
        entry.id = git2::Oid::from_str("1111111111111111111111111111111111111111").unwrap();
        index.add(&entry).unwrap();
        index.write().unwrap();
    }

    /// Leaves the file as a merge does that both sides changed.
    pub(crate) fn conflict(&self, path: &str) {
        let mut index = self.git.index().unwrap();
        index.add_path(Path::new(path)).unwrap();
        let mut side = index.get_path(Path::new(path), 0).unwrap();
        index.remove_path(Path::new(path)).unwrap();
        for stage in [2, 3] {
            side.flags = (side.flags & !0x3000) | (stage << 12);
            index.add(&side).unwrap();
        }
        index.write().unwrap();
        assert!(index.has_conflicts());
    }

    /// Makes another user the owner; false where this is not allowed, or where it would not matter.
    #[cfg(unix)]
    pub(crate) fn give_away(&self) -> bool {
        use std::os::unix::fs::chown;
        let path = self.path();
        let everything_trusted =
            git2::Config::open_default().and_then(|config| config.get_string("safe.directory")).is_ok();
        !everything_trusted
            && std::env::var_os("SUDO_UID").is_none()
            && chown(path.join(".git"), Some(12_345), None).is_ok()
            && chown(path, Some(12_345), None).is_ok()
    }

    pub(crate) fn commit_tree(&mut self, tree: git2::Oid) -> String {
        self.commits += 1;
        let at = git2::Time::new(EPOCH + 3600 * self.commits, 0);
        let who = git2::Signature::new("Test Person", "person@example.com", &at).unwrap();
        let tree = self.git.find_tree(tree).unwrap();
        let parent = self.git.head().ok().map(|h| h.peel_to_commit().unwrap());
        let parents: Vec<_> = parent.iter().collect();
        let message = format!("Commit {}", self.commits);
        self.git.commit(Some("HEAD"), &who, &who, &message, &tree, &parents).unwrap().to_string()
    }
}

/// Writes a file and the folders it needs.
pub(crate) fn write(root: &Path, path: &str, text: &str) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}
