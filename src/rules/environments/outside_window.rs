//! `outside-window`.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, TimeDelta, Utc};

use crate::analysis::deployments::Time;
use crate::analysis::windows::{Stretch, Timeline};
use crate::diagnostic::wording::{quoted, with_places};
use crate::diagnostic::{Finding, Severity, Span, Subject};
use crate::model::Identified;
use crate::model::environment::Environment;
use crate::rules::production::Event;
use crate::rules::{Check, Context, Group, Rule};
use crate::time::zone;

/// The rule.
pub static RULE: Rule = Rule {
    name: "outside-window",
    group: Group::Environments,
    severity: Severity::Error,
    summary: "a deployment is outside the windows of its environment",
    docs: r#"## What it does

Where an environment has `windows`, reports deployments outside them: those that a release plans, and those that a record shows in
production. A deployment window must lie inside the windows that are open then, taken together; an instant in one of them. The days
of a phase in the last stage, which stand where the release says no time, are fine if some window opens in them. Of a record both
`started` and `at` must lie in a window; a record from before the first window began is left alone, as are plans of releases that
are over and what was called off.

There is one finding for each time of a plan, and one for each release and environment for what happened.

## Why

Windows are when somebody watches, when the load is low, when a way back is open. Who deploys outside is alone.

## How to fix

Move the deployment into a window, make it fit by doing less at a time, or agree on another window and add it to the environment.

```yaml failing
kind: environment
id: live
stage: prod
windows: [{name: Weekend, rrule: "FREQ=WEEKLY;BYDAY=SA", start: 2026-01-03T20:00, duration: 10h}]
---
kind: release
id: winter
type: minor
status: planned
deployment:
  environments: [live]
  window: {start: 2026-12-06T04:00, end: 2026-12-06T08:00}
```

```yaml failing
kind: environment
id: live
stage: prod
windows: [{name: Weekend, rrule: "FREQ=WEEKLY;BYDAY=SA", start: 2026-01-03T20:00, duration: 10h}]
---
kind: deployments
entries:
  - {project: ledger, version: 4.2.0, environment: live, started: 2026-10-17T19:50, at: 2026-10-17T20:30, result: succeeded}
```

```yaml passing
kind: environment
id: live
stage: prod
windows: [{name: Weekend, rrule: "FREQ=WEEKLY;BYDAY=SA", start: 2026-01-03T20:00, duration: 10h}]
---
kind: release
id: winter
type: minor
status: planned
deployment:
  environments: [live]
  window: {start: 2026-12-05T22:00, end: 2026-12-06T06:00}
---
kind: release
id: spring
type: minor
status: planned
phases:
  - {id: deploy, start: 2027-03-05, end: 2027-03-07, environments: [live]}
```
"#,
    check: Check::Portfolio(check),
};

/// The windows of one environment.
struct Windows<'t> {
    open: Timeline<'t>,
    /// When the first window began to be.
    since: Option<DateTime<Utc>>,
}

/// A deployment outside the windows.
struct Miss<'e, 'p> {
    event: &'e Event<'p>,
    time: Time,
    span: Span,
}

