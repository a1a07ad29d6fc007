//! `soak-too-short`.

use std::collections::HashSet;

use chrono::NaiveDate;

use super::{is_past, record_subject, stage, tempered};
use crate::analysis::deployments;
use crate::analysis::installed::{Installation, Installed, installs_into};
use crate::analysis::promotion::{self, Stay, Traveller};
use crate::diagnostic::wording::{plural, with_places};
use crate::diagnostic::{Finding, Severity, Span};
use crate::model::environment::Environment;
use crate::model::records::DeploymentReason;
use crate::model::release::Release;
use crate::model::version::canonical;
use crate::model::{Identified, Portfolio};
use crate::rules::{Check, Context, Group, Rule};
use crate::time::Duration;

/// The rule.
pub static RULE: Rule = Rule {
    name: "soak-too-short",
    group: Group::Environments,
    severity: Severity::Error,
    summary: "a version goes on before it has spent the time an environment asks for in the stage before",
    docs: r"## What it does

For an environment with `soak`, counts how long a version has been in the nearest earlier stage where a record shows it or a phase of
its release brings it: from its first successful deployment there (without a record, from the first day of the first phase
there) to the deployment, in whole working days of the release's calendar. The first day counts and the day of the deployment does
not. The deployment is on the first day of the deployment window or wave, else of the phase.

It judges the plans of open releases, and, at most as a warning, what was recorded; of records there is one finding for each project
and environment, for the latest. Emergencies and going back (`reason: rollback`) are left alone. A version that is in no earlier stage
is a matter of `stage-skipped` and `promotion-order`.

## Why

Some faults show only after a day of work, a night of batches, a weekend. The time in the stage before is there to see them.

## How to fix

Deploy later, or begin in the stage before sooner. A release that cannot wait is an emergency.

```yaml failing
kind: environment
id: test-1
stage: test
---
kind: environment
id: live
stage: prod
soak: 3d
---
kind: release
id: winter
type: minor
status: planned
phases:
  - {id: test, start: 2026-11-26, duration: 2d, environments: [test-1]}
  - {id: deploy, after: test, duration: 1d, environments: [live]}
```

```yaml failing
kind: project
id: ledger
---
kind: environment
id: test-1
stage: test
---
kind: environment
id: live
stage: prod
soak: 3d
---
kind: deployments
entries:
  - {project: ledger, version: 4.2.0, environment: test-1, at: 2026-11-09T09:00, result: succeeded}
  - {project: ledger, version: 4.2.0, environment: live, at: 2026-11-11T22:00, result: succeeded}
```

```yaml passing
kind: environment
id: test-1
stage: test
---
kind: environment
id: live
stage: prod
soak: 3d
---
kind: release
id: winter
type: minor
status: planned
phases:
  - {id: test, start: 2026-11-25, duration: 3d, environments: [test-1]}
  - {id: deploy, after: test, duration: 1d, environments: [live]}
```
",
    check: Check::Portfolio(check),
};

fn check(cx: &Context<'_>, out: &mut Vec<Finding>) {
    let portfolio = cx.portfolio;
    if portfolio.environments.iter().all(|place| place.soak.is_none()) {
        return;
    }
    let installed = cx.installed();
    out.extend((0..portfolio.releases.len()).filter_map(|release| by_plan(cx, installed, release)));
    for place in &portfolio.environments {
        by_records(cx, installed, place, out);
    }
}

/// A soak that is too short.
struct Breach<'p> {
    place: &'p Environment,
    /// Where the deployment is written.
    span: Span,
    stay: Stay<'p>,
    /// The day of the deployment.
    to: NaiveDate,
    /// The days counted, the days asked for, and the first day on which it may be deployed.
    had: i64,
    needed: i64,
    ready: NaiveDate,
    elapsed: bool,
}

impl Breach<'_> {
    fn days(&self) -> String {
        let unit = if self.elapsed { "day" } else { "working day" };
        plural(self.had, unit)
    }

    /// Adds the place that asks for the time and the one it counts from.
    fn explained(&self, portfolio: &Portfolio, finding: Finding) -> Finding {
        let finding = match &self.place.soak {
            Some(soak) => {
                finding.related(soak.span, self.place.subject().at("soak"), format!("it asks for {soak} here"))
            }
            None => finding,
        };
        let since = self.stay.since;
        match (self.stay.record, self.stay.visit) {
            (Some(first), _) => {
                let words = format!("deployed here first, on {since}");
                finding.related(first.record.environment.span, record_subject(first.record), words)
            }
            (None, Some(visit)) => {
                let release = &portfolio.releases[visit.release];
                let subject = release.subject().at(format!("phases/{}", release.phases[visit.phase].id));
                finding.related(visit.used.span, subject, format!("it begins here on {since}"))
            }
            (None, None) => finding,
        }
    }
}

