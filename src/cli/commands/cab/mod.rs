//! `relm cab`: what the change board has to decide, and what has changed since it last met.
//!
//! A subcommand is a file here that implements [`Command`](super::Command), and a line in [`SUBCOMMANDS`].

mod agenda;
mod digest;

use clap::ArgMatches;

use super::{Entry, RunError, Status, dispatch};
use crate::cli::args::Global;

/// Every subcommand, in the order of the help.
pub static SUBCOMMANDS: &[Entry] = &[Entry::of::<agenda::Agenda>(), Entry::of::<digest::Digest>()];

/// `relm cab` in the table of commands.
pub const ENTRY: Entry = Entry { command, run };

fn command() -> clap::Command {
    clap::Command::new("cab")
        .about("Prepare the change board: what it must decide, what has changed since it met")
        .after_help(
            "Examples:\n  relm cab agenda                      what the board must decide today\n  \
             relm cab agenda --date 2026-11-19    what it must decide then\n  \
             relm cab digest --since board-46     what has changed since that tag\n\n\
             `relm cab COMMAND --help` says more of each.",
        )
        .subcommand_required(true)
        .subcommand_value_name("COMMAND")
        .subcommands(SUBCOMMANDS.iter().map(|entry| (entry.command)()))
}

fn run(global: &Global, matches: &ArgMatches) -> Result<Status, RunError> {
    dispatch(SUBCOMMANDS, "cab", "say what of the change board", global, matches)
}
