//! Pieces of pages: text, days, pills, places, links.

use chrono::{Datelike, NaiveDate};

pub(super) use crate::render::sheet::html::{sentence, text};
use crate::render::text::html_escape;
use crate::report::show::Source;
use crate::report::site::Level;

/// A day as people read it, with the year.
pub fn day(day: NaiveDate) -> String {
    format!("<time datetime=\"{day}\">{}</time>", day.format("%-d %b %Y"))
}

/// A day in a year that goes without saying.
pub fn short_day(day: NaiveDate) -> String {
    format!("<time datetime=\"{day}\">{}</time>", day.format("%-d %b"))
}

/// From the first to the last day; the year once where it is the same.
pub fn span(from: NaiveDate, to: NaiveDate) -> String {
    let first = if from.year() == to.year() { short_day(from) } else { day(from) };
    format!("{first} – {}", day(to))
}

/// A day, or a dash that is read as what it means.
pub fn day_or_none(date: Option<NaiveDate>) -> String {
    date.map_or_else(|| none("no date"), day)
}

/// A place without a value, with the word for it.
pub fn none(word: &str) -> String {
    format!("<span class=\"quiet\"><span aria-hidden=\"true\">–</span><span class=\"sr\">{word}</span></span>")
}

/// A day, or a time on the wall clock, as it is written: ISO 8601.
pub fn moment(written: &str) -> String {
    let (date, rest) = written.split_at_checked(10).unwrap_or((written, ""));
    match date.parse::<NaiveDate>() {
        Ok(date) => {
            let clock = rest.trim_start_matches('T');
            let clock = if clock.is_empty() { String::new() } else { format!(" {}", html_escape(clock)) };
            format!("<time datetime=\"{}\">{}{clock}</time>", html_escape(written), date.format("%-d %b %Y"))
        }
        Err(_) => text(written),
    }
}

/// How far away a day is.
pub fn away(days: i64) -> String {
    match days {
        0 => "today".to_owned(),
        1 => "tomorrow".to_owned(),
        -1 => "yesterday".to_owned(),
        days if days < 0 => format!("{} days ago", -days),
        days => format!("in {days} days"),
    }
}

/// How good or bad a state is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Done, passed.
    Good,
    /// Neither.
    Plain,
    /// Needs an eye.
    Warn,
    /// Something is wrong.
    Bad,
}

impl Tone {
    /// The tone of a state as manifests and views write it.
    pub fn of(state: &str) -> Self {
        match state {
            "passed" | "met" | "done" | "reached" | "succeeded" | "approved" | "restored" | "sent" | "released"
            | "closed" | "proven" | "successful" | "signed" | "on track" | "completed" | "mitigated" => Self::Good,
            "overdue" | "rejected" | "failed" | "error" | "late" | "at risk" | "rolled-back" | "not-proven"
            | "open incident" => Self::Bad,
            "stale" | "waived" | "watch" | "warning" | "unmet" | "changed" | "running" => Self::Warn,
            _ => Self::Plain,
        }
    }

    /// The class that styles have for it.
    pub const fn class(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Plain => "plain",
            Self::Warn => "warn",
            Self::Bad => "bad",
        }
    }

    /// A sign, so that colour is never alone.
    const fn sign(self) -> &'static str {
        match self {
            Self::Good => "✓",
            Self::Plain => "○",
            Self::Warn => "△",
            Self::Bad => "!",
        }
    }
}

/// A state as a word with a sign.
pub fn pill(word: &str) -> String {
    toned(word, Tone::of(&word.to_lowercase()))
}

/// A word with the sign of a tone.
pub fn toned(word: &str, tone: Tone) -> String {
    let (class, sign) = (tone.class(), tone.sign());
    format!("<span class=\"pill {class}\"><span aria-hidden=\"true\">{sign}</span> {}</span>", text(word))
}

/// How a release stands.
pub fn level(level: Level) -> String {
    let tone = match level {
        Level::Over => Tone::Plain,
        Level::OnTrack => Tone::Good,
        Level::Watch => Tone::Warn,
        Level::AtRisk | Level::Late => Tone::Bad,
    };
    toned(level.word(), tone)
}

/// Where something is written.
pub fn place(source: Option<&Source>) -> String {
    let Some(source) = source else { return String::new() };
    let line = source.line.map_or_else(String::new, |line| format!(":{line}"));
    format!("<span class=\"place\">{}{line}</span>", html_escape(&source.file))
}

/// A text as a sentence begins.
pub fn capital(why: &str) -> String {
    let mut rest = why.chars();
    match rest.next() {
        Some(first) => first.to_uppercase().chain(rest).collect(),
        None => String::new(),
    }
}

/// "1 gate", "2 gates", "1,234 gates".
pub fn count(count: usize, noun: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", number(count))
}

/// A number with commas between thousands.
pub fn number(number: usize) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_read_well_and_texts_stay_texts() {
        assert_eq!(moment("2026-12-05"), "<time datetime=\"2026-12-05\">5 Dec 2026</time>");
        assert_eq!(moment("2026-12-05T22:00"), "<time datetime=\"2026-12-05T22:00\">5 Dec 2026 22:00</time>");
        assert_eq!(moment("<soon>"), "<bdi>&lt;soon&gt;</bdi>");
        assert_eq!([0, 1, -1, 9, -9].map(away), ["today", "tomorrow", "yesterday", "in 9 days", "9 days ago"]);
        assert_eq!(
            [0, 1, 1234, 1_234_567].map(|n| count(n, "gate")),
            ["0 gates", "1 gate", "1,234 gates", "1,234,567 gates"]
        );
    }
}
