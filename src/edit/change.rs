//! What can be asked for.

use crate::model::Kind;

/// A document of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    pub(super) kind: Kind,
    pub(super) id: Option<String>,
    pub(super) number: Option<usize>,
}

impl Document {
    /// The manifest of this kind and id.
    pub fn named(kind: Kind, id: impl Into<String>) -> Self {
        Self { kind, id: Some(id.into()), number: None }
    }

    /// The document of a kind that has no id: the portfolio's settings or a log; the last one when the file has several.
    pub fn last(kind: Kind) -> Self {
        Self { kind, id: None, number: None }
    }

    /// The document of a kind at this place among all documents with content of the file, from 0.
    pub fn numbered(kind: Kind, number: usize) -> Self {
        Self { kind, id: None, number: Some(number) }
    }
}

/// One step down from a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// A key of a mapping; in a list the item with this `id`, or the item that is this text.
    Name(String),
    /// An item of a list, from 0.
    Index(usize),
}

impl From<&str> for Step {
    fn from(name: &str) -> Self {
        Self::Name(name.to_owned())
    }
}

impl From<String> for Step {
    fn from(name: String) -> Self {
        Self::Name(name)
    }
}

impl From<usize> for Step {
    fn from(index: usize) -> Self {
        Self::Index(index)
    }
}

/// What shall stand at a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// A text, number, date or boolean; it is quoted only where it would be read as something else.
    Text(String),
    /// A list.
    List(Vec<Value>),
    /// Keys and values, written in this order.
    Mapping(Vec<(String, Value)>),
}

impl Value {
    /// A mapping with these fields.
    pub fn mapping<K: Into<String>, V: Into<Self>>(fields: impl IntoIterator<Item = (K, V)>) -> Self {
        Self::Mapping(fields.into_iter().map(|(key, value)| (key.into(), value.into())).collect())
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<bool> for Value {
    fn from(truth: bool) -> Self {
        Self::Text(truth.to_string())
    }
}

/// One change to one document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    pub(super) document: Document,
    pub(super) path: Vec<Step>,
    pub(super) change: Change,
}

/// What happens at the place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Change {
    Append(Vec<Value>),
    Set(Value),
}

impl Edit {
    /// Adds an item at the end of a list, written like its neighbours. A list that is blank or absent is begun, with the
    /// mappings that lead to it.
    pub fn append<S: Into<Step>>(document: Document, path: impl IntoIterator<Item = S>, item: Value) -> Self {
        Self::append_all(document, path, vec![item])
    }

    /// Adds items at the end of a list, at the cost of one.
    pub fn append_all<S: Into<Step>>(document: Document, path: impl IntoIterator<Item = S>, items: Vec<Value>) -> Self {
        Self::new(document, path, Change::Append(items))
    }

    /// Replaces a single value, or adds the key when it is absent, with the mappings that lead to it. Lists and mappings are
    /// not replaced.
    pub fn set<S: Into<Step>>(document: Document, path: impl IntoIterator<Item = S>, value: impl Into<Value>) -> Self {
        Self::new(document, path, Change::Set(value.into()))
    }

    fn new<S: Into<Step>>(document: Document, path: impl IntoIterator<Item = S>, change: Change) -> Self {
        Self { document, path: path.into_iter().map(Into::into).collect(), change }
    }

    /// The place as findings name it, such as `phases/uat/progress`.
    pub(super) fn place(&self) -> String {
        place(&self.path)
    }
}

/// Steps as findings name them.
pub(super) fn place(path: &[Step]) -> String {
    let names = path.iter().map(|step| match step {
        Step::Name(name) => name.clone(),
        Step::Index(index) => format!("{}", index + 1),
    });
    names.collect::<Vec<_>>().join("/")
}
