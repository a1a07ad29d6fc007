use std::fmt;

/// Why a text was not changed. The `Display` text is a sentence for people, without the place; nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EditError {
    /// The file cannot be read as YAML as it is.
    Unreadable {
        /// Of the first fault, from 1.
        line: usize,
        /// What is wrong there.
        why: String,
        /// What to do about it.
        help: Option<String>,
    },
    /// The file has no such document.
    NoDocument {
        /// As findings name it, such as `environment/uat-1`.
        what: String,
    },
    /// Two documents or two items of a list have the same id, so that the place is not certain.
    Twice {
        /// The id or place.
        what: String,
        /// The first, from 1.
        first: usize,
        /// The second, from 1.
        line: usize,
    },
    /// A list has no such item.
    Missing {
        /// The place, such as `phases/uat`.
        what: String,
        /// Of the list, from 1.
        line: usize,
        /// The nearest names that exist, as a question.
        near: Option<String>,
    },
    /// Something else stands there.
    Shape {
        /// The place.
        what: String,
        /// What the change needs, such as "a list".
        expected: &'static str,
        /// What there is.
        found: &'static str,
        /// Where, from 1.
        line: usize,
    },
    /// The value is an alias, or is repeated by one: a change would change other places too.
    Repeated {
        /// The place.
        what: String,
        /// Where, from 1.
        line: usize,
    },
    /// The result would be more than is ever read of one file.
    TooLarge,
    /// The place is written in a way that no change could be made without touching something else.
    Layout {
        /// Where, from 1.
        line: usize,
    },
}

impl EditError {
    /// The line it is about, from 1; `None` for the file as a whole.
    pub const fn line(&self) -> Option<usize> {
        match self {
            Self::Unreadable { line, .. }
            | Self::Twice { line, .. }
            | Self::Missing { line, .. }
            | Self::Shape { line, .. }
            | Self::Repeated { line, .. }
            | Self::Layout { line } => Some(*line),
            Self::NoDocument { .. } | Self::TooLarge => None,
        }
    }

    /// What to do about it, if anything can be said.
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Unreadable { help, .. } => return help.clone(),
            Self::Missing { near, .. } => return near.clone(),
            Self::NoDocument { .. } => return None,
            Self::Twice { .. } => "give one of them another id".to_owned(),
            Self::Shape { .. } => "change it by hand".to_owned(),
            Self::Repeated { .. } => "write the value out in each place, then try again".to_owned(),
            Self::TooLarge => "begin another file".to_owned(),
            Self::Layout { .. } => "change it by hand, or write it over several lines".to_owned(),
        })
    }

    /// The sentence with its place: `path:line: …`.
    pub fn located(&self, path: &str) -> String {
        match self.line() {
            Some(line) => format!("{path}:{line}: {self}"),
            None => format!("{path}: {self}"),
        }
    }
}

impl fmt::Display for EditError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable { why, .. } => write!(f, "this file cannot be changed before it can be read: {why}"),
            Self::NoDocument { what } => write!(f, "there is no `{what}` in this file"),
            Self::Twice { what, first, .. } => {
                write!(f, "`{what}` stands here twice, first in line {first}, so it is not certain which is meant")
            }
            Self::Missing { what, .. } => write!(f, "there is no `{what}`"),
            Self::Shape { what, expected, found, .. } => {
                write!(f, "`{what}` should hold {expected}, but holds {found}")
            }
            Self::Repeated { what, .. } => {
                write!(f, "`{what}` is shared by an anchor and an alias, so a change here would change other places")
            }
            Self::TooLarge => f.write_str("this file would become too large to be read"),
            Self::Layout { .. } => f.write_str("this place cannot be changed without touching what stands beside it"),
        }
    }
}

impl std::error::Error for EditError {}
