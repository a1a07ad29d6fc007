//! The view of `relm report release`: one release for those who steer it.

use chrono::NaiveDate;
use serde::Serialize;

use super::deployment::DeploymentView;
use super::{Compared, Desk, Earlier, Line, plan_of};
use crate::analysis::changes::Changes;
use crate::analysis::selection::{Patterns, Selection};
use crate::analysis::todo;
use crate::model::Identified;
use crate::report::Header;
use crate::report::check::FindingView;
use crate::report::env;
use crate::report::env::conflicts::{ConflictView, Conflicts};
use crate::report::gate::{GateView, Source};
use crate::report::plan::{Ends, MilestoneView};
use crate::report::risk::RiskView;
use crate::report::show::{self};
use crate::report::show::{Fact, Object, Section, Show};
use crate::report::todo::{DutyView, Todo};
use crate::time::MAX_DATE;

/// The name and version of [`Release`]'s shape.
pub const SCHEMA: &str = "relm.report.release/1";

/// What `relm report release` shows.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct Release {
    /// Schema, day and revision.
    #[serde(flatten)]
    pub header: Header,
    /// The portfolio's name.
    pub portfolio: Option<String>,
    /// The files that could not be read: what they say is in nothing here.
    pub unread: Vec<String>,
    /// What dates are compared with; null when with nothing.
    pub compare: Option<Compared>,
    /// The releases, in the order they were asked for.
    pub releases: Vec<ReleaseView>,
}

/// A release with everything that is said of it.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct ReleaseView {
    /// How it stands.
    #[serde(flatten)]
    pub line: Line,
    /// The first and last day of the plan.
    pub planned: Ends,
    /// The first and last day of the forecast.
    pub forecast: Ends,
    /// What happened.
    pub actual: Ends,
    /// The releases that are part of it, with theirs.
    pub parts: Vec<Line>,
    /// The phases that are late, under way or to come, with those of its parts, by when they end.
    pub work: Vec<WorkView>,
    /// Its milestones.
    pub milestones: Vec<MilestoneView>,
    /// Its gates and those of its parts: those that are not passed by their last day, then those that are.
    pub gates: Vec<GateStanding>,
    /// The risk and what adds to it; null for what is over.
    pub risk: Option<RiskView>,
    /// Where its bookings collide with others, from now on.
    pub conflicts: Vec<ConflictView>,
    /// Its deployment plan in short; null without one.
    pub deployment: Option<DeploymentView>,
    /// What still waits for somebody, beside gates and phases, by its last day.
    pub duties: Vec<DutyView>,
    /// Facts about it, as in `relm show`.
    pub facts: Vec<Fact>,
    /// What stands beside it, as in `relm show`: scope, changes, risks, communications, training and more.
    pub sections: Vec<Section>,
    /// What is wrong with it and its parts, as in `relm check`.
    pub findings: Vec<FindingView>,
    /// What moved since what it is compared with; null without comparing.
    pub moved: Option<Vec<MovedView>>,
}

/// A phase that is not done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct WorkView {
    /// The phase; that of a part as `release/phase`.
    pub id: String,
    /// `late` when it should have ended, or begun, by now; `now` when it is under way; `next` when it is to come.
    pub when: &'static str,
    /// The plan.
    pub planned: Ends,
    /// The forecast.
    pub forecast: Ends,
    /// How much is done, in per cent; null where nobody says.
    pub progress: Option<u32>,
    /// Who does it: its owner, else its team.
    pub owner: Option<String>,
    /// Where it is written.
    pub source: Option<Source>,
}

/// A gate and who can decide about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct GateStanding {
    /// The gate, with what is missing.
    #[serde(flatten)]
    pub gate: GateView,
    /// The people and teams who can do what is missing.
    pub who: Vec<String>,
    /// The roles in which nobody can decide who still has to.
    pub unfilled: Vec<String>,
}

/// Something that ends on another day than before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct MovedView {
    /// `target`, `end` for the release, or a phase by its id; of a part with the part before a `/`.
    pub what: String,
    /// The last day there; null where it was not there.
    #[schemars(with = "Option<String>", extend("format" = "date"))]
    pub before: Option<NaiveDate>,
    /// The last day now; null where it is not there any more.
    #[schemars(with = "Option<String>", extend("format" = "date"))]
    pub after: Option<NaiveDate>,
    /// From one to the other in calendar days, positive = later.
    pub days: Option<i64>,
}

