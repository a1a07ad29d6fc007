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
    let names: Vec<String> = root.get_subcommands().map(|command| command.get_name().to_owned()).collect();
    for name in names {
        if let Some(command) =
            root.find_subcommand_mut(&name).filter(|command| !command.is_hide_set() && command.get_name() != "help")
        {
            let mut command = command.clone().term_width(WIDTH);
            section(&mut out, &format!("relm {name}"), &mut command);
        }
    }
    out
}

fn section(out: &mut String, name: &str, command: &mut clap::Command) {
    let help = command.render_long_help().to_string();
    let help: Vec<&str> = help.trim_end().lines().map(str::trim_end).collect();
    let _ = write!(out, "\n## {name}\n\n```text\n{}\n```\n", help.join("\n"));
}
