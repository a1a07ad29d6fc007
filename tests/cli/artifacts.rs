//! `relm artifacts verify`.

use insta::assert_snapshot;

use crate::sandbox::{ROOT, Run, Sandbox};

/// Of the bytes `abc`.
const HASH: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

const RELEASES: &str = "\
kind: project
id: lamp
owner: crew
---
kind: release
id: lantern-1
type: minor
status: planned
owner: crew
target: 2026-06-12
scope:
  - project: lamp
    version: 1.4
    artifacts:
      - {uri: library/lamp-1.4.bin, sha256: HASH, licence: {name: Commercial, expires: 2027-06-30}}
      - {uri: library/wick-1.4.bin, sha256: HASH, licence: {name: Trial, expires: 2026-06-01}}
      - {uri: library/glass-1.4.bin, sha256: HASH, licence: {expires: 2026-02-28}}
      - {uri: library/notes-1.4.txt}
      - {uri: https://library.example.com/oil.bin, sha256: HASH}
---
kind: release
id: lantern-0
type: minor
status: closed
owner: crew
scope:
  - project: lamp
    version: 1.3
    artifacts: [{uri: library/lamp-1.3.bin, sha256: HASH, licence: {name: Commercial, expires: 2026-05-01}}]
---
kind: release
id: lantern-x
type: minor
status: cancelled
owner: crew
scope:
  - project: lamp
    version: 1.x
    artifacts: [{uri: library/lamp-1.x.bin, sha256: HASH}]
";

fn sandbox() -> Sandbox {
    Sandbox::empty()
        .write("relm.yaml", ROOT)
        .write("releases.yaml", &RELEASES.replace("HASH", HASH))
        .write("library/lamp-1.4.bin", "abc")
        .write("library/wick-1.4.bin", "abd")
        .write("library/notes-1.4.txt", "")
        .write("library/lamp-1.3.bin", "abc")
}

fn verify(sandbox: &Sandbox, arguments: &[&str]) -> Run {
    sandbox.run(&[&["artifacts", "verify"], arguments].concat())
}

#[test]
fn what_differs_or_is_not_there_is_named() {
    assert_snapshot!(verify(&sandbox(), &[]));
}

#[test]
fn what_verifies_is_exit_code_0() {
    let run = verify(&sandbox(), &["lantern-0"]);
    assert_eq!(
        (run.code, run.stdout.as_str()),
        (
            Some(0),
            "! library/lamp-1.3.bin: the licence `Commercial` ends on 2026-05-01\n  releases.yaml:29:23  lantern-0\n\n1 artifact: 1 verified; 1 licence ends soon.\n"
        )
    );
    let run = verify(&sandbox(), &["lantern-x"]);
    assert_eq!((run.code, run.stdout.lines().last()), (Some(1), Some("1 artifact: 1 not there.")));
    let run = verify(&Sandbox::portfolio(), &[]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(0), "No artifacts to verify.\n"));
    assert_eq!(verify(&sandbox(), &["lantern-9"]).code, Some(2));
}

#[test]
fn programs_get_hashes_and_states() {
    let run = verify(&sandbox(), &["lantern-1", "--format", "json"]);
    let view: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    let states: Vec<&str> =
        view["artifacts"].as_array().unwrap().iter().map(|it| it["state"].as_str().unwrap()).collect();
    assert_eq!(states, ["verified", "mismatch", "missing", "unrecorded", "elsewhere"]);
    let licences: Vec<&str> =
        view["artifacts"].as_array().unwrap().iter().filter_map(|it| it["licence"]["state"].as_str()).collect();
    assert_eq!(licences, ["valid", "expiring", "expired"]);
    assert_eq!((&view["schema"], &view["verified"]), (&"relm.artifacts.verify/1".into(), &false.into()));
    assert_eq!((&view["artifacts"][0]["found"], &view["artifacts"][0]["bytes"]), (&HASH.into(), &3.into()));
}

#[test]
fn a_commit_has_its_own_files_and_pointers() {
    let pointer = format!("version https://git-lfs.github.com/spec/v1\noid sha256:{HASH}\nsize 3\n");
    let mut sandbox = sandbox().write("library/lamp-1.3.bin", &pointer).init_git();
    sandbox.commit();
    sandbox.put("library/lamp-1.3.bin", b"abc");
    assert_eq!(verify(&sandbox, &["lantern-0"]).code, Some(0));
    let run = verify(&sandbox, &["lantern-0", "--at", "HEAD"]);
    assert_eq!(run.code, Some(1));
    assert!(run.stdout.contains("is a pointer of Git LFS with the recorded hash"), "{run}");
}

#[test]
fn no_name_reaches_the_terminal() {
    let text = RELEASES.replace("HASH", HASH).replace("name: Trial", "name: \"\\e[31mTrial\"");
    let run = verify(&sandbox().write("releases.yaml", &text), &[]);
    assert!(!run.stdout.contains('\u{1b}') && run.stdout.contains("31mTrial"), "{run}");
}
