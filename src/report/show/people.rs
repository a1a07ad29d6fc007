//! People, teams and freezes: what stands in the settings of the portfolio.

use super::context::{Context, by_date, is_past};
use super::{Draft, Item};
use crate::model::decode::Common;
use crate::model::portfolio::Freeze;
use crate::model::release::{Approval, Decision};
use crate::model::{Id, Identified, Table};
use crate::time::When;

/// Occurrences of a freeze that are shown.
const OCCURRENCES: usize = 5;

/// A person: roles, what they own, what they agreed to.
pub fn person(cx: &Context<'_>, index: usize, draft: &mut Draft) {
    let person = &cx.portfolio.settings.people[index];
    cx.common(&person.common, person.id.span, draft);
    let list = |ids: &mut dyn Iterator<Item = &str>| ids.collect::<Vec<_>>().join(", ");
    draft.fact("e-mail", Some(list(&mut person.emails.iter().map(|email| &**email))));
    draft.fact("team", person.team.as_ref());
    draft.fact("roles", Some(list(&mut person.roles.iter().map(|role| &**role))));
    draft.fact("signing keys", (!person.signing_keys.is_empty()).then_some(person.signing_keys.len()));
    draft.section("owns", "Owns", owned(cx, &person.id));
    draft.section("duties", "Has to do", duties(cx, &person.id));
    draft.section("approvals", "Decided", decisions(cx, &person.id));
}

/// A team: its people, what it owns, the phases it works on.
pub fn team(cx: &Context<'_>, index: usize, draft: &mut Draft) {
    let team = &cx.portfolio.settings.teams[index];
    cx.common(&team.common, team.id.span, draft);
    draft.fact("capacity", team.capacity.map(|people| format!("{people} people a working day")));
    draft.fact("calendar", team.calendar.as_ref());
    let members = cx.portfolio.settings.people.iter().filter(|person| person.team.as_ref() == Some(&team.id));
    let members = members.map(|person| {
        let roles: Vec<&str> = person.roles.iter().map(|role| &**role).collect();
        Item::new("person", &person.id)
            .name(person.common.name())
            .with(Some(roles.join(", ")))
            .at(cx.source(person.id.span))
    });
    draft.section("members", "People", members.collect());
    let (mut past, mut coming) = (Vec::new(), Vec::new());
    for (r, release) in cx.portfolio.releases.iter().enumerate() {
        for (p, phase) in release.phases.iter().enumerate().filter(|(_, phase)| phase.team.as_ref() == Some(&team.id)) {
            let dates = cx.schedule.phase(r, p).planned;
            let item = Item::new("phase", format!("{}/{}", release.id, phase.id))
                .name(phase.common.name())
                .saying("effort", phase.effort.as_ref())
                .with(phase.progress.as_ref().map(|progress| format!("{} % done", progress.0)))
                .at(cx.source(phase.id.span));
            let ended = phase.actual.as_ref().and_then(|actual| actual.end.as_ref()).map(|end| end.value);
            let over = is_past(ended.or(dates.map(|dates| dates.end)), cx.clock.today);
            if over { &mut past } else { &mut coming }.push(Context::dated(item, dates));
        }
    }
    draft.section("phases", "Works on", by_date(coming));
    let mut past = by_date(past);
    past.reverse();
    draft.section("past_phases", "Worked on", past);
    draft.section("owns", "Owns", owned(cx, &team.id));
    draft.section("duties", "Has to do", duties(cx, &team.id));
}

/// The manifests that a person or team owns.
fn owned(cx: &Context<'_>, owner: &Id) -> Vec<Item> {
    fn of<'p, T: Identified>(table: &'p Table<T>, owner: &Id) -> impl Iterator<Item = (&'p Common, &'p Id)> {
        table.iter().filter(|item| item.common().owner() == Some(owner)).map(|item| (item.common(), item.id()))
    }
    let portfolio = cx.portfolio;
    let releases = portfolio.releases.iter().enumerate().filter(|(_, item)| item.common().owner() == Some(owner));
    let mut items = by_date(releases.map(|(r, _)| cx.release_item(r)).collect());
    let mut add = |kind: &'static str, found: &mut dyn Iterator<Item = (&Common, &Id)>| {
        items.extend(found.map(|(common, id)| Item::new(kind, id).name(common.name()).at(cx.source(id.span))));
    };
    add("project", &mut of(&portfolio.projects, owner));
    add("environment", &mut of(&portfolio.environments, owner));
    add("train", &mut of(&portfolio.trains, owner));
    add("change", &mut of(&portfolio.changes, owner));
    add("demand", &mut of(&portfolio.demands, owner));
    add("run", &mut of(&portfolio.runs, owner));
    items
}

