//! Which versions are installed where, for a terminal: a matrix that folds, what differs, and what releases say otherwise.

use std::fmt::Write;

use super::{Dates, drift, drifts, origin, version};
use crate::diagnostic::wording::plural;
use crate::render::Style;
use crate::render::paint::Paint;
use crate::render::text::{display_width, sanitize, truncate_to_width, wrap_hanging};
use crate::report::env::state::{EnvironmentState, InstalledView, State};

/// Narrower terminals get lines of this many columns.
const MIN_WIDTH: usize = 60;
/// The most columns of a project and of a version.
const PROJECT: usize = 26;
const VERSION: usize = 18;

/// The matrix, or what two environments do not have alike, and the drift.
pub fn render(view: &State, style: &Style) -> String {
    let style = Style { width: style.width.max(MIN_WIDTH), ..*style };
    let paint = Paint(style);
    let mut out = String::new();
    let portfolio = view.portfolio.as_deref().map_or_else(String::new, |name| format!("{} — ", sanitize(name)));
    let at = view.environments.first().map(|state| state.at.local.format(" at %a %Y-%m-%d %H:%M").to_string());
    let head = format!("{portfolio}installed{}", at.unwrap_or_default());
    let _ = writeln!(out, "{}\n", paint.dim(&head));
    match &view.differences {
        Some(_) => differences(&mut out, view, paint),
        None if view.projects.is_empty() => out.push_str("No deployments are recorded.\n"),
        None => matrix(&mut out, view, paint),
    }
    drifting(&mut out, view, paint);
    let unknown: Vec<&str> = view.environments.iter().filter(|state| !state.recorded).map(|state| &*state.id).collect();
    if !unknown.is_empty() && !view.projects.is_empty() {
        let text = sanitize(&format!("without records: {}", unknown.join(", "))).into_owned();
        let text = wrap_hanging(&text, paint.0.width, paint.0.width - 2).replace('\n', "\n  ");
        let _ = writeln!(out, "\n{}", paint.dim(&text));
    }
    out
}

fn columns(text: &str, most: usize) -> String {
    let text = sanitize(text);
    truncate_to_width(&text, most).into_owned()
}

fn padded(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(display_width(text))))
}

/// Projects down, environments across; environments that do not fit stand in a further piece.
fn matrix(out: &mut String, view: &State, paint: Paint) {
    let names: Vec<String> = view.projects.iter().map(|project| columns(project, PROJECT)).collect();
    let label = names.iter().map(|name| display_width(name)).max().unwrap_or(0);
    let known: Vec<&EnvironmentState> = view.environments.iter().filter(|state| !state.installed.is_empty()).collect();
    let width = |state: &EnvironmentState| {
        let versions = state.installed.iter().map(|entry| display_width(&columns(&entry.version, VERSION)) + 1);
        versions.chain([display_width(&columns(&state.id, VERSION))]).max().unwrap_or(0) + 2
    };
    let mut rest = &known[..];
    while !rest.is_empty() {
        let mut used = label + 2;
        let fits = |state: &&EnvironmentState| {
            used += width(state);
            used <= paint.0.width + 2
        };
        let count = rest.iter().copied().take_while(fits).count().max(1);
        let (band, later) = rest.split_at(count);
        piece(out, view, &names, label, band, &width, paint);
        rest = later;
        if !rest.is_empty() {
            out.push('\n');
        }
    }
}

fn piece(
    out: &mut String,
    view: &State,
    names: &[String],
    label: usize,
    band: &[&EnvironmentState],
    width: &impl Fn(&EnvironmentState) -> usize,
    paint: Paint,
) {
    let stages = heads(band, width, |state, before| {
        if before.is_some_and(|before| before.stage == state.stage) { String::new() } else { state.stage.clone() }
    });
    let ids = heads(band, width, |state, _| state.id.clone());
    let _ = writeln!(out, "{:label$}  {}", "", paint.dim(&stages));
    let _ = writeln!(out, "{:label$}  {}", "", paint.bold(&ids));
    for (project, name) in view.projects.iter().zip(names) {
        let mut line = format!("{}  ", padded(name, label));
        let mut any = false;
        for state in band {
            let entry = version(state, project);
            let drifts = drifts(view, &state.id, project);
            any |= entry.is_some() || drifts;
            let text = entry.map_or_else(String::new, |entry| columns(&entry.version, VERSION));
            let text = if drifts { format!("{text}!") } else { text };
            let cell = padded(&text, width(state));
            line.push_str(&if drifts { paint.yellow(&cell) } else { cell });
        }
        if any {
            let _ = writeln!(out, "{}", line.trim_end());
        }
    }
}

