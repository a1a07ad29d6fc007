//! `relm record pipeline`.

use clap::Parser;
use clap::builder::{NonEmptyStringValueParser, PossibleValuesParser};

use super::super::{Command, Status};
use super::entry::{self, Given, Wanted};
use super::{Moment, Options, at, log, references};
use crate::cli::args::{Format, Global};
use crate::cli::context::Context;
use crate::cli::error::Error;
use crate::cli::write;
use crate::model::Kind;
use crate::model::records::{PipelineRun, RunResult};
use crate::model::scalar::Minutes;
use crate::time::duration::Duration;

/// Record a run of a pipeline: how long it took, and how it ended
#[derive(Debug, Parser)]
#[command(
    name = "pipeline",
    after_help = "Examples:\n  relm record pipeline --project ledger --name build --duration 38m --at now --result succeeded\n  relm record pipeline --project ledger --name nightly-tests --duration 2h50m --at 2026-11-03T10:00Z --result failed\n\nTimes without an offset are those of the portfolio's zone, as is what is written for `now`. A run has no id: it is recorded already when one with all the same values is.\n\nExit code: 0 when it is recorded (or would be, with --dry-run), 2 when it was refused or cannot be written."
)]
pub struct Pipeline {
    /// The project it builds or tests
    #[arg(long, value_name = "ID")]
    project: String,

    /// Which pipeline it is
    #[arg(long, value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    name: String,

    /// How long it took, such as `38m` or `2h50m`
    #[arg(long, value_name = "DURATION", value_parser = minutes)]
    duration: Minutes,

    /// When it finished
    #[arg(long, value_name = "now|DATETIME")]
    at: String,

    /// How it ended
    #[arg(long, value_name = "RESULT", value_parser = PossibleValuesParser::new(RunResult::WORDS))]
    result: Option<String>,

    #[command(flatten)]
    options: Options,
}

fn minutes(text: &str) -> Result<Minutes, String> {
    match Duration::parse(text) {
        Ok(Duration::Clock { minutes }) => Ok(Minutes(minutes)),
        Ok(_) => Err("write hours and minutes, such as `38m` or `2h50m`; a day on the clock is `24h`".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

impl Command for Pipeline {
    const FORMATS: &'static [Format] = &[Format::Human, Format::Json];

    fn run(self, global: &Global) -> Result<Status, Error> {
        let (at, global) = at(global, &self.at)?;
        let global = &global;
        let (mut context, lock) = write::open(global, "record pipeline", self.options.dry_run)?;
        references::project(&context, &self.project)?;
        let zone = context.loaded.portfolio.zone;
        let given = [
            Some(Given::text(&["project"], &self.project)),
            Some(Given::time(&context, &["at"], at, zone)),
            Some(Given::text(&["name"], &self.name)),
            Some(Given::text(&["duration"], self.duration.to_string())),
            self.result.as_deref().map(|result| Given::text(&["result"], result)),
        ];
        let wanted = Wanted {
            what: "pipeline",
            kind: Kind::Pipelines,
            id: None,
            existing: self.existing(&context, at).map(|entry| entry.span),
            update: false,
            given: given.into_iter().flatten().collect(),
            file: log::destination(&context, self.options.into.as_deref(), Kind::Pipelines)?,
        };
        entry::record(global, &mut context, lock, &self.options, &wanted)
    }
}

impl Pipeline {
    fn existing<'c>(&self, context: &'c Context<'_>, at: Moment) -> Option<&'c PipelineRun> {
        let zone = context.loaded.portfolio.zone;
        let at = match at {
            Moment::At(when) => when.instant(zone),
            Moment::Now => super::written(context.clock.now, zone).instant(zone),
        };
        context.loaded.portfolio.pipelines.iter().find(|entry| {
            *entry.project == *self.project
                && entry.common.name() == Some(&self.name)
                && entry.duration.value == self.duration
                && entry.at.value.instant(zone) == at
                && entry.result.map(RunResult::as_str) == self.result.as_deref()
        })
    }
}
