//! Rules of the group `schedule`.

pub mod ends_before_start;
pub mod forecast_late;
pub mod implausible_date;
pub mod insufficient_notice;
pub mod misses_target;
pub mod no_slack;
pub mod non_working_day;
pub mod outside_composite;
pub mod overdue_milestone;
pub mod overdue_phase;
pub mod starts_before_predecessor;
pub mod unplaceable_phase;

use chrono::NaiveDate;

use crate::diagnostic::wording::plural;
use crate::diagnostic::{Finding, Severity, Span, Subject};
use crate::graph::Node;
use crate::model::release::{Phase, Release, Status};
use crate::model::{Identified, Portfolio, Spanned};

/// A draft is an idea: what is wrong with it is at most a warning.
fn tempered(finding: Finding, release: &Release) -> Finding {
    if release.status() == Status::Draft { finding.at_most(Severity::Warning) } else { finding }
}

/// `1 day`, `3 days`, whatever the sign.
fn days(number: i64) -> String {
    plural(number.unsigned_abs(), "day")
}

/// Whether a phase is said to have ended.
fn is_done(phase: &Phase) -> bool {
    phase.actual_end().is_some()
}

/// The written first day of a phase, with its place.
fn start_of(phase: &Phase) -> Option<&Spanned<NaiveDate>> {
    phase.start.as_ref().or(phase.date.as_ref())
}

/// Where a phase says when it begins: the date, else what else places it, else its id.
fn start_place(phase: &Phase) -> Span {
    let duration = phase.duration.as_ref().map(|duration| duration.span);
    let end = phase.end.as_ref().map(|date| date.span);
    let after = phase.after.first().map(|dependency| dependency.span);
    start_of(phase).map(|date| date.span).or(end).or(after).or(duration).unwrap_or(phase.id.span)
}

/// Where a phase says when it ends: the date, else the duration, else the first day, else its id.
fn end_place(phase: &Phase) -> Span {
    let end = phase.end.as_ref().map(|date| date.span);
    let duration = phase.duration.as_ref().map(|duration| duration.span);
    end.or(duration).or(start_of(phase).map(|date| date.span)).unwrap_or(phase.id.span)
}

/// The subject of a finding about a phase or milestone, or about the release that a node belongs to.
fn subject_of(portfolio: &Portfolio, node: Node) -> Subject {
    let Some(r) = node.release() else { return Subject::default() };
    let release = &portfolio.releases[r];
    match node {
        Node::Phase(_, p) => release.subject().at(format!("phases/{}", release.phases[p].id)),
        Node::Milestone(_, m) => release.subject().at(format!("milestones/{}", release.milestones[m].id)),
        _ => release.subject(),
    }
}

/// What a node is called in a sentence about release `seen_from`, quoted.
fn name_of(portfolio: &Portfolio, node: Node, seen_from: usize) -> String {
    let Some(r) = node.release() else { return String::new() };
    let release = &portfolio.releases[r];
    let inner = match node {
        Node::Phase(_, p) => &release.phases[p].id,
        Node::Milestone(_, m) => &release.milestones[m].id,
        _ => return format!("`{}`", release.id),
    };
    if r == seen_from { format!("`{inner}`") } else { format!("`{}/{inner}`", release.id) }
}

/// The boundary after a day.
fn after(day: NaiveDate) -> NaiveDate {
    day.succ_opt().unwrap_or(day)
}

/// The day before a boundary.
fn before(boundary: NaiveDate) -> NaiveDate {
    boundary.pred_opt().unwrap_or(boundary)
}

/// The releases below this one, by index; a cancelled one takes what is below it along.
fn descendants(portfolio: &Portfolio, release: usize) -> Vec<usize> {
    let mut below = portfolio.family(release).split_off(1);
    below.retain(|&r| portfolio.releases[r].status() != Status::Cancelled);
    below
}

/// `build → sit → uat`, as seen from one release; the middle of a long way is left out.
fn way(portfolio: &Portfolio, path: &[(usize, usize)], seen_from: usize) -> String {
    const ENDS: usize = 3;
    let names: Vec<String> = path.iter().map(|&(r, p)| name_of(portfolio, Node::Phase(r, p), seen_from)).collect();
    if names.len() > 2 * ENDS + 1 {
        let (first, last) = (&names[..ENDS], &names[names.len() - ENDS..]);
        return format!("{} → … → {}", first.join(" → "), last.join(" → "));
    }
    names.join(" → ")
}
