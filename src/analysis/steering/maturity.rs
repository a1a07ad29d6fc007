//! Maturity: what assessments say over time, and what is measured beside them.
//!
//! Nothing here makes up a score. A practice is known by the words of its name ([`TOPICS`]); what is measured of it is shown
//! beside the written score, and where the score is high and a value is missing or misses its target, that is said.

use crate::analysis::metrics::{
    Definition, Family, Goal, Measured, Record, Scope, Subject, Unit, Verdict, find, verdict,
};
use crate::analysis::steering::improvement::{Standing, actions, standing};
use crate::diagnostic::Span;
use crate::model::records::Assessment;
use crate::model::release::Status;

/// From this score on a practice is said to be managed by what is measured.
pub const MANAGED: u32 = 4;

/// What can be measured of practices whose names have one of these words.
#[derive(Debug, Clone, Copy)]
pub struct Topic {
    /// What a word of the name begins with.
    pub words: &'static [&'static str],
    /// The metrics, and the facts of [`FACTS`].
    pub measures: &'static [&'static str],
}

const fn topic(words: &'static [&'static str], measures: &'static [&'static str]) -> Topic {
    Topic { words, measures }
}

/// Practices and what shows how they are done.
pub static TOPICS: [Topic; 15] = [
    topic(&["coordinat", "plan", "schedul", "calendar"], &["on_time_rate", "end_slip", "dependency_slip"]),
    topic(&["environment"], &["environment_utilisation", "environment_contention", "booking_lead_time"]),
    topic(&["report", "metric", "measure", "dashboard"], &["targets_measured"]),
    topic(&["improve", "retrospect", "learn"], &["actions_done"]),
    topic(
        &["gate", "governance", "approv", "complian", "audit"],
        &["gate_first_pass_yield", "gate_waiting_time", "approval_coverage"],
    ),
    topic(&["change"], &["change_success", "emergency_ratio", "unauthorised_rate"]),
    topic(&["deploy", "automat", "deliver"], &["deployment_frequency", "change_fail_rate", "deployments_traced"]),
    topic(&["build", "pipeline", "integrat"], &["build_duration", "slow_pipelines"]),
    topic(&["test", "quality"], &["criteria_by_reports", "hypercare_incidents"]),
    topic(
        &["incident", "recover", "operation", "support"],
        &["failed_deployment_recovery_time", "hypercare_incidents"],
    ),
    topic(&["communicat"], &["communications_on_time"]),
    topic(&["train"], &["training_on_time"]),
    topic(&["risk"], &["releases_rated"]),
    topic(&["artifact", "configuration", "library"], &["artifact_verification"]),
    topic(&["scope", "requirement", "demand"], &["scope_churn"]),
];

const fn fact(
    id: &'static str,
    name: &'static str,
    definition: &'static str,
    needs: &'static str,
    measure: fn(&Scope<'_, '_>) -> Measured,
) -> Definition {
    Definition {
        id,
        name,
        family: Family::Maturity,
        unit: Unit::Ratio,
        definition,
        source: "what the manifests say",
        needs,
        goal: Goal::More,
        subject: Subject::Portfolio,
        measure,
    }
}

/// What shows how a practice is done and is no metric by itself.
pub static FACTS: [Definition; 5] = [
    fact(
        "targets_measured",
        "targets that are measured",
        "metrics with a target in `relm.yaml` that have a value ÷ metrics with a target",
        "`targets:` in `relm.yaml`",
        targets_measured,
    ),
    fact(
        "actions_done",
        "due actions that are done",
        "actions of retrospectives due by the end of the period that are done ÷ those due by then; dropped ones are left out",
        "`retrospective.actions` with a due date",
        actions_done,
    ),
    fact(
        "deployments_traced",
        "deployments traced to a commit",
        "production deployments of the period that say what was committed, or when ÷ production deployments of the period",
        "`kind: deployments`",
        deployments_traced,
    ),
    fact(
        "criteria_by_reports",
        "criteria that reports decide",
        "criteria of the gates of releases that are not over which a report decides (`check`) ÷ all of those criteria",
        "gates with criteria",
        criteria_by_reports,
    ),
    fact(
        "releases_rated",
        "open releases with a risk rating",
        "releases that are planned or in progress with `risk.impact` and `risk.complexity` ÷ releases that are planned or in progress",
        "releases that are planned or in progress",
        releases_rated,
    ),
];

