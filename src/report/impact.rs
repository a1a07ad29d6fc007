//! The view of `relm impact`: what a change of the plan does to everything else.

use std::collections::HashSet;

use chrono::NaiveDate;
use serde::Serialize;

use super::Header;
use super::check::FindingView;
use super::env::Moment;
use super::plan::Ends;
use crate::analysis::impact::{self, Bottleneck, Collision, Item, Missed, Move, Moves, Side};
use crate::analysis::occupancy;
use crate::graph::Node;
use crate::model::Portfolio;

/// The name and version of [`Impact`]'s shape.
pub const SCHEMA: &str = "relm.impact/1";

/// What `relm impact` shows. All dates are inclusive days; days are calendar days, positive = later; slack is in working days.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct Impact {
    /// Schema, day and revision.
    #[serde(flatten)]
    pub header: Header,
    /// The portfolio's name.
    pub portfolio: Option<String>,
    /// What was asked.
    pub question: Question,
    /// The fields that are other than they are; empty for a branch.
    pub changes: Vec<ChangeView>,
    /// When nothing moves but what was changed itself: the slack that takes it. Null when something else moves.
    pub swallowed: Option<Swallowed>,
    /// Everything with other dates, each after what moved it.
    pub moved: Vec<MoveView>,
    /// The releases and composites among them, and those that are late by another number of days: worst first.
    pub releases: Vec<ReleaseEffect>,
    /// Promises that were kept and now are not, by the day they are due: the first is the first that is missed.
    pub missed: Vec<MissedView>,
    /// What a check finds with the change and does not without.
    pub findings: FindingsView,
    /// What a check finds beside, once all that moved is planned for when it is forecast and deployments move along.
    pub followed: Vec<FindingView>,
    /// Bookings that then collide and do not now, by start.
    pub collisions: Vec<CollisionView>,
    /// What limits; null when nothing is later.
    pub bottleneck: Option<BottleneckView>,
}

/// What was asked.
#[derive(Debug, Clone, Default, Serialize, schemars::JsonSchema)]
pub struct Question {
    /// `slip`, `set` or `branch`.
    pub kind: &'static str,
    /// What slips.
    pub id: Option<String>,
    /// How far.
    pub slip: Option<String>,
    /// The revision, as it was given.
    pub branch: Option<String>,
    /// The full commit id of the revision.
    pub head: Option<String>,
    /// The full commit id it is compared with; null when that is the portfolio as it was opened.
    pub base: Option<String>,
}

/// A field that is other than it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct ChangeView {
    /// What has the field, as `relm set` takes it.
    pub id: String,
    /// The field.
    pub field: String,
    /// What stands there.
    pub before: Option<String>,
    /// What would stand there.
    pub after: String,
    /// The file.
    pub file: String,
}

/// A change that nothing else feels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Swallowed {
    /// Working days that what was changed can slip before another must move, before the change; null when unknown.
    pub slack_days: Option<i64>,
    /// The same after it.
    pub left_days: Option<i64>,
}

/// Dates before and after.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Shift {
    /// Before.
    pub before: Ends,
    /// After.
    pub after: Ends,
    /// Calendar days by which the end moved; null when one is not known.
    pub days: Option<i64>,
}

/// A number before and after.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Count {
    /// Before.
    pub before: Option<i64>,
    /// After.
    pub after: Option<i64>,
}

/// Something that has other dates.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct MoveView {
    /// `phase`, `milestone` or `release`.
    pub kind: &'static str,
    /// `RELEASE/PHASE`, `RELEASE/MILESTONE`, or the release.
    pub id: String,
    /// The release.
    pub release: String,
    /// Whether it was changed itself.
    pub changed: bool,
    /// Whether it is there no more. What is there and has no dates after can no longer be placed.
    pub gone: bool,
    /// What moved it, by id; null when that is the change itself.
    pub because: Option<String>,
    /// The place of that in this list.
    #[serde(skip)]
    pub parent: Option<usize>,
    /// By plan.
    pub planned: Shift,
    /// By forecast.
    pub forecast: Shift,
    /// Working days until a promise breaks.
    pub slack_days: Count,
}

/// What happens to a release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct ReleaseEffect {
    /// The id.
    pub id: String,
    /// Its name.
    pub name: Option<String>,
    /// The composite it is part of.
    pub part_of: Option<String>,
    /// Whether it has parts.
    pub composite: bool,
    /// Whether it is there no more; what is said of it is then what was.
    pub gone: bool,
    /// The target after.
    #[schemars(with = "Option<String>", extend("format" = "date"))]
    pub target: Option<NaiveDate>,
    /// By forecast.
    pub forecast: Shift,
    /// Calendar days after the target, negative = before.
    pub lateness_days: Count,
}

