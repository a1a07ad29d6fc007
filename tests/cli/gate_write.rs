//! `relm gate approve`, `reject` and `waive`.

use std::path::Path;
use std::process::Stdio;

use insta::assert_snapshot;
use serde_json::Value as Json;

use crate::sandbox::{Run, Sandbox, has_leftovers};

const PEOPLE: &str = "\
kind: portfolio
name: Ferry line
timezone: Europe/Oslo
stages: [test, prod]
roles: [harbour-master, purser, mate]
teams: [{id: bridge}, {id: deck}]
people:
  - {id: ada, emails: [ada@ferry.example], roles: [harbour-master]}
  - {id: ben, emails: [ben@ferry.example, Ben@Old.example], team: deck, roles: [harbour-master, purser]}
  - {id: cleo, emails: [cleo@ferry.example], team: bridge, roles: [harbour-master]}
  - {id: dan, emails: [dan@ferry.example]}
gate_templates:
  sea-trial:
    criteria:
      - {id: horn, name: The horn sounds}
      - {id: leak, name: 'No leak: none at all', check: {junit: 'trial/*.xml', pass_rate: '>= 0.9'}}
    requires: [{role: harbour-master}]
release_types:
  minor: {gates: [sea-trial]}
  emergency: {review_within: 5d}
";

/// A manifest; the day of the tests is 2026-03-02.
const BUOY: &str = "\
# The buoy that everybody waits for.
kind: release
id: buoy-1
type: minor
status: planned
owner: bridge
target: 2026-05-10 # before the season
scope: [{project: lamp, version: 2.0.0}]
phases:
  - {id: deploy, start: 2026-05-04, duration: 2d}
gates:
  # Who says so, and when.
  - id: go-live
    before: deploy
    requires: [{role: harbour-master}, {role: purser}] # both
    approvals:
      - {role: purser, by: ben, at: 2026-02-20T09:00, decision: approved} # by radio

  - {id: hull, before: deploy, requires: [{role: mate}]}
";

/// A repository of one commit, in which git says that somebody is there.
fn harbour(policy: &str, email: &str) -> Sandbox {
    let mut sandbox = Sandbox::empty()
        .write("relm.yaml", &format!("{PEOPLE}{policy}"))
        .write("projects/lamp.yaml", "kind: project\nid: lamp\nowner: deck\n")
        .write("releases/buoy.yaml", BUOY)
        .init_git();
    sandbox.commit();
    be(&sandbox, email);
    sandbox
}

/// From now on git says so.
fn be(sandbox: &Sandbox, email: &str) {
    let mut config = sandbox.git().config().unwrap();
    config.set_str("user.name", "Somebody").unwrap();
    config.set_str("user.email", email).unwrap();
}

/// Commits a file as the person that git says is there.
fn commit(sandbox: &Sandbox, file: &str) {
    let git = sandbox.git();
    let mut index = git.index().unwrap();
    index.read(true).unwrap();
    index.add_path(Path::new(file)).unwrap();
    index.write().unwrap();
    let tree = git.find_tree(index.write_tree().unwrap()).unwrap();
    let parent = git.head().unwrap().peel_to_commit().unwrap();
    let email = git.config().unwrap().snapshot().unwrap().get_str("user.email").unwrap().to_owned();
    let at = git2::Time::new(parent.time().seconds() + 3600, 0);
    let who = git2::Signature::new("Somebody", &email, &at).unwrap();
    git.commit(Some("HEAD"), &who, &who, "Decide", &tree, &[&parent]).unwrap();
}

fn gate(sandbox: &Sandbox, arguments: &[&str]) -> Run {
    sandbox.run(&[&["gate"], arguments].concat())
}

fn done(sandbox: &Sandbox, arguments: &[&str]) -> Run {
    let run = gate(sandbox, arguments);
    assert_eq!(run.code, Some(0), "{arguments:?}: {run}");
    run
}

/// A run that must fail and leave the file alone; what it says.
fn refused(sandbox: &Sandbox, arguments: &[&str]) -> String {
    let before = sandbox.read("releases/buoy.yaml");
    let run = gate(sandbox, arguments);
    assert_eq!(run.code, Some(2), "{arguments:?}: {run}");
    assert!(run.stdout.is_empty(), "{run}");
    assert_eq!(sandbox.read("releases/buoy.yaml"), before, "{run}");
    run.stderr
}

