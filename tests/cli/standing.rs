//! `relm report portfolio`, `status`, `release` and `backlog`.

use std::fs;
use std::path::Path;

use insta::assert_snapshot;
use serde_json::Value;

use crate::sandbox::{Sandbox, fits, report as json};

const ROOT: &str = "kind: portfolio\nname: Lamp Works\nstages: [test, prod]\nroles: [chief]\n\
    people: [{id: ann, roles: [chief]}, {id: bo, team: crew}]\nteams: [{id: crew}]\nrates: {currency: EUR}\n\
    freezes: [{id: fair, name: Spring fair, from: 2026-04-01, to: 2026-04-03}]\n---\n\
    kind: environment\nid: bench\nstage: test\n---\nkind: environment\nid: live\nstage: prod\n---\n\
    kind: project\nid: lamp\nowner: crew\n---\nkind: project\nid: wick\nowner: bo\n";

const RELEASES: &str = "\
kind: release
id: spring
type: major
status: in-progress
owner: crew
target: 2026-03-27
budget: {planned: 90000}
---
kind: release
id: glow
part_of: spring
type: minor
status: in-progress
owner: bo
target: 2026-03-20
budget: {planned: 50000, actual: 61000}
scope: [{project: lamp, version: 2.0.0}]
phases:
  - {id: build, start: 2026-02-23, duration: 5d, progress: 100, actual: {start: 2026-02-23, end: 2026-02-27}}
  - {id: test, after: build, duration: 5d, environments: [bench]}
  - {id: deploy, after: test, start: 2026-03-20, duration: 1d, environments: [live]}
gates:
  - {id: go, before: deploy, due: 2026-02-27, requires: [{role: chief}]}
deployment:
  window: {start: 2026-03-20T22:00, end: 2026-03-21T01:00}
  steps:
    - {id: drain, duration: 30m, backout: {duration: 15m}}
    - {id: swap, after: drain, duration: 1h, backout: {duration: 1h30m}}
    - {id: look, after: swap, duration: 15m}
communications: [{id: shops, audience: Shops, at: 2026-03-16, owner: bo}]
---
kind: release
id: shade
part_of: spring
type: minor
status: in-progress
owner: crew
target: 2026-03-06
scope: [{project: wick}]
phases:
  - {id: build, start: 2026-02-23, duration: 10d, progress: 20, actual: {start: 2026-02-23}, environments: [bench]}
---
kind: release
id: calm
type: minor
status: planned
owner: crew
target: 2026-06-26
scope: [{project: wick}]
phases:
  - {id: build, start: 2026-05-04, duration: 5d}
---
kind: release
id: idea
type: minor
status: draft
owner: crew
---
kind: release
id: winter
type: minor
status: released
owner: crew
target: 2026-01-30
actual: {start: 2026-01-05, end: 2026-02-02}
phases:
  - {id: build, start: 2026-01-05, duration: 5d, actual: {start: 2026-01-05, end: 2026-02-02}}
";

const DEMANDS: &str = "\
kind: demand
id: DEM-1
name: Brighter
project: lamp
value: 5
effort: 10pd
wanted_by: 2026-03-31
---
kind: demand
id: DEM-2
name: Cheaper
project: wick
value: 8
effort: 10pd
wanted_by: 2026-12-31
---
kind: demand
id: DEM-3
project: wick
value: 3
wanted_by: 2026-02-20
";

fn sandbox() -> Sandbox {
    Sandbox::portfolio()
        .write("relm.yaml", ROOT)
        .write("releases/lantern.yaml", RELEASES)
        .write("records/demand.yaml", DEMANDS)
}

fn northwind() -> Sandbox {
    let sandbox = Sandbox::empty();
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/northwind");
    let mut folders = vec![from.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(&from).unwrap().to_str().unwrap().to_owned();
                sandbox.put(&name, &fs::read(&path).unwrap());
            }
        }
    }
    sandbox
}

