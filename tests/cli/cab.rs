//! `relm cab`.

use insta::assert_snapshot;

use crate::sandbox::Sandbox;

const ROOT: &str = "\
kind: portfolio
name: Lamp Works
stages: [test, prod]
roles: [change-manager, chief, tester]
teams: [{id: crew}]
people: [{id: carol, roles: [change-manager]}, {id: erin, roles: [chief]}, {id: bo, emails: [person@example.com]}]
release_types: {emergency: {review_within: 5d}}
gate_templates:
  go-live: {before: production, criteria: [{id: rehearsed}], requires: [{role: change-manager}]}
approvals: {stale_when_changed: [scope, target]}
freezes: [{id: inventory, name: Inventory, from: 2026-03-20, to: 2026-03-22, stages: [prod]}]
---
kind: environment
id: live
stage: prod
---
kind: project
id: lamp
tier: 1
owner: crew
---
kind: project
id: shade
owner: crew
";

const RELEASES: &str = "\
kind: release
id: lantern-2
name: Spring lantern
type: minor
status: planned
owner: crew
target: 2026-03-21
risk: {impact: high, complexity: medium}
scope: [{project: lamp, version: 2.0.0}, {project: shade, version: 1.4.0}]
phases: [{id: deploy, start: 2026-03-21, duration: 1d, environments: [live]}]
gates:
  - id: go-live
    submitted: 2026-02-26T15:00
    criteria: [{id: rehearsed, status: met}]
  - id: plan
    due: 2026-02-20
    criteria: [{id: scope, status: met}]
    requires: [{role: chief}]
    approvals: [{role: chief, by: erin, at: 2026-02-19, decision: approved}]
---
kind: release
id: fix-1
type: emergency
status: released
owner: crew
actual: {end: 2026-02-24}
emergency: {risk_acceptor: erin}
";

const CHANGES: &str = "\
kind: change
id: RFC-10
name: Brighter light
project: lamp
type: normal
status: submitted
owner: bo
release: lantern-2
window: {start: 2026-03-21T22:00, end: 2026-03-22T04:00}
---
kind: change
id: RFC-11
name: A dimmer
project: shade
status: submitted
window: {start: 2026-03-05T22:00, end: 2026-03-06T02:00}
approvals: [{role: change-manager, by: carol, at: 2026-02-23T14:00, decision: rejected}]
---
kind: change
id: RFC-12
name: Dark at noon
project: lamp
type: emergency
status: implemented
release: fix-1
window: {start: 2026-02-24T12:00, end: 2026-02-24T13:00}
approvals: [{role: chief, by: erin, at: 2026-02-24T11:50, decision: approved}]
---
kind: change
id: RFC-13
name: New bulbs
project: lamp
status: approved
window: {start: 2026-03-04T20:00, end: 2026-03-04T21:00}
approvals: [{role: change-manager, by: bo, at: 2026-02-23T14:00, decision: approved}]
";

fn sandbox() -> Sandbox {
    Sandbox::empty().write("relm.yaml", ROOT).write("releases.yaml", RELEASES).write("changes.yaml", CHANGES)
}

fn json(sandbox: &Sandbox, arguments: &[&str]) -> serde_json::Value {
    let run = sandbox.run(&[arguments, &["--format", "json"]].concat());
    assert_eq!(run.code, Some(0), "{run}");
    serde_json::from_str(&run.stdout).unwrap()
}

