//! The texts of new manifests, as `relm new` writes them: short, with comments where something is left to say.

use std::fmt::Write as _;

use chrono::NaiveDate;

use super::ride::Ride;
use crate::analysis::back_schedule::PlacedPhase;
use crate::analysis::trains;
use crate::model::portfolio::{ReleaseType, Requirement};
use crate::model::release::{Dependency, EnvironmentUse, Link};
use crate::model::{Kind, Portfolio};

/// What every new manifest says.
#[derive(Debug, Clone)]
pub struct Head<'a> {
    /// The kind.
    pub kind: Kind,
    /// The id.
    pub id: &'a str,
    /// Who owns it, when that is known.
    pub owner: Option<&'a str>,
    /// The schema for editors, seen from the file.
    pub schema: Option<String>,
}

impl Head<'_> {
    fn begin(&self) -> String {
        let mut out = self.schema.as_deref().map(modeline).unwrap_or_default();
        let _ = writeln!(out, "kind: {}\nid: {}", self.kind.as_str(), scalar(self.id));
        out
    }

    fn owner(&self, why: &str) -> String {
        match self.owner {
            Some(owner) => format!("owner: {}\n", scalar(owner)),
            None => format!("# owner: PERSON                   # {why}\n"),
        }
    }
}

/// The line that tells an editor the schema of a file.
fn modeline(schema: &str) -> String {
    format!("# yaml-language-server: $schema={schema}\n")
}

/// A text as YAML: plain where that is safe. What looks like a number stays as it is written; `null` would be nothing.
fn scalar(text: &str) -> String {
    let safe = crate::model::scalar::is_id(text) && !matches!(text, "null" | "Null" | "NULL");
    if safe { text.to_owned() } else { serde_json::Value::from(text).to_string() }
}

/// A new project.
pub fn project(head: &Head<'_>) -> String {
    let mut out = head.begin();
    out += "# name: What people call it\n";
    out += &head.owner("a person or a team; who answers for it");
    out += "\
# tier: 2                         # 1 most critical … 4
# depends_on:                     # what it needs; `version` must hold for what ships with it or is live beside it
#   - {project: OTHER, version: \">=1.2, <2\"}
";
    out
}

/// A new environment of a stage.
pub fn environment(head: &Head<'_>, stage: &str) -> String {
    let mut out = head.begin();
    let _ = writeln!(out, "stage: {}", scalar(stage));
    out += &head.owner("a person or a team; who keeps it running");
    out += "\
# capacity: 1                     # how many releases can use it at once
# projects: [PROJECT]             # what it hosts; absent = all
# windows:                        # when deployments are allowed; none = always
#   - {name: Evenings, rrule: \"FREQ=WEEKLY;BYDAY=TU,TH\", start: 2026-01-06T20:00, duration: 4h}
";
    out
}

/// A new change, of a project when there is but one.
pub fn change(head: &Head<'_>, change_type: &str, project: Option<&str>) -> String {
    let mut out = head.begin();
    let _ = writeln!(out, "type: {change_type}");
    out += "status: draft                     # draft | submitted | approved | rejected | implemented | closed\n";
    match project {
        Some(project) => {
            let _ = writeln!(out, "project: {}", scalar(project));
        }
        None => out += "# project: PROJECT                # what changes\n",
    }
    out += &head.owner("a person or a team; who answers for it");
    out += "\
# release: RELEASE                # what carries it; name the change in `changes:` of that release's scope too
# window: {start: 2026-01-10T20:00, end: 2026-01-10T23:00}
# approvals: [{role: ROLE, by: PERSON, at: 2026-01-05, decision: approved}]
";
    out
}

