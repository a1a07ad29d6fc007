//! `relm artifacts`: the files that ship.
//!
//! A subcommand is a file here that implements [`Command`](super::Command), and a line in [`SUBCOMMANDS`].

mod verify;

use clap::ArgMatches;

use super::{Entry, RunError, Status, dispatch};
use crate::cli::args::Global;

/// Every subcommand, in the order of the help.
pub static SUBCOMMANDS: &[Entry] = &[Entry::of::<verify::Verify>()];

/// `relm artifacts` in the table of commands.
pub const ENTRY: Entry = Entry { command, run };

fn command() -> clap::Command {
    clap::Command::new("artifacts")
        .about("Verify the files that ship against what was recorded")
        .after_help(
            "Examples:\n  relm artifacts verify             every artifact of every release\n\n\
             `relm artifacts COMMAND --help` says more of each.",
        )
        .subcommand_required(true)
        .subcommand_value_name("COMMAND")
        .subcommands(SUBCOMMANDS.iter().map(|entry| (entry.command)()))
}

fn run(global: &Global, matches: &ArgMatches) -> Result<Status, RunError> {
    dispatch(SUBCOMMANDS, "artifacts", "say what to do with the artifacts", global, matches)
}
