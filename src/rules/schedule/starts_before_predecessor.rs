//! `starts-before-predecessor`.

use crate::diagnostic::wording::plural_of;
use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::{after, before, days, end_place, is_done, name_of, start_place, subject_of, tempered};
use crate::analysis::schedule::{Bound, Dates, written_end, written_start};
use crate::diagnostic::{Finding, Severity, Span};
use crate::graph::Node;
use crate::model::release::{Release, Status};
use crate::model::{Identified, Portfolio};
use crate::rules::{Check, Context, Group, Rule};
use crate::time::duration::Lag;

/// The rule.
pub static RULE: Rule = Rule {
    name: "starts-before-predecessor",
    group: Group::Schedule,
    severity: Severity::Error,
    summary: "a written date lies before what it waits for",
    docs: "\
## What it does

Reports a phase or milestone whose written date is earlier than what its `after` entries, or the `depends_on` of its release,
allow. Dates are compared before a start would move on to a working day: a deployment written for Saturday may follow a phase
that ends on Friday. What a whole release waits for is reported once, however many of its phases come too early. A predecessor
that really ended in time is no fault, nor are phases that are done, releases that are over, and predecessors that were
cancelled.

## Why

A written date stands: nothing moves it when what comes before takes longer. The two dates contradict each other, and one of the
two teams plans with a date that cannot hold.

## How to fix

Move the date, shorten what comes before, or remove the entry if nothing has to wait. Without a written `start` a phase follows
its predecessors by itself.

```yaml failing
kind: release
id: spring
type: minor
status: planned
phases:
  - {id: build, start: 2026-11-16, duration: 5d}
  - {id: test, after: build, start: 2026-11-19, duration: 5d}
```

```yaml failing
kind: release
id: platform
type: minor
status: planned
phases:
  - {id: deploy, start: 2026-11-27, duration: 1d}
---
kind: release
id: spring
type: minor
status: planned
depends_on: [platform]
phases:
  - {id: build, start: 2026-11-16, duration: 5d}
  - {id: test, after: build, duration: 5d}
```

```yaml passing
kind: release
id: spring
type: minor
status: planned
phases:
  - {id: build, start: 2026-11-16, duration: 5d}
  - {id: deploy, after: build, start: 2026-11-21, duration: 1d}
```
",
    check: Check::Portfolio(check),
};

/// A written date that comes too early for an entry.
#[derive(Clone)]
struct Clash<'p> {
    /// The phase or milestone that comes too early.
    node: Node,
    /// Its date, and where it is written.
    date: NaiveDate,
    place: Span,
    bound: &'p Bound,
    /// The first day that would do.
    earliest: NaiveDate,
}

impl Clash<'_> {
    fn days(&self) -> i64 {
        (self.earliest - self.date).num_days()
    }
}

fn check(cx: &Context<'_>, out: &mut Vec<Finding>) {
    let mut wide: BTreeMap<Span, Vec<Clash<'_>>> = BTreeMap::new();
    for (r, release) in cx.portfolio.releases.iter().enumerate() {
        if release.status().is_over() {
            continue;
        }
        for (p, phase) in release.phases.iter().enumerate() {
            let written = written_start(phase).is_some() || written_end(phase).is_some();
            if !written || is_done(phase) {
                continue;
            }
            let schedule = cx.schedule.phase(r, p);
            let Some(dates) = schedule.planned else { continue };
            let clashes = schedule.bounds.iter().filter_map(|bound| of_phase(cx, (r, p), dates, bound));
            let (of_release, own): (Vec<_>, Vec<_>) = clashes.partition(|clash| clash.bound.is_release_wide());
            for clash in of_release {
                wide.entry(clash.bound.span).or_default().push(clash);
            }
            out.extend(worst(cx, &own));
        }
        for m in 0..release.milestones.len() {
            out.extend(worst(cx, &of_milestone(cx, (r, m))));
        }
        out.extend(without_phases(cx, r));
    }
    for mut clashes in wide.into_values() {
        clashes.sort_by_key(|clash| (clash.date, clash.place));
        if let Some(first) = clashes.first() {
            let others = clashes.iter().filter(|clash| clash.node != first.node).count();
            out.push(finding(cx, first, others));
        }
    }
}

fn of_phase<'p>(cx: &Context<'p>, (r, p): (usize, usize), dates: Dates, bound: &'p Bound) -> Option<Clash<'p>> {
    let phase = &cx.portfolio.releases[r].phases[p];
    let boundary = if bound.of_end { after(dates.end) } else { dates.start };
    if boundary >= bound.not_before || !counts(cx, r, bound, boundary) {
        return None;
    }
    let node = Node::Phase(r, p);
    Some(if bound.of_end {
        Clash { node, date: dates.end, place: end_place(phase), bound, earliest: before(bound.not_before) }
    } else {
        Clash { node, date: dates.start, place: start_place(phase), bound, earliest: bound.not_before }
    })
}

