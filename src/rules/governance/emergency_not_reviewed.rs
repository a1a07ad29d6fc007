//! `emergency-not-reviewed`.

use chrono::NaiveDate;

use crate::analysis::gates::last_day_within;
use crate::diagnostic::{Finding, Severity, Subject};
use crate::model::Kind;
use crate::model::release::{Review, Status};
use crate::rules::{Check, Context, Group, ReleaseRef, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    name: "emergency-not-reviewed",
    group: Group::Governance,
    severity: Severity::Error,
    summary: "nobody looked at an emergency release afterwards",
    docs: "\
## What it does

Reports a release whose type has `review_within`, when so much time has gone by since its `actual.end` and `emergency.reviewed` does
not say who looked at it: working days of the release's calendar, the day it shipped not counted (`review_within: 7ed` counts every
day). A review that is dated in the future, or before it shipped, is none. One that came late is one. The review of a composite
stands for its parts. Releases that were cancelled are left alone; those that are released or closed are not.

## Why

An emergency goes to production on trust. The review is where the trust is repaid: was it needed, and what keeps it from coming
again?

## How to fix

Review it, and write down who did and when.

```yaml failing
kind: portfolio
stages: [test, prod]
release_types:
  emergency: {review_within: 5d}
---
kind: release
id: fix-7
type: emergency
status: closed
emergency: {risk_acceptor: erin}
actual: {start: 2026-11-05, end: 2026-11-06}
```

```yaml passing
kind: portfolio
stages: [test, prod]
people: [{id: erin}, {id: frank}]
release_types:
  emergency: {review_within: 5d}
---
kind: release
id: fix-7
type: emergency
status: closed
emergency: {risk_acceptor: erin, reviewed: {by: frank, at: 2026-11-11}}
actual: {start: 2026-11-05, end: 2026-11-06}
```
",
    check: Check::Release(check),
};

fn check(cx: &Context<'_>, at: ReleaseRef<'_>, out: &mut Vec<Finding>) {
    let (portfolio, release) = (cx.portfolio, at.release);
    let ty = &release.r#type;
    let within = portfolio.settings.release_types.get(ty).and_then(|ty| ty.review_within.as_ref());
    let shipped = release.actual.as_ref().and_then(|actual| actual.end.as_ref());
    let (Some(within), Some(shipped)) = (within, shipped) else { return };
    if release.status() == Status::Cancelled || portfolio.damage.touches(release.span) {
        return;
    }
    let calendar = portfolio.release_calendar(release);
    let last = last_day_within(calendar, shipped.value, within.value.0);
    let line = std::iter::once(at.index).chain(portfolio.ancestors(at.index));
    let reviews = line.filter_map(|r| portfolio.releases[r].emergency.as_ref()?.reviewed.as_ref());
    let mut counting = reviews.clone().filter(|review| is_afterwards(review, shipped.value, cx.clock.today));
    if cx.clock.today <= last || counting.next().is_some() {
        return;
    }
    let message = format!("nobody has reviewed the emergency release `{}`; the review was due by {last}", release.id);
    let types = Subject::new(Kind::Portfolio.as_str(), "").at(format!("release_types/{ty}"));
    let mut finding = Finding::new(release.id.span, at.subject(), message)
        .help("review it, and add who did: `emergency: {reviewed: {by: PERSON, at: DATE}}`")
        .related(shipped.span, at.subject(), "it shipped here")
        .related(within.span, types, "the time the type gives");
    if let Some(review) = reviews.clone().next() {
        finding = finding.related(review.span, at.subject(), "this is not dated after it shipped and until today");
    }
    out.push(if release.status() == Status::Draft { finding.at_most(Severity::Warning) } else { finding });
}

fn is_afterwards(review: &Review, shipped: NaiveDate, today: NaiveDate) -> bool {
    review.at.as_ref().is_none_or(|at| (shipped..=today).contains(&at.value.date()))
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::messages;

    const RULE: &str = "emergency-not-reviewed";

    fn judged(today: &str, within: &str, more: &str) -> Vec<String> {
        let text = format!(
            "# today: {today}\nkind: portfolio\nstages: [test, prod]\nrelease_types:\n  emergency: {{review_within: {within}}}\n---\n\
             kind: release\nid: fix\ntype: emergency\nstatus: released\nactual: {{end: 2026-11-06}}\n{more}"
        );
        messages(RULE, &text)
    }

    #[test]
    fn the_day_it_shipped_does_not_count_and_the_last_does() {
        // Shipped on a Friday; five working days later is the next Friday.
        assert!(judged("2026-11-13", "5d", "").is_empty());
        assert_eq!(
            judged("2026-11-14", "5d", ""),
            ["nobody has reviewed the emergency release `fix`; the review was due by 2026-11-13"]
        );
        assert!(judged("2026-11-08", "2ed", "").is_empty());
        assert_eq!(judged("2026-11-09", "2ed", "").len(), 1);
    }

    #[test]
    fn a_review_is_one_that_took_place_afterwards() {
        let reviewed =
            |at: &str| judged("2026-11-20", "5d", &format!("emergency: {{reviewed: {{by: x{at}}}}}\n")).len();
        assert_eq!(reviewed(""), 0);
        assert_eq!(reviewed(", at: 2026-11-06T23:00"), 0);
        assert_eq!(reviewed(", at: 2026-11-19"), 0);
        assert_eq!(reviewed(", at: 2026-11-05"), 1);
        assert_eq!(reviewed(", at: 2026-11-21"), 1);
    }

    #[test]
    fn closed_is_judged_and_cancelled_is_not() {
        let text = |status: &str| {
            format!(
                "kind: portfolio\nstages: [test, prod]\nrelease_types:\n  emergency: {{review_within: 1d}}\n---\n\
                 kind: release\nid: fix\ntype: emergency\nstatus: {status}\nactual: {{end: 2026-11-06}}\n"
            )
        };
        assert_eq!(messages(RULE, &text("closed")).len(), 1);
        assert!(messages(RULE, &text("cancelled")).is_empty());
        assert!(messages(RULE, &text("closed").replace("{review_within: 1d}", "{}")).is_empty());
    }
}
