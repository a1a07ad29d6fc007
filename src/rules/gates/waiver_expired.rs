//! `waiver-expired`.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::analysis::gates::{Judged, Outcome};
use crate::diagnostic::wording::with_places;
use crate::diagnostic::{Finding, Severity, Span, Subject};
use crate::model::release::{Criterion, Status};
use crate::model::{Identified, Kind};
use crate::rules::environments::is_past;
use crate::rules::{Check, Context, Group, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    name: "waiver-expired",
    group: Group::Gates,
    severity: Severity::Error,
    summary: "a criterion is waived, and the waiver ends before what its gate guards begins",
    docs: "\
## What it does

Reports a waived criterion whose waiver does not hold when it matters: it holds through the day it `expires`, and is judged on the
first day of what the gate guards, or today where that is later. A waiver in a gate template is reported once, with the gates it
fails. Gates whose guarded phases have all ended are left alone, as are releases that are over; for drafts it is at most a warning.

## Why

A waiver is given for a time. After it, the criterion is demanded again, and the gate that counted on it is closed.

## How to fix

Meet the criterion, or have the waiver given anew with a later end.

```yaml failing
kind: environment
id: live
stage: prod
---
kind: release
id: winter
type: minor
status: planned
phases:
  - {id: ship, start: 2026-12-05, duration: 1d, environments: [live]}
gates:
  - id: go-live
    criteria: [{id: pen-test, status: waived, waiver: {by: erin, reason: Nothing changed, expires: 2026-12-04}}]
```

```yaml passing
kind: portfolio
stages: [test, prod]
people: [{id: erin}]
---
kind: environment
id: live
stage: prod
---
kind: release
id: winter
type: minor
status: planned
phases:
  - {id: ship, start: 2026-12-05, duration: 1d, environments: [live]}
gates:
  - id: go-live
    criteria: [{id: pen-test, status: waived, waiver: {by: erin, reason: Nothing changed, expires: 2026-12-05}}]
```
",
    check: Check::Portfolio(check),
};

/// A gate that counts on a waiver which does not hold.
struct Failed<'c, 'p> {
    release: usize,
    gate: &'c Judged<'p>,
    criterion: &'p Criterion,
    /// The last day it holds.
    last: NaiveDate,
}

fn check(cx: &Context<'_>, out: &mut Vec<Finding>) {
    let portfolio = cx.portfolio;
    // A criterion of a template stands in many gates, and is one cause.
    let mut causes: BTreeMap<Span, Vec<Failed<'_, '_>>> = BTreeMap::new();
    for release in (0..portfolio.releases.len()).filter(|r| !is_past(cx, *r)) {
        for gate in cx.gates(release) {
            for judged in &gate.criteria {
                let criterion = judged.criterion;
                let Outcome::WaiverExpired(last) = judged.outcome else { continue };
                if !is_behind(cx, gate) && !portfolio.damage.touches(criterion.span) {
                    causes.entry(criterion.span).or_default().push(Failed { release, gate, criterion, last });
                }
            }
        }
    }
    for failed in causes.into_values() {
        out.push(report(cx, &failed));
    }
}

/// Whether all that a gate guards has ended.
fn is_behind(cx: &Context<'_>, gate: &Judged<'_>) -> bool {
    let has_ended = |&(r, p): &(usize, usize)| cx.portfolio.releases[r].phases[p].actual_end().is_some();
    !gate.guards.is_empty() && gate.guards.iter().all(has_ended)
}

