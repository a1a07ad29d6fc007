//! Gates whose state or due date is another, and approvals that count no more because what they approved has changed.

use chrono::NaiveDate;

use super::{Both, Side, common_releases};
use crate::analysis::gates::{Flaw, Judged, State};
use crate::diagnostic::Subject;
use crate::model::Identified;

/// A gate of a release of both sides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GateChange {
    /// The release, and `gates/ID` as its path.
    pub subject: Subject,
    /// Where it stands; none where there is no such gate.
    pub state: Both<Option<State>>,
    /// The last day.
    pub due: Both<Option<NaiveDate>>,
    /// Approvals that count no more because something changed, at each side.
    pub stale: Both<Vec<Stale>>,
}

/// An approval that counts no more because something changed since.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stale {
    /// In which role it was given.
    pub role: String,
    /// By whom.
    pub by: String,
    /// What changed since, such as `scope/ledger/version`, sorted.
    pub changed: Vec<String>,
}

impl GateChange {
    /// The approvals that are stale only at the head.
    pub fn made_stale(&self) -> impl Iterator<Item = &Stale> {
        let before = &self.stale.before;
        self.stale.after.iter().filter(move |it| !before.iter().any(|old| old.role == it.role && old.by == it.by))
    }
}

/// The gates that differ, of releases that both sides have, by subject.
pub fn compare(base: &Side<'_>, head: &Side<'_>) -> Vec<GateChange> {
    let mut changes = Vec::new();
    for (r, s) in common_releases(base, head) {
        let release = &head.portfolio().releases[s];
        let (old, new) = (base.gates.of(r), head.gates.of(s));
        let mut ids: Vec<&str> = old.iter().chain(&new).map(|gate| gate.id.as_str()).collect();
        ids.sort_unstable();
        ids.dedup();
        for id in ids {
            let find = |gates: &'_ [Judged<'_>]| gates.iter().position(|gate| **gate.id == *id);
            let gates = Both::new(find(&old).map(|at| &old[at]), find(&new).map(|at| &new[at]));
            let change = GateChange {
                subject: release.subject().at(format!("gates/{id}")),
                state: gates.map(|gate| gate.map(|gate| gate.state)),
                due: gates.map(|gate| gate.and_then(|gate| gate.due)),
                stale: gates.map(|gate| gate.map(stale).unwrap_or_default()),
            };
            let other_approvals = {
                let names =
                    |stale: &[Stale]| stale.iter().map(|it| (it.role.clone(), it.by.clone())).collect::<Vec<_>>();
                names(&change.stale.before) != names(&change.stale.after)
            };
            if change.state.differs() || change.due.differs() || other_approvals {
                changes.push(change);
            }
        }
    }
    changes.sort_by(|a, b| a.subject.cmp(&b.subject));
    changes
}

fn stale(gate: &Judged<'_>) -> Vec<Stale> {
    let of_approval = gate.approvals.iter().filter_map(|entry| {
        let since = entry.flaws.iter().find_map(|flaw| match flaw {
            Flaw::Stale(changes) => Some(changes),
            _ => None,
        })?;
        let mut changed: Vec<String> = since.iter().map(|change| change.path.clone()).collect();
        changed.sort_unstable();
        let (role, by) = (entry.approval.role.to_string(), entry.approval.by.to_string());
        entry.holds.then_some(Stale { role, by, changed })
    });
    let mut all: Vec<Stale> = of_approval.collect();
    all.sort();
    all
}
