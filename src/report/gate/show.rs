//! The view of `relm gate show`: everything about one gate.

use chrono::NaiveDate;
use serde::Serialize;

use super::criteria::CriterionView;
use super::verify::{Entry, PolicyView};
use super::{GateView, Input, Source};
use crate::analysis::gates::{Judged, JudgedApproval, Policy, Required, State};
use crate::model::portfolio::Provenance;
use crate::model::release::Decision;
use crate::report::Header;

/// The name and version of [`Show`]'s shape.
pub const SCHEMA: &str = "relm.gate.show/1";

/// Everything about one gate.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct Show {
    /// Schema, day and revision.
    #[serde(flatten)]
    pub header: Header,
    /// Where it stands, as in `gate list`.
    pub gate: GateView,
    /// The release's name for people.
    pub release_name: Option<String>,
    /// What the gate, else its template, says of itself.
    pub description: Option<String>,
    /// Where the template is written that supplies criteria and who must approve.
    pub template: Option<Source>,
    /// Whether the last day is written; else it follows from what the gate guards.
    pub due_written: bool,
    /// When the decision was asked for, as written.
    pub submitted: Option<String>,
    /// What it guards.
    pub guards: Vec<GuardView>,
    /// Its criteria: those of the template that the release does not replace, then those of the release.
    pub criteria: Vec<CriterionView>,
    /// Who must approve.
    pub required: Vec<RequiredView>,
    /// How approvals are judged.
    pub policy: PolicyView,
    /// Every entry of `approvals:`, in the order of the file. Without a policy that needs the history nobody looked at it.
    pub approvals: Vec<Entry>,
    /// The attempts to pass it: each refusal ends one.
    pub attempts: Vec<Attempt>,
}

/// A phase that a gate guards.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct GuardView {
    /// The release.
    pub release: String,
    /// The phase.
    pub phase: String,
    /// The planned first day.
    #[schemars(with = "Option<String>", extend("format" = "date"))]
    pub start: Option<NaiveDate>,
    /// Where it is written.
    pub source: Option<Source>,
}

/// A role that must approve.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct RequiredView {
    /// The role.
    pub role: String,
    /// How many different people.
    pub count: usize,
    /// Approvals that count, up to that number.
    pub given: usize,
    /// Whose approval counts.
    pub by: Vec<String>,
    /// Whose approval would count, had nothing changed since.
    pub stale: Vec<String>,
    /// The people who hold the role today.
    pub holders: Vec<String>,
    /// Those whose approval would count and is not there yet; where duties are separated, fewer than hold the role.
    pub able: Vec<String>,
    /// Where it is demanded.
    pub source: Option<Source>,
}

/// An attempt to pass a gate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Attempt {
    /// `passed`, `rejected` or `open`.
    pub result: &'static str,
    /// Who decided, in order, as `person as role`.
    pub decisions: Vec<String>,
    /// The latest of the times written.
    pub at: Option<String>,
}

impl Show {
    /// The view of a gate of a release, by the release's index.
    pub fn new(header: Header, input: &Input<'_>, release: usize, gate: &Judged<'_>) -> Self {
        let portfolio = input.portfolio();
        let guards = gate.guards.iter().map(|&(r, p)| {
            let (guarded, phase) = (&portfolio.releases[r], &portfolio.releases[r].phases[p]);
            GuardView {
                release: guarded.id.to_string(),
                phase: phase.id.to_string(),
                start: input.gates.schedule.phase(r, p).planned.map(|dates| dates.start),
                source: input.source(phase.id.span),
            }
        });
        let own = gate.written.and_then(|written| written.common.description());
        let common = gate.template.and_then(|template| template.common.description());
        Self {
            header,
            gate: GateView::new(input, release, gate),
            release_name: portfolio.releases[release].common.name().map(str::to_owned),
            description: own.or(common).map(|text| text.trim().to_owned()),
            template: gate.template.and_then(|template| input.source(template.span)),
            due_written: gate.written.is_some_and(|written| written.due.is_some()),
            submitted: gate.written.and_then(|written| written.submitted.as_ref()).map(ToString::to_string),
            guards: guards.collect(),
            criteria: gate.criteria.iter().map(|criterion| CriterionView::new(input, gate, criterion)).collect(),
            required: gate.required.iter().map(|required| RequiredView::new(input, release, required)).collect(),
            policy: PolicyView::new(input),
            approvals: approvals(input, release, gate),
            attempts: attempts(gate),
        }
    }
}

/// The entries. Where nothing has to be proven, a history that tells nothing is not worth a word.
fn approvals(input: &Input<'_>, release: usize, gate: &Judged<'_>) -> Vec<Entry> {
    let mut entries = Entry::of_gate(input, release, gate);
    if Policy::of(input.portfolio()).provenance == Provenance::None {
        for entry in entries.iter_mut().filter(|entry| entry.commit.is_none()) {
            entry.statements.retain(|said| said.about != "origin");
        }
    }
    entries
}

impl RequiredView {
    /// The view of a role that must approve.
    pub fn new(input: &Input<'_>, release: usize, required: &Required<'_>) -> Self {
        let people = &input.portfolio().settings.people;
        let holders = people.iter().filter(|person| person.roles.contains(required.role));
        let texts = |ids: &[&crate::model::Id]| ids.iter().map(ToString::to_string).collect();
        Self {
            role: required.role.to_string(),
            count: required.count,
            given: required.given(),
            by: texts(&required.by),
            stale: texts(&required.stale),
            holders: holders.map(|person| person.id.to_string()).collect(),
            able: texts(&input.gates.able(release, required)),
            source: input.source(required.role.span),
        }
    }
}

/// The decisions in their order, cut after each refusal.
fn attempts(gate: &Judged<'_>) -> Vec<Attempt> {
    let mut entries: Vec<&JudgedApproval<'_>> = gate.approvals.iter().collect();
    if entries.iter().all(|entry| entry.approval.at.is_some()) {
        entries.sort_by_key(|entry| entry.approval.at.as_ref().map(|at| at.value.instant(chrono_tz::Tz::UTC)));
    }
    let refused = |entry: &JudgedApproval<'_>| entry.decision() == Decision::Rejected;
    let attempts = entries.split_inclusive(|entry| refused(entry)).map(|entries| {
        let last = entries.last();
        let result = match (last.is_some_and(|entry| refused(entry)), gate.state) {
            (true, _) => "rejected",
            (false, State::Passed) => "passed",
            (false, _) => "open",
        };
        Attempt {
            result,
            decisions: entries
                .iter()
                .map(|entry| format!("{} as {}", entry.approval.by, entry.approval.role))
                .collect(),
            at: last.and_then(|entry| entry.approval.at.as_ref()).map(ToString::to_string),
        }
    });
    attempts.collect()
}