fn of_milestone<'p>(cx: &Context<'p>, (r, m): (usize, usize)) -> Vec<Clash<'p>> {
    let milestone = &cx.portfolio.releases[r].milestones[m];
    let Some(date) = milestone.date.as_ref().filter(|_| milestone.actual.is_none()) else { return Vec::new() };
    let clash = |bound: &'p Bound| {
        let at_end = bound.of_end || bound.from_end;
        let earliest = if at_end { before(bound.not_before) } else { bound.not_before };
        let boundary = if at_end { after(date.value) } else { date.value };
        (date.value < earliest && counts(cx, r, bound, boundary)).then_some(Clash {
            node: Node::Milestone(r, m),
            date: date.value,
            place: date.span,
            bound,
            earliest,
        })
    };
    cx.schedule.releases[r].milestones[m].bounds.iter().filter_map(clash).collect()
}

/// Whether what comes first will come at all, and has not in fact come early enough.
fn counts(cx: &Context<'_>, r: usize, bound: &Bound, boundary: NaiveDate) -> bool {
    let portfolio = cx.portfolio;
    let Some(before) = bound.from.release().map(|other| &portfolio.releases[other]) else { return false };
    if before.status() == Status::Cancelled {
        return false;
    }
    let happened = match bound.from {
        Node::Phase(_, p) => before.phases[p].actual.as_ref(),
        Node::Finish(_) => before.actual.as_ref(),
        _ => None,
    };
    let end = happened.and_then(|actual| actual.end.as_ref()).map(|date| after(date.value));
    let start = happened.and_then(|actual| actual.start.as_ref()).map(|date| date.value);
    let Some(happened) = (if bound.from_end { end } else { start }) else { return true };
    let (lag, owner) = lag(portfolio, r, bound.span);
    portfolio.release_calendar(owner).add_lag(happened, lag) > boundary
}

/// The lag of an entry, and the release it belongs to: this one or a parent.
fn lag(portfolio: &Portfolio, r: usize, entry: Span) -> (Lag, &Release) {
    let release = &portfolio.releases[r];
    let phases = release.phases.iter().flat_map(|phase| phase.after.iter());
    let milestones = release.milestones.iter().flat_map(|milestone| milestone.after.iter());
    if let Some(dependency) = phases.chain(milestones).find(|dependency| dependency.span == entry) {
        return (dependency.lag, release);
    }
    let chain = std::iter::once(r).chain(portfolio.ancestors(r)).map(|r| &portfolio.releases[r]);
    let wide =
        |release: &'_ Release| release.depends_on.iter().find(|dependency| dependency.span == entry).map(|d| d.lag);
    chain.into_iter().find_map(|owner| wide(owner).map(|lag| (lag, owner))).unwrap_or((Lag::ZERO, release))
}

fn worst(cx: &Context<'_>, clashes: &[Clash<'_>]) -> Option<Finding> {
    let worst = clashes.iter().max_by_key(|clash| (clash.days(), std::cmp::Reverse(clash.bound.span)))?;
    let finding = finding(cx, worst, 0);
    let others = clashes.iter().filter(|clash| clash.bound.span != worst.bound.span);
    Some(others.fold(finding, |finding, clash| {
        finding.related(clash.bound.span, subject_of(cx.portfolio, clash.node), "it comes too early for this, too")
    }))
}

fn finding(cx: &Context<'_>, clash: &Clash<'_>, others: usize) -> Finding {
    let Clash { node, date, place, bound, .. } = clash;
    let portfolio = cx.portfolio;
    let r = node.release().unwrap_or_default();
    let (lag, owner) = lag(portfolio, r, bound.span);
    let verb = match node {
        Node::Milestone(..) => "is on",
        _ if bound.of_end => "ends",
        _ => "starts",
    };
    let waits = if bound.is_release_wide() && owner.id == portfolio.releases[r].id {
        " what its release waits for,".to_owned()
    } else if bound.is_release_wide() {
        format!(" what `{}` waits for,", owner.id)
    } else {
        String::new()
    };
    let comes_first = name_of(portfolio, bound.from, r);
    let (first_verb, first_date, first_place) = happens(cx, bound);
    let lag = if lag == Lag::ZERO { String::new() } else { format!(" (lag {lag})") };
    let too = format!("{} too early", days(clash.days()));
    let others = if others == 0 {
        String::new()
    } else {
        let (one, many) = ("other phase comes too early, too", "other phases come too early, too");
        format!("; {}", plural_of(others, one, many))
    };
    let name = name_of(portfolio, *node, r);
    let message = format!(
        "{name} {verb} {date}, {too}:{waits} {comes_first}{} {first_verb} {first_date}{lag}{others}",
        if waits.is_empty() { "" } else { "," }
    );
    let word = if bound.of_end { "end" } else { "date" };
    let entry = subject_of(portfolio, if bound.is_release_wide() { Node::Start(r) } else { *node });
    let finding = Finding::new(*place, subject_of(portfolio, *node), message)
        .help(format!("move the {word} to {} or later, or remove the entry that makes it wait", usable(cx, clash)))
        .related(first_place, subject_of(portfolio, bound.from), format!("{comes_first} {first_verb} {first_date}"))
        .related(bound.span, entry, "this is why it waits");
    tempered(finding, &portfolio.releases[r])
}

