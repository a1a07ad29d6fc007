//! Gates: what passes at once, and how long decisions take.

use chrono::{DateTime, NaiveDate, Utc};

use super::definition::{Definition, Family, Goal, Measured, Record, Subject, Unit};
use super::{Base, Scope};
use crate::analysis::gates::{Judged, State};
use crate::model::release::Decision;
use crate::time::zone;

pub(super) static DEFINITIONS: [Definition; 2] = [
    Definition {
        id: "gate_first_pass_yield",
        name: "first-pass yield",
        family: Family::Gates,
        unit: Unit::Ratio,
        definition: "gates that passed without ever being rejected ÷ gates that passed or were rejected, by the day of the last decision",
        source: "release management practice",
        needs: "gates with dated approvals",
        goal: Goal::More,
        subject: Subject::Release,
        measure: first_pass,
    },
    Definition {
        id: "gate_waiting_time",
        name: "gate waiting time",
        family: Family::Gates,
        unit: Unit::Hours,
        definition: "median time from asking for a decision (`submitted`) to the last decision; where nobody wrote when it was asked for, the time past the due day, at least 0",
        source: "release management practice",
        needs: "gates with `submitted` or a due day, and dated approvals",
        goal: Goal::Less,
        subject: Subject::Release,
        measure: waiting,
    },
];

fn record(base: &Base<'_>, release: usize, gate: &Judged<'_>) -> Record {
    let manifest = &base.portfolio().releases[release];
    let span = gate.written.map_or(gate.id.span, |written| written.id.span);
    Record::new("gate", format!("{}/{}", manifest.id, gate.id), span)
}

/// Whether a gate was decided: it passed, or somebody said no.
fn is_decided(gate: &Judged<'_>) -> bool {
    gate.state == State::Passed || gate.approvals.iter().any(|entry| entry.decision() == Decision::Rejected)
}

/// The gates that were decided in the period, each with the instant of its last decision.
fn decided<'m, 'p>(scope: &Scope<'m, 'p>, out: &mut Measured) -> Vec<(usize, &'m Judged<'p>, DateTime<Utc>)> {
    let mut found = Vec::new();
    let day = |at: DateTime<Utc>| -> NaiveDate { zone::local(at, scope.base.portfolio().zone).date() };
    for (release, gate) in scope.base.gates() {
        if scope.members.releases.binary_search(release).is_err() || gate.approvals.is_empty() {
            continue;
        }
        let last = gate.approvals.iter().filter_map(|entry| entry.made).max();
        let is_undated = gate.approvals.iter().any(|entry| entry.made.is_none());
        let is_near = match (last, gate.due) {
            (Some(last), _) => scope.period.contains(day(last)),
            (None, Some(due)) => scope.period.contains(due),
            (None, None) => false,
        };
        if !is_near {
            continue;
        }
        let record = record(scope.base, *release, gate);
        match last {
            _ if !is_decided(gate) => out.leave(record, "it has decisions and is neither passed nor rejected"),
            Some(last) if !is_undated => found.push((*release, gate, last)),
            _ => out.leave(record, "a decision does not say when it was made"),
        }
    }
    found
}

fn first_pass(scope: &Scope<'_, '_>) -> Measured {
    let mut out = Measured::default();
    for (release, gate, _) in decided(scope, &mut out) {
        let is_first = gate.state == State::Passed && gate.passed_at_first_attempt() == Some(true);
        out.count(record(scope.base, release, gate), f64::from(u8::from(is_first)));
    }
    out.mean()
}

fn waiting(scope: &Scope<'_, '_>) -> Measured {
    let mut out = Measured::default();
    let portfolio = scope.base.portfolio();
    for (release, gate, last) in decided(scope, &mut out) {
        let record = record(scope.base, release, gate);
        let submitted = gate.written.and_then(|written| written.submitted.as_ref());
        let hours = |from: DateTime<Utc>| (last - from).num_seconds() as f64 / 3600.0;
        if let Some(submitted) = submitted {
            let waited = hours(submitted.value.instant(portfolio.zone));
            if waited < 0.0 {
                out.leave(record, "it was decided before it was submitted");
            } else {
                out.count(record, waited);
            }
        } else if let Some(due) = gate.due {
            let end = zone::start_of_day(due.succ_opt().unwrap_or(due), portfolio.zone);
            out.count_noted(record, hours(end).max(0.0), "past its due day");
        } else {
            out.leave(record, "it has no due day and does not say when it was submitted");
        }
    }
    out.median()
}
