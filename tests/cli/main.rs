//! The command line as people and CI meet it: a module per command, each run in a folder of its own with a wiped
//! environment.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod artifacts;
mod audit;
mod cab;
mod calendar;
mod calendar_files;
mod can_deploy;
mod check;
mod env;
mod env_book;
mod env_free;
mod env_usage;
mod evidence;
mod explain;
mod files;
mod gate;
mod gate_verify;
mod gate_write;
mod global;
mod graph;
mod history;
mod impact;
mod init;
mod new;
mod record;
mod report;
mod revisions;
mod sandbox;
mod select;
mod set;
mod show;
mod signals;
mod site;
mod todo;
mod train;
