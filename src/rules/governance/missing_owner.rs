//! `missing-owner`.

use crate::diagnostic::wording;
use crate::diagnostic::{Finding, Severity};
use crate::model::release::Status;
use crate::model::{Identified, Portfolio};
use crate::rules::{Check, Group, Manifests, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    name: "missing-owner",
    group: Group::Governance,
    severity: Severity::Warning,
    summary: "a release or a project that nobody answers for",
    docs: "\
## What it does

Reports an open release without an owner, its release coordinator; the owner of a composite stands for its parts. Drafts and
projects without an owner are reported as info. Where none of them has an owner, one finding says so.

## Why

Somebody must decide when dates move, and be asked when something is late.

## How to fix

Add `owner:` with a person or a team of `relm.yaml`.

```yaml failing
kind: release
id: winter
type: minor
status: planned
```

```yaml failing
kind: project
id: ledger
```

```yaml passing
kind: portfolio
stages: [test, prod]
people: [{id: alice}]
teams: [{id: ledger-team}]
---
kind: project
id: ledger
owner: ledger-team
---
kind: release
id: quarter
type: major
status: planned
owner: alice
---
kind: release
id: winter
type: minor
status: planned
part_of: quarter
```
",
    check: Check::Manifests(check),
};

fn check(cx: &Manifests<'_>, out: &mut Vec<Finding>) {
    let portfolio = cx.portfolio;
    let open = portfolio.releases.iter().enumerate().filter(|(_, release)| !release.status().is_over());
    let releases: Vec<_> = open.map(|(index, release)| (release, has_owner(portfolio, index))).collect();
    lacking("release", "releases", &releases, &|release| release.status() == Status::Draft, portfolio, out);
    let projects: Vec<_> =
        portfolio.projects.iter().map(|project| (project, project.common.owner().is_some())).collect();
    lacking("project", "projects", &projects, &|_| true, portfolio, out);
}

fn has_owner(portfolio: &Portfolio, release: usize) -> bool {
    let owned = |release: usize| portfolio.releases[release].common.owner().is_some();
    owned(release) || portfolio.ancestors(release).into_iter().any(owned)
}

/// One finding for each without an owner; a single one when nobody has any.
fn lacking<T: Identified>(
    one: &str,
    many: &str,
    all: &[(&T, bool)],
    is_minor: &dyn Fn(&T) -> bool,
    portfolio: &Portfolio,
    out: &mut Vec<Finding>,
) {
    // An owner that could not be read is an owner all the same.
    let lacking: Vec<&T> = all
        .iter()
        .filter(|(item, owned)| !owned && !portfolio.damage.touches(item.span()))
        .map(|(item, _)| *item)
        .collect();
    let bounded = |finding: Finding, minor: bool| if minor { finding.at_most(Severity::Info) } else { finding };
    if lacking.len() > 1 && lacking.len() == all.len() {
        let first = lacking[0];
        let message = format!("none of the {} {many} has an owner", lacking.len());
        let finding = Finding::new(first.id().span, first.subject(), message)
            .help("add `owner:` to each, with a person or team of relm.yaml");
        let places = lacking[1..].iter().map(|item| (item.id().span, item.subject()));
        let finding = wording::with_places(finding, places, "no owner here either");
        out.push(bounded(finding, lacking.iter().all(|item| is_minor(item))));
        return;
    }
    for item in lacking {
        let message = format!("{one} `{}` has no owner", item.id());
        let finding = Finding::new(item.id().span, item.subject(), message)
            .help("add `owner:` with the person or team that answers for it");
        out.push(bounded(finding, is_minor(item)));
    }
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Severity;
    use crate::rules::testing::of;

    #[test]
    fn when_nobody_has_an_owner_there_is_one_finding() {
        let text = "kind: project\nid: a\n---\nkind: project\nid: b\n---\nkind: project\nid: c\n";
        let found = of("missing-owner", text);
        assert_eq!(found.len(), 1);
        assert_eq!(
            (found[0].message.as_str(), found[0].severity),
            ("none of the 3 projects has an owner", Severity::Info)
        );
        assert_eq!(of("missing-owner", &text.replace("id: b", "id: b\nowner: x")).len(), 2);
    }

    #[test]
    fn what_is_over_needs_no_owner() {
        assert!(of("missing-owner", "kind: release\nid: r\ntype: minor\nstatus: closed\n").is_empty());
    }
}
