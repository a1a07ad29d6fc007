//! `missing-support`.

use crate::diagnostic::{Finding, Severity};
use crate::model::portfolio::Requirement;
use crate::model::release::Release;
use crate::rules::demands::report_missing;
use crate::rules::{Check, Context, Group, ReleaseRef, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    name: "missing-support",
    group: Group::Governance,
    severity: Severity::Error,
    summary: "nobody supports a release whose type demands it",
    docs: "\
## What it does

Reports a release whose type `requires` support, when its `support:` names neither a time of close watch (`hypercare`), nor an
owner, nor anything handed over. That of a composite is for all of its parts; a composite that ships nothing of its own is
satisfied when every part that ships has some.

It is an error once the release is in progress, or its target no further away than the `notice` of its type (10 working days
where it has none), a warning before, and one step less for a draft. Releases that are over are left alone.

## Why

The first days after a release are the ones in which most goes wrong, and those who built it have moved on.

## How to fix

Write how long somebody watches, and who, under `support:`.

```yaml failing
kind: portfolio
stages: [test, prod]
release_types:
  major: {requires: [support]}
---
kind: release
id: winter
type: major
status: planned
support: {}
```

```yaml passing
kind: portfolio
stages: [test, prod]
teams: [{id: operations}]
release_types:
  major: {requires: [support]}
---
kind: release
id: winter
type: major
status: planned
support: {hypercare: 10d, owner: operations, handover: [{item: Run-book, done: false}]}
```
",
    check: Check::Release(check),
};

const HELP: &str =
    "add who watches afterwards: `support: {hypercare: 5d, owner: PERSON-OR-TEAM, handover: [{item: Run-book}]}`";

fn check(cx: &Context<'_>, at: ReleaseRef<'_>, out: &mut Vec<Finding>) {
    report_missing(cx, at, Requirement::Support, is_supported, HELP, out);
}

fn is_supported(release: &Release) -> bool {
    let says = |support: &crate::model::release::Support| {
        support.hypercare.is_some() || !support.handover.is_empty() || support.common.owner().is_some()
    };
    release.support.as_deref().is_some_and(says)
}
