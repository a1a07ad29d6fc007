//! Random small networks: a slip moves exactly what differs when the same is written by hand, and by as much as counting
//! days one by one says.

use std::collections::{BTreeMap, HashSet};
use std::fmt::Write;

use chrono::{Datelike, NaiveDate, Weekday};
use proptest::prelude::*;

use super::*;
use crate::analysis::testing::{Loaded, loaded};
use crate::time::duration::Lag;

/// A phase as the test writes it.
#[derive(Debug, Clone)]
struct Drawn {
    /// Days after 2026-11-02, where a start is written.
    start: Option<u32>,
    days: u32,
    /// Phases before it that it follows.
    after: Vec<usize>,
    began: bool,
    progress: Option<u32>,
}

fn drawn() -> impl Strategy<Value = Vec<Drawn>> {
    let start = prop::option::of(0_u32..40);
    let one = (start, 1_u32..9, prop::collection::vec(0_usize..6, 0..3), 0_u32..5, 0_u32..100);
    let phase = |(start, days, after, state, progress)| {
        let progress = (state == 0).then_some(progress);
        Drawn { start, days, after, began: state <= 1, progress }
    };
    prop::collection::vec(one.prop_map(phase), 2..7).prop_map(|mut phases| {
        for (at, phase) in phases.iter_mut().enumerate() {
            phase.after.retain(|&other| other < at);
            phase.after.sort_unstable();
            phase.after.dedup();
            if phase.after.is_empty() {
                phase.start.get_or_insert(0);
            }
        }
        phases
    })
}

fn first() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 2).unwrap()
}

fn works(day: NaiveDate) -> bool {
    !matches!(day.weekday(), Weekday::Sat | Weekday::Sun)
}

/// The `n`-th working day after a working day, one by one.
fn step(mut day: NaiveDate, mut n: u32) -> NaiveDate {
    while n > 0 {
        day = day.succ_opt().unwrap();
        n -= u32::from(works(day));
    }
    day
}

fn written(day: u32) -> NaiveDate {
    let day = first() + chrono::Days::new(u64::from(day));
    if works(day) { day } else { step(day, 1) }
}

/// Everything in one release; `other` replaces keys of one phase by hand.
fn text(phases: &[Drawn], other: Option<(usize, &BTreeMap<&str, String>)>) -> String {
    let mut text = "kind: release\nid: r\ntype: minor\nphases:\n".to_owned();
    for (at, phase) in phases.iter().enumerate() {
        let mut keys: BTreeMap<&str, String> = BTreeMap::from([("duration", format!("{}d", phase.days))]);
        keys.extend(phase.start.map(|start| ("start", written(start).to_string())));
        keys.extend(phase.progress.map(|progress| ("progress", progress.to_string())));
        if phase.began {
            let start = phase.start.map_or(first(), written).min(NaiveDate::from_ymd_opt(2026, 11, 13).unwrap());
            keys.insert("actual", format!("{{start: {start}}}"));
        }
        if !phase.after.is_empty() {
            let after: Vec<String> = phase.after.iter().map(|other| format!("p{other}")).collect();
            keys.insert("after", format!("[{}]", after.join(", ")));
        }
        if let Some((_, others)) = other.filter(|(which, _)| *which == at) {
            keys.extend(others.iter().map(|(key, value)| (*key, value.clone())));
        }
        let keys: Vec<String> = keys.iter().map(|(key, value)| format!("{key}: {value}")).collect();
        let _ = writeln!(text, "  - {{id: p{at}, {}}}", keys.join(", "));
    }
    text
}

