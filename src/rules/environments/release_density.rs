//! `release-density`.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};

use crate::analysis::deployments::{self, Deployment, Time};
use crate::diagnostic::wording::with_places;
use crate::diagnostic::{Finding, Severity};
use crate::model::release::Status;
use crate::rules::{Check, Context, Group, Rule};
use crate::time::{plus_days, zone};

/// The rule.
pub static RULE: Rule = Rule {
    name: "release-density",
    group: Group::Environments,
    severity: Severity::Info,
    summary: "many releases go to production on one day",
    docs: r"## What it does

Counts the releases that deploy to the last stage on each day from today on, and reports days with more than `max`, which is 5 unless
`relm.yaml` says `release-density: {max: 3}`. A deployment counts on the day it begins, in the time zone of its environment; whole
days count each. A composite is not counted, its parts are. A day whose releases were all there on the day before as well is not
reported again. Releases that are over are left alone.

## Why

The people on the night are the same, and when something breaks nobody knows which change it was.

## How to fix

Move what yields, the release of the lowest priority, to another day, or raise `max` if the day can carry it.

```yaml failing
kind: portfolio
stages: [test, prod]
rules: {release-density: {max: 1}}
---
kind: environment
id: live
stage: prod
capacity: 2
---
kind: release
id: cards
type: minor
status: planned
phases: [{id: deploy, date: 2026-12-05, environments: [live]}]
---
kind: release
id: ledger
type: minor
status: planned
phases: [{id: deploy, date: 2026-12-05, environments: [live]}]
```

```yaml passing
kind: environment
id: live
stage: prod
capacity: 2
---
kind: release
id: cards
type: minor
status: planned
phases: [{id: deploy, date: 2026-12-05, environments: [live]}]
---
kind: release
id: ledger
type: minor
status: planned
phases: [{id: deploy, date: 2026-12-05, environments: [live]}]
```
",
    check: Check::Portfolio(check),
};

/// The most releases on a day, unless the portfolio says otherwise.
const MAX: u32 = 5;

/// A phase that takes longer than this is no deployment, whatever it is called.
const LONGEST: usize = 60;

fn check(cx: &Context<'_>, out: &mut Vec<Finding>) {
    let portfolio = cx.portfolio;
    let max = portfolio.settings.rules.get(RULE.name).and_then(|setting| setting.max.as_ref());
    let max = max.map_or(MAX, |max| max.value) as usize;
    // By day and release, the first deployment.
    let mut days: BTreeMap<NaiveDate, BTreeMap<usize, Deployment>> = BTreeMap::new();
    for r in 0..portfolio.releases.len() {
        let has_parts = portfolio.children(r).iter().any(|&r| portfolio.releases[r].status() != Status::Cancelled);
        if has_parts || super::is_past(cx, r) {
            continue;
        }
        for deployment in deployments::planned(portfolio, cx.schedule, r) {
            for day in days_of(cx, &deployment).into_iter().filter(|day| *day >= cx.clock.today) {
                let first = days.entry(day).or_default().entry(r).or_insert(deployment);
                if deployment.time.start() < first.time.start() {
                    *first = deployment;
                }
            }
        }
    }
    let mut before: Option<(NaiveDate, BTreeSet<usize>)> = None;
    for (day, releases) in days.into_iter().filter(|(_, releases)| releases.len() > max) {
        let here: BTreeSet<usize> = releases.keys().copied().collect();
        let continues = before.is_some_and(|(last, there)| plus_days(last, 1) == day && here.is_subset(&there));
        before = Some((day, here));
        if !continues {
            out.extend(report(cx, day, max, releases.into_values().collect()));
        }
    }
}

/// The days a deployment counts on; none outside the last stage.
fn days_of(cx: &Context<'_>, deployment: &Deployment) -> Vec<NaiveDate> {
    let environment = &cx.portfolio.environments[deployment.environment];
    if !cx.portfolio.is_production(&environment.id) {
        return Vec::new();
    }
    let zone = cx.portfolio.zone_of(environment);
    let day = |at: DateTime<Utc>| zone::local(at, zone).date();
    match deployment.time {
        Time::Window(stretch) => vec![day(stretch.start)],
        Time::Instant(at) => vec![day(at)],
        Time::Days(stretch) => {
            let last = day(stretch.end);
            day(stretch.start).iter_days().take_while(|day| *day < last).take(LONGEST).collect()
        }
    }
}

