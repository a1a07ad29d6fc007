//! `relm env`.

use insta::assert_snapshot;

use crate::sandbox::{Run, Sandbox};

const ROOT: &str = "\
kind: portfolio
name: Ferry line
stages: [test, prod]
teams: [{id: crew}]
";

const ENVIRONMENTS: &str = "\
kind: environment
id: quay
stage: prod
---
kind: environment
id: dock
stage: test
capacity: 2
outages: [{from: 2026-03-21, to: 2026-03-22, reason: Cables}]
bookings: [{id: drill, from: 2026-03-02, to: 2026-03-03, exclusive: true, purpose: Fire drill, owner: crew}]
";

fn release(id: &str, status: &str, start: &str) -> String {
    format!(
        "kind: release\nid: {id}\ntype: minor\nstatus: {status}\nowner: crew\ntarget: 2026-04-10\n\
         phases:\n  - {{id: sit, start: {start}, duration: 5d, environments: [dock]}}\n"
    )
}

/// Two releases and a draft that want two places of one environment.
pub fn harbour() -> Sandbox {
    let sandbox = Sandbox::empty().write("relm.yaml", ROOT).write("environments.yaml", ENVIRONMENTS);
    sandbox
        .write("a.yaml", &release("buoy-1", "planned", "2026-03-09"))
        .write("b.yaml", &release("lamp-2", "planned", "2026-03-09"))
        .write("c.yaml", &release("rope-3", "draft", "2026-03-11"))
}

fn env(sandbox: &Sandbox, arguments: &[&str]) -> Run {
    sandbox.run(&[&["env"], arguments].concat())
}

fn env_at(sandbox: &Sandbox, width: usize, arguments: &[&str]) -> Run {
    sandbox.run_with(&[("COLUMNS", &*width.to_string())], &[&["env"], arguments].concat())
}

fn json(sandbox: &Sandbox, arguments: &[&str]) -> serde_json::Value {
    let run = env(sandbox, &[arguments, &["--format", "json"]].concat());
    assert_eq!(run.code, Some(0), "{run}");
    serde_json::from_str(&run.stdout).unwrap()
}

fn without_colour(text: &str) -> String {
    let mut parts = text.split('\u{1b}');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |out, part| out + part.split_once('m').map_or("", |(_, rest)| rest))
}

#[test]
fn a_list_says_who_is_there_now_and_next() {
    let sandbox = harbour();
    let human = env(&sandbox, &["list"]);
    let markdown = env(&sandbox, &["list", "--format", "markdown"]);
    let csv = env(&sandbox, &["list", "--format", "csv"]);
    assert_snapshot!(format!("{human}\n{markdown}\n{csv}"));
}

#[test]
fn a_schedule_is_a_heat_map_by_day_or_week() {
    let sandbox = harbour();
    let narrow = env(&sandbox, &["schedule", "--today", "2026-03-11"]);
    let wide = env_at(&sandbox, 140, &["schedule", "--today", "2026-03-11"]);
    let weeks = env(&sandbox, &["schedule", "dock", "--from", "2026-02-04", "--to", "2026-12-31"]);
    let markdown = env(&sandbox, &["schedule", "--format", "markdown"]);
    assert_snapshot!(format!("{narrow}\n{wide}\n{weeks}\n{markdown}"));
}

#[test]
fn a_schedule_is_a_picture_and_a_table() {
    let sandbox = harbour();
    let days = ["schedule", "--from", "2026-03-13", "--to", "2026-03-16"];
    let run = |format: &str| env(&sandbox, &[&days, &["--format", format][..]].concat()).stdout;
    assert_snapshot!("schedule_as_svg", run("svg"));
    assert_snapshot!("schedule_as_csv", run("csv"));
    let view = json(&sandbox, &["schedule", "dock", "--from", "2026-03-13", "--to", "2026-03-16"]);
    assert_eq!(view["environments"][0]["cells"].as_array().unwrap().len(), 4);
    assert_eq!(view["columns"][1]["rest"], true);
    assert_eq!(view["environments"][0]["cells"][0]["units"], 3);
    assert_eq!(view["environments"][0]["cells"][0]["conflict"], "over-capacity");
    assert_eq!(view["environments"][0]["cells"][0]["tentative"], true);
    assert_eq!(view["environments"][0]["cells"][3]["units"], 1);
}

