//! `non-working-day`.

use chrono::NaiveDate;

use super::start_of;
use crate::diagnostic::{Finding, Severity};
use crate::model::Spanned;
use crate::rules::{Check, Context, Group, PhaseRef, Rule};
use crate::time::WorkCalendar;
use crate::time::duration::Duration;

/// The rule.
pub static RULE: Rule = Rule {
    name: "non-working-day",
    group: Group::Schedule,
    severity: Severity::Info,
    summary: "a phase begins or ends on a day off",
    docs: "\
## What it does

Reports a phase whose written `start` or `end` is a weekend day or a holiday in the calendar of its team, or of its release. Such
a day counts as worked. Phases in the last stage are left alone, for deployments like weekends, as are phases with an elapsed
duration (`3ed`), phases that are done, and releases that are over.

## Why

Sometimes it is meant. Often the date was moved and nobody looked at the day of the week, or it is a holiday in another country.

## How to fix

Move the date to a working day, or allow the finding with a comment that says who works that day.

```yaml failing
kind: release
id: spring
type: minor
status: planned
phases:
  - {id: build, start: 2026-11-21, duration: 5d}
```

```yaml failing
kind: portfolio
stages: [test, prod]
calendars:
  default: {holidays: [{date: 2026-11-26, name: Founders' Day}]}
---
kind: release
id: spring
type: minor
status: planned
phases:
  - {id: build, start: 2026-11-26, end: 2026-11-27}
```

```yaml passing
kind: environment
id: live
stage: prod
---
kind: release
id: spring
type: minor
status: planned
phases:
  - {id: build, start: 2026-11-16, duration: 5d}
  - {id: deploy, after: build, start: 2026-11-21, duration: 1d, environments: [live]}
```
",
    check: Check::Phase(check),
};

fn check(cx: &Context<'_>, at: PhaseRef<'_>, out: &mut Vec<Finding>) {
    let (release, phase) = (at.release.release, at.phase);
    let elapsed = phase.duration.as_ref().is_some_and(|duration| matches!(duration.value.0, Duration::Elapsed { .. }));
    let in_production = phase.environments.iter().any(|used| cx.portfolio.is_production(&used.id));
    if release.status().is_over() || super::is_done(phase) || elapsed || in_production {
        return;
    }
    let calendar = cx.portfolio.phase_calendar(release, phase.team.as_ref());
    let off = |date: Option<&Spanned<NaiveDate>>| date.filter(|date| !calendar.is_working(date.value)).copied();
    let start = off(start_of(phase));
    let end = off(phase.end.as_ref()).filter(|end| start.is_none_or(|start| start.value != end.value));
    let id = &phase.id;
    let (date, message) = match (start, end) {
        (Some(start), Some(end)) => {
            let (first, last) = (named(calendar, start.value), named(calendar, end.value));
            (start, format!("`{id}` starts on {start}, {first}, and ends on {end}, {last}"))
        }
        (Some(start), None) => (start, format!("`{id}` starts on {start}, {}", named(calendar, start.value))),
        (None, Some(end)) => (end, format!("`{id}` ends on {end}, {}", named(calendar, end.value))),
        (None, None) => return,
    };
    let (before, next) = (calendar.prev_working(date.value), calendar.next_working(date.value));
    let help = format!("the working days next to it are {} and {}", weekday(before), weekday(next));
    out.push(Finding::new(date.span, at.subject(), message).help(help));
}

fn weekday(date: NaiveDate) -> String {
    format!("{} {date}", date.format("%A"))
}

/// Why a day is off.
fn named(calendar: &WorkCalendar, date: NaiveDate) -> String {
    let weekday = date.format("%A");
    match calendar.holiday(date) {
        Some(holiday) => format!("{weekday} and a holiday ({holiday})"),
        None => format!("a {weekday}"),
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::messages;

    const RULE: &str = "non-working-day";

    fn phase(phase: &str) -> String {
        format!(
            "kind: portfolio\nstages: [test, prod]\ncalendars:\n  default: {{holidays: [{{date: 2026-11-26, name: Founders' Day}}]}}\n  \
             gulf: {{working_week: [sun, mon, tue, wed, thu]}}\nteams:\n  - {{id: dubai, calendar: gulf}}\n---\n\
             kind: environment\nid: live\nstage: prod\n---\n\
             kind: release\nid: spring\ntype: minor\nstatus: planned\nphases:\n  - {phase}\n"
        )
    }

    #[test]
    fn both_ends_are_one_finding() {
        assert_eq!(
            messages(RULE, &phase("{id: build, start: 2026-11-21, end: 2026-11-26}")),
            [
                "`build` starts on 2026-11-21, a Saturday, and ends on 2026-11-26, Thursday and a holiday (Founders' Day)"
            ]
        );
        assert_eq!(messages(RULE, &phase("{id: build, date: 2026-11-22}")), ["`build` starts on 2026-11-22, a Sunday"]);
        assert_eq!(messages(RULE, &phase("{id: build, end: 2026-11-22, duration: 2d}")).len(), 1);
    }

    #[test]
    fn the_team_decides_what_a_weekend_is() {
        assert!(messages(RULE, &phase("{id: build, team: dubai, start: 2026-11-22, duration: 1d}")).is_empty());
        assert_eq!(messages(RULE, &phase("{id: build, team: dubai, start: 2026-11-20, duration: 1d}")).len(), 1);
    }

    #[test]
    fn production_and_elapsed_time_like_weekends() {
        assert!(messages(RULE, &phase("{id: go, date: 2026-11-21, environments: [live]}")).is_empty());
        assert!(messages(RULE, &phase("{id: soak, start: 2026-11-21, duration: 2ed}")).is_empty());
        assert!(messages(RULE, &phase("{id: build, after: x, duration: 2d}")).is_empty());
    }
}
