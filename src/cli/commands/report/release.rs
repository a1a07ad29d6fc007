//! `relm report release`.

use clap::Parser;

use super::super::{Command, Status};
use super::desk::{Papers, compared, earlier, states};
use crate::cli::args::{Format, Global};
use crate::cli::context::Context;
use crate::cli::error::Error;
use crate::cli::written::{self, Texts};
use crate::render::standing::release as render;
use crate::report::standing::release::{Release as View, SCHEMA};

/// Report on releases to those who steer them: state, dates, gates, risks
#[derive(Debug, Parser)]
#[command(
    name = "release",
    after_help = concat!(
        "Examples:\n  relm report release payments-2026.12\n  relm report release q4-enterprise                      with its parts\n  relm report release payments-2026.12 --compare HEAD~20   and what moved since\n  relm report release payments-2026.12 --format html -o report.html\n\n",
        states!(),
        "\n\nThe point of no return is the first step of the deployment after which taking back everything done so far would end after the\nwindow. `relm show ID` has everything that is written about a release."
    )
)]
pub struct Release {
    /// The releases
    #[arg(value_name = "ID", required = true)]
    ids: Vec<String>,

    /// Say what moved since this revision
    #[arg(long, visible_alias = "base", value_name = "REV")]
    compare: Option<String>,
}

impl Command for Release {
    const FORMATS: &'static [Format] = &[Format::Human, Format::Json, Format::Markdown, Format::Csv, Format::Html];

    fn run(self, global: &Global) -> Result<Status, Error> {
        let mut context = Context::open(global)?;
        context.note_findings();
        let releases = self.releases(&context)?;
        let other = compared(&context, self.compare.as_deref())?;
        let papers = Papers::new(&mut context, global);
        let earlier = earlier(other.as_ref(), self.compare.as_deref());
        let view = View::new(&papers.desk(&context, SCHEMA), &releases, earlier.as_ref());
        written::view(global, &view, &Texts { csv: Some(render::csv), openmetrics: None }, |view| {
            render::sheet(view, global.format == Format::Human)
        })?;
        Ok(Status::Done)
    }
}

impl Release {
    /// By index, each once, in the order they were asked for.
    fn releases(&self, context: &Context<'_>) -> Result<Vec<usize>, Error> {
        let releases = &context.loaded.portfolio.releases;
        let mut found = Vec::new();
        for id in &self.ids {
            let index = releases.index(id).ok_or_else(|| {
                let known = releases.iter().map(|release| &*release.id);
                Error::unknown("release", id, known, "`relm report status` lists the open releases")
            })?;
            if !found.contains(&index) {
                found.push(index);
            }
        }
        Ok(found)
    }
}
