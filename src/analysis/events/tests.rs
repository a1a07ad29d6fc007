//! What becomes an event, when, and for whom.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use chrono::NaiveDate;

use super::{Choice, Event, EventKind, EventStatus, Range, all, for_people};
use crate::analysis::selection::{Patterns, Selection};
use crate::analysis::testing::{Loaded, loaded};

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

const EVER: Range = Range { from: None, to: None, around: NaiveDate::from_ymd_opt(2026, 11, 16).unwrap() };

fn between(from: &str, to: &str) -> Range {
    Range { from: Some(day(from)), to: Some(day(to)), ..EVER }
}

fn line(event: &Event<'_>) -> String {
    format!("{} {} {}..{}", event.uid.trim_end_matches("@relm"), event.title, event.start, event.end)
}

fn lines(text: &str, range: Range) -> Vec<String> {
    let Loaded { portfolio, schedule, .. } = loaded(text);
    all(&portfolio, &schedule, range).iter().map(line).collect()
}

const RELEASE: &str = "\
kind: environment
id: live
stage: prod
timezone: America/New_York
---
kind: project
id: ferry
---
kind: release
id: r
type: minor
status: planned
owner: crew
target: 2026-12-05
scope: [{project: ferry, version: 1.10}]
branch: {name: release/r, cut: 2026-11-06, code_freeze: 2026-11-13}
phases:
  - {id: build, name: Building, start: 2026-11-02, duration: 5d}
  - {id: deploy, after: build, start: 2026-12-05, duration: 1d, environments: [live]}
milestones: [{id: done, after: build}]
gates: [{id: go, before: deploy}]
deployment:
  window: {start: 2026-12-05T22:00, end: 2026-12-06T02:00}
  waves: [{id: one}, {id: two, at: 2026-12-07}]
  rehearsals: [{at: 2026-11-28T20:00, environment: live, duration: 90m}, {at: 2026-11-29T20:00}]
communications: [{id: users, audience: Users, at: target - 5d}]
training: [{id: crew, at: 2026-12-01T10:00, duration: 2h}]
support: {hypercare: 3d}
";

#[test]
fn a_release_has_an_event_for_everything_with_a_date() {
    assert_eq!(
        lines(RELEASE, EVER),
        [
            "release/r/phases/build r Building 2026-11-02..2026-11-06",
            "release/r/branch/cut r branch release/r cut 2026-11-06..2026-11-06",
            "release/r/milestones/done r done 2026-11-06..2026-11-06",
            "release/r/branch/code_freeze r code freeze 2026-11-13..2026-11-13",
            "release/r/deployment/rehearsals/20261129T010000Z r rehearsal 2026-11-29T01:00:00Z..2026-11-29T02:30:00Z",
            "release/r/deployment/rehearsals/20261129T200000Z r rehearsal 2026-11-29T20:00:00Z..2026-11-29T20:00:00Z",
            "release/r/communications/users r Users 2026-11-30..2026-11-30",
            "release/r/training/crew r crew 2026-12-01T10:00:00Z..2026-12-01T12:00:00Z",
            "release/r/gates/go r go 2026-12-04..2026-12-04",
            "release/r/phases/deploy r deploy 2026-12-05..2026-12-05",
            "release/r/target r target 2026-12-05..2026-12-05",
            "release/r/deployment/waves/one r wave one 2026-12-06T03:00:00Z..2026-12-06T07:00:00Z",
            "release/r/deployment r deployment 2026-12-06T03:00:00Z..2026-12-06T07:00:00Z",
            "release/r/deployment/waves/two r wave two 2026-12-07..2026-12-07",
            "release/r/hypercare r hypercare 2026-12-07..2026-12-09",
        ]
    );
}

#[test]
fn hypercare_begins_after_the_release_really_ended() {
    let hypercare = |support: &str, rest: &str| {
        let text = RELEASE.replace("hypercare: 3d", support) + rest;
        lines(&text, EVER)
            .into_iter()
            .find_map(|line| line.strip_prefix("release/r/hypercare r hypercare ").map(str::to_owned))
    };
    assert_eq!(hypercare("hypercare: 3ed", "").unwrap(), "2026-12-06..2026-12-08");
    assert_eq!(
        hypercare("hypercare: 1w", "actual: {start: 2026-11-02, end: 2026-12-08}\n").unwrap(),
        "2026-12-09..2026-12-15"
    );
    assert_eq!(hypercare("hypercare: 0d", ""), None);
}

