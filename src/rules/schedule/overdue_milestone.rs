//! `overdue-milestone`.

use chrono::NaiveDate;

use super::{days, implausible_date};
use crate::diagnostic::wording::quoted;
use crate::diagnostic::{Finding, Severity};
use crate::model::Identified;
use crate::model::release::{Milestone, Status};
use crate::rules::{Check, Context, Group, ReleaseRef, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    name: "overdue-milestone",
    group: Group::Schedule,
    severity: Severity::Warning,
    summary: "a milestone should have been reached and is not said to have been",
    docs: "\
## What it does

Reports milestones of planned and running releases whose date lies before today and that have no `actual`. All overdue
milestones of a release make one finding. A milestone without a date of its own is reached with what it follows.
Drafts, and releases that are over, are left alone.

## Why

People look at milestones first. One that has passed in silence says nothing about whether it was reached.

## How to fix

Write `actual` with the day it was reached, or move its date.

```yaml failing
# today: 2026-11-25
kind: release
id: spring
type: minor
status: in-progress
milestones:
  - {id: scope-locked, date: 2026-11-20}
```

```yaml passing
# today: 2026-11-25
kind: release
id: spring
type: minor
status: in-progress
milestones:
  - {id: scope-locked, date: 2026-11-20, actual: 2026-11-23}
```
",
    check: Check::Release(check),
};

fn check(cx: &Context<'_>, release: ReleaseRef<'_>, out: &mut Vec<Finding>) {
    let open = matches!(release.release.status(), Status::Planned | Status::InProgress);
    // A release without phases whose target has passed is reported whole, as `forecast-late`.
    let forgotten = release.release.phases.is_empty()
        && release.release.target.as_ref().is_some_and(|target| target.value < cx.clock.today);
    if !open || forgotten || cx.is_left_behind(release.index) {
        return;
    }
    let mut overdue: Vec<(NaiveDate, &Milestone)> = Vec::new();
    for (milestone, schedule) in release.release.milestones.iter().zip(&release.schedule.milestones) {
        // A milestone that only follows others is reached with them.
        let written = schedule.date.filter(|_| milestone.date.is_some());
        overdue.extend(
            written.filter(|date| *date < cx.clock.today && milestone.actual.is_none()).map(|date| (date, milestone)),
        );
    }
    if !overdue.is_empty() {
        let typos = implausible_date::typos(release.release);
        overdue.retain(|(_, milestone)| {
            milestone.date.as_ref().is_none_or(|date| typos.iter().all(|typo| typo.span != date.span))
        });
        overdue.sort_by_key(|(date, milestone)| (*date, milestone.id.span));
        out.extend(finding(cx, release, &overdue));
    }
}

fn finding(cx: &Context<'_>, release: ReleaseRef<'_>, overdue: &[(NaiveDate, &Milestone)]) -> Option<Finding> {
    let (first, others) = overdue.split_first()?;
    let (date, milestone) = first;
    let late = days((cx.clock.today - *date).num_days());
    let subject = |milestone: &Milestone| release.subject().at(format!("milestones/{}", milestone.id));
    let (message, about) = if others.is_empty() {
        (format!("`{}` should have been reached on {date}, {late} ago", milestone.id), subject(milestone))
    } else {
        let names = quoted(overdue.iter().map(|(_, milestone)| milestone.id.as_str()));
        let id = &release.release.id;
        let message = format!("{names} of `{id}` should have been reached, the first on {date}, {late} ago");
        (message, release.release.subject())
    };
    let place = |milestone: &Milestone| milestone.date.as_ref().map_or(milestone.id.span, |date| date.span);
    let finding = Finding::new(place(milestone), about, message)
        .help("write the day it was reached as `actual`, or move its date");
    Some(others.iter().fold(finding, |finding, (date, other)| {
        let words = format!("`{}` should have been reached on {date}", other.id);
        finding.related(place(other), subject(other), words)
    }))
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::messages;

    const RULE: &str = "overdue-milestone";

    fn on(today: &str, status: &str, more: &str) -> String {
        format!("# today: {today}\nkind: release\nid: spring\ntype: minor\nstatus: {status}\n{more}")
    }

    #[test]
    fn today_is_not_overdue() {
        let milestone = "milestones:\n  - {id: locked, date: 2026-11-20}\n";
        assert!(messages(RULE, &on("2026-11-20", "planned", milestone)).is_empty());
        let found = messages(RULE, &on("2026-11-21", "planned", milestone));
        assert_eq!(found, ["`locked` should have been reached on 2026-11-20, 1 day ago"]);
        for status in ["draft", "released", "closed", "cancelled"] {
            assert!(messages(RULE, &on("2026-11-21", status, milestone)).is_empty());
        }
    }

    #[test]
    fn a_milestone_without_a_date_is_reached_with_what_it_follows() {
        let with = |actual: &str| {
            let phase = format!("phases:\n  - {{id: build, start: 2026-11-16, duration: 5d{actual}}}\n");
            on("2026-11-25", "planned", &format!("{phase}milestones:\n  - {{id: done, after: build}}\n"))
        };
        assert!(messages(RULE, &with("")).is_empty());
        assert!(messages(RULE, &with(", actual: {end: 2026-11-20}")).is_empty());
    }

    #[test]
    fn several_are_one_finding() {
        let more = "milestones:\n  - {id: b, date: 2026-11-19}\n  - {id: a, date: 2026-11-18}\n";
        assert_eq!(
            messages(RULE, &on("2026-11-25", "planned", more)),
            ["`a` and `b` of `spring` should have been reached, the first on 2026-11-18, 7 days ago"]
        );
    }
}