fn check(cx: &Context<'_>, out: &mut Vec<Finding>) {
    let portfolio = cx.portfolio;
    let windows: HashMap<usize, Windows<'_>> = portfolio
        .environments
        .iter()
        .enumerate()
        .map(|(environment, manifest)| (environment, manifest, cx.times(environment)))
        .filter(|(.., times)| times.limited)
        .map(|(environment, manifest, times)| {
            let zone = portfolio.zone_of(manifest);
            let since = manifest.windows.iter().map(|window| window.start.instant(zone)).min();
            let open = Timeline::new(times.windows.iter().map(|entry| (entry.index, &entry.times)));
            (environment, Windows { open, since })
        })
        .collect();
    if windows.is_empty() {
        return;
    }
    let mut planned: BTreeMap<_, Vec<Miss<'_, '_>>> = BTreeMap::new();
    let mut happened: BTreeMap<_, Vec<Miss<'_, '_>>> = BTreeMap::new();
    for event in cx.events() {
        let Some(windows) = windows.get(&event.environment) else { continue };
        let is_old = |time: Time| windows.since.is_some_and(|since| time.stretch().end <= since);
        for (time, span) in event.times() {
            if windows.allow(time, event) || event.record.is_some() && is_old(time) {
                continue;
            }
            let miss = Miss { event, time, span };
            match event.record {
                None => planned.entry((event.release, span)).or_default().push(miss),
                Some(record) => {
                    let loose = event.release.is_none().then_some(&record.project);
                    happened.entry((event.environment, event.release, loose)).or_default().push(miss);
                }
            }
        }
    }
    out.extend(planned.values().filter_map(|misses| plan_finding(cx, misses)));
    out.extend(happened.values().filter_map(|misses| record_finding(cx, misses)));
}

impl Windows<'_> {
    fn allow(&self, time: Time, event: &Event<'_>) -> bool {
        match time {
            Time::Window(stretch) => self.open.covers(stretch),
            Time::Days(stretch) => !self.open.overlapping(stretch).is_empty(),
            Time::Instant(_) => {
                let at = time.stretch();
                // What ends with the window ends in time.
                let before = Stretch { start: at.start - TimeDelta::seconds(1), end: at.start };
                self.open.covers(at) || event.record.is_some() && self.open.covers(before)
            }
        }
    }
}

fn plan_finding<'p>(cx: &Context<'p>, misses: &[Miss<'_, 'p>]) -> Option<Finding> {
    let lead = misses.first()?;
    let environment = &cx.portfolio.environments[lead.event.environment];
    let zone = cx.portfolio.zone_of(environment);
    let release = lead.event.manifest(cx)?;
    let mut places: Vec<&Environment> =
        misses.iter().map(|miss| &cx.portfolio.environments[miss.event.environment]).collect();
    places.dedup_by_key(|environment| &environment.id);
    let names = quoted(places.iter().map(|environment| environment.id.as_str()));
    let (what, length) = match lead.time {
        Time::Days(_) => ("on days without a deployment window of", TimeDelta::zero()),
        Time::Instant(_) => ("outside the deployment windows of", TimeDelta::zero()),
        Time::Window(stretch) => ("outside the deployment windows of", stretch.end - stretch.start),
    };
    let message = format!("`{}` deploys {what} {names}", release.id);
    let start = lead.time.start();
    let help = match cx.times(lead.event.environment).next_open(start.max(cx.clock.now), length) {
        Some(next) => format!(
            "the next window of `{}` that is long enough is from {} until {}",
            environment.id,
            zone::spoken(next.start, zone),
            zone::spoken(next.end, zone)
        ),
        None => format!("within two years no window of `{}` is long enough; deploy in several waves", environment.id),
    };
    let help = if length.is_zero() { help.replace(" that is long enough", "") } else { help };
    let mut finding = Finding::new(lead.span, lead.event.subject(cx), message).help(help);
    finding = with_places(finding, places.iter().filter_map(|environment| windows_of(environment)), "the windows");
    Some(if lead.event.is_draft(cx) { finding.at_most(Severity::Warning) } else { finding })
}

fn record_finding<'p>(cx: &Context<'p>, misses: &[Miss<'_, 'p>]) -> Option<Finding> {
    let lead = misses.iter().min_by_key(|miss| miss.time.start())?;
    let environment = &cx.portfolio.environments[lead.event.environment];
    let record = lead.event.record?;
    let did = if record.at.span == lead.span { "finished" } else { "began" };
    let zone = cx.portfolio.zone_of(environment);
    let when = match lead.time {
        Time::Days(days) => format!("on {}", zone::local(days.start, zone).date()),
        time => zone::spoken(time.start(), zone),
    };
    let message = format!(
        "the deployment of `{}` {} to `{}` {did} outside its windows, {when}",
        record.project, record.version, environment.id
    );
    let mut finding = Finding::new(lead.span, lead.event.subject(cx), message)
        .help("correct the time if it is wrong; if it was agreed, allow the finding with a comment that says by whom");
    finding = with_places(finding, windows_of(environment), "the windows");
    let mut others: Vec<(Span, Subject)> =
        misses.iter().filter(|miss| miss.span != lead.span).map(|miss| (miss.span, miss.event.subject(cx))).collect();
    others.sort();
    Some(with_places(finding, others, "outside too"))
}

