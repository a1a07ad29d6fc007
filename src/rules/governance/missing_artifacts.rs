//! `missing-artifacts`.

use crate::diagnostic::wording::{quoted, with_places};
use crate::diagnostic::{Finding, Severity};
use crate::model::Identified;
use crate::model::portfolio::Requirement;
use crate::model::release::{Release, ScopeItem};
use crate::rules::demands::{is_urgent, unmet};
use crate::rules::{Check, Context, Group, ReleaseRef, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    name: "missing-artifacts",
    group: Group::Governance,
    severity: Severity::Error,
    summary: "a release ships something that is not in the library, and its type demands it",
    docs: r#"## What it does

Reports a release whose type `requires` artifacts, when something in its scope names no file of the definitive media library, or
names one without its `sha256`. A composite without a scope is judged by what its parts ship.

Files exist only once they are built: the rule speaks when the release is in progress, or when its target is no further away than
the `notice` of its type (10 working days where it has none). Drafts get at most a warning; releases that are over are left alone.

## Why

What was tested is what must be installed. Without the hash of the file nobody can tell whether it is.

## How to fix

Name the files under `artifacts:` of the entry of the scope, each with its `sha256` (`sha256sum FILE` prints it).

```yaml failing
kind: portfolio
stages: [test, prod]
release_types:
  major: {requires: [artifacts]}
---
kind: project
id: ledger
---
kind: release
id: winter
type: major
status: in-progress
scope: [{project: ledger, version: 4.2.0}]
```

```yaml passing
kind: portfolio
stages: [test, prod]
release_types:
  major: {requires: [artifacts]}
---
kind: project
id: ledger
---
kind: release
id: winter
type: major
status: in-progress
scope:
  - project: ledger
    version: 4.2.0
    artifacts: [{uri: "https://media.example.com/ledger-4.2.0.tar.gz", sha256: 2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824}]
```
"#,
    check: Check::Release(check),
};

fn check(cx: &Context<'_>, at: ReleaseRef<'_>, out: &mut Vec<Finding>) {
    if !is_urgent(cx, at) {
        return;
    }
    let portfolio = cx.portfolio;
    let lacks = |r: usize| {
        let release = &portfolio.releases[r];
        release.scope.is_empty() || unproven(release).next().is_some()
    };
    let Some(unmet) = unmet(cx, at, Requirement::Artifacts, lacks) else { return };
    let items: Vec<(&Release, &ScopeItem)> = unmet
        .lacking
        .iter()
        .map(|&r| &portfolio.releases[r])
        .flat_map(|release| unproven(release).map(move |item| (release, item)))
        .collect();
    let id = &at.release.id;
    let because = unmet.because("artifacts with a `sha256`");
    let message = if items.is_empty() {
        format!("`{id}` has no scope, and so no artifacts; {because}")
    } else {
        let projects = quoted(items.iter().map(|(_, item)| item.project.as_str()));
        format!("`{id}` ships {projects} without files that could be checked; {because}")
    };
    let example = items.first().map_or("PROJECT-VERSION".to_owned(), |(_, item)| {
        let version = item.version.as_deref().unwrap_or("VERSION");
        format!("{}-{version}", item.project)
    });
    let help = format!("add to each entry of `scope`: `artifacts: [{{uri: library/{example}.tar.gz, sha256: …}}]`");
    let finding = unmet.weighed(cx, Finding::new(id.span, at.subject(), message).help(help));
    let places = items
        .iter()
        .map(|(release, item)| (item.project.span, release.subject().at(format!("scope/{}", item.project))));
    out.push(with_places(finding, places, "no file with a `sha256` here"));
}

/// What a release ships without a file, or with one whose hash is not known.
fn unproven(release: &Release) -> impl Iterator<Item = &ScopeItem> {
    let is_hashed = |hash: &str| !hash.trim().is_empty();
    release.scope.iter().filter(move |item| {
        item.artifacts.is_empty()
            || item.artifacts.iter().any(|artifact| !artifact.sha256.as_deref().is_some_and(is_hashed))
    })
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Severity;
    use crate::rules::testing::{messages, of};

    const RULE: &str = "missing-artifacts";
    const TYPES: &str =
        "kind: portfolio\nstages: [test, prod]\nrelease_types:\n  major: {requires: [artifacts]}\n  minor: {}\n";

    fn release(id: &str, ty: &str, status: &str, more: &str) -> String {
        format!("---\nkind: release\nid: {id}\ntype: {ty}\nstatus: {status}\n{more}")
    }

    fn scope(artifacts: &str) -> String {
        format!("scope: [{{project: web, version: 1.10, artifacts: [{artifacts}]}}]\n")
    }

    #[test]
    fn every_file_needs_its_hash() {
        let text = |artifacts: &str| format!("{TYPES}{}", release("winter", "major", "in-progress", &scope(artifacts)));
        assert!(messages(RULE, &text("{uri: a, sha256: ab12}")).is_empty());
        for wrong in ["", "{uri: a}", "{uri: a, sha256: ' '}", "{uri: a, sha256: ab12}, {uri: b}"] {
            let found = of(RULE, &text(wrong));
            assert_eq!(found.len(), 1, "{wrong}");
            assert_eq!(
                found[0].message,
                "`winter` ships `web` without files that could be checked; the type `major` demands artifacts with a `sha256`"
            );
            assert!(found[0].help.as_ref().is_some_and(|help| help.contains("library/web-1.10.tar.gz")));
            assert_eq!(found[0].severity, Severity::Error);
        }
        let none = format!("{TYPES}{}", release("winter", "major", "in-progress", ""));
        assert_eq!(messages(RULE, &none).len(), 1);
    }

    #[test]
    fn nothing_is_asked_before_it_can_be_built() {
        let text = |status: &str, target: &str| {
            format!("{TYPES}{}", release("winter", "major", status, &format!("target: {target}\n{}", scope(""))))
        };
        assert!(messages(RULE, &text("planned", "2027-02-26")).is_empty());
        assert_eq!(of(RULE, &text("planned", "2026-11-20"))[0].severity, Severity::Error);
        assert_eq!(of(RULE, &text("draft", "2026-11-20"))[0].severity, Severity::Warning);
        assert!(messages(RULE, &text("released", "2026-11-20")).is_empty());
    }

    #[test]
    fn a_composite_answers_for_what_its_parts_ship() {
        let whole = release("whole", "major", "in-progress", "deployment: {steps: [{id: go, duration: 5m}]}\n");
        let part =
            |artifacts: &str| release("part", "minor", "planned", &format!("part_of: whole\n{}", scope(artifacts)));
        let found = of(RULE, &format!("{TYPES}{whole}{}", part("")));
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].subject.id.as_str(), found[0].related.len()), ("whole", 2));
        assert!(messages(RULE, &format!("{TYPES}{whole}{}", part("{uri: a, sha256: ab12}"))).is_empty());
    }
}
