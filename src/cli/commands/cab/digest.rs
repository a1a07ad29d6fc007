//! `relm cab digest`.

use clap::Parser;

use super::super::{Command, Status};
use crate::analysis::changes::Changes;
use crate::analysis::digest::{self as analysis, Side};
use crate::cli::args::{Format, Global};
use crate::cli::context::Context;
use crate::cli::error::Error;
use crate::cli::written::{self, Texts};
use crate::render::cab::digest as render;
use crate::report::cab::digest;

/// Tell what has changed since the change board last met
#[derive(Debug, Parser)]
#[command(
    name = "digest",
    after_help = "Examples:\n  relm cab digest --since board-46              since the commit that somebody tagged then\n  relm cab digest --since main~20 --format markdown\n  relm cab digest --since v1 --at v2            between two commits\n\nIt tells which changes are new, withdrawn or say something else, which releases ship something else or at another time, who\ndecided what, and which approvals no longer hold because what they approved has changed."
)]
pub struct Digest {
    /// The commit, branch or tag of the last meeting
    #[arg(long, value_name = "REV")]
    since: String,
}

impl Command for Digest {
    const FORMATS: &'static [Format] = &[Format::Human, Format::Json, Format::Markdown, Format::Html];

    fn run(self, global: &Global) -> Result<Status, Error> {
        let context = Context::open(global)?;
        context.note_findings();
        let before = context.at_revision(&self.since)?;
        if !before.loaded.has_settings {
            let error = format!("`relm.yaml` at `{}` cannot be read as the settings of a portfolio", self.since);
            return Err(Error::input(error).hint(format!("`relm check --at {}` shows why", self.since)));
        }
        let (old, new) = (before.gates(), context.gates());
        let old = Side { gates: old, changes: &Changes::new(old.portfolio, old.facts) };
        let new = Side { gates: new, changes: &Changes::new(new.portfolio, new.facts) };
        let found = analysis::Digest::new(old, new);
        let since = digest::Since { revision: self.since, commit: before.source.commit().map(str::to_owned) };
        let name = context.loaded.portfolio.settings.common.name().map(str::to_owned);
        let view = digest::Digest::new(context.header(digest::SCHEMA), name, since, &found);
        written::view(global, &view, &Texts::NONE, render::sheet)?;
        Ok(Status::Done)
    }
}
