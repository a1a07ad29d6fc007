//! Times that forbid or allow: freezes, and the maintenance, outages and deployment windows of environments.
//!
//! Deny beats allow; without a window an environment is always open. A recurrence costs only what lies in the span asked for.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;

use crate::diagnostic::Span;
use crate::model::environment::{Environment, Window};
use crate::model::portfolio::{Freeze, FreezeException};
use crate::model::release::Release;
use crate::model::{Id, Portfolio, Spanned};
use crate::time::when::When;
use crate::time::{Interval, MAX_DATE, MIN_DATE, Recurrence, zone};

/// A half-open stretch of time.
pub type Stretch = Interval<DateTime<Utc>>;

/// The most occurrences of one recurrence that an answer looks at.
const MOST_OCCURRENCES: usize = 100_000;

/// How far ahead a next opening is looked for: two years.
pub const LOOK_AHEAD: TimeDelta = TimeDelta::days(731);

/// A time written once, or one that comes back.
#[derive(Debug, Clone)]
pub struct Times {
    /// Where it is written: the rule, or the first day.
    pub span: Span,
    pattern: Pattern,
}

#[derive(Debug, Clone)]
enum Pattern {
    Once(Stretch),
    Recurring { rule: Box<Recurrence>, length: TimeDelta },
}

impl Times {
    /// From a written start to a written end; none when nothing lies between.
    pub fn once(from: &Spanned<When>, to: &Spanned<When>, zone: Tz) -> Option<Self> {
        let stretch = Interval::new(from.value.instant(zone), to.value.end_instant(zone))?;
        Some(Self { span: from.span, pattern: Pattern::Once(stretch) })
    }

    /// A recurring window; none when its rule cannot be read (which reading reports) or it has no length.
    pub fn window(window: &Window, zone: Tz) -> Option<Self> {
        Self::recurring(&window.rrule, window.rrule.span, &window.start, window.duration.value.0, &window.exdates, zone)
    }

    fn recurring(
        rrule: &str,
        span: Span,
        start: &Spanned<When>,
        minutes: i64,
        exdates: &[Spanned<When>],
        zone: Tz,
    ) -> Option<Self> {
        let exdates: Vec<When> = exdates.iter().map(|date| date.value).collect();
        let recurrence = Recurrence::parse(rrule, start.value, zone, &exdates).ok()?;
        let length = TimeDelta::try_minutes(minutes).filter(|length| *length > TimeDelta::zero())?;
        Some(Self { span, pattern: Pattern::Recurring { rule: Box::new(recurrence), length } })
    }

    /// The time of a freeze; none when it says too little or what cannot be read.
    pub fn freeze(freeze: &Freeze, zone: Tz) -> Option<Self> {
        if let (Some(rrule), Some(start), Some(duration)) = (&freeze.rrule, &freeze.start, &freeze.duration) {
            return Self::recurring(rrule, rrule.span, start, duration.value.0, &freeze.exdates, zone);
        }
        Self::once(freeze.from.as_ref()?, freeze.to.as_ref()?, zone)
    }

    /// The occurrences that share at least an instant with `range`, sorted by start.
    pub fn during(&self, range: Stretch) -> Vec<Stretch> {
        match &self.pattern {
            Pattern::Once(stretch) => stretch.overlaps(&range).then_some(*stretch).into_iter().collect(),
            Pattern::Recurring { rule, length } => {
                let (starts, _) = rule.occurrences(range.start - *length, range.end, MOST_OCCURRENCES);
                let occurrence = |start: DateTime<Utc>| Interval::new(start, start + *length);
                starts.into_iter().filter_map(occurrence).filter(|stretch| stretch.overlaps(&range)).collect()
            }
        }
    }

    /// Whether it ends, as what is written once does and a recurrence with `COUNT` or `UNTIL`.
    pub fn ends(&self) -> bool {
        match &self.pattern {
            Pattern::Once(_) => true,
            Pattern::Recurring { rule, .. } => rule.ends(),
        }
    }

    /// The rule by which it comes back.
    pub fn recurrence(&self) -> Option<&Recurrence> {
        match &self.pattern {
            Pattern::Once(_) => None,
            Pattern::Recurring { rule, .. } => Some(rule),
        }
    }

    /// Whether it comes back.
    pub fn recurs(&self) -> bool {
        matches!(self.pattern, Pattern::Recurring { .. })
    }
}

/// A kind of time in an environment, by index of its list in the manifest.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The place in the list.
    pub index: usize,
    /// When.
    pub times: Times,
}

/// The times of one environment.
#[derive(Debug, Clone)]
pub struct EnvironmentTimes {
    /// Regular maintenance.
    pub maintenance: Vec<Entry>,
    /// Times in which it cannot be used.
    pub outages: Vec<Entry>,
    /// When deployments are allowed.
    pub windows: Vec<Entry>,
    /// Whether deployments are limited to `windows`; not when a window cannot be read, for nobody knows what it allows.
    pub limited: bool,
}

