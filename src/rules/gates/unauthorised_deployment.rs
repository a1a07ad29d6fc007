//! `unauthorised-deployment`.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};

use crate::analysis::changes::Changes;
use crate::analysis::gates::Judged;
use crate::diagnostic::wording::{listed, with_places};
use crate::diagnostic::{Finding, Severity, Span, Subject};
use crate::graph::production_phases;
use crate::model::Identified;
use crate::model::records::{Deployment, DeploymentReason};
use crate::model::release::Status;
use crate::rules::environments::{is_past, record_subject};
use crate::rules::gating::{
    asks_for_nothing, cannot_be_told, is_production_record, is_read, lacks_only, place, subject,
};
use crate::rules::{Check, Context, Group, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    name: "unauthorised-deployment",
    group: Group::Gates,
    severity: Severity::Error,
    summary: "a record shows something in production that was not allowed to go there",
    docs: "\
## What it does

Reports records of deployments to production that name no release, or a release of which at that time a gate was not passed or a
change not approved. The time is `started`, else `at`; a date is the end of that day. What was decided later does not count, what
changed or was refused later does not matter.

The gates are those of the release on its way to production, written or demanded of it, and those of the composites around it that
guard production. The changes are those that the release carries and that are about the project, or about none. Of an emergency only
the changes are judged, for its gates may follow. Of a release that is closed only the gates it has are judged, for what is demanded
today may be newer, and what is found is at most a warning. Where nobody can tell who approved, `unverified-approval` says so.

What failed or was rolled back was deployed nevertheless; what was aborted was not. Going back (`reason: rollback`) needs no leave.
The records of a release are one finding; so are those of a project without a release. Where no record of production names a release,
all of them are one warning: the portfolio does not keep that yet.

## Why

Only what was validated and approved may reach production, and the record of what did reach it is where an auditor begins.

## How to fix

If it was allowed, write down what is missing: the `release` of the record, the decision with the time it was made, the approval of
the change. If it was not, that is what there is to learn from; a comment can allow the finding with the reason.

```yaml failing
kind: project
id: ledger
---
kind: environment
id: live
stage: prod
---
kind: deployments
entries:
  - {project: ledger, version: 4.2.0, environment: live, at: 2026-11-12T22:30, result: succeeded}
```

```yaml failing
kind: portfolio
stages: [test, prod]
roles: [change-manager]
people: [{id: carol, roles: [change-manager]}]
---
kind: project
id: ledger
---
kind: environment
id: live
stage: prod
---
kind: release
id: winter
type: minor
status: released
actual: {end: 2026-11-12}
gates:
  - id: go-live
    requires: [{role: change-manager}]
    approvals: [{role: change-manager, by: carol, at: 2026-11-13T09:00}]
---
kind: deployments
entries:
  - {project: ledger, version: 4.2.0, environment: live, release: winter, at: 2026-11-12T22:30, result: succeeded}
```

```yaml passing
kind: portfolio
stages: [test, prod]
roles: [change-manager]
people: [{id: carol, roles: [change-manager]}]
---
kind: project
id: ledger
---
kind: environment
id: live
stage: prod
---
kind: release
id: winter
type: minor
status: released
actual: {end: 2026-11-12}
gates:
  - id: go-live
    requires: [{role: change-manager}]
    approvals: [{role: change-manager, by: carol, at: 2026-11-11T16:00}]
---
kind: deployments
entries:
  - {project: ledger, version: 4.2.0, environment: live, release: winter, at: 2026-11-12T22:30, result: succeeded}
```
",
    check: Check::Portfolio(check),
};

/// Up to so many projects whose records name no release are told one by one.
const FEW: usize = 5;

/// A record, and why what it shows was not allowed.
struct Fault<'p> {
    record: &'p Deployment,
    lacking: Vec<Lack>,
}

/// Something that was not there at the time.
struct Lack {
    words: String,
    span: Span,
    subject: Subject,
}

