//! `ends-before-start`.

use chrono::NaiveDate;

use super::{days, implausible_date, tempered};
use crate::diagnostic::{Finding, Severity, Subject};
use crate::model::release::{Actual, Release, Status};
use crate::model::{Id, Identified, Spanned};
use crate::rules::{Check, Context, Group, ReleaseRef, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    name: "ends-before-start",
    group: Group::Schedule,
    severity: Severity::Error,
    summary: "a phase ends before it starts",
    docs: "\
## What it does

Reports a phase whose written `end` lies before its `start`, and the same of what `actual` says of a phase or a release. A phase
that ends on the day it starts is a phase of one day. Cancelled releases are left alone. Freezes, windows and records that end
before they begin are `invalid-value`.

## Why

One of the two dates is wrong, often by its year, and everything that follows is placed by it.

## How to fix

Correct the date that is wrong. Where another year makes the two agree with the rest of the release, that year is offered.

```yaml failing
kind: release
id: spring
type: minor
status: planned
phases:
  - {id: build, start: 2026-11-16, end: 2026-11-13}
```

```yaml failing
# today: 2026-12-01
kind: release
id: spring
type: minor
status: in-progress
phases:
  - {id: build, start: 2026-11-16, duration: 5d, actual: {start: 2026-11-17, end: 2026-11-16}}
```

```yaml passing
kind: release
id: spring
type: minor
status: planned
phases:
  - {id: build, start: 2026-11-16, end: 2026-11-20}
  - {id: deploy, start: 2026-11-23, end: 2026-11-23}
```
",
    check: Check::Release(check),
};

fn check(_: &Context<'_>, at: ReleaseRef<'_>, out: &mut Vec<Finding>) {
    let release = at.release;
    if release.status() == Status::Cancelled {
        return;
    }
    phases(release, out);
    let found = actual(&release.id, release.actual.as_ref(), || release.subject().at("actual"));
    out.extend(found.map(|finding| tempered(finding, release)));
}

fn phases(release: &Release, out: &mut Vec<Finding>) {
    for phase in &release.phases {
        let subject = || release.subject().at(format!("phases/{}", phase.id));
        if let (Some(start), Some(end)) = (&phase.start, &phase.end)
            && end.value < start.value
        {
            let message = format!(
                "`{}` ends {end}, {} before it starts on {start}",
                phase.id,
                days((start.value - end.value).num_days())
            );
            let finding = Finding::new(end.span, subject(), message).related(start.span, subject(), "it starts here");
            out.push(tempered(corrected(finding, release, start, end), release));
        }
        out.extend(actual(&phase.id, phase.actual.as_ref(), subject).map(|finding| tempered(finding, release)));
    }
}

/// Offers the year that would make sense, if either date looks like a slip of the pen.
fn corrected(finding: Finding, release: &Release, start: &Spanned<NaiveDate>, end: &Spanned<NaiveDate>) -> Finding {
    let typos = implausible_date::typos(release);
    let typo = typos.iter().find(|typo| typo.span == start.span || typo.span == end.span);
    let Some(typo) = typo else { return finding.help("correct the date that is wrong") };
    let help = format!("{} is far from the other dates of the release; {} would fit", typo.written, typo.corrected);
    finding.help(help).fix(typo.span, typo.corrected.to_string())
}

fn actual(id: &Id, actual: Option<&Actual>, subject: impl Fn() -> Subject) -> Option<Finding> {
    let (start, end) = (actual?.start.as_ref()?, actual?.end.as_ref()?);
    (end.value < start.value).then(|| {
        let by = days((start.value - end.value).num_days());
        let message = format!("`{id}` is said to have ended on {end}, {by} before it started on {start}");
        Finding::new(end.span, subject(), message)
            .related(start.span, subject(), "it started here")
            .help("correct the date that is wrong")
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use crate::rules::testing::{messages, of};

    fn with_phase(status: &str, phase: &str) -> String {
        format!("kind: release\nid: spring\ntype: minor\nstatus: {status}\nphases:\n  - {phase}\n")
    }

    #[test]
    fn one_day_is_no_fault_and_the_day_before_is() {
        let on = |end: &str| with_phase("planned", &format!("{{id: build, start: 2026-11-16, end: {end}}}"));
        assert!(messages("ends-before-start", &on("2026-11-16")).is_empty());
        assert_eq!(
            messages("ends-before-start", &on("2026-11-15")),
            ["`build` ends 2026-11-15, 1 day before it starts on 2026-11-16"]
        );
    }

    #[test]
    fn drafts_are_warned_and_cancelled_releases_left_alone() {
        let phase = "{id: build, start: 2026-11-16, end: 2026-11-15}";
        let found = of("ends-before-start", &with_phase("draft", phase));
        assert_eq!(found[0].severity, crate::diagnostic::Severity::Warning);
        assert!(of("ends-before-start", &with_phase("cancelled", phase)).is_empty());
        assert_eq!(of("ends-before-start", &with_phase("released", phase)).len(), 1);
    }

    #[test]
    fn a_slip_of_the_year_is_corrected_and_reported_once() {
        let text = "kind: release\nid: spring\ntype: minor\ntarget: 2026-12-04\nstatus: planned\nphases:\n  \
                    - {id: build, start: 2026-11-02, end: 2025-11-06}\n  - {id: test, start: 2026-11-09, duration: 5d}\n";
        let found = of("ends-before-start", text);
        assert_eq!(found[0].fix.as_ref().unwrap().replacement, "2026-11-06");
        assert!(of("implausible-date", text).is_empty());
    }

    #[test]
    fn what_really_happened_is_held_to_the_same() {
        let text = |end: &str| {
            with_phase("in-progress", "{id: build, date: 2026-11-16}")
                + &format!("actual: {{start: 2026-11-02, end: {end}}}\n")
        };
        assert!(messages("ends-before-start", &text("2026-11-02")).is_empty());
        assert_eq!(
            messages("ends-before-start", &text("2026-11-01")),
            ["`spring` is said to have ended on 2026-11-01, 1 day before it started on 2026-11-02"]
        );
    }
}
