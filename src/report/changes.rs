//! The view of `relm report changes`: every change, where it stands, and how changes end.

use chrono::NaiveDate;
use serde::Serialize;

use super::Header;
use super::gate::{ApprovalView, Input, Source};
use crate::analysis::changes::{self, Standing};
use crate::analysis::gates::{Flaw, JudgedApproval};
use crate::model::records::{ChangeOutcome, ChangeStatus, ChangeType};

/// The name and version of [`Changes`]'s shape.
pub const SCHEMA: &str = "relm.report.changes/1";

/// What `relm report changes` shows.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Changes {
    /// Schema, day and revision.
    #[serde(flatten)]
    pub header: Header,
    /// The portfolio's name.
    pub portfolio: Option<String>,
    /// The first day that was asked for.
    #[schemars(with = "Option<String>", extend("format" = "date"))]
    pub since: Option<NaiveDate>,
    /// The last day that was asked for.
    #[schemars(with = "Option<String>", extend("format" = "date"))]
    pub until: Option<NaiveDate>,
    /// How many there are, and how they end.
    pub summary: Summary,
    /// The changes, by id.
    pub changes: Vec<ChangeView>,
    /// Changes that were left out of the days asked for because nothing dates them, by id.
    pub undated: Vec<String>,
}

/// How many changes there are, and how they end.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Summary {
    /// Changes.
    pub changes: usize,
    /// By type, those without a change left out.
    pub types: Vec<TypeCount>,
    /// Those that are closed.
    pub closed: usize,
    /// Those that are closed and do not say how they ended.
    pub closed_without_outcome: usize,
    /// Emergency changes ÷ all changes, of those that are closed.
    pub emergency_ratio: Ratio,
    /// Successful changes ÷ closed changes.
    pub change_success: Ratio,
    /// Backed-out changes ÷ closed changes.
    pub backed_out_rate: Ratio,
}

/// The changes of a type by status.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct TypeCount {
    /// The type.
    pub r#type: &'static str,
    /// Changes.
    pub changes: usize,
    /// By status, in the order of a change's life; those without a change left out.
    pub statuses: Vec<StatusCount>,
}

/// How many changes have a status.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct StatusCount {
    /// The status.
    pub status: &'static str,
    /// Changes.
    pub changes: usize,
}

/// A share.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Ratio {
    /// From 0 to 1; null when there is nothing to divide by.
    pub value: Option<f64>,
    /// What is counted.
    pub count: usize,
    /// Out of how many.
    pub of: usize,
}

/// A change and where it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct ChangeView {
    /// The id.
    pub id: String,
    /// The name for people.
    pub name: Option<String>,
    /// The project that changes.
    pub project: Option<String>,
    /// The tier of the project.
    pub tier: Option<u32>,
    /// `standard`, `normal` or `emergency`.
    pub r#type: &'static str,
    /// The status as written; draft unless it says otherwise.
    pub status: &'static str,
    /// Who owns it.
    pub owner: Option<String>,
    /// The releases that carry it.
    pub releases: Vec<String>,
    /// When it is implemented.
    pub window: Option<WindowView>,
    /// The day it is counted on: the last of its window, else the latest day on which a release that carries it shipped or is
    /// to ship, else that of the latest decision.
    #[schemars(with = "Option<String>", extend("format" = "date"))]
    pub day: Option<NaiveDate>,
    /// Where it stands: `pre-authorised`, `approved`, `unproven` (its status says approved, no approval that counts does),
    /// `rejected`, `waiting` or `draft`.
    pub state: &'static str,
    /// Whether it may be carried out; where approvals are to be proven, a status alone approves nothing.
    pub approved: bool,
    /// The decisions that hold, in the order of the file.
    pub decisions: Vec<DecisionView>,
    /// How it ended: `successful`, `backed-out` or `failed`.
    pub outcome: Option<&'static str>,
    /// Where it is written.
    pub source: Option<Source>,
}

/// From when to when, as written; local times are those of the portfolio.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct WindowView {
    /// The first day or instant.
    pub start: String,
    /// The last day, or the first instant after.
    pub end: String,
}

/// A decision, and why it counts for nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct DecisionView {
    /// The decision.
    #[serde(flatten)]
    pub approval: ApprovalView,
    /// Why it counts for nothing, in words; empty when it counts.
    pub objections: Vec<String>,
}

impl Changes {
    /// The changes of these indices. `undated` are those that were left out because nothing dates them.
    pub fn new(
        header: Header,
        input: &Input<'_>,
        changes: &changes::Changes<'_>,
        chosen: &[usize],
        (since, until): (Option<NaiveDate>, Option<NaiveDate>),
        undated: &[usize],
    ) -> Self {
        let all = &input.portfolio().changes;
        let view = |&index: &usize| ChangeView::new(input, changes, &changes.standing(index, input.gates.clock.now));
        let views: Vec<ChangeView> = chosen.iter().map(view).collect();
        Self {
            portfolio: input.portfolio().settings.common.name().map(str::to_owned),
            since,
            until,
            summary: Summary::of(&views),
            changes: views,
            undated: undated.iter().map(|&index| all[index].id.to_string()).collect(),
            header,
        }
    }
}

