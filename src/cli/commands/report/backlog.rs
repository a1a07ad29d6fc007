//! `relm report backlog`.

use clap::Parser;

use super::super::{Command, Status, gate};
use crate::cli::args::{self, Format, Global};
use crate::cli::context::Context;
use crate::cli::error::Error;
use crate::cli::written::{self, Texts};
use crate::render::backlog as render;
use crate::report::backlog::{Backlog as View, SCHEMA};

/// List what waits to be scheduled, and which open release could carry it
#[derive(Debug, Parser)]
#[command(
    name = "backlog",
    after_help = "Examples:\n  relm report backlog\n  relm report backlog --project 'cards-*'\n  relm report backlog --to 2027-03-31            wanted by then\n  relm report backlog --release core-2027.1      what that release could carry\n  relm report backlog --format csv\n\nA demand (`kind: demand`) ranks by value for each person-day; ties by the day it is wanted by, then by id. Without value or effort\nit has no rank (n/a). A release could carry it when it is open, ships its project and ends by then by the forecast; not when its\nscope is locked, its code is frozen, or its first phase is over."
)]
pub struct Backlog {
    #[command(flatten)]
    selection: args::Selection,
}

impl Command for Backlog {
    const FORMATS: &'static [Format] = &[Format::Human, Format::Json, Format::Markdown, Format::Csv, Format::Html];

    fn run(self, global: &Global) -> Result<Status, Error> {
        let mut context = Context::open(global)?;
        context.note_findings();
        let selection = self.selection.resolve(&context)?;
        let view = gate::view(&mut context, SCHEMA, |header, input| View::new(header, input, &selection));
        written::view(global, &view, &Texts { csv: Some(render::csv), openmetrics: None }, render::sheet)?;
        Ok(Status::Done)
    }
}
