//! How a release is delivered: waves, steps and rehearsals; and trains, which deliver on a cadence.

use super::context::{Context, wall_clock};
use super::{Draft, Item};
use crate::analysis::runbook::Runbook;
use crate::analysis::trains::{Departure, Timetable};
use crate::model::Identified;
use crate::model::release::{Delivery, Deployment, Mode, Release, Rollout, TimeWindow};
use crate::model::train::Train;
use crate::time::When;

/// Departures that are shown.
const DEPARTURES: usize = 5;

/// The approach, the windows, the waves, the steps with their times, and the rehearsals.
pub fn deployment(cx: &Context<'_>, release: &Release, deployment: &Deployment, draft: &mut Draft) {
    if let Some(approach) = &deployment.approach {
        let words = [
            approach.rollout.map(Rollout::as_str),
            approach.delivery.map(Delivery::as_str),
            approach.mode.map(Mode::as_str),
        ];
        draft.fact("deployment", Some(words.into_iter().flatten().collect::<Vec<_>>().join(", ")));
    }
    draft.fact("window", deployment.window.as_ref().map(window));
    let into: Vec<&str> = deployment.environments.iter().map(|id| &**id).collect();
    draft.fact("deploys to", Some(into.join(", ")));
    let waves = deployment.waves.iter().map(|wave| {
        let (start, end) = match (&wave.window, &wave.at) {
            (Some(window), _) => (Some(window.start.to_string()), Some(window.end.to_string())),
            (None, Some(at)) => (cx.at(release, at.value), None),
            (None, None) => (None, None),
        };
        Item::new("wave", &wave.id)
            .name(wave.common.name())
            .from(start)
            .to(end)
            .with(wave.share.map(|share| format!("{} %", share.0)))
            .saying("soak", wave.soak)
            .saying("goes on when:", wave.exit.as_ref())
            .at(cx.source(wave.id.span))
    });
    draft.section("waves", "Waves", waves.collect());
    let book = Runbook::new(cx.portfolio, release);
    let zone = book.as_ref().map_or(cx.portfolio.zone, |book| book.zone);
    let find = |id: &str| book.iter().flat_map(|book| &book.steps).find(|it| *it.step.id == *id)?.time;
    let steps = deployment.steps.iter().map(|step| {
        let after: Vec<String> = step.after.0.iter().map(|after| after.step.to_string()).collect();
        let time = find(&step.id);
        Item::new("step", &step.id)
            .name(step.common.name())
            .from(time.map(|time| wall_clock(time.start, zone)))
            .to(time.map(|time| wall_clock(time.end, zone)))
            .with(step.duration.as_ref())
            .saying("after", (!after.is_empty()).then(|| after.join(", ")))
            .with(step.project.as_ref())
            .saying("group", step.group.as_ref())
            .saying("wave", step.wave.as_ref())
            .when(step.critical == Some(true), "critical")
            .when(step.go_no_go == Some(true), "go or no-go")
            .saying("owner", step.common.owner())
            .with(step.backout.as_ref().map(|backout| {
                let long = backout.duration.as_ref().map_or_else(String::new, |duration| format!(" {duration}"));
                let note = backout.note.as_ref().map_or_else(String::new, |note| format!(" ({note})"));
                format!("back-out{long}{note}")
            }))
            .at(cx.source(step.id.span))
    });
    draft.section("steps", "Deployment steps", steps.collect());
    let rehearsals = deployment.rehearsals.iter().map(|rehearsal| {
        Item::new("rehearsal", rehearsal.environment.as_ref().map_or("", |id| id.as_str()))
            .from(Some(&rehearsal.at))
            .state(rehearsal.result)
            .with(rehearsal.duration.as_ref())
            .at(cx.source(rehearsal.span))
    });
    draft.section("rehearsals", "Rehearsals", rehearsals.collect());
}

/// A window in words.
pub fn window(window: &TimeWindow) -> String {
    format!("{} to {}", window.start.value, window.end.value)
}

/// A train: what it carries and when it departs next.
pub fn train(cx: &Context<'_>, index: usize, draft: &mut Draft) {
    let train = &cx.portfolio.trains[index];
    cx.common(train.common(), train.id.span, draft);
    draft.fact("departs", Some(&train.rrule));
    draft.fact("since", Some(&train.start));
    draft.fact("release type", train.release_type.as_ref());
    match Timetable::new(cx.portfolio, train) {
        Err(why) => draft.fact("next", Some(why)),
        Ok(timetable) => {
            let departures = timetable.next(cx.clock.today, DEPARTURES);
            let departures = departures.into_iter().map(|departure| self::departure(cx, train, &departure));
            draft.section("departures", "Departs next", departures.collect());
        }
    }
    let projects = train.projects.iter().map(|id| {
        let project = cx.portfolio.projects.get(id);
        Item::new("project", id).name(project.and_then(|project| project.common().name())).at(cx.source(id.span))
    });
    draft.section("projects", "Carries", projects.collect());
    let milestones = train.milestones.iter().map(|milestone| {
        Item::new("milestone", &milestone.id).with(Some(&milestone.at)).at(cx.source(milestone.id.span))
    });
    draft.section("milestones", "Milestones", milestones.collect());
}

/// A departure with the release that it is, where there is one.
fn departure(cx: &Context<'_>, train: &Train, departure: &Departure<'_>) -> Item {
    let start = match train.start.value {
        When::Date(_) => departure.day.to_string(),
        When::Local(_) | When::Fixed(_) => wall_clock(departure.at, cx.portfolio.zone),
    };
    let milestones: Vec<String> = departure.milestones.iter().map(|(id, day)| format!("{id} {day}")).collect();
    let item = match departure.release.map(|r| &cx.portfolio.releases[r]) {
        Some(release) => Item::new("release", &release.id)
            .name(release.common().name())
            .state(Some(release.status().as_str()))
            .at(cx.source(release.id.span)),
        None => Item::new("departure", &train.id).with(Some("no release yet")).at(cx.source(train.rrule.span)),
    };
    milestones.iter().fold(item.on(Some(start)), |item, milestone| item.with(Some(milestone)))
}
