//! What has to be approved first: the gates of the release that brings it, and its changes.

use chrono::NaiveDate;

use super::{Case, Checked, Found, Obstacle, count};
use crate::analysis::changes::{Changes, State};
use crate::analysis::gates::{self, Judged};
use crate::analysis::windows::always;
use crate::model::Identified;

/// Every gate on the way of the release to this environment, its own and those of the composites around it. Time alone passes
/// no gate. The gates of an emergency may follow afterwards.
pub fn passed(case: &Case<'_>) -> Found {
    let rule = "gate-not-passed";
    let nothing = |what: &str| (Vec::new(), Checked { rule, what: what.to_owned() });
    let Some(release) = case.question.release else { return nothing("no gate, for no release brings it") };
    if case.is_emergency() {
        return nothing("no gate, for those of an emergency may follow");
    }
    let entry = entry(case, release);
    let portfolio = case.facts.portfolio;
    let around = std::iter::once(release).chain(portfolio.ancestors(release));
    let gates = around.flat_map(|owner| case.facts.gates.of(owner).into_iter().map(move |gate| (owner, gate)));
    let is_production = portfolio.is_production(&case.place.id);
    let is_on_the_way = |owner: usize, gate: &Judged<'_>| {
        let mut mine = gate.guards.iter().filter(|(guarded, _)| *guarded == release).peekable();
        if mine.peek().is_none() {
            // What guards production guards it, whether phases say so or not; so does a gate that guards nothing there is.
            return is_production && (gate.before() == "production" || owner == release && gate.guards.is_empty());
        }
        // Work without dates may be on the way.
        let mut starts = mine.map(|&(r, p)| case.facts.schedule.phase(r, p).planned);
        starts.any(|dates| dates.is_none_or(|dates| dates.start <= entry))
    };
    let on_the_way: Vec<_> = gates.filter(|(owner, gate)| is_on_the_way(*owner, gate)).collect();
    let open = on_the_way.iter().filter(|(_, gate)| gate.state != gates::State::Passed);
    let obstacle = |(owner, gate): &(usize, Judged<'_>)| {
        let manifest = &case.facts.portfolio.releases[*owner];
        let message = format!("gate `{}` of `{}` is {}", gate.id, manifest.id, gate.state) + &lacking(gate);
        let (span, subject) = match gate.written {
            Some(written) => (written.id.span, manifest.subject().at(format!("gates/{}", gate.id))),
            None => (manifest.id.span, manifest.subject()),
        };
        Obstacle { rule, times: vec![always()], message, span, subject }
    };
    (open.map(obstacle).collect(), Checked { rule, what: count(on_the_way.len(), "gate") })
}

/// How much a gate lacks; `relm gate show` says what.
fn lacking(gate: &Judged<'_>) -> String {
    let criteria = gate.criteria.len() - gate.met();
    let approvals = gate.demanded() - gate.given();
    let plural = |number: usize, one: &str, many: &str| format!("{number} {}", if number == 1 { one } else { many });
    let parts = [(criteria, "criterion", "criteria"), (approvals, "approval", "approvals")];
    let parts = parts.into_iter().filter(|(number, ..)| *number > 0);
    let parts: Vec<String> = parts.map(|(number, one, many)| plural(number, one, many)).collect();
    if parts.is_empty() { String::new() } else { format!(" and lacks {}", parts.join(" and ")) }
}

/// The changes of the project that the release carries into production: approved at the time, those of emergencies too.
pub fn approved(case: &Case<'_>) -> Found {
    let rule = "change-not-approved";
    let nothing = |what: &str| (Vec::new(), Checked { rule, what: what.to_owned() });
    let portfolio = case.facts.portfolio;
    if !portfolio.is_production(&case.place.id) {
        return nothing("no change, for it is not production");
    }
    let Some(release) = case.question.release else { return nothing("no change, for no release brings it") };
    let changes = Changes::new(portfolio, case.facts.gates.facts);
    let project = &case.question.project.id;
    let of_project = |change: &usize| portfolio.changes[*change].project.as_ref().is_none_or(|other| other == project);
    let carried: Vec<usize> = changes.of_release(release).filter(of_project).collect();
    let obstacle = |&index: &usize| {
        let standing = changes.standing(index, case.at);
        let change = standing.change;
        let message = match standing.state {
            State::Unproven => format!("nothing proves that change `{}` is approved", change.id),
            state => format!("change `{}` is {state}", change.id),
        };
        let span = change.status.as_ref().map_or(change.id.span, |status| status.span);
        let found = Obstacle { rule, times: vec![always()], message, span, subject: change.subject() };
        (!standing.is_approved()).then_some(found)
    };
    (carried.iter().filter_map(obstacle).collect(), Checked { rule, what: count(carried.len(), "change") })
}

/// The day the release enters the environment, or another of the stage; without such a phase, the day that is asked about.
fn entry(case: &Case<'_>, release: usize) -> NaiveDate {
    let portfolio = case.facts.portfolio;
    let phases = portfolio.releases[release].phases.iter().enumerate();
    let there = phases.filter(|(_, phase)| {
        phase.environments.iter().any(|used| portfolio.stage_of(&used.id) == Some(&case.place.stage))
    });
    let starts = there.filter_map(|(p, _)| case.facts.schedule.phase(release, p).planned).map(|dates| dates.start);
    starts.min().unwrap_or_else(|| case.at.with_timezone(&portfolio.zone_of(case.place)).date_naive())
}