#[test]
fn every_style_says_the_same() {
    let sandbox = harbour();
    for command in [&["schedule"][..], &["conflicts"], &["list"], &["show", "dock"], &["state"]] {
        for width in [20, 60, 80, 140, 300] {
            let plain = env_at(&sandbox, width, command);
            let coloured = env_at(&sandbox, width, &[command, &["--color", "always"]].concat());
            assert_eq!((plain.code, coloured.code), (Some(0), Some(0)), "{plain}");
            let painted = without_colour(&coloured.stdout);
            let painted: Vec<&str> = painted.lines().map(str::trim_end).collect();
            assert_eq!(painted.join("\n"), plain.stdout.trim_end(), "{command:?} at {width}");
            let longest = plain.stdout.lines().map(|line| line.chars().count()).max().unwrap();
            assert!(longest <= width.max(60), "{command:?} at {width}: {longest}\n{plain}");
            assert!(plain.stdout.lines().all(|line| line.trim_end() == line), "{command:?}\n{plain}");
        }
    }
}

#[test]
fn conflicts_say_who_takes_part_and_who_yields() {
    let sandbox = harbour()
        .write("d.yaml", &release("mast-4", "in-progress", "2026-03-10").replace("owner", "priority: 9\nowner"));
    let human = env(&sandbox, &["conflicts"]);
    let wide = env_at(&sandbox, 140, &["conflicts"]);
    let markdown = env(&sandbox, &["conflicts", "--format", "markdown"]);
    let csv = env(&sandbox, &["conflicts", "--format", "csv"]);
    assert_snapshot!(format!("{human}\n{wide}\n{markdown}\n{csv}"));
    let view = json(&sandbox, &["conflicts"]);
    let conflict = &view["conflicts"][0];
    assert_eq!(conflict["rule"], "over-capacity");
    assert_eq!(conflict["environment"], "dock");
    assert_eq!(conflict["from"], "2026-03-10T00:00:00Z");
    assert_eq!(conflict["to"], "2026-03-14T00:00:00Z");
    assert_eq!((&conflict["demand"], &conflict["capacity"]), (&3.into(), &2.into()));
    let yields: Vec<_> = conflict["bookings"].as_array().unwrap().iter().filter(|one| one["yields"] == true).collect();
    assert_eq!(yields.len(), 1);
    assert_eq!(yields[0]["release"], "mast-4");
    assert_eq!(yields[0]["phase"], "sit");
    assert_eq!(yields[0]["from"], "2026-03-10T00:00:00Z");
}

#[test]
fn what_is_over_is_shown_when_asked_for() {
    let sandbox = harbour();
    let later = ["--today", "2026-05-01"];
    let run = |more: &[&str]| env(&sandbox, &[&["conflicts"], &later[..], more].concat());
    assert!(run(&[]).stdout.ends_with("no conflicts · 1 that is over: `--all`\n"));
    assert!(run(&["--all"]).stdout.contains("1 conflict"));
    assert!(run(&["--format", "csv"]).stdout.contains("lamp-2/sit"));
    assert!(!run(&["--format", "markdown"]).stdout.contains("lamp-2"));
    assert!(!run(&["--all", "quay"]).stdout.contains("dock"));
    assert!(!run(&["--all", "--from", "2026-04-01"]).stdout.contains("dock"));
    assert!(!run(&["--all", "--release", "none-*"]).stdout.contains("dock"));
    assert!(run(&["--all", "--release", "lamp-*"]).stdout.contains("dock"));
}

