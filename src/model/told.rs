//! What a manifest says, as a tree in which only meaning counts: how it was written, in which order its keys stand and in which
//! file leaves no trace. Two versions of a portfolio are compared by it.

use std::borrow::Cow;
use std::fmt;

use chrono::NaiveDate;
use chrono_tz::Tz;

use super::decode::{Common, Map, OneOrMany, Pairs};
use super::portfolio::RuleSetting;
use super::project::ProjectDependency;
use super::release::{At, Dependency, EnvironmentUse, Link, ReleaseDependency, StepDependency};
use super::scalar::{Bounded, ClockLag, DayLag, Days, Id, Minutes, Spanned, Text, Threshold};
use super::version::Requirement;
use crate::diagnostic::{Level, Span};
use crate::time::duration::{Effort, Lag};
use crate::time::when::When;

/// What a value says.
#[derive(Debug, Clone)]
pub enum Told<'m> {
    /// Nothing: it is not there, or empty.
    Nothing,
    /// A single value.
    Word(Word<'m>),
    /// A list.
    List(Vec<Self>),
    /// A mapping with keys of the manifest's own choice.
    Map(Vec<(&'m str, Self)>),
    /// A mapping with fields.
    Record(Record<'m>),
}

/// A single value and its place.
#[derive(Debug, Clone)]
pub struct Word<'m> {
    /// The value.
    pub value: Value<'m>,
    /// Where it stands, where that is known.
    pub span: Option<Span>,
}

/// A single value.
#[derive(Debug, Clone, PartialEq)]
pub enum Value<'m> {
    /// A text.
    Text(Cow<'m, str>),
    /// A date or date-time.
    When(When),
}

/// A mapping with fields; those that say nothing are left out.
#[derive(Debug, Clone)]
pub struct Record<'m> {
    /// The name of its type, such as `Phase`.
    pub name: &'static str,
    /// The fields, in the order of the type.
    pub fields: Vec<(Cow<'m, str>, Told<'m>)>,
    /// The whole mapping, where its place is known.
    pub span: Option<Span>,
}

/// A value that can tell what it says.
pub trait Tell {
    /// What it says.
    fn told(&self) -> Told<'_>;
}

impl fmt::Display for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::When(when) => when.fmt(f),
        }
    }
}

/// Places do not count, nor the order of fields and keys.
impl PartialEq for Told<'_> {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Nothing, Self::Nothing) => true,
            (Self::Word(one), Self::Word(other)) => one.value == other.value,
            (Self::List(one), Self::List(other)) => one == other,
            (Self::Map(one), Self::Map(other)) => {
                let same = |(key, value): &(&str, Self)| other.iter().any(|(name, it)| name == key && it == value);
                one.len() == other.len() && one.iter().all(same)
            }
            (Self::Record(one), Self::Record(other)) => {
                one.fields.len() == other.fields.len()
                    && one.fields.iter().all(|(name, value)| other.field(name) == Some(value))
            }
            _ => false,
        }
    }
}

impl<'m> Told<'m> {
    /// Whether nothing is said.
    pub fn is_nothing(&self) -> bool {
        matches!(self, Self::Nothing)
    }

    /// The single value, when it is one.
    pub fn word(&self) -> Option<&Word<'m>> {
        match self {
            Self::Word(word) => Some(word),
            _ => None,
        }
    }

    /// The fields, when it is a record.
    pub fn record(&self) -> Option<&Record<'m>> {
        match self {
            Self::Record(record) => Some(record),
            _ => None,
        }
    }

    /// A place of it.
    pub fn span(&self) -> Option<Span> {
        match self {
            Self::Nothing => None,
            Self::Word(word) => word.span,
            Self::List(items) => items.iter().find_map(Self::span),
            Self::Map(entries) => entries.iter().find_map(|(_, value)| value.span()),
            Self::Record(record) => record.span.or_else(|| record.fields.iter().find_map(|(_, value)| value.span())),
        }
    }

    fn at(self, place: Span) -> Self {
        match self {
            Self::Word(word) => Self::Word(Word { span: Some(place), ..word }),
            other => other,
        }
    }

    /// A text that was made for the purpose.
    fn made(text: impl fmt::Display) -> Self {
        Self::Word(Word { value: Value::Text(text.to_string().into()), span: None })
    }

    /// One of a closed set of words.
    pub fn choice(word: &'static str) -> Self {
        Self::fixed(word)
    }

    fn fixed(text: &'m str) -> Self {
        Self::Word(Word { value: Value::Text(text.into()), span: None })
    }

    fn list(items: Vec<Self>) -> Self {
        if items.is_empty() { Self::Nothing } else { Self::List(items) }
    }

    fn map(entries: Vec<(&'m str, Self)>) -> Self {
        if entries.is_empty() { Self::Nothing } else { Self::Map(entries) }
    }
}

