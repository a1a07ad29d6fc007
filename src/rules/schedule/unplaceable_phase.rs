//! `unplaceable-phase`.

use std::collections::BTreeMap;

use super::tempered;
use crate::analysis::schedule::is_placeable;
use crate::diagnostic::wording::quoted;
use crate::diagnostic::{Finding, Severity, Span};
use crate::model::Identified;
use crate::model::release::Phase;
use crate::rules::{Check, Context, Group, ReleaseRef, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    name: "unplaceable-phase",
    group: Group::Schedule,
    severity: Severity::Error,
    summary: "a phase does not say enough to have dates",
    docs: "\
## What it does

Reports phases that cannot be placed in time, and says what is missing. A phase needs two of `start`, `end` and `duration`, or
`after` with a `duration`; a lone `start` or `date` is one day. Phases of a release that
lack the same make one finding; what follows an unplaceable phase has no dates either and gets no finding of its own. Releases
that are over are left alone.

## Why

A phase without dates is in no calendar, books nothing, and delays nothing: the plan is silent about it and about all that
follows.

## How to fix

Write what is missing.

```yaml failing
kind: release
id: spring
type: minor
status: planned
phases:
  - {id: build, start: 2026-11-16, duration: 5d}
  - {id: test, after: build}
```

```yaml failing
kind: release
id: spring
type: minor
status: planned
phases:
  - {id: build, duration: 5d}
```

```yaml passing
kind: release
id: spring
type: minor
status: planned
phases:
  - {id: build, start: 2026-11-16, duration: 5d}
  - {id: test, after: build, duration: 5d}
  - {id: deploy, date: 2026-12-04}
```
",
    check: Check::Release(check),
};

fn check(cx: &Context<'_>, at: ReleaseRef<'_>, out: &mut Vec<Finding>) {
    let release = at.release;
    if release.status().is_over() {
        return;
    }
    let whole = |span: Span| !cx.portfolio.damage.touches(span);
    let mut lacking: BTreeMap<Lack, Vec<(&str, Span)>> = BTreeMap::new();
    for (phase, schedule) in release.phases.iter().zip(&at.schedule.phases) {
        if schedule.planned.is_none() && !is_placeable(phase) && whole(phase.span) {
            lacking.entry(lack(phase)).or_default().push((&phase.id, phase.id.span));
        }
    }
    for (lack, entries) in lacking {
        let Some(((id, span), others)) = entries.split_first() else { continue };
        let names = quoted(entries.iter().map(|(id, _)| *id));
        let (have, verb) = if others.is_empty() { ("has", "it") } else { ("have", "they") };
        let message = format!("{names} {have} no place in time: {verb} {have} {}", lack.message());
        let subject = |id: &str| release.subject().at(format!("phases/{id}"));
        let finding = Finding::new(*span, subject(id), message).help(lack.help());
        let finding =
            others.iter().fold(finding, |finding, (id, span)| finding.related(*span, subject(id), "this one, too"));
        out.push(tempered(finding, release));
    }
}

/// What is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Lack {
    /// Of a phase with neither dates nor length.
    Everything,
    /// Of a phase that follows something.
    Duration,
    /// Of a phase with a length.
    Place,
    /// Of a phase with an end.
    StartOrDuration,
}

impl Lack {
    fn message(self) -> &'static str {
        match self {
            Self::Everything => "neither dates nor a `duration`",
            Self::Duration => "`after`, but no `duration`",
            Self::Place => "a `duration`, but neither a date nor `after`",
            Self::StartOrDuration => "an `end`, but neither a `start` nor a `duration`",
        }
    }

    fn help(self) -> &'static str {
        match self {
            Self::Everything => "write two of `start`, `end` and `duration`, or `after` and `duration`",
            Self::Duration => "write how long it takes, such as `duration: 5d`",
            Self::Place => {
                "write when it starts, such as `start: 2026-12-05`, or what it follows, such as `after: build`"
            }
            Self::StartOrDuration => "write when it starts, or how long it takes, such as `duration: 5d`",
        }
    }
}

fn lack(phase: &Phase) -> Lack {
    match (phase.end.is_some(), phase.duration.is_some(), phase.after.is_empty()) {
        (true, ..) => Lack::StartOrDuration,
        (false, true, _) => Lack::Place,
        (false, false, false) => Lack::Duration,
        (false, false, true) => Lack::Everything,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use crate::rules::testing::{messages, of};

    const RULE: &str = "unplaceable-phase";

    fn release(status: &str, more: &str) -> String {
        format!("kind: release\nid: spring\ntype: minor\nstatus: {status}\n{more}")
    }

    #[test]
    fn says_what_is_missing() {
        let found = |phase: &str| messages(RULE, &release("planned", &format!("phases:\n  - {phase}\n")));
        assert_eq!(found("{id: a}"), ["`a` has no place in time: it has neither dates nor a `duration`"]);
        assert_eq!(
            found("{id: a, end: 2026-11-20}"),
            ["`a` has no place in time: it has an `end`, but neither a `start` nor a `duration`"]
        );
        assert_eq!(
            found("{id: a, duration: 2d}"),
            ["`a` has no place in time: it has a `duration`, but neither a date nor `after`"]
        );
        for enough in [
            "start: 2026-11-20",
            "date: 2026-11-20",
            "end: 2026-11-20, duration: 2d",
            "start: 2026-11-20, end: 2026-11-20",
        ] {
            assert!(found(&format!("{{id: a, {enough}}}")).is_empty(), "{enough}");
        }
    }

    #[test]
    fn the_same_lack_is_one_finding_and_followers_get_none() {
        let text = release("draft", "phases:\n  - {id: a}\n  - {id: b}\n  - {id: c, after: b, duration: 2d}\n");
        let found = of(RULE, &text);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].message, "`a` and `b` have no place in time: they have neither dates nor a `duration`");
        assert_eq!(found[0].severity, crate::diagnostic::Severity::Warning);
    }

    #[test]
    fn what_could_not_be_read_is_not_missing() {
        assert!(messages(RULE, &release("planned", "phases:\n  - {id: a, after: b, duration: 5 days}\n")).is_empty());
        assert!(messages(RULE, &release("planned", "phases:\n  - {id: a, after: nobody, duration: 5d}\n")).is_empty());
    }
}
