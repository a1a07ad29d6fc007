//! The view of `relm history`: how planned dates, scope and status moved from commit to commit.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::Serialize;
use smol_str::SmolStr;

use super::Header;
use super::gate::verify::{WhoView, history_word};
use crate::analysis::history::forecast::{Case, ENOUGH, What, backtest};
use crate::analysis::history::{self, Move, Slips, Total, Turn};
use crate::model::Portfolio;
use crate::model::facts::{Chronicle, Field, Place, Revised, Step};

/// The name and version of [`History`]'s shape.
pub const SCHEMA: &str = "relm.history/1";

/// How plans moved, oldest first; what is not committed comes last.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct History {
    /// Schema, day and revision.
    #[serde(flatten)]
    pub header: Header,
    /// The portfolio's name.
    pub portfolio: Option<String>,
    /// Where the list begins, as asked for; null for the beginning of the history.
    pub since: Option<String>,
    /// Whether only the first parents of merges were followed.
    pub first_parent: bool,
    /// Whether dates that are computed from others were looked at too (`--derived`).
    pub derived: bool,
    /// How much of the history could be read: `whole`, `shallow` or `no-commit`.
    pub history: &'static str,
    /// The commits where a shallow clone ends; nothing is known of what was before.
    pub ends: Vec<EndView>,
    /// Versions of files that cannot be parsed. The next readable version is compared with the last one.
    pub unreadable: Vec<UnreadableView>,
    /// Planned dates that came, moved or went.
    pub moves: Vec<MoveView>,
    /// Status and scope.
    pub changes: Vec<TurnView>,
    /// Dates that moved, by release, then place.
    pub totals: Vec<TotalView>,
    /// Releases with anything above, by id.
    pub releases: Vec<ReleaseView>,
    /// How often forecasts held; null unless asked for.
    pub backtest: Option<BacktestView>,
}

/// How often things ended by what they would have been told when they were first planned, by what had ended before that day.
#[derive(Debug, Clone, Copy, Serialize, schemars::JsonSchema)]
pub struct BacktestView {
    /// Phases.
    pub phases: HeldView,
    /// Releases.
    pub releases: HeldView,
    /// How many phases and releases had ended before they were first committed, and are left out.
    pub recorded_afterwards: usize,
    /// How many commits could not be loaded, so that what they planned is not known.
    pub unread: usize,
    /// How many things of a kind must have ended before one is planned, for history to say anything of it.
    pub needed: usize,
}

/// How often forecasts held.
#[derive(Debug, Clone, Copy, Serialize, schemars::JsonSchema)]
pub struct HeldView {
    /// What ended and had enough history when it was planned.
    pub tested: usize,
    /// What ended and had not.
    pub untested: usize,
    /// The share that ended by its P50, 0 to 1; null without any.
    pub within_p50: Option<f64>,
    /// The share that ended by its P80, 0 to 1; null without any.
    pub within_p80: Option<f64>,
}

impl BacktestView {
    /// The view of everything that was planned; how much was recorded only after it had ended, and how many commits could not
    /// be loaded.
    pub fn new(past: &[Case<'_>], recorded_afterwards: usize, unread: usize) -> Self {
        let held = |what| {
            let found = backtest(past, what);
            let share = |count: usize| (found.tested > 0).then(|| count as f64 / found.tested as f64);
            HeldView {
                tested: found.tested,
                untested: found.untested,
                within_p50: share(found.within_p50),
                within_p80: share(found.within_p80),
            }
        };
        Self { phases: held(What::Phase), releases: held(What::Release), recorded_afterwards, unread, needed: ENOUGH }
    }
}

/// A commit where a shallow clone ends.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct EndView {
    /// The commit.
    pub commit: String,
    /// When it was written, RFC 3339, as the author's clock says.
    #[schemars(extend("format" = "date-time"))]
    pub at: String,
}

/// A version of a file that cannot be parsed.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct UnreadableView {
    /// The path from the root.
    pub file: String,
    /// The commit that brought it; null for the work tree.
    pub commit: Option<String>,
}

/// Which commit did it; all null for what is not committed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct CommitView {
    /// The commit.
    pub commit: Option<String>,
    /// Who wrote it, after `.mailmap`.
    pub author: Option<WhoView>,
    /// When, RFC 3339, as the author's clock says.
    #[schemars(extend("format" = "date-time"))]
    pub at: Option<String>,
    /// The first line of its message.
    pub message: Option<String>,
}

