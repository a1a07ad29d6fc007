//! `relm record change`.

use clap::Parser;
use clap::builder::PossibleValuesParser;

use super::super::{Command, Status};
use super::entry::{self, Given, Wanted};
use super::{Moment, Options, log, moment, references};
use crate::cli::args::{Format, Global};
use crate::cli::error::Error;
use crate::cli::write;
use crate::diagnostic::Span;
use crate::model::Kind;
use crate::model::records::{ChangeOutcome, ChangeStatus, ChangeType};

/// Record a request for change, and later where it stands
#[derive(Debug, Parser)]
#[command(
    name = "change",
    after_help = "Examples:\n  relm record change --id RFC-1021 --project ledger --type normal --status submitted --release payments-2026.12\n  relm record change --id RFC-1021 --status approved --window-start 2026-12-05T22:00 --window-end 2026-12-06T06:00\n  relm record change --id RFC-1021 --status closed --outcome successful\n\nA change is a manifest of its own. A new one becomes a file in the folder where most changes live, else in `changes/`; `--into` names another file. Of one that is there, status, outcome, release and window move on as told; another project or type is refused, unless --update replaces it.\n\nTimes without an offset are those of the portfolio's zone, as is what is written for `now`.\n\nExit code: 0 when it is recorded (or would be, with --dry-run), 2 when it was refused or cannot be written."
)]
pub struct Change {
    /// Its id
    #[arg(long, value_name = "ID")]
    id: String,

    /// The project that changes
    #[arg(long, value_name = "ID")]
    project: Option<String>,

    /// How it is authorised
    #[arg(long, value_name = "TYPE", value_parser = PossibleValuesParser::new(ChangeType::WORDS))]
    r#type: Option<String>,

    /// Where it stands
    #[arg(long, value_name = "STATUS", value_parser = PossibleValuesParser::new(ChangeStatus::WORDS))]
    status: Option<String>,

    /// The release that carries it
    #[arg(long, value_name = "ID")]
    release: Option<String>,

    /// From when it is implemented
    #[arg(long, value_name = "now|DATETIME", value_parser = moment)]
    window_start: Option<Moment>,

    /// Until when it is implemented
    #[arg(long, value_name = "now|DATETIME", value_parser = moment)]
    window_end: Option<Moment>,

    /// How it ended
    #[arg(long, value_name = "OUTCOME", value_parser = PossibleValuesParser::new(ChangeOutcome::WORDS))]
    outcome: Option<String>,

    /// Replace project and type, too
    #[arg(long)]
    update: bool,

    #[command(flatten)]
    options: Options,
}

impl Command for Change {
    const FORMATS: &'static [Format] = &[Format::Human, Format::Json];

    fn run(self, global: &Global) -> Result<Status, Error> {
        references::own(&self.id)?;
        let (mut context, lock) = write::open(global, "record change", self.options.dry_run)?;
        self.project.as_deref().map_or(Ok(()), |id| references::project(&context, id))?;
        self.release.as_deref().map_or(Ok(()), |id| references::release(&context, id))?;
        let portfolio = &context.loaded.portfolio;
        let siblings: Vec<Span> = portfolio.changes.iter().map(|change| change.span).collect();
        let file = match self.options.into.as_deref() {
            Some(path) => log::named(&context, path)?,
            None => write::file_among(&context, &siblings, "changes", &self.id),
        };
        let text = |path, value: Option<String>| value.map(|value| Given::text(path, value));
        let moving = |path, value| text(path, value).map(Given::moving_on);
        let time = |path, moment: Option<Moment>| {
            moment.map(|moment| Given::time(&context, path, moment, portfolio.zone).moving_on())
        };
        let given = [
            text(&["project"], self.project),
            text(&["type"], self.r#type),
            moving(&["status"], self.status),
            moving(&["release"], self.release),
            time(&["window", "start"], self.window_start),
            time(&["window", "end"], self.window_end),
            moving(&["outcome"], self.outcome),
        ];
        let wanted = Wanted {
            what: "change",
            kind: Kind::Change,
            existing: portfolio.changes.get(&self.id).map(|change| change.span),
            update: self.update,
            given: given.into_iter().flatten().collect(),
            file,
            id: Some(self.id),
        };
        entry::record(global, &mut context, lock, &self.options, &wanted)
    }
}
