//! A release: the plan, and everything that is written around it.

use super::context::{Context, by_date};
use super::{Draft, Item, delivery, network, phase, records};
use crate::analysis::schedule::ReleaseSchedule;
use crate::diagnostic::wording::plural;
use crate::graph::{Node, order};
use crate::model::Identified;
use crate::model::release::{ActionStatus, Release, RiskStatus, TrainingStatus};
use crate::report::plan::release_view;

/// A release.
pub fn describe(cx: &Context<'_>, r: usize, draft: &mut Draft) {
    let release = &cx.portfolio.releases[r];
    let view = release_view(cx.input(), r, None);
    cx.common(release.common(), release.id.span, draft);
    draft.release = Some(view);
    facts(cx, release, &cx.schedule.releases[r], draft);
    let phases =
        (0..release.phases.len()).map(|p| cx.node_item(Node::Phase(r, p)).at(cx.source(release.phases[p].id.span)));
    draft.section("phases", "Phases", phases.collect());
    let milestones = (0..release.milestones.len()).map(|m| milestone(cx, r, m));
    draft.section("milestones", "Milestones", milestones.collect());
    let gates = (0..release.gates.len()).map(|g| phase::gate_item(cx, r, g));
    draft.section("gates", "Gates", gates.collect());
    draft.section("scope", "Ships", scope(cx, r));
    let parent = release.part_of.as_ref().and_then(|id| {
        let item = cx.release_item(cx.portfolio.releases.index(id)?);
        Some(item.at(cx.source(id.span)))
    });
    draft.section("part_of", "Part of", parent.into_iter().collect());
    let children = cx.portfolio.children(r).iter().map(|&child| cx.release_item(child));
    draft.section("children", "Its releases", by_date(children.collect()));
    draft.section("waits_for", "Waits for", network::release_waits_for(cx, r));
    draft.section("waited_for_by", "What waits for it", network::release_waited_for_by(cx, r));
    if let Some(deployment) = &release.deployment {
        delivery::deployment(cx, release, deployment, draft);
    }
    people_and_papers(cx, r, draft);
    draft.section("changes", "Changes", records::changes_of(cx, release));
    draft.section(
        "deployments",
        "Deployments",
        records::deployments_where(cx, |entry| entry.release.as_ref() == Some(&release.id)),
    );
    draft.section("incidents", "Incidents", records::incidents_caused_by(cx, release));
    let runs = cx.portfolio.runs.iter().filter(|run| run.release == release.id);
    draft.section("runs", "Runs", runs.map(|run| records::run_item(cx, run)).collect());
}

