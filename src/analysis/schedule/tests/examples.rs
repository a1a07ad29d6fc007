//! The design's own examples, one by one. November 2nd 2026 is a Monday.

use chrono::NaiveDate;

use crate::analysis::schedule::{Dates, PhaseSchedule, ReleaseSchedule, Schedule};
use crate::graph::Graph;
use crate::load::testing::portfolio;
use crate::model::Portfolio;

/// A schedule that is asked by ids.
struct Plan {
    portfolio: Portfolio,
    schedule: Schedule,
}

impl Plan {
    /// Long before anything begins.
    fn new(releases: &str) -> Self {
        Self::at("2026-01-01", releases)
    }

    fn at(today: &str, releases: &str) -> Self {
        let head =
            "kind: portfolio\nstages: [staging, prod]\ncalendars: {gulf: {working_week: [sun, mon, tue, wed, thu]}}
teams: [{id: gulf-team, calendar: gulf}]\n";
        let portfolio = portfolio(&format!("{head}{releases}"));
        let schedule = Schedule::new(&portfolio, &Graph::new(&portfolio), today.parse().unwrap());
        Self { portfolio, schedule }
    }

    /// One release whose phases are `build`, November 2nd to 6th, and these.
    fn beside_build(phases: &str) -> Self {
        Self::new(&release("r", "", &format!("{{id: build, start: 2026-11-02, duration: 5d}}, {phases}")))
    }

    fn release(&self, id: &str) -> &ReleaseSchedule {
        &self.schedule.releases[self.portfolio.releases.index(id).unwrap()]
    }

    fn phase(&self, release: &str, phase: &str) -> &PhaseSchedule {
        let written = &self.portfolio.releases.get(release).unwrap().phases;
        &self.release(release).phases[written.iter().position(|it| it.id == *phase).unwrap()]
    }

    /// The planned days of a phase of `r`.
    fn planned(&self, phase: &str) -> String {
        shown(self.phase("r", phase).planned)
    }

    fn forecast(&self, phase: &str) -> String {
        shown(self.phase("r", phase).forecast)
    }

    fn milestone(&self, id: &str) -> Option<NaiveDate> {
        let written = &self.portfolio.releases.get("r").unwrap().milestones;
        self.release("r").milestones[written.iter().position(|it| it.id == *id).unwrap()].date
    }
}

fn release(id: &str, fields: &str, phases: &str) -> String {
    format!("---\nkind: release\nid: {id}\ntype: minor\n{fields}\nphases: [{phases}]\n")
}

fn shown(dates: Option<Dates>) -> String {
    dates.map_or_else(|| "-".to_owned(), |it| format!("{} {}", it.start.format("%m-%d"), it.end.format("%m-%d")))
}

#[allow(clippy::unnecessary_wraps)] // Compared with what may be absent.
fn day(text: &str) -> Option<NaiveDate> {
    Some(format!("2026-{text}").parse().unwrap())
}

#[test]
fn entries_count_from_the_midnight_after_the_last_day() {
    let cases = [
        ("build", "11-09"),
        ("build + 1d", "11-10"),
        ("build + 3ed", "11-10"),
        ("build - 1d", "11-06"),
        ("build + 1w", "11-16"),
        ("build + 1ew", "11-16"),
        ("build - 1w", "11-02"),
    ];
    for (after, start) in cases {
        let plan = Plan::beside_build(&format!("{{id: sit, after: [{after}], duration: 1d}}"));
        assert_eq!(plan.planned("sit"), format!("{start} {start}"), "{after}");
    }
}

#[test]
fn every_link_type_joins_its_two_ends() {
    let cases = [
        ("FS", "0d", "11-09 11-11"),
        ("SS", "0d", "11-02 11-04"),
        ("SS", "2d", "11-04 11-06"),
        ("SS", "5d", "11-09 11-11"),
        ("SS", "-1d", "10-30 11-03"),
        // The same last day.
        ("FF", "0d", "11-04 11-06"),
        ("FF", "1d", "11-05 11-09"),
        ("FF", "-1d", "11-03 11-05"),
        // A weekend's end is reached by working on Monday.
        ("FF", "1ed", "11-05 11-09"),
        // Not before the Monday on which the other begins is over.
        ("SF", "1d", "10-29 11-02"),
    ];
    for (link, lag, dates) in cases {
        let plan = Plan::beside_build(&format!(
            "{{id: sit, after: [{{phase: build, type: {link}, lag: {lag}}}], duration: 3d}}"
        ));
        assert_eq!(plan.planned("sit"), dates, "{link} {lag}");
    }
    let text = "{id: sit, start: 2026-11-04, duration: 1d}, {id: old, after: [{phase: sit, type: SF}], duration: 2d}";
    assert_eq!(Plan::beside_build(text).planned("old"), "11-02 11-03");
}

