//! `over-capacity`.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};

use crate::analysis::deployments::whole_days;
use crate::analysis::occupancy::{Booking, Collision, Conflict, Level, Occupancy, by_lead_time};
use crate::analysis::schedule;
use crate::analysis::windows::Stretch;
use crate::diagnostic::wording::{plural, quoted};
use crate::diagnostic::{Finding, Severity};
use crate::model::Portfolio;
use crate::model::environment::Use;
use crate::rules::bookings::{each_environment, of_conflict, period, today};
use crate::rules::{Check, Context, Group, Rule};
use crate::time::{Lag, zone};

/// The rule.
pub static RULE: Rule = Rule {
    name: "over-capacity",
    group: Group::Environments,
    severity: Severity::Error,
    summary: "more is booked of an environment than there is",
    docs: "\
## What it does

Reports each stretch of time in which more units of an environment are booked than its `capacity`, default 1. A release counts
once at any instant, with its largest units, and a composite does not count while one of its parts is booked. A phase holds its
environments from its first day to its last, weekends between included, and `setup.lead_time` before a `code` booking counts
too. The finding names the fewest bookings that explain it; the first is the one that yields: of the lowest `priority`, else the
later. Where only drafts make it too much it is a warning. What ended before today is left alone.

## Why

Whoever comes second finds the environment taken, and a week of testing is lost.

## How to fix

Move or drop what has the lower priority, book fewer units, or raise `capacity`.

```yaml failing
kind: environment
id: uat-1
stage: test
---
kind: release
id: cards
type: minor
status: planned
priority: 80
phases:
  - {id: uat, start: 2026-11-23, end: 2026-11-27, environments: [uat-1]}
---
kind: release
id: ledger
type: minor
status: planned
phases:
  - {id: uat, start: 2026-11-26, end: 2026-12-02, environments: [uat-1]}
```

```yaml failing
kind: environment
id: uat-1
stage: test
capacity: 2
bookings: [{id: load-test, from: 2026-11-23, to: 2026-11-24, units: 3}]
```

```yaml passing
kind: environment
id: uat-1
stage: test
---
kind: release
id: cards
type: minor
status: planned
phases:
  - {id: uat, start: 2026-11-23, end: 2026-11-27, environments: [uat-1]}
---
kind: release
id: ledger
type: minor
status: planned
phases:
  - {id: uat, start: 2026-11-28, end: 2026-12-02, environments: [uat-1]}
```
",
    check: Check::Portfolio(check),
};

/// Levels looked at in search of a free time; far more than a year of a busy environment.
const MOST_LEVELS: usize = 500;

fn check(cx: &Context<'_>, out: &mut Vec<Finding>) {
    let now = today(cx);
    each_environment(cx, out, |environment, occupancy| {
        let conflicts = occupancy.conflicts_from(cx.portfolio, environment, now);
        let over: Vec<Conflict> =
            conflicts.into_iter().filter(|conflict| conflict.collision == Collision::OverCapacity).collect();
        if over.is_empty() {
            return Vec::new();
        }
        let taken = Taken::new(cx.portfolio, occupancy, environment);
        over.iter().filter_map(|conflict| report(cx, conflict, &taken, now)).collect()
    });
}

/// What is taken of an environment, and by whom.
struct Taken<'o> {
    bookings: &'o [Booking],
    levels: Vec<Level>,
    /// The bookings of each release by itself; composites and their parts stand for each other, so that theirs cannot be
    /// told apart in the levels.
    own: HashMap<usize, Vec<&'o Booking>>,
}

impl<'o> Taken<'o> {
    fn new(portfolio: &Portfolio, occupancy: &'o Occupancy, environment: usize) -> Self {
        let bookings = occupancy.of(environment);
        let mut own: HashMap<usize, Vec<&Booking>> = HashMap::new();
        for booking in bookings {
            if let Some(release) = booking.release.filter(|&release| is_by_itself(portfolio, release)) {
                own.entry(release).or_default().push(booking);
            }
        }
        Self { bookings, levels: occupancy.levels(portfolio, environment), own }
    }

