//! `wall-clock-gap`.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use chrono_tz::Tz;

use crate::analysis::windows::Entry;
use crate::diagnostic::{Finding, Severity, Span, Subject};
use crate::model::environment::{Environment, Window};
use crate::model::records::ChangeStatus;
use crate::model::release::{At, Release, TimeWindow};
use crate::model::{Identified, Kind, Portfolio, Spanned, Text};
use crate::rules::{Check, Context, Group, Rule};
use crate::time::recurrence::Recurrence;
use crate::time::when::When;
use crate::time::zone::{self, ClockChange, WallClock};

/// The rule.
pub static RULE: Rule = Rule {
    name: "wall-clock-gap",
    group: Group::Environments,
    severity: Severity::Warning,
    summary: "a time that clocks skip, or show twice",
    docs: r#"## What it does

Looks 400 days ahead for times without an offset that do not exist because clocks go forward, or that happen twice because clocks go
back: deployment windows, waves and rehearsals; bookings, outages, maintenance and windows of environments; freezes; communications
and training; the windows of changes; departures of trains. Of a recurrence both the start and the end of an occurrence count. Each value and each
recurrence is reported once, with what it is read as: a time that is skipped, by the clock as it was before the change; a time that
happens twice, as the first of the two.

Releases that are over and changes that are done are left alone.

## Why

People in the room and the machine that runs the job read such a time differently, and they find out that night.

## How to fix

Write another time, or write the offset: `2027-10-31T01:30+00:00`. Leave an occurrence out with `exdates`.

```yaml failing
kind: portfolio
stages: [test, prod]
timezone: Europe/London
---
kind: environment
id: live
stage: prod
outages: [{from: 2027-03-28T01:30, to: 2027-03-28T06:00, reason: Storage move}]
```

A weekly window that opens when clocks go back:

```yaml failing
kind: environment
id: live
stage: prod
timezone: Australia/Sydney
windows: [{rrule: "FREQ=WEEKLY;BYDAY=SU", start: 2026-01-04T02:30, duration: 4h}]
```

```yaml passing
kind: portfolio
stages: [test, prod]
timezone: Europe/London
---
kind: environment
id: live
stage: prod
outages: [{from: 2027-03-28T01:30+01:00, to: 2027-03-28T06:00, reason: Storage move}]
windows: [{rrule: "FREQ=WEEKLY;BYDAY=SU", start: 2026-01-04T03:30, duration: 4h, exdates: []}]
```
"#,
    check: Check::Portfolio(check),
};

/// How far ahead times are looked at.
const AHEAD: TimeDelta = TimeDelta::days(400);

fn check(cx: &Context<'_>, out: &mut Vec<Finding>) {
    let portfolio = cx.portfolio;
    let from = zone::start_of_day(cx.clock.today, portfolio.zone);
    let mut judge = Judge { cx, portfolio, from, to: from + AHEAD, changes: HashMap::new(), out };
    for freeze in &portfolio.settings.freezes {
        let subject = Subject::new(Kind::Portfolio.as_str(), "").at(format!("freezes/{}", freeze.id));
        if let (Some(rrule), Some(start), Some(duration)) = (&freeze.rrule, &freeze.start, &freeze.duration) {
            let recurring = Recurring { rrule, start, exdates: &freeze.exdates, minutes: Some(duration.value.0) };
            judge.recurrence(&recurring, portfolio.zone, &subject);
        } else {
            judge.values(freeze.from.iter().chain(&freeze.to), portfolio.zone, &subject);
        }
    }
    for (index, environment) in portfolio.environments.iter().enumerate() {
        judge.environment(index, environment);
    }
    for train in &portfolio.trains {
        let recurring = Recurring { rrule: &train.rrule, start: &train.start, exdates: &train.exdates, minutes: None };
        judge.recurrence(&recurring, portfolio.zone, &train.subject().at("rrule"));
    }
    for (r, release) in portfolio.releases.iter().enumerate() {
        if !super::is_past(cx, r) {
            judge.release(release);
        }
    }
    for change in &portfolio.changes {
        let status = change.status.as_ref().map(|status| status.value);
        let done = matches!(status, Some(ChangeStatus::Rejected | ChangeStatus::Implemented | ChangeStatus::Closed));
        if let Some(window) = change.window.as_ref().filter(|_| !done) {
            judge.window(window, portfolio.zone, &change.subject().at("window"));
        }
    }
}

