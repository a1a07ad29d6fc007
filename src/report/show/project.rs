//! A project: what it needs, what needs it, where which version runs and is going.

use std::collections::BTreeMap;

use super::context::{Context, by_date, is_past};
use super::{Draft, Item, records};
use crate::model::project::ProjectDependency;
use crate::model::records::{Deployment, DeploymentResult};
use crate::model::{Id, Identified};

/// A project.
pub fn describe(cx: &Context<'_>, index: usize, draft: &mut Draft) {
    let project = &cx.portfolio.projects[index];
    cx.common(project.common(), project.id.span, draft);
    draft.fact("tier", project.tier.as_ref().map(|tier| tier.0));
    draft.fact("repository", project.repository.as_ref());
    draft.fact("tags", project.tag_pattern.as_ref());
    if let Some(branching) = &project.branching {
        let parts = [
            branching.development.as_ref().map(|branch| format!("development {branch}")),
            branching.release.as_ref().map(|branch| format!("release {branch}")),
        ];
        draft.fact("branches", Some(parts.into_iter().flatten().collect::<Vec<_>>().join(", ")));
    }
    let needs = project.depends_on.iter().map(|needed| need(cx, &needed.project, needed));
    draft.section("needs", "Needs", needs.collect());
    let others = cx.portfolio.projects.iter();
    let needed_by = others.flat_map(|other| {
        let ours = other.depends_on.iter().filter(|needed| needed.project == project.id);
        ours.map(|needed| need(cx, &other.id, needed))
    });
    draft.section("needed_by", "Needed by", needed_by.collect());
    releases(cx, &project.id, draft);
    draft.section("live", "Live", live(cx, |entry| entry.project == project.id, |entry| &entry.environment));
    let hosts = cx.portfolio.environments.iter().filter_map(|environment| {
        let named = environment.projects.as_ref()?.iter().find(|id| **id == project.id)?;
        let item = Item::new("environment", &environment.id).name(environment.common().name());
        Some(item.saying("stage", Some(&environment.stage)).at(cx.source(named.span)))
    });
    draft.section("environments", "Hosted in", hosts.collect());
    let errors = project.known_errors.iter().map(|error| {
        Item::new("known error", &error.id)
            .name(error.common.name())
            .saying("workaround:", error.workaround.as_ref())
            .at(cx.source(error.id.span))
    });
    draft.section("known_errors", "Known errors", errors.collect());
    let changes = cx.portfolio.changes.iter();
    let open = changes.filter(|change| change.project.as_ref() == Some(&project.id) && records::is_open(change));
    draft.section("changes", "Open changes", open.map(|change| records::change_item(cx, change)).collect());
    let failed = records::incidents_where(cx, |entry| entry.project.as_ref() == Some(&project.id));
    draft.section("incidents", "Incidents", failed);
    let waiting = cx.portfolio.demands.iter().filter(|demand| demand.project.as_ref() == Some(&project.id));
    let waiting = waiting.map(|demand| {
        Item::new("demand", &demand.id)
            .name(demand.common().name())
            .to(demand.wanted_by.as_ref())
            .saying("value", demand.value)
            .saying("effort", demand.effort.as_ref())
            .at(cx.source(demand.id.span))
    });
    draft.section("demand", "Waits to be scheduled", waiting.collect());
    let trains = cx.portfolio.trains.iter().filter_map(|train| {
        let named = train.projects.iter().find(|id| **id == project.id)?;
        Some(
            Item::new("train", &train.id)
                .name(train.common().name())
                .with(Some(&train.rrule))
                .at(cx.source(named.span)),
        )
    });
    draft.section("trains", "Rides on", trains.collect());
}

fn need(cx: &Context<'_>, id: &Id, needed: &ProjectDependency) -> Item {
    let project = cx.portfolio.projects.get(id);
    let version = needed.version.as_ref().map(|version| version.value.to_string());
    Item::new("project", id)
        .name(project.and_then(|project| project.common().name()))
        .with(version)
        .at(cx.source(needed.project.span))
}

/// Which release ships which version when: what is to come first, then what is over.
fn releases(cx: &Context<'_>, project: &Id, draft: &mut Draft) {
    let (mut past, mut coming) = (Vec::new(), Vec::new());
    for (r, release) in cx.portfolio.releases.iter().enumerate() {
        let own = &cx.schedule.releases[r];
        for item in release.scope.iter().filter(|item| item.project == *project) {
            let end = own.forecast_end.or(own.planned_end);
            let shown = Item { end: None, ..cx.release_item(r) }
                .on(end)
                .with(item.version.as_ref())
                .saying("from", item.from.as_ref())
                .at(cx.source(item.span));
            let over = release.status().is_over() || is_past(end, cx.clock.today);
            if over { past.push(shown) } else { coming.push(shown) }
        }
    }
    draft.section("releases", "Ships with", by_date(coming));
    let mut past = by_date(past);
    past.reverse();
    draft.section("past_releases", "Shipped with", past);
}

/// The last successful deployment, until now, of each thing that `key` names.
pub fn live(cx: &Context<'_>, holds: impl Fn(&Deployment) -> bool, key: impl Fn(&Deployment) -> &Id) -> Vec<Item> {
    let zone = cx.portfolio.zone;
    let mut last: BTreeMap<&Id, &Deployment> = BTreeMap::new();
    let until_now = |entry: &&Deployment| entry.at.value.instant(zone) <= cx.clock.now;
    for entry in cx.portfolio.deployments.iter().filter(|entry| holds(entry)).filter(until_now) {
        if entry.result.value != DeploymentResult::Succeeded {
            continue;
        }
        let known = last.entry(key(entry)).or_insert(entry);
        if entry.at.value.instant(zone) >= known.at.value.instant(zone) {
            *known = entry;
        }
    }
    let item = |(id, entry): (&Id, &Deployment)| {
        let kind = if *id == entry.environment { "environment" } else { "project" };
        Item::new(kind, id)
            .from(Some(&entry.at))
            .with(Some(&entry.version))
            .saying("by release", entry.release.as_ref())
            .at(cx.source(entry.span))
    };
    last.into_iter().map(item).collect()
}
