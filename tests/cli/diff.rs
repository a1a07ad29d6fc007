//! `relm diff`.

use insta::assert_snapshot;
use serde_json::Value;

use crate::sandbox::{RELEASE, ROOT, Run, Sandbox};

const SETTINGS: &str = "\
kind: portfolio
name: Lighthouse Board
stages: [test, prod]
teams: [{id: crew}]
people: [{id: ann, emails: [ann@example.com], roles: [keeper]}]
roles: [keeper]
";

const LANTERN: &str = "\
kind: release
id: lantern-1
name: New lantern
type: minor
status: planned
owner: crew
target: 2026-04-10
scope: [{project: lamp, version: 1.2.0}]
phases:
  - {id: build, start: 2026-03-09, duration: 10d}
  - {id: trial, after: build, duration: 5d, environments: [cellar]}
  - {id: deploy, after: trial, start: 2026-04-09, duration: 1d}
gates:
  - {id: go, before: deploy, criteria: [{id: seen, status: met}]}
milestones: [{id: lit, after: deploy}]
";

const HORN: &str = "\
kind: release
id: horn-1
type: minor
status: planned
owner: crew
phases:
  - {id: trial, after: lantern-1/trial, duration: 3d, environments: [cellar]}
";

const THINGS: &str = "\
kind: project
id: lamp
owner: crew
---
kind: environment
id: cellar
stage: test
owner: crew
capacity: 1
cost: {per_day: 10}
";

/// A repository with two releases, one of which waits for the other.
fn lighthouse() -> Sandbox {
    let sandbox = Sandbox::empty().init_git().write("relm.yaml", SETTINGS).write("things.yaml", THINGS);
    let mut sandbox = sandbox.write("releases/lantern.yaml", LANTERN).write("releases/horn.yaml", HORN);
    sandbox.commit();
    sandbox
}

fn json(run: &Run) -> Value {
    serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {run}"))
}

fn diff(sandbox: &Sandbox, arguments: &[&str]) -> Value {
    json(&sandbox.run(&[&["diff", "--format", "json"], arguments].concat()))
}

/// The differences as `subject field: before → after`.
fn said(view: &Value) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let line = |change: &Value| {
        let subject = &change["subject"];
        let (kind, id, path) = (text(&subject["kind"]), text(&subject["id"]), text(&subject["path"]));
        let (before, after) = (text(&change["before"]), text(&change["after"]));
        format!("{kind} {id} {path} {}: {before} → {after}", text(&change["field"]))
    };
    view["changes"].as_array().unwrap().iter().map(line).collect()
}

#[test]
fn the_same_is_one_line() {
    let sandbox = lighthouse();
    assert_snapshot!(sandbox.run(&["diff", "HEAD", "--exit-code"]), @r"
    exit code: 0
    ---- stdout
    No effect on the plan: nothing has changed.
    ");
    let view = diff(&sandbox, &["HEAD", "HEAD"]);
    assert_eq!(view["changes"], serde_json::json!([]));
    assert_eq!(view["schema"], "relm.diff/1");
    assert_eq!(view["base"]["commit"].as_str().unwrap().len(), 40);
    assert_eq!(
        sandbox.run(&["diff", "HEAD", "--format", "markdown"]).stdout,
        "<!-- relm-diff -->\n**relm diff**: No effect on the plan: nothing has changed.\n"
    );
}

#[test]
fn what_moved_and_why() {
    let sandbox = lighthouse();
    let text = LANTERN.replace("start: 2026-03-09, duration: 10d", "start: 2026-03-09, duration: 15d");
    sandbox.put("releases/lantern.yaml", text.as_bytes());
    assert_snapshot!(sandbox.run(&["diff", "HEAD"]));
    assert_snapshot!(sandbox.run(&["diff", "HEAD", "--format", "markdown"]));
    let view = diff(&sandbox, &["HEAD"]);
    let moved = view["changes"].as_array().unwrap().iter().find(|it| it["subject"]["id"] == "horn-1").unwrap();
    assert_eq!((&moved["kind"], &moved["field"]), (&Value::from("moved"), &Value::from("planned.end")));
    assert_eq!((&moved["days"], &moved["working_days"]), (&Value::from(7), &Value::from(5)));
    assert_eq!(moved["because"][0]["path"], "phases/build");
    let written = view["changes"].as_array().unwrap().iter().find(|it| it["field"] == "duration").unwrap();
    assert_eq!((&written["before"], &written["after"]), (&Value::from("10d"), &Value::from("15d")));
    assert_eq!((&written["file"], &written["line"]), (&Value::from("releases/lantern.yaml"), &Value::from(10)));
    assert!(written["downstream"].as_array().unwrap().iter().any(|it| it["id"] == "horn-1"));
    assert_eq!(sandbox.run(&["diff", "HEAD", "--exit-code"]).code, Some(1));
    assert_eq!(sandbox.run(&["diff", "HEAD"]).code, Some(0));
}

#[test]
fn how_and_where_it_is_written_is_no_change() {
    let sandbox = lighthouse();
    std::fs::remove_file(sandbox.path().join("releases/lantern.yaml")).unwrap();
    let horn = "# the horn\nphases: [{duration: 3d, id: trial, environments: [{id: cellar}], after: {release: lantern-1, phase: trial}}]\nowner: \"crew\"\nstatus: planned\ntype: minor\nid: horn-1\nkind: release\npriority: 50\n";
    sandbox.put("releases/horn.yaml", format!("{horn}---\n{LANTERN}").as_bytes());
    let run = sandbox.run(&["diff", "HEAD", "--exit-code"]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(0), "No effect on the plan: nothing has changed.\n"), "{run}");
}