fn ids(view: &serde_json::Value, key: &str) -> Vec<String> {
    view[key].as_array().unwrap().iter().map(|it| it["id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn the_agenda_holds_what_the_board_must_decide() {
    let run = sandbox().run(&["cab", "agenda"]);
    assert_snapshot!(run);
    assert!(run.stdout.lines().all(|line| line.chars().count() <= 80), "{run}");
    assert_snapshot!("agenda_markdown", sandbox().run(&["cab", "agenda", "--format", "markdown"]));
    assert_snapshot!(
        "agenda_html",
        sandbox().run(&["cab", "agenda", "--format", "html"]).stdout.split_once("<h1>").unwrap().1
    );
}

#[test]
fn another_day_and_other_roles_have_another_agenda() {
    let view = json(&sandbox(), &["cab", "agenda", "--date", "2026-03-18", "--role", "chief"]);
    assert_eq!((&view["date"], &view["next"]), (&"2026-03-18".into(), &"2026-03-25".into()));
    assert_eq!((ids(&view, "decide"), ids(&view, "gates")), (vec!["RFC-11".into(), "RFC-10".into()], vec![]));
    assert_eq!((&view["decide"][0]["days_left"], &view["decide"][1]["days_left"]), (&(-13).into(), &3.into()));
    assert_eq!(view["review"][0]["days_left"], -15);
    // On the day before its decision there was no emergency.
    let view = json(&sandbox(), &["cab", "agenda", "--date", "2026-02-23"]);
    assert_eq!(ids(&view, "review"), Vec::<String>::new());
}

#[test]
fn where_proof_is_wanted_a_status_alone_is_said_to_approve_nothing() {
    let proven = ROOT.replace("approvals: {", "approvals: {provenance: author, ");
    let run = sandbox().write("relm.yaml", &proven).run(&["cab", "agenda"]);
    let said = run.stdout.replace("\n    ", " ");
    assert!(said.contains("New bulbs not approved: nothing proves what its status says; bo"), "{run}");
    assert!(run.stdout.contains("RFC-12  Dark at noon"), "an emergency that nobody is proven to have allowed: {run}");
}

#[test]
fn nothing_to_decide_is_one_line() {
    let sandbox = Sandbox::portfolio();
    assert_eq!(sandbox.run(&["cab", "agenda"]).stdout, "Nothing for the change board of Mon 2 Mar 2026.\n");
    let run = sandbox.run(&["cab", "agenda", "--format", "markdown"]);
    assert_eq!(run.stdout, "Nothing for the change board of Mon 2 Mar 2026.\n");
    assert!(sandbox.run(&["cab", "agenda", "--format", "html"]).stdout.contains("<p>Nothing for the change board"));
}

#[test]
fn commits_tell_how_long_a_change_has_waited() {
    let mut sandbox = sandbox().init_git();
    sandbox.commit();
    let waits = |sandbox: &Sandbox| json(sandbox, &["cab", "agenda"])["decide"][0]["unchanged_since"].clone();
    assert_eq!(waits(&sandbox), "2026-01-01");
    sandbox.put("notes.txt", b"dirty");
    sandbox.put("changes.yaml", CHANGES.replace("A dimmer", "The dimmer").as_bytes());
    assert_eq!(waits(&sandbox), serde_json::Value::Null, "places have moved since the commit");
}

#[test]
fn wrong_roles_and_days_are_said() {
    assert_snapshot!(sandbox().run(&["cab", "agenda", "--role", "change-manger"]), @r"
    exit code: 2
    ---- stderr
    error: no role `change-manger`
    hint: did you mean `change-manager`?
    ");
    assert_snapshot!(sandbox().run(&["cab", "agenda", "--date", "2026-03-18", "--next", "2026-03-18"]), @r"
    exit code: 2
    ---- stderr
    error: the next board, on 2026-03-18, is not after the one on 2026-03-18
    hint: `--date` says when it meets, `--next` when it meets again
    ");
    assert_eq!(sandbox().run(&["cab"]).code, Some(2));
}

/// A repository in which much has happened since its first commit.
fn repository() -> (Sandbox, String) {
    let mut sandbox = sandbox().init_git();
    let first = sandbox.commit();
    let releases = RELEASES
        .replace("target: 2026-03-21", "target: 2026-03-28")
        .replace("{project: shade, version: 1.4.0}", "{project: socket, version: 3.0.0}")
        .replace("version: 2.0.0", "version: 2.1.0");
    sandbox.put("releases.yaml", releases.as_bytes());
    let no = "approvals: [{role: change-manager, by: carol, at: 2026-02-27T14:00, decision: rejected}]\n---\n";
    let changes = CHANGES.replace("end: 2026-03-22T04:00}\n---\n", &format!("end: 2026-03-22T05:00}}\n{no}")).replacen(
        "status: submitted\nwindow",
        "status: draft\nwindow",
        1,
    ) + "---\nkind: change\nid: RFC-14\nname: Longer cord\nproject: lamp\nstatus: submitted\n";
    sandbox.put("changes.yaml", changes.as_bytes());
    sandbox.put("relm.yaml", format!("{ROOT}---\nkind: project\nid: socket\nowner: crew\n").as_bytes());
    sandbox.commit();
    (sandbox, first)
}

#[test]
fn the_digest_tells_what_has_changed() {
    let (sandbox, first) = repository();
    let plain = |text: String| text.replace(&first, "[COMMIT]").replace(&first[..10], "[COMMIT]");
    assert_snapshot!("digest", plain(sandbox.run(&["cab", "digest", "--since", "HEAD~1"]).to_string()));
    let run = sandbox.run(&["cab", "digest", "--since", "HEAD~1", "--format", "markdown"]);
    assert_snapshot!("digest_markdown", plain(run.to_string()));
    let view = json(&sandbox, &["cab", "digest", "--since", &first]);
    assert_eq!(view["since"]["commit"], first.as_str());
    assert_eq!((view["stale"][0]["gate"].as_str(), view["stale"].as_array().unwrap().len()), (Some("plan"), 1));
    // Seen the other way round, from the first commit to itself.
    let run = sandbox.run(&["cab", "digest", "--since", &first, "--at", &first]);
    assert_eq!(run.stdout, format!("Nothing has changed for the change board since\n`{first}`.\n"));
}

#[test]
fn the_digest_is_what_its_schema_says() {
    let (sandbox, first) = repository();
    let view = json(&sandbox, &["cab", "digest", "--since", &first]);
    let schemas = relm::report::schemas();
    let (_, schema) = schemas.iter().find(|(name, _)| *name == "cab.digest").unwrap();
    let validator = jsonschema::validator_for(schema.as_value()).unwrap();
    let faults: Vec<String> = validator.iter_errors(&view).map(|error| error.to_string()).collect();
    assert!(faults.is_empty(), "{faults:?}");
}

#[test]
fn unknown_revisions_are_answered_with_the_nearest() {
    let (sandbox, _) = repository();
    assert_snapshot!(sandbox.run(&["cab", "digest", "--since", "mian"]), @r"
    exit code: 2
    ---- stderr
    error: no revision `mian`
    hint: did you mean `main`?
    ");
    assert_eq!(sandbox.run(&["cab", "digest"]).code, Some(2));
}

#[test]
fn names_run_nowhere() {
    let evil = CHANGES.replace("Brighter light", "\"<script>alert(1)</script>|\\e[31m\"");
    let sandbox = sandbox().write("changes.yaml", &evil);
    for format in ["human", "markdown", "html"] {
        let run = sandbox.run(&["cab", "agenda", "--format", format]);
        assert!(run.code == Some(0) && !run.stdout.contains('\u{1b}'), "{run}");
        assert!(format == "human" || !run.stdout.contains("<script>alert"), "{run}");
    }
}
