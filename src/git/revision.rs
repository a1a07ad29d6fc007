//! From what a person typed to one commit, or to an answer that helps.

use super::{CommitInfo, GitError, Repo};

/// How many names or commits an error offers.
const SUGGESTIONS: usize = 3;
/// Names below this likeness (1 = equal) are not worth offering.
const LIKENESS: f64 = 0.55;

impl Repo {
    /// The commit that `rev` names: a branch, a tag (peeled), an identifier or its beginning, `HEAD~2`, `main@{2026-01-31}`, ….
    pub fn resolve(&self, rev: &str) -> Result<CommitInfo, GitError> {
        let rev = rev.trim();
        let object = match self.inner.revparse_single(rev) {
            Ok(object) => object,
            Err(error) => return self.explain(rev, &error),
        };
        match object.peel(git2::ObjectType::Commit) {
            Ok(commit) => self.commit_info(commit.id()),
            Err(_) => Err(GitError::NotACommit { rev: rev.to_owned(), kind: in_words(&object) }),
        }
    }

    /// The commit in which two commits, by their identifiers, last had all in common; none where their histories do not meet.
    pub fn merge_base(&self, one: &str, other: &str) -> Result<Option<CommitInfo>, GitError> {
        let id = |text: &str| git2::Oid::from_str(text).map_err(|e| GitError::plain(&e));
        match self.inner.merge_base(id(one)?, id(other)?) {
            Ok(base) => self.commit_info(base).map(Some),
            Err(error) if error.code() == git2::ErrorCode::NotFound => Ok(None),
            Err(error) => Err(GitError::missing(&self.inner, &error)),
        }
    }

    fn commit_info(&self, id: git2::Oid) -> Result<CommitInfo, GitError> {
        let commit = self.inner.find_commit(id).map_err(|e| GitError::missing(&self.inner, &e))?;
        Ok(CommitInfo::of(&commit))
    }

    /// A shortened identifier may still mean one commit among other objects; everything else becomes an error that helps.
    fn explain(&self, rev: &str, error: &git2::Error) -> Result<CommitInfo, GitError> {
        match error.code() {
            git2::ErrorCode::Ambiguous => {
                let commits = self.commits_beginning_with(rev);
                if let [only] = commits.as_slice() {
                    return self.commit_info(*only);
                }
                Err(GitError::AmbiguousRevision {
                    rev: rev.to_owned(),
                    candidates: commits.iter().map(|id| self.described(*id)).collect(),
                })
            }
            git2::ErrorCode::InvalidSpec => Err(GitError::InvalidRevision { rev: rev.to_owned() }),
            _ if !self.has_commits() => Err(GitError::EmptyRepository),
            git2::ErrorCode::NotFound | git2::ErrorCode::UnbornBranch => Err(self.unknown(rev)),
            _ => Err(GitError::plain(error)),
        }
    }

    fn unknown(&self, rev: &str) -> GitError {
        let name = rev.split(['~', '^', '@', ':']).next().unwrap_or(rev);
        let counts_back = name.len() < rev.len();
        let looks_like_id = name.len() >= 7 && name.bytes().all(|b| b.is_ascii_hexdigit());
        let names = self.branches_and_tags();
        let known = name == "HEAD" || names.iter().any(|n| n == name);
        if self.inner.is_shallow() && (looks_like_id || (counts_back && known)) {
            return GitError::ShallowMissing { rev: rev.to_owned() };
        }
        GitError::UnknownRevision {
            rev: rev.to_owned(),
            nearest: if known { Vec::new() } else { nearest(name, &names) },
        }
    }

    fn has_commits(&self) -> bool {
        self.inner.head().is_ok() || !self.branches_and_tags().is_empty()
    }

    /// Short names: `main`, `v1.0`, `origin/main`; sorted.
    fn branches_and_tags(&self) -> Vec<String> {
        let Ok(mut references) = self.inner.references() else {
            return Vec::new();
        };
        let mut names: Vec<String> = references
            .names()
            .flatten()
            .filter_map(|name| {
                ["refs/heads/", "refs/tags/", "refs/remotes/"]
                    .iter()
                    .find_map(|kind| name.strip_prefix(kind))
                    .map(str::to_owned)
            })
            .collect();
        names.sort();
        names.dedup();
        names
    }

    fn commits_beginning_with(&self, prefix: &str) -> Vec<git2::Oid> {
        let prefix = prefix.to_ascii_lowercase();
        let mut ids = Vec::new();
        let Ok(objects) = self.inner.odb() else {
            return ids;
        };
        // Loose and packed copies of one object both appear.
        let walked = objects.foreach(|id| {
            if id.to_string().starts_with(&prefix) {
                ids.push(*id);
            }
            true
        });
        if walked.is_err() {
            return Vec::new();
        }
        ids.sort();
        ids.dedup();
        ids.retain(|id| objects.read_header(*id).is_ok_and(|(_, kind)| kind == git2::ObjectType::Commit));
        ids
    }

    fn described(&self, id: git2::Oid) -> String {
        let short: String = id.to_string().chars().take(12).collect();
        let summary =
            self.inner.find_commit(id).ok().and_then(|commit| commit.summary().ok().flatten().map(str::to_owned));
        match summary {
            Some(summary) => format!("{short} {summary}"),
            None => short,
        }
    }
}

/// What an object that is no commit is to people; tags are peeled.
fn in_words(object: &git2::Object<'_>) -> &'static str {
    let peeled = object.peel(git2::ObjectType::Any).ok().and_then(|peeled| peeled.kind());
    match peeled.or(object.kind()) {
        Some(git2::ObjectType::Blob) => "file",
        Some(git2::ObjectType::Tree) => "folder",
        _ => "git object",
    }
}

/// The names most like `wanted`, best first; ties in alphabetical order.
fn nearest(wanted: &str, names: &[String]) -> Vec<String> {
    let mut scored: Vec<(f64, &String)> =
        names.iter().map(|name| (likeness(wanted, name), name)).filter(|(score, _)| *score >= LIKENESS).collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(b.1)));
    scored.into_iter().take(SUGGESTIONS).map(|(_, name)| name.clone()).collect()
}

/// `main` and `origin/main` are close, whatever the length of the remote's name.
fn likeness(wanted: &str, name: &str) -> f64 {
    let whole = strsim::normalized_damerau_levenshtein(wanted, name);
    let last = name.rsplit('/').next().unwrap_or(name);
    let by_last = strsim::normalized_damerau_levenshtein(wanted, last) * 0.95;
    whole.max(by_last)
}
