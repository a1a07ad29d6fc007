//! Gates: what must be met and who must approve before work goes on.

use chrono::NaiveDate;

use crate::model::portfolio::RequiredApproval;
use crate::model::scalar::{Days, Id, Spanned, Text, Threshold};
use crate::time::when::When;
use crate::{choice, record};

record! {
    /// A decision: what must be met and who must approve before work goes on.
    pub struct Gate {
        /// The id; a gate template of this name supplies criteria and required approvals.
        pub id: Id,
        /// What it guards: `first`, `production` or a phase.
        pub before: Option<Id>,
        /// The last day; default the last working day before what it guards.
        pub due: Option<Spanned<NaiveDate>>,
        /// When the decision was asked for.
        pub submitted: Option<Spanned<When>>,
        /// What must be met.
        pub criteria: Vec<Criterion>,
        /// Who must approve.
        pub requires: Vec<RequiredApproval>,
        /// Who has.
        pub approvals: Vec<Approval>,
    }
}

record! {
    /// Something that must be met.
    pub struct Criterion {
        /// The id.
        pub id: Id,
        /// Whether it is met; default unmet.
        pub status: Option<Spanned<CriterionStatus>>,
        /// A file below the root that shows it.
        pub evidence: Option<Text>,
        /// A report that decides it.
        pub check: Option<Box<Check>>,
        /// Why it is not demanded.
        pub waiver: Option<Waiver>,
    }
}

choice! {
    /// Whether a criterion is met.
    pub enum CriterionStatus {
        /// It is met.
        Met = "met",
        /// It is not met.
        Unmet = "unmet",
        /// It is not demanded, for a reason.
        Waived = "waived",
        /// It does not apply.
        NotApplicable = "not-applicable",
    }
}

record! {
    /// A report below the root that decides a criterion.
    pub struct Check {
        /// `JUnit` XML files.
        pub junit: Option<Text>,
        /// Share of tests that passed.
        pub pass_rate: Option<Spanned<Threshold>>,
        /// How many tests there must be.
        pub min_tests: Option<u32>,
        /// Cobertura XML or LCOV files.
        pub coverage: Option<Text>,
        /// Share of lines covered.
        pub line_rate: Option<Spanned<Threshold>>,
        /// SARIF files.
        pub sarif: Option<Text>,
        /// The level at and above which no result may be.
        pub level: Option<Text>,
        /// A JSON file.
        pub json: Option<Text>,
        /// A CSV file.
        pub csv: Option<Text>,
        /// The place of the value in the JSON or CSV file.
        pub path: Option<Text>,
        /// What the value must be.
        pub value: Option<Spanned<Threshold>>,
        /// How old the report may be.
        pub max_age: Option<Spanned<Days>>,
    }
}

record! {
    /// Why a criterion is not demanded.
    pub struct Waiver {
        /// Who decided.
        pub by: Option<Id>,
        /// Why.
        pub reason: Option<Text>,
        /// The last day it holds.
        pub expires: Option<Spanned<NaiveDate>>,
    }
}

record! {
    /// Somebody's decision on a gate or a change.
    pub struct Approval {
        /// In which role.
        pub role: Id,
        /// Who.
        pub by: Id,
        /// When.
        pub at: Option<Spanned<When>>,
        /// What; default approved.
        pub decision: Option<Decision>,
        /// Anything worth keeping.
        pub note: Option<Text>,
    }
}

choice! {
    /// What was decided.
    pub enum Decision {
        /// Yes.
        Approved = "approved",
        /// No.
        Rejected = "rejected",
    }
}
