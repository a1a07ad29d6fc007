//! How the dates, the scope and the status of releases changed from commit to commit.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::{History, Revised};

/// What is written of a release, or of a part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Field {
    /// That a phase is there at all; its value is its id.
    Id,
    /// The business date of a release.
    Target,
    /// The first day of a phase.
    Start,
    /// The last day of a phase.
    End,
    /// The day of a milestone, or the only day of a phase.
    Date,
    /// Where a release stands; `draft` where nothing is written, so that a release always has one.
    Status,
    /// The version of a project in the scope; empty where none is written.
    Version,
}

impl Field {
    /// The key in the manifest.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Target => "target",
            Self::Start => "start",
            Self::End => "end",
            Self::Date => "date",
            Self::Status => "status",
            Self::Version => "version",
        }
    }

    /// Whether it is a planned date.
    pub const fn is_date(self) -> bool {
        matches!(self, Self::Target | Self::Start | Self::End | Self::Date)
    }
}

/// The place of a value.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place {
    /// The id of the release.
    pub release: SmolStr,
    /// `phases/sit`, `milestones/rc1`, `scope/ledger`, or empty for the release itself.
    pub subject: SmolStr,
    /// What of it.
    pub field: Field,
}

/// A value that is not the same in a commit and in its first parent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldChange {
    /// Where it is written.
    pub place: Place,
    /// What it was, as written; none: it was not there.
    pub before: Option<SmolStr>,
    /// What it is; none: it is not there any more.
    pub after: Option<SmolStr>,
}

/// A commit that changed something, or the work tree.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// The commit; none for what is not committed.
    pub commit: Option<Revised>,
    /// For each of its parents the commit that last changed a manifest there, by identifier: what it is to be compared with.
    pub parents: Vec<String>,
    /// What it changed, by place.
    pub changes: Vec<FieldChange>,
}

/// A version of a file that cannot be parsed, so that nobody knows what it said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// The path from the root.
    pub file: String,
    /// The commit that brought it; none for the work tree.
    pub commit: Option<String>,
}

/// How releases came to be what they are.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Chronicle {
    /// How much of the history could be read.
    pub history: History,
    /// The commits where a clone ends, by identifier, each with its instant; nothing is known of what was before.
    pub ends: Vec<Revised>,
    /// The commits that changed something, each after all of its parents whatever their clocks say; what is not committed comes
    /// last.
    pub steps: Vec<Step>,
    /// Versions that cannot be parsed.
    pub unreadable: Vec<Unreadable>,
    /// What is written now.
    pub now: BTreeMap<Place, SmolStr>,
    /// The folders that the portfolio was in before it was moved, from the top of the repository, newest first.
    pub former: Vec<PathBuf>,
}

impl Chronicle {
    /// Leaves out the releases that are not wanted.
    pub fn retain_releases(&mut self, is_wanted: impl Fn(&str) -> bool) {
        for step in &mut self.steps {
            step.changes.retain(|change| is_wanted(&change.place.release));
        }
        self.now.retain(|place, _| is_wanted(&place.release));
    }
}
