//! The days that `usage` and `advise` look at.

use chrono::{Datelike, Days, Months, NaiveDate};

use crate::report::env::usage::Period;

/// As told; else the last three full months before today. One day alone opens or closes three months.
pub fn of_usage(from: Option<NaiveDate>, to: Option<NaiveDate>, today: NaiveDate) -> Period {
    let (from, to, chosen) = match (from, to) {
        (Some(from), Some(to)) => (from, to, None),
        (Some(from), None) if from < today => (from, day_before(today), Some("up to yesterday")),
        (Some(from), None) => (from, day_before(later(from, 3)), Some("three months")),
        (None, Some(to)) => (earlier(day_after(to), 3), to, Some("three months")),
        (None, None) => {
            let this_month = today.with_day(1).unwrap_or(today);
            (earlier(this_month, 3), day_before(this_month), Some("the last three full months"))
        }
    };
    Period { from, to, chosen: chosen.map(str::to_owned) }
}

/// As told; else so many months, half of them before today. One day alone opens or closes so many.
pub fn of_advice(from: Option<NaiveDate>, to: Option<NaiveDate>, months: u32, today: NaiveDate) -> Period {
    let count = if months == 1 { "1 month".to_owned() } else { format!("{months} months") };
    let (from, to, chosen) = match (from, to) {
        (Some(from), Some(to)) => (from, to, None),
        (Some(from), None) => (from, day_before(later(from, months)), Some(count)),
        (None, Some(to)) => (earlier(day_after(to), months), to, Some(count)),
        (None, None) => {
            let from = earlier(today, months / 2);
            (from, day_before(later(from, months)), Some(format!("{count} around today")))
        }
    };
    Period { from, to, chosen }
}

fn earlier(day: NaiveDate, months: u32) -> NaiveDate {
    day.checked_sub_months(Months::new(months)).unwrap_or(day)
}

fn later(day: NaiveDate, months: u32) -> NaiveDate {
    day.checked_add_months(Months::new(months)).unwrap_or(day)
}

fn day_before(day: NaiveDate) -> NaiveDate {
    day.pred_opt().unwrap_or(day)
}

fn day_after(day: NaiveDate) -> NaiveDate {
    day.checked_add_days(Days::new(1)).unwrap_or(day)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn shown(period: &Period) -> String {
        format!("{}..{}", period.from, period.to)
    }

    #[test]
    fn full_months_lie_before_the_one_that_runs() {
        let usage =
            |from: Option<&str>, to: Option<&str>| shown(&of_usage(from.map(day), to.map(day), day("2026-11-16")));
        assert_eq!(usage(None, None), "2026-08-01..2026-10-31");
        assert_eq!(usage(Some("2026-10-05"), None), "2026-10-05..2026-11-15");
        assert_eq!(usage(Some("2026-11-16"), None), "2026-11-16..2027-02-15");
        assert_eq!(usage(None, Some("2026-06-30")), "2026-04-01..2026-06-30");
        assert_eq!(usage(Some("2026-01-01"), Some("2026-01-01")), "2026-01-01..2026-01-01");
    }

    #[test]
    fn advice_looks_as_far_back_as_ahead() {
        let advice = |months: u32, today: &str| shown(&of_advice(None, None, months, day(today)));
        assert_eq!(advice(12, "2026-11-16"), "2026-05-16..2027-05-15");
        assert_eq!(advice(1, "2026-11-16"), "2026-11-16..2026-12-15");
        assert_eq!(advice(12, "2026-08-31"), "2026-02-28..2027-02-27");
        assert_eq!(shown(&of_advice(Some(day("2026-01-01")), None, 6, day("2026-11-16"))), "2026-01-01..2026-06-30");
    }
}
