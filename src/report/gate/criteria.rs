//! Criteria as the views of gates show them: how each stands, and by what.

use chrono::SecondsFormat;
use serde::Serialize;

use super::{Input, Source};
use crate::analysis::evidence::Verdict;
use crate::analysis::gates::{Judged, JudgedCriterion, Missing, Outcome};
use crate::diagnostic::Span;
use crate::model::facts::{Content, Fault, Report};
use crate::model::release::Criterion;

/// A criterion and how it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct CriterionView {
    /// The id.
    pub id: String,
    /// The name for people.
    pub name: Option<String>,
    /// `met`, `unmet`, `waived` or `not-applicable`.
    pub status: &'static str,
    /// Why it stands in the way; null when it does not.
    pub missing: Option<String>,
    /// What the reports show, where they decide it: what was found, then what failed.
    pub shows: Vec<String>,
    /// Whether the template supplies it.
    pub from_template: bool,
    /// The document that shows it.
    pub evidence: Option<EvidenceView>,
    /// The reports that decide it.
    pub check: Option<CheckView>,
    /// Why it is not demanded.
    pub waiver: Option<WaiverView>,
    /// Where it is written.
    pub source: Option<Source>,
}

/// A document that shows a criterion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct EvidenceView {
    /// As written.
    pub path: String,
    /// Whether the file is there; null when nobody looked, as for addresses of other places.
    pub found: Option<bool>,
    /// The SHA-256 of its bytes.
    pub sha256: Option<String>,
}

/// Reports that decide a criterion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct CheckView {
    /// What is asked of them, as written; null when the text was not at hand.
    pub asks: Option<String>,
    /// The files, by path; empty when none matches, or nobody looked.
    pub reports: Vec<ReportView>,
    /// Why none of them can serve.
    pub fault: Option<String>,
}

/// A report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct ReportView {
    /// Its path from the root.
    pub path: String,
    /// The SHA-256 of its bytes.
    pub sha256: String,
    /// When it says that it was made, RFC 3339.
    pub made_at: Option<String>,
    /// What it holds, or why that cannot be said.
    pub says: String,
}

/// Why a criterion is not demanded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct WaiverView {
    /// Who decided.
    pub by: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// The last day it holds.
    pub expires: Option<String>,
}

impl CriterionView {
    /// The view of a criterion of a gate.
    pub fn new(input: &Input<'_>, gate: &Judged<'_>, judged: &JudgedCriterion<'_>) -> Self {
        let criterion = judged.criterion;
        let from_template = gate.template.is_some_and(|template| template.criteria.iter().any(|own| own == criterion));
        let waiver = criterion.waiver.as_ref();
        Self {
            id: criterion.id.to_string(),
            name: judged.name().map(str::to_owned),
            status: status_word(&judged.outcome),
            missing: (!judged.outcome.is_met()).then(|| Missing::Criterion(judged).to_string()),
            shows: shows(&judged.outcome),
            from_template,
            evidence: evidence(input, criterion),
            check: judged.check().map(|check| CheckView::new(input, check.span)),
            waiver: waiver.map(|waiver| WaiverView {
                by: waiver.by.as_ref().map(ToString::to_string),
                reason: waiver.reason.as_ref().map(ToString::to_string),
                expires: waiver.expires.as_ref().map(ToString::to_string),
            }),
            source: input.source(criterion.id.span),
        }
    }
}

/// `met`, `unmet`, `waived` or `not-applicable`.
pub fn status_word(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::NotApplicable => "not-applicable",
        Outcome::Waived => "waived",
        outcome if outcome.is_met() => "met",
        _ => "unmet",
    }
}

/// What reports show that decide a criterion.
fn shows(outcome: &Outcome) -> Vec<String> {
    let Outcome::Report(verdict) = outcome else { return Vec::new() };
    let details = match verdict {
        Verdict::Failed { details, .. } => &details[..],
        _ => &[],
    };
    std::iter::once(verdict.message().to_owned()).chain(details.iter().cloned()).collect()
}

fn evidence(input: &Input<'_>, criterion: &Criterion) -> Option<EvidenceView> {
    let path = criterion.evidence.as_ref()?;
    let file = input.gates.facts.evidence.files.get(path.as_str());
    Some(EvidenceView {
        path: path.to_string(),
        found: file.map(Option::is_some),
        sha256: file.and_then(Option::as_ref).map(|file| file.sha256.clone()),
    })
}

impl CheckView {
    fn new(input: &Input<'_>, span: Span) -> Self {
        let asks = input.text(span).map(|text| {
            let lines = text.trim_start_matches('{').trim_end_matches('}').lines();
            let lines = lines.map(|line| line.trim().trim_end_matches(',')).filter(|line| !line.is_empty());
            lines.collect::<Vec<_>>().join(", ")
        });
        let (reports, fault) = match input.gates.facts.evidence.checks.get(&span) {
            None => (&[][..], None),
            Some(Ok(reports)) => (&reports[..], None),
            Some(Err(fault)) => (&[][..], Some(fault.message.clone())),
        };
        Self { asks, reports: reports.iter().map(ReportView::new).collect(), fault }
    }
}

impl ReportView {
    fn new(report: &Report) -> Self {
        Self {
            path: report.file.path.clone(),
            sha256: report.file.sha256.clone(),
            made_at: report.made_at.map(|at| at.to_rfc3339_opts(SecondsFormat::Secs, true)),
            says: match &report.content {
                Ok(content) => held(content),
                Err(Fault { message, line: Some(line) }) => format!("line {line}: {message}"),
                Err(fault) => fault.message.clone(),
            },
        }
    }
}

/// What a report holds, in words.
fn held(content: &Content) -> String {
    match content {
        Content::Tests(run) => {
            let skipped = if run.skipped > 0 { format!(", {} left out", run.skipped) } else { String::new() };
            format!("{} of {} tests passed{skipped}", run.passed, run.ran())
        }
        Content::Coverage(coverage) => format!("{} of {} lines covered", coverage.covered, coverage.lines),
        Content::Results(results) => {
            format!("{} errors, {} warnings, {} notes", results.errors, results.warnings, results.notes)
        }
        Content::Value(value) => format!("the value is {value}"),
    }
}
