//! `relm export`.

use std::path::PathBuf;

use clap::Parser;

use super::report::{base, moves};
use super::{Command, Status};
use crate::cli::args::{Format, Global};
use crate::cli::context::Context;
use crate::cli::error::Error;
use crate::cli::folder::{EXPORT, Folder};
use crate::diagnostic::FileId;
use crate::git::Follow;
use crate::load::facts::Wants;
use crate::load::history::Since;
use crate::load::moves::{Ask, chronicle};
use crate::render::{export as render, json};
use crate::report::export::{Definition, Export as View, Input, Row, SCHEMA, TABLES, Written, find};

/// Write plans, gates, records, moves, metrics and findings as tables
#[derive(Debug, Parser)]
#[command(
    name = "export",
    after_help = "Examples:\n  relm export out                            every table as CSV\n  relm export out --format parquet           for DuckDB, Spark or a warehouse\n  relm export out --format ndjson --table releases --table phases\n  relm export out --at v4.1                  as that tag had it\n\nEach table is one file in the folder, such as `releases.csv`. The folder is made when it is not there; each file is replaced as a whole. Other files are left alone: one of those names that `relm export` did not make is not replaced. `.relm-export` in the folder lists what it made. Without `--format` the tables are CSV; `--format json` writes NDJSON, and says as JSON what was written. `schema/EXPORT.md` describes all tables and columns."
)]
pub struct Export {
    /// The folder to write into
    #[arg(value_name = "DIR")]
    dir: PathBuf,

    /// Only this table; may be repeated
    #[arg(long, value_name = "NAME")]
    table: Vec<String>,
}

/// A format of tables.
#[derive(Debug, Clone, Copy)]
enum Tables {
    Csv,
    Ndjson,
    Parquet,
}

impl Tables {
    fn of(format: Format) -> Self {
        match format {
            Format::Parquet => Self::Parquet,
            Format::Ndjson | Format::Json => Self::Ndjson,
            _ => Self::Csv,
        }
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Ndjson => "ndjson",
            Self::Parquet => "parquet",
        }
    }

    fn render(self, table: &Definition, rows: &[Row]) -> Result<Vec<u8>, Error> {
        match self {
            Self::Csv => Ok(render::csv::render(table, rows)),
            Self::Ndjson => Ok(render::ndjson::render(table, rows)),
            Self::Parquet => render::parquet::render(table, rows)
                .map_err(|error| Error::output(format!("cannot write the table `{}`: {error}", table.name))),
        }
    }
}

impl Command for Export {
    const FORMATS: &'static [Format] = &[Format::Human, Format::Json, Format::Csv, Format::Ndjson, Format::Parquet];

    fn run(self, global: &Global) -> Result<Status, Error> {
        let tables = wanted(&self.table)?;
        let mut context = Context::open(global)?;
        context.note_findings();
        let wants = |name: &str| tables.iter().any(|table| table.name == name);
        if wants("metrics") {
            context.learn(Wants { repositories: true, ..Wants::default() });
        }
        let findings = context.judge(&[]).findings;
        let files: Vec<FileId> = context.loaded.sources.iter().map(|(file, _)| file).collect();
        for file in files {
            context.loaded.attach_text(&context.source, file);
        }
        let header = context.header(SCHEMA);
        let moved = if wants("metrics") { moves(&context)? } else { None };
        let metrics = base(&context, moved.as_deref());
        let ask = Ask { since: Since::Beginning, follow: Follow::AllParents, every: false };
        let history = wants("moves").then(|| chronicle(&context.source, &context.loaded, &ask)).transpose()?;
        let input = Input {
            plan: context.input(),
            occupancy: context.occupancy(),
            sources: &context.loaded.sources,
            findings: &findings,
            metrics: &metrics,
            chronicle: history.as_ref(),
            commit: context.source.commit(),
        };
        let folder = Folder::open(&self.dir, &EXPORT)?;
        let format = Tables::of(global.format);
        let file = |table: &Definition| format!("{}.{}", table.name, format.as_str());
        folder.announce(tables.iter().map(|table| file(table)))?;
        let mut written = Vec::new();
        for table in tables {
            let rows = (table.rows)(&input);
            folder.put(&file(table), &format.render(table, &rows)?)?;
            written.push(Written { name: table.name, rows: rows.len(), file: file(table) });
        }
        let view = View { header, dir: self.dir.display().to_string(), format: format.as_str(), tables: written };
        global.write(&match global.format {
            Format::Json => json::render(&view),
            _ => render::human(&view, &global.style()),
        })?;
        Ok(Status::Done)
    }
}

/// The tables with these names, in the order of all; all when none is named.
fn wanted(names: &[String]) -> Result<Vec<&'static Definition>, Error> {
    if let Some(unknown) = names.iter().find(|name| find(name).is_none()) {
        let all: Vec<String> = TABLES.iter().map(|table| format!("`{}`", table.name)).collect();
        let otherwise = format!("the tables are {}", all.join(", "));
        return Err(Error::unknown("table", unknown, TABLES.iter().map(|table| table.name), otherwise));
    }
    let is_wanted = |table: &&&Definition| names.is_empty() || names.iter().any(|name| name == table.name);
    Ok(TABLES.iter().filter(is_wanted).copied().collect())
}
