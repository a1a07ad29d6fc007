//! What is there already, and what says something else.

use std::collections::HashMap;

use chrono_tz::Tz;

use super::super::record::log::is_log;
use super::entry::Entry;
use super::fields::What;
use crate::cli::context::Context;
use crate::cli::target::documents;
use crate::diagnostic::Span;
use crate::model::Kind;
use crate::model::node::{Node, Value};
use crate::model::records::RunResult;
use crate::report::import::{Difference, Differing};
use crate::time::When;
use crate::time::calendar::WorkCalendar;

/// Keeps the parts of a key apart.
const APART: char = '\u{1f}';

/// Where something is that a row says again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// In a manifest.
    Written(Span),
    /// In a manifest, where it is not understood, or in a calendar file.
    Unread,
    /// In the file that is brought in: its place among the entries that are new.
    New(usize),
}

/// What is there, by what tells it apart: its id, or what stands for one where there is none.
#[derive(Debug)]
pub struct Known {
    what: What,
    places: HashMap<String, Place>,
    /// Runs of pipelines that are written, each of which one row can say again.
    runs: HashMap<String, Vec<Span>>,
    /// The days that the calendar has without work, whichever file says so.
    calendar: Option<WorkCalendar>,
}

fn key(parts: &[&str]) -> String {
    parts.join(&APART.to_string())
}

impl Known {
    /// What the portfolio has.
    pub fn of(context: &Context<'_>, what: What, calendar: &str) -> Self {
        let portfolio = &context.loaded.portfolio;
        let mut places = HashMap::new();
        let mut runs: HashMap<String, Vec<Span>> = HashMap::new();
        let mut add = |key: String, span: Span| {
            places.entry(key).or_insert(Place::Written(span));
        };
        let seconds = |when: When, zone: Tz| when.instant(zone).timestamp().to_string();
        match what {
            What::Deployments => {
                for it in &portfolio.deployments {
                    let at = seconds(it.at.value, portfolio.zone_at(&it.environment));
                    let natural = [&*it.project, &*it.version, &*it.environment, &at];
                    if let Some(id) = &it.id {
                        add(key(&["id", id]), it.span);
                    } else {
                        add(key(&[&["without id"], &natural[..]].concat()), it.span);
                    }
                    add(key(&[&["any"], &natural[..]].concat()), it.span);
                }
            }
            What::Incidents => portfolio.incidents.iter().for_each(|it| add(key(&["id", &it.id]), it.span)),
            What::Changes => portfolio.changes.iter().for_each(|it| add(key(&["id", &it.id]), it.span)),
            What::Pipelines => {
                for it in &portfolio.pipelines {
                    let (at, duration) = (seconds(it.at.value, portfolio.zone), it.duration.value.to_string());
                    let result = it.result.map_or("", RunResult::as_str);
                    let name = it.common.name().unwrap_or_default();
                    runs.entry(key(&["any", &it.project, name, &at, &duration, result])).or_default().push(it.span);
                }
            }
            What::Bookings => {
                for environment in &portfolio.environments {
                    let zone = portfolio.zone_of(environment);
                    for it in &environment.bookings {
                        add(key(&["id", &environment.id, &it.id.to_lowercase()]), it.span);
                        let to = it.to.value.end_instant(zone).timestamp().to_string();
                        let purpose = it.purpose.as_deref().unwrap_or_default();
                        let release = it.release.as_deref().unwrap_or_default();
                        let from = seconds(it.from.value, zone);
                        add(key(&["any", &environment.id, &from, &to, purpose, release]), it.span);
                    }
                }
            }
            What::Holidays => {
                let written = portfolio.settings.calendars.get(calendar);
                for it in written.iter().flat_map(|calendar| &calendar.holidays) {
                    if let Some(date) = &it.date {
                        add(key(&["any", &date.value.to_string()]), it.span);
                    }
                }
            }
        }
        let is_there = what == What::Holidays && portfolio.calendars.contains(calendar);
        Self { what, places, runs, calendar: is_there.then(|| portfolio.calendars.get(Some(calendar)).clone()) }
    }

    /// Notes what a file has under an id though it is not understood, such as an entry with a fault.
    pub fn add_unread(&mut self, text: &str, kind: Kind) {
        let documents = documents(text);
        let of_kind = documents.iter().filter(|document| is_log(document, kind));
        let entries = of_kind.flat_map(|document| {
            if kind.has_id() {
                std::slice::from_ref(document)
            } else {
                document.get("entries").map(Node::items).unwrap_or_default()
            }
        });
        for id in entries.filter_map(|entry| entry.get("id").and_then(Node::text)) {
            self.places.entry(key(&["id", id])).or_insert(Place::Unread);
        }
    }

