//! `approver-lacks-role`.

use crate::analysis::gates::Flaw;
use crate::diagnostic::{Finding, Severity};
use crate::model::facts::Given as Held;
use crate::rules::approvals::{Given, all, commit_words, who, with_roles};
use crate::rules::{Check, Context, Group, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    name: "approver-lacks-role",
    group: Group::Gates,
    severity: Severity::Error,
    summary: "an approval is given in a role that the approver does not hold",
    docs: r"## What it does

Reports an approval whose approver does not hold its `role`, by `roles` of the person in relm.yaml. Where approvals have to be
proven (`approvals: {provenance: author}` or `signed`), the role must have been held before the commit that brought the approval:
losing it later takes nothing back, and a role that the same commit grants does not count.

Only the last approval of a person in a role is judged, in gates of releases and in changes that are not over. A person or a role that relm.yaml
does not know is told of by `unknown-reference` and `unknown-role`.

## Why

A gate asks for a role so that somebody with the knowledge and the authority decides. Such an approval counts for nothing.

## How to fix

Have somebody approve who holds the role; or give the role to the person in a commit of its own, and have the approval given again.

```yaml failing
kind: portfolio
stages: [test, prod]
roles: [change-manager]
people: [{id: bob}]
---
kind: release
id: winter
type: minor
status: planned
gates:
  - id: go-live
    requires: [{role: change-manager}]
    approvals: [{role: change-manager, by: bob}]
```

The role is granted together with the approval:

```yaml failing
kind: portfolio
stages: [test, prod]
roles: [change-manager]
people: [{id: bob, emails: [bob@example.com]}]
approvals: {provenance: author}
# commit by carol@example.com
kind: portfolio
stages: [test, prod]
roles: [change-manager]
people: [{id: bob, emails: [bob@example.com], roles: [change-manager]}]
approvals: {provenance: author}
---
kind: release
id: winter
type: minor
status: planned
gates:
  - id: go-live
    requires: [{role: change-manager}]
    approvals: [{role: change-manager, by: bob}]
# commit by bob@example.com
```

```yaml passing
kind: portfolio
stages: [test, prod]
roles: [change-manager]
people: [{id: bob, roles: [change-manager]}]
---
kind: release
id: winter
type: minor
status: planned
gates:
  - id: go-live
    requires: [{role: change-manager}]
    approvals: [{role: change-manager, by: bob}]
```
",
    check: Check::Portfolio(check),
};

fn check(cx: &Context<'_>, out: &mut Vec<Finding>) {
    out.extend(all(cx).iter().filter(|given| !given.is_over).filter_map(|given| judge(cx, given)));
}

