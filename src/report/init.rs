//! The view of `relm init`.

use serde::Serialize;

use super::Header;

/// The name and version of [`Init`]'s shape.
pub const SCHEMA: &str = "relm.init/1";

/// What was written.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct Init {
    /// Schema and day; a new portfolio has no revision.
    #[serde(flatten)]
    pub header: Header,
    /// The folder as it was given.
    pub folder: String,
    /// The manifests, from that folder.
    pub files: Vec<String>,
    /// What to type next.
    pub next: Vec<String>,
}
