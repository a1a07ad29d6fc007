//! Collecting bookings, and the time it takes to set up.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::{Booking, Hold, Source};
use crate::analysis::deployments::{self, Time, whole_days};
use crate::analysis::schedule::Schedule;
use crate::analysis::windows::Stretch;
use crate::model::environment::{Environment, Use};
use crate::model::release::Status;
use crate::model::{Id, Portfolio};
use crate::time::{Interval, Lag, zone};

/// Every booking of releases that are not cancelled, and of the environments themselves, without setting up.
pub fn collect(portfolio: &Portfolio, schedule: &Schedule) -> Vec<Booking> {
    let mut found = Vec::new();
    for (r, release) in portfolio.releases.iter().enumerate() {
        if release.status() == Status::Cancelled {
            continue;
        }
        let tentative = release.status() == Status::Draft;
        for (p, phase) in release.phases.iter().enumerate() {
            let Some(dates) = schedule.phase(r, p).planned else { continue };
            for (entry, used) in phase.environments.iter().enumerate() {
                let Some((environment, zone)) = place(portfolio, &used.id) else { continue };
                let Some(time) = whole_days(dates.start, dates.end, zone) else { continue };
                found.push(Booking {
                    environment,
                    release: Some(r),
                    source: Source::Phase { phase: p, entry },
                    time,
                    held_from: time.start,
                    units: used.units,
                    exclusive: used.exclusive,
                    r#use: used.r#use,
                    tentative,
                    span: used.span,
                });
            }
        }
        around_deployment(portfolio, schedule, r, tentative, &mut found);
    }
    for (environment, manifest) in portfolio.environments.iter().enumerate() {
        let zone = portfolio.zone_of(manifest);
        for (index, booking) in manifest.bookings.iter().enumerate() {
            let named = booking.release.as_ref().and_then(|id| portfolio.releases.index(id));
            let status = named.map(|release| portfolio.releases[release].status());
            let time = Interval::new(booking.from.value.instant(zone), booking.to.value.end_instant(zone));
            let Some(time) = time.filter(|_| status != Some(Status::Cancelled)) else { continue };
            found.push(Booking {
                environment,
                release: named,
                source: Source::Entry { index },
                time,
                held_from: time.start,
                units: booking.units.as_ref().map_or(1, |units| units.value.0),
                exclusive: booking.exclusive.unwrap_or(false),
                r#use: booking.r#use.unwrap_or(Use::Code),
                tentative: status == Some(Status::Draft),
                span: booking.id.span,
            });
        }
    }
    found
}

/// Deployments that say their time, and rehearsals that say how long they take. Those without book nothing beyond their
/// phases.
fn around_deployment(
    portfolio: &Portfolio,
    schedule: &Schedule,
    release: usize,
    tentative: bool,
    found: &mut Vec<Booking>,
) {
    let Some(plan) = &portfolio.releases[release].deployment else { return };
    let booking = |environment, source, time: Interval<DateTime<Utc>>, span| Booking {
        environment,
        release: Some(release),
        source,
        time,
        held_from: time.start,
        units: 1,
        exclusive: false,
        r#use: Use::Code,
        tentative,
        span,
    };
    for deployment in deployments::planned(portfolio, schedule, release) {
        if let (Time::Window(time) | Time::Days(time), None) = (deployment.time, deployment.phase) {
            let source = Source::Deployment { wave: deployment.wave };
            found.push(booking(deployment.environment, source, time, deployment.span));
        }
    }
    for (index, rehearsal) in plan.rehearsals.iter().enumerate() {
        let Some((environment, zone)) = rehearsal.environment.as_ref().and_then(|id| place(portfolio, id)) else {
            continue;
        };
        let start = rehearsal.at.value.instant(zone);
        let minutes = rehearsal.duration.as_ref().map_or(0, |duration| duration.value.0);
        let end = chrono::TimeDelta::try_minutes(minutes).and_then(|length| start.checked_add_signed(length));
        if let Some(time) = end.and_then(|end| Interval::new(start, end)) {
            found.push(booking(environment, Source::Rehearsal { index }, time, rehearsal.at.span));
        }
    }
}

fn place(portfolio: &Portfolio, id: &Id) -> Option<(usize, Tz)> {
    let environment = portfolio.environments.index(id)?;
    Some((environment, portfolio.zone_of(&portfolio.environments[environment])))
}

/// Extends `code` bookings of one environment, which are sorted by start, backwards by its lead time, unless the same
/// release holds the environment up to their start.
pub fn set_up(portfolio: &Portfolio, bookings: &mut [Booking]) {
    let Some(first) = bookings.first() else { return };
    let environment = &portfolio.environments[first.environment];
    let Some(lead) = environment.setup.as_ref().and_then(|setup| setup.lead_time.as_ref()) else { return };
    let lead = Lag { duration: lead.value.0, negative: true };
    let mut held: HashMap<usize, Held> = HashMap::new();
    for booking in bookings {
        let held = booking.release.map(|release| held.entry(release).or_default());
        let continues = held.is_some_and(|held| held.continues(booking.time));
        if booking.r#use == Use::Code && !continues {
            let start = booking.time.start;
            booking.held_from = by_lead_time(portfolio, environment, start, lead).min(start);
        }
    }
}

/// How a release holds an environment, as far as a walk over its bookings by start has come.
struct Held {
    /// The start of the last booking.
    start: DateTime<Utc>,
    /// Until when those that start earlier hold it.
    earlier_until: DateTime<Utc>,
    /// Until when all of them do.
    until: DateTime<Utc>,
}

