//! How plans moved, one file a format.

mod chart;
pub mod csv;
pub mod human;
pub mod svg;

use crate::diagnostic::wording::plural;
use crate::report::history::{CommitView, History};

/// What moved, in words: `target`, `phases/uat start`.
fn what(subject: &str, field: &str) -> String {
    if subject.is_empty() { field.to_owned() } else { format!("{subject} {field}") }
}

/// `+3 days`, `-1 day`.
fn shift(days: i64) -> String {
    format!("{}{}", if days < 0 { "-" } else { "+" }, plural(days.abs(), "day"))
}

/// The first characters of a commit.
fn short(commit: &str) -> &str {
    commit.get(..7).unwrap_or(commit)
}

/// Who wrote it: the person of the portfolio, else the name as it stands in the commit.
fn author(by: &CommitView) -> Option<String> {
    by.author.as_ref().map(|author| author.person.clone().unwrap_or_else(|| author.name.clone()))
}

/// What is to be known of the history before anything else.
fn caveats(view: &History) -> Vec<String> {
    let mut all = Vec::new();
    if view.history == "no-commit" {
        all.push("The repository has no commit yet, so nothing has moved.".to_owned());
    }
    if !view.ends.is_empty() || view.history == "shallow" {
        let end = |end: &crate::report::history::EndView| {
            format!("{} of {}", short(&end.commit), end.at.get(..10).unwrap_or(&end.at))
        };
        let ends: Vec<String> = view.ends.iter().take(3).map(end).collect();
        let more = if view.ends.len() > 3 { format!(" and {} more", view.ends.len() - 3) } else { String::new() };
        let at = if ends.is_empty() { String::new() } else { format!(" at {}{more}", ends.join(", ")) };
        all.push(format!(
            "The history ends{at}: the clone is shallow, and what was before is not known. `git fetch --unshallow` brings it."
        ));
    }
    if !view.unreadable.is_empty() {
        let one = |it: &crate::report::history::UnreadableView| {
            format!("{} ({})", it.file, it.commit.as_deref().map_or("not committed", short))
        };
        let named: Vec<String> = view.unreadable.iter().take(3).map(one).collect();
        let more = view.unreadable.len().saturating_sub(3);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        all.push(format!(
            "{} cannot be parsed: {}{more}. The next readable version is compared with the last one.",
            plural(view.unreadable.len(), "file version"),
            named.join(", ")
        ));
    }
    all
}
