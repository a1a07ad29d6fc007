//! The view of `relm env schedule`: environments over days or weeks.

use std::collections::HashMap;
use std::ops::Range;

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use serde::Serialize;

use super::{Input, Moment, Source, conflicts};
use crate::analysis::windows::{self, Deploying, EnvironmentTimes, Stretch, Times};
use crate::model::environment::Environment;
use crate::model::portfolio::Freeze;
use crate::model::{Id, Identified};
use crate::report::Header;
use crate::time::{Interval, plus_days, zone};

/// The name and version of [`Timeline`]'s shape.
pub const SCHEMA: &str = "relm.env.schedule/1";

/// Weeks that are shown when nobody says which: this one and six more.
pub const WEEKS: i64 = 7;

/// What `relm env schedule` shows.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct Timeline {
    /// Schema, day and revision.
    #[serde(flatten)]
    pub header: Header,
    /// The portfolio's name.
    pub portfolio: Option<String>,
    /// The first day.
    #[schemars(with = "String", extend("format" = "date"))]
    pub from: NaiveDate,
    /// The last day.
    #[schemars(with = "String", extend("format" = "date"))]
    pub to: NaiveDate,
    /// What a column is: `day` or `week`.
    pub by: &'static str,
    /// The columns. Each environment reads their days in its own zone.
    pub columns: Vec<Column>,
    /// The environments that were asked for, in the order of promotion, then by id.
    pub environments: Vec<Row>,
    /// Freezes, outages and maintenance in these days, by their start.
    pub closures: Vec<Closure>,
    /// Conflicts in these days, those of drafts included.
    pub conflicts: usize,
}

/// A day or a week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Column {
    /// The first day.
    #[schemars(with = "String", extend("format" = "date"))]
    pub from: NaiveDate,
    /// The last day.
    #[schemars(with = "String", extend("format" = "date"))]
    pub to: NaiveDate,
    /// Whether today is among them.
    pub today: bool,
    /// Whether nobody works by the default calendar: weekends and holidays.
    pub rest: bool,
}

/// An environment over the columns.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct Row {
    /// The id.
    pub id: String,
    /// The name for people.
    pub name: Option<String>,
    /// The stage it belongs to.
    pub stage: String,
    /// Units there are.
    pub capacity: u32,
    /// The zone in which its days are meant.
    pub time_zone: &'static str,
    /// A cell for each column.
    pub cells: Vec<Cell>,
}

/// An environment in one column.
#[allow(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Cell {
    /// The most units in demand at one time, those of drafts included.
    pub units: u32,
    /// Whether somebody wants to be alone.
    pub exclusive: bool,
    /// The worst conflict: `over-capacity` or `exclusive-overlap`.
    pub conflict: Option<&'static str>,
    /// Whether no conflict would be there without drafts.
    pub tentative: bool,
    /// Freezes of every deployment there, by id.
    pub freezes: Vec<String>,
    /// Freezes of some projects or teams there, by id.
    pub partial_freezes: Vec<String>,
    /// Whether an outage falls into it.
    pub outage: bool,
    /// Whether maintenance falls into it.
    pub maintenance: bool,
    /// What is booked, by the start of holding the environment.
    pub bookings: Vec<String>,
}

/// A time in which environments cannot be used or nothing may be deployed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Closure {
    /// `freeze`, `outage` or `maintenance`.
    pub kind: &'static str,
    /// The id of a freeze.
    pub id: Option<String>,
    /// The name, or the reason of an outage.
    pub name: Option<String>,
    /// The environments.
    pub environments: Vec<String>,
    /// Whether a freeze holds only for some projects or teams there.
    pub partial: bool,
    /// The first instant.
    pub from: Moment,
    /// The first instant after it.
    pub to: Moment,
    /// Where it is written.
    pub source: Option<Source>,
}

/// The days of a view, cut into columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Days {
    /// The first day.
    pub from: NaiveDate,
    /// The last day.
    pub to: NaiveDate,
    /// Whether a column is a week, from Monday to Sunday; then the days are made whole weeks.
    pub weeks: bool,
}

impl Days {
    /// The days asked for; without a first day this week, without a last day seven weeks.
    pub fn new(from: Option<NaiveDate>, to: Option<NaiveDate>, today: NaiveDate, weeks: bool) -> Self {
        let lasting = 7 * WEEKS - 1;
        let from = from.unwrap_or_else(|| match to {
            // Looking back from a day that is over.
            Some(to) if to < monday(today) => monday(plus_days(to, -lasting)),
            _ => monday(today),
        });
        let to = to.unwrap_or_else(|| plus_days(from, lasting));
        let days = Self { from, to: to.max(from), weeks };
        if !weeks {
            return days;
        }
        Self { from: monday(days.from), to: plus_days(monday(days.to), 6), weeks }
    }

