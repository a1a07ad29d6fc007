//! The options of every command, and where a portfolio is looked for.

use insta::assert_snapshot;

use crate::sandbox::Sandbox;

const ESCAPE: char = '\u{1b}';

#[test]
fn no_arguments_show_the_help() {
    let run = Sandbox::empty().run(&[]);
    assert_eq!(run.code, Some(2));
    assert!(run.stderr.contains("Commands:"), "{run}");
    for arguments in [["--help"], ["--version"], ["-h"], ["-V"]] {
        let run = Sandbox::empty().run(&arguments);
        assert_eq!(run.code, Some(0));
        assert_eq!(run.stderr, "");
    }
}

#[test]
fn wrong_usage_offers_the_nearest() {
    let sandbox = Sandbox::portfolio();
    for (arguments, offered) in [
        (&["chek"][..], "'check'"),
        (&["check", "--fail-onn", "error"], "'--fail-on'"),
        (&["check", "--format", "sarfi"], "'sarif'"),
        (&["check", "--fail-on", "erorr"], "'error'"),
        (&["completions", "bsh"], "'bash'"),
    ] {
        let run = sandbox.run(arguments);
        assert_eq!(run.code, Some(2), "{run}");
        assert_eq!(run.stdout, "");
        assert!(run.stderr.contains(offered), "{run}");
    }
    assert_snapshot!(sandbox.run(&["--format", "csv", "check"]), @r"
    exit code: 2
    ---- stderr
    error: this command does not write `csv`
    hint: it writes `human`, `json`, `sarif`, `github`, `gitlab`, `junit`, `markdown`
    ");
}

#[test]
fn no_portfolio_says_what_to_do() {
    assert_snapshot!(Sandbox::empty().run(&["check"]), @r"
    exit code: 2
    ---- stderr
    error: no `relm.yaml` in `[ROOT]` or any folder above it
    hint: run `relm init` to start a portfolio, or name its folder with `-C DIR`
    ");
}

#[test]
fn the_folder_can_be_named() {
    let sandbox = Sandbox::empty().write("plans/relm.yaml", "kind: portfolio\nstages: [prod]\n").write("plans/a/x", "");
    for arguments in [["-C", "plans", "check"], ["check", "-C", "plans"], ["check", "--directory", "plans/a"]] {
        assert_eq!(sandbox.run(&arguments).code, Some(0), "{arguments:?}");
    }
    assert_eq!(sandbox.run(&["-C", "plans", "check", "-o", "a/out.txt"]).code, Some(0));
    assert!(sandbox.files().contains(&"plans/a/out.txt".to_owned()));
    assert_snapshot!(sandbox.run(&["-C", "plan", "check"]), @r"
    exit code: 2
    ---- stderr
    error: cannot enter the folder `plan`: it does not exist
    ");
    assert_eq!(sandbox.run(&["-C", "plans/relm.yaml", "check"]).code, Some(2));
}

fn today(sandbox: &Sandbox, variables: &[(&str, &str)], arguments: &[&str]) -> String {
    let arguments = [&["check", "--format", "json"], arguments].concat();
    let run = sandbox.run_with(variables, &arguments);
    assert_eq!(run.code, Some(0), "{run}");
    serde_json::from_str::<serde_json::Value>(&run.stdout).unwrap()["today"].as_str().unwrap().to_owned()
}

#[test]
fn today_is_meant_in_the_zone_of_the_portfolio() {
    let new_york = "kind: portfolio\nstages: [prod]\ntimezone: America/New_York\n";
    let sandbox = Sandbox::empty().write("relm.yaml", new_york);
    let at = |text: &str| today(&sandbox, &[], &["--today", text]);
    assert_eq!(at("2026-07-01"), "2026-07-01");
    assert_eq!(at("2026-07-01T23:30"), "2026-07-01");
    // Five hours behind in winter, four in summer; the clocks change on 8 March at 07:00Z.
    assert_eq!(at("2026-01-15T04:30Z"), "2026-01-14");
    assert_eq!(at("2026-07-15T04:30Z"), "2026-07-15");
    assert_eq!(at("2026-03-08T02:30"), "2026-03-08");
    assert_eq!(at("2026-03-09T04:30+00:00"), "2026-03-09");
    assert_eq!(at("2026-03-08T04:30+00:00"), "2026-03-07");
}

#[test]
fn today_comes_from_the_option_then_the_variable() {
    let sandbox = Sandbox::portfolio();
    assert_eq!(today(&sandbox, &[("RELM_TODAY", "2026-05-05")], &[]), "2026-05-05");
    assert_eq!(today(&sandbox, &[("RELM_TODAY", "2026-05-05")], &["--today", "2026-06-06"]), "2026-06-06");
    assert!(today(&sandbox, &[("RELM_TODAY", "")], &[]).starts_with("20"));
    let run = sandbox.run(&["check", "--today", "tomorrow"]);
    assert_eq!(run.code, Some(2), "{run}");
    assert!(run.stderr.starts_with("error: `tomorrow` is not a date or date-time"), "{run}");
}

#[test]
fn colours_follow_the_option_then_the_variables() {
    let sandbox = Sandbox::portfolio();
    let coloured = |variables: &[(&str, &str)], arguments: &[&str]| {
        let run = sandbox.run_with(variables, &[&["check"], arguments].concat());
        run.stdout.contains(ESCAPE)
    };
    assert!(!coloured(&[], &[]));
    assert!(coloured(&[], &["--color", "always"]));
    assert!(coloured(&[("CLICOLOR_FORCE", "1")], &[]));
    assert!(!coloured(&[("CLICOLOR_FORCE", "0")], &[]));
    assert!(!coloured(&[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")], &[]));
    assert!(!coloured(&[("CLICOLOR_FORCE", "1")], &["--color", "never"]));
    assert!(coloured(&[("NO_COLOR", "1")], &["--color=always"]));
    let run = sandbox.run_with(&[("CLICOLOR_FORCE", "1")], &["explain", "zzz"]);
    assert!(run.stderr.starts_with("\u{1b}[1;31merror:\u{1b}[0m no rule"), "{run}");
    assert!(!sandbox.run(&["--color", "never", "nonsense"]).stderr.contains(ESCAPE));
}

#[test]
fn quiet_and_verbose_speak_on_standard_error_only() {
    let sandbox = Sandbox::portfolio();
    let run = sandbox.run(&["check", "-v", "--format", "json"]);
    serde_json::from_str::<serde_json::Value>(&run.stdout).unwrap();
    assert!(run.stderr.contains("note: today is 2026-03-02 in UTC"), "{run}");
    assert_eq!(sandbox.run(&["check", "-q"]).stderr, "");
    assert_eq!(sandbox.run(&["check", "-q", "-v"]).code, Some(2));
}

#[test]
fn names_of_files_cannot_reach_the_terminal() {
    let run = Sandbox::portfolio().run(&["check", "x\u{1b}[2J.yaml"]);
    assert_eq!(run.code, Some(2));
    assert!(!run.stderr.contains(ESCAPE), "{run}");
}

#[test]
fn without_readable_settings_only_check_has_something_to_say() {
    for broken in ["kind: portfolio\nstages: [dev, prod\n", "", "kind: release\nid: a\ntype: minor\n"] {
        let sandbox = Sandbox::empty().write("relm.yaml", broken);
        for command in [&["plan"][..], &["show", "a"], &["graph"], &["new", "project", "a"]] {
            let run = sandbox.run(command);
            assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""), "{run}");
            assert!(run.stderr.contains("`relm check` shows why"), "{run}");
        }
        let run = sandbox.run(&["check"]);
        assert_eq!(run.code, Some(1), "{run}");
        assert!(run.stdout.contains("relm.yaml"), "{run}");
    }
}