/// A recurrence as it is written.
struct Recurring<'p> {
    rrule: &'p Text,
    start: &'p Spanned<When>,
    exdates: &'p [Spanned<When>],
    /// How long each takes; none for what only begins.
    minutes: Option<i64>,
}

struct Judge<'p, 'o> {
    cx: &'o Context<'p>,
    portfolio: &'p Portfolio,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
    changes: HashMap<Tz, Vec<ClockChange>>,
    out: &'o mut Vec<Finding>,
}

impl Judge<'_, '_> {
    fn environment(&mut self, index: usize, environment: &Environment) {
        let zone = self.portfolio.zone_of(environment);
        let at = |path: String| environment.subject().at(path);
        let times = self.cx.times(index);
        let maintenance = ("maintenance", &environment.maintenance, &times.maintenance);
        for (list, written, read) in [maintenance, ("windows", &environment.windows, &times.windows)] {
            for Entry { index, times } in read {
                let Window { rrule, start, duration, .. } = &written[*index];
                if let Some(rule) = times.recurrence() {
                    let subject = || at(format!("{list}/{}", index + 1));
                    self.rule(rule, start.value, Some(duration.value.0), rrule.span, &subject);
                }
            }
        }
        for (index, outage) in environment.outages.iter().enumerate() {
            self.values([&outage.from, &outage.to], zone, &at(format!("outages/{}", index + 1)));
        }
        for booking in &environment.bookings {
            self.values([&booking.from, &booking.to], zone, &at(format!("bookings/{}", booking.id)));
        }
    }

    fn release(&mut self, release: &Release) {
        let (portfolio, home) = (self.portfolio, self.portfolio.zone);
        let at = |path: String| release.subject().at(path);
        let communications =
            release.communications.iter().map(|item| (item.at.as_ref(), format!("communications/{}", item.id)));
        let training = release.training.iter().map(|item| (item.at.as_ref(), format!("training/{}", item.id)));
        for (written, path) in communications.chain(training) {
            self.at(written, &[home], &at(path));
        }
        let Some(plan) = &release.deployment else { return };
        // A time may be read in several zones; it is reported for the first in which it is in doubt.
        let mut zones: Vec<Tz> = crate::analysis::deployments::environments(portfolio, release)
            .into_iter()
            .map(|environment| portfolio.zone_of(&portfolio.environments[environment]))
            .collect();
        if zones.is_empty() {
            zones.push(home);
        }
        zones.dedup();
        if let Some(window) = &plan.window {
            self.window_in(window, &zones, &at("deployment/window".to_owned()));
        }
        for wave in &plan.waves {
            let subject = at(format!("deployment/waves/{}", wave.id));
            self.at(wave.at.as_ref(), &zones, &subject);
            if let Some(window) = &wave.window {
                self.window_in(window, &zones, &subject);
            }
        }
        for (index, rehearsal) in plan.rehearsals.iter().enumerate() {
            let place = rehearsal.environment.as_ref().and_then(|id| portfolio.environments.get(id));
            let zone = place.map_or(home, |environment| portfolio.zone_of(environment));
            self.values([&rehearsal.at], zone, &at(format!("deployment/rehearsals/{}", index + 1)));
        }
    }

    /// A distance from the target is no wall-clock time.
    fn at(&mut self, written: Option<&Spanned<At>>, zones: &[Tz], subject: &Subject) {
        if let Some(Spanned { value: At::When(when), span }) = written {
            self.value(&Spanned { value: *when, span: *span }, zones, subject);
        }
    }

