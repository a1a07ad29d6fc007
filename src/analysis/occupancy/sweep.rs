//! The sweep: how much is taken from instant to instant, and where that is too much.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, Utc};

use super::Booking;
use crate::analysis::windows::Stretch;
use crate::model::Portfolio;
use crate::time::Interval;

/// How much of an environment is taken for a stretch of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Level {
    /// When.
    pub time: Stretch,
    /// Units in demand.
    pub units: u32,
    /// Releases and free bookings that count.
    pub bookers: u32,
    /// Whether one of them wants to be alone.
    pub exclusive: bool,
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

/// How bookings collide.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Collision {
    /// Within the capacity, but one wants to be alone.
    Exclusive,
    /// More units are in demand than there are.
    OverCapacity,
}

/// A stretch of time without a gap in which bookings collide.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// The environment, by index.
    pub environment: usize,
    /// How: the worst of the stretch.
    pub collision: Collision,
    /// From the first to the last instant of it.
    pub time: Stretch,
    /// When it is worst, the first such time.
    pub peak: Stretch,
    /// The units in demand then.
    pub demand: u32,
    /// The units there are.
    pub capacity: u32,
    /// Every booking that takes part, by its place among those of the environment, in their order.
    pub bookings: Vec<usize>,
    /// The fewest bookings that explain it at its peak, the one that yields first: of the lowest priority, else the later.
    pub cause: Vec<usize>,
    /// Whether it would not be without drafts.
    pub tentative: bool,
}

/// Every stretch in which something is booked.
pub fn levels(portfolio: &Portfolio, bookings: &[Booking]) -> Vec<Level> {
    levels_of(Sweep::new(portfolio, bookings, |_| true))
}

/// The same without drafts.
pub fn definite_levels(portfolio: &Portfolio, bookings: &[Booking]) -> Vec<Level> {
    levels_of(Sweep::new(portfolio, bookings, |booking| !booking.tentative))
}

fn levels_of(mut sweep: Sweep<'_>) -> Vec<Level> {
    let mut levels: Vec<Level> = Vec::new();
    while let Some(level) = sweep.next() {
        if level.bookers == 0 {
            continue;
        }
        match levels.last_mut() {
            Some(last) if last.time.end == level.time.start && (Level { time: level.time, ..*last }) == level => {
                last.time.end = level.time.end;
            }
            _ => levels.push(level),
        }
    }
    levels
}

/// Where bookings of an environment collide, by start.
pub fn conflicts(portfolio: &Portfolio, environment: usize, bookings: &[Booking]) -> Vec<Conflict> {
    let capacity = portfolio.environments[environment].capacity();
    let mut found = collisions(portfolio, environment, bookings, capacity, |_| true);
    if found.is_empty() || bookings.iter().all(|booking| !booking.tentative) {
        return found;
    }
    let definite = collisions(portfolio, environment, bookings, capacity, |booking| !booking.tentative);
    for conflict in &mut found {
        let from = definite.partition_point(|other| other.time.end <= conflict.time.start);
        conflict.tentative = definite.get(from).is_none_or(|other| !other.time.overlaps(&conflict.time));
    }
    found
}

fn collisions(
    portfolio: &Portfolio,
    environment: usize,
    bookings: &[Booking],
    capacity: u32,
    wanted: fn(&Booking) -> bool,
) -> Vec<Conflict> {
    let mut found: Vec<Conflict> = Vec::new();
    let mut members: BTreeSet<usize> = BTreeSet::new();
    let mut sweep = Sweep::new(portfolio, bookings, wanted);
    let mut is_open = false;
    while let Some(level) = sweep.next() {
        let Some(collision) = level.collision(capacity) else {
            is_open = false;
            close(portfolio, bookings, &mut found, &mut members);
            continue;
        };
        if is_open && let Some(open) = found.last_mut() {
            open.time.end = level.time.end;
            members.extend(sweep.joined());
            if (collision, level.units) > (open.collision, open.demand) {
                (open.collision, open.demand, open.peak) = (collision, level.units, level.time);
            }
            continue;
        }
        is_open = true;
        members.extend(sweep.counted());
        found.push(Conflict {
            environment,
            collision,
            time: level.time,
            peak: level.time,
            demand: level.units,
            capacity,
            bookings: Vec::new(),
            cause: Vec::new(),
            tentative: false,
        });
    }
    close(portfolio, bookings, &mut found, &mut members);
    found
}

