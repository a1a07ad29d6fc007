//! Where bookings collide: stretches without a gap, and the fewest bookings that explain each.

use std::cmp::Reverse;
use std::collections::HashSet;

use chrono::{DateTime, Utc};

use super::Booking;
use super::sweep::{Level, Sweep, Takers, Wanted};
use crate::analysis::windows::Stretch;
use crate::model::Portfolio;

/// How bookings collide.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Collision {
    /// Within the capacity, but one wants to be alone.
    Exclusive,
    /// More units are in demand than there are.
    OverCapacity,
}

impl Level {
    /// Whether this is more than an environment of this capacity can serve, and how.
    pub fn collision(&self, capacity: u32) -> Option<Collision> {
        if self.units > capacity {
            Some(Collision::OverCapacity)
        } else {
            (self.exclusive && self.bookers > 1).then_some(Collision::Exclusive)
        }
    }
}

/// A stretch of time without a gap in which bookings collide.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// The environment, by index.
    pub environment: usize,
    /// How: the worst of the stretch. Where bookings collide even without drafts, drafts do not count for this, nor for the
    /// peak, the demand, the contenders and the cause.
    pub collision: Collision,
    /// From the first to the last instant of it.
    pub time: Stretch,
    /// When it is worst, the first such time.
    pub peak: Stretch,
    /// The units in demand then.
    pub demand: u32,
    /// The units there are.
    pub capacity: u32,
    /// Who takes part at some time: one booking of each release and every booking for none, by their places among those of
    /// the environment, in order. Those of the contenders are among them.
    pub bookings: Vec<usize>,
    /// One booking for each who counts at the peak, who stays first: of the highest priority, else the earlier.
    pub contenders: Vec<usize>,
    /// The fewest of them that explain it, who yields first: of the lowest priority, else the later.
    pub cause: Vec<usize>,
    /// Whether it would not be without drafts.
    pub tentative: bool,
}

/// Where bookings of an environment collide from an instant on, by start.
pub fn conflicts(
    portfolio: &Portfolio,
    environment: usize,
    bookings: &[Booking],
    from: DateTime<Utc>,
) -> Vec<Conflict> {
    let capacity = portfolio.environments[environment].capacity();
    let judge = |level: &Level, _| level.collision(capacity).map(|collision| (collision, level.units));
    let sweep = |wanted| Sweep::new(portfolio, bookings, wanted);
    let found = settled(bookings, from, |wanted| runs(sweep(wanted), judge));
    let alone = |worst: (Collision, u32)| worst.0 == Collision::Exclusive;
    let contenders = contenders(portfolio, bookings, &found, from, sweep, alone);
    let explained = |(run, contenders): (Run<(Collision, u32)>, Vec<usize>)| {
        let (collision, demand) = run.worst;
        let cause = match collision {
            Collision::OverCapacity => too_many(bookings, &contenders, capacity),
            Collision::Exclusive => not_alone(bookings, &contenders),
        };
        let Run { time, peak, takers, tentative, .. } = run;
        Conflict {
            environment,
            collision,
            time,
            peak,
            demand,
            capacity,
            bookings: either(bookings, &contenders, &takers),
            contenders,
            cause,
            tentative,
        }
    };
    found.into_iter().zip(contenders).map(explained).collect()
}

/// A stretch of time without a gap in which a sweep finds something wrong.
pub struct Run<W> {
    /// From the first to the last instant.
    pub time: Stretch,
    /// When it is worst, the first such time.
    pub peak: Stretch,
    /// How bad it is then.
    pub worst: W,
    /// One booking of each who counts at some instant of it, in order.
    pub takers: Vec<usize>,
    /// Whether it would not be without drafts.
    pub tentative: bool,
}

/// The stretches of what is wrong by this judgement of a level and the number of kinds of bookers.
pub fn runs<W: Copy + Ord>(mut sweep: Sweep<'_>, judge: impl Fn(&Level, usize) -> Option<W>) -> Vec<Run<W>> {
    let mut found: Vec<Run<W>> = Vec::new();
    let mut takers = Takers::new(&sweep);
    let mut is_open = false;
    while let Some(level) = sweep.next() {
        let wrong = judge(&level, sweep.kinds());
        match (wrong, found.last_mut().filter(|_| is_open)) {
            (Some(worst), Some(open)) => {
                takers.go_on(&sweep);
                open.time.end = level.time.end;
                if worst > open.worst {
                    (open.worst, open.peak) = (worst, level.time);
                }
            }
            (Some(worst), None) => {
                takers.begin(&sweep);
                found.push(Run { time: level.time, peak: level.time, worst, takers: Vec::new(), tentative: false });
            }
            (None, Some(open)) => open.takers = takers.take(),
            (None, None) => {}
        }
        is_open = wrong.is_some();
    }
    found
}

