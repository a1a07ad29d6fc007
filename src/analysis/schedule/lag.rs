//! Lags, there and back: of boundaries between phases, of days at milestones.

use chrono::NaiveDate;

use super::{after, before};
use crate::time::calendar::WorkCalendar;
use crate::time::duration::{Duration, Lag};
use crate::time::{MAX_DATE, MIN_DATE, plus_days};

/// A day moved by a lag. Working time counts from day to day: `- 1d` of a Monday is the Friday before.
pub fn day_after(calendar: &WorkCalendar, day: NaiveDate, lag: Lag) -> NaiveDate {
    match lag.duration {
        Duration::Working { .. } if !lag.negative => before(calendar.add_lag(after(day), lag)),
        _ => calendar.add_lag(day, lag),
    }
}

/// The latest boundary from which `lag` does not lead past `bound`.
pub fn boundary_before(calendar: &WorkCalendar, bound: NaiveDate, lag: Lag) -> NaiveDate {
    latest(bound, lag, calendar, |at| calendar.add_lag(at, lag) <= bound)
}

/// The latest day from which `lag` does not lead past the day `bound`.
pub fn day_before(calendar: &WorkCalendar, bound: NaiveDate, lag: Lag) -> NaiveDate {
    latest(bound, lag, calendar, |at| day_after(calendar, at, lag) <= bound)
}

/// The last date for which a test that holds first and fails later holds. Days off make the way back from a lag
/// ambiguous, so the search begins at the plain way back and widens in steps that double.
fn latest(bound: NaiveDate, lag: Lag, calendar: &WorkCalendar, fits: impl Fn(NaiveDate) -> bool) -> NaiveDate {
    if lag.duration.is_zero() {
        return bound;
    }
    let guess = calendar.add_lag(bound, Lag { negative: !lag.negative, ..lag });
    let (mut good, mut bad) = (guess, guess);
    let mut step = 1;
    if fits(guess) {
        loop {
            bad = plus_days(good, step);
            if bad == good || !fits(bad) {
                break;
            }
            good = bad;
            step *= 2;
        }
    } else {
        while good > MIN_DATE && !fits(good) {
            bad = good;
            good = plus_days(good, -step);
            step *= 2;
        }
    }
    if good == MAX_DATE {
        return good;
    }
    while (bad - good).num_days() > 1 {
        let middle = plus_days(good, (bad - good).num_days() / 2);
        if fits(middle) { good = middle } else { bad = middle }
    }
    good
}
