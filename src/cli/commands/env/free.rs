//! `relm env free`.

use chrono_tz::Tz;
use clap::{Parser, ValueEnum};

use super::super::{Command, Status};
use crate::analysis::availability::Request;
use crate::cli::args::{self, Format, Global};
use crate::cli::context::Context;
use crate::cli::error::Error;
use crate::model::environment;
use crate::model::{Id, Portfolio};
use crate::render::{env::free as render, json};
use crate::report::env::free;
use crate::time::When;
use crate::time::duration::Duration;

/// Find the earliest time each environment is free for a length of work
#[derive(Debug, Parser)]
#[command(
    name = "free",
    after_help = "Examples:\n  relm env free --for 5d                 five working days, anywhere\n  relm env free --for 5d --stage uat --projects ledger,cards --before 2026-12-18\n  relm env free --for 2w --units 2 --exclusive --env 'uat-*'\n  relm env free --for 4h --from 2026-11-21T18:00 --use regression\n\n`5d` and `2w` are working time, `3ed` and `1ew` elapsed days, `4h` and `90m` hours. Times taken by others, drafts included, outages, maintenance, the time to set up and, for `--use code`, freezes are kept clear of. The search ends after two years."
)]
pub struct Free {
    /// How long it is needed, such as `5d`, `3ed` or `4h`
    #[arg(long = "for", value_name = "DURATION", value_parser = length)]
    length: Duration,

    /// Look at these environments; globs allowed
    #[arg(value_name = "ENV")]
    environments: Vec<String>,

    /// The same as naming them first
    #[arg(long, value_name = "ID")]
    env: Vec<String>,

    /// Look at the environments of these stages; globs allowed
    #[arg(long, value_name = "STAGE")]
    stage: Vec<String>,

    /// Only where all of these projects are hosted
    #[arg(long, value_name = "ID,…", value_delimiter = ',', visible_alias = "project")]
    projects: Vec<String>,

    /// How many units of the capacity are needed
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    units: u32,

    /// Only where nobody else is meanwhile
    #[arg(long)]
    exclusive: bool,

    /// What is done there: `code` (installs a version), `configuration` or `regression` (changes nothing)
    #[arg(long = "use", value_name = "USE", default_value = "code", hide_possible_values = true)]
    r#use: Use,

    /// Not before this day or time; default now
    #[arg(long, value_name = "DATE", value_parser = when)]
    from: Option<When>,

    /// Over before this day or time
    #[arg(long, value_name = "DATE", value_parser = when)]
    before: Option<When>,
}

/// What a booking does to an environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Use {
    /// Installs a version.
    Code,
    /// Changes configuration only.
    Configuration,
    /// Changes nothing.
    Regression,
}

impl From<Use> for environment::Use {
    fn from(word: Use) -> Self {
        match word {
            Use::Code => Self::Code,
            Use::Configuration => Self::Configuration,
            Use::Regression => Self::Regression,
        }
    }
}

/// Reads a length of time that is not nothing.
fn length(text: &str) -> Result<Duration, String> {
    let length = Duration::parse(text).map_err(|error| error.to_string())?;
    if length.is_zero() { Err("nothing takes no time; write `5d`, `3ed` or `4h`".to_owned()) } else { Ok(length) }
}

/// Reads a day or a time.
pub fn when(text: &str) -> Result<When, String> {
    When::parse(text).map_err(|error| error.to_string())
}

impl Command for Free {
    const FORMATS: &'static [Format] = &[Format::Human, Format::Json, Format::Csv, Format::Markdown];

    fn run(self, global: &Global) -> Result<Status, Error> {
        let mut context = Context::open(global)?;
        context.note_findings();
        let (clock, zone) = (context.clock, context.clock.zone);
        if let (Some(from), Some(before)) = (self.from, self.before)
            && from.instant(zone) >= before.instant(zone)
        {
            let error = Error::usage(format!("nothing lies between `--from {from}` and `--before {before}`"));
            return Err(error.hint("`--before` is the day or time by which it must be over"));
        }
        if let Some(before) = self.before.filter(|before| before.instant(zone) <= clock.now) {
            return Err(Error::usage(format!("`--before {before}` is past")).hint("name a later day"));
        }
        if let Some(from) = self.from.filter(|from| from.instant(zone) < clock.now) {
            global.note("note", &format!("{from} is past, so the search begins now"));
        }
        let options = args::Selection {
            env: [&self.env[..], &self.environments[..]].concat(),
            stage: self.stage.clone(),
            ..args::Selection::default()
        };
        let wanted = super::selected(&context, &options.resolve(&context)?);
        hosted(&context.loaded.portfolio, &self.projects)?;
        let view = super::view(&mut context, free::SCHEMA, |header, input| {
            let projects: Vec<&Id> = hosted(input.portfolio, &self.projects).unwrap_or_default();
            let request = |zone: Tz| Request {
                length: self.length,
                units: self.units,
                exclusive: self.exclusive,
                r#use: self.r#use.into(),
                projects: projects.clone(),
                from: self.from.map_or(clock.now, |from| from.instant(zone).max(clock.now)),
                before: self.before.map(|before| before.instant(zone)),
            };
            free::Free::new(header, input, &wanted, self.before.is_some(), request)
        });
        global.write(&match global.format {
            Format::Json => json::render(&view),
            Format::Csv => render::csv(&view),
            Format::Markdown => render::markdown(&view),
            _ => render::human(&view, &global.style()),
        })?;
        Ok(Status::Done)
    }
}

/// The projects of these ids.
fn hosted<'p>(portfolio: &'p Portfolio, ids: &[String]) -> Result<Vec<&'p Id>, Error> {
    let known = || portfolio.projects.iter().map(|project| &*project.id);
    let some = || known().take(6).collect::<Vec<_>>().join(", ");
    let find = |id: &String| match portfolio.projects.get(id) {
        Some(project) => Ok(&project.id),
        None => Err(Error::unknown("project", id, known(), format!("projects are, among others, {}", some()))),
    };
    ids.iter().map(find).collect()
}
