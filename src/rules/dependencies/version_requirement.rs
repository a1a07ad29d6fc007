//! `version-requirement`.

use std::collections::BTreeMap;

use foldhash::HashMap;

use crate::diagnostic::{Finding, Severity};
use crate::model::project::{Project, ProjectDependency};
use crate::model::release::Status;
use crate::model::version::Requirement;
use crate::model::{Identified, Spanned};
use crate::rules::shipments::{Shipment, Shipments};
use crate::rules::{Check, Context, Group, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    name: "version-requirement",
    group: Group::Dependencies,
    severity: Severity::Error,
    summary: "a project meets a version it does not work with",
    docs: r#"## What it does

For each version that an open release ships, compares what the project needs with what will be beside it in production, and
what is in production with what it needs of the project. Beside it is what the same release or composite ships, else the last
version that another release ships by then or that a record shows in production. A version that is not known is not judged.
For drafts it is at most a warning.

## Why

The versions of several releases meet in production for the first time; this is seen from the plan, weeks before.

## How to fix

Ship a version that fits, change the order of the releases, or correct `depends_on` of the project.

What ships needs something newer than what is live:

```yaml failing
kind: project
id: customer
---
kind: project
id: ledger
depends_on: [{project: customer, version: ">=3.2, <4"}]
---
kind: environment
id: prod-eu
stage: prod
---
kind: deployments
entries:
  - {project: customer, version: 3.1.0, environment: prod-eu, at: 2026-10-01T22:00, result: succeeded}
---
kind: release
id: winter
type: minor
status: planned
target: 2026-12-05
scope: [{project: ledger, version: 4.2.0}]
```

What ships breaks something that is live:

```yaml failing
kind: project
id: customer
---
kind: project
id: ledger
depends_on: [{project: customer, version: ">=3.2, <4"}]
---
kind: environment
id: prod-eu
stage: prod
---
kind: deployments
entries:
  - {project: ledger, version: 4.2.0, environment: prod-eu, at: 2026-10-01T22:00, result: succeeded}
---
kind: release
id: customer-4
type: minor
status: planned
target: 2026-12-05
scope: [{project: customer, version: 4.0.0}]
```

```yaml passing
kind: project
id: customer
---
kind: project
id: ledger
depends_on: [{project: customer, version: ">=3.2, <4"}]
---
kind: release
id: winter
type: minor
status: planned
target: 2026-12-05
scope:
  - {project: ledger, version: 4.2.0}
  - {project: customer, version: 3.4.0}
```
"#,
    check: Check::Portfolio(check),
};

type Need<'p> = (&'p Project, &'p ProjectDependency, &'p Spanned<Requirement>);

fn check(cx: &Context<'_>, out: &mut Vec<Finding>) {
    let needs: Vec<Need<'_>> = cx
        .portfolio
        .projects
        .iter()
        .flat_map(|project| project.depends_on.iter().map(move |dependency| (project, dependency)))
        .filter_map(|(project, dependency)| Some((project, dependency, dependency.version.as_ref()?)))
        .collect();
    if needs.is_empty() {
        return;
    }
    let mut of: HashMap<&str, Vec<Need<'_>>> = HashMap::default();
    let mut on: HashMap<&str, Vec<Need<'_>>> = HashMap::default();
    for need in needs {
        of.entry(&need.0.id).or_default().push(need);
        on.entry(&need.1.project).or_default().push(need);
    }
    let shipments = cx.shipments();
    let mut clashes: BTreeMap<(&str, &str, &str), Vec<Clash<'_>>> = BTreeMap::new();
    for (project, shipped) in shipments.projects() {
        for shipment in shipped {
            let Some(release) = shipment.release else { continue };
            if cx.portfolio.releases[release].status().is_over() {
                continue;
            }
            let meeting = Meeting { cx, shipments, release, shipment: *shipment };
            let forward = of.get(project).into_iter().flatten().filter_map(|need| meeting.needs(*need));
            let backward = on.get(project).into_iter().flatten().filter_map(|need| meeting.needed(*need));
            for clash in forward.chain(backward) {
                let version = clash.has.version.map_or("", |version| version.as_str());
                clashes.entry((&clash.need.0.id, &clash.need.1.project, version)).or_default().push(clash);
            }
        }
    }
    // One requirement and one version that breaks it are one cause, however many releases meet it.
    for mut same in clashes.into_values() {
        same.sort_by_key(|clash| (clash.ships.on.is_none(), clash.ships.on, clash.ships.span()));
        out.push(report(cx, &same));
    }
}

/// A requirement that does not hold when a release ships.
struct Clash<'p> {
    need: Need<'p>,
    /// What ships and brings the two together.
    ships: Shipment<'p>,
    /// The version of the needed project at that time.
    has: Shipment<'p>,
}

/// One version as it reaches production.
struct Meeting<'c, 'p> {
    cx: &'c Context<'p>,
    shipments: &'c Shipments<'p>,
    release: usize,
    shipment: Shipment<'p>,
}

