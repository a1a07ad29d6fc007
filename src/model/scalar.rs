//! The smallest parts of a manifest: texts, ids, numbers, dates, durations, thresholds.

use std::fmt;
use std::ops::Deref;

use chrono::NaiveDate;
use schemars::{Schema, SchemaGenerator, json_schema};
use smol_str::SmolStr;

use super::decode::{Decode, Decoder, abridge};
use super::node::{Node, Value};
use super::version::Requirement;
use crate::diagnostic::Span;
use crate::record;
use crate::time::duration::{Duration, Effort, Lag};
use crate::time::when::When;
use crate::time::zone::parse_zone;
use chrono_tz::Tz;

/// A value with the place it was written at. Equality and order look at the value alone.
#[derive(Debug, Clone, Copy, Default)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Where it stands, quotes included.
    pub span: Span,
}

impl<T> Deref for Spanned<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T: PartialEq> PartialEq for Spanned<T> {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl<T: fmt::Display> fmt::Display for Spanned<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(f)
    }
}

impl<T: Decode> Decode for Spanned<T> {
    fn decode(node: &Node<'_>, cx: &mut Decoder) -> Option<Self> {
        T::decode(node, cx).map(|value| Self { value, span: node.span })
    }

    fn schema(generator: &mut SchemaGenerator) -> Schema {
        T::schema(generator)
    }
}

macro_rules! text_type {
    ($(#[doc = $doc:literal])* $name:ident) => {
        $(#[doc = $doc])*
        #[derive(Debug, Clone, Default)]
        pub struct $name {
            // Most ids and many texts fit in place, which spares an allocation on reading and a miss on every look.
            text: SmolStr,
            /// Where it stands, quotes included.
            pub span: Span,
        }

        impl $name {
            /// A text at a place.
            pub fn new(text: &str, span: Span) -> Self {
                Self { text: SmolStr::new(text), span }
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.text
            }
        }

        impl Deref for $name {
            type Target = str;

            fn deref(&self) -> &str {
                &self.text
            }
        }

        impl PartialEq for $name {
            fn eq(&self, other: &Self) -> bool {
                self.text == other.text
            }
        }

        impl Eq for $name {}

        impl PartialEq<str> for $name {
            fn eq(&self, other: &str) -> bool {
                &*self.text == other
            }
        }

        impl PartialEq<&str> for $name {
            fn eq(&self, other: &&str) -> bool {
                &*self.text == *other
            }
        }

        impl PartialOrd for $name {
            fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
                Some(self.cmp(other))
            }
        }

        impl Ord for $name {
            fn cmp(&self, other: &Self) -> std::cmp::Ordering {
                self.text.cmp(&other.text)
            }
        }

        impl std::hash::Hash for $name {
            fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
                self.text.hash(state);
            }
        }

        // It hashes and compares as its text does.
        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.text
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.text)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.text
            }
        }
    };
}

text_type! {
    /// A text as it was written: `1.10` and `no` stay what they are.
    Text
}

text_type! {
    /// An id, or a reference to one: letters, digits, `.`, `_`, `-`; begins with a letter or digit.
    Id
}

impl Decode for Text {
    fn decode(node: &Node<'_>, cx: &mut Decoder) -> Option<Self> {
        if let Value::Scalar { text, .. } = &node.value {
            return Some(Self::new(text, node.span));
        }
        cx.unexpected(node, "text");
        None
    }

    fn schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": ["string", "number", "boolean"]})
    }
}

/// Whether a text has the form of an id.
pub fn is_id(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphanumeric()) && text.bytes().all(|byte| IN_IDS[usize::from(byte)])
}

/// The bytes an id may have; every id of a portfolio is looked through.
const IN_IDS: [bool; 256] = {
    let mut bytes = [false; 256];
    let mut byte = 0;
    while byte < 128 {
        bytes[byte] = (byte as u8).is_ascii_alphanumeric() || matches!(byte as u8, b'.' | b'_' | b'-');
        byte += 1;
    }
    bytes
};

const ID_HELP: &str = "an id has letters, digits, `.`, `_` and `-`, and begins with a letter or a digit";

impl Decode for Id {
    fn decode(node: &Node<'_>, cx: &mut Decoder) -> Option<Self> {
        let text = Text::decode(node, cx)?;
        if is_id(&text) {
            return Some(Self { text: text.text, span: text.span });
        }
        cx.invalid(node.span, format!("`{}` is not an id", abridge(&text)), Some(ID_HELP.into()));
        None
    }

