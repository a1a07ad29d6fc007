//! A source → the indexed portfolio, with everything that was wrong on the way.

use std::collections::{BTreeMap, HashSet};
use std::fmt;

use chrono::NaiveDate;
use rayon::prelude::*;

use super::document::{self, Document};
use super::root::ROOT_FILE;
use super::shapes::Shapes;
use super::source::{Exclude, Listing, ReadError, Source, SourceFile, SourceProblem};
use crate::diagnostic::{FileId, Finding, SourceMap, Span, Subject};
use crate::model::node::Node;
use crate::model::portfolio::{Calendar, Settings, Weekday};
use crate::model::{Calendars, Damage, Duplicate, Kind, Manifest, Portfolio};
use crate::time::calendar::WorkCalendar;
use crate::time::ics;

/// Fewer files than this are read sooner than threads are started.
const WORTH_THREADS: usize = 64;

/// A portfolio as one source has it.
#[derive(Debug)]
pub struct Loaded {
    /// The manifests, indexed.
    pub portfolio: Portfolio,
    /// What reading found wrong; rules find the rest.
    pub findings: Vec<Finding>,
    /// The files, and the texts of those that findings point into once [`Loaded::attach_texts`] ran.
    pub sources: SourceMap,
    /// Documents with content.
    pub documents: usize,
    /// Whether `relm.yaml` gave the settings; without them only `check` has anything to say.
    pub has_settings: bool,
}

/// Why nothing could be loaded.
#[derive(Debug)]
pub enum LoadError {
    /// `relm.yaml` is not there or cannot be read.
    Root(ReadError),
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self::Root(error) = self;
        write!(f, "cannot read `{ROOT_FILE}`: {error}")
    }
}

impl std::error::Error for LoadError {}

/// Reads everything a source holds. `progress` is called once for each file, from any thread.
pub fn load(source: &Source, progress: &(dyn Fn(usize, usize) + Sync)) -> Result<Loaded, LoadError> {
    let bytes = source.read_path(ROOT_FILE).map_err(LoadError::Root)?;
    let settings = document::read(&bytes, FileId(0), ROOT_FILE);
    let (exclude, bad_pattern) = exclude(&settings);
    let Listing { mut files, problems } = source.list(&exclude);
    // The root's own file comes first, whatever sorts before it.
    if let Some(at) = files.iter().position(|file| file.path == ROOT_FILE) {
        files[..=at].rotate_right(1);
    }
    let total = files.len();
    let shapes = shapes(source, total);
    let read_one = |(index, file): (usize, &SourceFile)| {
        let read = read(source, file, FileId(index as u32), &shapes);
        progress(index, total);
        read
    };
    let mut documents = Vec::with_capacity(total);
    if files.first().is_some_and(|file| file.path == ROOT_FILE) {
        documents.push(settings);
        progress(0, total);
    }
    let known = documents.len();
    if total < WORTH_THREADS {
        documents.extend(files.iter().enumerate().skip(known).map(read_one));
    } else {
        documents.par_extend(files.par_iter().enumerate().skip(known).map(read_one));
    }
    shapes.save(total);
    Ok(assemble(source, &files, documents, problems, bad_pattern))
}

/// What is known of files that were read before; nothing outside git.
fn shapes(source: &Source, files: usize) -> Shapes {
    let repo = source.repository().ok().flatten();
    Shapes::open(repo.as_ref().map(|(repo, _)| repo.common_dir()), files)
}

/// Compiles `exclude:` before anything else is read; a pattern that cannot be read is answered with its number and fault.
fn exclude(root: &Document) -> (Exclude, Option<(usize, String)>) {
    let patterns = root.manifests.iter().find_map(|manifest| match manifest {
        Manifest::Portfolio(settings) => Some(settings.exclude.iter().map(ToString::to_string).collect::<Vec<_>>()),
        _ => None,
    });
    match Exclude::new(&patterns.unwrap_or_default()) {
        Ok(exclude) => (exclude, None),
        Err(fault) => (Exclude::none(), Some(fault)),
    }
}