/// A practice, over all assessments.
#[derive(Debug, Clone)]
pub struct Practice<'p> {
    /// Its name.
    pub name: &'p str,
    /// Its score in each assessment and where it is written; none where it was not assessed.
    pub scores: Vec<Option<(u32, Span)>>,
    /// What is measured of it; empty for a practice whose name says nothing.
    pub measures: Vec<(&'static Definition, Measured)>,
}

impl Practice<'_> {
    /// The score of the latest assessment.
    pub fn latest(&self) -> Option<u32> {
        self.scores.last().copied().flatten().map(|(score, _)| score)
    }

    /// The latest score of an assessment before that.
    pub fn before(&self) -> Option<u32> {
        let earlier = self.scores.split_last().map_or(&[][..], |(_, earlier)| earlier);
        earlier.iter().rev().flatten().next().map(|(score, _)| *score)
    }

    /// The latest score − the one before.
    pub fn change(&self) -> Option<i64> {
        Some(i64::from(self.latest()?) - i64::from(self.before()?))
    }
}

/// The assessments up to the end of the period, the earliest first.
pub fn assessments<'p>(scope: &Scope<'_, 'p>) -> Vec<&'p Assessment> {
    let all = scope.base.portfolio().assessments.iter();
    let mut found: Vec<&'p Assessment> = all.filter(|it| it.date.value <= scope.period.until).collect();
    found.sort_by_key(|it| it.date.value);
    found
}

/// The practices of these assessments, the weakest of the latest first, those it leaves out last.
pub fn practices<'p>(scope: &Scope<'_, 'p>, assessments: &[&'p Assessment]) -> Vec<Practice<'p>> {
    let mut names: Vec<&'p str> =
        assessments.iter().flat_map(|it| it.scores.iter()).map(|(practice, _)| &**practice).collect();
    names.sort_unstable();
    names.dedup();
    let of = |it: &&'p Assessment, name: &str| it.scores.get(name).map(|score| (score.value.0, score.span));
    let practice = |name: &'p str| Practice {
        name,
        scores: assessments.iter().map(|it| of(it, name)).collect(),
        measures: measures(name).into_iter().map(|it| (it, (it.measure)(scope))).collect(),
    };
    let mut found: Vec<Practice<'p>> = names.into_iter().map(practice).collect();
    found.sort_by_key(|it| (it.latest().is_none(), it.latest()));
    found
}

/// What is measured of a practice of this name.
pub fn measures(practice: &str) -> Vec<&'static Definition> {
    let lower = practice.to_lowercase();
    let words: Vec<&str> = lower.split(|c: char| !c.is_alphanumeric()).collect();
    let is_meant = |topic: &&Topic| topic.words.iter().any(|begin| words.iter().any(|word| word.starts_with(begin)));
    let mut found: Vec<&'static Definition> = Vec::new();
    for id in TOPICS.iter().filter(is_meant).flat_map(|topic| topic.measures) {
        let definition = find(id).or_else(|| FACTS.iter().find(|fact| fact.id == *id));
        found.extend(definition.filter(|it| found.iter().all(|other| other.id != it.id)));
    }
    found
}

