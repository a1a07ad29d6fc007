//! `misses-target`.

use chrono::NaiveDate;

use super::{days, descendants, end_place, name_of, start_place, subject_of, tempered, way};
use crate::diagnostic::wording::quoted;
use crate::diagnostic::{Finding, Severity};
use crate::graph::Node;
use crate::model::{Identified, Spanned};
use crate::rules::{Check, Context, Group, ReleaseRef, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    name: "misses-target",
    group: Group::Schedule,
    severity: Severity::Error,
    summary: "the plan of a release ends after its target",
    docs: "\
## What it does

Reports a release whose planned end lies after its `target`, and names the phases that decide the end. A composite is reported
for its own phases and for children that are not reported for a target of their own. A plan that ends on the target is in time.
Releases that are over are left alone; what is late by what has happened, not by plan, is `forecast-late`.

## Why

The target is promised to the business. A plan that misses it before work begins will not be saved by work.

## How to fix

Shorten the phases of the critical path, start earlier, drop what need not wait, or agree on another target.

```yaml failing
kind: release
id: spring
type: minor
status: planned
target: 2026-11-26
phases:
  - {id: build, start: 2026-11-16, duration: 5d}
  - {id: deploy, after: build, duration: 5d}
```

```yaml passing
kind: release
id: spring
type: minor
status: planned
target: 2026-11-27
phases:
  - {id: build, start: 2026-11-16, duration: 5d}
  - {id: deploy, after: build, duration: 5d}
```
",
    check: Check::Release(check),
};

fn check(cx: &Context<'_>, release: ReleaseRef<'_>, out: &mut Vec<Finding>) {
    let (Some(target), Some(end)) = (&release.release.target, release.schedule.planned_end) else { return };
    if release.release.status().is_over() || end <= target.value {
        return;
    }
    if overshoots(cx, release.index, target.value) {
        out.push(finding(cx, release, target, end, &[]));
        return;
    }
    let children = unexplained(cx, release.index, target.value, overshoots);
    if !children.is_empty() {
        out.push(finding(cx, release, target, end, &children));
    }
}

/// Whether what belongs to the release itself, without its children, is planned past a day.
pub fn overshoots(cx: &Context<'_>, release: usize, day: NaiveDate) -> bool {
    let manifest = &cx.portfolio.releases[release];
    let schedule = &cx.schedule.releases[release];
    let alone = schedule.phases.is_empty() && cx.portfolio.children(release).is_empty();
    let late = |end: Option<NaiveDate>| end.is_some_and(|end| end > day);
    let mut phases = manifest.phases.iter().zip(&schedule.phases);
    phases.any(|(phase, dates)| {
        late(dates.planned.map(|dates| dates.end)) && phase.actual_end().is_none_or(|end| end > day)
    }) || (alone && late(schedule.planned_end))
}

