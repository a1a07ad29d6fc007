//! Coverage of lines: Cobertura XML and LCOV.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use super::xml::{Element, Step, Xml, shortened};
use super::{Parsed, instant};
use crate::model::facts::{Content, Coverage, Fault};

/// Numbers above are milliseconds since 1970, not seconds: the year would be 5138.
const MILLISECONDS: i64 = 100_000_000_000;

/// Reads a report of either format.
pub(super) fn read(text: &str) -> Result<Parsed, Fault> {
    if text.trim_start().starts_with('<') { cobertura(text) } else { lcov(text) }
}

/// Whether each line, by file and number, was run. The same line stands in a class and in its methods, and in several
/// records of one file.
#[derive(Default)]
struct Lines {
    files: HashMap<String, HashMap<u32, bool>>,
}

impl Lines {
    fn add(&mut self, file: &str, line: u32, is_covered: bool) {
        let lines = match self.files.get_mut(file) {
            Some(lines) => lines,
            None => self.files.entry(file.to_owned()).or_default(),
        };
        *lines.entry(line).or_default() |= is_covered;
    }

    fn coverage(&self) -> Coverage {
        let lines = || self.files.values().flat_map(HashMap::values);
        Coverage { covered: lines().filter(|covered| **covered).count() as u64, lines: lines().count() as u64 }
    }
}

/// Cobertura: the sums of the root where it has them, else the lines.
fn cobertura(text: &str) -> Result<Parsed, Fault> {
    let mut xml = Xml::new(text);
    let Step::Open(root) = xml.step()? else { return Err(Fault::new("it holds no XML")) };
    if root.name() != "coverage" {
        let message = format!("it is neither Cobertura nor LCOV: it begins with `{}`", shortened(root.name()));
        return Err(Fault::at(root.line(), message));
    }
    let [covered, valid, timestamp, clover] =
        root.attributes(["lines-covered", "lines-valid", "timestamp", "clover"])?;
    if clover.is_some() {
        return Err(Fault::at(root.line(), "it is a Clover report; export it as Cobertura or LCOV"));
    }
    let total = total(&root, covered.as_deref(), valid.as_deref())?;
    let made_at = timestamp.as_deref().and_then(moment);
    let mut lines = Lines::default();
    // The file of the innermost class around, by depth.
    let mut classes: Vec<Option<String>> = Vec::new();
    loop {
        match xml.step()? {
            Step::Open(element) => {
                let is_class = element.name() == "class";
                let file = if is_class { class_file(&element)? } else { None };
                if element.name() == "line" {
                    let file = classes.iter().rev().flatten().next().map_or("", String::as_str);
                    line(&element, file, &mut lines)?;
                }
                classes.push(file);
            }
            Step::Close => drop(classes.pop()),
            Step::End => break,
        }
    }
    let coverage = total.unwrap_or_else(|| lines.coverage());
    if coverage.lines == 0 {
        return Err(Fault::new("it holds no line of code"));
    }
    Ok(Parsed { made_at, content: Content::Coverage(coverage) })
}

fn total(root: &Element<'_>, covered: Option<&str>, valid: Option<&str>) -> Result<Option<Coverage>, Fault> {
    let (Some(covered), Some(lines)) = (covered, valid) else { return Ok(None) };
    let number = |text: &str| {
        let message = || format!("`{text}` is no number of lines");
        text.trim().parse::<u64>().map_err(|_| Fault::at(root.line(), message()))
    };
    let coverage = Coverage { covered: number(covered)?, lines: number(lines)? };
    if coverage.covered > coverage.lines {
        let message = format!("{covered} lines are covered of {lines}, which cannot be");
        return Err(Fault::at(root.line(), message));
    }
    Ok(Some(coverage))
}

fn class_file(class: &Element<'_>) -> Result<Option<String>, Fault> {
    let [file, name] = class.attributes(["filename", "name"])?;
    Ok(Some(file.or(name).unwrap_or_default()))
}

