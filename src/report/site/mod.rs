//! The views of `relm site`: one a kind of page, made from what the other commands show.
//!
//! [`Site`] is made once; it answers for each page alone, so that pages can be made side by side and none has to be kept.

pub mod metrics;
pub mod needs;
pub mod pages;
pub mod people;
pub mod portfolio;
pub mod releases;
pub mod runbook;
pub mod search;

use std::collections::HashMap;
use std::sync::OnceLock;

use chrono::NaiveDate;
use serde::Serialize;

pub use releases::{Level, ReleaseRow, Standing};

use super::Header;
use super::check::FindingView;
use super::env::state::{DriftView, drift};
use super::history::{History, MoveView};
use super::plan::Input;
use super::risk::{Risk, RiskView};
use super::show::Material as Written;
use super::{env, gate};
use crate::analysis::installed::Installed;
use crate::analysis::metrics::{self as measures, Base};
use crate::analysis::occupancy::Occupancy;
use crate::diagnostic::{Severity, SourceMap};
use crate::model::{Identified, Portfolio};
use crate::time::Clock;

/// The name and version of [`Done`]'s shape.
pub const SCHEMA: &str = "relm.site/1";

/// What `relm site` did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Done {
    /// Schema, day and revision.
    #[serde(flatten)]
    pub header: Header,
    /// The folder, as named.
    pub dir: String,
    /// Files that were made or changed.
    pub written: usize,
    /// Files that were already as they should be.
    pub unchanged: usize,
    /// Files of an earlier run that no page needs any more.
    pub removed: usize,
    /// Pages of the site.
    pub pages: usize,
    /// Bytes of all files of the site.
    pub bytes: u64,
    /// The page to open first, from the folder of the site.
    pub start: &'static str,
}

/// What the pages are made from.
#[derive(Debug, Clone, Copy)]
pub struct Material<'p> {
    /// The manifests, the graph, the schedule and the gates.
    pub plan: Input<'p>,
    /// Who uses which environment when.
    pub occupancy: &'p Occupancy,
    /// The moment everything is judged at.
    pub clock: Clock,
    /// Where things are written, with the texts.
    pub sources: &'p SourceMap,
}

/// What every page knows of the whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct About {
    /// The portfolio's name for people.
    pub portfolio: String,
    /// The day it is judged on.
    pub today: NaiveDate,
    /// The time zone of the portfolio.
    pub zone: &'static str,
    /// The commit, where the files are those of one.
    pub commit: Option<String>,
    /// Whether files differ from the commit.
    pub dirty: bool,
    /// Findings: errors, warnings and notes.
    pub findings: [usize; 3],
    /// The files that could not be read in full.
    pub unread: Vec<String>,
}

/// The ids that have a page, sorted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Ids {
    /// Of releases.
    pub releases: Vec<String>,
    /// Of environments.
    pub environments: Vec<String>,
    /// Of projects.
    pub projects: Vec<String>,
    /// Of people and teams.
    pub people: Vec<String>,
}

/// A portfolio as its pages see it.
#[derive(Debug)]
pub struct Site<'p> {
    material: Material<'p>,
    header: Header,
    findings: Vec<FindingView>,
    /// Places in `findings` by kind and id of what they are about.
    about: HashMap<(String, String), Vec<usize>>,
    /// The risks of open releases, by id.
    risks: HashMap<String, RiskView>,
    /// By index of the release.
    rows: Vec<ReleaseRow>,
    /// How dates moved, by release; none where nobody looked at the history.
    moved: Option<HashMap<String, Vec<MoveView>>>,
    /// What the records say is installed, and where that differs from what releases say; found when it is first asked for.
    installed: OnceLock<(Installed<'p>, Vec<DriftView>)>,
}

impl<'p> Site<'p> {
    /// Judges every release once.
    pub fn new(header: Header, material: Material<'p>, findings: Vec<FindingView>) -> Self {
        let mut about: HashMap<(String, String), Vec<usize>> = HashMap::new();
        for (place, finding) in findings.iter().enumerate() {
            about.entry((finding.subject.kind.clone(), finding.subject.id.clone())).or_default().push(place);
        }
        let mut site = Self {
            material,
            header,
            findings,
            about,
            risks: HashMap::new(),
            rows: Vec::new(),
            moved: None,
            installed: OnceLock::new(),
        };
        site.risks = site.risks();
        site.rows = site.release_rows();
        site
    }

