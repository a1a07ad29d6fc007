//! The view of `relm env usage`: how well environments are used, and what that costs.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::Serialize;

use super::{Input, Moment};
use crate::analysis::usage::{self, Missing, Usage as Measured, hours};
use crate::report::Header;

/// The name and version of [`Usage`]'s shape.
pub const SCHEMA: &str = "relm.env.usage/1";

/// What a row stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// An environment.
    Environment,
    /// All environments of a stage.
    Stage,
    /// What one team asks for.
    Team,
    /// All environments in one month.
    Month,
}

impl By {
    /// The word on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Environment => "environment",
            Self::Stage => "stage",
            Self::Team => "team",
            Self::Month => "month",
        }
    }
}

/// The days that are looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Period {
    /// The first day.
    pub from: NaiveDate,
    /// The last day.
    pub to: NaiveDate,
    /// How it was chosen, where nobody said.
    pub chosen: Option<String>,
}

/// What `relm env usage` shows. Hours are unit-hours: an hour of one unit of the capacity. What cannot be told is null.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct Usage {
    /// Schema, day and revision.
    #[serde(flatten)]
    pub header: Header,
    /// The portfolio's name.
    pub portfolio: Option<String>,
    /// The first day that is looked at, in each environment's own zone.
    #[schemars(with = "String", extend("format" = "date"))]
    pub from: NaiveDate,
    /// The last day.
    #[schemars(with = "String", extend("format" = "date"))]
    pub to: NaiveDate,
    /// How these days were chosen, when nobody named them.
    pub period: Option<String>,
    /// What a row stands for: `environment`, `stage`, `team` or `month`.
    pub by: &'static str,
    /// The currency of the costs.
    pub currency: Option<String>,
    /// In the order of promotion, of time, or by demand.
    pub rows: Vec<Row>,
    /// All environments together.
    pub total: Row,
    /// Why costs or efforts are null.
    pub missing: Vec<MissingView>,
}

/// How something is used.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Row {
    /// The id of the environment, the stage, the team, or the month as `2026-08`; null for the total and for no team.
    pub id: Option<String>,
    /// The stage, of an environment.
    pub stage: Option<String>,
    /// How many environments are in it.
    pub environments: usize,
    /// Hours there are, without outages and maintenance; null for teams.
    pub available_hours: Option<f64>,
    /// Hours used of those; null for teams.
    pub booked_hours: Option<f64>,
    /// Hours asked for, those above the capacity included.
    pub demanded_hours: f64,
    /// Hours asked for above the capacity; null for teams.
    pub above_hours: Option<f64>,
    /// Hours that drafts would add to the demand; null for teams.
    pub tentative_hours: Option<f64>,
    /// Booked ÷ available.
    pub utilisation: Option<f64>,
    /// 1 − utilisation.
    pub idle: Option<f64>,
    /// Demand above capacity ÷ demand.
    pub contention: Option<f64>,
    /// What is asked for here ÷ all that is asked for.
    pub share: Option<f64>,
    /// The longest stretch without any booking in one environment; the first of equals.
    pub longest_idle: Option<Idle>,
    /// Uses without a gap that begin in the period; null for teams.
    pub uses: Option<u32>,
    /// Those that install a version, and so are set up; null for teams.
    pub setups: Option<u32>,
    /// The work of setting up, in person days.
    pub setup_person_days: Option<f64>,
    /// What it costs.
    pub cost: Option<f64>,
    /// What the environments cost whose cost is known; null for teams.
    pub known_cost: Option<f64>,
}

/// A stretch without any booking.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Idle {
    /// In which environment.
    pub environment: String,
    /// Its first instant.
    pub from: Moment,
    /// The first instant after it.
    pub to: Moment,
    /// Its length in days of 24 hours.
    pub days: f64,
}

/// An input that nobody wrote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct MissingView {
    /// The key as manifests write it, such as `cost.per_day`.
    pub input: &'static str,
    /// The environments that say nothing of it; empty for what the portfolio does not say.
    pub environments: Vec<String>,
    /// What is null for want of it: `cost`, `setup_person_days`.
    pub hides: Vec<&'static str>,
}

/// The use of several environments together.
#[derive(Debug, Clone)]
struct Sum {
    environments: usize,
    usage: Measured,
    known_cost: f64,
    idle: Option<Idle>,
}

impl Sum {
    fn nothing() -> Self {
        Self { environments: 0, usage: Measured::nothing(), known_cost: 0.0, idle: None }
    }

    fn add(&mut self, input: &Input<'_>, environment: usize, usage: &Measured) {
        let (manifest, zone) = input.environment(environment);
        let idle = usage.longest_idle.map(|stretch| Idle {
            environment: manifest.id.to_string(),
            from: Moment::new(stretch.start, zone),
            to: Moment::new(stretch.end, zone),
            days: hours(stretch) / 24.0,
        });
        if self.idle.as_ref().map_or(0.0, |longest| longest.days) < idle.as_ref().map_or(0.0, |idle| idle.days) {
            self.idle = idle;
        }
        self.environments += 1;
        self.known_cost += usage.cost.unwrap_or(0.0);
        self.usage = std::mem::take(&mut self.usage).plus(usage);
    }

