//! `gate-overdue`.

use crate::analysis::gates::{Flaw, Judged, JudgedApproval, Proof, State};
use crate::diagnostic::wording::plural;
use crate::diagnostic::{Finding, Severity};
use crate::model::release::{Release, Status};
use crate::rules::environments::is_past;
use crate::rules::gating::{
    asks_for_nothing, begun, demanded_by, is_open, is_read, lacking, lacks_only, place, subject, with_lacking,
};
use crate::rules::{Check, Context, Group, ReleaseRef, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    name: "gate-overdue",
    group: Group::Gates,
    severity: Severity::Warning,
    summary: "a gate was due and is not passed",
    docs: "\
## What it does

Reports a gate of a planned or running release that is not passed after its last day: `due`, else the last working day before what
it guards. It says what is missing, with the places of the criteria and of the roles that have to approve; `unmet-criterion` is
silent then. A gate that somebody refused is overdue too.

Once work that the gate guards has begun, `gate-not-passed` and `unauthorised-deployment` judge it instead. The gates of an
emergency may follow within the `review_within` of its type, also when it has shipped; after that, this rule speaks. Where all that
is missing are approvals that were given and do not count, and criteria that a report or a waiver decides, the rules about those say
why at each of them, and this one is silent. Drafts are left alone.

## Why

The day before the work is the last on which a decision can change anything. After it, people go on without one.

## How to fix

Meet the criteria and have those who have to approve decide; or move the work and the gate's `due`.

```yaml failing
# today: 2026-12-03
kind: release
id: winter
type: minor
status: in-progress
gates:
  - id: go-live
    due: 2026-12-02
    criteria: [{id: rehearsed}]
```

```yaml passing
# today: 2026-12-03
kind: release
id: winter
type: minor
status: in-progress
gates:
  - id: go-live
    due: 2026-12-02
    criteria: [{id: rehearsed, status: met}]
```
",
    check: Check::Release(check),
};

fn check(cx: &Context<'_>, at: ReleaseRef<'_>, out: &mut Vec<Finding>) {
    if at.release.status() != Status::Draft && is_open(cx, at.index) {
        out.extend(cx.gates(at.index).iter().filter_map(|gate| judge(cx, at, gate)));
    }
}

