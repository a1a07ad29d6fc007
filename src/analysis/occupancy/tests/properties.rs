//! Portfolios at random: the sweep says of every quarter of an hour what the oracle says.

use std::collections::BTreeSet;
use std::fmt::Write;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use proptest::prelude::*;

use super::super::oracle::{self, Key, Oracle};
use super::super::{Booking, Conflict, Occupancy};
use crate::analysis::testing::{Loaded, loaded};
use crate::model::Portfolio;
use crate::time::zone::start_of_day;

/// Clocks change in or near these weeks, by an hour or by half of one.
const FIRST_DAYS: [&str; 5] = ["2026-03-05", "2026-03-26", "2026-10-01", "2026-10-22", "2026-10-30"];
const ZONES: [&str; 6] =
    ["UTC", "Europe/London", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "America/Sao_Paulo"];
const USES: [&str; 3] = ["code", "configuration", "regression"];
const STATUSES: [&str; 5] = ["draft", "planned", "in-progress", "planned", "cancelled"];
/// Days in which something is booked; the oracle looks at some more on both sides.
const DAYS: i64 = 8;

#[derive(Debug, Clone)]
struct Environment {
    zone: usize,
    capacity: u32,
    lead: Option<&'static str>,
}

/// Environment, units, exclusive, use.
type Used = (usize, u32, bool, usize);

#[derive(Debug, Clone)]
struct Release {
    status: usize,
    parent: Option<usize>,
    priority: u32,
    phases: Vec<(i64, i64, Vec<Used>)>,
    /// Environment, start and length in quarters, and how it is written.
    deployment: Option<(usize, i64, i64, usize)>,
    rehearsal: Option<(usize, i64, i64)>,
}

#[derive(Debug, Clone)]
struct Entry {
    used: Used,
    start: i64,
    length: i64,
    in_days: bool,
    release: Option<usize>,
}

fn environment() -> impl Strategy<Value = Environment> {
    let lead = prop_oneof![3 => Just(None), 1 => Just(Some("1d")), 1 => Just(Some("2d")), 1 => Just(Some("2ed"))];
    (0..ZONES.len(), 1u32..4, lead).prop_map(|(zone, capacity, lead)| Environment { zone, capacity, lead })
}

fn used() -> impl Strategy<Value = Used> {
    (0usize..2, 1u32..4, prop::bool::weighted(0.15), 0..USES.len())
}

/// A start and a length in quarters of an hour.
fn quarters() -> impl Strategy<Value = (i64, i64)> {
    (0..(DAYS - 1) * 96, prop_oneof![1i64..8, 1i64..96])
}

fn release() -> impl Strategy<Value = Release> {
    let phase = (0..DAYS, 1i64..5, prop::collection::vec(used(), 0..3));
    let deployment = prop::option::weighted(0.3, (0usize..2, quarters(), 0usize..4));
    let rehearsal = prop::option::weighted(0.2, (0usize..2, quarters()));
    let phases = prop::collection::vec(phase, 0..4);
    (0..STATUSES.len(), prop::option::weighted(0.6, 0usize..6), 0u32..4, phases, deployment, rehearsal).prop_map(
        |(status, parent, priority, phases, deployment, rehearsal)| Release {
            status,
            parent,
            priority: priority * 25,
            phases,
            deployment: deployment.map(|(environment, (start, length), form)| (environment, start, length, form)),
            rehearsal: rehearsal.map(|(environment, (start, length))| (environment, start, length)),
        },
    )
}

fn entry() -> impl Strategy<Value = Entry> {
    (used(), quarters(), any::<bool>(), prop::option::weighted(0.6, 0usize..6))
        .prop_map(|(used, (start, length), in_days, release)| Entry { used, start, length, in_days, release })
}

