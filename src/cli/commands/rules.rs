//! `relm rules`.

use clap::Parser;

use super::{Command, Status};
use crate::cli::args::{Format, Global};
use crate::cli::context::around;
use crate::cli::error::Error;
use crate::render::{json, rules as render};
use crate::report::rules::{RULES_SCHEMA, Rules as View};

/// List the rules that `relm check` judges by
#[derive(Debug, Parser)]
#[command(
    name = "rules",
    after_help = "Examples:\n  relm rules                     every rule; inside a portfolio with the level it has there\n  relm rules --format markdown   the same as a table for a wiki"
)]
pub struct Rules {}

impl Command for Rules {
    const FORMATS: &'static [Format] = &[Format::Human, Format::Json, Format::Markdown];

    fn run(self, global: &Global) -> Result<Status, Error> {
        let (context, header) = around(global, RULES_SCHEMA)?;
        let view = View::new(header, context.as_ref().map(|context| &context.loaded.portfolio));
        global.write(&match global.format {
            Format::Json => json::render(&view),
            Format::Markdown => render::markdown(&view),
            _ => render::human(&view, &global.style()),
        })?;
        Ok(Status::Done)
    }
}
