//! The view of `relm calendar`: everything with a date, over all projects.

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use chrono_tz::Tz;
use serde::Serialize;

use super::Header;
use crate::analysis::events::Event;
pub use crate::analysis::events::{EventKind, EventStatus, Moment};
use crate::diagnostic::SourceMap;
use crate::model::Portfolio;
use crate::time::{plus_days, zone};

/// The name and version of [`Calendar`]'s shape.
pub const SCHEMA: &str = "relm.calendar/1";

/// What is on, by start and then by uid.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct Calendar {
    /// Schema, day and revision.
    #[serde(flatten)]
    pub header: Header,
    /// The portfolio's name.
    pub name: String,
    /// The portfolio's time zone, an IANA name.
    pub zone: String,
    /// The first day asked for; null when everything was.
    #[schemars(with = "Option<String>", extend("format" = "date"))]
    pub from: Option<NaiveDate>,
    /// The last day asked for, included; null when everything was.
    #[schemars(with = "Option<String>", extend("format" = "date"))]
    pub to: Option<NaiveDate>,
    /// The events that touch those days.
    pub events: Vec<EventView>,
    /// The days between `from` and `to` that the portfolio's default calendar has off, in order; empty without both.
    #[serde(skip)]
    pub days_off: Vec<NaiveDate>,
    /// The zone itself.
    #[serde(skip)]
    pub tz: Tz,
}

/// One event: a stretch of whole days, or of time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct EventView {
    /// The same for the same object whatever happens to its dates and texts, such as
    /// `release/payments-2026.12/phases/uat@relm`; an occurrence of a recurrence adds its start.
    pub uid: String,
    /// What it is.
    pub kind: EventKind,
    /// What it is about, with the release or environment it belongs to.
    pub title: String,
    /// The title without the release or environment, for views that name those beside it.
    pub label: String,
    /// What the manifest says about it.
    pub description: Option<String>,
    /// The release it belongs to.
    pub release: Option<String>,
    /// The project it is about; the first of several.
    pub project: Option<String>,
    /// Every project it is about.
    pub projects: Vec<String>,
    /// The environment it takes place in; the first of several.
    pub environment: Option<String>,
    /// Every environment it takes place in.
    pub environments: Vec<String>,
    /// The team that works on it.
    pub team: Option<String>,
    /// The first day or instant.
    pub start: Moment,
    /// The last day, included, or the first instant after.
    pub end: Moment,
    /// Whether `start` and `end` are whole days.
    pub all_day: bool,
    /// Whether it is certain to take place.
    pub status: EventStatus,
    /// Where it is written.
    pub source: EventSource,
    /// The commit that last changed it; null when nobody asked, and outside git.
    pub changed: Option<Changed>,
}

/// Where an event is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct EventSource {
    /// The file, from the portfolio's root.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
}

/// The commit that last changed an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Changed {
    /// The full commit id.
    pub commit: String,
    /// The commit's time.
    #[schemars(with = "String", extend("format" = "date-time"))]
    pub at: DateTime<Utc>,
}

impl Calendar {
    /// The view of events, which are in order, between two days.
    pub fn new(
        header: Header,
        portfolio: &Portfolio,
        sources: &SourceMap,
        (from, to): (Option<NaiveDate>, Option<NaiveDate>),
        events: &[Event<'_>],
    ) -> Self {
        let name = portfolio.settings.common.name().map(str::trim).filter(|name| !name.is_empty());
        Self {
            header,
            name: name.unwrap_or("Releases").to_owned(),
            zone: portfolio.zone.name().to_owned(),
            from,
            to,
            events: events.iter().map(|event| view(portfolio, sources, event)).collect(),
            days_off: from.zip(to).map_or_else(Vec::new, |days| days_off(portfolio, days)),
            tz: portfolio.zone,
        }
    }

    /// What a wall clock in the portfolio's zone shows.
    pub fn local(&self, at: DateTime<Utc>) -> NaiveDateTime {
        zone::local(at, self.tz)
    }

    /// The first and the last day an event touches, in the portfolio's zone.
    pub fn days(&self, event: &EventView) -> (NaiveDate, NaiveDate) {
        event.start.days_to(event.end, self.tz)
    }
}

fn view(portfolio: &Portfolio, sources: &SourceMap, event: &Event<'_>) -> EventView {
    let ids = |ids: &[&crate::model::Id]| -> Vec<String> { ids.iter().map(ToString::to_string).collect() };
    let (projects, environments) = (ids(&event.projects), ids(&event.environments));
    EventView {
        uid: event.uid.clone(),
        kind: event.kind,
        title: event.title.clone(),
        label: event.label.clone(),
        description: event.description.clone(),
        release: event.release.map(|r| portfolio.releases[r].id.to_string()),
        project: projects.first().cloned(),
        projects,
        environment: environments.first().cloned(),
        environments,
        team: event.team.map(ToString::to_string),
        start: event.start,
        end: event.end,
        all_day: matches!(event.start, Moment::Day(_)),
        status: event.status,
        source: EventSource {
            file: sources.path(event.span.file).to_owned(),
            line: sources.position(event.span.file, event.span.start).line,
        },
        changed: None,
    }
}

/// The days between two that the default calendar has off.
fn days_off(portfolio: &Portfolio, (from, to): (NaiveDate, NaiveDate)) -> Vec<NaiveDate> {
    let calendar = portfolio.calendars.default_calendar();
    let next = |day: &NaiveDate| (*day < to).then(|| plus_days(*day, 1)).filter(|next| next > day);
    std::iter::successors((from <= to).then_some(from), next).filter(|&day| !calendar.is_working(day)).collect()
}
