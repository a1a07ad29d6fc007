//! How well environments are used: utilisation, contention, idle time, setting up, cost.
//!
//! Definitions: utilisation = booked ÷ available unit-hours, where available = capacity × (hours of the period − outages −
//! maintenance) and booked counts at most the capacity, outside of those; contention = unit-hours of demand above the
//! capacity ÷ unit-hours of demand. Drafts are counted apart. A ratio without a denominator is none.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};

use super::deployments::whole_days;
use super::occupancy::{Booking, Hold, Level, Occupancy, Source};
use super::windows::{EnvironmentTimes, Stretch};
use crate::model::environment::Provisioning;
use crate::model::{Id, Portfolio};
use crate::time::{Interval, plus_days};

const HOUR: f64 = 3600.0;

/// The use of one environment, or of several together, in a period.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Usage {
    /// Unit-hours there are.
    pub available: f64,
    /// Unit-hours used of those.
    pub booked: f64,
    /// Unit-hours asked for, outages, maintenance and what is above the capacity included.
    pub demanded: f64,
    /// Unit-hours asked for above the capacity.
    pub above: f64,
    /// Unit-hours that drafts would add to the demand.
    pub tentative: f64,
    /// The longest stretch without any booking; of several environments the longest of all.
    pub longest_idle: Option<Stretch>,
    /// Uses without a gap that begin in the period.
    pub uses: u32,
    /// Those that install a version, and so are set up.
    pub setups: u32,
    /// Person days of setting up; none when an environment that is set up does not say.
    pub setup_effort: Option<f64>,
    /// What it costs in the portfolio's currency; none when an input is missing.
    pub cost: Option<f64>,
}

impl Usage {
    /// Booked ÷ available.
    pub fn utilisation(&self) -> Option<f64> {
        ratio(self.booked, self.available)
    }

    /// Demand above capacity ÷ demand.
    pub fn contention(&self) -> Option<f64> {
        ratio(self.above, self.demanded)
    }

    /// The use of two sets of environments together.
    #[must_use]
    pub fn plus(self, other: &Self) -> Self {
        let sum = |one: Option<f64>, other: Option<f64>| Some(one? + other?);
        let length = |stretch: &Stretch| stretch.end - stretch.start;
        Self {
            available: self.available + other.available,
            booked: self.booked + other.booked,
            demanded: self.demanded + other.demanded,
            above: self.above + other.above,
            tentative: self.tentative + other.tentative,
            longest_idle: self.longest_idle.into_iter().chain(other.longest_idle).max_by_key(length),
            uses: self.uses + other.uses,
            setups: self.setups + other.setups,
            setup_effort: sum(self.setup_effort, other.setup_effort),
            cost: sum(self.cost, other.cost),
        }
    }

    /// Nothing at all, to add to.
    pub fn nothing() -> Self {
        Self { setup_effort: Some(0.0), cost: Some(0.0), ..Self::default() }
    }
}

fn ratio(part: f64, whole: f64) -> Option<f64> {
    (whole > 0.0).then(|| part / whole)
}

/// The use of one environment from the first to the last day, both in its own zone.
pub fn of_environment(
    portfolio: &Portfolio,
    occupancy: &Occupancy,
    environment: usize,
    first: NaiveDate,
    last: NaiveDate,
) -> Usage {
    Uses::new(portfolio, occupancy, environment).during(portfolio, first, last)
}

/// Everything that happens in one environment, looked up once to be asked about several periods.
#[derive(Debug)]
pub struct Uses {
    environment: usize,
    times: EnvironmentTimes,
    /// By start, drafts left out.
    definite: Vec<Level>,
    /// The same with drafts.
    all: Vec<Level>,
    holds: Vec<Hold>,
}

impl Uses {
    /// Looks everything up.
    pub fn new(portfolio: &Portfolio, occupancy: &Occupancy, environment: usize) -> Self {
        Self {
            environment,
            times: EnvironmentTimes::new(portfolio, &portfolio.environments[environment]),
            definite: occupancy.definite_levels(portfolio, environment),
            all: occupancy.levels(portfolio, environment),
            holds: occupancy.holds(environment),
        }
    }

