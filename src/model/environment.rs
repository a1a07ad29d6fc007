//! `kind: environment`: where projects run before and in production.

use super::scalar::{Count, Days, Id, Minutes, Spanned, Text};
use crate::time::duration::Effort;
use crate::time::when::When;
use crate::{choice, record};
use chrono_tz::Tz;

record! {
    /// Where projects run, before and in production.
    pub struct Environment {
        /// The id.
        pub id: Id,
        /// The stage it belongs to.
        pub stage: Id,
        /// The zone of its date-times; default the portfolio's.
        pub timezone: Option<Spanned<Tz>>,
        /// Whether it stands all the time; default persistent.
        pub provisioning: Option<Provisioning>,
        /// Releases that can use it at once; default 1.
        pub capacity: Option<Spanned<Count>>,
        /// The projects it hosts; absent means all.
        pub projects: Option<Vec<Id>>,
        /// What it takes to set it up.
        pub setup: Option<Setup>,
        /// What it costs.
        pub cost: Option<Cost>,
        /// Regular times of maintenance.
        pub maintenance: Vec<Window>,
        /// Times in which it cannot be used.
        pub outages: Vec<Outage>,
        /// When deployments are allowed; none means always.
        pub windows: Vec<Window>,
        /// Working time a version must have spent in the stage before.
        pub soak: Option<Spanned<Days>>,
        /// Bookings that belong to no phase.
        pub bookings: Vec<Booking>,
    }
}

choice! {
    /// Whether an environment stands all the time.
    pub enum Provisioning {
        /// It stands all the time.
        Persistent = "persistent",
        /// It is made when it is needed.
        OnDemand = "on-demand",
    }
}

record! {
    /// What it takes to set an environment up.
    pub struct Setup {
        /// Working time before it can be used.
        pub lead_time: Option<Spanned<Days>>,
        /// Work each time.
        pub effort: Option<Spanned<Effort>>,
    }
}

record! {
    /// What an environment costs, in the currency of the portfolio.
    pub struct Cost {
        /// Each day it stands.
        pub per_day: Option<Spanned<f64>>,
        /// Each time it is set up.
        pub per_setup: Option<Spanned<f64>>,
    }
}

record! {
    /// A recurring window of time.
    pub struct Window {
        /// An RFC 5545 recurrence.
        pub rrule: Text,
        /// The first start.
        pub start: Spanned<When>,
        /// How long each occurrence takes.
        pub duration: Spanned<Minutes>,
        /// Occurrences left out.
        pub exdates: Vec<Spanned<When>>,
    }
}

record! {
    /// A time in which an environment cannot be used.
    pub struct Outage {
        /// First day or instant.
        pub from: Spanned<When>,
        /// Last day, or the first instant after.
        pub to: Spanned<When>,
        /// Why.
        pub reason: Option<Text>,
    }
}

choice! {
    /// What a booking does to an environment.
    pub enum Use {
        /// Installs a version.
        Code = "code",
        /// Changes configuration only.
        Configuration = "configuration",
        /// Changes nothing.
        Regression = "regression",
    }
}

record! {
    /// A booking that belongs to no phase.
    pub struct Booking {
        /// The id.
        pub id: Id,
        /// First day or instant.
        pub from: Spanned<When>,
        /// Last day, or the first instant after.
        pub to: Spanned<When>,
        /// Units of the capacity; default 1.
        pub units: Option<Spanned<Count>>,
        /// Whether nobody else may use it meanwhile.
        pub exclusive: Option<bool>,
        /// What it does to the environment; default code.
        pub r#use: Option<Use>,
        /// The release it is for.
        pub release: Option<Id>,
        /// What it is for.
        pub purpose: Option<Text>,
    }
}