fn settle(before: &Loaded, after: &Loaded, which: usize) -> Vec<(String, Option<i64>)> {
    let (then, now) = (Graph::new(&before.portfolio), Graph::new(&after.portfolio));
    let moves = Moves::new(
        Side { portfolio: &before.portfolio, graph: &then, schedule: &before.schedule },
        Side { portfolio: &after.portfolio, graph: &now, schedule: &after.schedule },
        &HashSet::from([Node::Phase(0, which)]),
    );
    for (at, it) in moves.0.iter().enumerate() {
        // What moved something stands before it, and is really followed by it.
        let Some(because) = it.because else { continue };
        assert!(because < at);
        if let (Some(Node::Phase(_, p)), Some(Node::Phase(_, by))) = (it.node, moves.0[because].node) {
            let after = &after.portfolio.releases[0].phases[p].after;
            assert!(after.iter().any(|entry| *entry.phase == *format!("p{by}")));
        }
    }
    moves.0.iter().filter(|it| it.item == Item::Phase).map(|it| (it.id.clone(), it.days())).collect()
}

proptest! {
    #[test]
    fn a_slip_is_what_is_written_by_hand(phases in drawn(), which in 0_usize..6, by in 1_u32..12) {
        let which = which % phases.len();
        let before = loaded(&text(&phases, None));
        let graph = Graph::new(&before.portfolio);
        let side = Side { portfolio: &before.portfolio, graph: &graph, schedule: &before.schedule };
        let lag = Lag::parse(&format!("{by}d")).unwrap();
        let set = settings(side, Node::Phase(0, which), lag, first()).unwrap();
        let keys: BTreeMap<&str, String> = set.into_iter().map(|it| (it.field, it.value)).collect();
        let after = loaded(&text(&phases, Some((which, &keys))));
        let (was, is) = (&before.schedule.releases[0].phases, &after.schedule.releases[0].phases);
        let (old, new) = (was[which].forecast.unwrap(), is[which].forecast.unwrap());
        // One that has begun keeps its start, and ends so much later; another begins so much later.
        let begun = phases[which].began || phases[which].progress.is_some();
        if begun {
            prop_assert_eq!(new.start, old.start);
            let end = if works(old.end) { old.end } else { step(old.end, 0) };
            prop_assert_eq!(new.end, step(end, by), "{:?} {:?}", keys, old);
        } else {
            prop_assert_eq!(new.start, step(old.start, by));
            let hand: BTreeMap<&str, String> = BTreeMap::from([("start", step(old.start, by).to_string())]);
            prop_assert_eq!(&loaded(&text(&phases, Some((which, &hand)))).schedule, &after.schedule);
        }
        // What moved is what differs, phase by phase.
        let differ: Vec<(String, Option<i64>)> = (0..phases.len())
            .filter(|&p| (was[p].planned, was[p].forecast) != (is[p].planned, is[p].forecast))
            .map(|p| {
                let ends = was[p].forecast.zip(is[p].forecast);
                (format!("r/p{p}"), ends.map(|(was, is)| (is.end - was.end).num_days()))
            })
            .collect();
        let mut moved = settle(&before, &after, which);
        moved.sort();
        prop_assert_eq!(moved, differ);
    }

    #[test]
    fn there_and_back_is_nothing(phases in drawn(), which in 0_usize..6, by in 1_u32..12) {
        let which = which % phases.len();
        prop_assume!(!phases[which].began && phases[which].progress.is_none());
        let before = loaded(&text(&phases, None));
        let graph = Graph::new(&before.portfolio);
        let lag = Lag::parse(&format!("{by}d")).unwrap();
        let keys = |loaded: &Loaded, lag: Lag| -> BTreeMap<&str, String> {
            let side = Side { portfolio: &loaded.portfolio, graph: &graph, schedule: &loaded.schedule };
            settings(side, Node::Phase(0, which), lag, first()).unwrap().into_iter().map(|it| (it.field, it.value)).collect()
        };
        let there = loaded(&text(&phases, Some((which, &keys(&before, lag)))));
        let back = loaded(&text(&phases, Some((which, &keys(&there, Lag { negative: true, ..lag })))));
        let forecast = |loaded: &Loaded| loaded.schedule.releases[0].phases[which].forecast;
        prop_assert_eq!(forecast(&back), forecast(&before));
    }
}
