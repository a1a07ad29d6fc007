//! The view of `relm report improvement`.

use chrono::NaiveDate;
use serde::Serialize;

use super::Figure;
use crate::analysis::metrics::{Base, Goal, definitions};
use crate::analysis::steering::improvement::{self, Aim, Completion, Effect, Progress, Side, Standing};
use crate::diagnostic::suggest::did_you_mean;
use crate::report::Header;
use crate::report::gate::{Input, Source};
use crate::report::metrics::rounded;

/// The name and version of [`Improvement`]'s shape.
pub const SCHEMA: &str = "relm.report.improvement/1";

/// What `relm report improvement` shows.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Improvement {
    /// Schema, day and revision.
    #[serde(flatten)]
    pub header: Header,
    /// The portfolio's name.
    pub portfolio: Option<String>,
    /// Over how many days values are measured, before and after.
    pub days: i64,
    /// How many actions stand where.
    pub summary: Summary,
    /// The actions: overdue, open, done and dropped ones.
    pub actions: Vec<ActionView>,
}

/// How many actions stand where.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Summary {
    /// To do, and their last day is over.
    pub overdue: usize,
    /// To do.
    pub open: usize,
    /// Done.
    pub done: usize,
    /// Given up.
    pub dropped: usize,
    /// Done, and their metric went the way it should.
    pub better: usize,
    /// Done, and it went the other way.
    pub worse: usize,
    /// Done, and their target is reached.
    pub reached: usize,
    /// Done, and their target is not reached.
    pub not_reached: usize,
}

/// An action.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
pub struct ActionView {
    /// The release whose retrospective agreed on it.
    pub release: String,
    /// The id.
    pub id: String,
    /// What is to be done.
    pub name: Option<String>,
    /// Who owns it.
    pub owner: Option<String>,
    /// The last day.
    #[schemars(with = "Option<String>", extend("format" = "date"))]
    pub due: Option<NaiveDate>,
    /// Days from today to the last day; negative when it is over.
    pub days_left: Option<i64>,
    /// `overdue`, `open`, `done` or `dropped`.
    pub status: &'static str,
    /// When it was done; null when it is not, or nothing gives a day.
    pub finished: Option<FinishedView>,
    /// The metric it should move, as written.
    pub metric: Option<String>,
    /// Why the metric cannot be measured: there is none of this name.
    pub unknown_metric: Option<String>,
    /// What it did to the metric; null without one, and for one that does not exist.
    pub effect: Option<EffectView>,
    /// Where it is written.
    pub source: Option<Source>,
}

/// When an action was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct FinishedView {
    /// The day.
    #[schemars(with = "String", extend("format" = "date"))]
    pub day: NaiveDate,
    /// How it is known: `commit`, `work-tree` (not committed yet), `due` (nothing tells, the due date is taken) or `release-end`.
    pub known_by: &'static str,
    /// The commit.
    pub commit: Option<String>,
}

/// What an action did to its metric.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
pub struct EffectView {
    /// What people call the metric.
    pub name: &'static str,
    /// What its value counts.
    pub unit: &'static str,
    /// Which way it should go: `more`, `less` or `neither`.
    pub goal: &'static str,
    /// `projects` or `portfolio`.
    pub scope: &'static str,
    /// The projects it is measured for; empty for the portfolio.
    pub projects: Vec<String>,
    /// Before.
    pub before: SideView,
    /// Since; of an action that is not done over the days up to today. Null when not a day has passed since.
    pub after: Option<SideView>,
    /// After − before.
    pub change: Option<f64>,
    /// (After − before) ÷ before; null when before is 0.
    pub change_ratio: Option<f64>,
    /// `better`, `worse`, `same`, `moved` (nobody says which way is better), `too-early`, `too-few` (records), `no-data` or
    /// `not-done`.
    pub outcome: &'static str,
    /// The value wanted.
    pub target: Option<f64>,
    /// Whether it is reached; null without a target and while nobody can judge.
    pub reached: Option<bool>,
}

