#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::fmt::Write;

use chrono::TimeDelta;
use proptest::prelude::*;

use super::*;
use crate::analysis::testing::{Loaded, loaded};
use crate::model::facts::Facts as LearntFacts;
use crate::time::{Clock, When, zone};

/// The day the schedule is made for.
const TODAY: NaiveDate = NaiveDate::from_ymd_opt(2026, 11, 16).unwrap();

/// Asks in one portfolio as often as one likes.
struct Desk {
    loaded: Loaded,
    occupancy: Occupancy,
    learnt: LearntFacts,
    clock: Clock,
}

impl Desk {
    fn new(text: &str) -> Self {
        let loaded = loaded(text);
        let occupancy = Occupancy::new(&loaded.portfolio, &loaded.schedule);
        let clock = Clock::at(When::Date(TODAY), loaded.portfolio.zone);
        Self { loaded, occupancy, learnt: LearntFacts::default(), clock }
    }

    fn gates(&self) -> Gates<'_> {
        let Loaded { portfolio, schedule } = &self.loaded;
        Gates { portfolio, schedule, facts: &self.learnt, clock: &self.clock }
    }

    fn at(&self, time: &str) -> DateTime<Utc> {
        let live = self.loaded.portfolio.environments.get("live").unwrap();
        When::parse(time).unwrap().instant(self.loaded.portfolio.zone_of(live))
    }

    /// What is said of `ledger` in `live`; without a version that of the next release.
    fn ask(&self, version: Option<&str>, at: DateTime<Utc>) -> Permission {
        let portfolio = &self.loaded.portfolio;
        let installed = Installed::new(portfolio);
        let facts = Facts {
            portfolio,
            schedule: &self.loaded.schedule,
            occupancy: &self.occupancy,
            installed: &installed,
            gates: self.gates(),
            today: TODAY,
        };
        let environment = portfolio.environments.index("live").unwrap();
        let release = bringing(facts, "ledger", version, environment, at);
        let shipped = release.and_then(|release| shipped_with(portfolio, release, "ledger"));
        let question = Question {
            project: portfolio.projects.get("ledger").unwrap(),
            version: version.or(shipped),
            environment,
            release,
        };
        ask(facts, question, at)
    }

    /// The reasons with their ends, then the next opening.
    fn says(&self, version: Option<&str>, time: &str) -> Vec<String> {
        let live = self.loaded.portfolio.environments.get("live").unwrap();
        let zone = self.loaded.portfolio.zone_of(live);
        let spoken = |at: Option<DateTime<Utc>>| {
            at.map_or("never".to_owned(), |at| zone::local(at, zone).format("%Y-%m-%dT%H:%M").to_string())
        };
        let permission = self.ask(version, self.at(time));
        let reasons = permission.reasons.iter();
        let mut said: Vec<String> =
            reasons.map(|reason| format!("{}: {}; {}", reason.rule, reason.message, spoken(reason.until))).collect();
        said.push(spoken(permission.next_open));
        said
    }

    fn rules(&self, version: Option<&str>, time: &str) -> Vec<&'static str> {
        self.ask(version, self.at(time)).reasons.into_iter().map(|reason| reason.rule).collect()
    }
}

const LIVE: &str =
    "kind: project\nid: ledger\n---\nkind: project\nid: cards\n---\nkind: environment\nid: live\nstage: prod\n";

/// Production with more keys, then more documents.
fn live(keys: &str, more: &str) -> String {
    format!("{LIVE}{keys}---\n{more}")
}

fn frozen(freezes: &str, rest: &str) -> String {
    format!("kind: portfolio\nstages: [dev, test, prod]\ntimezone: Europe/London\nfreezes: [{freezes}]\n---\n{rest}")
}