    /// The same, with how dates moved.
    #[must_use]
    pub fn with_moves(mut self, history: History) -> Self {
        let mut moved: HashMap<String, Vec<MoveView>> = HashMap::new();
        for one in history.moves {
            moved.entry(one.release.clone()).or_default().push(one);
        }
        self.moved = Some(moved);
        self
    }

    /// What every page knows of the whole.
    pub fn about(&self) -> About {
        let count = |severity| self.findings.iter().filter(|finding| finding.severity == severity).count();
        let name = self.portfolio().settings.common.name();
        About {
            portfolio: name.unwrap_or("Portfolio").to_owned(),
            today: self.header.today,
            zone: self.portfolio().zone.name(),
            commit: self.header.revision.commit.clone(),
            dirty: self.header.revision.dirty,
            findings: [Severity::Error, Severity::Warning, Severity::Info].map(count),
            unread: self.unread(),
        }
    }

    /// The ids that have a page.
    pub fn ids(&self) -> Ids {
        fn all<T: Identified>(table: &crate::model::Table<T>) -> Vec<String> {
            let mut ids: Vec<String> = table.iter().map(|item| item.id().to_string()).collect();
            ids.sort_unstable();
            ids
        }
        let portfolio = self.portfolio();
        let settings = &portfolio.settings;
        let people = settings.people.iter().map(|person| &person.id);
        let mut people: Vec<String> =
            people.chain(settings.teams.iter().map(|team| &team.id)).map(ToString::to_string).collect();
        people.sort_unstable();
        people.dedup();
        Ids {
            releases: all(&portfolio.releases),
            environments: all(&portfolio.environments),
            projects: all(&portfolio.projects),
            people,
        }
    }

    /// The files that could not be read in full, sorted: what is lost of them is on no page and in no report.
    pub fn unread(&self) -> Vec<String> {
        let broken = self.findings.iter().filter(|finding| finding.rule == "syntax");
        let mut files: Vec<String> = broken.map(|finding| finding.place.file.clone()).collect();
        files.sort_unstable();
        files.dedup();
        files
    }

    /// Every finding, by place.
    pub fn findings(&self) -> &[FindingView] {
        &self.findings
    }

    /// Every release as lists show it, by index.
    pub fn rows(&self) -> &[ReleaseRow] {
        &self.rows
    }

    /// The risks that `relm report risk` tells, by release.
    fn risks(&self) -> HashMap<String, RiskView> {
        let base = Base::new(measures::Input {
            gates: self.material.plan.gates,
            occupancy: self.material.occupancy,
            moves: None,
        });
        let all: Vec<usize> = (0..self.portfolio().releases.len()).collect();
        let risks = Risk::new(self.header.clone(), &self.gates(), &base, &all).releases;
        risks.into_iter().map(|risk| (risk.id.clone(), risk)).collect()
    }

    fn portfolio(&self) -> &'p Portfolio {
        self.material.plan.portfolio
    }

    fn findings_of(&self, kind: &str, id: &str) -> Vec<FindingView> {
        let places = self.about.get(&(kind.to_owned(), id.to_owned()));
        places.into_iter().flatten().map(|&place| self.findings[place].clone()).collect()
    }

    fn written(&self) -> Written<'p> {
        Written { plan: self.material.plan, clock: self.material.clock, sources: self.material.sources }
    }

    fn installed(&self) -> &(Installed<'p>, Vec<DriftView>) {
        self.installed.get_or_init(|| {
            let installed = Installed::new(self.portfolio());
            let all: Vec<usize> = (0..self.portfolio().environments.len()).collect();
            let drift = drift(&self.environments(), &installed, &all, None);
            (installed, drift)
        })
    }

    fn environments(&self) -> env::Input<'p> {
        let Material { plan, occupancy, clock, sources } = self.material;
        env::Input::new(plan.portfolio, plan.schedule, occupancy, clock, sources)
    }

    fn gates(&self) -> gate::Input<'p> {
        gate::Input::new(self.material.plan.gates, self.material.sources)
    }
}
