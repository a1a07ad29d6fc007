//! `promotion-order`.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::{is_past, record_subject, stage, tempered};
use crate::analysis::installed::{Installation, Installed};
use crate::analysis::promotion::{self, Visit};
use crate::diagnostic::wording::{quoted, with_places};
use crate::diagnostic::{Finding, Severity, Span, Subject};
use crate::model::environment::Use;
use crate::model::records::{Deployment, DeploymentReason};
use crate::model::{Id, Identified, Kind, Portfolio};
use crate::rules::{Check, Context, Group, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    name: "promotion-order",
    group: Group::Environments,
    severity: Severity::Error,
    summary: "a version enters a stage before an earlier one",
    docs: r"## What it does

By plan: reports a release that enters a stage before an earlier one. A release enters a stage with the first of its phases that
books an environment of it for `code`; phases of the composite it is part of count too. To enter two stages on one day is allowed.
Phases that have begun are a matter of records, and so are releases that are over.

By records, at most a warning: reports the first successful deployment of a version to a stage when the version was not
in each stage that the type of the release demands, or came to an earlier stage only afterwards. Where no type demands
stages, it reports a version that was in no earlier stage although deployments of the project to earlier stages were recorded by
then. Deployments that go back or mend a fault (`reason: rollback`, `reason: fix`) are left alone, and so are emergencies unless
their type demands stages. A stage that was missed is told once, where the version went next. There is one finding for each
project, for its latest deployment, and one for all projects where nobody records deployments to a stage that types demand.

## Why

Each stage finds what the one before could not. Out of order, the faults are found in the later one.

## How to fix

Let the phases follow each other (`after:`). What has happened stays; if the record is wrong or lacks a deployment, correct it.

```yaml failing
kind: environment
id: test-1
stage: test
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
  - {id: test, start: 2026-11-25, duration: 5d, environments: [test-1]}
  - {id: deploy, start: 2026-11-24, duration: 1d, environments: [live]}
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
---
kind: deployments
entries:
  - {project: ledger, version: 4.2.0, environment: live, at: 2026-11-10T22:00, result: succeeded}
  - {project: ledger, version: 4.2.0, environment: test-1, at: 2026-11-11T09:00, result: succeeded}
```

```yaml passing
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
---
kind: release
id: winter
type: minor
status: planned
phases:
  - {id: test, start: 2026-11-23, duration: 5d, environments: [test-1]}
  - {id: deploy, after: test, duration: 1d, environments: [live]}
---
kind: deployments
entries:
  - {project: ledger, version: 4.2.0, environment: test-1, at: 2026-11-09T09:00, result: succeeded}
  - {project: ledger, version: 4.2.0, environment: live, at: 2026-11-10T22:00, result: succeeded}
```
",
    check: Check::Portfolio(check),
};

fn check(cx: &Context<'_>, out: &mut Vec<Finding>) {
    out.extend((0..cx.portfolio.releases.len()).filter_map(|release| by_plan(cx, release)));
    by_records(cx, out);
}

/// The first phase of a release in a stage.
#[derive(Clone, Copy)]
struct Entry<'p> {
    day: NaiveDate,
    visit: Visit<'p>,
}

impl Entry<'_> {
    fn has_begun(&self, portfolio: &Portfolio) -> bool {
        portfolio.releases[self.visit.release].phases[self.visit.phase].has_begun()
    }

    fn subject(&self, portfolio: &Portfolio) -> Subject {
        let release = &portfolio.releases[self.visit.release];
        release.subject().at(format!("phases/{}", release.phases[self.visit.phase].id))
    }

    /// The phase in a sentence about a release.
    fn name(&self, portfolio: &Portfolio, seen_from: usize) -> String {
        let release = &portfolio.releases[self.visit.release];
        let phase = &release.phases[self.visit.phase].id;
        if self.visit.release == seen_from { format!("`{phase}`") } else { format!("`{}/{phase}`", release.id) }
    }
}