fn judge(cx: &Context<'_>, given: &Given<'_, '_>) -> Option<Finding> {
    let at_the_time = given.entry.flaws.iter().find_map(|flaw| match flaw {
        Flaw::LacksRole(given) => Some(*given),
        _ => None,
    })?;
    let settings = &cx.portfolio.settings;
    let (role, by) = (&given.entry.approval.role, &given.entry.approval.by);
    let is_declared = settings.roles.is_empty() || settings.roles.contains(role);
    let person = cx.portfolio.person(by).filter(|_| is_declared)?;
    let commit = given.commit().filter(|_| given.entry.facts.is_some_and(|facts| facts.role == at_the_time));
    let (message, help) = match (at_the_time, commit) {
        (Held::GrantedHere, Some(commit)) => (
            format!(
                "`{by}` was given the role `{role}` by the same commit as this approval, {} by {}",
                commit_words(commit),
                who(&commit.author)
            ),
            "grant the role in a commit of its own, which somebody looks at, and have the approval given again"
                .to_owned(),
        ),
        (_, Some(commit)) if person.roles.contains(role) => (
            format!(
                "`{by}` did not hold the role `{role}` yet when this approval was given, in {}",
                commit_words(commit)
            ),
            format!("`{by}` holds the role now: have the approval given again"),
        ),
        (_, Some(commit)) => (
            format!("`{by}` did not hold the role `{role}` when this approval was given, in {}", commit_words(commit)),
            format!("have somebody approve who holds the role `{role}`"),
        ),
        (_, None) => (
            format!("`{by}` does not hold the role `{role}`, so this approval counts for nothing"),
            format!("have somebody approve who holds it, or add it to the `roles` of `{by}` in relm.yaml"),
        ),
    };
    Some(given.with_requirement(with_roles(given.finding(message).help(help), person)))
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Severity;
    use crate::rules::testing::{messages, of};

    const RULE: &str = "approver-lacks-role";

    fn with(people: &str, status: &str, approvals: &str) -> String {
        format!(
            "kind: portfolio\nstages: [test, prod]\nroles: [boss, tester]\npeople: [{people}]\napprovals: {{provenance: author}}\n\
             gate_templates: {{go: {{requires: [{{role: boss}}]}}}}\n---\n\
             kind: release\nid: r\ntype: minor\nstatus: {status}\ngates: [{{id: go, approvals: [{approvals}]}}]\n"
        )
    }

    fn bob(roles: &str) -> String {
        format!("{{id: bob, emails: [bob@example.com], roles: [{roles}]}}")
    }

    const APPROVED: &str = "{role: boss, by: bob}";
    const COMMIT: &str = "# commit by bob@example.com\n";

    #[test]
    fn the_roles_of_today_count_where_nothing_is_known_of_then() {
        let found = of(RULE, &with(&bob("tester"), "planned", APPROVED));
        assert_eq!(found[0].message, "`bob` does not hold the role `boss`, so this approval counts for nothing");
        let related: Vec<_> =
            found[0].related.iter().map(|label| (label.subject.to_string(), label.message.clone())).collect();
        assert_eq!(
            related,
            [
                ("portfolio/people/bob".to_owned(), "`bob` holds `tester`".to_owned()),
                ("portfolio/gate_templates/go".to_owned(), "the gate requires it here".to_owned()),
            ]
        );
        assert_eq!(of(RULE, &with(&bob("tester"), "draft", APPROVED))[0].severity, Severity::Warning);
        assert!(messages(RULE, &with(&bob("tester"), "released", APPROVED)).is_empty());
        assert!(messages(RULE, &with(&bob("boss"), "planned", APPROVED)).is_empty());
    }

    #[test]
    fn what_others_tell_and_what_is_superseded_is_left_alone() {
        assert!(messages(RULE, &with(&bob("boss"), "planned", "{role: boss, by: eve}")).is_empty());
        assert!(messages(RULE, &with(&bob("boss"), "planned", "{role: chief, by: bob}")).is_empty());
        assert_eq!(messages(RULE, &with(&bob(""), "planned", &format!("{APPROVED}, {APPROVED}"))).len(), 1);
        assert!(messages(RULE, &with(&bob(""), "planned", "{role: boss, by: bob, decision: rejected}")).is_empty());
    }

    #[test]
    fn the_role_counts_as_it_was_before_the_commit() {
        let before = |roles: &str| format!("{}{COMMIT}", with(&bob(roles), "planned", ""));
        let after = |roles: &str| format!("{}{COMMIT}", with(&bob(roles), "planned", APPROVED));
        let granted = format!("{}{}", before(""), after("boss"));
        let found = messages(RULE, &granted);
        assert_eq!(found.len(), 1);
        assert!(
            found[0].starts_with("`bob` was given the role `boss` by the same commit as this approval, "),
            "{found:?}"
        );
        assert!(found[0].ends_with(" of 2026-01-01 by `bob`"), "{found:?}");
        let later = format!("{}{}{}", before(""), after(""), after("boss"));
        assert!(messages(RULE, &later)[0].starts_with("`bob` did not hold the role `boss` yet when"));
        let lost = format!("{}{}{}", before("boss"), after("boss"), after(""));
        assert!(messages(RULE, &lost).is_empty());
    }
}
