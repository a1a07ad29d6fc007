//! A table as comma-separated values, RFC 4180.
//!
//! Other than the CSV for people, it says exactly what the manifests say: nothing is stripped, and nothing is put before what a
//! spreadsheet would run as a formula.

use super::instant;
use crate::report::export::{Definition, Row, Value};

/// A head line and a line for each row.
pub fn render(table: &Definition, rows: &[Row]) -> Vec<u8> {
    let head = table.columns.iter().map(|column| column.name).collect::<Vec<_>>();
    let mut out = head.join(",");
    out += "\r\n";
    for row in rows {
        for (at, value) in row.iter().enumerate() {
            if at > 0 {
                out.push(',');
            }
            field(value, &mut out);
        }
        out += "\r\n";
    }
    out.into_bytes()
}

fn field(value: &Value, out: &mut String) {
    match value {
        Value::Null => {}
        Value::Text(text) => text_field(text, out),
        Value::Int(number) => *out += &number.to_string(),
        Value::Float(number) => *out += &number.to_string(),
        Value::Bool(truth) => *out += if *truth { "true" } else { "false" },
        Value::Date(day) => *out += &day.to_string(),
        Value::Timestamp(at) => *out += &instant(*at),
    }
}

fn text_field(text: &str, out: &mut String) {
    let plain = !text.is_empty() && !text.contains([',', '"', '\r', '\n']);
    // Readers drop blanks at the ends of what has no quotes.
    if plain && text.trim() == text {
        *out += text;
    } else {
        out.push('"');
        *out += &text.replace('"', "\"\"");
        out.push('"');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_needs_quotes_gets_them_and_nothing_stays_empty() {
        let shown = |value: Value| {
            let mut out = String::new();
            field(&value, &mut out);
            out
        };
        assert_eq!(shown(Value::Null), "");
        assert_eq!(shown("".into()), "\"\"");
        assert_eq!(shown("=1+1".into()), "=1+1");
        assert_eq!(shown("a \"b\", c\nd".into()), "\"a \"\"b\"\", c\nd\"");
        assert_eq!(shown(" a".into()), "\" a\"");
        assert_eq!(shown(0.1.into()), "0.1");
        assert_eq!(shown(120_000.0.into()), "120000");
    }
}