/// Whether a gate is overdue, and this rule tells of it.
pub fn is_overdue(cx: &Context<'_>, release: &Release, gate: &Judged<'_>) -> bool {
    let is_late = gate.state != State::Passed && gate.due.is_some_and(|due| cx.clock.today > due);
    let is_told = || !cx.portfolio.is_emergency(&release.r#type) && !begun(cx, gate).is_empty();
    is_late && !asks_for_nothing(gate) && is_read(cx.portfolio, release, gate) && !is_told()
}

/// Whether an approval that does not count is told of as more than worth knowing.
fn is_told(entry: &JudgedApproval<'_>) -> bool {
    !entry.flaws.contains(&Flaw::Unverified(Proof::Uncommitted))
}

fn judge(cx: &Context<'_>, at: ReleaseRef<'_>, gate: &Judged<'_>) -> Option<Finding> {
    let release = at.release;
    let due = gate.due.filter(|_| is_overdue(cx, release, gate))?;
    if lacks_only(gate, gate.written.is_some() && !is_past(cx, at.index), is_told) {
        return None;
    }
    let ago = usize::try_from((cx.clock.today - due).num_days()).unwrap_or_default();
    let unwritten = demanded_by(release, &gate.demands).filter(|_| gate.written.is_none());
    let unwritten = unwritten.map(|by| format!(", which {by} and `{}` does not have,", release.id)).unwrap_or_default();
    let days = plural(ago, "day");
    let message = format!("gate `{}`{unwritten} was due on {due}, {days} ago: {}", gate.id, lacking(gate));
    let written = gate.written.and_then(|written| written.due.as_ref()).map(|due| due.span);
    let finding = Finding::new(written.unwrap_or_else(|| place(release, gate)), subject(release, gate), message);
    let help = match (gate.written, gate.state) {
        (None, _) => "add it to `gates:`, with what is met and who has approved",
        (_, State::Rejected) => {
            "mend what was refused and have it decided again, or move the work it guards and its `due`"
        }
        _ => "meet what is missing and have it approved, or move the work it guards and its `due`",
    };
    Some(with_lacking(finding.help(help), release, gate))
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{messages, of};

    const RULE: &str = "gate-overdue";
    const SETTINGS: &str = "kind: portfolio\nstages: [test, prod]\nroles: [tester, boss]\n\
        people: [{id: ann, roles: [tester]}, {id: bob, roles: [tester]}]\n\
        approvals: {separation_of_duties: true}\n\
        release_types: {minor: {gates: [go]}, quick: {gates: [go], review_within: 5d}}\n\
        gate_templates: {go: {criteria: [{id: ready}], requires: [{role: tester}]}}\n---\n\
        kind: environment\nid: live\nstage: prod\n---\n";

    fn on(today: &str, release: &str) -> String {
        format!("# today: {today}\n{SETTINGS}kind: release\nid: r\nowner: ann\n{release}\n")
    }

    const SHIP: &str = "phases: [{id: ship, start: 2026-11-24, duration: 1d, environments: [live]}]\n";

    #[test]
    fn it_speaks_the_day_after_and_says_all_that_is_missing_once() {
        let text = |today: &str| on(today, &format!("type: free\nstatus: planned\n{SHIP}gates: [{{id: go}}]"));
        assert!(messages(RULE, &text("2026-11-23")).is_empty());
        let found = of(RULE, &text("2026-11-24"));
        assert_eq!(
            found[0].message,
            "gate `go` was due on 2026-11-23, 1 day ago: criterion `ready` is not met; approval by a tester"
        );
        let related: Vec<_> = found[0].related.iter().map(|label| label.subject.to_string()).collect();
        assert_eq!(related, ["portfolio/gate_templates/go/criteria/ready", "portfolio/gate_templates/go"]);
        assert!(messages("unmet-criterion", &text("2026-11-24")).is_empty());
    }

    #[test]
    fn a_gate_that_is_only_demanded_says_so() {
        let text = on("2026-11-24", &format!("type: minor\nstatus: planned\n{SHIP}"));
        assert_eq!(
            messages(RULE, &text),
            ["gate `go`, which its type `minor` demands and `r` does not have, was due on 2026-11-23, 1 day ago: \
              criterion `ready` is not met; approval by a tester"]
        );
        assert!(messages("missing-gate", &text).is_empty());
    }

    #[test]
    fn once_the_work_has_begun_another_rule_speaks() {
        let begun = SHIP.replace("duration: 1d", "duration: 1d, actual: {start: 2026-11-24}");
        let text = on("2026-11-25", &format!("type: minor\nstatus: in-progress\n{begun}"));
        assert!(messages(RULE, &text).is_empty());
        assert_eq!(messages("gate-not-passed", &text).len(), 1);
    }

    #[test]
    fn approvals_that_do_not_count_are_told_where_they_stand() {
        let gate = |approvals: &str| {
            let gate = format!(
                "{{id: go, due: 2026-11-20, criteria: [{{id: ready, status: met}}], approvals: [{approvals}]}}"
            );
            on("2026-11-23", &format!("type: free\nstatus: planned\ngates: [{gate}]"))
        };
        assert!(messages(RULE, &gate("{role: tester, by: bob}")).is_empty());
        assert!(messages(RULE, &gate("{role: tester, by: ann}")).is_empty(), "she owns the release");
        assert_eq!(
            messages(RULE, &gate("{role: tester, by: bob, decision: rejected}")),
            ["gate `go` was due on 2026-11-20, 3 days ago: `bob` refused as tester; approval by a tester"]
        );
        assert_eq!(messages(RULE, &gate("")).len(), 1);
    }

    #[test]
    fn the_gates_of_an_emergency_follow_also_when_it_has_shipped() {
        let text =
            |today: &str| on(today, "type: quick\nstatus: released\nactual: {start: 2026-11-12, end: 2026-11-13}");
        assert!(messages(RULE, &text("2026-11-20")).is_empty());
        assert_eq!(messages(RULE, &text("2026-11-21")).len(), 1);
        assert!(messages(RULE, &text("2026-11-21").replace("released", "cancelled")).is_empty());
        let other = text("2026-11-21").replace("type: quick", "type: minor");
        assert!(messages(RULE, &other).is_empty());
    }

    #[test]
    fn drafts_are_left_alone() {
        let text = on("2026-11-24", &format!("type: minor\nstatus: draft\n{SHIP}"));
        assert!(messages(RULE, &text).is_empty());
    }
}
