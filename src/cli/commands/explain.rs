//! `relm explain`.

use clap::Parser;

use super::check::unknown_rule;
use super::{Command, Status};
use crate::cli::args::{Format, Global};
use crate::cli::context::around;
use crate::cli::error::Error;
use crate::render::{json, rules as render};
use crate::report::rules::{EXPLAIN_SCHEMA, Explanation};
use crate::rules::find;

/// Explain a rule: what it reports, why, and how to fix it
#[derive(Debug, Parser)]
#[command(
    name = "explain",
    after_help = "Examples:\n  relm explain starts-before-predecessor\n  relm explain no-slack --format markdown"
)]
pub struct Explain {
    /// The rule, as `relm check` names it
    #[arg(value_name = "RULE")]
    rule: String,
}

impl Command for Explain {
    const FORMATS: &'static [Format] = &[Format::Human, Format::Json, Format::Markdown];

    fn run(self, global: &Global) -> Result<Status, Error> {
        let rule = find(&self.rule).ok_or_else(|| unknown_rule(&self.rule))?;
        let (context, header) = around(global, EXPLAIN_SCHEMA)?;
        let view = Explanation::new(header, rule, context.as_ref().map(|context| &context.loaded.portfolio));
        global.write(&match global.format {
            Format::Json => json::render(&view),
            Format::Markdown => render::explain_markdown(&view),
            _ => render::explain(&view, &global.style()),
        })?;
        Ok(Status::Done)
    }
}
