//! The command line: arguments, context, exit codes; one short file per command.
//!
//! Only this module reads the environment, the clock and the terminal, and only it writes.

pub mod args;
pub mod changes;
pub mod commands;
pub mod context;
mod draft;
pub mod error;
mod field;
mod find;
mod folder;
mod outlook;
mod output;
mod owner;
mod past;
mod plans;
mod progress;
mod reference;
mod ride;
mod select;
mod target;
mod templates;
mod terminal;
mod what_if;
mod write;
mod written;

use std::ffi::OsString;
use std::panic::PanicHookInfo;
use std::process::ExitCode;

use clap::parser::ValueSource;
use clap::{ArgMatches, CommandFactory, FromArgMatches};

pub use reference::reference;

use args::{Cli, Global};
use commands::{COMMANDS, RunError, Status};
use error::{Error, Kind, plain_io};
use terminal::ColorChoice;

/// Runs the command of the process's arguments and answers its exit code.
pub fn main() -> ExitCode {
    std::panic::set_hook(Box::new(|panic| {
        output::remove_unfinished();
        output::note(&bug(panic));
        std::process::exit(2);
    }));
    // Without a handler an interrupted run leaves an unfinished file behind, which is no reason not to run.
    let _ = ctrlc::set_handler(|| {
        output::remove_unfinished();
        std::process::exit(130);
    });
    run(std::env::args_os().collect())
}

/// A fault of the program itself, in one sentence.
fn bug(panic: &PanicHookInfo<'_>) -> String {
    let text = panic.payload();
    let text = text.downcast_ref::<&str>().copied().or_else(|| text.downcast_ref::<String>().map(String::as_str));
    let at = panic.location().map(|at| format!(" ({}:{})", at.file(), at.line())).unwrap_or_default();
    let what = text.unwrap_or("something impossible happened");
    error::line(
        "error",
        "1;31",
        &format!("relm {} has a bug: {what}{at}; please report it", env!("CARGO_PKG_VERSION")),
        false,
    )
}

/// The whole command line: the common options and every command.
pub fn command() -> clap::Command {
    Cli::command().subcommands(COMMANDS.iter().map(|entry| (entry.command)()))
}

fn run(arguments: Vec<OsString>) -> ExitCode {
    let color = wanted_color(&arguments);
    let mut command = command().color(match color {
        ColorChoice::Auto => clap::ColorChoice::Auto,
        ColorChoice::Always => clap::ColorChoice::Always,
        ColorChoice::Never => clap::ColorChoice::Never,
    });
    // Clap counts the variable for `--today` as an argument and would complain instead.
    if arguments.len() <= 1 {
        output::note(&command.render_help().to_string());
        return ExitCode::from(2);
    }
    let outcome = command.try_get_matches_from(arguments).map_err(RunError::Arguments).and_then(|m| dispatch(&m));
    match outcome {
        Ok(Status::Done) => ExitCode::SUCCESS,
        Ok(Status::Refused) => ExitCode::from(1),
        Err(RunError::Arguments(error)) => arguments_error(&error),
        Err(RunError::Stopped(error)) => {
            if error.kind != Kind::ClosedPipe {
                output::note(&error.render(terminal::stderr_colour(color)));
            }
            error.kind.exit_code()
        }
    }
}

/// Help and version are results; all else is wrong usage. Neither fails when nobody reads it.
fn arguments_error(error: &clap::Error) -> ExitCode {
    let _ = error.print();
    ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2))
}

fn dispatch(matches: &ArgMatches) -> Result<Status, RunError> {
    let mut global = Global::from_arg_matches(matches).map_err(RunError::Arguments)?;
    global.today_is_ambient = matches.value_source("today") == Some(ValueSource::EnvVariable);
    if let Some(folder) = &global.directory {
        std::env::set_current_dir(folder).map_err(|error| {
            let why = plain_io(&error);
            RunError::Stopped(Error::input(format!("cannot enter the folder `{}`: {why}", folder.display())))
        })?;
    }
    let Some((name, matches)) = matches.subcommand() else {
        return Err(RunError::Stopped(Error::usage("name a command").hint("`relm --help` lists them")));
    };
    match COMMANDS.iter().find(|entry| (entry.command)().get_name() == name) {
        Some(entry) => (entry.run)(&global, matches),
        None => Err(RunError::Stopped(Error::usage(format!("no command `{name}`")))),
    }
}

/// `--color` as far as it can be told before the arguments are understood, for errors about the arguments.
fn wanted_color(arguments: &[OsString]) -> ColorChoice {
    let texts: Vec<&str> =
        arguments.iter().filter_map(|argument| argument.to_str()).take_while(|a| *a != "--").collect();
    let after = |at: usize| texts.get(at + 1).copied();
    let value = texts.iter().enumerate().rev().find_map(|(at, argument)| match *argument {
        "--color" => after(at),
        other => other.strip_prefix("--color="),
    });
    value.and_then(|value| clap::ValueEnum::from_str(value, false).ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        command().debug_assert();
    }

    #[test]
    fn common_options_stand_before_and_after_the_command() {
        for line in [["relm", "--format", "json", "check"], ["relm", "check", "--format", "json"]] {
            let matches = command().try_get_matches_from(line).unwrap();
            assert_eq!(Global::from_arg_matches(&matches).unwrap().format, args::Format::Json, "{line:?}");
        }
    }

    #[test]
    fn every_command_says_what_it_does_and_how() {
        let groups = [
            commands::env::SUBCOMMANDS,
            commands::gate::SUBCOMMANDS,
            commands::artifacts::SUBCOMMANDS,
            commands::cab::SUBCOMMANDS,
            commands::report::SUBCOMMANDS,
        ];
        let all = COMMANDS.iter().chain(groups.into_iter().flatten());
        for mut command in all.map(|entry| (entry.command)()) {
            let about = command.get_about().unwrap().to_string();
            assert!(about.starts_with(char::is_uppercase) && !about.ends_with('.') && about.len() < 80, "{about}");
            assert!(command.get_after_help().unwrap().to_string().starts_with("Examples:\n"), "{about}");
            assert!(!command.render_help().to_string().is_empty());
        }
    }

    #[test]
    fn colours_are_known_before_the_arguments_are() {
        let wanted = |line: &[&str]| wanted_color(&line.iter().map(OsString::from).collect::<Vec<_>>());
        assert_eq!(wanted(&["relm", "--color", "never", "nonsense"]), ColorChoice::Never);
        assert_eq!(wanted(&["relm", "--color=always"]), ColorChoice::Always);
        assert_eq!(wanted(&["relm", "check", "--", "--color=always"]), ColorChoice::Auto);
    }
}
