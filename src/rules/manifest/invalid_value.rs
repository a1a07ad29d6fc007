//! `invalid-value`.

use chrono_tz::Tz;

use crate::diagnostic::{Finding, Severity, Span, Subject, suggest};
use crate::model::portfolio::{Freeze, Rating, Settings};
use crate::model::release::{Artifact, Milestone, Phase, Release, TimeWindow};
use crate::model::{Identified, Kind, Portfolio, Spanned, Text};
use crate::rules::{Check, Group, Manifests, RULES, Rule, find};
use crate::time::calendar::WorkCalendar;
use crate::time::duration::Duration;
use crate::time::recurrence::Recurrence;
use crate::time::when::When;

/// The rule.
pub static RULE: Rule = Rule {
    name: "invalid-value",
    group: Group::Manifest,
    severity: Severity::Error,
    summary: "a value that its field cannot hold",
    docs: r#"## What it does

Reports a value that cannot be read (`date: 2023-14-05`, a status that does not exist, text where a list belongs), a required
key that is missing, and values that contradict each other: a window or freeze that ends before it begins, an incident that was restored before it was opened, a
deployment that finished before it started, a phase whose `start`, `end` and
`duration` disagree, a freeze without a time, a milestone without a date, a recurrence that never happens, a setting for a
rule that does not exist.

## Why

What cannot be read takes no part in the plan, and what contradicts itself is planned other than somebody meant it.

## How to fix

The finding says what the field holds; many offer the nearest word.

```yaml failing
kind: release
id: winter
type: minor
status: realeased
```

```yaml failing
kind: release
id: winter
type: minor
phases:
  - {id: build, start: 2026-12-01, end: 2026-12-04, duration: 10d}
```

```yaml failing
kind: portfolio
stages: [test, prod]
freezes:
  - {id: year-end, from: 2027-01-04, to: 2026-12-18}
```

```yaml failing
kind: environment
id: prod-eu
stage: prod
windows:
  - {name: Weekend, rrule: "FREQ=WEEKLY;BYDAY=SAT", start: 2026-01-03T20:00, duration: 10h}
```

```yaml failing
kind: portfolio
stages: [test, prod]
rules: {misses-taget: warning}
```

```yaml passing
kind: portfolio
stages: [test, prod]
freezes:
  - {id: year-end, from: 2026-12-18, to: 2027-01-04}
  - {id: payroll, rrule: "FREQ=MONTHLY;BYMONTHDAY=25", start: 2026-01-25T00:00, duration: 24h}
---
kind: release
id: winter
type: minor
status: planned
phases:
  - {id: build, start: 2026-12-01, end: 2026-12-14, duration: 10d}
milestones:
  - {id: built, after: build}
```
"#,
    check: Check::Manifests(check),
};

fn check(cx: &Manifests<'_>, out: &mut Vec<Finding>) {
    let mut judge = Judge { portfolio: cx.portfolio, out };
    judge.settings();
    judge.environments();
    for release in &cx.portfolio.releases {
        judge.release(release);
    }
    for train in &cx.portfolio.trains {
        judge.recurrence(&train.rrule, &train.start, &train.exdates, cx.portfolio.zone, &|| train.subject());
    }
    judge.changes();
    judge.records();
}

struct Judge<'c> {
    portfolio: &'c Portfolio,
    out: &'c mut Vec<Finding>,
}

