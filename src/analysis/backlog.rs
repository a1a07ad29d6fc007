//! What waits to be scheduled: which of it is worth most for its work, and which open releases could still carry it.

use std::cmp::Ordering;

use chrono::NaiveDate;

use super::gates::{Gates, State};
use super::selection::Selection;
use crate::model::Id;
use crate::model::records::Demand;
use crate::model::release::{Phase, Release};

/// A demand with what follows for it.
#[derive(Debug, Clone, PartialEq)]
pub struct Waiting<'p> {
    /// The demand.
    pub demand: &'p Demand,
    /// Its place by value for effort, from 1; none where either is not known.
    pub rank: Option<usize>,
    /// Value for each person-day; none where either is not known or there is no effort.
    pub per_day: Option<f64>,
    /// Open releases that ship its project and end by the day it is wanted, those that still take something in first,
    /// then by their end.
    pub carriers: Vec<Carrier>,
    /// Whether the day it is wanted by is over.
    pub is_too_late: bool,
}

/// An open release that ships the project of a demand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Carrier {
    /// The release, by index.
    pub release: usize,
    /// When it ends: by the forecast, else by the plan, else its target; none without dates.
    pub end: Option<NaiveDate>,
    /// Whether it takes nothing in any more: the gate that locks its scope is passed, its code is frozen, or the first of its
    /// phases is over.
    pub is_closed: bool,
}

/// Every demand, by value for effort; ties by the day it is wanted by, then by id. What has no rank comes last.
pub fn waiting<'p>(gates: &Gates<'p>) -> Vec<Waiting<'p>> {
    let mut found: Vec<Waiting<'p>> = gates.portfolio.demands.iter().map(|demand| judge(gates, demand)).collect();
    found.sort_by(order);
    let mut rank = 0..;
    for it in found.iter_mut().filter(|it| it.per_day.is_some()) {
        it.rank = rank.next().map(|place: usize| place + 1);
    }
    found
}

fn order(a: &Waiting<'_>, b: &Waiting<'_>) -> Ordering {
    let wanted = |it: &Waiting<'_>| it.demand.wanted_by.as_ref().map(|day| day.value);
    let by_day = |it: &Waiting<'_>| (wanted(it).is_none(), wanted(it), it.demand.id.to_string());
    let by_value = match (a.per_day, b.per_day) {
        (Some(a), Some(b)) => b.total_cmp(&a),
        (a, b) => b.is_some().cmp(&a.is_some()),
    };
    by_value.then_with(|| by_day(a).cmp(&by_day(b)))
}

fn judge<'p>(gates: &Gates<'p>, demand: &'p Demand) -> Waiting<'p> {
    let wanted = demand.wanted_by.as_ref().map(|day| day.value);
    let days = demand.effort.as_ref().map(|effort| effort.value.person_days()).filter(|days| *days > 0.0);
    Waiting {
        demand,
        rank: None,
        per_day: demand.value.zip(days).map(|(value, days)| value / days),
        carriers: demand.project.as_ref().map(|project| carriers(gates, project, wanted)).unwrap_or_default(),
        is_too_late: wanted.is_some_and(|wanted| wanted < gates.clock.today),
    }
}

fn carriers(gates: &Gates<'_>, project: &Id, wanted: Option<NaiveDate>) -> Vec<Carrier> {
    let releases = gates.portfolio.releases.iter().enumerate();
    let ships = |release: &Release| release.scope.iter().any(|item| item.project == *project);
    let open = releases.filter(|(_, release)| !release.status().is_over() && ships(release));
    let carrier = |(r, release): (usize, &Release)| {
        let dates = &gates.schedule.releases[r];
        let target = release.target.as_ref().map(|target| target.value);
        let end = dates.forecast_end.or(dates.planned_end).or(target);
        Carrier { release: r, end, is_closed: is_closed(gates, r) }
    };
    let in_time = |it: &Carrier| wanted.is_none_or(|wanted| it.end.is_some_and(|end| end <= wanted));
    let mut found: Vec<Carrier> = open.map(carrier).filter(in_time).collect();
    found.sort_by_key(|it| (it.is_closed, it.end.is_none(), it.end, it.release));
    found
}

fn is_closed(gates: &Gates<'_>, r: usize) -> bool {
    let release = &gates.portfolio.releases[r];
    let frozen = release.branch.as_ref().and_then(|branch| branch.code_freeze.as_ref());
    if frozen.is_some_and(|day| day.value < gates.clock.today) {
        return true;
    }
    let phases = release.phases.iter().zip(&gates.schedule.releases[r].phases);
    let first = phases.filter_map(|(phase, dates)| Some((dates.planned?.end, phase))).min_by_key(|(end, _)| *end);
    let is_over = |phase: &Phase| phase.actual_end().is_some() || phase.progress.as_ref().is_some_and(|it| it.0 >= 100);
    if first.is_some_and(|(_, phase)| is_over(phase)) {
        return true;
    }
    let Some(lock) = &release.scope_locked_by else { return false };
    gates.of(r).iter().any(|gate| gate.id == lock && gate.state == State::Passed)
}

