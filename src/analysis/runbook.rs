//! The plan of a deployment as a run-book: its steps in time, how long it takes to take them back, and from where that no
//! longer fits into the window.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;

use super::deployments;
use crate::model::Portfolio;
use crate::model::release::{Deployment, Release, Step, Wave};
use crate::time::Interval;
use crate::time::duration::{Duration, Lag};

/// A deployment plan in time.
#[derive(Debug, Clone)]
pub struct Runbook<'p> {
    /// The zone its local times are read in: that of the first environment it deploys to, else of the portfolio.
    pub zone: Tz,
    /// The steps as they follow each other: by their start, those without a time last, as written.
    pub steps: Vec<Timed<'p>>,
    /// The step from which on not everything can be taken back in time, by its place in `steps`, and why.
    pub no_return: Option<(usize, NoReturn)>,
}

/// A step with its time.
#[derive(Debug, Clone, Copy)]
pub struct Timed<'p> {
    /// The step.
    pub step: &'p Step,
    /// From its start up to its end; none when nothing says when it starts, or steps wait for each other.
    pub time: Option<Interval<DateTime<Utc>>>,
    /// How long it takes to take back this step and all before it, one after the other.
    pub undo: TimeDelta,
    /// The first instant after its window, where one is written.
    pub closes: Option<DateTime<Utc>>,
}

/// Why there is no way back from a step on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoReturn {
    /// It changes a project, others can be taken back, and nothing says how to take back this one.
    Unwritten,
    /// To take back what was done until its end takes so much longer than its window is open.
    TooLong(TimeDelta),
}

impl<'p> Runbook<'p> {
    /// The run-book of a release; none without a deployment plan.
    pub fn new(portfolio: &Portfolio, release: &'p Release) -> Option<Self> {
        let plan = release.deployment.as_ref()?;
        let first = deployments::environments(portfolio, release).into_iter().next();
        let zone = first.map_or(portfolio.zone, |index| portfolio.zone_of(&portfolio.environments[index]));
        let clock = Clock { portfolio, release, plan, zone };
        let times = clock.times();
        let mut steps: Vec<Timed<'p>> = plan
            .steps
            .iter()
            .map(|step| Timed {
                step,
                time: times.get(&*step.id).copied(),
                undo: TimeDelta::zero(),
                closes: clock.closes(step),
            })
            .collect();
        steps.sort_by_key(|it| (it.time.is_none(), it.time.map(|time| time.start)));
        let mut undo = TimeDelta::zero();
        for it in &mut steps {
            undo += back(it.step).unwrap_or_default();
            it.undo = undo;
        }
        let no_return = no_return(&steps);
        Some(Self { zone, steps, no_return })
    }

    /// How long it takes to take back everything, one step after the other.
    pub fn undo(&self) -> TimeDelta {
        self.steps.last().map_or(TimeDelta::zero(), |last| last.undo)
    }
}

fn back(step: &Step) -> Option<TimeDelta> {
    let duration = step.backout.as_ref()?.duration.as_ref();
    Some(duration.map_or(TimeDelta::zero(), |duration| minutes(duration.value.0)))
}

fn no_return(steps: &[Timed<'_>]) -> Option<(usize, NoReturn)> {
    let is_written = steps.iter().any(|it| it.step.backout.is_some());
    let why = |it: &Timed<'_>| {
        if !is_written {
            return None;
        }
        if it.step.backout.is_none() && it.step.project.is_some() {
            return Some(NoReturn::Unwritten);
        }
        let (time, closes) = it.time.zip(it.closes)?;
        // A step that ends after its window is another fault, which rules tell.
        let over = time.end + it.undo - closes;
        (over > TimeDelta::zero() && time.end <= closes && it.undo > TimeDelta::zero())
            .then_some(NoReturn::TooLong(over))
    };
    steps.iter().enumerate().find_map(|(place, it)| Some((place, why(it)?)))
}

/// What the times of steps follow from.
#[derive(Clone, Copy)]
struct Clock<'c, 'p> {
    portfolio: &'c Portfolio,
    release: &'p Release,
    plan: &'p Deployment,
    zone: Tz,
}

type Times<'p> = HashMap<&'p str, Interval<DateTime<Utc>>>;

impl<'p> Clock<'_, 'p> {
    /// When each step begins and ends: from the start of its wave, or of the deployment, and after what it follows. Steps
    /// that wait for each other have no time.
    fn times(&self) -> Times<'p> {
        let mut times = Times::new();
        // Each round settles the steps whose predecessors are settled; a round without any leaves only cycles.
        let mut open: Vec<&Step> = self.plan.steps.iter().collect();
        loop {
            let before = open.len();
            open.retain(|step| match self.time(step, &times) {
                Some(settled) => times.insert(&step.id, settled).is_some(),
                None => true,
            });
            if open.len() == before {
                return times;
            }
        }
    }

    fn time(&self, step: &Step, times: &Times<'_>) -> Option<Interval<DateTime<Utc>>> {
        let length = step.duration.as_ref().map_or(TimeDelta::zero(), |duration| minutes(duration.value.0));
        let mut start = self.begin(step);
        for after in &step.after.0 {
            let known = self.plan.steps.iter().any(|other| other.id == after.step);
            if !known {
                continue;
            }
            let before = times.get(&*after.step)?;
            let base = if after.link.from_finish() { before.end } else { before.start };
            let bound = base + lag(after.lag);
            let bound = if after.link.to_start() { bound } else { bound - length };
            start = Some(start.map_or(bound, |start| start.max(bound)));
        }
        start.map(|start| Interval { start, end: start + length })
    }

    fn wave(&self, step: &Step) -> Option<&'p Wave> {
        let id = step.wave.as_ref()?;
        self.plan.waves.iter().find(|wave| wave.id == *id)
    }

    /// The earliest a step may begin: with its wave, else with the deployment.
    fn begin(&self, step: &Step) -> Option<DateTime<Utc>> {
        let wave = self.wave(step);
        let window = wave.and_then(|wave| wave.window.as_ref()).map(|window| window.start.value.instant(self.zone));
        let at = || {
            let at = wave?.at.as_ref()?;
            deployments::at_time(self.portfolio, self.release, at.value, self.zone).map(deployments::Time::start)
        };
        let whole = || self.plan.window.as_ref().map(|window| window.start.value.instant(self.zone));
        window.or_else(at).or_else(whole)
    }

    fn closes(&self, step: &Step) -> Option<DateTime<Utc>> {
        let own = self.wave(step).and_then(|wave| wave.window.as_ref());
        let window = own.or(self.plan.window.as_ref())?;
        Some(window.end.value.end_instant(self.zone))
    }
}