#[test]
fn nothing_forbids_what_nobody_forbids() {
    let desk = Desk::new(LIVE);
    let permission = desk.ask(None, desk.at("2026-12-01T10:00"));
    assert!(permission.allowed());
    assert_eq!((permission.next_open, permission.allowed_until), (Some(desk.at("2026-12-01T10:00")), None));
}

#[test]
fn a_freeze_lasts_until_its_end_and_the_window_opens_after_it() {
    let year_end = "{id: year-end, name: Year end, from: 2026-12-18, to: 2027-01-04, stages: [prod]}";
    let windows = "windows: [{rrule: 'FREQ=WEEKLY;BYDAY=SA', start: 2026-01-03T20:00, duration: 10h}]\n";
    let desk = Desk::new(&frozen(year_end, &live(windows, "")));
    assert_eq!(
        desk.says(None, "2026-12-24T10:00"),
        [
            "deploy-in-freeze: freeze `year-end` (Year end) forbids it; 2027-01-05T00:00",
            "outside-window: no deployment window of `live` is open; 2026-12-26T20:00",
            "2027-01-09T20:00",
        ]
    );
    let before = desk.ask(None, desk.at("2026-12-12T21:00"));
    assert_eq!((before.allowed(), before.allowed_until), (true, Some(desk.at("2026-12-13T06:00"))));
}

#[test]
fn windows_follow_the_clock_of_the_environment() {
    let windows =
        "timezone: Australia/Sydney\nwindows: [{rrule: 'FREQ=DAILY', start: 2026-01-03T22:00, duration: 2h}]\n";
    let desk = Desk::new(&frozen("", &live(windows, "")));
    // Clocks go forward on 2027-10-03.
    for (asked, opens) in [("2027-10-01T14:00Z", "2027-10-02T12:00Z"), ("2027-10-02T14:00Z", "2027-10-03T11:00Z")] {
        assert_eq!(desk.ask(None, desk.at(asked)).next_open, Some(desk.at(opens)), "{asked}");
    }
}

#[test]
fn an_exception_holds_through_its_day() {
    let freeze = "{id: f, from: 2026-12-18, to: 2027-01-04, except: [{release: fix, expires: 2026-12-20}]}";
    let release = "kind: release\nid: fix\ntype: minor\nstatus: planned\nscope: [{project: ledger, version: 2.0}]\n\
                   phases: [{id: go, start: 2026-12-19, end: 2026-12-22, environments: [live]}]\n";
    let desk = Desk::new(&frozen(freeze, &live("", release)));
    assert_eq!(desk.says(None, "2026-12-20T23:59"), ["2026-12-20T23:59"]);
    assert_eq!(
        desk.says(None, "2026-12-21T00:00")[0],
        "deploy-in-freeze: freeze `f` forbids it; its exception expires on 2026-12-20; 2027-01-05T00:00"
    );
    let allowed = desk.ask(Some("2.0"), desk.at("2026-12-20T10:00"));
    assert_eq!(allowed.allowed_until, Some(desk.at("2026-12-21T00:00")));
    // Another version is not what the release brings.
    assert_eq!(desk.rules(Some("2.1"), "2026-12-20T10:00"), ["unknown-reference", "deploy-in-freeze", "over-capacity"]);
}

