//! The plan of one version of a portfolio, and how computed dates moved from one to the next.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use smol_str::{SmolStr, ToSmolStr, format_smolstr};

use super::Move;
use crate::analysis::schedule::{Schedule, written_end, written_start};
use crate::model::Portfolio;
use crate::model::facts::{Field, Place};

/// A planned date.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Planned {
    /// `phases/sit`, `milestones/rc1`, or empty for the last planned day of a release.
    pub subject: SmolStr,
    /// What of it.
    pub field: Field,
    /// The day.
    pub date: NaiveDate,
    /// Whether it follows from other dates instead of being written.
    pub derived: bool,
}

/// All planned dates, by release. They depend on nothing but the manifests.
pub type Plan = BTreeMap<SmolStr, Vec<Planned>>;

/// The dates that a schedule gives to a portfolio.
pub fn plan(portfolio: &Portfolio, schedule: &Schedule) -> Plan {
    let mut plan = Plan::new();
    for (release, own) in portfolio.releases.iter().zip(&schedule.releases) {
        let mut dates = Vec::new();
        let mut note = |subject: SmolStr, field: Field, date: Option<NaiveDate>, derived: bool| {
            dates.extend(date.map(|date| Planned { subject, field, date, derived }));
        };
        note(SmolStr::default(), Field::End, own.planned_end, !release.phases.is_empty() || release.target.is_none());
        for (phase, own) in release.phases.iter().zip(&own.phases) {
            let subject = format_smolstr!("phases/{}", &*phase.id);
            note(subject.clone(), Field::Start, own.planned.map(|dates| dates.start), written_start(phase).is_none());
            note(subject, Field::End, own.planned.map(|dates| dates.end), written_end(phase).is_none());
        }
        for (milestone, own) in release.milestones.iter().zip(&own.milestones) {
            let subject = format_smolstr!("milestones/{}", &*milestone.id);
            note(subject, Field::Date, own.date, milestone.date.is_none());
        }
        plan.insert(SmolStr::new(&*release.id), dates);
    }
    plan
}

/// The computed dates that are not the same in a step as in what it is compared with. One with several parents moved only what
/// is the same in none of them. Dates that are written on either side are told as such, and left out.
pub fn derived(step: usize, parents: &[&Plan], now: &Plan) -> Vec<Move> {
    let Some((first, others)) = parents.split_first() else { return Vec::new() };
    let find = |plan: &Plan, release: &SmolStr, one: &Planned| {
        let dates = plan.get(release)?;
        dates.iter().find(|other| (&other.subject, other.field) == (&one.subject, one.field)).cloned()
    };
    let mut moves = Vec::new();
    for (release, dates) in now {
        for one in dates.iter().filter(|one| one.derived) {
            let Some(before) = find(first, release, one).filter(|before| before.derived) else { continue };
            let is_known = others.iter().any(|other| find(other, release, one).is_some_and(|it| it.date == one.date));
            if before.date == one.date || is_known {
                continue;
            }
            moves.push(Move {
                step,
                place: Place { release: release.clone(), subject: one.subject.clone(), field: one.field },
                before: Some(before.date.to_smolstr()),
                after: Some(one.date.to_smolstr()),
                days: Some((one.date - before.date).num_days()),
                derived: true,
            });
        }
    }
    moves
}
