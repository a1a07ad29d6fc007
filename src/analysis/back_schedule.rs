//! Phases for a new release, placed backwards from its target: the template's phases are scheduled as a release of their
//! own, and their late dates are taken.

use std::borrow::Cow;

use chrono::NaiveDate;

use super::schedule::Schedule;
use crate::diagnostic::{Span, Subject};
use crate::graph::Graph;
use crate::model::decode::{Decode, Decoder};
use crate::model::node::{Entry, Node, Value};
use crate::model::release::{Dependency, Phase, Release};
use crate::model::scalar::Days;
use crate::model::{Manifest, Portfolio, Spanned};
use crate::time::duration::Duration;

/// The types a release may have when the portfolio declares none.
pub const DEFAULT_TYPES: [&str; 3] = ["major", "minor", "emergency"];

/// The phases of a type that has none: id and working days, each after the one before.
const DEFAULT_PHASES: [(&str, i64); 3] = [("build", 10), ("test", 5), ("deploy", 1)];

/// A phase of a new release.
#[derive(Debug, Clone, PartialEq)]
pub struct PlacedPhase {
    /// The phase of the template.
    pub phase: Phase,
    /// The latest first day that keeps the target.
    pub start: NaiveDate,
    /// The latest last day.
    pub end: NaiveDate,
    /// Whether the first day is a promise: it follows nothing, or it takes an environment of the last stage.
    pub promised: bool,
}

/// The phases that a new release of this type has, without dates. A phase without a length takes a day.
pub fn phases_of(portfolio: &Portfolio, release_type: &str) -> Vec<Phase> {
    let declared = portfolio.settings.release_types.get(release_type).map_or(&[][..], |ty| &ty.phases);
    let undated = |phase: &Phase| Phase {
        start: None,
        end: None,
        date: None,
        progress: None,
        actual: None,
        duration: phase.duration.or(Some(unwritten(Days(Duration::Working { weeks: 0, days: 1 })))),
        ..phase.clone()
    };
    if declared.is_empty() { default_phases() } else { declared.iter().map(undated).collect() }
}

/// Places the phases as late as `target` allows, in the calendars of their teams; none when they wait for each other.
pub fn back_schedule(portfolio: &Portfolio, phases: &[Phase], target: NaiveDate) -> Option<Vec<PlacedPhase>> {
    // The day that phases without predecessors are put on does not matter to late dates; a working day adds no work.
    let (portfolio, schedule) = scheduled(portfolio, phases, target, Some(target))?;
    let place = |(phase, dates): (&Phase, &super::schedule::PhaseSchedule)| {
        let late = dates.late?;
        let in_production = phase.environments.iter().any(|used| portfolio.is_production(&used.id));
        let promised = in_production || follows_nothing(phases, phase);
        Some(PlacedPhase { phase: phase.clone(), start: late.start, end: late.end, promised })
    };
    phases.iter().zip(&schedule.releases[0].phases).map(place).collect()
}

/// The last day of the phases when work begins on `start`; none when they wait for each other, or there are none.
pub fn earliest_end(portfolio: &Portfolio, phases: &[Phase], start: NaiveDate) -> Option<NaiveDate> {
    scheduled(portfolio, phases, start, None)?.1.releases[0].planned_end
}

/// The first day on which a release of this type that is announced on `announced` has had its notice.
pub fn end_of_notice(portfolio: &Portfolio, release_type: &str, announced: NaiveDate) -> Option<NaiveDate> {
    let notice = portfolio.settings.release_types.get(release_type)?.notice.as_ref()?;
    let after = announced.succ_opt()?;
    portfolio.calendars.default_calendar().add(after, notice.value.0).pred_opt()
}

/// A portfolio with nothing but these phases, and its schedule; none when a phase finds no place.
fn scheduled(
    around: &Portfolio,
    phases: &[Phase],
    start: NaiveDate,
    target: Option<NaiveDate>,
) -> Option<(Portfolio, Schedule)> {
    let mut release = empty_release()?;
    release.target = target.map(unwritten);
    release.phases = phases.to_vec();
    for phase in &mut release.phases {
        phase.after.0.retain(|dependency| names_sibling(phases, dependency));
        if phase.after.is_empty() {
            let calendar = around
                .calendars
                .get(phase.team.as_ref().and_then(|team| around.team(team)).and_then(|team| team.calendar.as_deref()));
            phase.start = Some(unwritten(calendar.next_working(start)));
        }
    }
    let environments = around.environments.iter().map(|place| Manifest::Environment(Box::new(place.clone())));
    let manifests = environments.chain([Manifest::Release(Box::new(release))]).collect();
    let portfolio = Portfolio::new(around.settings.clone(), manifests, around.calendars.clone());
    let schedule = Schedule::new(&portfolio, &Graph::new(&portfolio), start);
    let placed = schedule.releases[0].phases.iter().all(|phase| phase.planned.is_some());
    placed.then_some((portfolio, schedule))
}

fn follows_nothing(phases: &[Phase], phase: &Phase) -> bool {
    !phase.after.iter().any(|dependency| names_sibling(phases, dependency))
}

fn names_sibling(phases: &[Phase], dependency: &Dependency) -> bool {
    dependency.release.is_none() && phases.iter().any(|phase| phase.id == dependency.phase)
}

