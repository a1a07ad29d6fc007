//! Deployments that rules judge at their own time: those that releases plan, and those that were recorded in production.

use chrono_tz::Tz;

use super::Context;
use super::environments::{is_past, record_subject};
use crate::analysis::deployments::{self, Time, whole_days};
use crate::analysis::promotion;
use crate::diagnostic::{Span, Subject};
use crate::model::records::{Deployment, DeploymentResult};
use crate::model::release::{Release, Status};
use crate::model::{Id, Spanned};
use crate::time::When;

/// A deployment that is planned, or one that was recorded.
#[derive(Debug)]
pub struct Event<'p> {
    /// The release, by index.
    pub release: Option<usize>,
    /// The environment, by index.
    pub environment: usize,
    times: [Option<(Time, Span)>; 2],
    /// The record; none for a plan.
    pub record: Option<&'p Deployment>,
    /// The plan; none for a record.
    plan: Option<deployments::Deployment>,
}

impl<'p> Event<'p> {
    /// When: of a plan one time, of a record the start (where it is known) and the end; each with its place.
    pub fn times(&self) -> impl Iterator<Item = (Time, Span)> {
        self.times.into_iter().flatten()
    }

    /// The subject of a finding about it.
    pub fn subject(&self, cx: &Context<'p>) -> Subject {
        let planned = self.plan.map(|plan| plan.subject(cx.portfolio));
        planned.or(self.record.map(record_subject)).unwrap_or_default()
    }

    /// The manifest of the release.
    pub fn manifest(&self, cx: &Context<'p>) -> Option<&'p Release> {
        self.release.map(|release| &cx.portfolio.releases[release])
    }

    /// Whether it is planned by a draft.
    pub fn is_draft(&self, cx: &Context<'p>) -> bool {
        self.record.is_none() && self.manifest(cx).is_some_and(|release| release.status() == Status::Draft)
    }

    /// The projects that ship.
    pub fn projects(&self, cx: &Context<'p>) -> Vec<&'p Id> {
        let planned = |plan: deployments::Deployment| promotion::scope(cx.portfolio, plan.release);
        let planned = self.plan.into_iter().flat_map(planned).map(|item| &item.project);
        planned.chain(self.record.map(|record| &record.project)).collect()
    }
}

/// The planned deployments of releases that are not over, by release, then those that were recorded in production, in the
/// order of files. What was called off did not happen.
pub(super) fn events<'p>(cx: &Context<'p>) -> Vec<Event<'p>> {
    let portfolio = cx.portfolio;
    let mut found = Vec::new();
    for r in 0..portfolio.releases.len() {
        if is_past(cx, r) {
            continue;
        }
        found.extend(deployments::planned(portfolio, cx.schedule, r).into_iter().map(|deployment| Event {
            release: Some(r),
            environment: deployment.environment,
            times: [Some((deployment.time, deployment.span)), None],
            record: None,
            plan: Some(deployment),
        }));
    }
    for record in &portfolio.deployments {
        let Some(environment) = portfolio.environments.index(&record.environment) else { continue };
        if record.result.value == DeploymentResult::Aborted || !portfolio.is_production(&record.environment) {
            continue;
        }
        let zone = portfolio.zone_of(&portfolio.environments[environment]);
        let time = |when: &Spanned<When>| Some((moment(when, zone)?, when.span));
        found.push(Event {
            release: record.release.as_ref().and_then(|id| portfolio.releases.index(id)),
            environment,
            times: [record.started.as_ref().and_then(time), time(&record.at)],
            record: Some(record),
            plan: None,
        });
    }
    found
}

/// A recorded time; a date is some time of that day.
fn moment(when: &Spanned<When>, zone: Tz) -> Option<Time> {
    match when.value {
        When::Date(day) => whole_days(day, day, zone).map(Time::Days),
        when => Some(Time::Instant(when.instant(zone))),
    }
}
