//! `relm gate verify`.

use clap::Parser;

use super::super::{Command, Status};
use crate::cli::args::{self, Format, Global};
use crate::cli::context::Context;
use crate::cli::error::Error;
use crate::load::facts::Wants;
use crate::render::{gate::verify as render, json};
use crate::report::gate::verify;

/// Verify approvals: what the git history proves of each, and what it does not
#[derive(Debug, Parser)]
#[command(
    name = "verify",
    after_help = "Examples:\n  relm gate verify                          every approval of every release and change\n  relm gate verify payments-2026.12         of one release and the changes it carries\n  relm gate verify --at v4.2 --format json  as that commit had it\n\nWhat must be proven, `approvals: {provenance: …}` in `relm.yaml` says: `author` (the approver wrote the commit\nthat brought the approval), `signed` (and signed it), or `none`. The history is read whatever it says.\n\nExit code: 0 when every approval is proven that must be, 1 when one is not, 2 for wrong usage."
)]
pub struct Verify {
    /// Verify the approvals of these releases; globs allowed
    #[arg(value_name = "RELEASE")]
    releases: Vec<String>,

    #[command(flatten)]
    selection: args::Selection,
}

impl Command for Verify {
    const FORMATS: &'static [Format] = &[Format::Human, Format::Json, Format::Markdown];

    fn run(self, global: &Global) -> Result<Status, Error> {
        let mut context = Context::open(global)?;
        context.learn(Wants { provenance: true, ..Wants::default() });
        context.note_findings();
        let releases = super::releases(&context, &self.releases, &self.selection, true)?;
        let all = releases.len() == context.loaded.portfolio.releases.len();
        let view = super::view(&mut context, verify::SCHEMA, |header, input| {
            verify::Verify::new(header, input, &releases, all)
        });
        global.write(&match global.format {
            Format::Json => json::render(&view),
            Format::Markdown => render::markdown(&view),
            _ => render::human(&view, &global.style()),
        })?;
        Ok(if view.verified { Status::Done } else { Status::Refused })
    }
}
