//! Shared or on demand: what an environment costs when it stands all the time, and when it is made for each use.
//!
//! Over a period: *persistent* = `per_day` × days + setup effort × rate + Σ waiting days × delay cost, where the waiting
//! comes from the contention found at today's capacity; *on demand* = uses × (`per_setup` + setup effort × rate) + running
//! days × `per_day`. Inputs that nobody wrote are unknown, at least nothing; where they could turn the answer there is none.

use chrono::NaiveDate;

use super::deployments::whole_days;
use super::occupancy::Occupancy;
use super::usage::{self, hours};
use crate::diagnostic::Span;
use crate::model::Portfolio;
use crate::model::environment::Environment;

/// Something the comparison rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Input {
    /// `cost.per_day` of the environment.
    PerDay,
    /// `cost.per_setup` of the environment.
    PerSetup,
    /// `setup.effort` of the environment, in person days, times `rates.person_day`.
    SetupWork,
    /// `rates.delay_day` of the portfolio.
    DelayDay,
}

impl Input {
    /// The key as manifests write it.
    pub const fn key(self) -> &'static str {
        match self {
            Self::PerDay => "cost.per_day",
            Self::PerSetup => "cost.per_setup",
            Self::SetupWork => "setup.effort × rates.person_day",
            Self::DelayDay => "rates.delay_day",
        }
    }
}

/// An input as far as it is known.
#[derive(Debug, Clone, PartialEq)]
pub struct Known {
    /// Which.
    pub input: Input,
    /// Its value in money; none when it is not written.
    pub value: Option<f64>,
    /// Where it, or what it is made of, is written.
    pub spans: Vec<Span>,
    /// The keys that are missing.
    pub missing: Vec<&'static str>,
    /// How often it counts when the environment stands all the time.
    pub persistent: f64,
    /// How often it counts on demand.
    pub on_demand: f64,
}

impl Known {
    /// How much oftener it counts when the environment stands all the time.
    fn pull(&self) -> f64 {
        self.persistent - self.on_demand
    }
}

/// Which is cheaper.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It should stand all the time.
    Persistent,
    /// It should be made for each use.
    OnDemand,
    /// They cost the same.
    Even,
    /// Unknown inputs decide.
    Unknown,
}

/// The comparison for one environment.
#[derive(Debug, Clone, PartialEq)]
pub struct Advice {
    /// Every input, in the order of [`Input`].
    pub inputs: Vec<Known>,
    /// Days of the period.
    pub days: f64,
    /// Uses without a gap that begin in it.
    pub uses: u32,
    /// Days on which something is booked, in hours ÷ 24.
    pub running_days: f64,
    /// Days of waiting: unit-days asked for above the capacity.
    pub waiting_days: f64,
    /// What it costs standing all the time, as far as is known.
    pub persistent: f64,
    /// What it costs on demand, as far as is known.
    pub on_demand: f64,
    /// The answer.
    pub verdict: Verdict,
    /// Uses a month from which standing all the time is cheaper, each as long as those of the period on average.
    pub break_even_uses: Option<f64>,
    /// The share of the days in use from which standing all the time is cheaper, at as many uses as in the period; none when
    /// that is never so or unknown.
    pub break_even_utilisation: Option<f64>,
}

