//! Recurrence rules (RFC 5545 `RRULE`) in an IANA zone.
//!
//! A rule is unrolled on the wall clock and each time is then resolved in the zone, so an event at 20:00 stays at 20:00
//! when clocks change, and skipped or repeated times mean what [`zone::resolve`] says. The start
//! counts as an occurrence only if the rule names it.
//!
//! Work is bounded: rules repeat hourly at most and name at most [`MOST_TIMES_A_DAY`] times a day, open rules are
//! unrolled from near the window and not from their start, and a rule that matches no date is refused.

use super::{MAX_DATE, MIN_DATE, When, plus_days, shown, zone};
use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};
use chrono_tz::Tz;
use rrule::{Frequency, RRule, RRuleSet, Unvalidated};
use std::fmt;

/// The most times a day that a rule may name by `BYHOUR`, `BYMINUTE` and `BYSECOND`: every five minutes.
pub const MOST_TIMES_A_DAY: usize = 288;

/// The most occurrences unrolled for one question; beyond, the answer is marked as truncated.
const MOST_STEPS: usize = 200_000;

/// The longest rule accepted, in bytes.
const LONGEST_RULE: usize = 2_000;

/// A rule with its start, zone and exceptions.
#[derive(Debug, Clone)]
pub struct Recurrence {
    rule: RRule,
    start: NaiveDateTime,
    /// The last instant at which it may occur.
    until: Option<DateTime<Utc>>,
    zone: Tz,
    excluded: Vec<When>,
}

/// A recurrence rule that is not understood or not supported; displays why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecurrenceError {
    written: String,
    reason: String,
}

impl fmt::Display for RecurrenceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the recurrence rule `{}` cannot be used: {}", self.written, self.reason)
    }
}

impl std::error::Error for RecurrenceError {}

impl Recurrence {
    /// Reads an RFC 5545 rule such as `FREQ=WEEKLY;BYDAY=SA`.
    ///
    /// `start` fixes the first possible occurrence and what the rule leaves open (time of day, day of the week or month);
    /// a date starts at midnight. An exception that is a date removes every occurrence on that local date, a date-time
    /// the one at that time.
    pub fn parse(rrule: &str, start: When, zone: Tz, exdates: &[When]) -> Result<Self, RecurrenceError> {
        let written = rrule.trim();
        Self::read(written, start, zone, exdates).map_err(|reason| RecurrenceError { written: shown(written), reason })
    }

    fn read(written: &str, start: When, zone: Tz, exdates: &[When]) -> Result<Self, String> {
        let (rule, until) = split_parts(written)?;
        let start = local_time(start, zone);
        let rule: RRule<Unvalidated> = rule.parse().map_err(|error| reason(&error))?;
        let rule = rule.validate(as_rrule_time(start)).map_err(|error| reason(&error))?;
        check_density(&rule)?;
        let until = until.map(|text| read_until(&text, zone)).transpose()?;
        let recurrence = Self { rule, start, until, zone, excluded: exdates.to_vec() };
        match recurrence.unrolled(start).next() {
            None => Err("no date ever matches it".to_owned()),
            Some(first) if until.is_some_and(|until| zone::resolve(first, zone).instant() > until) => {
                Err("`UNTIL` lies before its first occurrence".to_owned())
            }
            Some(_) => Ok(recurrence),
        }
    }

    /// The zone whose wall clock it follows.
    pub fn zone(&self) -> Tz {
        self.zone
    }

    /// Whether it says when it ends, by `COUNT` or `UNTIL`.
    pub fn ends(&self) -> bool {
        self.until.is_some() || self.rule.get_count().is_some()
    }