    /// The keys of an entry: where one of the first is there, so is the entry; the second are what it is found by later.
    fn keys(&self, entry: &Entry) -> (Vec<String>, Vec<String>) {
        let text = |path: &str| entry.get(path).unwrap_or_default();
        let at = |path: &str| entry.instant(path).unwrap_or_default().to_string();
        match self.what {
            What::Deployments => {
                let at = at("at");
                let natural = [text("project"), text("version"), text("environment"), &at];
                let any = key(&[&["any"], &natural[..]].concat());
                let without = key(&[&["without id"], &natural[..]].concat());
                match entry.get("id") {
                    Some(id) => (vec![key(&["id", id]), without], vec![key(&["id", id]), any]),
                    None => (vec![any.clone()], vec![any, without]),
                }
            }
            What::Incidents | What::Changes => {
                let keys = vec![key(&["id", text("id")])];
                (keys.clone(), keys)
            }
            What::Pipelines => {
                let at = at("at");
                let keys = [text("project"), text("name"), &at, text("duration"), text("result")];
                let keys = vec![key(&[&["any"], &keys[..]].concat())];
                (keys.clone(), keys)
            }
            What::Bookings => {
                let environment = text("environment");
                let to = entry.end_instant("to").unwrap_or_default().to_string();
                let any = key(&["any", environment, &at("from"), &to, text("purpose"), text("release")]);
                let id = entry.get("id").map(|id| key(&["id", environment, &id.to_lowercase()]));
                match id {
                    Some(id) => (vec![id.clone()], vec![id, any]),
                    None => (vec![any.clone()], vec![any]),
                }
            }
            What::Holidays => {
                let keys = vec![key(&["any", text("date")])];
                (keys.clone(), keys)
            }
        }
    }

    /// Where an entry is already. A run of a pipeline that is written is found once.
    pub fn find(&mut self, entry: &Entry) -> Option<Place> {
        if self.what == What::Pipelines {
            let written = self.keys(entry).0.into_iter().find_map(|key| {
                let spans = self.runs.get_mut(&key)?;
                (!spans.is_empty()).then(|| spans.remove(0))
            });
            return written.map(Place::Written);
        }
        let place = self.keys(entry).0.iter().find_map(|key| self.places.get(key)).copied();
        place.or_else(|| {
            let day = entry.get("date")?.parse().ok()?;
            self.calendar.as_ref()?.holiday(day).map(|_| Place::Unread)
        })
    }

    /// Notes an entry that is new.
    pub fn add(&mut self, entry: &Entry, index: usize) {
        for key in self.keys(entry).1 {
            self.places.entry(key).or_insert(Place::New(index));
        }
    }

    /// An id for a booking that has none.
    pub fn free_id(&self, environment: &str, base: &str) -> String {
        let is_free = |id: &String| !self.places.contains_key(&key(&["id", environment, &id.to_lowercase()]));
        let numbered = (2..).map(|number| format!("{base}-{number}"));
        std::iter::once(base.to_owned()).chain(numbered).find(is_free).unwrap_or_else(|| base.to_owned())
    }
}

/// Those of the entries that say something else than what is written of them.
pub fn differing(context: &Context<'_>, there: &[(Entry, Span)]) -> Vec<Differing> {
    let mut by_file: Vec<&(Entry, Span)> = there.iter().collect();
    by_file.sort_by_key(|(entry, span)| (span.file, span.start, entry.row));
    let mut found = Vec::new();
    for of_file in by_file.chunk_by(|a, b| a.1.file == b.1.file) {
        let file = context.loaded.sources.path(of_file[0].1.file);
        let bytes = context.source.read_path(file).unwrap_or_default();
        let Ok(text) = std::str::from_utf8(&bytes) else { continue };
        let documents = documents(text);
        let nodes: HashMap<u32, &Node<'_>> = documents.iter().flat_map(mappings).collect();
        for (entry, span) in of_file {
            let Some(node) = nodes.get(&span.start) else { continue };
            let fields: Vec<Difference> =
                entry.values.iter().filter_map(|value| difference(node, value, entry)).collect();
            if !fields.is_empty() {
                let id = entry.get("id").map(str::to_owned);
                found.push(Differing { row: entry.row, id, file: file.to_owned(), fields });
            }
        }
    }
    found.sort_by_key(|row| row.row);
    found
}

/// Documents and the mappings in their lists, by where they begin; the outermost of those that begin at one place last.
fn mappings<'n, 't>(node: &'n Node<'t>) -> Vec<(u32, &'n Node<'t>)> {
    let mut found = Vec::new();
    let mut open = vec![node];
    while let Some(node) = open.pop() {
        match &node.value {
            Value::Mapping(entries) => {
                found.push((node.span.start, node));
                open.extend(entries.iter().map(|entry| &entry.value));
            }
            Value::Sequence(items) => open.extend(items),
            _ => {}
        }
    }
    found.reverse();
    found
}

fn difference(node: &Node<'_>, (path, given): &(String, String), entry: &Entry) -> Option<Difference> {
    let recorded = path.split('.').try_fold(node, |node, name| node.get(name)).and_then(Node::text);
    // An environment does not repeat its id in its bookings.
    if recorded.is_none() && path == "environment" {
        return None;
    }
    let instant = |text: &str| When::parse(text).ok().map(|when| when.instant(entry.zone));
    let same = recorded
        .is_some_and(|recorded| recorded == given || instant(recorded).is_some_and(|at| instant(given) == Some(at)));
    (!same).then(|| Difference { field: path.clone(), recorded: recorded.map(str::to_owned), given: given.clone() })
}
