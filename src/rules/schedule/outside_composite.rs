//! `outside-composite`.

use chrono::NaiveDate;

use super::{days, end_place, is_done, start_place, subject_of};
use crate::diagnostic::{Finding, Severity, Span, Subject};
use crate::graph::Node;
use crate::model::Identified;
use crate::model::release::Status;
use crate::rules::{Check, Context, Group, ReleaseRef, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    name: "outside-composite",
    group: Group::Schedule,
    severity: Severity::Error,
    summary: "a release does not fit inside the one it is part of",
    docs: "\
## What it does

Reports a release with phases before or after the window of the release it is `part_of`, or with a later target. The window of a
composite is its own phases, from the first day to the last; without phases it is everything up to its target; a composite with
neither takes that of its own parent. A release that ends too late only because it misses its own target, which would fit, is
left to `misses-target`. Releases that are over or cancelled are left alone.

## Why

What ships together must be ready together: one part that does not fit moves the whole.

## How to fix

Move the part into the window, widen the window, or take the part out with another `part_of`.

```yaml failing
kind: release
id: autumn
type: major
status: planned
target: 2026-12-04
---
kind: release
id: cards
type: minor
status: planned
part_of: autumn
phases:
  - {id: build, start: 2026-11-30, duration: 10d}
```

```yaml failing
kind: release
id: autumn
type: major
status: planned
target: 2026-12-04
---
kind: release
id: cards
type: minor
status: planned
part_of: autumn
target: 2026-12-11
```

```yaml passing
kind: release
id: autumn
type: major
status: planned
target: 2026-12-04
---
kind: release
id: cards
type: minor
status: planned
part_of: autumn
target: 2026-12-03
phases:
  - {id: build, start: 2026-11-23, duration: 5d}
```
",
    check: Check::Release(check),
};

/// One side of a window, and where it is written.
#[derive(Clone)]
struct Side {
    day: NaiveDate,
    place: Span,
    subject: Subject,
}

/// The window of a composite.
struct Window {
    composite: usize,
    start: Option<Side>,
    end: Side,
}

fn check(cx: &Context<'_>, child: ReleaseRef<'_>, out: &mut Vec<Finding>) {
    if child.release.status().is_over() {
        return;
    }
    let Some((composite, side, words)) = outside(cx, child.index) else { return };
    let parent = &cx.portfolio.releases[composite];
    let message = format!("`{}` does not fit inside `{}`: {}", child.release.id, parent.id, words.message);
    let finding = Finding::new(words.place, words.subject, message)
        .help("move it, widen the window of the composite, or correct `part_of`")
        .related(side.place, side.subject, words.related);
    let draft = [child.release, parent].iter().any(|release| release.status() == Status::Draft);
    out.push(if draft { finding.at_most(Severity::Warning) } else { finding });
}

struct Words {
    place: Span,
    subject: Subject,
    message: String,
    related: &'static str,
}

/// The worst way in which a child does not fit: by its end, its target, or its start.
fn outside(cx: &Context<'_>, child: usize) -> Option<(usize, Side, Words)> {
    let parents: Vec<usize> = cx.portfolio.ancestors(child);
    if parents.iter().any(|&parent| cx.portfolio.releases[parent].status() == Status::Cancelled) {
        return None;
    }
    let window = parents.iter().find_map(|&parent| window(cx, parent));
    let release = &cx.portfolio.releases[child];
    let late = |p: usize| {
        let window = window.as_ref()?;
        let end = cx.schedule.phase(child, p).planned?.end;
        let would_fit = release.target.as_ref().is_some_and(|target| target.value <= window.end.day);
        (end > window.end.day && !would_fit && !is_done(&release.phases[p])).then_some((end, p))
    };
    if let Some((end, p)) = (0..release.phases.len()).filter_map(late).max()
        && let Some(window) = &window
    {
        let phase = &release.phases[p];
        let by = days((end - window.end.day).num_days());
        let words = Words {
            place: end_place(phase),
            subject: subject_of(cx.portfolio, Node::Phase(child, p)),
            message: format!("`{}` ends {end}, {by} after {}", phase.id, window.end.day),
            related: "its window ends here",
        };
        return Some((window.composite, window.end.clone(), words));
    }
    later_target(cx, child, &parents).or_else(|| {
        let window = window?;
        let side = window.start?;
        let early = |p: usize| {
            let start = cx.schedule.phase(child, p).planned?.start;
            (start < side.day && !is_done(&release.phases[p])).then_some((start, p))
        };
        let (start, p) = (0..release.phases.len()).filter_map(early).min()?;
        let phase = &release.phases[p];
        let by = days((side.day - start).num_days());
        let words = Words {
            place: start_place(phase),
            subject: subject_of(cx.portfolio, Node::Phase(child, p)),
            message: format!("`{}` starts {start}, {by} before {}", phase.id, side.day),
            related: "its window begins here",
        };
        Some((window.composite, side, words))
    })
}