/// The stretches of what is wrong with or without drafts, each judged without drafts where anything is wrong without them:
/// what a draft adds is no error, and a draft that stands for its composite hides none.
pub fn settled<W: Copy + Ord>(
    bookings: &[Booking],
    from: DateTime<Utc>,
    find: impl Fn(Wanted) -> Vec<Run<W>>,
) -> Vec<Run<W>> {
    let mut all = find(Wanted { from, drafts: true });
    if bookings.iter().all(|booking| !booking.tentative) {
        return all;
    }
    for run in &mut all {
        run.tentative = true;
    }
    all.extend(find(Wanted { from, drafts: false }));
    all.sort_by_key(|run| run.time);
    let mut joined: Vec<Run<W>> = Vec::with_capacity(all.len());
    for run in all {
        let Some(last) = joined.last_mut().filter(|last| run.time.start <= last.time.end) else {
            joined.push(run);
            continue;
        };
        last.time.end = last.time.end.max(run.time.end);
        last.takers = either(bookings, &last.takers, &run.takers);
        if (!run.tentative, run.worst) > (!last.tentative, last.worst) {
            (last.worst, last.peak, last.tentative) = (run.worst, run.peak, run.tentative);
        }
    }
    joined
}

/// One booking of each who is in either list.
fn either(bookings: &[Booking], one: &[usize], other: &[usize]) -> Vec<usize> {
    let who = |&index: &usize| bookings[index].release.ok_or(index);
    let known: HashSet<_> = one.iter().map(who).collect();
    let mut all: Vec<usize> =
        one.iter().chain(other.iter().filter(|index| !known.contains(&who(index)))).copied().collect();
    all.sort_unstable();
    all
}

/// The bookings of those who take part in a conflict that overlap it.
pub fn taking_part(bookings: &[Booking], conflict: &Conflict) -> Vec<usize> {
    let who: HashSet<_> = conflict.bookings.iter().map(|&index| bookings[index].release.ok_or(index)).collect();
    let until = bookings.partition_point(|booking| booking.held_from < conflict.time.end);
    let takes_part = |&index: &usize| {
        let booking = &bookings[index];
        booking.time.end > conflict.time.start && who.contains(&booking.release.ok_or(index))
    };
    (0..until).filter(takes_part).collect()
}

/// For each run one booking of each who counts at its peak, who stays first; a second sweep, so that nothing is noted at
/// what only seems a peak. `alone` says whether a booking that wants to be alone goes before a larger one.
pub fn contenders<'b, W: Copy>(
    portfolio: &Portfolio,
    bookings: &'b [Booking],
    runs: &[Run<W>],
    from: DateTime<Utc>,
    sweep: impl Fn(Wanted) -> Sweep<'b>,
    alone: impl Fn(W) -> bool,
) -> Vec<Vec<usize>> {
    let mut found = vec![Vec::new(); runs.len()];
    let mut look = |tentative: bool| {
        let mut places = (0..runs.len()).filter(|&place| runs[place].tentative == tentative).peekable();
        if places.peek().is_none() {
            return;
        }
        let mut sweep = sweep(Wanted { from, drafts: tentative });
        while let Some(level) = sweep.next() {
            if let Some(place) = places.next_if(|&place| runs[place].peak.start == level.time.start) {
                found[place].extend(sweep.counted(alone(runs[place].worst)));
            }
        }
    };
    look(true);
    look(false);
    for contenders in &mut found {
        contenders.sort_by_key(|&index| {
            let booking = &bookings[index];
            (Reverse(booking.priority(portfolio)), booking.time.start, booking.span, index)
        });
    }
    found
}

/// The fewest contenders that want more than there is: the largest, but with the first to yield whose units suffice.
fn too_many(bookings: &[Booking], contenders: &[usize], capacity: u32) -> Vec<usize> {
    let units = |place: usize| u64::from(bookings[contenders[place]].units);
    let mut largest: Vec<usize> = (0..contenders.len()).collect();
    largest.sort_by_key(|&place| (Reverse(units(place)), place));
    let mut sum = 0;
    let mut needed = 0;
    for &place in &largest {
        needed += 1;
        sum += units(place);
        if sum > u64::from(capacity) {
            break;
        }
    }
    // Whoever is not among the largest may take the place of the smallest of them.
    let Some((&smallest, others)) = largest[..needed].split_last() else { return Vec::new() };
    let rest = sum - units(smallest);
    let mut is_needed = vec![false; contenders.len()];
    for &place in others {
        is_needed[place] = true;
    }
    let suffices = |&place: &usize| is_needed[place] || rest + units(place) > u64::from(capacity);
    let yielding = (0..contenders.len()).rev().find(suffices).unwrap_or(smallest);
    let last = if is_needed[yielding] { smallest } else { yielding };
    is_needed[last] = true;
    (0..contenders.len()).rev().filter(|&place| is_needed[place]).map(|place| contenders[place]).collect()
}

/// One that wants to be alone, and one that is there too.
fn not_alone(bookings: &[Booking], contenders: &[usize]) -> Vec<usize> {
    let Some(alone) = contenders.iter().position(|&index| bookings[index].exclusive) else {
        return contenders.to_vec();
    };
    let last = contenders.len() - 1;
    let other = if alone == last { 0 } else { last };
    [alone.max(other), alone.min(other)].map(|place| contenders[place]).to_vec()
}
