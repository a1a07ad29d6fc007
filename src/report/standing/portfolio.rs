//! The view of `relm report portfolio`: the whole on a page.

use chrono::NaiveDate;
use serde::Serialize;

use super::{Counts, Desk, Line, gravity};
use crate::analysis::backlog;
use crate::analysis::changes::Changes;
use crate::analysis::metrics::{self, Definition, Members, Period};
use crate::analysis::selection::Selection;
use crate::analysis::todo::{self, Kind};
use crate::diagnostic::Severity;
use crate::model::release::Budget;
use crate::report::env::conflicts::{ConflictView, Conflicts};
use crate::report::metrics::{Before, MetricView, Metrics, Question};
use crate::report::risk::RiskView;
use crate::report::site::portfolio::Frozen;
use crate::report::todo::{DutyView, Todo};
use crate::report::{Header, env};
use crate::time::plus_days;

/// The name and version of [`Portfolio`]'s shape.
pub const SCHEMA: &str = "relm.report.portfolio/1";

/// Days ahead that are looked at unless told, and days back that trends are made of.
pub const DAYS: i64 = 90;
/// Days ahead in which decisions are near.
const NEAR: i64 = 14;

/// What the trends are about, in the order of the page.
const TRENDS: [&str; 8] = [
    "on_time_rate",
    "change_lead_time",
    "deployment_frequency",
    "failed_deployment_recovery_time",
    "change_fail_rate",
    "deployment_rework_rate",
    "change_success",
    "environment_utilisation",
];

/// What `relm report portfolio` shows.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct Portfolio {
    /// Schema, day and revision.
    #[serde(flatten)]
    pub header: Header,
    /// The portfolio's name.
    pub portfolio: Option<String>,
    /// The files that could not be read: what they say is in nothing here.
    pub unread: Vec<String>,
    /// The first day of what lies ahead.
    #[schemars(with = "String", extend("format" = "date"))]
    pub from: NaiveDate,
    /// The last day of what lies ahead.
    #[schemars(with = "String", extend("format" = "date"))]
    pub to: NaiveDate,
    /// How many open releases stand how.
    pub counts: Counts,
    /// Open releases that end in these days, or should have ended before today.
    pub next: Vec<Line>,
    /// Open releases that are not on track: the gravest state first, then the highest risk.
    pub at_risk: Vec<AtRisk>,
    /// Gates and changes to decide about that are overdue or due within two weeks, by their last day; what has none last.
    pub decisions: Vec<DutyView>,
    /// How many decisions are due later.
    pub decisions_later: usize,
    /// The last day of the last of them; null where there is none.
    #[schemars(with = "Option<String>", extend("format" = "date"))]
    pub decisions_until: Option<NaiveDate>,
    /// Where bookings of environments collide in these days.
    pub conflicts: Vec<ConflictView>,
    /// Freezes in these days.
    pub freezes: Vec<Frozen>,
    /// The first day that trends are made of; the last is today.
    #[schemars(with = "String", extend("format" = "date"))]
    pub trend_since: NaiveDate,
    /// What the points of a trend stand for: `week`, `month` or `quarter`.
    pub trend_step: &'static str,
    /// Metrics of the 90 days up to today, each with its value in the 90 days before.
    pub trends: Vec<MetricView>,
    /// Open releases that others are part of.
    pub composites: Vec<CompositeView>,
    /// Money of open releases; null where none has a `budget`.
    pub money: Option<MoneyView>,
    /// What waits to be scheduled.
    pub demand: DemandCounts,
    /// Findings of the whole portfolio.
    pub findings: FindingCounts,
}

/// A release at risk.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
pub struct AtRisk {
    /// How it stands: `late`, `at-risk` or `watch`.
    pub state: &'static str,
    /// Why it stands so.
    pub reasons: Vec<String>,
    /// Its risk and what adds to it.
    #[serde(flatten)]
    pub risk: RiskView,
}

/// A composite release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct CompositeView {
    /// The release.
    pub id: String,
    /// The name for people.
    pub name: Option<String>,
    /// Its parts that are released or closed.
    pub done: usize,
    /// Its parts that are not called off.
    pub parts: usize,
    /// The first day that one of them begins.
    #[schemars(with = "Option<String>", extend("format" = "date"))]
    pub start: Option<NaiveDate>,
    /// The last day that one of them ends.
    #[schemars(with = "Option<String>", extend("format" = "date"))]
    pub end: Option<NaiveDate>,
    /// The open part that is latest against its target; null where none has a target.
    pub worst: Option<WorstView>,
}

