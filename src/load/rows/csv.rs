//! Values separated by commas, semicolons or tabs, under a head line; RFC 4180 otherwise. A quote that is not closed, or that
//! text follows, is never guessed at: it could hold rows.

use std::borrow::Cow;

use super::{Row, Rows, RowsError, cell, named};

/// What may stand between values, by preference.
const SEPARATORS: [u8; 3] = [b',', b';', b'\t'];

pub fn read(text: &str) -> Result<Rows, RowsError> {
    let mut reader = Reader { text, separator: separator(text), at: 0, line: 1 };
    let mut rows = Rows::default();
    let mut head = true;
    // Rows of other lengths are told one by one; the head need not be on the first line.
    while let Some((number, record)) = reader.record() {
        if head {
            let record = record.map_err(|broken| broken.error)?;
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
        let record = match record {
            Ok(record) => record,
            Err(Broken { error, contained: true }) => {
                rows.faults.push(error);
                continue;
            }
            Err(broken) => return Err(broken.error),
        };
        // A line of nothing but separators is what spreadsheets leave below a table.
        if record.iter().all(|field| field.trim().is_empty()) {
            continue;
        }
        match cells(&record, rows.columns.len()) {
            Ok(cells) => rows.rows.push(Row { number, cells }),
            Err(why) => rows.faults.push(RowsError::at(number, why)),
        }
    }
    Ok(rows)
}

/// The fields of a row, with the quotes around them taken away.
type Record<'t> = Vec<Cow<'t, str>>;

/// A row that cannot be read.
struct Broken {
    error: RowsError,
    /// Whether the next line is a row again; else nobody knows which lines the quote holds.
    contained: bool,
}

struct Reader<'t> {
    text: &'t str,
    separator: u8,
    at: usize,
    /// The line of `at`, from 1.
    line: usize,
}

impl<'t> Reader<'t> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// The next row that is not blank, and the line it begins on.
    fn record(&mut self) -> Option<(usize, Result<Record<'t>, Broken>)> {
        while self.line_end() {}
        self.peek()?;
        let number = self.line;
        let mut record = Vec::new();
        loop {
            match self.field() {
                Ok(field) => record.push(field),
                Err(broken) => return Some((number, Err(broken))),
            }
            if self.peek() != Some(self.separator) {
                self.line_end();
                return Some((number, Ok(record)));
            }
            self.at += 1;
        }
    }

    /// Goes over the end of a line, if there is one.
    fn line_end(&mut self) -> bool {
        let length = match self.text.as_bytes().get(self.at..) {
            Some([b'\r', b'\n', ..]) => 2,
            Some([b'\r' | b'\n', ..]) => 1,
            _ => return false,
        };
        self.at += length;
        self.line += 1;
        true
    }

    fn field(&mut self) -> Result<Cow<'t, str>, Broken> {
        if self.peek() == Some(b'"') {
            return self.quoted();
        }
        let rest = &self.text[self.at..];
        let ends = |byte: u8| byte == self.separator || matches!(byte, b'\r' | b'\n');
        let length = rest.bytes().position(ends).unwrap_or(rest.len());
        self.at += length;
        Ok(Cow::Borrowed(&rest[..length]))
    }

    fn quoted(&mut self) -> Result<Cow<'t, str>, Broken> {
        let (opened, line) = (self.at, self.line);
        let mut field = Cow::Borrowed("");
        self.at += 1;
        loop {
            let rest = &self.text[self.at..];
            let Some(length) = rest.find('"') else {
                return Err(self.broken(opened, line, "a quote opens here and is never closed".to_owned()));
            };
            let part = &rest[..length];
            self.line += part.bytes().filter(|byte| *byte == b'\n').count();
            self.at += length + 1;
            if field.is_empty() {
                field = Cow::Borrowed(part);
            } else {
                field.to_mut().push_str(part);
            }
            if self.peek() != Some(b'"') {
                break;
            }
            field.to_mut().push('"');
            self.at += 1;
        }
        while self.peek() == Some(b' ') {
            self.at += 1;
        }
        match self.peek() {
            None | Some(b'\r' | b'\n') => Ok(field),
            Some(byte) if byte == self.separator => Ok(field),
            Some(_) if self.line == line => Err(self.broken(opened, line, "text follows a closing quote".to_owned())),
            Some(_) => {
                let why = format!("a quote opens here, and text follows where it closes in line {}", self.line);
                Err(self.broken(opened, line, why))
            }
        }
    }

    /// A quote that opened there is wrong; what follows its line is read if no quote is open at its end.
    fn broken(&mut self, opened: usize, line: usize, why: String) -> Broken {
        let bytes = self.text.as_bytes();
        let begin = bytes[..opened].iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let end = bytes[opened..].iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |at| opened + at + 1);
        let quotes = self.text[begin..end].matches('"').count();
        let is_last = self.text[end..].trim().is_empty();
        self.at = end;
        self.line = line + 1;
        let error = RowsError::at(line, why).help("close the quote; one that belongs to a text is written twice");
        Broken { error, contained: quotes.is_multiple_of(2) || is_last }
    }
}

fn cells(record: &Record<'_>, columns: usize) -> Result<Vec<Option<String>>, String> {
    let extra = record.iter().skip(columns).any(|field| !field.trim().is_empty());
    if extra || record.len() < columns {
        let noun = if record.len() == 1 { "value" } else { "values" };
        return Err(format!("it has {} {noun}, the head has {columns}", record.len()));
    }
    record.iter().take(columns).map(|field| cell(field)).collect()
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
