//! `missing-backout`.

use crate::diagnostic::wording::{quoted, with_places};
use crate::diagnostic::{Finding, Severity};
use crate::model::portfolio::Requirement;
use crate::model::release::{Release, Step};
use crate::model::{Identified, Portfolio};
use crate::rules::demands::{Unmet, is_demanded, unmet};
use crate::rules::{Check, Context, Group, ReleaseRef, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    name: "missing-backout",
    group: Group::Governance,
    severity: Severity::Error,
    summary: "a deployment step that cannot be taken back, and the type of the release demands it",
    docs: "\
## What it does

Reports a release whose type `requires` backout, when a step of its deployment that changes something does not say how it is taken
back, or when there are no steps at all. A step changes something when it takes time (`duration`) and is no decision
(`go_no_go: true`). The steps of a composite stand for parts that have none; a composite that ships nothing of its own is
satisfied when its parts are.

It is an error once the release is in progress, or its target no further away than the `notice` of its type (10 working days
where it has none), a warning before, and one step less for a draft. Releases that are over are left alone.

## Why

The way back is thought out by daylight or not at all. Its length also says until when one can still turn round.

## How to fix

Add `backout:` to the step with the time it takes and how it is done.

```yaml failing
kind: portfolio
stages: [test, prod]
release_types:
  minor: {requires: [backout]}
---
kind: release
id: winter
type: minor
status: planned
deployment:
  steps:
    - {id: migrate, duration: 90m}
    - {id: verify, after: migrate, duration: 30m, go_no_go: true}
```

```yaml failing
kind: portfolio
stages: [test, prod]
release_types:
  minor: {requires: [backout]}
---
kind: release
id: winter
type: minor
status: planned
```

```yaml passing
kind: portfolio
stages: [test, prod]
release_types:
  minor: {requires: [backout]}
---
kind: release
id: winter
type: minor
status: planned
deployment:
  steps:
    - {id: migrate, duration: 90m, backout: {duration: 2h, note: Restore the snapshot}}
    - {id: verify, after: migrate, duration: 30m, go_no_go: true}
```
",
    check: Check::Release(check),
};

fn check(cx: &Context<'_>, at: ReleaseRef<'_>, out: &mut Vec<Finding>) {
    let portfolio = cx.portfolio;
    let lacks = |r: usize| lack(portfolio, r).is_some();
    let Some(unmet) = unmet(cx, at, Requirement::Backout, lacks) else { return };
    let finding = if unmet.is_its_own() { own(portfolio, at, &unmet) } else { of_parts(portfolio, at, &unmet) };
    out.push(unmet.weighed(cx, finding));
}

/// What a release lacks.
enum Lack<'p> {
    /// There are no steps.
    Plan,
    /// These steps cannot be taken back, in the plan of this release.
    Steps(&'p Release, Vec<&'p Step>),
}

/// What a release lacks to be taken back, if anything.
fn lack(portfolio: &Portfolio, release: usize) -> Option<Lack<'_>> {
    let steps = |r: usize| portfolio.releases[r].deployment.as_ref().map_or(&[][..], |plan| &plan.steps);
    let line = std::iter::once(release).chain(portfolio.ancestors(release));
    let Some(planner) = line.into_iter().find(|&r| !steps(r).is_empty()) else { return Some(Lack::Plan) };
    if planner != release && is_demanded(portfolio, planner, Requirement::Backout) {
        // Reported there, once.
        return None;
    }
    let bare: Vec<&Step> =
        steps(planner).iter().filter(|step| changes_something(step) && !says_how_back(step)).collect();
    (!bare.is_empty()).then_some(Lack::Steps(&portfolio.releases[planner], bare))
}

fn changes_something(step: &Step) -> bool {
    step.duration.is_some() && step.go_no_go != Some(true)
}

fn says_how_back(step: &Step) -> bool {
    let noted = |note: &str| !note.trim().is_empty();
    step.backout.as_ref().is_some_and(|back| back.duration.is_some() || back.note.as_deref().is_some_and(noted))
}

fn own(portfolio: &Portfolio, at: ReleaseRef<'_>, unmet: &Unmet<'_>) -> Finding {
    let id = &at.release.id;
    let because = unmet.because("a back-out for what changes something");
    let Some(Lack::Steps(plan, steps)) = lack(portfolio, at.index) else {
        let message = format!("`{id}` has no deployment steps, and so no way back; {because}");
        let help = "add what is done and how it is taken back: `deployment: {steps: [{id: install, duration: 30m, \
                    backout: {duration: 15m, note: How}}]}`";
        return Finding::new(id.span, at.subject(), message).help(help);
    };
    let (verb, noun) = if steps.len() == 1 { ("has", "step") } else { ("have", "steps") };
    let message = format!("{noun} {} of `{}` {verb} no back-out; {because}", names(&steps), plan.id);
    let help = "add `backout: {duration: 15m, note: How}` to each, or `go_no_go: true` where it is a decision";
    let subject = |step: &Step| plan.subject().at(format!("deployment/steps/{}", step.id));
    let finding = Finding::new(steps[0].id.span, subject(steps[0]), message).help(help);
    with_places(finding, steps[1..].iter().map(|step| (step.id.span, subject(step))), "no back-out here either")
}

