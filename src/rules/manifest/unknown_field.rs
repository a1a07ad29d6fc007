//! `unknown-field`.

use crate::diagnostic::Severity;
use crate::rules::{Check, Group, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    name: "unknown-field",
    group: Group::Manifest,
    severity: Severity::Error,
    summary: "a key that the format does not know",
    docs: r"## What it does

Reports a key that means nothing where it stands, and offers the nearest one that does.

## Why

A misspelt key is silently no key: `taget: 2026-12-05` would leave the release without a target, and nothing would warn that
it is late.

## How to fix

Correct the key. Keys of your own begin with `x-`; they are kept and never interpreted.

```yaml failing
kind: release
id: winter
type: minor
taget: 2026-12-05
```

```yaml passing
kind: release
id: winter
type: minor
target: 2026-12-05
x-cost-centre: 4711
```
",
    check: Check::Loader,
};
