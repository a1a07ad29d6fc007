//! How many findings each rule has, instead of the findings.

use std::fmt::Write;

use super::summary_line;
use crate::render::Style;
use crate::render::table;
use crate::render::text::{markdown_escape, sanitize, wrap};
use crate::report::check::Check;

/// A table for people, and the summary.
pub fn render(check: &Check, style: &Style) -> String {
    let counts = check.statistics.as_deref().unwrap_or_default();
    let rows = counts.iter().map(|rule| vec![rule.count.to_string(), rule.severity.to_string(), rule.rule.clone()]);
    let mut out = if counts.is_empty() {
        String::new()
    } else {
        table::plain(&["findings", "worst", "rule"], rows, &[0], style) + "\n"
    };
    let _ = writeln!(out, "{}", wrap(&sanitize(&summary_line(check)), style.width));
    out
}

/// The same as a Markdown table.
pub fn markdown(check: &Check) -> String {
    let mut out = format!("{}\n\n| findings | worst | rule |\n|---:|---|---|\n", markdown_escape(&summary_line(check)));
    for rule in check.statistics.iter().flatten() {
        let _ = writeln!(out, "| {} | {} | {} |", rule.count, rule.severity, markdown_escape(&rule.rule));
    }
    out
}
