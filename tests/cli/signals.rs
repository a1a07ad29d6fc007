//! Ctrl-C.
#![cfg(unix)]

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::sandbox::{Sandbox, has_leftovers};

/// Opening a pipe that nobody reads blocks, which gives the signal all the time it needs.
#[test]
fn an_interrupted_run_exits_with_130_and_leaves_nothing() {
    let sandbox = Sandbox::portfolio();
    let made = Command::new("mkfifo").arg(sandbox.path().join("pipe")).status();
    if !made.is_ok_and(|status| status.success()) {
        return;
    }
    let mut child =
        sandbox.command(&["check", "-v", "-o", "pipe"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let deadline = Instant::now() + Duration::from_secs(20);
    // The handler may not stand yet when the first signal arrives; that run ends by the signal itself.
    std::thread::sleep(Duration::from_millis(300));
    let status = loop {
        let _ = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
        std::thread::sleep(Duration::from_millis(50));
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        assert!(Instant::now() < deadline, "still running");
    };
    assert_eq!(status.code(), Some(130));
    assert!(!has_leftovers(&sandbox.path()));
}