fn told(list: &Value, keys: &[&str]) -> Vec<String> {
    let shown = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let item = |it: &Value| keys.iter().map(|key| shown(&it[*key])).collect::<Vec<_>>().join(" ");
    list.as_array().unwrap().iter().map(item).collect()
}

#[test]
fn northwind_reads_on_a_screen() {
    let sandbox = northwind();
    let run = fits(sandbox.run(&["report", "portfolio", "--today", "2026-11-22"]));
    assert!(run.stdout.lines().count() <= 50, "{run}");
    assert_snapshot!("standing_northwind_portfolio", run);
    assert_snapshot!("standing_northwind_status", fits(sandbox.run(&["report", "status", "--today", "2026-11-22"])));
    let release = ["report", "release", "payments-2026.4", "--today", "2026-11-22"];
    assert_snapshot!("standing_northwind_release", fits(sandbox.run(&release)));
    assert_snapshot!("standing_northwind_backlog", fits(sandbox.run(&["report", "backlog", "--today", "2026-11-22"])));
}

#[test]
fn a_release_stands_as_its_gravest_reason_says() {
    let view = json(&sandbox(), &["status"]);
    assert_eq!(
        told(&view["releases"], &["id", "state", "lateness_days", "progress", "gates_passed", "gates_total"]),
        [
            "shade late 5 20 0 0",
            "glow at-risk 0 45 0 1",
            "spring late -7 33 0 1",
            "calm on-track -49 0 0 0",
            "idea on-track null null 0 0",
        ]
    );
    assert_eq!(view["counts"]["open"], 5);
    assert_eq!(view["counts"]["drafts"], 1);
    let reasons = &view["releases"][1]["reasons"];
    assert_eq!(reasons[0], "gate `go` is overdue since 27 Feb 2026");
    assert_eq!(view["releases"][1]["missing"], serde_json::json!(["go"]));
    assert_eq!(view["releases"][1]["source"]["line"], 10);
    // What is over is told where it is named.
    let over = json(&sandbox(), &["status", "--release", "winter"]);
    assert_eq!(told(&over["releases"], &["state", "reasons"]), ["done [\"ended on 2026-02-02\"]"]);
    assert_snapshot!("standing_status", fits(sandbox().run(&["report", "status"])));
}

#[test]
fn what_moved_since_a_revision_is_told() {
    let mut sandbox = sandbox().init_git();
    sandbox.commit();
    let later = RELEASES.replace("start: 2026-05-04", "start: 2026-05-11").replace("id: idea", "id: notion");
    let sandbox = sandbox.write("releases/lantern.yaml", &later);
    let view = json(&sandbox, &["status", "--compare", "HEAD"]);
    let moved = told(&view["releases"], &["id", "moved_days"]);
    assert_eq!(moved, ["shade 0", "glow 0", "spring 0", "calm 7", "notion null"]);
    let view = json(&sandbox, &["release", "calm", "--compare", "HEAD"]);
    assert_eq!(
        told(&view["releases"][0]["moved"], &["what", "before", "after", "days"]),
        ["end 2026-05-08 2026-05-15 7", "build 2026-05-08 2026-05-15 7"]
    );
    let run = fits(sandbox.run(&["report", "release", "calm", "--compare", "HEAD"]));
    assert!(run.stdout.contains("Moved since HEAD (2)"), "{run}");
    let run = fits(sandbox.run(&["report", "status", "--compare", "HEAD"]));
    assert!(run.stdout.contains("+7d"), "{run}");
    let run = sandbox.run(&["report", "status", "--compare", "nowhere"]);
    assert!(run.code == Some(2) && run.stderr.contains("nowhere"), "{run}");
}

