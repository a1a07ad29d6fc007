//! How full environments are, for a terminal: a line for each, a digit and a shade for each stretch that is alike.

use std::fmt::Write;
use std::ops::Range;

use chrono::Datelike;

use super::{Dates, Load, Mark, closure};
use crate::diagnostic::wording::plural;
use crate::render::Style;
use crate::render::paint::Paint;
use crate::render::text::{display_width, sanitize, truncate_to_width, wrap_hanging};
use crate::report::env::schedule::{Column, Days, Row, Timeline};

/// Narrower terminals get lines of this many columns.
const MIN_WIDTH: usize = 60;
/// The most columns an id takes.
const ID: usize = 24;
/// The most columns a day or a week takes.
const WIDEST: usize = 5;
/// Columns of a week in a view by weeks: two digits and a shade.
const WEEK: usize = 3;
/// Freezes and outages that are listed.
const CLOSURES: usize = 10;

/// Whether a view by days fits the width in one piece.
pub fn fits<'i>(days: Days, ids: impl Iterator<Item = &'i str>, style: &Style) -> bool {
    let label = label(ids) + 6;
    let weeks = days.count() / 7 + 1;
    // Without the gap after the last week.
    label as i64 + days.count() + weeks - 1 <= style.width.max(MIN_WIDTH) as i64
}

fn label<'i>(ids: impl Iterator<Item = &'i str>) -> usize {
    ids.map(|id| display_width(&sanitize(id))).max().unwrap_or(0).clamp(8, ID)
}

/// How the columns of a view become columns of a terminal.
#[derive(Clone, Copy)]
struct Layout {
    /// Columns of an id.
    label: usize,
    /// Columns of what there is.
    capacity: usize,
    /// Columns of a day or a week.
    cell: usize,
    weeks: bool,
    paint: Paint,
}

impl Layout {
    /// Columns before the first cell.
    fn indent(self) -> usize {
        2 + self.label + 1 + self.capacity + 1
    }
}

/// A heat map: a line for each environment, in pieces where the days are many, the legend, and what is closed when.
pub fn render(view: &Timeline, style: &Style) -> String {
    let style = Style { width: style.width.max(MIN_WIDTH), ..*style };
    let paint = Paint(style);
    let mut out = String::new();
    let dates = Dates { today: view.header.today, weekdays: true };
    let portfolio = view.portfolio.as_deref().map_or_else(String::new, |name| format!("{} — ", sanitize(name)));
    let head = format!("{portfolio}environments {} – {}", dates.day(view.from), dates.day(view.to));
    let _ = writeln!(out, "{}\n", paint.dim(&head));
    if view.environments.is_empty() {
        out.push_str("No environments to show.\n");
        return out;
    }
    map(&mut out, view, paint);
    closures(&mut out, view, dates, paint);
    if view.conflicts > 0 {
        let text = format!("{}: `relm env conflicts` shows who is there", plural(view.conflicts, "conflict"));
        let _ = writeln!(out, "{}", paint.red(&text));
    }
    out
}

/// The lines of the environments and the legend.
pub(in crate::render::env) fn map(out: &mut String, view: &Timeline, paint: Paint) {
    let weeks = view.by == "week";
    let capacity = view.environments.iter().map(|row| row.capacity.to_string().len() + 1).max().unwrap_or(2);
    let label = label(view.environments.iter().map(|row| &*row.id));
    let mut layout = Layout { label, capacity, cell: if weeks { WEEK } else { 1 }, weeks, paint };
    let room = paint.0.width - layout.indent();
    let groups = groups(view);
    let bands = bands(&groups, layout, room);
    layout.cell = widened(&bands, layout, room);
    for band in &bands {
        header(out, view, band, layout);
        let mut stage = None;
        for row in &view.environments {
            if stage != Some(&row.stage) {
                stage = Some(&row.stage);
                let _ = writeln!(out, "{}", paint.bold(&sanitize(&row.stage)));
            }
            line(out, view, row, band, layout);
        }
        out.push('\n');
    }
    legend(out, view, paint);
}

/// Columns that stand together without a gap: a week of days, or one week.
fn groups(view: &Timeline) -> Vec<Range<usize>> {
    let mut groups: Vec<Range<usize>> = Vec::new();
    for (index, column) in view.columns.iter().enumerate() {
        match groups.last_mut() {
            Some(last) if view.by == "day" && column.from.weekday() != chrono::Weekday::Mon => last.end = index + 1,
            _ => groups.push(index..index + 1),
        }
    }
    groups
}

/// Groups that go into one piece of the width each.
fn bands(groups: &[Range<usize>], layout: Layout, room: usize) -> Vec<Vec<Range<usize>>> {
    let mut bands: Vec<Vec<Range<usize>>> = Vec::new();
    let mut used = 0;
    for group in groups {
        let width = group.len() * layout.cell + 1;
        match bands.last_mut() {
            Some(band) if used + width <= room + 1 => band.push(group.clone()),
            _ => {
                bands.push(vec![group.clone()]);
                used = 0;
            }
        }
        used += width;
    }
    bands
}

