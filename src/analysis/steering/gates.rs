//! Where gates hold things up: what waits for a decision and for how long, which criteria fail, what was let off.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};

use crate::analysis::gates::{Judged, JudgedCriterion, Outcome, State};
use crate::analysis::metrics::{Base, Period, gates::day_of};
use crate::model::Id;
use crate::model::release::{CriterionStatus, Status};
use crate::time::zone;

/// How many gates stand where.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct States {
    /// All is met and approved.
    pub passed: usize,
    /// Something is missing, and there is time.
    pub pending: usize,
    /// Something is missing, and the date is over.
    pub overdue: usize,
    /// Somebody said no.
    pub rejected: usize,
    /// What was approved has changed since.
    pub stale: usize,
}

impl States {
    /// Counts gates.
    pub fn of<'g>(gates: impl IntoIterator<Item = &'g Judged<'g>>) -> Self {
        let mut states = Self::default();
        for gate in gates {
            *match gate.state {
                State::Passed => &mut states.passed,
                State::Pending => &mut states.pending,
                State::Overdue => &mut states.overdue,
                State::Rejected => &mut states.rejected,
                State::Stale => &mut states.stale,
            } += 1;
        }
        states
    }

    /// All of them.
    pub const fn total(&self) -> usize {
        self.passed + self.pending + self.overdue + self.rejected + self.stale
    }
}

/// A gate that is not passed and still has to be.
#[derive(Debug, Clone)]
pub struct Waiting<'b, 'p> {
    /// The release, by index.
    pub release: usize,
    /// The gate.
    pub gate: &'b Judged<'p>,
    /// Since when it waits: since a decision was asked for, else since its last day was over. None: nobody waits for it yet.
    pub since: Option<DateTime<Utc>>,
    /// The people who can decide, by the roles whose approval is lacking.
    pub able: Vec<(&'p Id, Vec<&'p Id>)>,
}

/// A criterion of a gate of this name, over all releases.
#[derive(Debug, Clone)]
pub struct Tally<'b, 'p> {
    /// The gate.
    pub gate: &'p Id,
    /// The criterion as it stands in one of them.
    pub criterion: &'b JudgedCriterion<'p>,
    /// In how many gates it was judged.
    pub gates: usize,
    /// The releases, by index, whose gate is late, or which went without: it is not met there.
    pub failed: Vec<usize>,
    /// The releases whose gate has time.
    pub open: Vec<usize>,
    /// The releases that were let off, whether that still holds or not.
    pub waived: Vec<usize>,
}

/// A criterion that is not demanded of a release that is not closed.
#[derive(Debug, Clone)]
pub struct OpenWaiver<'b, 'p> {
    /// The release, by index.
    pub release: usize,
    /// The gate.
    pub gate: &'b Judged<'p>,
    /// The criterion.
    pub criterion: &'b JudgedCriterion<'p>,
    /// The last day it holds; none when it has no end.
    pub expires: Option<NaiveDate>,
}

/// Whether a gate still has to be passed: of what is not over; of emergencies, whose gates may follow, until they are closed.
fn is_open(base: &Base<'_>, release: usize) -> bool {
    let manifest = &base.portfolio().releases[release];
    let may_follow = manifest.status() == Status::Released && base.portfolio().is_emergency(&manifest.r#type);
    may_follow || !manifest.status().is_over()
}

/// The gates of these releases, by index, that belong to a period: decided in it, else due in it; and those that still have
/// to be passed.
pub fn in_play<'b, 'p>(base: &'b Base<'p>, releases: &[usize], period: Period) -> Vec<(usize, &'b Judged<'p>)> {
    let belongs = |release: usize, gate: &Judged<'_>| {
        let is_wanted = gate.state != State::Passed && is_open(base, release);
        is_wanted || day_of(base, gate).is_some_and(|day| period.contains(day))
    };
    releases
        .iter()
        .flat_map(|&release| base.gates_of(release).map(move |gate| (release, gate)))
        .filter(|(release, gate)| belongs(*release, gate))
        .collect()
}

