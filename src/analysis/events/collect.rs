//! Collecting events, each with a uid of its own.

use std::collections::HashMap;

use chrono::{NaiveDate, TimeDelta};
use chrono_tz::Tz;

use super::{Event, Moment};
use crate::analysis::deployments::Time;
use crate::analysis::schedule::Schedule;
use crate::analysis::windows::Times;
use crate::model::Portfolio;
use crate::model::decode::Common;
use crate::time::when::When;
use crate::time::{Interval, MAX_DATE, MIN_DATE, plus_days, zone};

/// How far recurrences without end reach back and ahead where no day is asked for, in days.
const BACK: i64 = 3653;
const AHEAD: i64 = 731;

/// The days asked for.
#[derive(Debug, Clone, Copy)]
pub struct Range {
    /// The first; none for everything before.
    pub from: Option<NaiveDate>,
    /// The last; none for everything after.
    pub to: Option<NaiveDate>,
    /// The day from which recurrences without end reach two years ahead, and ten back, where no day is asked for.
    pub around: NaiveDate,
}

impl Range {
    fn touches(&self, first: NaiveDate, last: NaiveDate) -> bool {
        self.from.is_none_or(|from| last >= from) && self.to.is_none_or(|to| first <= to)
    }

    /// The first and the last day in which recurrences are unrolled; of one that ends, everything that is asked for.
    pub(super) fn unrolled(&self, ends: bool) -> (NaiveDate, NaiveDate) {
        if ends {
            return (self.from.unwrap_or(MIN_DATE), self.to.unwrap_or(MAX_DATE));
        }
        // What begins after the default end, or ends before the default start, is asked for without another end.
        let around = self.around;
        let from = self.from.unwrap_or_else(|| plus_days(self.to.map_or(around, |to| to.min(around)), -BACK));
        let to = self.to.unwrap_or_else(|| plus_days(self.from.map_or(around, |from| from.max(around)), AHEAD));
        (from.max(MIN_DATE), to.min(MAX_DATE))
    }
}

/// Every event of a portfolio that touches the days of a range, by start and then by uid. Linear in what there is.
pub fn all<'p>(portfolio: &'p Portfolio, schedule: &'p Schedule, range: Range) -> Vec<Event<'p>> {
    let zone = portfolio.zone;
    let mut collector = Collector { portfolio, schedule, range, events: Vec::new() };
    for release in 0..portfolio.releases.len() {
        collector.release(release);
    }
    collector.freezes();
    collector.environments();
    collector.changes();
    collector.trains();
    let mut events = collector.events;
    tell_apart(&mut events);
    events.sort_by(|a, b| a.order(zone).cmp(&b.order(zone)));
    events
}

/// What is collected so far.
pub(super) struct Collector<'p> {
    pub portfolio: &'p Portfolio,
    pub schedule: &'p Schedule,
    pub range: Range,
    events: Vec<Event<'p>>,
}

impl<'p> Collector<'p> {
    /// Keeps an event that touches the range.
    pub fn push(&mut self, event: Event<'p>) {
        let (first, last) = event.start.days_to(event.end, self.portfolio.zone);
        if self.range.touches(first, last) {
            self.events.push(event);
        }
    }

    /// Keeps every occurrence of `times` as a copy of `event`. `days` says how many whole days one takes, where it is
    /// written so.
    pub fn occurrences(&mut self, event: &Event<'p>, times: &Times, days: Option<i64>, zone: Tz) {
        // The zone of an environment can be a day away from the portfolio's.
        let margin = TimeDelta::days(1);
        let (first, last) = self.range.unrolled(times.ends());
        let day = |day: NaiveDate| zone::start_of_day(day, self.portfolio.zone);
        let span = Interval { start: day(first) - margin, end: day(plus_days(last, 1)) + margin };
        for stretch in times.during(span) {
            let (start, end) = match days {
                Some(days) => {
                    let first = zone::local(stretch.start, zone).date();
                    (Moment::Day(first), Moment::Day(plus_days(first, days - 1)))
                }
                None => (Moment::Instant(stretch.start), Moment::Instant(stretch.end)),
            };
            let uid = if times.recurs() { format!("{}/{}", event.uid, stamp(start)) } else { event.uid.clone() };
            self.push(Event { uid, start, end, ..event.clone() });
        }
    }
}

/// The start of an event in a uid: `20261205` or `20261205T220000Z`.
pub(super) fn stamp(start: Moment) -> String {
    match start {
        Moment::Day(day) => day.format("%Y%m%d").to_string(),
        Moment::Instant(at) => at.format("%Y%m%dT%H%M%SZ").to_string(),
    }
}

/// Finishes the uids; events that would share one count up.
fn tell_apart(events: &mut [Event<'_>]) {
    let mut seen: HashMap<String, usize> = HashMap::with_capacity(events.len());
    for event in events {
        let count = seen.entry(event.uid.clone()).or_insert(0);
        *count += 1;
        if *count > 1 {
            event.uid = format!("{}~{count}", event.uid);
        }
        event.uid.push_str("@relm");
    }
}

/// A text as a part of a uid.
pub(super) fn part(text: &str) -> String {
    text.trim().chars().map(|c| if c.is_alphanumeric() || matches!(c, '-' | '.' | '_') { c } else { '-' }).collect()
}

/// The name for people, else what identifies it.
pub(super) fn named<'p>(common: &'p Common, id: &'p str) -> &'p str {
    common.name().map(str::trim).filter(|name| !name.is_empty()).unwrap_or(id)
}

/// A longer text, where there is one.
pub(super) fn described(common: &Common) -> Option<String> {
    common.description().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// The start and end of a time; an instant ends where it starts.
pub(super) fn moments(time: Time, zone: Tz) -> (Moment, Moment) {
    match time {
        Time::Window(stretch) => (Moment::Instant(stretch.start), Moment::Instant(stretch.end)),
        Time::Instant(at) => (Moment::Instant(at), Moment::Instant(at)),
        Time::Days(stretch) => {
            let (start, end) = (Moment::Instant(stretch.start), Moment::Instant(stretch.end));
            let (first, last) = start.days_to(end, zone);
            (Moment::Day(first), Moment::Day(last))
        }
    }
}

/// From a written start for some minutes, if anybody said how many; a day without a length is that day.
pub(super) fn lasting(start: When, minutes: Option<i64>, zone: Tz) -> (Moment, Moment) {
    if let (When::Date(day), None) = (start, minutes) {
        return (Moment::Day(day), Moment::Day(day));
    }
    let begin = start.instant(zone);
    let length = minutes.and_then(TimeDelta::try_minutes);
    let end = length.and_then(|length| begin.checked_add_signed(length)).unwrap_or(begin);
    (Moment::Instant(begin), Moment::Instant(end))
}

/// How many whole days it takes from a written day to another, or for some minutes; none where a time of day is written.
pub(super) fn whole_days(start: When, end: Option<When>, minutes: Option<i64>) -> Option<i64> {
    const DAY: i64 = 24 * 60;
    match (start, end, minutes) {
        (When::Date(first), Some(When::Date(last)), _) => Some((last - first).num_days() + 1),
        (When::Date(_), None, Some(minutes)) if minutes % DAY == 0 => Some(minutes / DAY),
        _ => None,
    }
    .filter(|days| *days > 0)
}
