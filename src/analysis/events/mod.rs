//! Everything with a date, over a whole portfolio.

use std::fmt;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;
use serde::Serialize;

use crate::time::zone;

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
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, schemars::JsonSchema)]
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