fn read(source: &Source, file: &SourceFile, id: FileId, shapes: &Shapes) -> Document {
    match source.read(file) {
        Ok(bytes) => document::read_known(&bytes, id, &file.path, shapes),
        Err(error) => {
            let help = match error {
                ReadError::TooLarge { .. } => "split it into several files, or leave it out with `exclude:`",
                ReadError::Gone => "it was removed or renamed while relm was reading; run again",
                _ => "make it readable, or leave it out with `exclude:`",
            };
            let span = Span::new(id, 0, 0);
            let finding = Finding::new(span, Subject::new("", &file.path), format!("cannot read this file: {error}"));
            Document { findings: vec![finding.rule("syntax").help(help)], is_dark: true, ..Document::default() }
        }
    }
}

fn assemble(
    source: &Source,
    files: &[SourceFile],
    documents: Vec<Document>,
    problems: Vec<SourceProblem>,
    bad_pattern: Option<(usize, String)>,
) -> Loaded {
    let mut sources = SourceMap::default();
    let mut findings = Vec::new();
    let mut manifests = Vec::with_capacity(documents.len());
    let mut allows = Vec::new();
    let mut lost = HashSet::new();
    let mut damaged = Vec::new();
    let mut words = HashSet::new();
    let mut is_dark = !problems.is_empty();
    let mut unknown = Vec::new();
    let mut settings: Option<Settings> = None;
    let mut second: Vec<Span> = Vec::new();
    let mut count = 0;
    for (file, document) in files.iter().zip(documents) {
        sources.add(file.path.clone(), document.hash);
        count += document.documents;
        findings.extend(document.findings);
        allows.extend(document.allows);
        lost.extend(document.lost);
        damaged.extend(document.damaged);
        words.extend(document.words);
        is_dark |= document.is_dark;
        unknown.push(document.unknown);
        for manifest in document.manifests {
            match manifest {
                Manifest::Portfolio(found) if settings.is_none() && file.path == ROOT_FILE => settings = Some(*found),
                Manifest::Portfolio(found) => second.push(Span { len: 1, ..found.span }),
                other => manifests.push(other),
            }
        }
    }
    findings.extend(without_kind(files, &unknown));
    let root = Span::new(FileId(0), 0, 0);
    for problem in problems {
        let file = sources.iter().find(|(_, path)| *path == problem.path()).map(|(id, _)| id);
        findings.push(problem_finding(&problem, file.unwrap_or_default(), root));
    }
    let first = settings.as_ref().map(|settings| Span { len: 1, ..settings.span });
    is_dark |= !second.is_empty() || settings.is_none();
    for span in second {
        let finding = Finding::new(
            span,
            Subject::new(Kind::Portfolio.as_str(), sources.path(span.file)),
            "a portfolio has one `kind: portfolio`, in the `relm.yaml` of its root",
        )
        .rule("duplicate-id")
        .help("join the two, or leave this file out with `exclude:`");
        findings.push(match first {
            Some(first) => {
                finding.related(first, Subject::new(Kind::Portfolio.as_str(), ""), "the portfolio begins here")
            }
            None => finding,
        });
    }
    let has_settings = settings.is_some();
    let settings = settings.unwrap_or_else(|| {
        if !findings.iter().any(|finding| finding.span.file == FileId(0)) {
            let help = "begin it with `kind: portfolio`, or run `relm init` in a new folder";
            let message = format!("`{ROOT_FILE}` holds no `kind: portfolio`");
            findings.push(Finding::new(root, Subject::new("portfolio", ""), message).rule("invalid-value").help(help));
        }
        empty_settings()
    });
    if let Some((index, why)) = bad_pattern
        && let Some(pattern) = settings.exclude.get(index)
    {
        let subject = Subject::new("portfolio", "").at("exclude");
        let finding = Finding::new(pattern.span, subject, format!("this pattern cannot be read: {why}"));
        findings.push(
            finding
                .rule("invalid-value")
                .help("write patterns such as `docs/**`; nothing is excluded until it is mended"),
        );
    }
    let calendars = calendars(source, &settings, &mut findings);
    let mut portfolio = Portfolio::new(settings, manifests, calendars);
    // A finding of the reader makes what it touches unfit for conclusions.
    damaged.extend(findings.iter().map(|finding| finding.span));
    portfolio.damage = Damage::new(damaged, lost, (!is_dark).then_some(words));
    allows.sort_by_key(|allow: &crate::model::Allow| allow.span);
    portfolio.allows = allows;
    findings.extend(portfolio.duplicates.iter().map(duplicate));
    Loaded { portfolio, findings, sources, documents: count, has_settings }
}

