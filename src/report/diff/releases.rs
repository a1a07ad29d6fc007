//! What happened to each release, for people.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::words::{distance, name, shifted};
use crate::analysis::compare::{Both, Change, ChangeKind, Comparison, Move, Period, ReleaseChange, Side};
use crate::analysis::schedule::Schedule;
use crate::diagnostic::Subject;
use crate::diagnostic::wording::{lateness, plural};
use crate::model::Portfolio;

/// Phases and milestones that people are told of by name.
const SHOWN: usize = 8;

/// A release that something happened to.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a question of its own, asked in other places")]
pub struct ReleaseView {
    /// The id.
    pub id: String,
    /// What happened to it, such as `ends 3 days later: 2026-12-05 → 2026-12-08`.
    pub headline: String,
    /// How it is meant.
    pub weight: Weight,
    /// Whether its dates are others.
    pub is_moved: bool,
    /// Whether it keeps its target at the base and misses it now.
    pub misses_target: bool,
    /// Whether something happened to its dates, target or status, or it came or went.
    pub is_effect: bool,
    /// Whether it was removed or called off.
    pub is_gone: bool,
    /// Whether what is said of its dates or target may only follow from a file that cannot be read.
    pub is_doubtful: bool,
    /// By how many days its end moved.
    pub days: Option<i64>,
    /// What is to be said beside.
    pub facts: Vec<Fact>,
    /// Its phases and itself, before and after, where they moved.
    pub bars: Vec<Bar>,
}

/// A fact about a release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// What it is about.
    pub label: &'static str,
    /// What it says.
    pub text: String,
    /// How it is meant.
    pub weight: Weight,
}

/// How something is meant; the worst last.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// It stands back.
    #[default]
    Quiet,
    /// As it is.
    Plain,
    /// It is well.
    Good,
    /// It wants attention.
    Warn,
    /// It is wrong.
    Bad,
}

/// A stretch of days before and after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bar {
    /// The phase or milestone; empty for the release.
    pub label: String,
    /// The plan where that moved, else the forecast.
    pub days: Both<Period>,
}

/// A comparison by release.
struct Lookup<'c> {
    comparison: &'c Comparison<'c>,
    base: &'c Portfolio,
    ends: &'c Schedule,
    /// Whether one of the sides could not be read in full.
    is_damaged: bool,
    moves: BTreeMap<&'c str, Vec<&'c Move>>,
    changes: BTreeMap<&'c str, &'c ReleaseChange>,
    /// The releases with moves that follow from what is written in a release.
    along: BTreeMap<&'c str, BTreeSet<&'c str>>,
}

impl<'c> Lookup<'c> {
    fn new((base, head): (&'c Side<'c>, &'c Side<'c>), comparison: &'c Comparison<'c>) -> Self {
        let mut moves: BTreeMap<&str, Vec<&Move>> = BTreeMap::new();
        let mut along: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for it in &comparison.moves {
            moves.entry(&it.subject.id).or_default().push(it);
            for cause in it.because.iter().filter(|cause| cause.kind == "release" && cause.id != it.subject.id) {
                along.entry(&cause.id).or_default().insert(&it.subject.id);
            }
        }
        let changes = comparison.releases.iter().map(|it| (it.subject.id.as_str(), it)).collect();
        let is_damaged = base.portfolio().damage.is_any() || head.portfolio().damage.is_any();
        Self { comparison, base: base.portfolio(), ends: base.schedule(), is_damaged, moves, changes, along }
    }

