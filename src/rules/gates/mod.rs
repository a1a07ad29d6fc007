//! Rules of the group `gates`.

pub mod approver_lacks_role;
pub mod artifact_mismatch;
pub mod change_not_approved;
pub mod change_without_release;
pub mod evidence_failed;
pub mod evidence_missing;
pub mod evidence_outdated;
pub mod gate_not_passed;
pub mod gate_overdue;
pub mod missing_gate;
pub mod self_approval;
pub mod stale_approval;
pub mod unauthorised_deployment;
pub mod unmet_criterion;
pub mod unsigned_approval;
pub mod unverified_approval;
pub mod waiver_expired;
pub mod waiver_without_reason;
