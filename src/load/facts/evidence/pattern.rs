//! Which files a check means.

use std::collections::HashMap;

use globset::{GlobBuilder, GlobMatcher};

use super::unreadable;
use super::xml::shortened;
use crate::load::confine;
use crate::load::source::{ReadError, Source};
use crate::model::facts::Fault;

/// More files for one check are a mistake.
const MAX_FILES: usize = 10_000;

/// The path or pattern of a check, relative to the root. `*` and `?` stay within one folder, `**` crosses folders, `[ab]` and
/// `{a,b}` are alternatives. A name that begins with a dot must be matched by a part of the pattern that does.
pub(super) struct Pattern {
    written: String,
    /// The folder above the first part with a wildcard.
    folder: String,
    /// None: a path without wildcards.
    glob: Option<GlobMatcher>,
    hidden: Vec<GlobMatcher>,
}

impl Pattern {
    pub(super) fn new(written: &str) -> Result<Self, Fault> {
        let shown = shortened(written);
        let path = confine::normalise(written.trim()).map_err(|stray| match ReadError::from(stray) {
            ReadError::OutsideRoot => Fault::new(format!("the path `{shown}` leaves the portfolio")),
            other => Fault::new(format!("the path `{shown}` cannot be read: {other}")),
        })?;
        if path.is_empty() {
            return Err(Fault::new("the path is empty"));
        }
        let parts: Vec<&str> = path.split('/').collect();
        let Some(first) = parts.iter().position(|part| part.contains(['*', '?', '[', '{'])) else {
            return Ok(Self { written: path, folder: String::new(), glob: None, hidden: Vec::new() });
        };
        let compile = |glob: &str| {
            let glob = GlobBuilder::new(glob).literal_separator(true).backslash_escape(false).build();
            let fault =
                |error: &globset::Error| Fault::new(format!("the pattern `{shown}` cannot be read: {}", error.kind()));
            Ok(glob.map_err(|error| fault(&error))?.compile_matcher())
        };
        let glob = Some(compile(&path)?);
        let hidden = parts.iter().filter(|part| part.starts_with('.')).filter_map(|part| compile(part).ok()).collect();
        Ok(Self { folder: parts[..first].join("/"), written: path, glob, hidden })
    }

    /// The folder that has to be listed to find what matches.
    pub(super) fn folder(&self) -> Option<&str> {
        self.glob.as_ref().map(|_| self.folder.as_str())
    }

    /// The files that match, sorted.
    pub(super) fn matching(&self, source: &Source, listings: &Listings) -> Result<Vec<String>, Fault> {
        let Some(glob) = &self.glob else { return self.only(source) };
        let listed = listings.get(&self.folder);
        let files = match listed {
            Some(Ok(files)) => files.as_slice(),
            Some(Err(error)) => return Err(unreadable(if self.folder.is_empty() { "." } else { &self.folder }, error)),
            None => &[],
        };
        let matching: Vec<String> =
            files.iter().filter(|path| glob.is_match(path) && self.names_hidden(path)).cloned().collect();
        if matching.len() > MAX_FILES {
            return Err(Fault::new(format!("more than {MAX_FILES} files match `{}`", self.written)));
        }
        Ok(matching)
    }

    /// The one file of a path without wildcards.
    fn only(&self, source: &Source) -> Result<Vec<String>, Fault> {
        match source.resolve(&self.written) {
            Ok(_) => Ok(vec![self.written.clone()]),
            Err(ReadError::Gone) => Ok(Vec::new()),
            Err(error) => Err(unreadable(&self.written, &error)),
        }
    }

    fn names_hidden(&self, path: &str) -> bool {
        let mut hidden = path.split('/').filter(|part| part.starts_with('.'));
        hidden.all(|part| self.hidden.iter().any(|glob| glob.is_match(part)))
    }
}

/// The files below folders, each looked for once.
pub(super) type Listings = HashMap<String, Result<Vec<String>, ReadError>>;