fn heads(
    band: &[&EnvironmentState],
    width: &impl Fn(&EnvironmentState) -> usize,
    text: impl Fn(&EnvironmentState, Option<&EnvironmentState>) -> String,
) -> String {
    let mut line = String::new();
    for (index, state) in band.iter().enumerate() {
        let before = index.checked_sub(1).map(|before| band[before]);
        line.push_str(&padded(&columns(&text(state, before), width(state) - 2), width(state)));
    }
    line.trim_end().to_owned()
}

/// What two environments do not have alike: a project a line, and where each version came from below.
fn differences(out: &mut String, view: &State, paint: Paint) {
    let ([first, second], Some(differences)) = (&view.environments[..], &view.differences) else { return };
    let (one, other) = (sanitize(&first.id), sanitize(&second.id));
    let all: std::collections::BTreeSet<&String> =
        first.installed.iter().chain(&second.installed).map(|entry| &entry.project).collect();
    let same = all.len() - differences.len();
    let alike = match (differences.len(), same) {
        (0, 0) => format!("nothing is recorded of {one} and {other}"),
        (0, _) => format!("{one} and {other} have the same: {}", plural(same, "project")),
        (differ, _) => format!("{} in {one} and {other}, {same} alike", plural_differ(differ)),
    };
    if !differences.is_empty() {
        let label =
            differences.iter().map(|one| display_width(&columns(&one.project, PROJECT))).max().unwrap_or(0).max(7);
        let text = |entry: &Option<InstalledView>| {
            entry.as_ref().map_or_else(|| "–".to_owned(), |entry| columns(&entry.version, VERSION))
        };
        let left = differences.iter().map(|one| display_width(&text(&one.first))).chain([display_width(&one)]);
        let left = left.max().unwrap_or(0);
        let right = differences.iter().map(|one| display_width(&text(&one.second))).chain([display_width(&other)]);
        let right = right.max().unwrap_or(0);
        let head = format!("{}  {}  {other}", padded("", label), padded(&one, left));
        let _ = writeln!(out, "{}", paint.bold(head.trim_end()));
        let dates = Dates { today: view.header.today, weekdays: false };
        for difference in differences {
            let (a, b) = (padded(&text(&difference.first), left), padded(&text(&difference.second), right));
            let (a, b) = match difference.newer {
                Some("first") => (paint.green(&a), b),
                Some(_) => (a, paint.green(&b)),
                None => (a, b),
            };
            let newer = match difference.newer {
                Some("first") => difference.first.as_ref().map(|entry| (&first.id, entry)),
                Some(_) => difference.second.as_ref().map(|entry| (&second.id, entry)),
                None => None,
            };
            let only = difference.first.as_ref().map(|entry| (&first.id, entry));
            let only = only.or(difference.second.as_ref().map(|entry| (&second.id, entry)));
            let said = match (newer, only) {
                (Some((id, entry)), _) => format!("newer in {id}, {}", origin(entry, dates)),
                (None, Some((id, entry))) => format!("only in {id}, {}", origin(entry, dates)),
                (None, None) => String::new(),
            };
            let said = sanitize(&said).into_owned();
            let used = label + left + right + 6;
            let fits = used + display_width(&said) <= paint.0.width;
            let name = padded(&columns(&difference.project, PROJECT), label);
            let line = format!("{name}  {a}  {b}");
            let said = paint.dim(&said);
            let _ = if fits {
                writeln!(out, "{line}  {said}")
            } else {
                writeln!(out, "{}\n{:indent$}{said}", line.trim_end(), "", indent = label + 2)
            };
        }
        out.push('\n');
    }
    let _ = writeln!(out, "{alike}");
}

fn plural_differ(count: usize) -> String {
    if count == 1 { "1 project differs".to_owned() } else { format!("{count} projects differ") }
}

/// What the records say otherwise than releases.
fn drifting(out: &mut String, view: &State, paint: Paint) {
    if view.drift.is_empty() {
        return;
    }
    let _ = writeln!(out, "\n{}", paint.bold("Other than releases say"));
    for one in &view.drift {
        let text = format!("{} in {}: {}", one.project, one.environment, drift(one));
        let text = sanitize(&text).into_owned();
        let text = wrap_hanging(&text, paint.0.width - 4, paint.0.width - 4).replace('\n', "\n    ");
        let _ = writeln!(out, "  {} {text}", paint.yellow("!"));
    }
}
