//! Rules of the group `gates`.

pub mod artifact_mismatch;
pub mod change_without_release;
pub mod evidence_failed;
pub mod evidence_missing;
pub mod evidence_outdated;
pub mod waiver_expired;
pub mod waiver_without_reason;
