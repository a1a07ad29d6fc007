//! Views as people and programs read them: one function per format, from a view to text.
//!
//! Renderers compute nothing and trust no text; [`text`] has what each kind of output needs to be safe.

pub mod artifacts;
pub mod audit;
pub mod backlog;
pub mod cab;
pub mod calendar;
pub mod can_deploy;
pub mod changes;
pub mod diff;
pub mod env;
pub mod export;
pub mod findings;
pub mod gate;
pub mod graph;
pub mod history;
pub mod impact;
pub mod import;
pub mod json;
pub mod metrics;
pub mod openmetrics;
pub mod page;
mod paint;
pub mod plan;
pub mod record;
pub mod risk;
pub mod rules;
pub mod set;
pub mod sheet;
pub mod show;
pub mod site;
pub mod standing;
pub mod steering;
pub mod table;
pub mod text;
pub mod todo;

/// What the terminal can show; decided once by the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// Columns.
    pub width: usize,
    /// Whether to use ANSI colours.
    pub colour: bool,
    /// Whether to emit hyperlinks.
    pub links: bool,
    /// Whether to draw with characters beyond ASCII.
    pub unicode: bool,
}

impl Default for Style {
    /// What any pipe or file takes: 80 columns, no colour, no links.
    fn default() -> Self {
        Self { width: 80, colour: false, links: false, unicode: true }
    }
}
