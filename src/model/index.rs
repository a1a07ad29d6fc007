//! The portfolio: every manifest, indexed by id.

use std::collections::{BTreeMap, HashSet};

use super::environment::Environment;
use super::portfolio::{Person, Settings, Team};
use super::project::Project;
use super::records::{Assessment, Change, Demand, Deployment, Incident, PipelineRun, Run};
use super::release::{Release, Status};
use super::train::Train;
use super::{Id, Identified, Manifest};
use crate::diagnostic::{Span, Subject};
use crate::time::calendar::WorkCalendar;
use chrono_tz::Tz;
use foldhash::HashMap;

/// Manifests of one kind, sorted by id.
#[derive(Debug, Clone)]
pub struct Table<T> {
    // In their boxes a large portfolio is put in order without moving the manifests themselves.
    items: Vec<Box<T>>,
    by_id: HashMap<Id, usize>,
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self { items: Vec::new(), by_id: HashMap::default() }
    }
}

impl<T: Identified> Table<T> {
    /// Sorts by id; of two with the same id the first stays, and the pair is noted.
    fn build(mut items: Vec<Box<T>>, duplicates: &mut Vec<Duplicate>) -> Self {
        items.sort_by(|a, b| a.id().cmp(b.id()).then(a.id().span.cmp(&b.id().span)));
        items.dedup_by(|later, first| {
            let same = later.id() == first.id();
            if same {
                duplicates.push(Duplicate {
                    subject: later.subject(),
                    first: first.id().span,
                    second: later.id().span,
                });
            }
            same
        });
        let by_id = items.iter().enumerate().map(|(index, item)| (item.id().clone(), index)).collect();
        Self { items, by_id }
    }
}

impl<T> Table<T> {
    /// The item with this id.
    pub fn get(&self, id: &str) -> Option<&T> {
        self.index(id).map(|index| &*self.items[index])
    }

    /// The place of an id in the order of ids.
    pub fn index(&self, id: &str) -> Option<usize> {
        self.by_id.get(id).copied()
    }

    /// The item at a place, to be changed; its id has to stay.
    pub fn at_mut(&mut self, index: usize) -> Option<&mut T> {
        self.items.get_mut(index).map(|item| &mut **item)
    }

    /// Whether there is such an id.
    pub fn contains(&self, id: &str) -> bool {
        self.by_id.contains_key(id)
    }

    /// Every item, sorted by id.
    pub fn iter(&self) -> Items<'_, T> {
        Items(self.items.iter())
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }
}

impl<T> std::ops::Index<usize> for Table<T> {
    type Output = T;

    fn index(&self, index: usize) -> &T {
        &self.items[index]
    }
}

impl<'a, T> IntoIterator for &'a Table<T> {
    type Item = &'a T;
    type IntoIter = Items<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// The items of a [`Table`], sorted by id.
#[derive(Debug, Clone)]
pub struct Items<'a, T>(std::slice::Iter<'a, Box<T>>);

impl<'a, T> Iterator for Items<'a, T> {
    type Item = &'a T;

    fn next(&mut self) -> Option<&'a T> {
        self.0.next().map(|item| &**item)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl<T> ExactSizeIterator for Items<'_, T> {}

/// Two manifests of one kind with the same id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Duplicate {
    /// What stands twice.
    pub subject: Subject,
    /// The id that counts.
    pub first: Span,
    /// The id that is left out.
    pub second: Span,
}

/// A comment that allows a rule's finding: `# relm: allow RULE — reason`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allow {
    /// The rule.
    pub rule: String,
    /// Why; empty when none is given.
    pub reason: String,
    /// The path of the file, relative to the portfolio root.
    pub path: String,
    /// The comment.
    pub span: Span,
    /// The first byte of the line it speaks of: the next one that is no comment.
    pub target_start: u32,
    /// The first byte after that line.
    pub target_end: u32,
}

/// What could not be understood: findings that would only follow from it are not reported.
#[derive(Debug, Clone)]
pub struct Damage {
    /// Ids that documents which were left out seem to have.
    ids: HashSet<String>,
    /// Places of faults, sorted.
    spans: Vec<Span>,
    /// The words of the files with faults; none when there is a file whose words nobody knows.
    words: Option<HashSet<Box<str>>>,
}

