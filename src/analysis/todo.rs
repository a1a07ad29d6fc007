//! What waits for somebody: everything that open releases still need from people, with the day it is needed by.

use chrono::{DateTime, NaiveDate, Utc};

use super::changes::{Carrier, Changes, Pending};
use super::deployments;
use super::gates::{Gates, Judged, Policy, Required, State, last_day_within};
use crate::choice;
use crate::diagnostic::Span;
use crate::model::portfolio::Person;
use crate::model::records::RunEvent;
use crate::model::release::{ActionStatus, At, Deployment, Phase, Release, RiskStatus, Status, TrainingStatus};
use crate::model::{Id, Portfolio, Spanned};
use crate::time::duration::Duration;
use crate::time::zone;

choice! {
    /// What somebody has to do.
    pub enum Kind {
        /// Decide about a gate.
        Approve = "approve",
        /// Meet a criterion of a gate.
        Criterion = "criterion",
        /// Decide about a change.
        Change = "change",
        /// Begin or end a phase.
        Phase = "phase",
        /// Reach a milestone.
        Milestone = "milestone",
        /// Rehearse a deployment.
        Rehearsal = "rehearsal",
        /// Carry out steps of a deployment.
        Deployment = "deployment",
        /// Send a message.
        Communication = "communication",
        /// Train an audience.
        Training = "training",
        /// Do something about a risk.
        Risk = "risk",
        /// Do what a retrospective decided.
        Action = "action",
        /// Look at an emergency afterwards.
        Review = "review",
        /// Hand over to those who support it.
        Handover = "handover",
    }
}

/// Something to do.
#[derive(Debug, Clone, PartialEq)]
pub struct Duty<'p> {
    /// What.
    pub kind: Kind,
    /// The release or the change it belongs to.
    pub subject: &'p Id,
    /// What it is about inside it, such as `gates/go-live`; empty for a change.
    pub path: String,
    /// In words, without the subject: `decide about gate go-live`.
    pub words: String,
    /// More about it; may be empty.
    pub about: String,
    /// The last day; none where nothing says.
    pub due: Option<NaiveDate>,
    /// The people and teams who can do it; empty where nobody is named.
    pub people: Vec<&'p Id>,
    /// The role it takes.
    pub role: Option<&'p Id>,
    /// Where it is written.
    pub span: Span,
}

/// Everything to do, by its last day; what has none comes last. Drafts, and what is over or part of what is over, ask for
/// nothing, but for reviews and actions, which come after a release. What shipped and is not closed still asks for the gates that
/// may follow an emergency, and for messages and training due from the day it shipped.
pub fn all<'p>(gates: &Gates<'p>, changes: &Changes<'p>) -> Vec<Duty<'p>> {
    let portfolio = gates.portfolio;
    let mut found = Vec::new();
    for (index, release) in portfolio.releases.iter().enumerate() {
        let mut todo = ToDo { gates, portfolio, index, release, found: &mut found };
        let is_left_behind =
            || portfolio.ancestors(index).into_iter().any(|r| portfolio.releases[r].status().is_over());
        if matches!(release.status(), Status::Planned | Status::InProgress) && !is_left_behind() {
            todo.decisions();
            todo.phases();
            todo.deployment();
            todo.people(None);
            todo.risks();
        }
        if release.status() == Status::Released {
            todo.left_over();
        }
        if release.status() != Status::Cancelled {
            todo.afterwards();
        }
    }
    found.extend(decisions_about(gates, changes));
    found.sort_by_key(|duty| {
        (duty.due.is_none(), duty.due, duty.subject.to_string(), duty.path.clone(), duty.words.clone())
    });
    found
}

/// Changes that were handed in and wait for the change board.
fn decisions_about<'p>(gates: &Gates<'p>, changes: &Changes<'p>) -> Vec<Duty<'p>> {
    let portfolio = gates.portfolio;
    let board = super::board::roles(portfolio);
    let role = portfolio.settings.roles.iter().find(|role| board.contains(&***role));
    let sits =
        portfolio.settings.people.iter().filter(|person| person.roles.iter().any(|role| board.contains(&**role)));
    let board: Vec<&Person> = sits.collect();
    let separated = Policy::of(portfolio).separation_of_duties;
    let is_called_off = |carrier: &Carrier<'_>| portfolio.releases[carrier.release].status() == Status::Cancelled;
    let is_needed = |pending: &Pending<'_>| {
        let carriers = changes.carriers(pending.standing.index);
        carriers.is_empty() || !carriers.iter().all(is_called_off)
    };
    let able = |owner: Option<&Id>| {
        let is_own = |person: &Person| owner.is_some_and(|it| *it == person.id || person.team.as_ref() == Some(it));
        board.iter().filter(|person| !(separated && is_own(person))).map(|person| &person.id).collect()
    };
    let pending = changes.pending(gates.clock.now).into_iter().filter(is_needed);
    let duties = pending.map(|pending| Duty {
        kind: Kind::Change,
        subject: &pending.standing.change.id,
        path: String::new(),
        words: "decide about the change".to_owned(),
        about: pending.standing.change.common.name().unwrap_or_default().trim().to_owned(),
        due: pending.needed_by,
        people: able(pending.standing.change.common.owner()),
        role,
        span: pending.standing.change.id.span,
    });
    duties.collect()
}