fn minutes(count: i64) -> TimeDelta {
    TimeDelta::minutes(count.clamp(0, i64::from(u32::MAX)))
}

fn lag(lag: Lag) -> TimeDelta {
    let Duration::Clock { minutes: count } = lag.duration else { return TimeDelta::zero() };
    if lag.negative { -minutes(count) } else { minutes(count) }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use super::*;
    use crate::load::testing::portfolio;

    /// The steps with their times, and from where there is no way back, of a deployment plan.
    fn told(plan: &str) -> String {
        let portfolio = portfolio(&format!(
            "kind: portfolio\nname: N\ntimezone: Europe/London\nstages: [prod]\nteams: [{{id: crew}}]\n---\nkind: environment\nid: live\nstage: prod\ntimezone: Asia/Kolkata\n---\n\
             kind: release\nid: r\ntype: minor\nstatus: planned\nowner: crew\ntarget: 2026-12-12\ndeployment:\n  environments: [live]\n{plan}"
        ));
        let book = Runbook::new(&portfolio, &portfolio.releases[0]).unwrap();
        let step = |it: &Timed<'_>| {
            let at = |at: DateTime<Utc>| at.with_timezone(&book.zone).format("%H:%M").to_string();
            let time = it.time.map_or_else(|| "?".to_owned(), |time| format!("{}-{}", at(time.start), at(time.end)));
            format!("{} {time} undo {}", &*it.step.id, it.undo.num_minutes())
        };
        let steps: Vec<String> = book.steps.iter().map(step).collect();
        let end = match book.no_return {
            None => String::new(),
            Some((place, NoReturn::Unwritten)) => format!("; no way written back from {}", &*book.steps[place].step.id),
            Some((place, NoReturn::TooLong(over))) => {
                format!("; {} too long from {}", over.num_minutes(), &*book.steps[place].step.id)
            }
        };
        format!("{}{end}", steps.join(", "))
    }

    #[test]
    fn steps_follow_each_other_from_the_window_on_in_the_zone_of_the_environment() {
        let plan = "  window: {start: 2026-12-12T22:00, end: 2026-12-13T02:00}\n  steps:\n    - {id: open, after: {step: move, lag: 10m}, duration: 30m}\n    - {id: drain, duration: 20m}\n    - {id: move, after: drain, duration: 1h}\n";
        assert_eq!(told(plan), "drain 22:00-22:20 undo 0, move 22:20-23:20 undo 0, open 23:30-00:00 undo 0");
    }

    #[test]
    fn steps_begin_with_their_wave_and_cycles_have_no_time() {
        let plan = "  waves: [{id: few, at: target - 1d}, {id: all, window: {start: 2026-12-12T04:00, end: 2026-12-12T06:00}}]\n  steps:\n    - {id: b, wave: all, duration: 1h}\n    - {id: a, wave: few, duration: 1h}\n    - {id: x, after: y}\n    - {id: y, after: x}\n";
        assert_eq!(told(plan), "a 00:00-01:00 undo 0, b 04:00-05:00 undo 0, x ? undo 0, y ? undo 0");
    }

    #[test]
    fn there_is_no_way_back_once_it_takes_longer_than_the_window() {
        let plan = |hours: &str| {
            format!(
                "  window: {{start: 2026-12-12T22:00, end: 2026-12-13T{hours}:00}}\n  steps:\n    - {{id: a, project: p, duration: 1h, backout: {{duration: 1h}}}}\n    - {{id: b, project: p, after: a, duration: 1h, backout: {{duration: 90m}}}}\n    - {{id: look, after: b, duration: 10m}}\n"
            )
        };
        assert!(told(&plan("03")).ends_with("look 00:00-00:10 undo 150"), "{}", told(&plan("03")));
        assert!(told(&plan("02")).ends_with("; 30 too long from b"), "{}", told(&plan("02")));
    }

    #[test]
    fn a_step_that_nobody_can_take_back_ends_the_way_back() {
        let steps = "  steps: [{id: a, project: p, backout: {duration: 1h}}, {id: b, project: p}, {id: look}]\n";
        assert_eq!(told(steps), "a ? undo 60, b ? undo 60, look ? undo 60; no way written back from b");
        assert_eq!(told("  steps: [{id: a, project: p}]\n"), "a ? undo 0", "where nobody wrote of it, nothing is said");
    }
}