/// A promise that is broken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct MissedView {
    /// `gate`, `milestone` or `target`.
    pub kind: &'static str,
    /// `RELEASE/GATE`, `RELEASE/MILESTONE`, or the release.
    pub id: String,
    /// The last day that keeps it.
    #[schemars(with = "String", extend("format" = "date"))]
    pub due: NaiveDate,
    /// The day it is forecast for: of a gate the end of what leads to the phase it guards.
    #[schemars(with = "String", extend("format" = "date"))]
    pub forecast: NaiveDate,
    /// Calendar days between.
    pub days: i64,
}

/// What a check finds that it does not find without the change.
#[derive(Debug, Clone, Default, Serialize, schemars::JsonSchema)]
pub struct FindingsView {
    /// Only with the change.
    pub new: Vec<FindingView>,
    /// Only without it.
    pub fixed: Vec<FindingView>,
    /// How many are the same.
    pub unchanged: usize,
}

/// Bookings that collide.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct CollisionView {
    /// `over-capacity` or `exclusive-overlap`.
    pub rule: &'static str,
    /// The environment.
    pub environment: String,
    /// The first instant of it.
    pub from: Moment,
    /// The first instant after it.
    pub to: Moment,
    /// Units in demand at the peak.
    pub demand: u32,
    /// Units there are.
    pub capacity: u32,
    /// Whether it would not be without drafts.
    pub tentative: bool,
    /// What takes part.
    pub bookings: Vec<String>,
}

/// What limits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct BottleneckView {
    /// From the change to what is hit hardest, by id.
    pub chain: Vec<String>,
    /// The phase of the chain with the least slack after.
    pub tightest: Option<Tightest>,
    /// The environment whose collisions grow most.
    pub environment: Option<ContentionView>,
}

/// A phase and its slack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Tightest {
    /// `RELEASE/PHASE`.
    pub id: String,
    /// Working days until a promise breaks, once it is planned for its forecast.
    pub slack_days: i64,
}

/// An environment that is fought over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct ContentionView {
    /// The environment.
    pub id: String,
    /// Hours in which bookings collide, from now on.
    pub hours: Count,
}

/// What is known of the two portfolios.
#[derive(Debug)]
pub struct Material<'p> {
    /// Before the change.
    pub before: Side<'p>,
    /// After it.
    pub after: Side<'p>,
    /// What moved.
    pub moves: &'p Moves,
    /// What was changed itself, after.
    pub changed: &'p HashSet<Node>,
    /// Promises that broke.
    pub missed: Vec<Missed>,
    /// Bookings that collide.
    pub collisions: Vec<Collision>,
    /// What limits.
    pub bottleneck: Bottleneck,
}

impl Impact {
    /// The view; findings are added by whoever judged.
    pub fn new(header: Header, question: Question, changes: Vec<ChangeView>, material: Material<'_>) -> Self {
        let Material { before, after, moves, changed, missed, collisions, bottleneck } = material;
        let portfolio = after.portfolio;
        let is_swallowed = moves.is_swallowed() && !changed.is_empty();
        Self {
            header,
            portfolio: portfolio.settings.common.name().map(str::to_owned),
            question,
            changes,
            swallowed: is_swallowed.then(|| swallowed(before, after, changed)),
            moved: moves.0.iter().map(|it| move_view(it, moves)).collect(),
            releases: effects(before, after, moves),
            missed: missed.into_iter().map(missed_view).collect(),
            findings: FindingsView::default(),
            followed: Vec::new(),
            collisions: collisions.into_iter().map(|it| collision_view(portfolio, it)).collect(),
            bottleneck: bottleneck_view(portfolio, moves, &bottleneck),
        }
    }
}

/// The least that what was changed can slip before another must move.
fn swallowed(before: Side<'_>, after: Side<'_>, changed: &HashSet<Node>) -> Swallowed {
    let free = |side: Side<'_>| {
        let of = |node: &Node| match *node {
            Node::Phase(r, p) => side.schedule.releases.get(r)?.phases.get(p)?.free_slack,
            _ => None,
        };
        changed.iter().filter_map(of).min()
    };
    Swallowed { slack_days: free(before), left_days: free(after) }
}

fn ends(ends: impact::Ends) -> Ends {
    Ends { start: ends.start, end: ends.end }
}