fn json(sandbox: &Sandbox, arguments: &[&str]) -> Json {
    let run = done(sandbox, &[arguments, &["--format", "json"]].concat());
    serde_json::from_str(&run.stdout).unwrap()
}

/// The state of a gate, as the list has it.
fn state(sandbox: &Sandbox, id: &str) -> String {
    let list = json(sandbox, &["list"]);
    let gate = list["gates"].as_array().unwrap().iter().find(|gate| gate["id"] == id).unwrap().clone();
    gate["state"].as_str().unwrap().to_owned()
}

const OPEN: [&str; 3] = ["approve", "buoy-1", "go-live"];
const NEW: &str = "{role: harbour-master, by: ada, at: 2026-03-02T00:00, decision: approved}";

#[test]
fn an_approval_is_written_below_its_like_and_nothing_else_changes() {
    let sandbox = harbour("", "ada@ferry.example");
    let run = done(&sandbox, &OPEN);
    assert_snapshot!(run);
    let radio = "decision: approved} # by radio\n";
    assert_eq!(sandbox.read("releases/buoy.yaml"), BUOY.replace(radio, &format!("{radio}      - {NEW}\n")));
    assert!(!has_leftovers(&sandbox.path().join("releases")));
    assert_eq!(state(&sandbox, "go-live"), "passed");
    commit(&sandbox, "releases/buoy.yaml");
    // Once more is once.
    let again = done(&sandbox, &["approve", "buoy-1/go-live", "--role", "harbour-master", "--as", "ada"]);
    assert_snapshot!(again);
}

#[test]
fn programs_get_it_all() {
    let sandbox = harbour("", "ada@ferry.example");
    let run = done(&sandbox, &[&OPEN[..], &["--note", " Board: 9, \"yes\" ", "--format", "json"]].concat());
    assert_snapshot!(run.stdout.replace(&head(&sandbox), "[COMMIT]"));
    let list = json(&sandbox, &["list"]);
    let entries = &list["gates"].as_array().unwrap().iter().find(|gate| gate["id"] == "go-live").unwrap()["approvals"];
    assert_eq!(entries[1]["at"], "2026-03-02T00:00");
    assert!(sandbox.read("releases/buoy.yaml").contains("note: 'Board: 9, \"yes\"'}\n"));
}

fn head(sandbox: &Sandbox) -> String {
    sandbox.git().head().unwrap().target().unwrap().to_string()
}

#[test]
fn a_dry_run_writes_nothing_and_the_moment_is_that_of_the_portfolio() {
    let sandbox = harbour("", "ada@ferry.example");
    let run = done(&sandbox, &[&OPEN[..], &["--dry-run", "--today", "2026-03-02T08:30:59Z"]].concat());
    assert_eq!(sandbox.read("releases/buoy.yaml"), BUOY);
    assert_snapshot!(run);
    // The hour that comes twice in autumn: only the second one needs its offset.
    let at = |today: &str| json(&sandbox, &[&OPEN[..], &["--dry-run", "--today", today]].concat())["at"].clone();
    assert_eq!(at("2026-10-25T00:30Z"), "2026-10-25T02:30");
    assert_eq!(at("2026-10-25T01:30Z"), "2026-10-25T02:30+01:00");
}

