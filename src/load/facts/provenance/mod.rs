//! Who wrote approvals and scopes, by the history of the repository: one walk for all of them.

mod canonical;
mod questions;
mod roster;
mod store;
mod teller;
#[cfg(test)]
mod tests;
mod trace;
mod units;

pub use self::canonical::{Difference, canonical, differences};

use std::collections::HashSet;
use std::path::Path;

use rayon::prelude::*;

use self::questions::Questions;
use self::roster::{Roster, Rosters};
use self::store::Store;
use self::teller::Teller;
use self::trace::Trace;
use self::units::Units;
use crate::diagnostic::{FileId, Span};
use crate::git::{BlobId, CommitId, GitError, Part, Repo};
use crate::load::portfolio::Loaded;
use crate::load::source::Source;
use crate::load::versions::belongs;
use crate::model::facts::{History, Provenance};
use crate::model::release::Release;

/// Learns it. What goes wrong is said in [`Provenance::history`], and then nothing is said of any value.
pub(super) fn gather(source: &Source, loaded: &Loaded) -> Provenance {
    let blind = |history| Provenance { history, ..Provenance::default() };
    let unreadable = |error: &GitError| blind(History::Unreadable(error.to_string()));
    let (repo, prefix) = match source.repository() {
        Ok(Some(found)) => found,
        Ok(None) => return blind(History::OutsideGit),
        Err(error) => return unreadable(&error),
    };
    let tip = match (source.commit(), repo.head()) {
        (Some(commit), _) => commit.to_owned(),
        (None, Ok(_)) => return blind(History::NoCommit),
        (None, Err(error)) => return unreadable(&error),
    };
    let learnt = CommitId::parse(&tip).and_then(|tip| learn(source, loaded, &repo, &prefix, tip));
    learnt.unwrap_or_else(|error| unreadable(&error))
}

fn learn(source: &Source, loaded: &Loaded, repo: &Repo, prefix: &Path, tip: CommitId) -> Result<Provenance, GitError> {
    let belongs = belongs(loaded);
    let mut store = Store::open(repo)?;
    let present = present(source, loaded, &mut store);
    let mut trace = Trace::new(repo, Part { prefix, belongs: &belongs }, store);
    let questions = Questions::ask(&present, loaded, &mut trace);
    trace.run(tip)?;
    let rosters = Rosters::new(repo, prefix, Roster::of(&loaded.portfolio.settings))?;
    let mailmap = repo.mailmap(tip)?;
    let (scope, approvals) = Teller::new(repo, mailmap, rosters, trace).tell(questions)?;
    let history = if repo.is_shallow() { History::Shallow } else { History::Whole };
    Ok(Provenance { history, approvals, scope })
}

/// What the files hold now in which somebody decided something, with places. Most manifests hold no decisions, and reading them
/// once is enough.
fn present(source: &Source, loaded: &Loaded, store: &mut Store) -> Vec<Units> {
    let portfolio = &loaded.portfolio;
    let is_decided = |release: &&Release| release.gates.iter().any(|gate| !gate.approvals.is_empty());
    let releases = portfolio.releases.iter().filter(is_decided).map(|release| release.span);
    let changes = portfolio.changes.iter().filter(|change| !change.approvals.is_empty()).map(|change| change.span);
    let documents: HashSet<Span> = releases.chain(changes).collect();
    let mut files: Vec<FileId> = documents.iter().map(|span| span.file).collect();
    files.sort_unstable();
    files.dedup();
    let read = |file: &FileId| {
        let bytes = source.read_path(loaded.sources.path(*file)).ok()?;
        // A file that was changed since it was loaded has other places.
        let is_same = loaded.sources.has_content(*file, &bytes);
        is_same.then(|| (BlobId::of(&bytes).ok(), units::read(&bytes, *file)))
    };
    let found: Vec<_> = files.par_iter().filter_map(read).collect();
    let mut present = Vec::with_capacity(found.len());
    for (blob, mut units) in found {
        if let Some(blob) = blob {
            store.learn(blob, units.clone());
        }
        units.releases.retain(|release| documents.contains(&release.span));
        units.changes.retain(|change| documents.contains(&change.span));
        present.push(units);
    }
    present
}
