//! Who did what, as a Markdown table.

use std::fmt::Write;

use super::{author, change, commit, history, minute, object};
use crate::render::text::markdown_escape;
use crate::report::audit::Audit;

/// A table with a line for each thing done.
pub fn render(view: &Audit) -> String {
    let name = view.portfolio.as_deref().map_or_else(String::new, |name| format!("{}: ", markdown_escape(name)));
    let since = view.since.as_deref().map_or_else(String::new, |since| format!(" since {}", markdown_escape(since)));
    let mut out = format!("# {name}audit{since}\n\n");
    if let Some(history) = history(view) {
        let _ = writeln!(out, "{history}\n");
    }
    if view.entries.is_empty() {
        out.push_str("Nothing to list.\n");
        return out;
    }
    out.push_str("| when | author | commit | what | of | named | change |\n|---|---|---|---|---|---|---|\n");
    for entry in &view.entries {
        let by = entry.by.clone().unwrap_or_default();
        let cells = [
            minute(entry),
            author(entry),
            commit(entry).to_owned(),
            entry.action.to_owned(),
            object(entry),
            by,
            change(entry, "→"),
        ];
        let _ = writeln!(out, "| {} |", cells.map(|cell| markdown_escape(&cell)).join(" | "));
    }
    out
}
