//! `relm import`: what others already have, as records, bookings and holidays.
//!
//! [`source`] reads the file as rows, [`columns`] finds the column of each field, [`entry`] checks a row, [`known`] tells what is
//! there already, and [`drafts`] writes the rest into the manifests.

mod columns;
mod drafts;
mod entry;
mod fields;
mod known;
mod source;
mod times;

use std::collections::HashSet;
use std::path::PathBuf;

use chrono::NaiveDate;
use clap::Parser;

use super::{Command, Status};
use crate::cli::args::{Format, Global, date};
use crate::cli::context::Context;
use crate::cli::error::Error;
use crate::cli::write::{self, Draft, line_views};
use crate::diagnostic::{Finding, Span};
use crate::edit::Lock;
use crate::load::rows::{Rows, RowsError};
use crate::model::Kind;
use crate::render::{import as render, json};
use crate::report::check;
use crate::report::import::{Changed, Fault, Import as View, SCHEMA};
use columns::{Mapping, Wishes};
use drafts::Target;
use entry::{Entry, Reader};
use fields::What;
use known::{Known, Place};
use source::Days;
use times::TimeFormat;

/// Bring in records, bookings and holidays from the files of other tools
#[derive(Debug, Parser)]
#[command(
    name = "import",
    after_help = "Examples:\n  relm import deployments deploys.csv                     what would be added\n  relm import deployments deploys.csv --write             add it\n  relm import deployments jobs.json --map project=service.name --map at=finished_at \\\n    --map 'result:SUCCESS=succeeded' --map 'result:FAILURE=failed' --set environment=prod\n  relm import incidents tickets.csv --map id=Key --map opened=Created --map restored=Resolved\n  relm import deployments jobs.csv --time-format '%d/%m/%Y %H:%M'\n  relm import pipelines builds.ndjson --map duration_seconds=duration\n  relm import bookings team.ics --set environment=uat-1   events of a calendar\n  relm import holidays uk.ics --calendar default --write  days into `relm.yaml`\n\nFILE is CSV (commas, semicolons or tabs, with a head line), a JSON list of objects, NDJSON, or for bookings and holidays a calendar (.ics). Columns are found by the names of the fields, whatever their case and separators; an unknown field or column is answered with those there are. Fields below others are named with dots, in files as in manifests.\n\nDays and times are understood as manifests write them (2026-12-05, 2026-12-05T22:00, with Z or +01:00); other notations are named with --time-format, whose pattern is that of `date`: %d/%b/%y %I:%M %p reads 02/Nov/26 10:00 AM. Times without an offset are those of the zone of the environment the row is about, else of the portfolio's.\n\nNothing is written without --write. What is there already is left alone: a row with an id by its id, a row without by project, version, environment and time (pipelines by all values, bookings by environment, time and purpose, holidays by their day). Rows that are wrong are told with their place, and then nothing is written unless --skip-bad.\n\nEntries go at the end of the log that holds the latest of their kind; changes into one file named as FILE in the folder where most changes live; bookings and holidays where their environments and calendars are written. Comments and layout stay.\n\nExit code: 0 when it was written (or would be), 2 when it was refused or cannot be read or written."
)]
pub struct Import {
    /// What is brought in
    #[arg(value_name = "KIND")]
    what: What,

    /// The file
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// The column a field comes from, or what a value means: `FIELD:VALUE=WORD`; may be repeated
    #[arg(long, value_name = "FIELD=COLUMN")]
    map: Vec<String>,

    /// A value that is the same for every row; may be repeated
    #[arg(long, value_name = "FIELD=VALUE")]
    set: Vec<String>,

    /// How columns write days and times: a pattern such as `%d/%m/%Y %H:%M`, `epoch` (seconds since 1970), or `epoch-ms`
    #[arg(long, value_name = "FORMAT", value_parser = TimeFormat::parse)]
    time_format: Option<TimeFormat>,

    /// Write records into this file; it is made when it is not there
    #[arg(long, value_name = "FILE")]
    into: Option<PathBuf>,

    /// Write, instead of saying what would be written
    #[arg(long)]
    write: bool,

    /// Leave out rows that are wrong
    #[arg(long)]
    skip_bad: bool,

    /// The calendar that holidays go into
    #[arg(long, value_name = "NAME", default_value = "default")]
    calendar: String,

    /// Of holidays, only those on this day or later
    #[arg(long, value_name = "DATE", value_parser = date)]
    from: Option<NaiveDate>,

    /// Of holidays, only those on this day or before; without, a calendar file gives three years
    #[arg(long, value_name = "DATE", value_parser = date)]
    to: Option<NaiveDate>,

    /// Name the file of holidays in the calendar instead of copying its days
    #[arg(long)]
    reference: bool,
}

/// The rows, sorted by what becomes of them.
#[derive(Default)]
struct Sorted {
    new: Vec<Entry>,
    there: Vec<(Entry, Span)>,
    /// How many are there already.
    skipped: usize,
    /// How many say again what another row of the file says.
    repeated: usize,
    faults: Vec<Fault>,
}