/// A portfolio as people would write it, and the first of its days.
fn manifests(environments: &[Environment], releases: &[Release], entries: &[Entry], first: NaiveDate) -> String {
    let day = |offset: i64| first + TimeDelta::days(offset);
    let moment = |quarters: i64| {
        (first.and_hms_opt(0, 0, 0).unwrap() + TimeDelta::minutes(quarters * 15)).format("%Y-%m-%dT%H:%M")
    };
    let mut text = String::from("kind: portfolio\nstages: [test]\ntimezone: Europe/London\n");
    for (index, Environment { zone, capacity, lead }) in environments.iter().enumerate() {
        let zone = ZONES[*zone];
        write!(text, "---\nkind: environment\nid: e{index}\nstage: test\ntimezone: {zone}\ncapacity: {capacity}\n")
            .unwrap();
        if let Some(lead) = lead {
            writeln!(text, "setup: {{lead_time: {lead}}}").unwrap();
        }
        let own = entries.iter().enumerate().filter(|(_, entry)| entry.used.0 == index);
        let mut lines = String::new();
        for (id, Entry { used: (_, units, exclusive, r#use), start, length, in_days, release }) in own {
            let r#use = USES[*r#use];
            let (from, to) = if *in_days {
                (day(start / 96).to_string(), day((start + length) / 96).to_string())
            } else {
                (moment(*start).to_string(), moment(start + length).to_string())
            };
            let release = release.filter(|of| *of < releases.len());
            let release = release.map_or(String::new(), |of| format!(", release: r{of}"));
            writeln!(
                lines,
                "  - {{id: b{id}, from: {from}, to: {to}, units: {units}, exclusive: {exclusive}, use: {use}{release}}}"
            )
            .unwrap();
        }
        if !lines.is_empty() {
            write!(text, "bookings:\n{lines}").unwrap();
        }
    }
    for (index, release) in releases.iter().enumerate() {
        let status = STATUSES[release.status];
        let priority = release.priority;
        write!(text, "---\nkind: release\nid: r{index}\ntype: minor\nstatus: {status}\npriority: {priority}\n")
            .unwrap();
        // Only an earlier one, so that nothing is part of itself; chains of any depth come about.
        if let Some(parent) = release.parent.filter(|parent| *parent < index) {
            writeln!(text, "part_of: r{parent}").unwrap();
        }
        if !release.phases.is_empty() {
            text.push_str("phases:\n");
        }
        for (id, (start, length, used)) in release.phases.iter().enumerate() {
            let used: Vec<String> = used
                .iter()
                .map(|(environment, units, exclusive, r#use)| {
                    let r#use = USES[*r#use];
                    format!("{{id: e{environment}, units: {units}, exclusive: {exclusive}, use: {use}}}")
                })
                .collect();
            let (start, end, used) = (day(*start), day(start + length - 1), used.join(", "));
            writeln!(text, "  - {{id: p{id}, start: {start}, end: {end}, environments: [{used}]}}").unwrap();
        }
        if release.deployment.is_some() || release.rehearsal.is_some() {
            text.push_str("deployment:\n");
        }
        if let Some((environment, start, length, form)) = release.deployment {
            let window = |start: i64| format!("{{start: {}, end: {}}}", moment(start), moment(start + length));
            writeln!(text, "  environments: [e{environment}]").unwrap();
            if form != 3 {
                writeln!(text, "  window: {}", window(start)).unwrap();
            }
            match form {
                0 => {}
                1 => writeln!(text, "  waves: [{{id: a}}, {{id: b, window: {}}}]", window(start / 2)).unwrap(),
                2 => writeln!(text, "  waves: [{{id: a, window: {}}}, {{id: b}}]", window(start / 2)).unwrap(),
                _ => writeln!(text, "  waves: [{{id: a, at: {}}}, {{id: b, at: {}}}]", day(start / 96), moment(start))
                    .unwrap(),
            }
        }
        if let Some((environment, start, length)) = release.rehearsal {
            let (at, minutes) = (moment(start), length * 15);
            writeln!(text, "  rehearsals: [{{at: {at}, environment: e{environment}, duration: {minutes}m}}]").unwrap();
        }
    }
    text
}

fn key(booking: &Booking) -> Key {
    (booking.release, booking.source)
}

/// Compares one environment at every quarter of its days and the days around them.
fn agree(portfolio: &Portfolio, occupancy: &Occupancy, oracle: &Oracle<'_>, environment: usize, first: NaiveDate) {
    let start = start_of_day(first - TimeDelta::days(7), chrono_tz::UTC);
    let quarters: Vec<DateTime<Utc>> =
        (0..(DAYS + 14) * 96).map(|quarter| start + TimeDelta::minutes(quarter * 15)).collect();
    let levels = occupancy.levels(portfolio, environment);
    for pair in levels.windows(2) {
        assert!(pair[0].time.end <= pair[1].time.start, "{pair:?}");
        let differ =
            (pair[0].units, pair[0].bookers, pair[0].exclusive) != (pair[1].units, pair[1].bookers, pair[1].exclusive);
        assert!(pair[0].time.end < pair[1].time.start || differ, "{pair:?}");
    }
    let mut next = 0;
    for &at in &quarters {
        while levels.get(next).is_some_and(|level| level.time.end <= at) {
            next += 1;
        }
        let level = levels.get(next).filter(|level| level.time.contains(at));
        let found = level.map_or_else(oracle::Taken::default, |level| oracle::Taken {
            units: level.units,
            bookers: level.bookers,
            exclusive: level.exclusive,
        });
        assert_eq!(found, oracle.taken(at, true), "at {at} in e{environment}");
    }
    let expected = oracle::collided(oracle, &quarters);
    let conflicts = occupancy.conflicts(portfolio, environment);
    assert_eq!(conflicts.len(), expected.len(), "{conflicts:#?}\n{expected:#?}");
    for (conflict, expected) in conflicts.iter().zip(expected) {
        let bookings = occupancy.of(environment);
        let found = oracle::Collided {
            from: conflict.time.start,
            to: conflict.time.end,
            peak: conflict.peak.start,
            collision: conflict.collision,
            demand: conflict.demand,
            takers: conflict
                .bookings
                .iter()
                .map(|&index| oracle::who(bookings[index].release, bookings[index].source))
                .collect(),
            tentative: conflict.tentative,
        };
        assert_eq!(found, expected);
        explains(portfolio, bookings, oracle, conflict);
    }
}

/// The cause is a smallest set that explains the conflict at its peak, and who yields comes first.
fn explains(portfolio: &Portfolio, bookings: &[Booking], oracle: &Oracle<'_>, conflict: &Conflict) {
    let keys = |places: &[usize]| -> BTreeSet<Key> { places.iter().map(|&index| key(&bookings[index])).collect() };
    let counted = oracle.counted(conflict.peak.start, conflict.tentative);
    let cause = keys(&conflict.cause);
    let chosen: Vec<_> = counted.iter().copied().filter(|claim| cause.contains(&claim.key())).collect();
    assert_eq!(chosen.len(), conflict.cause.len(), "the cause counts at the peak: {conflict:#?}");
    let collision = oracle::taken(&chosen).collision(oracle.capacity());
    assert_eq!(collision, Some(conflict.collision), "the cause explains it: {conflict:#?}");
    let (fewest, lowest) = oracle.smallest_cause(&counted);
    assert_eq!(conflict.cause.len(), fewest, "{conflict:#?}");
    assert_eq!(bookings[conflict.cause[0]].priority(portfolio), lowest, "{conflict:#?}");
    let bookers: BTreeSet<_> = counted.iter().map(|claim| oracle::who(claim.release, claim.source)).collect();
    assert_eq!(conflict.contenders.len(), bookers.len(), "{conflict:#?}");
    assert!(keys(&conflict.contenders).is_superset(&cause));
    let order = |&index: &usize| {
        let booking = &bookings[index];
        (std::cmp::Reverse(booking.priority(portfolio)), booking.time.start, booking.span)
    };
    assert!(conflict.contenders.is_sorted_by_key(order));
    assert!(conflict.cause.iter().rev().is_sorted_by_key(order));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(
        std::env::var("RELM_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(64)
    ))]

    #[test]
    fn every_quarter_of_an_hour_is_as_the_oracle_says(
        environments in prop::collection::vec(environment(), 2),
        releases in prop::collection::vec(release(), 1..7),
        entries in prop::collection::vec(entry(), 0..4),
        first in prop::sample::select(&FIRST_DAYS[..]),
    ) {
        let first: NaiveDate = first.parse().unwrap();
        let text = manifests(&environments, &releases, &entries, first);
        let Loaded { portfolio, schedule } = loaded(&text);
        let occupancy = Occupancy::new(&portfolio, &schedule);
        for environment in 0..environments.len() {
            let oracle = Oracle::new(&portfolio, &schedule, environment);
            agree(&portfolio, &occupancy, &oracle, environment, first);
        }
    }
}
