//! Whether something may be deployed to an environment at a time: everything that forbids it, until when, and the next
//! time at which nothing does.
//!
//! Each obstacle is a set of stretches of time. The answer for an instant is which of them contain it; the next opening is
//! the end of the stretch that their union has around it, so nothing is stepped through.

mod doubt;
mod gates;
mod times;
mod versions;

use chrono::{DateTime, NaiveDate, Utc};

use super::deployments;
use super::gates::Gates;
use super::installed::Installed;
use super::occupancy::Occupancy;
use super::promotion;
use super::schedule::Schedule;
use super::windows::{LOOK_AHEAD, Stretch, always};
use crate::diagnostic::{Span, Subject};
use crate::model::Portfolio;
use crate::model::environment::Environment;
use crate::model::project::Project;
use crate::model::release::{Release, Status};
use crate::model::version::canonical;
use crate::time::Interval;

/// What an answer is made from.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'p> {
    /// The manifests.
    pub portfolio: &'p Portfolio,
    /// When things happen.
    pub schedule: &'p Schedule,
    /// Who uses which environment when.
    pub occupancy: &'p Occupancy,
    /// What is installed where.
    pub installed: &'p Installed<'p>,
    /// Where the gates stand.
    pub gates: Gates<'p>,
    /// The present day: what a plan says of later is what is expected, of earlier it is for records to say.
    pub today: NaiveDate,
}

/// What is to be deployed where.
#[derive(Debug, Clone, Copy)]
pub struct Question<'p> {
    /// The project.
    pub project: &'p Project,
    /// The version; none when it is not known, then what depends on it is not judged.
    pub version: Option<&'p str>,
    /// The environment, by index.
    pub environment: usize,
    /// The release that brings it, by index.
    pub release: Option<usize>,
}

/// Something that forbids a deployment at an instant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// The name of the rule that says the same of plans.
    pub rule: &'static str,
    /// What forbids it, in one sentence without a full stop.
    pub message: String,
    /// The first instant at which it does not any more; none when time alone will not end it.
    pub until: Option<DateTime<Utc>>,
    /// Where it is written.
    pub span: Span,
    /// What stands there.
    pub subject: Subject,
}

/// What was looked at, whether it forbade something or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// The name of the rule.
    pub rule: &'static str,
    /// What there was to look at: `2 freezes`.
    pub what: String,
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Permission {
    /// Everything that forbids it; it is allowed when there is nothing.
    pub reasons: Vec<Reason>,
    /// The next instant, from the one asked about on, at which it is allowed; none within two years.
    pub next_open: Option<DateTime<Utc>>,
    /// When it is allowed: the next instant at which it no longer is, as far as is known.
    pub allowed_until: Option<DateTime<Utc>>,
    /// What was looked at.
    pub checked: Vec<Checked>,
}

impl Permission {
    /// Whether it may be deployed.
    pub fn allowed(&self) -> bool {
        self.reasons.is_empty()
    }
}

/// One thing that may forbid it.
struct Obstacle {
    rule: &'static str,
    /// When it does: sorted, apart from each other.
    times: Vec<Stretch>,
    /// What is said of it when the instant asked about is in one of them.
    message: String,
    span: Span,
    subject: Subject,
}

/// A question at an instant, with what it names looked up.
#[derive(Clone, Copy)]
struct Case<'p> {
    facts: Facts<'p>,
    question: Question<'p>,
    place: &'p Environment,
    release: Option<&'p Release>,
    at: DateTime<Utc>,
}

/// What one judge found, and what it looked at.
type Found = (Vec<Obstacle>, Checked);

