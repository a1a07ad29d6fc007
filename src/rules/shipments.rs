//! Which version of a project ships or is live, and when.

use chrono::{DateTime, NaiveDate, Utc};
use foldhash::HashMap;

use super::Context;
use crate::diagnostic::{Span, Subject};
use crate::model::records::DeploymentResult;
use crate::model::release::Status;
use crate::model::{Id, Identified, Kind, Text};

/// A version that reaches production: by a release that is planned or over, or by a deployment that was recorded.
#[derive(Debug, Clone, Copy)]
pub struct Shipment<'p> {
    /// The project.
    pub project: &'p Id,
    /// The version; none where the release does not say.
    pub version: Option<&'p Text>,
    /// The release that ships it; none for a record.
    pub release: Option<usize>,
    /// The day: the end of the release, or of the deployment. Releases without dates have none.
    pub on: Option<NaiveDate>,
    /// The record's instant; a record counts after the releases of its day.
    at: Option<DateTime<Utc>>,
    /// Whether a draft says so.
    pub is_draft: bool,
    /// The record's id, or its project.
    record: &'p str,
}

impl Shipment<'_> {
    /// Where it stands.
    pub fn span(&self) -> Span {
        self.version.map_or(self.project.span, |version| version.span)
    }

    /// The subject of a finding about it.
    pub fn subject(&self, cx: &Context<'_>) -> Subject {
        match self.release {
            Some(release) => cx.portfolio.releases[release].subject().at(format!("scope/{}", self.project)),
            None => Subject::new(Kind::Deployments.as_str(), "").at(format!("entries/{}", self.record)),
        }
    }
}

/// All shipments of a portfolio, by project.
#[derive(Debug)]
pub struct Shipments<'p> {
    by_project: HashMap<&'p str, Vec<Shipment<'p>>>,
    /// By the outermost release of a composite and the project.
    by_family: HashMap<(usize, &'p str), Vec<Shipment<'p>>>,
    /// The outermost release that each release is part of; itself when it is part of none.
    outermost: Vec<usize>,
}

impl<'p> Shipments<'p> {
    /// Collects what releases that are not cancelled ship, and the successful deployments to production.
    pub fn new(cx: &Context<'p>) -> Self {
        let portfolio = cx.portfolio;
        let mut by_project: HashMap<&'p str, Vec<Shipment<'p>>> = HashMap::default();
        for (index, release) in portfolio.releases.iter().enumerate() {
            let status = release.status();
            for item in release.scope.iter().filter(|_| status != Status::Cancelled) {
                by_project.entry(&item.project).or_default().push(Shipment {
                    project: &item.project,
                    version: item.version.as_ref(),
                    release: Some(index),
                    on: end(cx, index),
                    at: None,
                    is_draft: status == Status::Draft,
                    record: "",
                });
            }
        }
        for entry in &portfolio.deployments {
            if entry.result.value == DeploymentResult::Succeeded && portfolio.is_production(&entry.environment) {
                by_project.entry(&entry.project).or_default().push(Shipment {
                    project: &entry.project,
                    version: Some(&entry.version),
                    release: None,
                    on: Some(entry.at.date()),
                    at: Some(entry.at.instant(portfolio.zone)),
                    is_draft: false,
                    record: entry.id.as_ref().unwrap_or(&entry.project),
                });
            }
        }
        for shipments in by_project.values_mut() {
            shipments.sort_by_key(|shipment| (shipment.on, shipment.at, shipment.span()));
        }
        let outermost: Vec<usize> = (0..portfolio.releases.len())
            .map(|release| portfolio.ancestors(release).last().copied().unwrap_or(release))
            .collect();
        let mut by_family: HashMap<(usize, &'p str), Vec<Shipment<'p>>> = HashMap::default();
        for shipment in by_project.values().flatten() {
            if let Some(release) = shipment.release {
                by_family.entry((outermost[release], shipment.project)).or_default().push(*shipment);
            }
        }
        Self { by_project, by_family, outermost }
    }

    /// What ships or shipped of a project, by day; undated first.
    pub fn of(&self, project: &str) -> &[Shipment<'p>] {
        self.by_project.get(project).map_or(&[], Vec::as_slice)
    }

    /// Every project with its shipments, in the order of ids.
    pub fn projects(&self) -> Vec<(&'p str, &[Shipment<'p>])> {
        let mut all: Vec<_> =
            self.by_project.iter().map(|(project, shipments)| (*project, shipments.as_slice())).collect();
        all.sort_unstable_by_key(|(project, _)| *project);
        all
    }

    /// What `release` itself ships of a project, or the composite it belongs to ships with it.
    pub fn beside(&self, project: &'p str, release: usize, day: Option<NaiveDate>) -> Option<&Shipment<'p>> {
        let family = self.by_family.get(&(self.outermost[release], project))?;
        let own = family.iter().find(|shipment| shipment.release == Some(release));
        own.or_else(|| family.iter().rfind(|shipment| shipment.on <= day)).or_else(|| family.first())
    }

    /// The last shipment of a project on or before a day; drafts count only for drafts.
    pub fn live_on(&self, project: &str, day: NaiveDate, drafts: bool) -> Option<&Shipment<'p>> {
        let before =
            |shipment: &&Shipment<'_>| shipment.on.is_some_and(|on| on <= day) && (drafts || !shipment.is_draft);
        self.of(project).iter().rfind(before)
    }
}

/// The day a release ends: as it did, else as planned, else its target.
pub fn end(cx: &Context<'_>, release: usize) -> Option<NaiveDate> {
    let manifest = &cx.portfolio.releases[release];
    let actual = manifest.actual.as_ref().and_then(|actual| actual.end.as_ref());
    let target = || manifest.target.as_ref().map(|target| target.value);
    actual.map(|end| end.value).or(cx.schedule.releases[release].planned_end).or_else(target)
}
