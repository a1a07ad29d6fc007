//! The `relm` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    relm::cli::main()
}
