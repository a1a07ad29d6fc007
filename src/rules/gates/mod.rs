//! Rules of the group `gates`.

pub mod change_without_release;
pub mod waiver_expired;
pub mod waiver_without_reason;
