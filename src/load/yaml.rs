//! The YAML reader: text → documents of [`Node`]s with byte spans, within budgets.
//!
//! It builds on the events of serde-saphyr's parser instead of on its deserialiser: one pass yields every scalar as it was
//! written, the spans of keys and whole collections, comments, and all faults of a document, where a deserialiser stops at
//! the first. The editor uses the same events. This module is the only one that knows the parser.

use std::borrow::Cow;
use std::collections::HashMap;

use serde_saphyr::granit_parser::{
    ErrorKind, Event, Options, Parser, ScalarStyle, ScanError, Span as ParserSpan, StrInput, Tag,
};

use crate::diagnostic::{FileId, Finding, Span, Subject};
use crate::model::decode::abridge;
use crate::model::node::{Entry, Node, Value};

/// Nesting beyond this is refused; manifests need about ten.
const MAX_DEPTH: usize = 100;
/// Values in one file.
const MAX_NODES: usize = 4_000_000;
/// Anchors and aliases in one file.
const MAX_ALIASES: usize = 1_000;
/// Aliases may multiply the values of a file by this much.
const MAX_EXPANSION: usize = 10;
/// Values that aliases may add, however large the file is; it bounds memory.
const MAX_REPEATED: usize = 500_000;
/// So many bytes of text weigh as much as a value.
const BYTES_PER_VALUE: usize = 32;
/// Faults reported for one file; who sees these mends the cause.
const MAX_FAULTS: usize = 50;

/// A file as the reader understood it.
#[derive(Debug, Default)]
pub struct Parsed<'a> {
    /// The documents that have content, in order.
    pub documents: Vec<Node<'a>>,
    /// What was wrong, each a `syntax` finding.
    pub findings: Vec<Finding>,
    /// Comments, kept only when the file says `relm:` somewhere.
    pub comments: Vec<(Span, Cow<'a, str>)>,
}

/// Reads a file. Faults are reported and reading goes on with the next document.
pub fn parse<'a>(text: &'a str, file: FileId, path: &str) -> Parsed<'a> {
    let mut parsed = Parsed::default();
    if let Some(finding) = conflict_markers(text, file, path) {
        parsed.findings.push(finding);
        return parsed;
    }
    let keep_comments = text.contains("relm:");
    let mut base = 0;
    loop {
        let mut builder = Builder::new(file, path, base, &mut parsed);
        match builder.run(&text[base..], keep_comments) {
            Ok(()) | Err(Stop::Budget) => return parsed,
            Err(Stop::At(_)) if parsed.findings.len() >= MAX_FAULTS => {
                Builder::new(file, path, base, &mut parsed).flooded();
                return parsed;
            }
            // The fault may be noticed at the very marker that begins the next document.
            Err(Stop::At(offset)) => match next_document(text, base + offset.saturating_sub(1)) {
                Some(next) => base = next,
                None => return parsed,
            },
        }
    }
}

/// An unfinished merge is one fault, however many documents it breaks.
fn conflict_markers(text: &str, file: FileId, path: &str) -> Option<Finding> {
    if !text.contains("<<<<<<<") {
        return None;
    }
    let line_at = |marker: &str, from: usize| {
        text[from..]
            .match_indices(marker)
            .map(|(at, _)| from + at)
            .find(|&at| at == 0 || text.as_bytes()[at - 1] == b'\n')
    };
    let ours = line_at("<<<<<<< ", 0)?;
    let theirs = line_at(">>>>>>>", ours)?;
    let middle = line_at("=======", ours)?;
    let subject = Subject::new("", path);
    let line = |at: usize| {
        let end = text[at..].find(['\r', '\n']).map_or(text.len(), |len| at + len);
        Span::new(file, at, end)
    };
    let finding = Finding::new(line(ours), subject.clone(), "this file has an unresolved merge conflict")
        .rule("syntax")
        .help("choose one side, or join both, and remove the three marker lines")
        .related(line(middle), subject.clone(), "the other side begins here")
        .related(line(theirs), subject, "the conflict ends here");
    Some(finding)
}

