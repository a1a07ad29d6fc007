//! `relm record`.

use std::process::Stdio;

use insta::assert_snapshot;

use crate::sandbox::{Run, Sandbox, has_leftovers};

const ROOT: &str = "kind: portfolio\nname: Ferry line\ntimezone: Europe/London\nstages: [test, prod]\nteams: [{id: crew}]\nrules: {unauthorised-deployment: \"off\"}\n";

const DOCK: &str = "\
kind: environment
id: dock
stage: test
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

/// Two environments and two projects, without findings and records.
fn harbour() -> Sandbox {
    Sandbox::empty().write("relm.yaml", ROOT).write("environments/dock.yaml", DOCK)
}

fn record(sandbox: &Sandbox, line: &str) -> Run {
    sandbox.run(&[&["record"], &line.split(' ').collect::<Vec<_>>()[..]].concat())
}

fn record_at(sandbox: &Sandbox, now: &str, line: &str) -> Run {
    sandbox.run_with(&[("RELM_TODAY", now)], &[&["record"], &line.split(' ').collect::<Vec<_>>()[..]].concat())
}

/// A run that must end well; the word that says how, after what was found.
fn done(run: &Run) -> &str {
    assert_eq!(run.code, Some(0), "{run}");
    let lines = run.stdout.lines().filter(|line| !line.starts_with(' '));
    lines.filter_map(|line| line.split(' ').next()).find(|word| word.ends_with("ed")).unwrap()
}

const DEPLOYED: &str = "deployment --project hull --version 4.2.0 --environment quay --result succeeded";

