//! The next time an environment is free for a given length of work.

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};

use super::deployments::whole_days;
use super::occupancy::Occupancy;
use super::windows::{self, Deploying, EnvironmentTimes, Stretch, Times};
use crate::model::environment::Use;
use crate::model::{Id, Portfolio};
use crate::time::duration::{Duration, Lag};
use crate::time::{Interval, MAX_DATE, plus_days, zone};

/// How long a search looks ahead unless told: two years.
pub const HORIZON_DAYS: u64 = 730;

/// What is looked for.
#[derive(Debug, Clone)]
pub struct Request<'p> {
    /// How long: working or elapsed days are booked as whole days, clock time by the minute.
    pub length: Duration,
    /// Units of the capacity.
    pub units: u32,
    /// Whether nobody else may be there.
    pub exclusive: bool,
    /// What the booking does; only `code` needs setting up and is kept out of freezes.
    pub r#use: Use,
    /// The projects that must be hosted.
    pub projects: Vec<&'p Id>,
    /// The first instant that counts.
    pub from: DateTime<Utc>,
    /// The first instant after which nothing may last; two years after `from` unless told.
    pub before: Option<DateTime<Utc>>,
}

impl Request<'_> {
    /// The instant at which it must be over.
    pub fn last(&self) -> DateTime<Utc> {
        let horizon = || self.from.checked_add_days(Days::new(HORIZON_DAYS));
        self.before.or_else(horizon).unwrap_or(DateTime::<Utc>::MAX_UTC)
    }
}

/// A time in which an environment is free.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slot {
    /// The environment, by index.
    pub environment: usize,
    /// When.
    pub time: Stretch,
    /// When setting it up would begin; the start of `time` when there is nothing to set up.
    pub held_from: DateTime<Utc>,
}

/// The earliest slot in one environment; none when it does not host the projects, is too small, or is not free in time.
pub fn next_free(
    portfolio: &Portfolio,
    occupancy: &Occupancy,
    environment: usize,
    request: &Request<'_>,
) -> Option<Slot> {
    let manifest = &portfolio.environments[environment];
    if request.units > manifest.capacity() || !request.projects.iter().all(|project| manifest.hosts(project)) {
        return None;
    }
    let range = Interval::new(request.from, request.last())?;
    let search = Search::new(portfolio, occupancy, environment, request, range);
    search.first()
}

struct Search<'p> {
    portfolio: &'p Portfolio,
    environment: usize,
    request: &'p Request<'p>,
    range: Stretch,
    /// How long before its start a slot is held, for setting up.
    lead: Option<Duration>,
    /// When too little is left for the request, merged: while it is held.
    taken: Vec<Stretch>,
    /// When nothing can be done there, merged: while it is used.
    shut: Vec<Stretch>,
}

impl<'p> Search<'p> {
    fn new(
        portfolio: &'p Portfolio,
        occupancy: &Occupancy,
        environment: usize,
        request: &'p Request<'p>,
        range: Stretch,
    ) -> Self {
        let manifest = &portfolio.environments[environment];
        let room = manifest.capacity() - request.units;
        let levels = occupancy.levels(portfolio, environment).into_iter();
        let taken = levels.filter(|level| level.exclusive || request.exclusive || level.units > room);
        let times = EnvironmentTimes::new(portfolio, manifest);
        let mut shut: Vec<Stretch> = Vec::new();
        for entry in times.maintenance.iter().chain(&times.outages) {
            shut.extend(entry.times.during(range));
        }
        if request.r#use == Use::Code {
            let what = Deploying { environment: manifest, projects: &request.projects, release: None };
            for freeze in &portfolio.settings.freezes {
                // Who asks is not known, so a freeze of one team or label is not held against them.
                let is_open = freeze.teams.is_empty() && freeze.common.labels().is_empty();
                if is_open
                    && windows::concerns(portfolio, freeze, what)
                    && let Some(times) = Times::freeze(freeze, portfolio.zone)
                {
                    shut.extend(times.during(range));
                }
            }
        }
        let lead = manifest.setup.as_ref().and_then(|setup| setup.lead_time.as_ref()).map(|lead| lead.value.0);
        Self {
            portfolio,
            environment,
            request,
            range,
            lead: lead.filter(|_| request.r#use == Use::Code),
            taken: Interval::merge(taken.map(|level| level.time).collect()),
            shut: Interval::merge(shut),
        }
    }