/// What a deployment lacks of the soak of an environment; none where it lacks nothing or nothing is known.
fn breach<'p>(
    cx: &Context<'p>,
    place: &'p Environment,
    release: Option<&Release>,
    span: Span,
    stay: Option<Stay<'p>>,
    to: NaiveDate,
) -> Option<Breach<'p>> {
    let soak = place.soak.as_ref()?.value.0;
    let stay = stay.filter(|stay| stay.since <= to)?;
    let calendar = promotion::soak_calendar(cx.portfolio, release);
    let had = promotion::soaked(calendar, soak, stay.since, to);
    let needed = promotion::soak_days(calendar, soak);
    let elapsed = matches!(soak, Duration::Elapsed { .. });
    let ready = promotion::soak_ends(calendar, soak, stay.since);
    (had < needed).then_some(Breach { place, span, stay, to, had, needed, ready, elapsed })
}

/// A planned deployment to an environment that asks for a soak.
struct Arrival<'p> {
    place: &'p Environment,
    /// The stage, by its place in the order of promotion.
    stage: usize,
    /// The phase that deploys, by index.
    phase: usize,
    /// Where the environment is named.
    span: Span,
    day: NaiveDate,
}

/// What a release is still to deploy. What should have been deployed by now will be deployed later, or was and is a matter
/// of records.
fn arrivals<'p>(cx: &Context<'p>, r: usize) -> Vec<Arrival<'p>> {
    let portfolio = cx.portfolio;
    let mut arrivals = Vec::new();
    for (p, phase) in portfolio.releases[r].phases.iter().enumerate() {
        let into = if phase.actual_end().is_some() { Vec::new() } else { installs_into(portfolio, r, p) };
        arrivals.extend(into.into_iter().filter_map(|(environment, span)| {
            let place = portfolio.environments.get(environment).filter(|place| place.soak.is_some())?;
            let stage = portfolio.stage_order(&place.stage)?;
            let day = deployment_day(cx, r, p, environment).filter(|day| *day >= cx.clock.today)?;
            Some(Arrival { place, stage, phase: p, span, day })
        }));
    }
    arrivals
}

fn by_plan<'p>(cx: &Context<'p>, installed: &Installed<'p>, r: usize) -> Option<Finding> {
    let portfolio = cx.portfolio;
    let release = &portfolio.releases[r];
    if is_past(cx, r) || portfolio.is_emergency(&release.r#type) {
        return None;
    }
    let arrivals = arrivals(cx, r);
    if arrivals.is_empty() {
        return None;
    }
    let visits = promotion::visits(portfolio, r);
    let scope = promotion::scope(portfolio, r);
    let mut breaches = Vec::new();
    for Arrival { place, stage, phase, span, day } in arrivals {
        let hosted = scope.iter().filter(|item| place.hosts(&item.project));
        let mut ships: Vec<(Option<&str>, Option<&str>)> =
            hosted.map(|item| (Some(item.project.as_str()), item.version.as_deref())).collect();
        if scope.is_empty() {
            ships.push((None, None));
        }
        ships.retain(|(project, version)| !is_there(installed, &place.id, *project, *version));
        for (project, version) in ships {
            let who = Traveller { project, version, visits: &visits };
            let stay = promotion::stay_before(portfolio, cx.schedule, installed, who, stage, None);
            let Some(breach) = breach(cx, place, Some(release), span, stay, day) else { continue };
            let what = [Some(format!("`{}`", project.unwrap_or(&release.id))), version.map(str::to_owned)];
            breaches.push((phase, what.into_iter().flatten().collect::<Vec<_>>().join(" "), breach));
        }
    }
    let missing = |at: &usize| (breaches[*at].2.needed - breaches[*at].2.had, std::cmp::Reverse(*at));
    let (p, what, worst) = breaches.swap_remove((0..breaches.len()).max_by_key(missing)?);
    let subject = |p: usize| release.subject().at(format!("phases/{}", release.phases[p].id));
    let message = format!(
        "`{}` of `{}` brings {what} to `{}` on {}, after {} in `{}`; it asks for {}",
        release.phases[p].id,
        release.id,
        worst.place.id,
        worst.to,
        worst.days(),
        stage(portfolio, worst.stay.stage),
        worst.needed
    );
    let finding = Finding::new(worst.span, subject(p), message)
        .help(format!("deploy on {} or later, or begin in the stage before sooner", worst.ready));
    let finding = worst.explained(portfolio, finding);
    let mut places = HashSet::from([worst.span]);
    breaches.retain(|(.., breach)| places.insert(breach.span));
    let others = breaches.iter().map(|(p, _, breach)| (breach.span, subject(*p)));
    Some(tempered(with_places(finding, others, "this is too early too"), release))
}

