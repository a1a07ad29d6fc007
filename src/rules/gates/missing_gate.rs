//! `missing-gate`.

use std::collections::BTreeMap;

use crate::analysis::gates::Judged;
use crate::diagnostic::wording::{quoted, with_places};
use crate::diagnostic::{Finding, Severity, Span, suggest};
use crate::model::Identified;
use crate::model::release::{Release, Status};
use crate::rules::environments::is_past;
use crate::rules::gating::{
    asks_for_nothing, begun, demand_subject, demanded_by, is_read, place, subject, template_subject,
};
use crate::rules::{Check, Context, Group, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    name: "missing-gate",
    group: Group::Gates,
    severity: Severity::Warning,
    summary: "a release lacks a gate that is demanded of it, or has one that asks for nothing",
    docs: "\
## What it does

Reports a release without a gate that its type, or the level of its risk, demands; all of them are one finding. The gate is judged
nevertheless, by its template: once it is overdue, or what it guards has begun, `gate-overdue` and `gate-not-passed` say so instead.

Also reports a gate that has no criteria and requires no approval, in the release and in its template together: nobody can ever
pass it. Where a gate is demanded, no template describes it and releases do not have it, there is one finding at the demand.

Releases that are over are left alone. For drafts, and for emergencies, whose gates may follow, it is worth knowing only.

## Why

What must be decided before a release goes on is agreed for all releases of its kind. A release that does not have the gate leaves
nobody a place to approve, and that is noticed on the last day.

## How to fix

Add the gate to `gates:` of the release; `{id: go-live}` is enough where a template says the rest. Give a gate that asks for nothing
criteria or `requires`, or delete it.

```yaml failing
kind: portfolio
stages: [test, prod]
gate_templates:
  go-live: {criteria: [{id: rehearsed}]}
release_types:
  minor: {gates: [go-live]}
---
kind: release
id: winter
type: minor
status: planned
```

```yaml failing
kind: release
id: winter
type: minor
status: planned
gates: [{id: go-live}]
```

```yaml passing
kind: portfolio
stages: [test, prod]
gate_templates:
  go-live: {criteria: [{id: rehearsed}]}
release_types:
  minor: {gates: [go-live]}
---
kind: release
id: winter
type: minor
status: planned
gates: [{id: go-live}]
```
",
    check: Check::Portfolio(check),
};