#[test]
fn hand_written_layouts_stay_as_they_are() {
    let head = "kind: release\nid: buoy-1\ntype: minor\ntarget: 2026-05-10\n";
    let tail = "phases: [{id: deploy, start: 2026-05-04, duration: 2d}]\n";
    let gate = "id: go-live, requires: [{role: harbour-master}]";
    for (before, after) in [
        // No gates, blank gates, a gate that is only demanded.
        ("", format!("gates:\n  - id: sea-trial\n    approvals:\n      - {NEW}\n")),
        ("gates:\n", format!("gates:\n  - id: sea-trial\n    approvals:\n      - {NEW}\n")),
        ("gates: [] # none yet\n", format!("gates: [{{id: sea-trial, approvals: [{NEW}]}}] # none yet\n")),
        (
            "gates:\n- {id: x, requires: [{role: mate}]} # x\n",
            format!("gates:\n- {{id: x, requires: [{{role: mate}}]}} # x\n- id: sea-trial\n  approvals:\n  - {NEW}\n"),
        ),
        // A gate in brackets.
        (&format!("gates: [{{{gate}}}]\n"), format!("gates: [{{{gate}, approvals: [{NEW}]}}]\n")),
        (&format!("gates:\n  - {{{gate}}} # both\n"), format!("gates:\n  - {{{gate}, approvals: [{NEW}]}} # both\n")),
        // Blank approvals, none, in brackets, in lines.
        (
            "gates:\n  - id: go-live\n    requires: [{role: harbour-master}]\n    approvals: # who has\n",
            format!("gates:\n  - id: go-live\n    requires: [{{role: harbour-master}}]\n    approvals: # who has\n      - {NEW}\n"),
        ),
        (
            "gates:\n    - id: go-live\n      requires: [{role: harbour-master}]\n\n",
            format!("gates:\n    - id: go-live\n      requires: [{{role: harbour-master}}]\n      approvals:\n          - {NEW}\n\n"),
        ),
        (
            "gates:\n  - id: go-live\n    requires: [{role: harbour-master}]\n    approvals: []\n",
            format!("gates:\n  - id: go-live\n    requires: [{{role: harbour-master}}]\n    approvals: [{NEW}]\n"),
        ),
        (
            "gates:\n  - id: go-live\n    approvals:\n      - role: purser\n        by: ben # on shore\n    requires: [{role: harbour-master}]\n",
            "gates:\n  - id: go-live\n    approvals:\n      - role: purser\n        by: ben # on shore\n      - role: harbour-master\n        by: ada\n        at: 2026-03-02T00:00\n        decision: approved\n    requires: [{role: harbour-master}]\n".to_owned(),
        ),
    ] {
        let id = if after.contains("sea-trial") { "sea-trial" } else { "go-live" };
        for newline in ["\n", "\r\n"] {
            for (start, end) in [("", ""), ("kind: release\nid: other-1\ntype: minor\n---\n", "---\n# the end\n")] {
                let after_that = if before.is_empty() { "" } else { "x-end: 1\n" };
                let text = |gates: &str| format!("{start}{head}{tail}{gates}{after_that}{end}").replace('\n', newline);
                let sandbox = harbour("", "ada@ferry.example");
                sandbox.put("releases/buoy.yaml", text(before).as_bytes());
                commit(&sandbox, "releases/buoy.yaml");
                done(&sandbox, &["approve", "buoy-1", id]);
                assert_eq!(sandbox.read("releases/buoy.yaml"), text(&after));
            }
        }
    }
}

#[test]
fn git_says_who_decides() {
    let sandbox = harbour("", "ada@ferry.example");
    let mut said = vec![refused(&sandbox, &[&OPEN[..], &["--as", "cleo"]].concat())];
    said.push(refused(&sandbox, &[&OPEN[..], &["--as", "clea"]].concat()));
    be(&sandbox, "stranger@else.example");
    said.push(refused(&sandbox, &OPEN));
    said.push(refused(&sandbox, &[&OPEN[..], &["--as", "ada"]].concat()));
    let mut config = sandbox.git().config().unwrap();
    config.remove("user.email").unwrap();
    said.push(refused(&sandbox, &[&OPEN[..], &["--as", "ada"]].concat()));
    assert_snapshot!(said.join("\n"));
    // Variables speak louder than the configuration, as they do for `git commit`.
    let author = [("GIT_AUTHOR_NAME", "Ada"), ("GIT_AUTHOR_EMAIL", "ADA@ferry.example")];
    let committer = [("GIT_COMMITTER_NAME", "Ada"), ("GIT_COMMITTER_EMAIL", "ada@ferry.example")];
    let run = sandbox.run_with(&[author, committer].concat(), &[&["gate"], &OPEN[..], &["--dry-run"]].concat());
    assert_eq!(run.code, Some(0), "{run}");
}

#[test]
fn an_address_of_two_is_nobodys_and_an_old_one_leads_to_its_person() {
    let sandbox = harbour("", "ada@ferry.example");
    sandbox.put("relm.yaml", PEOPLE.replace("cleo@", "ada@").as_bytes());
    let said = refused(&sandbox, &OPEN);
    assert!(said.contains("`ada@ferry.example`, is that of `ada` and `cleo`, so it is nobody's"), "{said}");
    let sandbox = harbour("", "ada@home.example");
    sandbox.put(".mailmap", b"Ada <ada@ferry.example> <ada@home.example>\n");
    assert!(refused(&sandbox, &OPEN).contains("nobody in `relm.yaml` has the address"));
    commit(&sandbox, ".mailmap");
    done(&sandbox, &OPEN);
}

