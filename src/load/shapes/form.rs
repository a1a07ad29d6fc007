//! The form in which the shape of one text is kept.
//!
//! Numbers stand in as few bytes as they need, seven bits in each, the low ones first; places are distances from the place
//! before. A node is a mark, its place, its length, and what the mark says follows. Texts are places too, but for those that
//! do not stand in the file as they are, because they have escapes or folded lines: these are kept.

use std::borrow::Cow;

use crate::diagnostic::{FileId, Span};
use crate::model::node::{Entry, Node, Value};

/// The reader nests no deeper.
const MAX_DEPTH: usize = 128;

/// What a node is.
mod mark {
    /// Nothing.
    pub const NULL: u8 = 0;
    /// A list; the number of its items follows, then they do.
    pub const SEQUENCE: u8 = 1;
    /// A mapping; the number of its entries follows, then each key, as a scalar, and its value.
    pub const MAPPING: u8 = 2;
    /// Text: this plus one of those below, plus [`PLAIN`] for text without quotes.
    pub const SCALAR: u8 = 4;
    /// Added to that of a text that was written without quotes.
    pub const PLAIN: u8 = 4;
    /// The text is all of its place.
    pub const WHOLE: u8 = 0;
    /// It is its place without the first and the last byte.
    pub const QUOTED: u8 = 1;
    /// Its distance from its place and its length follow.
    pub const WITHIN: u8 = 2;
    /// Its length and its bytes follow.
    pub const OWN: u8 = 3;
}

/// The shape of the documents of a text; none where it would be longer than `limit` bytes.
pub fn write(documents: &[Node<'_>], text: &str, limit: usize) -> Option<Vec<u8>> {
    let mut writer = Writer { out: Vec::new(), text, at: 0, limit };
    writer.number(documents.len());
    for document in documents {
        writer.node(document)?;
    }
    Some(writer.out)
}

struct Writer<'t> {
    out: Vec<u8>,
    text: &'t str,
    /// What places are counted from.
    at: u32,
    limit: usize,
}

impl Writer<'_> {
    fn number(&mut self, number: usize) {
        let mut rest = number;
        while rest >= 0x80 {
            self.out.push(rest as u8 | 0x80);
            rest >>= 7;
        }
        self.out.push(rest as u8);
    }

    /// A place, as a distance with its sign in the lowest bit.
    fn place(&mut self, span: Span, next: u32) {
        let distance = i64::from(span.start) - i64::from(self.at);
        self.number(((distance << 1) ^ (distance >> 63)) as usize);
        self.number(span.len as usize);
        self.at = next;
    }

    fn node(&mut self, node: &Node<'_>) -> Option<()> {
        match &node.value {
            Value::Null => {
                self.out.push(mark::NULL);
                self.place(node.span, node.span.end());
            }
            Value::Scalar { text, plain } => self.scalar(text, *plain, node.span),
            Value::Sequence(items) => {
                self.out.push(mark::SEQUENCE);
                self.place(node.span, node.span.start);
                self.number(items.len());
                items.iter().try_for_each(|item| self.node(item))?;
            }
            Value::Mapping(entries) => {
                self.out.push(mark::MAPPING);
                self.place(node.span, node.span.start);
                self.number(entries.len());
                for entry in entries {
                    self.scalar(&entry.key, true, entry.key_span);
                    self.node(&entry.value)?;
                }
            }
        }
        (self.out.len() <= self.limit).then_some(())
    }

    fn scalar(&mut self, text: &str, plain: bool, span: Span) {
        let (start, end) = (span.start as usize, span.end() as usize);
        let stands = |from: usize, to: usize| self.text.get(from..to) == Some(text);
        // Where a text stands in the file is only looked for where the reader took it from there.
        let offset = (text.as_ptr() as usize).checked_sub(self.text.as_ptr() as usize);
        let form = if stands(start, end) {
            (mark::WHOLE, 0)
        } else if stands(start + 1, end.saturating_sub(1)) {
            (mark::QUOTED, 0)
        } else {
            match offset.filter(|at| *at >= start && stands(*at, at.saturating_add(text.len()))) {
                Some(at) => (mark::WITHIN, at - start),
                None => (mark::OWN, 0),
            }
        };
        let (form, distance) = form;
        self.out.push(mark::SCALAR + form + if plain { mark::PLAIN } else { 0 });
        self.place(span, span.end());
        match form {
            mark::WITHIN => {
                self.number(distance);
                self.number(text.len());
            }
            mark::OWN => {
                self.number(text.len());
                self.out.extend(text.as_bytes());
            }
            _ => {}
        }
    }
}

