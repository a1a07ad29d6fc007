//! The calendar in a terminal: a head that says which days, one of three layouts, and what the symbols mean.

use std::collections::BTreeSet;
use std::fmt::Write;

use chrono::{Datelike, NaiveDate};

use super::kinds::look;
use super::{agenda, gantt, month};
use crate::diagnostic::wording::plural;
use crate::render::Style;
use crate::render::paint::Paint;
use crate::render::text::{display_width, sanitize, wrap};
use crate::report::calendar::{Calendar, EventStatus};

/// Narrower terminals get lines of this many columns, wider ones no more than the most.
const MIN_WIDTH: usize = 60;
const MAX_WIDTH: usize = 220;

/// How events are laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// Weeks as rows, events as bars across their days.
    Month,
    /// A list by day.
    Agenda,
    /// A line for each phase, freeze and environment, over weeks.
    Gantt,
}

/// The calendar, which must say from when and to when. `period` says in words which days those are.
pub fn render(calendar: &Calendar, layout: Layout, period: Option<&str>, style: &Style) -> String {
    let paint = Paint(Style { width: style.width.clamp(MIN_WIDTH, MAX_WIDTH), ..*style });
    let mut out = head(calendar, period, paint);
    out.push('\n');
    let body = match layout {
        Layout::Month => month::render(calendar, paint),
        Layout::Agenda => agenda::render(calendar, paint),
        Layout::Gantt => gantt::render(calendar, paint),
    };
    out.push_str(&body);
    if calendar.events.is_empty() {
        out.push_str(if body.is_empty() { "Nothing is on.\n" } else { "\nNothing is on.\n" });
    }
    out.push_str(&foot(calendar, paint));
    out
}

fn head(calendar: &Calendar, period: Option<&str>, paint: Paint) -> String {
    let name = sanitize(&calendar.name).into_owned();
    let mut facts = match (calendar.from, calendar.to) {
        (Some(from), Some(to)) => vec![between(from, to)],
        _ => Vec::new(),
    };
    facts.extend(period.map(str::to_owned));
    facts.push(format!("times in {}", calendar.zone));
    facts
        .extend(calendar.header.revision.commit.as_deref().map(|commit| commit.get(..10).unwrap_or(commit).to_owned()));
    let facts = facts.join(" · ");
    if display_width(&name) + display_width(&facts) + 3 <= paint.0.width {
        return format!("{}   {}\n", paint.bold(&name), paint.dim(&facts));
    }
    let lines = wrap(&facts, paint.0.width);
    let lines = lines.lines().fold(String::new(), |mut lines, line| {
        let _ = writeln!(lines, "{}", paint.dim(line));
        lines
    });
    format!("{}\n{lines}", paint.bold(&wrap(&name, paint.0.width)))
}

/// "16 Nov to 27 Dec 2026".
fn between(from: NaiveDate, to: NaiveDate) -> String {
    let pattern = if from.year() == to.year() { "%-d %b" } else { "%-d %b %Y" };
    format!("{} to {}", from.format(pattern), to.format("%-d %b %Y"))
}

/// How many events there are, and what the symbols in use mean.
fn foot(calendar: &Calendar, paint: Paint) -> String {
    if calendar.events.is_empty() {
        return String::new();
    }
    let kinds: BTreeSet<_> = calendar.events.iter().map(|event| (look(event.kind).rank, event.kind)).collect();
    let mut entries: Vec<(String, String)> = kinds
        .into_iter()
        .map(|(_, kind)| {
            let symbol = look(kind).symbol(paint.0.unicode).to_string();
            let word = kind.as_str().replace('-', " ");
            (format!("{symbol} {word}"), format!("{} {word}", paint.with(&symbol, look(kind).ink)))
        })
        .collect();
    if calendar.events.iter().any(|event| event.status == EventStatus::Tentative) {
        entries.push(("? tentative".to_owned(), "? tentative".to_owned()));
    }
    let mut out = String::from("\n");
    let mut used = 0;
    for (plain, painted) in entries {
        let width = display_width(&plain);
        if used > 0 && used + 3 + width > paint.0.width {
            out.push('\n');
            used = 0;
        }
        let gap = if used > 0 { "   " } else { "" };
        let _ = write!(out, "{gap}{painted}");
        used += gap.len() + width;
    }
    let _ = writeln!(out, "\n{}", paint.dim(&plural(calendar.events.len(), "event")));
    out
}