    /// The occurrences in the half-open span, sorted, at most `limit`; and whether there may be more.
    pub fn occurrences(&self, from: DateTime<Utc>, to: DateTime<Utc>, limit: usize) -> (Vec<DateTime<Utc>>, bool) {
        // A day of leeway on the wall clock covers every gap, fold and skipped day.
        let leeway = TimeDelta::days(1);
        let earliest = zone::local(from, self.zone) - leeway;
        let last = self.until.map_or(to, |until| to.min(until + TimeDelta::seconds(1)));
        let latest = zone::local(last, self.zone) + leeway;
        let mut found = Vec::new();
        let mut truncated = false;
        for (steps, local) in self.unrolled(earliest).enumerate() {
            if local > latest {
                break;
            }
            if steps >= MOST_STEPS || found.len() > limit {
                truncated = true;
                break;
            }
            let instant = zone::resolve(local, self.zone).instant();
            if from <= instant && instant < last && !self.is_excluded(local, instant) {
                found.push(instant);
            }
        }
        // Where clocks skip an hour, two wall-clock times can become one instant, or change places.
        found.sort_unstable();
        found.dedup();
        truncated |= found.len() > limit;
        found.truncate(limit);
        (found, truncated)
    }

    /// The wall-clock times of the occurrences that begin in a half-open span of the wall clock, in order, whether clocks
    /// show them or not.
    pub fn wall_clock_times(&self, from: NaiveDateTime, to: NaiveDateTime) -> Vec<NaiveDateTime> {
        if !self.may_begin(from, to) {
            return Vec::new();
        }
        let counts = |local: &NaiveDateTime| {
            let instant = zone::resolve(*local, self.zone).instant();
            *local >= from && self.until.is_none_or(|until| instant <= until) && !self.is_excluded(*local, instant)
        };
        self.unrolled(from).take(MOST_STEPS).take_while(|local| *local < to).filter(counts).collect()
    }

    /// Whether the times of day at which it occurs leave room for an occurrence that begins in a half-open span of the wall
    /// clock. To unroll the rule takes far longer.
    fn may_begin(&self, from: NaiveDateTime, to: NaiveDateTime) -> bool {
        let hours = self.rule.get_by_hour();
        if hours.is_empty() || to - from >= TimeDelta::days(1) {
            return true;
        }
        let at =
            |time: NaiveTime| [from.date(), to.date()].into_iter().any(|day| (from..to).contains(&day.and_time(time)));
        let (minutes, seconds) = (self.rule.get_by_minute(), self.rule.get_by_second());
        hours.iter().any(|&hour| {
            minutes.iter().any(|&minute| {
                let time = |&second: &u8| NaiveTime::from_hms_opt(hour.into(), minute.into(), second.into());
                seconds.iter().any(|second| time(second).is_none_or(at))
            })
        })
    }

    fn is_excluded(&self, local: NaiveDateTime, instant: DateTime<Utc>) -> bool {
        self.excluded.iter().any(|excluded| match excluded {
            When::Date(date) => *date == local.date(),
            When::Local(time) => *time == local,
            When::Fixed(time) => *time == instant,
        })
    }

    /// The wall-clock times of the rule alone, in order; those before `earliest` may be left out.
    fn unrolled(&self, earliest: NaiveDateTime) -> impl Iterator<Item = NaiveDateTime> + use<> {
        let start = if self.rule.get_count().is_some() { self.start } else { self.forwarded(earliest) };
        RRuleSet::new(as_rrule_time(start))
            .rrule(self.rule.clone())
            .limit()
            .into_iter()
            .map(|time| time.naive_utc())
            .take_while(|time| time.date() <= MAX_DATE)
    }

