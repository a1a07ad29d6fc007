//! The view of `relm cab digest`: what has changed since the change board last met.

use chrono::NaiveDate;
use serde::Serialize;

use crate::analysis::changes;
use crate::analysis::digest::{self, ChangeMove, Decided, GoneStale, Matter, ReleaseMove, ScopeMove};
use crate::analysis::gates::Flaw;
use crate::model::release::ScopeItem;
use crate::report::Header;
use crate::report::changes::DecisionView;

/// The name and version of [`Digest`]'s shape.
pub const SCHEMA: &str = "relm.cab.digest/1";

/// What `relm cab digest` shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Digest {
    /// Schema, day and revision.
    #[serde(flatten)]
    pub header: Header,
    /// The portfolio's name.
    pub portfolio: Option<String>,
    /// What it is compared with.
    pub since: Since,
    /// Changes that are new, withdrawn or say something else, by id.
    pub changes: Vec<ChangeMoveView>,
    /// Releases that are new, gone, or ship something else or at another time, by id.
    pub releases: Vec<ReleaseMoveView>,
    /// Decisions that were made or taken back, those about changes first.
    pub decisions: Vec<DecidedView>,
    /// Approvals of gates that have gone stale.
    pub stale: Vec<StaleView>,
}

/// The revision that something is compared with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Since {
    /// As it was asked for.
    pub revision: String,
    /// The commit it names.
    pub commit: Option<String>,
}

/// A change that is not what it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct ChangeMoveView {
    /// The id.
    pub id: String,
    /// The name for people.
    pub name: Option<String>,
    /// `new`, `withdrawn` or `changed`.
    pub fate: &'static str,
    /// Its project.
    pub project: Option<String>,
    /// Its type.
    pub r#type: &'static str,
    /// Its status; as it was, when it is gone.
    pub status: &'static str,
    /// What it says otherwise.
    pub fields: Vec<FieldView>,
}

/// A field that says something else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct FieldView {
    /// The field.
    pub field: &'static str,
    /// What it said.
    pub before: Option<String>,
    /// What it says.
    pub after: Option<String>,
}

/// A release that is not what it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct ReleaseMoveView {
    /// The id.
    pub id: String,
    /// The name for people.
    pub name: Option<String>,
    /// `new`, `withdrawn` or `changed`.
    pub fate: &'static str,
    /// Where it stood and stands, when that is not the same.
    pub status: Option<FieldView>,
    /// The target, when it moved.
    pub target: Option<TargetView>,
    /// What ships otherwise.
    pub scope: Vec<ScopeView>,
}

/// A target that moved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct TargetView {
    /// Where it was.
    #[schemars(with = "Option<String>", extend("format" = "date"))]
    pub before: Option<NaiveDate>,
    /// Where it is.
    #[schemars(with = "Option<String>", extend("format" = "date"))]
    pub after: Option<NaiveDate>,
    /// Calendar days from before to after, positive = later.
    pub days: Option<i64>,
}

/// A project that ships otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct ScopeView {
    /// The project.
    pub project: String,
    /// `added`, `removed` or `version`.
    pub what: &'static str,
    /// The version that shipped.
    pub before: Option<String>,
    /// The version that ships.
    pub after: Option<String>,
}

/// A decision that was made, or taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct DecidedView {
    /// The change it is about.
    pub change: Option<String>,
    /// The release it is about.
    pub release: Option<String>,
    /// The gate of the release.
    pub gate: Option<String>,
    /// The decision.
    #[serde(flatten)]
    pub decision: DecisionView,
    /// Whether it stands in the file no more.
    pub taken_back: bool,
}

/// An approval of a gate that has gone stale.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct StaleView {
    /// The release.
    pub release: String,
    /// The gate.
    pub gate: String,
    /// The approval.
    #[serde(flatten)]
    pub decision: DecisionView,
    /// What has changed since.
    pub changed: Vec<ChangedView>,
}

/// Something that has changed since it was approved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct ChangedView {
    /// The field, from the release.
    pub path: String,
    /// What it said.
    pub before: Option<String>,
    /// What it says.
    pub after: Option<String>,
    /// Who changed it, where the history tells.
    pub by: Option<String>,
}

impl Digest {
    /// The view of what happened.
    pub fn new(header: Header, portfolio: Option<String>, since: Since, digest: &digest::Digest<'_>) -> Self {
        Self {
            header,
            portfolio,
            since,
            changes: digest.changes.iter().map(ChangeMoveView::new).collect(),
            releases: digest.releases.iter().map(ReleaseMoveView::new).collect(),
            decisions: digest.decisions.iter().map(DecidedView::new).collect(),
            stale: digest.stale.iter().map(StaleView::new).collect(),
        }
    }

    /// Whether nothing happened.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty() && self.releases.is_empty() && self.decisions.is_empty() && self.stale.is_empty()
    }
}

impl ChangeMoveView {
    fn new(one: &ChangeMove<'_>) -> Self {
        Self {
            id: one.change.id.to_string(),
            name: one.change.common.name().map(str::to_owned),
            fate: one.fate.as_str(),
            project: one.change.project.as_ref().map(ToString::to_string),
            r#type: changes::kind(one.change).as_str(),
            status: changes::status(one.change).as_str(),
            fields: one.fields.iter().map(FieldView::new).collect(),
        }
    }
}

impl FieldView {
    fn new(one: &digest::FieldMove) -> Self {
        Self { field: one.field, before: one.before.clone(), after: one.after.clone() }
    }
}

impl ReleaseMoveView {
    fn new(one: &ReleaseMove<'_>) -> Self {
        let target =
            |target: digest::TargetMove| TargetView { before: target.before, after: target.after, days: target.days() };
        Self {
            id: one.release.id.to_string(),
            name: one.release.common.name().map(str::to_owned),
            fate: one.fate.as_str(),
            status: one.status.as_ref().map(FieldView::new),
            target: one.target.map(target),
            scope: one.scope.iter().map(ScopeView::new).collect(),
        }
    }
}

impl ScopeView {
    fn new(one: &ScopeMove<'_>) -> Self {
        let version = |item: Option<&ScopeItem>| item.and_then(|item| item.version.as_deref()).map(str::to_owned);
        let what = match (one.before, one.after) {
            (None, _) => "added",
            (_, None) => "removed",
            _ => "version",
        };
        Self { project: one.project.to_owned(), what, before: version(one.before), after: version(one.after) }
    }
}

impl DecidedView {
    fn new(one: &Decided<'_>) -> Self {
        let (change, release, gate) = match one.matter {
            Matter::Change(change) => (Some(change.id.to_string()), None, None),
            Matter::Gate(release, gate) => (None, Some(release.id.to_string()), Some(gate.to_owned())),
        };
        Self { change, release, gate, decision: DecisionView::new(&one.entry), taken_back: one.taken_back }
    }
}

impl StaleView {
    fn new(one: &GoneStale<'_>) -> Self {
        let changed = one.entry.flaws.iter().flat_map(|flaw| match flaw {
            Flaw::Stale(changes) => *changes,
            _ => &[],
        });
        let changed = changed.map(|change| ChangedView {
            path: change.path.clone(),
            before: change.before.clone(),
            after: change.after.clone(),
            by: change.by.as_ref().map(|commit| {
                let author = &commit.author;
                author.person.as_deref().map_or_else(|| author.name.clone(), str::to_owned)
            }),
        });
        Self {
            release: one.release.id.to_string(),
            gate: one.gate.to_owned(),
            changed: changed.collect(),
            decision: DecisionView::new(&one.entry),
        }
    }
}
