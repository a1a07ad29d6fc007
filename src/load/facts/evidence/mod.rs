//! The reports that criteria point to.
//!
//! Evidence is what the source holds: in a work tree every file, those included that git ignores, and in a commit the files
//! of the commit. A file that is not committed as it stands can be read but not dated, for nobody else can see it.
//!
//! No report can do harm: each is at most 16 MiB long, no parser follows what a report names, depth and numbers are bounded.

mod coverage;
#[cfg(test)]
mod fuzz_tests;
mod junit;
mod pattern;
mod sarif;
#[cfg(test)]
mod tests;
mod value;
mod xml;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, NaiveDateTime, Utc};
use rayon::prelude::*;

use super::files;
use crate::diagnostic::Span;
use crate::load::source::{ReadError, Source};
use crate::model::Portfolio;
use crate::model::facts::{Content, Fault, FileFact, Report, is_address};
use crate::model::release::{Criterion, ReportKind};
use pattern::{Listings, Pattern};

/// What a parser learns from a report.
#[derive(Debug, PartialEq)]
struct Parsed {
    made_at: Option<DateTime<Utc>>,
    content: Content,
}

/// The reports of each check.
type Checks = HashMap<Span, Result<Vec<Report>, Fault>>;

/// What a check asks for: the kind of report, the path or pattern, the path of a value inside.
type Question<'p> = (ReportKind, &'p str, &'p str);

/// The checks that ask the same, and whether any has a `max_age`.
#[derive(Default)]
struct Asking {
    spans: Vec<Span>,
    dated: bool,
}

/// Reads the reports of all checks. A check that does not say what to read has no entry.
pub(super) fn checks(source: &Source, portfolio: &Portfolio) -> Checks {
    let mut asked: BTreeMap<Question<'_>, Asking> = BTreeMap::new();
    for check in criteria(portfolio).filter_map(|criterion| criterion.check.as_deref()) {
        let [(kind, path)] = check.reports()[..] else { continue };
        let asking = asked.entry((kind, path, check.path.as_deref().unwrap_or_default())).or_default();
        asking.spans.push(check.span);
        asking.dated |= check.max_age.is_some();
    }
    let patterns: BTreeMap<&str, Result<Pattern, Fault>> =
        asked.keys().map(|(_, path, _)| (*path, Pattern::new(path))).collect();
    let folders: BTreeSet<&str> = patterns.values().flatten().filter_map(Pattern::folder).collect();
    let folders: Vec<&str> = folders.into_iter().collect();
    let listings: Listings =
        folders.par_iter().map(|folder| ((*folder).to_owned(), source.files_below(folder))).collect();
    let asked: Vec<_> = asked.into_iter().collect();
    let read = |((kind, path, inside), _): &(Question<'_>, Asking)| match &patterns[path] {
        Ok(pattern) => reports(source, pattern, &listings, *kind, inside),
        Err(fault) => Err(fault.clone()),
    };
    let mut found: Vec<Result<Vec<Report>, Fault>> = asked.par_iter().map(read).collect();
    date(source, asked.iter().map(|(_, asking)| asking.dated).zip(&mut found));
    let mut checks = Checks::new();
    for ((_, asking), reports) in asked.into_iter().zip(found) {
        checks.extend(asking.spans.into_iter().map(|span| (span, reports.clone())));
    }
    checks
}

/// The documents that `evidence:` names.
pub(super) fn documents(source: &Source, portfolio: &Portfolio) -> HashMap<String, Option<FileFact>> {
    let named = criteria(portfolio).filter_map(|criterion| criterion.evidence.as_deref());
    let named: BTreeSet<&str> = named.filter(|path| !is_address(path)).collect();
    files::facts(source, named)
}

fn criteria(portfolio: &Portfolio) -> impl Iterator<Item = &Criterion> {
    let templates = portfolio.settings.gate_templates.iter().flat_map(|(_, template)| &template.criteria);
    let gates = portfolio.releases.iter().flat_map(|release| &release.gates);
    templates.chain(gates.flat_map(|gate| &gate.criteria))
}

