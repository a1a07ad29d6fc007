//! What only other deployments or another version change, or working days: hosting, stages, soak, version requirements.

use chrono::{DateTime, Utc};

use super::{Case, Checked, Found, Obstacle, before, count, from, shipped_with};
use crate::analysis::promotion::{self, Traveller, Visit};
use crate::analysis::windows::{Stretch, always};
use crate::diagnostic::Span;
use crate::model::Identified;
use crate::model::environment::Use;
use crate::model::project::Project;
use crate::model::version::{Requirement, canonical};
use crate::time::{Interval, zone};

impl<'p> Case<'p> {
    fn project(&self) -> &'p str {
        self.question.project.id.as_str()
    }

    /// `` `ledger` 4.2.0 ``.
    fn name(&self) -> String {
        match self.question.version {
            Some(version) => format!("`{}` {version}", self.project()),
            None => format!("`{}`", self.project()),
        }
    }

    fn is_emergency(&self) -> bool {
        self.release.is_some_and(|release| self.facts.portfolio.is_emergency(&release.r#type))
    }

    fn visits(&self) -> Vec<Visit<'p>> {
        self.question.release.map_or_else(Vec::new, |release| promotion::visits(self.facts.portfolio, release))
    }

    /// Since when this version has been in the environment: going back to it, it need not go through the stages again.
    fn known_since(&self) -> DateTime<Utc> {
        let history = self.facts.installed.history(&self.place.id, self.project());
        let version = self.question.version.map(canonical);
        let same = history.iter().find(|entry| Some(canonical(&entry.record.version)) == version);
        same.map_or(always().end, |entry| entry.at)
    }

    /// Up to an instant, or up to where the version was in the environment already.
    fn unknown_before(&self, end: DateTime<Utc>) -> Vec<Stretch> {
        before(end.min(self.known_since())).into_iter().collect()
    }

    fn obstacle(&self, rule: &'static str, times: Vec<Stretch>, message: String, span: Span, path: &str) -> Obstacle {
        Obstacle { rule, times, message, span, subject: self.place.subject().at(path) }
    }
}

/// Whether the environment hosts the project at all.
pub fn hosted(case: &Case<'_>) -> Found {
    let rule = "not-hosted";
    let checked = Checked { rule, what: "what it hosts".to_owned() };
    if case.place.hosts(case.project()) {
        return (Vec::new(), checked);
    }
    let message = format!("`{}` does not host `{}`", case.place.id, case.project());
    (vec![case.obstacle(rule, vec![always()], message, case.place.id.span, "projects")], checked)
}

