//! `unmet-criterion`.

use chrono::NaiveDate;

use crate::analysis::gates::{Judged, Outcome, State};
use crate::diagnostic::wording::quoted;
use crate::diagnostic::{Finding, Severity};
use crate::model::release::{Criterion, Release, Status};
use crate::rules::environments::is_past;
use crate::rules::gating::{begun, criterion_subject, is_own, is_read, subject};
use crate::rules::{Check, Context, Group, ReleaseRef, Rule};
use crate::time::plus_days;

/// The rule.
pub static RULE: Rule = Rule {
    name: "unmet-criterion",
    group: Group::Gates,
    severity: Severity::Warning,
    summary: "a gate is due soon, and a criterion is not met",
    docs: "\
## What it does

Reports criteria of a gate that are not met when five working days or less are left to its last day; those of a gate are one
finding. Earlier it is the normal course of things, later `gate-overdue` says what is missing.

A criterion with a `check` is decided by a report, which the rules about evidence judge; one whose waiver has ended is
`waiver-expired`; those of a gate that the release does not have are part of `missing-gate`. Drafts, and releases that are over, are
left alone.

## Why

What turns out to be open on the day of the decision moves the day. A week before, there is still time to do it.

## How to fix

Meet it and write `status: met`; or have it waived, with a reason and an end; or write `not-applicable`.

```yaml failing
# today: 2026-11-30
kind: release
id: winter
type: minor
status: in-progress
gates:
  - id: go-live
    due: 2026-12-04
    criteria: [{id: rehearsed}]
```

```yaml passing
# today: 2026-11-30
kind: release
id: winter
type: minor
status: in-progress
gates:
  - id: go-live
    due: 2026-12-08
    criteria: [{id: rehearsed}]
  - id: uat-exit
    due: 2026-12-04
    criteria: [{id: sev1, status: met}]
```
",
    check: Check::Release(check),
};

/// A gate is due soon when so many working days are left, the last included and today not.
const SOON: i64 = 5;

fn check(cx: &Context<'_>, at: ReleaseRef<'_>, out: &mut Vec<Finding>) {
    if matches!(at.release.status(), Status::Planned | Status::InProgress) && !is_past(cx, at.index) {
        out.extend(cx.gates(at.index).iter().filter_map(|gate| judge(cx, at.release, gate)));
    }
}

fn judge(cx: &Context<'_>, release: &Release, gate: &Judged<'_>) -> Option<Finding> {
    let (written, due) = (gate.written?, gate.due?);
    let today = cx.clock.today;
    let left = cx.portfolio.release_calendar(release).working_days(plus_days(today, 1), plus_days(due, 1));
    let unmet = gate.criteria.iter().filter(|judged| judged.outcome == Outcome::Unmet);
    let mut unmet: Vec<&Criterion> = unmet.map(|judged| judged.criterion).collect();
    let is_due = today <= due && left <= SOON && gate.state != State::Passed;
    if unmet.is_empty() || !is_due || !is_read(cx.portfolio, release, gate) || !begun(cx, gate).is_empty() {
        return None;
    }
    // What the release says itself comes first: there is the place to write that it is met.
    unmet.sort_by_key(|criterion| !is_own(gate, criterion));
    let own = unmet.first().copied().filter(|criterion| is_own(gate, criterion));
    let (span, about) = match own {
        Some(criterion) => (place(criterion), criterion_subject(release, gate, criterion)),
        None => (written.id.span, subject(release, gate)),
    };
    let names = quoted(unmet.iter().map(|criterion| criterion.id.as_str()));
    let are = if unmet.len() == 1 { "is" } else { "are" };
    let message = format!("{names} {are} not met, and gate `{}` is due {}", gate.id, when(today, due));
    let help = "write `status: met` when it is, or have it waived with a reason and an end";
    let finding = Finding::new(span, about, message).help(help);
    let others = unmet.into_iter().skip(usize::from(own.is_some())).take(6);
    Some(others.fold(finding, |finding, criterion| {
        let words = if is_own(gate, criterion) { "not met either" } else { "the template asks for it" };
        finding.related(place(criterion), criterion_subject(release, gate, criterion), words)
    }))
}

fn place(criterion: &Criterion) -> crate::diagnostic::Span {
    criterion.status.as_ref().map_or(criterion.id.span, |status| status.span)
}

fn when(today: NaiveDate, due: NaiveDate) -> String {
    if due == today { "today".to_owned() } else { format!("on {due}") }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{messages, of};

    const RULE: &str = "unmet-criterion";

    fn with(gate: &str) -> String {
        format!(
            "kind: portfolio\nstages: [test, prod]\ngate_templates: {{go: {{criteria: [{{id: a}}, {{id: b}}]}}}}\n---\n\
             kind: release\nid: r\ntype: minor\nstatus: planned\ngates: [{{{gate}}}]\n"
        )
    }

    #[test]
    fn it_speaks_in_the_last_five_working_days() {
        // Today is Monday the 16th.
        let due = |day: &str| messages(RULE, &with(&format!("id: g, due: {day}, criteria: [{{id: c}}]")));
        assert!(due("2026-11-24").is_empty());
        assert_eq!(due("2026-11-23"), ["`c` is not met, and gate `g` is due on 2026-11-23"]);
        assert_eq!(due("2026-11-16"), ["`c` is not met, and gate `g` is due today"]);
        assert!(due("2026-11-15").is_empty());
    }

    #[test]
    fn those_of_a_gate_are_one_finding_where_it_can_be_mended() {
        let found =
            of(RULE, &with("id: go, due: 2026-11-20, criteria: [{id: c, status: unmet}, {id: b, status: met}]"));
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].message, "`c` and `a` are not met, and gate `go` is due on 2026-11-20");
        assert_eq!(found[0].subject.to_string(), "release/r/gates/go/criteria/c");
        assert_eq!(found[0].related[0].subject.to_string(), "portfolio/gate_templates/go/criteria/a");
        assert_eq!(of(RULE, &with("id: go, due: 2026-11-20"))[0].subject.to_string(), "release/r/gates/go");
    }

    #[test]
    fn what_others_judge_is_left_to_them() {
        let criterion = |rest: &str| {
            messages(
                RULE,
                &with(&format!("id: g, due: 2026-11-18, requires: [{{role: x}}], criteria: [{{id: c, {rest}}}]")),
            )
        };
        assert_eq!(criterion("status: unmet").len(), 1);
        assert!(criterion("check: {junit: none.xml}").is_empty());
        assert!(criterion("status: waived, waiver: {expires: 2026-11-02}").is_empty());
        assert!(criterion("status: not-applicable").is_empty());
        assert!(
            messages(RULE, &with("id: g, due: 2026-11-18, criteria: [{id: c}]").replace("planned", "draft")).is_empty()
        );
    }
}
