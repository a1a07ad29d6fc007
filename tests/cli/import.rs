//! `relm import`.

use insta::assert_snapshot;

use crate::sandbox::{Run, Sandbox, has_leftovers};

const ROOT: &str = "kind: portfolio\nname: Ferry line\ntimezone: Europe/London\nstages: [test, prod]\nteams: [{id: crew}]\ncalendars:\n  # by the harbour master\n  default: {holidays: [{date: 2026-12-25, name: Christmas}]}\nrules: {unauthorised-deployment: \"off\", promotion-order: \"off\"}\n";

const DOCK: &str = "\
kind: environment
id: dock
stage: test
bookings:
  - id: drill   # each spring
    from: 2026-03-09
    to: 2026-03-10
    purpose: Drill
---
kind: environment
id: quay
stage: prod
timezone: Asia/Tokyo
---
kind: project
id: hull
owner: crew
---
kind: project
id: mast
owner: crew
";

const LOG: &str = "\
kind: deployments
entries:
  # the first of the year
  - id: D-1
    project: hull
    version: 1.10
    environment: quay   # in Tokyo
    at: 2026-02-01T09:00
    result: succeeded
";

fn harbour() -> Sandbox {
    Sandbox::empty().write("relm.yaml", ROOT).write("environments/dock.yaml", DOCK).write("records/2026.yaml", LOG)
}

fn import(sandbox: &Sandbox, line: &str) -> Run {
    sandbox.run(&[&["import"], &line.split(' ').collect::<Vec<_>>()[..]].concat())
}

/// The error of an import of these bytes.
fn problem(file: &str, bytes: &[u8]) -> String {
    let sandbox = harbour();
    sandbox.put(file, bytes);
    let before = sandbox.read("records/2026.yaml");
    let run = import(&sandbox, &format!("deployments {file} --write"));
    assert_eq!(run.code, Some(2), "{run}");
    assert_eq!(sandbox.read("records/2026.yaml"), before, "nothing was written");
    assert_eq!(sandbox.files().len(), 4);
    run.stderr
}

const HEAD: &str = "id,project,version,environment,at,result\n";