/// What is assigned to somebody in releases that are not over: steps, communications, training, risks.
fn duties(cx: &Context<'_>, owner: &Id) -> Vec<Item> {
    let mut items = Vec::new();
    for release in cx.portfolio.releases.iter().filter(|release| !release.status().is_over()) {
        let mut add = |kind: &'static str, common: &Common, id: &Id, due: Option<String>| {
            if common.owner() == Some(owner) {
                let item = Item::new(kind, id).name(common.name()).on(due);
                items.push(item.saying("release", Some(&release.id)).at(cx.source(id.span)));
            }
        };
        for step in release.deployment.iter().flat_map(|deployment| &deployment.steps) {
            add("step", &step.common, &step.id, None);
        }
        for item in release.communications.iter().filter(|item| item.sent.is_none()) {
            add("communication", &item.common, &item.id, item.at.as_ref().and_then(|at| cx.at(release, at.value)));
        }
        for item in &release.training {
            add("training", &item.common, &item.id, item.at.as_ref().and_then(|at| cx.at(release, at.value)));
        }
        for item in release.risk.iter().flat_map(|risk| &risk.register) {
            add("risk", &item.common, &item.id, item.due.as_ref().map(ToString::to_string));
        }
    }
    by_date(items)
}

/// What a person approved or rejected, the latest first.
fn decisions(cx: &Context<'_>, person: &Id) -> Vec<Item> {
    let mut found: Vec<(Option<When>, Item)> = Vec::new();
    let mut add = |kind: &'static str, id: String, approvals: &[Approval]| {
        for approval in approvals.iter().filter(|approval| approval.by == *person) {
            let item = Item::new(kind, &id)
                .on(approval.at.as_ref())
                .state(Some(approval.decision.unwrap_or(Decision::Approved)))
                .saying("as", Some(&approval.role))
                .with(approval.note.as_ref())
                .at(cx.source(approval.span));
            found.push((approval.at.as_ref().map(|at| at.value), item));
        }
    };
    for release in &cx.portfolio.releases {
        for gate in &release.gates {
            add("gate", format!("{}/{}", release.id, gate.id), &gate.approvals);
        }
    }
    for change in &cx.portfolio.changes {
        add("change", change.id.to_string(), &change.approvals);
    }
    found.sort_by_key(|(at, _)| std::cmp::Reverse(at.map(|at| at.instant(cx.portfolio.zone))));
    found.into_iter().map(|(_, item)| item).collect()
}

/// A freeze: when it holds, for what, and who may deploy all the same.
pub fn freeze(cx: &Context<'_>, index: usize, draft: &mut Draft) {
    let freeze = &cx.portfolio.settings.freezes[index];
    cx.common(&freeze.common, freeze.id.span, draft);
    draft.fact("from", freeze.from.as_ref());
    draft.fact("to", freeze.to.as_ref());
    scope(freeze, draft);
    if let (Some(rrule), Some(start)) = (&freeze.rrule, &freeze.start) {
        draft.fact("recurs", Some(rrule));
        draft.fact("duration", freeze.duration.as_ref());
        let exdates: Vec<When> = freeze.exdates.iter().map(|date| date.value).collect();
        let minutes = freeze.duration.as_ref().map_or(0, |duration| duration.value.0);
        match cx.occurrences(rrule, start.value, &exdates, cx.portfolio.zone, minutes, OCCURRENCES) {
            Err(why) => draft.fact("next", Some(why)),
            Ok(times) => {
                let source = cx.source(rrule.span);
                let item = |(from, to): (String, String)| {
                    Item::new("freeze", &freeze.id).from(Some(from)).to(Some(to)).at(source.clone())
                };
                draft.section("occurrences", "Holds next", times.into_iter().map(item).collect());
            }
        }
    }
    let exceptions = freeze.except.iter().map(|except| {
        let who = except.release.as_ref().map(|id| ("release", id)).or(except.r#type.as_ref().map(|id| ("type", id)));
        let (kind, id) = who.map_or(("everything", ""), |(kind, id)| (kind, id.as_str()));
        let named = if kind == "type" { format!("type {id}") } else { id.to_owned() };
        Item::new(kind, named)
            .to(except.expires.as_ref())
            .saying("type", except.r#type.as_ref().filter(|_| kind != "type"))
            .with(except.reason.as_ref())
            .saying("approved by", except.approved_by.as_ref())
            .at(cx.source(except.span))
    });
    draft.section("exceptions", "Except", exceptions.collect());
}

fn scope(freeze: &Freeze, draft: &mut Draft) {
    let lists = [
        ("stages", &freeze.stages),
        ("environments", &freeze.environments),
        ("projects", &freeze.projects),
        ("teams", &freeze.teams),
    ];
    if lists.iter().all(|(_, ids)| ids.is_empty()) && freeze.common.labels().is_empty() {
        draft.fact("holds for", Some("everything"));
    }
    for (name, ids) in lists {
        draft.fact(name, Some(ids.iter().map(|id| &**id).collect::<Vec<_>>().join(", ")));
    }
}