/// The first day to offer: a working day, except where work ends, at milestones, and in the last stage.
fn usable(cx: &Context<'_>, clash: &Clash<'_>) -> NaiveDate {
    let Node::Phase(r, p) = clash.node else { return clash.earliest };
    let release = &cx.portfolio.releases[r];
    let phase = &release.phases[p];
    let in_production = phase.environments.iter().any(|used| cx.portfolio.is_production(&used.id));
    if clash.bound.of_end || in_production {
        return clash.earliest;
    }
    cx.portfolio.phase_calendar(release, phase.team.as_ref()).next_working(clash.earliest)
}

/// What the predecessor does, when, and where that stands.
fn happens(cx: &Context<'_>, bound: &Bound) -> (&'static str, String, Span) {
    let words = |date: Option<NaiveDate>| date.map(|date| date.to_string()).unwrap_or_default();
    match bound.from {
        Node::Phase(r, p) => {
            let phase = &cx.portfolio.releases[r].phases[p];
            let dates = cx.schedule.phase(r, p).planned;
            if bound.from_end {
                ("ends", words(dates.map(|dates| dates.end)), end_place(phase))
            } else {
                ("starts", words(dates.map(|dates| dates.start)), start_place(phase))
            }
        }
        Node::Milestone(r, m) => {
            let milestone = &cx.portfolio.releases[r].milestones[m];
            let place = milestone.date.as_ref().map_or(milestone.id.span, |date| date.span);
            ("is on", words(cx.schedule.releases[r].milestones[m].date), place)
        }
        Node::Finish(r) | Node::Start(r) => {
            let release = &cx.portfolio.releases[r];
            let schedule = &cx.schedule.releases[r];
            let last = release.phases.iter().zip(&schedule.phases).filter(|(_, dates)| dates.planned.is_some());
            let last = last.max_by_key(|(_, dates)| dates.planned.map(|dates| dates.end));
            let place = last.map(|(phase, _)| end_place(phase)).or(release.target.as_ref().map(|target| target.span));
            ("ends", words(schedule.planned_end), place.unwrap_or(release.id.span))
        }
        Node::Project(_) | Node::Gate(..) => ("ends", String::new(), bound.span),
    }
}