fn unwritten<T>(value: T) -> Spanned<T> {
    Spanned { value, span: Span::default() }
}

fn default_phases() -> Vec<Phase> {
    let mut before = None;
    let phases = DEFAULT_PHASES.iter().filter_map(|&(id, days)| {
        let length = format!("{days}d");
        let after = before.replace(id).map(|id| ("after", id.to_owned()));
        let fields = [("id", id.to_owned()), ("duration", length)].into_iter().chain(after);
        decoded(fields)
    });
    phases.collect()
}

fn empty_release() -> Option<Release> {
    decoded([("id", "new".to_owned()), ("type", "new".to_owned())])
}

/// A record with these fields.
fn decoded<T: Decode>(fields: impl IntoIterator<Item = (&'static str, String)>) -> Option<T> {
    let node = |value| Node { span: Span::default(), value };
    let entries = fields.into_iter().map(|(key, text)| Entry {
        key: Cow::Borrowed(key),
        key_span: Span::default(),
        value: node(Value::Scalar { text: Cow::Owned(text), plain: true }),
    });
    T::decode(&node(Value::Mapping(entries.collect())), &mut Decoder::new(Subject::default()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use proptest::prelude::*;

    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn empty() -> Portfolio {
        let settings = decoded([]).unwrap();
        Portfolio::new(settings, Vec::new(), crate::model::Calendars::default())
    }

    fn phase(id: &'static str, days: u32, after: Option<String>) -> Phase {
        let length = format!("{days}d");
        let after = after.map(|after| ("after", after));
        decoded([("id", id.to_owned()), ("duration", length)].into_iter().chain(after)).unwrap()
    }

    #[test]
    fn the_usual_phases_end_at_the_target() {
        let portfolio = empty();
        let phases = phases_of(&portfolio, "minor");
        let placed = back_schedule(&portfolio, &phases, day("2026-12-05")).unwrap();
        let shown: Vec<String> = placed
            .iter()
            .map(|placed| format!("{} {} {} {}", placed.phase.id, placed.start, placed.end, placed.promised))
            .collect();
        // The target is a Saturday: the last working day before it keeps it.
        assert_eq!(
            shown,
            [
                "build 2026-11-13 2026-11-26 true",
                "test 2026-11-27 2026-12-03 false",
                "deploy 2026-12-04 2026-12-04 false"
            ]
        );
        assert_eq!(earliest_end(&portfolio, &phases, day("2026-11-13")), Some(day("2026-12-04")));
        assert_eq!(earliest_end(&portfolio, &phases, day("2026-11-14")), Some(day("2026-12-07")));
    }

    #[test]
    fn phases_that_wait_for_each_other_have_no_place() {
        let phases = [phase("a", 1, Some("b".into())), phase("b", 1, Some("a".into()))];
        assert_eq!(back_schedule(&empty(), &phases, day("2026-12-05")), None);
        assert_eq!(earliest_end(&empty(), &phases, day("2026-12-05")), None);
    }

    #[test]
    fn what_lies_outside_the_template_holds_nothing_back() {
        let phases = [phase("a", 2, Some("other/b".into())), phase("c", 1, Some("typo".into()))];
        let placed = back_schedule(&empty(), &phases, day("2026-12-04")).unwrap();
        assert!(placed.iter().all(|placed| placed.promised && placed.end == day("2026-12-04")), "{placed:?}");
    }

    const IDS: [&str; 5] = ["a", "b", "c", "d", "e"];

    proptest! {
        /// What is written (a start where it is promised, `after` elsewhere) keeps the target and every order.
        #[test]
        fn the_written_plan_keeps_the_target(
            lengths in prop::collection::vec(1u32..9, 5),
            joined in prop::collection::vec((0usize..5, -3i32..4, any::<bool>()), 5),
            offset in 0i64..400,
        ) {
            let portfolio = empty();
            let target = day("2026-01-01") + chrono::TimeDelta::days(offset);
            let phases: Vec<Phase> = (0..5).map(|at| {
                let (before, lag, joined) = joined[at];
                let sign = if lag < 0 { '-' } else { '+' };
                let after = (joined && before < at).then(|| format!("{} {sign} {}d", IDS[before], lag.abs()));
                phase(IDS[at], lengths[at], after)
            }).collect();
            let placed = back_schedule(&portfolio, &phases, target).unwrap();
            let written: Vec<Phase> = placed.iter().map(|placed| {
                let start = placed.promised.then(|| unwritten(placed.start));
                Phase { start, ..placed.phase.clone() }
            }).collect();
            let mut release = empty_release().unwrap();
            release.phases = written;
            let settings = portfolio.settings.clone();
            let portfolio = Portfolio::new(settings, vec![Manifest::Release(Box::new(release))], crate::model::Calendars::default());
            let schedule = Schedule::new(&portfolio, &Graph::new(&portfolio), target);
            for (dates, placed) in schedule.releases[0].phases.iter().zip(&placed) {
                let planned = dates.planned.unwrap();
                prop_assert!(planned.end <= target && planned.start <= placed.start, "{planned:?} {placed:?}");
            }
        }
    }
}
