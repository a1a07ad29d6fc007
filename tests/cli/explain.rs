//! `relm explain`, `relm rules`, `relm schema`, `relm completions`, `relm man`.

use insta::assert_snapshot;

use crate::sandbox::Sandbox;

#[test]
fn a_page_reads_well_at_80_columns() {
    let run = Sandbox::empty().run(&["explain", "unused-suppression"]);
    assert!(run.stdout.lines().all(|line| line.chars().count() <= 80), "{run}");
    assert_snapshot!(run);
}

#[test]
fn unknown_rules_are_answered_with_the_nearest() {
    assert_snapshot!(Sandbox::empty().run(&["explain", "unused-supression"]), @r"
    exit code: 2
    ---- stderr
    error: no rule `unused-supression`
    hint: did you mean `unused-suppression`?
    ");
    assert_snapshot!(Sandbox::empty().run(&["explain", "zzz"]), @r"
    exit code: 2
    ---- stderr
    error: no rule `zzz`
    hint: `relm rules` lists them
    ");
}

#[test]
fn levels_are_those_of_the_portfolio_around() {
    let sandbox = Sandbox::portfolio()
        .write("relm.yaml", "kind: portfolio\nstages: [prod]\nrules: {unused-suppression: \"off\"}\n");
    let rules: serde_json::Value = serde_json::from_str(&sandbox.run(&["rules", "--format", "json"]).stdout).unwrap();
    let rule = rules["rules"].as_array().unwrap().iter().find(|rule| rule["name"] == "unused-suppression").unwrap();
    assert_eq!((&rule["level"], &rule["default"]), (&"off".into(), &"warning".into()));
    assert_eq!(rules["schema"], "relm.rules/1");
    let outside: serde_json::Value =
        serde_json::from_str(&Sandbox::empty().run(&["explain", "unused-suppression", "--format", "json"]).stdout)
            .unwrap();
    assert_eq!(outside["level"], "warning");
    assert_eq!(outside["schema"], "relm.explain/1");
}

#[test]
fn the_list_fits_80_columns() {
    let run = Sandbox::empty().run(&["rules"]);
    assert_eq!(run.code, Some(0));
    assert!(run.stdout.lines().all(|line| line.chars().count() <= 80), "{run}");
    assert!(run.stdout.contains("unused-suppression"));
}

#[test]
fn schemas_are_printed_and_written() {
    let sandbox = Sandbox::empty();
    let release: serde_json::Value = serde_json::from_str(&sandbox.run(&["schema", "release"]).stdout).unwrap();
    assert!(release["properties"]["phases"].is_object());
    assert_eq!(sandbox.run(&["schema", "--write", "a/b"]).code, Some(0));
    assert!(sandbox.files().contains(&"a/b/manifest.json".to_owned()));
    assert_eq!(serde_json::from_str::<serde_json::Value>(&sandbox.read("a/b/release.json")).unwrap(), release);
    assert_snapshot!(sandbox.run(&["schema", "relase"]), @r"
    exit code: 2
    ---- stderr
    error: no kind of manifest `relase`
    hint: did you mean `release`?
    ");
}

#[test]
fn completions_and_manual_pages_cover_every_command() {
    let sandbox = Sandbox::empty();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let run = sandbox.run(&["completions", shell]);
        assert_eq!(run.code, Some(0));
        assert!(run.stdout.contains("check") && run.stdout.contains("statistics"), "{shell}");
    }
    let run = sandbox.run(&["man", "pages"]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(0), ""), "{run}");
    let help = sandbox.run(&["--help"]).stdout;
    let commands = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    for command in commands.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help") {
        let page = sandbox.read(&format!("pages/relm-{command}.1"));
        assert!(page.contains(".TH relm-"), "{command}");
        assert!(page.contains("today"), "{command} lacks the options of every command");
    }
    assert!(sandbox.read("pages/relm.1").contains("check"));
}
