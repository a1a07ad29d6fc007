//! Gates: what each demands, what is met and approved, what counts for nothing and why, and where that leaves it.
//!
//! Nothing here looks at git or files: what was learnt from them comes as [`Facts`].

mod approvals;
mod criteria;
mod demand;
mod missing;
mod readiness;
#[cfg(test)]
mod tests;

use std::collections::HashSet;

use chrono::{DateTime, NaiveDate, Utc};

use super::schedule::Schedule;
use crate::choice;
use crate::graph::{Node, guarded};
use crate::model::facts::Facts;
use crate::model::portfolio::GateTemplate;
use crate::model::release::{Decision, Gate, Status};
use crate::model::{Id, Portfolio};
use crate::time::Clock;
use crate::time::calendar::WorkCalendar;
use crate::time::duration::Duration;

pub use approvals::{Flaw, JudgedApproval, Policy, Proof, Required};
pub(super) use approvals::{Work, holding, judge_on};
pub use criteria::{JudgedCriterion, Outcome, waiver_lacks};
pub use demand::{Demand, risk_level};
pub use missing::Missing;
pub use readiness::Readiness;

choice! {
    /// Where a gate stands.
    pub enum State {
        /// All is met and approved.
        Passed = "passed",
        /// Something is missing, and there is time.
        Pending = "pending",
        /// Something is missing, and the date is over.
        Overdue = "overdue",
        /// Somebody said no.
        Rejected = "rejected",
        /// It was approved, and what was approved has changed since.
        Stale = "stale",
    }
}

/// What gates are judged by. Cheap to copy; nothing is judged before it is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Gates<'p> {
    /// The manifests.
    pub portfolio: &'p Portfolio,
    /// When things happen.
    pub schedule: &'p Schedule,
    /// What was learnt outside manifests.
    pub facts: &'p Facts,
    /// Today and now.
    pub clock: &'p Clock,
}

/// A gate of a release, with what its template adds, judged.
#[derive(Debug, Clone, PartialEq)]
pub struct Judged<'p> {
    /// The id: of the gate in the release, else where the type or the risk level demands it.
    pub id: &'p Id,
    /// As it stands in the release; none when it is only demanded.
    pub written: Option<&'p Gate>,
    /// The template of the same name.
    pub template: Option<&'p GateTemplate>,
    /// What demands it, beside the release itself.
    pub demands: Vec<Demand<'p>>,
    /// The phases it guards, by index of release and phase.
    pub guards: Vec<(usize, usize)>,
    /// The first planned day of what it guards.
    pub guarded_start: Option<NaiveDate>,
    /// The last day: as written, else the last working day before what it guards. The gates of an emergency may follow within
    /// its type's `review_within` working days after the release.
    pub due: Option<NaiveDate>,
    /// The criteria of the template that the file does not replace, then those of the file.
    pub criteria: Vec<JudgedCriterion<'p>>,
    /// Who must approve, by role.
    pub required: Vec<Required<'p>>,
    /// Every entry of the file, in its order.
    pub approvals: Vec<JudgedApproval<'p>>,
    /// Where it stands.
    pub state: State,
}

