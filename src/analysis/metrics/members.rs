//! Who belongs to what is measured: everything, what a selection leaves, or a group.

use std::collections::BTreeMap;

use super::{Base, Period, Subject};
use crate::analysis::schedule::ReleaseSchedule;
use crate::analysis::selection::Selection;
use crate::choice;
use crate::model::release::Release;
use crate::model::{Id, Portfolio};

choice! {
    /// What groups are made by.
    pub enum By {
        /// A group for each project.
        Project = "project",
        /// For each team: the owner of the project or release, a person standing for their team.
        Team = "team",
        /// For each type of release.
        Type = "type",
        /// For each environment.
        Environment = "environment",
        /// For each stage.
        Stage = "stage",
    }
}

impl By {
    /// Whether what is made from these records can be told apart like this.
    pub const fn splits(self, subject: Subject) -> bool {
        match self {
            Self::Project | Self::Team => {
                matches!(subject, Subject::Deployment | Subject::Release | Subject::Change | Subject::Pipeline)
            }
            Self::Type => matches!(subject, Subject::Deployment | Subject::Release | Subject::Change),
            Self::Environment | Self::Stage => matches!(subject, Subject::Deployment | Subject::Environment),
        }
    }
}

/// The records that belong, by index, each list sorted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Members {
    /// Of [`Base::shipped`].
    pub shipped: Vec<usize>,
    /// Releases.
    pub releases: Vec<usize>,
    /// Changes.
    pub changes: Vec<usize>,
    /// Incidents.
    pub incidents: Vec<usize>,
    /// Environments.
    pub environments: Vec<usize>,
    /// Runs of pipelines.
    pub pipelines: Vec<usize>,
    /// Whether these are all there are, so that what is about the whole is about them.
    pub is_whole: bool,
}

impl Members {
    /// All of them.
    pub fn all(base: &Base<'_>) -> Self {
        let portfolio = base.portfolio();
        Self {
            shipped: (0..base.shipped.len()).collect(),
            releases: (0..portfolio.releases.len()).collect(),
            changes: (0..portfolio.changes.len()).collect(),
            incidents: (0..portfolio.incidents.len()).collect(),
            environments: (0..portfolio.environments.len()).collect(),
            pipelines: (0..portfolio.pipelines.len()).collect(),
            is_whole: true,
        }
    }

    /// What a selection leaves. A deployment is selected by its project, environment, release and days; a team by the owner of
    /// the project; an incident and a run by their project.
    pub fn selected(base: &Base<'_>, selection: &Selection) -> Self {
        if selection.is_empty() {
            return Self::all(base);
        }
        let portfolio = base.portfolio();
        let chosen =
            |number: usize, wanted: &dyn Fn(usize) -> bool| (0..number).filter(|index| wanted(*index)).collect();
        let release = |r: usize| selection.selects(portfolio, &portfolio.releases[r], &base.schedule().releases[r]);
        let shipped = |place: usize| {
            let it = &base.shipped[place];
            by_release(portfolio, selection, it.release)
                && by_project(portfolio, selection, Some(&it.record.project))
                && selection.environments.allow(&it.record.environment)
                && selection.stages.allow_any(portfolio.stage_of(&it.record.environment).map(|stage| &**stage))
                && selection.from.is_none_or(|from| it.day >= from)
                && selection.to.is_none_or(|to| it.day <= to)
        };
        let is_about_releases = !selection.releases.is_empty() || !selection.types.is_empty();
        let incident = |index: usize| {
            let it = &portfolio.incidents[index];
            let place = it.environment.as_ref();
            let day = base.incident_day(it);
            !is_about_releases
                && by_project(portfolio, selection, it.project.as_ref())
                && selection.environments.allow_any(place.map(|id| &**id))
                && selection.stages.allow_any(place.and_then(|id| portfolio.stage_of(id)).map(|stage| &**stage))
                && selection.from.is_none_or(|from| day >= from)
                && selection.to.is_none_or(|to| day <= to)
        };
        let is_about_places = !selection.environments.is_empty() || !selection.stages.is_empty();
        let pipeline = |index: usize| {
            let it = &portfolio.pipelines[index];
            !is_about_releases && !is_about_places && by_project(portfolio, selection, Some(&it.project))
        };
        Self {
            shipped: chosen(base.shipped.len(), &shipped),
            releases: chosen(portfolio.releases.len(), &release),
            changes: chosen(portfolio.changes.len(), &|c| {
                selection.selects_change(portfolio, &base.changes, c, base.today())
            }),
            incidents: chosen(portfolio.incidents.len(), &incident),
            environments: chosen(portfolio.environments.len(), &|e| {
                selection.selects_environment(portfolio, e, base.input.occupancy)
            }),
            pipelines: chosen(portfolio.pipelines.len(), &pipeline),
            is_whole: false,
        }
    }

