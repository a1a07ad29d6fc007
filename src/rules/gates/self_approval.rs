//! `self-approval`.

use crate::analysis::gates::Flaw;
use crate::diagnostic::{Finding, Severity, Span, Subject};
use crate::model::{Id, Identified};
use crate::rules::approvals::{Given, commit_words, given};
use crate::rules::wording::quoted;
use crate::rules::{Check, Context, Group, ReleaseRef, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    name: "self-approval",
    group: Group::Gates,
    severity: Severity::Error,
    summary: "somebody approves their own work where duties are separated",
    docs: r#"## What it does

Where relm.yaml says `approvals: {separation_of_duties: true}`, reports an approval by the owner of the release (or, when that is a
team, by a member of it), and by an author of its scope: somebody whose commit gave an item of `scope` its present value. Such an
approval is shown and counts for nothing. Where enough others approved, it is worth knowing only.

Only the last approval of a person in a role is judged, in gates of releases that are not over.

## Why

Four eyes see more than two. Who wants a release to go out, or wrote what is in it, is not the one to say that it may.

## How to fix

Have somebody else who holds the role approve.

```yaml failing
kind: portfolio
stages: [test, prod]
roles: [change-manager]
people: [{id: bob, roles: [change-manager]}]
approvals: {separation_of_duties: true}
---
kind: release
id: winter
type: minor
status: planned
owner: bob
gates:
  - id: go-live
    requires: [{role: change-manager}]
    approvals: [{role: change-manager, by: bob}]
```

An author of the scope:

```yaml failing
kind: portfolio
stages: [test, prod]
roles: [change-manager]
people: [{id: bob, emails: [bob@example.com], roles: [change-manager]}]
approvals: {separation_of_duties: true}
---
kind: project
id: ledger
---
kind: release
id: winter
type: minor
status: planned
scope: [{project: ledger, version: 4.2.0}]
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
people: [{id: bob, roles: [change-manager]}, {id: carol, roles: [change-manager]}]
approvals: {separation_of_duties: true}
---
kind: release
id: winter
type: minor
status: planned
owner: bob
gates:
  - id: go-live
    requires: [{role: change-manager}]
    approvals: [{role: change-manager, by: carol}]
```
"#,
    check: Check::Release(check),
};

fn check(cx: &Context<'_>, at: ReleaseRef<'_>, out: &mut Vec<Finding>) {
    out.extend(given(cx, at.index).iter().filter(|given| !given.is_over).filter_map(|given| judge(cx, given)));
}

fn judge(cx: &Context<'_>, given: &Given<'_, '_>) -> Option<Finding> {
    let (release, by) = (given.release, &given.entry.approval.by);
    let mut reasons = Vec::new();
    let mut places: Vec<(Span, Subject, String)> = Vec::new();
    for flaw in &given.entry.flaws {
        match flaw {
            Flaw::Owner(owner) if *owner == by => {
                reasons.push(format!("owns `{}`", release.id));
                places.push((owner.span, release.subject(), "the owner".to_owned()));
            }
            Flaw::Owner(owner) => {
                reasons.push(format!("belongs to `{owner}`, which owns `{}`", release.id));
                places.push((owner.span, release.subject(), "the owner".to_owned()));
            }
            Flaw::WroteScope(projects) => {
                let names = quoted(projects.iter().map(|project| project.as_str()));
                reasons.push(format!("wrote what `{}` ships of {names}", release.id));
                places.extend(projects.iter().map(|project| scope_place(cx, given, project)));
            }
            _ => {}
        }
    }
    if reasons.is_empty() {
        return None;
    }
    let message = format!("`{by}` {}, so this approval counts for nothing", reasons.join(" and "));
    let help = format!("have another {} approve", given.entry.approval.role);
    let finding = given.finding(message).help(help);
    let finding = places
        .into_iter()
        .take(6)
        .fold(finding, |finding, (span, subject, words)| finding.related(span, subject, words));
    Some(if given.is_needed() { finding } else { finding.at_most(Severity::Info) })
}

fn scope_place(cx: &Context<'_>, given: &Given<'_, '_>, project: &Id) -> (Span, Subject, String) {
    let item = given.release.scope.iter().find(|item| item.project.span == project.span);
    let introduction = item.and_then(|item| cx.facts.provenance.as_ref()?.scope.get(&item.span)?.as_ref());
    let by = &given.entry.approval.by;
    let words = introduction.map_or_else(
        || format!("written by `{by}`"),
        |introduction| format!("written by `{by}` in {}", commit_words(&introduction.commit)),
    );
    (project.span, given.release.subject().at(format!("scope/{project}")), words)
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Severity;
    use crate::rules::testing::{messages, of};

    const RULE: &str = "self-approval";

    fn with(owner: &str, scope: &str, approvals: &str) -> String {
        format!(
            "kind: portfolio\nstages: [test, prod]\nroles: [boss]\nteams: [{{id: ops}}]\napprovals: {{separation_of_duties: true}}\n\
             people: [{{id: ann, roles: [boss]}}, {{id: bob, emails: [bob@example.com], team: ops, roles: [boss]}}]\n---\n\
             kind: project\nid: a\n---\nkind: project\nid: b\n---\n\
             kind: release\nid: r\ntype: minor\nstatus: planned\nowner: {owner}\nscope: [{scope}]\n\
             gates: [{{id: go, requires: [{{role: boss}}], approvals: [{approvals}]}}]\n"
        )
    }

    const BOB: &str = "{role: boss, by: bob}";

    #[test]
    fn owners_and_members_of_the_team_that_owns_do_not_count() {
        assert_eq!(messages(RULE, &with("bob", "", BOB)), ["`bob` owns `r`, so this approval counts for nothing"]);
        assert_eq!(
            messages(RULE, &with("ops", "", BOB)),
            ["`bob` belongs to `ops`, which owns `r`, so this approval counts for nothing"]
        );
        assert!(messages(RULE, &with("ann", "", BOB)).is_empty());
        assert!(messages(RULE, &with("bob", "", BOB).replace("planned", "released")).is_empty());
        assert!(messages(RULE, &with("bob", "", BOB).replace("duties: true", "duties: false")).is_empty());
    }

    #[test]
    fn where_enough_others_approved_it_is_worth_knowing() {
        let found = of(RULE, &with("bob", "", &format!("{BOB}, {{role: boss, by: ann}}")));
        assert_eq!((found.len(), found[0].severity), (1, Severity::Info));
        assert_eq!(of(RULE, &with("bob", "", BOB))[0].severity, Severity::Error);
    }

    #[test]
    fn authors_of_the_scope_do_not_count() {
        let approvals = "{role: boss, by: bob}";
        let text = format!(
            "{}# commit by ann@example.com\n{}# commit by bob@example.com\n",
            with("ann", "{project: a, version: 1}, {project: b, version: 1}", ""),
            with("ann", "{project: a, version: 1}, {project: b, version: 2}", approvals),
        );
        let found = of(RULE, &text);
        assert_eq!(found[0].message, "`bob` wrote what `r` ships of `b`, so this approval counts for nothing");
        let label = &found[0].related[0];
        assert_eq!(label.subject.to_string(), "release/r/scope/b");
        assert!(label.message.starts_with("written by `bob` in ") && label.message.ends_with(" of 2026-01-01"));
    }
}