    fn first(&self) -> Option<Slot> {
        if self.request.length.is_day_based() { self.first_days() } else { self.first_hours() }
    }

    fn first_hours(&self) -> Option<Slot> {
        let Duration::Clock { minutes } = self.request.length else { return None };
        let length = TimeDelta::try_minutes(minutes).filter(|length| *length > TimeDelta::zero())?;
        let mut start = self.ready(self.range.start);
        loop {
            let time = Interval::new(start, start.checked_add_signed(length)?)?;
            let blocked = first_overlap(&self.shut, time);
            match self.verdict(time, blocked)? {
                Ok(slot) => return Some(slot),
                Err(until) => start = until,
            }
        }
    }

    fn first_days(&self) -> Option<Slot> {
        let calendar = self.portfolio.calendars.default_calendar();
        let zone = self.portfolio.zone_of(&self.portfolio.environments[self.environment]);
        let mut day = first_whole_day(self.ready(self.range.start), zone);
        loop {
            let first =
                if matches!(self.request.length, Duration::Working { .. }) { calendar.next_working(day) } else { day };
            let last = match self.request.length {
                Duration::Working { .. } => calendar.finish(first, calendar.working_length(self.request.length)),
                length => calendar.add(first, length).pred_opt()?,
            };
            if last >= MAX_DATE || last < first {
                return None;
            }
            let time = whole_days(first, last, zone)?;
            // Maintenance at a weekend disturbs nobody who works from Monday to Friday.
            let works = |shut: &Stretch| {
                let (from, to) = (zone::local(shut.start.max(time.start), zone).date(), shut.end.min(time.end));
                let to = plus_days(zone::local(to - TimeDelta::seconds(1), zone).date(), 1);
                calendar.working_days(from, to) > 0 || !matches!(self.request.length, Duration::Working { .. })
            };
            let blocked = overlaps(&self.shut, time).find(|shut| works(shut)).copied();
            match self.verdict(time, blocked)? {
                Ok(slot) => return Some(slot),
                Err(until) => day = first_whole_day(until, zone).max(first.succ_opt()?),
            }
        }
    }

    /// The slot, or from when to go on looking; none when it would end too late.
    fn verdict(&self, time: Stretch, shut: Option<Stretch>) -> Option<Result<Slot, DateTime<Utc>>> {
        if time.end > self.range.end {
            return None;
        }
        let held = Interval { start: self.held_from(time.start), end: time.end };
        let taken = first_overlap(&self.taken, held).map(|taken| self.ready(taken.end));
        let blocked = taken.into_iter().chain(shut.map(|shut| shut.end)).max();
        Some(match blocked {
            Some(until) => Err(until.max(time.start + TimeDelta::seconds(1))),
            None => Ok(Slot { environment: self.environment, time, held_from: held.start }),
        })
    }

    fn held_from(&self, start: DateTime<Utc>) -> DateTime<Utc> {
        self.moved(start, true).min(start)
    }

    /// The first instant at which work can begin when setting up begins at `start`.
    fn ready(&self, start: DateTime<Utc>) -> DateTime<Utc> {
        self.moved(start, false).max(start)
    }

    fn moved(&self, start: DateTime<Utc>, negative: bool) -> DateTime<Utc> {
        let Some(duration) = self.lead else { return start };
        let environment = &self.portfolio.environments[self.environment];
        super::occupancy::by_lead_time(self.portfolio, environment, start, Lag { negative, duration })
    }
}

/// The first day that begins at or after an instant.
fn first_whole_day(instant: DateTime<Utc>, zone: chrono_tz::Tz) -> NaiveDate {
    let day = zone::local(instant, zone).date();
    if zone::start_of_day(day, zone) >= instant { day } else { day.succ_opt().unwrap_or(day) }
}

