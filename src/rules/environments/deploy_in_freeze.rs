//! `deploy-in-freeze`.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;

use crate::analysis::deployments::Time;
use crate::analysis::windows::{self, Deploying, Stretch, Timeline, Times};
use crate::diagnostic::wording::{listed, with_places};
use crate::diagnostic::{Finding, Severity, Span, Subject};
use crate::model::Kind;
use crate::model::portfolio::Freeze;
use crate::rules::production::Event;
use crate::rules::{Check, Context, Group, Rule};
use crate::time::zone;

/// The rule.
pub static RULE: Rule = Rule {
    name: "deploy-in-freeze",
    group: Group::Environments,
    severity: Severity::Error,
    summary: "a deployment falls into a freeze",
    docs: r#"## What it does

Reports deployments that a release plans, or that a record shows in production, at a time a freeze forbids. Each is judged at its
own time, never at the present day: windows and waves at their instants; without either, the days of the phases in the last stage,
of which none may be frozen from its first instant to its last; of a record both `started` and `at`.

A freeze concerns what all of its scopes match: `stages`, `environments`, `projects`, `teams`, `labels`; without any, everything. An
entry of `except` lets a release through when every key it names matches (`type`, `release`), through the day it `expires`. Plans of
releases that are over are left alone; what was called off is, too. There is one finding for each release and freeze.

## Why

A freeze is a promise to those who cannot cope with a change just then. A plan that breaks it is blocked on the night itself.

## How to fix

Move the deployment to where the freeze is over, or have an exception approved and written down with its reason and its end.

```yaml failing
kind: portfolio
stages: [test, prod]
freezes:
  - {id: year-end, from: 2026-12-18, to: 2027-01-04, stages: [prod]}
---
kind: environment
id: live
stage: prod
---
kind: release
id: winter
type: minor
status: planned
deployment:
  environments: [live]
  window: {start: 2026-12-17T22:00, end: 2026-12-18T02:00}
```

An exception that expires before the deployment:

```yaml failing
kind: portfolio
stages: [test, prod]
freezes:
  - {id: year-end, from: 2026-12-18, to: 2027-01-04, except: [{release: winter, reason: New law, expires: 2026-12-20}]}
---
kind: environment
id: live
stage: prod
---
kind: release
id: winter
type: minor
status: planned
phases:
  - {id: deploy, date: 2026-12-21, environments: [live]}
```

```yaml passing
kind: portfolio
stages: [test, prod]
freezes:
  - {id: year-end, from: 2026-12-18, to: 2027-01-04, stages: [prod], except: [{type: emergency}]}
  - {id: payroll, rrule: "FREQ=MONTHLY;BYMONTHDAY=25", start: 2026-01-25T00:00, duration: 24h, projects: [payroll]}
---
kind: project
id: payroll
---
kind: environment
id: live
stage: prod
---
kind: release
id: winter
type: minor
status: planned
deployment:
  environments: [live]
  window: {start: 2026-12-17T20:00, end: 2026-12-18T00:00}
---
kind: release
id: fix-7
type: emergency
status: planned
phases:
  - {id: deploy, date: 2026-12-21, environments: [live]}
```
"#,
    check: Check::Portfolio(check),
};

/// A deployment in a freeze.
struct Hit<'e, 'p> {
    event: &'e Event<'p>,
    span: Span,
    /// The time of it that is forbidden.
    at: DateTime<Utc>,
    /// The end of the freeze, or of this time of it.
    until: DateTime<Utc>,
}

fn check(cx: &Context<'_>, out: &mut Vec<Finding>) {
    let portfolio = cx.portfolio;
    let freezes = &portfolio.settings.freezes;
    let read = |(index, freeze): (usize, &Freeze)| Some((index, Times::freeze(freeze, portfolio.zone)?));
    let times: Vec<(usize, Times)> = freezes.iter().enumerate().filter_map(read).collect();
    if times.is_empty() {
        return;
    }
    let timeline = Timeline::new(times.iter().map(|(index, times)| (*index, times)));
    // One finding for each release; of what no release deployed, for each project and environment.
    let mut hits: BTreeMap<_, Vec<Hit<'_, '_>>> = BTreeMap::new();
    for event in cx.events() {
        let loose = event.record.filter(|_| event.release.is_none()).map(|record| (&record.project, event.environment));
        for (time, span) in event.times() {
            for (stretch, freeze) in timeline.overlapping(time.stretch()) {
                if let Some(at) = forbidden(cx, event, time, stretch, &freezes[freeze]) {
                    let hit = Hit { event, span, at, until: stretch.end };
                    hits.entry((freeze, event.release, loose)).or_default().push(hit);
                }
            }
        }
    }
    // Where many deployments went out in one freeze, what is wrong is how the freeze was kept.
    let mut past: BTreeMap<(usize, usize), Vec<&[Hit<'_, '_>]>> = BTreeMap::new();
    for ((freeze, ..), hits) in &hits {
        if hits.iter().all(|hit| hit.event.record.is_some()) {
            past.entry((*freeze, hits[0].event.environment)).or_default().push(hits);
        } else {
            out.extend(report(cx, &freezes[*freeze], hits));
        }
    }
    for ((freeze, _), groups) in past {
        let freeze = &freezes[freeze];
        if groups.len() > FEW {
            out.extend(broken(cx, freeze, groups.into_iter().flatten()));
        } else {
            out.extend(groups.into_iter().filter_map(|hits| report(cx, freeze, hits)));
        }
    }
}