impl EnvironmentTimes {
    /// Reads the times of an environment in its own zone, else the portfolio's.
    pub fn new(portfolio: &Portfolio, environment: &Environment) -> Self {
        let zone = portfolio.zone_of(environment);
        let windows = |list: &[Window]| -> Vec<Entry> {
            let read = |(index, window)| Some(Entry { index, times: Times::window(window, zone)? });
            list.iter().enumerate().filter_map(read).collect()
        };
        let allowed = windows(&environment.windows);
        let outage = |(index, outage): (usize, &crate::model::environment::Outage)| {
            Some(Entry { index, times: Times::once(&outage.from, &outage.to, zone)? })
        };
        Self {
            maintenance: windows(&environment.maintenance),
            outages: environment.outages.iter().enumerate().filter_map(outage).collect(),
            limited: !environment.windows.is_empty() && allowed.len() == environment.windows.len(),
            windows: allowed,
        }
    }

    /// Where deployments are allowed in a span, as stretches that do not touch: all of it where they are not limited.
    pub fn open(&self, span: Stretch) -> Vec<Stretch> {
        if !self.limited {
            return vec![span];
        }
        Interval::merge(self.windows.iter().flat_map(|entry| entry.times.during(span)).collect())
    }

    /// The first time from an instant on, within [`LOOK_AHEAD`], that is open long enough.
    pub fn next_open(&self, from: DateTime<Utc>, length: TimeDelta) -> Option<Stretch> {
        let open = self.open(Interval { start: from, end: from + LOOK_AHEAD });
        let rest = open.into_iter().map(|open| Interval { start: open.start.max(from), ..open });
        rest.into_iter().find(|open| open.end - open.start >= length)
    }
}

/// Occurrences of several times in one span, ready to be asked often.
#[derive(Debug, Clone, Default)]
pub struct Expanded {
    /// By start, each with the place of its times in the list it came from.
    occurrences: Vec<(Stretch, usize)>,
    /// The latest end up to each occurrence.
    latest: Vec<DateTime<Utc>>,
}

impl Expanded {
    /// The occurrences that touch `range`.
    pub fn new<'t>(times: impl IntoIterator<Item = (usize, &'t Times)>, range: Stretch) -> Self {
        let mut occurrences: Vec<(Stretch, usize)> = Vec::new();
        for (index, times) in times {
            occurrences.extend(times.during(range).into_iter().map(|stretch| (stretch, index)));
        }
        occurrences.sort_unstable();
        let latest = occurrences
            .iter()
            .scan(DateTime::<Utc>::MIN_UTC, |latest, (stretch, _)| {
                *latest = stretch.end.max(*latest);
                Some(*latest)
            })
            .collect();
        Self { occurrences, latest }
    }

    /// The occurrences that share an instant with `range`, with the index each was given, by start.
    pub fn overlapping(&self, range: Stretch) -> impl Iterator<Item = (Stretch, usize)> {
        let first = self.latest.partition_point(|end| *end <= range.start);
        let rest = self.occurrences.get(first..).unwrap_or_default();
        let touching = rest.iter().take_while(move |(stretch, _)| stretch.start < range.end);
        touching.filter(move |(stretch, _)| stretch.overlaps(&range)).copied()
    }

    /// Whether `range` lies inside the union of the occurrences.
    pub fn covers(&self, range: Stretch) -> bool {
        let inside = self.overlapping(range).map(|(stretch, _)| stretch).collect::<Vec<_>>();
        range.subtract(&inside).is_empty()
    }
}

/// Several times that are asked about often and at moments far apart: each year is expanded when it is first asked about.
#[derive(Debug, Default)]
pub struct Timeline<'t> {
    times: Vec<(usize, &'t Times)>,
    years: RefCell<HashMap<i32, Rc<Expanded>>>,
}

