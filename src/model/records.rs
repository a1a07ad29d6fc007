//! Records: what happened, written by pipelines or people.

use chrono::NaiveDate;

use super::decode::Map;
use super::release::{Approval, TimeWindow};
use super::scalar::{Bounded, Id, Minutes, Spanned, Text};
use crate::time::duration::Effort;
use crate::time::when::When;
use crate::{choice, record};

record! {
    /// A request for change.
    pub struct Change {
        /// The id.
        pub id: Id,
        /// The project that changes.
        pub project: Option<Id>,
        /// How it is authorised; default normal.
        pub r#type: Option<ChangeType>,
        /// Where it stands; default draft.
        pub status: Option<Spanned<ChangeStatus>>,
        /// The release that carries it.
        pub release: Option<Id>,
        /// When it is implemented.
        pub window: Option<TimeWindow>,
        /// How it ended, when closed.
        pub outcome: Option<Spanned<ChangeOutcome>>,
        /// Who decided.
        pub approvals: Vec<Approval>,
    }
}

choice! {
    /// How a change is authorised.
    pub enum ChangeType {
        /// Pre-authorised.
        Standard = "standard",
        /// Authorised one by one.
        Normal = "normal",
        /// Authorised in haste.
        Emergency = "emergency",
    }
}

choice! {
    /// Where a change stands.
    pub enum ChangeStatus {
        /// Being written.
        Draft = "draft",
        /// Waiting for a decision.
        Submitted = "submitted",
        /// Allowed.
        Approved = "approved",
        /// Refused.
        Rejected = "rejected",
        /// Done.
        Implemented = "implemented",
        /// Done and reviewed.
        Closed = "closed",
    }
}

choice! {
    /// How a change ended.
    pub enum ChangeOutcome {
        /// As planned.
        Successful = "successful",
        /// Taken back.
        BackedOut = "backed-out",
        /// Failed.
        Failed = "failed",
    }
}

record! {
    /// A log of deployments.
    pub struct Deployments {
        /// The deployments.
        pub entries: Vec<Deployment>,
    }
}

record! {
    /// One deployment of one project to one environment.
    pub struct Deployment {
        /// The id.
        pub id: Option<Id>,
        /// The project.
        pub project: Id,
        /// The version installed.
        pub version: Text,
        /// Where.
        pub environment: Id,
        /// The release it belongs to.
        pub release: Option<Id>,
        /// When it began.
        pub started: Option<Spanned<When>>,
        /// When it finished.
        pub at: Spanned<When>,
        /// When the change was committed.
        pub committed_at: Option<Spanned<When>>,
        /// The commit deployed.
        pub commit: Option<Text>,
        /// How it ended.
        pub result: Spanned<DeploymentResult>,
        /// Why; default planned.
        pub reason: Option<DeploymentReason>,
    }
}

choice! {
    /// How a deployment ended.
    pub enum DeploymentResult {
        /// It runs.
        Succeeded = "succeeded",
        /// It failed.
        Failed = "failed",
        /// It was taken back.
        RolledBack = "rolled-back",
        /// It was called off.
        Aborted = "aborted",
    }
}

choice! {
    /// Why a deployment was made.
    pub enum DeploymentReason {
        /// As planned.
        Planned = "planned",
        /// To mend a fault.
        Fix = "fix",
        /// To go back.
        Rollback = "rollback",
    }
}

record! {
    /// A log of incidents.
    pub struct Incidents {
        /// The incidents.
        pub entries: Vec<Incident>,
    }
}

record! {
    /// An incident.
    pub struct Incident {
        /// The id.
        pub id: Id,
        /// The project that failed.
        pub project: Option<Id>,
        /// Where.
        pub environment: Option<Id>,
        /// 1, worst, upwards.
        pub severity: Option<Bounded<1, 9>>,
        /// When it began.
        pub opened: Spanned<When>,
        /// When service was back.
        pub restored: Option<Spanned<When>>,
        /// The deployment or the release that caused it.
        pub caused_by: Option<Id>,
    }
}

record! {
    /// A log of builds and tests.
    pub struct Pipelines {
        /// The runs.
        pub entries: Vec<PipelineRun>,
    }
}

record! {
    /// One run of a pipeline. Its `name` says which.
    pub struct PipelineRun {
        /// The project.
        pub project: Id,
        /// When it finished.
        pub at: Spanned<When>,
        /// How long it took.
        pub duration: Spanned<Minutes>,
        /// How it ended.
        pub result: Option<RunResult>,
    }
}

choice! {
    /// How a pipeline ended.
    pub enum RunResult {
        /// Well.
        Succeeded = "succeeded",
        /// Badly.
        Failed = "failed",
        /// It was called off.
        Aborted = "aborted",
    }
}

record! {
    /// Process maturity, 0 to 5 per practice.
    pub struct Assessment {
        /// The id.
        pub id: Id,
        /// When it was made.
        pub date: Spanned<NaiveDate>,
        /// 0 to 5 by practice.
        pub scores: Map<Spanned<Bounded<0, 5>>>,
    }
}

record! {
    /// Something that waits to be scheduled.
    pub struct Demand {
        /// The id.
        pub id: Id,
        /// The project.
        pub project: Option<Id>,
        /// What it is worth; larger is more.
        pub value: Option<f64>,
        /// Work.
        pub effort: Option<Spanned<Effort>>,
        /// When it is wanted by.
        pub wanted_by: Option<Spanned<NaiveDate>>,
    }
}

record! {
    /// A rehearsal of a deployment, or the real thing.
    pub struct Run {
        /// The id.
        pub id: Id,
        /// The release.
        pub release: Id,
        /// Whether it was a rehearsal.
        pub rehearsal: Option<bool>,
        /// What happened.
        pub entries: Vec<RunEntry>,
    }
}

record! {
    /// What happened to a step.
    pub struct RunEntry {
        /// The step of the deployment.
        pub step: Id,
        /// What happened.
        pub event: RunEvent,
        /// When.
        pub at: Spanned<When>,
        /// Who says so.
        pub by: Option<Id>,
        /// Anything worth keeping.
        pub note: Option<Text>,
    }
}

choice! {
    /// What can happen to a step.
    pub enum RunEvent {
        /// It began.
        Started = "started",
        /// It is done.
        Finished = "finished",
        /// It failed.
        Failed = "failed",
        /// It was left out.
        Skipped = "skipped",
    }
}
