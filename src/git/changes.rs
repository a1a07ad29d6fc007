//! Which commit last changed each document of each file, by one walk over the history.
//!
//! A file that holds one document is dated as `git log -1 -- FILE` dates it: renames are not followed, and at a merge the walk
//! goes on with the first parent that has the same content; a merge that differs from all its parents is itself the answer.
//! In a file of several documents each is dated alone, by the same walk over its text, so that a new entry at the end of a
//! long file does not make the others look new.
//!
//! What is dated is what is *written*: a date that follows from another file moves without a commit here.

use std::collections::{BinaryHeap, HashMap, HashSet};
use std::path::Path;
use std::rc::Rc;

use git2::{Oid, Repository};

use super::compare::{Difference, Trees, differences};
use super::{CommitInfo, GitError, Repo};

/// Larger files are dated as a whole, in bytes.
const MAX_COMPARED: usize = 16 * 1024 * 1024;

/// The commits that last changed documents.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct LastChanges {
    files: HashMap<String, Vec<Document>>,
}

/// A document of a file, from its first line on.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Document {
    /// Counted from 1.
    line: usize,
    commit: CommitInfo,
}

impl LastChanges {
    /// The commit that last changed the document around `line` (counted from 1) of a file, named as it was asked for. `None`
    /// for a file that the commit does not have.
    pub fn of(&self, path: &str, line: usize) -> Option<&CommitInfo> {
        let documents = self.files.get(path)?;
        let after = documents.partition_point(|document| document.line <= line);
        documents.get(after.max(1) - 1).map(|document| &document.commit)
    }
}

impl Repo {
    /// The last changes of these files (relative to `prefix`, which is relative to the top of the repository) up to `commit`.
    /// Reads no more of the history than it takes; where a shallow clone ends, its oldest commit stands for all before it.
    pub fn last_changes(&self, commit: &str, prefix: &Path, paths: &[&str]) -> Result<LastChanges, GitError> {
        self.dated(commit, prefix, paths, Walk::begin)
    }

    /// The same for files as a whole, whatever they hold: all of a file is its one document.
    pub(super) fn last_changes_of_files(
        &self,
        commit: &str,
        prefix: &Path,
        paths: &[&str],
    ) -> Result<LastChanges, GitError> {
        self.dated(commit, prefix, paths, |walk, _| Ok(vec![(1, walk.unit(None))]))
    }

    fn dated<'r>(
        &'r self,
        commit: &str,
        prefix: &'r Path,
        paths: &[&str],
        begin: impl Fn(&mut Walk<'r>, Oid) -> Result<Vec<(usize, usize)>, GitError>,
    ) -> Result<LastChanges, GitError> {
        let tip = Oid::from_str(commit).map_err(|e| GitError::plain(&e))?;
        let mut walk =
            Walk { repo: &self.inner, trees: Trees::new(&self.inner), prefix, texts: Vec::new(), found: Vec::new() };
        let Some(tree) = walk.tree(&walk.commit(tip)?)? else { return Ok(LastChanges::default()) };
        let tree = self.inner.find_tree(tree).map_err(|e| GitError::missing(&self.inner, &e))?;
        let mut pending = Pending::new();
        let mut lines: HashMap<&str, Vec<(usize, usize)>> = HashMap::new();
        for path in paths {
            let entry = tree.get_path(Path::new(path)).ok();
            let Some(entry) = entry.filter(|entry| entry.kind() == Some(git2::ObjectType::Blob)) else { continue };
            let documents = begin(&mut walk, entry.id())?;
            pending.insert(Rc::from(*path), documents.iter().map(|(_, unit)| *unit).collect());
            lines.insert(path, documents);
        }
        walk.run(tip, pending)?;
        let found = walk.found;
        let dated = |(path, documents): (&str, Vec<(usize, usize)>)| {
            let commit = |(line, unit): (usize, usize)| Some(Document { line, commit: found[unit].clone()? });
            (path.to_owned(), documents.into_iter().filter_map(commit).collect())
        };
        Ok(LastChanges { files: lines.into_iter().map(dated).collect() })
    }
}

/// What a commit still has to answer for: documents, by their number, of files.
type Pending = HashMap<Rc<str>, Vec<usize>>;

struct Walk<'r> {
    repo: &'r Repository,
    trees: Trees<'r>,
    prefix: &'r Path,
    /// The text of each document, for those that share their file with others.
    texts: Vec<Option<Rc<[u8]>>>,
    /// The answer for each document.
    found: Vec<Option<CommitInfo>>,
}

