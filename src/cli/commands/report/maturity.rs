//! `relm report maturity`.

use clap::Parser;

use super::super::{Command, Status};
use super::days::Days;
use super::metrics;
use crate::cli::args::{self, Format, Global};
use crate::cli::context::Context;
use crate::cli::error::Error;
use crate::cli::written::{self, Texts};
use crate::load::facts::Wants;
use crate::render::steering::maturity as render;
use crate::report::steering::maturity;

/// Show assessments over time, and what is measured beside the scores
#[derive(Debug, Parser)]
#[command(
    name = "maturity",
    after_help = "Examples:\n  relm report maturity\n  relm report maturity --since 2026-01-01 --until 2026-12-31\n  relm report maturity --format markdown\n\nA practice is known by the words of its name: `environments` is measured by use, contention and how far ahead is booked, `gates` by\nfirst-pass yield, waiting time and approval coverage, `improvement` by due actions that are done, and so on for coordination,\nreporting, change, deployment, build, testing, incidents, communication, training, risk, artifacts and scope. Scores are never\nmade up: where one of 4 or 5 stands beside a value that is missing or misses its target, that is said."
)]
pub struct Maturity {
    #[command(flatten)]
    days: Days,

    #[command(flatten)]
    selection: args::Selection,
}

impl Command for Maturity {
    const FORMATS: &'static [Format] = metrics::FORMATS;

    fn run(self, global: &Global) -> Result<Status, Error> {
        let mut context = Context::open(global)?;
        context.note_findings();
        let (period, chosen) = self.days.period(context.clock.today)?;
        let selection = self.selection.resolve(&context)?;
        // As in the reports of metrics, so that lead times of targets are the same there and here.
        context.learn(Wants { repositories: true, ..Wants::default() });
        let view = metrics::scoped(&mut context, maturity::SCHEMA, &selection, period, |header, input, scope| {
            maturity::Maturity::new(header, input, scope, chosen.as_deref())
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
