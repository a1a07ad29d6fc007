//! From what somebody typed to an object.

use crate::diagnostic::{Subject, suggest};
use crate::model::{Id, Identified, Portfolio, Table};

/// Something that `relm show` can show; numbers index the portfolio's tables and the lists of a release.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Object {
    /// A release.
    Release(usize),
    /// A phase of a release.
    Phase(usize, usize),
    /// A milestone of a release.
    Milestone(usize, usize),
    /// A gate of a release.
    Gate(usize, usize),
    /// A project.
    Project(usize),
    /// An environment.
    Environment(usize),
    /// A train.
    Train(usize),
    /// A change.
    Change(usize),
    /// An entry of a log of deployments.
    Deployment(usize),
    /// An entry of a log of incidents.
    Incident(usize),
    /// An assessment.
    Assessment(usize),
    /// Something that waits to be scheduled.
    Demand(usize),
    /// A run of a deployment.
    Run(usize),
    /// A person.
    Person(usize),
    /// A team.
    Team(usize),
    /// A freeze.
    Freeze(usize),
}

/// The answer to an id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// The one object of this id.
    One(Object),
    /// Several objects have this id: what each is called by, as `KIND/ID`.
    Several(Vec<String>),
    /// None has; a sentence that offers the nearest, when there are any.
    None(Option<String>),
}

/// The kinds that stand before the id, in the order in which an ambiguous id lists them.
const KINDS: [&str; 16] = [
    "release",
    "phase",
    "milestone",
    "gate",
    "project",
    "environment",
    "train",
    "change",
    "deployment",
    "incident",
    "assessment",
    "demand",
    "run",
    "person",
    "team",
    "freeze",
];

/// The object that a text names: `ID`, `KIND/ID`, `RELEASE/PHASE` (also a milestone or gate), or `KIND/RELEASE/PHASE`.
pub fn find(portfolio: &Portfolio, text: &str) -> Found {
    let text = text.trim();
    let (kind, rest) = match text.split_once('/') {
        Some((kind, rest)) if KINDS.contains(&kind) || kind == "env" => {
            (Some(if kind == "env" { "environment" } else { kind }), rest)
        }
        _ => (None, text),
    };
    let mut objects = kind.map_or_else(Vec::new, |kind| of_kind(portfolio, kind, rest));
    if kind.is_none() {
        objects.extend(KINDS.iter().flat_map(|kind| of_kind(portfolio, kind, text)));
    } else {
        // A release may be named like a kind.
        objects.extend(["phase", "milestone", "gate"].iter().flat_map(|kind| of_kind(portfolio, kind, text)));
    }
    match objects[..] {
        [object] => Found::One(object),
        [] => Found::None(nearest(portfolio, kind, rest, text)),
        _ => {
            Found::Several(objects.iter().map(|object| format!("{}/{}", object.kind(), object.id(portfolio))).collect())
        }
    }
}

/// The same id under another kind, else what looks alike.
fn nearest(portfolio: &Portfolio, kind: Option<&str>, rest: &str, text: &str) -> Option<String> {
    let other = kind.and_then(|_| KINDS.iter().flat_map(|kind| of_kind(portfolio, kind, rest)).next());
    if let Some(object) = other {
        return Some(format!("did you mean `{}/{rest}`?", object.kind()));
    }
    suggest::did_you_mean(text, names(portfolio, kind.is_some()).iter().map(String::as_str))
        .or_else(|| suggest::did_you_mean(rest, names(portfolio, false).iter().map(String::as_str)))
}

