//! The views of `relm env`, one file a subcommand, and what they share.

pub mod advise;
pub mod book;
pub mod conflicts;
pub mod free;
pub mod list;
pub mod schedule;
pub mod show;
pub mod state;
pub mod usage;

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDateTime, SecondsFormat, Utc};
use chrono_tz::Tz;
use serde::{Serialize, Serializer};

pub use super::show::Source;

use crate::analysis::occupancy::{self, Booking, Conflict, Occupancy};
use crate::analysis::schedule::Schedule;
use crate::analysis::windows::{EnvironmentTimes, Stretch};
use crate::diagnostic::{FileId, SourceMap, Span};
use crate::model::Portfolio;
use crate::model::environment::Environment;
use crate::time::{Clock, zone};

/// What the views of environments are made from. It notes the files whose lines a view names, so that their texts can be
/// read for a second view.
#[derive(Debug)]
pub struct Input<'p> {
    /// The manifests.
    pub portfolio: &'p Portfolio,
    /// When things happen.
    pub schedule: &'p Schedule,
    /// Who uses which environment when.
    pub occupancy: &'p Occupancy,
    /// The moment everything is judged at.
    pub clock: Clock,
    sources: &'p SourceMap,
    files: RefCell<BTreeSet<FileId>>,
}

impl<'p> Input<'p> {
    /// Puts them together.
    pub fn new(
        portfolio: &'p Portfolio,
        schedule: &'p Schedule,
        occupancy: &'p Occupancy,
        clock: Clock,
        sources: &'p SourceMap,
    ) -> Self {
        Self { portfolio, schedule, occupancy, clock, sources, files: RefCell::default() }
    }

    /// The files that places were asked for in.
    pub fn files(&self) -> Vec<FileId> {
        self.files.borrow().iter().copied().collect()
    }

    /// Where something is written; none for what is written nowhere.
    pub fn source(&self, span: Span) -> Option<Source> {
        let file = self.sources.path(span.file);
        if file.is_empty() {
            return None;
        }
        self.files.borrow_mut().insert(span.file);
        let line = self.sources.has_text(span.file).then(|| self.sources.line(span.file, span.start));
        Some(Source { file: file.to_owned(), line })
    }

    /// The environment with its zone.
    pub fn environment(&self, index: usize) -> (&'p Environment, Tz) {
        let environment = &self.portfolio.environments[index];
        (environment, self.portfolio.zone_of(environment))
    }

    /// A booking as every view shows it.
    pub fn booking(&self, booking: &Booking) -> BookingView {
        let (environment, zone) = self.environment(booking.environment);
        let release = booking.release.map(|release| &self.portfolio.releases[release]);
        let (mut phase, mut wave, mut entry, mut purpose) = (None, None, None, None);
        let kind = match booking.source {
            occupancy::Source::Phase { phase: index, .. } => {
                phase = release.map(|release| release.phases[index].id.to_string());
                "phase"
            }
            occupancy::Source::Deployment { wave: index } => {
                let plan = release.and_then(|release| release.deployment.as_ref());
                wave = plan.zip(index).map(|(plan, index)| plan.waves[index].id.to_string());
                "deployment"
            }
            occupancy::Source::Rehearsal { .. } => "rehearsal",
            occupancy::Source::Entry { index } => {
                let written = &environment.bookings[index];
                entry = Some(written.id.to_string());
                purpose = written.purpose.as_deref().or(written.common.name()).map(str::to_owned);
                "booking"
            }
        };
        BookingView {
            name: booking.name(self.portfolio),
            kind,
            release: release.map(|release| release.id.to_string()),
            phase,
            wave,
            booking: entry,
            purpose,
            units: booking.units,
            exclusive: booking.exclusive,
            r#use: booking.r#use.as_str(),
            tentative: booking.tentative,
            priority: booking.priority(self.portfolio),
            from: Moment::new(booking.held_from, zone),
            to: Moment::new(booking.time.end, zone),
            ready: Moment::new(booking.time.start, zone),
            source: self.source(booking.span),
        }
    }

    /// When an environment cannot be used because of an outage that shares an instant with `range`.
    pub fn outages(&self, environment: usize, range: Stretch) -> Vec<Stretch> {
        let times = EnvironmentTimes::new(self.portfolio, &self.portfolio.environments[environment]);
        let mut found: Vec<Stretch> = times.outages.iter().flat_map(|entry| entry.times.during(range)).collect();
        found.sort_unstable();
        found
    }

    /// The conflicts of an environment that are not over.
    pub fn open_conflicts(&self, environment: usize) -> impl Iterator<Item = Conflict> {
        let now = self.clock.now;
        self.occupancy.conflicts(self.portfolio, environment).into_iter().filter(move |found| found.time.end > now)
    }
}

/// The environments, by index, in the order of promotion, then by id; those of unknown stages last.
pub fn in_order(portfolio: &Portfolio) -> Vec<usize> {
    let mut all: Vec<usize> = (0..portfolio.environments.len()).collect();
    // They are sorted by id already.
    all.sort_by_key(|&index| portfolio.stage_order(&portfolio.environments[index].stage).unwrap_or(usize::MAX));
    all
}

/// An instant, with what the clock on the wall shows where it matters. Programs get the instant in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment {
    /// The instant.
    pub instant: DateTime<Utc>,
    /// The wall clock of the environment, else of the portfolio.
    pub local: NaiveDateTime,
}

impl Moment {
    /// An instant as a zone shows it.
    pub fn new(instant: DateTime<Utc>, zone: Tz) -> Self {
        Self { instant, local: zone::local(instant, zone) }
    }

    /// As programs get it: `2026-11-23T00:00:00Z`.
    pub fn to_rfc3339(self) -> String {
        self.instant.to_rfc3339_opts(SecondsFormat::Secs, true)
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.to_rfc3339())
    }
}

impl schemars::JsonSchema for Moment {
    fn schema_name() -> Cow<'static, str> {
        "Moment".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": "string", "format": "date-time"})
    }
}

/// A stretch of time in which an environment is used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct BookingView {
    /// What it is called: `payments/uat`, `payments deployment`, `uat-1 booking perf`.
    pub name: String,
    /// What says so: `phase`, `deployment`, `rehearsal` or `booking` (an entry of the environment's own list).
    pub kind: &'static str,
    /// The release it is for.
    pub release: Option<String>,
    /// The phase, for phases.
    pub phase: Option<String>,
    /// The wave, for deployments in waves.
    pub wave: Option<String>,
    /// The id of the entry, for entries of the environment.
    pub booking: Option<String>,
    /// What it is for, for entries of the environment.
    pub purpose: Option<String>,
    /// Units of the capacity.
    pub units: u32,
    /// Whether nobody else may use the environment meanwhile.
    pub exclusive: bool,
    /// What it does to the environment: `code`, `configuration` or `regression`.
    pub r#use: &'static str,
    /// Whether it is for a draft.
    pub tentative: bool,
    /// Who yields when two compete: the lower.
    pub priority: u32,
    /// The first instant it is held, setting up included.
    pub from: Moment,
    /// The first instant after it.
    pub to: Moment,
    /// The first instant it is used: `from`, unless it has to be set up before.
    pub ready: Moment,
    /// Where it is written.
    pub source: Option<Source>,
}
