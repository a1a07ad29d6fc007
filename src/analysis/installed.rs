//! Which version of which project is installed where: by the records of deployments, and by what releases say.
//!
//! A deployment counts when it succeeded; one that failed, was called off or was taken back leaves what was there. Times
//! are read in the zone of the environment.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

use chrono::{DateTime, NaiveDate, Utc};

use super::promotion;
use super::schedule::Schedule;
use crate::diagnostic::Span;
use crate::model::Portfolio;
use crate::model::environment::Use;
use crate::model::records::{Deployment, DeploymentResult};
use crate::model::release::{ScopeItem, Status};
use crate::model::version::canonical;
use crate::time::When;

/// A successful deployment.
#[derive(Debug, Clone, Copy)]
pub struct Installation<'p> {
    /// When it finished.
    pub at: DateTime<Utc>,
    /// The record.
    pub record: &'p Deployment,
}

impl Installation<'_> {
    /// The day on which the deployment began, in the zone of the environment; the day it finished where the record does
    /// not say.
    pub fn day(&self, portfolio: &Portfolio) -> NaiveDate {
        let began = self.record.started.as_ref().unwrap_or(&self.record.at);
        match began.value {
            When::Date(day) => day,
            when => {
                let zone = portfolio.zone_at(&self.record.environment);
                when.instant(zone).with_timezone(&zone).date_naive()
            }
        }
    }
}

/// What the records say of every environment at any time.
#[derive(Debug, Default)]
pub struct Installed<'p> {
    /// By environment, project and time; of one instant the later record is last.
    entries: Vec<Installation<'p>>,
    /// Where the entries of a project in an environment are.
    places: HashMap<&'p str, BTreeMap<&'p str, Range<usize>>>,
    projects: HashMap<&'p str, Stages<'p>>,
    /// Since when there are records of an environment, of any project and however the deployments ended.
    environments: HashMap<&'p str, DateTime<Utc>>,
    /// The same for each stage.
    stages: HashMap<usize, DateTime<Utc>>,
}

/// What the records say of a project; stages by their place in the order of promotion.
#[derive(Debug, Default)]
struct Stages<'p> {
    /// The first installation of each version in each stage; versions in their canonical form.
    arrivals: HashMap<String, BTreeMap<usize, Installation<'p>>>,
    /// Since when there are records of a stage, however the deployments ended.
    kept: HashMap<usize, DateTime<Utc>>,
}

impl<'p> Installed<'p> {
    /// Reads the records of a portfolio; the time is that of sorting them once.
    pub fn new(portfolio: &'p Portfolio) -> Self {
        let mut installed = Self::default();
        for record in &portfolio.deployments {
            let environment = record.environment.as_str();
            let at = record.at.value.instant(portfolio.zone_at(environment));
            earliest(&mut installed.environments, environment, at);
            if let Some(stage) = stage(portfolio, environment) {
                earliest(&mut installed.stages, stage, at);
                earliest(&mut installed.projects.entry(&record.project).or_default().kept, stage, at);
            }
            if record.result.value == DeploymentResult::Succeeded {
                installed.entries.push(Installation { at, record });
            }
        }
        installed.entries.sort_by_key(|entry| (&entry.record.environment, &entry.record.project, entry.at));
        let mut start = 0;
        for same in installed.entries.chunk_by(|a, b| key(a) == key(b)) {
            let (environment, project) = key(&same[0]);
            installed.places.entry(environment).or_default().insert(project, start..start + same.len());
            start += same.len();
        }
        for entry in &installed.entries {
            let (environment, project) = key(entry);
            let Some(stage) = stage(portfolio, environment) else { continue };
            let arrivals = &mut installed.projects.entry(project).or_default().arrivals;
            let known = arrivals.entry(canonical(&entry.record.version)).or_default().entry(stage).or_insert(*entry);
            if entry.at < known.at {
                *known = *entry;
            }
        }
        installed
    }

    /// Every successful deployment of a project to an environment, in order of time.
    pub fn history(&self, environment: &str, project: &str) -> &[Installation<'p>] {
        let range = self.places.get(environment).and_then(|projects| projects.get(project));
        range.map_or(&[], |range| &self.entries[range.clone()])
    }

