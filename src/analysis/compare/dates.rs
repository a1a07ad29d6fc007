//! What has other dates, and what became of releases.

use chrono::NaiveDate;

use super::{Both, Distance, Move, Period, ReleaseChange, Side, common_releases};
use crate::analysis::schedule::{Dates, ReleaseSchedule};
use crate::model::Identified;
use crate::time::calendar::WorkCalendar;

/// What both sides have and has other dates: by release, then as the manifest of the head has it.
pub fn moves(base: &Side<'_>, head: &Side<'_>) -> Vec<Move> {
    let mut moves = Vec::new();
    for (r, s) in common_releases(base, head) {
        of_release(base, head, (r, s), &mut moves);
    }
    moves
}

fn of_release(base: &Side<'_>, head: &Side<'_>, (r, s): (usize, usize), moves: &mut Vec<Move>) {
    let (old, new) = (&base.portfolio().releases[r], &head.portfolio().releases[s]);
    let schedules = Both::new(&base.schedule().releases[r], &head.schedule().releases[s]);
    let calendar = head.portfolio().release_calendar(new);
    let mut add = |path: String, planned: Both<Period>, forecast: Both<Period>| {
        if planned.differs() || forecast.differs() {
            let distance = distance(calendar, planned, forecast);
            let subject = new.subject().at(path);
            moves.push(Move { subject, planned, forecast, distance, is_written: false, because: Vec::new() });
        }
    };
    let planned = |it: &ReleaseSchedule| Period { start: it.planned_start, end: it.planned_end };
    let forecast = |it: &ReleaseSchedule| Period { start: it.forecast_start, end: it.forecast_end };
    add(String::new(), schedules.map(planned), schedules.map(forecast));
    for (p, phase) in new.phases.iter().enumerate() {
        if let Some(q) = old.phases.iter().position(|other| other.id == phase.id) {
            let own = Both::new(&schedules.before.phases[q], &schedules.after.phases[p]);
            add(format!("phases/{}", phase.id), own.map(|it| period(it.planned)), own.map(|it| period(it.forecast)));
        }
    }
    for (m, milestone) in new.milestones.iter().enumerate() {
        if let Some(n) = old.milestones.iter().position(|other| other.id == milestone.id) {
            let own = Both::new(&schedules.before.milestones[n], &schedules.after.milestones[m]);
            let day = |end: Option<NaiveDate>| Period { start: None, end };
            let (planned, forecast) = (own.map(|it| day(it.date)), own.map(|it| day(it.forecast)));
            add(format!("milestones/{}", milestone.id), planned, forecast);
        }
    }
}

fn period(dates: Option<Dates>) -> Period {
    Period { start: dates.map(|dates| dates.start), end: dates.map(|dates| dates.end) }
}

/// The first of these that moved: the end of the plan, of the forecast, the start of either.
fn distance(calendar: &WorkCalendar, planned: Both<Period>, forecast: Both<Period>) -> Option<Distance> {
    let days =
        [planned.map(|it| it.end), forecast.map(|it| it.end), planned.map(|it| it.start), forecast.map(|it| it.start)];
    days.into_iter().find_map(|moved| between(calendar, moved))
}

/// How far a day moved, when it did, counted in a calendar.
pub fn between(calendar: &WorkCalendar, moved: Both<Option<NaiveDate>>) -> Option<Distance> {
    let (before, after) = moved.before.zip(moved.after).filter(|(before, after)| before != after)?;
    Some(Distance { days: (after - before).num_days(), working_days: calendar.working_days(before, after) })
}

/// What became of releases that both sides have, where anything did.
pub fn releases(base: &Side<'_>, head: &Side<'_>) -> Vec<ReleaseChange> {
    let changes = common_releases(base, head).filter_map(|(r, s)| {
        let sides = Both::new((base, r), (head, s));
        let target = sides.map(|(side, r)| side.portfolio().releases[r].target.as_ref().map(|target| target.value));
        let lateness = sides.map(|(side, r)| side.schedule().releases[r].lateness);
        let slack = sides.map(|(side, r)| side.schedule().releases[r].slack);
        let margin = sides.map(|(side, r)| side.schedule().margin(side.portfolio(), r));
        let critical_path = sides.map(|(side, r)| path(side, r));
        let differs =
            target.differs() || lateness.differs() || slack.differs() || margin.differs() || critical_path.differs();
        let subject = head.portfolio().releases[s].subject();
        differs.then_some(ReleaseChange { subject, target, lateness, slack, margin, critical_path })
    });
    changes.collect()
}

fn path(side: &Side<'_>, release: usize) -> Vec<String> {
    let portfolio = side.portfolio();
    let phases = side.schedule().critical_path(portfolio, release).into_iter();
    phases.map(|(r, p)| format!("{}/{}", portfolio.releases[r].id, portfolio.releases[r].phases[p].id)).collect()
}
