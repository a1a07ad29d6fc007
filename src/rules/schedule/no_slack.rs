//! `no-slack`.

use chrono::{Days, NaiveDate};

use super::{is_done, start_place};
use crate::diagnostic::wording::quoted;
use crate::diagnostic::{Finding, Severity};
use crate::model::Identified;
use crate::model::release::{Phase, Status};
use crate::rules::{Check, Context, Group, ReleaseRef, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    name: "no-slack",
    group: Group::Schedule,
    severity: Severity::Info,
    summary: "a lost day would break the target of a release or another promised date",
    docs: "\
## What it does

Reports planned and running releases with a target, of their own or of the release they are part of, in which work still to be
done has no slack: the plan is in time, but a day lost in any of the phases named moves the release past its target, or past a
written date that waits for it. It speaks when the first of these phases begins within four weeks; a plan without slack far away
is normal. Deployments in the last stage are not named, for their day is the target. Releases that are late already, or whose
dates contradict each other, are left to the rules that say so.

## Why

Something always takes longer. A plan that leaves nothing for it is late when it happens, and then it is too late to talk about
the target.

## How to fix

Start earlier, shorten or overlap phases, or agree on a later target while that is cheap. Raise the rule to `warning` where
plans must have a reserve.

```yaml failing
kind: release
id: spring
type: minor
status: planned
target: 2026-11-27
phases:
  - {id: build, start: 2026-11-16, duration: 5d}
  - {id: test, after: build, duration: 5d}
```

```yaml passing
kind: release
id: spring
type: minor
status: planned
target: 2026-12-01
phases:
  - {id: build, start: 2026-11-16, duration: 5d}
  - {id: test, after: build, duration: 5d}
```
",
    check: Check::Release(check),
};

/// How long before the work begins the rule speaks.
const AHEAD: Days = Days::new(28);

fn check(cx: &Context<'_>, at: ReleaseRef<'_>, out: &mut Vec<Finding>) {
    let release = at.release;
    if !matches!(release.status(), Status::Planned | Status::InProgress) {
        return;
    }
    let chain = std::iter::once(at.index).chain(cx.portfolio.ancestors(at.index)).map(|r| &cx.portfolio.releases[r]);
    let targets = chain.filter_map(|release| Some((release.target.as_ref()?, release)));
    let Some((target, owner)) = targets.min_by_key(|(target, _)| target.value) else { return };
    let late = |end: Option<NaiveDate>| end.is_some_and(|end| end > target.value);
    let contradicts = at.schedule.phases.iter().any(|phase| phase.slack.is_some_and(|slack| slack < 0));
    if late(at.schedule.planned_end) || late(at.schedule.forecast_end) || contradicts {
        return;
    }
    let mut critical: Vec<(NaiveDate, &Phase)> = Vec::new();
    for (phase, schedule) in release.phases.iter().zip(&at.schedule.phases) {
        let in_production = phase.environments.iter().any(|used| cx.portfolio.is_production(&used.id));
        if let Some(planned) = schedule.planned.filter(|_| schedule.is_critical() && !is_done(phase) && !in_production)
        {
            critical.push((planned.start, phase));
        }
    }
    critical.sort_by_key(|(start, phase)| (*start, phase.id.span));
    let Some((start, first)) = critical.first() else { return };
    if *start > cx.clock.today.checked_add_days(AHEAD).unwrap_or(cx.clock.today) {
        return;
    }
    let names = quoted(critical.iter().map(|(_, phase)| phase.id.as_str()));
    let whose = if owner.id == release.id { "its target".into() } else { format!("the target of `{}`,", owner.id) };
    let message =
        format!("`{}` has no slack before {whose} {target}: a day lost in {names} breaks a promise", release.id);
    let place = if owner.id == release.id { target.span } else { release.id.span };
    let mut finding = Finding::new(place, at.subject(), message)
        .help("start earlier, shorten or overlap phases, or agree on a later target");
    if owner.id != release.id {
        finding = finding.related(target.span, owner.subject(), "the target");
    }
    let subject = at.subject().at(format!("phases/{}", first.id));
    out.push(finding.related(start_place(first), subject, "the work without slack begins here"));
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use crate::rules::testing::{messages, of};

    const RULE: &str = "no-slack";

    fn on(today: &str, target: &str) -> String {
        format!(
            "# today: {today}\nkind: environment\nid: live\nstage: prod\n---\n\
             kind: release\nid: spring\ntype: minor\nstatus: planned\n{target}phases:\n  \
             - {{id: build, start: 2026-11-16, duration: 5d}}\n  - {{id: test, after: build, duration: 5d}}\n  \
             - {{id: deploy, after: test, duration: 1d, environments: [live]}}\n"
        )
    }

    #[test]
    fn a_day_to_spare_is_slack() {
        let text = |target: &str| on("2026-11-16", &format!("target: {target}\n"));
        assert_eq!(
            messages(RULE, &text("2026-11-30")),
            ["`spring` has no slack before its target 2026-11-30: a day lost in `build` and `test` breaks a promise"]
        );
        assert!(messages(RULE, &text("2026-12-01")).is_empty());
        assert!(messages(RULE, &text("2026-11-29")).is_empty());
    }

    #[test]
    fn a_release_without_a_target_has_promised_nothing() {
        assert!(messages(RULE, &on("2026-11-16", "")).is_empty());
    }

    #[test]
    fn it_speaks_four_weeks_before() {
        assert!(messages(RULE, &on("2026-10-18", "target: 2026-11-30\n")).is_empty());
        assert_eq!(messages(RULE, &on("2026-10-19", "target: 2026-11-30\n")).len(), 1);
    }

    #[test]
    fn the_target_of_the_composite_counts() {
        let text = on("2026-11-16", "part_of: q4\n")
            + "---\nkind: release\nid: q4\ntype: major\nstatus: planned\ntarget: 2026-11-30\n";
        assert_eq!(
            messages(RULE, &text),
            [
                "`spring` has no slack before the target of `q4`, 2026-11-30: a day lost in `build` and `test` breaks a promise"
            ]
        );
    }

    #[test]
    fn drafts_and_what_is_late_are_left_alone() {
        let text = on("2026-11-16", "target: 2026-11-30\n");
        assert!(messages(RULE, &text.replace("planned", "draft")).is_empty());
        assert!(messages(RULE, &text.replace("planned", "released")).is_empty());
        let late = on("2026-11-20", "target: 2026-11-30\n");
        assert!(messages(RULE, &late).is_empty());
        assert_eq!(of("forecast-late", &late).len(), 1);
    }
}
