//! From nodes to manifest types: every fault of a document is reported, not only the first.
//!
//! [`Decode`] is what a type must do to stand in a manifest: read itself from a node and describe itself as JSON Schema.
//! The [`record!`](crate::record) macro makes a mapping with named fields, [`choice!`](crate::choice) a set of words.

use schemars::{Schema, SchemaGenerator, json_schema};

use super::node::{Entry, Node, Value};
use super::scalar::Text;
use crate::diagnostic::{Finding, Span, Subject, suggest};

pub use super::fields::{Common, FieldName, Fields};

/// A type that can stand in a manifest.
pub trait Decode: Sized {
    /// Reads the value; reports what is wrong and answers `None` when nothing useful is left.
    fn decode(node: &Node<'_>, cx: &mut Decoder) -> Option<Self>;

    /// The value when the key is not there; `None` makes the key required.
    fn absent() -> Option<Self> {
        None
    }

    /// The JSON Schema of the value.
    fn schema(generator: &mut SchemaGenerator) -> Schema;
}

/// Where a decoder stands and what it found.
#[derive(Debug)]
pub struct Decoder {
    subject: Subject,
    /// How many mappings and lists are open.
    pub(super) depth: usize,
    /// What was wrong, in the order of the document; at most [`MAX_FINDINGS`].
    pub findings: Vec<Finding>,
    /// How many more there were: a document with so many has one cause for most of them.
    pub unlisted: usize,
}

/// Findings listed for one document.
pub const MAX_FINDINGS: usize = 100;

impl Decoder {
    /// A decoder for the manifest `subject`.
    pub fn new(subject: Subject) -> Self {
        Self { subject, depth: 0, findings: Vec::new(), unlisted: 0 }
    }

    /// Reports what `finding` says about the place being read, unless enough is listed already.
    fn report(&mut self, finding: impl FnOnce(Subject) -> Finding) {
        if self.findings.len() < MAX_FINDINGS {
            let finding = finding(self.subject.clone());
            self.findings.push(finding);
        } else {
            self.unlisted += 1;
        }
    }

    /// Reports a value that its field cannot hold.
    pub fn invalid(&mut self, span: Span, message: impl Into<String>, help: Option<String>) {
        self.report(|subject| invalid(span, subject, &message.into(), help));
    }

    /// Reports a word that is not in a closed set.
    pub fn not_a_word(&mut self, span: Span, text: &str, words: &[&'static str]) {
        self.report(|subject| {
            let help = suggest::did_you_mean(text, words.iter().copied());
            let finding =
                invalid(span, subject, &format!("`{}` is not one of {}", abridge(text), words.join(", ")), help);
            match suggest::nearest(text, words.iter().copied())[..] {
                [only] => finding.fix(span, only),
                _ => finding,
            }
        });
    }

    /// Reports a key that is no field.
    pub(super) fn unknown_field(&mut self, entry: &Entry<'_>, known: &[&str]) {
        self.report(|subject| {
            let names = || known.iter().copied();
            let help = suggest::did_you_mean(&entry.key, names()).map_or_else(
                || format!("known here: {}; keys of your own begin with `x-`", known.join(", ")),
                |question| format!("{question} Keys of your own begin with `x-`"),
            );
            let message = format!("unknown field `{}`", abridge(&entry.key));
            let finding = Finding::new(entry.key_span, subject, message).rule("unknown-field").help(help);
            match suggest::nearest(&entry.key, names())[..] {
                [only] => finding.fix(entry.key_span, only),
                _ => finding,
            }
        });
    }

    /// Reports a value of the wrong shape.
    pub fn unexpected(&mut self, node: &Node<'_>, expected: &str) {
        self.unexpected_but(node, expected, None);
    }

    /// The same, with what to do about a value that is not blank.
    fn unexpected_but(&mut self, node: &Node<'_>, expected: &str, help: Option<String>) {
        let help = match &node.value {
            Value::Null => Some("give it a value, or delete the line".to_owned()),
            _ => help,
        };
        let found = match &node.value {
            Value::Scalar { text, .. } => format!("`{}`", abridge(text)),
            _ => node.describe().to_owned(),
        };
        self.invalid(node.span, format!("expected {expected}, found {found}"), help);
    }

    /// Runs `read` one step deeper. Its findings get `part` in front of their places on the way out, so that a manifest
    /// without faults spells out no places.
    pub fn within<T>(&mut self, part: impl FnOnce() -> String, read: impl FnOnce(&mut Self) -> T) -> T {
        let before = self.findings.len();
        self.depth += 1;
        let value = read(self);
        self.depth -= 1;
        if let Some(found @ [_, ..]) = self.findings.get_mut(before..) {
            let part = part();
            for Finding { subject: Subject { path, .. }, .. } in found {
                path.insert_str(0, if path.is_empty() { "" } else { "/" });
                path.insert_str(0, &part);
            }
        }
        value
    }

    /// Opens the mapping of a record: its type's name, and its fields as the type has them. Anything else is reported.
    pub fn mapping<'n, 'a>(
        &mut self,
        node: &'n Node<'a>,
        record: &str,
        own: &'static [FieldName],
    ) -> Option<Fields<'n, 'a>> {
        if let Value::Mapping(entries) = &node.value {
            return Some(Fields::new(node.span, entries, own));
        }
        let help = own.first().map(|key| format!("write its fields by name, such as `{{{}: …}}`", key.text));
        self.unexpected_but(node, &format!("a mapping ({})", words(record)), help);
        None
    }
}

fn invalid(span: Span, subject: Subject, message: &str, help: Option<String>) -> Finding {
    let clean = |text: &str| text.replace(char::is_control, " ");
    let mut finding = Finding::new(span, subject, clean(message)).rule("invalid-value");
    finding.help = help.map(|help| clean(&help));
    finding
}

/// Shortens a text for a message.
pub fn abridge(text: &str) -> String {
    let mut chars = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    let mut short: String = chars.by_ref().take(60).collect();
    if chars.next().is_some() {
        short.push('…');
    }
    short
}

/// A mapping from text to text, in the order of the file.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Pairs(pub Vec<(Text, Text)>);

impl Decode for Pairs {
    fn decode(node: &Node<'_>, cx: &mut Decoder) -> Option<Self> {
        Map::<Text>::decode(node, cx).map(|map| Self(map.0))
    }

