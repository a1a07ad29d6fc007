#![allow(clippy::unwrap_used, clippy::expect_used)]

use super::*;
use proptest::prelude::*;
use std::time::{Duration as Span, Instant};

fn when(text: &str) -> When {
    When::parse(text).unwrap()
}

fn rule(text: &str, start: &str) -> Recurrence {
    Recurrence::parse(text, when(start), Tz::Europe__London, &[]).unwrap()
}

fn problem(text: &str) -> String {
    Recurrence::parse(text, when("2026-01-03T20:00"), Tz::UTC, &[]).unwrap_err().reason
}

/// The wall-clock times in London between two dates.
fn times(recurrence: &Recurrence, from: &str, to: &str) -> Vec<String> {
    let zone = recurrence.zone();
    let (found, truncated) = recurrence.occurrences(when(from).instant(zone), when(to).instant(zone), 1000);
    assert!(!truncated);
    found.iter().map(|instant| When::Local(zone::local(*instant, zone)).to_string()).collect()
}

#[test]
fn common_rules_occur_when_they_should() {
    let saturdays = rule("FREQ=WEEKLY;BYDAY=SA", "2026-01-03T20:00");
    assert_eq!(times(&saturdays, "2026-03-22", "2026-04-05"), ["2026-03-28T20:00", "2026-04-04T20:00"]);
    let second = rule("RRULE:freq=monthly;byday=2sa", "2026-01-10T20:00");
    assert_eq!(times(&second, "2030-01-01", "2030-03-01"), ["2030-01-12T20:00", "2030-02-09T20:00"]);
    let last = rule("FREQ=MONTHLY;BYDAY=-1FR", "2026-01-01");
    assert_eq!(times(&last, "2026-02-01", "2026-03-01"), ["2026-02-27T00:00"]);
    let payday = rule("FREQ=MONTHLY;BYMONTHDAY=25", "2026-01-25T00:00");
    assert_eq!(times(&payday, "2026-01-01", "2026-03-01"), ["2026-01-25T00:00", "2026-02-25T00:00"]);
    let leap = rule("FREQ=YEARLY", "2024-02-29");
    assert_eq!(times(&leap, "2025-01-01", "2033-01-01"), ["2028-02-29T00:00", "2032-02-29T00:00"]);
    let fortnight = rule("FREQ=WEEKLY;INTERVAL=2", "2026-01-01");
    assert_eq!(
        times(&fortnight, "2026-01-01", "2026-02-01"),
        ["2026-01-01T00:00", "2026-01-15T00:00", "2026-01-29T00:00"]
    );
}

#[test]
fn counts_and_ends_are_kept() {
    let three = rule("FREQ=DAILY;COUNT=3", "2026-01-01");
    assert_eq!(times(&three, "2026-01-02", "2027-01-01"), ["2026-01-02T00:00", "2026-01-03T00:00"]);
    let until = rule("FREQ=DAILY;UNTIL=20260103", "2026-01-01T09:00");
    assert_eq!(times(&until, "2026-01-02", "2027-01-01"), ["2026-01-02T09:00", "2026-01-03T09:00"]);
    let until = rule("FREQ=DAILY;UNTIL=20260703T080000Z", "2026-07-01T09:00");
    assert_eq!(times(&until, "2026-07-02", "2027-01-01").len(), 2);
    let until = rule("FREQ=DAILY;UNTIL=20260703T085959", "2026-07-01T09:00");
    assert_eq!(times(&until, "2026-07-02", "2027-01-01").len(), 1);
}

#[test]
fn the_span_is_half_open_and_limited() {
    let daily = rule("FREQ=DAILY", "2026-01-01T09:00");
    assert_eq!(times(&daily, "2026-01-02T09:00", "2026-01-03T09:00"), ["2026-01-02T09:00"]);
    let (found, truncated) = daily.occurrences(DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC, 5);
    assert_eq!((found.len(), truncated), (5, true));
    let five = rule("FREQ=DAILY;COUNT=5", "2026-01-01T09:00");
    let (found, truncated) = five.occurrences(DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC, 5);
    assert_eq!((found.len(), truncated), (5, false));
}

