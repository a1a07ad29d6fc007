//! How much of each team is asked for from day to day, and where that is more people than it has.
//!
//! The effort of a phase is spread evenly over the days it works. Shares are whole millionths of a person, rounded down, so
//! that sums are exact and three thirds are never more than one.

use std::collections::{BTreeMap, HashMap};

use chrono::NaiveDate;

use crate::analysis::schedule::{self, Dates, Schedule, Worker};
use crate::model::Portfolio;
use crate::model::release::Status;
use crate::time::calendar::WorkCalendar;

/// Millionths of a person.
const WHOLE: f64 = 1e6;

/// Days without a working day of the team between them on which phases ask for more people than it has.
#[derive(Debug, Clone, PartialEq)]
pub struct TeamConflict {
    /// The team, by its place in the settings.
    pub team: usize,
    /// The first such day.
    pub first: NaiveDate,
    /// The last such day.
    pub last: NaiveDate,
    /// The first day on which most people are asked for; drafts count only when it is tentative.
    pub peak: NaiveDate,
    /// People asked for on that day.
    pub demand: f64,
    /// People there are on a working day.
    pub capacity: f64,
    /// The phases that work on one of these days, by release and phase; who stays first: of the highest priority, else the
    /// earlier.
    pub phases: Vec<(usize, usize)>,
    /// Whether it would not be without drafts.
    pub tentative: bool,
}

/// What a phase asks of its team on each day it works.
struct Work<'p> {
    release: usize,
    phase: usize,
    dates: Dates,
    worker: Worker<'p>,
    /// Millionths of a person.
    share: i64,
    tentative: bool,
}

/// Where teams are asked for more people than they have, by team and day. Teams without a capacity are not judged, phases
/// without effort ask for nothing, and cancelled releases neither.
pub fn conflicts(portfolio: &Portfolio, schedule: &Schedule) -> Vec<TeamConflict> {
    let mut teams: HashMap<&str, usize> = HashMap::new();
    for (index, team) in portfolio.settings.teams.iter().enumerate() {
        teams.entry(&team.id).or_insert(index);
    }
    let mut works: BTreeMap<usize, Vec<Work<'_>>> = BTreeMap::new();
    for (release, manifest) in portfolio.releases.iter().enumerate() {
        if manifest.status() == Status::Cancelled {
            continue;
        }
        for (phase, written) in manifest.phases.iter().enumerate() {
            let team = written.team.as_ref().and_then(|team| teams.get(&**team));
            let dates = schedule.phase(release, phase).planned.filter(|dates| dates.start <= dates.end);
            let (Some(&team), Some(effort), Some(dates)) = (team, &written.effort, dates) else { continue };
            let worker = schedule::worker(portfolio, manifest, written);
            let days = worker.worked(dates.start, dates.end);
            let share = if days > 0 { effort.value.hundredths().saturating_mul(10_000) / days } else { 0 };
            if share > 0 {
                let tentative = manifest.status() == Status::Draft;
                works.entry(team).or_default().push(Work { release, phase, dates, worker, share, tentative });
            }
        }
    }
    works.iter().flat_map(|(&team, works)| of_team(portfolio, team, works)).collect()
}

