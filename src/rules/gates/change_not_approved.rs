//! `change-not-approved`.

use crate::analysis::changes::{Carrier, Changes, Standing, State, status};
use crate::diagnostic::wording::{quoted, with_places};
use crate::diagnostic::{Finding, Severity};
use crate::graph::production_phases;
use crate::model::Identified;
use crate::model::records::ChangeStatus;
use crate::model::release::{Decision, Release, Status};
use crate::rules::environments::is_past;
use crate::rules::{Check, Context, Group, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    name: "change-not-approved",
    group: Group::Gates,
    severity: Severity::Error,
    summary: "a release carries a change that nobody has approved",
    docs: "\
## What it does

Reports a change that is not approved while releases that are not over carry it: it names one as its `release`, or their `scope` lists
it. It is an error once a release that carries it is `in-progress`, its production phase should have begun, or the window of the
change has opened; before that a warning, and for drafts worth knowing.

A standard change is approved beforehand. A change whose `status` says `approved`, `implemented` or `closed` is approved unless
somebody rejected it. What a record shows to have reached production already is judged at its own time, by
`unauthorised-deployment`.

## Why

A change reaches production with the release that carries it. Who has to allow it must have done so before.

## How to fix

Have it approved: write the approval under `approvals:` of the change and set its `status`. Or take it out of the release.

```yaml failing
kind: change
id: RFC-7
status: submitted
release: winter
---
kind: release
id: winter
type: minor
status: in-progress
```

```yaml passing
kind: portfolio
stages: [test, prod]
roles: [change-manager]
people: [{id: carol, roles: [change-manager]}]
---
kind: change
id: RFC-7
status: approved
release: winter
approvals: [{role: change-manager, by: carol, at: 2026-11-10, decision: approved}]
---
kind: release
id: winter
type: minor
status: in-progress
```
",
    check: Check::Portfolio(check),
};

fn check(cx: &Context<'_>, out: &mut Vec<Finding>) {
    let changes = Changes::new(cx.portfolio, cx.facts);
    for (index, change) in cx.portfolio.changes.iter().enumerate() {
        if cx.portfolio.damage.touches(change.span) {
            continue;
        }
        let has_shipped = |release: usize| cx.first_record(release).is_some();
        let open = changes.carriers(index).iter().filter(|carrier| !is_past(cx, carrier.release));
        let open: Vec<&Carrier<'_>> = open.filter(|carrier| !has_shipped(carrier.release)).collect();
        if open.is_empty() {
            continue;
        }
        let standing = changes.standing(index, cx.clock.now);
        if !standing.is_approved() {
            out.push(report(cx, &standing, &open));
        }
    }
}

