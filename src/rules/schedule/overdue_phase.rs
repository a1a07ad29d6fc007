//! `overdue-phase`.

use chrono::NaiveDate;

use super::{days, end_place, implausible_date, is_done, start_of};
use crate::diagnostic::wording::quoted;
use crate::diagnostic::{Finding, Severity};
use crate::model::Identified;
use crate::model::release::{Phase, Status};
use crate::rules::{Check, Context, Group, ReleaseRef, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    name: "overdue-phase",
    group: Group::Schedule,
    severity: Severity::Warning,
    summary: "a phase should have ended and is not said to have",
    docs: "\
## What it does

Reports phases of planned and running releases whose planned end lies before today and that have no `actual.end`. All overdue
phases of a release make one finding. Drafts, and releases that are over, are left alone, as are phases whose year looks
mistyped.

## Why

Either the work is late and the forecast moves with every day, or it is done and nobody wrote it down. Until one of the two is
said, no date after it can be trusted.

## How to fix

Write `actual: {end: …}` if it is done, `progress` or another plan if it is not. If the whole release is forgotten, give it the
status it has.

```yaml failing
# today: 2026-11-25
kind: release
id: spring
type: minor
status: in-progress
phases:
  - {id: build, start: 2026-11-16, duration: 5d}
  - {id: test, after: build, duration: 5d}
```

```yaml passing
# today: 2026-11-25
kind: release
id: spring
type: minor
status: in-progress
phases:
  - {id: build, start: 2026-11-16, duration: 5d, actual: {start: 2026-11-16, end: 2026-11-23}}
  - {id: test, after: build, duration: 5d}
```
",
    check: Check::Release(check),
};

fn check(cx: &Context<'_>, release: ReleaseRef<'_>, out: &mut Vec<Finding>) {
    let open = matches!(release.release.status(), Status::Planned | Status::InProgress);
    if !open || cx.is_left_behind(release.index) {
        return;
    }
    let mut overdue = overdue(cx, release);
    if overdue.is_empty() {
        return;
    }
    let typos = implausible_date::typos(release.release);
    let mistyped = |phase: &Phase| {
        let dates = [start_of(phase), phase.end.as_ref()].into_iter().flatten();
        dates.into_iter().any(|date| typos.iter().any(|typo| typo.span == date.span))
    };
    overdue.retain(|(_, phase)| !mistyped(phase));
    overdue.sort_by_key(|(end, phase)| (*end, phase.id.span));
    out.extend(finding(cx, release, &overdue));
}

/// The overdue phases of a release, with their planned ends.
fn overdue<'p>(cx: &Context<'_>, release: ReleaseRef<'p>) -> Vec<(NaiveDate, &'p Phase)> {
    let phases = release.release.phases.iter().zip(&release.schedule.phases);
    let overdue = phases.filter_map(|(phase, schedule)| {
        let end = schedule.planned?.end;
        (end < cx.clock.today && !is_done(phase)).then_some((end, phase))
    });
    overdue.collect()
}

fn finding(cx: &Context<'_>, release: ReleaseRef<'_>, overdue: &[(NaiveDate, &Phase)]) -> Option<Finding> {
    let (first, others) = overdue.split_first()?;
    let (end, phase) = first;
    let id = &release.release.id;
    let late = days((cx.clock.today - *end).num_days());
    let open = release.release.phases.iter().filter(|phase| !is_done(phase)).count();
    let subject = |phase: &Phase| release.subject().at(format!("phases/{}", phase.id));
    let (message, about) = if others.is_empty() {
        (format!("`{}` should have ended on {end}, {late} ago", phase.id), subject(phase))
    } else {
        let names = quoted(overdue.iter().map(|(_, phase)| phase.id.as_str()));
        let message = format!("{names} of `{id}` should have ended, the first on {end}, {late} ago");
        (message, release.release.subject())
    };
    let done = phase.progress.as_ref().is_some_and(|progress| progress.0 == 100);
    let help = if !others.is_empty() && open == overdue.len() {
        "if the release is over, give it the status it has; else write what is done as `actual: {end: …}` and plan the rest"
    } else if done {
        "its progress is 100: write the day it ended as `actual: {end: …}`"
    } else {
        "write `actual: {end: …}` if it is done, else how far it is as `progress`, and a new end"
    };
    let finding = Finding::new(end_place(phase), about, message).help(help);
    Some(others.iter().fold(finding, |finding, (end, other)| {
        finding.related(end_place(other), subject(other), format!("`{}` should have ended on {end}", other.id))
    }))
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::messages;

    const RULE: &str = "overdue-phase";

    fn on(today: &str, status: &str, phases: &str) -> String {
        format!("# today: {today}\nkind: release\nid: spring\ntype: minor\nstatus: {status}\nphases:\n{phases}")
    }

    #[test]
    fn the_last_day_is_not_overdue() {
        let build = "  - {id: build, start: 2026-11-16, duration: 5d}\n";
        assert!(messages(RULE, &on("2026-11-20", "planned", build)).is_empty());
        assert_eq!(
            messages(RULE, &on("2026-11-21", "planned", build)),
            ["`build` should have ended on 2026-11-20, 1 day ago"]
        );
        for status in ["draft", "released", "closed", "cancelled"] {
            assert!(messages(RULE, &on("2026-11-21", status, build)).is_empty());
        }
    }

    #[test]
    fn a_forgotten_release_is_one_finding() {
        let phases = "  - {id: build, start: 2026-11-16, duration: 5d}\n  - {id: test, after: build, duration: 5d}\n";
        assert_eq!(
            messages(RULE, &on("2027-02-20", "in-progress", phases)),
            ["`build` and `test` of `spring` should have ended, the first on 2026-11-20, 92 days ago"]
        );
    }

    #[test]
    fn a_mistyped_year_is_not_lateness() {
        let phases = "  - {id: build, start: 2026-11-16, duration: 5d}\n  - {id: test, start: 2026-11-23, duration: 5d}\n  \
                      - {id: uat, start: 2025-11-30, duration: 5d}\n";
        let text = on("2026-11-17", "planned", phases);
        assert!(messages(RULE, &text).is_empty());
        assert_eq!(messages("implausible-date", &text).len(), 1);
    }
}
