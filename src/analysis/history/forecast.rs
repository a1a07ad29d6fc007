//! When things end by what the past teaches: not what the plan computes, but how plans turned out here before.
//!
//! What ended has a slip: the working days, of the calendar it is planned by, from the end that the first plan gave it to its
//! real end. The slips of the same team and type, or where fewer than [`ENOUGH`] have ended, of the team, of the type, or of
//! all, are the distribution. An open phase or release that slips by its quantile of 50 or 80 % from its own first plan ends on
//! `P50` or `P80`. Once it is later than its first plan, only slips count that reach today: what has not ended by now cannot
//! end before.
//!
//! What had not ended yet counts too: of things planned lately only the quick have ended, and to leave out the others would
//! promise too much. Its slip is at least what it has reached (Kaplan and Meier, "Nonparametric estimation from incomplete
//! observations", 1958). The quantile is the smallest slip whose estimated share is at least p × (n + 1) / n of n, so that the
//! next one lies at or below it in at least p of all cases, were it drawn like the others. There is no chance in it: the same
//! history gives the same dates.

use std::fmt;

use chrono::NaiveDate;
use smol_str::SmolStr;

use crate::time::calendar::WorkCalendar;
use crate::time::plus_days;

/// Fewer finished things say nothing about the next one.
pub const ENOUGH: usize = 20;
/// Of what has not ended by today, so many slips must be as long.
const ENOUGH_LATE: usize = 5;

/// What can be foretold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum What {
    /// A phase.
    Phase,
    /// A release.
    Release,
}

/// Whose past it shares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kin {
    /// What it is.
    pub what: What,
    /// The team of the phase, or the one that owns the release.
    pub team: Option<SmolStr>,
    /// The release type.
    pub r#type: SmolStr,
}

/// Something that was planned.
#[derive(Debug, Clone)]
pub struct Case<'p> {
    /// Whose past it is.
    pub kin: Kin,
    /// The day the first plan was committed.
    pub since: NaiveDate,
    /// The end by the first plan.
    pub planned: NaiveDate,
    /// The day it ended; none: it has not.
    pub ended: Option<NaiveDate>,
    /// The calendar it is planned by.
    pub calendar: &'p WorkCalendar,
}

/// A slip, or what one has reached at least.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Seen {
    slip: i64,
    /// What goes on comes before what ended with the same slip, for it is not known to reach it.
    has_ended: bool,
}

impl Case<'_> {
    /// What was known of it when a day began; nothing before it was planned.
    fn seen(&self, day: NaiveDate) -> Option<Seen> {
        if self.since >= day {
            return None;
        }
        let ended = self.ended.filter(|ended| *ended < day);
        Some(Seen { slip: slip(self.calendar, self.planned, ended.unwrap_or(day)), has_ended: ended.is_some() })
    }
}

/// When something may end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outlook {
    /// In half of all cases not later.
    pub p50: NaiveDate,
    /// In four of five cases not later.
    pub p80: NaiveDate,
    /// How many slips it is taken from.
    pub samples: usize,
    /// Whose: `team qa in minor releases`.
    pub of: String,
}

/// Why nothing can be said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Silence {
    /// There is not enough history.
    TooFew {
        /// How much there is.
        found: usize,
    },
    /// It is later than nearly everything before it.
    Beyond {
        /// How many of the slips reach today.
        left: usize,
        /// Of how many.
        of: usize,
    },
}

impl fmt::Display for Silence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooFew { found } => write!(f, "not enough history: {found} finished, {ENOUGH} are needed"),
            Self::Beyond { left, of } => write!(f, "later than {} of {of} before it; history has no answer", of - left),
        }
    }
}

/// The working days from one end to another: those after the first, up to the second; negative when it is earlier.
pub fn slip(calendar: &WorkCalendar, planned: NaiveDate, actual: NaiveDate) -> i64 {
    calendar.working_days(plus_days(planned, 1), plus_days(actual, 1))
}

