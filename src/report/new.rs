//! The view of `relm new`.

use chrono::NaiveDate;
use serde::Serialize;

use super::Header;

/// The name and version of [`New`]'s shape.
pub const SCHEMA: &str = "relm.new/1";

/// What was written.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct New {
    /// Schema, day and revision.
    #[serde(flatten)]
    pub header: Header,
    /// The kind of manifest.
    pub kind: &'static str,
    /// Its id.
    pub id: String,
    /// The new file, from the portfolio's root.
    pub file: String,
    /// The date promised to the business; of a release.
    #[schemars(with = "Option<String>", extend("format" = "date"))]
    pub target: Option<NaiveDate>,
    /// The train that a release rides.
    pub train: Option<String>,
    /// The phases of a release, placed as late as the target allows.
    pub phases: Vec<Phase>,
    /// The milestones that the train sets.
    pub milestones: Vec<Milestone>,
}

/// A day that matters.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct Milestone {
    /// The id.
    pub id: String,
    /// The day.
    #[schemars(with = "String", extend("format" = "date"))]
    pub date: NaiveDate,
}

/// A placed phase.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct Phase {
    /// The id.
    pub id: String,
    /// The first day.
    #[schemars(with = "String", extend("format" = "date"))]
    pub start: NaiveDate,
    /// The last day, included.
    #[schemars(with = "String", extend("format" = "date"))]
    pub end: NaiveDate,
}
