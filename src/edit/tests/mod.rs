#![allow(clippy::unwrap_used, clippy::expect_used, clippy::format_collect, clippy::format_push_string)]

mod examples;
mod layouts;
mod properties;
mod refusals;

use super::*;
use crate::model::Kind;

fn environment() -> Document {
    Document::named(Kind::Environment, "e")
}

/// The document `e` of a text that begins with its `kind` and `id`.
fn append(text: &str, path: &[&str], item: Value) -> Result<String, EditError> {
    apply(text, &[Edit::append(environment(), path.iter().copied(), item)])
}

fn set(text: &str, path: &[&str], value: &str) -> Result<String, EditError> {
    apply(text, &[Edit::set(environment(), path.iter().copied(), value)])
}
