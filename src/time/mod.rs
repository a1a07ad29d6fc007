//! Dates, durations, working calendars, zones, recurrence: pure arithmetic that reads no file and no system clock.
//!
//! Dates live in [`MIN_DATE`] ..= [`MAX_DATE`]. Arithmetic is total: a result outside that range is moved to its nearer
//! end, and nothing panics. Intervals are half-open; a *boundary* is the midnight that begins the date it is given as.

pub mod calendar;
pub mod duration;
pub mod ics;
pub mod interval;
pub mod recurrence;
pub mod when;
mod windows_zones;
pub mod zone;

pub use calendar::{CalendarError, WorkCalendar};
pub use chrono::NaiveDate as Date;
pub use duration::{Duration, DurationError, Effort, EffortError, Lag};
pub use ics::IcsError;
pub use interval::Interval;
pub use recurrence::{Recurrence, RecurrenceError};
pub use when::{When, WhenError};
pub use zone::{WallClock, ZoneError};

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;

/// The first date a manifest may name: 1900-01-01.
pub const MIN_DATE: NaiveDate = date_or_epoch(1900, 1, 1);

/// The last date a manifest may name: 2200-12-31.
pub const MAX_DATE: NaiveDate = date_or_epoch(2200, 12, 31);

const fn date_or_epoch(year: i32, month: u32, day: u32) -> NaiveDate {
    match NaiveDate::from_ymd_opt(year, month, day) {
        Some(date) => date,
        None => NaiveDate::MIN,
    }
}

/// The moment an analysis is made for. It is built once and passed down, so that a run can be repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clock {
    /// The calendar day in `zone`.
    pub today: NaiveDate,
    /// The instant.
    pub now: DateTime<Utc>,
    /// The zone in which `today` is meant, usually the portfolio's.
    pub zone: Tz,
}

impl Clock {
    /// The clock at a written moment; a date means the first instant of that day in `zone`.
    pub fn at(when: When, zone: Tz) -> Self {
        let clock = Self::from_instant(when.instant(zone), zone);
        match when {
            // A zone can skip a whole day; the day that was asked for stays the day.
            When::Date(today) => Self { today, ..clock },
            When::Local(_) | When::Fixed(_) => clock,
        }
    }

    /// The clock at an instant, on the day it is in `zone`. `today` is kept within [`MIN_DATE`] ..= [`MAX_DATE`].
    pub fn from_instant(now: DateTime<Utc>, zone: Tz) -> Self {
        let today = clamp(zone::local(now, zone).date());
        Self { today, now, zone }
    }
}

/// The nearest date within [`MIN_DATE`] ..= [`MAX_DATE`].
fn clamp(date: NaiveDate) -> NaiveDate {
    date.clamp(MIN_DATE, MAX_DATE)
}

/// `date` moved by whole days, within [`MIN_DATE`] ..= [`MAX_DATE`].
pub(crate) fn plus_days(date: NaiveDate, days: i64) -> NaiveDate {
    let moved = chrono::TimeDelta::try_days(days).and_then(|delta| clamp(date).checked_add_signed(delta));
    match moved {
        Some(moved) => clamp(moved),
        None if days < 0 => MIN_DATE,
        None => MAX_DATE,
    }
}

/// What somebody wrote, short enough for a message.
fn shown(text: &str) -> String {
    const LONGEST: usize = 60;
    if text.chars().nth(LONGEST).is_none() {
        return text.to_owned();
    }
    text.chars().take(LONGEST).chain(std::iter::once('…')).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use super::*;

    #[test]
    fn the_range_is_what_the_format_says() {
        assert_eq!(MIN_DATE.to_string(), "1900-01-01");
        assert_eq!(MAX_DATE.to_string(), "2200-12-31");
    }

    #[test]
    fn a_clock_at_a_date_is_its_first_instant() {
        let zone = Tz::America__New_York;
        let clock = Clock::at(When::parse("2026-12-05").unwrap(), zone);
        assert_eq!(clock.today.to_string(), "2026-12-05");
        assert_eq!(clock.now.to_rfc3339(), "2026-12-05T05:00:00+00:00");
        let clock = Clock::at(When::parse("2026-12-05T02:00Z").unwrap(), zone);
        assert_eq!(clock.today.to_string(), "2026-12-04");
    }

    #[test]
    fn a_clock_at_a_day_the_zone_skipped_keeps_the_day() {
        let clock = Clock::at(When::parse("2011-12-30").unwrap(), Tz::Pacific__Apia);
        assert_eq!(clock.today.to_string(), "2011-12-30");
    }

    #[test]
    fn no_instant_is_too_far_away_for_a_clock() {
        assert_eq!(Clock::from_instant(DateTime::<Utc>::MAX_UTC, Tz::Asia__Tokyo).today, MAX_DATE);
        assert_eq!(Clock::from_instant(DateTime::<Utc>::MIN_UTC, Tz::America__New_York).today, MIN_DATE);
    }

    #[test]
    fn moving_by_days_stays_in_range() {
        assert_eq!(plus_days(MAX_DATE, 1), MAX_DATE);
        assert_eq!(plus_days(MIN_DATE, i64::MIN), MIN_DATE);
        assert_eq!(plus_days(NaiveDate::MAX, i64::MAX), MAX_DATE);
        assert_eq!(plus_days(MIN_DATE, 1).to_string(), "1900-01-02");
    }

    #[test]
    fn long_text_is_shortened_for_messages() {
        assert_eq!(shown("short"), "short");
        assert_eq!(shown(&"é".repeat(1000)).chars().count(), 61);
    }
}
