//! What commits changed in manifests.

use chrono::{DateTime, FixedOffset};
use serde_json::Value;

use super::Who;

/// What a commit, or the work tree, changed.
#[derive(Debug, Clone, PartialEq)]
pub struct Revision {
    /// The commit; none for what is not committed.
    pub commit: Option<Revised>,
    /// What is different from each of its parents; from nothing for the first commit.
    pub against: Vec<Difference>,
}

/// A commit, as far as a list of changes names it.
#[derive(Debug, Clone, PartialEq)]
pub struct Revised {
    /// The full identifier, hexadecimal.
    pub id: String,
    /// The first line of its message.
    pub subject: String,
    /// Who wrote it, after `.mailmap`; the person is the one with this address today.
    pub author: Who,
    /// When it was written, as the author's clock says.
    pub at: DateTime<FixedOffset>,
}

/// Documents and comments that are not the same in two revisions.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Difference {
    /// Documents with another value, by kind and id. One that was only moved or written otherwise is not among them.
    pub documents: Vec<DocumentChange>,
    /// Comments that allow findings.
    pub comments: Vec<CommentChange>,
}

/// A document with another value than before.
#[derive(Debug, Clone, PartialEq)]
pub struct DocumentChange {
    /// The kind of manifest, as written.
    pub kind: String,
    /// The id; empty for kinds that have none.
    pub id: String,
    /// The file it is in, else was in, from the root.
    pub file: String,
    /// What it was, scalars as they were written; none: it was not there.
    pub before: Option<Value>,
    /// What it is; none: it is not there any more.
    pub after: Option<Value>,
}

/// A comment that allows findings and came or went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommentChange {
    /// The file, from the root.
    pub file: String,
    /// The rule it allows.
    pub rule: String,
    /// The reason it gives; may be empty.
    pub reason: String,
    /// Whether it came.
    pub added: bool,
}
