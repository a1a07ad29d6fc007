//! Whether reports meet what a criterion's `check` demands.
//!
//! All files that match count together: tests and lines are summed, every single value must be as demanded, and the oldest
//! date decides. A report that cannot be read proves nothing, so the evidence is missing. A check that does not say what it
//! demands, or says it of another kind of report, is failed: it can never be met by chance.

use crate::diagnostic::wording::plural_of;
use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;

use crate::model::facts::{Content, Coverage, Fault, Report, Results, TestRun};
use crate::model::release::{Check, ReportKind, ResultLevel};
use crate::model::scalar::{Comparison, Days, Spanned, Threshold};
use crate::time::zone;
use crate::time::{Clock, Duration, WorkCalendar};

/// What reports say of a check. Messages are sentences without a full stop, and helps say what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It is met.
    Met {
        /// What was found: `214 of 214 tests passed`.
        what: String,
    },
    /// There is no report, or one that cannot be read.
    Missing {
        /// Which, and why.
        message: String,
        /// What to do.
        help: String,
    },
    /// A report is older than it may be, or has no date.
    Outdated {
        /// Which, and how old.
        message: String,
        /// What to do.
        help: String,
    },
    /// The reports do not show what is demanded.
    Failed {
        /// What was found against what is demanded.
        message: String,
        /// What failed: names of tests, results with their places, other files.
        details: Vec<String>,
        /// What to do.
        help: String,
    },
}

impl Verdict {
    /// Whether the check is met.
    pub fn is_met(&self) -> bool {
        matches!(self, Self::Met { .. })
    }

    /// What was found.
    pub fn message(&self) -> &str {
        match self {
            Self::Met { what } => what,
            Self::Missing { message, .. } | Self::Outdated { message, .. } | Self::Failed { message, .. } => message,
        }
    }
}

/// The day that ages are counted to.
#[derive(Debug, Clone, Copy)]
pub struct Day<'c> {
    /// The day: today, or an earlier one after which age does not matter any more.
    pub today: NaiveDate,
    /// The last day that a report may be of: today.
    pub latest: NaiveDate,
    /// The zone in which the day of a report is meant.
    pub zone: Tz,
    /// The calendar that working days are counted in.
    pub calendar: &'c WorkCalendar,
}

impl<'c> Day<'c> {
    /// Today.
    pub fn of(clock: &Clock, calendar: &'c WorkCalendar) -> Self {
        Self { today: clock.today, latest: clock.today, zone: clock.zone, calendar }
    }
}

/// What a kind of report is judged by.
enum Demand<'c> {
    Tests { rate: Option<Threshold>, least: u32 },
    Lines { rate: Threshold },
    Results { level: ResultLevel },
    Value { path: &'c str, bound: Threshold },
}

/// Judges a check by its reports, as [`crate::model::facts::Evidence::checks`] has them.
pub fn judge(check: &Check, reports: Option<&Result<Vec<Report>, Fault>>, day: &Day<'_>) -> Verdict {
    let (path, demand) = match demand(check) {
        Ok(demand) => demand,
        Err(verdict) => return verdict,
    };
    let reports = match reports {
        Some(Ok(reports)) if !reports.is_empty() => reports,
        Some(Ok(_)) => {
            let message = format!("no file matches `{path}`");
            return missing(message, "put the report there, or correct the path");
        }
        Some(Err(fault)) => return missing(fault.message.clone(), "mend the path, or put the report there"),
        None => return missing(format!("`{path}` was not read"), "put the report there, or correct the path"),
    };
    if let Some(verdict) = unreadable(reports) {
        return verdict;
    }
    let verdict = judge_contents(&demand, reports);
    match &check.max_age {
        Some(max_age) if verdict.is_met() => outdated(reports, max_age.value, day).unwrap_or(verdict),
        _ => verdict,
    }
}

fn missing(message: String, help: &str) -> Verdict {
    Verdict::Missing { message, help: help.to_owned() }
}

