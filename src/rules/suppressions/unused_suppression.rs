//! `unused-suppression`.

use crate::diagnostic::{Finding, Severity, Subject, suggest};
use crate::rules::{Check, Context, Group, RULES, Rule, find};

/// The rule.
pub static RULE: Rule = Rule {
    name: "unused-suppression",
    group: Group::Suppressions,
    severity: Severity::Warning,
    summary: "a comment allows a finding that is not there",
    docs: "\
## What it does

Reports a comment `# relm: allow RULE — reason` that allows nothing: the rule has no finding on the line below, or there is no
such rule.

## Why

A comment that outlived its finding hides the next one.

## How to fix

Delete the comment, or correct the name of the rule.

```yaml failing
kind: project
# relm: allow missing-owner — nobody yet
id: ledger
owner: ledger-team
---
kind: portfolio
stages: [prod]
teams: [{id: ledger-team}]
```

```yaml passing
kind: project
# relm: allow missing-owner — handed over in March
id: ledger
```
",
    check: Check::Allows(check),
};

fn check(cx: &Context<'_>, used: &[bool], out: &mut Vec<Finding>) {
    for (allow, used) in cx.portfolio.allows.iter().zip(used) {
        if *used {
            continue;
        }
        let (message, help) = if allow.rule.is_empty() {
            ("the comment names no rule".to_owned(), "write `# relm: allow RULE — reason`".to_owned())
        } else if find(&allow.rule).is_some() {
            (format!("there is no `{}` finding on the line below", allow.rule), "delete the comment".to_owned())
        } else {
            let names = RULES.iter().map(|rule| rule.name);
            let help =
                suggest::did_you_mean(&allow.rule, names).unwrap_or_else(|| "`relm rules` lists them".to_owned());
            (format!("there is no rule `{}`", allow.rule), help)
        };
        out.push(Finding::new(allow.span, Subject::new("", &allow.path), message).help(help));
    }
}
