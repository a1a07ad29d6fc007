//! What only other deployments or another version change, or working days: hosting, stages, soak, version requirements.

use chrono::{DateTime, Utc};

use super::{Case, Checked, Facts, Found, Obstacle, before, count, from, shipped_with};
use crate::analysis::promotion::{self, Traveller, Visit};
use crate::analysis::windows::{Stretch, always};
use crate::diagnostic::{Span, Subject};
use crate::model::environment::Use;
use crate::model::project::Project;
use crate::model::version::{Requirement, canonical};
use crate::model::{Id, Identified, Kind};
use crate::time::{Interval, plus_days, zone};

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

    pub(super) fn is_emergency(&self) -> bool {
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

/// The stages that the version must have been in before: those its type of release demands, else any that records are kept
/// of. Records say where it has been; the plan says where it will be, and where no records are kept, where it has been.
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
    let demanded: Vec<(usize, &Id)> = demanded.into_iter().filter(|(stage, _)| *stage < order).collect();
    let visits = case.visits();
    let arrival = |stage: usize| arrival(case, &visits, stage, version);
    let checked = Checked { rule, what: count(demanded.len(), "demanded stage") };
    if demanded.is_empty() {
        let kept = (0..order).filter_map(|stage| installed.kept_since(stage, case.project())).min();
        let Some(kept) = kept.filter(|_| !case.is_emergency()) else { return (Vec::new(), checked) };
        let until = (0..order).filter_map(arrival).min().unwrap_or(always().end).min(case.known_since());
        let message = format!("{} has been in no stage before `{}`", case.name(), case.place.stage);
        let times = Interval::new(kept, until).into_iter().collect();
        let obstacle = case.obstacle(rule, times, message, case.place.stage.span, "stage");
        return (vec![obstacle], Checked { rule, what: "any stage before".to_owned() });
    }
    let mut found = Vec::new();
    let (mut unrecorded, mut skipped) = (Vec::new(), Vec::new());
    for &(stage, id) in &demanded {
        if let Some(there) = arrival(stage) {
            let message = format!("{} is not in `{id}` yet", case.name());
            found.push(demand(case, rule, there, message, id));
        } else if installed.kept_since(stage, case.project()).is_some() {
            unrecorded.push(id);
        } else {
            skipped.push(id);
        }
    }
    let (unrecorded_words, skipped_words) = ("no record says that it has been in", "no phase and no record has it in");
    for (rule, stages, words) in [(rule, unrecorded, unrecorded_words), ("stage-skipped", skipped, skipped_words)] {
        if let Some(first) = stages.first() {
            let names: Vec<String> = stages.iter().map(|id| format!("`{}`", id.as_str())).collect();
            let message = format!("{} must go through the stages before: {words} {}", case.name(), names.join(", "));
            found.push(demand(case, rule, always().end, message, first));
        }
    }
    (found, checked)
}

/// An obstacle that stands until an instant and is written where a stage is demanded.
fn demand(case: &Case<'_>, rule: &'static str, until: DateTime<Utc>, message: String, stage: &Id) -> Obstacle {
    let kind = case.release.map_or("", |release| release.r#type.as_str());
    let subject = Subject::new(Kind::Portfolio.as_str(), "").at(format!("release_types/{kind}/stages"));
    Obstacle { rule, times: case.unknown_before(until), message, span: stage.span, subject }
}

/// From when on a version has been in a stage: by its first record, else from the day after its phase there where that is
/// still to come, goes on, or leaves no records.
fn arrival(case: &Case<'_>, visits: &[Visit<'_>], stage: usize, version: &str) -> Option<DateTime<Utc>> {
    let Facts { portfolio, schedule, installed, today, .. } = case.facts;
    if let Some(first) = installed.first(stage, case.project(), version) {
        return Some(first.at);
    }
    let is_kept = installed.kept_since(stage, case.project()).is_some();
    let there = visits.iter().filter(|visit| visit.stage == stage && visit.used.r#use == Use::Code);
    let days = there.filter_map(|visit| {
        let begins = promotion::start(portfolio, schedule, visit.release, visit.phase)?;
        let phase = &portfolio.releases[visit.release].phases[visit.phase];
        let ends = schedule.phase(visit.release, visit.phase).planned.map_or(begins, |dates| dates.end);
        let goes_on = phase.actual_end().is_none() && ends >= today;
        // What has begun where records are kept is for them to say, unless it goes on.
        if is_kept && begins <= today && !goes_on {
            return None;
        }
        let day = plus_days(phase.actual_end().unwrap_or(ends), 1);
        Some(zone::start_of_day(day, portfolio.zone_at(&visit.used.id)))
    });
    days.min()
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
