//! What metrics are measured from, looked up once: deployments to production, what incidents they caused, gates as judged.

use std::cell::OnceCell;
use std::collections::{BTreeSet, HashMap, HashSet};

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;

use super::{Move, Record};
use crate::analysis::changes::Changes;
use crate::analysis::gates::{Gates, Judged};
use crate::analysis::occupancy::Occupancy;
use crate::analysis::schedule::Schedule;
use crate::analysis::usage::Uses;
use crate::model::facts::Repositories;
use crate::model::records::{Deployment, DeploymentReason, DeploymentResult, Incident};
use crate::model::release::Status;
use crate::model::{Id, Portfolio};
use crate::time::{When, zone};

/// What everything is measured from. The portfolio and the clock are those of the gates.
#[derive(Debug, Clone, Copy)]
pub struct Input<'p> {
    /// Where the gates stand, with the portfolio, what was learnt outside manifests, and the moment.
    pub gates: Gates<'p>,
    /// Who uses which environment when.
    pub occupancy: &'p Occupancy,
    /// How written dates of releases moved; none when nobody looked into the history.
    pub moves: Option<&'p [Move]>,
}

/// A record of a deployment to production.
#[derive(Debug, Clone)]
pub struct Shipped<'p> {
    /// The record.
    pub record: &'p Deployment,
    /// The day on which it finished, in the zone of its environment.
    pub day: NaiveDate,
    /// When it finished.
    pub at: DateTime<Utc>,
    /// The release it belongs to, by index.
    pub release: Option<usize>,
    /// The incidents it caused, by index.
    pub incidents: Vec<usize>,
    /// Why it counts for nothing.
    pub flaw: Option<String>,
}

/// What an incident says of its cause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cause {
    /// It names none.
    Unnamed,
    /// A deployment to production, by its place among those.
    Deployment(usize),
    /// Something that was not deployed to production.
    Elsewhere,
    /// Nobody can tell which deployment is meant, and why.
    Unknown(String),
}

/// A portfolio with what metrics look up.
#[derive(Debug)]
pub struct Base<'p> {
    /// What it was made from.
    pub input: Input<'p>,
    /// Deployments to production, by time and then by place. Those to environments nobody knows are among them, with a flaw.
    pub shipped: Vec<Shipped<'p>>,
    /// By incident.
    pub causes: Vec<Cause>,
    /// Changes with the releases that carry them.
    pub changes: Changes<'p>,
    gates: OnceCell<Vec<(usize, Judged<'p>)>>,
    /// By environment.
    uses: Vec<OnceCell<Uses>>,
    /// By release: the incidents that name it, or a deployment of it.
    blamed: HashMap<usize, Vec<usize>>,
}

impl<'p> Base<'p> {
    /// Looks everything up.
    pub fn new(input: Input<'p>) -> Self {
        let portfolio = input.gates.portfolio;
        let mut shipped = shipped(portfolio);
        let causes = causes(portfolio, &shipped);
        for (incident, cause) in causes.iter().enumerate() {
            if let Cause::Deployment(place) = cause {
                shipped[*place].incidents.push(incident);
            }
        }
        let changes = Changes::new(portfolio, input.gates.facts);
        let uses = portfolio.environments.iter().map(|_| OnceCell::new()).collect();
        let blamed = blamed(portfolio, &shipped, &causes);
        Self { input, shipped, causes, changes, gates: OnceCell::new(), uses, blamed }
    }

