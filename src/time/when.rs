//! Dates and date-times as people write them.

use super::{MAX_DATE, MIN_DATE, shown, zone};
use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, Timelike, Utc};
use chrono_tz::Tz;
use std::fmt;

/// A date, a wall-clock time in a zone given elsewhere, or an instant with its own offset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum When {
    /// `2026-12-05`.
    Date(NaiveDate),
    /// `2026-12-05T22:00`.
    Local(NaiveDateTime),
    /// `2026-12-05T22:00+01:00` or `…Z`.
    Fixed(DateTime<FixedOffset>),
}

/// A text that is not a date or date-time; displays which part is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WhenError {
    written: String,
    reason: String,
}

impl fmt::Display for WhenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is not a date or date-time: {}", self.written, self.reason)
    }
}

impl std::error::Error for WhenError {}

const FORMS: &str = "write `2026-12-05`, `2026-12-05T22:00`, `2026-12-05T22:00Z` or `2026-12-05T22:00+01:00`";

impl When {
    /// Reads `2026-12-05`, `2026-12-05T22:00`, `2026-12-05 22:00:30`, each time also with `Z` or `+01:00`. Fractions of a
    /// second are dropped.
    pub fn parse(text: &str) -> Result<Self, WhenError> {
        let written = text.trim();
        read(written).map_err(|reason| WhenError { written: shown(written), reason })
    }

    /// The calendar date as written, whatever the zone.
    pub fn date(&self) -> NaiveDate {
        match self {
            Self::Date(date) => *date,
            Self::Local(local) => local.date(),
            Self::Fixed(instant) => instant.date_naive(),
        }
    }

    /// The instant it names; a date is the start of that day in `zone`.
    pub fn instant(&self, zone: Tz) -> DateTime<Utc> {
        match self {
            Self::Date(date) => zone::start_of_day(*date, zone),
            Self::Local(local) => zone::resolve(*local, zone).instant(),
            Self::Fixed(instant) => instant.to_utc(),
        }
    }

    /// The first instant outside, when this is a written end: a date includes its whole day, a date-time is itself the
    /// first instant outside.
    pub fn end_instant(&self, zone: Tz) -> DateTime<Utc> {
        match self {
            Self::Date(date) => zone::start_of_day(date.succ_opt().unwrap_or(*date), zone),
            Self::Local(_) | Self::Fixed(_) => self.instant(zone),
        }
    }

    /// Whether this, a written end, lies before a start: an end that is a day includes all of it.
    pub fn ends_before(&self, start: &Self, zone: Tz) -> bool {
        let (ends, begins) = (self.end_instant(zone), start.instant(zone));
        ends < begins || (ends == begins && matches!(self, Self::Date(_)))
    }

    /// The last day inside, when this is a written end: a date is that day; a date-time at midnight ends the day before.
    pub fn last_day(&self) -> NaiveDate {
        let midnight = match self {
            Self::Date(_) => false,
            Self::Local(local) => local.time() == NaiveTime::MIN,
            Self::Fixed(instant) => instant.time() == NaiveTime::MIN,
        };
        if midnight { self.date().pred_opt().unwrap_or(self.date()) } else { self.date() }
    }
}

impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pattern = |time: NaiveTime| if time.second() == 0 { "%Y-%m-%dT%H:%M" } else { "%Y-%m-%dT%H:%M:%S" };
        match self {
            Self::Date(date) => write!(f, "{}", date.format("%Y-%m-%d")),
            Self::Local(local) => write!(f, "{}", local.format(pattern(local.time()))),
            Self::Fixed(instant) => {
                write!(f, "{}", instant.format(pattern(instant.time())))?;
                match instant.offset().local_minus_utc() {
                    0 => write!(f, "Z"),
                    _ => write!(f, "{}", instant.format("%:z")),
                }
            }
        }
    }
}

fn read(written: &str) -> Result<When, String> {
    if let Some(date) = plain_date(written) {
        return Ok(When::Date(date));
    }
    let (date, time) = match written.find(['T', 't', ' ']) {
        Some(at) => (&written[..at], Some(written[at + 1..].trim_start())),
        None => (written, None),
    };
    let date = read_date(date)?;
    let Some(time) = time else { return Ok(When::Date(date)) };
    let (time, offset) = split_offset(time)?;
    let local = date.and_time(read_time(time.trim_end())?);
    let Some(offset) = offset else { return Ok(When::Local(local)) };
    // The range leaves chrono's so much room that an offset cannot leave it.
    local.and_local_timezone(offset).single().map(When::Fixed).ok_or_else(|| FORMS.to_owned())
}

