//! How releases stand: a line each, one in full, and the whole on a page.

pub mod portfolio;
pub mod release;
pub mod status;

use std::fmt::Write;

use chrono::Datelike;

use super::sheet::{Body, Cell, Column, Section, Sheet, Tone};
use super::text::csv_field;
use crate::diagnostic::wording::plural;
use crate::report::gate::Source;
use crate::report::standing::{Counts, Line};

/// Files that are named at the head of a report.
const NAMED: usize = 3;

/// `at risk`.
fn word(state: &str) -> String {
    state.replace('-', " ")
}

fn tone(state: &str) -> Tone {
    match state {
        "late" | "at-risk" | "high" | "missed" => Tone::Bad,
        "watch" | "medium" => Tone::Warn,
        "on-track" | "low" => Tone::Good,
        _ => Tone::Quiet,
    }
}

fn state_cell(state: &str) -> Cell {
    Cell::new(word(state), tone(state))
}

/// `4d late`, `on time`, `2d early`.
fn lateness(days: Option<i64>) -> Cell {
    match days {
        None => Cell::new("n/a", Tone::Quiet),
        Some(0) => Cell::plain("on time"),
        Some(late @ 1..) => Cell::new(format!("{late}d late"), Tone::Bad),
        Some(early) => Cell::plain(format!("{}d early", -early)),
    }
}

/// The last day where it is not the target, and how far it is from it: `12-16, 4d late`, `on time`.
fn forecast(line: &Line) -> Cell {
    let against = lateness(line.lateness_days);
    match (line.end, line.target) {
        (Some(end), Some(target)) if end != target => {
            let is_near = end.year() == target.year();
            let day = if is_near { end.format("%m-%d").to_string() } else { end.to_string() };
            Cell::new(format!("{day}, {}", against.text), against.tone)
        }
        (Some(end), None) => Cell::plain(end.to_string()),
        _ => against,
    }
}

/// `4 days late`, `on time`, `2 days early`.
fn late_words(days: i64) -> String {
    match days {
        0 => "on time".to_owned(),
        late @ 1.. => format!("{} late", plural(late, "day")),
        early => format!("{} early", plural(-early, "day")),
    }
}

/// `+4d`, `−2d`, `=`.
fn moved(days: Option<i64>) -> Cell {
    match days {
        None => Cell::new("n/a", Tone::Quiet),
        Some(0) => Cell::new("=", Tone::Quiet),
        Some(later @ 1..) => Cell::new(format!("+{later}d"), Tone::Bad),
        Some(earlier) => Cell::new(format!("−{}d", -earlier), Tone::Good),
    }
}

/// `2/3`, `–` without gates.
fn gates(line: &Line) -> Cell {
    match (line.gates_passed, line.gates_total) {
        (_, 0) => Cell::new("none", Tone::Quiet),
        (passed, total) if passed == total => Cell::new(format!("{passed}/{total}"), Tone::Good),
        (passed, total) => Cell::plain(format!("{passed}/{total}")),
    }
}

fn progress(progress: Option<u32>) -> Cell {
    progress.map_or_else(|| Cell::new("n/a", Tone::Quiet), |percent| Cell::plain(format!("{percent}%")))
}

/// `14 open: 4 late, 2 at risk, 8 on track`.
fn counted(counts: &Counts) -> String {
    let parts =
        [(counts.late, "late"), (counts.at_risk, "at risk"), (counts.watch, "to watch"), (counts.on_track, "on track")];
    let parts: Vec<String> =
        parts.iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")).collect();
    let open = if parts.is_empty() {
        format!("{} open", counts.open)
    } else {
        format!("{} open: {}", counts.open, parts.join(", "))
    };
    let drafts = (counts.drafts > 0).then(|| format!("{} of them drafts", counts.drafts));
    let over = (counts.over > 0).then(|| format!("{} over", counts.over));
    std::iter::once(open).chain(drafts).chain(over).collect::<Vec<_>>().join("; ")
}

/// `1 file could not be read in full: releases/a.yaml`.
fn unread(files: &[String]) -> Option<String> {
    let named = files.iter().take(NAMED).map(String::as_str).collect::<Vec<_>>().join(", ");
    let more = files.len().saturating_sub(NAMED);
    let more = if more > 0 { format!(" and {more} more, see relm check") } else { String::new() };
    let count = plural(files.len() as i64, "file");
    (!files.is_empty()).then(|| format!("{count} could not be read in full: {named}{more}"))
}

/// The first so many, as a table under a title that says how many there are, and which command has them all.
fn first<T>(
    sheet: &mut Sheet,
    title: &str,
    all: &[T],
    (most, command): (usize, &str),
    columns: &[Column],
    row: impl Fn(&T) -> Vec<Cell>,
) {
    let at = sheet.sections.len();
    sheet.table(title, columns, all.iter().take(most).map(row).collect());
    if let Some(section) = sheet.sections.get_mut(at).filter(|_| all.len() > most) {
        section.title = format!("{title} ({most}, and {} more: {command})", all.len() - most);
    }
}

/// Adds a section with facts, if there are any.
fn facts(sheet: &mut Sheet, title: &str, facts: Vec<super::sheet::Fact>) {
    if !facts.is_empty() {
        sheet.sections.push(Section { title: title.to_owned(), body: Body::Facts(facts) });
    }
}

fn place(source: Option<&Source>) -> String {
    source.map_or_else(String::new, |source| match source.line {
        Some(line) => format!("{}:{line}", source.file),
        None => source.file.clone(),
    })
}

fn text(value: Option<impl ToString>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

/// A line of comma-separated values.
fn csv_line(out: &mut String, fields: &[String]) {
    let fields: Vec<_> = fields.iter().map(|field| csv_field(field)).collect();
    let _ = write!(out, "{}\r\n", fields.join(","));
}
