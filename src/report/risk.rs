//! The view of `relm report risk`.

use chrono::NaiveDate;
use serde::Serialize;

use super::Header;
use super::env::usage::round;
use super::gate::{Input, Source};
use crate::analysis::metrics::Base;
use crate::analysis::metrics::risk::{self, Contribution};
use crate::model::Identified;
use crate::model::portfolio::Rating;

/// The name and version of [`Risk`]'s shape.
pub const SCHEMA: &str = "relm.report.risk/1";

/// What `relm report risk` shows.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Risk {
    /// Schema, day and revision.
    #[serde(flatten)]
    pub header: Header,
    /// The portfolio's name.
    pub portfolio: Option<String>,
    /// The releases that are not over, the riskiest first.
    pub releases: Vec<RiskView>,
}

/// The risk of a release.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
pub struct RiskView {
    /// The release.
    pub id: String,
    /// Its name for people.
    pub name: Option<String>,
    /// Who owns it.
    pub owner: Option<String>,
    /// `draft`, `planned` or `in-progress`.
    pub status: &'static str,
    /// The date promised to the business.
    #[schemars(with = "Option<String>", extend("format" = "date"))]
    pub target: Option<NaiveDate>,
    /// From 0 to 100: the points of all aspects ÷ the most that those which can be judged could add × 100.
    pub score: f64,
    /// `low` below 25, `medium`, `high` from 50 on.
    pub level: &'static str,
    /// The level that people gave it by impact and complexity.
    pub rated: Option<&'static str>,
    /// What adds to the score, by aspect.
    pub contributions: Vec<ContributionView>,
    /// Where it is written.
    pub source: Option<Source>,
}

/// What an aspect adds to the risk of a release.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
pub struct ContributionView {
    /// `schedule`, `gates`, `dependencies`, `register`, `scope` or `contention`.
    pub id: &'static str,
    /// The points it adds; null when nobody can tell.
    pub points: Option<f64>,
    /// The most points it could add.
    pub weight: f64,
    /// Why, one reason each.
    pub why: Vec<String>,
    /// Where the first reason is written.
    pub source: Option<Source>,
}

impl Risk {
    /// The risks of the releases of these indices that are not over.
    pub fn new(header: Header, input: &Input<'_>, base: &Base<'_>, releases: &[usize]) -> Self {
        let portfolio = input.portfolio();
        let view = |it: risk::Risk| {
            let release = &portfolio.releases[it.release];
            RiskView {
                id: release.id.to_string(),
                name: release.common().name().map(str::to_owned),
                owner: release.common().owner().map(ToString::to_string),
                status: release.status().as_str(),
                target: release.target.as_ref().map(|target| target.value),
                score: round(it.score, 1),
                level: it.level.as_str(),
                rated: it.rated.map(Rating::as_str),
                contributions: it.contributions.iter().map(|it| contribution(input, it)).collect(),
                source: input.source(release.id.span),
            }
        };
        Self {
            header,
            portfolio: portfolio.settings.common.name().map(str::to_owned),
            releases: risk::risks(base, releases).into_iter().map(view).collect(),
        }
    }
}

fn contribution(input: &Input<'_>, it: &Contribution) -> ContributionView {
    ContributionView {
        id: it.aspect.as_str(),
        points: it.exposure.map(|_| round(it.points(), 1)),
        weight: it.weight,
        why: it.why.clone(),
        source: it.span.and_then(|span| input.source(span)),
    }
}
