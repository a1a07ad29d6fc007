//! The view of `relm plan`: what is scheduled, what is critical, what is late and what is wrong.

use std::collections::HashSet;

use chrono::NaiveDate;
use serde::Serialize;

use super::Header;
use super::check::FindingView;
use crate::analysis::gates::Gates;
use crate::analysis::history::forecast::{Outlook, Silence};
use crate::analysis::schedule::{self, Dates, PhaseSchedule, ReleaseSchedule, Schedule};
use crate::graph::{Graph, order};
use crate::model::release::{Phase, Release};
use crate::model::{Identified, Portfolio};

/// The name and version of [`Plan`]'s shape.
pub const SCHEMA: &str = "relm.plan/1";

/// What `relm plan` shows. All dates are inclusive days; slack is in working days of the release's calendar.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct Plan {
    /// Schema, day and revision.
    #[serde(flatten)]
    pub header: Header,
    /// The portfolio's name.
    pub portfolio: Option<String>,
    /// The full commit id that baselines and slips refer to; null without `--base`.
    pub base: Option<String>,
    /// The releases that were asked for, by planned start, then id.
    pub releases: Vec<ReleaseView>,
    /// Open releases that may go together, level by level.
    pub order: Vec<Vec<String>>,
    /// What keeps the past from teaching more, as sentences; empty without `--forecast`.
    pub caveats: Vec<String>,
    /// What is wrong, as in `check`.
    pub findings: Vec<FindingView>,
}

/// Two ends, either of which may be unknown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Ends {
    /// First day.
    #[schemars(with = "Option<String>", extend("format" = "date"))]
    pub start: Option<NaiveDate>,
    /// Last day.
    #[schemars(with = "Option<String>", extend("format" = "date"))]
    pub end: Option<NaiveDate>,
}

impl From<Option<Dates>> for Ends {
    fn from(dates: Option<Dates>) -> Self {
        Self { start: dates.map(|dates| dates.start), end: dates.map(|dates| dates.end) }
    }
}

/// A release of the plan.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct ReleaseView {
    /// The id.
    pub id: String,
    /// The name for people.
    pub name: Option<String>,
    /// The release type.
    pub r#type: String,
    /// Where it stands.
    pub status: &'static str,
    /// The composite it is part of.
    pub part_of: Option<String>,
    /// The date promised.
    #[schemars(with = "Option<String>", extend("format" = "date"))]
    pub target: Option<NaiveDate>,
    /// The plan.
    pub planned: Ends,
    /// The forecast.
    pub forecast: Ends,
    /// What happened.
    pub actual: Ends,
    /// The plan at `--base`; null without one, or when the release was not there.
    pub baseline: Option<Ends>,
    /// Forecast − target in calendar days, positive = late.
    pub lateness_days: Option<i64>,
    /// Forecast − baseline in calendar days, positive = late.
    pub slip_days: Option<i64>,
    /// The smallest slack of its phases, in working days.
    pub slack_days: Option<i64>,
    /// Working days in hand: how many the forecast of the work before production, with that of its parts, can slip before it
    /// breaks a promise; negative when it does. Null when it is over.
    pub spare_days: Option<i64>,
    /// The smallest slack by the plan of what is not done before production, in working days; the deployment itself usually
    /// stands on the target, so its slack says little.
    pub margin_days: Option<i64>,
    /// How far the forecast of what is not done lies behind the plan at most, in calendar days; null when it does not.
    pub behind_days: Option<i64>,
    /// The releases that are part of it.
    pub parts: Vec<String>,
    /// When it ends by what the past teaches; null without `--forecast`, and for what is over.
    pub outlook: Option<OutlookView>,
    /// The phases that decide its end, as `release/phase`.
    pub critical_path: Vec<String>,
    /// The phases, in the order of the manifest.
    pub phases: Vec<PhaseView>,
    /// The milestones, in the order of the manifest.
    pub milestones: Vec<MilestoneView>,
    /// The gates, in the order of the manifest.
    pub gates: Vec<GateView>,
    /// What ships.
    pub projects: Vec<ProjectView>,
}

/// When something ends by how plans turned out before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct OutlookView {
    /// The end that is kept in half of all cases; null where there is not enough history.
    #[schemars(with = "Option<String>", extend("format" = "date"))]
    pub p50: Option<NaiveDate>,
    /// The end that is kept in four of five cases; null where there is not enough history.
    #[schemars(with = "Option<String>", extend("format" = "date"))]
    pub p80: Option<NaiveDate>,
    /// How many things that ended it is taken from; 0 where there is not enough history.
    pub samples: usize,
    /// Whose they are, as `team qa in minor releases`; else why nothing can be said.
    pub basis: String,
}

