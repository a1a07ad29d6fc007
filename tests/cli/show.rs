//! `relm show`.

use std::path::Path;

use insta::assert_snapshot;

use crate::sandbox::{RELEASE, Run, Sandbox};

/// The portfolio that uses every field.
pub fn full() -> Sandbox {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/full");
    let sandbox = Sandbox::empty();
    for entry in walkdir::WalkDir::new(&root).sort_by_file_name() {
        let entry = entry.unwrap();
        if entry.file_type().is_file() {
            let path = entry.path().strip_prefix(&root).unwrap().to_str().unwrap();
            sandbox.put(path, &std::fs::read(entry.path()).unwrap());
        }
    }
    sandbox
}

/// After the release shipped, when there are records.
const LATER: [&str; 2] = ["--today", "2027-04-06"];

fn show(sandbox: &Sandbox, id: &str) -> Run {
    sandbox.run(&[&["show", id], &LATER[..]].concat())
}

#[test]
fn a_release_has_everything_around_it() {
    assert_snapshot!(show(&full(), "spring-timetable"));
}

#[test]
fn parts_of_a_release_say_what_drives_them() {
    let sandbox = full();
    let parts = ["test", "sail", "code-complete", "sea-trial"];
    let runs = parts.map(|part| show(&sandbox, &format!("spring-timetable/{part}")).to_string());
    assert_snapshot!(runs.join("\n"));
}

#[test]
fn what_ships_and_where_it_runs() {
    let sandbox = full();
    let runs = ["timetable", "env/quay-1", "sit-1", "weekly-tables"].map(|id| show(&sandbox, id).to_string());
    assert_snapshot!(runs.join("\n"));
}

#[test]
fn records_people_and_freezes() {
    let sandbox = full();
    let ids = [
        "CHG-17",
        "D-1",
        "INC-2",
        "2027-h1",
        "DEM-7",
        "spring-timetable-1",
        "tomas",
        "team/signals",
        "freeze/regatta",
        "tide-tables",
    ];
    assert_snapshot!(ids.map(|id| show(&sandbox, id).to_string()).join("\n"));
}

#[test]
fn markdown_is_one_page() {
    let run = full().run(&[&["show", "spring-timetable", "--format", "markdown"], &LATER[..]].concat());
    assert_snapshot!(run);
}

#[test]
fn an_ambiguous_id_lists_the_candidates() {
    let sandbox = Sandbox::portfolio().write("project.yaml", "kind: project\nid: lantern-1\n");
    let run = sandbox.run(&["show", "lantern-1"]);
    assert_snapshot!(run, @r"
    exit code: 2
    ---- stderr
    error: `lantern-1` stands for several things
    hint: say which: `release/lantern-1`, `project/lantern-1`
    ");
    assert_eq!(sandbox.run(&["show", "project/lantern-1"]).code, Some(0));
}

#[test]
fn a_release_named_like_a_kind_still_has_parts() {
    let sandbox = Sandbox::portfolio().write("team.yaml", &RELEASE.replace("lantern-1", "team"));
    assert!(sandbox.run(&["show", "team/build"]).stdout.starts_with("team/build  phase"));
    assert!(sandbox.run(&["show", "team/crew"]).stdout.starts_with("crew  team"));
    assert!(sandbox.run(&["show", "phase/team/build"]).stdout.starts_with("team/build  phase"));
}

#[test]
fn unknown_ids_are_answered_with_the_nearest() {
    let sandbox = Sandbox::portfolio();
    let hint = |id: &str| {
        let run = sandbox.run(&["show", id]);
        assert_eq!(run.code, Some(2));
        run.stderr.lines().last().unwrap().to_owned()
    };
    assert_eq!(hint("lantrn-1"), "hint: did you mean `lantern-1`?");
    assert_eq!(hint("lantern-1/biuld"), "hint: did you mean `lantern-1/build`?");
    assert_eq!(hint("project/lantern-1"), "hint: did you mean `release/lantern-1`?");
    assert_eq!(hint("team/crow"), "hint: did you mean `team/crew`?");
    assert_eq!(hint("zzz"), "hint: `relm plan` lists the releases");
}

#[test]
fn json_says_where_everything_is_written() {
    let run = full().run(&[&["show", "spring-timetable/test", "--format", "json"], &LATER[..]].concat());
    let view: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(view["source"]["line"], 45);
    let waits = view["sections"].as_array().unwrap().iter().find(|section| section["id"] == "waits_for").unwrap();
    let decides: Vec<_> = waits["items"].as_array().unwrap().iter().map(|item| item["decides"] == true).collect();
    assert_eq!(decides, [true, false]);
    for section in view["sections"].as_array().unwrap() {
        for item in section["items"].as_array().unwrap() {
            assert!(item["source"]["line"].is_u64(), "{item}");
        }
    }
}

#[test]
fn nothing_in_a_name_reaches_the_terminal_or_the_page() {
    let release =
        format!("{RELEASE}name: \"\\e[31mred|<b>\"\nrisk: {{register: [{{id: R1, name: \"a\\e]0;x\\a`b\"}}]}}\n");
    let sandbox = Sandbox::portfolio().write("releases/lantern.yaml", &release);
    let run = sandbox.run(&["show", "lantern-1"]);
    assert!(!run.stdout.contains('\u{1b}') && run.stdout.contains("[31mred|<b>"), "{run}");
    let run = sandbox.run(&["show", "lantern-1", "--format", "markdown"]);
    assert!(!run.stdout.contains("<b>") && !run.stdout.contains('\u{1b}'), "{run}");
}
