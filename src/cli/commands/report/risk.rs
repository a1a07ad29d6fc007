//! `relm report risk`.

use clap::Parser;

use super::super::{Command, Status};
use super::metrics;
use crate::analysis::metrics::Members;
use crate::cli::args::{self, Format, Global};
use crate::cli::context::Context;
use crate::cli::error::Error;
use crate::cli::written::{self, Texts};
use crate::render::risk as render;
use crate::report::gate::Input;
use crate::report::risk;

/// Score the risk of every open release, and show what adds to it
#[derive(Debug, Parser)]
#[command(
    name = "risk",
    after_help = "Examples:\n  relm report risk\n  relm report risk --release payments-2026.12\n  relm report risk --type major --format markdown\n\nA score from 0 to 100: schedule (up to 30 points), gates (20), dependencies (15), the risk register (15), changes of a locked\nscope (10), contention for environments (10). What nobody can judge is n/a and left out: the score is the share of what could be."
)]
pub struct Risk {
    #[command(flatten)]
    selection: args::Selection,
}

impl Command for Risk {
    const FORMATS: &'static [Format] =
        &[Format::Human, Format::Json, Format::Markdown, Format::Csv, Format::Html, Format::Openmetrics];

    fn run(self, global: &Global) -> Result<Status, Error> {
        let mut context = Context::open(global)?;
        context.note_findings();
        let selection = self.selection.resolve(&context)?;
        let header = context.header(risk::SCHEMA);
        let make = |context: &Context<'_>| {
            let input = Input::new(context.gates(), &context.loaded.sources);
            let base = metrics::base(context, None);
            let members = Members::selected(&base, &selection);
            (risk::Risk::new(header.clone(), &input, &base, &members.releases), input.files())
        };
        let (mut view, files) = make(&context);
        // People see no places, so that no file has to be read again for them.
        if matches!(global.format, Format::Json | Format::Csv) {
            for file in files {
                context.loaded.attach_text(&context.source, file);
            }
            view = make(&context).0;
        }
        written::view(
            global,
            &view,
            &Texts { csv: Some(render::csv), openmetrics: Some(render::openmetrics) },
            render::sheet,
        )?;
        Ok(Status::Done)
    }
}