    /// The same for every project of an environment, by project.
    pub fn histories(&self, environment: &str) -> impl Iterator<Item = &[Installation<'p>]> {
        let places = self.places.get(environment).into_iter().flat_map(BTreeMap::values);
        places.map(|range| &self.entries[range.clone()])
    }

    /// What is installed of a project in an environment at an instant: the last successful deployment that had finished.
    pub fn at(&self, environment: &str, project: &str, instant: DateTime<Utc>) -> Option<Installation<'p>> {
        last(self.history(environment, project), instant)
    }

    /// Everything that is installed in an environment at an instant, by project.
    pub fn all_at(&self, environment: &str, instant: DateTime<Utc>) -> Vec<Installation<'p>> {
        self.histories(environment).filter_map(|history| last(history, instant)).collect()
    }

    /// The first time that a version of a project was installed in each stage, by its place in the order of promotion; none
    /// where it was installed in none.
    pub fn arrivals(&self, project: &str, version: &str) -> Option<&BTreeMap<usize, Installation<'p>>> {
        self.projects.get(project)?.arrivals.get(&canonical(version))
    }

    /// The first time that a version of a project was installed in a stage.
    pub fn first(&self, stage: usize, project: &str, version: &str) -> Option<Installation<'p>> {
        self.arrivals(project, version)?.get(&stage).copied()
    }

    /// The first installation of every version of every project in each stage, by project, stage and time.
    pub fn firsts(&self) -> Vec<(usize, Installation<'p>)> {
        let all = self.projects.values().flat_map(|project| project.arrivals.values().flatten());
        let mut firsts: Vec<_> = all.map(|(stage, entry)| (*stage, *entry)).collect();
        firsts.sort_by_key(|(stage, entry)| (&entry.record.project, *stage, entry.at, entry.record.span));
        firsts
    }

    /// Since when there are records of a project in a stage, however the deployments ended.
    pub fn kept_since(&self, stage: usize, project: &str) -> Option<DateTime<Utc>> {
        self.projects.get(project)?.kept.get(&stage).copied()
    }

    /// Since when there are records of a stage, of any project and however the deployments ended.
    pub fn stage_recorded_since(&self, stage: usize) -> Option<DateTime<Utc>> {
        self.stages.get(&stage).copied()
    }

    /// Since when there are records of an environment, of any project and however the deployments ended.
    pub fn recorded_since(&self, environment: &str) -> Option<DateTime<Utc>> {
        self.environments.get(environment).copied()
    }

    /// Where the records at an instant differ from what releases say, by environment and project. Of environments without
    /// records nothing is said.
    pub fn drift(&self, portfolio: &'p Portfolio, schedule: &Schedule, now: DateTime<Utc>) -> Vec<Drift<'p>> {
        let mut last: BTreeMap<(&str, &str), Promise<'p>> = BTreeMap::new();
        for promise in promises(portfolio, schedule) {
            let counts = promise.has_begun && promise.from <= now;
            let is_recorded = || self.recorded_since(promise.environment).is_some_and(|since| since <= now);
            if counts && is_recorded() {
                let known = last.entry((promise.environment, &promise.item.project)).or_insert(promise);
                if (known.from, known.release) <= (promise.from, promise.release) {
                    *known = promise;
                }
            }
        }
        let differs = |promise: Promise<'p>| {
            let found = self.at(promise.environment, &promise.item.project, now);
            let version = promise.item.version.as_ref()?;
            let same = found.is_some_and(|found| canonical(&found.record.version) == canonical(version));
            let agreed = found.is_some_and(|found| found.at >= promise.from && is_planned(portfolio, found.record));
            (!same && !agreed).then_some(Drift { promise, found })
        };
        last.into_values().filter_map(differs).collect()
    }
}

fn key<'p>(entry: &Installation<'p>) -> (&'p str, &'p str) {
    (&entry.record.environment, &entry.record.project)
}

fn last<'p>(history: &[Installation<'p>], instant: DateTime<Utc>) -> Option<Installation<'p>> {
    let after = history.partition_point(|entry| entry.at <= instant);
    after.checked_sub(1).map(|index| history[index])
}

fn stage(portfolio: &Portfolio, environment: &str) -> Option<usize> {
    portfolio.stage_order(portfolio.stage_of(environment)?)
}

