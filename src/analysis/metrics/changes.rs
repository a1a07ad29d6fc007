//! Changes and how they end, and whether what was deployed was allowed.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use super::definition::{Definition, Family, Goal, Measured, Record, Subject, Unit};
use super::{Base, Scope, Shipped};
use crate::analysis::changes::{kind, status};
use crate::analysis::deployments::whole_days;
use crate::analysis::windows::{EnvironmentTimes, Stretch, Timeline};
use crate::model::records::{Change, ChangeOutcome, ChangeStatus, ChangeType};
use crate::time::{Interval, When};

const SOURCE: &str = "ITIL change enablement";

const fn definition(
    id: &'static str,
    name: &'static str,
    goal: Goal,
    subject: Subject,
    (definition, needs): (&'static str, &'static str),
    measure: fn(&Scope<'_, '_>) -> Measured,
) -> Definition {
    Definition {
        id,
        name,
        family: Family::Changes,
        unit: Unit::Ratio,
        definition,
        source: SOURCE,
        needs,
        goal,
        subject,
        measure,
    }
}

const CLOSED: &str = "changes with `status: closed` and a window, a release or dated approvals";

pub(super) static DEFINITIONS: [Definition; 6] = [
    definition(
        "emergency_ratio",
        "emergency ratio",
        Goal::Less,
        Subject::Change,
        ("emergency changes ÷ all changes, of those that are closed and were carried out in the period", CLOSED),
        |scope| of_closed(scope, |change| kind(change) == ChangeType::Emergency),
    ),
    definition(
        "change_success",
        "change success",
        Goal::More,
        Subject::Change,
        ("changes with the outcome `successful` ÷ closed changes that were carried out in the period", CLOSED),
        |scope| of_closed(scope, |change| ended(change, ChangeOutcome::Successful)),
    ),
    definition(
        "backed_out_rate",
        "backed-out rate",
        Goal::Less,
        Subject::Change,
        ("changes with the outcome `backed-out` ÷ closed changes that were carried out in the period", CLOSED),
        |scope| of_closed(scope, |change| ended(change, ChangeOutcome::BackedOut)),
    ),
    definition(
        "unauthorised_rate",
        "unauthorised deployments",
        Goal::Less,
        Subject::Deployment,
        (
            "deployments to production without an approved change, as the changes of their release stood when they began, ÷ deployments but aborted ones and those that went back",
            "deployments to production, and changes that releases carry",
        ),
        unauthorised,
    ),
    definition(
        "outside_window_rate",
        "outside-window rate",
        Goal::Less,
        Subject::Deployment,
        (
            "deployments that began or ended outside the windows of their environment ÷ deployments to production environments with windows",
            "production environments with `windows`, and deployments to them",
        ),
        outside_window,
    ),
    definition(
        "approval_coverage",
        "approval coverage",
        Goal::More,
        Subject::Deployment,
        (
            "deployments to production of which every approval, of the gates of their release and of its changes, counts as the policy wants it proven ÷ deployments that need approvals",
            "deployments to production that name a release with gates or changes",
        ),
        approval_coverage,
    ),
];

fn ended(change: &Change, outcome: ChangeOutcome) -> bool {
    change.outcome.as_ref().is_some_and(|it| it.value == outcome)
}

fn of_closed(scope: &Scope<'_, '_>, is_counted: fn(&Change) -> bool) -> Measured {
    let mut out = Measured::default();
    let base = scope.base;
    for &index in &scope.members.changes {
        let change = &base.portfolio().changes[index];
        if status(change) != ChangeStatus::Closed {
            continue;
        }
        let record = Record::new("change", &change.id, change.id.span);
        match base.changes.day(index) {
            None => out.leave(record, "it is closed, and nothing dates it"),
            Some(day) if scope.period.contains(day) => {
                let outcome = change.outcome.as_ref().map_or("no outcome", |outcome| outcome.value.as_str());
                out.count_noted(record, f64::from(u8::from(is_counted(change))), outcome);
            }
            Some(_) => {}
        }
    }
    out.mean()
}

/// When a deployment began, as the rule `unauthorised-deployment` has it: a date is the end of that day.
fn began(base: &Base<'_>, it: &Shipped<'_>) -> DateTime<Utc> {
    let zone = base.portfolio().zone_at(&it.record.environment);
    it.record.started.as_ref().unwrap_or(&it.record.at).value.end_instant(zone)
}

/// The changes that a release carries about a project, or about none, by index.
fn carried(base: &Base<'_>, release: usize, it: &Shipped<'_>) -> Vec<usize> {
    let portfolio = base.portfolio();
    let scope = &portfolio.releases[release].scope;
    let own = |change: &usize| {
        let change = &portfolio.changes[*change];
        let mut items = scope.iter().filter(|item| item.project == it.record.project);
        change.project.as_ref().is_none_or(|project| *project == it.record.project)
            || items.any(|item| item.changes.contains(&change.id))
    };
    base.changes.of_release(release).filter(own).collect()
}

