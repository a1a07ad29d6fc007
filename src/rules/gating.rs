//! What the rules about gates share: which gates they judge, whether what a gate guards has begun, and whether what it lacks is
//! told at the approvals themselves.

use std::collections::{BTreeSet, HashSet};

use chrono::NaiveDate;

use super::Context;
use super::environments::is_past;
use crate::analysis::gates::{Demand, Flaw, Judged, JudgedApproval, Missing, Outcome, Proof, Required, State};
use crate::diagnostic::wording;
use crate::diagnostic::{Finding, Span, Subject};
use crate::graph::production_phases;
use crate::model::portfolio::Rating;
use crate::model::records::{Deployment, DeploymentResult};
use crate::model::release::{Criterion, Decision, Release, Status};
use crate::model::{Identified, Kind, Portfolio};

/// How many places of what is missing one finding shows.
const SHOWN: usize = 6;

/// The subject of a finding about a gate.
pub fn subject(release: &Release, gate: &Judged<'_>) -> Subject {
    release.subject().at(format!("gates/{}", gate.id))
}

/// The gate in its release; the release where it is only demanded.
pub fn place(release: &Release, gate: &Judged<'_>) -> Span {
    gate.written.map_or(release.id.span, |written| written.id.span)
}

/// Whether a gate has nothing that could be met or approved.
pub fn asks_for_nothing(gate: &Judged<'_>) -> bool {
    gate.criteria.is_empty() && gate.required.is_empty()
}

/// Whether all that is said of a gate could be read: what it seems to lack may otherwise be there.
pub fn is_read(portfolio: &Portfolio, release: &Release, gate: &Judged<'_>) -> bool {
    let span = gate.written.map_or(release.span, |written| written.span);
    !portfolio.damage.touches(span) && !portfolio.settings_doubtful()
}

/// Whether the gates of a release are still to be passed: it is not over, or it is an emergency, whose gates may follow.
pub fn is_open(cx: &Context<'_>, release: usize) -> bool {
    let manifest = &cx.portfolio.releases[release];
    let follows = cx.portfolio.is_emergency(&manifest.r#type) && manifest.status() != Status::Cancelled;
    follows || !is_past(cx, release)
}

/// Work that a gate guards and that has begun.
#[derive(Debug, Clone)]
pub struct Begun {
    /// The release whose work it is, by index.
    pub release: usize,
    /// The phase, by index.
    pub phase: usize,
    /// Only its release is said to have shipped.
    pub is_shipped: bool,
    /// The day, where it is known.
    pub on: Option<NaiveDate>,
    /// Where that is written.
    pub span: Span,
    /// Whether records say when it was deployed to production.
    pub is_recorded: bool,
}

/// What a gate guards and has begun, the earliest first: phases with an `actual.start`, those of production with a record of it,
/// and those of releases that have shipped. What is called off does not count.
pub fn begun(cx: &Context<'_>, gate: &Judged<'_>) -> Vec<Begun> {
    let portfolio = cx.portfolio;
    let begun = |&(release, phase): &(usize, usize)| {
        let manifest = &portfolio.releases[release];
        let own = &manifest.phases[phase];
        if manifest.status() == Status::Cancelled {
            return None;
        }
        let is_production = production_phases(portfolio, release).any(|p| p == phase);
        let record = if is_production { cx.first_record(release) } else { None };
        let is_recorded = record.is_some();
        let started = own.actual.as_ref().and_then(|actual| actual.start.as_ref()).map(|day| (day.value, day.span));
        let recorded = record.map(|record| {
            let when = record.started.as_ref().unwrap_or(&record.at);
            (when.value.date(), when.span)
        });
        let shipped = || {
            let end = manifest.actual.as_ref().and_then(|actual| actual.end.as_ref());
            let status = manifest.status.as_ref().map_or(manifest.id.span, |status| status.span);
            let has_shipped = matches!(manifest.status(), Status::Released | Status::Closed);
            has_shipped.then(|| (end.map(|end| end.value), end.map_or(status, |end| end.span)))
        };
        let known = started.or(recorded).map(|(day, span)| (Some(day), span));
        let is_shipped = known.is_none();
        let (on, span) = known.or_else(shipped)?;
        Some(Begun { release, phase, is_shipped, on, span, is_recorded })
    };
    let mut found: Vec<Begun> = gate.guards.iter().filter_map(begun).collect();
    found.sort_by_key(|begun| (begun.on, begun.span));
    found
}

/// The first deployment of each release to production that is recorded, by index of the release.
pub fn first_records(portfolio: &Portfolio) -> Vec<Option<&Deployment>> {
    let mut first: Vec<Option<&Deployment>> = vec![None; portfolio.releases.len()];
    for record in portfolio.deployments.iter().filter(|record| is_production_record(portfolio, record)) {
        let Some(release) = record.release.as_ref().and_then(|id| portfolio.releases.index(id)) else { continue };
        let known = &mut first[release];
        if known.is_none_or(|known| record.at.value.date() < known.at.value.date()) {
            *known = Some(record);
        }
    }
    first
}

/// Whether a record shows that something reached production, whatever came of it.
pub fn is_production_record(portfolio: &Portfolio, record: &Deployment) -> bool {
    record.result.value != DeploymentResult::Aborted && portfolio.is_production(&record.environment)
}

/// Whether all that a gate lacks is told where it stands: criteria that reports or waivers decide, where rules about those speak
/// (`by_criteria`), and approvals that somebody has given and that would do, were it not for what is `told` of them.
pub fn lacks_only(gate: &Judged<'_>, by_criteria: bool, told: impl Fn(&JudgedApproval<'_>) -> bool) -> bool {
    let would_do = |required: &Required<'_>| {
        let given = gate.approvals.iter().filter(|entry| {
            entry.holds
                && entry.approval.role == *required.role
                && entry.decision() == Decision::Approved
                && !entry.flaws.is_empty()
                && told(entry)
        });
        given.map(|entry| &*entry.approval.by).collect::<HashSet<&str>>().len() >= required.lacking()
    };
    gate.state != State::Passed
        && gate.missing().iter().all(|missing| match missing {
            Missing::Approvals(required) => would_do(required),
            Missing::Criterion(judged) => by_criteria && judged.outcome != Outcome::Unmet,
            Missing::Everything | Missing::Refused(_) => false,
        })
}

