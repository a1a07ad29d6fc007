//! `relm gate list`.

use clap::{Parser, ValueEnum};

use super::super::{Command, Status};
use crate::analysis::gates::State;
use crate::cli::args::{self, Format, Global};
use crate::cli::context::Context;
use crate::cli::error::Error;
use crate::render::{gate::list as render, json};
use crate::report::gate::list;

/// List gates: where each stands, when it is due, what is missing
#[derive(Debug, Parser)]
#[command(
    name = "list",
    after_help = "Examples:\n  relm gate list                                  every gate of what is not over, the worst first\n  relm gate list payments-2026.12 'cards-*'       of these releases, over or not\n  relm gate list --state overdue --state rejected\n  relm gate list --owner me --to 2026-12-31\n  relm gate list --format json                    for programs, always with what is over\n\nStates: passed, pending, overdue, rejected (somebody said no), stale (what was approved has changed since).\nGates that only the type or the risk of a release demands are listed too."
)]
pub struct List {
    /// List the gates of these releases; globs allowed
    #[arg(value_name = "RELEASE")]
    releases: Vec<String>,

    /// Only gates in this state; may be repeated
    #[arg(long, value_name = "STATE")]
    state: Vec<StateName>,

    /// Show releases that are released, closed or cancelled too; JSON always has them
    #[arg(long)]
    all: bool,

    #[command(flatten)]
    selection: args::Selection,
}

/// A state on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum StateName {
    Passed,
    Pending,
    Overdue,
    Rejected,
    Stale,
}

impl From<StateName> for State {
    fn from(name: StateName) -> Self {
        match name {
            StateName::Passed => Self::Passed,
            StateName::Pending => Self::Pending,
            StateName::Overdue => Self::Overdue,
            StateName::Rejected => Self::Rejected,
            StateName::Stale => Self::Stale,
        }
    }
}

impl Command for List {
    const FORMATS: &'static [Format] = &[Format::Human, Format::Json, Format::Markdown];

    fn run(self, global: &Global) -> Result<Status, Error> {
        let mut context = Context::open(global)?;
        context.note_findings();
        let all = self.all || global.format == Format::Json;
        let releases = super::releases(&context, &self.releases, &self.selection, all)?;
        let states: Vec<State> = self.state.iter().map(|&name| name.into()).collect();
        let view =
            super::view(&mut context, list::SCHEMA, |header, input| list::List::new(header, input, &releases, &states));
        global.write(&match global.format {
            Format::Json => json::render(&view),
            Format::Markdown => render::markdown(&view),
            _ => render::human(&view, &global.style()),
        })?;
        Ok(Status::Done)
    }
}
