//! Working calendars: which days are worked, and arithmetic that counts only those.
//!
//! Everything rests on one number: how many working days lie before a date. It comes from whole weeks and a binary search
//! in the sorted holidays; and so does its inverse. So a shift by a million days costs as much as one by a day.

use super::duration::{Duration, Lag};
use super::{MAX_DATE, MIN_DATE, clamp, plus_days};
use chrono::{Datelike, NaiveDate};
use std::fmt;

/// The days of the week that are worked, less holidays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkCalendar {
    week: [bool; 7],
    /// Working days of a week before each of its days.
    ahead: [i64; 7],
    days_per_week: i64,
    /// Sorted, one name a date.
    holidays: Vec<(NaiveDate, String)>,
    /// Sorted positions of the holidays that take a working day away.
    lost: Vec<i64>,
    /// Working days before each of these.
    worked_before_lost: Vec<i64>,
}

/// A calendar nobody could work by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CalendarError {
    /// No day of the week is a working day.
    NoWorkingDay,
}

impl fmt::Display for CalendarError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoWorkingDay => {
                write!(f, "a working week needs at least one day, such as `[mon, tue, wed, thu, fri]`")
            }
        }
    }
}

impl std::error::Error for CalendarError {}

impl Default for WorkCalendar {
    /// Monday to Friday without holidays.
    fn default() -> Self {
        let week = [true, true, true, true, true, false, false];
        Self {
            week,
            ahead: ahead(week),
            days_per_week: 5,
            holidays: Vec::new(),
            lost: Vec::new(),
            worked_before_lost: Vec::new(),
        }
    }
}

impl WorkCalendar {
    /// A calendar from the worked days of the week, Monday first, and the holidays in any order. Of several names for
    /// one date the first given stays.
    pub fn new(week: [bool; 7], mut holidays: Vec<(NaiveDate, String)>) -> Result<Self, CalendarError> {
        let days_per_week = week.iter().filter(|worked| **worked).count() as i64;
        if days_per_week == 0 {
            return Err(CalendarError::NoWorkingDay);
        }
        holidays.sort_by_key(|(date, _)| *date);
        holidays.dedup_by_key(|(date, _)| *date);
        let lost: Vec<i64> = holidays
            .iter()
            .filter(|(date, _)| (MIN_DATE..=MAX_DATE).contains(date) && week[weekday(*date)])
            .map(|(date, _)| position(*date))
            .collect();
        let mut calendar =
            Self { week, ahead: ahead(week), days_per_week, holidays, lost, worked_before_lost: Vec::new() };
        calendar.worked_before_lost = calendar.lost.iter().map(|day| calendar.worked_before_position(*day)).collect();
        Ok(calendar)
    }

    /// Whether the date is worked.
    pub fn is_working(&self, date: NaiveDate) -> bool {
        self.week[weekday(date)] && self.holiday(date).is_none()
    }

    /// The name of the holiday on that date.
    pub fn holiday(&self, date: NaiveDate) -> Option<&str> {
        let index = self.holidays.binary_search_by_key(&date, |(date, _)| *date).ok()?;
        self.holidays.get(index).map(|(_, name)| name.as_str())
    }

    /// Working days in a week without holidays, 1 to 7.
    pub fn days_per_week(&self) -> i64 {
        self.days_per_week
    }

    /// The first working day at or after the date; [`MAX_DATE`] when there is none.
    pub fn next_working(&self, date: NaiveDate) -> NaiveDate {
        let date = clamp(date);
        if self.is_working(date) { date } else { self.last_with(self.worked_before(date)) }
    }

    /// The last working day at or before the date; [`MIN_DATE`] when there is none.
    pub fn prev_working(&self, date: NaiveDate) -> NaiveDate {
        let date = clamp(date);
        if self.is_working(date) { date } else { plus_days(self.first_with(self.worked_before(date)), -1) }
    }

    /// The last of `n` working days of work that starts on `start`. The start counts as worked even on a day off; with
    /// `n` below 2 it is the answer.
    pub fn finish(&self, start: NaiveDate, n: i64) -> NaiveDate {
        if n < 2 {
            return clamp(start);
        }
        let target = self.worked_before(clamp(start).succ_opt().unwrap_or(MAX_DATE)).saturating_add(n - 1);
        // The day whose work brings the count to the target, found as the boundary after it.
        let boundary = self.first_with(target);
        if self.worked_before(boundary) < target { MAX_DATE } else { plus_days(boundary, -1) }
    }

    /// The first of `n` working days of work that ends on `end`: the mirror image of [`finish`](Self::finish), the end
    /// counting as worked even on a day off.
    pub fn start_for_finish(&self, end: NaiveDate, n: i64) -> NaiveDate {
        if n < 2 { clamp(end) } else { self.shift(end, 1 - n) }
    }

