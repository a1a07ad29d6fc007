//! The way of versions through the stages: which stages a release must go through, which it does, and how long a version
//! has to stay in one before it may enter the next.

use chrono::{DateTime, NaiveDate, Utc};

use super::installed::{Installation, Installed};
use super::schedule::Schedule;
use crate::model::environment::Use;
use crate::model::release::{EnvironmentUse, Release, ScopeItem, Status};
use crate::model::{Id, Portfolio};
use crate::time::{Duration, WorkCalendar};

/// A phase that books an environment of a stage.
#[derive(Debug, Clone, Copy)]
pub struct Visit<'p> {
    /// The stage, by its place in the order of promotion.
    pub stage: usize,
    /// The release whose phase it is, by index.
    pub release: usize,
    /// The phase, by index.
    pub phase: usize,
    /// The entry that books the environment.
    pub used: &'p EnvironmentUse,
}

/// The phases that take a release through the stages: its own, and those of the composites it is part of, which test and
/// ship their parts together. Environments and stages that nobody declares are left out.
pub fn visits(portfolio: &Portfolio, release: usize) -> Vec<Visit<'_>> {
    let mut visits = Vec::new();
    for r in std::iter::once(release).chain(portfolio.ancestors(release)) {
        for (p, phase) in portfolio.releases[r].phases.iter().enumerate() {
            visits.extend(phase.environments.iter().filter_map(|used| {
                let stage = portfolio.stage_order(portfolio.stage_of(&used.id)?)?;
                Some(Visit { stage, release: r, phase: p, used })
            }));
        }
    }
    visits
}

/// The stages before production that a type of release must not skip, in the order of promotion.
pub fn demanded<'p>(portfolio: &'p Portfolio, release_type: &str) -> Vec<(usize, &'p Id)> {
    let declared = portfolio.settings.release_types.get(release_type).map_or(&[][..], |ty| &ty.stages);
    let last = portfolio.settings.stages.len().saturating_sub(1);
    let place = |stage: &'p Id| portfolio.stage_order(stage).filter(|order| *order < last).map(|order| (order, stage));
    let mut stages: Vec<_> = declared.iter().filter_map(place).collect();
    stages.sort_unstable_by_key(|(order, _)| *order);
    stages.dedup_by_key(|(order, _)| *order);
    stages
}

/// What a release ships: its own scope and, of a composite, that of its parts which are not cancelled.
pub fn scope(portfolio: &Portfolio, release: usize) -> Vec<&ScopeItem> {
    // Most releases have no parts, and this is asked of every phase.
    if portfolio.children(release).is_empty() {
        return portfolio.releases[release].scope.iter().collect();
    }
    let counts = |r: &usize| *r == release || portfolio.releases[*r].status() != Status::Cancelled;
    let family = portfolio.family(release).into_iter().filter(counts);
    family.flat_map(|r| &portfolio.releases[r].scope).collect()
}

/// The first day of a phase: as it was, else as planned.
pub fn start(portfolio: &Portfolio, schedule: &Schedule, release: usize, phase: usize) -> Option<NaiveDate> {
    let actual = portfolio.releases[release].phases[phase].actual.as_ref().and_then(|actual| actual.start.as_ref());
    actual.map(|day| day.value).or(schedule.phase(release, phase).planned.map(|dates| dates.start))
}

/// A version of a project on its way; without a version only phases say where it is.
#[derive(Debug, Clone, Copy)]
pub struct Traveller<'p, 'v> {
    /// The project; none for a release that does not say what it ships.
    pub project: Option<&'p str>,
    /// The version.
    pub version: Option<&'p str>,
    /// The phases of the release that brings it, as [`visits`] finds them.
    pub visits: &'v [Visit<'p>],
}

/// Since when a version is in a stage.
#[derive(Debug, Clone, Copy)]
pub struct Stay<'p> {
    /// The stage, by its place in the order of promotion.
    pub stage: usize,
    /// The first day.
    pub since: NaiveDate,
    /// The first successful deployment there; none where there is no record and the first phase there counts.
    pub record: Option<Installation<'p>>,
    /// The first phase there, where no record says more.
    pub visit: Option<Visit<'p>>,
}

/// The stay of a version in the nearest stage before `stage` where a record shows it or a phase brings it: since its first
/// successful deployment, else since the first phase there that books for `code`. What begins after `until` does not
/// count. None when it is nowhere before.
pub fn stay_before<'p>(
    portfolio: &'p Portfolio,
    schedule: &Schedule,
    installed: &Installed<'p>,
    who: Traveller<'p, '_>,
    stage: usize,
    until: Option<DateTime<Utc>>,
) -> Option<Stay<'p>> {
    let arrivals = who.project.zip(who.version).and_then(|(project, version)| installed.arrivals(project, version));
    (0..stage).rev().find_map(|earlier| {
        let first = arrivals.and_then(|arrivals| arrivals.get(&earlier)).copied();
        if let Some(record) = first.filter(|first| until.is_none_or(|until| first.at <= until)) {
            return Some(Stay { stage: earlier, since: record.day(portfolio), record: Some(record), visit: None });
        }
        let there = who.visits.iter().filter(|visit| visit.stage == earlier && visit.used.r#use == Use::Code);
        let days = there.filter_map(|visit| Some((start(portfolio, schedule, visit.release, visit.phase)?, visit)));
        let (since, visit) = days.min_by_key(|(day, _)| *day)?;
        let begins = crate::time::zone::start_of_day(since, portfolio.zone_at(&visit.used.id));
        let counts = until.is_none_or(|until| begins <= until);
        counts.then_some(Stay { stage: earlier, since, record: None, visit: Some(*visit) })
    })
}

