//! The files that ship: those of scopes that lie below the root.

use std::collections::{BTreeSet, HashMap};

use super::files;
use crate::load::source::Source;
use crate::model::Portfolio;
use crate::model::facts::{FileFact, is_address};

/// Hashes the artefacts of all releases, whatever their size, on every core.
pub(super) fn artifacts(source: &Source, portfolio: &Portfolio) -> HashMap<String, Option<FileFact>> {
    let items = portfolio.releases.iter().flat_map(|release| &release.scope);
    let uris: BTreeSet<&str> = items.flat_map(|item| &item.artifacts).map(|artifact| &*artifact.uri).collect();
    files::facts(source, uris.into_iter().filter(|uri| !is_address(uri)).collect())
}
