//! What late predecessors cost those that wait for them.

use std::collections::{BTreeMap, BTreeSet};

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
        definition: "calendar days by which releases, phases and milestones that others wait for ended later than promised (target, else plan), added up over those that ended in the period, each once however many wait for it",
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
        definition: "part of the dependency slip by what drives a phase on the critical path of a release that waits for it",
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
    /// The same in the graph.
    pub(super) node: Node,
    /// The release waited for, by index.
    pub(super) on: usize,
    /// Where the dependency is written.
    pub(super) span: Span,
}

/// What a release waits for in other releases, each once.
pub(super) fn waits(base: &Base<'_>, r: usize) -> Vec<Wait> {
    let (portfolio, schedule) = (base.portfolio(), base.schedule());
    let release = &portfolio.releases[r];
    let mut found: BTreeMap<Node, Wait> = BTreeMap::new();
    for dependency in &release.depends_on {
        let Some(on) = portfolio.releases.index(&dependency.release) else { continue };
        let other = &portfolio.releases[on];
        let promised = other.target.as_ref().map(|target| target.value).or(schedule.releases[on].planned_end);
        let (actual, forecast) = (releases::actual_end(other), schedule.releases[on].forecast_end);
        let (node, name) = (Node::Finish(on), other.id.to_string());
        found.entry(node).or_insert(Wait { name, node, promised, actual, forecast, on, span: dependency.span });
    }
    for dependency in release.phases.iter().flat_map(|phase| &phase.after.0) {
        let Some(node) = dependency.release.as_ref().and_then(|_| resolve(portfolio, r, dependency)) else { continue };
        let (on, id, promised, actual, forecast) = match node {
            Node::Phase(on, p) if on != r => {
                let phase = &portfolio.releases[on].phases[p];
                let dates = schedule.phase(on, p);
                let (planned, forecast) = (dates.planned.map(|it| it.end), dates.forecast.map(|it| it.end));
                (on, &phase.id, planned, phase.actual_end(), forecast)
            }
            Node::Milestone(on, m) if on != r => {
                let milestone = &portfolio.releases[on].milestones[m];
                let dates = &schedule.releases[on].milestones[m];
                (on, &milestone.id, dates.date, milestone.actual.as_ref().map(|day| day.value), dates.forecast)
            }
            _ => continue,
        };
        let name = format!("{}/{id}", portfolio.releases[on].id);
        found.entry(node).or_insert(Wait { name, node, promised, actual, forecast, on, span: dependency.span });
    }
    found.into_values().collect()
}

/// Something that ended in the period and that others waited for.
struct Slip {
    record: Record,
    days: f64,
    /// Who waited.
    by: Vec<String>,
    /// Whether it decided when one of them ends.
    is_critical: bool,
}

/// What ended late or in time while others waited for it, each once.
fn slips(scope: &Scope<'_, '_>, out: &mut Measured) -> Vec<Slip> {
    let mut found: BTreeMap<Node, Slip> = BTreeMap::new();
    let mut unknown: BTreeSet<Node> = BTreeSet::new();
    for (r, release) in scope.live() {
        let waits = waits(scope.base, r).into_iter();
        for wait in waits.filter(|wait| wait.actual.is_some_and(|end| scope.period.contains(end))) {
            let record = Record::new("dependency", &wait.name, wait.span);
            let (Some(promised), Some(actual)) = (wait.promised, wait.actual) else {
                if unknown.insert(wait.node) {
                    out.leave(record, "others wait for it, and it has no promised day");
                }
                continue;
            };
            let days = (actual - promised).num_days().max(0) as f64;
            let slip = found.entry(wait.node).or_insert(Slip { record, days, by: Vec::new(), is_critical: false });
            slip.by.push(release.id.to_string());
            slip.is_critical = slip.is_critical || days > 0.0 && decides(scope.base, r, wait.node);
        }
    }
    found.into_values().collect()
}

/// Whether something that a release waits for drives a phase on its critical path.
fn decides(base: &Base<'_>, r: usize, node: Node) -> bool {
    let (portfolio, schedule) = (base.portfolio(), base.schedule());
    schedule.critical_path(portfolio, r).into_iter().any(|(on, p)| {
        let mut bounds = schedule.phase(on, p).bounds.iter().filter(|bound| bound.from == node);
        bounds.any(|bound| schedule.drives(portfolio, Node::Phase(on, p), bound))
    })
}

fn slip(scope: &Scope<'_, '_>) -> Measured {
    let mut out = Measured::default();
    for slip in slips(scope, &mut out) {
        out.count_noted(slip.record, slip.days, format!("{} waited", slip.by.join(", ")));
    }
    out.total()
}

fn critical_share(scope: &Scope<'_, '_>) -> Measured {
    let mut out = Measured::default();
    let (mut critical, mut all) = (0.0, 0.0);
    for slip in slips(scope, &mut out).into_iter().filter(|slip| slip.days > 0.0) {
        all += slip.days;
        critical += if slip.is_critical { slip.days } else { 0.0 };
        let word = if slip.is_critical { "critical" } else { "not critical" };
        out.count_noted(slip.record, slip.days, format!("{word}, {} waited", slip.by.join(", ")));
    }
    out.population = out.sample.len();
    out.value = (all > 0.0).then(|| critical / all);
    out
}