/// The calendar a soak is counted in: that of the release, else the default.
pub fn soak_calendar<'p>(portfolio: &'p Portfolio, release: Option<&Release>) -> &'p WorkCalendar {
    release.map_or(portfolio.calendars.default_calendar(), |release| portfolio.release_calendar(release))
}

/// How much of a soak has passed when a version that came on `since` goes on `to`: whole days, the first counted and the
/// last not. Working days of the calendar, or calendar days where the soak is elapsed time.
pub fn soaked(calendar: &WorkCalendar, soak: Duration, since: NaiveDate, to: NaiveDate) -> i64 {
    match soak {
        Duration::Elapsed { .. } => (to - since).num_days(),
        _ => calendar.working_days(since, to),
    }
}

/// How many days a soak is, in the days that [`soaked`] counts.
pub fn soak_days(calendar: &WorkCalendar, soak: Duration) -> i64 {
    match soak {
        Duration::Elapsed { days } => days,
        working => calendar.working_length(working),
    }
}

/// The first day on which a version that came on `since` may go on.
pub fn soak_ends(calendar: &WorkCalendar, soak: Duration, since: NaiveDate) -> NaiveDate {
    calendar.add(since, soak)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use proptest::prelude::*;

    use super::*;
    use crate::load::testing::portfolio;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn the_first_day_counts_and_the_deployment_does_not() {
        let week = WorkCalendar::default();
        let two = Duration::Working { weeks: 0, days: 2 };
        // Thursday and Friday.
        assert_eq!(soaked(&week, two, day("2026-11-19"), day("2026-11-21")), 2);
        assert_eq!(soaked(&week, two, day("2026-11-20"), day("2026-11-23")), 1);
        assert_eq!(soak_ends(&week, two, day("2026-11-19")), day("2026-11-21"));
        assert_eq!(soak_ends(&week, two, day("2026-11-20")), day("2026-11-24"));
        let elapsed = Duration::Elapsed { days: 2 };
        assert_eq!(soaked(&week, elapsed, day("2026-11-20"), day("2026-11-22")), 2);
    }

    #[test]
    fn demanded_stages_come_in_order_and_before_production() {
        let text = "kind: portfolio\nstages: [dev, sit, uat, prod]\nrelease_types:\n  minor: {stages: [uat, prod, sit, uat]}\n";
        let portfolio = portfolio(text);
        let stages: Vec<usize> = demanded(&portfolio, "minor").into_iter().map(|(order, _)| order).collect();
        assert_eq!(stages, [1, 2]);
        assert!(demanded(&portfolio, "major").is_empty());
    }

    #[test]
    fn parts_go_the_way_of_their_composite_too() {
        let text = "kind: portfolio\nstages: [test, prod]\n---\nkind: environment\nid: t\nstage: test\n---\n\
                    kind: environment\nid: p\nstage: prod\n---\n\
                    kind: release\nid: whole\ntype: minor\nphases: [{id: go, date: 2026-12-05, environments: [p]}]\n---\n\
                    kind: release\nid: part\ntype: minor\npart_of: whole\nscope: [{project: x}]\n\
                    phases: [{id: try, date: 2026-12-01, environments: [t, nowhere]}]\n---\n\
                    kind: release\nid: gone\ntype: minor\npart_of: whole\nstatus: cancelled\nscope: [{project: y}]\n";
        let portfolio = portfolio(text);
        let stages = |id| {
            let visits = visits(&portfolio, portfolio.releases.index(id).unwrap());
            visits.iter().map(|visit| visit.stage).collect::<Vec<_>>()
        };
        assert_eq!((stages("whole"), stages("part")), (vec![1], vec![0, 1]));
        let scope = scope(&portfolio, portfolio.releases.index("whole").unwrap());
        assert_eq!(scope.iter().map(|item| item.project.as_str()).collect::<Vec<_>>(), ["x"]);
    }

    proptest! {
        /// The day a soak ends is the first on which it has passed.
        #[test]
        fn a_soak_has_passed_from_its_end_on(offset in 0i64..3000, length in 0i64..30, elapsed in any::<bool>()) {
            let calendar = WorkCalendar::new(
                [true, true, true, true, true, false, false],
                vec![(day("2026-12-25"), "holiday".into()), (day("2026-12-28"), "holiday".into())],
            ).unwrap();
            let since = day("2026-01-01") + chrono::TimeDelta::days(offset);
            let soak = if elapsed { Duration::Elapsed { days: length } } else { Duration::Working { weeks: 0, days: length } };
            let end = soak_ends(&calendar, soak, since);
            let needed = soak_days(&calendar, soak);
            prop_assert!(soaked(&calendar, soak, since, end) >= needed);
            prop_assert!(end == since || soaked(&calendar, soak, since, end.pred_opt().unwrap()) < needed);
        }
    }
}
