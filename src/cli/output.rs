//! Where results go: standard output, or a file that is replaced as a whole.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::error::{Error, Kind, plain_io};
use crate::edit::Unfinished;
pub use crate::edit::remove_unfinished;

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
}
