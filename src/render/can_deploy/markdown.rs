//! Whether something may be deployed, as Markdown.

use std::fmt::Write;

use super::{asked, checked, headline};
use crate::render::findings::address;
use crate::render::text::{markdown_escape, markdown_sentence};
use crate::report::can_deploy::CanDeploy;

/// The answer, the reasons as a table, and what was looked at.
pub fn render(view: &CanDeploy) -> String {
    let mut out = format!("**{}**\n", markdown_sentence(&headline(view)));
    if !view.reasons.is_empty() {
        out.push_str("\n| reason | until | where | rule |\n|---|---|---|---|\n");
    }
    for reason in &view.reasons {
        let until = reason.until.as_ref().map_or("until something changes", |until| until.spoken.as_str());
        let _ = writeln!(
            out,
            "| {} | {} | <code>{}</code> | <code>{}</code> |",
            markdown_sentence(&reason.message),
            markdown_escape(until),
            markdown_escape(&address(&reason.place)),
            markdown_escape(&reason.rule)
        );
    }
    let _ = writeln!(out, "\nAsked: {}\n", markdown_sentence(&asked(view)));
    let _ = writeln!(out, "Checked: {}", markdown_sentence(&checked(view)));
    out
}
