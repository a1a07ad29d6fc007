//! Which commits last changed what a view shows, for the formats that say so.

use std::collections::BTreeSet;
use std::path::Path;

use chrono::{DateTime, Utc};

use super::context::Context;
use crate::git::{GitError, LastChanges, Repo};
use crate::report::cab::agenda::Agenda;
use crate::report::calendar::{Calendar, Changed};
use crate::time::zone;

/// Gives every event the commit that last changed the document it is written in, up to the commit that is read or that the
/// work tree is based on. Events of files that are not committed have none; so have all where git cannot be read, and a
/// warning says so.
pub fn date(context: &Context<'_>, calendar: &mut Calendar) {
    let files = calendar.events.iter().map(|event| event.source.file.as_str()).collect();
    let changes = match last_changes(context, &files) {
        Ok(Some(changes)) => changes,
        Ok(None) => return,
        Err(error) => {
            context.global.note("warning", &format!("events are without the time of their last change: {error}"));
            return;
        }
    };
    for event in &mut calendar.events {
        let commit = changes.of(&event.source.file, event.source.line);
        event.changed = commit.and_then(|commit| {
            Some(Changed { commit: commit.id.clone(), at: DateTime::from_timestamp(commit.time, 0)? })
        });
    }
}

/// Gives every change of an agenda the day of the commit that last changed its manifest. A work tree that differs from its commit
/// has documents at other places than the commit, so nothing is dated there; nor is what was changed after the meeting.
pub fn date_agenda(context: &Context<'_>, agenda: &mut Agenda) {
    if agenda.decide.is_empty() || context.source.dirty() {
        return;
    }
    let sources = agenda.decide.iter().filter_map(|pending| pending.change.source.as_ref());
    let files = sources.map(|source| source.file.as_str()).collect();
    let changes = match last_changes(context, &files) {
        Ok(Some(changes)) => changes,
        Ok(None) => return,
        Err(error) => {
            context.global.note("warning", &format!("changes are without the time of their last change: {error}"));
            return;
        }
    };
    let (zone, date) = (context.loaded.portfolio.zone, agenda.date);
    for pending in &mut agenda.decide {
        let at = pending.change.source.as_ref().and_then(|source| changes.of(&source.file, source.line?));
        let at = at.and_then(|commit| DateTime::<Utc>::from_timestamp(commit.time, 0));
        pending.unchanged_since = at.map(|at| zone::local(at, zone).date()).filter(|day| *day <= date);
    }
}

fn last_changes(context: &Context<'_>, files: &BTreeSet<&str>) -> Result<Option<LastChanges>, GitError> {
    let Some(commit) = context.source.commit().filter(|_| !files.is_empty()) else { return Ok(None) };
    let Some(repo) = Repo::discover(context.source.root())? else { return Ok(None) };
    let files: Vec<&str> = files.iter().copied().collect();
    repo.last_changes(commit, Path::new(&context.folder_in_repository()), &files).map(Some)
}
