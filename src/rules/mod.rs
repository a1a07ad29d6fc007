//! The rules: one file each, a registry, and the runner that gives findings their severity.

mod approvals;
mod bookings;
mod demands;
mod dependencies;
mod environments;
mod evidence;
mod gates;
mod gating;
mod governance;
mod manifest;
mod production;
mod registry;
mod runner;
mod schedule;
mod shipments;
mod suppressions;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

use std::sync::OnceLock;

use crate::analysis::gates::{Gates, Judged};
use crate::analysis::installed::Installed;
use crate::analysis::occupancy::Occupancy;
use crate::analysis::schedule::{PhaseSchedule, ReleaseSchedule, Schedule};
use crate::analysis::windows::EnvironmentTimes;
use crate::choice;
use crate::diagnostic::{Finding, Severity, Subject};
use crate::graph::Graph;
use crate::model::facts::Facts;
use crate::model::records::Deployment;
use crate::model::release::{Phase, Release};
use crate::model::{Identified, Portfolio};
use crate::time::Clock;
use production::Event;
use shipments::Shipments;

pub use registry::{RULES, find};
pub use runner::{Found, Outcome, conclude, judge_manifests, level, run};

choice! {
    /// What a rule is about.
    pub enum Group {
        /// What a manifest says.
        Manifest = "manifest",
        /// What depends on what.
        Dependencies = "dependencies",
        /// When things happen.
        Schedule = "schedule",
        /// Where things run.
        Environments = "environments",
        /// What must be met and approved.
        Gates = "gates",
        /// Who answers for what.
        Governance = "governance",
        /// Findings that are allowed.
        Suppressions = "suppressions",
    }
}

/// A rule: what it is called, what it is for, and how it judges.
#[derive(Debug)]
pub struct Rule {
    /// The name, kebab-case; reads as "allow …".
    pub name: &'static str,
    /// What it is about.
    pub group: Group,
    /// The severity unless `relm.yaml` says otherwise.
    pub severity: Severity,
    /// One line: what it reports.
    pub summary: &'static str,
    /// Markdown: *What it does*, *Why*, *How to fix*, and examples marked `yaml failing` and `yaml passing`.
    pub docs: &'static str,
    /// How it judges.
    pub check: Check,
}

