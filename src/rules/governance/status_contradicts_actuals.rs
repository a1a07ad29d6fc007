//! `status-contradicts-actuals`.

use chrono::NaiveDate;

use crate::diagnostic::wording;
use crate::diagnostic::{Finding, Severity, Span, Subject};
use crate::model::release::{Actual, Release, Status};
use crate::model::{Identified, Spanned};
use crate::rules::{Check, Context, Group, ReleaseRef, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    name: "status-contradicts-actuals",
    group: Group::Governance,
    severity: Severity::Warning,
    summary: "the status says one thing, the actual dates another",
    docs: "\
## What it does

Reports a release whose status and actual dates cannot both be true: released without the day it shipped, planned though work
has begun, in progress or cancelled though it shipped, or a composite that shipped while parts of it are still open. Also an actual date in the future, and, as info, a phase that is done to
100 per cent but has not ended. An actual end before its start is `ends-before-start`.

## Why

Actual dates steer the forecast, and the status decides whether a release takes part in it. When they disagree, the forecast
is wrong in one of two ways, and metrics leave the release out.

## How to fix

Set the status that is true, and write the dates on which things really happened.

```yaml failing
kind: release
id: winter
type: minor
status: released
```

```yaml failing
kind: release
id: winter
type: minor
status: planned
phases:
  - {id: build, start: 2026-11-02, duration: 5d, actual: {start: 2026-11-03}}
```

```yaml failing
# today: 2026-11-16
kind: release
id: winter
type: minor
status: in-progress
actual: {start: 2027-11-02}
```

```yaml failing
kind: release
id: season
type: major
status: released
actual: {end: 2026-11-06}
---
kind: release
id: part
type: minor
status: in-progress
part_of: season
```

```yaml passing
kind: release
id: winter
type: minor
status: in-progress
phases:
  - {id: build, start: 2026-11-02, duration: 5d, actual: {start: 2026-11-03, end: 2026-11-09}}
---
kind: release
id: autumn
type: minor
status: released
actual: {start: 2026-09-01, end: 2026-10-01}
```
",
    check: Check::Release(check),
};

fn check(cx: &Context<'_>, at: ReleaseRef<'_>, out: &mut Vec<Finding>) {
    let release = at.release;
    against_status(cx, at, out);
    out.extend(parts_left_behind(cx, at));
    in_the_future(release, cx.clock.today, out);
    for phase in &release.phases {
        let ended = phase.actual.as_ref().is_some_and(|actual| actual.end.is_some());
        if let Some(progress) = phase.progress.as_ref().filter(|progress| progress.value.0 == 100)
            && !ended
            && !release.status().is_over()
            && !cx.portfolio.damage.touches(phase.span)
        {
            let message = format!("phase `{}` is done to 100 per cent, but has no `actual.end`", phase.id);
            let help = "write the day it ended, or how much is really done; the forecast counts on until it ends";
            let subject = at.subject().at(format!("phases/{}", phase.id));
            out.push(Finding::new(progress.span, subject, message).help(help).at_most(Severity::Info));
        }
    }
}

fn start(actual: Option<&Actual>) -> Option<&Spanned<NaiveDate>> {
    actual.and_then(|actual| actual.start.as_ref())
}

fn against_status(cx: &Context<'_>, at: ReleaseRef<'_>, out: &mut Vec<Finding>) {
    let release = at.release;
    let id = &release.id;
    let end = release.actual.as_ref().and_then(|actual| actual.end.as_ref());
    let place = release.status.as_ref().map_or(id.span, |status| status.span);
    let mut report = |message: String, help: &str, because: Option<(Span, &str)>| {
        let finding = Finding::new(place, at.subject(), message).help(help);
        out.push(match because {
            Some((span, words)) => finding.related(span, at.subject(), words),
            None => finding,
        });
    };
    let shipped = end.map(|end| (end.span, "it shipped here"));
    match release.status() {
        status @ (Status::Released | Status::Closed) => {
            if end.is_none() && !cx.portfolio.damage.touches(release.span) {
                report(format!("`{id}` is {status}, but has no `actual.end`"), "write the day it shipped", None);
            }
        }
        status @ (Status::Draft | Status::Planned) => {
            let begun =
                release.phases.iter().filter_map(|phase| start(phase.actual.as_ref())).min_by_key(|day| day.value);
            if shipped.is_some() {
                report(format!("`{id}` is {status}, but it has shipped"), "set `status: released`", shipped);
            } else if let Some(day) = start(release.actual.as_ref()).or(begun) {
                let message = format!("`{id}` is {status}, but its work began on {day}");
                report(message, "set `status: in-progress`", Some((day.span, "work began here")));
            }
        }
        Status::InProgress if shipped.is_some() => {
            report(format!("`{id}` is in progress, but it has shipped"), "set `status: released`", shipped);
        }
        Status::Cancelled if shipped.is_some() => {
            let help = "set `status: released`, or delete `actual.end`";
            report(format!("`{id}` is cancelled, but it has shipped"), help, shipped);
        }
        Status::InProgress | Status::Cancelled => {}
    }
}

