//! Where a portfolio begins.

use std::fmt;
use std::path::{Path, PathBuf};

/// The file that marks the root of a portfolio.
pub const ROOT_FILE: &str = "relm.yaml";

/// Why no portfolio was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RootError {
    /// Neither the start nor any folder above it holds a `relm.yaml`.
    NotFound {
        /// Where the search began.
        start: PathBuf,
    },
    /// The folder to start from does not exist.
    NoSuchFolder {
        /// The folder as it was given.
        start: PathBuf,
    },
    /// The place to start from is not a folder.
    NotAFolder {
        /// The path as it was given.
        start: PathBuf,
    },
    /// The folder to start from cannot be entered.
    Unreadable {
        /// The folder as it was given.
        start: PathBuf,
        /// Why, in plain words.
        why: String,
    },
}

impl RootError {
    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::NotFound { .. } => {
                Some("run `relm init` to start a portfolio, or name its folder with `-C DIR`".to_owned())
            }
            Self::NotAFolder { start } if start.file_name().is_some_and(|n| n == ROOT_FILE) => {
                Some("name the folder that holds it".to_owned())
            }
            _ => None,
        }
    }
}

impl fmt::Display for RootError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFound { start } => write!(f, "no `{ROOT_FILE}` in `{}` or any folder above it", start.display()),
            Self::NoSuchFolder { start } => write!(f, "no folder `{}`", start.display()),
            Self::NotAFolder { start } => write!(f, "`{}` is not a folder", start.display()),
            Self::Unreadable { start, why } => {
                write!(f, "cannot read the folder `{}`: {why}", start.display())
            }
        }
    }
}

impl std::error::Error for RootError {}

/// The nearest folder, upwards from `start`, that holds `relm.yaml`; absolute, with symbolic links resolved.
pub fn find_root(start: &Path) -> Result<PathBuf, RootError> {
    let asked = || start.to_path_buf();
    let absolute = start.canonicalize().map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => RootError::NoSuchFolder { start: asked() },
        std::io::ErrorKind::NotADirectory => RootError::NotAFolder { start: asked() },
        _ => RootError::Unreadable { start: asked(), why: super::source::plain_io(&error) },
    })?;
    if !absolute.is_dir() {
        return Err(RootError::NotAFolder { start: asked() });
    }
    absolute
        .ancestors()
        // A link that leads nowhere still marks the root: reading it then says what is wrong with it.
        .find(|folder| is_file_or_link(&folder.join(ROOT_FILE)))
        .map(Path::to_path_buf)
        .ok_or(RootError::NotFound { start: absolute.clone() })
}

fn is_file_or_link(path: &Path) -> bool {
    path.symlink_metadata().is_ok_and(|found| found.is_file() || found.is_symlink())
}
