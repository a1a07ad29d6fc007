//! `insufficient-notice`.

use super::{after, before, days, tempered};
use crate::diagnostic::wording::plural;
use crate::diagnostic::{Finding, Severity, Subject};
use crate::model::Kind;
use crate::rules::{Check, Context, Group, ReleaseRef, Rule};
use crate::time::duration::Duration;

/// The rule.
pub static RULE: Rule = Rule {
    name: "insufficient-notice",
    group: Group::Schedule,
    severity: Severity::Error,
    summary: "a release was announced too late for its type",
    docs: "\
## What it does

Compares the days from `announced` to `target` with the `notice` that the type of the release demands: working days of the
release's calendar, the day of the announcement not counted and the target counted (`notice: 30ed` counts every day). Releases
without one of the two dates, and those that are over, are left alone.

## Why

Those who test, train and operate plan by the notice they were promised. A release that comes sooner takes their time from
something else.

## How to fix

Move the target, choose the type that fits the haste, or allow the finding with a comment that says who agreed.

```yaml failing
kind: portfolio
stages: [test, prod]
release_types:
  minor: {notice: 10d}
---
kind: release
id: spring
type: minor
status: planned
announced: 2026-11-16
target: 2026-11-27
```

```yaml passing
kind: portfolio
stages: [test, prod]
release_types:
  minor: {notice: 10d}
---
kind: release
id: spring
type: minor
status: planned
announced: 2026-11-16
target: 2026-11-30
```
",
    check: Check::Release(check),
};

fn check(cx: &Context<'_>, at: ReleaseRef<'_>, out: &mut Vec<Finding>) {
    let release = at.release;
    let notice = cx.portfolio.settings.release_types.get(&release.r#type).and_then(|ty| ty.notice.as_ref());
    let (Some(announced), Some(target), Some(notice)) = (&release.announced, &release.target, notice) else { return };
    if release.status().is_over() {
        return;
    }
    let calendar = cx.portfolio.release_calendar(release);
    let (given, needed, unit) = match notice.value.0 {
        Duration::Elapsed { days } => ((target.value - announced.value).num_days(), days, "day"),
        working => {
            let given = calendar.working_days(after(announced.value), after(target.value));
            (given, calendar.working_length(working), "working day")
        }
    };
    if given >= needed {
        return;
    }
    let counted = |number: i64| plural(number.max(0), unit);
    let (id, ty) = (&release.id, &release.r#type);
    let message = if target.value < announced.value {
        let late = days((announced.value - target.value).num_days());
        format!("`{id}` was announced {late} after its target; the type `{ty}` needs {} of notice", counted(needed))
    } else {
        let given = counted(given);
        format!("`{id}` was announced {given} before its target; the type `{ty}` needs {}", counted(needed))
    };
    let earliest = before(calendar.add(after(announced.value), notice.value.0));
    let types = Subject::new(Kind::Portfolio.as_str(), "").at(format!("release_types/{ty}"));
    let finding = Finding::new(target.span, at.subject(), message)
        .help(format!("move the target to {earliest} or later, or choose the type that fits the haste"))
        .related(announced.span, at.subject(), "it was announced here")
        .related(notice.span, types, "the notice the type needs");
    out.push(tempered(finding, release));
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use crate::rules::testing::{messages, of};

    const RULE: &str = "insufficient-notice";

    fn release(notice: &str, announced: &str, target: &str) -> String {
        format!(
            "kind: portfolio\nstages: [test, prod]\ncalendars:\n  default: {{holidays: [{{date: 2026-11-26}}]}}\n\
             release_types:\n  minor: {{notice: {notice}}}\n---\n\
             kind: release\nid: spring\ntype: minor\nstatus: planned\nannounced: {announced}\ntarget: {target}\n"
        )
    }

    #[test]
    fn the_announcement_does_not_count_and_the_target_does() {
        // Tuesday to Friday with a holiday between: 17, 18, 19, 20, 23, 24, 25, 27.
        assert!(messages(RULE, &release("8d", "2026-11-16", "2026-11-27")).is_empty());
        let found = of(RULE, &release("9d", "2026-11-16", "2026-11-27"));
        assert_eq!(
            found[0].message,
            "`spring` was announced 8 working days before its target; the type `minor` needs 9 working days"
        );
        let help = found[0].help.as_deref().unwrap();
        assert!(help.starts_with("move the target to 2026-11-30 or later"), "{help}");
    }

    #[test]
    fn weekends_give_no_notice() {
        assert_eq!(
            messages(RULE, &release("2d", "2026-11-20", "2026-11-23")),
            ["`spring` was announced 1 working day before its target; the type `minor` needs 2 working days"]
        );
        assert!(messages(RULE, &release("3ed", "2026-11-20", "2026-11-23")).is_empty());
        assert_eq!(messages(RULE, &release("4ed", "2026-11-20", "2026-11-23")).len(), 1);
    }

    #[test]
    fn an_announcement_after_the_fact_says_so() {
        assert_eq!(
            messages(RULE, &release("2d", "2026-11-23", "2026-11-20")),
            ["`spring` was announced 3 days after its target; the type `minor` needs 2 working days of notice"]
        );
    }

    #[test]
    fn what_is_over_is_left_alone() {
        let text = release("9d", "2026-11-16", "2026-11-27");
        for status in ["released", "closed", "cancelled"] {
            assert!(messages(RULE, &text.replace("planned", status)).is_empty());
        }
        assert_eq!(of(RULE, &text.replace("planned", "draft"))[0].severity, crate::diagnostic::Severity::Warning);
    }
}
