//! Pipelines: what they cost, and which of them grew.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::analysis::metrics::pipelines::{Pipeline, Trend, pipelines};
use crate::analysis::metrics::{Scope, day_in, is_known_project, quantile};
use crate::model::records::{PipelineRun, RunResult};

/// What a pipeline did in a period.
#[derive(Debug, Clone)]
pub struct Usage<'p> {
    /// The project.
    pub project: &'p str,
    /// Its name; empty when nobody gave one.
    pub name: &'p str,
    /// Its runs of the period with the day of each, the earliest first, however they ended.
    pub runs: Vec<(NaiveDate, &'p PipelineRun)>,
    /// How many of them ended well.
    pub succeeded: usize,
    /// How many ended badly.
    pub failed: usize,
    /// How many were called off.
    pub aborted: usize,
    /// The minutes that all of them took.
    pub spent: f64,
    /// Half of the runs that ended well took at most so many minutes.
    pub p50: Option<f64>,
    /// Nineteen of twenty did.
    pub p95: Option<f64>,
    /// What its latest runs show, up to the end of the period.
    pub trend: Option<Trend>,
    /// The runs of the period that stand out from those before them, each with the minutes it would have been within.
    pub slow: Vec<(&'p PipelineRun, f64)>,
    /// Runs of the period a week.
    pub per_week: f64,
}

/// The growth of a project, over its pipelines.
#[derive(Debug, Clone, PartialEq)]
pub struct Growth<'p> {
    /// The project.
    pub project: &'p str,
    /// Minutes a week more than before; the sum of what grew and what shrank.
    pub minutes: f64,
    /// What each of its pipelines adds, the most first.
    pub parts: Vec<(&'p str, f64)>,
}

impl Usage<'_> {
    /// Runs that ended well ÷ those that ended well or badly.
    pub fn success(&self) -> Option<f64> {
        let ended = self.succeeded + self.failed;
        (ended > 0).then(|| self.succeeded as f64 / ended as f64)
    }

    /// How many minutes longer the latest runs take than those before; negative when they take less.
    pub fn longer(&self) -> Option<f64> {
        self.trend.map(|trend| trend.latest - trend.before)
    }

    /// The minutes a week that this makes: runs a week × what each takes longer.
    pub fn growth(&self) -> Option<f64> {
        self.longer().map(|longer| longer * self.per_week)
    }

    /// Whether its latest runs have become slow, as the metric `slow_pipelines` counts it.
    pub fn is_slow(&self) -> bool {
        self.trend.is_some_and(|trend| trend.grew || trend.last_stands_out)
    }
}

/// The pipelines that ran in the period, the worst first: those whose latest runs take a quarter longer, then by
/// what they grew a week, then those whose last run stands out, then by what fails most.
/// Runs of projects that nobody knows are left out and counted.
pub fn usage<'p>(scope: &Scope<'_, 'p>) -> (Vec<Usage<'p>>, usize) {
    let portfolio = scope.base.portfolio();
    let mut runs: BTreeMap<(&str, &str), Vec<(NaiveDate, &'p PipelineRun)>> = BTreeMap::new();
    let mut unknown = 0;
    for &index in &scope.members.pipelines {
        let run = &portfolio.pipelines[index];
        let day = day_in(run.at.value, portfolio.zone);
        if !scope.period.contains(day) {
            continue;
        }
        if is_known_project(portfolio, &run.project) {
            runs.entry((&run.project, run.common.name().unwrap_or_default())).or_default().push((day, run));
        } else {
            unknown += 1;
        }
    }
    let known = pipelines(scope);
    let by_name: BTreeMap<_, _> = known.iter().map(|it| ((it.project, it.name), it)).collect();
    let weeks = scope.period.weeks();
    let of = |((project, name), mut runs): ((&'p str, &'p str), Vec<(NaiveDate, &'p PipelineRun)>)| {
        runs.sort_by_key(|(_, run)| (run.at.value.instant(portfolio.zone), run.span));
        let per_week = runs.len() as f64 / weeks;
        one(project, name, runs, by_name.get(&(project, name)).copied(), per_week, scope)
    };
    let mut found: Vec<Usage<'p>> = runs.into_iter().map(of).collect();
    let badness = |it: &Usage<'_>| {
        let (grew, stands_out) = it.trend.map_or((false, false), |trend| (trend.grew, trend.last_stands_out));
        (grew, it.growth().unwrap_or(0.0), stands_out, it.success().map_or(0.0, |rate| -rate))
    };
    found.sort_by(|a, b| {
        let (a, b) = (badness(a), badness(b));
        b.0.cmp(&a.0).then(b.1.total_cmp(&a.1)).then(b.2.cmp(&a.2)).then(b.3.total_cmp(&a.3))
    });
    (found, unknown)
}

fn one<'p>(
    project: &'p str,
    name: &'p str,
    runs: Vec<(NaiveDate, &'p PipelineRun)>,
    known: Option<&Pipeline<'p>>,
    per_week: f64,
    scope: &Scope<'_, '_>,
) -> Usage<'p> {
    let minutes = |run: &PipelineRun| run.duration.value.0 as f64;
    let ended =
        |wanted: RunResult| runs.iter().filter(|(_, run)| run.result.unwrap_or(RunResult::Succeeded) == wanted).count();
    let (succeeded, failed, aborted) =
        (ended(RunResult::Succeeded), ended(RunResult::Failed), ended(RunResult::Aborted));
    let own = known.map_or(&[][..], |pipeline| &pipeline.runs);
    let within = own.iter().enumerate().filter(|(_, (day, _))| scope.period.contains(*day));
    let good: Vec<f64> = within.clone().map(|(_, (_, run))| minutes(run)).collect();
    let slow = within.filter_map(|(nth, (_, run))| {
        let bound = known?.bound(nth)?;
        (minutes(run) > bound).then_some((*run, bound))
    });
    Usage {
        project,
        name,
        succeeded,
        failed,
        aborted,
        spent: runs.iter().map(|(_, run)| minutes(run)).sum(),
        p50: quantile(good.clone(), 0.5),
        p95: quantile(good, 0.95),
        trend: known.and_then(Pipeline::trend),
        slow: slow.collect(),
        per_week,
        runs,
    }
}

/// What grew, by project, the most first. Projects of which nothing can be compared are left out.
pub fn growth<'p>(usage: &[Usage<'p>]) -> Vec<Growth<'p>> {
    let mut projects: BTreeMap<&'p str, Vec<(&'p str, f64)>> = BTreeMap::new();
    for it in usage {
        if let Some(minutes) = it.growth() {
            projects.entry(it.project).or_default().push((it.name, minutes));
        }
    }
    let mut found: Vec<Growth<'p>> = projects
        .into_iter()
        .map(|(project, mut parts)| {
            parts.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(b.0)));
            Growth { project, minutes: parts.iter().map(|(_, minutes)| minutes).sum(), parts }
        })
        .collect();
    found.sort_by(|a, b| b.minutes.total_cmp(&a.minutes));
    found
}
