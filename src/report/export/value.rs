//! What tables consist of.

use std::fmt;

use chrono::{DateTime, NaiveDate, Utc};

use super::Input;
use crate::model::{Id, Spanned, Text};

/// The type of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Type {
    /// Characters.
    Text,
    /// A whole number of 64 bits.
    Int,
    /// A number of 64 bits, never infinite and never no number.
    Float,
    /// True or false.
    Bool,
    /// A day.
    Date,
    /// An instant, in UTC, to the second.
    Timestamp,
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Text => "text",
            Self::Int => "int",
            Self::Float => "float",
            Self::Bool => "bool",
            Self::Date => "date",
            Self::Timestamp => "timestamp",
        })
    }
}

/// A column of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// The name: small letters, digits and `_`.
    pub name: &'static str,
    /// The type.
    pub r#type: Type,
    /// Whether a row may have nothing there.
    pub nullable: bool,
    /// What it says, in Markdown.
    pub description: &'static str,
}

impl Column {
    const fn new(name: &'static str, r#type: Type, description: &'static str) -> Self {
        Self { name, r#type, nullable: false, description }
    }

    /// A column of texts.
    pub const fn text(name: &'static str, description: &'static str) -> Self {
        Self::new(name, Type::Text, description)
    }

    /// A column of whole numbers.
    pub const fn int(name: &'static str, description: &'static str) -> Self {
        Self::new(name, Type::Int, description)
    }

    /// A column of numbers.
    pub const fn float(name: &'static str, description: &'static str) -> Self {
        Self::new(name, Type::Float, description)
    }

    /// A column of truths.
    pub const fn bool(name: &'static str, description: &'static str) -> Self {
        Self::new(name, Type::Bool, description)
    }

    /// A column of days.
    pub const fn date(name: &'static str, description: &'static str) -> Self {
        Self::new(name, Type::Date, description)
    }

    /// A column of instants.
    pub const fn timestamp(name: &'static str, description: &'static str) -> Self {
        Self::new(name, Type::Timestamp, description)
    }

    /// The same, where a row may have nothing there.
    #[must_use]
    pub const fn or_null(self) -> Self {
        Self { nullable: true, ..self }
    }

    /// Where a row is written: the file.
    pub const FILE: Self =
        Self::text("file", "Where it is written: the path from the portfolio's root, `/` between its parts.").or_null();
    /// Where a row is written: the line.
    pub const LINE: Self = Self::int("line", "The line there, from 1.").or_null();
}

/// A value of a row.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Nothing.
    Null,
    /// Characters.
    Text(String),
    /// A whole number.
    Int(i64),
    /// A number.
    Float(f64),
    /// True or false.
    Bool(bool),
    /// A day.
    Date(NaiveDate),
    /// An instant.
    Timestamp(DateTime<Utc>),
}

impl Value {
    /// Whether it may stand in a column.
    pub fn fits(&self, column: &Column) -> bool {
        match self {
            Self::Null => column.nullable,
            Self::Text(_) => column.r#type == Type::Text,
            Self::Int(_) => column.r#type == Type::Int,
            Self::Float(number) => column.r#type == Type::Float && number.is_finite(),
            Self::Bool(_) => column.r#type == Type::Bool,
            Self::Date(_) => column.r#type == Type::Date,
            Self::Timestamp(_) => column.r#type == Type::Timestamp,
        }
    }
}

/// The values of a row, in the order of the columns.
pub type Row = Vec<Value>;

/// What a table is.
#[derive(Debug)]
pub struct Definition {
    /// The name, which is also that of its file.
    pub name: &'static str,
    /// What a row is, in Markdown.
    pub description: &'static str,
    /// The columns that tell rows apart; none where nothing does.
    pub key: &'static [&'static str],
    /// The columns.
    pub columns: &'static [Column],
    /// Makes the rows, always in the same order.
    pub rows: fn(&Input<'_>) -> Vec<Row>,
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&Id> for Value {
    fn from(id: &Id) -> Self {
        id.as_str().into()
    }
}

impl From<&Text> for Value {
    fn from(text: &Text) -> Self {
        text.as_str().into()
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}

impl From<u32> for Value {
    fn from(number: u32) -> Self {
        Self::Int(number.into())
    }
}

impl From<usize> for Value {
    fn from(number: usize) -> Self {
        Self::Int(number as i64)
    }
}

impl From<f64> for Value {
    fn from(number: f64) -> Self {
        Self::Float(number)
    }
}

impl From<bool> for Value {
    fn from(truth: bool) -> Self {
        Self::Bool(truth)
    }
}

impl From<NaiveDate> for Value {
    fn from(day: NaiveDate) -> Self {
        Self::Date(day)
    }
}

impl From<DateTime<Utc>> for Value {
    fn from(instant: DateTime<Utc>) -> Self {
        Self::Timestamp(instant)
    }
}

impl<T: Copy + Into<Self>> From<&Spanned<T>> for Value {
    fn from(spanned: &Spanned<T>) -> Self {
        spanned.value.into()
    }
}

impl<T: Into<Self>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}