    /// The groups these members fall into, by name. A release and a change belong to the group of each of their projects.
    pub fn groups(&self, base: &Base<'_>, by: By) -> BTreeMap<String, Self> {
        let portfolio = base.portfolio();
        let mut groups: BTreeMap<String, Self> = BTreeMap::new();
        let mut put = |names: Vec<String>, list: fn(&mut Self) -> &mut Vec<usize>, index: usize| {
            for name in names {
                let own = list(groups.entry(name).or_default());
                if own.last() != Some(&index) {
                    own.push(index);
                }
            }
        };
        let of_project = |project: &Id| match by {
            By::Project => Some(project.to_string()),
            By::Team => Some(owning_team(portfolio, project)),
            _ => None,
        };
        let of_release = |release: usize| -> Vec<String> {
            let manifest = &portfolio.releases[release];
            match by {
                By::Project => manifest.scope.iter().map(|item| item.project.to_string()).collect(),
                By::Team => vec![team(portfolio, manifest.common.owner())],
                By::Type => vec![manifest.r#type.to_string()],
                By::Environment | By::Stage => Vec::new(),
            }
        };
        let of_environment = |id: &str| match by {
            By::Environment => Some(id.to_owned()),
            By::Stage => portfolio.stage_of(id).map(ToString::to_string),
            _ => None,
        };
        for &place in &self.shipped {
            let it = &base.shipped[place];
            let by_type = || {
                let kind = it.release.map(|release| portfolio.releases[release].r#type.to_string());
                (by == By::Type).then(|| kind.unwrap_or_else(|| NO_RELEASE.to_owned()))
            };
            let name = of_project(&it.record.project).or_else(|| of_environment(&it.record.environment));
            put(name.or_else(by_type).into_iter().collect(), |group| &mut group.shipped, place);
        }
        for &release in &self.releases {
            put(of_release(release), |group| &mut group.releases, release);
        }
        for &change in &self.changes {
            let own = portfolio.changes[change].project.as_ref().filter(|_| by != By::Type).and_then(of_project);
            let carried = || base.changes.carriers(change).iter().flat_map(|carrier| of_release(carrier.release));
            let names = own.map_or_else(|| carried().collect(), |own| vec![own]);
            put(names, |group| &mut group.changes, change);
        }
        for &incident in &self.incidents {
            let name = portfolio.incidents[incident].project.as_ref().and_then(of_project);
            put(name.into_iter().collect(), |group| &mut group.incidents, incident);
        }
        for &environment in &self.environments {
            let name = of_environment(&portfolio.environments[environment].id);
            put(name.into_iter().collect(), |group| &mut group.environments, environment);
        }
        for &run in &self.pipelines {
            let name = of_project(&portfolio.pipelines[run].project);
            put(name.into_iter().collect(), |group| &mut group.pipelines, run);
        }
        groups
    }

    /// What belongs to any of these.
    pub fn union<'m>(all: impl IntoIterator<Item = &'m Self>) -> Self {
        let mut found = Self::default();
        for one in all {
            found.shipped.extend(&one.shipped);
            found.releases.extend(&one.releases);
            found.changes.extend(&one.changes);
            found.incidents.extend(&one.incidents);
            found.environments.extend(&one.environments);
            found.pipelines.extend(&one.pipelines);
        }
        let Self { shipped, releases, changes, incidents, environments, pipelines, .. } = &mut found;
        for list in [shipped, releases, changes, incidents, environments, pipelines] {
            list.sort_unstable();
            list.dedup();
        }
        found
    }

    /// The projects that were deployed in a period: what a value over all of them blends.
    pub fn blended(&self, base: &Base<'_>, period: Period) -> usize {
        let counting = self.shipped.iter().map(|&place| &base.shipped[place]);
        let counting = counting.filter(|it| it.counts() && period.contains(it.day));
        counting.map(|it| it.record.project.as_str()).collect::<std::collections::HashSet<_>>().len()
    }
}

/// What deployments without a release, and things without an owner, are grouped under.
const NO_RELEASE: &str = "(no release)";
const NO_TEAM: &str = "(no team)";

/// The team of an owner; a person stands for the team they are in.
fn team(portfolio: &Portfolio, owner: Option<&Id>) -> String {
    let found = owner.and_then(|owner| {
        let of_person = || portfolio.person(owner)?.team.as_ref().and_then(|team| portfolio.team(team));
        portfolio.team(owner).or_else(of_person)
    });
    found.map_or_else(|| NO_TEAM.to_owned(), |team| team.id.to_string())
}

fn owning_team(portfolio: &Portfolio, project: &str) -> String {
    team(portfolio, portfolio.projects.get(project).and_then(|project| project.common.owner()))
}

/// What a selection asks of the release of a record.
fn by_release(portfolio: &Portfolio, selection: &Selection, release: Option<usize>) -> bool {
    let asked =
        Selection { releases: selection.releases.clone(), types: selection.types.clone(), ..Selection::default() };
    let fits = |release: &Release| asked.selects(portfolio, release, &ReleaseSchedule::default());
    asked.is_empty() || release.is_some_and(|release| fits(&portfolio.releases[release]))
}

/// What a selection asks of the project of a record.
fn by_project(portfolio: &Portfolio, selection: &Selection, project: Option<&Id>) -> bool {
    let manifest = project.and_then(|id| portfolio.projects.get(id));
    let owner = manifest.and_then(|manifest| manifest.common.owner()).map(|owner| &**owner);
    let team = project.map(|project| owning_team(portfolio, project));
    let labels = manifest.map_or(&[][..], |manifest| manifest.common.labels());
    selection.projects.allow_any(project.map(|id| &**id))
        && selection.teams.allow_any(team.as_deref().into_iter().chain(owner))
        && selection.owners.allow_any(owner)
        && selection
            .labels
            .iter()
            .all(|(key, value)| labels.iter().any(|(name, text)| **name == **key && value.allow(text)))
}
