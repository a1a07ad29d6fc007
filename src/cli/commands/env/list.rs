//! `relm env list`.

use clap::Parser;

use super::super::{Command, Status};
use crate::cli::args::{self, Format, Global};
use crate::cli::context::Context;
use crate::cli::error::Error;
use crate::render::{env::list as render, json};
use crate::report::env::list;

/// List environments: who is in them now, who comes next, when a place is free
#[derive(Debug, Parser)]
#[command(
    name = "list",
    after_help = "Examples:\n  relm env list                          every environment, in the order of promotion\n  relm env list --stage uat --stage staging\n  relm env list 'sit-*'                  by id\n  relm env list --release payments-2026.12\n  relm env list --format csv             for a spreadsheet"
)]
pub struct List {
    /// List these environments; globs allowed
    #[arg(value_name = "ENV")]
    environments: Vec<String>,

    #[command(flatten)]
    selection: args::Selection,
}

impl Command for List {
    const FORMATS: &'static [Format] = &[Format::Human, Format::Json, Format::Csv, Format::Markdown];

    fn run(self, global: &Global) -> Result<Status, Error> {
        let mut context = Context::open(global)?;
        context.note_findings();
        let selection = super::selection(&self.environments, &self.selection, &context)?;
        let wanted = super::selected(&context, &selection);
        let view = super::view(&mut context, list::SCHEMA, |header, input| list::List::new(header, input, &wanted));
        global.write(&match global.format {
            Format::Json => json::render(&view),
            Format::Csv => render::csv(&view),
            Format::Markdown => render::markdown(&view),
            _ => render::human(&view, &global.style()),
        })?;
        Ok(Status::Done)
    }
}