    fn schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": ["string", "number", "boolean"],
            "minimum": 0,
            "pattern": "^[A-Za-z0-9][A-Za-z0-9._-]*$",
        })
    }
}

/// Reads a scalar by its text; `parse` answers what is wrong and what to do.
fn scalar<T, E: Into<Complaint>>(
    node: &Node<'_>,
    cx: &mut Decoder,
    expected: &str,
    parse: impl FnOnce(&str) -> Result<T, E>,
) -> Option<T> {
    let Some(text) = node.text() else {
        cx.unexpected(node, expected);
        return None;
    };
    match parse(text) {
        Ok(value) => Some(value),
        Err(error) => {
            let Complaint { message, help } = error.into();
            cx.invalid(node.span, message, help);
            None
        }
    }
}

/// What is wrong with a scalar.
pub(super) struct Complaint {
    pub(super) message: String,
    pub(super) help: Option<String>,
}

impl<E: std::error::Error> From<E> for Complaint {
    fn from(error: E) -> Self {
        Self { message: error.to_string(), help: None }
    }
}

/// Numbers must be written plainly: a quoted `"5"` is text.
fn plain_number<T: std::str::FromStr>(
    node: &Node<'_>,
    cx: &mut Decoder,
    expected: impl Fn() -> String,
    holds: impl Fn(&T) -> bool,
) -> Option<T> {
    if let Value::Scalar { text, plain: true } = &node.value
        && let Ok(number) = text.parse::<T>()
        && holds(&number)
    {
        return Some(number);
    }
    cx.unexpected(node, &expected());
    None
}

impl Decode for u32 {
    fn decode(node: &Node<'_>, cx: &mut Decoder) -> Option<Self> {
        plain_number(node, cx, || "a whole number from 0".to_owned(), |_| true)
    }

    fn schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "integer", "minimum": 0, "maximum": u32::MAX})
    }
}

impl Decode for f64 {
    fn decode(node: &Node<'_>, cx: &mut Decoder) -> Option<Self> {
        plain_number(node, cx, || "a number".to_owned(), |number: &f64| number.is_finite())
    }

    fn schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "number"})
    }
}

impl Decode for bool {
    fn decode(node: &Node<'_>, cx: &mut Decoder) -> Option<Self> {
        if let Value::Scalar { text, plain: true } = &node.value {
            match &**text {
                "true" | "True" | "TRUE" => return Some(true),
                "false" | "False" | "FALSE" => return Some(false),
                _ => {}
            }
        }
        cx.unexpected(node, "`true` or `false`");
        None
    }

    fn schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "boolean"})
    }
}

/// A whole number between two bounds, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Bounded<const MIN: u32, const MAX: u32>(pub u32);

impl<const MIN: u32, const MAX: u32> Decode for Bounded<MIN, MAX> {
    fn decode(node: &Node<'_>, cx: &mut Decoder) -> Option<Self> {
        let expected = || match (MIN, MAX) {
            _ if MIN == MAX => format!("`{MIN}`"),
            (_, u32::MAX) => format!("a whole number from {MIN}"),
            _ => format!("a whole number from {MIN} to {MAX}"),
        };
        plain_number(node, cx, expected, |number| (MIN..=MAX).contains(number)).map(Self)
    }

    fn schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "integer", "minimum": MIN, "maximum": MAX})
    }
}

/// 0 to 100.
pub type Percent = Bounded<0, 100>;
/// 1 or more.
pub type Count = Bounded<1, { u32::MAX }>;

impl Decode for NaiveDate {
    fn decode(node: &Node<'_>, cx: &mut Decoder) -> Option<Self> {
        match scalar(node, cx, "a date such as 2026-12-05", When::parse)? {
            When::Date(date) => Some(date),
            other => {
                let help = format!("write {}", other.date());
                cx.invalid(node.span, format!("expected a date without a time, found `{other}`"), Some(help));
                None
            }
        }
    }

    fn schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "format": "date",
            "pattern": r"^\d{4}-\d{2}-\d{2}$",
            "examples": ["2026-12-05"],
        })
    }
}

/// A date or date-time, for JSON Schemas: the form alone, since no pattern knows how many days a month has.
pub(super) const WHEN_PATTERN: &str =
    r"\d{4}-\d{2}-\d{2}([Tt ]\d{2}:\d{2}(:\d{2})?(\.\d+)?([Zz]|[+-]\d{2}(:?\d{2})?)?)?";
