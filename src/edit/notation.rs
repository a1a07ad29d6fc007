//! Values as YAML text.

use std::borrow::Cow;
use std::fmt::Write as _;

use super::change::Value;

/// A value on one line, with brackets around lists and mappings; `inside` tells whether it stands between brackets itself.
pub(super) fn inline(value: &Value, inside: bool) -> Cow<'_, str> {
    match value {
        Value::Text(text) => scalar(text, inside),
        Value::List(items) => {
            let items: Vec<_> = items.iter().map(|item| inline(item, true)).collect();
            format!("[{}]", items.join(", ")).into()
        }
        Value::Mapping(fields) => {
            let fields: Vec<_> = fields.iter().map(|(key, value)| field(key, value, true)).collect();
            format!("{{{}}}", fields.join(", ")).into()
        }
    }
}

/// A key and its value on one line.
pub(super) fn field(key: &str, value: &Value, inside: bool) -> String {
    format!("{}: {}", scalar(key, true), inline(value, inside))
}

/// A text so that it reads back as itself; quoted only where it must be.
fn scalar(text: &str, inside: bool) -> Cow<'_, str> {
    if is_plain(text, inside) {
        return text.into();
    }
    let escapes = text.contains(['"', '\\']) && !text.contains('\'') && !text.contains(must_be_escaped);
    if escapes { format!("'{text}'").into() } else { double_quoted(text).into() }
}

fn is_plain(text: &str, inside: bool) -> bool {
    let mut chars = text.chars();
    let Some(first) = chars.next() else { return false };
    let starts_well = match first {
        '-' => chars.next().is_some_and(|c| !(c.is_whitespace() || inside && ",[]{}".contains(c))),
        _ => !",[]{}#&*!|>'\"%@`?:".contains(first),
    };
    starts_well
        && !matches!(text, "~" | "null" | "Null" | "NULL" | "<<")
        && !text.starts_with("---")
        && !text.starts_with("...")
        && text.trim() == text
        && !text.ends_with(':')
        && !text.contains(": ")
        && !text.contains(" #")
        && !text.contains(must_be_escaped)
        && !(inside && text.contains([',', '[', ']', '{', '}']))
}

fn double_quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out += "\\n",
            '\t' => out += "\\t",
            '\r' => out += "\\r",
            _ if must_be_escaped(c) => {
                let _ = write!(out, "\\u{:04x}", c as u32);
            }
            _ => out.push(c),
        }
    }
    out + "\""
}

/// What YAML does not allow in a text as it is, or what nobody would see in a review: control characters, other line breaks,
/// byte order marks, and marks that turn the direction of what follows.
fn must_be_escaped(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{feff}' | '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{fffe}' | '\u{ffff}')
}