    /// The manifests.
    pub fn portfolio(&self) -> &'p Portfolio {
        self.input.gates.portfolio
    }

    /// When things happen.
    pub fn schedule(&self) -> &'p Schedule {
        self.input.gates.schedule
    }

    /// Today, in the portfolio's zone.
    pub fn today(&self) -> NaiveDate {
        self.input.gates.clock.today
    }

    /// The moment that everything is judged at.
    pub fn now(&self) -> DateTime<Utc> {
        self.input.gates.clock.now
    }

    /// What the repositories of projects say; none when nobody asked.
    pub fn repositories(&self) -> Option<&'p Repositories> {
        self.input.gates.facts.repositories.as_ref()
    }

    /// The gates of releases that are not called off, each with its release.
    pub fn gates(&self) -> &[(usize, Judged<'p>)] {
        self.gates.get_or_init(|| {
            let releases = self.portfolio().releases.iter().enumerate();
            let live = releases.filter(|(_, release)| release.status() != Status::Cancelled);
            live.flat_map(|(r, _)| self.input.gates.of(r).into_iter().map(move |gate| (r, gate))).collect()
        })
    }

    /// The gates of one release that is not called off.
    pub fn gates_of(&self, release: usize) -> impl Iterator<Item = &Judged<'p>> {
        let gates = self.gates();
        let from = gates.partition_point(|(owner, _)| *owner < release);
        gates[from..].iter().take_while(move |(owner, _)| *owner == release).map(|(_, gate)| gate)
    }

    /// How one environment is used.
    pub(super) fn uses(&self, environment: usize) -> &Uses {
        let look_up = || Uses::new(self.portfolio(), self.input.occupancy, environment);
        self.uses[environment].get_or_init(look_up)
    }

    /// The incidents that name a release or one of its parts, or a deployment of these, each once.
    pub(super) fn blamed_on(&self, release: usize) -> BTreeSet<usize> {
        let family = self.portfolio().family(release).into_iter();
        family.filter_map(|part| self.blamed.get(&part)).flatten().copied().collect()
    }

    /// The day on which an incident was noticed.
    pub fn incident_day(&self, incident: &Incident) -> NaiveDate {
        day_in(incident.opened.value, incident_zone(self.portfolio(), incident))
    }
}

/// The day a time lies on in a zone.
pub fn day_in(when: When, zone: Tz) -> NaiveDate {
    match when {
        When::Date(day) => day,
        When::Local(local) => local.date(),
        When::Fixed(_) => zone::local(when.instant(zone), zone).date(),
    }
}

/// The zone in which an incident is told.
pub fn incident_zone(portfolio: &Portfolio, incident: &Incident) -> Tz {
    incident.environment.as_ref().map_or(portfolio.zone, |environment| portfolio.zone_at(environment))
}

impl Shipped<'_> {
    /// Whether something was installed or tried: not one that was called off, nor one with a flaw.
    pub fn counts(&self) -> bool {
        self.flaw.is_none() && self.record.result.value != DeploymentResult::Aborted
    }

    /// Whether it ended well.
    pub fn succeeded(&self) -> bool {
        self.counts() && self.record.result.value == DeploymentResult::Succeeded
    }

    /// Whether it went back to what was there before.
    pub fn goes_back(&self) -> bool {
        self.record.reason == Some(DeploymentReason::Rollback)
    }

    /// The record it was made from.
    pub fn as_record(&self) -> Record {
        deployment_record(self.record)
    }
}

/// A deployment is known by its id, else by what was installed.
fn deployment_record(record: &Deployment) -> Record {
    let id = record.id.as_ref().map_or_else(|| format!("{}@{}", record.project, record.version), ToString::to_string);
    Record::new("deployment", id, record.span)
}

/// Whether manifests name a project; one whose manifest cannot be read is taken to be there.
pub fn is_known_project(portfolio: &Portfolio, project: &str) -> bool {
    portfolio.projects.contains(project) || portfolio.damage.lost(project)
}

fn shipped(portfolio: &Portfolio) -> Vec<Shipped<'_>> {
    let mut found: Vec<Shipped<'_>> = Vec::new();
    for record in &portfolio.deployments {
        let is_known = portfolio.environments.contains(&record.environment);
        if is_known && !portfolio.is_production(&record.environment) {
            continue;
        }
        let zone = portfolio.zone_at(&record.environment);
        let flaw = if !is_known {
            Some(format!("there is no environment `{}`", record.environment))
        } else if !is_known_project(portfolio, &record.project) {
            Some(format!("there is no project `{}`", record.project))
        } else {
            None
        };
        found.push(Shipped {
            record,
            day: day_in(record.at.value, zone),
            at: record.at.value.instant(zone),
            release: record.release.as_ref().and_then(|id| portfolio.releases.index(id)),
            incidents: Vec::new(),
            flaw,
        });
    }
    found.sort_by_key(|shipped| (shipped.at, shipped.record.span));
    found
}