    /// The use from the first to the last day, both in the zone of the environment.
    pub fn during(&self, portfolio: &Portfolio, first: NaiveDate, last: NaiveDate) -> Usage {
        let manifest = &portfolio.environments[self.environment];
        let Some(period) = whole_days(first, last, portfolio.zone_of(manifest)) else { return Usage::nothing() };
        let capacity = manifest.capacity();
        let times = &self.times;
        let down = times.maintenance.iter().chain(&times.outages).flat_map(|entry| entry.times.during(period));
        let down = Interval::merge(down.filter_map(|stretch| stretch.intersect(&period)).collect());
        let up = hours(period) - down.iter().copied().map(hours).sum::<f64>();
        let mut usage = Usage { available: f64::from(capacity) * up, ..Usage::nothing() };
        let mut booked: Vec<Stretch> = Vec::new();
        for (time, units) in inside(&self.definite, period) {
            booked.push(time);
            usage.demanded += f64::from(units) * hours(time);
            usage.above += f64::from(units.saturating_sub(capacity)) * hours(time);
            let at_work: f64 = without(&down, time);
            usage.booked += f64::from(units.min(capacity)) * at_work;
        }
        let all: f64 = inside(&self.all, period).map(|(time, units)| f64::from(units) * hours(time)).sum();
        usage.tentative = (all - usage.demanded).max(0.0);
        usage.longest_idle =
            period.subtract(&booked).into_iter().rev().max_by_key(|stretch| stretch.end - stretch.start);
        let begun = self.holds.iter().filter(|hold| period.contains(hold.time.start));
        usage.uses = begun.clone().count() as u32;
        usage.setups = begun.filter(|hold| hold.installs).count() as u32;
        let effort = manifest.setup.as_ref().and_then(|setup| setup.effort.as_ref()).map(|it| it.value.person_days());
        usage.setup_effort = product(usage.setups, effort);
        let days = ((last - first).num_days() + 1) as f64;
        usage.cost = cost(portfolio, self.environment, &usage, days, running_days(&booked));
        usage
    }
}

/// The part of each level that lies within a period, with its units. Levels follow each other.
fn inside(levels: &[Level], period: Stretch) -> impl Iterator<Item = (Stretch, u32)> {
    let from = levels.partition_point(|level| level.time.end <= period.start);
    let near = levels[from..].iter().take_while(move |level| level.time.start < period.end);
    near.filter_map(move |level| Some((level.time.intersect(&period)?, level.units)))
}

/// What an environment costs: one that stands all the time by the day; one on demand by its uses and the days it runs.
fn cost(portfolio: &Portfolio, environment: usize, usage: &Usage, days: f64, running: f64) -> Option<f64> {
    let manifest = &portfolio.environments[environment];
    let cost = manifest.cost.as_ref();
    let per_day = cost.and_then(|cost| Some(cost.per_day.as_ref()?.value));
    if manifest.provisioning != Some(Provisioning::OnDemand) {
        return Some(per_day? * days);
    }
    let per_setup = product(usage.uses, cost.and_then(|cost| Some(cost.per_setup.as_ref()?.value)))?;
    let rate = portfolio.settings.rates.as_ref().and_then(|rates| Some(rates.person_day.as_ref()?.value));
    let work = match usage.setup_effort? {
        0.0 => 0.0,
        effort => effort * rate?,
    };
    let running = if running > 0.0 { running * per_day? } else { 0.0 };
    Some(per_setup + work + running)
}

/// An input that nobody wrote, and what it keeps unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Missing {
    /// The key as manifests write it.
    pub input: &'static str,
    /// Whether the cost cannot be told without it.
    pub hides_cost: bool,
    /// Whether the effort of setting up cannot be told without it.
    pub hides_effort: bool,
}

