#![allow(clippy::unwrap_used, clippy::expect_used)]

use proptest::prelude::*;

use super::*;
use crate::graph::Graph;
use crate::load::testing::portfolio;

const PLACES: &str = "kind: portfolio\nstages: [test, prod]\ntimezone: Europe/London\n---\n\
                      kind: environment\nid: try\nstage: test\n---\n\
                      kind: environment\nid: live\nstage: prod\ntimezone: Asia/Tokyo\n---\n\
                      kind: environment\nid: shop\nstage: prod\nprojects: [till]\n";

fn record(project: &str, version: &str, environment: &str, at: &str, result: &str) -> String {
    format!("  - {{project: {project}, version: {version}, environment: {environment}, at: {at}, result: {result}}}\n")
}

fn recorded(records: &[String]) -> Portfolio {
    portfolio(&format!("{PLACES}---\nkind: deployments\nentries:\n{}", records.concat()))
}

fn instant(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn version(found: Option<Installation<'_>>) -> String {
    found.map_or_else(|| "none".to_owned(), |found| found.record.version.to_string())
}

#[test]
fn only_success_changes_what_is_installed() {
    let portfolio = recorded(&[
        record("p", "3", "try", "2026-11-05T12:00", "rolled-back"),
        record("p", "2", "try", "2026-11-03T12:00", "succeeded"),
        record("p", "1", "try", "2026-11-01T12:00", "succeeded"),
        record("p", "4", "try", "2026-11-06T12:00", "failed"),
        record("p", "5", "try", "2026-11-07T12:00", "aborted"),
    ]);
    let installed = Installed::new(&portfolio);
    let at = |time: &str| version(installed.at("try", "p", instant(time)));
    assert_eq!(at("2026-11-01T11:59:00Z"), "none");
    assert_eq!(at("2026-11-01T12:00:00Z"), "1");
    assert_eq!(at("2026-11-03T12:00:00Z"), "2");
    assert_eq!(at("2027-01-01T00:00:00Z"), "2");
    assert_eq!(version(installed.at("live", "p", instant("2027-01-01T00:00:00Z"))), "none");
    assert_eq!(version(installed.first(0, "p", "3")), "none");
    assert_eq!(version(installed.first(0, "p", "v2.0")), "2");
    assert_eq!(installed.kept_since(0, "p"), Some(instant("2026-11-01T12:00:00Z")));
    assert_eq!(installed.kept_since(1, "p"), None);
}

#[test]
fn times_are_those_of_the_environment() {
    let portfolio = recorded(&[
        record("p", "1", "live", "2026-11-05T00:30", "succeeded"),
        record("p", "2", "live", "2026-11-05T00:00Z", "succeeded"),
        record("q", "1", "live", "2026-11-05", "succeeded"),
    ]);
    let installed = Installed::new(&portfolio);
    let history: Vec<String> =
        installed.history("live", "p").iter().map(|entry| format!("{} {}", entry.record.version, entry.at)).collect();
    assert_eq!(history, ["1 2026-11-04 15:30:00 UTC", "2 2026-11-05 00:00:00 UTC"]);
    // Both days are the 5th in Tokyo.
    assert!(installed.history("live", "p").iter().all(|entry| entry.day(&portfolio).to_string() == "2026-11-05"));
    let all = installed.all_at("live", instant("2026-11-04T16:00:00Z"));
    let all: Vec<String> =
        all.iter().map(|entry| format!("{} {}", entry.record.project, entry.record.version)).collect();
    assert_eq!(all, ["p 1", "q 1"]);
}

#[test]
fn of_one_instant_the_record_that_stands_later_holds() {
    let at = "2026-11-05T00:30";
    let portfolio = recorded(&[record("p", "2", "try", at, "succeeded"), record("p", "1", "try", at, "succeeded")]);
    let installed = Installed::new(&portfolio);
    assert_eq!(version(installed.at("try", "p", instant("2026-11-06T00:00:00Z"))), "1");
}

fn drift(text: &str) -> Vec<String> {
    let portfolio = portfolio(&format!("{PLACES}---\n{text}"));
    let now = instant("2026-11-16T12:00:00Z");
    let schedule = Schedule::new(&portfolio, &Graph::new(&portfolio), now.date_naive());
    let drift = Installed::new(&portfolio).drift(&portfolio, &schedule, now);
    let shown = |drift: &Drift<'_>| {
        let Promise { environment, item, has_ended, .. } = drift.promise;
        let version = item.version.as_ref().unwrap();
        format!("{environment} {} {version} {has_ended}, found {}", item.project, super::tests::version(drift.found))
    };
    drift.iter().map(shown).collect()
}

fn release(id: &str, version: &str, status: &str, phases: &str) -> String {
    format!(
        "kind: release\nid: {id}\ntype: minor\nstatus: {status}\nscope: [{{project: p, version: {version}}}, {{project: till}}]\nphases: [{phases}]\n---\n"
    )
}

