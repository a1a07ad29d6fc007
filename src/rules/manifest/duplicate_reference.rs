//! `duplicate-reference`.

use std::collections::HashMap;
use std::fmt::Display;
use std::hash::Hash;

use crate::diagnostic::wording;
use crate::diagnostic::{Finding, Severity, Span, Subject};
use crate::model::decode::OneOrMany;
use crate::model::release::{Dependency, Release};
use crate::model::{Id, Identified, Kind, Portfolio};
use crate::rules::{Check, Group, Manifests, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    name: "duplicate-reference",
    group: Group::Manifest,
    severity: Severity::Warning,
    summary: "a list names the same thing twice",
    docs: r"## What it does

Reports a list that names one thing twice: a release it depends on, a project of its scope, an environment of a phase, what a
phase or step follows, a project of an environment or train, a scope of a freeze, a role a gate requires. Two entries of
`after` that join different ends (`SS` and `FF`) are no duplicates.

## Why

One of the two was meant to be something else, or they say different things about the same: two versions of one project, two
lags to one phase.

## How to fix

Delete one, or correct it. Several approvals of one role are written with `count:`.

```yaml failing
kind: project
id: ledger
---
kind: release
id: winter
type: minor
scope:
  - {project: ledger, version: 4.2.0}
  - {project: ledger, version: 4.3.0}
```

```yaml failing
kind: release
id: winter
type: minor
phases:
  - {id: build, start: 2026-12-01, duration: 3d}
  - {id: deploy, after: [build, build + 2d], duration: 1d}
```

```yaml passing
kind: release
id: winter
type: minor
phases:
  - {id: build, start: 2026-12-01, duration: 3d}
  - {id: test, after: [{phase: build, type: SS, lag: 1d}, {phase: build, type: FF}], duration: 3d}
```
",
    check: Check::Manifests(check),
};

/// Lists up to this length are compared each with each before anything is built from them.
const SHORT: usize = 16;

fn check(cx: &Manifests<'_>, out: &mut Vec<Finding>) {
    settings(cx.portfolio, out);
    for project in &cx.portfolio.projects {
        let ids = project.depends_on.iter().map(|dependency| &dependency.project);
        list(|| project.subject(), "depends_on", ids, out);
    }
    for environment in &cx.portfolio.environments {
        list(|| environment.subject(), "projects", environment.projects.iter().flatten(), out);
    }
    for train in &cx.portfolio.trains {
        list(|| train.subject(), "projects", &train.projects, out);
    }
    for item in &cx.portfolio.releases {
        release(item, out);
    }
}

fn settings(portfolio: &Portfolio, out: &mut Vec<Finding>) {
    let settings = &portfolio.settings;
    let at = |path: String| Subject::new(Kind::Portfolio.as_str(), "").at(path);
    for person in &settings.people {
        list(|| at(format!("people/{}", person.id)), "roles", &person.roles, out);
    }
    for (name, template) in settings.gate_templates.iter() {
        let roles = template.requires.iter().map(|required| &required.role);
        list(|| at(format!("gate_templates/{name}")), "requires", roles, out);
    }
    for (name, ty) in settings.release_types.iter() {
        let subject = || at(format!("release_types/{name}"));
        list(subject, "gates", &ty.gates, out);
        list(subject, "stages", &ty.stages, out);
    }
    for (name, level) in settings.risk_levels.iter() {
        list(|| at(format!("risk_levels/{name}")), "gates", &level.gates, out);
    }
    for freeze in &settings.freezes {
        let subject = || at(format!("freezes/{}", freeze.id));
        list(subject, "stages", &freeze.stages, out);
        list(subject, "environments", &freeze.environments, out);
        list(subject, "projects", &freeze.projects, out);
        list(subject, "teams", &freeze.teams, out);
    }
}

