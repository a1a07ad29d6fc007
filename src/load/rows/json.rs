//! Objects: a list of them, or one a line. What is nested is flattened, with dots between the keys.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::{Row, Rows, RowsError, cell, named, shown};

/// How deep objects may be nested.
const DEEPEST: usize = 8;

/// A list of objects.
pub fn list(text: &str) -> Result<Rows, RowsError> {
    let value: Value = serde_json::from_str(text).map_err(|error| broken(&error, 0))?;
    let Value::Array(items) = value else {
        let found = describe(&value);
        let error = RowsError::new(format!("the file holds {found}, not a list"));
        let help = match &value {
            Value::Object(fields) => fields.iter().find(|(_, value)| value.is_array()).map(|(key, _)| {
                format!("the list seems to be in `{}`; pass it alone, for example with `jq .{0}`", shown(key))
            }),
            _ => None,
        };
        return Err(error.help(
            help.unwrap_or_else(|| "write the objects between `[` and `]`, or one a line as NDJSON".to_owned()),
        ));
    };
    let mut table = Table::default();
    for (at, item) in items.iter().enumerate() {
        table.add(at + 1, item);
    }
    table.finish()
}

/// An object a line; blank lines are left out.
pub fn lines(text: &str) -> Result<Rows, RowsError> {
    let mut table = Table::default();
    for (at, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        // Nothing but a list begins so; all its lines would be faults.
        if at == 0 && line.trim_start().starts_with('[') {
            let error = RowsError::at(1, "the file holds a list, not an object a line");
            return Err(error.help("a file called `….json` is read as a list"));
        }
        match serde_json::from_str::<Value>(line) {
            Ok(value) => table.add(at + 1, &value),
            Err(error) => table.rows.faults.push(broken(&error, at)),
        }
    }
    table.finish()
}

fn broken(error: &serde_json::Error, lines_before: usize) -> RowsError {
    let line = lines_before + error.line().max(1);
    let why = error.to_string();
    let why = why.split(" at line ").next().unwrap_or_default();
    RowsError::at(line, format!("the JSON cannot be read at column {}: {why}", error.column()))
}

/// Rows whose columns are found one after the other.
#[derive(Default)]
struct Table {
    rows: Rows,
    places: HashMap<String, usize>,
}

impl Table {
    fn add(&mut self, number: usize, value: &Value) {
        let Value::Object(fields) = value else {
            self.rows.faults.push(RowsError::at(number, format!("it is {}, not an object", describe(value))));
            return;
        };
        let mut found = Vec::new();
        if let Err(why) = flatten(fields, "", 1, &mut found) {
            self.rows.faults.push(RowsError::at(number, why));
            return;
        }
        let mut cells = vec![None; self.rows.columns.len()];
        for (name, text) in found {
            let next = self.places.len();
            let at = *self.places.entry(name.clone()).or_insert(next);
            if at == self.rows.columns.len() {
                self.rows.columns.push(name);
                cells.push(None);
            }
            cells[at] = text;
        }
        self.rows.rows.push(Row { number, cells });
    }

    fn finish(mut self) -> Result<Rows, RowsError> {
        let width = self.rows.columns.len();
        self.rows.rows.iter_mut().for_each(|row| row.cells.resize(width, None));
        self.rows.columns = named(std::mem::take(&mut self.rows.columns), None)?;
        Ok(self.rows)
    }
}

fn flatten(
    fields: &Map<String, Value>,
    before: &str,
    depth: usize,
    out: &mut Vec<(String, Option<String>)>,
) -> Result<(), String> {
    if depth > DEEPEST {
        return Err(format!("it is nested more than {DEEPEST} levels deep"));
    }
    for (key, value) in fields {
        let name = format!("{before}{}", key.trim());
        let text = match value {
            Value::Bool(truth) => Some(truth.to_string()),
            Value::Number(number) => Some(number.to_string()),
            Value::String(text) => cell(text)?,
            // Lists have no single text; a field that needs the column says that it is missing.
            Value::Null | Value::Array(_) => None,
            Value::Object(fields) => {
                flatten(fields, &format!("{name}."), depth + 1, out)?;
                continue;
            }
        };
        out.push((name, text));
    }
    Ok(())
}

fn describe(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "one object",
    }
}
