//! Which versions are installed where, as Markdown: a table, and what differs.

use std::fmt::Write;

use super::{Dates, drift, drifts, origin, version};
use crate::render::text::markdown_escape;
use crate::report::env::state::{InstalledView, State};

/// A table of projects and environments, or of what two environments do not have alike.
pub fn render(view: &State) -> String {
    let mut out = String::new();
    let name = view.portfolio.as_deref().map_or_else(String::new, |name| format!("{}: ", markdown_escape(name)));
    let at = view.environments.first().map(|state| state.at.local.format(" at %Y-%m-%d %H:%M").to_string());
    let _ = writeln!(out, "# {name}installed{}\n", at.unwrap_or_default());
    match &view.differences {
        Some(_) => differences(&mut out, view),
        None if view.projects.is_empty() => out.push_str("No deployments are recorded.\n\n"),
        None => matrix(&mut out, view),
    }
    if !view.drift.is_empty() {
        out.push_str("## Other than releases say\n\n");
        for one in &view.drift {
            let subject = markdown_escape(&format!("{} in {}", one.project, one.environment));
            let _ = writeln!(out, "- **{subject}**: {}", markdown_escape(&drift(one)));
        }
    }
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

fn matrix(out: &mut String, view: &State) {
    let shown: Vec<_> = view.environments.iter().filter(|state| !state.installed.is_empty()).collect();
    let heads: Vec<String> = shown.iter().map(|state| markdown_escape(&state.id)).collect();
    let _ = writeln!(out, "| project | {} |", heads.join(" | "));
    let _ = writeln!(out, "|---|{}", "---|".repeat(heads.len()));
    for project in &view.projects {
        let cells = shown.iter().map(|state| {
            let text = version(state, project).map_or_else(String::new, |entry| markdown_escape(&entry.version));
            if drifts(view, &state.id, project) { format!("**{text}!**") } else { text }
        });
        let _ = writeln!(out, "| {} | {} |", markdown_escape(project), cells.collect::<Vec<_>>().join(" | "));
    }
    out.push('\n');
}

fn differences(out: &mut String, view: &State) {
    let ([first, second], Some(differences)) = (&view.environments[..], &view.differences) else { return };
    if differences.is_empty() {
        let _ = writeln!(out, "{} and {} have the same.\n", markdown_escape(&first.id), markdown_escape(&second.id));
        return;
    }
    let dates = Dates { today: view.header.today, weekdays: false };
    let cell = |entry: &Option<InstalledView>, newer: bool| {
        let Some(entry) = entry else { return "–".to_owned() };
        let version = markdown_escape(&entry.version);
        let version = if newer { format!("**{version}**") } else { version };
        format!("{version} {}", markdown_escape(&origin(entry, dates)))
    };
    let _ = writeln!(out, "| project | {} | {} |", markdown_escape(&first.id), markdown_escape(&second.id));
    out.push_str("|---|---|---|\n");
    for one in differences {
        let (left, right) =
            (cell(&one.first, one.newer == Some("first")), cell(&one.second, one.newer == Some("second")));
        let _ = writeln!(out, "| {} | {left} | {right} |", markdown_escape(&one.project));
    }
    out.push('\n');
}
