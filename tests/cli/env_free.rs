//! `relm env free`.

use insta::assert_snapshot;

use crate::sandbox::{Run, Sandbox};

const ESTATE: &str = "\
kind: project
id: ferry
---
kind: project
id: tug
---
kind: environment
id: dock
stage: test
capacity: 2
setup: {lead_time: 2d}
bookings:
  - {id: drill, from: 2026-03-09, to: 2026-03-10, exclusive: true, purpose: Fire drill}
---
kind: environment
id: pier
stage: test
projects: [ferry]
outages: [{from: 2026-03-04, to: 2026-03-04}]
---
kind: environment
id: quay
stage: prod
timezone: Asia/Kolkata
projects: [tug]
";

const ROOT: &str = "\
kind: portfolio
name: Ferry line
stages: [test, prod]
freezes: [{id: regatta, from: 2026-03-05, to: 2026-03-06, stages: [prod]}]
";

fn harbour() -> Sandbox {
    Sandbox::empty().write("relm.yaml", ROOT).write("estate.yaml", ESTATE)
}

fn free(sandbox: &Sandbox, arguments: &[&str]) -> Run {
    sandbox.run(&[&["env", "free"], arguments].concat())
}

#[test]
fn the_earliest_time_of_each_environment_by_start() {
    let sandbox = harbour();
    let all = free(&sandbox, &["--for", "3d"]);
    let wide = sandbox.run_with(&[("COLUMNS", "140")], &["env", "free", "--for", "3d"]);
    let hours = free(&sandbox, &["--for", "4h", "--from", "2026-03-03T09:30", "--use", "regression", "--exclusive"]);
    assert_snapshot!(format!("{all}\n{wide}\n{hours}"));
}

#[test]
fn those_without_one_say_why() {
    let sandbox = harbour();
    let arguments = ["--for", "1w", "--units", "2", "--projects", "ferry", "--before", "2026-03-13"];
    let human = free(&sandbox, &arguments);
    let csv = free(&sandbox, &[&arguments[..], &["--format", "csv"]].concat());
    let markdown =
        free(&sandbox, &["--for", "3d", "--projects", "ferry", "--before", "2026-03-13", "--format", "markdown"]);
    assert_snapshot!(format!("{human}\n{csv}\n{markdown}"));
}

#[test]
fn programs_get_instants() {
    assert_snapshot!(free(&harbour(), &["--for", "2d", "--units", "2", "--format", "json"]));
}

#[test]
fn what_is_offered_can_be_booked() {
    let sandbox = harbour();
    for length in ["3d", "2ed", "90m"] {
        let run = free(&sandbox, &["--for", length, "--exclusive", "--env", "dock"]);
        let command = run.stdout.lines().last().unwrap().trim().replace("--release ID", "--purpose x");
        let words: Vec<&str> = command.split(' ').skip(1).collect();
        let booked = sandbox.run(&words);
        assert_eq!(booked.code, Some(0), "{command}\n{booked}");
    }
}

#[test]
fn wrong_words_are_answered() {
    let sandbox = harbour();
    let answer = |arguments: &[&str]| {
        let run = free(&sandbox, arguments);
        assert_eq!(run.code, Some(2), "{run}");
        run.stderr.lines().take_while(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
    };
    assert_snapshot!(
        [
            answer(&[]),
            answer(&["--for", "0d"]),
            answer(&["--for", "5 days"]),
            answer(&["--for", "5d", "--units", "0"]),
            answer(&["--for", "5d", "--projects", "fery"]),
            answer(&["--for", "5d", "--stage", "tst"]),
            answer(&["--for", "5d", "--env", "dok"]),
            answer(&["--for", "5d", "dok"]),
            answer(&["--for", "5d", "--before", "2026-02-01"]),
            answer(&["--for", "5d", "--from", "2026-04-01", "--before", "2026-04-01"]),
            answer(&["--for", "5d", "--format", "svg"]),
        ]
        .join("\n\n")
    );
    // Lengths that no calendar holds are only never free.
    let run = free(&sandbox, &["--for", "9999999d"]);
    assert!(run.code == Some(0) && run.stdout.contains("No environment is free for that."), "{run}");
    assert!(free(&sandbox, &["--for", "1d", "--from", "2026-01-01"]).stderr.contains("2026-01-01 is past"));
}