#[test]
fn a_word_is_enough_only_where_nothing_is_to_be_proven() {
    let nobody = |policy: &str| {
        let people = PEOPLE.replace("emails: [", "x-emails: [");
        Sandbox::empty()
            .write("relm.yaml", &format!("{people}{policy}"))
            .write("projects/lamp.yaml", "kind: project\nid: lamp\nowner: deck\n")
            .write("releases/buoy.yaml", BUOY)
    };
    let with_name = [&OPEN[..], &["--as", "ada"]].concat();
    let mut said = Vec::new();
    for sandbox in [nobody(""), nobody("approvals: {provenance: none}\n").init_git()] {
        let mut sandbox = sandbox;
        let in_git = sandbox.path().join(".git").exists();
        if in_git {
            sandbox.commit();
        }
        said.push(refused(&sandbox, &OPEN));
        let run = done(&sandbox, &with_name);
        assert_eq!(run.stdout.contains("git commit"), in_git, "{run}");
    }
    for sandbox in [nobody("approvals: {provenance: author}\n"), nobody("approvals: {provenance: signed}\n").init_git()]
    {
        said.push(refused(&sandbox, &with_name));
    }
    assert_snapshot!(said.join("\n"));
}

#[test]
fn wrong_gates_and_roles_are_answered() {
    let sandbox = harbour("", "ada@ferry.example");
    let mut said = Vec::new();
    for arguments in [
        &["approve", "bouy-1", "go-live"][..],
        &["approve", "buoy-1", "golive"],
        &["approve", "buoy-1", "zzz"],
        &["approve", "buoy-1"],
        &["approve", "buoy-1/go-live", "hull"],
        &["approve", "buoy-1", "hull"],
        &["approve", "buoy-1", "go-live", "--role", "mate"],
        &["approve", "buoy-1", "go-live", "--role", "purser"],
        &["reject", "buoy-1", "go-live", "--at", "HEAD"],
    ] {
        said.push(format!("{}\n{}", arguments.join(" "), refused(&sandbox, arguments)));
    }
    be(&sandbox, "ben@old.example");
    for arguments in [&OPEN[..], &["approve", "buoy-1", "go-live", "--role", "mate"]] {
        said.push(format!("ben: {}\n{}", arguments.join(" "), refused(&sandbox, arguments)));
    }
    be(&sandbox, "dan@ferry.example");
    said.push(format!("dan: {}\n{}", OPEN.join(" "), refused(&sandbox, &OPEN)));
    assert_snapshot!(said.join("\n"));
    be(&sandbox, "ben@old.example");
    done(&sandbox, &[&OPEN[..], &["--role", "harbour-master"]].concat());
    // What asks for nobody cannot be approved.
    sandbox.put("releases/buoy.yaml", BUOY.replace("requires: [{role: mate}]", "due: 2026-04-01").as_bytes());
    let said = refused(&sandbox, &["approve", "buoy-1", "hull"]);
    assert!(said.starts_with("error: nobody's approval is required by `hull`\n"), "{said}");
}

#[test]
fn duties_are_separated() {
    let separated = "approvals: {separation_of_duties: true}\n";
    let sandbox = harbour(separated, "cleo@ferry.example");
    let mut said = vec![refused(&sandbox, &OPEN)];
    sandbox.put("releases/buoy.yaml", BUOY.replace("owner: bridge", "owner: cleo").as_bytes());
    said.push(refused(&sandbox, &OPEN));
    assert_snapshot!(said.join("\n"));
    // A refusal counts whoever gives it.
    done(&sandbox, &["reject", "buoy-1", "go-live"]);
    assert_eq!(state(&sandbox, "go-live"), "rejected");
    let sandbox = harbour(separated, "ada@ferry.example");
    done(&sandbox, &OPEN);
    let sandbox = harbour("", "cleo@ferry.example");
    done(&sandbox, &OPEN);
}

#[test]
fn nothing_is_decided_about_what_is_over() {
    let sandbox = harbour("", "ada@ferry.example");
    let with = |kind: &str, status: &str| {
        let text = BUOY.replace("type: minor", &format!("type: {kind}")).replace("planned", status);
        sandbox.put("releases/buoy.yaml", text.as_bytes());
        commit(&sandbox, "releases/buoy.yaml");
    };
    for (kind, status, is_over) in [
        ("minor", "released", true),
        ("minor", "closed", true),
        ("minor", "cancelled", true),
        ("emergency", "cancelled", true),
        ("emergency", "released", false),
        ("minor", "draft", false),
    ] {
        with(kind, status);
        if is_over {
            let said = refused(&sandbox, &OPEN);
            assert!(said.starts_with(&format!("error: `buoy-1` is {status}: there is nothing left")), "{said}");
        } else {
            done(&sandbox, &[&OPEN[..], &["--dry-run"]].concat());
        }
    }
}

