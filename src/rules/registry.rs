//! Every rule.

use super::Rule;
use super::{dependencies, environments, gates, governance, manifest, schedule, suppressions};

/// Every rule, sorted by name.
pub static RULES: &[&Rule] = &[
    &gates::artifact_mismatch::RULE,
    &environments::booked_during_maintenance::RULE,
    &environments::booked_during_outage::RULE,
    &dependencies::cancelled_dependency::RULE,
    &dependencies::dependency_cycle::RULE,
    &environments::deploy_in_freeze::RULE,
    &manifest::duplicate_id::RULE,
    &manifest::duplicate_reference::RULE,
    &dependencies::duplicate_version::RULE,
    &schedule::ends_before_start::RULE,
    &gates::evidence_failed::RULE,
    &gates::evidence_missing::RULE,
    &gates::evidence_outdated::RULE,
    &environments::exclusive_overlap::RULE,
    &schedule::forecast_late::RULE,
    &environments::idle_environment::RULE,
    &schedule::implausible_date::RULE,
    &schedule::insufficient_notice::RULE,
    &manifest::invalid_path::RULE,
    &manifest::invalid_value::RULE,
    &environments::lead_time_too_short::RULE,
    &schedule::misses_target::RULE,
    &governance::missing_owner::RULE,
    &governance::missing_risk_mitigation::RULE,
    &schedule::no_slack::RULE,
    &schedule::non_working_day::RULE,
    &environments::not_hosted::RULE,
    &schedule::outside_composite::RULE,
    &environments::outside_window::RULE,
    &environments::over_capacity::RULE,
    &schedule::overdue_milestone::RULE,
    &schedule::overdue_phase::RULE,
    &environments::promotion_order::RULE,
    &environments::release_density::RULE,
    &environments::soak_too_short::RULE,
    &environments::stage_skipped::RULE,
    &schedule::starts_before_predecessor::RULE,
    &governance::status_contradicts_actuals::RULE,
    &suppressions::suppression_without_reason::RULE,
    &manifest::syntax::RULE,
    &environments::team_over_capacity::RULE,
    &environments::unbooked_phase::RULE,
    &manifest::unknown_field::RULE,
    &manifest::unknown_reference::RULE,
    &governance::unknown_role::RULE,
    &schedule::unplaceable_phase::RULE,
    &governance::unused_definition::RULE,
    &suppressions::unused_suppression::RULE,
    &environments::version_collision::RULE,
    &dependencies::version_regression::RULE,
    &dependencies::version_requirement::RULE,
    &environments::wall_clock_gap::RULE,
];

/// The rule of this name.
pub fn find(name: &str) -> Option<&'static Rule> {
    RULES.iter().copied().find(|rule| rule.name == name)
}
