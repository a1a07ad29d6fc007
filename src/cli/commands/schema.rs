//! `relm schema`.

use std::path::PathBuf;

use clap::Parser;

use super::{Command, Status};
use crate::cli::args::{Format, Global};
use crate::cli::error::{Error, plain_io};
use crate::cli::output;
use crate::model::{Kind, schema};
use crate::render::json;

/// Write the JSON Schemas of the manifests, for editors and other validators
#[derive(Debug, Parser)]
#[command(
    name = "schema",
    after_help = "Examples:\n  relm schema                      one schema that looks at `kind`\n  relm schema release              the schema of releases\n  relm schema --write .relm/schema all of them as files\n\nFor editors with a YAML language server, the first line of a manifest:\n  # yaml-language-server: $schema=../.relm/schema/release.json"
)]
pub struct Schema {
    /// A kind of manifest
    #[arg(value_name = "KIND")]
    kind: Option<String>,

    /// Write the schemas as files to this folder; made when it is not there
    #[arg(long, value_name = "DIR")]
    write: Option<PathBuf>,
}

impl Command for Schema {
    const FORMATS: &'static [Format] = &[Format::Human, Format::Json];

    fn run(self, global: &Global) -> Result<Status, Error> {
        let kind = match &self.kind {
            Some(word) => Some(Kind::from_word(word).ok_or_else(|| unknown_kind(word))?),
            None => None,
        };
        let Some(folder) = &self.write else {
            global.write(&json::render(&schema::manifest_schema(kind)))?;
            return Ok(Status::Done);
        };
        let shown = folder.display();
        std::fs::create_dir_all(folder)
            .map_err(|error| Error::output(format!("cannot make the folder `{shown}`: {}", plain_io(&error))))?;
        for each in schema::all().filter(|each| kind.is_none() || kind == *each) {
            let text = json::render(&schema::manifest_schema(each));
            output::write_file(&folder.join(schema::file_name(each)), text.as_bytes())?;
        }
        Ok(Status::Done)
    }
}

fn unknown_kind(word: &str) -> Error {
    let kinds = Kind::WORDS.join(", ");
    Error::unknown("kind of manifest", word, Kind::WORDS.iter().copied(), format!("known kinds: {kinds}"))
}