    /// How many days there are.
    pub fn count(self) -> i64 {
        (self.to - self.from).num_days() + 1
    }

    fn columns(self, input: &Input<'_>) -> Vec<Column> {
        let calendar = input.portfolio.calendars.default_calendar();
        let length = if self.weeks { 7 } else { 1 };
        let mut columns = Vec::new();
        let mut from = self.from;
        while from <= self.to {
            let to = plus_days(from, length - 1).min(self.to);
            let today = (from..=to).contains(&input.clock.today);
            let rest = (0..=(to - from).num_days()).all(|day| !calendar.is_working(plus_days(from, day)));
            columns.push(Column { from, to, today, rest });
            let next = plus_days(to, 1);
            if next <= from {
                break;
            }
            from = next;
        }
        columns
    }
}

fn monday(day: NaiveDate) -> NaiveDate {
    plus_days(day, -i64::from(day.weekday().num_days_from_monday()))
}

impl Timeline {
    /// The view of these environments, by index.
    pub fn new(header: Header, input: &Input<'_>, environments: &[usize], days: Days) -> Self {
        let columns = days.columns(input);
        let mut closures = Vec::new();
        let mut count = 0;
        let rows = environments.iter().map(|&environment| {
            let mut grid = Grid::new(input, environment, &columns);
            count += grid.occupy();
            grid.close(&mut closures);
            grid.row()
        });
        let rows = rows.collect();
        let mut closures = joined(closures);
        closures.sort_by(|a, b| (a.from.instant, a.kind, &a.id).cmp(&(b.from.instant, b.kind, &b.id)));
        Self {
            header,
            portfolio: input.portfolio.settings.common.name().map(str::to_owned),
            from: days.from,
            to: days.to,
            by: if days.weeks { "week" } else { "day" },
            columns,
            environments: rows,
            closures,
            conflicts: count,
        }
    }
}

/// One freeze stands once, with every environment it is about.
fn joined(all: Vec<Closure>) -> Vec<Closure> {
    let mut found: Vec<Closure> = Vec::new();
    let mut places: HashMap<(String, bool, DateTime<Utc>), usize> = HashMap::new();
    for closure in all {
        let known = closure.id.clone().map(|id| {
            let place = places.entry((id, closure.partial, closure.from.instant));
            *place.or_insert(found.len())
        });
        match known.and_then(|place| found.get_mut(place)) {
            Some(other) => other.environments.extend(closure.environments),
            None => found.push(closure),
        }
    }
    found
}

/// The row of one environment as it fills.
struct Grid<'i, 'p> {
    input: &'i Input<'p>,
    index: usize,
    environment: &'p Environment,
    zone: chrono_tz::Tz,
    /// The first instant of each column, and of the one after the last.
    edges: Vec<DateTime<Utc>>,
    cells: Vec<Cell>,
}

impl<'i, 'p> Grid<'i, 'p> {
    fn new(input: &'i Input<'p>, index: usize, columns: &[Column]) -> Self {
        let (environment, zone) = input.environment(index);
        let starts = columns.iter().map(|column| column.from);
        // The day after the last that can be written is none of ours, but its midnight is.
        let end = columns.last().map(|column| column.to.succ_opt().unwrap_or(column.to));
        let edges = starts.chain(end).map(|day| zone::start_of_day(day, zone)).collect();
        Self { input, index, environment, zone, edges, cells: vec![Cell::default(); columns.len()] }
    }

    /// All of it; none when there are no columns.
    fn range(&self) -> Option<Stretch> {
        Interval::new(*self.edges.first()?, *self.edges.last()?)
    }

    /// The columns that share an instant with a time.
    fn touched(&self, time: Stretch) -> Range<usize> {
        let first = self.edges.partition_point(|edge| *edge <= time.start).saturating_sub(1);
        let last = self.edges.partition_point(|edge| *edge < time.end).min(self.cells.len());
        first..last.max(first)
    }

    fn fill(&mut self, time: Stretch, mut change: impl FnMut(&mut Cell)) {
        let Some(time) = self.range().and_then(|range| range.intersect(&time)) else { return };
        let touched = self.touched(time);
        self.cells[touched].iter_mut().for_each(&mut change);
    }