#[test]
fn someone_who_wants_to_be_alone_is_not() {
    let sandbox = harbour().write("d.yaml", &release("mast-4", "planned", "2026-03-02"));
    let view = json(&sandbox, &["conflicts"]);
    let alone = &view["conflicts"][0];
    assert_eq!((&alone["rule"], &alone["demand"]), (&"exclusive-overlap".into(), &2.into()));
    let first = &alone["bookings"][1];
    assert_eq!(
        (&first["booking"], &first["release"], &first["exclusive"]),
        (&"drill".into(), &().into(), &true.into())
    );
    let human = env(&sandbox, &["conflicts"]).stdout;
    assert!(human.contains("exclusive-overlap: one wants to be alone"), "{human}");
}

const RECORDS: &str = "\
kind: project
id: tides
---
kind: project
id: fares
---
kind: deployments
entries:
  - {id: D-1, project: tides, version: 1.0.0, environment: dock, at: 2026-01-10T10:00, result: succeeded}
  - {id: D-2, project: tides, version: 1.1.0, environment: dock, at: 2026-02-10T10:00, result: succeeded}
  - {id: D-3, project: tides, version: 1.0.0, environment: quay, at: 2026-01-20T10:00, result: succeeded}
  - {id: D-4, project: fares, version: 2.0.0, environment: dock, at: 2026-01-20T10:00, result: failed}
  - {id: D-5, project: fares, version: 1.9.0, environment: dock, at: 2026-01-21T10:00, result: succeeded}
";

#[test]
fn the_state_is_what_the_records_say() {
    let phase = "{id: sit, start: 2026-02-23, duration: 10d, environments: [dock], actual: {start: 2026-02-23}}";
    let running = format!(
        "kind: release\nid: keel-5\ntype: minor\nstatus: in-progress\nowner: crew\nscope: [{{project: tides, version: 1.2.0}}]\nphases:\n  - {phase}\n"
    );
    let sandbox = harbour().write("records.yaml", RECORDS).write("keel.yaml", &running);
    let runs = [
        &["state"][..],
        &["state", "--time", "2026-01-15"],
        &["state", "dock", "quay"],
        &["state", "--format", "markdown"],
        &["state", "dock", "quay", "--format", "markdown"],
        &["state", "--format", "csv"],
        &["show", "dock"],
        &["show", "dock", "--time", "2026-01-15", "--format", "markdown"],
    ];
    let text: Vec<String> = runs.iter().map(|arguments| env(&sandbox, arguments).to_string()).collect();
    assert_snapshot!(text.join("\n"));
    let view = json(&sandbox, &["state", "dock", "quay"]);
    assert_eq!(view["differences"][1]["newer"], "first");
    assert_eq!(view["drift"][0]["expected"], "1.2.0");
    assert_eq!(view["environments"][0]["installed"][0]["version"], "1.9.0");
}