fn report(cx: &Context<'_>, standing: &Standing<'_>, open: &[&Carrier<'_>]) -> Finding {
    let change = standing.change;
    let release = |carrier: &Carrier<'_>| &cx.portfolio.releases[carrier.release];
    let (state, help) = match standing.state {
        State::Rejected => ("was rejected", "take it out of the release, or have it approved as it is now"),
        State::Waiting if status(change) != ChangeStatus::Submitted => {
            ("is approved only by a decision that is dated later", "correct the day of the decision, or wait for it")
        }
        State::Draft => {
            ("is a draft", "hand it in with `status: submitted` and have it approved, or take it out of the release")
        }
        _ => ("is not approved", "have it approved, or take it out of the release"),
    };
    let names = quoted(open.iter().map(|carrier| release(carrier).id.as_str()));
    let carry = if open.len() == 1 { "carries" } else { "carry" };
    let message = format!("change `{}` {state}, and {names} {carry} it", change.id);
    let span = change.status.as_ref().map_or(change.id.span, |status| status.span);
    let finding = Finding::new(span, change.subject(), message).help(help);
    let rejections = standing.decisions.iter().filter(|entry| entry.decision() == Decision::Rejected);
    let finding =
        with_places(finding, rejections.map(|entry| (entry.approval.by.span, change.subject())), "rejected here");
    let places = open.iter().map(|carrier| (carrier.place.span, release(carrier).subject().at("scope")));
    let finding = with_places(finding, places.filter(|(span, _)| *span != change.id.span), "carried here");
    let window = change.window.as_ref().map(|window| window.start.value.instant(cx.portfolio.zone));
    let is_open = window.is_some_and(|start| start <= cx.clock.now);
    let severity = open.iter().map(|carrier| match release(carrier).status() {
        Status::Draft => Severity::Info,
        _ if is_open || has_begun(cx, release(carrier), carrier.release) => Severity::Error,
        _ => Severity::Warning,
    });
    finding.at_most(severity.max().unwrap_or(Severity::Warning))
}

/// Whether a release is under way, or what takes it to production has begun or should have.
fn has_begun(cx: &Context<'_>, release: &Release, index: usize) -> bool {
    let begun = |p: usize| {
        let planned = cx.schedule.phase(index, p).planned.is_some_and(|dates| dates.start <= cx.clock.today);
        planned || release.phases[p].actual.as_ref().is_some_and(|actual| actual.start.is_some())
    };
    release.status() == Status::InProgress || production_phases(cx.portfolio, index).any(begun)
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Severity;
    use crate::rules::testing::{messages, of};

    const RULE: &str = "change-not-approved";
    const SETTINGS: &str = "kind: portfolio\nstages: [test, prod]\nroles: [board]\npeople: [{id: ann, roles: [board]}]\n---\n\
        kind: environment\nid: live\nstage: prod\n---\nkind: project\nid: a\n---\n";

    fn with(change: &str, release: &str) -> String {
        format!(
            "{SETTINGS}kind: change\nid: C\n{change}\n---\nkind: release\nid: r\ntype: minor\nscope: [{{project: a, changes: [C]}}]\n{release}\n"
        )
    }

    #[test]
    fn it_says_where_the_change_stands() {
        let said = |change: &str| messages(RULE, &with(change, "status: in-progress"));
        assert_eq!(said("status: submitted"), ["change `C` is not approved, and `r` carries it"]);
        assert_eq!(said("status: draft"), ["change `C` is a draft, and `r` carries it"]);
        assert_eq!(said("status: rejected"), ["change `C` was rejected, and `r` carries it"]);
        assert!(said("status: approved").is_empty());
        assert!(said("type: standard\nstatus: submitted").is_empty());
        let later = "status: approved\napprovals: [{role: board, by: ann, at: 2026-11-20}]";
        assert_eq!(said(later), ["change `C` is approved only by a decision that is dated later, and `r` carries it"]);
        let rejected = "status: approved\napprovals: [{role: board, by: ann, at: 2026-11-10, decision: rejected}]";
        let found = of(RULE, &with(rejected, "status: in-progress"));
        assert_eq!(
            found[0].related.iter().map(|label| label.message.as_str()).collect::<Vec<_>>(),
            ["rejected here", "carried here"]
        );
    }

    #[test]
    fn it_is_an_error_once_the_work_is_under_way() {
        let severity =
            |change: &str, release: &str| of(RULE, &with(change, release)).first().map(|found| found.severity);
        let submitted = "status: submitted";
        assert_eq!(severity(submitted, "status: draft"), Some(Severity::Info));
        assert_eq!(severity(submitted, "status: planned"), Some(Severity::Warning));
        assert_eq!(severity(submitted, "status: in-progress"), Some(Severity::Error));
        let ship = |day: &str| {
            format!("status: planned\nphases: [{{id: ship, start: {day}, duration: 1d, environments: [live]}}]")
        };
        assert_eq!(severity(submitted, &ship("2026-11-17")), Some(Severity::Warning));
        assert_eq!(severity(submitted, &ship("2026-11-16")), Some(Severity::Error));
        let window = format!("{submitted}\nwindow: {{start: 2026-11-14T22:00, end: 2026-11-15T06:00}}");
        assert_eq!(severity(&window, "status: planned"), Some(Severity::Error));
        for over in ["released", "closed", "cancelled"] {
            assert_eq!(severity(submitted, &format!("status: {over}")), None);
        }
    }

    #[test]
    fn what_has_shipped_is_judged_by_its_record() {
        let record = "---\nkind: deployments\nentries: [{project: a, version: 1, environment: live, release: r, at: 2026-11-12T10:00, result: succeeded}]\n";
        let text = format!("{}{record}", with("status: submitted", "status: in-progress"));
        assert!(messages(RULE, &text).is_empty());
        assert_eq!(messages("unauthorised-deployment", &text).len(), 1);
    }
}
