//! Where manifests come from: a work tree or a commit's tree, behind one interface.
//!
//! Which files belong: every `*.yaml` and `*.yml` (lower case) below the root, except
//! - hidden files and folders (a name that begins with a dot);
//! - untracked files that git ignores; tracked files always belong;
//! - submodules, which are other repositories;
//! - symbolic links that leave the root. A link to a file inside is read, unless that file is listed anyway; linked folders
//!   are not entered;
//! - what `exclude:` matches.

use std::collections::HashMap;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use super::confine::Stray;
pub use super::exclude::Exclude;
use super::revision::Revision;
use super::root::ROOT_FILE;
use super::work_tree::WorkTree;
use crate::git::{BlobId, GitError, Repo};

/// The largest file that is read, in bytes.
pub const MAX_FILE_SIZE: u64 = 16 * 1024 * 1024;

/// A work tree or the tree of one commit.
#[derive(Debug)]
pub enum Source {
    /// The files on disk.
    WorkTree(WorkTree),
    /// The files of a commit, read from git's objects.
    Revision(Revision),
}

/// The files that belong to a portfolio, and what stood in the way.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Listing {
    /// Sorted by path.
    pub files: Vec<SourceFile>,
    /// Sorted by path.
    pub problems: Vec<SourceProblem>,
}

/// One file of a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFile {
    /// Relative to the root, separated by `/`.
    pub path: String,
    pub(super) place: Place,
}

/// How a listed file is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    /// On disk, at its own path.
    Here,
    /// On disk, at another path below the root that its link leads to.
    Linked(String),
    /// In the object store.
    Blob(BlobId),
}

/// What kept a file or folder out of a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SourceProblem {
    /// A file or folder that cannot be looked at.
    Unreadable {
        /// Relative to the root; `.` for the root itself.
        path: String,
        /// Why, in plain words.
        why: String,
    },
    /// The root's own `relm.yaml` is a symbolic link that leaves the root.
    LeavesRoot {
        /// Relative to the root.
        path: String,
        /// Where the link leads, as written.
        target: String,
    },
    /// A name that is not UTF-8.
    NotUtf8Path {
        /// Relative to the root, with a mark in place of what is no text.
        path: String,
    },
    /// A symbolic link that leads in a circle.
    SymlinkLoop {
        /// Relative to the root.
        path: String,
    },
    /// A second `relm.yaml`, below the first.
    SecondRoot {
        /// Relative to the root.
        path: String,
    },
    /// What git ignores could not be found out, so ignored files are listed too.
    IgnoreRules {
        /// Why, in plain words.
        why: String,
    },
}

impl SourceProblem {
    /// The file or folder it is about, relative to the root.
    pub fn path(&self) -> &str {
        match self {
            Self::Unreadable { path, .. }
            | Self::LeavesRoot { path, .. }
            | Self::NotUtf8Path { path }
            | Self::SymlinkLoop { path }
            | Self::SecondRoot { path } => path,
            Self::IgnoreRules { .. } => ".",
        }
    }
}

impl fmt::Display for SourceProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable { path, why } => write!(f, "cannot read `{path}`: {why}"),
            Self::LeavesRoot { path, target } => {
                write!(f, "`{path}` is a symbolic link to `{target}`, outside the portfolio")
            }
            Self::NotUtf8Path { path } => write!(f, "the name of `{path}` is not valid UTF-8"),
            Self::SymlinkLoop { path } => {
                write!(f, "`{path}` is a symbolic link that leads in a circle")
            }
            Self::SecondRoot { path } => {
                write!(f, "`{path}` would begin a second portfolio below `{ROOT_FILE}`")
            }
            Self::IgnoreRules { why } => {
                write!(f, "cannot find out what git ignores, so ignored files are read too: {why}")
            }
        }
    }
}

/// Why a file was not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReadError {
    /// There is no such file, or it was removed since it was listed.
    Gone,
    /// It is larger than [`MAX_FILE_SIZE`]; its content was not read.
    TooLarge {
        /// Its size in bytes.
        size: u64,
        /// The largest size that is read, in bytes.
        limit: u64,
    },
    /// The path, or a symbolic link on its way, leaves the root.
    OutsideRoot,
    /// Anything else, in plain words.
    Unreadable(String),
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Gone => f.write_str("the file does not exist"),
            Self::TooLarge { size, limit } => write!(
                f,
                "the file is {} MiB long; at most {} MiB are read",
                size.div_ceil(1024 * 1024),
                limit / (1024 * 1024)
            ),
            Self::OutsideRoot => f.write_str("the path leaves the portfolio"),
            Self::Unreadable(why) => f.write_str(why),
        }
    }
}