fn overlaps(merged: &[Stretch], time: Stretch) -> impl Iterator<Item = &Stretch> {
    let from = merged.partition_point(|stretch| stretch.end <= time.start);
    merged[from..].iter().take_while(move |stretch| stretch.start < time.end)
}

fn first_overlap(merged: &[Stretch], time: Stretch) -> Option<Stretch> {
    overlaps(merged, time).last().copied()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use super::*;
    use crate::analysis::testing::{Loaded, loaded};
    use crate::time::when::When;
    use proptest::prelude::*;
    use std::fmt::Write as _;

    fn request(length: &str, from: &str) -> Request<'static> {
        Request {
            length: Duration::parse(length).unwrap(),
            units: 1,
            exclusive: false,
            r#use: Use::Code,
            projects: Vec::new(),
            from: When::parse(from).unwrap().instant(chrono_tz::UTC),
            before: None,
        }
    }

    fn free(text: &str, request: &Request<'_>) -> Option<String> {
        let Loaded { portfolio, schedule, .. } = loaded(text);
        let occupancy = Occupancy::new(&portfolio, &schedule);
        let slot = next_free(&portfolio, &occupancy, 0, request)?;
        let stamp = |at: DateTime<Utc>| at.format("%m-%dT%H:%M").to_string();
        Some(format!("{}..{}", stamp(slot.time.start), stamp(slot.time.end)))
    }

    const UAT: &str = "kind: environment\nid: uat\nstage: test\n";

    #[test]
    fn whole_days_begin_on_a_working_day_from_now() {
        let free = |from: &str| free(UAT, &request("5d", from)).unwrap();
        assert_eq!(free("2026-11-16"), "11-16T00:00..11-21T00:00");
        assert_eq!(free("2026-11-16T00:01"), "11-17T00:00..11-24T00:00");
        assert_eq!(free("2026-11-21"), "11-23T00:00..11-28T00:00");
    }

    #[test]
    fn bookings_outages_freezes_and_setting_up_push_it_out() {
        let uat = format!(
            "kind: portfolio\nstages: [dev, test, prod]\nfreezes:\n  - {{id: f, from: 2026-12-01, to: 2026-12-02}}\n  \
             - {{id: other, from: 2026-11-01, to: 2027-12-02, stages: [prod]}}\n---\n{UAT}bookings:\n  \
             - {{id: a, from: 2026-11-16, to: 2026-11-20}}\noutages: [{{from: 2026-11-24, to: 2026-11-24}}]\n"
        );
        assert_eq!(free(&uat, &request("1d", "2026-11-16")).unwrap(), "11-23T00:00..11-24T00:00");
        assert_eq!(free(&uat, &request("4d", "2026-11-16")).unwrap(), "11-25T00:00..12-01T00:00");
        assert_eq!(free(&uat, &request("5d", "2026-11-16")).unwrap(), "12-03T00:00..12-10T00:00");
        let read = Request { r#use: Use::Regression, ..request("5d", "2026-11-16") };
        assert_eq!(free(&uat, &read).unwrap(), "11-25T00:00..12-02T00:00");
        let slow = format!("{uat}setup: {{lead_time: 3d}}\n");
        assert_eq!(free(&slow, &request("1d", "2026-11-16")).unwrap(), "11-26T00:00..11-27T00:00");
    }

    #[test]
    fn maintenance_on_days_off_disturbs_only_those_who_work_then() {
        let text =
            format!("{UAT}maintenance: [{{rrule: \"FREQ=WEEKLY;BYDAY=SA\", start: 2026-01-03T20:00, duration: 6h}}]\n");
        assert_eq!(free(&text, &request("10d", "2026-11-16")).unwrap(), "11-16T00:00..11-28T00:00");
        assert_eq!(free(&text, &request("10ed", "2026-11-16")), None);
        assert_eq!(free(&text, &request("5ed", "2026-11-16")).unwrap(), "11-16T00:00..11-21T00:00");
        assert_eq!(free(&text, &request("4h", "2026-11-21T18:00")).unwrap(), "11-22T02:00..11-22T06:00");
    }

    #[test]
    fn room_hosting_and_the_latest_end_count() {
        let text = format!(
            "kind: project\nid: ledger\n---\nkind: project\nid: cards\n---\n{UAT}capacity: 2\nprojects: [ledger]\nbookings:\n  - {{id: a, from: 2026-11-16, to: 2026-11-20}}\n"
        );
        let now = || request("1d", "2026-11-16");
        assert_eq!(free(&text, &now()).unwrap(), "11-16T00:00..11-17T00:00");
        assert_eq!(free(&text, &Request { units: 2, ..now() }).unwrap(), "11-23T00:00..11-24T00:00");
        assert_eq!(free(&text, &Request { exclusive: true, ..now() }).unwrap(), "11-23T00:00..11-24T00:00");
        assert_eq!(free(&text, &Request { units: 3, ..now() }), None);
        let before = Some(When::parse("2026-11-23").unwrap().end_instant(chrono_tz::UTC));
        assert!(free(&text, &Request { exclusive: true, before, ..now() }).is_some());
        let before = Some(When::parse("2026-11-22").unwrap().end_instant(chrono_tz::UTC));
        assert!(free(&text, &Request { exclusive: true, before, ..now() }).is_none());
        let cards = Id::new("cards", crate::diagnostic::Span::default());
        let Loaded { portfolio, schedule, .. } = loaded(&text);
        let occupancy = Occupancy::new(&portfolio, &schedule);
        let wanted = Request { projects: vec![&cards], ..now() };
        assert_eq!(next_free(&portfolio, &occupancy, 0, &wanted), None);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]

        #[test]
        fn the_first_slot_is_the_first_that_fits(
            booked in prop::collection::vec((0u32..40, 1u32..6, 1u32..3), 0..8),
            outage in (0u32..40, 0u32..3),
            length in 1i64..8,
            units in 1u32..3,
            lead in 0u32..4,
            elapsed: bool,
        ) {
            let base = NaiveDate::from_ymd_opt(2026, 11, 16).unwrap();
            let day = |offset: u32| base + TimeDelta::days(i64::from(offset));
            let mut text = format!("{UAT}capacity: 2\nsetup: {{lead_time: {lead}d}}\noutages: [{{from: {}, to: {}}}]\nbookings:\n", day(outage.0), day(outage.0 + outage.1));
            for (index, (from, days, units)) in booked.iter().enumerate() {
                let (from, to) = (day(*from), day(from + days - 1));
                let _ = writeln!(text, "  - {{id: b{index}, from: {from}, to: {to}, units: {units}, use: regression}}");
            }
            let Loaded { portfolio, schedule, .. } = loaded(&text.replace("bookings:\n\n", ""));
            let occupancy = Occupancy::new(&portfolio, &schedule);
            let length = if elapsed { Duration::Elapsed { days: length } } else { Duration::Working { weeks: 0, days: length } };
            let wanted = Request { length, units, ..request("1d", "2026-11-16") };
            let found = next_free(&portfolio, &occupancy, 0, &wanted).map(|slot| slot.time.start.date_naive());
            // Day by day, by what is written.
            let calendar = portfolio.calendars.default_calendar();
            let load = |date: NaiveDate| booked.iter().filter(|(from, days, _)| (day(*from)..day(from + days)).contains(&date)).map(|(_, _, units)| units).sum::<u32>();
            let is_out = |date: NaiveDate| (day(outage.0)..=day(outage.0 + outage.1)).contains(&date);
            let expected = (0..120).map(day).find(|&start| {
                if !elapsed && !calendar.is_working(start) { return false; }
                let last = if elapsed { calendar.add(start, length).pred_opt().unwrap() } else { calendar.finish(start, calendar.working_length(length)) };
                let held = calendar.shift(start, -i64::from(lead)).min(start);
                let days = |from: NaiveDate| from.iter_days().take_while(move |date| *date <= last);
                held >= base
                    && days(held).all(|date| load(date) + units <= 2)
                    && days(start).all(|date| !is_out(date) || (!elapsed && !calendar.is_working(date)))
            });
            prop_assert_eq!(found, expected);
        }
    }
}
