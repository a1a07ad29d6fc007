//! `relm todo`.

use chrono::NaiveDate;
use clap::Parser;

use super::{Command, Status};
use crate::analysis::changes::Changes;
use crate::analysis::todo;
use crate::cli::args::{self, Format, Global};
use crate::cli::context::Context;
use crate::cli::error::Error;
use crate::cli::owner;
use crate::cli::written::{self, Texts};
use crate::render::todo as render;
use crate::report;
use crate::time::plus_days;

/// What is looked at where nobody says how far.
const TWO_WEEKS: i64 = 14;

/// List what waits for somebody: decisions, phases, steps, messages, reviews
#[derive(Debug, Parser)]
#[command(
    name = "todo",
    after_help = "Examples:\n  relm todo                        everything that is overdue or due within two weeks\n  relm todo --owner me             what waits for you and your team\n  relm todo --owner payments --until 2026-12-31\n  relm todo --format markdown      for a message to the team\n\nAsked of planned and running releases: gates and changes to decide, criteria to meet, phases to begin or end, milestones,\nrehearsals and steps of the deployment, messages, training, risks. Asked of those that have shipped: reviews of emergencies,\nhand-over to support, actions of the retrospective. What names no owner waits for the owner of the release."
)]
pub struct Todo {
    /// Only what waits for these people or teams; `me` is the person of the git identity, with the team
    #[arg(long, value_name = "me|ID")]
    owner: Vec<String>,

    /// What is due on this day or before; default two weeks from today
    #[arg(long, value_name = "DATE", value_parser = args::date)]
    until: Option<NaiveDate>,
}

impl Command for Todo {
    const FORMATS: &'static [Format] = &[Format::Human, Format::Json, Format::Markdown, Format::Html];

    fn run(self, global: &Global) -> Result<Status, Error> {
        let mut context = Context::open(global)?;
        context.note_findings();
        let owners = self.owners(&context)?;
        let until = self.until.unwrap_or_else(|| plus_days(context.clock.today, TWO_WEEKS));
        let view = super::gate::view(&mut context, report::todo::SCHEMA, |header, input| {
            let changes = Changes::new(input.gates.portfolio, input.gates.facts);
            let duties = todo::all(&input.gates, &changes);
            report::todo::Todo::new(header, input, &duties, &owners, until)
        });
        written::view(global, &view, &Texts::NONE, render::sheet)?;
        Ok(Status::Done)
    }
}

impl Todo {
    fn owners(&self, context: &Context<'_>) -> Result<Vec<String>, Error> {
        let settings = &context.loaded.portfolio.settings;
        let known = || settings.people.iter().map(|it| &it.id).chain(settings.teams.iter().map(|it| &it.id));
        let mut owners = Vec::new();
        for owner in &self.owner {
            if owner == "me" {
                owners.extend(owner::me(context)?);
            } else if known().any(|id| **id == **owner) {
                owners.push(owner.clone());
            } else {
                let ids = known().map(|id| &**id);
                return Err(Error::unknown(
                    "person or team",
                    owner,
                    ids,
                    "`people:` and `teams:` of `relm.yaml` list them",
                ));
            }
        }
        owners.dedup();
        Ok(owners)
    }
}