impl std::error::Error for ReadError {}

impl From<Stray> for ReadError {
    fn from(stray: Stray) -> Self {
        match stray {
            Stray::Outside(_) => Self::OutsideRoot,
            Stray::Loop => Self::Unreadable("its symbolic links lead in a circle".to_owned()),
            Stray::Missing => Self::Gone,
            Stray::Folder => Self::Unreadable("it is a folder".to_owned()),
            Stray::Unreadable(why) => Self::Unreadable(why),
        }
    }
}

impl Source {
    /// The files on disk below `root`. Git is optional: where the repository cannot be used, the plain folder is read and
    /// the warnings, complete sentences for people, say so.
    pub fn work_tree(root: PathBuf) -> (Self, Vec<String>) {
        let (tree, warnings) = WorkTree::open(root);
        (Self::WorkTree(tree), warnings)
    }

    /// The files on disk below `root`, but with this content in one of them: what there would be if it were written.
    pub fn changed_work_tree(root: PathBuf, path: &str, bytes: Vec<u8>) -> Self {
        Self::WorkTree(WorkTree::open(root).0.with_texts(vec![(path.to_owned(), bytes)]))
    }

    /// The same files, but with these contents in some of them, by path: what there would be if they were written.
    pub fn changed(&self, texts: Vec<(String, Vec<u8>)>) -> Result<Self, GitError> {
        let root = self.root();
        Ok(match self {
            Self::WorkTree(_) => Self::WorkTree(WorkTree::open(root.to_path_buf()).0.with_texts(texts)),
            Self::Revision(revision) => Self::Revision(Revision::open(root, revision.commit())?.with_texts(texts)),
        })
    }

    /// The files below `root` as the commit that `rev` names has them. `root` itself need not exist any more.
    pub fn revision(root: &Path, rev: &str) -> Result<Self, GitError> {
        Revision::open(root, rev).map(Self::Revision)
    }

    /// The files that belong, by the rules above, `relm.yaml` among them.
    pub fn list(&self, exclude: &Exclude) -> Listing {
        match self {
            Self::WorkTree(tree) => tree.list(exclude),
            Self::Revision(revision) => revision.list(exclude),
        }
    }

    /// The content of a listed file. May be called from many threads at once.
    pub fn read(&self, file: &SourceFile) -> Result<Vec<u8>, ReadError> {
        match self {
            Self::WorkTree(tree) => tree.read(file),
            Self::Revision(revision) => revision.read(file),
        }
    }

    /// The content of any file below the root, named by a path relative to it. Paths and links that leave the root are
    /// refused.
    pub fn read_path(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        match self {
            Self::WorkTree(tree) => tree.read_path(path),
            Self::Revision(revision) => revision.read_path(path),
        }
    }

    /// The file below the root that a path leads to, links followed.
    pub fn resolve(&self, path: &str) -> Result<String, ReadError> {
        match self {
            Self::WorkTree(tree) => tree.resolve(path),
            Self::Revision(revision) => revision.resolve(path),
        }
    }

    /// Every file below a folder, named by a path relative to the root: manifests or not, hidden or not, ignored by git or
    /// not; sorted. Links to files count, wherever they lead; linked folders and other repositories are not entered. Nothing
    /// where there is no such folder.
    pub fn files_below(&self, folder: &str) -> Result<Vec<String>, ReadError> {
        match self {
            Self::WorkTree(tree) => tree.files_below(folder),
            Self::Revision(revision) => revision.files_below(folder),
        }
    }

    /// Passes the content of any file below the root on, piece by piece and whatever its size.
    pub fn stream(&self, path: &str, take: &mut dyn FnMut(&[u8])) -> Result<(), ReadError> {
        match self {
            Self::WorkTree(tree) => tree.stream(path, take),
            Self::Revision(revision) => revision.stream(path, take),
        }
    }

    /// The times, in seconds since 1970, of the commits that last changed these files, by the paths as given. Those that
    /// stand otherwise than in [`Source::commit`] have none.
    pub fn last_changed(&self, paths: &[&str]) -> HashMap<String, i64> {
        let found = match self {
            Self::WorkTree(tree) => tree.last_changed(paths),
            Self::Revision(revision) => revision.last_changed(paths),
        };
        // Whatever keeps git from telling: nobody knows when they were changed.
        found.unwrap_or_default()
    }

