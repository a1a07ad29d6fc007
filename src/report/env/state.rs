//! The view of `relm env state`: which version of what is installed where.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::{Input, Moment, Source};
use crate::analysis::installed::{Drift, Installation, Installed};
use crate::model::version::compare;
use crate::report::Header;
use crate::time::When;

/// The name and version of [`State`]'s shape.
pub const SCHEMA: &str = "relm.env.state/1";

/// What `relm env state` shows.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct State {
    /// Schema, day and revision.
    #[serde(flatten)]
    pub header: Header,
    /// The portfolio's name.
    pub portfolio: Option<String>,
    /// The environments that were asked for, in the order of promotion, then by id.
    pub environments: Vec<EnvironmentState>,
    /// Every project that is installed in one of them, by id.
    pub projects: Vec<String>,
    /// Where two environments differ; null unless two were asked for by name.
    pub differences: Option<Vec<Difference>>,
    /// Where the records differ from what releases say.
    pub drift: Vec<DriftView>,
}

/// What is installed in one environment.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct EnvironmentState {
    /// The id.
    pub id: String,
    /// The stage it belongs to.
    pub stage: String,
    /// The instant this holds for; a day or time without an offset is meant in the zone of the environment.
    pub at: Moment,
    /// Whether there are records of it up to then: without them nothing is known.
    pub recorded: bool,
    /// What is installed, by project.
    pub installed: Vec<InstalledView>,
}

/// A version that is installed, by the last deployment that succeeded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct InstalledView {
    /// The project.
    pub project: String,
    /// The version.
    pub version: String,
    /// When the deployment finished.
    pub since: Moment,
    /// The id of its record.
    pub deployment: Option<String>,
    /// The release that its record names.
    pub release: Option<String>,
    /// Where it is written.
    pub source: Option<Source>,
}

/// A project that is not the same in two environments.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Difference {
    /// The project.
    pub project: String,
    /// What the first has; null when it has none.
    pub first: Option<InstalledView>,
    /// What the second has; null when it has none.
    pub second: Option<InstalledView>,
    /// Which has the later version: `first` or `second`; null when one has none.
    pub newer: Option<&'static str>,
}

/// A record that differs from what a release says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct DriftView {
    /// The environment.
    pub environment: String,
    /// The project.
    pub project: String,
    /// The version that the release says.
    pub expected: String,
    /// The release.
    pub release: String,
    /// The phase that installs it.
    pub phase: String,
    /// When the phase begins.
    pub from: Moment,
    /// What is there by the records; null when it was never installed there.
    pub found: Option<InstalledView>,
    /// Where the version of the release is written.
    pub source: Option<Source>,
}

impl State {
    /// The view of these environments, by index, at a time, now without one. `compare` tells whether two environments were
    /// named to be compared.
    pub fn new(header: Header, input: &Input<'_>, environments: &[usize], time: Option<When>, compare: bool) -> Self {
        let installed = Installed::new(input.portfolio);
        let states: Vec<EnvironmentState> =
            environments.iter().map(|&index| EnvironmentState::new(input, &installed, index, time)).collect();
        let projects: BTreeSet<&String> =
            states.iter().flat_map(|state| &state.installed).map(|entry| &entry.project).collect();
        let differences = match &states[..] {
            [first, second] if compare => Some(differences(input, first, second)),
            _ => None,
        };
        Self {
            header,
            portfolio: input.portfolio.settings.common.name().map(str::to_owned),
            projects: projects.into_iter().cloned().collect(),
            differences,
            drift: drift(input, &installed, environments, time),
            environments: states,
        }
    }
}

impl EnvironmentState {
    /// What is installed in an environment at a time, now without one.
    pub fn new(input: &Input<'_>, installed: &Installed<'_>, index: usize, time: Option<When>) -> Self {
        let (environment, zone) = input.environment(index);
        let at = instant(input, index, time);
        let there = installed.all_at(&environment.id, at);
        Self {
            id: environment.id.to_string(),
            stage: environment.stage.to_string(),
            at: Moment::new(at, zone),
            recorded: installed.recorded_since(&environment.id).is_some_and(|since| since <= at),
            installed: there.into_iter().map(|entry| view(input, index, entry)).collect(),
        }
    }
}

fn instant(input: &Input<'_>, index: usize, time: Option<When>) -> DateTime<Utc> {
    time.map_or(input.clock.now, |time| time.instant(input.environment(index).1))
}

fn view(input: &Input<'_>, index: usize, entry: Installation<'_>) -> InstalledView {
    let record = entry.record;
    InstalledView {
        project: record.project.to_string(),
        version: record.version.to_string(),
        since: Moment::new(entry.at, input.environment(index).1),
        deployment: record.id.as_ref().map(ToString::to_string),
        release: record.release.as_ref().map(ToString::to_string),
        source: input.source(record.version.span),
    }
}

/// What two environments do not have alike, by project. One that does not host a project need not have it.
fn differences(input: &Input<'_>, first: &EnvironmentState, second: &EnvironmentState) -> Vec<Difference> {
    let mut pairs: BTreeMap<&str, Pair<'_>> = BTreeMap::new();
    first.installed.iter().for_each(|entry| pairs.entry(&entry.project).or_default().0 = Some(entry));
    second.installed.iter().for_each(|entry| pairs.entry(&entry.project).or_default().1 = Some(entry));
    let hosts = |state: &EnvironmentState, project: &str| {
        input.portfolio.environments.get(&state.id).is_some_and(|environment| environment.hosts(project))
    };
    let differs = |(project, (one, other)): (&str, Pair<'_>)| {
        let newer = match one.zip(other).map(|(one, other)| compare(&one.version, &other.version)) {
            Some(Ordering::Equal) => return None,
            Some(Ordering::Greater) => Some("first"),
            Some(Ordering::Less) => Some("second"),
            None if !(hosts(first, project) && hosts(second, project)) => return None,
            None => None,
        };
        Some(Difference { project: project.to_owned(), first: one.cloned(), second: other.cloned(), newer })
    };
    pairs.into_iter().filter_map(differs).collect()
}

type Pair<'v> = (Option<&'v InstalledView>, Option<&'v InstalledView>);

/// Where the records of these environments differ from what releases say, in the order of environments and projects.
pub fn drift(
    input: &Input<'_>,
    installed: &Installed<'_>,
    environments: &[usize],
    time: Option<When>,
) -> Vec<DriftView> {
    let mut by_instant: BTreeMap<DateTime<Utc>, Vec<Drift<'_>>> = BTreeMap::new();
    let mut found = Vec::new();
    for &index in environments {
        let at = instant(input, index, time);
        let all = by_instant.entry(at).or_insert_with(|| installed.drift(input.portfolio, input.schedule, at));
        let (environment, zone) = input.environment(index);
        for drift in all.iter().filter(|drift| *drift.promise.environment == *environment.id) {
            let Some(expected) = &drift.promise.item.version else { continue };
            let release = &input.portfolio.releases[drift.promise.release];
            found.push(DriftView {
                environment: environment.id.to_string(),
                project: drift.promise.item.project.to_string(),
                expected: expected.to_string(),
                release: release.id.to_string(),
                phase: release.phases[drift.promise.phase].id.to_string(),
                from: Moment::new(drift.promise.from, zone),
                found: drift.found.map(|entry| view(input, index, entry)),
                source: input.source(expected.span),
            });
        }
    }
    found
}
