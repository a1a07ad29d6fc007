//! Makes a record, or brings the one that is there up to date: what every subcommand shares.

use chrono_tz::Tz;

use super::{Moment, Options, log, written};
use crate::cli::args::{Format, Global};
use crate::cli::commands::Status;
use crate::cli::context::Context;
use crate::cli::error::Error;
use crate::cli::target::{Way, documents};
use crate::cli::write::{self, Draft};
use crate::diagnostic::{Finding, Span};
use crate::edit::{Document, Edit, Lock, Step, Value};
use crate::model::node::Node;
use crate::model::{Kind, Portfolio};
use crate::render::{json, record as render};
use crate::report::check;
use crate::report::record::{Outcome, Record as View, SCHEMA};
use crate::report::set::FieldChange;
use crate::time::When;

/// A value that was given.
#[derive(Debug, Clone)]
pub struct Given {
    /// Its path.
    path: &'static [&'static str],
    value: String,
    /// Of a time, the zone it is meant in: times that mean the same instant are equal.
    zone: Option<Tz>,
    /// Whether it is the moment of the command: it does not contradict a time that is recorded.
    is_now: bool,
    /// Whether it is expected to change in the life of a record.
    moves_on: bool,
}

impl Given {
    /// A text, number or word.
    pub fn text(path: &'static [&'static str], value: impl Into<String>) -> Self {
        Self { path, value: value.into(), zone: None, is_now: false, moves_on: false }
    }

    /// A time in a zone.
    pub fn time(context: &Context<'_>, path: &'static [&'static str], moment: Moment, zone: Tz) -> Self {
        let when = match moment {
            Moment::At(when) => when,
            Moment::Now => written(context.clock.now, zone),
        };
        Self { zone: Some(zone), is_now: moment == Moment::Now, ..Self::text(path, when.to_string()) }
    }

    /// The same, for what is expected to change in the life of a record.
    pub fn moving_on(self) -> Self {
        Self { moves_on: true, ..self }
    }

    fn steps(&self) -> impl Iterator<Item = Step> {
        self.path.iter().map(|name| Step::from(*name))
    }

    /// What is recorded of it.
    fn recorded<'n>(&self, entry: &'n Node<'_>) -> Option<&'n str> {
        self.path.iter().try_fold(entry, |node, name| node.get(name)).and_then(Node::text)
    }

    fn says(&self, recorded: &str) -> bool {
        let instant = |text: &str| Some(When::parse(text).ok()?.instant(self.zone?));
        recorded == self.value || instant(&self.value).is_some_and(|own| instant(recorded) == Some(own))
    }
}

/// What is to be recorded.
#[derive(Debug)]
pub struct Wanted {
    /// The word of the subcommand.
    pub what: &'static str,
    /// The kind of the document it goes into.
    pub kind: Kind,
    /// Its id, if it has one.
    pub id: Option<String>,
    /// Where it is recorded already.
    pub existing: Option<Span>,
    /// Whether values that differ replace what is recorded.
    pub update: bool,
    /// What was given, in the order in which it is written, without the id.
    pub given: Vec<Given>,
    /// Where it goes when it is new: the path of a file from the root.
    pub file: String,
}

/// A draft with the record in it.
struct Made {
    draft: Draft,
    /// The way to the record.
    way: Option<Way>,
    outcome: Outcome,
    fields: Vec<FieldChange>,
    /// Where the values stand that were written.
    touched: Vec<Span>,
}

