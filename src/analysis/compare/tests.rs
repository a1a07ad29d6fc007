#![allow(clippy::unwrap_used, clippy::expect_used)]

use super::*;
use crate::load::testing::portfolio;
use crate::model::facts::Facts;
use crate::time::Clock;
use crate::time::when::When;

/// A portfolio with what follows from it, without findings.
pub struct World {
    portfolio: Portfolio,
    graph: Graph,
    schedule: Schedule,
    occupancy: Occupancy,
    facts: Facts,
    clock: Clock,
}

impl World {
    pub fn new(text: &str, today: &str) -> Self {
        let portfolio = portfolio(&format!("kind: portfolio\nstages: [test, prod]\n{text}"));
        let clock = Clock::at(When::parse(today).unwrap(), portfolio.zone);
        let graph = Graph::new(&portfolio);
        let schedule = Schedule::new(&portfolio, &graph, clock.today);
        let occupancy = Occupancy::new(&portfolio, &schedule);
        Self { portfolio, graph, schedule, occupancy, facts: Facts::default(), clock }
    }

    /// Moves what is planned and forecast, as a calendar does that no manifest tells of.
    pub fn move_all_by(&mut self, days: i64) {
        let later = |date: &mut NaiveDate| *date += chrono::TimeDelta::days(days);
        for release in &mut self.schedule.releases {
            for phase in &mut release.phases {
                for dates in phase.planned.iter_mut().chain(&mut phase.forecast) {
                    later(&mut dates.start);
                    later(&mut dates.end);
                }
            }
            let ends = [&mut release.planned_start, &mut release.planned_end];
            let forecast = [&mut release.forecast_start, &mut release.forecast_end];
            ends.into_iter().chain(forecast).flatten().for_each(later);
        }
    }

    /// As where one more file could not be read.
    pub fn damage(&mut self) {
        self.portfolio.damage = crate::model::Damage::new(Vec::new(), ["lost".to_owned()].into(), Some([].into()));
    }

    pub fn side(&self) -> Side<'_> {
        let Self { portfolio, graph, schedule, occupancy, facts, clock } = self;
        let gates = Gates { portfolio, schedule, facts, clock };
        Side { gates, graph, occupancy, findings: &[] }
    }
}

/// The differences in words: what is written otherwise, then what moved.
fn said(base: &str, head: &str) -> Vec<String> {
    let (base, head) = (World::new(base, "2026-10-01"), World::new(head, "2026-10-01"));
    let compared = compare(&base.side(), &head.side());
    let text = |value: &Option<String>| value.clone().unwrap_or_else(|| "-".to_owned());
    let written = compared.written.iter().map(|it| {
        let days = it.days.map_or(String::new(), |days| format!(" ({days:+}d)"));
        let (before, after) = (text(&it.value.before), text(&it.value.after));
        format!("{} {}: {before} → {after}{days}", it.subject, it.field)
    });
    let moved = compared.moves.iter().map(|it| {
        let because: Vec<String> = it.because.iter().map(ToString::to_string).collect();
        let distance = it.distance.map_or(String::new(), |it| format!(" {:+}d {:+}wd", it.days, it.working_days));
        let written = if it.is_written { " written" } else { "" };
        format!("{} moved{distance}{written} by [{}]", it.subject, because.join(", "))
    });
    written.chain(moved).collect()
}

const CHAIN: &str = "---
kind: release
id: a
type: minor
target: 2026-11-20
phases:
- {id: build, start: 2026-11-02, duration: 5d}
- {id: sit, after: build, duration: 5d}
- {id: docs, start: 2026-11-02, duration: 1d}
milestones: [{id: ready, after: sit}]
---
kind: release
id: b
type: minor
depends_on: [a]
phases: [{id: go, start: 2026-12-14, duration: 1d}, {id: roll, after: go, duration: 2d}, {id: late, after: a/sit, duration: 2d}]
";

#[test]
fn the_same_is_no_difference() {
    assert_eq!(said(CHAIN, CHAIN), [""; 0]);
    let other =
        CHAIN.replace("{id: build, start: 2026-11-02, duration: 5d}", "{duration: 5d, start: 2026-11-02, id: build}");
    assert_eq!(said(CHAIN, &other.replace("type: minor\n", "status: draft\ntype: minor\n")), [""; 0], "a default");
}

