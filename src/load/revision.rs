//! The tree of one commit, read from git's objects without a checkout.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::confine::{self, Node, Stray};
use super::exclude::Exclude;
use super::root::ROOT_FILE;
use super::source::{Found, Listing, MAX_FILE_SIZE, Place, ReadError, SourceFile, SourceProblem, is_manifest_name};
use super::work_tree::prefix_of;
use crate::git::{BlobError, BlobId, BlobReader, EntryKind, GitError, Repo, TreeEntry};

/// The longest symbolic link that is followed, in bytes.
const MAX_LINK_LENGTH: u64 = 4096;

/// One commit below the root's place in the repository.
#[derive(Debug)]
pub struct Revision {
    root: PathBuf,
    commit: String,
    /// Every file below the root, sorted by path.
    files: Vec<TreeEntry>,
    git_dir: PathBuf,
    /// The root, relative to the top of the repository.
    prefix: PathBuf,
    /// Readers no thread is using; there are never more than threads.
    readers: Mutex<Vec<BlobReader>>,
    /// What some files hold instead, by path.
    changed: Vec<(String, Vec<u8>)>,
}

impl Revision {
    pub(super) fn open(root: &Path, rev: &str) -> Result<Self, GitError> {
        let (root, repo, prefix) = around(root)?;
        let commit = repo.resolve(rev)?.id;
        let files = repo.tree_files(&commit, &prefix)?;
        let git_dir = repo.git_dir().to_path_buf();
        Ok(Self { root, commit, files, git_dir, prefix, readers: Mutex::default(), changed: Vec::new() })
    }

    pub(super) fn with_texts(mut self, texts: Vec<(String, Vec<u8>)>) -> Self {
        self.changed = texts;
        self
    }

    fn changed(&self, path: &str) -> Option<&[u8]> {
        self.changed.iter().find(|(changed, _)| changed == path).map(|(_, bytes)| &bytes[..])
    }

    /// The repository, opened anew, and the root relative to its top.
    pub(super) fn repository(&self) -> Result<(Repo, PathBuf), GitError> {
        around(&self.root).map(|(_, repo, prefix)| (repo, prefix))
    }

    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    pub(super) fn commit(&self) -> &str {
        &self.commit
    }

    pub(super) fn list(&self, exclude: &Exclude) -> Listing {
        let mut found = Found::default();
        for TreeEntry { path, id, kind } in &self.files {
            let belongs = path == ROOT_FILE || (is_manifest_path(path) && !exclude.matches(path));
            match kind {
                _ if !belongs => {}
                EntryKind::File => found.add(path.clone(), Some(Place::Blob(*id))),
                EntryKind::Symlink => found.add(path.clone(), None),
                EntryKind::Submodule => {}
                EntryKind::NotUtf8 => {
                    let path = path.clone();
                    found.problems.push(SourceProblem::NotUtf8Path { path });
                }
            }
        }
        found.finish(|link| {
            let target = confine::resolve(&self.root, link, |path| self.look(path))?;
            let entry = self.at(&target).ok_or(confine::Stray::Missing)?;
            Ok((target, Place::Blob(entry.id)))
        })
    }

    pub(super) fn read(&self, file: &SourceFile) -> Result<Vec<u8>, ReadError> {
        if let Some(bytes) = self.changed(&file.path) {
            return Ok(bytes.to_vec());
        }
        match file.place {
            Place::Blob(id) => self.blob(id, MAX_FILE_SIZE),
            Place::Here | Place::Linked(_) => Err(ReadError::Gone),
        }
    }

    pub(super) fn read_path(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        if let Some(bytes) = self.changed(&confine::normalise(path)?) {
            return Ok(bytes.to_vec());
        }
        self.blob(self.target(path)?.id, MAX_FILE_SIZE)
    }

    pub(super) fn files_below(&self, folder: &str) -> Result<Vec<String>, ReadError> {
        let folder = confine::normalise(folder)?;
        let top = match confine::resolve_folder(&self.root, &folder, |path| self.look(path)) {
            Ok(top) => top,
            Err(Stray::Missing) => return Ok(Vec::new()),
            Err(stray) => return Err(stray.into()),
        };
        let start = if top.is_empty() { top } else { top + "/" };
        let first = self.files.partition_point(|entry| entry.path < start);
        let inside = self.files[first..].iter().map_while(|entry| Some((entry, entry.path.strip_prefix(&start)?)));
        let leads_to = |path: &str| confine::resolve(&self.root, path, |path| self.look(path));
        let files = inside.filter(|(entry, _)| match entry.kind {
            EntryKind::File | EntryKind::NotUtf8 => true,
            EntryKind::Symlink => leads_to(&entry.path) != Err(Stray::Folder),
            EntryKind::Submodule => false,
        });
        let below = |below: &str| if folder.is_empty() { below.to_owned() } else { format!("{folder}/{below}") };
        Ok(files.map(|(_, path)| below(path)).collect())
    }

