//! What late predecessors cost those that wait for them.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::definition::{Definition, Family, Goal, Measured, Record, Subject, Unit};
use super::{Base, Scope, releases};
use crate::diagnostic::Span;
use crate::graph::{Node, resolve};

pub(super) static DEFINITIONS: [Definition; 2] = [
    Definition {
        id: "dependency_slip",
        name: "dependency slip",
        family: Family::Schedule,
        unit: Unit::Days,
        definition: "calendar days by which releases and phases that others wait for ended later than promised (target, else plan), added up over those that ended in the period",
        source: "release management practice",
        needs: "dependencies on releases or phases with an actual end",
        goal: Goal::Less,
        subject: Subject::Release,
        measure: slip,
    },
    Definition {
        id: "dependency_slip_critical",
        name: "critical dependency slip",
        family: Family::Schedule,
        unit: Unit::Ratio,
        definition: "part of the dependency slip that lies on the critical path of the release that waits",
        source: "release management practice",
        needs: "dependencies that ended late",
        goal: Goal::Less,
        subject: Subject::Release,
        measure: critical_share,
    },
];

/// A release that waits for something in another.
#[derive(Debug, Clone)]
pub(super) struct Wait {
    /// What is waited for: a release, or a phase or milestone of one.
    pub(super) name: String,
    /// When it was promised.
    pub(super) promised: Option<NaiveDate>,
    /// When it ended.
    pub(super) actual: Option<NaiveDate>,
    /// When it will end, by the forecast.
    pub(super) forecast: Option<NaiveDate>,
    /// The release waited for, by index.
    pub(super) on: usize,
    /// Where the dependency is written.
    pub(super) span: Span,
}

/// What a release waits for in other releases, each once.
pub(super) fn waits(base: &Base<'_>, r: usize) -> Vec<Wait> {
    let (portfolio, schedule) = (base.portfolio(), base.schedule());
    let release = &portfolio.releases[r];
    let mut found: BTreeMap<String, Wait> = BTreeMap::new();
    for dependency in &release.depends_on {
        let Some(on) = portfolio.releases.index(&dependency.release) else { continue };
        let other = &portfolio.releases[on];
        let promised = other.target.as_ref().map(|target| target.value).or(schedule.releases[on].planned_end);
        let (actual, forecast) = (releases::actual_end(other), schedule.releases[on].forecast_end);
        let name = other.id.to_string();
        found.entry(name.clone()).or_insert(Wait { name, promised, actual, forecast, on, span: dependency.span });
    }
    for dependency in release.phases.iter().flat_map(|phase| &phase.after.0) {
        let Some(node) = dependency.release.as_ref().and_then(|_| resolve(portfolio, r, dependency)) else { continue };
        let (on, promised, actual, forecast) = match node {
            Node::Phase(on, p) if on != r => {
                let phase = &portfolio.releases[on].phases[p];
                let dates = schedule.phase(on, p);
                (on, dates.planned.map(|it| it.end), phase.actual_end(), dates.forecast.map(|it| it.end))
            }
            Node::Milestone(on, m) if on != r => {
                let milestone = &portfolio.releases[on].milestones[m];
                let dates = &schedule.releases[on].milestones[m];
                (on, dates.date, milestone.actual.as_ref().map(|day| day.value), dates.forecast)
            }
            _ => continue,
        };
        let name = dependency.to_string();
        found.entry(name.clone()).or_insert(Wait { name, promised, actual, forecast, on, span: dependency.span });
    }
    found.into_values().collect()
}

/// Days of slip, by wait, and whether each lies on the critical path.
fn slips(scope: &Scope<'_, '_>, out: &mut Measured) -> Vec<(Record, f64, bool)> {
    let mut found = Vec::new();
    for (r, release) in scope.live() {
        let waits: Vec<Wait> = waits(scope.base, r)
            .into_iter()
            .filter(|wait| wait.actual.is_some_and(|end| scope.period.contains(end)))
            .collect();
        if waits.is_empty() {
            continue;
        }
        let path = scope.base.schedule().critical_path(scope.base.portfolio(), r);
        for wait in waits {
            let record = Record::new("dependency", format!("{} → {}", release.id, wait.name), wait.span);
            let (Some(promised), Some(actual)) = (wait.promised, wait.actual) else {
                out.leave(record, "what it waits for has no promised day");
                continue;
            };
            let family = scope.base.portfolio().family(wait.on);
            let is_critical = path.iter().any(|(on, _)| family.contains(on));
            found.push((record, (actual - promised).num_days().max(0) as f64, is_critical));
        }
    }
    found
}

fn slip(scope: &Scope<'_, '_>) -> Measured {
    let mut out = Measured::default();
    for (record, days, _) in slips(scope, &mut out) {
        out.count(record, days);
    }
    out.total()
}

fn critical_share(scope: &Scope<'_, '_>) -> Measured {
    let mut out = Measured::default();
    let (mut critical, mut all) = (0.0, 0.0);
    for (record, days, is_critical) in slips(scope, &mut out) {
        if days > 0.0 {
            all += days;
            critical += if is_critical { days } else { 0.0 };
            out.count_noted(record, days, if is_critical { "critical" } else { "not critical" });
        }
    }
    out.population = out.sample.len();
    out.value = (all > 0.0).then(|| critical / all);
    out
}