fn facts(cx: &Context<'_>, release: &Release, own: &ReleaseSchedule, draft: &mut Draft) {
    let calendar = cx.portfolio.release_calendar(release);
    if let Some(announced) = &release.announced {
        let notice = release
            .target
            .as_ref()
            .and_then(|target| Some(calendar.working_days(announced.value.succ_opt()?, target.value.succ_opt()?)));
        let notice = notice.map_or_else(String::new, |days| format!(", {days} working days before the target"));
        draft.fact("announced", Some(format!("{}{notice}", announced.value)));
    }
    draft.fact("priority", release.priority.as_ref().map(|priority| priority.0));
    draft.fact("calendar", release.calendar.as_ref());
    if let Some(risk) = &release.risk {
        let impact = risk.impact.as_ref().map(|impact| format!("impact {impact}"));
        let complexity = risk.complexity.as_ref().map(|complexity| format!("complexity {complexity}"));
        draft.fact("risk", Some([impact, complexity].into_iter().flatten().collect::<Vec<_>>().join(", ")));
    }
    draft.fact("scope locked by", release.scope_locked_by.as_ref().map(|gate| format!("gate {gate}")));
    if let Some(branch) = &release.branch {
        let parts = [
            branch.common.name().map(str::to_owned),
            branch.cut.as_ref().map(|date| format!("cut {date}")),
            branch.code_freeze.as_ref().map(|date| format!("code freeze {date}")),
        ];
        draft.fact("branch", Some(parts.into_iter().flatten().collect::<Vec<_>>().join(", ")));
    }
    if let Some(emergency) = &release.emergency {
        let review = emergency.reviewed.as_ref().map(|review| {
            let at = review.at.as_ref().map_or_else(String::new, |at| format!(" on {at}"));
            format!("reviewed by {}{at}", review.by)
        });
        let acceptor = emergency.risk_acceptor.as_ref().map(|person| format!("risk accepted by {person}"));
        draft.fact("emergency", Some([acceptor, review].into_iter().flatten().collect::<Vec<_>>().join(", ")));
    }
    if let Some(support) = &release.support {
        let shipped = release.actual.as_ref().and_then(|actual| actual.end.as_ref()).map(|end| end.value);
        let until = support
            .hypercare
            .as_ref()
            .zip(shipped.or(own.forecast_end))
            .and_then(|(hypercare, end)| calendar.add(end.succ_opt()?, hypercare.value.0).pred_opt());
        let until = until.map_or_else(String::new, |until| format!(" until {until}"));
        let hypercare = support.hypercare.as_ref().map(|hypercare| format!("hypercare {hypercare}{until}"));
        let owner = support.common.owner().map(|owner| format!("by {owner}"));
        draft.fact("support", Some([hypercare, owner].into_iter().flatten().collect::<Vec<_>>().join(", ")));
    }
    if let Some(budget) = &release.budget {
        let currency = cx.portfolio.settings.rates.as_ref().and_then(|rates| rates.currency.as_ref());
        let currency = currency.map_or_else(String::new, |currency| format!(" {currency}"));
        let planned = budget.planned.map(|amount| format!("planned {amount}{currency}"));
        let actual = budget.actual.map(|amount| format!("spent {amount}{currency}"));
        draft.fact("budget", Some([planned, actual].into_iter().flatten().collect::<Vec<_>>().join(", ")));
    }
}

fn milestone(cx: &Context<'_>, r: usize, m: usize) -> Item {
    let milestone = &cx.portfolio.releases[r].milestones[m];
    let own = &cx.schedule.releases[r].milestones[m];
    let moved = own.forecast.filter(|forecast| Some(*forecast) != own.date && milestone.actual.is_none());
    cx.node_item(Node::Milestone(r, m))
        .state(milestone.actual.as_ref().map(|_| "reached"))
        .with(milestone.actual.as_ref().filter(|actual| Some(actual.value) != own.date))
        .saying("forecast", moved)
        .at(cx.source(milestone.id.span))
}

fn scope(cx: &Context<'_>, r: usize) -> Vec<Item> {
    let release = &cx.portfolio.releases[r];
    let waves = order::waves(cx.portfolio, r);
    let several = waves.iter().any(|&wave| wave > 1);
    let mut items = Vec::new();
    for (item, wave) in release.scope.iter().zip(waves) {
        let project = cx.portfolio.projects.get(&item.project);
        let changes: Vec<&str> = item.changes.iter().map(|change| &**change).collect();
        let artifacts = item.artifacts.len();
        items.push(
            Item::new("project", &item.project)
                .name(project.and_then(|project| project.common().name()))
                .with(item.version.as_ref())
                .saying("from", item.from.as_ref())
                .saying("commit", item.commit.as_ref())
                .with((!changes.is_empty()).then(|| format!("carries {}", changes.join(", "))))
                .with((artifacts > 0).then(|| plural(artifacts, "artifact")))
                .saying("wave", several.then_some(wave))
                .at(cx.source(item.span)),
        );
    }
    items
}