fn earliest<K: std::hash::Hash + Eq>(times: &mut HashMap<K, DateTime<Utc>>, key: K, at: DateTime<Utc>) {
    let known = times.entry(key).or_insert(at);
    *known = at.min(*known);
}

/// Whether the release that a record names says that it ships this version.
fn is_planned(portfolio: &Portfolio, record: &Deployment) -> bool {
    let release = record.release.as_ref().and_then(|id| portfolio.releases.get(id));
    let ships = |item: &ScopeItem| {
        item.project == record.project
            && item.version.as_ref().is_some_and(|version| canonical(version) == canonical(&record.version))
    };
    release.is_some_and(|release| release.scope.iter().any(ships))
}

/// What a release says will be installed: a version of its scope, by a phase that books an environment for `code`, or by
/// its deployment plan.
#[derive(Debug, Clone, Copy)]
pub struct Promise<'p> {
    /// The environment; it hosts the project.
    pub environment: &'p str,
    /// The project and the version.
    pub item: &'p ScopeItem,
    /// The release whose phase it is, by index. A composite installs what its parts ship.
    pub release: usize,
    /// The phase, by index.
    pub phase: usize,
    /// The midnight before the first day of the phase, as it was or else as planned.
    pub from: DateTime<Utc>,
    /// Whether it has come to it: the phase has begun, or the release is over.
    pub has_begun: bool,
    /// Whether the phase is over, so that what it installs should be there for good.
    pub has_ended: bool,
    /// The entry that books the environment.
    pub span: Span,
}

/// What the records say otherwise than a release does.
#[derive(Debug, Clone, Copy)]
pub struct Drift<'p> {
    /// What should be installed: the last that a phase was to install. It always names a version.
    pub promise: Promise<'p>,
    /// What is there by the records; none where the project was never installed there.
    pub found: Option<Installation<'p>>,
}

/// What releases that are agreed, under way or shipped say will be installed, in the order of releases and phases. Drafts
/// and what was cancelled say nothing.
pub fn promises<'p>(portfolio: &'p Portfolio, schedule: &Schedule) -> Vec<Promise<'p>> {
    let mut promises = Vec::new();
    for (r, release) in portfolio.releases.iter().enumerate() {
        let status = release.status();
        if matches!(status, Status::Draft | Status::Cancelled) {
            continue;
        }
        let scope = promotion::scope(portfolio, r);
        for (p, phase) in release.phases.iter().enumerate() {
            let Some(day) = promotion::start(portfolio, schedule, r, p) else { continue };
            let has_begun = status.is_over() || phase.has_begun();
            let has_ended = status.is_over() || phase.actual_end().is_some();
            for (environment, span) in installs_into(portfolio, r, p) {
                let from = crate::time::zone::start_of_day(day, portfolio.zone_at(environment));
                let hosted = |item: &&&ScopeItem| {
                    portfolio.environments.get(environment).is_some_and(|place| place.hosts(&item.project))
                };
                promises.extend(scope.iter().filter(hosted).map(|item| Promise {
                    environment,
                    item,
                    release: r,
                    phase: p,
                    from,
                    has_begun,
                    has_ended,
                    span,
                }));
            }
        }
    }
    promises
}

/// The environments that a phase installs something in: those it books for `code`. Where the deployment plan says which
/// environments of the last stage it goes to, a phase in the last stage installs there.
pub fn installs_into(portfolio: &Portfolio, release: usize, phase: usize) -> Vec<(&str, Span)> {
    let release = &portfolio.releases[release];
    let planned = release.deployment.as_ref().map_or(&[][..], |deployment| &deployment.environments);
    let booked = release.phases[phase].environments.iter();
    let mut places: Vec<(&str, Span)> =
        booked.filter(|used| used.r#use == Use::Code).map(|used| (used.id.as_str(), used.span)).collect();
    if !planned.is_empty() && places.iter().any(|(id, _)| portfolio.is_production(id)) {
        places.retain(|(id, _)| !portfolio.is_production(id));
        places.extend(planned.iter().map(|id| (id.as_str(), id.span)));
    }
    places
}

#[cfg(test)]
#[path = "installed_tests.rs"]
mod tests;