fn release(release: &Release, out: &mut Vec<Finding>) {
    let subject = || release.subject();
    let at = |list: &str, id: &str| release.subject().at(format!("{list}/{id}"));
    list(subject, "scope", release.scope.iter().map(|item| &item.project), out);
    list(subject, "depends_on", release.depends_on.iter().map(|dependency| &dependency.release), out);
    for item in &release.scope {
        list(|| at("scope", &item.project), "changes", &item.changes, out);
    }
    for phase in &release.phases {
        let subject = || at("phases", &phase.id);
        after(subject, &release.id, &phase.after, out);
        list(subject, "environments", phase.environments.iter().map(|used| &used.id), out);
    }
    for milestone in &release.milestones {
        after(|| at("milestones", &milestone.id), &release.id, &milestone.after, out);
    }
    for gate in &release.gates {
        list(|| at("gates", &gate.id), "requires", gate.requires.iter().map(|required| &required.role), out);
    }
    if let Some(deployment) = &release.deployment {
        list(|| subject().at("deployment"), "environments", &deployment.environments, out);
        for step in &deployment.steps {
            let entries = step.after.iter().map(|dependency| {
                ((dependency.step.as_str(), dependency.link), &dependency.step, dependency.step.span)
            });
            repeated(|| at("steps", &step.id), "after", entries, out);
        }
    }
}

fn after(subject: impl Fn() -> Subject, own: &str, dependencies: &OneOrMany<Dependency>, out: &mut Vec<Finding>) {
    let entries = dependencies.iter().map(|dependency| {
        let release = dependency.release.as_deref().unwrap_or(own);
        ((release, dependency.phase.as_str(), dependency.link), dependency, dependency.span)
    });
    repeated(subject, "after", entries, out);
}

fn list<'p>(subject: impl Fn() -> Subject, list: &str, ids: impl IntoIterator<Item = &'p Id>, out: &mut Vec<Finding>) {
    repeated(subject, list, ids.into_iter().map(|id| (id.as_str(), id, id.span)), out);
}

/// One finding for each key that comes back. Most lists hold one entry or none, and most others repeat nothing, so words
/// are made only for what is found.
fn repeated<K: Hash + Eq>(
    subject: impl Fn() -> Subject,
    list: &str,
    entries: impl Iterator<Item = (K, impl Display, Span)>,
    out: &mut Vec<Finding>,
) {
    let entries: Vec<_> = entries.collect();
    let repeats = |(index, entry): (usize, &(K, _, Span))| entries[index + 1..].iter().any(|other| other.0 == entry.0);
    if entries.len() <= SHORT && !entries.iter().enumerate().any(repeats) {
        return;
    }
    let mut first: HashMap<K, Span> = HashMap::new();
    let mut reported: HashMap<Span, Finding> = HashMap::new();
    for (key, name, span) in entries {
        let earlier = *first.entry(key).or_insert(span);
        if earlier == span {
            continue;
        }
        let subject = subject();
        let path = if subject.path.is_empty() { list.to_owned() } else { format!("{}/{list}", subject.path) };
        let place = subject.at(path);
        reported.entry(earlier).or_insert_with(|| {
            let message = format!("`{name}` stands twice in `{list}`");
            let finding = Finding::new(span, place.clone(), message).help("delete one of the two, or correct it");
            wording::with_places(finding, [(earlier, place)], "it stands here already")
        });
    }
    let mut found: Vec<Finding> = reported.into_values().collect();
    found.sort_by_key(|finding| finding.span);
    out.append(&mut found);
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::messages;

    #[test]
    fn part_of_and_depends_on_are_two_lists() {
        let text = "kind: release\nid: whole\ntype: minor\n---\nkind: release\nid: a\ntype: minor\npart_of: whole\ndepends_on: [whole]\n";
        assert!(messages("duplicate-reference", text).is_empty());
    }

    #[test]
    fn three_times_is_one_finding() {
        let text = "kind: project\nid: a\n---\nkind: environment\nid: e\nstage: dev\nprojects: [a, a, a]\n";
        assert_eq!(messages("duplicate-reference", text), ["`a` stands twice in `projects`"]);
    }
}
