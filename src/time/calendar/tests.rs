#![allow(clippy::unwrap_used, clippy::expect_used)]

use super::*;
use proptest::prelude::*;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn lag(text: &str) -> Lag {
    Lag::parse(text).unwrap()
}

/// November and December 2026 with Friday the 25th of December off.
fn winter() -> WorkCalendar {
    let holidays = vec![(day("2026-12-25"), "Feast day".to_owned()), (day("2026-12-26"), "Day after".to_owned())];
    WorkCalendar::new([true, true, true, true, true, false, false], holidays).unwrap()
}

#[test]
fn a_successor_starts_as_the_format_says() {
    let calendar = WorkCalendar::default();
    // Build ends on Friday the 6th; its end is the midnight that begins Saturday.
    let end = day("2026-11-07");
    let start = |text: &str| calendar.next_working(calendar.add_lag(end, lag(text)));
    assert_eq!(start("0d"), day("2026-11-09"));
    assert_eq!(start("1d"), day("2026-11-10"));
    assert_eq!(start("3ed"), day("2026-11-10"));
    assert_eq!(start("-1d"), day("2026-11-06"));
    assert_eq!(calendar.add_lag(end, Lag::ZERO), end);
}

#[test]
fn boundaries_shift_over_days_off() {
    let calendar = WorkCalendar::default();
    assert_eq!(calendar.shift(day("2026-11-07"), 1), day("2026-11-10"));
    assert_eq!(calendar.shift(day("2026-11-09"), 1), day("2026-11-10"));
    assert_eq!(calendar.shift(day("2026-11-06"), 1), day("2026-11-07"));
    assert_eq!(calendar.shift(day("2026-11-09"), -1), day("2026-11-06"));
    assert_eq!(calendar.shift(day("2026-11-08"), 0), day("2026-11-08"));
    assert_eq!(calendar.add(day("2026-11-02"), Duration::parse("1w2d").unwrap()), day("2026-11-11"));
    assert_eq!(calendar.add(day("2026-11-02"), Duration::parse("47h").unwrap()), day("2026-11-03"));
    assert_eq!(calendar.add_lag(day("2026-11-02"), lag("-23h")), day("2026-11-02"));
}

#[test]
fn work_ends_on_its_last_day() {
    let calendar = winter();
    assert_eq!(calendar.finish(day("2026-11-02"), 5), day("2026-11-06"));
    assert_eq!(calendar.finish(day("2026-11-02"), 6), day("2026-11-09"));
    assert_eq!(calendar.finish(day("2026-11-02"), 1), day("2026-11-02"));
    // A written start on a Saturday counts as worked.
    assert_eq!(calendar.finish(day("2026-11-07"), 1), day("2026-11-07"));
    assert_eq!(calendar.finish(day("2026-11-07"), 2), day("2026-11-09"));
    assert_eq!(calendar.finish(day("2026-12-24"), 2), day("2026-12-28"));
    assert_eq!(calendar.start_for_finish(day("2026-11-06"), 5), day("2026-11-02"));
    assert_eq!(calendar.start_for_finish(day("2026-11-08"), 2), day("2026-11-06"));
    assert_eq!(calendar.start_for_finish(day("2026-12-28"), 2), day("2026-12-24"));
}

#[test]
fn holidays_are_named_and_skipped() {
    let calendar = winter();
    assert_eq!(calendar.holiday(day("2026-12-25")), Some("Feast day"));
    assert_eq!(calendar.holiday(day("2026-12-24")), None);
    assert!(!calendar.is_working(day("2026-12-25")));
    assert_eq!(calendar.next_working(day("2026-12-25")), day("2026-12-28"));
    assert_eq!(calendar.prev_working(day("2026-12-27")), day("2026-12-24"));
    assert_eq!(calendar.working_days(day("2026-12-21"), day("2026-12-28")), 4);
    assert_eq!(calendar.working_days(day("2026-12-28"), day("2026-12-21")), -4);
    assert_eq!(calendar.days_per_week(), 5);
}

