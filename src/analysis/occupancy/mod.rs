//! Who uses which environment when, and where they collide.
//!
//! Bookings come from phases, deployments, rehearsals and the environments' own lists; they are half-open stretches of
//! instants. At any instant a release counts once in an environment, with its largest units, and alone if one of its
//! bookings is exclusive; a composite does not count while a release below it does; a booking without a release counts for
//! itself. One sweep over the starts and ends of an environment finds every load and every collision.

mod bookings;
mod conflicts;
#[cfg(test)]
mod oracle;
mod sweep;
pub mod teams;
#[cfg(test)]
mod tests;
mod versions;

use std::ops::Range;

use chrono::{DateTime, Utc};

pub use bookings::by_lead_time;
pub use conflicts::{Collision, Conflict};
pub use sweep::Level;
pub use versions::VersionCollision;

use super::schedule::Schedule;
use super::windows::Stretch;
use crate::diagnostic::{Span, Subject};
use crate::model::environment::Use;
use crate::model::release::Phase;
use crate::model::{Identified, Portfolio};
use crate::time::Interval;

/// What a booking comes from, by index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    /// A phase: its place in the release, and of the entry in its `environments`.
    Phase {
        /// The phase.
        phase: usize,
        /// The entry.
        entry: usize,
    },
    /// A deployment: the wave, when there are waves.
    Deployment {
        /// The wave.
        wave: Option<usize>,
    },
    /// A rehearsal of the deployment.
    Rehearsal {
        /// Its place in the plan.
        index: usize,
    },
    /// An entry of the environment's `bookings`.
    Entry {
        /// Its place in the list.
        index: usize,
    },
}

/// A stretch of time in which an environment is used.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Booking {
    /// The environment, by index.
    pub environment: usize,
    /// The release, by index; none for a booking that is for no release.
    pub release: Option<usize>,
    /// What says so.
    pub source: Source,
    /// When, without setting up.
    pub time: Stretch,
    /// When setting up begins; the start of `time` when there is nothing to set up.
    pub held_from: DateTime<Utc>,
    /// Units of the capacity.
    pub units: u32,
    /// Whether nobody else may use the environment meanwhile.
    pub exclusive: bool,
    /// What it does to the environment.
    pub r#use: Use,
    /// Whether it is for a draft.
    pub tentative: bool,
    /// Where it is written.
    pub span: Span,
}

impl Booking {
    /// The time the environment is taken, setting up included.
    pub fn held(&self) -> Stretch {
        Interval { start: self.held_from, end: self.time.end }
    }

    /// The subject of a finding about it.
    pub fn subject(&self, portfolio: &Portfolio) -> Subject {
        let release = self.release.map(|release| &portfolio.releases[release]);
        match (self.source, release) {
            (Source::Phase { phase, .. }, Some(release)) => {
                release.subject().at(format!("phases/{}", release.phases[phase].id))
            }
            (Source::Deployment { wave: Some(wave) }, Some(release)) => {
                let wave = release.deployment.as_ref().map(|plan| &plan.waves[wave].id);
                release.subject().at(wave.map_or("deployment".to_owned(), |id| format!("deployment/waves/{id}")))
            }
            (Source::Deployment { wave: None }, Some(release)) => release.subject().at("deployment/window"),
            (Source::Rehearsal { index }, Some(release)) => {
                release.subject().at(format!("deployment/rehearsals/{}", index + 1))
            }
            (Source::Entry { index }, _) => {
                let environment = &portfolio.environments[self.environment];
                environment.subject().at(format!("bookings/{}", environment.bookings[index].id))
            }
            _ => portfolio.environments[self.environment].subject(),
        }
    }

    /// What it is called in a sentence: `payments/uat`, `payments deployment`, `uat-1 booking perf`.
    pub fn name(&self, portfolio: &Portfolio) -> String {
        let release = self.release.map(|release| &portfolio.releases[release]);
        match (self.source, release) {
            (Source::Phase { phase, .. }, Some(release)) => format!("{}/{}", release.id, release.phases[phase].id),
            (Source::Deployment { .. }, Some(release)) => format!("{} deployment", release.id),
            (Source::Rehearsal { .. }, Some(release)) => format!("{} rehearsal", release.id),
            (Source::Entry { index }, _) => {
                let environment = &portfolio.environments[self.environment];
                format!("{} booking {}", environment.id, environment.bookings[index].id)
            }
            _ => portfolio.environments[self.environment].id.to_string(),
        }
    }