#[test]
fn only_what_is_committed_is_decided_on() {
    let sandbox = harbour("", "ada@ferry.example");
    let mut said = Vec::new();
    for (from, to) in [
        ("version: 2.0.0}", "version: 2.0.1}, {project: rope, version: '1'}"),
        ("target: 2026-05-10", "target: 2026-05-11"),
        ("phases:", "deployment: {window: {start: 2026-05-04T20:00, end: 2026-05-04T22:00}}\nphases:"),
        (", {role: purser}]", "]"),
        ("by: ben", "by: cleo"),
    ] {
        let text = BUOY.replace(from, to);
        assert_ne!(text, BUOY);
        sandbox.put("releases/buoy.yaml", text.as_bytes());
        said.push(refused(&sandbox, &OPEN));
        // It may be staged or not.
        let mut index = sandbox.git().index().unwrap();
        index.add_path(Path::new("releases/buoy.yaml")).unwrap();
        index.write().unwrap();
        assert_eq!(refused(&sandbox, &OPEN), *said.last().unwrap());
    }
    sandbox.put("releases/buoy.yaml", BUOY.replace("buoy-1", "buoy-2").as_bytes());
    said.push(refused(&sandbox, &["approve", "buoy-2", "go-live"]));
    sandbox.put("releases/new.yaml", BUOY.replace("buoy-1", "buoy-3").as_bytes());
    said.push(refused(&sandbox, &["approve", "buoy-3", "go-live"]));
    assert_snapshot!(said.join("\n"));
    // What it is not about may change, and so may the layout.
    let text = BUOY.replace("status: planned", "status: in-progress").replace("2026-05-10 #", "'2026-05-10' #");
    sandbox.put("releases/buoy.yaml", text.as_bytes());
    let run = done(&sandbox, &OPEN);
    assert!(run.stdout.contains("note: `releases/buoy.yaml` has other changes that are not committed"), "{run}");
}

#[test]
fn one_may_decide_in_two_roles_before_committing() {
    let sandbox = harbour("", "ben@ferry.example");
    sandbox.put(
        "releases/buoy.yaml",
        BUOY.replace("      - {role: purser, by: ben", "      - {role: mate, by: ada").as_bytes(),
    );
    commit(&sandbox, "releases/buoy.yaml");
    for role in ["harbour-master", "purser"] {
        done(&sandbox, &[&OPEN[..], &["--role", role]].concat());
    }
    assert_eq!(state(&sandbox, "go-live"), "passed");
    // Somebody else sees what is not committed.
    be(&sandbox, "ada@ferry.example");
    let said = refused(&sandbox, &OPEN);
    assert!(said.contains("`gates/go-live/approvals/1/by` is `ben`, and not committed"), "{said}");
}

#[test]
fn nothing_is_decided_in_a_conflict() {
    let sandbox = harbour("", "ada@ferry.example");
    let marked = BUOY.replace("phases:", "<<<<<<< HEAD\nphases:\n=======\nx-phases:\n>>>>>>> other\n");
    sandbox.put("releases/buoy.yaml", marked.as_bytes());
    let mut said = vec![refused(&sandbox, &OPEN)];
    sandbox.put("releases/buoy.yaml", BUOY.as_bytes());
    let mut index = sandbox.git().index().unwrap();
    let mut side = index.get_path(Path::new("releases/buoy.yaml"), 0).unwrap();
    index.remove_path(Path::new("releases/buoy.yaml")).unwrap();
    for stage in [2, 3] {
        side.flags = (side.flags & !0x3000) | (stage << 12);
        index.add(&side).unwrap();
    }
    index.write().unwrap();
    said.push(refused(&sandbox, &OPEN));
    let sandbox = harbour("", "ada@ferry.example");
    std::fs::write(sandbox.path().join(".git/MERGE_HEAD"), format!("{}\n", head(&sandbox))).unwrap();
    said.push(refused(&sandbox, &OPEN));
    assert_snapshot!(said.join("\n"));
}