    /// A start as near before `earliest` as the rhythm of the rule allows. Meaningless for rules with `COUNT`.
    fn forwarded(&self, earliest: NaiveDateTime) -> NaiveDateTime {
        let start = self.start;
        let interval = i64::from(self.rule.get_interval()).max(1);
        // One interval less than would fit: the period a rule starts in may be cut short by the start.
        let skipped = |elapsed: i64| (elapsed / interval - 1).max(0) * interval;
        let apart = earliest - start;
        match self.rule.get_freq() {
            Frequency::Yearly => {
                let years = skipped(i64::from(earliest.year() - start.year()));
                first_of(i64::from(start.year()) + years, 1).filter(|_| years > 0)
            }
            Frequency::Monthly => {
                let months = |time: NaiveDateTime| i64::from(time.year()) * 12 + i64::from(time.month0());
                let ahead = skipped(months(earliest) - months(start));
                let month = months(start) + ahead;
                first_of(month.div_euclid(12), month.rem_euclid(12) + 1).filter(|_| ahead > 0)
            }
            Frequency::Weekly => TimeDelta::try_weeks(skipped(apart.num_weeks())).map(|ahead| start + ahead),
            Frequency::Daily => TimeDelta::try_days(skipped(apart.num_days())).map(|ahead| start + ahead),
            Frequency::Hourly | Frequency::Minutely | Frequency::Secondly => {
                TimeDelta::try_hours(skipped(apart.num_hours())).map(|ahead| start + ahead)
            }
        }
        .unwrap_or(start)
    }
}

fn first_of(year: i64, month: i64) -> Option<NaiveDateTime> {
    let date = NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, u32::try_from(month).ok()?, 1)?;
    Some(date.and_time(NaiveTime::MIN))
}

/// The rule is unrolled in UTC, standing in for a wall clock without changes.
fn as_rrule_time(local: NaiveDateTime) -> DateTime<rrule::Tz> {
    local.and_utc().with_timezone(&rrule::Tz::UTC)
}

/// The wall-clock time of a start, kept in the range of dates.
fn local_time(when: When, zone: Tz) -> NaiveDateTime {
    let local = match when {
        When::Date(date) => date.and_time(NaiveTime::MIN),
        When::Local(local) => local,
        When::Fixed(instant) => zone::local(instant.to_utc(), zone),
    };
    local.clamp(MIN_DATE.and_time(NaiveTime::MIN), MAX_DATE.and_time(NaiveTime::MIN))
}

/// What the parser of the rule says, without its preamble.
fn reason(error: &rrule::RRuleError) -> String {
    match error {
        rrule::RRuleError::ParserError(error) => error.to_string(),
        rrule::RRuleError::ValidationError(error) => error.to_string(),
        rrule::RRuleError::IterError(message) => message.clone(),
    }
    .trim_end_matches('.')
    .to_owned()
}

/// Checks what the parser lets pass, and takes `UNTIL` out: it is an instant in the zone, not a wall-clock time.
fn split_parts(written: &str) -> Result<(String, Option<String>), String> {
    const KNOWN: [&str; 14] = [
        "FREQ",
        "UNTIL",
        "COUNT",
        "INTERVAL",
        "BYSECOND",
        "BYMINUTE",
        "BYHOUR",
        "BYDAY",
        "BYMONTHDAY",
        "BYYEARDAY",
        "BYWEEKNO",
        "BYMONTH",
        "BYSETPOS",
        "WKST",
    ];
    if written.len() > LONGEST_RULE {
        return Err(format!("it is longer than {LONGEST_RULE} characters"));
    }
    let upper = written.to_uppercase();
    let body = upper.strip_prefix("RRULE:").unwrap_or(&upper).trim_end_matches(';');
    let mut seen: Vec<&str> = Vec::new();
    let mut kept: Vec<&str> = Vec::new();
    let mut until = None;
    for part in body.split(';') {
        let Some((key, value)) = part.split_once('=') else {
            return Err(format!("`{part}` is not of the form `KEY=VALUE`; an example is `FREQ=WEEKLY;BYDAY=SA`"));
        };
        if !KNOWN.contains(&key) {
            return Err(format!("there is no part `{key}`"));
        }
        if seen.contains(&key) {
            return Err(format!("`{key}` is there twice"));
        }
        seen.push(key);
        if value.is_empty() || !value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b",+-".contains(&byte)) {
            return Err(format!("`{value}` is not a value for `{key}`"));
        }
        match key {
            "UNTIL" => until = Some(value.to_owned()),
            "INTERVAL" | "COUNT" if value.bytes().all(|byte| byte == b'0') => {
                return Err(format!("`{key}` must be at least 1"));
            }
            "FREQ" if ["SECONDLY", "MINUTELY"].contains(&value) => {
                return Err(format!("`FREQ={value}` is too often for a calendar; the most frequent is `FREQ=HOURLY`"));
            }
            _ => {}
        }
        if key != "UNTIL" {
            kept.push(part);
        }
    }
    let freq = kept.iter().find_map(|part| part.strip_prefix("FREQ="));
    let Some(freq) = freq else { return Err("`FREQ` is missing; an example is `FREQ=WEEKLY;BYDAY=SA`".to_owned()) };
    if let Some(days) = kept.iter().find_map(|part| part.strip_prefix("BYDAY=")) {
        days.split(',').try_for_each(|day| check_weekday(day, freq))?;
    }
    Ok((kept.join(";"), until))
}

