//! `relm env book`.

use insta::assert_snapshot;

use crate::sandbox::{Run, Sandbox, has_leftovers};

const ROOT: &str = "\
kind: portfolio
name: Ferry line
stages: [test, prod]
teams: [{id: crew}]
people: [{id: mo, team: crew}]
";

const QUAY: &str = "kind: environment\nid: quay\nstage: prod\n";

const DOCK: &str = "\
# Where ferries are fitted out.
kind: environment
id: dock # the dry one
stage: test
capacity: 2
bookings:
  # The fire brigade comes every spring.
  - {id: drill, from: 2026-03-09, to: 2026-03-10, exclusive: true, purpose: Fire drill, owner: crew}

  - id: paint # takes long
    from: 2026-03-23
    to: 2026-03-27
    purpose: 'Paint: hull'
";

fn release(id: &str, status: &str, start: &str) -> String {
    format!(
        "kind: release\nid: {id}\ntype: minor\nstatus: {status}\nowner: crew\ntarget: 2026-05-10\n\
         phases:\n  - {{id: sit, start: {start}, duration: 5d, environments: [dock]}}\n"
    )
}

/// Two environments and two releases, without findings.
fn harbour() -> Sandbox {
    Sandbox::empty()
        .write("relm.yaml", ROOT)
        .write("environments/dock.yaml", DOCK)
        .write("environments/quay.yaml", QUAY)
        .write("releases/buoy.yaml", &release("buoy-1", "planned", "2026-03-16"))
        .write("releases/rope.yaml", &release("rope-2", "draft", "2026-03-16"))
}

fn book(sandbox: &Sandbox, arguments: &[&str]) -> Run {
    sandbox.run(&[&["env", "book"], arguments].concat())
}

fn week<'a>(environment: &'a str, day: &'a str, rest: &[&'a str]) -> Vec<&'a str> {
    [&[environment, "--from", day, "--to", day], rest].concat()
}

/// A run that must fail as wrong usage, and leave the file alone.
fn refused(sandbox: &Sandbox, arguments: &[&str]) -> String {
    let before = sandbox.read("environments/dock.yaml");
    let run = book(sandbox, arguments);
    assert_eq!(run.code, Some(2), "{run}");
    assert_eq!(sandbox.read("environments/dock.yaml"), before, "{run}");
    run.stderr
}

#[test]
fn a_booking_is_written_beside_its_like_and_nothing_else_changes() {
    let sandbox = harbour();
    let arguments =
        ["dock", "--from", "2026-03-30", "--to", "2026-04-01", "--purpose", "Load test: <b>, part 2", "--owner", "mo"];
    let run = book(&sandbox, &arguments);
    assert_snapshot!(run);
    let new = "\n  - id: load-test-b-part-2\n    from: 2026-03-30\n    to: 2026-04-01\n    purpose: \"Load test: <b>, part 2\"\n    owner: mo\n";
    assert_eq!(sandbox.read("environments/dock.yaml"), format!("{DOCK}{new}"));
    assert_eq!(sandbox.run(&["check"]).code, Some(0));
    assert!(!has_leftovers(&sandbox.path().join("environments")));
    // The same again gets another id.
    assert!(book(&sandbox, &arguments).stdout.contains("`load-test-b-part-2-2`"));
}

#[test]
fn a_release_gives_the_id_and_programs_get_it_all() {
    let sandbox = harbour();
    let arguments =
        ["quay", "--from", "2026-04-06T20:00", "--to", "2026-04-07", "--release", "buoy-1", "--use", "regression"];
    let run = book(&sandbox, &[&arguments[..], &["--format", "json"]].concat());
    assert_eq!(
        sandbox.read("environments/quay.yaml"),
        format!(
            "{QUAY}bookings:\n  - {{id: buoy-1, from: 2026-04-06T20:00, to: 2026-04-07, use: regression, release: buoy-1}}\n"
        )
    );
    assert_snapshot!(run);
}

#[test]
fn a_conflict_is_refused_with_its_places_and_the_next_time() {
    let sandbox = harbour();
    let arguments = week("dock", "2026-03-09", &["--purpose", "Refit", "--units", "2"]);
    let run = book(&sandbox, &arguments);
    assert_eq!(sandbox.read("environments/dock.yaml"), DOCK);
    assert_eq!(run.code, Some(2));
    assert_snapshot!(run);
    // What is offered can be had, and then it is taken.
    let offered = run.stdout.lines().last().unwrap().trim().to_owned();
    let words: Vec<&str> = offered.split(' ').skip(1).map(|word| word.trim_matches('\'')).collect();
    let run = sandbox.run(&words);
    assert_eq!(run.code, Some(0), "{run}");
    assert_eq!(sandbox.run(&words).code, Some(2));
}

