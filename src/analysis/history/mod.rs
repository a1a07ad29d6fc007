//! How plans moved: what the history of written dates adds up to.
//!
//! A move is a planned date that is not the same in a commit and in its first parent and is there in both. A date that came or
//! went is listed, but is no move. What a number counts is always the moves; `days` are calendar days, positive = later.

pub mod forecast;
mod plan;
mod totals;

use std::collections::BTreeMap;

use chrono::NaiveDate;
use smol_str::SmolStr;

pub use plan::{Plan, Planned, derived, plan};
pub use totals::{Total, totals};

use crate::model::facts::{Chronicle, Field, FieldChange, Place};
use crate::time::When;

/// A planned date that is not what it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Move {
    /// Which of [`Chronicle::steps`] did it.
    pub step: usize,
    /// Where it is written.
    pub place: Place,
    /// What it was, as written; none: it came.
    pub before: Option<SmolStr>,
    /// What it is; none: it went.
    pub after: Option<SmolStr>,
    /// How far it moved, in calendar days, positive = later. None where it came or went, or where either is no date; then it
    /// does not count as a move.
    pub days: Option<i64>,
    /// Whether the date was computed from others instead of written.
    pub derived: bool,
}

impl Move {
    /// The move that a change is, if it is one of a date.
    pub fn of(step: usize, change: &FieldChange) -> Option<Self> {
        let FieldChange { place, before, after } = change;
        if !place.field.is_date() {
            return None;
        }
        let ends = before.as_deref().and_then(date).zip(after.as_deref().and_then(date));
        let days = ends.map(|(before, after)| (after - before).num_days());
        // Spelled otherwise is not moved.
        (days != Some(0)).then(|| Self {
            step,
            place: place.clone(),
            before: before.clone(),
            after: after.clone(),
            days,
            derived: false,
        })
    }

    /// Whether it counts.
    pub const fn counts(&self) -> bool {
        self.days.is_some()
    }
}

/// The day that a text names.
pub fn date(text: &str) -> Option<NaiveDate> {
    match When::parse(text) {
        Ok(When::Date(date)) => Some(date),
        _ => None,
    }
}

/// Every planned date that came, moved or went, in the order of the chronicle.
pub fn moves(chronicle: &Chronicle) -> Vec<Move> {
    let steps = chronicle.steps.iter().enumerate();
    steps.flat_map(|(at, step)| step.changes.iter().filter_map(move |change| Move::of(at, change))).collect()
}

/// What is no date: the status of a release, or a project of its scope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    /// Which of [`Chronicle::steps`] did it.
    pub step: usize,
    /// The release; for scope the subject names the project.
    pub place: Place,
    /// What it was: a status, or a version, empty where none is written. None: it was not there.
    pub before: Option<SmolStr>,
    /// What it is. None: it is not there any more.
    pub after: Option<SmolStr>,
}

/// Every change of status and scope, in the order of the chronicle. The scope that a release came with, or had when it went, is
/// no change; that it came or went shows in its status.
pub fn turns(chronicle: &Chronicle) -> Vec<Turn> {
    let mut turns = Vec::new();
    for (at, step) in chronicle.steps.iter().enumerate() {
        for release in step.changes.chunk_by(|a, b| a.place.release == b.place.release) {
            let came_or_went =
                release.iter().any(|it| it.place.field == Field::Status && (it.before.is_none() || it.after.is_none()));
            let wanted = release.iter().filter(|change| match change.place.field {
                Field::Status => true,
                Field::Version => !came_or_went,
                _ => false,
            });
            turns.extend(wanted.map(|FieldChange { place, before, after }| Turn {
                step: at,
                place: place.clone(),
                before: before.clone(),
                after: after.clone(),
            }));
        }
    }
    turns
}

/// How much the dates of a release moved.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Slips {
    /// How many moves there were: the slip count.
    pub moves: usize,
    /// Σ|days|: the volatility.
    pub moved_days: i64,
    /// Moves to a later day.
    pub later: usize,
}

/// The slips of each release that has a move, by id. Computed dates do not count.
pub fn slips(moves: &[Move]) -> BTreeMap<SmolStr, Slips> {
    let mut all: BTreeMap<SmolStr, Slips> = BTreeMap::new();
    for one in moves.iter().filter(|one| !one.derived) {
        let Some(days) = one.days else { continue };
        let slips = all.entry(one.place.release.clone()).or_default();
        slips.moves += 1;
        slips.moved_days += days.abs();
        slips.later += usize::from(days > 0);
    }
    all
}
