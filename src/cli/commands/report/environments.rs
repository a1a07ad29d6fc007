//! `relm report environments`.

use clap::Parser;

use super::super::{Command, Status};
use super::metrics::{self, Options, Report};
use crate::analysis::metrics::{By, environments};
use crate::cli::args::{Format, Global};
use crate::cli::error::Error;
use crate::report::metrics::ENVIRONMENTS_SCHEMA;

/// Measure environments: used, idle, wanted by too many, booked how early
#[derive(Debug, Parser)]
#[command(
    name = "environments",
    after_help = "Examples:\n  relm report environments                 the last 90 days, each environment\n  relm report environments --by stage\n  relm report environments --env 'uat-*' --by month --since 2026-01-01\n  relm report environments --explain environment_contention\n\nThe arithmetic is that of `relm env usage`, which also knows costs."
)]
pub struct Environments {
    #[command(flatten)]
    options: Options,
}

impl Command for Environments {
    const FORMATS: &'static [Format] = metrics::FORMATS;

    fn run(self, global: &Global) -> Result<Status, Error> {
        let definitions = || environments().collect();
        let report =
            Report { title: "environments", schema: ENVIRONMENTS_SCHEMA, definitions, by: Some(By::Environment) };
        self.options.run(global, report)
    }
}
