//! The night itself and the days after: plans, incidents under close watch, who was told and trained.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;

use super::base::day_in;
use super::definition::{Definition, Family, Goal, Measured, Record, Subject, Unit};
use super::{Base, Scope, releases};
use crate::analysis::deployments::at_time;
use crate::analysis::gates::last_day_within;
use crate::model::records::{Run, RunEvent};
use crate::model::release::{At, Release, Status, TrainingStatus};
use crate::time::zone;

const SOURCE: &str = "release management practice";

pub(super) static DEFINITIONS: [Definition; 4] = [
    Definition {
        id: "deployment_plan_accuracy",
        name: "deployment plan accuracy",
        family: Family::Operations,
        unit: Unit::Ratio,
        definition: "1 − the minutes by which steps took more or less than planned ÷ the minutes planned, over steps of real runs that finished in the period; runs of cancelled releases are left out",
        source: SOURCE,
        needs: "`kind: run` of releases whose steps have a duration",
        goal: Goal::More,
        subject: Subject::Release,
        measure: plan_accuracy,
    },
    Definition {
        id: "hypercare_incidents",
        name: "incidents in hypercare",
        family: Family::Operations,
        unit: Unit::Count,
        definition: "incidents that name a release or one of its parts, or a deployment of these, as their cause and began within its hypercare ÷ releases whose hypercare ended in the period; a release whose parts have their own hypercare counts by its parts",
        source: SOURCE,
        needs: "releases with `support.hypercare` and `actual.end`",
        goal: Goal::Less,
        subject: Subject::Release,
        measure: hypercare,
    },
    Definition {
        id: "communications_on_time",
        name: "communications on time",
        family: Family::Operations,
        unit: Unit::Ratio,
        definition: "messages sent by their day ÷ messages due in the period, but those of drafts",
        source: SOURCE,
        needs: "`communications` with `at`",
        goal: Goal::More,
        subject: Subject::Release,
        measure: communications,
    },
    Definition {
        id: "training_on_time",
        name: "training done",
        family: Family::Operations,
        unit: Unit::Ratio,
        definition: "training that is `done` ÷ training due in the period, but that of drafts",
        source: SOURCE,
        needs: "`training` with `at`",
        goal: Goal::More,
        subject: Subject::Release,
        measure: training,
    },
];

fn plan_accuracy(scope: &Scope<'_, '_>) -> Measured {
    let mut out = Measured::default();
    let portfolio = scope.base.portfolio();
    let (mut planned, mut off) = (0.0, 0.0);
    for run in portfolio.runs.iter().filter(|run| run.rehearsal != Some(true)) {
        let Some(r) = portfolio.releases.index(&run.release) else { continue };
        if scope.members.releases.binary_search(&r).is_err() {
            continue;
        }
        let release = &portfolio.releases[r];
        let zone = run_zone(scope.base, release);
        let is_cancelled = release.status() == Status::Cancelled;
        let steps = release.deployment.iter().flat_map(|plan| &plan.steps);
        let durations: HashMap<&str, i64> =
            steps.filter_map(|step| Some((step.id.as_str(), step.duration.as_ref()?.value.0))).collect();
        for (step, (times, span)) in steps_of(run, zone) {
            let record = Record::new("step", format!("{}/{step}", run.id), span);
            let day = |at: DateTime<Utc>| zone::local(at, zone).date();
            let (Some(start), Some(end)) = times else {
                let known = times.0.or(times.1);
                if known.is_some_and(|at| scope.period.contains(day(at))) {
                    out.leave(record, "it has no start, or no end");
                }
                continue;
            };
            if !scope.period.contains(day(end)) {
                continue;
            }
            let actual = (end - start).num_seconds() as f64 / 60.0;
            match durations.get(step) {
                _ if is_cancelled => out.leave(record, "its release was cancelled"),
                None => out.leave(record, "the plan gives it no duration"),
                Some(_) if actual < 0.0 => out.leave(record, "it finished before it started"),
                Some(&minutes) => {
                    planned += minutes as f64;
                    off += (actual - minutes as f64).abs();
                    out.count_noted(record, actual, format!("{minutes} min planned"));
                }
            }
        }
    }
    out.population = out.sample.len();
    out.value = (planned > 0.0).then(|| 1.0 - off / planned);
    out
}

type Times = (Option<DateTime<Utc>>, Option<DateTime<Utc>>);

