//! The manifest types, ids, and the indexed [`Portfolio`].

pub mod decode;
pub mod environment;
pub mod facts;
mod fields;
pub mod index;
pub mod node;
pub mod portfolio;
pub mod project;
pub mod records;
pub mod references;
pub mod release;
pub mod scalar;
pub mod schema;
pub mod told;
pub mod train;
pub mod version;

use crate::choice;
use crate::diagnostic::{Span, Subject};

pub use index::{Allow, Calendars, Damage, Duplicate, Portfolio, Table};
pub use scalar::{Id, Spanned, Text};

choice! {
    /// The kinds of manifest.
    pub enum Kind {
        /// The settings of the portfolio, in `relm.yaml`.
        Portfolio = "portfolio",
        /// Something that ships.
        Project = "project",
        /// Where projects run.
        Environment = "environment",
        /// What ships together.
        Release = "release",
        /// A cadence of releases.
        Train = "train",
        /// A request for change.
        Change = "change",
        /// A log of deployments.
        Deployments = "deployments",
        /// A log of incidents.
        Incidents = "incidents",
        /// A log of builds and tests.
        Pipelines = "pipelines",
        /// Process maturity.
        Assessment = "assessment",
        /// Something that waits.
        Demand = "demand",
        /// A rehearsal or the real thing.
        Run = "run",
    }
}

impl Kind {
    /// Every kind, in the order of the design.
    pub const ALL: [Self; 12] = [
        Self::Portfolio,
        Self::Project,
        Self::Environment,
        Self::Release,
        Self::Train,
        Self::Change,
        Self::Deployments,
        Self::Incidents,
        Self::Pipelines,
        Self::Assessment,
        Self::Demand,
        Self::Run,
    ];

    /// Whether documents of this kind have an `id`.
    pub const fn has_id(self) -> bool {
        !matches!(self, Self::Portfolio | Self::Deployments | Self::Incidents | Self::Pipelines)
    }
}

/// One document, decoded.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs)]
pub enum Manifest {
    Portfolio(Box<portfolio::Settings>),
    Project(Box<project::Project>),
    Environment(Box<environment::Environment>),
    Release(Box<release::Release>),
    Train(Box<train::Train>),
    Change(Box<records::Change>),
    Deployments(records::Deployments),
    Incidents(records::Incidents),
    Pipelines(records::Pipelines),
    Assessment(Box<records::Assessment>),
    Demand(Box<records::Demand>),
    Run(Box<records::Run>),
}

/// A thing with an id and a place, for tables and findings.
pub trait Identified {
    /// The kind of manifest.
    const KIND: Kind;
    /// The id.
    fn id(&self) -> &Id;
    /// The whole document.
    fn span(&self) -> Span;
    /// What every mapping may say.
    fn common(&self) -> &decode::Common;
    /// The subject of a finding about it.
    fn subject(&self) -> Subject {
        Subject::new(Self::KIND.as_str(), self.id())
    }
}

macro_rules! identified {
    ($($ty:ty => $kind:ident),* $(,)?) => {
        $(impl Identified for $ty {
            const KIND: Kind = Kind::$kind;

            fn id(&self) -> &Id {
                &self.id
            }

            fn span(&self) -> Span {
                self.span
            }

            fn common(&self) -> &decode::Common {
                &self.common
            }
        })*
    };
}

identified! {
    project::Project => Project,
    environment::Environment => Environment,
    release::Release => Release,
    train::Train => Train,
    records::Change => Change,
    records::Assessment => Assessment,
    records::Demand => Demand,
    records::Run => Run,
}