/// Whether a version was deployed to an environment before.
fn is_there(installed: &Installed<'_>, environment: &str, project: Option<&str>, version: Option<&str>) -> bool {
    let Some((project, version)) = project.zip(version) else { return false };
    let version = canonical(version);
    installed.history(environment, project).iter().any(|entry| canonical(&entry.record.version) == version)
}

/// The day a phase deploys to an environment: in the last stage that of the first deployment there, else the first day of
/// the phase.
fn deployment_day(cx: &Context<'_>, r: usize, p: usize, environment: &str) -> Option<NaiveDate> {
    let portfolio = cx.portfolio;
    let first = || {
        let planned = deployments::planned(portfolio, cx.schedule, r).into_iter();
        let there = planned.filter(|planned| *portfolio.environments[planned.environment].id == *environment);
        let first = there.map(|planned| planned.time.start()).min()?;
        Some(first.with_timezone(&portfolio.zone_at(environment)).date_naive())
    };
    let deployed = if portfolio.is_production(environment) { first() } else { None };
    deployed.or_else(|| promotion::start(portfolio, cx.schedule, r, p))
}

fn by_records<'p>(cx: &Context<'p>, installed: &Installed<'p>, place: &'p Environment, out: &mut Vec<Finding>) {
    let portfolio = cx.portfolio;
    let Some(order) = portfolio.stage_order(&place.stage).filter(|_| place.soak.is_some()) else { return };
    for history in installed.histories(&place.id) {
        let mut seen = HashSet::new();
        let mut breaches: Vec<(Installation<'_>, Breach<'_>)> = history
            .iter()
            .filter(|entry| seen.insert(canonical(&entry.record.version)))
            .filter_map(|entry| Some((*entry, too_early(cx, installed, place, order, *entry)?)))
            .collect();
        let Some((entry, worst)) = breaches.pop() else { continue };
        let record = entry.record;
        let message = format!(
            "`{}` {} entered `{}` on {}, after {} in `{}`; it asks for {}",
            record.project,
            record.version,
            place.id,
            worst.to,
            worst.days(),
            stage(portfolio, worst.stay.stage),
            worst.needed
        );
        let finding = Finding::new(worst.span, record_subject(record), message)
            .help(format!("it could be deployed from {} on; let versions stay as long as agreed", worst.ready))
            .at_most(Severity::Warning);
        let finding = worst.explained(portfolio, finding);
        let others = breaches.iter().rev().map(|(entry, breach)| (breach.span, record_subject(entry.record)));
        out.push(with_places(finding, others, "this version entered too early too"));
    }
}