/// The documents of a text by their shape; none where the shape is not one of this text.
pub fn read<'a>(shape: &[u8], text: &'a str, file: FileId) -> Option<Vec<Node<'a>>> {
    let mut reader = Reader { shape, text, file, at: 0 };
    let count = reader.count()?;
    let mut documents = Vec::with_capacity(count);
    for _ in 0..count {
        documents.push(reader.node(0)?);
    }
    reader.shape.is_empty().then_some(documents)
}

struct Reader<'s, 'a> {
    /// What is still to be read.
    shape: &'s [u8],
    text: &'a str,
    file: FileId,
    at: u32,
}

impl<'a> Reader<'_, 'a> {
    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.shape.split_first()?;
        self.shape = rest;
        Some(*first)
    }

    fn number(&mut self) -> Option<usize> {
        let mut number = 0_usize;
        for shift in (0..63).step_by(7) {
            let byte = self.byte()?;
            number |= usize::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(number);
            }
        }
        None
    }

    /// How many follow; each takes a byte at least.
    fn count(&mut self) -> Option<usize> {
        self.number().filter(|count| *count <= self.shape.len())
    }

    fn place(&mut self) -> Option<Span> {
        let coded = self.number()?;
        let distance = (coded >> 1) as i64 ^ -((coded & 1) as i64);
        let start = u32::try_from(i64::from(self.at).checked_add(distance)?).ok()?;
        let len = u32::try_from(self.number()?).ok()?;
        let end = start.checked_add(len)? as usize;
        (end <= self.text.len()).then_some(Span { file: self.file, start, len })
    }

    fn node(&mut self, depth: usize) -> Option<Node<'a>> {
        if depth > MAX_DEPTH {
            return None;
        }
        let mark = self.byte()?;
        let span = self.place()?;
        self.at = span.start;
        let value = match mark {
            mark::NULL => {
                self.at = span.end();
                Value::Null
            }
            mark::SEQUENCE => {
                let count = self.count()?;
                let mut items = Vec::with_capacity(count);
                for _ in 0..count {
                    items.push(self.node(depth + 1)?);
                }
                Value::Sequence(items)
            }
            mark::MAPPING => {
                let count = self.count()?;
                let mut entries = Vec::with_capacity(count);
                for _ in 0..count {
                    let mark = self.byte()?;
                    let key_span = self.place()?;
                    let (key, _) = self.scalar(mark, key_span)?;
                    entries.push(Entry { key, key_span, value: self.node(depth + 1)? });
                }
                Value::Mapping(entries)
            }
            mark => {
                let (text, plain) = self.scalar(mark, span)?;
                Value::Scalar { text, plain }
            }
        };
        Some(Node { span, value })
    }

    fn scalar(&mut self, mark: u8, span: Span) -> Option<(Cow<'a, str>, bool)> {
        let form = mark.checked_sub(mark::SCALAR)?;
        let (form, plain) = match form.checked_sub(mark::PLAIN) {
            Some(form) => (form, true),
            None => (form, false),
        };
        self.at = span.end();
        let (start, end) = (span.start as usize, span.end() as usize);
        let text = match form {
            mark::WHOLE => Cow::Borrowed(self.text.get(start..end)?),
            mark::QUOTED => Cow::Borrowed(self.text.get(start + 1..end.checked_sub(1)?)?),
            mark::WITHIN => {
                let from = start.checked_add(self.number()?)?;
                Cow::Borrowed(self.text.get(from..from.checked_add(self.number()?)?)?)
            }
            mark::OWN => {
                let len = self.number()?;
                let (own, rest) = self.shape.split_at_checked(len)?;
                self.shape = rest;
                Cow::Owned(std::str::from_utf8(own).ok()?.to_owned())
            }
            _ => return None,
        };
        Some((text, plain))
    }
}
