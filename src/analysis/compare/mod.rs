//! Two portfolios side by side: what was changed in the manifests, and what that does to the plan, the gates, the environments
//! and the findings.
//!
//! [`compare`] is a pure function over two [`Side`]s that are judged at one moment. Compared the other way round, everything is
//! mirrored: what was before is after, days are negative, what was added is removed.

mod cause;
mod dates;
mod environments;
mod findings;
mod gates;
#[cfg(test)]
mod properties;
mod slip;
#[cfg(test)]
pub(crate) mod tests;
mod told;
mod written;

use chrono::NaiveDate;

use super::gates::Gates;
use super::occupancy::Occupancy;
use super::schedule::Schedule;
use crate::diagnostic::{Finding, Span, Subject};
use crate::graph::Graph;
use crate::model::Portfolio;

pub use dates::between;
pub use environments::{Amount, Measure, NewCollision};
pub use findings::{Findings, compare as compare_findings};
pub use gates::{GateChange, Stale};
pub use slip::{Slip, slip};

/// A portfolio with all that follows from it.
#[derive(Debug, Clone, Copy)]
pub struct Side<'p> {
    /// The manifests, the schedule, the facts and the moment: the same for both sides.
    pub gates: Gates<'p>,
    /// What depends on what.
    pub graph: &'p Graph,
    /// Who uses which environment when.
    pub occupancy: &'p Occupancy,
    /// What rules found.
    pub findings: &'p [Finding],
}

impl<'p> Side<'p> {
    /// The manifests.
    pub fn portfolio(&self) -> &'p Portfolio {
        self.gates.portfolio
    }

    /// When things happen.
    pub fn schedule(&self) -> &'p Schedule {
        self.gates.schedule
    }
}

/// A value at the base and at the head.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Both<T> {
    /// At the base.
    pub before: T,
    /// At the head.
    pub after: T,
}

impl<T> Both<T> {
    /// Both values.
    pub const fn new(before: T, after: T) -> Self {
        Self { before, after }
    }

    /// What a function makes of each.
    pub fn map<U>(self, f: impl Fn(T) -> U) -> Both<U> {
        Both { before: f(self.before), after: f(self.after) }
    }
}

impl<T: PartialEq> Both<T> {
    /// Whether they are not the same.
    pub fn differs(&self) -> bool {
        self.before != self.after
    }
}

/// What happened to something that is written in a manifest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ChangeKind {
    /// It was not there.
    Added,
    /// It is not there any more.
    Removed,
    /// It says something else.
    Changed,
}

/// One thing that is written otherwise. Where it stands, how and in which order it is written does not count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What happened.
    pub kind: ChangeKind,
    /// What it happened to: a manifest, or something in it that has an id, such as `phases/uat`.
    pub subject: Subject,
    /// The field, such as `start` or `window.end`; empty for the whole.
    pub field: String,
    /// What it said, or the essence of what was removed.
    pub value: Both<Option<String>>,
    /// From one date to the other in calendar days, positive = later; none when they are no two dates, or the same day.
    pub days: Option<i64>,
    /// Where it stands, in the files of each side.
    pub place: Both<Option<Span>>,
}

/// First and last day, inclusive; a milestone has only an end.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Period {
    /// The first day.
    pub start: Option<NaiveDate>,
    /// The last day.
    pub end: Option<NaiveDate>,
}

/// How far a day moved; positive = later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Distance {
    /// Calendar days.
    pub days: i64,
    /// Working days of the release's calendar at the head.
    pub working_days: i64,
}

/// A release, phase or milestone of both sides whose dates are not the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Move {
    /// What moved; its path is empty for the release as a whole.
    pub subject: Subject,
    /// The plan.
    pub planned: Both<Period>,
    /// The forecast.
    pub forecast: Both<Period>,
    /// How far the end of the plan moved; where that stands, the end of the forecast, else a start.
    pub distance: Option<Distance>,
    /// Whether its own dates, duration or predecessors are written otherwise; else it follows from what `because` names.
    pub is_written: bool,
    /// The written changes that it follows from, sorted; empty when it is written itself, and when nothing in the manifests
    /// explains it, as when a calendar file changed.
    pub because: Vec<Subject>,
}

