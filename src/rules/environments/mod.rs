//! Rules of the group `environments`.

pub mod booked_during_maintenance;
pub mod booked_during_outage;
pub mod deploy_in_freeze;
pub mod exclusive_overlap;
pub mod idle_environment;
pub mod lead_time_too_short;
pub mod not_hosted;
pub mod outside_window;
pub mod over_capacity;
pub mod promotion_order;
pub mod release_density;
pub mod soak_too_short;
pub mod stage_skipped;
pub mod team_over_capacity;
pub mod unbooked_phase;
pub mod version_collision;
pub mod wall_clock_gap;

use crate::diagnostic::{Finding, Severity, Subject};
use crate::model::records::Deployment;
use crate::model::release::{Release, Status};
use crate::model::{Id, Kind, Portfolio};
use crate::rules::Context;

/// A draft is an idea: what is wrong with it is at most a warning.
fn tempered(finding: Finding, release: &Release) -> Finding {
    if release.status() == Status::Draft { finding.at_most(Severity::Warning) } else { finding }
}

/// Whether a release is over, or part of one that is: its plan says nothing any more.
pub(super) fn is_past(cx: &Context<'_>, release: usize) -> bool {
    cx.portfolio.releases[release].status().is_over() || cx.is_left_behind(release)
}

/// The subject of a finding about the record of a deployment.
pub(super) fn record_subject(record: &Deployment) -> Subject {
    let id = record.id.as_ref().unwrap_or(&record.project);
    Subject::new(Kind::Deployments.as_str(), "").at(format!("entries/{id}"))
}

/// Whether a release books an environment whose stage is not known: nobody declares it, or its manifest cannot be read.
fn books_unknown(portfolio: &Portfolio, release: &Release) -> bool {
    let mut booked = release.phases.iter().flat_map(|phase| &phase.environments);
    booked.any(|used| portfolio.stage_of(&used.id).is_none_or(|stage| portfolio.stage_order(stage).is_none()))
}

/// The stage at a place in the order of promotion.
fn stage(portfolio: &Portfolio, order: usize) -> &Id {
    &portfolio.settings.stages[order]
}
