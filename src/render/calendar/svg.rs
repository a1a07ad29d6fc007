//! The calendar as a picture: a lane a release, bars over the weeks.

use crate::diagnostic::wording::plural;
use std::collections::BTreeMap;
use std::fmt::Write;

use chrono::{Datelike, Months, NaiveDate, TimeDelta, Weekday};

use super::words;
use crate::render::text::{display_width, html_escape, sanitize, truncate_to_width};
use crate::report::calendar::{Calendar, EventKind, EventStatus, EventView};

/// Width of the picture without its margins: names, then time.
const NAMES: f64 = 190.0;
const TIME: f64 = 1170.0;
const MARGIN: f64 = 24.0;
/// Above the rows: the name and what it is about, then months and weeks.
const HEAD: f64 = 58.0;
const AXIS: f64 = 44.0;
/// From one lane to the next, and the height of a bar.
const LANE: f64 = 22.0;
const BAR: f64 = 17.0;
/// Around the lanes of a group.
const GAP: f64 = 7.0;
/// Width of a column of text at the size of labels.
const COLUMN: f64 = 6.3;
/// The longest label, and the longest name of a group, in columns.
const LABEL: usize = 40;
const NAME: usize = 27;
/// Without days to begin and end at, a picture shows no more than this.
const LONGEST: i64 = 366;

/// Light by default, dark where the reader's system is.
const STYLE: &str = "\
    svg { font: 12px system-ui, 'Segoe UI', Roboto, 'DejaVu Sans', Arial, sans-serif; }\n\
    text { fill: currentColor; }\n\
    .title { font-size: 19px; font-weight: 600; }\n\
    .quiet { opacity: .7; font-size: 11.5px; }\n\
    .month { font-weight: 600; }\n\
    .label { paint-order: stroke; stroke-width: 3px; stroke-linejoin: round; font-size: 11.5px; }\n\
    .label.inside { stroke: none; }\n\
    .group { font-weight: 600; font-size: 12.5px; }\n\
    .rule { stroke-width: 1; }\n\
    .now { stroke-width: 2; }\n\
    .bar { stroke-width: 1; }\n\
    .icon { fill-rule: evenodd; }\n\
    .hatch, .band { fill: url(#hatch); }\n\
    .band { opacity: .5; }\n\
    .stripe { stroke: #7d93a6; stroke-opacity: .4; stroke-width: 3; }\n\
    .tentative .bar { stroke-dasharray: 4 3; }\n\
    .cancelled { opacity: .6; }\n\
    .cancelled .label { text-decoration: line-through; }\n";
const LIGHT: &str = "\
    svg { color: #1c2128; background: #ffffff; }\n\
    .label { stroke: #ffffff; }\n\
    .rule { stroke: #dde1e6; }\n\
    .off { fill: #f3f4f6; }\n\
    .now { stroke: #c4320a; }\n";
const DARK: &str = "\
    svg { color: #e4e7eb; background: #14181d; }\n\
    .label { stroke: #14181d; }\n\
    .rule { stroke: #2a3038; }\n\
    .off { fill: #191e24; }\n\
    .now { stroke: #ff8a65; }\n";

/// The style: light, and dark where the reader's system is. Colours are plain, because not every program that shows pictures
/// knows variables.
fn style(calendar: &Calendar) -> String {
    let colours = |tint: u8, edge: u8| {
        let one = |kind: EventKind| {
            let (name, look) = (kind.as_str(), words::look(kind));
            let (fill, line) = (look.colour(tint), look.colour(edge));
            format!("    .{name} .bar {{ fill: {fill}; stroke: {line}; }} .{name} .icon {{ fill: {line}; }}\n")
        };
        used(calendar).map(one).collect::<String>()
    };
    let dark = colours(20, 62);
    format!("{STYLE}{LIGHT}{}    @media (prefers-color-scheme: dark) {{\n{DARK}{dark}    }}\n", colours(93, 42))
}

/// The days that are drawn, and where.
struct Scale {
    from: NaiveDate,
    to: NaiveDate,
    day: f64,
}

impl Scale {
    fn new(calendar: &Calendar) -> Self {
        let days = || calendar.events.iter().map(|event| calendar.days(event));
        let today = calendar.header.today;
        let longest = TimeDelta::days(LONGEST - 1);
        let first = calendar.from.unwrap_or_else(|| {
            let to = calendar.to.unwrap_or(today);
            days().map(|(first, _)| first).min().unwrap_or(to).clamp(to - longest, to)
        });
        let last = calendar
            .to
            .unwrap_or_else(|| days().map(|(_, last)| last).max().unwrap_or(first).clamp(first, first + longest));
        let (from, to) = (first.min(last), first.max(last));
        Self { from, to, day: TIME / ((to - from).num_days() + 1) as f64 }
    }

