//! Any view as JSON.

use serde::Serialize;

/// The view, indented, with a final newline.
pub fn render<V: Serialize>(view: &V) -> String {
    // Plain structs of text and numbers: there is nothing that could fail to serialise.
    let mut text = serde_json::to_string_pretty(view).unwrap_or_default();
    text.push('\n');
    text
}
