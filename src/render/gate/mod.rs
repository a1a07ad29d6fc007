//! The views of `relm gate`: one file a subcommand, one function a format.

pub mod decision;
pub mod list;

use chrono::{Datelike, NaiveDate};

use super::paint::Paint;
use super::plan::plural;
use super::text::{display_width, sanitize, wrap_hanging};
use crate::report::gate::Counts;

/// Narrower terminals get lines of this many columns.
const MIN_WIDTH: usize = 60;

/// A day beside today: `30 Nov`, with its year where that differs.
fn day(day: NaiveDate, today: NaiveDate) -> String {
    let form = if day.year() == today.year() { "%-d %b" } else { "%-d %b %Y" };
    day.format(form).to_string()
}

/// How far a last day is away, where that still matters.
fn days_left(days: Option<i64>, state: &str) -> Option<String> {
    let days = days.filter(|_| state != "passed")?;
    Some(match days {
        0 => "today".to_owned(),
        left @ 1.. => format!("{} left", plural(left, "day")),
        late => format!("{} late", plural(-late, "day")),
    })
}

/// The word for a state in its colour.
fn state(word: &str, paint: Paint) -> String {
    match word {
        "passed" => paint.green(word),
        "pending" => paint.yellow(word),
        "stale" => paint.with(word, "35"),
        _ => paint.with(word, "1;31"),
    }
}

/// `2 of 3 criteria`, `1 of 1 approvals`: what is asked for.
fn counts(counts: Counts) -> Vec<String> {
    let criteria = (counts.criteria > 0).then(|| of(counts.met, counts.criteria, "criterion", "criteria"));
    let approvals = (counts.required > 0).then(|| of(counts.given, counts.required, "approval", "approvals"));
    criteria.into_iter().chain(approvals).collect()
}

/// `2 of 3 criteria`.
fn of(some: usize, all: usize, one: &str, many: &str) -> String {
    format!("{some} of {all} {}", if all == 1 { one } else { many })
}

/// Text in lines below each other, each after an indent; the first line after a lead of as many columns.
fn hanging(lead: &str, text: &str, width: usize, paint: impl Fn(&str) -> String) -> String {
    let indent = display_width(lead);
    let room = width.saturating_sub(indent).max(20);
    let text = wrap_hanging(&sanitize(text), room, room);
    let mut out = String::new();
    for (number, line) in text.lines().enumerate() {
        let lead = if number == 0 { lead.to_owned() } else { " ".repeat(indent) };
        out.push_str(&lead);
        out.push_str(&paint(line));
        out.push('\n');
    }
    out
}
