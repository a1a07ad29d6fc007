//! The commits behind a commit, newest first, and the files that each of them changed.

use std::fmt;
use std::path::Path;

use chrono::{DateTime, FixedOffset};
use git2::{Oid, Repository, Sort};

use super::compare::{Difference, File, Trees, differences};
use super::tree::BlobId;
use super::{GitError, Repo};

/// The identifier of a commit.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CommitId(pub(super) Oid);

impl fmt::Display for CommitId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for CommitId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl CommitId {
    /// Reads a full identifier in hexadecimal.
    pub fn parse(text: &str) -> Result<Self, GitError> {
        Oid::from_str(text).map(Self).map_err(|e| GitError::plain(&e))
    }
}

/// Which parents a walk goes on with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Follow {
    /// Every commit that can be reached.
    AllParents,
    /// Only what was once the tip of the branch itself.
    FirstParents,
}

/// A commit that a walk came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visit {
    /// The commit.
    pub id: CommitId,
    /// The parents the walk goes on with, in the commit's own order; none for a commit that began the history.
    pub parents: Vec<CommitId>,
    /// The commit names other parents than the repository has: a shallow clone ends here, or somebody cut or grafted the
    /// history. What was before is not known, and `parents` is empty.
    pub is_boundary: bool,
}

/// The commits that can be reached from one, each before all of its parents, whatever their clocks say.
pub struct Walk<'r> {
    repo: &'r Repository,
    commits: git2::Revwalk<'r>,
    follow: Follow,
}

impl fmt::Debug for Walk<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Walk").field("follow", &self.follow).finish_non_exhaustive()
    }
}

impl Walk<'_> {
    fn visit(&self, id: Oid) -> Result<Visit, GitError> {
        let commit = self.repo.find_commit(id).map_err(|e| GitError::missing(self.repo, &e))?;
        let mut parents: Vec<CommitId> = commit.parent_ids().map(CommitId).collect();
        let is_boundary = !written_parents(commit.raw_header_bytes()).eq(parents.iter().map(|parent| parent.0));
        if is_boundary {
            parents.clear();
        }
        if self.follow == Follow::FirstParents {
            parents.truncate(1);
        }
        Ok(Visit { id: CommitId(id), parents, is_boundary })
    }
}

impl Iterator for Walk<'_> {
    type Item = Result<Visit, GitError>;

    fn next(&mut self) -> Option<Self::Item> {
        let next = self.commits.next()?;
        Some(next.map_err(|e| GitError::missing(self.repo, &e)).and_then(|id| self.visit(id)))
    }
}

/// The parents that stand in the commit itself: a clone that was cut short pretends that there are none.
fn written_parents(header: &[u8]) -> impl Iterator<Item = Oid> {
    let lines = header.split(|byte| *byte == b'\n').skip(1);
    let parents = lines.map_while(|line| line.strip_prefix(b"parent "));
    parents.filter_map(|id| Oid::from_str(std::str::from_utf8(id).ok()?).ok())
}

/// Which files of a commit are of interest.
#[derive(Clone, Copy)]
pub struct Part<'a> {
    /// The folder, relative to the top of the repository; empty for all.
    pub prefix: &'a Path,
    /// Whether a file (`false`) or folder (`true`) belongs, by its path below `prefix`. Folders that do not are not opened.
    pub belongs: &'a dyn Fn(&str, bool) -> bool,
}

impl fmt::Debug for Part<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Part").field("prefix", &self.prefix).finish_non_exhaustive()
    }
}

/// A file whose content is not the same in two commits. A file that was moved is one that went and one that came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileChange {
    /// Below the prefix, separated by `/`.
    pub path: String,
    /// What it held; none: it was not there.
    pub old: Option<BlobId>,
    /// What it holds; none: it is not there any more.
    pub new: Option<BlobId>,
}

/// A name and an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The name.
    pub name: String,
    /// The e-mail address.
    pub email: String,
}

