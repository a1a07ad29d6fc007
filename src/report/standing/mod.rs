//! How releases stand, for those who steer: one line a release, one release in full, and everything on a page.
//!
//! `relm report status`, `release` and `portfolio` share the [`Desk`], which judges a portfolio once, and the [`Line`] of a
//! release. How a release stands is judged once, for them and for the pages of `relm site`.

pub mod deployment;
pub mod portfolio;
pub mod release;
pub mod status;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

use chrono::NaiveDate;
use serde::Serialize;

use super::check::FindingView;
use super::env::usage::round;
use super::gate::Source;
use super::risk::{Risk, RiskView};
use super::site::{Level, Material, ReleaseRow, Site};
use super::{Header, env, gate, plan, risk};
use crate::analysis::gates::State;
use crate::analysis::metrics::{Base, Input};
use crate::analysis::schedule::{Schedule, worked_days};
use crate::model::Portfolio;
use crate::model::release::Status;

/// A release in a line.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Line {
    /// The id.
    pub id: String,
    /// The name for people.
    pub name: Option<String>,
    /// The release type.
    pub r#type: String,
    /// The status as written.
    pub status: &'static str,
    /// How it stands: `late`, `at-risk`, `watch`, `on-track`, `done` or `cancelled`.
    pub state: &'static str,
    /// Why, the gravest first.
    pub reasons: Vec<String>,
    /// Who answers for it.
    pub owner: Option<String>,
    /// The composite it is part of.
    pub part_of: Option<String>,
    /// The date promised.
    #[schemars(with = "Option<String>", extend("format" = "date"))]
    pub target: Option<NaiveDate>,
    /// The last day of the plan.
    #[schemars(with = "Option<String>", extend("format" = "date"))]
    pub planned_end: Option<NaiveDate>,
    /// The last day: the real one, else of the forecast, else of the plan, else the target.
    #[schemars(with = "Option<String>", extend("format" = "date"))]
    pub end: Option<NaiveDate>,
    /// Calendar days from today to the target, without one to the last day; negative when it is over.
    pub days_left: Option<i64>,
    /// From the target to the forecast in calendar days, positive = late.
    pub lateness_days: Option<i64>,
    /// From the last day at what it is compared with to the last day now, in calendar days, positive = later; null without
    /// comparing, and when it was not there.
    pub moved_days: Option<i64>,
    /// Working days that are done of those that are planned, in per cent, with those of its parts; null where nobody says.
    pub progress: Option<u32>,
    /// Gates that are passed, with those of its parts.
    pub gates_passed: usize,
    /// Gates.
    pub gates_total: usize,
    /// The gates that are not passed, by their last day; those of parts as `release/gate`.
    pub missing: Vec<String>,
    /// The risk from 0 to 100; null for what is over.
    pub risk_score: Option<f64>,
    /// `low`, `medium` or `high`.
    pub risk_level: Option<&'static str>,
    /// Working days that the forecast of the work before production can slip before it breaks a promise; negative when it
    /// does.
    pub spare_days: Option<i64>,
    /// Whether a day of slip before production breaks a promise.
    pub critical: bool,
    /// Where it is written.
    pub source: Option<Source>,
}

/// How many releases stand how.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Counts {
    /// Releases that are not over.
    pub open: usize,
    /// Those that are drafts.
    pub drafts: usize,
    /// Those that are late.
    pub late: usize,
    /// Those that are at risk.
    pub at_risk: usize,
    /// Those that need an eye.
    pub watch: usize,
    /// Those that are on track.
    pub on_track: usize,
    /// Releases that are over, where they were asked for.
    pub over: usize,
}

impl Counts {
    /// Counts lines.
    pub fn of(lines: &[Line]) -> Self {
        let count = |state: &str| lines.iter().filter(|line| line.state == state).count();
        let over = count("done") + count("cancelled");
        Self {
            open: lines.len() - over,
            drafts: lines.iter().filter(|line| line.status == Status::Draft.as_str()).count(),
            late: count("late"),
            at_risk: count("at-risk"),
            watch: count("watch"),
            on_track: count("on-track"),
            over,
        }
    }
}

/// Another revision to compare with.
#[derive(Debug, Clone, Copy)]
pub struct Earlier<'p> {
    /// The manifests there.
    pub portfolio: &'p Portfolio,
    /// When things happen there.
    pub schedule: &'p Schedule,
    /// As it was asked for.
    pub with: &'p str,
    /// The commit.
    pub commit: Option<&'p str>,
}

