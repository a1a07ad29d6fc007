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
    /// Reports below the root that decide a criterion: one of `junit`, `coverage`, `sarif`, `json` and `csv`. Paths may be
    /// patterns: `*` stays within one folder, `**` crosses folders, hidden files must be named. All files that match count
    /// together; when there is none, or one cannot be read, the criterion is not met.
    pub struct Check {
        /// `JUnit` XML files. A test that was left out proves nothing; one that passed when it was run again has passed.
        pub junit: Option<Text>,
        /// Share of the tests that ran which must have passed, 0 to 1; default all of them.
        pub pass_rate: Option<Spanned<Threshold>>,
        /// How many tests must have run, in all files together; default 1.
        pub min_tests: Option<u32>,
        /// Cobertura XML or LCOV files; lines are summed over all files.
        pub coverage: Option<Text>,
        /// Share of lines covered, 0 to 1; `coverage` needs it.
        pub line_rate: Option<Spanned<Threshold>>,
        /// SARIF 2.1.0 files. Suppressed results do not count.
        pub sarif: Option<Text>,
        /// The level at and above which no result may be; default `error`.
        pub level: Option<ResultLevel>,
        /// JSON files, each of which must have the value.
        pub json: Option<Text>,
        /// CSV files with a head line, each of which must have the value.
        pub csv: Option<Text>,
        /// The place of the value. In JSON: keys and positions from 0 with dots between (`totals.0.open`), or a JSON pointer
        /// (`/totals/0/open`). In CSV: `COLUMN` for the last row, or `COLUMN[KEY=VALUE]` for the last row whose column KEY
        /// holds VALUE.
        pub path: Option<Text>,
        /// What the value must be; `json` and `csv` need it.
        pub value: Option<Spanned<Threshold>>,
        /// How old the oldest report may be: by the date it bears itself (times without a zone are UTC), else by the commit
        /// that last changed it. A file that is not committed as it stands has no date.
        pub max_age: Option<Spanned<Days>>,
    }
}

choice! {
    /// A kind of report.
    pub enum ReportKind {
        /// Tests.
        Junit = "junit",
        /// Covered lines.
        Coverage = "coverage",
        /// What an analysis found.
        Sarif = "sarif",
        /// A value in JSON.
        Json = "json",
        /// A value in CSV.
        Csv = "csv",
    }
}

impl Check {
    /// What it reads: kinds of report with their paths or patterns. One, unless the manifest is wrong.
    pub fn reports(&self) -> Vec<(ReportKind, &Text)> {
        let Self { junit, coverage, sarif, json, csv, .. } = self;
        let all = [
            (ReportKind::Junit, junit),
            (ReportKind::Coverage, coverage),
            (ReportKind::Sarif, sarif),
            (ReportKind::Json, json),
            (ReportKind::Csv, csv),
        ];
        all.into_iter().filter_map(|(kind, path)| Some((kind, path.as_ref()?))).collect()
    }
}

choice! {
    /// How bad a result of an analysis is, the least first.
    pub enum ResultLevel {
        /// Worth knowing.
        Note = "note",
        /// A problem.
        Warning = "warning",
        /// A serious problem.
        Error = "error",
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
