//! The days a report looks at, as the command line asks for them.

use chrono::NaiveDate;
use clap::Args;

use crate::analysis::metrics::Period;
use crate::cli::args;
use crate::cli::error::Error;
use crate::time::plus_days;

/// Days that are looked at unless told.
pub const DAYS: i64 = 90;

/// From which to which day.
#[derive(Debug, Clone, Args)]
pub struct Days {
    /// Count from this day on; default: 90 days up to the last
    #[arg(long, value_name = "DATE", value_parser = args::date)]
    since: Option<NaiveDate>,

    /// Count up to this day, itself included; default: today
    #[arg(long, value_name = "DATE", value_parser = args::date)]
    until: Option<NaiveDate>,
}

impl Days {
    /// The days, and how they were chosen when they were not told.
    pub fn period(&self, today: NaiveDate) -> Result<(Period, Option<String>), Error> {
        let until = self.until.unwrap_or(today);
        let since = self.since.unwrap_or_else(|| plus_days(until, 1 - DAYS));
        let Some(period) = Period::new(since, until) else {
            let told = self.until.map_or_else(|| format!("today, {today}"), |until| format!("`--until {until}`"));
            let error = Error::usage(format!("`--since {since}` is later than {told}"));
            let hint = if self.until.is_some() { "swap the two" } else { "add `--until` with a later day" };
            return Err(error.hint(hint));
        };
        let chosen = match (self.since, self.until) {
            (None, None) => Some(format!("the {DAYS} days up to today")),
            (Some(_), None) => Some("up to today".to_owned()),
            (None, Some(_)) => Some(format!("{DAYS} days up to then")),
            (Some(_), Some(_)) => None,
        };
        Ok((period, chosen))
    }
}
