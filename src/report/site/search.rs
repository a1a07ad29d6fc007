//! What the search of the site finds.

use serde::Serialize;

use super::Site;
use crate::model::Identified;
use crate::model::decode::Common;

/// Characters of a name that are kept.
const NAME: usize = 60;

/// Something to find.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// What it is: `release`, `environment`, `project`, `person`, `team`, `change`, `incident`, `phase`, `gate`, `milestone`.
    pub kind: &'static str,
    /// The id; `release/phase` for what is inside a release.
    pub id: String,
    /// The name for people, cut where it is long.
    pub name: Option<String>,
    /// The page that shows it, as kind and id.
    pub page: (&'static str, String),
}

impl Site<'_> {
    /// Everything to find, what matters most first, so that an index that must be short can end anywhere.
    pub fn search(&self) -> Vec<Entry> {
        let portfolio = self.portfolio();
        let mut entries = Vec::new();
        let mut add = |kind: &'static str, id: &str, common: &Common, page: (&'static str, &str)| {
            let name =
                common.name().filter(|name| !name.trim().is_empty()).map(|name| name.chars().take(NAME).collect());
            entries.push(Entry { kind, id: id.to_owned(), name, page: (page.0, page.1.to_owned()) });
        };
        for project in &portfolio.projects {
            add("project", project.id(), project.common(), ("project", project.id()));
        }
        for environment in &portfolio.environments {
            add("environment", environment.id(), environment.common(), ("environment", environment.id()));
        }
        for team in &portfolio.settings.teams {
            add("team", &team.id, &team.common, ("person", &team.id));
        }
        for person in &portfolio.settings.people {
            add("person", &person.id, &person.common, ("person", &person.id));
        }
        let (over, open): (Vec<usize>, Vec<usize>) = (0..portfolio.releases.len()).partition(|&r| self.rows[r].over);
        // What ships last is looked for first.
        let mut over = over;
        over.sort_by_key(|&r| std::cmp::Reverse(self.rows[r].end));
        for r in open.iter().chain(&over) {
            let release = &portfolio.releases[*r];
            add("release", &release.id, release.common(), ("release", &release.id));
        }
        for change in &portfolio.changes {
            let carrier = change.release.as_deref().filter(|id| portfolio.releases.contains(id));
            let project = change.project.as_deref().filter(|id| portfolio.projects.contains(id));
            let page = carrier.map(|id| ("release", id)).or(project.map(|id| ("project", id)));
            if let Some(page) = page {
                add("change", &change.id, change.common(), page);
            }
        }
        for incident in &portfolio.incidents {
            if let Some(project) = incident.project.as_deref().filter(|id| portfolio.projects.contains(id)) {
                add("incident", &incident.id, &incident.common, ("project", project));
            }
        }
        for r in open {
            let release = &portfolio.releases[r];
            for phase in &release.phases {
                add("phase", &format!("{}/{}", release.id, phase.id), &phase.common, ("release", &release.id));
            }
            for gate in &release.gates {
                add("gate", &format!("{}/{}", release.id, gate.id), &gate.common, ("release", &release.id));
            }
            for stone in &release.milestones {
                add("milestone", &format!("{}/{}", release.id, stone.id), &stone.common, ("release", &release.id));
            }
        }
        entries
    }
}
