//! The network of a release: phases, milestones, and what they follow.

use std::fmt;

use chrono::NaiveDate;

use crate::diagnostic::Span;
use crate::model::decode::{Decode, Decoder, OneOrMany, abridge};
use crate::model::node::Node;
use crate::model::scalar::{Count, DAYS_PATTERN, DayLag, Days, Id, Percent, Spanned, day_lag, is_id};
use crate::time::duration::{Effort, Lag};
use crate::{choice, record};

record! {
    /// A stretch of work. It needs two of `start`, `end` and `duration`, or `after` and `duration`; a lone `start` is one day.
    pub struct Phase {
        /// The id.
        pub id: Id,
        /// First day.
        pub start: Option<Spanned<NaiveDate>>,
        /// Last day.
        pub end: Option<Spanned<NaiveDate>>,
        /// A phase of one day.
        pub date: Option<Spanned<NaiveDate>>,
        /// How long.
        pub duration: Option<Spanned<Days>>,
        /// What it follows.
        pub after: OneOrMany<Dependency>,
        /// The team that works.
        pub team: Option<Id>,
        /// Work.
        pub effort: Option<Spanned<Effort>>,
        /// The environments it books.
        pub environments: Vec<EnvironmentUse>,
        /// How much is done, in per cent.
        pub progress: Option<Spanned<Percent>>,
        /// When it really began and ended.
        pub actual: Option<Actual>,
    }
}

impl Phase {
    /// Whether it has really begun.
    pub fn has_begun(&self) -> bool {
        self.actual.as_ref().is_some_and(|actual| actual.start.is_some())
    }

    /// The day it really ended.
    pub fn actual_end(&self) -> Option<NaiveDate> {
        self.actual.as_ref()?.end.as_ref().map(|date| date.value)
    }
}

record! {
    /// When something really began and ended.
    pub struct Actual {
        /// First day.
        pub start: Option<Spanned<NaiveDate>>,
        /// Last day.
        pub end: Option<Spanned<NaiveDate>>,
    }
}

choice! {
    /// Which ends of two phases a dependency joins.
    pub enum Link {
        /// Finish to start: the default.
        FinishStart = "FS",
        /// Start to start.
        StartStart = "SS",
        /// Finish to finish.
        FinishFinish = "FF",
        /// Start to finish.
        StartFinish = "SF",
    }
}

impl Link {
    /// Whether it counts from the predecessor's end.
    pub const fn from_finish(self) -> bool {
        matches!(self, Self::FinishStart | Self::FinishFinish)
    }

    /// Whether it bounds the successor's start.
    pub const fn to_start(self) -> bool {
        matches!(self, Self::FinishStart | Self::StartStart)
    }
}

/// What a phase or milestone follows.
#[derive(Debug, Clone, PartialEq)]
pub struct Dependency {
    /// The release it is in; absent means the same.
    pub release: Option<Id>,
    /// The phase or milestone.
    pub phase: Id,
    /// Which ends are joined.
    pub link: Link,
    /// Time between.
    pub lag: Lag,
    /// The whole entry.
    pub span: Span,
}

impl fmt::Display for Dependency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(release) = &self.release {
            write!(f, "{release}/")?;
        }
        write!(f, "{}", self.phase)
    }
}

record! {
    /// What a phase or milestone follows, in full.
    pub struct DependencyItem {
        /// The phase or milestone.
        pub phase: Id,
        /// The release it is in; absent means the same.
        pub release: Option<Id>,
        /// Which ends are joined; default FS.
        pub r#type: Option<Link>,
        /// Time between.
        pub lag: Option<DayLag>,
    }
}

/// A reference with an optional lag behind it, as text: `build`, `build + 2d`, `core/deploy - 1d`.
pub(super) struct Reference<'t> {
    pub(super) release: Option<(&'t str, usize)>,
    pub(super) name: (&'t str, usize),
    pub(super) lag: Lag,
}

pub(super) fn reference(text: &str) -> Result<Reference<'_>, String> {
    let trimmed = text.trim();
    let offset = text.len() - text.trim_start().len();
    let (name, lag) = match trimmed.split_once(char::is_whitespace) {
        None => (trimmed, Lag::ZERO),
        Some((name, rest)) => {
            let lag = Lag::parse(rest.trim()).map_err(|error| error.to_string())?;
            if !rest.trim().starts_with(['+', '-']) {
                return Err("a lag begins with `+` or `-`".into());
            }
            (name, lag)
        }
    };
    let (release, phase) = match name.split_once('/') {
        Some((release, phase)) => (Some((release, offset)), (phase, offset + release.len() + 1)),
        None => (None, (name, offset)),
    };
    if is_id(phase.0) && release.is_none_or(|(release, _)| is_id(release)) {
        return Ok(Reference { release, name: phase, lag });
    }
    let spaced = name.split_once('+').filter(|(_, lag)| Lag::parse(&format!("+ {lag}")).is_ok());
    Err(match spaced {
        Some((before, lag)) => format!("a lag needs spaces round its sign: `{} + {lag}`", abridge(before)),
        None => format!("`{}` is not an id", abridge(name)),
    })
}

