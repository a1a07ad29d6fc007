//! `relm diff`.

use std::collections::BTreeSet;

use clap::Parser;

use super::{Command, Status};
use crate::analysis::compare::{Both, Side, compare};
use crate::cli::args::{Format, Global};
use crate::cli::context::Context;
use crate::cli::error::Error;
use crate::diagnostic::{FileId, Finding, SourceMap, Span};
use crate::load;
use crate::render::{diff as render, json};
use crate::report::diff::{self, Origin};

/// Show what changed between two revisions, and what that does to the plan
#[derive(Debug, Parser)]
#[command(
    name = "diff",
    after_help = "Examples:\n  relm diff main                     what this branch and the work tree do to the plan\n  relm diff v1 v2                    between two tags\n  relm diff origin/main --format markdown -o comment.md\n  relm diff HEAD --exit-code         is anything different that is not committed?\n\nMoved files, the order of keys, formatting and comments are no changes. Both revisions are judged as of today.\n\nExit code: 0; with --exit-code 1 when anything is different. 2 when the revisions cannot be compared."
)]
pub struct Diff {
    /// The commit, branch or tag to compare with
    #[arg(value_name = "BASE")]
    base: String,

    /// The commit, branch or tag that is compared; the work tree unless given
    #[arg(value_name = "HEAD")]
    head: Option<String>,

    /// End with exit code 1 when anything is different
    #[arg(long)]
    exit_code: bool,
}

impl Command for Diff {
    const FORMATS: &'static [Format] = &[Format::Human, Format::Json, Format::Markdown];

    fn run(self, global: &Global) -> Result<Status, Error> {
        if self.head.is_some() && global.at.is_some() {
            let error = Error::usage("`--at` and the second revision both say what is compared");
            return Err(error.hint("leave one of them out"));
        }
        let at = self.head.clone().or_else(|| global.at.clone());
        let head_global = Global { at: at.clone(), ..global.clone() };
        let head = Context::open(&head_global)?;
        let base = head.at_revision(&self.base)?;
        if !base.loaded.has_settings {
            let message =
                format!("`relm.yaml` at revision `{}` cannot be read as the settings of a portfolio", self.base);
            return Err(Error::input(message).hint(format!("`relm check --at {}` shows why", self.base)));
        }
        let (before, after) = (base.judge(&[]).findings, head.judge(&[]).findings);
        let (old, new) = (side(&base, &before), side(&head, &after));
        let comparison = compare(&old, &new);
        let (fixed, found) = (&comparison.findings.fixed, &comparison.findings.new);
        let places =
            |of: fn(Both<Option<Span>>) -> Option<Span>| comparison.written.iter().filter_map(move |it| of(it.place));
        let texts = (texts(&base, fixed, places(|it| it.before)), texts(&head, found, places(|it| it.after)));
        let from = diff::Base { commit: base.source.commit().unwrap_or_default().to_owned(), revision: self.base };
        let origins = (origin(&base, &texts.0), origin(&head, &texts.1));
        let header = head.header(diff::SCHEMA);
        let mut view = diff::Diff::new(header, from, (&old, &new), &comparison, origins);
        view.head = at;
        global.write(&match global.format {
            Format::Json => json::render(&view),
            Format::Markdown => render::markdown::render(&view),
            _ => render::human::render(&view, &global.style()),
        })?;
        Ok(if self.exit_code && !view.is_empty() { Status::Refused } else { Status::Done })
    }
}

fn side<'c>(context: &'c Context<'_>, findings: &'c [Finding]) -> Side<'c> {
    Side { gates: context.gates(), graph: context.graph(), occupancy: context.occupancy(), findings }
}

fn origin<'c>(context: &'c Context<'_>, sources: &'c SourceMap) -> Origin<'c> {
    Origin { sources, findings: &context.loaded.findings }
}

/// The files of a side with the texts of those that these findings and places are in.
fn texts(context: &Context<'_>, findings: &[&Finding], places: impl Iterator<Item = Span>) -> SourceMap {
    let mut sources = context.loaded.sources.clone();
    let related = |it: &&Finding| it.related.iter().map(|label| label.span).collect::<Vec<_>>();
    let spans = findings.iter().flat_map(|it| std::iter::once(it.span).chain(related(it)));
    let files: BTreeSet<FileId> = spans.chain(places).map(|span| span.file).collect();
    for file in files {
        load::attach_text(&mut sources, &context.source, file);
    }
    sources
}
