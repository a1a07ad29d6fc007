//! Random portfolios: what is the same has no difference, and the other way round is the mirror image.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use proptest::prelude::*;

use super::tests::World;
use super::*;

const TODAY: &str = "2026-11-10";

/// A release with random dates, predecessors, environments and gates.
fn release() -> impl Strategy<Value = (u8, String)> {
    let phase = (1..28u8, 1..6u8, 0..6u8, 0..4u8, 0..3u8);
    let extra = (0..4u8, 0..3u8, prop::option::of(1..28u8), 0..3u8);
    (0..4u8, prop::collection::vec(phase, 0..4), extra).prop_map(|(id, phases, (depends, version, target, status))| {
        let phases: Vec<String> = phases
            .iter()
            .enumerate()
            .map(|(n, (day, length, after, progress, environment))| {
                let place = match after {
                    0 | 1 if n > 0 => format!("after: p{}", n - 1),
                    2 => format!("after: r{depends}/p0 + 1d"),
                    _ => format!("start: 2026-11-{day:02}"),
                };
                let progress = if *progress > 2 { ", progress: 40" } else { "" };
                let environment = if *environment > 0 { format!(", environments: [e{environment}]") } else { String::new() };
                format!("{{id: p{n}, {place}, duration: {length}d, effort: {length}pd{progress}{environment}}}")
            })
            .collect();
        let target = target.map_or(String::new(), |day| format!("target: 2026-12-{day:02}\n"));
        let status = ["draft", "planned", "in-progress"][usize::from(status)];
        let depends = if depends == 3 { String::new() } else { format!("depends_on: [r{depends}]\n") };
        let text = format!(
            "---\nkind: release\nid: r{id}\ntype: minor\nstatus: {status}\n{target}{depends}scope: [{{project: p, version: 1.{version}}}]\nphases: [{}]\ngates: [{{id: go, criteria: [{{id: c}}]}}]\nmilestones: [{{id: m, date: 2026-11-2{version}}}]\n",
            phases.join(", ")
        );
        (id, text)
    })
}

fn text() -> impl Strategy<Value = String> {
    prop::collection::vec(release(), 0..5).prop_map(|releases| {
        let mut seen = Vec::new();
        let mut text = "---\nkind: environment\nid: e1\nstage: test\ncost: {per_day: 3}\n---\nkind: environment\nid: e2\nstage: test\nprovisioning: on-demand\nsetup: {effort: 1pd}\ncost: {per_day: 3, per_setup: 5}\n".to_owned();
        for (id, release) in releases {
            if !seen.contains(&id) {
                seen.push(id);
                text.push_str(&release);
            }
        }
        format!("rates: {{person_day: 100}}\n{text}")
    })
}

fn turned<T: Clone>(both: &Both<T>) -> Both<T> {
    Both::new(both.after.clone(), both.before.clone())
}

/// A comparison the other way round.
fn mirrored(mut it: Comparison<'_>) -> Comparison<'_> {
    for change in &mut it.written {
        change.kind = match change.kind {
            ChangeKind::Added => ChangeKind::Removed,
            ChangeKind::Removed => ChangeKind::Added,
            ChangeKind::Changed => ChangeKind::Changed,
        };
        change.value = turned(&change.value);
        change.place = turned(&change.place);
        change.days = change.days.map(|days| -days);
    }
    it.moves.sort_by(|a, b| a.subject.cmp(&b.subject));
    for moved in &mut it.moves {
        (moved.planned, moved.forecast) = (turned(&moved.planned), turned(&moved.forecast));
        moved.distance = moved.distance.map(|it| Distance { days: -it.days, working_days: -it.working_days });
    }
    for release in &mut it.releases {
        release.target = turned(&release.target);
        release.lateness = turned(&release.lateness);
        release.slack = turned(&release.slack);
        release.margin = turned(&release.margin);
        release.critical_path = turned(&release.critical_path);
    }
    for gate in &mut it.gates {
        (gate.state, gate.due, gate.stale) = (turned(&gate.state), turned(&gate.due), turned(&gate.stale));
    }
    for collision in &mut it.collisions {
        collision.days = turned(&collision.days);
    }
    it.collisions.sort_by(|a, b| a.order().cmp(&b.order()));
    it.amounts.iter_mut().for_each(|amount| amount.value = turned(&amount.value));
    std::mem::swap(&mut it.findings.new, &mut it.findings.fixed);
    it
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn the_same_portfolio_has_no_difference(text in text()) {
        let (one, other) = (World::new(&text, TODAY), World::new(&text, TODAY));
        prop_assert!(compare(&one.side(), &other.side()).is_empty());
    }

    #[test]
    fn the_other_way_round_is_the_mirror_image((one, other) in (text(), text())) {
        let (one, other) = (World::new(&one, TODAY), World::new(&other, TODAY));
        let there = compare(&one.side(), &other.side());
        let mut back = compare(&other.side(), &one.side());
        back.moves.sort_by(|a, b| a.subject.cmp(&b.subject));
        prop_assert_eq!(mirrored(there), back);
    }

    /// What moved and is not written otherwise itself follows from something.
    #[test]
    fn every_move_has_a_cause((one, other) in (text(), text())) {
        let (one, other) = (World::new(&one, TODAY), World::new(&other, TODAY));
        for moved in compare(&one.side(), &other.side()).moves {
            prop_assert!(moved.is_written || !moved.because.is_empty(), "{moved:?}");
        }
    }
}
