//! Durations as people write them: working time (`5d`, `2w`), elapsed time (`3ed`, `1ew`), clock time (`2h50m`); signed
//! lags; effort in person-days.

use super::shown;
use std::fmt;

/// The largest number a written duration may hold; far more than the range of dates needs, far less than overflows.
const LARGEST: i64 = 10_000_000;

/// An unsigned span of time. Working and elapsed time count days, clock time counts minutes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Duration {
    /// Working time. How many days a week has is the calendar's to say, so weeks are kept apart.
    Working {
        /// Working weeks.
        weeks: i64,
        /// Working days, added to the weeks.
        days: i64,
    },
    /// Elapsed time: calendar days, weekends and holidays included.
    Elapsed {
        /// Calendar days.
        days: i64,
    },
    /// Clock time.
    Clock {
        /// Minutes.
        minutes: i64,
    },
}

/// A text that is not a duration; displays what is wrong and which forms are accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DurationError {
    written: String,
    reason: String,
}

impl fmt::Display for DurationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "`{}` is not a duration: {}; write `5d`, `2w` or `1w2d` for working time, `3ed` or `1ew` for elapsed time, \
             `90m`, `4h` or `2h50m` for clock time",
            self.written, self.reason
        )
    }
}

impl std::error::Error for DurationError {}

/// Units by size within their family; two neighbours make a family, and only one family may appear in a duration.
const UNITS: [&str; 6] = ["w", "d", "ew", "ed", "h", "m"];

impl Duration {
    /// No working time at all, `0d`.
    pub const ZERO: Self = Self::Working { weeks: 0, days: 0 };

    /// Reads `5d`, `2w`, `1w2d`, `3ed`, `1ew`, `90m`, `4h`, `2h50m`: whole numbers without a sign, larger unit first.
    pub fn parse(text: &str) -> Result<Self, DurationError> {
        let written = text.trim();
        let amounts = amounts(written).map_err(|reason| DurationError { written: shown(written), reason })?;
        Ok(match amounts {
            [None, None, None, None, hours, minutes] => {
                Self::Clock { minutes: hours.unwrap_or(0) * 60 + minutes.unwrap_or(0) }
            }
            [None, None, weeks, days, ..] => Self::Elapsed { days: weeks.unwrap_or(0) * 7 + days.unwrap_or(0) },
            [weeks, days, ..] => Self::Working { weeks: weeks.unwrap_or(0), days: days.unwrap_or(0) },
        })
    }

    /// Whether it counts days, working or elapsed: what phases and lags take. Clock time does not.
    pub fn is_day_based(self) -> bool {
        !matches!(self, Self::Clock { .. })
    }

    /// Whether it is no time at all.
    pub fn is_zero(self) -> bool {
        matches!(self, Self::Working { weeks: 0, days: 0 } | Self::Elapsed { days: 0 } | Self::Clock { minutes: 0 })
    }
}

/// The number written for each of [`UNITS`], or what is wrong.
fn amounts(written: &str) -> Result<[Option<i64>; 6], String> {
    if written.is_empty() {
        return Err("it is empty".to_owned());
    }
    if written.starts_with(['-', '+']) {
        return Err("a duration has no sign".to_owned());
    }
    if let Some(short) = spelled_out(written) {
        return Err(format!("it is written `{short}`"));
    }
    let mut amounts = [None; 6];
    let mut last: Option<usize> = None;
    let mut rest = written;
    while !rest.is_empty() {
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let (number, after) = rest.split_at(digits);
        let letters = after.len() - after.trim_start_matches(char::is_alphabetic).len();
        let (unit, after) = after.split_at(letters);
        if number.is_empty() {
            return Err(format!("a whole number is missing before `{}`", shown(rest)));
        }
        if unit.is_empty() {
            return Err(if after.starts_with(['.', ',']) {
                "only whole numbers are accepted".to_owned()
            } else {
                format!("a unit is missing after `{}`", shown(number))
            });
        }
        let Some(index) = UNITS.iter().position(|known| *known == unit) else {
            return Err(unknown_unit(unit));
        };
        if let Some(last) = last {
            if last / 2 != index / 2 {
                return Err(format!("`{}` and `{unit}` do not mix", UNITS[last]));
            }
            if last >= index {
                return Err("each unit is written once, the larger first".to_owned());
            }
        }
        let number: i64 = number.parse().unwrap_or(i64::MAX);
        if number > LARGEST {
            return Err(format!("numbers above {LARGEST} are not accepted"));
        }
        amounts[index] = Some(number);
        last = Some(index);
        rest = after;
    }
    Ok(amounts)
}