#[test]
fn environments_whose_clocks_differ_deploy_at_their_own_times() {
    let text = RELEASE.replace("deployment:\n", "deployment:\n  environments: [live, east, west]\n")
        + "---\nkind: environment\nid: east\nstage: prod\ntimezone: Asia/Tokyo\n---\nkind: environment\nid: west\nstage: prod\ntimezone: America/New_York\n";
    let Loaded { portfolio, schedule, .. } = loaded(&text);
    let events = all(&portfolio, &schedule, EVER);
    let deployments = events.iter().filter(|event| event.kind == EventKind::Deployment);
    let found: Vec<String> = deployments
        .map(|event| {
            let places: Vec<&str> = event.environments.iter().map(|id| &***id).collect();
            format!("{} {} {}", event.uid, event.start, places.join("+"))
        })
        .collect();
    assert_eq!(
        found,
        [
            "release/r/deployment/environments/east@relm 2026-12-05T13:00:00Z east",
            "release/r/deployment@relm 2026-12-06T03:00:00Z live+west",
        ]
    );
}

#[test]
fn a_deployment_without_environments_is_in_the_zone_of_the_portfolio() {
    let text = "kind: release\nid: r\ntype: minor\nstatus: planned\ndeployment: {window: {start: 2026-12-05T22:00, end: 2026-12-06T02:00}}\n";
    assert_eq!(lines(text, EVER), ["release/r/deployment r deployment 2026-12-05T22:00:00Z..2026-12-06T02:00:00Z"]);
}