/// Records it, and says so. The lock is given back as soon as the file is in place.
pub fn record(
    global: &Global,
    context: &mut Context<'_>,
    lock: Option<Lock>,
    options: &Options,
    wanted: &Wanted,
) -> Result<Status, Error> {
    let mut made = match known_span(context, wanted) {
        Some((file, span)) => update(context, wanted, &file, span)?,
        None => add(context, wanted)?,
    };
    let differs = made.outcome == Outcome::Refused;
    let mut after = if made.draft.is_changed() { Some(made.draft.preview(context)?) } else { None };
    let mut findings: Vec<Finding> = Vec::new();
    if let Some(after) = &after {
        findings = faults(context, after, &made);
        if !findings.is_empty() {
            made.outcome = Outcome::Refused;
        } else if made.outcome == Outcome::Recorded && !is_read(&context.loaded.portfolio, after, wanted) {
            let error = Error::input(format!("what is written into `{}` would not be read", made.draft.file()));
            return Err(error.hint(
                "it is hidden, ignored by git, excluded by `relm.yaml`, or cannot be read; name another file with `--into`",
            ));
        } else if !options.dry_run {
            made.draft.write(context)?;
        }
    }
    drop(lock);
    if let Some(after) = &mut after {
        if made.outcome != Outcome::Refused {
            findings = write::notes(context, after);
        }
        after.attach_texts(&findings);
    }
    let documents = documents(made.draft.text());
    let place = made.way.as_ref().and_then(|way| way.node(&documents)).map(|node| node.span);
    let sources = after.as_ref().map_or(&context.loaded.sources, |after| &after.loaded.sources);
    let view = View {
        header: context.header(SCHEMA),
        what: wanted.what,
        id: wanted.id.clone(),
        outcome: made.outcome,
        dry_run: options.dry_run,
        file: made.draft.file().to_owned(),
        line: place.map(|span| line_of(&made.draft, span)),
        lines: write::line_views(&made.draft),
        fields: made.fields,
        findings: check::views(&findings, sources),
    };
    global.write(&match global.format {
        Format::Json => json::render(&view),
        _ => render::human(&view, &global.style()),
    })?;
    let name = wanted.id.as_ref().map_or_else(|| format!("the {}", wanted.what), |id| format!("`{id}`"));
    match view.outcome {
        Outcome::Refused if differs => {
            let error = Error::usage(format!("{name} is recorded with other values; nothing was written"));
            Err(error.hint("`--update` replaces them; another record needs another `--id`"))
        }
        Outcome::Refused => Err(Error::usage(format!("{name} was not recorded; nothing was written"))),
        _ => Ok(Status::Done),
    }
}

/// What could not be read any more with the record.
fn faults(before: &Context<'_>, after: &Context<'_>, made: &Made) -> Vec<Finding> {
    let file = after.loaded.sources.iter().find(|(_, path)| *path == made.draft.file()).map(|(file, _)| file);
    let touched = file.iter().flat_map(|file| made.touched.iter().map(|span| Span { file: *file, ..*span }));
    write::faults(before, after, &touched.collect::<Vec<_>>())
}

fn line_of(draft: &Draft, span: Span) -> usize {
    draft.text()[..span.start as usize].matches('\n').count() + 1
}

/// Where it is recorded: as the portfolio has it, else in the file it would go into, though the entry is not understood.
fn known_span(context: &Context<'_>, wanted: &Wanted) -> Option<(String, Span)> {
    if let Some(span) = wanted.existing {
        return Some((context.loaded.sources.path(span.file).to_owned(), span));
    }
    let bytes = context.source.read_path(&wanted.file).ok()?;
    let documents = documents(std::str::from_utf8(&bytes).ok()?);
    let span = entry_of(&documents, wanted)?.span;
    Some((wanted.file.clone(), span))
}

/// The entry, or the document, with the id.
fn entry_of<'n, 't>(documents: &'n [Node<'t>], wanted: &Wanted) -> Option<&'n Node<'t>> {
    let id = wanted.id.as_deref()?;
    let is = |node: &&Node<'_>| node.get("id").and_then(Node::text) == Some(id);
    let mut of_kind = documents.iter().filter(|document| log::is_log(document, wanted.kind));
    if wanted.kind.has_id() {
        return of_kind.find(is);
    }
    of_kind.flat_map(|document| document.get("entries").map(Node::items).unwrap_or_default()).find(is)
}

/// Compares what is recorded with what was given, and writes what may be written.
fn update(context: &Context<'_>, wanted: &Wanted, file: &str, span: Span) -> Result<Made, Error> {
    let mut draft = Draft::of(context, file)?;
    let lost =
        || Error::input(format!("`{file}` was changed by somebody else meanwhile")).hint("run the command again");
    let way = Way::to(&documents(draft.text()), span).ok_or_else(lost)?;
    let (mut fields, mut differs, mut edits) = (Vec::new(), false, Vec::new());
    let text = draft.text().to_owned();
    let documents = documents(&text);
    let entry = way.node(&documents).ok_or_else(lost)?;
    for given in &wanted.given {
        let recorded = given.recorded(entry);
        let same = recorded.is_some_and(|recorded| given.says(recorded) || given.is_now && !wanted.update);
        let refused = recorded.is_some() && !same && !wanted.update && !given.moves_on;
        differs |= refused;
        if !same && !refused {
            let steps = way.steps.iter().cloned().chain(given.steps());
            edits.push(Edit::set(way.document(), steps.collect::<Vec<_>>(), given.value.as_str()));
        }
        fields.push(FieldChange {
            field: given.path.join("."),
            before: recorded.map(str::to_owned),
            after: if same { recorded.unwrap_or_default().to_owned() } else { given.value.clone() },
            changed: !same,
            line: None,
        });
    }
    if differs {
        return Ok(Made { draft, way: Some(way), outcome: Outcome::Refused, fields, touched: Vec::new() });
    }
    let outcome = if edits.is_empty() { Outcome::Unchanged } else { Outcome::Updated };
    for edit in &edits {
        draft.edit(edit)?;
    }
    Ok(made(draft, Some(way), outcome, wanted, fields))
}

