//! Compares `relm history` with `tests/moves.py`, which computes the same in another way.

use std::path::Path;
use std::process::Command;

/// Runs the comparison; skipped with a message where there is no Python, no `PyYAML` or no git.
pub fn compare(repository: &Path, arguments: &[&str]) {
    if Command::new("git").arg("--version").output().is_err() {
        eprintln!("skipped: there is no git program");
        return;
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/moves.py");
    let output =
        Command::new("python3").arg(script).arg(env!("CARGO_BIN_EXE_relm")).arg(repository).args(arguments).output();
    let Ok(output) = output else {
        eprintln!("skipped: there is no python3");
        return;
    };
    let said = String::from_utf8_lossy(&output.stdout);
    eprintln!("{}", said.trim());
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
}
