//! Builds and tests: how long they take, and which have become slow.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::arithmetic::deviation;
use super::base::{day_in, is_known_project};
use super::definition::{Definition, Family, Goal, Measured, Record, Subject, Unit};
use super::{Scope, median};
use crate::model::records::{PipelineRun, RunResult};

/// Runs that a run is compared with, at most.
const BEFORE: usize = 30;
/// The latest runs of a pipeline whose median is compared with that of those before.
const LATEST: usize = 10;
/// With fewer earlier runs nothing is judged.
const LEAST: usize = 10;
/// How far above the median, in deviations made comparable with a standard deviation, a run stands out.
const DEVIATIONS: f64 = 3.0 * 1.4826;
/// A run that takes so many minutes longer than the median does not stand out, however alike those before are.
const FLOOR: f64 = 1.0;
/// Nor does one that takes so much of the median longer.
const FLOOR_SHARE: f64 = 0.05;
/// How much longer the latest runs may take.
const GROWTH: f64 = 1.25;

const SOURCE: &str = "robust statistics: median and MAD";

/// Build duration, slow runs, slow pipelines.
pub static DEFINITIONS: [Definition; 3] = [
    Definition {
        id: "build_duration",
        name: "build duration",
        family: Family::Pipelines,
        unit: Unit::Minutes,
        definition: "median duration of successful runs of pipelines that are named `build`",
        source: SOURCE,
        needs: "`kind: pipelines` with runs named `build`",
        goal: Goal::Less,
        subject: Subject::Pipeline,
        measure: build_duration,
    },
    Definition {
        id: "slow_runs",
        name: "slow runs",
        family: Family::Pipelines,
        unit: Unit::Ratio,
        definition: "successful runs of the period longer than median + 3 × 1.4826 × MAD of the up to 30 runs before, and than the median by more than a minute and 5 % ÷ runs with at least 10 before",
        source: SOURCE,
        needs: "`kind: pipelines` with more than ten successful runs",
        goal: Goal::Less,
        subject: Subject::Pipeline,
        measure: slow_runs,
    },
    Definition {
        id: "slow_pipelines",
        name: "slow pipelines",
        family: Family::Pipelines,
        unit: Unit::Ratio,
        definition: "pipelines whose last run stands out as slow, or whose last 10 runs have a median above 1.25 × that of the up to 30 before and more than a minute above it ÷ pipelines that ran in the period, with at least 20 successful runs up to its end",
        source: SOURCE,
        needs: "`kind: pipelines` with at least twenty successful runs",
        goal: Goal::Less,
        subject: Subject::Pipeline,
        measure: slow_pipelines,
    },
];

/// A pipeline of a project with its successful runs up to a day.
#[derive(Debug, Clone)]
pub struct Pipeline<'p> {
    /// The project.
    pub project: &'p str,
    /// Its name; empty when nobody gave one.
    pub name: &'p str,
    /// The runs with the day of each, the earliest first.
    pub runs: Vec<(NaiveDate, &'p PipelineRun)>,
}

/// What the latest runs of a pipeline show.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Trend {
    /// The median of the latest runs, in minutes.
    pub latest: f64,
    /// The median of those before.
    pub before: f64,
    /// Whether the latest take more than a quarter, and more than a minute, longer.
    pub grew: bool,
    /// Whether the last run stands out from those before it.
    pub last_stands_out: bool,
}

impl Pipeline<'_> {
    fn minutes(&self, from: usize, to: usize) -> Vec<f64> {
        self.runs[from..to].iter().map(|(_, run)| run.duration.value.0 as f64).collect()
    }

    /// The minutes above which a run stands out from those before it; none when there are too few.
    pub fn bound(&self, nth: usize) -> Option<f64> {
        if nth < LEAST {
            return None;
        }
        let before = self.minutes(nth.saturating_sub(BEFORE), nth);
        let middle = median(before.clone())?;
        let floor = FLOOR.max(FLOOR_SHARE * middle);
        Some(middle + floor.max(DEVIATIONS * deviation(&before)?))
    }

    /// Whether a run stands out from those before it; none when there are too few.
    pub fn stands_out(&self, nth: usize) -> Option<bool> {
        Some(self.runs[nth].1.duration.value.0 as f64 > self.bound(nth)?)
    }

    /// What the latest runs show; none when there are too few.
    pub fn trend(&self) -> Option<Trend> {
        let split = self.runs.len().checked_sub(LATEST).filter(|split| *split >= LEAST)?;
        let latest = median(self.minutes(split, self.runs.len()))?;
        let before = median(self.minutes(split.saturating_sub(BEFORE), split))?;
        let last_stands_out = self.stands_out(self.runs.len() - 1)?;
        Some(Trend { latest, before, grew: latest > before + FLOOR && latest > GROWTH * before, last_stands_out })
    }
}