/// As wide cells as the width allows for the longest piece.
fn widened(bands: &[Vec<Range<usize>>], layout: Layout, room: usize) -> usize {
    let widest = |band: &Vec<Range<usize>>| {
        let cells: usize = band.iter().map(ExactSizeIterator::len).sum();
        (room + 1).saturating_sub(band.len()) / cells.max(1)
    };
    bands.iter().map(widest).min().unwrap_or(layout.cell).clamp(layout.cell, WIDEST)
}

/// The months, the day each week begins on, and the days of the week with today.
fn header(out: &mut String, view: &Timeline, band: &[Range<usize>], layout: Layout) {
    let (mut months, mut days, mut letters) = (String::new(), String::new(), String::new());
    let mut month = None;
    let mut at = 0;
    for group in band {
        let first = view.columns[group.start];
        // A month stands above the first week that begins in it.
        let named = (first.from.year(), first.from.month());
        if month != Some(named) && (months.is_empty() || months.len() < at) {
            let text = if month.is_none_or(|(year, _)| year != named.0) { "%B %Y" } else { "%B" };
            months.push_str(&" ".repeat(at - months.len()));
            months.push_str(&first.from.format(text).to_string());
            month = Some(named);
        }
        days.push_str(&" ".repeat(at.saturating_sub(days.len())));
        days.push_str(&first.from.day().to_string());
        for column in &view.columns[group.clone()] {
            letters.push_str(&letter(column, layout));
        }
        letters.push(' ');
        at += group.len() * layout.cell + 1;
    }
    let paint = layout.paint;
    let indent = layout.indent();
    let _ = writeln!(out, "{:indent$}{}", "", paint.bold(months.trim_end()));
    let _ = writeln!(out, "{:indent$}{}", "", days.trim_end());
    let letters = letters.trim_end();
    if !letters.is_empty() {
        let today = if paint.0.unicode { "▼" } else { "v" };
        let parts: Vec<String> = letters.split(today).map(|part| paint.dim(part)).collect();
        let _ = writeln!(out, "{:indent$}{}", "", parts.join(&paint.with(today, "1;36")));
    }
}

/// What stands above a column: the first letter of the day, or the mark of today.
fn letter(column: &Column, layout: Layout) -> String {
    let today = if layout.paint.0.unicode { "▼" } else { "v" };
    let name = column.from.format("%a").to_string();
    let letter = match (column.today, layout.weeks) {
        (true, _) => today,
        (false, true) => " ",
        (false, false) => &name[..1],
    };
    format!("{letter}{}", " ".repeat(layout.cell - 1))
}

/// The line of an environment, and one with marks below where there are any.
fn line(out: &mut String, view: &Timeline, row: &Row, band: &[Range<usize>], layout: Layout) {
    let id = sanitize(&row.id).into_owned();
    let id = truncate_to_width(&id, layout.label);
    let pad = " ".repeat(layout.label - display_width(&id));
    let (mut cells, mut marks, mut plain) = (String::new(), String::new(), String::new());
    for group in band {
        let (load, mark) = (loads(view, row, group.clone(), layout), self::marks(row, group.clone(), layout));
        let _ = write!(cells, "{load} ");
        let _ = write!(marks, "{} ", mark.0);
        let _ = write!(plain, "{} ", mark.1);
    }
    let capacity = format!("{:>width$}", format!("/{}", row.capacity), width = layout.capacity);
    let _ = writeln!(out, "{}", format!("  {id}{pad} {} {cells}", layout.paint.dim(&capacity)).trim_end());
    if !plain.trim().is_empty() {
        let _ = writeln!(out, "{:indent$}{}", "", marks.trim_end(), indent = layout.indent());
    }
}

/// Stretches that are alike: the units, then the shade.
fn loads(view: &Timeline, row: &Row, group: Range<usize>, layout: Layout) -> String {
    let mut out = String::new();
    let alike = |&a: &usize, &b: &usize| {
        let key = |index: usize| (row.cells[index].units, Load::of(&row.cells[index], row.capacity));
        key(a) == key(b)
    };
    let indexes: Vec<usize> = group.collect();
    for run in indexes.chunk_by(alike) {
        let cell = &row.cells[run[0]];
        let load = Load::of(cell, row.capacity);
        let width = run.len() * layout.cell;
        let units = cell.units.to_string();
        let shade = shade(load, layout.paint.0.unicode);
        // A conflict too short for a digit and a sign keeps the sign; where numbers would run together, ten is a plus.
        let text = match load {
            Load::Free => String::new(),
            Load::Over | Load::Doubtful if units.len() >= width => String::new(),
            _ if units.len() > 1 && units.len() >= layout.cell => "+".to_owned(),
            _ => units,
        };
        let mut glyphs: Vec<char> = text.chars().collect();
        glyphs.resize(width, shade);
        for (number, &index) in run.iter().enumerate() {
            let mut part: String = glyphs[number * layout.cell..(number + 1) * layout.cell].iter().collect();
            let rest = view.columns[index].rest;
            if load == Load::Free {
                // Days without work stay blank, so that weeks stand apart.
                let dot = if rest { ' ' } else { shade };
                part = format!("{dot}{}", " ".repeat(layout.cell - 1));
            }
            out.push_str(&layout.paint.with(&part, colour(load, rest)));
        }
    }
    out
}

