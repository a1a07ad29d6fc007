//! `relm export`. What other programs read in the files is the business of `tests/tables.py`.

use insta::assert_snapshot;

use crate::sandbox::{Sandbox, has_leftovers};

const FERRY: &str = "\
kind: project
id: hull
owner: crew
---
kind: environment
id: quay
stage: prod
timezone: Asia/Tokyo
---
kind: deployments
entries:
  - {id: D-1, project: hull, version: 1.10, environment: quay, release: lantern-1, at: 2026-03-01T09:00, result: succeeded}
  - {project: hull, version: \"=1+1\", environment: quay, at: 2026-03-01, commit: \"a, \\\"b\\\"\", result: failed}
";

fn ferry() -> Sandbox {
    Sandbox::portfolio().write("ferry.yaml", FERRY)
}

#[test]
fn every_table_is_a_file() {
    let sandbox = ferry();
    let run = sandbox.run(&["export", "out", "--table", "releases", "--table", "deployments", "--table", "criteria"]);
    assert_snapshot!(run, @r"
    exit code: 0
    ---- stdout
    Exported 3 tables to out
      criteria.csv     0 rows
      deployments.csv  2 rows
      releases.csv     1 row
    ");
    assert_eq!(sandbox.run(&["export", "out/tables"]).code, Some(0));
    let written =
        sandbox.files().into_iter().filter(|file| file.starts_with("out/tables/") && !file.contains("/.")).count();
    assert_eq!(written, relm::report::export::TABLES.len());
    assert!(!has_leftovers(&sandbox.path().join("out/tables")));
}

#[test]
fn values_are_told_exactly() {
    let sandbox = ferry();
    sandbox.run(&["export", "out", "--table", "deployments", "--table", "phases"]);
    assert_eq!(sandbox.read("out/deployments.csv").lines().count(), 3);
    assert_snapshot!(sandbox.read("out/deployments.csv"), @r#"
    id,project,version,environment,release,started,at,committed_at,commit,result,reason,file,line
    D-1,hull,1.10,quay,lantern-1,,2026-03-01T00:00:00Z,,,succeeded,planned,ferry.yaml,12
    ,hull,=1+1,quay,,,2026-02-28T15:00:00Z,,"a, ""b""",failed,planned,ferry.yaml,13
    "#);
    assert_snapshot!(sandbox.read("out/phases.csv"), @r"
    release,id,name,team,planned_start,planned_end,working_days,late_start,late_end,slack_days,free_slack_days,critical,forecast_start,forecast_end,actual_start,actual_end,progress,effort_person_days,file,line
    lantern-1,build,,,2026-03-09,2026-03-13,5,2026-04-06,2026-04-10,20,20,false,2026-03-09,2026-03-13,,,,,releases/lantern.yaml,8
    ");
    sandbox.run(&["export", "out", "--table", "deployments", "--format", "ndjson"]);
    assert_snapshot!(sandbox.read("out/deployments.ndjson"), @r#"
    {"id":"D-1","project":"hull","version":"1.10","environment":"quay","release":"lantern-1","started":null,"at":"2026-03-01T00:00:00Z","committed_at":null,"commit":null,"result":"succeeded","reason":"planned","file":"ferry.yaml","line":12}
    {"id":null,"project":"hull","version":"=1+1","environment":"quay","release":null,"started":null,"at":"2026-02-28T15:00:00Z","committed_at":null,"commit":"a, \"b\"","result":"failed","reason":"planned","file":"ferry.yaml","line":13}
    "#);
}

#[test]
fn files_are_the_same_each_time_and_others_are_left_alone() {
    let sandbox = ferry().write("out/notes.txt", "mine");
    let before = sandbox.run(&["check"]);
    for format in ["csv", "ndjson", "parquet"] {
        let read = |sandbox: &Sandbox| {
            let names = relm::report::export::TABLES.iter().map(|table| format!("out/{}.{format}", table.name));
            names.map(|name| std::fs::read(sandbox.path().join(name)).unwrap()).collect::<Vec<_>>()
        };
        assert_eq!(sandbox.run(&["export", "out", "--format", format]).code, Some(0));
        let first = read(&sandbox);
        sandbox.run(&["export", "out", "--format", format]);
        assert_eq!(first, read(&sandbox), "{format}");
    }
    assert_eq!(sandbox.read("out/notes.txt"), "mine");
    assert!(sandbox.read("out/releases.csv").starts_with("id,name,"));
    assert_eq!(sandbox.run(&["check"]).stdout, before.stdout, "what is exported is no manifest");
}

#[cfg(unix)]
#[test]
fn files_of_others_are_neither_replaced_nor_reached_through_links() {
    let sandbox = ferry().write("out/releases.csv", "theirs").write("elsewhere.csv", "theirs");
    let run = sandbox.run(&["export", "out"]);
    assert_eq!(run.code, Some(2), "{run}");
    assert_eq!(
        (sandbox.read("out/releases.csv").as_str(), sandbox.files().len()),
        ("theirs", 5),
        "nothing was written"
    );
    std::fs::remove_file(sandbox.path().join("out/releases.csv")).unwrap();
    assert_eq!(sandbox.run(&["export", "out", "--table", "releases"]).code, Some(0));
    let table = sandbox.path().join("out/releases.csv");
    std::fs::remove_file(&table).unwrap();
    std::os::unix::fs::symlink(sandbox.path().join("elsewhere.csv"), &table).unwrap();
    assert_eq!(sandbox.run(&["export", "out", "--table", "phases"]).code, Some(0));
    assert_eq!(sandbox.run(&["export", "out", "--table", "releases"]).code, Some(0), "one of its own files");
    assert_eq!(sandbox.read("elsewhere.csv"), "theirs");
    assert!(sandbox.read("out/releases.csv").starts_with("id,name,"));
    assert_snapshot!(sandbox.read("out/.relm-export"), @r"
    # Files that `relm export` made here, and may replace.
    phases.csv
    releases.csv
    ");
}

#[test]
fn every_row_fits_its_columns() {
    for (name, today) in [("northwind", "2026-11-16"), ("troubled", "2026-11-16")] {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(name);
        let sandbox = Sandbox::empty();
        let (root, out) = (root.to_str().unwrap(), sandbox.path().join("out"));
        let out = out.to_str().unwrap();
        let run = sandbox.run(&["-C", root, "--today", today, "export", out, "--format", "ndjson"]);
        assert_eq!(run.code, Some(0), "{run}");
        for table in relm::report::export::TABLES {
            for line in sandbox.read(&format!("out/{}.ndjson", table.name)).lines() {
                let row: serde_json::Map<String, serde_json::Value> = serde_json::from_str(line).unwrap();
                assert!(row.keys().eq(table.columns.iter().map(|column| column.name)), "{}: {line}", table.name);
                for column in table.columns {
                    let null = row[column.name].is_null();
                    assert!(!null || column.nullable, "{}.{}: {line}", table.name, column.name);
                }
            }
        }
    }
}

#[test]
fn a_revision_is_exported_as_it_was() {
    let mut sandbox = Sandbox::repository();
    sandbox.put("releases/lantern.yaml", crate::sandbox::RELEASE.replace("2026-04-10", "2026-05-15").as_bytes());
    sandbox.commit();
    sandbox.run(&["export", "now", "--table", "releases"]);
    sandbox.run(&["export", "then", "--table", "releases", "--at", "HEAD~1"]);
    assert!(sandbox.read("now/releases.csv").contains("2026-05-15"));
    assert!(sandbox.read("then/releases.csv").contains("2026-04-10"));
}

#[test]
fn what_cannot_be_exported_says_why() {
    let sandbox = ferry().write("taken", "").write("folder/releases.csv/x", "");
    assert_snapshot!(sandbox.run(&["export", "out", "--table", "relases"]), @r"
    exit code: 2
    ---- stderr
    error: no table `relases`
    hint: did you mean `releases`?
    ");
    assert_snapshot!(sandbox.run(&["export", "out", "--table", "zzz"]), @r"
    exit code: 2
    ---- stderr
    error: no table `zzz`
    hint: the tables are `approvals`, `bookings`, `changes`, `criteria`, `deployments`, `environments`, `findings`, `gates`, `incidents`, `metrics`, `milestones`, `moves`, `phases`, `pipelines`, `projects`, `releases`, `scope`, `scope_changes`, `snapshot`
    ");
    assert_snapshot!(sandbox.run(&["export", "taken"]), @r"
    exit code: 2
    ---- stderr
    error: `taken` is no folder
    hint: name a folder, which is made when it is not there
    ");
    assert_snapshot!(sandbox.run(&["export", "folder"]), @r"
    exit code: 2
    ---- stderr
    error: `folder/releases.csv` is there, and `relm export` did not make it
    hint: move it away, or name another folder; nothing was written
    ");
    assert_snapshot!(sandbox.run(&["export", "."]), @r"
    exit code: 2
    ---- stderr
    error: `.` holds a portfolio
    hint: name a folder of its own; nothing was written
    ");
    assert_snapshot!(sandbox.run(&["export", "out", "--format", "svg"]), @r"
    exit code: 2
    ---- stderr
    error: invalid value 'svg' for '--format <FORMAT>'
      [possible values: human, json, csv, ndjson, parquet]

    For more information, try '--help'.
    ");
    assert_eq!(sandbox.run(&["export"]).code, Some(2));
    assert!(!sandbox.path().join("out").exists(), "nothing is made in vain");
}
