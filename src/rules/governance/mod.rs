//! Rules of the group `governance`.

pub mod emergency_not_reviewed;
pub mod missing_artifacts;
pub mod missing_backout;
pub mod missing_communications;
pub mod missing_owner;
pub mod missing_risk_acceptor;
pub mod missing_risk_mitigation;
pub mod missing_support;
pub mod missing_training;
pub mod status_contradicts_actuals;
pub mod unknown_role;
pub mod unused_definition;
