//! `relm report`: figures and lists over the whole portfolio.
//!
//! A report is a file here that implements [`Command`](super::Command), and a line in [`SUBCOMMANDS`].

mod backlog;
mod changes;
mod days;
mod desk;
mod dora;
mod environments;
mod gates;
mod improvement;
mod kpi;
mod maturity;
pub(super) mod metrics;
mod pipelines;
mod portfolio;
mod release;
mod risk;
mod status;

use clap::ArgMatches;

pub(super) use metrics::{base, moves};

use super::{Entry, RunError, Status, dispatch};
use crate::cli::args::Global;

/// Every report, in the order of the help.
pub static SUBCOMMANDS: &[Entry] = &[
    Entry::of::<portfolio::Portfolio>(),
    Entry::of::<status::Status>(),
    Entry::of::<release::Release>(),
    Entry::of::<dora::Dora>(),
    Entry::of::<kpi::Kpi>(),
    Entry::of::<risk::Risk>(),
    Entry::of::<environments::Environments>(),
    Entry::of::<changes::Changes>(),
    Entry::of::<gates::Gates>(),
    Entry::of::<pipelines::Pipelines>(),
    Entry::of::<improvement::Improvement>(),
    Entry::of::<maturity::Maturity>(),
    Entry::of::<backlog::Backlog>(),
];

/// `relm report` in the table of commands.
pub const ENTRY: Entry = Entry { command, run };

fn command() -> clap::Command {
    clap::Command::new("report")
        .about("Report on the portfolio: figures and lists for those who steer")
        .after_help(
            "Examples:\n  relm report portfolio                     the whole on a page\n  \
             relm report dora                          the five metrics of delivery, for each project\n  \
             relm report kpi --compare previous        releases, gates, changes, against the 90 days before\n  \
             relm report risk                          what could go wrong, the worst first\n  \
             relm report changes --since 2026-10-01    every change, and how changes end\n  \
             relm report gates                         what waits for whom, and what fails\n  \
             relm report pipelines                     what became slow, and what grew\n  \
             relm report improvement                   what came of retrospectives, before and after\n\n\
             `relm report NAME --help` says more of each.",
        )
        .subcommand_required(true)
        .subcommand_value_name("NAME")
        .subcommands(SUBCOMMANDS.iter().map(|entry| (entry.command)()))
}

fn run(global: &Global, matches: &ArgMatches) -> Result<Status, RunError> {
    dispatch(SUBCOMMANDS, "report", "say which report", global, matches)
}
