//! A folder of files that a command makes and keeps: it knows which are its own, writes those that changed, and removes
//! those it no longer needs. Nothing else in the folder is touched.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use super::error::{Error, plain_io};
use crate::edit::Unfinished;
use crate::render::site::names;

/// The list of the folder's own files.
const LIST: &str = ".relm-site";

/// What the first line of the list says.
const TITLE: &str = "# Files that `relm site` made here, and may remove again.";

/// A folder that is being filled. Several threads may write to it.
#[derive(Debug)]
pub struct Folder {
    root: PathBuf,
    /// What earlier runs wrote.
    known: BTreeSet<String>,
    /// What this run wrote or found as it should be.
    kept: Mutex<BTreeSet<String>>,
    written: AtomicUsize,
    bytes: AtomicU64,
}

/// What became of the files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outcome {
    /// Made or changed.
    pub written: usize,
    /// As they should be already.
    pub unchanged: usize,
    /// No longer needed.
    pub removed: usize,
    /// Bytes of all files.
    pub bytes: u64,
}

impl Folder {
    /// Takes over a folder that is not there, empty, or was filled like this before; any other is refused.
    pub fn open(root: &Path) -> Result<Self, Error> {
        let failed = |error: &io::Error| {
            Error::output(format!("cannot use `{}` as the folder of a site: {}", root.display(), plain_io(error)))
        };
        match fs::metadata(root) {
            Ok(found) if !found.is_dir() => {
                return Err(Error::usage(format!("`{}` is no folder", root.display()))
                    .hint("name a folder, which is made when it is not there"));
            }
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                fs::create_dir_all(root).map_err(|e| failed(&e))?;
            }
            Err(error) => return Err(failed(&error)),
        }
        let known = match fs::read_to_string(root.join(LIST)) {
            Ok(text) => listed(&text),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                if fs::read_dir(root).map_err(|e| failed(&e))?.next().is_some() {
                    let error =
                        Error::usage(format!("`{}` is not empty and is not the folder of a site", root.display()));
                    return Err(
                        error.hint("name an empty folder, or one that `relm site` filled before; nothing was written")
                    );
                }
                BTreeSet::new()
            }
            Err(error) => return Err(failed(&error)),
        };
        for folder in crate::render::site::FOLDERS {
            let path = root.join(folder);
            // Whoever put a link there would have us write somewhere else.
            if path.symlink_metadata().is_ok_and(|found| !found.is_dir()) {
                let error = Error::usage(format!("`{}` is no folder", path.display()));
                return Err(error.hint("a site has a folder of that name; nothing was written"));
            }
        }
        Ok(Self {
            root: root.to_path_buf(),
            known,
            kept: Mutex::default(),
            written: AtomicUsize::new(0),
            bytes: AtomicU64::new(0),
        })
    }

    /// Notes that these files are about to be ours, so that an interrupted run leaves none that nobody knows.
    pub fn announce(&self, files: impl IntoIterator<Item = String>) -> Result<(), Error> {
        let mut all = self.known.clone();
        all.extend(files);
        self.write_list(&all)?;
        for folder in crate::render::site::FOLDERS {
            let prefix = format!("{folder}/");
            if all.iter().any(|file| file.starts_with(&prefix)) {
                let path = self.root.join(folder);
                fs::create_dir_all(&path).map_err(|error| {
                    Error::output(format!("cannot make the folder `{}`: {}", path.display(), plain_io(&error)))
                })?;
            }
        }
        Ok(())
    }

    fn write_list(&self, files: &BTreeSet<String>) -> Result<(), Error> {
        let mut text = format!("{TITLE}\n");
        for file in files {
            text.extend([file.as_str(), "\n"]);
        }
        let path = self.root.join(LIST);
        if fs::read(&path).is_ok_and(|known| known == text.as_bytes()) {
            return Ok(());
        }
        replace(&path, text.as_bytes())
    }

    /// Writes a file unless it already holds this.
    pub fn put(&self, file: &str, text: &str) -> Result<(), Error> {
        let path = self.root.join(file);
        let same = fs::metadata(&path).is_ok_and(|found| found.is_file() && found.len() == text.len() as u64)
            && fs::read(&path).is_ok_and(|known| known == text.as_bytes());
        if !same {
            replace(&path, text.as_bytes())?;
            self.written.fetch_add(1, Ordering::Relaxed);
        }
        self.bytes.fetch_add(text.len() as u64, Ordering::Relaxed);
        self.kept.lock().unwrap_or_else(std::sync::PoisonError::into_inner).insert(file.to_owned());
        Ok(())
    }

    /// Removes what earlier runs wrote and this one did not, and closes the list.
    pub fn close(self) -> Result<Outcome, Error> {
        let kept = self.kept.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone();
        let mut removed = 0;
        for file in self.known.difference(&kept) {
            let path = self.root.join(file);
            match fs::remove_file(&path) {
                Ok(()) => removed += 1,
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => {
                    return Err(Error::output(format!("cannot remove `{}`: {}", path.display(), plain_io(&error))));
                }
            }
        }
        for folder in crate::render::site::FOLDERS {
            // Only where nothing is left in it.
            let _ = fs::remove_dir(self.root.join(folder));
        }
        self.write_list(&kept)?;
        let written = self.written.load(Ordering::Relaxed);
        Ok(Outcome { written, unchanged: kept.len() - written, removed, bytes: self.bytes.load(Ordering::Relaxed) })
    }
}

/// The files that a list names, as far as they can be ours.
fn listed(text: &str) -> BTreeSet<String> {
    text.lines().filter(|line| names::is_ours(line)).map(str::to_owned).collect()
}

/// Replaces a file as a whole. Pages can be made again, so nobody waits until the disk has them.
fn replace(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let failed = |error: &io::Error| Error::output(format!("cannot write `{}`: {}", path.display(), plain_io(error)));
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut unfinished = Unfinished::beside(folder).map_err(|error| failed(&error))?;
    unfinished.fill_lightly(bytes).map_err(|error| failed(&error))?;
    unfinished.put_in_place(path).map_err(|error| failed(&error))
}
