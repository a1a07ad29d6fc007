//! Which file a record goes into.

use std::path::Path;

use chrono::{DateTime, Utc};

use crate::cli::context::Context;
use crate::cli::error::Error;
use crate::cli::target::documents;
use crate::diagnostic::Span;
use crate::model::Kind;
use crate::model::node::Node;

/// The log that holds the latest entry, of several with equally late ones the last by path; else a log without entries, the
/// last by path; else a file that need not exist.
fn file(context: &Context<'_>, kind: Kind) -> String {
    let sources = &context.loaded.sources;
    let latest = entries(context, kind).into_iter().max_by_key(|(at, span)| (*at, sources.path(span.file)));
    if let Some((_, span)) = latest {
        return sources.path(span.file).to_owned();
    }
    let is_log = |path: &&str| {
        let bytes = context.source.read_path(path).unwrap_or_default();
        // Few files name the kind at all, and only those are parsed.
        std::str::from_utf8(&bytes).is_ok_and(|text| text.contains(kind.as_str()) && holds_log(text, kind))
    };
    let blank = sources.iter().map(|(_, path)| path).filter(is_log).max();
    blank.map_or_else(|| format!("records/{kind}.yaml"), str::to_owned)
}

/// Whether a text has a log of the kind.
pub fn holds_log(text: &str, kind: Kind) -> bool {
    documents(text).iter().any(|document| is_log(document, kind))
}

/// Whether a document is a log of the kind.
pub fn is_log(document: &Node<'_>, kind: Kind) -> bool {
    document.get("kind").and_then(Node::text) == Some(kind.as_str())
}

/// The entries of all logs of a kind: when, and where they are written.
fn entries(context: &Context<'_>, kind: Kind) -> Vec<(DateTime<Utc>, Span)> {
    let portfolio = &context.loaded.portfolio;
    match kind {
        Kind::Deployments => {
            let zone = |id: &str| portfolio.zone_at(id);
            portfolio.deployments.iter().map(|it| (it.at.value.instant(zone(&it.environment)), it.span)).collect()
        }
        Kind::Incidents => {
            let zone = |id: Option<&str>| id.map_or(portfolio.zone, |id| portfolio.zone_at(id));
            let entries = portfolio.incidents.iter();
            entries.map(|it| (it.opened.value.instant(zone(it.environment.as_deref())), it.span)).collect()
        }
        Kind::Pipelines => {
            portfolio.pipelines.iter().map(|it| (it.at.value.instant(portfolio.zone), it.span)).collect()
        }
        _ => Vec::new(),
    }
}

/// The file that was named on the command line, else the log that a new entry belongs to.
pub fn destination(context: &Context<'_>, into: Option<&Path>, kind: Kind) -> Result<String, Error> {
    into.map_or_else(|| Ok(file(context, kind)), |path| named(context, path))
}

/// The path from the root of a file that was named on the command line.
pub fn named(context: &Context<'_>, path: &Path) -> Result<String, Error> {
    let shown = path.display();
    let Some(file) = context.below_root(path) else {
        let error = Error::usage(format!("`{shown}` is outside the portfolio"));
        return Err(error.hint("name a file below the folder of `relm.yaml`"));
    };
    let yaml = path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml");
    if !yaml {
        return Err(
            Error::usage(format!("`{shown}` is no manifest")).hint("name a file that ends in `.yaml` or `.yml`")
        );
    }
    Ok(file)
}
