//! Which releases and environments a command looks at.

mod changes;
mod environments;

use chrono::NaiveDate;
use globset::{GlobBuilder, GlobMatcher};

use super::schedule::ReleaseSchedule;
use crate::diagnostic::suggest;
use crate::model::release::Release;
use crate::model::{Identified, Portfolio};

/// What `--release`, `--project` and their like ask for. Different questions must all be answered yes; the patterns of one
/// question widen it; a question without patterns is not asked.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// Ids of releases.
    pub releases: Patterns,
    /// Projects in the scope.
    pub projects: Patterns,
    /// Environments that phases or the deployment use.
    pub environments: Patterns,
    /// Teams of phases, or the owner.
    pub teams: Patterns,
    /// Types of release.
    pub types: Patterns,
    /// Stages of those environments.
    pub stages: Patterns,
    /// Labels of the release: key, and pattern of the value.
    pub labels: Vec<(String, Patterns)>,
    /// Owners, as ids.
    pub owners: Patterns,
    /// The first day that matters.
    pub from: Option<NaiveDate>,
    /// The last day that matters.
    pub to: Option<NaiveDate>,
}

/// Ids with `*`, `?`, `[…]` and `{…,…}`; upper and lower case differ.
#[derive(Debug, Clone, Default)]
pub struct Patterns {
    written: Vec<String>,
    matchers: Vec<GlobMatcher>,
}

/// A pattern that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatternError {
    /// The pattern as written.
    pub pattern: String,
    /// What is wrong with it.
    pub why: String,
}

/// An id that a selection names and that does not exist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownName {
    /// What it should be the id of: `release`, `project`, ….
    pub what: &'static str,
    /// The id as written.
    pub name: String,
    /// Why, or the nearest that exist, as a sentence.
    pub hint: Option<String>,
}

impl Patterns {
    /// Compiles patterns.
    pub fn new(written: &[String]) -> Result<Self, PatternError> {
        let compile = |pattern: &String| {
            let glob = GlobBuilder::new(pattern).build();
            glob.map(|glob| glob.compile_matcher())
                .map_err(|error| PatternError { pattern: pattern.clone(), why: error.kind().to_string() })
        };
        Ok(Self { written: written.to_vec(), matchers: written.iter().map(compile).collect::<Result<_, _>>()? })
    }

    /// Whether nothing is asked.
    pub fn is_empty(&self) -> bool {
        self.matchers.is_empty()
    }

    /// Whether one of the patterns fits; without patterns everything does.
    pub fn allow(&self, id: &str) -> bool {
        self.is_empty() || self.matchers.iter().any(|matcher| matcher.is_match(id))
    }

    /// Whether one of the ids fits one of the patterns; without patterns always.
    pub fn allow_any<'a>(&self, ids: impl IntoIterator<Item = &'a str>) -> bool {
        self.is_empty() || ids.into_iter().any(|id| self.allow(id))
    }

    /// Names that are no globs.
    fn plain(&self) -> impl Iterator<Item = &String> {
        self.written.iter().filter(|text| !text.contains(['*', '?', '[', '{']))
    }
}

impl Selection {
    /// Whether nothing is asked, so that everything is selected.
    pub fn is_empty(&self) -> bool {
        let Self { releases, projects, environments, teams, types, stages, labels, owners, from, to } = self;
        [releases, projects, environments, teams, types, stages, owners].iter().all(|patterns| patterns.is_empty())
            && labels.is_empty()
            && from.is_none()
            && to.is_none()
    }

