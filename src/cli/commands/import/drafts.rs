//! Where entries go: the files as they shall be.

use std::collections::BTreeMap;
use std::path::Path;

use super::super::env::book::slug;
use super::super::record::log;
use super::entry::Entry;
use super::fields::What;
use super::known::Known;
use crate::cli::context::Context;
use crate::cli::error::Error;
use crate::cli::write::{self, Draft};
use crate::diagnostic::Span;
use crate::edit::{Document, Edit, Value};
use crate::load::root::ROOT_FILE;
use crate::model::Kind;

/// Where entries go.
#[derive(Debug)]
pub struct Target<'a> {
    /// The file that was named, if any.
    pub into: Option<&'a Path>,
    /// The file that is brought in.
    pub source: &'a Path,
    /// The calendar of holidays.
    pub calendar: &'a str,
}

impl What {
    /// The kind of the documents that entries go into.
    pub fn kind(self) -> Kind {
        match self {
            Self::Deployments => Kind::Deployments,
            Self::Incidents => Kind::Incidents,
            Self::Changes => Kind::Change,
            Self::Pipelines => Kind::Pipelines,
            Self::Bookings => Kind::Environment,
            Self::Holidays => Kind::Portfolio,
        }
    }
}

impl Target<'_> {
    /// The file that new entries go into; none where each has its own.
    pub fn file(&self, context: &Context<'_>, what: What) -> Result<Option<String>, Error> {
        match (what, self.into) {
            (What::Deployments | What::Incidents | What::Pipelines, into) => {
                log::destination(context, into, what.kind()).map(Some)
            }
            (What::Changes, Some(path)) => log::named(context, path).map(Some),
            (What::Changes, None) => {
                let siblings: Vec<Span> = context.loaded.portfolio.changes.iter().map(|change| change.span).collect();
                let stem = self.source.file_stem().map(|stem| slug(&stem.to_string_lossy())).unwrap_or_default();
                Ok(Some(write::file_among(context, &siblings, "changes", &stem)))
            }
            (What::Bookings | What::Holidays, Some(_)) => {
                let place = if what == What::Bookings { "the manifests of their environments" } else { "`relm.yaml`" };
                let error = Error::usage(format!("`--into` is not for {}", what.as_str()));
                Err(error.hint(format!("they are written into {place}")))
            }
            (What::Holidays, None) => Ok(Some(ROOT_FILE.to_owned())),
            (What::Bookings, None) => Ok(None),
        }
    }

    /// The files with the entries in them.
    pub fn drafts(
        &self,
        context: &Context<'_>,
        what: What,
        entries: &[Entry],
        known: &mut Known,
    ) -> Result<Vec<Draft>, Error> {
        if entries.is_empty() {
            return Ok(Vec::new());
        }
        let Some(file) = self.file(context, what)? else { return bookings(context, entries, known) };
        let mut draft = open(context, &file)?;
        let values = || entries.iter().map(value).collect::<Vec<_>>();
        match what {
            What::Changes => {
                for entry in entries {
                    draft.add_document(&document(entry, &file)?);
                }
            }
            What::Holidays => {
                let path = ["calendars", self.calendar, "holidays"];
                draft.edit(&Edit::append_all(Document::last(Kind::Portfolio), path, values()))?;
            }
            _ => {
                if !log::holds_log(draft.text(), what.kind()) {
                    draft.add_document(&format!("kind: {}\n", what.kind()));
                }
                draft.edit(&Edit::append_all(Document::last(what.kind()), ["entries"], values()))?;
            }
        }
        Ok(vec![draft])
    }
}

/// A file with a reference to a file of holidays in a calendar; none when it is there.
pub fn reference(context: &Context<'_>, calendar: &str, path: &str) -> Result<Option<Draft>, Error> {
    let written = context.loaded.portfolio.settings.calendars.get(calendar);
    let mut holidays = written.iter().flat_map(|calendar| &calendar.holidays);
    if holidays.any(|holiday| holiday.ics.as_deref() == Some(path)) {
        return Ok(None);
    }
    let mut draft = Draft::of(context, ROOT_FILE)?;
    let value = Value::mapping([("ics", path)]);
    draft.edit(&Edit::append(Document::last(Kind::Portfolio), ["calendars", calendar, "holidays"], value))?;
    Ok(Some(draft))
}

fn open(context: &Context<'_>, file: &str) -> Result<Draft, Error> {
    let exists = context.source.root().join(file).symlink_metadata().is_ok();
    if exists { Draft::of(context, file) } else { Ok(Draft::new_file(file, "")) }
}

/// Into the lists of the environments, each in its manifest.
fn bookings(context: &Context<'_>, entries: &[Entry], known: &mut Known) -> Result<Vec<Draft>, Error> {
    let portfolio = &context.loaded.portfolio;
    let mut by_file: BTreeMap<&str, BTreeMap<&str, Vec<Value>>> = BTreeMap::new();
    for entry in entries {
        let environment = entry.get("environment").unwrap_or_default();
        let Some(manifest) = portfolio.environments.get(environment) else {
            let error = Error::usage(format!("the manifest of the environment `{environment}` cannot be read"));
            return Err(error.hint("`relm check` says why"));
        };
        let file = context.loaded.sources.path(manifest.id.span.file);
        let mut own = entry.clone();
        own.values.retain(|(name, _)| name != "environment");
        if entry.get("id").is_none() {
            let base =
                entry.get("release").map_or_else(|| slug(entry.get("purpose").unwrap_or_default()), str::to_owned);
            let id = known.free_id(environment, &base);
            own.values.insert(0, ("id".to_owned(), id.clone()));
            let mut named = entry.clone();
            named.values.push(("id".to_owned(), id));
            known.add(&named, 0);
        }
        by_file.entry(file).or_default().entry(environment).or_default().push(value(&own));
    }
    let mut drafts = Vec::new();
    for (file, environments) in by_file {
        let mut draft = Draft::of(context, file)?;
        for (environment, values) in environments {
            let document = Document::named(Kind::Environment, environment);
            draft.edit(&Edit::append_all(document, ["bookings"], values))?;
        }
        drafts.push(draft);
    }
    Ok(drafts)
}

/// The values as one mapping.
fn value(entry: &Entry) -> Value {
    let fields = entry.values.iter().map(|(name, value)| (name.clone(), Value::from(value.as_str())));
    Value::Mapping(fields.collect())
}

/// A change as a document of its own.
fn document(entry: &Entry, file: &str) -> Result<String, Error> {
    let mut text = Draft::new_file(file, &format!("kind: {}\n", Kind::Change));
    for (path, value) in &entry.values {
        text.edit(&Edit::set(Document::last(Kind::Change), path.split('.'), value.as_str()))?;
    }
    Ok(text.text().to_owned())
}
