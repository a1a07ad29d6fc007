//! How much scopes changed after they were locked, by the history behind the approvals of the gate that locks them.

use std::collections::HashSet;

use super::definition::{Definition, Family, Goal, Measured, Subject, Unit};
use super::{Base, Scope, releases};
use crate::model::facts::Change;
use crate::model::portfolio::StaleCause;
use crate::model::release::{Decision, Release};

pub(super) static DEFINITIONS: [Definition; 1] = [Definition {
    id: "scope_churn",
    name: "scope churn",
    family: Family::Schedule,
    unit: Unit::Ratio,
    definition: "projects added to or removed from scopes after the gate that locks them was approved ÷ projects at that time, over releases whose scope was locked in the period",
    source: "release management practice",
    needs: "`scope_locked_by`, an approval of that gate in git, and `scope` among `stale_when_changed`",
    goal: Goal::Less,
    subject: Subject::Release,
    measure,
}];

/// What became of a scope since it was locked.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Churn {
    /// The day of the approval.
    pub(super) locked: chrono::NaiveDate,
    pub(super) added: usize,
    pub(super) removed: usize,
    /// Projects at that time.
    pub(super) at_lock: usize,
}

/// The churn of a release; none when its scope was never locked, or why nobody can tell.
pub(super) fn of(base: &Base<'_>, r: usize, release: &Release) -> Option<Result<Churn, &'static str>> {
    let gate = release.scope_locked_by.as_ref()?;
    let portfolio = base.portfolio();
    let watched = portfolio
        .settings
        .approvals
        .as_ref()
        .is_some_and(|policy| policy.stale_when_changed.iter().any(|cause| cause.value == StaleCause::Scope));
    let judged = base.gates_of(r).find(|judged| judged.id == gate)?;
    let approved = |entry: &&crate::analysis::gates::JudgedApproval<'_>| entry.decision() == Decision::Approved;
    let first = judged.approvals.iter().filter(approved).min_by_key(|entry| (entry.made.is_none(), entry.made))?;
    if !watched {
        return Some(Err("`stale_when_changed` does not name `scope`, so nobody looks at what it was"));
    }
    let Some(facts) = first.facts.filter(|facts| facts.introduction.is_some()) else {
        return Some(Err("the approval that locks its scope is not in git, so nobody can tell what it was"));
    };
    let zone = portfolio.zone;
    let committed = facts.introduction.as_ref().map(|found| found.commit.at.to_utc());
    let locked = first.made.or(committed)?.with_timezone(&zone).date_naive();
    // Of an item that came or went its own project did too; of one that only changed, other fields.
    let whole = |change: &&Change| change.path.starts_with("scope/") && change.path.ends_with("/project");
    let (added, removed): (Vec<_>, Vec<_>) = facts.changed.iter().filter(whole).partition(|it| it.before.is_none());
    let (added, removed) = (added.len(), removed.len());
    let now: HashSet<&str> = release.scope.iter().map(|item| item.project.as_str()).collect();
    let at_lock = (now.len() + removed).saturating_sub(added);
    Some(Ok(Churn { locked, added, removed, at_lock }))
}

fn measure(scope: &Scope<'_, '_>) -> Measured {
    let mut out = Measured::default();
    let (mut changed, mut items) = (0, 0);
    for (r, release) in scope.live() {
        match of(scope.base, r, release) {
            Some(Ok(churn)) if scope.period.contains(churn.locked) => {
                changed += churn.added + churn.removed;
                items += churn.at_lock;
                let note = format!("+{} −{} of {}", churn.added, churn.removed, churn.at_lock);
                out.count_noted(releases::record(release), (churn.added + churn.removed) as f64, note);
            }
            Some(Err(why)) => {
                let planned = &scope.base.schedule().releases[r];
                let near = planned.planned_start.is_some_and(|start| start <= scope.period.until)
                    && planned.planned_end.is_some_and(|end| end >= scope.period.since);
                if near {
                    out.leave(releases::record(release), why);
                }
            }
            _ => {}
        }
    }
    out.population = items;
    out.value = (items > 0).then(|| changed as f64 / items as f64);
    out
}