/// Compares the two for an environment from the first to the last day in its zone; none when they are the wrong way round.
pub fn advise(
    portfolio: &Portfolio,
    occupancy: &Occupancy,
    environment: usize,
    first: NaiveDate,
    last: NaiveDate,
) -> Option<Advice> {
    let manifest = &portfolio.environments[environment];
    let period = whole_days(first, last, portfolio.zone_of(manifest))?;
    let days = ((last - first).num_days() + 1) as f64;
    let levels = occupancy.definite_levels(portfolio, environment);
    let inside: Vec<_> = levels.iter().filter_map(|level| Some((level, level.time.intersect(&period)?))).collect();
    let running_days = usage::running_days(&inside.iter().map(|(_, time)| *time).collect::<Vec<_>>());
    let above = |units: u32| f64::from(units.saturating_sub(manifest.capacity()));
    let waiting_days = inside.iter().map(|(level, time)| above(level.units) * hours(*time) / 24.0).sum();
    let holds = occupancy.holds(environment);
    let uses = holds.iter().filter(|hold| period.contains(hold.time.start)).count() as u32;
    let counts = Counts { days, uses: f64::from(uses), running_days, waiting_days };
    let inputs = inputs(portfolio, manifest, counts);
    let cost = |count: fn(&Known) -> f64| inputs.iter().map(|known| known.value.unwrap_or(0.0) * count(known)).sum();
    let (persistent, on_demand) = (cost(|known| known.persistent), cost(|known| known.on_demand));
    let value = |input: Input| inputs.iter().find(|known| known.input == input).and_then(|known| known.value);
    let needed = inputs.iter().all(|known| known.value.is_some() || known.pull() == 0.0);
    let each = value(Input::PerSetup).zip(value(Input::SetupWork)).map(|(setup, work)| setup + work);
    let months = days / (365.25 / 12.0);
    let break_even_uses = each.zip(value(Input::PerDay)).filter(|_| needed && uses > 0).and_then(|(each, per_day)| {
        let one = each + per_day * running_days / f64::from(uses);
        (one > 0.0).then(|| persistent / one / months)
    });
    let break_even_utilisation =
        each.zip(value(Input::PerDay)).filter(|(_, per_day)| needed && *per_day > 0.0).and_then(|(each, per_day)| {
            let share = (persistent - f64::from(uses) * each) / (per_day * days);
            (0.0..=1.0).contains(&share).then_some(share)
        });
    let verdict = verdict(&inputs, persistent - on_demand);
    Some(Advice {
        inputs,
        days,
        uses,
        running_days,
        waiting_days,
        persistent,
        on_demand,
        verdict,
        break_even_uses,
        break_even_utilisation,
    })
}

#[derive(Clone, Copy)]
struct Counts {
    days: f64,
    uses: f64,
    running_days: f64,
    waiting_days: f64,
}

fn inputs(portfolio: &Portfolio, environment: &Environment, counts: Counts) -> Vec<Known> {
    let cost = environment.cost.as_ref();
    let rates = portfolio.settings.rates.as_ref();
    let per_day = cost.and_then(|cost| cost.per_day.as_ref());
    let per_setup = cost.and_then(|cost| cost.per_setup.as_ref());
    let effort = environment.setup.as_ref().and_then(|setup| setup.effort.as_ref());
    let person_day = rates.and_then(|rates| rates.person_day.as_ref());
    let delay_day = rates.and_then(|rates| rates.delay_day.as_ref());
    let single = |input: Input, written: Option<&crate::model::Spanned<f64>>, persistent, on_demand| Known {
        input,
        value: written.map(|amount| amount.value),
        spans: written.map(|amount| amount.span).into_iter().collect(),
        missing: if written.is_none() { vec![input.key()] } else { Vec::new() },
        persistent,
        on_demand,
    };
    let work = Known {
        input: Input::SetupWork,
        value: effort.zip(person_day).map(|(effort, rate)| effort.value.person_days() * rate.value),
        spans: effort.map(|it| it.span).into_iter().chain(person_day.map(|it| it.span)).collect(),
        missing: [(effort.is_none(), "setup.effort"), (person_day.is_none(), "rates.person_day")]
            .into_iter()
            .filter_map(|(missing, key)| missing.then_some(key))
            .collect(),
        persistent: 1.0,
        on_demand: counts.uses,
    };
    vec![
        single(Input::PerDay, per_day, counts.days, counts.running_days),
        single(Input::PerSetup, per_setup, 0.0, counts.uses),
        work,
        single(Input::DelayDay, delay_day, counts.waiting_days, 0.0),
    ]
}

