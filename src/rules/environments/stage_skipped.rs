//! `stage-skipped`.

use super::{books_unknown, is_past, tempered};
use crate::analysis::promotion;
use crate::diagnostic::wording::quoted;
use crate::diagnostic::{Finding, Severity, Subject};
use crate::model::Kind;
use crate::rules::{Check, Context, Group, ReleaseRef, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    name: "stage-skipped",
    group: Group::Environments,
    severity: Severity::Error,
    summary: "a release goes through fewer stages than its type demands",
    docs: "\
## What it does

Reports a release whose type demands a stage (`stages` of the release type) that none of its phases books an environment of. Phases
of the composite it is part of count too. A composite is not judged, for its parts carry the phases, and neither is what is over
or cancelled: how its versions really went is `promotion-order`. A release that books an environment nobody declares is not judged
either, for its stage is not known.

## Why

What nobody tried in a stage fails in the next one, and the last is production.

## How to fix

Add a phase that books an environment of the stage, or choose the type of release whose stages fit.

```yaml failing
kind: portfolio
stages: [test, staging, prod]
release_types: {minor: {stages: [test, staging]}}
---
kind: environment
id: test-1
stage: test
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
  - {id: test, start: 2026-11-23, duration: 5d, environments: [test-1]}
  - {id: deploy, after: test, duration: 1d, environments: [live]}
```

```yaml passing
kind: portfolio
stages: [test, staging, prod]
release_types: {minor: {stages: [test, staging]}}
---
kind: environment
id: test-1
stage: test
---
kind: environment
id: staging-1
stage: staging
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
  - {id: test, start: 2026-11-23, duration: 5d, environments: [test-1, staging-1]}
  - {id: deploy, after: test, duration: 1d, environments: [live]}
```
",
    check: Check::Release(check),
};

fn check(cx: &Context<'_>, at: ReleaseRef<'_>, out: &mut Vec<Finding>) {
    let portfolio = cx.portfolio;
    let release = at.release;
    let demanded = promotion::demanded(portfolio, &release.r#type);
    if demanded.is_empty() || is_past(cx, at.index) || !portfolio.children(at.index).is_empty() {
        return;
    }
    let mut way = std::iter::once(at.index).chain(portfolio.ancestors(at.index)).map(|r| &portfolio.releases[r]);
    if way.any(|release| portfolio.damage.touches(release.span) || books_unknown(portfolio, release)) {
        return;
    }
    let visits = promotion::visits(portfolio, at.index);
    let skipped: Vec<_> =
        demanded.into_iter().filter(|(order, _)| visits.iter().all(|visit| visit.stage != *order)).collect();
    let Some((_, first)) = skipped.first() else { return };
    let (id, ty) = (&release.id, &release.r#type);
    let stages = quoted(skipped.iter().map(|(_, stage)| stage.as_str()));
    let through = if skipped.len() == 1 { "which" } else { "each of which" };
    let message = format!("`{id}` skips {stages}, {through} the type `{ty}` demands before production");
    let types = Subject::new(Kind::Portfolio.as_str(), "").at(format!("release_types/{ty}"));
    let finding = Finding::new(id.span, at.subject(), message)
        .help("add a phase that books an environment of the stage, or choose a type that fits")
        .related(first.span, types, "the type demands it here");
    out.push(tempered(finding, release));
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use crate::diagnostic::Severity;
    use crate::rules::testing::{messages, of};

    const RULE: &str = "stage-skipped";
    const PORTFOLIO: &str = "kind: portfolio\nstages: [dev, test, staging, prod]\n\
                             release_types: {minor: {stages: [staging, test, prod]}, tiny: {}}\n---\n\
                             kind: environment\nid: try\nstage: test\n---\n\
                             kind: environment\nid: copy\nstage: staging\n---\n\
                             kind: environment\nid: live\nstage: prod\n";

    fn release(id: &str, more: &str, booked: &[&str]) -> String {
        let phases: Vec<String> = booked
            .iter()
            .enumerate()
            .map(|(n, used)| format!("{{id: p{n}, start: 2026-11-23, duration: 1d, environments: [{used}]}}"))
            .collect();
        format!("---\nkind: release\nid: {id}\ntype: minor\nstatus: planned\n{more}phases: [{}]\n", phases.join(", "))
    }

    fn said(releases: &[String]) -> Vec<String> {
        messages(RULE, &format!("{PORTFOLIO}{}", releases.concat()))
    }

    #[test]
    fn stages_are_named_in_order_without_production() {
        let found = of(RULE, &format!("{PORTFOLIO}{}", release("winter", "", &["live"])));
        assert_eq!(
            found[0].message,
            "`winter` skips `test` and `staging`, each of which the type `minor` demands before production"
        );
        assert_eq!((found.len(), found[0].severity), (1, Severity::Error));
        assert_eq!(
            said(&[release("winter", "", &["try", "live"])]),
            ["`winter` skips `staging`, which the type `minor` demands before production"]
        );
        assert!(said(&[release("winter", "", &["try", "copy"])]).is_empty());
        assert!(said(&[release("winter", "", &["{id: try, use: regression}", "copy"])]).is_empty());
        assert!(said(&[release("winter", "", &[]).replace("minor", "tiny")]).is_empty());
    }

    #[test]
    fn a_part_goes_through_the_stages_of_its_composite() {
        let whole = release("whole", "", &["copy", "live"]);
        assert!(said(&[whole.clone(), release("part", "part_of: whole\n", &["try"])]).is_empty());
        assert_eq!(
            said(&[whole, release("part", "part_of: whole\n", &[])]),
            ["`part` skips `test`, which the type `minor` demands before production"]
        );
    }

    #[test]
    fn what_is_over_or_not_known_is_left_alone() {
        let text = format!("{PORTFOLIO}{}", release("winter", "", &["try"]));
        for status in ["released", "closed", "cancelled"] {
            assert!(messages(RULE, &text.replace("planned", status)).is_empty());
        }
        assert_eq!(of(RULE, &text.replace("planned", "draft"))[0].severity, Severity::Warning);
        assert!(said(&[release("winter", "", &["try", "elsewhere"])]).is_empty());
        assert!(said(&[release("winter", "x: y\n", &["try"])]).is_empty());
        assert!(messages(RULE, &text.replace("[staging, test, prod]", "[test, nowhere]")).is_empty());
    }
}
