//! `unknown-role`.

use std::collections::BTreeMap;

use crate::diagnostic::wording;
use crate::diagnostic::{Finding, Severity, suggest};
use crate::model::references::{self, Reference, Target};
use crate::rules::{Check, Group, Manifests, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    name: "unknown-role",
    group: Group::Governance,
    severity: Severity::Error,
    summary: "a role that `roles:` does not declare",
    docs: "\
## What it does

Reports a role that a person holds, a gate requires or an approval was given in, and that `roles:` in `relm.yaml` does not
declare. There is one finding for each role. Where `relm.yaml` declares no roles at all, one warning says so.

## Why

An approval in a misspelt role counts for nothing, and a gate that requires one is never passed.

## How to fix

Correct the role, or add it to `roles:`.

```yaml failing
kind: portfolio
stages: [test, prod]
roles: [change-manager]
---
kind: release
id: winter
type: minor
gates: [{id: go-live, before: first, requires: [{role: chang-manager}]}]
```

```yaml passing
kind: portfolio
stages: [test, prod]
roles: [change-manager]
---
kind: release
id: winter
type: minor
gates: [{id: go-live, before: first, requires: [{role: change-manager}]}]
```
",
    check: Check::Manifests(check),
};

fn check(cx: &Manifests<'_>, out: &mut Vec<Finding>) {
    if cx.portfolio.settings_doubtful() {
        return;
    }
    let roles = &cx.portfolio.settings.roles;
    let mut unknown: BTreeMap<&str, Vec<Reference<'_>>> = BTreeMap::new();
    references::each(cx.portfolio, &mut |reference| {
        if reference.target == Target::Role && !roles.contains(reference.id) {
            unknown.entry(reference.id).or_default().push(reference);
        }
    });
    if roles.is_empty() {
        out.extend(none_declared(unknown));
        return;
    }
    for (role, mut uses) in unknown {
        let names = || roles.iter().map(crate::model::Id::as_str);
        let help = suggest::did_you_mean(role, names()).unwrap_or_else(|| "add it to `roles:` in relm.yaml".to_owned());
        let finding = finding(&mut uses, format!("there is no role `{role}`")).help(help);
        let at = finding.span;
        out.push(match suggest::nearest(role, names())[..] {
            [only] => finding.fix(at, only),
            _ => finding,
        });
    }
}

fn none_declared(unknown: BTreeMap<&str, Vec<Reference<'_>>>) -> Option<Finding> {
    let names = wording::quoted(unknown.keys().copied());
    let mut uses: Vec<Reference<'_>> = unknown.into_values().flatten().collect();
    if uses.is_empty() {
        return None;
    }
    let finding = finding(&mut uses, format!("relm.yaml declares no roles, but the portfolio names {names}"));
    Some(finding.help("add `roles:` to relm.yaml, so that a misspelt role is noticed").at_most(Severity::Warning))
}

/// A finding at the first of some uses, the others related.
fn finding(uses: &mut [Reference<'_>], message: String) -> Finding {
    uses.sort_by_key(|reference| reference.id.span);
    let first = uses[0];
    let others = uses[1..].iter().map(|reference| (reference.id.span, reference.subject()));
    wording::with_places(Finding::new(first.id.span, first.subject(), message), others, "named here too")
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::of;

    const GATES: &str = "kind: release\nid: r\ntype: minor\ngates:\n  - {id: a, requires: [{role: boss}, {role: tester}]}\n  \
                         - {id: b, requires: [{role: boss}]}\n";

    #[test]
    fn a_role_is_one_finding() {
        let text = format!("kind: portfolio\nstages: [prod]\nroles: [tester]\n---\n{GATES}");
        let found = of("unknown-role", &text);
        assert_eq!((found.len(), found[0].related.len()), (1, 1));
    }

    #[test]
    fn no_roles_at_all_is_one_finding() {
        let found = of("unknown-role", GATES);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].message, "relm.yaml declares no roles, but the portfolio names `boss` and `tester`");
    }
}