impl<'m> Record<'m> {
    /// A record without any field yet.
    pub fn new(name: &'static str, span: Span) -> Self {
        Self { name, fields: Vec::new(), span: Some(span) }
    }

    /// What a field says; none when it says nothing.
    pub fn field(&self, name: &str) -> Option<&Told<'m>> {
        self.fields.iter().find(|(field, _)| field == name).map(|(_, value)| value)
    }

    /// Adds a field, if it says something.
    pub fn add(&mut self, name: &'m str, value: Told<'m>) {
        if !value.is_nothing() {
            self.fields.push((name.into(), value));
        }
    }

    /// Adds what every mapping may say.
    pub fn common(&mut self, common: &'m Common) {
        let text = |text: Option<&'m str>| text.map_or(Told::Nothing, Told::fixed);
        self.add("name", text(common.name()));
        self.add("description", text(common.description()));
        self.add("owner", common.owner().map_or(Told::Nothing, Tell::told));
        self.add("labels", pairs(common.labels()));
        self.add("links", Told::list(common.links().iter().map(Tell::told).collect()));
        for (key, value) in common.extensions() {
            self.add(key, of_json(value));
        }
    }
}

fn pairs(pairs: &[(Text, Text)]) -> Told<'_> {
    Told::map(pairs.iter().map(|(key, value)| (&**key, value.told())).collect())
}

fn of_json(value: &serde_json::Value) -> Told<'_> {
    match value {
        serde_json::Value::Null => Told::Nothing,
        serde_json::Value::String(text) => Told::fixed(text),
        serde_json::Value::Array(items) => Told::list(items.iter().map(of_json).collect()),
        serde_json::Value::Object(entries) => {
            let entries = entries.iter().map(|(key, value)| (key.as_str(), of_json(value)));
            Told::map(entries.filter(|(_, value)| !value.is_nothing()).collect())
        }
        other => Told::made(other),
    }
}

impl<T: Tell> Tell for Option<T> {
    fn told(&self) -> Told<'_> {
        self.as_ref().map_or(Told::Nothing, Tell::told)
    }
}

impl<T: Tell> Tell for Box<T> {
    fn told(&self) -> Told<'_> {
        (**self).told()
    }
}

impl<T: Tell> Tell for Vec<T> {
    fn told(&self) -> Told<'_> {
        Told::list(self.iter().map(Tell::told).collect())
    }
}

impl<T: Tell> Tell for OneOrMany<T> {
    fn told(&self) -> Told<'_> {
        self.0.told()
    }
}

impl<T: Tell> Tell for Map<T> {
    fn told(&self) -> Told<'_> {
        let entries = self.iter().map(|(key, value)| (&**key, value.told()));
        Told::map(entries.collect())
    }
}

impl Tell for Pairs {
    fn told(&self) -> Told<'_> {
        pairs(&self.0)
    }
}

impl<T: Tell> Tell for Spanned<T> {
    fn told(&self) -> Told<'_> {
        self.value.told().at(self.span)
    }
}

impl Tell for Text {
    fn told(&self) -> Told<'_> {
        Told::fixed(self).at(self.span)
    }
}

impl Tell for Id {
    fn told(&self) -> Told<'_> {
        Told::fixed(self).at(self.span)
    }
}

impl Tell for When {
    fn told(&self) -> Told<'_> {
        Told::Word(Word { value: Value::When(*self), span: None })
    }
}

impl Tell for NaiveDate {
    fn told(&self) -> Told<'_> {
        Told::Word(Word { value: Value::When(When::Date(*self)), span: None })
    }
}

macro_rules! tell_by_display {
    ($($ty:ty),* $(,)?) => {
        $(impl Tell for $ty {
            fn told(&self) -> Told<'_> {
                Told::made(self)
            }
        })*
    };
}

tell_by_display!(u32, f64, bool, Days, Minutes, Effort, Requirement);

