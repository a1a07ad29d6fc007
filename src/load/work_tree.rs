//! Files on disk.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use walkdir::{DirEntry, WalkDir};

use super::confine::{self, Node, Stray};
use super::exclude::Exclude;
use super::root::ROOT_FILE;
use super::source::{
    Found, Listing, MAX_FILE_SIZE, Place, ReadError, SourceFile, SourceProblem, is_manifest_name, plain_io,
};
use crate::git::{GitError, Ignores, Repo};

/// How much of a file is in memory at once while it is passed on, in bytes.
const PIECE: usize = 64 * 1024;

/// A folder on disk, with the repository it lies in, if any.
#[derive(Debug)]
pub struct WorkTree {
    root: PathBuf,
    git: Option<Checkout>,
    /// A file, by its path relative to the root, that is read as if it were there and held these bytes.
    changed: Vec<(String, Vec<u8>)>,
}

/// The repository around a root.
#[derive(Debug)]
struct Checkout {
    /// Asked while listing and for the state, never while files are read.
    repo: Mutex<Repo>,
    /// The root, relative to the top of the checkout.
    prefix: PathBuf,
    commit: Option<String>,
}

impl WorkTree {
    pub(super) fn open(root: PathBuf) -> (Self, Vec<String>) {
        let root = root.canonicalize().unwrap_or(root);
        let (git, warning) = match Repo::discover(&root) {
            Ok(repo) => Checkout::around(&root, repo),
            Err(error) => {
                let hint = error.hint().map(|hint| format!("; {hint}")).unwrap_or_default();
                let warning = format!("{error}; files are read without git, ignored ones too{hint}");
                (None, Some(warning))
            }
        };
        (Self { root, git, changed: Vec::new() }, warning.into_iter().collect())
    }

    pub(super) fn with_texts(mut self, texts: Vec<(String, Vec<u8>)>) -> Self {
        self.changed = texts;
        self
    }

    fn changed(&self, path: &str) -> Option<&[u8]> {
        self.changed.iter().find(|(changed, _)| changed == path).map(|(_, bytes)| &bytes[..])
    }

    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    pub(super) fn commit(&self) -> Option<&str> {
        self.git.as_ref()?.commit.as_deref()
    }

    /// The repository around the root, opened anew, and the root relative to its top.
    pub(super) fn repository(&self) -> Result<Option<(Repo, PathBuf)>, GitError> {
        let repo = Repo::discover(&self.root)?;
        Ok(repo.zip(self.git.as_ref().map(|git| git.prefix.clone())))
    }

    pub(super) fn dirty(&self) -> bool {
        self.dirty_beside(None)
    }

    pub(super) fn dirty_beside(&self, file: Option<&Path>) -> bool {
        self.git.as_ref().is_some_and(|git| {
            let repo = git.repo.lock().unwrap_or_else(PoisonError::into_inner);
            repo.dirty_beside(&git.prefix, file)
        })
    }

    pub(super) fn list(&self, exclude: &Exclude) -> Listing {
        let mut found = Found::default();
        match &self.git {
            None => {
                self.walk(exclude, None, &mut found);
                self.add_new(exclude, None, &mut found);
            }
            Some(git) => {
                let repo = git.repo.lock().unwrap_or_else(PoisonError::into_inner);
                let ignores = match repo.ignores(&git.prefix) {
                    Ok(ignores) => Some(ignores),
                    Err(error) => {
                        let why = error.to_string();
                        found.problems.push(SourceProblem::IgnoreRules { why });
                        None
                    }
                };
                self.walk(exclude, ignores.as_ref(), &mut found);
                self.add_new(exclude, ignores.as_ref(), &mut found);
            }
        }
        found.finish(|link| {
            let target = confine::resolve(&self.root, link, |path| self.look(path))?;
            Ok((target.clone(), Place::Linked(target)))
        })
    }

