//! Where bookings collide, for a terminal: each with a picture of who is there when.

use std::fmt::Write;

use super::picture::{Cell, Picture};
use super::{Dates, facts, fault};
use crate::diagnostic::wording::plural;
use crate::render::Style;
use crate::render::env::name;
use crate::render::paint::Paint;
use crate::render::text::{display_width, sanitize, truncate_to_width, wrap_hanging};
use crate::report::env::conflicts::{ConflictView, Conflicts, Participant};

/// Narrower terminals get lines of this many columns.
const MIN_WIDTH: usize = 60;
/// The most columns a name takes before its bar.
const NAME: usize = 30;
/// Columns of a bar where the facts stand behind it.
const BAR: usize = 40;
/// From this width on the facts of a booking stand behind its bar, else below.
const WIDE: usize = 120;
/// Bookings that are drawn of one conflict.
const DRAWN: usize = 12;

/// A picture of each conflict, the one that yields marked.
pub fn render(view: &Conflicts, style: &Style) -> String {
    let style = Style { width: style.width.max(MIN_WIDTH), ..*style };
    let paint = Paint(style);
    let mut out = String::new();
    let portfolio = view.portfolio.as_deref().map_or_else(String::new, |name| format!("{} — ", sanitize(name)));
    let head = format!("{portfolio}conflicts as of {}", view.header.today.format("%a %Y-%m-%d"));
    let _ = writeln!(out, "{}\n", paint.dim(&head));
    let dates = Dates { today: view.header.today, weekdays: true };
    for conflict in &view.conflicts {
        one(&mut out, conflict, dates, paint);
        out.push('\n');
    }
    let _ = writeln!(out, "{}", summary(view, paint));
    if view.conflicts.iter().any(|conflict| conflict.bookings.iter().any(|one| one.yields)) {
        let text = format!("{} yields: the lowest priority, of equals the one that begins last.", mark(paint));
        let room = paint.0.width;
        let _ = writeln!(out, "{}", paint.dim(&wrap_hanging(&text, room, room)));
    }
    out
}

fn mark(paint: Paint) -> &'static str {
    if paint.0.unicode { "▶" } else { ">" }
}

/// One conflict with its picture.
pub(in crate::render::env) fn one(out: &mut String, conflict: &ConflictView, dates: Dates, paint: Paint) {
    let environment = sanitize(&conflict.environment).into_owned();
    let when = dates.stretch(conflict.from, conflict.to);
    let fault = format!("{}: {}", conflict.rule, fault(conflict));
    let fault = if conflict.tentative { format!("{fault}, with drafts") } else { fault };
    let zone = format!("{} · {}", sanitize(&conflict.stage), conflict.time_zone);
    let coloured = if conflict.tentative { paint.yellow(&fault) } else { paint.with(&fault, "1;31") };
    let parts = [
        (display_width(&environment), paint.bold(&environment)),
        (display_width(&when), when),
        (display_width(&fault), coloured),
        (display_width(&zone), paint.dim(&zone)),
    ];
    let mut used = 0;
    for (width, text) in parts {
        // What does not fit stands on a further line.
        let gap = match used {
            0 => "",
            _ if used + 2 + width <= paint.0.width => "  ",
            _ => "\n  ",
        };
        used = if gap == "  " { used + 2 + width } else { gap.len().saturating_sub(1) + width };
        let _ = write!(out, "{gap}{text}");
    }
    out.push('\n');
    let wide = paint.0.width >= WIDE;
    // Who explains it comes first, then who is there too.
    let mut shown: Vec<&Participant> = conflict.bookings.iter().collect();
    shown.sort_by_key(|one| !one.cause);
    let more = shown.len().saturating_sub(DRAWN);
    shown.truncate(DRAWN);
    let wanted = format!("wanted (of {})", conflict.capacity);
    let names: Vec<String> = shown.iter().map(|one| sanitize(&name(&one.booking)).into_owned()).collect();
    let longest = names.iter().map(|name| display_width(name)).max().unwrap_or(0).max(wanted.len()).min(NAME);
    let room = if wide { BAR } else { paint.0.width.saturating_sub(longest + 6) };
    let picture = Picture::new(conflict, room);
    let _ = writeln!(out, "    {:longest$}  {}", "", paint.dim(picture.header().trim_end()));
    for (one, name) in shown.iter().zip(&names) {
        let name = truncate_to_width(name, longest);
        let pad = " ".repeat(longest - display_width(&name));
        let mark = if one.yields { mark(paint) } else { " " };
        let label = format!("{mark} {name}");
        let label = if one.yields { paint.yellow(&label) } else { label };
        let bar = bar(&picture.cells(conflict, one), paint);
        let facts = sanitize(&facts(one, dates)).into_owned();
        let facts = if one.yields { format!("yields · {facts}") } else { facts };
        if wide {
            let behind = longest + 8 + picture.columns;
            let text = wrap_hanging(&facts, paint.0.width.saturating_sub(behind).max(20), paint.0.width - behind);
            let text = text.replace('\n', &format!("\n{}", " ".repeat(behind)));
            let fill = " ".repeat(picture.columns - bar.1);
            let _ = writeln!(out, "  {label}{pad}  {}{fill}  {}", bar.0, paint.dim(&text));
        } else {
            let _ = writeln!(out, "  {label}{pad}  {}", bar.0);
            let room = paint.0.width - 6;
            for line in wrap_hanging(&facts, room, room).lines() {
                let _ = writeln!(out, "      {}", paint.dim(line));
            }
        }
    }
    if more > 0 {
        let _ = writeln!(out, "    {}", paint.dim(&format!("and {more} more; `--format json` has them all")));
    }
    let demand = picture.demand(conflict);
    let painted = if conflict.tentative { paint.yellow(demand.trim_end()) } else { paint.red(demand.trim_end()) };
    let _ = writeln!(out, "    {wanted:longest$}  {painted}");
}

/// A bar and its columns.
fn bar(cells: &[Cell], paint: Paint) -> (String, usize) {
    let used = cells.iter().rposition(|cell| *cell != Cell::Empty).map_or(0, |last| last + 1);
    let mut out = String::new();
    for run in cells[..used].chunk_by(|a, b| a == b) {
        let glyph = match (run[0], paint.0.unicode) {
            (Cell::Empty, _) => " ",
            (Cell::Alone, true) => "░",
            (Cell::Alone, false) => "-",
            (Cell::Collides, true) => "█",
            (Cell::Collides, false) => "#",
        };
        let text = glyph.repeat(run.len());
        out.push_str(&if run[0] == Cell::Collides { paint.red(&text) } else { text });
    }
    (out, used)
}

/// The last line: how many, and how many are over.
fn summary(view: &Conflicts, paint: Paint) -> String {
    let count = view.conflicts.len() as i64;
    let drafts = view.conflicts.iter().filter(|conflict| conflict.tentative).count() as i64;
    let mut parts = vec![match count {
        0 => paint.green("no conflicts"),
        _ => plural(count, "conflict"),
    }];
    if drafts > 0 {
        parts.push(paint.yellow(&format!("{drafts} only with drafts")));
    }
    if view.past > 0 {
        parts.push(format!("{} that {} over: `--all`", view.past, if view.past == 1 { "is" } else { "are" }));
    }
    parts.join(" · ")
}