/// The short form of `5 days`, `5 d`, `2weeks` and the like.
fn spelled_out(written: &str) -> Option<String> {
    let word = written.trim_start_matches(|c: char| c.is_ascii_digit());
    let number = &written[..written.len() - word.len()];
    let unit = match word.trim().to_lowercase().as_str() {
        "day" | "days" | "working days" | "business days" => "d",
        "week" | "weeks" | "wk" | "wks" => "w",
        "calendar days" | "elapsed days" => "ed",
        "hour" | "hours" | "hr" | "hrs" => "h",
        "minute" | "minutes" | "min" | "mins" => "m",
        _ => UNITS.iter().find(|unit| word.starts_with(' ') && **unit == word.trim())?,
    };
    (!number.is_empty()).then(|| format!("{number}{unit}"))
}

fn unknown_unit(unit: &str) -> String {
    let lower = unit.to_lowercase();
    if UNITS.contains(&lower.as_str()) {
        return format!("the unit `{unit}` is written `{lower}`");
    }
    format!("there is no unit `{}`", shown(unit))
}

impl fmt::Display for Duration {
    /// Writes the shortest form that people read at a glance: `5d`, `1w2d`, `2ew`, `90m`, `4h`, `2h50m`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Working { weeks: 0, days } => write!(f, "{days}d"),
            Self::Working { weeks, days: 0 } => write!(f, "{weeks}w"),
            Self::Working { weeks, days } => write!(f, "{weeks}w{days}d"),
            Self::Elapsed { days } if days != 0 && days % 7 == 0 => write!(f, "{}ew", days / 7),
            Self::Elapsed { days } => write!(f, "{days}ed"),
            Self::Clock { minutes } if minutes != 0 && minutes % 60 == 0 => write!(f, "{}h", minutes / 60),
            Self::Clock { minutes } if minutes < 100 => write!(f, "{minutes}m"),
            Self::Clock { minutes } => write!(f, "{}h{}m", minutes / 60, minutes % 60),
        }
    }
}

/// A signed duration between two ends of a dependency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Lag {
    /// Whether it leads, that is, counts backwards.
    pub negative: bool,
    /// How far.
    pub duration: Duration,
}

impl Lag {
    /// No lag.
    pub const ZERO: Self = Self { negative: false, duration: Duration::ZERO };

    /// Reads a duration with an optional sign before it: `2d`, `-1d`, `+ 3ed`. A negative zero is a plain zero.
    pub fn parse(text: &str) -> Result<Self, DurationError> {
        let written = text.trim();
        let (negative, unsigned) = match (written.strip_prefix('-'), written.strip_prefix('+')) {
            (Some(rest), _) => (true, rest),
            (None, Some(rest)) => (false, rest),
            (None, None) => (false, written),
        };
        let duration = Duration::parse(unsigned)?;
        Ok(Self { negative: negative && !duration.is_zero(), duration })
    }
}

impl Default for Lag {
    fn default() -> Self {
        Self::ZERO
    }
}

impl From<Duration> for Lag {
    fn from(duration: Duration) -> Self {
        Self { negative: false, duration }
    }
}

impl fmt::Display for Lag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", if self.negative { "-" } else { "" }, self.duration)
    }
}

/// Work to be done, in person-days, exact to a hundredth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Effort {
    hundredths: i64,
}

/// A text that is not an effort; displays what is wrong and the accepted form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EffortError {
    written: String,
}

impl fmt::Display for EffortError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "`{}` is not an effort: write person-days such as `12pd` or `2.5pd`, with at most two decimals",
            self.written
        )
    }
}

impl std::error::Error for EffortError {}

impl Effort {
    /// Reads `12pd` or `2.5pd`, up to two decimals.
    pub fn parse(text: &str) -> Result<Self, EffortError> {
        let written = text.trim();
        Self::read(written).ok_or_else(|| EffortError { written: shown(written) })
    }

    fn read(written: &str) -> Option<Self> {
        let number = written.strip_suffix("pd")?;
        let (whole, decimals) = number.split_once('.').unwrap_or((number, "0"));
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(whole) || !digits(decimals) || decimals.len() > 2 {
            return None;
        }
        let whole: i64 = whole.parse().ok().filter(|whole| *whole <= LARGEST)?;
        let decimals: i64 = format!("{decimals:0<2}").parse().ok()?;
        Some(Self { hundredths: whole * 100 + decimals })
    }

    /// An effort of so many hundredths of a person-day.
    pub fn from_hundredths(hundredths: i64) -> Self {
        Self { hundredths }
    }

    /// Hundredths of a person-day.
    pub fn hundredths(self) -> i64 {
        self.hundredths
    }

    /// Person-days.
    pub fn person_days(self) -> f64 {
        self.hundredths as f64 / 100.0
    }
}

