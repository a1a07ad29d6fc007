//! When things end by what the past teaches: not what the plan computes, but how plans turned out here before.
//!
//! What is finished has a slip: the working days, of the calendar it is planned by, from the end that the first plan gave it
//! to its real end. The slips of the same team and type, or where there are fewer than [`ENOUGH`] of them, of the team, of the
//! type, or of all, are the distribution. An open phase or release that slipped by the quantile of 50 or 80 % from its own
//! first plan ends on `P50` or `P80`. Once it is later than its first plan, only slips count that reach today: what has not
//! ended by now cannot end before.
//!
//! The quantile is the ⌈p × (n + 1)⌉-th smallest of n slips, so that the next one lies at or below it in at least p of all
//! cases, were it drawn like the others. There is no chance in it: the same history gives the same dates.

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

/// Something that ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finished {
    /// Whose past it is.
    pub kin: Kin,
    /// The day the first plan was committed.
    pub since: NaiveDate,
    /// The day it ended.
    pub ended: NaiveDate,
    /// How many working days later than first planned; negative = earlier.
    pub slip: i64,
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

/// The slip that is not exceeded in `p` per cent of cases, of sorted slips; none where too few are known for that.
pub fn quantile(sorted: &[i64], p: usize) -> Option<i64> {
    let rank = (p * (sorted.len() + 1)).div_ceil(100);
    sorted.get(rank.checked_sub(1)?).copied()
}

