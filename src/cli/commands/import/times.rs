//! How the files of others write days and times.

use std::fmt;

use chrono::format::{Item, StrftimeItems};
use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};

use crate::time::{MAX_DATE, MIN_DATE, When};

/// How columns write days and times.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TimeFormat {
    /// Seconds since 1970.
    Seconds,
    /// Milliseconds since 1970.
    Milliseconds,
    /// A pattern with `%d`, `%m` and so on.
    Pattern(String),
}

impl fmt::Display for TimeFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Seconds => f.write_str("epoch"),
            Self::Milliseconds => f.write_str("epoch-ms"),
            Self::Pattern(pattern) => write!(f, "'{pattern}'"),
        }
    }
}

impl TimeFormat {
    /// Reads the value of the option.
    pub fn parse(text: &str) -> Result<Self, String> {
        match text {
            "epoch" => return Ok(Self::Seconds),
            "epoch-ms" => return Ok(Self::Milliseconds),
            _ => {}
        }
        if StrftimeItems::new(text).any(|item| item == Item::Error) {
            return Err("a `%` begins something that no pattern has; `%d/%m/%Y %H:%M` is one".to_owned());
        }
        if !text.contains('%') {
            return Err("write a pattern such as `%d/%m/%Y %H:%M`, `epoch` or `epoch-ms`".to_owned());
        }
        Ok(Self::Pattern(text.to_owned()))
    }

    /// The day or time; none where the text is written otherwise. Fractions of a second are dropped.
    pub fn read(&self, text: &str) -> Option<When> {
        let text = text.trim();
        let when = match self {
            Self::Seconds => instant(text, 1.0)?,
            Self::Milliseconds => instant(text, 1000.0)?,
            Self::Pattern(pattern) => {
                let fixed = || DateTime::parse_from_str(text, pattern).ok().map(When::Fixed);
                let local = || NaiveDateTime::parse_from_str(text, pattern).ok().map(When::Local);
                let date = || NaiveDate::parse_from_str(text, pattern).ok().map(When::Date);
                fixed().or_else(local).or_else(date)?
            }
        };
        (MIN_DATE..=MAX_DATE).contains(&when.date()).then_some(when)
    }
}

/// A count since 1970, so many of them a second.
fn instant(text: &str, per_second: f64) -> Option<When> {
    let seconds = (text.parse::<f64>().ok()? / per_second).floor();
    let is_near = seconds.abs() < 1e12;
    let at = DateTime::<Utc>::from_timestamp(if is_near { seconds as i64 } else { return None }, 0)?;
    Some(When::Fixed(at.fixed_offset()))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn read(format: &str, text: &str) -> Option<String> {
        TimeFormat::parse(format).unwrap().read(text).map(|when| when.to_string())
    }

    #[test]
    fn times_of_others_become_ours() {
        let told = |format, text| read(format, text).unwrap_or_else(|| "none".to_owned());
        assert_eq!(told("epoch", "1762860000"), "2025-11-11T11:20Z");
        assert_eq!(told("epoch-ms", "1762860000999"), "2025-11-11T11:20Z");
        assert_eq!(told("%d/%m/%Y %H:%M", "03/11/2026 09:15"), "2026-11-03T09:15");
        assert_eq!(told("%d/%b/%y %I:%M %p", "02/Nov/26 10:00 AM"), "2026-11-02T10:00");
        assert_eq!(told("%d.%m.%Y", "02.11.2026"), "2026-11-02");
        assert_eq!(told("%d.%m.%Y %H:%M %z", "02.11.2026 10:00 +0100"), "2026-11-02T10:00+01:00");
    }

    #[test]
    fn what_does_not_fit_is_none() {
        for (format, text) in [
            ("epoch", "NaN"),
            ("epoch", "1e300"),
            ("epoch", "1762860000000"),
            ("epoch-ms", "soon"),
            ("%d/%m/%Y", "13/13/2026"),
            ("%d/%m/%Y", "03/11/2026 09:15"),
        ] {
            assert_eq!(read(format, text), None, "{format} {text}");
        }
        assert!(TimeFormat::parse("%Q").is_err());
        assert!(TimeFormat::parse("dd/mm/yyyy").is_err());
    }
}
