//! `relm report changes`.

use chrono::NaiveDate;
use clap::Parser;

use super::super::{Command, Status};
use crate::analysis::changes::Changes as Judged;
use crate::cli::args::{self, Format, Global};
use crate::cli::context::Context;
use crate::cli::error::Error;
use crate::cli::written::{self, Texts};
use crate::render::changes as render;
use crate::report::changes;

/// List changes: where each stands, what carries it, and how changes end
#[derive(Debug, Parser)]
#[command(
    name = "changes",
    after_help = "Examples:\n  relm report changes\n  relm report changes --since 2026-07-01 --until 2026-09-30\n  relm report changes --project 'cards-*' --format csv\n  relm report changes --release payments-2026.12\n\nA change is counted on the last day of its window; without one on the day its release shipped or is to ship, else on the day of\nthe last decision; one that is closed on no day that is still to come. `--type`, `--env`, `--team` and `--stage` ask about the releases that carry it.\nThe shares are of the changes that are closed: emergencies, successful ones, those that were backed out."
)]
pub struct Changes {
    /// Only changes that are counted on this day or later
    #[arg(long, value_name = "DATE", value_parser = args::date)]
    since: Option<NaiveDate>,

    /// Only changes that are counted on this day or before
    #[arg(long, value_name = "DATE", value_parser = args::date)]
    until: Option<NaiveDate>,

    #[command(flatten)]
    selection: args::Selection,
}

impl Command for Changes {
    const FORMATS: &'static [Format] = &[Format::Human, Format::Json, Format::Markdown, Format::Csv, Format::Html];

    fn run(self, global: &Global) -> Result<Status, Error> {
        let (since, until) = (self.since, self.until);
        if let (Some(since), Some(until)) = (since, until)
            && since > until
        {
            let error = format!("`--since {since}` is later than `--until {until}`");
            return Err(Error::usage(error).hint("swap the two"));
        }
        let mut context = Context::open(global)?;
        context.note_findings();
        let selection = self.selection.resolve(&context)?;
        let view = super::super::gate::view(&mut context, changes::SCHEMA, |header, input| {
            let portfolio = input.portfolio();
            let (judged, today) = (Judged::new(portfolio, input.gates.facts), input.gates.clock.today);
            let all = 0..portfolio.changes.len();
            let selected = all.filter(|&change| selection.selects_change(portfolio, &judged, change, today));
            let is_asked = since.is_some() || until.is_some();
            let (undated, dated): (Vec<_>, Vec<_>) =
                selected.partition(|&change| is_asked && judged.day(change, today).is_none());
            let within = |change: &usize| {
                let day = judged.day(*change, today);
                since.is_none_or(|since| day >= Some(since)) && until.is_none_or(|until| day <= Some(until))
            };
            let chosen: Vec<usize> = dated.into_iter().filter(within).collect();
            changes::Changes::new(header, input, &judged, &chosen, (since, until), &undated)
        });
        written::view(global, &view, &Texts { csv: Some(render::csv), openmetrics: None }, render::sheet)?;
        Ok(Status::Done)
    }
}
