//! `relm history`.

use clap::Parser;

use super::{Command, Status};
use crate::analysis::history as moves;
use crate::analysis::selection::Patterns;
use crate::cli::args::{Format, Global};
use crate::cli::context::Context;
use crate::cli::error::Error;
use crate::cli::past::{MAX_LOADED, Past, cases};
use crate::diagnostic::suggest;
use crate::git::Follow;
use crate::load::history::Since;
use crate::load::moves::{Ask, chronicle};
use crate::model::Identified;
use crate::model::facts::{self, Chronicle};
use crate::render::{history as render, json};
use crate::report::history as report;
use crate::time::When;

/// See how planned dates, scope and status moved: when, by whom, from what to what
#[derive(Debug, Parser)]
#[command(
    name = "history",
    after_help = "Examples:\n  relm history                         every release that moved\n  relm history payments-2026.12        one release\n  relm history 'payments-*' --since 2026-10-01\n  relm history --since v4.1            moved since that tag, and what is not committed\n  relm history --format svg -o plan.svg\n\nA move is a written date that is not the same in a commit and in its first parent and is there in both. Dates that came\nor went are listed, but count for nothing; a renamed file is no change, a renamed id is one that went and one that came.\nAll commits are looked at. A merge tells only what none of the commits tells that it brought in: nothing is told twice.\nWith --first-parent the commits of merged branches are left out, and each merge tells all that it changed."
)]
pub struct History {
    /// Show these releases; globs allowed
    #[arg(value_name = "RELEASE")]
    releases: Vec<String>,

    /// Only these releases; globs allowed, may be repeated
    #[arg(long, value_name = "ID")]
    release: Vec<String>,

    /// Only what was written on this day or later, or is not in this commit, branch or tag
    #[arg(long, value_name = "DATE|REV")]
    since: Option<String>,

    /// Follow only the first parent of each merge
    #[arg(long)]
    first_parent: bool,

    /// List the moves of computed dates too; loads the portfolio as each of the newest 2000 commits had it, which takes long
    /// the first time
    #[arg(long)]
    derived: bool,

    /// Say instead how often things ended by the P50 and P80 that `relm plan --forecast` would have told
    #[arg(long, conflicts_with_all = ["since", "first_parent", "derived"])]
    backtest: bool,
}

impl Command for History {
    const FORMATS: &'static [Format] = &[Format::Human, Format::Json, Format::Csv, Format::Svg];

    fn run(mut self, global: &Global) -> Result<Status, Error> {
        if self.backtest && matches!(global.format, Format::Csv | Format::Svg) {
            let error = Error::usage(format!("`--backtest` has no form as `{}`", global.format.as_str()));
            return Err(error.hint("it is a few numbers: leave `--format` out, or use `--format json`"));
        }
        let context = Context::open(global)?;
        self.release.append(&mut self.releases);
        let patterns = Patterns::new(&self.release)
            .map_err(|error| Error::usage(format!("`{}` is not a pattern: {}", error.pattern, error.why)))?;
        let since = match &self.since {
            None => Since::Beginning,
            Some(text) => match When::parse(text) {
                Ok(when) => Since::Instant(when.instant(context.loaded.portfolio.zone)),
                Err(_) => Since::Revision(text.clone()),
            },
        };
        let follow = if self.first_parent { Follow::FirstParents } else { Follow::AllParents };
        let mut chronicle = chronicle(&context.source, &context.loaded, &Ask { since, follow, every: self.derived })?;
        if chronicle.history == facts::History::OutsideGit {
            return Err(Error::input("the portfolio is not in a git repository, so nobody knows how its dates moved")
                .hint("`git init` begins one; from its first commit on `relm history` has something to say"));
        }
        self.known(&context, &chronicle)?;
        chronicle.retain_releases(|release| patterns.allow(release));
        let mut moves = moves::moves(&chronicle);
        if self.derived {
            let mut past = Past::open(&context, &chronicle);
            let (computed, left_out) = past.derived(&chronicle, &|release| patterns.allow(release));
            moves.extend(computed);
            moves.sort_by_key(|one| one.step);
            if left_out > 0 {
                global.note("note", &format!("computed dates are those of the newest {MAX_LOADED} commits"));
            }
            match past.unread() {
                0 => {}
                1 => global.note("note", "1 commit could not be loaded; how it moved computed dates is not known"),
                many => {
                    let text =
                        format!("{many} commits could not be loaded; how they moved computed dates is not known");
                    global.note("note", &text);
                }
            }
        }
        let input = report::Input { portfolio: &context.loaded.portfolio, chronicle: &chronicle, moves: &moves };
        let mut view = report::History::new(context.header(report::SCHEMA), input);
        view.since = self.since;
        if self.backtest {
            let mut past = Past::open(&context, &chronicle);
            let first = past.first_ends(&chronicle);
            let cases = cases(&context.loaded.portfolio, &first);
            view.backtest = Some(report::BacktestView::new(&cases.all, cases.recorded_afterwards, past.unread()));
        }
        view.first_parent = self.first_parent;
        view.derived = self.derived;
        global.write(&match global.format {
            Format::Json => json::render(&view),
            Format::Csv => render::csv::render(&view),
            Format::Svg => render::svg::render(&view),
            _ => render::human::render(&view, &global.style()),
        })?;
        Ok(Status::Done)
    }
}

impl History {
    /// Refuses names of releases that neither are nor were there.
    fn known(&self, context: &Context<'_>, chronicle: &Chronicle) -> Result<(), Error> {
        let mut known: Vec<&str> = context.loaded.portfolio.releases.iter().map(|release| &**release.id()).collect();
        let changes = chronicle.steps.iter().flat_map(|step| &step.changes);
        known.extend(changes.map(|change| change.place.release.as_str()));
        known.sort_unstable();
        known.dedup();
        let is_plain = |name: &&String| !name.contains(['*', '?', '[', '{']);
        let unknown = self.release.iter().filter(is_plain).find(|name| known.binary_search(&name.as_str()).is_err());
        let Some(name) = unknown else { return Ok(()) };
        let error = Error::usage(format!("no release `{name}` is or was here"));
        Err(match suggest::did_you_mean(name, known) {
            Some(hint) => error.hint(hint),
            None => error,
        })
    }
}