    /// The phase it comes from.
    pub fn phase<'p>(&self, portfolio: &'p Portfolio) -> Option<&'p Phase> {
        match self.source {
            Source::Phase { phase, .. } => portfolio.releases[self.release?].phases.get(phase),
            _ => None,
        }
    }

    /// Who yields when two compete: the priority of its release, default 50.
    pub fn priority(&self, portfolio: &Portfolio) -> u32 {
        self.release.map_or(50, |release| portfolio.releases[release].priority())
    }
}

/// A use of an environment without a gap: what one release books there on end, or one booking that is for no release.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hold {
    /// The release, by index.
    pub release: Option<usize>,
    /// When, setting up included.
    pub time: Stretch,
    /// Whether a version is installed in it.
    pub installs: bool,
}

/// Every booking of a portfolio.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Occupancy {
    /// By environment, then by the start of holding it.
    bookings: Vec<Booking>,
    /// The bookings of each environment.
    ranges: Vec<Range<usize>>,
}

impl Occupancy {
    /// Collects the bookings of every environment, in O(n log n).
    pub fn new(portfolio: &Portfolio, schedule: &Schedule) -> Self {
        let mut bookings = bookings::collect(portfolio, schedule);
        bookings.sort_by_key(|booking| (booking.environment, booking.time.start, booking.span));
        let mut ranges = Vec::with_capacity(portfolio.environments.len());
        let mut start = 0;
        for environment in 0..portfolio.environments.len() {
            let length = bookings[start..].partition_point(|booking| booking.environment == environment);
            ranges.push(start..start + length);
            start += length;
        }
        for range in &ranges {
            bookings::set_up(portfolio, &mut bookings[range.clone()]);
            bookings[range.clone()].sort_by_key(|booking| (booking.held_from, booking.time.start, booking.span));
        }
        Self { bookings, ranges }
    }

    /// The bookings of an environment, by the start of holding it.
    pub fn of(&self, environment: usize) -> &[Booking] {
        self.ranges.get(environment).map_or(&[], |range| &self.bookings[range.clone()])
    }

    /// Every booking, by environment.
    pub fn bookings(&self) -> &[Booking] {
        &self.bookings
    }

    /// How much of an environment is taken, as stretches that touch or follow each other; where nothing is booked there is
    /// none. Sorted.
    pub fn levels(&self, portfolio: &Portfolio, environment: usize) -> Vec<Level> {
        sweep::levels(portfolio, self.of(environment))
    }

    /// The same without drafts.
    pub fn definite_levels(&self, portfolio: &Portfolio, environment: usize) -> Vec<Level> {
        sweep::definite_levels(portfolio, self.of(environment))
    }

    /// The same without drafts and without what certain releases book.
    pub fn levels_of_others(&self, portfolio: &Portfolio, environment: usize, releases: &[usize]) -> Vec<Level> {
        let of_others = |booking: &&Booking| booking.release.is_none_or(|release| !releases.contains(&release));
        let others: Vec<Booking> = self.of(environment).iter().filter(of_others).copied().collect();
        sweep::definite_levels(portfolio, &others)
    }

    /// The uses of an environment, drafts left out, by start.
    pub fn holds(&self, environment: usize) -> Vec<Hold> {
        bookings::holds(self.of(environment))
    }

    /// Where bookings of an environment collide, by start.
    pub fn conflicts(&self, portfolio: &Portfolio, environment: usize) -> Vec<Conflict> {
        self.conflicts_from(portfolio, environment, DateTime::<Utc>::MIN_UTC)
    }

    /// Where bookings of an environment collide from an instant on, by start; a conflict that has begun starts there.
    pub fn conflicts_from(&self, portfolio: &Portfolio, environment: usize, from: DateTime<Utc>) -> Vec<Conflict> {
        conflicts::conflicts(portfolio, environment, self.of(environment), from)
    }

    /// Every booking in a conflict of those who take part, by place, in order; as many as there are, so only for those shown.
    pub fn taking_part(&self, conflict: &Conflict) -> Vec<usize> {
        conflicts::taking_part(self.of(conflict.environment), conflict)
    }

    /// Where two versions of one project are installed in an environment from an instant on, by project and start.
    pub fn version_collisions<'p>(
        &self,
        portfolio: &'p Portfolio,
        environment: usize,
        from: DateTime<Utc>,
    ) -> Vec<VersionCollision<'p>> {
        versions::collisions(portfolio, environment, self.of(environment), from)
    }
}