/// A composite that shipped while parts of it are still open: one finding, for it is one thing to settle.
fn parts_left_behind(cx: &Context<'_>, at: ReleaseRef<'_>) -> Option<Finding> {
    let release = at.release;
    if !matches!(release.status(), Status::Released | Status::Closed) {
        return None;
    }
    let parts = cx.portfolio.children(at.index).iter().map(|&child| &cx.portfolio.releases[child]);
    let open: Vec<&Release> = parts.filter(|part| !part.status().is_over()).collect();
    if open.is_empty() {
        return None;
    }
    let id = &release.id;
    let (are, they) = if open.len() == 1 { ("is", "it") } else { ("are", "they") };
    let names = wording::quoted(open.iter().map(|part| part.id.as_str()));
    let message = format!("`{id}` is {}, but {names} {are} not, though {they} {are} part of it", release.status());
    let place = release.status.as_ref().map_or(id.span, |status| status.span);
    let finding = Finding::new(place, at.subject(), message)
        .help("write `status: released` and `actual: {end: …}` where it shipped, `cancelled` where it will not, or take it out with `part_of`");
    let place = |part: &Release| part.status.as_ref().map_or(part.id.span, |status| status.span);
    Some(wording::with_places(finding, open.iter().map(|part| (place(part), part.subject())), "still open"))
}

fn ends(actual: Option<&Actual>) -> [Option<&Spanned<NaiveDate>>; 2] {
    actual.map_or([None, None], |actual| [actual.start.as_ref(), actual.end.as_ref()])
}

/// Actual dates after today: one finding a release.
fn in_the_future(release: &Release, today: NaiveDate, out: &mut Vec<Finding>) {
    let mut future: Vec<(Spanned<NaiveDate>, Subject)> = Vec::new();
    let mut look = |day: Option<&Spanned<NaiveDate>>, place: &dyn Fn() -> Subject| {
        future.extend(day.filter(|day| day.value > today).map(|day| (*day, place())));
    };
    let at = |path: String| release.subject().at(path);
    for day in ends(release.actual.as_ref()) {
        look(day, &|| release.subject());
    }
    for phase in &release.phases {
        for day in ends(phase.actual.as_ref()) {
            look(day, &|| at(format!("phases/{}", phase.id)));
        }
    }
    for milestone in &release.milestones {
        look(milestone.actual.as_ref(), &|| at(format!("milestones/{}", milestone.id)));
    }
    future.sort_by_key(|(day, _)| day.span);
    let Some(((day, subject), others)) = future.split_first() else { return };
    let message = format!("the actual date {day} is in the future (today is {today})");
    let finding = Finding::new(day.span, subject.clone(), message)
        .help("`actual` is what happened; what is expected is the plan, and the forecast follows from it");
    let places = others.iter().map(|(day, subject)| (day.span, subject.clone()));
    out.push(wording::with_places(finding, places, "this is in the future too"));
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::messages;

    fn release(text: &str) -> Vec<String> {
        messages(
            "status-contradicts-actuals",
            &format!("# today: 2026-11-16\nkind: release\nid: r\ntype: minor\n{text}\n"),
        )
    }

    #[test]
    fn each_contradiction_is_one_finding() {
        assert_eq!(release("actual: {start: 2026-11-02}"), ["`r` is draft, but its work began on 2026-11-02"]);
        assert_eq!(release("status: planned\nactual: {end: 2026-11-02}"), ["`r` is planned, but it has shipped"]);
        assert_eq!(
            release("status: in-progress\nactual: {end: 2026-11-02}"),
            ["`r` is in progress, but it has shipped"]
        );
        assert_eq!(release("status: closed"), ["`r` is closed, but has no `actual.end`"]);
        assert_eq!(release("status: cancelled\nactual: {end: 2026-11-02}").len(), 1);
    }

    #[test]
    fn today_is_not_the_future_and_a_broken_date_is_not_missing() {
        assert!(release("status: released\nactual: {end: 2026-11-16}").is_empty());
        assert!(release("status: released\nactual: {end: 2026-11-31}").is_empty());
        assert_eq!(
            release("status: released\nactual: {end: 2026-11-17}"),
            ["the actual date 2026-11-17 is in the future (today is 2026-11-16)"]
        );
    }
}