#[test]
fn the_first_name_of_a_date_stays() {
    let date = day("2026-12-25");
    let holidays = vec![(date, "First".to_owned()), (date, "Second".to_owned())];
    assert_eq!(WorkCalendar::new([true; 7], holidays).unwrap().holiday(date), Some("First"));
}

#[test]
fn a_week_needs_a_working_day() {
    assert_eq!(WorkCalendar::new([false; 7], Vec::new()), Err(CalendarError::NoWorkingDay));
}

#[test]
fn a_calendar_of_holidays_only_ends() {
    let holidays =
        MIN_DATE.iter_days().take_while(|date| *date <= MAX_DATE).map(|date| (date, String::new())).collect();
    let calendar = WorkCalendar::new([true; 7], holidays).unwrap();
    let date = day("2026-12-25");
    assert_eq!(calendar.next_working(date), MAX_DATE);
    assert_eq!(calendar.prev_working(date), MIN_DATE);
    assert_eq!(calendar.shift(date, 1), MAX_DATE);
    assert_eq!(calendar.shift(date, -1), MIN_DATE);
    assert_eq!(calendar.finish(date, 2), MAX_DATE);
    assert_eq!(calendar.working_days(MIN_DATE, MAX_DATE), 0);
}

#[test]
fn the_ends_of_the_range_hold() {
    let calendar = WorkCalendar::default();
    assert_eq!(weekday(MIN_DATE), 0, "positions count weeks from a Monday");
    assert_eq!(calendar.shift(MAX_DATE, 1_000_000), MAX_DATE);
    assert_eq!(calendar.shift(MIN_DATE, -1), MIN_DATE);
    // The last day of the range is a Wednesday.
    assert_eq!(calendar.finish(day("2200-12-30"), 2), MAX_DATE);
    assert_eq!(calendar.finish(MAX_DATE, i64::MAX), MAX_DATE);
    assert_eq!(calendar.start_for_finish(MIN_DATE, i64::MAX), MIN_DATE);
    assert_eq!(calendar.shift(NaiveDate::MAX, i64::MIN), MIN_DATE);
    assert_eq!(calendar.next_working(NaiveDate::MIN), MIN_DATE);
    let forever = Duration::Working { weeks: i64::MAX, days: i64::MAX };
    assert_eq!(calendar.add(MIN_DATE, forever), MAX_DATE);
    assert_eq!(calendar.add_lag(MAX_DATE, Lag { negative: true, duration: forever }), MIN_DATE);
}

fn calendars() -> impl Strategy<Value = WorkCalendar> {
    (1u8..128, prop::collection::vec(-400i64..400, 0..40)).prop_map(|(mask, holidays)| {
        let week = std::array::from_fn(|index| mask & (1 << index) != 0);
        let named = |offset| (plus_days(day("2026-06-15"), offset), "Off".to_owned());
        WorkCalendar::new(week, holidays.into_iter().map(named).collect()).unwrap()
    })
}

fn near() -> impl Strategy<Value = NaiveDate> {
    (-400i64..400).prop_map(|offset| plus_days(day("2026-06-15"), offset))
}

fn anywhere() -> impl Strategy<Value = NaiveDate> {
    (0..=position(MAX_DATE)).prop_map(|offset| plus_days(MIN_DATE, offset))
}

