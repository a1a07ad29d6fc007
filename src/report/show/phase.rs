//! What is inside a release: a phase, a milestone, a gate.

use super::context::Context;
use super::{Draft, Item, network};
use crate::analysis::schedule::{Bound, written_start};
use crate::graph::{Node, guarded};
use crate::model::Identified;
use crate::model::release::{Approval, Criterion, Decision};
use crate::report::plan::phase_view;

/// A phase: its dates, what drives it, what it drives, what it uses, what guards it.
pub fn phase(cx: &Context<'_>, r: usize, p: usize, draft: &mut Draft) {
    let release = &cx.portfolio.releases[r];
    let phase = &release.phases[p];
    let own = cx.schedule.phase(r, p);
    cx.common(&phase.common, phase.id.span, draft);
    draft.phase = Some(phase_view(cx.portfolio, release, phase, own));
    draft.fact("release", Some(&release.id));
    draft.fact("team", phase.team.as_ref());
    draft.fact("effort", phase.effort.as_ref());
    let written = [
        written_start(phase).map(|date| format!("start {date}")),
        phase.end.as_ref().map(|date| format!("end {date}")),
        phase.duration.as_ref().map(|duration| format!("duration {duration}")),
    ];
    draft.fact("written", Some(written.into_iter().flatten().collect::<Vec<_>>().join(", ")));
    let decides = |bound: &Bound| cx.schedule.drives(cx.portfolio, Node::Phase(r, p), bound);
    let driver = match (own.planned, written_start(phase)) {
        (None, _) => Some("nothing: it cannot be placed"),
        (Some(_), _) if own.bounds.iter().any(decides) => None,
        (Some(_), Some(_)) => Some("its written start"),
        (Some(_), None) => phase.end.as_ref().map(|_| "its written end"),
    };
    draft.fact("driven by", driver);
    let calendar =
        phase.team.as_ref().and_then(|team| cx.portfolio.team(team)?.calendar.as_ref()).or(release.calendar.as_ref());
    draft.fact("calendar", calendar);
    days_off(cx, r, p, draft);
    draft.section("waits_for", "Waits for", network::waits_for(cx, Node::Phase(r, p)));
    draft.section("waited_for_by", "What waits for it", network::waited_for_by(cx, Node::Phase(r, p)));
    let environments = phase.environments.iter().map(|used| {
        let environment = cx.portfolio.environments.get(&used.id);
        Item::new("environment", &used.id)
            .name(environment.and_then(|environment| environment.common().name()))
            .saying("stage", environment.map(|environment| &environment.stage))
            .with((used.units > 1).then(|| format!("{} units", used.units)))
            .when(used.exclusive, "exclusive")
            .with(Some(used.r#use))
            .at(cx.source(used.span))
    });
    draft.section("environments", "Environments", environments.collect());
    let gates = network::guards_of(cx, Node::Phase(r, p)).into_iter().map(|(r, g)| gate_item(cx, r, g));
    draft.section("gates", "Gates that guard it", gates.collect());
}

/// The holidays of the phase's calendar while it is planned.
fn days_off(cx: &Context<'_>, r: usize, p: usize, draft: &mut Draft) {
    let release = &cx.portfolio.releases[r];
    let Some(dates) = cx.schedule.phase(r, p).planned else { return };
    let calendar = cx.portfolio.phase_calendar(release, release.phases[p].team.as_ref());
    // A phase of years is a mistake; its holidays are not worth listing.
    let days = dates.start.iter_days().take_while(|day| *day <= dates.end).take(366);
    let off: Vec<String> = days
        .filter_map(|day| {
            let name = calendar.holiday(day)?;
            Some(if name.is_empty() { day.to_string() } else { format!("{day} {name}") })
        })
        .collect();
    draft.fact("holidays", Some(off.join(", ")));
}

/// A milestone: its date, what drives it, what waits for it.
pub fn milestone(cx: &Context<'_>, r: usize, m: usize, draft: &mut Draft) {
    let release = &cx.portfolio.releases[r];
    let milestone = &release.milestones[m];
    let own = &cx.schedule.releases[r].milestones[m];
    cx.common(&milestone.common, milestone.id.span, draft);
    draft.fact("release", Some(&release.id));
    draft.fact("date", own.date);
    draft.fact("written", milestone.date.as_ref());
    draft.fact("latest", own.late);
    draft.fact("forecast", own.forecast.filter(|forecast| Some(*forecast) != own.date));
    draft.fact("reached", milestone.actual.as_ref());
    draft.section("waits_for", "Waits for", network::waits_for(cx, Node::Milestone(r, m)));
    draft.section("waited_for_by", "What waits for it", network::waited_for_by(cx, Node::Milestone(r, m)));
}

/// A gate as an item: its due day, its state, what is met.
pub fn gate_item(cx: &Context<'_>, r: usize, g: usize) -> Item {
    let release = &cx.portfolio.releases[r];
    let gate = &release.gates[g];
    let judged = cx.gates.written(r, g);
    Item::new("gate", format!("{}/{}", release.id, gate.id))
        .name(gate.common.name())
        .on(judged.due)
        .state(Some(judged.state.as_str()))
        .with((!judged.criteria.is_empty()).then(|| format!("{} of {} criteria", judged.met(), judged.criteria.len())))
        .with((judged.demanded() > 0).then(|| format!("{} of {} approvals", judged.given(), judged.demanded())))
        .at(cx.source(gate.id.span))
}

/// A gate: where it stands, what it demands, who said what, what it guards.
pub fn gate(cx: &Context<'_>, r: usize, g: usize, draft: &mut Draft) {
    let release = &cx.portfolio.releases[r];
    let gate = &release.gates[g];
    let judged = cx.gates.written(r, g);
    cx.common(&gate.common, gate.id.span, draft);
    draft.fact("release", Some(&release.id));
    draft.fact("state", Some(judged.state.as_str()));
    let written = if gate.due.is_some() { "" } else { ", the last working day before" };
    draft.fact("due", judged.due.map(|due| format!("{due}{written}")));
    draft.fact("submitted", gate.submitted.as_ref());
    draft.fact(
        "criteria",
        (!judged.criteria.is_empty()).then(|| format!("{} of {} met", judged.met(), judged.criteria.len())),
    );
    draft.fact(
        "approvals",
        (judged.demanded() > 0).then(|| format!("{} of {} given", judged.given(), judged.demanded())),
    );
    let criteria = judged.criteria.iter().map(|judged| criterion_item(cx, judged.criterion));
    draft.section("criteria", "Criteria", criteria.collect());
    let required = judged.required.iter().map(|required| {
        let (role, count) = (required.role, required.count);
        Item::new("role", role).with((count > 1).then(|| format!("{count} people"))).at(cx.source(role.span))
    });
    draft.section("required_approvals", "Who must approve", required.collect());
    draft.section("approvals", "Who has", approvals(cx, &gate.approvals));
    let guards = guarded(cx.portfolio, r, gate.before.as_deref(), &gate.id);
    let guards = guards.into_iter().map(|node| {
        let source = match node {
            Node::Phase(r, p) => cx.source(cx.portfolio.releases[r].phases[p].id.span),
            _ => None,
        };
        cx.node_item(node).at(source)
    });
    draft.section("guards", "What it guards", guards.collect());
}

fn criterion_item(cx: &Context<'_>, criterion: &Criterion) -> Item {
    let waiver = criterion.waiver.as_ref();
    let check = criterion.check.as_ref();
    let report = check.and_then(|check| {
        [&check.junit, &check.coverage, &check.sarif, &check.json, &check.csv].into_iter().find_map(Option::as_ref)
    });
    Item::new("criterion", &criterion.id)
        .name(criterion.common.name())
        .state(Some(criterion.status.as_ref().map_or("unmet", |status| status.value.as_str())))
        .saying("evidence", criterion.evidence.as_ref())
        .saying("checked by", report)
        .saying("waived by", waiver.and_then(|waiver| waiver.by.as_ref()))
        .with(waiver.and_then(|waiver| waiver.reason.as_ref()))
        .saying("until", waiver.and_then(|waiver| waiver.expires.as_ref()))
        .at(cx.source(criterion.id.span))
}

/// Approvals as they are written.
pub fn approvals(cx: &Context<'_>, approvals: &[Approval]) -> Vec<Item> {
    approvals
        .iter()
        .map(|approval| {
            Item::new("approval", &approval.role)
                .on(approval.at.as_ref())
                .state(Some(approval.decision.unwrap_or(Decision::Approved)))
                .saying("by", Some(&approval.by))
                .with(approval.note.as_ref())
                .at(cx.source(approval.span))
        })
        .collect()
}