impl Waiting<'_> {
    /// The release that could carry it: the first that still takes something in.
    pub fn carrier(&self) -> Option<&Carrier> {
        self.carriers.iter().find(|it| !it.is_closed)
    }

    /// Whether a selection picks it: by its project, its owner and theirs, the team of either, its labels, the day it is
    /// wanted by; or, where releases are asked for, by one that could carry it.
    pub fn is_selected(&self, gates: &Gates<'_>, selection: &Selection) -> bool {
        let portfolio = gates.portfolio;
        let project = self.demand.project.as_ref();
        let manifest = project.and_then(|id| portfolio.projects.get(id));
        let own = self.demand.common.owner();
        let owners = || own.into_iter().chain(manifest.and_then(|it| it.common.owner()));
        let teams = owners().filter_map(|owner| portfolio.person(owner)?.team.as_ref());
        let labels = || self.demand.common.labels().iter().chain(manifest.map_or(&[][..], |it| it.common.labels()));
        let wanted = self.demand.wanted_by.as_ref().map(|day| day.value);
        let of_release = Selection {
            releases: selection.releases.clone(),
            types: selection.types.clone(),
            environments: selection.environments.clone(),
            stages: selection.stages.clone(),
            ..Selection::default()
        };
        let carried = || {
            let picks = |it: &Carrier| {
                of_release.selects(portfolio, &portfolio.releases[it.release], &gates.schedule.releases[it.release])
            };
            self.carriers.iter().any(picks)
        };
        selection.projects.allow_any(project.map(|id| &**id))
            && selection.owners.allow_any(own.map(|id| &**id))
            && selection.teams.allow_any(owners().chain(teams).map(|id| &**id))
            && selection
                .labels
                .iter()
                .all(|(key, value)| labels().any(|(name, text)| **name == **key && value.allow(text)))
            && selection.from.is_none_or(|from| wanted.is_some_and(|wanted| wanted >= from))
            && selection.to.is_none_or(|to| wanted.is_some_and(|wanted| wanted <= to))
            && (of_release.is_empty() || carried())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use super::*;
    use crate::analysis::testing::loaded;
    use crate::model::facts::Facts;
    use crate::time::{Clock, When};

    /// What waits, each as `id rank carriers`.
    fn told(text: &str) -> Vec<String> {
        let loaded = loaded(text);
        let clock = Clock::at(When::parse("2026-11-16").unwrap(), loaded.portfolio.zone);
        let facts = Facts::default();
        let portfolio = &loaded.portfolio;
        let gates = Gates { portfolio, schedule: &loaded.schedule, facts: &facts, clock: &clock };
        let shown = |it: &Waiting<'_>| {
            let carriers = it.carriers.iter().map(|carrier| {
                let closed = if carrier.is_closed { "!" } else { "" };
                format!(" {}{closed}", portfolio.releases[carrier.release].id)
            });
            let rank = it.rank.map_or_else(|| "n/a".to_owned(), |rank| rank.to_string());
            let late = if it.is_too_late { " late" } else { "" };
            format!("{} {rank}{late}{}", it.demand.id, carriers.collect::<String>())
        };
        waiting(&gates).iter().map(shown).collect()
    }

    fn demand(id: &str, fields: &str) -> String {
        format!("kind: demand\nid: {id}\nproject: web\n{fields}\n---\n")
    }

    #[test]
    fn the_most_value_for_the_work_comes_first_and_what_nobody_can_tell_last() {
        let text = [
            demand("none", "value: 9"),
            demand("best", "value: 4\neffort: 2pd"),
            demand("dear", "value: 8\neffort: 8pd\nwanted_by: 2027-03-01"),
            demand("b-tie", "value: 4\neffort: 4pd\nwanted_by: 2027-02-01"),
            demand("a-tie", "value: 2\neffort: 2pd\nwanted_by: 2027-02-01"),
            demand("free", "value: 1\neffort: 0pd"),
            demand("over", "wanted_by: 2026-11-15"),
            demand("today", "wanted_by: 2026-11-16"),
        ]
        .concat();
        let text = format!("{text}kind: project\nid: web\n");
        assert_eq!(
            told(&text),
            ["best 1", "a-tie 2", "b-tie 3", "dear 4", "over n/a late", "today n/a", "free n/a", "none n/a"]
        );
    }

    #[test]
    fn a_release_carries_what_is_wanted_after_it_ends_until_its_code_is_frozen() {
        let release = |id: &str, more: &str| {
            format!(
                "kind: release\nid: {id}\ntype: minor\nscope: [{{project: web}}]\n\
                 phases: [{{id: build, start: 2026-12-01, end: 2026-12-10}}]\n{more}\n---\n"
            )
        };
        let text = [
            release("frozen", "status: planned\nbranch: {code_freeze: 2026-11-15}"),
            release("freezes-today", "status: planned\nbranch: {code_freeze: 2026-11-16}"),
            release("open", "status: draft"),
            release("built", "status: in-progress")
                .replace("12-10}]", "12-10, progress: 100}, {id: test, after: build, duration: 0d}]"),
            release("over", "status: cancelled"),
            release("other", "status: planned").replace("project: web", "project: app"),
            demand("on-the-day", "wanted_by: 2026-12-10"),
            demand("before", "wanted_by: 2026-12-09"),
            demand("any-day", ""),
        ]
        .concat();
        let text = format!("{text}kind: project\nid: web\n---\nkind: project\nid: app\n");
        assert_eq!(
            told(&text),
            [
                "before n/a",
                "on-the-day n/a freezes-today open frozen!",
                "any-day n/a freezes-today open frozen! built!"
            ]
        );
    }
}
