//! `relm show`.

use clap::Parser;

use super::{Command, Status};
use crate::cli::args::{Format, Global};
use crate::cli::context::Context;
use crate::cli::error::Error;
use crate::render::{json, show as render};
use crate::report::check;
use crate::report::show::{self, Found, Material, Object};

/// Show everything about one object: its plan, what it touches, what is wrong
#[derive(Debug, Parser)]
#[command(
    name = "show",
    after_help = "Examples:\n  relm show payments-2026.12         a release\n  relm show payments-2026.12/uat     a phase, milestone or gate of it\n  relm show ledger                   a project, and where each version runs\n  relm show team/qa                  with the kind, where an id stands for several things\n\nKinds: release phase milestone gate project environment train change deployment incident assessment demand run person team freeze."
)]
pub struct Show {
    /// What to show: ID, KIND/ID, or RELEASE/PHASE
    #[arg(value_name = "ID")]
    id: String,
}

impl Command for Show {
    const FORMATS: &'static [Format] = &[Format::Human, Format::Json, Format::Markdown];

    fn run(self, global: &Global) -> Result<Status, Error> {
        let mut context = Context::open(global)?;
        let object = self.object(&context)?;
        let mut findings = context.judge(&[]).findings;
        findings.retain(|finding| show::concerns(&context.loaded.portfolio, object, finding));
        context.attach_texts(&findings);
        let header = context.header(show::SCHEMA);
        // The first view tells which files it points into; the second knows their lines.
        let files = show::Show::new(header.clone(), material(&context), object, Vec::new()).files;
        for file in files {
            context.loaded.attach_text(&context.source, file);
        }
        let findings = check::views(&findings, &context.loaded.sources);
        let view = show::Show::new(header, material(&context), object, findings);
        global.write(&match global.format {
            Format::Json => json::render(&view),
            Format::Markdown => render::markdown::render(&view),
            _ => render::human::render(&view, &global.style()),
        })?;
        Ok(Status::Done)
    }
}

impl Show {
    fn object(&self, context: &Context<'_>) -> Result<Object, Error> {
        match show::find(&context.loaded.portfolio, &self.id) {
            Found::One(object) => Ok(object),
            Found::Several(names) => Err(ambiguous(&self.id, &names)),
            Found::None(nearest) => Err(unknown(&self.id, nearest)),
        }
    }
}

/// The answer to an id that stands for several things.
pub(in crate::cli) fn ambiguous(id: &str, names: &[String]) -> Error {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    Error::usage(format!("`{id}` stands for several things")).hint(format!("say which: {}", names.join(", ")))
}

/// The answer to an id that stands for nothing.
pub(in crate::cli) fn unknown(id: &str, nearest: Option<String>) -> Error {
    let error = Error::usage(format!("nothing here is called `{id}`"));
    error.hint(nearest.unwrap_or_else(|| "`relm plan` lists the releases".to_owned()))
}

fn material<'c>(context: &'c Context<'_>) -> Material<'c> {
    Material { plan: context.input(), clock: context.clock, sources: &context.loaded.sources }
}
