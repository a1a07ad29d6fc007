//! The plan, one file a format.

mod bars;
pub mod csv;
pub mod human;
pub mod markdown;
pub mod mermaid;

use crate::diagnostic::wording::{lateness, plural};
use chrono::{Datelike, NaiveDate};

use crate::report::plan::{GateView, OutlookView, PhaseView, ReleaseView};

/// What the forecast of a phase says beside its plan, in a few characters: how far it is, and when it ends by the forecast
/// where that is not the plan.
pub(in crate::render) fn phase_state(phase: &PhaseView, arrow: &str) -> String {
    if let Some(end) = phase.actual.end {
        return match phase.planned.end {
            Some(planned) if planned != end => format!("done {}", short(end, planned)),
            _ => "done".to_owned(),
        };
    }
    let state = match phase.progress {
        Some(progress) => Some(format!("{progress}%")),
        None if phase.actual.start.is_some() => Some("running".to_owned()),
        None => None,
    };
    let moved = phase.forecast.end.zip(phase.planned.end).filter(|(forecast, planned)| forecast != planned);
    let moved = moved.map(|(forecast, planned)| format!("{arrow} {}", short(forecast, planned)));
    state.into_iter().chain(moved).collect::<Vec<_>>().join(" ")
}

/// A date beside another: without its year when they share it.
fn short(date: NaiveDate, beside: NaiveDate) -> String {
    if date.year() == beside.year() { date.format("%m-%d").to_string() } else { date.to_string() }
}

/// What a gate still asks for.
fn gate_facts(gate: &GateView) -> String {
    let (criteria, approvals) = (gate.criteria, gate.approvals);
    let mut facts: Vec<String> = gate.due.map(|due| format!("due {due}")).into_iter().collect();
    if criteria.total > 0 {
        facts.push(format!("{} of {} met", criteria.met, criteria.total));
    }
    if approvals.required > 0 {
        facts.push(format!("{} of {} approved", approvals.given, approvals.required));
    }
    if criteria.total + approvals.required == 0 {
        facts.push("asks for nothing".to_owned());
    }
    facts.join(" · ")
}

/// When something ends by how plans turned out before.
fn outlook(outlook: &OutlookView) -> String {
    match (outlook.p50, outlook.p80) {
        (Some(p50), Some(p80)) => {
            format!(
                "by its history: P50 {p50} · P80 {p80}, of {} of {}",
                plural(outlook.samples, "slip"),
                outlook.basis
            )
        }
        _ => format!("by its history: {}", outlook.basis),
    }
}

/// Whether anything may still happen to a release.
fn open(release: &ReleaseView) -> bool {
    !matches!(release.status, "released" | "closed" | "cancelled")
}

/// How many working days the forecast can slip before a promise breaks, in words.
fn in_hand(release: &ReleaseView) -> Option<String> {
    let days = release.spare_days.filter(|_| open(release))?;
    Some(match days {
        0 => "no day in hand".to_owned(),
        days @ 1.. => format!("{} in hand", plural(days, "working day")),
        days => format!("{} short before production", plural(-days, "working day")),
    })
}

/// How a release stands against its target, in words.
pub(in crate::render) fn verdict(release: &ReleaseView) -> Option<String> {
    let forecast = release.forecast.end?;
    if matches!(release.status, "cancelled") {
        return None;
    }
    let shipped = release.actual.end.is_some();
    let what = if shipped { "shipped" } else { "forecast" };
    Some(match release.lateness_days {
        Some(days) => match release.behind_days.filter(|_| days <= 0 && open(release)) {
            Some(behind) => format!("{what} {forecast}, {}, {} behind plan", lateness(days), plural(behind, "day")),
            None => format!("{what} {forecast}, {}", lateness(days)),
        },
        None => format!("{what} {forecast}"),
    })
}

/// The environments of a phase, with units and exclusivity where they matter.
pub(in crate::render) fn environments(phase: &PhaseView) -> String {
    let one = |used: &crate::report::plan::EnvironmentView| {
        let units = if used.units > 1 { format!("×{}", used.units) } else { String::new() };
        let exclusive = if used.exclusive { " (alone)" } else { "" };
        format!("{}{units}{exclusive}", used.id)
    };
    phase.environments.iter().map(one).collect::<Vec<_>>().join(", ")
}
