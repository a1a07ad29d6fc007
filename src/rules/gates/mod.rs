//! Rules of the group `gates`.

pub mod artifact_mismatch;
pub mod evidence_failed;
pub mod evidence_missing;
pub mod evidence_outdated;
