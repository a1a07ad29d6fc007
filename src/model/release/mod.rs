//! `kind: release`: what ships, when, in which steps, and who agreed.

mod around;
mod deployment;
mod gate;
mod phase;

use chrono::NaiveDate;

use super::decode::{Decode, Decoder};
use super::node::Node;
use super::portfolio::Rating;
use super::scalar::{DayLag, Id, Percent, Spanned, Text};
use crate::diagnostic::Span;
use crate::time::duration::Lag;
use crate::{choice, record};

pub use around::{
    Action, ActionStatus, Budget, Communication, Emergency, Escalation, HandoverItem, RequirementItem, Retrospective,
    Review, Stakeholder, Support, Training, TrainingStatus, Vendor,
};
pub use deployment::{
    Approach, At, Backout, Delivery, Deployment, Mode, Rehearsal, RehearsalResult, Rollout, Step, StepDependency,
    StepDependencyItem, TimeWindow, Wave,
};
pub use gate::{Approval, Check, Criterion, CriterionStatus, Decision, Gate, ReportKind, ResultLevel, Waiver};
pub use phase::{Actual, Dependency, DependencyItem, EnvironmentUse, EnvironmentUseItem, Link, Milestone, Phase};

record! {
    /// What ships together, when, in which steps, and who agreed.
    pub struct Release {
        /// The id.
        pub id: Id,
        /// The release type.
        pub r#type: Id,
        /// Where it stands; default draft.
        pub status: Option<Spanned<Status>>,
        /// The composite release it is part of.
        pub part_of: Option<Id>,
        /// 0 to 100, default 50; who yields when two compete.
        pub priority: Option<Spanned<Percent>>,
        /// When it was announced; notice counts from here.
        pub announced: Option<Spanned<NaiveDate>>,
        /// The date promised to the business.
        pub target: Option<Spanned<NaiveDate>>,
        /// The working calendar; default `default`.
        pub calendar: Option<Id>,
        /// What could go wrong.
        pub risk: Option<Box<Risk>>,
        /// The projects and versions that ship.
        pub scope: Vec<ScopeItem>,
        /// The gate after which scope changes count as churn.
        pub scope_locked_by: Option<Id>,
        /// Releases that must finish before this one starts.
        pub depends_on: Vec<ReleaseDependency>,
        /// The branch it is prepared on.
        pub branch: Option<Box<Branch>>,
        /// The phases.
        pub phases: Vec<Phase>,
        /// The milestones.
        pub milestones: Vec<Milestone>,
        /// The gates.
        pub gates: Vec<Gate>,
        /// The deployment plan.
        pub deployment: Option<Box<Deployment>>,
        /// Who is told what, when.
        pub communications: Vec<Communication>,
        /// Who is trained, when.
        pub training: Vec<Training>,
        /// Who has an interest.
        pub stakeholders: Vec<Stakeholder>,
        /// Who hears of lateness, when.
        pub escalation: Vec<Escalation>,
        /// Support after the release.
        pub support: Option<Box<Support>>,
        /// What an emergency release must say.
        pub emergency: Option<Box<Emergency>>,
        /// Money.
        pub budget: Option<Box<Budget>>,
        /// What others deliver.
        pub vendors: Vec<Vendor>,
        /// What it must do, and the gate that verifies it.
        pub requirements: Vec<RequirementItem>,
        /// When it began and shipped.
        pub actual: Option<Actual>,
        /// What was learnt.
        pub retrospective: Option<Box<Retrospective>>,
    }
}

choice! {
    /// Where a release stands.
    pub enum Status {
        /// An idea; books tentatively.
        Draft = "draft",
        /// Agreed.
        Planned = "planned",
        /// Work has begun.
        InProgress = "in-progress",
        /// Shipped.
        Released = "released",
        /// Shipped, reviewed and done.
        Closed = "closed",
        /// Called off.
        Cancelled = "cancelled",
    }
}

impl Status {
    /// Whether nothing more will happen.
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Released | Self::Closed | Self::Cancelled)
    }
}

record! {
    /// What could go wrong.
    pub struct Risk {
        /// How much would be hit.
        pub impact: Option<Spanned<Rating>>,
        /// How hard it is.
        pub complexity: Option<Spanned<Rating>>,
        /// Single risks.
        pub register: Vec<RiskItem>,
    }
}

record! {
    /// A single risk.
    pub struct RiskItem {
        /// The id.
        pub id: Id,
        /// How likely.
        pub likelihood: Option<Rating>,
        /// How bad.
        pub impact: Option<Rating>,
        /// What is done about it.
        pub mitigation: Option<Text>,
        /// By when.
        pub due: Option<Spanned<NaiveDate>>,
        /// Where it stands; default open.
        pub status: Option<RiskStatus>,
    }
}

choice! {
    /// Where a risk or an action stands.
    pub enum RiskStatus {
        /// Still there.
        Open = "open",
        /// Dealt with.
        Closed = "closed",
        /// Lived with.
        Accepted = "accepted",
    }
}

record! {
    /// A project and the version that ships.
    pub struct ScopeItem {
        /// The project.
        pub project: Id,
        /// The version that ships.
        pub version: Option<Text>,
        /// The version it replaces.
        pub from: Option<Text>,
        /// The commit it is built from.
        pub commit: Option<Text>,
        /// The changes it carries.
        pub changes: Vec<Id>,
        /// The files that ship.
        pub artifacts: Vec<Artifact>,
    }
}

record! {
    /// A file of the definitive media library.
    pub struct Artifact {
        /// A path below the root, or an address.
        pub uri: Text,
        /// Its SHA-256, hexadecimal.
        pub sha256: Option<Text>,
        /// Its licence.
        pub licence: Option<Licence>,
    }
}

record! {
    /// A licence.
    pub struct Licence {
        /// The day it ends.
        pub expires: Option<Spanned<NaiveDate>>,
    }
}

/// A release that must finish before another starts.
#[derive(Debug, Clone, PartialEq)]
pub struct ReleaseDependency {
    /// The release.
    pub release: Id,
    /// Time between its finish and the start.
    pub lag: Lag,
    /// The whole entry.
    pub span: Span,
}

record! {
    /// A release that must finish before another starts, with time between.
    pub struct LaggedRelease {
        /// The release.
        pub release: Id,
        /// Time between its finish and the start.
        pub lag: Option<DayLag>,
    }
}

impl Decode for ReleaseDependency {
    fn decode(node: &Node<'_>, cx: &mut Decoder) -> Option<Self> {
        if node.text().is_some() {
            return Some(Self { release: Id::decode(node, cx)?, lag: Lag::ZERO, span: node.span });
        }
        let LaggedRelease { release, lag, span, .. } = LaggedRelease::decode(node, cx)?;
        Some(Self { release, lag: lag.map_or(Lag::ZERO, |lag| lag.0), span })
    }

    fn schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let id = Id::schema(generator);
        let record = LaggedRelease::schema(generator);
        schemars::json_schema!({"anyOf": [id, record]})
    }
}

record! {
    /// The branch a release is prepared on.
    pub struct Branch {
        /// When it is cut.
        pub cut: Option<Spanned<NaiveDate>>,
        /// From when only fixes go in.
        pub code_freeze: Option<Spanned<NaiveDate>>,
    }
}
