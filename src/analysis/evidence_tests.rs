//! Verdicts on reports.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use super::*;
use crate::load::testing::portfolio;
use crate::model::Portfolio;
use crate::model::facts::FileFact;

/// A portfolio with one check, written as in a manifest.
fn with(check: &str) -> Portfolio {
    portfolio(&format!(
        "kind: portfolio\nstages: [prod]\n---\nkind: release\nid: r\ntype: minor\ngates: [{{id: g, criteria: [{{id: c, check: {{{check}}}}}]}}]\n"
    ))
}

fn report(path: &str, made: Option<&str>, content: Content) -> Report {
    let file = FileFact { path: path.into(), sha256: String::new(), bytes: 1, committed_at: None, is_pointer: false };
    let made_at = made.map(|at| DateTime::parse_from_rfc3339(at).unwrap().to_utc());
    Report { file, made_at, content: Ok(content) }
}

fn verdict(check: &str, reports: &[Report]) -> Verdict {
    verdict_of(check, Some(&Ok(reports.to_vec())))
}

fn verdict_of(check: &str, reports: Option<&Result<Vec<Report>, Fault>>) -> Verdict {
    let portfolio = with(check);
    let check = portfolio.releases[0].gates[0].criteria[0].check.as_ref().unwrap();
    let today = "2026-11-16".parse().unwrap();
    judge(check, reports, &Day { today, latest: today, zone: Tz::Asia__Tokyo, calendar: &WorkCalendar::default() })
}

fn run(passed: u32, failed: &[&str], skipped: u32) -> Content {
    Content::Tests(TestRun { passed, failed: failed.iter().map(|name| (*name).to_owned()).collect(), skipped })
}

fn met(verdict: Verdict) -> String {
    let Verdict::Met { what } = verdict else { panic!("{verdict:?}") };
    what
}

fn failed(verdict: Verdict) -> String {
    let Verdict::Failed { message, .. } = verdict else { panic!("{verdict:?}") };
    message
}

fn old(verdict: Verdict) -> String {
    let Verdict::Outdated { message, .. } = verdict else { panic!("{verdict:?}") };
    message
}

fn lacking(verdict: Verdict) -> String {
    let Verdict::Missing { message, .. } = verdict else { panic!("{verdict:?}") };
    message
}

#[test]
fn tests_are_summed_over_files() {
    let files = [report("a", None, run(98, &["x.b"], 2)), report("b", None, run(100, &["a"], 0))];
    assert_eq!(failed(verdict("junit: e/*.xml", &files)), "2 of 200 tests failed");
    let Verdict::Failed { details, .. } = verdict("junit: e/*.xml", &files) else { panic!() };
    assert_eq!(details, ["a", "x.b"]);
    assert_eq!(met(verdict("junit: e, pass_rate: \">= 0.99\"", &files)), "198 of 200 tests passed, 2 left out");
    assert_eq!(
        failed(verdict("junit: e, pass_rate: \">= 0.991\", min_tests: 300", &files)),
        "only 200 tests ran, 2 left out; 300 are demanded; 198 of 200 tests passed (99.0 %), and `>= 0.991` is demanded"
    );
}

#[test]
fn tests_that_did_not_run_prove_nothing() {
    let none = [report("a", None, run(0, &[], 9))];
    assert_eq!(failed(verdict("junit: e", &none)), "no test ran, 9 left out");
    assert_eq!(failed(verdict("junit: e, min_tests: 0, pass_rate: \">= 0\"", &none)), "no test ran, 9 left out");
}

#[test]
fn shares_are_never_rounded_up() {
    let files = [report("a", None, Content::Coverage(Coverage { covered: 79_999, lines: 100_000 }))];
    assert_eq!(
        failed(verdict("coverage: c, line_rate: \">= 0.8\"", &files)),
        "79999 of 100000 lines are covered (79.9 %), and `>= 0.8` is demanded"
    );
    assert!(verdict("coverage: c, line_rate: \"> 0.79\"", &files).is_met());
}

#[test]
fn results_count_from_their_level_up() {
    let first = vec![(ResultLevel::Error, "E".to_owned()), (ResultLevel::Note, "N".to_owned())];
    let files = [report("a", None, Content::Results(Results { errors: 1, warnings: 0, notes: 1, first }))];
    let Verdict::Failed { message, details, .. } = verdict("sarif: s", &files) else { panic!() };
    assert_eq!((message.as_str(), details), ("1 result at level `error`", vec!["E".to_owned()]));
    assert_eq!(failed(verdict("sarif: s, level: note", &files)), "2 results at level `note` or above");
    let clean = [report("a", None, Content::Results(Results { warnings: 3, ..Results::default() }))];
    assert_eq!(met(verdict("sarif: s", &clean)), "no result at level `error`");
    assert_eq!(failed(verdict("sarif: s, level: warning", &clean)), "3 results at level `warning` or above");
}

#[test]
fn every_value_must_be_as_demanded() {
    let value = |path: &str, value: &str| report(path, None, Content::Value(value.into()));
    assert_eq!(met(verdict("json: j, path: open, value: \"<= 2\"", &[value("a", "2")])), "`open` is 2");
    assert_eq!(
        failed(verdict("json: j, path: open, value: \"<= 2\"", &[value("a", "2"), value("b", "3")])),
        "`open` in `b` is 3, and `<= 2` is demanded"
    );
    assert_eq!(
        failed(verdict("csv: j, path: open, value: \"= 0\"", &[value("a", "none")])),
        "`open` in `a` is `none`, which is no number"
    );
    let time = "csv: j, path: p95, value: \"<= 2h\"";
    assert!(verdict(time, &[value("a", "90m")]).is_met() && !verdict(time, &[value("a", "2.5")]).is_met());
    assert!(!verdict("csv: j, path: p, value: \">= 0\"", &[value("a", "NaN")]).is_met());
}