    /// Where a day begins.
    fn x(&self, day: NaiveDate) -> f64 {
        MARGIN + NAMES + (day - self.from).num_days() as f64 * self.day
    }
}

/// An event with its place.
struct Placed<'c> {
    event: &'c EventView,
    lane: usize,
    /// Left edge and width of the bar.
    bar: (f64, f64),
    label: String,
    /// Whether the label stands in the bar, before it, or after it.
    side: Side,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Inside,
    Before,
    After,
}

/// A self-contained SVG.
pub fn render(calendar: &Calendar) -> String {
    let scale = Scale::new(calendar);
    let groups = groups(calendar, &scale);
    let rows: f64 = groups.iter().map(|(_, _, lanes)| *lanes as f64 * LANE + 2.0 * GAP).sum();
    let top = MARGIN + HEAD + AXIS;
    let foot = legend_height(calendar) + 12.0;
    let (width, height) = (NAMES + TIME + 2.0 * MARGIN, top + rows.max(LANE) + foot + MARGIN);
    let mut out = String::new();
    let _ = writeln!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" aria-labelledby=\"name about\" width=\"{width:.0}\" height=\"{height:.0}\" viewBox=\"0 0 {width:.0} {height:.0}\">"
    );
    let name = sanitize(&calendar.name);
    let about = about(calendar, &scale);
    let _ = writeln!(out, "  <title id=\"name\">{}: timeline</title>", html_escape(&name));
    let _ = writeln!(
        out,
        "  <desc id=\"about\">{}. Each bar is an event; a shape tells its kind.</desc>",
        html_escape(&about)
    );
    let _ = write!(out, "  <style>\n{}", style(calendar));
    out.push_str("  </style>\n  <defs>\n    <pattern id=\"hatch\" width=\"8\" height=\"8\" patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\"><path class=\"stripe\" d=\"M1.5 0V8\"/></pattern>\n");
    for kind in used(calendar) {
        let _ = writeln!(out, "    <path id=\"{}\" d=\"{}\"/>", kind.as_str(), words::look(kind).icon);
    }
    out.push_str("  </defs>\n");
    let shown = truncate_to_width(&name, 100);
    let _ = writeln!(
        out,
        "  <text class=\"title\" x=\"{MARGIN}\" y=\"{:.0}\">{}</text>",
        MARGIN + 17.0,
        html_escape(&shown)
    );
    let _ = writeln!(
        out,
        "  <text class=\"quiet\" x=\"{MARGIN}\" y=\"{:.0}\">{}</text>",
        MARGIN + 38.0,
        html_escape(&about)
    );
    draw_time(&mut out, calendar, &scale, (top, top + rows));
    let mut y = top;
    for (name, events, lanes) in &groups {
        draw_group(&mut out, calendar, name, events, y);
        y += *lanes as f64 * LANE + 2.0 * GAP;
    }
    if groups.is_empty() {
        let _ = writeln!(
            out,
            "  <text x=\"{:.0}\" y=\"{:.0}\">Nothing in these days</text>",
            MARGIN + NAMES + 12.0,
            top + 20.0
        );
    }
    draw_legend(&mut out, calendar, top + rows.max(LANE) + 24.0);
    out.push_str("</svg>\n");
    out
}

fn about(calendar: &Calendar, scale: &Scale) -> String {
    let count = plural(calendar.events.len(), "event");
    let (from, to, today) = (words::day(scale.from), words::day(scale.to), words::day(calendar.header.today));
    format!("{count}, {from} to {to}, as of {today}, times in {}", sanitize(&calendar.zone))
}

fn used(calendar: &Calendar) -> impl Iterator<Item = EventKind> {
    EventKind::ALL.iter().copied().filter(|kind| calendar.events.iter().any(|event| event.kind == *kind))
}