fn check(cx: &Context<'_>, out: &mut Vec<Finding>) {
    let changes = Changes::new(cx.portfolio, cx.facts);
    let mut loose: BTreeMap<&str, Vec<&Deployment>> = BTreeMap::new();
    let mut faults: BTreeMap<usize, Vec<Fault<'_>>> = BTreeMap::new();
    for record in &cx.portfolio.deployments {
        let counts = record.reason != Some(DeploymentReason::Rollback) && !cx.portfolio.damage.touches(record.span);
        if !counts || !is_production_record(cx.portfolio, record) {
            continue;
        }
        let Some(id) = &record.release else {
            loose.entry(&record.project).or_default().push(record);
            continue;
        };
        let Some(release) = cx.portfolio.releases.index(id) else { continue };
        let mut lacking = gates(cx, release, record);
        lacking.extend(unapproved(cx, &changes, release, record));
        if !lacking.is_empty() {
            faults.entry(release).or_default().push(Fault { record, lacking });
        }
    }
    let mut production = cx.portfolio.deployments.iter().filter(|record| is_production_record(cx.portfolio, record));
    let is_habit = !production.any(|record| record.release.is_some());
    if is_habit || loose.len() > FEW {
        let together = without_release(&loose.into_values().flatten().collect::<Vec<_>>());
        out.extend(together.map(|finding| if is_habit { finding.at_most(Severity::Warning) } else { finding }));
    } else {
        out.extend(loose.into_values().filter_map(|records| without_release(&records)));
    }
    out.extend(faults.into_iter().filter_map(|(release, faults)| report(cx, release, faults)));
}

/// When a deployment began, in the zone of its environment.
fn began(cx: &Context<'_>, record: &Deployment) -> DateTime<Utc> {
    let zone = cx.portfolio.zone_at(&record.environment);
    record.started.as_ref().unwrap_or(&record.at).value.end_instant(zone)
}

fn day(record: &Deployment) -> NaiveDate {
    record.started.as_ref().unwrap_or(&record.at).value.date()
}

fn time_span(record: &Deployment) -> Span {
    record.started.as_ref().unwrap_or(&record.at).span
}

/// The gates on the way of a release to production that were not passed when a record says it arrived.
fn gates(cx: &Context<'_>, release: usize, record: &Deployment) -> Vec<Lack> {
    let portfolio = cx.portfolio;
    if portfolio.is_emergency(&portfolio.releases[release].r#type) {
        return Vec::new();
    }
    let at = began(cx, record);
    let entry = production_phases(portfolio, release)
        .filter_map(|p| cx.schedule.phase(release, p).planned)
        .map(|dates| dates.start)
        .min()
        .map_or(day(record), |start| start.max(day(record)));
    let mut lacking = Vec::new();
    for owner in std::iter::once(release).chain(portfolio.ancestors(release)) {
        let manifest = &portfolio.releases[owner];
        let is_on_the_way = |gate: &Judged<'_>| {
            let is_production = before(gate) == "production";
            if owner == release {
                is_production || gate.guarded_start.is_none_or(|start| start <= entry)
            } else {
                is_production
            }
        };
        for gate in cx.gates(owner).iter().filter(|gate| is_on_the_way(gate)) {
            let is_newer = gate.written.is_none() && manifest.status() == Status::Closed;
            let is_told = || lacks_only(gate, false, |entry| cannot_be_told(entry, is_past(cx, owner)));
            if is_newer || asks_for_nothing(gate) || !is_read(portfolio, manifest, gate) {
                continue;
            }
            if !gate.was_passed_at(at) && !is_told() {
                let whose = if owner == release { String::new() } else { format!(" of `{}`", manifest.id) };
                let words = format!("gate `{}`{whose} was not passed", gate.id);
                lacking.push(Lack { words, span: place(manifest, gate), subject: subject(manifest, gate) });
            }
        }
    }
    lacking
}

/// What a gate guards.
fn before<'p>(gate: &Judged<'p>) -> &'p str {
    let own = gate.written.and_then(|gate| gate.before.as_deref());
    own.or_else(|| gate.template.and_then(|template| template.before.as_deref())).unwrap_or("production")
}

/// The changes of a release about a project that were not approved when a record says it arrived.
fn unapproved(cx: &Context<'_>, changes: &Changes<'_>, release: usize, record: &Deployment) -> Vec<Lack> {
    let at = began(cx, record);
    let scope = &cx.portfolio.releases[release].scope;
    let is_listed = |change: &crate::model::Id| {
        let mut mine = scope.iter().filter(|item| item.project == record.project);
        mine.any(|item| item.changes.contains(change))
    };
    let carried = changes.of_release(release).map(|index| changes.standing(index, at));
    let lacking = carried.filter(|standing| {
        let change = standing.change;
        let is_about =
            change.project.as_ref().is_none_or(|project| *project == record.project) || is_listed(&change.id);
        is_about && !standing.is_approved() && !cx.portfolio.damage.touches(change.span)
    });
    lacking
        .map(|standing| Lack {
            words: format!("change `{}` was not approved", standing.change.id),
            span: standing.change.id.span,
            subject: standing.change.subject(),
        })
        .collect()
}

