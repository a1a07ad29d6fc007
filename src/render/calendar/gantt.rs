//! A line for each phase, freeze and environment, over the weeks.

use std::collections::HashMap;
use std::fmt::Write;

use chrono::{Datelike, NaiveDate, TimeDelta};

use super::kinds::{Look, look};
use super::{drawn_days, monday};
use crate::render::paint::Paint;
use crate::render::text::{display_width, sanitize, truncate_to_width};
use crate::report::calendar::{Calendar, EventKind, EventStatus, EventView};

/// A day takes no more columns than this, however wide the terminal.
const MOST_PER_DAY: usize = 3;
/// Columns of the names on the left.
const LABEL: std::ops::RangeInclusive<usize> = 16..=44;

/// The chart.
pub fn render(calendar: &Calendar, paint: Paint) -> String {
    let Some((from, to)) = calendar.from.zip(calendar.to).filter(|_| !calendar.events.is_empty()) else {
        return String::new();
    };
    let groups = groups(calendar);
    let names = groups.iter().flat_map(|group| {
        let rows = group.rows.iter().map(|row| display_width(&row.name) + 2);
        rows.chain([display_width(&group.name)])
    });
    let share = (paint.0.width * 2 / 5).min(*LABEL.end());
    let label = names.max().unwrap_or(0).clamp(*LABEL.start(), share);
    let scale = Scale::new(from, to, paint.0.width.saturating_sub(label + 2));
    let chart = Chart { calendar, paint, label, scale };
    let mut out = chart.header();
    for group in &groups {
        chart.line(&mut out, &group.name, true, &group.marks);
        for row in &group.rows {
            chart.line(&mut out, &format!("  {}", row.name), false, &row.events);
        }
    }
    out
}

/// What belongs together: a release, an environment, the freezes.
struct Group<'c> {
    name: String,
    /// What takes a day or less stands on the line of the group.
    marks: Vec<&'c EventView>,
    rows: Vec<Row<'c>>,
}

/// A line: what has the same name, such as the occurrences of a window.
struct Row<'c> {
    name: String,
    events: Vec<&'c EventView>,
}

/// Releases by their first event, then the freezes, environments, trains, and changes of no release.
fn groups(calendar: &Calendar) -> Vec<Group<'_>> {
    let mut groups: Vec<((u8, &str), Group<'_>)> = Vec::new();
    let mut known: HashMap<(u8, &str), usize> = HashMap::new();
    let mut rows: HashMap<(usize, &str), usize> = HashMap::new();
    for event in &calendar.events {
        let key = key(event);
        let at = *known.entry(key).or_insert_with(|| {
            let name = sanitize(key.1).into_owned();
            groups.push((key, Group { name, marks: Vec::new(), rows: Vec::new() }));
            groups.len() - 1
        });
        let group = &mut groups[at].1;
        let (first, last) = drawn_days(calendar, event);
        if key.0 == RELEASE && first == last && event.kind != EventKind::Phase {
            group.marks.push(event);
            continue;
        }
        let name = if key.0 == RELEASE { &event.label } else { &event.title };
        let row = *rows.entry((at, name)).or_insert_with(|| {
            group.rows.push(Row { name: sanitize(name.trim()).into_owned(), events: Vec::new() });
            group.rows.len() - 1
        });
        group.rows[row].events.push(event);
    }
    // A stable sort: the order of releases is that of their first events.
    groups.sort_by_key(|(key, _)| key.0);
    for ((kind, _), group) in &mut groups {
        if *kind != RELEASE {
            group.rows.sort_by(|a, b| a.name.cmp(&b.name));
        }
    }
    groups.into_iter().map(|(_, group)| group).collect()
}

/// The place of releases among the groups.
const RELEASE: u8 = 0;

fn key(event: &EventView) -> (u8, &str) {
    match (event.kind, &event.release) {
        (EventKind::Freeze, _) => (1, "Freezes"),
        (EventKind::Maintenance | EventKind::Outage | EventKind::Booking, _) => (2, "Environments"),
        (EventKind::Train, _) | (EventKind::Milestone, None) => (3, "Trains"),
        (_, Some(release)) => (RELEASE, release),
        (_, None) => (4, "Changes"),
    }
}

/// Which column stands for which day.
struct Scale {
    first: NaiveDate,
    last: NaiveDate,
    days_per_column: usize,
    columns_per_day: usize,
}

impl Scale {
    fn new(from: NaiveDate, to: NaiveDate, room: usize) -> Self {
        let first = monday(from);
        let days = ((to - first).num_days() + 1).max(1) as usize;
        let columns_per_day = (room / days).clamp(1, MOST_PER_DAY);
        let days_per_column = if room < days { days.div_ceil(room.max(1)) } else { 1 };
        Self { first, last: to, days_per_column, columns_per_day }
    }