#[test]
fn exceptions_remove_days_or_times() {
    let exdates =
        [when("2026-01-02"), when("2026-01-03T09:00"), when("2026-01-04T10:00+01:00"), when("2026-01-05T08:00")];
    let twice = "FREQ=DAILY;BYHOUR=9,18";
    let daily = Recurrence::parse(twice, when("2026-01-01T09:00"), Tz::Europe__London, &exdates).unwrap();
    assert_eq!(
        times(&daily, "2026-01-02", "2026-01-06"),
        ["2026-01-03T18:00", "2026-01-04T18:00", "2026-01-05T09:00", "2026-01-05T18:00"]
    );
}

#[test]
fn skipped_and_repeated_times_resolve_once() {
    let half_past = rule("FREQ=DAILY", "2026-03-28T01:30");
    assert_eq!(
        times(&half_past, "2026-03-28", "2026-03-31"),
        ["2026-03-28T01:30", "2026-03-29T02:30", "2026-03-30T01:30"]
    );
    assert_eq!(times(&half_past, "2026-10-25", "2026-10-26").len(), 1);
    let hourly = rule("FREQ=HOURLY;BYMINUTE=0,30", "2026-03-29T00:00");
    let times = times(&hourly, "2026-03-29T00:00", "2026-03-29T04:00");
    assert_eq!(times.len(), 6, "{times:?}");
    assert!(times.windows(2).all(|pair| pair[0] < pair[1]));
}

#[test]
fn says_what_is_wrong() {
    assert!(problem("FREQ=SECONDLY").contains("too often"));
    assert!(problem("FREQ=MINUTELY;INTERVAL=90").contains("too often"));
    assert_eq!(problem("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"), "no date ever matches it");
    assert!(problem("BYDAY=SA").contains("`FREQ` is missing"));
    assert!(problem("").contains("is not of the form"));
    assert!(problem("every saturday").contains("is not of the form"));
    assert_eq!(problem("FREQ=DAILY;BYEASTER=1"), "there is no part `BYEASTER`");
    assert_eq!(problem("FREQ=DAILY;FREQ=DAILY"), "`FREQ` is there twice");
    assert_eq!(problem("FREQ=DAILY;INTERVAL=0"), "`INTERVAL` must be at least 1");
    assert!(problem("FREQ=WEEKLY;BYDAY=XX").contains("not a weekday"));
    assert!(problem("FREQ=WEEKLY;BYDAY=2SA").contains("needs `FREQ=MONTHLY`"));
    assert!(problem("FREQ=MONTHLY;BYDAY=0SA").contains("not a weekday"));
    assert!(problem("FREQ=FORTNIGHTLY").contains("FORTNIGHTLY"));
    assert_eq!(problem("FREQ=DAILY;UNTIL=20250101"), "`UNTIL` lies before its first occurrence");
    assert!(problem("FREQ=DAILY;UNTIL=soon").contains("UNTIL=20261231"));
    assert!(problem("FREQ=DAILY;BYMONTH=13").contains("BYMONTH"));
    assert!(problem("FREQ=DAILY;BYDAY=é").contains("is not a value"));
    assert!(problem(&"FREQ=DAILY;".repeat(1000)).contains("longer than"));
    let minutes: Vec<String> = (0..60).map(|minute| minute.to_string()).collect();
    assert!(problem(&format!("FREQ=HOURLY;BYMINUTE={}", minutes.join(","))).contains("times a day"));
}

#[test]
fn no_rule_takes_long() {
    let slowest = [
        "FREQ=SECONDLY",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=WEEKLY;BYMONTH=2;BYSETPOS=53",
        "FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=31",
        "FREQ=HOURLY;COUNT=4000000000",
        "FREQ=HOURLY;INTERVAL=65535",
        "FREQ=HOURLY",
    ];
    for text in slowest {
        let before = Instant::now();
        if let Ok(recurrence) = Recurrence::parse(text, when("1900-01-01"), Tz::Europe__London, &[]) {
            let from = when("2190-01-01").instant(Tz::UTC);
            let _ = recurrence.occurrences(from, DateTime::<Utc>::MAX_UTC, 100);
        }
        assert!(before.elapsed() < Span::from_secs(1), "{text} took {:?}", before.elapsed());
    }
}