impl<'p> Meeting<'_, 'p> {
    /// What the project that ships needs of another.
    fn needs(&self, need: Need<'p>) -> Option<Clash<'p>> {
        let has = *self.in_production(&need.1.project)?;
        self.clash(need, has)
    }

    /// What another, which is live, needs of the project that ships.
    fn needed(&self, need: Need<'p>) -> Option<Clash<'p>> {
        let other = &need.0.id;
        // What ships together is judged from the side of the one that needs.
        if self.shipments.beside(other, self.release, self.shipment.on).is_some() {
            return None;
        }
        self.in_production(other)?;
        self.clash(need, self.shipment)
    }

    fn in_production(&self, project: &'p str) -> Option<&Shipment<'p>> {
        let day = self.shipment.on;
        let beside = self.shipments.beside(project, self.release, day);
        beside.or_else(|| self.shipments.live_on(project, day?, self.shipment.is_draft))
    }

    fn clash(&self, need: Need<'p>, has: Shipment<'p>) -> Option<Clash<'p>> {
        let fits = need.2.holds(has.version?);
        let lost = self.cx.portfolio.damage.touches(need.0.span);
        (!fits && !lost).then_some(Clash { need, ships: self.shipment, has })
    }
}

/// Reports clashes of one cause, the first in time leading.
fn report(cx: &Context<'_>, clashes: &[Clash<'_>]) -> Finding {
    let Clash { need, ships, has } = &clashes[0];
    let (project, dependency, requirement) = need;
    let version = has.version.map_or("", |version| version.as_str());
    let when =
        ships.release.map_or(String::new(), |release| format!(" when `{}` ships", cx.portfolio.releases[release].id));
    let needed = &dependency.project;
    let message = format!("`{}` needs `{needed}` {}, but {when} it is {version}", project.id, requirement.value)
        .replace("but  when", "but when");
    let help = "ship a version that fits, change the order of the releases, or correct `depends_on` of the project";
    let mut finding = Finding::new(ships.span(), ships.subject(cx), message).help(help);
    finding = finding.related(requirement.span, project.subject().at("depends_on"), "the requirement");
    if has.span() != ships.span() {
        let words = if has.release.is_some() { "ships here" } else { "was deployed here" };
        finding = finding.related(has.span(), has.subject(cx), format!("`{needed}` {version} {words}"));
    }
    let is_draft = |clash: &Clash<'_>| {
        clash.ships.release.is_none_or(|release| cx.portfolio.releases[release].status() == Status::Draft)
    };
    if clashes.iter().all(is_draft) {
        finding = finding.at_most(Severity::Warning);
    }
    let others = clashes[1..].iter().map(|clash| (clash.ships.span(), clash.ships.subject(cx)));
    crate::diagnostic::wording::with_places(finding, others, "the same holds when this ships")
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{messages, of};

    const RULE: &str = "version-requirement";
    const PROJECTS: &str = "kind: project\nid: customer\n---\nkind: project\nid: ledger\n\
                            depends_on: [{project: customer, version: '>=3.2, <4'}]\n---\n\
                            kind: environment\nid: live\nstage: prod\n---\nkind: environment\nid: try\nstage: test\n";

    fn release(id: &str, target: &str, scope: &str, more: &str) -> String {
        format!(
            "---\nkind: release\nid: {id}\ntype: minor\nstatus: planned\ntarget: {target}\nscope: [{scope}]\n{more}"
        )
    }

    fn deployed(project: &str, version: &str, environment: &str, at: &str) -> String {
        format!(
            "---\nkind: deployments\nentries:\n  - {{project: {project}, version: {version}, environment: {environment}, at: {at}, result: succeeded}}\n"
        )
    }

    #[test]
    fn the_last_version_by_the_end_counts() {
        let ledger = release("winter", "2026-12-05", "{project: ledger, version: 4.2}", "");
        let before = release("earlier", "2026-12-05", "{project: customer, version: 3.2}", "");
        let after = release("later", "2026-12-06", "{project: customer, version: 3.2}", "");
        let old = deployed("customer", "3.1", "live", "2026-10-01");
        assert_eq!(
            messages(RULE, &[PROJECTS, &ledger, &old].concat()),
            ["`ledger` needs `customer` >=3.2, <4, but when `winter` ships it is 3.1"]
        );
        assert!(messages(RULE, &[PROJECTS, &ledger, &old, &before].concat()).is_empty());
        assert_eq!(messages(RULE, &[PROJECTS, &ledger, &old, &after].concat()).len(), 1);
    }

    #[test]
    fn unknown_versions_and_other_stages_are_not_judged() {
        let ledger = release("winter", "2026-12-05", "{project: ledger, version: 4.2}", "");
        assert!(messages(RULE, &[PROJECTS, &ledger].concat()).is_empty());
        let tried = deployed("customer", "3.1", "try", "2026-10-01");
        assert!(messages(RULE, &[PROJECTS, &ledger, &tried].concat()).is_empty());
        let silent = release("earlier", "2026-12-01", "{project: customer}", "");
        let old = deployed("customer", "3.1", "live", "2026-10-01");
        assert!(messages(RULE, &[PROJECTS, &ledger, &old, &silent].concat()).is_empty());
    }

    #[test]
    fn what_a_composite_ships_counts_whatever_its_order() {
        let whole = release("whole", "2026-12-20", "", "");
        let ledger = release("winter", "2026-12-05", "{project: ledger, version: 4.2}", "part_of: whole\n");
        let customer = release("later", "2026-12-10", "{project: customer, version: 3.2}", "part_of: whole\n");
        let old = deployed("customer", "3.1", "live", "2026-10-01");
        assert!(messages(RULE, &[PROJECTS, &whole, &ledger, &customer, &old].concat()).is_empty());
    }

    #[test]
    fn one_version_that_breaks_a_requirement_is_one_finding() {
        let live = deployed("ledger", "4.1", "live", "2026-10-01");
        let customer = release("customer-4", "2026-12-01", "{project: customer, version: 4.0}", "");
        let ledger = release("winter", "2026-12-05", "{project: ledger, version: 4.2}", "");
        let found = of(RULE, &[PROJECTS, &live, &customer, &ledger].concat());
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].subject.id, "customer-4");
        assert_eq!(found[0].message, "`ledger` needs `customer` >=3.2, <4, but when `customer-4` ships it is 4.0");
    }
}
