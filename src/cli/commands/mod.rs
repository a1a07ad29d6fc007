//! Every command, one file each.
//!
//! A new command is a file here that implements [`Command`], and a line in [`COMMANDS`].

pub mod artifacts;
mod audit;
pub mod cab;
mod calendar;
mod can_deploy;
mod check;
mod completions;
mod diff;
pub mod env;
mod evidence;
mod explain;
mod export;
pub mod gate;
mod graph;
mod history;
mod impact;
mod import;
mod init;
mod man;
mod new;
mod plan;
mod record;
pub mod report;
mod rules;
mod schema;
mod set;
mod show;
mod site;
mod todo;

use clap::builder::PossibleValue;
use clap::{Arg, ArgMatches, CommandFactory, FromArgMatches, ValueEnum};

pub(super) use show::{ambiguous, unknown};

use super::args::{Format, Global};
use super::error::Error;

/// Every command, in the order of the help.
pub static COMMANDS: &[Entry] = &[
    Entry::of::<init::Init>(),
    Entry::of::<new::New>(),
    Entry::of::<plan::Plan>(),
    Entry::of::<check::Check>(),
    Entry::of::<diff::Diff>(),
    Entry::of::<show::Show>(),
    Entry::of::<todo::Todo>(),
    Entry::of::<can_deploy::CanDeploy>(),
    Entry::of::<calendar::Calendar>(),
    Entry::of::<graph::Graph>(),
    Entry::of::<impact::Impact>(),
    gate::ENTRY,
    Entry::of::<history::History>(),
    Entry::of::<audit::Audit>(),
    Entry::of::<evidence::Evidence>(),
    cab::ENTRY,
    env::ENTRY,
    artifacts::ENTRY,
    Entry::of::<set::Set>(),
    record::ENTRY,
    report::ENTRY,
    Entry::of::<import::Import>(),
    Entry::of::<export::Export>(),
    Entry::of::<site::Site>(),
    Entry::of::<explain::Explain>(),
    Entry::of::<rules::Rules>(),
    Entry::of::<schema::Schema>(),
    Entry::of::<completions::Completions>(),
    Entry::of::<man::Man>(),
];

/// How a command that could do its work ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// It did what it was asked: exit code 0.
    Done,
    /// The answer is no: exit code 1.
    Refused,
}

/// A command: its arguments (a derived `clap::Parser`) and what it does.
pub trait Command: CommandFactory + FromArgMatches {
    /// The formats it can write, the default first; none when it has no choice.
    const FORMATS: &'static [Format];

    /// Does it: gets a context, calls the library, writes.
    fn run(self, global: &Global) -> Result<Status, Error>;
}

/// One command in the table.
#[derive(Debug)]
pub struct Entry {
    /// Its arguments and help.
    pub command: fn() -> clap::Command,
    /// Runs it.
    pub run: fn(&Global, &ArgMatches) -> Result<Status, RunError>,
}

/// Why a command did not run to its end.
#[derive(Debug)]
pub enum RunError {
    /// The arguments do not fit.
    Arguments(clap::Error),
    /// The command stopped.
    Stopped(Error),
}

impl Entry {
    const fn of<C: Command>() -> Self {
        Self { command: command::<C>, run: run::<C> }
    }
}

fn command<C: Command>() -> clap::Command {
    let command = C::command();
    let formats = C::FORMATS;
    if formats.is_empty() {
        return command;
    }
    // Overrides the option of every command, so that help and suggestions name what this one can write.
    let names = formats.iter().map(|format| format.to_possible_value().unwrap_or_else(|| PossibleValue::new("")));
    let parser =
        clap::builder::PossibleValuesParser::new(names.map(|value| PossibleValue::new(value.get_name().to_owned())));
    command.arg(
        Arg::new("format")
            .long("format")
            .value_name("FORMAT")
            .help("Write the result in this format")
            .help_heading("Options")
            .value_parser(clap::builder::TypedValueParser::map(parser, |name| {
                Format::from_str(&name, false).unwrap_or(Format::Human)
            }))
            .default_value("human")
            .global(true),
    )
}

fn run<C: Command>(global: &Global, matches: &ArgMatches) -> Result<Status, RunError> {
    let command = C::from_arg_matches(matches).map_err(RunError::Arguments)?;
    if global.format != Format::Human && !C::FORMATS.contains(&global.format) {
        let known: Vec<String> = C::FORMATS.iter().map(|format| format!("`{}`", format.as_str())).collect();
        let error = Error::usage(format!("this command does not write `{}`", global.format.as_str()));
        let hint = if known.is_empty() { "leave it out".to_owned() } else { format!("it writes {}", known.join(", ")) };
        return Err(RunError::Stopped(error.hint(hint)));
    }
    command.run(global).map_err(RunError::Stopped)
}

/// Runs the subcommand of `name` that was asked for; `lack` says what to name where none was.
fn dispatch(
    subcommands: &[Entry],
    name: &str,
    lack: &str,
    global: &Global,
    matches: &ArgMatches,
) -> Result<Status, RunError> {
    let asked = matches.subcommand().and_then(|(name, matches)| {
        let entry = subcommands.iter().find(|entry| (entry.command)().get_name() == name)?;
        Some((entry, matches))
    });
    let Some((entry, matches)) = asked else {
        let hint = format!("`relm {name} --help` lists what there is");
        return Err(RunError::Stopped(Error::usage(lack.to_owned()).hint(hint)));
    };
    (entry.run)(global, matches)
}
