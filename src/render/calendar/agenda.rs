//! A list by day.

use std::fmt::Write;

use chrono::{Datelike, NaiveDate};

use super::kinds::look;
use super::{drawn_days, places, when};
use crate::render::paint::Paint;
use crate::render::text::{display_width, sanitize, wrap_hanging};
use crate::report::calendar::{Calendar, EventStatus, EventView};

/// Columns for when, and for the kind with its symbol.
const WHEN: usize = 16;
const KIND: usize = 15;

/// The days on which something begins, with what goes on from before at the top.
pub fn render(calendar: &Calendar, paint: Paint) -> String {
    let mut out = String::new();
    let begun = |event: &&EventView| calendar.from.is_some_and(|from| calendar.days(event).0 < from);
    let before: Vec<&EventView> = calendar.events.iter().filter(begun).collect();
    if let Some(from) = calendar.from.filter(|_| !before.is_empty()) {
        let _ = writeln!(out, "{}", paint.bold(&format!("Under way before {}", from.format("%a %-d %b %Y"))));
        before.into_iter().for_each(|event| line(&mut out, calendar, event, paint));
    }
    let mut listed = None;
    for event in calendar.events.iter().filter(|event| !begun(event)) {
        let (day, _) = drawn_days(calendar, event);
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

fn line(out: &mut String, calendar: &Calendar, event: &EventView, paint: Paint) {
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
    let title = sanitize(&event.title);
    let title = title.trim();
    let facts = facts.join(", ");
    let text = wrap_hanging(title, room, room).replace('\n', &format!("\n{:indent$}", ""));
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
    let gap = " ".repeat(KIND - 2 - word.len().min(KIND - 2));
    let _ = writeln!(out, "  {when:<WHEN$}{} {word}{gap}{text}{facts}", paint.with(&symbol, look.ink));
}
