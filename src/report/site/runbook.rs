//! How a release is deployed: waves and steps in time, and the way back.

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use serde::Serialize;

use super::Site;
use crate::analysis::deployments;
use crate::analysis::runbook::{NoReturn, Runbook, Timed};
use crate::model::Identified;
use crate::model::release::{Release, Wave};
use crate::report::show::Source;

/// The plan of a deployment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RunbookView {
    /// The zone of its times, where it is not the portfolio's.
    pub zone: Option<&'static str>,
    /// The window: its first instant and the first after it.
    pub window: Option<(NaiveDateTime, NaiveDateTime)>,
    /// Where it is deployed, by id.
    pub environments: Vec<String>,
    /// Waves, as written.
    pub waves: Vec<WaveView>,
    /// Steps as they follow each other.
    pub steps: Vec<StepView>,
    /// How many minutes it takes to take everything back, one step after the other.
    pub undo: i64,
    /// Minutes between the end of taking everything back after the last step and the end of the window; none without a window.
    pub spare: Option<i64>,
    /// Whether a back-out is written for any step.
    pub backout: bool,
    /// The step from which on there is no way back in time: its id, and why in words.
    pub no_return: Option<(String, String)>,
}

/// A part of the audience.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WaveView {
    /// The id.
    pub id: String,
    /// The name for people.
    pub name: Option<String>,
    /// When it begins.
    pub start: Option<NaiveDateTime>,
    /// The share of the audience, in per cent.
    pub share: Option<String>,
    /// What must hold before the next.
    pub exit: Option<String>,
    /// How long it is watched before the next.
    pub soak: Option<String>,
    /// Where it is written.
    pub source: Option<Source>,
}

/// Something that is done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StepView {
    /// The id.
    pub id: String,
    /// The name for people.
    pub name: Option<String>,
    /// From when until when.
    pub time: Option<(NaiveDateTime, NaiveDateTime)>,
    /// How long it takes.
    pub duration: Option<String>,
    /// The project it touches.
    pub project: Option<String>,
    /// Who does it.
    pub owner: Option<String>,
    /// The steps it follows.
    pub after: Vec<String>,
    /// The wave it belongs to.
    pub wave: Option<String>,
    /// Steps of a group go together.
    pub group: Option<String>,
    /// Whether the deployment fails with it.
    pub critical: bool,
    /// Whether people decide after it whether to go on.
    pub go_no_go: bool,
    /// How it is taken back: how long that takes, and how.
    pub backout: Option<(Option<String>, Option<String>)>,
    /// Minutes to take back it and all before it.
    pub undo: i64,
    /// Whether it is the first without a way back in time.
    pub no_return: bool,
    /// Where it is written.
    pub source: Option<Source>,
}

impl Site<'_> {
    /// The run-book of a release, where it has steps or waves.
    pub(super) fn runbook(&self, r: usize) -> Option<RunbookView> {
        let portfolio = self.portfolio();
        let release = &portfolio.releases[r];
        let plan = release.deployment.as_ref().filter(|plan| !(plan.steps.is_empty() && plan.waves.is_empty()))?;
        let book = Runbook::new(portfolio, release)?;
        let local = |at: DateTime<Utc>| at.with_timezone(&book.zone).naive_local();
        let window = plan.window.as_ref().and_then(|window| deployments::within(window, book.zone));
        let window = window.map(deployments::Time::stretch);
        let last = book.steps.iter().filter_map(|it| Some((it.time?.end, it.closes?))).max();
        Some(RunbookView {
            zone: (book.zone != portfolio.zone).then(|| book.zone.name()),
            window: window.map(|window| (local(window.start), local(window.end))),
            environments: deployments::environments(portfolio, release)
                .into_iter()
                .map(|index| portfolio.environments[index].id().to_string())
                .collect(),
            waves: plan.waves.iter().map(|wave| self.wave(release, wave, &book)).collect(),
            undo: book.undo().num_minutes(),
            spare: last.map(|(end, closes)| (closes - end - book.undo()).num_minutes()),
            backout: plan.steps.iter().any(|step| step.backout.is_some()),
            no_return: book.no_return.map(|(place, why)| (book.steps[place].step.id.to_string(), words(why))),
            steps: book.steps.iter().enumerate().map(|(place, it)| self.step(&book, place, it)).collect(),
        })
    }

    fn wave(&self, release: &Release, wave: &Wave, book: &Runbook<'_>) -> WaveView {
        let window = wave.window.as_ref().map(|window| window.start.value.instant(book.zone));
        let at = wave.at.as_ref();
        let at = at.and_then(|at| deployments::at_time(self.portfolio(), release, at.value, book.zone));
        let start = window.or(at.map(deployments::Time::start));
        WaveView {
            id: wave.id.to_string(),
            name: wave.common.name().map(str::to_owned),
            start: start.map(|at| at.with_timezone(&book.zone).naive_local()),
            share: wave.share.map(|share| format!("{} %", share.0)),
            exit: wave.exit.as_ref().map(ToString::to_string),
            soak: wave.soak.as_ref().map(ToString::to_string),
            source: self.gates().source(wave.id.span),
        }
    }

    fn step(&self, book: &Runbook<'_>, place: usize, it: &Timed<'_>) -> StepView {
        let step = it.step;
        let local = |at: DateTime<Utc>| at.with_timezone(&book.zone).naive_local();
        StepView {
            id: step.id.to_string(),
            name: step.common.name().map(str::to_owned),
            time: it.time.map(|time| (local(time.start), local(time.end))),
            duration: step.duration.as_ref().map(ToString::to_string),
            project: step.project.as_ref().map(ToString::to_string),
            owner: step.common.owner().map(ToString::to_string),
            after: step.after.0.iter().map(|after| after.step.to_string()).collect(),
            wave: step.wave.as_ref().map(ToString::to_string),
            group: step.group.as_ref().map(ToString::to_string),
            critical: step.critical == Some(true),
            go_no_go: step.go_no_go == Some(true),
            backout: step.backout.as_ref().map(|backout| {
                (backout.duration.as_ref().map(ToString::to_string), backout.note.as_ref().map(ToString::to_string))
            }),
            undo: it.undo.num_minutes(),
            no_return: book.no_return.is_some_and(|(first, _)| first == place),
            source: self.gates().source(step.id.span),
        }
    }
}

fn words(why: NoReturn) -> String {
    match why {
        NoReturn::Unwritten => "nothing says how to take it back".to_owned(),
        NoReturn::TooLong(over) => {
            format!("to take back what is done by its end takes {} longer than the window is open", long(over))
        }
    }
}

/// `1 h 15 min`.
fn long(length: TimeDelta) -> String {
    let minutes = length.num_minutes();
    match (minutes / 60, minutes % 60) {
        (0, minutes) => format!("{minutes} min"),
        (hours, 0) => format!("{hours} h"),
        (hours, minutes) => format!("{hours} h {minutes} min"),
    }
}
