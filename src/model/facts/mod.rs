//! What loading learnt outside manifests, as plain data: the history behind approvals, the reports that evidence points to,
//! and the files that ship. Nothing here is judged.

mod evidence;
mod moves;
mod provenance;
mod repositories;
mod revision;

pub use evidence::{Content, Coverage, Evidence, Fault, FileFact, Report, Results, TestRun, is_address};
pub use moves::{Chronicle, Field, FieldChange, Place, Step, Unreadable};
pub use provenance::{
    ApprovalFacts, Change, Commit, Given, History, Introduction, Provenance, Replaced, Signature, Who,
};
pub use repositories::{Repositories, ShippedCommit};
pub use revision::{CommentChange, Difference, DocumentChange, Revised, Revision};

/// All of it. A part is empty when nobody asked for it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Facts {
    /// What the history says of approvals and of those who wrote the scope; none when nobody asked.
    pub provenance: Option<Provenance>,
    /// What the files below the root hold that criteria point to.
    pub evidence: Evidence,
    /// What the repositories of projects say of what was deployed; none when nobody asked.
    pub repositories: Option<Repositories>,
}
