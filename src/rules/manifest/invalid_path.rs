//! `invalid-path`.

use crate::diagnostic::{Finding, Severity, Subject};
use crate::model::facts::is_address;
use crate::model::release::{Check as Report, Criterion};
use crate::model::{Identified, Kind, Text};
use crate::rules::{Check, Group, Manifests, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    name: "invalid-path",
    group: Group::Manifest,
    severity: Severity::Error,
    summary: "a path that cannot be used, or that leaves the portfolio",
    docs: r"## What it does

Reports a path that is absolute, climbs out of the portfolio with `..`, or has backslashes: of evidence, reports, artifacts,
and templates of communications. Also a calendar file (`ics:`) that is not there, and a `relm.yaml` that is a link out of the
portfolio.

## Why

A portfolio is one folder that anybody can clone. A path that leads elsewhere holds on one machine only, and could make a
check read files that nobody meant it to.

## How to fix

Put the file below the folder of `relm.yaml` and name it relative to that folder, with `/` between folders. What lies
elsewhere is named by an address, such as `https://…`.

```yaml failing
kind: release
id: winter
type: minor
gates:
  - id: go-live
    criteria: [{id: defects, status: met, evidence: ../reports/defects.md}]
```

```yaml failing
kind: project
id: ledger
---
kind: release
id: winter
type: minor
scope: [{project: ledger, artifacts: [{uri: /srv/dml/ledger-4.2.0.tar.gz}]}]
```

```yaml passing
kind: project
id: ledger
---
kind: release
id: winter
type: minor
scope: [{project: ledger, artifacts: [{uri: https://dml.example.com/ledger-4.2.0.tar.gz}]}]
gates:
  - id: go-live
    before: first
    criteria: [{id: defects, status: met, evidence: evidence/defects.md}]
```
",
    check: Check::Manifests(check),
};

fn check(cx: &Manifests<'_>, out: &mut Vec<Finding>) {
    for (name, template) in cx.portfolio.settings.gate_templates.iter() {
        let subject = || Subject::new(Kind::Portfolio.as_str(), "").at(format!("gate_templates/{name}"));
        criteria(subject, &template.criteria, out);
    }
    for release in &cx.portfolio.releases {
        let at = |path: String| release.subject().at(path);
        for item in &release.scope {
            for artifact in &item.artifacts {
                if !is_address(&artifact.uri) {
                    confined(&artifact.uri, || at(format!("scope/{}/artifacts", item.project)), out);
                }
            }
        }
        for gate in &release.gates {
            criteria(|| at(format!("gates/{}", gate.id)), &gate.criteria, out);
        }
        for item in &release.communications {
            if let Some(template) = &item.template {
                confined(template, || at(format!("communications/{}", item.id)), out);
            }
        }
    }
}

fn criteria(subject: impl Fn() -> Subject, criteria: &[Criterion], out: &mut Vec<Finding>) {
    for criterion in criteria {
        let at = || {
            let path = format!("{}/criteria/{}", subject().path, criterion.id);
            subject().at(path)
        };
        if let Some(evidence) = criterion.evidence.as_ref().filter(|evidence| !is_address(evidence)) {
            confined(evidence, at, out);
        }
        let Some(report) = &criterion.check else { continue };
        let Report { junit, coverage, sarif, json, csv, .. } = &**report;
        for path in [junit, coverage, sarif, json, csv].into_iter().flatten() {
            confined(path, at, out);
        }
    }
}

fn confined(path: &Text, subject: impl FnOnce() -> Subject, out: &mut Vec<Finding>) {
    let Some((why, help)) = fault(path) else { return };
    out.push(Finding::new(path.span, subject(), format!("the path `{path}` {why}")).help(help));
}

/// What is wrong with a path, by its letters alone, and what to do.
fn fault(path: &str) -> Option<(&'static str, &'static str)> {
    const RELATIVE: &str = "name a file below the folder of relm.yaml, relative to it";
    if path.trim().is_empty() {
        return Some(("is empty", "name a file, or delete the line"));
    }
    if path.contains('\\') {
        return Some(("has backslashes", "write `/` between folders; it works on every system"));
    }
    let drive = path.as_bytes().get(1) == Some(&b':') && path.starts_with(|c: char| c.is_ascii_alphabetic());
    if path.starts_with('/') || drive {
        return Some(("is absolute, so it holds on one machine only", RELATIVE));
    }
    if path.starts_with('~') {
        return Some(("leads to somebody's home folder", RELATIVE));
    }
    let mut depth = 0i64;
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => depth -= 1,
            _ => depth += 1,
        }
        if depth < 0 {
            return Some(("leads out of the portfolio", RELATIVE));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use super::*;

    #[test]
    fn paths_stay_below_the_root() {
        for good in ["a.md", "a/../b.md", "./a", "evidence/uat/*.xml", "a..b/c"] {
            assert_eq!(fault(good), None, "{good}");
        }
        for bad in ["", " ", "../a", "a/../../b", "/etc/a", "C:/a", "a\\b", "~/a"] {
            assert!(fault(bad).is_some(), "{bad}");
        }
    }

    #[test]
    fn addresses_have_a_scheme_longer_than_a_drive() {
        assert!(is_address("https://x.example") && is_address("pkg:generic/x@1"));
        assert!(!is_address("C:/x") && !is_address("dml/x.tar.gz") && !is_address("a/b:c"));
    }
}