#[test]
fn deployments_are_added_once_and_the_log_stays_as_it_is() {
    let sandbox = harbour().write(
        "d.csv",
        &format!("{HEAD}D-1,hull,1.10,quay,2026-02-01 09:00,Succeeded\nD-2,mast,2.0,dock,2026-02-02T10:00:00.000+0100,ROLLED_BACK\n,mast,2.1,quay,2026-02-03 10:00,failed\n"),
    );
    let run = import(&sandbox, "deployments d.csv");
    assert_snapshot!(run, @r"
    exit code: 0
    ---- stdout
    Would add 2 deployments; 1 is there already  (`--write` writes them)
    records/2026.yaml
      10 +   - id: D-2
      11 +     project: mast
      12 +     version: 2.0
      13 +     environment: dock
      14 +     at: 2026-02-02T10:00+01:00
      15 +     result: rolled-back
      16 +   - project: mast
      17 +     version: 2.1
      18 +     environment: quay
      19 +     at: 2026-02-03T10:00
      20 +     result: failed
    ");
    assert_eq!(sandbox.read("records/2026.yaml"), LOG, "nothing is written without --write");
    assert_eq!(import(&sandbox, "deployments d.csv --write").code, Some(0));
    assert!(sandbox.read("records/2026.yaml").starts_with(LOG));
    assert_snapshot!(sandbox.read("records/2026.yaml")[LOG.len()..], @r"
    - id: D-2
      project: mast
      version: 2.0
      environment: dock
      at: 2026-02-02T10:00+01:00
      result: rolled-back
    - project: mast
      version: 2.1
      environment: quay
      at: 2026-02-03T10:00
      result: failed
    ");
    let again = import(&sandbox, "deployments d.csv --write");
    assert_snapshot!(again, @r"
    exit code: 0
    ---- stdout
    Nothing to add: no new deployments; 3 are there already
    ");
    assert!(!has_leftovers(&sandbox.path().join("records")));
    assert_eq!(sandbox.run(&["check"]).code, Some(0));
}

#[test]
fn what_is_exported_comes_in_again_as_nothing_new() {
    let sandbox = harbour();
    for (format, file) in [("csv", "deployments.csv"), ("ndjson", "deployments.ndjson")] {
        sandbox.run(&["export", "out", "--format", format]);
        let run = import(&sandbox, &format!("deployments out/{file} --write"));
        assert!(run.stdout.starts_with("Nothing to add: no new deployments; 1 is there already\n"), "{run}");
    }
}

#[test]
fn columns_and_words_of_others_are_mapped() {
    let sandbox = harbour().write(
        "jobs.json",
        r#"[{"key": "J-7", "service": {"name": "hull"}, "tag": "3.0", "done": "2026-02-05T10:00:00Z", "state": "OK", "ticket": "T-1"},
            {"key": "J-8", "service": {"name": "mast"}, "tag": "3.1", "done": "2026-02-05", "state": "KO", "ticket": null}]"#,
    );
    let maps = ["id=key", "project=service.name", "version=Tag", "at=done", "result=state", "x-ticket=ticket"];
    let words = ["result:ok=succeeded", "result:KO=failed"];
    let maps: Vec<&str> = maps.iter().chain(&words).flat_map(|map| ["--map", map]).collect();
    let run = sandbox.run(
        &[
            &[
                "import",
                "deployments",
                "jobs.json",
                "--set",
                "environment=dock",
                "--into",
                "records/jobs.yaml",
                "--write",
            ],
            &maps[..],
        ]
        .concat(),
    );
    assert_snapshot!(run, @r"
    exit code: 0
    ---- stdout
    Added 2 deployments
    records/jobs.yaml (new)
      1 + kind: deployments
      2 + entries:
      3 +   - {id: J-7, project: hull, version: 3.0, environment: dock, at: 2026-02-05T10:00Z, result: succeeded, x-ticket: T-1}
      4 +   - {id: J-8, project: mast, version: 3.1, environment: dock, at: 2026-02-05, result: failed}
    ");
    assert_eq!(sandbox.run(&["check"]).code, Some(0));
}

#[test]
fn rows_that_are_wrong_are_told_with_their_place() {
    let text = format!(
        "{HEAD}D-2,hul,1,dock,2026-02-30,done\nD 3,hull,,quay2,2026-02-01,failed\nD-4,hull,1,dock,2026-02-01,failed\nD-4,hull,2,dock,2026-02-01,failed\nD-5,hull\n"
    );
    let sandbox = harbour().write("d.csv", &text);
    assert_snapshot!(import(&sandbox, "deployments d.csv --write"), @r"
    exit code: 2
    ---- stdout
    d.csv, line 2, column `project`
        no project `hul`
        help: did you mean `hull`?
    d.csv, line 2, column `at`
        `2026-02-30` is not a date or date-time: February 2026 has 28 days
    d.csv, line 2, column `result`
        `done` is not one of `succeeded`, `failed`, `rolled-back`, `aborted`
        help: `--map 'result:done=WORD'` says which of them it means
    d.csv, line 3, column `id`
        `D 3` is not an id
        help: an id begins with a letter or digit and goes on with letters, digits,
        `.`, `_`, `-`
    d.csv, line 3, column `version`
        the version is missing
    d.csv, line 3, column `environment`
        no environment `quay2`
        help: did you mean `quay`?
    d.csv, line 5
        `D-4` stands in line 4 already, with another `version`
        help: leave one of the two out
    d.csv, line 6
        it has 2 values, the head has 6
    ---- stderr
    error: 4 of 5 rows cannot be added; nothing was written
    hint: mend them, or leave them out with `--skip-bad`
    ");
    assert_eq!(sandbox.read("records/2026.yaml"), LOG);
    let run = import(&sandbox, "deployments d.csv --write --skip-bad");
    assert!(run.stdout.contains("Added 1 deployment; 4 rows left out"), "{run}");
    assert!(sandbox.read("records/2026.yaml").contains("D-4"));
}

#[test]
fn what_is_there_with_other_values_stays_and_is_told() {
    let sandbox = harbour().write("d.csv", &format!("{HEAD}D-1,hull,1.11,quay,2026-02-01T00:00Z,succeeded\n"));
    let run = import(&sandbox, "deployments d.csv --write");
    assert_snapshot!(run, @r"
    exit code: 0
    ---- stdout
    Nothing to add: no new deployments; 1 is there already
    1 of what is there says something else and stays as it is:
      D-1 (records/2026.yaml): version is 1.10, the row says 1.11
    ");
    assert_eq!(sandbox.read("records/2026.yaml"), LOG);
}

#[test]
fn incidents_pipelines_and_changes_find_their_files() {
    let sandbox = harbour()
        .write("i.csv", "Id;Severity;Opened;Restored;Caused by;Owner\r\nI-1;2;2026-02-01 10:00;2026-02-01 11:00;D-1;crew\r\n")
        .write("p.ndjson", "{\"project\":\"hull\",\"name\":\"build\",\"at\":\"2026-02-01T10:00\",\"duration_seconds\":61}\n")
        .write("rfcs.csv", "id,name,type,status,window.start,window_end\nRFC-1,\"New, keel\",normal,approved,2026-04-01,2026-04-02\nRFC-2,Old,,,,\n");
    for line in ["incidents i.csv --write", "pipelines p.ndjson --write", "changes rfcs.csv --write"] {
        let run = import(&sandbox, line);
        assert_eq!(run.code, Some(0), "{run}");
        let again = import(&sandbox, line);
        assert!(again.stdout.starts_with("Nothing to add"), "{again}");
    }
    let made = ["records/incidents.yaml", "records/pipelines.yaml", "changes/rfcs.yaml"];
    assert_snapshot!(made.map(|file| format!("{file}\n{}", sandbox.read(file))).concat(), @r"
    records/incidents.yaml
    kind: incidents
    entries:
      - {id: I-1, owner: crew, severity: 2, opened: 2026-02-01T10:00, restored: 2026-02-01T11:00, caused_by: D-1}
    records/pipelines.yaml
    kind: pipelines
    entries:
      - {project: hull, at: 2026-02-01T10:00, name: build, duration: 2m}
    changes/rfcs.yaml
    kind: change
    id: RFC-1
    name: New, keel
    type: normal
    status: approved
    window: {start: 2026-04-01, end: 2026-04-02}
    ---
    kind: change
    id: RFC-2
    name: Old
    ");
    assert_eq!(sandbox.run(&["check"]).code, Some(0));
}

const EVENTS: &str = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART;VALUE=DATE:20260406\r\nDTEND;VALUE=DATE:20260409\r\nSUMMARY:Load test\r\nLOCATION:dock\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nDTSTART;TZID=Europe/Berlin:20260410T090000\r\nDURATION:PT2H\r\nSUMMARY:Load test\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";

#[test]
fn bookings_go_into_their_environments() {
    let sandbox = harbour()
        .write("b.ics", EVENTS)
        .write("b.csv", "environment,from,to,purpose,exclusive\ndock,2026-03-09,2026-03-10,Drill,no\nquay,2026-05-01,2026-05-02,Drill,yes\n");
    assert_snapshot!(import(&sandbox, "bookings b.ics"), @r"
    exit code: 2
    ---- stdout
    b.ics, line 8, column `environment`
        the environment is missing
    ---- stderr
    error: 1 of 2 rows cannot be added; nothing was written
    hint: mend them, or leave them out with `--skip-bad`
    ");
    assert_eq!(import(&sandbox, "bookings b.ics --set environment=dock --write").code, Some(0));
    assert_eq!(import(&sandbox, "bookings b.csv --write").code, Some(0));
    assert_snapshot!(sandbox.read("environments/dock.yaml"), @r"
    kind: environment
    id: dock
    stage: test
    bookings:
      - id: drill   # each spring
        from: 2026-03-09
        to: 2026-03-10
        purpose: Drill
      - id: load-test
        from: 2026-04-06
        to: 2026-04-08
        purpose: Load test
      - id: load-test-2
        from: 2026-04-10T09:00+02:00
        to: 2026-04-10T11:00+02:00
        purpose: Load test
    ---
    kind: environment
    id: quay
    stage: prod
    timezone: Asia/Tokyo
    bookings:
      - {id: drill, from: 2026-05-01, to: 2026-05-02, exclusive: true, purpose: Drill}
    ---
    kind: project
    id: hull
    owner: crew
    ---
    kind: project
    id: mast
    owner: crew
    ");
    for line in ["bookings b.ics --set environment=dock --write", "bookings b.csv --write"] {
        let again = import(&sandbox, line);
        assert!(again.stdout.starts_with("Nothing to add: no new bookings; 2 are there already"), "{again}");
    }
}

#[test]
fn holidays_are_copied_or_named() {
    let days = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:20200101\nRRULE:FREQ=YEARLY\nSUMMARY:New Year\nEND:VEVENT\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:20261225\nSUMMARY:Again\nEND:VEVENT\nEND:VCALENDAR\n";
    let sandbox =
        harbour().write("days.ics", days).write("off.csv", "date,name\n2026-08-31,Late summer\n2029-01-02,Later\n");
    assert_snapshot!(import(&sandbox, "holidays days.ics"), @r"
    exit code: 0
    ---- stdout
    Would add 3 holidays; 1 is there already  (`--write` writes them)
    1 of what is there says something else and stays as it is:
      line 7 (relm.yaml): name is Christmas, the row says Again
    relm.yaml
      8 -   default: {holidays: [{date: 2026-12-25, name: Christmas}]}
      8 +   default: {holidays: [{date: 2026-12-25, name: Christmas}, {date: 2026-01-01, name: New Year}, {date: 2027-01-01, name: New Year}, {date: 2028-01-01, name: New Year}]}
    ");
    assert_eq!(import(&sandbox, "holidays off.csv --to 2026-12-31 --write").code, Some(0));
    assert_eq!(import(&sandbox, "holidays days.ics --reference --write").code, Some(0));
    assert!(import(&sandbox, "holidays days.ics --reference --write").stdout.starts_with("Nothing to add"));
    assert!(import(&sandbox, "holidays days.ics --write").stdout.starts_with("Nothing to add"));
    assert_snapshot!(sandbox.read("relm.yaml"), @r#"
    kind: portfolio
    name: Ferry line
    timezone: Europe/London
    stages: [test, prod]
    teams: [{id: crew}]
    calendars:
      # by the harbour master
      default: {holidays: [{date: 2026-12-25, name: Christmas}, {date: 2026-08-31, name: Late summer}, {ics: days.ics}]}
    rules: {unauthorised-deployment: "off", promotion-order: "off"}
    "#);
    assert_snapshot!(import(&sandbox, "holidays off.csv --reference"), @r"
    exit code: 2
    ---- stderr
    error: `--reference` needs a calendar file (.ics)
    hint: leave it out to copy the days
    ");
    assert_snapshot!(import(&sandbox, "deployments d.csv --calendar uk"), @r"
    exit code: 2
    ---- stderr
    error: `--calendar` is for holidays
    hint: leave it out
    ");
}

#[test]
fn files_that_are_no_tables_say_why() {
    assert_snapshot!(problem("d.csv", b""), @"error: cannot read `d.csv`: the file is empty");
    assert_snapshot!(problem("d.csv", b"id,id\n1,2\n"), @r"
    error: cannot read `d.csv`, line 1: the columns 1 and 2 are both called `id`
    hint: rename one of them
    ");
    assert_snapshot!(problem("d.csv", b"id,project\nD-1,h\xe9\n"), @r"
    error: cannot read `d.csv`, line 2: it is not UTF-8
    hint: save the file as UTF-8
    ");
    assert_snapshot!(problem("d.csv", b"\x7fELF\0\0\0"), @r"
    error: cannot read `d.csv`: the file is no text
    hint: export it again as CSV, JSON or NDJSON
    ");
    assert_snapshot!(problem("d.csv", "\u{feff}id;project\r\n1;2\r\n".as_bytes()), @r"
    error: no column is called `version` or `environment` or `at` or `result`
    hint: the columns are `id`, `project`
    hint: `--map version=COLUMN` says which one it is, `--set version=VALUE` is the same for every row
    ");
    assert_snapshot!(problem("d.json", b"{\"jobs\": []}"), @r"
    error: cannot read `d.json`: the file holds one object, not a list
    hint: the list seems to be in `jobs`; pass it alone, for example with `jq .jobs`
    ");
    assert_snapshot!(problem("d.json", b"[{]"), @"error: cannot read `d.json`, line 1: the JSON cannot be read at column 3: key must be a string");
    assert_snapshot!(problem("d.xlsx", b"PK"), @r"
    error: nobody knows how `d.xlsx` is written
    hint: name a file that ends in `.csv`, `.tsv`, `.json`, `.ndjson`, `.jsonl`
    ");
    let line = vec![b'x'; 100 * 1024 * 1024];
    assert_snapshot!(problem("d.csv", &line), @r"
    error: cannot read `d.csv`: the file is larger than 64 MiB
    hint: split it; what is there already is skipped
    ");
    let sandbox = harbour();
    assert_snapshot!(import(&sandbox, "deployments no.csv"), @r"
    exit code: 2
    ---- stderr
    error: cannot read `no.csv`: it does not exist
    ");
    assert_snapshot!(import(&sandbox, "deploys no.csv"), @r"
    exit code: 2
    ---- stderr
    error: invalid value 'deploys' for '<KIND>'
      [possible values: deployments, incidents, changes, pipelines, bookings, holidays]

      tip: a similar value exists: 'deployments'

    For more information, try '--help'.
    ");
}

#[test]
fn logs_that_cannot_be_read_are_not_touched() {
    let sandbox = harbour()
        .write("d.csv", &format!("{HEAD}D-2,hull,1,dock,2026-02-01,failed\n"))
        .write("records/2027.yaml", "kind: deployments\nentries: [{id: D-9\n")
        .write("records/2028.yaml", "kind: deployments\nentries:\n  - {id: D-2, project: hull}\n");
    assert_snapshot!(import(&sandbox, "deployments d.csv --into records/2027.yaml --write"), @r"
    exit code: 2
    ---- stderr
    warning: 5 errors in the manifests, found on reading them; see `relm check`
    error: records/2027.yaml:2: this file cannot be changed before it can be read: `{` is never closed
    hint: close it, or quote a text that holds a bracket
    ");
    let run = import(&sandbox, "deployments d.csv --into records/2028.yaml --write");
    assert!(run.stdout.starts_with("Nothing to add: no new deployments; 1 is there already"), "{run}");
    assert_snapshot!(import(&sandbox, "deployments d.csv --into .hidden/x.yaml --write"), @r"
    exit code: 2
    ---- stderr
    warning: 5 errors in the manifests, found on reading them; see `relm check`
    error: what is written into `.hidden/x.yaml` would not be read
    hint: it is hidden, ignored by git, excluded by `relm.yaml`, or cannot be read; name another file with `--into`
    ");
    assert!(!sandbox.path().join(".hidden").exists());
}

#[test]
fn thousands_of_rows_are_one_change() {
    let row = |row: u32| format!("B-{row},mast,1.{row},dock,2026-02-01T10:00,succeeded");
    let rows = (0..3_000).map(row).collect::<Vec<_>>().join("\n");
    let sandbox = harbour().write("d.csv", &format!("{HEAD}{rows}"));
    let run = import(&sandbox, "deployments d.csv --write --format json");
    assert_eq!(run.code, Some(0));
    let view: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!((view["added"].as_u64(), view["written"].as_bool()), (Some(3_000), Some(true)));
    let again: serde_json::Value =
        serde_json::from_str(&import(&sandbox, "deployments d.csv --format json").stdout).unwrap();
    assert_eq!((again["added"].as_u64(), again["skipped"].as_u64()), (Some(0), Some(3_000)));
    assert_eq!(again["differing"].as_array().unwrap().len(), 0);
}

#[test]
fn a_quote_that_is_open_swallows_no_rows() {
    let open = format!(
        "{HEAD}D-2,hull,\"2.0,quay,2026-03-01,failed\nD-3,hull,2.1,quay,2026-03-02,failed\nD-4,hull,\"2.2\",quay,2026-03-03,failed\n"
    );
    assert_snapshot!(problem("open.csv", open.as_bytes()), @r"
    error: cannot read `open.csv`, line 2: a quote opens here, and text follows where it closes in line 4
    hint: close the quote; one that belongs to a text is written twice
    ");
}

#[test]
fn holidays_are_chosen_by_the_column_that_is_mapped() {
    let rows = "Day,name\n2026-08-31,Late summer\n2026-08-31,Regatta\n2026-08-31,Regatta\n2027-08-30,Later\n";
    let sandbox = harbour().write("off.csv", rows);
    assert_snapshot!(import(&sandbox, "holidays off.csv --map date=Day --from 2026-01-01 --to 2026-12-31"), @r"
    exit code: 0
    ---- stdout
    Would add 1 holiday; 2 stand twice in the file  (`--write` writes them)
    relm.yaml
      8 -   default: {holidays: [{date: 2026-12-25, name: Christmas}]}
      8 +   default: {holidays: [{date: 2026-12-25, name: Christmas}, {date: 2026-08-31, name: Late summer / Regatta}]}
    ");
}

#[test]
fn what_cannot_have_happened_is_not_brought_in() {
    let sandbox = harbour()
        .write("i.csv", "id,project,opened,restored\nI-1,hull,2026-03-02T09:00,2026-03-01T09:00\n")
        .write("d.csv", "project,version,environment,started,at,result\nhull,3,dock,2026-03-02,2026-03-01,failed\n");
    for (what, says) in [
        ("incidents i.csv", "`restored` (2026-03-01T09:00) comes before `opened` (2026-03-02T09:00)"),
        ("deployments d.csv", "`at` (2026-03-01) comes before `started` (2026-03-02)"),
    ] {
        let run = import(&sandbox, what);
        assert!(run.code == Some(2) && run.stdout.contains(says), "{run}");
    }
}

#[test]
fn times_of_others_are_read_as_they_write_them() {
    let sandbox = harbour()
        .write("i.csv", "id,project,opened,restored\nI-1,hull,02/Nov/25 10:00 AM,2025-11-02T12:30\n")
        .write("d.csv", "project,version,environment,at,result\nhull,3,dock,1762860000,failed\n");
    let run = import(&sandbox, "deployments d.csv");
    assert!(run.code == Some(2) && run.stdout.contains("help: `--time-format` says how times are written"), "{run}");
    let run = import(&sandbox, "deployments d.csv --time-format epoch");
    assert!(run.code == Some(0) && run.stdout.contains("at: 2025-11-11T11:20Z"), "{run}");
    let pattern = |pattern| sandbox.run(&["import", "incidents", "i.csv", "--time-format", pattern]);
    let run = pattern("%d/%b/%y %I:%M %p");
    assert!(run.stdout.contains("opened: 2025-11-02T10:00, restored: 2025-11-02T12:30"), "{run}");
    let run = pattern("%d/%m/%Y");
    assert!(run.stdout.contains("`02/Nov/25 10:00 AM` is not written as `--time-format '%d/%m/%Y'` says"), "{run}");
    assert_eq!(pattern("dd/mm").code, Some(2));
}

#[test]
fn runs_that_differ_in_anything_are_different_runs() {
    let runs = "project,at,duration_seconds,build\nhull,2026-03-01T09:00:00,61,1\nhull,2026-03-01T09:00:00,62,2\nhull,2026-03-01T09:00:00,62,2\n";
    let sandbox = harbour().write("runs.csv", runs);
    let run = import(&sandbox, "pipelines runs.csv --write");
    assert!(run.stdout.starts_with("Added 2 pipeline runs; 1 stands twice in the file"), "{run}");
    let again = import(&sandbox, "pipelines runs.csv --write");
    assert!(
        again.stdout.starts_with("Nothing to add: no new pipelines; 2 are there already; 1 stands twice"),
        "{again}"
    );
    sandbox.put("runs.csv", format!("{runs}hull,2026-03-01T09:00:00,62,3\n").as_bytes());
    let more = import(&sandbox, "pipelines runs.csv");
    assert!(more.stdout.starts_with("Would add 1 pipeline run; 2 are there already; 1 stands twice"), "{more}");
}

#[test]
fn a_zone_nobody_knows_concerns_one_event() {
    let event = |zone: &str| {
        format!(
            "BEGIN:VEVENT\nSUMMARY:{zone}\nDTSTART;TZID={zone}:20261123T090000\nDTEND;TZID={zone}:20261123T100000\nEND:VEVENT\n"
        )
    };
    let text = format!("BEGIN:VCALENDAR\n{}{}END:VCALENDAR\n", event("W. Europe Standard Time"), event("Harbour Time"));
    let sandbox = harbour().write("team.ics", &text);
    assert_snapshot!(import(&sandbox, "bookings team.ics --set environment=dock --skip-bad"));
}