/// More deployments than this in one freeze are told together.
const FEW: usize = 5;

/// One finding for all that went out in a freeze that was hardly kept.
fn broken<'e, 'p: 'e>(
    cx: &Context<'p>,
    freeze: &Freeze,
    hits: impl Iterator<Item = &'e Hit<'e, 'p>>,
) -> Option<Finding> {
    let mut records: Vec<_> = hits.filter_map(|hit| Some((hit, hit.event.record?))).collect();
    records.sort_by_key(|(hit, _)| (hit.at, hit.span));
    let (first, _) = records.first()?;
    let named: Vec<String> =
        records.iter().map(|(_, record)| format!("`{}` {}", record.project, record.version)).collect();
    let message = format!(
        "{} deployments went to `{}` in freeze `{}`: {}",
        records.len(),
        cx.portfolio.environments[first.event.environment].id,
        freeze.id,
        listed(named),
    );
    let help = "if they were allowed, write that down as exceptions of the freeze, with their reason and who approved them; \
                if nobody keeps it, move the freeze or drop it";
    let finding = Finding::new(first.span, first.event.subject(cx), message).help(help);
    let finding = finding.related(freeze.id.span, freeze_subject(freeze), "the freeze");
    let places = records.iter().skip(1).map(|(hit, _)| (hit.span, hit.event.subject(cx)));
    Some(with_places(finding, places, "in the freeze too"))
}

/// The first instant at which a deployment is forbidden by one time of a freeze.
fn forbidden<'p>(
    cx: &Context<'p>,
    event: &Event<'p>,
    time: Time,
    frozen: Stretch,
    freeze: &Freeze,
) -> Option<DateTime<Utc>> {
    let portfolio = cx.portfolio;
    let shared = time.stretch().intersect(&frozen)?;
    let (at, last) = match time {
        Time::Window(_) | Time::Instant(_) => {
            (shared.start, zone::local(shared.end - TimeDelta::seconds(1), portfolio.zone).date())
        }
        Time::Days(_) => {
            let zone = portfolio.zone_of(&portfolio.environments[event.environment]);
            let (first, last) = whole_days_in(shared, zone)?;
            (zone::start_of_day(first, zone), last)
        }
    };
    let environment = &portfolio.environments[event.environment];
    let what = Deploying { environment, projects: &event.projects(cx), release: event.manifest(cx) };
    if !windows::concerns(portfolio, freeze, what) {
        return None;
    }
    let excepted = event.manifest(cx).is_some_and(|release| windows::exception(freeze, release, last).is_some());
    (!excepted).then_some(at)
}

/// The first and last day that lie inside a stretch from their first instant to their last.
fn whole_days_in(stretch: Stretch, zone: Tz) -> Option<(NaiveDate, NaiveDate)> {
    let begins = zone::local(stretch.start, zone).date();
    let first = if zone::start_of_day(begins, zone) < stretch.start { begins.succ_opt()? } else { begins };
    let last = zone::local(stretch.end, zone).date().pred_opt()?;
    (first <= last).then_some((first, last))
}

