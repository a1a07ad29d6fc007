//! Puts changed files in place: each as a whole, all or none, and only over what was read.

use std::fmt;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use crate::load::source::plain_io;

/// Files that are being written and not yet in place.
static UNFINISHED: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// Removes the files that are not yet in place; for the moment before the process ends early.
pub fn remove_unfinished() {
    let mut unfinished = UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner);
    for path in unfinished.drain(..) {
        // There is nobody left to tell if this fails.
        let _ = fs::remove_file(path);
    }
}

/// Has a file removed should the process end early.
pub(super) fn remember_unfinished(path: &Path) {
    UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner).push(path.to_path_buf());
}

/// The file is not there any more, or is nobody's concern.
pub(super) fn forget_unfinished(gone: &Path) {
    UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner).retain(|path| path != gone);
}

/// A file under a passing name that is removed unless it is put in place.
#[derive(Debug)]
pub struct Unfinished {
    file: tempfile::NamedTempFile,
}

impl Unfinished {
    /// An empty file in the folder.
    pub fn beside(folder: &Path) -> io::Result<Self> {
        // Held while the file is made, so that an interruption cannot fall between making and remembering.
        let mut unfinished = UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner);
        let mut builder = tempfile::Builder::new();
        builder.prefix(".relm-").suffix(".tmp");
        // What the user's mask allows, as for any file a program makes.
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        let file = builder.tempfile_in(folder)?;
        unfinished.push(file.path().to_path_buf());
        Ok(Self { file })
    }

    /// Writes the content down to the disk, with the permissions of the file it will replace.
    pub fn fill(&mut self, bytes: &[u8], permissions: Option<fs::Permissions>) -> io::Result<()> {
        let file: &mut File = self.file.as_file_mut();
        file.write_all(bytes)?;
        if let Some(permissions) = permissions {
            file.set_permissions(permissions)?;
        }
        file.sync_all()
    }

    /// Writes the content without waiting for the disk: for what can be made again.
    pub fn fill_lightly(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.as_file_mut().write_all(bytes)
    }

    /// Replaces the target, whatever it holds.
    pub fn put_in_place(self, target: &Path) -> io::Result<()> {
        self.end(|file| file.persist(target))
    }

    /// Becomes the target, unless there is one by now.
    pub fn put_in_empty_place(self, target: &Path) -> io::Result<()> {
        self.end(|file| file.persist_noclobber(target))
    }

    fn end(
        self,
        persist: impl FnOnce(tempfile::NamedTempFile) -> Result<File, tempfile::PersistError>,
    ) -> io::Result<()> {
        let mut unfinished = UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner);
        let passing = self.file.path().to_path_buf();
        let outcome = persist(self.file).map(drop).map_err(|error| error.error);
        unfinished.retain(|path| *path != passing);
        outcome
    }
}

/// A file with its content before and after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rewrite {
    /// The file; a symbolic link stays one, and the file it leads to is replaced.
    pub path: PathBuf,
    /// The bytes that were read and changed; `None` for a file that is new.
    pub before: Option<Vec<u8>>,
    /// What it shall hold.
    pub after: Vec<u8>,
}

/// Why files were not written. Every file is as it was, unless [`WriteError::Torn`] says otherwise.
#[derive(Debug)]
pub enum WriteError {
    /// The file is not any more what was read: somebody else changed, made or removed it.
    Changed(PathBuf),
    /// The file may not be written, is no ordinary file, or its folder cannot take another one; in plain words.
    Refused(PathBuf, String),
    /// A file could not be put in place, and these, put in place before it, could not be put back.
    Torn {
        /// What could not be written.
        path: PathBuf,
        /// Why, in plain words.
        why: String,
        /// The files that hold the new content.
        written: Vec<PathBuf>,
    },
}

impl WriteError {
    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Changed(_) => "run the command again",
            Self::Refused(..) => "nothing was written",
            Self::Torn { .. } => "look at these files with `git diff`",
        }
    }
}

impl fmt::Display for WriteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Changed(path) => {
                write!(f, "`{}` was changed by somebody else meanwhile; nothing was written", path.display())
            }
            Self::Refused(path, why) => write!(f, "cannot write `{}`: {why}", path.display()),
            Self::Torn { path, why, written } => {
                let written: Vec<String> = written.iter().map(|path| format!("`{}`", path.display())).collect();
                write!(f, "cannot write `{}`: {why}; already written: {}", path.display(), written.join(", "))
            }
        }
    }
}

