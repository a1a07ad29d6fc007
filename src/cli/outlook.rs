//! When things end by what the past teaches, beside the plan.

use chrono::NaiveDate;
use smol_str::{SmolStr, format_smolstr};

use super::context::Context;
use super::error::Error;
use super::past::{FirstEnds, Past, cases, caveats, kin_of_phase, kin_of_release};
use crate::analysis::history::forecast::{Case, Kin, outlook};
use crate::git::Follow;
use crate::load::history::Since;
use crate::load::moves::{Ask, chronicle};
use crate::model::facts::History;
use crate::report::plan::{OutlookView, Plan};
use crate::time::calendar::WorkCalendar;

/// Adds it to every phase and release of a plan that is not over.
pub fn add(context: &Context<'_>, view: &mut Plan) -> Result<(), Error> {
    let ask = Ask { since: Since::Beginning, follow: Follow::AllParents, every: false };
    let chronicle = chronicle(&context.source, &context.loaded, &ask)?;
    let mut past = Past::open(context, &chronicle);
    let first = past.first_ends(&chronicle);
    let portfolio = &context.loaded.portfolio;
    let cases = cases(portfolio, &first);
    view.caveats = caveats(&chronicle, &past, &cases);
    for caveat in &view.caveats {
        context.global.note("note", caveat);
    }
    let is_shallow = chronicle.history == History::Shallow;
    let known = Known { past: cases.all, first, today: context.clock.today, is_shallow };
    for shown in &mut view.releases {
        let Some(release) = portfolio.releases.get(&shown.id) else { continue };
        if release.status().is_over() {
            continue;
        }
        let id = SmolStr::new(&shown.id);
        let calendar = portfolio.release_calendar(release);
        if shown.actual.end.is_none() {
            let kin = kin_of_release(portfolio, release);
            shown.outlook =
                known.of(&(id.clone(), SmolStr::default()), (shown.planned.end, shown.forecast.end), &kin, calendar);
        }
        for (shown, phase) in shown.phases.iter_mut().zip(&release.phases) {
            if shown.actual.end.is_none() {
                let kin = kin_of_phase(release, phase);
                let calendar = portfolio.phase_calendar(release, phase.team.as_ref());
                let place = (id.clone(), format_smolstr!("phases/{}", &*phase.id));
                shown.outlook = known.of(&place, (shown.planned.end, shown.forecast.end), &kin, calendar);
            }
        }
    }
    Ok(())
}

/// What is known of the past.
struct Known<'p> {
    past: Vec<Case<'p>>,
    first: FirstEnds,
    today: NaiveDate,
    /// Whether more is to be had.
    is_shallow: bool,
}

impl Known<'_> {
    /// What is not committed yet is first planned now. Nothing ends before its forecast, which is the first day it can.
    fn of(
        &self,
        place: &(SmolStr, SmolStr),
        (planned, forecast): (Option<NaiveDate>, Option<NaiveDate>),
        kin: &Kin,
        calendar: &WorkCalendar,
    ) -> Option<OutlookView> {
        let first = self.first.get(place).map(|(_, end)| *end).or(planned)?;
        let mut view = OutlookView::from(outlook(&self.past, kin, calendar, first, self.today));
        for end in [&mut view.p50, &mut view.p80].into_iter().flatten() {
            *end = forecast.map_or(*end, |first| first.max(*end));
        }
        if self.is_shallow && view.p50.is_none() {
            view.basis += "; the clone is shallow";
        }
        Some(view)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::history::forecast::What;

    #[test]
    fn nothing_ends_before_its_forecast() {
        let week = [true; 7];
        let Ok(calendar) = WorkCalendar::new(week, Vec::new()) else { panic!("every day works") };
        let day = |day| NaiveDate::from_ymd_opt(2026, 3, day).unwrap_or_default();
        let kin = Kin { what: What::Phase, team: None, r#type: SmolStr::new("minor") };
        let early = Case { kin: kin.clone(), since: day(1), planned: day(9), ended: Some(day(4)), calendar: &calendar };
        let first = FirstEnds::default();
        let known = Known { past: vec![early; 30], first, today: day(10), is_shallow: false };
        let place = (SmolStr::new("r"), SmolStr::new("phases/p"));
        let ends = |forecast| {
            let view = known.of(&place, (Some(day(25)), forecast), &kin, &calendar);
            view.map(|view| (view.p50, view.p80))
        };
        assert_eq!(ends(None), Some((Some(day(20)), Some(day(20)))));
        assert_eq!(ends(Some(day(23))), Some((Some(day(23)), Some(day(23)))));
        assert_eq!(ends(Some(day(12))), Some((Some(day(20)), Some(day(20)))));
    }
}