/// The meaning of `shift`, day by day.
fn naive_shift(calendar: &WorkCalendar, date: NaiveDate, n: i64) -> NaiveDate {
    let mut boundary = date;
    let mut left = n.abs();
    while left > 0 {
        let crossed = if n > 0 { boundary } else { boundary.pred_opt().unwrap() };
        boundary = if n > 0 { boundary.succ_opt().unwrap() } else { crossed };
        left -= i64::from(calendar.is_working(crossed));
    }
    boundary
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn shifting_agrees_with_counting(calendar in calendars(), date in near(), n in -60i64..60) {
        prop_assert_eq!(calendar.shift(date, n), naive_shift(&calendar, date, n));
    }

    #[test]
    fn forth_and_back_returns(calendar in calendars(), date in near(), n in 1i64..500) {
        prop_assert_eq!(calendar.shift(calendar.shift(date, n), -n), calendar.next_working(date));
        let after_last_worked = calendar.prev_working(date.pred_opt().unwrap()).succ_opt().unwrap();
        prop_assert_eq!(calendar.shift(calendar.shift(date, -n), n), after_last_worked);
    }

    #[test]
    fn finish_and_start_are_inverse_on_working_days(calendar in calendars(), date in near(), n in 1i64..500) {
        let start = calendar.next_working(date);
        let end = calendar.finish(start, n);
        prop_assert!(calendar.is_working(end));
        prop_assert_eq!(calendar.start_for_finish(end, n), start);
        prop_assert_eq!(calendar.working_days(start, end.succ_opt().unwrap()), n);
        prop_assert_eq!(calendar.finish(calendar.start_for_finish(start, n), n), start);
    }

    #[test]
    fn everything_is_monotone(
        calendar in calendars(), date in near(), later in 0i64..30, n in -200i64..200, more in 0i64..30,
    ) {
        let after = plus_days(date, later);
        prop_assert!(calendar.shift(date, n) <= calendar.shift(after, n));
        prop_assert!(calendar.shift(date, n) <= calendar.shift(date, n + more));
        prop_assert!(calendar.finish(date, n) <= calendar.finish(after, n));
        prop_assert!(calendar.finish(date, n) <= calendar.finish(date, n + more));
        prop_assert!(calendar.start_for_finish(date, n) <= calendar.start_for_finish(after, n));
        prop_assert!(calendar.start_for_finish(date, n + more) <= calendar.start_for_finish(date, n));
        prop_assert!(calendar.next_working(date) <= calendar.next_working(after));
        prop_assert!(calendar.prev_working(date) <= calendar.prev_working(after));
    }

    #[test]
    fn counts_agree_with_a_loop_and_add_up(calendar in calendars(), a in near(), b in near(), c in near()) {
        let counted = a.iter_days().take_while(|date| *date < b).filter(|date| calendar.is_working(*date)).count();
        if a <= b {
            prop_assert_eq!(calendar.working_days(a, b), counted as i64);
        }
        prop_assert_eq!(calendar.working_days(a, c), calendar.working_days(a, b) + calendar.working_days(b, c));
    }

    #[test]
    fn the_next_and_previous_working_days_are_the_nearest(calendar in calendars(), date in near()) {
        let (next, previous) = (calendar.next_working(date), calendar.prev_working(date));
        prop_assert!(calendar.is_working(next) && calendar.is_working(previous));
        prop_assert!(previous <= date && date <= next);
        prop_assert_eq!(calendar.working_days(date, next), 0);
        prop_assert_eq!(calendar.working_days(previous.succ_opt().unwrap(), date.max(previous.succ_opt().unwrap())), 0);
    }

    #[test]
    fn every_answer_is_in_range(calendar in calendars(), date in anywhere(), n in -10_000_000i64..10_000_000) {
        let magnitude = n.abs();
        let answers = [
            calendar.shift(date, n),
            calendar.finish(date, n),
            calendar.start_for_finish(date, n),
            calendar.next_working(date),
            calendar.prev_working(date),
            calendar.add_lag(date, Lag { negative: n < 0, duration: Duration::Elapsed { days: magnitude } }),
            calendar.add_lag(date, Lag { negative: n < 0, duration: Duration::Clock { minutes: magnitude } }),
            calendar.add_lag(date, Lag { negative: n < 0, duration: Duration::Working { weeks: magnitude, days: 1 } }),
        ];
        prop_assert!(answers.iter().all(|answer| (MIN_DATE..=MAX_DATE).contains(answer)));
    }
}
