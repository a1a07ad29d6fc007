//! The view of `relm report gates`.

use std::collections::BTreeSet;

use chrono::{NaiveDate, SecondsFormat};
use serde::Serialize;

use super::{Days, Figure};
use crate::analysis::gates::{Judged, Outcome};
use crate::analysis::metrics::gates::{DEFINITIONS, Wanted, day_of, first_pass, waiting};
use crate::analysis::metrics::{Base, By, Members, Period, Scope, Step};
use crate::analysis::steering::gates::{self, OpenWaiver, States, Tally, Waiting};
use crate::choice;
use crate::report::Header;
use crate::report::env::usage::round;
use crate::report::gate::{GateView, Input, Source};

/// The name and version of [`Gates`]'s shape.
pub const SCHEMA: &str = "relm.report.gates/1";

choice! {
    /// What gates are put together by.
    pub enum Grouping {
        /// The id of the gate: its template.
        Gate = "gate",
        /// The type of the release.
        Type = "type",
        /// The team that owns the release.
        Team = "team",
        /// The month of the last decision, else of the last day.
        Month = "month",
    }
}

/// What `relm report gates` shows.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Gates {
    /// Schema, day and revision.
    #[serde(flatten)]
    pub header: Header,
    /// The portfolio's name.
    pub portfolio: Option<String>,
    /// The days.
    #[serde(flatten)]
    pub days: Days,
    /// What the groups stand for: `gate`, `type`, `team` or `month`.
    pub by: &'static str,
    /// All gates.
    pub total: GroupView,
    /// The gates of each group, by name; months in their order.
    pub groups: Vec<GroupView>,
    /// The gates that still have to be passed, the longest waiting first.
    pub waiting: Vec<WaitingView>,
    /// The criteria that failed, were waived or are still to be met, those that failed most often first.
    pub criteria: Vec<CriterionTally>,
    /// The waivers of releases that are not closed, those that end first first.
    pub waivers: Vec<WaiverRow>,
}

/// Gates that belong together.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
pub struct GroupView {
    /// The name of the group; empty for all gates.
    pub id: String,
    /// Gates that were decided in the days, else due in them, and those that still have to be passed.
    pub gates: usize,
    /// Where they stand today.
    pub states: StatesView,
    /// Gates that passed without ever being rejected ÷ gates that were decided in the days.
    pub first_pass_yield: Figure,
    /// How long the decisions of the days took.
    pub waiting_time: Figure,
}

/// How many gates stand where.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct StatesView {
    /// All is met and approved.
    pub passed: usize,
    /// Something is missing, and there is time.
    pub pending: usize,
    /// Something is missing, and the date is over.
    pub overdue: usize,
    /// Somebody said no.
    pub rejected: usize,
    /// What was approved has changed since.
    pub stale: usize,
}

/// A gate that still has to be passed.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
pub struct WaitingView {
    /// The gate, as `relm gate list` shows it.
    #[serde(flatten)]
    pub gate: GateView,
    /// Since when it waits: since a decision was asked for, else since its last day was over, RFC 3339; null while nobody waits.
    pub waits_since: Option<String>,
    /// How many days it has waited.
    pub waits_days: Option<f64>,
    /// Whether a decision was asked for, so that it waits since then.
    #[serde(skip)]
    pub is_asked: bool,
    /// Who can decide, by the roles whose approval is lacking.
    pub deciders: Vec<Decider>,
}

/// Who can decide in a role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Decider {
    /// The role.
    pub role: String,
    /// The people whose approval would count; empty when nobody's would.
    pub people: Vec<String>,
}

/// How often a criterion of a gate failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct CriterionTally {
    /// The gate.
    pub gate: String,
    /// The criterion.
    pub id: String,
    /// Its name for people.
    pub name: Option<String>,
    /// In how many gates it was judged.
    pub gates: usize,
    /// The releases that went without it, or whose gate is late for it.
    pub failed: Vec<String>,
    /// The releases that were let off.
    pub waived: Vec<String>,
    /// The releases that still have time to meet it.
    pub open: Vec<String>,
    /// Where it is written, in the template or in the first release that has it.
    pub source: Option<Source>,
}

/// A criterion that a release was let off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct WaiverRow {
    /// The release.
    pub release: String,
    /// The gate.
    pub gate: String,
    /// The criterion.
    pub criterion: String,
    /// Who decided.
    pub by: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// The last day it holds; null when it has no end.
    #[schemars(with = "Option<String>", extend("format" = "date"))]
    pub expires: Option<NaiveDate>,
    /// Days from today to that day; negative when it is over.
    pub days_left: Option<i64>,
    /// Why it does not hold; null when it does.
    pub flaw: Option<String>,
    /// Where it is written.
    pub source: Option<Source>,
}

impl Gates {
    /// The gates of some members of a portfolio.
    pub fn new(header: Header, input: &Input<'_>, scope: &Scope<'_, '_>, chosen: Option<&str>, by: Grouping) -> Self {
        let (base, releases) = (scope.base, &scope.members.releases);
        let in_play = gates::in_play(base, releases, scope.period);
        let maker = Maker { input, base };
        let total = maker.group(String::new(), scope, &|_| true);
        Self {
            header,
            portfolio: base.portfolio().settings.common.name().map(str::to_owned),
            days: Days::new(scope.period, chosen),
            by: by.as_str(),
            groups: maker.groups(scope, by),
            total,
            waiting: gates::waiting(base, releases).iter().map(|it| maker.waiting(it)).collect(),
            criteria: gates::tallies(base, &in_play).iter().map(|it| maker.tally(it)).collect(),
            waivers: gates::waivers(base, releases).iter().map(|it| maker.waiver(it)).collect(),
        }
    }
}

