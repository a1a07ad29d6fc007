//! Who wrote approvals and scopes, by the history of the repository.

use std::collections::HashMap;

use chrono::{DateTime, FixedOffset};
use smol_str::SmolStr;

use crate::choice;
use crate::diagnostic::Span;

/// What the history says of the values that stand in the manifests now. Values are known by their place.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Provenance {
    /// How much of the history could be read.
    pub history: History,
    /// For each approval, of gates and of changes, by the span of its entry. An entry that serves several gates by an alias
    /// has one place: what is said of it is what is true of the gate that it came to last.
    pub approvals: HashMap<Span, ApprovalFacts>,
    /// For each item of the scope of a release in which somebody decided something, by its span: who brought it to its present
    /// value. None: not committed.
    pub scope: HashMap<Span, Option<Introduction>>,
}

/// How much of the history could be read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum History {
    /// All of it.
    #[default]
    Whole,
    /// A shallow clone, or one whose history was cut otherwise: nothing is known of what was written before its oldest commits.
    Shallow,
    /// There is no repository around the portfolio.
    OutsideGit,
    /// There is one, without a commit.
    NoCommit,
    /// It could not be read, and why.
    Unreadable(String),
}

/// The commit that gave a value its present form.
#[derive(Debug, Clone, PartialEq)]
pub struct Introduction {
    /// The commit.
    pub commit: Commit,
    /// The value may be older: the clone is shallow and this is where it ends.
    pub at_boundary: bool,
}

/// A commit, as far as an auditor asks.
#[derive(Debug, Clone, PartialEq)]
pub struct Commit {
    /// The full identifier, hexadecimal.
    pub id: String,
    /// The first line of its message.
    pub subject: String,
    /// Who wrote it, after `.mailmap`.
    pub author: Who,
    /// Who put it into the repository, after `.mailmap`.
    pub committer: Who,
    /// When it was written, as the author's clock says.
    pub at: DateTime<FixedOffset>,
    /// What its signature proves.
    pub signature: Signature,
}

/// A name and an address as a commit has them, after the `.mailmap` at the top of the repository, as it is committed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Who {
    /// The name.
    pub name: String,
    /// The e-mail address.
    pub email: String,
    /// Whose address it is: by the portfolio as it was before the commit; else as the commit has it; else as it is now. The
    /// first of these that lists it for anybody decides, so that an address that is given to another person later does not
    /// make them the author of what was written before. None: nobody's, or that of several people.
    pub person: Option<SmolStr>,
}

/// What the signature of a commit proves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Signature {
    /// There is none.
    Missing,
    /// It is right, and was made with a key of this fingerprint (`SHA256:…`). Whose key it is, the portfolio says.
    Valid {
        /// The fingerprint of the key.
        fingerprint: String,
        /// The people who list this key now and listed it before the commit already. A key that was taken from the list
        /// proves nothing any more, and one that the commit itself, or a later one, lists proves nothing yet.
        people: Vec<SmolStr>,
    },
    /// It does not fit the commit, or is damaged; why.
    Invalid(String),
    /// Of a kind that cannot be verified without other programs: `OpenPGP`, `X.509`.
    NotVerifiable(&'static str),
}

/// What the history says of one approval.
#[derive(Debug, Clone, PartialEq)]
pub struct ApprovalFacts {
    /// The commit that gave the entry its exact value under this release and gate; none: not committed.
    pub introduction: Option<Introduction>,
    /// Whether the role was held.
    pub role: Given,
    /// The entry of the same role and person that this one took the place of in that commit, seen from its first parent.
    pub replaced: Option<Replaced>,
    /// The same commit wrote or changed the gate's own criteria: no parent has the gate with the same ones.
    pub with_criteria: bool,
    /// What `stale_when_changed` names and is different today from what it was at that commit; nothing for changes.
    pub changed: Vec<Change>,
    /// What it names and was changed since, but is the same again.
    pub restored: Vec<SmolStr>,
}

choice! {
    /// Whether the approver held the role in the portfolio at the approval's commit.
    pub enum Given {
        /// Before the commit already, by the portfolio of any parent; or by the commit that begins the history.
        Held = "held",
        /// Only by the same commit; or by a portfolio that was not there, or not readable, before.
        GrantedHere = "granted-here",
        /// Not at that commit, or the person was not known.
        NotHeld = "not-held",
        /// The commit is not known, as at the end of a shallow clone, or its `relm.yaml` cannot be read.
        Unknown = "unknown",
    }
}

/// An entry that another took the place of.
#[derive(Debug, Clone, PartialEq)]
pub struct Replaced {
    /// What it said: fields and their values.
    pub before: Vec<(SmolStr, String)>,
    /// Who had written that, as far as the history reaches.
    pub by: Option<Who>,
}

/// A value that is different today from what it was when somebody approved.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// The place in the release, such as `scope/ledger/version` or `target`.
    pub path: String,
    /// What it was; none: it was not there.
    pub before: Option<String>,
    /// What it is; none: it is not there any more.
    pub after: Option<String>,
    /// The commit that gave the part (`scope`, `deployment`, `target`) its present value; none: not committed.
    pub by: Option<Commit>,
}

impl Provenance {
    /// What the history says of the approval at this place.
    pub fn approval(&self, span: Span) -> Option<&ApprovalFacts> {
        self.approvals.get(&span)
    }

    /// Whether nothing can be known of any value.
    pub fn is_blind(&self) -> bool {
        matches!(self.history, History::OutsideGit | History::NoCommit | History::Unreadable(_))
    }
}