#[test]
fn others_in_the_environment_forbid_it_and_drafts_do_not() {
    let phase = |id: &str, status: &str, more: &str| {
        format!(
            "kind: release\nid: {id}\ntype: minor\nstatus: {status}\nscope: [{{project: {more}}}]\n\
             phases: [{{id: go, date: 2026-12-05, environments: [live]}}]\n---\n"
        )
    };
    let own = phase("own", "planned", "ledger, version: 2.0");
    let other = phase("other", "planned", "cards");
    let desk = Desk::new(&live("", &own));
    assert!(desk.rules(None, "2026-12-05T12:00").is_empty());
    let desk = Desk::new(&live("", &(own.clone() + &other)));
    assert_eq!(
        desk.says(None, "2026-12-05T12:00"),
        ["over-capacity: `live` is fully booked by `other/go`; 2026-12-06T00:00", "2026-12-06T00:00"]
    );
    let desk = Desk::new(&live("", &(own.clone() + &other.replace("planned", "draft"))));
    assert!(desk.rules(None, "2026-12-05T12:00").is_empty());
    let desk = Desk::new(&live("capacity: 2\n", &(own.clone() + &other)));
    assert!(desk.rules(None, "2026-12-05T12:00").is_empty());
    // The release's own booking may need more than is left beside the other, or nobody beside it.
    let wants = |how: &str| own.replace("environments: [live]", &format!("environments: [{{id: live, {how}}}]"));
    let desk = Desk::new(&live("capacity: 2\n", &(wants("units: 2") + &other)));
    assert_eq!(
        desk.says(None, "2026-12-05T12:00")[0],
        "over-capacity: `live` has too little left for the release beside `other/go`; 2026-12-06T00:00"
    );
    let desk = Desk::new(&live("capacity: 9\n", &(wants("exclusive: true") + &other)));
    assert_eq!(
        desk.says(None, "2026-12-05T12:00")[0],
        "exclusive-overlap: `live` is wanted exclusively by the release, and used by `other/go`; 2026-12-06T00:00"
    );
    let alone = "capacity: 9\nbookings: [{id: load, from: 2026-12-05T10:00, to: 2026-12-05T14:00, exclusive: true}]\n";
    let desk = Desk::new(&live(alone, &own));
    assert_eq!(
        desk.says(None, "2026-12-05T12:00"),
        [
            "exclusive-overlap: `live` is booked exclusively by `live booking load`; 2026-12-05T14:00",
            "2026-12-05T14:00"
        ]
    );
}

#[test]
fn outages_and_maintenance_end_and_hosting_does_not() {
    let keys = "projects: [cards]\noutages: [{from: 2026-12-05, to: 2026-12-06, reason: Storage move}]\n\
                maintenance: [{name: Patching, rrule: FREQ=DAILY, start: 2026-01-01T20:00, duration: 6h}]\n";
    let desk = Desk::new(&live(keys, ""));
    assert_eq!(
        desk.says(None, "2026-12-05T21:00"),
        [
            "booked-during-outage: `live` is out of use: Storage move; 2026-12-07T00:00",
            "booked-during-maintenance: `live` is in maintenance: Patching; 2026-12-06T02:00",
            "not-hosted: `live` does not host `ledger`; never",
            "never",
        ]
    );
}

const STAGED: &str = "kind: portfolio\nstages: [dev, test, prod]\nrelease_types: {minor: {stages: [test]}, emergency: {}}\n---\n\
                      kind: project\nid: ledger\n---\nkind: environment\nid: try\nstage: test\n---\n\
                      kind: environment\nid: live\nstage: prod\nsoak: 2d\n---\n\
                      kind: release\nid: own\ntype: minor\nstatus: planned\nscope: [{project: ledger, version: 2.0}]\nphases:\n";

fn staged(phases: &[&str], records: &[(&str, &str, &str)]) -> Desk {
    let mut text = STAGED.to_owned();
    for phase in phases {
        let _ = writeln!(text, "  - {{{phase}}}");
    }
    text.push_str("---\nkind: deployments\nentries:\n");
    for (environment, version, at) in records {
        let _ = writeln!(
            text,
            "  - {{project: ledger, version: {version}, environment: {environment}, at: {at}, result: succeeded}}"
        );
    }
    if records.is_empty() {
        text.push_str("  []\n");
    }
    Desk::new(&text)
}

const GO: &str = "id: go, date: 2026-12-05, environments: [live]";
const TRY: &str = "id: uat, start: 2026-11-30, end: 2026-12-04, environments: [try]";

