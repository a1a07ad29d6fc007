//! `team-over-capacity`.

use crate::analysis::occupancy::teams::{self, TeamConflict};
use crate::analysis::schedule;
use crate::diagnostic::wording::plural_of;
use crate::diagnostic::{Finding, Severity, Subject};
use crate::model::release::Status;
use crate::model::{Identified, Kind};
use crate::rules::{Check, Context, Group, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    name: "team-over-capacity",
    group: Group::Environments,
    severity: Severity::Warning,
    summary: "phases ask for more people than a team has",
    docs: "\
## What it does

Spreads the `effort` of each phase with a `team` evenly over the days it works, and reports each run of days on which a team is
asked for more people than its `capacity`; a weekend does not end a run. Teams without a capacity and phases without an effort
are not judged. The finding is at the phase that yields: of the lowest `priority`, else the later. What ended before today is
left alone.

## Why

Work that nobody is there for moves, and what waits for it moves along.

## How to fix

Move a phase, give it more days, or find more people.

```yaml failing
kind: portfolio
stages: [test, prod]
teams: [{id: qa, capacity: 3}]
---
kind: release
id: cards
type: minor
status: planned
phases:
  - {id: sit, start: 2026-11-23, end: 2026-11-27, team: qa, effort: 10pd}
---
kind: release
id: ledger
type: minor
status: planned
phases:
  - {id: sit, start: 2026-11-25, end: 2026-12-01, team: qa, effort: 10pd}
```

```yaml passing
kind: portfolio
stages: [test, prod]
teams: [{id: qa, capacity: 4}]
---
kind: release
id: cards
type: minor
status: planned
phases:
  - {id: sit, start: 2026-11-23, end: 2026-11-27, team: qa, effort: 10pd}
---
kind: release
id: ledger
type: minor
status: planned
phases:
  - {id: sit, start: 2026-11-25, end: 2026-12-01, team: qa, effort: 10pd}
```
",
    check: Check::Portfolio(check),
};

/// Phases that are shown beside the one that yields.
const SHOWN: usize = 20;

fn check(cx: &Context<'_>, out: &mut Vec<Finding>) {
    if cx.portfolio.settings.teams.iter().all(|team| team.capacity.is_none()) {
        return;
    }
    let found = teams::conflicts(cx.portfolio, cx.schedule);
    out.extend(found.iter().filter(|run| run.last >= cx.clock.today).filter_map(|run| report(cx, run)));
}

fn report(cx: &Context<'_>, run: &TeamConflict) -> Option<Finding> {
    let portfolio = cx.portfolio;
    let team = &portfolio.settings.teams[run.team];
    let name = |&(release, phase): &(usize, usize)| {
        let release = &portfolio.releases[release];
        format!("{}/{}", release.id, release.phases[phase].id)
    };
    let subject = |&(release, phase): &(usize, usize)| {
        let release = &portfolio.releases[release];
        release.subject().at(format!("phases/{}", release.phases[phase].id))
    };
    let place = |&(release, phase): &(usize, usize)| {
        let phase = &portfolio.releases[release].phases[phase];
        phase.effort.as_ref().map_or(phase.id.span, |effort| effort.span)
    };
    let worked = |&&(release, phase): &&(usize, usize)| {
        let manifest = &portfolio.releases[release];
        let dates = cx.schedule.phase(release, phase).planned;
        let works = schedule::worker(portfolio, manifest, &manifest.phases[phase]).works(run.peak);
        let counts = run.tentative || manifest.status() != Status::Draft;
        counts && works && dates.is_some_and(|dates| (dates.start..=dates.end).contains(&run.peak))
    };
    let at_peak: Vec<&(usize, usize)> = run.phases.iter().filter(worked).collect();
    let (yielding, others) = at_peak.split_last()?;
    let days = match () {
        () if run.first == run.last => format!("on {}", run.first),
        () if run.first < cx.clock.today => format!("until {}", run.last),
        () => format!("from {} to {}", run.first, run.last),
    };
    let peak = if run.first == run.last { String::new() } else { format!(" on {}", run.peak) };
    let message = format!(
        "`{}` is overbooked {days}: {} up to {} people{peak}, it has {}",
        team.id,
        plural_of(run.phases.len(), "phase wants", "phases want"),
        tenths(run.demand),
        tenths(run.capacity),
    );
    let help = format!("move `{}`, which yields by priority, give it more days, or find more people", name(yielding));
    let mut finding = Finding::new(place(yielding), subject(yielding), message).help(help);
    for other in others.iter().rev().take(SHOWN) {
        let priority = portfolio.releases[other.0].priority();
        finding = finding.related(place(other), subject(other), format!("`{}`, priority {priority}", name(other)));
    }
    let of_team = Subject::new(Kind::Portfolio.as_str(), "").at(format!("teams/{}", team.id));
    Some(finding.related(team.id.span, of_team, "the team"))
}

/// People to a tenth, more shown as more: 3.04 of 3 are 3.1.
fn tenths(people: f64) -> String {
    let rounded = (people * 10.0 - 1e-4).ceil() / 10.0;
    format!("{rounded}")
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use crate::rules::testing::{messages, of};

    const RULE: &str = "team-over-capacity";

    fn text(phases: &[(&str, &str, &str, &str)]) -> String {
        let mut text = "kind: portfolio\nstages: [test, prod]\nteams: [{id: qa, capacity: 3}]\n".to_owned();
        for (id, start, end, effort) in phases {
            let _ = write!(
                text,
                "---\nkind: release\nid: {id}\ntype: minor\nstatus: planned\nphases:\n  \
                 - {{id: sit, start: {start}, end: {end}, team: qa, effort: {effort}}}\n"
            );
        }
        text
    }

    #[test]
    fn one_finding_for_a_run_over_a_weekend() {
        let phases = [
            ("a", "2026-11-23", "2026-12-01", "14pd"),
            ("b", "2026-11-26", "2026-12-04", "14pd"),
            ("c", "2026-11-30", "2026-12-04", "0.1pd"),
        ];
        let found = of(RULE, &text(&phases));
        assert_eq!(found.len(), 1);
        assert_eq!(
            found[0].message,
            "`qa` is overbooked from 2026-11-26 to 2026-12-01: 3 phases want up to 4.1 people on 2026-11-30, it has 3"
        );
        assert_eq!((found[0].subject.id.as_str(), found[0].related.len()), ("c", 3));
    }

    #[test]
    fn up_to_the_last_person_is_fine_and_the_past_is_left_alone() {
        assert!(messages(RULE, &text(&[("a", "2026-11-23", "2026-11-27", "15pd")])).is_empty());
        assert!(messages(RULE, &text(&[("a", "2026-11-09", "2026-11-13", "16pd")])).is_empty());
        assert_eq!(
            messages(RULE, &text(&[("a", "2026-11-12", "2026-11-16", "16pd")])),
            ["`qa` is overbooked until 2026-11-16: 1 phase wants up to 5.4 people on 2026-11-12, it has 3"]
        );
    }
}