    fn column(&self, day: NaiveDate) -> usize {
        (day - self.first).num_days().max(0) as usize * self.columns_per_day / self.days_per_column
    }

    fn columns(&self) -> usize {
        self.column(self.last) + self.columns_per_day
    }
}

struct Chart<'c> {
    calendar: &'c Calendar,
    paint: Paint,
    label: usize,
    scale: Scale,
}

/// A column of a line.
#[derive(Clone, Copy)]
struct Cell {
    glyph: char,
    code: &'static str,
}

impl Chart<'_> {
    /// The months, and the Mondays below them, as far apart as their names need.
    fn header(&self) -> String {
        let columns = self.scale.columns();
        let (mut months, mut days) = (String::new(), String::new());
        let mut day = self.scale.first;
        let mut starts: Vec<NaiveDate> = Vec::new();
        while day <= self.scale.last {
            if starts.last().is_none_or(|last| last.month() != day.month()) {
                starts.push(day);
            }
            put(&mut days, self.scale.column(day), &day.day().to_string(), columns);
            day += TimeDelta::days(7);
        }
        for (index, start) in starts.iter().enumerate() {
            // The year stands where it leaves room for the next month.
            let at = self.scale.column(*start);
            let next = starts.get(index + 1).map_or(columns + 1, |next| self.scale.column(*next));
            let fits = at + "Jan 2026".len() < next;
            put(&mut months, at, &start.format(if fits { "%b %Y" } else { "%b" }).to_string(), columns);
        }
        let indent = " ".repeat(self.label + 2);
        format!("{indent}{}\n{indent}{}\n", self.paint.bold(months.trim_end()), self.paint.dim(days.trim_end()))
    }

    fn line(&self, out: &mut String, name: &str, bold: bool, events: &[&EventView]) {
        let mut cells = self.blank();
        // What matters most is drawn last, over the others.
        let mut events: Vec<&&EventView> = events.iter().collect();
        events.sort_by_key(|event| std::cmp::Reverse(look(event.kind).rank));
        for event in events {
            self.draw(&mut cells, event);
        }
        let name = truncate_to_width(name, self.label).into_owned();
        let pad = " ".repeat(self.label + 2 - display_width(&name));
        let name = if bold { self.paint.bold(&name) } else { name };
        let _ = writeln!(out, "{}", format!("{name}{pad}{}", self.painted(&cells)).trim_end());
    }

    /// Days off and today.
    fn blank(&self) -> Vec<Cell> {
        let unicode = self.paint.0.unicode;
        let mut cells = vec![Cell { glyph: ' ', code: "" }; self.scale.columns()];
        if self.scale.days_per_column == 1 {
            for day in &self.calendar.days_off {
                let at = self.scale.column(*day);
                let dot = Cell { glyph: if unicode { '·' } else { '.' }, code: "2" };
                if let Some(cells) = cells.get_mut(at..at + self.scale.columns_per_day) {
                    cells.fill(dot);
                }
            }
        }
        let today = self.calendar.header.today;
        if (self.scale.first..=self.scale.last).contains(&today) {
            cells[self.scale.column(today)] = Cell { glyph: if unicode { '│' } else { '|' }, code: "1" };
        }
        cells
    }

    fn draw(&self, cells: &mut [Cell], event: &EventView) {
        let (first, last) = drawn_days(self.calendar, event);
        let (begin, end) = (self.scale.column(first), self.scale.column(last) + self.scale.columns_per_day);
        let look: Look = look(event.kind);
        let unicode = self.paint.0.unicode;
        let single = first == last && event.kind != EventKind::Phase;
        let glyph = match (event.kind, single) {
            (_, true) => look.symbol(unicode),
            (EventKind::Phase, false) if unicode => match event.status {
                EventStatus::Tentative => '▒',
                _ => '█',
            },
            (EventKind::Hypercare, false) if unicode => '▁',
            (EventKind::Booking, false) if unicode => '▄',
            _ => look.bar(unicode),
        };
        let end = if single { begin + 1 } else { end.min(cells.len()) };
        if let Some(cells) = cells.get_mut(begin..end) {
            cells.fill(Cell { glyph, code: look.ink });
        }
    }

    /// The cells, those of one colour together.
    fn painted(&self, cells: &[Cell]) -> String {
        let mut out = String::new();
        for run in cells.chunk_by(|a, b| a.code == b.code) {
            let text: String = run.iter().map(|cell| cell.glyph).collect();
            let code = run.first().map_or("", |cell| cell.code);
            out.push_str(&if code.is_empty() { text } else { self.paint.with(&text, code) });
        }
        out
    }
}

/// Writes a text at a column, unless something stands there or it does not fit.
fn put(line: &mut String, at: usize, text: &str, columns: usize) {
    if (line.is_empty() || line.len() < at) && at + text.len() <= columns.max(text.len()) {
        line.push_str(&" ".repeat(at - line.len()));
        line.push_str(text);
    }
}
