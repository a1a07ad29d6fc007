//! The calendar, one file a format; for terminals also one a layout.

mod agenda;
pub mod csv;
mod gantt;
pub mod human;
mod kinds;
pub mod markdown;
mod month;
#[cfg(test)]
mod tests;

use chrono::{Datelike, NaiveDate, NaiveDateTime, TimeDelta};

use super::text::sanitize;
use crate::report::calendar::{Calendar, EventView, Moment};

/// A stretch of time shorter than this belongs to the day it begins on, even when it runs past midnight.
const NIGHT: TimeDelta = TimeDelta::hours(24);

/// The days on which an event is drawn, cut to what was asked for.
fn drawn_days(calendar: &Calendar, event: &EventView) -> (NaiveDate, NaiveDate) {
    let (first, last) = calendar.days(event);
    let last = if is_short(event) { first } else { last };
    // What begins before the range and ends in it is drawn on the first day.
    let from = calendar.from.map_or(first, |from| first.max(from));
    (from, calendar.to.map_or(last, |to| last.min(to)).max(from))
}

/// Whether an event is an instant or a stretch of less than a day.
fn is_short(event: &EventView) -> bool {
    match (event.start, event.end) {
        (Moment::Instant(start), Moment::Instant(end)) => end - start < NIGHT,
        _ => false,
    }
}

/// When an event begins and ends on the wall clock, where it has times.
fn clock(calendar: &Calendar, event: &EventView) -> Option<(NaiveDateTime, NaiveDateTime)> {
    match (event.start, event.end) {
        (Moment::Instant(start), Moment::Instant(end)) => Some((calendar.local(start), calendar.local(end))),
        _ => None,
    }
}

/// "4 Dec", with the year where it is not `beside`'s.
fn short_day(day: NaiveDate, beside: NaiveDate) -> String {
    let pattern = if day.year() == beside.year() { "%-d %b" } else { "%-d %b %Y" };
    day.format(pattern).to_string()
}

/// When an event takes place, seen from the day it is listed on: "22:00–04:00", "to 4 Dec", "all day".
fn when(calendar: &Calendar, event: &EventView, dash: &str) -> String {
    let (first, last) = calendar.days(event);
    let Some((start, end)) = clock(calendar, event) else {
        return if first == last { "all day".to_owned() } else { format!("to {}", short_day(last, first)) };
    };
    let begin = start.format("%H:%M");
    if start == end {
        begin.to_string()
    } else if is_short(event) {
        format!("{begin}{dash}{}", end.format("%H:%M"))
    } else {
        format!("{begin} to {}", short_day(last, first))
    }
}

/// Where an event takes place, unless its title says so.
fn places(event: &EventView) -> Option<String> {
    let named = |id: &String| event.title.strip_prefix(id.as_str()).is_some_and(|rest| rest.starts_with(' '));
    let places: Vec<&str> = event.environments.iter().filter(|id| !named(id)).map(String::as_str).collect();
    (!places.is_empty()).then(|| sanitize(&places.join(", ")).into_owned())
}

/// The Monday of a day's week.
fn monday(day: NaiveDate) -> NaiveDate {
    day - TimeDelta::days(i64::from(day.weekday().num_days_from_monday()))
}