impl std::error::Error for WriteError {}

/// A file that only needs to be put in place.
struct Ready<'a> {
    rewrite: &'a Rewrite,
    target: PathBuf,
    file: Unfinished,
}

/// Writes the files, all or none: each is written beside its target first, and renamed over it once all are.
pub fn write(files: &[Rewrite]) -> Result<(), WriteError> {
    let ready = files.iter().map(prepare).collect::<Result<Vec<_>, _>>()?;
    // Preparing takes its time; renaming does not.
    for Ready { rewrite, target, .. } in &ready {
        unchanged(rewrite, target)?;
    }
    let mut done: Vec<(&Rewrite, PathBuf)> = Vec::new();
    for Ready { rewrite, target, file } in ready {
        let outcome = match rewrite.before {
            Some(_) => file.put_in_place(&target),
            None => file.put_in_empty_place(&target),
        };
        if let Err(error) = outcome {
            let left: Vec<PathBuf> = done
                .iter()
                .filter(|(rewrite, target)| put_back(rewrite, target).is_err())
                .map(|it| it.0.path.clone())
                .collect();
            return Err(match (left.is_empty(), error.kind()) {
                (true, io::ErrorKind::AlreadyExists) => WriteError::Changed(rewrite.path.clone()),
                (true, _) => refused(rewrite, &error),
                (false, _) => WriteError::Torn { path: rewrite.path.clone(), why: plain_io(&error), written: left },
            });
        }
        done.push((rewrite, target));
    }
    Ok(())
}

fn refused(rewrite: &Rewrite, error: &io::Error) -> WriteError {
    WriteError::Refused(rewrite.path.clone(), plain_io(error))
}

fn prepare(rewrite: &Rewrite) -> Result<Ready<'_>, WriteError> {
    let failed = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound if rewrite.before.is_some() => WriteError::Changed(rewrite.path.clone()),
        _ => refused(rewrite, &error),
    };
    let refused = |why: &str| WriteError::Refused(rewrite.path.clone(), why.to_owned());
    let (target, permissions) = if rewrite.before.is_some() {
        let target = rewrite.path.canonicalize().map_err(failed)?;
        let found = fs::metadata(&target).map_err(failed)?;
        if !found.is_file() {
            return Err(refused("it is no ordinary file"));
        }
        // A rename would replace a file that may not be written, so this asks first.
        if found.permissions().readonly() {
            return Err(refused("it is read-only"));
        }
        (target, Some(found.permissions()))
    } else {
        (rewrite.path.clone(), None)
    };
    unchanged(rewrite, &target)?;
    let folder = match target.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    if !folder.is_dir() {
        return Err(refused(&format!("there is no folder `{}`", folder.display())));
    }
    let mut file = Unfinished::beside(folder).map_err(failed)?;
    file.fill(&rewrite.after, permissions).map_err(failed)?;
    Ok(Ready { rewrite, target, file })
}

/// Refuses when the file on disk is not what was read.
fn unchanged(rewrite: &Rewrite, target: &Path) -> Result<(), WriteError> {
    let changed = || WriteError::Changed(rewrite.path.clone());
    match (&rewrite.before, fs::read(target)) {
        (Some(before), Ok(now)) => (*before == now).then_some(()).ok_or_else(changed),
        (None, Err(error)) if error.kind() == io::ErrorKind::NotFound && target.symlink_metadata().is_err() => Ok(()),
        (Some(_), Err(error)) if error.kind() == io::ErrorKind::NotFound => Err(changed()),
        (None, Ok(_)) => Err(changed()),
        (_, Err(error)) => Err(refused(rewrite, &error)),
    }
}

/// Undoes what was put in place.
fn put_back(rewrite: &Rewrite, target: &Path) -> io::Result<()> {
    let Some(before) = &rewrite.before else { return fs::remove_file(target) };
    let permissions = fs::metadata(target)?.permissions();
    let mut file = Unfinished::beside(target.parent().unwrap_or(Path::new(".")))?;
    file.fill(before, Some(permissions))?;
    file.put_in_place(target)
}

#[cfg(test)]
#[path = "tests/files.rs"]
mod tests;