    fn row(&self, id: Option<String>, stage: Option<String>, all: f64) -> Row {
        let usage = &self.usage;
        let ratio = |ratio: f64| round(ratio, 4);
        let hours = |hours: f64| Some(round(hours, 2));
        Row {
            id,
            stage,
            environments: self.environments,
            available_hours: hours(usage.available),
            booked_hours: hours(usage.booked),
            demanded_hours: round(usage.demanded, 2),
            above_hours: hours(usage.above),
            tentative_hours: hours(usage.tentative),
            utilisation: usage.utilisation().map(ratio),
            idle: usage.utilisation().map(|used| ratio(1.0 - used)),
            contention: usage.contention().map(ratio),
            share: (all > 0.0).then(|| ratio(usage.demanded / all)),
            longest_idle: self.idle.clone().map(|idle| Idle { days: round(idle.days, 2), ..idle }),
            uses: Some(usage.uses),
            setups: Some(usage.setups),
            setup_person_days: usage.setup_effort.map(|effort| round(effort, 2)),
            cost: usage.cost.map(|cost| round(cost, 2)),
            known_cost: Some(round(self.known_cost, 2)),
        }
    }
}

impl Usage {
    /// The view of these environments, by index.
    pub fn new(header: Header, input: &Input<'_>, environments: &[usize], period: &Period, by: By) -> Self {
        let portfolio = input.portfolio;
        let measure = |environment: usize, from: NaiveDate, to: NaiveDate| {
            usage::of_environment(portfolio, input.occupancy, environment, from, to)
        };
        let each: Vec<(usize, Measured)> = environments
            .iter()
            .map(|&environment| (environment, measure(environment, period.from, period.to)))
            .collect();
        let sum = |of: &mut dyn Iterator<Item = (usize, &Measured)>| {
            let mut sum = Sum::nothing();
            of.for_each(|(environment, usage)| sum.add(input, environment, usage));
            sum
        };
        let total = sum(&mut each.iter().map(|(environment, usage)| (*environment, usage)));
        let all = total.usage.demanded;
        let stage = |environment: usize| portfolio.environments[environment].stage.to_string();
        let rows = match by {
            By::Environment => each
                .iter()
                .map(|(environment, usage)| {
                    let id = portfolio.environments[*environment].id.to_string();
                    sum(&mut std::iter::once((*environment, usage))).row(Some(id), Some(stage(*environment)), all)
                })
                .collect(),
            // They come in the order of promotion, so a stage is one run.
            By::Stage => each
                .chunk_by(|(a, _), (b, _)| stage(*a) == stage(*b))
                .map(|run| {
                    let stage = run.first().map(|(environment, _)| stage(*environment));
                    sum(&mut run.iter().map(|(environment, usage)| (*environment, usage))).row(stage, None, all)
                })
                .collect(),
            By::Month => usage::months(period.from, period.to)
                .into_iter()
                .map(|(from, to)| {
                    let of: Vec<_> = environments.iter().map(|&one| (one, measure(one, from, to))).collect();
                    let id = from.format("%Y-%m").to_string();
                    sum(&mut of.iter().map(|(environment, usage)| (*environment, usage))).row(Some(id), None, all)
                })
                .collect(),
            By::Team => teams(input, environments, period),
        };
        Self {
            header,
            portfolio: portfolio.settings.common.name().map(str::to_owned),
            from: period.from,
            to: period.to,
            period: period.chosen.clone(),
            by: by.as_str(),
            currency: portfolio.settings.rates.as_ref().and_then(|rates| Some(rates.currency.as_ref()?.to_string())),
            rows,
            total: total.row(None, None, all),
            missing: if by == By::Team { Vec::new() } else { missing(input, &each) },
        }
    }
}

/// What teams ask for, the most first.
fn teams(input: &Input<'_>, environments: &[usize], period: &Period) -> Vec<Row> {
    let found = usage::by_team(input.portfolio, input.occupancy, environments, period.from, period.to);
    let all: f64 = found.values().sum();
    let mut rows: Vec<Row> = found
        .into_iter()
        .map(|(team, demanded)| Row {
            id: team.map(str::to_owned),
            stage: None,
            environments: environments.len(),
            available_hours: None,
            booked_hours: None,
            demanded_hours: round(demanded, 2),
            above_hours: None,
            tentative_hours: None,
            utilisation: None,
            idle: None,
            contention: None,
            share: (all > 0.0).then(|| round(demanded / all, 4)),
            longest_idle: None,
            uses: None,
            setups: None,
            setup_person_days: None,
            cost: None,
            known_cost: None,
        })
        .collect();
    rows.sort_by(|a, b| b.demanded_hours.total_cmp(&a.demanded_hours));
    rows
}

fn missing(input: &Input<'_>, each: &[(usize, Measured)]) -> Vec<MissingView> {
    let mut found: BTreeMap<&'static str, (Vec<String>, bool, bool)> = BTreeMap::new();
    for (environment, usage) in each {
        for Missing { input: key, hides_cost, hides_effort } in usage::missing(input.portfolio, *environment, usage) {
            let entry = found.entry(key).or_default();
            // What the portfolio should say is no environment's to say.
            if !key.starts_with("rates.") {
                entry.0.push(input.portfolio.environments[*environment].id.to_string());
            }
            entry.1 |= hides_cost;
            entry.2 |= hides_effort;
        }
    }
    found
        .into_iter()
        .map(|(input, (environments, cost, effort))| MissingView {
            input,
            environments,
            hides: [(cost, "cost"), (effort, "setup_person_days")]
                .into_iter()
                .filter_map(|(hides, what)| hides.then_some(what))
                .collect(),
        })
        .collect()
}

/// A number with a few decimals: sums of hours must not differ in the last bit.
pub fn round(number: f64, decimals: i32) -> f64 {
    let scale = 10_f64.powi(decimals);
    let rounded = (number * scale).round() / scale;
    // Never "-0".
    rounded + 0.0
}
