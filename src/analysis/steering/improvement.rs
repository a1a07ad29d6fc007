//! Improvement: the actions that retrospectives agreed on, and what each did to the metric it should move.
//!
//! *Before* is the written baseline, else the metric over so many days up to the end of the release. *After* is the metric over
//! as many days from the day after the action was done, as far as they have passed.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::analysis::metrics::{
    Base, By, Definition, Goal, Measured, Members, Period, Scope, Subject, Unit, Verdict, find, verdict,
};
use crate::choice;
use crate::model::Id;
use crate::model::release::{Action, ActionStatus};
use crate::model::scalar::{Comparison, Threshold};
use crate::time::plus_days;

/// With fewer records a median or a share says nothing.
pub const LEAST_RECORDS: usize = 3;
/// Before such a part of the days has passed it is too early to judge.
pub const LEAST_PART: i64 = 3;

/// When an action became done, as the history tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completion {
    /// The release, by id.
    pub release: String,
    /// The action, by id.
    pub action: String,
    /// The day of the commit; of what is not committed, today.
    pub day: NaiveDate,
    /// The commit; none for what is not committed.
    pub commit: Option<String>,
}

choice! {
    /// How the day is known on which an action was done.
    pub enum Known {
        /// A commit set it to done.
        Commit = "commit",
        /// It is set to done in the work tree and not committed.
        WorkTree = "work-tree",
        /// Nothing tells; its due date is taken.
        Due = "due",
        /// Nothing tells, and it has no due date; the end of the release is taken.
        ReleaseEnd = "release-end",
    }
}

choice! {
    /// Where an action stands.
    pub enum Standing {
        /// To do, and its last day is over.
        Overdue = "overdue",
        /// To do.
        Open = "open",
        /// Done.
        Done = "done",
        /// Given up.
        Dropped = "dropped",
    }
}

choice! {
    /// What an action did to its metric.
    pub enum Outcome {
        /// The metric went the way it should.
        Better = "better",
        /// It went the other way.
        Worse = "worse",
        /// It is as it was.
        Same = "same",
        /// It moved, and nobody says which way is better.
        Moved = "moved",
        /// Too few days have passed since.
        TooEarly = "too-early",
        /// Too few records were made, before or since.
        TooFew = "too-few",
        /// There is no value before or since.
        NoData = "no-data",
        /// The action is not done.
        NotDone = "not-done",
    }
}

/// The day on which an action was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finished {
    /// The day.
    pub day: NaiveDate,
    /// How it is known.
    pub known: Known,
    /// The commit.
    pub commit: Option<String>,
}

/// A value before or after.
#[derive(Debug, Clone, PartialEq)]
pub struct Side {
    /// The value.
    pub value: Option<f64>,
    /// The days it is measured over; none when it is written.
    pub period: Option<Period>,
    /// What it is made from; empty when it is written.
    pub measured: Measured,
}

/// What an action did to its metric.
#[derive(Debug, Clone)]
pub struct Effect<'p> {
    /// The metric.
    pub definition: &'static Definition,
    /// The projects it is measured for; empty: for the portfolio, because it cannot be told apart by project, or the release
    /// ships none.
    pub projects: Vec<&'p Id>,
    /// Before.
    pub before: Side,
    /// Since; of an action that is not done the value over the days up to today.
    pub after: Option<Side>,
    /// What it did.
    pub outcome: Outcome,
    /// Whether the value since is as wanted; none without a target, and while nobody can judge.
    pub reached: Option<bool>,
}

/// The metric that an action should move.
#[derive(Debug, Clone)]
pub enum Aim<'p> {
    /// It names none.
    Unnamed,
    /// It names one that does not exist.
    Unknown(&'p Id),
    /// It names one.
    Metric(Box<Effect<'p>>),
}

/// An action and how far it got.
#[derive(Debug, Clone)]
pub struct Progress<'p> {
    /// The release, by index.
    pub release: usize,
    /// The action.
    pub action: &'p Action,
    /// Where it stands.
    pub standing: Standing,
    /// When it was done; none when it is not, or nothing gives a day.
    pub finished: Option<Finished>,
    /// What it should move.
    pub aim: Aim<'p>,
}