    /// The root, absolute.
    pub fn root(&self) -> &Path {
        match self {
            Self::WorkTree(tree) => tree.root(),
            Self::Revision(revision) => revision.root(),
        }
    }

    /// The commit that is read, or that the work tree is based on, in hexadecimal; `None` outside git and before the first
    /// commit.
    pub fn commit(&self) -> Option<&str> {
        match self {
            Self::WorkTree(tree) => tree.commit(),
            Self::Revision(revision) => Some(revision.commit()),
        }
    }

    /// As [`Source::dirty`], but for one file, which is given as a path of the system.
    pub fn dirty_beside(&self, file: Option<&Path>) -> bool {
        match self {
            Self::WorkTree(tree) => tree.dirty_beside(file),
            Self::Revision(_) => false,
        }
    }

    /// The repository that has a say over the files, and the root relative to its top; none outside git.
    pub(super) fn repository(&self) -> Result<Option<(Repo, PathBuf)>, GitError> {
        match self {
            Self::WorkTree(tree) => tree.repository(),
            Self::Revision(revision) => revision.repository().map(Some),
        }
    }

    /// Whether the files below the root differ from [`Source::commit`]. Costs a look at every file; false for a commit and
    /// outside git.
    pub fn dirty(&self) -> bool {
        match self {
            Self::WorkTree(tree) => tree.dirty(),
            Self::Revision(_) => false,
        }
    }
}

/// Whether a file of this name may be a manifest.
pub(super) fn is_manifest_name(name: &[u8]) -> bool {
    !name.starts_with(b".") && (name.ends_with(b".yaml") || name.ends_with(b".yml"))
}

/// Whether this path names a `relm.yaml` other than the root's own.
pub(super) fn is_second_root(path: &str) -> bool {
    path.strip_suffix(ROOT_FILE).is_some_and(|folder| folder.ends_with('/'))
}

/// What the system says of a failed file operation, without error numbers.
pub(crate) fn plain_io(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        io::ErrorKind::NotFound => "it does not exist".to_owned(),
        _ => {
            let text = error.to_string();
            text.split(" (os error").next().unwrap_or_default().to_lowercase()
        }
    }
}

/// A listing under construction: ordinary files are known at once, links only when all files are.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) files: Vec<SourceFile>,
    pub(super) links: Vec<String>,
    pub(super) problems: Vec<SourceProblem>,
}

impl Found {
    /// Adds a file or link that belongs; a second root becomes a problem instead.
    pub(super) fn add(&mut self, path: String, place: Option<Place>) {
        if is_second_root(&path) {
            self.problems.push(SourceProblem::SecondRoot { path });
        } else if let Some(place) = place {
            self.files.push(SourceFile { path, place });
        } else {
            self.links.push(path);
        }
    }

    /// Follows the links, leaves out those to files that are listed anyway, and sorts.
    pub(super) fn finish(mut self, follow: impl Fn(&str) -> Result<(String, Place), Stray>) -> Listing {
        self.files.sort_unstable_by(|a, b| a.path.cmp(&b.path));
        self.links.sort_unstable();
        let listed = self.files.len();
        let mut linked = std::collections::BTreeSet::new();
        for path in self.links {
            match follow(&path) {
                Ok((target, place)) => {
                    let known = self.files[..listed].binary_search_by(|file| file.path.as_str().cmp(&target)).is_ok();
                    if !known && linked.insert(target) {
                        self.files.push(SourceFile { path, place });
                    }
                }
                Err(stray) => self.problems.extend(link_problem(path, stray)),
            }
        }
        self.files.sort_unstable_by(|a, b| a.path.cmp(&b.path));
        self.problems.sort_by(|a, b| a.path().cmp(b.path()));
        Listing { files: self.files, problems: self.problems }
    }
}

/// Links that leave the root do not belong, which is no problem; the root's own file must be there, though.
fn link_problem(path: String, stray: Stray) -> Option<SourceProblem> {
    match stray {
        Stray::Outside(target) => (path == ROOT_FILE).then_some(SourceProblem::LeavesRoot { path, target }),
        Stray::Loop => Some(SourceProblem::SymlinkLoop { path }),
        Stray::Missing => Some(SourceProblem::Unreadable {
            path,
            why: "it is a symbolic link to a file that does not exist".to_owned(),
        }),
        // A linked folder is not entered, whatever its name ends in.
        Stray::Folder => None,
        Stray::Unreadable(why) => Some(SourceProblem::Unreadable { path, why }),
    }
}