fn line(element: &Element<'_>, file: &str, lines: &mut Lines) -> Result<(), Fault> {
    let [number, hits] = element.attributes(["number", "hits"])?;
    let (Some(number), Some(hits)) = (number, hits) else { return Ok(()) };
    match (number.trim().parse::<u32>(), hits.trim().parse::<f64>()) {
        (Ok(number), Ok(hits)) => lines.add(file, number, hits > 0.0),
        _ => return Err(Fault::at(element.line(), format!("line `{number}` with `{hits}` hits cannot be read"))),
    }
    Ok(())
}

/// Seconds or milliseconds since 1970, or a date-time; tools that do not know write 0.
fn moment(text: &str) -> Option<DateTime<Utc>> {
    match text.trim().parse::<f64>() {
        Ok(number) => {
            let number = number as i64;
            let millis = if number > MILLISECONDS { number } else { number.checked_mul(1000)? };
            DateTime::from_timestamp_millis(millis).filter(|_| number > 0)
        }
        Err(_) => instant(text),
    }
}

/// One record of LCOV, that of a source file.
#[derive(Default)]
struct Record {
    file: String,
    has_lines: bool,
    found: Option<u64>,
    hit: Option<u64>,
}

/// LCOV: the lines of each record (`DA`), else its sums (`LF`, `LH`). It bears no date.
fn lcov(text: &str) -> Result<Parsed, Fault> {
    let mut lines = Lines::default();
    let mut sums = Coverage::default();
    let mut open: Option<Record> = None;
    let mut last = 0;
    for (number, line) in text.lines().enumerate().map(|(index, line)| (index + 1, line.trim())) {
        last = number;
        let fault = |message: String| Fault::at(number, message);
        let (word, rest) = line.split_once(':').unwrap_or((line, ""));
        match (word, &mut open) {
            ("" | "TN", _) => {}
            (comment, _) if comment.starts_with('#') => {}
            ("SF", None) => open = Some(Record { file: shortened(rest), ..Record::default() }),
            ("SF", Some(_)) => return Err(fault("a file begins before the one above it ends".into())),
            ("end_of_record", Some(record)) => {
                if !record.has_lines {
                    let (covered, lines) = (record.hit.unwrap_or(0), record.found.unwrap_or(0));
                    if covered > lines {
                        return Err(fault(format!("{covered} lines are covered of {lines}, which cannot be")));
                    }
                    sums.covered = sums.covered.saturating_add(covered);
                    sums.lines = sums.lines.saturating_add(lines);
                }
                open = None;
            }
            ("DA", Some(record)) => {
                let mut parts = rest.split(',');
                let line = parts.next().and_then(|line| line.trim().parse::<u32>().ok());
                let hits = parts.next().and_then(|hits| hits.trim().parse::<f64>().ok());
                let (Some(line), Some(hits)) = (line, hits) else {
                    return Err(fault(format!("`{}` is no line with its hits", shortened(rest))));
                };
                record.has_lines = true;
                lines.add(&record.file, line, hits > 0.0);
            }
            ("LF" | "LH", Some(record)) => {
                let sum = rest.trim().parse::<u64>();
                let sum = sum.map_err(|_| fault(format!("`{}` is no number of lines", shortened(rest))))?;
                *(if word == "LF" { &mut record.found } else { &mut record.hit }) = Some(sum);
            }
            (word, Some(_)) if is_keyword(word) => {}
            _ => return Err(fault("it is neither Cobertura nor LCOV".into())),
        }
    }
    if open.is_some() {
        return Err(Fault::at(last, "it ends inside a record; it is not whole"));
    }
    let mut coverage = lines.coverage();
    coverage.covered = coverage.covered.saturating_add(sums.covered);
    coverage.lines = coverage.lines.saturating_add(sums.lines);
    if coverage.lines == 0 {
        return Err(Fault::new("it holds no line of code"));
    }
    Ok(Parsed { made_at: None, content: Content::Coverage(coverage) })
}

/// Functions, branches and what else there is in a record: capital letters.
fn is_keyword(word: &str) -> bool {
    (1..=6).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_uppercase())
}
