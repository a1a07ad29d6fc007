//! A list by day.

use std::fmt::Write;

use chrono::{Datelike, NaiveDate};

use super::kinds::look;
use super::{drawn_days, gathered, places, title, when};
use crate::render::paint::Paint;
use crate::render::text::{display_width, wrap_hanging};
use crate::report::calendar::{Calendar, EventStatus, EventView};

/// Columns for when, and for the kind with its symbol.
const WHEN: usize = 16;
const KIND: usize = 16;

/// The days on which something begins, with what goes on from before at the top.
pub fn render(calendar: &Calendar, paint: Paint) -> String {
    let mut out = String::new();
    let begun = |event: &EventView| calendar.from.is_some_and(|from| calendar.days(event).0 < from);
    let (before, events): (Vec<_>, Vec<_>) = gathered(calendar).into_iter().partition(|(event, _)| begun(event));
    if let Some(from) = calendar.from.filter(|_| !before.is_empty()) {
        let _ = writeln!(out, "{}", paint.bold(&format!("Under way before {}", from.format("%a %-d %b %Y"))));
        for event in before {
            line(&mut out, calendar, event, paint);
        }
    }
    let mut listed = None;
    for event in events {
        let (day, _) = drawn_days(calendar, event.0);
        if listed != Some(day) {
            heading(&mut out, calendar, day, paint);
            listed = Some(day);
        }
        line(&mut out, calendar, event, paint);
    }
    out
}

fn heading(out: &mut String, calendar: &Calendar, day: NaiveDate, paint: Paint) {
    if !out.is_empty() {
        out.push('\n');
    }
    let mut facts = vec![format!("week {}", day.iso_week().week())];
    if day == calendar.header.today {
        facts.push("today".to_owned());
    }
    if calendar.days_off.binary_search(&day).is_ok() {
        facts.push("day off".to_owned());
    }
    let name = day.format("%a %-d %b %Y").to_string();
    let _ = writeln!(out, "{}  {}", paint.bold(&name), paint.dim(&facts.join(" · ")));
}

fn line(out: &mut String, calendar: &Calendar, (event, times): (&EventView, usize), paint: Paint) {
    let look = look(event.kind);
    let symbol = look.symbol(paint.0.unicode).to_string();
    let dash = if paint.0.unicode { "–" } else { "-" };
    let when = when(calendar, event, dash);
    let word = event.kind.as_str().replace('-', " ");
    let indent = 2 + WHEN + KIND;
    let room = paint.0.width.saturating_sub(indent);
    let mut facts: Vec<String> = places(event).into_iter().collect();
    if event.status != EventStatus::Confirmed {
        facts.push(event.status.as_str().to_owned());
    }
    let facts = facts.join(", ");
    let text = wrap_hanging(&title(event, times), room, room).replace('\n', &format!("\n{:indent$}", ""));
    let last =
        text.lines().last().map_or(0, display_width).saturating_sub(if text.contains('\n') { indent } else { 0 });
    let facts = match facts.as_str() {
        "" => String::new(),
        facts if last + 2 + display_width(facts) <= room => format!("  {}", paint.dim(facts)),
        facts => {
            let wrapped = wrap_hanging(facts, room, room);
            wrapped.lines().fold(String::new(), |text, line| format!("{text}\n{:indent$}{}", "", paint.dim(line)))
        }
    };
    let gap = " ".repeat((KIND - 2).saturating_sub(word.len()));
    let _ = writeln!(out, "  {when:<WHEN$}{} {word}{gap}{text}{facts}", paint.with(&symbol, look.ink));
}
