//! Rules of the group `governance`.

pub mod missing_owner;
pub mod missing_risk_mitigation;
pub mod status_contradicts_actuals;
pub mod unknown_role;
pub mod unused_definition;
