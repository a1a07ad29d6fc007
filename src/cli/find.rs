//! From where the user stands to a source of manifests.

use std::path::Path;

use super::args::Global;
use super::error::Error;
use crate::git::GitError;
use crate::load::LoadError;
use crate::load::root::{ROOT_FILE, RootError, find_root};
use crate::load::source::{ReadError, Source};

/// The portfolio around the current folder, on disk or as `--at` has it.
pub fn source(global: &Global) -> Result<Source, Error> {
    let here = Path::new(".");
    let Some(rev) = &global.at else {
        let (source, warnings) = Source::work_tree(find_root(here)?);
        for warning in &warnings {
            global.note("warning", warning);
        }
        return Ok(source);
    };
    match find_root(here) {
        Ok(root) => Ok(Source::revision(&root, rev)?),
        Err(error @ RootError::NotFound { .. }) => found_in_history(rev, error),
        Err(error) => Err(error.into()),
    }
}

/// A portfolio that is not on disk (any more, or in a bare repository) may be in the commit.
fn found_in_history(rev: &str, error: RootError) -> Result<Source, Error> {
    let RootError::NotFound { start } = &error else { return Err(error.into()) };
    for folder in start.ancestors() {
        match Source::revision(folder, rev) {
            Ok(source) if source.read_path(ROOT_FILE).is_ok() => return Ok(source),
            Ok(_) | Err(GitError::MissingFolder { .. }) => {}
            Err(GitError::NotARepository { .. }) => break,
            Err(other) => return Err(other.into()),
        }
    }
    Err(error.into())
}

/// Why a found source could not be loaded, and what to do about it.
pub fn load_error(error: &LoadError, rev: Option<&str>) -> Error {
    let LoadError::Root(cause) = error;
    match (cause, rev) {
        (ReadError::Gone, Some(rev)) => Error::input(format!("no `{ROOT_FILE}` here at revision `{rev}`"))
            .hint("the portfolio began later than that, or in another folder"),
        _ => Error::input(error.to_string()),
    }
}
