//! A folder of files that a command makes and keeps: it knows which are its own, writes those that changed, and removes
//! those it no longer needs. Nothing else in the folder is touched, and no file of somebody else is replaced.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use super::error::{Error, plain_io};
use crate::edit::Unfinished;
use crate::load::root::ROOT_FILE;
use crate::render::site::names;
use crate::report::export::TABLES;

/// What a folder is for.
#[derive(Debug)]
pub struct Purpose {
    /// The command that fills it.
    command: &'static str,
    /// What it is the folder of.
    noun: &'static str,
    /// The list of the folder's own files.
    list: &'static str,
    /// What the first line of the list says.
    title: &'static str,
    /// The folders in it.
    folders: &'static [&'static str],
    /// Whether a path could be one of its own files.
    is_ours: fn(&str) -> bool,
    /// Whether nothing else may be in it when it is filled for the first time.
    alone: bool,
}

/// The pages of `relm site`.
pub static SITE: Purpose = Purpose {
    command: "relm site",
    noun: "a site",
    list: ".relm-site",
    title: "# Files that `relm site` made here, and may remove again.",
    folders: crate::render::site::FOLDERS,
    is_ours: names::is_ours,
    alone: true,
};

/// The files of `relm export`.
pub static EXPORT: Purpose = Purpose {
    command: "relm export",
    noun: "tables",
    list: ".relm-export",
    title: "# Files that `relm export` made here, and may replace.",
    folders: &[],
    is_ours: is_table,
    alone: false,
};

/// Whether a path is a table in one of the formats.
fn is_table(file: &str) -> bool {
    let format = TABLES.iter().find_map(|table| file.strip_prefix(table.name)?.strip_prefix('.'));
    format.is_some_and(|format| matches!(format, "csv" | "ndjson" | "parquet"))
}

/// A folder that is being filled. Several threads may write to it.
#[derive(Debug)]
pub struct Folder {
    purpose: &'static Purpose,
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
    /// Takes over a folder that is not there, empty, or was filled like this before; where it need not stand alone, any that
    /// is no portfolio. Others are refused.
    pub fn open(root: &Path, purpose: &'static Purpose) -> Result<Self, Error> {
        let Purpose { command, noun, .. } = purpose;
        let failed = |error: &io::Error| {
            let why = plain_io(error);
            Error::output(format!("cannot use `{}` as the folder of {noun}: {why}", root.display()))
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
        if root.join(ROOT_FILE).symlink_metadata().is_ok() {
            let error = Error::usage(format!("`{}` holds a portfolio", root.display()));
            return Err(error.hint("name a folder of its own; nothing was written"));
        }
        let known = match fs::read_to_string(root.join(purpose.list)) {
            Ok(text) => text.lines().filter(|line| (purpose.is_ours)(line)).map(str::to_owned).collect(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                if purpose.alone && fs::read_dir(root).map_err(|e| failed(&e))?.next().is_some() {
                    let error =
                        Error::usage(format!("`{}` is not empty and is not the folder of {noun}", root.display()));
                    return Err(error.hint(format!(
                        "name an empty folder, or one that `{command}` filled before; nothing was written"
                    )));
                }
                BTreeSet::new()
            }
            Err(error) => return Err(failed(&error)),
        };
        for folder in purpose.folders {
            let path = root.join(folder);
            // Whoever put a link there would have us write somewhere else.
            if path.symlink_metadata().is_ok_and(|found| !found.is_dir()) {
                let error = Error::usage(format!("`{}` is no folder", path.display()));
                return Err(error.hint(format!("{noun} has a folder of that name; nothing was written")));
            }
        }
        Ok(Self {
            purpose,
            root: root.to_path_buf(),
            known,
            kept: Mutex::default(),
            written: AtomicUsize::new(0),
            bytes: AtomicU64::new(0),
        })
    }

    /// Notes that these files are about to be ours, so that an interrupted run leaves none that nobody knows. Where somebody
    /// else has one of them, nothing is written.
    pub fn announce(&self, files: impl IntoIterator<Item = String>) -> Result<(), Error> {
        let mut all = self.known.clone();
        all.extend(files);
        let foreign: Vec<&String> = all.difference(&self.known).filter(|file| self.is_there(file)).collect();
        if let Some(first) = foreign.first() {
            let command = self.purpose.command;
            let more = match foreign.len() - 1 {
                0 => String::new(),
                more => format!(", nor {more} more"),
            };
            let path = self.root.join(first);
            let error = Error::usage(format!("`{}` is there, and `{command}` did not make it{more}", path.display()));
            return Err(error.hint("move it away, or name another folder; nothing was written"));
        }
        self.write_list(&all)?;
        for folder in self.purpose.folders {
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

    fn is_there(&self, file: &str) -> bool {
        self.root.join(file).symlink_metadata().is_ok()
    }

    fn write_list(&self, files: &BTreeSet<String>) -> Result<(), Error> {
        let mut text = format!("{}\n", self.purpose.title);
        for file in files {
            text.extend([file.as_str(), "\n"]);
        }
        let path = self.root.join(self.purpose.list);
        if fs::read(&path).is_ok_and(|known| known == text.as_bytes()) {
            return Ok(());
        }
        replace(&path, text.as_bytes())
    }

    /// Writes a file unless it already holds this. A link is replaced, not followed.
    pub fn put(&self, file: &str, content: &(impl AsRef<[u8]> + ?Sized)) -> Result<(), Error> {
        let (path, content) = (self.root.join(file), content.as_ref());
        let same = fs::symlink_metadata(&path)
            .is_ok_and(|found| found.is_file() && found.len() == content.len() as u64)
            && fs::read(&path).is_ok_and(|known| known == content);
        if !same {
            replace(&path, content)?;
            self.written.fetch_add(1, Ordering::Relaxed);
        }
        self.bytes.fetch_add(content.len() as u64, Ordering::Relaxed);
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
        for folder in self.purpose.folders {
            // Only where nothing is left in it.
            let _ = fs::remove_dir(self.root.join(folder));
        }
        self.write_list(&kept)?;
        let written = self.written.load(Ordering::Relaxed);
        Ok(Outcome { written, unchanged: kept.len() - written, removed, bytes: self.bytes.load(Ordering::Relaxed) })
    }
}

/// Replaces a file as a whole. Pages can be made again, so nobody waits until the disk has them.
fn replace(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let failed = |error: &io::Error| Error::output(format!("cannot write `{}`: {}", path.display(), plain_io(error)));
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut unfinished = Unfinished::beside(folder).map_err(|error| failed(&error))?;
    unfinished.fill_lightly(bytes).map_err(|error| failed(&error))?;
    unfinished.put_in_place(path).map_err(|error| failed(&error))
}
