//! Files of a commit, read straight from objects.

use std::borrow::Cow;
use std::fmt;
use std::path::Path;

use super::{GitError, Repo};

/// More files than this below one folder is no portfolio but an attack: few objects can name billions of files.
const MAX_FILES: usize = 2_000_000;

/// The identifier of a file's content.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BlobId(pub(super) git2::Oid);

impl BlobId {
    /// The identifier that content has or would have in a repository with SHA-1 identifiers.
    pub fn of(content: &[u8]) -> Result<Self, GitError> {
        git2::Oid::hash_object(git2::ObjectType::Blob, content).map(Self).map_err(|e| GitError::plain(&e))
    }
}

impl fmt::Display for BlobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for BlobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What a name in a tree stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryKind {
    /// An ordinary file.
    File,
    /// A symbolic link; its content is the target.
    Symlink,
    /// Another repository, of which only the commit is known.
    Submodule,
    /// A file whose name, or whose folder's name, is not UTF-8: the path is for messages alone.
    NotUtf8,
}

/// One file of a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TreeEntry {
    /// Relative to the folder that was asked for, separated by `/`.
    pub path: String,
    /// Where its content is found.
    pub id: BlobId,
    /// What it is.
    pub kind: EntryKind,
}

/// Why a blob was not returned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BlobError {
    /// It is larger than the caller allows; nothing of it was read.
    TooLarge {
        /// Its size in bytes.
        size: u64,
    },
    /// Git could not read it.
    Git(GitError),
}

impl Repo {
    /// Every file of a commit below `prefix` (relative to the top of the repository; empty for all), sorted by path.
    pub fn tree_files(&self, commit: &str, prefix: &Path) -> Result<Vec<TreeEntry>, GitError> {
        let top = folder(&self.inner, commit, prefix)?;
        let mut files = Vec::new();
        let mut open = vec![(String::new(), true, top)];
        while let Some((base, base_is_text, tree)) = open.pop() {
            for entry in &tree {
                let name = String::from_utf8_lossy(entry.name_bytes());
                let is_text = base_is_text && matches!(name, Cow::Borrowed(_));
                let path = format!("{base}{name}");
                let Some(kind) = kind_of(&entry) else {
                    let tree = self.inner.find_tree(entry.id()).map_err(|e| GitError::missing(&self.inner, &e))?;
                    open.push((path + "/", is_text, tree));
                    continue;
                };
                files.push(TreeEntry {
                    path,
                    id: BlobId(entry.id()),
                    kind: if is_text { kind } else { EntryKind::NotUtf8 },
                });
            }
            if files.len() + open.len() > MAX_FILES {
                return Err(GitError::Other(format!("the commit holds more than {MAX_FILES} files")));
            }
        }
        files.sort_unstable_by(|a, b| a.path.cmp(&b.path));
        Ok(files)
    }
}

/// Reads objects of one repository; each thread has its own.
pub struct BlobReader {
    inner: git2::Repository,
}

impl fmt::Debug for BlobReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("BlobReader").field(&self.inner.path()).finish()
    }
}

impl BlobReader {
    /// Opens the repository whose git folder or checkout is exactly `path`.
    pub fn open(path: &Path) -> Result<Self, GitError> {
        git2::Repository::open(path).map(|inner| Self { inner }).map_err(|e| GitError::plain(&e))
    }

    /// Size in bytes, from the object's header.
    pub fn size(&self, id: BlobId) -> Result<u64, GitError> {
        let objects = self.inner.odb().map_err(|e| GitError::plain(&e))?;
        let (size, _) = objects.read_header(id.0).map_err(|e| GitError::missing(&self.inner, &e))?;
        Ok(size as u64)
    }

    /// The content, unless its header says that it is longer than `max_bytes`.
    pub fn read(&self, id: BlobId, max_bytes: u64) -> Result<Vec<u8>, BlobError> {
        let size = self.size(id).map_err(BlobError::Git)?;
        if size > max_bytes {
            return Err(BlobError::TooLarge { size });
        }
        let objects = self.inner.odb().map_err(|e| BlobError::Git(GitError::plain(&e)))?;
        let object = objects.read(id.0).map_err(|e| BlobError::Git(GitError::missing(&self.inner, &e)))?;
        Ok(object.data().to_vec())
    }
}

fn folder<'r>(repo: &'r git2::Repository, commit: &str, prefix: &Path) -> Result<git2::Tree<'r>, GitError> {
    let missing_object = |e: git2::Error| GitError::missing(repo, &e);
    let id = git2::Oid::from_str(commit).map_err(|e| GitError::plain(&e))?;
    let top = repo.find_commit(id).and_then(|commit| commit.tree()).map_err(missing_object)?;
    if prefix.as_os_str().is_empty() {
        return Ok(top);
    }
    let missing =
        || GitError::MissingFolder { commit: commit.to_owned(), folder: prefix.to_string_lossy().replace('\\', "/") };
    let entry = top.get_path(prefix).map_err(|_| missing())?;
    if kind_of(&entry).is_some() {
        return Err(missing());
    }
    repo.find_tree(entry.id()).map_err(missing_object)
}

/// `None` for a folder.
fn kind_of(entry: &git2::TreeEntry<'_>) -> Option<EntryKind> {
    match entry.filemode() & 0o170_000 {
        0o040_000 => None,
        0o120_000 => Some(EntryKind::Symlink),
        0o160_000 => Some(EntryKind::Submodule),
        _ => Some(EntryKind::File),
    }
}