fn by_plan(cx: &Context<'_>, release: usize) -> Option<Finding> {
    let portfolio = cx.portfolio;
    if is_past(cx, release) {
        return None;
    }
    let mut entries: BTreeMap<usize, Entry<'_>> = BTreeMap::new();
    for visit in promotion::visits(portfolio, release).into_iter().filter(|visit| visit.used.r#use == Use::Code) {
        let Some(day) = promotion::start(portfolio, cx.schedule, visit.release, visit.phase) else { continue };
        let entry = entries.entry(visit.stage).or_insert(Entry { day, visit });
        if day < entry.day {
            *entry = Entry { day, visit };
        }
    }
    let mut latest: Option<Entry<'_>> = None;
    let mut early = Vec::new();
    for entry in entries.into_values() {
        if let Some(before) = latest.filter(|before| entry.day < before.day) {
            // What a composite does in the wrong order is said once, of the composite.
            let own = entry.visit.release == release || before.visit.release == release;
            let happened = entry.has_begun(portfolio) && before.has_begun(portfolio);
            early.extend((own && !happened).then_some((before, entry)));
        }
        latest = Some(latest.filter(|before| entry.day <= before.day).unwrap_or(entry));
    }
    let ((before, entry), others) = early.split_first()?;
    let in_stage = |entry: &Entry<'_>| format!("`{}` on {}", stage(portfolio, entry.visit.stage), entry.day);
    let message = format!(
        "{} of `{}` enters {}, before {} enters {}",
        entry.name(portfolio, release),
        portfolio.releases[release].id,
        in_stage(entry),
        before.name(portfolio, release),
        in_stage(before)
    );
    let finding = Finding::new(entry.visit.used.span, entry.subject(portfolio), message)
        .help("let the phase in the later stage come `after:` the one in the earlier")
        .related(before.visit.used.span, before.subject(portfolio), "this is the earlier stage");
    let places = others.iter().map(|(_, entry)| (entry.visit.used.span, entry.subject(portfolio)));
    let finding = with_places(finding, places, "this enters its stage too early too");
    Some(tempered(finding, &portfolio.releases[release]))
}

/// The first deployment of a version to a stage, and the earlier stages it should have been in.
struct Breach<'p> {
    /// The stage, by its place in the order of promotion.
    order: usize,
    entry: Installation<'p>,
    missed: Vec<usize>,
}

impl Breach<'_> {
    fn place(&self) -> (Span, Subject) {
        (self.entry.record.environment.span, record_subject(self.entry.record))
    }
}

fn by_records(cx: &Context<'_>, out: &mut Vec<Finding>) {
    let portfolio = cx.portfolio;
    if portfolio.deployments.is_empty() {
        return;
    }
    let installed = cx.installed();
    // That nobody records deployments to a stage is one cause, whatever enters the stages behind.
    let mut unrecorded = Vec::new();
    for same in installed.firsts().chunk_by(|a, b| a.1.record.project == b.1.record.project) {
        let judged = same.iter().map(|&(order, entry)| {
            let missed = told(portfolio, installed, entry, order);
            Breach { order, entry, missed }
        });
        let is_silent =
            |breach: &Breach<'_>| breach.missed.iter().all(|&missed| installed.stage_recorded_since(missed).is_none());
        let (silent, breaches): (Vec<_>, Vec<_>) =
            judged.filter(|breach| !breach.missed.is_empty()).partition(is_silent);
        unrecorded.extend(silent);
        out.extend(out_of_order(portfolio, installed, breaches));
    }
    out.extend(out_of_order(portfolio, installed, unrecorded));
}

/// One finding for deployments of one cause, of the latest.
fn out_of_order(portfolio: &Portfolio, installed: &Installed<'_>, mut breaches: Vec<Breach<'_>>) -> Option<Finding> {
    breaches.sort_by_key(|breach| (breach.entry.at, breach.entry.record.span));
    let latest = breaches.pop()?;
    let Breach { order, entry, missed } = &latest;
    let record = entry.record;
    let what = format!("`{}` {}", record.project, record.version);
    let (entered, day) = (stage(portfolio, *order), entry.day(portfolio));
    let stages = quoted(missed.iter().map(|&missed| stage(portfolio, missed).as_str()));
    let is_recorded = missed.iter().any(|&missed| installed.stage_recorded_since(missed).is_some());
    let message = if is_recorded {
        format!("{what} entered `{entered}` on {day} without having been in {stages} before")
    } else {
        format!("no record shows that {what}, which entered `{entered}` on {day}, was in {stages} before")
    };
    let help = if is_recorded {
        "if a deployment was not recorded, record it; else let versions go through the stages in order"
    } else {
        "nobody records deployments there: record them, or demand the stages of no release type"
    };
    let (span, subject) = latest.place();
    let mut finding = Finding::new(span, subject, message).help(help).at_most(Severity::Warning);
    let later = missed.iter().find_map(|&missed| installed.first(missed, &record.project, &record.version));
    if let Some(later) = later {
        finding = finding.related(later.record.environment.span, record_subject(later.record), "it came here later");
    }
    if let Some((demanded, ty)) = demand(portfolio, record, missed) {
        let types = Subject::new(Kind::Portfolio.as_str(), "").at(format!("release_types/{ty}"));
        finding = finding.related(demanded.span, types, format!("the type `{ty}` demands it here"));
    }
    Some(with_places(finding, breaches.iter().rev().map(Breach::place), "this was out of order too"))
}