fn check(cx: &Context<'_>, out: &mut Vec<Finding>) {
    // By the place of the demand: what no template describes is missing because of it.
    let mut undescribed: BTreeMap<Span, Vec<(&Release, &Judged<'_>)>> = BTreeMap::new();
    for (r, release) in cx.portfolio.releases.iter().enumerate().filter(|(r, _)| !is_past(cx, *r)) {
        let gates = || cx.gates(r).iter().filter(|gate| is_read(cx.portfolio, release, gate));
        out.extend(
            gates()
                .filter(|gate| gate.written.is_some() && asks_for_nothing(gate))
                .map(|gate| hollow(cx, release, gate)),
        );
        let (described, others): (Vec<_>, Vec<_>) =
            gates().filter(|gate| gate.written.is_none()).partition(|gate| !asks_for_nothing(gate));
        let untold =
            |gate: &&Judged<'_>| gate.due.is_none_or(|due| cx.clock.today <= due) && begun(cx, gate).is_empty();
        out.extend(missing(cx, release, &described.into_iter().filter(untold).collect::<Vec<_>>()));
        for gate in others {
            if let Some(demand) = gate.demands.first() {
                undescribed.entry(demand.gate.span).or_default().push((release, gate));
            }
        }
    }
    out.extend(undescribed.into_values().filter_map(|lacking| without_template(cx, &lacking)));
}

/// For a draft, and for an emergency, whose gates may follow, it is worth knowing.
fn tempered(cx: &Context<'_>, finding: Finding, releases: &[&Release]) -> Finding {
    let may_wait = |release: &&Release| release.status() == Status::Draft || cx.portfolio.is_emergency(&release.r#type);
    if releases.iter().all(may_wait) { finding.at_most(Severity::Info) } else { finding }
}

fn missing(cx: &Context<'_>, release: &Release, gates: &[&Judged<'_>]) -> Option<Finding> {
    let names = quoted(gates.iter().map(|gate| gate.id.as_str()));
    let demands = || gates.iter().flat_map(|gate| &gate.demands);
    let by = demanded_by(release, demands())?;
    let noun = if gates.len() == 1 { "gate" } else { "gates" };
    let message = format!("`{}` has no {noun} {names}, which {by}", release.id);
    let entries: Vec<String> = gates.iter().map(|gate| format!("{{id: {}}}", gate.id)).collect();
    let help = format!("add `{}` to its `gates:`; the template says the rest", entries.join(", "));
    let finding = Finding::new(release.id.span, release.subject(), message).help(help);
    let places = demands().map(|demand| (demand.gate.span, demand_subject(release, demand)));
    Some(tempered(cx, with_places(finding, places, "demanded here"), &[release]))
}

fn hollow(cx: &Context<'_>, release: &Release, gate: &Judged<'_>) -> Finding {
    let message = format!("gate `{}` has no criteria and requires no approval, so nobody can pass it", gate.id);
    let finding = Finding::new(place(release, gate), subject(release, gate), message).help(match gate.template {
        Some(_) => "add `criteria:` or `requires:` here or to its template, or delete it",
        None => "add `criteria:` or `requires:`, correct its id so that a template has it, or delete it",
    });
    let finding = match gate.template {
        Some(template) => finding.related(template.span, template_subject(gate), "its template adds nothing"),
        None => finding,
    };
    tempered(cx, finding, &[release])
}

/// One finding for a gate that is demanded, and that nobody describes.
fn without_template(cx: &Context<'_>, lacking: &[(&Release, &Judged<'_>)]) -> Option<Finding> {
    let (release, gate) = lacking.first()?;
    let demand = gate.demands.first()?;
    let by = demanded_by(release, &gate.demands)?;
    let by = by.strip_prefix("its ").map_or(by.clone(), |by| format!("the {by}"));
    let names = quoted(lacking.iter().map(|(release, _)| release.id.as_str()));
    let (have, they) = if lacking.len() == 1 { ("does", "it") } else { ("do", "they") };
    let message = format!("{by} gate `{}`, which no template describes and {names} {have} not have", gate.id);
    let templates = cx.portfolio.settings.gate_templates.iter().map(|(name, _)| name.as_str());
    let help = suggest::did_you_mean(gate.id, templates).unwrap_or_else(|| {
        format!("add `{}` to `gate_templates:`, or add it with its criteria where {they} lack it", gate.id)
    });
    let finding = Finding::new(demand.gate.span, demand_subject(release, demand), message).help(help);
    let releases: Vec<&Release> = lacking.iter().map(|(release, _)| *release).collect();
    let places = releases.iter().map(|release| (release.id.span, release.subject()));
    Some(tempered(cx, with_places(finding, places, "no such gate here"), &releases))
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Severity;
    use crate::rules::testing::{messages, of};

    const RULE: &str = "missing-gate";
    const SETTINGS: &str = "kind: portfolio\nstages: [test, prod]\nrelease_types: {minor: {gates: [exit, go]}, major: {gates: [exti]}}\n\
        risk_levels: {high: {gates: [go, review]}}\ngate_templates: {exit: {criteria: [{id: a}]}, go: {criteria: [{id: b}]}, review: {criteria: [{id: c}]}, void: {}}\n---\n\
        kind: environment\nid: live\nstage: prod\n---\n";

    fn release(more: &str) -> String {
        format!("{SETTINGS}kind: release\nid: r\nstatus: planned\n{more}\n")
    }

    #[test]
    fn all_that_a_release_lacks_is_one_finding() {
        assert_eq!(
            messages(RULE, &release("type: minor")),
            ["`r` has no gates `exit` and `go`, which its type `minor` demands"]
        );
        assert_eq!(
            messages(RULE, &release("type: minor\ngates: [{id: go}]")),
            ["`r` has no gate `exit`, which its type `minor` demands"]
        );
        let risky = release("type: minor\nrisk: {impact: high, complexity: high}\ngates: [{id: go}, {id: exit}]");
        let found = of(RULE, &risky);
        assert_eq!(found[0].message, "`r` has no gate `review`, which its high risk demands");
        assert_eq!(found[0].related[0].subject.to_string(), "portfolio/risk_levels/high");
        assert!(messages(RULE, &release("type: minor\ngates: [{id: go}, {id: exit}]")).is_empty());
    }

    #[test]
    fn drafts_weigh_less_and_what_is_over_nothing() {
        let draft = release("type: minor").replace("planned", "draft");
        assert_eq!(of(RULE, &draft)[0].severity, Severity::Info);
        assert!(messages(RULE, &release("type: minor").replace("planned", "closed")).is_empty());
    }

    #[test]
    fn a_gate_that_asks_for_nothing_is_a_finding_whatever_the_day() {
        let found = of(RULE, &release("type: free\ngates: [{id: void, due: 2026-11-02}]"));
        assert_eq!(found[0].message, "gate `void` has no criteria and requires no approval, so nobody can pass it");
        assert_eq!(found[0].subject.to_string(), "release/r/gates/void");
        assert_eq!(found[0].related.len(), 1);
        assert!(messages(RULE, &release("type: free\ngates: [{id: void, criteria: [{id: a}]}]")).is_empty());
    }

    #[test]
    fn a_demand_that_no_template_describes_is_one_finding_for_all_releases() {
        let text = release("type: major\n---\nkind: release\nid: s\ntype: major\nstatus: planned");
        let found = of(RULE, &text);
        assert_eq!(found.len(), 1);
        assert_eq!(
            found[0].message,
            "the type `major` demands gate `exti`, which no template describes and `r` and `s` do not have"
        );
        assert_eq!(found[0].help.as_deref(), Some("did you mean `exit`?"));
        assert_eq!(
            (found[0].subject.to_string().as_str(), found[0].related.len()),
            ("portfolio/release_types/major", 2)
        );
    }

    #[test]
    fn what_is_overdue_or_has_begun_is_told_by_other_rules() {
        let ship = |more: &str| {
            release(&format!("type: minor\nphases: [{{id: ship, duration: 1d, environments: [live], {more}}}]"))
        };
        assert_eq!(messages(RULE, &ship("start: 2026-11-17")).len(), 1);
        assert!(messages(RULE, &ship("start: 2026-11-16")).is_empty(), "due on Friday the 13th");
        assert!(messages(RULE, &ship("start: 2026-11-17, actual: {start: 2026-11-16}")).is_empty());
    }

    #[test]
    fn what_could_not_be_read_may_be_there() {
        assert!(messages(RULE, &release("type: minor\ngates: [{id: exit}, {ident: go}]")).is_empty());
    }
}
