//! The README shows real output: every `console` block that runs `relm` is run again. Refresh the blocks with
//! `RELM_UPDATE=1 cargo test --test readme`.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

/// Runs a command line of the README and answers what a reader would see.
fn run(line: &str) -> String {
    let mut words = line.split_whitespace();
    assert_eq!(words.next(), Some("relm"), "{line}");
    let mut command = Command::new(env!("CARGO_BIN_EXE_relm"));
    command.args(words).current_dir(env!("CARGO_MANIFEST_DIR")).env_clear();
    let output = command.output().unwrap();
    assert!(output.stderr.is_empty(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    // The commit changes with every commit.
    let without_commit = text.lines().enumerate().map(|(index, line)| match line.rfind(" · ") {
        Some(at) if index == 0 && line.contains("plan as of") => &line[..at],
        _ => line,
    });
    without_commit.fold(String::new(), |mut out, line| {
        let _ = writeln!(out, "{}", line.trim_end());
        out
    })
}

/// The README with the output of its commands as it is now. A line `[…]` in a block stands for lines left out at its end.
fn refreshed(readme: &str) -> (String, usize) {
    let mut out = String::new();
    let mut commands = 0;
    let mut lines = readme.lines();
    while let Some(line) = lines.next() {
        let _ = writeln!(out, "{line}");
        if line != "```console" {
            continue;
        }
        let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
        let command = block[0].strip_prefix("$ ").expect("a block begins with its command");
        commands += 1;
        let output = run(command);
        let shown = match block.iter().position(|line| *line == "[…]") {
            Some(cut) => output.lines().take(cut - 1).chain(["[…]"]).collect::<Vec<_>>().join("\n"),
            None => output.trim_end().to_owned(),
        };
        let _ = write!(out, "$ {command}\n{shown}\n```\n");
    }
    (out, commands)
}

#[test]
fn the_readme_shows_real_output() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = std::fs::read_to_string(&file).unwrap();
    let (now, commands) = refreshed(&readme);
    assert!(commands >= 2, "the README runs relm");
    if std::env::var_os("RELM_UPDATE").is_some() {
        std::fs::write(&file, now).unwrap();
    } else {
        assert!(readme == now, "the README shows old output; refresh it with `RELM_UPDATE=1 cargo test --test readme`");
    }
}

#[test]
fn the_release_of_the_readme_is_the_one_of_the_example() {
    let read = |path: &str| std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap();
    let example = read("examples/quickstart/releases/warehouse-1.9.yaml");
    let body: Vec<&str> = example.lines().filter(|line| !line.trim_start().starts_with('#')).collect();
    assert!(read("README.md").contains(body.join("\n").trim()), "the README shows the example as it is");
}
