//! `waiver-without-reason`.

use crate::analysis::gates::waiver_lacks;
use crate::diagnostic::{Finding, Severity, Subject};
use crate::model::release::{Criterion, Status};
use crate::model::{Identified, Kind};
use crate::rules::{Check, Group, Manifests, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    name: "waiver-without-reason",
    group: Group::Gates,
    severity: Severity::Error,
    summary: "a criterion is waived, and nobody says who decided it or why",
    docs: "\
## What it does

Reports a criterion with `status: waived` whose `waiver:` lacks the `reason` or the person (`by`), in the gates of releases and in
gate templates. For drafts it is at most a warning; releases that are over are left alone.

## Why

A waiver opens a gate as surely as a proof does, so one that does not say who and why opens none. Who looks at it later must be able to ask the person, and see whether the reason
still holds.

## How to fix

Write who decided and why, and until when it holds; or set the status back to `unmet`.

```yaml failing
kind: release
id: winter
type: minor
status: planned
gates:
  - {id: go-live, criteria: [{id: pen-test, status: waived}]}
```

```yaml passing
kind: portfolio
stages: [test, prod]
people: [{id: erin}]
---
kind: release
id: winter
type: minor
status: planned
gates:
  - id: go-live
    criteria: [{id: pen-test, status: waived, waiver: {by: erin, reason: Nothing it covers was changed, expires: 2027-02-26}}]
```
",
    check: Check::Manifests(check),
};

fn check(cx: &Manifests<'_>, out: &mut Vec<Finding>) {
    let portfolio = cx.portfolio;
    let settings = Subject::new(Kind::Portfolio.as_str(), "");
    let mut judge = |criterion: &Criterion, subject: &dyn Fn() -> Subject, at_most: Severity| {
        if let Some(missing) = waiver_lacks(criterion).filter(|_| !portfolio.damage.touches(criterion.span)) {
            let message = format!("criterion `{}` is waived without {missing}", criterion.id);
            let finding = Finding::new(criterion.id.span, subject(), message).at_most(at_most).help(
                "add `waiver: {by: PERSON, reason: Why it need not be met, expires: DATE}`, or set the status back to `unmet`",
            );
            out.push(finding);
        }
    };
    for (name, template) in portfolio.settings.gate_templates.iter() {
        for criterion in &template.criteria {
            let subject = || settings.clone().at(format!("gate_templates/{}/criteria/{}", &**name, criterion.id));
            judge(criterion, &subject, Severity::Error);
        }
    }
    for (r, release) in portfolio.releases.iter().enumerate() {
        let line = std::iter::once(r).chain(portfolio.ancestors(r));
        if line.into_iter().any(|r| portfolio.releases[r].status().is_over()) {
            continue;
        }
        let at_most = if release.status() == Status::Draft { Severity::Warning } else { Severity::Error };
        for gate in &release.gates {
            for criterion in &gate.criteria {
                let subject = || release.subject().at(format!("gates/{}/criteria/{}", gate.id, criterion.id));
                judge(criterion, &subject, at_most);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Severity;
    use crate::rules::testing::{messages, of};

    const RULE: &str = "waiver-without-reason";

    fn text(status: &str, criterion: &str) -> String {
        format!(
            "kind: release\nid: r\ntype: minor\nstatus: {status}\ngates: [{{id: g, criteria: [{{id: c, {criterion}}}]}}]\n"
        )
    }

    #[test]
    fn it_says_what_is_missing() {
        let said = |criterion: &str| messages(RULE, &text("planned", criterion));
        assert_eq!(said("status: waived"), ["criterion `c` is waived without a reason and the name of who decided it"]);
        assert_eq!(said("status: waived, waiver: {by: x, reason: ' '}"), ["criterion `c` is waived without a reason"]);
        assert_eq!(
            said("status: waived, waiver: {reason: y}"),
            ["criterion `c` is waived without the name of who decided it"]
        );
        assert!(said("status: waived, waiver: {by: x, reason: y}").is_empty());
        assert!(said("status: met, waiver: {by: x}").is_empty());
        assert!(said("status: waived, waiver: {by: x, reason: [1]}").is_empty(), "it is there, and misspelt");
    }

    #[test]
    fn drafts_weigh_less_and_what_is_over_nothing() {
        assert_eq!(of(RULE, &text("draft", "status: waived"))[0].severity, Severity::Warning);
        assert_eq!(of(RULE, &text("in-progress", "status: waived"))[0].severity, Severity::Error);
        assert!(messages(RULE, &text("closed", "status: waived")).is_empty());
    }

    #[test]
    fn templates_are_judged_once() {
        let text = "kind: portfolio\nstages: [test, prod]\ngate_templates:\n  g: {criteria: [{id: c, status: waived}]}\n---\n\
                    kind: release\nid: a\ntype: minor\nstatus: planned\ngates: [{id: g}]\n---\n\
                    kind: release\nid: b\ntype: minor\nstatus: planned\ngates: [{id: g}]\n";
        let found = of(RULE, text);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].subject.to_string(), "portfolio/gate_templates/g/criteria/c");
    }
}