/// What a new release says.
#[derive(Debug)]
pub struct Release<'a> {
    /// Kind, id, owner.
    pub head: Head<'a>,
    /// The name of its type.
    pub type_name: &'a str,
    /// Its type, where the portfolio declares it.
    pub declared: Option<&'a ReleaseType>,
    /// When it is announced.
    pub announced: NaiveDate,
    /// The date promised to the business.
    pub target: NaiveDate,
    /// Its phases.
    pub phases: &'a [PlacedPhase],
    /// The departure it is, where it rides a train.
    pub ride: Option<&'a Ride>,
}

/// A new release.
pub fn release(portfolio: &Portfolio, draft: &Release<'_>) -> String {
    let mut out = draft.head.begin();
    let _ = writeln!(out, "type: {}", scalar(draft.type_name));
    out += "status: draft                     # draft | planned | in-progress | released | closed | cancelled\n";
    out += &draft.head.owner("the release coordinator: a person or a team of relm.yaml");
    if let Some(ride) = draft.ride {
        let _ = writeln!(out, "labels: {{{}: {}}}", trains::LABEL, scalar(&ride.train));
    }
    let _ = writeln!(out, "announced: {}", draft.announced);
    let promise = if draft.ride.is_some() { "the departure of the train" } else { "the promise to the business" };
    let _ = writeln!(out, "target: {}                # {promise}", draft.target);
    out += &scope(draft.ride);
    out += "\n# Placed backwards from the target: the latest starts that keep it. What follows another phase moves with it.\n";
    out += "phases:\n";
    draft.phases.iter().for_each(|phase| out += &phase_line(phase));
    out += &missing_stages(portfolio, draft);
    out += &milestones(draft.ride);
    out += &gates(portfolio, draft);
    out += &demands(draft);
    out
}

fn scope(ride: Option<&Ride>) -> String {
    let Some(ride) = ride.filter(|ride| !ride.projects.is_empty()) else {
        return "\n# What ships:\n# scope:\n#   - {project: PROJECT, version: 1.2.0}\n".to_owned();
    };
    let mut out = "\n# What rides: say the `version:` of each, and take out what stays behind.\nscope:\n".to_owned();
    for project in &ride.projects {
        let _ = writeln!(out, "  - {{project: {}}}", scalar(project));
    }
    out
}

fn milestones(ride: Option<&Ride>) -> String {
    let Some(ride) = ride.filter(|ride| !ride.milestones.is_empty()) else { return String::new() };
    let mut out = "\nmilestones:\n".to_owned();
    for (id, day) in &ride.milestones {
        let _ = writeln!(out, "  - {{id: {}, date: {day}}}", scalar(id));
    }
    out
}

fn phase_line(placed: &PlacedPhase) -> String {
    let phase = &placed.phase;
    let mut parts = vec![format!("id: {}", scalar(&phase.id))];
    if !phase.after.is_empty() {
        parts.push(format!("after: {}", one_or_list(phase.after.iter().map(dependency).collect())));
    }
    if placed.promised {
        parts.push(format!("start: {}", placed.start));
    }
    parts.extend(phase.duration.as_ref().map(|length| format!("duration: {length}")));
    parts.extend(phase.team.as_ref().map(|team| format!("team: {}", scalar(team))));
    parts.extend(phase.effort.as_ref().map(|effort| format!("effort: {effort}")));
    if !phase.environments.is_empty() {
        let used: Vec<String> = phase.environments.iter().map(environment_use).collect();
        parts.push(format!("environments: [{}]", used.join(", ")));
    }
    format!("  - {{{}}}\n", parts.join(", "))
}

fn one_or_list(mut items: Vec<String>) -> String {
    match items.len() {
        1 => items.remove(0),
        _ => format!("[{}]", items.join(", ")),
    }
}

fn dependency(dependency: &Dependency) -> String {
    let name = dependency.to_string();
    let lag = dependency.lag;
    if dependency.link == Link::FinishStart {
        let sign = if lag.negative { '-' } else { '+' };
        return if lag.duration.is_zero() { name } else { format!("{name} {sign} {}", lag.duration) };
    }
    let mut parts = vec![format!("phase: {}", scalar(&dependency.phase))];
    parts.extend(dependency.release.as_ref().map(|release| format!("release: {}", scalar(release))));
    parts.push(format!("type: {}", dependency.link.as_str()));
    if !lag.duration.is_zero() {
        parts.push(format!("lag: {lag}"));
    }
    format!("{{{}}}", parts.join(", "))
}

