//! `relm evidence`.

use std::collections::HashMap;

use chrono::DateTime;
use clap::Parser;

use super::{Command, Status};
use crate::cli::args::{Format, Global};
use crate::cli::context::Context;
use crate::cli::error::Error;
use crate::cli::find;
use crate::git::Repo;
use crate::load::facts::{self, Wants};
use crate::render::json;
use crate::report::evidence;
use crate::report::gate::Input;

/// Put together everything a release was decided on, as one document
#[derive(Debug, Parser)]
#[command(
    name = "evidence",
    after_help = "Examples:\n  relm evidence payments-2026.12 -o evidence.json\n  relm evidence payments-2026.12 --at v4.2 -o evidence.json\n  relm evidence payments-2026.12 | sha256sum\n\nThe document is canonical JSON: keys sorted, no white space, one line. It is read from the commit that is checked\nout (or --at), and judged on the day of that commit unless --today is given, so that everybody who has the commit\ngets the same bytes. RELM_TODAY does not count."
)]
pub struct Evidence {
    /// The release; its parts come with it
    #[arg(value_name = "RELEASE")]
    release: String,

    /// Read the files as they are when they differ from the commit, or there is none; the document says so
    #[arg(long)]
    allow_dirty: bool,
}

impl Command for Evidence {
    const FORMATS: &'static [Format] = &[Format::Human, Format::Json];

    fn run(self, global: &Global) -> Result<Status, Error> {
        let mut wanted = Global { format: Format::Json, ..global.clone() };
        if global.today_is_ambient {
            wanted.today = None;
        }
        wanted.at = self.revision(global)?;
        let mut context = open(&wanted)?;
        context.learn(Wants { provenance: true, evidence: true, artifacts: true, ..Wants::default() });
        context.note_findings();
        let releases = &context.loaded.portfolio.releases;
        let release = releases.index(&self.release).ok_or_else(|| {
            let known = releases.iter().map(|release| &*release.id);
            Error::unknown("release", &self.release, known, "`relm plan` lists the releases")
        })?;
        let header = context.header(evidence::SCHEMA);
        let first = input(&context);
        evidence::Evidence::new(header.clone(), &first, release, &HashMap::new());
        let (files, paths) = (first.files(), first.paths());
        for file in files {
            context.loaded.attach_text(&context.source, file);
        }
        let hashes = facts::hashes(&context.source, paths.iter().map(String::as_str));
        let view = evidence::Evidence::new(header, &input(&context), release, &hashes);
        global.write(&json::canonical(&view))?;
        Ok(Status::Done)
    }
}

impl Evidence {
    /// The commit to read; none for the files as they are.
    fn revision(&self, global: &Global) -> Result<Option<String>, Error> {
        if global.at.is_some() {
            return Ok(global.at.clone());
        }
        let source = find::source(global)?;
        let Some(commit) = source.commit().filter(|_| !self.allow_dirty || !source.dirty()) else {
            if self.allow_dirty {
                return Ok(None);
            }
            let error = Error::input("there is no commit to read, so nobody else could get the same document");
            return Err(error.hint("commit the portfolio, or give `--allow-dirty`"));
        };
        if !self.allow_dirty && source.dirty_beside(global.file()) {
            let error = Error::input("the files differ from the commit that is checked out");
            let hint =
                "commit them, name a commit with `--at` (`--at HEAD` leaves the changes out), or give `--allow-dirty`";
            return Err(error.hint(hint));
        }
        Ok(Some(commit.to_owned()))
    }
}

/// Loads the portfolio, judged on the day of the commit unless told otherwise.
fn open(global: &Global) -> Result<Context<'_>, Error> {
    let source = find::source(global)?;
    let commit = match (source.commit(), Repo::discover(source.root())?) {
        (Some(commit), Some(repo)) => Some(repo.resolve(commit)?),
        _ => None,
    };
    match commit.and_then(|commit| DateTime::from_timestamp(commit.time, 0)) {
        Some(at) => Context::open_as_of(global, at),
        None => Context::open(global),
    }
}

fn input<'c>(context: &'c Context<'_>) -> Input<'c> {
    Input::new(context.gates(), &context.loaded.sources)
}
