//! The view of `relm env conflicts`: where bookings collide, and who yields.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::{BookingView, Input, Moment};
use crate::analysis::occupancy::{Collision, Conflict, Level};
use crate::analysis::selection::Selection;
use crate::report::Header;

/// The name and version of [`Conflicts`]' shape.
pub const SCHEMA: &str = "relm.env.conflicts/1";

/// What `relm env conflicts` shows.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct Conflicts {
    /// Schema, day and revision.
    #[serde(flatten)]
    pub header: Header,
    /// The portfolio's name.
    pub portfolio: Option<String>,
    /// The conflicts, by their start, then by the order of promotion.
    pub conflicts: Vec<ConflictView>,
    /// How many more there are that are over and were not asked for.
    pub past: usize,
}

/// A stretch of time without a gap in which bookings of one environment collide.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct ConflictView {
    /// `over-capacity`, or `exclusive-overlap` where there is room but one booking wants to be alone: the worst of the stretch.
    pub rule: &'static str,
    /// The environment.
    pub environment: String,
    /// Its stage.
    pub stage: String,
    /// The zone in which its dates and times are meant.
    pub time_zone: &'static str,
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
    /// Whether it is over.
    pub over: bool,
    /// When it is worst, the first such time.
    pub peak: Span,
    /// Everything that takes part, by the start of holding the environment.
    pub bookings: Vec<Participant>,
    /// How many units are in demand from step to step.
    pub levels: Vec<Step>,
}

/// A half-open stretch of instants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Span {
    /// The first instant.
    pub from: Moment,
    /// The first instant after it.
    pub to: Moment,
}

/// Units in demand for a stretch of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Step {
    /// The first instant.
    pub from: Moment,
    /// The first instant after it.
    pub to: Moment,
    /// Units in demand; a release counts once.
    pub units: u32,
}

/// A booking that takes part in a conflict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Participant {
    /// The booking.
    #[serde(flatten)]
    pub booking: BookingView,
    /// Whether it is one of the fewest that explain the conflict at its peak.
    pub cause: bool,
    /// Whether it is the one to move: of the lowest priority, at equal priority the one that begins last.
    pub yields: bool,
}

impl Conflicts {
    /// The conflicts of these environments, by index, that a selection picks. Those that are over are left out and counted,
    /// unless `all` are wanted.
    pub fn new(header: Header, input: &Input<'_>, environments: &[usize], selection: &Selection, all: bool) -> Self {
        let mut found: Vec<(DateTime<Utc>, ConflictView)> = Vec::new();
        let mut past = 0;
        for &environment in environments {
            let levels = input.occupancy.levels(input.portfolio, environment);
            for conflict in input.occupancy.conflicts(input.portfolio, environment) {
                if !wanted(input, &conflict, selection) {
                    continue;
                }
                if !all && conflict.time.end <= input.clock.now {
                    past += 1;
                    continue;
                }
                found.push((conflict.time.start, ConflictView::new(input, &conflict, &levels)));
            }
        }
        // The sort is stable, so the order of promotion stays among those that begin together.
        found.sort_by_key(|(start, _)| *start);
        Self {
            header,
            portfolio: input.portfolio.settings.common.name().map(str::to_owned),
            conflicts: found.into_iter().map(|(_, view)| view).collect(),
            past,
        }
    }
}

/// Whether a conflict lies in the days asked for and one who takes part fits the releases asked for.
fn wanted(input: &Input<'_>, conflict: &Conflict, selection: &Selection) -> bool {
    let bookings = input.occupancy.of(conflict.environment);
    let days = selection.within(input.portfolio, conflict.environment);
    days.is_none_or(|days| days.overlaps(&conflict.time))
        && conflict.bookings.iter().any(|&index| selection.selects_booking(input.portfolio, &bookings[index]))
}

/// The rule that a collision breaks.
pub fn rule(collision: Collision) -> &'static str {
    match collision {
        Collision::OverCapacity => "over-capacity",
        Collision::Exclusive => "exclusive-overlap",
    }
}

impl ConflictView {
    /// A conflict with all that takes part; `levels` are those of its environment.
    pub fn new(input: &Input<'_>, conflict: &Conflict, levels: &[Level]) -> Self {
        let (environment, zone) = input.environment(conflict.environment);
        let moment = |at: DateTime<Utc>| Moment::new(at, zone);
        let bookings = input.occupancy.of(conflict.environment);
        let cause: HashSet<usize> = conflict.cause.iter().copied().collect();
        let participant = |&index: &usize| Participant {
            booking: input.booking(&bookings[index]),
            cause: cause.contains(&index),
            yields: conflict.cause.first() == Some(&index),
        };
        let from = levels.partition_point(|level| level.time.end <= conflict.time.start);
        let step = |level: &Level| {
            let time = level.time.intersect(&conflict.time)?;
            Some(Step { from: moment(time.start), to: moment(time.end), units: level.units })
        };
        Self {
            rule: rule(conflict.collision),
            environment: environment.id.to_string(),
            stage: environment.stage.to_string(),
            time_zone: zone.name(),
            from: moment(conflict.time.start),
            to: moment(conflict.time.end),
            demand: conflict.demand,
            capacity: conflict.capacity,
            tentative: conflict.tentative,
            over: conflict.time.end <= input.clock.now,
            peak: Span { from: moment(conflict.peak.start), to: moment(conflict.peak.end) },
            bookings: input.occupancy.taking_part(conflict).iter().map(participant).collect(),
            levels: levels[from..].iter().map_while(step).collect(),
        }
    }
}