#[test]
fn what_follows_names_what_is_written() {
    let head =
        CHAIN.replace("{id: build, start: 2026-11-02, duration: 5d}", "{id: build, start: 2026-11-02, duration: 7d}");
    assert_eq!(
        said(CHAIN, &head),
        [
            "release/a/phases/build duration: 5d → 7d",
            "release/a moved +4d +2wd by [release/a/phases/build]",
            "release/a/phases/build moved +4d +2wd written by []",
            "release/a/phases/sit moved +4d +2wd by [release/a/phases/build]",
            "release/a/milestones/ready moved +4d +2wd by [release/a/phases/build]",
            "release/b moved +2d +2wd by [release/a/phases/build]",
            "release/b/phases/late moved +2d +2wd by [release/a/phases/build]",
        ]
    );
}

#[test]
fn a_new_phase_between_and_a_calendar_are_causes() {
    let head = CHAIN.replace(
        "- {id: sit, after: build, duration: 5d}",
        "- {id: scan, after: build, duration: 1d}\n- {id: sit, after: scan, duration: 5d}",
    );
    let said_of_scan = said(CHAIN, &head);
    assert!(said_of_scan.contains(&"release/a/phases/sit after: build → scan".to_owned()), "{said_of_scan:#?}");
    assert!(said_of_scan.contains(&"release/a/phases/scan : - → duration: 1d, after: build".to_owned()));
    assert!(said_of_scan.contains(&"release/b/phases/late moved +1d +1wd by [release/a/phases/sit]".to_owned()));

    let calendar = format!("calendars: {{default: {{holidays: [{{date: 2026-11-04}}]}}}}\n{CHAIN}");
    let said_of_calendar = said(CHAIN, &calendar);
    assert!(
        said_of_calendar.iter().any(|it| it.starts_with("release/b/phases/late moved") && it.ends_with("by [portfolio/calendars/default]")),
        "{said_of_calendar:#?}"
    );
}

#[test]
fn a_forecast_follows_progress_upstream() {
    let base = World::new(CHAIN, "2026-11-05");
    let text = CHAIN.replace("duration: 5d}\n- {id: sit", "duration: 5d, progress: 20}\n- {id: sit");
    let head = World::new(&text, "2026-11-05");
    let compared = compare(&base.side(), &head.side());
    let build = compared.moves.iter().find(|it| it.subject.path == "phases/build").unwrap();
    assert!(build.is_written && !build.planned.differs() && build.forecast.differs());
    let late = compared.moves.iter().find(|it| it.subject.path == "phases/late").unwrap();
    assert_eq!(late.because.iter().map(ToString::to_string).collect::<Vec<_>>(), ["release/a/phases/build"]);
    assert_eq!(compared.downstream(&build.subject).count(), compared.moves.len() - 1);
}

#[test]
fn a_forecast_names_only_the_predecessors_that_drive_it() {
    let text = |long: u8, short: u8| {
        format!(
            "---
kind: release
id: r
type: minor
phases:
- {{id: long, start: 2026-11-02, end: 2026-11-13, progress: {long}}}
- {{id: short, start: 2026-11-02, end: 2026-11-06, progress: {short}}}
- {{id: join, start: 2026-11-16, after: [long, short], duration: 2d}}
"
        )
    };
    // Both predecessors are written otherwise; only one of them ends so late that the next has to wait.
    let (base, head) = (World::new(&text(50, 90), "2026-11-06"), World::new(&text(10, 50), "2026-11-06"));
    let compared = compare(&base.side(), &head.side());
    let of = |path: &str| compared.moves.iter().find(|it| it.subject.path == path).unwrap();
    assert!(of("phases/short").is_written && of("phases/short").forecast.differs());
    let because: Vec<String> = of("phases/join").because.iter().map(ToString::to_string).collect();
    assert_eq!(because, ["release/r/phases/long"]);
}

#[test]
fn a_target_that_is_gone_is_not_kept() {
    let late = CHAIN.replace("{id: sit, after: build, duration: 5d}", "{id: sit, after: build, duration: 15d}");
    let head = World::new(&late.replace("target: 2026-11-20\n", ""), "2026-10-01");
    let compared = compare(&World::new(&late, "2026-10-01").side(), &head.side()).releases;
    assert!(compared[0].target.differs() && !compared[0].regains_target(), "{compared:?}");
}

#[test]
fn releases_tell_of_target_slack_and_path() {
    let head = CHAIN.replace("{id: sit, after: build, duration: 5d}", "{id: sit, after: build, duration: 15d}");
    let (base, head) = (World::new(CHAIN, "2026-10-01"), World::new(&head, "2026-10-01"));
    let compared = compare(&base.side(), &head.side());
    let a = compared.releases.iter().find(|it| it.subject.id == "a").unwrap();
    assert!(a.misses_target() && !a.regains_target());
    assert_eq!((a.lateness.before, a.lateness.after), (Some(-7), Some(7)));
    assert_eq!(a.slack.before, Some(5));
    let back = compare(&head.side(), &base.side());
    assert!(back.releases.iter().any(ReleaseChange::regains_target));
}