impl fmt::Display for Effort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Two decimals at most, so the shortest decimal of the float is exact.
        write!(f, "{}pd", self.person_days())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_every_form() {
        let cases = [
            ("5d", Duration::Working { weeks: 0, days: 5 }),
            ("2w", Duration::Working { weeks: 2, days: 0 }),
            ("1w2d", Duration::Working { weeks: 1, days: 2 }),
            ("0d", Duration::ZERO),
            ("3ed", Duration::Elapsed { days: 3 }),
            ("1ew", Duration::Elapsed { days: 7 }),
            ("1ew3ed", Duration::Elapsed { days: 10 }),
            ("90m", Duration::Clock { minutes: 90 }),
            ("4h", Duration::Clock { minutes: 240 }),
            (" 2h50m ", Duration::Clock { minutes: 170 }),
        ];
        for (text, expected) in cases {
            assert_eq!(Duration::parse(text).unwrap(), expected, "{text}");
        }
    }

    #[test]
    fn says_what_is_wrong() {
        let cases = [
            ("", "it is empty"),
            ("-5d", "a duration has no sign"),
            ("5", "a unit is missing after `5`"),
            ("d", "a whole number is missing before `d`"),
            ("2.5d", "only whole numbers are accepted"),
            ("5D", "the unit `D` is written `d`"),
            ("5y", "there is no unit `y`"),
            ("5 d", "it is written `5d`"),
            ("5 days", "it is written `5d`"),
            ("2weeks", "it is written `2w`"),
            ("90 min", "it is written `90m`"),
            ("days", "a whole number is missing before `days`"),
            ("1d4h", "`d` and `h` do not mix"),
            ("1w2ed", "`w` and `ed` do not mix"),
            ("50m2h", "each unit is written once, the larger first"),
            ("1d1d", "each unit is written once, the larger first"),
            ("99999999999999999999d", "numbers above 10000000 are not accepted"),
        ];
        for (text, reason) in cases {
            let message = Duration::parse(text).unwrap_err().to_string();
            assert!(message.starts_with(&format!("`{text}` is not a duration: {reason};")), "{message}");
            assert!(message.contains("`2h50m` for clock time"));
        }
    }

    #[test]
    fn writes_the_short_form() {
        for text in ["5d", "2w", "1w2d", "0d", "3ed", "2ew", "0ed", "90m", "4h", "2h50m", "0m"] {
            assert_eq!(Duration::parse(text).unwrap().to_string(), text);
        }
        assert_eq!(Duration::parse("60m").unwrap().to_string(), "1h");
        assert_eq!(Duration::parse("7ed").unwrap().to_string(), "1ew");
        assert!(Duration::parse("1ew").unwrap().is_day_based());
        assert!(!Duration::parse("1h").unwrap().is_day_based());
    }

    #[test]
    fn lags_have_a_sign() {
        assert_eq!(Lag::parse("2d").unwrap().to_string(), "2d");
        assert_eq!(Lag::parse("-1d").unwrap(), Lag { negative: true, duration: Duration::parse("1d").unwrap() });
        assert_eq!(Lag::parse("- 1d").unwrap().to_string(), "-1d");
        assert_eq!(Lag::parse("+ 3ed").unwrap().to_string(), "3ed");
        assert_eq!(Lag::parse("-0d").unwrap(), Lag::ZERO);
        assert!(Lag::parse("--1d").is_err());
        assert!(Lag::parse("+").is_err());
    }

    #[test]
    fn efforts_are_exact() {
        for text in ["12pd", "2.5pd", "2.25pd", "0pd", "0.01pd"] {
            assert_eq!(Effort::parse(text).unwrap().to_string(), text);
        }
        assert_eq!(Effort::parse("2.50pd").unwrap().hundredths(), 250);
        assert!((Effort::parse("2.5pd").unwrap().person_days() - 2.5).abs() < f64::EPSILON);
        for text in ["12", "pd", "2,5pd", "2.555pd", "-1pd", ".5pd", "1.pd", "99999999999999999999pd", "१pd"] {
            assert!(Effort::parse(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(amount in 0..LARGEST, weeks in 0i64..500, kind in 0..3) {
            let duration = match kind {
                0 => Duration::Working { weeks, days: amount },
                1 => Duration::Elapsed { days: amount },
                _ => Duration::Clock { minutes: amount },
            };
            prop_assert_eq!(Duration::parse(&duration.to_string()), Ok(duration));
            let effort = Effort::from_hundredths(amount);
            prop_assert_eq!(Effort::parse(&effort.to_string()), Ok(effort));
        }

        #[test]
        fn no_text_panics(text in "\\PC{0,12}") {
            let _ = (Duration::parse(&text), Lag::parse(&text), Effort::parse(&text));
        }
    }
}