impl Command for Import {
    const FORMATS: &'static [Format] = &[Format::Human, Format::Json];

    fn run(self, global: &Global) -> Result<Status, Error> {
        self.only_for_holidays()?;
        let wishes = Wishes::parse(&self.map, &self.set)?;
        let (context, lock) = write::open(global, "import", !self.write)?;
        context.note_findings();
        if self.reference {
            return self.refer(global, &context, lock);
        }
        let days = Days { from: self.from, to: self.to };
        let (mut rows, numbered_by) = source::read(&context, &self.file, self.what, days)?;
        let mapping = wishes.resolve(self.what, &rows)?;
        if self.what == What::Holidays {
            days.keep(&mut rows, &mapping);
        }
        let target = Target { into: self.into.as_deref(), source: &self.file, calendar: &self.calendar };
        let mut known = Known::of(&context, self.what, &self.calendar);
        if let Some(file) = target.file(&context, self.what)? {
            let bytes = context.source.read_path(&file).unwrap_or_default();
            known.add_unread(&String::from_utf8_lossy(&bytes), self.what.kind());
        }
        let sorted = self.sort(&context, &mapping, (&rows, numbered_by), &mut known);
        let drafts = target.drafts(&context, self.what, &sorted.new, &mut known)?;
        let view = View {
            numbered_by,
            fields: mapping.sources(&rows),
            ignored: mapping.ignored(&rows),
            rows: rows.rows.len() + rows.faults.len(),
            added: sorted.new.len(),
            skipped: sorted.skipped,
            repeated: sorted.repeated,
            differing: known::differing(&context, &sorted.there),
            refused: !sorted.faults.is_empty() && !self.skip_bad,
            faults: sorted.faults,
            ..self.blank(&context)
        };
        self.finish(global, &context, lock, &drafts, view)
    }
}

impl Import {
    /// Options for holidays are refused with everything else.
    fn only_for_holidays(&self) -> Result<(), Error> {
        if self.what == What::Holidays {
            return Ok(());
        }
        let given = [
            ("--from", self.from.is_some()),
            ("--to", self.to.is_some()),
            ("--reference", self.reference),
            ("--calendar", self.calendar != "default"),
        ];
        match given.into_iter().find(|(_, given)| *given) {
            None => Ok(()),
            Some((option, _)) => Err(Error::usage(format!("`{option}` is for holidays")).hint("leave it out")),
        }
    }

    /// Sorts out what is wrong, what is there, and what is there twice.
    fn sort(
        &self,
        context: &Context<'_>,
        mapping: &Mapping,
        (rows, numbered_by): (&Rows, &str),
        known: &mut Known,
    ) -> Sorted {
        let mut sorted = Sorted { faults: rows.faults.iter().map(fault).collect(), ..Sorted::default() };
        let mut reader = Reader::new(self.what, context, mapping, rows, self.time_format.as_ref());
        // Runs of a pipeline have no id: what differs in anything, though nothing of it is written, is another run.
        let mut runs = HashSet::new();
        for row in &rows.rows {
            let entry = match reader.read(row) {
                Ok(entry) => entry,
                Err(faults) => {
                    sorted.faults.extend(faults);
                    continue;
                }
            };
            if self.what == What::Pipelines && !runs.insert(&row.cells) {
                sorted.repeated += 1;
                continue;
            }
            match known.find(&entry) {
                None => {
                    known.add(&entry, sorted.new.len());
                    sorted.new.push(entry);
                }
                Some(Place::New(index)) if self.what == What::Holidays => {
                    sorted.new[index].join("name", &entry);
                    sorted.repeated += 1;
                }
                Some(Place::New(index)) if sorted.new[index].values != entry.values => {
                    sorted.faults.push(twice(&entry, &sorted.new[index], numbered_by));
                }
                Some(Place::New(_)) => sorted.repeated += 1,
                Some(Place::Unread) => sorted.skipped += 1,
                Some(Place::Written(span)) => {
                    sorted.skipped += 1;
                    sorted.there.push((entry, span));
                }
            }
        }
        sorted.faults.sort_by_key(|fault| fault.row);
        sorted
    }

