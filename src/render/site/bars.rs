//! Bars over days, as small pictures that are as wide as the place they stand in: every x is a share of the width.

use std::fmt::Write;

use chrono::{Datelike, NaiveDate};

use crate::render::text::{html_escape, sanitize};

/// The days a picture shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scale {
    /// The first day.
    pub from: NaiveDate,
    /// The last day.
    pub to: NaiveDate,
    /// Today.
    pub today: NaiveDate,
}

/// A stretch of days, and how it looks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bar {
    /// The class that says how: `plan`, `ahead`, `done`, `critical`, `freeze`.
    pub look: &'static str,
    /// The first day.
    pub from: NaiveDate,
    /// The last day.
    pub to: NaiveDate,
}

impl Scale {
    /// From the first to the last of these days, with some room; none without a day.
    pub fn around(days: impl IntoIterator<Item = NaiveDate>, today: NaiveDate) -> Option<Self> {
        let (mut from, mut to): (Option<NaiveDate>, Option<NaiveDate>) = (None, None);
        for day in days {
            from = Some(from.map_or(day, |from| from.min(day)));
            to = Some(to.map_or(day, |to| to.max(day)));
        }
        let (from, to) = from.zip(to)?;
        let room = chrono::Days::new(3);
        Some(Self { from: from.checked_sub_days(room)?, to: to.checked_add_days(room)?, today })
    }

    fn days(self) -> f64 {
        ((self.to - self.from).num_days() + 1).max(1) as f64
    }

    /// Where a day begins, in per cent of the width.
    fn x(self, day: NaiveDate) -> f64 {
        ((day - self.from).num_days() as f64 / self.days() * 100.0).clamp(0.0, 100.0)
    }

    fn holds(self, day: NaiveDate) -> bool {
        self.from <= day && day <= self.to
    }

    /// The months above the bars, and weeks where there is room.
    pub fn axis(self) -> String {
        let mut out = String::from("<svg class=\"axis\" width=\"100%\" height=\"20\" aria-hidden=\"true\">");
        let months = (self.to.year() - self.from.year()) * 12 + self.to.month() as i32 - self.from.month() as i32 + 1;
        let step = (months / 8 + 1).max(1);
        let mut free = -1.0;
        for month in (0..months).step_by(usize::try_from(step).unwrap_or(1)) {
            let number = self.from.year() * 12 + self.from.month0() as i32 + month;
            let (year, month) = (number.div_euclid(12), number.rem_euclid(12) + 1);
            let Some(first) = NaiveDate::from_ymd_opt(year, month.unsigned_abs(), 1) else { continue };
            let x = self.x(first.max(self.from));
            // A name takes about a twelfth of the narrowest picture.
            if x < free || x > 92.0 {
                continue;
            }
            free = x + 11.0;
            let _ = write!(
                out,
                "<line x1=\"{x:.2}%\" x2=\"{x:.2}%\" y1=\"2\" y2=\"20\"/><text x=\"{x:.2}%\" dx=\"4\" y=\"14\">{}</text>",
                first.format("%b %Y")
            );
        }
        out.push_str("</svg>");
        out
    }

    /// A row: what lies behind all rows, then its bars, then its marks.
    pub fn row(self, label: &str, behind: &[Bar], bars: &[Bar], marks: &[(NaiveDate, &'static str)]) -> String {
        let mut out = String::from("<svg class=\"bars\" width=\"100%\" height=\"22\" role=\"img\">");
        let _ = write!(out, "<title>{}</title>", html_escape(&sanitize(label)));
        for bar in behind {
            self.bar(&mut out, bar, 0, 22);
        }
        for bar in bars {
            let (y, height) = if bar.look == "ahead" { (9, 4) } else { (5, 12) };
            self.bar(&mut out, bar, y, height);
        }
        for (day, look) in marks.iter().filter(|(day, _)| self.holds(*day)) {
            // In the middle of its day.
            let x = self.x(*day) + 50.0 / self.days();
            let _ = write!(
                out,
                "<svg x=\"{x:.2}%\" y=\"11\" overflow=\"visible\"><path class=\"mark {look}\" d=\"{}\"/></svg>",
                if *look == "target" { "M0 -7V7M0 -7L6 -4L0 -1" } else { "M0 -5L5 0L0 5L-5 0Z" }
            );
        }
        if self.holds(self.today) {
            let x = self.x(self.today);
            let _ = write!(out, "<line class=\"now\" x1=\"{x:.2}%\" x2=\"{x:.2}%\" y1=\"0\" y2=\"22\"/>");
        }
        out.push_str("</svg>");
        out
    }

    fn bar(self, out: &mut String, bar: &Bar, y: u32, height: u32) {
        if bar.to < self.from || bar.from > self.to {
            return;
        }
        let x = self.x(bar.from);
        let width = (self.x(bar.to.succ_opt().unwrap_or(bar.to)) - x).max(0.4);
        let _ = write!(
            out,
            "<rect class=\"{}\" x=\"{x:.2}%\" y=\"{y}\" width=\"{width:.2}%\" height=\"{height}\"/>",
            bar.look
        );
    }
}

/// How much of a whole is done, as a short bar.
pub fn share(done: usize, all: usize, label: &str) -> String {
    let part = if all == 0 { 0.0 } else { done as f64 / all as f64 * 100.0 };
    format!(
        "<svg class=\"share\" width=\"64\" height=\"8\" role=\"img\"><title>{}</title><rect class=\"all\" width=\"100%\" height=\"8\"/><rect class=\"part\" width=\"{part:.1}%\" height=\"8\"/></svg>",
        html_escape(&sanitize(label))
    )
}