    /// What its status became, where that is news.
    fn fate(&self, id: &str) -> Option<Fate> {
        let all = self.written(&Subject::new("release", id));
        let status = all.iter().find(|change| change.field == "status" && change.kind == ChangeKind::Changed)?;
        let (before, after) = status.value.before.as_deref().zip(status.value.after.as_deref())?;
        let fate = match (before, after) {
            (_, "cancelled") => {
                let end = self.base.releases.index(id).and_then(|r| self.ends.releases[r].planned_end);
                let end = end.map_or_else(String::new, |end| format!(", was planned to end {end}"));
                Fate { text: format!("is cancelled{end}"), weight: Weight::Warn, is_gone: true }
            }
            ("cancelled", _) => Fate::of("is not cancelled any more", Weight::Plain),
            (_, "released") => Fate::of("is released", Weight::Plain),
            (_, "closed") => Fate::of("is closed", Weight::Plain),
            ("released" | "closed", _) => Fate::of("is not released any more", Weight::Warn),
            ("draft", _) => Fate::of("is no draft any more", Weight::Plain),
            (_, "draft") => Fate::of("is a draft again", Weight::Warn),
            _ => return None,
        };
        Some(fate)
    }

    /// What is written otherwise of a subject; all of it is sorted by subject.
    fn written(&self, subject: &Subject) -> &'c [Change] {
        let all = &self.comparison.written;
        let start = all.partition_point(|change| change.subject < *subject);
        let length = all[start..].partition_point(|change| change.subject == *subject);
        &all[start..start + length]
    }
}

/// What became of a release by its status.
struct Fate {
    text: String,
    weight: Weight,
    is_gone: bool,
}

impl Fate {
    fn of(text: &str, weight: Weight) -> Self {
        Self { text: text.to_owned(), weight, is_gone: false }
    }
}

/// The releases of a comparison that something happened to: those that miss their target first, then those removed or called off, then by how much later they end, then earlier.
pub fn releases((base, head): (&Side<'_>, &Side<'_>), comparison: &Comparison<'_>) -> Vec<ReleaseView> {
    let lookup = Lookup::new((base, head), comparison);
    let status = comparison.written.iter().filter(|change| {
        change.subject.kind == "release" && change.subject.path.is_empty() && change.field == "status"
    });
    let status = status.map(|change| change.subject.id.as_str()).filter(|id| lookup.fate(id).is_some());
    let ids: BTreeSet<&str> = lookup.moves.keys().chain(lookup.changes.keys()).copied().chain(status).collect();
    let whole = |change: &&Change| {
        change.subject.kind == "release" && change.subject.path.is_empty() && change.kind != ChangeKind::Changed
    };
    let came_or_went = comparison.written.iter().filter(whole);
    let mut views: Vec<ReleaseView> = ids.into_iter().map(|id| one(id, &lookup)).collect();
    views.extend(came_or_went.map(|change| other((base, head), change)));
    views.sort_by(|a, b| {
        let later = |it: &ReleaseView| it.days.is_some_and(|days| days > 0);
        let key = |it: &ReleaseView| {
            let far = Reverse(it.days.map_or(0, i64::abs));
            (!it.misses_target, !it.is_effect, it.is_doubtful, !it.is_gone, !later(it), far)
        };
        (key(a), &a.id).cmp(&(key(b), &b.id))
    });
    views
}

/// A release that only one side has.
fn other((base, head): (&Side<'_>, &Side<'_>), change: &Change) -> ReleaseView {
    let is_new = change.kind == ChangeKind::Added;
    let side = if is_new { head } else { base };
    let id = &change.subject.id;
    let end = side.portfolio().releases.index(id).and_then(|r| side.schedule().releases[r].planned_end);
    let end = match (end, is_new) {
        (Some(end), true) => format!(", planned to end {end}"),
        (Some(end), false) => format!(", was planned to end {end}"),
        (None, _) => String::new(),
    };
    let word = if is_new { "is new" } else { "is removed" };
    ReleaseView {
        id: id.clone(),
        headline: format!("{word}{end}"),
        weight: if is_new { Weight::Plain } else { Weight::Warn },
        is_moved: false,
        misses_target: false,
        is_effect: true,
        is_gone: !is_new,
        is_doubtful: false,
        days: None,
        facts: Vec::new(),
        bars: Vec::new(),
    }
}

