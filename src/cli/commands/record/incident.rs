//! `relm record incident`.

use clap::Parser;

use super::super::{Command, Status};
use super::entry::{self, Given, Wanted};
use super::{Moment, Options, log, moment, references};
use crate::cli::args::{Format, Global};
use crate::cli::error::Error;
use crate::cli::write;
use crate::model::Kind;

/// Record an incident, and later when service was back
#[derive(Debug, Parser)]
#[command(
    name = "incident",
    after_help = "Examples:\n  relm record incident --id INC-2041 --project ledger --environment prod --severity 1 --opened 2026-12-06T09:00\n  relm record incident --id INC-2041 --restored now\n  relm record incident --id INC-2041 --caused-by D-881\n  relm record incident --id INC-2041 --severity 2 --update\n\nTimes without an offset are those of the environment's zone, as is what is written for `now`.\n\nAn incident that is recorded gets the values that it lacks. `now` does not contradict a time that is recorded; other values are refused, unless --update replaces them.\n\nExit code: 0 when it is recorded (or would be, with --dry-run), 2 when it was refused or cannot be written."
)]
pub struct Incident {
    /// Its id
    #[arg(long, value_name = "ID")]
    id: String,

    /// The project that failed
    #[arg(long, value_name = "ID")]
    project: Option<String>,

    /// Where it failed
    #[arg(long, value_name = "ID")]
    environment: Option<String>,

    /// 1, worst, to 9
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=9))]
    severity: Option<u32>,

    /// When it began; of a new incident required
    #[arg(long, value_name = "now|DATETIME", value_parser = moment)]
    opened: Option<Moment>,

    /// When service was back
    #[arg(long, value_name = "now|DATETIME", value_parser = moment)]
    restored: Option<Moment>,

    /// The deployment or the release that caused it
    #[arg(long, value_name = "ID")]
    caused_by: Option<String>,

    /// Replace values that are recorded otherwise
    #[arg(long)]
    update: bool,

    #[command(flatten)]
    options: Options,
}

impl Command for Incident {
    const FORMATS: &'static [Format] = &[Format::Human, Format::Json];

    fn run(self, global: &Global) -> Result<Status, Error> {
        references::own(&self.id)?;
        let (mut context, lock) = write::open(global, "record incident", self.options.dry_run)?;
        self.project.as_deref().map_or(Ok(()), |id| references::project(&context, id))?;
        self.environment.as_deref().map_or(Ok(()), |id| references::environment(&context, id))?;
        self.caused_by.as_deref().map_or(Ok(()), |id| references::cause(&context, id))?;
        let portfolio = &context.loaded.portfolio;
        let existing = portfolio.incidents.iter().find(|entry| *entry.id == *self.id);
        if existing.is_none() && self.opened.is_none() {
            let error = Error::usage(format!("no incident `{}` is recorded yet, so it needs `--opened`", self.id));
            let near = crate::diagnostic::suggest::did_you_mean(&self.id, portfolio.incidents.iter().map(|it| &*it.id));
            return Err(error.hint(near.unwrap_or_else(|| "say when it began, or `--opened now`".to_owned())));
        }
        let recorded = existing.and_then(|entry| entry.environment.as_deref());
        let environment = self.environment.as_deref().or(recorded);
        let zone = environment.map_or(portfolio.zone, |id| portfolio.zone_at(id));
        let text = |path, value: Option<String>| value.map(|value| Given::text(path, value));
        let time = |path, moment: Option<Moment>| moment.map(|moment| Given::time(&context, path, moment, zone));
        let given = [
            text(&["project"], self.project),
            text(&["environment"], self.environment),
            text(&["severity"], self.severity.map(|severity| severity.to_string())),
            time(&["opened"], self.opened),
            time(&["restored"], self.restored),
            text(&["caused_by"], self.caused_by),
        ];
        let wanted = Wanted {
            what: "incident",
            kind: Kind::Incidents,
            existing: existing.map(|entry| entry.span),
            update: self.update,
            given: given.into_iter().flatten().collect(),
            file: log::destination(&context, self.options.into.as_deref(), Kind::Incidents)?,
            id: Some(self.id),
        };
        entry::record(global, &mut context, lock, &self.options, &wanted)
    }
}