/// `SA`, or `2SA` and `-1SA` where weeks of a month or year can be counted.
fn check_weekday(day: &str, freq: &str) -> Result<(), String> {
    let name = day.len().checked_sub(2).and_then(|at| day.get(at..)).unwrap_or_default();
    if !["MO", "TU", "WE", "TH", "FR", "SA", "SU"].contains(&name) {
        return Err(format!("`{day}` is not a weekday; write `MO`, `TU`, `WE`, `TH`, `FR`, `SA` or `SU`"));
    }
    let count = day.trim_end_matches(name);
    if count.is_empty() {
        return Ok(());
    }
    if !["MONTHLY", "YEARLY"].contains(&freq) {
        return Err(format!("`{day}` counts weekdays of a month or year and needs `FREQ=MONTHLY` or `FREQ=YEARLY`"));
    }
    match count.parse::<i8>() {
        Ok(count) if (1..=53).contains(&count.unsigned_abs()) => Ok(()),
        _ => Err(format!("`{day}` is not a weekday; write, for example, `2SA` for the second or `-1SA` for the last")),
    }
}

fn check_density(rule: &RRule) -> Result<(), String> {
    let hours = if rule.get_freq() == Frequency::Hourly { 24 } else { rule.get_by_hour().len() };
    if hours * rule.get_by_minute().len() * rule.get_by_second().len() > MOST_TIMES_A_DAY {
        return Err(format!("it names more than {MOST_TIMES_A_DAY} times a day"));
    }
    Ok(())
}

/// The last instant a rule may occur at: `UNTIL` includes its day or its second.
fn read_until(text: &str, zone: Tz) -> Result<DateTime<Utc>, String> {
    let wrong = || format!("`UNTIL={text}` is not a date; write `UNTIL=20261231` or `UNTIL=20261231T235959Z`");
    let (date, time) = text.split_once('T').map_or((text, None), |(date, time)| (date, Some(time)));
    let date = read_date(date).ok_or_else(wrong)?;
    let Some(time) = time else {
        return Ok(zone::start_of_day(plus_days(date, 1), zone) - TimeDelta::seconds(1));
    };
    let (time, utc) = time.strip_suffix('Z').map_or((time, false), |time| (time, true));
    let local = date.and_time(read_time(time).ok_or_else(wrong)?);
    Ok(if utc { local.and_utc() } else { zone::resolve(local, zone).instant() })
}

/// `20261231`, within the range of dates.
pub(super) fn read_date(text: &str) -> Option<NaiveDate> {
    if text.len() != 8 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    NaiveDate::parse_from_str(text, "%Y%m%d").ok().filter(|date| (MIN_DATE..=MAX_DATE).contains(date))
}

/// `235959`.
pub(super) fn read_time(text: &str) -> Option<NaiveTime> {
    if text.len() != 6 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    NaiveTime::parse_from_str(text, "%H%M%S").ok()
}

#[cfg(test)]
mod tests;
