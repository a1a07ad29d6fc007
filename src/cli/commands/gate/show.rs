//! `relm gate show`.

use clap::Parser;

use super::super::{Command, Status};
use crate::cli::args::{Format, Global};
use crate::cli::context::Context;
use crate::cli::error::Error;
use crate::render::{gate::show as render, json};
use crate::report::gate::show;

/// Show one gate: what demands it, what it guards, what is met, who approved
#[derive(Debug, Parser)]
#[command(
    name = "show",
    after_help = "Examples:\n  relm gate show payments-2026.12 go-live\n  relm gate show payments-2026.12/go-live      the same\n  relm gate show payments-2026.12 go-live --format json\n\nA gate that only the type or the risk of a release demands can be shown too."
)]
pub struct Show {
    /// The release; or RELEASE/GATE
    #[arg(value_name = "RELEASE")]
    release: String,

    /// The gate
    #[arg(value_name = "GATE")]
    gate: Option<String>,
}

impl Command for Show {
    const FORMATS: &'static [Format] = &[Format::Human, Format::Json, Format::Markdown];

    fn run(self, global: &Global) -> Result<Status, Error> {
        let mut context = Context::open(global)?;
        context.note_findings();
        let (release, id) = super::named(&context, &self.release, self.gate.as_deref())?;
        let view = super::view(&mut context, show::SCHEMA, |header, input| {
            let gates = input.gates.of(release);
            let gate = gates.iter().find(|gate| **gate.id == *id);
            gate.map(|gate| show::Show::new(header, input, release, gate))
        });
        let Some(view) = view else { return Err(Error::usage(format!("no gate `{id}`"))) };
        global.write(&match global.format {
            Format::Json => json::render(&view),
            Format::Markdown => render::markdown(&view),
            _ => render::human(&view, &global.style()),
        })?;
        Ok(Status::Done)
    }
}
