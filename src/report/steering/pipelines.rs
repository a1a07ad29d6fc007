//! The view of `relm report pipelines`.

use serde::Serialize;

use super::{Days, Figure};
use crate::analysis::metrics::pipelines::DEFINITIONS;
use crate::analysis::metrics::{Period, Scope, median};
use crate::analysis::steering::pipelines::{self, Growth, Usage};
use crate::model::records::{PipelineRun, RunResult};
use crate::report::Header;
use crate::report::gate::{Input, Source};
use crate::report::metrics::{PointView, rounded};

/// The name and version of [`Pipelines`]'s shape.
pub const SCHEMA: &str = "relm.report.pipelines/1";

/// What `relm report pipelines` shows.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Pipelines {
    /// Schema, day and revision.
    #[serde(flatten)]
    pub header: Header,
    /// The portfolio's name.
    pub portfolio: Option<String>,
    /// The days.
    #[serde(flatten)]
    pub days: Days,
    /// What the points of a trend stand for: `week`, `month` or `quarter`.
    pub step: &'static str,
    /// Runs in the days.
    pub runs: usize,
    /// Runs that ended well ÷ those that ended well or badly; null when none did.
    pub success_rate: Option<f64>,
    /// The minutes that all runs took.
    pub spent_minutes: f64,
    /// Runs of projects that nobody knows, which are left out.
    pub unknown: usize,
    /// The metrics of pipelines, as `relm report kpi` has them.
    pub metrics: Vec<Figure>,
    /// The pipelines, the worst first.
    pub pipelines: Vec<PipelineView>,
    /// What grew, by project, the most first; what cannot be compared is left out.
    pub growth: Vec<GrowthView>,
}

/// A pipeline.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
pub struct PipelineView {
    /// The project.
    pub project: String,
    /// Its name; null when nobody gave one.
    pub name: Option<String>,
    /// Runs in the days.
    pub runs: usize,
    /// Runs a week.
    pub runs_per_week: f64,
    /// Runs that ended well.
    pub succeeded: usize,
    /// Runs that ended badly.
    pub failed: usize,
    /// Runs that were called off.
    pub aborted: usize,
    /// Runs that ended well ÷ those that ended well or badly.
    pub success_rate: Option<f64>,
    /// Half of the runs that ended well took at most so many minutes.
    pub p50_minutes: Option<f64>,
    /// Nineteen of twenty did.
    pub p95_minutes: Option<f64>,
    /// The median of the latest 10 runs that ended well; null with fewer than 20 up to the last day.
    pub latest_minutes: Option<f64>,
    /// The median of the up to 30 before them.
    pub before_minutes: Option<f64>,
    /// The latest ÷ those before − 1.
    pub change: Option<f64>,
    /// Minutes a week more than before: runs a week × what each takes longer; negative when it takes less.
    pub growth_minutes_per_week: Option<f64>,
    /// Whether it has become slow, as the metric `slow_pipelines` counts it; null when nothing can be compared.
    pub slow: Option<bool>,
    /// The minutes that its runs took.
    pub spent_minutes: f64,
    /// The median of the runs that ended well, by step.
    pub trend: Vec<PointView>,
    /// The runs that stand out from those before them.
    pub slow_runs: Vec<RunView>,
    /// Every run of the days; empty unless they were asked for.
    pub records: Vec<RunView>,
    /// Where the last run is written.
    pub source: Option<Source>,
}

/// A run.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
pub struct RunView {
    /// When it finished, as written.
    pub at: String,
    /// How long it took.
    pub minutes: f64,
    /// `succeeded`, `failed` or `aborted`.
    pub result: &'static str,
    /// The minutes it would have been within: median + 3 × 1.4826 × MAD of the runs before; null where that is not asked.
    pub bound_minutes: Option<f64>,
    /// Where it is written.
    pub source: Option<Source>,
}

/// The growth of a project.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
pub struct GrowthView {
    /// The project.
    pub project: String,
    /// Minutes a week more than before, over its pipelines.
    pub minutes_per_week: f64,
    /// What of all minutes that grew grew here; null when it did not grow.
    pub share: Option<f64>,
    /// What each of its pipelines adds, the most first.
    pub parts: Vec<PartView>,
}

/// What a pipeline adds to the growth of its project.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
pub struct PartView {
    /// The pipeline; null when nobody named it.
    pub name: Option<String>,
    /// Minutes a week more than before.
    pub minutes_per_week: f64,
}

