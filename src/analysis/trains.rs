//! The departures of trains, and the releases that ride them.
//!
//! A departure is a day in the zone of the portfolio. A release *is* a departure when its id is the train's with the day
//! ([`release_id`]); else when its target is that day and it carries the label `train` with the train's id; else when its
//! target is that day, its type is the train's, and all that it ships, which must be something, rides the train. What is
//! cancelled is no departure.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use crate::model::release::{At, Release, Status};
use crate::model::train::Train;
use crate::model::{Id, Portfolio};
use crate::time::zone::start_of_day;
use crate::time::{Recurrence, RecurrenceError, When};

/// The label that says which train a release rides.
pub const LABEL: &str = "train";

/// How far ahead departures are looked for when none is near, in days: trains may leave once in years.
const HORIZON: i64 = 366 * 12;

/// The most departures that are unrolled for one question.
const MOST: usize = 20_000;

/// A departure of a train.
#[derive(Debug, Clone, PartialEq)]
pub struct Departure<'p> {
    /// The instant; midnight where the train departs on days.
    pub at: DateTime<Utc>,
    /// The day, in the zone of the portfolio.
    pub day: NaiveDate,
    /// The days of the train's milestones for this departure, as written.
    pub milestones: Vec<(&'p Id, NaiveDate)>,
    /// The release that is this departure, by index.
    pub release: Option<usize>,
}

/// The timetable of a train.
#[derive(Debug)]
pub struct Timetable<'p> {
    portfolio: &'p Portfolio,
    train: &'p Train,
    recurrence: Recurrence,
    /// Releases that are not cancelled, by target.
    promised: HashMap<NaiveDate, Vec<usize>>,
}

impl<'p> Timetable<'p> {
    /// The timetable of a train of the portfolio; an error where its rule makes no sense.
    pub fn new(portfolio: &'p Portfolio, train: &'p Train) -> Result<Self, RecurrenceError> {
        let exdates: Vec<When> = train.exdates.iter().map(|date| date.value).collect();
        let recurrence = Recurrence::parse(&train.rrule, train.start.value, portfolio.zone, &exdates)?;
        let mut promised: HashMap<NaiveDate, Vec<usize>> = HashMap::new();
        for (index, release) in portfolio.releases.iter().enumerate() {
            if let Some(target) = release.target.as_ref().filter(|_| release.status() != Status::Cancelled) {
                promised.entry(target.value).or_default().push(index);
            }
        }
        Ok(Self { portfolio, train, recurrence, promised })
    }

    /// Whether there is a last departure, by `COUNT` or `UNTIL`.
    pub fn ends(&self) -> bool {
        self.recurrence.ends()
    }

