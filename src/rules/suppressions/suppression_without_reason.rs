//! `suppression-without-reason`.

use crate::diagnostic::{Finding, Severity, Subject};
use crate::rules::{Check, Group, Manifests, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    name: "suppression-without-reason",
    group: Group::Suppressions,
    severity: Severity::Warning,
    summary: "a comment allows a finding and does not say why",
    docs: "\
## What it does

Reports a comment `# relm: allow RULE` that gives no reason.

## Why

Who meets the comment later cannot tell whether it still holds, or who decided it.

## How to fix

Write the reason behind a dash: `# relm: allow RULE — reason`.

```yaml failing
kind: project
# relm: allow missing-owner
id: ledger
```

```yaml passing
kind: project
# relm: allow missing-owner — handed over in March
id: ledger
```
",
    check: Check::Manifests(check),
};

fn check(cx: &Manifests<'_>, out: &mut Vec<Finding>) {
    // A comment that names no rule is reported as unused.
    for allow in cx.portfolio.allows.iter().filter(|allow| allow.reason.is_empty() && !allow.rule.is_empty()) {
        let message = format!("`{}` is allowed here, but not why", allow.rule);
        let help = format!("write the reason behind it: `# relm: allow {} — reason`", allow.rule);
        out.push(Finding::new(allow.span, Subject::new("", &allow.path), message).help(help));
    }
}