fn move_view(it: &Move, moves: &Moves) -> MoveView {
    let kind = match it.item {
        Item::Phase => "phase",
        Item::Milestone => "milestone",
        Item::Release => "release",
    };
    let (before, after) = (it.before, it.after);
    MoveView {
        kind,
        id: it.id.clone(),
        release: it.release.clone(),
        changed: it.changed,
        gone: it.node.is_none(),
        because: it.because.map(|at| moves.0[at].id.clone()),
        parent: it.because,
        planned: Shift { before: ends(before.planned), after: ends(after.planned), days: it.planned_days() },
        forecast: Shift { before: ends(before.forecast), after: ends(after.forecast), days: it.days() },
        slack_days: Count { before: before.slack, after: after.slack },
    }
}

fn effects(before: Side<'_>, after: Side<'_>, moves: &Moves) -> Vec<ReleaseEffect> {
    let nodes: HashSet<Node> = moves.0.iter().filter_map(|it| it.node).collect();
    let effect = |(r, release): (usize, &crate::model::release::Release)| {
        let now = &after.schedule.releases[r];
        let then = before.portfolio.releases.index(&release.id).map(|r| &before.schedule.releases[r]);
        let lateness = Count { before: then.and_then(|then| then.lateness), after: now.lateness };
        if !nodes.contains(&Node::Finish(r)) && lateness.before == lateness.after {
            return None;
        }
        let was = Ends { start: then.and_then(|it| it.forecast_start), end: then.and_then(|it| it.forecast_end) };
        let days = was.end.zip(now.forecast_end).map(|(was, is)| (is - was).num_days());
        Some(ReleaseEffect {
            id: release.id.to_string(),
            name: release.common.name().map(str::to_owned),
            part_of: release.part_of.as_ref().map(ToString::to_string),
            composite: !after.portfolio.children(r).is_empty(),
            gone: false,
            target: release.target.as_ref().map(|target| target.value),
            forecast: Shift { before: was, after: Ends { start: now.forecast_start, end: now.forecast_end }, days },
            lateness_days: lateness,
        })
    };
    let mut found: Vec<ReleaseEffect> = after.portfolio.releases.iter().enumerate().filter_map(effect).collect();
    found.extend(moves.0.iter().filter_map(|it| gone(before, it)));
    found.sort_by(|a, b| {
        let key =
            |it: &ReleaseEffect| std::cmp::Reverse((it.lateness_days.after.map(|days| days.max(0)), it.forecast.days));
        key(a).cmp(&key(b)).then_with(|| a.id.cmp(&b.id))
    });
    found
}

/// What is said of a release that is there no more.
fn gone(before: Side<'_>, it: &Move) -> Option<ReleaseEffect> {
    if it.item != Item::Release || it.node.is_some() {
        return None;
    }
    let r = before.portfolio.releases.index(&it.id)?;
    let release = &before.portfolio.releases[r];
    Some(ReleaseEffect {
        id: it.id.clone(),
        name: release.common.name().map(str::to_owned),
        part_of: release.part_of.as_ref().map(ToString::to_string),
        composite: !before.portfolio.children(r).is_empty(),
        gone: true,
        target: None,
        forecast: Shift { before: ends(it.before.forecast), after: Ends::default(), days: None },
        lateness_days: Count { before: before.schedule.releases[r].lateness, after: None },
    })
}

fn missed_view(missed: Missed) -> MissedView {
    let Missed { kind, id, due, forecast } = missed;
    MissedView { kind: kind.as_str(), id, due, forecast, days: (forecast - due).num_days() }
}

fn collision_view(portfolio: &Portfolio, it: Collision) -> CollisionView {
    let environment = &portfolio.environments[it.environment];
    let zone = portfolio.zone_of(environment);
    CollisionView {
        rule: match it.collision {
            occupancy::Collision::OverCapacity => "over-capacity",
            occupancy::Collision::Exclusive => "exclusive-overlap",
        },
        environment: environment.id.to_string(),
        from: Moment::new(it.time.start, zone),
        to: Moment::new(it.time.end, zone),
        demand: it.demand,
        capacity: it.capacity,
        tentative: it.tentative,
        bookings: it.bookings.into_iter().collect(),
    }
}

fn bottleneck_view(portfolio: &Portfolio, moves: &Moves, found: &Bottleneck) -> Option<BottleneckView> {
    if found.chain.is_empty() && found.environment.is_none() {
        return None;
    }
    let tightest = found.tightest.map(|(at, slack_days)| Tightest { id: moves.0[at].id.clone(), slack_days });
    let environment = found.environment.map(|it| ContentionView {
        id: portfolio.environments[it.environment].id.to_string(),
        hours: Count { before: Some(it.before.num_hours()), after: Some(it.after.num_hours()) },
    });
    Some(BottleneckView {
        chain: found.chain.iter().map(|&at| moves.0[at].id.clone()).collect(),
        tightest,
        environment,
    })
}
