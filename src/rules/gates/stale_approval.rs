//! `stale-approval`.

use std::collections::BTreeSet;

use crate::analysis::gates::Flaw;
use crate::diagnostic::wording::{listed, quoted};
use crate::diagnostic::{Finding, Severity, Span, Subject};
use crate::model::Identified;
use crate::model::facts::Change;
use crate::model::release::Release;
use crate::rules::approvals::{Given, commit_words, of_gates, who};
use crate::rules::{Check, Context, Group, ReleaseRef, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    name: "stale-approval",
    group: Group::Gates,
    severity: Severity::Warning,
    summary: "what was approved has changed since",
    docs: r"## What it does

Reports approvals of a release of which something that `stale_when_changed` in relm.yaml names (`scope`, `deployment`, `target`) is
different today from what it was at the approval's commit. It says what changed, from what to what, in which commit and by whom;
comments, order and layout do not count. What changed and was changed back is as it was approved. Approvals that the same change
made stale are one finding.

It is silent where enough others approved after the change, and in releases that are over.

## Why

Somebody said yes to something else. A gate that such an approval would pass is not passed.

## How to fix

Have it approved again as it is now, or take the change back.

```yaml failing
kind: portfolio
stages: [test, prod]
roles: [change-manager]
people: [{id: carol, emails: [carol@example.com], roles: [change-manager]}]
approvals: {provenance: author, stale_when_changed: [target]}
---
kind: release
id: winter
type: minor
status: planned
target: 2026-12-05
gates:
  - id: go-live
    requires: [{role: change-manager}]
    approvals: [{role: change-manager, by: carol}]
# commit by carol@example.com
kind: portfolio
stages: [test, prod]
roles: [change-manager]
people: [{id: carol, emails: [carol@example.com], roles: [change-manager]}]
approvals: {provenance: author, stale_when_changed: [target]}
---
kind: release
id: winter
type: minor
status: planned
target: 2026-12-12
gates:
  - id: go-live
    requires: [{role: change-manager}]
    approvals: [{role: change-manager, by: carol}]
# commit by bob@example.com
```

```yaml passing
kind: portfolio
stages: [test, prod]
roles: [change-manager]
people: [{id: carol, emails: [carol@example.com], roles: [change-manager]}]
approvals: {provenance: author, stale_when_changed: [target]}
---
kind: release
id: winter
type: minor
status: planned
target: 2026-12-05
gates:
  - id: go-live
    requires: [{role: change-manager}]
    approvals: [{role: change-manager, by: carol}]
# commit by carol@example.com
```
",
    check: Check::Release(check),
};

/// So many changes are spelt out; the rest is counted.
const TOLD: usize = 4;

fn check(cx: &Context<'_>, at: ReleaseRef<'_>, out: &mut Vec<Finding>) {
    let all = of_gates(cx, at.index);
    let mut causes: Vec<(&[Change], Vec<&Given<'_, '_>>)> = Vec::new();
    for given in all.iter().filter(|given| !given.is_over && given.is_needed && !given.is_unverified()) {
        let Some(changes) = stale(given) else { continue };
        match causes.iter_mut().find(|(known, _)| *known == changes) {
            Some((_, those)) => those.push(given),
            None => causes.push((changes, vec![given])),
        }
    }
    out.extend(causes.into_iter().filter_map(|(changes, those)| report(at.release, changes, &those)));
}

fn stale<'p>(given: &Given<'_, 'p>) -> Option<&'p [Change]> {
    given.entry.flaws.iter().find_map(|flaw| match flaw {
        Flaw::Stale(changes) => Some(*changes),
        _ => None,
    })
}

fn report(release: &Release, changes: &[Change], those: &[&Given<'_, '_>]) -> Option<Finding> {
    let (first, others) = those.split_first()?;
    let people: BTreeSet<&str> = those.iter().map(|given| given.entry.approval.by.as_str()).collect();
    let mut told: Vec<String> = changes.iter().take(TOLD).map(difference).collect();
    if changes.len() > TOLD {
        told.push(format!("{} more", changes.len() - TOLD));
    }
    let people = quoted(people);
    let message = format!("what {people} approved has changed: {} {}", told.join(", "), by_whom(changes));
    let finding = first
        .finding(message)
        .help("have it approved again as it is now, or take the change back: what is the same again counts again");
    let mut places: Vec<(Span, Subject)> = Vec::new();
    for place in changes.iter().filter_map(|change| place(release, change)) {
        if !places.contains(&place) {
            places.push(place);
        }
    }
    let finding = places.into_iter().take(TOLD).fold(finding, |finding, (span, subject)| {
        finding.related(span, subject, "this was different when it was approved")
    });
    Some(others.iter().take(TOLD).fold(finding, |finding, given| {
        finding.related(given.entry.approval.by.span, given.subject(), "this approval is stale for the same reason")
    }))
}