/// Every judge. Each sees the whole case and answers for all times from the instant on.
const JUDGES: &[fn(&Case<'_>) -> Found] = &[
    doubt::unreadable,
    doubt::unheard_of,
    times::freezes,
    times::windows,
    times::outages,
    times::maintenance,
    times::occupied,
    versions::hosted,
    versions::promoted,
    versions::soaked,
    versions::requirements,
    gates::passed,
    gates::approved,
];

/// Judges a deployment at an instant.
pub fn ask(facts: Facts<'_>, question: Question<'_>, at: DateTime<Utc>) -> Permission {
    let case = Case {
        facts,
        question,
        place: &facts.portfolio.environments[question.environment],
        release: question.release.map(|release| &facts.portfolio.releases[release]),
        at,
    };
    let (mut obstacles, mut checked) = (Vec::new(), Vec::new());
    for judge in JUDGES {
        let (found, what) = judge(&case);
        obstacles.extend(found);
        checked.push(what);
    }
    let blocked = Interval::merge(obstacles.iter().flat_map(|obstacle| &obstacle.times).copied().collect());
    let next_open = match blocked.iter().find(|stretch| stretch.contains(at)) {
        Some(stretch) => Some(stretch.end).filter(|end| *end <= at + LOOK_AHEAD && *end < always().end),
        None => Some(at),
    };
    let reasons: Vec<Reason> = obstacles.into_iter().filter_map(|obstacle| obstacle.reason(at)).collect();
    let next_block = blocked.iter().map(|stretch| stretch.start).find(|start| *start > at);
    Permission { allowed_until: next_block.filter(|_| reasons.is_empty()), reasons, next_open, checked }
}

impl Obstacle {
    fn reason(self, at: DateTime<Utc>) -> Option<Reason> {
        let until = self.times.iter().find(|stretch| stretch.contains(at))?.end;
        let until = Some(until).filter(|until| *until < always().end);
        Some(Reason { rule: self.rule, message: self.message, until, span: self.span, subject: self.subject })
    }
}

/// From the first instant there is up to one.
fn before(end: DateTime<Utc>) -> Option<Stretch> {
    Interval::new(always().start, end)
}

/// From an instant on, without end.
fn from(start: DateTime<Utc>) -> Option<Stretch> {
    Interval::new(start, always().end)
}

/// The release that brings a project to an environment, by index: of those that ship this version (any, without a version)
/// the one that goes there next. Without a version only releases that are open and do go there count; with one, what is over
/// or does not say that it goes there stands back. Cancelled releases bring nothing.
pub fn bringing(
    facts: Facts<'_>,
    project: &str,
    version: Option<&str>,
    environment: usize,
    at: DateTime<Utc>,
) -> Option<usize> {
    let portfolio = facts.portfolio;
    let wanted = version.map(canonical);
    let candidates = portfolio.releases.iter().enumerate().filter(|(_, release)| {
        let ships = release
            .scope
            .iter()
            .filter(|item| *item.project == *project)
            .any(|item| wanted.is_none() || item.version.as_ref().map(|version| canonical(version)) == wanted);
        ships && release.status() != Status::Cancelled
    });
    let ranked = candidates.filter_map(|(r, release)| {
        let there = there(facts, r, environment);
        let over = release.status().is_over();
        if version.is_none() && (over || there.is_none()) {
            return None;
        }
        let past = there.is_none_or(|there| there.end <= at);
        // Of what is to come the next, of what is past the last.
        let start = there.map_or(0, |there| there.start.timestamp());
        let key = (over, there.is_none(), release.status() == Status::Draft, past, if past { -start } else { start });
        Some((key, r))
    });
    ranked.min().map(|(_, r)| r)
}

/// When a release, or a composite it is part of, uses an environment: from the first to the last instant.
fn there(facts: Facts<'_>, release: usize, environment: usize) -> Option<Stretch> {
    let portfolio = facts.portfolio;
    let line: Vec<usize> = std::iter::once(release).chain(portfolio.ancestors(release)).collect();
    let booked = facts.occupancy.of(environment).iter();
    let booked =
        booked.filter(|booking| booking.release.is_some_and(|r| line.contains(&r))).map(|booking| booking.time);
    let planned = line.iter().flat_map(|&r| deployments::planned(portfolio, facts.schedule, r));
    let planned = planned.filter(|deployment| deployment.environment == environment);
    let all: Vec<Stretch> = booked.chain(planned.map(|deployment| deployment.time.stretch())).collect();
    Interval::new(all.iter().map(|time| time.start).min()?, all.iter().map(|time| time.end).max()?)
}

/// The version that a release, or the composite it is part of, ships of a project.
fn shipped_with<'p>(portfolio: &'p Portfolio, release: usize, project: &str) -> Option<&'p str> {
    let outermost = portfolio.ancestors(release).last().copied().unwrap_or(release);
    let own = portfolio.releases[release].scope.iter();
    let all = own.chain(promotion::scope(portfolio, outermost));
    all.filter(|item| *item.project == *project).find_map(|item| item.version.as_deref())
}

/// `1 freeze`, `2 freezes`, `no freeze`.
fn count(number: usize, one: &str) -> String {
    match number {
        0 => format!("no {one}"),
        1 => format!("1 {one}"),
        number => format!("{number} {one}s"),
    }
}

#[cfg(test)]
mod tests;