    /// Whether a release is selected. `dates` decide on `from` and `to`: its planned span must touch them; a release
    /// without dates is then not selected.
    pub fn selects(&self, portfolio: &Portfolio, release: &Release, dates: &ReleaseSchedule) -> bool {
        let environments = || {
            let deployment = release.deployment.iter().flat_map(|deployment| deployment.environments.iter());
            let phases = release.phases.iter().flat_map(|phase| &phase.environments).map(|used| &used.id);
            phases.chain(deployment).map(|id| &**id)
        };
        let owner = release.common().owner().map(|id| &**id);
        let teams = release.phases.iter().filter_map(|phase| phase.team.as_deref()).chain(owner);
        let stages = environments().filter_map(|id| portfolio.stage_of(id)).map(|stage| &**stage);
        self.releases.allow(&release.id)
            && self.types.allow(&release.r#type)
            && self.projects.allow_any(release.scope.iter().map(|item| &*item.project))
            && self.environments.allow_any(environments())
            && self.teams.allow_any(teams)
            && self.stages.allow_any(stages)
            && self.owners.allow_any(owner)
            && self.labels.iter().all(|(key, value)| {
                release.common().labels().iter().any(|(name, text)| **name == **key && value.allow(text))
            })
            && self.touches(dates)
    }

    fn touches(&self, dates: &ReleaseSchedule) -> bool {
        let end = dates.planned_end;
        let start = dates.planned_start.or(end);
        self.from.is_none_or(|from| end.is_some_and(|end| end >= from))
            && self.to.is_none_or(|to| start.is_some_and(|start| start <= to))
    }

    /// The first id that is named in full and does not exist.
    pub fn unknown(&self, portfolio: &Portfolio) -> Option<UnknownName> {
        let settings = &portfolio.settings;
        let teams: Vec<&str> = settings.teams.iter().map(|team| &*team.id).collect();
        let owners: Vec<&str> = teams.iter().copied().chain(settings.people.iter().map(|person| &*person.id)).collect();
        let types: Vec<&str> = super::back_schedule::DEFAULT_TYPES
            .into_iter()
            .chain(settings.release_types.iter().map(|(name, _)| &**name))
            .collect();
        let stages: Vec<&str> = settings.stages.iter().map(|stage| &**stage).collect();
        let mut found = unknown("release", &self.releases, &ids(portfolio.releases.iter()))
            .or_else(|| unknown("project", &self.projects, &ids(portfolio.projects.iter())))
            .or_else(|| unknown("environment", &self.environments, &ids(portfolio.environments.iter())))
            .or_else(|| unknown("team", &self.teams, &teams))
            .or_else(|| unknown("release type", &self.types, &types))
            .or_else(|| unknown("stage", &self.stages, &stages))
            .or_else(|| unknown("person or team", &self.owners, &owners))?;
        if portfolio.damage.lost(&found.name) {
            found.hint = Some("its manifest cannot be read; see `relm check`".to_owned());
        }
        Some(found)
    }
}

fn ids<'p, T: Identified + 'p>(items: impl Iterator<Item = &'p T>) -> Vec<&'p str> {
    items.map(|item| &**item.id()).collect()
}

fn unknown(what: &'static str, asked: &Patterns, known: &[&str]) -> Option<UnknownName> {
    let name = asked.plain().find(|name| !known.contains(&name.as_str()))?;
    let hint = suggest::did_you_mean(name, known.iter().copied())
        .or_else(|| matches!(known.len(), 1..=6).then(|| format!("known here: {}", known.join(", "))));
    Some(UnknownName { what, name: name.clone(), hint })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn patterns(written: &[&str]) -> Patterns {
        Patterns::new(&written.iter().map(|&text| text.to_owned()).collect::<Vec<_>>()).unwrap()
    }

    #[test]
    fn a_question_without_patterns_is_not_asked() {
        assert!(patterns(&[]).allow("anything"));
        assert!(patterns(&[]).allow_any([]));
        assert!(!patterns(&["a"]).allow_any([]));
    }

    #[test]
    fn repeated_patterns_widen_the_choice() {
        let some = patterns(&["core-*", "ledger"]);
        assert!(some.allow("core-banking") && some.allow("ledger"));
        assert!(!some.allow("Ledger") && !some.allow("cards"));
        assert_eq!(some.plain().collect::<Vec<_>>(), ["ledger"]);
    }

    #[test]
    fn a_broken_pattern_says_so() {
        let error = Patterns::new(&["core-[".to_owned()]).unwrap_err();
        assert_eq!(error.pattern, "core-[");
        assert!(!error.why.is_empty());
    }

    #[test]
    fn days_touch_the_planned_span() {
        let day = |text: &str| Some(text.parse().unwrap());
        let dates = ReleaseSchedule {
            planned_start: day("2026-03-02"),
            planned_end: day("2026-03-06"),
            ..ReleaseSchedule::default()
        };
        let touches = |from: Option<_>, to: Option<_>| Selection { from, to, ..Selection::default() }.touches(&dates);
        assert!(touches(None, None) && touches(day("2026-03-06"), None) && touches(None, day("2026-03-02")));
        assert!(!touches(day("2026-03-07"), None) && !touches(None, day("2026-03-01")));
        let undated = ReleaseSchedule::default();
        assert!(!Selection { from: day("2026-03-01"), ..Selection::default() }.touches(&undated));
    }
}
