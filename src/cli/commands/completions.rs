//! `relm completions`.

use clap::Parser;
use clap_complete::Shell;

use super::{Command, Status};
use crate::cli::args::{Format, Global};
use crate::cli::error::Error;

/// Write the completions of a shell
#[derive(Debug, Parser)]
#[command(
    name = "completions",
    after_help = "Examples:\n  relm completions bash -o ~/.local/share/bash-completion/completions/relm\n  relm completions zsh -o ~/.zfunc/_relm\n  relm completions fish -o ~/.config/fish/completions/relm.fish"
)]
pub struct Completions {
    /// The shell
    #[arg(value_name = "SHELL")]
    shell: Shell,
}

impl Command for Completions {
    const FORMATS: &'static [Format] = &[];

    fn run(self, global: &Global) -> Result<Status, Error> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut crate::cli::command(), "relm", &mut script);
        global.write(&String::from_utf8_lossy(&script))?;
        Ok(Status::Done)
    }
}
