//! The reference of all commands, as Markdown, from what `--help` says.

use std::fmt::Write;

/// Columns of the help texts.
const WIDTH: usize = 100;

/// A page with the help of relm and of every command.
pub fn reference() -> String {
    let mut root = super::command().term_width(WIDTH);
    root.build();
    let mut out = String::from("# Commands\n\nGenerated from `relm --help`; do not edit.\n");
    section(&mut out, "relm", &mut root);
    below(&mut out, "relm", &root);
    out
}

fn below(out: &mut String, name: &str, command: &clap::Command) {
    let shown = |command: &&clap::Command| !command.is_hide_set() && command.get_name() != "help";
    for command in command.get_subcommands().filter(shown) {
        let name = format!("{name} {}", command.get_name());
        section(out, &name, &mut command.clone().term_width(WIDTH));
        below(out, &name, command);
    }
}

fn section(out: &mut String, name: &str, command: &mut clap::Command) {
    let help = command.render_long_help().to_string();
    let help: Vec<&str> = help.trim_end().lines().map(str::trim_end).collect();
    let _ = write!(out, "\n## {name}\n\n```text\n{}\n```\n", help.join("\n"));
}
