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

#[test]
fn a_list_says_who_is_there_now_and_next() {
    let sandbox = harbour();
    let human = env(&sandbox, &["list"]);
    let markdown = env(&sandbox, &["list", "--format", "markdown"]);
    let csv = env(&sandbox, &["list", "--format", "csv"]);
    assert_snapshot!(format!("{human}\n{markdown}\n{csv}"));
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
    assert_eq!(hint(&["list", "--stage", "tset"]), "hint: did you mean `test`?");
    assert!(env(&sandbox, &["lst"]).stderr.contains("a similar subcommand exists: 'list'"));
    assert_eq!(env(&sandbox, &[]).code, Some(2));
}