impl Identity {
    fn of(signature: &git2::Signature<'_>) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Self { name: text(signature.name_bytes()), email: text(signature.email_bytes()) }
    }
}

/// What a commit says of itself.
#[derive(Debug, Clone, PartialEq)]
pub struct CommitDetails {
    /// The first line of its message.
    pub subject: String,
    /// Who wrote it.
    pub author: Identity,
    /// Who put it into the repository.
    pub committer: Identity,
    /// When it was written, as the author's clock says.
    pub at: DateTime<FixedOffset>,
}

/// A signed commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// The signature as it stands in the commit.
    pub signature: Vec<u8>,
    /// The bytes that it signs: all others.
    pub content: Vec<u8>,
}

/// The names and addresses that people once used, from a `.mailmap`.
#[derive(Default)]
pub struct Mailmap(Option<git2::Mailmap>);

impl fmt::Debug for Mailmap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Mailmap").field(&self.0.is_some()).finish()
    }
}

impl Mailmap {
    /// Who that is by now.
    pub(super) fn real(&self, signature: &git2::Signature<'_>) -> Identity {
        let mapped = self.0.as_ref().and_then(|mailmap| mailmap.resolve_signature(signature).ok());
        mapped.as_ref().map_or_else(|| Identity::of(signature), Identity::of)
    }
}

impl Repo {
    /// Walks the history of `tip`. To put commits in order it reads all of them first, but none of their trees.
    pub fn walk(&self, tip: CommitId, follow: Follow) -> Result<Walk<'_>, GitError> {
        let plain = |e: git2::Error| GitError::missing(&self.inner, &e);
        let mut commits = self.inner.revwalk().map_err(plain)?;
        commits.set_sorting(Sort::TOPOLOGICAL | Sort::TIME).map_err(plain)?;
        if follow == Follow::FirstParents {
            commits.simplify_first_parent().map_err(plain)?;
        }
        commits.push(tip.0).map_err(plain)?;
        Ok(Walk { repo: &self.inner, commits, follow })
    }

    /// Whether the repository has only the newest part of its history.
    pub fn is_shallow(&self) -> bool {
        self.inner.is_shallow()
    }

    /// The files of a commit that differ from an earlier one, as [`Files::changed`] tells them; for a single question.
    pub fn changed_files(
        &self,
        earlier: Option<CommitId>,
        commit: CommitId,
        part: Part<'_>,
    ) -> Result<Vec<FileChange>, GitError> {
        self.files(part).changed(earlier, commit)
    }

    /// The files of commits that are of interest, for a walk that asks about many.
    pub fn files<'a>(&'a self, part: Part<'a>) -> Files<'a> {
        Files { repo: self, trees: Trees::new(&self.inner), part }
    }

    /// The content of an ordinary file in a commit; none where there is no such file.
    pub fn file_in(&self, commit: CommitId, path: &Path) -> Result<Option<BlobId>, GitError> {
        let missing = |e: git2::Error| GitError::missing(&self.inner, &e);
        let tree = self.inner.find_commit(commit.0).and_then(|commit| commit.tree()).map_err(missing)?;
        let entry = tree.get_path(path).ok();
        Ok(entry.filter(|entry| is_ordinary(entry.filemode())).map(|entry| BlobId(entry.id())))
    }

    /// The `.mailmap` at the top of a commit. What else git may be told to read is of one machine only, and left out.
    pub fn mailmap(&self, commit: CommitId) -> Result<Mailmap, GitError> {
        let Some(BlobId(id)) = self.file_in(commit, Path::new(".mailmap"))? else { return Ok(Mailmap(None)) };
        let blob = self.inner.find_blob(id).map_err(|e| GitError::missing(&self.inner, &e))?;
        Ok(Mailmap(git2::Mailmap::from_buffer(&String::from_utf8_lossy(blob.content())).ok()))
    }

    /// Who made a commit, when, and what its first line says.
    pub fn details(&self, commit: CommitId, mailmap: &Mailmap) -> Result<CommitDetails, GitError> {
        let commit = self.inner.find_commit(commit.0).map_err(|e| GitError::missing(&self.inner, &e))?;
        let author = commit.author();
        let subject = commit.message_bytes().split(|byte| *byte == b'\n').find(|line| !line.trim_ascii().is_empty());
        Ok(CommitDetails {
            subject: String::from_utf8_lossy(subject.unwrap_or_default().trim_ascii()).into_owned(),
            at: instant(author.when()),
            author: mailmap.real(&author),
            committer: mailmap.real(&commit.committer()),
        })
    }

    /// The signature of a commit with what it signs; none where it has none.
    pub fn signed(&self, commit: CommitId) -> Result<Option<Signed>, GitError> {
        match self.inner.extract_signature(&commit.0, None) {
            Ok((signature, content)) => Ok(Some(Signed { signature: signature.to_vec(), content: content.to_vec() })),
            Err(error) if error.code() == git2::ErrorCode::NotFound => Ok(None),
            Err(error) => Err(GitError::plain(&error)),
        }
    }
}

