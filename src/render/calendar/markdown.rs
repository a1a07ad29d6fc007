//! The calendar as Markdown: a table a month.

use std::fmt::Write;

use chrono::Datelike;

use super::{drawn_days, places, short_day, when};
use crate::render::text::markdown_escape;
use crate::report::calendar::{Calendar, EventStatus};

/// A heading, and a table for each month in which something begins.
pub fn render(calendar: &Calendar) -> String {
    let mut out = format!("# {}: calendar\n\n", markdown_escape(&calendar.name));
    if let (Some(from), Some(to)) = (calendar.from, calendar.to) {
        let _ = writeln!(out, "{from} to {to}, times in {}\n", markdown_escape(&calendar.zone));
    }
    if calendar.events.is_empty() {
        out.push_str("Nothing is on.\n");
    }
    let mut month = None;
    for event in &calendar.events {
        let (day, _) = drawn_days(calendar, event);
        if month != Some((day.year(), day.month())) {
            let gap = if month.is_some() { "\n" } else { "" };
            let _ = writeln!(out, "{gap}## {}\n", day.format("%B %Y"));
            out.push_str("| day | time | what | kind | where | status |\n|---|---|---|---|---|---|\n");
            month = Some((day.year(), day.month()));
        }
        let since = calendar.days(event).0;
        let since = if since < day { format!(", since {}", short_day(since, day)) } else { String::new() };
        let status = if event.status == EventStatus::Confirmed { "" } else { event.status.as_str() };
        let _ = writeln!(
            out,
            "| {} | {}{since} | {} | {} | {} | {status} |",
            day.format("%a %-d"),
            when(calendar, event, "–"),
            markdown_escape(event.title.trim()),
            event.kind.as_str().replace('-', " "),
            markdown_escape(&places(event).unwrap_or_default()),
        );
    }
    out
}