fn reports(
    source: &Source,
    pattern: &Pattern,
    listings: &Listings,
    kind: ReportKind,
    inside: &str,
) -> Result<Vec<Report>, Fault> {
    let paths = pattern.matching(source, listings)?;
    let read = |path: String| match source.read_path(&path) {
        Ok(bytes) => Ok(report(path, &bytes, kind, inside)),
        Err(error) => Err(unreadable(&path, &error)),
    };
    paths.into_par_iter().map(read).collect()
}

fn report(path: String, bytes: &[u8], kind: ReportKind, inside: &str) -> Report {
    let file = files::fact(path, bytes);
    let parsed = if file.is_pointer {
        Err(Fault::new("it is a pointer of Git LFS, and its content is not here"))
    } else {
        parse(bytes, kind, inside)
    };
    match parsed {
        Ok(Parsed { made_at, content }) => Report { file, made_at, content: Ok(content) },
        Err(fault) => Report { file, made_at: None, content: Err(fault) },
    }
}

/// Reads a report of this kind; `inside` is the path of a value in it.
fn parse(bytes: &[u8], kind: ReportKind, inside: &str) -> Result<Parsed, Fault> {
    let text = text(bytes)?;
    if text.trim().is_empty() {
        return Err(Fault::new("the file is empty"));
    }
    match kind {
        ReportKind::Junit => junit::read(text),
        ReportKind::Coverage => coverage::read(text),
        ReportKind::Sarif => sarif::read(text),
        ReportKind::Json => value::json(text, inside),
        ReportKind::Csv => value::csv(text, inside),
    }
}

/// The text of a report, without a byte order mark.
fn text(bytes: &[u8]) -> Result<&str, Fault> {
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err(Fault::new("its encoding is UTF-16; export it as UTF-8"));
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(text.strip_prefix('\u{feff}').unwrap_or(text)),
        Err(error) => {
            let line = line_at(bytes, error.valid_up_to());
            Err(Fault::at(line, "it is not UTF-8; export it as UTF-8"))
        }
    }
}

/// The number of the line around an offset, from 1.
fn line_at(bytes: &[u8], offset: usize) -> usize {
    bytes[..offset.min(bytes.len())].split(|byte| *byte == b'\n').count()
}

/// A date-time as tools write it: RFC 3339, and without a zone, which is UTC then.
fn instant(text: &str) -> Option<DateTime<Utc>> {
    let text = text.trim();
    if let Ok(at) = DateTime::parse_from_rfc3339(text) {
        return Some(at.to_utc());
    }
    if let Ok(at) = DateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f%z") {
        return Some(at.to_utc());
    }
    let local = ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M"];
    local.iter().find_map(|form| NaiveDateTime::parse_from_str(text, form).ok()).map(|at| at.and_utc())
}

/// Finds out when the reports were committed that have to be dated and bear no date; one walk through the history for all.
fn date<'r>(source: &Source, found: impl Iterator<Item = (bool, &'r mut Result<Vec<Report>, Fault>)>) {
    let mut undated: Vec<&mut FileFact> = Vec::new();
    for (_, reports) in found.filter(|(dated, _)| *dated) {
        let reports = reports.iter_mut().flatten();
        undated.extend(reports.filter(|report| report.made_at.is_none()).map(|report| &mut report.file));
    }
    let paths: BTreeSet<&str> = undated.iter().map(|file| file.path.as_str()).collect();
    if paths.is_empty() {
        return;
    }
    let times = source.last_changed(&paths.into_iter().collect::<Vec<_>>());
    for file in undated {
        file.committed_at = times.get(&file.path).and_then(|seconds| DateTime::from_timestamp(*seconds, 0));
    }
}

/// Why a file, or a folder of files, was not read.
fn unreadable(path: &str, error: &ReadError) -> Fault {
    match error {
        ReadError::OutsideRoot => Fault::new(format!("`{path}` leaves the portfolio by a symbolic link")),
        error => Fault::new(format!("`{path}` cannot be read: {error}")),
    }
}
