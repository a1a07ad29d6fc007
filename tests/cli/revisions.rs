//! `--at`, and repositories in every state.

use insta::assert_snapshot;

use crate::sandbox::{RELEASE, ROOT, Sandbox};

const BROKEN: &str = "kind: release\nid: broken-1\ntype: minor\ntarget: 2026-02-30\n";

fn invalid<'a>(at: &[&'a str]) -> Vec<&'a str> {
    [&["check", "--rule", "invalid-value"], at].concat()
}

#[test]
fn a_revision_is_read_without_a_checkout() {
    let mut sandbox = Sandbox::repository().write("releases/broken.yaml", BROKEN);
    let bad = sandbox.commit();
    sandbox.put("releases/broken.yaml", RELEASE.replace("lantern-1", "mended-1").as_bytes());
    assert_eq!(sandbox.run(&invalid(&[])).code, Some(0));
    for rev in ["HEAD", "main", &bad, &bad[..8]] {
        assert_eq!(sandbox.run(&invalid(&["--at", rev])).code, Some(1), "{rev}");
    }
    assert_eq!(sandbox.run(&invalid(&["--at", "HEAD~1"])).code, Some(0));
    let run = sandbox.run(&invalid(&["--at", "HEAD~1", "--format", "json"]));
    let view: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(view["revision"]["dirty"], false);
    assert_ne!(view["revision"]["commit"], bad.as_str());
}

#[test]
fn unknown_revisions_are_answered_with_the_nearest() {
    let sandbox = Sandbox::repository();
    assert_snapshot!(sandbox.run(&["check", "--at", "mani"]), @r"
    exit code: 2
    ---- stderr
    error: no revision `mani`
    hint: did you mean `main`?
    ");
    assert_snapshot!(sandbox.run(&["check", "--at", "main..HEAD"]), @r"
    exit code: 2
    ---- stderr
    error: `main..HEAD` does not name one revision
    hint: name one branch, tag or commit, such as `main`, `v1.0` or `HEAD~2`
    ");
}

#[test]
fn a_revision_needs_a_repository_with_commits() {
    assert_snapshot!(Sandbox::portfolio().run(&["check", "--at", "main"]), @r"
    exit code: 2
    ---- stderr
    error: `[ROOT]` is not in a git repository
    ");
    assert_snapshot!(Sandbox::portfolio().init_git().run(&["check", "--at", "main"]), @r"
    exit code: 2
    ---- stderr
    error: the git repository has no commit yet
    ");
}

#[test]
fn a_repository_without_commits_is_read() {
    let run = Sandbox::portfolio().init_git().run(&["check", "--format", "json"]);
    assert_eq!(run.code, Some(0), "{run}");
    let view: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(view["revision"], serde_json::json!({"commit": null, "dirty": true}));
}

#[test]
fn a_detached_head_is_read() {
    let mut sandbox = Sandbox::repository();
    let commit = sandbox.commit();
    sandbox.git().set_head_detached(git2::Oid::from_str(&commit).unwrap()).unwrap();
    assert_eq!(sandbox.run(&["check"]).code, Some(0));
    assert_eq!(sandbox.run(&["check", "--at", "HEAD"]).code, Some(0));
}

#[test]
fn a_portfolio_that_began_later_or_is_gone_from_disk() {
    let mut sandbox = Sandbox::empty().write("README.md", "nothing yet\n").init_git();
    sandbox.commit();
    sandbox.put("relm.yaml", ROOT.as_bytes());
    sandbox.put("releases/lantern.yaml", RELEASE.as_bytes());
    sandbox.commit();
    assert_snapshot!(sandbox.run(&["check", "--at", "HEAD~1"]), @r"
    exit code: 2
    ---- stderr
    error: no `relm.yaml` here at revision `HEAD~1`
    hint: the portfolio began later than that, or in another folder
    ");
    std::fs::remove_file(sandbox.path().join("relm.yaml")).unwrap();
    assert_eq!(sandbox.run(&["check"]).code, Some(2));
    assert_eq!(sandbox.run_in("releases", &["check", "--at", "HEAD"]).code, Some(0));
}

#[test]
fn a_bare_repository_is_read_at_a_revision() {
    let sandbox = Sandbox::repository();
    let bare = Sandbox::empty();
    let from = sandbox.path();
    git2::build::RepoBuilder::new().bare(true).clone(from.to_str().unwrap(), &bare.path().join("bare.git")).unwrap();
    assert_eq!(bare.run(&["-C", "bare.git", "check", "--at", "main"]).code, Some(0));
    assert_eq!(bare.run(&["-C", "bare.git", "check"]).code, Some(2));
}
