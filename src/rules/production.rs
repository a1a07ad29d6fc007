//! Deployments that rules judge at their own time: those that releases plan, and those that were recorded in production.

use chrono_tz::Tz;

use super::Context;
use super::environments::{is_past, record_subject};
use crate::analysis::deployments::{self, Time, whole_days};
use crate::analysis::promotion;
use crate::analysis::windows::Deploying;
use crate::diagnostic::{Span, Subject};
use crate::model::records::{Deployment, DeploymentResult};
use crate::model::release::{Release, Status};
use crate::model::{Id, Spanned};
use crate::time::When;

/// A deployment that is planned, or one that was recorded.
#[derive(Debug, Clone)]
pub struct Event<'p> {
    /// The release, by index.
    pub release: Option<usize>,
    /// The environment, by index.
    pub environment: usize,
    /// The projects that ship.
    pub projects: Vec<&'p Id>,
    /// When: of a plan one time, of a record the start (where it is known) and the end.
    pub times: Vec<(Time, Span)>,
    /// The record; none for a plan.
    pub record: Option<&'p Deployment>,
    subject: Subject,
}

impl<'p> Event<'p> {
    /// The subject of a finding about it.
    pub fn subject(&self) -> Subject {
        self.subject.clone()
    }

    /// The manifest of the release.
    pub fn manifest(&self, cx: &Context<'p>) -> Option<&'p Release> {
        self.release.map(|release| &cx.portfolio.releases[release])
    }

    /// Whether it is planned by a draft.
    pub fn is_draft(&self, cx: &Context<'p>) -> bool {
        self.record.is_none() && self.manifest(cx).is_some_and(|release| release.status() == Status::Draft)
    }

    /// What a freeze is asked about.
    pub fn deploying<'e>(&'e self, cx: &Context<'p>) -> Deploying<'e>
    where
        'p: 'e,
    {
        let environment = &cx.portfolio.environments[self.environment];
        Deploying { environment, projects: &self.projects, release: self.manifest(cx) }
    }
}

/// The planned deployments of releases that are not over, by release, then those that were recorded in production, in the
/// order of files. What was called off did not happen.
pub fn events<'p>(cx: &Context<'p>) -> Vec<Event<'p>> {
    let portfolio = cx.portfolio;
    let mut found = Vec::new();
    for r in 0..portfolio.releases.len() {
        if is_past(cx, r) {
            continue;
        }
        let planned = deployments::planned(portfolio, cx.schedule, r);
        if planned.is_empty() {
            continue;
        }
        let projects: Vec<&Id> = promotion::scope(portfolio, r).into_iter().map(|item| &item.project).collect();
        found.extend(planned.into_iter().map(|deployment| Event {
            release: Some(r),
            environment: deployment.environment,
            projects: projects.clone(),
            times: vec![(deployment.time, deployment.span)],
            record: None,
            subject: deployment.subject(portfolio),
        }));
    }
    for record in &portfolio.deployments {
        let Some(environment) = portfolio.environments.index(&record.environment) else { continue };
        if record.result.value == DeploymentResult::Aborted || !portfolio.is_production(&record.environment) {
            continue;
        }
        let zone = portfolio.zone_of(&portfolio.environments[environment]);
        let written = record.started.iter().chain([&record.at]);
        found.push(Event {
            release: record.release.as_ref().and_then(|id| portfolio.releases.index(id)),
            environment,
            projects: vec![&record.project],
            times: written.filter_map(|when| Some((moment(when, zone)?, when.span))).collect(),
            record: Some(record),
            subject: record_subject(record),
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
