//! `relm init`.

use insta::assert_snapshot;

use crate::sandbox::Sandbox;

#[test]
fn writes_a_portfolio_and_says_what_to_do_next() {
    let sandbox = Sandbox::empty();
    assert_snapshot!(sandbox.run(&["init"]), @r"
    exit code: 0
    ---- stdout
    Started a portfolio in `.`:
      relm.yaml
      projects/projects.yaml
      environments/environments.yaml
      releases/web-shop-2.4.yaml
      releases/warehouse-1.9.yaml

    Next:
      relm check
      relm plan
    ");
    assert_snapshot!(sandbox.read("releases/web-shop-2.4.yaml"));
}

/// Whatever day it is started, weekends and the turn of the year included.
#[test]
fn what_it_writes_checks_clean_on_every_day() {
    for (example, days) in [(false, 1..8), (true, 1..8)] {
        for day in days {
            for month in ["2026-03", "2026-12"] {
                let today = format!("{month}-{:02}", day + 20);
                let sandbox = Sandbox::empty();
                let mut arguments = vec!["init", "a folder/demo", "--today", &today];
                arguments.extend(example.then_some("--example"));
                let run = sandbox.run(&arguments);
                assert_eq!(run.code, Some(0), "{run}");
                let check = ["-C", "a folder/demo", "check", "--today", &today, "--fail-on", "info"];
                let run = sandbox.run(&check);
                assert_eq!(run.code, Some(0), "{today}: {run}");
                assert!(run.stdout.starts_with("no findings"), "{today}: {run}");
            }
        }
    }
}

#[test]
fn nothing_is_overwritten() {
    let sandbox = Sandbox::empty().write("releases/web-shop-2.4.yaml", "mine\n");
    assert_snapshot!(sandbox.run(&["init"]), @r"
    exit code: 2
    ---- stderr
    error: `.` already holds `releases/web-shop-2.4.yaml`; nothing was written
    hint: name another folder: `relm init DIR`
    ");
    assert_eq!(sandbox.files(), ["releases/web-shop-2.4.yaml"]);
}

#[test]
fn a_portfolio_inside_another_must_be_meant() {
    let sandbox = Sandbox::portfolio();
    assert_snapshot!(sandbox.run(&["init", "sub/demo"]), @r"
    exit code: 2
    ---- stderr
    error: `sub/demo` lies inside the portfolio in `[ROOT]`
    hint: add manifests there, or start another one with `--nested` and `exclude:` its folder in the outer relm.yaml
    ");
    assert_eq!(sandbox.run(&["init", "sub/demo", "--nested"]).code, Some(0));
}

#[test]
fn machines_are_told_the_files() {
    let run = Sandbox::empty().run(&["init", "it's here", "--format", "json"]);
    let view: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(view["schema"], "relm.init/1");
    assert_eq!(view["files"][0], "relm.yaml");
    assert_eq!(view["next"][0], r"cd 'it'\''s here'");
}

#[test]
fn a_revision_cannot_be_written() {
    let run = Sandbox::empty().run(&["init", "--at", "main"]);
    assert_eq!(run.code, Some(2), "{run}");
}
