//! Weeks as rows, Monday first; events of several days are bars across them, others stand on their day.

use std::collections::HashSet;
use std::fmt::Write;

use chrono::{Datelike, NaiveDate, TimeDelta};

use super::kinds::look;
use super::{clock, drawn_days, gathered, is_short, monday, title};
use crate::render::paint::Paint;
use crate::render::text::{display_width, truncate_to_width};
use crate::report::calendar::{Calendar, EventStatus, EventView};

/// Columns for the number of the week.
const GUTTER: usize = 3;
/// The most lines of events in a week; what is left is counted.
const LANES: usize = 14;
/// A text takes no more columns than this outside its bar.
const LONGEST: usize = 38;
/// So many weeks without events are drawn as one line.
const EMPTY_RUN: usize = 4;

/// The grid.
pub fn render(calendar: &Calendar, paint: Paint) -> String {
    let Some((from, to)) = calendar.from.zip(calendar.to) else { return String::new() };
    let grid = Grid {
        calendar,
        paint,
        cell: (paint.0.width - GUTTER) / 7,
        from,
        to,
        off: calendar.days_off.iter().copied().collect(),
    };
    let mut weeks: Vec<(NaiveDate, Vec<Item<'_>>)> = Vec::new();
    let mut start = monday(from);
    while start <= to {
        weeks.push((start, Vec::new()));
        start += TimeDelta::days(7);
    }
    let origin = monday(from);
    for (event, times) in gathered(calendar) {
        let (first, last) = drawn_days(calendar, event);
        let week = |day: NaiveDate| ((day - origin).num_days().max(0) / 7) as usize;
        for index in week(first)..=week(last) {
            let Some((start, items)) = weeks.get_mut(index) else { break };
            items.push(grid.item((event, times), *start, (first, last)));
        }
    }
    grid.draw(&weeks)
}

struct Grid<'c> {
    calendar: &'c Calendar,
    paint: Paint,
    /// Columns of a day, with one between it and the next.
    cell: usize,
    from: NaiveDate,
    to: NaiveDate,
    off: HashSet<NaiveDate>,
}

/// An event in a week.
struct Item<'c> {
    event: &'c EventView,
    /// The first and the last day in the week, from 0.
    days: (usize, usize),
    /// Whether it goes on from the week before, and into the next.
    goes_on: (bool, bool),
    /// What is written about it.
    text: String,
}

/// Where an item is drawn: its bar or mark, and its text.
#[derive(Debug, Clone, Copy)]
struct Place {
    /// The columns taken: the first, and the first after.
    taken: (usize, usize),
    /// Where the text stands.
    side: Side,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Inside,
    Right,
    Left,
}

impl<'c> Grid<'c> {
    fn item(
        &self,
        (event, times): (&'c EventView, usize),
        week: NaiveDate,
        (first, last): (NaiveDate, NaiveDate),
    ) -> Item<'c> {
        let end = (week + TimeDelta::days(6)).min(self.to);
        let column = |day: NaiveDate| (day - week).num_days().clamp(0, 6) as usize;
        let (begins, ends) = if is_short(event) { (first, last) } else { self.calendar.days(event) };
        let time = clock(self.calendar, event).filter(|(start, _)| start.date() >= week && start.date() == first);
        let time = time.map_or_else(String::new, |(start, _)| format!("{} ", start.format("%H:%M")));
        Item {
            event,
            days: (column(first), column(last)),
            goes_on: (begins < week.max(self.from), ends > end),
            text: format!("{time}{}", title(event, times)),
        }
    }