/// The place of a part of a scalar; the whole scalar when it was written with quotes and escapes.
pub(super) fn part(node: &Node<'_>, text: &str, (name, offset): (&str, usize)) -> Id {
    let extra = (node.span.len as usize).checked_sub(text.len());
    let span = match extra {
        Some(quotes @ (0 | 2)) => {
            Span { start: node.span.start + (offset + quotes / 2) as u32, len: name.len() as u32, ..node.span }
        }
        _ => node.span,
    };
    Id::new(name, span)
}

const AFTER_HELP: &str = "write `build`, `build + 2d`, `other-release/phase`, or `{phase: build, type: SS, lag: 2d}`";

impl Decode for Dependency {
    fn decode(node: &Node<'_>, cx: &mut Decoder) -> Option<Self> {
        if let Some(text) = node.text() {
            return match reference(text) {
                Ok(Reference { release, name, lag }) => match day_lag(lag) {
                    Ok(DayLag(lag)) => Some(Self {
                        release: release.map(|release| part(node, text, release)),
                        phase: part(node, text, name),
                        link: Link::FinishStart,
                        lag,
                        span: node.span,
                    }),
                    Err(complaint) => {
                        cx.invalid(node.span, complaint.message, complaint.help);
                        None
                    }
                },
                Err(message) => {
                    cx.invalid(node.span, message, Some(AFTER_HELP.into()));
                    None
                }
            };
        }
        let DependencyItem { phase, release, r#type, lag, span, .. } = DependencyItem::decode(node, cx)?;
        let link = r#type.unwrap_or(Link::FinishStart);
        Some(Self { release, phase, link, lag: lag.map_or(Lag::ZERO, |lag| lag.0), span })
    }

    fn schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let record = DependencyItem::schema(generator);
        let id = "[A-Za-z0-9][A-Za-z0-9._-]*";
        let pattern = format!(r"^\s*({id}/)?{id}(\s+[+-]\s*{DAYS_PATTERN})?\s*$");
        schemars::json_schema!({"anyOf": [
            {
                "type": ["string", "number", "boolean"],
                "minimum": 0,
                "pattern": pattern,
                "examples": ["build", "build + 2d", "other-release/phase"],
            },
            record,
        ]})
    }
}

/// An environment that a phase books.
#[derive(Debug, Clone, PartialEq)]
pub struct EnvironmentUse {
    /// The environment.
    pub id: Id,
    /// Units of its capacity.
    pub units: u32,
    /// Whether nobody else may use it meanwhile.
    pub exclusive: bool,
    /// What the booking does to it.
    pub r#use: crate::model::environment::Use,
    /// The whole entry.
    pub span: Span,
}

record! {
    /// An environment that a phase books, in full.
    pub struct EnvironmentUseItem {
        /// The environment.
        pub id: Id,
        /// Units of its capacity; default 1.
        pub units: Option<Count>,
        /// Whether nobody else may use it meanwhile.
        pub exclusive: Option<bool>,
        /// What the booking does to it; default code.
        pub r#use: Option<crate::model::environment::Use>,
    }
}

impl Decode for EnvironmentUse {
    fn decode(node: &Node<'_>, cx: &mut Decoder) -> Option<Self> {
        let (id, units, exclusive, r#use) = if node.text().is_some() {
            (Id::decode(node, cx)?, None, None, None)
        } else {
            let item = EnvironmentUseItem::decode(node, cx)?;
            (item.id, item.units, item.exclusive, item.r#use)
        };
        Some(Self {
            id,
            units: units.map_or(1, |units| units.0),
            exclusive: exclusive.unwrap_or(false),
            r#use: r#use.unwrap_or(crate::model::environment::Use::Code),
            span: node.span,
        })
    }

    fn schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let id = Id::schema(generator);
        let record = EnvironmentUseItem::schema(generator);
        schemars::json_schema!({"anyOf": [id, record]})
    }
}

record! {
    /// A date that matters. It needs a `date` or `after`.
    pub struct Milestone {
        /// The id.
        pub id: Id,
        /// The day.
        pub date: Option<Spanned<NaiveDate>>,
        /// What it follows.
        pub after: OneOrMany<Dependency>,
        /// When it was really reached.
        pub actual: Option<Spanned<NaiveDate>>,
    }
}
