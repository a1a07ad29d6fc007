//! `unbooked-phase`.

use super::is_past;
use crate::diagnostic::{Finding, Severity};
use crate::rules::{Check, Context, Group, PhaseRef, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    name: "unbooked-phase",
    group: Group::Environments,
    severity: Severity::Info,
    summary: "a phase books no environment, though others of its release do",
    docs: "\
## What it does

Reports a phase without `environments` in a release whose other phases book some. Phases that have ended, composites, and releases
that are over are left alone, and so are releases that book nothing at all.

## Why

An environment that is used and not booked looks free to everybody else, and two releases meet there by surprise.

## How to fix

Book the environment that the phase uses. Where it needs none, allow it with the reason.

```yaml failing
kind: environment
id: test-1
stage: test
---
kind: release
id: winter
type: minor
status: planned
phases:
  - {id: build, start: 2026-11-23, duration: 5d}
  - {id: test, after: build, duration: 5d, environments: [test-1]}
```

```yaml passing
kind: environment
id: dev-1
stage: dev
---
kind: environment
id: test-1
stage: test
---
kind: release
id: winter
type: minor
status: planned
phases:
  - {id: build, start: 2026-11-23, duration: 5d, environments: [dev-1]}
  - {id: test, after: build, duration: 5d, environments: [test-1]}
  # relm: allow unbooked-phase — happens on paper
  - {id: training, after: build, duration: 1d}
```
",
    check: Check::Phase(check),
};

fn check(cx: &Context<'_>, at: PhaseRef<'_>, out: &mut Vec<Finding>) {
    let release = at.release.release;
    let Some(booking) = release.phases.iter().find(|phase| !phase.environments.is_empty()) else { return };
    let is_composite = !cx.portfolio.children(at.release.index).is_empty();
    let is_booked = !at.phase.environments.is_empty() || cx.portfolio.damage.touches(at.phase.span);
    if is_booked || is_composite || is_past(cx, at.release.index) || at.phase.actual_end().is_some() {
        return;
    }
    let phase = &at.phase.id;
    let message = format!("`{phase}` books no environment, as other phases of `{}` do", release.id);
    let subject = at.release.subject().at(format!("phases/{}", booking.id));
    out.push(
        Finding::new(phase.span, at.subject(), message)
            .help("add `environments:` with what it uses, or allow it where it needs none")
            .related(booking.environments[0].span, subject, format!("`{}` books here", booking.id)),
    );
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use crate::diagnostic::Severity;
    use crate::rules::testing::{messages, of};

    const RULE: &str = "unbooked-phase";
    const PLAN: &str = "kind: environment\nid: try\nstage: test\n---\nkind: environment\nid: live\nstage: prod\n---\n\
                        kind: release\nid: winter\ntype: minor\nstatus: planned\nphases:\n\
                        \x20 - {id: build, start: 2026-11-23, duration: 2d}\n\
                        \x20 - {id: try, after: build, duration: 2d, environments: [try]}\n\
                        \x20 - {id: go, after: try, duration: 1d}\n";

    #[test]
    fn each_phase_without_a_booking_is_named() {
        let found = of(RULE, PLAN);
        let said: Vec<&str> = found.iter().map(|finding| finding.message.as_str()).collect();
        assert_eq!(
            said,
            [
                "`build` books no environment, as other phases of `winter` do",
                "`go` books no environment, as other phases of `winter` do"
            ]
        );
        assert!(found.iter().all(|finding| finding.severity == Severity::Info));
    }

    #[test]
    fn a_release_that_books_nothing_is_left_alone() {
        assert!(messages(RULE, &PLAN.replace(", environments: [try]", "")).is_empty());
        assert!(messages(RULE, &PLAN.replace("environments: [try]", "environments: []")).is_empty());
    }

    #[test]
    fn composites_and_what_is_over_are_left_alone() {
        let part = "---\nkind: release\nid: part\ntype: minor\nstatus: planned\npart_of: winter\n";
        assert!(messages(RULE, &[PLAN, part].concat()).is_empty());
        for status in ["released", "closed", "cancelled"] {
            assert!(messages(RULE, &PLAN.replace("planned", status)).is_empty());
        }
        let ended = PLAN.replace("duration: 2d}", "duration: 2d, actual: {start: 2026-11-09, end: 2026-11-10}}");
        assert_eq!(messages(RULE, &ended).len(), 1);
    }
}