/// Where a high score and what is measured contradict each other: metrics without a value, and those that miss their target.
pub fn contradictions(scope: &Scope<'_, '_>, practice: &Practice<'_>) -> (Vec<&'static str>, Vec<&'static str>) {
    if practice.latest().is_none_or(|score| score < MANAGED) {
        return (Vec::new(), Vec::new());
    }
    let targets = &scope.base.portfolio().settings.targets;
    let names = |wanted: &dyn Fn(&Definition, Option<f64>) -> bool| {
        let told = practice.measures.iter().filter(|(it, measured)| wanted(it, measured.value));
        told.map(|(it, _)| it.name).collect()
    };
    let misses = |it: &Definition, value: Option<f64>| {
        targets.get(it.id).is_some_and(|target| verdict(it.unit, value, target.value) == Verdict::Missed)
    };
    (names(&|_, value| value.is_none()), names(&misses))
}

const fn share(holds: bool) -> f64 {
    if holds { 1.0 } else { 0.0 }
}

fn targets_measured(scope: &Scope<'_, '_>) -> Measured {
    let mut out = Measured::default();
    for (name, target) in scope.base.portfolio().settings.targets.iter() {
        let record = Record::new("target", name.as_str(), target.span);
        match find(name) {
            None => out.leave(record, "there is no such metric"),
            Some(it) if it.id.starts_with("slip_") && scope.base.input.moves.is_none() => {
                out.leave(record, "the history was not read");
            }
            Some(it) => out.count(record, share((it.measure)(scope).value.is_some())),
        }
    }
    out.mean()
}

fn actions_done(scope: &Scope<'_, '_>) -> Measured {
    let mut out = Measured::default();
    for &release in &scope.members.releases {
        for action in actions(scope.base, release) {
            let id = format!("{}/{}", scope.base.portfolio().releases[release].id, action.id);
            let record = Record::new("action", id, action.id.span);
            let standing = standing(action, scope.period.until);
            match &action.due {
                _ if standing == Standing::Dropped => out.leave(record, "it was dropped"),
                None => out.leave(record, "it has no due date"),
                Some(due) if due.value > scope.period.until => {}
                Some(_) => out.count(record, share(standing == Standing::Done)),
            }
        }
    }
    out.mean()
}

fn deployments_traced(scope: &Scope<'_, '_>) -> Measured {
    let mut out = Measured::default();
    let all = scope.members.shipped.iter().map(|&place| &scope.base.shipped[place]);
    for it in all.filter(|it| scope.period.contains(it.day)) {
        match &it.flaw {
            Some(flaw) => out.leave(it.as_record(), flaw.clone()),
            None if !it.counts() => out.leave(it.as_record(), "it was aborted"),
            None => {
                let is_traced = it.record.committed_at.is_some() || it.record.commit.is_some();
                out.count(it.as_record(), share(is_traced));
            }
        }
    }
    out.mean()
}

fn open_releases<'s>(scope: &'s Scope<'_, '_>) -> impl Iterator<Item = usize> + 's {
    let releases = &scope.base.portfolio().releases;
    scope.members.releases.iter().copied().filter(move |&release| !releases[release].status().is_over())
}

fn criteria_by_reports(scope: &Scope<'_, '_>) -> Measured {
    let mut out = Measured::default();
    for release in open_releases(scope) {
        for gate in scope.base.gates_of(release) {
            for it in &gate.criteria {
                let id = format!("{}/{}/{}", scope.base.portfolio().releases[release].id, gate.id, it.criterion.id);
                out.count(Record::new("criterion", id, it.criterion.id.span), share(it.check().is_some()));
            }
        }
    }
    out.mean()
}

fn releases_rated(scope: &Scope<'_, '_>) -> Measured {
    let mut out = Measured::default();
    for release in open_releases(scope) {
        let manifest = &scope.base.portfolio().releases[release];
        if manifest.status() == Status::Draft {
            continue;
        }
        let risk = manifest.risk.as_deref();
        let is_rated = risk.is_some_and(|risk| risk.impact.is_some() && risk.complexity.is_some());
        out.count(Record::new("release", &*manifest.id, manifest.id.span), share(is_rated));
    }
    out.mean()
}
