//! The view of `relm show`: everything about one object.
//!
//! Every kind of object answers in the same shape: facts about the object itself, and sections of items that stand beside it.
//! A release and a phase also carry what `relm plan` says of them. Items say where they are written.

mod context;
mod delivery;
mod environment;
mod find;
mod network;
mod people;
mod phase;
mod project;
mod records;
mod release;

use serde::Serialize;

use super::Header;
use super::check::FindingView;
use super::plan::{Input, PhaseView, ReleaseView};
use crate::diagnostic::{FileId, Finding, SourceMap};
use crate::model::Portfolio;
use crate::time::Clock;

use context::Context;
pub use find::{Found, Object, find};

/// The name and version of [`Show`]'s shape.
pub const SCHEMA: &str = "relm.show/1";

/// Everything about one object.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct Show {
    /// Schema, day and revision.
    #[serde(flatten)]
    pub header: Header,
    /// What it is: `release`, `phase`, `milestone`, `gate`, `project`, `environment`, `train`, `change`, `deployment`,
    /// `incident`, `assessment`, `demand`, `run`, `person`, `team` or `freeze`.
    pub kind: &'static str,
    /// The id; `release/phase` for what is inside a release.
    pub id: String,
    /// The name for people.
    pub name: Option<String>,
    /// Where it is written.
    pub source: Option<Source>,
    /// What it says of itself, and what follows from it alone.
    pub facts: Vec<Fact>,
    /// What the plan says, for releases.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub release: Option<ReleaseView>,
    /// What the plan says, for phases.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phase: Option<PhaseView>,
    /// What stands beside it; sections without items are left out.
    pub sections: Vec<Section>,
    /// What is wrong with it, as in `check`.
    pub findings: Vec<FindingView>,
    /// The files its places are in; without their texts the lines are unknown.
    #[serde(skip)]
    pub files: Vec<FileId>,
}

/// A place in a manifest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Source {
    /// The path relative to the portfolio's root, `/` between its parts.
    pub file: String,
    /// The line, from 1; null when the text was not at hand.
    pub line: Option<usize>,
}

/// One thing an object says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Fact {
    /// The name, such as `owner`.
    pub name: &'static str,
    /// The value in words.
    pub value: String,
}

/// Items that belong together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Section {
    /// A stable name, such as `waits_for`.
    pub id: &'static str,
    /// A heading for people.
    pub title: &'static str,
    /// In an order that fits the section: by date where there are dates, else as written.
    pub items: Vec<Item>,
}

/// Something that stands beside the object.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Item {
    /// What it is; a kind that `relm show` takes, or the name of a part such as `step`.
    pub kind: &'static str,
    /// The id, as `relm show` takes it where it can be shown.
    pub id: String,
    /// The name for people.
    pub name: Option<String>,
    /// First day or instant, ISO 8601.
    pub start: Option<String>,
    /// Last day, or the first instant outside, ISO 8601.
    pub end: Option<String>,
    /// Where it stands, in one word.
    pub state: Option<String>,
    /// What else is worth knowing, in words.
    pub details: Vec<String>,
    /// Whether it is the one that decides: the entry that keeps a phase from starting earlier.
    pub decides: bool,
    /// Where it is written.
    pub source: Option<Source>,
}

/// What a view is made from.
#[derive(Debug, Clone, Copy)]
pub struct Material<'p> {
    /// The manifests, the graph and the schedule.
    pub plan: Input<'p>,
    /// The moment everything is judged at.
    pub clock: Clock,
    /// Where things are written.
    pub sources: &'p SourceMap,
}

