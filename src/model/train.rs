//! `kind: train`: a cadence of releases.

use super::release::At;
use super::scalar::{Id, Spanned, Text};
use crate::record;
use crate::time::when::When;

record! {
    /// A cadence of releases.
    pub struct Train {
        /// The id.
        pub id: Id,
        /// An RFC 5545 recurrence of departures.
        pub rrule: Text,
        /// The first departure.
        pub start: Spanned<When>,
        /// Departures left out.
        pub exdates: Vec<Spanned<When>>,
        /// The projects that ride.
        pub projects: Vec<Id>,
        /// The type of each release; its phases are the template.
        pub release_type: Option<Id>,
        /// Dates before each departure.
        pub milestones: Vec<TrainMilestone>,
    }
}

record! {
    /// A date before each departure.
    pub struct TrainMilestone {
        /// The id.
        pub id: Id,
        /// When, from the departure: `target - 3d`.
        pub at: Spanned<At>,
    }
}
