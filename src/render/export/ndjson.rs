//! A table as JSON objects, one a line.

use serde_json::{Map, Value as Json};

use super::instant;
use crate::report::export::{Definition, Row, Value};

/// A line for each row, with every column, in the order of the columns.
pub fn render(table: &Definition, rows: &[Row]) -> Vec<u8> {
    let mut out = String::new();
    for row in rows {
        let names = table.columns.iter().map(|column| column.name.to_owned());
        let object: Map<String, Json> = names.zip(row.iter().map(json)).collect();
        out += &Json::Object(object).to_string();
        out.push('\n');
    }
    out.into_bytes()
}

fn json(value: &Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Text(text) => text.as_str().into(),
        Value::Int(number) => (*number).into(),
        Value::Float(number) => (*number).into(),
        Value::Bool(truth) => (*truth).into(),
        Value::Date(day) => day.to_string().into(),
        Value::Timestamp(at) => instant(*at).into(),
    }
}