/// The events by release, those of no release first, then by their first day; each with the number of its lanes.
fn groups<'c>(calendar: &'c Calendar, scale: &Scale) -> Vec<(&'c str, Vec<Placed<'c>>, usize)> {
    let mut by_release: BTreeMap<&str, Vec<&EventView>> = BTreeMap::new();
    for event in &calendar.events {
        let (first, last) = calendar.days(event);
        if first <= scale.to && last >= scale.from {
            by_release.entry(event.release.as_deref().unwrap_or_default()).or_default().push(event);
        }
    }
    let mut groups: Vec<(&str, Vec<&EventView>)> = by_release.into_iter().collect();
    groups.sort_by_key(|(name, events)| (!name.is_empty(), events.first().map(|event| calendar.days(event).0)));
    groups
        .into_iter()
        .map(|(name, events)| {
            let (placed, lanes) = place(calendar, scale, &events);
            (name, placed, lanes)
        })
        .collect()
}

/// Gives each event the first lane that is free from where it, with its label, begins.
fn place<'c>(calendar: &Calendar, scale: &Scale, events: &[&'c EventView]) -> (Vec<Placed<'c>>, usize) {
    let right = MARGIN + NAMES + TIME;
    let mut ends: Vec<f64> = Vec::new();
    let mut placed = Vec::new();
    for &event in events {
        let (first, last) = calendar.days(event);
        let (first, last) = (first.max(scale.from), last.min(scale.to));
        let bar = (((last - first).num_days() + 1) as f64 * scale.day).max(BAR);
        let x = scale.x(first).min(right - bar);
        let title = sanitize(if event.release.is_some() { &event.label } else { &event.title });
        let label = truncate_to_width(&title, LABEL).into_owned();
        let text = display_width(&label) as f64 * COLUMN + 6.0;
        let side = if bar >= text + 22.0 {
            Side::Inside
        } else if x + bar + text > right {
            Side::Before
        } else {
            Side::After
        };
        let (begin, end) = match side {
            Side::Inside => (x, x + bar),
            Side::Before => (x - text, x + bar),
            Side::After => (x, x + bar + text),
        };
        let lane = ends.iter().position(|end| *end <= begin).unwrap_or(ends.len());
        if lane == ends.len() {
            ends.push(end + 8.0);
        } else {
            ends[lane] = end + 8.0;
        }
        placed.push(Placed { event, lane, bar: (x, bar), label, side });
    }
    (placed, ends.len())
}

/// Days off, months, weeks, freezes of everything, and today.
fn draw_time(out: &mut String, calendar: &Calendar, scale: &Scale, (top, bottom): (f64, f64)) {
    let days = || scale.from.iter_days().take_while(|day| *day <= scale.to);
    let off = |day: &NaiveDate| match (calendar.from, calendar.to) {
        (Some(_), Some(_)) => calendar.days_off.binary_search(day).is_ok(),
        _ => matches!(day.weekday(), Weekday::Sat | Weekday::Sun),
    };
    let height = bottom - top;
    if scale.day > 4.0 {
        for day in days().filter(off) {
            let _ = writeln!(
                out,
                "  <rect class=\"off\" x=\"{:.1}\" y=\"{top:.0}\" width=\"{:.1}\" height=\"{height:.0}\"/>",
                scale.x(day),
                scale.day
            );
        }
    }
    for event in calendar.events.iter().filter(|event| {
        event.kind == EventKind::Freeze
            && event.projects.is_empty()
            && event.environments.is_empty()
            && event.status != EventStatus::Cancelled
    }) {
        let (first, last) = calendar.days(event);
        let (first, last) = (first.max(scale.from), last.min(scale.to));
        if first <= last {
            let width = ((last - first).num_days() + 1) as f64 * scale.day;
            let _ = writeln!(
                out,
                "  <rect class=\"band\" x=\"{:.1}\" y=\"{top:.0}\" width=\"{width:.1}\" height=\"{height:.0}\"/>",
                scale.x(first)
            );
        }
    }
    for day in days().filter(|day| day.weekday() == Weekday::Mon && scale.day * 7.0 > 24.0) {
        let x = scale.x(day);
        let _ = writeln!(out, "  <path class=\"rule\" d=\"M{x:.1} {:.0}V{bottom:.0}\"/>", top - 18.0);
        if scale.to.signed_duration_since(day).num_days() as f64 * scale.day > 12.0 {
            let _ = writeln!(
                out,
                "  <text class=\"quiet\" x=\"{:.1}\" y=\"{:.0}\">{}</text>",
                x + 4.0,
                top - 6.0,
                day.day()
            );
        }
    }
    let mut month = scale.from;
    while month <= scale.to {
        let next = month.with_day(1).and_then(|first| first.checked_add_months(Months::new(1)));
        let end = next.unwrap_or(scale.to).min(scale.to);
        let x = scale.x(month);
        let room = scale.x(end) - x;
        let _ = writeln!(out, "  <path class=\"rule\" d=\"M{x:.1} {:.0}V{bottom:.0}\"/>", top - AXIS + 6.0);
        let text = month.format(if room > 110.0 { "%B %Y" } else { "%b" });
        if room > 26.0 {
            let _ = writeln!(out, "  <text class=\"month\" x=\"{:.1}\" y=\"{:.0}\">{text}</text>", x + 4.0, top - 25.0);
        }
        match next {
            Some(next) => month = next,
            None => break,
        }
    }
    let today = calendar.header.today;
    if (scale.from..=scale.to).contains(&today) {
        let x = scale.x(today) + scale.day / 2.0;
        let _ = writeln!(
            out,
            "  <path class=\"now\" d=\"M{x:.1} {top:.0}V{bottom:.0}\"><title>{}</title></path>",
            words::day(today)
        );
    }
}

