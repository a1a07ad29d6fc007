//! `gate-not-passed`.

use crate::analysis::gates::{Judged, State};
use crate::diagnostic::{Finding, Severity};
use crate::model::Identified;
use crate::model::release::{Release, Status};
use crate::rules::environments::is_past;
use crate::rules::gating::{
    Begun, asks_for_nothing, begun, cannot_be_told, demanded_by, is_read, lacking, lacks_only, place, subject,
    with_lacking,
};
use crate::rules::{Check, Context, Group, ReleaseRef, Rule};
use crate::time::{plus_days, zone};

/// The rule.
pub static RULE: Rule = Rule {
    name: "gate-not-passed",
    group: Group::Gates,
    severity: Severity::Error,
    summary: "work has begun that a gate guards, and the gate is not passed",
    docs: "\
## What it does

Reports a gate that is not passed although a phase it guards has begun: it has an `actual.start`, or its release has shipped. A gate
of a composite guards the production phases of its parts. It replaces `gate-overdue`, whatever the gate's `due`. A deployment that a
record shows in production is judged at its own time, by `unauthorised-deployment`.

An approval that follows still passes the gate. A gate that was passed when the work began, and is not any more because something
changed, is left to `stale-approval`; one that was refused since is reported. The gates of an emergency may follow; `gate-overdue`
tells when they did not. Gates whose approvals cannot be verified here are told of by `unverified-approval` alone. A release is
judged until it is closed or cancelled, a draft is at most a warning.

## Why

A gate is the point at which somebody can still say no. Work that goes past it has made the decision alone.

## How to fix

Stop, and have the gate decided; if it was decided, write down what was met and who approved.

```yaml failing
# today: 2026-11-19
kind: release
id: winter
type: minor
status: in-progress
phases:
  - {id: build, start: 2026-11-16, duration: 5d, actual: {start: 2026-11-16}}
gates:
  - {id: plan-approved, before: build, criteria: [{id: budget}]}
```

```yaml passing
# today: 2026-11-19
kind: release
id: winter
type: minor
status: in-progress
phases:
  - {id: build, start: 2026-11-16, duration: 5d, actual: {start: 2026-11-16}}
gates:
  - {id: plan-approved, before: build, criteria: [{id: budget, status: met}]}
```
",
    check: Check::Release(check),
};