/// The settings of an empty `relm.yaml`.
fn empty_settings() -> Settings {
    use crate::model::decode::{Decode, Decoder};
    use crate::model::node::Value;
    let node = Node { span: Span::default(), value: Value::Mapping(Vec::new()) };
    let settings = Settings::decode(&node, &mut Decoder::new(Subject::default()));
    settings.unwrap_or_else(|| unreachable!("no field of the settings is required"))
}

fn duplicate(duplicate: &Duplicate) -> Finding {
    let Subject { kind, id, .. } = &duplicate.subject;
    Finding::new(
        duplicate.second,
        duplicate.subject.clone(),
        format!("{kind} `{id}` stands here twice; this one is left out"),
    )
    .rule("duplicate-id")
    .help("give one of them another id")
    .related(duplicate.first, duplicate.subject.clone(), "this one counts")
}

fn problem_finding(problem: &SourceProblem, file: FileId, root: Span) -> Finding {
    let (rule, help) = match problem {
        SourceProblem::Unreadable { .. } | SourceProblem::SymlinkLoop { .. } => {
            ("syntax", "mend it, or leave it out with `exclude:`")
        }
        SourceProblem::LeavesRoot { .. } => ("invalid-path", "put the file itself here"),
        SourceProblem::NotUtf8Path { .. } => ("invalid-path", "rename it; manifests have UTF-8 names"),
        SourceProblem::SecondRoot { .. } => ("duplicate-id", "leave its folder out with `exclude:`, or remove it"),
        SourceProblem::IgnoreRules { .. } => ("syntax", "mend the repository"),
    };
    let at = match problem {
        SourceProblem::SecondRoot { .. } => Span { file, ..Span::default() },
        _ => root,
    };
    let finding = Finding::new(at, Subject::new("", problem.path()), problem.to_string()).rule(rule).help(help);
    match problem {
        SourceProblem::SecondRoot { .. } => {
            finding.related(root, Subject::new("portfolio", ""), "the first `relm.yaml` is this one")
        }
        _ => finding,
    }
}

/// Mappings without `kind`: one finding a file, and one a folder when a folder is full of them.
fn without_kind(files: &[SourceFile], unknown: &[Vec<Span>]) -> Vec<Finding> {
    let mut folders: BTreeMap<&str, Vec<(&str, Span)>> = BTreeMap::new();
    for (file, spans) in files.iter().zip(unknown) {
        if let Some(span) = spans.first() {
            let folder = file.path.rsplit_once('/').map_or("", |(folder, _)| folder);
            folders.entry(folder).or_default().push((&file.path, *span));
        }
    }
    let mut findings = Vec::new();
    for (folder, found) in folders {
        let one = |path: &str, span: Span, message: String, pattern: String| {
            Finding::new(span, Subject::new("", path), message)
                .rule("invalid-value")
                .help(format!("a manifest begins with `kind:`; to leave other files out, add `exclude: [\"{pattern}\"]` to {ROOT_FILE}"))
        };
        match &found[..] {
            [(path, span), _, _, ..] if !folder.is_empty() => {
                let message = format!("{} files in `{folder}` have no `kind`", found.len());
                findings.push(one(path, *span, message, format!("{folder}/**")));
            }
            _ => findings.extend(
                found
                    .iter()
                    .map(|(path, span)| one(path, *span, "this document has no `kind`".to_owned(), (*path).to_owned())),
            ),
        }
    }
    findings
}

