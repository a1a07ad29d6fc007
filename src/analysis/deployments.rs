//! When releases are deployed to which environments, as planned.
//!
//! A deployment has a window, an instant, or, where the release says neither, the days of its phase in the last stage. The
//! window of the deployment plan is that of the first wave; other waves have their own.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;

use super::schedule::Schedule;
use super::windows::Stretch;
use crate::diagnostic::{Span, Subject};
use crate::model::release::{At, Release, TimeWindow};
use crate::model::{Id, Identified, Portfolio};
use crate::time::duration::{Duration, Lag};
use crate::time::when::When;
use crate::time::{Interval, plus_days, zone};

/// When a deployment takes place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Time {
    /// From its first instant up to its last.
    Window(Stretch),
    /// Begins at this instant; nobody said how long it takes.
    Instant(DateTime<Utc>),
    /// Some time within whole days.
    Days(Stretch),
}

impl Time {
    /// The first instant.
    pub fn start(self) -> DateTime<Utc> {
        match self {
            Self::Window(stretch) | Self::Days(stretch) => stretch.start,
            Self::Instant(instant) => instant,
        }
    }

    /// What it takes up; an instant stands for its first second.
    pub fn stretch(self) -> Stretch {
        match self {
            Self::Window(stretch) | Self::Days(stretch) => stretch,
            Self::Instant(start) => Interval { start, end: start + TimeDelta::seconds(1) },
        }
    }
}

/// A deployment of a release to an environment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Deployment {
    /// The release, by index.
    pub release: usize,
    /// The environment, by index.
    pub environment: usize,
    /// The wave, by its place in the plan.
    pub wave: Option<usize>,
    /// The phase whose days it takes place in, when the deployment plan says no time.
    pub phase: Option<usize>,
    /// When.
    pub time: Time,
    /// Where its time is written.
    pub span: Span,
}

impl Deployment {
    /// The subject of a finding about it.
    pub fn subject(&self, portfolio: &Portfolio) -> Subject {
        let release = &portfolio.releases[self.release];
        let path = match (self.wave.zip(release.deployment.as_ref()), self.phase) {
            (Some((wave, plan)), _) => format!("deployment/waves/{}", plan.waves[wave].id),
            (None, Some(phase)) => format!("phases/{}", release.phases[phase].id),
            (None, None) => "deployment/window".to_owned(),
        };
        release.subject().at(path)
    }
}

/// The planned deployments of a release, in the order of its waves, phases and environments. Environments that do not exist
/// and phases without dates have none.
pub fn planned(portfolio: &Portfolio, schedule: &Schedule, release: usize) -> Vec<Deployment> {
    let manifest = &portfolio.releases[release];
    let written = written(manifest);
    if written.is_empty() {
        return by_phase(portfolio, schedule, release);
    }
    let environments = environments(portfolio, manifest);
    let mut found = Vec::with_capacity(written.len() * environments.len());
    for (wave, moment) in written {
        for &environment in &environments {
            let zone = portfolio.zone_of(&portfolio.environments[environment]);
            if let Some((time, span)) = moment.read(portfolio, manifest, zone) {
                found.push(Deployment { release, environment, wave, phase: None, time, span });
            }
        }
    }
    found
}

/// The times that the deployment plan of a release gives, read in a zone: each with its wave and its place. Empty where it
/// gives none.
pub fn written_times(portfolio: &Portfolio, release: &Release, zone: Tz) -> Vec<(Option<usize>, Time, Span)> {
    let read = |(wave, moment): (Option<usize>, Moment<'_>)| {
        let (time, span) = moment.read(portfolio, release, zone)?;
        Some((wave, time, span))
    };
    written(release).into_iter().filter_map(read).collect()
}

/// The environments a release is deployed to, by index, each once: those of the deployment plan, else those of its phases
/// in the last stage.
pub fn environments(portfolio: &Portfolio, release: &Release) -> Vec<usize> {
    let planned = release.deployment.iter().flat_map(|plan| &plan.environments);
    let mut named: Vec<&Id> = planned.collect();
    if named.is_empty() {
        let used = release.phases.iter().flat_map(|phase| &phase.environments).map(|used| &used.id);
        named.extend(used.filter(|id| portfolio.is_production(id)));
    }
    let mut found = Vec::new();
    for environment in named.into_iter().filter_map(|id| portfolio.environments.index(id)) {
        if !found.contains(&environment) {
            found.push(environment);
        }
    }
    found
}

