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

/// A collision that only one side has, or that takes other days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewCollision {
    /// The environment.
    pub subject: Subject,
    /// How bookings collide.
    pub collision: Collision,
    /// First and last day, in the environment's zone; none at a side that does not have it.
    pub days: Both<Option<(NaiveDate, NaiveDate)>>,
    /// The fewest bookings that explain it, such as `payments/uat`, sorted.
    pub bookings: Vec<String>,
    /// Whether it would not be without drafts.
    pub tentative: bool,
}

impl NewCollision {
    /// Whether only the head has it.
    pub fn is_new(&self) -> bool {
        self.days.before.is_none()
    }

    /// By how many days it became longer, negative = shorter; none when only one side has it.
    pub fn growth(&self) -> Option<i64> {
        let length = |(first, last): (NaiveDate, NaiveDate)| (last - first).num_days() + 1;
        self.days.before.zip(self.days.after).map(|(before, after)| length(after) - length(before))
    }

    /// Its place among others: by environment, then by time.
    pub(super) fn order(&self) -> impl Ord + '_ {
        let first = self.days.before.into_iter().chain(self.days.after).min();
        (&self.subject, first, self.is_new(), &self.bookings, self.days)
    }
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

/// Collisions that only one side has from now on, or that take other days, by environment and time.
pub fn collisions(base: &Side<'_>, head: &Side<'_>) -> Vec<NewCollision> {
    let (mut before, mut after) = (found(base, false), found(head, true));
    let mut all = Vec::new();
    // Those that stand as they are first, so that of several between the same bookings the right ones are paired.
    for is_same_days in [true, false] {
        let same = |old: &NewCollision, new: &NewCollision| {
            (&old.subject, old.collision, &old.bookings) == (&new.subject, new.collision, &new.bookings)
                && (!is_same_days || old.days.before == new.days.after)
        };
        after.retain_mut(|new| {
            let Some(at) = before.iter().position(|old| same(old, new)) else { return true };
            let old = before.remove(at);
            new.days.before = old.days.before;
            new.tentative &= old.tentative;
            if new.days.differs() {
                all.push(new.clone());
            }
            false
        });
    }
    all.append(&mut after);
    all.append(&mut before);
    all.sort_by(|a, b| a.order().cmp(&b.order()));
    all
}

fn found(side: &Side<'_>, is_head: bool) -> Vec<NewCollision> {
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
            let days = Some((day(conflict.time.start), day(last)));
            NewCollision {
                subject: subject.clone(),
                collision: conflict.collision,
                days: if is_head { Both::new(None, days) } else { Both::new(days, None) },
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
