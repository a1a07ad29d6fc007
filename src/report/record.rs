//! The view of `relm record`.

use serde::Serialize;

use super::Header;
use super::check::FindingView;
use super::set::{FieldChange, LineView};

/// The name and version of [`Record`]'s shape.
pub const SCHEMA: &str = "relm.record/1";

/// A record that was made, or would be.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct Record {
    /// Schema, day and revision.
    #[serde(flatten)]
    pub header: Header,
    /// `deployment`, `incident`, `pipeline` or `change`.
    pub what: &'static str,
    /// Its id; null for a pipeline.
    pub id: Option<String>,
    /// How it ended.
    pub outcome: Outcome,
    /// Whether it was only tried.
    pub dry_run: bool,
    /// The file, from the portfolio's root.
    pub file: String,
    /// The line where the record begins, from 1; null when it is not there.
    pub line: Option<usize>,
    /// The values that were given. Those that differ from what is recorded and were not to be replaced have no line.
    pub fields: Vec<FieldChange>,
    /// The lines that differ.
    pub lines: Vec<LineView>,
    /// What a check finds only because of it: where it was refused, why; else warnings and errors, as in `check`. Places are
    /// those of the changed file.
    pub findings: Vec<FindingView>,
}

/// How it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// A new record was written, or would be.
    Recorded,
    /// Values of a record were written, or would be.
    Updated,
    /// It was recorded already.
    Unchanged,
    /// Nothing was written, because something speaks against it.
    Refused,
}