fn deployed(record: &Deployment) -> String {
    format!("`{}` {} was deployed to `{}` on {}", record.project, record.version, record.environment, day(record))
}

/// One finding for records that name no release, at the latest.
fn without_release(records: &[&Deployment]) -> Option<Finding> {
    let latest = records.iter().max_by_key(|record| (record.at.value.date(), record.span))?;
    let message = match records.len() - 1 {
        0 => format!("{} by no release", deployed(latest)),
        1 => format!("{} by no release, and another was before", deployed(latest)),
        more => format!("{} by no release, and {more} others were before", deployed(latest)),
    };
    let finding = Finding::new(time_span(latest), record_subject(latest), message)
        .help("name the `release` it belongs to; it says which gates and changes allowed it");
    let others = records.iter().filter(|record| record.span != latest.span);
    Some(with_places(finding, others.map(|record| (time_span(record), record_subject(record))), "by no release either"))
}

fn report(cx: &Context<'_>, release: usize, mut faults: Vec<Fault<'_>>) -> Option<Finding> {
    faults.sort_by_key(|fault| (began(cx, fault.record), fault.record.span));
    let manifest = &cx.portfolio.releases[release];
    let (first, others) = faults.split_first()?;
    let words = listed(first.lacking.iter().map(|lack| lack.words.clone()).collect());
    let message = format!("{} with `{}`, when {words}", deployed(first.record), manifest.id);
    let finding = Finding::new(time_span(first.record), record_subject(first.record), message).help(
        "if it was allowed, write down the decision with the time it was made; if not, allow the finding with the reason",
    );
    let lacking = first.lacking.iter().take(FEW);
    let finding =
        lacking.fold(finding, |finding, lack| finding.related(lack.span, lack.subject.clone(), lack.words.clone()));
    let places = others.iter().map(|fault| (time_span(fault.record), record_subject(fault.record)));
    let finding = with_places(finding, places, "this was not allowed either");
    Some(if manifest.status() == Status::Closed { finding.at_most(Severity::Warning) } else { finding })
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Severity;
    use crate::rules::testing::{messages, of};

    const RULE: &str = "unauthorised-deployment";
    const SETTINGS: &str = "kind: portfolio\nstages: [test, prod]\nroles: [board]\npeople: [{id: ann, roles: [board]}]\n\
        release_types: {minor: {gates: [go]}, quick: {gates: [go], review_within: 5d}}\n\
        gate_templates: {go: {requires: [{role: board}]}}\n---\n\
        kind: environment\nid: live\nstage: prod\n---\nkind: environment\nid: try\nstage: test\n---\n\
        kind: project\nid: a\n---\nkind: project\nid: b\n---\n";

    fn record(project: &str, at: &str, more: &str) -> String {
        let result = if more.contains("result") { "" } else { ", result: succeeded" };
        format!("  - {{project: {project}, version: 1, environment: live, at: 2026-11-{at}{more}{result}}}\n")
    }

    fn judged(manifests: &str, records: &str) -> Vec<String> {
        messages(RULE, &format!("{SETTINGS}{manifests}kind: deployments\nentries:\n{records}"))
    }

    fn release(rest: &str) -> String {
        format!("kind: release\nid: r\nstatus: in-progress\n{rest}\n---\n")
    }

    #[test]
    fn a_record_without_a_release_is_told_once_for_its_project() {
        let judged =
            |records: &str| judged(&release("type: free"), &format!("{records}{}", record("a", "01", ", release: r")));
        assert_eq!(judged(&record("a", "12T10:00", "")), ["`a` 1 was deployed to `live` on 2026-11-12 by no release"]);
        let more = [record("a", "12", ""), record("a", "13", ""), record("b", "11", "")].concat();
        assert_eq!(
            judged(&more),
            [
                "`a` 1 was deployed to `live` on 2026-11-13 by no release, and another was before",
                "`b` 1 was deployed to `live` on 2026-11-11 by no release"
            ]
        );
        assert!(judged(&record("a", "12", ", result: aborted")).is_empty());
        assert!(judged(&record("a", "12", ", reason: rollback")).is_empty());
        assert_eq!(judged(&record("a", "12", ", result: failed")).len(), 1);
        assert!(judged(&record("a", "12", "").replace("live", "try")).is_empty());
        assert!(judged(&record("a", "12", ", release: gone")).is_empty(), "`unknown-reference` says so");
    }

    #[test]
    fn where_nobody_names_releases_one_warning_says_so() {
        let records = [record("a", "12", ""), record("b", "11", "")].concat();
        let found = of(RULE, &format!("{SETTINGS}kind: deployments\nentries:\n{records}"));
        assert_eq!(found.len(), 1);
        assert_eq!(
            found[0].message,
            "`a` 1 was deployed to `live` on 2026-11-12 by no release, and another was before"
        );
        assert_eq!(found[0].severity, Severity::Warning);
    }

    #[test]
    fn the_gates_must_have_been_passed_by_then() {
        let gate = |approvals: &str| release(&format!("type: free\ngates: [{{id: go, approvals: [{approvals}]}}]"));
        let at = |approvals: &str| judged(&gate(approvals), &record("a", "12T10:00", ", release: r"));
        assert!(at("{role: board, by: ann, at: 2026-11-12T09:59}").is_empty());
        assert_eq!(
            at("{role: board, by: ann, at: 2026-11-12T10:01}"),
            ["`a` 1 was deployed to `live` on 2026-11-12 with `r`, when gate `go` was not passed"]
        );
        let refused =
            "{role: board, by: ann, at: 2026-11-10}, {role: board, by: ann, at: 2026-11-14, decision: rejected}";
        assert!(at(refused).is_empty(), "refused only later");
        assert_eq!(judged(&release("type: minor"), &record("a", "12T10:00", ", release: r")).len(), 1, "only demanded");
        assert!(judged(&release("type: quick"), &record("a", "12T10:00", ", release: r")).is_empty(), "may follow");
    }

    #[test]
    fn what_the_type_demands_of_a_closed_release_may_be_newer() {
        let closed = |rest: &str| release(rest).replace("in-progress", "closed\nactual: {end: 2026-11-12}");
        let records = record("a", "12T10:00", ", release: r");
        assert!(judged(&closed("type: minor"), &records).is_empty());
        let text =
            format!("{SETTINGS}{}kind: deployments\nentries:\n{records}", closed("type: minor\ngates: [{id: go}]"));
        assert_eq!(of(RULE, &text)[0].severity, Severity::Warning);
    }

    #[test]
    fn gates_after_production_and_those_of_composites() {
        let phases = "phases:\n  - {id: ship, start: 2026-11-12, duration: 1d, environments: [live]}\n  - {id: care, start: 2026-11-13, duration: 5d}\n";
        let care = release(&format!("type: free\ngates: [{{id: go, before: care}}]\n{phases}"));
        assert!(judged(&care, &record("a", "12T10:00", ", release: r")).is_empty());
        let whole = "kind: release\nid: all\ntype: free\nstatus: in-progress\ngates: [{id: go}]\n---\n";
        let part = release("type: free\npart_of: all");
        assert_eq!(
            judged(&format!("{whole}{part}"), &record("a", "12T10:00", ", release: r")),
            ["`a` 1 was deployed to `live` on 2026-11-12 with `r`, when gate `go` of `all` was not passed"]
        );
    }

    #[test]
    fn the_changes_about_the_project_must_have_been_approved_by_then() {
        let change = |at: &str| {
            format!(
                "kind: change\nid: C\nproject: a\nrelease: r\nstatus: approved\napprovals: [{{role: board, by: ann, at: 2026-11-{at}}}]\n---\n{}",
                release("type: quick")
            )
        };
        let records = |project: &str| record(project, "12T10:00", ", release: r");
        assert!(judged(&change("12T09:00"), &records("a")).is_empty());
        assert_eq!(
            judged(&change("13T09:00"), &records("a")),
            ["`a` 1 was deployed to `live` on 2026-11-12 with `r`, when change `C` was not approved"]
        );
        assert!(judged(&change("13T09:00"), &records("b")).is_empty());
        let both = records("a") + &record("a", "11", ", release: r");
        assert_eq!(judged(&change("13T09:00"), &both).len(), 1, "the records of a release are one finding");
    }
}
