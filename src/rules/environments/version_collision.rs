//! `version-collision`.

use crate::analysis::occupancy::VersionCollision;
use crate::diagnostic::wording::plural_of;
use crate::diagnostic::{Finding, Severity};
use crate::model::Identified;
use crate::rules::bookings::{each_environment, label, period, tempered, today};
use crate::rules::{Check, Context, Group, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    name: "version-collision",
    group: Group::Environments,
    severity: Severity::Error,
    summary: "two versions of one project are installed in one environment at once",
    docs: "\
## What it does

Reports each stretch of time in which releases with `code` bookings of one environment ship different versions of one project
that the environment hosts. A release whose version is not known, and a composite with its own parts, do not collide; `1.0` and
`1.0.0` are one version. There is one finding for each environment, project and stretch; where only drafts collide it is a
warning. What ended before today is left alone.

## Why

Units do not help here: only one version can be installed, and whoever comes second replaces what the first is testing.

## How to fix

Move one of the two, book another environment, say `use: regression` where nothing is installed, or ship one version.

```yaml failing
kind: project
id: ledger
---
kind: environment
id: uat-1
stage: test
capacity: 2
---
kind: release
id: autumn
type: minor
status: planned
scope: [{project: ledger, version: 4.2.0}]
phases:
  - {id: uat, start: 2026-11-23, end: 2026-11-27, environments: [uat-1]}
---
kind: release
id: winter
type: minor
status: planned
scope: [{project: ledger, version: 4.3.0}]
phases:
  - {id: uat, start: 2026-11-26, end: 2026-12-02, environments: [uat-1]}
```

```yaml passing
kind: project
id: ledger
---
kind: environment
id: uat-1
stage: test
capacity: 2
---
kind: release
id: autumn
type: minor
status: planned
scope: [{project: ledger, version: 4.2.0}]
phases:
  - {id: uat, start: 2026-11-23, end: 2026-11-27, environments: [uat-1]}
---
kind: release
id: winter
type: minor
status: planned
scope: [{project: ledger, version: 4.3.0}]
phases:
  - {id: uat, start: 2026-11-26, end: 2026-12-02, environments: [{id: uat-1, use: regression}]}
```
",
    check: Check::Portfolio(check),
};

fn check(cx: &Context<'_>, out: &mut Vec<Finding>) {
    let now = today(cx);
    let portfolio = cx.portfolio;
    each_environment(cx, out, |environment, occupancy| {
        let bookings = occupancy.of(environment);
        let manifest = &portfolio.environments[environment];
        let found = occupancy.version_collisions(portfolio, environment, now);
        let report = |collision: &VersionCollision<'_>| {
            let [yielding, other] = collision.cause.map(|index| &bookings[index]);
            let [later, earlier] = collision.versions;
            let more = match collision.bookings.len().saturating_sub(2) {
                0 => String::new(),
                more => format!(" ({} there too)", plural_of(more, "other release is", "other releases are")),
            };
            let message = format!(
                "`{}` gets two versions of `{}` at once: {later} for `{}` and {earlier} for `{}` {}{more}",
                manifest.id,
                collision.project,
                yielding.name(portfolio),
                other.name(portfolio),
                period(collision.time, now, portfolio.zone_of(manifest)),
            );
            let mut finding = Finding::new(yielding.span, yielding.subject(portfolio), message)
                .help("move one of the two, book another environment, or say `use: regression` where nothing is installed")
                .related(other.span, other.subject(portfolio), label(portfolio, other, now));
            for (version, booking) in [(later, yielding), (earlier, other)] {
                if let Some(release) = booking.release {
                    let subject = portfolio.releases[release].subject().at(format!("scope/{}", collision.project));
                    finding = finding.related(version.span, subject, "this version");
                }
            }
            tempered(finding, collision.tentative)
        };
        found.iter().map(report).collect()
    });
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Severity;
    use crate::rules::testing::{messages, of};

    const RULE: &str = "version-collision";

    fn environment(more: &str) -> String {
        format!(
            "kind: environment\nid: uat\nstage: test\ncapacity: 4\n{more}---\nkind: project\nid: ledger\n---\nkind: project\nid: cards\n"
        )
    }

    fn release(id: &str, scope: &str, from: &str, more: &str) -> String {
        format!(
            "---\nkind: release\nid: {id}\ntype: minor\nstatus: planned\nscope: [{scope}]\n{more}phases:\n  \
             - {{id: uat, start: {from}, end: 2026-11-27, environments: [uat]}}\n"
        )
    }

    const OLD: &str = "{project: ledger, version: 4.2}";
    const NEW: &str = "{project: ledger, version: 4.3}";

    #[test]
    fn two_versions_at_once() {
        let a = release("a", OLD, "2026-11-23", "");
        let b = release("b", NEW, "2026-11-25", "");
        let c = release("c", NEW, "2026-11-26", "");
        assert_eq!(
            messages(RULE, &[environment(""), a.clone(), b.clone()].concat()),
            [
                "`uat` gets two versions of `ledger` at once: 4.3 for `b/uat` and 4.2 for `a/uat` from 2026-11-25 to 2026-11-27"
            ]
        );
        let found = messages(RULE, &[environment(""), a.clone(), b.clone(), c].concat());
        assert_eq!(found.len(), 1);
        assert!(found[0].ends_with("to 2026-11-27 (1 other release is there too)"), "{found:?}");
        let draft = b.replace("planned", "draft");
        assert_eq!(of(RULE, &[environment(""), a, draft].concat())[0].severity, Severity::Warning);
    }

    #[test]
    fn what_is_not_installed_does_not_collide() {
        let a = release("a", OLD, "2026-11-23", "");
        let b = release("b", NEW, "2026-11-23", "");
        assert!(messages(RULE, &[environment("projects: [cards]\n"), a.clone(), b.clone()].concat()).is_empty());
        assert_eq!(
            messages(RULE, &[environment("projects: [cards, ledger]\n"), a.clone(), b.clone()].concat()).len(),
            1
        );
        for other in [
            b.replace("4.3", "4.2.0"),
            b.replace(", version: 4.3", ""),
            b.replace("[uat]", "[{id: uat, use: configuration}]"),
            b.replace("ledger", "cards"),
            b.replace("planned", "cancelled"),
        ] {
            assert!(messages(RULE, &[environment(""), a.clone(), other].concat()).is_empty());
        }
    }

    #[test]
    fn parts_collide_with_each_other_but_not_with_the_whole() {
        let whole = release("whole", OLD, "2026-11-23", "");
        let part = release("part", NEW, "2026-11-23", "part_of: whole\n");
        let other = release("other", OLD, "2026-11-24", "part_of: whole\n");
        assert!(messages(RULE, &[environment(""), whole.clone(), part.clone()].concat()).is_empty());
        assert_eq!(messages(RULE, &[environment(""), whole, part, other].concat()).len(), 1);
    }

    #[test]
    fn setting_up_installs_nothing() {
        let a = release("a", OLD, "2026-11-23", "").replace("2026-11-27", "2026-11-24");
        let b = release("b", NEW, "2026-11-25", "");
        assert!(messages(RULE, &[environment("setup: {lead_time: 2d}\n"), a, b].concat()).is_empty());
    }
}