fn environment_use(used: &EnvironmentUse) -> String {
    use crate::model::environment::Use;
    let mut parts = vec![format!("id: {}", scalar(&used.id))];
    if used.units != 1 {
        parts.push(format!("units: {}", used.units));
    }
    if used.exclusive {
        parts.push("exclusive: true".to_owned());
    }
    if used.r#use != Use::Code {
        parts.push(format!("use: {}", used.r#use.as_str()));
    }
    if parts.len() == 1 { scalar(&used.id) } else { format!("{{{}}}", parts.join(", ")) }
}

/// A hint where the type demands stages that no phase goes through.
fn missing_stages(portfolio: &Portfolio, draft: &Release<'_>) -> String {
    let used = || draft.phases.iter().flat_map(|placed| &placed.phase.environments);
    let passed = |stage: &str| used().any(|used| portfolio.stage_of(&used.id).is_some_and(|other| *other == *stage));
    let demanded = draft.declared.map_or(&[][..], |ty| &ty.stages);
    let missing: Vec<&str> = demanded.iter().map(|stage| &**stage).filter(|stage| !passed(stage)).collect();
    if missing.is_empty() {
        return String::new();
    }
    format!(
        "  # `{}` goes through {}: book them in the phases with `environments: [ID]`.\n",
        draft.type_name,
        missing.join(", ")
    )
}

fn gates(portfolio: &Portfolio, draft: &Release<'_>) -> String {
    let demanded = draft.declared.map_or(&[][..], |ty| &ty.gates);
    if demanded.is_empty() {
        return String::new();
    }
    let mut out =
        "\n# Due on the last working day before the phase they guard, unless `due:` says otherwise.\ngates:\n"
            .to_owned();
    for gate in demanded {
        let _ = write!(out, "  - {{id: {}}}", scalar(gate));
        if portfolio.settings.gate_templates.get(gate).is_none() {
            out += "   # no template in relm.yaml: say its `criteria:` and what it `requires:`";
        }
        out += "\n";
    }
    out
}

/// Hints for what the type demands beside phases and gates.
fn demands(draft: &Release<'_>) -> String {
    let mut out = String::new();
    let required = draft.declared.map_or(&[][..], |ty| &ty.requires);
    if !required.is_empty() {
        let _ = write!(out, "\n# What a `{}` release also needs:\n", draft.type_name);
    }
    for requirement in required {
        out += match requirement.value {
            Requirement::Backout => {
                "# deployment:                     # a way back for every step that changes something
#   steps:
#     - {id: install, duration: 1h, backout: {duration: 30m, note: Put the previous version back}}
"
            }
            Requirement::Communications => {
                "# communications:                 # who is told what, when
#   - {id: users, audience: Users, channel: email, at: target - 5d}
"
            }
            Requirement::Training => {
                "# training:                       # who learns what, when
#   - {id: users, audience: Users, at: target - 3d, duration: 1h}
"
            }
            Requirement::Support => {
                "# support: {hypercare: 5d, owner: TEAM, handover: [{item: Run-book, done: false}]}
"
            }
            Requirement::Artifacts => {
                "# and with each entry of `scope:`, `artifacts: [{uri: PATH, sha256: HASH}]`, what exactly ships
"
            }
        };
    }
    if draft.declared.is_some_and(|ty| ty.review_within.is_some()) || draft.type_name == "emergency" {
        out += "\n# An emergency says who accepts the risk, and is reviewed afterwards:\n";
        out += "# emergency: {risk_acceptor: PERSON}\n";
    }
    out
}