/// What became of a release of both sides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReleaseChange {
    /// The release.
    pub subject: Subject,
    /// The date promised.
    pub target: Both<Option<NaiveDate>>,
    /// Forecast − target in calendar days, positive = late; none without a target.
    pub lateness: Both<Option<i64>>,
    /// The smallest slack of its phases, in working days.
    pub slack: Both<Option<i64>>,
    /// The same of what is not done before production.
    pub margin: Both<Option<i64>>,
    /// The phases that decide its end, as `release/phase`.
    pub critical_path: Both<Vec<String>>,
}

impl ReleaseChange {
    /// Whether it keeps its target at the base and misses it at the head.
    pub fn misses_target(&self) -> bool {
        self.lateness.after.is_some_and(|days| days > 0) && self.lateness.before.is_none_or(|days| days <= 0)
    }

    /// Whether it misses its target at the base and keeps it at the head; without a target at the head there is none to keep.
    pub fn regains_target(&self) -> bool {
        self.lateness.before.is_some_and(|days| days > 0) && self.lateness.after.is_some_and(|days| days <= 0)
    }
}

/// What two portfolios differ in.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Comparison<'p> {
    /// What is written otherwise, by subject and field.
    pub written: Vec<Change>,
    /// What has other dates: by release, then as the manifest of the head has it.
    pub moves: Vec<Move>,
    /// Releases with another target, lateness, slack or critical path, by id.
    pub releases: Vec<ReleaseChange>,
    /// Gates with another state or due date, and those that came or went, by subject.
    pub gates: Vec<GateChange>,
    /// What rules find only at one side.
    pub findings: Findings<'p>,
    /// Collisions in environments that are only at one side or take other days, from now on.
    pub collisions: Vec<NewCollision>,
    /// What costs or takes more or less.
    pub amounts: Vec<Amount>,
    /// What one of the sides has not, or not in full, because it could not be read there: nothing is said of it.
    pub uncompared: Vec<Subject>,
}

impl Comparison<'_> {
    /// Whether nothing is different, neither what is written nor what follows.
    pub fn is_empty(&self) -> bool {
        self.written.is_empty()
            && self.moves.is_empty()
            && self.releases.is_empty()
            && self.gates.is_empty()
            && self.findings.new.is_empty()
            && self.findings.fixed.is_empty()
            && self.collisions.is_empty()
            && self.amounts.is_empty()
    }

    /// What moves along with a written change.
    pub fn downstream<'c>(&'c self, of: &'c Subject) -> impl Iterator<Item = &'c Move> {
        self.moves.iter().filter(move |it| it.because.contains(of))
    }
}

/// Compares two portfolios. Both have to be judged at the same moment.
pub fn compare<'p>(base: &Side<'p>, head: &Side<'p>) -> Comparison<'p> {
    let written::Written { changes, uncompared } = written::compare(base.portfolio(), head.portfolio());
    let mut moves = dates::moves(base, head);
    cause::explain(base, head, &changes, &mut moves);
    Comparison {
        moves,
        releases: dates::releases(base, head),
        gates: gates::compare(base, head),
        findings: findings::compare(base.findings, head.findings),
        collisions: environments::collisions(base, head),
        amounts: environments::amounts(base, head),
        written: changes,
        uncompared,
    }
}

/// The releases that both sides have: the index at the base and at the head, by id.
fn common_releases<'p>(base: &Side<'p>, head: &Side<'p>) -> impl Iterator<Item = (usize, usize)> + use<'p> {
    let (base, head) = (base.portfolio(), head.portfolio());
    head.releases.iter().enumerate().filter_map(|(after, release)| Some((base.releases.index(&release.id)?, after)))
}