/// The incidents that name each release, or a deployment of it.
fn blamed(portfolio: &Portfolio, shipped: &[Shipped<'_>], causes: &[Cause]) -> HashMap<usize, Vec<usize>> {
    let mut found: HashMap<usize, Vec<usize>> = HashMap::new();
    for (index, (incident, cause)) in portfolio.incidents.iter().zip(causes).enumerate() {
        let Some(named) = &incident.caused_by else { continue };
        // Who names a release blames that release, whatever it is that was deployed last.
        let blamed = match cause {
            Cause::Deployment(place) if shipped[*place].record.id.as_ref() == Some(named) => shipped[*place].release,
            Cause::Elsewhere => None,
            _ => portfolio.releases.index(named),
        };
        if let Some(release) = blamed {
            found.entry(release).or_default().push(index);
        }
    }
    found
}

/// What each incident names as its cause: a deployment; or a release, then the last deployment of its project there at or
/// before the incident.
fn causes(portfolio: &Portfolio, shipped: &[Shipped<'_>]) -> Vec<Cause> {
    let ids = shipped.iter().enumerate().filter_map(|(place, it)| Some((it.record.id.as_deref()?, place)));
    // Of two with one id the first by time: `duplicate-id` tells.
    let mut by_id: HashMap<&str, usize> = HashMap::new();
    for (id, place) in ids {
        by_id.entry(id).or_insert(place);
    }
    let elsewhere: HashSet<&str> = portfolio.deployments.iter().filter_map(|record| record.id.as_deref()).collect();
    let mut by_project: HashMap<&str, Vec<usize>> = HashMap::new();
    for (place, it) in shipped.iter().enumerate().filter(|(_, it)| it.counts()) {
        by_project.entry(&it.record.project).or_default().push(place);
    }
    let cause = |incident: &Incident| {
        let Some(named) = &incident.caused_by else { return Cause::Unnamed };
        if let Some(place) = by_id.get(named.as_str()) {
            return Cause::Deployment(*place);
        }
        if elsewhere.contains(named.as_str()) {
            return Cause::Elsewhere;
        }
        match portfolio.releases.index(named) {
            Some(release) => last_before(portfolio, shipped, &by_project, incident, &portfolio.releases[release].id),
            None => Cause::Unknown(format!("there is no deployment and no release `{named}`")),
        }
    };
    portfolio.incidents.iter().map(cause).collect()
}

fn last_before(
    portfolio: &Portfolio,
    shipped: &[Shipped<'_>],
    by_project: &HashMap<&str, Vec<usize>>,
    incident: &Incident,
    named: &Id,
) -> Cause {
    let Some(project) = &incident.project else {
        return Cause::Unknown(format!("it names the release `{named}` and no project, so no deployment is meant"));
    };
    let is_elsewhere =
        |environment: &Id| portfolio.environments.contains(environment) && !portfolio.is_production(environment);
    if incident.environment.as_ref().is_some_and(is_elsewhere) {
        return Cause::Elsewhere;
    }
    let opened = incident.opened.value.instant(incident_zone(portfolio, incident));
    let there = |place: &&usize| {
        let it = &shipped[**place];
        incident.environment.as_ref().is_none_or(|environment| *environment == it.record.environment) && it.at <= opened
    };
    let places = by_project.get(project.as_str()).map_or(&[][..], Vec::as_slice);
    match places.iter().rev().find(there) {
        Some(place) => Cause::Deployment(*place),
        None => Cause::Unknown(format!("no record says that `{project}` was deployed there before it began")),
    }
}