/// Where an action stands on a day.
pub fn standing(action: &Action, today: NaiveDate) -> Standing {
    match action.status {
        Some(ActionStatus::Done) => Standing::Done,
        Some(ActionStatus::Dropped) => Standing::Dropped,
        None | Some(ActionStatus::Open) if action.due.as_ref().is_some_and(|due| due.value < today) => {
            Standing::Overdue
        }
        None | Some(ActionStatus::Open) => Standing::Open,
    }
}

/// The actions of a release.
pub fn actions<'p>(base: &Base<'p>, release: usize) -> &'p [Action] {
    base.portfolio().releases[release].retrospective.as_ref().map_or(&[][..], |it| &it.actions)
}

/// The actions of these releases, by index: overdue, open, done and dropped ones, each the earliest first, done ones the latest.
/// Values are measured over so many days.
pub fn progress<'p>(base: &Base<'p>, releases: &[usize], completions: &[Completion], days: i64) -> Vec<Progress<'p>> {
    let all = Members::all(base);
    let measure = Measure { base, groups: all.groups(base, By::Project), all, days };
    let mut found: Vec<Progress<'p>> = Vec::new();
    for &release in releases {
        for action in actions(base, release) {
            let standing = standing(action, base.today());
            let finished = (standing == Standing::Done).then(|| finished(base, release, action, completions)).flatten();
            let aim = measure.aim(release, action, standing, finished.as_ref());
            found.push(Progress { release, action, standing, finished, aim });
        }
    }
    found.sort_by_key(|it| {
        let due = it.action.due.as_ref().map(|due| due.value);
        let late_first = it.finished.as_ref().map(|finished| Reverse(finished.day));
        (it.standing, late_first, due.is_none(), due)
    });
    found
}

/// The last day of a release: as it was, else as planned.
fn release_end(base: &Base<'_>, release: usize) -> Option<NaiveDate> {
    let manifest = &base.portfolio().releases[release];
    let actual = manifest.actual.as_ref().and_then(|actual| actual.end.as_ref()).map(|end| end.value);
    let planned = || base.schedule().releases[release].planned_end.filter(|end| *end <= base.today());
    actual.or_else(planned)
}

fn finished(base: &Base<'_>, release: usize, action: &Action, completions: &[Completion]) -> Option<Finished> {
    let id = &*base.portfolio().releases[release].id;
    if let Some(told) = completions.iter().find(|it| it.release == *id && it.action == *action.id) {
        let known = if told.commit.is_some() { Known::Commit } else { Known::WorkTree };
        return Some(Finished { day: told.day, known, commit: told.commit.clone() });
    }
    let due = action.due.as_ref().map(|due| (due.value.min(base.today()), Known::Due));
    let (day, known) = due.or_else(|| Some((release_end(base, release)?, Known::ReleaseEnd)))?;
    Some(Finished { day, known, commit: None })
}

struct Measure<'b, 'p> {
    base: &'b Base<'p>,
    all: Members,
    groups: BTreeMap<String, Members>,
    days: i64,
}

