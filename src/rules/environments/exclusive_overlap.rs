//! `exclusive-overlap`.

use crate::analysis::occupancy::{Booking, Collision, Conflict};
use crate::diagnostic::wording::plural;
use crate::diagnostic::{Finding, Severity};
use crate::rules::bookings::{each_environment, of_conflict, period, today};
use crate::rules::{Check, Context, Group, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    name: "exclusive-overlap",
    group: Group::Environments,
    severity: Severity::Error,
    summary: "a booking wants an environment for itself, but is not alone",
    docs: "\
## What it does

Reports each stretch of time in which a booking with `exclusive: true` shares its environment with another release or booking,
though there are units enough. Where there are not, `over-capacity` says so. Where only drafts disturb it is a warning. What
ended before today is left alone.

## Why

A load test measures nothing when somebody else works there, and disturbs those who do.

## How to fix

Move one of the two, or do without `exclusive`.

```yaml failing
kind: environment
id: uat-1
stage: test
capacity: 3
bookings: [{id: load-test, from: 2026-11-25, to: 2026-11-25, exclusive: true, purpose: Load test}]
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
capacity: 3
bookings: [{id: load-test, from: 2026-11-28, to: 2026-11-29, exclusive: true, purpose: Load test}]
---
kind: release
id: cards
type: minor
status: planned
phases:
  - {id: uat, start: 2026-11-23, end: 2026-11-27, environments: [uat-1]}
```
",
    check: Check::Portfolio(check),
};

fn check(cx: &Context<'_>, out: &mut Vec<Finding>) {
    let now = today(cx);
    let portfolio = cx.portfolio;
    each_environment(cx, out, |environment, occupancy| {
        let bookings = occupancy.of(environment);
        if !bookings.iter().any(|booking| booking.exclusive) {
            return Vec::new();
        }
        let manifest = &portfolio.environments[environment];
        let conflicts = occupancy.conflicts_from(portfolio, environment, now);
        let alone = conflicts.iter().filter(|conflict| conflict.collision == Collision::Exclusive);
        let report = |conflict: &Conflict| {
            let cause: Vec<&Booking> = conflict.cause.iter().map(|&index| &bookings[index]).collect();
            let lonely = cause.iter().rev().find(|booking| booking.exclusive)?;
            let other = cause.iter().find(|booking| !std::ptr::eq(**booking, *lonely))?;
            let more = match conflict.bookings.len().saturating_sub(2) {
                0 => String::new(),
                more => format!(" and {}", plural(more, "other")),
            };
            let message = format!(
                "`{}` wants `{}` for itself, but shares it with `{}`{more} {}",
                lonely.name(portfolio),
                manifest.id,
                other.name(portfolio),
                period(conflict.time, now, portfolio.zone_of(manifest)),
            );
            let yields = cause.first()?.name(portfolio);
            let help = format!("move `{yields}`, which yields by priority, or do without `exclusive`");
            Some(of_conflict(portfolio, bookings, conflict, now, message)?.help(help))
        };
        alone.filter_map(report).collect()
    });
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use crate::diagnostic::Severity;
    use crate::rules::testing::{findings, messages, of};

    const RULE: &str = "exclusive-overlap";

    fn text(capacity: u32, releases: &[(&str, &str, bool)]) -> String {
        let mut text = format!("kind: environment\nid: uat\nstage: test\ncapacity: {capacity}\n");
        for (id, status, exclusive) in releases {
            let _ = write!(
                text,
                "---\nkind: release\nid: {id}\ntype: minor\nstatus: {status}\nphases:\n  - {{id: uat, start: 2026-11-23, \
                 end: 2026-11-24, environments: [{{id: uat, exclusive: {exclusive}}}]}}\n"
            );
        }
        text
    }

    #[test]
    fn one_that_is_not_alone() {
        let found =
            messages(RULE, &text(4, &[("a", "planned", true), ("b", "planned", false), ("c", "planned", false)]));
        assert_eq!(
            found,
            ["`a/uat` wants `uat` for itself, but shares it with `c/uat` and 1 other from 2026-11-23 to 2026-11-24"]
        );
        assert!(messages(RULE, &text(4, &[("a", "planned", true)])).is_empty());
        assert!(messages(RULE, &text(4, &[("a", "planned", false), ("b", "planned", false)])).is_empty());
        assert!(messages(RULE, &text(4, &[("a", "planned", true), ("b", "cancelled", false)])).is_empty());
    }

    #[test]
    fn beyond_the_capacity_it_is_said_once() {
        let found = findings(&text(1, &[("a", "planned", true), ("b", "planned", false)]));
        let rules: Vec<&str> =
            found.iter().map(|finding| finding.rule).filter(|rule| [RULE, "over-capacity"].contains(rule)).collect();
        assert_eq!(rules, ["over-capacity"]);
    }

    #[test]
    fn a_draft_disturbs_tentatively() {
        let found = of(RULE, &text(4, &[("a", "planned", true), ("b", "draft", false)]));
        assert_eq!(found.iter().map(|finding| finding.severity).collect::<Vec<_>>(), [Severity::Warning]);
    }
}