impl Summary {
    fn of(changes: &[ChangeView]) -> Self {
        let closed: Vec<&ChangeView> =
            changes.iter().filter(|change| change.status == ChangeStatus::Closed.as_str()).collect();
        let share = |is: &dyn Fn(&ChangeView) -> bool| {
            let (count, of) = (closed.iter().filter(|change| is(change)).count(), closed.len());
            let value = (of > 0).then(|| count as f64 / of as f64);
            Ratio { value, count, of }
        };
        let ended = |outcome: ChangeOutcome| share(&move |change| change.outcome == Some(outcome.as_str()));
        let types = ChangeType::WORDS.iter().filter_map(|&kind| {
            let mine: Vec<_> = changes.iter().filter(|change| change.r#type == kind).collect();
            let statuses = ChangeStatus::WORDS.iter().filter_map(|&status| {
                let count = mine.iter().filter(|change| change.status == status).count();
                (count > 0).then_some(StatusCount { status, changes: count })
            });
            let statuses = statuses.collect();
            (!mine.is_empty()).then_some(TypeCount { r#type: kind, changes: mine.len(), statuses })
        });
        Self {
            changes: changes.len(),
            types: types.collect(),
            closed: closed.len(),
            closed_without_outcome: closed.iter().filter(|change| change.outcome.is_none()).count(),
            emergency_ratio: share(&|change| change.r#type == ChangeType::Emergency.as_str()),
            change_success: ended(ChangeOutcome::Successful),
            backed_out_rate: ended(ChangeOutcome::BackedOut),
        }
    }
}

impl ChangeView {
    /// The view of a change at the instant of its standing.
    pub fn new(input: &Input<'_>, changes: &changes::Changes<'_>, standing: &Standing<'_>) -> Self {
        let (portfolio, change) = (input.portfolio(), standing.change);
        let project = change.project.as_ref().and_then(|project| portfolio.projects.get(project));
        let carriers = changes.carriers(standing.index).iter();
        Self {
            id: change.id.to_string(),
            name: change.common.name().map(str::to_owned),
            project: change.project.as_ref().map(ToString::to_string),
            tier: project.and_then(|project| project.tier.as_ref()).map(|tier| tier.value.0),
            r#type: changes::kind(change).as_str(),
            status: changes::status(change).as_str(),
            owner: change.common.owner().map(ToString::to_string),
            releases: carriers.map(|carrier| portfolio.releases[carrier.release].id.to_string()).collect(),
            window: change
                .window
                .as_ref()
                .map(|window| WindowView { start: window.start.value.to_string(), end: window.end.value.to_string() }),
            day: changes.day(standing.index, input.gates.clock.today),
            state: standing.state.as_str(),
            approved: standing.is_approved(),
            decisions: standing.decisions.iter().map(DecisionView::new).collect(),
            outcome: change.outcome.as_ref().map(|outcome| outcome.value.as_str()),
            source: input.source(change.id.span),
        }
    }
}

impl DecisionView {
    /// The view of an entry.
    pub fn new(entry: &JudgedApproval<'_>) -> Self {
        Self { approval: ApprovalView::new(entry), objections: entry.flaws.iter().map(objection).collect() }
    }
}

/// Why an approval counts for nothing, as the end of a sentence that begins with who gave it.
fn objection(flaw: &Flaw<'_>) -> String {
    match flaw {
        Flaw::LacksRole(_) => "does not hold the role".to_owned(),
        Flaw::Owner(owner) => format!("decides for the owner, `{owner}`"),
        Flaw::WroteScope(_) => "wrote the scope".to_owned(),
        Flaw::Unverified(proof) => format!("is not proven to have given it ({})", proof.as_str()),
        Flaw::Unsigned => "has not signed it".to_owned(),
        Flaw::Stale(_) => "approved what has changed since".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(kind: &'static str, status: &'static str, outcome: Option<&'static str>) -> ChangeView {
        ChangeView {
            id: String::new(),
            name: None,
            project: None,
            tier: None,
            r#type: kind,
            status,
            owner: None,
            releases: Vec::new(),
            window: None,
            day: None,
            state: "approved",
            approved: true,
            decisions: Vec::new(),
            outcome,
            source: None,
        }
    }

    #[test]
    fn shares_are_of_what_is_closed() {
        let none = Summary::of(&[change("emergency", "approved", None)]);
        assert_eq!(none.emergency_ratio, Ratio { value: None, count: 0, of: 0 });
        let some = Summary::of(&[
            change("emergency", "approved", None),
            change("emergency", "closed", Some("failed")),
            change("normal", "closed", Some("successful")),
            change("normal", "closed", Some("backed-out")),
            change("standard", "closed", None),
            // What is not closed does not count, whatever it says.
            change("normal", "implemented", Some("successful")),
        ]);
        let quarter = Ratio { value: Some(0.25), count: 1, of: 4 };
        assert_eq!((some.emergency_ratio, some.change_success, some.backed_out_rate), (quarter, quarter, quarter));
        assert_eq!((some.changes, some.closed, some.closed_without_outcome), (6, 4, 1));
        let types: Vec<_> = some.types.iter().map(|of| (of.r#type, of.changes, of.statuses.len())).collect();
        assert_eq!(types, [("standard", 1, 1), ("normal", 3, 2), ("emergency", 2, 2)]);
    }
}