fn shade(load: Load, unicode: bool) -> char {
    match (load, unicode) {
        (Load::Free, true) => '·',
        (Load::Free, false) => '.',
        (Load::Low, true) => '░',
        (Load::Low, false) => '-',
        (Load::Half, true) => '▒',
        (Load::Half, false) => '=',
        (Load::High, true) => '▓',
        (Load::High, false) => '%',
        (Load::Full, true) => '█',
        (Load::Full, false) => '#',
        (Load::Doubtful, _) => '?',
        (Load::Over, _) => '!',
    }
}

fn colour(load: Load, rest: bool) -> &'static str {
    match (load, rest) {
        (Load::Free, _) => "2",
        (Load::Low | Load::Half, false) => "32",
        (Load::Low | Load::Half, true) => "2;32",
        (Load::High | Load::Full, false) => "33",
        (Load::High | Load::Full, true) => "2;33",
        (Load::Doubtful, false) => "1;35",
        (Load::Doubtful, true) => "35",
        (Load::Over, false) => "1;31",
        (Load::Over, true) => "31",
    }
}

/// The marks of a group, painted and plain.
fn marks(row: &Row, group: Range<usize>, layout: Layout) -> (String, String) {
    let (mut painted, mut plain) = (String::new(), String::new());
    for index in group {
        let mark = Mark::of(&row.cells[index]);
        let glyph = mark.glyph(layout.paint.0.unicode);
        let text = format!("{glyph}{}", " ".repeat(layout.cell - 1));
        painted.push_str(&layout.paint.with(&text, mark_colour(mark)));
        plain.push_str(&text);
    }
    (painted, plain)
}

fn mark_colour(mark: Mark) -> &'static str {
    match mark {
        Mark::None => "",
        Mark::Maintenance => "34",
        Mark::PartialFreeze | Mark::Freeze => "36",
        Mark::Outage => "31",
    }
}

/// What the signs mean, as far as they occur.
fn legend(out: &mut String, view: &Timeline, paint: Paint) {
    let unicode = paint.0.unicode;
    let cells = || view.environments.iter().flat_map(|row| row.cells.iter().map(|cell| (cell, row.capacity)));
    let occurs = |wanted: Load| cells().any(|(cell, capacity)| Load::of(cell, capacity) == wanted);
    let shades: String =
        [Load::Low, Load::Half, Load::High, Load::Full].into_iter().map(|load| shade(load, unicode)).collect();
    let mut parts = vec![format!("1{shades} units booked, by share")];
    parts.extend(occurs(Load::Over).then(|| "! more than there is".to_owned()));
    parts.extend(occurs(Load::Doubtful).then(|| "? more, with drafts".to_owned()));
    for mark in [Mark::Freeze, Mark::PartialFreeze, Mark::Outage, Mark::Maintenance] {
        if cells().any(|(cell, _)| Mark::of(cell) == mark) {
            parts.push(format!("{} {}", mark.glyph(unicode), mark.word()));
        }
    }
    if view.columns.iter().any(|column| column.today) {
        parts.push(format!("{} today", if unicode { "▼" } else { "v" }));
    }
    // Parts stay in one piece.
    let mut used = 0;
    for part in parts {
        let width = display_width(&part);
        let gap = match used {
            0 => "",
            _ if used + 3 + width <= paint.0.width => "   ",
            _ => "\n",
        };
        used = if gap == "   " { used + 3 + width } else { width };
        let _ = write!(out, "{gap}{}", paint.dim(&part));
    }
    out.push('\n');
}

/// Freezes and outages; maintenance is regular and only marked.
fn closures(out: &mut String, view: &Timeline, dates: Dates, paint: Paint) {
    let listed: Vec<_> = view.closures.iter().filter(|one| one.kind != "maintenance").collect();
    if listed.is_empty() {
        return;
    }
    out.push('\n');
    for one in listed.iter().take(CLOSURES) {
        let mark = Mark::of_closure(one);
        let text = sanitize(&closure(one, dates)).into_owned();
        let room = paint.0.width - 2;
        let text = wrap_hanging(&text, room, room).replace('\n', "\n  ");
        let _ = writeln!(out, "{} {text}", paint.with(mark.glyph(paint.0.unicode), mark_colour(mark)));
    }
    if listed.len() > CLOSURES {
        let more = listed.len() - CLOSURES;
        let _ = writeln!(out, "  {}", paint.dim(&format!("and {more} more; `--format json` has them all")));
    }
}