/// A release of both sides.
fn one(id: &str, lookup: &Lookup<'_>) -> ReleaseView {
    let moves = lookup.moves.get(id).map_or(&[][..], Vec::as_slice);
    let change = lookup.changes.get(id).copied();
    let own = moves.iter().find(|it| it.subject.path.is_empty()).copied();
    let fate = lookup.fate(id);
    let is_gone = fate.as_ref().is_some_and(|fate| fate.is_gone);
    let unplaced = unplaced(moves);
    let is_target_other = change.is_some_and(|it| it.target.differs() || it.misses_target() || it.regains_target());
    let is_doubtful = lookup.is_damaged && fate.is_none() && is_doubtful(own, moves, change, lookup);
    let misses_target = !is_gone && !is_doubtful && change.is_some_and(ReleaseChange::misses_target);
    // Without dates the end is the target's, which says nothing of how far it moved.
    let is_placed = !is_gone && unplaced.is_empty();
    let days = own.filter(|_| is_placed).and_then(|it| it.distance).map(|it| it.days);
    let mut facts = Vec::new();
    if let Some(change) = change.filter(|_| !is_gone) {
        standing(&mut facts, change, is_placed);
    }
    why(&mut facts, id, moves, lookup);
    parts(&mut facts, moves);
    downstream(&mut facts, id, lookup);
    let bars = moves.iter().filter(|_| !is_gone).map(|it| bar(it)).collect();
    let weight = match days {
        _ if is_doubtful => Weight::Warn,
        _ if misses_target || !is_gone && !unplaced.is_empty() => Weight::Bad,
        _ if change.is_some_and(loses_target) => Weight::Warn,
        Some(1..) => Weight::Warn,
        Some(_) => Weight::Good,
        None => Weight::Plain,
    };
    let weight = fate.as_ref().map_or(weight, |fate| if is_gone { fate.weight } else { weight.max(fate.weight) });
    ReleaseView {
        id: id.to_owned(),
        headline: told(fate.as_ref(), own, moves, change),
        weight,
        is_moved: own.is_some() && !is_gone,
        misses_target,
        is_effect: !moves.is_empty() || is_target_other || fate.is_some(),
        is_gone,
        is_doubtful,
        days,
        facts,
        bars,
    }
}

/// Whether nothing that could be read explains what happened to its dates, or to its target.
fn is_doubtful(own: Option<&Move>, moves: &[&Move], change: Option<&ReleaseChange>, lookup: &Lookup<'_>) -> bool {
    let is_open = |it: &Move| !it.is_written && it.because.is_empty();
    let of_dates = own.map_or(!moves.is_empty() && moves.iter().all(|it| is_open(it)), is_open);
    let of_target = change.is_some_and(|it| {
        it.target.differs() && !lookup.written(&it.subject).iter().any(|change| change.field == "target")
    });
    of_dates || of_target
}

fn loses_target(it: &ReleaseChange) -> bool {
    it.target.before.is_some() && it.target.after.is_none()
}

/// The phases and milestones that had dates and have none any more.
fn unplaced<'m>(moves: &[&'m Move]) -> Vec<&'m str> {
    let nested = moves.iter().filter(|it| !it.subject.path.is_empty());
    nested.filter(|it| it.planned.before.end.is_some() && it.planned.after.end.is_none()).map(|it| part(it)).collect()
}

/// What became of it by its status, then what happened to its dates or target.
fn told(fate: Option<&Fate>, own: Option<&Move>, moves: &[&Move], change: Option<&ReleaseChange>) -> String {
    let has_more = !moves.is_empty() || change.is_some_and(|it| it.target.differs());
    match fate {
        Some(fate) if fate.is_gone || !has_more => fate.text.clone(),
        Some(fate) => format!("{}, {}", fate.text, headline(own, moves, change)),
        None => headline(own, moves, change),
    }
}