fn report(cx: &Context<'_>, day: NaiveDate, max: usize, mut deployments: Vec<Deployment>) -> Option<Finding> {
    let portfolio = cx.portfolio;
    // Who yields first: the lowest priority, then the later, then the later written.
    deployments.sort_by_key(|deployment| {
        let priority = portfolio.releases[deployment.release].priority();
        (priority, Reverse((deployment.time.start(), deployment.span)))
    });
    let count = deployments.len();
    let yielding = deployments.first()?;
    let message = format!("{count} releases deploy to production on {}, more than {max}", day.format("%a %Y-%m-%d"));
    let id = &portfolio.releases[yielding.release].id;
    let finding = Finding::new(yielding.span, yielding.subject(portfolio), message)
        .help(format!("move some to another day, `{id}` first: it has the lowest priority or begins last"));
    let others = deployments.iter().skip(1).map(|other| (other.span, other.subject(portfolio)));
    Some(with_places(finding, others, "the same day"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use crate::rules::testing::{messages, of};

    const RULE: &str = "release-density";
    const PLACES: &str = "kind: portfolio\nstages: [test, prod]\nrules: {release-density: {max: 1}}\n---\n\
                          kind: environment\nid: live\nstage: prod\n---\n\
                          kind: environment\nid: tokyo\nstage: prod\ntimezone: Asia/Tokyo\n---\n\
                          kind: environment\nid: try\nstage: test\n";

    fn release(id: &str, more: &str) -> String {
        format!("---\nkind: release\nid: {id}\ntype: minor\nstatus: planned\n{more}\n")
    }

    fn phase(id: &str, from: &str, to: &str) -> String {
        release(id, &format!("phases: [{{id: go, start: {from}, end: {to}, environments: [live, tokyo, try]}}]"))
    }

    fn at(id: &str, environment: &str, at: &str) -> String {
        release(id, &format!("deployment: {{environments: [{environment}], waves: [{{id: all, at: {at}}}]}}"))
    }

    fn found(releases: &[String]) -> Vec<String> {
        messages(RULE, &format!("{PLACES}{}", releases.concat()))
    }

    #[test]
    fn distinct_releases_of_a_day_are_counted_where_they_deploy() {
        let one = phase("a", "2026-12-05", "2026-12-05");
        assert!(found(std::slice::from_ref(&one)).is_empty());
        assert_eq!(
            found(&[one, phase("b", "2026-12-05", "2026-12-05")]),
            ["2 releases deploy to production on Sat 2026-12-05, more than 1"]
        );
        // 22:00 in London is the next day in Tokyo.
        assert_eq!(found(&[at("a", "live", "2026-12-05T22:00Z"), at("b", "live", "2026-12-05T22:00Z")]).len(), 1);
        assert!(found(&[at("a", "live", "2026-12-05T22:00Z"), at("b", "tokyo", "2026-12-05T22:00Z")]).is_empty());
        assert!(found(&[at("a", "try", "2026-12-05T22:00Z"), at("b", "try", "2026-12-05T22:00Z")]).is_empty());
    }

    #[test]
    fn five_are_no_crowd_unless_the_portfolio_says_so() {
        let six = |n: usize| (0..n).map(|i| phase(&format!("r{i}"), "2026-12-05", "2026-12-05")).collect::<String>();
        let places = PLACES.replace("rules: {release-density: {max: 1}}\n", "");
        assert!(messages(RULE, &(places.clone() + &six(5))).is_empty());
        assert_eq!(messages(RULE, &(places + &six(6))).len(), 1);
    }

    #[test]
    fn a_run_of_days_with_the_same_releases_is_told_once() {
        let two = [phase("a", "2026-12-01", "2026-12-04"), phase("b", "2026-12-02", "2026-12-05")];
        assert_eq!(found(&two), ["2 releases deploy to production on Wed 2026-12-02, more than 1"]);
        assert_eq!(found(&[&two[..], &[phase("c", "2026-12-04", "2026-12-04")]].concat()).len(), 2);
    }

    #[test]
    fn the_lowest_priority_leads_and_parts_count_for_their_composite() {
        let low = phase("a", "2026-12-05", "2026-12-05") + "priority: 10\n";
        let whole = phase("whole", "2026-12-05", "2026-12-05");
        let part = phase("part", "2026-12-05", "2026-12-05") + "part_of: whole\n";
        let findings = of(RULE, &format!("{PLACES}{part}{whole}{low}"));
        assert_eq!(findings.len(), 1);
        assert!(findings[0].message.starts_with("2 releases"));
        assert_eq!((findings[0].subject.id.as_str(), findings[0].related.len()), ("a", 1));
    }

    #[test]
    fn what_is_past_or_over_is_not_counted() {
        assert!(found(&[phase("a", "2026-11-13", "2026-11-13"), phase("b", "2026-11-13", "2026-11-13")]).is_empty());
        let over = phase("b", "2026-12-05", "2026-12-05").replace("planned", "cancelled");
        assert!(found(&[phase("a", "2026-12-05", "2026-12-05"), over]).is_empty());
    }
}