/// Compares the files of commits. Ask about a commit and its parents soon after each other: folders are kept for a while.
pub struct Files<'r> {
    repo: &'r Repo,
    trees: Trees<'r>,
    part: Part<'r>,
}

impl fmt::Debug for Files<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Files").field("part", &self.part).finish_non_exhaustive()
    }
}

impl Files<'_> {
    /// The ordinary files that differ between a commit and an earlier one, sorted by path; all of them without an earlier
    /// one. Nothing but content counts: neither modes nor submodules, and a symbolic link is no file.
    pub fn changed(&self, earlier: Option<CommitId>, commit: CommitId) -> Result<Vec<FileChange>, GitError> {
        self.changed_between(earlier.map(|earlier| (earlier, self.part.prefix)), (commit, self.part.prefix))
    }

    /// The same, where the files need not be in the same folder of the two commits.
    pub fn changed_between(
        &self,
        earlier: Option<(CommitId, &Path)>,
        commit: (CommitId, &Path),
    ) -> Result<Vec<FileChange>, GitError> {
        let repo = &self.repo.inner;
        let tree = |(id, prefix): (CommitId, &Path)| {
            let commit = repo.find_commit(id.0).map_err(|e| GitError::missing(repo, &e))?;
            self.trees.folder(&commit, prefix)
        };
        let (old, new) = (earlier.map(tree).transpose()?.flatten(), tree(commit)?);
        let found = differences(&self.trees, old, new, |path| (self.part.belongs)(path, true))?;
        let mut changes: Vec<FileChange> = found.into_iter().filter_map(|found| content(found, self.part)).collect();
        changes.sort_unstable_by(|a, b| a.path.cmp(&b.path));
        Ok(changes)
    }
}

/// A difference in content, as far as it is one.
fn content(Difference { path, old, new }: Difference, part: Part<'_>) -> Option<FileChange> {
    let blob = |file: Option<File>| file.filter(|file| is_ordinary(file.mode)).map(|file| BlobId(file.id));
    let (old, new) = (blob(old), blob(new));
    (old != new && (part.belongs)(&path, false)).then_some(FileChange { path, old, new })
}

fn is_ordinary(mode: i32) -> bool {
    mode & 0o170_000 == 0o100_000
}

/// An instant with the offset it was written with; a clock that makes no sense stands at the beginning of time.
fn instant(time: git2::Time) -> DateTime<FixedOffset> {
    let at = DateTime::from_timestamp(time.seconds(), 0).unwrap_or_default();
    let zone = time.offset_minutes().checked_mul(60).and_then(FixedOffset::east_opt);
    zone.map_or_else(|| at.fixed_offset(), |zone| at.with_timezone(&zone))
}

#[cfg(test)]
#[path = "history_tests.rs"]
mod tests;
