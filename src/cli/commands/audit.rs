//! `relm audit`.

use clap::{Parser, ValueEnum};

use super::{Command, Status};
use crate::analysis::audit::Action;
use crate::analysis::selection::Patterns;
use crate::cli::args::{Format, Global};
use crate::cli::context::Context;
use crate::cli::error::Error;
use crate::load::history::{self, Since};
use crate::render::{audit as render, json};
use crate::report::audit::{self, Entry, Wanted};
use crate::report::gate::verify::history_word;
use crate::time::When;

/// List who approved, refused, waived, overrode or moved what, by the git history
#[derive(Debug, Parser)]
#[command(
    name = "audit",
    after_help = "Examples:\n  relm audit                                      everything, what is not committed first\n  relm audit --since 2026-10-01                   written on that day or later\n  relm audit --since v4.1                         not yet in that tag\n  relm audit --release 'payments-*' --only approved --only waived\n  relm audit --format csv -o audit.csv\n\nWhat is listed: approved, rejected, withdrawn (a decision taken away), waived, excepted (from a freeze),\nallowed (a finding, by a comment), criteria (what a gate asks for and whether it is met), moved (a date),\npolicy (how approvals are judged, which gates are demanded, freezes), people (roles, addresses, keys)."
)]
pub struct Audit {
    /// Only what was written on this day or later, or is not in this commit, branch or tag
    #[arg(long, value_name = "DATE|REV")]
    since: Option<String>,

    /// Only of these releases; globs allowed, may be repeated
    #[arg(long, value_name = "ID")]
    release: Vec<String>,

    /// Only what is called this; may be repeated
    #[arg(long, value_name = "ACTION")]
    only: Vec<ActionName>,
}

/// What was done, on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ActionName {
    Approved,
    Rejected,
    Withdrawn,
    Waived,
    Excepted,
    Allowed,
    Criteria,
    Moved,
    Policy,
    People,
}

impl From<ActionName> for Action {
    fn from(name: ActionName) -> Self {
        match name {
            ActionName::Approved => Self::Approved,
            ActionName::Rejected => Self::Rejected,
            ActionName::Withdrawn => Self::Withdrawn,
            ActionName::Waived => Self::Waived,
            ActionName::Excepted => Self::Excepted,
            ActionName::Allowed => Self::Allowed,
            ActionName::Criteria => Self::Criteria,
            ActionName::Moved => Self::Moved,
            ActionName::Policy => Self::Policy,
            ActionName::People => Self::People,
        }
    }
}

impl Command for Audit {
    const FORMATS: &'static [Format] = &[Format::Human, Format::Json, Format::Markdown, Format::Csv];

    fn run(self, global: &Global) -> Result<Status, Error> {
        let context = Context::open(global)?;
        let since = match &self.since {
            None => Since::Beginning,
            Some(text) => match When::parse(text) {
                Ok(when) => Since::Instant(when.instant(context.loaded.portfolio.zone)),
                Err(_) => Since::Revision(text.clone()),
            },
        };
        let releases = Patterns::new(&self.release)
            .map_err(|error| Error::usage(format!("`{}` is not a pattern: {}", error.pattern, error.why)))?;
        let wanted = Wanted { releases, actions: self.only.iter().map(|&name| name.into()).collect() };
        let mut entries = Vec::new();
        let history = history::revisions(&context.source, &context.loaded, &since, &mut |revision| {
            entries.extend(Entry::of(&revision, &wanted));
        })?;
        let view = audit::Audit {
            header: context.header(audit::SCHEMA),
            portfolio: context.loaded.portfolio.settings.common.name().map(str::to_owned),
            since: self.since,
            history: history_word(&history),
            entries,
        };
        global.write(&match global.format {
            Format::Json => json::render(&view),
            Format::Markdown => render::markdown::render(&view),
            Format::Csv => render::csv::render(&view),
            _ => render::human::render(&view, &global.style()),
        })?;
        Ok(Status::Done)
    }
}
