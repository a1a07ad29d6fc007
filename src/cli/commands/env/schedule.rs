//! `relm env schedule`.

use clap::{Parser, ValueEnum};

use super::super::{Command, Status};
use crate::cli::args::{self, Format, Global};
use crate::cli::context::Context;
use crate::cli::error::Error;
use crate::render::{env::schedule as render, json};
use crate::report::env::schedule::{self, Days, Timeline};

/// Show over days or weeks how full environments are, and when they are closed
#[derive(Debug, Parser)]
#[command(
    name = "schedule",
    after_help = "Examples:\n  relm env schedule                        this week and six more\n  relm env schedule --stage uat --from 2026-12-01 --to 2026-12-31\n  relm env schedule 'sit-*' --by week --to 2027-06-30\n  relm env schedule --format svg -o environments.svg\n  relm env schedule --format csv           a line for each environment and day"
)]
pub struct Schedule {
    /// Show these environments; globs allowed
    #[arg(value_name = "ENV")]
    environments: Vec<String>,

    /// What a column stands for; by default days where they fit
    #[arg(long, value_name = "day|week", hide_possible_values = true)]
    by: Option<By>,

    #[command(flatten)]
    selection: args::Selection,
}

/// What a column stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum By {
    /// A day.
    Day,
    /// A week, from Monday.
    Week,
}

/// The most cells in one answer: two years of days for a thousand environments.
const MOST_CELLS: usize = 750_000;

impl Command for Schedule {
    const FORMATS: &'static [Format] = &[Format::Human, Format::Json, Format::Csv, Format::Markdown, Format::Svg];

    fn run(self, global: &Global) -> Result<Status, Error> {
        let mut context = Context::open(global)?;
        context.note_findings();
        let mut selection = super::selection(&self.environments, &self.selection, &context)?;
        // Here they say what is shown of an environment, not which.
        let (from, to) = (selection.from.take(), selection.to.take());
        let wanted = super::selected(&context, &selection);
        let days = |weeks| Days::new(from, to, context.clock.today, weeks);
        let weeks = match (self.by, global.format) {
            (Some(by), _) => by == By::Week,
            (None, Format::Json | Format::Csv) => false,
            (None, Format::Markdown) => true,
            (None, Format::Svg) => !render::svg::fits(days(false)),
            (None, _) => {
                let ids = wanted.iter().map(|&index| &*context.loaded.portfolio.environments[index].id);
                !render::human::fits(days(false), ids, &global.style())
            }
        };
        let days = days(weeks);
        let columns = usize::try_from(days.count()).unwrap_or(usize::MAX) / if weeks { 7 } else { 1 };
        if columns.saturating_mul(wanted.len()) > MOST_CELLS {
            let (what, environments) = (if weeks { "weeks" } else { "days" }, wanted.len());
            let message = format!("{columns} {what} of {environments} environments are too much for one answer");
            return Err(Error::usage(message).hint("ask for a shorter time, fewer environments, or `--by week`"));
        }
        let view =
            super::view(&mut context, schedule::SCHEMA, |header, input| Timeline::new(header, input, &wanted, days));
        global.write(&match global.format {
            Format::Json => json::render(&view),
            Format::Csv => render::csv::render(&view),
            Format::Markdown => render::markdown::render(&view),
            Format::Svg => render::svg::render(&view),
            _ => render::human::render(&view, &global.style()),
        })?;
        Ok(Status::Done)
    }
}
