//! `relm gate approve`.

use clap::Parser;

use super::super::{Command, Status};
use super::case::{Options, names};
use super::decision::Ask;
use crate::cli::args::{Format, Global};
use crate::cli::error::Error;
use crate::model::release::Decision;

/// Approve a gate: write your decision into the manifest of its release
#[derive(Debug, Parser)]
#[command(
    name = "approve",
    override_usage = "relm gate approve [OPTIONS] <RELEASE> <GATE>",
    after_help = "Examples:\n  relm gate approve payments-2026.12 go-live --role change-manager --note 'CAB 2026-48'\n  relm gate approve payments-2026.12/uat-exit --dry-run\n  relm -C portfolio gate approve payments-2026.12 go-live --as carol\n\nWho you are is what git says: the person of `relm.yaml` with the address of `git config user.email`. `--as` may only name that person; alone it is enough where `approvals.provenance` is `none` and either nobody in `relm.yaml` has an address or there is no git. The role must be one that the gate requires and that you hold; with one such role `--role` may be left out.\n\nRefused is what would count for nothing: an approval by the owner or an author of the scope where duties are separated, one of what is not committed as it stands (scope, deployment, target, the gate itself), one in the middle of a merge. A decision that stands already is not written again.\n\nThe entry becomes the last of the gate's `approvals:`; comments and layout stay. A gate that only the type or the risk of the release demands is added to `gates:`. relm never commits: the command that does is shown, and before that an approval counts only where nothing is to be proven.\n\nExit code: 0 when it stands (or would, with --dry-run), 2 when it was refused or cannot be written."
)]
pub struct Approve {
    /// The release; `RELEASE/GATE` names both
    #[arg(value_name = "RELEASE", required = true)]
    release: Option<String>,

    /// The gate
    #[arg(value_name = "GATE")]
    gate: Option<String>,

    /// The role you decide in
    #[arg(long, value_name = "ROLE")]
    role: Option<String>,

    /// Anything worth keeping beside it, such as a minute of the board
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,

    #[command(flatten)]
    options: Options,
}

impl Command for Approve {
    const FORMATS: &'static [Format] = &[Format::Human, Format::Json];

    fn run(self, global: &Global) -> Result<Status, Error> {
        let place = names(&[&self.release, &self.gate], "RELEASE and GATE")?;
        let (role, note) = (self.role.as_deref(), self.note.as_deref());
        Ask { place, decision: Decision::Approved, role, note, options: &self.options }.run(global)
    }
}
