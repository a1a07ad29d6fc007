//! What waits for somebody: decisions, starts and ends that are due, messages, incidents.

use chrono::{NaiveDate, TimeDelta};
use serde::Serialize;

use super::Site;
use crate::analysis::changes::Changes;
use crate::analysis::gates::{Judged, State};
use crate::model::release::{At, Release, Status};
use crate::model::{Id, Identified};
use crate::report::show::Source;

/// Days ahead that are looked at.
const AHEAD: TimeDelta = TimeDelta::days(21);

/// Something that waits for somebody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Need {
    /// What has to be done: `approve`, `restore`, `finish`, `start`, `decide`, `tell`.
    pub what: &'static str,
    /// The thing, such as `gate go-live`.
    pub object: String,
    /// What is missing, or what it is for, in words.
    pub why: String,
    /// The release it belongs to.
    pub release: Option<String>,
    /// The part of the release's page that shows it, as kind and id.
    pub part: Option<(&'static str, String)>,
    /// The project, where there is no release.
    pub project: Option<String>,
    /// The last day.
    pub due: Option<NaiveDate>,
    /// Days from today to the last day; negative when it is over.
    pub days: Option<i64>,
    /// Whether it cannot wait: it is overdue, or something is broken.
    pub urgent: bool,
    /// Who: people and teams by id; roles where nobody holds them.
    pub who: Vec<String>,
    /// Where it is written.
    pub source: Option<Source>,
}

