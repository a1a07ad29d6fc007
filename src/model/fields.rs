//! The keys of a mapping while it is read, and what every mapping may say.

use super::decode::{Decode, Decoder, Pairs, plain};
use super::node::Entry;
use super::scalar::{Id, Link, Text};
use crate::diagnostic::Span;

const NAME: FieldName = FieldName::new("name");
const DESCRIPTION: FieldName = FieldName::new("description");
const OWNER: FieldName = FieldName::new("owner");
const LABELS: FieldName = FieldName::new("labels");
const LINKS: FieldName = FieldName::new("links");

/// The fields every mapping may have.
const COMMON: [FieldName; 5] = [NAME, DESCRIPTION, OWNER, LABELS, LINKS];

/// The name of a field, made while the program is compiled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FieldName {
    /// As manifests write it.
    pub text: &'static str,
    mark: u64,
}

impl FieldName {
    /// The name that a field has in Rust, where keywords begin with `r#`.
    pub const fn new(name: &'static str) -> Self {
        let text = plain(name);
        Self { text, mark: mark(text.as_bytes()) }
    }
}

/// The keys of a mapping that is being read.
pub struct Fields<'n, 'a> {
    span: Span,
    entries: &'n [Entry<'a>],
    /// The marks of all keys: most fields are absent, and most of those are known to be by this.
    marks: u64,
    /// The fields of the type itself.
    own: &'static [FieldName],
    /// How many keys were read.
    read: usize,
}

impl<'n, 'a> Fields<'n, 'a> {
    pub(super) fn new(span: Span, entries: &'n [Entry<'a>], own: &'static [FieldName]) -> Self {
        let marks = entries.iter().fold(0, |marks, entry| marks | mark(entry.key.as_bytes()));
        Self { span, entries, marks, own, read: 0 }
    }

    fn take(&mut self, name: FieldName) -> Option<&'n Entry<'a>> {
        if self.marks & name.mark == 0 {
            return None;
        }
        let entry = self.entries.iter().find(|entry| entry.key == name.text)?;
        self.read += 1;
        Some(entry)
    }

    /// Reads the field `field`; when it is absent and required, that is reported.
    pub fn field<T: Decode>(&mut self, field: FieldName, cx: &mut Decoder) -> Option<T> {
        let name = field.text;
        match self.take(field) {
            Some(entry) => cx.within(|| name.to_owned(), |cx| T::decode(&entry.value, cx)).or_else(T::absent),
            None => T::absent().or_else(|| {
                let place = Span { len: 0, ..self.span };
                let place = self.entries.first().map_or(place, |entry| entry.key_span);
                cx.invalid(place, format!("`{name}` is missing"), Some(format!("add `{name}:` here")));
                None
            }),
        }
    }

    /// Reads one of the common fields, unless the type has a field of its own under that name; that one was read already.
    fn common<T: Decode>(&mut self, name: FieldName, cx: &mut Decoder) -> Option<T> {
        if self.own.contains(&name) {
            return None;
        }
        let entry = self.take(name)?;
        cx.within(|| name.text.to_owned(), |cx| T::decode(&entry.value, cx))
    }

    /// Reads the keys that every mapping may have, and reports those that none of the fields is.
    pub fn finish(mut self, cx: &mut Decoder) -> Common {
        if self.read == self.entries.len() {
            return Common::default();
        }
        let mut parts = CommonParts {
            name: self.common(NAME, cx),
            description: self.common(DESCRIPTION, cx),
            owner: self.common(OWNER, cx),
            labels: self.common::<Pairs>(LABELS, cx).unwrap_or_default().0,
            links: self.common(LINKS, cx).unwrap_or_default(),
            extensions: Vec::new(),
        };
        if self.read < self.entries.len() {
            self.others(&mut parts, cx);
        }
        Common(parts.any().then(|| Box::new(parts)))
    }

    /// Keeps the `x-` keys and reports the unknown ones.
    fn others(&self, parts: &mut CommonParts, cx: &mut Decoder) {
        let common = COMMON.iter().filter(|name| !self.own.contains(name));
        let known: Vec<&str> = self.own.iter().chain(common).map(|name| name.text).collect();
        for entry in self.entries {
            // The kind of a document was read before its type was known.
            if entry.key == "kind" && cx.depth == 0 {
                continue;
            }
            if entry.key.starts_with("x-") {
                parts.extensions.push((entry.key.as_ref().into(), entry.value.to_json()));
            } else if !known.contains(&entry.key.as_ref()) {
                cx.unknown_field(entry, &known);
            }
        }
    }
}

/// One of 64 bits, by the length of a key and its first and last letter.
const fn mark(key: &[u8]) -> u64 {
    let [first, .., last] = key else { return 1 };
    1 << ((key.len() * 7 + *first as usize * 3 + *last as usize * 11) % 64)
}

/// What every mapping may say beside its own fields. Empty takes no room.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Common(Option<Box<CommonParts>>);

#[derive(Debug, Clone, Default, PartialEq)]
struct CommonParts {
    name: Option<Text>,
    description: Option<Text>,
    owner: Option<Id>,
    labels: Vec<(Text, Text)>,
    links: Vec<Link>,
    extensions: Vec<(Box<str>, serde_json::Value)>,
}

impl CommonParts {
    fn any(&self) -> bool {
        self.name.is_some()
            || self.description.is_some()
            || self.owner.is_some()
            || !(self.labels.is_empty() && self.links.is_empty() && self.extensions.is_empty())
    }
}

impl Common {
    /// The human name.
    pub fn name(&self) -> Option<&str> {
        self.0.as_ref()?.name.as_deref()
    }

    /// A longer text.
    pub fn description(&self) -> Option<&str> {
        self.0.as_ref()?.description.as_deref()
    }

    /// The person or team that answers for it.
    pub fn owner(&self) -> Option<&Id> {
        self.0.as_ref()?.owner.as_ref()
    }

    /// Labels, in the order of the file.
    pub fn labels(&self) -> &[(Text, Text)] {
        self.0.as_ref().map_or(&[], |parts| &parts.labels)
    }

    /// Links, in the order of the file.
    pub fn links(&self) -> &[Link] {
        self.0.as_ref().map_or(&[], |parts| &parts.links)
    }

    /// The `x-` keys, in the order of the file; scalars are kept as text.
    pub fn extensions(&self) -> &[(Box<str>, serde_json::Value)] {
        self.0.as_ref().map_or(&[], |parts| &parts.extensions)
    }
}
