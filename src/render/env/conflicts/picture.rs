//! A small picture of a conflict: who is there when, on the wall clock of the environment.

use chrono::{NaiveDateTime, NaiveTime, TimeDelta};

use crate::report::env::conflicts::{ConflictView, Participant};

/// What a column stands for, from the finest; the last also for what is longer still.
const STEPS: &[i64] = &[15, 30, 60, 120, 180, 240, 360, 480, 720, 1_440, 2_880, 10_080, 20_160, 40_320, 161_280];
/// A conflict of hours is shown with at least this much around it.
const AROUND: TimeDelta = TimeDelta::hours(2);

/// A conflict of more than this is shown in whole days.
const DAYS: TimeDelta = TimeDelta::days(1);

/// What a column of a booking shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cell {
    /// Nothing.
    Empty,
    /// It is there, and nothing collides.
    Alone,
    /// It is there, and it collides.
    Collides,
}

/// The columns of a picture.
pub struct Picture {
    start: NaiveDateTime,
    step: TimeDelta,
    /// How many there are.
    pub columns: usize,
}

impl Picture {
    /// The days or hours of a conflict and some around it, in at most `room` columns.
    pub fn new(conflict: &ConflictView, room: usize) -> Self {
        let (from, to) = (conflict.from.local, conflict.to.local);
        let around = ((to - from) / 4).max(AROUND);
        let first = conflict.bookings.iter().map(|one| one.booking.from.local).min().unwrap_or(from);
        let last = conflict.bookings.iter().map(|one| one.booking.to.local).max().unwrap_or(to);
        let (mut start, mut end) = (first.max(from - around), last.min(to + around));
        if to - from > DAYS {
            (start, end) = (floor(start, 1_440), floor(end + TimeDelta::minutes(1_439), 1_440));
        }
        let room = room.max(10) as i64;
        let fits = |minutes: &&i64| columns(floor(start, **minutes), end, **minutes) <= room;
        let minutes = STEPS.iter().find(fits).or(STEPS.last()).copied().unwrap_or(1_440);
        let start = floor(start, minutes);
        let columns = columns(start, end, minutes).clamp(1, room) as usize;
        Self { start, step: TimeDelta::minutes(minutes), columns }
    }

    /// The first instant of a column.
    fn at(&self, column: usize) -> NaiveDateTime {
        self.start + self.step * (column as i32)
    }

    fn touches(&self, column: usize, from: NaiveDateTime, to: NaiveDateTime) -> bool {
        from < self.at(column + 1) && self.at(column) < to
    }

    /// The days above the columns, or the hours where a day has many.
    pub fn header(&self) -> String {
        let mut header = String::new();
        let mut month = None;
        for column in 0..self.columns {
            let at = self.at(column);
            let begins_day = at.time() == NaiveTime::MIN || column == 0;
            let hourly = self.step < TimeDelta::hours(2);
            let text = if begins_day {
                let same = month == Some(at.format("%b").to_string());
                at.format(if same && !hourly { "%-d" } else { "%-d %b" }).to_string()
            } else if hourly && at.format("%M").to_string() == "00" {
                at.format("%H:%M").to_string()
            } else {
                continue;
            };
            if header.is_empty() || header.len() < column {
                header.push_str(&" ".repeat(column.saturating_sub(header.len())));
                header.push_str(&text);
                month = Some(at.format("%b").to_string());
            }
        }
        header
    }

    /// When a booking is there.
    pub fn cells(&self, conflict: &ConflictView, participant: &Participant) -> Vec<Cell> {
        let booking = &participant.booking;
        let cell = |column| {
            let there = self.touches(column, booking.from.local, booking.to.local);
            match there {
                false => Cell::Empty,
                true if self.touches(column, conflict.from.local, conflict.to.local) => Cell::Collides,
                true => Cell::Alone,
            }
        };
        (0..self.columns).map(cell).collect()
    }

    /// Units in demand, the most of each column; blank where nothing collides.
    pub fn demand(&self, conflict: &ConflictView) -> String {
        let unit = |column| {
            let steps = conflict.levels.iter().filter(|step| self.touches(column, step.from.local, step.to.local));
            match steps.map(|step| step.units).max() {
                None => ' ',
                Some(units) => char::from_digit(units, 10).unwrap_or('+'),
            }
        };
        (0..self.columns).map(unit).collect()
    }
}

/// The last whole step of the wall clock at or before a time; days and weeks begin at midnight and on Monday.
fn floor(at: NaiveDateTime, minutes: i64) -> NaiveDateTime {
    // 1970-01-05 was a Monday.
    let monday = 4 * 1_440;
    let passed = at.and_utc().timestamp().div_euclid(60) - monday;
    at.date().and_time(NaiveTime::MIN)
        + TimeDelta::minutes((passed.div_euclid(minutes) * minutes) - (passed - minute_of_day(at)))
}

fn minute_of_day(at: NaiveDateTime) -> i64 {
    (at - at.date().and_time(NaiveTime::MIN)).num_minutes()
}

fn columns(start: NaiveDateTime, end: NaiveDateTime, minutes: i64) -> i64 {
    ((end - start).num_minutes() + minutes - 1).div_euclid(minutes)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::*;
    use crate::report::env::Moment;
    use crate::report::env::conflicts::{Span, Step};

    fn moment(minutes: i64) -> Moment {
        let day = chrono::NaiveDate::from_ymd_opt(2026, 1, 1).unwrap();
        let local = day.and_time(NaiveTime::MIN) + TimeDelta::minutes(minutes);
        Moment { instant: local.and_utc(), local }
    }

    fn conflict(from: i64, length: i64) -> ConflictView {
        let (from, to) = (moment(from), moment(from + length));
        ConflictView {
            rule: "over-capacity",
            environment: "dock".to_owned(),
            stage: "test".to_owned(),
            time_zone: "UTC",
            from,
            to,
            demand: 3,
            capacity: 2,
            tentative: false,
            over: false,
            peak: Span { from, to },
            bookings: Vec::new(),
            levels: vec![Step { from, to, units: 3 }],
        }
    }

    proptest! {
        #[test]
        fn every_conflict_fits_and_is_in_the_picture(from in 0i64..3_000_000, length in 1i64..150_000_000, room in 10usize..200) {
            let conflict = conflict(from, length);
            let picture = Picture::new(&conflict, room);
            prop_assert!((1..=room).contains(&picture.columns));
            prop_assert!(picture.at(0) <= conflict.from.local);
            let demand = picture.demand(&conflict);
            prop_assert_eq!(demand.chars().count(), picture.columns);
            prop_assert!(demand.contains('3'), "{}", demand);
            let _ = picture.header();
        }

        #[test]
        fn columns_begin_on_the_clock(minutes in 0i64..100_000_000, step in 0..STEPS.len()) {
            let (at, step) = (moment(minutes).local, STEPS[step]);
            let start = floor(at, step);
            prop_assert!(start <= at && at - start < TimeDelta::minutes(step));
            prop_assert!(step < 1_440 || start.time() == NaiveTime::MIN);
            prop_assert!(step != 10_080 || chrono::Datelike::weekday(&start) == chrono::Weekday::Mon);
            prop_assert_eq!(floor(start, step), start);
        }
    }
}
