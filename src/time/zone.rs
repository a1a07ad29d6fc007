//! Time zones: names, and what a wall clock shows when clocks change.

use super::{MAX_DATE, MIN_DATE, shown};
use chrono::{DateTime, LocalResult, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeDelta, TimeZone, Utc};
use chrono_tz::{TZ_VARIANTS, Tz};
use std::fmt;
use std::str::FromStr;

/// A name that is not a time zone; displays the nearest names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ZoneError {
    written: String,
    /// Up to three zone names that look alike, the nearest first.
    pub suggestions: Vec<&'static str>,
}

impl fmt::Display for ZoneError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "there is no time zone `{}`", self.written)?;
        let names: Vec<String> = self.suggestions.iter().map(|name| format!("`{name}`")).collect();
        match names.as_slice() {
            [] => write!(f, "; write an IANA name such as `Europe/London` or `UTC`"),
            [only] => write!(f, "; did you mean {only}?"),
            [first @ .., last] => write!(f, "; did you mean {} or {last}?", first.join(", ")),
        }
    }
}

impl std::error::Error for ZoneError {}

/// The zone of an IANA name such as `Europe/London`.
pub fn parse_zone(text: &str) -> Result<Tz, ZoneError> {
    let written = text.trim();
    Tz::from_str(written).map_err(|_| ZoneError { written: shown(written), suggestions: nearest(written) })
}

/// Names close to what was written, as a whole or by their city alone, upper and lower case being the same.
fn nearest(written: &str) -> Vec<&'static str> {
    const SUGGESTIONS: usize = 3;
    const LONGEST_NAME: usize = 40;
    if written.chars().nth(LONGEST_NAME).is_some() {
        return Vec::new();
    }
    let wanted = written.to_lowercase().replace(' ', "_");
    let tolerance = (wanted.chars().count() / 3).min(3);
    let mut close: Vec<(usize, &'static str)> = TZ_VARIANTS
        .iter()
        .map(|zone| {
            let name = zone.name().to_lowercase();
            let city = name.rsplit('/').next().unwrap_or(&name);
            let by_city = strsim::osa_distance(&wanted, city);
            (strsim::osa_distance(&wanted, &name).min(by_city), zone.name())
        })
        .filter(|(distance, _)| *distance <= tolerance)
        .collect();
    close.sort_unstable();
    close.into_iter().take(SUGGESTIONS).map(|(_, name)| name).collect()
}

/// What a wall-clock time means in a zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WallClock {
    /// It happens once.
    Unique(DateTime<Utc>),
    /// Clocks skip it. The instant counts with the offset before the gap, as RFC 5545 does: in a one-hour gap, 02:30 is
    /// 03:30.
    Gap(DateTime<Utc>),
    /// It happens twice. The instant is the earlier.
    Fold(DateTime<Utc>),
}

impl WallClock {
    /// The instant, however it came about.
    pub fn instant(self) -> DateTime<Utc> {
        match self {
            Self::Unique(instant) | Self::Gap(instant) | Self::Fold(instant) => instant,
        }
    }
}

/// The instant a wall clock in `zone` shows `local`. Times outside the range of dates are moved to its nearer end.
pub fn resolve(local: NaiveDateTime, zone: Tz) -> WallClock {
    let local = in_range(local);
    match zone.from_local_datetime(&local) {
        LocalResult::Single(found) => WallClock::Unique(found.to_utc()),
        LocalResult::Ambiguous(one, other) => WallClock::Fold(one.min(other).to_utc()),
        LocalResult::None => {
            let before = offset_at(gap_instant(local, zone) - TimeDelta::seconds(1), zone);
            WallClock::Gap((local - before).and_utc())
        }
    }
}

/// The first instant of a day in `zone`. Where clocks skip midnight, the instant they skip it; where they skip the whole
/// day, the start of the next.
pub fn start_of_day(date: NaiveDate, zone: Tz) -> DateTime<Utc> {
    let midnight = in_range(date.and_time(NaiveTime::MIN));
    match resolve(midnight, zone) {
        WallClock::Unique(instant) | WallClock::Fold(instant) => instant,
        // A gap that begins before midnight would otherwise begin the day late.
        WallClock::Gap(_) => gap_instant(midnight, zone).and_utc(),
    }
}

/// What a wall clock in `zone` shows at an instant, kept a day around the range of dates.
pub fn local(instant: DateTime<Utc>, zone: Tz) -> NaiveDateTime {
    let utc = in_range(instant.naive_utc());
    utc + offset_at(utc, zone)
}

/// An instant as a sentence names it: `Mon 2026-01-05 00:00 (Europe/London)`.
pub fn spoken(instant: DateTime<Utc>, zone: Tz) -> String {
    format!("{} ({})", local(instant, zone).format("%a %Y-%m-%d %H:%M"), zone.name())
}

