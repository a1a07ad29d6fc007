//! `relm cab agenda`.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use clap::Parser;

use super::super::{Command, Status};
use crate::analysis::board::{self, Board};
use crate::analysis::changes::Changes;
use crate::analysis::gates::Gates;
use crate::cli::args::{self, Format, Global};
use crate::cli::changes;
use crate::cli::context::Context;
use crate::cli::error::Error;
use crate::cli::written::{self, Texts};
use crate::render::cab::agenda as render;
use crate::report::cab::agenda;
use crate::time::{Clock, When, plus_days};

/// Boards meet once a week, unless they say otherwise.
const WEEK: i64 = 7;

/// List what the change board must decide when it meets, the most urgent first
#[derive(Debug, Parser)]
#[command(
    name = "agenda",
    after_help = "Examples:\n  relm cab agenda                                    for a board today and the next in a week\n  relm cab agenda --date 2026-11-19 --next 2026-12-03\n  relm cab agenda --role change-manager              only the gates that wait for this role\n  relm cab agenda --format html -o agenda.html\n\nOn it: changes that are submitted and not approved; gates that lack an approval of the board and were submitted, are due before\nthe next board, or have all criteria met; emergency changes that went ahead and nobody has reviewed; and what begins before the\nnext board. The board are the roles in which changes were decided, unless `--role` says otherwise."
)]
pub struct Agenda {
    /// The day the board meets; default today
    #[arg(long, value_name = "DATE", value_parser = args::date)]
    date: Option<NaiveDate>,

    /// The day it meets again; default a week later
    #[arg(long, value_name = "DATE", value_parser = args::date)]
    next: Option<NaiveDate>,

    /// A role that sits on the board; may be repeated
    #[arg(long, value_name = "ROLE")]
    role: Vec<String>,
}

impl Command for Agenda {
    const FORMATS: &'static [Format] = &[Format::Human, Format::Json, Format::Markdown, Format::Html];

    fn run(self, global: &Global) -> Result<Status, Error> {
        let mut context = Context::open(global)?;
        context.note_findings();
        let clock = match self.date {
            Some(date) if date != context.clock.today => Clock::at(When::Date(date), context.clock.zone),
            _ => context.clock,
        };
        let next = self.next.unwrap_or_else(|| plus_days(clock.today, WEEK));
        if next <= clock.today {
            let error = format!("the next board, on {next}, is not after the one on {}", clock.today);
            return Err(Error::usage(error).hint("`--date` says when it meets, `--next` when it meets again"));
        }
        let roles = self.roles(&context)?;
        let mut view = super::super::gate::view(&mut context, agenda::SCHEMA, |header, input| {
            let gates = Gates { clock: &clock, ..input.gates };
            let changes = Changes::new(gates.portfolio, gates.facts);
            agenda::Agenda::new(header, input, &Board { gates, changes: &changes, roles: roles.clone(), next })
        });
        changes::date_agenda(&context, &mut view);
        written::view(global, &view, &Texts::NONE, render::sheet)?;
        Ok(Status::Done)
    }
}

impl Agenda {
    fn roles(&self, context: &Context<'_>) -> Result<BTreeSet<String>, Error> {
        let portfolio = &context.loaded.portfolio;
        if self.role.is_empty() {
            return Ok(board::roles(portfolio));
        }
        let known = || portfolio.settings.roles.iter().map(|role| &**role);
        for role in &self.role {
            if !known().any(|other| other == role) {
                return Err(Error::unknown("role", role, known(), "`roles:` in `relm.yaml` lists them"));
            }
        }
        Ok(self.role.iter().cloned().collect())
    }
}
