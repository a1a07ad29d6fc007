//! What the reports for those who steer share: values with the records they are made from.

pub mod gates;
pub mod improvement;
pub mod maturity;
pub mod pipelines;

use chrono::NaiveDate;
use serde::Serialize;

use super::gate::Input;
use super::metrics::{ExcludedView, RecordView, rounded, shown};
use crate::analysis::metrics::{Definition, Excluded, Measured, Period, Sample, verdict};

/// A value and what it is made from.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Figure {
    /// The id: that of a metric, or of something that is only measured here.
    pub id: &'static str,
    /// What people call it.
    pub name: &'static str,
    /// How it is computed, in one sentence.
    pub definition: &'static str,
    /// The value; null without data.
    pub value: Option<f64>,
    /// `h`, `d`, `m` (minutes), `1/week`, `ratio`, `count` or `score`.
    pub unit: &'static str,
    /// Which way it should go: `more`, `less` or `neither`.
    pub goal: &'static str,
    /// The bound that `targets:` sets, such as `<= 240h`.
    pub target: Option<String>,
    /// Whether the value is as wanted: `met`, `missed`, `no-data` or `misfit`; null without a target.
    pub verdict: Option<&'static str>,
    /// How many records count.
    pub population: usize,
    /// The records that count.
    pub records: Vec<RecordView>,
    /// Records that look as if they should count and do not.
    pub excluded: Vec<ExcludedView>,
}

impl Figure {
    /// The view of what was measured.
    pub fn new(input: &Input<'_>, definition: &'static Definition, measured: &Measured) -> Self {
        let target = input.portfolio().settings.targets.get(definition.id).map(|target| target.value);
        let record = |sample: &Sample| RecordView {
            id: sample.record.id.clone(),
            kind: sample.record.kind,
            value: rounded(sample.value),
            note: sample.note.clone().filter(|note| !note.is_empty()),
            source: input.source(sample.record.span),
        };
        let left = |it: &Excluded| ExcludedView {
            id: it.record.id.clone(),
            kind: it.record.kind,
            why: it.why.clone(),
            source: input.source(it.record.span),
        };
        Self {
            id: definition.id,
            name: definition.name,
            definition: definition.definition,
            value: measured.value.map(rounded),
            unit: definition.unit.as_str(),
            goal: definition.goal.as_str(),
            target: target.map(shown),
            verdict: target.map(|target| verdict(definition.unit, measured.value, target).as_str()),
            population: measured.population,
            records: measured.sample.iter().map(record).collect(),
            excluded: measured.excluded.iter().map(left).collect(),
        }
    }
}

/// The days that a report looks at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Days {
    /// The first day that is looked at.
    #[schemars(with = "String", extend("format" = "date"))]
    pub since: NaiveDate,
    /// The last day that is looked at.
    #[schemars(with = "String", extend("format" = "date"))]
    pub until: NaiveDate,
    /// How the days were chosen, in words; null when they were asked for.
    pub period: Option<String>,
}

impl Days {
    /// The view of a period.
    pub fn new(period: Period, chosen: Option<&str>) -> Self {
        Self { since: period.since, until: period.until, period: chosen.map(str::to_owned) }
    }
}