impl Default for Damage {
    fn default() -> Self {
        Self::new(Vec::new(), HashSet::new(), Some(HashSet::new()))
    }
}

impl Damage {
    /// Collects the places of faults, the ids of documents that were left out, and the words of the files with faults, which
    /// are none when a file could not be read as text.
    pub fn new(mut spans: Vec<Span>, ids: HashSet<String>, words: Option<HashSet<Box<str>>>) -> Self {
        spans.sort_unstable();
        Self { ids, spans, words }
    }

    /// Whether something that was not understood may name this id.
    pub fn may_name(&self, id: &str) -> bool {
        self.words.as_ref().is_none_or(|words| words.contains(id))
    }

    /// Whether anything was not understood.
    pub fn is_any(&self) -> bool {
        self.is_dark() || !self.spans.is_empty() || !self.ids.is_empty()
    }

    /// Whether there is a file that could not be read at all, so that it may hold anything.
    pub fn is_dark(&self) -> bool {
        self.words.is_none()
    }

    /// Whether a document that was left out seems to have this id.
    pub fn lost(&self, id: &str) -> bool {
        self.ids.contains(id)
    }

    /// Whether something inside the span was not understood.
    pub fn touches(&self, span: Span) -> bool {
        let from = self.spans.partition_point(|fault| (fault.file, fault.start) < (span.file, span.start));
        self.spans.get(from).is_some_and(|fault| fault.file == span.file && fault.start <= span.end())
    }
}

/// The working calendars of a portfolio.
#[derive(Debug, Clone, Default)]
pub struct Calendars {
    default: WorkCalendar,
    named: BTreeMap<String, WorkCalendar>,
}

impl Calendars {
    /// Calendars by name; `default` is Monday to Friday unless it is among them.
    pub fn new(mut named: BTreeMap<String, WorkCalendar>) -> Self {
        let default = named.remove("default").unwrap_or_default();
        Self { default, named }
    }

    /// The default calendar.
    pub fn default_calendar(&self) -> &WorkCalendar {
        &self.default
    }

    /// A calendar by name; the default when there is no such name.
    pub fn get(&self, name: Option<&str>) -> &WorkCalendar {
        name.and_then(|name| self.named.get(name)).unwrap_or(&self.default)
    }

    /// Whether a calendar of this name can be used.
    pub fn contains(&self, name: &str) -> bool {
        name == "default" || self.named.contains_key(name)
    }

    /// The names that can be used.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        std::iter::once("default").chain(self.named.keys().map(String::as_str))
    }
}

/// A portfolio with so many releases is large.
const WORTH_THREADS: usize = 64;

/// Every manifest, indexed. The rest of the program reads this and nothing else.
#[derive(Debug, Clone)]
pub struct Portfolio {
    /// The settings; those of an empty `relm.yaml` when it could not be read.
    pub settings: Settings,
    /// The time zone.
    pub zone: Tz,
    /// The working calendars.
    pub calendars: Calendars,
    /// Projects.
    pub projects: Table<Project>,
    /// Environments.
    pub environments: Table<Environment>,
    /// Releases.
    pub releases: Table<Release>,
    /// Trains.
    pub trains: Table<Train>,
    /// Changes.
    pub changes: Table<Change>,
    /// Assessments.
    pub assessments: Table<Assessment>,
    /// Demand.
    pub demands: Table<Demand>,
    /// Runs.
    pub runs: Table<Run>,
    /// Deployments, in the order of files.
    pub deployments: Vec<Deployment>,
    /// Incidents, in the order of files.
    pub incidents: Vec<Incident>,
    /// Pipeline runs, in the order of files.
    pub pipelines: Vec<PipelineRun>,
    /// Ids that stand twice.
    pub duplicates: Vec<Duplicate>,
    /// What could not be understood.
    pub damage: Damage,
    /// Comments that allow findings, by place.
    pub allows: Vec<Allow>,
    /// The children of each release, by index into `releases`.
    children: Vec<Vec<usize>>,
    /// The parent of each release, by index; without the link that closes a circle.
    parents: Vec<Option<usize>>,
    /// People and teams, by index into the settings; of two with one id the first.
    people: HashMap<Id, usize>,
    teams: HashMap<Id, usize>,
}

