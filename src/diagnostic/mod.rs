//! Findings: what was found, where, why it matters and what to do.
//!
//! A finding is plain data. Rules and the loader make them, the rule runner gives each its severity, renderers print them.

mod finding;
mod source_map;
pub mod suggest;
pub mod wording;

pub use finding::{Edit, Finding, Label, Level, Severity, Subject};
pub use source_map::{FileId, Position, SourceMap, Span};