#[test]
fn names_are_text_everywhere() {
    let nasty =
        "\"\\e[31mred<script>alert(1)</script>, \\\"two\\\"\\n\u{202e}\u{5e9}\u{5dc}\u{5d5}\u{5dd} =1+1 | `x`\"";
    let root = ROOT.replace("Ferry line", nasty)
        + &format!("freezes: [{{id: f, name: {nasty}, from: 2026-03-10, to: 2026-03-11, stages: [test]}}]\n");
    let environments = ENVIRONMENTS
        .replace("Cables", nasty)
        .replace("Fire drill", nasty)
        .replace("id: quay", &format!("id: quay\nname: {nasty}\ndescription: {nasty}"));
    let records = RECORDS.replace("1.1.0", nasty).replace("D-2", "D-<script>");
    let sandbox =
        harbour().write("relm.yaml", &root).write("environments.yaml", &environments).write("records.yaml", &records);
    for command in ["list", "schedule", "conflicts", "state", "show quay", "show dock"] {
        for format in ["human", "json", "csv", "markdown", "svg"] {
            let words: Vec<&str> = command.split(' ').collect();
            let run = env(&sandbox, &[&words, &["--format", format][..]].concat());
            if run.code == Some(2) && run.stderr.contains("possible values") {
                continue;
            }
            assert_eq!(run.code, Some(0), "{run}");
            assert!(
                !run.stdout.contains(['\u{1b}', '\u{202e}']) || matches!(format, "csv" | "json"),
                "{command} {format}\n{run}"
            );
            assert!(format != "csv" || run.stdout.lines().all(|line| !line.starts_with('=')), "{run}");
            let markup = matches!(format, "svg" | "markdown");
            assert!(!markup || !run.stdout.contains("<script>"), "{command} {format}\n{run}");
            if format == "json" {
                serde_json::from_str::<serde_json::Value>(&run.stdout).unwrap();
            }
        }
    }
}

#[test]
fn little_or_nothing_is_no_reason_to_fail() {
    let empty = Sandbox::empty().write("relm.yaml", "kind: portfolio\nstages: [prod]\n");
    for command in ["list", "schedule", "conflicts", "state"] {
        for format in ["human", "json", "csv", "markdown"] {
            let run = env(&empty, &[command, "--format", format]);
            assert_eq!((run.code, &*run.stderr), (Some(0), ""), "{command} {format}\n{run}");
        }
    }
    assert_snapshot!(env(&empty, &["list"]).stdout.lines().last().unwrap(), @"No environments to show.");
    assert_eq!(env(&empty, &["show", "dock"]).code, Some(2));
    assert_eq!(env(&empty, &["schedule", "--format", "svg"]).code, Some(0));
    // Settings that cannot be read leave nothing to say.
    let broken = Sandbox::empty().write("relm.yaml", "kind: portfolio\nstages: [\n");
    assert_eq!(env(&broken, &["list"]).code, Some(2));
}

#[test]
fn three_centuries_of_days_are_too_much_for_one_answer() {
    let environments =
        (0..8).fold(String::new(), |text, n| text + &format!("---\nkind: environment\nid: e{n}\nstage: test\n"));
    let sandbox = harbour().write("environments.yaml", environments.trim_start_matches("---\n"));
    let all = ["schedule", "--from", "1900-01-01", "--to", "2200-12-31", "--format", "csv"];
    let refused = env(&sandbox, &all);
    assert_eq!(refused.code, Some(2));
    assert!(refused.stderr.contains("days of 8 environments are too much for one answer"), "{}", refused.stderr);
    assert_eq!(env(&sandbox, &[&all[..], &["--by", "week"]].concat()).code, Some(0));
}

#[test]
fn capacities_and_ranges_at_their_ends() {
    let bookings: String = (0..300).fold(String::new(), |text, n| {
        text + &format!("  - {{id: b{n}, from: 2026-03-04, to: 2026-03-04, units: 100}}\n")
    });
    let environments = format!(
        "kind: environment\nid: none\nstage: test\ncapacity: 0\nbookings: [{{id: a, from: 1900-01-01, to: 2200-12-31}}]\n---\n\
         kind: environment\nid: many\nstage: test\ncapacity: 12\nbookings:\n{bookings}---\n\
         kind: environment\nid: lost\nstage: elsewhere\nbookings: [{{id: back, from: 2026-03-09, to: 2026-03-02}}]\n"
    );
    let sandbox = harbour().write("environments.yaml", &environments);
    let runs = [
        &["list"][..],
        &["schedule"],
        &["schedule", "--by", "week", "--to", "2026-03-02"],
        &["schedule", "--from", "2200-12-30"],
        &["schedule", "--from", "1900-01-01", "--to", "1900-01-01"],
        &["schedule", "--to", "2025-01-01"],
        &["conflicts", "many"],
    ];
    let text: Vec<String> = runs.iter().map(|arguments| env(&sandbox, arguments).stdout).collect();
    assert_snapshot!(text.join("\n"));
    let view = json(&sandbox, &["list", "lost"]);
    assert_eq!(view["environments"][0]["next"], serde_json::Value::Null);
}