    fn absent() -> Option<Self> {
        Some(Self::default())
    }

    fn schema(generator: &mut SchemaGenerator) -> Schema {
        Map::<Text>::schema(generator)
    }
}

/// A mapping whose keys the manifest chooses, in the order of the file.
#[derive(Debug, Clone, PartialEq)]
pub struct Map<T>(pub Vec<(Text, T)>);

impl<T> Default for Map<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Map<T> {
    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&T> {
        self.entry(key).map(|(_, value)| value)
    }

    /// A key with its place, and its value.
    pub fn entry(&self, key: &str) -> Option<&(Text, T)> {
        self.0.iter().find(|(name, _)| &**name == key)
    }

    /// Every key and value.
    pub fn iter(&self) -> impl Iterator<Item = &(Text, T)> {
        self.0.iter()
    }
}

impl<T: Decode> Decode for Map<T> {
    fn decode(node: &Node<'_>, cx: &mut Decoder) -> Option<Self> {
        let entries = match &node.value {
            Value::Null => return Some(Self::default()),
            Value::Mapping(entries) => entries,
            _ => {
                cx.unexpected(node, "a mapping");
                return None;
            }
        };
        let read = entries.iter().filter_map(|entry| {
            let value = cx.within(|| abridge(&entry.key), |cx| T::decode(&entry.value, cx))?;
            Some((Text::new(&entry.key, entry.key_span), value))
        });
        Some(Self(read.collect()))
    }

    fn absent() -> Option<Self> {
        Some(Self::default())
    }

    fn schema(generator: &mut SchemaGenerator) -> Schema {
        let value = T::schema(generator);
        json_schema!({"type": ["object", "null"], "additionalProperties": value})
    }
}

impl<T: Decode> Decode for Option<T> {
    fn decode(node: &Node<'_>, cx: &mut Decoder) -> Option<Self> {
        T::decode(node, cx).map(Some)
    }

    fn absent() -> Option<Self> {
        Some(None)
    }

    fn schema(generator: &mut SchemaGenerator) -> Schema {
        T::schema(generator)
    }
}

impl<T: Decode> Decode for Box<T> {
    fn decode(node: &Node<'_>, cx: &mut Decoder) -> Option<Self> {
        T::decode(node, cx).map(Box::new)
    }

    fn absent() -> Option<Self> {
        T::absent().map(Box::new)
    }

    fn schema(generator: &mut SchemaGenerator) -> Schema {
        T::schema(generator)
    }
}

impl<T: Decode> Decode for Vec<T> {
    fn decode(node: &Node<'_>, cx: &mut Decoder) -> Option<Self> {
        match &node.value {
            Value::Null => Some(Self::new()),
            Value::Sequence(items) => Some(decode_items(items, cx)),
            _ => {
                cx.unexpected(node, "a list");
                None
            }
        }
    }

    fn absent() -> Option<Self> {
        Some(Self::new())
    }

