//! `JUnit` XML, as the runners of many languages write it.
//!
//! What counts are the elements `testcase`, never the sums that suites bear as attributes. A test fails by a `failure` or an
//! `error` in it, and is left out by `skipped` or by a `status` that says so. `flakyFailure` and `flakyError` stand in tests
//! that passed when they were run again, and `rerunFailure` beside a `failure`: neither changes the answer. A suite that
//! failed outside its tests counts as one failed test.

use chrono::{DateTime, TimeDelta, Utc};

use super::xml::{Element, Step, Xml};
use super::{Parsed, instant};
use crate::model::facts::{Content, Fault, TestRun};

/// Suites that say they took longer do not know, in seconds.
const LONGEST: f64 = 366.0 * 24.0 * 3600.0;

/// What an open element is.
enum Open {
    Suite(String),
    Case(Case),
    Other,
}

/// A test, as far as it is read.
struct Case {
    name: String,
    outcome: Outcome,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Outcome {
    Passed,
    Skipped,
    Failed,
}

/// Reads a report.
pub(super) fn read(text: &str) -> Result<Parsed, Fault> {
    let mut xml = Xml::new(text);
    let mut open: Vec<Open> = Vec::new();
    let mut run = TestRun::default();
    let mut made_at = None;
    loop {
        match xml.step()? {
            Step::Open(element) => {
                let next = begin(&element, &mut open, &mut run)?;
                if let Open::Suite(_) = next {
                    made_at = made_at.max(end_of(&element)?);
                }
                open.push(next);
            }
            Step::Close => {
                if let Some(Open::Case(case)) = open.pop() {
                    match case.outcome {
                        Outcome::Passed => run.passed += 1,
                        Outcome::Skipped => run.skipped += 1,
                        Outcome::Failed => run.failed.push(case.name),
                    }
                }
            }
            Step::End => break,
        }
    }
    if run.passed == 0 && run.skipped == 0 && run.failed.is_empty() {
        return Err(Fault::new("it holds no test"));
    }
    run.failed.sort_unstable();
    Ok(Parsed { made_at, content: Content::Tests(run) })
}

fn begin(element: &Element<'_>, open: &mut [Open], run: &mut TestRun) -> Result<Open, Fault> {
    let name = element.name();
    let Some(around) = open.last_mut() else {
        return match name {
            "testsuites" | "testsuite" => Ok(Open::Suite(suite_name(element)?)),
            other => {
                let message = format!("it is no JUnit report: it begins with `{}`", super::xml::shortened(other));
                Err(Fault::at(element.line(), message))
            }
        };
    };
    Ok(match (name, around) {
        ("testsuite" | "testsuites", _) => Open::Suite(suite_name(element)?),
        ("testcase", _) => Open::Case(case(element)?),
        ("failure" | "error", Open::Case(case)) => {
            case.outcome = Outcome::Failed;
            Open::Other
        }
        ("skipped" | "disabled", Open::Case(case)) => {
            case.outcome = case.outcome.max(Outcome::Skipped);
            Open::Other
        }
        ("failure" | "error", Open::Suite(suite)) => {
            run.failed.push(if suite.is_empty() { "a suite without a name".to_owned() } else { suite.clone() });
            Open::Other
        }
        _ => Open::Other,
    })
}

fn suite_name(element: &Element<'_>) -> Result<String, Fault> {
    let [name] = element.attributes(["name"])?;
    Ok(name.unwrap_or_default())
}

fn case(element: &Element<'_>) -> Result<Case, Fault> {
    let [name, class, status] = element.attributes(["name", "classname", "status"])?;
    let (name, class) = (name.unwrap_or_default(), class.unwrap_or_default());
    let name = match (class.as_str(), name.as_str()) {
        ("", "") => "a test without a name".to_owned(),
        ("", _) => name,
        (_, "") => class,
        // Some runners give the whole sentence twice.
        (class, name) if class == name => class.to_owned(),
        (class, name) => format!("{class}.{name}"),
    };
    let outcome = match status.unwrap_or_default().to_ascii_lowercase().as_str() {
        "notrun" | "disabled" | "skipped" | "ignored" | "pending" => Outcome::Skipped,
        "failed" | "failure" | "error" | "broken" => Outcome::Failed,
        _ => Outcome::Passed,
    };
    Ok(Case { name, outcome })
}

/// When a suite ended: its timestamp and the time it took.
fn end_of(element: &Element<'_>) -> Result<Option<DateTime<Utc>>, Fault> {
    let [timestamp, time] = element.attributes(["timestamp", "time"])?;
    let Some(start) = timestamp.as_deref().and_then(instant) else { return Ok(None) };
    let seconds = time.and_then(|time| time.replace(',', "").parse::<f64>().ok());
    let seconds = seconds.filter(|seconds| (0.0..=LONGEST).contains(seconds)).unwrap_or(0.0);
    let end = start.checked_add_signed(TimeDelta::milliseconds((seconds * 1000.0) as i64));
    Ok(Some(end.unwrap_or(start)))
}
