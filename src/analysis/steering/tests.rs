#![allow(clippy::unwrap_used, clippy::float_cmp)]

use super::improvement::{Aim, Completion, Known, Outcome, Progress, Standing, progress};
use super::maturity::{FACTS, TOPICS, contradictions, measures, practices};
use super::pipelines::{growth, usage};
use super::{gates, maturity};
use crate::analysis::gates::{Gates, State};
use crate::analysis::metrics::{Base, Input, Members, Period, Scope, find};
use crate::analysis::occupancy::Occupancy;
use crate::analysis::testing::{Loaded, loaded};
use crate::model::facts::Facts;
use crate::time::{Clock, When};

const ROOT: &str = "kind: portfolio\nstages: [test, prod]\nroles: [chief]\npeople: [{id: ann, roles: [chief]}]\n\
    targets: {build_duration: '<= 20m'}\nrelease_types: {minor: {}, urgent: {review_within: 5d}}\n---\n\
    {kind: environment, id: live, stage: prod}\n---\n{kind: project, id: a}\n---\n{kind: project, id: b}\n---\n";

/// Runs with a base as of 2026-11-16.
fn with_base<T>(text: &str, run: impl FnOnce(&Base<'_>) -> T) -> T {
    let Loaded { portfolio, schedule } = loaded(&format!("{ROOT}{text}"));
    let occupancy = Occupancy::new(&portfolio, &schedule);
    let clock = Clock::at(When::parse("2026-11-16").unwrap(), portfolio.zone);
    let facts = Facts::default();
    let gates = Gates { portfolio: &portfolio, schedule: &schedule, facts: &facts, clock: &clock };
    run(&Base::new(Input { gates, occupancy: &occupancy, moves: None }))
}

fn with_scope<T>(text: &str, run: impl FnOnce(&Scope<'_, '_>) -> T) -> T {
    with_base(text, |base| {
        let members = Members::all(base);
        let period = Period::new("2026-08-19".parse().unwrap(), "2026-11-16".parse().unwrap()).unwrap();
        run(&Scope { base, members: &members, period })
    })
}

/// Builds of a project of these minutes, one a day from a day on.
fn builds(project: &str, name: &str, first: &str, minutes: &[u32]) -> String {
    let first: chrono::NaiveDate = first.parse().unwrap();
    let entry = |(day, minutes): (chrono::NaiveDate, &u32)| {
        format!("  - {{project: {project}, name: {name}, at: {day}T10:00, duration: {minutes}m}}\n")
    };
    first.iter_days().zip(minutes).map(entry).collect()
}

fn logs(entries: &[String]) -> String {
    format!("---\nkind: pipelines\nentries:\n{}", entries.concat())
}

/// A release that ended on 2026-09-30 with one action.
fn action(fields: &str) -> String {
    format!(
        "kind: release\nid: r\ntype: minor\nstatus: closed\ntarget: 2026-09-30\nscope: [{{project: a, version: 1}}]\n\
         actual: {{start: 2026-09-01, end: 2026-09-30}}\nretrospective: {{actions: [{{id: A1, {fields}}}]}}\n"
    )
}

fn judged<T>(text: &str, days: i64, done: Option<&str>, run: impl FnOnce(&Progress<'_>) -> T) -> T {
    let completion = done.map(|day| Completion {
        release: "r".to_owned(),
        action: "A1".to_owned(),
        day: day.parse().unwrap(),
        commit: Some("abc".to_owned()),
    });
    with_base(text, |base| run(&progress(base, &[0], completion.as_slice(), days)[0]))
}

fn outcome(text: &str, days: i64, done: Option<&str>) -> (Outcome, Option<bool>) {
    judged(text, days, done, |it| match &it.aim {
        Aim::Metric(effect) => (effect.outcome, effect.reached),
        other => panic!("{other:?}"),
    })
}

#[test]
fn what_an_action_did_is_told_by_the_goal_of_its_metric() {
    let runs = |before: u32, after: u32| {
        logs(&[
            builds("a", "build", "2026-09-20", &[before; 5]),
            builds("a", "build", "2026-10-11", &[after; 20]),
            // Of another project: it says nothing of this release.
            builds("b", "build", "2026-10-11", &[500; 20]),
        ])
    };
    let done = "status: done, metric: build_duration, target: 25";
    let of = |before, after| outcome(&(action(done) + &runs(before, after)), 30, Some("2026-10-10"));
    assert_eq!(of(30, 20), (Outcome::Better, Some(true)));
    assert_eq!(of(30, 26), (Outcome::Better, Some(false)));
    assert_eq!(of(20, 24), (Outcome::Worse, Some(true)));
    assert_eq!(of(20, 20), (Outcome::Same, Some(true)));
    // Ten days of thirty must have passed since.
    let late = |day: &str| outcome(&(action(done) + &runs(30, 20)), 30, Some(day));
    assert_eq!(late("2026-11-06").0, Outcome::NoData);
    assert_eq!(late("2026-11-07"), (Outcome::TooEarly, None));
    assert_eq!(late("2026-11-16"), (Outcome::TooEarly, None));
    assert_eq!(outcome(&action(done), 30, Some("2026-10-10")).0, Outcome::NoData);
    let baseline = action("status: done, metric: build_duration, baseline: 40") + &runs(1, 20);
    assert_eq!(outcome(&baseline, 30, Some("2026-10-10")), (Outcome::Better, None));
    let thin = action(done)
        + &logs(&[builds("a", "build", "2026-09-20", &[9; 2]), builds("a", "build", "2026-10-11", &[9; 9])]);
    assert_eq!(outcome(&thin, 30, Some("2026-10-10")), (Outcome::TooFew, None));
    assert_eq!(outcome(&(action("metric: build_duration") + &runs(30, 20)), 30, None), (Outcome::NotDone, None));
}

#[test]
fn the_day_is_that_of_the_history_else_of_what_is_written() {
    let finished = |fields: &str, done: Option<&str>| {
        judged(&action(fields), 30, done, |it| it.finished.clone().map(|it| (it.day.to_string(), it.known)))
    };
    let told = |day: &str, known| Some((day.to_owned(), known));
    assert_eq!(finished("status: done, due: 2026-10-20", Some("2026-10-10")), told("2026-10-10", Known::Commit));
    assert_eq!(finished("status: done, due: 2026-10-20", None), told("2026-10-20", Known::Due));
    // What is done was not done later than today.
    assert_eq!(finished("status: done, due: 2027-10-20", None), told("2026-11-16", Known::Due));
    assert_eq!(finished("status: done", None), told("2026-09-30", Known::ReleaseEnd));
    assert_eq!(finished("due: 2026-10-20", Some("2026-10-10")), None);
}

#[test]
fn actions_stand_where_their_day_and_status_put_them() {
    let standing = |fields: &str| judged(&action(fields), 30, None, |it| it.standing);
    assert_eq!(standing("due: 2026-11-15"), Standing::Overdue);
    assert_eq!(standing("due: 2026-11-16"), Standing::Open);
    assert_eq!(standing("name: Some day"), Standing::Open);
    assert_eq!(standing("due: 2026-11-15, status: dropped"), Standing::Dropped);
    judged(&action("metric: bild_duration"), 30, None, |it| assert!(matches!(it.aim, Aim::Unknown(_))));
    // What cannot be told apart by project is measured for the portfolio.
    judged(&action("metric: environment_utilisation"), 30, None, |it| match &it.aim {
        Aim::Metric(effect) => assert!(effect.projects.is_empty()),
        other => panic!("{other:?}"),
    });
}

#[test]
fn what_grew_is_runs_a_week_times_what_each_takes_longer() {
    let entries = [
        builds("a", "build", "2026-10-01", &[[10; 20].as_slice(), &[16; 10]].concat()),
        builds("a", "test", "2026-10-01", &[[10; 20].as_slice(), &[9; 10]].concat()),
        builds("b", "build", "2026-10-01", &[[10; 20].as_slice(), &[11; 10]].concat()),
        builds("b", "new", "2026-10-01", &[10; 19]),
    ];
    with_scope(&logs(&entries)["---\n".len()..], |scope| {
        let (used, unknown) = usage(scope);
        assert_eq!(unknown, 0);
        let names: Vec<_> = used.iter().map(|it| (it.project, it.name, it.is_slow())).collect();
        // One minute more than usual is no news.
        assert_eq!(names, [("a", "build", true), ("b", "build", false), ("b", "new", false), ("a", "test", false)]);
        let weeks = 90.0 / 7.0;
        assert_eq!(used[0].growth(), Some(6.0 * (30.0 / weeks)));
        assert_eq!(used[2].growth(), None);
        assert_eq!((used[0].p50, used[0].spent), (Some(10.0), 360.0));
        let grown: Vec<_> = growth(&used).into_iter().map(|it| (it.project, it.minutes, it.parts)).collect();
        let per_run = 30.0 / weeks;
        assert_eq!(grown[0], ("a", 5.0 * per_run, vec![("build", 6.0 * per_run), ("test", -per_run)]));
        assert_eq!(grown[1].1, per_run);
        // The sum of what stands out here is what the metric counts.
        let measured = (find("slow_runs").unwrap().measure)(scope);
        let slow: usize = used.iter().map(|it| it.slow.len()).sum();
        assert_eq!(measured.sum(), slow as f64);
        let slow = used.iter().filter(|it| it.is_slow()).count();
        assert_eq!((find("slow_pipelines").unwrap().measure)(scope).sum(), slow as f64);
    });
}

#[test]
fn every_topic_names_what_can_be_measured() {
    let ids: Vec<&str> = TOPICS.iter().flat_map(|topic| topic.measures).copied().collect();
    for id in &ids {
        assert!(find(id).is_some() != FACTS.iter().any(|fact| fact.id == *id), "{id}");
    }
    assert!(FACTS.iter().all(|fact| ids.contains(&fact.id)), "every fact is used");
    let of = |name: &str| measures(name).into_iter().map(|it| it.id).collect::<Vec<_>>();
    assert_eq!(of("Release planning"), ["on_time_rate", "end_slip", "dependency_slip"]);
    assert_eq!(of("retrospectives & improvement"), ["actions_done"]);
    // Two topics that share a metric show it once.
    assert_eq!(
        of("incidents_and_tests"),
        ["criteria_by_reports", "hypercare_incidents", "failed_deployment_recovery_time"]
    );
    assert!(of("magic").is_empty() && of("exchange").is_empty() && of("").is_empty());
}

#[test]
fn a_high_score_is_held_against_what_is_measured() {
    let text = |score: u32| {
        let entries = [builds("a", "build", "2026-11-01", &[30; 9])];
        format!("{{kind: assessment, id: x, date: 2026-01-01, scores: {{build: {score}}}}}\n{}", logs(&entries))
    };
    let told = |text: &str| {
        with_scope(text, |scope| {
            let all = maturity::assessments(scope);
            let practices = practices(scope, &all);
            contradictions(scope, &practices[0])
        })
    };
    assert_eq!(told(&text(4)), (vec!["slow pipelines"], vec!["build duration"]));
    assert_eq!(told(&text(3)), (vec![], vec![]));
}

#[test]
fn facts_are_shares_of_what_is_written() {
    let fact = |id: &str, text: &str| {
        let measured = with_scope(text, |scope| (FACTS.iter().find(|it| it.id == id).unwrap().measure)(scope));
        (measured.value, measured.population)
    };
    assert_eq!(fact("targets_measured", "kind: project\nid: c\n"), (Some(0.0), 1));
    let builds = logs(&[builds("a", "build", "2026-11-01", &[30; 9])]);
    assert_eq!(fact("targets_measured", &builds["---\n".len()..]), (Some(1.0), 1));
    assert_eq!(fact("actions_done", &action("due: 2026-11-20, status: done")), (None, 0));
    assert_eq!(fact("actions_done", &action("due: 2026-11-16, status: done")), (Some(1.0), 1));
    assert_eq!(fact("actions_done", &action("due: 2026-11-16")), (Some(0.0), 1));
    assert_eq!(fact("actions_done", &action("due: 2026-11-16, status: dropped")), (None, 0));
    let shipped = "kind: deployments\nentries:\n\
        - {id: D1, project: a, version: 1, environment: live, at: 2026-11-01T10:00, committed_at: 2026-11-01, result: succeeded}\n\
        - {id: D2, project: a, version: 2, environment: live, at: 2026-11-02T10:00, result: failed}\n\
        - {id: D3, project: a, version: 3, environment: live, at: 2026-11-03T10:00, commit: abc, result: aborted}\n";
    assert_eq!(fact("deployments_traced", shipped), (Some(0.5), 2));
    let open = "kind: release\nid: o\ntype: minor\nstatus: planned\ntarget: 2026-12-30\nrisk: {impact: high, complexity: low}\n\
        gates: [{id: g, criteria: [{id: x, check: {junit: 'x.xml'}}, {id: y}]}]\n";
    assert_eq!(fact("criteria_by_reports", open), (Some(0.5), 2));
    assert_eq!(fact("releases_rated", open), (Some(1.0), 1));
}

#[test]
fn gates_wait_since_they_were_asked_for_or_due() {
    let text = "kind: release\nid: r\ntype: minor\nstatus: in-progress\ntarget: 2026-12-30\n\
        gates:\n\
        \x20 - {id: late, due: 2026-11-10, requires: [{role: chief}]}\n\
        \x20 - {id: asked, due: 2026-12-01, submitted: 2026-11-01, requires: [{role: chief}]}\n\
        \x20 - {id: ahead, due: 2026-12-02, submitted: 2026-11-20, criteria: [{id: c}]}\n\
        \x20 - {id: fine, due: 2026-11-12, requires: [{role: chief}], approvals: [{role: chief, by: ann, at: 2026-11-11}]}\n---\n\
        kind: release\nid: s\ntype: urgent\nstatus: released\ntarget: 2026-11-02\nactual: {end: 2026-11-02}\n\
        gates: [{id: after, criteria: [{id: c}]}]\n---\n\
        kind: release\nid: t\ntype: minor\nstatus: released\ntarget: 2026-11-02\nactual: {end: 2026-11-02}\n\
        gates: [{id: never, due: 2026-11-01, criteria: [{id: c}]}]\n";
    with_base(text, |base| {
        let waiting = gates::waiting(base, &[0, 1, 2]);
        let days = |it: &gates::Waiting<'_, '_>| it.since.map(|since| since.date_naive().to_string());
        let told: Vec<_> = waiting.iter().map(|it| (it.gate.id.as_str(), days(it), it.gate.state)).collect();
        let day = |day: &str| Some(day.to_owned());
        let expected = [
            ("asked", day("2026-11-01"), State::Pending),
            ("after", day("2026-11-10"), State::Overdue),
            ("late", day("2026-11-11"), State::Overdue),
            ("ahead", None, State::Pending),
        ];
        assert_eq!(told, expected);
        let whole = Period::new("2026-11-01".parse().unwrap(), "2026-11-30".parse().unwrap()).unwrap();
        let in_play = gates::in_play(base, &[0, 1, 2], whole);
        assert_eq!(gates::States::of(in_play.iter().map(|(_, gate)| *gate)).total(), in_play.len());
        let failed: Vec<_> = gates::tallies(base, &in_play)
            .iter()
            .map(|it| (it.gate.as_str(), it.failed.len(), it.open.len()))
            .collect();
        assert!(failed.contains(&("never", 1, 0)) && failed.contains(&("ahead", 0, 1)), "{failed:?}");
    });
}