fn of_team(portfolio: &Portfolio, team: usize, works: &[Work<'_>]) -> Vec<TeamConflict> {
    let manifest = &portfolio.settings.teams[team];
    let Some(people) = manifest.capacity else { return Vec::new() };
    let capacity = (people * WHOLE).round() as i64;
    let calendar = portfolio.calendars.get(manifest.calendar.as_deref());
    let all = overloads(works.iter(), capacity, calendar);
    if all.is_empty() {
        return Vec::new();
    }
    let definite = overloads(works.iter().filter(|work| !work.tentative), capacity, calendar);
    let mut found: Vec<TeamConflict> = Vec::with_capacity(all.len());
    for run in all {
        let from = definite.partition_point(|other| other.last < run.first);
        let inside = definite[from..].iter().take_while(|other| other.first <= run.last);
        // The first of the worst.
        let worst = inside.reduce(|worst, other| if other.demand > worst.demand { other } else { worst });
        let Overload { peak, demand, .. } = *worst.unwrap_or(&run);
        let demand = demand as f64 / WHOLE;
        let (first, last, tentative) = (run.first, run.last, worst.is_none());
        found.push(TeamConflict { team, first, last, peak, demand, capacity: people, phases: Vec::new(), tentative });
    }
    let mut order: Vec<&Work<'_>> = works.iter().collect();
    order.sort_by_key(|work| {
        let release = &portfolio.releases[work.release];
        let place = release.phases[work.phase].id.span;
        (std::cmp::Reverse(release.priority()), work.dates.start, place)
    });
    for work in order {
        let from = found.partition_point(|run| run.last < work.dates.start);
        for run in found[from..].iter_mut().take_while(|run| run.first <= work.dates.end) {
            let (first, last) = (run.first.max(work.dates.start), run.last.min(work.dates.end));
            if work.worker.worked(first, last) > 0 {
                run.phases.push((work.release, work.phase));
            }
        }
    }
    found
}

/// Days on which too much is asked for, and the worst of them.
struct Overload {
    first: NaiveDate,
    last: NaiveDate,
    peak: NaiveDate,
    demand: i64,
}

/// A sweep over the first days and the days after the last; only where all that is under way could be too much, the days
/// are looked at one by one.
fn overloads<'w>(works: impl Iterator<Item = &'w Work<'w>>, capacity: i64, team: &WorkCalendar) -> Vec<Overload> {
    // What is asked for on the working days of each calendar, and on written days off.
    let mut calendars: Vec<(&WorkCalendar, i64)> = Vec::new();
    let mut off: BTreeMap<NaiveDate, i64> = BTreeMap::new();
    let mut events: Vec<(NaiveDate, usize, i64)> = Vec::new();
    for work in works {
        let own = work.worker.calendar();
        let known = calendars.iter().position(|(calendar, _)| std::ptr::eq(*calendar, own));
        let at = known.unwrap_or_else(|| {
            calendars.push((own, 0));
            calendars.len() - 1
        });
        let after = work.dates.end.succ_opt().unwrap_or(work.dates.end);
        events.extend([(work.dates.start, at, work.share), (after, at, -work.share)]);
        for day in work.worker.extras().filter(|day| (work.dates.start..=work.dates.end).contains(day)) {
            let asked = off.entry(day).or_default();
            *asked = asked.saturating_add(work.share);
        }
    }
    events.sort_unstable();
    let mut found: Vec<Overload> = Vec::new();
    let mut under_way: i64 = 0;
    for (place, &(day, at, share)) in events.iter().enumerate() {
        under_way = under_way.saturating_add(share);
        calendars[at].1 = calendars[at].1.saturating_add(share);
        let Some(&(until, ..)) = events.get(place + 1).filter(|_| under_way > capacity) else { continue };
        for day in day.iter_days().take_while(|day| *day < until) {
            let worked = calendars.iter().filter(|(calendar, _)| calendar.is_working(day)).map(|(_, asked)| asked);
            let written = off.get(&day).copied().unwrap_or_default();
            let demand = worked.fold(written, |sum, asked| sum.saturating_add(*asked));
            if demand > capacity {
                note(&mut found, day, demand, team);
            }
        }
    }
    found
}

