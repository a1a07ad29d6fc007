//! Which departure of a train a new release is to be.

use chrono::NaiveDate;

use super::context::Context;
use super::error::Error;
use crate::analysis::trains::{self, Departure, Timetable};
use crate::model::{Identified, Portfolio};

/// A departure that no release is yet.
#[derive(Debug)]
pub struct Ride {
    /// The train.
    pub train: String,
    /// The type of its releases, where it says one.
    pub release_type: Option<String>,
    /// The projects that ride.
    pub projects: Vec<String>,
    /// The day of the departure.
    pub day: NaiveDate,
    /// The id of the release unless another is given.
    pub release_id: String,
    /// The days before it that matter.
    pub milestones: Vec<(String, NaiveDate)>,
}

impl Ride {
    /// The departure of a train on `target`, else the next from today on, that is still to be filled.
    pub fn of(context: &Context<'_>, train: &str, target: Option<NaiveDate>) -> Result<Self, Error> {
        let portfolio = &context.loaded.portfolio;
        let Some(found) = portfolio.trains.get(train) else { return Err(unknown(portfolio, train)) };
        let timetable = Timetable::new(portfolio, found).map_err(|error| {
            Error::usage(error.to_string())
                .hint(format!("mend `rrule:` of the train `{train}`; `relm check` says where"))
        })?;
        let departure = match target {
            Some(day) => wanted(&timetable, train, day)?,
            None => timetable
                .next_without_release(context.clock.today)
                .ok_or_else(|| Error::usage(format!("`{train}` has no departure left that is to be filled")))?,
        };
        if let Some(taken) = departure.release {
            let taken = &portfolio.releases[taken].id;
            let error = Error::usage(format!("`{taken}` is the departure of `{train}` on {} already", departure.day));
            return Err(match timetable.next_without_release(context.clock.today) {
                Some(next) => error.hint(format!("the next that is to be filled is {}", next.day)),
                None => error,
            });
        }
        Ok(Self {
            train: found.id.to_string(),
            release_type: found.release_type.as_ref().map(ToString::to_string),
            projects: found.projects.iter().map(ToString::to_string).collect(),
            day: departure.day,
            release_id: trains::release_id(found, departure.day),
            milestones: departure.milestones.into_iter().map(|(id, day)| (id.to_string(), day)).collect(),
        })
    }
}

fn wanted<'p>(timetable: &Timetable<'p>, train: &str, day: NaiveDate) -> Result<Departure<'p>, Error> {
    timetable.on(day).ok_or_else(|| {
        let error = Error::usage(format!("`{train}` does not depart on {day}"));
        match timetable.nearest(day) {
            (Some(before), Some(after)) => error.hint(format!("the nearest departures are {before} and {after}")),
            (Some(only), None) | (None, Some(only)) => error.hint(format!("the nearest departure is {only}")),
            (None, None) => error,
        }
    })
}

fn unknown(portfolio: &Portfolio, train: &str) -> Error {
    let known: Vec<&str> = portfolio.trains.iter().map(|train| train.id().as_str()).collect();
    if portfolio.damage.lost(train) {
        return Error::usage(format!("no train `{train}`")).hint("its manifest cannot be read; see `relm check`");
    }
    let all =
        if known.is_empty() { "there are none here".to_owned() } else { format!("known trains: {}", known.join(", ")) };
    Error::unknown("train", train, known, all)
}