/// Notes who took part in the last conflict.
fn close(portfolio: &Portfolio, bookings: &[Booking], found: &mut [Conflict], members: &mut BTreeSet<usize>) {
    if let Some(last) = found.last_mut().filter(|_| !members.is_empty()) {
        last.bookings = std::mem::take(members).into_iter().collect();
        last.cause = cause(portfolio, bookings, last);
    }
}

/// The fewest of the bookings at the peak that cannot be together, the one that yields first.
fn cause(portfolio: &Portfolio, bookings: &[Booking], conflict: &Conflict) -> Vec<usize> {
    let at_peak = conflict.bookings.iter().copied().filter(|&i| bookings[i].held().overlaps(&conflict.peak));
    // One booking stands for each release: the largest.
    let mut one_each: HashMap<(Option<usize>, usize), usize> = HashMap::new();
    for index in at_peak {
        let booking = &bookings[index];
        let key = (booking.release, if booking.release.is_some() { 0 } else { index });
        let weight = |i: usize| (bookings[i].exclusive, bookings[i].units);
        let stands = one_each.entry(key).or_insert(index);
        let heavier = match conflict.collision {
            Collision::OverCapacity => bookings[*stands].units < booking.units,
            Collision::Exclusive => weight(*stands) < weight(index),
        };
        if heavier {
            *stands = index;
        }
    }
    let mut all: Vec<usize> = one_each.into_values().collect();
    // Who stays comes first: the higher priority, the earlier, the earlier written.
    let standing = |&i: &usize| {
        let booking = &bookings[i];
        (std::cmp::Reverse(booking.priority(portfolio)), booking.time.start, booking.span)
    };
    all.sort_by_key(standing);
    let Some(&yielding) = all.last() else { return all };
    let mut chosen = match conflict.collision {
        Collision::Exclusive => {
            let Some(&alone) = all.iter().find(|&&i| bookings[i].exclusive) else { return all };
            let other = if alone == yielding { all.first().copied() } else { Some(yielding) };
            std::iter::once(alone).chain(other.filter(|&other| other != alone)).collect()
        }
        Collision::OverCapacity => {
            all.sort_by_key(|i| (std::cmp::Reverse(bookings[*i].units), standing(i)));
            let mut sum = 0u64;
            let enough = |&&i: &&usize| {
                let before = sum;
                sum += u64::from(bookings[i].units);
                before <= u64::from(conflict.capacity)
            };
            let mut chosen: Vec<usize> = all.iter().take_while(enough).copied().collect();
            // Whoever yields should be among them, where that explains it too.
            let total: u64 = chosen.iter().map(|&i| u64::from(bookings[i].units)).sum();
            if let Some(last) = chosen.last_mut().filter(|_| !all.is_empty())
                && total - u64::from(bookings[*last].units) + u64::from(bookings[yielding].units)
                    > u64::from(conflict.capacity)
            {
                *last = yielding;
            }
            chosen.sort_unstable();
            chosen.dedup();
            chosen
        }
    };
    chosen.sort_by_key(|i| std::cmp::Reverse(standing(i)));
    chosen
}

/// Somebody who counts once however many bookings are active: a release, or a booking for none.
#[derive(Default)]
struct Booker {
    /// How many active bookings have how many units.
    units: BTreeMap<u32, u32>,
    /// Its active bookings.
    active: BTreeSet<usize>,
    exclusive: u32,
    /// How many releases below are active.
    covered: u32,
    /// The releases above that book here too.
    above: Vec<usize>,
}

impl Booker {
    fn counts(&self) -> bool {
        !self.active.is_empty() && self.covered == 0
    }

    fn largest(&self) -> u32 {
        self.units.last_key_value().map_or(0, |(units, _)| *units)
    }
}

/// Walks over the instants at which something changes.
struct Sweep<'b> {
    bookings: &'b [Booking],
    /// The instant, whether something ends there, and the booking; ends come first.
    events: Vec<(DateTime<Utc>, bool, usize)>,
    next: usize,
    bookers: Vec<Booker>,
    /// The booker of each booking.
    booker: Vec<usize>,
    active: BTreeSet<usize>,
    /// Bookings that may have begun to count in the last step.
    fresh: Vec<usize>,
    units: u64,
    counted: u32,
    exclusive: u32,
}