/// The objects of a kind with this id; deployments and incidents may share one.
fn of_kind(portfolio: &Portfolio, kind: &str, id: &str) -> Vec<Object> {
    fn one<T: Identified>(table: &Table<T>, id: &str, make: fn(usize) -> Object) -> Vec<Object> {
        table.index(id).map(make).into_iter().collect()
    }
    fn all<'a>(ids: impl Iterator<Item = Option<&'a str>>, id: &str, make: impl Fn(usize) -> Object) -> Vec<Object> {
        ids.enumerate().filter(|(_, own)| *own == Some(id)).map(|(index, _)| make(index)).collect()
    }
    let settings = &portfolio.settings;
    let inside = id.split_once('/').and_then(|(release, id)| Some((portfolio.releases.index(release)?, id)));
    match (kind, inside) {
        ("release", _) => one(&portfolio.releases, id, Object::Release),
        ("project", _) => one(&portfolio.projects, id, Object::Project),
        ("environment", _) => one(&portfolio.environments, id, Object::Environment),
        ("train", _) => one(&portfolio.trains, id, Object::Train),
        ("change", _) => one(&portfolio.changes, id, Object::Change),
        ("assessment", _) => one(&portfolio.assessments, id, Object::Assessment),
        ("demand", _) => one(&portfolio.demands, id, Object::Demand),
        ("run", _) => one(&portfolio.runs, id, Object::Run),
        ("deployment", _) => {
            let mut found = all(portfolio.deployments.iter().map(|entry| entry.id.as_deref()), id, Object::Deployment);
            found.truncate(1);
            found
        }
        ("incident", _) => {
            let mut found = all(portfolio.incidents.iter().map(|entry| Some(&*entry.id)), id, Object::Incident);
            found.truncate(1);
            found
        }
        ("person", _) => all(settings.people.iter().map(|person| Some(&*person.id)), id, Object::Person),
        ("team", _) => all(settings.teams.iter().map(|team| Some(&*team.id)), id, Object::Team),
        ("freeze", _) => all(settings.freezes.iter().map(|freeze| Some(&*freeze.id)), id, Object::Freeze),
        ("phase", Some((r, id))) => {
            let phases = portfolio.releases[r].phases.iter().map(|phase| Some(&*phase.id));
            all(phases, id, |p| Object::Phase(r, p))
        }
        ("milestone", Some((r, id))) => {
            let milestones = portfolio.releases[r].milestones.iter().map(|milestone| Some(&*milestone.id));
            all(milestones, id, |m| Object::Milestone(r, m))
        }
        ("gate", Some((r, id))) => {
            let gates = portfolio.releases[r].gates.iter().map(|gate| Some(&*gate.id));
            all(gates, id, |g| Object::Gate(r, g))
        }
        _ => Vec::new(),
    }
}

/// Every name that can be asked for: with its kind where `with_kind`.
fn names(portfolio: &Portfolio, with_kind: bool) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let mut add = |kind: &str, ids: &mut dyn Iterator<Item = &Id>| {
        for id in ids {
            names.push(id.to_string());
            names.extend(with_kind.then(|| format!("{kind}/{id}")));
        }
    };
    let settings = &portfolio.settings;
    add("release", &mut portfolio.releases.iter().map(|item| &item.id));
    add("project", &mut portfolio.projects.iter().map(|item| &item.id));
    add("environment", &mut portfolio.environments.iter().map(|item| &item.id));
    add("train", &mut portfolio.trains.iter().map(|item| &item.id));
    add("change", &mut portfolio.changes.iter().map(|item| &item.id));
    add("deployment", &mut portfolio.deployments.iter().filter_map(|entry| entry.id.as_ref()));
    add("incident", &mut portfolio.incidents.iter().map(|entry| &entry.id));
    add("assessment", &mut portfolio.assessments.iter().map(|item| &item.id));
    add("demand", &mut portfolio.demands.iter().map(|item| &item.id));
    add("run", &mut portfolio.runs.iter().map(|item| &item.id));
    add("person", &mut settings.people.iter().map(|person| &person.id));
    add("team", &mut settings.teams.iter().map(|team| &team.id));
    add("freeze", &mut settings.freezes.iter().map(|freeze| &freeze.id));
    for release in &portfolio.releases {
        let phases = release.phases.iter().map(|phase| &phase.id);
        let milestones = release.milestones.iter().map(|milestone| &milestone.id);
        let nested = phases.chain(milestones).chain(release.gates.iter().map(|gate| &gate.id));
        names.extend(nested.map(|id| format!("{}/{id}", release.id)));
    }
    names
}