impl<'t> Timeline<'t> {
    /// Times, each with the index it is to be known by.
    pub fn new(times: impl IntoIterator<Item = (usize, &'t Times)>) -> Self {
        Self { times: times.into_iter().collect(), years: RefCell::default() }
    }

    /// The occurrences that share an instant with `range`, with the index each was given, by start.
    pub fn overlapping(&self, range: Stretch) -> Vec<(Stretch, usize)> {
        self.expanded(range).overlapping(range).collect()
    }

    /// Whether `range` lies inside the union of the occurrences.
    pub fn covers(&self, range: Stretch) -> bool {
        self.expanded(range).covers(range)
    }

    fn expanded(&self, range: Stretch) -> Rc<Expanded> {
        let expand = |span| Rc::new(Expanded::new(self.times.iter().copied(), span));
        let year = range.start.year();
        let Some(span) = Self::around(year).filter(|span| range.end <= span.end) else { return expand(range) };
        Rc::clone(self.years.borrow_mut().entry(year).or_insert_with(|| expand(span)))
    }

    /// A year and the one after, so that what crosses its end is inside.
    fn around(year: i32) -> Option<Stretch> {
        let first = |year| Some(NaiveDate::from_ymd_opt(year, 1, 1)?.and_time(chrono::NaiveTime::MIN).and_utc());
        Interval::new(first(year)?, first(year + 2)?)
    }
}

/// What a freeze is asked about.
#[derive(Debug, Clone, Copy)]
pub struct Deploying<'p> {
    /// The environment.
    pub environment: &'p Environment,
    /// The projects that ship.
    pub projects: &'p [&'p Id],
    /// The release that ships them.
    pub release: Option<&'p Release>,
}

/// Whether a freeze is about this deployment: every scope it gives must match. A team matches by owning a project, the
/// release or one of its phases; a label by standing on the release, the environment or a project.
pub fn concerns(portfolio: &Portfolio, freeze: &Freeze, what: Deploying<'_>) -> bool {
    let Deploying { environment, projects, release } = what;
    let names = |list: &[Id], id: &str| list.iter().any(|other| **other == *id);
    let owners = || {
        let projects = projects.iter().filter_map(|id| portfolio.projects.get(id)?.common.owner());
        let phases = release.into_iter().flat_map(|release| &release.phases).filter_map(|phase| phase.team.as_ref());
        projects.chain(phases).chain(release.and_then(|release| release.common.owner()))
    };
    let labelled = |(key, value): &(crate::model::Text, crate::model::Text)| {
        let on = |labels: &[(crate::model::Text, crate::model::Text)]| {
            labels.iter().any(|(name, text)| **name == **key && **text == **value)
        };
        on(environment.common.labels())
            || release.is_some_and(|release| on(release.common.labels()))
            || projects.iter().filter_map(|id| portfolio.projects.get(id)).any(|project| on(project.common.labels()))
    };
    (freeze.stages.is_empty() || names(&freeze.stages, &environment.stage))
        && (freeze.environments.is_empty() || names(&freeze.environments, &environment.id))
        && (freeze.projects.is_empty() || projects.iter().any(|id| names(&freeze.projects, id)))
        && (freeze.teams.is_empty() || owners().any(|owner| names(&freeze.teams, owner)))
        && freeze.common.labels().iter().all(labelled)
}

/// The exception of a freeze that lets a release through on a day: every key it names matches, and it has not expired.
pub fn exception<'f>(freeze: &'f Freeze, release: &Release, day: NaiveDate) -> Option<&'f FreezeException> {
    exceptions(freeze, release).find(|except| except.expires.as_ref().is_none_or(|expires| day <= expires.value))
}

/// The exceptions of a freeze that are about a release, expired or not: every key they name matches.
pub fn exceptions<'f>(freeze: &'f Freeze, release: &Release) -> impl Iterator<Item = &'f FreezeException> {
    freeze.except.iter().filter(|except| {
        let names_something = except.r#type.is_some() || except.release.is_some();
        names_something
            && except.r#type.as_ref().is_none_or(|kind| *kind == release.r#type)
            && except.release.as_ref().is_none_or(|id| *id == release.id)
    })
}

/// Why the exceptions of a freeze do not let a release through, with the one to look at; none where there are none.
pub fn refusal<'f>(freeze: &'f Freeze, release: &Release) -> Option<(&'f FreezeException, String)> {
    let latest = |except: &&FreezeException| except.expires.as_ref().map(|expires| expires.value);
    if let Some(expired) = exceptions(freeze, release).max_by_key(latest) {
        let on = latest(&expired).map_or(String::new(), |day| format!(" on {day}"));
        return Some((expired, format!("its exception expires{on}")));
    }
    let first = freeze.except.first()?;
    let named = freeze.except.iter().filter_map(|except| {
        let parts: Vec<&str> = except.r#type.iter().chain(&except.release).map(Id::as_str).collect();
        (!parts.is_empty()).then(|| format!("`{}`", parts.join(" ")))
    });
    let named: Vec<String> = named.collect();
    if named.is_empty() {
        return Some((first, "its exceptions name no release and no type".to_owned()));
    }
    Some((first, format!("it excepts only {}", named.join(", "))))
}

