//! `booked-during-maintenance`.

use crate::diagnostic::{Finding, Severity};
use crate::rules::bookings::{Downtime, each_environment, met};
use crate::rules::{Check, Context, Group, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    name: "booked-during-maintenance",
    group: Group::Environments,
    severity: Severity::Warning,
    summary: "an environment is booked while it is maintained",
    docs: "\
## What it does

Reports a booking that the environment's regular `maintenance` meets from today on. Deployments, rehearsals and the
environment's own bookings are judged at their times, phases on their working days: patching at a weekend is none of a phase's
business. A day for which the deployment plan says the time is judged at that time. Each booking is reported once, with the
first occurrence and how many more there are. Phases that have ended and releases that are over are left alone.

## Why

Some hours are lost, or a deployment meets a restart.

## How to fix

Move the booking, leave the occurrence out with `exdates`, or move the maintenance to a weekend.

```yaml failing
kind: environment
id: uat-1
stage: test
maintenance: [{name: Patching, rrule: \"FREQ=WEEKLY;BYDAY=WE\", start: 2026-01-07T12:00, duration: 3h}]
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
maintenance: [{name: Patching, rrule: \"FREQ=WEEKLY;BYDAY=SA\", start: 2026-01-03T12:00, duration: 3h}]
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
        if manifest.maintenance.is_empty() {
            return Vec::new();
        }
        let maintenance = Downtime {
            name: "maintenance",
            list: "maintenance",
            title: &|index| manifest.maintenance[index].common.name(),
            help: "move the booking, leave the occurrence out with `exdates`, or move the maintenance",
        };
        met(cx, environment, occupancy.of(environment), &cx.times(environment).maintenance, &maintenance)
    });
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::messages;

    const RULE: &str = "booked-during-maintenance";

    fn text(rrule: &str, bookings: &str, release: &str) -> String {
        format!(
            "kind: environment\nid: uat\nstage: test\ntimezone: Europe/London\nmaintenance: [{{name: Patching, rrule: \"{rrule}\", \
             start: 2026-01-05T22:00, duration: 4h}}]\nbookings: [{bookings}]\n---\nkind: release\nid: a\ntype: minor\n\
             status: planned\n{release}"
        )
    }

    #[test]
    fn the_first_occurrence_and_the_number_of_the_others() {
        let phase = "phases: [{id: p, start: 2026-11-16, end: 2026-12-04, environments: [uat]}]\n";
        assert_eq!(
            messages(RULE, &text("FREQ=WEEKLY;BYDAY=MO,SA", "", phase)),
            [
                "`a/p` books `uat` during maintenance (Patching) from 2026-11-16 22:00 to 2026-11-17 02:00, and 2 times more"
            ]
        );
        assert!(messages(RULE, &text("FREQ=WEEKLY;BYDAY=SA", "", phase)).is_empty());
        // From Sunday night into Monday.
        assert_eq!(messages(RULE, &text("FREQ=WEEKLY;BYDAY=SU", "", phase)).len(), 1);
    }

    #[test]
    fn bookings_and_rehearsals_are_met_at_their_times() {
        let booking =
            "{id: b, from: 2026-11-21T12:00, to: 2026-11-21T22:00}, {id: c, from: 2026-11-21, to: 2026-11-21}";
        let rehearsal = "deployment: {rehearsals: [{at: 2026-11-28T21:00, environment: uat, duration: 90m}]}\n";
        assert_eq!(
            messages(RULE, &text("FREQ=WEEKLY;BYDAY=SA", booking, rehearsal)),
            [
                "`uat booking c` books `uat` during maintenance (Patching) from 2026-11-21 22:00 to 2026-11-22 02:00",
                "`a rehearsal` books `uat` during maintenance (Patching) from 2026-11-28 22:00 to 2026-11-29 02:00",
            ]
        );
    }

    #[test]
    fn a_booking_of_three_hundred_years_is_counted_so_far() {
        let booking = "{id: b, from: 2026-11-21, to: 2200-01-01}";
        assert_eq!(
            messages(RULE, &text("FREQ=DAILY", booking, "")),
            [
                "`uat booking b` books `uat` during maintenance (Patching) from 2026-11-20 22:00 to 2026-11-21 02:00, and 99 times more at least"
            ]
        );
    }
}
