//! What stands on the page of a release, an environment, a project.

use serde::Serialize;

use super::runbook::RunbookView;
use super::{ReleaseRow, Site};
use crate::model::Identified;
use crate::report::env;
use crate::report::env::schedule::{Days, Timeline};
use crate::report::env::usage::{By, Period, Usage};
use crate::report::gate;
use crate::report::history::MoveView;
use crate::report::risk::RiskView;
use crate::report::show::{Object, Show};
use crate::time::plus_days;

/// Weeks of a heat map: these before the week of today, and those from it on.
const WEEKS: (i64, i64) = (8, 44);

/// A release's page.
#[derive(Debug, Clone, Serialize)]
pub struct ReleasePage {
    /// How it stands.
    pub row: ReleaseRow,
    /// Its plan, and everything written around it.
    pub show: Show,
    /// What makes it risky; none when it is over.
    pub risk: Option<RiskView>,
    /// Its gates, with criteria and approvals.
    pub gates: Vec<gate::show::Show>,
    /// How it is deployed; none where nobody wrote steps or waves.
    pub runbook: Option<RunbookView>,
    /// How its dates moved, oldest first; none where nobody looked at the history.
    pub history: Option<Vec<MoveView>>,
}

/// An environment's page.
#[derive(Debug, Clone, Serialize)]
pub struct EnvironmentPage {
    /// What is in it, who uses it, when it is closed.
    pub now: env::show::Show,
    /// What is written of it.
    pub show: Show,
    /// How full it is, day by day over a year; the first day is a Monday.
    pub year: Timeline,
    /// How it was used, by month.
    pub usage: Usage,
}

/// A project's page.
#[derive(Debug, Clone, Serialize)]
pub struct ProjectPage {
    /// What it needs, what needs it, what ships it, what runs where.
    pub show: Show,
    /// The releases that carry it and are not over, by their end.
    pub releases: Vec<ReleaseRow>,
}

/// An environment in a list.
#[derive(Debug, Clone, Serialize)]
pub struct EnvironmentRow {
    /// How it stands now.
    pub now: env::list::EnvironmentView,
}

/// A project in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ProjectRow {
    /// The id.
    pub id: String,
    /// The name for people.
    pub name: Option<String>,
    /// Who answers for it.
    pub owner: Option<String>,
    /// How much hangs on it, 1 the most.
    pub tier: Option<u32>,
    /// The version in production, by the records.
    pub live: Option<String>,
    /// The open release that ships it next.
    pub next: Option<String>,
}

impl Site<'_> {
    /// The page of a release, by index.
    pub fn release(&self, r: usize) -> ReleasePage {
        let release = &self.portfolio().releases[r];
        let input = self.gates();
        let findings = self.findings_of("release", &release.id);
        let gates = input.gates.of(r);
        let gates = gates.iter().map(|gate| gate::show::Show::new(self.header.clone(), &input, r, gate));
        ReleasePage {
            row: self.rows[r].clone(),
            show: Show::new(self.header.clone(), self.written(), Object::Release(r), findings),
            risk: self.risks.get(release.id.as_str()).cloned(),
            gates: gates.collect(),
            runbook: self.runbook(r),
            history: self.moved.as_ref().map(|moved| moved.get(release.id.as_str()).cloned().unwrap_or_default()),
        }
    }

    /// The page of an environment, by index.
    pub fn environment(&self, index: usize) -> EnvironmentPage {
        let input = self.environments();
        let environment = &self.portfolio().environments[index];
        let findings = self.findings_of("environment", &environment.id);
        let today = self.material.clock.today;
        let this_week = Days::new(Some(today), Some(today), today, true).from;
        let (from, to) = (plus_days(this_week, -7 * WEEKS.0), plus_days(this_week, 7 * WEEKS.1 - 1));
        let period = Period { from, to, chosen: None };
        let (installed, drift) = self.installed();
        let drift = drift.iter().filter(|found| *found.environment == *environment.id.as_str()).cloned().collect();
        EnvironmentPage {
            now: env::show::Show::knowing(self.header.clone(), &input, index, None, installed, drift),
            show: Show::new(self.header.clone(), self.written(), Object::Environment(index), findings),
            year: Timeline::new(self.header.clone(), &input, &[index], Days::new(Some(from), Some(to), today, false)),
            usage: Usage::new(self.header.clone(), &input, &[index], &period, By::Month),
        }
    }

    /// The page of a project, by index.
    pub fn project(&self, index: usize) -> ProjectPage {
        let project = &self.portfolio().projects[index];
        let findings = self.findings_of("project", &project.id);
        let mut releases: Vec<ReleaseRow> = self
            .rows
            .iter()
            .filter(|row| !row.over && row.projects.iter().any(|id| **project.id() == *id.as_str()))
            .cloned()
            .collect();
        releases.sort_by(|a, b| (a.end.is_none(), a.end, &a.id).cmp(&(b.end.is_none(), b.end, &b.id)));
        ProjectPage { show: Show::new(self.header.clone(), self.written(), Object::Project(index), findings), releases }
    }

    /// Every environment as it stands now, in the order of promotion.
    pub fn environment_list(&self) -> env::list::List {
        env::list::List::new(self.header.clone(), &self.environments(), &env::in_order(self.portfolio()))
    }
}