#[test]
fn force_writes_in_spite_of_it_and_a_dry_run_writes_nothing() {
    let sandbox = harbour();
    let arguments = week("dock", "2026-03-09", &["--purpose", "Refit"]);
    let dry = book(&sandbox, &[&arguments[..], &["--dry-run"]].concat());
    assert_eq!(dry.code, Some(2), "{dry}");
    let dry = book(&sandbox, &[&arguments[..], &["--dry-run", "--force"]].concat());
    assert!(dry.code == Some(0) && dry.stdout.contains("Would book dock for Refit, Mon 9 Mar, as `refit`"), "{dry}");
    assert_eq!(sandbox.read("environments/dock.yaml"), DOCK);
    let forced = book(&sandbox, &[&arguments[..], &["--force"]].concat());
    assert!(forced.code == Some(0) && forced.stdout.contains("Booked dock"), "{forced}");
    assert!(sandbox.read("environments/dock.yaml").contains("id: refit"));
}

#[test]
fn what_joins_a_conflict_that_was_there_is_a_conflict_too() {
    // Three want two places already; the fewest who explain it stay the same.
    let sandbox = harbour()
        .write("releases/c.yaml", &release("chain-3", "planned", "2026-03-16"))
        .write("releases/d.yaml", &release("deck-4", "planned", "2026-03-16"));
    let run = book(&sandbox, &week("dock", "2026-03-17", &["--purpose", "Refit", "--use", "regression"]));
    assert!(run.code == Some(2) && run.stdout.contains("[over-capacity]"), "{run}");
    // A release that is there already takes no more than it has.
    let run = book(&sandbox, &week("dock", "2026-03-17", &["--release", "buoy-1", "--use", "regression"]));
    assert_eq!(run.code, Some(0), "{run}");
}

#[test]
fn only_what_is_new_speaks_against_it() {
    let sandbox = harbour().write("releases/late.yaml", &release("late-9", "planned", "2026-06-01"));
    let check = sandbox.run(&["check"]);
    assert!(check.code == Some(1) && check.stdout.contains("misses-target"), "{check}");
    assert_eq!(book(&sandbox, &week("dock", "2026-03-30", &["--purpose", "x"])).code, Some(0));
}

#[test]
fn outages_maintenance_and_lead_time_speak_against_it() {
    let text = format!(
        "{QUAY}setup: {{lead_time: 3d}}\noutages: [{{from: 2026-03-14, to: 2026-03-14}}]\n\
         maintenance: [{{rrule: \"FREQ=WEEKLY;BYDAY=SU\", start: 2026-03-01T06:00, duration: 4h}}]\n"
    );
    let sandbox = harbour().write("environments/quay.yaml", &text);
    let rule = |from: &str, to: &str| {
        let run = book(&sandbox, &["quay", "--from", from, "--to", to, "--purpose", "x"]);
        assert_eq!(run.code, Some(2), "{run}");
        let rules = ["booked-during-outage", "booked-during-maintenance", "lead-time-too-short"];
        rules.into_iter().filter(|rule| run.stdout.contains(&format!("[{rule}]"))).collect::<Vec<_>>()
    };
    assert_eq!(rule("2026-03-13", "2026-03-14"), ["booked-during-outage"]);
    assert_eq!(rule("2026-03-15T05:00", "2026-03-15T07:00"), ["booked-during-maintenance"]);
    assert_eq!(rule("2026-03-03", "2026-03-03"), ["lead-time-too-short"]);
    assert_eq!(book(&sandbox, &week("quay", "2026-03-12", &["--purpose", "x"])).code, Some(0));
}

#[test]
fn line_ends_flow_lists_and_neighbours_in_the_file_stay() {
    let text = "kind: environment\r\nid: east # left\r\nstage: test\r\nbookings: [{id: a, from: 2026-03-09, to: 2026-03-09}] # one line\r\n---\r\nkind: environment\r\nid: west\r\nstage: test\r\n# the end\r\n";
    let sandbox = harbour().write("environments/pier.yaml", text);
    let run = book(&sandbox, &week("west", "2026-03-30", &["--purpose", "x"]));
    assert!(run.code == Some(0) && run.stdout.contains("environments/pier.yaml:10"), "{run}");
    let run = book(&sandbox, &week("east", "2026-03-30", &["--purpose", "y"]));
    assert!(run.code == Some(0) && run.stdout.contains("environments/pier.yaml:4"), "{run}");
    assert_eq!(
        sandbox.read("environments/pier.yaml"),
        "kind: environment\r\nid: east # left\r\nstage: test\r\nbookings: [{id: a, from: 2026-03-09, to: 2026-03-09}, {id: y, from: 2026-03-30, to: 2026-03-30, purpose: y}] # one line\r\n---\r\nkind: environment\r\nid: west\r\nstage: test\r\nbookings:\r\n  - {id: x, from: 2026-03-30, to: 2026-03-30, purpose: x}\r\n# the end\r\n"
    );
}

