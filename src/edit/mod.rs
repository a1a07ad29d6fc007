//! Changes to manifests that leave everything else as people wrote it.
//!
//! An [`Edit`] names a document, a place in it and what shall stand there. [`apply`] turns it into insertions and replacements of
//! bytes at the places the reader found, reads the result again, and refuses unless exactly the wanted change happened: every
//! other value is equal, every other byte is kept, and comments that allow findings still speak of the same line. [`write()`] puts
//! the results in place, all or none.
//!
//! ```
//! use relm::edit::{Document, Edit, Value, apply};
//! use relm::model::Kind;
//!
//! let text = "kind: environment\nid: uat-1 # the one with the card readers\nstage: uat\n";
//! let booking = Value::mapping([("id", "perf"), ("from", "2026-11-23"), ("to", "2026-11-27")]);
//! let edit = Edit::append(Document::named(Kind::Environment, "uat-1"), ["bookings"], booking);
//! assert_eq!(
//!     apply(text, &[edit]).unwrap(),
//!     format!("{text}bookings:\n  - {{id: perf, from: 2026-11-23, to: 2026-11-27}}\n")
//! );
//! ```

mod change;
mod diff;
mod error;
mod file;
mod layout;
mod locate;
mod lock;
mod notation;
#[cfg(test)]
mod tests;
mod verify;

pub use change::{Document, Edit, Step, Value};
pub use diff::{DiffLine, diff};
pub use error::EditError;
pub use file::{Rewrite, Unfinished, WriteError, remove_unfinished, write};
pub use lock::{Lock, LockError};

use change::Change;
use layout::{Layout, Splice};
use locate::Site;

use crate::diagnostic::FileId;
use crate::load::source::MAX_FILE_SIZE;
use crate::load::yaml::{self, Parsed};
use crate::model::node::{Node, Value as Read};

/// Makes the changes, one after the other, in the text of one file; nothing is returned unless all of them could be made.
///
/// Each edit reads the text again, so that many entries for one list belong in one [`Edit::append_all`].
pub fn apply(text: &str, edits: &[Edit]) -> Result<String, EditError> {
    let mut text = text.to_owned();
    for edit in edits {
        text = splice(&text, &plan(&text, edit)?);
    }
    Ok(text)
}

/// What an edit comes to at the place it was found to mean.
#[derive(Debug)]
enum Action {
    /// Nothing: it says so already.
    Keep,
    /// The list gets more items.
    Extend(Vec<Value>),
    /// The mapping gets a last key.
    Add(String, Value),
    /// The value, or its absence, is replaced.
    Fill(Value),
}

/// The bytes to replace, in order; empty when the text says so already.
fn plan(text: &str, edit: &Edit) -> Result<Vec<Splice>, EditError> {
    let before = read(text)?;
    let site = locate::locate(text, &before.documents, edit)?;
    let action = action(text, &site, edit)?;
    let layout = Layout::new(text, &before.documents, &site);
    let alternatives = match &action {
        Action::Keep => return Ok(Vec::new()),
        Action::Extend(values) => layout.extend(values),
        Action::Add(key, value) => layout.add(key, value),
        Action::Fill(value) => layout.fill(value),
    };
    let refused = || EditError::Layout { line: locate::line(text, site.node.span.start as usize) };
    for splices in alternatives {
        let after = splice(text, &splices);
        if after.len() as u64 > MAX_FILE_SIZE {
            return Err(EditError::TooLarge);
        }
        if let Ok(read) = read(&after)
            && verify::holds(&before, &read, &site, &action)
            && verify::same_lines_allowed((text, &before), (&after, &read), &splices)
        {
            return Ok(splices);
        }
    }
    Err(refused())
}

/// Reads a text that must be free of faults: an edit beside one could make it worse.
fn read(text: &str) -> Result<Parsed<'_>, EditError> {
    let parsed = yaml::parse(text, FileId(0), "");
    match parsed.findings.first() {
        None => Ok(parsed),
        Some(fault) => Err(EditError::Unreadable {
            line: locate::line(text, fault.span.start as usize),
            why: fault.message.clone(),
            help: fault.help.clone(),
        }),
    }
}

fn action(text: &str, site: &Site<'_, '_, '_>, edit: &Edit) -> Result<Action, EditError> {
    let wrap = |missing: &[Step], value: Value| {
        missing.iter().rev().fold(value, |value, step| match step {
            Step::Name(name) => Value::mapping([(name.clone(), value)]),
            Step::Index(_) => value,
        })
    };
    let value = match &edit.change {
        Change::Append(values) if values.is_empty() => return Ok(Action::Keep),
        Change::Append(values) => Value::List(values.clone()),
        Change::Set(value) => value.clone(),
    };
    let wrong = |expected: &'static str| EditError::Shape {
        what: edit.place(),
        expected,
        found: site.node.describe(),
        line: locate::line(text, site.node.span.start as usize),
    };
    match (&site.node.value, site.missing, &edit.change) {
        (Read::Mapping(_), [Step::Name(key), rest @ ..], _) => Ok(Action::Add(key.clone(), wrap(rest, value))),
        (Read::Null, missing, _) => Ok(Action::Fill(wrap(missing, value))),
        (Read::Sequence(_), [], Change::Append(values)) => Ok(Action::Extend(values.clone())),
        (_, _, Change::Append(_)) => Err(wrong("a list")),
        (Read::Scalar { text: old, .. }, [], Change::Set(Value::Text(new))) if old == new => Ok(Action::Keep),
        (Read::Scalar { .. }, [], Change::Set(_)) => Ok(Action::Fill(value)),
        (_, _, Change::Set(_)) => Err(wrong("a single value")),
    }
}

/// The text with the replacements, which are in order and apart.
fn splice(text: &str, splices: &[Splice]) -> String {
    let mut out = String::with_capacity(text.len() + splices.iter().map(|splice| splice.text.len()).sum::<usize>());
    let mut from = 0;
    for splice in splices {
        out += &text[from..splice.at.start];
        out += &splice.text;
        from = splice.at.end;
    }
    out + &text[from..]
}

/// Whether a list or mapping is written with brackets.
fn is_flow(text: &str, node: &Node<'_>) -> bool {
    let start = node.span.start;
    match &node.value {
        Read::Mapping(_) => text.as_bytes().get(start as usize) == Some(&b'{'),
        // A list at the indentation of its key begins, for the reader, with its first item instead of its dash.
        Read::Sequence(items) => {
            text.as_bytes().get(start as usize) == Some(&b'[')
                && items.first().is_none_or(|first| first.span.start != start)
        }
        _ => false,
    }
}