/// Builds the working calendars; holidays come from the settings and from calendar files beside them.
fn calendars(source: &Source, settings: &Settings, findings: &mut Vec<Finding>) -> Calendars {
    let mut named = BTreeMap::new();
    for (name, calendar) in settings.calendars.iter() {
        let subject = Subject::new("portfolio", "").at(format!("calendars/{name}"));
        let holidays = holidays(source, calendar, &subject, findings);
        let week = week(calendar);
        match WorkCalendar::new(week, holidays) {
            Ok(calendar) => {
                named.insert(name.to_string(), calendar);
            }
            Err(error) => {
                let finding = Finding::new(name.span, subject, format!("this calendar cannot be used: {error}"));
                findings.push(finding.rule("invalid-value").help("a week needs at least one working day"));
            }
        }
    }
    Calendars::new(named)
}

pub(super) fn week(calendar: &Calendar) -> [bool; 7] {
    if calendar.working_week.is_empty() {
        return [true, true, true, true, true, false, false];
    }
    let mut week = [false; 7];
    for day in &calendar.working_week {
        week[match day.value {
            Weekday::Mon => 0,
            Weekday::Tue => 1,
            Weekday::Wed => 2,
            Weekday::Thu => 3,
            Weekday::Fri => 4,
            Weekday::Sat => 5,
            Weekday::Sun => 6,
        }] = true;
    }
    week
}

fn holidays(
    source: &Source,
    calendar: &Calendar,
    subject: &Subject,
    findings: &mut Vec<Finding>,
) -> Vec<(NaiveDate, String)> {
    let mut days = Vec::new();
    for holiday in &calendar.holidays {
        let mut fault = |span: Span, rule: &'static str, message: String, help: &str| {
            findings.push(Finding::new(span, subject.clone(), message).rule(rule).help(help));
        };
        if let Some(date) = &holiday.date {
            days.push((date.value, holiday.common.name().unwrap_or("holiday").to_owned()));
        }
        if let Some(path) = &holiday.ics {
            match source.read_path(path) {
                Ok(bytes) => match ics::holidays(&String::from_utf8_lossy(&bytes)) {
                    Ok(read) => days.extend(read),
                    Err(error) => {
                        let message = format!("`{path}` cannot be read as a calendar: {error}");
                        fault(path.span, "invalid-path", message, "export it again as iCalendar (.ics)");
                    }
                },
                Err(error) => {
                    let help = "name an .ics file below the folder of relm.yaml";
                    fault(path.span, "invalid-path", format!("cannot read `{path}`: {error}"), help);
                }
            }
        }
        if holiday.date.is_none() && holiday.ics.is_none() {
            let help = "write `{date: 2026-12-25, name: Christmas Day}` or `{ics: calendars/uk.ics}`";
            fault(holiday.span, "invalid-value", "a holiday needs a `date` or an `ics` file".into(), help);
        }
    }
    days
}

impl Loaded {
    /// Reads again the files that findings point into, so that the places can be shown. A file that changed meanwhile is
    /// left out.
    pub fn attach_texts(&mut self, source: &Source, findings: &[Finding]) {
        let mut wanted: Vec<FileId> = findings
            .iter()
            .flat_map(|finding| {
                std::iter::once(finding.span.file).chain(finding.related.iter().map(|label| label.span.file))
            })
            .collect();
        wanted.sort_unstable();
        wanted.dedup();
        for file in wanted {
            self.attach_text(source, file);
        }
    }

    /// Reads the text of one file again.
    pub fn attach_text(&mut self, source: &Source, file: FileId) {
        attach_text(&mut self.sources, source, file);
    }
}

/// Reads the text of one file again, unless it is there.
pub fn attach_text(sources: &mut SourceMap, source: &Source, file: FileId) {
    let path = sources.path(file).to_owned();
    if sources.has_text(file) || path.is_empty() {
        return;
    }
    if let Ok(bytes) = source.read_path(&path) {
        sources.set_text(file, &bytes);
    }
}