    /// Moves a boundary, the midnight that begins `date`, by working days. Forward: to the midnight after the `n`-th
    /// working day at or after `date`. Backward: to the midnight before the `|n|`-th working day before it. By 0: not at
    /// all, even from a day off.
    ///
    /// For `n > 0` and away from the ends of the range, `shift(shift(b, n), -n) == next_working(b)`, and
    /// `shift(shift(b, -n), n)` is the midnight after the last working day before `b`: forth and back returns to the same
    /// boundary, days off aside.
    pub fn shift(&self, date: NaiveDate, n: i64) -> NaiveDate {
        let date = clamp(date);
        let target = self.worked_before(date).saturating_add(n);
        match n {
            0 => date,
            1.. => self.first_with(target),
            _ => self.last_with(target),
        }
    }

    /// Working days in the half-open span from one boundary to another; negative when `to` lies before `from`.
    pub fn working_days(&self, from: NaiveDate, to: NaiveDate) -> i64 {
        self.worked_before(clamp(to)) - self.worked_before(clamp(from))
    }

    /// A duration in working days: weeks count as many days as the week has; elapsed and clock time count none.
    pub fn working_length(&self, duration: Duration) -> i64 {
        match duration {
            Duration::Working { weeks, days } => weeks.saturating_mul(self.days_per_week).saturating_add(days),
            Duration::Elapsed { .. } | Duration::Clock { .. } => 0,
        }
    }

    /// Moves a boundary forward. Working time shifts over days off, elapsed time counts calendar days, clock time counts
    /// its full days of 24 hours and drops the rest, for a boundary is always a midnight.
    pub fn add(&self, date: NaiveDate, duration: Duration) -> NaiveDate {
        self.add_lag(date, Lag::from(duration))
    }

    /// Moves a boundary by a lag, forward or backward, as [`add`](Self::add) does.
    pub fn add_lag(&self, date: NaiveDate, lag: Lag) -> NaiveDate {
        let sign = if lag.negative { -1 } else { 1 };
        match lag.duration {
            Duration::Working { .. } => self.shift(date, self.working_length(lag.duration).saturating_mul(sign)),
            Duration::Elapsed { days } => plus_days(date, days.saturating_mul(sign)),
            Duration::Clock { minutes } => plus_days(date, (minutes / (24 * 60)).saturating_mul(sign)),
        }
    }

    /// Working days from [`MIN_DATE`] up to, but without, the date.
    fn worked_before(&self, date: NaiveDate) -> i64 {
        self.worked_before_position(position(date))
    }

    fn worked_before_position(&self, position: i64) -> i64 {
        // `MIN_DATE` is a Monday, so positions and weeks start together.
        let (weeks, rest) = (position / 7, position % 7);
        weeks * self.days_per_week + self.ahead[rest as usize] - self.lost_before(position)
    }

    fn lost_before(&self, position: i64) -> i64 {
        self.lost.partition_point(|holiday| *holiday < position) as i64
    }

    /// The earliest position with at least `count` working days before it if there were no holidays.
    fn first_without_holidays(&self, count: i64) -> i64 {
        let before = count.saturating_sub(1).max(0);
        let (weeks, rest) = (before / self.days_per_week, before % self.days_per_week);
        let day = (0..7).rev().find(|&day| self.week[day] && self.ahead[day] == rest).unwrap_or(0) as i64;
        if count < 1 { 0 } else { weeks.saturating_mul(7).saturating_add(day + 1) }
    }

    /// The earliest boundary with at least `count` working days before it; [`MAX_DATE`] if none has.
    fn first_with(&self, count: i64) -> NaiveDate {
        // Every holiday with fewer working days before it lies on the way.
        let lost = self.worked_before_lost.partition_point(|worked| *worked < count) as i64;
        let found = self.first_without_holidays(count.saturating_add(lost));
        plus_days(MIN_DATE, found.min(position(MAX_DATE)))
    }

    /// The latest boundary with at most `count` working days before it.
    fn last_with(&self, count: i64) -> NaiveDate {
        let beyond = self.first_with(count.saturating_add(1));
        if self.worked_before(beyond) > count { plus_days(beyond, -1) } else { MAX_DATE }
    }
}

/// Working days of a week before each of its days.
fn ahead(week: [bool; 7]) -> [i64; 7] {
    std::array::from_fn(|day| week[..day].iter().filter(|worked| **worked).count() as i64)
}

fn weekday(date: NaiveDate) -> usize {
    date.weekday().num_days_from_monday() as usize
}

/// Days since [`MIN_DATE`].
fn position(date: NaiveDate) -> i64 {
    date.signed_duration_since(MIN_DATE).num_days()
}

#[cfg(test)]
mod tests;
