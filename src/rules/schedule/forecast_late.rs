//! `forecast-late`.

use std::collections::HashSet;

use chrono::NaiveDate;

use super::misses_target::unexplained;
use super::{days, descendants, end_place, name_of, subject_of};
use crate::diagnostic::wording::quoted;
use crate::diagnostic::{Finding, Severity, Span};
use crate::graph::Node;
use crate::model::Spanned;
use crate::model::release::{Phase, Status};
use crate::rules::{Check, Context, Group, ReleaseRef, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    name: "forecast-late",
    group: Group::Schedule,
    severity: Severity::Warning,
    summary: "a release that was planned in time is forecast to be late",
    docs: "\
## What it does

Reports a release whose plan meets its `target`, but whose forecast does not: by what has happened, by `progress`, or because
today is past what was planned. It names the phase where the delay begins and why. A composite is reported for its own phases
and for children that are not reported for a target of their own. A plan that ends late from the start is `misses-target`.
Releases that are over are left alone; drafts get an info.

## Why

The plan still looks well when the release is already late. The earlier that is known, the more can be done.

## How to fix

Bring the record up to date first: `actual` and `progress` of the phase that is named. If it is right, shorten what follows or
agree on another target.

```yaml failing
# today: 2026-11-24
kind: release
id: spring
type: minor
status: in-progress
target: 2026-11-27
phases:
  - {id: build, start: 2026-11-16, duration: 5d, progress: 60, actual: {start: 2026-11-16}}
  - {id: deploy, after: build, duration: 3d}
```

```yaml failing
# today: 2026-11-24
kind: release
id: spring
type: minor
status: planned
target: 2026-11-20
```

```yaml passing
# today: 2026-11-24
kind: release
id: spring
type: minor
status: in-progress
target: 2026-12-04
phases:
  - {id: build, start: 2026-11-16, duration: 5d, progress: 60, actual: {start: 2026-11-16}}
  - {id: deploy, after: build, duration: 3d}
```
",
    check: Check::Release(check),
};

fn check(cx: &Context<'_>, at: ReleaseRef<'_>, out: &mut Vec<Finding>) {
    let (Some(target), Some(end)) = (&at.release.target, at.schedule.forecast_end) else { return };
    let missed_by_plan = at.schedule.planned_end.is_some_and(|planned| planned > target.value);
    let ended = at.release.actual.as_ref().is_some_and(|actual| actual.end.is_some());
    let settled = at.release.status().is_over() || cx.is_left_behind(at.index);
    if settled || end <= target.value || missed_by_plan || ended {
        return;
    }
    let own = late(cx, at.index, target.value);
    let children = if own { Vec::new() } else { unexplained(cx, at.index, target.value, late) };
    if own || !children.is_empty() {
        let finding = finding(cx, at, target, end, &children);
        let draft = at.release.status() == Status::Draft;
        out.push(if draft { finding.at_most(Severity::Info) } else { finding });
    }
}

/// Whether what belongs to the release itself, without its children, is forecast past a day.
fn late(cx: &Context<'_>, release: usize, day: NaiveDate) -> bool {
    let schedule = &cx.schedule.releases[release];
    let alone = schedule.phases.is_empty() && cx.portfolio.children(release).is_empty();
    schedule.phases.iter().any(|phase| phase.forecast.is_some_and(|dates| dates.end > day))
        || (alone && schedule.forecast_end.is_some_and(|end| end > day))
}

fn finding(
    cx: &Context<'_>,
    at: ReleaseRef<'_>,
    target: &Spanned<NaiveDate>,
    end: NaiveDate,
    children: &[usize],
) -> Finding {
    let id = &at.release.id;
    let Some(last) = last_phase(cx, at.index) else {
        let ago = days((cx.clock.today - target.value).num_days());
        let message = format!("`{id}` was due on {target}, {ago} ago, and is not released");
        return Finding::new(target.span, at.subject(), message)
            .help("if it has shipped, write `status: released` and `actual: {end: …}`; else agree on another target");
    };
    let by = days((end - target.value).num_days());
    let through = if children.is_empty() {
        String::new()
    } else {
        format!(" through {}", quoted(children.iter().map(|&child| cx.portfolio.releases[child].id.as_str())))
    };
    let root = origin(cx, last);
    let (reason, place) = reason(cx, root, at.index);
    let message = format!("`{id}` is forecast to end {end}{through}, {by} after its target {target}: {reason}");
    let node = |(r, p): (usize, usize)| Node::Phase(r, p);
    let mut finding = Finding::new(target.span, at.subject(), message)
        .help("see that what is recorded is right, then shorten what follows or agree on another target")
        .related(place, subject_of(cx.portfolio, node(root)), "the delay begins here");
    if last != root {
        let place = end_place(&cx.portfolio.releases[last.0].phases[last.1]);
        let words = format!("{} is forecast to end last, on {end}", name_of(cx.portfolio, node(last), at.index));
        finding = finding.related(place, subject_of(cx.portfolio, node(last)), words);
    }
    finding
}