#[test]
fn a_milestone_is_dated_the_last_day_plus_the_lag() {
    let cases = [
        ("build", "11-06"),
        ("build + 1d", "11-09"),
        ("build + 1ed", "11-07"),
        ("build - 1d", "11-05"),
        ("late - 1d", "11-06"),
        ("{phase: late, type: SS}", "11-09"),
        ("{phase: build, type: SS, lag: 5d}", "11-09"),
        ("{phase: late, type: SF}", "11-08"),
    ];
    for (after, expected) in cases {
        let text = format!("milestones: [{{id: done, after: [{after}]}}]");
        let phases = "{id: build, start: 2026-11-02, duration: 5d}, {id: late, after: build, duration: 1d}";
        assert_eq!(Plan::new(&release("r", &text, phases)).milestone("done"), day(expected), "{after}");
    }
}

#[test]
fn what_follows_a_milestone_starts_the_working_day_after() {
    let fields = "milestones: [{id: complete, after: build}]";
    let phases = "{id: build, start: 2026-11-02, duration: 5d}, {id: sit, after: complete, duration: 5d}";
    assert_eq!(Plan::new(&release("r", fields, phases)).planned("sit"), "11-09 11-13");
}

#[test]
fn depends_on_joins_the_finish_to_every_start() {
    let core = release("core", "", "{id: deploy, start: 2026-11-02, end: 2026-11-06}");
    let phases = "{id: build, start: 2026-11-02, duration: 1d}, {id: sit, after: build, duration: 5d}";
    let plan = Plan::new(&(core.clone() + &release("r", "depends_on: [core]", phases)));
    assert_eq!(plan.planned("sit"), "11-09 11-13");
    let lagged = release("r", "depends_on: [{release: core, lag: 2d}]", phases);
    assert_eq!(Plan::new(&(core + &lagged)).planned("sit"), "11-11 11-17");
}

#[test]
fn a_release_without_phases_finishes_at_its_target() {
    let bare = release("bare", "target: 2026-11-11", "");
    let phases = "{id: build, start: 2026-11-02, duration: 1d}, {id: sit, after: build, duration: 5d}";
    let plan = Plan::new(&(bare + &release("r", "depends_on: [bare]", phases)));
    assert_eq!(plan.planned("sit"), "11-12 11-18");
    let own = plan.release("bare");
    assert_eq!((own.planned_start, own.planned_end), (None, day("11-11")));
}

#[test]
fn a_written_start_is_compared_before_it_moves_to_a_working_day() {
    let phases = "{id: staging, start: 2026-12-02, end: 2026-12-04},
        {id: deploy, after: staging, start: 2026-12-05, duration: 1d}";
    let plan = Plan::new(&release("r", "target: 2026-12-05", phases));
    assert_eq!(plan.planned("deploy"), "12-05 12-05");
    let deploy = plan.phase("r", "deploy");
    assert!(deploy.bounds.iter().all(|bound| bound.not_before <= deploy.planned.unwrap().start));
    assert_eq!((deploy.slack, deploy.free_slack), (Some(0), Some(0)));
    let staging = plan.phase("r", "staging");
    assert_eq!((staging.slack, staging.free_slack), (Some(0), Some(0)));
}

#[test]
fn written_dates_stand_where_the_network_is_later() {
    let plan = Plan::beside_build(
        "{id: sit, after: build, start: 2026-11-04, duration: 2d}, {id: uat, after: sit, duration: 1d}",
    );
    assert_eq!((plan.planned("sit"), plan.planned("uat")), ("11-04 11-05".into(), "11-06 11-06".into()));
    assert_eq!(plan.phase("r", "build").slack, Some(-3));
}

#[test]
fn lengths_in_calendars() {
    let cases = [
        ("start: 2026-11-05, duration: 3d", "11-05 11-09"),
        ("start: 2026-11-07, duration: 2d", "11-07 11-09"),
        ("end: 2026-11-07, duration: 2d", "11-06 11-07"),
        ("start: 2026-11-05, duration: 3ed", "11-05 11-07"),
        ("start: 2026-11-05, duration: 1w", "11-05 11-11"),
        ("start: 2026-11-05, duration: 1ew", "11-05 11-11"),
        ("start: 2026-11-05", "11-05 11-05"),
        ("date: 2026-11-07", "11-07 11-07"),
        ("start: 2026-11-05, duration: 3d, team: gulf-team", "11-05 11-09"),
        ("start: 2026-11-08, duration: 5d, team: gulf-team", "11-08 11-12"),
        ("duration: 5d", "-"),
        ("end: 2026-11-05", "-"),
    ];
    for (fields, dates) in cases {
        let plan = Plan::new(&release("r", "", &format!("{{id: it, {fields}}}")));
        assert_eq!(plan.planned("it"), dates, "{fields}");
    }
    // The lag uses the successor's calendar: Sunday is worked there.
    let plan = Plan::beside_build("{id: it, after: [build + 1d], duration: 1d, team: gulf-team}");
    assert_eq!(plan.planned("it"), "11-09 11-09");
}