    fn window(&mut self, window: &TimeWindow, zone: Tz, subject: &Subject) {
        self.window_in(window, &[zone], subject);
    }

    fn window_in(&mut self, window: &TimeWindow, zones: &[Tz], subject: &Subject) {
        self.value(&window.start, zones, subject);
        self.value(&window.end, zones, subject);
    }

    fn values<'w>(&mut self, values: impl IntoIterator<Item = &'w Spanned<When>>, zone: Tz, subject: &Subject) {
        for value in values {
            self.value(value, &[zone], subject);
        }
    }

    fn value(&mut self, written: &Spanned<When>, zones: &[Tz], subject: &Subject) {
        let When::Local(local) = written.value else { return };
        let doubtful = zones.iter().find_map(|&zone| match zone::resolve(local, zone) {
            WallClock::Unique(_) => None,
            WallClock::Gap(at) => Some((zone, at, true)),
            WallClock::Fold(at) => Some((zone, at, false)),
        });
        let Some((zone, at, skipped)) = doubtful.filter(|(_, at, _)| (self.from..self.to).contains(at)) else {
            return;
        };
        let message = if skipped {
            format!("clocks in {} skip {}; it is read as {}", zone.name(), wall(local), wall(zone::local(at, zone)))
        } else {
            format!(
                "clocks in {} show {} twice; it is read as the first, {} by UTC",
                zone.name(),
                wall(local),
                wall(at.naive_utc())
            )
        };
        let help = "write another time, or one with its offset, such as `2027-10-31T01:30+00:00`";
        self.out.push(Finding::new(written.span, subject.clone(), message).help(help));
    }

    fn recurrence(&mut self, recurring: &Recurring<'_>, zone: Tz, subject: &Subject) {
        let exdates: Vec<When> = recurring.exdates.iter().map(|date| date.value).collect();
        if let Ok(rule) = Recurrence::parse(recurring.rrule, recurring.start.value, zone, &exdates) {
            let subject = || subject.clone();
            self.rule(&rule, recurring.start.value, recurring.minutes, recurring.rrule.span, &subject);
        }
    }

    /// Only the days on which clocks change are looked at, so a rule costs little however often it occurs. What has no
    /// `minutes` only begins.
    fn rule(
        &mut self,
        rule: &Recurrence,
        start: When,
        minutes: Option<i64>,
        span: Span,
        subject: &dyn Fn() -> Subject,
    ) {
        let zone = rule.zone();
        let changes = self.changes.entry(zone).or_insert_with(|| zone::clock_changes(self.from, self.to, zone));
        let length = minutes.map(|minutes| TimeDelta::try_minutes(minutes).unwrap_or_default());
        if length.is_some_and(|length| length <= TimeDelta::zero()) || matches!(start, When::Date(_)) {
            return;
        }
        let Some(message) = changes.iter().find_map(|change| doubt(rule, length, change, zone)) else { return };
        let help = "choose another time of day, or leave that occurrence out with `exdates`";
        self.out.push(Finding::new(span, subject(), message).help(help));
    }
}

/// What is in doubt of the occurrences around a change of the clocks: the start of one, else the end of one.
fn doubt(rule: &Recurrence, length: Option<TimeDelta>, change: &ClockChange, zone: Tz) -> Option<String> {
    let name = zone.name();
    if let Some(&start) = rule.wall_clock_times(change.from, change.to).first() {
        let at = zone::resolve(start, zone).instant();
        return Some(if change.skips {
            let read = wall(zone::local(at, zone));
            format!("an occurrence starts at {}, which clocks in {name} skip; it is read as {read}", wall(start))
        } else {
            let (start, read) = (wall(start), wall(at.naive_utc()));
            format!(
                "an occurrence starts at {start}, which clocks in {name} show twice; it is read as the first, {read} by UTC"
            )
        });
    }
    let length = length?;
    let earlier = |at: NaiveDateTime| at.checked_sub_signed(length);
    let starts = rule.wall_clock_times(earlier(change.from)?, earlier(change.to)?);
    // The instant at which clocks jump is no matter of doubt, whatever they show.
    let start = starts.into_iter().find(|start| !change.skips || *start + length > change.from)?;
    let at = zone::resolve(start, zone).instant() + length;
    let doubted = wall(start + length);
    let lasts = format!("an occurrence from {} on would end at {doubted}", wall(start));
    Some(if change.skips {
        format!("{lasts}, which clocks in {name} skip; it ends at {}", wall(zone::local(at, zone)))
    } else {
        format!("{lasts}, which clocks in {name} show twice; it ends at {} by UTC", wall(at.naive_utc()))
    })
}

