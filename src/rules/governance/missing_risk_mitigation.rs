//! `missing-risk-mitigation`.

use crate::diagnostic::{Finding, Severity};
use crate::model::portfolio::Rating;
use crate::model::release::{RiskItem, RiskStatus, Status};
use crate::rules::{Check, Context, Group, ReleaseRef, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    name: "missing-risk-mitigation",
    group: Group::Governance,
    severity: Severity::Warning,
    summary: "a high risk that nothing is done about",
    docs: "\
## What it does

Reports an entry of the risk register of an open release that is likely, or would hit hard (`high`), is open, and says nothing
about its mitigation. In drafts it is info.

## Why

A risk that is written down and left alone is a surprise with a date.

## How to fix

Say what is done about it under `mitigation:`, or decide to live with it: `status: accepted`.

```yaml failing
kind: release
id: winter
type: minor
status: planned
risk:
  register: [{id: R1, name: Vendor delivers late, likelihood: medium, impact: high}]
```

```yaml passing
kind: release
id: winter
type: minor
status: planned
risk:
  register:
    - {id: R1, name: Vendor delivers late, likelihood: medium, impact: high, mitigation: A second source}
    - {id: R2, name: Rain at the party, likelihood: high, impact: low, status: accepted}
```
",
    check: Check::Release(check),
};

fn check(cx: &Context<'_>, at: ReleaseRef<'_>, out: &mut Vec<Finding>) {
    let status = at.release.status();
    if status.is_over() {
        return;
    }
    for item in at.release.risk.iter().flat_map(|risk| &risk.register) {
        let Some(what) = high(item) else { continue };
        let is_open = item.status.is_none_or(|status| status == RiskStatus::Open);
        let bare = item.mitigation.as_ref().is_none_or(|text| text.trim().is_empty());
        if !is_open || !bare || cx.portfolio.damage.touches(item.span) {
            continue;
        }
        let message = format!("risk `{}` has {what}, but no mitigation", item.id);
        let finding = Finding::new(item.id.span, at.subject().at(format!("risk/{}", item.id)), message)
            .help("say what is done about it under `mitigation`, or set `status: accepted`");
        out.push(if status == Status::Draft { finding.at_most(Severity::Info) } else { finding });
    }
}

fn high(item: &RiskItem) -> Option<&'static str> {
    match (item.likelihood == Some(Rating::High), item.impact == Some(Rating::High)) {
        (true, true) => Some("a high likelihood and a high impact"),
        (true, false) => Some("a high likelihood"),
        (false, true) => Some("a high impact"),
        (false, false) => None,
    }
}
