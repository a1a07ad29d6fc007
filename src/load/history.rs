//! What every commit changed in the manifests of a portfolio, newest first.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;
use std::rc::Rc;

use chrono::{DateTime, Utc};
use serde_json::Value;
use smol_str::SmolStr;

use super::document::allow;
use super::portfolio::Loaded;
use super::source::{MAX_FILE_SIZE, Source};
use super::versions::belongs;
use super::yaml;
use crate::diagnostic::FileId;
use crate::git::{
    BlobError, BlobId, BlobReader, CommitId, FileChange, Follow, GitError, Identity, Mailmap, Part, Repo,
};
use crate::model::facts::{CommentChange, Difference, DocumentChange, History, Revised, Revision, Who};
use crate::model::node::{Node, Value as Written};

/// Versions of files that are kept in memory; a walk seldom comes back to older ones.
const KEPT: usize = 4096;

/// Where a walk ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Since {
    /// With the first commit.
    Beginning,
    /// Commits written before this instant are left out.
    Instant(DateTime<Utc>),
    /// Commits that can be reached from this revision are left out.
    Revision(String),
}

/// Tells each revision that changed a manifest, what is not committed first, then the commits, each before its parents. Answers
/// how much of the history there was to walk.
pub fn revisions(
    source: &Source,
    loaded: &Loaded,
    since: &Since,
    tell: &mut dyn FnMut(Revision),
) -> Result<History, GitError> {
    let Some((repo, prefix)) = source.repository()? else { return Ok(History::OutsideGit) };
    let Some(tip) = source.commit() else { return Ok(History::NoCommit) };
    let tip = CommitId::parse(tip)?;
    let belongs = belongs(loaded);
    let part = Part { prefix: &prefix, belongs: &belongs };
    let mut versions = Versions { reader: BlobReader::open(repo.git_dir())?, known: HashMap::new() };
    if let Source::WorkTree(_) = source {
        let against = versions.uncommitted(source, loaded, &repo, tip, part)?;
        tell_of(None, vec![against], tell);
    }
    let known = match since {
        Since::Revision(rev) => reachable(&repo, &repo.resolve(rev)?.id)?,
        Since::Beginning | Since::Instant(_) => HashSet::new(),
    };
    let people = People::of(loaded);
    let mailmap = repo.mailmap(tip)?;
    // One for the whole walk: it remembers the folders it has looked into.
    let files = repo.files(part);
    for visit in repo.walk(tip, Follow::AllParents)? {
        let visit = visit?;
        if visit.is_boundary || known.contains(&visit.id) {
            continue;
        }
        let earlier: Vec<Option<CommitId>> =
            if visit.parents.is_empty() { vec![None] } else { visit.parents.iter().copied().map(Some).collect() };
        let mut against = Vec::with_capacity(earlier.len());
        for earlier in earlier {
            against.push(versions.difference(&files.changed(earlier, visit.id)?)?);
        }
        if against.iter().any(Difference::is_empty) {
            continue;
        }
        let commit = people.revised(&repo, visit.id, &mailmap)?;
        if !matches!(since, Since::Instant(first) if commit.at.to_utc() < *first) {
            tell_of(Some(commit), against, tell);
        }
    }
    Ok(if repo.is_shallow() { History::Shallow } else { History::Whole })
}

fn tell_of(commit: Option<Revised>, against: Vec<Difference>, tell: &mut dyn FnMut(Revision)) {
    if !against.iter().any(Difference::is_empty) {
        tell(Revision { commit, against });
    }
}

/// Everything that can be reached from a commit.
pub(super) fn reachable(repo: &Repo, commit: &str) -> Result<HashSet<CommitId>, GitError> {
    repo.walk(CommitId::parse(commit)?, Follow::AllParents)?.map(|visit| visit.map(|visit| visit.id)).collect()
}

/// Who has which address today.
pub(super) struct People(HashMap<String, SmolStr>);

impl People {
    pub(super) fn of(loaded: &Loaded) -> Self {
        let people = loaded.portfolio.settings.people.iter();
        let addresses = people.flat_map(|person| {
            person.emails.iter().map(|email| (email.trim().to_lowercase(), SmolStr::new(&*person.id)))
        });
        Self(addresses.collect())
    }

    pub(super) fn revised(&self, repo: &Repo, id: CommitId, mailmap: &Mailmap) -> Result<Revised, GitError> {
        let details = repo.details(id, mailmap)?;
        let Identity { name, email } = details.author;
        let person = self.0.get(&email.trim().to_lowercase()).cloned();
        let author = Who { name, email, person };
        Ok(Revised { id: id.to_string(), subject: details.subject, author, at: details.at })
    }
}

/// What a version of a file holds.
#[derive(Default)]
struct Version {
    /// By kind and id.
    documents: Vec<(String, String, Value)>,
    /// Rule and reason.
    allows: Vec<(String, String)>,
}