    /// The departures from the first day to the last, both included, at most `limit`: one a day.
    pub fn between(&self, first: NaiveDate, last: NaiveDate, limit: usize) -> Vec<Departure<'p>> {
        let zone = self.portfolio.zone;
        let from = start_of_day(first, zone);
        let to = start_of_day(last.succ_opt().unwrap_or(last), zone);
        // A train of several times a day departs as one release.
        let unrolled = limit.saturating_mul(crate::time::recurrence::MOST_TIMES_A_DAY).min(MOST);
        let (mut times, _) = self.recurrence.occurrences(from, to, unrolled);
        times.dedup_by_key(|at| self.day(*at));
        times.truncate(limit);
        times.into_iter().map(|at| self.departure(at)).collect()
    }

    /// The next departures from a day on, at most `limit`.
    pub fn next(&self, from: NaiveDate, limit: usize) -> Vec<Departure<'p>> {
        self.between(from, ahead(from, HORIZON), limit)
    }

    /// The departure on a day, if there is one.
    pub fn on(&self, day: NaiveDate) -> Option<Departure<'p>> {
        self.between(day, day, 1).pop()
    }

    /// The first departure from a day on that no release is.
    pub fn next_without_release(&self, from: NaiveDate) -> Option<Departure<'p>> {
        // Each departure that is taken needs a release, and there are only so many.
        let most = self.portfolio.releases.len() + 1;
        self.next(from, most).into_iter().find(|departure| departure.release.is_none())
    }

    /// The departures nearest to a day that is none: the last before it and the first after it.
    pub fn nearest(&self, day: NaiveDate) -> (Option<NaiveDate>, Option<NaiveDate>) {
        let mut reach = 16;
        let before = loop {
            let first = ahead(day, -reach);
            match self.between(first, ahead(day, -1), MOST).pop() {
                Some(found) => break Some(found.day),
                None if reach >= HORIZON => break None,
                None => reach *= 4,
            }
        };
        (before, self.next(ahead(day, 1), 1).pop().map(|found| found.day))
    }

    fn day(&self, at: DateTime<Utc>) -> NaiveDate {
        at.with_timezone(&self.portfolio.zone).date_naive()
    }

    fn departure(&self, at: DateTime<Utc>) -> Departure<'p> {
        let day = self.day(at);
        let calendar = self.portfolio.calendars.default_calendar();
        let milestones = self.train.milestones.iter().map(|milestone| {
            let date = match milestone.at.value {
                At::When(when) => when.date(),
                At::Target(lag) => calendar.add_lag(day, lag),
            };
            (&milestone.id, date)
        });
        Departure { at, day, milestones: milestones.collect(), release: self.release(day) }
    }

    /// The release that is the departure of a day.
    fn release(&self, day: NaiveDate) -> Option<usize> {
        let releases = &self.portfolio.releases;
        let named = releases.index(&release_id(self.train, day));
        if let Some(named) = named.filter(|&r| releases[r].status() != Status::Cancelled) {
            return Some(named);
        }
        let promised = self.promised.get(&day)?;
        let labelled = promised.iter().find(|&&r| label(&releases[r]) == Some(&self.train.id));
        labelled.or_else(|| promised.iter().find(|&&r| self.fits(&releases[r]))).copied()
    }

    fn fits(&self, release: &Release) -> bool {
        let rides = |project: &Id| self.train.projects.contains(project);
        label(release).is_none()
            && self.train.release_type.as_ref().is_none_or(|ty| *ty == release.r#type)
            && !release.scope.is_empty()
            && release.scope.iter().all(|item| rides(&item.project))
    }
}

/// The id of the release that is the departure of a day: `weekly-2026-11-19`.
pub fn release_id(train: &Train, day: NaiveDate) -> String {
    format!("{}-{day}", train.id)
}

fn label(release: &Release) -> Option<&str> {
    release.common.labels().iter().find(|(key, _)| **key == *LABEL).map(|(_, value)| value.as_str())
}