/// A planned date that is not what it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct MoveView {
    /// The release.
    pub release: String,
    /// `milestones/rc1`, `phases/sit`, or empty for the release itself.
    pub subject: String,
    /// `date`, `start`, `end` or `target`.
    pub field: &'static str,
    /// The commit that did it.
    #[serde(flatten)]
    pub by: CommitView,
    /// What it was, as written; null: it was not there.
    pub before: Option<String>,
    /// What it is; null: it is not there any more.
    pub after: Option<String>,
    /// Calendar days, positive = later; null where it came or went, which is no move.
    pub days: Option<i64>,
    /// Whether the date is computed from others (`--derived`) instead of written.
    pub derived: bool,
    /// Which commit in the order of the view.
    #[serde(skip)]
    pub step: usize,
}

/// A change of status or scope.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct TurnView {
    /// The release.
    pub release: String,
    /// `scope/ledger` for a project of the scope, empty for the release itself.
    pub subject: String,
    /// `status` or `version`.
    pub field: &'static str,
    /// The commit that did it.
    #[serde(flatten)]
    pub by: CommitView,
    /// What it was: a status, or a version, empty where none is written; null: it was not there.
    pub before: Option<String>,
    /// What it is; null: it is not there any more.
    pub after: Option<String>,
    /// Which commit in the order of the view.
    #[serde(skip)]
    pub step: usize,
}

/// A planned date that moved: first plan, plan now, and what happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct TotalView {
    /// The release.
    pub release: String,
    /// `milestones/rc1`, `phases/sit`, or empty for the release itself.
    pub subject: String,
    /// `date`, `start`, `end` or `target`.
    pub field: &'static str,
    /// The first plan, as far back as the list reaches.
    pub first: String,
    /// The plan now; the last there was, where it is not written any more.
    pub last: String,
    /// Last − first in calendar days, positive = later; null where either is no date.
    pub days: Option<i64>,
    /// How often it moved.
    pub moves: usize,
    /// The days of all moves, whatever their direction.
    pub moved_days: i64,
    /// Whether it is still written.
    pub present: bool,
    /// When it happened; null where it has not.
    #[schemars(with = "Option<String>", extend("format" = "date"))]
    pub actual: Option<NaiveDate>,
    /// Actual − first in calendar days, positive = later than first planned.
    pub actual_days: Option<i64>,
    /// Whether the date is computed from others (`--derived`) instead of written.
    pub derived: bool,
}

/// What happened to the plan of a release.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct ReleaseView {
    /// The id.
    pub id: String,
    /// The name for people; null where there is none, or where the release is not there any more.
    pub name: Option<String>,
    /// Where it stands; null where it is not there any more.
    pub status: Option<&'static str>,
    /// How often written dates moved.
    pub moves: usize,
    /// How many of these moves were to a later day.
    pub later: usize,
    /// The days of all moves, whatever their direction.
    pub moved_days: i64,
    /// The date that says most of it: its target where that moved, else the date of a phase or milestone that is the last
    /// now. Null where none moved.
    pub line: Option<Line>,
}

/// How one date moved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Line {
    /// `milestones/rc1`, `phases/sit`, or empty for the release itself.
    pub subject: String,
    /// `date`, `start`, `end` or `target`.
    pub field: &'static str,
    /// The plans, each from one commit to the next.
    pub points: Vec<Point>,
    /// When it happened; null where it has not.
    #[schemars(with = "Option<String>", extend("format" = "date"))]
    pub actual: Option<NaiveDate>,
}

/// A plan that held from some commit on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Point {
    /// When it was written, RFC 3339; null where that was before the list begins, or is not committed.
    #[schemars(extend("format" = "date-time"))]
    pub at: Option<String>,
    /// The plan.
    #[schemars(with = "String", extend("format" = "date"))]
    pub date: NaiveDate,
    /// The commit.
    pub commit: Option<String>,
}

/// What the view is made from.
#[derive(Debug, Clone, Copy)]
pub struct Input<'p> {
    /// What stands in the manifests now.
    pub portfolio: &'p Portfolio,
    /// What changed.
    pub chronicle: &'p Chronicle,
    /// The dates among it, and computed ones where they were asked for; by step.
    pub moves: &'p [Move],
}