#[test]
fn a_renamed_id_is_a_removal_and_an_addition() {
    let base = "---\nkind: project\nid: ledger\nname: Ledger\n---\nkind: project\nid: x\n";
    assert_eq!(
        said(base, &base.replace("ledger", "general-ledger")),
        ["project/general-ledger : - → name: Ledger", "project/ledger : name: Ledger → -"]
    );
}

#[test]
fn lists_are_compared_by_what_their_items_are_known_by() {
    let release = |rest: &str| format!("---\nkind: release\nid: r\ntype: minor\n{rest}");
    let base = release("scope: [{project: p, version: 1.0}, {project: q, changes: [A, B]}]\n");
    let head = release("scope: [{project: q, changes: [B, A]}, {project: p, version: '1.1'}, {project: s}]\n");
    assert_eq!(said(&base, &head), ["release/r/scope/p version: 1.0 → 1.1", "release/r/scope/s : - → project: s"]);
    let approvals = |entries: &str| release(&format!("gates: [{{id: g, approvals: [{entries}]}}]\n"));
    assert_eq!(
        said(
            &approvals("{role: boss, by: ann, at: 2026-01-05}, {role: boss, by: bob}"),
            &approvals("{role: boss, by: ann, at: 2026-01-07}, {role: boss, by: cat}")
        ),
        [
            "release/r/gates/g/approvals/boss/ann at: 2026-01-05 → 2026-01-07 (+2d)",
            "release/r/gates/g/approvals/boss/bob : role: boss, by: bob → -",
            "release/r/gates/g/approvals/boss/cat : - → role: boss, by: cat",
        ]
    );
}

#[test]
fn nested_fields_labels_and_settings() {
    let release = |rest: &str| format!("---\nkind: release\nid: r\ntype: minor\n{rest}");
    assert_eq!(
        said(
            &release("labels: {a: 1}\n"),
            &release(
                "labels: {a: 2, b: 3}\ndeployment: {window: {start: 2026-11-02T20:00, end: 2026-11-03T02:00}}\nx-note: [1, {b: 2}]\n"
            )
        ),
        [
            "release/r deployment.window.end: - → 2026-11-03T02:00",
            "release/r deployment.window.start: - → 2026-11-02T20:00",
            "release/r labels.a: 1 → 2",
            "release/r labels.b: - → 3",
            "release/r x-note: - → 1, b: 2",
        ]
    );
    assert_eq!(
        said(
            "",
            "rules: {no-slack: warning}\nfreezes: [{id: f, from: 2026-12-18, to: 2027-01-04}]\npeople: [{id: ann}]\n"
        ),
        [
            "portfolio rules.no-slack: - → warning",
            "portfolio/freezes/f : - → from: 2026-12-18, to: 2027-01-04",
            "portfolio/people/ann : - → ",
        ]
    );
}

#[test]
fn environments_newly_contended_and_what_they_cost() {
    let text = |second: &str| {
        format!(
            "rates: {{person_day: 500}}
---
kind: environment
id: uat
stage: test
provisioning: on-demand
setup: {{effort: 2pd}}
cost: {{per_day: 100, per_setup: 10}}
---
kind: release
id: a
type: minor
status: planned
phases: [{{id: p, start: 2026-11-02, duration: 5d, environments: [uat], effort: 10pd, team: qa}}]
---
kind: release
id: b
type: minor
status: planned
phases: [{{id: p, start: {second}, duration: 5d, environments: [uat]}}]
"
        )
    };
    let (base, head) = (World::new(&text("2026-11-09"), "2026-10-01"), World::new(&text("2026-11-04"), "2026-10-01"));
    let compared = compare(&base.side(), &head.side());
    let [collision] = &compared.collisions[..] else { panic!("{:?}", compared.collisions) };
    assert!(collision.is_new());
    assert_eq!(collision.bookings, ["a/p", "b/p"]);
    let day = |day: &str| day.parse::<NaiveDate>().unwrap();
    assert_eq!(collision.days.after, Some((day("2026-11-04"), day("2026-11-06"))));
    let cost = compared.amounts.iter().find(|it| it.measure == Measure::Cost).unwrap();
    assert!(cost.value.differs());

    // The same bookings collide for longer.
    let later = World::new(&text("2026-11-02"), "2026-10-01");
    let grown = compare(&head.side(), &later.side());
    let [collision] = &grown.collisions[..] else { panic!("{:?}", grown.collisions) };
    assert!(!collision.is_new());
    assert_eq!(collision.growth(), Some(2));
    assert_eq!(compare(&later.side(), &head.side()).collisions[0].growth(), Some(-2));
    assert!(compare(&later.side(), &later.side()).collisions.is_empty());
}