/// Why the cost or the effort of setting up of this use is unknown; nothing when both are known.
pub fn missing(portfolio: &Portfolio, environment: usize, usage: &Usage) -> Vec<Missing> {
    let manifest = &portfolio.environments[environment];
    let cost = manifest.cost.as_ref();
    let on_demand = manifest.provisioning == Some(Provisioning::OnDemand);
    let per_day = cost.is_some_and(|cost| cost.per_day.is_some());
    let per_setup = cost.is_some_and(|cost| cost.per_setup.is_some());
    let rate = portfolio.settings.rates.as_ref().is_some_and(|rates| rates.person_day.is_some());
    let has_work = usage.setup_effort.is_none_or(|effort| effort > 0.0);
    let inputs = [
        ("cost.per_day", !per_day && (!on_demand || usage.demanded > 0.0), true, false),
        ("cost.per_setup", !per_setup && on_demand && usage.uses > 0, true, false),
        ("setup.effort", usage.setup_effort.is_none(), on_demand, true),
        ("rates.person_day", !rate && on_demand && has_work, true, false),
    ];
    let missing = |(input, missing, hides_cost, hides_effort)| {
        if missing { Some(Missing { input, hides_cost, hides_effort }) } else { None }
    };
    inputs.into_iter().filter_map(missing).collect()
}

/// Nothing times something unknown is nothing.
fn product(count: u32, each: Option<f64>) -> Option<f64> {
    if count == 0 { Some(0.0) } else { each.map(|each| each * f64::from(count)) }
}

/// How long a set of stretches takes, in days.
pub fn running_days(booked: &[Stretch]) -> f64 {
    Interval::merge(booked.to_vec()).into_iter().map(hours).sum::<f64>() / 24.0
}

/// The hours of a stretch.
pub fn hours(stretch: Stretch) -> f64 {
    (stretch.end - stretch.start).num_seconds() as f64 / HOUR
}

/// The hours of a stretch outside of others, which are merged.
fn without(merged: &[Stretch], time: Stretch) -> f64 {
    let from = merged.partition_point(|stretch| stretch.end <= time.start);
    let inside = merged[from..].iter().take_while(|stretch| stretch.start < time.end);
    hours(time) - inside.filter_map(|stretch| stretch.intersect(&time)).map(hours).sum::<f64>()
}

/// The months between two days, each from its first to its last day within them.
pub fn months(first: NaiveDate, last: NaiveDate) -> Vec<(NaiveDate, NaiveDate)> {
    let mut found = Vec::new();
    let mut from = first;
    while from <= last {
        let next = from.with_day(1).map_or(last, |first| plus_days(first, 31)).with_day(1).unwrap_or(last);
        if next <= from {
            break;
        }
        found.push((from, plus_days(next, -1).min(last)));
        from = next;
    }
    found
}

/// The team, the release, and where there is none the booking.
type Together<'p> = (Option<&'p str>, Option<usize>, usize);

/// Unit-hours that teams asked for in a period, and for nobody in particular under none. A release counts once per environment
/// and team at any instant, with its largest units. Drafts are left out.
pub fn by_team<'p>(
    portfolio: &'p Portfolio,
    occupancy: &Occupancy,
    environments: &[usize],
    first: NaiveDate,
    last: NaiveDate,
) -> BTreeMap<Option<&'p str>, f64> {
    let mut found: BTreeMap<Option<&str>, f64> = BTreeMap::new();
    for &environment in environments {
        let zone = portfolio.zone_of(&portfolio.environments[environment]);
        let Some(period) = whole_days(first, last, zone) else { continue };
        // What one release, or one booking for none, asks for on behalf of one team.
        let mut together: BTreeMap<Together<'_>, (Vec<Stretch>, u32)> = BTreeMap::new();
        for (index, booking) in occupancy.of(environment).iter().enumerate() {
            let Some(time) = booking.held().intersect(&period).filter(|_| !booking.tentative) else { continue };
            let alone = if booking.release.is_some() { 0 } else { index };
            let key = (team_of(portfolio, booking).map(|team| &**team), booking.release, alone);
            let (stretches, units) = together.entry(key).or_default();
            stretches.push(time);
            *units = booking.units.max(*units);
        }
        for ((team, _, _), (stretches, units)) in together {
            let hours: f64 = Interval::merge(stretches).into_iter().map(hours).sum();
            *found.entry(team).or_default() += f64::from(units) * hours;
        }
    }
    found
}

