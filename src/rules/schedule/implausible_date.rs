//! `implausible-date`.

use crate::diagnostic::wording::plural;
use std::collections::BTreeMap;
use std::fmt::Display;

use chrono::{Datelike, NaiveDate};

use super::{start_of, tempered};
use crate::diagnostic::{FileId, Finding, Severity, Span, Subject};
use crate::model::release::{Actual, At, Release, Status};
use crate::model::{Identified, Kind, Spanned};
use crate::rules::{Check, Group, Manifests, Rule};
use crate::time::when::When;

/// The rule.
pub static RULE: Rule = Rule {
    name: "implausible-date",
    group: Group::Schedule,
    severity: Severity::Warning,
    summary: "a date looks like a slip of the year",
    docs: "\
## What it does

Reports a date of a release that lies 300 days or more away from the middle of its other dates, where the same day of exactly
one other year would lie among them; and records of what happened that lie more than 30 days in the future. An early
announcement, and milestones after everything else, such as an end of support, are expected to be far away. A phase that ends
before it starts is reported by `ends-before-start`, which offers the year. Cancelled releases are left alone.

## Why

In January and December years are easily mistyped, and a reader sees the day and the month. A plan with such a date is wrong by
a year, and nothing else in it says so.

## How to fix

Correct the year. If the date is right, allow the finding with a comment that says why.

```yaml failing
kind: release
id: spring
type: minor
status: planned
target: 2026-12-04
phases:
  - {id: build, start: 2026-11-16, duration: 5d}
  - {id: test, after: build, duration: 5d}
milestones:
  - {id: scope-locked, date: 2025-11-19}
```

```yaml failing
# today: 2026-11-16
kind: incidents
entries:
  - {id: I-1, opened: 2027-11-12T09:00}
```

```yaml passing
kind: release
id: spring
type: minor
status: planned
announced: 2025-11-20
target: 2026-12-04
phases:
  - {id: build, start: 2026-11-16, duration: 5d}
  - {id: test, after: build, duration: 5d}
milestones:
  - {id: scope-locked, date: 2026-11-19}
  - {id: end-of-support, date: 2027-11-30}
```
",
    check: Check::Manifests(check),
};

/// A stretch without dates that parts the dates of a release, in days.
const GAP: i64 = 180;
/// How far from the middle of the others a date must lie, in days.
const FAR: i64 = 300;
/// How far outside the others the corrected date may lie, in days.
const MARGIN: i64 = 60;
/// How many dates may be wrong together: a start and an end.
const TOGETHER: usize = 2;
/// How far in the future a record must lie, in days: nearer ones may be a clock or a zone.
const FUTURE: i64 = 30;
/// How many records of a file are shown one by one.
const SHOWN: usize = 3;

/// A date that looks mistyped.
#[derive(Debug)]
pub struct Typo {
    /// The date in the file.
    pub span: Span,
    /// What it says.
    pub written: When,
    /// What would fit.
    pub corrected: When,
    /// What it is: `the target`, `` the start of `build` ``.
    words: String,
    /// The place in the release.
    path: String,
    /// Whether it is said to have happened.
    actual: bool,
    /// The first and the last of the other dates.
    others: (NaiveDate, NaiveDate),
}

fn check(cx: &Manifests<'_>, out: &mut Vec<Finding>) {
    for release in cx.portfolio.releases.iter().filter(|release| release.status() != Status::Cancelled) {
        // Contradictions and facts in the future have rules of their own.
        let ahead = |typo: &Typo| typo.actual && typo.written.date() > cx.clock.today;
        let typos = typos(release).into_iter().filter(|typo| !ends_before_start(release, typo.span) && !ahead(typo));
        out.extend(typos.map(|typo| tempered(finding(release, &typo), release)));
    }
    records(cx, out);
}

fn ends_before_start(release: &Release, span: Span) -> bool {
    release.phases.iter().any(|phase| match (&phase.start, &phase.end) {
        (Some(start), Some(end)) => end.value < start.value && (start.span == span || end.span == span),
        _ => false,
    })
}

fn finding(release: &Release, typo: &Typo) -> Finding {
    let Typo { span, written, corrected, words, path, others: (first, last), .. } = typo;
    let message = format!("{words} is {written}, far from the other dates of `{}`, {first} to {last}", release.id);
    let subject = release.subject().at(path.clone());
    Finding::new(*span, subject, message).help(format!("did you mean {corrected}?")).fix(*span, corrected.to_string())
}