    fn walk(&self, exclude: &Exclude, ignores: Option<&Ignores<'_>>, found: &mut Found) {
        let entries = WalkDir::new(&self.root)
            .min_depth(1)
            .into_iter()
            .filter_entry(|entry| self.may_belong(entry, exclude, ignores));
        for entry in entries {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    found.problems.extend(self.walk_problem(&error));
                    continue;
                }
            };
            let kind = entry.file_type();
            if kind.is_dir() || !is_manifest_name(entry.file_name().as_encoded_bytes()) {
                continue;
            }
            match self.relative(entry.path()) {
                Err(path) => found.problems.push(SourceProblem::NotUtf8Path { path }),
                Ok(path) => {
                    let left_out = exclude.matches(&path) || ignores.is_some_and(|ignores| ignores.skips_file(&path));
                    if path == ROOT_FILE || !left_out {
                        if kind.is_file() {
                            found.add(path, Some(Place::Here));
                        } else if kind.is_symlink() {
                            found.add(path, None);
                        }
                    }
                }
            }
        }
    }

    /// A file that only would be there belongs by the same rules.
    fn add_new(&self, exclude: &Exclude, ignores: Option<&Ignores<'_>>, found: &mut Found) {
        for (path, _) in &self.changed {
            let mut folders = path.match_indices('/').map(|(at, _)| &path[..at]);
            let left_out = |folder: &str| {
                folder.rsplit('/').next().is_some_and(|name| name.starts_with('.'))
                    || exclude.matches(folder)
                    || ignores.is_some_and(|ignores| ignores.skips_folder(folder))
            };
            let name = path.rsplit('/').next().unwrap_or(path);
            let belongs = is_manifest_name(name.as_bytes())
                && !folders.any(left_out)
                && !exclude.matches(path)
                && !ignores.is_some_and(|ignores| ignores.skips_file(path));
            if belongs && self.root.join(path).symlink_metadata().is_err() {
                found.add(path.clone(), Some(Place::Here));
            }
        }
    }

    /// Prunes folders before they are read: what cannot belong is not even opened.
    fn may_belong(&self, entry: &DirEntry, exclude: &Exclude, ignores: Option<&Ignores<'_>>) -> bool {
        if entry.file_name().as_encoded_bytes().starts_with(b".") && entry.depth() > 0 {
            return false;
        }
        if entry.depth() == 0 || !entry.file_type().is_dir() {
            return true;
        }
        // A folder whose name is no text is entered, so that the manifests in it are reported.
        self.relative(entry.path())
            .map_or(true, |path| !exclude.matches(&path) && !ignores.is_some_and(|ignores| ignores.skips_folder(&path)))
    }

    /// A folder that vanished while it was walked is no problem; one that cannot be opened is.
    fn walk_problem(&self, error: &walkdir::Error) -> Option<SourceProblem> {
        let why = match error.io_error() {
            Some(cause) if cause.kind() == io::ErrorKind::NotFound && error.depth() > 0 => {
                return None;
            }
            Some(cause) => plain_io(cause),
            None => "it cannot be entered".to_owned(),
        };
        let path = match error.path().map(|path| self.relative(path)) {
            Some(Ok(path) | Err(path)) if !path.is_empty() => path,
            _ => ".".to_owned(),
        };
        Some(SourceProblem::Unreadable { path, why })
    }

    /// The path below the root with `/`, or its nearest text where it is not UTF-8.
    fn relative(&self, path: &Path) -> Result<String, String> {
        let below = path.strip_prefix(&self.root).unwrap_or(path);
        let with_slashes = |text: &str| {
            if std::path::MAIN_SEPARATOR == '/' {
                text.to_owned()
            } else {
                text.replace(std::path::MAIN_SEPARATOR, "/")
            }
        };
        below.to_str().map(with_slashes).ok_or_else(|| with_slashes(&below.to_string_lossy()))
    }

    pub(super) fn read(&self, file: &SourceFile) -> Result<Vec<u8>, ReadError> {
        if let Some(bytes) = self.changed(&file.path) {
            return Ok(bytes.to_vec());
        }
        match &file.place {
            Place::Here => read_file(&self.root.join(&file.path)),
            Place::Linked(target) => read_file(&self.root.join(target)),
            Place::Blob(_) => Err(ReadError::Gone),
        }
    }

    pub(super) fn read_path(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        let path = confine::normalise(path)?;
        if let Some(bytes) = self.changed(&path) {
            return Ok(bytes.to_vec());
        }
        let target = confine::resolve(&self.root, &path, |path| self.look(path))?;
        read_file(&self.root.join(target))
    }

    pub(super) fn files_below(&self, folder: &str) -> Result<Vec<String>, ReadError> {
        let folder = confine::normalise(folder)?;
        let top = match confine::resolve_folder(&self.root, &folder, |path| self.look(path)) {
            Ok(top) => self.root.join(top),
            Err(Stray::Missing) => return Ok(Vec::new()),
            Err(stray) => return Err(stray.into()),
        };
        let is_ours = |entry: &DirEntry| {
            let name = entry.file_name();
            name != ".git" && !(entry.depth() > 0 && entry.file_type().is_dir() && entry.path().join(".git").exists())
        };
        let mut files = Vec::new();
        for entry in WalkDir::new(&top).min_depth(1).into_iter().filter_entry(is_ours) {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => match self.walk_problem(&error) {
                    Some(problem) => return Err(ReadError::Unreadable(problem.to_string())),
                    None => continue,
                },
            };
            if entry.file_type().is_dir() {
                continue;
            }
            let below = entry.path().strip_prefix(&top).unwrap_or(entry.path()).to_string_lossy();
            let below = below.replace(std::path::MAIN_SEPARATOR, "/");
            let path = if folder.is_empty() { below } else { format!("{folder}/{below}") };
            let leads_to = || confine::resolve(&self.root, &path, |path| self.look(path));
            if !(entry.file_type().is_symlink() && leads_to() == Err(Stray::Folder)) {
                files.push(path);
            }
        }
        files.sort_unstable();
        Ok(files)
    }

    pub(super) fn stream(&self, path: &str, take: &mut dyn FnMut(&[u8])) -> Result<(), ReadError> {
        let mut file = open_file(&self.root.join(self.resolve(path)?))?.0;
        let mut piece = vec![0; PIECE];
        loop {
            match file.read(&mut piece) {
                Ok(0) => return Ok(()),
                Ok(read) => take(&piece[..read]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(ReadError::Unreadable(plain_io(&error))),
            }
        }
    }

    pub(super) fn last_changed(&self, paths: &[&str]) -> Result<HashMap<String, i64>, GitError> {
        let Some((git, commit)) = self.git.as_ref().and_then(|git| Some((git, git.commit.as_deref()?))) else {
            return Ok(HashMap::new());
        };
        let repo = git.repo.lock().unwrap_or_else(PoisonError::into_inner);
        let targets: Vec<(&str, String)> =
            paths.iter().filter_map(|path| Some((*path, self.resolve(path).ok()?))).collect();
        let wanted: Vec<&str> = targets.iter().map(|(_, target)| target.as_str()).collect();
        let modified = repo.modified(&git.prefix, &wanted)?;
        let times = repo.last_changed(commit, &git.prefix, &wanted)?;
        let time = |(path, target): &(&str, String)| {
            let time = times.get(target).filter(|_| !modified.contains(target))?;
            Some(((*path).to_owned(), *time))
        };
        Ok(targets.iter().filter_map(time).collect())
    }

    pub(super) fn resolve(&self, path: &str) -> Result<String, ReadError> {
        let path = confine::normalise(path)?;
        Ok(confine::resolve(&self.root, &path, |path| self.look(path))?)
    }

    fn look(&self, path: &str) -> Result<Node, String> {
        let path = self.root.join(path);
        let kind = match fs::symlink_metadata(&path) {
            Ok(found) => found.file_type(),
            Err(error) if is_gone(&error) => return Ok(Node::Missing),
            Err(error) => return Err(plain_io(&error)),
        };
        Ok(if kind.is_file() {
            Node::File
        } else if kind.is_dir() {
            Node::Folder
        } else if kind.is_symlink() {
            let target = fs::read_link(&path).map_err(|error| plain_io(&error))?;
            let Some(text) = target.to_str() else {
                return Err("it is a symbolic link to a name that is not UTF-8".to_owned());
            };
            Node::Link(text.replace(std::path::MAIN_SEPARATOR, "/"))
        } else {
            Node::Other
        })
    }
}

