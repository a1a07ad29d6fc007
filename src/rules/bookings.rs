//! What the rules about bookings share: which time they look at, and how bookings and times read in a sentence.

use std::collections::HashMap;
use std::fmt::Write;

use chrono::{DateTime, NaiveTime, TimeDelta, Utc};
use chrono_tz::Tz;
use rayon::prelude::*;

use super::Context;
use crate::analysis::deployments::whole_days;
use crate::analysis::occupancy::{Booking, Conflict, Occupancy, Source};
use crate::analysis::schedule;
use crate::analysis::windows::{Entry, Expanded, Stretch};
use crate::diagnostic::{Finding, Severity};
use crate::model::{Identified, Portfolio};
use crate::time::{Interval, zone};

/// Fewer bookings than this are judged sooner than threads are started.
const WORTH_THREADS: usize = 2_000;

/// Nobody counts the occurrences of one booking any further.
const MOST_OCCURRENCES: usize = 100;

/// More places than this explain no more.
const MOST_PLACES: usize = 20;

/// The first instant of today: what ended before is left alone.
pub fn today(cx: &Context<'_>) -> DateTime<Utc> {
    zone::start_of_day(cx.clock.today, cx.clock.zone)
}

/// Judges every environment in which something is booked, several at a time where there is much; the findings are in the
/// order of environments.
pub fn each_environment(
    cx: &Context<'_>,
    out: &mut Vec<Finding>,
    judge: impl Fn(usize, &Occupancy) -> Vec<Finding> + Sync,
) {
    let occupancy = cx.occupancy();
    let booked: Vec<usize> =
        (0..cx.portfolio.environments.len()).filter(|&environment| !occupancy.of(environment).is_empty()).collect();
    if occupancy.bookings().len() < WORTH_THREADS {
        out.extend(booked.into_iter().flat_map(|environment| judge(environment, occupancy)));
    } else {
        out.par_extend(booked.into_par_iter().flat_map_iter(|environment| judge(environment, occupancy)));
    }
}

/// A draft's part in something makes it a warning at most.
pub fn tempered(finding: Finding, tentative: bool) -> Finding {
    if tentative { finding.at_most(Severity::Warning) } else { finding }
}

/// `from 2026-11-23 to 2026-11-27`, `on 2026-11-23`, `on 2026-11-23 from 20:00 to 22:50`, or with `until` what began before
/// `now`.
pub fn period(time: Stretch, now: DateTime<Utc>, zone: Tz) -> String {
    let (start, end) = (zone::local(time.start, zone), zone::local(time.end, zone));
    let is_midnight = |time: NaiveTime| time == NaiveTime::MIN;
    let begun = time.start <= now;
    if is_midnight(start.time()) && is_midnight(end.time()) {
        let last = end.date().pred_opt().unwrap_or(end.date());
        return match () {
            () if start.date() == last => format!("on {last}"),
            () if begun => format!("until {last}"),
            () => format!("from {} to {last}", start.date()),
        };
    }
    let full = "%Y-%m-%d %H:%M";
    if begun {
        format!("until {}", end.format(full))
    } else if start.date() == end.date() {
        format!("on {} from {} to {}", start.date(), start.format("%H:%M"), end.format("%H:%M"))
    } else {
        format!("from {} to {}", start.format(full), end.format(full))
    }
}

/// What a related booking is, for the place where it is written: whose, how much, when, and how much it matters.
pub fn label(portfolio: &Portfolio, booking: &Booking, now: DateTime<Utc>) -> String {
    let zone = portfolio.zone_of(&portfolio.environments[booking.environment]);
    let mut words = format!("`{}` {}", booking.name(portfolio), period(booking.time, now, zone));
    if booking.units > 1 {
        let _ = write!(words, ", {} units", booking.units);
    }
    if booking.exclusive {
        words.push_str(", for itself");
    }
    let _ = write!(words, ", priority {}", booking.priority(portfolio));
    if booking.tentative {
        words.push_str(", a draft");
    }
    words
}

/// The finding of a conflict at the booking that yields, with the others of the cause.
pub fn of_conflict(
    portfolio: &Portfolio,
    bookings: &[Booking],
    conflict: &Conflict,
    now: DateTime<Utc>,
    message: String,
) -> Option<Finding> {
    let (first, others) = conflict.cause.split_first()?;
    let yielding = &bookings[*first];
    let finding = Finding::new(yielding.span, yielding.subject(portfolio), message);
    let others = others.iter().take(MOST_PLACES).map(|&index| &bookings[index]);
    let finding = others.fold(finding, |finding, other| {
        finding.related(other.span, other.subject(portfolio), label(portfolio, other, now))
    });
    Some(tempered(finding, conflict.tentative))
}

/// A kind of time in which environments are not there.
pub struct Downtime<'d> {
    /// `an outage`.
    pub name: &'d str,
    /// The list in the manifest.
    pub list: &'d str,
    /// What an entry of the list is called, by its place.
    pub title: &'d dyn Fn(usize) -> Option<&'d str>,
    /// What to do.
    pub help: &'d str,
}