#[test]
fn days_are_those_of_the_environment() {
    let environments = "\
kind: environment
id: dock
stage: test
timezone: Asia/Kolkata
bookings: [{id: a, from: 2026-03-29, to: 2026-03-29}, {id: b, from: 2026-03-29T23:00, to: 2026-03-30T01:00}]
---
kind: environment
id: quay
stage: test
timezone: Europe/London
bookings: [{id: a, from: 2026-03-29, to: 2026-03-29}, {id: b, from: 2026-03-29T00:00, to: 2026-03-29T23:30}]
";
    let sandbox = Sandbox::empty().write("relm.yaml", ROOT).write("environments.yaml", environments);
    let view = json(&sandbox, &["conflicts"]);
    let times =
        |n: usize| (view["conflicts"][n]["from"].as_str().unwrap(), view["conflicts"][n]["to"].as_str().unwrap());
    // The clocks of London go forward that night: its day has 23 hours.
    assert_eq!(times(0), ("2026-03-29T00:00:00Z", "2026-03-29T22:30:00Z"));
    assert_eq!(times(1), ("2026-03-29T17:30:00Z", "2026-03-29T18:30:00Z"));
    let view = json(&sandbox, &["schedule", "--from", "2026-03-28", "--to", "2026-03-31"]);
    let units = |row: usize| -> Vec<i64> {
        let cells = view["environments"][row]["cells"].as_array().unwrap();
        cells.iter().map(|cell| cell["units"].as_i64().unwrap()).collect()
    };
    assert_eq!((units(0), units(1)), (vec![0, 2, 1, 0], vec![0, 2, 0, 0]));
    let human = env(&sandbox, &["conflicts", "quay"]).stdout;
    assert!(human.contains("Sun 29 Mar 00:00–23:30"), "{human}");
}

#[test]
fn a_revision_shows_what_it_planned() {
    let mut sandbox = harbour().init_git();
    sandbox.commit();
    sandbox.put("a.yaml", release("buoy-1", "planned", "2026-06-01").as_bytes());
    assert!(!env(&sandbox, &["conflicts"]).stdout.contains("dock"));
    let run = env(&sandbox, &["conflicts", "--at", "HEAD"]);
    assert!(run.stdout.contains("dock") && run.stdout.contains("a.yaml:8"), "{run}");
}

#[test]
fn unknown_names_are_answered_with_the_nearest() {
    let sandbox = harbour();
    let hint = |arguments: &[&str]| {
        let run = env(&sandbox, arguments);
        assert_eq!(run.code, Some(2), "{run}");
        run.stderr.lines().last().unwrap().to_owned()
    };
    assert_eq!(hint(&["list", "dok"]), "hint: did you mean `dock`?");
    assert_eq!(hint(&["show", "dok"]), "hint: did you mean `dock`?");
    assert_eq!(hint(&["state", "dock", "quya"]), "hint: did you mean `quay`?");
    assert_eq!(hint(&["schedule", "--env", "dcok"]), "hint: did you mean `dock`?");
    assert_eq!(hint(&["state", "--time", "2026-02-30"]), "hint: `--time` says so");
    assert_eq!(hint(&["schedule", "--from", "2026-03-02", "--to", "2026-03-01"]), "hint: swap the two");
    assert_eq!(hint(&["list", "--stage", "tset"]), "hint: did you mean `test`?");
    assert!(env(&sandbox, &["lst"]).stderr.contains("a similar subcommand exists: 'list'"));
    assert_eq!(env(&sandbox, &[]).code, Some(2));
}
