//! The plan as it would be if all that moved were planned for when it is now forecast.
//!
//! Written dates stand, so a slip alone moves the forecast of what follows, but not its plan; what books environments and
//! meets freezes is the plan.

use chrono::{Days, NaiveDate, TimeDelta};

use super::Side;
use super::moves::Moves;
use crate::analysis::schedule::{Dates, Schedule};
use crate::graph::{Node, production_phases};
use crate::model::Portfolio;
use crate::model::release::{At, Deployment, TimeWindow};
use crate::time::When;

/// The schedule of a side, with what moved planned for its forecast there. Of the side before this is what would be wrong
/// anyway, if both have the same releases and phases.
pub fn followed(side: Side<'_>, moves: &Moves) -> Schedule {
    let mut schedule = side.schedule.clone();
    for it in moves.0.iter().filter(|it| it.before.forecast != it.after.forecast) {
        match it.node {
            Some(Node::Phase(r, p)) => follow_phase(side.portfolio, &mut schedule, r, p),
            Some(Node::Milestone(r, m)) => {
                let own = &mut schedule.releases[r].milestones[m];
                own.date = own.forecast;
            }
            Some(Node::Finish(r)) => {
                let own = &mut schedule.releases[r];
                (own.planned_start, own.planned_end) = (own.forecast_start, own.forecast_end);
            }
            _ => {}
        }
    }
    schedule
}

fn follow_phase(portfolio: &Portfolio, schedule: &mut Schedule, r: usize, p: usize) {
    let release = &portfolio.releases[r];
    if release.status().is_over() || release.phases[p].actual_end().is_some() {
        return;
    }
    let own = &mut schedule.releases[r].phases[p];
    let (Some(planned), Some(forecast)) = (own.planned, own.forecast) else { return };
    let lost = portfolio.release_calendar(release).working_days(planned.start, forecast.start);
    own.slack = own.slack.map(|slack| slack - lost);
    own.planned = Some(Dates { start: forecast.start, end: forecast.end });
}

/// The releases whose deployment moves with their phase in production, by index, and by how many calendar days.
pub fn production_moves(portfolio: &Portfolio, moves: &Moves) -> Vec<(usize, i64)> {
    let of = |r: usize| {
        let first = Node::Phase(r, production_phases(portfolio, r).next()?);
        let it = moves.0.iter().find(|it| it.node == Some(first))?;
        Some((it.after.forecast.start? - it.before.forecast.start?).num_days())
    };
    let days = (0..portfolio.releases.len()).filter_map(|r| Some((r, of(r)?)));
    days.filter(|(_, days)| *days != 0).collect()
}

/// Moves the windows and waves of these deployments; what counts from the target stays with it.
pub fn move_deployments(portfolio: &mut Portfolio, moves: &[(usize, i64)]) {
    for &(r, days) in moves {
        if let Some(deployment) = portfolio.releases.at_mut(r).and_then(|release| release.deployment.as_mut()) {
            move_deployment(deployment, days);
        }
    }
}

fn move_deployment(deployment: &mut Deployment, days: i64) {
    let window = |window: &mut Option<TimeWindow>| {
        if let Some(window) = window {
            window.start.value = moved(window.start.value, days);
            window.end.value = moved(window.end.value, days);
        }
    };
    window(&mut deployment.window);
    for wave in &mut deployment.waves {
        window(&mut wave.window);
        if let Some(at) = &mut wave.at
            && let At::When(when) = at.value
        {
            at.value = At::When(moved(when, days));
        }
    }
}

/// The same time on another day.
fn moved(when: When, days: i64) -> When {
    let day = |date: NaiveDate| {
        let distance = Days::new(days.unsigned_abs());
        let moved = if days < 0 { date.checked_sub_days(distance) } else { date.checked_add_days(distance) };
        moved.unwrap_or(date)
    };
    match when {
        When::Date(date) => When::Date(day(date)),
        When::Local(local) => When::Local(day(local.date()).and_time(local.time())),
        When::Fixed(instant) => {
            When::Fixed(TimeDelta::try_days(days).and_then(|by| instant.checked_add_signed(by)).unwrap_or(instant))
        }
    }
}
