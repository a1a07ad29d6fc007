//! `relm report`: figures and lists over the whole portfolio.
//!
//! A report is a file here that implements [`Command`](super::Command), and a line in [`SUBCOMMANDS`].

mod changes;

use clap::ArgMatches;

use super::{Entry, RunError, Status, dispatch};
use crate::cli::args::Global;

/// Every report, in the order of the help.
pub static SUBCOMMANDS: &[Entry] = &[Entry::of::<changes::Changes>()];

/// `relm report` in the table of commands.
pub const ENTRY: Entry = Entry { command, run };

fn command() -> clap::Command {
    clap::Command::new("report")
        .about("Report on the portfolio: figures and lists for those who steer")
        .after_help(
            "Examples:\n  relm report changes                       every change, and how changes end\n  \
             relm report changes --since 2026-10-01    those of the last quarter\n\n\
             `relm report NAME --help` says more of each.",
        )
        .subcommand_required(true)
        .subcommand_value_name("NAME")
        .subcommands(SUBCOMMANDS.iter().map(|entry| (entry.command)()))
}

fn run(global: &Global, matches: &ArgMatches) -> Result<Status, RunError> {
    dispatch(SUBCOMMANDS, "report", "say which report", global, matches)
}