/// What a check demands, with the path of its reports; else why nothing can meet it.
fn demand(check: &Check) -> Result<(&str, Demand<'_>), Verdict> {
    let failed = |message: String, help: &str| Verdict::Failed { message, details: Vec::new(), help: help.to_owned() };
    let reports = check.reports();
    let [(kind, path)] = reports[..] else {
        let kinds = "`junit`, `coverage`, `sarif`, `json` and `csv`";
        return Err(if reports.is_empty() {
            failed("the check names no report".to_owned(), &format!("name the report by one of {kinds}"))
        } else {
            let named: Vec<String> = reports.iter().map(|(kind, _)| format!("`{kind}`")).collect();
            failed(format!("the check names {}", named.join(" and ")), "write a criterion for each of them")
        });
    };
    let belongs: &[&str] = match kind {
        ReportKind::Junit => &["pass_rate", "min_tests"],
        ReportKind::Coverage => &["line_rate"],
        ReportKind::Sarif => &["level"],
        ReportKind::Json | ReportKind::Csv => &["path", "value"],
    };
    let written = [
        ("pass_rate", check.pass_rate.is_some()),
        ("min_tests", check.min_tests.is_some()),
        ("line_rate", check.line_rate.is_some()),
        ("level", check.level.is_some()),
        ("path", check.path.is_some()),
        ("value", check.value.is_some()),
    ];
    if let Some((other, _)) = written.into_iter().find(|(name, is_written)| *is_written && !belongs.contains(name)) {
        let known: Vec<String> = belongs.iter().map(|name| format!("`{name}`")).collect();
        let help = format!("delete `{other}`; beside `{kind}` stand {} and `max_age`", known.join(", "));
        return Err(failed(format!("`{other}` says nothing of `{kind}`"), &help));
    }
    let lacks = |what: &str, help: &str| failed(format!("the check does not say {what}"), help);
    let demand = match kind {
        ReportKind::Junit => {
            let rate = check.pass_rate.as_ref().map(|rate| share("pass_rate", rate)).transpose()?;
            // Nothing that ran proves nothing.
            Demand::Tests { rate, least: check.min_tests.unwrap_or(1).max(1) }
        }
        ReportKind::Coverage => {
            let rate = check.line_rate.as_ref();
            let rate = rate.ok_or_else(|| lacks("how many lines must be covered", "add `line_rate: \">= 0.8\"`"))?;
            Demand::Lines { rate: share("line_rate", rate)? }
        }
        ReportKind::Sarif => Demand::Results { level: check.level.unwrap_or(ResultLevel::Error) },
        ReportKind::Json | ReportKind::Csv => {
            let path = check.path.as_deref();
            let path = path.ok_or_else(|| lacks("which value decides", "add `path:` with the place of the value"))?;
            let bound = check.value.as_ref();
            let bound = bound.ok_or_else(|| lacks("what the value must be", "add `value: \"<= 0\"`"))?;
            Demand::Value { path, bound: bound.value }
        }
    };
    Ok((path, demand))
}

/// A bound on a share of 1.
fn share(field: &str, bound: &Spanned<Threshold>) -> Result<Threshold, Verdict> {
    let Threshold { comparison, value, is_time } = bound.value;
    if !is_time && (0.0..=1.0).contains(&value) {
        return Ok(bound.value);
    }
    let meant = if is_time || !(0.0..=100.0).contains(&value) { 0.98 } else { value / 100.0 };
    Err(Verdict::Failed {
        message: format!("`{field}` is a share from 0 to 1, so `{}` says nothing", spelled(bound.value)),
        details: Vec::new(),
        help: format!("write `{} {meant}`", comparison.as_str()),
    })
}

/// The first report that cannot be read.
fn unreadable(reports: &[Report]) -> Option<Verdict> {
    let mut broken = reports.iter().filter_map(|report| Some((&report.file.path, report.content.as_ref().err()?)));
    let (path, fault) = broken.next()?;
    let line = fault.line.map_or_else(String::new, |line| format!(", line {line}"));
    let more = match broken.count() {
        0 => String::new(),
        1 => "; another file cannot be read either".to_owned(),
        more => format!("; {more} more files cannot be read either"),
    };
    let message = format!("`{path}`{line}: {}{more}", fault.message);
    Some(missing(message, "export the report again; one that cannot be read proves nothing"))
}

fn judge_contents(demand: &Demand<'_>, reports: &[Report]) -> Verdict {
    match demand {
        Demand::Tests { rate, least } => judge_tests(*rate, *least, reports),
        Demand::Lines { rate } => judge_lines(*rate, reports),
        Demand::Results { level } => judge_results(*level, reports),
        Demand::Value { path, bound } => judge_values(path, *bound, reports),
    }
}

