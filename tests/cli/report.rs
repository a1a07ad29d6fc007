//! `relm report`.

use insta::assert_snapshot;

use crate::sandbox::Sandbox;

const ROOT: &str = "kind: portfolio\nname: Lamp Works\nstages: [test, prod]\nroles: [change-manager, chief]\nteams: [{id: crew}]\n\
    people: [{id: carol, roles: [change-manager]}, {id: bo}]\n---\n\
    kind: environment\nid: live\nstage: prod\n---\nkind: project\nid: lamp\ntier: 1\nowner: crew\n";

const CHANGES: &str = "\
kind: change
id: RFC-1
name: Brighter light
project: lamp
type: normal
status: closed
owner: bo
window: {start: 2026-02-07T22:00, end: 2026-02-07T23:30}
outcome: successful
approvals: [{role: change-manager, by: carol, at: 2026-02-02, decision: approved}]
---
kind: change
id: RFC-2
name: Dark at noon
project: lamp
type: emergency
status: closed
window: {start: 2026-02-10T12:00, end: 2026-02-11T02:00}
outcome: backed-out
approvals: [{role: chief, by: bo, at: 2026-02-10, decision: approved}]
---
kind: change
id: RFC-3
name: A dimmer
project: lamp
status: submitted
release: lantern-1
approvals: [{role: change-manager, by: carol, at: 2026-02-20T10:00, decision: rejected}]
---
kind: change
id: RFC-4
name: An idea
";

fn sandbox() -> Sandbox {
    Sandbox::portfolio().write("relm.yaml", ROOT).write("changes.yaml", CHANGES)
}

#[test]
fn changes_are_listed_with_where_they_stand() {
    let run = sandbox().run(&["report", "changes"]);
    assert_snapshot!(run);
    assert!(run.stdout.lines().all(|line| line.chars().count() <= 80), "{run}");
}

#[test]
fn changes_as_markdown_and_csv() {
    assert_snapshot!("report_changes_markdown", sandbox().run(&["report", "changes", "--format", "markdown"]));
    let run = sandbox().run(&["report", "changes", "--format", "csv"]);
    assert_snapshot!("report_changes_csv", run.stdout.replace("\r\n", "\n"));
    assert!(run.stdout.lines().all(|line| !line.is_empty()) && run.stdout.ends_with("\r\n"));
}

#[test]
fn days_and_selections_narrow_the_list() {
    let ids = |arguments: &[&str]| {
        let run = sandbox().run(&[&["report", "changes", "--format", "json"], arguments].concat());
        assert_eq!(run.code, Some(0), "{run}");
        let view: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
        let of = |key: &str| {
            let list = view[key].as_array().unwrap().iter();
            list.map(|it| it.as_str().or(it["id"].as_str()).unwrap().to_owned()).collect::<Vec<_>>()
        };
        (of("changes"), of("undated"))
    };
    assert_eq!(ids(&[]).0, ["RFC-1", "RFC-2", "RFC-3", "RFC-4"]);
    // A window that ends early in the morning ends on that day; both days count.
    assert_eq!(ids(&["--since", "2026-02-11", "--until", "2026-02-28"]), (vec!["RFC-2".into()], vec!["RFC-4".into()]));
    assert_eq!(ids(&["--until", "2026-02-07"]).0, ["RFC-1"]);
    assert_eq!(ids(&["--release", "lantern-1"]).0, ["RFC-3"]);
    assert_eq!(ids(&["--owner", "bo"]), (vec!["RFC-1".into()], vec![]));
    assert_eq!(ids(&["--since", "2027-01-01", "--project", "lamp"]), (vec![], vec![]));
}

#[test]
fn shares_without_closed_changes_are_not_available() {
    let run = sandbox().run(&["report", "changes", "--release", "lantern-1", "--format", "json"]);
    let view: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    let none = serde_json::json!({"value": null, "count": 0, "of": 0});
    assert_eq!(view["summary"]["change_success"], none);
    let run = sandbox().run(&["report", "changes", "--release", "lantern-1"]);
    assert!(run.stdout.contains("change success   n/a (none is closed)"), "{run}");
    let run = sandbox().run(&["report", "changes", "--until", "2020-01-01", "--project", "lamp"]);
    assert_eq!(run.stdout, "No changes, until 2020-01-01.\n");
}

#[test]
fn what_does_not_exist_is_said() {
    assert_snapshot!(sandbox().run(&["report", "changes", "--project", "lamb"]), @r"
    exit code: 2
    ---- stderr
    error: no project `lamb`
    hint: did you mean `lamp`?
    ");
    assert_snapshot!(sandbox().run(&["report", "changes", "--since", "2026-03-01", "--until", "2026-02-01"]), @r"
    exit code: 2
    ---- stderr
    error: `--since 2026-03-01` is later than `--until 2026-02-01`
    hint: swap the two
    ");
    assert_eq!(sandbox().run(&["report"]).code, Some(2));
}

#[test]
fn names_run_nowhere() {
    let evil = CHANGES.replace("Brighter light", "\"<script>alert(1)</script>|=cmd\\e[31m\"");
    let sandbox = sandbox().write("changes.yaml", &evil);
    for format in ["human", "markdown", "html", "csv"] {
        let run = sandbox.run(&["report", "changes", "--format", format]);
        assert!(run.code == Some(0) && !run.stdout.contains('\u{1b}'), "{run}");
        assert!(matches!(format, "human" | "csv") || !run.stdout.contains("<script>alert"), "{run}");
    }
}
