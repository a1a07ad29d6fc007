//! The view of `relm set`, and what it shares with other commands that change manifests.

use serde::Serialize;

use super::Header;
use super::check::FindingView;

/// The name and version of [`Set`]'s shape.
pub const SCHEMA: &str = "relm.set/1";

/// What was changed, or would be.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct Set {
    /// Schema, day and revision.
    #[serde(flatten)]
    pub header: Header,
    /// Whether anything was written: not when it says so already, was refused or only tried.
    pub written: bool,
    /// Whether it was refused because of what was found.
    pub refused: bool,
    /// Whether it was only tried.
    pub dry_run: bool,
    /// The object, as `KIND/ID`.
    pub target: String,
    /// Its file, from the portfolio's root.
    pub file: String,
    /// The fields that were asked for, in that order.
    pub changes: Vec<FieldChange>,
    /// The lines that differ.
    pub lines: Vec<LineView>,
    /// What a check finds only because of it: where it was refused, why; else warnings and errors, as in `check`. Places are
    /// those of the changed file.
    pub findings: Vec<FindingView>,
}

/// A field before and after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct FieldChange {
    /// Its path, with dots.
    pub field: String,
    /// What it said; null when it was blank or absent.
    pub before: Option<String>,
    /// What was asked for.
    pub after: String,
    /// Whether these differ.
    pub changed: bool,
    /// The line where it stands afterwards, from 1; null when that is nowhere.
    pub line: Option<usize>,
}

/// What happened to a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum LineChange {
    /// It is gone.
    Removed,
    /// It is new.
    Added,
}

/// A line that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct LineView {
    /// What happened to it.
    pub change: LineChange,
    /// Its number, from 1: of one that is gone, in the old file, else in the new.
    pub line: usize,
    /// The line.
    pub text: String,
}