/// The team a booking is for: that of its phase, else of its own owner, else of the owner of its release. A person stands for
/// the team they are in.
pub fn team_of<'p>(portfolio: &'p Portfolio, booking: &Booking) -> Option<&'p Id> {
    let release = booking.release.map(|release| &portfolio.releases[release]);
    let own = match booking.source {
        Source::Phase { phase, .. } => release.and_then(|release| release.phases[phase].team.as_ref()),
        Source::Entry { index } => portfolio.environments[booking.environment].bookings[index].common.owner(),
        Source::Deployment { .. } | Source::Rehearsal { .. } => None,
    };
    let owner = own.or_else(|| release?.common.owner())?;
    if let Some(team) = portfolio.team(owner) {
        return Some(&team.id);
    }
    let team = portfolio.person(owner)?.team.as_ref()?;
    portfolio.team(team).map(|team| &team.id)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::float_cmp)]

    use super::*;
    use crate::analysis::testing::{Loaded, loaded};

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn november(text: &str) -> Usage {
        let Loaded { portfolio, schedule, .. } = loaded(text);
        let occupancy = Occupancy::new(&portfolio, &schedule);
        of_environment(&portfolio, &occupancy, 0, day("2026-11-01"), day("2026-11-30"))
    }

    const RATES: &str = "kind: portfolio\nstages: [dev, test, prod]\nrates: {person_day: 500}\n---\n";

    #[test]
    fn booked_counts_the_capacity_outside_of_outages_and_maintenance() {
        let usage = november(
            "kind: environment\nid: uat\nstage: test\ncapacity: 2\noutages: [{from: 2026-11-02, to: 2026-11-03}]\nbookings:\n  \
             - {id: a, from: 2026-11-02, to: 2026-11-11, units: 2}\n  - {id: b, from: 2026-11-11, to: 2026-11-11, units: 3}\n",
        );
        assert_eq!(usage.available, 2.0 * 28.0 * 24.0);
        assert_eq!(usage.booked, 2.0 * 8.0 * 24.0);
        assert_eq!(usage.demanded, (2.0 * 9.0 + 5.0) * 24.0);
        assert_eq!(usage.above, 3.0 * 24.0);
        assert_eq!(usage.contention(), Some(3.0 / 23.0));
        let idle = usage.longest_idle.unwrap();
        assert_eq!((idle.start.date_naive(), idle.end.date_naive()), (day("2026-11-12"), day("2026-12-01")));
        assert_eq!((usage.uses, usage.setups), (2, 2));
    }

    #[test]
    fn what_lies_across_the_ends_of_the_period_counts_inside_only() {
        let usage = november(
            "kind: environment\nid: uat\nstage: test\nbookings:\n  - {id: a, from: 2026-10-01, to: 2026-11-01}\n  \
             - {id: b, from: 2026-11-30, to: 2027-11-01}\n",
        );
        assert_eq!(usage.booked, 48.0);
        assert_eq!(usage.utilisation(), Some(2.0 / 30.0));
        assert_eq!(usage.uses, 1);
    }

    #[test]
    fn nothing_divided_by_nothing_is_none() {
        let usage = november("kind: environment\nid: uat\nstage: test\n");
        assert_eq!((usage.utilisation(), usage.contention()), (Some(0.0), None));
        assert_eq!(usage.cost, None);
        let out = november("kind: environment\nid: uat\nstage: test\noutages: [{from: 2026-10-02, to: 2026-12-03}]\n");
        assert_eq!(out.utilisation(), None);
    }

    #[test]
    fn cost_is_by_the_day_or_by_use() {
        let cost = |provisioning: &str| {
            november(&format!(
                "{RATES}kind: environment\nid: uat\nstage: test\nprovisioning: {provisioning}\ncost: {{per_day: 10, per_setup: 100}}\n\
                 setup: {{effort: 2pd}}\nbookings:\n  - {{id: a, from: 2026-11-02, to: 2026-11-06}}\n  \
                 - {{id: b, from: 2026-11-09, to: 2026-11-09, use: regression}}\n"
            ))
            .cost
        };
        assert_eq!(cost("persistent"), Some(300.0));
        assert_eq!(cost("on-demand"), Some(2.0 * 100.0 + 2.0 * 500.0 + 6.0 * 10.0));
    }

    #[test]
    fn drafts_are_counted_apart_and_a_release_once() {
        let release = |id: &str, status: &str| {
            format!(
                "kind: release\nid: {id}\ntype: minor\nstatus: {status}\nphases:\n  \
                 - {{id: sit, start: 2026-11-02, end: 2026-11-03, environments: [uat], team: qa}}\n  \
                 - {{id: fix, start: 2026-11-03, end: 2026-11-04, environments: [uat], team: qa}}\n---\n"
            )
        };
        let text = format!(
            "kind: portfolio\nstages: [dev, test, prod]\nteams: [{{id: qa}}]\n---\n{}{}kind: environment\nid: uat\nstage: test\n",
            release("a", "planned"),
            release("b", "draft")
        );
        let usage = november(&text);
        assert_eq!((usage.demanded, usage.tentative, usage.uses), (72.0, 72.0, 1));
        let Loaded { portfolio, schedule, .. } = loaded(&text);
        let occupancy = Occupancy::new(&portfolio, &schedule);
        let teams = by_team(&portfolio, &occupancy, &[0], day("2026-11-01"), day("2026-11-30"));
        assert_eq!(teams.into_iter().collect::<Vec<_>>(), [(Some("qa"), 72.0)]);
    }

    #[test]
    fn months_are_cut_at_the_ends_of_the_period() {
        let show = |first: &str, last: &str| {
            let months = months(day(first), day(last));
            months.iter().map(|(first, last)| format!("{first}..{last}")).collect::<Vec<_>>()
        };
        assert_eq!(
            show("2026-11-16", "2027-01-31"),
            ["2026-11-16..2026-11-30", "2026-12-01..2026-12-31", "2027-01-01..2027-01-31"]
        );
        assert_eq!(show("2026-02-01", "2026-02-10"), ["2026-02-01..2026-02-10"]);
        assert!(show("2026-02-02", "2026-02-01").is_empty());
        assert!(months(crate::time::MAX_DATE, crate::time::MAX_DATE).len() <= 1);
    }

    #[test]
    fn what_is_unknown_names_its_inputs() {
        let inputs = |text: &str| -> Vec<&str> {
            let Loaded { portfolio, schedule, .. } = loaded(text);
            let occupancy = Occupancy::new(&portfolio, &schedule);
            let usage = of_environment(&portfolio, &occupancy, 0, day("2026-11-01"), day("2026-11-30"));
            let found = missing(&portfolio, 0, &usage);
            assert_eq!(found.iter().any(|one| one.hides_cost), usage.cost.is_none(), "{text}");
            assert_eq!(found.iter().any(|one| one.hides_effort), usage.setup_effort.is_none(), "{text}");
            found.iter().map(|one| one.input).collect()
        };
        let booked = "bookings: [{id: a, from: 2026-11-02, to: 2026-11-03}]\n";
        let bare = "kind: environment\nid: uat\nstage: test\n";
        let on_demand = format!("{bare}provisioning: on-demand\n");
        assert_eq!(inputs(bare), ["cost.per_day"]);
        assert_eq!(inputs(&format!("{bare}cost: {{per_day: 1}}\n{booked}")), ["setup.effort"]);
        assert!(inputs(&on_demand).is_empty());
        assert_eq!(
            inputs(&format!("{on_demand}{booked}")),
            ["cost.per_day", "cost.per_setup", "setup.effort", "rates.person_day"]
        );
        let known = "cost: {per_day: 1, per_setup: 2}\nsetup: {effort: 1pd}\n";
        assert_eq!(inputs(&format!("{on_demand}{known}{booked}")), ["rates.person_day"]);
        assert!(inputs(&format!("{RATES}{on_demand}{known}{booked}")).is_empty());
    }
}
