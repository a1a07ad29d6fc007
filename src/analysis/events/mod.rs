//! Everything with a date, over a whole portfolio.
//!
//! Events show the plan, as bookings do; only hypercare counts from the day a release really ended. Times are those of
//! manifests: what is written as days is days, what is written as a time is instants. A recurrence costs only what lies in
//! the range asked for. Deployment windows of environments are no events: they say when something may be, not that it is.

mod around;
mod collect;
mod releases;
mod select;
#[cfg(test)]
mod tests;
mod trains;

use std::fmt;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;
use serde::Serialize;

use crate::diagnostic::Span;
use crate::model::{Id, Portfolio};
use crate::time::zone;

pub use collect::{Range, all};
pub use select::Choice;

/// The first or last day of an event, or its first instant or the first after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(untagged)]
pub enum Moment {
    /// A whole day: `2026-12-05`. As an end, the last day, included.
    Day(#[schemars(with = "String", extend("format" = "date"))] NaiveDate),
    /// An instant: `2026-12-05T22:00:00Z`. As an end, the first instant after.
    Instant(#[schemars(with = "String", extend("format" = "date-time"))] DateTime<Utc>),
}

impl Moment {
    /// The instant of a start; a day begins at its first instant in `zone`.
    pub fn instant(self, zone: Tz) -> DateTime<Utc> {
        match self {
            Self::Day(day) => zone::start_of_day(day, zone),
            Self::Instant(at) => at,
        }
    }

    /// The first and the last day from this start to `end`, as a wall clock in `zone` has them.
    pub fn days_to(self, end: Self, zone: Tz) -> (NaiveDate, NaiveDate) {
        let first = match self {
            Self::Day(day) => day,
            Self::Instant(at) => zone::local(at, zone).date(),
        };
        let last = match end {
            Self::Day(day) => day,
            // The midnight that ends a day belongs to the next.
            Self::Instant(at) => zone::local(at - TimeDelta::seconds(1), zone).date(),
        };
        (first, last.max(first))
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Day(day) => day.fmt(f),
            Self::Instant(at) => at.format("%Y-%m-%dT%H:%M:%SZ").fmt(f),
        }
    }
}

macro_rules! kinds {
    ($($(#[doc = $doc:literal])+ $name:ident = $word:literal,)*) => {
        /// What an event is.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, schemars::JsonSchema)]
        #[serde(rename_all = "kebab-case")]
        pub enum EventKind {
            $($(#[doc = $doc])+ $name,)*
        }

        impl EventKind {
            /// Every kind.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The word in files and on the command line.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $word,)*
                }
            }
        }
    };
}

kinds! {
    /// A phase of a release.
    Phase = "phase",
    /// A milestone of a release or of a train.
    Milestone = "milestone",
    /// The last day of a gate.
    Gate = "gate",
    /// A deployment.
    Deployment = "deployment",
    /// A wave of a deployment.
    Wave = "wave",
    /// A rehearsal of a deployment.
    Rehearsal = "rehearsal",
    /// A time in which deployments are forbidden.
    Freeze = "freeze",
    /// Regular maintenance of an environment.
    Maintenance = "maintenance",
    /// A time in which an environment cannot be used.
    Outage = "outage",
    /// A booking of an environment.
    Booking = "booking",
    /// The day a release's branch is cut.
    BranchCut = "branch-cut",
    /// The day a release's code freezes.
    CodeFreeze = "code-freeze",
    /// A message to an audience.
    Communication = "communication",
    /// Training for an audience.
    Training = "training",
    /// Close watch after a release.
    Hypercare = "hypercare",
    /// The date a release is promised for.
    Target = "target",
    /// A departure of a train.
    Train = "train",
    /// The window of a change.
    Change = "change",
}

/// Whether an event is certain to take place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum EventStatus {
    /// It belongs to a draft.
    Tentative,
    /// It is planned, running or over.
    Confirmed,
    /// It was called off.
    Cancelled,
}

impl EventStatus {
    /// The word in files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Tentative => "tentative",
            Self::Confirmed => "confirmed",
            Self::Cancelled => "cancelled",
        }
    }
}

/// One event.
#[derive(Debug, Clone, PartialEq)]
pub struct Event<'p> {
    /// The same for the same object whatever happens to its dates and texts; an occurrence of a recurrence, and what has no
    /// id of its own, is told from others by its start.
    pub uid: String,
    /// What it is.
    pub kind: EventKind,
    /// What it is about, with the release or environment it belongs to.
    pub title: String,
    /// The title without the release or environment.
    pub label: String,
    /// What the manifest says about it.
    pub description: Option<String>,
    /// The object it belongs to.
    pub origin: Origin,
    /// The release it belongs to, by index.
    pub release: Option<usize>,
    /// The projects it is about.
    pub projects: Vec<&'p Id>,
    /// The environments it takes place in.
    pub environments: Vec<&'p Id>,
    /// The team that works on it.
    pub team: Option<&'p Id>,
    /// Who answers for it, where it says so itself.
    pub owner: Option<&'p Id>,
    /// The first day or instant.
    pub start: Moment,
    /// The last day, or the first instant after; the start itself where nobody said how long it takes.
    pub end: Moment,
    /// Whether it is certain to take place.
    pub status: EventStatus,
    /// Where it is written.
    pub span: Span,
}

/// The object that an event belongs to, by index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// A release.
    Release(usize),
    /// A freeze of the settings.
    Freeze(usize),
    /// An environment.
    Environment(usize),
    /// A train.
    Train(usize),
    /// A change.
    Change(usize),
}

impl Event<'_> {
    /// What orders events: the first instant, then the uid.
    fn order(&self, zone: Tz) -> (DateTime<Utc>, &str) {
        (self.start.instant(zone), &self.uid)
    }
}

/// The events that people want to see: nothing that was called off, and the window of a deployment not beside a wave that
/// takes the same time.
pub fn for_people(portfolio: &Portfolio, events: &mut Vec<Event<'_>>) {
    let key =
        |event: &Event<'_>| (event.release, event.start.instant(portfolio.zone), event.end.instant(portfolio.zone));
    let waves: std::collections::HashSet<_> =
        events.iter().filter(|event| event.kind == EventKind::Wave).map(key).collect();
    events.retain(|event| {
        let shown_as_wave = event.kind == EventKind::Deployment && waves.contains(&key(event));
        event.status != EventStatus::Cancelled && !shown_as_wave
    });
}
