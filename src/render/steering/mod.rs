//! The reports for those who steer, and what they share.

pub mod gates;
pub mod improvement;
pub mod maturity;
pub mod pipelines;

use std::fmt::Write;

use chrono::NaiveDate;

use super::metrics::value;
use super::sheet::{self, Cell, Column, Sheet, Tone};
use super::text::csv_field;
use crate::diagnostic::wording::plural;
use crate::report::gate::Source;
use crate::report::steering::{Days, Figure};

/// What stands behind the title: the days, and how they were chosen.
fn about(days: &Days) -> Vec<String> {
    let count = (days.until - days.since).num_days() + 1;
    let chosen = days.period.clone().unwrap_or_else(|| plural(count, "day"));
    vec![format!("{} to {}", days.since, days.until), chosen]
}

/// A table under a title that says nothing of the number of its rows.
fn table(sheet: &mut Sheet, title: &str, columns: &[Column], rows: Vec<Vec<Cell>>) {
    let before = sheet.sections.len();
    sheet.table(title, columns, rows);
    if let Some(section) = sheet.sections.get_mut(before) {
        title.clone_into(&mut section.title);
    }
}

/// How many are shown of how many: `Waivers (10 of 34)`.
fn counted(title: &str, shown: usize, all: usize) -> String {
    if shown == all { format!("{title} ({all})") } else { format!("{title} ({shown} of {all})") }
}

/// The value of a figure, in the tone of its target.
fn figure(it: &Figure) -> Cell {
    let tone = match it.verdict {
        Some("met") => Tone::Good,
        Some("missed") => Tone::Bad,
        Some("misfit") => Tone::Warn,
        _ if it.value.is_none() => Tone::Quiet,
        _ => Tone::Plain,
    };
    Cell::new(value(it.unit, it.value), tone)
}

/// Words from which every empty one is left out.
fn joined<S: AsRef<str>>(words: impl IntoIterator<Item = S>, between: &str) -> String {
    let mut out = String::new();
    for word in words {
        let word = word.as_ref();
        if !word.is_empty() {
            let _ = write!(out, "{}{word}", if out.is_empty() { "" } else { between });
        }
    }
    out
}

/// A day beside today, and how far it is: `27 Nov (in 5 days)`.
fn day_and_distance(day: NaiveDate, today: NaiveDate) -> String {
    let days = (day - today).num_days();
    let distance = match days {
        0 => "today".to_owned(),
        1 => "tomorrow".to_owned(),
        -1 => "yesterday".to_owned(),
        2.. => format!("in {days} days"),
        _ => format!("{} days ago", -days),
    };
    format!("{} ({distance})", sheet::day(day, today))
}

/// A part of a whole, as a line of a table says it; the share alone of nothing is n/a.
fn ratio(share: Option<f64>) -> String {
    value("ratio", share)
}

/// With its sign: `+4.3%`.
fn signed(unit: &str, amount: f64) -> String {
    let sign = if amount < 0.0 { "−" } else { "+" };
    if amount == 0.0 { value(unit, Some(0.0)) } else { format!("{sign}{}", value(unit, Some(amount.abs()))) }
}

/// Minutes as people say them: `34 min`, `2.5 h`.
fn minutes(minutes: Option<f64>) -> String {
    match minutes {
        Some(long) if long.abs() >= 120.0 => value("h", Some(long / 60.0)),
        minutes => value("m", minutes),
    }
}

/// Where something is written, `file:line`.
fn place(source: Option<&Source>) -> String {
    source.map_or_else(String::new, |source| match source.line {
        Some(line) => format!("{}:{line}", source.file),
        None => source.file.clone(),
    })
}

/// A number in a table for programs; nothing where there is none.
fn number(value: Option<f64>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

/// A line of a table for programs.
fn line(out: &mut String, fields: &[&str]) {
    let fields: Vec<_> = fields.iter().map(|field| csv_field(field)).collect();
    let _ = write!(out, "{}\r\n", fields.join(","));
}
