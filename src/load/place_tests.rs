//! Places are exact: documents are written piece by piece, noting where each piece lands, and read back.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use proptest::prelude::*;

use super::yaml;
use crate::diagnostic::{FileId, Span};
use crate::model::node::{Node, Value};

/// A value to be written, and how.
#[derive(Debug, Clone)]
enum Tree {
    /// One of [`SCALARS`].
    Scalar(usize),
    /// Lines of a block scalar; a scalar where that cannot stand.
    Block(bool, Vec<usize>),
    List(bool, Vec<Tree>),
    Map(bool, Vec<(usize, Tree)>),
}

/// As written, and as read.
const SCALARS: [(&str, &str); 16] = [
    ("alpha", "alpha"),
    ("1.10", "1.10"),
    ("no", "no"),
    ("2026-12-05T22:00", "2026-12-05T22:00"),
    ("é🚀", "é🚀"),
    ("two words", "two words"),
    ("x#y:z", "x#y:z"),
    ("-1d", "-1d"),
    ("build + 2d", "build + 2d"),
    ("'it''s'", "it's"),
    ("''", ""),
    ("\"\"", ""),
    ("\"a\\tb \\u00e9 \\\"\"", "a\tb é \""),
    ("\">= 0.9, <1\"", ">= 0.9, <1"),
    ("\"# no comment\"", "# no comment"),
    ("'null'", "null"),
];

const WORDS: [&str; 4] = ["one", "two: three", "# four", "\"five\""];

/// A place and what should be read there; collections have no text.
#[derive(Debug, Clone, PartialEq)]
struct Piece {
    start: usize,
    end: usize,
    text: Option<String>,
}

struct Writer {
    out: String,
    line_end: &'static str,
    pieces: Vec<Piece>,
}

impl Writer {
    fn piece(&mut self, written: &str, read: &str) {
        let start = self.out.len();
        self.out.push_str(written);
        self.pieces.push(Piece { start, end: self.out.len(), text: Some(read.to_owned()) });
    }

    fn key(&mut self, number: usize, style: usize) {
        let name = format!("k{number}é");
        match style % 3 {
            0 => self.piece(&name, &name),
            1 => self.piece(&format!("'{name}'"), &name),
            _ => self.piece(&format!("\"{name}\""), &name),
        }
        self.out.push(':');
    }

    fn line(&mut self, indent: usize) {
        self.out.push_str(self.line_end);
        self.out.push_str(&" ".repeat(indent));
    }

    /// Writes a collection around `children`, which answers where it ends.
    fn collection(&mut self, children: impl FnOnce(&mut Self)) {
        let place = self.pieces.len();
        self.pieces.push(Piece { start: self.out.len(), end: 0, text: None });
        children(self);
        self.pieces[place].end = self.pieces[place..].iter().map(|piece| piece.end).max().unwrap();
        if self.out.ends_with([']', '}']) && !self.pieces[place + 1..].iter().any(|piece| piece.end == self.out.len()) {
            self.pieces[place].end = self.out.len();
        }
    }

    fn flow(&mut self, tree: &Tree) {
        match tree {
            Tree::Scalar(which) => {
                // `,` and brackets end a plain scalar here, but none of them has any.
                let (written, read) = SCALARS[which % SCALARS.len()];
                self.piece(written, read);
            }
            Tree::Block(..) => self.piece("block", "block"),
            Tree::List(_, items) => self.collection(|writer| {
                writer.out.push('[');
                for (index, item) in items.iter().enumerate() {
                    writer.out.push_str(if index == 0 { "" } else { ", " });
                    writer.flow(item);
                }
                writer.out.push(']');
            }),
            Tree::Map(_, entries) => self.collection(|writer| {
                writer.out.push('{');
                for (index, (style, value)) in entries.iter().enumerate() {
                    writer.out.push_str(if index == 0 { "" } else { " , " });
                    writer.key(index, *style);
                    writer.out.push(' ');
                    writer.flow(value);
                }
                writer.out.push('}');
            }),
        }
    }

