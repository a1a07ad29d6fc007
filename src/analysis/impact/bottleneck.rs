//! What limits: the chain that leads from the change to what is hit hardest, and the environment most is fought over.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashSet};

use chrono::{DateTime, TimeDelta, Utc};

use super::moves::{Item, Moves};
use crate::analysis::occupancy::{self, Conflict, Occupancy};
use crate::analysis::schedule::Schedule;
use crate::analysis::windows::Stretch;
use crate::graph::Node;
use crate::model::Portfolio;

/// Bookings that collide now and did not before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Collision {
    /// The environment, by index after.
    pub environment: usize,
    /// How.
    pub collision: occupancy::Collision,
    /// From the first to the last instant.
    pub time: Stretch,
    /// Units in demand at the peak.
    pub demand: u32,
    /// Units there are.
    pub capacity: u32,
    /// Whether it would not be without drafts.
    pub tentative: bool,
    /// What takes part, by name: `payments/uat`.
    pub bookings: BTreeSet<String>,
}

/// An environment that more is fought over than before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Contention {
    /// The environment, by index after.
    pub environment: usize,
    /// How long bookings collide there, before.
    pub before: TimeDelta,
    /// The same after.
    pub after: TimeDelta,
}

/// What limits.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Bottleneck {
    /// From the change to what is hit hardest: places among the moves.
    pub chain: Vec<usize>,
    /// The phase of the chain that has the least slack after: its place, and working days.
    pub tightest: Option<(usize, i64)>,
    /// The environment whose collisions grow most.
    pub environment: Option<Contention>,
}

/// What environments serve before and after: the portfolio with its bookings.
pub type Bookings<'p> = (&'p Portfolio, &'p Occupancy);

/// The collisions from now on that are there only after, by start; `before` may be seen in several ways.
pub fn collisions(before: &[Bookings<'_>], after: Bookings<'_>, now: DateTime<Utc>) -> Vec<Collision> {
    let named = |it: &Collision, portfolio: &Portfolio| portfolio.environments[it.environment].id.to_string();
    let of = |&side: &Bookings<'_>| each(side, now).map(|it| (named(&it, side.0), it.bookings)).collect::<Vec<_>>();
    let known: HashSet<(String, BTreeSet<String>)> = before.iter().flat_map(of).collect();
    let is_new = |it: &Collision| !known.contains(&(named(it, after.0), it.bookings.clone()));
    let mut found: Vec<Collision> = each(after, now).filter(is_new).collect();
    found.sort_by_key(|it| (it.time.start, it.environment));
    found
}

fn each((portfolio, occupancy): Bookings<'_>, now: DateTime<Utc>) -> impl Iterator<Item = Collision> + '_ {
    (0..portfolio.environments.len()).flat_map(move |environment| {
        let conflicts = occupancy.conflicts_from(portfolio, environment, now);
        conflicts.into_iter().map(move |conflict| collision(portfolio, occupancy, &conflict)).collect::<Vec<_>>()
    })
}

fn collision(portfolio: &Portfolio, occupancy: &Occupancy, conflict: &Conflict) -> Collision {
    let bookings = occupancy.of(conflict.environment);
    Collision {
        environment: conflict.environment,
        collision: conflict.collision,
        time: conflict.time,
        demand: conflict.demand,
        capacity: conflict.capacity,
        tentative: conflict.tentative,
        bookings: conflict.bookings.iter().map(|&index| bookings[index].name(portfolio)).collect(),
    }
}

/// What limits. The chain leads to the release that is latest after, among those that moved; where none did, to what moved
/// furthest. `followed` is the schedule after with what moved planned for its forecast.
pub fn bottleneck(
    moves: &Moves,
    followed: &Schedule,
    before: Bookings<'_>,
    after: Bookings<'_>,
    now: DateTime<Utc>,
) -> Bottleneck {
    let days = |at: usize| moves.0[at].days().filter(|&days| days > 0);
    let all = || (0..moves.0.len()).filter(|&at| days(at).is_some());
    let lateness = |at: usize| moves.0[at].node.and_then(Node::release).and_then(|r| followed.releases[r].lateness);
    let releases = all().filter(|&at| moves.0[at].item == Item::Release);
    let hit = releases.max_by_key(|&at| (lateness(at), days(at), Reverse(&moves.0[at].id)));
    let others = || all().filter(|&at| !moves.0[at].changed).max_by_key(|&at| (days(at), Reverse(at)));
    let chain = hit.or_else(others).map(|at| moves.chain(at)).unwrap_or_default();
    let slack = |at: usize| match moves.0[at].node? {
        Node::Phase(r, p) => followed.phase(r, p).slack.map(|slack| (at, slack)),
        _ => None,
    };
    let tightest = chain.iter().filter_map(|&at| slack(at)).min_by_key(|&(_, slack)| slack);
    Bottleneck { chain, tightest, environment: contention(before, after, now) }
}

fn contention(before: Bookings<'_>, after: Bookings<'_>, now: DateTime<Utc>) -> Option<Contention> {
    let total = |(portfolio, occupancy): Bookings<'_>, environment: usize| {
        let conflicts = occupancy.conflicts_from(portfolio, environment, now);
        conflicts.iter().map(|conflict| conflict.time.end - conflict.time.start).sum::<TimeDelta>()
    };
    let of = |environment: usize| {
        let then = before.0.environments.index(&after.0.environments[environment].id);
        let before = then.map_or(TimeDelta::zero(), |then| total(before, then));
        Contention { environment, before, after: total(after, environment) }
    };
    let grown = (0..after.0.environments.len()).map(of).filter(|it| it.after > it.before);
    grown.max_by_key(|it| (it.after - it.before, Reverse(it.environment)))
}
