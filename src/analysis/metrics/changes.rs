//! Changes and how they end, and whether what was deployed was allowed.

use std::borrow::Cow;
use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};

use super::definition::{Definition, Family, Goal, Measured, Record, Subject, Unit};
use super::{Base, Scope, Shipped};
use crate::analysis::changes::{kind, status};
use crate::analysis::deployments::whole_days;
use crate::analysis::gates::{JudgedApproval, Required, holding};
use crate::analysis::windows::{EnvironmentTimes, Stretch, Timeline};
use crate::model::records::{Change, ChangeOutcome, ChangeStatus, ChangeType};
use crate::model::release::{ScopeItem, Status};
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
            "deployments to production without an approved change, as the changes of their release, of what it is part of and of its parts stood when they began, ÷ deployments but aborted ones; one that went back needs no leave",
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
            "deployments to production of which, when they began, every required approval was given and every approval counted as the policy wants it proven, of the gates on their way and of their changes, ÷ deployments that need approvals; the gates of emergencies may follow",
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
        match base.changes.day(index, base.today()) {
            None => out.leave(record, "it is closed, and nothing up to today dates it"),
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

/// The changes about a project that a release carries, with what it is part of and its parts, by index. A change about no
/// project is about all; of a part only when that ships the project.
fn carried(base: &Base<'_>, release: usize, it: &Shipped<'_>) -> Vec<usize> {
    let portfolio = base.portfolio();
    let parts = portfolio.family(release).into_iter().skip(1);
    let around = std::iter::once(release).chain(portfolio.ancestors(release));
    let mut found = Vec::new();
    for (owner, is_part) in around.map(|owner| (owner, false)).chain(parts.map(|part| (part, true))) {
        let mine = |item: &&ScopeItem| item.project == it.record.project;
        let items: Vec<&ScopeItem> = portfolio.releases[owner].scope.iter().filter(mine).collect();
        found.extend(base.changes.of_release(owner).filter(|&change| {
            let change = &portfolio.changes[change];
            match &change.project {
                Some(project) if *project == it.record.project => true,
                None if !is_part || !items.is_empty() => true,
                _ => items.iter().any(|item| item.changes.contains(&change.id)),
            }
        }));
    }
    found.sort_unstable();
    found.dedup();
    found
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
            out.count_noted(it.as_record(), 0.0, "it went back to an earlier version, which needs no leave");
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
    let mut known: HashMap<(usize, &str), Vec<Asked<'_, '_>>> = HashMap::new();
    for it in scope.counted(&mut out) {
        let Some(release) = it.release else {
            out.count_noted(it.as_record(), 0.0, "it names no release");
            continue;
        };
        let asked = known.entry((release, &it.record.project)).or_insert_with(|| asked(base, release, it));
        let at = began(base, it);
        let wanted = || asked.iter().filter(|asked| asked.from.is_none_or(|first| first <= it.day));
        match wanted().find(|asked| !asked.is_given(if asked.may_follow { base.now() } else { at })) {
            _ if wanted().next().is_none() => out.leave(it.as_record(), "nothing on its way needs an approval"),
            None => out.count(it.as_record(), 1.0),
            Some(lacking) => out.count_noted(it.as_record(), 0.0, format!("of {}", lacking.name)),
        }
    }
    out.mean()
}

/// Something on the way of a deployment that has to be approved.
struct Asked<'b, 'p> {
    /// What it is called: `gate r/go-live`, `change RFC-1`.
    name: String,
    /// The decisions about it.
    entries: Cow<'b, [JudgedApproval<'p>]>,
    /// Who must approve; one approval by anybody who may when empty.
    required: &'b [Required<'p>],
    /// The first planned day of what it guards, where that is not production itself.
    from: Option<NaiveDate>,
    /// Whether approvals may be given after the deployment.
    may_follow: bool,
}

impl Asked<'_, '_> {
    /// Whether all that was required had been given at an instant, and all that had been given counted.
    fn is_given(&self, at: DateTime<Utc>) -> bool {
        let made: Vec<_> = self.entries.iter().filter(|entry| entry.made.is_none_or(|made| made <= at)).collect();
        let held = holding(&made);
        let by_role = |required: &Required<'_>| {
            held.iter().filter(|entry| entry.approval.role == *required.role).count() >= required.count
        };
        !held.is_empty() && held.iter().all(|entry| entry.counted_at(at)) && self.required.iter().all(by_role)
    }
}

/// What has to be approved before a deployment: the gates of its release and of what that is part of on the way to production,
/// and its changes, but standard ones.
fn asked<'b, 'p>(base: &'b Base<'p>, release: usize, it: &Shipped<'_>) -> Vec<Asked<'b, 'p>> {
    let portfolio = base.portfolio();
    let may_follow = portfolio.is_emergency(&portfolio.releases[release].r#type);
    let mut found = Vec::new();
    for owner in std::iter::once(release).chain(portfolio.ancestors(release)) {
        let manifest = &portfolio.releases[owner];
        for gate in base.gates_of(owner).filter(|gate| gate.demanded() > 0 || !gate.approvals.is_empty()) {
            let is_production = gate.before() == "production";
            // A gate that a type demands today may be newer than what is closed.
            let is_newer = gate.written.is_none() && manifest.status() == Status::Closed;
            let guards = gate.guards.iter().any(|(guarded, _)| *guarded == release);
            if is_newer || !(is_production || guards) {
                continue;
            }
            found.push(Asked {
                name: format!("gate {}/{}", manifest.id, gate.id),
                entries: Cow::Borrowed(&gate.approvals),
                required: &gate.required,
                from: gate.guarded_start.filter(|_| !is_production),
                may_follow,
            });
        }
    }
    let normal = carried(base, release, it).into_iter();
    for change in normal.filter(|change| kind(&portfolio.changes[*change]) != ChangeType::Standard) {
        found.push(Asked {
            name: format!("change {}", portfolio.changes[change].id),
            entries: Cow::Owned(base.changes.decisions(change)),
            required: &[],
            from: None,
            may_follow: false,
        });
    }
    found
}