/// Where the windows of an environment are written.
fn windows_of(environment: &Environment) -> Option<(Span, Subject)> {
    let window = environment.windows.first()?;
    Some((window.rrule.span, environment.subject().at("windows")))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use crate::diagnostic::Severity;
    use crate::rules::testing::{messages, of};

    const RULE: &str = "outside-window";

    fn place(zone: &str, windows: &str) -> String {
        format!("kind: environment\nid: live\nstage: prod\ntimezone: {zone}\nwindows: [{windows}]\n---\n")
    }

    const SATURDAY: &str = "{rrule: 'FREQ=WEEKLY;BYDAY=SA', start: 2026-01-03T20:00, duration: 10h}";
    const SUNDAY: &str = "{rrule: 'FREQ=WEEKLY;BYDAY=SU', start: 2026-01-04T06:00, duration: 2h}";

    fn window(start: &str, end: &str) -> String {
        format!(
            "kind: release\nid: winter\ntype: minor\nstatus: planned\n\
             deployment: {{environments: [live], window: {{start: {start}, end: {end}}}}}\n"
        )
    }

    fn fits(zone: &str, windows: &str, start: &str, end: &str) -> bool {
        messages(RULE, &(place(zone, windows) + &window(start, end))).is_empty()
    }

    #[test]
    fn a_deployment_lies_inside_the_union_of_windows() {
        let both = format!("{SATURDAY}, {SUNDAY}");
        assert!(fits("UTC", SATURDAY, "2026-12-05T20:00", "2026-12-06T06:00"));
        assert!(!fits("UTC", SATURDAY, "2026-12-05T19:59", "2026-12-06T06:00"));
        assert!(!fits("UTC", SATURDAY, "2026-12-05T20:00", "2026-12-06T06:01"));
        assert!(fits("UTC", &both, "2026-12-05T20:00", "2026-12-06T08:00"));
        assert!(!fits("UTC", &both, "2026-12-05T20:00", "2026-12-06T08:01"));
    }

    #[test]
    fn windows_keep_their_wall_clock_in_both_hemispheres() {
        // The window takes ten hours by the clock that runs on, so it ends at 07:00 in spring and at 05:00 in autumn.
        assert!(fits("Europe/London", SATURDAY, "2027-03-27T20:00", "2027-03-28T07:00"));
        assert!(!fits("Europe/London", SATURDAY, "2027-03-27T20:00", "2027-03-28T07:01"));
        assert!(fits("Europe/London", SATURDAY, "2027-10-30T20:00", "2027-10-31T05:00"));
        assert!(!fits("Europe/London", SATURDAY, "2027-10-30T20:00", "2027-10-31T05:01"));
        assert!(fits("Australia/Sydney", SATURDAY, "2027-10-02T20:00", "2027-10-03T07:00"));
        assert!(!fits("Australia/Sydney", SATURDAY, "2027-04-03T20:00", "2027-04-04T05:01"));
        // It opens at 20:00 there, whatever that is at home.
        assert!(fits("Australia/Sydney", SATURDAY, "2027-01-02T09:00Z", "2027-01-02T10:00Z"));
        assert!(!fits("Australia/Sydney", SATURDAY, "2027-07-03T09:00Z", "2027-07-03T10:00Z"));
        assert!(fits("Australia/Sydney", SATURDAY, "2027-07-03T10:00Z", "2027-07-03T11:00Z"));
    }

    #[test]
    fn help_names_the_next_window_that_is_long_enough() {
        let found = of(RULE, &(place("Europe/London", SATURDAY) + &window("2026-12-04T22:00", "2026-12-05T02:00")));
        assert_eq!(found[0].message, "`winter` deploys outside the deployment windows of `live`");
        assert_eq!(
            found[0].help.as_deref().unwrap(),
            "the next window of `live` that is long enough is from Sat 2026-12-05 20:00 (Europe/London) until Sun 2026-12-06 06:00 (Europe/London)"
        );
        let long = of(RULE, &(place("UTC", SATURDAY) + &window("2026-12-04T00:00", "2026-12-05T00:00:01")));
        assert!(long[0].help.as_deref().unwrap().starts_with("within two years no window"));
    }

    #[test]
    fn days_are_fine_when_a_window_opens_in_them() {
        let phase = |from: &str, to: &str| {
            let release = format!(
                "kind: release\nid: w\ntype: minor\nstatus: planned\nphases: [{{id: go, start: {from}, end: {to}, environments: [live]}}]\n"
            );
            messages(RULE, &(place("UTC", SATURDAY) + &release))
        };
        assert!(phase("2026-12-01", "2026-12-05").is_empty());
        assert!(phase("2026-12-06", "2026-12-06").is_empty());
        assert_eq!(phase("2026-12-01", "2026-12-04"), ["`w` deploys on days without a deployment window of `live`"]);
    }

    #[test]
    fn each_wave_is_judged_and_several_environments_are_one_finding() {
        let two = place("UTC", SATURDAY) + &place("UTC", SATURDAY).replace("id: live", "id: other");
        let release = "kind: release\nid: w\ntype: minor\nstatus: planned\ndeployment:\n  environments: [live, other]\n  \
                       waves: [{id: a, at: 2026-12-05T19:00}, {id: b, at: 2026-12-05T20:00}, {id: c, at: 2026-12-06T06:00}]\n";
        let found = of(RULE, &(two + release));
        let subjects: Vec<&str> = found.iter().map(|finding| finding.subject.path.as_str()).collect();
        assert_eq!(subjects, ["deployment/waves/a", "deployment/waves/c"]);
        assert_eq!(found[0].message, "`w` deploys outside the deployment windows of `live` and `other`");
    }

    #[test]
    fn records_are_judged_at_both_ends() {
        let record = |more: &str| {
            let log = format!(
                "kind: deployments\nentries:\n  - {{project: ledger, version: 2.0, environment: live, result: succeeded, {more}}}\n"
            );
            messages(RULE, &(place("UTC", SATURDAY) + &log))
        };
        assert!(record("started: 2026-10-17T20:00, at: 2026-10-18T06:00").is_empty());
        assert_eq!(
            record("started: 2026-10-17T19:59, at: 2026-10-18T05:00"),
            ["the deployment of `ledger` 2.0 to `live` began outside its windows, Sat 2026-10-17 19:59 (UTC)"]
        );
        assert_eq!(
            record("started: 2026-10-17T20:00, at: 2026-10-18T06:01"),
            ["the deployment of `ledger` 2.0 to `live` finished outside its windows, Sun 2026-10-18 06:01 (UTC)"]
        );
        assert!(record("at: 2026-10-17").is_empty());
        assert_eq!(record("at: 2026-10-16").len(), 1);
        assert!(record("at: 2025-10-16").is_empty(), "there was no window yet");
    }

    #[test]
    fn a_window_that_cannot_be_read_allows_all_and_drafts_are_warned() {
        let broken = SATURDAY.replace("BYDAY=SA", "BYDAY=XX");
        assert!(fits("UTC", &broken, "2026-12-04T20:00", "2026-12-04T21:00"));
        let draft = window("2026-12-04T20:00", "2026-12-04T21:00").replace("planned", "draft");
        assert_eq!(of(RULE, &(place("UTC", SATURDAY) + &draft))[0].severity, Severity::Warning);
    }
}