/// The zone a run is told in: that of the first environment of the deployment.
fn run_zone(base: &Base<'_>, release: &Release) -> Tz {
    let portfolio = base.portfolio();
    let first = crate::analysis::deployments::environments(portfolio, release).first().copied();
    first.map_or(portfolio.zone, |environment| portfolio.zone_of(&portfolio.environments[environment]))
}

/// The first start and the last end of each step, in the order in which steps began.
fn steps_of(run: &Run, zone: Tz) -> Vec<(&str, (Times, crate::diagnostic::Span))> {
    let mut found: Vec<(&str, (Times, crate::diagnostic::Span))> = Vec::new();
    for entry in &run.entries {
        let at = entry.at.value.instant(zone);
        let place = found.iter().position(|(step, _)| *step == entry.step.as_str()).unwrap_or_else(|| {
            found.push((&entry.step, ((None, None), entry.span)));
            found.len() - 1
        });
        let ((start, end), _) = &mut found[place].1;
        match entry.event {
            RunEvent::Started => *start = Some(start.map_or(at, |known| known.min(at))),
            RunEvent::Finished => *end = Some(end.map_or(at, |known| known.max(at))),
            RunEvent::Failed | RunEvent::Skipped => {}
        }
    }
    found
}

fn hypercare(scope: &Scope<'_, '_>) -> Measured {
    let mut out = Measured::default();
    let (base, portfolio) = (scope.base, scope.base.portfolio());
    for (r, release) in scope.live() {
        let watch = release.support.as_ref().and_then(|support| support.hypercare.as_ref());
        let (Some(watch), Some(end)) = (watch, releases::actual_end(release)) else { continue };
        let last = last_day_within(portfolio.release_calendar(release), end, watch.value.0);
        let is_watched = |part: &Release| {
            releases::actual_end(part).is_some() && part.support.as_ref().is_some_and(|it| it.hypercare.is_some())
        };
        let record = releases::record(release);
        if end <= scope.period.until && last > scope.period.until && scope.period.contains(end) {
            out.leave(record, format!("its hypercare lasts until {last}"));
            continue;
        }
        if !scope.period.contains(last) {
            continue;
        }
        if scope.counts_by_parts(r, is_watched) {
            out.leave(record, releases::BY_PARTS);
            continue;
        }
        let blamed = base.blamed_on(r).into_iter().map(|incident| &portfolio.incidents[incident]);
        let within = blamed.filter(|incident| (end..=last).contains(&base.incident_day(incident)));
        let caused: Vec<&str> = within.map(|incident| incident.id.as_str()).collect();
        out.count_noted(record, caused.len() as f64, caused.join(", "));
    }
    out.mean()
}

/// The day something is to be done on.
fn day(scope: &Scope<'_, '_>, release: &Release, at: At) -> Option<NaiveDate> {
    let portfolio = scope.base.portfolio();
    let time = at_time(portfolio, release, at, portfolio.zone)?;
    Some(zone::local(time.start(), portfolio.zone).date())
}

fn communications(scope: &Scope<'_, '_>) -> Measured {
    let mut out = Measured::default();
    for (_, release) in scope.live().filter(|(_, release)| release.status() != Status::Draft) {
        for message in &release.communications {
            let record = || Record::new("communication", format!("{}/{}", release.id, message.id), message.id.span);
            let Some(due) = message.at.as_ref().and_then(|at| day(scope, release, at.value)) else { continue };
            if !scope.period.contains(due) {
                continue;
            }
            let sent = message.sent.as_ref().map(|sent| day_in(sent.value, scope.base.portfolio().zone));
            match sent {
                None if due > scope.base.today() => out.leave(record(), "it is not due yet"),
                None => out.count_noted(record(), 0.0, "not sent"),
                Some(sent) => {
                    out.count_noted(record(), f64::from(u8::from(sent <= due)), format!("sent {sent}, due {due}"));
                }
            }
        }
    }
    out.mean()
}

fn training(scope: &Scope<'_, '_>) -> Measured {
    let mut out = Measured::default();
    for (_, release) in scope.live().filter(|(_, release)| release.status() != Status::Draft) {
        for course in &release.training {
            let record = || Record::new("training", format!("{}/{}", release.id, course.id), course.id.span);
            let Some(due) = course.at.as_ref().and_then(|at| day(scope, release, at.value)) else { continue };
            let is_done = course.status == Some(TrainingStatus::Done);
            if !scope.period.contains(due) {
                continue;
            }
            if due > scope.base.today() && !is_done {
                out.leave(record(), "it is not due yet");
            } else {
                out.count(record(), f64::from(u8::from(is_done)));
            }
        }
    }
    out.mean()
}