impl Site<'_> {
    /// What is due within three weeks, or overdue: what cannot wait first, then by day.
    pub fn needs(&self) -> Vec<Need> {
        let mut needs = self.incidents();
        for (r, release) in self.portfolio().releases.iter().enumerate() {
            if release.status().is_over() || release.status() == Status::Draft {
                continue;
            }
            self.gate_needs(r, release, &mut needs);
            self.phase_needs(r, release, &mut needs);
            self.messages(release, &mut needs);
        }
        self.changes(&mut needs);
        needs.sort_by(|a, b| {
            let key = |need: &Need| (!need.urgent, need.due.is_none(), need.due);
            (key(a), &a.release, &a.object).cmp(&(key(b), &b.release, &b.object))
        });
        needs
    }

    fn is_near(&self, due: NaiveDate) -> bool {
        due - self.material.clock.today <= AHEAD
    }

    fn need(&self, what: &'static str, object: String, due: Option<NaiveDate>) -> Need {
        let today = self.material.clock.today;
        let days = due.map(|due| (due - today).num_days());
        Need {
            what,
            object,
            why: String::new(),
            release: None,
            part: None,
            project: None,
            due,
            days,
            urgent: days.is_some_and(|days| days < 0),
            who: Vec::new(),
            source: None,
        }
    }

    fn incidents(&self) -> Vec<Need> {
        let open = self.portfolio().incidents.iter().filter(|incident| incident.restored.is_none());
        let needs = open.map(|incident| Need {
            why: incident.common.name().unwrap_or_default().to_owned(),
            project: incident.project.as_ref().map(ToString::to_string),
            urgent: true,
            who: incident.project.as_ref().and_then(|id| self.owner_of_project(id)).into_iter().collect(),
            source: self.gates().source(incident.span),
            ..self.need("restore", format!("incident {}", incident.id), None)
        });
        needs.collect()
    }

    fn owner_of_project(&self, id: &Id) -> Option<String> {
        Some(self.portfolio().projects.get(id)?.common().owner()?.to_string())
    }

    fn gate_needs(&self, r: usize, release: &Release, needs: &mut Vec<Need>) {
        for gate in self.material.plan.gates.of(r) {
            let stopped = matches!(gate.state, State::Rejected | State::Stale);
            let near = gate.due.is_some_and(|due| self.is_near(due));
            if gate.state == State::Passed || !(near || stopped) {
                continue;
            }
            let missing: Vec<String> = gate.missing().iter().map(ToString::to_string).collect();
            let need = self.need("approve", format!("gate {}", gate.id), gate.due);
            needs.push(Need {
                why: missing.join(" · "),
                release: Some(release.id.to_string()),
                part: Some(("gate", gate.id.to_string())),
                urgent: need.urgent || gate.state == State::Rejected,
                who: self.deciders(release, &gate),
                source: self.gates().source(gate.id.span),
                ..need
            });
        }
    }

    /// Who holds the roles that have not approved; the owner of the release while criteria are open.
    fn deciders(&self, release: &Release, gate: &Judged<'_>) -> Vec<String> {
        let mut who = Vec::new();
        if gate.met() < gate.criteria.len() {
            who.extend(release.common().owner().map(ToString::to_string));
        }
        for required in gate.required.iter().filter(|required| required.lacking() > 0) {
            let holders = self.portfolio().settings.people.iter().filter(|person| person.roles.contains(required.role));
            let given = |id: &Id| required.by.iter().any(|by| **by == *id);
            let holders: Vec<String> = holders.filter(|p| !given(&p.id)).map(|p| p.id.to_string()).collect();
            if holders.is_empty() {
                who.push(required.role.to_string());
            }
            who.extend(holders);
        }
        let mut seen = std::collections::HashSet::new();
        who.retain(|one| seen.insert(one.clone()));
        who
    }

    fn phase_needs(&self, r: usize, release: &Release, needs: &mut Vec<Need>) {
        let today = self.material.clock.today;
        for (p, phase) in release.phases.iter().enumerate() {
            let Some(planned) = self.material.plan.schedule.phase(r, p).planned else { continue };
            let (what, due) = match (phase.has_begun(), phase.actual_end()) {
                (_, Some(_)) => continue,
                _ if planned.end < today => ("finish", planned.end),
                (false, None) if planned.start <= today => ("start", planned.start),
                _ => continue,
            };
            let progress = phase.progress.as_ref().map(|progress| format!("{} % done", progress.0));
            let who = phase.team.as_ref().or(release.common().owner()).map(ToString::to_string);
            let need = self.need(what, format!("phase {}", phase.id), Some(due));
            needs.push(Need {
                why: progress.unwrap_or_default(),
                release: Some(release.id.to_string()),
                part: Some(("phase", phase.id.to_string())),
                who: who.into_iter().collect(),
                source: self.gates().source(phase.id.span),
                ..need
            });
        }
    }

    fn messages(&self, release: &Release, needs: &mut Vec<Need>) {
        for message in release.communications.iter().filter(|message| message.sent.is_none()) {
            let due = message.at.as_ref().and_then(|at| match at.value {
                At::When(when) => Some(when.date()),
                At::Target(lag) => {
                    let target = release.target.as_ref()?.value;
                    Some(self.portfolio().release_calendar(release).add_lag(target, lag))
                }
            });
            let Some(due) = due.filter(|due| self.is_near(*due)) else { continue };
            let audience = message.audience.as_ref().map(|audience| format!("to {audience}"));
            let owner = message.common.owner().or(release.common().owner()).map(ToString::to_string);
            needs.push(Need {
                why: audience.unwrap_or_default(),
                release: Some(release.id.to_string()),
                who: owner.into_iter().collect(),
                source: self.gates().source(message.id.span),
                ..self.need("tell", format!("message {}", message.id), Some(due))
            });
        }
    }

    fn changes(&self, needs: &mut Vec<Need>) {
        let changes = Changes::new(self.portfolio(), self.material.plan.gates.facts);
        for pending in changes.pending(self.material.clock.now) {
            let change = pending.standing.change;
            if pending.needed_by.is_some_and(|due| !self.is_near(due)) {
                continue;
            }
            needs.push(Need {
                why: change.common().name().unwrap_or_default().to_owned(),
                release: change.release.as_ref().map(ToString::to_string),
                project: change.project.as_ref().map(ToString::to_string),
                source: self.gates().source(change.id.span),
                ..self.need("decide", format!("change {}", change.id), pending.needed_by)
            });
        }
    }
}
