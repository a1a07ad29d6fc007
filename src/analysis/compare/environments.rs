//! Environments that are newly contended, and what environments and work cost.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};

use super::{Both, Side};
use crate::analysis::occupancy::{Booking, Collision};
use crate::analysis::usage;
use crate::diagnostic::Subject;
use crate::model::environment::Environment;
use crate::model::{Identified, Kind};
use crate::time::zone;

/// A collision that only one side has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewCollision {
    /// The environment.
    pub subject: Subject,
    /// How bookings collide.
    pub collision: Collision,
    /// Whether it is at the head; else it was at the base and is gone.
    pub is_new: bool,
    /// First and last day, in the environment's zone.
    pub days: (NaiveDate, NaiveDate),
    /// The fewest bookings that explain it, such as `payments/uat`, sorted.
    pub bookings: Vec<String>,
    /// Whether it would not be without drafts.
    pub tentative: bool,
}

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Measure {
    /// Money of an environment over its bookings, in the currency of the portfolio.
    Cost,
    /// Person-days of setting an environment up.
    SetupEffort,
    /// Person-days of the phases of a release, or of a team.
    Effort,
}

/// What costs or takes more or less.
#[derive(Debug, Clone, PartialEq)]
pub struct Amount {
    /// An environment, a release, or a team (`teams/ID` of the portfolio).
    pub subject: Subject,
    /// What is measured.
    pub measure: Measure,
    /// How much; none where an input is missing, or there is no such thing.
    pub value: Both<Option<f64>>,
}

/// Collisions that only one side has from now on, by environment and time.
pub fn collisions(base: &Side<'_>, head: &Side<'_>) -> Vec<NewCollision> {
    let (before, after) = (found(base, false), found(head, true));
    let same = |one: &NewCollision, other: &NewCollision| {
        (&one.subject, one.collision, &one.bookings) == (&other.subject, other.collision, &other.bookings)
    };
    let only = |these: &[NewCollision], others: &[NewCollision]| {
        let mut left: Vec<&NewCollision> = others.iter().collect();
        let mut only = Vec::new();
        for it in these {
            match left.iter().position(|other| same(it, other)) {
                Some(at) => drop(left.remove(at)),
                None => only.push(it.clone()),
            }
        }
        only
    };
    let mut all = only(&after, &before);
    all.extend(only(&before, &after));
    all.sort_by(|a, b| (&a.subject, a.days, a.is_new, &a.bookings).cmp(&(&b.subject, b.days, b.is_new, &b.bookings)));
    all
}

fn found(side: &Side<'_>, is_new: bool) -> Vec<NewCollision> {
    let portfolio = side.portfolio();
    let from = side.gates.clock.now;
    let of_one = |(e, environment): (usize, &Environment)| {
        let all = side.occupancy.of(e);
        let zone = portfolio.zone_of(environment);
        let day = |at: DateTime<Utc>| zone::local(at, zone).date();
        let subject = environment.subject();
        let conflicts = side.occupancy.conflicts_from(portfolio, e, from).into_iter();
        let collisions = conflicts.map(move |conflict| {
            let mut bookings: Vec<String> = conflict.cause.iter().map(|&at| all[at].name(portfolio)).collect();
            bookings.sort_unstable();
            let last = conflict.time.end - chrono::TimeDelta::seconds(1);
            NewCollision {
                subject: subject.clone(),
                collision: conflict.collision,
                is_new,
                days: (day(conflict.time.start), day(last)),
                bookings,
                tentative: conflict.tentative,
            }
        });
        collisions.collect::<Vec<_>>()
    };
    portfolio.environments.iter().enumerate().flat_map(of_one).collect()
}

/// What costs or takes another amount, by subject.
pub fn amounts(base: &Side<'_>, head: &Side<'_>) -> Vec<Amount> {
    let mut amounts = of_environments(base, head);
    let (old, new) = (efforts(base), efforts(head));
    let mut subjects: Vec<&Subject> = old.keys().chain(new.keys()).collect();
    subjects.sort();
    subjects.dedup();
    for subject in subjects {
        let value =
            Both::new(&old, &new).map(|efforts| efforts.get(subject).map(|&hundredths| hundredths as f64 / 100.0));
        if value.differs() {
            amounts.push(Amount { subject: subject.clone(), measure: Measure::Effort, value });
        }
    }
    amounts.sort_by(|a, b| (&a.subject, a.measure).cmp(&(&b.subject, b.measure)));
    amounts
}

/// The work of the phases of releases and of teams, in hundredths of a person-day; what is called off takes none.
fn efforts(side: &Side<'_>) -> BTreeMap<Subject, i64> {
    let mut efforts: BTreeMap<Subject, i64> = BTreeMap::new();
    let called_off = crate::model::release::Status::Cancelled;
    for release in side.portfolio().releases.iter().filter(|release| release.status() != called_off) {
        for phase in &release.phases {
            let Some(effort) = &phase.effort else { continue };
            let team =
                phase.team.as_ref().map(|team| Subject::new(Kind::Portfolio.as_str(), "").at(format!("teams/{team}")));
            for subject in std::iter::once(release.subject()).chain(team) {
                *efforts.entry(subject).or_default() += effort.value.hundredths();
            }
        }
    }
    efforts
}

/// What the use of each environment costs, over all that is booked at either side.
fn of_environments(base: &Side<'_>, head: &Side<'_>) -> Vec<Amount> {
    let mut amounts = Vec::new();
    for (s, environment) in head.portfolio().environments.iter().enumerate() {
        let Some(r) = base.portfolio().environments.index(&environment.id) else { continue };
        let old = &base.portfolio().environments[r];
        let priced = |it: &Environment| it.cost.is_some() || it.setup.is_some();
        if !priced(environment) && !priced(old) {
            continue;
        }
        let zone = head.portfolio().zone_of(environment);
        let bookings = || base.occupancy.of(r).iter().chain(head.occupancy.of(s));
        let day = |at: DateTime<Utc>| zone::local(at, zone).date();
        let first = bookings().map(|booking| day(booking.held_from)).min();
        let last = bookings().map(|booking: &Booking| day(booking.time.end)).max();
        let Some((first, last)) = first.zip(last) else { continue };
        let of = |side: &Side<'_>, e| usage::of_environment(side.portfolio(), side.occupancy, e, first, last);
        let used = Both::new(of(base, r), of(head, s));
        let values = [
            (Measure::Cost, Both::new(used.before.cost, used.after.cost)),
            (Measure::SetupEffort, Both::new(used.before.setup_effort, used.after.setup_effort)),
        ];
        let differing = values.into_iter().filter(|(_, value)| value.differs());
        amounts.extend(differing.map(|(measure, value)| Amount { subject: environment.subject(), measure, value }));
    }
    amounts
}
