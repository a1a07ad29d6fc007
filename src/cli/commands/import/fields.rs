//! What can be brought in, and the fields of each kind.

use clap::ValueEnum;

use crate::model::environment::Use;
use crate::model::records::{ChangeOutcome, ChangeStatus, ChangeType, DeploymentReason, DeploymentResult, RunResult};

/// What is brought in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum What {
    /// Entries of a log of deployments
    Deployments,
    /// Entries of a log of incidents
    Incidents,
    /// Requests for change, each a manifest
    Changes,
    /// Entries of a log of pipeline runs
    Pipelines,
    /// Bookings of environments
    Bookings,
    /// Holidays of a calendar
    Holidays,
}

/// What a field takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Takes {
    /// An id of its own.
    Id,
    /// Any text.
    Text,
    /// One of some words.
    Word(&'static [&'static str]),
    /// The id of something that is there.
    Known(Thing),
    /// A day or a time.
    When,
    /// A day.
    Day,
    /// How long, in a unit.
    Clock(Unit),
    /// A whole number between two bounds.
    Number(u32, u32),
    /// Yes or no; no is not written.
    Flag,
}

/// Something that a field can name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Thing {
    Project,
    Environment,
    Release,
    /// A deployment or a release.
    Cause,
    /// A person or a team.
    Owner,
}

/// The unit of a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// As manifests write it, or as a clock does: `38m`, `2h50m`, `0:38:00`.
    Written,
    Minutes,
    Seconds,
}

/// A field that a row can fill.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// How `--map` and `--set` name it.
    pub name: String,
    /// The path in the manifest, with dots.
    pub writes: String,
    /// What it takes.
    pub takes: Takes,
    /// Whether every row must have it.
    pub required: bool,
}

impl What {
    /// The word on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Deployments => "deployments",
            Self::Incidents => "incidents",
            Self::Changes => "changes",
            Self::Pipelines => "pipelines",
            Self::Bookings => "bookings",
            Self::Holidays => "holidays",
        }
    }

    /// The fields, in the order in which they are written.
    pub fn fields(self) -> Vec<Field> {
        use Takes::{Clock, Day, Flag, Id, Known, Number, Text, When, Word};
        use Thing::{Cause, Environment, Owner, Project, Release};
        let fields: &[(&str, Takes)] = match self {
            Self::Deployments => &[
                ("id", Id),
                ("project!", Known(Project)),
                ("version!", Text),
                ("environment!", Known(Environment)),
                ("release", Known(Release)),
                ("started", When),
                ("at!", When),
                ("committed_at", When),
                ("commit", Text),
                ("result!", Word(DeploymentResult::WORDS)),
                ("reason", Word(DeploymentReason::WORDS)),
            ],
            Self::Incidents => &[
                ("id!", Id),
                ("name", Text),
                ("owner", Known(Owner)),
                ("project", Known(Project)),
                ("environment", Known(Environment)),
                ("severity", Number(1, 9)),
                ("opened!", When),
                ("restored", When),
                ("caused_by", Known(Cause)),
            ],
            Self::Changes => &[
                ("id!", Id),
                ("name", Text),
                ("description", Text),
                ("owner", Known(Owner)),
                ("project", Known(Project)),
                ("type", Word(ChangeType::WORDS)),
                ("status", Word(ChangeStatus::WORDS)),
                ("release", Known(Release)),
                ("window.start", When),
                ("window.end", When),
                ("outcome", Word(ChangeOutcome::WORDS)),
            ],
            Self::Pipelines => &[
                ("project!", Known(Project)),
                ("at!", When),
                ("name", Text),
                ("duration!", Clock(Unit::Written)),
                ("duration_minutes", Clock(Unit::Minutes)),
                ("duration_seconds", Clock(Unit::Seconds)),
                ("result", Word(RunResult::WORDS)),
            ],
            Self::Bookings => &[
                ("environment!", Known(Environment)),
                ("id", Id),
                ("from!", When),
                ("to!", When),
                ("units", Number(1, u32::MAX)),
                ("exclusive", Flag),
                ("use", Word(Use::WORDS)),
                ("release", Known(Release)),
                ("purpose", Text),
                ("owner", Known(Owner)),
            ],
            Self::Holidays => &[("date!", Day), ("name", Text)],
        };
        fields.iter().map(|&(name, takes)| Field::new(name, takes)).collect()
    }
}

impl Field {
    fn new(name: &str, takes: Takes) -> Self {
        let plain = name.trim_end_matches('!');
        let writes = if matches!(takes, Takes::Clock(_)) { "duration" } else { plain };
        Self { name: plain.to_owned(), writes: writes.to_owned(), takes, required: name.ends_with('!') }
    }

    /// A key that begins with `x-`: kept, never interpreted.
    pub fn extension(name: &str) -> Self {
        Self::new(name, Takes::Text)
    }
}