#[test]
fn a_version_comes_through_the_demanded_stages_and_stays_there() {
    // By plan, where nobody records what happens in the stage: when its phase there is over.
    let desk = staged(&[TRY, GO], &[]);
    assert_eq!(
        desk.says(None, "2026-11-27T10:00"),
        [
            "promotion-order: `ledger` 2.0 is not in `test` yet; 2026-12-05T00:00",
            "soak-too-short: `ledger` 2.0 comes to `test` from 2026-11-30 on; `live` asks for 2d there; 2026-12-02T00:00",
            "2026-12-05T00:00",
        ]
    );
    // By records: on Thursday, so that the weekend does not count.
    let desk = staged(&[TRY, GO], &[("try", "2.0", "2026-12-03T15:00")]);
    assert_eq!(desk.rules(None, "2026-12-03T10:00"), ["promotion-order", "soak-too-short"]);
    assert_eq!(desk.rules(None, "2026-12-03T16:00"), ["soak-too-short"]);
    assert_eq!(desk.says(None, "2026-12-04T16:00").last().unwrap(), "2026-12-05T00:00");
    // Where records are kept, the plan speaks of what is to come.
    let kept = [("try", "1.9", "2026-11-03T15:00")];
    let says = |days: &str| {
        let phase = format!("id: uat, {days}, environments: [try]");
        staged(&[&phase, GO], &kept).says(None, "2026-11-17T10:00").swap_remove(0)
    };
    assert_eq!(
        says("start: 2026-11-18, end: 2026-11-20"),
        "promotion-order: `ledger` 2.0 is not in `test` yet; 2026-11-21T00:00"
    );
    assert_eq!(
        says("start: 2026-11-12, end: 2026-11-20"),
        "promotion-order: `ledger` 2.0 is not in `test` yet; 2026-11-21T00:00"
    );
    assert_eq!(
        says("start: 2026-11-12, end: 2026-11-13"),
        "promotion-order: `ledger` 2.0 must go through the stages before: no record says that it has been in `test`; never"
    );
    let desk = staged(&[GO], &[]);
    assert_eq!(desk.rules(None, "2026-12-05T10:00"), ["stage-skipped"]);
}

#[test]
fn going_back_and_emergencies_take_no_detour() {
    let desk =
        staged(&[GO], &[("live", "2.0", "2026-10-05"), ("live", "2.1", "2026-10-06"), ("try", "2.1", "2026-10-06")]);
    assert!(desk.rules(Some("2.0"), "2026-12-05T10:00").is_empty());
    let text = STAGED.replace("type: minor", "type: emergency") + &format!("  - {{{TRY}}}\n  - {{{GO}}}\n");
    assert!(Desk::new(&text).rules(None, "2026-12-01T10:00").is_empty());
}

#[test]
fn a_version_without_a_release_has_been_somewhere_before() {
    let records = [("try", "1.9", "2026-11-03T15:00"), ("try", "2.5", "2026-11-10T15:00")];
    let desk = staged(&[TRY, GO], &records);
    assert_eq!(desk.rules(Some("2.4"), "2026-12-05T10:00"), ["unknown-reference", "over-capacity", "promotion-order"]);
    assert!(desk.rules(Some("2.5"), "2026-11-30T10:00").is_empty());
}