impl Show {
    /// The view of an object, with the findings that [`concerns`] picks. Build it once to learn its [`files`](Self::files),
    /// attach their texts, and build it again.
    pub fn new(header: Header, material: Material<'_>, object: Object, findings: Vec<FindingView>) -> Self {
        let context = Context::new(material);
        let mut draft = Draft::default();
        match object {
            Object::Release(r) => release::describe(&context, r, &mut draft),
            Object::Phase(r, p) => phase::phase(&context, r, p, &mut draft),
            Object::Milestone(r, m) => phase::milestone(&context, r, m, &mut draft),
            Object::Gate(r, g) => phase::gate(&context, r, g, &mut draft),
            Object::Project(index) => project::describe(&context, index, &mut draft),
            Object::Environment(index) => environment::describe(&context, index, &mut draft),
            Object::Train(index) => delivery::train(&context, index, &mut draft),
            Object::Change(index) => records::change(&context, index, &mut draft),
            Object::Deployment(index) => records::deployment(&context, index, &mut draft),
            Object::Incident(index) => records::incident(&context, index, &mut draft),
            Object::Assessment(index) => records::assessment(&context, index, &mut draft),
            Object::Demand(index) => records::demand(&context, index, &mut draft),
            Object::Run(index) => records::run(&context, index, &mut draft),
            Object::Person(index) => people::person(&context, index, &mut draft),
            Object::Team(index) => people::team(&context, index, &mut draft),
            Object::Freeze(index) => people::freeze(&context, index, &mut draft),
        }
        Self {
            header,
            kind: object.kind(),
            id: object.id(material.plan.portfolio),
            name: draft.name,
            source: draft.source,
            facts: draft.facts,
            release: draft.release,
            phase: draft.phase,
            sections: draft.sections,
            findings,
            files: context.files(),
        }
    }
}

/// Whether a finding is about an object or a part of it.
pub fn concerns(portfolio: &Portfolio, object: Object, finding: &Finding) -> bool {
    let wanted = object.subject(portfolio);
    let found = &finding.subject;
    let inside =
        |path: &str| path.strip_prefix(&*wanted.path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    found.kind == wanted.kind
        && (found.id == wanted.id || object.is_entry())
        && (wanted.path.is_empty() || inside(&found.path))
}

/// What an object has said so far.
#[derive(Default)]
struct Draft {
    name: Option<String>,
    source: Option<Source>,
    facts: Vec<Fact>,
    release: Option<ReleaseView>,
    phase: Option<PhaseView>,
    sections: Vec<Section>,
}

impl Draft {
    /// Notes a fact, where there is one to note.
    fn fact(&mut self, name: &'static str, value: Option<impl ToString>) {
        let value = value.map(|value| value.to_string()).filter(|value| !value.is_empty());
        self.facts.extend(value.map(|value| Fact { name, value }));
    }

    /// Adds a section, unless it is empty.
    fn section(&mut self, id: &'static str, title: &'static str, items: Vec<Item>) {
        if !items.is_empty() {
            self.sections.push(Section { id, title, items });
        }
    }
}

impl Item {
    #[allow(clippy::needless_pass_by_value, reason = "ids come by reference, texts by value")]
    fn new(kind: &'static str, id: impl ToString) -> Self {
        Self { kind, id: id.to_string(), ..Self::default() }
    }

    fn name(mut self, name: Option<&str>) -> Self {
        self.name = name.map(str::to_owned);
        self
    }

    fn from(mut self, start: Option<impl ToString>) -> Self {
        self.start = start.map(|start| start.to_string());
        self
    }

    fn to(mut self, end: Option<impl ToString>) -> Self {
        self.end = end.map(|end| end.to_string());
        self
    }

    fn on(self, day: Option<impl ToString>) -> Self {
        let day = day.map(|day| day.to_string());
        self.from(day.clone()).to(day)
    }

    fn state(mut self, state: Option<impl ToString>) -> Self {
        self.state = state.map(|state| state.to_string());
        self
    }

    /// Adds a detail, where there is one.
    fn with(mut self, detail: Option<impl ToString>) -> Self {
        self.details.extend(detail.map(|detail| detail.to_string()).filter(|detail| !detail.is_empty()));
        self
    }

    /// Adds `word value`, where there is a value.
    fn saying(self, word: &str, value: Option<impl ToString>) -> Self {
        self.with(value.map(|value| format!("{word} {}", value.to_string())))
    }

    /// Adds a word, where it holds.
    fn when(self, holds: bool, word: &str) -> Self {
        self.with(holds.then_some(word))
    }

    fn at(mut self, source: Option<Source>) -> Self {
        self.source = source;
        self
    }
}