/// A value before or after.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
pub struct SideView {
    /// The value; null without data.
    pub value: Option<f64>,
    /// Whether it is the written baseline.
    pub written: bool,
    /// The first day it is measured over.
    #[schemars(with = "Option<String>", extend("format" = "date"))]
    pub since: Option<NaiveDate>,
    /// The last day it is measured over.
    #[schemars(with = "Option<String>", extend("format" = "date"))]
    pub until: Option<NaiveDate>,
    /// What it is made from; null when it is written.
    pub figure: Option<Figure>,
}

impl Improvement {
    /// The actions of these releases, by index.
    pub fn new(
        header: Header,
        input: &Input<'_>,
        base: &Base<'_>,
        releases: &[usize],
        completions: &[Completion],
        days: i64,
    ) -> Self {
        let progress = improvement::progress(base, releases, completions, days);
        let mut summary = Summary::default();
        for it in &progress {
            *match it.standing {
                Standing::Overdue => &mut summary.overdue,
                Standing::Open => &mut summary.open,
                Standing::Done => &mut summary.done,
                Standing::Dropped => &mut summary.dropped,
            } += 1;
            if let Aim::Metric(effect) = &it.aim {
                summary.better += usize::from(effect.outcome == improvement::Outcome::Better);
                summary.worse += usize::from(effect.outcome == improvement::Outcome::Worse);
                summary.reached += usize::from(effect.reached == Some(true));
                summary.not_reached += usize::from(effect.reached == Some(false));
            }
        }
        Self {
            header,
            portfolio: base.portfolio().settings.common.name().map(str::to_owned),
            days,
            summary,
            actions: progress.iter().map(|it| action(input, it)).collect(),
        }
    }
}

fn action(input: &Input<'_>, it: &Progress<'_>) -> ActionView {
    let (portfolio, action) = (input.portfolio(), it.action);
    let due = action.due.as_ref().map(|due| due.value);
    let (unknown, effect) = match &it.aim {
        Aim::Unnamed => (None, None),
        Aim::Unknown(metric) => {
            let hint = did_you_mean(metric, definitions().map(|it| it.id));
            let hint = hint.map_or_else(String::new, |hint| format!("; {hint}"));
            (Some(format!("there is no metric `{metric}`{hint}")), None)
        }
        Aim::Metric(effect) => (None, Some(self::effect(input, effect, action.target))),
    };
    ActionView {
        release: portfolio.releases[it.release].id.to_string(),
        id: action.id.to_string(),
        name: action.common.name().map(str::to_owned),
        owner: action.common.owner().map(ToString::to_string),
        due,
        days_left: due.map(|due| (due - input.gates.clock.today).num_days()),
        status: it.standing.as_str(),
        finished: it.finished.as_ref().map(|finished| FinishedView {
            day: finished.day,
            known_by: finished.known.as_str(),
            commit: finished.commit.clone(),
        }),
        metric: action.metric.as_ref().map(ToString::to_string),
        unknown_metric: unknown,
        effect,
        source: input.source(action.id.span),
    }
}

fn effect(input: &Input<'_>, it: &Effect<'_>, target: Option<f64>) -> EffectView {
    let (before, after) = (it.before.value, it.after.as_ref().and_then(|after| after.value));
    let change = before.zip(after).map(|(before, after)| after - before);
    let side = |side: &Side| SideView {
        value: side.value.map(rounded),
        written: side.period.is_none(),
        since: side.period.map(|period| period.since),
        until: side.period.map(|period| period.until),
        figure: side.period.map(|_| Figure::new(input, it.definition, &side.measured)),
    };
    EffectView {
        name: it.definition.name,
        unit: it.definition.unit.as_str(),
        goal: Goal::as_str(it.definition.goal),
        scope: if it.projects.is_empty() { "portfolio" } else { "projects" },
        projects: it.projects.iter().map(ToString::to_string).collect(),
        before: side(&it.before),
        after: it.after.as_ref().map(side),
        change: change.map(rounded),
        change_ratio: change
            .zip(before)
            .filter(|(_, before)| *before != 0.0)
            .map(|(change, before)| rounded(change / before)),
        outcome: it.outcome.as_str(),
        target,
        reached: it.reached,
    }
}
