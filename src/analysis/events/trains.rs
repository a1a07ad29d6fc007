//! The departures of trains.

use chrono::NaiveDate;

use super::around::blank;
use super::collect::{Collector, described, named, stamp};
use super::{Event, EventKind, Moment, Origin};
use crate::analysis::trains::{Departure, Timetable};
use crate::model::train::Train;
use crate::time::plus_days;
use crate::time::when::When;

/// Milestones are looked for up to so many days from their departure.
const MILESTONES: i64 = 92;

/// The most departures of one train.
const MOST: usize = 20_000;

impl<'p> Collector<'p> {
    /// The departures of every train, with the milestones before them.
    pub fn trains(&mut self) {
        for (index, train) in self.portfolio.trains.iter().enumerate() {
            // A rule that makes no sense is reported where it is read.
            let Ok(timetable) = Timetable::new(self.portfolio, train) else { continue };
            let margin = if train.milestones.is_empty() { 0 } else { MILESTONES };
            let days = self.range.unrolled(timetable.ends());
            for departure in timetable.between(plus_days(days.0, -margin), plus_days(days.1, margin), MOST) {
                self.departure(index, train, &departure, days);
            }
        }
    }

    fn departure(
        &mut self,
        index: usize,
        train: &'p Train,
        departure: &Departure<'p>,
        (first, last): (NaiveDate, NaiveDate),
    ) {
        let unrolled = |day: NaiveDate| (first..=last).contains(&day);
        let start = match train.start.value {
            When::Date(_) => Moment::Day(departure.day),
            When::Local(_) | When::Fixed(_) => Moment::Instant(departure.at),
        };
        let uid = format!("train/{}", train.id);
        let name = named(&train.common, &train.id);
        let event = |kind, uid, label, start| Event {
            release: departure.release,
            projects: train.projects.iter().collect(),
            start,
            end: start,
            ..blank(kind, Origin::Train(index), uid, label, train.id.span)
        };
        if unrolled(departure.day) {
            let departs = event(EventKind::Train, format!("{uid}/{}", stamp(start)), format!("{name} departs"), start);
            let rides = departure.release.map(|r| format!("as {}", self.portfolio.releases[r].id));
            self.push(Event { description: described(&train.common).or(rides), ..departs });
        }
        for ((id, day), milestone) in departure.milestones.iter().zip(&train.milestones) {
            if unrolled(*day) {
                let key = stamp(Moment::Day(departure.day));
                let label = format!("{name} {}", named(&milestone.common, id));
                let uid = format!("{uid}/milestones/{id}/{key}");
                let reached = event(EventKind::Milestone, uid, label, Moment::Day(*day));
                self.push(Event { description: described(&milestone.common), span: milestone.id.span, ..reached });
            }
        }
    }
}