impl Judge<'_> {
    fn report(&mut self, span: Span, subject: &dyn Fn() -> Subject, message: impl Into<String>, help: &str) {
        self.out.push(Finding::new(span, subject(), message).help(help));
    }

    /// Whether what a mapping seems to lack may be in a part of it that was not understood.
    fn doubtful(&self, span: Span) -> bool {
        self.portfolio.damage.touches(span)
    }

    fn settings(&mut self) {
        let portfolio = self.portfolio;
        let settings = &portfolio.settings;
        let at = |path: String| Subject::new(Kind::Portfolio.as_str(), "").at(path);
        if settings.stages.is_empty() && !portfolio.settings_doubtful() {
            let place = Span { len: 1, ..settings.span };
            let help = "add `stages: [dev, test, prod]`, in the order of promotion; the last is production";
            self.report(place, &|| at("stages".into()), "the portfolio has no stages", help);
        }
        for (key, _) in settings.risk_matrix.iter() {
            let ratings = key.split_once('/').map(|(impact, complexity)| [impact, complexity].map(Rating::from_word));
            if !matches!(ratings, Some([Some(_), Some(_)])) {
                let message = format!("`{key}` is no impact and complexity");
                let help = "write `impact/complexity`, each low, medium or high, such as `high/medium`";
                self.report(key.span, &|| at("risk_matrix".into()), message, help);
            }
        }
        self.rule_names(settings);
        for freeze in &settings.freezes {
            self.freeze(freeze, &|| at(format!("freezes/{}", freeze.id)));
        }
        for (name, ty) in settings.release_types.iter() {
            for phase in &ty.phases {
                self.length(phase, &|| at(format!("release_types/{name}/phases/{}", phase.id)));
            }
        }
    }

    fn rule_names(&mut self, settings: &Settings) {
        for (name, _) in settings.rules.iter().filter(|(name, _)| find(name).is_none()) {
            let names = || RULES.iter().map(|rule| rule.name);
            let help = suggest::did_you_mean(name, names()).unwrap_or_else(|| "`relm rules` lists them".to_owned());
            let subject = Subject::new(Kind::Portfolio.as_str(), "").at("rules");
            let mut finding = Finding::new(name.span, subject, format!("there is no rule `{name}`")).help(help);
            // It changes what is reported, not what is planned.
            finding = finding.at_most(Severity::Warning);
            if let [only] = suggest::nearest(name, names())[..] {
                finding = finding.fix(name.span, only);
            }
            self.out.push(finding);
        }
    }

    fn freeze(&mut self, freeze: &Freeze, subject: &dyn Fn() -> Subject) {
        let zone = self.portfolio.zone;
        let once = [("from", freeze.from.is_some()), ("to", freeze.to.is_some())];
        let again = [
            ("rrule", freeze.rrule.is_some()),
            ("start", freeze.start.is_some()),
            ("duration", freeze.duration.is_some()),
        ];
        let some = |keys: &[(&str, bool)]| keys.iter().any(|(_, given)| *given);
        let lacking = |keys: &[(&'static str, bool)]| -> Vec<&'static str> {
            keys.iter().filter(|(_, given)| !given).map(|(key, _)| *key).collect()
        };
        let help = "a freeze has `from` and `to`, or `rrule`, `start` and `duration`";
        if !self.doubtful(freeze.span) {
            let missing = match (some(&once), some(&again)) {
                (true, true) => {
                    let message = format!("freeze `{}` is given both once and as a recurrence", freeze.id);
                    self.report(freeze.id.span, subject, message, help);
                    return;
                }
                (false, false) => vec!["from", "to"],
                (true, false) => lacking(&once),
                (false, true) => lacking(&again),
            };
            if !missing.is_empty() {
                let message = format!("freeze `{}` has no {}", freeze.id, crate::diagnostic::wording::quoted(missing));
                self.report(freeze.id.span, subject, message, help);
            }
        }
        if let (Some(from), Some(to)) = (&freeze.from, &freeze.to) {
            self.ordered(("from", from), ("to", to), zone, subject);
        }
        if let (Some(rrule), Some(start)) = (&freeze.rrule, &freeze.start) {
            self.recurrence(rrule, start, &freeze.exdates, zone, subject);
        }
        if let Some(duration) = &freeze.duration {
            self.lasts(duration.value.0, duration.span, subject);
        }
    }

    fn environments(&mut self) {
        for environment in &self.portfolio.environments {
            let zone = self.portfolio.zone_of(environment);
            for (list, windows) in [("maintenance", &environment.maintenance), ("windows", &environment.windows)] {
                for (index, window) in windows.iter().enumerate() {
                    let subject = || environment.subject().at(format!("{list}/{}", index + 1));
                    self.recurrence(&window.rrule, &window.start, &window.exdates, zone, &subject);
                    self.lasts(window.duration.value.0, window.duration.span, &subject);
                }
            }
            for (index, outage) in environment.outages.iter().enumerate() {
                let subject = || environment.subject().at(format!("outages/{}", index + 1));
                self.ordered(("from", &outage.from), ("to", &outage.to), zone, &subject);
            }
            for booking in &environment.bookings {
                let subject = || environment.subject().at(format!("bookings/{}", booking.id));
                self.ordered(("from", &booking.from), ("to", &booking.to), zone, &subject);
            }
        }
    }

    fn release(&mut self, release: &Release) {
        for phase in &release.phases {
            let subject = || release.subject().at(format!("phases/{}", phase.id));
            self.length(phase, &subject);
            self.dates_agree(phase, self.portfolio.phase_calendar(release, phase.team.as_ref()), &subject);
        }
        for milestone in &release.milestones {
            self.milestone(milestone, &|| release.subject().at(format!("milestones/{}", milestone.id)));
        }
        self.windows(release);
        for item in &release.scope {
            for artifact in &item.artifacts {
                self.digest(artifact, &|| release.subject().at(format!("scope/{}/artifacts", item.project)));
            }
        }
    }

    /// A phase must last; what takes no time is a milestone.
    fn length(&mut self, phase: &Phase, subject: &dyn Fn() -> Subject) {
        if let Some(duration) = phase.duration.as_ref().filter(|duration| duration.value.0.is_zero()) {
            let message = format!("phase `{}` takes no time", phase.id);
            self.report(duration.span, subject, message, "make it a milestone, or give it at least `1d`");
        }
    }

    fn dates_agree(&mut self, phase: &Phase, calendar: &WorkCalendar, subject: &dyn Fn() -> Subject) {
        if let (Some(date), Some(other)) = (&phase.date, phase.start.as_ref().or(phase.end.as_ref())) {
            let finding = Finding::new(other.span, subject(), format!("phase `{}` has a `date` and more", phase.id))
                .help("`date` is a phase of one day; otherwise write `start` and `end`, or `start` and `duration`");
            self.out.push(finding.related(date.span, subject(), "the `date` is here"));
        }
        let (Some(start), Some(end), Some(duration)) = (&phase.start, &phase.end, &phase.duration) else { return };
        // An end before its start has a rule of its own.
        if end.value < start.value || duration.value.0.is_zero() {
            return;
        }
        let days = calendar.working_length(duration.value.0);
        let (finish, begin) = match duration.value.0 {
            Duration::Elapsed { days } => {
                let apart = chrono::TimeDelta::days(days.min(100_000) - 1);
                (start.value.checked_add_signed(apart), end.value.checked_sub_signed(apart))
            }
            _ => (Some(calendar.finish(start.value, days)), Some(calendar.start_for_finish(end.value, days))),
        };
        if finish == Some(end.value) || begin == Some(start.value) {
            return;
        }
        let message = match finish {
            Some(finish) => format!("{duration} from {start} end on {finish}, not on {end}"),
            None => format!("{duration} from {start} do not end on {end}"),
        };
        let finding = Finding::new(duration.span, subject(), message)
            .help("write two of `start`, `end` and `duration`; the third follows");
        self.out.push(finding.related(end.span, subject(), "the written end"));
    }

    fn milestone(&mut self, milestone: &Milestone, subject: &dyn Fn() -> Subject) {
        let placed = milestone.date.is_some() || milestone.actual.is_some() || !milestone.after.is_empty();
        if !placed && !self.doubtful(milestone.span) {
            let message = format!("milestone `{}` has no date", milestone.id);
            self.report(milestone.id.span, subject, message, "give it a `date`, or say what it follows with `after`");
        }
    }

    fn digest(&mut self, artifact: &Artifact, subject: &dyn Fn() -> Subject) {
        if let Some(digest) = &artifact.sha256
            && (digest.len() != 64 || !digest.bytes().all(|byte| byte.is_ascii_hexdigit()))
        {
            let message = format!("`sha256` has 64 hexadecimal digits; this has {} characters", digest.chars().count());
            self.report(digest.span, subject, message, "`sha256sum FILE` prints it");
        }
    }

    /// The times in which a deployment is planned.
    fn windows(&mut self, release: &Release) {
        let zone = self.portfolio.zone;
        let Some(deployment) = &release.deployment else { return };
        if let Some(TimeWindow { start, end, .. }) = &deployment.window {
            self.ordered(("start", start), ("end", end), zone, &|| release.subject().at("deployment/window"));
        }
        for wave in &deployment.waves {
            if let Some(TimeWindow { start, end, .. }) = &wave.window {
                let subject = || release.subject().at(format!("waves/{}", wave.id));
                self.ordered(("start", start), ("end", end), zone, &subject);
            }
        }
    }

    fn changes(&mut self) {
        for change in &self.portfolio.changes {
            if let Some(TimeWindow { start, end, .. }) = &change.window {
                self.ordered(("start", start), ("end", end), self.portfolio.zone, &|| change.subject().at("window"));
            }
        }
    }

    /// What records say happened.
    fn records(&mut self) {
        for it in &self.portfolio.incidents {
            if let Some(restored) = &it.restored {
                let subject = || Subject::new(Kind::Incidents.as_str(), "").at(format!("entries/{}", it.id));
                let zone = it.environment.as_ref().map_or(self.portfolio.zone, |id| self.portfolio.zone_at(id));
                self.backwards(("opened", &it.opened), ("restored", restored), zone, &subject);
            }
        }
        for it in &self.portfolio.deployments {
            if let Some(started) = &it.started {
                let place = it.id.as_ref().map_or_else(|| "entries".to_owned(), |id| format!("entries/{id}"));
                let subject = || Subject::new(Kind::Deployments.as_str(), "").at(place.clone());
                self.backwards(("started", started), ("at", &it.at), self.portfolio.zone_at(&it.environment), &subject);
            }
        }
    }

    /// The second must not come before the first, and something must lie between them.
    fn ordered(
        &mut self,
        (from_key, from): (&str, &Spanned<When>),
        (to_key, to): (&str, &Spanned<When>),
        zone: Tz,
        subject: &dyn Fn() -> Subject,
    ) {
        if !self.backwards((from_key, from), (to_key, to), zone, subject) && from.instant(zone) == to.end_instant(zone)
        {
            let message = format!("nothing lies between `{from_key}` ({from}) and `{to_key}` ({to})");
            let finding = Finding::new(to.span, subject(), message)
                .help("correct one of the two; clocks that change can make a short time vanish");
            self.out.push(finding.related(from.span, subject(), format!("`{from_key}` is here")));
        }
    }

    /// Reports a second time before the first, and says whether it is.
    fn backwards(
        &mut self,
        (from_key, from): (&str, &Spanned<When>),
        (to_key, to): (&str, &Spanned<When>),
        zone: Tz,
        subject: &dyn Fn() -> Subject,
    ) -> bool {
        if !to.ends_before(&from.value, zone) {
            return false;
        }
        let message = format!("`{to_key}` ({to}) comes before `{from_key}` ({from})");
        let finding = Finding::new(to.span, subject(), message).help("correct one of the two");
        self.out.push(finding.related(from.span, subject(), format!("`{from_key}` is here")));
        true
    }

    fn lasts(&mut self, minutes: i64, span: Span, subject: &dyn Fn() -> Subject) {
        if minutes == 0 {
            self.report(span, subject, "this takes no time at all", "give it a duration such as `4h`");
        }
    }

    fn recurrence(
        &mut self,
        rrule: &Text,
        start: &Spanned<When>,
        exdates: &[Spanned<When>],
        zone: Tz,
        subject: &dyn Fn() -> Subject,
    ) {
        let exdates: Vec<When> = exdates.iter().map(|date| date.value).collect();
        if let Err(error) = Recurrence::parse(rrule, start.value, zone, &exdates) {
            let help = "write an RFC 5545 rule such as `FREQ=WEEKLY;BYDAY=SA` or `FREQ=MONTHLY;BYDAY=2SA`";
            self.report(rrule.span, subject, error.to_string(), help);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::messages;

    const RULE: &str = "invalid-value";

    fn phases(phases: &str) -> Vec<String> {
        messages(RULE, &format!("kind: release\nid: r\ntype: minor\nphases:\n  - {phases}\n"))
    }

    #[test]
    fn start_end_and_duration_agree_by_the_calendar() {
        assert!(phases("{id: a, start: 2026-12-04, end: 2026-12-07, duration: 2d}").is_empty());
        assert!(phases("{id: a, start: 2026-12-04, end: 2026-12-07, duration: 4ed}").is_empty());
        // A written end on a Saturday counts as worked.
        assert!(phases("{id: a, start: 2026-12-03, end: 2026-12-05, duration: 3d}").is_empty());
        assert_eq!(
            phases("{id: a, start: 2026-12-04, end: 2026-12-07, duration: 3d}"),
            ["3d from 2026-12-04 end on 2026-12-08, not on 2026-12-07"]
        );
    }

    #[test]
    fn a_phase_takes_time() {
        assert_eq!(phases("{id: a, start: 2026-12-04, duration: 0d}"), ["phase `a` takes no time"]);
    }

    #[test]
    fn a_freeze_says_what_it_lacks_unless_it_was_not_understood() {
        let freeze = |text: &str| messages(RULE, &format!("kind: portfolio\nstages: [prod]\nfreezes:\n  - {text}\n"));
        assert_eq!(freeze("{id: a, from: 2026-12-01}"), ["freeze `a` has no `to`"]);
        assert_eq!(freeze("{id: a}"), ["freeze `a` has no `from` and `to`"]);
        assert_eq!(freeze("{id: a, rrule: FREQ=DAILY}"), ["freeze `a` has no `start` and `duration`"]);
        assert_eq!(freeze("{id: a, from: 2026-12-01, to: tomorrow}").len(), 1);
        assert!(freeze("{id: a, from: 2026-12-01, to: 2026-12-01}").is_empty());
    }

    #[test]
    fn a_portfolio_without_stages_is_one_finding() {
        let text = "kind: portfolio\nname: X\n---\nkind: environment\nid: e\nstage: prod\n";
        assert_eq!(messages(RULE, text), ["the portfolio has no stages"]);
        assert!(messages("unknown-reference", text).is_empty());
    }

    #[test]
    fn records_of_what_cannot_have_happened_are_reported() {
        let incident = |times: &str| messages(RULE, &format!("kind: incidents\nentries:\n  - {{id: I-1, {times}}}\n"));
        assert_eq!(
            incident("opened: 2026-03-02T09:00, restored: 2026-03-01T09:00"),
            ["`restored` (2026-03-01T09:00) comes before `opened` (2026-03-02T09:00)"]
        );
        assert!(incident("opened: 2026-03-02T09:00, restored: 2026-03-02T09:00").is_empty());
        assert!(incident("opened: 2026-03-02T09:00, restored: 2026-03-02").is_empty(), "a day has many hours");
        let deployment = |times: &str| {
            let entry = format!("{{project: p, version: 1, environment: e, {times}, result: succeeded}}");
            messages(RULE, &format!("kind: deployments\nentries:\n  - {entry}\n"))
        };
        assert_eq!(deployment("started: 2026-03-02, at: 2026-03-01").len(), 1);
        assert!(deployment("started: 2026-03-01T23:00, at: 2026-03-02T01:00").is_empty());
    }

    #[test]
    fn what_ends_before_it_begins_is_reported() {
        let text = "kind: environment\nid: e\nstage: dev\noutages: [{from: 2026-12-02, to: 2026-12-01}]\n---\n\
                    kind: release\nid: r\ntype: minor\n\
                    deployment: {window: {start: 2026-12-05T22:00, end: 2026-12-05T06:00}}\n";
        assert_eq!(messages(RULE, text).len(), 2);
    }
}
