//! The views of `relm env`: one file a subcommand, one function a format.

pub mod advise;
pub mod book;
pub mod conflicts;
pub mod free;
pub(in crate::render) mod grid;
pub mod list;
pub mod schedule;
pub mod show;
pub mod state;
pub mod usage;

use chrono::{Datelike, NaiveDate, NaiveTime, TimeDelta};

use crate::report::env::{BookingView, Moment, Source};

/// How days and instants are written beside today: years only where they differ.
#[derive(Debug, Clone, Copy)]
struct Dates {
    today: NaiveDate,
    /// Whether days are named.
    weekdays: bool,
}

impl Dates {
    /// `Mon 23 Nov`.
    fn day(self, day: NaiveDate) -> String {
        let name = if self.weekdays { "%a " } else { "" };
        let year = if day.year() == self.today.year() { "" } else { " %Y" };
        day.format(&format!("{name}%-d %b{year}")).to_string()
    }

    /// An instant on the wall clock; at midnight the day alone.
    fn moment(self, at: Moment) -> String {
        let day = self.day(at.local.date());
        if at.local.time() == NaiveTime::MIN { day } else { format!("{day} {}", at.local.format("%H:%M")) }
    }

    /// The end of a stretch: the last day inside where it ends at midnight.
    fn until(self, at: Moment) -> String {
        if at.local.time() == NaiveTime::MIN {
            self.day((at.local - TimeDelta::seconds(1)).date())
        } else {
            self.moment(at)
        }
    }

    /// `Mon 23 Nov – Fri 27 Nov`, one day alone, or the hours of a day.
    fn stretch(self, from: Moment, to: Moment) -> String {
        let midnight = |at: Moment| at.local.time() == NaiveTime::MIN;
        let last = (to.local - TimeDelta::seconds(1)).date();
        if midnight(from) && midnight(to) && last == from.local.date() {
            return self.day(last);
        }
        if last == from.local.date() && !midnight(to) {
            return format!("{} {}–{}", self.day(last), from.local.format("%H:%M"), to.local.format("%H:%M"));
        }
        // Where one end is within a day, the other says its hour too.
        if midnight(from) == midnight(to) {
            return format!("{} – {}", self.moment(from), self.until(to));
        }
        let full = |at: Moment| format!("{} {}", self.day(at.local.date()), at.local.format("%H:%M"));
        format!("{} – {}", full(from), full(to))
    }
}

/// What a booking is called, marked when it is for a draft.
fn marked(booking: &BookingView) -> String {
    let draft = if booking.tentative { " (draft)" } else { "" };
    format!("{}{draft}", name(booking))
}

/// What a booking is called where its environment is known.
fn name(booking: &BookingView) -> String {
    match (&booking.booking, &booking.release) {
        (Some(entry), Some(release)) => format!("{release} ({entry})"),
        (Some(entry), None) => entry.clone(),
        _ => booking.name.clone(),
    }
}

/// `file:line`, or the file alone.
fn address(source: &Source) -> String {
    source.line.map_or_else(|| source.file.clone(), |line| format!("{}:{line}", source.file))
}

/// How many there are, and how many of them for drafts only; nothing when there are none.
fn conflicts(count: usize, tentative: usize) -> String {
    match (count, tentative) {
        (0, _) => String::new(),
        (all, some) if all == some => format!("{all} (drafts)"),
        (all, 0) => all.to_string(),
        (all, some) => format!("{all} ({some} drafts)"),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn moment(text: &str) -> Moment {
        let local = chrono::NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M").unwrap();
        Moment { instant: local.and_utc(), local }
    }

    #[test]
    fn stretches_are_said_as_people_say_them() {
        let dates = Dates { today: NaiveDate::from_ymd_opt(2026, 11, 16).unwrap(), weekdays: true };
        let said = |from: &str, to: &str| dates.stretch(moment(from), moment(to));
        assert_eq!(said("2026-11-23T00:00", "2026-11-28T00:00"), "Mon 23 Nov – Fri 27 Nov");
        assert_eq!(said("2026-11-23T00:00", "2026-11-24T00:00"), "Mon 23 Nov");
        assert_eq!(said("2026-11-23T19:00", "2026-11-23T23:00"), "Mon 23 Nov 19:00–23:00");
        assert_eq!(said("2026-11-23T00:00", "2026-11-23T06:00"), "Mon 23 Nov 00:00–06:00");
        assert_eq!(said("2026-11-23T22:00", "2026-11-24T02:00"), "Mon 23 Nov 22:00 – Tue 24 Nov 02:00");
        assert_eq!(said("2026-11-23T22:00", "2026-11-25T00:00"), "Mon 23 Nov 22:00 – Wed 25 Nov 00:00");
        assert_eq!(said("2026-12-31T00:00", "2027-01-02T00:00"), "Thu 31 Dec – Fri 1 Jan 2027");
        assert_eq!(dates.until(moment("2026-11-28T00:00")), "Fri 27 Nov");
        assert_eq!(dates.until(moment("2026-11-28T06:00")), "Sat 28 Nov 06:00");
    }
}
