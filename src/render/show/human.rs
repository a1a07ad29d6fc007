//! Everything about one object, for a terminal.

use std::fmt::Write;

use super::{PLANNED, address, dates, local_address, phase_dates};
use crate::render::Style;
use crate::render::findings::human as findings;
use crate::render::paint::Paint;
use crate::render::plan::human as plan;
use crate::render::text::{display_width, sanitize, truncate_to_width, wrap_hanging};
use crate::report::show::{Item, Section, Show};

/// Narrower terminals get lines of this many columns.
const MIN_WIDTH: usize = 60;
/// The most columns an id takes before the rest of its line.
const ID: usize = 34;
/// Text in fewer columns than this goes below its item instead of beside it.
const BODY: usize = 30;
/// The most items of a section; JSON has them all.
const ITEMS: usize = 12;

/// The title, the facts, the plan, every section, and the findings.
pub fn render(show: &Show, style: &Style) -> String {
    let style = Style { width: style.width.max(MIN_WIDTH), ..*style };
    let paint = Paint(style);
    let mut out = String::new();
    title(&mut out, show, paint);
    if let Some(release) = &show.release {
        plan::standing(&mut out, release, paint);
    }
    let dated = show.phase.as_ref().map(phase_dates).unwrap_or_default();
    let own = show.facts.iter().map(|fact| (fact.name, fact.value.clone()));
    facts(&mut out, &dated.into_iter().chain(own).collect::<Vec<_>>(), paint);
    if let Some(release) = &show.release {
        plan::phases(&mut out, release, show.header.today, paint);
    }
    for each in &show.sections {
        if each.id == PLANNED && show.release.is_some() {
            places(&mut out, each, show, paint);
        } else {
            section(&mut out, each, show, paint);
        }
    }
    if !show.findings.is_empty() {
        let _ = writeln!(out, "\n{}\n", paint.bold("Findings"));
        out.push_str(findings::findings(&show.findings, &style).trim_end());
        out.push('\n');
    }
    out
}

