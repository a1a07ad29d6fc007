//! Days, lengths and entries of the oracle, counted one day at a time.

use chrono::{Days, NaiveDate};

use crate::analysis::schedule::Dates;
use crate::graph::Node;
use crate::model::release::Link;
use crate::time::calendar::WorkCalendar;
use crate::time::duration::{Duration, Lag};

pub fn plus(day: NaiveDate, days: i64) -> NaiveDate {
    if days < 0 { day - Days::new(days.unsigned_abs()) } else { day + Days::new(days.unsigned_abs()) }
}

/// A boundary moved by working days, one day at a time.
fn shift(calendar: &WorkCalendar, mut boundary: NaiveDate, n: i64) -> NaiveDate {
    let mut left = n;
    while left > 0 {
        left -= i64::from(calendar.is_working(boundary));
        boundary = plus(boundary, 1);
    }
    while left < 0 {
        boundary = plus(boundary, -1);
        left += i64::from(calendar.is_working(boundary));
    }
    boundary
}

/// A day moved by working days: the n-th working day after or before it.
fn shift_day(works: impl Fn(NaiveDate) -> bool, mut day: NaiveDate, n: i64) -> NaiveDate {
    let mut left = n;
    while left != 0 {
        day = plus(day, left.signum());
        left -= left.signum() * i64::from(works(day));
    }
    day
}

/// What a phase works: its calendar, and its written days. *Decided*: wherever the phase is moved to, a day that was
/// written stays worked, so a weekend's deployment that began late still has its Sunday.
pub struct Worked<'p> {
    pub calendar: &'p WorkCalendar,
    pub written: [Option<NaiveDate>; 2],
}

impl Worked<'_> {
    pub fn on(&self, day: NaiveDate) -> bool {
        self.calendar.is_working(day) || self.written.contains(&Some(day))
    }

    pub fn next(&self, mut day: NaiveDate) -> NaiveDate {
        while !self.on(day) {
            day = plus(day, 1);
        }
        day
    }
}

pub fn count(calendar: &WorkCalendar, from: NaiveDate, to: NaiveDate) -> i64 {
    if to < from {
        return -count(calendar, to, from);
    }
    (0..(to - from).num_days()).filter(|&n| calendar.is_working(plus(from, n))).count() as i64
}

/// How long a phase takes. *Decided*: no time at all is one day.
#[derive(Clone, Copy, PartialEq)]
pub enum Length {
    Working(i64),
    Elapsed(i64),
}

impl Length {
    pub fn of(duration: Duration, calendar: &WorkCalendar) -> Self {
        match duration {
            Duration::Working { weeks, days } => Self::Working(weeks * calendar.days_per_week() + days),
            Duration::Elapsed { days } => Self::Elapsed(days),
            Duration::Clock { .. } => Self::Working(1),
        }
    }

    /// The last day of work that starts on `start`, which counts as worked.
    pub fn finish(self, worked: &Worked<'_>, start: NaiveDate) -> NaiveDate {
        match self {
            Self::Elapsed(n) => plus(start, n.max(1) - 1),
            Self::Working(n) => shift_day(|day| worked.on(day), start, n.max(1) - 1),
        }
    }

    pub fn start(self, worked: &Worked<'_>, end: NaiveDate) -> NaiveDate {
        match self {
            Self::Elapsed(n) => plus(end, 1 - n.max(1)),
            Self::Working(n) => shift_day(|day| worked.on(day), end, 1 - n.max(1)),
        }
    }

    pub fn remaining(self, progress: u32) -> Self {
        let left = |n: i64| (n.max(1) * i64::from(100 - progress) + 99) / 100;
        match self {
            Self::Elapsed(n) => Self::Elapsed(left(n)),
            Self::Working(n) => Self::Working(left(n)),
        }
    }
}

/// What waits for what, with the calendar of the lag.
pub struct Entry<'p> {
    pub from: Node,
    pub to: Node,
    pub link: Link,
    pub lag: Lag,
    pub calendar: &'p WorkCalendar,
}

impl Entry<'_> {
    fn days(&self) -> i64 {
        let sign = if self.lag.negative { -1 } else { 1 };
        match self.lag.duration {
            Duration::Working { weeks, days } => sign * (weeks * self.calendar.days_per_week() + days),
            Duration::Elapsed { days } => sign * days,
            Duration::Clock { minutes } => sign * (minutes / 1440),
        }
    }

    fn is_working(&self) -> bool {
        matches!(self.lag.duration, Duration::Working { .. })
    }

    /// The boundary that a boundary of the source demands of the target.
    pub fn lagged(&self, boundary: NaiveDate) -> NaiveDate {
        if self.is_working() { shift(self.calendar, boundary, self.days()) } else { plus(boundary, self.days()) }
    }

    /// The day of a milestone that the source demands: its last day (from a finish) or first day (from a start) plus
    /// the lag. *Decided*: the lag moves the day, not its midnight, so `- 1d` of a Monday is Friday, never Sunday; SF is
    /// the day before what SF bounds.
    pub fn milestone(&self, source: Dates) -> NaiveDate {
        if self.link == Link::StartFinish {
            return plus(self.lagged(source.start), -1);
        }
        let day = if self.link.from_finish() { source.end } else { source.start };
        if self.is_working() {
            shift_day(|day| self.calendar.is_working(day), day, self.days())
        } else {
            plus(day, self.days())
        }
    }

    /// Whether dates of the source leave the target's dates as they are.
    pub fn holds(&self, source: Dates, target: Dates) -> bool {
        if matches!(self.to, Node::Milestone(..)) {
            return self.milestone(source) <= target.start;
        }
        let from = if self.link.from_finish() { plus(source.end, 1) } else { source.start };
        let to = if self.link.to_start() { target.start } else { plus(target.end, 1) };
        self.lagged(from) <= to
    }
}
