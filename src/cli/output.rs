//! Where results go: standard output, or a file that is replaced as a whole.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::error::{Error, Kind, plain_io};

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

/// Writes a result to the file, or to standard output without one (or for `-`).
pub fn write(file: Option<&Path>, text: &str) -> Result<(), Error> {
    match file {
        Some(path) if path != Path::new("-") => write_file(path, text.as_bytes()),
        _ => to_stdout(text.as_bytes()),
    }
}

fn to_stdout(bytes: &[u8]) -> Result<(), Error> {
    let mut out = io::stdout().lock();
    out.write_all(bytes).and_then(|()| out.flush()).map_err(|error| match error.kind() {
        io::ErrorKind::BrokenPipe => Error::new(Kind::ClosedPipe, "standard output was closed"),
        _ => Error::output(format!("cannot write to standard output: {}", plain_io(&error))),
    })
}

/// Writes one line or more to standard error; a closed one is nobody's loss.
pub fn note(text: &str) {
    let _ = io::stderr().lock().write_all(text.as_bytes());
}

/// Replaces the file as a whole: whoever reads it meanwhile sees the old or the new content, never half of it. Links stay
/// links; devices and pipes are written to; an existing file keeps its permissions.
pub fn write_file(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let failed = |error: &io::Error| {
        if error.kind() == io::ErrorKind::BrokenPipe {
            return Error::new(Kind::ClosedPipe, "the pipe was closed");
        }
        Error::output(format!("cannot write `{}`: {}", path.display(), plain_io(error)))
    };
    let refused = |why: &str| Error::output(format!("cannot write `{}`: {why}", path.display()));
    let existing = match fs::metadata(path) {
        Ok(found) if found.is_dir() => return Err(refused("it is a folder").hint("name a file")),
        Ok(found) if !found.is_file() => {
            let written = OpenOptions::new().write(true).open(path).and_then(|mut device| device.write_all(bytes));
            return written.map_err(|error| failed(&error));
        }
        // A rename would replace a file that may not be written, so this asks first.
        Ok(found) if found.permissions().readonly() => return Err(refused("it is read-only")),
        Ok(found) => Some(found),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(failed(&error)),
    };
    let target = if existing.is_some() { path.canonicalize().map_err(|e| failed(&e))? } else { path.to_path_buf() };
    let folder = match target.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_path_buf(),
        _ => PathBuf::from("."),
    };
    if !folder.is_dir() {
        let message = format!("there is no folder `{}`", folder.display());
        return Err(refused(&message).hint("make the folder first"));
    }
    let mut unfinished = Unfinished::beside(&folder).map_err(|error| failed(&error))?;
    unfinished.fill(bytes, existing.map(|found| found.permissions())).map_err(|error| failed(&error))?;
    unfinished.put_in_place(&target).map_err(|error| failed(&error))
}

/// A file under a passing name that is removed unless it is put in place.
struct Unfinished {
    file: tempfile::NamedTempFile,
}

impl Unfinished {
    fn beside(folder: &Path) -> io::Result<Self> {
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

    fn fill(&mut self, bytes: &[u8], permissions: Option<fs::Permissions>) -> io::Result<()> {
        let file: &mut File = self.file.as_file_mut();
        file.write_all(bytes)?;
        if let Some(permissions) = permissions {
            file.set_permissions(permissions)?;
        }
        file.sync_all()
    }

    fn put_in_place(self, target: &Path) -> io::Result<()> {
        let mut unfinished = UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner);
        let passing = self.file.path().to_path_buf();
        let outcome = self.file.persist(target).map(drop).map_err(|error| error.error);
        unfinished.retain(|path| *path != passing);
        outcome
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn replaces_the_file_and_leaves_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.json");
        write_file(&path, b"one").unwrap();
        write_file(&path, b"two").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"two");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn keeps_permissions_and_links() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let (path, link) = (folder.path().join("out"), folder.path().join("link"));
        fs::write(&path, "one").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        std::os::unix::fs::symlink("out", &link).unwrap();
        write_file(&link, b"two").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"two");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        fs::set_permissions(&path, fs::Permissions::from_mode(0o440)).unwrap();
        assert_eq!(write_file(&path, b"three").unwrap_err().kind, Kind::Output);
        assert_eq!(fs::read(&path).unwrap(), b"two");
    }

    #[test]
    fn folders_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let error = write_file(folder.path(), b"x").unwrap_err();
        assert!(error.to_string().ends_with("it is a folder"), "{error}");
        let error = write_file(&folder.path().join("no/such"), b"x").unwrap_err();
        assert!(error.to_string().contains("there is no folder"), "{error}");
    }

    #[test]
    fn what_is_unfinished_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        let unfinished = Unfinished::beside(folder.path()).unwrap();
        assert!(unfinished.file.path().exists());
        UNFINISHED.lock().unwrap().retain(|path| path.starts_with(folder.path()));
        remove_unfinished();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
