#![allow(clippy::unwrap_used, clippy::float_cmp)]

mod approvals;
mod releases;
mod risk;

use super::risk::{Aspect, risks};
use super::*;
use crate::analysis::gates::Gates;
use crate::analysis::occupancy::Occupancy;
use crate::analysis::testing::{Loaded, loaded};
use crate::model::facts::{Facts, Repositories, ShippedCommit};
use crate::model::portfolio::Rating;
use crate::time::{Clock, When};

const ROOT: &str = "kind: portfolio\nstages: [test, prod]\ntimezone: Europe/London\nroles: [board]\npeople: [{id: ann, roles: [board], team: crew}]\n\
    teams: [{id: crew}]\ntargets: {change_lead_time: \"<= 2ed\"}\n---\n\
    kind: environment\nid: live\nstage: prod\n---\nkind: environment\nid: far\nstage: prod\ntimezone: Asia/Tokyo\n---\n\
    kind: environment\nid: try\nstage: test\n---\nkind: project\nid: a\nowner: ann\n---\nkind: project\nid: b\n---\n";

/// Runs with a base as of 2026-11-16.
fn with_base<T>(text: &str, moves: Option<&[Move]>, run: impl FnOnce(&Base<'_>) -> T) -> T {
    with_facts(text, moves, &Facts::default(), run)
}

fn with_facts<T>(text: &str, moves: Option<&[Move]>, facts: &Facts, run: impl FnOnce(&Base<'_>) -> T) -> T {
    let Loaded { portfolio, schedule } = loaded(&format!("{ROOT}{text}"));
    let occupancy = Occupancy::new(&portfolio, &schedule);
    let clock = Clock::at(When::parse("2026-11-16").unwrap(), portfolio.zone);
    let gates = Gates { portfolio: &portfolio, schedule: &schedule, facts, clock: &clock };
    run(&Base::new(Input { gates, occupancy: &occupancy, moves }))
}

fn period(since: &str, until: &str) -> Period {
    Period::new(since.parse().unwrap(), until.parse().unwrap()).unwrap()
}

/// A metric of November 2026.
fn november(id: &str, text: &str) -> Measured {
    with_base(text, None, |base| {
        let members = Members::all(base);
        let scope = Scope { base, members: &members, period: period("2026-11-01", "2026-11-30") };
        (find(id).unwrap().measure)(&scope)
    })
}

fn deployments(entries: &str) -> String {
    format!("kind: deployments\nentries:\n{entries}")
}

fn entry(id: &str, at: &str, more: &str) -> String {
    let result = if more.contains("result") { "" } else { ", result: succeeded" };
    let project = if more.contains("project") { "" } else { "project: a, " };
    let place = if more.contains("environment") { "" } else { "environment: live, " };
    format!("  - {{id: {id}, {project}version: 1, {place}at: {at}{more}{result}}}\n")
}

fn left(measured: &Measured) -> Vec<String> {
    let mut all: Vec<&Excluded> = measured.excluded.iter().collect();
    all.sort_by_key(|it| it.record.span);
    all.into_iter().map(|it| format!("{}: {}", it.record.id, it.why)).collect()
}

#[test]
fn ids_are_unique_and_definitions_are_one_sentence() {
    let mut ids: Vec<&str> = definitions().map(|it| it.id).collect();
    assert!(ids.len() >= 35, "{}", ids.len());
    ids.sort_unstable();
    assert!(ids.windows(2).all(|pair| pair[0] != pair[1]));
    for it in definitions() {
        assert!(!it.definition.ends_with('.') && !it.needs.is_empty() && !it.source.is_empty(), "{}", it.id);
        assert!(it.id.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'), "{}", it.id);
    }
}

#[test]
fn without_records_nothing_has_a_value() {
    let told: Vec<&str> = with_base("", None, |base| {
        let members = Members::all(base);
        let scope = Scope { base, members: &members, period: period("2026-11-01", "2026-11-30") };
        let told = definitions().filter(|it| (it.measure)(&scope).value.is_some());
        told.map(|it| it.id).collect()
    });
    // Environments stand there whether anybody uses them or not.
    assert_eq!(told, ["environment_utilisation", "environment_idle", "environment_longest_idle"]);
}

#[test]
fn lead_times_are_of_changes_that_reached_production() {
    let entries = [
        entry("D1", "2026-11-02T10:00", ", committed_at: 2026-11-01T10:00"),
        entry("D2", "2026-11-03T10:00", ", committed_at: 2026-11-01T10:00"),
        entry("D3", "2026-11-04T10:00", ""),
        entry("D4", "2026-11-05T10:00", ", committed_at: 2026-11-05T10:01"),
        entry("D5", "2026-11-05T10:00", ", committed_at: 2026-11-01, result: failed"),
        entry("D6", "2026-11-06", ", committed_at: 2026-11-06T08:00"),
        entry("D7", "2026-11-07", ", committed_at: 2026-10-01, reason: rollback"),
        entry("D8", "2026-11-08", ", committed_at: 2026-10-01, result: aborted"),
        entry("D9", "2026-11-08", ", committed_at: 2026-10-01, project: ghost"),
        entry("E1", "2026-11-08", ", committed_at: 2026-10-01, environment: nowhere"),
        entry("E2", "2026-11-08", ", committed_at: 2026-10-01, environment: try"),
    ];
    let measured = november("change_lead_time", &deployments(&entries.concat()));
    assert_eq!((measured.value, measured.population), (Some(36.0), 2));
    assert_eq!(
        left(&measured),
        [
            "D3: it does not say when the change was committed (`committed_at`)",
            "D4: it was committed after it finished",
            "D5: it ended as `failed`",
            "D6: it was committed on the day it finished, and nobody wrote at which time",
            "D7: it went back to an earlier version and brought no change",
            "D8: it was aborted",
            "D9: there is no project `ghost`",
            "E1: there is no environment `nowhere`",
        ]
    );
}

#[test]
fn lead_times_are_by_commits_where_the_repository_tells() {
    let text = deployments(&entry("D1", "2026-11-02T10:00", ", committed_at: 2026-01-01"));
    let span = loaded(&format!("{ROOT}{text}")).portfolio.deployments[0].span;
    let commit = |id: &str, at: &str| ShippedCommit {
        id: id.to_owned(),
        at: When::parse(at).unwrap().instant(chrono_tz::Tz::UTC),
    };
    let commits =
        vec![commit("aaaa", "2026-11-02T09:00Z"), commit("bbbb", "2026-11-02T06:00Z"), commit("cccc", "2026-11-03")];
    let repositories = Repositories { shipped: [(span, commits)].into(), faults: Vec::new() };
    let facts = Facts { repositories: Some(repositories), ..Facts::default() };
    let measured = with_facts(&text, None, &facts, |base| {
        let members = Members::all(base);
        (find("change_lead_time").unwrap().measure)(&Scope {
            base,
            members: &members,
            period: period("2026-11-01", "2026-11-30"),
        })
    });
    assert_eq!((measured.value, measured.population), (Some(2.5), 2));
    assert_eq!(left(&measured), ["D1:cccc: it was committed after the deployment finished"]);
}

#[test]
fn days_are_those_of_the_environment_and_both_ends_belong() {
    // Half past midnight in Tokyo on the 1st is still October in London; the same at the other end.
    let entries = [
        entry("D1", "2026-11-01T00:30", ", environment: far"),
        entry("D2", "2026-10-31T15:30Z", ", environment: far"),
        entry("D3", "2026-10-31T15:30Z", ""),
        entry("D4", "2026-11-30T23:59", ""),
        entry("D5", "2026-11-30T15:30Z", ", environment: far"),
        entry("D6", "2026-12-01", ""),
    ];
    let measured = november("deployment_frequency", &deployments(&entries.concat()));
    let ids: Vec<&str> = measured.sample.iter().map(|it| &*it.record.id).collect();
    assert_eq!(ids, ["D1", "D2", "D4"]);
    assert!((measured.value.unwrap() - 3.0 / (30.0 / 7.0)).abs() < 1e-12);
}

#[test]
fn a_frequency_of_nothing_is_zero_only_where_something_was() {
    assert_eq!(november("deployment_frequency", &deployments(&entry("D", "2026-10-01", ""))).value, Some(0.0));
    assert_eq!(
        november("deployment_frequency", &deployments(&entry("D", "2026-11-02", ", environment: try"))).value,
        None
    );
    assert_eq!(
        november("deployment_frequency", &deployments(&entry("D", "2026-11-02", ", project: ghost"))).value,
        None
    );
    assert_eq!(november("change_fail_rate", &deployments(&entry("D", "2026-10-01", ""))).value, None);
}

#[test]
fn a_deployment_fails_once_however_much_went_wrong() {
    let incident = |id: &str, cause: &str, more: &str| {
        format!("  - {{id: {id}, project: a, environment: live, opened: 2026-11-10T12:00{more}, caused_by: {cause}}}\n")
    };
    let entries = [
        entry("D1", "2026-11-02", ", result: rolled-back"),
        entry("D2", "2026-11-03", ""),
        entry("D3", "2026-11-04", ", reason: fix"),
        entry("D4", "2026-11-05", ", result: aborted"),
        entry("D5", "2026-11-09", ", environment: try"),
    ];
    let incidents = [
        incident("I1", "D1", ", restored: 2026-11-11"),
        incident("I2", "D1", ", restored: 2026-11-01"),
        incident("I3", "D2", ""),
        incident("I4", "D4", ", restored: 2026-11-12"),
        incident("I5", "D5", ", restored: 2026-11-12"),
        incident("I6", "nothing", ", restored: 2026-11-12"),
    ];
    let text = format!("{}---\nkind: incidents\nentries:\n{}", deployments(&entries.concat()), incidents.concat());
    assert_eq!(november("change_fail_rate", &text).value, Some(2.0 / 3.0));
    assert_eq!(november("deployment_rework_rate", &text).value, Some(1.0 / 3.0));
    let recovery = november("failed_deployment_recovery_time", &text);
    assert_eq!((recovery.value, recovery.population), (Some(9.0 * 24.0), 1));
    assert_eq!(
        left(&recovery),
        [
            "I2: service was restored before the deployment finished",
            "I3: service is not restored, as far as is written",
            "I4: the deployment it names was aborted",
            "I5: what caused it was not deployed to production",
            "I6: there is no deployment and no release `nothing`",
        ]
    );
}

#[test]
fn a_release_stands_for_the_last_deployment_of_the_project_there() {
    let text = format!(
        "kind: release\nid: r\ntype: minor\n---\nkind: release\nid: other\ntype: minor\n---\n{}---\nkind: incidents\nentries:\n{}",
        deployments(
            &[
                entry("D1", "2026-11-02", ", release: r"),
                entry("D2", "2026-11-03", ", release: r"),
                entry("D3", "2026-11-04", ", release: other"),
                entry("D4", "2026-11-05", ", release: r, project: b"),
                entry("D5", "2026-11-20", ", release: r"),
                entry("D6", "2026-11-04", ""),
            ]
            .concat()
        ),
        "  - {id: I1, project: a, environment: live, opened: 2026-11-10, caused_by: r}\n  \
           - {id: I2, project: a, environment: far, opened: 2026-11-10, caused_by: r}\n  \
           - {id: I3, opened: 2026-11-10, caused_by: r}\n"
    );
    let causes = with_base(&text, None, |base| {
        let name = |cause: &Cause| match cause {
            Cause::Deployment(place) => base.shipped[*place].as_record().id,
            other => format!("{other:?}"),
        };
        base.causes.iter().map(name).collect::<Vec<_>>()
    });
    assert_eq!(causes[0], "D6");
    assert!(causes[1].contains("no record says") && causes[2].contains("no project"), "{causes:?}");
}

#[test]
fn groups_tell_projects_teams_and_types_apart() {
    let text = format!(
        "kind: release\nid: r\ntype: minor\nowner: crew\nscope: [{{project: a}}, {{project: b}}]\ntarget: 2026-11-20\nactual: {{start: 2026-11-01, end: 2026-11-21}}\n---\n{}",
        deployments(&[entry("D1", "2026-11-02", ", release: r"), entry("D2", "2026-11-02", ", project: b")].concat())
    );
    let groups = |by: By| {
        with_base(&text, None, |base| {
            let groups = Members::all(base).groups(base, by);
            groups.into_iter().map(|(id, it)| format!("{id} {:?} {:?}", it.shipped, it.releases)).collect::<Vec<_>>()
        })
    };
    assert_eq!(groups(By::Project), ["a [0] [0]", "b [1] [0]"]);
    assert_eq!(groups(By::Team), ["(no team) [1] []", "crew [0] [0]"]);
    assert_eq!(groups(By::Type), ["(no release) [1] []", "minor [0] [0]"]);
    assert_eq!(groups(By::Stage), ["prod [0, 1] []", "test [] []"]);
    assert_eq!(november("on_time_rate", &text).value, Some(0.0));
}

#[test]
fn what_ends_before_it_begins_is_left_out() {
    let release = "kind: release\nid: r\ntype: minor\nstatus: closed\nphases: [{id: x, start: 2026-11-02, end: 2026-11-06}]\nactual: {start: 2026-11-10, end: 2026-11-09}\n";
    for id in ["schedule_variance", "release_cycle_time"] {
        let measured = november(id, release);
        assert_eq!((measured.value, left(&measured)), (None, vec!["r: it ended before it began".to_owned()]), "{id}");
    }
    assert_eq!(november("end_slip", release).value, Some(3.0));
    assert_eq!(left(&november("on_time_rate", release)), ["r: it has no `target`"]);
    let undated = "kind: release\nid: r\ntype: minor\nstatus: closed\ntarget: 2026-11-09\n";
    assert_eq!(left(&november("end_slip", undated)), ["r: it is over and does not say when it shipped (`actual.end`)"]);
}

#[test]
fn gates_wait_from_when_they_were_submitted() {
    let gate = |body: &str| {
        format!(
            "kind: release\nid: r\ntype: minor\nstatus: in-progress\nphases: [{{id: x, start: 2026-11-23, end: 2026-11-24}}]\ngates:\n  - {{id: g, before: x, requires: [{{role: board}}], {body}}}\n"
        )
    };
    let yes = "{role: board, by: ann, at: 2026-11-12T12:00}";
    let passed = gate(&format!("submitted: 2026-11-10, approvals: [{yes}]"));
    assert_eq!(november("gate_waiting_time", &passed).value, Some(60.0));
    assert_eq!(november("gate_first_pass_yield", &passed).value, Some(1.0));
    let early = gate(&format!("due: 2026-11-20, approvals: [{yes}]"));
    assert_eq!(november("gate_waiting_time", &early).value, Some(0.0));
    let late = gate(&format!("due: 2026-11-10, approvals: [{yes}]"));
    assert_eq!(november("gate_waiting_time", &late).value, Some(36.0));
    let second = gate(&format!("approvals: [{{role: board, by: ann, at: 2026-11-09, decision: rejected}}, {yes}]"));
    assert_eq!(november("gate_first_pass_yield", &second).value, Some(0.0));
    let backwards = gate(&format!("submitted: 2026-11-13, approvals: [{yes}]"));
    assert_eq!(left(&november("gate_waiting_time", &backwards)), ["r/g: it was decided before it was submitted"]);
    let undated = gate("due: 2026-11-10, approvals: [{role: board, by: ann}]");
    assert_eq!(left(&november("gate_first_pass_yield", &undated)), ["r/g: a decision does not say when it was made"]);
}

#[test]
fn windows_are_those_of_the_environment() {
    let text = format!(
        "kind: environment\nid: shut\nstage: prod\nwindows: [{{rrule: \"FREQ=WEEKLY;BYDAY=SA\", start: 2026-01-03T20:00, duration: 4h}}]\n---\n{}",
        deployments(
            &[
                entry("D1", "2026-11-07T21:00", ", environment: shut, started: 2026-11-07T20:00"),
                entry("D2", "2026-11-07T21:00", ", environment: shut, started: 2026-11-07T19:59"),
                entry("D3", "2026-11-07", ", environment: shut"),
                entry("D4", "2026-11-08", ", environment: shut"),
                entry("D5", "2026-11-08", ""),
            ]
            .concat()
        )
    );
    let measured = november("outside_window_rate", &text);
    assert_eq!((measured.value, measured.population), (Some(0.5), 4));
    assert_eq!(left(&measured), ["D5: `live` has no windows"]);
}

#[test]
fn moves_are_counted_where_the_history_was_read() {
    let text = "kind: release\nid: r\ntype: minor\n";
    let slip = |day: &str, days: i64| Move {
        release: "r".to_owned(),
        field: "target".to_owned(),
        day: day.parse().unwrap(),
        commit: "0123456789abcdef".to_owned(),
        days,
    };
    let moves = [slip("2026-11-02", 5), slip("2026-11-03", -2), slip("2026-10-03", 9)];
    let value = |id: &str, moves: Option<&[Move]>| {
        with_base(text, moves, |base| {
            let members = Members::all(base);
            (find(id).unwrap().measure)(&Scope { base, members: &members, period: period("2026-11-01", "2026-11-30") })
                .value
        })
    };
    assert_eq!(value("slip_count", Some(&moves)), Some(1.0));
    assert_eq!(value("slip_volatility", Some(&moves)), Some(7.0));
    assert_eq!(value("slip_count", Some(&[])), Some(0.0));
    assert_eq!(value("slip_count", None), None);
}

#[test]
fn targets_that_are_times_are_read_in_the_unit_of_the_value() {
    let bound = |text: &str| {
        let root = ROOT.replace("<= 2ed", text);
        loaded(&root).portfolio.settings.targets.get("change_lead_time").unwrap().value
    };
    let two_days = bound("<= 2ed");
    assert_eq!(verdict(Unit::Hours, Some(48.0), two_days), Verdict::Met);
    assert_eq!(verdict(Unit::Days, Some(2.1), two_days), Verdict::Missed);
    assert_eq!(verdict(Unit::Minutes, Some(2880.0), two_days), Verdict::Met);
    assert_eq!(verdict(Unit::Ratio, Some(0.5), two_days), Verdict::Misfit);
    assert_eq!(verdict(Unit::Hours, None, two_days), Verdict::NoData);
    assert_eq!(verdict(Unit::Ratio, Some(0.1 + 0.2), bound("<= 0.3")), Verdict::Met);
    assert_eq!(verdict(Unit::Ratio, Some(0.1 + 0.2), bound("> 0.3")), Verdict::Missed);
}

#[test]
fn a_late_release_that_waits_and_is_refused_is_at_risk() {
    let text = "kind: release\nid: base\ntype: minor\nstatus: in-progress\ntarget: 2026-11-13\nphases: [{id: x, start: 2026-11-02, end: 2026-11-13, progress: 50}]\n---\n\
        kind: release\nid: late\ntype: minor\nstatus: in-progress\ntarget: 2026-11-18\ndepends_on: [base]\npart_of: whole\n\
        risk: {impact: high, complexity: high, register: [{id: R1, likelihood: high, impact: high}]}\n\
        phases: [{id: y, start: 2026-11-16, end: 2026-11-25}]\n\
        gates: [{id: g, before: y, requires: [{role: board}], approvals: [{role: board, by: ann, at: 2026-11-12, decision: rejected}]}]\n---\n\
        kind: release\nid: whole\ntype: major\nstatus: planned\ntarget: 2026-12-20\n---\n\
        kind: release\nid: calm\ntype: minor\nstatus: planned\ntarget: 2027-03-20\nphases: [{id: z, start: 2027-01-11, end: 2027-01-15}]\n---\n\
        kind: release\nid: over\ntype: minor\nstatus: closed\n";
    with_base(text, None, |base| {
        let portfolio = base.portfolio();
        let all: Vec<usize> = (0..portfolio.releases.len()).collect();
        let risks = risks(base, &all);
        let ids: Vec<&str> = risks.iter().map(|it| portfolio.releases[it.release].id.as_str()).collect();
        assert_eq!(ids, ["late", "whole", "base", "calm"]);
        let (late, whole, calm) = (&risks[0], &risks[1], &risks[3]);
        assert_eq!((late.level, late.rated, calm.level), (Rating::High, Some(Rating::High), Rating::Low));
        assert_eq!(calm.score, 0.0);
        let why = |risk: &super::risk::Risk, aspect: Aspect| {
            risk.contributions.iter().find(|it| it.aspect == aspect).unwrap().why.join("; ")
        };
        assert_eq!(why(late, Aspect::Gates), "g was rejected");
        assert!(why(late, Aspect::Dependencies).starts_with("base is "), "{late:?}");
        assert_eq!(why(late, Aspect::Register), "rated high; R1 is open, nothing done about it");
        assert_eq!(why(whole, Aspect::Gates), "late: g was rejected");
        assert!(risks.iter().all(|it| (0.0..=100.0).contains(&it.score)));
        let points: f64 = late.contributions.iter().map(super::risk::Contribution::points).sum();
        let known: f64 = late.contributions.iter().filter(|it| it.exposure.is_some()).map(|it| it.weight).sum();
        assert_eq!(late.score, points / known * 100.0);
    });
}