const AROUND: &str = "\
kind: portfolio
timezone: Europe/London
stages: [dev, test, prod]
freezes:
  - {id: year-end, name: Year end, from: 2026-12-18, to: 2027-01-04, stages: [prod]}
  - {id: night, rrule: \"FREQ=WEEKLY;BYDAY=SU\", start: 2026-01-04T01:30, duration: 1h}
  - {id: pay, rrule: \"FREQ=MONTHLY;BYMONTHDAY=25\", start: 2026-01-25, duration: 48h, projects: [ferry], exdates: [2026-04-25]}
---
kind: environment
id: test-1
stage: test
timezone: Australia/Sydney
projects: [ferry]
maintenance: [{name: Patching, rrule: \"FREQ=WEEKLY;BYDAY=SU\", start: 2026-01-04T02:30, duration: 1h}]
outages: [{from: 2026-03-14, to: 2026-03-15, reason: Storage move}, {from: 2026-03-16T08:00, to: 2026-03-16T09:00, name: Cable}]
bookings: [{id: perf, from: 2026-03-23, to: 2026-03-24, purpose: Load test, owner: crew}]
windows: [{rrule: \"FREQ=DAILY\", start: 2026-01-04T02:30, duration: 1h}]
---
kind: change
id: RFC-1
name: New pier
status: approved
project: ferry
window: {start: 2026-03-20T22:00, end: 2026-03-21T02:00}
---
kind: project
id: ferry
";

#[test]
fn clocks_change_in_both_hemispheres_and_uids_tell_occurrences_apart() {
    // In London clocks skip 01:30 on 29 March; in Sydney 02:30 comes twice on 5 April.
    let found = lines(AROUND, between("2026-03-14", "2026-04-05"));
    let night: Vec<&str> = found.iter().filter_map(|line| line.strip_prefix("freeze/night/")).collect();
    assert_eq!(
        night,
        [
            "20260315T013000Z night 2026-03-15T01:30:00Z..2026-03-15T02:30:00Z",
            "20260322T013000Z night 2026-03-22T01:30:00Z..2026-03-22T02:30:00Z",
            "20260329T013000Z night 2026-03-29T01:30:00Z..2026-03-29T02:30:00Z",
            "20260405T003000Z night 2026-04-05T00:30:00Z..2026-04-05T01:30:00Z",
        ]
    );
    let patching =
        |line: &str| line.strip_prefix("environment/test-1/maintenance/Patching/").map(|rest| rest[..16].to_owned());
    let patching: Vec<String> = found.iter().filter_map(|line| patching(line)).collect();
    assert_eq!(patching, ["20260314T153000Z", "20260321T153000Z", "20260328T153000Z", "20260404T153000Z"]);
}

#[test]
fn freezes_environments_and_changes_are_events_and_windows_are_not() {
    let mut found = lines(AROUND, between("2026-03-14", "2026-04-26"));
    found.retain(|line| !line.contains("night") && !line.contains("Patching"));
    assert_eq!(
        found,
        [
            "environment/test-1/outages/2026-03-14 test-1 Storage move 2026-03-14..2026-03-15",
            "environment/test-1/outages/Cable test-1 Cable 2026-03-15T21:00:00Z..2026-03-15T22:00:00Z",
            "change/RFC-1 RFC-1 New pier 2026-03-20T22:00:00Z..2026-03-21T02:00:00Z",
            "environment/test-1/bookings/perf test-1 Load test 2026-03-23..2026-03-24",
            "freeze/pay/20260325 pay 2026-03-25..2026-03-26",
        ]
    );
}

#[test]
fn recurrences_without_end_stop_two_years_after_the_commit_unless_days_are_asked_for() {
    let text = "kind: portfolio\nstages: [prod]\nfreezes: [{id: f, rrule: \"FREQ=YEARLY\", start: 2000-03-01, duration: 24h}]\n";
    let years = |range| -> Vec<String> {
        lines(text, range).iter().map(|line| line["freeze/f/".len()..][..4].to_owned()).collect()
    };
    let ever = years(EVER);
    assert_eq!((ever.first().unwrap().as_str(), ever.last().unwrap().as_str()), ("2017", "2028"));
    assert_eq!(years(between("2100-01-01", "2101-12-31")), ["2100", "2101"]);
    assert_eq!(years(Range { from: Some(day("2150-01-01")), ..EVER }), ["2150", "2151"]);
    assert_eq!(years(Range { to: Some(day("2001-12-31")), ..EVER }), ["2000", "2001"]);
}

#[test]
fn recurrences_that_end_are_there_to_their_end() {
    let text = "kind: portfolio\nstages: [prod]\nfreezes:\n  \
                - {id: f, rrule: \"FREQ=YEARLY;COUNT=5\", start: 2026-03-01, duration: 24h}\n  \
                - {id: g, rrule: \"FREQ=YEARLY;UNTIL=20310401\", start: 1999-03-02, duration: 24h}\n\
                ---\nkind: train\nid: t\nrrule: \"FREQ=YEARLY;COUNT=5\"\nstart: 2026-03-03\n";
    let years = |of: &str, range| -> Vec<String> {
        let of_one = lines(text, range).into_iter().filter(|line| line.starts_with(of));
        of_one.map(|line| line[of.len()..][..4].to_owned()).collect()
    };
    assert_eq!(years("freeze/f/", EVER), ["2026", "2027", "2028", "2029", "2030"]);
    assert_eq!(years("train/t/", EVER), ["2026", "2027", "2028", "2029", "2030"]);
    let long = years("freeze/g/", EVER);
    assert_eq!((long.first().unwrap().as_str(), long.last().unwrap().as_str(), long.len()), ("1999", "2031", 33));
    assert_eq!(years("freeze/g/", Range { to: Some(day("2001-12-31")), ..EVER }), ["1999", "2000", "2001"]);
}

#[test]
fn trains_depart_with_their_milestones_and_their_releases() {
    let text = "kind: train\nid: weekly\nname: The weekly\nrrule: \"FREQ=WEEKLY;BYDAY=TH\"\nstart: 2026-11-05\nmilestones: [{id: cut, at: target - 3d}]\n\
                ---\nkind: release\nid: weekly-2026-11-12\ntype: minor\nstatus: planned\n";
    let Loaded { portfolio, schedule, .. } = loaded(text);
    let events = all(&portfolio, &schedule, between("2026-11-06", "2026-11-16"));
    let found: Vec<String> = events.iter().map(line).collect();
    assert_eq!(
        found,
        [
            "train/weekly/milestones/cut/20261112 The weekly cut 2026-11-09..2026-11-09",
            "train/weekly/20261112 The weekly departs 2026-11-12..2026-11-12",
            "train/weekly/milestones/cut/20261119 The weekly cut 2026-11-16..2026-11-16",
        ]
    );
    assert_eq!(events[1].release, Some(0));
    assert_eq!(events[2].release, None);
}

#[test]
fn drafts_are_tentative_and_what_is_called_off_is_not_for_people() {
    let of = |status: &str| {
        let Loaded { portfolio, schedule, .. } = loaded(&RELEASE.replace("status: planned", status));
        let mut events = all(&portfolio, &schedule, EVER);
        let status = events[0].status;
        let count = events.len();
        for_people(&portfolio, &mut events);
        (status, count, events.len())
    };
    assert_eq!(of("status: draft"), (EventStatus::Tentative, 15, 14));
    // The window of the deployment is that of the first wave.
    assert_eq!(of("status: planned"), (EventStatus::Confirmed, 15, 14));
    assert_eq!(of("status: cancelled"), (EventStatus::Cancelled, 15, 0));
}

#[test]
fn what_lies_outside_the_days_is_left_out_and_what_touches_them_is_not() {
    let found = lines(RELEASE, between("2026-11-06", "2026-11-06"));
    let names: Vec<&str> = found.iter().map(|line| line.split(' ').next().unwrap()).collect();
    assert_eq!(names, ["release/r/phases/build", "release/r/branch/cut", "release/r/milestones/done"]);
}

#[test]
fn what_cannot_be_and_a_thousand_years_are_no_trouble() {
    let text = "kind: environment\nid: e\nstage: test\noutages: [{from: 2026-03-16, to: 2026-03-14}, {from: 2026-03-16T10:00, to: 2026-03-16T10:00}]\n\
                maintenance: [{rrule: \"FREQ=DAILY\", start: 2026-01-01, duration: 0m}]\nbookings: [{id: long, from: 1900-01-01, to: 2200-12-31}]\n";
    assert_eq!(lines(text, EVER), ["environment/e/bookings/long e long 1900-01-01..2200-12-31"]);
    assert_eq!(lines(text, between("2026-01-01", "2026-01-01")).len(), 1);
}

#[test]
fn what_has_no_id_and_the_same_name_counts_up() {
    let window = "{name: \"Night, work\", rrule: \"FREQ=YEARLY\", start: 2026-01-01, duration: 24h}";
    let text = format!("kind: environment\nid: e\nstage: test\nmaintenance: [{window}, {window}]\n");
    let found = lines(&text, between("2026-01-01", "2026-01-01"));
    assert_eq!(
        found,
        [
            "environment/e/maintenance/Night--work/20260101 e Night, work 2026-01-01..2026-01-01",
            "environment/e/maintenance/Night--work/20260101~2 e Night, work 2026-01-01..2026-01-01",
        ]
    );
}

fn chosen(selection: impl FnOnce(&mut Selection)) -> Vec<String> {
    let text = format!("{AROUND}---\n{RELEASE}")
        .replace("---\nkind: project\nid: ferry\n---\nkind: release", "---\nkind: release");
    let Loaded { portfolio, schedule, .. } = loaded(&text);
    let mut asked = Selection::default();
    selection(&mut asked);
    let choice = Choice::new(&portfolio, &asked);
    let events = all(&portfolio, &schedule, between("2026-11-24", "2026-12-20"));
    let mut kinds: Vec<String> =
        events.iter().filter(|event| choice.selects(event)).map(|event| event.kind.as_str().to_owned()).collect();
    kinds.sort();
    kinds.dedup();
    kinds
}

fn patterns(text: &str) -> Patterns {
    Patterns::new(&[text.to_owned()]).unwrap()
}

#[test]
fn an_event_answers_for_itself_and_else_its_release_does() {
    let of_release =
        ["communication", "deployment", "gate", "hypercare", "phase", "rehearsal", "target", "training", "wave"];
    assert_eq!(chosen(|asked| asked.releases = patterns("r")), of_release);
    // The freeze of Sunday nights is about everything, that of the year's end about production.
    let with_freeze: Vec<&str> = [&of_release[..2], &["freeze"], &of_release[2..]].concat();
    assert_eq!(chosen(|asked| asked.environments = patterns("live")), with_freeze);
    assert_eq!(chosen(|asked| asked.environments = patterns("test-1")), ["freeze", "maintenance"]);
    assert_eq!(chosen(|asked| asked.stages = patterns("test")), ["freeze", "maintenance"]);
    assert_eq!(chosen(|asked| asked.types = patterns("minor")), of_release);
    assert_eq!(chosen(|asked| asked.types = patterns("major")), [""; 0]);
    assert!(chosen(|asked| asked.projects = patterns("ferry")).contains(&"maintenance".to_owned()));
    assert_eq!(chosen(|asked| asked.owners = patterns("crew")), of_release);
    assert_eq!(chosen(|asked| asked.labels = vec![("region".into(), patterns("eu"))]), ["freeze"]);
}