    /// Writes a value at the start of a line's content, `indent` being the column.
    fn block(&mut self, tree: &Tree, indent: usize) {
        match tree {
            Tree::List(false, items) if !items.is_empty() => self.collection(|writer| {
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        writer.line(indent);
                    }
                    writer.out.push_str("- ");
                    writer.block(item, indent + 2);
                }
            }),
            Tree::Map(false, entries) if !entries.is_empty() => self.collection(|writer| {
                for (index, (style, value)) in entries.iter().enumerate() {
                    if index > 0 {
                        writer.line(indent);
                    }
                    writer.key(index, *style);
                    let nested = match value {
                        Tree::List(flow, inner) => !flow && !inner.is_empty(),
                        Tree::Map(flow, inner) => !flow && !inner.is_empty(),
                        _ => false,
                    };
                    if nested {
                        writer.out.push_str(if style % 2 == 0 { " # note" } else { "" });
                        writer.line(indent + 1 + style % 3);
                        writer.block(value, indent + 1 + style % 3);
                    } else {
                        writer.out.push(' ');
                        writer.block(value, indent);
                        if matches!(value, Tree::Scalar(_)) && style % 4 == 0 {
                            writer.out.push_str("  # note");
                        }
                    }
                }
            }),
            Tree::Block(folded, lines) => {
                self.out.push_str(if *folded { ">" } else { "|" });
                let words: Vec<&str> = lines.iter().map(|which| WORDS[which % WORDS.len()]).collect();
                self.line(indent + 2);
                let between = format!("{}{}", self.line_end, " ".repeat(indent + 2));
                let read = words.join(if *folded { " " } else { "\n" }) + "\n";
                self.piece(&words.join(&between), &read);
            }
            other => self.flow(other),
        }
    }
}

/// The pieces of what was read, in the order of writing.
fn pieces(node: &Node<'_>, found: &mut Vec<Piece>) {
    let piece = |span: Span, text: Option<&str>| Piece {
        start: span.start as usize,
        end: span.end() as usize,
        text: text.map(str::to_owned),
    };
    found.push(piece(node.span, node.text()));
    match &node.value {
        Value::Sequence(items) => items.iter().for_each(|item| pieces(item, found)),
        Value::Mapping(entries) => {
            for entry in entries {
                found.push(piece(entry.key_span, Some(&entry.key)));
                pieces(&entry.value, found);
            }
        }
        _ => {}
    }
}

fn trees() -> impl Strategy<Value = Tree> {
    let leaf = prop_oneof![
        4 => any::<prop::sample::Index>().prop_map(|which| Tree::Scalar(which.index(SCALARS.len()))),
        1 => (any::<bool>(), prop::collection::vec(0..WORDS.len(), 1..4)).prop_map(|(folded, lines)| Tree::Block(folded, lines)),
    ];
    leaf.prop_recursive(5, 40, 5, |inner| {
        prop_oneof![
            (any::<bool>(), prop::collection::vec(inner.clone(), 0..5))
                .prop_map(|(flow, items)| Tree::List(flow, items)),
            (any::<bool>(), prop::collection::vec((0..12_usize, inner), 0..5))
                .prop_map(|(flow, entries)| Tree::Map(flow, entries)),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn every_place_is_where_it_was_written(
        documents in prop::collection::vec(trees(), 1..4),
        mark in any::<bool>(),
        windows in any::<bool>(),
    ) {
        let line_end = if windows { "\r\n" } else { "\n" };
        let mut writer = Writer { out: String::new(), line_end, pieces: Vec::new() };
        if mark {
            writer.out.push('\u{feff}');
        }
        for tree in &documents {
            writer.out.push_str("---");
            writer.line(0);
            writer.block(tree, 0);
            writer.line(0);
        }
        let parsed = yaml::parse(&writer.out, FileId(0), "a.yaml");
        prop_assert_eq!(&parsed.findings, &[], "{}", &writer.out);
        let mut found = Vec::new();
        parsed.documents.iter().for_each(|document| pieces(document, &mut found));
        prop_assert_eq!(found, writer.pieces, "{}", &writer.out);
    }
}