#[test]
fn a_weekly_time_stays_put_over_both_changes() {
    for zone in [Tz::Europe__London, Tz::America__New_York, Tz::Australia__Sydney] {
        let weekly = Recurrence::parse("FREQ=WEEKLY;BYDAY=SA", when("2026-01-03T20:00"), zone, &[]).unwrap();
        let (found, _) = weekly.occurrences(when("2026-01-01").instant(zone), when("2027-01-01").instant(zone), 100);
        assert_eq!(found.len(), 52);
        let mut offsets = Vec::new();
        for instant in found {
            let local = zone::local(instant, zone);
            assert_eq!((local.weekday(), local.time().to_string().as_str()), (chrono::Weekday::Sat, "20:00:00"));
            offsets.push(local - instant.naive_utc());
        }
        offsets.dedup();
        assert_eq!(offsets.len(), 3, "{zone} changes twice a year");
    }
}

fn rules() -> impl Strategy<Value = String> {
    let freq = prop::sample::select(vec!["YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY"]);
    let part = prop_oneof![
        (1u16..40).prop_map(|n| format!("INTERVAL={n}")),
        (1u16..400).prop_map(|n| format!("COUNT={n}")),
        (-53i8..54).prop_map(|n| format!("BYWEEKNO={n}")),
        (-366i16..367).prop_map(|n| format!("BYYEARDAY={n}")),
        (-31i8..32).prop_map(|n| format!("BYMONTHDAY={n}")),
        (1u8..13).prop_map(|n| format!("BYMONTH={n}")),
        (-5i8..6, "(MO|TU|WE|TH|FR|SA|SU)").prop_map(|(n, day)| format!("BYDAY={n}{day}")),
        "BYDAY=(MO|TU|WE|TH|FR|SA|SU)(,(MO|TH|SA))?",
        "WKST=(MO|TH|SU)",
        (-10i16..11).prop_map(|n| format!("BYSETPOS={n}")),
        (0u8..24).prop_map(|n| format!("BYHOUR={n}")),
        (0u8..60).prop_map(|n| format!("BYMINUTE={n}")),
    ];
    (freq, prop::collection::vec(part, 0..4)).prop_map(|(freq, parts)| format!("FREQ={freq};{}", parts.join(";")))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn starting_near_the_window_changes_nothing(text in rules(), day in 0i64..3000, ahead in 0i64..4000) {
        let start = When::Date(plus_days(NaiveDate::from_ymd_opt(2015, 1, 1).unwrap(), day));
        if let Ok(recurrence) = Recurrence::parse(&text, start, Tz::America__New_York, &[]) {
            let from = start.instant(Tz::UTC) + TimeDelta::days(ahead);
            let to = from + TimeDelta::days(500);
            let (found, _) = recurrence.occurrences(from, to, 40);
            let mut expected: Vec<_> = RRuleSet::new(as_rrule_time(recurrence.start))
                .rrule(recurrence.rule.clone())
                .limit()
                .into_iter()
                .map(|time| zone::resolve(time.naive_utc(), recurrence.zone).instant())
                .skip_while(|instant| *instant < from)
                .take_while(|instant| *instant < to)
                .take(30)
                .collect();
            // Where clocks skip an hour, an hourly rule names one instant twice.
            expected.dedup();
            prop_assert_eq!(&found[..found.len().min(expected.len())], &expected[..], "{}", text);
        }
    }

    #[test]
    fn no_text_panics(text in "[A-Z0-9=;,+é-]{0,40}", rest in "[=;,0-9A-Z-]{0,20}") {
        let _ = Recurrence::parse(&text, when("2026-01-01"), Tz::UTC, &[]);
        let _ = Recurrence::parse(&format!("FREQ=YEARLY;BY{rest}"), when("2026-01-01"), Tz::UTC, &[]);
    }
}