fn headline(own: Option<&Move>, moves: &[&Move], change: Option<&ReleaseChange>) -> String {
    let unplaced: Vec<String> = unplaced(moves).into_iter().map(str::to_owned).collect();
    if !unplaced.is_empty() {
        return format!("can no longer be placed ({})", shortened(&unplaced, ", "));
    }
    if let Some((own, far)) = own.and_then(|own| Some((own, own.distance?))) {
        let (verb, dates) = ends(own);
        let missed = match change.filter(|it| it.misses_target()).and_then(|it| it.lateness.after) {
            Some(days) => format!(", forecast {} past its target", plural(days, "day")),
            None if change.is_some_and(loses_target) => ", has no target any more".to_owned(),
            None => String::new(),
        };
        return format!("{verb} {}{dates}{missed}", distance(far));
    }
    if let Some(change) = change {
        if let Some((before, after)) = change.target.before.zip(change.target.after).filter(|(a, b)| a != b) {
            return format!("has its target {}: {before} → {after}", shifted((after - before).num_days()));
        }
        if change.target.differs() {
            let word = if change.target.after.is_some() { "has a target now" } else { "has no target any more" };
            return word.to_owned();
        }
    }
    match (own, moves) {
        (Some(own), _) if own.planned.after.end.is_none() => "can no longer be placed".to_owned(),
        (Some(_), _) => "can be placed now".to_owned(),
        (None, []) => "keeps its dates".to_owned(),
        (None, [one]) => format!("keeps its end, {} moved", part(one)),
        (None, many) => format!("keeps its end, {} of its phases and milestones moved", many.len()),
    }
}

/// Which end moved, and its dates.
fn ends(it: &Move) -> (&'static str, String) {
    let all: [(&str, Both<Option<chrono::NaiveDate>>); 4] = [
        ("ends", it.planned.map(|dates| dates.end)),
        ("is expected to end", it.forecast.map(|dates| dates.end)),
        ("begins", it.planned.map(|dates| dates.start)),
        ("is expected to begin", it.forecast.map(|dates| dates.start)),
    ];
    let moved = all.into_iter().find_map(|(verb, days)| {
        let (before, after) = days.before.zip(days.after).filter(|(before, after)| before != after)?;
        Some((verb, format!(": {before} → {after}")))
    });
    moved.unwrap_or(("is placed", String::new()))
}

fn standing(facts: &mut Vec<Fact>, it: &ReleaseChange, is_placed: bool) {
    let date = |date: Option<chrono::NaiveDate>| date.map_or_else(|| "none".to_owned(), |date| date.to_string());
    if it.target.differs() {
        let text = format!("{} → {}", date(it.target.before), date(it.target.after));
        let weight = if loses_target(it) { Weight::Warn } else { Weight::Plain };
        facts.push(Fact { label: "target", text, weight });
    }
    let lateness_of = it.lateness.before.zip(it.lateness.after).filter(|(a, b)| is_placed && a != b);
    if let Some((before, after)) = lateness_of {
        let weight = match after {
            _ if it.misses_target() => Weight::Bad,
            _ if it.regains_target() || after < before => Weight::Good,
            _ => Weight::Warn,
        };
        let text = format!("{}, was {}", lateness(after), lateness(before));
        facts.push(Fact { label: "forecast", text, weight });
    }
    // As in the plan: the deployment usually stands on the target, so its slack says little.
    let (label, slack) = if it.margin.differs() { ("slack before production", it.margin) } else { ("slack", it.slack) };
    if slack.differs() {
        let days = |slack: Option<i64>| slack.map_or_else(|| "none".to_owned(), |slack| slack.to_string());
        // Without a target there is nothing to be early for.
        let weight = match slack.after {
            after if after < slack.before => Weight::Warn,
            _ if loses_target(it) => Weight::Plain,
            _ => Weight::Good,
        };
        let text = format!("{} → {} working days", days(slack.before), days(slack.after));
        facts.push(Fact { label, text, weight });
    }
    if it.critical_path.differs() {
        let own = format!("{}/", it.subject.id);
        let path = |path: &[String]| {
            let short: Vec<&str> = path.iter().map(|phase| phase.strip_prefix(&own).unwrap_or(phase)).collect();
            if short.is_empty() { "none".to_owned() } else { short.join(", ") }
        };
        let text = format!("{}; was {}", path(&it.critical_path.after), path(&it.critical_path.before));
        facts.push(Fact { label: "critical path", text, weight: Weight::Plain });
    }
}