fn people_and_papers(cx: &Context<'_>, r: usize, draft: &mut Draft) {
    let release = &cx.portfolio.releases[r];
    let risks = release.risk.iter().flat_map(|risk| &risk.register).map(|risk| {
        Item::new("risk", &risk.id)
            .name(risk.common.name())
            .to(risk.due.as_ref())
            .state(Some(risk.status.unwrap_or(RiskStatus::Open)))
            .saying("likelihood", risk.likelihood)
            .saying("impact", risk.impact)
            .with(risk.mitigation.as_ref())
            .saying("owner", risk.common.owner())
            .at(cx.source(risk.id.span))
    });
    draft.section("risks", "Risks", risks.collect());
    let requirements = release.requirements.iter().map(|requirement| {
        let gate = requirement.verified_by.as_ref();
        let state = gate
            .and_then(|id| release.gates.iter().position(|gate| gate.id == *id))
            .map(|g| cx.gates.written(r, g).state.as_str());
        Item::new("requirement", &requirement.id)
            .name(requirement.common.name())
            .state(state)
            .saying("verified by gate", gate)
            .at(cx.source(requirement.id.span))
    });
    draft.section("requirements", "Requirements", requirements.collect());
    let communications = release.communications.iter().map(|item| {
        Item::new("communication", &item.id)
            .name(item.common.name())
            .on(item.at.as_ref().and_then(|at| cx.at(release, at.value)))
            .state(item.sent.as_ref().map(|_| "sent"))
            .with(item.at.as_ref().filter(|at| at.to_string().starts_with("target")))
            .saying("to", item.audience.as_ref())
            .saying("by", item.channel.as_ref())
            .saying("owner", item.common.owner())
            .saying("sent", item.sent.as_ref())
            .at(cx.source(item.id.span))
    });
    draft.section("communications", "Communications", by_date(communications.collect()));
    let training = release.training.iter().map(|item| {
        Item::new("training", &item.id)
            .name(item.common.name())
            .on(item.at.as_ref().and_then(|at| cx.at(release, at.value)))
            .state(Some(item.status.unwrap_or(TrainingStatus::Planned)))
            .saying("for", item.audience.as_ref())
            .with(item.duration.as_ref())
            .saying("owner", item.common.owner())
            .at(cx.source(item.id.span))
    });
    draft.section("training", "Training", by_date(training.collect()));
    let stakeholders = release.stakeholders.iter().map(|item| {
        Item::new("stakeholder", &item.id)
            .name(item.common.name())
            .with(item.audience.as_ref())
            .saying("interest", item.interest.as_ref())
            .at(cx.source(item.id.span))
    });
    draft.section("stakeholders", "Stakeholders", stakeholders.collect());
    let escalation = release.escalation.iter().map(|item| {
        Item::new("escalation", &item.to).with(Some(format!("after {}", item.after))).at(cx.source(item.to.span))
    });
    draft.section("escalation", "Escalation", escalation.collect());
    let handover = release.support.iter().flat_map(|support| &support.handover).map(|item| {
        let done = if item.done == Some(true) { "done" } else { "open" };
        Item::new("handover", &item.item).state(Some(done)).at(cx.source(item.item.span))
    });
    draft.section("handover", "Handover", handover.collect());
    let vendors = release.vendors.iter().map(|vendor| {
        let name = vendor.common.name().unwrap_or("vendor");
        Item::new("vendor", name)
            .on(vendor.due.as_ref())
            .saying("delivers", vendor.delivers.as_ref())
            .at(cx.source(vendor.span))
    });
    draft.section("vendors", "Vendors", by_date(vendors.collect()));
    let actions = release.retrospective.iter().flat_map(|retrospective| &retrospective.actions).map(|action| {
        Item::new("action", &action.id)
            .name(action.common.name())
            .to(action.due.as_ref())
            .state(Some(action.status.unwrap_or(ActionStatus::Open)))
            .saying("owner", action.common.owner())
            .saying("metric", action.metric.as_ref())
            .at(cx.source(action.id.span))
    });
    draft.section("actions", "Learnt", actions.collect());
}
