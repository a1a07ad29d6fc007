//! The view of `relm report maturity`.

use chrono::NaiveDate;
use serde::Serialize;

use super::{Days, Figure};
use crate::analysis::metrics::Scope;
use crate::analysis::metrics::maturity::DEFINITIONS;
use crate::analysis::steering::maturity::{self, Practice};
use crate::model::records::Assessment;
use crate::report::Header;
use crate::report::gate::{Input, Source};
use crate::report::metrics::rounded;

/// The name and version of [`Maturity`]'s shape.
pub const SCHEMA: &str = "relm.report.maturity/1";

/// What `relm report maturity` shows.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Maturity {
    /// Schema, day and revision.
    #[serde(flatten)]
    pub header: Header,
    /// The portfolio's name.
    pub portfolio: Option<String>,
    /// The days that are measured over.
    #[serde(flatten)]
    pub days: Days,
    /// The assessments up to the last day, the earliest first.
    pub assessments: Vec<AssessmentView>,
    /// Days from the latest assessment to today; null without one.
    pub age_days: Option<i64>,
    /// The mean and the minimum of the latest assessment, as `relm report kpi` has them.
    pub metrics: Vec<Figure>,
    /// The practices, the weakest of the latest assessment first, those it leaves out last.
    pub practices: Vec<PracticeView>,
}

/// An assessment.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
pub struct AssessmentView {
    /// The id.
    pub id: String,
    /// When it was made.
    #[schemars(with = "String", extend("format" = "date"))]
    pub date: NaiveDate,
    /// The mean of its scores.
    pub mean: Option<f64>,
    /// The lowest of its scores.
    pub minimum: Option<u32>,
    /// How many practices it scores.
    pub practices: usize,
    /// Where it is written.
    pub source: Option<Source>,
}

/// A practice.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
pub struct PracticeView {
    /// Its name, as assessments write it.
    pub name: String,
    /// Its score in each assessment, in their order; null where it was not assessed.
    pub scores: Vec<ScoreView>,
    /// The score of the latest assessment; null when it leaves the practice out.
    pub score: Option<u32>,
    /// The latest score − the one before; negative when it slipped back.
    pub change: Option<i64>,
    /// What is measured of it; empty when its name says nothing that can be measured.
    pub measures: Vec<Figure>,
    /// Where the score and what is measured contradict each other, in words.
    pub contradictions: Vec<String>,
}

/// A score.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct ScoreView {
    /// From 0 to 5; null where the practice was not assessed.
    pub score: Option<u32>,
    /// Where it is written.
    pub source: Option<Source>,
}

impl Maturity {
    /// What assessments say, and what is measured of some members of a portfolio.
    pub fn new(header: Header, input: &Input<'_>, scope: &Scope<'_, '_>, chosen: Option<&str>) -> Self {
        let assessments = maturity::assessments(scope);
        let practices = maturity::practices(scope, &assessments);
        Self {
            portfolio: scope.base.portfolio().settings.common.name().map(str::to_owned),
            days: Days::new(scope.period, chosen),
            age_days: assessments.last().map(|it| (header.today - it.date.value).num_days()),
            assessments: assessments.iter().map(|it| assessment(input, it)).collect(),
            metrics: DEFINITIONS.iter().map(|it| Figure::new(input, it, &(it.measure)(scope))).collect(),
            practices: practices.iter().map(|it| practice(input, scope, it)).collect(),
            header,
        }
    }
}

fn assessment(input: &Input<'_>, it: &Assessment) -> AssessmentView {
    let scores: Vec<u32> = it.scores.iter().map(|(_, score)| score.value.0).collect();
    let sum: u32 = scores.iter().sum();
    AssessmentView {
        id: it.id.to_string(),
        date: it.date.value,
        mean: (!scores.is_empty()).then(|| rounded(f64::from(sum) / scores.len() as f64)),
        minimum: scores.iter().copied().min(),
        practices: scores.len(),
        source: input.source(it.id.span),
    }
}

fn practice(input: &Input<'_>, scope: &Scope<'_, '_>, it: &Practice<'_>) -> PracticeView {
    let view = |score: &Option<(u32, crate::diagnostic::Span)>| ScoreView {
        score: score.map(|(score, _)| score),
        source: score.and_then(|(_, span)| input.source(span)),
    };
    let (missing, missed) = maturity::contradictions(scope, it);
    let told = |names: &[&str], ending: &str| {
        (!names.is_empty()).then(|| format!("scored {}, and {} {ending}", it.latest().unwrap_or(0), names.join(", ")))
    };
    let words = [
        told(&missed, if missed.len() == 1 { "misses its target" } else { "miss their targets" }),
        told(&missing, if missing.len() == 1 { "has no value" } else { "have no value" }),
    ];
    PracticeView {
        name: it.name.to_owned(),
        scores: it.scores.iter().map(view).collect(),
        score: it.latest(),
        change: it.change(),
        measures: it.measures.iter().map(|(definition, measured)| Figure::new(input, definition, measured)).collect(),
        contradictions: words.into_iter().flatten().collect(),
    }
}
