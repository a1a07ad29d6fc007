//! One writer at a time: what is read, changed and written again must not be changed by another process in between.

use std::fmt;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::file::{forget_unfinished, remember_unfinished};
use crate::load::source::plain_io;

/// How long to wait between two looks at a lock that somebody else holds.
const PAUSE: Duration = Duration::from_millis(10);

/// A lock on a file that the system takes back when its holder ends, however it ends: a file that is left over locks
/// nobody out. Given back when dropped.
#[derive(Debug)]
pub struct Lock {
    /// None where the file system knows no locks.
    held: Option<(PathBuf, File)>,
}

/// Why a lock could not be had; nothing was done.
#[derive(Debug)]
pub enum LockError {
    /// Somebody else held it all the time.
    Busy {
        /// The file.
        path: PathBuf,
        /// How long was waited.
        waited: Duration,
    },
    /// The file cannot be made; why, in plain words.
    Refused(PathBuf, String),
}

impl fmt::Display for LockError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Busy { waited, .. } => {
                write!(f, "another run of relm has been writing here for {} seconds", waited.as_secs())
            }
            Self::Refused(path, why) => write!(f, "cannot write `{}`: {why}", path.display()),
        }
    }
}

impl std::error::Error for LockError {}

impl Lock {
    /// Waits until nobody else holds the lock that is this file, and takes it.
    pub fn take(path: &Path, patience: Duration) -> Result<Self, LockError> {
        let started = Instant::now();
        let refused = |error: &io::Error| LockError::Refused(path.to_path_buf(), plain_io(error));
        loop {
            let file =
                OpenOptions::new().create(true).truncate(false).write(true).open(path).map_err(|e| refused(&e))?;
            match file.try_lock() {
                Ok(()) if is_still(path, &file) => {
                    remember_unfinished(path);
                    return Ok(Self { held: Some((path.to_path_buf(), file)) });
                }
                // The holder before removed the file, and another one may be there already.
                Ok(()) => continue,
                Err(TryLockError::WouldBlock) => {}
                Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => {
                    return Ok(Self { held: None });
                }
                Err(TryLockError::Error(error)) => return Err(refused(&error)),
            }
            if started.elapsed() >= patience {
                return Err(LockError::Busy { path: path.to_path_buf(), waited: patience });
            }
            sleep(PAUSE);
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        if let Some((path, _file)) = self.held.take() {
            // While it is held: whoever waits for this file finds out that it is gone, and begins again.
            if cfg!(unix) {
                let _ = fs::remove_file(&path);
            }
            forget_unfinished(&path);
        }
    }
}

/// Whether the path still leads to the open file.
#[cfg(unix)]
fn is_still(path: &Path, file: &File) -> bool {
    use std::os::unix::fs::MetadataExt;
    let place = |found: &fs::Metadata| (found.dev(), found.ino());
    matches!((fs::metadata(path), file.metadata()), (Ok(there), Ok(here)) if place(&there) == place(&here))
}

/// Where files that are open are not removed, it does.
#[cfg(not(unix))]
fn is_still(_: &Path, _: &File) -> bool {
    true
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn one_at_a_time_and_nothing_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let (path, count) = (folder.path().join("lock"), folder.path().join("count"));
        fs::write(&count, "0").unwrap();
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..20 {
                        let lock = Lock::take(&path, Duration::from_secs(60)).unwrap();
                        let number: u32 = fs::read_to_string(&count).unwrap().parse().unwrap();
                        fs::write(&count, (number + 1).to_string()).unwrap();
                        drop(lock);
                    }
                });
            }
        });
        assert_eq!(fs::read_to_string(&count).unwrap(), "160");
        assert_eq!(path.exists(), !cfg!(unix));
    }

    #[test]
    fn patience_ends_and_leftovers_lock_nobody_out() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        fs::write(&path, "").unwrap();
        let held = Lock::take(&path, Duration::ZERO).unwrap();
        let error = Lock::take(&path, Duration::from_millis(30)).unwrap_err();
        assert!(matches!(error, LockError::Busy { .. }), "{error}");
        drop(held);
        Lock::take(&path, Duration::ZERO).unwrap();
        let error = Lock::take(&folder.path().join("no/lock"), Duration::ZERO).unwrap_err();
        assert!(matches!(error, LockError::Refused(..)), "{error}");
    }
}
