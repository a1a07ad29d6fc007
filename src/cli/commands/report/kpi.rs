//! `relm report kpi`.

use clap::Parser;

use super::super::{Command, Status};
use super::metrics::{self, Options, Report};
use crate::analysis::metrics::kpis;
use crate::cli::args::{Format, Global};
use crate::cli::error::Error;
use crate::report::metrics::KPI_SCHEMA;

/// Measure releases: on time, gates, changes, environments, slips, maturity
#[derive(Debug, Parser)]
#[command(
    name = "kpi",
    after_help = "Examples:\n  relm report kpi                          the last 90 days, up to today\n  relm report kpi --since 2026-01-01 --until 2026-12-31 --by quarter\n  relm report kpi --by team\n  relm report kpi --explain on_time_rate   the releases behind it, and those left out\n  relm report kpi --compare HEAD~20        with the portfolio as it was\n\nA release counts in the period in which it shipped (`actual.end`), a gate on the day of its last decision, a change on the last day\nof its window. Without data a value is n/a, never 0; the report says what it is made from."
)]
pub struct Kpi {
    #[command(flatten)]
    options: Options,
}

impl Command for Kpi {
    const FORMATS: &'static [Format] = metrics::FORMATS;

    fn run(self, global: &Global) -> Result<Status, Error> {
        let report = Report { title: "releases", schema: KPI_SCHEMA, definitions: || kpis().collect(), by: None };
        self.options.run(global, report)
    }
}
