//! The view of `relm todo`: what waits for somebody.

use chrono::NaiveDate;
use serde::Serialize;

use crate::analysis::todo::Duty;
use crate::report::Header;
use crate::report::gate::{Input, Source};

/// The name and version of [`Todo`]'s shape.
pub const SCHEMA: &str = "relm.todo/1";

/// What `relm todo` shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Todo {
    /// Schema, day and revision.
    #[serde(flatten)]
    pub header: Header,
    /// The portfolio's name.
    pub portfolio: Option<String>,
    /// The people and teams that were asked for; empty for everybody.
    pub owner: Vec<String>,
    /// The last day that is looked at.
    #[schemars(with = "String", extend("format" = "date"))]
    pub until: NaiveDate,
    /// What is to do, by its last day; what has none comes last.
    pub todo: Vec<DutyView>,
    /// How much more is to do after the last day.
    pub later: usize,
}

/// Something to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct DutyView {
    /// What: `approve`, `criterion`, `change`, `phase`, `milestone`, `rehearsal`, `deployment`, `communication`, `training`,
    /// `risk`, `action`, `review` or `handover`.
    pub kind: &'static str,
    /// The release or the change.
    pub subject: String,
    /// What it is about inside it, such as `gates/go-live`; empty for a change.
    pub path: String,
    /// What to do, in words.
    pub what: String,
    /// More about it; may be empty.
    pub about: String,
    /// The last day.
    #[schemars(with = "Option<String>", extend("format" = "date"))]
    pub due: Option<NaiveDate>,
    /// Calendar days from today to the last day; negative when it is over.
    pub days_left: Option<i64>,
    /// The people and teams who can do it.
    pub people: Vec<String>,
    /// The role it takes.
    pub role: Option<String>,
    /// Where it is written.
    pub source: Option<Source>,
}

impl Todo {
    /// Puts the view together. Without `owner`s it is everybody's.
    pub fn new(header: Header, input: &Input<'_>, duties: &[Duty<'_>], owner: &[String], until: NaiveDate) -> Self {
        let is_asked = |duty: &&Duty<'_>| {
            owner.is_empty() || duty.people.iter().any(|person| owner.iter().any(|asked| **asked == ***person))
        };
        let asked: Vec<&Duty<'_>> = duties.iter().filter(is_asked).collect();
        let (near, later): (Vec<_>, Vec<_>) =
            asked.into_iter().partition(|duty| duty.due.is_none_or(|due| due <= until));
        let today = header.today;
        let view = |duty: &Duty<'_>| DutyView {
            kind: duty.kind.as_str(),
            subject: duty.subject.to_string(),
            path: duty.path.clone(),
            what: duty.words.clone(),
            about: duty.about.clone(),
            due: duty.due,
            days_left: duty.due.map(|due| (due - today).num_days()),
            people: duty.people.iter().map(ToString::to_string).collect(),
            role: duty.role.map(ToString::to_string),
            source: input.source(duty.span),
        };
        Self {
            portfolio: input.portfolio().settings.common.name().map(str::to_owned),
            owner: owner.to_vec(),
            until,
            todo: near.into_iter().map(view).collect(),
            later: later.len(),
            header,
        }
    }
}
