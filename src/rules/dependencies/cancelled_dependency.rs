//! `cancelled-dependency`.

use std::collections::BTreeMap;

use crate::diagnostic::wording;
use crate::diagnostic::{Finding, Severity, Span, Subject};
use crate::model::Identified;
use crate::model::release::{Dependency, Status};
use crate::rules::{Check, Context, Group, ReleaseRef, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    name: "cancelled-dependency",
    group: Group::Dependencies,
    severity: Severity::Error,
    summary: "something waits for a release that is cancelled",
    docs: "\
## What it does

Reports an open release, phase or milestone that waits for a cancelled release. For drafts it is at most a warning.

## Why

What was cancelled never comes. Either the need went with it, or the plan rests on something nobody will deliver.

## How to fix

Delete the entry if it is not needed any more; otherwise name the release that delivers instead.

```yaml failing
kind: release
id: core
type: minor
status: cancelled
---
kind: release
id: winter
type: minor
status: planned
depends_on: [core]
```

```yaml failing
kind: release
id: core
type: minor
status: cancelled
phases: [{id: deploy, start: 2026-12-01}]
---
kind: release
id: winter
type: minor
status: planned
phases: [{id: build, after: core/deploy, duration: 3d}]
```

```yaml passing
kind: release
id: core
type: minor
status: planned
target: 2026-12-01
---
kind: release
id: winter
type: minor
status: planned
depends_on: [core]
```
",
    check: Check::Release(check),
};

fn check(cx: &Context<'_>, at: ReleaseRef<'_>, out: &mut Vec<Finding>) {
    let release = at.release;
    if release.status().is_over() {
        return;
    }
    let mut waits: BTreeMap<&str, Vec<(Span, Subject)>> = BTreeMap::new();
    let mut note = |id: &'_ str, span: Span, subject: Subject| {
        if let Some(other) = cx.portfolio.releases.get(id).filter(|other| other.status() == Status::Cancelled) {
            waits.entry(&other.id).or_default().push((span, subject));
        }
    };
    for dependency in &release.depends_on {
        note(&dependency.release, dependency.span, release.subject().at("depends_on"));
    }
    let mut after = |dependencies: &[Dependency], list: &str, id: &str| {
        for dependency in dependencies {
            if let Some(other) = &dependency.release {
                note(other, dependency.span, release.subject().at(format!("{list}/{id}")));
            }
        }
    };
    for phase in release.phases.iter().filter(|phase| phase.actual.is_none()) {
        after(&phase.after, "phases", &phase.id);
    }
    for milestone in release.milestones.iter().filter(|milestone| milestone.actual.is_none()) {
        after(&milestone.after, "milestones", &milestone.id);
    }
    for (id, places) in waits {
        let Some(other) = cx.portfolio.releases.get(id) else { continue };
        let (span, subject) = places[0].clone();
        let message = format!("`{}` waits for `{id}`, which is cancelled", release.id);
        let mut finding =
            Finding::new(span, subject, message).help("delete the entry, or name the release that delivers instead");
        if let Some(status) = &other.status {
            finding = finding.related(status.span, other.subject(), "cancelled here");
        }
        finding = wording::with_places(finding, places[1..].iter().cloned(), "it waits here too");
        if release.status() == Status::Draft {
            finding = finding.at_most(Severity::Warning);
        }
        out.push(finding);
    }
}