/// Whether nothing speaks against an approval but that nobody can tell here: its history is not at hand, or it was given long
/// ago in a role that is not held any more.
pub fn cannot_be_told(entry: &JudgedApproval<'_>, is_over: bool) -> bool {
    let is_known = entry.facts.is_some_and(|facts| facts.introduction.is_some());
    entry.flaws.iter().all(|flaw| match flaw {
        Flaw::Unverified(Proof::Unverifiable) => true,
        Flaw::LacksRole(_) => is_over && !is_known,
        _ => false,
    })
}

/// What a gate lacks, as the end of a sentence.
pub fn lacking(gate: &Judged<'_>) -> String {
    let missing: Vec<String> = gate.missing().iter().map(ToString::to_string).collect();
    missing.join("; ")
}

/// Adds the places of what a gate lacks: criteria, the roles that must approve, and the entries that refuse or count for nothing.
pub fn with_lacking(finding: Finding, release: &Release, gate: &Judged<'_>) -> Finding {
    let mut places: Vec<(Span, Subject, String)> = Vec::new();
    for missing in gate.missing() {
        match missing {
            Missing::Everything => {}
            Missing::Refused(entry) => {
                places.push((entry.approval.by.span, subject(release, gate), "refused here".to_owned()));
            }
            Missing::Criterion(judged) => {
                let criterion = judged.criterion;
                let words = format!("`{}` is to be met", criterion.id);
                places.push((criterion.id.span, criterion_subject(release, gate, criterion), words));
            }
            Missing::Approvals(required) => {
                let words = format!("somebody in the role `{}` has to approve", required.role);
                places.push((required.role.span, role_subject(release, gate, required), words));
                for entry in gate.approvals.iter().filter(|entry| entry.approval.role == *required.role) {
                    if entry.decision() == Decision::Approved && !entry.counts() {
                        let words = "this approval counts for nothing".to_owned();
                        places.push((entry.approval.by.span, subject(release, gate), words));
                    }
                }
            }
        }
    }
    places
        .into_iter()
        .take(SHOWN)
        .fold(finding, |finding, (span, subject, words)| finding.related(span, subject, words))
}

fn in_settings(path: String) -> Subject {
    Subject::new(Kind::Portfolio.as_str(), "").at(path)
}

/// The subject of what stands in the template of a gate.
pub fn template_subject(gate: &Judged<'_>) -> Subject {
    in_settings(format!("gate_templates/{}", gate.id))
}

/// The subject of a criterion, in the release or in the template.
pub fn criterion_subject(release: &Release, gate: &Judged<'_>, criterion: &Criterion) -> Subject {
    if is_own(gate, criterion) {
        release.subject().at(format!("gates/{}/criteria/{}", gate.id, criterion.id))
    } else {
        in_settings(format!("gate_templates/{}/criteria/{}", gate.id, criterion.id))
    }
}

/// Whether a criterion stands in the release, and not in the template.
pub fn is_own(gate: &Judged<'_>, criterion: &Criterion) -> bool {
    gate.written.is_some_and(|written| written.criteria.iter().any(|own| own.span == criterion.span))
}

/// The subject of a requirement, in the release or in the template.
pub fn role_subject(release: &Release, gate: &Judged<'_>, required: &Required<'_>) -> Subject {
    let own =
        gate.written.is_some_and(|written| written.requires.iter().any(|own| own.role.span == required.role.span));
    if own { subject(release, gate) } else { template_subject(gate) }
}

/// What demands a gate, as seen from its release: ``its type `minor` demands``; none where nothing does.
pub fn demanded_by<'d>(release: &Release, demands: impl IntoIterator<Item = &'d Demand<'d>>) -> Option<String> {
    let levels: BTreeSet<Option<&str>> = demands.into_iter().map(|demand| demand.level.map(Rating::as_str)).collect();
    let words = levels.iter().map(|level| match level {
        Some(level) => format!("its {level} risk"),
        None => format!("its type `{}`", release.r#type),
    });
    let verb = if levels.len() == 1 { "demands" } else { "demand" };
    (!levels.is_empty()).then(|| format!("{} {verb}", wording::listed(words.collect())))
}

/// The subject of the place that demands a gate.
pub fn demand_subject(release: &Release, demand: &Demand<'_>) -> Subject {
    in_settings(match demand.level {
        Some(level) => format!("risk_levels/{level}"),
        None => format!("release_types/{}", release.r#type),
    })
}
