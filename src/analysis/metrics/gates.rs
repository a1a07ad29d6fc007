//! Gates: what passes at once, and how long decisions take.

use chrono::{DateTime, NaiveDate, Utc};

use super::base::day_in;
use super::definition::{Definition, Family, Goal, Measured, Record, Subject, Unit};
use super::{Base, Scope};
use crate::analysis::gates::{Judged, State};
use crate::model::release::Decision;
use crate::time::{When, zone};

/// Which gates are asked about.
pub type Wanted<'w> = &'w dyn Fn(&Judged<'_>) -> bool;

/// First-pass yield, then waiting time.
pub static DEFINITIONS: [Definition; 2] = [
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
        measure: |scope| first_pass(scope, &|_| true),
    },
    Definition {
        id: "gate_waiting_time",
        name: "gate waiting time",
        family: Family::Gates,
        unit: Unit::Hours,
        definition: "median time from asking for a decision (`submitted`) to the last decision; where nobody wrote when it was asked for, the time past the due day, at least 0; of a decision that says only on which day it was made, whole days",
        source: "release management practice",
        needs: "gates with `submitted` or a due day, and dated approvals",
        goal: Goal::Less,
        subject: Subject::Release,
        measure: |scope| waiting(scope, &|_| true),
    },
];

/// The day that a gate belongs to: of its last decision, else its last day.
pub fn day_of(base: &Base<'_>, gate: &Judged<'_>) -> Option<NaiveDate> {
    let last = gate.approvals.iter().filter_map(|entry| entry.made).max();
    last.map(|at| local_day(base, at)).or(gate.due)
}

fn local_day(base: &Base<'_>, at: DateTime<Utc>) -> NaiveDate {
    zone::local(at, base.portfolio().zone).date()
}

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
fn decided<'m, 'p>(
    scope: &Scope<'m, 'p>,
    wanted: Wanted<'_>,
    out: &mut Measured,
) -> Vec<(usize, &'m Judged<'p>, DateTime<Utc>)> {
    let mut found = Vec::new();
    for (release, gate) in scope.base.gates() {
        if scope.members.releases.binary_search(release).is_err() || gate.approvals.is_empty() || !wanted(gate) {
            continue;
        }
        let last = gate.approvals.iter().filter_map(|entry| entry.made).max();
        let is_undated = gate.approvals.iter().any(|entry| entry.made.is_none());
        let is_near = day_of(scope.base, gate).is_some_and(|day| scope.period.contains(day));
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

/// Whether the decision that was made at this instant says only on which day.
fn is_day(base: &Base<'_>, gate: &Judged<'_>, last: DateTime<Utc>) -> bool {
    let zone = base.portfolio().zone;
    let mut of_then = gate.approvals.iter().filter(|entry| entry.made == Some(last));
    of_then.all(|entry| {
        let said = entry.approval.at.as_ref().map(|at| at.value);
        // One that is dated by the commit that brought it has an hour.
        said.is_some_and(|said| matches!(said, When::Date(_)) && said.instant(zone) == last)
    })
}

/// First-pass yield of some gates.
pub fn first_pass(scope: &Scope<'_, '_>, wanted: Wanted<'_>) -> Measured {
    let mut out = Measured::default();
    for (release, gate, _) in decided(scope, wanted, &mut out) {
        let is_first = gate.state == State::Passed && gate.passed_at_first_attempt() == Some(true);
        out.count(record(scope.base, release, gate), f64::from(u8::from(is_first)));
    }
    out.mean()
}

/// How long the decisions of some gates took.
pub fn waiting(scope: &Scope<'_, '_>, wanted: Wanted<'_>) -> Measured {
    let mut out = Measured::default();
    let portfolio = scope.base.portfolio();
    for (release, gate, last) in decided(scope, wanted, &mut out) {
        let record = record(scope.base, release, gate);
        let submitted = gate.written.and_then(|written| written.submitted.as_ref());
        let hours = |from: DateTime<Utc>| (last - from).num_seconds() as f64 / 3600.0;
        let is_day = is_day(scope.base, gate, last);
        let whole_days = |from: NaiveDate| {
            let days = (zone::local(last, portfolio.zone).date() - from).num_days();
            days as f64 * 24.0
        };
        if let Some(submitted) = submitted {
            let took = if is_day {
                whole_days(day_in(submitted.value, portfolio.zone))
            } else {
                hours(submitted.value.instant(portfolio.zone))
            };
            if took < 0.0 {
                out.leave(record, "it was decided before it was submitted");
            } else {
                out.count(record, took);
            }
        } else if let Some(due) = gate.due {
            let end = zone::start_of_day(due.succ_opt().unwrap_or(due), portfolio.zone);
            let past = if is_day { whole_days(due) } else { hours(end) };
            out.count_noted(record, past.max(0.0), "past its due day");
        } else {
            out.leave(record, "it has no due day and does not say when it was submitted");
        }
    }
    out.median()
}
