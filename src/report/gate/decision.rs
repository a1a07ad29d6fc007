//! The view of `relm gate approve`, `reject` and `waive`: a decision that was written, or would be.

use chrono::NaiveDate;
use serde::Serialize;

use super::{Source, missing};
use crate::analysis::gates::Judged;
use crate::report::Header;
use crate::report::set::LineView;

/// The name and version of [`Decision`]'s shape, of `relm gate approve`.
pub const APPROVE: &str = "relm.gate.approve/1";
/// The same of `relm gate reject`.
pub const REJECT: &str = "relm.gate.reject/1";
/// The same of `relm gate waive`.
pub const WAIVE: &str = "relm.gate.waive/1";

/// What somebody decided about a gate.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct Decision {
    /// Schema, day and revision.
    #[serde(flatten)]
    pub header: Header,
    /// Whether it was written: not when it stands already or was only tried.
    pub written: bool,
    /// Whether the same stands already.
    pub already: bool,
    /// Whether it was only tried.
    pub dry_run: bool,
    /// The release.
    pub release: String,
    /// The gate.
    pub gate: String,
    /// The criterion that is waived; null for a decision on the gate.
    pub criterion: Option<String>,
    /// `approved`, `rejected` or `waived`.
    pub decision: &'static str,
    /// Who decided.
    pub by: String,
    /// In which role; null for waivers.
    pub role: Option<String>,
    /// When, as written, in the portfolio's zone; null for waivers.
    pub at: Option<String>,
    /// What is noted beside an approval or refusal, the reason of a waiver.
    pub note: Option<String>,
    /// The last day a waiver holds; null when it has none.
    #[schemars(with = "Option<String>", extend("format" = "date"))]
    pub expires: Option<NaiveDate>,
    /// Where the decision is, or would be, written.
    pub source: Source,
    /// The lines of the file that differ.
    pub lines: Vec<LineView>,
    /// Where the gate stood before.
    pub before: Standing,
    /// Where it stands with the file as it is, or would be.
    pub after: Standing,
    /// Where it will stand once the file is committed as the policy of approvals demands.
    pub committed: Standing,
    /// How the history must prove approvals: `none`, `author` or `signed`.
    pub provenance: &'static str,
    /// The command that commits it; null when nothing is to be committed.
    pub commit: Option<String>,
    /// The command that lets the gate pass after a refusal.
    pub reverse: Option<String>,
    /// What else is worth knowing.
    pub notes: Vec<String>,
}

/// Where a gate stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Standing {
    /// `passed`, `pending`, `overdue`, `rejected` or `stale`.
    pub state: &'static str,
    /// Everything that is missing, in words; empty when it is passed.
    pub missing: Vec<String>,
}

impl Standing {
    /// That of a gate.
    pub fn of(gate: &Judged<'_>) -> Self {
        Self { state: gate.state.as_str(), missing: missing(gate) }
    }
}