    fn draw(&self, weeks: &[(NaiveDate, Vec<Item<'_>>)]) -> String {
        let mut out = String::new();
        let mut month = None;
        let mut index = 0;
        while let Some((start, items)) = weeks.get(index) {
            let empty = weeks[index..].iter().take_while(|(_, items)| items.is_empty()).count();
            if empty >= EMPTY_RUN {
                let _ = writeln!(out, "{:GUTTER$}{}", "", self.paint.dim(&format!("{empty} weeks without events")));
                month = None;
                index += empty;
                continue;
            }
            // The month of a week is that of its last day asked for: a new one begins with the week of its first day.
            let last = (*start + TimeDelta::days(6)).min(self.to);
            let shown = Some((last.year(), last.month()));
            if month != shown {
                self.title(&mut out, last);
                month = shown;
            }
            self.numbers(&mut out, *start);
            self.events(&mut out, items);
            index += 1;
        }
        out
    }

    /// The name of the month, and the days of the week below it.
    fn title(&self, out: &mut String, day: NaiveDate) {
        if !out.is_empty() {
            out.push('\n');
        }
        let _ = writeln!(out, "{:GUTTER$}{}", "", self.paint.bold(&day.format("%B %Y").to_string()));
        let names = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
        let line = names.iter().fold(String::new(), |line, name| format!("{line}{name:<width$}", width = self.cell));
        let _ = writeln!(out, "{:GUTTER$}{}", "", self.paint.dim(line.trim_end()));
    }

    /// The line that begins a week: its number, and the days'.
    fn numbers(&self, out: &mut String, week: NaiveDate) {
        let mut line = self.paint.dim(&format!("{:<GUTTER$}", week.iso_week().week()));
        for column in 0..7 {
            let day = week + TimeDelta::days(column);
            let asked = (self.from..=self.to).contains(&day);
            line.push_str(&if asked { self.number(day) } else { " ".repeat(self.cell) });
        }
        let _ = writeln!(out, "{}", line.trim_end());
    }

    fn number(&self, day: NaiveDate) -> String {
        let off = self.off.contains(&day);
        let weekend = day.weekday().num_days_from_monday() >= 5;
        let mut text = if day.day() == 1 { day.format("%-d %b").to_string() } else { day.day().to_string() };
        if off && !weekend {
            text.push_str(" off");
        }
        let (text, code) = if day == self.calendar.header.today {
            (format!("[{text}]"), "1;7")
        } else {
            (text, if off { "2" } else { "1" })
        };
        let text = truncate_to_width(&text, self.cell - 1).into_owned();
        let rule = if self.paint.0.unicode { '─' } else { '-' };
        let rest = self.cell - 1 - display_width(&text);
        let rule = if rest > 1 { format!(" {}", rule.to_string().repeat(rest - 1)) } else { " ".repeat(rest) };
        format!("{}{} ", self.paint.with(&text, code), self.paint.dim(&rule))
    }

    fn events(&self, out: &mut String, items: &[Item<'_>]) {
        let mut items: Vec<&Item<'_>> = items.iter().collect();
        items.sort_by_key(|item| {
            let (first, last) = item.days;
            (look(item.event.kind).rank, !item.is_bar(), first, std::cmp::Reverse(last), &item.event.uid)
        });
        let mut lanes: Vec<Vec<(Place, &Item<'_>)>> = Vec::new();
        let mut hidden = [0_usize; 7];
        for item in items {
            if !self.place(&mut lanes, item) {
                hidden[item.days.0] += 1;
            }
        }
        for mut lane in lanes {
            lane.sort_by_key(|(place, _)| place.taken);
            let mut line = String::new();
            let mut at = 0;
            for (place, item) in lane {
                line.push_str(&" ".repeat(place.taken.0 - at));
                line.push_str(&self.drawn(place, item));
                at = place.taken.1;
            }
            let _ = writeln!(out, "{}", line.trim_end());
        }
        if hidden.iter().any(|&count| count > 0) {
            let more = |count: usize| if count > 0 { format!("+{count} more") } else { String::new() };
            let line = hidden
                .iter()
                .fold(String::new(), |line, &count| format!("{line}{:<width$}", more(count), width = self.cell));
            let _ = writeln!(out, "{:GUTTER$}{}", "", self.paint.dim(line.trim_end()));
        }
    }

    /// Puts an item where it fits with its whole text, else where it fits at all.
    fn place<'i>(&self, lanes: &mut Vec<Vec<(Place, &'i Item<'i>)>>, item: &'i Item<'i>) -> bool {
        for place in self.choices(item) {
            let free = |lane: &Vec<(Place, &Item<'_>)>| lane.iter().all(|(other, _)| apart(*other, place));
            if let Some(lane) = lanes.iter_mut().find(|lane| free(lane)) {
                lane.push((place, item));
                return true;
            }
            if lanes.len() < LANES {
                lanes.push(vec![(place, item)]);
                return true;
            }
        }
        false
    }

    /// The ways to draw an item, the best first.
    fn choices(&self, item: &Item<'_>) -> Vec<Place> {
        let (begin, end) = self.span(item);
        let text = (display_width(&item.text) + mark_width(item)).min(LONGEST);
        let inside = Place { taken: (begin, end), side: Side::Inside };
        // A bar needs a stretch of itself beside the text to be seen as one.
        let needs = if item.is_bar() { text + 3 } else { text };
        if needs <= end - begin {
            return vec![inside];
        }
        let right_edge = GUTTER + 7 * self.cell;
        let beside = if item.is_bar() { text } else { text - mark_width(item) };
        let begin_of_text = if item.is_bar() { end + 1 } else { begin };
        let right_end = if item.is_bar() { begin_of_text + beside } else { begin + text };
        let right = (right_end <= right_edge).then_some(Place { taken: (begin, right_end), side: Side::Right });
        let left = (begin > GUTTER + beside).then(|| {
            let end = if item.is_bar() { end } else { begin + mark_width(item) - 1 };
            Place { taken: (begin - beside - 1, end), side: Side::Left }
        });
        right.into_iter().chain(left).chain([inside]).collect()
    }

    /// The columns of the days of an item: the first, and the first after.
    fn span(&self, item: &Item<'_>) -> (usize, usize) {
        (GUTTER + item.days.0 * self.cell, GUTTER + (item.days.1 + 1) * self.cell - 1)
    }

    fn drawn(&self, place: Place, item: &Item<'_>) -> String {
        let (begin, end) = self.span(item);
        let look = look(item.event.kind);
        let unicode = self.paint.0.unicode;
        let mark = item.mark(unicode);
        let width = place.taken.1 - place.taken.0;
        let fit = |text: &str, room: usize| {
            let text = truncate_to_width(text, room).into_owned();
            let rest = room - display_width(&text);
            (text, " ".repeat(rest))
        };
        if !item.is_bar() {
            let ink = |mark: &str| self.paint.with(mark, look.ink);
            return match place.side {
                Side::Left => {
                    let (text, rest) = fit(&item.text, width - display_width(&mark) - 1);
                    format!("{rest}{text} {}", ink(&mark))
                }
                Side::Right | Side::Inside => {
                    let (text, rest) = fit(&item.text, width - display_width(&mark) - 1);
                    format!("{} {text}{rest}", ink(&mark))
                }
            };
        }
        let inner = if place.side == Side::Inside { item.text.as_str() } else { "" };
        let bar = self.bar(item, inner, end - begin);
        match place.side {
            Side::Inside => bar,
            Side::Right => {
                let (text, rest) = fit(&item.text, width - (end - begin) - 1);
                format!("{bar} {text}{rest}")
            }
            Side::Left => {
                let (text, rest) = fit(&item.text, width - (end - begin) - 1);
                format!("{rest}{text} {bar}")
            }
        }
    }

    /// A bar of `width` columns with its mark and a text; without colours its rest is drawn with the kind's own character.
    fn bar(&self, item: &Item<'_>, text: &str, width: usize) -> String {
        let look = look(item.event.kind);
        let unicode = self.paint.0.unicode;
        let (from_before, into_next) = item.goes_on;
        let (left, right) = if unicode { ("◂", "▸") } else { ("<", ">") };
        let mut front = String::new();
        if from_before {
            front.push_str(left);
        }
        front.push_str(&item.mark(unicode));
        let back = if into_next { right } else { "" };
        let room = width.saturating_sub(display_width(&front) + display_width(back));
        let shown = truncate_to_width(text, room.saturating_sub(3)).into_owned();
        let middle = if shown.is_empty() { String::new() } else { format!(" {shown} ") };
        let rest = room.saturating_sub(display_width(&middle));
        if self.paint.0.colour {
            let rest = " ".repeat(rest);
            return self.paint.with(&format!("{front}{middle}{rest}{back}"), look.block);
        }
        let rest = look.bar(unicode).to_string().repeat(rest);
        format!("{front}{middle}{rest}{back}")
    }
}

/// Whether two things in a lane do not touch; a text before its mark keeps away from a text before it.
fn apart(one: Place, other: Place) -> bool {
    let begin = |place: Place| place.taken.0 - usize::from(place.side == Side::Left);
    one.taken.1 < begin(other) || other.taken.1 < begin(one)
}

impl Item<'_> {
    fn is_bar(&self) -> bool {
        self.days.0 < self.days.1 || self.goes_on.0 || self.goes_on.1
    }

    fn mark(&self, unicode: bool) -> String {
        let doubt = if self.event.status == EventStatus::Tentative { "?" } else { "" };
        format!("{}{doubt}", look(self.event.kind).symbol(unicode))
    }
}

/// Columns of the mark with the space after it.
fn mark_width(item: &Item<'_>) -> usize {
    if item.event.status == EventStatus::Tentative { 3 } else { 2 }
}
