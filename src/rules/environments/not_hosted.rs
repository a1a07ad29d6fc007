//! `not-hosted`.

use super::{is_past, tempered};
use crate::analysis::promotion;
use crate::diagnostic::wording::quoted;
use crate::diagnostic::{Finding, Severity};
use crate::model::environment::Environment;
use crate::model::release::{EnvironmentUse, ScopeItem};
use crate::model::{Identified, Portfolio};
use crate::rules::{Check, Context, Group, PhaseRef, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    name: "not-hosted",
    group: Group::Environments,
    severity: Severity::Error,
    summary: "a phase books environments that do not host what the release ships",
    docs: "\
## What it does

Compares the `projects` of the environments that a phase books with the scope of its release. It reports a project that none of
them hosts, and an environment that hosts none of the projects. An environment without `projects` hosts all. Phases of one
release that book the same stage may divide the projects among them. A composite ships what its parts ship. There is one finding
for each phase; phases that have ended and releases that are over are left alone.

## Why

A test in an environment that does not run the project tests nothing, and a deployment to it cannot be done.

## How to fix

Book an environment of the stage that hosts the project, add the project to the environment's `projects`, or take it out of the
scope.

```yaml failing
kind: environment
id: test-1
stage: test
projects: [ledger]
---
kind: project
id: ledger
---
kind: project
id: cards
---
kind: release
id: winter
type: minor
status: planned
scope: [{project: ledger, version: 4.2.0}, {project: cards, version: 1.9.0}]
phases:
  - {id: test, start: 2026-11-23, duration: 5d, environments: [test-1]}
```

```yaml passing
kind: environment
id: test-1
stage: test
projects: [ledger]
---
kind: environment
id: test-2
stage: test
---
kind: project
id: ledger
---
kind: project
id: cards
---
kind: release
id: winter
type: minor
status: planned
scope: [{project: ledger, version: 4.2.0}, {project: cards, version: 1.9.0}]
phases:
  - {id: test, start: 2026-11-23, duration: 5d, environments: [test-1, test-2]}
```
",
    check: Check::Phase(check),
};

fn check(cx: &Context<'_>, at: PhaseRef<'_>, out: &mut Vec<Finding>) {
    let release = at.release.release;
    let booked = &at.phase.environments;
    if booked.is_empty() || is_past(cx, at.release.index) || at.phase.actual_end().is_some() {
        return;
    }
    let damage = &cx.portfolio.damage;
    let places: Vec<(&EnvironmentUse, &Environment)> =
        booked.iter().filter_map(|used| Some((used, cx.portfolio.environments.get(&used.id)?))).collect();
    if places.iter().all(|(_, place)| place.projects.is_none()) {
        return;
    }
    let scope = promotion::scope(cx.portfolio, at.release.index);
    let doubtful = places.iter().any(|(_, place)| damage.touches(place.span)) || damage.touches(release.span);
    if scope.is_empty() || places.len() < booked.len() || doubtful {
        return;
    }
    let hosts_none = |place: &Environment| !scope.iter().any(|item| place.hosts(&item.project));
    let homeless = homeless(cx.portfolio, at, &scope, &places);
    let idle: Vec<_> = places.iter().filter(|(_, place)| hosts_none(place)).collect();
    let phase = &at.phase.id;
    let (to_blame, message) = match (&homeless[..], &idle[..]) {
        ([], []) => return,
        ([], idle) => {
            let names = quoted(idle.iter().map(|(used, _)| used.id.as_str()));
            let verb = if idle.len() == 1 { "hosts" } else { "host" };
            (idle.to_vec(), format!("`{phase}` books {names}, which {verb} nothing that `{}` ships", release.id))
        }
        (projects, _) => {
            let names = quoted(projects.iter().map(|item| item.project.as_str()));
            let booked = quoted(booked.iter().map(|used| used.id.as_str()));
            let message = format!("`{phase}` books {booked}, where {names} of `{}` cannot run", release.id);
            (places.iter().collect(), message)
        }
    };
    let span = to_blame.first().map_or(phase.span, |(used, _)| used.id.span);
    let mut finding = Finding::new(span, at.subject(), message)
        .help("book an environment that hosts it, add it to `projects` of the environment, or correct the scope");
    if let Some(item) = homeless.first() {
        let subject = at.release.subject().at(format!("scope/{}", item.project));
        finding = finding.related(item.project.span, subject, format!("`{}` ships here", item.project));
    }
    for (_, place) in to_blame {
        if let Some(first) = place.projects.as_ref().and_then(|projects| projects.first()) {
            let subject = place.subject().at("projects");
            finding = finding.related(first.span, subject, format!("this is what `{}` hosts", place.id));
        }
    }
    out.push(tempered(finding, release));
}