fn unauthorised(scope: &Scope<'_, '_>) -> Measured {
    let mut out = Measured::default();
    let base = scope.base;
    if base.portfolio().changes.is_empty() {
        return out;
    }
    let mut known: HashMap<(usize, &str), Vec<usize>> = HashMap::new();
    for it in scope.counted(&mut out) {
        if it.goes_back() {
            out.leave(it.as_record(), "it went back to an earlier version, which needs no leave");
            continue;
        }
        let Some(release) = it.release else {
            out.count_noted(it.as_record(), 1.0, "it names no release");
            continue;
        };
        let changes = known.entry((release, &it.record.project)).or_insert_with(|| carried(base, release, it));
        let at = began(base, it);
        let refused = changes.iter().find(|&&change| !base.changes.standing(change, at).is_approved());
        match (changes.is_empty(), refused) {
            (true, _) => out.count_noted(it.as_record(), 1.0, "its release carries no change about the project"),
            (_, Some(&change)) => {
                let id = &base.portfolio().changes[change].id;
                out.count_noted(it.as_record(), 1.0, format!("change {id} was not approved"));
            }
            _ => out.count(it.as_record(), 0.0),
        }
    }
    out.mean()
}

fn outside_window(scope: &Scope<'_, '_>) -> Measured {
    let mut out = Measured::default();
    let portfolio = scope.base.portfolio();
    let mut times: HashMap<&str, EnvironmentTimes> = HashMap::new();
    let shipped = scope.counted(&mut out);
    for it in &shipped {
        if let Some(environment) = portfolio.environments.get(&it.record.environment) {
            times.entry(&it.record.environment).or_insert_with(|| EnvironmentTimes::new(portfolio, environment));
        }
    }
    let timelines: HashMap<&str, Timeline<'_>> = times.iter().map(|(id, times)| (*id, open(times))).collect();
    for it in shipped {
        let id = it.record.environment.as_str();
        let Some(environment) = portfolio.environments.get(id) else { continue };
        let zone = portfolio.zone_of(environment);
        let since = environment.windows.iter().map(|window| window.start.value.instant(zone)).min();
        if !times.get(id).is_some_and(|times| times.limited) {
            out.leave(it.as_record(), format!("`{id}` has no windows"));
        } else if since.is_some_and(|since| it.at < since) {
            out.leave(it.as_record(), format!("`{id}` had no windows yet"));
        } else {
            let timeline = &timelines[id];
            let inside = |when: When| {
                let whole_day =
                    |day| whole_days(day, day, zone).is_some_and(|day| !timeline.overlapping(day).is_empty());
                match when {
                    When::Date(day) => whole_day(day),
                    when => timeline.covers(instant(when.instant(zone))),
                }
            };
            let both = it.record.started.iter().chain([&it.record.at]).all(|when| inside(when.value));
            out.count(it.as_record(), f64::from(u8::from(!both)));
        }
    }
    out.mean()
}

/// When deployments are allowed.
fn open(times: &EnvironmentTimes) -> Timeline<'_> {
    Timeline::new(times.windows.iter().map(|entry| (entry.index, &entry.times)))
}

/// An instant as a stretch of a second.
fn instant(start: DateTime<Utc>) -> Stretch {
    Interval { start, end: start + chrono::TimeDelta::seconds(1) }
}

fn approval_coverage(scope: &Scope<'_, '_>) -> Measured {
    let mut out = Measured::default();
    let base = scope.base;
    let mut known: HashMap<(usize, &str), Result<bool, &'static str>> = HashMap::new();
    for it in scope.counted(&mut out) {
        let Some(release) = it.release else {
            out.count_noted(it.as_record(), 0.0, "it names no release");
            continue;
        };
        let covered = known.entry((release, &it.record.project)).or_insert_with(|| is_covered(base, release, it));
        match covered {
            Ok(covered) => out.count(it.as_record(), f64::from(u8::from(*covered))),
            Err(why) => out.leave(it.as_record(), *why),
        }
    }
    out.mean()
}

/// Whether every approval behind a deployment counts; why not to ask where none is needed.
fn is_covered(base: &Base<'_>, release: usize, it: &Shipped<'_>) -> Result<bool, &'static str> {
    let changes = carried(base, release, it);
    let normal = |change: &&usize| kind(&base.portfolio().changes[**change]) != ChangeType::Standard;
    let changes: Vec<_> = changes.iter().filter(normal).map(|change| base.changes.decisions(*change)).collect();
    let wanted = base.gates_of(release).filter(|gate| gate.demanded() > 0 || !gate.approvals.is_empty());
    let lists: Vec<&[_]> = wanted.map(|gate| &gate.approvals[..]).chain(changes.iter().map(Vec::as_slice)).collect();
    if lists.is_empty() {
        return Err("nothing of its release needs an approval");
    }
    let holds = |entries: &&[crate::analysis::gates::JudgedApproval<'_>]| {
        !entries.is_empty() && entries.iter().filter(|entry| entry.holds).all(|entry| entry.flaws.is_empty())
    };
    Ok(lists.iter().all(holds))
}
