//! `relm report gates`.

use clap::{Parser, ValueEnum};

use super::super::{Command, Status};
use super::days::Days;
use super::metrics;
use crate::cli::args::{self, Format, Global};
use crate::cli::context::Context;
use crate::cli::error::Error;
use crate::cli::written::{self, Texts};
use crate::render::steering::gates as render;
use crate::report::steering::gates::{self, Grouping};

/// Show how gates pass, what waits for a decision, what fails and what is waived
#[derive(Debug, Parser)]
#[command(
    name = "gates",
    after_help = "Examples:\n  relm report gates\n  relm report gates --by team --since 2026-07-01 --until 2026-09-30\n  relm report gates --by month --type major\n  relm report gates --format csv -o gates.csv\n\nA gate belongs to the day of its last decision, else to its last day. First pass: it passed and nobody ever said no. Waiting time:\nfrom `submitted` to the last decision; where nobody wrote when it was asked for, the time past the last day. A gate waits since it\nwas submitted, else since its last day was over. A criterion failed where it is not met and its gate is late, or its release is\nover; `to come` are those with time left. Who owns a release or wrote its scope is not among those who can decide where duties\nare separated."
)]
pub struct Gates {
    /// Put gates together by this; default: gate
    #[arg(
        long,
        value_name = "gate|type|team|month",
        hide_possible_values = true,
        default_value = "gate",
        hide_default_value = true
    )]
    by: Cut,

    #[command(flatten)]
    days: Days,

    #[command(flatten)]
    selection: args::Selection,
}

/// What gates are put together by, on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Cut {
    Gate,
    Type,
    Team,
    Month,
}

impl From<Cut> for Grouping {
    fn from(cut: Cut) -> Self {
        match cut {
            Cut::Gate => Self::Gate,
            Cut::Type => Self::Type,
            Cut::Team => Self::Team,
            Cut::Month => Self::Month,
        }
    }
}

impl Command for Gates {
    const FORMATS: &'static [Format] = metrics::FORMATS;

    fn run(self, global: &Global) -> Result<Status, Error> {
        let mut context = Context::open(global)?;
        context.note_findings();
        let (period, chosen) = self.days.period(context.clock.today)?;
        let selection = self.selection.resolve(&context)?;
        let view = metrics::scoped(&mut context, gates::SCHEMA, &selection, period, |header, input, scope| {
            gates::Gates::new(header, input, scope, chosen.as_deref(), self.by.into())
        });
        written::view(
            global,
            &view,
            &Texts { csv: Some(render::csv), openmetrics: Some(render::openmetrics) },
            render::sheet,
        )?;
        Ok(Status::Done)
    }
}