    fn schema(generator: &mut SchemaGenerator) -> Schema {
        let item = T::schema(generator);
        json_schema!({"type": ["array", "null"], "items": item})
    }
}

/// The items of a list; each is named in the place by its `id`, else by its number from 1.
fn decode_items<T: Decode>(items: &[Node<'_>], cx: &mut Decoder) -> Vec<T> {
    let mut read = Vec::with_capacity(items.len());
    for (index, item) in items.iter().enumerate() {
        let part = || item.get("id").and_then(Node::text).map_or_else(|| (index + 1).to_string(), abridge);
        read.extend(cx.within(part, |cx| T::decode(item, cx)));
    }
    read
}

/// One value or a list of them.
#[derive(Debug, Clone, PartialEq)]
pub struct OneOrMany<T>(pub Vec<T>);

impl<T> Default for OneOrMany<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> std::ops::Deref for OneOrMany<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<T: Decode> Decode for OneOrMany<T> {
    fn decode(node: &Node<'_>, cx: &mut Decoder) -> Option<Self> {
        match &node.value {
            Value::Null | Value::Sequence(_) => Vec::decode(node, cx).map(Self),
            _ => T::decode(node, cx).map(|value| Self(vec![value])),
        }
    }

    fn absent() -> Option<Self> {
        Some(Self::default())
    }

    fn schema(generator: &mut SchemaGenerator) -> Schema {
        let item = T::schema(generator);
        json_schema!({"anyOf": [item, {"type": ["array", "null"], "items": item}]})
    }
}

/// A mapping with named fields: the struct, how it is read, and its JSON Schema. Every record has its `span`, and in
/// `common` what any mapping may say.
#[macro_export]
macro_rules! record {
    ($(#[doc = $doc:literal])* pub struct $name:ident {
        $($(#[doc = $field_doc:literal])* pub $field:ident: $ty:ty,)*
    }) => {
        $(#[doc = $doc])*
        #[derive(Debug, Clone, PartialEq)]
        pub struct $name {
            $($(#[doc = $field_doc])* pub $field: $ty,)*
            /// What any mapping may say: name, description, owner, labels, links, `x-` keys.
            pub common: $crate::model::decode::Common,
            /// The whole mapping.
            pub span: $crate::diagnostic::Span,
        }

        impl $crate::model::decode::Decode for $name {
            fn decode(
                node: &$crate::model::node::Node<'_>,
                cx: &mut $crate::model::decode::Decoder,
            ) -> Option<Self> {
                use $crate::model::decode::FieldName;
                let own = const { &[$(FieldName::new(stringify!($field))),*] };
                let mut fields = cx.mapping(node, stringify!($name), own)?;
                $(let $field = fields.field::<$ty>(const { FieldName::new(stringify!($field)) }, cx);)*
                let common = fields.finish(cx);
                Some(Self { $($field: $field?,)* common, span: node.span })
            }

            fn schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
                generator.subschema_for::<Self>()
            }
        }

        impl $crate::model::told::Tell for $name {
            fn told(&self) -> $crate::model::told::Told<'_> {
                let mut record = $crate::model::told::Record::new(stringify!($name), self.span);
                $(record.add($crate::model::decode::plain(stringify!($field)), $crate::model::told::Tell::told(&self.$field));)*
                record.common(&self.common);
                $crate::model::told::Told::Record(record)
            }
        }

        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                $crate::model::schema::definition_name(module_path!(), stringify!($name)).into()
            }

            fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
                let title = $crate::model::decode::words(stringify!($name));
                let mut record = $crate::model::schema::RecordSchema::new(&title, concat!("", $($doc,)*));
                $(
                    let schema = <$ty as $crate::model::decode::Decode>::schema(generator);
                    let required = <$ty as $crate::model::decode::Decode>::absent().is_none();
                    let name = $crate::model::decode::plain(stringify!($field));
                    record.property(name, concat!("", $($field_doc,)*), schema, required);
                )*
                record.finish(generator)
            }
        }
    };
}

/// A closed set of words.
#[macro_export]
macro_rules! choice {
    ($(#[doc = $doc:literal])* pub enum $name:ident {
        $($(#[doc = $variant_doc:literal])* $variant:ident = $word:literal,)*
    }) => {
        $(#[doc = $doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $($(#[doc = $variant_doc])* $variant,)*
        }

        impl $name {
            /// Every word, in the order of declaration.
            pub const WORDS: &'static [&'static str] = &[$($word,)*];

            /// The word as manifests write it.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)*
                }
            }

            /// The value of a word.
            pub fn from_word(word: &str) -> Option<Self> {
                match word {
                    $($word => Some(Self::$variant),)*
                    _ => None,
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl $crate::model::told::Tell for $name {
            fn told(&self) -> $crate::model::told::Told<'_> {
                $crate::model::told::Told::choice(self.as_str())
            }
        }

        impl $crate::model::decode::Decode for $name {
            fn decode(
                node: &$crate::model::node::Node<'_>,
                cx: &mut $crate::model::decode::Decoder,
            ) -> Option<Self> {
                match node.text() {
                    Some(text) => Self::from_word(text).or_else(|| {
                        cx.not_a_word(node.span, text, Self::WORDS);
                        None
                    }),
                    None => {
                        cx.unexpected(node, &format!("one of {}", Self::WORDS.join(", ")));
                        None
                    }
                }
            }

            fn schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                let docs = [$(($word, concat!("", $($variant_doc,)*)),)*];
                $crate::model::schema::choice_schema(&docs)
            }
        }
    };
}

/// The name of a field without the `r#` of Rust's keywords.
pub const fn plain(name: &'static str) -> &'static str {
    if let [b'r', b'#', ..] = name.as_bytes() { name.split_at(2).1 } else { name }
}

/// `GateTemplate` → `gate template`.
pub fn words(name: &str) -> String {
    let mut words = String::new();
    for c in name.chars() {
        if c.is_uppercase() && !words.is_empty() {
            words.push(' ');
        }
        words.extend(c.to_lowercase());
    }
    words
}