#[test]
fn a_refusal_holds_until_the_same_person_approves() {
    let sandbox = harbour("", "ada@ferry.example");
    let run = done(&sandbox, &["reject", "buoy-1", "go-live", "--note", "no rope"]);
    assert_snapshot!(run);
    assert_eq!(state(&sandbox, "go-live"), "rejected");
    commit(&sandbox, "releases/buoy.yaml");
    be(&sandbox, "cleo@ferry.example");
    let run = done(&sandbox, &OPEN);
    assert!(run.stdout.contains("The gate is rejected, as before:\n  - `ada` refused as harbour-master\n"), "{run}");
    commit(&sandbox, "releases/buoy.yaml");
    be(&sandbox, "ada@ferry.example");
    let early = refused(&sandbox, &[&OPEN[..], &["--today", "2026-03-01"]].concat());
    assert!(early.contains("has a later time than now, so this one would not hold"), "{early}");
    let run = done(&sandbox, &[&OPEN[..], &["--today", "2026-03-03"]].concat());
    assert!(run.stdout.contains("The gate is passed now.\n"), "{run}");
    assert_eq!(sandbox.read("releases/buoy.yaml").matches("by: ada").count(), 2);
}

#[test]
fn a_criterion_of_the_template_is_waived_in_the_gate() {
    let sandbox = harbour("", "ada@ferry.example");
    let waive = ["waive", "buoy-1", "sea-trial", "leak", "--reason", "She floats: look"];
    let run = done(&sandbox, &[&waive[..], &["--expires", "2026-12-31"]].concat());
    assert_snapshot!(run);
    let entry = "  - id: sea-trial\n    criteria:\n      - {id: leak, name: \"No leak: none at all\", check: {junit: trial/*.xml, pass_rate: \">= 0.9\"}, status: waived, waiver: {by: ada, reason: \"She floats: look\", expires: 2026-12-31}}\n";
    assert_eq!(sandbox.read("releases/buoy.yaml"), format!("{BUOY}\n{entry}"));
    // The other one joins it, before anything is committed.
    done(&sandbox, &["waive", "buoy-1/sea-trial/horn", "--reason", "Foggy", "--as", "ada"]);
    let horn = "      - {id: horn, name: The horn sounds, status: waived, waiver: {by: ada, reason: Foggy}}\n";
    assert_eq!(sandbox.read("releases/buoy.yaml"), format!("{BUOY}\n{entry}{horn}"));
    // The same again is written once, and a new day replaces the old.
    let again = json(&sandbox, &waive);
    assert_eq!([&again["already"], &again["written"]], [&Json::Bool(true), &Json::Bool(false)]);
    done(&sandbox, &[&waive[..], &["--expires", "2027-01-31"]].concat());
    let longer = entry.replace("2026-12-31", "2027-01-31");
    assert_eq!(sandbox.read("releases/buoy.yaml"), format!("{BUOY}\n{longer}{horn}"));
    // Approval then needs the waivers to be committed.
    let said = refused(&sandbox, &["approve", "buoy-1", "sea-trial"]);
    assert!(said.contains("`gates/sea-trial` is not committed"), "{said}");
    commit(&sandbox, "releases/buoy.yaml");
    done(&sandbox, &["approve", "buoy-1", "sea-trial"]);
    assert_eq!(state(&sandbox, "sea-trial"), "passed");
}

#[test]
fn own_criteria_are_waived_where_they_stand() {
    let own = "    requires: [{role: harbour-master}, {role: purser}] # both\n    criteria:\n      # loud\n      - id: horn\n        status: unmet # yet\n      - {id: rope} # long\n      - {id: anchor, status: met}\n      - {id: oar, status: waived, waiver: {by: cleo, reason: Old, expires: 2026-02-01}}\n";
    let text = BUOY.replace("    requires: [{role: harbour-master}, {role: purser}] # both\n", own);
    let sandbox = harbour("", "ada@ferry.example");
    sandbox.put("releases/buoy.yaml", text.as_bytes());
    commit(&sandbox, "releases/buoy.yaml");
    let waive = |id: &'static str| vec!["waive", "buoy-1", "go-live", id, "--reason", "Calm"];
    done(&sandbox, &waive("horn"));
    done(&sandbox, &waive("rope"));
    let after = text
        .replace("status: unmet # yet\n", "status: waived # yet\n        waiver: {by: ada, reason: Calm}\n")
        .replace("{id: rope}", "{id: rope, status: waived, waiver: {by: ada, reason: Calm}}");
    assert_eq!(sandbox.read("releases/buoy.yaml"), after);
    let mut said: Vec<_> = ["anchor", "oar", "hron"].iter().map(|id| refused(&sandbox, &waive(id))).collect();
    said.push(refused(&sandbox, &[&waive("oar")[..], &["--expires", "2026-03-01"]].concat()));
    said.push(refused(&sandbox, &["waive", "buoy-1", "go-live", "oar", "--reason", " "]));
    be(&sandbox, "dan@ferry.example");
    said.push(refused(&sandbox, &waive("oar")));
    assert_snapshot!(said.join("\n"));
    be(&sandbox, "ada@ferry.example");
    let view = json(&sandbox, &[&waive("oar")[..], &["--expires", "2026-04-01"]].concat());
    let note =
        "the waiver ends on 2026-04-01, before what the gate guards begins, on 2026-05-04: it does not help there";
    assert_eq!(view["notes"][0], note);
    assert!(sandbox.read("releases/buoy.yaml").contains("waiver: {by: ada, reason: Calm, expires: 2026-04-01}}\n"));
}