fn report<'p>(cx: &Context<'p>, freeze: &Freeze, hits: &[Hit<'_, 'p>]) -> Option<Finding> {
    let portfolio = cx.portfolio;
    // What can still be moved leads; of what happened, the first.
    let lead = hits.iter().find(|hit| hit.event.record.is_none()).or(hits.iter().min_by_key(|hit| hit.at))?;
    let environment = &portfolio.environments[lead.event.environment];
    let zone = portfolio.zone_of(environment);
    let until = zone::spoken(lead.until, zone);
    let release = lead.event.manifest(cx);
    let passed = |at: DateTime<Utc>| if at <= cx.clock.now { "lasted" } else { "lasts" };
    let message = match (lead.event.record, release) {
        (Some(record), _) => format!(
            "`{}` {} was deployed to `{}` in freeze `{}`, which {} until {until}",
            record.project,
            record.version,
            environment.id,
            freeze.id,
            passed(lead.until)
        ),
        (None, release) => format!(
            "`{}` deploys to `{}` in freeze `{}`, which lasts until {until}",
            release.map_or("", |release| release.id.as_str()),
            environment.id,
            freeze.id
        ),
    };
    let exception = release.and_then(|release| windows::refusal(freeze, release));
    let message = match &exception {
        Some((_, why)) => format!("{message}; {why}"),
        None => message,
    };
    let help = if lead.event.record.is_some() {
        "if it was allowed, write that down as an exception of the freeze, with its reason and who approved it"
    } else {
        "deploy when the freeze is over, or have an exception approved"
    };
    let mut finding = Finding::new(lead.span, lead.event.subject(cx), message).help(help);
    finding = finding.related(freeze.id.span, freeze_subject(freeze), "the freeze");
    if let Some((exception, _)) = exception {
        finding = finding.related(exception.span, freeze_subject(freeze), "its exception");
    }
    let others = hits.iter().filter(|hit| hit.span != lead.span);
    let mut places: Vec<(Span, Subject)> = others.map(|hit| (hit.span, hit.event.subject(cx))).collect();
    places.sort();
    places.dedup();
    finding = with_places(finding, places, "in the freeze too");
    if hits.iter().all(|hit| hit.event.is_draft(cx)) {
        finding = finding.at_most(Severity::Warning);
    }
    Some(finding)
}