impl<'p> Gates<'p> {
    /// The gates of a release: those it writes, in their order, then those its type and its risk demand and it does not write.
    pub fn of(&self, release: usize) -> Vec<Judged<'p>> {
        let manifest = &self.portfolio.releases[release];
        let mut demands = demand::of(self.portfolio, manifest);
        let mut judged = Vec::with_capacity(manifest.gates.len());
        for gate in &manifest.gates {
            let (mine, others) = demands.into_iter().partition(|demand| *demand.gate == *gate.id);
            demands = others;
            judged.push(self.judge(release, &gate.id, Some(gate), mine));
        }
        while let Some(first) = demands.first().copied() {
            let (mine, others) = demands.into_iter().partition(|demand| *demand.gate == **first.gate);
            demands = others;
            judged.push(self.judge(release, first.gate, None, mine));
        }
        judged
    }

    /// One gate that stands in a release, by its index there.
    pub fn written(&self, release: usize, gate: usize) -> Judged<'p> {
        let manifest = &self.portfolio.releases[release];
        let gate = &manifest.gates[gate];
        let demands = demand::of(self.portfolio, manifest);
        let mine = demands.into_iter().filter(|demand| *demand.gate == *gate.id).collect();
        self.judge(release, &gate.id, Some(gate), mine)
    }

    /// The approvals of a change, by its index, in their order.
    pub fn of_change(&self, change: usize) -> Vec<JudgedApproval<'p>> {
        let change = &self.portfolio.changes[change];
        let work = Work { owner: change.common.owner(), scope: &[] };
        judge_on(self.portfolio, self.facts, work, &change.approvals)
    }

    /// The people who can still give an approval that a gate of a release requires.
    pub fn able(&self, release: usize, required: &Required<'p>) -> Vec<&'p Id> {
        approvals::able(self, release, required)
    }

    /// The gates that guard phases of a release: its own, then those of the composites around it, nearest first, each with the
    /// index of the release that has it.
    pub fn guarding(&self, release: usize) -> Vec<(usize, Judged<'p>)> {
        let around = std::iter::once(release).chain(self.portfolio.ancestors(release));
        let gates = around.flat_map(|owner| self.of(owner).into_iter().map(move |gate| (owner, gate)));
        gates.filter(|(_, gate)| gate.guards.iter().any(|(guarded, _)| *guarded == release)).collect()
    }

    fn judge(&self, release: usize, id: &'p Id, written: Option<&'p Gate>, demands: Vec<Demand<'p>>) -> Judged<'p> {
        let portfolio = self.portfolio;
        let template = portfolio.settings.gate_templates.get(id);
        let guards = guards(portfolio, release, id, written);
        let guarded_start = guarded_start(self.schedule, &guards);
        let due = due(portfolio, self.schedule, release, written, guarded_start);
        let criteria = criteria::judge(self, release, template, written, &guards, guarded_start);
        let approvals = approvals::judge(self, release, written.map_or(&[][..], |gate| &gate.approvals));
        let required = approvals::required(template, written, &approvals);
        let mut judged = Judged {
            id,
            written,
            template,
            demands,
            guards,
            guarded_start,
            due,
            criteria,
            required,
            approvals,
            state: State::Pending,
        };
        judged.state = judged.state_on(self.clock.today);
        // Nothing waits for the gates of what was called off.
        if judged.state == State::Overdue && portfolio.releases[release].status() == Status::Cancelled {
            judged.state = State::Pending;
        }
        judged
    }
}

impl<'p> Judged<'p> {
    /// The first state that holds.
    fn state_on(&self, today: NaiveDate) -> State {
        if self.rejections().next().is_some() {
            State::Rejected
        } else if self.required.iter().any(Required::is_stale) {
            State::Stale
        } else if self.is_satisfied() {
            State::Passed
        } else if self.due.is_some_and(|due| today > due) {
            State::Overdue
        } else {
            State::Pending
        }
    }

    /// Whether all is met and approved. A gate that asks for nothing proves nothing.
    fn is_satisfied(&self) -> bool {
        let asks = !self.criteria.is_empty() || !self.required.is_empty();
        asks && self.met() == self.criteria.len() && self.given() == self.demanded()
    }

    /// Criteria that are met, validly waived or not applicable.
    pub fn met(&self) -> usize {
        self.criteria.iter().filter(|criterion| criterion.outcome.is_met()).count()
    }

    /// Approvals that count.
    pub fn given(&self) -> usize {
        self.required.iter().map(Required::given).sum()
    }

    /// Approvals that are required.
    pub fn demanded(&self) -> usize {
        self.required.iter().map(|required| required.count).sum()
    }

    /// The refusals that hold.
    pub fn rejections(&self) -> impl Iterator<Item = &JudgedApproval<'p>> {
        self.approvals.iter().filter(|entry| entry.holds && entry.decision() == Decision::Rejected)
    }

    /// Whether the first decision that was made let the gate pass; none while nobody decided.
    pub fn passed_at_first_attempt(&self) -> Option<bool> {
        let decided = !self.approvals.is_empty();
        decided.then(|| self.approvals.iter().all(|entry| entry.decision() == Decision::Approved))
    }

    /// What it guards, as written here or in its template: `first`, `production` (default) or a phase.
    pub fn before(&self) -> &'p str {
        let own = self.written.and_then(|gate| gate.before.as_deref());
        own.or_else(|| self.template.and_then(|template| template.before.as_deref())).unwrap_or("production")
    }

    /// What is missing, in the order it is asked for; nothing when the gate is passed.
    pub fn missing(&self) -> Vec<Missing<'_>> {
        missing::of(self)
    }

    /// Whether it had been passed at an instant, by the decisions made up to then and the criteria as they stand now. What
    /// changed after the instant does not matter.
    pub fn was_passed_at(&self, at: DateTime<Utc>) -> bool {
        let until = |entry: &&JudgedApproval<'p>| entry.made.is_none_or(|made| made <= at);
        let entries: Vec<_> = self.approvals.iter().filter(until).collect();
        let holding = approvals::holding(&entries);
        if holding.iter().any(|entry| entry.decision() == Decision::Rejected) {
            return false;
        }
        let met = self.met() == self.criteria.len() && (!self.criteria.is_empty() || !self.required.is_empty());
        met && self.required.iter().all(|required| {
            let by: HashSet<&str> = holding
                .iter()
                .filter(|entry| *entry.approval.role == **required.role && entry.counted_at(at))
                .map(|entry| &*entry.approval.by)
                .collect();
            by.len() >= required.count
        })
    }

    /// The template's or the release's own name for it.
    pub fn name(&self) -> Option<&'p str> {
        let own = self.written.and_then(|gate| gate.common.name());
        own.or_else(|| self.template.and_then(|template| template.common.name()))
    }
}

