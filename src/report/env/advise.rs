//! The view of `relm env advise`: shared and standing, or made on demand.

use chrono::NaiveDate;
use serde::Serialize;

use super::usage::{Period, round};
use super::{Input, Source};
use crate::analysis::advice::{self, Advice, Known, Verdict};
use crate::model::environment::Provisioning;
use crate::report::Header;

/// The name and version of [`Advise`]'s shape.
pub const SCHEMA: &str = "relm.env.advise/1";

/// Days of a month on average.
const MONTH: f64 = 365.25 / 12.0;

/// What `relm env advise` shows. Amounts are in the portfolio's currency; what cannot be told is null.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct Advise {
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
    /// The currency of the amounts.
    pub currency: Option<String>,
    /// The environments that were asked for, in the order of promotion, then by id.
    pub environments: Vec<AdviceView>,
}

/// The comparison for one environment.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct AdviceView {
    /// The id.
    pub environment: String,
    /// The name for people.
    pub name: Option<String>,
    /// The stage it belongs to.
    pub stage: String,
    /// How it is kept now: `persistent` or `on-demand`.
    pub provisioning: &'static str,
    /// What is cheaper: `persistent`, `on-demand` or `even`; null when unknown inputs decide it.
    pub verdict: Option<&'static str>,
    /// How much it saves over the period against the other; null when an input of it is unknown.
    pub saves: Option<f64>,
    /// What it costs standing all the time, as far as inputs are known.
    pub persistent: f64,
    /// What it costs on demand, as far as inputs are known.
    pub on_demand: f64,
    /// Uses a month from which standing all the time is cheaper, each as long as those of the period on average.
    pub break_even_uses: Option<f64>,
    /// The share of the days in use from which standing all the time is cheaper, at as many uses as in the period.
    pub break_even_utilisation: Option<f64>,
    /// Uses a month in the period.
    pub uses_per_month: f64,
    /// The share of the days in use in the period.
    pub in_use: f64,
    /// Days of the period.
    pub days: f64,
    /// Uses without a gap that begin in it.
    pub uses: u32,
    /// Days on which something is booked.
    pub running_days: f64,
    /// Unit-days asked for above the capacity.
    pub waiting_days: f64,
    /// What the comparison rests on.
    pub inputs: Vec<InputView>,
    /// The keys that nobody wrote and that matter here.
    pub missing: Vec<&'static str>,
    /// Where the environment is written.
    pub source: Option<Source>,
}

/// One input of the comparison, and what it comes to.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct InputView {
    /// The key as manifests write it, such as `cost.per_day`.
    pub input: &'static str,
    /// Its value in money; null when it is not written.
    pub value: Option<f64>,
    /// How often it counts when the environment stands all the time.
    pub persistent_times: f64,
    /// How often it counts on demand.
    pub on_demand_times: f64,
    /// What it adds when the environment stands all the time; null when it is unknown and counts.
    pub persistent: Option<f64>,
    /// What it adds on demand; null when it is unknown and counts.
    pub on_demand: Option<f64>,
    /// Where it, or what it is made of, is written.
    pub sources: Vec<Source>,
    /// The keys that nobody wrote.
    pub missing: Vec<&'static str>,
}

impl Advise {
    /// The view of these environments, by index.
    pub fn new(header: Header, input: &Input<'_>, environments: &[usize], period: &Period) -> Self {
        let portfolio = input.portfolio;
        let advise = |&environment: &usize| {
            let advice = advice::advise(portfolio, input.occupancy, environment, period.from, period.to)?;
            Some(AdviceView::new(input, environment, &advice))
        };
        Self {
            header,
            portfolio: portfolio.settings.common.name().map(str::to_owned),
            from: period.from,
            to: period.to,
            period: period.chosen.clone(),
            currency: portfolio.settings.rates.as_ref().and_then(|rates| Some(rates.currency.as_ref()?.to_string())),
            environments: environments.iter().filter_map(advise).collect(),
        }
    }
}

impl AdviceView {
    fn new(input: &Input<'_>, index: usize, advice: &Advice) -> Self {
        let (environment, _) = input.environment(index);
        let matters = |known: &&Known| known.persistent > 0.0 || known.on_demand > 0.0;
        let mut missing: Vec<&'static str> =
            advice.inputs.iter().filter(matters).flat_map(|known| known.missing.iter().copied()).collect();
        missing.dedup();
        let verdict = match advice.verdict {
            Verdict::Persistent => Some(Provisioning::Persistent.as_str()),
            Verdict::OnDemand => Some(Provisioning::OnDemand.as_str()),
            Verdict::Even => Some("even"),
            Verdict::Unknown => None,
        };
        let all_known = advice.inputs.iter().all(|known| known.value.is_some() || !matters(&known));
        Self {
            environment: environment.id.to_string(),
            name: environment.common.name().map(str::to_owned),
            stage: environment.stage.to_string(),
            provisioning: environment.provisioning.unwrap_or(Provisioning::Persistent).as_str(),
            verdict,
            saves: (all_known && verdict.is_some()).then(|| round((advice.persistent - advice.on_demand).abs(), 2)),
            persistent: round(advice.persistent, 2),
            on_demand: round(advice.on_demand, 2),
            break_even_uses: advice.break_even_uses.map(|uses| round(uses, 2)),
            break_even_utilisation: advice.break_even_utilisation.map(|share| round(share, 4)),
            uses_per_month: round(f64::from(advice.uses) / (advice.days / MONTH), 2),
            in_use: round(advice.running_days / advice.days, 4),
            days: advice.days,
            uses: advice.uses,
            running_days: round(advice.running_days, 2),
            waiting_days: round(advice.waiting_days, 2),
            inputs: advice.inputs.iter().map(|known| InputView::new(input, known)).collect(),
            missing,
            source: input.source(environment.id.span),
        }
    }
}

impl InputView {
    fn new(input: &Input<'_>, known: &Known) -> Self {
        let adds = |times: f64| match known.value {
            Some(value) => Some(round(value * times, 2)),
            None => (times <= 0.0).then_some(0.0),
        };
        Self {
            input: known.input.key(),
            value: known.value.map(|value| round(value, 2)),
            persistent_times: round(known.persistent, 2),
            on_demand_times: round(known.on_demand, 2),
            persistent: adds(known.persistent),
            on_demand: adds(known.on_demand),
            sources: known.spans.iter().filter_map(|&span| input.source(span)).collect(),
            missing: known.missing.clone(),
        }
    }
}
