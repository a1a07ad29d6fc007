//! `relm artifacts verify`.

use std::collections::BTreeSet;

use clap::Parser;

use super::super::{Command, Status};
use crate::cli::args::{self, Format, Global};
use crate::cli::context::Context;
use crate::cli::error::Error;
use crate::load::facts;
use crate::model::release;
use crate::render::{artifacts as render, json};
use crate::report::artifacts;

/// Compare the files that ship with their hashes, and show licences that end
#[derive(Debug, Parser)]
#[command(
    name = "verify",
    after_help = "Examples:\n  relm artifacts verify                      every release that is not cancelled\n  relm artifacts verify payments-2026.12     one release\n  relm artifacts verify --at v4.2            as that tag has them\n  relm artifacts verify --format json | jq '.artifacts[] | select(.state != \"verified\")'\n\nWhat lies at an address (`https://…`) is not looked at. Licences are shown that have ended, or end within\n60 days or before their release's target.\n\nExit code: 0 when every artifact with a recorded hash verifies, 1 when a file differs or is not there, 2\nfor wrong usage."
)]
pub struct Verify {
    /// Verify these releases; globs allowed
    #[arg(value_name = "RELEASE")]
    releases: Vec<String>,

    #[command(flatten)]
    selection: args::Selection,
}

impl Command for Verify {
    const FORMATS: &'static [Format] = &[Format::Human, Format::Json];

    fn run(mut self, global: &Global) -> Result<Status, Error> {
        let mut context = Context::open(global)?;
        context.note_findings();
        self.selection.release.append(&mut self.releases);
        let wanted = self.wanted(&context)?;
        let portfolio = &context.loaded.portfolio;
        let items = || wanted.iter().flat_map(|&release| &portfolio.releases[release].scope);
        let shipped: Vec<_> = items().flat_map(|item| &item.artifacts).collect();
        let files = facts::hashes(&context.source, shipped.iter().map(|artifact| &*artifact.uri));
        let written: BTreeSet<_> = shipped.iter().map(|artifact| artifact.uri.span.file).collect();
        for file in written {
            context.loaded.attach_text(&context.source, file);
        }
        let (portfolio, sources) = (&context.loaded.portfolio, &context.loaded.sources);
        let view = artifacts::Verify::new(context.header(artifacts::SCHEMA), portfolio, &wanted, &files, sources);
        global.write(&match global.format {
            Format::Json => json::render(&view),
            _ => render::human(&view, &global.style()),
        })?;
        Ok(if view.verified { Status::Done } else { Status::Refused })
    }
}

impl Verify {
    /// The releases to look at, by index: those that match, and unless named only those that are not cancelled.
    fn wanted(&self, context: &Context<'_>) -> Result<Vec<usize>, Error> {
        let portfolio = &context.loaded.portfolio;
        let selection = self.selection.resolve(context)?;
        let is_named = !self.selection.release.is_empty();
        let wanted = portfolio.releases.iter().enumerate().filter(|(r, release)| {
            let is_there = is_named || release.status() != release::Status::Cancelled;
            is_there && selection.selects(portfolio, release, &context.schedule().releases[*r])
        });
        Ok(wanted.map(|(r, _)| r).collect())
    }
}