fn freeze_subject(freeze: &Freeze) -> Subject {
    Subject::new(Kind::Portfolio.as_str(), "").at(format!("freezes/{}", freeze.id))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use crate::diagnostic::Severity;
    use crate::rules::testing::{messages, of};

    const RULE: &str = "deploy-in-freeze";

    /// A portfolio with these freezes, production in London, Sydney and New York, and a place for tests.
    fn frozen(freezes: &str, more: &str) -> String {
        format!(
            "kind: portfolio\nstages: [test, prod]\ntimezone: Europe/London\nteams: [{{id: crew}}, {{id: dock}}]\n\
             freezes: [{freezes}]\n---\nkind: environment\nid: live\nstage: prod\n---\n\
             kind: environment\nid: sydney\nstage: prod\ntimezone: Australia/Sydney\nlabels: {{region: south}}\n---\n\
             kind: environment\nid: york\nstage: prod\ntimezone: America/New_York\n---\n\
             kind: environment\nid: try\nstage: test\n---\nkind: project\nid: ledger\nowner: dock\n---\n{more}"
        )
    }

    const YEAR_END: &str = "{id: year-end, from: 2026-12-18, to: 2027-01-04}";

    fn window(environment: &str, start: &str, end: &str) -> String {
        format!(
            "kind: release\nid: winter\ntype: minor\nstatus: planned\nscope: [{{project: ledger, version: 2.0}}]\n\
             deployment: {{environments: [{environment}], window: {{start: {start}, end: {end}}}}}\n"
        )
    }

    fn count(freezes: &str, more: &str) -> usize {
        messages(RULE, &frozen(freezes, more)).len()
    }

    #[test]
    fn ends_are_half_open_on_both_sides() {
        assert_eq!(count(YEAR_END, &window("live", "2026-12-17T22:00", "2026-12-18T00:00")), 0);
        assert_eq!(count(YEAR_END, &window("live", "2026-12-17T22:00", "2026-12-18T00:01")), 1);
        assert_eq!(count(YEAR_END, &window("live", "2027-01-04T23:59", "2027-01-05T02:00")), 1);
        assert_eq!(count(YEAR_END, &window("live", "2027-01-05T00:00", "2027-01-05T02:00")), 0);
        assert_eq!(
            messages(RULE, &frozen(YEAR_END, &window("live", "2026-12-19T22:00", "2026-12-20T02:00"))),
            ["`winter` deploys to `live` in freeze `year-end`, which lasts until Tue 2027-01-05 00:00 (Europe/London)"]
        );
    }

    #[test]
    fn the_deployment_is_read_where_it_happens_and_the_freeze_at_home() {
        // Midnight in London is 11:00 in Sydney and 19:00 the day before in New York.
        assert_eq!(count(YEAR_END, &window("sydney", "2026-12-18T08:00", "2026-12-18T11:00")), 0);
        assert_eq!(count(YEAR_END, &window("sydney", "2026-12-18T08:00", "2026-12-18T11:01")), 1);
        assert_eq!(count(YEAR_END, &window("york", "2026-12-17T19:00", "2026-12-17T20:00")), 1);
        assert_eq!(count(YEAR_END, &window("york", "2027-01-04T19:00", "2027-01-04T20:00")), 0);
    }

    #[test]
    fn a_recurring_freeze_keeps_its_wall_clock_over_both_changes() {
        let nights = "{id: batch, rrule: 'FREQ=WEEKLY;BYDAY=SU', start: 2026-01-04T00:30, duration: 90m}";
        // Clocks go forward at 01:00, so the freeze ends at 03:00; in autumn they go back and it ends at 01:00 the second time.
        assert_eq!(count(nights, &window("live", "2027-03-28T02:30", "2027-03-28T02:45")), 1);
        assert_eq!(count(nights, &window("live", "2027-03-28T03:00", "2027-03-28T03:30")), 0);
        assert_eq!(count(nights, &window("live", "2027-10-31T00:59Z", "2027-10-31T01:30Z")), 1);
        assert_eq!(count(nights, &window("live", "2027-10-31T01:00Z", "2027-10-31T01:30Z")), 0);
        let without = nights.replace("90m", "90m, exdates: [2027-03-28]");
        assert_eq!(count(&without, &window("live", "2027-03-28T02:30", "2027-03-28T02:45")), 0);
        let south = "kind: portfolio\nstages: [prod]\ntimezone: Australia/Sydney\nfreezes: [{id: f, rrule: 'FREQ=DAILY', start: 2026-01-01T22:00, duration: 1h}]\n---\n\
                     kind: environment\nid: live\nstage: prod\n---\n";
        let at = |start: &str, end: &str| messages(RULE, &format!("{south}{}", window("live", start, end))).len();
        // 22:00 is 11:00 in summer and 12:00 in winter, by Greenwich.
        assert_eq!(
            (at("2027-04-03T11:30Z", "2027-04-03T11:40Z"), at("2027-04-04T11:30Z", "2027-04-04T11:40Z")),
            (1, 0)
        );
        assert_eq!(
            (at("2027-10-02T12:30Z", "2027-10-02T12:40Z"), at("2027-10-03T12:30Z", "2027-10-03T12:40Z")),
            (1, 0)
        );
    }

    #[test]
    fn a_freeze_that_was_hardly_kept_is_told_once() {
        let records = |number: usize| {
            let entry = |n| {
                format!(
                    "  - {{id: D{n}, project: p{n}, version: 1.{n}, environment: live, at: 2026-10-05T1{n}:00, result: succeeded}}\n"
                )
            };
            let projects = (0..number).fold(String::new(), |text, n| text + &format!("---\nkind: project\nid: p{n}\n"));
            format!(
                "kind: deployments\nentries:\n{}{projects}",
                (0..number).fold(String::new(), |text, n| text + &entry(n))
            )
        };
        let october = "{id: october, from: 2026-10-05, to: 2026-10-09}";
        assert_eq!(count(october, &records(5)), 5);
        assert_eq!(
            messages(RULE, &frozen(october, &records(8))),
            [
                "8 deployments went to `live` in freeze `october`: `p0` 1.0, `p1` 1.1, `p2` 1.2, `p3` 1.3, `p4` 1.4, `p5` 1.5 and 2 more"
            ]
        );
    }

    #[test]
    fn all_scopes_must_match() {
        let night = window("live", "2026-12-19T22:00", "2026-12-20T02:00");
        let scoped = |scope: &str| count(&YEAR_END.replace('}', &format!(", {scope}}}")), &night);
        assert_eq!(scoped("stages: [prod]"), 1);
        assert_eq!(scoped("stages: [test]"), 0);
        assert_eq!(scoped("stages: [prod], environments: [live, york], projects: [ledger]"), 1);
        assert_eq!(scoped("stages: [prod], environments: [york], projects: [ledger]"), 0);
        assert_eq!(scoped("environments: [live], teams: [dock]"), 1);
        assert_eq!(scoped("environments: [live], teams: [crew]"), 0);
        assert_eq!(scoped("stages: [prod], labels: {region: south}"), 0);
    }

    #[test]
    fn exceptions_hold_through_their_last_day_and_by_every_key() {
        let night = window("live", "2026-12-19T22:00", "2026-12-20T00:00");
        let except = |except: &str| {
            messages(RULE, &frozen(&YEAR_END.replace('}', &format!(", except: [{{{except}}}]}}")), &night))
        };
        assert!(except("type: minor").is_empty());
        assert!(except("release: winter, type: minor, expires: 2026-12-19").is_empty());
        let said = |message: &[String]| message[0].split("; ").last().unwrap().to_owned();
        assert_eq!(said(&except("release: winter, expires: 2026-12-18")), "its exception expires on 2026-12-18");
        assert_eq!(said(&except("release: winter, type: major")), "it excepts only `major winter`");
        assert_eq!(said(&except("reason: because")), "its exceptions name no release and no type");
        // The window reaches into the day after.
        let longer = night.replace("2026-12-20T00:00", "2026-12-20T00:30");
        let until = YEAR_END.replace('}', ", except: [{type: minor, expires: 2026-12-19}]}");
        assert_eq!(count(&until, &longer), 1);
    }

    #[test]
    fn whole_days_are_judged_as_days_where_the_deployment_is() {
        let phase = |environment: &str, day: &str| {
            format!(
                "kind: release\nid: winter\ntype: minor\nstatus: planned\nphases: [{{id: go, date: {day}, environments: [{environment}]}}]\n"
            )
        };
        assert_eq!(count(YEAR_END, &phase("live", "2026-12-17")), 0);
        assert_eq!(count(YEAR_END, &phase("live", "2026-12-18")), 1);
        assert_eq!(count(YEAR_END, &phase("try", "2026-12-18")), 0);
        // In Sydney the freeze begins during the 18th and ends during the 5th.
        assert_eq!(count(YEAR_END, &phase("sydney", "2026-12-18")), 0);
        assert_eq!(count(YEAR_END, &phase("sydney", "2026-12-19")), 1);
        assert_eq!(count(YEAR_END, &phase("sydney", "2027-01-05")), 0);
        let hours = "{id: office, rrule: 'FREQ=DAILY', start: 2026-01-01T09:00, duration: 8h}";
        assert_eq!(count(hours, &phase("live", "2026-12-10")), 0);
        // The written time of the deployment stands for the days of the phase.
        let timed =
            phase("live", "2026-12-18") + "deployment: {window: {start: 2026-12-17T20:00, end: 2026-12-17T22:00}}\n";
        assert_eq!(count(YEAR_END, &timed), 0);
    }

    #[test]
    fn what_happened_is_judged_at_both_ends_with_one_finding_a_release() {
        let record = |project: &str, more: &str| {
            format!("  - {{project: {project}, version: 2.0, environment: live, result: succeeded, {more}}}\n")
        };
        let log = |entries: &[String]| format!("kind: deployments\nentries:\n{}", entries.concat());
        let past = "{id: summer, from: 2026-07-01, to: 2026-07-31}";
        let at = |more: &str| messages(RULE, &frozen(past, &log(&[record("ledger", more)])));
        assert!(at("at: 2026-08-01T00:00").is_empty());
        assert!(at("at: 2026-06-30").is_empty());
        assert_eq!(
            at("at: 2026-07-31T23:59"),
            [
                "`ledger` 2.0 was deployed to `live` in freeze `summer`, which lasted until Sat 2026-08-01 00:00 (Europe/London)"
            ]
        );
        assert_eq!(at("started: 2026-07-31T23:59, at: 2026-08-01T00:30").len(), 1);
        let released = "---\nkind: release\nid: winter\ntype: minor\nstatus: released\n";
        let both =
            [record("ledger", "release: winter, at: 2026-07-02"), record("cards", "release: winter, at: 2026-07-03")];
        let found = of(RULE, &frozen(past, &(log(&both) + released)));
        assert_eq!((found.len(), found[0].related.len(), found[0].severity), (1, 2, Severity::Error));
        let loose =
            [record("ledger", "at: 2026-07-02"), record("ledger", "at: 2026-07-03"), record("cards", "at: 2026-07-03")];
        assert_eq!(count(past, &log(&loose)), 2);
        let excepted = past.replace('}', ", except: [{release: winter, expires: 2026-07-02}]}");
        assert_eq!(count(&excepted, &(log(&both) + released)), 1);
        assert_eq!(count(past, &log(&[record("ledger", "at: 2026-07-02").replace("succeeded", "aborted")])), 0);
        assert_eq!(count(past, &log(&[record("ledger", "at: 2026-07-02").replace("live", "try")])), 0);
    }

    #[test]
    fn plans_that_are_over_are_left_alone_and_drafts_are_warned() {
        let night = window("live", "2026-12-19T22:00", "2026-12-20T02:00");
        for status in ["released", "closed", "cancelled"] {
            assert_eq!(count(YEAR_END, &night.replace("planned", status)), 0);
        }
        let draft = of(RULE, &frozen(YEAR_END, &night.replace("planned", "draft")));
        assert_eq!(draft[0].severity, Severity::Warning);
    }
}