/// The end that is so many working days later.
pub fn slipped(calendar: &WorkCalendar, planned: NaiveDate, slip: i64) -> NaiveDate {
    plus_days(calendar.shift(plus_days(planned, 1), slip), -1)
}

/// The slip that is not exceeded in `p` per cent of cases, of what was seen, sorted; none where too little is known for that.
fn quantile(seen: &[Seen], p: u32) -> Option<i64> {
    let count = seen.len() as f64;
    let wanted = f64::from(p) / 100.0 * (count + 1.0) / count;
    let mut left = 1.0;
    for (nth, one) in seen.iter().enumerate().filter(|(_, one)| one.has_ended) {
        left *= 1.0 - 1.0 / (count - nth as f64);
        if 1.0 - left >= wanted - 1e-9 {
            return Some(one.slip);
        }
    }
    None
}

/// Who belongs, and what they are called.
type Circle<'c> = (&'c dyn Fn(&Kin) -> bool, String);

/// What was known when a day began and speaks for something, sorted, and whose it is: of the closest kin that has enough.
fn known(past: &[Case<'_>], kin: &Kin, day: NaiveDate) -> Result<(Vec<Seen>, String), Silence> {
    let of = |wanted: &dyn Fn(&Kin) -> bool| {
        let same = past.iter().filter(|one| one.kin.what == kin.what && wanted(&one.kin));
        let mut seen: Vec<Seen> = same.filter_map(|one| one.seen(day)).collect();
        seen.sort_unstable();
        seen
    };
    let is_team = |other: &Kin| kin.team.is_some() && other.team == kin.team;
    let is_type = |other: &Kin| other.r#type == kin.r#type;
    let (team, r#type) = (kin.team.as_deref().unwrap_or_default(), &kin.r#type);
    let circles: [Circle<'_>; 4] = [
        (&|other| is_team(other) && is_type(other), format!("team {team} in {type} releases")),
        (&is_team, format!("team {team}")),
        (&is_type, format!("{type} releases")),
        (&|_| true, "all releases".to_owned()),
    ];
    let mut found = 0;
    for (wanted, name) in circles {
        let seen = of(wanted);
        found = ended(&seen);
        if found >= ENOUGH {
            return Ok((seen, name));
        }
    }
    Err(Silence::TooFew { found })
}

fn ended(seen: &[Seen]) -> usize {
    seen.iter().filter(|one| one.has_ended).count()
}

/// When something ends that was first planned to end on `planned` and has not ended before `today`, by what is known by then.
pub fn outlook(
    past: &[Case<'_>],
    kin: &Kin,
    calendar: &WorkCalendar,
    planned: NaiveDate,
    today: NaiveDate,
) -> Result<Outlook, Silence> {
    let (all, of) = known(past, kin, today)?;
    let reached = if today > planned { slip(calendar, planned, today) } else { i64::MIN };
    let left = &all[all.partition_point(|one| one.slip < reached)..];
    let samples = ended(left);
    let beyond = Silence::Beyond { left: samples, of: ended(&all) };
    if left.len() < all.len() && samples < ENOUGH_LATE {
        return Err(beyond);
    }
    let at = |p| quantile(left, p).map(|slip| slipped(calendar, planned, slip).max(today));
    match (at(50), at(80)) {
        (Some(p50), Some(p80)) => Ok(Outlook { p50, p80, samples, of }),
        _ => Err(beyond),
    }
}

/// How often the past kept what it would have been told.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Backtest {
    /// What had enough history when it was planned.
    pub tested: usize,
    /// What had not.
    pub untested: usize,
    /// What ended by its `P50`.
    pub within_p50: usize,
    /// What ended by its `P80`.
    pub within_p80: usize,
}

/// Cases that are looked at, the newest first; each is compared with all that were before it.
const MAX_TESTED: usize = 2_000;

/// Foretells the end of everything that has ended by what was known when the day began that it was first planned on, and
/// compares.
pub fn backtest(past: &[Case<'_>], what: What) -> Backtest {
    let mut cases: Vec<&Case<'_>> = past.iter().filter(|one| one.kin.what == what && one.ended.is_some()).collect();
    cases.sort_by_key(|one| std::cmp::Reverse(one.since));
    let mut result = Backtest::default();
    for one in cases.into_iter().take(MAX_TESTED) {
        let Some(ended) = one.ended else { continue };
        let quantiles = known(past, &one.kin, one.since).ok();
        let quantiles = quantiles.and_then(|(seen, _)| quantile(&seen, 50).zip(quantile(&seen, 80)));
        let Some((p50, p80)) = quantiles else {
            result.untested += 1;
            continue;
        };
        let slip = slip(one.calendar, one.planned, ended);
        result.tested += 1;
        result.within_p50 += usize::from(slip <= p50);
        result.within_p80 += usize::from(slip <= p80);
    }
    result
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn week() -> WorkCalendar {
        WorkCalendar::new([true, true, true, true, true, false, false], Vec::new()).unwrap()
    }

    fn kin(team: Option<&str>, kind: &str) -> Kin {
        Kin { what: What::Phase, team: team.map(SmolStr::new), r#type: SmolStr::new(kind) }
    }

    /// Planned for New Year's Day of 2025, and ended so many working days later.
    fn past<'p>(
        calendar: &'p WorkCalendar,
        team: Option<&str>,
        kind: &str,
        slips: impl IntoIterator<Item = i64>,
    ) -> Vec<Case<'p>> {
        let planned = day("2025-01-01");
        let one = |slip| {
            let ended = Some(slipped(calendar, planned, slip));
            Case { kin: kin(team, kind), since: day("2024-06-03"), planned, ended, calendar }
        };
        slips.into_iter().map(one).collect()
    }

    #[test]
    fn slips_are_working_days_forth_and_back() {
        let calendar = week();
        let friday = day("2026-03-06");
        assert_eq!(slip(&calendar, friday, day("2026-03-09")), 1);
        assert_eq!(slip(&calendar, friday, day("2026-03-08")), 0);
        assert_eq!(slip(&calendar, friday, day("2026-03-04")), -2);
        for days in -30..30 {
            assert_eq!(slip(&calendar, friday, slipped(&calendar, friday, days)), days);
        }
    }

    fn seen(slips: &[(i64, bool)]) -> Vec<Seen> {
        let mut seen: Vec<Seen> = slips.iter().map(|&(slip, has_ended)| Seen { slip, has_ended }).collect();
        seen.sort_unstable();
        seen
    }

    #[test]
    fn a_quantile_holds_for_the_next_one_too() {
        let slips: Vec<(i64, bool)> = (1..=20).map(|slip| (slip, true)).collect();
        assert_eq!((quantile(&seen(&slips), 50), quantile(&seen(&slips), 80)), (Some(11), Some(17)));
        assert_eq!(quantile(&seen(&[(3, true)]), 50), Some(3));
        assert_eq!(quantile(&seen(&[(3, true)]), 80), None);
        assert_eq!(quantile(&[], 50), None);
    }

    #[test]
    fn what_goes_on_counts_as_long_as_it_is_known() {
        let all = [
            (6, true),
            (6, false),
            (7, true),
            (9, false),
            (10, true),
            (11, false),
            (12, false),
            (13, true),
            (15, true),
            (16, true),
        ];
        // One of 9 ends at 6, one of 8 at 7, one of 6 at 10, and with one of 3 at 13 more than 55 % of all have ended.
        let all = seen(&all);
        assert_eq!(quantile(&all, 50), Some(13));
        // Nothing that ended is that late: nobody knows.
        assert_eq!(quantile(&seen(&[(1, true), (2, true), (3, false), (3, false), (3, false)]), 80), None);
    }

    #[test]
    fn the_closest_kin_with_enough_history_speaks() {
        let calendar = week();
        let mut all = past(&calendar, Some("qa"), "minor", 1..=19);
        let at = |past: &[Case<'_>]| {
            outlook(past, &kin(Some("qa"), "minor"), &calendar, day("2026-03-06"), day("2026-03-02"))
        };
        assert_eq!(at(&all), Err(Silence::TooFew { found: 19 }));
        all.extend(past(&calendar, None, "minor", [0; 5]));
        assert_eq!(at(&all).unwrap().of, "minor releases");
        all.extend(past(&calendar, Some("qa"), "major", [20]));
        assert_eq!(at(&all).unwrap().of, "team qa");
        all.extend(past(&calendar, Some("qa"), "minor", [20]));
        let found = at(&all).unwrap();
        assert_eq!((found.of.as_str(), found.samples), ("team qa in minor releases", 20));
        // Eleven working days after Friday 6th, and seventeen.
        assert_eq!((found.p50, found.p80), (day("2026-03-23"), day("2026-03-31")));
        let other = Kin { what: What::Release, ..kin(None, "minor") };
        let silent = outlook(&all, &other, &calendar, day("2026-03-06"), day("2026-03-02"));
        assert_eq!(silent, Err(Silence::TooFew { found: 0 }));
    }

    #[test]
    fn what_has_not_ended_yet_cannot_end_before_today() {
        let calendar = week();
        let all = past(&calendar, None, "minor", 1..=40);
        let at = |today| outlook(&all, &kin(None, "minor"), &calendar, day("2026-03-06"), day(today));
        assert_eq!(at("2026-03-06").unwrap().samples, 40);
        // Ten working days late already: slips of ten and more remain.
        let late = at("2026-03-20").unwrap();
        assert_eq!(late.samples, 31);
        assert_eq!(slip(&calendar, day("2026-03-06"), late.p50), 25);
        assert!(late.p50 > day("2026-03-20") && late.p80 > late.p50);
        assert_eq!(at("2026-05-01"), Err(Silence::Beyond { left: 1, of: 40 }));
    }

    /// Numbers that look like chance and are the same every time.
    fn chance(seed: &mut u64) -> u64 {
        *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        *seed >> 33
    }

    #[test]
    fn four_of_five_end_by_their_p80_when_the_future_is_like_the_past() {
        let calendar = week();
        for seed in 0..3 {
            let mut seed = seed;
            let all: Vec<Case<'_>> = (0..1_000)
                .map(|nth| {
                    let since = plus_days(day("2020-01-06"), nth * 2);
                    let planned = plus_days(since, 100);
                    let slip = (0..4).map(|_| (chance(&mut seed) % 50) as i64).sum::<i64>() - 60;
                    let ended = Some(slipped(&calendar, planned, slip));
                    Case { kin: kin(Some("qa"), "minor"), since, planned, ended, calendar: &calendar }
                })
                .collect();
            let result = backtest(&all, What::Phase);
            assert!(result.tested > 850 && result.tested + result.untested == 1_000, "{result:?}");
            let share = |count: usize| count as f64 / result.tested as f64;
            assert!((0.77..0.84).contains(&share(result.within_p80)), "{result:?}");
            assert!((0.46..0.55).contains(&share(result.within_p50)), "{result:?}");
        }
    }

    #[test]
    fn a_test_knows_nothing_of_what_had_not_ended() {
        let calendar = week();
        // All were planned before any ended.
        let result = backtest(&past(&calendar, None, "minor", 0..100), What::Phase);
        assert_eq!(result, Backtest { untested: 100, ..Backtest::default() });
        // A world that gets worse keeps less than it was told.
        let worse: Vec<Case<'_>> = (0..200)
            .map(|nth| {
                let since = plus_days(day("2020-01-06"), nth * 100);
                let planned = plus_days(since, 5);
                let ended = Some(slipped(&calendar, planned, nth / 5));
                Case { kin: kin(None, "minor"), since, planned, ended, calendar: &calendar }
            })
            .collect();
        let result = backtest(&worse, What::Phase);
        assert!(result.within_p80 * 10 < result.tested, "{result:?}");
    }
}
