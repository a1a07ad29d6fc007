//! The view of `relm import`.

use serde::Serialize;

use super::Header;
use super::check::FindingView;
use super::set::LineView;

/// The name and version of [`Import`]'s shape.
pub const SCHEMA: &str = "relm.import/1";

/// What was brought in, or would be.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct Import {
    /// Schema, day and revision.
    #[serde(flatten)]
    pub header: Header,
    /// `deployments`, `incidents`, `changes`, `pipelines`, `bookings` or `holidays`.
    pub what: &'static str,
    /// The file that was read, as it was named.
    pub source: String,
    /// What rows are numbered by: `line`, or `object` in a JSON list; both count from 1.
    pub numbered_by: &'static str,
    /// Whether anything was written.
    pub written: bool,
    /// Whether it was only tried.
    pub dry_run: bool,
    /// Whether nothing is written because of `faults` or `findings`.
    pub refused: bool,
    /// Where each field comes from.
    pub fields: Vec<FieldSource>,
    /// The columns that nothing comes from.
    pub ignored: Vec<String>,
    /// How many rows there are.
    pub rows: usize,
    /// How many of them are added, or would be.
    pub added: usize,
    /// How many are there already.
    pub skipped: usize,
    /// How many say again what another row of the file says; holidays of one day become one with both names.
    pub repeated: usize,
    /// Those of them that say something else than what is there.
    pub differing: Vec<Differing>,
    /// What is wrong with rows.
    pub faults: Vec<Fault>,
    /// The files that change.
    pub files: Vec<Changed>,
    /// What a check finds only because of it: where it was refused, why; else warnings and errors, as in `check`. Places are
    /// those of the changed files.
    pub findings: Vec<FindingView>,
}

/// Where a field comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct FieldSource {
    /// The field.
    pub field: String,
    /// The column; null for a constant.
    pub column: Option<String>,
    /// The constant; null for a column.
    pub value: Option<String>,
}

/// A row that is there already with other values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Differing {
    /// The row.
    pub row: usize,
    /// Its id, if it has one.
    pub id: Option<String>,
    /// Where it is recorded, from the portfolio's root.
    pub file: String,
    /// What differs.
    pub fields: Vec<Difference>,
}

/// A field that differs from what is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Difference {
    /// The field.
    pub field: String,
    /// What is there; null when nothing is.
    pub recorded: Option<String>,
    /// What the row says.
    pub given: String,
}

/// What is wrong with a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Fault {
    /// The row; null when the whole file is to blame.
    pub row: Option<usize>,
    /// The column as the file names it; null when the row as a whole is to blame, or a constant.
    pub column: Option<String>,
    /// The field.
    pub field: Option<String>,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
}

/// A file that changes.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct Changed {
    /// From the portfolio's root.
    pub file: String,
    /// Whether it is made.
    pub new: bool,
    /// The lines that differ.
    pub lines: Vec<LineView>,
}