#[test]
fn versions_are_judged_both_ways_with_what_ships_along() {
    let needs = |more: &str| {
        format!(
            "kind: environment\nid: live\nstage: prod\n---\nkind: project\nid: ledger\ndepends_on: [{{project: cards, version: '>=3'}}]\n---\n\
             kind: project\nid: cards\n---\nkind: project\nid: shop\ndepends_on: [{{project: ledger, version: '<2'}}]\n---\n\
             kind: deployments\nentries:\n  - {{project: cards, version: 2.9, environment: live, at: 2026-10-01, result: succeeded}}\n  \
             - {{project: cards, version: 3.0, environment: live, at: 2026-11-01, result: succeeded}}\n{more}"
        )
    };
    let shop = "  - {project: shop, version: 1.0, environment: live, at: 2026-10-15, result: succeeded}\n";
    let desk = Desk::new(&needs(""));
    assert_eq!(
        desk.says(Some("1.0"), "2026-10-10"),
        ["version-requirement: `ledger` needs `cards` >=3, and 2.9 is in `live`; 2026-11-01T00:00", "2026-11-01T00:00"]
    );
    assert!(desk.rules(Some("1.0"), "2026-09-01").is_empty(), "what is not known is not judged");
    let desk = Desk::new(&needs(shop));
    assert!(desk.rules(Some("1.0"), "2026-12-01").is_empty());
    assert_eq!(
        desk.says(Some("2.0"), "2026-12-01"),
        ["version-requirement: `shop`, which is in `live`, needs `ledger` <2; never", "never"]
    );
    let release = |version: &str| {
        format!(
            "---\nkind: release\nid: r\ntype: minor\nstatus: planned\nscope: [{{project: ledger, version: 1.5}}, {{project: cards, version: {version}}}]\n\
             phases: [{{id: go, date: 2026-12-05, environments: [live]}}]\n"
        )
    };
    assert!(Desk::new(&needs(&release("3.5"))).rules(None, "2026-10-10").is_empty());
    assert_eq!(Desk::new(&needs(&release("2.5"))).rules(None, "2026-12-05"), ["version-requirement"]);
}

#[test]
fn the_next_release_that_goes_there_is_meant() {
    let release = |id: &str, status: &str, version: &str, day: &str| {
        format!(
            "---\nkind: release\nid: {id}\ntype: minor\nstatus: {status}\nscope: [{{project: ledger, version: {version}}}]\n\
             phases: [{{id: go, date: {day}, environments: [live]}}]\n"
        )
    };
    let text = [
        LIVE.to_owned(),
        release("draft", "draft", "1.0", "2026-12-02"),
        release("first", "planned", "1.1", "2026-12-03"),
        release("second", "planned", "1.2", "2026-12-10"),
        release("gone", "released", "1.3", "2026-12-04"),
        "---\nkind: release\nid: elsewhere\ntype: minor\nstatus: planned\nscope: [{project: ledger, version: 1.4}]\n"
            .to_owned(),
    ];
    let desk = Desk::new(&text.concat());
    let portfolio = &desk.loaded.portfolio;
    let installed = Installed::new(portfolio);
    let facts = Facts {
        portfolio,
        schedule: &desk.loaded.schedule,
        occupancy: &desk.occupancy,
        installed: &installed,
        gates: desk.gates(),
        today: TODAY,
    };
    let found = |version: Option<&str>, at: &str| {
        let release = bringing(facts, "ledger", version, portfolio.environments.index("live").unwrap(), desk.at(at));
        release.map(|release| portfolio.releases[release].id.to_string())
    };
    assert_eq!(found(None, "2026-12-01").as_deref(), Some("first"));
    assert_eq!(found(None, "2026-12-04").as_deref(), Some("second"));
    assert_eq!(found(None, "2026-12-20").as_deref(), Some("second"));
    assert_eq!(found(Some("v1.3.0"), "2026-12-20").as_deref(), Some("gone"));
    assert_eq!(found(Some("1.4"), "2026-12-20").as_deref(), Some("elsewhere"));
    assert_eq!(found(Some("9"), "2026-12-20"), None);
}

