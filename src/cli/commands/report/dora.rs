//! `relm report dora`.

use clap::Parser;

use super::super::{Command, Status};
use super::metrics::{self, Options, Report};
use crate::analysis::metrics::{By, dora};
use crate::cli::args::{Format, Global};
use crate::cli::error::Error;
use crate::report::metrics::DORA_SCHEMA;

/// Measure delivery: lead time, frequency, recovery, fail rate and rework
#[derive(Debug, Parser)]
#[command(
    name = "dora",
    after_help = "Examples:\n  relm report dora                               the last 90 days, up to today\n  relm report dora --since 2026-07-01 --until 2026-09-30 --by month\n  relm report dora --project web-bank --explain change_lead_time\n  relm report dora --compare previous            with the 90 days before\n  relm report dora --fail-below-target           exit 1 when a target in `relm.yaml` is missed\n  relm report dora --format openmetrics -o relm.prom\n\nThe five metrics of dora.dev, of deployments to the last stage; a day counts in the zone of its environment, and both ends of the\nperiod belong to it. Incidents count for the deployment they name, whenever they were noticed. Without data a value is n/a, never 0."
)]
pub struct Dora {
    #[command(flatten)]
    options: Options,
}

impl Command for Dora {
    const FORMATS: &'static [Format] = metrics::FORMATS;

    fn run(self, global: &Global) -> Result<Status, Error> {
        let report =
            Report { title: "delivery", schema: DORA_SCHEMA, definitions: || dora().collect(), by: Some(By::Project) };
        self.options.run(global, report)
    }
}