impl Checkout {
    /// `None` where the repository has no say over the root; the text is a warning about that.
    fn around(root: &Path, repo: Option<Repo>) -> (Option<Self>, Option<String>) {
        let Some(repo) = repo else {
            return (None, None);
        };
        let Some(prefix) = repo.workdir().and_then(|top| prefix_of(top, root)) else {
            return (None, None);
        };
        let above = prefix.as_os_str() != OsStr::new("");
        let text = format!("{}/", prefix.to_string_lossy());
        if above && repo.is_ignored(&text) && repo.index_paths(&prefix).is_ok_and(|index| index.is_empty()) {
            // Everything in it would be left out; whoever works here did not mean that.
            let warning =
                format!("the git repository around `{}` ignores this folder; it is read without git", root.display());
            return (None, Some(warning));
        }
        let (commit, warning) = match repo.head() {
            Ok(head) => (head.map(|commit| commit.id), None),
            Err(error) => (None, Some(error.to_string())),
        };
        let repo = Mutex::new(repo);
        (Some(Self { repo, prefix, commit }), warning)
    }
}

/// `root` relative to the top of a checkout; both may be reached through links.
pub(super) fn prefix_of(top: &Path, root: &Path) -> Option<PathBuf> {
    let top = top.canonicalize().unwrap_or_else(|_| top.to_path_buf());
    root.strip_prefix(top).ok().map(Path::to_path_buf)
}

fn is_gone(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

fn failed(error: &io::Error) -> ReadError {
    if is_gone(error) { ReadError::Gone } else { ReadError::Unreadable(plain_io(error)) }
}

/// An ordinary file, and its size in bytes.
fn open_file(path: &Path) -> Result<(File, u64), ReadError> {
    let file = File::open(path).map_err(|error| failed(&error))?;
    let found = file.metadata().map_err(|error| failed(&error))?;
    if found.is_file() {
        Ok((file, found.len()))
    } else {
        Err(ReadError::Unreadable("it is not an ordinary file".to_owned()))
    }
}

fn read_file(path: &Path) -> Result<Vec<u8>, ReadError> {
    let (file, size) = open_file(path)?;
    let too_large = |size| ReadError::TooLarge { size, limit: MAX_FILE_SIZE };
    if size > MAX_FILE_SIZE {
        return Err(too_large(size));
    }
    let mut bytes = Vec::with_capacity(size as usize + 1);
    // The file may grow while it is read.
    file.take(MAX_FILE_SIZE + 1).read_to_end(&mut bytes).map_err(|error| failed(&error))?;
    if bytes.len() as u64 > MAX_FILE_SIZE {
        return Err(too_large(bytes.len() as u64));
    }
    Ok(bytes)
}
