//! `relm import` for people.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::Style;
use super::findings::human::findings;
use super::paint::Paint;
use super::set::lines;
use super::text::{sanitize, wrap_hanging};
use crate::diagnostic::Severity;
use crate::diagnostic::wording::plural;
use crate::report::import::{Fault, Import};

/// Narrower terminals get lines of this many columns.
const MIN_WIDTH: usize = 60;
/// Rows that are told one by one at most.
const SHOWN: usize = 20;

/// What is wrong with rows, what was or would be added and where, and what a check says of it.
pub fn human(view: &Import, style: &Style) -> String {
    let style = Style { width: style.width.max(MIN_WIDTH), ..*style };
    let mut out = faults(view, &style);
    if view.refused && !view.findings.is_empty() {
        return out + &findings(&view.findings, &style);
    }
    out += &summary(view, &style);
    out += &differing(view, &style);
    if !view.refused {
        for changed in &view.files {
            let word = if changed.new { " (new)" } else { "" };
            let _ = writeln!(out, "{}{word}", sanitize(&changed.file));
            out += &lines(&changed.lines, &style);
        }
        out += &findings_by_rule(view, &style);
    }
    if !view.ignored.is_empty() && !view.refused && view.added > 0 {
        let columns: Vec<String> = view.ignored.iter().map(|column| format!("`{column}`")).collect();
        out += &para(&format!("Columns that were not used: {}", columns.join(", ")), 2, &style);
    }
    out
}

fn summary(view: &Import, style: &Style) -> String {
    let added = count(view.added, view.what);
    let mut line = match (view.added, view.written) {
        (0, _) => format!("Nothing to add: no new {}", view.what),
        (_, true) => format!("Added {added}"),
        (_, false) => format!("Would add {added}"),
    };
    if view.skipped > 0 {
        let verb = if view.skipped == 1 { "is" } else { "are" };
        let _ = write!(line, "; {} {verb} there already", view.skipped);
    }
    if view.repeated > 0 {
        let verb = if view.repeated == 1 { "stands" } else { "stand" };
        let _ = write!(line, "; {} {verb} twice in the file", view.repeated);
    }
    let bad = bad_rows(view);
    if bad > 0 {
        let _ = write!(line, "; {} left out", plural(bad, "row"));
    }
    let line = sanitize(&line).into_owned();
    let line = if view.written { Paint(*style).green(&line) } else { line };
    let hint = if view.dry_run && view.added > 0 && !view.refused { "  (`--write` writes them)" } else { "" };
    if view.refused { String::new() } else { format!("{line}{hint}\n") }
}

/// `1 deployment`, `2 deployments`.
fn count(number: usize, what: &str) -> String {
    match what {
        "pipelines" => plural(number, "pipeline run"),
        _ => plural(number as i64, what.strip_suffix('s').unwrap_or(what)),
    }
}

/// How many rows have faults.
fn bad_rows(view: &Import) -> usize {
    let mut rows: Vec<Option<usize>> = view.faults.iter().map(|fault| fault.row).collect();
    rows.sort_unstable();
    rows.dedup();
    rows.len()
}

fn faults(view: &Import, style: &Style) -> String {
    let mut out = String::new();
    let paint = Paint(*style);
    for fault in view.faults.iter().take(SHOWN) {
        let place = place(view, fault);
        let _ = writeln!(out, "{}", paint.bold(&sanitize(&place)));
        out += &para(&fault.message, 4, style);
        if let Some(help) = &fault.help {
            out += &para(&format!("help: {help}"), 4, style);
        }
    }
    if view.faults.len() > SHOWN {
        let _ = writeln!(out, "… and {}", plural(view.faults.len() - SHOWN, "fault"));
    }
    out
}

fn place(view: &Import, fault: &Fault) -> String {
    let mut place = view.source.clone();
    if let Some(row) = fault.row {
        let _ = write!(place, ", {} {row}", view.numbered_by);
    }
    match (&fault.column, &fault.field) {
        (Some(column), _) => place + &format!(", column `{column}`"),
        (None, Some(field)) => place + &format!(", field `{field}`"),
        (None, None) => place,
    }
}

fn differing(view: &Import, style: &Style) -> String {
    if view.differing.is_empty() {
        return String::new();
    }
    let mut out = String::new();
    let number = view.differing.len();
    let say =
        if number == 1 { "says something else and stays as it is" } else { "say something else and stay as they are" };
    out += &para(&format!("{number} of what is there {say}:"), 0, style);
    for row in view.differing.iter().take(SHOWN) {
        let name = row.id.clone().unwrap_or_else(|| format!("{} {}", view.numbered_by, row.row));
        let fields = row.fields.iter().map(|field| {
            let recorded = field.recorded.as_deref().unwrap_or("–");
            format!("{} is {recorded}, the row says {}", field.field, field.given)
        });
        out += &para(&format!("{name} ({}): {}", row.file, fields.collect::<Vec<_>>().join("; ")), 2, style);
    }
    if number > SHOWN {
        let _ = writeln!(out, "  … and {} more", number - SHOWN);
    }
    out
}

/// What a check newly reports, counted: one row more often than not makes one finding more.
fn findings_by_rule(view: &Import, style: &Style) -> String {
    let mut counts: BTreeMap<&str, (Severity, usize)> = BTreeMap::new();
    for finding in &view.findings {
        let (severity, count) = counts.entry(&finding.rule).or_insert((finding.severity, 0));
        *severity = finding.severity.max(*severity);
        *count += 1;
    }
    if counts.is_empty() {
        return String::new();
    }
    let verb = if view.written { "newly reports" } else { "would newly report" };
    let counts = counts.iter().map(|(rule, (severity, count))| format!("{rule} ({severity}) × {count}"));
    para(&format!("`relm check` {verb}: {}", counts.collect::<Vec<_>>().join(", ")), 2, style)
}

/// A paragraph with an indent.
fn para(text: &str, indent: usize, style: &Style) -> String {
    let text = sanitize(&text.split_whitespace().collect::<Vec<_>>().join(" ")).into_owned();
    let gap = " ".repeat(indent);
    let room = style.width.saturating_sub(indent).max(20);
    let hanging = format!("\n{gap}{}", if indent == 2 { "  " } else { "" });
    let rest = if indent == 2 { room - 2 } else { room };
    format!("{gap}{}\n", wrap_hanging(&text, room, rest).replace('\n', &hanging))
}