/// What waits to be passed, the longest waiting first; what nobody waits for yet by its last day.
pub fn waiting<'b, 'p>(base: &'b Base<'p>, releases: &[usize]) -> Vec<Waiting<'b, 'p>> {
    let (zone, now) = (base.portfolio().zone, base.input.gates.clock.now);
    let wanted = releases.iter().filter(|&&release| is_open(base, release)).flat_map(|&release| {
        base.gates_of(release).filter(|gate| gate.state != State::Passed).map(move |gate| (release, gate))
    });
    let mut found: Vec<Waiting<'b, 'p>> = wanted
        .map(|(release, gate)| {
            let asked = gate.written.and_then(|written| written.submitted.as_ref()).map(|at| at.value.instant(zone));
            let over = gate.due.and_then(|due| due.succ_opt()).map(|next| zone::start_of_day(next, zone));
            let since = asked.or(over).filter(|since| *since <= now);
            let lacking = gate.required.iter().filter(|required| required.lacking() > 0);
            let able = lacking.map(|required| (required.role, base.input.gates.able(release, required))).collect();
            Waiting { release, gate, since, able }
        })
        .collect();
    found.sort_by_key(|it| (it.since.is_none(), it.since, it.gate.due.is_none(), it.gate.due));
    found
}

/// The criteria of gates that failed or were waived, those that failed most often first.
pub fn tallies<'b, 'p>(base: &Base<'p>, gates: &[(usize, &'b Judged<'p>)]) -> Vec<Tally<'b, 'p>> {
    let mut found: BTreeMap<(&str, &str), Tally<'b, 'p>> = BTreeMap::new();
    for &(release, gate) in gates {
        let is_late = gate.state != State::Pending || base.portfolio().releases[release].status().is_over();
        for criterion in &gate.criteria {
            let key = (gate.id.as_str(), criterion.criterion.id.as_str());
            let fresh = || Tally { gate: gate.id, criterion, gates: 0, failed: vec![], open: vec![], waived: vec![] };
            let tally = found.entry(key).or_insert_with(fresh);
            tally.gates += 1;
            if is_waived(criterion) {
                tally.waived.push(release);
            }
            if !criterion.outcome.is_met() {
                if is_late { &mut tally.failed } else { &mut tally.open }.push(release);
            }
        }
    }
    let told = found.into_values().filter(|it| !it.failed.is_empty() || !it.waived.is_empty() || !it.open.is_empty());
    let mut told: Vec<_> = told.collect();
    told.sort_by_key(|it| std::cmp::Reverse((it.failed.len(), it.waived.len(), it.open.len())));
    told
}

fn is_waived(criterion: &JudgedCriterion<'_>) -> bool {
    criterion.criterion.status.as_ref().is_some_and(|status| status.value == CriterionStatus::Waived)
}

/// The waivers of these releases that are not closed, those that end first first.
pub fn waivers<'b, 'p>(base: &'b Base<'p>, releases: &[usize]) -> Vec<OpenWaiver<'b, 'p>> {
    let live = |release: &&usize| base.portfolio().releases[**release].status() != Status::Closed;
    let mut found = Vec::new();
    for &release in releases.iter().filter(live) {
        for gate in base.gates_of(release) {
            for criterion in gate.criteria.iter().filter(|criterion| is_waived(criterion)) {
                let waiver = criterion.criterion.waiver.as_ref();
                let expires = waiver.and_then(|waiver| waiver.expires.as_ref()).map(|day| day.value);
                found.push(OpenWaiver { release, gate, criterion, expires });
            }
        }
    }
    found.sort_by_key(|it| (it.expires.is_none(), it.expires));
    found
}

/// Whether a waiver ends before what its gate guards begins, or has ended.
pub fn ends_too_early(waiver: &OpenWaiver<'_, '_>) -> bool {
    matches!(waiver.criterion.outcome, Outcome::WaiverExpired(_))
}
