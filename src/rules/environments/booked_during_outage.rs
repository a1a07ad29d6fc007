//! `booked-during-outage`.

use crate::diagnostic::{Finding, Severity};
use crate::rules::bookings::{Downtime, each_environment, met};
use crate::rules::{Check, Context, Group, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    name: "booked-during-outage",
    group: Group::Environments,
    severity: Severity::Error,
    summary: "an environment is booked while it cannot be used",
    docs: "\
## What it does

Reports a booking that one of the environment's `outages` meets from today on. Deployments, rehearsals and the environment's own
bookings are judged at their times, phases on their working days: an outage at a weekend is none of a phase's business. A day
for which the deployment plan says the time is judged at that time. Each booking is reported once, with the first outage. For
drafts it is a warning; phases that have ended and releases that are over are left alone.

## Why

Nobody works there on that day, whatever the plan says.

## How to fix

Move the booking or the outage, or book another environment.

```yaml failing
kind: environment
id: uat-1
stage: test
outages: [{from: 2026-11-25, to: 2026-11-26, reason: Storage move}]
---
kind: release
id: cards
type: minor
status: planned
phases:
  - {id: uat, start: 2026-11-23, end: 2026-11-27, environments: [uat-1]}
```

```yaml passing
kind: environment
id: uat-1
stage: test
outages: [{from: 2026-11-28, to: 2026-11-29, reason: Storage move}]
---
kind: release
id: cards
type: minor
status: planned
phases:
  - {id: uat, start: 2026-11-23, end: 2026-12-01, environments: [uat-1]}
```
",
    check: Check::Portfolio(check),
};

fn check(cx: &Context<'_>, out: &mut Vec<Finding>) {
    each_environment(cx, out, |environment, occupancy| {
        let manifest = &cx.portfolio.environments[environment];
        if manifest.outages.is_empty() {
            return Vec::new();
        }
        let outage = Downtime {
            name: "an outage",
            list: "outages",
            title: &|index| manifest.outages[index].reason.as_deref(),
            help: "move the booking or the outage, or book another environment",
        };
        met(cx, environment, occupancy.of(environment), &cx.times(environment).outages, &outage)
    });
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Severity;
    use crate::rules::testing::{messages, of};

    const RULE: &str = "booked-during-outage";

    fn text(outages: &str, phase: &str, more: &str) -> String {
        format!(
            "kind: environment\nid: uat\nstage: prod\ntimezone: America/New_York\noutages: [{outages}]\n---\nkind: release\n\
             id: a\ntype: minor\nstatus: planned\nphases:\n  - {{id: p, {phase}, environments: [uat]}}\n{more}"
        )
    }

    #[test]
    fn a_phase_is_met_on_working_days_only() {
        let phase = "start: 2026-11-19, end: 2026-11-24";
        assert_eq!(
            messages(RULE, &text("{from: 2026-11-23, to: 2026-11-23, reason: Move}", phase, "")),
            ["`a/p` books `uat` during an outage (Move) on 2026-11-23"]
        );
        assert!(messages(RULE, &text("{from: 2026-11-21, to: 2026-11-22}", phase, "")).is_empty());
        assert!(messages(RULE, &text("{from: 2026-11-25, to: 2026-11-26}", phase, "")).is_empty());
        // Midnight there, not in UTC.
        assert!(messages(RULE, &text("{from: 2026-11-21T00:00, to: 2026-11-23T00:00}", phase, "")).is_empty());
        assert_eq!(messages(RULE, &text("{from: 2026-11-21T00:00, to: 2026-11-23T00:01}", phase, "")).len(), 1);
        // Written on a Saturday, it is worked.
        assert_eq!(messages(RULE, &text("{from: 2026-11-21, to: 2026-11-21}", "date: 2026-11-21", "")).len(), 1);
    }

    #[test]
    fn a_booking_is_reported_once() {
        let several = "{from: 2026-11-23, to: 2026-11-23}, {from: 2026-11-24, to: 2026-11-24}, {from: 2026-11-20, to: 2026-11-20}";
        assert_eq!(
            messages(RULE, &text(several, "start: 2026-11-19, end: 2026-11-24", "")),
            ["`a/p` books `uat` during an outage on 2026-11-20, and 2 times more"]
        );
    }

    #[test]
    fn a_deployment_speaks_for_its_day() {
        let window = |start: &str, end: &str| format!("deployment: {{window: {{start: {start}, end: {end}}}}}\n");
        let outage = "{from: 2026-11-24T02:00, to: 2026-11-24T06:00}";
        let with = |start: &str, end: &str| messages(RULE, &text(outage, "date: 2026-11-24", &window(start, end)));
        assert!(with("2026-11-24T20:00", "2026-11-24T22:00").is_empty());
        assert_eq!(
            with("2026-11-24T05:00", "2026-11-24T07:00"),
            ["`a deployment` books `uat` during an outage on 2026-11-24 from 02:00 to 06:00"]
        );
    }

    #[test]
    fn the_past_and_drafts() {
        let past = "{from: 2026-11-12, to: 2026-11-13}";
        assert!(messages(RULE, &text(past, "start: 2026-11-09, end: 2026-11-20", "")).is_empty());
        let ended = "start: 2026-11-09, end: 2026-11-20, actual: {start: 2026-11-09, end: 2026-11-13}";
        assert!(messages(RULE, &text("{from: 2026-11-19, to: 2026-11-19}", ended, "")).is_empty());
        let draft = text("{from: 2026-11-23, to: 2026-11-23}", "date: 2026-11-23", "").replace("planned", "draft");
        assert_eq!(of(RULE, &draft)[0].severity, Severity::Warning);
        assert!(messages(RULE, &draft.replace("draft", "cancelled")).is_empty());
    }
}
