//! The calendar, one file a format; for terminals also one a layout.

mod agenda;
pub mod csv;
mod gantt;
pub mod html;
pub mod human;
pub mod ics;
#[cfg(test)]
mod ics_tests;
mod kinds;
pub mod markdown;
mod month;
#[cfg(test)]
mod picture_tests;
pub mod svg;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod words;

use std::collections::HashMap;

use chrono::{Datelike, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};

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

/// The events, those of less than a day that come back on the same day as one with their number.
fn gathered(calendar: &Calendar) -> Vec<(&EventView, usize)> {
    let mut gathered: Vec<(&EventView, usize)> = Vec::with_capacity(calendar.events.len());
    let mut known = HashMap::new();
    for event in &calendar.events {
        if is_short(event) {
            let key = (drawn_days(calendar, event).0, event.kind, event.title.as_str(), event.status);
            let at = *known.entry(key).or_insert(gathered.len());
            if let Some((_, count)) = gathered.get_mut(at) {
                *count += 1;
                continue;
            }
        }
        gathered.push((event, 1));
    }
    gathered
}

/// The title, with how often it is on that day.
fn title(event: &EventView, times: usize) -> String {
    let title = sanitize(event.title.trim());
    if times > 1 { format!("{title} ×{times}") } else { title.into_owned() }
}

/// When an event begins and ends on the wall clock; none for whole days, also where these are written as times.
fn clock(calendar: &Calendar, event: &EventView) -> Option<(NaiveDateTime, NaiveDateTime)> {
    let (Moment::Instant(start), Moment::Instant(end)) = (event.start, event.end) else { return None };
    let (start, end) = (calendar.local(start), calendar.local(end));
    let whole = start < end && start.time() == NaiveTime::MIN && end.time() == NaiveTime::MIN;
    (!whole).then_some((start, end))
}

/// So many days apart, a day and a month say which year is meant.
const SAME_YEAR: i64 = 300;

/// "4 Dec", with the year where `beside` is far away.
fn short_day(day: NaiveDate, beside: NaiveDate) -> String {
    let near = (day - beside).num_days().abs() < SAME_YEAR;
    day.format(if near { "%-d %b" } else { "%-d %b %Y" }).to_string()
}

/// When an event takes place, seen from the day it begins on, in at most 15 columns: "22:00–04:00", "to 4 Dec", "all day".
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
    } else if (last - first).num_days() < SAME_YEAR {
        format!("{begin} to {}", short_day(last, first))
    } else {
        format!("to {}", short_day(last, first))
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