/// The nearest target above that is earlier than the child's own.
fn later_target(cx: &Context<'_>, child: usize, parents: &[usize]) -> Option<(usize, Side, Words)> {
    let release = &cx.portfolio.releases[child];
    let own = release.target.as_ref()?;
    let (composite, promised) =
        parents.iter().find_map(|&parent| Some((parent, cx.portfolio.releases[parent].target.as_ref()?)))?;
    if own.value <= promised.value {
        return None;
    }
    let by = days((own.value - promised.value).num_days());
    let words = Words {
        place: own.span,
        subject: release.subject(),
        message: format!("its target {own} is {by} after {promised}"),
        related: "the target of the composite",
    };
    let subject = cx.portfolio.releases[composite].subject();
    Some((composite, Side { day: promised.value, place: promised.span, subject }, words))
}

/// The window of a composite: its own phases, else everything up to its target.
fn window(cx: &Context<'_>, composite: usize) -> Option<Window> {
    let release = &cx.portfolio.releases[composite];
    let planned = || {
        let phases = cx.schedule.releases[composite].phases.iter().enumerate();
        phases.filter_map(|(p, phase)| phase.planned.map(|dates| (p, dates)))
    };
    let side = |p: usize, day: NaiveDate, place: Span| Side {
        day,
        place,
        subject: subject_of(cx.portfolio, Node::Phase(composite, p)),
    };
    if let (Some((first, start)), Some((last, end))) =
        (planned().min_by_key(|(_, dates)| dates.start), planned().max_by_key(|(_, dates)| dates.end))
    {
        let start = side(first, start.start, start_place(&release.phases[first]));
        let end = side(last, end.end, end_place(&release.phases[last]));
        return Some(Window { composite, start: Some(start), end });
    }
    let target = release.target.as_ref()?;
    let end = Side { day: target.value, place: target.span, subject: release.subject() };
    Some(Window { composite, start: None, end })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use crate::rules::testing::{messages, of};

    const RULE: &str = "outside-composite";

    fn pair(parent: &str, child: &str) -> String {
        format!(
            "kind: release\nid: q4\ntype: major\nstatus: planned\n{parent}---\n\
             kind: release\nid: a\ntype: minor\nstatus: planned\npart_of: q4\n{child}"
        )
    }

    #[test]
    fn the_last_day_is_inside_and_the_next_is_not() {
        let on = |date: &str| pair("target: 2026-11-20\n", &format!("phases:\n  - {{id: go, date: {date}}}\n"));
        assert!(messages(RULE, &on("2026-11-20")).is_empty());
        assert!(messages(RULE, &on("2025-01-07")).is_empty());
        assert_eq!(
            messages(RULE, &on("2026-11-21")),
            ["`a` does not fit inside `q4`: `go` ends 2026-11-21, 1 day after 2026-11-20"]
        );
    }

    #[test]
    fn phases_of_the_composite_are_its_window_on_both_sides() {
        let window = "target: 2026-12-31\nphases:\n  - {id: system-test, start: 2026-11-16, end: 2026-11-27}\n";
        let from = |start: &str| pair(window, &format!("phases:\n  - {{id: go, start: {start}, duration: 5d}}\n"));
        assert!(messages(RULE, &from("2026-11-16")).is_empty());
        assert_eq!(
            messages(RULE, &from("2026-11-13")),
            ["`a` does not fit inside `q4`: `go` starts 2026-11-13, 3 days before 2026-11-16"]
        );
        assert_eq!(
            messages(RULE, &from("2026-11-24")),
            ["`a` does not fit inside `q4`: `go` ends 2026-11-30, 3 days after 2026-11-27"]
        );
    }

    #[test]
    fn a_missed_target_of_its_own_is_the_cause() {
        let child = "target: 2026-11-20\nphases:\n  - {id: go, date: 2026-11-25}\n";
        assert!(messages(RULE, &pair("target: 2026-11-20\n", child)).is_empty());
        assert_eq!(messages(RULE, &pair("target: 2026-11-19\n", child)).len(), 1);
    }

    #[test]
    fn the_targets_are_compared() {
        let child = |target: &str| pair("target: 2026-11-20\n", &format!("target: {target}\n"));
        assert!(messages(RULE, &child("2026-11-20")).is_empty());
        assert_eq!(
            messages(RULE, &child("2026-11-23")),
            ["`a` does not fit inside `q4`: its target 2026-11-23 is 3 days after 2026-11-20"]
        );
    }

    #[test]
    fn each_part_is_reported_where_it_does_not_fit() {
        let text = "kind: release\nid: q4\ntype: major\nstatus: planned\ntarget: 2026-11-20\n---\n\
                    kind: release\nid: a\ntype: minor\nstatus: planned\npart_of: q4\n---\n\
                    kind: release\nid: b\ntype: minor\nstatus: planned\npart_of: a\nphases:\n  - {id: go, date: 2026-11-25}\n";
        assert_eq!(
            messages(RULE, text),
            ["`b` does not fit inside `q4`: `go` ends 2026-11-25, 5 days after 2026-11-20"]
        );
    }

    #[test]
    fn what_is_over_is_left_alone_and_drafts_are_warned() {
        let text = pair("target: 2026-11-20\n", "target: 2026-11-23\n");
        let with = |status: &str| text.replace("planned\npart_of", &format!("{status}\npart_of"));
        for status in ["released", "closed", "cancelled"] {
            assert!(messages(RULE, &with(status)).is_empty());
        }
        assert_eq!(of(RULE, &with("draft"))[0].severity, crate::diagnostic::Severity::Warning);
    }
}