impl Portfolio {
    /// Indexes manifests, which are in the order of files.
    pub fn new(settings: Settings, manifests: Vec<Manifest>, calendars: Calendars) -> Self {
        let (mut projects, mut environments, mut releases, mut trains) = (vec![], vec![], vec![], vec![]);
        let (mut changes, mut assessments, mut demands, mut runs) = (vec![], vec![], vec![], vec![]);
        let (mut deployments, mut incidents, mut pipelines) = (vec![], vec![], vec![]);
        for manifest in manifests {
            match manifest {
                Manifest::Portfolio(_) => {}
                Manifest::Project(item) => projects.push(item),
                Manifest::Environment(item) => environments.push(item),
                Manifest::Release(item) => releases.push(item),
                Manifest::Train(item) => trains.push(item),
                Manifest::Change(item) => changes.push(item),
                Manifest::Assessment(item) => assessments.push(item),
                Manifest::Demand(item) => demands.push(item),
                Manifest::Run(item) => runs.push(item),
                Manifest::Deployments(log) => deployments.extend(log.entries),
                Manifest::Incidents(log) => incidents.extend(log.entries),
                Manifest::Pipelines(log) => pipelines.extend(log.entries),
            }
        }
        let mut duplicates = Vec::new();
        let zone = settings.timezone.as_ref().map_or(chrono_tz::UTC, |zone| zone.value);
        let releases = Table::build(releases, &mut duplicates);
        let children = children(&releases);
        let parents = parents(&releases);
        let people = first_by_id(settings.people.iter().map(|person| &person.id));
        let teams = first_by_id(settings.teams.iter().map(|team| &team.id));
        Self {
            settings,
            zone,
            calendars,
            projects: Table::build(projects, &mut duplicates),
            environments: Table::build(environments, &mut duplicates),
            releases,
            trains: Table::build(trains, &mut duplicates),
            changes: Table::build(changes, &mut duplicates),
            assessments: Table::build(assessments, &mut duplicates),
            demands: Table::build(demands, &mut duplicates),
            runs: Table::build(runs, &mut duplicates),
            deployments,
            incidents,
            pipelines,
            duplicates,
            damage: Damage::default(),
            allows: Vec::new(),
            children,
            parents,
            people,
            teams,
        }
    }

    /// Whether `relm.yaml` was not fully understood: what it seems to lack may be there.
    pub fn settings_doubtful(&self) -> bool {
        // The settings of an unreadable file stand nowhere.
        self.settings.span.len == 0 || self.damage.touches(self.settings.span)
    }

    /// Whether threads are worth starting: with fewer releases everything is judged sooner than they are ready.
    pub fn is_large(&self) -> bool {
        self.releases.len() >= WORTH_THREADS
    }

    /// The person with this id.
    pub fn person(&self, id: &str) -> Option<&Person> {
        self.people.get(id).map(|&index| &self.settings.people[index])
    }

    /// The team with this id.
    pub fn team(&self, id: &str) -> Option<&Team> {
        self.teams.get(id).map(|&index| &self.settings.teams[index])
    }

    /// The stage that is production: the last.
    pub fn production(&self) -> Option<&Id> {
        self.settings.stages.last()
    }

    /// The place of a stage in the order of promotion, from 0.
    pub fn stage_order(&self, stage: &str) -> Option<usize> {
        self.settings.stages.iter().position(|other| *other == *stage)
    }

    /// The stage of an environment, when both exist.
    pub fn stage_of(&self, environment: &str) -> Option<&Id> {
        self.environments.get(environment).map(|environment| &environment.stage)
    }

    /// Whether releases of this type are made in haste: those that may close their gates afterwards, and `emergency`.
    pub fn is_emergency(&self, release_type: &str) -> bool {
        let declared = self.settings.release_types.get(release_type);
        release_type == "emergency" || declared.is_some_and(|ty| ty.review_within.is_some())
    }

    /// Whether an environment belongs to the last stage.
    pub fn is_production(&self, environment: &str) -> bool {
        self.stage_of(environment).is_some_and(|stage| Some(stage) == self.production())
    }

