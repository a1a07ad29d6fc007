//! Holds the invariants that `src/lib.rs` states: who may import whom, who may touch the world, and how long a file may be.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

const ALL: &[&str] =
    &["diagnostic", "time", "git", "model", "load", "graph", "analysis", "rules", "report", "render", "edit", "cli"];

/// What each module may import, beside itself.
fn allowed(module: &str) -> &'static [&'static str] {
    match module {
        "diagnostic" | "time" | "git" => &[],
        "model" => &["diagnostic", "time"],
        "load" => &["model", "git", "time", "diagnostic"],
        "graph" => &["model", "time", "diagnostic"],
        "analysis" => &["graph", "model", "time", "diagnostic"],
        "rules" => &["analysis", "graph", "model", "time", "diagnostic"],
        "report" => &["rules", "analysis", "graph", "model", "time", "diagnostic"],
        "render" => &["report", "diagnostic"],
        "edit" => &["model", "load", "diagnostic"],
        _ => ALL,
    }
}

/// Every source file below `src/`, with its module.
fn sources() -> Vec<(String, PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    for entry in walkdir::WalkDir::new(&root).sort_by_file_name() {
        let entry = entry.unwrap();
        let path = entry.path();
        if path.extension().is_some_and(|extension| extension == "rs") {
            let relative = path.strip_prefix(&root).unwrap();
            let first = relative.components().next().unwrap().as_os_str().to_string_lossy();
            let module = first.trim_end_matches(".rs").to_owned();
            files.push((module, relative.to_owned(), std::fs::read_to_string(path).unwrap()));
        }
    }
    assert!(files.len() > 50, "the walk found the sources");
    files
}

/// Tests may look around; the code they test may not.
fn is_test(path: &Path) -> bool {
    let name = path.file_stem().unwrap().to_string_lossy().into_owned();
    let test_name = |name: &str| name == "tests" || name == "testing" || name == "oracle" || name.ends_with("_tests");
    test_name(&name) || path.components().any(|part| test_name(&part.as_os_str().to_string_lossy()))
}

/// The code of a file: without comments and without its own test module.
fn code(text: &str) -> String {
    let end =
        text.find("#[cfg(test)]\nmod tests {").or_else(|| text.find("#[cfg(test)]\n#[allow")).unwrap_or(text.len());
    text[..end].lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

#[test]
fn imports_follow_the_table() {
    let mut wrong = Vec::new();
    for (module, path, text) in sources() {
        if !ALL.contains(&module.as_str()) || is_test(&path) {
            continue;
        }
        for other in ALL {
            let named =
                code(&text).contains(&format!("crate::{other}::")) || code(&text).contains(&format!("crate::{other};"));
            if named && *other != module && !allowed(&module).contains(other) {
                wrong.push(format!("src/{} imports {other}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn grouped_imports_of_the_crate_do_not_hide_modules() {
    let grouped: Vec<String> = sources()
        .into_iter()
        .filter(|(_, _, text)| {
            text.contains("use crate::{") && ALL.iter().any(|module| grouped_names(text).contains(module))
        })
        .map(|(_, path, _)| path.display().to_string())
        .collect();
    assert!(grouped.is_empty(), "write one `use crate::module::…` a line, so that the table can be held: {grouped:?}");
}

fn grouped_names(text: &str) -> Vec<&str> {
    let lines = text.lines().filter_map(|line| line.trim().strip_prefix("use crate::{"));
    lines
        .flat_map(|line| line.trim_end_matches("};").split(','))
        .map(|part| part.trim().split("::").next().unwrap())
        .collect()
}

#[test]
fn pure_modules_touch_no_file_clock_environment_or_process() {
    const WORLD: &[&str] = &[
        "std::fs",
        "std::env",
        "std::process",
        "std::io",
        "SystemTime",
        "Utc::now",
        "Local::now",
        "Instant::now",
        "println!",
        "eprintln!",
        "print!(",
        "dbg!",
    ];
    let pure = ["diagnostic", "time", "model", "graph", "analysis", "rules", "report", "render"];
    let mut wrong = Vec::new();
    for (module, path, text) in sources() {
        if pure.contains(&module.as_str()) && !is_test(&path) {
            let code = code(&text);
            wrong.extend(
                WORLD.iter().filter(|word| code.contains(*word)).map(|word| format!("src/{}: {word}", path.display())),
            );
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn only_git_opens_repositories_and_only_one_module_knows_the_parser() {
    for (module, path, text) in sources() {
        let code = code(&text);
        assert!(module == "git" || is_test(&path) || !code.contains("git2::"), "src/{} uses git2", path.display());
        let reader = path == Path::new("load/yaml.rs") || module == "edit" || is_test(&path);
        assert!(reader || !code.contains("serde_saphyr"), "src/{} uses the YAML parser", path.display());
    }
}

#[test]
fn files_are_one_thing() {
    let long: BTreeMap<String, usize> = sources()
        .into_iter()
        .map(|(_, path, text)| (path.display().to_string(), text.lines().count()))
        .filter(|(_, lines)| *lines > 600)
        .collect();
    assert!(long.is_empty(), "longer than 600 lines: {long:?}");
}

#[test]
fn the_binary_is_thin() {
    let main = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/main.rs")).unwrap();
    // The allocator of the process is said in the binary: whoever uses the library has their own.
    let is_other = |line: &&str| !line.starts_with("static ALLOCATOR: ");
    let statements = main.lines().filter(is_other).filter(|line| line.contains(';') || line.contains("cli::main()"));
    let is_thin = main.contains("relm::cli::main()") && statements.count() <= 2;
    assert!(is_thin, "main.rs names the allocator, calls `cli::main()` and does nothing else");
}
