//! The earliest time each environment is free.

use std::fmt::Write;

use super::Dates;
use super::grid::{self, Cell, Line};
use crate::diagnostic::wording::plural;
use crate::render::Style;
use crate::render::paint::Paint;
use crate::render::text::{csv_field, markdown_escape, markdown_sentence, sanitize, wrap, wrap_hanging};
use crate::report::env::free::{Free, SlotView, Wanted};

/// Narrower terminals get lines of this many columns.
const MIN_WIDTH: usize = 60;
/// Environments without a slot that are listed.
const LISTED: usize = 12;

/// A line for each slot, why others have none, and how the first is booked.
pub fn human(view: &Free, style: &Style) -> String {
    let style = Style { width: style.width.max(MIN_WIDTH), ..*style };
    let paint = Paint(style);
    let mut out = String::new();
    let dates = Dates { today: view.header.today, weekdays: true };
    let name = view.portfolio.as_deref().map_or_else(String::new, |name| format!("{} — ", sanitize(name)));
    let head = sanitize(&format!("{name}free for {}", wanted(&view.wanted, dates))).into_owned();
    let _ = writeln!(out, "{}\n", paint.dim(&wrap(&head, style.width)));
    if view.slots.is_empty() {
        let _ = writeln!(out, "{}", paint.yellow("No environment is free for that."));
    } else {
        let lines: Vec<Line> = view.slots.iter().map(|slot| line(view, slot, dates)).collect();
        out.push_str(&grid::render(&["environment", "stage", "when", "", ""], &lines, &[], paint));
    }
    if !view.left_out.is_empty() {
        let _ = writeln!(out, "\n{}", paint.dim("Left out:"));
    }
    for left in view.left_out.iter().take(LISTED) {
        let text = format!("{} {}", left.environment, left.message);
        let text = wrap_hanging(&sanitize(&text), style.width - 2, style.width - 4).replace('\n', "\n    ");
        let _ = writeln!(out, "  {}", paint.dim(&text));
    }
    if view.left_out.len() > LISTED {
        let more = view.left_out.len() - LISTED;
        let _ = writeln!(out, "  {}", paint.dim(&format!("and {more} more; `--format json` has them all")));
    }
    if let Some(first) = view.slots.first() {
        let _ = writeln!(out, "\nTo book the first:\n  {}", command(first));
    }
    out
}

/// The command, with a place for what is not known yet.
pub fn command(slot: &SlotView) -> String {
    let what =
        if slot.book.contains(" --release ") || slot.book.contains(" --purpose ") { "" } else { " --release ID" };
    sanitize(&format!("{}{what}", slot.book)).into_owned()
}

/// `5d from now (2 units, alone, for ledger and cards)`.
fn wanted(wanted: &Wanted, dates: Dates) -> String {
    let mut parts: Vec<String> = Vec::new();
    parts.extend((wanted.units != 1).then(|| plural(i64::from(wanted.units), "unit")));
    parts.extend(wanted.exclusive.then(|| "alone".to_owned()));
    parts.extend((wanted.r#use != "code").then(|| wanted.r#use.to_owned()));
    parts.extend((!wanted.projects.is_empty()).then(|| format!("hosting {}", wanted.projects.join(", "))));
    let parts = if parts.is_empty() { String::new() } else { format!(" ({})", parts.join(", ")) };
    let limit = if wanted.limited { format!(", over before {}", dates.moment(wanted.before)) } else { String::new() };
    format!("{}{parts} from {}{limit}", wanted.length, dates.moment(wanted.from))
}

fn line(view: &Free, slot: &SlotView, dates: Dates) -> Line {
    let days = (slot.from.local.date() - view.header.today).num_days();
    let wait = match days {
        ..=0 => "today".to_owned(),
        1 => "tomorrow".to_owned(),
        days => format!("in {days} days"),
    };
    let code = if days <= 1 { "32" } else { "" };
    let setup = if slot.held_from == slot.from {
        String::new()
    } else {
        format!("set up from {}", Dates { weekdays: false, ..dates }.moment(slot.held_from))
    };
    Line::Cells(vec![
        Cell::plain(&slot.environment),
        Cell::with(&slot.stage, "2"),
        Cell::with(dates.stretch(slot.from, slot.to), code),
        Cell::with(wait, code),
        Cell::with(setup, "2"),
    ])
}

/// A table in Markdown.
pub fn markdown(view: &Free) -> String {
    let mut out = String::new();
    let dates = Dates { today: view.header.today, weekdays: true };
    let name = view.portfolio.as_deref().map_or_else(String::new, |name| format!("{}: ", markdown_escape(name)));
    let _ = writeln!(out, "# {name}free for {}\n", markdown_escape(&wanted(&view.wanted, dates)));
    if view.slots.is_empty() {
        out.push_str("No environment is free for that.\n");
    } else {
        out.push_str("| environment | stage | from | to | set up from | time zone |\n|---|---|---|---|---|---|\n");
    }
    for slot in &view.slots {
        let setup = if slot.held_from == slot.from { String::new() } else { dates.moment(slot.held_from) };
        let cells = [
            slot.environment.clone(),
            slot.stage.clone(),
            dates.moment(slot.from),
            dates.until(slot.to),
            setup,
            slot.time_zone.to_owned(),
        ];
        let cells: Vec<String> = cells.iter().map(|text| markdown_escape(text)).collect();
        let _ = writeln!(out, "| {} |", cells.join(" | "));
    }
    if !view.left_out.is_empty() {
        out.push_str("\nLeft out:\n\n");
    }
    for left in &view.left_out {
        let _ = writeln!(out, "- {} {}", markdown_escape(&left.environment), markdown_sentence(&left.message));
    }
    if let Some(first) = view.slots.first() {
        let _ = writeln!(out, "\nTo book the first:\n\n```sh\n{}\n```", command(first));
    }
    out
}

const HEADER: &str = "environment,stage,from,to,held_from,time_zone,left_out,book\r\n";

/// A header, a line for each slot, and one for each environment left out, with the reason.
pub fn csv(view: &Free) -> String {
    let mut out = HEADER.to_owned();
    let mut line = |fields: [String; 8]| {
        let fields: Vec<_> = fields.iter().map(|field| csv_field(field)).collect();
        let _ = write!(out, "{}\r\n", fields.join(","));
    };
    for slot in &view.slots {
        line([
            slot.environment.clone(),
            slot.stage.clone(),
            slot.from.to_rfc3339(),
            slot.to.to_rfc3339(),
            slot.held_from.to_rfc3339(),
            slot.time_zone.to_owned(),
            String::new(),
            slot.book.clone(),
        ]);
    }
    for left in &view.left_out {
        let mut fields = <[String; 8]>::default();
        fields[0].clone_from(&left.environment);
        fields[6].clone_from(&left.message);
        line(fields);
    }
    out
}