/// A release that is no more than a target: it must not come before the end of what it waits for.
fn without_phases(cx: &Context<'_>, r: usize) -> Option<Finding> {
    let release = &cx.portfolio.releases[r];
    let target = release.target.as_ref()?;
    if !release.phases.is_empty() || !cx.portfolio.children(r).is_empty() {
        return None;
    }
    let calendar = cx.portfolio.release_calendar(release);
    let clashes = release.depends_on.iter().filter_map(|dependency| {
        let other = cx.portfolio.releases.index(&dependency.release)?;
        let end = cx.schedule.releases[other].planned_end?;
        let not_before = calendar.add_lag(after(end), dependency.lag);
        let from = Node::Finish(other);
        let bound = Bound { from, not_before, from_end: true, of_end: true, span: dependency.span };
        let clashes = before(not_before) > target.value && counts(cx, r, &bound, after(target.value));
        clashes.then_some((dependency, other, end, before(not_before)))
    });
    let (dependency, other, end, earliest) = clashes.max_by_key(|(_, _, _, earliest)| *earliest)?;
    let other = &cx.portfolio.releases[other];
    let by = days((earliest - target.value).num_days());
    let message =
        format!("`{}` is due {target}, {by} too early: it waits for `{}`, which ends {end}", release.id, other.id);
    let finding = Finding::new(target.span, release.subject(), message)
        .help(format!("move the target to {earliest} or later, or remove the entry that makes it wait"))
        .related(dependency.span, release.subject(), "this is why it waits")
        .related(other.id.span, other.subject(), format!("`{}` ends {end}", other.id));
    Some(tempered(finding, release))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use crate::rules::testing::{messages, of};

    const RULE: &str = "starts-before-predecessor";

    fn phases(list: &str) -> String {
        format!("kind: release\nid: spring\ntype: minor\nstatus: planned\nphases:\n{list}")
    }

    #[test]
    fn the_day_after_is_in_time_and_the_same_day_is_not() {
        let on = |start: &str| {
            phases(&format!(
                "  - {{id: build, start: 2026-11-16, duration: 2d}}\n  - {{id: test, after: build, start: {start}, duration: 1d}}\n"
            ))
        };
        assert!(messages(RULE, &on("2026-11-18")).is_empty());
        assert_eq!(
            messages(RULE, &on("2026-11-17")),
            ["`test` starts 2026-11-17, 1 day too early: `build` ends 2026-11-17"]
        );
    }

    #[test]
    fn the_saturday_after_friday_is_in_time() {
        let text = phases(
            "  - {id: build, start: 2026-11-16, duration: 5d}\n  - {id: deploy, after: build, start: 2026-11-21, duration: 1d}\n",
        );
        assert!(messages(RULE, &text).is_empty());
    }

    #[test]
    fn a_written_end_and_lags_and_links_are_held() {
        let text = phases(
            "  - {id: build, start: 2026-11-16, duration: 5d}\n  - {id: doc, after: {phase: build, type: FF}, start: 2026-11-17, end: 2026-11-19}\n  \
             - {id: demo, after: build + 2d, start: 2026-11-24, duration: 1d}\n",
        );
        assert_eq!(
            messages(RULE, &text),
            [
                "`doc` ends 2026-11-19, 1 day too early: `build` ends 2026-11-20",
                "`demo` starts 2026-11-24, 1 day too early: `build` ends 2026-11-20 (lag 2d)",
            ]
        );
    }

    #[test]
    fn what_really_ended_in_time_is_no_fault() {
        let text = phases(
            "  - {id: build, start: 2026-11-09, duration: 10d, actual: {start: 2026-11-09, end: 2026-11-13}}\n  \
             - {id: test, after: build, start: 2026-11-16, duration: 5d}\n",
        );
        assert!(messages(RULE, &text).is_empty());
    }

    #[test]
    fn a_milestone_may_fall_on_the_last_day() {
        let on = |date: &str| {
            let milestone = format!("milestones:\n  - {{id: done, after: build, date: {date}}}\n");
            phases("  - {id: build, start: 2026-11-16, duration: 5d}\n") + &milestone
        };
        assert!(messages(RULE, &on("2026-11-20")).is_empty());
        assert_eq!(
            messages(RULE, &on("2026-11-19")),
            ["`done` is on 2026-11-19, 1 day too early: `build` ends 2026-11-20"]
        );
    }

    const PLATFORM: &str =
        "\n---\nkind: release\nid: platform\ntype: minor\nstatus: planned\nphases:\n  - {id: go, date: 2026-11-20}\n";

    #[test]
    fn what_a_release_waits_for_is_reported_once() {
        let text = "kind: release\nid: spring\ntype: minor\nstatus: planned\ndepends_on: [platform]\nphases:\n  \
                    - {id: build, start: 2026-11-16, duration: 1d}\n  - {id: test, start: 2026-11-17, duration: 1d}\n  \
                    - {id: uat, start: 2026-11-21, duration: 1d}\n";
        assert_eq!(
            messages(RULE, &format!("{text}{PLATFORM}")),
            [
                "`build` starts 2026-11-16, 5 days too early: what its release waits for, `platform`, ends 2026-11-20; 1 other phase comes too early, too"
            ]
        );
    }

    #[test]
    fn a_target_alone_may_share_the_day() {
        let on = |target: &str| {
            format!(
                "kind: release\nid: spring\ntype: minor\nstatus: planned\ntarget: {target}\ndepends_on: [platform]\n{PLATFORM}"
            )
        };
        assert!(messages(RULE, &on("2026-11-20")).is_empty());
        let found = of(RULE, &on("2026-11-19"));
        assert_eq!(
            found[0].message,
            "`spring` is due 2026-11-19, 1 day too early: it waits for `platform`, which ends 2026-11-20"
        );
    }

    #[test]
    fn what_is_over_or_cancelled_is_left_alone() {
        let text = phases(
            "  - {id: build, start: 2026-11-16, duration: 5d}\n  - {id: test, after: build, date: 2026-11-17}\n",
        );
        assert!(of(RULE, &text.replace("planned", "released")).is_empty());
        assert!(of(RULE, &text.replace("planned", "cancelled")).is_empty());
        assert_eq!(of(RULE, &text.replace("planned", "draft"))[0].severity, crate::diagnostic::Severity::Warning);
    }
}