impl From<Result<Outlook, Silence>> for OutlookView {
    fn from(found: Result<Outlook, Silence>) -> Self {
        match found {
            Ok(Outlook { p50, p80, samples, of }) => Self { p50: Some(p50), p80: Some(p80), samples, basis: of },
            Err(why) => Self { p50: None, p80: None, samples: 0, basis: why.to_string() },
        }
    }
}

/// A phase of the plan.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct PhaseView {
    /// The id.
    pub id: String,
    /// The plan.
    pub planned: Ends,
    /// Working days the plan takes, in the phase's calendar.
    pub working_days: Option<i64>,
    /// The earliest dates the network allows, written dates standing.
    pub early: Ends,
    /// The latest dates that break no promise and no target.
    pub late: Ends,
    /// Working days from early to late start.
    pub slack_days: Option<i64>,
    /// Working days it can slip before another must move.
    pub free_slack_days: Option<i64>,
    /// Whether a day of slip breaks a promise or a target.
    pub critical: bool,
    /// The forecast.
    pub forecast: Ends,
    /// When it ends by what the past teaches; null without `--forecast`, and for what is over.
    pub outlook: Option<OutlookView>,
    /// What happened.
    pub actual: Ends,
    /// How much is done, in per cent.
    pub progress: Option<u32>,
    /// The environments it books.
    pub environments: Vec<EnvironmentView>,
}

/// An environment that a phase books.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct EnvironmentView {
    /// The environment.
    pub id: String,
    /// Units of its capacity.
    pub units: u32,
    /// Whether nobody else may use it meanwhile.
    pub exclusive: bool,
}

/// A milestone of the plan.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct MilestoneView {
    /// The id.
    pub id: String,
    /// The plan.
    #[schemars(with = "Option<String>", extend("format" = "date"))]
    pub date: Option<NaiveDate>,
    /// The forecast.
    #[schemars(with = "Option<String>", extend("format" = "date"))]
    pub forecast: Option<NaiveDate>,
    /// When it was reached.
    #[schemars(with = "Option<String>", extend("format" = "date"))]
    pub actual: Option<NaiveDate>,
}

/// A gate of the plan.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct GateView {
    /// The id.
    pub id: String,
    /// The last day.
    #[schemars(with = "Option<String>", extend("format" = "date"))]
    pub due: Option<NaiveDate>,
    /// `passed`, `pending`, `overdue` or `rejected`.
    pub state: &'static str,
    /// Its criteria.
    pub criteria: Criteria,
    /// Its approvals.
    pub approvals: Approvals,
}

/// How many criteria of a gate are met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Criteria {
    /// Met, validly waived or not applicable.
    pub met: usize,
    /// All.
    pub total: usize,
}

/// How many approvals of a gate are there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Approvals {
    /// Given.
    pub given: usize,
    /// Required.
    pub required: usize,
}

/// A project of a release's scope.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct ProjectView {
    /// The project.
    pub id: String,
    /// The version that ships.
    pub version: Option<String>,
    /// The dependency level from 1: wave 2 needs something of wave 1.
    pub wave: usize,
}

/// The plan of a release at another revision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Baseline {
    /// First and last planned day then.
    pub planned: Ends,
    /// Forecast − planned end then, in calendar days.
    pub slip_days: Option<i64>,
}

/// What a plan is made from.
#[derive(Debug, Clone, Copy)]
pub struct Input<'p> {
    /// The manifests.
    pub portfolio: &'p Portfolio,
    /// What depends on what.
    pub graph: &'p Graph,
    /// When things happen.
    pub schedule: &'p Schedule,
    /// Where the gates stand.
    pub gates: Gates<'p>,
}

impl Plan {
    /// The plan of the releases at `wanted` (by index), with findings and, by index, what `--base` knew.
    pub fn new(
        header: Header,
        input: Input<'_>,
        wanted: &[usize],
        baseline: &dyn Fn(usize) -> Option<Baseline>,
        findings: Vec<FindingView>,
    ) -> Self {
        let Input { portfolio, graph, schedule, .. } = input;
        let mut wanted = wanted.to_vec();
        // A composite stands before its parts, and a family where its first work begins.
        wanted.sort_by_cached_key(|&r| {
            let start = |r: usize| schedule.releases[r].planned_start.or(schedule.releases[r].planned_end);
            let family = portfolio.ancestors(r);
            let root = family.last().copied().unwrap_or(r);
            ((start(root).is_none(), start(root), root), (family.len(), start(r), r))
        });
        let releases = wanted.iter().map(|&r| release_view(input, r, baseline(r))).collect();
        let chosen: HashSet<usize> = wanted.iter().copied().collect();
        let order = order::releases(portfolio, graph)
            .into_iter()
            .map(|level| {
                let chosen = level.into_iter().filter(|r| chosen.contains(r));
                chosen.map(|r| portfolio.releases[r].id.to_string()).collect::<Vec<_>>()
            })
            .filter(|level| !level.is_empty())
            .collect();
        let name = portfolio.settings.common.name().map(str::to_owned);
        Self { header, portfolio: name, base: None, releases, order, caveats: Vec::new(), findings }
    }
}