/// How a rule judges; each asks for the narrowest thing that suffices.
#[derive(Debug, Clone, Copy)]
pub enum Check {
    /// Only reading can judge it; the loader reports it.
    Loader,
    /// All manifests, which takes no plan; what the loader reported under the rule's name is kept.
    Manifests(fn(&Manifests<'_>, &mut Vec<Finding>)),
    /// The whole portfolio with its plan.
    Portfolio(fn(&Context<'_>, &mut Vec<Finding>)),
    /// One release.
    Release(fn(&Context<'_>, ReleaseRef<'_>, &mut Vec<Finding>)),
    /// One phase.
    Phase(fn(&Context<'_>, PhaseRef<'_>, &mut Vec<Finding>)),
    /// What the comments that allow findings did: judged after everything else. The flags say which were used, by index of
    /// [`Portfolio::allows`].
    Allows(fn(&Context<'_>, &[bool], &mut Vec<Finding>)),
}

/// What a rule may look at that needs no plan. Such a rule runs while the plan is still made.
#[derive(Debug, Clone, Copy)]
pub struct Manifests<'p> {
    /// The manifests.
    pub portfolio: &'p Portfolio,
    /// Today and now.
    pub clock: &'p Clock,
}

/// Everything a rule may look at.
#[derive(Debug)]
pub struct Context<'p> {
    /// The manifests.
    pub portfolio: &'p Portfolio,
    /// What depends on what.
    pub graph: &'p Graph,
    /// When things happen.
    pub schedule: &'p Schedule,
    /// What was learnt outside manifests.
    pub facts: &'p Facts,
    /// Today and now.
    pub clock: &'p Clock,
    /// Made by the first rule that asks.
    shipments: OnceLock<Shipments<'p>>,
    /// By index of release, likewise.
    gates: Vec<OnceLock<Vec<Judged<'p>>>>,
    /// Likewise.
    occupancy: OnceLock<Occupancy>,
    /// Likewise.
    installed: OnceLock<Installed<'p>>,
    /// Likewise.
    events: OnceLock<Vec<Event<'p>>>,
    /// Likewise.
    first_records: OnceLock<Vec<Option<&'p Deployment>>>,
    /// By environment, each likewise.
    times: Vec<OnceLock<EnvironmentTimes>>,
}

impl<'p> Context<'p> {
    /// A portfolio with its plan, at a moment.
    pub fn new(
        portfolio: &'p Portfolio,
        graph: &'p Graph,
        schedule: &'p Schedule,
        facts: &'p Facts,
        clock: &'p Clock,
    ) -> Self {
        Self {
            portfolio,
            graph,
            schedule,
            facts,
            clock,
            shipments: OnceLock::new(),
            gates: portfolio.releases.iter().map(|_| OnceLock::new()).collect(),
            occupancy: OnceLock::new(),
            installed: OnceLock::new(),
            events: OnceLock::new(),
            first_records: OnceLock::new(),
            times: portfolio.environments.iter().map(|_| OnceLock::new()).collect(),
        }
    }

    /// The same without the plan.
    pub fn manifests(&self) -> Manifests<'p> {
        Manifests { portfolio: self.portfolio, clock: self.clock }
    }

    /// Which version of what ships or is live, and when.
    fn shipments(&self) -> &Shipments<'p> {
        self.shipments.get_or_init(|| Shipments::new(self))
    }

    /// The gates of a release, by its index: those it writes and those that are demanded of it.
    pub fn gates(&self, release: usize) -> &[Judged<'p>] {
        let gates =
            || Gates { portfolio: self.portfolio, schedule: self.schedule, facts: self.facts, clock: self.clock };
        self.gates[release].get_or_init(|| gates().of(release))
    }

    /// Who uses which environment when.
    pub fn occupancy(&self) -> &Occupancy {
        self.occupancy.get_or_init(|| Occupancy::new(self.portfolio, self.schedule))
    }

    /// Which version is installed where, by the records.
    fn installed(&self) -> &Installed<'p> {
        self.installed.get_or_init(|| Installed::new(self.portfolio))
    }

    /// The deployments that are judged at their own time.
    fn events(&self) -> &[Event<'p>] {
        self.events.get_or_init(|| production::events(self))
    }

    /// The first deployment of a release to production that is recorded, by index of the release.
    fn first_record(&self, release: usize) -> Option<&'p Deployment> {
        self.first_records.get_or_init(|| gating::first_records(self.portfolio))[release]
    }

    /// When an environment is maintained, cannot be used, and is open for deployments.
    fn times(&self, environment: usize) -> &EnvironmentTimes {
        let read = || EnvironmentTimes::new(self.portfolio, &self.portfolio.environments[environment]);
        self.times[environment].get_or_init(read)
    }

    /// Whether a release is part of one that is over. Its own dates then say nothing new: what contradicts them is the
    /// composite's status, which `status-contradicts-actuals` reports once.
    fn is_left_behind(&self, release: usize) -> bool {
        self.portfolio.ancestors(release).into_iter().any(|r| self.portfolio.releases[r].status().is_over())
    }
}

/// A release with its schedule.
#[derive(Debug, Clone, Copy)]
pub struct ReleaseRef<'p> {
    /// Its place in [`Portfolio::releases`].
    pub index: usize,
    /// The manifest.
    pub release: &'p Release,
    /// Its dates.
    pub schedule: &'p ReleaseSchedule,
}

impl ReleaseRef<'_> {
    /// The subject of a finding about it.
    pub fn subject(&self) -> Subject {
        self.release.subject()
    }
}

/// A phase with its schedule.
#[derive(Debug, Clone, Copy)]
pub struct PhaseRef<'p> {
    /// The release it belongs to.
    pub release: ReleaseRef<'p>,
    /// Its place in [`Release::phases`].
    pub index: usize,
    /// The manifest's phase.
    pub phase: &'p Phase,
    /// Its dates.
    pub schedule: &'p PhaseSchedule,
}

impl PhaseRef<'_> {
    /// The subject of a finding about it.
    pub fn subject(&self) -> Subject {
        self.release.subject().at(format!("phases/{}", self.phase.id))
    }
}