fn contents(reports: &[Report]) -> impl Iterator<Item = (&str, &Content)> {
    reports.iter().filter_map(|report| Some((report.file.path.as_str(), report.content.as_ref().ok()?)))
}

fn judge_tests(rate: Option<Threshold>, least: u32, reports: &[Report]) -> Verdict {
    let mut all = TestRun::default();
    for (_, content) in contents(reports) {
        if let Content::Tests(run) = content {
            all.passed = all.passed.saturating_add(run.passed);
            all.skipped = all.skipped.saturating_add(run.skipped);
            all.failed.extend(run.failed.iter().cloned());
        }
    }
    all.failed.sort_unstable();
    let (passed, ran, failures) = (all.passed, all.ran(), all.failed.len());
    let left_out = if all.skipped == 0 { String::new() } else { format!(", {} left out", all.skipped) };
    let mut wrong = Vec::new();
    let mut details = Vec::new();
    if ran < least {
        let only = if ran == 0 {
            "no test ran".to_owned()
        } else {
            format!("only {}", plural_of(ran, "test ran", "tests ran"))
        };
        wrong.push(if least > 1 {
            format!("{only}{left_out}; {least} are demanded")
        } else {
            format!("{only}{left_out}")
        });
    }
    let fails = match rate {
        Some(rate) => ran > 0 && !holds(rate, f64::from(passed) / f64::from(ran)),
        None => failures > 0,
    };
    if fails {
        wrong.push(match rate {
            Some(rate) => {
                let share = percent(u64::from(passed), u64::from(ran));
                format!("{passed} of {ran} tests passed ({share}), and `{}` is demanded", spelled(rate))
            }
            None => format!("{failures} of {} failed", plural_of(ran, "test", "tests")),
        });
        details = all.failed;
    }
    if wrong.is_empty() {
        return Verdict::Met { what: format!("{passed} of {} passed{left_out}", plural_of(ran, "test", "tests")) };
    }
    let help = "mend what failed, or the tests, and put the report of the next run there".to_owned();
    Verdict::Failed { message: wrong.join("; "), details, help }
}

fn judge_lines(rate: Threshold, reports: &[Report]) -> Verdict {
    let mut all = Coverage::default();
    for (_, content) in contents(reports) {
        if let Content::Coverage(one) = content {
            all.covered = all.covered.saturating_add(one.covered);
            all.lines = all.lines.saturating_add(one.lines);
        }
    }
    let Coverage { covered, lines } = all;
    let found = format!("{covered} of {lines} lines are covered ({})", percent(covered, lines));
    if lines > 0 && holds(rate, covered as f64 / lines as f64) {
        return Verdict::Met { what: found };
    }
    Verdict::Failed {
        message: format!("{found}, and `{}` is demanded", spelled(rate)),
        details: Vec::new(),
        help: "test more of the code, and put the report of the next run there".to_owned(),
    }
}

fn judge_results(level: ResultLevel, reports: &[Report]) -> Verdict {
    let mut number = 0_u32;
    let mut details = Vec::new();
    for (_, content) in contents(reports) {
        if let Content::Results(results @ Results { first, .. }) = content {
            number = number.saturating_add(results.at_least(level));
            details.extend(first.iter().filter(|(of, _)| *of >= level).map(|(_, what)| what.clone()));
        }
    }
    let above = if level == ResultLevel::Error { "" } else { " or above" };
    if number == 0 {
        return Verdict::Met { what: format!("no result at level `{level}`{above}") };
    }
    Verdict::Failed {
        message: format!("{} at level `{level}`{above}", plural_of(number, "result", "results")),
        details,
        help: "mend what was found, or suppress it with a reason in the analysis".to_owned(),
    }
}

fn judge_values(path: &str, bound: Threshold, reports: &[Report]) -> Verdict {
    let mut wrong = Vec::new();
    let mut found = String::new();
    for (file, content) in contents(reports) {
        let Content::Value(value) = content else { continue };
        match number(value, bound.is_time) {
            Some(number) if holds(bound, number) => found = format!("`{path}` is {value}"),
            Some(_) => wrong.push(format!("`{path}` in `{file}` is {value}, and `{}` is demanded", spelled(bound))),
            None => wrong.push(format!("`{path}` in `{file}` is `{value}`, which is no {}", unit(bound))),
        }
    }
    if wrong.is_empty() {
        let several = format!("{} values of `{path}` are `{}`", reports.len(), spelled(bound));
        return Verdict::Met { what: if reports.len() == 1 { found } else { several } };
    }
    let message = wrong.remove(0);
    Verdict::Failed {
        message,
        details: wrong,
        help: "bring the value to what is demanded, and put the new file there".to_owned(),
    }
}