fn report(cx: &Context<'_>, failed: &[Failed<'_, '_>]) -> Finding {
    let portfolio = cx.portfolio;
    let Failed { release, gate, criterion, last } = &failed[0];
    let owner = &portfolio.releases[*release];
    let is_own = gate.written.is_some_and(|gate| gate.criteria.iter().any(|own| own.span == criterion.span));
    let needed = gate.guarded_start.filter(|start| *start > cx.clock.today);
    let when = match needed {
        None => "that is over".to_owned(),
        Some(start) if is_own => format!("`{}` needs it on {start}", gate.id),
        Some(start) => format!("`{}/{}` needs it on {start}", owner.id, gate.id),
    };
    let message = format!("the waiver of `{}` holds through {last}, and {when}", criterion.id);
    let subject = if is_own {
        owner.subject().at(format!("gates/{}/criteria/{}", gate.id, criterion.id))
    } else {
        let path = format!("gate_templates/{}/criteria/{}", gate.id, criterion.id);
        Subject::new(Kind::Portfolio.as_str(), "").at(path)
    };
    let expires = criterion.waiver.as_ref().and_then(|waiver| waiver.expires.as_ref());
    let help = "meet the criterion, or have the waiver given anew with a later `expires`";
    let finding = Finding::new(expires.map_or(criterion.id.span, |day| day.span), subject, message).help(help);
    let is_draft = |failed: &Failed<'_, '_>| portfolio.releases[failed.release].status() == Status::Draft;
    let finding = if failed.iter().all(is_draft) { finding.at_most(Severity::Warning) } else { finding };
    if is_own {
        return finding;
    }
    let places = failed.iter().map(|failed| {
        let release = &portfolio.releases[failed.release];
        let span = failed.gate.written.map_or(release.id.span, |gate| gate.id.span);
        (span, release.subject().at(format!("gates/{}", failed.gate.id)))
    });
    with_places(finding, places, "this gate counts on it")
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Severity;
    use crate::rules::testing::{messages, of};

    const RULE: &str = "waiver-expired";
    const LIVE: &str = "kind: environment\nid: live\nstage: prod\n";

    fn release(id: &str, ship: &str, gate: &str) -> String {
        format!(
            "---\nkind: release\nid: {id}\ntype: minor\nstatus: planned\nphases:\n  - {{id: ship, duration: 1d, environments: [live], {ship}}}\n\
             gates:\n  - {{id: g{gate}}}\n"
        )
    }

    fn waived(expires: &str) -> String {
        format!(", criteria: [{{id: c, status: waived, waiver: {{by: x, reason: y{expires}}}}}]")
    }

    fn judged(ship: &str, expires: &str) -> Vec<String> {
        messages(RULE, &format!("{LIVE}{}", release("r", ship, &waived(expires))))
    }

    #[test]
    fn it_holds_through_its_last_day_at_the_later_of_today_and_the_start() {
        let ship = "start: 2026-12-03";
        assert!(judged(ship, "").is_empty());
        assert!(judged(ship, ", expires: 2026-12-03").is_empty());
        assert_eq!(
            judged(ship, ", expires: 2026-12-02"),
            ["the waiver of `c` holds through 2026-12-02, and `g` needs it on 2026-12-03"]
        );
        // Today is 2026-11-16.
        let late = "start: 2026-11-10";
        assert!(judged(late, ", expires: 2026-11-16").is_empty());
        assert_eq!(
            judged(late, ", expires: 2026-11-15"),
            ["the waiver of `c` holds through 2026-11-15, and that is over"]
        );
        assert!(
            judged("start: 2026-11-10, actual: {start: 2026-11-10, end: 2026-11-10}", ", expires: 2026-11-15")
                .is_empty()
        );
    }

    #[test]
    fn a_template_is_reported_once_with_its_gates() {
        let template = "kind: portfolio\nstages: [test, prod]\ngate_templates:\n  g: {criteria: [{id: c, status: waived, waiver: {by: x, reason: y, expires: 2026-12-02}}]}\n---\n";
        let text = format!(
            "{template}{LIVE}{}{}{}{}",
            release("a", "start: 2026-12-03", ""),
            release("b", "start: 2026-12-04", ""),
            release("early", "start: 2026-12-02", ""),
            release("own", "start: 2026-12-04", ", criteria: [{id: c, status: met}]"),
        );
        let found = of(RULE, &text);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].message, "the waiver of `c` holds through 2026-12-02, and `a/g` needs it on 2026-12-03");
        assert_eq!(found[0].subject.to_string(), "portfolio/gate_templates/g/criteria/c");
        assert_eq!(found[0].related.iter().map(|label| label.subject.id.as_str()).collect::<Vec<_>>(), ["a", "b"]);
    }

    #[test]
    fn drafts_weigh_less_and_what_is_over_nothing() {
        let text = format!("{LIVE}{}", release("r", "start: 2026-12-03", &waived(", expires: 2026-12-02")));
        assert_eq!(of(RULE, &text.replace("status: planned", "status: draft"))[0].severity, Severity::Warning);
        assert!(messages(RULE, &text.replace("status: planned", "status: closed")).is_empty());
    }
}