#[test]
fn what_follows_something_without_dates_has_none() {
    let plan = Plan::beside_build(
        "{id: open}, {id: next, after: [build, open], duration: 1d}, {id: last, after: next, duration: 1d},
         {id: fixed, after: open, start: 2026-11-10}",
    );
    assert_eq!((plan.planned("next"), plan.planned("last")), ("-".into(), "-".into()));
    assert_eq!(plan.planned("fixed"), "11-10 11-10");
    assert!(plan.phase("r", "next").follows_unplaced && !plan.phase("r", "open").follows_unplaced);
    assert_eq!(plan.release("r").planned_end, day("11-10"));
}

#[test]
fn a_cycle_leaves_what_is_outside_alone() {
    let phases = "{id: a, after: [build, b], duration: 1d}, {id: b, after: a, duration: 1d},
        {id: c, after: b, start: 2026-11-12}, {id: d, after: build, duration: 2d}";
    let plan = Plan::beside_build(phases);
    let all = ["a", "b", "c", "d"].map(|id| plan.planned(id));
    assert_eq!(all, ["-", "-", "11-12 11-12", "11-09 11-10"]);
    // Through releases: the phases of a release count for it although its entries wait for each other.
    let one = release(
        "r",
        "depends_on: [two, three]",
        "{id: y, start: 2026-11-02, end: 2026-11-03}, {id: z, after: y, duration: 1d}",
    );
    let two = release("two", "", "{id: x, after: r/y, start: 2026-11-09, end: 2026-11-10}");
    let three = release("three", "", "{id: x, date: 2026-11-18}");
    let plan = Plan::new(&(one + &two + &three));
    assert_eq!(plan.planned("z"), "11-19 11-19");
    assert_eq!(plan.release("two").planned_end, day("11-10"));
    assert_eq!(plan.phase("two", "x").slack, Some(0));
    // Parents that are each other's children.
    let loops = release("r", "part_of: two", "{id: a, date: 2026-11-02}")
        + &release("two", "part_of: r", "{id: b, date: 2026-11-03}");
    assert_eq!(Plan::new(&loops).planned("a"), "11-02 11-02");
}

#[test]
fn the_anchor_is_the_earliest_target_of_a_release_and_its_ancestors() {
    let build = "{id: build, start: 2026-11-02, duration: 5d}";
    let plan = Plan::new(
        &(release("q4", "target: 2026-11-13", "")
            + &release("r", "part_of: q4\ntarget: 2026-11-20", build)
            + &release("s", "part_of: q4\ntarget: 2026-11-11", build)
            + &release("free", "", build)),
    );
    let anchors = ["q4", "r", "s", "free"].map(|id| plan.release(id).anchor);
    assert_eq!(anchors, [day("11-13"), day("11-13"), day("11-11"), day("11-06")]);
    let slacks = ["r", "s", "free"].map(|id| plan.phase(id, "build").slack);
    assert_eq!(slacks, [Some(5), Some(3), Some(0)]);
    let q4 = plan.release("q4");
    assert_eq!((q4.planned_start, q4.planned_end, q4.slack), (day("11-02"), day("11-06"), Some(3)));
}

#[test]
fn slack_and_free_slack() {
    let phases = "{id: build, start: 2026-11-02, duration: 5d}, {id: sit, after: build, duration: 2d},
        {id: docs, after: build, duration: 1d}, {id: uat, after: [sit, docs], duration: 1d}";
    let plan = Plan::new(&release("r", "target: 2026-11-13", phases));
    let slack = |id: &str| (plan.phase("r", id).slack.unwrap(), plan.phase("r", id).free_slack.unwrap());
    // The last phase: its free slack is its total slack.
    assert_eq!(["build", "sit", "docs", "uat"].map(slack), [(2, 0), (2, 0), (3, 1), (2, 2)]);
    assert!(!plan.phase("r", "build").is_critical());
    let broken = Plan::new(&release("r", "target: 2026-11-10", phases));
    assert_eq!((broken.phase("r", "uat").slack, broken.release("r").slack), (Some(-1), Some(-1)));
    assert!(broken.phase("r", "build").is_critical());
    let path = broken.schedule.critical_path(&broken.portfolio, 0);
    assert_eq!(path, [(0, 0), (0, 1), (0, 3)]);
}

