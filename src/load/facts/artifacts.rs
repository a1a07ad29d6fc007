//! The files that ship: those of scopes that lie below the root.

use std::collections::HashMap;

use super::files;
use crate::load::source::Source;
use crate::model::Portfolio;
use crate::model::facts::{FileFact, is_address};

/// Hashes the artifacts of all releases, whatever their size, on every core.
pub(super) fn artifacts(source: &Source, portfolio: &Portfolio) -> HashMap<String, Option<FileFact>> {
    let items = portfolio.releases.iter().flat_map(|release| &release.scope);
    hashes(source, items.flat_map(|item| &item.artifacts).map(|artifact| &*artifact.uri))
}

/// Hashes the files at these paths, likewise; none: there is no such file below the root. Addresses of other places and paths
/// that leave the root are left out.
pub fn hashes<'u>(source: &Source, uris: impl Iterator<Item = &'u str>) -> HashMap<String, Option<FileFact>> {
    files::facts(source, uris.filter(|uri| !is_address(uri)).collect())
}