/// A change of the clocks of a zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClockChange {
    /// The first wall-clock time that is skipped or happens twice.
    pub from: NaiveDateTime,
    /// The first that is neither.
    pub to: NaiveDateTime,
    /// Whether it is skipped; else it happens twice.
    pub skips: bool,
}

/// The changes of the clocks in a half-open span, in order.
pub fn clock_changes(from: DateTime<Utc>, to: DateTime<Utc>, zone: Tz) -> Vec<ClockChange> {
    let day = TimeDelta::days(1);
    let (mut at, end) = (in_range(from.naive_utc()), in_range(to.naive_utc()));
    let mut found = Vec::new();
    while at < end {
        let next = (at + day).min(end);
        let (before, after) = (offset_at(at, zone), offset_at(next, zone));
        if before != after {
            let (mut low, mut high) = (at, next);
            while high - low > TimeDelta::seconds(1) {
                let middle = low + TimeDelta::seconds((high - low).num_seconds() / 2);
                if offset_at(middle, zone) == before { low = middle } else { high = middle }
            }
            let (first, last) = (high + before.min(after), high + before.max(after));
            found.push(ClockChange { from: first, to: last, skips: after > before });
        }
        at = next;
    }
    found
}

fn in_range(local: NaiveDateTime) -> NaiveDateTime {
    // One day more than the dates have, for the midnight that ends the last of them.
    let last = MAX_DATE.succ_opt().unwrap_or(MAX_DATE);
    local.clamp(MIN_DATE.and_time(NaiveTime::MIN), last.and_time(NaiveTime::MIN))
}

fn offset_at(utc: NaiveDateTime, zone: Tz) -> TimeDelta {
    TimeDelta::seconds(i64::from(zone.offset_from_utc_datetime(&utc).fix().local_minus_utc()))
}

