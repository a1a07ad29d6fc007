//! `relm set` for people, and what it shares with other commands that change manifests.

use std::fmt::Write;

use super::Style;
use super::findings::human::findings;
use super::paint::Paint;
use super::text::{display_width, sanitize, wrap_hanging};
use crate::diagnostic::wording::plural;
use crate::report::set::{FieldChange, LineChange, LineView, Set};

/// Narrower terminals get lines of this many columns.
const MIN_WIDTH: usize = 60;
/// Lines of a file that are shown at most.
const LINES: usize = 40;

/// What is newly found, and what was or would be changed.
pub fn human(view: &Set, style: &Style) -> String {
    let style = Style { width: style.width.max(MIN_WIDTH), ..*style };
    let paint = Paint(style);
    let mut out = findings(&view.findings, &style);
    if view.refused {
        return out;
    }
    let changed = view.changes.iter().filter(|change| change.changed).count();
    let count = plural(changed, "field");
    let summary = match (changed, view.written) {
        (0, _) => format!("Nothing to change: {} says so already", view.target),
        (_, true) => format!("Set {count} of {}", view.target),
        (_, false) => format!("Would set {count} of {}", view.target),
    };
    let summary = sanitize(&summary);
    let _ = writeln!(out, "{}", if view.written { paint.green(&summary) } else { summary.into_owned() });
    out += &fields(&view.changes, &view.file, &style);
    if view.dry_run && changed > 0 {
        out.push('\n');
        out += &lines(&view.lines, &style);
    }
    out
}

/// A line for each field: old → new, and where.
pub fn fields(changes: &[FieldChange], file: &str, style: &Style) -> String {
    let paint = Paint(*style);
    let rows: Vec<_> = changes
        .iter()
        .map(|change| {
            let text = match (&change.before, change.changed) {
                (Some(before), true) => format!("{before} → {}", change.after),
                (None, true) => format!("– → {}", change.after),
                (_, false) => change.after.clone(),
            };
            let place = change.line.map(|line| sanitize(&format!("{file}:{line}")).into_owned());
            (sanitize(&change.field).into_owned(), one_line(&text), place)
        })
        .collect();
    let widest = |widths: &mut dyn Iterator<Item = usize>| widths.max().unwrap_or_default();
    let names = widest(&mut rows.iter().map(|row| display_width(&row.0)));
    let texts = widest(&mut rows.iter().map(|row| display_width(&row.1)));
    let places = widest(&mut rows.iter().flat_map(|row| &row.2).map(|place| display_width(place)));
    let in_one_line = names + texts + places + 6 <= style.width;
    let mut out = String::new();
    for (name, text, place) in rows {
        let gap = |text: &str, width: usize| " ".repeat(width.saturating_sub(display_width(text)));
        let place = place.map(|place| paint.dim(&place)).unwrap_or_default();
        let line = if in_one_line {
            format!("  {name}{}  {text}{}  {place}", gap(&name, names), gap(&text, texts))
        } else {
            let room = style.width.saturating_sub(names + 4).max(20);
            let indent = format!("\n{}", " ".repeat(names + 4));
            let text = wrap_hanging(&text, room, room).replace('\n', &indent);
            format!("  {name}{}  {text}{indent}{place}", gap(&name, names))
        };
        let _ = writeln!(out, "{}", line.trim_end());
    }
    out
}

/// A text of several lines in one.
fn one_line(text: &str) -> String {
    sanitize(&text.split_whitespace().collect::<Vec<_>>().join(" ")).into_owned()
}

/// The lines that differ, as `- old` and `+ new` with their numbers.
pub fn lines(lines: &[LineView], style: &Style) -> String {
    let paint = Paint(*style);
    let width = lines.iter().map(|line| line.line.to_string().len()).max().unwrap_or_default();
    let mut out = String::new();
    for LineView { change, line, text } in lines.iter().take(LINES) {
        let text = sanitize(text);
        let _ = match change {
            LineChange::Removed => writeln!(out, "{}", paint.red(&format!("  {line:width$} - {text}"))),
            LineChange::Added => writeln!(out, "{}", paint.green(&format!("  {line:width$} + {text}"))),
        };
    }
    if lines.len() > LINES {
        let _ = writeln!(out, "  … and {}", plural(lines.len() - LINES, "line"));
    }
    out
}