fn unit(bound: Threshold) -> &'static str {
    if bound.is_time { "time" } else { "number" }
}

/// A value as a number; times in hours.
fn number(value: &str, is_time: bool) -> Option<f64> {
    let value = value.trim();
    if let Ok(number) = value.parse::<f64>() {
        return Some(number).filter(|number| number.is_finite());
    }
    match Duration::parse(value) {
        Ok(Duration::Clock { minutes }) if is_time => Some(minutes as f64 / 60.0),
        Ok(Duration::Elapsed { days }) if is_time => Some(days as f64 * 24.0),
        _ => None,
    }
}

/// Why the oldest report is too old, if it is.
fn outdated(reports: &[Report], max_age: Days, day: &Day<'_>) -> Option<Verdict> {
    let verdict = |message: String, help: &str| Some(Verdict::Outdated { message, help: help.to_owned() });
    let date = |report: &Report| report.made_at.or(report.file.committed_at);
    if let Some(report) = reports.iter().find(|report| date(report).is_none()) {
        let path = &report.file.path;
        let message =
            format!("nobody can tell how old `{path}` is: it bears no date, and is not committed as it stands");
        return verdict(message, "commit it, or let the tool write a date into it");
    }
    let dated = || reports.iter().filter_map(|report| Some((date(report)?, report)));
    let local = |at: DateTime<Utc>| zone::local(at, day.zone).date();
    let (newest, report) = dated().max_by_key(|(at, _)| *at)?;
    // Clocks and zones may be a day apart.
    if (local(newest) - day.latest).num_days() > 1 {
        let message =
            format!("`{}` says that it was made on {}, which is still to come", report.file.path, local(newest));
        return verdict(message, "mend the clock of the machine that made it, and run it again");
    }
    let (oldest, report) = dated().min_by_key(|(at, _)| *at)?;
    let made = local(oldest);
    let (age, most, unit) = match max_age.0 {
        working @ Duration::Working { .. } => {
            let age = day.calendar.working_days(after(made), after(day.today));
            (age, day.calendar.working_length(working), ("working day", "working days"))
        }
        Duration::Elapsed { days } => ((day.today - made).num_days(), days, ("day", "days")),
        Duration::Clock { minutes } => ((day.today - made).num_days(), minutes / (24 * 60), ("day", "days")),
    };
    if age <= most {
        return None;
    }
    let ago = if age == 1 { format!("1 {}", unit.0) } else { format!("{age} {}", unit.1) };
    let verb = if report.made_at.is_some() { "made" } else { "last changed" };
    let message = format!("`{}` was {verb} on {made}, {ago} ago, and `max_age` is {max_age}", report.file.path);
    verdict(message, "run it again, and put the new report there")
}

/// The midnight that ends a day.
fn after(date: NaiveDate) -> NaiveDate {
    date.succ_opt().unwrap_or(date)
}

/// Whether a number is within a bound.
fn holds(bound: Threshold, number: f64) -> bool {
    match bound.comparison {
        Comparison::Less => number < bound.value,
        Comparison::AtMost => number <= bound.value,
        Comparison::Equal => (number - bound.value).abs() <= f64::EPSILON * bound.value.abs().max(1.0),
        Comparison::AtLeast => number >= bound.value,
        Comparison::More => number > bound.value,
    }
}

/// A bound as people write it.
fn spelled(bound: Threshold) -> String {
    let unit = if bound.is_time { "h" } else { "" };
    format!("{} {}{unit}", bound.comparison.as_str(), bound.value)
}

/// A share in percent to one place, rounded down: what is below a bound never looks as if it reached it.
fn percent(part: u64, whole: u64) -> String {
    let tenths = u128::from(part) * 1000 / u128::from(whole.max(1));
    format!("{}.{} %", tenths / 10, tenths % 10)
}

#[cfg(test)]
#[path = "evidence_tests.rs"]
mod tests;