fn of_parts(portfolio: &Portfolio, at: ReleaseRef<'_>, unmet: &Unmet<'_>) -> Finding {
    let (id, parts) = (&at.release.id, unmet.parts(portfolio));
    let message = format!("parts of `{id}` cannot be taken back: {parts}; {}", unmet.because("a back-out"));
    let help = "add `backout: {duration: 15m, note: How}` to each of their steps that changes something";
    let mut finding = Finding::new(id.span, at.subject(), message).help(help);
    for &part in &unmet.lacking {
        let release = &portfolio.releases[part];
        let (span, words) = match lack(portfolio, part) {
            Some(Lack::Steps(_, steps)) => (steps[0].id.span, format!("no back-out: {}", names(&steps))),
            Some(Lack::Plan) | None => (release.id.span, "it has no deployment steps".to_owned()),
        };
        finding = finding.related(span, release.subject(), words);
    }
    finding
}

fn names(steps: &[&Step]) -> String {
    quoted(steps.iter().map(|step| step.id.as_str()))
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{messages, of};

    const RULE: &str = "missing-backout";
    const TYPES: &str =
        "kind: portfolio\nstages: [test, prod]\nrelease_types:\n  major: {requires: [backout]}\n  minor: {}\n";

    fn release(id: &str, ty: &str, more: &str) -> String {
        format!("---\nkind: release\nid: {id}\ntype: {ty}\nstatus: planned\nscope: [{{project: web}}]\n{more}")
    }

    fn steps(steps: &str) -> String {
        format!("deployment:\n  steps: [{steps}]\n")
    }

    fn judged(items: &str) -> Vec<String> {
        messages(RULE, &format!("{TYPES}{}", release("winter", "major", &steps(items))))
    }

    const BECAUSE: &str = "the type `major` demands a back-out for what changes something";

    #[test]
    fn steps_that_change_something_need_one() {
        assert_eq!(judged("{id: a, duration: 5m}"), [format!("step `a` of `winter` has no back-out; {BECAUSE}")]);
        assert_eq!(
            judged(
                "{id: a, duration: 5m}, {id: b, duration: 5m, backout: {}}, {id: c, duration: 5m, backout: {note: How}}"
            ),
            [format!("steps `a` and `b` of `winter` have no back-out; {BECAUSE}")]
        );
        assert!(judged("{id: a}, {id: b, duration: 5m, go_no_go: true}").is_empty());
        assert!(judged("{id: a, duration: 5m, backout: {duration: 5m}}").is_empty());
        assert_eq!(judged(""), [format!("`winter` has no deployment steps, and so no way back; {BECAUSE}")]);
    }

    #[test]
    fn the_step_is_the_place() {
        let text =
            format!("{TYPES}{}", release("winter", "major", &steps("{id: a, duration: 5m}, {id: b, duration: 5m}")));
        let found = of(RULE, &text);
        assert_eq!(found[0].subject.to_string(), "release/winter/deployment/steps/a");
        assert_eq!(found[0].related.len(), 2);
    }

    #[test]
    fn the_plan_of_a_composite_stands_for_parts_without_one() {
        let whole =
            |ty: &str, plan: &str| format!("---\nkind: release\nid: whole\ntype: {ty}\nstatus: planned\n{plan}");
        let part = |ty: &str, plan: &str| release("part", ty, &format!("part_of: whole\n{plan}"));
        let good = steps("{id: a, duration: 5m, backout: {duration: 5m}}");
        let bad = steps("{id: a, duration: 5m}");
        let subjects = |whole: String, part: String| {
            of(RULE, &format!("{TYPES}{whole}{part}"))
                .into_iter()
                .map(|finding| finding.subject.to_string())
                .collect::<Vec<_>>()
        };
        assert!(subjects(whole("minor", &good), part("major", "")).is_empty());
        assert_eq!(subjects(whole("major", &bad), part("major", "")), ["release/whole/deployment/steps/a"]);
        assert_eq!(subjects(whole("minor", &bad), part("major", "")), ["release/whole/deployment/steps/a"]);
        assert_eq!(subjects(whole("major", ""), part("minor", &bad)), ["release/whole"]);
        assert!(subjects(whole("major", ""), part("minor", &good)).is_empty());
        assert_eq!(subjects(whole("major", ""), part("major", "")), ["release/part"]);
    }
}
