//! Any view as JSON.

use serde::Serialize;

/// The view, indented, with a final newline.
pub fn render<V: Serialize>(view: &V) -> String {
    // Plain structs of text and numbers: there is nothing that could fail to serialise.
    let mut text = serde_json::to_string_pretty(view).unwrap_or_default();
    text.push('\n');
    text
}

/// The view on one line with a final newline, every object with its keys in the order of their bytes: one content, one text.
pub fn canonical<V: Serialize>(view: &V) -> String {
    let mut value = serde_json::to_value(view).unwrap_or_default();
    value.sort_all_objects();
    let mut text = value.to_string();
    text.push('\n');
    text
}
