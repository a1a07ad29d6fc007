//! `relm env conflicts`.

use clap::Parser;

use super::super::{Command, Status};
use crate::cli::args::{self, Format, Global};
use crate::cli::context::Context;
use crate::cli::error::Error;
use crate::render::{env::conflicts as render, json};
use crate::report::env::conflicts;

/// Show where bookings collide, with everyone who takes part and who yields
#[derive(Debug, Parser)]
#[command(
    name = "conflicts",
    after_help = "Examples:\n  relm env conflicts                     what collides now and later\n  relm env conflicts uat-1 'sit-*'        in these environments\n  relm env conflicts --release payments-2026.12\n  relm env conflicts --all               what is over too\n  relm env conflicts --format json        for programs, always with what is over"
)]
pub struct Conflicts {
    /// Look at these environments; globs allowed
    #[arg(value_name = "ENV")]
    environments: Vec<String>,

    /// Show what is over too; JSON and CSV always have it
    #[arg(long)]
    all: bool,

    #[command(flatten)]
    selection: args::Selection,
}

impl Command for Conflicts {
    const FORMATS: &'static [Format] = &[Format::Human, Format::Json, Format::Csv, Format::Markdown];

    fn run(self, global: &Global) -> Result<Status, Error> {
        let mut context = Context::open(global)?;
        context.note_findings();
        let selection = super::selection(&self.environments, &self.selection, &context)?;
        let wanted = super::selected(&context, &selection);
        let all = self.all || matches!(global.format, Format::Json | Format::Csv);
        let view = super::view(&mut context, conflicts::SCHEMA, |header, input| {
            conflicts::Conflicts::new(header, input, &wanted, &selection, all)
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
