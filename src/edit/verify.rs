//! Whether exactly the wanted change happened.

use super::Action;
use super::change::Value;
use super::layout::Splice;
use super::locate::Site;
use crate::load::yaml::Parsed;
use crate::model::node::{Entry, Node, Value as Read};

/// Whether `after` is `before` with the action done at the site and nothing else.
pub(super) fn holds(before: &Parsed<'_>, after: &Parsed<'_>, site: &Site<'_, '_, '_>, action: &Action) -> bool {
    let count = before.documents.len();
    count == after.documents.len()
        && (0..count).filter(|&index| index != site.document).all(|index| {
            let (old, new) = (&before.documents[index], &after.documents[index]);
            same(old, new)
        })
        && changed(&before.documents[site.document], &after.documents[site.document], &site.trail, action)
}

/// Whether two nodes say the same, quotes included, wherever they stand.
fn same(old: &Node<'_>, new: &Node<'_>) -> bool {
    match (&old.value, &new.value) {
        (Read::Sequence(old), Read::Sequence(new)) => same_all(old, new),
        (Read::Mapping(old), Read::Mapping(new)) => same_fields(old, new),
        (old, new) => old == new,
    }
}

fn same_all(old: &[Node<'_>], new: &[Node<'_>]) -> bool {
    old.len() == new.len() && old.iter().zip(new).all(|(old, new)| same(old, new))
}

fn same_fields(old: &[Entry<'_>], new: &[Entry<'_>]) -> bool {
    old.len() == new.len() && old.iter().zip(new).all(|(old, new)| old.key == new.key && same(&old.value, &new.value))
}

/// Whether a node says what was asked for.
fn says(node: &Node<'_>, value: &Value) -> bool {
    match (&node.value, value) {
        (Read::Scalar { text, .. }, Value::Text(wanted)) => text == wanted,
        (Read::Sequence(items), Value::List(wanted)) => says_all(items, wanted),
        (Read::Mapping(entries), Value::Mapping(wanted)) => {
            let said =
                |(entry, (key, value)): (&Entry<'_>, &(String, Value))| entry.key == *key && says(&entry.value, value);
            entries.len() == wanted.len() && entries.iter().zip(wanted).all(said)
        }
        _ => false,
    }
}

fn says_all(items: &[Node<'_>], wanted: &[Value]) -> bool {
    items.len() == wanted.len() && items.iter().zip(wanted).all(|(item, wanted)| says(item, wanted))
}

/// Follows the way to the place of the action; beside it all is the same.
fn changed(old: &Node<'_>, new: &Node<'_>, trail: &[usize], action: &Action) -> bool {
    let Some((&at, rest)) = trail.split_first() else { return done(old, new, action) };
    match (&old.value, &new.value) {
        (Read::Sequence(old), Read::Sequence(new)) => {
            old.len() == new.len()
                && same_all(&old[..at], &new[..at])
                && same_all(&old[at + 1..], &new[at + 1..])
                && changed(&old[at], &new[at], rest, action)
        }
        (Read::Mapping(old), Read::Mapping(new)) => {
            old.len() == new.len()
                && same_fields(&old[..at], &new[..at])
                && same_fields(&old[at + 1..], &new[at + 1..])
                && old[at].key == new[at].key
                && changed(&old[at].value, &new[at].value, rest, action)
        }
        _ => false,
    }
}

fn done(old: &Node<'_>, new: &Node<'_>, action: &Action) -> bool {
    match (action, &old.value, &new.value) {
        (Action::Keep, ..) => same(old, new),
        (Action::Fill(value), ..) => says(new, value),
        (Action::Extend(values), Read::Sequence(old), Read::Sequence(new)) => {
            new.len() >= old.len() && same_all(old, &new[..old.len()]) && says_all(&new[old.len()..], values)
        }
        (Action::Add(key, value), Read::Mapping(old), Read::Mapping(new)) => match new.split_last() {
            Some((last, rest)) => same_fields(old, rest) && last.key == *key && says(&last.value, value),
            None => false,
        },
        _ => false,
    }
}

/// Whether the comments that allow findings speak of the same lines as before.
pub(super) fn same_lines_allowed(
    (old, before): (&str, &Parsed<'_>),
    (new, after): (&str, &Parsed<'_>),
    splices: &[Splice],
) -> bool {
    let spoken_of = |text: &str, parsed: &Parsed<'_>| -> Vec<usize> {
        let speaking = parsed.comments.iter().filter(|(_, comment)| comment.trim_start().starts_with("relm:"));
        speaking.map(|(span, _)| next_line(text, span.end() as usize)).collect()
    };
    let moved = spoken_of(old, before).into_iter().map(|at| {
        let passed = splices.iter().filter(|splice| splice.at.end <= at);
        let grown: usize = passed.clone().map(|splice| splice.text.len()).sum();
        at + grown - passed.map(|splice| splice.at.len()).sum::<usize>()
    });
    moved.eq(spoken_of(new, after))
}

/// Where the next line begins that is neither blank nor a comment.
fn next_line(text: &str, from: usize) -> usize {
    let mut start = text[from..].find('\n').map_or(text.len(), |at| from + at + 1);
    for line in text[start..].split_inclusive('\n') {
        if !matches!(line.trim_start().as_bytes().first(), None | Some(b'#')) {
            break;
        }
        start += line.len();
    }
    start
}
