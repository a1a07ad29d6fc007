//! What kinds and stretches of time are called where people read them.

use chrono::{Datelike, NaiveDate, NaiveDateTime, Timelike};

use crate::report::calendar::{Calendar, EventKind, EventView, Moment};

/// The kind as the first word of a title or a legend: `Branch cut`.
pub fn kind(kind: EventKind) -> String {
    let word = kind.as_str().replace('-', " ");
    let mut rest = word.chars();
    rest.next().map_or_else(String::new, |first| first.to_uppercase().chain(rest).collect())
}

/// A day as people write it: `Sat 5 Dec 2026`.
pub fn day(day: NaiveDate) -> String {
    day.format("%a %-d %b %Y").to_string()
}

/// When an event begins and ends on the wall clock. None for whole days, which a time from midnight to midnight is too.
pub fn clock(calendar: &Calendar, event: &EventView) -> Option<(NaiveDateTime, NaiveDateTime)> {
    let (Moment::Instant(start), Moment::Instant(end)) = (event.start, event.end) else { return None };
    let (start, end) = (calendar.local(start), calendar.local(end));
    let midnight = |at: NaiveDateTime| at.num_seconds_from_midnight() == 0;
    (start == end || !midnight(start) || !midnight(end)).then_some((start, end))
}

/// When an event takes place, in the portfolio's zone: `Sat 5 Dec 2026`, `Sat 5 Dec 2026, 22:00 – 23:30`,
/// `Mon 30 Nov – Fri 4 Dec 2026`.
pub fn when(calendar: &Calendar, event: &EventView) -> String {
    if let Some((start, end)) = clock(calendar, event) {
        let clock = |hour: u32, minute: u32| format!("{hour:02}:{minute:02}");
        let (from, to) = (clock(start.hour(), start.minute()), clock(end.hour(), end.minute()));
        return match (start.date() == end.date(), start == end) {
            (_, true) => format!("{}, {from}", day(start.date())),
            (true, false) => format!("{}, {from} – {to}", day(start.date())),
            (false, false) => format!("{}, {from} – {}, {to}", day(start.date()), day(end.date())),
        };
    }
    let (first, last) = calendar.days(event);
    if first == last {
        return day(first);
    }
    let from = if first.year() == last.year() { first.format("%a %-d %b").to_string() } else { day(first) };
    format!("{from} – {}", day(last))
}

/// How a kind is drawn, beside its word: people who see no colours tell kinds by their shapes.
#[derive(Debug, Clone, Copy)]
pub struct Look {
    /// The path of a shape in a square of 12 units, filled by the even-odd rule.
    pub icon: &'static str,
    /// Degrees on the colour wheel.
    pub hue: u16,
    /// Per cent.
    pub saturation: u8,
    /// Whether it closes something, and is hatched.
    pub closed: bool,
}

/// How events of a kind are drawn.
pub const fn look(kind: EventKind) -> Look {
    use EventKind as K;
    let (icon, hue, saturation, closed) = match kind {
        K::Phase => ("M1 2h10v8H1zM3 4v1.3h6V4zM3 6.7V8h4V6.7z", 214, 60, false),
        K::Milestone => ("M6 0l6 6-6 6-6-6z", 262, 55, false),
        K::Gate => ("M3.5 0h5L12 3.5v5L8.5 12h-5L0 8.5v-5zM5 8.6l4.2-4.2-1-1L5 6.6 3.8 5.4l-1 1z", 38, 85, false),
        K::Deployment => ("M6 0l5.5 6.2H8.3V12H3.7V6.2H.5z", 150, 60, false),
        K::Wave => ("M6 0l5.5 5.5H8.3L6 3.2 3.7 5.5H.5zM6 6l5.5 5.5H8.3L6 9.2l-2.3 2.3H.5z", 165, 60, false),
        K::Rehearsal => ("M6 0l5.5 6.2H8.3V12H3.7V6.2H.5zM6 2.2L3.6 4.9h1.4v5.8h2V4.9h1.4z", 180, 60, false),
        K::Freeze => (
            "M5 0h2v4.3l3.7-2.2 1 1.8L8 6l3.7 2.1-1 1.8L7 7.7V12H5V7.7L1.3 9.9l-1-1.8L4 6 .3 3.9l1-1.8L5 4.3z",
            200,
            75,
            true,
        ),
        K::Maintenance => ("M3.2 1h5.6L12 6l-3.2 5H3.2L0 6zM6 4a2 2 0 1 0 0 4 2 2 0 0 0 0-4z", 30, 22, true),
        K::Outage => ("M2 .2l4 4 4-4L11.8 2l-4 4 4 4-1.8 1.8-4-4-4 4L.2 10l4-4-4-4z", 2, 65, true),
        K::Booking => ("M2 0h8v12L6 9l-4 3z", 284, 45, false),
        K::BranchCut => ("M5 12V7L1 2l1.6-1.4L6 5l3.4-4.4L11 2 7 7v5z", 90, 45, false),
        K::CodeFreeze => ("M2 5V4a4 4 0 0 1 8 0v1h1v7H1V5zM4 5h4V4a2 2 0 0 0-4 0z", 226, 50, false),
        K::Communication => ("M0 1h12v8H6l-4 3V9H0z", 326, 55, false),
        K::Training => ("M6 1l6 3-6 3-6-3zM2.5 6.3L6 8l3.5-1.7v3L6 11 2.5 9.3z", 58, 60, false),
        K::Hypercare => ("M6 11.5L.8 6.2a3.2 3.2 0 0 1 5.2-3.4 3.2 3.2 0 0 1 5.2 3.4z", 14, 75, false),
        K::Target => (
            "M6 0a6 6 0 1 0 0 12A6 6 0 0 0 6 0zM6 2a4 4 0 1 1 0 8 4 4 0 0 1 0-8zM6 4a2 2 0 1 0 0 4 2 2 0 0 0 0-4z",
            346,
            65,
            false,
        ),
        K::Train => ("M2 0h8v9H2zM3.5 2v3h5V2zM1 12l2-3h6l2 3z", 240, 45, false),
        K::Change => ("M6 .5l6 11H0zM6 4.3L3.2 9.5h5.6z", 120, 35, false),
    };
    Look { icon, hue, saturation, closed }
}

impl Look {
    /// The colour at a lightness in per cent, as `#rrggbb`.
    pub fn colour(self, lightness: u8) -> String {
        let (light, saturation) = (f64::from(lightness) / 100.0, f64::from(self.saturation) / 100.0);
        let reach = saturation * light.min(1.0 - light);
        // The usual conversion of HSL: each channel rises and falls once around the wheel.
        let channel = |offset: f64| {
            let place = (offset + f64::from(self.hue) / 30.0) % 12.0;
            let value = light - reach * (place - 3.0).min(9.0 - place).clamp(-1.0, 1.0);
            (value * 255.0).round() as u8
        };
        format!("#{:02x}{:02x}{:02x}", channel(0.0), channel(8.0), channel(4.0))
    }
}
