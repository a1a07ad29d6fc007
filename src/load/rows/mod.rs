//! Tables that others made: CSV, JSON and NDJSON as rows of texts, each with its place in the file.

mod csv;
mod json;
#[cfg(test)]
mod tests;

use std::fmt;

/// The largest file that is read, in bytes.
pub const MAX_SIZE: u64 = 64 * 1024 * 1024;
/// The longest text of one cell, in bytes; nothing that a manifest says of a record is nearly as long.
const MAX_CELL: usize = 64 * 1024;
/// The most columns.
const MAX_COLUMNS: usize = 1_000;

/// How a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Separated by commas, semicolons or tabs, under a head line.
    Csv,
    /// A list of objects.
    Json,
    /// An object a line.
    Ndjson,
}

/// The rows of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rows {
    /// The names of the columns; blank for one without a name.
    pub columns: Vec<String>,
    /// The rows, in the order of the file.
    pub rows: Vec<Row>,
    /// Rows that cannot be read, in the order of the file.
    pub faults: Vec<RowsError>,
}

/// A row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The line it begins on, from 1; in a list of JSON objects which of them it is, from 1.
    pub number: usize,
    /// A text for each column; none where nothing is written.
    pub cells: Vec<Option<String>>,
}

/// Why a file or a row cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowsError {
    /// As [`Row::number`], where one is to blame.
    pub number: Option<usize>,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
}

impl RowsError {
    fn new(message: impl Into<String>) -> Self {
        Self { number: None, message: message.into(), help: None }
    }

    fn at(number: usize, message: impl Into<String>) -> Self {
        Self { number: Some(number), ..Self::new(message) }
    }

    fn help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }
}

impl fmt::Display for RowsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for RowsError {}

/// Reads the rows of a file.
pub fn read(bytes: &[u8], form: Form) -> Result<Rows, RowsError> {
    let text = text(bytes)?;
    if text.trim().is_empty() {
        return Err(RowsError::new("the file is empty"));
    }
    match form {
        Form::Csv => csv::read(text),
        Form::Json => json::list(text),
        Form::Ndjson => json::lines(text),
    }
}

/// The file as text, without a byte order mark.
pub fn text(bytes: &[u8]) -> Result<&str, RowsError> {
    if bytes.len() as u64 > MAX_SIZE {
        let error = RowsError::new(format!("the file is larger than {} MiB", MAX_SIZE / (1024 * 1024)));
        return Err(error.help("split it; what is there already is skipped"));
    }
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err(RowsError::new("the file is UTF-16").help("save it as UTF-8"));
    }
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    if bytes.contains(&0) {
        return Err(RowsError::new("the file is no text").help("export it again as CSV, JSON or NDJSON"));
    }
    std::str::from_utf8(bytes).map_err(|error| {
        let line = bytes[..error.valid_up_to()].split(|byte| *byte == b'\n').count();
        RowsError::at(line, "it is not UTF-8").help("save the file as UTF-8")
    })
}

/// The names of columns, each once.
fn named(columns: Vec<String>, line: Option<usize>) -> Result<Vec<String>, RowsError> {
    if columns.len() > MAX_COLUMNS {
        return Err(RowsError { number: line, ..RowsError::new(format!("there are more than {MAX_COLUMNS} columns")) });
    }
    for (at, name) in columns.iter().enumerate().filter(|(_, name)| !name.is_empty()) {
        if let Some(first) = columns[..at].iter().position(|other| other == name) {
            let message = format!("the columns {} and {} are both called `{}`", first + 1, at + 1, shown(name));
            return Err(RowsError { number: line, ..RowsError::new(message) }.help("rename one of them"));
        }
    }
    Ok(columns)
}

/// A cell: nothing where it is blank.
fn cell(text: &str) -> Result<Option<String>, String> {
    let text = text.trim();
    if text.len() > MAX_CELL {
        return Err(format!("a text is longer than {} KiB", MAX_CELL / 1024));
    }
    Ok((!text.is_empty()).then(|| text.to_owned()))
}

/// The beginning of a text, for a message.
fn shown(text: &str) -> String {
    const MOST: usize = 60;
    if text.chars().count() <= MOST {
        return text.to_owned();
    }
    format!("{}…", text.chars().take(MOST - 1).collect::<String>())
}