/// The stages that the version must have been in before: those its type of release demands, by records, or by the plan
/// where no records of the stage are kept; without demands, any that records are kept of.
pub fn promoted(case: &Case<'_>) -> Found {
    let rule = "promotion-order";
    let portfolio = case.facts.portfolio;
    let nothing = |what: &str| (Vec::new(), Checked { rule, what: what.to_owned() });
    let order = portfolio.stage_order(&case.place.stage).unwrap_or(0);
    if order == 0 {
        return nothing("no stage before");
    }
    let Some(version) = case.question.version else { return nothing("no stage, for the version is not known") };
    // Records that could not be read may hold what is missing.
    if portfolio.damage.may_name(case.project()) {
        return nothing("no stage, for some records cannot be read");
    }
    let installed = case.facts.installed;
    let demanded = case.release.map_or_else(Vec::new, |release| promotion::demanded(portfolio, &release.r#type));
    let demanded: Vec<usize> = demanded.into_iter().map(|(stage, _)| stage).filter(|stage| *stage < order).collect();
    let place = case.place.stage.span;
    let name = |stage: usize| &portfolio.settings.stages[stage];
    if demanded.is_empty() {
        let kept = (0..order).filter_map(|stage| installed.kept_since(stage, case.project())).min();
        let Some(kept) = kept.filter(|_| !case.is_emergency()) else { return nothing("no stage demanded") };
        let first =
            (0..order).filter_map(|stage| installed.first(stage, case.project(), version)).map(|first| first.at);
        let until = first.min().unwrap_or(always().end).min(case.known_since());
        let message = format!("{} has been in no stage before `{}`", case.name(), case.place.stage);
        let times = Interval::new(kept, until).into_iter().collect();
        let checked = Checked { rule, what: "any stage before".to_owned() };
        return (vec![case.obstacle(rule, times, message, place, "stage")], checked);
    }
    let visits = case.visits();
    let checked = Checked { rule, what: count(demanded.len(), "demanded stage") };
    let obstacle = |stage: usize| {
        if let Some(first) = installed.first(stage, case.project(), version) {
            let message = format!("{} has not been in `{}` yet", case.name(), name(stage));
            return case.obstacle(rule, case.unknown_before(first.at), message, place, "stage");
        }
        let end = always().end;
        if installed.kept_since(stage, case.project()).is_some() {
            let message = format!("no record says that {} has been in `{}`", case.name(), name(stage));
            return case.obstacle(rule, case.unknown_before(end), message, place, "stage");
        }
        let there = visits.iter().filter(|visit| visit.stage == stage && visit.used.r#use == Use::Code);
        let begins = there.filter_map(|visit| {
            let day = promotion::start(portfolio, case.facts.schedule, visit.release, visit.phase)?;
            let place = portfolio.environments.get(&visit.used.id)?;
            Some(zone::start_of_day(day, portfolio.zone_of(place)))
        });
        match begins.min() {
            Some(begins) => {
                let message = format!("{} comes to `{}` first", case.name(), name(stage));
                case.obstacle(rule, case.unknown_before(begins), message, place, "stage")
            }
            None => {
                let message = format!("{} skips `{}`, which its type of release demands", case.name(), name(stage));
                case.obstacle("stage-skipped", case.unknown_before(end), message, place, "stage")
            }
        }
    };
    (demanded.into_iter().map(obstacle).collect(), checked)
}

/// The working time that the version must have spent in the nearest stage before where a record or a phase has it.
pub fn soaked(case: &Case<'_>) -> Found {
    let rule = "soak-too-short";
    let portfolio = case.facts.portfolio;
    let nothing = |what: &str| (Vec::new(), Checked { rule, what: what.to_owned() });
    let Some(soak) = &case.place.soak else { return nothing("no soak") };
    if case.is_emergency() {
        return nothing("no soak, for it is an emergency");
    }
    let visits = case.visits();
    let who = Traveller { project: Some(case.project()), version: case.question.version, visits: &visits };
    let order = portfolio.stage_order(&case.place.stage).unwrap_or(0);
    let stay = promotion::stay_before(portfolio, case.facts.schedule, case.facts.installed, who, order, None);
    let Some(stay) = stay else { return nothing("no soak, for nothing is known of the stages before") };
    let calendar = promotion::soak_calendar(portfolio, case.release);
    let ready = promotion::soak_ends(calendar, soak.value.0, stay.since);
    let ready = zone::start_of_day(ready, portfolio.zone_of(case.place));
    let stage = &portfolio.settings.stages[stay.stage];
    let word = if stay.record.is_some() { "is in" } else { "comes to" };
    let message =
        format!("{} {word} `{stage}` from {} on; `{}` asks for {soak} there", case.name(), stay.since, case.place.id);
    let obstacle = case.obstacle(rule, case.unknown_before(ready), message, soak.span, "soak");
    (vec![obstacle], Checked { rule, what: format!("a soak of {soak}") })
}

/// What the project needs of what is beside it, and what is beside it needs of the project.
pub fn requirements(case: &Case<'_>) -> Found {
    let rule = "version-requirement";
    let portfolio = case.facts.portfolio;
    let mut found = Vec::new();
    let mut looked_at = 0;
    for project in &portfolio.projects {
        for dependency in &project.depends_on {
            let Some(requirement) = &dependency.version else { continue };
            let needs = project.id == case.question.project.id;
            let is_needed = *dependency.project == *case.project();
            if !needs && !is_needed || portfolio.damage.touches(project.span) {
                continue;
            }
            looked_at += 1;
            let (times, message) = if needs {
                needed(case, &dependency.project, &requirement.value)
            } else {
                needing(case, project, &requirement.value)
            };
            let subject = project.subject().at("depends_on");
            found.push(Obstacle { rule, times, message, span: requirement.span, subject });
        }
    }
    (found, Checked { rule, what: count(looked_at, "version requirement") })
}

/// When what is beside it, or ships with it, is not what it needs.
fn needed(case: &Case<'_>, other: &str, requirement: &Requirement) -> (Vec<Stretch>, String) {
    let needs = format!("`{}` needs `{other}` {requirement}", case.project());
    let release = case.question.release;
    if let Some(version) = release.and_then(|release| shipped_with(case.facts.portfolio, release, other)) {
        let times = if requirement.holds(version) { Vec::new() } else { vec![always()] };
        return (times, format!("{needs}, and {version} ships with it"));
    }
    let history = case.facts.installed.history(&case.place.id, other);
    let ends = history.iter().skip(1).map(|next| next.at).chain([always().end]);
    let wrong = history.iter().zip(ends).filter(|(entry, _)| !requirement.holds(&entry.record.version));
    let times = Interval::merge(wrong.filter_map(|(entry, end)| Interval::new(entry.at, end)).collect());
    let now = case.facts.installed.at(&case.place.id, other, case.at);
    let has = now.map_or_else(String::new, |entry| format!(", and {} is in `{}`", entry.record.version, case.place.id));
    (times, needs + &has)
}

/// When something that needs another version of it is beside it.
fn needing(case: &Case<'_>, other: &Project, requirement: &Requirement) -> (Vec<Stretch>, String) {
    let message = format!("`{}`, which is in `{}`, needs `{}` {requirement}", other.id, case.place.id, case.project());
    let fits = case.question.version.is_none_or(|version| requirement.holds(version));
    let first = case.facts.installed.history(&case.place.id, &other.id).first().filter(|_| !fits);
    (first.and_then(|first| from(first.at)).into_iter().collect(), message)
}
