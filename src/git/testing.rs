//! Real repositories in temporary folders, for tests: fixed dates, fixed identities, no git program.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use ssh_key::private::{Ed25519Keypair, KeypairData};
use ssh_key::{HashAlg, LineEnding, PrivateKey};

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
        self.commit_tree_as(tree, &By::author("person@example.com"))
    }

    /// The same under other names, or signed.
    pub(crate) fn commit_tree_as(&mut self, tree: git2::Oid, by: &By<'_>) -> String {
        let parent = self.git.head().ok().map(|h| h.peel_to_commit().unwrap().id());
        let id = self.commit_on(tree, &Vec::from_iter(parent), by);
        match self.git.head() {
            Ok(mut head) => drop(head.set_target(git2::Oid::from_str(&id).unwrap(), "made for a test").unwrap()),
            Err(_) => {
                self.git.reference("refs/heads/main", git2::Oid::from_str(&id).unwrap(), true, "first").unwrap();
            }
        }
        id
    }

    /// A commit that no branch points to yet.
    pub(crate) fn commit_on(&mut self, tree: git2::Oid, parents: &[git2::Oid], by: &By<'_>) -> String {
        self.commits += 1;
        let at = git2::Time::new(by.at.unwrap_or(EPOCH + 3600 * self.commits), 0);
        let who = |name: &str, email: &str| git2::Signature::new(name, email, &at).unwrap();
        let author = who(by.name.unwrap_or(&name(by.author)), by.author);
        let committer = by.committer.map_or_else(|| author.clone(), |email| who(&name(email), email));
        let tree = self.git.find_tree(tree).unwrap();
        let parents: Vec<_> = parents.iter().map(|parent| self.git.find_commit(*parent).unwrap()).collect();
        let parents: Vec<_> = parents.iter().collect();
        let message = format!("Commit {}", self.commits);
        let content = self.git.commit_create_buffer(&author, &committer, &message, &tree, &parents).unwrap();
        let content = content.as_str().unwrap();
        let Some(seed) = by.key else {
            return self.git.commit(None, &author, &committer, &message, &tree, &parents).unwrap().to_string();
        };
        let signature = key(seed).sign("git", HashAlg::Sha512, content.as_bytes()).unwrap();
        let signature = signature.to_pem(LineEnding::LF).unwrap();
        self.git.commit_signed(content, &signature, None).unwrap().to_string()
    }
}

/// Who makes a commit.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct By<'a> {
    pub(crate) author: &'a str,
    /// What the author claims to be called; what stands before the `@` unless given.
    pub(crate) name: Option<&'a str>,
    /// The author unless given.
    pub(crate) committer: Option<&'a str>,
    /// What the key that signs is made from; no signature without it.
    pub(crate) key: Option<&'a str>,
    /// In seconds since 1970; an hour after the last one unless given.
    pub(crate) at: Option<i64>,
}

impl<'a> By<'a> {
    pub(crate) fn author(author: &'a str) -> Self {
        Self { author, ..Self::default() }
    }
}

/// What stands before the `@`, and for one address the name that tests expect.
fn name(email: &str) -> String {
    if email == "person@example.com" { "Test Person".to_owned() } else { email.split('@').next().unwrap().to_owned() }
}

/// A key that is the same every time.
pub(crate) fn key(seed: &str) -> PrivateKey {
    let seed: [u8; 32] = Sha256::digest(seed).into();
    PrivateKey::new(KeypairData::Ed25519(Ed25519Keypair::from_seed(&seed)), "made for a test").unwrap()
}

/// Writes a file and the folders it needs.
pub(crate) fn write(root: &Path, path: &str, text: &str) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}
