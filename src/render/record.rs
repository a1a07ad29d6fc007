//! `relm record` for people.

use std::fmt::Write;

use super::Style;
use super::findings::human::findings;
use super::paint::Paint;
use super::set::{fields, lines};
use super::text::sanitize;
use crate::report::record::{Outcome, Record};

/// Narrower terminals get lines of this many columns.
const MIN_WIDTH: usize = 60;

/// What is newly found, and what was or would be recorded; of a refusal for other reasons, what differs.
pub fn human(view: &Record, style: &Style) -> String {
    let style = Style { width: style.width.max(MIN_WIDTH), ..*style };
    let paint = Paint(style);
    let mut out = findings(&view.findings, &style);
    let what = match &view.id {
        Some(id) => format!("{} {id}", view.what),
        None if view.what == "pipeline" => "a pipeline run".to_owned(),
        None => format!("a {}", view.what),
    };
    let place = view.line.map_or_else(|| view.file.clone(), |line| format!("{}:{line}", view.file));
    let summary = match (view.outcome, view.dry_run) {
        (Outcome::Refused, _) if !view.findings.is_empty() => return out,
        (Outcome::Refused, _) => format!("Recorded with other values: {what} in {place}"),
        (Outcome::Unchanged, _) => format!("Recorded already: {what} in {place}"),
        (Outcome::Recorded, false) => format!("Recorded {what} in {place}"),
        (Outcome::Recorded, true) => format!("Would record {what} in {place}"),
        (Outcome::Updated, false) => format!("Updated {what} in {place}"),
        (Outcome::Updated, true) => format!("Would update {what} in {place}"),
    };
    let summary = sanitize(&summary);
    let written = !view.dry_run && matches!(view.outcome, Outcome::Recorded | Outcome::Updated);
    let _ = writeln!(out, "{}", if written { paint.green(&summary) } else { summary.into_owned() });
    if matches!(view.outcome, Outcome::Updated | Outcome::Refused) {
        let changed: Vec<_> = view.fields.iter().filter(|field| field.changed).cloned().collect();
        out += &fields(&changed, &view.file, &style);
    }
    if view.outcome == Outcome::Recorded || view.dry_run {
        out += &lines(&view.lines, &style);
    }
    out
}