/// The slips that speak for something, sorted, and whose they are: of the closest kin that has enough.
fn slips<'p>(past: &(impl Iterator<Item = &'p Finished> + Clone), kin: &Kin) -> Result<(Vec<i64>, String), Silence> {
    let of = |wanted: &dyn Fn(&Kin) -> bool| {
        let same = past.clone().filter(|one| one.kin.what == kin.what && wanted(&one.kin));
        let mut slips: Vec<i64> = same.map(|one| one.slip).collect();
        slips.sort_unstable();
        slips
    };
    let is_team = |other: &Kin| kin.team.is_some() && other.team == kin.team;
    let is_type = |other: &Kin| other.r#type == kin.r#type;
    let (team, r#type) = (kin.team.as_deref().unwrap_or_default(), &kin.r#type);
    let all = of(&|_| true);
    let found = all.len();
    let circles = [
        (of(&|other| is_team(other) && is_type(other)), format!("team {team} in {type} releases")),
        (of(&is_team), format!("team {team}")),
        (of(&is_type), format!("{type} releases")),
        (all, "all releases".to_owned()),
    ];
    circles.into_iter().find(|(slips, _)| slips.len() >= ENOUGH).ok_or(Silence::TooFew { found })
}

/// When something ends that was first planned to end on `planned` and has not ended before `today`, by what had ended by then.
pub fn outlook(
    past: &[Finished],
    kin: &Kin,
    calendar: &WorkCalendar,
    planned: NaiveDate,
    today: NaiveDate,
) -> Result<Outlook, Silence> {
    let (all, of) = slips(&past.iter().filter(|one| one.ended <= today), kin)?;
    let reached = if today > planned { slip(calendar, planned, today) } else { i64::MIN };
    let left = &all[all.partition_point(|slip| *slip < reached)..];
    let beyond = Silence::Beyond { left: left.len(), of: all.len() };
    if left.len() < all.len() && left.len() < ENOUGH_LATE {
        return Err(beyond);
    }
    let at = |p| quantile(left, p).map(|slip| slipped(calendar, planned, slip).max(today));
    match (at(50), at(80)) {
        (Some(p50), Some(p80)) => Ok(Outlook { p50, p80, samples: left.len(), of }),
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

/// Foretells the end of everything that has ended by what had ended before the day it was first planned, and compares.
pub fn backtest(past: &[Finished], what: What) -> Backtest {
    let mut result = Backtest::default();
    for one in past.iter().filter(|one| one.kin.what == what) {
        let known = past.iter().filter(|other| other.ended < one.since);
        let quantiles = slips(&known, &one.kin).ok();
        let quantiles = quantiles.and_then(|(slips, _)| quantile(&slips, 50).zip(quantile(&slips, 80)));
        match quantiles {
            Some((p50, p80)) => {
                result.tested += 1;
                result.within_p50 += usize::from(one.slip <= p50);
                result.within_p80 += usize::from(one.slip <= p80);
            }
            None => result.untested += 1,
        }
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

    fn past(team: Option<&str>, kind: &str, slips: impl IntoIterator<Item = i64>) -> Vec<Finished> {
        let one = |slip| Finished { kin: kin(team, kind), since: day("2026-01-05"), ended: day("2026-02-02"), slip };
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

    #[test]
    fn a_quantile_holds_for_the_next_one_too() {
        let slips: Vec<i64> = (1..=20).collect();
        assert_eq!((quantile(&slips, 50), quantile(&slips, 80)), (Some(11), Some(17)));
        assert_eq!(quantile(&[3], 50), Some(3));
        assert_eq!(quantile(&[3], 80), None);
        assert_eq!(quantile(&[], 50), None);
    }

    #[test]
    fn the_closest_kin_with_enough_history_speaks() {
        let mut all = past(Some("qa"), "minor", 1..=19);
        let at =
            |past: &[Finished]| outlook(past, &kin(Some("qa"), "minor"), &week(), day("2026-03-06"), day("2026-03-02"));
        assert_eq!(at(&all), Err(Silence::TooFew { found: 19 }));
        all.extend(past(None, "minor", [0; 5]));
        assert_eq!(at(&all).unwrap().of, "minor releases");
        all.extend(past(Some("qa"), "major", [20]));
        assert_eq!(at(&all).unwrap().of, "team qa");
        all.extend(past(Some("qa"), "minor", [20]));
        let found = at(&all).unwrap();
        assert_eq!((found.of.as_str(), found.samples), ("team qa in minor releases", 20));
        // Eleven working days after Friday 6th, and seventeen.
        assert_eq!((found.p50, found.p80), (day("2026-03-23"), day("2026-03-31")));
        let other = Kin { what: What::Release, ..kin(None, "minor") };
        assert_eq!(
            outlook(&all, &other, &week(), day("2026-03-06"), day("2026-03-02")),
            Err(Silence::TooFew { found: 0 })
        );
    }

    #[test]
    fn what_has_not_ended_yet_cannot_end_before_today() {
        let all = past(None, "minor", 1..=40);
        let at = |today| outlook(&all, &kin(None, "minor"), &week(), day("2026-03-06"), day(today));
        assert_eq!(at("2026-03-06").unwrap().samples, 40);
        // Ten working days late already: slips of ten and more remain.
        let late = at("2026-03-20").unwrap();
        assert_eq!(late.samples, 31);
        assert_eq!(slip(&week(), day("2026-03-06"), late.p50), 25);
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
        let mut seed = 7;
        let start = day("2020-01-06");
        let all: Vec<Finished> = (0..3_000)
            .map(|nth| {
                let since = plus_days(start, nth);
                let slip = (0..4).map(|_| (chance(&mut seed) % 50) as i64).sum::<i64>() - 60;
                Finished { kin: kin(Some("qa"), "minor"), since, ended: plus_days(since, 100 + slip), slip }
            })
            .collect();
        let result = backtest(&all, What::Phase);
        assert!(result.tested > 2_800 && result.tested + result.untested == 3_000, "{result:?}");
        let share = |count: usize| count as f64 / result.tested as f64;
        assert!((0.78..0.83).contains(&share(result.within_p80)), "{result:?}");
        assert!((0.48..0.53).contains(&share(result.within_p50)), "{result:?}");
    }

    #[test]
    fn a_test_knows_nothing_of_what_had_not_ended() {
        // All were planned before any ended.
        let result = backtest(&past(None, "minor", 0..100), What::Phase);
        assert_eq!(result, Backtest { untested: 100, ..Backtest::default() });
        // A world that gets worse keeps less than it was told.
        let worse: Vec<Finished> = (0..200)
            .map(|nth| {
                let since = plus_days(day("2020-01-06"), nth * 10);
                Finished { kin: kin(None, "minor"), since, ended: plus_days(since, 5), slip: nth }
            })
            .collect();
        assert_eq!(backtest(&worse, What::Phase).within_p80, 0);
    }
}
