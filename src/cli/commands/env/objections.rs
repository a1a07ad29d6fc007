//! What speaks against a booking that is not written yet.

use chrono::NaiveTime;
use chrono_tz::Tz;

use crate::analysis::compare::compare_findings;
use crate::analysis::occupancy::{Booking, Collision, Level, Source};
use crate::analysis::windows::Stretch;
use crate::cli::context::Context;
use crate::diagnostic::{Finding, Severity, SourceMap};
use crate::time::{plus_days, zone};

/// What a check finds, as warning or error, only with the last booking of an environment; and the collision it makes or
/// makes worse where that is no new finding, as when the rule is off or the same few bookings explain it still.
pub fn objections(before: &Context<'_>, after: &Context<'_>, environment: &str) -> Vec<Finding> {
    let mut found = compare_findings(&before.judge(&[]).findings, &after.judge(&[]).findings).introduced();
    found.retain(|finding| finding.severity > Severity::Info);
    if !found.iter().any(|finding| matches!(finding.rule, "over-capacity" | "exclusive-overlap")) {
        found.extend(collision(before, after, environment));
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

/// The collision in which the booking takes part and that was not as bad before.
fn collision(before: &Context<'_>, after: &Context<'_>, id: &str) -> Option<Finding> {
    let portfolio = &after.loaded.portfolio;
    let (old, new) = (before.loaded.portfolio.environments.index(id)?, portfolio.environments.index(id)?);
    let environment = &portfolio.environments[new];
    let bookings = after.occupancy().of(new);
    let entry = Source::Entry { index: environment.bookings.len().checked_sub(1)? };
    let own = bookings.iter().find(|booking| booking.source == entry)?;
    let without = before.occupancy().levels(&before.loaded.portfolio, old);
    let collides = |level: &Level| {
        let collision = level.collision(environment.capacity())?;
        let time = level.time.intersect(&own.held()).filter(|time| !as_before(&without, level, *time))?;
        Some((collision, level.units, time))
    };
    let levels = after.occupancy().levels(portfolio, new);
    let worse: Vec<_> = levels.iter().filter_map(collides).collect();
    let (first, last) = (worse.first()?, worse.last()?);
    let time = Stretch { start: first.2.start, end: last.2.end };
    let &(kind, units, _) = worse.iter().max_by_key(|(collision, units, _)| (*collision, *units))?;
    let zone = portfolio.zone_of(environment);
    let (when, capacity) = (span(time, zone), environment.capacity());
    let (rule, message) = match kind {
        Collision::OverCapacity => (
            "over-capacity",
            format!("with this booking {units} units of `{id}` are wanted {when}, but it has {capacity}"),
        ),
        Collision::Exclusive => {
            ("exclusive-overlap", format!("with this booking one who wants `{id}` alone shares it {when}"))
        }
    };
    let mut finding = Finding::new(own.span, own.subject(portfolio), message).rule(rule);
    finding.severity = if own.tentative { Severity::Warning } else { Severity::Error };
    let others = bookings.iter().filter(|other| other.source != own.source && other.held().overlaps(&time));
    let related = |finding: Finding, other: &Booking| {
        let draft = if other.tentative { ", a draft," } else { "" };
        let message = format!("`{}`{draft} is there {}", other.name(portfolio), span(other.held(), zone));
        finding.related(other.span, other.subject(portfolio), message)
    };
    Some(others.fold(finding, related).help("take another time, or agree who yields"))
}

/// Whether as much was taken throughout a time without the booking.
fn as_before(old: &[Level], new: &Level, time: Stretch) -> bool {
    let taken = |level: &Level| (level.units, level.bookers, level.exclusive);
    old.iter().any(|level| taken(level) == taken(new) && level.time.intersect(&time) == Some(time))
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
