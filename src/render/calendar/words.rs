//! What kinds and stretches of time are called where people read them.

use chrono::{Datelike, NaiveDate, Timelike};

use crate::report::calendar::{Calendar, EventKind, EventView, Moment};

/// The kind as the first word of a title or a legend: `Branch cut`.
pub fn kind(kind: EventKind) -> String {
    let word = kind.as_str().replace('-', " ");
    let mut rest = word.chars();
    rest.next().map_or_else(String::new, |first| first.to_uppercase().chain(rest).collect())
}

/// A day as people write it: `Sat 5 Dec 2026`.
pub fn day(day: NaiveDate) -> String {
    day.format("%a %-d %b %Y").to_string()
}

/// When an event takes place, in the portfolio's zone: `Sat 5 Dec 2026`, `Sat 5 Dec 2026, 22:00 – 23:30`,
/// `Mon 30 Nov – Fri 4 Dec 2026`.
pub fn when(calendar: &Calendar, event: &EventView) -> String {
    if let (Moment::Instant(start), Moment::Instant(end)) = (event.start, event.end) {
        let (start, end) = (calendar.local(start), calendar.local(end));
        let clock = |hour: u32, minute: u32| format!("{hour:02}:{minute:02}");
        let (from, to) = (clock(start.hour(), start.minute()), clock(end.hour(), end.minute()));
        return match (start.date() == end.date(), start == end) {
            (_, true) => format!("{}, {from}", day(start.date())),
            (true, false) => format!("{}, {from} – {to}", day(start.date())),
            (false, false) => format!("{}, {from} – {}, {to}", day(start.date()), day(end.date())),
        };
    }
    let (first, last) = calendar.days(event);
    if first == last {
        return day(first);
    }
    let from = if first.year() == last.year() { first.format("%a %-d %b").to_string() } else { day(first) };
    format!("{from} – {}", day(last))
}