/// The part that is latest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct WorstView {
    /// The part.
    pub id: String,
    /// From its target to its forecast in calendar days, positive = late.
    pub lateness_days: i64,
}

/// What open releases may cost, and do; the budget of a composite is that of its parts together.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
pub struct MoneyView {
    /// The sum of what is planned; null where none says.
    pub planned: Option<f64>,
    /// The sum of what is spent; null where none says.
    pub actual: Option<f64>,
    /// The currency.
    pub currency: Option<String>,
    /// The open releases that have a budget, by id.
    pub releases: Vec<String>,
}

/// What waits to be scheduled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct DemandCounts {
    /// Demands.
    pub waiting: usize,
    /// Those whose day is over.
    pub too_late: usize,
}

/// Findings, counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct FindingCounts {
    /// Errors.
    pub error: usize,
    /// Warnings.
    pub warning: usize,
    /// Notes.
    pub info: usize,
}

impl Portfolio {
    /// The page of what a selection picks; its days are those of what lies ahead, else the 90 days from today on.
    pub fn new(desk: &Desk<'_>, selection: &Selection) -> Self {
        let today = desk.today();
        let from = selection.from.unwrap_or_else(|| selection.to.map_or(today, |to| to.min(today)));
        let to = selection.to.unwrap_or_else(|| plus_days(from.max(today), DAYS));
        let picked = Selection { from: None, to: None, ..selection.clone() };
        let releases = desk.open(&picked);
        let lines = desk.lines(&releases, None);
        let (decisions, decisions_until) = desk.decisions(&picked);
        let (trend_since, trend_step, trends) = desk.trends(&picked);
        let ahead = |line: &&Line| {
            line.end.is_some_and(|end| (from..=to).contains(&end) || (end < today && selection.from.is_none()))
        };
        Self {
            header: Header { schema: SCHEMA, ..desk.header.clone() },
            portfolio: desk.name(),
            unread: desk.unread(),
            from,
            to,
            counts: Counts::of(&lines),
            next: lines.iter().filter(ahead).cloned().collect(),
            at_risk: desk.at_risk(&lines),
            decisions: decisions.todo,
            decisions_later: decisions.later,
            decisions_until: decisions_until.filter(|_| decisions.later > 0),
            conflicts: desk.conflicts_ahead(&Selection { from: Some(from), to: Some(to), ..picked.clone() }),
            freezes: desk.site.freezes(from, to),
            trend_since,
            trend_step,
            trends,
            composites: desk.composites(&releases),
            money: desk.money(&releases),
            demand: desk.demand(&picked),
            findings: desk.finding_counts(),
        }
    }
}