/// What a report is compared with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Compared {
    /// As it was asked for.
    pub with: String,
    /// The commit.
    pub commit: Option<String>,
}

impl Earlier<'_> {
    fn view(&self) -> Compared {
        Compared { with: self.with.to_owned(), commit: self.commit.map(str::to_owned) }
    }

    /// The last day of a release there.
    fn end(&self, id: &str) -> Option<NaiveDate> {
        end(self.portfolio, self.schedule, self.portfolio.releases.index(id)?)
    }
}

/// The last day of a release: the real one, else of the forecast, else of the plan, else its target.
fn end(portfolio: &Portfolio, schedule: &Schedule, r: usize) -> Option<NaiveDate> {
    let (release, dates) = (&portfolio.releases[r], &schedule.releases[r]);
    let ended = release.actual.as_ref().and_then(|actual| actual.end.as_ref()).map(|date| date.value);
    let forecast = dates.forecast_end.filter(|_| !release.status().is_over());
    ended.or(forecast).or(dates.planned_end).or_else(|| release.target.as_ref().map(|target| target.value))
}

/// A portfolio that is judged, with everything the reports look up in it.
#[derive(Debug)]
pub struct Desk<'p> {
    header: Header,
    material: Material<'p>,
    findings: Vec<FindingView>,
    site: Site<'p>,
    base: Base<'p>,
    gates: gate::Input<'p>,
    places: env::Input<'p>,
    /// By id of the release.
    risks: HashMap<String, RiskView>,
}

impl<'p> Desk<'p> {
    /// Judges every release once. `findings` are those of the whole portfolio.
    pub fn new(header: Header, material: Material<'p>, findings: Vec<FindingView>) -> Self {
        let Material { plan, occupancy, clock, sources } = material;
        let base = Base::new(Input { gates: plan.gates, occupancy, moves: None });
        let gates = gate::Input::new(plan.gates, sources);
        let all: Vec<usize> = (0..plan.portfolio.releases.len()).collect();
        let of_risk = Header { schema: risk::SCHEMA, ..header.clone() };
        let risks = Risk::new(of_risk, &gates, &base, &all).releases;
        Self {
            site: Site::new(header.clone(), material, findings.clone()),
            base,
            gates,
            places: env::Input::new(plan.portfolio, plan.schedule, occupancy, clock, sources),
            risks: risks.into_iter().map(|risk| (risk.id.clone(), risk)).collect(),
            header,
            material,
            findings,
        }
    }

