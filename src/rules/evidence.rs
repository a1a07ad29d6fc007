//! The criteria that reports decide, judged for the rules about evidence.

use std::collections::BTreeMap;

use super::Context;
use crate::analysis::evidence::Verdict;
use crate::analysis::gates::{Judged, Outcome};
use crate::diagnostic::wording::{quoted, with_places};
use crate::diagnostic::{Finding, Severity, Span, Subject};
use crate::model::release::{Check, Criterion, CriterionStatus, Status};
use crate::model::{Identified, Kind};

/// What a rule says of a verdict: the message, where in the check, and what to do. None: it is another rule's.
pub type Words = Option<(String, Span, String)>;

/// One finding for each criterion that the rule has words for. The check of a template that does not hold is one finding,
/// whatever number of gates it decides.
pub fn report(cx: &Context<'_>, words: impl Fn(&Criterion, &Check, &Verdict) -> Words, out: &mut Vec<Finding>) {
    let mut templates: BTreeMap<(Span, String), Shared> = BTreeMap::new();
    for (r, release) in cx.portfolio.releases.iter().enumerate() {
        if release.status().is_over() || cx.is_left_behind(r) {
            continue;
        }
        // What is not written at all is another rule's.
        for judged in cx.gates(r) {
            let Some(gate) = judged.written else { continue };
            for one in &judged.criteria {
                let (Outcome::Report(verdict), Some(check)) = (&one.outcome, one.check()) else { continue };
                let criterion = one.criterion;
                if cx.portfolio.damage.touches(check.span) {
                    continue;
                }
                let Some((message, span, help)) = words(criterion, check, verdict) else { continue };
                let is_due = release.status() != Status::Draft && is_due(cx, judged);
                let subject = release.subject().at(format!("gates/{}", gate.id));
                if gate.criteria.iter().any(|own| own.check.as_deref().is_some_and(|own| std::ptr::eq(own, check))) {
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

/// What is not due yet may still come.
fn bounded(finding: Finding, is_due: bool) -> Finding {
    if is_due { finding } else { finding.at_most(Severity::Warning) }
}

/// Whether the day of a gate has come, or what it guards has begun.
fn is_due(cx: &Context<'_>, gate: &Judged<'_>) -> bool {
    let today = cx.clock.today;
    let has_begun = |&(r, p): &(usize, usize)| {
        let phase = &cx.portfolio.releases[r].phases[p];
        let planned = cx.schedule.phase(r, p).planned.is_some_and(|dates| dates.start <= today);
        planned || phase.actual.as_ref().is_some_and(|actual| actual.start.is_some())
    };
    gate.due.is_some_and(|due| due <= today) || gate.guards.iter().any(has_begun)
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
