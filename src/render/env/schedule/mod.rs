//! How full environments are over days or weeks, one file a format.

pub mod csv;
pub mod human;
pub mod markdown;
pub mod svg;

use std::fmt::Write;

use super::Dates;
use crate::report::env::schedule::{Cell, Closure, Row};

/// How full an environment is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Load {
    /// Nobody is there.
    Free,
    /// Up to a third is taken.
    Low,
    /// Up to two thirds are.
    Half,
    /// More, but not all.
    High,
    /// All, or one is alone.
    Full,
    /// More than there is, but not without drafts.
    Doubtful,
    /// More than there is, or one who wants to be alone is not.
    Over,
}

impl Load {
    fn of(cell: &Cell, capacity: u32) -> Self {
        let (units, capacity) = (u64::from(cell.units), u64::from(capacity));
        match cell.conflict {
            Some(_) if cell.tentative => Self::Doubtful,
            Some(_) => Self::Over,
            None if cell.bookings.is_empty() => Self::Free,
            None if cell.exclusive || units >= capacity => Self::Full,
            None if units * 3 <= capacity => Self::Low,
            None if units * 3 <= capacity * 2 => Self::Half,
            None => Self::High,
        }
    }

    /// A word for formats without shades.
    fn word(self) -> &'static str {
        match self {
            Self::Free => "free",
            Self::Low => "low",
            Self::Half => "half",
            Self::High => "high",
            Self::Full => "full",
            Self::Doubtful => "doubtful",
            Self::Over => "over",
        }
    }
}

/// The word for how full an environment is in a cell: `free`, `low`, `half`, `high`, `full`, `doubtful` or `over`.
pub(in crate::render) fn load_word(cell: &Cell, capacity: u32) -> &'static str {
    Load::of(cell, capacity).word()
}

/// Why a cell is closed, the worst reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mark {
    None,
    Maintenance,
    PartialFreeze,
    Freeze,
    Outage,
}

impl Mark {
    fn of(cell: &Cell) -> Self {
        if cell.outage {
            Self::Outage
        } else if !cell.freezes.is_empty() {
            Self::Freeze
        } else if !cell.partial_freezes.is_empty() {
            Self::PartialFreeze
        } else if cell.maintenance {
            Self::Maintenance
        } else {
            Self::None
        }
    }

    fn of_closure(closure: &Closure) -> Self {
        match (closure.kind, closure.partial) {
            ("outage", _) => Self::Outage,
            ("freeze", false) => Self::Freeze,
            ("freeze", true) => Self::PartialFreeze,
            _ => Self::Maintenance,
        }
    }

    fn glyph(self, unicode: bool) -> &'static str {
        match (self, unicode) {
            (Self::None, _) => " ",
            (Self::Maintenance, _) => "~",
            (Self::PartialFreeze, true) => "∗",
            (Self::PartialFreeze, false) => "'",
            (Self::Freeze, true) => "❆",
            (Self::Freeze, false) => "*",
            (Self::Outage, true) => "×",
            (Self::Outage, false) => "x",
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Maintenance => "maintenance",
            Self::PartialFreeze => "freeze for some",
            Self::Freeze => "freeze",
            Self::Outage => "outage",
        }
    }
}

/// "3 of 2 units" and what is booked, in words.
pub(in crate::render) fn words(row: &Row, cell: &Cell) -> String {
    let mut words = vec![format!("{} of {}", cell.units, row.capacity)];
    words.extend(cell.conflict.map(str::to_owned));
    words.extend(cell.freezes.iter().map(|id| format!("freeze {id}")));
    words.extend(cell.partial_freezes.iter().map(|id| format!("freeze {id} for some")));
    words.extend(cell.outage.then(|| "outage".to_owned()));
    words.extend(cell.maintenance.then(|| "maintenance".to_owned()));
    words.extend((!cell.bookings.is_empty()).then(|| listed(&cell.bookings, MOST)));
    words.join(" · ")
}

/// Names that are listed before the rest is counted.
const MOST: usize = 12;

fn listed(names: &[String], most: usize) -> String {
    let mut text = names.iter().take(most).cloned().collect::<Vec<_>>().join(", ");
    if names.len() > most {
        let _ = write!(text, " and {} more", names.len() - most);
    }
    text
}

/// A closure where its environment is known: when, what, and the rest.
pub(super) fn closure_words(closure: &Closure, dates: Dates) -> (String, String, String) {
    let what = Mark::of_closure(closure).word().to_owned();
    let name = closure.id.iter().chain(&closure.name).cloned().collect::<Vec<_>>().join(" · ");
    (dates.stretch(closure.from, closure.to), what, name)
}

/// What is closed when, in words: `year-end, Fri 18 Dec – Mon 4 Jan 2027: prod, prod-branches`.
fn closure(closure: &Closure, dates: Dates) -> String {
    let when = dates.stretch(closure.from, closure.to);
    let what = match (&closure.id, &closure.name) {
        (Some(id), Some(name)) => format!("{id} ({name})"),
        (Some(id), None) => id.clone(),
        (None, _) => listed(&closure.environments, MOST),
    };
    let rest = match (&closure.id, &closure.name) {
        (Some(_), _) => format!(": {}", listed(&closure.environments, MOST)),
        (None, Some(name)) => format!(": {name}"),
        (None, None) => String::new(),
    };
    format!("{what}, {when}{rest}")
}