impl History {
    /// The view of a chronicle.
    pub fn new(header: Header, input: Input<'_>) -> Self {
        let Input { portfolio, chronicle, moves } = input;
        let totals = history::totals(chronicle, moves, portfolio);
        let turns = history::turns(chronicle);
        let commits: Vec<CommitView> = chronicle.steps.iter().map(CommitView::new).collect();
        let end = |commit: &Revised| EndView { commit: commit.id.clone(), at: commit.at.to_rfc3339() };
        Self {
            header,
            portfolio: portfolio.settings.common.name().map(str::to_owned),
            since: None,
            first_parent: false,
            derived: false,
            history: history_word(&chronicle.history),
            ends: chronicle.ends.iter().map(end).collect(),
            unreadable: chronicle
                .unreadable
                .iter()
                .map(|it| UnreadableView { file: it.file.clone(), commit: it.commit.clone() })
                .collect(),
            releases: releases(input, &totals, &turns),
            moves: moves.iter().map(|one| move_view(one, &commits)).collect(),
            changes: turns.iter().map(|turn| turn_view(turn, &commits)).collect(),
            totals: totals.iter().map(total_view).collect(),
            backtest: None,
        }
    }
}

impl CommitView {
    fn new(step: &Step) -> Self {
        let commit = step.commit.as_ref();
        Self {
            commit: commit.map(|commit| commit.id.clone()),
            author: commit.map(|commit| WhoView::new(&commit.author)),
            at: commit.map(|commit| commit.at.to_rfc3339()),
            message: commit.map(|commit| commit.subject.clone()),
        }
    }
}

fn text(value: Option<&SmolStr>) -> Option<String> {
    value.map(ToString::to_string)
}

fn move_view(one: &Move, commits: &[CommitView]) -> MoveView {
    MoveView {
        release: one.place.release.to_string(),
        subject: one.place.subject.to_string(),
        field: one.place.field.as_str(),
        by: commits[one.step].clone(),
        before: text(one.before.as_ref()),
        after: text(one.after.as_ref()),
        days: one.days,
        derived: one.derived,
        step: one.step,
    }
}

fn turn_view(turn: &Turn, commits: &[CommitView]) -> TurnView {
    TurnView {
        release: turn.place.release.to_string(),
        subject: turn.place.subject.to_string(),
        field: turn.place.field.as_str(),
        by: commits[turn.step].clone(),
        before: text(turn.before.as_ref()),
        after: text(turn.after.as_ref()),
        step: turn.step,
    }
}

fn total_view(total: &Total) -> TotalView {
    TotalView {
        release: total.place.release.to_string(),
        subject: total.place.subject.to_string(),
        field: total.place.field.as_str(),
        first: total.first.to_string(),
        last: total.last.to_string(),
        days: total.days,
        moves: total.moves,
        moved_days: total.moved_days,
        present: total.is_there,
        actual: total.actual,
        actual_days: total.actual_days,
        derived: total.derived,
    }
}

fn releases(input: Input<'_>, totals: &[Total], turns: &[Turn]) -> Vec<ReleaseView> {
    let slips = history::slips(input.moves);
    let mut ids: Vec<&SmolStr> = input.moves.iter().map(|one| &one.place.release).collect();
    ids.extend(turns.iter().map(|turn| &turn.place.release));
    ids.sort_unstable();
    ids.dedup();
    let mut by_place: BTreeMap<(&Place, bool), Vec<&Move>> = BTreeMap::new();
    for one in input.moves {
        by_place.entry((&one.place, one.derived)).or_default().push(one);
    }
    let view = |id: &SmolStr| {
        let release = input.portfolio.releases.get(id);
        let Slips { moves, moved_days, later } = slips.get(id).copied().unwrap_or_default();
        let first = totals.partition_point(|total| total.place.release < *id);
        let own = totals[first..].iter().take_while(|total| total.place.release == *id);
        // The target speaks for the release; without one, what is the last now; what is written before what is computed.
        let rank = |total: &&Total| (!total.derived, total.place.field == Field::Target, total.last.clone());
        let line = own.max_by_key(rank).map(|total| {
            let moves = by_place.get(&(&total.place, total.derived)).map(Vec::as_slice).unwrap_or_default();
            line(total, moves, &input.chronicle.steps)
        });
        let name = release.and_then(|release| release.common.name()).map(str::to_owned);
        let status = release.map(|release| release.status().as_str());
        ReleaseView { id: id.to_string(), name, status, moves, later, moved_days, line }
    };
    ids.into_iter().map(view).collect()
}

fn line(total: &Total, moves: &[&Move], steps: &[Step]) -> Line {
    let mut points = Vec::new();
    let before = moves.first().and_then(|one| history::date(one.before.as_ref()?));
    points.extend(before.map(|date| Point { at: None, date, commit: None }));
    for one in moves {
        let commit = steps[one.step].commit.as_ref();
        let Some(date) = one.after.as_deref().and_then(history::date) else { continue };
        let at = commit.map(|commit| commit.at.to_rfc3339());
        points.push(Point { at, date, commit: commit.map(|commit| commit.id.clone()) });
    }
    Line { subject: total.place.subject.to_string(), field: total.place.field.as_str(), points, actual: total.actual }
}
