//! The view of `relm env book`: a booking that was written, or why it was not.

use serde::Serialize;

use super::free::SlotView;
use super::{Moment, Source};
use crate::report::Header;
use crate::report::check::FindingView;

/// The name and version of [`Book`]'s shape.
pub const SCHEMA: &str = "relm.env.book/1";

/// A booking that was asked for.
#[allow(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct Book {
    /// Schema, day and revision.
    #[serde(flatten)]
    pub header: Header,
    /// Whether it was written.
    pub written: bool,
    /// Whether it was refused because of what was found.
    pub refused: bool,
    /// Whether it was only tried.
    pub dry_run: bool,
    /// The environment.
    pub environment: String,
    /// The id of the booking.
    pub booking: String,
    /// The release it is for.
    pub release: Option<String>,
    /// What it is for.
    pub purpose: Option<String>,
    /// Who answers for it.
    pub owner: Option<String>,
    /// The first instant.
    pub from: Moment,
    /// The first instant after it.
    pub to: Moment,
    /// The zone in which its dates and times are meant.
    pub time_zone: &'static str,
    /// Units of the capacity.
    pub units: u32,
    /// Whether nobody else may be there.
    pub exclusive: bool,
    /// What it does: `code`, `configuration` or `regression`.
    pub r#use: &'static str,
    /// Where it is, or would be, written.
    pub source: Option<Source>,
    /// The lines of the file that are, or would be, new or changed.
    pub lines: Vec<String>,
    /// What a check finds only because of it, warnings and errors, as in `check`. Places are those of the file with the
    /// booking in it.
    pub findings: Vec<FindingView>,
    /// The next time from its start at which the environment is free for as long, of what was refused or forced; null when
    /// it is free then, or never.
    pub next_free: Option<SlotView>,
    /// Why it never is, in words that follow the id of the environment.
    pub never_free: Option<String>,
}
