//! The view of `relm audit`: who approved, refused, waived, overrode, and changed what decides or when.

use serde::Serialize;

use super::Header;
use super::gate::verify::WhoView;
use crate::analysis::audit::{self, Action};
use crate::analysis::selection::Patterns;
use crate::model::facts::Revision;

/// The name and version of [`Audit`]'s shape.
pub const SCHEMA: &str = "relm.audit/1";

/// Who did what, the newest first.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct Audit {
    /// Schema, day and revision.
    #[serde(flatten)]
    pub header: Header,
    /// The portfolio's name.
    pub portfolio: Option<String>,
    /// Where the list begins, as asked for; null for the beginning of the history.
    pub since: Option<String>,
    /// How much of the history could be read, as in `gate verify`.
    pub history: &'static str,
    /// What was done, what is not committed first, then by commit.
    pub entries: Vec<Entry>,
}

/// One thing that somebody did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Entry {
    /// The commit; null for what is not committed.
    pub commit: Option<String>,
    /// The first line of its message.
    pub message: Option<String>,
    /// Who wrote it.
    pub author: Option<WhoView>,
    /// When, RFC 3339, as the author's clock says.
    pub at: Option<String>,
    /// `approved`, `rejected`, `withdrawn` (a decision taken away), `waived`, `excepted` (from a freeze), `allowed` (a finding,
    /// by a comment), `criteria` (what a gate asks for), `moved` (a date), `policy` or `people` (roles, addresses, keys).
    pub action: &'static str,
    /// `release`, `change`, `portfolio` or `file`.
    pub kind: String,
    /// The id; the path of a file; empty for the portfolio.
    pub id: String,
    /// The place in it, such as `gates/go-live/criteria/sev1`.
    pub path: String,
    /// The person that the entry names, whoever wrote it.
    pub by: Option<String>,
    /// What it was; null where it is new.
    pub before: Option<String>,
    /// What it is; null where it is gone.
    pub after: Option<String>,
    /// The file it is in.
    pub file: String,
}

/// What a list shall hold.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Only of these releases.
    pub releases: Patterns,
    /// Only these; all without any.
    pub actions: Vec<Action>,
}

impl Entry {
    /// What a revision did, as far as it is wanted.
    pub fn of(revision: &Revision, wanted: &Wanted) -> Vec<Self> {
        let commit = revision.commit.as_ref();
        let shown = audit::events(revision).into_iter().filter(|event| {
            let selected = wanted.releases.is_empty() || event.kind == "release" && wanted.releases.allow(&event.id);
            selected && (wanted.actions.is_empty() || wanted.actions.contains(&event.action))
        });
        shown
            .map(|event| Self {
                commit: commit.map(|commit| commit.id.clone()),
                message: commit.map(|commit| commit.subject.clone()),
                author: commit.map(|commit| WhoView::new(&commit.author)),
                at: commit.map(|commit| commit.at.to_rfc3339()),
                action: event.action.as_str(),
                kind: event.kind,
                id: event.id,
                path: event.path,
                by: event.by,
                before: event.before,
                after: event.after,
                file: event.file,
            })
            .collect()
    }
}
