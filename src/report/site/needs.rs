//! What waits for somebody: what `relm todo` lists, with the criteria and approvals of one gate together, and open incidents
//! before everything.

use chrono::{NaiveDate, TimeDelta};
use serde::Serialize;

use super::Site;
use crate::analysis::changes::Changes;
use crate::analysis::todo;
use crate::model::Identified;
use crate::report::show::Source;
use crate::report::todo::{DutyView, Todo};

/// Days ahead that are looked at, as `relm todo` does.
const AHEAD: TimeDelta = TimeDelta::days(14);

/// Something that waits for somebody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Need {
    /// What has to be done, in words.
    pub what: String,
    /// What is missing, or what it is for, in words; may be empty.
    pub why: Vec<String>,
    /// The release, the change or the incident it belongs to.
    pub subject: String,
    /// The page that shows it, as kind and id.
    pub page: Option<(&'static str, String)>,
    /// The part of that page, as kind and id.
    pub part: Option<(&'static str, String)>,
    /// The last day.
    pub due: Option<NaiveDate>,
    /// Days from today to the last day; negative when it is over.
    pub days: Option<i64>,
    /// Whether it cannot wait: it is overdue, or something is broken.
    pub urgent: bool,
    /// Whether somebody has to decide, rather than to work.
    pub decision: bool,
    /// Who: people and teams by id.
    pub who: Vec<String>,
    /// How many of the things that `relm todo` lists it stands for: a gate for each of its criteria and roles, an incident for
    /// none.
    pub things: usize,
    /// Where it is written.
    pub source: Option<Source>,
}

impl Site<'_> {
    /// What is overdue or due within two weeks: what is broken first, then by day.
    pub fn needs(&self) -> Vec<Need> {
        let input = self.gates();
        let changes = Changes::new(self.portfolio(), input.gates.facts);
        let duties = todo::all(&input.gates, &changes);
        let today = self.material.clock.today;
        let until = today.checked_add_signed(AHEAD).unwrap_or(today);
        let list = Todo::new(self.header.clone(), &input, &duties, &[], until);
        let mut needs = self.incidents();
        // By release and gate, so that what one gate asks for stands together.
        let mut gates: std::collections::HashMap<(String, String), usize> = std::collections::HashMap::new();
        for duty in list.todo {
            let gate = gate_of(&duty);
            let known = gate.as_ref().and_then(|key| gates.get(key).copied());
            if let Some(need) = known.and_then(|place| needs.get_mut(place)) {
                need.things += 1;
                need.why.push(reason(&duty));
                let more: Vec<String> = duty.people.into_iter().filter(|one| !need.who.contains(one)).collect();
                need.who.extend(more);
                continue;
            }
            if let Some(key) = gate {
                gates.insert(key, needs.len());
            }
            needs.push(self.need(duty));
        }
        needs
    }

    fn incidents(&self) -> Vec<Need> {
        let portfolio = self.portfolio();
        let open = portfolio.incidents.iter().filter(|incident| incident.restored.is_none());
        let needs = open.map(|incident| {
            let project = incident.project.as_ref().and_then(|id| portfolio.projects.get(id));
            Need {
                what: "restore the service".to_owned(),
                why: incident.common.name().map(str::to_owned).into_iter().collect(),
                subject: incident.id.to_string(),
                page: project.map(|project| ("project", project.id().to_string())),
                part: None,
                due: None,
                days: None,
                urgent: true,
                decision: false,
                who: project
                    .and_then(|project| project.common().owner())
                    .map(ToString::to_string)
                    .into_iter()
                    .collect(),
                things: 0,
                source: self.gates().source(incident.span),
            }
        });
        needs.collect()
    }

    fn need(&self, duty: DutyView) -> Need {
        let portfolio = self.portfolio();
        let gate = gate_of(&duty).map(|(_, gate)| gate);
        let mut parts = duty.path.split('/');
        let part = match (parts.next(), parts.next()) {
            (Some("gates"), Some(id)) => Some(("gate", id.to_owned())),
            (Some("phases"), Some(id)) => Some(("phase", id.to_owned())),
            (Some("milestones"), Some(id)) => Some(("milestone", id.to_owned())),
            _ => None,
        };
        let page = if duty.kind == "change" {
            let change = portfolio.changes.get(&duty.subject);
            let release = change.and_then(|change| change.release.as_ref()).map(|id| ("release", id.to_string()));
            release.or_else(|| Some(("project", change?.project.as_ref()?.to_string())))
        } else {
            Some(("release", duty.subject.clone()))
        };
        Need {
            what: gate.as_ref().map_or_else(|| duty.what.clone(), |gate| format!("pass gate {gate}")),
            why: if gate.is_some() {
                vec![reason(&duty)]
            } else {
                Some(duty.about.clone()).filter(|about| !about.is_empty()).into_iter().collect()
            },
            page,
            part,
            due: duty.due,
            days: duty.days_left,
            decision: gate.is_some() || duty.kind == "change",
            urgent: duty.days_left.is_some_and(|days| days < 0),
            who: duty.people,
            things: 1,
            source: duty.source,
            subject: duty.subject,
        }
    }
}

/// The gate that a duty belongs to, with its release.
fn gate_of(duty: &DutyView) -> Option<(String, String)> {
    let rest = duty.path.strip_prefix("gates/")?;
    Some((duty.subject.clone(), rest.split('/').next()?.to_owned()))
}

/// What a duty of a gate says beside the gate.
fn reason(duty: &DutyView) -> String {
    match (duty.kind, &duty.role) {
        ("approve", Some(role)) if duty.people.is_empty() => format!("approval by {role}, which nobody can give"),
        ("approve", Some(role)) => format!("approval by {role}"),
        _ => duty.what.strip_prefix("meet ").unwrap_or(&duty.what).to_owned(),
    }
}
