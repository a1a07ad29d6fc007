//! `relm report status`.

use clap::Parser;

use super::super::{Command, Status as Outcome, gate};
use super::desk::{Papers, compared, earlier, states};
use crate::cli::args::{self, Format, Global};
use crate::cli::context::Context;
use crate::cli::error::Error;
use crate::cli::written::{self, Texts};
use crate::render::standing::status as render;
use crate::report::standing::status::{SCHEMA, Status as View};

/// Say in one line how each open release stands: dates, gates, risk, owner
#[derive(Debug, Parser)]
#[command(
    name = "status",
    after_help = concat!(
        "Examples:\n  relm report status\n  relm report status --team payments --type major\n  relm report status --compare HEAD~20          and how many days each has moved since\n  relm report status --release 'core-*'         also those that are over\n  relm report status --format csv -o status.csv\n\n",
        states!(),
        "\n`done` in the table is the share of planned working days that phases report; n/a where none does.\n`forecast` is the last day where that is not the target, and how far it is from it; releases stand by their last day."
    )
)]
pub struct Status {
    /// Say how many days the last day has moved since this revision
    #[arg(long, visible_alias = "base", value_name = "REV")]
    compare: Option<String>,

    #[command(flatten)]
    selection: args::Selection,
}

impl Command for Status {
    const FORMATS: &'static [Format] = &[Format::Human, Format::Json, Format::Markdown, Format::Csv, Format::Html];

    fn run(self, global: &Global) -> Result<Outcome, Error> {
        let mut context = Context::open(global)?;
        context.note_findings();
        let releases = gate::releases(&context, &[], &self.selection, false)?;
        let other = compared(&context, self.compare.as_deref())?;
        let papers = Papers::new(&mut context, global);
        let earlier = earlier(other.as_ref(), self.compare.as_deref());
        let view = View::new(&papers.desk(&context, SCHEMA), &releases, earlier.as_ref());
        written::view(global, &view, &Texts { csv: Some(render::csv), openmetrics: None }, |view| {
            render::sheet(view, global.format == Format::Human)
        })?;
        Ok(Outcome::Done)
    }
}