/// What nearly every date of a manifest looks like, `2026-12-05`. Whatever else there is, or is wrong, takes longer to say.
fn plain_date(text: &str) -> Option<NaiveDate> {
    let &[y0, y1, y2, y3, b'-', m0, m1, b'-', d0, d1] = text.as_bytes() else { return None };
    let number = |digits: &[u8]| {
        digits.iter().try_fold(0, |number, digit| digit.is_ascii_digit().then(|| number * 10 + u32::from(digit - b'0')))
    };
    let date =
        NaiveDate::from_ymd_opt(number(&[y0, y1, y2, y3])?.cast_signed(), number(&[m0, m1])?, number(&[d0, d1])?)?;
    (MIN_DATE..=MAX_DATE).contains(&date).then_some(date)
}

fn read_date(text: &str) -> Result<NaiveDate, String> {
    let mut parts = text.split('-');
    let (Some(year), Some(month), Some(day), None) = (parts.next(), parts.next(), parts.next(), parts.next()) else {
        return Err(FORMS.to_owned());
    };
    let (Some(year), Some(month), Some(day)) = (number(year, 4), number(month, 2), number(day, 2)) else {
        return Err(misspelt_date(year, month, day));
    };
    let swapped = || match NaiveDate::from_ymd_opt(year.cast_signed(), day, month) {
        Some(swapped) => format!("; did you mean `{swapped}`?"),
        None => String::new(),
    };
    if !(1..=12).contains(&month) {
        return Err(format!("there is no month {month}{}", swapped()));
    }
    if !(MIN_DATE.year()..=MAX_DATE.year()).contains(&year.cast_signed()) {
        return Err(format!("the year {year:04} is outside {} to {}", MIN_DATE.year(), MAX_DATE.year()));
    }
    NaiveDate::from_ymd_opt(year.cast_signed(), month, day).ok_or_else(|| {
        if day == 0 {
            return "there is no day 0".to_owned();
        }
        let days = (28..=31).rev().find(|last| NaiveDate::from_ymd_opt(year.cast_signed(), month, *last).is_some());
        format!("{} {year} has {} days", month_name(month), days.unwrap_or(31))
    })
}

/// Suggests the padded form where only zeros are missing.
fn misspelt_date(year: &str, month: &str, day: &str) -> String {
    let digits = |text: &str, longest| {
        !text.is_empty() && text.len() <= longest && text.bytes().all(|byte| byte.is_ascii_digit())
    };
    if year.len() == 4 && digits(year, 4) && digits(month, 2) && digits(day, 2) {
        return format!("month and day have two digits: `{year}-{month:0>2}-{day:0>2}`");
    }
    FORMS.to_owned()
}

fn month_name(month: u32) -> &'static str {
    u8::try_from(month)
        .ok()
        .and_then(|month| chrono::Month::try_from(month).ok())
        .map_or("the month", |month| month.name())
}

/// A number of exactly so many digits.
fn number(text: &str, digits: usize) -> Option<u32> {
    (text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok()).flatten()
}

fn read_time(text: &str) -> Result<NaiveTime, String> {
    let whole = match text.split_once('.') {
        Some((whole, fraction)) if !fraction.is_empty() && fraction.bytes().all(|byte| byte.is_ascii_digit()) => whole,
        Some(_) => return Err(FORMS.to_owned()),
        None => text,
    };
    let parts: Vec<Option<u32>> = whole.split(':').take(4).map(|part| number(part, 2)).collect();
    let (hour, minute, second) = match parts[..] {
        [Some(hour), Some(minute)] => (hour, minute, 0),
        [Some(hour), Some(minute), Some(second)] => (hour, minute, second),
        _ => return Err(format!("a time has two digits for hours and minutes, such as `09:30`; {FORMS}")),
    };
    if hour == 24 {
        return Err("there is no hour 24; write the next day at `00:00`".to_owned());
    }
    for (name, value, limit) in [("hour", hour, 24), ("minute", minute, 60), ("second", second, 60)] {
        if value >= limit {
            return Err(format!("there is no {name} {value}"));
        }
    }
    NaiveTime::from_hms_opt(hour, minute, second).ok_or_else(|| FORMS.to_owned())
}