/// A date of a release.
struct Seen {
    span: Span,
    when: When,
    words: String,
    path: String,
    actual: bool,
    /// Whether it may lie far before the others, and far after them.
    apart: (bool, bool),
}

/// The dates of a release that look like a slip of the year, in the order of time.
pub fn typos(release: &Release) -> Vec<Typo> {
    // Most releases have dates that lie close together; they cost no words.
    if !is_torn(&Dates::of(release, false)) {
        return Vec::new();
    }
    let seen = Dates::of(release, true);
    let groups: Vec<&[Seen]> = seen.chunk_by(|a, b| !is_gap(a, b)).collect();
    let Some(main) = groups.iter().max_by_key(|group| group.len()) else { return Vec::new() };
    let (first, last) = (main[0].when.date(), main[main.len() - 1].when.date());
    let middle = main[main.len() / 2].when.date();
    let few = |group: &&&[Seen]| group.len() <= TOGETHER && group.len() * 2 <= main.len();
    let suspects = groups.iter().filter(few).flat_map(|group| group.iter());
    let typo = |seen: &Seen| {
        let date = seen.when.date();
        let may = if date < first { seen.apart.0 } else { seen.apart.1 };
        if may || (date - middle).num_days().abs() < FAR {
            return None;
        }
        let near = |date: &NaiveDate| (first - *date).num_days() <= MARGIN && (*date - last).num_days() <= MARGIN;
        let mut fitting = (first.year() - 1..=last.year() + 1).filter_map(|year| date.with_year(year)).filter(near);
        let corrected = fitting.next().filter(|_| fitting.next().is_none())?;
        Some(Typo {
            span: seen.span,
            written: seen.when,
            corrected: with_year(seen.when, corrected.year())?,
            words: seen.words.clone(),
            path: seen.path.clone(),
            actual: seen.actual,
            others: (first, last),
        })
    };
    suspects.filter_map(typo).collect()
}

fn with_year(when: When, year: i32) -> Option<When> {
    Some(match when {
        When::Date(date) => When::Date(date.with_year(year)?),
        When::Local(time) => When::Local(time.with_year(year)?),
        When::Fixed(time) => When::Fixed(time.with_year(year)?),
    })
}

struct Dates {
    seen: Vec<Seen>,
    /// Whether words and paths are wanted, or the dates alone.
    worded: bool,
}

/// Whether dates in the order of time have a gap.
fn is_torn(seen: &[Seen]) -> bool {
    seen.windows(2).any(|pair| is_gap(&pair[0], &pair[1]))
}

fn is_gap(a: &Seen, b: &Seen) -> bool {
    (b.when.date() - a.when.date()).num_days() >= GAP
}

impl Dates {
    /// The dates of a release in the order of time.
    fn of(release: &Release, worded: bool) -> Vec<Seen> {
        let mut dates = Self { seen: Vec::new(), worded };
        dates.release(release);
        // Dates that lie so close have no gap, whatever their order.
        let days = || dates.seen.iter().map(|seen| seen.when.date());
        if !worded && days().max().zip(days().min()).is_none_or(|(last, first)| (last - first).num_days() < GAP) {
            return Vec::new();
        }
        dates.seen.sort_by_key(|seen| (seen.when.date(), seen.span));
        dates.seen
    }

    fn add(&mut self, date: Option<&Spanned<NaiveDate>>, words: impl Display, path: impl Display) {
        self.add_time(date.map(|date| Spanned { value: When::Date(date.value), span: date.span }), words, path);
    }

    fn add_time(&mut self, when: Option<Spanned<When>>, words: impl Display, path: impl Display) {
        let worded = |text: &dyn Display| if self.worded { text.to_string() } else { String::new() };
        self.seen.extend(when.map(|when| Seen {
            span: when.span,
            when: when.value,
            words: worded(&words),
            path: worded(&path),
            actual: false,
            apart: (false, false),
        }));
    }

    fn actual(&mut self, actual: Option<&Actual>, name: impl Display, path: impl Display + Copy) {
        let at = self.seen.len();
        self.add(actual.and_then(|actual| actual.start.as_ref()), format_args!("the actual start of {name}"), path);
        self.add(actual.and_then(|actual| actual.end.as_ref()), format_args!("the actual end of {name}"), path);
        self.seen[at..].iter_mut().for_each(|seen| seen.actual = true);
    }