#[test]
fn strange_purposes_stay_text() {
    let sandbox = harbour();
    let purpose = "- \u{202e}a, 'b' \"c\"\n<script>: #\u{1b}[31m {x}";
    let run = book(&sandbox, &week("quay", "2026-03-30", &[&format!("--purpose={purpose}")]));
    assert_eq!(run.code, Some(0), "{run}");
    assert!(!run.stdout.contains(['\u{1b}', '\u{202e}']), "{run}");
    let shown = sandbox.run(&["env", "conflicts", "--format", "json"]);
    assert_eq!(shown.code, Some(0), "{shown}");
    let json = sandbox.run(&["env", "list", "quay", "--format", "json"]).stdout;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["environments"][0]["next"]["purpose"], purpose);
}

#[cfg(unix)]
#[test]
fn a_read_only_file_is_left_alone() {
    use std::os::unix::fs::PermissionsExt;
    let sandbox = harbour();
    let path = sandbox.path().join("environments/dock.yaml");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o444)).unwrap();
    let stderr = refused(&sandbox, &week("dock", "2026-03-30", &["--purpose", "x"]));
    assert_eq!(
        stderr,
        "error: cannot write `[ROOT]/environments/dock.yaml`: it is read-only\nhint: nothing was written\n"
    );
}

#[test]
fn a_file_that_cannot_be_read_as_a_whole_is_not_changed() {
    let sandbox = harbour().write("environments/pier.yaml", "kind: environment\nid: pier\nstage: test\n---\nkind: [\n");
    let run = book(&sandbox, &week("pier", "2026-03-30", &["--purpose", "x"]));
    assert_eq!(run.code, Some(2), "{run}");
    assert!(run.stderr.contains("hint: "), "{run}");
}

#[test]
fn wrong_words_are_answered() {
    let sandbox = harbour().write("releases/gone.yaml", &release("gone-5", "cancelled", "2026-03-16"));
    let last = |arguments: &[&str]| {
        let stderr = refused(&sandbox, arguments);
        let lines: Vec<&str> =
            stderr.lines().filter(|line| line.starts_with("error") || line.starts_with("hint")).collect();
        lines.join("\n")
    };
    let day = |environment: &'static str, rest: &[&'static str]| last(&week(environment, "2026-03-30", rest));
    let dates = |from: &str, to: &str| last(&["dock", "--from", from, "--to", to, "--purpose", "x"]);
    assert_snapshot!(
        [
            day("dokc", &["--purpose", "x"]),
            day("dock", &["--release", "bouy-1"]),
            day("dock", &["--release", "gone-5"]),
            day("dock", &["--purpose", " "]),
            day("dock", &["--purpose", "x", "--owner", "crw"]),
            day("dock", &["--purpose", "x", "--owner", "me"]),
            day("dock", &["--purpose", "x", "--id", "DRILL"]),
            day("dock", &["--purpose", "x", "--id", "-a b"]),
            day("dock", &["--purpose", "x", "--id", "a b"]),
            day("dock", &["--purpose", "x", "--units", "0"]),
            day("dock", &["--purpose", "x", "--use", "codes"]),
            day("dock", &["--purpose", "x", "--at", "HEAD"]),
            day("dock", &[]),
            dates("2026-03-30", "2026-03-29"),
            dates("2026-03-30T10:00", "2026-03-30T10:00"),
            dates("2026-03-30T10:00", "2026-03-30T09:00"),
            dates("2026-02-30", "2026-03-30"),
            dates("30.3.2026", "2026-03-30"),
        ]
        .join("\n\n")
    );
}

#[test]
fn what_is_over_can_be_booked_with_a_warning_and_a_thousand_years_cannot() {
    let sandbox = harbour();
    let run = book(&sandbox, &week("quay", "2026-02-02", &["--purpose", "x"]));
    assert!(run.code == Some(0) && run.stderr.contains("warning: 2026-02-02 is past"), "{run}");
    let stderr = refused(&sandbox, &["dock", "--from", "2026-04-01", "--to", "3026-04-01", "--purpose", "x"]);
    assert!(stderr.contains("the year 3026 is outside"), "{stderr}");
}
