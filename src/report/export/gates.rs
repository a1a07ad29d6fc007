//! Gates, what they ask for, and who decided.

use super::{Column, Definition, Input, Row, Value};
use crate::analysis::gates::JudgedApproval;
use crate::report::gate::criteria::status_word;
use crate::time::When;

/// Gates.
pub static GATES: Definition = Definition {
    name: "gates",
    description: "The gates of every release, by release: those it writes, then those its type or its risk demands.",
    key: &["release", "id"],
    columns: &[
        Column::text("release", "The release (`releases.id`)."),
        Column::text("id", "The id within the release."),
        Column::text("name", "The name for people.").or_null(),
        Column::text("state", "`passed`, `pending`, `overdue`, `rejected` or `stale`."),
        Column::text("before", "What it guards: `first`, `production` or a phase."),
        Column::date("due", "The last day.").or_null(),
        Column::timestamp("submitted", "When the decision was asked for.").or_null(),
        Column::int("criteria_met", "Criteria that are met, validly waived or not applicable."),
        Column::int("criteria", "Criteria."),
        Column::int("approvals_given", "Approvals that count."),
        Column::int("approvals_required", "Approvals that are required."),
        Column::bool("written", "Whether the release writes it; false when it is only demanded."),
        Column::bool("first_pass", "Whether the first decision let it pass; null while nobody decided.").or_null(),
        Column::FILE,
        Column::LINE,
    ],
    rows: gates,
};

fn gates(input: &Input<'_>) -> Vec<Row> {
    let portfolio = input.plan.portfolio;
    let mut rows = Vec::new();
    for (index, release) in portfolio.releases.iter().enumerate() {
        for gate in input.plan.gates.of(index) {
            let submitted = gate.written.and_then(|gate| gate.submitted.as_ref());
            let [file, line] = input.place(gate.id.span);
            rows.push(vec![
                (&release.id).into(),
                gate.id.into(),
                gate.name().into(),
                gate.state.as_str().into(),
                gate.before().into(),
                gate.due.into(),
                submitted.map(|when| when.value.instant(portfolio.zone)).into(),
                gate.met().into(),
                gate.criteria.len().into(),
                gate.given().into(),
                gate.demanded().into(),
                gate.written.is_some().into(),
                gate.passed_at_first_attempt().into(),
                file,
                line,
            ]);
        }
    }
    rows
}

/// Criteria.
pub static CRITERIA: Definition = Definition {
    name: "criteria",
    description: "What every gate asks for, by release and gate: the criteria of its template, then its own.",
    key: &["release", "gate", "id"],
    columns: &[
        Column::text("release", "The release (`gates.release`)."),
        Column::text("gate", "The gate (`gates.id`)."),
        Column::text("id", "The id within the gate."),
        Column::text("name", "The name for people.").or_null(),
        Column::text("status", "`met`, `unmet`, `waived` or `not-applicable`."),
        Column::bool("by_report", "Whether reports decide it, whatever the manifest says."),
        Column::text("evidence", "The file that shows it.").or_null(),
        Column::text("waived_by", "Who decided that it is not demanded.").or_null(),
        Column::date("waived_until", "The last day on which it is not.").or_null(),
        Column::FILE,
        Column::LINE,
    ],
    rows: criteria,
};

fn criteria(input: &Input<'_>) -> Vec<Row> {
    let mut rows = Vec::new();
    for (index, release) in input.plan.portfolio.releases.iter().enumerate() {
        for gate in input.plan.gates.of(index) {
            for judged in &gate.criteria {
                let criterion = judged.criterion;
                let waiver = criterion.waiver.as_ref();
                let [file, line] = input.place(criterion.id.span);
                rows.push(vec![
                    (&release.id).into(),
                    gate.id.into(),
                    (&criterion.id).into(),
                    judged.name().into(),
                    status_word(&judged.outcome).into(),
                    judged.check().is_some().into(),
                    criterion.evidence.as_ref().into(),
                    waiver.and_then(|waiver| waiver.by.as_ref()).into(),
                    waiver.and_then(|waiver| waiver.expires.as_ref()).into(),
                    file,
                    line,
                ]);
            }
        }
    }
    rows
}

/// Decisions.
pub static APPROVALS: Definition = Definition {
    name: "approvals",
    description: "Every decision on a gate, by release and gate, then every decision on a change, by change; each in the order \
                  of its manifest.",
    key: &[],
    columns: &[
        Column::text("release", "The release of the gate (`gates.release`); null for a change.").or_null(),
        Column::text("gate", "The gate (`gates.id`); null for a change.").or_null(),
        Column::text("change", "The change (`changes.id`); null for a gate.").or_null(),
        Column::text("role", "In which role."),
        Column::text("approver", "Who decided."),
        Column::timestamp("at", "When, as written; a day is its first instant in the portfolio's zone.").or_null(),
        Column::text("decision", "`approved` or `rejected`."),
        Column::text(
            "provenance",
            "What the history proves of it: `signed`, `author`, `other-author`, `uncommitted` or `unverifiable`.",
        ),
        Column::bool("counts", "Whether it counts: an approval for the gate, a refusal against it."),
        Column::text("note", "What was noted with it.").or_null(),
        Column::FILE,
        Column::LINE,
    ],
    rows: approvals,
};

fn approvals(input: &Input<'_>) -> Vec<Row> {
    let portfolio = input.plan.portfolio;
    let row = |on: [Value; 3], judged: &JudgedApproval<'_>| {
        let approval = judged.approval;
        let instant = |when: When| when.instant(portfolio.zone);
        let own = [
            (&approval.role).into(),
            (&approval.by).into(),
            approval.at.as_ref().map(|at| instant(at.value)).into(),
            judged.decision().as_str().into(),
            judged.proof.as_str().into(),
            (judged.holds && judged.flaws.is_empty()).into(),
            approval.note.as_ref().into(),
        ];
        on.into_iter().chain(own).chain(input.place(approval.role.span)).collect::<Row>()
    };
    let mut rows = Vec::new();
    for (index, release) in portfolio.releases.iter().enumerate() {
        for gate in input.plan.gates.of(index) {
            let on = || [(&release.id).into(), gate.id.into(), Value::Null];
            rows.extend(gate.approvals.iter().map(|judged| row(on(), judged)));
        }
    }
    for (index, change) in portfolio.changes.iter().enumerate() {
        let on = || [Value::Null, Value::Null, (&change.id).into()];
        rows.extend(input.plan.gates.of_change(index).iter().map(|judged| row(on(), judged)));
    }
    rows
}