/// The releases below a composite that are late for its target, without those that are late for an earlier one: these are
/// reported where that target stands.
pub fn unexplained(
    cx: &Context<'_>,
    composite: usize,
    target: NaiveDate,
    late: fn(&Context<'_>, usize, NaiveDate) -> bool,
) -> Vec<usize> {
    let open = |r: usize| !cx.portfolio.releases[r].status().is_over();
    let own_target = |r: usize| cx.portfolio.releases[r].target.as_ref().is_some_and(|own| own.value <= target);
    let explained = |r: usize| {
        let chain = std::iter::once(r).chain(cx.portfolio.ancestors(r)).take_while(|&r| r != composite);
        chain.into_iter().any(|r| open(r) && own_target(r))
    };
    let below = descendants(cx.portfolio, composite).into_iter();
    below.filter(|&r| open(r) && late(cx, r, target) && !explained(r)).collect()
}

fn finding(
    cx: &Context<'_>,
    release: ReleaseRef<'_>,
    target: &Spanned<NaiveDate>,
    end: NaiveDate,
    children: &[usize],
) -> Finding {
    let portfolio = cx.portfolio;
    let by = days((end - target.value).num_days());
    let because = if children.is_empty() {
        String::new()
    } else {
        format!(", because of {}", quoted(children.iter().map(|&child| portfolio.releases[child].id.as_str())))
    };
    let id = &release.release.id;
    let message = format!("`{id}` is planned to end {end}, {by} after its target {target}{because}");
    let path = cx.schedule.critical_path(portfolio, release.index);
    let mut finding = Finding::new(target.span, release.subject(), message);
    if let (Some(&(first_r, first_p)), Some(&(last_r, last_p))) = (path.first(), path.last()) {
        let (first, last) = (Node::Phase(first_r, first_p), Node::Phase(last_r, last_p));
        let place = end_place(&portfolio.releases[last_r].phases[last_p]);
        let name = name_of(portfolio, last, release.index);
        let words = format!("{name} ends last, on {end}");
        finding = finding.related(place, subject_of(portfolio, last), words);
        if first != last {
            let place = start_place(&portfolio.releases[first_r].phases[first_p]);
            finding = finding.related(place, subject_of(portfolio, first), "the critical path begins here");
        }
        finding = finding.help(format!(
            "shorten or start earlier {}, or agree on another target",
            way(portfolio, &path, release.index)
        ));
    }
    for parent in portfolio.ancestors(release.index) {
        let parent = &portfolio.releases[parent];
        if let Some(promised) = parent.target.as_ref().filter(|promised| promised.value < end) {
            let words = format!("with it `{}` misses its target", parent.id);
            finding = finding.related(promised.span, parent.subject(), words);
        }
    }
    tempered(finding, release.release)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use crate::rules::testing::{messages, of};

    const RULE: &str = "misses-target";

    fn one(status: &str, target: &str) -> String {
        format!(
            "kind: release\nid: spring\ntype: minor\nstatus: {status}\ntarget: {target}\nphases:\n  \
             - {{id: build, start: 2026-11-16, duration: 5d}}\n  - {{id: test, after: build, duration: 1d}}\n"
        )
    }

    #[test]
    fn the_target_itself_is_in_time() {
        assert!(messages(RULE, &one("planned", "2026-11-23")).is_empty());
        let found = of(RULE, &one("planned", "2026-11-22"));
        assert_eq!(found[0].message, "`spring` is planned to end 2026-11-23, 1 day after its target 2026-11-22");
        assert_eq!(
            found[0].help.as_deref(),
            Some("shorten or start earlier `build` → `test`, or agree on another target")
        );
        assert_eq!(found[0].related.len(), 2);
    }

    #[test]
    fn only_what_is_open_is_judged() {
        assert_eq!(of(RULE, &one("draft", "2026-11-20"))[0].severity, crate::diagnostic::Severity::Warning);
        for status in ["released", "closed", "cancelled"] {
            assert!(messages(RULE, &one(status, "2026-11-20")).is_empty());
        }
    }

    fn composite(own_target: &str) -> String {
        format!(
            "kind: release\nid: q4\ntype: major\nstatus: planned\ntarget: 2026-11-20\n---\n\
             kind: release\nid: a\ntype: minor\nstatus: planned\npart_of: q4\n{own_target}phases:\n  - {{id: go, date: 2026-11-25}}\n"
        )
    }

    #[test]
    fn a_composite_names_the_child_that_is_late() {
        assert_eq!(
            messages(RULE, &composite("")),
            ["`q4` is planned to end 2026-11-25, 5 days after its target 2026-11-20, because of `a`"]
        );
    }

    #[test]
    fn a_child_that_misses_its_own_target_explains_its_parent() {
        let found = of(RULE, &composite("target: 2026-11-20\n"));
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].message, "`a` is planned to end 2026-11-25, 5 days after its target 2026-11-20");
        assert_eq!(found[0].related.last().unwrap().message, "with it `q4` misses its target");
    }

    #[test]
    fn a_cancelled_child_is_no_reason() {
        let text = composite("").replace("status: planned\npart_of", "status: cancelled\npart_of");
        assert!(messages(RULE, &text).is_empty());
    }

    #[test]
    fn a_parent_that_is_part_of_itself_ends() {
        let text = composite("").replace("id: q4\n", "id: q4\npart_of: a\n");
        assert!(messages(RULE, &text).len() <= 2);
    }
}
