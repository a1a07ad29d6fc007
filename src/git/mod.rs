//! The only place that opens a git repository.
//!
//! What leaves this module is plain data: identifiers as text, paths with `/`, and [`GitError`], whose words are meant for
//! people. Ownership checks are never switched off. `GIT_DIR` and its relatives are not consulted: the repository is the one
//! the portfolio lies in.

mod changes;
#[cfg(test)]
mod changes_tests;
mod compare;
mod error;
mod files;
mod history;
mod ignore;
mod revision;
mod signature;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
mod tree;
mod versions;

use std::fmt;
use std::path::{Path, PathBuf};

pub use changes::LastChanges;
pub use error::GitError;
pub use history::{CommitDetails, CommitId, FileChange, Files, Follow, Identity, Mailmap, Part, Signed, Visit, Walk};
pub use ignore::{Ignores, IndexPaths};
pub use signature::{Proof, fingerprint, verify};
pub use tree::{BlobError, BlobId, BlobReader, EntryKind, TreeEntry};

/// An open repository. It may move between threads but not be shared by them; see [`BlobReader`] for parallel reading.
pub struct Repo {
    inner: git2::Repository,
}

impl fmt::Debug for Repo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Repo").field(&self.inner.path()).finish()
    }
}

/// One commit, as far as every caller needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommitInfo {
    /// The full identifier, in hexadecimal.
    pub id: String,
    /// The committer's time, in seconds since 1970-01-01T00:00Z.
    pub time: i64,
}

impl CommitInfo {
    fn of(commit: &git2::Commit<'_>) -> Self {
        Self { id: commit.id().to_string(), time: commit.time().seconds() }
    }
}

impl Repo {
    /// The repository that `path` lies in, or `None` outside git.
    pub fn discover(path: &Path) -> Result<Option<Self>, GitError> {
        match git2::Repository::discover(path) {
            Ok(inner) => Ok(Some(Self { inner })),
            Err(error) => match error.code() {
                git2::ErrorCode::NotFound => Ok(None),
                git2::ErrorCode::Owner => Err(GitError::UntrustedOwner { path: nearest_checkout(path) }),
                _ => Err(GitError::plain(&error)),
            },
        }
    }

    /// The folder of the checkout; `None` for a bare repository.
    pub fn workdir(&self) -> Option<&Path> {
        self.inner.workdir()
    }

    /// The folder with this checkout's git data; [`BlobReader::open`] takes it.
    pub fn git_dir(&self) -> &Path {
        self.inner.path()
    }

    /// The folder that all work trees of this repository share, usually `.git`.
    pub fn common_dir(&self) -> &Path {
        self.inner.commondir()
    }

    /// The commit that is checked out; `None` before the first commit.
    pub fn head(&self) -> Result<Option<CommitInfo>, GitError> {
        let head = match self.inner.head() {
            Ok(head) => head,
            Err(error) if matches!(error.code(), git2::ErrorCode::UnbornBranch | git2::ErrorCode::NotFound) => {
                return Ok(None);
            }
            Err(error) => return Err(GitError::plain(&error)),
        };
        let commit = head.peel_to_commit().map_err(|e| GitError::missing(&self.inner, &e))?;
        Ok(Some(CommitInfo::of(&commit)))
    }

    /// Whether anything below `prefix` (relative to the checkout) differs from the checked-out commit: staged, changed,
    /// removed, or new and not ignored. A bare repository is never dirty; a state that cannot be read counts as dirty.
    pub fn dirty(&self, prefix: &Path) -> bool {
        self.dirty_beside(prefix, None)
    }

    /// As [`Repo::dirty`], but for one file, or one folder with all in it, which is given as a path of the system.
    pub fn dirty_beside(&self, prefix: &Path, file: Option<&Path>) -> bool {
        if self.inner.is_bare() {
            return false;
        }
        let mut options = git2::StatusOptions::new();
        options
            .include_untracked(true)
            .recurse_untracked_dirs(file.is_some())
            .exclude_submodules(true)
            .disable_pathspec_match(true);
        if !prefix.as_os_str().is_empty() {
            options.pathspec(prefix);
        }
        let file = file.and_then(|path| self.inside(path));
        let is_it =
            |path: &[u8], found: &[u8]| found.strip_prefix(path).is_some_and(|rest| matches!(rest, [] | [b'/', ..]));
        let counts = |entry: git2::StatusEntry<'_>| file.as_deref().is_none_or(|path| !is_it(path, entry.path_bytes()));
        self.inner.statuses(Some(&mut options)).map_or(true, |found| found.iter().any(counts))
    }

    /// A path of the system as the repository names it; none outside its checkout.
    fn inside(&self, path: &Path) -> Option<Vec<u8>> {
        let name = path.file_name()?;
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let real = folder.canonicalize().ok()?.join(name);
        let below = real.strip_prefix(self.inner.workdir()?.canonicalize().ok()?).ok()?.to_path_buf();
        let parts: Vec<&str> = below.iter().map(std::ffi::OsStr::to_str).collect::<Option<_>>()?;
        Some(parts.join("/").into_bytes())
    }

    /// What git is in the middle of (`merge`, `rebase`, …), if anything.
    pub fn operation(&self) -> Option<&'static str> {
        use git2::RepositoryState as State;
        match self.inner.state() {
            State::Clean => None,
            State::Merge => Some("merge"),
            State::Revert | State::RevertSequence => Some("revert"),
            State::CherryPick | State::CherryPickSequence => Some("cherry-pick"),
            State::Bisect => Some("bisect"),
            State::Rebase | State::RebaseInteractive | State::RebaseMerge => Some("rebase"),
            State::ApplyMailbox | State::ApplyMailboxOrRebase => Some("am"),
        }
    }

    /// Whether a merge left a file (relative to the checkout) for somebody to decide, and nobody has told git how.
    pub fn is_conflicted(&self, path: &Path) -> Result<bool, GitError> {
        let plain = |e: git2::Error| GitError::plain(&e);
        let mut index = self.inner.index().map_err(plain)?;
        index.read(false).map_err(plain)?;
        Ok((1..=3).any(|stage| index.get_path(path, stage).is_some()))
    }

    /// Name and e-mail address git would sign the next commit with, if both are known, after the `.mailmap` of the commit
    /// that is checked out.
    pub fn identity(&self) -> Option<Identity> {
        let author = self.inner.author_from_env().ok()?;
        let tip = self.head().ok().flatten().and_then(|head| CommitId::parse(&head.id).ok());
        Some(tip.and_then(|tip| self.mailmap(tip).ok()).unwrap_or_default().real(&author))
    }
}

/// The folder `safe.directory` has to name: the nearest one upwards that holds `.git`, else the path itself.
fn nearest_checkout(path: &Path) -> PathBuf {
    let start = path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
    start.ancestors().find(|folder| folder.join(".git").exists()).unwrap_or(&start).to_path_buf()
}