impl Pipelines {
    /// The pipelines of some members of a portfolio. With `records` every run is listed.
    pub fn new(header: Header, input: &Input<'_>, scope: &Scope<'_, '_>, chosen: Option<&str>, records: bool) -> Self {
        let (usage, unknown) = pipelines::usage(scope);
        let growth = pipelines::growth(&usage);
        let ended: usize = usage.iter().map(|it| it.succeeded + it.failed).sum();
        let succeeded: usize = usage.iter().map(|it| it.succeeded).sum();
        Self {
            header,
            portfolio: scope.base.portfolio().settings.common.name().map(str::to_owned),
            days: Days::new(scope.period, chosen),
            step: scope.period.readable_step().as_str(),
            runs: usage.iter().map(|it| it.runs.len()).sum(),
            success_rate: (ended > 0).then(|| rounded(succeeded as f64 / ended as f64)),
            spent_minutes: usage.iter().map(|it| it.spent).sum(),
            unknown,
            metrics: DEFINITIONS.iter().map(|it| Figure::new(input, it, &(it.measure)(scope))).collect(),
            pipelines: usage.iter().map(|it| pipeline(input, it, scope.period, records)).collect(),
            growth: grown(&growth),
        }
    }
}

fn named(name: &str) -> Option<String> {
    (!name.is_empty()).then(|| name.to_owned())
}

fn pipeline(input: &Input<'_>, it: &Usage<'_>, period: Period, records: bool) -> PipelineView {
    let every = it.runs.iter().filter(|_| records);
    PipelineView {
        project: it.project.to_owned(),
        name: named(it.name),
        runs: it.runs.len(),
        runs_per_week: rounded(it.per_week),
        succeeded: it.succeeded,
        failed: it.failed,
        aborted: it.aborted,
        success_rate: it.success().map(rounded),
        p50_minutes: it.p50.map(rounded),
        p95_minutes: it.p95.map(rounded),
        latest_minutes: it.trend.map(|trend| rounded(trend.latest)),
        before_minutes: it.trend.map(|trend| rounded(trend.before)),
        change: it.trend.filter(|trend| trend.before > 0.0).map(|trend| rounded(trend.latest / trend.before - 1.0)),
        growth_minutes_per_week: it.growth().map(rounded),
        slow: it.trend.map(|_| it.is_slow()),
        spent_minutes: it.spent,
        trend: trend(it, period),
        slow_runs: it.slow.iter().map(|(record, bound)| run(input, record, Some(*bound))).collect(),
        records: every.map(|(_, record)| run(input, record, None)).collect(),
        source: it.runs.last().and_then(|(_, last)| input.source(last.span)),
    }
}

fn run(input: &Input<'_>, run: &PipelineRun, bound: Option<f64>) -> RunView {
    RunView {
        at: run.at.to_string(),
        minutes: run.duration.value.0 as f64,
        result: run.result.unwrap_or(RunResult::Succeeded).as_str(),
        bound_minutes: bound.map(rounded),
        source: input.source(run.span),
    }
}

fn trend(it: &Usage<'_>, period: Period) -> Vec<PointView> {
    let step = period.readable_step();
    let good: Vec<_> =
        it.runs.iter().filter(|(_, run)| matches!(run.result, None | Some(RunResult::Succeeded))).collect();
    let point = |part: Period| {
        let within = good.iter().filter(|(day, _)| part.contains(*day));
        let minutes: Vec<f64> = within.map(|(_, run)| run.duration.value.0 as f64).collect();
        let (id, population) = (part.name(step), minutes.len());
        PointView { id, since: part.since, until: part.until, value: median(minutes).map(rounded), population }
    };
    period.steps(step).into_iter().map(point).collect()
}

fn grown(growth: &[Growth<'_>]) -> Vec<GrowthView> {
    let all: f64 = growth.iter().flat_map(|it| &it.parts).map(|(_, minutes)| minutes.max(0.0)).sum();
    let view = |it: &Growth<'_>| GrowthView {
        project: it.project.to_owned(),
        minutes_per_week: rounded(it.minutes),
        share: (it.minutes > 0.0 && all > 0.0)
            .then(|| rounded(it.parts.iter().map(|(_, minutes)| minutes.max(0.0)).sum::<f64>() / all)),
        parts: it
            .parts
            .iter()
            .map(|(name, minutes)| PartView { name: named(name), minutes_per_week: rounded(*minutes) })
            .collect(),
    };
    growth.iter().map(view).collect()
}