/// What is hosted neither where the phase books nor where another phase of the release books the same stages.
fn homeless<'p>(
    portfolio: &Portfolio,
    at: PhaseRef<'_>,
    scope: &[&'p ScopeItem],
    places: &[(&EnvironmentUse, &Environment)],
) -> Vec<&'p ScopeItem> {
    let booked = at.release.release.phases.iter().flat_map(|phase| &phase.environments);
    let known = booked.filter_map(|used| portfolio.environments.get(&used.id));
    let beside: Vec<&Environment> =
        known.filter(|place| places.iter().any(|(_, own)| own.stage == place.stage)).collect();
    let is_homeless = |item: &&ScopeItem| !beside.iter().any(|place| place.hosts(&item.project));
    scope.iter().copied().filter(is_homeless).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use crate::diagnostic::Severity;
    use crate::rules::testing::{messages, of};

    const RULE: &str = "not-hosted";
    const PLACES: &str = "kind: environment\nid: a\nstage: test\nprojects: [ledger]\n---\n\
                          kind: environment\nid: b\nstage: test\nprojects: [cards]\n---\n\
                          kind: environment\nid: empty\nstage: prod\nprojects: []\n---\n\
                          kind: environment\nid: all\nstage: prod\n---\n";

    fn plan(phases: &str) -> String {
        format!(
            "{PLACES}kind: release\nid: winter\ntype: minor\nstatus: planned\n\
             scope: [{{project: ledger}}, {{project: cards}}]\nphases:\n{phases}"
        )
    }

    fn phase(id: &str, environments: &str) -> String {
        format!("  - {{id: {id}, start: 2026-11-23, duration: 2d, environments: [{environments}]}}\n")
    }

    #[test]
    fn every_project_needs_a_place() {
        let found = of(RULE, &plan(&phase("try", "a")));
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].message, "`try` books `a`, where `cards` of `winter` cannot run");
        assert_eq!(found[0].subject.path, "phases/try");
        assert_eq!(
            found[0].related.iter().map(|label| label.message.as_str()).collect::<Vec<_>>(),
            ["`cards` ships here", "this is what `a` hosts"]
        );
        assert!(messages(RULE, &plan(&phase("try", "a, b"))).is_empty());
        assert!(messages(RULE, &plan(&phase("go", "all"))).is_empty());
    }

    #[test]
    fn phases_of_a_stage_may_divide_the_projects() {
        assert!(messages(RULE, &plan(&(phase("one", "a") + &phase("other", "b")))).is_empty());
        assert_eq!(messages(RULE, &plan(&(phase("one", "a") + &phase("go", "all")))).len(), 1);
    }

    #[test]
    fn an_environment_without_use_is_named() {
        assert_eq!(
            messages(RULE, &plan(&phase("go", "all, empty"))),
            ["`go` books `empty`, which hosts nothing that `winter` ships"]
        );
        assert_eq!(
            messages(RULE, &plan(&phase("go", "empty"))),
            ["`go` books `empty`, where `ledger` and `cards` of `winter` cannot run"]
        );
    }

    #[test]
    fn a_composite_ships_what_its_parts_ship() {
        let part =
            "---\nkind: release\nid: part\ntype: minor\nstatus: planned\npart_of: winter\nscope: [{project: web}]\n";
        let text = plan(&phase("try", "a, b")) + part;
        assert_eq!(messages(RULE, &text), ["`try` books `a` and `b`, where `web` of `winter` cannot run"]);
        assert!(
            messages(RULE, &text.replace("part\ntype: minor\nstatus: planned", "part\ntype: minor\nstatus: cancelled"))
                .is_empty()
        );
    }

    #[test]
    fn what_is_not_known_or_over_is_not_judged() {
        let text = plan(&phase("try", "a"));
        for status in ["released", "closed", "cancelled"] {
            assert!(messages(RULE, &text.replace("planned", status)).is_empty());
        }
        assert_eq!(of(RULE, &text.replace("planned", "draft"))[0].severity, Severity::Warning);
        let ended = text.replace("duration: 2d", "duration: 2d, actual: {start: 2026-11-09, end: 2026-11-10}");
        assert!(messages(RULE, &ended).is_empty());
        assert!(messages(RULE, &plan(&phase("try", "a, elsewhere"))).is_empty());
        assert!(messages(RULE, &text.replace("scope: [{project: ledger}, {project: cards}]\n", "")).is_empty());
        assert!(messages(RULE, &text.replace("projects: [ledger]", "projects: [ledger]\nstge: x")).is_empty());
    }
}