/// The start of the first document marker after `from`.
fn next_document(text: &str, from: usize) -> Option<usize> {
    let mut from = from.min(text.len());
    while !text.is_char_boundary(from) {
        from += 1;
    }
    text[from..]
        .match_indices("\n---")
        .map(|(at, _)| from + at + 1)
        .find(|&at| matches!(text.as_bytes().get(at + 3), None | Some(b'\n' | b'\r' | b' ' | b'\t')))
}

enum Stop {
    /// The parser cannot go on; the byte it stood at.
    At(usize),
    /// The file is too much; nothing more is read from it.
    Budget,
}

/// A collection that is being read.
enum Frame<'a> {
    Sequence { start: ParserSpan, anchor: usize, items: Vec<Node<'a>> },
    Mapping { start: ParserSpan, anchor: usize, entries: Vec<Entry<'a>>, key: Option<Key<'a>>, seen: Seen<'a> },
}

/// Mappings of more keys than this look their keys up in a table.
const FEW_KEYS: usize = 32;

/// Where the keys of a large mapping stand; empty for small ones, which are searched.
#[derive(Default)]
struct Seen<'a>(HashMap<Cow<'a, str>, Span>);

impl<'a> Seen<'a> {
    fn first(&self, key: &str, entries: &[Entry<'a>]) -> Option<Span> {
        if entries.len() <= FEW_KEYS {
            return entries.iter().find(|entry| entry.key == key).map(|entry| entry.key_span);
        }
        self.0.get(key).copied()
    }

    /// Notes the entries as the mapping grows.
    fn grow(&mut self, entries: &[Entry<'a>]) {
        if entries.len() == FEW_KEYS + 1 {
            self.0.extend(entries.iter().map(|entry| (entry.key.clone(), entry.key_span)));
        } else if let ([.., last], true) = (entries, entries.len() > FEW_KEYS) {
            self.0.insert(last.key.clone(), last.key_span);
        }
    }
}

struct Key<'a> {
    text: Cow<'a, str>,
    span: Span,
    /// Whether the entry is to be left out, because it was reported.
    refused: bool,
}

struct Builder<'a, 'p> {
    file: FileId,
    path: &'p str,
    base: usize,
    parsed: &'p mut Parsed<'a>,
    stack: Vec<Frame<'a>>,
    anchors: HashMap<usize, (Node<'a>, Extent)>,
    nodes: usize,
    aliases: usize,
    repeated: usize,
    document: Option<Node<'a>>,
    /// The end of the last value, so that a mapping ends where its last value does and not where the next line begins.
    last_end: usize,
}

impl<'a, 'p> Builder<'a, 'p> {
    fn new(file: FileId, path: &'p str, base: usize, parsed: &'p mut Parsed<'a>) -> Self {
        Self {
            file,
            path,
            base,
            parsed,
            stack: Vec::new(),
            anchors: HashMap::new(),
            nodes: 0,
            aliases: 0,
            repeated: 0,
            document: None,
            last_end: base,
        }
    }

    fn span(&self, span: &ParserSpan) -> Span {
        let range = span.byte_range().unwrap_or(0..0);
        Span::new(self.file, self.base + range.start, self.base + range.end)
    }

    fn report(&mut self, span: Span, message: impl Into<String>, help: impl Into<String>) {
        let finding = Finding::new(span, Subject::new("", self.path), message).rule("syntax").help(help);
        self.parsed.findings.push(finding);
    }

    /// Ends a file of which every line seems to be wrong.
    fn flooded(&mut self) -> Stop {
        let at = self.parsed.findings.last().map_or(Span::new(self.file, 0, 0), |finding| finding.span);
        let at = Span { len: 0, start: at.end(), ..at };
        self.report(at, "the rest of this file was not read: more faults than worth listing", "mend those above first");
        Stop::Budget
    }

