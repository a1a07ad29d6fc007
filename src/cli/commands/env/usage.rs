//! `relm env usage`.

use clap::{Parser, ValueEnum};

use super::super::{Command, Status};
use super::period;
use crate::cli::args::{self, Format, Global};
use crate::cli::context::Context;
use crate::cli::error::Error;
use crate::render::{env::usage as render, json};
use crate::report::env::usage;

/// Measure how well environments are used: utilisation, contention, idle, cost
#[derive(Debug, Parser)]
#[command(
    name = "usage",
    after_help = "Examples:\n  relm env usage                         the last three full months\n  relm env usage 'uat-*' --from 2026-01-01 --to 2026-12-31\n  relm env usage --by month --from 2026-01-01\n  relm env usage --by team               who asks for how much\n  relm env usage --format csv -o usage.csv\n\nUsed is booked ÷ available unit-hours, where available is the capacity without outages and maintenance. Over is demand above the capacity ÷ demand. Drafts are counted apart."
)]
pub struct Usage {
    /// Look at these environments; globs allowed
    #[arg(value_name = "ENV")]
    environments: Vec<String>,

    /// What a line stands for
    #[arg(
        long,
        value_name = "environment|stage|team|month",
        default_value = "environment",
        hide_possible_values = true,
        hide_default_value = true
    )]
    by: By,

    #[command(flatten)]
    selection: args::Selection,
}

/// What a line stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum By {
    /// An environment.
    Environment,
    /// The environments of a stage together.
    Stage,
    /// What a team asks for.
    Team,
    /// All environments in one month.
    Month,
}

impl From<By> for usage::By {
    fn from(by: By) -> Self {
        match by {
            By::Environment => Self::Environment,
            By::Stage => Self::Stage,
            By::Team => Self::Team,
            By::Month => Self::Month,
        }
    }
}

impl Command for Usage {
    const FORMATS: &'static [Format] = &[Format::Human, Format::Json, Format::Csv, Format::Markdown];

    fn run(self, global: &Global) -> Result<Status, Error> {
        let mut context = Context::open(global)?;
        context.note_findings();
        let mut selection = super::selection(&self.environments, &self.selection, &context)?;
        // Here they say what is measured of an environment, not which.
        let (from, to) = (selection.from.take(), selection.to.take());
        let wanted = super::selected(&context, &selection);
        let period = period::of_usage(from, to, context.clock.today);
        let view = super::view(&mut context, usage::SCHEMA, |header, input| {
            usage::Usage::new(header, input, &wanted, &period, self.by.into())
        });
        global.write(&match global.format {
            Format::Json => json::render(&view),
            Format::Csv => render::csv(&view),
            Format::Markdown => render::markdown(&view),
            _ => render::human(&view, &global.style()),
        })?;
        Ok(Status::Done)
    }
}
