//! The page of a project.

use std::fmt::Write;

use super::html::{place, text};
use super::layout::{Frame, Tab};
use super::{findings, items, release};
use crate::report::site::pages::ProjectPage;

/// Releases on the picture.
const MOST: usize = 60;

/// What runs where, what it hangs on, what ships it, what is known against it.
const SECTIONS: &[&str] = &[
    "live",
    "releases",
    "needs",
    "needed_by",
    "changes",
    "incidents",
    "known_errors",
    "past_releases",
    "demand",
    "trains",
    "environments",
];

/// The page.
pub fn render(frame: &Frame, view: &ProjectPage) -> String {
    let page = frame.below(Tab::Projects, view.show.source.as_ref());
    let show = &view.show;
    let title = show.name.as_deref().filter(|name| !name.trim().is_empty()).unwrap_or(&show.id);
    let mut main = String::new();
    let _ = write!(
        main,
        "<div class=\"head\"><p class=\"quiet\">Project</p>\n<h1>{}</h1>\n<p class=\"quiet\"><code>{}</code> {}</p></div>\n",
        text(title),
        text(&show.id),
        place(show.source.as_ref())
    );
    items::description(&mut main, &show.facts);
    release::carriers(&mut main, &page, "Ships next", &view.releases[..view.releases.len().min(MOST)]);
    findings::of_one(&mut main, &page, &show.findings);
    items::sections(&mut main, &page, show, SECTIONS);
    items::facts(&mut main, &page, &show.facts, &[]);
    page.render(title, &main)
}