/// A portfolio in which much may be in the way, in hours from 2027-03-20 on: over the change of the clocks.
fn busy() -> impl Strategy<Value = (String, i64)> {
    let stretch = || (0i64..500, 1i64..120);
    let once = prop::collection::vec(stretch(), 0..3);
    let windows = prop::collection::vec((0u32..24, 1i64..30, prop::sample::select(vec!["DAILY", "WEEKLY"])), 0..3);
    let maintenance = prop::collection::vec((0u32..24, 1i64..5), 0..2);
    let outages = prop::collection::vec(stretch(), 0..3);
    let bookings = prop::collection::vec((stretch(), any::<bool>()), 0..4);
    let all = (once, outages, bookings, windows, maintenance, 0i64..500, 0u32..3);
    all.prop_map(|(freezes, outages, bookings, windows, maintenance, asked, expires)| {
        let time = |hours: i64| {
            let start = When::parse("2027-03-20").unwrap().instant(chrono_tz::UTC);
            (start + TimeDelta::hours(hours)).format("%Y-%m-%dT%H:%MZ").to_string()
        };
        let ends = |&(from, length): &(i64, i64)| format!("from: '{}', to: '{}'", time(from), time(from + length));
        let list = |items: &mut dyn Iterator<Item = String>| items.collect::<Vec<_>>().join(", ");
        let except = match expires {
            0 => String::new(),
            days => format!(", except: [{{type: minor, expires: 2027-03-{}}}]", 22 + days),
        };
        let freezes = list(&mut freezes.iter().enumerate().map(|(n, at)| format!("{{id: f{n}, {}{except}}}", ends(at))));
        let outages = list(&mut outages.iter().map(|at| format!("{{{}}}", ends(at))));
        let booking = |(n, (at, alone)): (usize, &((i64, i64), bool))| {
            format!("{{id: b{n}, {}, exclusive: {alone}}}", ends(at))
        };
        let bookings = list(&mut bookings.iter().enumerate().map(booking));
        let windows = list(&mut windows.iter().map(|(hour, length, every)| {
            format!("{{rrule: FREQ={every}, start: '2027-01-02T{hour:02}:30', duration: {length}h}}")
        }));
        let maintenance = list(&mut maintenance.iter().map(|(hour, length)| {
            format!("{{rrule: FREQ=DAILY, start: '2027-01-02T{hour:02}:00', duration: {length}h}}")
        }));
        let text = format!(
            "kind: portfolio\nstages: [test, prod]\ntimezone: Europe/London\nfreezes: [{freezes}]\n---\n\
             {LIVE}capacity: 2\nsoak: 2d\noutages: [{outages}]\nbookings: [{bookings}]\n\
             windows: [{windows}]\nmaintenance: [{maintenance}]\n---\n\
             kind: environment\nid: try\nstage: test\n---\nkind: release\nid: own\ntype: minor\nstatus: planned\n\
             scope: [{{project: ledger, version: 2.0}}]\nphases:\n  - {{id: uat, date: 2027-03-25, environments: [try]}}\n  \
             - {{id: go, start: 2027-03-26, end: 2027-04-30, environments: [live]}}\n"
        );
        (text, asked)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn ends_and_openings_are_what_asking_then_says((text, hours) in busy(), probe in 0i64..10_000) {
        let desk = Desk::new(&text);
        let at = desk.at("2027-03-20") + TimeDelta::hours(hours);
        let second = TimeDelta::seconds(1);
        let ask = |at| desk.ask(Some("2.0"), at);
        let permission = ask(at);
        if let Some(open) = permission.next_open {
            prop_assert!(ask(open).allowed());
            prop_assert_eq!(open == at, permission.allowed());
            if open > at {
                let between = at + TimeDelta::seconds((open - at).num_seconds() * probe / 10_000);
                prop_assert!(!ask(open - second).allowed() && !ask(between).allowed());
            }
        }
        for reason in &permission.reasons {
            let Some(until) = reason.until else { continue };
            // Who is in the way may change from booking to booking, and so may the rule.
            let is_booked = |rule: &str| ["over-capacity", "exclusive-overlap"].contains(&rule);
            let same = |other: &Reason| {
                is_booked(reason.rule) && is_booked(other.rule) || (other.rule, other.span) == (reason.rule, reason.span)
            };
            prop_assert!(ask(until - second).reasons.iter().any(same), "{} before its end", reason.rule);
            prop_assert!(!ask(until).reasons.iter().any(same), "{} at its end", reason.rule);
        }
        if let Some(until) = permission.allowed_until {
            prop_assert!(ask(until - second).allowed() && !ask(until).allowed());
        }
    }
}

#[test]
fn what_is_not_understood_forbids_it() {
    let rules = |text: &str| Desk::new(text).rules(Some("2.0"), "2026-12-22T10:00");
    let release = "kind: release\nid: own\ntype: minor\nstatus: planned\nscope: [{project: ledger, version: 2.0}]\n\
                   phases: [{id: go, start: 2026-12-19, end: 2026-12-22, environments: [live]}]\n";
    assert!(rules(&frozen("", &live("", release))).is_empty());
    let inverted = "{id: f, from: 2027-01-04, to: 2026-12-18}";
    assert_eq!(rules(&frozen(inverted, &live("", release))), ["invalid-value"]);
    let elsewhere = "{id: f, from: 2027-01-04, to: 2026-12-18, stages: [test]}";
    assert!(rules(&frozen(elsewhere, &live("", release))).is_empty());
    let window = "windows: [{rrule: 'FREQ=WEEKLLY', start: 2026-01-03T22:00, duration: 2h}]\n";
    assert_eq!(rules(&frozen("", &live(window, release))), ["invalid-value"]);
}

#[test]
fn gates_on_the_way_must_be_passed() {
    let gates = |rest: &str| {
        live(
            "",
            &format!(
                "---\nkind: environment\nid: copy\nstage: test\n---\nkind: release\nid: all\ntype: major\nstatus: planned\n\
                 gates: [{{id: board, criteria: [{{id: a}}]}}]\n---\nkind: release\nid: r\ntype: {rest}\
                 part_of: all\nstatus: planned\nscope: [{{project: ledger, version: 2.0}}]\nphases:\n\
                 - {{id: test, date: 2026-12-01, environments: [copy]}}\n- {{id: go, date: 2026-12-02, environments: [live]}}\n\
                 - {{id: close, date: 2026-12-09}}\n\
                 gates:\n- {{id: start, before: test, criteria: [{{id: b, status: met}}]}}\n\
                 - {{id: end, before: close, criteria: [{{id: c}}]}}\n\
                 - {{id: go-live, requires: [{{role: board}}], approvals: [{{role: board, by: ann, decision: rejected}}]}}\n"
            ),
        )
    };
    let said = Desk::new(&gates("minor\n")).says(Some("2.0"), "2026-12-02");
    assert_eq!(
        said,
        [
            "gate-not-passed: gate `go-live` of `r` is rejected and lacks 1 approval; never",
            "gate-not-passed: gate `board` of `all` is pending and lacks 1 criterion; never",
            "never"
        ]
    );
    let said = Desk::new(&gates("emergency\n")).says(Some("2.0"), "2026-12-02");
    assert_eq!(said, ["2026-12-02T00:00"], "they may follow");
}

#[test]
fn changes_that_the_release_carries_must_be_approved_at_the_time() {
    let change = |rest: &str| {
        live(
            "",
            &format!(
                "---\nkind: release\nid: r\ntype: emergency\nstatus: planned\n\
                 scope: [{{project: ledger, version: 2.0, changes: [C-1]}}]\n\
                 phases: [{{id: go, date: 2026-12-02, environments: [live]}}]\n---\nkind: change\nid: C-1\n{rest}"
            ),
        )
    };
    let said = |rest: &str, at: &str| Desk::new(&change(rest)).says(Some("2.0"), at);
    assert_eq!(
        said("status: submitted\n", "2026-12-02"),
        ["change-not-approved: change `C-1` is waiting; never", "never"]
    );
    assert_eq!(said("status: approved\n", "2026-12-02"), ["2026-12-02T00:00"]);
    assert_eq!(said("status: submitted\nproject: cards\n", "2026-12-02"), ["2026-12-02T00:00"], "another project's");
}
