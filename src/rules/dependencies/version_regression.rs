//! `version-regression`.

use crate::diagnostic::wording;
use crate::diagnostic::{Finding, Severity};
use crate::model::Text;
use crate::model::release::Status;
use crate::model::version::{compare, same_line};
use crate::rules::shipments::Shipment;
use crate::rules::{Check, Context, Group, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    name: "version-regression",
    group: Group::Dependencies,
    severity: Severity::Warning,
    summary: "a release ships an older version than the one before",
    docs: r"## What it does

Reports an open release that ships a lower version of a project than the one it replaces (`from`), or than the last one that
another release ships before it or that a record shows in production. There is one finding for each project.

## Why

Installing it takes back what users already have. Mostly the version is mistyped, or two releases changed places.

## How to fix

Correct the version or the dates. Where an older line is meant to follow a newer one, allow it with the reason.

```yaml failing
kind: project
id: ledger
---
kind: release
id: winter
type: minor
status: planned
target: 2026-12-05
scope: [{project: ledger, version: 4.1.0, from: 4.1.3}]
```

```yaml failing
kind: project
id: ledger
---
kind: release
id: autumn
type: minor
status: planned
target: 2026-11-20
scope: [{project: ledger, version: 4.3.0}]
---
kind: release
id: winter
type: minor
status: planned
target: 2026-12-05
scope: [{project: ledger, version: 4.2.0}]
```

```yaml passing
kind: project
id: ledger
---
kind: release
id: winter
type: minor
status: planned
target: 2026-12-05
scope: [{project: ledger, version: 4.10.0, from: 4.9.3}]
```
",
    check: Check::Portfolio(check),
};

/// A version that ships, and what it is lower than.
struct Step<'p> {
    ships: Shipment<'p>,
    version: &'p Text,
    /// The version `from` names.
    from: Option<&'p Text>,
    /// What was there before.
    before: Option<Shipment<'p>>,
}

fn check(cx: &Context<'_>, out: &mut Vec<Finding>) {
    let shipments = cx.shipments();
    for (_, shipped) in shipments.projects() {
        let mut steps = Vec::new();
        let mut day = 0;
        for (index, ships) in shipped.iter().enumerate() {
            // Releases that end on one day do not follow each other.
            if shipped[day].on < ships.on {
                day = index;
            }
            steps.extend(step(cx, *ships, &shipped[..day]).or_else(|| step_from(cx, *ships)));
        }
        if let Some((first, others)) = steps.split_first() {
            out.push(report(cx, first, others));
        }
    }
}

fn is_open(cx: &Context<'_>, ships: &Shipment<'_>) -> bool {
    ships.release.is_some_and(|release| !cx.portfolio.releases[release].status().is_over())
}

/// Compares with what was there before the day.
fn step<'p>(cx: &Context<'p>, ships: Shipment<'p>, earlier: &[Shipment<'p>]) -> Option<Step<'p>> {
    let version = ships.version.filter(|_| is_open(cx, &ships) && ships.on.is_some())?;
    let before = earlier.iter().rfind(|other| other.on.is_some() && (ships.is_draft || !other.is_draft))?;
    if !compare(version, before.version?).is_lt() {
        return None;
    }
    // A fix for an older line that is still maintained follows its own line, not the newest version.
    let follows = |other: &Shipment<'_>| {
        other.version.is_some_and(|other| same_line(version, other) && compare(other, version).is_lt())
    };
    let maintained = !same_line(version, before.version?) && earlier.iter().any(follows);
    // A record of this very version says that it shipped; the release is only not closed yet.
    let shipped = earlier.iter().any(|other| other.release.is_none() && other.version == Some(version));
    (!maintained && !shipped).then_some(Step { ships, version, from: None, before: Some(*before) })
}

/// Compares with the version it says it replaces.
fn step_from<'p>(cx: &Context<'p>, ships: Shipment<'p>) -> Option<Step<'p>> {
    let version = ships.version.filter(|_| is_open(cx, &ships))?;
    let release = &cx.portfolio.releases[ships.release?];
    let item = release.scope.iter().find(|item| item.project.span == ships.project.span)?;
    let from = item.from.as_ref()?;
    compare(version, from).is_lt().then_some(Step { ships, version, from: Some(from), before: None })
}

