//! `-o` and closed pipes.

use std::io::Read;
use std::process::Stdio;

use insta::assert_snapshot;

use crate::sandbox::{Sandbox, has_leftovers};

#[test]
fn a_file_is_replaced_as_a_whole() {
    let sandbox = Sandbox::portfolio().write("out.json", "old");
    let run = sandbox.run(&["check", "--format", "json", "-o", "out.json"]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(0), ""));
    assert_eq!(sandbox.read("out.json"), sandbox.run(&["check", "--format", "json", "-o", "-"]).stdout);
    assert!(!has_leftovers(&sandbox.path()));
}

#[test]
fn files_get_no_colours_unless_asked_by_name() {
    let sandbox = Sandbox::portfolio();
    sandbox.run_with(&[("CLICOLOR_FORCE", "1")], &["check", "-o", "plain.txt"]);
    sandbox.run(&["check", "-o", "coloured.txt", "--color", "always"]);
    assert!(!sandbox.read("plain.txt").contains('\u{1b}'));
    assert!(sandbox.read("coloured.txt").contains('\u{1b}'));
}

#[test]
fn what_cannot_be_written_says_why() {
    let sandbox = Sandbox::portfolio().write("locked.txt", "old").write("folder/x", "");
    assert_snapshot!(sandbox.run(&["check", "-o", "no/such/out.txt"]), @r"
    exit code: 2
    ---- stderr
    error: cannot write `no/such/out.txt`: there is no folder `no/such`
    hint: make the folder first
    ");
    assert_snapshot!(sandbox.run(&["check", "-o", "folder"]), @r"
    exit code: 2
    ---- stderr
    error: cannot write `folder`: it is a folder
    hint: name a file
    ");
    let locked = sandbox.path().join("locked.txt");
    let mut permissions = locked.metadata().unwrap().permissions();
    permissions.set_readonly(true);
    std::fs::set_permissions(&locked, permissions).unwrap();
    assert_snapshot!(sandbox.run(&["check", "-o", "locked.txt"]), @r"
    exit code: 2
    ---- stderr
    error: cannot write `locked.txt`: it is read-only
    ");
    assert_eq!(sandbox.read("locked.txt"), "old");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_device_is_reported() {
    let sandbox = Sandbox::portfolio();
    assert_snapshot!(sandbox.run(&["check", "-o", "/dev/full"]), @r"
    exit code: 2
    ---- stderr
    error: cannot write `/dev/full`: no space left on device
    ");
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let output = sandbox.command(&["check"]).stdout(full).output().unwrap();
    assert_snapshot!(sandbox.finish(&output), @r"
    exit code: 2
    ---- stderr
    error: cannot write to standard output: no space left on device
    ");
}

#[test]
fn a_closed_pipe_is_silent_success() {
    // More than any pipe holds, so that the program is still writing when the reader goes away.
    let many = (0..4000).map(|n| format!("field-{n}: x\n")).collect::<Vec<_>>().concat();
    let sandbox = Sandbox::portfolio().write("releases/many.yaml", &format!("kind: release\nid: many\n{many}"));
    for arguments in [&["check", "--format", "json"][..], &["schema"], &["completions", "bash"]] {
        let mut child = sandbox.command(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut out = child.stdout.take().unwrap();
        let mut first = [0; 16];
        out.read_exact(&mut first).unwrap();
        drop(out);
        let output = child.wait_with_output().unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{arguments:?}");
        assert_eq!(output.status.code(), Some(0), "{arguments:?}");
    }
}