impl Desk<'_> {
    /// The open releases that a selection picks, by index.
    fn open(&self, selection: &Selection) -> Vec<usize> {
        let (portfolio, schedule) = (self.portfolio(), self.material.plan.schedule);
        let releases = portfolio.releases.iter().enumerate();
        let open = releases.filter(|(r, release)| {
            !release.status().is_over() && selection.selects(portfolio, release, &schedule.releases[*r])
        });
        open.map(|(r, _)| r).collect()
    }

    fn at_risk(&self, lines: &[Line]) -> Vec<AtRisk> {
        let troubled = |line: &&Line| line.state != "on-track";
        let view = |line: &Line| {
            let risk = self.risks.get(&line.id)?.clone();
            Some(AtRisk { state: line.state, reasons: line.reasons.clone(), risk })
        };
        let mut found: Vec<AtRisk> = lines.iter().filter(troubled).filter_map(view).collect();
        found.sort_by(|a, b| {
            let graver = gravity(a.state).cmp(&gravity(b.state));
            graver.then(b.risk.score.total_cmp(&a.risk.score)).then_with(|| a.risk.id.cmp(&b.risk.id))
        });
        found
    }

    /// What is to be decided soon, and the last day of everything that is to be decided.
    fn decisions(&self, selection: &Selection) -> (Todo, Option<NaiveDate>) {
        let portfolio = self.portfolio();
        let changes = Changes::new(portfolio, self.gates.gates.facts);
        let mut duties = todo::all(&self.gates.gates, &changes);
        duties.retain(|duty| match duty.kind {
            Kind::Approve => portfolio.releases.index(duty.subject).is_some_and(|r| {
                selection.selects(portfolio, &portfolio.releases[r], &self.material.plan.schedule.releases[r])
            }),
            Kind::Change => {
                let change = portfolio.changes.index(duty.subject);
                change.is_some_and(|change| selection.selects_change(portfolio, &changes, change, self.today()))
            }
            _ => false,
        });
        let last = duties.iter().filter_map(|duty| duty.due).max();
        (Todo::new(self.header.clone(), &self.gates, &duties, &[], plus_days(self.today(), NEAR)), last)
    }

    fn conflicts_ahead(&self, selection: &Selection) -> Vec<ConflictView> {
        let portfolio = self.portfolio();
        let places = env::in_order(portfolio).into_iter();
        let places = places.filter(|place| {
            selection.environments.allow(&portfolio.environments[*place].id)
                && selection.stages.allow(&portfolio.environments[*place].stage)
        });
        let header = Header { schema: env::conflicts::SCHEMA, ..self.header.clone() };
        Conflicts::new(header, &self.places, &places.collect::<Vec<_>>(), selection, false).conflicts
    }

    /// The first day, the step, and the metrics.
    fn trends(&self, selection: &Selection) -> (NaiveDate, &'static str, Vec<MetricView>) {
        let today = self.today();
        let since = plus_days(today, 1 - DAYS);
        let period = Period { since: since.min(today), until: today };
        let definitions: Vec<&'static Definition> = TRENDS.iter().filter_map(|id| metrics::find(id)).collect();
        let question = Question { definitions, period, chosen: None, by: None, step: None, explain: false };
        let members = Members::selected(&self.base, selection);
        let before =
            Before { base: &self.base, members: &members, period: period.previous(), with: "previous", commit: None };
        let view = Metrics::new(self.header.clone(), &self.gates, &self.base, &members, &question, Some(before));
        (view.since, view.step, view.metrics)
    }

    fn composites(&self, releases: &[usize]) -> Vec<CompositeView> {
        let portfolio = self.portfolio();
        let composite = |&r: &usize| {
            let mut parts = self.family(r);
            parts.retain(|&part| part != r);
            if parts.is_empty() {
                return None;
            }
            let rows = || parts.iter().map(|&part| &self.site.rows()[part]);
            let late = parts.iter().filter(|&&part| !portfolio.releases[part].status().is_over()).filter_map(|&part| {
                Some((self.material.plan.schedule.releases[part].lateness?, portfolio.releases[part].id.to_string()))
            });
            let worst = late.max_by(|a, b| a.0.cmp(&b.0).then_with(|| b.1.cmp(&a.1)));
            Some(CompositeView {
                id: portfolio.releases[r].id.to_string(),
                name: portfolio.releases[r].common.name().map(str::to_owned),
                done: rows().filter(|row| row.over).count(),
                parts: parts.len(),
                start: rows().filter_map(|row| row.start).min(),
                end: rows().filter_map(|row| row.end).max(),
                worst: worst.map(|(lateness_days, id)| WorstView { id, lateness_days }),
            })
        };
        releases.iter().filter_map(composite).collect()
    }

    /// The budget of a composite is that of its parts together, so what a part writes counts where no composite above it
    /// says the same.
    fn money(&self, releases: &[usize]) -> Option<MoneyView> {
        let portfolio = self.portfolio();
        let budget = |r: usize| portfolio.releases[r].budget.as_deref();
        let sum = |of: fn(&Budget) -> Option<f64>| {
            let covers = |above: &usize| releases.contains(above) && budget(*above).and_then(of).is_some();
            let counts = releases.iter().filter(|&&r| !portfolio.ancestors(r).iter().any(covers));
            let amounts = counts.filter_map(|&r| budget(r).and_then(of));
            amounts.fold(None, |sum: Option<f64>, amount| Some(sum.unwrap_or_default() + amount))
        };
        let with: Vec<String> =
            releases.iter().filter(|&&r| budget(r).is_some()).map(|&r| portfolio.releases[r].id.to_string()).collect();
        let rates = portfolio.settings.rates.as_ref();
        (!with.is_empty()).then(|| MoneyView {
            planned: sum(|budget| budget.planned),
            actual: sum(|budget| budget.actual),
            currency: rates.and_then(|rates| rates.currency.as_ref()).map(ToString::to_string),
            releases: with,
        })
    }

    fn demand(&self, selection: &Selection) -> DemandCounts {
        let gates = &self.gates.gates;
        let mut waiting = backlog::waiting(gates);
        waiting.retain(|it| it.is_selected(gates, selection));
        DemandCounts { waiting: waiting.len(), too_late: waiting.iter().filter(|it| it.is_too_late).count() }
    }

    fn finding_counts(&self) -> FindingCounts {
        let count = |severity| self.findings.iter().filter(|finding| finding.severity == severity).count();
        FindingCounts { error: count(Severity::Error), warning: count(Severity::Warning), info: count(Severity::Info) }
    }
}
