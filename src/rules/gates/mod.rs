//! Rules of the group `gates`.

pub mod artifact_mismatch;
pub mod change_without_release;
pub mod evidence_failed;
pub mod evidence_missing;
pub mod evidence_outdated;
pub mod gate_not_passed;
pub mod gate_overdue;
pub mod missing_gate;
pub mod unmet_criterion;
pub mod waiver_expired;
pub mod waiver_without_reason;
