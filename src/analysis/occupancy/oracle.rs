//! Occupancy once more, from the text of the format alone: for each quarter of an hour everything that is written is asked
//! whether it books just then. No sweep, no sorting, no memory from one quarter to the next.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;

use super::{Collision, Source};
use crate::analysis::schedule::Schedule;
use crate::model::Portfolio;
use crate::model::environment::Use;
use crate::model::release::{At, Release, Status, TimeWindow};
use crate::time::duration::Duration;
use crate::time::when::When;
use crate::time::zone;

/// How much is taken in one quarter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Taken {
    pub units: u32,
    pub bookers: u32,
    pub exclusive: bool,
}

impl Taken {
    pub fn collision(self, capacity: u32) -> Option<Collision> {
        match () {
            () if self.units > capacity => Some(Collision::OverCapacity),
            () if self.exclusive && self.bookers > 1 => Some(Collision::Exclusive),
            () => None,
        }
    }
}

/// What is written and may book an environment.
#[derive(Debug, Clone, Copy)]
pub struct Claim {
    pub release: Option<usize>,
    pub source: Source,
    pub units: u32,
    pub exclusive: bool,
    pub tentative: bool,
    code: bool,
    time: Time,
}

#[derive(Debug, Clone, Copy)]
enum Time {
    Days(NaiveDate, NaiveDate),
    Span(DateTime<Utc>, DateTime<Utc>),
}

pub type Key = (Option<usize>, Source);

/// Who counts once: a release, or a booking for none.
pub type Who = (Option<usize>, Option<Source>);

pub fn who(release: Option<usize>, source: Source) -> Who {
    (release, release.is_none().then_some(source))
}

impl Claim {
    pub fn key(&self) -> Key {
        (self.release, self.source)
    }

    fn start(&self, zone: Tz) -> DateTime<Utc> {
        match self.time {
            Time::Days(first, _) => zone::start_of_day(first, zone),
            Time::Span(start, _) => start,
        }
    }

    /// Whether it books the quarter that begins at an instant, setting up aside.
    fn is_at(&self, at: DateTime<Utc>, zone: Tz) -> bool {
        match self.time {
            Time::Days(first, last) => (first..=last).contains(&zone::local(at, zone).date()),
            Time::Span(start, end) => start <= at && at < end,
        }
    }
}

/// An environment with everything that claims it.
pub struct Oracle<'p> {
    portfolio: &'p Portfolio,
    environment: usize,
    zone: Tz,
    pub claims: Vec<Claim>,
    /// Since when each claim sets up, if it does.
    set_up: Vec<Option<DateTime<Utc>>>,
}

fn span(window: &TimeWindow, zone: Tz) -> Time {
    match (window.start.value, window.end.value) {
        (When::Date(first), When::Date(last)) => Time::Days(first, last),
        (start, end) => Time::Span(start.instant(zone), end.end_instant(zone)),
    }
}

