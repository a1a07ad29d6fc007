//! The pages of `relm site`, one file a kind of page.
//!
//! Every page is whole without a script; scripts add the search, the choice of colours and filters. Pages refer to nothing
//! but the site's own files, and their policy forbids anything else and everything inline.

mod bars;
mod environment;
mod findings;
mod gates;
mod heat;
mod html;
mod items;
mod layout;
mod lists;
mod metrics;
pub mod names;
mod person;
mod portfolio;
mod project;
mod release;
mod risk;
mod runbook;
mod search;
mod table;
mod todo;

pub use environment::render as environment;
pub use findings::pages as findings;
pub use layout::{Frame, about_script};
pub use lists::{environments, projects, releases};
pub use metrics::render as metrics;
pub use person::render as person;
pub use portfolio::render as portfolio;
pub use project::render as project;
pub use release::render as release;
pub use search::script as search_script;
pub use todo::render as todo;

use crate::render::text::sanitize;
use crate::report::site::Done;

/// The folders of a site.
pub const FOLDERS: &[&str] = &["environment", "person", "project", "release"];

/// The style of every page.
pub const STYLE: &str = include_str!("site.css");

/// The script of every page.
pub const SCRIPT: &str = include_str!("site.js");

/// A file of the site: its path from the folder, `/` between its parts, and its content.
pub type File = (String, String);

/// What was done, for people.
pub fn human(done: &Done) -> String {
    let (pages, files) = (html::count(done.pages, "page"), html::number(done.written));
    let size = if done.bytes < 1_000_000 {
        format!("{} KB", html::number((done.bytes / 1000) as usize))
    } else {
        format!("{:.1} MB", done.bytes as f64 / 1e6)
    };
    format!(
        "{pages}, {size}: {files} files written, {} unchanged, {} removed\nOpen {}/{}\n",
        html::number(done.unchanged),
        html::number(done.removed),
        sanitize(done.dir.trim_end_matches('/')),
        done.start
    )
}