impl<'b> Sweep<'b> {
    fn new(portfolio: &Portfolio, bookings: &'b [Booking], wanted: fn(&Booking) -> bool) -> Self {
        let mut events = Vec::with_capacity(bookings.len() * 2);
        let mut bookers: Vec<Booker> = Vec::new();
        let mut by_release: HashMap<usize, usize> = HashMap::new();
        let new = |bookers: &mut Vec<Booker>| {
            bookers.push(Booker::default());
            bookers.len() - 1
        };
        let mut booker = Vec::with_capacity(bookings.len());
        for (index, booking) in bookings.iter().enumerate() {
            if wanted(booking) {
                events.push((booking.held_from, true, index));
                events.push((booking.time.end, false, index));
            }
            booker.push(match booking.release {
                Some(release) => *by_release.entry(release).or_insert_with(|| new(&mut bookers)),
                None => new(&mut bookers),
            });
        }
        for (&release, &of) in &by_release {
            let above = portfolio.ancestors(release).into_iter().filter_map(|above| by_release.get(&above).copied());
            bookers[of].above = above.collect();
        }
        events.sort_unstable();
        Self {
            bookings,
            events,
            next: 0,
            bookers,
            booker,
            active: BTreeSet::new(),
            fresh: Vec::new(),
            units: 0,
            counted: 0,
            exclusive: 0,
        }
    }

    /// What holds from the next instant of change to the one after; after the last one nothing is booked for no time.
    fn next(&mut self) -> Option<Level> {
        let &(now, _, _) = self.events.get(self.next)?;
        self.fresh.clear();
        while let Some(&(_, starts, index)) = self.events.get(self.next).filter(|(at, _, _)| *at == now) {
            self.next += 1;
            self.change(index, starts);
        }
        let end = self.events.get(self.next).map_or(now, |(at, _, _)| *at);
        let units = u32::try_from(self.units).unwrap_or(u32::MAX);
        let time = Interval { start: now, end };
        Some(Level { time, units, bookers: self.counted, exclusive: self.exclusive > 0 })
    }

    fn change(&mut self, index: usize, starts: bool) {
        let of = self.booker[index];
        let booking = &self.bookings[index];
        self.discount(of);
        let booker = &mut self.bookers[of];
        let was_active = !booker.active.is_empty();
        if starts {
            *booker.units.entry(booking.units).or_default() += 1;
            booker.exclusive += u32::from(booking.exclusive);
            booker.active.insert(index);
            self.active.insert(index);
            self.fresh.push(index);
        } else {
            if let Some(count) = booker.units.get_mut(&booking.units) {
                *count -= 1;
                if *count == 0 {
                    booker.units.remove(&booking.units);
                }
            }
            booker.exclusive -= u32::from(booking.exclusive);
            booker.active.remove(&index);
            self.active.remove(&index);
        }
        let is_active = !booker.active.is_empty();
        self.count(of);
        if was_active == is_active {
            return;
        }
        for above in self.bookers[of].above.clone() {
            self.discount(above);
            let booker = &mut self.bookers[above];
            booker.covered = if is_active { booker.covered + 1 } else { booker.covered - 1 };
            if booker.counts() {
                self.fresh.extend(&booker.active);
            }
            self.count(above);
        }
    }

    fn discount(&mut self, of: usize) {
        let booker = &self.bookers[of];
        if booker.counts() {
            self.units -= u64::from(booker.largest());
            self.counted -= 1;
            self.exclusive -= u32::from(booker.exclusive > 0);
        }
    }

    fn count(&mut self, of: usize) {
        let booker = &self.bookers[of];
        if booker.counts() {
            self.units += u64::from(booker.largest());
            self.counted += 1;
            self.exclusive += u32::from(booker.exclusive > 0);
        }
    }

    /// The active bookings that count.
    fn counted(&self) -> impl Iterator<Item = usize> {
        self.active.iter().copied().filter(|&index| self.bookers[self.booker[index]].counts())
    }

    /// The bookings that began to count in the last step.
    fn joined(&self) -> impl Iterator<Item = usize> {
        let counts = |index: &usize| {
            let booker = &self.bookers[self.booker[*index]];
            booker.counts() && booker.active.contains(index)
        };
        self.fresh.iter().copied().filter(counts)
    }
}