fn report(cx: &Context<'_>, first: &Step<'_>, others: &[Step<'_>]) -> Finding {
    let Step { ships, version, from, before } = first;
    let project = ships.project;
    let subject = ships.subject(cx);
    let (message, place) = match (from, before) {
        (Some(from), _) => (
            format!("`{project}` goes back from {from} to {version}"),
            Some((from.span, subject.clone(), "replaces this")),
        ),
        (None, Some(before)) => {
            let had = before.version.map_or("", |version| version.as_str());
            let message = match before.release {
                Some(release) => {
                    let id = &cx.portfolio.releases[release].id;
                    format!("`{project}` goes back to {version}; `{id}` ships {had} before")
                }
                None => format!("`{project}` goes back to {version}; {had} is in production"),
            };
            (message, Some((before.span(), before.subject(cx), "the higher version")))
        }
        (None, None) => (format!("`{project}` goes back to {version}"), None),
    };
    let mut finding =
        Finding::new(ships.span(), subject, message).help("correct the version, or the order of the releases");
    if let Some((span, subject, words)) = place {
        finding = finding.related(span, subject, words);
    }
    let is_draft = |step: &Step<'_>| {
        step.ships.release.is_some_and(|release| cx.portfolio.releases[release].status() == Status::Draft)
    };
    if std::iter::once(first).chain(others).all(is_draft) {
        finding = finding.at_most(Severity::Info);
    }
    let places = others.iter().map(|step| (step.ships.span(), step.ships.subject(cx)));
    wording::with_places(finding, places, "this goes back too")
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::messages;

    const RULE: &str = "version-regression";

    fn release(id: &str, target: &str, version: &str) -> String {
        format!(
            "kind: release\nid: {id}\ntype: minor\nstatus: planned\ntarget: {target}\nscope: [{{project: p, version: {version}}}]\n"
        )
    }

    #[test]
    fn a_record_in_production_counts() {
        let text = [
            "kind: project\nid: p\n".to_owned(),
            "kind: environment\nid: live\nstage: prod\n".to_owned(),
            "kind: deployments\nentries: [{project: p, version: 2.10, environment: live, at: 2026-11-01, result: succeeded}]\n"
                .to_owned(),
            release("a", "2026-12-01", "2.9"),
        ];
        assert_eq!(messages(RULE, &text.join("---\n")), ["`p` goes back to 2.9; 2.10 is in production"]);
    }

    #[test]
    fn a_version_that_shipped_already_is_no_step_back() {
        let text = [
            "kind: project\nid: p\n".to_owned(),
            "kind: environment\nid: live\nstage: prod\n".to_owned(),
            "kind: deployments\nentries:\n  - {project: p, version: 2.9, environment: live, at: 2026-10-01, result: succeeded}\n  - {project: p, version: 2.10, environment: live, at: 2026-11-01, result: succeeded}\n"
                .to_owned(),
            release("a", "2026-12-01", "2.9"),
        ];
        assert!(messages(RULE, &text.join("---\n")).is_empty());
    }

    #[test]
    fn a_maintained_line_follows_itself() {
        let text = [
            release("a", "2026-12-01", "4.1.3"),
            release("b", "2026-12-02", "4.2.0"),
            release("c", "2026-12-03", "4.1.4"),
        ];
        assert!(messages(RULE, &text.join("---\n")).is_empty());
        let text = [
            release("a", "2026-12-01", "4.1.3"),
            release("b", "2026-12-02", "4.2.1"),
            release("c", "2026-12-03", "4.2.0"),
        ];
        assert_eq!(messages(RULE, &text.join("---\n")).len(), 1);
    }

    #[test]
    fn releases_of_one_day_have_no_order() {
        let text = [release("a", "2026-12-01", "2.0"), release("b", "2026-12-01", "1.0")].join("---\n");
        assert!(messages(RULE, &text).is_empty());
    }

    #[test]
    fn a_project_is_one_finding() {
        let text = [release("a", "2026-12-01", "3"), release("b", "2026-12-02", "2"), release("c", "2026-12-03", "1")];
        assert_eq!(messages(RULE, &text.join("---\n")), ["`p` goes back to 2; `a` ships 3 before"]);
    }
}
