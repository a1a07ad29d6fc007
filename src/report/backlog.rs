//! The view of `relm report backlog`: what waits to be scheduled.

use chrono::NaiveDate;
use serde::Serialize;

use super::Header;
use super::env::usage::round;
use super::gate::{Input, Source};
use crate::analysis::backlog::{self, Waiting};
use crate::analysis::selection::Selection;

/// The name and version of [`Backlog`]'s shape.
pub const SCHEMA: &str = "relm.report.backlog/1";

/// What `relm report backlog` shows.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Backlog {
    /// Schema, day and revision.
    #[serde(flatten)]
    pub header: Header,
    /// The portfolio's name.
    pub portfolio: Option<String>,
    /// The demands, by value for effort; ties by the day they are wanted by, then by id. What has no rank comes last.
    pub demands: Vec<DemandView>,
    /// Person-days of those that say so; null where none does.
    pub effort: Option<f64>,
}

/// Something that waits to be scheduled.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
pub struct DemandView {
    /// The id.
    pub id: String,
    /// The name for people.
    pub name: Option<String>,
    /// Who asks for it.
    pub owner: Option<String>,
    /// The project.
    pub project: Option<String>,
    /// Its place by value for effort, from 1; null where either is missing.
    pub rank: Option<usize>,
    /// What it is worth.
    pub value: Option<f64>,
    /// Person-days of work.
    pub effort: Option<f64>,
    /// Value for each person-day; null where either is missing.
    pub value_per_day: Option<f64>,
    /// The day it is wanted by.
    #[schemars(with = "Option<String>", extend("format" = "date"))]
    pub wanted_by: Option<NaiveDate>,
    /// Calendar days from today to that day; negative when it is over.
    pub days_left: Option<i64>,
    /// Whether that day is over.
    pub too_late: bool,
    /// The open release that could carry it: it ships the project, ends in time, and still takes something in.
    pub carrier: Option<String>,
    /// Every open release that ships the project and ends in time.
    pub carriers: Vec<CarrierView>,
    /// Where it is written.
    pub source: Option<Source>,
}

/// An open release that ships the project of a demand in time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct CarrierView {
    /// The release.
    pub release: String,
    /// When it ends: by the forecast, else by the plan, else its target.
    #[schemars(with = "Option<String>", extend("format" = "date"))]
    pub end: Option<NaiveDate>,
    /// Whether it takes nothing in any more: its scope is locked, its code is frozen, or its first
    /// phase is over.
    pub closed: bool,
}

impl Backlog {
    /// The demands that a selection picks.
    pub fn new(header: Header, input: &Input<'_>, selection: &Selection) -> Self {
        let mut waiting = backlog::waiting(&input.gates);
        waiting.retain(|it| it.is_selected(&input.gates, selection));
        let demands: Vec<DemandView> = waiting.iter().map(|it| DemandView::new(input, it)).collect();
        let known: Vec<f64> = demands.iter().filter_map(|demand| demand.effort).collect();
        Self {
            header,
            portfolio: input.portfolio().settings.common.name().map(str::to_owned),
            effort: (!known.is_empty()).then(|| round(known.iter().sum(), 2)),
            demands,
        }
    }
}

impl DemandView {
    fn new(input: &Input<'_>, it: &Waiting<'_>) -> Self {
        let portfolio = input.portfolio();
        let demand = it.demand;
        let wanted = demand.wanted_by.as_ref().map(|day| day.value);
        let name = |release: usize| portfolio.releases[release].id.to_string();
        let carriers = it.carriers.iter();
        Self {
            id: demand.id.to_string(),
            name: demand.common.name().map(str::to_owned),
            owner: demand.common.owner().map(ToString::to_string),
            project: demand.project.as_ref().map(ToString::to_string),
            rank: it.rank,
            value: demand.value,
            effort: demand.effort.as_ref().map(|effort| effort.value.person_days()),
            value_per_day: it.per_day.map(|value| round(value, 3)),
            wanted_by: wanted,
            days_left: wanted.map(|day| (day - input.gates.clock.today).num_days()),
            too_late: it.is_too_late,
            carrier: it.carrier().map(|it| name(it.release)),
            carriers: carriers
                .map(|it| CarrierView { release: name(it.release), end: it.end, closed: it.is_closed })
                .collect(),
            source: input.source(demand.id.span),
        }
    }
}
