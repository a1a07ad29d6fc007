//! How long a phase takes, and where it may begin and end.

use chrono::NaiveDate;

use super::{Dates, after, before, written_end, written_start};
use crate::model::release::Phase;
use crate::time::calendar::WorkCalendar;
use crate::time::duration::Duration;

/// The length of a phase, in its calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Length {
    /// Working days, at least one.
    Working(i64),
    /// Days on the wall, at least one.
    Elapsed(i64),
}

/// A phase with its calendar. A day that is written, but off, counts as worked wherever the phase is moved to: a
/// deployment over a weekend that began late still has its Sunday.
#[derive(Debug, Clone, Copy)]
pub struct Worker<'p> {
    calendar: &'p WorkCalendar,
    /// Written days that the calendar has off.
    extra: [Option<NaiveDate>; 2],
}

impl<'p> Worker<'p> {
    /// The days of a phase.
    pub fn new(phase: &Phase, calendar: &'p WorkCalendar) -> Self {
        let off = |day: Option<NaiveDate>| day.filter(|&day| !calendar.is_working(day));
        let first = off(written_start(phase));
        Self { calendar, extra: [first, off(written_end(phase)).filter(|day| Some(*day) != first)] }
    }

    /// The written days that count as worked though the calendar has them off.
    pub fn extras(&self) -> impl Iterator<Item = NaiveDate> {
        self.extra.into_iter().flatten()
    }

    /// Whether a day between its first and its last is worked.
    pub fn works(&self, day: NaiveDate) -> bool {
        self.calendar.is_working(day) || self.extras().any(|extra| extra == day)
    }

    /// The calendar.
    pub fn calendar(&self) -> &'p WorkCalendar {
        self.calendar
    }

    /// The last day at or before `day` that is worked.
    pub fn latest_worked(&self, day: NaiveDate) -> NaiveDate {
        let usual = self.calendar.prev_working(day);
        self.extras().filter(|&extra| extra <= day).fold(usual, NaiveDate::max)
    }

    /// The first day at or after `day` that is worked.
    pub fn next_worked(&self, day: NaiveDate) -> NaiveDate {
        let usual = self.calendar.next_working(day);
        self.extras().filter(|&extra| extra >= day).fold(usual, NaiveDate::min)
    }

    /// Worked days from `first` to `last`, both included.
    pub fn worked(&self, first: NaiveDate, last: NaiveDate) -> i64 {
        let extra = self.extras().filter(|extra| (first..=last).contains(extra)).count();
        self.calendar.working_days(first, after(last)) + extra as i64
    }

    /// The last day of work that begins on `start`, which counts as worked.
    pub fn last_day(&self, start: NaiveDate, length: Length) -> NaiveDate {
        match length {
            Length::Elapsed(days) => self.calendar.add(start, Duration::Elapsed { days: days - 1 }),
            Length::Working(days) => {
                let usual = self.calendar.finish(start, days);
                if !self.extras().any(|extra| start < extra && extra < usual) {
                    return usual;
                }
                // Each written day off on the way shortens it by one.
                let shorter = (0..days.min(3)).map(|extra| self.calendar.finish(start, days - extra));
                let fits = |day: &NaiveDate| self.works(*day) && self.worked(after(start), *day) == days - 1;
                shorter.chain(self.extras()).filter(fits).min().unwrap_or(usual)
            }
        }
    }

    /// The first day of work that ends on `end`, which counts as worked.
    pub fn first_day(&self, end: NaiveDate, length: Length) -> NaiveDate {
        match length {
            Length::Elapsed(days) => back(end, days - 1),
            Length::Working(days) => {
                let usual = self.calendar.start_for_finish(end, days);
                if !self.extras().any(|extra| usual < extra && extra < end) {
                    return usual;
                }
                let shorter = (0..days.min(3)).map(|extra| self.calendar.start_for_finish(end, days - extra));
                let fits = |day: &NaiveDate| self.works(*day) && self.worked(*day, before(end)) == days - 1;
                shorter.chain(self.extras()).filter(fits).max().unwrap_or(usual)
            }
        }
    }

    /// The latest first day of work that ends on or before `end`.
    pub fn latest_start(&self, end: NaiveDate, length: Length) -> NaiveDate {
        match length {
            Length::Elapsed(_) => self.latest_worked(self.first_day(end, length)),
            Length::Working(_) => self.first_day(self.latest_worked(end), length),
        }
    }

    /// The earliest first day from which work ends on or after the day before the boundary `end`.
    pub fn earliest_start_to_end(&self, end: NaiveDate, length: Length) -> NaiveDate {
        let last = before(end);
        match length {
            Length::Working(_) => self.first_day(self.next_worked(last), length),
            Length::Elapsed(_) => self.next_worked(self.first_day(last, length)),
        }
    }

    /// How long a phase takes: as long as is written, or its worked days when both ends are.
    pub fn length(&self, phase: &Phase, planned: Dates) -> Length {
        let is_span = written_start(phase).is_some() && written_end(phase).is_some();
        let span = || Length::Working(self.worked(planned.start, planned.end).max(1));
        written(phase, self.calendar).filter(|_| !is_span).unwrap_or_else(span)
    }
}

fn back(day: NaiveDate, days: i64) -> NaiveDate {
    let days = chrono::Days::new(days.max(0).unsigned_abs());
    day.checked_sub_days(days).unwrap_or(crate::time::MIN_DATE).max(crate::time::MIN_DATE)
}

/// The written length of a phase; no phase takes less than a day.
pub fn written(phase: &Phase, calendar: &WorkCalendar) -> Option<Length> {
    Some(match phase.duration.as_ref()?.value.0 {
        Duration::Elapsed { days } => Length::Elapsed(days.max(1)),
        duration => Length::Working(calendar.working_length(duration).max(1)),
    })
}
