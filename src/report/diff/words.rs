//! Differences in words.

use crate::diagnostic::wording::{plural, plural_of};
use std::collections::BTreeSet;

use super::FindingsView;
use super::releases::{ReleaseView, Weight};
use crate::analysis::compare::{Both, ChangeKind, Comparison, Distance, GateChange, NewCollision};
use crate::analysis::gates::State;
use crate::analysis::occupancy::Collision;
use crate::diagnostic::{Severity, Subject};

/// Something as people call it: `payments-2026.12/uat`, `environment uat-1 bookings/perf`, `freezes/year-end`.
pub fn name(subject: &Subject) -> String {
    let Subject { kind, id, path } = subject;
    let nested = |start: &str| path.strip_prefix(start).filter(|rest| !rest.contains('/'));
    match kind.as_str() {
        "release" if path.is_empty() => id.clone(),
        "release" => match nested("phases/").or_else(|| nested("milestones/")) {
            Some(part) => format!("{id}/{part}"),
            None => format!("{id} {path}"),
        },
        "portfolio" if path.is_empty() => "settings".to_owned(),
        "portfolio" => path.clone(),
        _ => [kind.as_str(), id, path].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" "),
    }
}

/// `3 days later`, `2 days earlier`.
pub fn shifted(days: i64) -> String {
    format!("{} {}", plural(days.abs(), "day"), if days > 0 { "later" } else { "earlier" })
}

/// `3 days later (1 working day)`; the working days only where they are others.
pub fn distance(it: Distance) -> String {
    let working = it.working_days.abs();
    if working == it.days.abs() {
        return shifted(it.days);
    }
    format!("{} ({})", shifted(it.days), plural(working, "working day"))
}

/// `over capacity from 2026-11-04 to 2026-11-06: a/p, b/p`, at either side.
pub fn collision(it: &NewCollision) -> Both<Option<String>> {
    let what = match it.collision {
        Collision::OverCapacity => "over capacity",
        Collision::Exclusive => "shared though one wants it alone",
    };
    let draft = if it.tentative { ", with a draft" } else { "" };
    it.days.map(|days| {
        let (first, last) = days?;
        let when = if first == last { format!("on {first}") } else { format!("from {first} to {last}") };
        Some(format!("{what} {when}{draft}: {}", it.bookings.join(", ")))
    })
}

/// A number without needless decimals.
pub fn amount(value: f64) -> String {
    let rounded = (value * 100.0).round() / 100.0;
    // Nothing is written as -0.
    format!("{}", if rounded == 0.0 { 0.0 } else { rounded })
}

/// What matters most, in one sentence, and how bad it is.
pub fn verdict(
    comparison: &Comparison<'_>,
    releases: &[ReleaseView],
    findings: &FindingsView,
    is_partial: bool,
) -> (String, Weight) {
    let mut parts = Vec::new();
    let mut weight = Weight::Plain;
    // What may only follow from a file that cannot be read is no news of the plan.
    let certain: Vec<&ReleaseView> = releases.iter().filter(|it| it.is_effect && !it.is_doubtful).collect();
    if let Some(first) = certain.first() {
        parts.push(format!("`{}` {}", first.id, first.headline));
        weight = weight.max(first.weight);
    }
    let of_others = |what: fn(&ReleaseView) -> bool| certain.iter().skip(1).filter(|it| what(it)).count();
    let gone = of_others(|it| it.is_gone);
    if gone > 0 {
        parts.push(format!("{} removed or cancelled", plural(gone, "other release")));
        weight = weight.max(Weight::Warn);
    }
    let moved = of_others(|it| it.is_moved);
    if moved > 0 {
        parts.push(format!("{} moved", plural(moved, "other release")));
    }
    let more_missed = of_others(|it| it.misses_target);
    if more_missed > 0 {
        parts.push(format!("{} their target", plural_of(more_missed, "more misses", "more miss")));
        weight = Weight::Bad;
    }
    if of_others(|it| it.weight == Weight::Bad) > 0 {
        weight = Weight::Bad;
    }
    gates(comparison, &mut parts, &mut weight);
    let severe = |severity| findings.really_new().filter(|finding| finding.severity == severity).count();
    let severities = [(Severity::Error, "error"), (Severity::Warning, "warning"), (Severity::Info, "remark")];
    for (severity, word) in severities {
        if severe(severity) > 0 {
            parts.push(format!(
                "{} {}",
                severe(severity),
                if severe(severity) == 1 { format!("new {word}") } else { format!("new {word}s") }
            ));
            weight = weight.max(match severity {
                Severity::Error => Weight::Bad,
                Severity::Warning => Weight::Warn,
                Severity::Info => Weight::Plain,
            });
        }
    }
    let (fixed, turned) = (findings.fixed - findings.turned.len(), findings.turned.len());
    if fixed > 0 {
        parts.push(format!("{} fixed", plural(fixed, "finding")));
        weight = weight.max(Weight::Good);
    }
    if turned > 0 {
        parts.push(format!("{} told otherwise", plural(turned, "finding")));
    }
    collisions(comparison, &mut parts);
    if parts.is_empty() && releases.iter().any(|it| it.is_doubtful) {
        let text = "No effect on the plan that is certain: what changes may follow from files that cannot be read.";
        return (text.to_owned(), Weight::Warn);
    }
    if parts.is_empty() {
        return (without_effect(comparison, is_partial), Weight::Quiet);
    }
    (format!("{}.", parts.join("; ")), weight)
}