#[test]
fn a_first_deployment_begins_the_log() {
    let sandbox = harbour();
    let run = record(
        &sandbox,
        &format!("{DEPLOYED} --id D-1 --at 2026-03-01T23:10 --started 2026-03-01T22:05 --commit 1f3c9aa"),
    );
    assert_snapshot!(run, @r"
    exit code: 0
    ---- stdout
    Recorded deployment D-1 in records/deployments.yaml:3
      1 + kind: deployments
      2 + entries:
      3 +   - {id: D-1, project: hull, version: 4.2.0, environment: quay, started: 2026-03-01T22:05, at: 2026-03-01T23:10, commit: 1f3c9aa, result: succeeded}
    ");
    assert_eq!(sandbox.run(&["show", "deployment/D-1"]).code, Some(0));
    assert_eq!(sandbox.files(), ["environments/dock.yaml", "records/deployments.yaml", "relm.yaml"]);
    assert!(!has_leftovers(&sandbox.path().join("records")));
}

#[test]
fn what_a_check_finds_is_told_and_recorded() {
    let sandbox = harbour();
    sandbox.put("relm.yaml", ROOT.split("rules:").next().unwrap().as_bytes());
    let run = record(&sandbox, &format!("{DEPLOYED} --id D-1 --at 2026-03-01T23:10"));
    assert_eq!(done(&run), "Recorded");
    assert!(run.stdout.contains("warning[unauthorised-deployment]"), "{run}");
    assert!(sandbox.read("records/deployments.yaml").contains("D-1"));
}

#[test]
fn recorded_twice_is_recorded_once() {
    let sandbox = harbour();
    let line = format!("{DEPLOYED} --at 2026-03-01T23:10");
    assert_eq!(done(&record(&sandbox, &line)), "Recorded");
    let log = sandbox.read("records/deployments.yaml");
    // In Tokyo it is nine hours later.
    assert!(log.contains("{id: hull-4.2.0-quay-20260301T141000Z,"), "{log}");
    assert_snapshot!(record(&sandbox, &line), @r"
    exit code: 0
    ---- stdout
    Recorded already: deployment hull-4.2.0-quay-20260301T141000Z in records/deployments.yaml:3
    ");
    // The same instant, said otherwise.
    let run = record(&sandbox, &format!("{DEPLOYED} --at 2026-03-01T14:10Z"));
    assert!(run.stdout.starts_with("Recorded already"), "{run}");
    assert_eq!(sandbox.read("records/deployments.yaml"), log);
    // One that was written by hand, without an id, is known by its values.
    sandbox.put("records/deployments.yaml", log.replace("id: hull-4.2.0-quay-20260301T141000Z, ", "").as_bytes());
    let run = record(&sandbox, &line);
    assert!(run.stdout.starts_with("Recorded already: a deployment in"), "{run}");
}

#[test]
fn now_is_the_clock_of_the_environment_and_a_retry_is_no_deployment() {
    let sandbox = harbour();
    let now = |time: &str, rest: &str| {
        let run = record_at(&sandbox, time, &format!("{DEPLOYED} --at now{rest}"));
        assert_eq!(done(&run), "Recorded");
        run.stdout
    };
    assert!(!now("2026-03-01T14:10Z", "").contains("already"));
    assert!(sandbox.read("records/deployments.yaml").contains("at: 2026-03-01T23:10,"));
    assert!(now("2026-03-01T14:40:05Z", "").contains("already"));
    // Another commit, another version in between, or much later: that is another one.
    assert!(!now("2026-03-01T14:45Z", " --commit abc").contains("already"));
    assert!(!now("2026-03-01T16:00Z", " --commit abc").contains("already"));
    done(&record_at(
        &sandbox,
        "2026-03-01T16:10Z",
        "deployment --project hull --version 4.1.9 --environment quay --result succeeded --at now --reason rollback",
    ));
    assert!(!now("2026-03-01T16:20Z", " --commit abc").contains("already"));
    // With an id, a later `now` is no contradiction.
    assert!(!now("2026-03-01T17:00Z", " --id J-1").contains("already"));
    assert!(now("2026-03-03T17:00Z", " --id J-1").contains("already"));
    assert_eq!(sandbox.read("records/deployments.yaml").lines().count(), 2 + 6);
}

#[test]
fn values_that_lack_are_added_and_others_refused() {
    let sandbox = harbour();
    done(&record(
        &sandbox,
        "incident --id INC-1 --project hull --environment quay --severity 1 --opened 2026-03-01T09:00",
    ));
    let run = record_at(&sandbox, "2026-03-01T01:30Z", "incident --id INC-1 --restored now");
    assert_snapshot!(run, @r"
    exit code: 0
    ---- stdout
    Updated incident INC-1 in records/incidents.yaml:3
      restored  – → 2026-03-01T10:30  records/incidents.yaml:3
    ");
    let log = sandbox.read("records/incidents.yaml");
    assert_eq!(
        done(&record(&sandbox, "incident --id INC-1 --severity 1 --opened 2026-03-01T00:00Z --restored now")),
        "Recorded"
    );
    let run = record(&sandbox, "incident --id INC-1 --severity 2 --opened 2026-03-01T09:00 --caused-by D-9");
    assert!(run.code == Some(2) && run.stderr.contains("no deployment or release `D-9`"), "{run}");
    let run = record(&sandbox, "incident --id INC-1 --severity 2 --opened 2026-03-01T09:30");
    assert_eq!(sandbox.read("records/incidents.yaml"), log);
    assert_snapshot!(run, @r"
    exit code: 2
    ---- stdout
    Recorded with other values: incident INC-1 in records/incidents.yaml:3
      severity  1 → 2
      opened    2026-03-01T09:00 → 2026-03-01T09:30
    ---- stderr
    error: `INC-1` is recorded with other values; nothing was written
    hint: `--update` replaces them; another record needs another `--id`
    ");
    assert_eq!(done(&record(&sandbox, "incident --id INC-1 --severity 2 --update")), "Updated");
    assert_eq!(sandbox.read("records/incidents.yaml"), log.replace("severity: 1", "severity: 2"));
}

#[test]
fn runs_of_pipelines_have_no_id() {
    let sandbox = harbour();
    let line = "pipeline --project hull --name build --duration 38m --at 2026-03-01T10:00 --result succeeded";
    assert_eq!(done(&record(&sandbox, line)), "Recorded");
    assert!(record(&sandbox, line).stdout.starts_with("Recorded already: a pipeline run in"));
    assert_eq!(done(&record(&sandbox, &line.replace("38m", "39m"))), "Recorded");
    assert_eq!(
        sandbox.read("records/pipelines.yaml"),
        "kind: pipelines\nentries:\n  - {project: hull, at: 2026-03-01T10:00, name: build, duration: 38m, result: succeeded}\n  \
         - {project: hull, at: 2026-03-01T10:00, name: build, duration: 39m, result: succeeded}\n"
    );
}

#[test]
fn changes_are_manifests_that_move_on() {
    let sandbox = harbour();
    let run = record(&sandbox, "change --id RFC-1 --project hull --type normal --status submitted");
    assert_snapshot!(run, @r"
    exit code: 0
    ---- stdout
    Recorded change RFC-1 in changes/RFC-1.yaml:1
      1 + kind: change
      2 + id: RFC-1
      3 + project: hull
      4 + type: normal
      5 + status: submitted
    ");
    let approved = "change --id RFC-1 --project hull --status approved --window-start 2026-04-01T22:00 --window-end 2026-04-02T06:00";
    assert_eq!(done(&record(&sandbox, approved)), "Updated");
    assert_eq!(done(&record(&sandbox, approved)), "Recorded");
    assert_eq!(done(&record(&sandbox, "change --id RFC-1 --window-end 2026-04-02T05:00")), "Updated");
    let text = "kind: change\nid: RFC-1\nproject: hull\ntype: normal\nstatus: approved\nwindow: {start: 2026-04-01T22:00, end: 2026-04-02T05:00}\n";
    assert_eq!(sandbox.read("changes/RFC-1.yaml"), text);
    let run = record(&sandbox, "change --id RFC-1 --project mast");
    assert!(run.code == Some(2) && run.stdout.contains("project  hull → mast"), "{run}");
    // Half a window is no window.
    let run = record(&sandbox, "change --id RFC-2 --window-start 2026-04-01T22:00");
    assert!(run.code == Some(2) && run.stdout.contains("`end` is missing"), "{run}");
    assert!(!sandbox.path().join("changes/RFC-2.yaml").exists());
    // Another document in a file that is named.
    done(&record(&sandbox, "change --id RFC-2 --project mast --into changes/RFC-1.yaml"));
    assert_eq!(sandbox.read("changes/RFC-1.yaml"), format!("{text}---\nkind: change\nid: RFC-2\nproject: mast\n"));
}

#[test]
fn the_log_with_the_latest_entry_grows_in_its_own_style() {
    let old = "kind: deployments\nentries:\n  - {project: hull, version: 1, environment: dock, at: 2026-01-01, result: succeeded}\n";
    let new = "# By hand.\r\nkind: deployments\r\nentries:   # newest last\r\n- project: hull # the big one\r\n  version: 2\r\n  environment: dock\r\n  at: 2026-02-01\r\n  result: succeeded";
    let sandbox = harbour().write("records/2025.yaml", new).write("records/2026.yaml", old);
    done(&record(
        &sandbox,
        "deployment --id D-3 --project hull --version 3 --environment dock --at 2026-03-01T10:00 --result failed",
    ));
    assert_eq!(sandbox.read("records/2026.yaml"), old);
    let entry = "\r\n- id: D-3\r\n  project: hull\r\n  version: 3\r\n  environment: dock\r\n  at: 2026-03-01T10:00\r\n  result: failed";
    assert_eq!(sandbox.read("records/2025.yaml"), format!("{new}{entry}"));
    // A log without entries is one, too; and `--into` decides.
    let sandbox = harbour().write("logs/incidents.yaml", "kind: incidents\nentries: []\n");
    done(&record(&sandbox, "incident --id I-1 --opened 2026-03-01"));
    assert_eq!(sandbox.read("logs/incidents.yaml"), "kind: incidents\nentries: [{id: I-1, opened: 2026-03-01}]\n");
    done(&record(&sandbox, "incident --id I-2 --opened 2026-03-02 --into environments/dock.yaml"));
    assert_eq!(
        sandbox.read("environments/dock.yaml"),
        format!("{DOCK}---\nkind: incidents\nentries:\n  - {{id: I-2, opened: 2026-03-02}}\n")
    );
    done(&record(&sandbox, "incident --id I-3 --opened 2026-03-03"));
    assert!(sandbox.read("environments/dock.yaml").ends_with("  - {id: I-3, opened: 2026-03-03}\n"));
}

#[test]
fn jobs_at_the_same_time_lose_nothing() {
    let sandbox = harbour();
    let start = |number: usize| {
        let line = format!("record pipeline --project hull --name build-{number} --duration 5m --at now");
        let mut command = sandbox.command(&line.split(' ').collect::<Vec<_>>());
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let jobs: Vec<_> = (0..24).map(start).collect();
    for job in jobs {
        let run = sandbox.finish(&job.wait_with_output().unwrap());
        assert_eq!(run.code, Some(0), "{run}");
    }
    let log = sandbox.read("records/pipelines.yaml");
    for number in 0..24 {
        assert!(log.contains(&format!("name: build-{number},")), "{number}: {log}");
    }
    assert_eq!(log.lines().count(), 2 + 24, "{log}");
    assert_eq!(sandbox.files(), ["environments/dock.yaml", "records/pipelines.yaml", "relm.yaml"]);
}

#[test]
fn the_same_job_twice_at_the_same_time_is_one() {
    let sandbox = Sandbox::repository()
        .write("environments/dock.yaml", "kind: environment\nid: dock\nstage: prod\n")
        .write("projects/hull.yaml", "kind: project\nid: hull\nowner: crew\n");
    let line = "record deployment --project hull --version 1 --environment dock --at now --result succeeded";
    let start = |_| {
        let mut command = sandbox.command(&line.split(' ').collect::<Vec<_>>());
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let jobs: Vec<_> = (0..8).map(start).collect();
    let runs: Vec<Run> = jobs.into_iter().map(|job| sandbox.finish(&job.wait_with_output().unwrap())).collect();
    assert_eq!(runs.iter().filter(|run| done(run) == "Recorded" && !run.stdout.contains("already")).count(), 1);
    assert_eq!(sandbox.read("records/deployments.yaml").lines().count(), 3);
    assert!(!sandbox.path().join(".git/relm.lock").exists());
}

#[test]
fn what_would_not_be_read_is_refused() {
    let sandbox = Sandbox::repository()
        .write("projects/hull.yaml", "kind: project\nid: hull\nowner: crew\n")
        .write(".gitignore", "records/\n");
    let line = "pipeline --project hull --name build --duration 5m --at now";
    assert_snapshot!(record(&sandbox, line), @r"
    exit code: 2
    ---- stderr
    error: what is written into `records/pipelines.yaml` would not be read
    hint: it is hidden, ignored by git, excluded by `relm.yaml`, or cannot be read; name another file with `--into`
    ");
    assert!(!sandbox.path().join("records").exists());
    assert_eq!(done(&record(&sandbox, &format!("{line} --into logs/new/pipelines.yaml"))), "Recorded");
    let run = record(&sandbox, &format!("{line} --into .hidden/pipelines.yaml --duration 6m"));
    assert_eq!(run.code, Some(2), "{run}");
    // A log that is broken is left alone.
    sandbox.put("logs/new/pipelines.yaml", b"kind: pipelines\nentries: [\n");
    let run = record(&sandbox, &format!("{line} --into logs/new/pipelines.yaml"));
    assert!(run.code == Some(2) && run.stderr.contains("hint:"), "{run}");
    assert_eq!(sandbox.read("logs/new/pipelines.yaml"), "kind: pipelines\nentries: [\n");
}

#[test]
fn an_entry_that_is_not_understood_is_not_recorded_again() {
    let log = "kind: deployments\nentries:\n  - {id: J-1, project: hull, version: 4.2.0, environment: quay, at: soon, result: succeeded}\n";
    let sandbox = harbour().write("records/deployments.yaml", log);
    let run = record(&sandbox, &format!("{DEPLOYED} --id J-1 --at 2026-03-01"));
    assert!(run.code == Some(2) && run.stdout.contains("soon → 2026-03-01"), "{run}");
    assert_eq!(sandbox.read("records/deployments.yaml"), log);
    assert_eq!(done(&record(&sandbox, &format!("{DEPLOYED} --id J-1 --at 2026-03-01 --update"))), "Updated");
    assert_eq!(sandbox.read("records/deployments.yaml"), log.replace("soon", "2026-03-01"));
}

#[test]
fn a_dry_run_writes_nothing_and_programs_get_it_all() {
    let sandbox = harbour();
    let run = record(&sandbox, &format!("{DEPLOYED} --id D-1 --at 2026-03-01T23:10 --dry-run --format json"));
    assert_snapshot!(run);
    assert!(!sandbox.path().join("records").exists());
}

#[test]
fn wrong_words_are_answered() {
    let sandbox = harbour();
    done(&record(&sandbox, "incident --id INC-1 --opened 2026-03-01"));
    let before = sandbox.files();
    let answers: Vec<String> = [
        "deployment --project hul --version 1 --environment quay --at now --result succeeded",
        "deployment --project hull --version 1 --environment key --at now --result succeeded",
        "deployment --project hull --version 1 --environment quay --at now --result succeeded --release none",
        "deployment --project hull --version 1 --environment quay --at now --result success",
        "deployment --project hull --version 1 --environment quay --at soon --result succeeded",
        "deployment --project hull --version 1 --environment quay --result succeeded",
        "deployment --project hull --version 1 --environment quay --at now --result succeeded --id -",
        "deployment --project hull --version 1 --environment quay --at now --result succeeded --into ../log.yaml",
        "deployment --project hull --version 1 --environment quay --at now --result succeeded --into log.txt",
        "incident --id INC-2",
        "incident --id INC-1 --severity 0",
        "incident --id INC-1 --severity 1 --at HEAD",
        "incident --id INC-1 --restored yesterday",
        "pipeline --project hull --name build --duration 3d --at now",
        "change --id RFC-1 --type big",
        "mishap",
    ]
    .iter()
    .map(|line| {
        let run = record(&sandbox, line);
        assert_eq!(run.code, Some(2), "{run}");
        let lines: Vec<&str> = run.stderr.lines().take_while(|line| !line.starts_with("Usage")).collect();
        format!("{line}\n{}\n", lines.join("\n").trim_end())
    })
    .collect();
    assert_eq!(sandbox.files(), before);
    assert_snapshot!(answers.join("\n"));
}

#[cfg(unix)]
#[test]
fn a_read_only_log_is_left_alone() {
    use std::os::unix::fs::PermissionsExt;
    let sandbox = harbour();
    done(&record(&sandbox, "incident --id INC-1 --opened 2026-03-01"));
    let path = sandbox.path().join("records/incidents.yaml");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o444)).unwrap();
    let run = record(&sandbox, "incident --id INC-2 --opened 2026-03-01");
    assert_eq!(run.code, Some(2));
    assert_eq!(
        run.stderr,
        "error: cannot write `[ROOT]/records/incidents.yaml`: it is read-only\nhint: nothing was written\n"
    );
}
