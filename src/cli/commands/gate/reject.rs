//! `relm gate reject`.

use clap::Parser;

use super::super::{Command, Status};
use super::case::{Options, names};
use super::decision::Ask;
use crate::cli::args::{Format, Global};
use crate::cli::error::Error;
use crate::model::release::Decision;

/// Reject a gate: write your refusal into the manifest of its release
#[derive(Debug, Parser)]
#[command(
    name = "reject",
    override_usage = "relm gate reject [OPTIONS] <RELEASE> <GATE>",
    after_help = "Examples:\n  relm gate reject payments-2026.12 go-live --role change-manager --note 'no restore was rehearsed'\n  relm gate reject payments-2026.12/uat-exit --dry-run\n\nWho you are, in which role, and what is refused: as for `relm gate approve`; but a refusal counts whoever gives it in a role they hold, the owner too, and before it is committed. It holds until the same person approves in the same role; both entries stay, so that it can be seen how often gates pass at the first attempt.\n\nExit code: 0 when it stands (or would, with --dry-run), 2 when it was refused or cannot be written."
)]
pub struct Reject {
    /// The release; `RELEASE/GATE` names both
    #[arg(value_name = "RELEASE", required = true)]
    release: Option<String>,

    /// The gate
    #[arg(value_name = "GATE")]
    gate: Option<String>,

    /// The role you decide in
    #[arg(long, value_name = "ROLE")]
    role: Option<String>,

    /// Why
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,

    #[command(flatten)]
    options: Options,
}

impl Command for Reject {
    const FORMATS: &'static [Format] = &[Format::Human, Format::Json];

    fn run(self, global: &Global) -> Result<Status, Error> {
        let place = names(&[&self.release, &self.gate], "RELEASE and GATE")?;
        let (role, note) = (self.role.as_deref(), self.note.as_deref());
        Ask { place, decision: Decision::Rejected, role, note, options: &self.options }.run(global)
    }
}
