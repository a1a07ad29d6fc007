//! `relm env`: what environments are there for, who uses them when, and where that collides.
//!
//! A subcommand is a file here that implements [`Command`](super::Command), and a line in [`SUBCOMMANDS`].

mod advise;
pub(super) mod book;
mod conflicts;
mod free;
mod list;
mod objections;
mod period;
mod schedule;
mod show;
mod state;
mod usage;

use clap::ArgMatches;

use super::{Entry, RunError, Status, dispatch};
use crate::analysis::selection::Selection;
use crate::cli::args::{self, Global};
use crate::cli::context::Context;
use crate::cli::error::Error;
use crate::report::Header;
use crate::report::env::{self, Input};
use crate::time::When;

/// Every subcommand, in the order of the help.
pub static SUBCOMMANDS: &[Entry] = &[
    Entry::of::<list::List>(),
    Entry::of::<show::Show>(),
    Entry::of::<schedule::Schedule>(),
    Entry::of::<conflicts::Conflicts>(),
    Entry::of::<state::State>(),
    Entry::of::<usage::Usage>(),
    Entry::of::<free::Free>(),
    Entry::of::<book::Book>(),
    Entry::of::<advise::Advise>(),
];

/// `relm env` in the table of commands.
pub const ENTRY: Entry = Entry { command, run };

fn command() -> clap::Command {
    clap::Command::new("env")
        .about("See who uses which environment when, what collides, what is installed")
        .after_help(
            "Examples:\n  relm env list                     every environment, and who is in it now\n  \
             relm env schedule                 the next weeks, day by day\n  \
             relm env conflicts                where bookings collide, and who yields\n  \
             relm env state staging prod       what differs between two environments\n  \
             relm env free --for 5d            when five days are free, and how to book them\n\n\
             `relm env COMMAND --help` says more of each.",
        )
        .subcommand_required(true)
        .subcommand_value_name("COMMAND")
        .subcommands(SUBCOMMANDS.iter().map(|entry| (entry.command)()))
}

fn run(global: &Global, matches: &ArgMatches) -> Result<Status, RunError> {
    dispatch(SUBCOMMANDS, "env", "say what of the environments", global, matches)
}

/// The selection that the options ask for, with the environments that were named beside them.
fn selection(named: &[String], options: &args::Selection, context: &Context<'_>) -> Result<Selection, Error> {
    let mut options = options.clone();
    options.env.extend_from_slice(named);
    options.resolve(context)
}

/// The environments that a selection picks, by index, in the order of promotion.
fn selected(context: &Context<'_>, selection: &Selection) -> Vec<usize> {
    let portfolio = &context.loaded.portfolio;
    let bookings = context.occupancy();
    let picked = |&environment: &usize| selection.selects_environment(portfolio, environment, bookings);
    env::in_order(portfolio).into_iter().filter(picked).collect()
}

/// Makes a view twice: the first tells which files it points into, the second knows the lines there.
fn view<V>(context: &mut Context<'_>, schema: &'static str, make: impl Fn(Header, &Input<'_>) -> V) -> V {
    let header = context.header(schema);
    let first = input(context);
    make(header.clone(), &first);
    for file in first.files() {
        context.loaded.attach_text(&context.source, file);
    }
    make(header, &input(context))
}

/// What the views of environments are made from.
fn input<'c>(context: &'c Context<'_>) -> Input<'c> {
    Input::new(
        &context.loaded.portfolio,
        context.schedule(),
        context.occupancy(),
        context.clock,
        &context.loaded.sources,
    )
}

/// What `--time` says.
fn time(text: Option<&str>) -> Result<Option<When>, Error> {
    let read = |text| When::parse(text).map_err(|error| Error::usage(error.to_string()).hint("`--time` says so"));
    text.map(read).transpose()
}
