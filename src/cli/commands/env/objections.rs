//! What speaks against a booking that is not written yet.

use chrono::NaiveTime;
use chrono_tz::Tz;

use super::super::check::introduced;
use crate::analysis::occupancy::{Booking, Collision, Conflict, Level, Source};
use crate::analysis::windows::Stretch;
use crate::cli::context::Context;
use crate::diagnostic::{Finding, Severity, SourceMap};
use crate::model::Portfolio;
use crate::time::{plus_days, zone};

/// What a check finds, as warning or error, only with the last booking of an environment; and the collisions that booking
/// makes or makes worse, should no rule say so.
pub fn objections(before: &Context<'_>, after: &Context<'_>, environment: &str) -> Vec<Finding> {
    let (mut found, _) = introduced(&after.judge(&[]).findings, &before.judge(&[]).findings);
    found.retain(|finding| finding.severity > Severity::Info);
    if !found.iter().any(|finding| matches!(finding.rule, "over-capacity" | "exclusive-overlap")) {
        found.extend(collisions(before, after, environment));
    }
    sort(&mut found, &after.loaded.sources);
    found
}

fn sort(findings: &mut [Finding], sources: &SourceMap) {
    findings.sort_by(|a, b| {
        let key = |finding: &Finding| (std::cmp::Reverse(finding.severity), finding.rule);
        (key(a), sources.path(a.span.file), a.span.start).cmp(&(key(b), sources.path(b.span.file), b.span.start))
    });
}

/// The collisions in which the booking takes part and that were not as bad before.
fn collisions(before: &Context<'_>, after: &Context<'_>, id: &str) -> Vec<Finding> {
    let portfolio = &after.loaded.portfolio;
    let indexes = before.loaded.portfolio.environments.index(id).zip(portfolio.environments.index(id));
    let Some((old_index, index)) = indexes else { return Vec::new() };
    let bookings = after.occupancy().of(index);
    let entry = portfolio.environments[index].bookings.len().saturating_sub(1);
    let Some(own) = bookings.iter().find(|booking| booking.source == Source::Entry { index: entry }) else {
        return Vec::new();
    };
    let old = before.occupancy().levels(&before.loaded.portfolio, old_index);
    let new = after.occupancy().levels(portfolio, index);
    let capacity = portfolio.environments[index].capacity();
    let worse: Vec<Stretch> = new
        .iter()
        .filter(|level| level.collision(capacity).is_some())
        .filter_map(|level| level.time.intersect(&own.held()).filter(|time| !as_before(&old, level, *time)))
        .collect();
    let conflicts = after.occupancy().conflicts(portfolio, index);
    let mine = conflicts.iter().filter(|conflict| worse.iter().any(|time| time.overlaps(&conflict.time)));
    mine.map(|conflict| finding(portfolio, conflict, own, bookings)).collect()
}

/// Whether as much was taken throughout a time without the booking.
fn as_before(old: &[Level], new: &Level, time: Stretch) -> bool {
    let taken = |level: &Level| (level.units, level.bookers, level.exclusive);
    old.iter().any(|level| taken(level) == taken(new) && level.time.intersect(&time) == Some(time))
}

fn finding(portfolio: &Portfolio, conflict: &Conflict, own: &Booking, bookings: &[Booking]) -> Finding {
    let environment = &portfolio.environments[conflict.environment];
    let (id, zone) = (&environment.id, portfolio.zone_of(environment));
    let when = span(conflict.time, zone);
    let (rule, message) = match conflict.collision {
        Collision::OverCapacity => {
            let (demand, capacity) = (conflict.demand, conflict.capacity);
            (
                "over-capacity",
                format!("with this booking {demand} units of `{id}` are wanted {when}, but it has {capacity}"),
            )
        }
        Collision::Exclusive => (
            "exclusive-overlap",
            format!("this booking and another are in `{id}` {when}, and one of them wants to be alone"),
        ),
    };
    let mut finding = Finding::new(own.span, own.subject(portfolio), message).rule(rule);
    finding.severity = if conflict.tentative { Severity::Warning } else { Severity::Error };
    let others = conflict.bookings.iter().map(|&member| &bookings[member]).filter(|other| other.source != own.source);
    let related = |finding: Finding, other: &Booking| {
        let draft = if other.tentative { ", a draft," } else { "" };
        let message = format!("`{}`{draft} is there {}", other.name(portfolio), span(other.held(), zone));
        finding.related(other.span, other.subject(portfolio), message)
    };
    others.fold(finding, related).help("take another time, or agree who yields")
}

/// `from 2026-12-16 to 2026-12-18`, with the hours where it is not whole days.
fn span(time: Stretch, zone: Tz) -> String {
    let (from, to) = (zone::local(time.start, zone), zone::local(time.end, zone));
    if from.time() == NaiveTime::MIN && to.time() == NaiveTime::MIN {
        let last = plus_days(to.date(), -1);
        return if last == from.date() { format!("on {last}") } else { format!("from {} to {last}", from.date()) };
    }
    format!("from {} to {}", from.format("%Y-%m-%d %H:%M"), to.format("%Y-%m-%d %H:%M"))
}
