//! A small bar chart of a release over the weeks.

use chrono::{Datelike, NaiveDate, TimeDelta};

use crate::render::Style;
use crate::render::text::{display_width, sanitize, truncate_to_width};
use crate::report::plan::{Ends, ReleaseView};

/// One line of the chart: its label, and its cells, each with how to paint it.
pub struct Row {
    /// The label, cut to fit.
    pub label: String,
    /// What stands in each column.
    pub cells: Vec<Cell>,
}

/// What a cell of the chart shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cell {
    /// Nothing.
    Empty,
    /// Today, where nothing else is.
    Today,
    /// Planned.
    Planned,
    /// Planned, and a day of slip breaks a promise.
    Critical,
    /// Only the forecast says so.
    Forecast,
    /// Done.
    Done,
    /// A milestone.
    Milestone,
    /// The target.
    Target,
}

impl Cell {
    /// The character.
    pub fn glyph(self, unicode: bool) -> char {
        match (self, unicode) {
            (Self::Empty, _) => ' ',
            (Self::Today, true) => '│',
            (Self::Today, false) => '|',
            (Self::Planned, true) => '▆',
            (Self::Planned, false) => '=',
            (Self::Critical, true) => '█',
            (Self::Critical, false) => '#',
            (Self::Forecast, true) => '░',
            (Self::Forecast, false) => '.',
            (Self::Done, true) => '▁',
            (Self::Done, false) => '_',
            (Self::Milestone, true) => '◆',
            (Self::Milestone, false) => '*',
            (Self::Target, true) => '▲',
            (Self::Target, false) => '^',
        }
    }
}

/// The chart of a release: the header with the days of its weeks, and a row for each phase, the milestones and the target.
pub struct Chart {
    /// Columns before the cells.
    pub label_width: usize,
    /// The dates above the cells.
    pub header: String,
    /// The rows.
    pub rows: Vec<Row>,
}

/// The most columns a label takes.
const LABEL: usize = 18;
/// A chart of a day or two still names its first day.
const SHORTEST_HEADER: usize = 6;
/// A day takes no more columns than this, however short the release.
const MOST_PER_DAY: i64 = 2;

/// Draws a release, when it has anything to draw.
pub fn chart(release: &ReleaseView, today: NaiveDate, style: &Style) -> Option<Chart> {
    let scale = Scale::new(release, today, style)?;
    let mut rows: Vec<Row> = Vec::new();
    for phase in &release.phases {
        let mut cells = scale.empty();
        scale.fill(&mut cells, phase.forecast, Cell::Forecast);
        let planned = if phase.critical && super::open(release) { Cell::Critical } else { Cell::Planned };
        let planned = if phase.actual.end.is_some() { Cell::Done } else { planned };
        scale.fill(&mut cells, phase.planned, planned);
        rows.push(scale.row(&phase.id, cells));
    }
    let mut marks = scale.empty();
    let dates = release.milestones.iter().filter_map(|milestone| milestone.actual.or(milestone.date));
    dates.for_each(|date| scale.mark(&mut marks, date, Cell::Milestone));
    release.target.iter().for_each(|&target| scale.mark(&mut marks, target, Cell::Target));
    if marks.iter().any(|cell| matches!(cell, Cell::Milestone | Cell::Target)) {
        let label = match (release.milestones.is_empty(), release.target) {
            (true, _) => "target",
            (false, None) => "milestones",
            (false, Some(_)) => "dates",
        };
        rows.push(scale.row(label, marks));
    }
    Some(Chart { label_width: scale.label, header: scale.header(), rows })
}

struct Scale {
    first: NaiveDate,
    /// Days a column stands for, and columns a day takes: one of them is 1.
    days_per_column: i64,
    columns_per_day: i64,
    columns: usize,
    label: usize,
    today: Option<usize>,
}

impl Scale {
    fn new(release: &ReleaseView, today: NaiveDate, style: &Style) -> Option<Self> {
        let spans = release.phases.iter().flat_map(|phase| [phase.planned, phase.forecast]);
        let days = spans.flat_map(|ends| [ends.start, ends.end]).flatten();
        let marks = release.milestones.iter().filter_map(|milestone| milestone.actual.or(milestone.date));
        let all: Vec<NaiveDate> = days.chain(marks).chain(release.target).collect();
        if release.phases.iter().all(|phase| phase.planned.start.is_none()) {
            return None;
        }
        let (first, last) = (*all.iter().min()?, *all.iter().max()?);
        let first = first - TimeDelta::days(i64::from(first.weekday().num_days_from_monday()));
        let widest = release.phases.iter().map(|phase| display_width(&sanitize(&phase.id))).max().unwrap_or(0);
        let label = widest.clamp(6, LABEL);
        let room = style.width.saturating_sub(label + 5).max(20) as i64;
        let days = (last - first).num_days() + 1;
        let columns_per_day = (room / days).clamp(1, MOST_PER_DAY);
        let days_per_column = if columns_per_day > 1 { 1 } else { (days + room - 1) / room };
        let columns = ((days * columns_per_day + days_per_column - 1) / days_per_column) as usize;
        let mut scale = Self { first, days_per_column, columns_per_day, columns, label, today: None };
        if (first..=last).contains(&today) {
            scale.today = Some(scale.column(today));
        }
        Some(scale)
    }

    fn column(&self, day: NaiveDate) -> usize {
        ((day - self.first).num_days() * self.columns_per_day / self.days_per_column).max(0) as usize
    }

    fn empty(&self) -> Vec<Cell> {
        let mut cells = vec![Cell::Empty; self.columns];
        if let Some(cell) = self.today.and_then(|today| cells.get_mut(today)) {
            *cell = Cell::Today;
        }
        cells
    }

    fn fill(&self, cells: &mut [Cell], ends: Ends, what: Cell) {
        let (Some(start), Some(end)) = (ends.start, ends.end) else { return };
        let last = self.column(end) + self.columns_per_day as usize;
        let range = self.column(start)..last.min(cells.len());
        if let Some(cells) = cells.get_mut(range) {
            cells.fill(what);
        }
    }

    fn mark(&self, cells: &mut [Cell], day: NaiveDate, what: Cell) {
        if let Some(cell) = cells.get_mut(self.column(day)) {
            *cell = what;
        }
    }

    fn row(&self, label: &str, cells: Vec<Cell>) -> Row {
        let label = truncate_to_width(&sanitize(label), self.label).into_owned();
        Row { label, cells }
    }

    /// The Mondays, as far apart as their names need.
    fn header(&self) -> String {
        let mut header = String::new();
        let mut day = self.first;
        let mut month = 0;
        while self.column(day) < self.columns {
            let at = self.column(day);
            let name =
                if day.month() == month { day.format("%-d").to_string() } else { day.format("%-d %b").to_string() };
            let free = header.is_empty() || header.len() < at;
            if free && at + name.len() <= self.columns.max(SHORTEST_HEADER) {
                header.push_str(&" ".repeat(at.saturating_sub(header.len())));
                header.push_str(&name);
                month = day.month();
            }
            day += TimeDelta::days(7);
        }
        header
    }
}