/// The phase of a release, or of what is below it, that is forecast to end last.
fn last_phase(cx: &Context<'_>, release: usize) -> Option<(usize, usize)> {
    let releases = std::iter::once(release).chain(descendants(cx.portfolio, release));
    let phases = releases.flat_map(|r| (0..cx.schedule.releases[r].phases.len()).map(move |p| (r, p)));
    let ends = phases.filter_map(|(r, p)| Some((cx.schedule.phase(r, p).forecast?.end, (r, p))));
    ends.max_by_key(|&(end, phase)| (end, std::cmp::Reverse(phase))).map(|(_, phase)| phase)
}

/// Follows the delay of a phase back to the phase where it begins.
fn origin(cx: &Context<'_>, phase: (usize, usize)) -> (usize, usize) {
    let mut at = phase;
    let mut seen = HashSet::from([at]);
    loop {
        let manifest = &cx.portfolio.releases[at.0].phases[at.1];
        if began(manifest) {
            return at;
        }
        let mut before: Vec<(i64, (usize, usize))> = Vec::new();
        let mut open: Vec<Node> = cx.schedule.phase(at.0, at.1).bounds.iter().map(|bound| bound.from).collect();
        let mut passed = Vec::new();
        while let Some(node) = open.pop() {
            let found = match node {
                Node::Phase(r, p) => Some((r, p)),
                Node::Finish(r) => last_phase(cx, r),
                Node::Milestone(r, m) if !passed.contains(&node) => {
                    passed.push(node);
                    open.extend(cx.schedule.releases[r].milestones[m].bounds.iter().map(|bound| bound.from));
                    None
                }
                _ => None,
            };
            before.extend(found.filter(|phase| !seen.contains(phase)).map(|phase| (slip(cx, phase), phase)));
        }
        match before.into_iter().filter(|(slip, _)| *slip > 0).max_by_key(|&(slip, p)| (slip, std::cmp::Reverse(p))) {
            Some((_, phase)) => at = phase,
            None => return at,
        }
        seen.insert(at);
    }
}

/// Days from the planned to the forecast end.
fn slip(cx: &Context<'_>, (r, p): (usize, usize)) -> i64 {
    let schedule = cx.schedule.phase(r, p);
    let ends = schedule.forecast.zip(schedule.planned);
    ends.map_or(0, |(forecast, planned)| (forecast.end - planned.end).num_days())
}

fn began(phase: &Phase) -> bool {
    phase.progress.is_some()
        || phase.actual.as_ref().is_some_and(|actual| actual.start.is_some() || actual.end.is_some())
}

