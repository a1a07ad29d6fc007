//! One comment on a pull request.

use std::fmt::Write;

use super::{address, summary_line};
use crate::diagnostic::Severity;
use crate::diagnostic::wording::plural;
use crate::render::text::{markdown_escape, markdown_sentence, truncate_to_width};
use crate::report::check::{Check, FindingView};

/// The first line, by which a bot finds its comment again.
pub const MARKER: &str = "<!-- relm:check -->";

/// Characters a comment may have on the forges that allow the fewest.
const LIMIT: usize = 65_000;

/// Kept free for what closes the comment.
const RESERVE: usize = 500;

/// Columns of one text, so that a single finding cannot fill the comment.
const TEXT_LIMIT: usize = 500;

/// The marker, the summary, a table of the errors, and everything in detail folded below it; the least severe are left out when
/// the comment would grow too long.
pub fn render(check: &Check) -> String {
    let mut out =
        Comment { text: format!("{MARKER}\n**relm check**: {}\n", markdown_escape(&summary_line(check))), length: 0 };
    out.length = out.text.chars().count();
    let findings = check.worst_first();
    if findings.is_empty() {
        return out.text;
    }
    let errors: Vec<_> = findings.iter().filter(|finding| is_error(finding)).copied().collect();
    let in_table = out.add_all("\n| error | where | rule |\n|---|---|---|\n", &errors, row);
    // The table already says everything about an error that has neither help nor other places.
    let explained =
        |finding: &&FindingView| !is_error(finding) || finding.help.is_some() || !finding.related.is_empty();
    let details: Vec<_> = findings.iter().copied().filter(explained).collect();
    let in_fold = if in_table == errors.len() {
        let shown = out.add_all("\n<details><summary>details</summary>\n\n", &details, item);
        if shown > 0 {
            out.text.push_str("\n</details>\n");
        }
        shown
    } else {
        0
    };
    out.text.push_str(&left_out(errors.len() - in_table, &details[in_fold..]));
    out.text
}

fn is_error(finding: &FindingView) -> bool {
    finding.severity == Severity::Error
}

struct Comment {
    text: String,
    length: usize,
}

impl Comment {
    /// Adds the opening and as many of the findings as fit; returns how many did. Without any, the opening is not added either.
    fn add_all(&mut self, opening: &str, findings: &[&FindingView], render: impl Fn(&FindingView) -> String) -> usize {
        let mut pending = opening.to_owned();
        for (nth, finding) in findings.iter().enumerate() {
            pending.push_str(&render(finding));
            let length = pending.chars().count();
            if self.length + length > LIMIT - RESERVE {
                return nth;
            }
            self.text.push_str(&pending);
            self.length += length;
            pending.clear();
        }
        findings.len()
    }
}

fn left_out(errors: usize, details: &[&FindingView]) -> String {
    let count = |severity| details.iter().filter(|finding| finding.severity == severity).count();
    // Errors without a row have no details either.
    let counts = [
        (errors, "error", ""),
        (count(Severity::Error).saturating_sub(errors), "error", "the details of "),
        (count(Severity::Warning), "warning", ""),
        (count(Severity::Info), "info", ""),
    ];
    let parts: Vec<_> = counts
        .into_iter()
        .filter(|&(count, ..)| count > 0)
        .map(|(count, word, of)| format!("{of}{}", plural(count, word)))
        .collect();
    if parts.is_empty() {
        return String::new();
    }
    format!("\nLeft out to keep this comment short: {}. Run `relm check` to see everything.\n", parts.join(", "))
}

fn row(finding: &FindingView) -> String {
    format!("| {} | {} | {} |\n", sentence(&finding.message), place(&address(&finding.place)), place(&finding.rule))
}

fn item(finding: &FindingView) -> String {
    let (location, rule) = (place(&address(&finding.place)), place(&finding.rule));
    let mut text = format!("- **{}** {location} {} ({rule})\n", finding.severity, sentence(&finding.message));
    let (shown, more) = finding.shown_related();
    for related in shown {
        let _ = writeln!(text, "  - {} {}", place(&address(&related.place)), sentence(&related.message));
    }
    if more > 0 {
        let _ = writeln!(text, "  - and {more} more");
    }
    if let Some(help) = &finding.help {
        let _ = writeln!(text, "  - help: {}", sentence(help));
    }
    text
}

fn sentence(text: &str) -> String {
    markdown_sentence(&truncate_to_width(text, TEXT_LIMIT))
}

fn place(text: &str) -> String {
    format!("<code>{}</code>", markdown_escape(&truncate_to_width(text, TEXT_LIMIT)))
}
