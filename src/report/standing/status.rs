//! The view of `relm report status`: one line a release.

use serde::Serialize;

use super::{Compared, Counts, Desk, Earlier, Line};
use crate::report::Header;

/// The name and version of [`Status`]'s shape.
pub const SCHEMA: &str = "relm.report.status/1";

/// What `relm report status` shows.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Status {
    /// Schema, day and revision.
    #[serde(flatten)]
    pub header: Header,
    /// The portfolio's name.
    pub portfolio: Option<String>,
    /// The files that could not be read: what they say is in nothing here.
    pub unread: Vec<String>,
    /// What last days are compared with; null when with nothing.
    pub compare: Option<Compared>,
    /// The releases, by their last day, then by id; what has none comes last.
    pub releases: Vec<Line>,
    /// How many stand how.
    pub counts: Counts,
}

impl Status {
    /// The releases of these indices.
    pub fn new(desk: &Desk<'_>, releases: &[usize], earlier: Option<&Earlier<'_>>) -> Self {
        let releases = desk.lines(releases, earlier);
        Self {
            header: Header { schema: SCHEMA, ..desk.header.clone() },
            portfolio: desk.name(),
            unread: desk.unread(),
            compare: earlier.map(Earlier::view),
            counts: Counts::of(&releases),
            releases,
        }
    }
}
