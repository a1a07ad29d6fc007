//! First plan, plan now, and what really happened.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use smol_str::SmolStr;

use super::{Move, date};
use crate::model::Portfolio;
use crate::model::facts::{Chronicle, Field, Place};
use crate::model::release::{Actual, Release};

/// A planned date that moved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Total {
    /// Where it is written.
    pub place: Place,
    /// Whether it was computed from others instead of written.
    pub derived: bool,
    /// The first plan that the chronicle knows.
    pub first: SmolStr,
    /// The plan now; the last there was, where it is not written any more.
    pub last: SmolStr,
    /// Whether it is still written.
    pub is_there: bool,
    /// Last − first in calendar days, positive = later; none where either is no date.
    pub days: Option<i64>,
    /// How often it moved.
    pub moves: usize,
    /// Σ|days| of the moves.
    pub moved_days: i64,
    /// When it happened.
    pub actual: Option<NaiveDate>,
    /// Actual − first in calendar days, positive = later than first planned.
    pub actual_days: Option<i64>,
}

/// The planned dates that moved at least once, by release, then place.
pub fn totals(chronicle: &Chronicle, moves: &[Move], portfolio: &Portfolio) -> Vec<Total> {
    let mut by_place: BTreeMap<(&Place, bool), Vec<&Move>> = BTreeMap::new();
    for one in moves {
        by_place.entry((&one.place, one.derived)).or_default().push(one);
    }
    by_place
        .into_iter()
        .filter_map(|((place, derived), moves)| total(chronicle, place, derived, &moves, portfolio))
        .collect()
}

fn total(chronicle: &Chronicle, place: &Place, derived: bool, moves: &[&Move], portfolio: &Portfolio) -> Option<Total> {
    let counted = moves.iter().filter_map(|one| one.days);
    let (count, moved_days) = counted.fold((0, 0), |(count, sum), days: i64| (count + 1, sum + days.abs()));
    if count == 0 {
        return None;
    }
    let first = moves.iter().find_map(|one| one.before.clone().or_else(|| one.after.clone()))?;
    let now = if derived { moves.last()?.after.clone() } else { chronicle.now.get(place).cloned() };
    let is_there = now.is_some();
    let last = now.or_else(|| moves.iter().rev().find_map(|one| one.after.clone().or_else(|| one.before.clone())))?;
    let since = date(&first);
    let actual = portfolio.releases.get(&place.release).and_then(|release| actual(release, place));
    Some(Total {
        place: place.clone(),
        derived,
        days: since.zip(date(&last)).map(|(first, last)| (last - first).num_days()),
        first,
        last,
        is_there,
        moves: count,
        moved_days,
        actual,
        actual_days: since.zip(actual).map(|(first, actual)| (actual - first).num_days()),
    })
}

/// When what was planned at a place happened.
fn actual(release: &Release, place: &Place) -> Option<NaiveDate> {
    let end = |actual: Option<&Actual>| actual?.end.as_ref().map(|date| date.value);
    let start = |actual: Option<&Actual>| actual?.start.as_ref().map(|date| date.value);
    if let Some(id) = place.subject.strip_prefix("milestones/") {
        let milestone = release.milestones.iter().find(|milestone| *milestone.id == *id)?;
        return milestone.actual.as_ref().map(|date| date.value);
    }
    let actual = match place.subject.strip_prefix("phases/") {
        Some(id) => release.phases.iter().find(|phase| *phase.id == *id)?.actual.as_ref(),
        None => release.actual.as_ref(),
    };
    if place.field == Field::Start { start(actual) } else { end(actual) }
}