/// Working or elapsed days.
pub(super) const DAYS_PATTERN: &str = r"(\d+w(\d+d)?|\d+d|\d+ew(\d+ed)?|\d+ed)";
/// Clock time.
pub(super) const CLOCK_PATTERN: &str = r"(\d+h(\d+m)?|\d+m)";

impl Decode for When {
    fn decode(node: &Node<'_>, cx: &mut Decoder) -> Option<Self> {
        scalar(node, cx, "a date or date-time such as 2026-12-05T22:00", When::parse)
    }

    fn schema(_: &mut SchemaGenerator) -> Schema {
        let pattern = format!("^{WHEN_PATTERN}$");
        json_schema!({
            "type": "string",
            "pattern": pattern,
            "examples": ["2026-12-05", "2026-12-05T22:00", "2026-12-05T22:00+01:00"],
        })
    }
}

/// Working or elapsed days: `5d`, `2w`, `3ed`, `1ew`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Days(pub Duration);

impl fmt::Display for Days {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Decode for Days {
    fn decode(node: &Node<'_>, cx: &mut Decoder) -> Option<Self> {
        let duration = scalar(node, cx, "a duration in days such as 5d, 2w or 3ed", Duration::parse)?;
        if duration.is_day_based() {
            return Some(Self(duration));
        }
        let help = "use `d` and `w` for working time, `ed` and `ew` for elapsed time";
        cx.invalid(node.span, format!("expected a duration in days, found `{duration}`"), Some(help.into()));
        None
    }

    fn schema(_: &mut SchemaGenerator) -> Schema {
        let pattern = format!("^{DAYS_PATTERN}$");
        json_schema!({"type": "string", "pattern": pattern, "examples": ["5d", "2w", "3ed"]})
    }
}

/// Clock time: `90m`, `4h`, `2h50m`; minutes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Minutes(pub i64);

impl fmt::Display for Minutes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Duration::Clock { minutes: self.0 }.fmt(f)
    }
}

impl Decode for Minutes {
    fn decode(node: &Node<'_>, cx: &mut Decoder) -> Option<Self> {
        match scalar(node, cx, "a duration such as 90m or 4h", Duration::parse)? {
            Duration::Clock { minutes } => Some(Self(minutes)),
            other => {
                let help = "use `h` and `m`; a day on the clock is `24h`";
                cx.invalid(node.span, format!("expected clock time, found `{other}`"), Some(help.into()));
                None
            }
        }
    }

    fn schema(_: &mut SchemaGenerator) -> Schema {
        let pattern = format!("^{CLOCK_PATTERN}$");
        json_schema!({"type": "string", "pattern": pattern, "examples": ["90m", "4h", "2h50m"]})
    }
}

impl Decode for Effort {
    fn decode(node: &Node<'_>, cx: &mut Decoder) -> Option<Self> {
        scalar(node, cx, "an effort such as 12pd", Effort::parse)
    }

    fn schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "pattern": r"^\d+(\.\d{1,2})?pd$", "examples": ["12pd", "2.5pd"]})
    }
}

/// Time between the ends of phases or releases: `2d`, `-1d`, `3ed`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DayLag(pub Lag);

/// Time between the ends of deployment steps: `5m`, `-1h`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClockLag(pub Lag);

/// What is wrong with a lag between phases or releases, if anything.
pub(super) fn day_lag(lag: Lag) -> Result<DayLag, Complaint> {
    if lag.duration.is_day_based() {
        return Ok(DayLag(lag));
    }
    let help = "use `d` and `w` for working time, `ed` and `ew` for elapsed time".to_owned();
    Err(Complaint { message: format!("phases and releases lag by days, found `{lag}`"), help: Some(help) })
}

/// What is wrong with a lag between steps, if anything.
pub(super) fn clock_lag(lag: Lag) -> Result<ClockLag, Complaint> {
    if lag == Lag::ZERO || matches!(lag.duration, Duration::Clock { .. }) {
        return Ok(ClockLag(lag));
    }
    Err(Complaint { message: format!("steps lag by clock time, found `{lag}`"), help: Some("use `h` and `m`".into()) })
}

impl Decode for DayLag {
    fn decode(node: &Node<'_>, cx: &mut Decoder) -> Option<Self> {
        scalar(node, cx, "a lag such as 2d or -1d", |text| day_lag(Lag::parse(text)?))
    }

