//! `relm env usage` and `relm env advise`.

use insta::assert_snapshot;

use crate::sandbox::{Run, Sandbox};

const ESTATE: &str = "\
kind: environment
id: dock
stage: test
capacity: 2
setup: {effort: 2pd}
cost: {per_day: 100, per_setup: 300}
outages: [{from: 2026-01-31, to: 2026-01-31}]
bookings:
  - {id: a, from: 2025-12-15, to: 2025-12-31, units: 2, owner: crew}
  - {id: b, from: 2026-02-02, to: 2026-02-11, units: 2, owner: mo}
  - {id: c, from: 2026-02-11, to: 2026-02-12, purpose: Refit}
---
kind: environment
id: pier
stage: test
provisioning: on-demand
setup: {effort: 1pd}
cost: {per_day: 900}
bookings: [{id: a, from: 2026-02-02, to: 2026-02-03, owner: crew}]
---
kind: environment
id: quay
stage: prod
";

const ROOT: &str = "\
kind: portfolio
name: Ferry line
stages: [test, prod]
teams: [{id: crew}]
people: [{id: mo, team: crew}]
rates: {person_day: 500, delay_day: 1000, currency: SEK}
";

const DRAFT: &str = "\
kind: release
id: rope-2
type: minor
owner: crew
phases: [{id: sit, start: 2026-02-16, duration: 5d, environments: [dock]}]
";

fn harbour() -> Sandbox {
    Sandbox::empty().write("relm.yaml", ROOT).write("estate.yaml", ESTATE).write("rope.yaml", DRAFT)
}

fn env(sandbox: &Sandbox, arguments: &[&str]) -> Run {
    sandbox.run(&[&["env"], arguments].concat())
}

#[test]
fn use_is_measured_over_the_last_full_months() {
    let sandbox = harbour();
    let narrow = env(&sandbox, &["usage"]);
    let wide = sandbox.run_with(&[("COLUMNS", "140")], &["env", "usage"]);
    assert!(wide.stdout.lines().all(|line| line.chars().count() <= 140));
    assert!(narrow.stdout.lines().all(|line| line.chars().count() <= 80));
    let stage = env(&sandbox, &["usage", "--by", "stage", "--from", "2026-02-01", "--to", "2026-02-28"]);
    let month = env(&sandbox, &["usage", "dock", "--by", "month"]);
    let team = env(&sandbox, &["usage", "--by", "team"]);
    assert_snapshot!(format!("{narrow}\n{wide}\n{stage}\n{month}\n{team}"));
}

#[test]
fn use_for_spreadsheets_wikis_and_programs() {
    let sandbox = harbour();
    let csv = env(&sandbox, &["usage", "--format", "csv"]);
    let markdown = env(&sandbox, &["usage", "--format", "markdown"]);
    let teams = env(&sandbox, &["usage", "--by", "team", "--format", "markdown"]);
    let json = env(
        &sandbox,
        &["usage", "dock", "--by", "month", "--from", "2026-02-01", "--to", "2026-02-28", "--format", "json"],
    );
    assert_snapshot!(format!("{csv}\n{markdown}\n{teams}\n{json}"));
}

#[test]
fn advice_shows_its_sums_its_places_and_what_it_does_not_know() {
    let sandbox = harbour();
    let narrow = env(&sandbox, &["advise"]);
    assert!(narrow.stdout.lines().all(|line| line.chars().count() <= 80));
    let wide = sandbox.run_with(&[("COLUMNS", "140")], &["env", "advise", "pier"]);
    let markdown = env(&sandbox, &["advise", "dock", "--months", "3", "--format", "markdown"]);
    assert_snapshot!(format!("{narrow}\n{wide}\n{markdown}"));
}

#[test]
fn advice_for_programs() {
    let arguments = ["advise", "pier", "--from", "2026-02-01", "--to", "2026-02-28", "--format", "json"];
    assert_snapshot!(env(&harbour(), &arguments));
}

#[test]
fn wrong_words_are_answered() {
    let sandbox = harbour();
    let answer = |arguments: &[&str]| {
        let run = env(&sandbox, arguments);
        assert_eq!(run.code, Some(2), "{run}");
        run.stderr.lines().take_while(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
    };
    assert_snapshot!(
        [
            answer(&["usage", "dokc"]),
            answer(&["usage", "--by", "stages"]),
            answer(&["usage", "--from", "2026-03-01", "--to", "2026-02-01"]),
            answer(&["usage", "--from", "2026-13-01"]),
            answer(&["usage", "--format", "svg"]),
            answer(&["advise", "--months", "0"]),
            answer(&["advise", "--months", "6", "--from", "2026-01-01", "--to", "2026-02-01"]),
            answer(&["advise", "--format", "csv"]),
        ]
        .join("\n\n")
    );
}

#[test]
fn a_portfolio_without_environments_has_nothing_to_show() {
    let sandbox = Sandbox::portfolio();
    for command in ["usage", "advise"] {
        assert!(env(&sandbox, &[command]).stdout.contains("No environments to show."));
    }
    assert!(env(&sandbox, &["free", "--for", "1d"]).stdout.contains("No environment is free for that."));
}
