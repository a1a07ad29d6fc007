//! `lead-time-too-short`.

use std::collections::HashSet;

use crate::diagnostic::{Finding, Severity};
use crate::model::Identified;
use crate::model::release::Phase;
use crate::rules::bookings::{each_environment, tempered};
use crate::rules::{Check, Context, Group, Rule};
use crate::time::{Lag, zone};

/// The rule.
pub static RULE: Rule = Rule {
    name: "lead-time-too-short",
    group: Group::Environments,
    severity: Severity::Warning,
    summary: "a booking begins before the environment can be set up",
    docs: "\
## What it does

Reports a `code` booking that has not begun and begins before today plus the environment's `setup.lead_time`, unless the same
release already holds the environment until then. Releases that are over are left alone.

## Why

Setting up takes longer than the time that is left, so that the work will begin late.

## How to fix

Begin later, book an environment that stands, or, where setting up is under way, shorten `lead_time`.

```yaml failing
kind: environment
id: perf
stage: test
provisioning: on-demand
setup: {lead_time: 3d}
---
kind: release
id: cards
type: minor
status: planned
phases:
  - {id: load-test, start: 2026-11-18, end: 2026-11-20, environments: [perf]}
```

```yaml passing
kind: environment
id: perf
stage: test
provisioning: on-demand
setup: {lead_time: 3d}
---
kind: release
id: cards
type: minor
status: planned
phases:
  - {id: load-test, start: 2026-11-19, end: 2026-11-20, environments: [perf]}
```
",
    check: Check::Portfolio(check),
};

fn check(cx: &Context<'_>, out: &mut Vec<Finding>) {
    let portfolio = cx.portfolio;
    let calendar = portfolio.calendars.default_calendar();
    each_environment(cx, out, |environment, occupancy| {
        let manifest = &portfolio.environments[environment];
        let Some(lead) = manifest.setup.as_ref().and_then(|setup| setup.lead_time.as_ref()) else { return Vec::new() };
        let zone = portfolio.zone_of(manifest);
        let ready_on = calendar.add_lag(cx.clock.today, Lag::from(lead.value.0));
        let ready = zone::start_of_day(ready_on, zone);
        let mut seen = HashSet::new();
        let mut found = Vec::new();
        for booking in occupancy.of(environment) {
            let start = booking.time.start;
            let is_over = booking.release.is_some_and(|release| portfolio.releases[release].status().is_over());
            // What is not set up continues a hold, or installs nothing.
            let is_set_up = booking.held_from < start;
            let has_begun = booking.phase(portfolio).is_some_and(Phase::has_begun);
            if is_over || has_begun || !is_set_up || start <= cx.clock.now || start >= ready {
                continue;
            }
            // Two bookings of a release that begin together are set up together.
            if booking.release.is_some() && !seen.insert((booking.release, start)) {
                continue;
            }
            let begins = zone::local(start, zone);
            let whole = begins.time() == chrono::NaiveTime::MIN;
            let begins = begins.format(if whole { "%Y-%m-%d" } else { "%Y-%m-%d %H:%M" });
            let message = format!(
                "`{}` begins on {begins}, but `{}` takes {} to set up and can be ready on {ready_on}",
                booking.name(portfolio),
                manifest.id,
                lead.value.0,
            );
            let help = format!("begin on {ready_on} or later, or book an environment that stands");
            let finding = Finding::new(booking.span, booking.subject(portfolio), message).help(help);
            let subject = manifest.subject().at("setup/lead_time");
            found.push(tempered(finding.related(lead.span, subject, "the lead time"), booking.tentative));
        }
        found
    });
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::messages;

    const RULE: &str = "lead-time-too-short";

    fn text(phases: &str) -> String {
        format!(
            "kind: environment\nid: perf\nstage: test\nsetup: {{lead_time: 3d}}\n---\nkind: release\nid: a\ntype: minor\n\
             status: planned\nphases:\n{phases}"
        )
    }

    fn phase(id: &str, start: &str, end: &str, more: &str) -> String {
        format!("  - {{id: {id}, start: {start}, end: {end}, environments: [{{id: perf{more}}}]}}\n")
    }

    #[test]
    fn before_it_can_be_ready() {
        assert_eq!(
            messages(RULE, &text(&phase("p", "2026-11-18", "2026-11-20", ""))),
            ["`a/p` begins on 2026-11-18, but `perf` takes 3d to set up and can be ready on 2026-11-19"]
        );
        assert!(messages(RULE, &text(&phase("p", "2026-11-19", "2026-11-20", ""))).is_empty());
        assert!(messages(RULE, &text(&phase("p", "2026-11-16", "2026-11-20", ""))).is_empty(), "it has begun");
        assert!(messages(RULE, &text(&phase("p", "2026-11-18", "2026-11-20", ", use: regression"))).is_empty());
    }

    #[test]
    fn what_began_sooner_than_planned_is_set_up() {
        let begun = text(&phase("p", "2026-11-18", "2026-11-20", ""))
            .replace("{id: p,", "{id: p, actual: {start: 2026-11-13},");
        assert!(messages(RULE, &begun).is_empty());
    }

    #[test]
    fn what_continues_a_hold_is_set_up() {
        let first = phase("p", "2026-11-12", "2026-11-17", ", use: regression");
        assert!(messages(RULE, &text(&format!("{first}{}", phase("q", "2026-11-18", "2026-11-20", "")))).is_empty());
        let gap = phase("p", "2026-11-12", "2026-11-16", "");
        assert_eq!(messages(RULE, &text(&format!("{gap}{}", phase("q", "2026-11-18", "2026-11-20", "")))).len(), 1);
    }

    #[test]
    fn what_begins_together_is_one_finding_and_what_is_over_none() {
        let two =
            format!("{}{}", phase("p", "2026-11-18", "2026-11-20", ""), phase("q", "2026-11-18", "2026-11-19", ""));
        assert_eq!(messages(RULE, &text(&two)).len(), 1);
        assert!(messages(RULE, &text(&two).replace("planned", "released")).is_empty());
    }
}