    /// Fills in what is booked, and answers how many conflicts there are.
    fn occupy(&mut self) -> usize {
        let Some(range) = self.range() else { return 0 };
        let (portfolio, occupancy) = (self.input.portfolio, self.input.occupancy);
        for level in occupancy.levels(portfolio, self.index) {
            self.fill(level.time, |cell| {
                cell.units = cell.units.max(level.units);
                cell.exclusive |= level.exclusive;
            });
        }
        for booking in occupancy.of(self.index) {
            let name = booking.name(portfolio);
            self.fill(booking.held(), |cell| cell.bookings.push(name.clone()));
        }
        let conflicts = occupancy.conflicts(portfolio, self.index);
        let mut count = 0;
        for conflict in conflicts.iter().filter(|conflict| conflict.time.overlaps(&range)) {
            count += 1;
            let rule = conflicts::rule(conflict.collision);
            self.fill(conflict.time, |cell| {
                cell.tentative = conflict.tentative && (cell.tentative || cell.conflict.is_none());
                if cell.conflict != Some("over-capacity") {
                    cell.conflict = Some(rule);
                }
            });
        }
        count
    }

    /// Marks freezes, outages and maintenance, and notes them.
    fn close(&mut self, closures: &mut Vec<Closure>) {
        let Some(range) = self.range() else { return };
        let times = EnvironmentTimes::new(self.input.portfolio, self.environment);
        for entry in &times.outages {
            let outage = &self.environment.outages[entry.index];
            let name = outage.reason.as_deref().or(outage.common.name());
            for time in entry.times.during(range) {
                self.fill(time, |cell| cell.outage = true);
                closures.push(self.closure("outage", None, name, &entry.times, time));
            }
        }
        for entry in &times.maintenance {
            let name = self.environment.maintenance[entry.index].common.name();
            for time in entry.times.during(range) {
                self.fill(time, |cell| cell.maintenance = true);
                closures.push(self.closure("maintenance", None, name, &entry.times, time));
            }
        }
        for freeze in &self.input.portfolio.settings.freezes {
            self.freeze(freeze, range, closures);
        }
    }

    fn freeze(&mut self, freeze: &Freeze, range: Stretch, closures: &mut Vec<Closure>) {
        let portfolio = self.input.portfolio;
        let concerns = |projects: &[&Id]| {
            let what = Deploying { environment: self.environment, projects, release: None };
            windows::concerns(portfolio, freeze, what)
        };
        let whole = concerns(&[]);
        if !whole && !concerns(&self.hosted()) {
            return;
        }
        let Some(times) = Times::freeze(freeze, portfolio.zone) else { return };
        for time in times.during(range) {
            let id = freeze.id.to_string();
            self.fill(time, |cell| {
                let list = if whole { &mut cell.freezes } else { &mut cell.partial_freezes };
                if !list.contains(&id) {
                    list.push(id.clone());
                }
            });
            let closure = self.closure("freeze", Some(&freeze.id), freeze.common.name(), &times, time);
            let zone = portfolio.zone;
            closures.push(Closure {
                partial: !whole,
                from: Moment::new(time.start, zone),
                to: Moment::new(time.end, zone),
                ..closure
            });
        }
    }

    /// The projects it hosts.
    fn hosted(&self) -> Vec<&'p Id> {
        match &self.environment.projects {
            Some(projects) => projects.iter().collect(),
            None => self.input.portfolio.projects.iter().map(Identified::id).collect(),
        }
    }

    fn closure(
        &self,
        kind: &'static str,
        id: Option<&Id>,
        name: Option<&str>,
        times: &Times,
        time: Stretch,
    ) -> Closure {
        Closure {
            kind,
            id: id.map(ToString::to_string),
            name: name.map(str::to_owned),
            environments: vec![self.environment.id.to_string()],
            partial: false,
            from: Moment::new(time.start, self.zone),
            to: Moment::new(time.end, self.zone),
            source: self.input.source(times.span),
        }
    }

    fn row(self) -> Row {
        Row {
            id: self.environment.id.to_string(),
            name: self.environment.common.name().map(str::to_owned),
            stage: self.environment.stage.to_string(),
            capacity: self.environment.capacity(),
            time_zone: self.zone.name(),
            cells: self.cells,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn days_begin_with_this_week_and_weeks_are_whole() {
        let today = day("2026-11-18");
        let ends = |from: Option<&str>, to: Option<&str>, weeks| {
            let days = Days::new(from.map(day), to.map(day), today, weeks);
            (days.from.to_string(), days.to.to_string())
        };
        let pair = |from: &str, to: &str| (from.to_owned(), to.to_owned());
        assert_eq!(ends(None, None, false), pair("2026-11-16", "2027-01-03"));
        assert_eq!(ends(Some("2026-12-02"), None, false), pair("2026-12-02", "2027-01-19"));
        assert_eq!(ends(None, Some("2026-11-17"), false), pair("2026-11-16", "2026-11-17"));
        assert_eq!(ends(None, Some("2026-05-01"), false), pair("2026-03-09", "2026-05-01"));
        assert_eq!(ends(Some("2026-12-02"), Some("2026-12-10"), true), pair("2026-11-30", "2026-12-13"));
        assert_eq!(ends(Some("2200-12-31"), None, true), pair("2200-12-29", "2200-12-31"));
    }
}
