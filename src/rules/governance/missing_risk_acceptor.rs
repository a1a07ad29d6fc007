//! `missing-risk-acceptor`.

use crate::diagnostic::{Finding, Severity};
use crate::model::release::Release;
use crate::rules::demands::weighed;
use crate::rules::environments::is_past;
use crate::rules::{Check, Context, Group, ReleaseRef, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    name: "missing-risk-acceptor",
    group: Group::Governance,
    severity: Severity::Error,
    summary: "nobody accepts the risk of an emergency release",
    docs: "\
## What it does

Reports an emergency release without `emergency.risk_acceptor`; that of a composite stands for its parts. Emergencies are releases
of the type `emergency` and of types with `review_within`, whose gates may be closed afterwards.

It is an error once the release is in progress, or its target no further away than the `notice` of its type (10 working days
where it has none), a warning before, and one step less for a draft. Releases that are over are left alone.

## Why

What goes to production before its gates are passed does so on somebody's word.

## How to fix

Have somebody who may do so accept the risk, and name the person.

```yaml failing
kind: release
id: fix-7
type: emergency
status: in-progress
```

```yaml passing
kind: portfolio
stages: [test, prod]
people: [{id: erin}]
---
kind: release
id: fix-7
type: emergency
status: in-progress
emergency: {risk_acceptor: erin}
```
",
    check: Check::Release(check),
};

fn check(cx: &Context<'_>, at: ReleaseRef<'_>, out: &mut Vec<Finding>) {
    let (portfolio, release) = (cx.portfolio, at.release);
    let accepted = |release: &Release| release.emergency.as_ref().is_some_and(|said| said.risk_acceptor.is_some());
    let mut line = std::iter::once(at.index).chain(portfolio.ancestors(at.index));
    if !portfolio.is_emergency(&release.r#type)
        || is_past(cx, at.index)
        || portfolio.damage.touches(release.span)
        || line.any(|r| accepted(&portfolio.releases[r]))
    {
        return;
    }
    let message = format!("nobody accepts the risk of the emergency release `{}`", release.id);
    let finding = Finding::new(release.id.span, at.subject(), message)
        .help("add who does: `emergency: {risk_acceptor: PERSON}`, or choose a type whose gates are passed before");
    out.push(weighed(cx, at, false, finding));
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Severity;
    use crate::rules::testing::of;

    fn severity(text: &str) -> Option<Severity> {
        of("missing-risk-acceptor", text).first().map(|finding| finding.severity)
    }

    #[test]
    fn a_type_that_is_reviewed_afterwards_is_an_emergency() {
        let release = "---\nkind: release\nid: fix\ntype: repair\nstatus: planned\n";
        let types = |repair: &str| {
            format!("kind: portfolio\nstages: [test, prod]\nrelease_types:\n  repair: {{{repair}}}\n{release}")
        };
        assert_eq!(severity(&types("review_within: 3d")), Some(Severity::Warning));
        assert_eq!(severity(&types("")), None);
        assert_eq!(severity(&(types("review_within: 3d") + "target: 2026-11-17\n")), Some(Severity::Error));
        assert_eq!(severity(&(types("review_within: 3d") + "emergency: {risk_acceptor: erin}\n")), None);
    }

    #[test]
    fn drafts_and_what_is_over_weigh_less() {
        let text = |status: &str| format!("kind: release\nid: fix\ntype: emergency\nstatus: {status}\n");
        assert_eq!(severity(&text("draft")), Some(Severity::Info));
        assert_eq!(severity(&text("in-progress")), Some(Severity::Error));
        assert_eq!(severity(&text("released")), None);
        assert_eq!(severity(&text("cancelled")), None);
    }
}
