//! What is generated from the code and committed: refresh it with `RELM_UPDATE=1 cargo test --test generated`.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::path::Path;
use std::process::Command;

use relm::report::{Header, Revision};
use relm::rules::RULES;

fn hold(path: &str, generated: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    if std::env::var_os("RELM_UPDATE").is_some() {
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(&file, generated).unwrap();
        return;
    }
    let committed = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(
        committed == generated,
        "{path} is out of date; refresh it with `RELM_UPDATE=1 cargo test --test generated`"
    );
}

#[test]
fn the_reference_of_rules_is_current() {
    let header = || Header {
        schema: relm::report::rules::EXPLAIN_SCHEMA,
        today: relm::time::MIN_DATE,
        revision: Revision { commit: None, dirty: false },
    };
    let pages: Vec<_> = RULES.iter().map(|rule| relm::report::rules::Explanation::new(header(), rule, None)).collect();
    hold("schema/RULES.md", &relm::render::rules::reference(&pages));
}

#[test]
fn the_reference_of_commands_is_current() {
    hold("schema/COMMANDS.md", &relm::cli::reference());
}

#[test]
fn the_reference_of_exported_tables_is_current() {
    hold("schema/EXPORT.md", &relm::render::export::reference(relm::report::export::TABLES));
}

#[test]
fn the_schemas_of_output_are_current() {
    for (name, schema) in relm::report::schemas() {
        hold(&format!("schema/output/{name}.json"), &relm::render::json::render(&schema));
    }
}

/// Makes the folder a repository with all its files in one commit.
fn commit(root: &Path) {
    let git = git2::Repository::init(root).unwrap();
    let mut index = git.index().unwrap();
    index.add_all(["*"], git2::IndexAddOption::DEFAULT, None).unwrap();
    let tree = git.find_tree(index.write_tree().unwrap()).unwrap();
    let who = git2::Signature::new("Test Person", "person@example.com", &git2::Time::new(1_767_225_600, 0)).unwrap();
    git.commit(Some("HEAD"), &who, &who, "All", &tree, &[]).unwrap();
}

#[test]
fn json_output_is_what_its_schema_says() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("p");
    let relm = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_relm")).args(arguments).output().unwrap();
        serde_json::from_slice::<serde_json::Value>(&output.stdout)
            .unwrap_or_else(|error| panic!("{arguments:?}: {error}: {}", String::from_utf8_lossy(&output.stderr)))
    };
    let at = root.to_str().unwrap();
    let init = relm(&["init", at, "--example", "--format", "json", "--today", "2026-11-16"]);
    let mut seen = vec![("init", init)];
    let mut add = |name: &'static str, arguments: &[&str]| {
        let base = ["-C", at, "--format", "json", "--today", "2026-12-24"];
        let words: Vec<&str> = name.split('.').collect();
        seen.push((name, relm(&[&base, &*words, arguments].concat())));
    };
    add("check", &[]);
    add("can-deploy", &["booking", "uat-1"]);
    add("plan", &[]);
    add("show", &["timetable-2.3"]);
    add("todo", &[]);
    add("calendar", &[]);
    add("graph", &[]);
    add("artifacts.verify", &[]);
    add("cab.agenda", &[]);
    add("env.list", &[]);
    add("env.conflicts", &[]);
    add("env.schedule", &[]);
    add("env.show", &["sit-1"]);
    add("env.state", &[]);
    add("env.usage", &[]);
    add("env.free", &["--for", "3d"]);
    add("env.advise", &[]);
    add("env.book", &["uat-1", "--from", "2027-03-01", "--to", "2027-03-02", "--purpose", "Drill", "--dry-run"]);
    add("audit", &[]);
    add("gate.list", &[]);
    add("gate.show", &["timetable-2.3", "go-live"]);
    add("gate.verify", &[]);
    add("evidence", &["timetable-2.3", "--allow-dirty"]);
    add("gate.approve", &["timetable-2.3", "uat-exit", "--as", "gus", "--dry-run"]);
    add("gate.reject", &["timetable-2.3", "uat-exit", "--as", "gus", "--dry-run"]);
    let waiver = ["timetable-2.3/uat-exit/sev1", "--reason", "Test line only", "--expires", "2027-12-31"];
    add("gate.waive", &[&waiver[..], &["--as", "gus", "--dry-run"]].concat());
    let out = folder.path().join("out");
    add("export", &[out.to_str().unwrap()]);
    let table = folder.path().join("incidents.csv");
    std::fs::write(&table, "id,opened,severity\nINC-9,2026-12-01T10:00,3\n").unwrap();
    add("import", &["incidents", table.to_str().unwrap()]);
    add("report.backlog", &[]);
    add("report.changes", &[]);
    add("report.dora", &["--by", "project", "--explain"]);
    add("report.environments", &["--compare", "previous"]);
    add("report.gates", &["--by", "team"]);
    add("report.improvement", &[]);
    add("report.kpi", &["--by", "month"]);
    add("report.maturity", &[]);
    add("report.pipelines", &["--explain"]);
    add("report.portfolio", &[]);
    add("report.risk", &[]);
    commit(&root);
    add("report.release", &["booking-5.0", "--compare", "HEAD"]);
    add("report.status", &["--compare", "HEAD"]);
    add("cab.digest", &["--since", "HEAD"]);
    add("impact", &["booking-5.0", "--slip", "5d"]);
    add("history", &["--derived"]);
    add("rules", &[]);
    add("explain", &["overdue-phase"]);
    add("set", &["booking-5.0/build", "progress=80", "--dry-run"]);
    add("record", &["incident", "--id", "INC-9", "--project", "booking", "--opened", "now", "--dry-run"]);
    let site = folder.path().join("site");
    add("site", &[site.to_str().unwrap()]);
    // Last, for it changes what the others would say.
    add("new", &["release", "extra-1"]);
    add("diff", &["HEAD"]);
    let schemas = relm::report::schemas();
    for (name, document) in &seen {
        let (_, schema) = schemas.iter().find(|(command, _)| command == name).unwrap();
        let validator = jsonschema::validator_for(schema.as_value()).unwrap();
        let faults: Vec<String> = validator.iter_errors(document).map(|error| error.to_string()).collect();
        assert!(faults.is_empty(), "{name}: {faults:?}");
        assert_eq!(document["schema"], format!("relm.{name}/1"));
    }
    assert_eq!(seen.len(), schemas.len(), "every view is held");
}