/// Takes `Z`, `+01:00`, `+0100` or `+01` off the end of a time.
fn split_offset(text: &str) -> Result<(&str, Option<FixedOffset>), String> {
    if let Some(time) = text.strip_suffix(['Z', 'z']) {
        return Ok((time, FixedOffset::east_opt(0)));
    }
    let Some(at) = text.find(['+', '-']) else { return Ok((text, None)) };
    let (time, offset) = text.split_at(at);
    let wrong = || format!("the offset `{}` is not understood; write `Z` or `+01:00`", shown(offset));
    let (sign, digits) = match offset.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, offset.trim_start_matches('+')),
    };
    let (hours, minutes) = match digits.split_once(':') {
        Some(parts) => parts,
        None if digits.len() == 4 && digits.is_ascii() => digits.split_at(2),
        None => (digits, "00"),
    };
    let hours = number(hours, 2).ok_or_else(wrong)?.cast_signed();
    let minutes = number(minutes, 2).filter(|minutes| *minutes < 60).ok_or_else(wrong)?.cast_signed();
    let offset = FixedOffset::east_opt(sign * (hours * 3600 + minutes * 60)).ok_or_else(wrong)?;
    Ok((time, Some(offset)))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use super::*;
    use proptest::prelude::*;

    fn when(text: &str) -> When {
        When::parse(text).unwrap()
    }

    fn reason(text: &str) -> String {
        When::parse(text).unwrap_err().reason
    }

    #[test]
    fn reads_every_form_and_writes_it_back() {
        for text in [
            "2026-12-05",
            "2026-12-05T22:00",
            "2026-12-05T22:00:30",
            "2026-12-05T22:00Z",
            "2026-12-05T22:00+01:00",
            "2026-12-05T22:00:30-09:30",
        ] {
            assert_eq!(when(text).to_string(), text);
        }
        assert_eq!(when("2026-12-05 22:00"), when("2026-12-05T22:00"));
        assert_eq!(when("2026-12-05t22:00:00.123z"), when("2026-12-05T22:00Z"));
        assert_eq!(when("2026-12-05 22:00 +01:00"), when("2026-12-05T22:00+0100"));
        assert_eq!(when("2026-12-05T22:00+01"), when("2026-12-05T22:00+01:00"));
    }

    #[test]
    fn names_the_wrong_part() {
        assert_eq!(reason("2023-14-05"), "there is no month 14; did you mean `2023-05-14`?");
        assert_eq!(reason("2023-14-15"), "there is no month 14");
        assert_eq!(reason("2026-02-30"), "February 2026 has 28 days");
        assert_eq!(reason("2028-02-30"), "February 2028 has 29 days");
        assert_eq!(reason("2026-04-31"), "April 2026 has 30 days");
        assert_eq!(reason("2026-04-00"), "there is no day 0");
        assert_eq!(reason("1899-12-31"), "the year 1899 is outside 1900 to 2200");
        assert_eq!(reason("2201-01-01T00:00"), "the year 2201 is outside 1900 to 2200");
        assert_eq!(reason("2026-1-5"), "month and day have two digits: `2026-01-05`");
        assert_eq!(reason("2026-12-05T24:00"), "there is no hour 24; write the next day at `00:00`");
        assert_eq!(reason("2026-12-05T25:00"), "there is no hour 25");
        assert_eq!(reason("2026-12-05T22:60"), "there is no minute 60");
        assert_eq!(reason("2026-12-05T22:00+1"), "the offset `+1` is not understood; write `Z` or `+01:00`");
        for text in
            ["", "soon", "05/12/2026", "2026-12", "2026-12-05-01", "２０２６-12-05", "2026-12-05T", "2026-12-05Tx"]
        {
            assert!(reason(text).contains("write `2026-12-05`"), "{text}");
        }
        assert!(When::parse("2023-14-05").unwrap_err().to_string().starts_with("`2023-14-05` is not a date"));
    }

    #[test]
    fn a_written_end_includes_its_day() {
        let london = Tz::Europe__London;
        assert_eq!(when("2026-12-05").end_instant(london), when("2026-12-06T00:00Z").instant(london));
        assert_eq!(when("2026-07-05").end_instant(london), when("2026-07-05T23:00Z").instant(london));
        assert_eq!(when("2026-12-05T22:00").end_instant(london), when("2026-12-05T22:00Z").instant(london));
        assert_eq!(when("2026-12-05").last_day().to_string(), "2026-12-05");
        assert_eq!(when("2026-12-05T00:00").last_day().to_string(), "2026-12-04");
        assert_eq!(when("2026-12-05T00:00+05:00").last_day().to_string(), "2026-12-04");
        assert_eq!(when("2026-12-05T00:01").last_day().to_string(), "2026-12-05");
        assert_eq!(when("2026-12-05T01:00+05:00").date().to_string(), "2026-12-05");
        assert_eq!(when("2200-12-31").end_instant(Tz::UTC).to_rfc3339(), "2201-01-01T00:00:00+00:00");
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(day in 0i64..109_000, second in 0u32..86_400, offset in -56i32..57, kind in 0..3) {
            let date = crate::time::plus_days(MIN_DATE, day);
            let local = date.and_time(NaiveTime::from_num_seconds_from_midnight_opt(second, 0).unwrap());
            let fixed = FixedOffset::east_opt(offset * 900).unwrap();
            let when = match kind {
                0 => When::Date(date),
                1 => When::Local(local),
                _ => When::Fixed(local.and_local_timezone(fixed).unwrap()),
            };
            prop_assert_eq!(When::parse(&when.to_string()), Ok(when));
        }

        #[test]
        fn no_text_panics(text in "[0-9TZtz:+. é-]{0,30}") {
            if let Ok(when) = When::parse(&text) {
                let _ = (when.instant(Tz::Pacific__Apia), when.end_instant(Tz::Pacific__Apia), when.last_day());
            }
        }
    }
}