impl Version {
    fn read(bytes: &[u8]) -> Self {
        let Ok(text) = std::str::from_utf8(bytes) else { return Self::default() };
        let parsed = yaml::parse(text, FileId(0), "");
        let documents = parsed.documents.iter().filter(|node| matches!(node.value, Written::Mapping(_)));
        let text = |node: &Node<'_>, key: &str| node.get(key).and_then(Node::text).unwrap_or_default().to_owned();
        Self {
            documents: documents.map(|node| (text(node, "kind"), text(node, "id"), node.to_json())).collect(),
            allows: parsed.comments.iter().filter_map(|(_, comment)| allow(comment)).collect(),
        }
    }
}

/// Versions of files, each read once.
struct Versions {
    reader: BlobReader,
    known: HashMap<BlobId, Rc<Version>>,
}

impl Versions {
    fn read(&mut self, blob: Option<BlobId>) -> Result<Rc<Version>, GitError> {
        let Some(blob) = blob else { return Ok(Rc::default()) };
        if let Some(known) = self.known.get(&blob) {
            return Ok(Rc::clone(known));
        }
        let version = match self.reader.read(blob, MAX_FILE_SIZE) {
            Ok(bytes) => Rc::new(Version::read(&bytes)),
            Err(BlobError::TooLarge { .. }) => Rc::default(),
            Err(BlobError::Git(error)) => return Err(error),
        };
        if self.known.len() >= KEPT {
            self.known.clear();
        }
        self.known.insert(blob, Rc::clone(&version));
        Ok(version)
    }

    fn difference(&mut self, changes: &[FileChange]) -> Result<Difference, GitError> {
        let mut pairs = Vec::with_capacity(changes.len());
        for FileChange { path, old, new } in changes {
            pairs.push((path.as_str(), self.read(*old)?, self.read(*new)?));
        }
        Ok(Difference::of(&pairs))
    }

    /// What stands in the work tree otherwise than in the commit it is based on.
    fn uncommitted(
        &mut self,
        source: &Source,
        loaded: &Loaded,
        repo: &Repo,
        tip: CommitId,
        part: Part<'_>,
    ) -> Result<Difference, GitError> {
        let committed = repo.changed_files(None, tip, part)?;
        let mut old: BTreeMap<&str, BlobId> =
            committed.iter().filter_map(|file| Some((file.path.as_str(), file.new?))).collect();
        let mut pairs = Vec::new();
        for (_, path) in loaded.sources.iter().filter(|(_, path)| (part.belongs)(path, false)) {
            let Ok(bytes) = source.read_path(path) else { continue };
            let before = old.remove(path);
            if before != BlobId::of(&bytes).ok() {
                pairs.push((path, self.read(before)?, Rc::new(Version::read(&bytes))));
            }
        }
        // What is left over is not there any more; a file that cannot be read is.
        for (path, blob) in old {
            if !Path::exists(&source.root().join(path)) {
                pairs.push((path, self.read(Some(blob))?, Rc::default()));
            }
        }
        Ok(Difference::of(&pairs))
    }
}

/// The values of a document before and after, and a file it is or was in.
type Sides<'v> = (Vec<&'v Value>, Vec<&'v Value>, &'v str);

impl Difference {
    fn is_empty(&self) -> bool {
        self.documents.is_empty() && self.comments.is_empty()
    }

    /// What files hold otherwise than before, whichever of them it is in. Documents that stand twice are left out.
    fn of(files: &[(&str, Rc<Version>, Rc<Version>)]) -> Self {
        let mut documents: BTreeMap<(&str, &str), Sides<'_>> = BTreeMap::new();
        let mut comments: BTreeMap<(&str, &str, &str), i64> = BTreeMap::new();
        for (path, before, after) in files {
            for (kind, id, value) in &before.documents {
                documents.entry((kind, id)).or_insert_with(|| (Vec::new(), Vec::new(), path)).0.push(value);
            }
            for (kind, id, value) in &after.documents {
                let entry = documents.entry((kind, id)).or_insert_with(|| (Vec::new(), Vec::new(), path));
                entry.1.push(value);
                entry.2 = path;
            }
            before.allows.iter().for_each(|(rule, reason)| *comments.entry((path, rule, reason)).or_default() -= 1);
            after.allows.iter().for_each(|(rule, reason)| *comments.entry((path, rule, reason)).or_default() += 1);
        }
        let documents = documents.into_iter().filter(|(_, (before, after, _))| before != after);
        let documents = documents.filter(|(_, (before, after, _))| before.len() <= 1 && after.len() <= 1);
        Self {
            documents: documents
                .map(|((kind, id), (before, after, file))| DocumentChange {
                    kind: kind.to_owned(),
                    id: id.to_owned(),
                    file: file.to_owned(),
                    before: before.first().copied().cloned(),
                    after: after.first().copied().cloned(),
                })
                .collect(),
            comments: comments
                .into_iter()
                .filter(|(_, count)| *count != 0)
                .map(|((file, rule, reason), count)| CommentChange {
                    file: file.to_owned(),
                    rule: rule.to_owned(),
                    reason: reason.to_owned(),
                    added: count > 0,
                })
                .collect(),
        }
    }
}