/// Reports each booking that meets one of these times, once: the first occurrence, and how many more there are.
/// Deployments, rehearsals and the environment's own bookings are met at their instants; phases on the days they work, but
/// not on a day for which the release's deployment says its time.
pub fn met(
    cx: &Context<'_>,
    environment: usize,
    bookings: &[Booking],
    times: &[Entry],
    downtime: &Downtime<'_>,
) -> Vec<Finding> {
    let now = today(cx);
    let end = bookings.iter().map(|booking| booking.time.end).max();
    let Some(span) = end.and_then(|end| Interval::new(now, end)).filter(|_| !times.is_empty()) else {
        return Vec::new();
    };
    let expanded = Expanded::new(times.iter().map(|entry| (entry.index, &entry.times)), span);
    let portfolio = cx.portfolio;
    let manifest = &portfolio.environments[environment];
    let zone = portfolio.zone_of(manifest);
    let mut deployed: HashMap<usize, Vec<Stretch>> = HashMap::new();
    for booking in bookings.iter().filter(|booking| matches!(booking.source, Source::Deployment { .. })) {
        deployed.entry(booking.release.unwrap_or_default()).or_default().push(booking.time);
    }
    let meets = |booking: &Booking, met: Stretch| {
        let (Source::Phase { phase, .. }, Some(release)) = (booking.source, booking.release) else { return true };
        let Some(met) = met.intersect(&booking.time) else { return false };
        let manifest = &portfolio.releases[release];
        let worker = schedule::worker(portfolio, manifest, &manifest.phases[phase]);
        let deployments = deployed.get(&release).map_or(&[][..], Vec::as_slice);
        let last = zone::local(met.end - TimeDelta::seconds(1), zone).date();
        let mut days = zone::local(met.start, zone).date().iter_days().take_while(|day| *day <= last);
        days.any(|day| {
            let is_timed =
                whole_days(day, day, zone).is_some_and(|day| deployments.iter().any(|time| time.overlaps(&day)));
            worker.works(day) && !is_timed
        })
    };
    let mut found = Vec::new();
    for booking in bookings {
        let is_over = booking.release.is_some_and(|release| portfolio.releases[release].status().is_over())
            || booking.phase(portfolio).is_some_and(|phase| phase.actual_end().is_some());
        let Some(range) = booking.time.intersect(&span).filter(|_| !is_over) else { continue };
        let mut hits = expanded.overlapping(range).filter(|(met, _)| meets(booking, *met)).take(MOST_OCCURRENCES);
        let Some((first, index)) = hits.next() else { continue };
        let more = match hits.count() {
            0 => String::new(),
            1 => ", and once more".to_owned(),
            more if more + 1 == MOST_OCCURRENCES => format!(", and {more} times more at least"),
            more => format!(", and {more} times more"),
        };
        let title = (downtime.title)(index).map_or(String::new(), |title| format!(" ({title})"));
        let name = booking.name(portfolio);
        let period = period(first, now, zone);
        let message = format!("`{name}` books `{}` during {}{title} {period}{more}", manifest.id, downtime.name);
        let finding = Finding::new(booking.span, booking.subject(portfolio), message).help(downtime.help);
        let place = times.iter().find(|entry| entry.index == index).map_or(manifest.id.span, |entry| entry.times.span);
        let subject = manifest.subject().at(format!("{}/{}", downtime.list, index + 1));
        found.push(tempered(finding.related(place, subject, "it is written here"), booking.tentative));
    }
    found
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use super::*;

    #[test]
    fn a_period_reads_as_days_or_hours() {
        let at = |text: &str| -> DateTime<Utc> { format!("{text}:00Z").parse().unwrap() };
        let read = |from: &str, to: &str, now: &str| {
            period(Interval::new(at(from), at(to)).unwrap(), at(now), Tz::Europe__London)
        };
        let before = "2026-11-01T00:00";
        assert_eq!(read("2026-11-23T00:00", "2026-11-28T00:00", before), "from 2026-11-23 to 2026-11-27");
        assert_eq!(read("2026-11-23T00:00", "2026-11-24T00:00", before), "on 2026-11-23");
        assert_eq!(read("2026-07-22T23:00", "2026-07-23T23:00", "2026-07-01T00:00"), "on 2026-07-23");
        assert_eq!(read("2026-11-23T20:00", "2026-11-23T22:50", before), "on 2026-11-23 from 20:00 to 22:50");
        assert_eq!(read("2026-11-23T22:00", "2026-11-24T06:00", before), "from 2026-11-23 22:00 to 2026-11-24 06:00");
        assert_eq!(read("2026-11-23T00:00", "2026-11-28T00:00", "2026-11-23T00:00"), "until 2026-11-27");
        assert_eq!(read("2026-11-23T01:00", "2026-11-23T06:00", "2026-11-23T02:00"), "until 2026-11-23 06:00");
    }
}
