//! What lies between two versions: tags, and the commits from one to another.

use super::{CommitId, CommitInfo, GitError, Repo};

impl Repo {
    /// Every tag by its short name, sorted, with the commit it points to; tags of other things are left out.
    pub fn tags(&self) -> Result<Vec<(String, CommitId)>, GitError> {
        let plain = |e: git2::Error| GitError::plain(&e);
        let mut found = Vec::new();
        for reference in self.inner.references_glob("refs/tags/*").map_err(plain)? {
            let reference = reference.map_err(plain)?;
            let Ok(name) = reference.shorthand() else { continue };
            if let Ok(commit) = reference.peel_to_commit() {
                found.push((name.to_owned(), CommitId(commit.id())));
            }
        }
        found.sort();
        Ok(found)
    }

    /// The commits that can be reached from `to` and not from any of `from`, the newest first.
    pub fn commits_between(&self, from: &[CommitId], to: CommitId) -> Result<Vec<CommitInfo>, GitError> {
        let missing = |e: git2::Error| GitError::missing(&self.inner, &e);
        let mut walk = self.inner.revwalk().map_err(missing)?;
        walk.set_sorting(git2::Sort::TOPOLOGICAL | git2::Sort::TIME).map_err(missing)?;
        walk.push(to.0).map_err(missing)?;
        for from in from {
            walk.hide(from.0).map_err(missing)?;
        }
        walk.map(|id| Ok(CommitInfo::of(&self.inner.find_commit(id.map_err(missing)?).map_err(missing)?))).collect()
    }

    /// Whether a folder is the top of this repository: of its checkout, or the repository itself when it is bare.
    pub fn is_top(&self, folder: &std::path::Path) -> bool {
        let same = |other: &std::path::Path| other.canonicalize().ok() == folder.canonicalize().ok();
        self.inner.workdir().map_or_else(|| same(self.inner.path()), same)
    }
}