    /// The zone in which times about an environment are read: its own, else the portfolio's.
    pub fn zone_of(&self, environment: &Environment) -> Tz {
        environment.timezone.as_ref().map_or(self.zone, |zone| zone.value)
    }

    /// The same by the id of the environment; the portfolio's where there is no such environment.
    pub fn zone_at(&self, environment: &str) -> Tz {
        self.environments.get(environment).map_or(self.zone, |environment| self.zone_of(environment))
    }

    /// The releases that name this one as `part_of`, by index, sorted by id.
    pub fn children(&self, release: usize) -> &[usize] {
        self.children.get(release).map_or(&[], Vec::as_slice)
    }

    /// A release and everything below it, each once, by index; a release that is part of itself ends there.
    pub fn family(&self, release: usize) -> Vec<usize> {
        let mut family = vec![release];
        // Most releases have no parts, and this is asked of every gate.
        if self.children(release).is_empty() {
            return family;
        }
        let mut seen = HashSet::from([release]);
        let mut next = 0;
        while let Some(&at) = family.get(next) {
            family.extend(self.children(at).iter().filter(|&&child| seen.insert(child)));
            next += 1;
        }
        family
    }

    /// The release's parents, nearest first, by index; ends at a parent that does not exist. Of parents that run in a
    /// circle one link counts for nothing.
    pub fn ancestors(&self, release: usize) -> Vec<usize> {
        std::iter::successors(self.parents[release], |&parent| self.parents[parent]).collect()
    }

    /// The calendar a release's slack and durations are counted in.
    pub fn release_calendar(&self, release: &Release) -> &WorkCalendar {
        self.calendars.get(release.calendar.as_deref())
    }

    /// The calendar of a phase: its team's, else the release's, else the default.
    pub fn phase_calendar(&self, release: &Release, team: Option<&Id>) -> &WorkCalendar {
        let team = team.and_then(|team| self.team(team)).and_then(|team| team.calendar.as_deref());
        self.calendars.get(team.or(release.calendar.as_deref()))
    }
}

fn first_by_id<'s>(ids: impl Iterator<Item = &'s Id>) -> HashMap<Id, usize> {
    let mut first = HashMap::default();
    for (index, id) in ids.enumerate() {
        first.entry(id.clone()).or_insert(index);
    }
    first
}

fn parents(releases: &Table<Release>) -> Vec<Option<usize>> {
    let mut parents: Vec<Option<usize>> =
        releases.iter().map(|release| release.part_of.as_ref().and_then(|id| releases.index(id))).collect();
    // The walk on which a release was first met, from 1.
    let mut walks = vec![0; parents.len()];
    for start in 0..parents.len() {
        let mut at = start;
        while walks[at] == 0 {
            walks[at] = start + 1;
            match parents[at] {
                Some(parent) if walks[parent] == start + 1 => parents[at] = None,
                Some(parent) => at = parent,
                None => {}
            }
        }
    }
    parents
}

fn children(releases: &Table<Release>) -> Vec<Vec<usize>> {
    let mut children = vec![Vec::new(); releases.len()];
    for (index, release) in releases.iter().enumerate() {
        if let Some(parent) = release.part_of.as_ref().and_then(|id| releases.index(id)) {
            children[parent].push(index);
        }
    }
    children
}

impl Release {
    /// Where the release stands; draft unless it says otherwise.
    pub fn status(&self) -> Status {
        self.status.as_ref().map_or(Status::Draft, |status| status.value)
    }

    /// Who yields when two compete: 0 to 100, default 50.
    pub fn priority(&self) -> u32 {
        self.priority.as_ref().map_or(50, |priority| priority.0)
    }
}

impl Environment {
    /// Units that can be used at once, default 1.
    pub fn capacity(&self) -> u32 {
        self.capacity.as_ref().map_or(1, |capacity| capacity.value.0)
    }

    /// Whether a project can run here; an environment that names none hosts all.
    pub fn hosts(&self, project: &str) -> bool {
        self.projects.as_ref().is_none_or(|projects| projects.iter().any(|id| **id == *project))
    }
}
