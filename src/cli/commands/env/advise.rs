//! `relm env advise`.

use clap::Parser;

use super::super::{Command, Status};
use super::period;
use crate::cli::args::{self, Format, Global};
use crate::cli::context::Context;
use crate::cli::error::Error;
use crate::render::{env::advise as render, json};
use crate::report::env::advise;

/// Compare what environments cost standing all the time and made on demand
#[derive(Debug, Parser)]
#[command(
    name = "advise",
    after_help = "Examples:\n  relm env advise                        every environment, over the twelve months around today\n  relm env advise perf uat-2 --months 6\n  relm env advise --stage uat --from 2027-01-01 --to 2027-12-31\n  relm env advise --format json\n\nStanding all the time costs every day, one set-up, and the waiting where more is asked for than there is. On demand costs each set-up and the days it runs. An amount that nobody wrote is unknown; where it could turn the answer, there is none."
)]
pub struct Advise {
    /// Look at these environments; globs allowed
    #[arg(value_name = "ENV")]
    environments: Vec<String>,

    /// Look at so many months, half of them before today; default 12
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=240))]
    months: Option<u32>,

    #[command(flatten)]
    selection: args::Selection,
}

impl Command for Advise {
    const FORMATS: &'static [Format] = &[Format::Human, Format::Json, Format::Markdown];

    fn run(self, global: &Global) -> Result<Status, Error> {
        let mut context = Context::open(global)?;
        context.note_findings();
        let mut selection = super::selection(&self.environments, &self.selection, &context)?;
        // Here they say what is compared of an environment, not which.
        let (from, to) = (selection.from.take(), selection.to.take());
        if from.is_some() && to.is_some() && self.months.is_some() {
            return Err(Error::usage("`--from` and `--to` say it all").hint("leave `--months` or one of them out"));
        }
        let wanted = super::selected(&context, &selection);
        let period = period::of_advice(from, to, self.months.unwrap_or(12), context.clock.today);
        let view = super::view(&mut context, advise::SCHEMA, |header, input| {
            advise::Advise::new(header, input, &wanted, &period)
        });
        global.write(&match global.format {
            Format::Json => json::render(&view),
            Format::Markdown => render::markdown(&view),
            _ => render::human(&view, &global.style()),
        })?;
        Ok(Status::Done)
    }
}
