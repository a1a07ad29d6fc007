//! `relm check`.

use insta::assert_snapshot;

use crate::sandbox::{RELEASE, Sandbox};

/// A release with an unknown field and a bad date.
const BROKEN: &str = "kind: release\nid: broken-1\ntype: minor\nstatsu: planned\ntarget: 2026-02-30\n";

fn broken() -> Sandbox {
    Sandbox::portfolio().write("releases/broken.yaml", BROKEN)
}

fn json(text: &str) -> serde_json::Value {
    serde_json::from_str(text).unwrap()
}

#[test]
fn a_clean_portfolio_is_done() {
    let run = Sandbox::portfolio().run(&["check", "--rule", "invalid-value"]);
    assert_snapshot!(run, @r"
    exit code: 0
    ---- stdout
    no findings in 2 files (2 documents)
    ");
}

#[test]
fn findings_show_their_place_and_fail() {
    let run = broken().run(&["check", "--rule", "invalid-value"]);
    assert_eq!(run.code, Some(1));
    assert_snapshot!(run);
}

#[test]
fn the_level_of_failure_can_be_chosen() {
    for (level, code) in [("error", 1), ("warning", 1), ("info", 1), ("never", 0)] {
        let run = broken().run(&["check", "--rule", "invalid-value", "--fail-on", level]);
        assert_eq!(run.code, Some(code), "{level}");
    }
    let demoted = broken().write("relm.yaml", "kind: portfolio\nstages: [prod]\nrules: {invalid-value: info}\n");
    for (level, code) in [("error", 0), ("warning", 0), ("info", 1), ("never", 0)] {
        let run = demoted.run(&["check", "--rule", "invalid-value", "--fail-on", level]);
        assert_eq!(run.code, Some(code), "{level}");
    }
}

#[test]
fn paths_limit_what_is_shown_and_not_what_is_read() {
    let sandbox = broken();
    for path in ["releases/broken.yaml", "releases", "releases/", ".", "./releases/../releases"] {
        let run = sandbox.run(&["check", path, "--rule", "invalid-value"]);
        assert_eq!(run.code, Some(1), "{path}: {run}");
        assert!(run.stdout.contains("in 3 files"), "{path}: {run}");
    }
    assert_eq!(sandbox.run(&["check", "releases/lantern.yaml", "--rule", "invalid-value"]).code, Some(0));
    assert_eq!(sandbox.run_in("releases", &["check", "lantern.yaml", "--rule", "invalid-value"]).code, Some(0));
    assert_eq!(sandbox.run_in("releases", &["check", "broken.yaml", "--rule", "invalid-value"]).code, Some(1));
}

#[test]
fn paths_that_match_nothing_are_wrong_usage() {
    let sandbox = broken().write("releases/.hidden/x.yaml", "kind: x\n");
    assert_snapshot!(sandbox.run(&["check", "releases/lantrn.yaml"]), @r"
    exit code: 2
    ---- stderr
    error: no manifest of the portfolio is in `releases/lantrn.yaml`
    hint: from the root of the portfolio, did you mean `releases/lantern.yaml`?
    ");
    assert_snapshot!(sandbox.run(&["check", "releases/.hidden"]), @r"
    exit code: 2
    ---- stderr
    error: no manifest of the portfolio is in `releases/.hidden`
    hint: hidden, ignored and excluded files do not belong to it
    ");
    assert_snapshot!(sandbox.run(&["check", "/nowhere/at/all"]), @r"
    exit code: 2
    ---- stderr
    error: `/nowhere/at/all` is outside the portfolio in `[ROOT]`
    ");
}

#[test]
fn unknown_rules_are_answered_with_the_nearest() {
    assert_snapshot!(broken().run(&["check", "--rule", "invalid-valu"]), @r"
    exit code: 2
    ---- stderr
    error: no rule `invalid-valu`
    hint: did you mean `invalid-value` or `invalid-path`?
    ");
}

#[test]
fn a_base_leaves_what_is_new_and_counts_what_is_gone() {
    let mut sandbox = broken().init_git();
    let base = sandbox.commit();
    sandbox.put("releases/broken.yaml", BROKEN.replace("target: 2026-02-30\n", "").as_bytes());
    sandbox.put("releases/worse.yaml", BROKEN.replace("broken-1", "worse-1").as_bytes());
    sandbox.commit();
    let run = sandbox.run(&["check", "--base", "HEAD~1", "--format", "json", "--rule", "invalid-value"]);
    assert_eq!(run.code, Some(1), "{run}");
    let view = json(&run.stdout);
    assert_eq!(view["base"], serde_json::json!({"commit": base, "introduced": 1, "fixed": 1}));
    assert_eq!(view["findings"].as_array().unwrap().len(), 1);
    assert_eq!(view["findings"][0]["file"], "releases/worse.yaml");
    // Moved lines and another wording of the file introduce nothing.
    sandbox.put("releases/worse.yaml", format!("# moved\n\n{}", BROKEN.replace("broken-1", "worse-1")).as_bytes());
    let run = sandbox.run(&["check", "--base", "HEAD", "--rule", "invalid-value"]);
    assert_eq!(run.code, Some(0), "{run}");
    assert_snapshot!(sandbox.run(&["check", "--base", "mian"]), @r"
    exit code: 2
    ---- stderr
    error: no revision `mian`
    hint: did you mean `main`?
    ");
}

#[test]
fn statistics_count_by_rule() {
    let sandbox = broken();
    assert_snapshot!(sandbox.run(&["check", "--statistics", "--rule", "invalid-value", "--rule", "unknown-field"]));
    let run = sandbox.run(&["check", "--statistics", "--rule", "invalid-value", "--format", "json"]);
    let expected = serde_json::json!([{"rule": "invalid-value", "severity": "error", "count": 1}]);
    assert_eq!(json(&run.stdout)["statistics"], expected);
}

#[test]
fn every_format_is_written_whole() {
    let mut sandbox = broken().init_git();
    sandbox.commit();
    let run = |format: &str| sandbox.run(&["check", "--rule", "invalid-value", "--format", format]);
    for format in ["json", "sarif", "gitlab"] {
        json(&run(format).stdout);
    }
    assert_eq!(json(&run("json").stdout)["schema"], "relm.check/1");
    assert_eq!(json(&run("json").stdout)["today"], "2026-03-02");
    assert!(run("junit").stdout.ends_with("</testsuites>\n"));
    assert!(run("github").stdout.starts_with("::error file=releases/broken.yaml,"));
    assert!(run("markdown").stdout.starts_with("<!-- relm:check -->\n"));
    for format in ["json", "sarif", "gitlab", "junit", "github", "markdown", "human"] {
        assert_eq!(run(format).code, Some(1), "{format}");
        assert_eq!(run(format).stderr, "", "{format}");
    }
}

#[test]
fn forges_get_paths_from_the_root_of_the_repository() {
    let mut sandbox = Sandbox::empty()
        .write("plans/relm.yaml", "kind: portfolio\nstages: [prod]\n")
        .write("plans/releases/broken.yaml", BROKEN)
        .init_git();
    sandbox.commit();
    let run = sandbox.run(&["-C", "plans", "check", "--rule", "invalid-value", "--format", "github"]);
    assert!(run.stdout.starts_with("::error file=plans/releases/broken.yaml,"), "{run}");
}

#[test]
fn dirt_is_told_to_machines() {
    let sandbox = Sandbox::repository();
    let dirty = || json(&sandbox.run(&["check", "--format", "json"]).stdout)["revision"]["dirty"].clone();
    assert_eq!(dirty(), false);
    sandbox.put("releases/lantern.yaml", RELEASE.replace("lantern-1", "lantern-2").as_bytes());
    assert_eq!(dirty(), true);
}

#[test]
fn conflict_markers_give_one_clear_finding() {
    let conflicted = RELEASE.replace(
        "target: 2026-04-10\n",
        "<<<<<<< HEAD\ntarget: 2026-04-10\n=======\ntarget: 2026-04-17\n>>>>>>> other\n",
    );
    let run = Sandbox::repository().write("releases/lantern.yaml", &conflicted).run(&["check", "--rule", "syntax"]);
    assert_eq!(run.code, Some(1));
    assert_snapshot!(run);
}

#[test]
fn two_roots_are_a_finding_naming_both() {
    let sandbox = Sandbox::portfolio().write("releases/relm.yaml", "kind: portfolio\nstages: [prod]\n");
    let run = sandbox.run(&["check", "--rule", "duplicate-id"]);
    assert_eq!(run.code, Some(1));
    assert_snapshot!(run);
}

#[test]
fn an_empty_settings_file_is_no_crash() {
    let run = Sandbox::empty().write("relm.yaml", "").run(&["check", "--fail-on", "never"]);
    assert_eq!(run.code, Some(0), "{run}");
}
