//! The views of `relm gate`, one file a subcommand, and what they share.

pub mod criteria;
pub mod decision;
pub mod list;
pub mod show;
pub mod verify;
pub mod words;

use std::cell::RefCell;
use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde::Serialize;

pub use super::show::Source;

use crate::analysis::gates::{Demand, Gates, Judged, JudgedApproval, Readiness, State};
use crate::diagnostic::{FileId, SourceMap, Span};
use crate::model::release::Status;
use crate::model::{Identified, Portfolio};

/// What the views of gates are made from. It notes the files whose lines a view names, so that their texts can be read for a
/// second view.
#[derive(Debug)]
pub struct Input<'p> {
    /// Where the gates stand.
    pub gates: Gates<'p>,
    sources: &'p SourceMap,
    files: RefCell<BTreeSet<FileId>>,
}

impl<'p> Input<'p> {
    /// Puts them together.
    pub fn new(gates: Gates<'p>, sources: &'p SourceMap) -> Self {
        Self { gates, sources, files: RefCell::default() }
    }

    /// The manifests.
    pub fn portfolio(&self) -> &'p Portfolio {
        self.gates.portfolio
    }

    /// The files that places were asked for in.
    pub fn files(&self) -> Vec<FileId> {
        self.files.borrow().iter().copied().collect()
    }

    /// Their paths, sorted.
    pub fn paths(&self) -> Vec<String> {
        let mut paths: Vec<String> = self.files().into_iter().map(|file| self.sources.path(file).to_owned()).collect();
        paths.sort_unstable();
        paths
    }

    /// Where something is written; none for what is written nowhere.
    pub fn source(&self, span: Span) -> Option<Source> {
        let file = self.sources.path(span.file);
        if file.is_empty() {
            return None;
        }
        self.files.borrow_mut().insert(span.file);
        let line = self.sources.has_text(span.file).then(|| self.sources.line(span.file, span.start));
        Some(Source { file: file.to_owned(), line })
    }

    /// What is written there, as far as the text is at hand.
    pub fn text(&self, span: Span) -> Option<&'p str> {
        self.sources.text(span.file)?.get(span.start as usize..span.end() as usize)
    }
}

/// A gate of a release and where it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct GateView {
    /// The release.
    pub release: String,
    /// The id.
    pub id: String,
    /// The name for people.
    pub name: Option<String>,
    /// `passed`, `pending`, `overdue`, `rejected` or `stale`.
    pub state: &'static str,
    /// The last day.
    #[schemars(with = "Option<String>", extend("format" = "date"))]
    pub due: Option<NaiveDate>,
    /// Calendar days from today to the last day; negative when it is over; null for a release that was cancelled.
    pub days_left: Option<i64>,
    /// Everything that is missing, in words; empty when it is passed.
    pub missing: Vec<String>,
    /// Every entry of `approvals:`, in the order of the file.
    pub approvals: Vec<ApprovalView>,
    /// What it has of what it asks for.
    #[serde(flatten)]
    pub counts: Counts,
    /// What demands it beside the release itself.
    pub demanded_by: Vec<DemandView>,
    /// Whether the release writes it; false when it is only demanded.
    pub written: bool,
    /// Whether the first decision that was made let it pass; null while nobody decided.
    pub first_pass: Option<bool>,
    /// The phases it guards, as `release/phase`.
    pub guards: Vec<String>,
    /// Where it is written, else where it is demanded.
    pub source: Option<Source>,
}

/// Criteria and approvals, counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Counts {
    /// Criteria that are met, validly waived or not applicable.
    pub met: usize,
    /// Criteria.
    pub criteria: usize,
    /// Approvals that count.
    pub given: usize,
    /// Approvals that are required.
    pub required: usize,
}

/// A decision that somebody made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct ApprovalView {
    /// In which role.
    pub role: String,
    /// Who.
    pub by: String,
    /// When, as written.
    pub at: Option<String>,
    /// `approved` or `rejected`.
    pub decision: &'static str,
    /// What the history proves of it: `signed`, `author`, `other-author`, `uncommitted` or `unverifiable`.
    pub provenance: &'static str,
    /// Whether it counts: an approval for the gate, a refusal against it.
    pub counts: bool,
}