    fn release(&mut self, release: &Release) {
        self.add(release.announced.as_ref(), "the announcement", "announced");
        // People announce a year ahead, but not after the fact.
        self.seen.iter_mut().for_each(|seen| seen.apart.0 = true);
        self.add(release.target.as_ref(), "the target", "target");
        if let Some(branch) = &release.branch {
            self.add(branch.cut.as_ref(), "the cut of the branch", "branch");
            self.add(branch.code_freeze.as_ref(), "the code freeze", "branch");
        }
        self.actual(release.actual.as_ref(), format_args!("`{}`", release.id), "actual");
        for phase in &release.phases {
            let (name, path) = (format_args!("`{}`", phase.id), format_args!("phases/{}", phase.id));
            self.add(start_of(phase), format_args!("the start of {name}"), path);
            self.add(phase.end.as_ref(), format_args!("the end of {name}"), path);
            self.actual(phase.actual.as_ref(), name, path);
        }
        self.milestones(release);
        self.decisions(release);
    }

    fn milestones(&mut self, release: &Release) {
        for (index, milestone) in release.milestones.iter().enumerate() {
            let (name, path) = (format_args!("`{}`", milestone.id), format_args!("milestones/{}", milestone.id));
            let at = self.seen.len();
            self.add(milestone.date.as_ref(), name, path);
            // Milestones are written in the order of time: one after the release, such as an end of support, comes last.
            let later = release.milestones[index + 1..].iter().filter_map(|other| other.date.as_ref());
            let ordered =
                milestone.date.as_ref().is_some_and(|date| later.into_iter().all(|other| other.value >= date.value));
            self.seen[at..].iter_mut().for_each(|seen| seen.apart.1 = ordered);
            let reached = self.seen.len();
            self.add(milestone.actual.as_ref(), format_args!("the day {name} was reached"), path);
            self.seen[reached..].iter_mut().for_each(|seen| seen.actual = true);
        }
    }

    fn decisions(&mut self, release: &Release) {
        for gate in &release.gates {
            let (name, path) = (format_args!("`{}`", gate.id), format_args!("gates/{}", gate.id));
            self.add(gate.due.as_ref(), format_args!("the due date of {name}"), path);
            self.add_time(gate.submitted, format_args!("the submission of {name}"), path);
            for approval in &gate.approvals {
                self.add_time(approval.at, format_args!("the approval of {name} by `{}`", approval.by), path);
            }
        }
        if let Some(deployment) = &release.deployment {
            let window = deployment.window.as_ref();
            self.add_time(window.map(|window| window.start), "the start of the deployment window", "deployment");
            self.add_time(window.map(|window| window.end), "the end of the deployment window", "deployment");
            for rehearsal in &deployment.rehearsals {
                self.add_time(Some(rehearsal.at), "this rehearsal", "deployment");
            }
        }
        for item in &release.training {
            let at = item.at.as_ref().and_then(|at| match at.value {
                At::When(when) => Some(Spanned { value: when, span: at.span }),
                At::Target(_) => None,
            });
            self.add_time(at, format_args!("the training `{}`", item.id), format_args!("training/{}", item.id));
        }
    }
}

/// A record: when, and its id.
type Record = (Spanned<When>, String);