/// Why a phase is late, and where that is written.
fn reason(cx: &Context<'_>, (r, p): (usize, usize), seen_from: usize) -> (String, Span) {
    let phase = &cx.portfolio.releases[r].phases[p];
    let schedule = cx.schedule.phase(r, p);
    let name = name_of(cx.portfolio, Node::Phase(r, p), seen_from);
    let words = |date: Option<NaiveDate>| date.map(|date| date.to_string()).unwrap_or_default();
    let until = words(schedule.forecast.map(|dates| dates.end));
    let planned = schedule.planned;
    let actual = phase.actual.as_ref();
    if let Some(end) = actual.and_then(|actual| actual.end.as_ref()) {
        let late = planned.map_or(0, |planned| (end.value - planned.end).num_days());
        return (format!("{name} ended on {end}, {} later than planned", days(late)), end.span);
    }
    if let Some(progress) = &phase.progress {
        return (format!("{name} is {} % done and needs until {until}", progress.0), progress.span);
    }
    if let Some(start) = actual.and_then(|actual| actual.start.as_ref()) {
        return (format!("{name} began on {start} and needs until {until}"), start.span);
    }
    match planned {
        Some(planned) if planned.start < cx.clock.today => {
            (format!("{name} was planned to start on {} and has not", planned.start), super::start_place(phase))
        }
        _ => {
            let latest = schedule.bounds.iter().max_by_key(|bound| bound.not_before);
            let waits = latest.map(|bound| name_of(cx.portfolio, bound.from, seen_from));
            let waits = waits.map_or(String::new(), |other| format!(" waits for {other} and"));
            (format!("{name}{waits} needs until {until}"), super::start_place(phase))
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use crate::rules::testing::{messages, of};

    const RULE: &str = "forecast-late";

    fn on(today: &str, build: &str) -> String {
        format!(
            "# today: {today}\nkind: release\nid: spring\ntype: minor\nstatus: in-progress\ntarget: 2026-11-27\nphases:\n  \
             - {{id: build, start: 2026-11-16, duration: 5d{build}}}\n  - {{id: test, after: build, duration: 5d}}\n"
        )
    }

    #[test]
    fn today_pushes_what_has_not_begun() {
        assert!(messages(RULE, &on("2026-11-16", "")).is_empty());
        assert_eq!(
            messages(RULE, &on("2026-11-17", "")),
            [
                "`spring` is forecast to end 2026-11-30, 3 days after its target 2026-11-27: `build` was planned to start on 2026-11-16 and has not"
            ]
        );
    }

    #[test]
    fn progress_and_facts_are_named() {
        let found = |build: &str| messages(RULE, &on("2026-11-20", build)).pop().unwrap_or_default();
        assert_eq!(found(", progress: 80"), "");
        assert!(found(", progress: 60").ends_with(": `build` is 60 % done and needs until 2026-11-23"));
        assert!(
            found(", actual: {start: 2026-11-18}")
                .ends_with(": `build` began on 2026-11-18 and needs until 2026-11-24")
        );
        let ended = messages(RULE, &on("2026-11-24", ", actual: {start: 2026-11-16, end: 2026-11-23}"));
        assert!(ended[0].ends_with(": `build` ended on 2026-11-23, 3 days later than planned"));
    }

    #[test]
    fn the_places_are_the_cause_and_the_last_phase() {
        let found = of(RULE, &on("2026-11-20", ", progress: 60"));
        let related: Vec<&str> = found[0].related.iter().map(|label| label.subject.path.as_str()).collect();
        assert_eq!(related, ["phases/build", "phases/test"]);
    }

    #[test]
    fn a_plan_that_is_late_is_left_to_the_plan() {
        let text = on("2026-11-20", "").replace("target: 2026-11-27", "target: 2026-11-26");
        assert!(messages(RULE, &text).is_empty());
        assert_eq!(messages("misses-target", &text).len(), 1);
    }

    #[test]
    fn a_target_that_has_passed_without_phases() {
        let text = |today: &str, status: &str| {
            format!("# today: {today}\nkind: release\nid: a\ntype: minor\nstatus: {status}\ntarget: 2026-11-20\n")
        };
        assert!(messages(RULE, &text("2026-11-20", "planned")).is_empty());
        assert_eq!(
            messages(RULE, &text("2026-11-21", "planned")),
            ["`a` was due on 2026-11-20, 1 day ago, and is not released"]
        );
        assert_eq!(of(RULE, &text("2026-11-21", "draft"))[0].severity, crate::diagnostic::Severity::Info);
        assert!(messages(RULE, &text("2026-11-21", "released")).is_empty());
    }

    #[test]
    fn a_late_child_with_a_target_is_reported_once() {
        let child = on("2026-11-20", ", progress: 60").replace("id: spring", "id: spring\npart_of: q2");
        let text = format!("{child}---\nkind: release\nid: q2\ntype: major\nstatus: planned\ntarget: 2026-11-27\n");
        assert_eq!(of(RULE, &text).len(), 1);
        let without = text.replacen("target: 2026-11-27\n", "", 1);
        let found = messages(RULE, &without);
        assert_eq!(
            found,
            [
                "`q2` is forecast to end 2026-11-30 through `spring`, 3 days after its target 2026-11-27: `spring/build` is 60 % done and needs until 2026-11-23"
            ]
        );
    }
}
