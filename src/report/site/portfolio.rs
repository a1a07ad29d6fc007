//! The first page: what ships next, what is at risk, what needs somebody.

use chrono::NaiveDate;
use serde::Serialize;

use super::needs::Need;
use super::{Level, ReleaseRow, Site};
use crate::analysis::windows::{Stretch, Times};
use crate::model::Identified;
use crate::report::env;
use crate::report::env::schedule::{Days, Timeline};
use crate::time::{plus_days, zone};

/// Releases that are shown to ship next.
const NEXT: usize = 6;
/// Releases that are shown to be at risk.
const RISKS: usize = 6;
/// Needs that are shown.
const NEEDS: usize = 6;
/// Releases on the timeline, and its weeks.
const LINES: usize = 14;
const WEEKS: i64 = 16;
/// Environments of the strip, and its weeks.
const STRIPS: usize = 12;
const STRIP_WEEKS: i64 = 6;
/// Releases that went out lately.
const SHIPPED: usize = 5;

/// The first page.
#[derive(Debug, Clone, Serialize)]
pub struct Portfolio {
    /// What ships next, by day.
    pub next: Vec<ReleaseRow>,
    /// Releases that are not on track, the worst first.
    pub risks: Vec<ReleaseRow>,
    /// What waits for somebody, the most pressing first; the page of needs has them all by day.
    pub needs: Vec<Need>,
    /// How many there are of everything.
    pub counts: Counts,
    /// The weeks ahead.
    pub timeline: Lines,
    /// Environments over the weeks ahead: those in conflict first.
    pub environments: Timeline,
    /// What went out last.
    pub shipped: Vec<ReleaseRow>,
}

/// How many there are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Releases that are not over.
    pub open: usize,
    /// Open releases that are late.
    pub late: usize,
    /// Open releases that are at risk.
    pub at_risk: usize,
    /// Open releases that need an eye.
    pub watch: usize,
    /// What waits for somebody, as `relm todo` counts it.
    pub needs: usize,
    /// What of that is overdue.
    pub overdue: usize,
    /// What of that is due today.
    pub today: usize,
    /// Incidents that are not over.
    pub incidents: usize,
    /// Environments.
    pub environments: usize,
    /// Conflicts of bookings in the weeks of the strip.
    pub conflicts: usize,
}

/// Releases over the weeks ahead.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Lines {
    /// The first day, a Monday.
    pub from: NaiveDate,
    /// The last day.
    pub to: NaiveDate,
    /// The releases that touch these days, by their end.
    pub releases: Vec<ReleaseRow>,
    /// How many more there are.
    pub more: usize,
    /// Freezes in these days.
    pub freezes: Vec<Frozen>,
}

/// A time in which deployments are forbidden somewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Frozen {
    /// The freeze.
    pub id: String,
    /// The name for people.
    pub name: Option<String>,
    /// The first day it touches.
    #[schemars(with = "String", extend("format" = "date"))]
    pub from: NaiveDate,
    /// The last day it touches.
    #[schemars(with = "String", extend("format" = "date"))]
    pub to: NaiveDate,
}