    /// What metrics are measured from.
    pub fn base(&self) -> &Base<'p> {
        &self.base
    }

    fn portfolio(&self) -> &'p Portfolio {
        self.material.plan.portfolio
    }

    /// The files that could not be read, and so are not in anything a report says.
    fn unread(&self) -> Vec<String> {
        self.site.unread()
    }

    fn name(&self) -> Option<String> {
        self.portfolio().settings.common.name().map(str::to_owned)
    }

    fn today(&self) -> NaiveDate {
        self.material.clock.today
    }

    /// The lines of these releases, by index: by their last day, then by id; what has none comes last.
    fn lines(&self, releases: &[usize], earlier: Option<&Earlier<'_>>) -> Vec<Line> {
        let mut lines: Vec<Line> = releases.iter().map(|&r| self.line(r, earlier)).collect();
        lines.sort_by(|a, b| (a.end.is_none(), a.end, &a.id).cmp(&(b.end.is_none(), b.end, &b.id)));
        lines
    }

    /// The line of a release, by index.
    fn line(&self, r: usize, earlier: Option<&Earlier<'_>>) -> Line {
        let Material { plan, .. } = self.material;
        let row = &self.site.rows()[r];
        let risk = self.risks.get(&row.id);
        let end = end(plan.portfolio, plan.schedule, r);
        let (state, reasons) = state(row);
        Line {
            id: row.id.clone(),
            name: row.name.clone(),
            r#type: row.r#type.clone(),
            status: row.status,
            state,
            reasons,
            owner: row.owner.clone(),
            part_of: row.part_of.clone(),
            target: row.target,
            planned_end: row.planned,
            end,
            days_left: row.target.or(end).map(|day| (day - self.today()).num_days()).filter(|_| !row.over),
            lateness_days: row.target.zip(end).map(|(target, end)| (end - target).num_days()),
            moved_days: earlier.and_then(|it| Some((end? - it.end(&row.id)?).num_days())),
            progress: self.progress(r),
            gates_passed: row.passed,
            gates_total: row.gates,
            missing: self.missing(r),
            risk_score: risk.map(|risk| risk.score),
            risk_level: risk.map(|risk| risk.level),
            spare_days: row.in_hand,
            critical: row.in_hand.is_some_and(|days| days <= 0),
            source: row.source.clone(),
        }
    }

    /// A release with its parts that are not called off.
    fn family(&self, r: usize) -> Vec<usize> {
        let portfolio = self.portfolio();
        let kept = |part: &usize| *part == r || portfolio.releases[*part].status() != Status::Cancelled;
        portfolio.family(r).into_iter().filter(kept).collect()
    }

    /// An id inside a release, told beside another release: with its own release where that is another.
    fn local(&self, part: usize, r: usize, id: &str) -> String {
        if part == r { id.to_owned() } else { format!("{}/{id}", self.portfolio().releases[part].id) }
    }

    fn missing(&self, r: usize) -> Vec<String> {
        let mut open = Vec::new();
        for part in self.family(r) {
            let gates = self.base.gates_of(part).filter(|gate| gate.state != State::Passed);
            open.extend(gates.map(|gate| (gate.due.is_none(), gate.due, self.local(part, r, gate.id))));
        }
        open.sort();
        open.into_iter().map(|(_, _, id)| id).collect()
    }

    fn progress(&self, r: usize) -> Option<u32> {
        let portfolio = self.portfolio();
        let (mut done, mut all, mut is_told, mut first) = (0.0, 0.0, false, None);
        for part in self.family(r) {
            let release = &portfolio.releases[part];
            for (phase, dates) in release.phases.iter().zip(&self.material.plan.schedule.releases[part].phases) {
                let Some(planned) = dates.planned else { continue };
                let days = worked_days(portfolio, release, phase, planned).max(1) as f64;
                let share = match (phase.actual_end(), &phase.progress) {
                    (Some(_), _) => 1.0,
                    (None, progress) => progress.as_ref().map_or(0.0, |it| f64::from(it.0) / 100.0),
                };
                is_told |= phase.actual.is_some() || phase.progress.is_some();
                first = Some(first.map_or(planned.start, |first: NaiveDate| first.min(planned.start)));
                done += share * days;
                all += days;
            }
        }
        // What should have begun and of which nobody told anything is not nothing.
        let is_to_come = first.is_some_and(|first| first > self.today());
        (all > 0.0 && (is_told || is_to_come)).then(|| round(done / all * 100.0, 0) as u32)
    }
}

/// How a release stands in a word, and why.
fn state(row: &ReleaseRow) -> (&'static str, Vec<String>) {
    let word = match row.standing.level {
        Level::Late => "late",
        Level::AtRisk => "at-risk",
        Level::Watch => "watch",
        Level::OnTrack => "on-track",
        Level::Over if row.status == Status::Cancelled.as_str() => "cancelled",
        Level::Over => "done",
    };
    let mut reasons = row.standing.reasons.clone();
    match (word, row.in_hand) {
        ("done", _) => reasons.extend(row.end.map(|end| format!("ended on {end}"))),
        ("on-track", Some(1)) => {
            reasons.push("nothing speaks against its dates, 1 working day in hand".to_owned());
        }
        ("on-track", Some(days @ 2..)) => {
            reasons.push(format!("nothing speaks against its dates, {days} working days in hand"));
        }
        ("on-track", _) => reasons.push("nothing speaks against its dates".to_owned()),
        _ => {}
    }
    (word, reasons)
}

/// How grave a state is, the gravest first.
fn gravity(state: &str) -> usize {
    let order = ["late", "at-risk", "watch", "on-track"];
    order.iter().position(|it| *it == state).unwrap_or(order.len())
}

/// Why a release is risky, what adds most first.
pub fn gravest(risk: &RiskView) -> Vec<&str> {
    let mut adds: Vec<_> =
        risk.contributions.iter().filter(|it| it.points.is_some_and(|points| points > 0.0)).collect();
    adds.sort_by(|a, b| b.points.unwrap_or_default().total_cmp(&a.points.unwrap_or_default()));
    adds.into_iter().flat_map(|it| it.why.iter().map(String::as_str)).collect()
}

/// What `plan` calls the input of a release's view.
fn plan_of(material: &Material<'_>, r: usize) -> plan::ReleaseView {
    plan::release_view(material.plan, r, None)
}
