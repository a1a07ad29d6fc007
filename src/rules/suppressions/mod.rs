//! Rules of the group `suppressions`.

pub mod suppression_without_reason;
pub mod unused_suppression;
