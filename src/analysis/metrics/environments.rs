//! How environments are used; the arithmetic is that of `relm env usage`.

use chrono::NaiveDate;

use super::Scope;
use super::definition::{Definition, Family, Goal, Measured, Record, Subject, Unit};
use crate::analysis::usage::{Usage, hours};
use crate::model::Portfolio;
use crate::time::zone;

const NEEDS: &str = "environments";

const fn definition(
    id: &'static str,
    name: &'static str,
    unit: Unit,
    goal: Goal,
    definition: &'static str,
    measure: fn(&Scope<'_, '_>) -> Measured,
) -> Definition {
    Definition {
        id,
        name,
        family: Family::Environments,
        unit,
        definition,
        source: "release management practice",
        needs: NEEDS,
        goal,
        subject: Subject::Environment,
        measure,
    }
}

pub(super) static DEFINITIONS: [Definition; 5] = [
    definition(
        "environment_utilisation",
        "environment utilisation",
        Unit::Ratio,
        Goal::Neither,
        "booked ÷ available unit-hours, where available is the capacity without outages and maintenance; drafts are left out",
        |scope| ratio(scope, |usage| usage.booked, |usage| usage.available),
    ),
    definition("environment_idle", "environment idle", Unit::Ratio, Goal::Less, "1 − utilisation", |scope| {
        ratio(scope, |usage| usage.available - usage.booked, |usage| usage.available)
    }),
    definition(
        "environment_longest_idle",
        "longest idle",
        Unit::Days,
        Goal::Less,
        "the longest stretch of the period in which an environment has no booking at all",
        longest_idle,
    ),
    definition(
        "environment_contention",
        "environment contention",
        Unit::Ratio,
        Goal::Less,
        "unit-hours of demand above the capacity ÷ unit-hours demanded; drafts are left out",
        |scope| ratio(scope, |usage| usage.above, |usage| usage.demanded),
    ),
    definition(
        "booking_lead_time",
        "booking lead time",
        Unit::Days,
        Goal::More,
        "median calendar days from the announcement of a release to the first day of each of its bookings that begins in the period; bookings of drafts, and those that are for no release, are left out",
        booking_lead_time,
    ),
];

fn record(portfolio: &Portfolio, environment: usize) -> Record {
    let manifest = &portfolio.environments[environment];
    Record::new("environment", &manifest.id, manifest.id.span)
}

fn used(scope: &Scope<'_, '_>, environment: usize) -> Usage {
    let (base, period) = (scope.base, scope.period);
    base.uses(environment).during(base.portfolio(), period.since, period.until)
}

fn ratio(scope: &Scope<'_, '_>, part: fn(&Usage) -> f64, whole: fn(&Usage) -> f64) -> Measured {
    let mut out = Measured::default();
    let (mut parts, mut wholes) = (0.0, 0.0);
    for &environment in &scope.members.environments {
        let usage = used(scope, environment);
        let record = record(scope.base.portfolio(), environment);
        let (own, of) = (part(&usage), whole(&usage));
        if of > 0.0 {
            parts += own;
            wholes += of;
            out.count_noted(record, own, format!("of {of:.1} unit-hours"));
        } else {
            out.leave(record, "it has nothing to divide by in this period");
        }
    }
    out.population = out.sample.len();
    out.value = (wholes > 0.0).then(|| parts / wholes);
    out
}

fn longest_idle(scope: &Scope<'_, '_>) -> Measured {
    let mut out = Measured::default();
    for &environment in &scope.members.environments {
        let portfolio = scope.base.portfolio();
        let longest = used(scope, environment).longest_idle;
        let zone = portfolio.zone_of(&portfolio.environments[environment]);
        match longest {
            Some(idle) => {
                let from = zone::local(idle.start, zone).date();
                out.count_noted(record(portfolio, environment), hours(idle) / 24.0, format!("from {from}"));
            }
            None => out.count(record(portfolio, environment), 0.0),
        }
    }
    out.population = out.sample.len();
    out.value = out.sample.iter().map(|sample| sample.value).max_by(f64::total_cmp);
    out
}

fn booking_lead_time(scope: &Scope<'_, '_>) -> Measured {
    let mut out = Measured::default();
    let portfolio = scope.base.portfolio();
    for &environment in &scope.members.environments {
        let zone = portfolio.zone_of(&portfolio.environments[environment]);
        for booking in scope.base.input.occupancy.of(environment) {
            let first: NaiveDate = zone::local(booking.time.start, zone).date();
            if booking.tentative || !scope.period.contains(first) {
                continue;
            }
            let id = format!("{}@{}", booking.name(portfolio), portfolio.environments[environment].id);
            let record = Record::new("booking", id, booking.span);
            let Some(release) = booking.release else {
                out.leave(record, "it is for no release, so nobody wrote when it was announced");
                continue;
            };
            let announced = portfolio.releases[release].announced.as_ref().map(|day| day.value);
            match announced.map(|announced| (first - announced).num_days()) {
                None => out.leave(record, "nobody wrote when its release was announced"),
                Some(days) if days < 0 => out.leave(record, "it began before its release was announced"),
                Some(days) => out.count(record, days as f64),
            }
        }
    }
    out.median()
}