#[test]
fn free_slack_ends_where_a_dependent_release_begins() {
    let core = release("core", "target: 2026-11-30", "{id: deploy, start: 2026-11-02, end: 2026-11-06}");
    let plan = Plan::new(&(core + &release("r", "depends_on: [core]", "{id: build, start: 2026-11-11, duration: 1d}")));
    assert_eq!(plan.phase("core", "deploy").free_slack, Some(2));
    assert_eq!(plan.phase("core", "deploy").slack, Some(2));
}

#[test]
fn a_written_end_is_a_promise_to_those_before() {
    let phases = "{id: build, start: 2026-11-02, duration: 5d}, {id: sit, after: build, end: 2026-11-13, duration: 5d}";
    let plan = Plan::new(&release("r", "target: 2026-11-30", phases));
    assert_eq!((plan.phase("r", "build").slack, plan.phase("r", "sit").slack), (Some(0), Some(11)));
}

#[test]
fn a_weekend_that_is_written_is_worked() {
    let phase = "{id: deploy, start: 2026-12-05, end: 2026-12-06}";
    for (target, slack) in
        [("2026-12-06", 0), ("2026-12-05", -1), ("2026-12-07", 0), ("2026-12-08", 0), ("2026-12-09", 1)]
    {
        let plan = Plan::new(&release("r", &format!("target: {target}"), phase));
        let late = plan.phase("r", "deploy").late.unwrap();
        assert_eq!(plan.phase("r", "deploy").slack, Some(slack), "{target}");
        assert!(late.end <= target.parse().unwrap(), "{target}: {late:?}");
    }
    // Begun on Saturday, half done on Sunday: it ends on Sunday.
    let begun = phase.replace('}', ", progress: 50, actual: {start: 2026-12-05}}");
    assert_eq!(Plan::at("2026-12-06", &release("r", "", &begun)).forecast("deploy"), "12-05 12-06");
}

#[test]
fn forecasts() {
    // Today is Wednesday 4th; the phase is planned for Monday 2nd to Friday 6th.
    let cases = [
        ("actual: {start: 2026-11-03, end: 2026-11-05}", "11-03 11-05"),
        ("actual: {end: 2026-11-03}", "11-02 11-03"),
        ("actual: {start: 2026-11-02}, progress: 40", "11-02 11-06"),
        ("actual: {start: 2026-11-02}, progress: 41", "11-02 11-06"),
        ("actual: {start: 2026-11-02}, progress: 60", "11-02 11-05"),
        ("actual: {start: 2026-11-02}, progress: 99", "11-02 11-04"),
        ("actual: {start: 2026-11-02}, progress: 100", "11-02 11-03"),
        ("actual: {start: 2026-11-02}, progress: 0", "11-02 11-10"),
        ("actual: {start: 2026-10-01}", "10-01 11-04"),
        ("actual: {start: 2026-11-03}", "11-03 11-09"),
        ("progress: 20", "11-02 11-09"),
        ("progress: 0", "11-02 11-10"),
        ("team: gulf-team", "11-04 11-10"),
    ];
    for (fields, dates) in cases {
        let text = release("r", "", &format!("{{id: it, start: 2026-11-02, duration: 5d, {fields}}}"));
        assert_eq!(Plan::at("2026-11-04", &text).forecast("it"), dates, "{fields}");
    }
    let waiting = release("r", "", "{id: it, start: 2026-11-02, duration: 5d}");
    assert_eq!(Plan::at("2026-11-01", &waiting).forecast("it"), "11-02 11-06");
    // Saturday: nothing begins before Monday.
    assert_eq!(Plan::at("2026-11-07", &waiting).forecast("it"), "11-09 11-13");
}

#[test]
fn the_network_pushes_what_has_not_begun() {
    let phases = "{id: build, start: 2026-11-02, duration: 5d, actual: {start: 2026-11-04}},
        {id: sit, after: build, start: 2026-11-09, duration: 2d}, {id: uat, after: sit, duration: 1d}";
    let plan = Plan::at("2026-11-04", &release("r", "target: 2026-11-11", phases));
    let dates = ["build", "sit", "uat"].map(|id| plan.forecast(id));
    assert_eq!(dates, ["11-04 11-10", "11-11 11-12", "11-13 11-13"]);
    assert_eq!(plan.release("r").lateness, Some(2));
    let early = Plan::at("2026-11-02", &release("r", "target: 2026-11-20", phases));
    assert_eq!(early.release("r").lateness, Some(-7));
}

#[test]
fn today_never_pushes_what_is_over() {
    let phases = "{id: build, start: 2026-11-02, duration: 5d}, {id: sit, after: build, duration: 5d, progress: 40}";
    for status in ["released", "closed", "cancelled"] {
        let plan = Plan::at("2027-03-01", &release("r", &format!("status: {status}"), phases));
        assert_eq!((plan.forecast("build"), plan.forecast("sit")), ("11-02 11-06".into(), "11-09 11-13".into()));
    }
}