    /// The times in a level when a release could not come with `booking`, whatever it books there by itself.
    fn full(&self, level: &Level, booking: &Booking, capacity: u32) -> Vec<Stretch> {
        let own = booking.release.and_then(|release| self.own.get(&release)).map_or(&[][..], Vec::as_slice);
        let own: Vec<_> = own.iter().filter_map(|own| Some((level.time.intersect(&own.held())?, own.units))).collect();
        let held: Vec<Stretch> = own.iter().map(|(time, _)| *time).collect();
        let others = level.time.subtract(&held).into_iter().map(|time| (time, 0));
        let full = |(time, own): (Stretch, u32)| {
            let bookers = if own > 0 { level.bookers - 1 } else { level.bookers };
            let is_full = level.units.saturating_sub(own).saturating_add(booking.units) > capacity
                || bookers > 0 && (booking.exclusive || level.exclusive);
            is_full.then_some(time)
        };
        let mut full: Vec<Stretch> = others.chain(own).filter_map(full).collect();
        full.sort_unstable();
        full
    }
}

fn is_by_itself(portfolio: &Portfolio, release: usize) -> bool {
    portfolio.children(release).is_empty() && portfolio.ancestors(release).is_empty()
}

fn report(cx: &Context<'_>, conflict: &Conflict, taken: &Taken<'_>, now: DateTime<Utc>) -> Option<Finding> {
    let portfolio = cx.portfolio;
    let environment = &portfolio.environments[conflict.environment];
    let zone = portfolio.zone_of(environment);
    let bookings = taken.bookings;
    let when = period(conflict.time, now, zone);
    let capacity = plural(conflict.capacity, "unit");
    if let [only] = conflict.cause[..] {
        let name = bookings[only].name(portfolio);
        let message = format!(
            "`{name}` books {} units of `{}` {when}, which has {}",
            bookings[only].units, environment.id, capacity
        );
        let finding = of_conflict(portfolio, bookings, conflict, now, message)?;
        return Some(finding.help(format!("book {capacity} at most, or raise `capacity`")));
    }
    let peak = if conflict.peak == conflict.time {
        String::new()
    } else {
        format!(" at the worst, {}", period(conflict.peak, now, zone))
    };
    let message = format!(
        "`{}` is overbooked {when}: {} want {} units{peak}{} it has {}",
        environment.id,
        plural(conflict.bookings.len(), "booking"),
        conflict.demand,
        if peak.is_empty() { "," } else { ";" },
        conflict.capacity,
    );
    let finding = of_conflict(portfolio, bookings, conflict, now, message)?;
    Some(finding.help(way_out(cx, conflict, taken)))
}

/// Who can stay by priority, who has to go, and when the one that yields would find room.
fn way_out(cx: &Context<'_>, conflict: &Conflict, taken: &Taken<'_>) -> String {
    let (portfolio, bookings) = (cx.portfolio, taken.bookings);
    let mut room = conflict.capacity;
    let (stay, go): (Vec<usize>, Vec<usize>) = conflict.contenders.iter().partition(|&&index| {
        let fits = bookings[index].units <= room;
        if fits {
            room -= bookings[index].units;
        }
        fits
    });
    let names = |list: &[usize]| -> Vec<String> { list.iter().map(|&index| bookings[index].name(portfolio)).collect() };
    let (stay, mut going) = (names(&stay), names(&go));
    going.reverse();
    let stays = quoted(stay.iter().map(String::as_str));
    let goes = quoted(going.iter().map(String::as_str));
    let free = conflict.cause.first().and_then(|&index| next_free(cx, &bookings[index], conflict, taken));
    let free = free.map_or(String::new(), |day| {
        let name = bookings[conflict.cause[0]].name(portfolio);
        format!("; there is room for `{name}` from {day}")
    });
    if stay.is_empty() {
        return format!("move {goes}, book fewer units, or raise `capacity`{free}");
    }
    format!("by priority {stays} can stay; move {goes}, or raise `capacity`{free}")
}