/// What demands a gate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct DemandView {
    /// `type` or `risk`.
    pub by: &'static str,
    /// The release type, or the risk level.
    pub id: String,
    /// Where the demand is written.
    pub source: Option<Source>,
}

/// How ready a release is, with everything that is part of it and not cancelled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct ReadinessView {
    /// The release.
    pub release: String,
    /// Its type.
    pub r#type: String,
    /// Its status.
    pub status: &'static str,
    /// The releases that are part of it.
    pub parts: Vec<String>,
    /// Whether every gate is passed; without gates it is.
    pub ready: bool,
    /// Gates that are passed.
    pub passed: usize,
    /// Gates.
    pub gates: usize,
    /// What they have of what they ask for.
    #[serde(flatten)]
    pub counts: Counts,
}

impl GateView {
    /// The view of a gate of a release, by the release's index.
    pub fn new(input: &Input<'_>, release: usize, gate: &Judged<'_>) -> Self {
        let portfolio = input.portfolio();
        let today = input.gates.clock.today;
        let is_cancelled = portfolio.releases[release].status() == Status::Cancelled;
        let guards = gate.guards.iter().map(|&(r, p)| {
            let guarded = &portfolio.releases[r];
            format!("{}/{}", guarded.id, guarded.phases[p].id)
        });
        Self {
            release: portfolio.releases[release].id.to_string(),
            id: gate.id.to_string(),
            name: gate.name().map(str::to_owned),
            state: gate.state.as_str(),
            due: gate.due,
            days_left: gate.due.filter(|_| !is_cancelled).map(|due| (due - today).num_days()),
            missing: missing(gate),
            approvals: gate.approvals.iter().map(ApprovalView::new).collect(),
            counts: Counts::of(gate),
            demanded_by: gate.demands.iter().map(|demand| DemandView::new(input, release, demand)).collect(),
            written: gate.written.is_some(),
            first_pass: gate.passed_at_first_attempt(),
            guards: guards.collect(),
            source: input.source(gate.id.span),
        }
    }
}

/// What is missing, in words; nothing when the gate is passed.
fn missing(gate: &Judged<'_>) -> Vec<String> {
    if gate.state == State::Passed {
        return Vec::new();
    }
    gate.missing().iter().map(ToString::to_string).collect()
}

impl Counts {
    fn of(gate: &Judged<'_>) -> Self {
        Self { met: gate.met(), criteria: gate.criteria.len(), given: gate.given(), required: gate.demanded() }
    }
}

impl ApprovalView {
    /// The view of an entry.
    pub fn new(entry: &JudgedApproval<'_>) -> Self {
        let approval = entry.approval;
        Self {
            role: approval.role.to_string(),
            by: approval.by.to_string(),
            at: approval.at.as_ref().map(ToString::to_string),
            decision: entry.decision().as_str(),
            provenance: entry.proof.as_str(),
            counts: entry.holds && entry.flaws.is_empty(),
        }
    }
}

impl DemandView {
    fn new(input: &Input<'_>, release: usize, demand: &Demand<'_>) -> Self {
        let (by, id) = match demand.level {
            Some(level) => ("risk", level.as_str().to_owned()),
            None => ("type", input.portfolio().releases[release].r#type.to_string()),
        };
        Self { by, id, source: input.source(demand.gate.span) }
    }
}

impl ReadinessView {
    /// The readiness of a release, by index.
    pub fn new(input: &Input<'_>, release: usize) -> Self {
        let portfolio = input.portfolio();
        let manifest = &portfolio.releases[release];
        let ready = input.gates.readiness(release);
        let Readiness { passed, gates, met, criteria, given, required } = ready;
        let parts = portfolio.family(release).into_iter().filter(|&part| part != release);
        let parts = parts.filter(|&part| portfolio.releases[part].status() != Status::Cancelled);
        Self {
            release: manifest.id().to_string(),
            r#type: manifest.r#type.to_string(),
            status: manifest.status().as_str(),
            parts: parts.map(|part| portfolio.releases[part].id.to_string()).collect(),
            ready: ready.is_ready(),
            passed,
            gates,
            counts: Counts { met, criteria, given, required },
        }
    }
}
