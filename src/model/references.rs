//! Every reference from one part of a portfolio to another, in one place.

use foldhash::HashSet;
use smol_str::StrExt;

use super::decode::Common;
use super::portfolio::Settings;
use super::records::{Change, Run};
use super::release::{Approval, Dependency, Release};
use super::{Id, Identified, Kind, Portfolio};
use crate::diagnostic::{Span, Subject};

/// What a reference names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Target<'p> {
    /// A project.
    Project,
    /// An environment.
    Environment,
    /// A release.
    Release,
    /// A change.
    Change,
    /// A person.
    Person,
    /// A team.
    Team,
    /// A person or a team.
    Owner,
    /// A person, a team or a role.
    Contact,
    /// A role.
    Role,
    /// A stage.
    Stage,
    /// A working calendar.
    Calendar,
    /// A release type.
    ReleaseType,
    /// A phase or milestone of a release.
    Phase(&'p str),
    /// What a gate of this release guards: `first`, `production` or a phase.
    Guarded(&'p str),
    /// A gate of a release.
    Gate(&'p str),
    /// A step of the deployment of a release.
    Step(&'p str),
    /// A wave of the deployment of a release.
    Wave(&'p str),
    /// A deployment record or a release.
    Cause,
}

/// One reference.
#[derive(Debug, Clone, Copy)]
pub struct Reference<'p> {
    /// What it names.
    pub target: Target<'p>,
    /// The id it gives, with its place.
    pub id: &'p Id,
    /// The manifest it stands in: kind, id, and the whole document.
    pub from: (Kind, &'p str),
    /// The list or field inside the manifest, such as `phases`; empty for the manifest itself.
    pub list: &'static str,
    /// The entry of the list; empty for a field.
    pub entry: &'p str,
}

impl Reference<'_> {
    /// The subject of a finding about it.
    pub fn subject(&self) -> Subject {
        let subject = Subject::new(self.from.0.as_str(), self.from.1);
        match (self.list, self.entry) {
            ("", _) => subject,
            (list, "") => subject.at(list),
            (list, entry) => subject.at(format!("{list}/{entry}")),
        }
    }
}

/// Calls `visit` for every reference, in the order of kinds, ids and fields.
pub fn each<'p>(portfolio: &'p Portfolio, visit: &mut dyn FnMut(Reference<'p>)) {
    settings(&portfolio.settings, visit);
    for project in &portfolio.projects {
        let mut at = From::new(Kind::Project, &project.id, visit);
        at.owner(&project.common);
        for dependency in &project.depends_on {
            at.entry("depends_on", "").one(Target::Project, &dependency.project);
        }
        for error in &project.known_errors {
            at.entry("known_errors", &error.id).owner(&error.common);
        }
    }
    for environment in &portfolio.environments {
        let mut at = From::new(Kind::Environment, &environment.id, visit);
        at.owner(&environment.common);
        at.one(Target::Stage, &environment.stage);
        at.entry("projects", "").all(Target::Project, environment.projects.iter().flatten());
        for booking in &environment.bookings {
            at.entry("bookings", &booking.id).owner(&booking.common).all(Target::Release, &booking.release);
        }
    }
    for item in &portfolio.releases {
        release(item, visit);
    }
    for train in &portfolio.trains {
        let mut at = From::new(Kind::Train, &train.id, visit);
        at.owner(&train.common).all(Target::ReleaseType, &train.release_type);
        at.entry("projects", "").all(Target::Project, &train.projects);
    }
    for item in &portfolio.changes {
        change(item, visit);
    }
    for demand in &portfolio.demands {
        let mut at = From::new(Kind::Demand, &demand.id, visit);
        at.owner(&demand.common).all(Target::Project, &demand.project);
    }
    for item in &portfolio.runs {
        run(item, visit);
    }
    records(portfolio, visit);
}

/// A place in a manifest from which references go out.
struct From<'p, 'v> {
    kind: Kind,
    id: &'p str,
    list: &'static str,
    entry: &'p str,
    visit: &'v mut dyn FnMut(Reference<'p>),
}

impl<'p, 'v> From<'p, 'v> {
    fn new(kind: Kind, id: &'p str, visit: &'v mut dyn FnMut(Reference<'p>)) -> Self {
        Self { kind, id, list: "", entry: "", visit }
    }

    fn entry(&mut self, list: &'static str, entry: &'p str) -> &mut Self {
        self.list = list;
        self.entry = entry;
        self
    }

    fn one(&mut self, target: Target<'p>, id: &'p Id) -> &mut Self {
        let Self { kind, id: from, list, entry, .. } = *self;
        (self.visit)(Reference { target, id, from: (kind, from), list, entry });
        self
    }

    fn all(&mut self, target: Target<'p>, ids: impl IntoIterator<Item = &'p Id>) -> &mut Self {
        for id in ids {
            self.one(target, id);
        }
        self
    }

    fn owner(&mut self, common: &'p Common) -> &mut Self {
        self.all(Target::Owner, common.owner())
    }

    fn approvals(&mut self, approvals: &'p [Approval]) -> &mut Self {
        for approval in approvals {
            self.one(Target::Role, &approval.role).one(Target::Person, &approval.by);
        }
        self
    }

    fn dependencies(&mut self, release: &'p str, dependencies: &'p [Dependency]) -> &mut Self {
        for dependency in dependencies {
            let release = dependency.release.as_ref().map_or(release, |other| {
                self.one(Target::Release, other);
                other.as_str()
            });
            self.one(Target::Phase(release), &dependency.phase);
        }
        self
    }
}

fn settings<'p>(settings: &'p Settings, visit: &mut dyn FnMut(Reference<'p>)) {
    let mut at = From::new(Kind::Portfolio, "", visit);
    for person in &settings.people {
        at.entry("people", &person.id).all(Target::Team, &person.team).all(Target::Role, &person.roles);
    }
    for team in &settings.teams {
        at.entry("teams", &team.id).owner(&team.common).all(Target::Calendar, &team.calendar);
    }
    for (name, template) in settings.gate_templates.iter() {
        at.entry("gate_templates", name).all(Target::Role, template.requires.iter().map(|required| &required.role));
    }
    for (name, ty) in settings.release_types.iter() {
        at.entry("release_types", name).all(Target::Stage, &ty.stages);
        for phase in &ty.phases {
            at.all(Target::Team, &phase.team).all(Target::Environment, phase.environments.iter().map(|used| &used.id));
        }
    }
    for freeze in &settings.freezes {
        at.entry("freezes", &freeze.id)
            .owner(&freeze.common)
            .all(Target::Stage, &freeze.stages)
            .all(Target::Environment, &freeze.environments)
            .all(Target::Project, &freeze.projects)
            .all(Target::Team, &freeze.teams);
        for exception in &freeze.except {
            at.all(Target::ReleaseType, &exception.r#type)
                .all(Target::Release, &exception.release)
                .all(Target::Person, &exception.approved_by);
        }
    }
}

fn release<'p>(release: &'p Release, visit: &mut dyn FnMut(Reference<'p>)) {
    let id = release.id.as_str();
    let mut at = From::new(Kind::Release, id, visit);
    at.owner(&release.common)
        .one(Target::ReleaseType, &release.r#type)
        .all(Target::Release, &release.part_of)
        .all(Target::Calendar, &release.calendar)
        .all(Target::Gate(id), &release.scope_locked_by);
    for item in release.risk.iter().flat_map(|risk| &risk.register) {
        at.entry("risk", &item.id).owner(&item.common);
    }
    for item in &release.scope {
        at.entry("scope", &item.project).one(Target::Project, &item.project).all(Target::Change, &item.changes);
    }
    for dependency in &release.depends_on {
        at.entry("depends_on", "").one(Target::Release, &dependency.release);
    }
    for phase in &release.phases {
        at.entry("phases", &phase.id)
            .owner(&phase.common)
            .dependencies(id, &phase.after)
            .all(Target::Team, &phase.team)
            .all(Target::Environment, phase.environments.iter().map(|used| &used.id));
    }
    for milestone in &release.milestones {
        at.entry("milestones", &milestone.id).owner(&milestone.common).dependencies(id, &milestone.after);
    }
    for gate in &release.gates {
        at.entry("gates", &gate.id)
            .owner(&gate.common)
            .all(Target::Guarded(id), &gate.before)
            .all(Target::Role, gate.requires.iter().map(|required| &required.role))
            .approvals(&gate.approvals);
        for waiver in gate.criteria.iter().filter_map(|criterion| criterion.waiver.as_ref()) {
            at.all(Target::Person, &waiver.by);
        }
    }
    if let Some(deployment) = &release.deployment {
        at.entry("deployment", "").all(Target::Environment, &deployment.environments);
        for rehearsal in &deployment.rehearsals {
            at.all(Target::Environment, &rehearsal.environment);
        }
        for step in &deployment.steps {
            at.entry("steps", &step.id)
                .owner(&step.common)
                .all(Target::Project, &step.project)
                .all(Target::Wave(id), &step.wave)
                .all(Target::Step(id), step.after.iter().map(|dependency| &dependency.step));
        }
    }
    for item in &release.communications {
        at.entry("communications", &item.id).owner(&item.common);
    }
    for item in &release.training {
        at.entry("training", &item.id).owner(&item.common);
    }
    for item in &release.escalation {
        at.entry("escalation", "").one(Target::Contact, &item.to);
    }
    if let Some(support) = &release.support {
        at.entry("support", "").owner(&support.common);
    }
    if let Some(emergency) = &release.emergency {
        at.entry("emergency", "").all(Target::Person, &emergency.risk_acceptor);
        at.all(Target::Person, emergency.reviewed.as_ref().map(|review| &review.by));
    }
    for item in &release.requirements {
        at.entry("requirements", &item.id).all(Target::Gate(id), &item.verified_by);
    }
    for action in release.retrospective.iter().flat_map(|retrospective| &retrospective.actions) {
        at.entry("retrospective", &action.id).owner(&action.common);
    }
}

fn change<'p>(change: &'p Change, visit: &mut dyn FnMut(Reference<'p>)) {
    From::new(Kind::Change, &change.id, visit)
        .owner(&change.common)
        .all(Target::Project, &change.project)
        .all(Target::Release, &change.release)
        .entry("approvals", "")
        .approvals(&change.approvals);
}

fn run<'p>(run: &'p Run, visit: &mut dyn FnMut(Reference<'p>)) {
    let mut at = From::new(Kind::Run, &run.id, visit);
    at.owner(&run.common).one(Target::Release, &run.release);
    for entry in &run.entries {
        at.entry("entries", &entry.step).one(Target::Step(&run.release), &entry.step).all(Target::Person, &entry.by);
    }
}

fn records<'p>(portfolio: &'p Portfolio, visit: &mut dyn FnMut(Reference<'p>)) {
    for entry in &portfolio.deployments {
        let id = entry.id.as_deref().unwrap_or("");
        From::new(Kind::Deployments, "", visit)
            .entry("entries", id)
            .one(Target::Project, &entry.project)
            .one(Target::Environment, &entry.environment)
            .all(Target::Release, &entry.release);
    }
    for entry in &portfolio.incidents {
        From::new(Kind::Incidents, "", visit)
            .entry("entries", &entry.id)
            .owner(&entry.common)
            .all(Target::Project, &entry.project)
            .all(Target::Environment, &entry.environment)
            .all(Target::Cause, &entry.caused_by);
    }
    for entry in &portfolio.pipelines {
        From::new(Kind::Pipelines, "", visit).entry("entries", "").one(Target::Project, &entry.project);
    }
}

/// Lists up to this length are compared each with each, which is sooner done than to build a set.
const SHORT: usize = 16;

fn repeats(ids: &[(&'static str, &str, Span)]) -> bool {
    if ids.len() > SHORT {
        let mut seen = HashSet::with_capacity_and_hasher(ids.len(), foldhash::fast::RandomState::default());
        return ids.iter().any(|(_, id, _)| !seen.insert(id.to_ascii_lowercase_smolstr()));
    }
    let again = |(index, id): (usize, &(&str, &str, Span))| {
        ids[index + 1..].iter().any(|other| other.1.eq_ignore_ascii_case(id.1))
    };
    ids.iter().enumerate().any(again)
}

/// A nested list of a manifest whose ids must be unique: what it belongs to, and the ids with their places.
pub type NestedIds<'p> = (Subject, Vec<(&'static str, &'p str, Span)>);

/// Every list of nested ids that holds one twice, or twice but for the case of its letters, grouped by the space in which
/// they must be unique.
pub fn nested_ids<'p>(portfolio: &'p Portfolio) -> Vec<NestedIds<'p>> {
    fn list<'p>(name: &'static str, ids: impl IntoIterator<Item = &'p Id>) -> Vec<(&'static str, &'p str, Span)> {
        ids.into_iter().map(|id| (name, id.as_str(), id.span)).collect()
    }
    let mut spaces: Vec<NestedIds<'p>> = Vec::new();
    let mut add = |subject: &dyn Fn() -> Subject, ids: Vec<(&'static str, &'p str, Span)>| {
        if repeats(&ids) {
            spaces.push((subject(), ids));
        }
    };
    let settings = &portfolio.settings;
    let subject = || Subject::new(Kind::Portfolio.as_str(), "");
    let mut owners = list("people", settings.people.iter().map(|person| &person.id));
    owners.extend(list("teams", settings.teams.iter().map(|team| &team.id)));
    add(&subject, owners);
    add(&subject, list("stages", &settings.stages));
    add(&subject, list("roles", &settings.roles));
    add(&subject, list("freezes", settings.freezes.iter().map(|freeze| &freeze.id)));
    for (name, template) in settings.gate_templates.iter() {
        let criteria = list("criteria", template.criteria.iter().map(|criterion| &criterion.id));
        add(&|| subject().at(format!("gate_templates/{name}")), criteria);
    }
    for (name, ty) in settings.release_types.iter() {
        let phases = list("phases", ty.phases.iter().map(|phase| &phase.id));
        add(&|| subject().at(format!("release_types/{name}")), phases);
    }
    for environment in &portfolio.environments {
        add(&|| environment.subject(), list("bookings", environment.bookings.iter().map(|booking| &booking.id)));
    }
    for release in &portfolio.releases {
        let mut work = list("phases", release.phases.iter().map(|phase| &phase.id));
        work.extend(list("milestones", release.milestones.iter().map(|milestone| &milestone.id)));
        work.extend(list("gates", release.gates.iter().map(|gate| &gate.id)));
        add(&|| release.subject(), work);
        add(&|| release.subject(), list("communications", release.communications.iter().map(|item| &item.id)));
        add(&|| release.subject(), list("training", release.training.iter().map(|item| &item.id)));
        add(&|| release.subject(), list("stakeholders", release.stakeholders.iter().map(|item| &item.id)));
        add(&|| release.subject(), list("requirements", release.requirements.iter().map(|item| &item.id)));
        for gate in &release.gates {
            let criteria = list("criteria", gate.criteria.iter().map(|criterion| &criterion.id));
            add(&|| release.subject().at(format!("gates/{}", gate.id)), criteria);
        }
        if let Some(deployment) = &release.deployment {
            add(&|| release.subject(), list("steps", deployment.steps.iter().map(|step| &step.id)));
            add(&|| release.subject(), list("waves", deployment.waves.iter().map(|wave| &wave.id)));
        }
        let register = release.risk.iter().flat_map(|risk| &risk.register);
        add(&|| release.subject(), list("risk", register.map(|item| &item.id)));
    }
    for train in &portfolio.trains {
        add(&|| train.subject(), list("milestones", train.milestones.iter().map(|milestone| &milestone.id)));
    }
    let deployments = portfolio.deployments.iter().filter_map(|entry| entry.id.as_ref());
    add(&|| Subject::new(Kind::Deployments.as_str(), ""), list("entries", deployments));
    add(
        &|| Subject::new(Kind::Incidents.as_str(), ""),
        list("entries", portfolio.incidents.iter().map(|entry| &entry.id)),
    );
    spaces
}