/// From the first instant a manifest can name to the last.
pub fn always() -> Stretch {
    let end = MAX_DATE.succ_opt().unwrap_or(MAX_DATE);
    Interval { start: zone::start_of_day(MIN_DATE, Tz::UTC), end: zone::start_of_day(end, Tz::UTC) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use super::*;
    use proptest::prelude::*;

    fn at(text: &str) -> DateTime<Utc> {
        When::parse(text).unwrap().instant(Tz::UTC)
    }

    fn stretch(from: &str, to: &str) -> Stretch {
        Interval::new(at(from), at(to)).unwrap()
    }

    fn spanned(text: &str) -> Spanned<When> {
        Spanned { value: When::parse(text).unwrap(), span: Span::default() }
    }

    fn weekly(start: &str, zone: Tz) -> Times {
        Times::recurring("FREQ=WEEKLY;BYDAY=SU", Span::default(), &spanned(start), 180, &[], zone).unwrap()
    }

    #[test]
    fn an_end_that_is_a_day_includes_it() {
        let times = Times::once(&spanned("2026-12-18"), &spanned("2027-01-04"), Tz::UTC).unwrap();
        assert_eq!(times.during(always()), [stretch("2026-12-18", "2027-01-05")]);
        let times = Times::once(&spanned("2026-12-18"), &spanned("2027-01-04T06:00"), Tz::UTC).unwrap();
        assert_eq!(times.during(always()), [stretch("2026-12-18", "2027-01-04T06:00")]);
        assert!(Times::once(&spanned("2026-12-18"), &spanned("2026-12-17"), Tz::UTC).is_none());
    }

    #[test]
    fn a_recurrence_keeps_its_wall_clock_and_reaches_into_the_span() {
        let london = weekly("2026-03-01T22:00", Tz::Europe__London);
        let found = london.during(stretch("2026-03-23T00:30", "2026-03-30T00:00"));
        assert_eq!(
            found,
            [stretch("2026-03-22T22:00", "2026-03-23T01:00"), stretch("2026-03-29T21:00", "2026-03-30T00:00")]
        );
    }

    #[test]
    fn a_rule_without_end_costs_only_its_span() {
        let times = weekly("1900-01-07T22:00", Tz::UTC);
        assert_eq!(times.during(stretch("2199-01-01", "2199-02-01")).len(), 4);
    }

    #[test]
    fn occurrences_cover_what_they_join_up_to() {
        let one = Times::once(&spanned("2026-01-01T00:00"), &spanned("2026-01-01T06:00"), Tz::UTC).unwrap();
        let two = Times::once(&spanned("2026-01-01T06:00"), &spanned("2026-01-01T09:00"), Tz::UTC).unwrap();
        let both = Expanded::new([(0, &one), (1, &two)], always());
        assert!(both.covers(stretch("2026-01-01T05:00", "2026-01-01T09:00")));
        assert!(!both.covers(stretch("2026-01-01T05:00", "2026-01-01T09:01")));
        let met: Vec<usize> =
            both.overlapping(stretch("2026-01-01T06:00", "2026-01-01T07:00")).map(|(_, index)| index).collect();
        assert_eq!(met, [1]);
    }

    #[test]
    fn a_timeline_answers_for_any_year_and_across_its_end() {
        let weekly = weekly("1900-01-07T22:00", Tz::UTC);
        let timeline = Timeline::new([(7, &weekly)]);
        for range in [stretch("1950-12-31T22:30", "1951-01-01T02:00"), stretch("2026-03-01", "2026-03-09")] {
            let expected: Vec<_> = weekly.during(range).into_iter().map(|stretch| (stretch, 7)).collect();
            assert!(!expected.is_empty());
            assert_eq!(timeline.overlapping(range), expected);
        }
        assert!(timeline.covers(stretch("1950-12-31T22:30", "1951-01-01T01:00")));
        assert!(!timeline.covers(stretch("1950-12-31T22:30", "1951-01-01T01:01")));
        assert_eq!(timeline.overlapping(stretch("2020-01-01", "2030-01-01")).len(), 522);
    }

    proptest! {
        #[test]
        fn expanded_answers_as_a_plain_search(
            pairs in prop::collection::vec((0i64..200, 1i64..60), 0..12),
            from in 0i64..260,
            length in 1i64..40,
        ) {
            let base = at("2026-01-01");
            let make = |(start, length): (i64, i64)| Stretch {
                start: base + TimeDelta::hours(start),
                end: base + TimeDelta::hours(start + length),
            };
            let all: Vec<Stretch> = pairs.into_iter().map(make).collect();
            let times: Vec<Times> =
                all.iter().map(|&once| Times { span: Span::default(), pattern: Pattern::Once(once) }).collect();
            let expanded = Expanded::new(times.iter().enumerate(), always());
            let range = make((from, length));
            let mut found: Vec<usize> = expanded.overlapping(range).map(|(_, index)| index).collect();
            found.sort_unstable();
            let expected: Vec<usize> = (0..all.len()).filter(|&i| all[i].overlaps(&range)).collect();
            prop_assert_eq!(found, expected);
        }
    }
}
