//! `relm env state`.

use clap::Parser;

use super::super::{Command, Status};
use crate::cli::args::{self, Format, Global};
use crate::cli::context::Context;
use crate::cli::error::Error;
use crate::render::{env::state as render, json};
use crate::report::env::state;

/// Show which versions are installed where, by the records of deployments
#[derive(Debug, Parser)]
#[command(
    name = "state",
    after_help = "Examples:\n  relm env state                           every project in every environment\n  relm env state staging-1 prod            what differs between two\n  relm env state --time 2026-11-01T18:00   as it was then\n  relm env state --stage prod --format csv"
)]
pub struct State {
    /// Show these environments, globs allowed; two are compared
    #[arg(value_name = "ENV")]
    environments: Vec<String>,

    /// Show what was installed at this day or time, in the zone of each environment; default now
    #[arg(long, value_name = "DATE|DATETIME")]
    time: Option<String>,

    #[command(flatten)]
    selection: args::Selection,
}

impl Command for State {
    const FORMATS: &'static [Format] = &[Format::Human, Format::Json, Format::Csv, Format::Markdown];

    fn run(self, global: &Global) -> Result<Status, Error> {
        let mut context = Context::open(global)?;
        context.note_findings();
        let time = super::time(self.time.as_deref())?;
        let selection = super::selection(&self.environments, &self.selection, &context)?;
        let wanted = super::selected(&context, &selection);
        let compare = !self.environments.is_empty();
        let view = super::view(&mut context, state::SCHEMA, |header, input| {
            state::State::new(header, input, &wanted, time, compare)
        });
        global.write(&match global.format {
            Format::Json => json::render(&view),
            Format::Csv => render::csv::render(&view),
            Format::Markdown => render::markdown::render(&view),
            _ => render::human::render(&view, &global.style()),
        })?;
        Ok(Status::Done)
    }
}
