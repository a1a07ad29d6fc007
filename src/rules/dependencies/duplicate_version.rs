//! `duplicate-version`.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::diagnostic::wording;
use crate::diagnostic::{Finding, Severity};
use crate::rules::shipments::Shipment;
use crate::rules::{Check, Context, Group, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    name: "duplicate-version",
    group: Group::Dependencies,
    severity: Severity::Warning,
    summary: "two releases ship the same version of a project",
    docs: "\
## What it does

Reports a version of a project that two releases ship, unless one is cancelled, both are over, or one is part of the other.

## Why

Only one of them can be the one that brings it; the other mostly carries a version that was copied and not raised. Whoever
reads the plan cannot tell when the version goes live.

## How to fix

Correct one of the versions. Where one version goes live in steps, use the waves of one deployment. A composite may repeat what
its parts ship.

```yaml failing
kind: project
id: ledger
---
kind: release
id: autumn
type: minor
scope: [{project: ledger, version: 4.2.0}]
---
kind: release
id: winter
type: minor
scope: [{project: ledger, version: 4.2.0}]
```

```yaml passing
kind: project
id: ledger
---
kind: release
id: quarter
type: major
scope: [{project: ledger, version: 4.2.0}]
---
kind: release
id: winter
type: minor
part_of: quarter
scope: [{project: ledger, version: 4.2.0}]
```
",
    check: Check::Portfolio(check),
};

fn check(cx: &Context<'_>, out: &mut Vec<Finding>) {
    let shipments = cx.shipments();
    for (_, shipped) in shipments.projects() {
        let mut by_version: BTreeMap<&str, Vec<(usize, Shipment<'_>)>> = BTreeMap::new();
        for shipment in shipped {
            if let (Some(release), Some(version)) = (shipment.release, shipment.version) {
                by_version.entry(version).or_default().push((release, *shipment));
            }
        }
        out.extend(by_version.into_values().filter(|same| same.len() > 1).filter_map(|same| clash(cx, same)));
    }
}

fn clash(cx: &Context<'_>, mut same: Vec<(usize, Shipment<'_>)>) -> Option<Finding> {
    let releases = &cx.portfolio.releases;
    // Who yields stands first: lower priority, later start, then the order of files.
    same.sort_by_key(|(release, shipment)| {
        let (manifest, schedule) = (&releases[*release], &cx.schedule.releases[*release]);
        (manifest.status().is_over(), manifest.priority(), Reverse(schedule.planned_start), shipment.span())
    });
    let related =
        |a: usize, b: usize| cx.portfolio.ancestors(a).contains(&b) || cx.portfolio.ancestors(b).contains(&a) || a == b;
    let strangers = |of: usize| same.iter().filter(move |(other, _)| !related(of, *other));
    let (first, shipment) = same.iter().find(|(release, _)| strangers(*release).next().is_some())?;
    if releases[*first].status().is_over() {
        return None;
    }
    let others: Vec<_> = strangers(*first).collect();
    let (other, _) = others.first()?;
    let version = shipment.version?;
    let message = format!(
        "`{}` ships `{}` {version}, and so does `{}`",
        releases[*first].id, shipment.project, releases[*other].id
    );
    let finding = Finding::new(shipment.span(), shipment.subject(cx), message)
        .help("correct one of the versions; a version that goes live in steps is one release with waves");
    let places = others.iter().map(|(_, shipment)| (shipment.span(), shipment.subject(cx)));
    Some(wording::with_places(finding, places, "the same version ships here"))
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::of;

    #[test]
    fn the_release_of_lower_priority_yields() {
        let release = |id: &str, more: &str| {
            format!("kind: release\nid: {id}\ntype: minor\n{more}\nscope: [{{project: p, version: 1}}]\n")
        };
        let text = [release("a", "priority: 80"), release("b", "priority: 20"), release("c", "status: cancelled")];
        let found = of("duplicate-version", &text.join("---\n"));
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].subject.id.as_str(), found[0].related.len()), ("b", 1));
        let over = [release("a", "status: closed"), release("b", "status: released")];
        assert!(of("duplicate-version", &over.join("---\n")).is_empty());
    }
}