struct Maker<'i, 'b, 'p> {
    input: &'i Input<'i>,
    base: &'b Base<'p>,
}

impl Maker<'_, '_, '_> {
    fn id(&self, release: usize) -> String {
        self.base.portfolio().releases[release].id.to_string()
    }

    fn group(&self, id: String, scope: &Scope<'_, '_>, wanted: Wanted<'_>) -> GroupView {
        self.counted(id, scope, wanted, gates::in_play(self.base, &scope.members.releases, scope.period))
    }

    fn counted(
        &self,
        id: String,
        scope: &Scope<'_, '_>,
        wanted: Wanted<'_>,
        gates: Vec<(usize, &Judged<'_>)>,
    ) -> GroupView {
        let states = States::of(gates.into_iter().map(|(_, gate)| gate).filter(|gate| wanted(gate)));
        let [first_yield, time] = &DEFINITIONS;
        GroupView {
            id,
            gates: states.total(),
            states: StatesView {
                passed: states.passed,
                pending: states.pending,
                overdue: states.overdue,
                rejected: states.rejected,
                stale: states.stale,
            },
            first_pass_yield: Figure::new(self.input, first_yield, &first_pass(scope, wanted)),
            waiting_time: Figure::new(self.input, time, &waiting(scope, wanted)),
        }
    }

    fn groups(&self, scope: &Scope<'_, '_>, by: Grouping) -> Vec<GroupView> {
        let told = |group: &GroupView| {
            group.gates > 0 || group.first_pass_yield.population > 0 || !group.first_pass_yield.excluded.is_empty()
        };
        let of_members = |by: By| -> Vec<GroupView> {
            let groups = scope.members.groups(self.base, by);
            let group =
                |(id, members): (&String, &Members)| self.group(id.clone(), &Scope { members, ..*scope }, &|_| true);
            groups.iter().map(group).filter(told).collect()
        };
        match by {
            Grouping::Type => of_members(By::Type),
            Grouping::Team => of_members(By::Team),
            Grouping::Gate => {
                let of = scope.members.releases.iter().flat_map(|&release| self.base.gates_of(release));
                let ids: BTreeSet<String> = of.map(|gate| gate.id.to_string()).collect();
                let group = |id: String| self.group(id.clone(), scope, &|gate| **gate.id == *id);
                ids.into_iter().map(group).filter(told).collect()
            }
            Grouping::Month => {
                let group = |period: Period| {
                    let of = scope
                        .members
                        .releases
                        .iter()
                        .flat_map(|&release| self.base.gates_of(release).map(move |gate| (release, gate)));
                    let within = |gate: &Judged<'_>| day_of(self.base, gate).is_some_and(|day| period.contains(day));
                    let gates = of.filter(|(_, gate)| within(gate)).collect();
                    self.counted(period.name(Step::Month), &Scope { period, ..*scope }, &|_| true, gates)
                };
                scope.period.steps(Step::Month).into_iter().map(group).filter(told).collect()
            }
        }
    }

    fn waiting(&self, it: &Waiting<'_, '_>) -> WaitingView {
        let now = self.base.input.gates.clock.now;
        let decider = |(role, people): &(&crate::model::Id, Vec<&crate::model::Id>)| Decider {
            role: role.to_string(),
            people: people.iter().map(ToString::to_string).collect(),
        };
        WaitingView {
            gate: GateView::new(self.input, it.release, it.gate),
            waits_since: it.since.map(|since| since.to_rfc3339_opts(SecondsFormat::Secs, true)),
            is_asked: it.gate.written.is_some_and(|gate| gate.submitted.is_some()),
            waits_days: it.since.map(|since| round((now - since).num_minutes() as f64 / 1440.0, 2)),
            deciders: it.able.iter().map(decider).collect(),
        }
    }

    fn tally(&self, it: &Tally<'_, '_>) -> CriterionTally {
        let ids = |releases: &[usize]| releases.iter().map(|&release| self.id(release)).collect();
        CriterionTally {
            gate: it.gate.to_string(),
            id: it.criterion.criterion.id.to_string(),
            name: it.criterion.name().map(str::to_owned),
            gates: it.gates,
            failed: ids(&it.failed),
            waived: ids(&it.waived),
            open: ids(&it.open),
            source: self.input.source(it.criterion.template.unwrap_or(it.criterion.criterion).id.span),
        }
    }

    fn waiver(&self, it: &OpenWaiver<'_, '_>) -> WaiverRow {
        let criterion = it.criterion.criterion;
        let waiver = criterion.waiver.as_ref();
        let today = self.base.today();
        let flaw = match &it.criterion.outcome {
            Outcome::WaiverExpired(day) if *day < today => Some(format!("it ended on {day}")),
            Outcome::WaiverExpired(day) => Some(format!("it ends on {day}, before what the gate guards begins")),
            Outcome::WaiverLacks(what) => Some(format!("it does not give {what}")),
            _ => None,
        };
        WaiverRow {
            release: self.id(it.release),
            gate: it.gate.id.to_string(),
            criterion: criterion.id.to_string(),
            by: waiver.and_then(|waiver| waiver.by.as_ref()).map(ToString::to_string),
            reason: waiver.and_then(|waiver| waiver.reason.as_ref()).map(ToString::to_string),
            expires: it.expires,
            days_left: it.expires.map(|day| (day - today).num_days()),
            flaw,
            source: self.input.source(criterion.id.span),
        }
    }
}
