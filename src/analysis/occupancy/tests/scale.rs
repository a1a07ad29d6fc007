//! A hundred thousand bookings of one environment on one day are no more work than their number.

use std::fmt::Write;

use chrono::{DateTime, TimeDelta, Utc};

use super::super::conflicts::conflicts;
use super::super::sweep::levels;
use super::super::{Booking, Source};
use crate::analysis::testing::loaded;
use crate::diagnostic::Span;
use crate::model::Portfolio;
use crate::model::environment::Use;
use crate::time::Interval;

const BOOKINGS: usize = 100_000;

/// A portfolio of composites with one part each, and bookings by `release(index)` that start a second apart, each with a
/// length by `length(index)`, in the order in which the sweep wants them.
fn crowd(
    capacity: u32,
    release: impl Fn(usize) -> Option<usize>,
    length: impl Fn(usize) -> i64,
) -> (Portfolio, Vec<Booking>) {
    let mut text = format!("kind: environment\nid: sit\nstage: test\ncapacity: {capacity}\n");
    for index in 0..100 {
        for (id, more) in [("a", String::new()), ("b", format!("part_of: a{index:02}\n"))] {
            write!(text, "---\nkind: release\nid: {id}{index:02}\ntype: minor\nstatus: planned\n{more}").unwrap();
        }
    }
    let midnight: DateTime<Utc> = "2026-11-23T00:00:00Z".parse().unwrap();
    let booking = |index: usize| {
        let start = midnight + TimeDelta::milliseconds(index as i64 * 600);
        let end = start + TimeDelta::milliseconds(length(index) * 600);
        Booking {
            environment: 0,
            release: release(index),
            source: Source::Entry { index },
            time: Interval { start, end },
            held_from: start,
            units: 1 + (index % 3) as u32,
            exclusive: false,
            r#use: Use::Code,
            tentative: index.is_multiple_of(7),
            span: Span { start: index as u32, ..Span::default() },
        }
    };
    (loaded(&text).portfolio, (0..BOOKINGS).map(booking).collect())
}

#[test]
fn of_nobody_in_particular() {
    let (portfolio, bookings) = crowd(100, |_| None, |_| BOOKINGS as i64);
    let found = conflicts(&portfolio, 0, &bookings, DateTime::<Utc>::MIN_UTC);
    assert_eq!((found.len(), found[0].bookings.len()), (1, BOOKINGS));
    assert_eq!(found[0].cause.len(), 34);
    assert_eq!(levels(&portfolio, &bookings).len(), 2 * BOOKINGS - 1);
}

#[test]
fn of_one_release() {
    let (portfolio, bookings) = crowd(2, |_| Some(0), |_| BOOKINGS as i64);
    let found = conflicts(&portfolio, 0, &bookings, DateTime::<Utc>::MIN_UTC);
    assert_eq!((found.len(), found[0].cause.len()), (1, 1));
    assert_eq!(levels(&portfolio, &bookings).len(), 4);
}

#[test]
fn of_many_releases() {
    let (portfolio, bookings) = crowd(100, |index| Some(100 + index % 100), |_| 500);
    let found = conflicts(&portfolio, 0, &bookings, DateTime::<Utc>::MIN_UTC);
    assert_eq!((found.len(), found[0].bookings.len()), (1, 100));
}

#[test]
fn of_a_composite_whose_part_comes_and_goes() {
    // Half of the bookings are of the composite and last all day; a part of it books every other moment.
    let (portfolio, bookings) = crowd(
        1,
        |index| Some(if index % 2 == 0 { 0 } else { 100 }),
        |index| if index % 2 == 0 { BOOKINGS as i64 } else { 1 },
    );
    let found = conflicts(&portfolio, 0, &bookings, DateTime::<Utc>::MIN_UTC);
    assert!(found.len() > BOOKINGS / 10);
    assert!(found.iter().all(|conflict| conflict.bookings.len() <= 2));
}