    fn run(&mut self, text: &'a str, keep_comments: bool) -> Result<(), Stop> {
        let mut options = Options::default();
        options.emit_comments = keep_comments;
        options.max_buffered_comment_events = usize::MAX;
        options.block_nesting_limit = MAX_DEPTH;
        options.flow_nesting_limit = MAX_DEPTH;
        options.emit_unresolved_aliases = true;
        let mut parser: Parser<'a, StrInput<'a>> = Parser::new_from_str_with_options(text, options);
        while let Some(event) = parser.next_event() {
            match event {
                Ok((event, span)) => self.event(event, span, text)?,
                Err(error) => return Err(self.fault(&error, text)),
            }
            if self.parsed.findings.len() >= MAX_FAULTS {
                return Err(self.flooded());
            }
        }
        Ok(())
    }

    fn event(&mut self, event: Event<'a>, at: ParserSpan, text: &'a str) -> Result<(), Stop> {
        match event {
            Event::DocumentStart(..) => {
                self.anchors.clear();
                self.document = None;
            }
            Event::DocumentEnd => {
                if let Some(document) = self.document.take()
                    && document.value != Value::Null
                {
                    self.parsed.documents.push(document);
                }
            }
            Event::Comment(comment, _) => {
                let span = self.span(&at);
                self.parsed.comments.push((span, comment));
            }
            Event::Scalar(value, style, anchor, tag) => {
                let span = self.scalar_span(&at, style, text);
                self.last_end = span.end() as usize;
                let mut plain = style == ScalarStyle::Plain;
                if let Some(tag) = tag {
                    match tag.core_suffix() {
                        Some("str") => plain = false,
                        Some("int" | "float" | "bool" | "null" | "timestamp") => {}
                        _ => self.unknown_tag(&tag, span),
                    }
                }
                let null = plain && matches!(&*value, "" | "~" | "null" | "Null" | "NULL");
                let value = if null { Value::Null } else { Value::Scalar { text: value, plain } };
                self.value(Node { span, value }, anchor)?;
            }
            Event::SequenceStart(_, anchor, tag) => {
                self.collection_tag(tag.as_deref(), &at);
                self.stack.push(Frame::Sequence { start: at, anchor, items: Vec::new() });
            }
            Event::MappingStart(_, anchor, tag) => {
                self.collection_tag(tag.as_deref(), &at);
                self.stack.push(Frame::Mapping {
                    start: at,
                    anchor,
                    entries: Vec::new(),
                    key: None,
                    seen: Seen::default(),
                });
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(&at)?,
            Event::Alias(id) => self.alias(id, &at)?,
            Event::UnresolvedAlias(name) => {
                let span = self.span(&at);
                let help = "define it earlier in the same document with `&`, or quote the text";
                self.report(span, format!("there is no anchor `&{}` for this alias", abridge(&name)), help);
                self.last_end = span.end() as usize;
                self.value(Node { span, value: Value::Null }, 0)?;
            }
            _ => {}
        }
        Ok(())
    }

    fn scalar_span(&self, at: &ParserSpan, style: ScalarStyle, text: &str) -> Span {
        let range = at.byte_range().unwrap_or(0..0);
        let (start, end) = match style {
            // The parser ends a block scalar at the next token; its text ends with its own last line.
            ScalarStyle::Literal | ScalarStyle::Folded => (range.start, range.start + text[range].trim_end().len()),
            // The parser puts a value that is not there before the `:`; it would stand after it.
            _ if range.is_empty() && text.as_bytes().get(range.start) == Some(&b':') => {
                (range.start + 1, range.start + 1)
            }
            _ => (range.start, range.end),
        };
        Span::new(self.file, self.base + start, self.base + end)
    }

    fn collection_tag(&mut self, tag: Option<&Tag>, at: &ParserSpan) {
        if let Some(tag) = tag.filter(|tag| !matches!(tag.core_suffix(), Some("map" | "seq"))) {
            let span = self.span(at);
            self.unknown_tag(tag, span);
        }
    }

    fn unknown_tag(&mut self, tag: &Tag, span: Span) {
        let message = format!("the tag `{}` means nothing here", abridge(&tag.original()));
        self.report(span, message, "remove the tag");
    }

    /// Ends the collection on top of the stack.
    fn close(&mut self, at: &ParserSpan) -> Result<(), Stop> {
        // A flow collection ends with its bracket; a block collection has an empty end, somewhere after its last value.
        let bracket = self.span(at);
        if bracket.len > 0 {
            self.last_end = bracket.end() as usize;
        }
        let Some(frame) = self.stack.pop() else { return Ok(()) };
        let (start, anchor, value) = match frame {
            Frame::Sequence { start, anchor, items } => (start, anchor, Value::Sequence(snug(items))),
            Frame::Mapping { start, anchor, entries, .. } => (start, anchor, Value::Mapping(snug(entries))),
        };
        let start = self.span(&start).start as usize;
        let span = Span::new(self.file, start, self.last_end.max(start));
        self.value(Node { span, value }, anchor)
    }

    fn alias(&mut self, id: usize, at: &ParserSpan) -> Result<(), Stop> {
        let span = self.span(at);
        self.aliases += 1;
        self.last_end = span.end() as usize;
        let Some((_, extent)) = self.anchors.get(&id) else {
            self.report(span, "this alias stands inside the value it repeats", "write the value out");
            return self.value(Node { span, value: Value::Null }, 0);
        };
        let extent = *extent;
        // Aliases within aliases nest deeper than the parser's own limit sees.
        if self.stack.len() + extent.depth > MAX_DEPTH || self.aliases > MAX_ALIASES {
            return Err(self.repeats_too_much(span));
        }
        self.repeat(extent, span)?;
        let node = self.anchors.get(&id).map_or(Node { span, value: Value::Null }, |(node, _)| node.clone());
        self.value(node, 0)
    }

    /// Counts values that exist twice.
    fn repeat(&mut self, extent: Extent, span: Span) -> Result<(), Stop> {
        self.repeated += extent.weight;
        if self.repeated > MAX_REPEATED.min(MAX_EXPANSION * self.nodes.max(1_000)) {
            return Err(self.repeats_too_much(span));
        }
        Ok(())
    }

    fn repeats_too_much(&mut self, span: Span) -> Stop {
        let help = format!(
            "write the values out; at most {MAX_ALIASES} aliases, and {MAX_EXPANSION} times the file, are read"
        );
        self.report(span, "aliases and anchors repeat too much of this file", help);
        Stop::Budget
    }

    /// Puts a finished value where it belongs.
    fn value(&mut self, node: Node<'a>, anchor: usize) -> Result<(), Stop> {
        self.nodes += 1;
        if self.nodes > MAX_NODES {
            self.report(
                node.span,
                format!("this file has more than {MAX_NODES} values"),
                "split it into several files",
            );
            return Err(Stop::Budget);
        }
        if anchor != 0 {
            if self.anchors.len() >= MAX_ALIASES {
                self.report(node.span, format!("more than {MAX_ALIASES} anchors"), "write the values out");
                return Err(Stop::Budget);
            }
            let extent = extent(&node);
            // What is kept for aliases counts as well: anchors within anchors keep the same values many times.
            self.repeat(extent, node.span)?;
            self.anchors.insert(anchor, (node.clone(), extent));
        }
        match self.stack.last_mut() {
            None => self.document = Some(node),
            Some(Frame::Sequence { items, .. }) => items.push(node),
            Some(Frame::Mapping { key, entries, seen, .. }) => match key.take() {
                Some(Key { text, span, refused: false }) => {
                    entries.push(Entry { key: text, key_span: span, value: node });
                    seen.grow(entries);
                }
                Some(_) => {}
                None => self.key(node),
            },
        }
        Ok(())
    }

    /// A value in the place of a key.
    fn key(&mut self, node: Node<'a>) {
        let span = node.span;
        let (text, fault) = match node.value {
            Value::Scalar { text, plain: true } if text == "<<" => {
                let fault = ("merge keys (`<<`) are not read", "write the fields out", None);
                (text, Some(fault))
            }
            Value::Scalar { text, .. } => {
                let before = match self.stack.last() {
                    Some(Frame::Mapping { entries, seen, .. }) => seen.first(&text, entries),
                    _ => None,
                };
                (text, before.map(|first| ("this key stands here twice", "keep one of them", Some(first))))
            }
            _ => (Cow::Borrowed(""), Some(("a key must be text", "quote it if it holds `[`, `{` or `?`", None))),
        };
        let refused = fault.is_some();
        if let Some((message, help, first)) = fault {
            let message = if first.is_some() { format!("`{}`: {message}", abridge(&text)) } else { message.to_owned() };
            self.report(span, message, help);
            if let (Some(first), Some(finding)) = (first, self.parsed.findings.last_mut()) {
                let subject = finding.subject.clone();
                finding.related.push(crate::diagnostic::Label { span: first, message: "first here".into(), subject });
            }
        }
        if let Some(Frame::Mapping { key, .. }) = self.stack.last_mut() {
            *key = Some(Key { text, span, refused });
        }
    }

    /// The parser gave up: says so in our words, and where.
    fn fault(&mut self, error: &ScanError, text: &str) -> Stop {
        let marker = error.marker();
        let offset = marker.byte_offset().unwrap_or_else(|| byte_at(text, marker.line(), marker.col())).min(text.len());
        let offset = match error.kind() {
            ErrorKind::UnclosedQuotedScalar | ErrorKind::InvalidQuotedScalarIndent => self.opening_quote(text, offset),
            ErrorKind::TabInBlockIndentation => last_tab(text, offset),
            // A new list item inside brackets: what is wrong is the bracket, not the item.
            ErrorKind::BlockEntryInFlowCollection => self.open_bracket(text, offset),
            _ => offset,
        };
        let (message, help) = match (error.kind(), text[offset..].chars().next()) {
            (ErrorKind::BlockEntryInFlowCollection, Some(open @ ('[' | '{'))) => never_closed(open),
            _ => explain(error),
        };
        let len = text[offset..].chars().next().filter(|c| *c != '\n' && *c != '\r').map_or(0, char::len_utf8);
        let span = Span::new(self.file, self.base + offset, self.base + offset + len);
        self.report(span, message, help);
        if matches!(error.kind(), ErrorKind::RecursionLimitExceeded) { Stop::Budget } else { Stop::At(offset) }
    }

    /// Where the innermost bracket stands that is still open at `offset`; `offset` when it cannot be told. The parser reads
    /// ahead of its events, so the text since the last value is looked at before the collections that have begun.
    fn open_bracket(&self, text: &str, offset: usize) -> usize {
        let from = self.last_end.saturating_sub(self.base).min(offset);
        let mut open = Vec::new();
        for (at, byte) in text.bytes().enumerate().take(offset).skip(from) {
            match byte {
                b'[' | b'{' => open.push(at),
                b']' | b'}' => _ = open.pop(),
                // What stands in quotes or comments would have to be read to be told from brackets.
                b'"' | b'\'' | b'#' => return offset,
                _ => {}
            }
        }
        let begun = self.stack.iter().rev().map(|frame| {
            let (Frame::Sequence { start, .. } | Frame::Mapping { start, .. }) = frame;
            (self.span(start).start as usize).saturating_sub(self.base)
        });
        let mut begun = begun.filter(|&at| matches!(text.as_bytes().get(at), Some(b'[' | b'{')));
        open.pop().or_else(|| begun.next()).unwrap_or(offset)
    }

    /// Where the quote opens that is noticed to be open only at `offset`: the first one after the last value.
    fn opening_quote(&self, text: &str, offset: usize) -> usize {
        let from = self.last_end.saturating_sub(self.base).min(offset);
        let quote = text.get(from..offset).and_then(|rest| rest.find(['"', '\'']));
        quote.map_or(offset, |at| from + at)
    }
}

/// Gives back room: a list of one has room for four, which adds up in files of many small mappings.
fn snug<T>(mut items: Vec<T>) -> Vec<T> {
    if items.capacity() > 2 * items.len() {
        items.shrink_to_fit();
    }
    items
}

/// How much a tree holds.
#[derive(Clone, Copy)]
struct Extent {
    /// Values, and text by length.
    weight: usize,
    depth: usize,
}

fn extent(node: &Node<'_>) -> Extent {
    let join = |sum: Extent, child: &Node<'_>| {
        let child = extent(child);
        Extent { weight: sum.weight + child.weight, depth: sum.depth.max(child.depth + 1) }
    };
    let leaf = Extent { weight: 1, depth: 1 };
    match &node.value {
        Value::Null => leaf,
        Value::Scalar { text, .. } => Extent { weight: 1 + text.len() / BYTES_PER_VALUE, ..leaf },
        Value::Sequence(items) => items.iter().fold(leaf, join),
        Value::Mapping(entries) => entries.iter().fold(leaf, |sum, entry| {
            let sum = Extent { weight: sum.weight + entry.key.len() / BYTES_PER_VALUE, ..sum };
            join(sum, &entry.value)
        }),
    }
}

/// The byte offset of a line from 1 and a column in characters from 0.
fn byte_at(text: &str, line: usize, column: usize) -> usize {
    let start: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    text[start..].char_indices().nth(column).map_or(text.len(), |(at, _)| start + at)
}

/// The last tab of the line before `offset`: the parser skips the indentation before it complains about it.
fn last_tab(text: &str, offset: usize) -> usize {
    let line = text[..offset].rfind('\n').map_or(0, |at| at + 1);
    text[line..offset].rfind('\t').map_or(offset, |at| line + at)
}

fn never_closed(open: char) -> (String, String) {
    (format!("`{open}` is never closed"), "close it, or quote a text that holds a bracket".into())
}

/// The parser's words are for people who know its grammar; these are for people who write manifests.
fn explain(error: &ScanError) -> (String, String) {
    let (message, help) = match error.kind() {
        ErrorKind::TabNotAllowed
        | ErrorKind::TabInBlockIndentation
        | ErrorKind::TabInIndentation
        | ErrorKind::TabAtBlockScalarStart
        | ErrorKind::TabInPlainScalar => ("a tab stands where YAML wants spaces", "indent with spaces"),
        ErrorKind::RecursionLimitExceeded => {
            return (
                format!("nested more than {MAX_DEPTH} deep"),
                "manifests need about ten levels; is this one?".into(),
            );
        }
        ErrorKind::UnclosedQuotedScalar | ErrorKind::InvalidQuotedScalarIndent => {
            ("a quote is never closed", "close it, or quote a text that holds a quote")
        }
        ErrorKind::UnclosedFlowCollection { open } | ErrorKind::MismatchedFlowCollectionEnd { open, .. } => {
            return never_closed(*open);
        }
        ErrorKind::UnexpectedEofFlowMapping | ErrorKind::UnexpectedEofImplicitFlowMapping => {
            ("`{` is never closed", "close it with `}`")
        }
        ErrorKind::UnexpectedEofFlowSequence => ("`[` is never closed", "close it with `]`"),
        ErrorKind::ExpectedFlowMappingSeparator => {
            ("expected `,` or `}` here", "separate the entries of `{…}` with commas")
        }
        ErrorKind::ExpectedFlowSequenceSeparator => {
            ("expected `,` or `]` here", "separate the items of `[…]` with commas")
        }
        ErrorKind::MappingValueNotAllowed | ErrorKind::InvalidColonPlacement => {
            ("a `:` stands where no value can follow", "quote a text that holds `: `, and check the indentation")
        }
        ErrorKind::SimpleKeyExpected | ErrorKind::ExpectedBlockMappingKey | ErrorKind::InvalidSimpleKey => {
            ("expected `key: value` here", "check the indentation, and that a `:` and a space follow the key")
        }
        ErrorKind::ExpectedBlockSequenceEntry => ("expected `- ` here", "indent the items of a list alike"),
        ErrorKind::InvalidIndentation | ErrorKind::InvalidFlowScalarIndent => {
            ("the indentation fits nothing above", "indent like the lines beside it")
        }
        _ => {
            let info = error.info();
            return (
                format!("not readable as YAML: {}", abridge(&info)),
                "texts that begin with a sign, or hold `: ` or ` #`, need quotes".into(),
            );
        }
    };
    (message.into(), help.into())
}

#[cfg(test)]
#[path = "yaml_tests.rs"]
mod tests;