#[test]
fn a_log_that_was_moved_is_no_change_nor_are_its_findings() {
    let log = "kind: deployments\nentries: [{id: D1, project: nobody, version: 1, environment: cellar, at: 2026-02-01, result: succeeded}]\n";
    let mut sandbox = lighthouse().write("a.yaml", log);
    sandbox.commit();
    std::fs::remove_file(sandbox.path().join("a.yaml")).unwrap();
    sandbox.put("b.yaml", log.as_bytes());
    let view = diff(&sandbox, &["HEAD"]);
    assert_eq!((&view["findings"]["new"], &view["findings"]["fixed"]), (&Value::from(0), &Value::from(0)), "{view}");
    assert_ne!(view["findings"]["unchanged"], 0);
    assert_eq!(view["changes"], serde_json::json!([]));
}

#[test]
fn a_renamed_id_is_a_removal_and_an_addition() {
    let sandbox = lighthouse();
    sandbox.put("releases/horn.yaml", HORN.replace("id: horn-1", "id: horn-2").as_bytes());
    let view = diff(&sandbox, &["HEAD"]);
    let kinds: Vec<(&str, &str)> = view["changes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| (it["kind"].as_str().unwrap(), it["subject"]["id"].as_str().unwrap()))
        .collect();
    assert_eq!(kinds, [("removed", "horn-1"), ("added", "horn-2")]);
    assert_snapshot!(sandbox.run(&["diff", "HEAD"]).stdout);
}

#[test]
fn two_revisions_and_the_other_way_round() {
    let mut sandbox = lighthouse();
    sandbox.put("releases/lantern.yaml", LANTERN.replace("target: 2026-04-10", "target: 2026-04-17").as_bytes());
    sandbox.commit();
    sandbox.put("releases/lantern.yaml", b"no: longer\n");
    let there = diff(&sandbox, &["HEAD~1", "HEAD"]);
    assert!(
        said(&there).contains(&"release lantern-1  target: 2026-04-10 → 2026-04-17".to_owned()),
        "{:#?}",
        said(&there)
    );
    let back = diff(&sandbox, &["HEAD", "HEAD~1"]);
    let days = |view: &Value| {
        let mut all: Vec<i64> =
            view["changes"].as_array().unwrap().iter().filter_map(|it| it["days"].as_i64()).collect();
        all.sort_unstable();
        all
    };
    assert_eq!(days(&there), days(&back).iter().rev().map(|days| -days).collect::<Vec<_>>());
    assert_eq!(said(&diff(&sandbox, &["HEAD~1", "--at", "HEAD"])), said(&there), "`--at` says what is compared");
    assert_snapshot!(sandbox.run(&["diff", "HEAD~1", "HEAD", "--at", "HEAD"]), @r"
    exit code: 2
    ---- stderr
    error: `--at` and the second revision both say what is compared
    hint: leave one of them out
    ");
}

#[test]
fn gates_scope_bookings_and_the_rest() {
    let sandbox = lighthouse();
    let lantern = LANTERN
        .replace("status: met", "status: unmet")
        .replace("version: 1.2.0", "version: 1.3.0")
        .replace("name: New lantern", "name: Newer lantern");
    sandbox.put("releases/lantern.yaml", lantern.as_bytes());
    sandbox.put("releases/horn.yaml", HORN.replace("after: lantern-1/trial", "start: 2026-03-24").as_bytes());
    sandbox
        .put("relm.yaml", format!("{SETTINGS}freezes: [{{id: storm, from: 2026-05-01, to: 2026-05-03}}]\n").as_bytes());
    assert_snapshot!(sandbox.run(&["diff", "HEAD"]).stdout);
}

#[test]
fn revisions_that_cannot_be_had() {
    let mut sandbox = lighthouse();
    assert_snapshot!(sandbox.run(&["diff", "mani"]), @r"
    exit code: 2
    ---- stderr
    error: no revision `mani`
    hint: did you mean `main`?
    ");
    assert_snapshot!(sandbox.run(&["diff", "main..HEAD"]), @r"
    exit code: 2
    ---- stderr
    error: `main..HEAD` does not name one revision
    hint: name one branch, tag or commit, such as `main`, `v1.0` or `HEAD~2`
    ");
    assert_eq!(sandbox.run(&["diff"]).code, Some(2));
    let mut seen = std::collections::HashSet::new();
    let short = loop {
        let commit = sandbox.commit();
        if !seen.insert(commit[..4].to_owned()) {
            break commit[..4].to_owned();
        }
    };
    let run = sandbox.run(&["diff", &short]);
    assert_eq!(run.code, Some(2));
    assert!(
        run.stderr.contains("more than one") || run.stderr.contains("several") || run.stderr.contains("ambiguous"),
        "{run}"
    );
}

#[test]
fn outside_git_and_without_a_commit() {
    assert_snapshot!(Sandbox::portfolio().run(&["diff", "main"]), @r"
    exit code: 2
    ---- stderr
    error: `[ROOT]` is not in a git repository
    ");
    assert_snapshot!(Sandbox::portfolio().init_git().run(&["diff", "main"]), @r"
    exit code: 2
    ---- stderr
    error: the git repository has no commit yet
    ");
}

#[test]
fn a_base_without_a_portfolio_or_with_broken_settings() {
    let mut sandbox = Sandbox::empty().init_git().write("README", "nothing\n");
    sandbox.commit();
    sandbox.put("relm.yaml", b"kind: portfolio\nstages: [");
    sandbox.commit();
    sandbox.put("relm.yaml", ROOT.as_bytes());
    assert_snapshot!(sandbox.run(&["diff", "HEAD~1"]), @r"
    exit code: 2
    ---- stderr
    error: no `relm.yaml` here at revision `HEAD~1`
    hint: the portfolio began later than that, or in another folder
    ");
    assert_snapshot!(sandbox.run(&["diff", "HEAD"]), @r"
    exit code: 2
    ---- stderr
    error: `relm.yaml` at revision `HEAD` cannot be read as the settings of a portfolio
    hint: `relm check --at HEAD` shows why
    ");
}

#[test]
fn what_cannot_be_read_is_not_compared_and_said_so() {
    let mut sandbox = lighthouse();
    sandbox.put("releases/horn.yaml", format!("{HORN}  - [\n").as_bytes());
    sandbox.commit();
    sandbox.put("releases/horn.yaml", HORN.as_bytes());
    sandbox.put(
        "releases/lantern.yaml",
        LANTERN.replace("1.2.0", "1.3.0").replace("target: 2026-04-10", "target: soon").as_bytes(),
    );
    let view = diff(&sandbox, &["HEAD"]);
    let written: Vec<String> =
        said(&view).into_iter().filter(|it| !it.contains("_days") && !it.contains("planned.")).collect();
    assert_eq!(
        written,
        ["release lantern-1 scope/lamp version: 1.2.0 → 1.3.0"],
        "neither a target nor a release came or went"
    );
    assert_eq!(view["unreadable"][0]["side"], "base");
    assert_eq!(view["unreadable"][0]["file"], "releases/horn.yaml");
    let uncompared: Vec<&str> =
        view["uncompared"].as_array().unwrap().iter().map(|it| it["id"].as_str().unwrap()).collect();
    assert_eq!(uncompared, ["horn-1", "lantern-1"]);
    let run = sandbox.run(&["diff", "HEAD"]);
    assert!(run.stdout.contains("Not compared\nreleases/horn.yaml of HEAD cannot be read: "), "{run}");
}

#[test]
fn a_shallow_clone_says_what_it_lacks() {
    let mut sandbox = lighthouse();
    let first = sandbox.git().head().unwrap().target().unwrap().to_string();
    sandbox.put("releases/horn.yaml", HORN.replace("3d", "4d").as_bytes());
    let second = sandbox.commit();
    sandbox.put(".git/shallow", format!("{second}\n").as_bytes());
    let gone = sandbox.path().join(".git/objects").join(&first[..2]).join(&first[2..]);
    std::fs::remove_file(gone).unwrap();
    for base in [first.as_str(), "HEAD~1"] {
        let run = sandbox.run(&["diff", base]);
        assert_eq!(run.code, Some(2), "{run}");
        assert!(run.stderr.contains("shallow") && run.stderr.contains("--unshallow"), "{run}");
    }
    assert_eq!(sandbox.run(&["diff", "HEAD", "--exit-code"]).code, Some(0));
}

#[test]
fn a_portfolio_in_a_subfolder_beside_a_submodule() {
    let mut sandbox = Sandbox::empty().init_git().write("ops/relm.yaml", ROOT).write("ops/lantern.yaml", RELEASE);
    let first = sandbox.commit();
    let git = sandbox.git();
    let mut index = git.index().unwrap();
    let entry = |path: &str| git2::IndexEntry {
        ctime: git2::IndexTime::new(0, 0),
        mtime: git2::IndexTime::new(0, 0),
        dev: 0,
        ino: 0,
        mode: 0o160_000,
        uid: 0,
        gid: 0,
        file_size: 0,
        id: git2::Oid::from_str(&first).unwrap(),
        flags: 0,
        flags_extended: 0,
        path: path.as_bytes().to_vec(),
    };
    index.add(&entry("ops/vendor.yaml")).unwrap();
    index.write().unwrap();
    let tree = git.find_tree(index.write_tree().unwrap()).unwrap();
    let who = git2::Signature::new("Test Person", "person@example.com", &git2::Time::new(1_767_300_000, 0)).unwrap();
    let head = git.head().unwrap().peel_to_commit().unwrap();
    git.commit(Some("HEAD"), &who, &who, "Submodule", &tree, &[&head]).unwrap();
    std::fs::create_dir_all(sandbox.path().join("ops/vendor.yaml")).unwrap();
    sandbox.put("ops/lantern.yaml", RELEASE.replace("duration: 5d", "duration: 6d").as_bytes());
    let run = sandbox.run_in("ops", &["diff", "HEAD", "--format", "json"]);
    assert!(said(&json(&run)).contains(&"release lantern-1 phases/build duration: 5d → 6d".to_owned()), "{run}");
}

/// A commit with three parents that changes nothing.
fn octopus(sandbox: &Sandbox) {
    let git = sandbox.git();
    let head = git.head().unwrap().peel_to_commit().unwrap();
    let who = git2::Signature::new("Test Person", "person@example.com", &git2::Time::new(1_767_300_000, 0)).unwrap();
    let side = |name: &str| git.commit(None, &who, &who, name, &head.tree().unwrap(), &[&head]).unwrap();
    let others: Vec<_> = ["one", "two"].map(side).into_iter().map(|id| git.find_commit(id).unwrap()).collect();
    let parents = [&head, &others[0], &others[1]];
    git.commit(Some("HEAD"), &who, &who, "Octopus", &head.tree().unwrap(), &parents).unwrap();
}

#[test]
fn a_merge_of_three_parents_can_be_the_base() {
    let mut sandbox = lighthouse();
    octopus(&sandbox);
    sandbox.put("releases/horn.yaml", HORN.replace("3d", "4d").as_bytes());
    assert!(said(&diff(&sandbox, &["HEAD"])).contains(&"release horn-1 phases/trial duration: 3d → 4d".to_owned()));
    for parent in ["HEAD^1", "HEAD^2", "HEAD^3"] {
        assert_eq!(sandbox.run(&["diff", parent, "HEAD", "--exit-code"]).code, Some(0), "{parent}");
    }
    sandbox.commit();
    assert_eq!(sandbox.run(&["diff", "HEAD~1", "--exit-code"]).code, Some(1));
}

#[test]
fn a_comment_is_one_comment_whatever_manifests_say() {
    let sandbox = lighthouse();
    let evil = "</details>|<script>@everyone #12 ``` `x` https://x.test\\n---";
    let item = |number| format!("  - {{project: \"lamp{number}\", version: \"{evil} {number}\"}}\n");
    let scope: String = (0..400).map(item).collect();
    let text = LANTERN
        .replace("name: New lantern", &format!("name: \"{evil}\""))
        .replace("scope: [{project: lamp, version: 1.2.0}]\n", &format!("scope:\n{scope}"))
        .replace("duration: 10d", "duration: 15d");
    sandbox.put("releases/lantern.yaml", text.as_bytes());
    for number in 0..300 {
        let id = format!("click-{number}");
        let release = HORN.replace("horn-1", &id).replace("trial,", "section,");
        sandbox.put(&format!("releases/{id}.yaml"), release.as_bytes());
    }
    let comment = sandbox.run(&["diff", "HEAD", "--format", "markdown"]).stdout;
    assert!(comment.starts_with("<!-- relm-diff -->\n**relm diff**: "), "{comment}");
    assert!(comment.len() <= 65_000, "{}", comment.len());
    assert!(comment.contains("Left out to keep this comment short: "), "{comment}");
    assert_eq!(comment.matches("<details>").count(), comment.matches("</details>").count());
    assert_eq!(comment.matches("```").count() % 2, 0);
    assert!(
        !comment.contains("<script") && !comment.contains("@everyone") && !comment.contains("https://"),
        "{comment}"
    );
    for line in comment.lines().filter(|line| line.starts_with("| ")) {
        assert!(matches!(line.matches('|').count(), 3 | 4), "{line}");
    }
}

#[test]
fn no_line_is_wider_than_the_terminal() {
    let sandbox = lighthouse();
    let text = LANTERN.replace("duration: 10d", "duration: 25d").replace("New lantern", &"very ".repeat(60));
    sandbox.put("releases/lantern.yaml", text.as_bytes());
    for width in ["60", "80", "140"] {
        let run = sandbox.run_with(&[("COLUMNS", width)], &["diff", "HEAD"]);
        let most: usize = width.parse().unwrap();
        assert!(run.stdout.lines().all(|line| line.chars().count() <= most.max(80)), "{run}");
    }
    assert!(sandbox.run(&["diff", "HEAD", "--color", "always"]).stdout.contains("\u{1b}["));
}

#[test]
fn approvals_made_stale() {
    let settings = format!("{SETTINGS}approvals: {{provenance: none, stale_when_changed: [scope]}}\n");
    let lantern = LANTERN.replace(
        "criteria: [{id: seen, status: met}]",
        "requires: [{role: keeper}], approvals: [{role: keeper, by: ann, at: 2026-02-20}]",
    );
    let mut sandbox = lighthouse().write("relm.yaml", &settings).write("releases/lantern.yaml", &lantern);
    sandbox.commit();
    sandbox.put("releases/lantern.yaml", lantern.replace("1.2.0", "1.3.0").as_bytes());
    let view = diff(&sandbox, &["HEAD"]);
    let lines = said(&view);
    assert!(lines.contains(&"release lantern-1 gates/go state: passed → stale".to_owned()), "{lines:#?}");
    assert!(
        lines.contains(&"release lantern-1 gates/go/approvals/keeper/ann stale: - → scope/lamp/version".to_owned()),
        "{lines:#?}"
    );
    assert!(view["verdict"].as_str().unwrap().contains("1 approval made stale"), "{view}");
}

#[test]
fn what_has_no_effect_says_so() {
    let sandbox = lighthouse();
    let with = |text: &str| {
        sandbox.put("releases/lantern.yaml", text.as_bytes());
        sandbox.run(&["diff", "HEAD"]).stdout.lines().next().unwrap().to_owned()
    };
    let described = LANTERN.replace("owner: crew\n", "owner: crew\ndescription: Brighter than before\n");
    assert_eq!(with(&described), "No effect on the plan; in the manifests 1 changed.");
    let work = LANTERN.replace("duration: 10d}", "duration: 10d, effort: 4pd}");
    assert_eq!(with(&work), "No date moves; what changes: cost or work.");
    sandbox.put("releases/lantern.yaml", LANTERN.as_bytes());
    sandbox.put("new.yaml", b"kind: release\nid: [\n");
    let run = sandbox.run(&["diff", "HEAD", "--format", "json"]);
    assert_eq!(json(&run)["unreadable"][0]["side"], "head");
}
