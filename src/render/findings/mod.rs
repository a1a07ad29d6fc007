//! Findings of a check, one file a format.

pub mod github;
pub mod gitlab;
pub mod human;
pub mod junit;
pub mod markdown;
pub mod sarif;
pub mod statistics;

mod snippet;

#[cfg(test)]
mod tests;

use crate::diagnostic::wording::plural;
use crate::report::check::{Base, Check, FindingView, Place};

/// What was found, in one line: `3 errors, 1 warning in 14 files (20 documents)`.
fn summary_line(check: &Check) -> String {
    let summary = &check.summary;
    let counts: Vec<_> = [(summary.error, "error"), (summary.warning, "warning"), (summary.info, "info")]
        .into_iter()
        .filter(|&(count, _)| count > 0)
        .map(|(count, word)| plural(count, word))
        .collect();
    let found = match &check.base {
        None if counts.is_empty() => "no findings".to_owned(),
        None => counts.join(", "),
        Some(base) => {
            let kinds = if counts.is_empty() { String::new() } else { format!(" ({})", counts.join(", ")) };
            format!("introduces {}{kinds}, fixes {} against {}", base.introduced, base.fixed, short_commit(base))
        }
    };
    let read = format!("{} ({})", plural(summary.files, "file"), plural(summary.documents, "document"));
    let silenced = if check.suppressed > 0 { format!(", {} suppressed", check.suppressed) } else { String::new() };
    format!("{found} in {read}{silenced}")
}

fn short_commit(base: &Base) -> &str {
    let hex = base.commit.len() >= 40 && base.commit.bytes().all(|byte| byte.is_ascii_hexdigit());
    if hex { &base.commit[..10] } else { &base.commit }
}

/// `file:line:column`, or the file alone where nothing more is known.
pub(super) fn address(place: &Place) -> String {
    if place.located {
        format!("{}:{}:{}", place.file, place.start.line, place.start.column)
    } else {
        place.file.clone()
    }
}

/// The related places, each in one line, with the number of those left out.
fn related_lines(finding: &FindingView) -> Vec<String> {
    let (shown, more) = finding.shown_related();
    let mut lines: Vec<_> =
        shown.iter().map(|related| format!("{}: {}", address(&related.place), related.message)).collect();
    if more > 0 {
        lines.push(format!("and {more} more"));
    }
    lines
}
