//! Which events a selection is about.
//!
//! Each question is answered by the event itself where it has an answer of its own, else by the release it belongs to: of a
//! release that uses two environments, `--env` keeps the phases in the one asked for, and the milestones.

use super::{Event, Origin};
use crate::analysis::selection::{Patterns, Selection};
use crate::model::decode::Common;
use crate::model::environment::Environment;
use crate::model::portfolio::Freeze;
use crate::model::release::Release;
use crate::model::{Id, Identified, Portfolio};

/// A selection among the events of a portfolio. Its days are the business of the range.
#[derive(Debug, Clone, Copy)]
pub struct Choice<'p> {
    portfolio: &'p Portfolio,
    selection: &'p Selection,
}

/// What an event, or the release it belongs to, says to a question.
enum Answer<'p> {
    /// It is about everything there is.
    Everything,
    /// It is about these; about nothing when there are none.
    These(Vec<&'p Id>),
}

impl Answer<'_> {
    fn fits(&self, patterns: &Patterns) -> bool {
        match self {
            Self::Everything => true,
            Self::These(ids) => patterns.allow_any(ids.iter().map(|id| &***id)),
        }
    }
}

impl<'p> Choice<'p> {
    /// The choice of a selection.
    pub fn new(portfolio: &'p Portfolio, selection: &'p Selection) -> Self {
        Self { portfolio, selection }
    }

    /// Whether an event is selected.
    pub fn selects(&self, event: &Event<'p>) -> bool {
        let Selection { releases, projects, environments, teams, types, stages, owners, labels, .. } = self.selection;
        let asked = |patterns: &Patterns, answer: fn(&Self, &Event<'p>) -> Answer<'p>| {
            patterns.is_empty() || answer(self, event).fits(patterns)
        };
        asked(releases, |own, event| Answer::These(own.release(event).map(|release| &release.id).into_iter().collect()))
            && asked(types, Self::types)
            && asked(projects, Self::projects)
            && asked(environments, Self::environments)
            && asked(stages, Self::stages)
            && asked(teams, Self::teams)
            && asked(owners, Self::owners)
            && labels.iter().all(|(key, value)| self.labelled(event, key, value))
    }

    fn release(&self, event: &Event<'p>) -> Option<&'p Release> {
        event.release.map(|r| &self.portfolio.releases[r])
    }

    fn freeze(&self, event: &Event<'p>) -> Option<&'p Freeze> {
        match event.origin {
            Origin::Freeze(index) => self.portfolio.settings.freezes.get(index),
            _ => None,
        }
    }

    fn environment(&self, event: &Event<'p>) -> Option<&'p Environment> {
        match event.origin {
            Origin::Environment(index) => Some(&self.portfolio.environments[index]),
            _ => None,
        }
    }

    fn types(&self, event: &Event<'p>) -> Answer<'p> {
        let train = match event.origin {
            Origin::Train(index) => self.portfolio.trains[index].release_type.as_ref(),
            _ => None,
        };
        Answer::These(self.release(event).map(|release| &release.r#type).or(train).into_iter().collect())
    }

    fn projects(&self, event: &Event<'p>) -> Answer<'p> {
        if let Some(freeze) = self.freeze(event) {
            return scope(&freeze.projects);
        }
        match self.environment(event).filter(|_| event.release.is_none()) {
            Some(environment) => environment.projects.as_deref().map_or(Answer::Everything, these),
            None if event.projects.is_empty() => self.release(event).map_or(Answer::These(Vec::new()), |release| {
                Answer::These(release.scope.iter().map(|item| &item.project).collect())
            }),
            None => Answer::These(event.projects.clone()),
        }
    }

    fn environments(&self, event: &Event<'p>) -> Answer<'p> {
        if let Some(freeze) = self.freeze(event) {
            if freeze.environments.is_empty() && !freeze.stages.is_empty() {
                let within = self.portfolio.environments.iter().filter(|it| freeze.stages.contains(&it.stage));
                return Answer::These(within.map(|environment| &environment.id).collect());
            }
            return scope(&freeze.environments);
        }
        if !event.environments.is_empty() {
            return Answer::These(event.environments.clone());
        }
        let Some(release) = self.release(event) else { return Answer::These(Vec::new()) };
        let deployment = release.deployment.iter().flat_map(|deployment| &deployment.environments);
        let phases = release.phases.iter().flat_map(|phase| &phase.environments).map(|used| &used.id);
        Answer::These(phases.chain(deployment).collect())
    }

    fn stages(&self, event: &Event<'p>) -> Answer<'p> {
        if let Some(freeze) = self.freeze(event).filter(|freeze| !freeze.stages.is_empty()) {
            return these(&freeze.stages);
        }
        match self.environments(event) {
            Answer::Everything => Answer::Everything,
            Answer::These(ids) => Answer::These(ids.into_iter().filter_map(|id| self.portfolio.stage_of(id)).collect()),
        }
    }

    fn teams(&self, event: &Event<'p>) -> Answer<'p> {
        if let Some(freeze) = self.freeze(event) {
            return scope(&freeze.teams);
        }
        if let Some(team) = event.team {
            return Answer::These(vec![team]);
        }
        match self.release(event) {
            Some(release) => {
                let teams = release.phases.iter().filter_map(|phase| phase.team.as_ref());
                Answer::These(teams.chain(release.common().owner()).collect())
            }
            None => self.owners(event),
        }
    }

    fn owners(&self, event: &Event<'p>) -> Answer<'p> {
        let release = || self.release(event).and_then(|release| release.common().owner());
        let owner = event.owner.or_else(release).or_else(|| self.common(event).and_then(Common::owner));
        Answer::These(owner.into_iter().collect())
    }

    /// What the object that the event belongs to says beside its fields.
    fn common(&self, event: &Event<'p>) -> Option<&'p Common> {
        Some(match event.origin {
            Origin::Release(index) => self.portfolio.releases[index].common(),
            Origin::Freeze(_) => &self.freeze(event)?.common,
            Origin::Environment(index) => self.portfolio.environments[index].common(),
            Origin::Train(index) => self.portfolio.trains[index].common(),
            Origin::Change(index) => self.portfolio.changes[index].common(),
        })
    }

    /// Whether the object of the event, or the release it belongs to, carries a label. The labels of a freeze are a scope.
    fn labelled(&self, event: &Event<'p>, key: &str, value: &Patterns) -> bool {
        let carries = |common: &Common| common.labels().iter().any(|(name, text)| **name == *key && value.allow(text));
        let everything = self.freeze(event).is_some_and(|freeze| freeze.common.labels().is_empty());
        everything
            || self.common(event).is_some_and(carries)
            || self.release(event).is_some_and(|release| carries(release.common()))
    }
}

fn these(ids: &[Id]) -> Answer<'_> {
    Answer::These(ids.iter().collect())
}

/// A scope that names nothing holds for everything.
fn scope(ids: &[Id]) -> Answer<'_> {
    if ids.is_empty() { Answer::Everything } else { these(ids) }
}