fn wall(local: NaiveDateTime) -> String {
    local.format("%Y-%m-%d %H:%M").to_string()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use crate::rules::testing::{messages, of};

    const RULE: &str = "wall-clock-gap";

    fn place(zone: &str, more: &str) -> Vec<String> {
        messages(RULE, &format!("kind: environment\nid: live\nstage: prod\ntimezone: {zone}\n{more}\n"))
    }

    fn weekly(zone: &str, start: &str, duration: &str) -> Vec<String> {
        let window = format!("{{rrule: 'FREQ=WEEKLY;BYDAY=SU', start: {start}, duration: {duration}}}");
        place(zone, &format!("windows: [{window}]"))
    }

    #[test]
    fn single_values_say_what_they_are_read_as() {
        let outage = |zone: &str, from: &str, to: &str| place(zone, &format!("outages: [{{from: {from}, to: {to}}}]"));
        assert_eq!(
            outage("Europe/London", "2027-03-28T01:30", "2027-03-28T06:00"),
            ["clocks in Europe/London skip 2027-03-28 01:30; it is read as 2027-03-28 02:30"]
        );
        assert_eq!(
            outage("Australia/Sydney", "2027-04-04T02:00", "2027-04-04T06:00"),
            [
                "clocks in Australia/Sydney show 2027-04-04 02:00 twice; it is read as the first, 2027-04-03 15:00 by UTC"
            ]
        );
        assert!(outage("Europe/London", "2027-03-28T00:59", "2027-03-28T02:00").is_empty());
        assert!(outage("Europe/London", "2027-03-28T01:30Z", "2027-03-28T06:00").is_empty());
        assert!(outage("UTC", "2027-03-28T01:30", "2027-03-28T06:00").is_empty());
        assert!(outage("Europe/London", "2027-03-28", "2027-03-28").is_empty());
        // Today is 2026-11-16; neither the past nor what is further away than 400 days.
        assert!(outage("Europe/London", "2026-10-25T01:30", "2026-10-25T06:00").is_empty());
        assert!(outage("Europe/London", "2028-03-26T01:30", "2028-03-26T06:00").is_empty());
    }

    #[test]
    fn recurrences_are_told_once_at_their_first_doubt() {
        assert_eq!(
            weekly("Europe/London", "2026-01-04T01:30", "4h"),
            [
                "an occurrence starts at 2027-03-28 01:30, which clocks in Europe/London skip; it is read as 2027-03-28 02:30"
            ]
        );
        assert_eq!(
            weekly("Australia/Sydney", "2026-01-04T02:30", "4h"),
            [
                "an occurrence starts at 2027-04-04 02:30, which clocks in Australia/Sydney show twice; it is read as the first, 2027-04-03 15:30 by UTC"
            ]
        );
        assert!(weekly("Europe/London", "2026-01-04T02:00", "4h").is_empty());
        assert!(weekly("Asia/Kolkata", "2026-01-04T01:30", "4h").is_empty());
        let without = "windows: [{rrule: 'FREQ=WEEKLY;BYDAY=SU', start: 2026-01-04T01:30, duration: 4h, exdates: [2027-03-28, 2027-10-31]}]";
        assert!(place("Europe/London", without).is_empty());
    }

    #[test]
    fn the_end_of_an_occurrence_counts_too() {
        let saturday = |duration: &str| {
            let window = format!("{{rrule: 'FREQ=WEEKLY;BYDAY=SA', start: 2026-01-03T20:00, duration: {duration}}}");
            place("Europe/London", &format!("maintenance: [{window}]"))
        };
        assert_eq!(
            saturday("330m"),
            [
                "an occurrence from 2027-03-27 20:00 on would end at 2027-03-28 01:30, which clocks in Europe/London skip; it ends at 2027-03-28 02:30"
            ]
        );
        // Ending with the jump is exact; ending at 01:00 in autumn is not.
        assert_eq!(
            saturday("5h"),
            [
                "an occurrence from 2027-10-30 20:00 on would end at 2027-10-31 01:00, which clocks in Europe/London show twice; it ends at 2027-10-31 00:00 by UTC"
            ]
        );
        assert!(saturday("10h").is_empty());
    }

    #[test]
    fn trains_depart_by_the_clock() {
        let train = |start: &str| {
            let text = format!(
                "kind: portfolio\nstages: [test, prod]\ntimezone: Europe/London\n---\nkind: train\nid: nightly\nrrule: FREQ=DAILY\nstart: {start}\n"
            );
            messages(RULE, &text)
        };
        assert_eq!(
            train("2026-01-01T01:30"),
            [
                "an occurrence starts at 2027-03-28 01:30, which clocks in Europe/London skip; it is read as 2027-03-28 02:30"
            ]
        );
        assert!(train("2026-01-01").is_empty());
        assert!(train("2026-01-01T03:30").is_empty());
    }

    #[test]
    fn rehearsals_are_counted_from_one() {
        let text = "kind: release\nid: w\ntype: minor\nstatus: planned\ndeployment:\n  \
                    rehearsals: [{at: 2027-03-14T02:10-05:00}, {at: 2027-03-28T01:10}]\n";
        let text = format!("kind: portfolio\nstages: [test, prod]\ntimezone: Europe/London\n---\n{text}");
        let found = of(RULE, &text);
        assert_eq!(found[0].subject.path, "deployment/rehearsals/2");
    }

    #[test]
    fn everything_with_a_time_of_day_is_looked_at() {
        let text = "kind: portfolio\nstages: [test, prod]\ntimezone: Europe/London\nfreezes:\n  \
                    - {id: once, from: 2027-03-28T01:15, to: 2027-04-01}\n  \
                    - {id: often, rrule: FREQ=DAILY, start: 2026-01-01T01:45, duration: 1h}\n---\n\
                    kind: environment\nid: live\nstage: prod\ntimezone: America/New_York\n\
                    bookings: [{id: b, from: 2027-03-14T02:30, to: 2027-03-15}]\n---\n\
                    kind: release\nid: w\ntype: minor\nstatus: planned\n\
                    communications: [{id: c, at: 2027-03-28T01:30}]\ntraining: [{id: t, at: 2027-03-28T01:30}]\n\
                    deployment:\n  environments: [live]\n  window: {start: 2027-03-14T02:00, end: 2027-03-14T04:00}\n  \
                    waves: [{id: a}, {id: b, at: 2027-03-14T02:59}, {id: c, window: {start: 2027-03-20, end: 2027-11-07T01:30}}]\n  \
                    rehearsals: [{at: 2027-03-14T02:10, environment: live}, {at: 2027-03-28T01:10}]\n---\n\
                    kind: change\nid: RFC-1\nwindow: {start: 2027-03-28T01:00, end: 2027-03-28T03:00}\n";
        assert_eq!(messages(RULE, text).len(), 11);
        let over =
            text.replace("planned", "released").replace("RFC-1\n", "RFC-1\nstatus: closed\noutcome: successful\n");
        assert_eq!(messages(RULE, &over).len(), 3);
    }
}
