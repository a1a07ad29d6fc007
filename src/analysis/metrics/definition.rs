//! What a metric is, and what measuring it gives.

use super::{Scope, median};
use crate::choice;
use crate::diagnostic::Span;
use crate::model::scalar::{Comparison, Threshold};

choice! {
    /// What a group of metrics is about.
    pub enum Family {
        /// The five of dora.dev.
        Dora = "dora",
        /// Whether releases keep their dates.
        Schedule = "schedule",
        /// Gates and what waits at them.
        Gates = "gates",
        /// Changes, and whether what happened was allowed.
        Changes = "changes",
        /// The night itself and the days after.
        Operations = "operations",
        /// How environments are used.
        Environments = "environments",
        /// Builds and tests.
        Pipelines = "pipelines",
        /// The process itself.
        Maturity = "maturity",
    }
}

choice! {
    /// What a value counts.
    pub enum Unit {
        /// Hours on the clock.
        Hours = "h",
        /// Calendar days.
        Days = "d",
        /// Minutes on the clock.
        Minutes = "m",
        /// Times a week.
        PerWeek = "1/week",
        /// Part of a whole; may be negative or above 1 where the definition says so.
        Ratio = "ratio",
        /// A number of things.
        Count = "count",
        /// Points from 0 to 5.
        Score = "score",
    }
}

choice! {
    /// Which way a value should go.
    pub enum Goal {
        /// The more the better.
        More = "more",
        /// The less the better.
        Less = "less",
        /// Neither is better by itself.
        Neither = "neither",
    }
}

choice! {
    /// The records that a metric is made from; it says by what it can be broken down.
    pub enum Subject {
        /// Deployments to production, and the incidents they caused.
        Deployment = "deployment",
        /// Releases with their phases and gates.
        Release = "release",
        /// Requests for change.
        Change = "change",
        /// Environments and their bookings.
        Environment = "environment",
        /// Runs of pipelines.
        Pipeline = "pipeline",
        /// Assessments of the whole.
        Portfolio = "portfolio",
    }
}

/// A metric.
#[derive(Debug)]
pub struct Definition {
    /// The id: what `targets:` names.
    pub id: &'static str,
    /// What people call it.
    pub name: &'static str,
    /// What it is about.
    pub family: Family,
    /// What its value counts.
    pub unit: Unit,
    /// How it is computed, in one sentence without a full stop.
    pub definition: &'static str,
    /// Where the definition comes from.
    pub source: &'static str,
    /// What has to be written down for it to have a value, for `n/a: …`.
    pub needs: &'static str,
    /// Which way it should go.
    pub goal: Goal,
    /// What it is made from.
    pub subject: Subject,
    /// Measures it.
    pub measure: fn(&Scope<'_, '_>) -> Measured,
}

/// Something that was written and counts, or does not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// What it is: `deployment`, `incident`, `release`, `gate`, ….
    pub kind: &'static str,
    /// Its id, below others with `/` between: `payments-2026.12/go-live`.
    pub id: String,
    /// Where it stands.
    pub span: Span,
}

impl Record {
    /// A record of this kind.
    pub fn new(kind: &'static str, id: impl AsRef<str>, span: Span) -> Self {
        Self { kind, id: id.as_ref().to_owned(), span }
    }
}

/// A record behind a value.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// The record.
    pub record: Record,
    /// What it adds: the measured length for a median, 1 or 0 for a share, unit-hours for environments.
    pub value: f64,
    /// More that is worth knowing.
    pub note: Option<String>,
}

/// A record that does not count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excluded {
    /// The record.
    pub record: Record,
    /// Why, without a full stop.
    pub why: String,
}

/// What measuring gives.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Measured {
    /// The value; none when there is nothing to make it from.
    pub value: Option<f64>,
    /// How many records count: of a share those it is a share of.
    pub population: usize,
    /// The records that count.
    pub sample: Vec<Sample>,
    /// Records that look as if they should count and do not.
    pub excluded: Vec<Excluded>,
}

impl Measured {
    /// Counts a record.
    pub fn count(&mut self, record: Record, value: f64) {
        self.sample.push(Sample { record, value, note: None });
    }

    /// Counts a record with a note.
    pub fn count_noted(&mut self, record: Record, value: f64, note: impl Into<String>) {
        self.sample.push(Sample { record, value, note: Some(note.into()) });
    }

    /// Leaves a record out.
    pub fn leave(&mut self, record: Record, why: impl Into<String>) {
        self.excluded.push(Excluded { record, why: why.into() });
    }

    /// The value is the median of what was counted.
    #[must_use]
    pub fn median(mut self) -> Self {
        self.value = median(self.sample.iter().map(|sample| sample.value).collect());
        self.population = self.sample.len();
        self
    }

    /// The value is the mean of what was counted: of ones and zeros the share of ones.
    #[must_use]
    pub fn mean(mut self) -> Self {
        self.population = self.sample.len();
        self.value = (self.population > 0).then(|| self.sum() / self.population as f64);
        self
    }

    /// The value is the sum of what was counted; none when nothing was.
    #[must_use]
    pub fn total(mut self) -> Self {
        self.population = self.sample.len();
        self.value = (self.population > 0).then(|| self.sum());
        self
    }

    /// The sum of what was counted.
    pub fn sum(&self) -> f64 {
        self.sample.iter().map(|sample| sample.value).sum()
    }
}

choice! {
    /// Whether a value is as wanted.
    pub enum Verdict {
        /// It is.
        Met = "met",
        /// It is not.
        Missed = "missed",
        /// There is no value.
        NoData = "no-data",
        /// The bound is a time and the value is none.
        Misfit = "misfit",
    }
}

/// Judges a value by a target. A target that is a time is turned into the unit of the value.
pub fn verdict(unit: Unit, value: Option<f64>, target: Threshold) -> Verdict {
    // Values are sums of divisions: what is equal to the eye must not miss.
    const NEAR: f64 = 1e-9;
    let bound = match (target.is_time, unit) {
        (false, _) | (true, Unit::Hours) => target.value,
        (true, Unit::Days) => target.value / 24.0,
        (true, Unit::Minutes) => target.value * 60.0,
        (true, _) => return Verdict::Misfit,
    };
    let Some(value) = value else { return Verdict::NoData };
    let is_equal = (value - bound).abs() <= NEAR * bound.abs().max(1.0);
    let holds = match target.comparison {
        Comparison::Less => value < bound && !is_equal,
        Comparison::AtMost => value < bound || is_equal,
        Comparison::Equal => is_equal,
        Comparison::AtLeast => value > bound || is_equal,
        Comparison::More => value > bound && !is_equal,
    };
    if holds { Verdict::Met } else { Verdict::Missed }
}
