//! How far releases have moved since a base.

use chrono::NaiveDate;

use crate::analysis::schedule::Schedule;
use crate::model::Portfolio;

/// What a release was planned to be at the base, and how far it has moved since.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Slip {
    /// First planned day at the base; none without placed phases.
    pub baseline_start: Option<NaiveDate>,
    /// Last planned day at the base; the target of a release without phases.
    pub baseline_end: Option<NaiveDate>,
    /// Forecast end − baseline end in calendar days, positive = late; none without either.
    pub slip_days: Option<i64>,
}

/// The slip of a release of `head`, by index, from its plan at `base`; none when the base does not have it.
pub fn slip(base: (&Portfolio, &Schedule), head: (&Portfolio, &Schedule), release: usize) -> Option<Slip> {
    let then = &base.1.releases[base.0.releases.index(&head.0.releases[release].id)?];
    let ends = head.1.releases[release].forecast_end.zip(then.planned_end);
    let slip_days = ends.map(|(now, then)| (now - then).num_days());
    Some(Slip { baseline_start: then.planned_start, baseline_end: then.planned_end, slip_days })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use chrono::NaiveDate;

    use super::*;
    use crate::graph::Graph;
    use crate::load::testing::portfolio;

    fn plan(releases: &str, today: &str) -> (Portfolio, Schedule) {
        let portfolio = portfolio(&format!("kind: portfolio\nstages: [prod]\n{releases}"));
        let schedule = Schedule::new(&portfolio, &Graph::new(&portfolio), today.parse().unwrap());
        (portfolio, schedule)
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    const ONE: &str =
        "---\nkind: release\nid: one\ntype: minor\nphases: [{id: build, start: 2026-11-02, duration: 5d}]\n";

    #[test]
    fn counts_calendar_days_from_the_planned_end_of_the_base() {
        let (base, then) = plan(ONE, "2026-10-01");
        let (head, now) = plan(&ONE.replace("2026-11-02", "2026-11-04"), "2026-10-01");
        let later = slip((&base, &then), (&head, &now), 0).unwrap();
        assert_eq!((later.baseline_start, later.baseline_end), (Some(day("2026-11-02")), Some(day("2026-11-06"))));
        // Friday 6th became Tuesday 10th.
        assert_eq!(later.slip_days, Some(4));
        assert_eq!(slip((&head, &now), (&base, &then), 0).unwrap().slip_days, Some(-4));
    }

    #[test]
    fn today_alone_makes_a_slip() {
        let (base, then) = plan(ONE, "2026-11-04");
        let slip = slip((&base, &then), (&base, &then), 0).unwrap();
        // Not begun by Wednesday: Wednesday to Tuesday 10th, against Friday 6th.
        assert_eq!(slip.slip_days, Some(4));
    }

    #[test]
    fn what_the_base_lacks_has_no_slip() {
        let (base, then) = plan("", "2026-10-01");
        let (head, now) = plan(ONE, "2026-10-01");
        assert_eq!(slip((&base, &then), (&head, &now), 0), None);
    }

    #[test]
    fn a_release_without_phases_slips_from_its_target() {
        let text = "---\nkind: release\nid: bare\ntype: minor\ntarget: 2026-12-05\n";
        let (base, then) = plan(text, "2026-10-01");
        let (head, now) = plan(&text.replace("12-05", "12-07"), "2026-10-01");
        let expected = Slip { baseline_start: None, baseline_end: Some(day("2026-12-05")), slip_days: Some(2) };
        assert_eq!(slip((&base, &then), (&head, &now), 0), Some(expected));
    }

    #[test]
    fn phases_without_dates_have_no_slip() {
        let (head, now) = plan("---\nkind: release\nid: one\ntype: minor\nphases: [{id: build}]\n", "2026-10-01");
        assert_eq!(slip((&head, &now), (&head, &now), 0), Some(Slip::default()));
    }
}
