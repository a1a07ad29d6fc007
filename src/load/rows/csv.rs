//! Values separated by commas, semicolons or tabs, under a head line; RFC 4180 otherwise.

use ::csv::{ErrorKind, Position, ReaderBuilder, StringRecord};

use super::{Row, Rows, RowsError, cell, named};

/// What may stand between values, by preference.
const SEPARATORS: [u8; 3] = [b',', b';', b'\t'];

pub fn read(text: &str) -> Result<Rows, RowsError> {
    let separator = separator(text);
    // Rows of other lengths are told one by one; the head need not be on the first line.
    let mut reader =
        ReaderBuilder::new().delimiter(separator).flexible(true).has_headers(false).from_reader(text.as_bytes());
    let mut record = StringRecord::new();
    let mut rows = Rows::default();
    let mut head = true;
    loop {
        let more = reader.read_record(&mut record).map_err(|error| broken(&error))?;
        if !more {
            return Ok(rows);
        }
        let number = record.position().map_or(1, |position| line(text, position));
        if head {
            let columns: Vec<String> = record.iter().map(|name| name.trim().to_owned()).collect();
            let single = columns.len() == 1 && columns[0].len() > super::MAX_CELL;
            if single {
                return Err(
                    RowsError::at(number, "the first line is no head of a table").help("name the columns in it")
                );
            }
            rows.columns = named(columns, Some(number))?;
            head = false;
            continue;
        }
        // A line of nothing but separators is what spreadsheets leave below a table.
        if record.iter().all(|field| field.trim().is_empty()) {
            continue;
        }
        match cells(&record, rows.columns.len()) {
            Ok(cells) => rows.rows.push(Row { number, cells }),
            Err(why) => rows.faults.push(RowsError::at(number, why)),
        }
    }
}

fn cells(record: &StringRecord, columns: usize) -> Result<Vec<Option<String>>, String> {
    let extra = record.iter().skip(columns).any(|field| !field.trim().is_empty());
    if extra || record.len() < columns {
        let noun = if record.len() == 1 { "value" } else { "values" };
        return Err(format!("it has {} {noun}, the head has {columns}", record.len()));
    }
    record.iter().take(columns).map(cell).collect()
}

/// The line a record begins on: the reader counts the blank lines before it as its own.
fn line(text: &str, position: &Position) -> usize {
    let rest = &text.as_bytes()[(position.byte() as usize).min(text.len())..];
    let blank = rest.iter().take_while(|byte| matches!(byte, b'\n' | b'\r'));
    position.line() as usize + blank.filter(|byte| **byte == b'\n').count()
}

/// What separates the most names of the head line, outside of quotes.
fn separator(text: &str) -> u8 {
    let head = text.trim_start().as_bytes();
    let mut counts = [0_usize; SEPARATORS.len()];
    let mut quoted = false;
    for &byte in head {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' | b'\r' if !quoted => break,
            _ if quoted => {}
            _ => {
                if let Some(at) = SEPARATORS.iter().position(|separator| *separator == byte) {
                    counts[at] += 1;
                }
            }
        }
    }
    let most = counts.iter().copied().max().unwrap_or_default();
    counts.iter().position(|count| *count == most).map_or(b',', |at| SEPARATORS[at])
}

fn broken(error: &::csv::Error) -> RowsError {
    let message = match error.kind() {
        ErrorKind::Utf8 { .. } => "it is not UTF-8",
        _ => "the CSV is broken",
    };
    RowsError { number: error.position().map(|position| position.line() as usize), ..RowsError::new(message) }
}
