//! Which versions are installed where, one file a format.

pub mod csv;
pub mod human;
pub mod markdown;

use super::{Dates, address};
use crate::report::env::state::{DriftView, EnvironmentState, InstalledView, State};

/// What an environment has of a project.
fn version<'s>(state: &'s EnvironmentState, project: &str) -> Option<&'s InstalledView> {
    state.installed.iter().find(|entry| entry.project == project)
}

/// Whether a record differs from what a release says.
fn drifts(view: &State, environment: &str, project: &str) -> bool {
    view.drift.iter().any(|drift| drift.environment == environment && drift.project == project)
}

/// `since Mon 2 Nov 21:30 by D-881 for payments-2026.12`.
pub(super) fn origin(entry: &InstalledView, dates: Dates) -> String {
    let mut text = format!("since {}", dates.moment(entry.since));
    if let Some(id) = &entry.deployment {
        text.push_str(" by ");
        text.push_str(id);
    }
    if let Some(release) = &entry.release {
        text.push_str(" for ");
        text.push_str(release);
    }
    text
}

/// `4.1.0 is installed; payments-2026.12/sit says 4.2.0`, with its place.
pub(super) fn drift(drift: &DriftView) -> String {
    let found = drift
        .found
        .as_ref()
        .map_or_else(|| "nothing is recorded".to_owned(), |found| format!("{} is installed", found.version));
    let place = drift.source.as_ref().map_or_else(String::new, |source| format!(" ({})", address(source)));
    format!("{found}; {}/{} says {}{place}", drift.release, drift.phase, drift.expected)
}