impl<'r> Walk<'r> {
    fn commit(&self, id: Oid) -> Result<git2::Commit<'r>, GitError> {
        self.repo.find_commit(id).map_err(|e| GitError::missing(self.repo, &e))
    }

    /// The folder that is asked about; `None` where the commit does not have it.
    fn tree(&self, commit: &git2::Commit<'_>) -> Result<Option<Oid>, GitError> {
        self.trees.folder(commit, self.prefix)
    }

    /// Takes up the documents of a file: the first line and the number of each.
    fn begin(&mut self, blob: Oid) -> Result<Vec<(usize, usize)>, GitError> {
        let text = self.text(blob)?;
        let mut documents = documents(&text);
        if documents.len() > 1 && text.len() <= MAX_COMPARED {
            // Two equal documents are found together, so one text will do for both.
            let add = |(line, text): (usize, &[u8])| (line, self.unit(Some(Rc::from(text))));
            return Ok(documents.drain(..).map(add).collect());
        }
        Ok(vec![(1, self.unit(None))])
    }

    fn unit(&mut self, text: Option<Rc<[u8]>>) -> usize {
        self.texts.push(text);
        self.found.push(None);
        self.texts.len() - 1
    }

    fn text(&self, blob: Oid) -> Result<Vec<u8>, GitError> {
        let blob = self.repo.find_blob(blob).map_err(|e| GitError::missing(self.repo, &e))?;
        Ok(blob.content().to_vec())
    }

    /// Hands what is asked from commit to parent for as long as the parent has the same, newest commits first so that each is
    /// met once.
    fn run(&mut self, tip: Oid, pending: Pending) -> Result<(), GitError> {
        let mut asked: HashMap<Oid, Pending> = HashMap::from([(tip, pending)]);
        let mut queue = BinaryHeap::from([(self.commit(tip)?.time().seconds(), tip)]);
        while let Some((_, id)) = queue.pop() {
            let Some(mut pending) = asked.remove(&id) else { continue };
            let commit = self.commit(id)?;
            let tree = self.tree(&commit)?;
            for parent in commit.parent_ids() {
                if pending.is_empty() {
                    break;
                }
                let Ok(parent) = self.repo.find_commit(parent) else { continue };
                let before = self.tree(&parent)?;
                let (same, changed) = self.divide(tree, before, pending)?;
                pending = changed;
                if !same.is_empty() {
                    queue.push((parent.time().seconds(), parent.id()));
                    join(asked.entry(parent.id()).or_default(), same);
                }
            }
            for unit in pending.into_values().flatten() {
                self.found[unit] = Some(CommitInfo::of(&commit));
            }
        }
        Ok(())
    }

    /// What a parent has the same, and what the commit itself changed.
    fn divide(
        &self,
        tree: Option<Oid>,
        before: Option<Oid>,
        mut pending: Pending,
    ) -> Result<(Pending, Pending), GitError> {
        if tree.is_none() || before.is_none() {
            return Ok((Pending::new(), pending));
        }
        let mut changed = Pending::new();
        for Difference { path, old: blob, .. } in differences(&self.trees, before, tree, |_| true)? {
            let Some((path, units)) = pending.remove_entry(path.as_str()) else { continue };
            let several = units.iter().any(|unit| self.texts[*unit].is_some());
            let (kept, new) = match blob {
                Some(blob) if several => self.divide_documents(units, blob.id)?,
                _ => (Vec::new(), units),
            };
            if !kept.is_empty() {
                pending.insert(Rc::clone(&path), kept);
            }
            if !new.is_empty() {
                changed.insert(path, new);
            }
        }
        Ok((pending, changed))
    }

    fn divide_documents(&self, units: Vec<usize>, before: Oid) -> Result<(Vec<usize>, Vec<usize>), GitError> {
        let text = self.text(before)?;
        let before: HashSet<&[u8]> = documents(&text).into_iter().map(|(_, text)| text).collect();
        Ok(units.into_iter().partition(|unit| self.texts[*unit].as_ref().is_some_and(|text| before.contains(&**text))))
    }
}

/// Adds `more` to what is asked already, always the smaller to the larger.
fn join(all: &mut Pending, mut more: Pending) {
    if more.len() > all.len() {
        std::mem::swap(all, &mut more);
    }
    for (path, units) in more {
        all.entry(path).or_default().extend(units);
    }
}

/// The documents of a YAML stream, each with its first line counted from 1. A line that begins with `---` cannot be anything
/// else than the mark between two.
fn documents(text: &[u8]) -> Vec<(usize, &[u8])> {
    let mut documents = Vec::new();
    let (mut start, mut first, mut at) = (0, 1, 0);
    for (number, line) in text.split_inclusive(|byte| *byte == b'\n').enumerate() {
        let marks = line.strip_prefix(b"---").is_some_and(|rest| rest.first().is_none_or(u8::is_ascii_whitespace));
        if marks && at > 0 {
            documents.push((first, text[start..at].trim_ascii_end()));
            (start, first) = (at, number + 1);
        }
        at += line.len();
    }
    documents.push((first, text[start..].trim_ascii_end()));
    // The mark belongs to neither: the first document may get one without being changed.
    for (_, text) in &mut documents {
        *text = text.strip_prefix(b"---").unwrap_or(text).trim_ascii_start();
    }
    documents
}