impl<const MIN: u32, const MAX: u32> Tell for Bounded<MIN, MAX> {
    fn told(&self) -> Told<'_> {
        Told::made(self.0)
    }
}

impl Tell for DayLag {
    fn told(&self) -> Told<'_> {
        Told::made(self.0)
    }
}

impl Tell for ClockLag {
    fn told(&self) -> Told<'_> {
        Told::made(self.0)
    }
}

impl Tell for Tz {
    fn told(&self) -> Told<'_> {
        Told::fixed(self.name())
    }
}

impl Tell for Threshold {
    fn told(&self) -> Told<'_> {
        let unit = if self.is_time { "h" } else { "" };
        Told::made(format_args!("{} {}{unit}", self.comparison.as_str(), self.value))
    }
}

impl Tell for At {
    fn told(&self) -> Told<'_> {
        match self {
            Self::When(when) => when.told(),
            Self::Target(_) => Told::made(self),
        }
    }
}

impl Tell for RuleSetting {
    fn told(&self) -> Told<'_> {
        let level = self.level.map(|level| match level {
            Level::Off => "off",
            Level::At(severity) => severity.as_str(),
        });
        let max = self.max.as_ref().map(|max| format!("max {}", max.value));
        let said: Vec<String> = level.map(str::to_owned).into_iter().chain(max).collect();
        if said.is_empty() { Told::Nothing } else { Told::made(said.join(", ")).at(self.span) }
    }
}

impl Tell for ProjectDependency {
    fn told(&self) -> Told<'_> {
        let mut record = Record::new("ProjectDependency", self.project.span);
        record.add("project", self.project.told());
        record.add("version", self.version.told());
        Told::Record(record)
    }
}

/// `build`, `build SS + 2d`.
fn dependency(what: impl fmt::Display, link: Link, lag: Lag) -> String {
    let mut text = what.to_string();
    if link != Link::FinishStart {
        text = format!("{text} {link}");
    }
    if lag != Lag::ZERO {
        text = format!("{text} {} {}", if lag.negative { '-' } else { '+' }, lag.duration);
    }
    text
}

impl Tell for Dependency {
    fn told(&self) -> Told<'_> {
        Told::made(dependency(self, self.link, self.lag)).at(self.span)
    }
}

impl Tell for ReleaseDependency {
    fn told(&self) -> Told<'_> {
        Told::made(dependency(&self.release, Link::FinishStart, self.lag)).at(self.span)
    }
}

impl Tell for StepDependency {
    fn told(&self) -> Told<'_> {
        Told::made(dependency(&self.step, self.link, self.lag)).at(self.step.span)
    }
}

impl Tell for EnvironmentUse {
    fn told(&self) -> Told<'_> {
        let mut record = Record::new("EnvironmentUse", self.span);
        record.add("id", self.id.told());
        record.add("units", self.units.told());
        record.add("exclusive", self.exclusive.told());
        record.add("use", self.r#use.told());
        Told::Record(record)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::load::testing::portfolio;

    fn same(one: &str, other: &str) -> bool {
        let read =
            |text: &str| portfolio(&format!("kind: portfolio\nstages: [prod]\n---\nkind: release\nid: a\n{text}"));
        let (one, other) = (read(one), read(other));
        one.releases[0].told() == other.releases[0].told()
    }

    #[test]
    fn how_it_is_written_does_not_count() {
        let one = "type: minor\nname: One\nphases: [{id: a, start: 2026-01-05, duration: 5d, environments: [uat]}, {id: b, after: a, duration: 1d}]\nlabels: {x: 1, y: 2}\n";
        let other = "# a comment\nname: \"One\"\ntype: minor\nlabels:\n  y: '2'\n  x: 1\nphases:\n- duration: 5d\n  id: a\n  start: 2026-01-05\n  environments: [{id: uat, units: 1}]\n- {id: b, after: [{phase: a}], duration: 1d}\n";
        assert!(same(one, other));
        assert!(!same(one, &other.replace("2026-01-05", "2026-01-06")));
        assert!(!same(one, &other.replace("units: 1", "units: 2")));
        assert!(!same(one, &other.replace("'2'", "'3'")));
    }

    #[test]
    fn what_is_empty_is_not_there() {
        assert!(same("type: minor\n", "type: minor\nscope: []\nphases:\nlabels: {}\n"));
        assert!(!same("type: minor\n", "type: minor\nx-mine: [1]\n"));
    }
}