fn gates(comparison: &Comparison<'_>, parts: &mut Vec<String>, weight: &mut Weight) {
    let stale = comparison.gates.iter().flat_map(GateChange::made_stale).count();
    if stale > 0 {
        parts.push(format!("{} made stale", plural(stale, "approval")));
        *weight = Weight::Bad;
    }
    let open = comparison
        .gates
        .iter()
        .filter(|it| {
            it.state.before == Some(State::Passed) && it.state.after.is_some_and(|state| state != State::Passed)
        })
        .count();
    if open > 0 {
        parts.push(format!("{} not passed any more", plural(open, "gate")));
        *weight = Weight::Bad;
    }
    let passed = comparison
        .gates
        .iter()
        .filter(|it| it.state.after == Some(State::Passed) && it.state.before != Some(State::Passed))
        .count();
    if passed > 0 {
        parts.push(format!("{} passed", plural(passed, "gate")));
        *weight = (*weight).max(Weight::Good);
    }
}

fn collisions(comparison: &Comparison<'_>, parts: &mut Vec<String>) {
    let mut contended: Vec<&str> =
        comparison.collisions.iter().filter(|it| it.is_new()).map(|it| it.subject.id.as_str()).collect();
    contended.dedup();
    if !contended.is_empty() {
        parts.push(format!("{} newly contended", plural(contended.len(), "environment")));
    }
    let is_longer = |it: &&NewCollision| it.growth().is_some_and(|days| days > 0);
    let grown: BTreeSet<&str> =
        comparison.collisions.iter().filter(is_longer).map(|it| it.subject.id.as_str()).collect();
    if !grown.is_empty() {
        parts.push(format!("{} contended for longer", plural(grown.len(), "environment")));
    }
}

/// What is to be said where no date moves, no gate opens or closes and no finding comes or goes.
fn without_effect(comparison: &Comparison<'_>, is_partial: bool) -> String {
    if comparison.is_empty() {
        let what = if is_partial { "nothing that can be compared has changed" } else { "nothing has changed" };
        return format!("No effect on the plan: {what}.");
    }
    let effects = [
        (comparison.releases.len(), "slack or critical path"),
        (comparison.gates.len(), "gates"),
        (comparison.collisions.len(), "use of environments"),
        (comparison.amounts.len(), "cost or work"),
    ];
    let effects: Vec<&str> = effects.into_iter().filter(|(count, _)| *count > 0).map(|(_, what)| what).collect();
    if !effects.is_empty() {
        return format!("No date moves; what changes: {}.", effects.join(", "));
    }
    let written = comparison.written.len();
    let of = |kind| comparison.written.iter().filter(|it| it.kind == kind).count();
    let (added, removed) = (of(ChangeKind::Added), of(ChangeKind::Removed));
    let kinds = [(added, "added"), (removed, "removed"), (written - added - removed, "changed")];
    let kinds = kinds.into_iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}"));
    format!("No effect on the plan; in the manifests {}.", kinds.collect::<Vec<_>>().join(", "))
}