/// The first working day after a conflict from which a phase would find room for as many days as it works, set up by then.
fn next_free(cx: &Context<'_>, booking: &Booking, conflict: &Conflict, taken: &Taken<'_>) -> Option<NaiveDate> {
    let portfolio = cx.portfolio;
    let release = booking.release?;
    let phase = booking.phase(portfolio)?;
    let environment = &portfolio.environments[booking.environment];
    let zone = portfolio.zone_of(environment);
    let worker = schedule::worker(portfolio, &portfolio.releases[release], phase);
    let days = |time: Stretch| (zone::local(time.start, zone).date(), zone::local(time.end, zone).date().pred_opt());
    let (first, last) = days(booking.time);
    let length = worker.worked(first, last?).max(1);
    let lead = environment.setup.as_ref().and_then(|setup| setup.lead_time.as_ref()).map(|lead| lead.value.0);
    let lead = lead.filter(|_| booking.r#use == Use::Code);
    let moved = |at: DateTime<Utc>, negative: bool| {
        lead.map_or(at, |duration| by_lead_time(portfolio, environment, at, Lag { negative, duration }))
    };
    let stretch = |after: DateTime<Utc>| {
        let local = zone::local(moved(after, false).max(after), zone);
        let begun = local.time() != chrono::NaiveTime::MIN;
        let day = if begun { local.date().succ_opt()? } else { local.date() };
        let first = worker.calendar().next_working(day);
        let time = whole_days(first, worker.calendar().finish(first, length), zone)?;
        Some((first, Stretch { start: moved(time.start, true).min(time.start), end: time.end }))
    };
    let (mut first, mut wanted) = stretch(conflict.time.end)?;
    let from = taken.levels.partition_point(|level| level.time.end <= wanted.start);
    for (looked, level) in taken.levels[from..].iter().enumerate() {
        if level.time.start >= wanted.end {
            break;
        }
        for full in taken.full(level, booking, conflict.capacity) {
            if full.overlaps(&wanted) {
                (first, wanted) = stretch(full.end)?;
            }
        }
        if looked > MOST_LEVELS {
            return None;
        }
    }
    Some(first)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use crate::diagnostic::Severity;
    use crate::rules::testing::{messages, of};

    const RULE: &str = "over-capacity";

    fn environment(more: &str) -> String {
        format!("kind: environment\nid: uat\nstage: test\n{more}")
    }

    fn release(id: &str, from: &str, to: &str, more: &str) -> String {
        format!(
            "---\nkind: release\nid: {id}\ntype: minor\nstatus: planned\n{more}phases:\n  \
             - {{id: uat, start: {from}, end: {to}, environments: [uat]}}\n"
        )
    }

    #[test]
    fn one_finding_for_ten_releases_in_a_week() {
        let releases: String = (0..10)
            .map(|n| release(&format!("r{n}"), "2026-11-23", "2026-11-27", &format!("priority: {}\n", 90 - n)))
            .collect();
        let found = of(RULE, &format!("{}{releases}", environment("capacity: 2\n")));
        assert_eq!(found.len(), 1);
        assert_eq!(
            found[0].message,
            "`uat` is overbooked from 2026-11-23 to 2026-11-27: 10 bookings want 10 units, it has 2"
        );
        assert_eq!(found[0].subject.id, "r9");
        let related: Vec<&str> = found[0].related.iter().map(|label| label.message.as_str()).collect();
        assert_eq!(
            related,
            [
                "`r1/uat` from 2026-11-23 to 2026-11-27, priority 89",
                "`r0/uat` from 2026-11-23 to 2026-11-27, priority 90"
            ]
        );
        let help = found[0].help.as_deref().unwrap();
        assert_eq!(
            help,
            "by priority `r0/uat` and `r1/uat` can stay; move `r9/uat`, `r8/uat`, `r7/uat`, `r6/uat`, `r5/uat`, `r4/uat` \
             and 2 more, or raise `capacity`; there is room for `r9/uat` from 2026-11-30"
        );
    }

    #[test]
    fn the_next_room_is_after_what_is_booked_next_and_on_a_working_day() {
        let text = [
            environment(""),
            release("a", "2026-11-23", "2026-11-27", ""),
            release("b", "2026-11-26", "2026-11-27", "priority: 10\n"),
            release("c", "2026-12-01", "2026-12-04", ""),
        ];
        let found = of(RULE, &text.concat());
        assert_eq!(found.len(), 1);
        assert!(found[0].help.as_deref().unwrap().ends_with("room for `b/uat` from 2026-12-07"), "{:?}", found[0].help);
    }

    #[test]
    fn what_yields_is_not_in_its_own_way() {
        let room = |text: &[String]| {
            let found = of(RULE, &text.concat());
            assert_eq!(found.len(), 1);
            let help = found[0].help.clone().unwrap();
            help.rsplit_once("room for `b/uat` from ").unwrap().1.to_owned()
        };
        let a = release("a", "2026-11-23", "2026-11-25", "");
        let b = release("b", "2026-11-24", "2026-12-02", "priority: 10\n");
        assert_eq!(room(&[environment(""), a.clone(), b.clone()]), "2026-11-26");
        // The next follows where its own time ends: seven days find no room before.
        let c = release("c", "2026-12-03", "2026-12-04", "");
        assert_eq!(room(&[environment(""), a.clone(), b, c]), "2026-12-07");
        // It has to be set up again, after the other has gone.
        let short = release("b", "2026-11-25", "2026-11-25", "priority: 10\n");
        assert_eq!(room(&[environment("setup: {lead_time: 2d}\n"), a, short]), "2026-11-30");
    }

    #[test]
    fn weekends_hold_and_ends_do_not_touch() {
        let pair = |from: &str| {
            let one = release("a", "2026-11-19", "2026-11-24", "");
            [environment(""), one, release("b", from, "2026-11-26", "")].concat()
        };
        assert!(messages(RULE, &pair("2026-11-25")).is_empty());
        assert_eq!(
            messages(RULE, &pair("2026-11-24")),
            ["`uat` is overbooked on 2026-11-24: 2 bookings want 2 units, it has 1"]
        );
    }

    #[test]
    fn the_past_is_left_alone_and_what_goes_on_is_not() {
        let pair = |to: &str| {
            [environment(""), release("a", "2026-11-09", to, ""), release("b", "2026-11-10", to, "")].concat()
        };
        assert!(messages(RULE, &pair("2026-11-15")).is_empty());
        assert_eq!(
            messages(RULE, &pair("2026-11-17")),
            ["`uat` is overbooked until 2026-11-17: 2 bookings want 2 units, it has 1"]
        );
    }

    #[test]
    fn drafts_are_warned_and_do_not_lead_an_error() {
        let a = release("a", "2026-11-23", "2026-11-27", "");
        let b = release("b", "2026-11-24", "2026-11-27", "");
        let draft = release("c", "2026-11-24", "2026-11-27", "priority: 1\n").replace("planned", "draft");
        let found = of(RULE, &[environment(""), a.clone(), draft.clone()].concat());
        assert_eq!((found.len(), found[0].severity), (1, Severity::Warning));
        let found = of(RULE, &[environment(""), a, b, draft].concat());
        assert_eq!((found.len(), found[0].severity), (1, Severity::Error));
        assert_eq!(found[0].subject.id, "b");
    }

    #[test]
    fn a_composite_does_not_contend_with_its_parts() {
        let whole = release("whole", "2026-11-23", "2026-11-27", "");
        let part = release("part", "2026-11-23", "2026-11-27", "part_of: whole\n");
        assert!(messages(RULE, &[environment(""), whole, part].concat()).is_empty());
    }

    #[test]
    fn more_units_than_there_are() {
        let text = environment(
            "capacity: 2\nbookings: [{id: load, from: 2026-11-23T20:00, to: 2026-11-24T04:00, units: 3}]\n",
        );
        assert_eq!(
            messages(RULE, &text),
            ["`uat booking load` books 3 units of `uat` from 2026-11-23 20:00 to 2026-11-24 04:00, which has 2 units"]
        );
    }

    #[test]
    fn setting_up_needs_the_environment_too() {
        let text = |lead: &str| {
            let a = release("a", "2026-11-23", "2026-11-25", "");
            [environment(lead), a, release("b", "2026-11-26", "2026-11-27", "")].concat()
        };
        assert!(messages(RULE, &text("")).is_empty());
        assert_eq!(messages(RULE, &text("setup: {lead_time: 1d}\n")).len(), 1);
    }
}