impl<'p> Oracle<'p> {
    pub fn new(portfolio: &'p Portfolio, schedule: &Schedule, environment: usize) -> Self {
        let manifest = &portfolio.environments[environment];
        let zone = portfolio.zone_of(manifest);
        let mut claims = Vec::new();
        for (r, release) in portfolio.releases.iter().enumerate() {
            for (phase, written) in release.phases.iter().enumerate() {
                for (entry, used) in written.environments.iter().enumerate().filter(|(_, used)| used.id == manifest.id)
                {
                    let dates = schedule.phase(r, phase).planned.unwrap();
                    claims.push(Claim {
                        release: Some(r),
                        source: Source::Phase { phase, entry },
                        units: used.units,
                        exclusive: used.exclusive,
                        tentative: false,
                        code: used.r#use == Use::Code,
                        time: Time::Days(dates.start, dates.end),
                    });
                }
            }
            for (source, time) in deployment(release, &manifest.id, zone) {
                claims.push(Claim {
                    release: Some(r),
                    source,
                    units: 1,
                    exclusive: false,
                    tentative: false,
                    code: true,
                    time,
                });
            }
        }
        for (index, booking) in manifest.bookings.iter().enumerate() {
            claims.push(Claim {
                release: booking.release.as_ref().map(|id| portfolio.releases.index(id).unwrap()),
                source: Source::Entry { index },
                units: booking.units.as_ref().map_or(1, |units| units.value.0),
                exclusive: booking.exclusive == Some(true),
                tentative: false,
                code: matches!(booking.r#use, None | Some(Use::Code)),
                time: match (booking.from.value, booking.to.value) {
                    (When::Date(first), When::Date(last)) => Time::Days(first, last),
                    (from, to) => Time::Span(from.instant(zone), to.end_instant(zone)),
                },
            });
        }
        let status = |claim: &Claim| claim.release.map(|r| portfolio.releases[r].status());
        claims.retain(|claim| status(claim) != Some(Status::Cancelled));
        for claim in &mut claims {
            claim.tentative = status(claim) == Some(Status::Draft);
        }
        let mut oracle = Self { portfolio, environment, zone, claims, set_up: Vec::new() };
        oracle.set_up = oracle.claims.iter().map(|claim| oracle.set_up_of(claim)).collect();
        oracle
    }

    pub fn capacity(&self) -> u32 {
        self.portfolio.environments[self.environment].capacity.as_ref().map_or(1, |capacity| capacity.value.0)
    }

    /// Setting up begins as many days before as the lead time says, at the same time of day, unless the release holds the
    /// environment in the quarter before.
    fn set_up_of(&self, claim: &Claim) -> Option<DateTime<Utc>> {
        let environment = &self.portfolio.environments[self.environment];
        let lead = environment.setup.as_ref()?.lead_time.as_ref()?.value.0;
        let start = claim.start(self.zone);
        let before = start - TimeDelta::minutes(15);
        let holds = |other: &Claim| claim.release.is_some() && other.release == claim.release;
        if !claim.code || self.claims.iter().any(|other| holds(other) && other.is_at(before, self.zone)) {
            return None;
        }
        let local = zone::local(start, self.zone);
        let mut day = local.date();
        let mut left = match lead {
            Duration::Working { weeks, days } => weeks * 5 + days,
            Duration::Elapsed { days } => days,
            Duration::Clock { .. } => unreachable!("a lead time counts days"),
        };
        while left > 0 {
            day = day.pred_opt().unwrap();
            let counts =
                matches!(lead, Duration::Elapsed { .. }) || self.portfolio.calendars.default_calendar().is_working(day);
            left -= i64::from(counts);
        }
        Some(zone::resolve(day.and_time(local.time()), self.zone).instant())
    }

    /// The claims that book the quarter and count: a composite does not while a release below it books too.
    pub fn counted(&self, at: DateTime<Utc>, drafts: bool) -> Vec<&Claim> {
        let books = |(claim, set_up): &(&Claim, &Option<DateTime<Utc>>)| {
            let sets_up = set_up.is_some_and(|from| from <= at && at < claim.start(self.zone));
            (drafts || !claim.tentative) && (sets_up || claim.is_at(at, self.zone))
        };
        let active: Vec<&Claim> = self.claims.iter().zip(&self.set_up).filter(books).map(|(claim, _)| claim).collect();
        let is_below = |below: usize, above: usize| {
            let mut at = below;
            while let Some(parent) =
                self.portfolio.releases[at].part_of.as_ref().and_then(|id| self.portfolio.releases.index(id))
            {
                if parent == above {
                    return true;
                }
                at = parent;
            }
            false
        };
        let has_part = |release: usize| active.iter().any(|other| other.release.is_some_and(|r| is_below(r, release)));
        active.iter().copied().filter(|claim| !claim.release.is_some_and(has_part)).collect()
    }

    pub fn taken(&self, at: DateTime<Utc>, drafts: bool) -> Taken {
        taken(&self.counted(at, drafts))
    }

    /// The size of the smallest sets of these claims that cannot be together, and the lowest priority among all such sets.
    pub fn smallest_cause(&self, counted: &[&Claim]) -> (usize, u32) {
        let collision = taken(counted).collision(self.capacity()).unwrap();
        let mut sets: Vec<Vec<&Claim>> = vec![Vec::new()];
        for claim in counted {
            let with: Vec<_> = sets.iter().map(|set| [set.as_slice(), &[*claim]].concat()).collect();
            sets.extend(with);
        }
        sets.retain(|set| taken(set).collision(self.capacity()) == Some(collision));
        let fewest = sets.iter().map(Vec::len).min().unwrap();
        let priority = |claim: &&Claim| claim.release.map_or(50, |r| self.portfolio.releases[r].priority());
        let lowest = sets.iter().filter(|set| set.len() == fewest).flatten().map(priority).min().unwrap();
        (fewest, lowest)
    }
}

/// One release counts once, with its largest units, and alone if any of its claims is.
pub fn taken(counted: &[&Claim]) -> Taken {
    let mut bookers: BTreeMap<Who, (u32, bool)> = BTreeMap::new();
    for claim in counted {
        let (units, exclusive) = bookers.entry(who(claim.release, claim.source)).or_default();
        *units = claim.units.max(*units);
        *exclusive |= claim.exclusive;
    }
    Taken {
        units: bookers.values().map(|(units, _)| units).sum(),
        bookers: bookers.len() as u32,
        exclusive: bookers.values().any(|(_, exclusive)| *exclusive),
    }
}

/// The deployments that say their time, and the rehearsals that say how long they take.
fn deployment(release: &Release, environment: &str, zone: Tz) -> Vec<(Source, Time)> {
    let mut found = Vec::new();
    let Some(plan) = &release.deployment else { return found };
    if plan.environments.iter().any(|id| **id == *environment) {
        if let (Some(window), true) = (&plan.window, plan.waves.is_empty()) {
            found.push((Source::Deployment { wave: None }, span(window, zone)));
        }
        for (index, wave) in plan.waves.iter().enumerate() {
            let source = Source::Deployment { wave: Some(index) };
            let window = wave.window.as_ref().or(plan.window.as_ref().filter(|_| index == 0));
            match (window, wave.at.as_ref().map(|at| at.value)) {
                (Some(window), _) => found.push((source, span(window, zone))),
                (None, Some(At::When(When::Date(day)))) => found.push((source, Time::Days(day, day))),
                _ => {}
            }
        }
    }
    for (index, rehearsal) in plan.rehearsals.iter().enumerate() {
        if let (Some(id), Some(duration)) = (&rehearsal.environment, &rehearsal.duration)
            && **id == *environment
        {
            let start = rehearsal.at.value.instant(zone);
            let end = start + TimeDelta::minutes(duration.value.0);
            found.push((Source::Rehearsal { index }, Time::Span(start, end)));
        }
    }
    found
}

/// A stretch of quarters in which bookings collide.
#[derive(Debug, PartialEq, Eq)]
pub struct Collided {
    pub from: DateTime<Utc>,
    pub to: DateTime<Utc>,
    /// The first quarter in which it is worst.
    pub peak: DateTime<Utc>,
    pub collision: Collision,
    pub demand: u32,
    pub takers: BTreeSet<Who>,
    pub tentative: bool,
}

/// The maximal stretches of quarters in which bookings collide with or without drafts.
pub fn collided(oracle: &Oracle<'_>, quarters: &[DateTime<Utc>]) -> Vec<Collided> {
    let collision = |at: DateTime<Utc>, drafts: bool| oracle.taken(at, drafts).collision(oracle.capacity());
    let wrong: Vec<bool> =
        quarters.iter().map(|&at| collision(at, true).is_some() || collision(at, false).is_some()).collect();
    let mut found = Vec::new();
    let mut next = 0;
    while let Some(first) = (next..quarters.len()).find(|&place| wrong[place]) {
        let end = (first..quarters.len()).find(|&place| !wrong[place]).expect("the last quarter is free");
        next = end;
        let part = &quarters[first..end];
        let tentative = part.iter().all(|&at| collision(at, false).is_none());
        let worst = |at: &DateTime<Utc>| {
            let units = oracle.taken(*at, tentative).units;
            Some((collision(*at, tentative)?, units, std::cmp::Reverse(*at)))
        };
        let (collided, demand, peak) = part.iter().filter_map(worst).max().unwrap();
        let of = |drafts: bool| {
            let wrong = part.iter().filter(move |at| collision(**at, drafts).is_some());
            wrong.flat_map(move |at| oracle.counted(*at, drafts)).map(|claim| who(claim.release, claim.source))
        };
        found.push(Collided {
            from: part[0],
            to: quarters[end],
            peak: peak.0,
            collision: collided,
            demand,
            takers: of(true).chain(of(false)).collect(),
            tentative,
        });
    }
    found
}
