//! `relm init`.

use std::path::{Path, PathBuf};

use clap::Parser;

use super::{Command, Status};
use crate::cli::args::{Format, Global};
use crate::cli::error::{Error, plain_io};
use crate::cli::{context, output, templates};
use crate::load::root::{ROOT_FILE, find_root};
use crate::render::{json, text::sanitize};
use crate::report::init::{Init as View, SCHEMA};
use crate::report::{Header, Revision};

/// Start a portfolio: settings, projects, environments and releases to build on
#[derive(Debug, Parser)]
#[command(
    name = "init",
    after_help = "Examples:\n  relm init                    start one here, small enough to replace\n  relm init demo --example     write a richer one to look around in\n\nNothing is ever overwritten."
)]
pub struct Init {
    /// The folder of the portfolio; made when it is not there
    #[arg(value_name = "DIR", default_value = ".", hide_default_value = true)]
    folder: PathBuf,

    /// Write a richer portfolio: several teams, shared environments, a composite release
    #[arg(long)]
    example: bool,

    /// Start it even inside another portfolio
    #[arg(long)]
    nested: bool,
}

impl Command for Init {
    const FORMATS: &'static [Format] = &[Format::Human, Format::Json];

    fn run(self, global: &Global) -> Result<Status, Error> {
        if global.at.is_some() {
            return Err(Error::usage("`init` writes files, so it cannot work at a revision").hint("leave `--at` out"));
        }
        let clock = context::clock(context::today(global)?, chrono_tz::Tz::UTC);
        let manifests = templates::manifests(self.example, clock.today);
        let schemas = templates::schemas();
        self.refuse_conflicts(manifests.iter().chain(&schemas).map(|(path, _)| path.as_str()))?;
        for (path, text) in schemas.iter().chain(&manifests) {
            let path = self.folder.join(path);
            make_folder(path.parent().unwrap_or(&self.folder))?;
            output::write_file(&path, text.as_bytes())?;
        }
        let view = View {
            header: Header { schema: SCHEMA, today: clock.today, revision: Revision::default() },
            folder: self.folder.to_string_lossy().into_owned(),
            files: manifests.into_iter().map(|(path, _)| path).collect(),
            next: self.next(),
        };
        global.write(&match global.format {
            Format::Json => json::render(&view),
            _ => human(&view),
        })?;
        Ok(Status::Done)
    }
}

impl Init {
    /// Refuses before anything is written.
    fn refuse_conflicts<'a>(&self, paths: impl Iterator<Item = &'a str>) -> Result<(), Error> {
        let exists = |path: &&str| self.folder.join(path).symlink_metadata().is_ok();
        let existing: Vec<String> = paths.filter(exists).map(|path| format!("`{path}`")).collect();
        let folder = self.folder.display();
        if !existing.is_empty() {
            let shown = existing.iter().take(5).cloned().collect::<Vec<_>>().join(", ");
            let more = if existing.len() > 5 { format!(" and {} more", existing.len() - 5) } else { String::new() };
            let error = Error::usage(format!("`{folder}` already holds {shown}{more}; nothing was written"));
            return Err(error.hint("name another folder: `relm init DIR`"));
        }
        let absolute = std::path::absolute(&self.folder).unwrap_or_else(|_| self.folder.clone());
        let Some(around) = absolute.ancestors().find(|folder| folder.is_dir()) else { return Ok(()) };
        match find_root(around) {
            Ok(root) if !self.nested => {
                let message = format!("`{folder}` lies inside the portfolio in `{}`", root.display());
                Err(Error::usage(message).hint(format!(
                    "add manifests there, or start another one with `--nested` and `exclude:` its folder in the outer {ROOT_FILE}"
                )))
            }
            _ => Ok(()),
        }
    }

    fn next(&self) -> Vec<String> {
        let folder = self.folder.to_string_lossy();
        let enter = (self.folder != Path::new(".")).then(|| {
            let plain = folder.chars().all(|c| c.is_alphanumeric() || "/._-".contains(c));
            if plain { format!("cd {folder}") } else { format!("cd '{}'", folder.replace('\'', r"'\''")) }
        });
        enter.into_iter().chain(["relm check".to_owned(), "relm plan".to_owned()]).collect()
    }
}

fn make_folder(folder: &Path) -> Result<(), Error> {
    std::fs::create_dir_all(folder)
        .map_err(|error| Error::output(format!("cannot make the folder `{}`: {}", folder.display(), plain_io(&error))))
}

fn human(view: &View) -> String {
    let lines = |lines: &[String]| lines.iter().map(|line| ["  ", &sanitize(line), "\n"].concat()).collect::<String>();
    let (files, next) = (lines(&view.files), lines(&view.next));
    format!("Started a portfolio in `{}`:\n{files}\nNext:\n{next}", sanitize(&view.folder))
}
