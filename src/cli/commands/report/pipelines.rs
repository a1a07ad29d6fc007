//! `relm report pipelines`.

use clap::Parser;

use super::super::{Command, Status};
use super::days::Days;
use super::metrics;
use crate::cli::args::{self, Format, Global};
use crate::cli::context::Context;
use crate::cli::error::Error;
use crate::cli::written::{self, Texts};
use crate::render::steering::pipelines as render;
use crate::report::steering::pipelines;

/// Show what pipelines cost, which have become slow, and what grew
#[derive(Debug, Parser)]
#[command(
    name = "pipelines",
    after_help = "Examples:\n  relm report pipelines\n  relm report pipelines --project core-banking --explain\n  relm report pipelines --since 2026-07-01 --until 2026-09-30 --format csv\n\nDurations are of runs that ended well; minutes spent are of all. The last 10 runs up to the last day are compared with the up to\n30 before them. A pipeline is slow when its last 10 take a quarter longer, or its last run stands out: longer than median +\n3 × 1.4826 × MAD of the up to 30 before. What grew: runs a week × what each takes longer."
)]
pub struct Pipelines {
    /// List every run with the line it is written in
    #[arg(long)]
    explain: bool,

    #[command(flatten)]
    days: Days,

    #[command(flatten)]
    selection: args::Selection,
}

impl Command for Pipelines {
    const FORMATS: &'static [Format] = metrics::FORMATS;

    fn run(self, global: &Global) -> Result<Status, Error> {
        let mut context = Context::open(global)?;
        context.note_findings();
        let (period, chosen) = self.days.period(context.clock.today)?;
        let selection = self.selection.resolve(&context)?;
        let view = metrics::scoped(&mut context, pipelines::SCHEMA, &selection, period, |header, input, scope| {
            pipelines::Pipelines::new(header, input, scope, chosen.as_deref(), self.explain)
        });
        written::view(
            global,
            &view,
            &Texts { csv: Some(render::csv), openmetrics: Some(render::openmetrics) },
            |view| render::sheet(view, metrics::unicode(global)),
        )?;
        Ok(Status::Done)
    }
}