#[test]
fn what_cannot_be_read_proves_nothing() {
    assert_eq!(lacking(verdict("junit: e/*.xml", &[])), "no file matches `e/*.xml`");
    assert_eq!(lacking(verdict_of("junit: e", None)), "`e` was not read");
    assert_eq!(lacking(verdict_of("junit: e", Some(&Err(Fault::new("it leaves"))))), "it leaves");
    let mut broken = report("a.xml", None, run(1, &[], 0));
    broken.content = Err(Fault::at(7, "the XML is broken"));
    let files = [report("b.xml", None, run(1, &[], 0)), broken.clone(), broken];
    assert_eq!(
        lacking(verdict("junit: e", &files)),
        "`a.xml`, line 7: the XML is broken; another file cannot be read either"
    );
}

#[test]
fn checks_that_say_nothing_are_never_met() {
    let fine = [report("a", None, run(1, &[], 0))];
    let failed = |check: &str| failed(verdict(check, &fine));
    assert_eq!(failed("max_age: 7ed"), "the check names no report");
    assert_eq!(failed("junit: a, sarif: b"), "the check names `junit` and `sarif`");
    assert_eq!(failed("coverage: a"), "the check does not say how many lines must be covered");
    assert_eq!(failed("json: a, value: \"> 1\""), "the check does not say which value decides");
    assert_eq!(failed("csv: a, path: b"), "the check does not say what the value must be");
    assert_eq!(failed("junit: a, line_rate: \">= 0.8\""), "`line_rate` says nothing of `junit`");
    let percent = "junit: a, pass_rate: \">= 98\"";
    assert_eq!(failed(percent), "`pass_rate` is a share from 0 to 1, so `>= 98` says nothing");
    let Verdict::Failed { help, .. } = verdict(percent, &fine) else { panic!() };
    assert_eq!(help, "write `>= 0.98`");
}

#[test]
fn the_oldest_report_decides_how_old_they_are() {
    let at = |made: &str| report(made, Some(made), run(1, &[], 0));
    let check = |age: &str, made: &[&str]| {
        let files: Vec<Report> = made.iter().map(|made| at(made)).collect();
        verdict(&format!("junit: e, max_age: {age}"), &files)
    };
    // The day is that of the zone: 16:00 in UTC is the next day in Tokyo.
    assert!(check("7ed", &["2026-11-08T16:00:00Z", "2026-11-15T10:00:00Z"]).is_met());
    assert_eq!(
        old(check("7ed", &["2026-11-08T14:00:00Z", "2026-11-15T10:00:00Z"])),
        "`2026-11-08T14:00:00Z` was made on 2026-11-08, 8 days ago, and `max_age` is 1ew"
    );
    // Friday to Monday is one working day.
    assert!(check("1d", &["2026-11-13T10:00:00Z"]).is_met());
    assert_eq!(
        old(check("1d", &["2026-11-12T10:00:00Z"])),
        "`2026-11-12T10:00:00Z` was made on 2026-11-12, 2 working days ago, and `max_age` is 1d"
    );
    assert!(check("0d", &["2026-11-16T10:00:00Z"]).is_met());
    assert!(check("1w", &["2026-11-09T10:00:00Z"]).is_met() && !check("1w", &["2026-11-06T10:00:00Z"]).is_met());
    assert!(old(check("7ed", &["2026-11-18T10:00:00Z"])).ends_with("which is still to come"));
}

#[test]
fn the_commit_dates_what_bears_no_date() {
    let mut file = report("a", None, run(1, &[], 0));
    assert_eq!(
        old(verdict("junit: e, max_age: 7ed", &[file.clone()])),
        "nobody can tell how old `a` is: it bears no date, and is not committed as it stands"
    );
    assert!(verdict("junit: e", &[file.clone()]).is_met());
    file.file.committed_at = Some(DateTime::parse_from_rfc3339("2026-11-01T00:00:00Z").unwrap().to_utc());
    assert_eq!(
        old(verdict("junit: e, max_age: 7ed", &[file.clone()])),
        "`a` was last changed on 2026-11-01, 15 days ago, and `max_age` is 1ew"
    );
    // What failed needs no date to have failed.
    file.content = Ok(run(0, &["x"], 0));
    assert_eq!(failed(verdict("junit: e, max_age: 7ed", &[file])), "1 of 1 test failed");
}

#[test]
fn reports_made_after_the_work_was_done_are_not_still_to_come() {
    let portfolio = with("junit: e, max_age: 7ed");
    let check = portfolio.releases[0].gates[0].criteria[0].check.as_ref().unwrap();
    let judged = |made: &str| {
        let reports = Ok(vec![report("a", Some(made), run(1, &[], 0))]);
        let (today, latest) = ("2026-11-02".parse().unwrap(), "2026-11-16".parse().unwrap());
        judge(check, Some(&reports), &Day { today, latest, zone: Tz::UTC, calendar: &WorkCalendar::default() })
    };
    assert!(judged("2026-11-14T10:00:00Z").is_met() && judged("2026-10-27T10:00:00Z").is_met());
    assert!(!judged("2026-10-25T10:00:00Z").is_met() && !judged("2026-11-18T10:00:00Z").is_met());
}