/// Where the type of a record's release demands the first of the stages that were missed, and that type.
fn demand<'p>(portfolio: &'p Portfolio, record: &Deployment, missed: &[usize]) -> Option<(&'p Id, &'p Id)> {
    let ty = &portfolio.releases.get(record.release.as_ref()?)?.r#type;
    let demanded = promotion::demanded(portfolio, ty);
    let (_, stage) = demanded.into_iter().find(|(order, _)| missed.contains(order))?;
    Some((stage, ty))
}

/// The stages that a version should have been in before its first deployment to a stage, and was not; `first` says when it
/// first was in a stage.
fn missed<'i, 'p: 'i>(
    portfolio: &Portfolio,
    installed: &Installed<'_>,
    entry: Installation<'_>,
    order: usize,
    first: impl Fn(usize) -> Option<&'i Installation<'p>>,
) -> Vec<usize> {
    let record = entry.record;
    let project = &record.project;
    // Records that could not be read may hold what is missing.
    let is_planned = record.reason.unwrap_or(DeploymentReason::Planned) == DeploymentReason::Planned;
    if order == 0 || !is_planned || portfolio.damage.may_name(project) {
        return Vec::new();
    }
    let release = record.release.as_ref().and_then(|id| portfolio.releases.get(id));
    let demanded = release.map_or_else(Vec::new, |release| promotion::demanded(portfolio, &release.r#type));
    let is_demanded = |earlier: usize| demanded.iter().any(|(demanded, _)| *demanded == earlier);
    let is_emergency = release.is_some_and(|release| portfolio.is_emergency(&release.r#type));
    let was_in = |earlier: usize| first(earlier).is_some_and(|first| first.at <= entry.at);
    let came_later = |earlier: usize| !is_emergency && first(earlier).is_some_and(|first| first.at > entry.at);
    let out_of_order = |&earlier: &usize| !was_in(earlier) && (is_demanded(earlier) || came_later(earlier));
    let missed: Vec<usize> = (0..order).filter(out_of_order).collect();
    let has_history = (0..order).any(was_in);
    if !missed.is_empty() || has_history || is_emergency || !demanded.is_empty() {
        return missed;
    }
    let is_kept = |&earlier: &usize| installed.kept_since(earlier, project).is_some_and(|since| since <= entry.at);
    (0..order).filter(is_kept).collect()
}

/// The same stages without those that the stage after them tells of already.
fn told(portfolio: &Portfolio, installed: &Installed<'_>, entry: Installation<'_>, order: usize) -> Vec<usize> {
    let arrivals = installed.arrivals(&entry.record.project, &entry.record.version);
    let first = |stage: usize| arrivals.and_then(|arrivals| arrivals.get(&stage));
    let was_in = |stage: usize| first(stage).is_some_and(|first| first.at <= entry.at);
    let mut missed = missed(portfolio, installed, entry, order, first);
    missed.retain(|&missed| !(missed + 1..order).any(was_in));
    missed
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use crate::diagnostic::Severity;
    use crate::rules::testing::{messages, of};

    const RULE: &str = "promotion-order";
    const PORTFOLIO: &str = "kind: portfolio\nstages: [dev, test, copy, prod]\n\
                             release_types: {minor: {}, strict: {stages: [test, copy]}, quick: {review_within: 5d}}\n---\n\
                             kind: environment\nid: try\nstage: test\n---\n\
                             kind: environment\nid: near\nstage: copy\n---\n\
                             kind: environment\nid: live\nstage: prod\n---\n";

    /// A release with these phases, each a day: id, day, environments.
    fn release(id: &str, more: &str, phases: &[(&str, &str, &str)]) -> String {
        let phases: Vec<String> = phases
            .iter()
            .map(|(id, day, used)| format!("{{id: {id}, date: 2026-11-{day}, environments: [{used}]}}"))
            .collect();
        let phases = phases.join(", ");
        format!("kind: release\nid: {id}\ntype: minor\nstatus: planned\n{more}phases: [{phases}]\n---\n")
    }

    fn planned(phases: &[(&str, &str, &str)]) -> String {
        format!("{PORTFOLIO}{}", release("winter", "", phases))
    }

    #[test]
    fn a_later_stage_does_not_begin_first() {
        let text = planned(&[("try", "25", "try"), ("copy", "24", "near"), ("go", "23", "live")]);
        let found = of(RULE, &text);
        assert_eq!(found.len(), 1);
        assert_eq!(
            found[0].message,
            "`copy` of `winter` enters `copy` on 2026-11-24, before `try` enters `test` on 2026-11-25"
        );
        assert_eq!((found[0].severity, found[0].subject.path.as_str()), (Severity::Error, "phases/copy"));
        assert_eq!(found[0].related.last().unwrap().subject.path, "phases/go");
    }

    #[test]
    fn one_day_or_a_second_visit_is_in_order() {
        assert!(messages(RULE, &planned(&[("try", "23", "try"), ("copy", "23", "near, live")])).is_empty());
        assert!(
            messages(RULE, &planned(&[("try", "23", "try"), ("go", "24", "live"), ("again", "25", "try")])).is_empty()
        );
        // Nothing is installed by a look.
        assert!(
            messages(RULE, &planned(&[("look", "23", "{id: live, use: regression}"), ("try", "25", "try")])).is_empty()
        );
        assert!(messages(RULE, &planned(&[("look", "23", "elsewhere"), ("try", "25", "try")])).is_empty());
    }

    #[test]
    fn parts_keep_the_order_with_their_composite() {
        let whole = release("whole", "", &[("copy", "24", "near"), ("go", "26", "live")]);
        let part = |day| release("part", "part_of: whole\n", &[("try", day, "try")]);
        assert!(messages(RULE, &[PORTFOLIO, &whole, &part("24")].concat()).is_empty());
        assert_eq!(
            messages(RULE, &[PORTFOLIO, &whole, &part("25")].concat()),
            ["`whole/copy` of `part` enters `copy` on 2026-11-24, before `try` enters `test` on 2026-11-25"]
        );
        // The order of the composite itself is said once.
        let wrong = release("whole", "", &[("copy", "26", "near"), ("go", "24", "live")]);
        assert_eq!(messages(RULE, &[PORTFOLIO, &wrong, &part("24")].concat()).len(), 1);
    }

    #[test]
    fn what_happened_or_is_over_is_no_plan() {
        let text = planned(&[("try", "13", "try"), ("go", "12", "live")]);
        assert_eq!(messages(RULE, &text).len(), 1);
        let began = text.replace("date: 2026-11-12", "date: 2026-11-12, actual: {start: 2026-11-12}");
        assert_eq!(messages(RULE, &began).len(), 1);
        let both = began.replace("date: 2026-11-13", "date: 2026-11-13, actual: {start: 2026-11-13}");
        assert!(messages(RULE, &both).is_empty());
        for status in ["released", "closed", "cancelled"] {
            assert!(messages(RULE, &text.replace("planned", status)).is_empty());
        }
        assert_eq!(of(RULE, &text.replace("planned", "draft"))[0].severity, Severity::Warning);
    }

    fn record(version: &str, environment: &str, day: &str, more: &str) -> String {
        let more = if more.contains("result") { more.to_owned() } else { format!("result: succeeded{more}") };
        format!(
            "  - {{id: {environment}-{version}, project: p, version: {version}, environment: {environment}, \
             at: 2026-11-{day}, {more}}}\n"
        )
    }

    fn recorded(release_type: &str, records: &[String]) -> Vec<String> {
        let release = release("winter", "", &[]).replace("minor", release_type);
        messages(RULE, &format!("{PORTFOLIO}{release}kind: deployments\nentries:\n{}", records.concat()))
    }

    #[test]
    fn a_version_that_comes_to_an_earlier_stage_later_is_out_of_order() {
        let said = recorded("minor", &[record("2", "live", "03T10:00", ""), record("2.0", "try", "03T10:01", "")]);
        assert_eq!(said, ["`p` 2 entered `prod` on 2026-11-03 without having been in `test` before"]);
        assert!(
            recorded("minor", &[record("2", "live", "03T10:00", ""), record("2", "try", "03T10:00", "")]).is_empty()
        );
        assert!(recorded("minor", &[record("2", "live", "03", ""), record("2", "try", "01", "")]).is_empty());
    }

    #[test]
    fn the_type_of_the_release_demands_stages() {
        let live = record("2", "live", "05", ", release: winter");
        assert_eq!(
            recorded("strict", std::slice::from_ref(&live)),
            ["no record shows that `p` 2, which entered `prod` on 2026-11-05, was in `test` and `copy` before"]
        );
        let tried = record("2", "try", "02", ", release: winter");
        assert_eq!(
            recorded("strict", &[live.clone(), tried.clone(), record("2", "near", "03", "result: failed")]),
            ["`p` 2 entered `prod` on 2026-11-05 without having been in `copy` before"]
        );
        assert!(recorded("strict", &[live.clone(), tried.clone(), record("2", "near", "03", "")]).is_empty());
        // Nothing demands the copy.
        assert!(recorded("minor", &[live, tried]).is_empty());
    }

    #[test]
    fn stages_that_nobody_records_are_one_finding() {
        let live = |project: &str, day: &str| {
            record("2", "live", day, ", release: winter").replace("project: p", &format!("project: {project}"))
        };
        assert_eq!(
            recorded("strict", &[live("p", "05"), live("q", "06"), live("r", "04")]),
            ["no record shows that `q` 2, which entered `prod` on 2026-11-06, was in `test` and `copy` before"]
        );
        let tried = record("1", "try", "02", "");
        assert_eq!(recorded("strict", &[tried, live("p", "05"), live("q", "06")]).len(), 2);
    }

    #[test]
    fn where_records_are_kept_a_version_leaves_some() {
        let kept = record("1", "try", "02", "result: failed");
        assert_eq!(
            recorded("minor", &[kept.clone(), record("2", "live", "05", "")]),
            ["`p` 2 entered `prod` on 2026-11-05 without having been in `test` before"]
        );
        // Nobody kept records before, or of anything but production.
        assert!(recorded("minor", &[kept, record("2", "live", "01", "")]).is_empty());
        assert!(recorded("minor", &[record("2", "live", "05", "")]).is_empty());
    }

    #[test]
    fn haste_and_going_back_are_left_alone() {
        let kept = record("1", "try", "02", "");
        let with = |ty: &str, more: &str| {
            recorded(ty, &[kept.clone(), record("2", "live", "05", more), record("2", "try", "06", "")])
        };
        assert_eq!(with("minor", ", release: winter").len(), 1);
        assert!(with("quick", ", release: winter").is_empty());
        assert!(with("emergency", ", release: winter").is_empty());
        assert!(with("minor", ", reason: rollback").is_empty());
        assert!(with("minor", ", reason: fix").is_empty());
    }

    #[test]
    fn a_stage_that_was_missed_is_told_once() {
        let records = [record("2", "near", "03", ", release: winter"), record("2", "live", "05", ", release: winter")];
        assert_eq!(
            recorded("strict", &records),
            ["no record shows that `p` 2, which entered `copy` on 2026-11-03, was in `test` before"]
        );
    }

    #[test]
    fn a_project_is_one_finding_for_the_latest() {
        let records = [
            record("1", "try", "01", ""),
            record("2", "live", "02", ""),
            record("3", "live", "03", ""),
            record("3", "live", "04", ""),
            record("1", "live", "05", ""),
        ];
        let text = format!("{PORTFOLIO}kind: deployments\nentries:\n{}", records.concat());
        let found = of(RULE, &text);
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].severity, found[0].subject.path.as_str()), (Severity::Warning, "entries/live-3"));
        assert_eq!(
            found[0].related.iter().map(|label| label.subject.path.as_str()).collect::<Vec<_>>(),
            ["entries/live-2"]
        );
    }
}