fn title(out: &mut String, show: &Show, paint: Paint) {
    let name = show.name.as_deref().map_or_else(String::new, |name| format!("  {}", sanitize(name)));
    let mut words = vec![show.kind.to_owned()];
    if let Some(release) = &show.release {
        words.extend([release.r#type.clone(), release.status.to_owned()]);
    }
    words.extend(show.source.as_ref().map(address));
    let facts = sanitize(&words.join(" · ")).into_owned();
    let id = sanitize(&show.id);
    let fits = display_width(&id) + display_width(&name) + 2 + display_width(&facts) <= paint.0.width;
    let gap = if fits { "  " } else { "\n  " };
    let name = plan::hanging(&name, display_width(&id), paint.0.width);
    let facts = wrap_hanging(&facts, paint.0.width - 2, paint.0.width - 4).replace('\n', "\n    ");
    let _ = writeln!(out, "{}{name}{gap}{}", paint.bold(&id), paint.dim(&facts));
}

fn facts(out: &mut String, facts: &[(&str, String)], paint: Paint) {
    let widest = facts.iter().map(|(name, _)| display_width(name)).max().unwrap_or(0);
    for (name, value) in facts {
        let room = paint.0.width.saturating_sub(widest + 4).max(20);
        let value = wrap_hanging(&sanitize(value), room, room);
        let value = value.replace('\n', &format!("\n{}", " ".repeat(widest + 4)));
        let _ = writeln!(out, "  {}  {value}", paint.dim(&format!("{name:widest$}")));
    }
}

/// Where the phases of a release are written, which its table has no room for.
fn places(out: &mut String, section: &Section, show: &Show, paint: Paint) {
    let place = |item: &Item| {
        let id = item.id.rsplit('/').next().unwrap_or(&item.id);
        item.source.as_ref().map(|source| format!("{id} {}", local_address(source, show)))
    };
    let places: Vec<String> = section.items.iter().filter_map(place).collect();
    if !places.is_empty() {
        let text = format!("written at {}", places.join(", "));
        let text = wrap_hanging(&sanitize(&text), paint.0.width - 4, paint.0.width - 4);
        for line in text.lines() {
            let _ = writeln!(out, "    {}", paint.dim(line));
        }
    }
}

fn section(out: &mut String, section: &Section, show: &Show, paint: Paint) {
    let _ = writeln!(out, "\n{}", paint.bold(section.title));
    let shown: Vec<Line> = section.items.iter().take(ITEMS).map(|item| Line::new(item, show)).collect();
    let columns = Columns {
        id: shown.iter().map(|line| display_width(&line.id)).max().unwrap_or(0).min(ID),
        dates: shown.iter().map(|line| display_width(&line.dates)).max().unwrap_or(0),
    };
    for line in &shown {
        line.write(out, columns, paint);
    }
    let more = section.items.len() - shown.len();
    if more > 0 {
        let _ = writeln!(out, "    {}", paint.dim(&format!("and {more} more")));
    }
}

/// How wide the columns of a section are.
#[derive(Clone, Copy)]
struct Columns {
    id: usize,
    dates: usize,
}

/// An item as its parts, safe for a terminal.
struct Line<'s> {
    item: &'s Item,
    id: String,
    dates: String,
    text: String,
    source: String,
}

impl<'s> Line<'s> {
    fn new(item: &'s Item, show: &Show) -> Self {
        // What is inside the release that is shown needs no release before its id.
        let inside = show.release.as_ref().and_then(|release| item.id.strip_prefix(&*release.id)?.strip_prefix('/'));
        let decides = item.decides.then(|| "decides".to_owned());
        let words: Vec<String> =
            item.name.iter().chain(&item.state).chain(&decides).chain(&item.details).cloned().collect();
        let source = item.source.as_ref().map(|source| local_address(source, show)).unwrap_or_default();
        Self {
            item,
            id: sanitize(inside.unwrap_or(&item.id)).into_owned(),
            dates: sanitize(&dates(item)).into_owned(),
            text: sanitize(&words.join(" · ")).into_owned(),
            source: sanitize(&source).into_owned(),
        }
    }

    fn write(&self, out: &mut String, columns: Columns, paint: Paint) {
        let width = paint.0.width;
        let mark = match (self.item.decides, paint.0.unicode) {
            (true, true) => "▶",
            (true, false) => ">",
            (false, _) => " ",
        };
        let id = truncate_to_width(&self.id, columns.id);
        let mut left = format!("  {mark} {id}{}", " ".repeat(columns.id - display_width(&id)));
        if columns.dates > 0 {
            let pad = columns.dates.saturating_sub(display_width(&self.dates));
            let _ = write!(left, "  {}{}", self.dates, " ".repeat(pad));
        }
        let used = display_width(&left) + 2;
        let hang = if used + BODY <= width { used } else { 6 };
        let body = wrap_hanging(&self.text, width.saturating_sub(used).max(1), width - hang);
        // The place stands behind the text where it fits, else on a line of its own.
        let last = body.lines().last().map_or(0, display_width);
        let indent = if body.contains('\n') { hang } else { used };
        let fits = indent + last + 2 + display_width(&self.source) <= width;
        let gap = match (self.source.is_empty() || last == 0 && fits, fits) {
            (true, _) => String::new(),
            (false, true) => "  ".to_owned(),
            (false, false) => format!("\n{}", " ".repeat(hang)),
        };
        let body = body.replace('\n', &format!("\n{}", " ".repeat(hang)));
        let left = if self.item.decides { paint.yellow(&left) } else { left };
        let body = paint_state(&body, self.item, paint);
        let line = format!("{left}  {body}{gap}{}", paint.dim(&self.source));
        let _ = writeln!(out, "{}", line.trim_end());
    }
}

/// Colours the word that says where the item stands.
fn paint_state(body: &str, item: &Item, paint: Paint) -> String {
    let Some(state) = item.state.as_deref() else { return body.to_owned() };
    let coloured = match state {
        "passed" | "approved" | "met" | "succeeded" | "restored" | "reached" | "done" | "sent" | "closed"
        | "released" => paint.green(state),
        "overdue" | "rejected" | "failed" | "rolled-back" => paint.red(state),
        "open" | "unmet" | "pending" => paint.yellow(state),
        _ => return body.to_owned(),
    };
    // The name stands before it and may hold the same word.
    let from = item.name.as_deref().map_or(0, |name| name.len().min(body.len()));
    let at = (from..body.len()).find(|&at| body.is_char_boundary(at) && body[at..].starts_with(state));
    at.map_or_else(|| body.to_owned(), |at| format!("{}{coloured}{}", &body[..at], &body[at + state.len()..]))
}
