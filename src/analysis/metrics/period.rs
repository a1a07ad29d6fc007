//! Days that are looked at, and the steps they fall into.

use chrono::{Datelike, NaiveDate};

use crate::choice;
use crate::time::plus_days;

/// From the first to the last day, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    /// The first day.
    pub since: NaiveDate,
    /// The last day.
    pub until: NaiveDate,
}

choice! {
    /// How a period is cut for trends.
    pub enum Step {
        /// From Monday to Sunday.
        Week = "week",
        /// Calendar months.
        Month = "month",
        /// Calendar quarters.
        Quarter = "quarter",
    }
}

impl Period {
    /// The days; none when they are the wrong way round.
    pub fn new(since: NaiveDate, until: NaiveDate) -> Option<Self> {
        (since <= until).then_some(Self { since, until })
    }

    /// Whether a day belongs.
    pub fn contains(&self, day: NaiveDate) -> bool {
        (self.since..=self.until).contains(&day)
    }

    /// How many days there are.
    pub fn days(&self) -> i64 {
        (self.until - self.since).num_days() + 1
    }

    /// How many weeks there are, as a number with a fraction.
    pub fn weeks(&self) -> f64 {
        self.days() as f64 / 7.0
    }

    /// As many days that end just before this period.
    #[must_use]
    pub fn previous(&self) -> Self {
        let until = plus_days(self.since, -1);
        Self { since: plus_days(until, 1 - self.days()).min(until), until }
    }

    /// The steps that touch it, each cut to what lies inside.
    pub fn steps(&self, step: Step) -> Vec<Self> {
        let mut found = Vec::new();
        let mut since = self.since;
        loop {
            let last = step.last_day(since).min(self.until);
            found.push(Self { since, until: last });
            if last >= self.until {
                return found;
            }
            since = plus_days(last, 1);
        }
    }

    /// The same but those that the period cuts, where any are whole: a rate of two days says nothing of a month.
    pub fn whole_steps(&self, step: Step) -> Vec<Self> {
        let all = self.steps(step);
        let whole: Vec<Self> = all.iter().copied().filter(|it| it.is_whole(step)).collect();
        if whole.is_empty() { all } else { whole }
    }

    /// Whether it is a step from its first to its last day.
    pub fn is_whole(&self, step: Step) -> bool {
        let begins = plus_days(self.since, -1);
        step.last_day(self.since) == self.until && step.last_day(begins) == begins
    }

    /// Stretches of so many days that end on the last day of the period, the earliest first; what is left over at the
    /// beginning is not among them.
    pub fn stretches(&self, days: i64) -> Vec<Self> {
        let count = self.days() / days;
        let stretch = |nth: i64| {
            let until = plus_days(self.until, -nth * days);
            Self { since: plus_days(until, 1 - days), until }
        };
        (0..count).rev().map(stretch).collect()
    }

    /// The step that gives a trend a readable number of points.
    pub fn readable_step(&self) -> Step {
        match self.days() {
            ..=112 => Step::Week,
            113..=1100 => Step::Month,
            _ => Step::Quarter,
        }
    }

    /// What the step that begins with this period is called: `2026-W46`, `2026-11`, `2026-Q4`.
    pub fn name(&self, step: Step) -> String {
        let day = self.since;
        match step {
            Step::Week => format!("{}-W{:02}", day.iso_week().year(), day.iso_week().week()),
            Step::Month => day.format("%Y-%m").to_string(),
            Step::Quarter => format!("{}-Q{}", day.year(), day.month0() / 3 + 1),
        }
    }
}

impl Step {
    /// The last day of the step that a day lies in.
    fn last_day(self, day: NaiveDate) -> NaiveDate {
        let months = match self {
            Self::Week => return plus_days(day, 6 - i64::from(day.weekday().num_days_from_monday())),
            Self::Month => 1,
            Self::Quarter => 3 - day.month0() % 3,
        };
        let next = day.with_day(1).and_then(|first| first.checked_add_months(chrono::Months::new(months)));
        next.and_then(|next| next.pred_opt()).unwrap_or(day)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use proptest::prelude::*;

    fn of(since: &str, until: &str) -> Period {
        Period::new(since.parse().unwrap(), until.parse().unwrap()).unwrap()
    }

    fn shown(periods: &[Period], step: Step) -> Vec<String> {
        periods.iter().map(|it| format!("{} {}..{}", it.name(step), it.since, it.until)).collect()
    }

    #[test]
    fn steps_are_those_of_the_calendar_cut_to_the_period() {
        let period = of("2026-12-20", "2027-02-02");
        let months = period.steps(Step::Month);
        assert_eq!(
            shown(&months, Step::Month),
            ["2026-12 2026-12-20..2026-12-31", "2027-01 2027-01-01..2027-01-31", "2027-02 2027-02-01..2027-02-02"]
        );
        let weeks = of("2026-12-31", "2027-01-05").steps(Step::Week);
        assert_eq!(shown(&weeks, Step::Week), ["2026-W53 2026-12-31..2027-01-03", "2027-W01 2027-01-04..2027-01-05"]);
        assert_eq!(shown(&period.whole_steps(Step::Month), Step::Month), ["2027-01 2027-01-01..2027-01-31"]);
        assert_eq!(
            shown(&weeks[..], Step::Week),
            shown(&of("2026-12-31", "2027-01-05").whole_steps(Step::Week), Step::Week)
        );
        assert_eq!(period.steps(Step::Quarter).len(), 2);
        assert_eq!(period.previous(), of("2026-11-05", "2026-12-19"));
        assert_eq!(
            of("2026-01-01", "2026-01-15").stretches(7),
            [of("2026-01-02", "2026-01-08"), of("2026-01-09", "2026-01-15")]
        );
        assert!(of("2026-01-01", "2026-01-06").stretches(7).is_empty());
        assert_eq!(Period::new("2026-01-02".parse().unwrap(), "2026-01-01".parse().unwrap()), None);
        // The last days there are come to an end too.
        assert_eq!(of("2200-12-30", "2200-12-31").steps(Step::Quarter).len(), 1);
    }

    proptest! {
        #[test]
        fn steps_cover_the_period_once(from in 0i64..100_000, days in 0i64..900, nth in 0usize..3) {
            let since = plus_days(crate::time::MIN_DATE, from);
            let period = Period { since, until: plus_days(since, days) };
            let steps = period.steps([Step::Week, Step::Month, Step::Quarter][nth]);
            prop_assert_eq!(steps.first().unwrap().since, period.since);
            prop_assert_eq!(steps.last().unwrap().until, period.until);
            prop_assert!(steps.windows(2).all(|pair| plus_days(pair[0].until, 1) == pair[1].since));
            prop_assert_eq!(steps.iter().map(Period::days).sum::<i64>(), period.days());
        }
    }
}