/// Records say what happened: they do not lie in the future.
fn records(cx: &Manifests<'_>, out: &mut Vec<Finding>) {
    let mut ahead: BTreeMap<(&str, FileId), Vec<Record>> = BTreeMap::new();
    let mut judge = |kind: Kind, when: Spanned<When>, id: &str| {
        if (when.value.date() - cx.clock.today).num_days() > FUTURE {
            ahead.entry((kind.as_str(), when.span.file)).or_default().push((when, id.to_owned()));
        }
    };
    for entry in &cx.portfolio.deployments {
        judge(Kind::Deployments, entry.at, entry.id.as_deref().unwrap_or_default());
    }
    for entry in &cx.portfolio.incidents {
        judge(Kind::Incidents, entry.opened, &entry.id);
    }
    for entry in &cx.portfolio.pipelines {
        judge(Kind::Pipelines, entry.at, "");
    }
    for ((kind, _), entries) in ahead {
        // One slip is one finding; a file full of them has one cause, such as a day that `--today` sets.
        let many = entries.len() > SHOWN;
        for (when, id) in entries.iter().take(if many { 1 } else { SHOWN }) {
            let subject =
                Subject::new(kind, "").at(if id.is_empty() { "entries".into() } else { format!("entries/{id}") });
            let rest = plural(entries.len() - 1, "other record");
            let and = if many { format!(", and so do {rest} of this file") } else { String::new() };
            let message = format!("this record of what happened lies in the future, on {when}{and}");
            let finding = Finding::new(when.span, subject, message);
            out.push(match last_year_that_fits(when.value, cx.clock.today).filter(|_| !many) {
                Some(corrected) => {
                    finding.help(format!("did you mean {corrected}?")).fix(when.span, corrected.to_string())
                }
                None => finding.help("correct the dates that are wrong"),
            });
        }
    }
}

fn last_year_that_fits(when: When, today: NaiveDate) -> Option<When> {
    let years = [today.year(), today.year() - 1];
    years.into_iter().filter_map(|year| with_year(when, year)).find(|when| when.date() <= today)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use crate::rules::testing::{messages, of};

    const RULE: &str = "implausible-date";

    fn release(more: &str) -> String {
        format!(
            "kind: release\nid: spring\ntype: minor\nstatus: planned\nphases:\n  \
             - {{id: build, start: 2026-11-02, end: 2026-11-06}}\n  - {{id: test, start: 2026-11-09, duration: 5d}}\n{more}"
        )
    }

    #[test]
    fn the_year_of_a_target_is_corrected() {
        let found = of(RULE, &release("target: \"2027-11-13\"\n"));
        assert_eq!(
            found[0].message,
            "the target is 2027-11-13, far from the other dates of `spring`, 2026-11-02 to 2026-11-09"
        );
        let fix = found[0].fix.as_ref().unwrap();
        assert_eq!((fix.replacement.as_str(), fix.span.len), ("2026-11-13", 12));
    }

    #[test]
    fn a_date_that_fits_in_no_other_year_is_meant() {
        assert!(messages(RULE, &release("target: 2027-06-30\n")).is_empty());
        assert!(messages(RULE, &release("target: 2026-12-30\n")).is_empty());
    }

    #[test]
    fn a_start_and_an_end_can_be_wrong_together() {
        let text = release("  - {id: uat, start: 2025-11-16, end: 2025-11-20}\ntarget: 2026-11-30\n");
        assert_eq!(of(RULE, &text).len(), 2);
    }

    #[test]
    fn half_of_the_dates_are_no_slip() {
        let text = release(
            "milestones:\n  - {id: a, date: 2025-11-02}\n  - {id: b, date: 2025-11-03}\n  - {id: c, date: 2025-11-04}\n",
        );
        assert!(messages(RULE, &text).is_empty());
    }

    #[test]
    fn a_late_milestone_is_a_slip_only_when_others_follow() {
        assert!(messages(RULE, &release("milestones:\n  - {id: end, date: 2027-11-05}\n")).is_empty());
        let text = release("milestones:\n  - {id: cut, date: 2027-11-05}\n  - {id: locked, date: 2026-11-06}\n");
        assert_eq!(messages(RULE, &text).len(), 1);
    }

    #[test]
    fn records_lie_in_the_past() {
        let log = |at: &str| format!("# today: 2026-01-10\nkind: incidents\nentries:\n  - {{id: I-1, opened: {at}}}\n");
        assert!(messages(RULE, &log("2026-02-09T09:00")).is_empty());
        let found = of(RULE, &log("2026-12-28T09:00"));
        assert_eq!(found[0].fix.as_ref().unwrap().replacement, "2025-12-28T09:00");
    }

    #[test]
    fn a_file_of_records_in_the_future_has_one_cause() {
        let entries: Vec<String> =
            (1..=9).map(|day| format!("  - {{id: I-{day}, opened: 2026-12-0{day}}}\n")).collect();
        let entries = entries.concat();
        let text = format!("# today: 2026-01-10\nkind: incidents\nentries:\n{entries}");
        assert_eq!(
            messages(RULE, &text),
            ["this record of what happened lies in the future, on 2026-12-01, and so do 8 other records of this file"]
        );
    }
}
