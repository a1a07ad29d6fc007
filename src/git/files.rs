//! When files were last changed, and which are not as they are committed.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use super::ignore::start_of;
use super::{GitError, Repo};

impl Repo {
    /// The times, in seconds since 1970-01-01T00:00Z, of the commits up to `commit` that last changed these files, whole files
    /// as `git log -1 -- FILE` dates them; see [`Repo::last_changes`]. Paths are relative to `prefix`, which is relative to
    /// the top of the repository. Files that the commit does not have are left out.
    pub fn last_changed(&self, commit: &str, prefix: &Path, paths: &[&str]) -> Result<HashMap<String, i64>, GitError> {
        let dated = self.last_changes_of_files(commit, prefix, paths)?;
        Ok(paths.iter().filter_map(|path| Some(((*path).to_owned(), dated.of(path, 1)?.time))).collect())
    }

    /// Which of these files of the checkout (relative to `prefix`, which is relative to its top) differ from the commit that
    /// is checked out, staged or not.
    pub fn modified(&self, prefix: &Path, paths: &[&str]) -> Result<HashSet<String>, GitError> {
        if paths.is_empty() {
            return Ok(HashSet::new());
        }
        let start = start_of(prefix);
        let mut options = git2::StatusOptions::new();
        options.include_untracked(false).include_ignored(false).exclude_submodules(true).disable_pathspec_match(true);
        for path in paths {
            options.pathspec(format!("{start}{path}"));
        }
        let found = self.inner.statuses(Some(&mut options)).map_err(|error| GitError::plain(&error))?;
        let below = |path: &str| path.strip_prefix(&start).map(str::to_owned);
        Ok(found.iter().filter_map(|entry| below(std::str::from_utf8(entry.path_bytes()).ok()?)).collect())
    }
}
