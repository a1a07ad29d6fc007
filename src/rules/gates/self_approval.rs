//! `self-approval`.

use crate::analysis::gates::Flaw;
use crate::diagnostic::wording::quoted;
use crate::diagnostic::{Finding, Severity, Span, Subject};
use crate::model::Id;
use crate::rules::approvals::{Given, Of, all, commit_words};
use crate::rules::{Check, Context, Group, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    name: "self-approval",
    group: Group::Gates,
    severity: Severity::Error,
    summary: "somebody approves their own work where duties are separated",
    docs: r"## What it does

Where relm.yaml says `approvals: {separation_of_duties: true}`, reports an approval by the owner of the release or the change (or, when
that is a team, by a member of it), and by an author of the scope of the release: somebody whose commit gave an item of `scope` its present value. Such an
approval is shown and counts for nothing. Where enough others approved, it is worth knowing only.

Only the last approval of a person in a role is judged, in gates of releases and in changes that are not over.

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
",
    check: Check::Portfolio(check),
};

fn check(cx: &Context<'_>, out: &mut Vec<Finding>) {
    out.extend(all(cx).iter().filter(|given| !given.is_over).filter_map(|given| judge(cx, given)));
}

fn judge(cx: &Context<'_>, given: &Given<'_, '_>) -> Option<Finding> {
    let (name, by) = (given.name(), &given.entry.approval.by);
    let mut reasons = Vec::new();
    let mut places: Vec<(Span, Subject, String)> = Vec::new();
    for flaw in &given.entry.flaws {
        match flaw {
            Flaw::Owner(owner) if *owner == by => {
                reasons.push(format!("owns `{name}`"));
                places.push((owner.span, given.manifest(), "the owner".to_owned()));
            }
            Flaw::Owner(owner) => {
                reasons.push(format!("belongs to `{owner}`, which owns `{name}`"));
                places.push((owner.span, given.manifest(), "the owner".to_owned()));
            }
            Flaw::WroteScope(projects) => {
                let names = quoted(projects.iter().map(|project| project.as_str()));
                reasons.push(format!("wrote what `{name}` ships of {names}"));
                places.extend(projects.iter().map(|project| scope_place(cx, given, project)));
            }
            _ => {}
        }
    }
    if reasons.is_empty() {
        return None;
    }
    let message = format!("`{by}` {}, so this approval counts for nothing", reasons.join(" and "));
    let help = format!("have somebody else approve who holds the role `{}`", given.entry.approval.role);
    let finding = given.finding(message).help(help);
    let finding = places
        .into_iter()
        .take(6)
        .fold(finding, |finding, (span, subject, words)| finding.related(span, subject, words));
    Some(if given.is_needed { finding } else { finding.at_most(Severity::Info) })
}

fn scope_place(cx: &Context<'_>, given: &Given<'_, '_>, project: &Id) -> (Span, Subject, String) {
    let item = match given.of {
        Of::Gate(release, _) => release.scope.iter().find(|item| item.project.span == project.span),
        Of::Change(_) => None,
    };
    let introduction = item.and_then(|item| cx.facts.provenance.as_ref()?.scope.get(&item.span)?.as_ref());
    let by = &given.entry.approval.by;
    let words = introduction.map_or_else(
        || format!("written by `{by}`"),
        |introduction| format!("written by `{by}` in {}", commit_words(&introduction.commit)),
    );
    (project.span, given.manifest().at(format!("scope/{project}")), words)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

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

    #[test]
    fn who_owns_a_change_does_not_approve_it() {
        let change = |status: &str, approvals: &str| {
            let settings = with("ann", "", "");
            let (settings, _) = settings.split_once("---\nkind: project").unwrap();
            of(
                RULE,
                &format!(
                    "{settings}---\nkind: change\nid: C\nowner: bob\nstatus: {status}\napprovals: [{approvals}]\n"
                ),
            )
        };
        let found = change("submitted", BOB);
        assert_eq!(found[0].message, "`bob` owns `C`, so this approval counts for nothing");
        assert_eq!(
            (found[0].subject.to_string().as_str(), found[0].severity),
            ("change/C/approvals/bob", Severity::Error)
        );
        assert_eq!(change("approved", BOB)[0].severity, Severity::Error);
        assert_eq!(change("submitted", &format!("{BOB}, {{role: boss, by: ann}}"))[0].severity, Severity::Info);
        assert!(change("rejected", BOB).is_empty() && change("closed", BOB).is_empty());
    }
}
