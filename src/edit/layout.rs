//! From an action to the bytes it takes, in the style of what stands around.
//!
//! Nothing here is trusted: whatever is proposed is read again and compared, so that a layout nobody thought of is refused and
//! never damaged.

use std::ops::Range;

use super::change::Value;
use super::is_flow;
use super::locate::{Site, aliases_among, column, is_alias, line_start};
use super::notation::{field, inline};
use crate::model::node::{Node, Value as Read};

/// A replacement of bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Splice {
    /// What is replaced; empty for an insertion.
    pub at: Range<usize>,
    /// What comes there.
    pub text: String,
}

impl Splice {
    fn insert(at: usize, text: String) -> Self {
        Self { at: at..at, text }
    }
}

/// Ways to do the same, the best first.
type Alternatives = Vec<Vec<Splice>>;

/// The surroundings of a place.
pub(super) struct Layout<'a, 't> {
    text: &'a str,
    documents: &'a [Node<'t>],
    site: &'a Site<'a, 't, 'a>,
    newline: &'static str,
}

/// What stands between the brackets after the last item.
struct Tail {
    /// Where the last item ends.
    end: usize,
    /// Where a trailing comma stands.
    comma: Option<usize>,
}

impl<'a, 't> Layout<'a, 't> {
    pub(super) fn new(text: &'a str, documents: &'a [Node<'t>], site: &'a Site<'a, 't, 'a>) -> Self {
        let at = site.node.span.start as usize;
        // Where line breaks are mixed, those nearby count.
        let near = text[at..].find('\n').map(|found| at + found).or_else(|| text[..at].rfind('\n'));
        let carriage = near.is_some_and(|at| text[..at].ends_with('\r'));
        Self { text, documents, site, newline: if carriage { "\r\n" } else { "\n" } }
    }

    /// More items at the end of the list.
    pub(super) fn extend(&self, values: &[Value]) -> Alternatives {
        let (text, list) = (self.text, self.site.node);
        let Read::Sequence(items) = &list.value else { return Vec::new() };
        if is_flow(text, list) {
            let written: Vec<String> = values.iter().map(|value| inline(value, true).into_owned()).collect();
            let real = items.iter().zip(aliases_among(list, items)).rposition(|(_, alias)| !alias);
            let from = real.map_or(list.span.start as usize + 1, |at| items[at].span.end() as usize);
            let begin = items.last().filter(|_| real == Some(items.len() - 1)).map(|last| last.span.start as usize);
            return vec![self.inside_brackets(&written, from, begin)];
        }
        if self.site.in_flow {
            return Vec::new();
        }
        let dash = dash_column(text, list, self.site.column);
        let mapping = items.iter().rev().find(|item| matches!(item.value, Read::Mapping(_)));
        let like = mapping.or(items.last());
        let gap = like.and_then(|item| self.gap_after_dash(item, dash)).unwrap_or(" ");
        let in_lines = mapping.is_some_and(|item| !is_flow(text, item));
        let mut lines: Vec<String> =
            values.iter().flat_map(|value| self.item_lines(value, dash, gap, in_lines)).collect();
        if let [.., before, last] = &items[..]
            && text.get(before.span.end() as usize..last.span.start as usize).is_some_and(has_blank_line)
        {
            lines.insert(0, String::new());
        }
        self.lines_after(list.span.end() as usize, dash, &lines)
    }

    /// One more key at the end of the mapping.
    pub(super) fn add(&self, key: &str, value: &Value) -> Alternatives {
        let (text, mapping) = (self.text, self.site.node);
        let Read::Mapping(entries) = &mapping.value else { return Vec::new() };
        if is_flow(text, mapping) {
            let (from, begin) = match entries.last() {
                None => (mapping.span.start as usize + 1, None),
                Some(last) if is_alias(last) => (last.key_span.end() as usize, None),
                Some(last) => {
                    (last.value.span.end().max(last.key_span.end()) as usize, Some(last.key_span.start as usize))
                }
            };
            return vec![self.inside_brackets(&[field(key, value, true)], from, begin)];
        }
        if self.site.in_flow {
            return Vec::new();
        }
        let column = column(text, mapping.span.start as usize);
        self.lines_after(mapping.span.end() as usize, column, &self.field_lines(key, value, column))
    }

    /// Another value where there is a single one or none.
    pub(super) fn fill(&self, value: &Value) -> Alternatives {
        let (text, node) = (self.text, self.site.node);
        let (start, end) = (node.span.start as usize, node.span.end() as usize);
        let written = inline(value, self.site.in_flow);
        if let Some(header) = self.block_header() {
            let line_end = self.line_end(header.start);
            let content = Splice { at: line_end..text[..end].trim_end().len().max(line_end), text: String::new() };
            return vec![vec![Splice { at: header, text: written.into_owned() }, content]];
        }
        if start < end {
            return vec![vec![Splice { at: start..end, text: written.into_owned() }]];
        }
        if !self.site.in_flow && is_table(value) && self.site.entry.is_some() {
            let column = self.site.column;
            return self.lines_after(start, column, &self.table_lines(value, column));
        }
        let rest = &text[start..];
        let insert = |at: usize, lead: &str| vec![vec![Splice::insert(at, format!("{lead}{written}"))]];
        if self.site.entry.is_some_and(|entry| entry.key_span.end() as usize == start) {
            insert(start, ": ")
        } else if text[..start].ends_with([' ', '\t']) {
            insert(start, "")
        } else if rest.starts_with(' ') && !rest[1..].starts_with('#') {
            insert(start + 1, "")
        } else {
            insert(start, " ")
        }
    }

    /// Items before the closing bracket. `from` is where the last one ends that was read in its place; `begin` is where the
    /// last one begins, if it is that one.
    fn inside_brackets(&self, written: &[String], from: usize, begin: Option<usize>) -> Vec<Splice> {
        let text = self.text;
        let close = self.site.node.span.end() as usize - 1;
        let open = self.site.node.span.start as usize + 1;
        let tail = self.tail(from, close);
        if tail.end == open {
            return vec![Splice::insert(open, written.join(", "))];
        }
        let indent = begin.map(|begin| &text[line_start(text, begin)..begin]).filter(|before| before.trim().is_empty());
        let Some(indent) = indent else {
            let written = written.join(", ");
            return vec![match tail.comma {
                None => Splice::insert(tail.end, format!(", {written}")),
                Some(comma) => Splice::insert(comma + 1, format!(" {written},")),
            }];
        };
        // Items on lines of their own get company on a line of its own, after the comment of the last one.
        let end = tail.comma.map_or(tail.end, |comma| comma + 1);
        let at = if self.line_end(end) < close { self.line_end(end) } else { end };
        let lead = format!("{}{indent}", self.newline);
        let mut lines = format!("{lead}{}", written.join(&format!(",{lead}")));
        if tail.comma.is_some() {
            lines.push(',');
            return vec![Splice::insert(at, lines)];
        }
        if at == end {
            return vec![Splice::insert(end, format!(",{lines}"))];
        }
        vec![Splice::insert(end, ",".into()), Splice::insert(at, lines)]
    }

    /// Looks over aliases, commas, comments and blanks to the closing bracket.
    fn tail(&self, from: usize, close: usize) -> Tail {
        let mut tail = Tail { end: from, comma: None };
        let mut blank_before = true;
        let mut in_comment = false;
        for (at, c) in self.text.get(from..close).unwrap_or_default().char_indices() {
            let at = from + at;
            match c {
                '\n' | '\r' => in_comment = false,
                _ if in_comment => {}
                '#' if blank_before => in_comment = true,
                ',' => tail.comma = Some(at),
                _ if c.is_whitespace() => {}
                _ => tail = Tail { end: at + c.len_utf8(), comma: None },
            }
            blank_before = c.is_whitespace();
        }
        tail
    }

    /// The blanks between the dash and an item on the same line.
    fn gap_after_dash(&self, item: &Node<'_>, dash: usize) -> Option<&'a str> {
        let start = item.span.start as usize;
        let (before, gap) = self.text[line_start(self.text, start)..start].rsplit_once('-')?;
        let alone = before.chars().filter(|&c| c != '\u{feff}').count() == dash;
        (alone && !gap.is_empty() && gap.chars().all(|c| c == ' ')).then_some(gap)
    }

    /// An item of a list with dashes, without line ends. One that holds a table is always written in lines.
    fn item_lines(&self, value: &Value, dash: usize, gap: &str, in_lines: bool) -> Vec<String> {
        let lead = format!("{}-{gap}", " ".repeat(dash));
        match value {
            Value::Mapping(fields)
                if in_lines && !fields.is_empty() || fields.iter().any(|(_, field)| is_table(field)) =>
            {
                let lines = fields.iter().flat_map(|(key, value)| self.field_lines(key, value, lead.len()));
                let mut lines: Vec<String> = lines.collect();
                if let Some(first) = lines.first_mut() {
                    first.replace_range(..lead.len(), &lead);
                }
                lines
            }
            _ => vec![format!("{lead}{}", inline(value, false))],
        }
    }

    /// A key and its value in a block mapping.
    fn field_lines(&self, key: &str, value: &Value, column: usize) -> Vec<String> {
        let indent = " ".repeat(column);
        if !is_table(value) {
            return vec![format!("{indent}{}", field(key, value, false))];
        }
        let mut lines =
            vec![format!("{indent}{}:", field(key, &Value::List(Vec::new()), true).trim_end_matches(": []"))];
        lines.extend(self.table_lines(value, column));
        lines
    }

    /// A list of mappings below the column of its key, indented like the first list of the document, or of another one.
    fn table_lines(&self, value: &Value, column: usize) -> Vec<String> {
        let Value::List(items) = value else { return Vec::new() };
        let document = &self.documents[self.site.document];
        let habit = std::iter::once(document).chain(self.documents).find_map(|root| self.habit(root));
        let dash = column + habit.unwrap_or(2);
        items.iter().flat_map(|item| self.item_lines(item, dash, " ", false)).collect()
    }

    /// How much the first list with dashes is indented below its key.
    fn habit(&self, node: &Node<'_>) -> Option<usize> {
        let Read::Mapping(entries) = &node.value else { return None };
        if is_flow(self.text, node) {
            return None;
        }
        let keys = column(self.text, node.span.start as usize);
        entries.iter().filter(|entry| !is_alias(entry)).find_map(|entry| match &entry.value.value {
            Read::Sequence(_) if !is_flow(self.text, &entry.value) => {
                dash_column(self.text, &entry.value, keys).checked_sub(keys)
            }
            _ => self.habit(&entry.value),
        })
    }

    /// Lines after the one in which a block ends, past comments that are indented deeper than `column` and so belong to it.
    /// A block scalar that keeps its blank lines needs to have them, hence the second way.
    fn lines_after(&self, end: usize, column: usize, lines: &[String]) -> Alternatives {
        let text = self.text;
        let end = text[..end].trim_end().len();
        let mut at = self.next_line(end);
        while let Some(line) = text[at..].split_inclusive('\n').next()
            && let comment = line.trim_start()
            && comment.starts_with('#')
            && !comment.contains("relm:")
            && line.len() - comment.len() > column
        {
            at += line.len();
        }
        let mut past_blanks = at;
        while let Some(line) = text[past_blanks..].split_inclusive('\n').next().filter(|line| line.trim().is_empty()) {
            past_blanks += line.len();
        }
        let mut ways = vec![self.lines_at(at, lines)];
        if past_blanks > at {
            ways.push(self.lines_at(past_blanks, lines));
        }
        ways
    }

    fn lines_at(&self, at: usize, lines: &[String]) -> Vec<Splice> {
        let ended = at == 0 || self.text[..at].ends_with('\n');
        let text = lines
            .iter()
            .map(|line| if ended { format!("{line}{}", self.newline) } else { format!("{}{line}", self.newline) });
        vec![Splice::insert(at, text.collect())]
    }

    /// The `|` or `>` of the value with what belongs to it, if it is a block scalar; its span begins only with its text, or
    /// with what follows when it has none.
    fn block_header(&self) -> Option<Range<usize>> {
        let (text, node) = (self.text, self.site.node);
        let start = node.span.start as usize;
        let mut end = line_start(text, start);
        if !matches!(node.value, Read::Scalar { plain: false, .. }) || !text[end..start].trim().is_empty() {
            return None;
        }
        let line = loop {
            let begin = line_start(text, end.checked_sub(1)?);
            let line = text[begin..end].trim_end();
            if !(line.is_empty() || node.span.len == 0 && line.trim_start().starts_with('#')) {
                break begin..begin + line.len();
            }
            end = begin;
        };
        let line_text = &text[line.clone()];
        let code = line_text.find(" #").map_or(line_text, |at| &line_text[..at]).trim_end();
        let word = code.rsplit([' ', '\t']).next().filter(|word| word.starts_with(['|', '>']))?;
        let end = line.start + code.len();
        Some(end - word.len()..end)
    }

    /// Where the line of a byte ends, before its line break.
    fn line_end(&self, at: usize) -> usize {
        let line = self.text[at..].split('\n').next().unwrap_or_default();
        at + line.strip_suffix('\r').unwrap_or(line).len()
    }

    /// Where the line after that of a byte begins.
    fn next_line(&self, at: usize) -> usize {
        self.text[at..].find('\n').map_or(self.text.len(), |found| at + found + 1)
    }
}

/// Whether a value is written as a list with dashes where there is room for it.
fn is_table(value: &Value) -> bool {
    matches!(value, Value::List(items) if items.iter().any(|item| matches!(item, Value::Mapping(_))))
}

/// The column of the dashes of a list. One at the indentation of its key begins, for the reader, with its first item.
fn dash_column(text: &str, list: &Node<'_>, keys: usize) -> usize {
    let start = list.span.start as usize;
    let mut from = text[start..].chars();
    let dash = from.next() == Some('-') && from.next().is_none_or(char::is_whitespace);
    let Read::Sequence(items) = &list.value else { return keys };
    if dash && items.first().is_none_or(|first| first.span.start != list.span.start) {
        column(text, start)
    } else {
        keys
    }
}

/// Whether a text between two items holds an empty line.
fn has_blank_line(between: &str) -> bool {
    let lines: Vec<&str> = between.split('\n').collect();
    lines.len() > 2 && lines[1..lines.len() - 1].iter().any(|line| line.trim().is_empty())
}
