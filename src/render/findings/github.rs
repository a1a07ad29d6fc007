//! Workflow commands: GitHub shows each finding beside the changed line.

use std::fmt::Write;

use super::{related_lines, summary_line};
use crate::diagnostic::Severity;
use crate::render::text::sanitize;
use crate::report::check::{Check, FindingView};

/// One command a finding, worst first because only the first few of a step are shown, then the summary.
pub fn render(check: &Check) -> String {
    let mut out = String::new();
    for finding in check.worst_first() {
        command(&mut out, check, finding);
    }
    let _ = writeln!(out, "{}", sanitize(&summary_line(check)));
    out
}

fn command(out: &mut String, check: &Check, finding: &FindingView) {
    let place = &finding.place;
    let name = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "notice",
    };
    let _ = write!(out, "::{name} file={}", property(&check.repository_path(&place.file)));
    if place.located {
        let _ = write!(out, ",line={},endLine={}", place.start.line, place.end.line);
        // Columns make sense to GitHub only within one line.
        if place.start.line == place.end.line {
            let last = place.end.column.saturating_sub(1).max(place.start.column);
            let _ = write!(out, ",col={},endColumn={last}", place.start.column);
        }
    }
    let mut message = sanitize(&finding.message).into_owned();
    if let Some(help) = &finding.help {
        let _ = write!(message, "\nhelp: {}", sanitize(help));
    }
    for line in related_lines(finding) {
        let _ = write!(message, "\n{}", sanitize(&line));
    }
    let _ = writeln!(out, ",title={}::{}", property(&finding.rule), data(&message));
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