/// The soak that a recorded deployment lacked.
fn too_early<'p>(
    cx: &Context<'p>,
    installed: &Installed<'p>,
    place: &'p Environment,
    order: usize,
    entry: Installation<'p>,
) -> Option<Breach<'p>> {
    let portfolio = cx.portfolio;
    let record = entry.record;
    let release = record.release.as_ref().and_then(|id| portfolio.releases.index(id));
    let is_emergency = release.is_some_and(|r| portfolio.is_emergency(&portfolio.releases[r].r#type));
    if is_emergency || record.reason == Some(DeploymentReason::Rollback) {
        return None;
    }
    let visits = release.map_or_else(Vec::new, |r| promotion::visits(portfolio, r));
    let who = Traveller { project: Some(&record.project), version: Some(&record.version), visits: &visits };
    let stay = promotion::stay_before(portfolio, cx.schedule, installed, who, order, Some(entry.at));
    let release = release.map(|r| &portfolio.releases[r]);
    breach(cx, place, release, record.environment.span, stay, entry.day(portfolio))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use crate::diagnostic::Severity;
    use crate::rules::testing::{messages, of};

    const RULE: &str = "soak-too-short";
    const PORTFOLIO: &str = "kind: portfolio\nstages: [dev, test, copy, prod]\ncalendars:\n\
                             \x20 default: {holidays: [{date: 2026-11-24}]}\n\
                             \x20 late: {working_week: [wed, thu, fri, sat, sun]}\n\
                             release_types: {minor: {}, quick: {review_within: 5d}}\n---\n\
                             kind: environment\nid: try\nstage: test\n---\n\
                             kind: environment\nid: near\nstage: copy\n---\n\
                             kind: environment\nid: live\nstage: prod\ntimezone: Asia/Tokyo\nsoak: 2d\n---\n\
                             kind: environment\nid: shop\nstage: prod\nsoak: 4ed\nprojects: [till]\n---\n";

    /// A release that ships version 2 of a project, with these phases, each a day: id, day, environment.
    fn release(more: &str, phases: &[(&str, &str, &str)]) -> String {
        let phases: Vec<String> =
            phases.iter().map(|(id, day, used)| format!("{{id: {id}, date: {day}, environments: [{used}]}}")).collect();
        let phases = phases.join(", ");
        format!(
            "{PORTFOLIO}kind: release\nid: winter\ntype: minor\nstatus: planned\n\
             scope: [{{project: p, version: 2}}]\n{more}phases: [{phases}]\n"
        )
    }

    fn record(version: &str, environment: &str, at: &str, more: &str) -> String {
        format!(
            "---\nkind: deployments\nentries:\n  - {{id: {environment}-{version}, project: p, version: {version}, \
             environment: {environment}, at: {at}, result: succeeded{more}}}\n"
        )
    }

    #[test]
    fn the_first_day_counts_and_days_off_do_not() {
        // Monday, Tuesday off, Wednesday.
        let plan = |go: &str| release("", &[("copy", "2026-11-23", "near"), ("go", go, "live")]);
        let found = of(RULE, &plan("2026-11-25"));
        assert_eq!(
            found[0].message,
            "`go` of `winter` brings `p` 2 to `live` on 2026-11-25, after 1 working day in `copy`; it asks for 2"
        );
        assert!(found[0].help.as_deref().unwrap().starts_with("deploy on 2026-11-26 or later"));
        assert_eq!((found.len(), found[0].severity, found[0].subject.path.as_str()), (1, Severity::Error, "phases/go"));
        assert!(messages(RULE, &plan("2026-11-26")).is_empty());
        let late = release("calendar: late\n", &[("copy", "2026-11-21", "near"), ("go", "2026-11-23", "live")]);
        assert!(messages(RULE, &late).is_empty());
    }

    #[test]
    fn elapsed_time_counts_every_day() {
        let plan = |go: &str| {
            release("", &[("copy", "2026-11-20", "near"), ("go", go, "shop")]).replace("project: p", "project: till")
        };
        assert_eq!(
            messages(RULE, &plan("2026-11-23")),
            ["`go` of `winter` brings `till` 2 to `shop` on 2026-11-23, after 3 days in `copy`; it asks for 4"]
        );
        assert!(messages(RULE, &plan("2026-11-24")).is_empty());
        // The shop does not host this project.
        assert!(messages(RULE, &plan("2026-11-23").replace("project: till", "project: p")).is_empty());
    }

    #[test]
    fn the_deployment_window_says_the_day_in_its_environment() {
        let plan = |window: &str| {
            let window = format!("deployment: {{window: {{start: {window}, end: 2026-11-29}}}}\n");
            release(&window, &[("copy", "2026-11-19", "near"), ("go", "2026-11-20", "live")])
        };
        // 16:00 in UTC is the next day in Tokyo: the 21st, a Saturday.
        assert!(messages(RULE, &plan("2026-11-20T16:00Z")).is_empty());
        assert_eq!(messages(RULE, &plan("2026-11-20T14:00Z")).len(), 1);
        let own = "{waves: [{id: one, window: {start: 2026-11-20T10:00, end: 2026-11-20T12:00}}], ";
        let wave = plan("2026-11-27").replace("deployment: {", &format!("deployment: {own}"));
        assert_eq!(messages(RULE, &wave).len(), 1);
    }

    #[test]
    fn a_record_says_more_than_a_phase_and_the_nearest_stage_counts() {
        let plan =
            release("", &[("try", "2026-11-16", "try"), ("copy", "2026-11-19", "near"), ("go", "2026-11-20", "live")]);
        assert_eq!(messages(RULE, &plan).len(), 1);
        assert!(messages(RULE, &(plan.clone() + &record("2.0", "near", "2026-11-12T23:00", ""))).is_empty());
        assert_eq!(messages(RULE, &(plan.clone() + &record("1", "near", "2026-11-12", ""))).len(), 1);
        assert_eq!(messages(RULE, &(plan.clone() + &record("2", "try", "2026-11-12", ""))).len(), 1);
        // Once it is there, records say how it came there.
        let there = plan.clone() + &record("2", "near", "2026-11-02", "") + &record("2", "live", "2026-11-16", "");
        assert!(messages(RULE, &there).is_empty());
        // Nobody installs anything in the stage before.
        assert!(
            messages(RULE, &plan.replace("[try]", "[]").replace("[near]", "[{id: near, use: regression}]")).is_empty()
        );
    }

    #[test]
    fn one_release_is_one_finding_for_the_shortest_soak() {
        let more = "deployment: {environments: [live, shop]}\n";
        let text = release(more, &[("copy", "2026-11-20", "near"), ("go", "2026-11-21", "live")])
            .replace("scope: [", "scope: [{project: till, version: 7}, ");
        let found = of(RULE, &text);
        assert_eq!(found.len(), 1);
        assert!(found[0].message.contains("brings `till` 7 to `shop`"), "{}", found[0].message);
        assert_eq!(found[0].related.last().unwrap().message, "this is too early too");
    }

    #[test]
    fn emergencies_drafts_and_what_is_over() {
        let text = release("", &[("copy", "2026-11-23", "near"), ("go", "2026-11-25", "live")]);
        assert!(messages(RULE, &text.replace("type: minor", "type: quick")).is_empty());
        assert!(messages(RULE, &text.replace("type: minor", "type: emergency")).is_empty());
        for status in ["released", "closed", "cancelled"] {
            assert!(messages(RULE, &text.replace("planned", status)).is_empty());
        }
        assert_eq!(of(RULE, &text.replace("planned", "draft"))[0].severity, Severity::Warning);
        assert!(messages(RULE, &text.replace("2026-11-2", "2026-10-2")).is_empty());
    }

    #[test]
    fn records_are_judged_once_for_each_project_and_environment() {
        let text = PORTFOLIO.trim_end_matches("---\n").to_owned()
            + &record("1", "near", "2026-11-02T09:00", "")
            + &record("1", "live", "2026-11-03T09:00", "")
            + &record("2", "near", "2026-11-09T09:00", "")
            + &record("2", "live", "2026-11-10T09:00", ", started: 2026-11-09T22:00Z")
            + &record("3", "near", "2026-11-11T09:00", "")
            + &record("3", "live", "2026-11-13T09:00", "");
        let found = of(RULE, &text);
        assert_eq!(found.len(), 1);
        assert_eq!(
            found[0].message,
            "`p` 2 entered `live` on 2026-11-10, after 1 working day in `copy`; it asks for 2"
        );
        assert_eq!((found[0].severity, found[0].subject.path.as_str()), (Severity::Warning, "entries/live-2"));
        assert_eq!(found[0].related.last().unwrap().subject.path, "entries/live-1");
    }

    #[test]
    fn records_of_haste_going_back_and_coming_again_are_left_alone() {
        let near = record("2", "near", "2026-11-09T09:00", "");
        let base = release("", &[("go", "2026-12-09", "live")]).replace("type: minor", "type: quick");
        let of = |more: &str| {
            messages(RULE, &[&base, near.as_str(), &record("2", "live", "2026-11-09T22:00", more)].concat())
        };
        assert_eq!(of("").len(), 1);
        assert!(of(", release: winter").is_empty());
        assert!(of(", reason: rollback").is_empty());
        let again =
            [&base, near.as_str(), &record("2", "live", "2026-11-12", ""), &record("2", "live", "2026-11-13", "")];
        assert!(messages(RULE, &again.map(str::to_owned).concat()).is_empty());
    }

    #[test]
    fn without_a_record_in_the_stage_before_the_phase_of_the_release_counts() {
        let plan = release("", &[("copy", "2026-11-09", "near"), ("go", "2026-12-09", "live")]);
        let live = |at: &str, more: &str| messages(RULE, &(plan.clone() + &record("2", "live", at, more)));
        assert_eq!(
            live("2026-11-10", ", release: winter"),
            ["`p` 2 entered `live` on 2026-11-10, after 1 working day in `copy`; it asks for 2"]
        );
        assert!(live("2026-11-11", ", release: winter").is_empty());
        assert!(live("2026-11-10", "").is_empty());
    }
}
