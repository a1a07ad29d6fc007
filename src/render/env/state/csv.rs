//! Which versions are installed where, as CSV: a line for each environment and project.

use std::fmt::Write;

use super::address;
use crate::render::text::csv_field;
use crate::report::env::state::State;

const HEADER: &str = "environment,stage,project,version,since,deployment,release,expected,expected_by,source\r\n";

/// A header, a line for each version that is installed, and one for each that should be and is not.
pub fn render(view: &State) -> String {
    let mut out = HEADER.to_owned();
    for state in &view.environments {
        for project in &view.projects {
            let entry = super::version(state, project);
            let drift = view.drift.iter().find(|drift| drift.environment == state.id && drift.project == *project);
            if entry.is_some() || drift.is_some() {
                let text = |text: Option<&String>| text.cloned().unwrap_or_default();
                line(
                    &mut out,
                    &[
                        state.id.clone(),
                        state.stage.clone(),
                        project.clone(),
                        text(entry.map(|entry| &entry.version)),
                        entry.map_or_else(String::new, |entry| entry.since.to_rfc3339()),
                        text(entry.and_then(|entry| entry.deployment.as_ref())),
                        text(entry.and_then(|entry| entry.release.as_ref())),
                        text(drift.map(|drift| &drift.expected)),
                        drift.map_or_else(String::new, |drift| format!("{}/{}", drift.release, drift.phase)),
                        entry.and_then(|entry| entry.source.as_ref()).map_or_else(String::new, address),
                    ],
                );
            }
        }
    }
    out
}

fn line(out: &mut String, fields: &[String]) {
    let fields: Vec<_> = fields.iter().map(|field| csv_field(field)).collect();
    let _ = write!(out, "{}\r\n", fields.join(","));
}
