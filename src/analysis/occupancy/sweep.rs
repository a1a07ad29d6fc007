//! The sweep: how much is taken from instant to instant.

use std::cmp::Reverse;
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

/// Every stretch in which something is booked.
pub fn levels(portfolio: &Portfolio, bookings: &[Booking]) -> Vec<Level> {
    levels_of(Sweep::new(portfolio, bookings, Wanted::ALL))
}

/// The same without drafts.
pub fn definite_levels(portfolio: &Portfolio, bookings: &[Booking]) -> Vec<Level> {
    levels_of(Sweep::new(portfolio, bookings, Wanted { drafts: false, ..Wanted::ALL }))
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

/// Which bookings a sweep looks at.
#[derive(Clone, Copy)]
pub struct Wanted {
    /// What was before is left out.
    pub from: DateTime<Utc>,
    /// Whether those of drafts are.
    pub drafts: bool,
}

impl Wanted {
    /// Everything.
    pub const ALL: Self = Self { from: DateTime::<Utc>::MIN_UTC, drafts: true };

    fn is(self, booking: &Booking) -> bool {
        booking.time.end > self.from && (self.drafts || !booking.tentative)
    }
}

/// Bookings by weight: units, then who comes first.
type ByUnits = BTreeSet<(u32, Reverse<usize>)>;

/// Somebody who counts once however many bookings are active: a release, or a booking for none.
#[derive(Default)]
struct Booker {
    /// Its active bookings.
    active: ByUnits,
    /// Those of them that want to be alone.
    alone: ByUnits,
    /// How many releases below are active.
    covered: u32,
    /// The releases above that book here too.
    above: Vec<usize>,
    /// What it is of, where bookers of different kinds cannot be together.
    kind: usize,
}

impl Booker {
    fn counts(&self) -> bool {
        !self.active.is_empty() && self.covered == 0
    }

    fn largest(&self) -> u32 {
        self.active.last().map_or(0, |(units, _)| *units)
    }
}

/// Walks over the instants at which something changes.
pub struct Sweep<'b> {
    bookings: &'b [Booking],
    /// The instant, whether something begins there, and the booking; ends come first.
    events: Vec<(DateTime<Utc>, bool, usize)>,
    next: usize,
    bookers: Vec<Booker>,
    /// The booker of each booking.
    booker: Vec<usize>,
    /// The bookers that count.
    counting: BTreeSet<usize>,
    /// Bookers that may have begun to count in the last step.
    touched: Vec<usize>,
    units: u64,
    exclusive: u32,
    /// How many bookers of each kind count.
    kinds: BTreeMap<usize, u32>,
}

impl<'b> Sweep<'b> {
    /// A sweep over the bookings of one environment that are wanted.
    pub fn new(portfolio: &Portfolio, bookings: &'b [Booking], wanted: Wanted) -> Self {
        Self::of_kinds(portfolio, bookings, wanted, |_| 0)
    }

