//! `relm env show`.

use clap::Parser;

use super::super::{Command, Status};
use crate::cli::args::{Format, Global};
use crate::cli::context::Context;
use crate::cli::error::Error;
use crate::model::Identified;
use crate::render::{env::show as render, json};
use crate::report::env::show;

/// Show one environment: what is in it, who uses it, when it is closed
#[derive(Debug, Parser)]
#[command(
    name = "show",
    after_help = "Examples:\n  relm env show uat-1                      now and in the next weeks\n  relm env show prod --time 2026-11-01     with what was installed then\n  relm env show uat-1 --format json"
)]
pub struct Show {
    /// The environment
    #[arg(value_name = "ENV")]
    environment: String,

    /// Show what was installed at this day or time, in the zone of the environment; default now
    #[arg(long, value_name = "DATE|DATETIME")]
    time: Option<String>,
}

impl Command for Show {
    const FORMATS: &'static [Format] = &[Format::Human, Format::Json, Format::Markdown];

    fn run(self, global: &Global) -> Result<Status, Error> {
        let mut context = Context::open(global)?;
        context.note_findings();
        let time = super::time(self.time.as_deref())?;
        let environments = &context.loaded.portfolio.environments;
        let index = environments.index(&self.environment).ok_or_else(|| {
            let known = environments.iter().map(|environment| &**environment.id());
            Error::unknown("environment", &self.environment, known, "`relm env list` lists them")
        })?;
        let view = super::view(&mut context, show::SCHEMA, |header, input| show::Show::new(header, input, index, time));
        global.write(&match global.format {
            Format::Json => json::render(&view),
            Format::Markdown => render::markdown::render(&view),
            _ => render::human::render(&view, &global.style()),
        })?;
        Ok(Status::Done)
    }
}