/// The fields with the places where they stand now.
fn made(draft: Draft, way: Option<Way>, outcome: Outcome, wanted: &Wanted, mut fields: Vec<FieldChange>) -> Made {
    let text = draft.text().to_owned();
    let documents = documents(&text);
    let mut touched = Vec::new();
    for (given, field) in wanted.given.iter().zip(&mut fields) {
        let below = way.as_ref().map(|way| {
            let steps = way.steps.iter().cloned().chain(given.steps()).collect();
            Way { steps, ..way.clone() }
        });
        let Some(span) = below.and_then(|way| way.node(&documents).map(|node| node.span)) else { continue };
        field.line = Some(line_of(&draft, span));
        touched.extend(field.changed.then_some(span));
    }
    Made { draft, way, outcome, fields, touched }
}

/// A new entry at the end of a log, or a new document.
fn add(context: &Context<'_>, wanted: &Wanted) -> Result<Made, Error> {
    let file = wanted.file.as_str();
    let exists = context.source.root().join(file).symlink_metadata().is_ok();
    let mut draft = if exists { Draft::of(context, file)? } else { Draft::new_file(file, "") };
    if wanted.kind.has_id() {
        draft.add_document(&document(wanted)?);
    } else {
        if !log::holds_log(draft.text(), wanted.kind) {
            draft.add_document(&format!("kind: {}\n", wanted.kind));
        }
        let id = wanted.id.iter().map(|id| ("id".to_owned(), Value::from(id.as_str())));
        let given = wanted.given.iter().map(|given| (given.path.join("."), Value::from(given.value.as_str())));
        let entry = Value::Mapping(id.chain(given).collect());
        draft.edit(&Edit::append(Document::last(wanted.kind), ["entries"], entry))?;
    }
    let field = |given: &Given| FieldChange {
        field: given.path.join("."),
        before: None,
        after: given.value.clone(),
        changed: true,
        line: None,
    };
    let fields = wanted.given.iter().map(field).collect();
    let way = way_to_new(&draft, wanted);
    Ok(made(draft, way, Outcome::Recorded, wanted, fields))
}

/// A document of its own.
fn document(wanted: &Wanted) -> Result<String, Error> {
    let id = wanted.id.as_deref().unwrap_or_default();
    let mut text = Draft::new_file(&wanted.file, &format!("kind: {}\n", wanted.kind));
    let set = |steps: Vec<Step>, value: &str| Edit::set(Document::last(wanted.kind), steps, value);
    text.edit(&set(vec![Step::from("id")], id))?;
    for given in &wanted.given {
        text.edit(&set(given.steps().collect(), &given.value))?;
    }
    Ok(text.text().to_owned())
}

/// The way to what was added: the last document or the last entry of the last log.
fn way_to_new(draft: &Draft, wanted: &Wanted) -> Option<Way> {
    let documents = documents(draft.text());
    let number = documents.iter().rposition(|document| log::is_log(document, wanted.kind))?;
    let steps = if wanted.kind.has_id() {
        Vec::new()
    } else {
        let last = documents[number].get("entries")?.items().len().checked_sub(1)?;
        vec![Step::from("entries"), Step::from(last)]
    };
    Some(Way { kind: wanted.kind, number, steps })
}

/// Whether what was added is there when the portfolio is read again.
fn is_read(before: &Portfolio, after: &Context<'_>, wanted: &Wanted) -> bool {
    let count = |portfolio: &Portfolio| match wanted.kind {
        Kind::Deployments => portfolio.deployments.len(),
        Kind::Incidents => portfolio.incidents.len(),
        Kind::Pipelines => portfolio.pipelines.len(),
        _ => portfolio.changes.len(),
    };
    count(&after.loaded.portfolio) > count(before)
}
