//! Tables as files for other programs, one format a file; what was written, for people; and the reference of all tables.

pub mod csv;
pub mod ndjson;
pub mod parquet;

use std::fmt::Write;

use chrono::{DateTime, SecondsFormat, Utc};

use super::Style;
use super::text::{display_width, markdown_escape, sanitize};
use crate::diagnostic::wording::plural;
use crate::report::export::{Definition, Export};

/// An instant as text: RFC 3339 in UTC.
fn instant(instant: DateTime<Utc>) -> String {
    instant.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// How many rows each table has, and where they are.
pub fn human(view: &Export, _: &Style) -> String {
    let files = plural(view.tables.len(), "table");
    let mut out = format!("Exported {files} to {}\n", sanitize(&view.dir));
    let widest = |widths: &mut dyn Iterator<Item = usize>| widths.max().unwrap_or_default();
    let names = widest(&mut view.tables.iter().map(|table| display_width(&table.file)));
    let rows = widest(&mut view.tables.iter().map(|table| table.rows.to_string().len()));
    for table in &view.tables {
        let noun = if table.rows == 1 { "row" } else { "rows" };
        let _ = writeln!(out, "  {:names$}  {:>rows$} {noun}", table.file, table.rows);
    }
    out
}

/// The page of all tables with their columns, in Markdown.
pub fn reference(tables: &[&Definition]) -> String {
    let mut out = String::from(INTRODUCTION);
    out += "\n| table | a row is |\n|---|---|\n";
    for table in tables {
        let _ = writeln!(out, "| [{0}](#{0}) | {1} |", table.name, table.description.replace('|', "\\|"));
    }
    for table in tables {
        let _ = write!(out, "\n## {}\n\n{}\n\n", table.name, table.description);
        if !table.key.is_empty() {
            let key: Vec<String> = table.key.iter().map(|column| format!("`{column}`")).collect();
            let _ = write!(out, "Key: {}.\n\n", key.join(", "));
        }
        out += "| column | type | null | what it says |\n|---|---|---|---|\n";
        for column in table.columns {
            let null = if column.nullable { "yes" } else { "no" };
            let name = markdown_escape(column.name).replace("\\_", "_");
            let text = column.description.replace('|', "\\|");
            let _ = writeln!(out, "| {name} | {} | {null} | {text} |", column.r#type);
        }
    }
    out
}

const INTRODUCTION: &str = "<!-- Generated; refresh it with `RELM_UPDATE=1 cargo test --test generated`. -->
# Tables of `relm export`

`relm export DIR` writes each table into one file of the folder: `releases.csv`, `releases.ndjson` or `releases.parquet`. The same
portfolio, day and version of relm give the same bytes. Columns and tables may be added; what is there keeps its name and its
meaning.

| type | CSV | NDJSON | Parquet |
|---|---|---|---|
| text | UTF-8, as it is | string | `BYTE_ARRAY`, `STRING` |
| int | decimal | number | `INT64` |
| float | shortest decimal that reads back the same | number | `DOUBLE` |
| bool | `true`, `false` | boolean | `BOOLEAN` |
| date | `2026-12-05` | string of the same | `INT32`, `DATE` |
| timestamp | `2026-12-05T22:05:00Z`, always UTC | string of the same | `INT64`, `TIMESTAMP(MICROS, true)` |
| nothing (null) | an empty field; an empty text is `\"\"` | `null` | null |

CSV is RFC 4180: a head line, commas, lines that end in CR LF, quotes round fields that need them. It is data for programs and says
exactly what the manifests say, so texts that a spreadsheet would run as a formula (those that begin with `=`, `+`, `-` or `@`) are
**not** made harmless here, as they are in the CSV that other commands write for people. Import such a file into a spreadsheet with
its columns as text.

Times without an offset are read in the zone of the environment they are about, else in the portfolio's; a day that stands for an
instant is its first, and for an end the first instant after it.
";