    pub(super) fn stream(&self, path: &str, take: &mut dyn FnMut(&[u8])) -> Result<(), ReadError> {
        let entry = self.target(path)?;
        // Packed content cannot be had in pieces.
        take(&self.blob(entry.id, u64::MAX)?);
        Ok(())
    }

    pub(super) fn last_changed(&self, paths: &[&str]) -> Result<HashMap<String, i64>, GitError> {
        let Some(repo) = Repo::discover(&self.git_dir)? else { return Ok(HashMap::new()) };
        let target = |path: &&str| Some(((*path).to_owned(), self.target(path).ok()?.path.as_str()));
        let targets: Vec<(String, &str)> = paths.iter().filter_map(target).collect();
        let wanted: Vec<&str> = targets.iter().map(|(_, target)| *target).collect();
        let times = repo.last_changed(&self.commit, &self.prefix, &wanted)?;
        Ok(targets.into_iter().filter_map(|(path, target)| Some((path, *times.get(target)?))).collect())
    }

    pub(super) fn resolve(&self, path: &str) -> Result<String, ReadError> {
        let path = confine::normalise(path)?;
        Ok(confine::resolve(&self.root, &path, |path| self.look(path))?)
    }

    fn target(&self, path: &str) -> Result<&TreeEntry, ReadError> {
        self.at(&self.resolve(path)?).ok_or(ReadError::Gone)
    }

    fn at(&self, path: &str) -> Option<&TreeEntry> {
        self.files.binary_search_by(|entry| entry.path.as_str().cmp(path)).ok().map(|position| &self.files[position])
    }

    fn look(&self, path: &str) -> Result<Node, String> {
        let Some(entry) = self.at(path) else {
            let folder = format!("{path}/");
            let first = self.files.partition_point(|entry| entry.path < folder);
            let inside = self.files.get(first);
            return Ok(match inside {
                Some(entry) if entry.path.starts_with(&folder) => Node::Folder,
                _ => Node::Missing,
            });
        };
        Ok(match entry.kind {
            EntryKind::File => Node::File,
            EntryKind::Symlink => {
                let target = self.blob(entry.id, MAX_LINK_LENGTH).map_err(|error| error.to_string())?;
                Node::Link(
                    String::from_utf8(target)
                        .map_err(|_| "it is a symbolic link to a name that is not UTF-8".to_owned())?,
                )
            }
            EntryKind::Submodule | EntryKind::NotUtf8 => Node::Other,
        })
    }

    fn blob(&self, id: BlobId, limit: u64) -> Result<Vec<u8>, ReadError> {
        let readers = || self.readers.lock().unwrap_or_else(PoisonError::into_inner);
        let idle = readers().pop();
        let reader = match idle {
            Some(reader) => reader,
            None => BlobReader::open(&self.git_dir).map_err(|error| ReadError::Unreadable(error.to_string()))?,
        };
        let content = reader.read(id, limit).map_err(|error| match error {
            BlobError::TooLarge { size } => ReadError::TooLarge { size, limit },
            BlobError::Git(error) => ReadError::Unreadable(error.to_string()),
        });
        readers().push(reader);
        content
    }
}

/// The root, absolute, the repository it lies in, and the root relative to the top of that.
fn around(root: &Path) -> Result<(PathBuf, Repo, PathBuf), GitError> {
    let (existing, root) = located(root);
    let repo = Repo::discover(&existing)?.ok_or_else(|| GitError::NotARepository { path: root.clone() })?;
    let prefix = repo.workdir().and_then(|top| prefix_of(top, &root)).unwrap_or_default();
    Ok((root, repo, prefix))
}

/// The nearest existing folder, to find the repository by, and the whole path: `root` may be gone from the checkout.
fn located(root: &Path) -> (PathBuf, PathBuf) {
    let absolute = std::path::absolute(root).unwrap_or_else(|_| root.to_path_buf());
    for existing in absolute.ancestors() {
        if let Ok(real) = existing.canonicalize() {
            let gone = absolute.strip_prefix(existing).unwrap_or(Path::new(""));
            let whole = if gone.as_os_str().is_empty() { real.clone() } else { real.join(gone) };
            return (real, whole);
        }
    }
    (absolute.clone(), absolute)
}

/// The rule for names, over all parts of a path.
fn is_manifest_path(path: &str) -> bool {
    let mut parts = path.rsplit('/');
    parts.next().is_some_and(|name| is_manifest_name(name.as_bytes())) && parts.all(|folder| !folder.starts_with('.'))
}
