//! `missing-training`.

use crate::diagnostic::{Finding, Severity};
use crate::model::portfolio::Requirement;
use crate::rules::demands::report_missing;
use crate::rules::{Check, Context, Group, ReleaseRef, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    name: "missing-training",
    group: Group::Governance,
    severity: Severity::Error,
    summary: "nobody is trained for a release whose type demands it",
    docs: "\
## What it does

Reports a release whose type `requires` training, when it lists none. That of a composite is for all of its parts; a composite
that ships nothing of its own is satisfied when every part that ships has some.

It is an error once the release is in progress, or its target no further away than the `notice` of its type (10 working days
where it has none), a warning before, and one step less for a draft. Releases that are over are left alone.

## Why

Those who must use or operate something new on the first day have to have seen it before; their rosters are filled weeks ahead.

## How to fix

Write who is trained, when and by whom under `training:`.

```yaml failing
kind: portfolio
stages: [test, prod]
release_types:
  major: {requires: [training]}
---
kind: release
id: winter
type: major
status: planned
```

```yaml passing
kind: portfolio
stages: [test, prod]
release_types:
  major: {requires: [training]}
---
kind: release
id: winter
type: major
status: planned
training:
  - {id: tellers, audience: Tellers, at: 2027-02-23, duration: 2h, status: planned}
```
",
    check: Check::Release(check),
};

const HELP: &str =
    "add who is trained: `training: [{id: users, audience: Who works with it, at: target - 3d, duration: 2h}]`";

fn check(cx: &Context<'_>, at: ReleaseRef<'_>, out: &mut Vec<Finding>) {
    report_missing(cx, at, Requirement::Training, |release| !release.training.is_empty(), HELP, out);
}
