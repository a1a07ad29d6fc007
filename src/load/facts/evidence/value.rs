//! A single value of a JSON or CSV file, by its path.
//!
//! JSON: a path that begins with `/` is a JSON pointer (RFC 6901); any other has keys, and positions of lists from 0, with
//! dots between. CSV: `COLUMN` is the column's value in the last row; `COLUMN[KEY=VALUE]` that of the last row whose column
//! KEY holds VALUE. The first row names the columns; what separates them is the one of `,`, `;` and tab that the first row has
//! most of.

use serde_json::Value;

use super::Parsed;
use super::xml::shortened;
use crate::model::facts::{Content, Fault};

/// Keys that a message names.
const NAMED: usize = 6;

/// Reads a value of a JSON file.
pub(super) fn json(text: &str, path: &str) -> Result<Parsed, Fault> {
    let whole: Value = serde_json::from_str(text).map_err(|error| not_json(&error))?;
    let value = match at(&whole, path)? {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Bool(truth) => truth.to_string(),
        other => return Err(Fault::new(format!("`{}` is {}, not a single value", shortened(path), described(other)))),
    };
    Ok(Parsed { made_at: None, content: Content::Value(shortened(&value)) })
}

/// What is wrong with a text that is not JSON.
pub(super) fn not_json(error: &serde_json::Error) -> Fault {
    let text = error.to_string();
    let why = text.split(" at line ").next().unwrap_or_default();
    let message = format!("the JSON is broken: {}", shortened(why));
    if error.line() == 0 { Fault::new(message) } else { Fault::at(error.line(), message) }
}

fn at<'v>(whole: &'v Value, path: &str) -> Result<&'v Value, Fault> {
    let is_pointer = path.starts_with('/');
    let parts: Vec<String> = if is_pointer {
        path[1..].split('/').map(|part| part.replace("~1", "/").replace("~0", "~")).collect()
    } else {
        path.split('.').map(str::to_owned).collect()
    };
    let mut value = whole;
    for part in parts {
        let next = match value {
            Value::Object(fields) => fields.get(&part),
            // As RFC 6901 has it: no sign, no leading zero.
            Value::Array(items) if part == "0" || !part.starts_with(['0', '+']) => {
                part.parse::<usize>().ok().and_then(|index| items.get(index))
            }
            _ => None,
        };
        value = next.ok_or_else(|| missing(&part, path, value))?;
    }
    Ok(value)
}

fn missing(part: &str, path: &str, value: &Value) -> Fault {
    let known = match value {
        Value::Object(fields) if !fields.is_empty() => {
            let more = fields.len().saturating_sub(NAMED);
            let named: Vec<String> = fields.keys().take(NAMED).map(|key| format!("`{}`", shortened(key))).collect();
            let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
            format!("there are {}{rest}", named.join(", "))
        }
        Value::Array(items) => format!("the list has {}", items.len()),
        other => format!("what is there is {}", described(other)),
    };
    Fault::new(format!("it has no `{}` on the way to `{}`; {known}", shortened(part), shortened(path)))
}

fn described(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "a mapping",
    }
}

/// Reads a value of a CSV file.
pub(super) fn csv(text: &str, path: &str) -> Result<Parsed, Fault> {
    let (column, condition) = split(path)?;
    let mut reader = ::csv::ReaderBuilder::new().delimiter(delimiter(text)).from_reader(text.as_bytes());
    let broken = |error: &::csv::Error| {
        let line = error.position().map(|position| position.line() as usize);
        let message = match error.kind() {
            ::csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
                format!("a row has {len} fields, the head has {expected_len}")
            }
            _ => "the CSV is broken".to_owned(),
        };
        line.map_or_else(|| Fault::new(message.clone()), |line| Fault::at(line, message.clone()))
    };
    let head = reader.headers().map_err(|error| broken(&error))?.clone();
    let index = |name: &str| {
        let found = head.iter().position(|column| column.trim() == name);
        found.ok_or_else(|| {
            let known: Vec<String> = head.iter().take(NAMED).map(|name| format!("`{}`", shortened(name))).collect();
            Fault::at(1, format!("it has no column `{}`; there are {}", shortened(name), known.join(", ")))
        })
    };
    let column = index(column)?;
    let condition = condition.map(|(key, value)| index(key).map(|key| (key, value))).transpose()?;
    let mut found = None;
    let mut record = ::csv::StringRecord::new();
    while reader.read_record(&mut record).map_err(|error| broken(&error))? {
        let field = |index: usize| record.get(index).unwrap_or_default().trim();
        if condition.is_none_or(|(key, value)| field(key) == value) {
            found = Some(shortened(field(column)));
        }
    }
    let value = found.ok_or_else(|| match condition {
        Some(_) => Fault::new(format!("no row answers to `{}`", shortened(path))),
        None => Fault::new("it has no row below its head"),
    })?;
    Ok(Parsed { made_at: None, content: Content::Value(value) })
}

/// A path into CSV: the column, and the key and value to look for.
type CsvPath<'p> = (&'p str, Option<(&'p str, &'p str)>);

fn split(path: &str) -> Result<CsvPath<'_>, Fault> {
    let Some(open) = path.strip_suffix(']') else { return Ok((path.trim(), None)) };
    let parts = open.split_once('[').and_then(|(column, condition)| {
        let (key, value) = condition.split_once('=')?;
        Some((column.trim(), Some((key.trim(), value.trim()))))
    });
    parts.ok_or_else(|| {
        Fault::new(format!("the path `{}` is not understood; write `COLUMN` or `COLUMN[KEY=VALUE]`", shortened(path)))
    })
}

fn delimiter(text: &str) -> u8 {
    let head = text.lines().next().unwrap_or_default();
    let count = |byte: u8| head.bytes().filter(|found| *found == byte).count();
    let mut best = b',';
    for other in *b";\t" {
        if count(other) > count(best) {
            best = other;
        }
    }
    best
}