/// The written changes that its moves follow from, or are.
fn why(facts: &mut Vec<Fact>, id: &str, moves: &[&Move], lookup: &Lookup<'_>) {
    let mut causes: BTreeSet<&Subject> = moves.iter().flat_map(|it| &it.because).collect();
    causes.extend(moves.iter().filter(|it| it.is_written).map(|it| &it.subject));
    let mut said: Vec<String> = Vec::new();
    for cause in causes {
        let of_cause = lookup.written(cause).iter().filter(|change| decides(change));
        let fields: Vec<String> = of_cause.map(field).collect();
        let name = name(cause);
        let name = name.strip_prefix(&format!("{id}/")).unwrap_or(&name);
        said.push(if fields.is_empty() { name.to_owned() } else { format!("{name} {}", fields.join(", ")) });
    }
    let unexplained = moves.iter().any(|it| !it.is_written && it.because.is_empty());
    let mut weight = Weight::Plain;
    if unexplained && lookup.is_damaged {
        said.push("a file that cannot be read".to_owned());
        weight = Weight::Warn;
    } else if said.is_empty() && unexplained {
        said.push("no manifest says so; a calendar file may have changed".to_owned());
    }
    if !said.is_empty() {
        facts.push(Fact { label: "because", text: shortened(&said, "; "), weight });
    }
}

/// Whether a written change has to do with dates.
pub fn decides(change: &Change) -> bool {
    let fields = [
        "start",
        "end",
        "date",
        "duration",
        "after",
        "team",
        "progress",
        "actual",
        "target",
        "calendar",
        "depends_on",
        "part_of",
        "status",
    ];
    change.kind != ChangeKind::Changed || fields.contains(&change.field.split('.').next().unwrap_or_default())
}

fn field(change: &Change) -> String {
    let text = |value: &Option<String>| value.clone().unwrap_or_else(|| "none".to_owned());
    match change.kind {
        ChangeKind::Added => "is new".to_owned(),
        ChangeKind::Removed => "is removed".to_owned(),
        ChangeKind::Changed => {
            format!("{} {} → {}", change.field, text(&change.value.before), text(&change.value.after))
        }
    }
}

/// The phases and milestones that moved.
fn parts(facts: &mut Vec<Fact>, moves: &[&Move]) {
    let nested: Vec<String> = moves
        .iter()
        .filter(|it| !it.subject.path.is_empty())
        .map(|it| {
            let far = it.distance.map_or_else(String::new, |far| format!(" {:+}d", far.days));
            format!("{}{far}", part(it))
        })
        .collect();
    if !nested.is_empty() {
        facts.push(Fact { label: "moved", text: shortened(&nested, ", "), weight: Weight::Plain });
    }
}

/// What moved in other releases because of what is written in this one.
fn downstream(facts: &mut Vec<Fact>, id: &str, lookup: &Lookup<'_>) {
    let Some(along) = lookup.along.get(id) else { return };
    let releases: Vec<String> = along.iter().map(|id| (*id).to_owned()).collect();
    facts.push(Fact { label: "moves along", text: shortened(&releases, ", "), weight: Weight::Warn });
}

fn part(it: &Move) -> &str {
    it.subject.path.split_once('/').map_or("", |(_, name)| name)
}

fn shortened(items: &[String], separator: &str) -> String {
    let shown = items.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(separator);
    match items.len().saturating_sub(SHOWN) {
        0 => shown,
        more => format!("{shown}{separator}and {more} more"),
    }
}

fn bar(it: &Move) -> Bar {
    let days = if it.planned.differs() { it.planned } else { it.forecast };
    Bar { label: part(it).to_owned(), days }
}
