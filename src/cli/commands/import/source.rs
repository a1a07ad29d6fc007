//! The file that is brought in, as rows.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use chrono::{Datelike, NaiveDate};

use super::columns::Mapping;
use super::fields::What;
use crate::cli::context::Context;
use crate::cli::error::{Error, plain_io};
use crate::load::rows::{self, Form, MAX_SIZE, Row, Rows, RowsError};
use crate::time::{When, ics};

/// Years of holidays that are taken from a calendar file, from this one on, when nobody says which.
const YEARS: i32 = 3;

/// Days of holidays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Days {
    /// The first.
    pub from: Option<NaiveDate>,
    /// The last.
    pub to: Option<NaiveDate>,
}

/// The rows of a file, and what they are numbered by.
pub fn read(context: &Context<'_>, path: &Path, what: What, days: Days) -> Result<(Rows, &'static str), Error> {
    let form = form(path, what)?;
    let bytes = bytes(path)?;
    let failed = |error: RowsError| {
        let line = error.number.map(|line| format!(", line {line}")).unwrap_or_default();
        let failed = Error::input(format!("cannot read `{}`{line}: {error}", path.display()));
        error.help.into_iter().fold(failed, Error::hint)
    };
    let Some(form) = form else {
        let text = rows::text(&bytes).map_err(failed)?;
        let broken = |error: ics::IcsError| Error::input(format!("cannot read `{}`: {error}", path.display()));
        let rows =
            if what == What::Holidays { holidays(text, days.or_soon(context.clock.today)) } else { events(text) };
        return Ok((rows.map_err(broken)?, "line"));
    };
    let rows = rows::read(&bytes, form).map_err(failed)?;
    Ok((rows, if form == Form::Json { "object" } else { "line" }))
}

/// How the file is written, by its name; none for iCalendar.
fn form(path: &Path, what: What) -> Result<Option<Form>, Error> {
    let extension = path.extension().map(|extension| extension.to_string_lossy().to_lowercase());
    let calendars = matches!(what, What::Bookings | What::Holidays);
    match extension.as_deref() {
        Some("csv" | "tsv" | "txt") => Ok(Some(Form::Csv)),
        Some("json") => Ok(Some(Form::Json)),
        Some("ndjson" | "jsonl") => Ok(Some(Form::Ndjson)),
        Some("ics") if calendars => Ok(None),
        Some("ics") => {
            let error = Error::usage(format!("{} do not come from calendars", what.as_str()));
            Err(error.hint("an `.ics` file has bookings or holidays"))
        }
        _ => {
            let error = Error::usage(format!("nobody knows how `{}` is written", path.display()));
            let more = if calendars { ", `.ics`" } else { "" };
            Err(error.hint(format!("name a file that ends in `.csv`, `.tsv`, `.json`, `.ndjson`, `.jsonl`{more}")))
        }
    }
}

/// The bytes of the file, and not many more than are read at all.
fn bytes(path: &Path) -> Result<Vec<u8>, Error> {
    let failed = |error: &std::io::Error| {
        let why = if path.is_dir() { "it is a folder".to_owned() } else { plain_io(error) };
        Error::input(format!("cannot read `{}`: {why}", path.display()))
    };
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(|error| failed(&error))?;
    file.take(MAX_SIZE + 1).read_to_end(&mut bytes).map_err(|error| failed(&error))?;
    Ok(bytes)
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|&name| name.to_owned()).collect()
}

/// The events of a calendar as bookings: what they are called is their purpose, where they take place the environment.
fn events(text: &str) -> Result<Rows, ics::IcsError> {
    let mut rows = Rows { columns: names(&["purpose", "environment", "from", "to"]), ..Rows::default() };
    for event in ics::singles(text)? {
        let event = match event {
            Ok(event) => event,
            Err(error) => {
                let (message, help) = (error.reason().to_owned(), None);
                rows.faults.push(RowsError { number: error.line, message, help });
                continue;
            }
        };
        if event.repeats {
            rows.faults.push(RowsError {
                number: Some(event.line),
                message: format!("`{}` comes again and again", event.name),
                help: Some(
                    "a booking is for one time; write it out, or declare `maintenance:` with an `rrule`".to_owned(),
                ),
            });
            continue;
        }
        let text = |text: String| Some(text).filter(|text| !text.is_empty());
        let cells = vec![text(event.name), text(event.place), Some(event.from.to_string()), Some(event.to.to_string())];
        rows.rows.push(Row { number: event.line, cells });
    }
    Ok(rows)
}

fn holidays(text: &str, days: Days) -> Result<Rows, ics::IcsError> {
    let mut rows = Rows { columns: names(&["date", "name"]), ..Rows::default() };
    for ics::Day { date, name, line } in ics::days(text)?.into_iter().filter(|day| days.contain(day.date)) {
        rows.rows.push(Row { number: line, cells: vec![Some(date.to_string()), Some(name)] });
    }
    Ok(rows)
}

impl Days {
    /// The same; where nobody said which, this year and those after it.
    fn or_soon(self, today: NaiveDate) -> Self {
        let of_year = |year: i32, month, day| NaiveDate::from_ymd_opt(year, month, day);
        let first = self.from.or_else(|| of_year(today.year(), 1, 1));
        let years = first.map_or(today.year(), |first| first.year()) + YEARS - 1;
        Self { from: first, to: self.to.or_else(|| of_year(years, 12, 31)) }
    }

    fn contain(self, day: NaiveDate) -> bool {
        self.from.is_none_or(|from| from <= day) && self.to.is_none_or(|to| day <= to)
    }

    /// Leaves out the rows whose date, of whichever column, lies outside; what is no date stays, to be complained of.
    pub fn keep(self, rows: &mut Rows, mapping: &Mapping) {
        let day = |row: &Row| When::parse(mapping.text("date", row)?).ok();
        rows.rows.retain(|row| day(row).is_none_or(|when| self.contain(when.date())));
    }
}
