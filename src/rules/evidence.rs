//! The criteria that reports decide, judged for the rules about evidence.

use std::collections::BTreeMap;

use super::Context;
use super::wording::{quoted, with_places};
use crate::analysis::evidence::{Day, Verdict, judge};
use crate::analysis::gates;
use crate::diagnostic::{Finding, Severity, Span, Subject};
use crate::graph::{Node, guarded};
use crate::model::release::{Criterion, CriterionStatus, Gate, Phase, Status};
use crate::model::{Identified, Kind};

/// What a rule says of a verdict: the message, where in the check, and what to do. None: it is another rule's.
pub type Words = Option<(String, Span, String)>;

/// One finding for each criterion that the rule has words for. The check of a template that does not hold is one finding,
/// whatever number of gates it decides.
pub fn report(cx: &Context<'_>, words: impl Fn(&Criterion, &Verdict) -> Words, out: &mut Vec<Finding>) {
    let mut templates: BTreeMap<(Span, String), Shared> = BTreeMap::new();
    for (r, release) in cx.portfolio.releases.iter().enumerate() {
        if release.status().is_over() || cx.is_left_behind(r) {
            continue;
        }
        let calendar = cx.portfolio.release_calendar(release);
        let day = Day::of(cx.clock, calendar);
        for gate in &release.gates {
            let checks = gates::criteria(cx.portfolio, gate);
            for criterion in checks.into_iter().filter(|criterion| is_open(criterion)) {
                let Some(check) = criterion.check.as_deref() else { continue };
                if cx.portfolio.damage.touches(check.span) {
                    continue;
                }
                let verdict = judge(check, cx.facts.evidence.checks.get(&check.span), &day);
                if matches!(verdict, Verdict::Outdated { .. }) && is_behind(cx, r, gate) {
                    continue;
                }
                let Some((message, span, help)) = words(criterion, &verdict) else { continue };
                let is_due = release.status() != Status::Draft && is_due(cx, r, gate);
                let subject = release.subject().at(format!("gates/{}", gate.id));
                if gate.criteria.iter().any(|own| std::ptr::eq(own, criterion)) {
                    let subject = subject.at(format!("gates/{}/criteria/{}", gate.id, criterion.id));
                    out.push(bounded(Finding::new(span, subject, message).help(help), is_due));
                } else {
                    let template = format!("gate_templates/{}/criteria/{}", gate.id, criterion.id);
                    let new = || Shared { span, template, help, is_due: false, gates: Vec::new() };
                    let shared = templates.entry((check.span, message)).or_insert_with(new);
                    shared.is_due |= is_due;
                    shared.gates.push((gate.id.span, subject));
                }
            }
        }
    }
    for ((_, message), Shared { span, template, help, is_due, gates }) in templates {
        let subject = Subject::new(Kind::Portfolio.as_str(), "").at(template);
        let finding = with_places(Finding::new(span, subject, message).help(help), gates, "it decides this gate");
        out.push(bounded(finding, is_due));
    }
}

/// What is wrong with the check of a template, and the gates it decides.
struct Shared {
    span: Span,
    template: String,
    help: String,
    is_due: bool,
    gates: Vec<(Span, Subject)>,
}

/// Whether a criterion is still asked for. A `met` written by hand does not count beside a check.
fn is_open(criterion: &Criterion) -> bool {
    let status = criterion.status.as_ref().map(|status| status.value);
    !matches!(status, Some(CriterionStatus::Waived | CriterionStatus::NotApplicable))
}

/// What is not due yet may still come.
fn bounded(finding: Finding, is_due: bool) -> Finding {
    if is_due { finding } else { finding.at_most(Severity::Warning) }
}

/// Whether the day of a gate has come, or what it guards has begun.
fn is_due(cx: &Context<'_>, release: usize, gate: &Gate) -> bool {
    let today = cx.clock.today;
    let begun =
        |(phase, planned): (&Phase, bool)| planned || phase.actual.as_ref().is_some_and(|it| it.start.is_some());
    gates::due(cx.portfolio, cx.schedule, release, gate).is_some_and(|due| due <= today)
        || phases(cx, release, gate).any(begun)
}

/// Whether all that a gate guards is done: its evidence was fresh when it mattered, or never.
fn is_behind(cx: &Context<'_>, release: usize, gate: &Gate) -> bool {
    let mut phases = phases(cx, release, gate).peekable();
    phases.peek().is_some() && phases.all(|(phase, _)| phase.actual_end().is_some())
}

/// The phases that a gate guards, and whether each has begun by the plan.
fn phases<'c>(cx: &'c Context<'_>, release: usize, gate: &Gate) -> impl Iterator<Item = (&'c Phase, bool)> {
    let nodes = guarded(cx.portfolio, release, gate.before.as_deref(), &gate.id);
    nodes.into_iter().filter_map(|node| match node {
        Node::Phase(r, p) => {
            let planned = cx.schedule.phase(r, p).planned;
            let has_begun = planned.is_some_and(|dates| dates.start <= cx.clock.today);
            Some((&cx.portfolio.releases[r].phases[p], has_begun))
        }
        _ => None,
    })
}

/// What to do, with a word to those who wrote the answer by hand.
pub fn help(criterion: &Criterion, help: &str) -> String {
    if criterion.status.as_ref().is_some_and(|status| status.value == CriterionStatus::Met) {
        return format!("{help}; beside a `check`, `status: met` does not count");
    }
    help.to_owned()
}

/// A message with the names of what failed.
pub fn with_details(message: &str, details: &[String]) -> String {
    if details.is_empty() {
        return message.to_owned();
    }
    format!("{message}: {}", quoted(details.iter().map(String::as_str)))
}