impl Release {
    /// The releases of these indices.
    pub fn new(desk: &Desk<'_>, releases: &[usize], earlier: Option<&Earlier<'_>>) -> Self {
        Self {
            header: Header { schema: SCHEMA, ..desk.header.clone() },
            portfolio: desk.name(),
            unread: desk.unread(),
            compare: earlier.map(Earlier::view),
            releases: releases.iter().map(|&r| desk.release(r, earlier)).collect(),
        }
    }
}

impl Desk<'_> {
    fn release(&self, r: usize, earlier: Option<&Earlier<'_>>) -> ReleaseView {
        let portfolio = self.portfolio();
        let release = &portfolio.releases[r];
        let family = self.family(r);
        let parts: Vec<usize> = portfolio.family(r).into_iter().filter(|&part| part != r).collect();
        let plan = plan_of(&self.material, r);
        let shown =
            show::Material { plan: self.material.plan, clock: self.material.clock, sources: self.material.sources };
        let Show { facts, sections, .. } = Show::new(self.header.clone(), shown, Object::Release(r), Vec::new());
        let duties = self.duties(&family);
        let is_about =
            |finding: &&FindingView| finding.subject.kind == "release" && self.is_of(&family, &finding.subject.id);
        ReleaseView {
            line: self.line(r, earlier),
            planned: plan.planned,
            forecast: plan.forecast,
            actual: plan.actual,
            parts: self.lines(&parts, earlier),
            work: self.work(r, &family),
            milestones: plan.milestones,
            gates: self.gate_standings(&family, &duties),
            risk: self.risks.get(release.id.as_str()).cloned(),
            conflicts: self.conflicts_of(&family),
            deployment: DeploymentView::new(portfolio, release),
            duties: duties.into_iter().filter(|duty| !is_of_gate_or_phase(duty)).collect(),
            facts,
            sections,
            findings: self.findings.iter().filter(is_about).cloned().collect(),
            moved: earlier.map(|earlier| self.moved(r, &family, earlier)),
        }
    }

    fn is_of(&self, family: &[usize], id: &str) -> bool {
        family.iter().any(|&part| *self.portfolio().releases[part].id == *id)
    }

    /// Everything that releases still ask of people.
    fn duties(&self, family: &[usize]) -> Vec<DutyView> {
        let changes = Changes::new(self.portfolio(), self.gates.gates.facts);
        let mut duties = todo::all(&self.gates.gates, &changes);
        let carries = |id: &str| {
            let change = self.portfolio().changes.get(id);
            change.and_then(|change| change.release.as_ref()).is_some_and(|release| self.is_of(family, release))
        };
        duties.retain(
            |duty| {
                if duty.path.is_empty() { carries(duty.subject) } else { self.is_of(family, duty.subject) }
            },
        );
        Todo::new(self.header.clone(), &self.gates, &duties, &[], MAX_DATE).todo
    }

    fn gate_standings(&self, family: &[usize], duties: &[DutyView]) -> Vec<GateStanding> {
        let mut found = Vec::new();
        for &part in family {
            for gate in self.base.gates_of(part) {
                let gate = GateView::new(&self.gates, part, gate);
                let path = format!("gates/{}", gate.id);
                let asks = |duty: &&DutyView| {
                    duty.subject == gate.release
                        && duty.path.strip_prefix(&path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
                };
                let (mut who, mut unfilled): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
                for duty in duties.iter().filter(asks) {
                    unfilled.extend(duty.role.clone().filter(|_| duty.people.is_empty()));
                    who.extend(duty.people.iter().filter(|one| !who.contains(one)).cloned().collect::<Vec<_>>());
                }
                found.push(GateStanding { gate, who, unfilled });
            }
        }
        found.sort_by_key(|it| (it.gate.state == "passed", it.gate.due.is_none(), it.gate.due));
        found
    }

    fn work(&self, r: usize, family: &[usize]) -> Vec<WorkView> {
        let (portfolio, today) = (self.portfolio(), self.today());
        let mut work = Vec::new();
        for &part in family {
            let release = &portfolio.releases[part];
            if release.status().is_over() {
                continue;
            }
            for (phase, dates) in release.phases.iter().zip(&self.material.plan.schedule.releases[part].phases) {
                if phase.actual_end().is_some() || phase.progress.as_ref().is_some_and(|it| it.0 >= 100) {
                    continue;
                }
                let begun = phase.actual.is_some() || phase.progress.as_ref().is_some_and(|it| it.0 > 0);
                let when = match dates.planned {
                    Some(planned) if planned.end < today || (planned.start < today && !begun) => "late",
                    _ if begun => "now",
                    Some(planned) if planned.start <= today => "now",
                    _ => "next",
                };
                work.push(WorkView {
                    id: self.local(part, r, &phase.id),
                    when,
                    planned: dates.planned.into(),
                    forecast: dates.forecast.into(),
                    progress: phase.progress.as_ref().map(|progress| progress.0),
                    owner: phase.common.owner().or(phase.team.as_ref()).map(ToString::to_string),
                    source: self.gates.source(phase.id.span),
                });
            }
        }
        let rank = |when: &str| ["late", "now", "next"].iter().position(|it| *it == when);
        work.sort_by_key(|it| (rank(it.when), it.forecast.end.or(it.planned.end)));
        work
    }

    fn conflicts_of(&self, family: &[usize]) -> Vec<ConflictView> {
        let portfolio = self.portfolio();
        let uses = |environment: &usize| {
            let bookings = self.material.occupancy.of(*environment);
            bookings.iter().any(|booking| booking.release.is_some_and(|release| family.contains(&release)))
        };
        let places: Vec<usize> = env::in_order(portfolio).into_iter().filter(uses).collect();
        let header = Header { schema: env::conflicts::SCHEMA, ..self.header.clone() };
        let all = Selection { releases: Patterns::default(), ..Selection::default() };
        let mut found = Conflicts::new(header, &self.places, &places, &all, false).conflicts;
        found.retain(|conflict| {
            let releases = conflict.bookings.iter().filter_map(|it| it.booking.release.as_deref());
            releases.into_iter().any(|id| self.is_of(family, id))
        });
        found
    }

    /// What ends on another day than there: the target, the release, the phases, of it and its parts.
    fn moved(&self, r: usize, family: &[usize], earlier: &Earlier<'_>) -> Vec<MovedView> {
        let mut found = Vec::new();
        let mut tell = |what: String, before: Option<NaiveDate>, after: Option<NaiveDate>| {
            if before != after {
                let days = before.zip(after).map(|(before, after)| (after - before).num_days());
                found.push(MovedView { what, before, after, days });
            }
        };
        for &part in family {
            let release = &self.portfolio().releases[part];
            let then = earlier.portfolio.releases.index(release.id());
            let old = then.map(|then| &earlier.portfolio.releases[then]);
            let target = |release: &crate::model::release::Release| release.target.as_ref().map(|target| target.value);
            tell(self.local(part, r, "target"), old.and_then(target), target(release));
            let end = super::end(self.portfolio(), self.material.plan.schedule, part);
            tell(self.local(part, r, "end"), earlier.end(&release.id), end);
            let phases = |schedule: &crate::analysis::schedule::Schedule, r: usize, p: usize| {
                let dates = schedule.phase(r, p);
                dates.forecast.or(dates.planned).map(|dates| dates.end)
            };
            for (p, phase) in release.phases.iter().enumerate() {
                let before = then.zip(old).and_then(|(then, old)| {
                    let place = old.phases.iter().position(|other| other.id == phase.id)?;
                    old.phases[place].actual_end().or_else(|| phases(earlier.schedule, then, place))
                });
                let after = phase.actual_end().or_else(|| phases(self.material.plan.schedule, part, p));
                tell(self.local(part, r, &phase.id), before, after);
            }
            let gone = old.into_iter().flat_map(|old| old.phases.iter().enumerate());
            for (p, phase) in gone.filter(|(_, phase)| release.phases.iter().all(|other| other.id != phase.id)) {
                let before = then.and_then(|then| phases(earlier.schedule, then, p));
                tell(self.local(part, r, &phase.id), before, None);
            }
        }
        found
    }
}

/// Gates and phases are told by themselves.
fn is_of_gate_or_phase(duty: &DutyView) -> bool {
    duty.path.starts_with("gates/") || duty.kind == "phase"
}