/// The pipelines of the members, with their successful runs up to the end of the period, by project and name. Runs that say
/// nothing of their end are taken to have succeeded.
pub fn pipelines<'p>(scope: &Scope<'_, 'p>) -> Vec<Pipeline<'p>> {
    let portfolio = scope.base.portfolio();
    let mut found: BTreeMap<(&str, &str), Vec<(NaiveDate, &PipelineRun)>> = BTreeMap::new();
    for &index in &scope.members.pipelines {
        let run = &portfolio.pipelines[index];
        let day = day_in(run.at.value, portfolio.zone);
        let succeeded = matches!(run.result, None | Some(RunResult::Succeeded));
        if succeeded && day <= scope.period.until && is_known_project(portfolio, &run.project) {
            found.entry((&run.project, run.common.name().unwrap_or_default())).or_default().push((day, run));
        }
    }
    let pipeline = |((project, name), mut runs): ((_, _), Vec<(NaiveDate, &'p PipelineRun)>)| {
        runs.sort_by_key(|(_, run)| (run.at.value.instant(portfolio.zone), run.span));
        Pipeline { project, name, runs }
    };
    found.into_iter().map(pipeline).collect()
}

fn run_record(run: &PipelineRun) -> Record {
    let name = run.common.name().unwrap_or("run");
    Record::new("pipeline", format!("{}/{name}@{}", run.project, run.at.value), run.span)
}

fn build_duration(scope: &Scope<'_, '_>) -> Measured {
    let mut out = Measured::default();
    let portfolio = scope.base.portfolio();
    for &index in &scope.members.pipelines {
        let run = &portfolio.pipelines[index];
        if run.common.name() != Some("build") || !scope.period.contains(day_in(run.at.value, portfolio.zone)) {
            continue;
        }
        match run.result {
            _ if !is_known_project(portfolio, &run.project) => {
                out.leave(run_record(run), format!("there is no project `{}`", run.project));
            }
            None | Some(RunResult::Succeeded) => out.count(run_record(run), run.duration.value.0 as f64),
            Some(result) => out.leave(run_record(run), format!("it ended as `{result}`")),
        }
    }
    out.median()
}

fn slow_runs(scope: &Scope<'_, '_>) -> Measured {
    let mut out = Measured::default();
    for pipeline in pipelines(scope) {
        for (nth, (_, run)) in pipeline.runs.iter().enumerate().filter(|(_, (day, _))| scope.period.contains(*day)) {
            match pipeline.stands_out(nth) {
                Some(is_slow) => out.count(run_record(run), f64::from(u8::from(is_slow))),
                None => out.leave(run_record(run), "fewer than 10 runs were before it"),
            }
        }
    }
    out.mean()
}

fn slow_pipelines(scope: &Scope<'_, '_>) -> Measured {
    let mut out = Measured::default();
    for pipeline in pipelines(scope) {
        let Some((day, last)) = pipeline.runs.last() else { continue };
        let id = format!("{}/{}", pipeline.project, if pipeline.name.is_empty() { "run" } else { pipeline.name });
        let record = Record::new("pipeline", id, last.span);
        if !scope.period.contains(*day) {
            out.leave(record, format!("its last successful run was on {day}"));
            continue;
        }
        match pipeline.trend() {
            Some(trend) => {
                let is_slow = trend.grew || trend.last_stands_out;
                let mut note = format!("{} min, {} min before", trend.latest, trend.before);
                if trend.last_stands_out {
                    let run = format!("; the run of {} took {} min", last.at.value, last.duration.value.0);
                    note.push_str(&run);
                }
                out.count_noted(record, f64::from(u8::from(is_slow)), note);
            }
            None => out.leave(record, "it has fewer than 20 successful runs"),
        }
    }
    out.mean()
}