impl Default for Held {
    fn default() -> Self {
        let never = DateTime::<Utc>::MIN_UTC;
        Self { start: never, earlier_until: never, until: never }
    }
}

impl Held {
    /// Takes the next booking; whether the environment is held up to its start already.
    fn continues(&mut self, next: Stretch) -> bool {
        if next.start > self.start {
            (self.start, self.earlier_until) = (next.start, self.until);
        }
        self.until = self.until.max(next.end);
        self.earlier_until >= next.start
    }
}

/// The uses of one environment without a gap, drafts left out, by start.
pub fn holds(bookings: &[Booking]) -> Vec<Hold> {
    let mut found: Vec<Hold> = Vec::new();
    let mut open: HashMap<usize, usize> = HashMap::new();
    for booking in bookings.iter().filter(|booking| !booking.tentative) {
        let installs = booking.r#use == Use::Code;
        let running = booking.release.and_then(|release| open.get(&release)).copied();
        if let Some(index) = running.filter(|&index| found[index].time.end >= booking.held_from) {
            found[index].time.end = found[index].time.end.max(booking.time.end);
            found[index].installs |= installs;
            continue;
        }
        if let Some(release) = booking.release {
            open.insert(release, found.len());
        }
        found.push(Hold { release: booking.release, time: booking.held(), installs });
    }
    found
}

/// An instant moved by a lead time, in days of the default calendar, at the same time of day in the zone of the environment.
pub fn by_lead_time(
    portfolio: &Portfolio,
    environment: &Environment,
    instant: DateTime<Utc>,
    lead: Lag,
) -> DateTime<Utc> {
    let zone = portfolio.zone_of(environment);
    let local = zone::local(instant, zone);
    let day = portfolio.calendars.default_calendar().add_lag(local.date(), lead);
    zone::resolve(day.and_time(local.time()), zone).instant()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use super::super::Occupancy;
    use crate::analysis::testing::{Loaded, loaded};

    fn held(text: &str) -> Vec<String> {
        let Loaded { portfolio, schedule, .. } = loaded(text);
        let occupancy = Occupancy::new(&portfolio, &schedule);
        let show = |booking: &super::Booking| {
            let stamp = |at: chrono::DateTime<chrono::Utc>| at.format("%m-%dT%H:%M").to_string();
            let setup = if booking.held_from < booking.time.start {
                format!("{} ", stamp(booking.held_from))
            } else {
                String::new()
            };
            format!("{} {setup}{}..{}", booking.name(&portfolio), stamp(booking.time.start), stamp(booking.time.end))
        };
        occupancy.bookings().iter().map(show).collect()
    }

    const UAT: &str = "kind: environment\nid: uat\nstage: test\n";

    #[test]
    fn a_phase_books_whole_days_with_the_weekend_in_the_zone_of_the_environment() {
        let text = format!(
            "{UAT}timezone: America/New_York\n---\nkind: release\nid: a\ntype: minor\nstatus: planned\nphases:\n  \
             - {{id: sit, start: 2026-11-26, duration: 4d, environments: [uat]}}\n"
        );
        assert_eq!(held(&text), ["a/sit 11-26T05:00..12-02T05:00"]);
    }

    #[test]
    fn only_the_first_of_a_gapless_run_is_set_up_and_only_for_code() {
        let text = format!(
            "{UAT}setup: {{lead_time: 2d}}\nbookings:\n  \
             - {{id: read, from: 2026-12-14, to: 2026-12-14, use: regression}}\n---\n\
             kind: release\nid: a\ntype: minor\nstatus: planned\nphases:\n  \
             - {{id: sit, start: 2026-11-23, end: 2026-11-24, environments: [uat]}}\n  \
             - {{id: uat, start: 2026-11-25, end: 2026-11-26, environments: [uat]}}\n  \
             - {{id: again, start: 2026-11-30, end: 2026-11-30, environments: [uat]}}\n"
        );
        assert_eq!(
            held(&text),
            [
                "a/sit 11-19T00:00 11-23T00:00..11-25T00:00",
                "a/uat 11-25T00:00..11-27T00:00",
                "a/again 11-26T00:00 11-30T00:00..12-01T00:00",
                "uat booking read 12-14T00:00..12-15T00:00",
            ]
        );
    }

    #[test]
    fn deployments_and_rehearsals_book_their_hours_and_cancelled_releases_nothing() {
        let release = "kind: release\nid: a\ntype: minor\nstatus: planned\ndeployment:\n  environments: [uat]\n  \
                       window: {start: 2026-12-05T22:00, end: 2026-12-06T02:00}\n  \
                       waves: [{id: pilot}, {id: all, window: {start: 2026-12-08T22:00, end: 2026-12-08T23:00}}, {id: later, at: 2026-12-09T10:00}]\n  \
                       rehearsals: [{at: 2026-12-01T20:00, environment: uat, duration: 90m}, {at: 2026-12-02T20:00}]\n";
        let text = format!("{UAT}---\n{release}");
        assert_eq!(
            held(&text),
            [
                "a rehearsal 12-01T20:00..12-01T21:30",
                "a deployment 12-05T22:00..12-06T02:00",
                "a deployment 12-08T22:00..12-08T23:00",
            ]
        );
        assert!(held(&text.replace("planned", "cancelled")).is_empty());
    }
}
