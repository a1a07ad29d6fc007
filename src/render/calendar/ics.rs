//! An iCalendar file (RFC 5545) that Outlook, Google and Apple subscribe to and import.
//!
//! The same commit gives the same bytes: nothing is stamped with the time of writing. Times are in UTC, so that no reader
//! needs to know a zone.

use std::borrow::Cow;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use super::words;
use crate::render::text::{is_unsafe, sanitize};
use crate::report::calendar::{Calendar, EventStatus, EventView, Moment};

/// Octets of a line, its end not counted.
const LINE: usize = 75;
/// How often subscribers look again.
const REFRESH: &str = "PT6H";

/// The file; lines end with CRLF.
pub fn render(calendar: &Calendar) -> String {
    let mut out = Lines { text: String::with_capacity(512 * (calendar.events.len() + 1)) };
    let name = text(&sanitize(&calendar.name));
    out.line("BEGIN", "VCALENDAR");
    out.line("VERSION", "2.0");
    out.line("PRODID", "-//relm//calendar//EN");
    out.line("CALSCALE", "GREGORIAN");
    out.line("NAME", &name);
    out.line("X-WR-CALNAME", &name);
    out.line("REFRESH-INTERVAL;VALUE=DURATION", REFRESH);
    out.line("X-PUBLISHED-TTL", REFRESH);
    for event in &calendar.events {
        write_event(&mut out, calendar, event);
    }
    out.line("END", "VCALENDAR");
    out.text
}

fn write_event(out: &mut Lines, calendar: &Calendar, event: &EventView) {
    let changed = event.changed.as_ref().map(|changed| changed.at);
    out.line("BEGIN", "VEVENT");
    out.line("UID", &text(&event.uid));
    out.line("DTSTAMP", &instant(changed.unwrap_or_else(epoch)));
    if let Some(changed) = changed {
        out.line("LAST-MODIFIED", &instant(changed));
    }
    out.line("SEQUENCE", &sequence(changed).to_string());
    write_times(out, calendar, event);
    let kind = words::kind(event.kind);
    out.line("SUMMARY", &text(&format!("{kind}: {}", sanitize(&event.title))));
    let description = description(event);
    if !description.is_empty() {
        out.line("DESCRIPTION", &text(&description));
    }
    if !event.environments.is_empty() {
        out.line("LOCATION", &text(&sanitize(&event.environments.join(", "))));
    }
    out.line("CATEGORIES", &text(&kind));
    out.line(
        "STATUS",
        match event.status {
            EventStatus::Tentative => "TENTATIVE",
            EventStatus::Confirmed => "CONFIRMED",
            EventStatus::Cancelled => "CANCELLED",
        },
    );
    // Nobody is busy because a release is in test.
    out.line("TRANSP", "TRANSPARENT");
    out.line("END", "VEVENT");
}

fn write_times(out: &mut Lines, calendar: &Calendar, event: &EventView) {
    if let (Moment::Instant(start), Moment::Instant(end)) = (event.start, event.end) {
        out.line("DTSTART", &instant(start));
        // An end must lie after the start; without one, an event ends when it starts.
        if end > start {
            out.line("DTEND", &instant(end));
        }
        return;
    }
    let (first, last) = calendar.days(event);
    out.line("DTSTART;VALUE=DATE", &date(first));
    out.line("DTEND;VALUE=DATE", &date(last.succ_opt().unwrap_or(last)));
}

/// What the manifest says, and then the facts that other calendars have no field for.
fn description(event: &EventView) -> String {
    let mut lines: Vec<Cow<'_, str>> = Vec::new();
    if let Some(said) = event.description.as_deref().map(str::trim).filter(|said| !said.is_empty()) {
        lines.push(said.into());
        lines.push("".into());
    }
    let projects = event.projects.join(", ");
    let facts =
        [("Release", event.release.as_deref()), ("Projects", Some(projects.as_str())), ("Team", event.team.as_deref())];
    for (name, value) in facts {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            lines.push(format!("{name}: {value}").into());
        }
    }
    // Without its line, which moves when others are written above.
    lines.push(format!("Written in {}", event.source.file).into());
    lines.join("\n")
}

/// The instant that stands for "never changed in git", and from which revisions are counted.
fn epoch() -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::days(18_262)
}

/// Minutes from 2020-01-01 to the last change, so that a later change always has a higher number; 0 outside git.
fn sequence(changed: Option<DateTime<Utc>>) -> i64 {
    let minutes = changed.map_or(0, |changed| (changed - epoch()).num_minutes());
    minutes.clamp(0, i64::from(i32::MAX))
}

fn instant(at: DateTime<Utc>) -> String {
    at.format("%Y%m%dT%H%M%SZ").to_string()
}

fn date(day: NaiveDate) -> String {
    day.format("%Y%m%d").to_string()
}

/// A value of type TEXT: escaped, without control characters, line ends of any kind as `\n`.
fn text(value: &str) -> String {
    let mut out = String::with_capacity(value.len() + 8);
    let mut characters = value.chars().peekable();
    while let Some(c) = characters.next() {
        match c {
            '\r' if characters.peek() == Some(&'\n') => {}
            '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' => out.push_str("\\n"),
            '\t' => out.push(' '),
            '\\' | ';' | ',' => {
                out.push('\\');
                out.push(c);
            }
            c if is_unsafe(c) => {}
            c => out.push(c),
        }
    }
    out
}

/// Content lines, folded.
struct Lines {
    text: String,
}

impl Lines {
    /// Writes `name:value`; a line longer than 75 octets goes on after a line end and a space, between two characters.
    fn line(&mut self, name: &str, value: &str) {
        self.text.push_str(name);
        self.text.push(':');
        let mut room = LINE.saturating_sub(name.len() + 1);
        let mut rest = value;
        while rest.len() > room {
            let cut = (0..=room).rfind(|at| rest.is_char_boundary(*at)).unwrap_or(0);
            self.text.push_str(&rest[..cut]);
            self.text.push_str("\r\n ");
            rest = &rest[cut..];
            room = LINE - 1;
        }
        self.text.push_str(rest);
        self.text.push_str("\r\n");
    }
}
