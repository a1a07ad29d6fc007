//! Which commits last changed the events of a calendar, for the formats that say so.

use std::collections::BTreeSet;
use std::path::Path;

use chrono::DateTime;

use super::context::Context;
use crate::git::{GitError, LastChanges, Repo};
use crate::report::calendar::{Calendar, Changed};

/// Gives every event the commit that last changed the document it is written in, up to the commit that is read or that the
/// work tree is based on. Events of files that are not committed have none; so have all where git cannot be read, and a
/// warning says so.
pub fn date(context: &Context<'_>, calendar: &mut Calendar) {
    let changes = match last_changes(context, calendar) {
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

fn last_changes(context: &Context<'_>, calendar: &Calendar) -> Result<Option<LastChanges>, GitError> {
    let Some(commit) = context.source.commit() else { return Ok(None) };
    let Some(repo) = Repo::discover(context.source.root())? else { return Ok(None) };
    let files: BTreeSet<&str> = calendar.events.iter().map(|event| event.source.file.as_str()).collect();
    let files: Vec<&str> = files.into_iter().collect();
    repo.last_changes(commit, Path::new(&context.folder_in_repository()), &files).map(Some)
}