/// `` `target` 2026-12-05 → 2026-12-12 ``.
fn difference(change: &Change) -> String {
    match (&change.before, &change.after) {
        (Some(before), Some(after)) => format!("`{}` {before} → {after}", change.path),
        (None, Some(after)) => format!("`{}` added as {after}", change.path),
        (Some(before), None) => format!("`{}` removed, was {before}", change.path),
        (None, None) => format!("`{}`", change.path),
    }
}

fn by_whom(changes: &[Change]) -> String {
    let mut whom: Vec<String> = Vec::new();
    for change in changes {
        let words = match &change.by {
            Some(commit) => format!("by {} in {}", who(&commit.author), commit_words(commit)),
            None => "not committed yet".to_owned(),
        };
        if !whom.contains(&words) {
            whom.push(words);
        }
    }
    format!("({})", listed(whom))
}

/// Where a changed value stands now.
fn place(release: &Release, change: &Change) -> Option<(Span, Subject)> {
    let mut steps = change.path.split('/');
    match steps.next()? {
        "target" => Some((release.target.as_ref()?.span, release.subject())),
        "scope" => {
            let project = steps.next()?;
            let item = release.scope.iter().find(|item| *item.project == *project)?;
            Some((item.project.span, release.subject().at(format!("scope/{project}"))))
        }
        "deployment" => Some((release.deployment.as_ref()?.span, release.subject().at("deployment"))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Severity;
    use crate::rules::testing::{messages, of};

    const RULE: &str = "stale-approval";

    fn with(target: &str, version: &str, approvals: &str) -> String {
        format!(
            "kind: portfolio\nstages: [test, prod]\nroles: [boss, tester]\napprovals: {{stale_when_changed: [scope, target]}}\n\
             people: [{{id: carol, emails: [carol@example.com], roles: [boss, tester]}}, {{id: bob, emails: [bob@example.com], roles: [boss]}}]\n---\n\
             kind: project\nid: a\n---\n\
             kind: release\nid: r\ntype: minor\nstatus: planned\ntarget: {target}\nscope: [{{project: a, version: {version}}}]\n\
             gates:\n  - {{id: go, requires: [{{role: boss}}], approvals: [{approvals}]}}\n  \
             - {{id: exit, requires: [{{role: tester}}], approvals: [{{role: tester, by: carol}}]}}\n"
        )
    }

    const CAROL: &str = "{role: boss, by: carol}";

    fn history(versions: &[(String, &str)]) -> String {
        let committed = versions.iter().map(|(text, by)| format!("{text}# commit by {by}@example.com\n"));
        committed.collect::<Vec<_>>().concat()
    }

    #[test]
    fn approvals_of_a_release_that_the_same_change_made_stale_are_one_finding() {
        let text = history(&[
            (with("2026-12-05", "1.0.0", CAROL), "carol"),
            (with("2026-12-12", "1.0.0", CAROL), "bob"),
            (with("2026-12-12", "1.1.0", CAROL), "eve"),
        ]);
        let found = of(RULE, &text);
        assert_eq!(found.len(), 1);
        let message = &found[0].message;
        assert!(message.starts_with("what `carol` approved has changed: "), "{message}");
        assert!(message.contains("`target` 2026-12-05 → 2026-12-12"), "{message}");
        assert!(message.contains("`scope/a/version` 1.0.0 → 1.1.0"), "{message}");
        assert!(message.contains("by `bob` in ") && message.contains("by eve <eve@example.com> in "), "{message}");
        assert_eq!((found[0].severity, found[0].related.len()), (Severity::Warning, 3));
    }

    #[test]
    fn what_was_changed_back_and_what_others_approved_since_counts() {
        let first = (with("2026-12-05", "1.0.0", CAROL), "carol");
        let changed = (with("2026-12-12", "1.0.0", CAROL), "bob");
        assert!(messages(RULE, &history(&[first.clone(), changed.clone(), first.clone()])).is_empty());
        let again = (with("2026-12-12", "1.0.0", &format!("{CAROL}, {{role: boss, by: bob}}")), "bob");
        let found = of(RULE, &history(&[first, changed, again]));
        assert_eq!(
            found.iter().map(|finding| finding.subject.to_string()).collect::<Vec<_>>(),
            ["release/r/gates/exit/approvals/carol"]
        );
    }

    #[test]
    fn what_is_over_is_left_alone() {
        let over = |target: &str| with(target, "1.0.0", CAROL).replace("planned", "released");
        assert!(messages(RULE, &history(&[(over("2026-12-05"), "carol"), (over("2026-12-12"), "bob")])).is_empty());
    }
}
