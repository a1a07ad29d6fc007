//! A booking that was written, or why it was not.

use std::fmt::Write;

use super::{Dates, address};
use crate::diagnostic::wording::plural;
use crate::render::Style;
use crate::render::findings::human::findings;
use crate::render::paint::Paint;
use crate::render::text::{sanitize, wrap_hanging};
use crate::report::env::book::Book;

/// Narrower terminals get lines of this many columns.
const MIN_WIDTH: usize = 60;
/// Lines of the manifest that are shown.
const LINES: usize = 12;

/// What speaks against it, and what was or would be written or else when it would be free.
pub fn human(view: &Book, style: &Style) -> String {
    let style = Style { width: style.width.max(MIN_WIDTH), ..*style };
    let paint = Paint(style);
    let mut out = findings(&view.findings, &style);
    let dates = Dates { today: view.header.today, weekdays: true };
    if !view.refused {
        let _ = writeln!(out, "{}", summary(view, dates, paint));
        let place = view.source.as_ref().map(address).unwrap_or_default();
        let _ = writeln!(out, "  {}", paint.dim(&sanitize(&place)));
        for line in view.lines.iter().filter(|line| !line.trim().is_empty()).take(LINES) {
            let line = sanitize(line);
            let indent = line.len() - line.trim_start().len();
            let hang = " ".repeat(indent + 4);
            let room = style.width.saturating_sub(indent + 6).max(20);
            let text = wrap_hanging(&line, room, room).replace('\n', &format!("\n  {hang}"));
            let _ = writeln!(out, "  {}", paint.green(&format!("+ {}{text}", &line[..indent])));
        }
        return out;
    }
    if let Some(slot) = &view.next_free {
        let text = format!("{} is free {}:", slot.environment, dates.stretch(slot.from, slot.to));
        let _ = writeln!(out, "{}\n  {}", sanitize(&text), sanitize(&slot.book));
    } else if let Some(why) = &view.never_free {
        let _ = writeln!(out, "{}", sanitize(&format!("There is no other time: {} {why}.", view.environment)));
    }
    out
}

/// `Booked uat-2 for cards-2027.1, Mon 23 Nov – Fri 27 Nov, as cards-2027.1 (2 units, alone)`.
fn summary(view: &Book, dates: Dates, paint: Paint) -> String {
    let verb = if view.written { "Booked" } else { "Would book" };
    let what = view.release.as_deref().or(view.purpose.as_deref()).unwrap_or_default();
    let mut facts: Vec<String> = Vec::new();
    facts.extend((view.units != 1).then(|| plural(i64::from(view.units), "unit")));
    facts.extend(view.exclusive.then(|| "alone".to_owned()));
    facts.extend((view.r#use != "code").then(|| view.r#use.to_owned()));
    let facts = if facts.is_empty() { String::new() } else { format!(" ({})", facts.join(", ")) };
    let when = dates.stretch(view.from, view.to);
    let text = format!("{verb} {} for {what}, {when}, as `{}`{facts}", view.environment, view.booking);
    let text = wrap_hanging(&sanitize(&text), paint.0.width, paint.0.width - 2).replace('\n', "\n  ");
    if view.written { paint.green(&text) } else { text }
}
