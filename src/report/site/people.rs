//! What people and teams own, and what waits for them.

use std::collections::{HashMap, HashSet};

use serde::Serialize;

use super::needs::Need;
use super::{ReleaseRow, Site};
use crate::model::Identified;
use crate::model::decode::Common;
use crate::report::show::Source;

/// The page of a person or a team. Addresses of e-mail and keys are left out: more people may read pages than manifests.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct PersonPage {
    /// The id; people and teams share one space of them.
    pub id: String,
    /// Whether it is a team.
    pub is_team: bool,
    /// The name for people.
    pub name: Option<String>,
    /// The team of a person.
    pub team: Option<String>,
    /// The roles of a person.
    pub roles: Vec<String>,
    /// The people of a team.
    pub members: Vec<String>,
    /// What waits for them within two weeks, by day.
    pub needs: Vec<Need>,
    /// The releases they own that are not over, by their end.
    pub releases: Vec<ReleaseRow>,
    /// The projects they own.
    pub projects: Vec<String>,
    /// The environments they own.
    pub environments: Vec<String>,
    /// Where they are written.
    pub source: Option<Source>,
}

impl Site<'_> {
    /// Every person and every team, as written.
    pub fn people(&self, needs: &[Need]) -> Vec<PersonPage> {
        let portfolio = self.portfolio();
        let settings = &portfolio.settings;
        let page = |id: &crate::model::Id, common: &Common| PersonPage {
            id: id.to_string(),
            name: common.name().map(str::to_owned),
            source: self.gates().source(id.span),
            ..PersonPage::default()
        };
        let people = settings.people.iter().map(|person| PersonPage {
            team: person.team.as_ref().map(ToString::to_string),
            roles: person.roles.iter().map(ToString::to_string).collect(),
            ..page(&person.id, &person.common)
        });
        let teams = settings.teams.iter().map(|team| PersonPage {
            is_team: true,
            members: settings
                .people
                .iter()
                .filter(|person| person.team.as_ref() == Some(&team.id))
                .map(|person| person.id.to_string())
                .collect(),
            ..page(&team.id, &team.common)
        });
        let mut pages: Vec<PersonPage> = people.chain(teams).collect();
        // An id that is there twice is a fault that rules tell; it has one page.
        let mut known = HashSet::new();
        pages.retain(|page| known.insert(page.id.clone()));
        let places: HashMap<String, usize> =
            pages.iter().enumerate().map(|(place, page)| (page.id.clone(), place)).collect();
        let mut open: Vec<&ReleaseRow> = self.rows.iter().filter(|row| !row.over).collect();
        open.sort_by(|a, b| (a.end.is_none(), a.end, &a.id).cmp(&(b.end.is_none(), b.end, &b.id)));
        for row in open {
            if let Some(&place) = row.owner.as_ref().and_then(|owner| places.get(owner)) {
                pages[place].releases.push(row.clone());
            }
        }
        let find = |common: &Common| places.get(common.owner()?.as_str()).copied();
        for project in &portfolio.projects {
            if let Some(place) = find(project.common()) {
                pages[place].projects.push(project.id().to_string());
            }
        }
        for environment in &portfolio.environments {
            if let Some(place) = find(environment.common()) {
                pages[place].environments.push(environment.id().to_string());
            }
        }
        for need in needs {
            for place in need.who.iter().filter_map(|who| places.get(who)) {
                pages[*place].needs.push(need.clone());
            }
        }
        pages
    }
}