/// What the plan says of one release.
pub fn release_view(input: Input<'_>, r: usize, baseline: Option<Baseline>) -> ReleaseView {
    let Input { portfolio, schedule, .. } = input;
    let release = &portfolio.releases[r];
    let own = &schedule.releases[r];
    let actual = release.actual.as_ref();
    ReleaseView {
        id: release.id.to_string(),
        name: release.common().name().map(str::to_owned),
        r#type: release.r#type.to_string(),
        status: release.status().as_str(),
        part_of: release.part_of.as_ref().map(ToString::to_string),
        target: release.target.as_ref().map(|target| target.value),
        planned: Ends { start: own.planned_start, end: own.planned_end },
        forecast: Ends { start: own.forecast_start, end: own.forecast_end },
        actual: actual.map_or_else(Ends::default, ends),
        baseline: baseline.map(|baseline| baseline.planned),
        lateness_days: own.lateness,
        slip_days: baseline.and_then(|baseline| baseline.slip_days),
        slack_days: own.slack,
        spare_days: schedule.in_hand(portfolio, r).map(|(days, ..)| days).filter(|_| !release.status().is_over()),
        margin_days: schedule.margin(portfolio, r),
        behind_days: behind(release, own),
        parts: portfolio.children(r).iter().map(|&child| portfolio.releases[child].id.to_string()).collect(),
        outlook: None,
        critical_path: schedule
            .critical_path(portfolio, r)
            .into_iter()
            .map(|(r, p)| format!("{}/{}", portfolio.releases[r].id, portfolio.releases[r].phases[p].id))
            .collect(),
        phases: release
            .phases
            .iter()
            .zip(&own.phases)
            .map(|(phase, own)| phase_view(portfolio, release, phase, own))
            .collect(),
        milestones: release
            .milestones
            .iter()
            .zip(&own.milestones)
            .map(|(milestone, own)| MilestoneView {
                id: milestone.id.to_string(),
                date: own.date,
                forecast: own.forecast,
                actual: milestone.actual.as_ref().map(|date| date.value),
            })
            .collect(),
        gates: input
            .gates
            .of(r)
            .iter()
            .map(|gate| GateView {
                id: gate.id.to_string(),
                due: gate.due,
                state: gate.state.as_str(),
                criteria: Criteria { met: gate.met(), total: gate.criteria.len() },
                approvals: Approvals { given: gate.given(), required: gate.demanded() },
            })
            .collect(),
        projects: release
            .scope
            .iter()
            .zip(order::waves(portfolio, r))
            .map(|(item, wave)| ProjectView {
                id: item.project.to_string(),
                version: item.version.as_ref().map(ToString::to_string),
                wave,
            })
            .collect(),
    }
}

fn behind(release: &Release, own: &ReleaseSchedule) -> Option<i64> {
    let open = release.phases.iter().zip(&own.phases).filter(|(phase, _)| phase.actual_end().is_none());
    let moved = open.filter_map(|(_, own)| Some((own.forecast?.end - own.planned?.end).num_days()));
    moved.max().filter(|days| *days > 0)
}

fn ends(actual: &crate::model::release::Actual) -> Ends {
    Ends { start: actual.start.as_ref().map(|date| date.value), end: actual.end.as_ref().map(|date| date.value) }
}

/// What the plan says of one phase.
pub fn phase_view(portfolio: &Portfolio, release: &Release, phase: &Phase, own: &PhaseSchedule) -> PhaseView {
    let days = |dates: Dates| schedule::worked_days(portfolio, release, phase, dates);
    PhaseView {
        id: phase.id.to_string(),
        planned: own.planned.into(),
        working_days: own.planned.map(days),
        early: own.planned.into(),
        late: own.late.into(),
        slack_days: own.slack,
        free_slack_days: own.free_slack,
        critical: own.is_critical(),
        forecast: own.forecast.into(),
        outlook: None,
        actual: phase.actual.as_ref().map_or_else(Ends::default, ends),
        progress: phase.progress.as_ref().map(|progress| progress.0),
        environments: phase
            .environments
            .iter()
            .map(|used| EnvironmentView { id: used.id.to_string(), units: used.units, exclusive: used.exclusive })
            .collect(),
    }
}
