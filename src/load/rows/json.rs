//! Objects: a list of them, or one a line. What is nested is flattened, with dots between the keys. Values are taken as they
//! are written: `1.10` is not `1.1`.

use std::collections::{HashMap, HashSet};
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::{Row, Rows, RowsError, cell, named, shown};

/// How deep objects may be nested.
const DEEPEST: usize = 8;

/// The keys and values of an object as they are written, none left out.
struct Fields<'t>(Vec<(String, &'t RawValue)>);

impl<'t> Deserialize<'t> for Fields<'t> {
    fn deserialize<D: Deserializer<'t>>(deserializer: D) -> Result<Self, D::Error> {
        struct Pairs;
        impl<'t> Visitor<'t> for Pairs {
            type Value = Fields<'t>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'t>>(self, mut map: A) -> Result<Fields<'t>, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Fields(pairs))
            }
        }
        deserializer.deserialize_map(Pairs)
    }
}

/// A list of objects.
pub fn list(text: &str) -> Result<Rows, RowsError> {
    serde_json::from_str::<IgnoredAny>(text).map_err(|error| broken(&error, 0))?;
    if !text.trim_start().starts_with('[') {
        let error = RowsError::new(format!("the file holds {}, not a list", describe(text.trim_start())));
        let fields = serde_json::from_str::<Fields<'_>>(text).map(|fields| fields.0).unwrap_or_default();
        let list = fields.iter().find(|(_, value)| value.get().starts_with('['));
        let help = list.map(|(key, _)| {
            format!("the list seems to be in `{}`; pass it alone, for example with `jq .{0}`", shown(key))
        });
        return Err(error.help(
            help.unwrap_or_else(|| "write the objects between `[` and `]`, or one a line as NDJSON".to_owned()),
        ));
    }
    let items: Vec<&RawValue> = serde_json::from_str(text).map_err(|error| broken(&error, 0))?;
    let mut table = Table::default();
    for (at, item) in items.iter().enumerate() {
        table.add(at + 1, item.get());
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
        match serde_json::from_str::<&RawValue>(line) {
            Ok(value) => table.add(at + 1, value.get()),
            Err(error) => table.rows.faults.push(broken(&error, at)),
        }
    }
    table.finish()
}

fn broken(error: &serde_json::Error, lines_before: usize) -> RowsError {
    let line = lines_before + error.line().max(1);
    RowsError::at(line, format!("the JSON cannot be read at column {}: {}", error.column(), why(error)))
}

fn why(error: &serde_json::Error) -> String {
    error.to_string().split(" at line ").next().unwrap_or_default().to_owned()
}

/// Rows whose columns are found one after the other.
#[derive(Default)]
struct Table {
    rows: Rows,
    places: HashMap<String, usize>,
}

impl Table {
    fn add(&mut self, number: usize, value: &str) {
        match row(value) {
            Ok(found) => {
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
            Err(why) => self.rows.faults.push(RowsError::at(number, why)),
        }
    }

    fn finish(mut self) -> Result<Rows, RowsError> {
        let width = self.rows.columns.len();
        self.rows.rows.iter_mut().for_each(|row| row.cells.resize(width, None));
        self.rows.columns = named(std::mem::take(&mut self.rows.columns), None)?;
        Ok(self.rows)
    }
}

/// Names of columns and their texts.
type Cells = Vec<(String, Option<String>)>;

fn row(value: &str) -> Result<Cells, String> {
    let kind = describe(value);
    let fields: Fields<'_> = serde_json::from_str(value)
        .map_err(|error| if value.starts_with('{') { why(&error) } else { format!("it is {kind}, not an object") })?;
    let mut found = Vec::new();
    flatten(fields, "", 1, &mut found)?;
    let mut names = HashSet::with_capacity(found.len());
    match found.iter().find(|(name, _)| !names.insert(name)) {
        Some((name, _)) => Err(format!("`{}` stands in it twice, and nobody knows which counts", shown(name))),
        None => Ok(found),
    }
}

fn flatten(fields: Fields<'_>, before: &str, depth: usize, out: &mut Cells) -> Result<(), String> {
    if depth > DEEPEST {
        return Err(format!("it is nested more than {DEEPEST} levels deep"));
    }
    for (key, value) in fields.0 {
        let name = format!("{before}{}", key.trim());
        let raw = value.get();
        let text = match raw.as_bytes().first() {
            // Lists have no single text; a field that needs the column says that it is missing.
            Some(b'n' | b'[') | None => None,
            Some(b'"') => cell(&serde_json::from_str::<String>(raw).map_err(|error| why(&error))?)?,
            Some(b'{') => {
                let fields = serde_json::from_str(raw).map_err(|error| why(&error))?;
                flatten(fields, &format!("{name}."), depth + 1, out)?;
                continue;
            }
            Some(_) => cell(raw)?,
        };
        out.push((name, text));
    }
    Ok(())
}

/// What a value is, by how it begins.
fn describe(value: &str) -> &'static str {
    match value.as_bytes().first() {
        Some(b'n') | None => "nothing",
        Some(b't' | b'f') => "true or false",
        Some(b'"') => "a text",
        Some(b'[') => "a list",
        Some(b'{') => "one object",
        Some(_) => "a number",
    }
}