#[test]
fn a_release_is_told_in_full() {
    let sandbox = sandbox();
    assert_snapshot!("standing_release", fits(sandbox.run(&["report", "release", "glow"])));
    assert_snapshot!("standing_composite", fits(sandbox.run(&["report", "release", "spring"])));
    let view = json(&sandbox, &["release", "glow"]);
    let release = &view["releases"][0];
    // Draining, swapping and taking both back takes until a quarter past one; the window closes at one.
    assert_eq!(release["deployment"]["point_of_no_return"]["step"], "swap");
    assert_eq!(release["deployment"]["backout_fits"], false);
    assert_eq!(release["deployment"]["backout_minutes"], 105);
    assert_eq!(release["gates"][0]["who"], serde_json::json!(["ann"]));
    assert_eq!(told(&release["work"], &["id", "when"]), ["test now", "deploy next"]);
    assert_eq!(told(&release["conflicts"], &["environment"]), ["bench"]);
    let both = sandbox.run(&["report", "release", "glow", "calm", "glow"]);
    assert!(both.stdout.contains("\nglow: Gates (1)\n") && both.stdout.contains("\ncalm\n"), "{both}");
    assert_eq!(both.stdout.matches("\nglow\n").count(), 1, "{both}");
}

#[test]
fn the_whole_stands_on_a_page() {
    let sandbox = sandbox();
    assert_snapshot!("standing_portfolio", fits(sandbox.run(&["report", "portfolio"])));
    let view = json(&sandbox, &["portfolio"]);
    assert_eq!(told(&view["next"], &["id"]), ["shade", "glow", "spring", "calm"]);
    // What glow plans is part of what spring plans; only glow says what is spent.
    assert_eq!((&view["money"]["planned"], &view["money"]["actual"]), (&90000.0.into(), &61000.0.into()));
    assert_eq!(
        told(&view["composites"], &["id", "done", "parts", "worst"]),
        ["spring 0 2 {\"id\":\"shade\",\"lateness_days\":5}"]
    );
    assert_eq!(told(&view["decisions"], &["subject", "path", "days_left"]), ["glow gates/go -3"]);
    assert_eq!(told(&view["freezes"], &["id", "from", "to"]), ["fair 2026-04-01 2026-04-03"]);
    assert!(
        view["trends"].as_array().unwrap().iter().all(|metric| metric["value"] != 0.0 || metric["population"] != 0)
    );
    let view = json(&sandbox, &["portfolio", "--to", "2026-03-19"]);
    assert_eq!(told(&view["next"], &["id"]), ["shade"]);
    assert_eq!(view["freezes"], serde_json::json!([]));
    let view = json(&sandbox, &["portfolio", "--project", "lamp"]);
    assert_eq!(told(&view["next"], &["id"]), ["glow"]);
    assert_eq!(view["money"]["planned"], 50000.0);
    assert_eq!(view["demand"]["waiting"], 1);
}

#[test]
fn demands_rank_by_value_for_effort() {
    let sandbox = sandbox();
    assert_snapshot!("standing_backlog", fits(sandbox.run(&["report", "backlog"])));
    let view = json(&sandbox, &["backlog"]);
    assert_eq!(
        told(&view["demands"], &["id", "rank", "value_per_day", "carrier", "too_late"]),
        ["DEM-2 1 0.8 shade false", "DEM-1 2 0.5 null false", "DEM-3 null null null true"]
    );
    assert_eq!(told(&view["demands"][1]["carriers"], &["release", "closed"]), ["glow true"]);
    let ids = |arguments: &[&str]| told(&json(&sandbox, &[&["backlog"], arguments].concat())["demands"], &["id"]);
    assert_eq!(ids(&["--project", "lamp"]), ["DEM-1"]);
    assert_eq!(ids(&["--release", "calm"]), ["DEM-2"]);
    assert_eq!(ids(&["--team", "crew"]), ["DEM-2", "DEM-1", "DEM-3"]);
    assert_eq!(ids(&["--to", "2026-03-31"]), ["DEM-1", "DEM-3"]);
}