/// The last day of a gate that stands in a release.
pub fn due_of(portfolio: &Portfolio, schedule: &Schedule, release: usize, gate: &Gate) -> Option<NaiveDate> {
    let guards = guards(portfolio, release, &gate.id, Some(gate));
    due(portfolio, schedule, release, Some(gate), guarded_start(schedule, &guards))
}

fn due(
    portfolio: &Portfolio,
    schedule: &Schedule,
    release: usize,
    written: Option<&Gate>,
    guarded_start: Option<NaiveDate>,
) -> Option<NaiveDate> {
    if let Some(due) = written.and_then(|gate| gate.due.as_ref()) {
        return Some(due.value);
    }
    let manifest = &portfolio.releases[release];
    let calendar = portfolio.release_calendar(manifest);
    let kind = portfolio.settings.release_types.get(&manifest.r#type);
    if let Some(days) = kind.and_then(|kind| kind.review_within.as_ref()) {
        let actual = manifest.actual.as_ref().and_then(|actual| actual.end.as_ref()).map(|end| end.value);
        let end = actual.or(schedule.releases[release].planned_end)?;
        return Some(last_day_within(calendar, end, days.value.0));
    }
    Some(calendar.prev_working(guarded_start?.pred_opt()?))
}

/// The last day of a time that begins after a day: five working days after a Friday end on the next Friday.
pub fn last_day_within(calendar: &WorkCalendar, day: NaiveDate, time: Duration) -> NaiveDate {
    let midnight = day.succ_opt().unwrap_or(day);
    let end = calendar.add(midnight, time);
    end.pred_opt().unwrap_or(end)
}

/// The phases that a gate guards.
fn guards(portfolio: &Portfolio, release: usize, id: &str, written: Option<&Gate>) -> Vec<(usize, usize)> {
    let before = written.and_then(|gate| gate.before.as_deref());
    let phases = guarded(portfolio, release, before, id).into_iter().filter_map(|node| match node {
        Node::Phase(r, p) => Some((r, p)),
        _ => None,
    });
    phases.collect()
}

/// The first planned day of what a gate guards.
fn guarded_start(schedule: &Schedule, guards: &[(usize, usize)]) -> Option<NaiveDate> {
    guards.iter().filter_map(|&(r, p)| schedule.phase(r, p).planned).map(|dates| dates.start).min()
}
