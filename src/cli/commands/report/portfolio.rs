//! `relm report portfolio`.

use clap::Parser;

use super::super::{Command, Status};
use super::desk::Papers;
use super::metrics;
use crate::cli::args::{self, Format, Global};
use crate::cli::context::Context;
use crate::cli::error::Error;
use crate::cli::written::{self, Texts};
use crate::render::standing::portfolio as render;
use crate::report::standing::portfolio::{Portfolio as View, SCHEMA};

/// Show the whole on a page: what ships next, what is at risk, what waits
#[derive(Debug, Parser)]
#[command(
    name = "portfolio",
    after_help = "Examples:\n  relm report portfolio                        the 90 days ahead\n  relm report portfolio --to 2026-12-31\n  relm report portfolio --team payments\n  relm report portfolio --format html -o portfolio.html\n\nWhat lies ahead is that of `--from` to `--to`, else of 90 days from today. `in hand` is how many working days the forecast of the work\nbefore production can slip before a promise breaks: at 0 or less the release is critical. Late, at risk and watch mean what `relm report status --help` says.\nTrends are of the 90 days up to today. Freezes and findings are those of the whole portfolio, whatever is selected.\nMoney is that of open releases; the `budget` of a composite is taken to cover its parts.\nA terminal shows the first of each list and names the command that has them all; other formats have everything."
)]
pub struct Portfolio {
    #[command(flatten)]
    selection: args::Selection,
}

impl Command for Portfolio {
    const FORMATS: &'static [Format] = &[Format::Human, Format::Json, Format::Markdown, Format::Csv, Format::Html];

    fn run(self, global: &Global) -> Result<Status, Error> {
        let mut context = Context::open(global)?;
        context.note_findings();
        let selection = self.selection.resolve(&context)?;
        let papers = Papers::new(&mut context, global);
        let view = View::new(&papers.desk(&context, SCHEMA), &selection);
        let brief = global.format == Format::Human;
        let sheet = |view: &View| render::sheet(view, metrics::unicode(global), brief);
        written::view(global, &view, &Texts { csv: Some(render::csv), openmetrics: None }, sheet)?;
        Ok(Status::Done)
    }
}