impl Site<'_> {
    /// The first page. Composites stand for themselves; their parts are releases as others are.
    pub fn portfolio_page(&self, needs: &[Need]) -> Portfolio {
        let mut all: Vec<&ReleaseRow> = self.rows.iter().filter(|row| !row.over).collect();
        all.sort_by(|a, b| (a.end.is_none(), a.end, &a.id).cmp(&(b.end.is_none(), b.end, &b.id)));
        let mut risks: Vec<&ReleaseRow> =
            all.iter().copied().filter(|row| row.standing.level > Level::OnTrack).collect();
        let score = |row: &ReleaseRow| row.score.unwrap_or_default();
        risks.sort_by(|a, b| {
            b.standing.level.cmp(&a.standing.level).then(score(b).total_cmp(&score(a))).then(a.end.cmp(&b.end))
        });
        let today = self.material.clock.today;
        let environments = self.strip();
        let counts = self.counts(&all, needs, environments.conflicts);
        // A draft promises nothing yet.
        let open: Vec<&ReleaseRow> = all.into_iter().filter(|row| !row.draft).collect();
        Portfolio {
            next: open
                .iter()
                .filter(|row| row.end.is_some_and(|end| end >= today))
                .take(NEXT)
                .map(|row| (*row).clone())
                .collect(),
            risks: risks.into_iter().take(RISKS).cloned().collect(),
            needs: pressing(needs),
            counts,
            timeline: self.lines(&open),
            environments,
            shipped: self.shipped(),
        }
    }

    fn counts(&self, open: &[&ReleaseRow], needs: &[Need], conflicts: usize) -> Counts {
        let of = |level: Level| open.iter().filter(|row| row.standing.level == level).count();
        let things = |wanted: &dyn Fn(&Need) -> bool| -> usize {
            needs.iter().filter(|need| wanted(need)).map(|need| need.things).sum()
        };
        Counts {
            open: open.len(),
            late: of(Level::Late),
            at_risk: of(Level::AtRisk),
            watch: of(Level::Watch),
            needs: things(&|_| true),
            overdue: things(&|need| need.urgent),
            today: things(&|need| need.days == Some(0)),
            incidents: needs.iter().filter(|need| need.things == 0).count(),
            environments: self.portfolio().environments.len(),
            conflicts,
        }
    }

    fn monday(&self) -> NaiveDate {
        let today = self.material.clock.today;
        Days::new(Some(today), Some(today), today, true).from
    }

    fn lines(&self, open: &[&ReleaseRow]) -> Lines {
        let from = plus_days(self.monday(), -14);
        let to = plus_days(from, 7 * WEEKS - 1);
        let touches = |row: &&&ReleaseRow| {
            row.end.is_some_and(|end| end >= from) && row.start.or(row.end).is_some_and(|start| start <= to)
        };
        let all: Vec<&ReleaseRow> = open.iter().filter(touches).copied().collect();
        Lines {
            from,
            to,
            more: all.len().saturating_sub(LINES),
            releases: all.into_iter().take(LINES).cloned().collect(),
            freezes: self.freezes(from, to),
        }
    }

    /// The freezes that touch these days, by their first day; cut to the days.
    pub fn freezes(&self, from: NaiveDate, to: NaiveDate) -> Vec<Frozen> {
        let portfolio = self.portfolio();
        let edge = |day: NaiveDate| zone::start_of_day(day, portfolio.zone);
        let range = Stretch { start: edge(from), end: edge(plus_days(to, 1)) };
        let mut found = Vec::new();
        for freeze in &portfolio.settings.freezes {
            let Some(times) = Times::freeze(freeze, portfolio.zone) else { continue };
            for time in times.during(range) {
                let day = |at: chrono::DateTime<chrono::Utc>| zone::local(at, portfolio.zone).date();
                found.push(Frozen {
                    id: freeze.id.to_string(),
                    name: freeze.common.name().map(str::to_owned),
                    from: day(time.start).max(from),
                    to: day(time.end - chrono::TimeDelta::seconds(1)).min(to),
                });
            }
        }
        found.sort_by(|a, b| (a.from, &a.id).cmp(&(b.from, &b.id)));
        found
    }

    /// Environments over the weeks ahead; where there are many, those that are wanted most.
    fn strip(&self) -> Timeline {
        let input = self.environments();
        let from = self.monday();
        let days = Days::new(Some(from), Some(plus_days(from, 7 * STRIP_WEEKS - 1)), self.material.clock.today, false);
        let all = env::in_order(self.portfolio());
        let mut view = Timeline::new(self.header.clone(), &input, &all, days);
        if view.environments.len() > STRIPS {
            let wanted = |row: &env::schedule::Row| {
                let conflicts = row.cells.iter().filter(|cell| cell.conflict.is_some()).count();
                (conflicts, row.cells.iter().filter(|cell| cell.units > 0).count())
            };
            let mut ranked: Vec<(usize, (usize, usize))> = view.environments.iter().map(wanted).enumerate().collect();
            ranked.sort_by_key(|(place, wanted)| (std::cmp::Reverse(*wanted), *place));
            let mut kept: Vec<usize> = ranked.into_iter().take(STRIPS).map(|(place, _)| place).collect();
            kept.sort_unstable();
            let mut place = 0;
            view.environments.retain(|_| {
                place += 1;
                kept.binary_search(&(place - 1)).is_ok()
            });
        }
        view
    }

    fn shipped(&self) -> Vec<ReleaseRow> {
        let shipped = |row: &&ReleaseRow| row.over && row.status != "cancelled" && row.end.is_some();
        let mut rows: Vec<&ReleaseRow> = self.rows.iter().filter(shipped).collect();
        rows.sort_by(|a, b| (b.end, &a.id).cmp(&(a.end, &b.id)));
        rows.into_iter().take(SHIPPED).cloned().collect()
    }

    /// Every project as a list shows it: what runs in production, and what ships it next.
    pub fn project_list(&self) -> Vec<super::pages::ProjectRow> {
        let portfolio = self.portfolio();
        let (installed, _) = self.installed();
        let production: Vec<&str> = portfolio
            .environments
            .iter()
            .filter(|environment| portfolio.is_production(environment.id()))
            .map(|environment| &**environment.id())
            .collect();
        let mut next: std::collections::HashMap<&str, &ReleaseRow> = std::collections::HashMap::new();
        for row in self.rows.iter().filter(|row| !row.over && !row.draft && row.end.is_some()) {
            for project in &row.projects {
                let known = next.entry(project).or_insert(row);
                if (row.end, &row.id) < (known.end, &known.id) {
                    *known = row;
                }
            }
        }
        let rows = portfolio.projects.iter().map(|project| {
            let id = &**project.id();
            let live = production.iter().filter_map(|at| installed.at(at, id, self.material.clock.now));
            let live = live.max_by_key(|installation| installation.at);
            super::pages::ProjectRow {
                id: id.to_owned(),
                name: project.common().name().map(str::to_owned),
                owner: project.common().owner().map(ToString::to_string),
                tier: project.tier.as_ref().map(|tier| tier.value.0),
                live: live.map(|installation| installation.record.version.to_string()),
                next: next.get(id).map(|row| row.id.clone()),
            }
        });
        rows.collect()
    }
}

/// What cannot wait and what is due today, then decisions, which others wait for, then work.
fn pressing(needs: &[Need]) -> Vec<Need> {
    let mut sorted: Vec<&Need> = needs.iter().collect();
    sorted.sort_by_key(|need| (!need.urgent, need.days != Some(0), !need.decision));
    sorted.into_iter().take(NEEDS).cloned().collect()
}