impl<'p> Measure<'_, 'p> {
    fn aim(&self, release: usize, action: &'p Action, standing: Standing, finished: Option<&Finished>) -> Aim<'p> {
        let Some(metric) = &action.metric else { return Aim::Unnamed };
        match find(metric) {
            None => Aim::Unknown(metric),
            Some(definition) => Aim::Metric(Box::new(self.effect(definition, release, action, standing, finished))),
        }
    }

    fn effect(
        &self,
        definition: &'static Definition,
        release: usize,
        action: &Action,
        standing: Standing,
        finished: Option<&Finished>,
    ) -> Effect<'p> {
        let projects = self.projects(definition, release);
        let members = if projects.is_empty() {
            self.all.clone()
        } else {
            Members::union(projects.iter().filter_map(|project| self.groups.get(project.as_str())))
        };
        let today = self.base.today();
        let over = |period: Period| {
            let measured = (definition.measure)(&Scope { base: self.base, members: &members, period });
            Side { value: measured.value, period: Some(period), measured }
        };
        let before = action.baseline.map_or_else(
            || {
                let until = release_end(self.base, release).unwrap_or(today);
                over(Period { since: plus_days(until, 1 - self.days), until })
            },
            |written| Side { value: Some(written), period: None, measured: Measured::default() },
        );
        let is_done = standing == Standing::Done;
        let since = if is_done {
            finished.map_or(today, |finished| plus_days(finished.day, 1))
        } else {
            plus_days(today, 1 - self.days)
        };
        let after = Period::new(since, plus_days(since, self.days - 1).min(today)).map(over);
        let outcome = if is_done { self.outcome(definition, &before, after.as_ref()) } else { Outcome::NotDone };
        let can_judge = !matches!(outcome, Outcome::TooEarly | Outcome::TooFew | Outcome::NotDone);
        let value = after.as_ref().and_then(|after| after.value).filter(|_| can_judge);
        let reached = value.zip(action.target).and_then(|(value, target)| reaches(definition, value, target));
        Effect { definition, projects, before, after, outcome, reached }
    }

    /// The projects of a release and of what is part of it, where the metric can be told apart by them.
    fn projects(&self, definition: &Definition, release: usize) -> Vec<&'p Id> {
        if !By::Project.splits(definition.subject) {
            return Vec::new();
        }
        let portfolio = self.base.portfolio();
        let family = portfolio.family(release).into_iter();
        let mut projects: Vec<&'p Id> =
            family.flat_map(|release| &portfolio.releases[release].scope).map(|item| &item.project).collect();
        projects.sort_unstable();
        projects.dedup();
        projects
    }

    fn outcome(&self, definition: &Definition, before: &Side, after: Option<&Side>) -> Outcome {
        let passed = after.and_then(|after| after.period).map_or(0, |period| period.days());
        let Some(after) = after.filter(|_| passed * LEAST_PART >= self.days) else { return Outcome::TooEarly };
        let (Some(then), Some(now)) = (before.value, after.value) else { return Outcome::NoData };
        let is_thin = |side: &Side| side.period.is_some() && side.measured.population < LEAST_RECORDS;
        if takes_records(definition) && (is_thin(before) || is_thin(after)) {
            return Outcome::TooFew;
        }
        let change = now - then;
        if change.abs() < 1e-9 {
            return Outcome::Same;
        }
        match definition.goal {
            Goal::More if change > 0.0 => Outcome::Better,
            Goal::Less if change < 0.0 => Outcome::Better,
            Goal::Neither => Outcome::Moved,
            Goal::More | Goal::Less => Outcome::Worse,
        }
    }
}

/// Whether few records make a value doubtful: of what is counted they are the value itself.
fn takes_records(definition: &Definition) -> bool {
    let is_count = matches!(definition.unit, Unit::Count | Unit::PerWeek) || definition.id.starts_with("slip_");
    !is_count && !matches!(definition.subject, Subject::Environment | Subject::Portfolio)
}

/// Whether a value is as good as the target, or better.
fn reaches(definition: &Definition, value: f64, target: f64) -> Option<bool> {
    let comparison = match definition.goal {
        Goal::More => Comparison::AtLeast,
        Goal::Less => Comparison::AtMost,
        Goal::Neither => return None,
    };
    let bound = Threshold { comparison, value: target, is_time: false };
    Some(verdict(definition.unit, Some(value), bound) == Verdict::Met)
}
