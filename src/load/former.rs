//! The folders that a portfolio was in before somebody moved it inside its repository.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use super::root::ROOT_FILE;
use crate::git::{BlobId, CommitId, FileChange, GitError, Part, Repo};

/// A portfolio that moves more often than this begins there.
const MOST: usize = 16;

/// Where the portfolio is, from the top of the repository, in each commit.
#[derive(Debug)]
pub(super) struct Folders {
    /// Where it is now, then where it was, newest first.
    all: Vec<PathBuf>,
    /// The place in `all` for commits in which it is not where it is now.
    elsewhere: HashMap<CommitId, usize>,
}

impl Folders {
    pub(super) fn new(now: &Path) -> Self {
        Self { all: vec![now.to_path_buf()], elsewhere: HashMap::new() }
    }

    /// Where it was in a commit.
    pub(super) fn of(&self, commit: CommitId) -> &Path {
        &self.all[self.elsewhere.get(&commit).copied().unwrap_or_default()]
    }

    /// Where it was before, from the top of the repository, newest first.
    pub(super) fn former(&self) -> &[PathBuf] {
        &self.all[1..]
    }

    /// Adds the folder that the portfolio had in `earlier` if `later` moved it from there. Says whether that is news.
    pub(super) fn follow(
        &mut self,
        repo: &Repo,
        belongs: &dyn Fn(&str, bool) -> bool,
        (earlier, later): (CommitId, CommitId),
    ) -> Result<bool, GitError> {
        let Some(from) = moved_from(repo, belongs, (earlier, later), self.of(later))? else { return Ok(false) };
        let is_news = self.all.len() < MOST && !self.all.contains(&from);
        if is_news {
            self.all.push(from);
        }
        Ok(is_news)
    }

    /// Finds the folder of each commit: the newest of those that have a portfolio in it.
    pub(super) fn place(&mut self, repo: &Repo, commits: impl Iterator<Item = CommitId>) -> Result<(), GitError> {
        for commit in commits {
            for (nth, folder) in self.all.iter().enumerate() {
                if repo.file_in(commit, &folder.join(ROOT_FILE))?.is_some() {
                    self.elsewhere.insert(commit, nth);
                    break;
                }
            }
        }
        Ok(())
    }
}

/// The folder that `later` moved to `to`: its `relm.yaml` went, and is the same, or most of its manifests are.
fn moved_from(
    repo: &Repo,
    belongs: &dyn Fn(&str, bool) -> bool,
    (earlier, later): (CommitId, CommitId),
    to: &Path,
) -> Result<Option<PathBuf>, GitError> {
    let is_root = |path: &str, is_folder: bool| is_folder || path.rsplit('/').next() == Some(ROOT_FILE);
    let everywhere = Part { prefix: Path::new(""), belongs: &is_root };
    let roots = repo.changed_files(Some(earlier), later, everywhere)?;
    let gone: Vec<FileChange> = roots.into_iter().filter(|root| root.new.is_none()).collect();
    if gone.is_empty() {
        return Ok(None);
    }
    let files = |commit: CommitId, prefix: &Path| -> Result<Vec<BlobId>, GitError> {
        let found = repo.changed_files(None, commit, Part { prefix, belongs })?;
        Ok(found.into_iter().filter(|file| file.path != ROOT_FILE).filter_map(|file| file.new).collect())
    };
    let here: HashSet<BlobId> = files(later, to)?.into_iter().collect();
    let root = repo.file_in(later, &to.join(ROOT_FILE))?;
    let mut best: Option<((bool, usize), PathBuf)> = None;
    for change in gone {
        let folder = Path::new(&change.path).parent().unwrap_or(Path::new("")).to_path_buf();
        let there = files(earlier, &folder)?;
        let shared = there.iter().filter(|blob| here.contains(blob)).count();
        let is_same = change.old == root;
        let likeness = (is_same, shared);
        if (is_same || shared * 2 > there.len()) && best.as_ref().is_none_or(|(other, _)| *other < likeness) {
            best = Some((likeness, folder));
        }
    }
    Ok(best.map(|(_, folder)| folder))
}