#[test]
fn nothing_is_said_in_a_line() {
    let empty = Sandbox::empty().write("relm.yaml", "kind: portfolio\nname: Lamp Works\nstages: [prod]\n");
    assert_eq!(empty.run(&["report", "status"]).stdout, "No release is open.\n");
    assert_eq!(empty.run(&["report", "backlog"]).stdout, "Nothing waits to be scheduled (`kind: demand`).\n");
    assert_snapshot!("standing_nothing", fits(empty.run(&["report", "portfolio"])));
}

#[test]
fn what_cannot_be_asked_is_said() {
    let fails = |arguments: &[&str], words: &[&str]| {
        let run = sandbox().run(&[&["report"], arguments].concat());
        assert_eq!(run.code, Some(2), "{run}");
        assert!(words.iter().all(|word| run.stderr.contains(word)), "{run}");
    };
    fails(&["release", "glou"], &["no release `glou`", "did you mean `glow`?"]);
    fails(&["release"], &["ID"]);
    fails(&["status", "--team", "crow"], &["no team `crow`"]);
    fails(&["portfolio", "--from", "2026-05-01", "--to", "2026-04-01"], &["later than", "swap the two"]);
    fails(&["release", "glow", "--compare", "HEAD"], &["is not in a git repository"]);
}

#[test]
fn broken_manifests_hide_nothing_else() {
    let sandbox = sandbox().write("releases/broken.yaml", "kind: release\nid: torn\nstatus: [\n");
    for report in [&["portfolio"][..], &["status"], &["release", "glow"], &["backlog"]] {
        let run = sandbox.run(&[&["report"], report].concat());
        assert!(
            run.code == Some(0) && run.stderr.contains("in the manifests, found on reading them; see `relm check`"),
            "{run}"
        );
    }
}

#[test]
fn every_format_is_the_same_twice_and_names_run_nowhere() {
    let evil = RELEASES.replace("id: glow\n", "id: glow\nname: \"<script>alert(1)</script>|=cmd\\e[31m\"\n");
    let sandbox = sandbox()
        .write("releases/lantern.yaml", &evil)
        .write("records/demand.yaml", &DEMANDS.replace("Brighter", "\"<script>alert(1)</script>|=cmd\\e[31m\""));
    for report in [&["portfolio"][..], &["status"], &["release", "glow", "spring"], &["backlog"]] {
        for format in ["human", "json", "markdown", "html", "csv"] {
            let run = || sandbox.run(&[&["report"], report, &["--format", format]].concat());
            let first = run();
            assert_eq!(first.code, Some(0), "{report:?} {format} {first}");
            assert!(!first.stdout.contains('\u{1b}'), "{first}");
            assert!(!matches!(format, "markdown" | "html") || !first.stdout.contains("<script>alert"), "{first}");
            assert_eq!(first.stdout, run().stdout, "{report:?} {format}");
            if format == "csv" {
                let columns = |line: &str| line.split(',').count();
                let head = columns(first.stdout.lines().next().unwrap());
                assert!(first.stdout.lines().all(|line| columns(line) >= head), "{first}");
            }
        }
    }
}

/// The releases of a view by id, with what one of their keys says.
fn by_id(list: &Value, id: &str, key: &str) -> Vec<(String, Value)> {
    let mut found: Vec<(String, Value)> =
        list.as_array().unwrap().iter().map(|it| (it[id].as_str().unwrap().to_owned(), it[key].clone())).collect();
    found.sort_by(|a, b| a.0.cmp(&b.0));
    found
}

#[test]
fn days_in_hand_are_one_number_everywhere() {
    let sandbox = northwind();
    let told = |arguments: &[&str]| -> Value {
        let run = sandbox.run(&[arguments, &["--today", "2026-11-16", "--format", "json"]].concat());
        serde_json::from_str(&run.stdout).unwrap_or_else(|_| panic!("{run}"))
    };
    let status = by_id(&told(&["report", "status"])["releases"], "id", "spare_days");
    assert!(status.contains(&("core-2026.4".to_owned(), 3.into())), "{status:?}");
    let plan = by_id(&told(&["plan"])["releases"], "id", "spare_days");
    for one in &status {
        assert!(plan.contains(one), "{one:?} {plan:?}");
    }
    for arguments in [&["plan", "core-2026.4"][..], &["show", "core-2026.4"], &["report", "release", "core-2026.4"]] {
        let run = sandbox.run(&[arguments, &["--today", "2026-11-16"]].concat());
        let text = run.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(text.contains("3 working days in hand"), "{run}");
        assert_eq!(text.matches(" in hand").count(), text.matches("3 working days in hand").count(), "{run}");
    }
}