fn ahead(day: NaiveDate, days: i64) -> NaiveDate {
    let moved = TimeDelta::try_days(days).and_then(|days| day.checked_add_signed(days));
    moved.unwrap_or(day).clamp(crate::time::MIN_DATE, crate::time::MAX_DATE)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use super::*;
    use crate::load::testing::portfolio;

    const TRAIN: &str = "kind: portfolio\nstages: [prod]\ntimezone: Asia/Tokyo\n---\nkind: train\nid: weekly\n\
                         rrule: FREQ=WEEKLY;BYDAY=TH\nstart: 2026-01-08\nexdates: [2026-11-26]\nprojects: [cards, ledger]\n\
                         release_type: minor\nmilestones: [{id: cut-off, at: target - 3d}]\n";

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn release(id: &str, target: &str, more: &str) -> String {
        format!("---\nkind: release\nid: {id}\ntype: minor\ntarget: {target}\n{more}")
    }

    fn departures(text: &str) -> Vec<String> {
        let portfolio = portfolio(text);
        let timetable = Timetable::new(&portfolio, &portfolio.trains[0]).unwrap();
        let found = timetable.next(day("2026-11-16"), 3);
        let id = |release: Option<usize>| release.map_or("none", |r| &*portfolio.releases[r].id);
        found.iter().map(|departure| format!("{} {}", departure.day, id(departure.release))).collect()
    }

    #[test]
    fn departs_on_days_of_the_portfolio_with_its_milestones() {
        let portfolio = portfolio(TRAIN);
        let timetable = Timetable::new(&portfolio, &portfolio.trains[0]).unwrap();
        let days = |found: Vec<Departure<'_>>| found.iter().map(|found| found.day.to_string()).collect::<Vec<_>>();
        // The 26th is left out; both ends count.
        let found = timetable.between(day("2026-11-19"), day("2026-12-10"), 9);
        assert_eq!(found[0].at.to_string(), "2026-11-18 15:00:00 UTC");
        assert_eq!(found[0].milestones, [(&portfolio.trains[0].milestones[0].id, day("2026-11-16"))]);
        assert_eq!(days(found), ["2026-11-19", "2026-12-03", "2026-12-10"]);
        assert_eq!(timetable.on(day("2026-11-19")).map(|found| found.day), Some(day("2026-11-19")));
        assert_eq!(timetable.on(day("2026-11-26")), None);
        assert_eq!(timetable.nearest(day("2026-11-26")), (Some(day("2026-11-19")), Some(day("2026-12-03"))));
        assert_eq!(timetable.nearest(day("2026-01-08")), (None, Some(day("2026-01-15"))));
    }

    #[test]
    fn a_train_that_ended_or_leaves_rarely() {
        let of = |rule: &str| portfolio(&TRAIN.replace("FREQ=WEEKLY;BYDAY=TH", rule));
        let ended = of("FREQ=WEEKLY;BYDAY=TH;UNTIL=20260201");
        let timetable = Timetable::new(&ended, &ended.trains[0]).unwrap();
        assert_eq!(timetable.next_without_release(day("2026-11-16")), None);
        assert_eq!(timetable.nearest(day("2026-11-16")), (Some(day("2026-01-29")), None));
        let rare = of("FREQ=YEARLY;INTERVAL=4");
        let timetable = Timetable::new(&rare, &rare.trains[0]).unwrap();
        assert_eq!(timetable.nearest(day("2029-11-16")), (Some(day("2026-01-08")), Some(day("2030-01-08"))));
        let often = of("FREQ=HOURLY");
        let timetable = Timetable::new(&often, &often.trains[0]).unwrap();
        let days = timetable.next(day("2026-11-24"), 3).into_iter().map(|found| found.day.to_string());
        assert_eq!(days.collect::<Vec<_>>(), ["2026-11-24", "2026-11-25", "2026-11-27"]);
        let nonsense = of("FREQ=SOMETIMES");
        assert!(Timetable::new(&nonsense, &nonsense.trains[0]).is_err());
    }

    #[test]
    fn the_id_then_the_label_then_what_ships_says_which_release_it_is() {
        let ships = "scope: [{project: cards}]\n";
        let fits = release("a", "2026-11-19", ships);
        assert_eq!(departures(&[TRAIN, &fits].concat()), ["2026-11-19 a", "2026-12-03 none", "2026-12-10 none"]);
        let labelled = release("b", "2026-11-19", "labels: {train: weekly}\n");
        assert_eq!(departures(&[TRAIN, &fits, &labelled].concat())[0], "2026-11-19 b");
        // It slipped, and is still that departure.
        let named = release("weekly-2026-11-19", "2026-11-20", "");
        assert_eq!(departures(&[TRAIN, &fits, &labelled, &named].concat())[0], "2026-11-19 weekly-2026-11-19");
        let cancelled = named.replace("target:", "status: cancelled\ntarget:");
        assert_eq!(departures(&[TRAIN, &fits, &labelled, &cancelled].concat())[0], "2026-11-19 b");
    }

    #[test]
    fn what_does_not_fit_is_no_departure() {
        let ships = "scope: [{project: cards}]\n";
        for other in [
            release("a", "2026-11-20", ships),
            release("a", "2026-11-19", ""),
            release("a", "2026-11-19", "scope: [{project: cards}, {project: web}]\n"),
            release("a", "2026-11-19", &format!("labels: {{train: other}}\n{ships}")),
            release("a", "2026-11-19", ships).replace("minor", "major"),
            release("a", "2026-11-19", ships).replace("target:", "status: cancelled\ntarget:"),
        ] {
            assert_eq!(departures(&[TRAIN, &other].concat())[0], "2026-11-19 none", "{other}");
        }
    }

    #[test]
    fn the_next_one_to_fill_passes_those_that_are_taken() {
        let taken = release("weekly-2026-11-19", "2026-11-19", "") + &release("weekly-2026-12-03", "2026-12-03", "");
        let portfolio = portfolio(&[TRAIN, &taken].concat());
        let timetable = Timetable::new(&portfolio, &portfolio.trains[0]).unwrap();
        let next = |from| timetable.next_without_release(day(from)).map(|found| found.day);
        assert_eq!(next("2026-11-16"), Some(day("2026-12-10")));
        assert_eq!(next("2026-12-10"), Some(day("2026-12-10")));
    }
}
