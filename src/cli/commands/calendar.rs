//! `relm calendar`.

use std::collections::BTreeSet;

use chrono::{DateTime, Datelike, Months, NaiveDate};
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Parser, ValueEnum};

use super::{Command, Status};
use crate::analysis::events::{self, Choice, Event, EventKind, Range};
use crate::analysis::schedule::Schedule;
use crate::analysis::selection::Selection;
use crate::cli::args::{self, Format, Global};
use crate::cli::changes;
use crate::cli::context::Context;
use crate::cli::error::Error;
use crate::git::Repo;
use crate::load::attach_text;

use crate::model::Portfolio;
use crate::render::calendar::human::Layout;
use crate::render::{calendar as render, json};
use crate::report::calendar;
use crate::time::{Clock, MAX_DATE, plus_days};

/// What people are shown from this week on, in days: six weeks.
const AHEAD: i64 = 6 * 7 - 1;

/// See everything with a date, over all projects
#[derive(Debug, Parser)]
#[command(
    name = "calendar",
    after_help = "Examples:\n  relm calendar                                    this month and the next\n  relm calendar --view agenda                      a list of the next six weeks\n  relm calendar --view gantt --team payments       bars over the weeks\n  relm calendar --kind deployment,wave,freeze      what goes live, and what forbids it\n  relm calendar --env prod --from 2026-12-01 --to 2027-01-31\n  relm calendar --format csv                       everything there is, for a spreadsheet\n  relm calendar --format ics -o releases.ics       for Outlook, Google and Apple calendars\n  relm calendar --format html -o calendar.html     one page to open in a browser, print or publish\n\nJSON, CSV, iCalendar and the page hold everything unless --from or --to limits it, with recurrences that do not end up to two years after the commit."
)]
pub struct Calendar {
    /// How to lay it out
    #[arg(long, value_name = "VIEW", default_value = "month")]
    view: View,

    /// Only these kinds of event; may be repeated, or separated by commas
    #[arg(id = "event", long = "kind", value_name = "KIND", value_delimiter = ',', value_parser = kind())]
    kinds: Vec<EventKind>,

    #[command(flatten)]
    selection: args::Selection,
}

/// How events are laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum View {
    /// Weeks as rows; this month and the next.
    Month,
    /// A list by day; six weeks.
    Agenda,
    /// Bars over the weeks; six weeks.
    Gantt,
}

fn kind() -> impl TypedValueParser<Value = EventKind> {
    let words = EventKind::ALL.iter().map(|kind| kind.as_str());
    PossibleValuesParser::new(words).try_map(|word| {
        EventKind::ALL.iter().find(|kind| kind.as_str() == word).copied().ok_or("no such kind of event")
    })
}

impl Command for Calendar {
    const FORMATS: &'static [Format] =
        &[Format::Human, Format::Json, Format::Csv, Format::Markdown, Format::Ics, Format::Html, Format::Svg];

    fn run(self, global: &Global) -> Result<Status, Error> {
        let mut context = Context::open(global)?;
        context.note_findings();
        let selection = self.selection.resolve(&context)?;
        // Programs get everything; people what matters now, and nothing that was called off.
        let complete = matches!(global.format, Format::Json | Format::Csv | Format::Ics | Format::Html);
        let days = if complete { (self.selection.from, self.selection.to) } else { self.days(context.clock.today) };
        let range = Range { from: days.0, to: days.1, around: commit_day(&context) };
        let header = context.header(calendar::SCHEMA);
        // Events borrow the manifests while the texts they stand in are read.
        let mut sources = std::mem::take(&mut context.loaded.sources);
        let portfolio = &context.loaded.portfolio;
        let mut events = self.events(portfolio, context.schedule(), &selection, range);
        // Readers of a page turn to any month, but want to see no more than on a terminal.
        if !complete || global.format == Format::Html {
            events::for_people(portfolio, &mut events);
        }
        let files: BTreeSet<_> = events.iter().map(|event| event.span.file).collect();
        for file in files {
            attach_text(&mut sources, &context.source, file);
        }
        let mut view = calendar::Calendar::new(header, portfolio, &sources, days, &events);
        if matches!(global.format, Format::Json | Format::Ics) {
            changes::date(&context, &mut view);
        }
        global.write(&match global.format {
            Format::Json => json::render(&view),
            Format::Csv => render::csv::render(&view),
            Format::Markdown => render::markdown::render(&view),
            Format::Ics => render::ics::render(&view),
            Format::Html => render::html::render(&view),
            Format::Svg => render::svg::render(&view),
            _ => render::human::render(&view, self.view.layout(), self.period(), &global.style()),
        })?;
        Ok(Status::Done)
    }
}

impl Calendar {
    fn events<'p>(
        &self,
        portfolio: &'p Portfolio,
        schedule: &'p Schedule,
        selection: &'p Selection,
        range: Range,
    ) -> Vec<Event<'p>> {
        let mut events = events::all(portfolio, schedule, range);
        let choice = Choice::new(portfolio, selection);
        events.retain(|event| (self.kinds.is_empty() || self.kinds.contains(&event.kind)) && choice.selects(event));
        events
    }

    /// The days people are shown: as asked for, else what matters now.
    fn days(&self, today: NaiveDate) -> (Option<NaiveDate>, Option<NaiveDate>) {
        let month = self.view == View::Month;
        let begin = |day: NaiveDate| if month { first_of_month(day) } else { monday(day) };
        let end = |begin: NaiveDate| if month { last_of_next_month(begin) } else { plus_days(begin, AHEAD) };
        let (from, to) = match (self.selection.from, self.selection.to) {
            (Some(from), Some(to)) => (from, to),
            (Some(from), None) => (from, end(from)),
            (None, Some(to)) => (begin(today.min(to)), to),
            (None, None) => (begin(today), end(begin(today))),
        };
        (Some(from), Some(to))
    }

    /// Which days those are, in words, where nobody asked for others.
    fn period(&self) -> Option<&'static str> {
        let asked = self.selection.from.is_some() || self.selection.to.is_some();
        (!asked).then_some(match self.view {
            View::Month => "this month and the next",
            View::Agenda | View::Gantt => "six weeks from this one",
        })
    }
}

impl View {
    fn layout(self) -> Layout {
        match self {
            Self::Month => Layout::Month,
            Self::Agenda => Layout::Agenda,
            Self::Gantt => Layout::Gantt,
        }
    }
}

fn monday(day: NaiveDate) -> NaiveDate {
    plus_days(day, -i64::from(day.weekday().num_days_from_monday()))
}

fn first_of_month(day: NaiveDate) -> NaiveDate {
    day.with_day(1).unwrap_or(day)
}

fn last_of_next_month(day: NaiveDate) -> NaiveDate {
    let after = first_of_month(day).checked_add_months(Months::new(2)).unwrap_or(MAX_DATE);
    plus_days(after, -1)
}

/// The day of the commit that is read, else today: from here recurrences without end are unrolled, so that the same commit
/// gives the same file.
fn commit_day(context: &Context<'_>) -> NaiveDate {
    let commit = context.source.commit().and_then(|id| {
        let repository = Repo::discover(context.source.root()).ok().flatten()?;
        repository.resolve(id).ok()
    });
    let at = commit.and_then(|commit| DateTime::from_timestamp(commit.time, 0));
    at.map_or(context.clock.today, |at| Clock::from_instant(at, context.clock.zone).today)
}