fn draw_group(out: &mut String, calendar: &Calendar, name: &str, events: &[Placed<'_>], y: f64) {
    let _ = writeln!(out, "  <path class=\"rule\" d=\"M{MARGIN} {y:.0}h{:.0}\"/>", NAMES + TIME);
    let name = sanitize(if name.is_empty() { "No release" } else { name }).into_owned();
    let shown = truncate_to_width(&name, NAME);
    let _ = writeln!(
        out,
        "  <text class=\"group\" x=\"{MARGIN}\" y=\"{:.0}\">{}<title>{}</title></text>",
        y + GAP + 13.0,
        html_escape(&shown),
        html_escape(&name)
    );
    for placed in events {
        draw_event(out, calendar, placed, y + GAP + placed.lane as f64 * LANE);
    }
}

fn draw_event(out: &mut String, calendar: &Calendar, placed: &Placed<'_>, y: f64) {
    let event = placed.event;
    let kind = event.kind.as_str();
    let (x, width) = placed.bar;
    let mut title =
        format!("{}, {}, {}", sanitize(&event.title), words::kind(event.kind), words::when(calendar, event));
    if event.status != EventStatus::Confirmed {
        let _ = write!(title, ", {}", event.status.as_str());
    }
    let _ = writeln!(out, "  <g class=\"{kind} {}\"><title>{}</title>", event.status.as_str(), html_escape(&title));
    let _ = writeln!(
        out,
        "    <rect class=\"bar\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{BAR}\" rx=\"3\"/>"
    );
    if words::look(event.kind).closed {
        let _ = writeln!(
            out,
            "    <rect class=\"hatch\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{BAR}\" rx=\"3\"/>"
        );
    }
    let icon = if width < 24.0 { x + (width - 10.0) / 2.0 } else { x + 6.0 };
    let _ = writeln!(
        out,
        "    <use class=\"icon\" href=\"#{kind}\" transform=\"translate({icon:.1} {:.1}) scale(.83)\"/>",
        y + 3.5
    );
    let (class, anchor, at) = match placed.side {
        Side::Inside => ("label inside", "start", x + 21.0),
        Side::Before => ("label", "end", x - 4.0),
        Side::After => ("label", "start", x + width + 4.0),
    };
    let _ = writeln!(
        out,
        "    <text class=\"{class}\" text-anchor=\"{anchor}\" x=\"{at:.1}\" y=\"{:.1}\">{}</text>\n  </g>",
        y + 12.5,
        html_escape(&placed.label)
    );
}

/// Entries of the legend on a line.
const PER_LINE: usize = 10;

fn legend_height(calendar: &Calendar) -> f64 {
    used(calendar).count().div_ceil(PER_LINE) as f64 * 22.0 + 12.0
}

fn draw_legend(out: &mut String, calendar: &Calendar, y: f64) {
    for (number, kind) in used(calendar).enumerate() {
        let x = MARGIN + (number % PER_LINE) as f64 * (NAMES + TIME) / PER_LINE as f64;
        let y = y + (number / PER_LINE) as f64 * 22.0;
        let _ = writeln!(
            out,
            "  <g class=\"{0}\"><use class=\"icon\" href=\"#{0}\" transform=\"translate({x:.1} {1:.1})\"/><text x=\"{2:.1}\" y=\"{3:.1}\">{4}</text></g>",
            kind.as_str(),
            y - 10.0,
            x + 18.0,
            y,
            words::kind(kind)
        );
    }
}
