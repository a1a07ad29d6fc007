//! The `relm` command.

fn main() {}