#[test]
fn what_help_says_of_a_state_holds() {
    let release = |id: &str, more: &str| {
        format!("kind: release\nid: {id}\ntype: minor\nstatus: in-progress\nowner: crew\n{more}---\n")
    };
    let phase = |dates: &str| format!("target: 2026-04-30\nphases: [{{id: build, {dates}}}]\n");
    let text = [
        release("behind", &phase("start: 2026-03-09, end: 2026-03-13, actual: {start: 2026-03-11}")),
        release("over", "target: 2026-02-20\n"),
        release(
            "grave",
            &format!(
                "{}risk: {{impact: low, complexity: low, register: [{{id: R1, likelihood: high, impact: high, \
                 mitigation: watch it, due: 2026-04-20, owner: ann}}]}}\n",
                phase("start: 2026-04-01, end: 2026-04-08")
            ),
        ),
        release("calm", &phase("start: 2026-04-01, end: 2026-04-08")),
    ];
    let sandbox = sandbox().write("releases/lantern.yaml", &text.concat());
    let view = json(&sandbox, &["status"]);
    let states = by_id(&view["releases"], "id", "state");
    let states: Vec<String> = states.iter().map(|(id, state)| format!("{id} {}", state.as_str().unwrap())).collect();
    assert_eq!(states, ["behind watch", "calm on-track", "grave watch", "over late"], "{view:#}");
    // The site and the page count the same.
    let page = json(&sandbox, &["portfolio"]);
    assert_eq!(told(&page["at_risk"], &["id"]), ["over", "grave", "behind"], "the gravest first");
    assert_eq!(sandbox.run(&["site", "public"]).code, Some(0));
    let index = sandbox.read("public/index.html");
    assert!(index.contains("1 late, 2 to watch"), "{index}");
}

#[test]
fn what_cannot_be_read_is_named_in_the_report_itself() {
    let sandbox = sandbox().write("releases/torn.yaml", "kind: release\nid: [torn\n");
    for report in ["status", "portfolio"] {
        let run = sandbox.run(&["report", report, "-q"]);
        let text = run.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(text.contains("1 file could not be read in full: releases/torn.yaml"), "{run}");
        assert_eq!(json(&sandbox, &[report])["unread"], serde_json::json!(["releases/torn.yaml"]));
    }
    assert_eq!(sandbox.run(&["site", "public"]).code, Some(0));
    let index = sandbox.read("public/index.html");
    assert!(index.contains("could not be read in full") && index.contains("releases/torn.yaml"), "{index}");
}

#[test]
fn who_can_decide_is_the_same_everywhere() {
    // Ann is the only chief, and what she would decide about is hers.
    let root = ROOT.replace("name: Lamp Works\n", "name: Lamp Works\napprovals: {separation_of_duties: true}\n");
    let sandbox = sandbox().write("relm.yaml", &root).write(
        "releases/lantern.yaml",
        &RELEASES
            .replace("type: minor\nstatus: in-progress\nowner: bo", "type: minor\nstatus: in-progress\nowner: ann"),
    );
    let commands = [
        &["report", "release", "glow"][..],
        &["report", "portfolio"],
        &["report", "gates"],
        &["todo"],
        &["gate", "show", "glow/go"],
    ];
    for command in commands {
        let run = sandbox.run(command);
        let text = run.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(text.contains("nobody can"), "{run}");
        assert!(!text.contains("with ann") && !text.contains("ann (chief)"), "{run}");
    }
}