#[test]
fn a_phase_that_has_begun_says_what_should_be_there() {
    let begun = "{id: try, date: 2026-11-10, actual: {start: 2026-11-10}, environments: [try]}";
    let plan = release("a", "2", "in-progress", begun);
    let with = |records: &str| drift(&format!("{plan}kind: deployments\nentries:\n{records}"));
    assert_eq!(with(&record("p", "1", "try", "2026-11-01", "succeeded")), ["try p 2 false, found 1"]);
    assert!(with(&record("p", "2.0", "try", "2026-11-10", "succeeded")).is_empty());
    assert_eq!(with(&record("p", "2", "try", "2026-11-10", "failed")), ["try p 2 false, found none"]);
    // Nobody keeps records of the environment.
    assert!(with(&record("p", "2", "live", "2026-11-10", "succeeded")).is_empty());
}

#[test]
fn plans_that_have_not_come_to_it_say_nothing() {
    let old = record("p", "1", "try", "2026-11-01", "succeeded");
    let phases = "{id: try, date: 2026-11-10, environments: [try]}";
    for (status, phases) in [
        ("planned", phases),
        ("draft", phases),
        ("cancelled", phases),
        ("in-progress", phases),
        ("released", "{id: try, date: 2026-11-10, environments: [{id: try, use: regression}]}"),
    ] {
        let plan = release("a", "2", status, phases);
        assert!(drift(&format!("{plan}kind: deployments\nentries:\n{old}")).is_empty(), "{status} {phases}");
    }
    let plan = release("a", "2", "released", phases);
    assert_eq!(drift(&format!("{plan}kind: deployments\nentries:\n{old}")), ["try p 2 true, found 1"]);
}

#[test]
fn the_last_release_counts_and_one_that_records_agree_with() {
    let plan = release("a", "2", "released", "{id: go, date: 2026-11-10, environments: [live, shop]}")
        + &release("b", "3", "released", "{id: go, date: 2026-11-12, environments: [live]}")
        + &release("c", "4", "planned", "{id: go, date: 2026-11-20, environments: [live]}");
    let with = |records: &str| drift(&format!("{plan}kind: deployments\nentries:\n{records}"));
    // `shop` hosts only the till, whose version nobody says.
    assert!(
        with(
            &(record("p", "3", "live", "2026-11-12", "succeeded")
                + &record("till", "1", "shop", "2026-11-12", "succeeded"))
        )
        .is_empty()
    );
    assert_eq!(with(&record("p", "2", "live", "2026-11-10", "succeeded")), ["live p 3 true, found 2"]);
    assert_eq!(with(&record("p", "4", "live", "2026-11-14", "succeeded")), ["live p 3 true, found 4"]);
    let ahead = record("p", "4", "live", "2026-11-14", "succeeded").replace('}', ", release: c}");
    assert!(with(&ahead).is_empty());
}

#[test]
fn the_deployment_plan_says_where_production_is() {
    let text = format!(
        "{PLACES}---\nkind: release\nid: a\ntype: minor\nphases:\n\
         \x20 - {{id: try, date: 2026-11-10, environments: [try]}}\n\
         \x20 - {{id: go, date: 2026-11-12, environments: [live]}}\ndeployment: {{environments: [shop]}}\n"
    );
    let portfolio = portfolio(&text);
    let into = |phase| installs_into(&portfolio, 0, phase).into_iter().map(|(id, _)| id).collect::<Vec<_>>();
    assert_eq!((into(0), into(1)), (vec!["try"], vec!["shop"]));
}

proptest! {
    /// A walk over all records answers the same as the search.
    #[test]
    fn a_walk_agrees(records in prop::collection::vec((0usize..3, 0usize..2, 0u32..4, 0u32..48, 0usize..4), 0..40), hour in 0i64..60) {
        let words = ["succeeded", "failed", "rolled-back", "aborted"];
        let (places, projects) = (["try", "live", "shop"], ["p", "till"]);
        let texts: Vec<String> = records.iter().map(|&(place, project, version, hour, result)| {
            let at = format!("2026-11-{:02}T{:02}:00Z", 1 + hour / 24, hour % 24);
            record(projects[project], &version.to_string(), places[place], &at, words[result])
        }).collect();
        let portfolio = if texts.is_empty() { portfolio(PLACES) } else { recorded(&texts) };
        let installed = Installed::new(&portfolio);
        let now = instant("2026-11-01T00:00:00Z") + chrono::TimeDelta::hours(hour);
        for (e, environment) in places.iter().enumerate() {
            for (p, project) in projects.iter().enumerate() {
                let before = records.iter().filter(|record| {
                    record.0 == e && record.1 == p && record.4 == 0 && i64::from(record.3) <= hour
                });
                let expected = before.max_by_key(|record| record.3).map_or("none".to_owned(), |record| record.2.to_string());
                prop_assert_eq!(version(installed.at(environment, project, now)), expected);
            }
        }
    }
}
