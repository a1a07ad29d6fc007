//! The views of `relm cab`, one file a subcommand.

pub mod agenda;
pub mod digest;