fn check(cx: &Context<'_>, at: ReleaseRef<'_>, out: &mut Vec<Finding>) {
    let has_shipped = at.release.status() == Status::Released && !cx.is_left_behind(at.index);
    let is_emergency = cx.portfolio.is_emergency(&at.release.r#type);
    if (has_shipped || !is_past(cx, at.index)) && !is_emergency {
        out.extend(cx.gates(at.index).iter().filter_map(|gate| judge(cx, at.release, gate)));
    }
}

fn judge(cx: &Context<'_>, release: &Release, gate: &Judged<'_>) -> Option<Finding> {
    let portfolio = cx.portfolio;
    if gate.state == State::Passed || asks_for_nothing(gate) || !is_read(portfolio, release, gate) {
        return None;
    }
    let is_judged = |begun: &Begun| {
        let owner = &portfolio.releases[begun.release];
        !begun.is_recorded && owner.status() != Status::Closed && !portfolio.is_emergency(&owner.r#type)
    };
    let begun: Vec<Begun> =
        begun(cx, gate).into_iter().filter(|begun| is_judged(begun) && !was_passed(cx, gate, begun)).collect();
    let first = begun.first()?;
    if lacks_only(gate, false, |entry| cannot_be_told(entry, release.status().is_over())) {
        return None;
    }
    let owner = &portfolio.releases[first.release];
    let phase = &owner.phases[first.phase].id;
    let name = match (first.is_shipped, owner.id == release.id) {
        (true, _) => format!("`{}` shipped", owner.id),
        (false, true) => format!("`{phase}` began"),
        (false, false) => format!("`{}/{phase}` began", owner.id),
    };
    let on = first.on.map(|day| format!(" on {day}")).unwrap_or_default();
    let by = demanded_by(release, &gate.demands).filter(|_| gate.written.is_none());
    let gate_name = match by {
        Some(by) => format!("gate `{}`, which {by} and `{}` does not have", gate.id, release.id),
        None if owner.id == release.id => format!("gate `{}`", gate.id),
        None => format!("gate `{}` of `{}`", gate.id, release.id),
    };
    let message = format!("{name}{on} without {gate_name}: {}", lacking(gate));
    let about = owner.subject().at(format!("phases/{phase}"));
    let help = if gate.written.is_some() {
        "have it decided before the work goes on; an approval that follows passes it"
    } else {
        "add it to `gates:` and have it decided before the work goes on; an approval that follows passes it"
    };
    let finding = Finding::new(first.span, about, message).help(help);
    let finding = finding.related(place(release, gate), subject(release, gate), "the gate");
    let finding = begun.iter().skip(1).take(3).fold(finding, |finding, begun| {
        let owner = &portfolio.releases[begun.release];
        let about = owner.subject().at(format!("phases/{}", owner.phases[begun.phase].id));
        finding.related(begun.span, about, "this has begun too")
    });
    let finding = with_lacking(finding, release, gate);
    let is_draft = [release, owner].iter().any(|release| release.status() == Status::Draft);
    Some(if is_draft { finding.at_most(Severity::Warning) } else { finding })
}

/// Whether a gate was passed when work began, and nobody refused it since. A decision of the same day came in time.
fn was_passed(cx: &Context<'_>, gate: &Judged<'_>, begun: &Begun) -> bool {
    let zone = cx.portfolio.zone;
    let passed = |day| gate.was_passed_at(zone::start_of_day(plus_days(day, 1), zone));
    gate.state != State::Rejected && begun.on.is_some_and(passed)
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Severity;
    use crate::rules::testing::{messages, of};

    const RULE: &str = "gate-not-passed";
    const SETTINGS: &str = "kind: portfolio\nstages: [test, prod]\nroles: [boss]\npeople: [{id: ann, roles: [boss]}]\n\
        release_types: {minor: {gates: [go]}, quick: {gates: [go], review_within: 5d}}\n\
        gate_templates: {go: {requires: [{role: boss}]}}\n---\n\
        kind: environment\nid: live\nstage: prod\n---\n";

    fn of_release(status: &str, gates: &str, begun: &str) -> String {
        format!(
            "{SETTINGS}kind: release\nid: r\ntype: free\nstatus: {status}\ngates: [{gates}]\n\
             phases: [{{id: build, start: 2026-11-09, duration: 1d}}, {{id: ship, start: 2026-11-12, duration: 1d, environments: [live]{begun}}}]\n"
        )
    }

    const BEGUN: &str = ", actual: {start: 2026-11-12}";

    #[test]
    fn it_speaks_when_what_the_gate_guards_has_begun() {
        let found = of(RULE, &of_release("in-progress", "{id: go, due: 2027-01-01}", BEGUN));
        assert_eq!(found[0].message, "`ship` began on 2026-11-12 without gate `go`: approval by a boss");
        assert_eq!(
            (found[0].severity, found[0].subject.to_string().as_str()),
            (Severity::Error, "release/r/phases/ship")
        );
        assert!(messages(RULE, &of_release("in-progress", "{id: go}", "")).is_empty());
        assert_eq!(of(RULE, &of_release("draft", "{id: go}", BEGUN))[0].severity, Severity::Warning);
        let demanded = of_release("in-progress", "", BEGUN).replace("type: free", "type: minor");
        assert_eq!(
            messages(RULE, &demanded),
            [
                "`ship` began on 2026-11-12 without gate `go`, which its type `minor` demands and `r` does not have: approval by a boss"
            ]
        );
    }

    #[test]
    fn an_approval_that_follows_passes_it_and_a_later_refusal_does_not() {
        let gate = |approvals: &str| {
            messages(RULE, &of_release("in-progress", &format!("{{id: go, approvals: [{approvals}]}}"), BEGUN))
        };
        assert!(gate("{role: boss, by: ann, at: 2026-11-14}").is_empty());
        let refused =
            "{role: boss, by: ann, at: 2026-11-10}, {role: boss, by: ann, at: 2026-11-13, decision: rejected}";
        assert_eq!(gate(refused).len(), 1);
    }

    #[test]
    fn a_release_that_has_shipped_is_judged_until_it_is_closed() {
        let shipped = |status: &str| {
            messages(RULE, &format!("{}actual: {{end: 2026-11-13}}\n", of_release(status, "{id: go}", "")))
        };
        assert_eq!(shipped("released"), ["`r` shipped on 2026-11-13 without gate `go`: approval by a boss"]);
        assert!(shipped("closed").is_empty());
        assert!(shipped("cancelled").is_empty());
        let quick = of_release("in-progress", "{id: go}", BEGUN).replace("type: free", "type: quick");
        assert!(messages(RULE, &quick).is_empty());
    }

    #[test]
    fn the_gate_of_a_composite_guards_its_parts() {
        let part = |id: &str, begun: &str| {
            format!(
                "---\nkind: release\nid: {id}\ntype: free\nstatus: in-progress\npart_of: all\n\
                 phases: [{{id: ship, start: 2026-11-12, duration: 1d, environments: [live]{begun}}}]\n"
            )
        };
        let text = format!(
            "{SETTINGS}kind: release\nid: all\ntype: free\nstatus: in-progress\ngates: [{{id: go}}]\n{}{}",
            part("a", ""),
            part("b", BEGUN)
        );
        assert_eq!(
            messages(RULE, &text),
            ["`b/ship` began on 2026-11-12 without gate `go` of `all`: approval by a boss"]
        );
    }
}