    /// Writes the name of a file of holidays into a calendar.
    fn refer(&self, global: &Global, context: &Context<'_>, lock: Option<Lock>) -> Result<Status, Error> {
        let is_ics = self.file.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("ics"));
        if !is_ics {
            return Err(
                Error::usage("`--reference` needs a calendar file (.ics)").hint("leave it out to copy the days")
            );
        }
        let days = Days { from: self.from, to: self.to };
        let (rows, numbered_by) = source::read(context, &self.file, self.what, days)?;
        let Some(path) = context.below_root(&self.file) else {
            let error = Error::usage(format!("`{}` is outside the portfolio", self.file.display()));
            return Err(
                error.hint("copy it below the folder of `relm.yaml`, or leave `--reference` out to copy the days")
            );
        };
        let drafts: Vec<Draft> = drafts::reference(context, &self.calendar, &path)?.into_iter().collect();
        let is_new = !drafts.is_empty();
        let (added, skipped) = if is_new { (rows.rows.len(), 0) } else { (0, rows.rows.len()) };
        let view = View { numbered_by, rows: rows.rows.len(), added, skipped, ..self.blank(context) };
        self.finish(global, context, lock, &drafts, view)
    }

    fn blank(&self, context: &Context<'_>) -> View {
        View {
            header: context.header(SCHEMA),
            what: self.what.as_str(),
            source: self.file.display().to_string(),
            numbered_by: "line",
            written: false,
            dry_run: !self.write,
            refused: false,
            fields: Vec::new(),
            ignored: Vec::new(),
            rows: 0,
            added: 0,
            skipped: 0,
            repeated: 0,
            differing: Vec::new(),
            faults: Vec::new(),
            files: Vec::new(),
            findings: Vec::new(),
        }
    }

    /// Judges the files as they shall be, writes them if that is asked for and nothing speaks against it, and says so.
    fn finish(
        &self,
        global: &Global,
        context: &Context<'_>,
        lock: Option<Lock>,
        drafts: &[Draft],
        mut view: View,
    ) -> Result<Status, Error> {
        view.files = drafts.iter().map(changed).collect();
        if !drafts.is_empty() && !view.refused {
            let mut after = write::preview(drafts, context)?;
            let mut findings = write::faults(context, &after, &[]);
            view.refused = !findings.is_empty();
            if !view.refused {
                self.is_read(context, &after, &view, drafts)?;
                if self.write {
                    write::write_all(drafts, context)?;
                    view.written = true;
                }
                findings = write::notes(context, &after);
            }
            view.findings = views(&mut after, &findings);
        }
        drop(lock);
        global.write(&match global.format {
            Format::Json => json::render(&view),
            _ => render::human(&view, &global.style()),
        })?;
        if !view.refused {
            return Ok(Status::Done);
        }
        if view.faults.is_empty() || !view.findings.is_empty() {
            return Err(Error::usage(format!("the {} were not added; nothing was written", view.what)));
        }
        let mut bad: Vec<Option<usize>> = view.faults.iter().map(|fault| fault.row).collect();
        bad.dedup();
        let error = Error::usage(format!("{} of {} rows cannot be added; nothing was written", bad.len(), view.rows));
        Err(error.hint("mend them, or leave them out with `--skip-bad`"))
    }

    /// Refuses what would stand in a file that is not read.
    fn is_read(&self, before: &Context<'_>, after: &Context<'_>, view: &View, drafts: &[Draft]) -> Result<(), Error> {
        let count = |context: &Context<'_>| {
            let portfolio = &context.loaded.portfolio;
            match self.what.kind() {
                Kind::Deployments => portfolio.deployments.len(),
                Kind::Incidents => portfolio.incidents.len(),
                Kind::Pipelines => portfolio.pipelines.len(),
                Kind::Change => portfolio.changes.len(),
                Kind::Environment => portfolio.environments.iter().map(|environment| environment.bookings.len()).sum(),
                _ => usize::MAX,
            }
        };
        if count(after) == usize::MAX || count(after) >= count(before) + view.added {
            return Ok(());
        }
        let file = drafts.first().map(Draft::file).unwrap_or_default();
        let error = Error::input(format!("what is written into `{file}` would not be read"));
        Err(error.hint(
            "it is hidden, ignored by git, excluded by `relm.yaml`, or cannot be read; name another file with `--into`",
        ))
    }
}

fn views(after: &mut Context<'_>, findings: &[Finding]) -> Vec<check::FindingView> {
    after.attach_texts(findings);
    check::views(findings, &after.loaded.sources)
}

fn changed(draft: &Draft) -> Changed {
    Changed { file: draft.file().to_owned(), new: draft.is_new(), lines: line_views(draft) }
}

fn fault(error: &RowsError) -> Fault {
    Fault { row: error.number, column: None, field: None, message: error.message.clone(), help: error.help.clone() }
}

/// The same thing with other values, in one file.
fn twice(entry: &Entry, first: &Entry, numbered_by: &str) -> Fault {
    let differs = |name: &str| entry.get(name) != first.get(name);
    let names = entry.values.iter().chain(&first.values).map(|(name, _)| name.as_str()).filter(|name| differs(name));
    let mut names: Vec<String> = names.map(|name| format!("`{name}`")).collect();
    names.sort_unstable();
    names.dedup();
    let name = entry.get("id").map_or_else(|| "the same".to_owned(), |id| format!("`{id}`"));
    let message = format!("{name} stands in {numbered_by} {} already, with another {}", first.row, names.join(", "));
    Fault {
        row: Some(entry.row),
        column: None,
        field: None,
        message,
        help: Some("leave one of the two out".to_owned()),
    }
}