/// What one release asks for.
struct ToDo<'a, 'p> {
    gates: &'a Gates<'p>,
    portfolio: &'p Portfolio,
    index: usize,
    release: &'p Release,
    found: &'a mut Vec<Duty<'p>>,
}

/// What a release asks of one owner.
struct Ask<'p> {
    kind: Kind,
    path: String,
    words: String,
    about: String,
    due: Option<NaiveDate>,
    /// Where nobody is named, who answers for the release.
    owner: Option<&'p Id>,
    span: Span,
}

impl<'p> ToDo<'_, 'p> {
    fn add(&mut self, ask: Ask<'p>) {
        let Ask { kind, path, words, about, due, owner, span } = ask;
        let people = owner.or(self.release.common.owner()).into_iter().collect();
        let subject = &self.release.id;
        self.found.push(Duty { kind, subject, path, words, about, due, people, role: None, span });
    }

    /// The day of an instant where the release is planned.
    fn day(&self, at: DateTime<Utc>) -> NaiveDate {
        zone::local(at, self.portfolio.zone).date()
    }

    fn decisions(&mut self) {
        for gate in self.gates.of(self.index) {
            if gate.state == State::Passed {
                continue;
            }
            self.criteria(&gate);
            for required in gate.required.iter().filter(|required| required.lacking() > 0) {
                self.approval(&gate, required);
            }
            self.refusals(&gate);
        }
    }

    /// Refusals by those whose approval nobody lacks: only they can take them back.
    fn refusals(&mut self, gate: &Judged<'p>) {
        let lacks = |role: &Id| gate.required.iter().any(|required| required.role == role && required.lacking() > 0);
        for entry in gate.rejections().filter(|entry| !lacks(&entry.approval.role)) {
            self.found.push(Duty {
                kind: Kind::Approve,
                subject: &self.release.id,
                path: format!("gates/{}", gate.id),
                words: format!("decide about gate {} again", gate.id),
                about: "it was rejected".to_owned(),
                due: gate.due,
                people: vec![&entry.approval.by],
                role: Some(&entry.approval.role),
                span: entry.approval.span,
            });
        }
    }

    fn criteria(&mut self, gate: &Judged<'p>) {
        for judged in gate.criteria.iter().filter(|criterion| !criterion.outcome.is_met()) {
            let criterion = judged.criterion;
            self.add(Ask {
                kind: Kind::Criterion,
                path: format!("gates/{}/criteria/{}", gate.id, criterion.id),
                words: format!("meet criterion {}", criterion.id),
                about: format!("of gate {}{}", gate.id, called(judged.name())),
                due: gate.due,
                owner: criterion.common.owner().or_else(|| gate.written?.common.owner()),
                span: criterion.id.span,
            });
        }
    }

    fn approval(&mut self, gate: &Judged<'p>, required: &Required<'p>) {
        let again = if required.is_stale() { " again" } else { "" };
        self.found.push(Duty {
            kind: Kind::Approve,
            subject: &self.release.id,
            path: format!("gates/{}", gate.id),
            words: format!("decide about gate {}{again}", gate.id),
            about: match gate.criteria.len() - gate.met() {
                0 => String::new(),
                1 => "1 criterion is not met".to_owned(),
                unmet => format!("{unmet} criteria are not met"),
            },
            due: gate.due,
            people: self.gates.able(self.index, required),
            role: Some(required.role),
            span: gate.written.map_or(self.release.id.span, |gate| gate.id.span),
        });
    }

    fn phases(&mut self) {
        let dates = &self.gates.schedule.releases[self.index];
        for (phase, dates) in self.release.phases.iter().zip(&dates.phases) {
            let is_done = phase.actual_end().is_some();
            let Some(planned) = dates.planned.filter(|_| !is_done) else { continue };
            let today = self.gates.clock.today;
            // What waits for another phase that is late cannot begin before it.
            let waits_until = dates.forecast.map(|forecast| forecast.start).filter(|start| *start > today);
            let (verb, due) = match waits_until {
                _ if has_begun(phase) => ("end", planned.end),
                Some(start) if planned.start < today => ("begin", start),
                _ => ("begin", planned.start),
            };
            self.add(Ask {
                kind: Kind::Phase,
                path: format!("phases/{}", phase.id),
                words: format!("{verb} phase {}", phase.id),
                about: String::new(),
                due: Some(due),
                owner: phase.common.owner().or(phase.team.as_ref()),
                span: phase.id.span,
            });
        }
        for (milestone, dates) in self.release.milestones.iter().zip(&dates.milestones) {
            // One that only follows others is reached with them.
            if milestone.actual.is_some() || milestone.date.is_none() || dates.date.is_none() {
                continue;
            }
            self.add(Ask {
                kind: Kind::Milestone,
                path: format!("milestones/{}", milestone.id),
                words: format!("reach milestone {}", milestone.id),
                about: String::new(),
                due: dates.date,
                owner: milestone.common.owner(),
                span: milestone.id.span,
            });
        }
    }

    fn deployment(&mut self) {
        let Some(plan) = &self.release.deployment else { return };
        for rehearsal in plan.rehearsals.iter().filter(|rehearsal| rehearsal.result.is_none()) {
            self.add(Ask {
                kind: Kind::Rehearsal,
                path: "deployment/rehearsals".to_owned(),
                words: "rehearse the deployment".to_owned(),
                about: rehearsal.environment.as_ref().map(|id| format!("in {id}")).unwrap_or_default(),
                due: Some(rehearsal.at.value.date()),
                owner: rehearsal.common.owner(),
                span: rehearsal.at.span,
            });
        }
        self.steps(plan);
    }

    /// The steps of each owner together; one at a time they would hide everything else.
    fn steps(&mut self, plan: &'p Deployment) {
        let runs = self.portfolio.runs.iter();
        let runs = runs.filter(|run| run.release == self.release.id && run.rehearsal != Some(true));
        let over = |event| matches!(event, RunEvent::Finished | RunEvent::Skipped);
        let over: Vec<&Id> =
            runs.flat_map(|run| &run.entries).filter(|entry| over(entry.event)).map(|entry| &entry.step).collect();
        let mut groups: Vec<(Option<&'p Id>, Vec<&'p Id>)> = Vec::new();
        for step in plan.steps.iter().filter(|step| !over.contains(&&step.id)) {
            let owner = step.common.owner();
            match groups.iter_mut().find(|(other, _)| *other == owner) {
                Some((_, steps)) => steps.push(&step.id),
                None => groups.push((owner, vec![&step.id])),
            }
        }
        let planned = deployments::planned(self.portfolio, self.gates.schedule, self.index);
        let first = planned.iter().map(|deployment| deployment.time.start()).min();
        let due = first.map(|at| self.day(at));
        for (owner, steps) in groups {
            let names: Vec<&str> = steps.iter().map(|id| id.as_str()).collect();
            let words = match names[..] {
                [one] => format!("carry out step {one}"),
                _ => format!("carry out {} steps", names.len()),
            };
            self.add(Ask {
                kind: Kind::Deployment,
                path: "deployment/steps".to_owned(),
                words,
                about: if names.len() == 1 { "of the deployment".to_owned() } else { names.join(", ") },
                due,
                owner,
                span: steps[0].span,
            });
        }
    }

    /// Messages and training; only what is due on a day or later, where one is given.
    fn people(&mut self, from: Option<NaiveDate>) {
        let (portfolio, release) = (self.portfolio, self.release);
        let day = |at: Option<&Spanned<At>>| {
            let time = deployments::at_time(portfolio, release, at?.value, portfolio.zone)?;
            Some(zone::local(time.start(), portfolio.zone).date())
        };
        let is_asked = |at: Option<&Spanned<At>>| from.is_none_or(|from| day(at).is_some_and(|due| due >= from));
        for message in release.communications.iter().filter(|message| message.sent.is_none()) {
            if !is_asked(message.at.as_ref()) {
                continue;
            }
            let to = message.audience.as_ref().map(|audience| format!("to {}", audience.trim()));
            let by = message.channel.as_ref().map(|channel| format!("by {}", channel.trim()));
            self.add(Ask {
                kind: Kind::Communication,
                path: format!("communications/{}", message.id),
                words: format!("send message {}", message.id),
                about: to.into_iter().chain(by).collect::<Vec<_>>().join(" "),
                due: day(message.at.as_ref()),
                owner: message.common.owner(),
                span: message.id.span,
            });
        }
        for training in release.training.iter().filter(|it| it.status != Some(TrainingStatus::Done)) {
            if !is_asked(training.at.as_ref()) {
                continue;
            }
            self.add(Ask {
                kind: Kind::Training,
                path: format!("training/{}", training.id),
                words: format!("give training {}", training.id),
                about: training.audience.as_ref().map(|whom| format!("to {}", whom.trim())).unwrap_or_default(),
                due: day(training.at.as_ref()),
                owner: training.common.owner(),
                span: training.id.span,
            });
        }
    }

    fn risks(&mut self) {
        let register = self.release.risk.iter().flat_map(|risk| &risk.register);
        for risk in register.filter(|risk| matches!(risk.status, None | Some(RiskStatus::Open))) {
            self.add(Ask {
                kind: Kind::Risk,
                path: format!("risk/register/{}", risk.id),
                words: format!("mitigate risk {}", risk.id),
                about: risk.common.name().or(risk.mitigation.as_deref()).unwrap_or_default().trim().to_owned(),
                due: risk.due.as_ref().map(|due| due.value),
                owner: risk.common.owner(),
                span: risk.id.span,
            });
        }
    }

    /// How long the gates and the review of an emergency may follow it.
    fn review_within(&self) -> Option<Duration> {
        let kind = self.portfolio.settings.release_types.get(&self.release.r#type)?;
        kind.review_within.as_ref().map(|within| within.value.0)
    }

    /// The last day of the release, where it says so.
    fn ended(&self) -> Option<NaiveDate> {
        Some(self.release.actual.as_ref()?.end.as_ref()?.value)
    }

    /// What may be done after a release has shipped and before it is closed.
    fn left_over(&mut self) {
        if self.review_within().is_some() {
            self.decisions();
        }
        if let Some(shipped) = self.ended().or(self.release.target.as_ref().map(|target| target.value)) {
            self.people(Some(shipped));
        }
    }

    /// What a release leaves to do when it has shipped.
    fn afterwards(&mut self) {
        let release = self.release;
        let calendar = self.portfolio.release_calendar(release);
        let (ended, within) = (self.ended(), self.review_within());
        let is_reviewed = release.emergency.as_ref().is_some_and(|emergency| emergency.reviewed.is_some());
        if let (Some(end), Some(within), false) = (ended, within, is_reviewed) {
            self.add(Ask {
                kind: Kind::Review,
                path: "emergency/reviewed".to_owned(),
                words: "review the emergency".to_owned(),
                about: String::new(),
                due: Some(last_day_within(calendar, end, within)),
                owner: None,
                span: release.id.span,
            });
        }
        let support = release.support.as_deref();
        let items = support.iter().flat_map(|support| &support.handover).filter(|item| item.done != Some(true));
        let items: Vec<&str> = items.map(|item| item.item.trim()).collect();
        if let (Some(support), Some(end), false) = (support, ended, items.is_empty()) {
            self.add(Ask {
                kind: Kind::Handover,
                path: "support/handover".to_owned(),
                words: "hand over to support".to_owned(),
                about: items.join(", "),
                due: Some(support.hypercare.as_ref().map_or(end, |time| last_day_within(calendar, end, time.value.0))),
                owner: support.common.owner(),
                span: release.id.span,
            });
        }
        let actions = release.retrospective.iter().flat_map(|retrospective| &retrospective.actions);
        for action in actions.filter(|action| matches!(action.status, None | Some(ActionStatus::Open))) {
            self.add(Ask {
                kind: Kind::Action,
                path: format!("retrospective/actions/{}", action.id),
                words: format!("do action {}", action.id),
                about: action.common.name().unwrap_or_default().trim().to_owned(),
                due: action.due.as_ref().map(|due| due.value),
                owner: action.common.owner(),
                span: action.id.span,
            });
        }
    }
}

/// `: Name` where it has a name.
fn called(name: Option<&str>) -> String {
    name.map(|name| format!(": {}", name.trim())).unwrap_or_default()
}

/// Whether work on a phase has begun, by what is written.
fn has_begun(phase: &Phase) -> bool {
    phase.has_begun() || phase.progress.as_ref().is_some_and(|progress| progress.0 > 0)
}

#[cfg(test)]
#[path = "todo_tests.rs"]
mod tests;