    /// A sweep that also counts kinds of releases.
    pub fn of_kinds(
        portfolio: &Portfolio,
        bookings: &'b [Booking],
        wanted: Wanted,
        kind: impl Fn(usize) -> usize,
    ) -> Self {
        let mut events = Vec::with_capacity(bookings.len() * 2);
        let mut bookers: Vec<Booker> = Vec::new();
        let mut by_release: HashMap<usize, usize> = HashMap::new();
        let new = |bookers: &mut Vec<Booker>, kind| {
            bookers.push(Booker { kind, ..Booker::default() });
            bookers.len() - 1
        };
        let mut booker = Vec::with_capacity(bookings.len());
        for (index, booking) in bookings.iter().enumerate() {
            if wanted.is(booking) {
                events.push((booking.held_from.max(wanted.from), true, index));
                events.push((booking.time.end, false, index));
            }
            booker.push(match booking.release {
                Some(release) => *by_release.entry(release).or_insert_with(|| new(&mut bookers, kind(release))),
                None => new(&mut bookers, 0),
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
            counting: BTreeSet::new(),
            touched: Vec::new(),
            units: 0,
            exclusive: 0,
            kinds: BTreeMap::new(),
        }
    }

    /// What holds from the next instant of change to the one after; after the last one nothing is booked for no time.
    pub fn next(&mut self) -> Option<Level> {
        let &(now, _, _) = self.events.get(self.next)?;
        self.touched.clear();
        while let Some(&(_, starts, index)) = self.events.get(self.next).filter(|(at, _, _)| *at == now) {
            self.next += 1;
            self.change(index, starts);
        }
        let end = self.events.get(self.next).map_or(now, |(at, _, _)| *at);
        let units = u32::try_from(self.units).unwrap_or(u32::MAX);
        let time = Interval { start: now, end };
        Some(Level { time, units, bookers: self.counting.len() as u32, exclusive: self.exclusive > 0 })
    }

    /// How many kinds of bookers count.
    pub fn kinds(&self) -> usize {
        self.kinds.len()
    }

    /// One booking for each who counts after the last step: the largest, or the largest of those that want to be alone.
    pub fn counted(&self, alone: bool) -> impl Iterator<Item = usize> {
        self.counting.iter().filter_map(move |&of| self.stands_for(of, alone))
    }

    fn stands_for(&self, of: usize, alone: bool) -> Option<usize> {
        let booker = &self.bookers[of];
        let wanted = if alone { booker.alone.last() } else { None };
        wanted.or(booker.active.last()).map(|(_, Reverse(index))| *index)
    }

    fn change(&mut self, index: usize, starts: bool) {
        let of = self.booker[index];
        let booking = &self.bookings[index];
        self.discount(of);
        let booker = &mut self.bookers[of];
        let was_active = !booker.active.is_empty();
        let entry = (booking.units, Reverse(index));
        let sets = if booking.exclusive {
            [Some(&mut booker.active), Some(&mut booker.alone)]
        } else {
            [Some(&mut booker.active), None]
        };
        for set in sets.into_iter().flatten() {
            if starts {
                set.insert(entry);
            } else {
                set.remove(&entry);
            }
        }
        let is_active = !booker.active.is_empty();
        self.count(of);
        if was_active == is_active {
            return;
        }
        for at in 0..self.bookers[of].above.len() {
            let above = self.bookers[of].above[at];
            self.discount(above);
            let booker = &mut self.bookers[above];
            booker.covered = if is_active { booker.covered + 1 } else { booker.covered - 1 };
            self.count(above);
        }
    }

    fn discount(&mut self, of: usize) {
        if !self.counting.remove(&of) {
            return;
        }
        let booker = &self.bookers[of];
        self.units -= u64::from(booker.largest());
        self.exclusive -= u32::from(!booker.alone.is_empty());
        if let Some(count) = self.kinds.get_mut(&booker.kind) {
            *count -= 1;
            if *count == 0 {
                self.kinds.remove(&booker.kind);
            }
        }
    }

    fn count(&mut self, of: usize) {
        let booker = &self.bookers[of];
        if booker.counts() {
            self.counting.insert(of);
            self.units += u64::from(booker.largest());
            self.exclusive += u32::from(!booker.alone.is_empty());
            *self.kinds.entry(booker.kind).or_default() += 1;
            self.touched.push(of);
        }
    }
}

/// Who takes part in a stretch of time: those that count at some instant of it.
pub struct Takers {
    /// One booking of each.
    bookings: Vec<usize>,
    stretch: usize,
    /// The stretch for which each booker was noted last.
    noted: Vec<usize>,
}

impl Takers {
    /// Nobody yet.
    pub fn new(sweep: &Sweep<'_>) -> Self {
        Self { bookings: Vec::new(), stretch: 0, noted: vec![0; sweep.bookers.len()] }
    }

    /// A stretch begins with the last step of the sweep.
    pub fn begin(&mut self, sweep: &Sweep<'_>) {
        self.stretch += 1;
        for &of in &sweep.counting {
            self.note(sweep, of);
        }
    }

    /// It goes on with the last step of the sweep.
    pub fn go_on(&mut self, sweep: &Sweep<'_>) {
        for &of in sweep.touched.iter().filter(|of| sweep.counting.contains(of)) {
            self.note(sweep, of);
        }
    }

    fn note(&mut self, sweep: &Sweep<'_>, of: usize) {
        if self.noted[of] != self.stretch {
            self.noted[of] = self.stretch;
            self.bookings.extend(sweep.stands_for(of, false));
        }
    }

    /// One booking of each who took part, in order; the stretch is over.
    pub fn take(&mut self) -> Vec<usize> {
        let mut bookings = std::mem::take(&mut self.bookings);
        bookings.sort_unstable();
        bookings
    }
}