/// The instant (in UTC) at which the clocks of `zone` jump over `local`, which must lie in a gap.
fn gap_instant(local: NaiveDateTime, zone: Tz) -> NaiveDateTime {
    // No offset reaches 16 hours and no gap is longer than a day, so the jump is within 40 hours.
    let (mut before, mut after) = (local - TimeDelta::hours(40), local + TimeDelta::hours(40));
    while after - before > TimeDelta::seconds(1) {
        let middle = before + TimeDelta::seconds((after - before).num_seconds() / 2);
        if middle + offset_at(middle, zone) > local {
            after = middle;
        } else {
            before = middle;
        }
    }
    after
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use super::*;
    use proptest::prelude::*;

    fn at(text: &str) -> NaiveDateTime {
        NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M").unwrap()
    }

    fn utc(text: &str) -> DateTime<Utc> {
        at(text).and_utc()
    }

    #[test]
    fn unknown_zones_name_their_neighbours() {
        assert_eq!(parse_zone("Europe/London").unwrap(), Tz::Europe__London);
        let message = |text| parse_zone(text).unwrap_err().to_string();
        assert!(message("Europe/Lodon").contains("did you mean `Europe/London`"), "{}", message("Europe/Lodon"));
        assert!(message("europe/london").contains("`Europe/London`"));
        assert!(message("new york").contains("`America/New_York`"));
        assert!(message("qqqqqqqqqq").ends_with("write an IANA name such as `Europe/London` or `UTC`"));
        assert!(parse_zone("Europe/Lodon").unwrap_err().suggestions.len() <= 3);
        assert!(parse_zone(&"x".repeat(1_000_000)).unwrap_err().to_string().len() < 200);
        assert!(parse_zone("").is_err());
    }

    #[test]
    fn gaps_count_with_the_offset_before() {
        let gap = resolve(at("2026-03-29T01:30"), Tz::Europe__London);
        assert_eq!(gap, WallClock::Gap(utc("2026-03-29T01:30")));
        let gap = resolve(at("2026-03-08T02:30"), Tz::America__New_York);
        assert_eq!(gap.instant().with_timezone(&Tz::America__New_York).naive_local(), at("2026-03-08T03:30"));
    }

    #[test]
    fn folds_take_the_earlier() {
        let fold = resolve(at("2026-10-25T01:30"), Tz::Europe__London);
        assert_eq!(fold, WallClock::Fold(utc("2026-10-25T00:30")));
    }

    #[test]
    fn a_skipped_day_is_a_gap() {
        let apia = Tz::Pacific__Apia;
        let gap = resolve(at("2011-12-30T12:00"), apia);
        assert!(matches!(gap, WallClock::Gap(_)));
        assert_eq!(gap.instant().with_timezone(&apia).naive_local(), at("2011-12-31T12:00"));
        let day = NaiveDate::from_ymd_opt(2011, 12, 30).unwrap();
        assert_eq!(start_of_day(day, apia), utc("2011-12-30T10:00"));
        assert_eq!(start_of_day(day.succ_opt().unwrap(), apia), utc("2011-12-30T10:00"));
    }

    #[test]
    fn a_day_without_midnight_starts_when_clocks_jump() {
        let day = NaiveDate::from_ymd_opt(2018, 11, 4).unwrap();
        assert_eq!(start_of_day(day, Tz::America__Sao_Paulo), utc("2018-11-04T03:00"));
        let day = NaiveDate::from_ymd_opt(2024, 3, 31).unwrap();
        assert_eq!(start_of_day(day, Tz::Asia__Beirut), utc("2024-03-30T22:00"));
        // Half past eleven to half past twelve.
        let day = NaiveDate::from_ymd_opt(1919, 3, 31).unwrap();
        assert_eq!(start_of_day(day, Tz::America__Toronto), utc("1919-03-31T04:30"));
    }

    #[test]
    fn every_time_resolves() {
        for zone in [Tz::Pacific__Apia, Tz::UTC, Tz::Asia__Beirut, Tz::Africa__Monrovia] {
            for local in [NaiveDateTime::MIN, NaiveDateTime::MAX] {
                let _ = resolve(local, zone);
                let _ = start_of_day(local.date(), zone);
            }
            let _ = (super::local(DateTime::<Utc>::MIN_UTC, zone), super::local(DateTime::<Utc>::MAX_UTC, zone));
        }
    }

    fn zones() -> impl Strategy<Value = Tz> {
        (0..TZ_VARIANTS.len()).prop_map(|index| TZ_VARIANTS[index])
    }

    fn locals() -> impl Strategy<Value = NaiveDateTime> {
        (0i64..301 * 365 * 24 * 4)
            .prop_map(|quarters| MIN_DATE.and_time(NaiveTime::MIN) + TimeDelta::minutes(quarters * 15))
    }

    #[test]
    fn changes_of_the_clocks_in_both_hemispheres() {
        let span = |from: &str, to: &str, zone| {
            let at = |text: &str| crate::time::When::parse(text).unwrap().instant(Tz::UTC);
            let show = |change: ClockChange| {
                let word = if change.skips { "skips" } else { "repeats" };
                format!("{word} {}..{}", change.from.format("%m-%dT%H:%M"), change.to.format("%H:%M"))
            };
            clock_changes(at(from), at(to), zone).into_iter().map(show).collect::<Vec<_>>()
        };
        assert_eq!(
            span("2026-01-01", "2027-01-01", Tz::Europe__London),
            ["skips 03-29T01:00..02:00", "repeats 10-25T01:00..02:00"]
        );
        assert_eq!(
            span("2026-01-01", "2027-01-01", Tz::Australia__Sydney),
            ["repeats 04-05T02:00..03:00", "skips 10-04T02:00..03:00"]
        );
        assert_eq!(span("2026-01-01", "2027-01-01", Tz::Australia__Lord_Howe)[0], "repeats 04-05T01:30..02:00");
        assert!(span("2026-01-01", "2027-01-01", Tz::Asia__Kolkata).is_empty());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(400))]

        #[test]
        fn unique_times_keep_their_order_and_read_back(zone in zones(), one in locals(), minutes in 1i64..200_000) {
            let other = one + TimeDelta::minutes(minutes);
            if let (WallClock::Unique(first), WallClock::Unique(second)) = (resolve(one, zone), resolve(other, zone)) {
                prop_assert!(first < second);
                prop_assert_eq!(super::local(first, zone), one);
            }
        }

        #[test]
        fn days_start_in_order(zone in zones(), one in locals()) {
            let day = one.date();
            let start = start_of_day(day, zone);
            prop_assert!(start <= start_of_day(day.succ_opt().unwrap(), zone));
            prop_assert!(super::local(start, zone).date() >= day);
        }
    }

    #[test]
    fn every_gap_of_a_decade_keeps_its_length() {
        for zone in [Tz::Europe__London, Tz::America__Sao_Paulo, Tz::Australia__Lord_Howe, Tz::Pacific__Apia] {
            let mut gaps = 0;
            let mut clock = at("2010-01-01T00:00");
            while clock < at("2020-01-01T00:00") {
                if let WallClock::Gap(instant) = resolve(clock, zone) {
                    gaps += 1;
                    let jump = gap_instant(clock, zone);
                    let length = offset_at(jump, zone) - offset_at(jump - TimeDelta::seconds(1), zone);
                    assert_eq!(super::local(instant, zone), clock + length, "{zone} {clock}");
                }
                clock += TimeDelta::minutes(15);
            }
            assert!(gaps > 10, "{zone} {gaps}");
        }
    }
}
