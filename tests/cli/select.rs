//! Selecting options, by way of `relm plan`.

use insta::assert_snapshot;

use crate::sandbox::{RELEASE, Sandbox};

const ROOT: &str = "\
kind: portfolio
stages: [prod]
teams: [{id: crew}, {id: dock}]
people: [{id: pat, emails: [pat@example.com], team: dock}]
";

fn sandbox() -> Sandbox {
    let buoy = RELEASE.replace("lantern-1", "buoy-1").replace("owner: crew", "owner: dock\nlabels: {region: eu-north}");
    let anchor = RELEASE.replace("lantern-1", "anchor-1").replace("2026-03-09", "2026-06-01").replace("04-10", "06-12");
    Sandbox::empty()
        .write("relm.yaml", ROOT)
        .write("lantern.yaml", RELEASE)
        .write("buoy.yaml", &buoy)
        .write("anchor.yaml", &anchor)
}

fn selected(sandbox: &Sandbox, arguments: &[&str]) -> Vec<String> {
    let run = sandbox.run(&[&["plan", "--format", "json"], arguments].concat());
    assert_eq!(run.code, Some(0), "{run}");
    let view: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    let mut ids: Vec<String> =
        view["releases"].as_array().unwrap().iter().map(|release| release["id"].as_str().unwrap().to_owned()).collect();
    ids.sort();
    ids
}

#[test]
fn options_narrow_and_repetition_widens() {
    let sandbox = sandbox();
    let all = ["anchor-1", "buoy-1", "lantern-1"];
    assert_eq!(selected(&sandbox, &[]), all);
    assert_eq!(selected(&sandbox, &["--release", "*-1"]), all);
    assert_eq!(selected(&sandbox, &["--release", "b*", "--release", "lantern-1"]), ["buoy-1", "lantern-1"]);
    assert_eq!(selected(&sandbox, &["--release", "b*", "--owner", "crew"]), [""; 0]);
    assert_eq!(selected(&sandbox, &["--label", "region=eu-*"]), ["buoy-1"]);
    assert_eq!(selected(&sandbox, &["--team", "crew"]), ["anchor-1", "lantern-1"]);
    assert_eq!(selected(&sandbox, &["--from", "2026-06-01"]), ["anchor-1"]);
    assert_eq!(selected(&sandbox, &["--to", "2026-03-09"]), ["buoy-1", "lantern-1"]);
    assert_eq!(selected(&sandbox, &["--type", "major"]), [""; 0]);
}

#[test]
fn me_is_the_person_of_the_git_identity_and_their_team() {
    let mut sandbox = sandbox().init_git();
    sandbox.commit();
    let mut config = sandbox.git().config().unwrap();
    config.set_str("user.name", "Pat Example").unwrap();
    config.set_str("user.email", "Pat@Example.com").unwrap();
    assert_eq!(selected(&sandbox, &["--owner", "me"]), ["buoy-1"]);
    config.set_str("user.email", "someone@example.com").unwrap();
    assert_snapshot!(sandbox.run(&["plan", "--owner", "me"]), @r"
    exit code: 2
    ---- stderr
    error: no person in `relm.yaml` has the e-mail address `someone@example.com`
    hint: add it to `emails:` of that person, or write `--owner ID`
    ");
}

#[test]
fn names_that_do_not_exist_are_answered_with_the_nearest() {
    let sandbox = sandbox();
    assert_snapshot!(sandbox.run(&["plan", "--release", "lantern-2"]), @r"
    exit code: 2
    ---- stderr
    error: no release `lantern-2`
    hint: did you mean `lantern-1`?
    ");
    assert_snapshot!(sandbox.run(&["plan", "--team", "docks"]), @r"
    exit code: 2
    ---- stderr
    error: no team `docks`
    hint: did you mean `dock`?
    ");
    assert_snapshot!(sandbox.run(&["plan", "--owner", "me"]), @r"
    exit code: 2
    ---- stderr
    error: `me` is the person of the git identity, and there is none here
    hint: set `git config user.email`, or write `--owner ID`
    ");
    for wrong in [["--label", "region"], ["--from", "soon"], ["--to", "2026-03-09T10:00"], ["--release", "a["]] {
        let run = sandbox.run(&[&["plan"][..], &wrong].concat());
        assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""), "{run}");
    }
}

#[test]
fn a_span_that_ends_before_it_begins_is_refused() {
    let run = sandbox().run(&["plan", "--from", "2026-06-01", "--to", "2026-05-01"]);
    assert_eq!(run.code, Some(2), "{run}");
    assert!(run.stderr.contains("`--from 2026-06-01` is later than `--to 2026-05-01`"), "{run}");
}