#[test]
fn those_who_decide_at_once_take_turns() {
    let gates: Vec<_> =
        (0..6).map(|n| format!("  - {{id: g{n}, requires: [{{role: harbour-master}}]}} # {n}\n")).collect();
    let sandbox = harbour("", "ada@ferry.example");
    let text = format!("{BUOY}{}", gates.concat());
    sandbox.put("releases/buoy.yaml", text.as_bytes());
    commit(&sandbox, "releases/buoy.yaml");
    let ids: Vec<String> = (0..6).map(|n| format!("buoy-1/g{n}")).collect();
    let start = |id: &String| {
        let mut command = sandbox.command(&["gate", "approve", id]);
        command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let running: Vec<_> = ids.iter().map(start).collect();
    for child in running {
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    let entry = |n: usize| (format!("]}} # {n}\n"), format!("], approvals: [{NEW}]}} # {n}\n"));
    let after = (0..6).map(entry).fold(text, |text, (from, to)| text.replace(&from, &to));
    assert_eq!(sandbox.read("releases/buoy.yaml"), after);
}

#[test]
fn the_command_that_commits_fits_the_place() {
    let sandbox = harbour("", "ada@ferry.example");
    let command = |run: Run| run.stdout.lines().last().unwrap().trim().to_owned();
    let run = sandbox.run_in("projects", &[&["gate"], &OPEN[..]].concat());
    let subject = "'Approve buoy-1/go-live as harbour-master'";
    assert_eq!(command(run), format!("git commit -m {subject} -- ../releases/buoy.yaml"));
    let run = sandbox.run_in("projects", &[&["-C", "..", "gate"], &OPEN[..]].concat());
    assert_eq!(command(run), format!("git -C .. commit -m {subject} -- releases/buoy.yaml"));
    // A waiver is about no content, so that the release may be new.
    let sandbox = harbour("", "ada@ferry.example").write("new one.yaml", &BUOY.replace("buoy-1", "buoy-9"));
    let run = done(&sandbox, &["waive", "buoy-9", "sea-trial", "horn", "--reason", "Foggy"]);
    let waived = "git add 'new one.yaml' && git commit -m 'Waive horn of buoy-9/sea-trial' -- 'new one.yaml'";
    assert_eq!(command(run), waived);
}

/// A gate that one approval passes.
const LAUNCH: &str = "  - {id: launch, before: deploy, requires: [{role: harbour-master}]}\n";

/// The same harbour with that gate too, and a policy.
fn launch(policy: &str) -> Sandbox {
    let sandbox = harbour(policy, "chief@else.example");
    sandbox.put("releases/buoy.yaml", format!("{BUOY}{LAUNCH}").as_bytes());
    commit(&sandbox, "releases/buoy.yaml");
    be(&sandbox, "ada@ferry.example");
    sandbox
}

#[test]
fn where_authors_are_to_be_proven_an_approval_counts_once_its_approver_has_committed_it() {
    let sandbox = launch("approvals: {provenance: author, stale_when_changed: [target]}\n");
    let approve = ["approve", "buoy-1", "launch"];
    let run = done(&sandbox, &approve);
    assert_snapshot!(run);
    assert_eq!(state(&sandbox, "launch"), "pending");
    let again = json(&sandbox, &approve);
    assert_eq!((again["already"].as_bool(), again["committed"]["state"].as_str()), (Some(true), Some("passed")));
    assert!(again["commit"].as_str().unwrap().starts_with("git commit -m "), "{again}");
    commit(&sandbox, "releases/buoy.yaml");
    assert_eq!(state(&sandbox, "launch"), "passed");
    let plan: Json = serde_json::from_str(&sandbox.run(&["plan", "--format", "json"]).stdout).unwrap();
    let gates = plan["releases"][0]["gates"].as_array().unwrap();
    assert_eq!(gates.iter().find(|gate| gate["id"] == "launch").unwrap()["state"], "passed");
    assert_eq!(json(&sandbox, &approve)["commit"], Json::Null);
    // What was approved changes: the same person approves again.
    let text = sandbox.read("releases/buoy.yaml").replace("target: 2026-05-10", "target: 2026-05-11");
    sandbox.put("releases/buoy.yaml", text.as_bytes());
    commit(&sandbox, "releases/buoy.yaml");
    assert_eq!(state(&sandbox, "launch"), "stale");
    assert!(refused(&sandbox, &approve).contains("the very same entry is in the history already"));
    let view = json(&sandbox, &[&approve[..], &["--today", "2026-03-04"]].concat());
    assert_eq!([&view["before"]["state"], &view["committed"]["state"]], ["stale", "passed"]);
    commit(&sandbox, "releases/buoy.yaml");
    assert_eq!(state(&sandbox, "launch"), "passed");
}

#[test]
fn what_another_commits_proves_nothing_and_can_be_given_again() {
    let sandbox = launch("approvals: {provenance: author}\n");
    let approve = ["approve", "buoy-1", "launch"];
    done(&sandbox, &approve);
    be(&sandbox, "ben@ferry.example");
    commit(&sandbox, "releases/buoy.yaml");
    assert_eq!(state(&sandbox, "launch"), "pending");
    be(&sandbox, "ada@ferry.example");
    assert!(refused(&sandbox, &approve).contains("the very same entry is in the history already"));
    done(&sandbox, &[&approve[..], &["--note", "myself"]].concat());
    commit(&sandbox, "releases/buoy.yaml");
    assert_eq!(state(&sandbox, "launch"), "passed");
}

#[test]
fn where_signatures_are_wanted_the_command_signs() {
    let sandbox = launch("approvals: {provenance: signed}\n");
    let mut said = vec![refused(&sandbox, &["approve", "buoy-1", "launch"])];
    let key = "[ada@ferry.example], signing_keys: [{key: 'SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'}]";
    sandbox.put("relm.yaml", sandbox.read("relm.yaml").replace("[ada@ferry.example]", key).as_bytes());
    said.push(refused(&sandbox, &["approve", "buoy-1", "launch"]));
    assert_snapshot!(said.join("\n"));
    commit(&sandbox, "relm.yaml");
    let run = done(&sandbox, &["approve", "buoy-1", "launch"]);
    assert_snapshot!(run);
    commit(&sandbox, "releases/buoy.yaml");
    assert_eq!(state(&sandbox, "launch"), "pending");
}

#[test]
fn who_wrote_the_scope_does_not_approve_it() {
    let sandbox = launch("approvals: {separation_of_duties: true}\n");
    let text = sandbox.read("releases/buoy.yaml").replace("version: 2.0.0", "version: 2.1.0");
    sandbox.put("releases/buoy.yaml", text.as_bytes());
    commit(&sandbox, "releases/buoy.yaml");
    let said = refused(&sandbox, &["approve", "buoy-1", "launch"]);
    let why = "error: `ada` wrote the scope of `buoy-1` (`lamp`): the approval would count for nothing\n";
    assert!(said.starts_with(why), "{said}");
    be(&sandbox, "ben@ferry.example");
    done(&sandbox, &["approve", "buoy-1", "launch"]);
}

#[test]
fn a_role_must_be_held_before() {
    let sandbox = launch("approvals: {provenance: author}\n");
    be(&sandbox, "dan@ferry.example");
    let text = sandbox.read("relm.yaml").replace("[dan@ferry.example]", "[dan@ferry.example], roles: [harbour-master]");
    sandbox.put("relm.yaml", text.as_bytes());
    let said = refused(&sandbox, &["approve", "buoy-1", "launch"]);
    assert!(said.contains("`dan` holds the role `harbour-master` only by a change that is not committed"), "{said}");
    commit(&sandbox, "relm.yaml");
    done(&sandbox, &["approve", "buoy-1", "launch"]);
    commit(&sandbox, "releases/buoy.yaml");
    assert_eq!(state(&sandbox, "launch"), "passed");
}