/// What is cheaper, given what persistent is known to cost more; unknown inputs cost at least nothing.
fn verdict(inputs: &[Known], more: f64) -> Verdict {
    let unknown = inputs.iter().filter(|known| known.value.is_none());
    let pulls: Vec<f64> = unknown.map(Known::pull).filter(|pull| *pull != 0.0).collect();
    if more > 0.0 && pulls.iter().all(|pull| *pull > 0.0) {
        Verdict::OnDemand
    } else if more < 0.0 && pulls.iter().all(|pull| *pull < 0.0) {
        Verdict::Persistent
    } else if pulls.is_empty() {
        Verdict::Even
    } else {
        Verdict::Unknown
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::float_cmp)]

    use super::*;
    use crate::analysis::testing::{Loaded, loaded};

    fn advice(rates: &str, cost: &str, bookings: &str) -> Advice {
        let text = format!(
            "kind: portfolio\nstages: [dev, test, prod]\n{rates}---\nkind: environment\nid: uat\nstage: test\n{cost}bookings:\n{bookings}"
        );
        let Loaded { portfolio, schedule, .. } = loaded(&text);
        let occupancy = Occupancy::new(&portfolio, &schedule);
        let day = |text: &str| text.parse().unwrap();
        advise(&portfolio, &occupancy, 0, day("2026-11-01"), day("2026-11-30")).unwrap()
    }

    const TWO_USES: &str =
        "  - {id: a, from: 2026-11-02, to: 2026-11-06}\n  - {id: b, from: 2026-11-09, to: 2026-11-13}\n";
    const RATES: &str = "rates: {person_day: 500, delay_day: 1000}\n";
    const COST: &str = "cost: {per_day: 100, per_setup: 200}\nsetup: {effort: 1pd}\n";

    #[test]
    fn both_sums_follow_their_formulas() {
        let found = advice(RATES, COST, TWO_USES);
        assert_eq!(found.persistent, 30.0 * 100.0 + 500.0);
        assert_eq!(found.on_demand, 2.0 * (200.0 + 500.0) + 10.0 * 100.0);
        assert_eq!(found.verdict, Verdict::OnDemand);
        let months = 30.0 / (365.25 / 12.0);
        assert_eq!(found.break_even_uses, Some(3500.0 / (700.0 + 500.0) / months));
        assert_eq!(found.break_even_utilisation, Some((3500.0 - 1400.0) / 3000.0));
    }

    #[test]
    fn waiting_is_paid_for_when_it_stands_all_the_time() {
        let more = format!("{TWO_USES}  - {{id: c, from: 2026-11-06, to: 2026-11-07}}\n");
        let found = advice(RATES, COST, &more);
        assert_eq!((found.waiting_days, found.uses, found.running_days), (1.0, 3, 11.0));
        assert_eq!(found.persistent, 3000.0 + 500.0 + 1000.0);
    }

    #[test]
    fn unknown_inputs_that_could_turn_it_leave_no_verdict() {
        let dear = "cost: {per_day: 100}\n";
        assert_eq!(advice("", dear, TWO_USES).verdict, Verdict::Unknown);
        // Nothing waits, so the cost of delay does not matter.
        let found = advice("rates: {person_day: 500}\n", COST, TWO_USES);
        assert_eq!(found.verdict, Verdict::OnDemand);
        assert!(found.break_even_uses.is_some());
        let found = advice(RATES, "setup: {effort: 1pd}\ncost: {per_setup: 200}\n", TWO_USES);
        assert_eq!((found.verdict, found.break_even_uses), (Verdict::Unknown, None));
        assert_eq!(found.inputs[0].missing, ["cost.per_day"]);
        // Not used at all: a day costs something or nothing, so standing is never cheaper, but it may be even.
        assert_eq!(advice(RATES, COST, "").verdict, Verdict::OnDemand);
    }

    #[test]
    fn each_input_knows_its_places() {
        let found = advice(RATES, COST, TWO_USES);
        assert_eq!(found.inputs.iter().map(|known| known.spans.len()).collect::<Vec<_>>(), [1, 1, 2, 1]);
    }
}
