//! The view of `relm env free`: the earliest time each environment is free for a length of work.

use std::fmt::Write;

use chrono_tz::Tz;
use serde::Serialize;

use super::{Input, Moment};
use crate::analysis::availability::{self, Request, Slot};
use crate::model::environment::Use;
use crate::report::Header;

/// The name and version of [`Free`]'s shape.
pub const SCHEMA: &str = "relm.env.free/1";

/// What `relm env free` shows.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct Free {
    /// Schema, day and revision.
    #[serde(flatten)]
    pub header: Header,
    /// The portfolio's name.
    pub portfolio: Option<String>,
    /// What was looked for.
    pub wanted: Wanted,
    /// The earliest slot of each environment that has one, by start: of whole days by the day, of hours by the instant.
    pub slots: Vec<SlotView>,
    /// The environments that have none, in the order of promotion.
    pub left_out: Vec<LeftOut>,
}

/// What was looked for.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct Wanted {
    /// How long, as manifests write it.
    pub length: String,
    /// Units of the capacity.
    pub units: u32,
    /// Whether nobody else may be there.
    pub exclusive: bool,
    /// What is done there: `code`, `configuration` or `regression`.
    pub r#use: &'static str,
    /// The projects that must be hosted.
    pub projects: Vec<String>,
    /// The first instant that counts.
    pub from: Moment,
    /// The instant at which it must be over.
    pub before: Moment,
    /// Whether somebody said `before`.
    #[serde(skip)]
    pub limited: bool,
    /// Whether it is whole days.
    #[serde(skip)]
    days: bool,
}

/// A time in which an environment is free.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct SlotView {
    /// The environment.
    pub environment: String,
    /// Its stage.
    pub stage: String,
    /// The first instant.
    pub from: Moment,
    /// The first instant after it.
    pub to: Moment,
    /// When setting up begins; `from` when there is nothing to set up.
    pub held_from: Moment,
    /// The zone in which its dates and times are meant.
    pub time_zone: &'static str,
    /// The command that books it.
    pub book: String,
}

/// An environment without a slot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct LeftOut {
    /// The environment.
    pub environment: String,
    /// Why: `too-small`, `not-hosted` or `not-free`.
    pub reason: &'static str,
    /// The same in words.
    pub message: String,
}

impl Free {
    /// The view of these environments, by index. Days are meant in the zone of each, so `request` is made by zone.
    pub fn new<'p>(
        header: Header,
        input: &Input<'p>,
        environments: &[usize],
        limited: bool,
        request: impl Fn(Tz) -> Request<'p>,
    ) -> Self {
        let wanted = Wanted::new(input, &request(input.clock.zone), limited);
        let mut slots: Vec<(Slot, SlotView)> = Vec::new();
        let mut left_out = Vec::new();
        for &environment in environments {
            let request = request(input.environment(environment).1);
            match availability::next_free(input.portfolio, input.occupancy, environment, &request) {
                Some(slot) => slots.push((slot, SlotView::new(input, &slot, &request))),
                None => left_out.push(LeftOut::new(input, environment, &request)),
            }
        }
        // The sort is stable, so the order of promotion stays among those that begin together. Days begin together
        // wherever they do.
        let days = wanted.days;
        slots.sort_by_key(|(slot, view)| if days { view.from.local } else { slot.time.start.naive_utc() });
        Self {
            header,
            portfolio: input.portfolio.settings.common.name().map(str::to_owned),
            wanted,
            slots: slots.into_iter().map(|(_, view)| view).collect(),
            left_out,
        }
    }
}

impl Wanted {
    fn new(input: &Input<'_>, request: &Request<'_>, limited: bool) -> Self {
        let zone = input.clock.zone;
        Self {
            length: request.length.to_string(),
            units: request.units,
            exclusive: request.exclusive,
            r#use: request.r#use.as_str(),
            projects: request.projects.iter().map(ToString::to_string).collect(),
            from: Moment::new(request.from, zone),
            before: Moment::new(request.last(), zone),
            limited,
            days: request.length.is_day_based(),
        }
    }
}

impl SlotView {
    /// A slot, and how what was looked for is booked there.
    pub fn new(input: &Input<'_>, slot: &Slot, request: &Request<'_>) -> Self {
        let (environment, zone) = input.environment(slot.environment);
        let (from, to) = (Moment::new(slot.time.start, zone), Moment::new(slot.time.end, zone));
        let (first, last) = if request.length.is_day_based() {
            let last = (to.local - chrono::TimeDelta::seconds(1)).date();
            (from.local.date().to_string(), last.to_string())
        } else {
            let time = |at: Moment| at.local.format("%Y-%m-%dT%H:%M").to_string();
            (time(from), time(to))
        };
        let mut book = format!("relm env book {} --from {first} --to {last}", environment.id);
        if request.units != 1 {
            let _ = write!(book, " --units {}", request.units);
        }
        if request.exclusive {
            book.push_str(" --exclusive");
        }
        if request.r#use != Use::Code {
            let _ = write!(book, " --use {}", request.r#use.as_str());
        }
        Self {
            environment: environment.id.to_string(),
            stage: environment.stage.to_string(),
            from,
            to,
            held_from: Moment::new(slot.held_from, zone),
            time_zone: zone.name(),
            book,
        }
    }
}

impl LeftOut {
    /// Why an environment has no slot.
    pub fn new(input: &Input<'_>, index: usize, request: &Request<'_>) -> Self {
        let (environment, zone) = input.environment(index);
        let strangers: Vec<String> = request
            .projects
            .iter()
            .filter(|project| !environment.hosts(project))
            .map(|project| format!("`{project}`"))
            .collect();
        let capacity = environment.capacity();
        let (reason, message) = if request.units > capacity {
            let unit = if capacity == 1 { "unit" } else { "units" };
            ("too-small", format!("has {capacity} {unit}"))
        } else if !strangers.is_empty() {
            ("not-hosted", format!("does not host {}", strangers.join(", ")))
        } else {
            let last = Moment::new(request.last(), zone).local;
            let midnight = last.time() == chrono::NaiveTime::MIN;
            let last = last.format(if midnight { "%Y-%m-%d" } else { "%Y-%m-%d %H:%M" });
            ("not-free", format!("is not free for {} before {last}", request.length))
        };
        Self { environment: environment.id.to_string(), reason, message }
    }
}
