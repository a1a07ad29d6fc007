//! `relm gate`: where gates stand, what is missing, who approved, and what of that is proven.
//!
//! A subcommand is a file here that implements [`Command`](super::Command), and a line in [`SUBCOMMANDS`].

mod approve;
mod approver;
mod case;
mod committed;
mod decision;
mod list;
mod reject;
mod show;
mod verify;
mod waive;

use clap::ArgMatches;

use super::{Entry, RunError, Status, dispatch};
use crate::cli::args::{self, Global};
use crate::cli::context::Context;
use crate::cli::error::Error;
use crate::report::Header;
use crate::report::gate::Input;

/// Every subcommand, in the order of the help.
pub static SUBCOMMANDS: &[Entry] = &[
    Entry::of::<list::List>(),
    Entry::of::<show::Show>(),
    Entry::of::<approve::Approve>(),
    Entry::of::<reject::Reject>(),
    Entry::of::<waive::Waive>(),
    Entry::of::<verify::Verify>(),
];

/// `relm gate` in the table of commands.
pub const ENTRY: Entry = Entry { command, run };

fn command() -> clap::Command {
    clap::Command::new("gate")
        .about("See where gates stand, what is missing, who approved and what of it is proven")
        .after_help(
            "Examples:\n  relm gate list                       every gate of what is not over, the worst first\n  \
             relm gate show payments-2026.12 go-live   everything about one gate\n  \
             relm gate approve payments-2026.12 go-live   your decision, as the person that git knows\n  \
             relm gate verify payments-2026.12    what the history proves of its approvals\n\n\
             `relm gate COMMAND --help` says more of each.",
        )
        .subcommand_required(true)
        .subcommand_value_name("COMMAND")
        .subcommands(SUBCOMMANDS.iter().map(|entry| (entry.command)()))
}

fn run(global: &Global, matches: &ArgMatches) -> Result<Status, RunError> {
    dispatch(SUBCOMMANDS, "gate", "say what of the gates", global, matches)
}

/// The releases that were named or selected, by index. Those that are over only when they are named, or when `all` are
/// wanted.
pub(super) fn releases(
    context: &Context<'_>,
    named: &[String],
    options: &args::Selection,
    all: bool,
) -> Result<Vec<usize>, Error> {
    let mut options = options.clone();
    options.release.extend_from_slice(named);
    let selection = options.resolve(context)?;
    let (portfolio, all) = (&context.loaded.portfolio, all || !options.release.is_empty());
    let wanted = portfolio.releases.iter().enumerate().filter(|(r, release)| {
        let shown = all || !release.status().is_over();
        shown && selection.selects(portfolio, release, &context.schedule().releases[*r])
    });
    let wanted: Vec<usize> = wanted.map(|(r, _)| r).collect();
    if wanted.is_empty() && !named.is_empty() {
        let error = Error::usage(format!("no release matches `{}`", named.join("`, `")));
        return Err(error.hint("`relm plan --all` lists the releases"));
    }
    Ok(wanted)
}

/// The release, by index, and the id of a gate that it writes, or that its type or risk demands. The gate stands behind the
/// release, or behind a `/` of it.
fn named(context: &Context<'_>, release: &str, gate: Option<&str>) -> Result<(usize, String), Error> {
    let portfolio = &context.loaded.portfolio;
    let (release, gate) = match (gate, release.split_once('/')) {
        (Some(gate), _) => (release, gate),
        (None, Some((release, gate))) => (release, gate),
        (None, None) => {
            let error = Error::usage(format!("say which gate of `{release}`"));
            return Err(error.hint(format!("`relm gate list {release}` lists them")));
        }
    };
    let index = portfolio.releases.index(release).ok_or_else(|| {
        let known = portfolio.releases.iter().map(|release| &*release.id);
        Error::unknown("release", release, known, "`relm plan` lists the releases")
    })?;
    let gates = context.gates().of(index);
    if gates.iter().any(|judged| **judged.id == *gate) {
        return Ok((index, gate.to_owned()));
    }
    let known = gates.iter().map(|judged| &**judged.id);
    let otherwise = match known.clone().collect::<Vec<_>>().as_slice() {
        [] => format!("`{release}` has no gates"),
        ids => format!("`{release}` has {}", ids.iter().map(|id| format!("`{id}`")).collect::<Vec<_>>().join(", ")),
    };
    Err(Error::unknown("gate", gate, known, otherwise))
}

/// Makes a view twice: the first tells which files it points into, the second knows the lines there.
pub(super) fn view<V>(context: &mut Context<'_>, schema: &'static str, make: impl Fn(Header, &Input<'_>) -> V) -> V {
    let header = context.header(schema);
    let first = Input::new(context.gates(), &context.loaded.sources);
    make(header.clone(), &first);
    for file in first.files() {
        context.loaded.attach_text(&context.source, file);
    }
    make(header, &Input::new(context.gates(), &context.loaded.sources))
}