impl Object {
    /// The word before the id.
    pub const fn kind(self) -> &'static str {
        match self {
            Self::Release(_) => "release",
            Self::Phase(..) => "phase",
            Self::Milestone(..) => "milestone",
            Self::Gate(..) => "gate",
            Self::Project(_) => "project",
            Self::Environment(_) => "environment",
            Self::Train(_) => "train",
            Self::Change(_) => "change",
            Self::Deployment(_) => "deployment",
            Self::Incident(_) => "incident",
            Self::Assessment(_) => "assessment",
            Self::Demand(_) => "demand",
            Self::Run(_) => "run",
            Self::Person(_) => "person",
            Self::Team(_) => "team",
            Self::Freeze(_) => "freeze",
        }
    }

    /// The id; `release/phase` for what is inside a release.
    pub fn id(self, portfolio: &Portfolio) -> String {
        let settings = &portfolio.settings;
        let inside = |r: usize, id: &str| format!("{}/{id}", portfolio.releases[r].id);
        match self {
            Self::Release(index) => portfolio.releases[index].id.to_string(),
            Self::Phase(r, p) => inside(r, &portfolio.releases[r].phases[p].id),
            Self::Milestone(r, m) => inside(r, &portfolio.releases[r].milestones[m].id),
            Self::Gate(r, g) => inside(r, &portfolio.releases[r].gates[g].id),
            Self::Project(index) => portfolio.projects[index].id.to_string(),
            Self::Environment(index) => portfolio.environments[index].id.to_string(),
            Self::Train(index) => portfolio.trains[index].id.to_string(),
            Self::Change(index) => portfolio.changes[index].id.to_string(),
            Self::Deployment(index) => {
                portfolio.deployments[index].id.as_ref().map(ToString::to_string).unwrap_or_default()
            }
            Self::Incident(index) => portfolio.incidents[index].id.to_string(),
            Self::Assessment(index) => portfolio.assessments[index].id.to_string(),
            Self::Demand(index) => portfolio.demands[index].id.to_string(),
            Self::Run(index) => portfolio.runs[index].id.to_string(),
            Self::Person(index) => settings.people[index].id.to_string(),
            Self::Team(index) => settings.teams[index].id.to_string(),
            Self::Freeze(index) => settings.freezes[index].id.to_string(),
        }
    }

    /// Whether it is an entry of a document that has no id of its own.
    pub const fn is_entry(self) -> bool {
        matches!(self, Self::Deployment(_) | Self::Incident(_) | Self::Person(_) | Self::Team(_) | Self::Freeze(_))
    }

    /// The subject that findings about it have; an entry's document is named by its file, which is left empty here.
    pub fn subject(self, portfolio: &Portfolio) -> Subject {
        let id = self.id(portfolio);
        let inside = |list: &str| {
            let (release, id) = id.split_once('/').unwrap_or(("", &id));
            Subject::new("release", release).at(format!("{list}/{id}"))
        };
        match self {
            Self::Phase(..) => inside("phases"),
            Self::Milestone(..) => inside("milestones"),
            Self::Gate(..) => inside("gates"),
            Self::Deployment(_) => Subject::new("deployments", "").at(format!("entries/{id}")),
            Self::Incident(_) => Subject::new("incidents", "").at(format!("entries/{id}")),
            Self::Person(_) => Subject::new("portfolio", "").at(format!("people/{id}")),
            Self::Team(_) => Subject::new("portfolio", "").at(format!("teams/{id}")),
            Self::Freeze(_) => Subject::new("portfolio", "").at(format!("freezes/{id}")),
            _ => Subject::new(self.kind(), &id),
        }
    }
}