/// When `at:` is, in a zone: a date is that whole day, `target - 5d` counts in the release's calendar, `target - 4h` from
/// the first instant of the target.
pub fn at_time(portfolio: &Portfolio, release: &Release, at: At, zone: Tz) -> Option<Time> {
    let day = |day: NaiveDate| whole_days(day, day, zone).map(Time::Days);
    match at {
        At::When(When::Date(date)) => day(date),
        At::When(when) => Some(Time::Instant(when.instant(zone))),
        At::Target(lag) => {
            let target = release.target.as_ref()?.value;
            match lag {
                Lag { duration: Duration::Clock { minutes }, negative } => {
                    let away = TimeDelta::try_minutes(if negative { -minutes } else { minutes })?;
                    zone::start_of_day(target, zone).checked_add_signed(away).map(Time::Instant)
                }
                lag => day(portfolio.release_calendar(release).add_lag(target, lag)),
            }
        }
    }
}

/// From the midnight before the first day to the midnight after the last; none when they are the wrong way round.
pub fn whole_days(first: NaiveDate, last: NaiveDate, zone: Tz) -> Option<Stretch> {
    Interval::new(zone::start_of_day(first, zone), zone::start_of_day(plus_days(last, 1), zone))
}

/// When a window is, in a zone; none when its ends are the wrong way round. It means whole days only when both ends are dates.
pub fn within(window: &TimeWindow, zone: Tz) -> Option<Time> {
    let stretch = Interval::new(window.start.value.instant(zone), window.end.value.end_instant(zone))?;
    let days = matches!((window.start.value, window.end.value), (When::Date(_), When::Date(_)));
    Some(if days { Time::Days(stretch) } else { Time::Window(stretch) })
}

#[derive(Clone, Copy)]
enum Moment<'r> {
    Window(&'r TimeWindow),
    At(&'r At, Span),
}

impl Moment<'_> {
    fn read(self, portfolio: &Portfolio, release: &Release, zone: Tz) -> Option<(Time, Span)> {
        match self {
            Self::Window(window) => within(window, zone).map(|time| (time, window.start.span)),
            Self::At(at, span) => at_time(portfolio, release, *at, zone).map(|time| (time, span)),
        }
    }
}

/// The times that the deployment plan gives, each with its wave.
fn written(release: &Release) -> Vec<(Option<usize>, Moment<'_>)> {
    let Some(plan) = &release.deployment else { return Vec::new() };
    let window = plan.window.as_ref().map(Moment::Window);
    if plan.waves.is_empty() {
        return window.map(|window| (None, window)).into_iter().collect();
    }
    let mut found = Vec::with_capacity(plan.waves.len());
    for (index, wave) in plan.waves.iter().enumerate() {
        let own = wave.window.as_ref().map(Moment::Window);
        let at = wave.at.as_ref().map(|at| Moment::At(&at.value, at.span));
        if let Some(moment) = own.or(window.filter(|_| index == 0)).or(at) {
            found.push((Some(index), moment));
        }
    }
    found
}

/// The days of the phases in the last stage.
fn by_phase(portfolio: &Portfolio, schedule: &Schedule, release: usize) -> Vec<Deployment> {
    let manifest = &portfolio.releases[release];
    let mut found = Vec::new();
    for (p, phase) in manifest.phases.iter().enumerate() {
        let Some(dates) = schedule.phase(release, p).planned else { continue };
        for used in phase.environments.iter().filter(|used| portfolio.is_production(&used.id)) {
            let Some(environment) = portfolio.environments.index(&used.id) else { continue };
            let zone = portfolio.zone_of(&portfolio.environments[environment]);
            if let Some(stretch) = whole_days(dates.start, dates.end, zone) {
                let time = Time::Days(stretch);
                found.push(Deployment { release, environment, wave: None, phase: Some(p), time, span: used.span });
            }
        }
    }
    found
}
