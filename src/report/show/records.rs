//! What happened and what is asked for: changes, deployments, incidents, runs, demand, assessments.

use super::context::{Context, by_date};
use super::{Draft, Item, delivery, phase};
use crate::diagnostic::wording::plural;
use crate::model::records::{Change, ChangeStatus, Deployment, DeploymentReason, Incident, Run};
use crate::model::release::Release;
use crate::model::{Id, Identified};

/// A change as an item.
pub fn change_item(cx: &Context<'_>, change: &Change) -> Item {
    Item::new("change", &change.id)
        .name(change.common.name())
        .from(change.window.as_ref().map(|window| window.start.to_string()))
        .to(change.window.as_ref().map(|window| window.end.to_string()))
        .state(Some(status(change)))
        .with(change.project.as_ref())
        .with(change.r#type)
        .with(change.outcome.as_ref())
        .at(cx.source(change.id.span))
}

fn status(change: &Change) -> ChangeStatus {
    change.status.as_ref().map_or(ChangeStatus::Draft, |status| status.value)
}

/// Whether a change still asks for something.
pub fn is_open(change: &Change) -> bool {
    !matches!(status(change), ChangeStatus::Closed | ChangeStatus::Rejected)
}

/// The changes that name a release, and those its scope carries.
pub fn changes_of(cx: &Context<'_>, release: &Release) -> Vec<Item> {
    let carried = |id: &Id| release.scope.iter().any(|item| item.changes.contains(id));
    let ours = cx
        .portfolio
        .changes
        .iter()
        .filter(|change| change.release.as_ref() == Some(&release.id) || carried(&change.id));
    ours.map(|change| change_item(cx, change)).collect()
}

/// A deployment as an item.
pub fn deployment_item(cx: &Context<'_>, entry: &Deployment) -> Item {
    let reason = entry.reason.filter(|reason| *reason != DeploymentReason::Planned);
    Item::new("deployment", entry.id.as_ref().map_or("", |id| id.as_str()))
        .from(entry.started.as_ref().or(Some(&entry.at)))
        .to(Some(&entry.at))
        .state(Some(entry.result.value))
        .with(Some(format!("{} {}", entry.project, entry.version)))
        .saying("to", Some(&entry.environment))
        .with(reason)
        .at(cx.source(entry.span))
}

/// The deployments for which something holds, the latest first.
pub fn deployments_where(cx: &Context<'_>, holds: impl Fn(&Deployment) -> bool) -> Vec<Item> {
    let mut found: Vec<&Deployment> = cx.portfolio.deployments.iter().filter(|entry| holds(entry)).collect();
    found.sort_by_key(|entry| std::cmp::Reverse(entry.at.value.instant(cx.portfolio.zone)));
    found.into_iter().map(|entry| deployment_item(cx, entry)).collect()
}

/// An incident as an item.
pub fn incident_item(cx: &Context<'_>, entry: &Incident) -> Item {
    let state = if entry.restored.is_some() { "restored" } else { "open" };
    Item::new("incident", &entry.id)
        .name(entry.common.name())
        .from(Some(&entry.opened))
        .to(entry.restored.as_ref())
        .state(Some(state))
        .saying("severity", entry.severity.map(|severity| severity.0))
        .with(entry.project.as_ref())
        .saying("in", entry.environment.as_ref())
        .saying("caused by", entry.caused_by.as_ref())
        .at(cx.source(entry.span))
}

/// The incidents for which something holds, the latest first.
pub fn incidents_where(cx: &Context<'_>, holds: impl Fn(&Incident) -> bool) -> Vec<Item> {
    let mut found: Vec<&Incident> = cx.portfolio.incidents.iter().filter(|entry| holds(entry)).collect();
    found.sort_by_key(|entry| std::cmp::Reverse(entry.opened.value.instant(cx.portfolio.zone)));
    found.into_iter().map(|entry| incident_item(cx, entry)).collect()
}

/// The incidents that name a release, or one of its deployments, as their cause.
pub fn incidents_caused_by(cx: &Context<'_>, release: &Release) -> Vec<Item> {
    let deployments: Vec<&Id> = cx
        .portfolio
        .deployments
        .iter()
        .filter(|entry| entry.release.as_ref() == Some(&release.id))
        .filter_map(|entry| entry.id.as_ref())
        .collect();
    incidents_where(cx, |entry| {
        entry.caused_by.as_ref().is_some_and(|cause| *cause == release.id || deployments.contains(&cause))
    })
}

/// A change.
pub fn change(cx: &Context<'_>, index: usize, draft: &mut Draft) {
    let change = &cx.portfolio.changes[index];
    cx.common(change.common(), change.id.span, draft);
    draft.fact("project", change.project.as_ref());
    draft.fact("type", change.r#type);
    draft.fact("status", Some(status(change)));
    draft.fact("outcome", change.outcome.as_ref());
    draft.fact("window", change.window.as_ref().map(delivery::window));
    let ships = |r: &usize| {
        let release = &cx.portfolio.releases[*r];
        change.release.as_ref() == Some(&release.id)
            || release.scope.iter().any(|item| item.changes.contains(&change.id))
    };
    let releases = (0..cx.portfolio.releases.len()).filter(ships).map(|r| cx.release_item(r));
    draft.section("releases", "Ships with", by_date(releases.collect()));
    draft.section("approvals", "Approvals", phase::approvals(cx, &change.approvals));
}

/// A deployment, and what it caused.
pub fn deployment(cx: &Context<'_>, index: usize, draft: &mut Draft) {
    let entry = &cx.portfolio.deployments[index];
    cx.common(&entry.common, entry.span, draft);
    draft.fact("project", Some(&entry.project));
    draft.fact("version", Some(&entry.version));
    draft.fact("environment", Some(&entry.environment));
    draft.fact("release", entry.release.as_ref());
    draft.fact("result", Some(&entry.result));
    draft.fact("reason", entry.reason);
    draft.fact("committed", entry.committed_at.as_ref());
    draft.fact("started", entry.started.as_ref());
    draft.fact("finished", Some(&entry.at));
    draft.fact("commit", entry.commit.as_ref());
    let caused = |incident: &Incident| entry.id.is_some() && incident.caused_by == entry.id;
    draft.section("incidents", "Incidents it caused", incidents_where(cx, caused));
}

/// An incident, and what caused it.
pub fn incident(cx: &Context<'_>, index: usize, draft: &mut Draft) {
    let entry = &cx.portfolio.incidents[index];
    cx.common(&entry.common, entry.span, draft);
    draft.fact("project", entry.project.as_ref());
    draft.fact("environment", entry.environment.as_ref());
    draft.fact("severity", entry.severity.map(|severity| severity.0));
    draft.fact("opened", Some(&entry.opened));
    draft.fact("restored", entry.restored.as_ref());
    let cause = |deployment: &Deployment| deployment.id.is_some() && deployment.id == entry.caused_by;
    let release = entry.caused_by.as_ref().and_then(|cause| cx.portfolio.releases.index(cause));
    let mut causes = deployments_where(cx, cause);
    causes.extend(release.map(|r| cx.release_item(r)));
    draft.section("caused_by", "Caused by", causes);
}

/// A run as an item.
pub fn run_item(cx: &Context<'_>, run: &Run) -> Item {
    let times = || run.entries.iter().map(|entry| &entry.at);
    let zone = cx.portfolio.zone;
    Item::new("run", &run.id)
        .name(run.common.name())
        .from(times().min_by_key(|at| at.value.instant(zone)))
        .to(times().max_by_key(|at| at.value.instant(zone)))
        .when(run.rehearsal == Some(true), "rehearsal")
        .with(Some(plural(run.entries.len(), "event")))
        .at(cx.source(run.id.span))
}

/// A run: what happened to each step.
pub fn run(cx: &Context<'_>, index: usize, draft: &mut Draft) {
    let run = &cx.portfolio.runs[index];
    cx.common(run.common(), run.id.span, draft);
    draft.fact("release", Some(&run.release));
    draft.fact("rehearsal", Some(if run.rehearsal == Some(true) { "yes" } else { "no" }));
    let entries = run.entries.iter().map(|entry| {
        Item::new("step", &entry.step)
            .on(Some(&entry.at))
            .state(Some(entry.event))
            .saying("by", entry.by.as_ref())
            .with(entry.note.as_ref())
            .at(cx.source(entry.span))
    });
    draft.section("entries", "What happened", entries.collect());
}

/// Something that waits to be scheduled.
pub fn demand(cx: &Context<'_>, index: usize, draft: &mut Draft) {
    let demand = &cx.portfolio.demands[index];
    cx.common(demand.common(), demand.id.span, draft);
    draft.fact("project", demand.project.as_ref());
    draft.fact("value", demand.value);
    draft.fact("effort", demand.effort.as_ref());
    draft.fact("wanted by", demand.wanted_by.as_ref());
}

/// An assessment: the score of each practice.
pub fn assessment(cx: &Context<'_>, index: usize, draft: &mut Draft) {
    let assessment = &cx.portfolio.assessments[index];
    cx.common(assessment.common(), assessment.id.span, draft);
    draft.fact("date", Some(&assessment.date));
    let scores = assessment.scores.iter().map(|(practice, score)| {
        Item::new("practice", practice).with(Some(format!("{} of 5", score.value.0))).at(cx.source(practice.span))
    });
    draft.section("scores", "Scores", scores.collect());
}
