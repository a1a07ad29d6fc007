//! `relm record`: what happened, as people and pipelines report it.
//!
//! A subcommand is a file here that says which values it takes; [`entry`] does the rest.

mod change;
mod deployment;
mod entry;
mod incident;
pub(super) mod log;
mod pipeline;
mod references;

use std::path::PathBuf;

use clap::{ArgMatches, Args};

use super::{Entry, RunError, Status, dispatch};
use crate::cli::args::Global;
use crate::cli::error::Error;
use crate::time::{When, zone};

/// Every subcommand, in the order of the help.
pub static SUBCOMMANDS: &[Entry] = &[
    Entry::of::<deployment::Deployment>(),
    Entry::of::<incident::Incident>(),
    Entry::of::<pipeline::Pipeline>(),
    Entry::of::<change::Change>(),
];

/// `relm record` in the table of commands.
pub const ENTRY: Entry = Entry { command, run };

fn command() -> clap::Command {
    clap::Command::new("record")
        .about("Record what happened: deployments, incidents, pipeline runs, changes")
        .after_help(
            "Examples:\n  relm record deployment --project ledger --version 4.2.0 --environment prod --release payments-2026.12 --at now --result succeeded\n  \
             relm record incident --id INC-7 --project ledger --environment prod --severity 1 --opened now\n  \
             relm record incident --id INC-7 --restored now\n  \
             relm record pipeline --project ledger --name build --duration 38m --at now --result succeeded\n  \
             relm record change --id RFC-7 --project ledger --type normal --status submitted\n\n\
             Made for pipelines: recorded twice is recorded once, jobs that run at the same time wait for each other, and \
             what names something unknown is refused. An entry goes into the log that holds the latest entry of its kind \
             (of logs with equally late ones, the last by path), else into `records/deployments.yaml`, \
             `records/incidents.yaml` or `records/pipelines.yaml`; `--into` names another file. The file is written, not \
             committed.\n\n`relm record COMMAND --help` says more of each.",
        )
        .subcommand_required(true)
        .subcommand_value_name("COMMAND")
        .subcommands(SUBCOMMANDS.iter().map(|entry| (entry.command)()))
}

fn run(global: &Global, matches: &ArgMatches) -> Result<Status, RunError> {
    dispatch(SUBCOMMANDS, "record", "say what to record", global, matches)
}

/// What every subcommand takes.
#[derive(Debug, Clone, Args)]
struct Options {
    /// Write it into this file; it is made when it is not there
    #[arg(long, value_name = "FILE")]
    into: Option<PathBuf>,

    /// Say what would be written, and write nothing
    #[arg(long)]
    dry_run: bool,
}

/// A time on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Moment {
    /// The moment the command runs, or what `--today` says.
    Now,
    /// As told.
    At(When),
}

fn moment(text: &str) -> Result<Moment, String> {
    if text.trim() == "now" {
        return Ok(Moment::Now);
    }
    When::parse(text).map(Moment::At).map_err(|error| format!("{error}; or `now`"))
}

/// What `--at` says. Of these commands it is a time, which hides the option of every command for a revision; so the
/// options of every command are answered without it.
fn at(global: &Global, text: &str) -> Result<(Moment, Global), Error> {
    let at = moment(text).map_err(|why| Error::usage(why).hint("`--at` says so"))?;
    Ok((at, Global { at: None, ..global.clone() }))
}

/// An instant as a wall clock shows it; with its offset where the clock shows it twice.
fn written(instant: chrono::DateTime<chrono::Utc>, zone: chrono_tz::Tz) -> When {
    let instant = chrono::SubsecRound::trunc_subsecs(instant, 0);
    let local = When::Local(zone::local(instant, zone));
    if local.instant(zone) == instant { local } else { When::Fixed(instant.with_timezone(&zone).fixed_offset()) }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn now_is_written_so_that_it_reads_back() {
        let zone = chrono_tz::Europe::Berlin;
        for (instant, text) in [
            ("2026-12-05T22:10:00Z", "2026-12-05T23:10"),
            ("2026-12-05T22:10:07.9Z", "2026-12-05T23:10:07"),
            // The clocks go back: 02:30 comes twice.
            ("2026-10-25T00:30:00Z", "2026-10-25T02:30"),
            ("2026-10-25T01:30:00Z", "2026-10-25T02:30+01:00"),
        ] {
            let instant: chrono::DateTime<chrono::Utc> = instant.parse().unwrap();
            let when = written(instant, zone);
            assert_eq!(when.to_string(), text);
            assert_eq!(When::parse(text).unwrap().instant(zone).timestamp(), instant.timestamp());
        }
    }

    #[test]
    fn moments_are_now_or_told() {
        assert_eq!(moment("now"), Ok(Moment::Now));
        assert_eq!(moment("2026-12-05"), Ok(Moment::At(When::parse("2026-12-05").unwrap())));
        assert!(moment("soon").unwrap_err().ends_with("; or `now`"));
    }
}