    fn schema(_: &mut SchemaGenerator) -> Schema {
        let pattern = format!(r"^[+-]?\s*{DAYS_PATTERN}$");
        json_schema!({"type": "string", "pattern": pattern, "examples": ["2d", "-1d", "3ed"]})
    }
}

impl Decode for ClockLag {
    fn decode(node: &Node<'_>, cx: &mut Decoder) -> Option<Self> {
        scalar(node, cx, "a lag such as 5m", |text| clock_lag(Lag::parse(text)?))
    }

    fn schema(_: &mut SchemaGenerator) -> Schema {
        let pattern = format!(r"^[+-]?\s*({CLOCK_PATTERN}|0[dw])$");
        json_schema!({"type": "string", "pattern": pattern, "examples": ["5m", "1h30m"]})
    }
}

impl Decode for Tz {
    fn decode(node: &Node<'_>, cx: &mut Decoder) -> Option<Self> {
        scalar(node, cx, "an IANA time zone such as Europe/London", parse_zone)
    }

    fn schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "pattern": "^[A-Za-z][A-Za-z0-9+_-]*(/[A-Za-z0-9+_-]+)*$",
            "examples": ["Europe/London", "America/New_York", "UTC"],
        })
    }
}

impl Decode for Requirement {
    fn decode(node: &Node<'_>, cx: &mut Decoder) -> Option<Self> {
        scalar(node, cx, "a version requirement such as `>=3.2, <4`", Requirement::parse)
    }

    fn schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": ["string", "number", "boolean"],
            "minimum": 0,
            "pattern": r"^\s*([<>!=]=|[<>=])?\s*[^\s,<>=!~]+\s*(,\s*([<>!=]=|[<>=])?\s*[^\s,<>=!~]+\s*)*$",
            "examples": [">=3.2, <4", "=2026.1"],
        })
    }
}

/// How a measured value must compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `=`
    Equal,
    /// `>=`
    AtLeast,
    /// `>`
    More,
}

impl Comparison {
    const ALL: [(&'static str, Self); 5] =
        [("<=", Self::AtMost), (">=", Self::AtLeast), ("<", Self::Less), (">", Self::More), ("=", Self::Equal)];

    /// The sign.
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(_, comparison)| *comparison == self).map_or("=", |(sign, _)| sign)
    }
}

/// A bound on a measured value: `>= 0.98`, `<= 120h`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Threshold {
    /// How the value must compare.
    pub comparison: Comparison,
    /// With what; times are in hours.
    pub value: f64,
    /// Whether the bound was written as a time.
    pub is_time: bool,
}

#[derive(Debug)]
struct ThresholdError(String);

impl fmt::Display for ThresholdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "`{}` is not a bound; write a comparison and a number, such as `>= 0.9` or `<= 120h`",
            abridge(&self.0)
        )
    }
}

impl std::error::Error for ThresholdError {}

impl Threshold {
    fn parse(text: &str) -> Result<Self, ThresholdError> {
        let fail = || ThresholdError(text.to_owned());
        let trimmed = text.trim();
        let (sign, comparison) =
            Comparison::ALL.into_iter().find(|(sign, _)| trimmed.starts_with(sign)).ok_or_else(fail)?;
        let rest = trimmed[sign.len()..].trim();
        if let Ok(value) = rest.parse::<f64>() {
            return if value.is_finite() { Ok(Self { comparison, value, is_time: false }) } else { Err(fail()) };
        }
        match Duration::parse(rest) {
            Ok(Duration::Clock { minutes }) => Ok(Self { comparison, value: minutes as f64 / 60.0, is_time: true }),
            Ok(Duration::Elapsed { days }) => Ok(Self { comparison, value: days as f64 * 24.0, is_time: true }),
            _ => Err(fail()),
        }
    }
}

impl Decode for Threshold {
    fn decode(node: &Node<'_>, cx: &mut Decoder) -> Option<Self> {
        scalar(node, cx, "a bound such as `>= 0.9`", Threshold::parse)
    }

    fn schema(_: &mut SchemaGenerator) -> Schema {
        let number = r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?";
        let pattern = format!(r"^\s*(<=|>=|<|>|=)\s*({number}|{CLOCK_PATTERN}|\d+ew(\d+ed)?|\d+ed)\s*$");
        json_schema!({"type": "string", "pattern": pattern, "examples": [">= 0.9", "<= 120h"]})
    }
}

record! {
    /// A link for people.
    pub struct Link {
        /// What stands behind the link.
        pub title: Option<Text>,
        /// Where it leads.
        pub url: Text,
    }
}