fn note(found: &mut Vec<Overload>, day: NaiveDate, demand: i64, team: &WorkCalendar) {
    let goes_on = |last: &&mut Overload| team.working_days(last.last.succ_opt().unwrap_or(day), day) == 0;
    match found.last_mut().filter(goes_on) {
        Some(last) => {
            last.last = day;
            if demand > last.demand {
                (last.peak, last.demand) = (day, demand);
            }
        }
        None => found.push(Overload { first: day, last: day, peak: day, demand }),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use std::fmt::Write;

    use chrono::Datelike;
    use proptest::prelude::*;

    use super::*;
    use crate::analysis::testing::{Loaded, loaded};

    const TEAMS: &str = "kind: portfolio\nstages: [prod]\ncalendars: {gulf: {working_week: [sun, mon, tue, wed, thu], \
                         holidays: [{date: 2026-11-18}]}}\nteams:\n  - {id: qa, capacity: 2}\n  \
                         - {id: ops, capacity: 1.5, calendar: gulf}\n  - {id: free}\n";

    fn phases(status: &str, phases: &str) -> String {
        format!("{TEAMS}---\nkind: release\nid: a\ntype: minor\nstatus: {status}\nphases:\n{phases}")
    }

    fn found(text: &str) -> Vec<String> {
        let Loaded { portfolio, schedule } = loaded(text);
        let show = |conflict: &TeamConflict| {
            let TeamConflict { first, last, peak, demand, phases, tentative, .. } = conflict;
            format!("{first} {last} {peak} {demand} {} {tentative}", phases.len())
        };
        conflicts(&portfolio, &schedule).iter().map(show).collect()
    }

    #[test]
    fn effort_is_spread_over_worked_days_and_a_weekend_does_not_end_a_run() {
        let one = "  - {id: p, start: 2026-11-19, end: 2026-11-24, team: qa, effort: 12pd}\n";
        assert_eq!(found(&phases("planned", one)), ["2026-11-19 2026-11-24 2026-11-19 3 1 false"]);
        assert_eq!(found(&phases("draft", one)), ["2026-11-19 2026-11-24 2026-11-19 3 1 true"]);
        assert!(found(&phases("cancelled", one)).is_empty());
        assert!(found(&phases("planned", &one.replace("12pd", "8pd"))).is_empty());
        assert!(found(&phases("planned", &one.replace(", effort: 12pd", ""))).is_empty());
        assert!(found(&phases("planned", &one.replace("qa", "free"))).is_empty());
    }

    #[test]
    fn a_written_day_off_is_worked() {
        let one = "  - {id: p, start: 2026-11-21, end: 2026-11-23, team: qa, effort: 5pd}\n";
        assert_eq!(found(&phases("planned", one)), ["2026-11-21 2026-11-23 2026-11-21 2.5 1 false"]);
    }

    #[test]
    fn three_thirds_are_one() {
        let third =
            |id: usize| format!("  - {{id: p{id}, start: 2026-11-23, end: 2026-11-25, team: qa, effort: 2pd}}\n");
        let three: String = (0..3).map(third).collect();
        assert!(found(&phases("planned", &three)).is_empty());
    }

    /// The demand of one day, asked of every phase.
    fn demand(loaded: &Loaded, team: &str, day: NaiveDate, drafts: bool) -> i64 {
        let Loaded { portfolio, schedule } = loaded;
        let mut sum = 0;
        for (r, release) in portfolio.releases.iter().enumerate() {
            let counts = match release.status() {
                Status::Cancelled => false,
                Status::Draft => drafts,
                _ => true,
            };
            for (p, phase) in release.phases.iter().enumerate().filter(|_| counts) {
                let calendar = if team == "ops" { "gulf" } else { release.calendar.as_deref().unwrap_or("default") };
                let works = |day: NaiveDate| {
                    let week = if calendar == "gulf" { [0, 1, 2, 3, 4] } else { [1, 2, 3, 4, 5] };
                    let holiday = calendar == "gulf" && day.to_string() == "2026-11-18";
                    let written = [&phase.start, &phase.end].into_iter().flatten().any(|date| date.value == day);
                    written || (week.contains(&day.weekday().num_days_from_sunday()) && !holiday)
                };
                let dates = schedule.phase(r, p).planned.unwrap();
                let days = dates.start.iter_days().take_while(|day| *day <= dates.end);
                let worked: Vec<NaiveDate> = days.filter(|day| works(*day)).collect();
                if phase.team.as_deref() == Some(team) && worked.contains(&day) {
                    sum += phase
                        .effort
                        .as_ref()
                        .map_or(0, |effort| effort.value.hundredths() * 10_000 / worked.len() as i64);
                }
            }
        }
        sum
    }

    fn agree(loaded: &Loaded, team: usize, id: &str, people: i64) {
        let first: NaiveDate = "2026-11-01".parse().unwrap();
        let capacity = people * 500_000;
        let own = loaded.portfolio.calendars.get((id == "ops").then_some("gulf"));
        let mut expected: Vec<(NaiveDate, NaiveDate, NaiveDate, i64, bool)> = Vec::new();
        for day in first.iter_days().take(50) {
            if demand(loaded, id, day, true) <= capacity {
                continue;
            }
            match expected.last_mut() {
                Some(run) if run.1.iter_days().skip(1).take_while(|d| *d < day).all(|d| !own.is_working(d)) => {
                    run.1 = day;
                }
                _ => expected.push((day, day, day, 0, false)),
            }
        }
        for run in &mut expected {
            let days = || run.0.iter_days().take_while(|day| *day <= run.1);
            run.4 = days().all(|day| demand(loaded, id, day, false) <= capacity);
            let worst = days().map(|day| (demand(loaded, id, day, run.4), std::cmp::Reverse(day))).max().unwrap();
            (run.3, run.2) = (worst.0, worst.1.0);
        }
        let found = conflicts(&loaded.portfolio, &loaded.schedule);
        let found: Vec<_> = found
            .iter()
            .filter(|conflict| conflict.team == team)
            .map(|c| (c.first, c.last, c.peak, (c.demand * WHOLE).round() as i64, c.tentative))
            .collect();
        assert_eq!(found, expected, "{id}");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(100))]

        #[test]
        fn every_day_is_as_a_plain_sum_says(
            releases in prop::collection::vec(
                (0usize..4, any::<bool>(), prop::collection::vec((0i64..20, 1i64..12, 0usize..2, 0i64..2000), 1..5)),
                1..6,
            )
        ) {
            let first: NaiveDate = "2026-11-08".parse().unwrap();
            let mut text = TEAMS.to_owned();
            for (index, (status, gulf, phases)) in releases.iter().enumerate() {
                let status = ["draft", "planned", "in-progress", "cancelled"][*status];
                let calendar = if *gulf { "calendar: gulf\n" } else { "" };
                write!(text, "---\nkind: release\nid: r{index}\ntype: minor\nstatus: {status}\n{calendar}phases:\n").unwrap();
                for (id, (start, length, team, effort)) in phases.iter().enumerate() {
                    let (start, end) = (first + chrono::TimeDelta::days(*start), first + chrono::TimeDelta::days(start + length - 1));
                    let team = ["qa", "ops"][*team];
                    let effort = *effort as f64 / 100.0;
                    writeln!(text, "  - {{id: p{id}, start: {start}, end: {end}, team: {team}, effort: {effort}pd}}").unwrap();
                }
            }
            let loaded = loaded(&text);
            agree(&loaded, 0, "qa", 4);
            agree(&loaded, 1, "ops", 3);
        }
    }
}
