//! Which files of a checkout git would leave out.
//!
//! The index is asked first, for two reasons: a tracked file belongs whatever the ignore rules say of it, and the rules are
//! slow to ask (each question reads `.gitignore` state of every folder upwards) while a set is not.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::path::Path;

use super::{GitError, Repo};

/// The mode of a submodule in the index.
const SUBMODULE: u32 = 0o160_000;

/// What the index holds below a folder, relative to it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IndexPaths {
    files: HashSet<String>,
    /// Every folder with a tracked file somewhere below it.
    folders: HashSet<String>,
    submodules: HashSet<String>,
}

impl IndexPaths {
    /// Whether this file is tracked.
    pub fn contains(&self, path: &str) -> bool {
        self.files.contains(path)
    }

    /// Whether this folder is the checkout of a submodule.
    pub fn is_submodule(&self, path: &str) -> bool {
        self.submodules.contains(path)
    }

    /// Whether any tracked file lies below this folder.
    pub fn any_below(&self, folder: &str) -> bool {
        self.folders.contains(folder)
    }

    /// Whether nothing is tracked.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    fn add_file(&mut self, path: &str) {
        let mut below = path;
        while let Some((folder, _)) = below.rsplit_once('/') {
            // Folders above a known one are known.
            if self.folders.contains(folder) {
                break;
            }
            self.folders.insert(folder.to_owned());
            below = folder;
        }
        self.files.insert(path.to_owned());
    }
}

impl Repo {
    /// What the index holds below `prefix` (relative to the checkout; empty for all). Files in conflict
    /// count; names that are not UTF-8 are left out.
    pub fn index_paths(&self, prefix: &Path) -> Result<IndexPaths, GitError> {
        let plain = |e: git2::Error| GitError::plain(&e);
        let mut index = self.inner.index().map_err(plain)?;
        // A long-running caller sees what was added since.
        index.read(false).map_err(plain)?;
        let start = start_of(prefix);
        let mut found = IndexPaths::default();
        for entry in index.iter() {
            let Some(path) = entry.path.strip_prefix(start.as_bytes()) else {
                continue;
            };
            let Ok(path) = std::str::from_utf8(path) else {
                continue;
            };
            if entry.mode & 0o170_000 == SUBMODULE {
                found.submodules.insert(path.to_owned());
            } else {
                found.add_file(path);
            }
        }
        Ok(found)
    }

    /// Whether the ignore rules match this path (relative to the checkout), tracked or not. A path that ends in `/` is a
    /// folder. False where the rules cannot be read, and in a bare repository.
    pub fn is_ignored(&self, path: &str) -> bool {
        self.inner.is_path_ignored(path).unwrap_or(false)
    }

    /// Prepares to ask about many paths below `prefix` (relative to the checkout; empty for all).
    pub fn ignores(&self, prefix: &Path) -> Result<Ignores<'_>, GitError> {
        Ok(Ignores {
            repo: self,
            start: start_of(prefix),
            index: self.index_paths(prefix)?,
            folders: RefCell::default(),
        })
    }
}

/// Answers which files below one folder git leaves out. All paths are relative to that folder.
#[derive(Debug)]
pub struct Ignores<'r> {
    repo: &'r Repo,
    start: String,
    index: IndexPaths,
    folders: RefCell<HashMap<String, bool>>,
}

impl Ignores<'_> {
    /// What the index holds.
    pub fn index(&self) -> &IndexPaths {
        &self.index
    }

    /// Whether nothing below this folder can belong: a submodule, or an ignored folder without a tracked file.
    pub fn skips_folder(&self, path: &str) -> bool {
        self.index.is_submodule(path) || (!self.index.any_below(path) && self.folder_is_ignored(path))
    }

    /// Whether this file is untracked and ignored.
    pub fn skips_file(&self, path: &str) -> bool {
        if self.index.contains(path) {
            return false;
        }
        // Nothing inside an ignored folder can be taken back by a later pattern, so the folder is asked first.
        let folder = path.rsplit_once('/').map(|(folder, _)| folder);
        folder.is_some_and(|folder| self.folder_is_ignored(folder))
            || self.repo.is_ignored(&format!("{}{path}", self.start))
    }

    fn folder_is_ignored(&self, path: &str) -> bool {
        if let Some(known) = self.folders.borrow().get(path) {
            return *known;
        }
        let above = path.rsplit_once('/').map(|(folder, _)| folder);
        let ignored = above.is_some_and(|folder| self.folder_is_ignored(folder))
            || self.repo.is_ignored(&format!("{}{path}/", self.start));
        self.folders.borrow_mut().insert(path.to_owned(), ignored);
        ignored
    }
}

/// The path of a folder with a slash at its end; empty for the top.
pub(super) fn start_of(prefix: &Path) -> String {
    let mut start = String::new();
    for part in prefix {
        start.push_str(&part.to_string_lossy());
        start.push('/');
    }
    start
}
