//! From the names of a place to the node and what its surroundings say about its layout.

use super::change::{Document, Edit, Step, place};
use super::error::EditError;
use super::is_flow;
use crate::diagnostic::{Span, suggest};
use crate::model::node::{Entry, Node, Value};

/// Where a change happens.
#[derive(Debug)]
pub(super) struct Site<'n, 't, 'e> {
    /// Which document of the file.
    pub document: usize,
    /// The way from the document to the node, by position.
    pub trail: Vec<usize>,
    /// The last node of the way that exists.
    pub node: &'n Node<'t>,
    /// The entry that it is the value of, if it is.
    pub entry: Option<&'n Entry<'t>>,
    /// Whether it stands inside brackets.
    pub in_flow: bool,
    /// The column of the keys of the innermost block mapping around the node, from 0.
    pub column: usize,
    /// The rest of the way; names only.
    pub missing: &'e [Step],
}

/// Finds the place of an edit.
pub(super) fn locate<'n, 't, 'e>(
    text: &str,
    documents: &'n [Node<'t>],
    edit: &'e Edit,
) -> Result<Site<'n, 't, 'e>, EditError> {
    let document = find_document(text, documents, &edit.document)?;
    let root = &documents[document];
    let mut site =
        Site { document, trail: Vec::new(), node: root, entry: None, in_flow: false, column: 0, missing: &[] };
    for (depth, step) in edit.path.iter().enumerate() {
        let way = || place(&edit.path[..=depth]);
        let start = site.node.span.start as usize;
        let (index, child, entry) = match (&site.node.value, step) {
            (Value::Mapping(entries), Step::Name(name)) => {
                let Some(index) = entries.iter().position(|entry| entry.key == *name) else {
                    site.missing = &edit.path[depth..];
                    break;
                };
                let entry = &entries[index];
                if is_alias(entry) {
                    return Err(repeated(text, way(), entry.key_span));
                }
                (index, &entry.value, Some(entry))
            }
            (Value::Sequence(items), step) => {
                let index = find_item(text, items, step, way(), line(text, start))?;
                if aliases_among(site.node, items)[index] {
                    return Err(repeated(text, way(), site.node.span));
                }
                (index, &items[index], None)
            }
            (Value::Null, Step::Name(_)) => {
                site.missing = &edit.path[depth..];
                break;
            }
            (_, step) => {
                return Err(EditError::Shape {
                    what: place(&edit.path[..depth]),
                    expected: if matches!(step, Step::Name(_)) { "a mapping" } else { "a list" },
                    found: site.node.describe(),
                    line: line(text, start),
                });
            }
        };
        site.in_flow |= is_flow(text, site.node);
        if !site.in_flow && entry.is_some() {
            site.column = column(text, start);
        }
        site.trail.push(index);
        site.node = child;
        site.entry = entry;
    }
    if let Some(at) = site.missing.iter().position(|step| matches!(step, Step::Index(_))) {
        let depth = edit.path.len() - site.missing.len();
        let what = place(&edit.path[..=depth + at]);
        return Err(EditError::Missing { what, line: line(text, site.node.span.start as usize), near: None });
    }
    if repeats(root).iter().any(|span| span.contains(site.node.span)) {
        return Err(repeated(text, edit.place(), site.node.span));
    }
    Ok(site)
}

fn repeated(text: &str, what: String, at: Span) -> EditError {
    EditError::Repeated { what, line: line(text, at.start as usize) }
}

fn find_document(text: &str, documents: &[Node<'_>], wanted: &Document) -> Result<usize, EditError> {
    let is = |node: &Node<'_>, key: &str, word: &str| node.get(key).and_then(Node::text) == Some(word);
    let kind = wanted.kind.as_str();
    let mut fitting = documents
        .iter()
        .enumerate()
        .filter(|(index, _)| wanted.number.is_none_or(|number| number == *index))
        .filter(|(_, node)| is(node, "kind", kind) && wanted.id.as_deref().is_none_or(|id| is(node, "id", id)));
    let what = || wanted.id.as_ref().map_or_else(|| kind.to_owned(), |id| format!("{kind}/{id}"));
    let Some((index, node)) = fitting.next() else { return Err(EditError::NoDocument { what: what() }) };
    match (&wanted.id, fitting.next_back()) {
        (_, None) => Ok(index),
        (None, Some((last, _))) => Ok(last),
        (Some(_), Some((_, other))) => {
            let (first, line) = (line(text, node.span.start as usize), line(text, other.span.start as usize));
            Err(EditError::Twice { what: what(), first, line })
        }
    }
}

fn find_item(
    text: &str,
    items: &[Node<'_>],
    step: &Step,
    what: String,
    line_of_list: usize,
) -> Result<usize, EditError> {
    let name = |item: &Node<'_>| item.text().or_else(|| item.get("id").and_then(Node::text)).map(str::to_owned);
    let wanted = match step {
        Step::Index(index) if *index < items.len() => return Ok(*index),
        Step::Index(_) => return Err(EditError::Missing { what, line: line_of_list, near: None }),
        Step::Name(wanted) => wanted,
    };
    let mut fitting = items.iter().enumerate().filter(|(_, item)| name(item).as_ref() == Some(wanted));
    match (fitting.next(), fitting.next()) {
        (Some((index, _)), None) => Ok(index),
        (Some((_, first)), Some((_, second))) => {
            let line = |item: &Node<'_>| line(text, item.span.start as usize);
            Err(EditError::Twice { what, first: line(first), line: line(second) })
        }
        _ => {
            let names: Vec<String> = items.iter().filter_map(name).collect();
            let near = suggest::did_you_mean(wanted, names.iter().map(String::as_str));
            Err(EditError::Missing { what, line: line_of_list, near })
        }
    }
}

/// Whether the value of an entry is an alias: the reader gives it the place of what it repeats, which is further up.
pub(super) fn is_alias(entry: &Entry<'_>) -> bool {
    entry.value.span.start < entry.key_span.end()
}

/// Which items of a list are aliases.
pub(super) fn aliases_among(list: &Node<'_>, items: &[Node<'_>]) -> Vec<bool> {
    let mut end = None;
    let alias = |item: &Node<'_>| {
        let is = end.map_or(item.span.start < list.span.start, |end| item.span.start <= end);
        end = end.max(Some(item.span.end().max(list.span.start)));
        is
    };
    items.iter().map(alias).collect()
}

/// The places that aliases repeat.
fn repeats<'n, 't>(root: &'n Node<'t>) -> Vec<Span> {
    let mut found = Vec::new();
    let mut todo = vec![root];
    while let Some(node) = todo.pop() {
        let mut visit = |child: &'n Node<'t>, alias: bool| {
            if alias {
                found.push(child.span);
            } else {
                todo.push(child);
            }
        };
        match &node.value {
            Value::Mapping(entries) => entries.iter().for_each(|entry| visit(&entry.value, is_alias(entry))),
            Value::Sequence(items) => {
                let aliases = aliases_among(node, items);
                items.iter().zip(aliases).for_each(|(item, alias)| visit(item, alias));
            }
            _ => {}
        }
    }
    found
}

/// The line of a byte, from 1.
pub(super) fn line(text: &str, at: usize) -> usize {
    text.get(..at).unwrap_or(text).matches('\n').count() + 1
}

/// Where the line of a byte begins.
pub(super) fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |at| at + 1)
}

/// The column of a byte in characters, from 0; a byte order mark is none.
pub(super) fn column(text: &str, at: usize) -> usize {
    text[line_start(text, at)..at].chars().filter(|&c| c != '\u{feff}').count()
}
