//! Who did what, one file a format.

pub mod csv;
pub mod human;
pub mod markdown;

use crate::report::audit::{Audit, Entry};

/// What it was done to: `release ferry-1 gates/go-live`.
fn object(entry: &Entry) -> String {
    let parts = [entry.kind.as_str(), &entry.id, &entry.path];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

/// What it was and is.
fn change(entry: &Entry, arrow: &str) -> String {
    match (&entry.before, &entry.after) {
        (Some(before), Some(after)) => format!("{before} {arrow} {after}"),
        (None, Some(after)) => after.clone(),
        (Some(before), None) => format!("no more: {before}"),
        (None, None) => String::new(),
    }
}

/// Who wrote it: the person of the portfolio, else the name as it stands in the commit.
fn author(entry: &Entry) -> String {
    entry.author.as_ref().map_or_else(
        || "not committed".to_owned(),
        |author| author.person.clone().unwrap_or_else(|| format!("{} <{}>", author.name, author.email)),
    )
}

/// The minute it was written, as the author's clock said.
fn minute(entry: &Entry) -> String {
    entry.at.as_deref().map_or_else(String::new, |at| at.get(..16).unwrap_or(at).replacen('T', " ", 1))
}

/// The first characters of the commit.
fn commit(entry: &Entry) -> &str {
    entry.commit.as_deref().map_or("", |id| id.get(..7).unwrap_or(id))
}

/// What is to be known of the history before anything else.
fn history(view: &Audit) -> Option<&'static str> {
    Some(match view.history {
        "shallow" => {
            "The clone is shallow: what was done before its oldest commits is not listed. `git fetch --unshallow` brings the whole history."
        }
        "outside-git" => "The portfolio is not in a git repository, so nobody knows who changed what.",
        "no-commit" => "The repository has no commit yet.",
        _ => return None,
    })
}
