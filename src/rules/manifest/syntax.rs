//! `syntax`.

use crate::diagnostic::Severity;
use crate::rules::{Check, Group, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    name: "syntax",
    group: Group::Manifest,
    severity: Severity::Error,
    summary: "a file cannot be read as YAML",
    docs: r"## What it does

Reports a file that cannot be read: YAML that is not well formed, a key that stands twice in one mapping, bytes that are not
UTF-8, conflict markers of an unfinished merge, nesting or aliases beyond all measure, a file without permission to read.

## Why

What cannot be read is not checked and not planned. Ids that the file seems to give are not reported as missing elsewhere.

## How to fix

Mend the place shown. A file that is no manifest is left out with `exclude:` in `relm.yaml`.

The same key twice:

```yaml failing
kind: project
id: ledger
name: General ledger
name: Ledger
```

A bracket that is not closed:

```yaml failing
kind: release
id: winter
type: minor
depends_on: [autumn
```

```yaml passing
kind: project
id: ledger
name: General ledger
```
",
    check: Check::Loader,
};
