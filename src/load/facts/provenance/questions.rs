//! What is asked of the history: everything about the values that stand in the portfolio now.

use std::collections::HashMap;
use std::rc::Rc;

use super::trace::{Question, Trace};
use super::units::{Ballot, Unit, Units, place, role_and_person};
use crate::diagnostic::Span;
use crate::load::portfolio::Loaded;

/// All questions.
#[derive(Debug, Default)]
pub(super) struct Questions {
    pub(super) approvals: Vec<Approval>,
    pub(super) items: Vec<(Span, Question)>,
}

/// An approval that stands in the portfolio.
#[derive(Debug)]
pub(super) struct Approval {
    pub(super) span: Span,
    pub(super) unit: Unit,
    pub(super) role: String,
    pub(super) by: String,
    pub(super) question: Question,
    /// What it may become stale by.
    pub(super) parts: Rc<Vec<Part>>,
}

/// A part of a release that makes approvals stale when it changes.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) name: &'static str,
    pub(super) place: usize,
    /// As it is now.
    pub(super) value: String,
    pub(super) question: Question,
}

impl Questions {
    pub(super) fn ask(present: &[Units], loaded: &Loaded, trace: &mut Trace<'_>) -> Self {
        let mut causes: Vec<_> = match &loaded.portfolio.settings.approvals {
            Some(policy) => policy.stale_when_changed.iter().map(|cause| cause.value).collect(),
            None => Vec::new(),
        };
        causes.sort_unstable();
        causes.dedup();
        let mut questions = Self::default();
        for units in present {
            let mut parts: HashMap<&str, Rc<Vec<Part>>> = HashMap::new();
            for release in &units.releases {
                let items = release.items.iter().map(|item| (item.span, trace.ask(release.item(item))));
                questions.items.extend(items);
                if release.gates.iter().all(|gate| gate.approvals.is_empty()) {
                    continue;
                }
                let ask = |cause: &crate::model::portfolio::StaleCause| {
                    let place = place(*cause);
                    let question = trace.ask(release.part(place));
                    Part { name: cause.as_str(), place, value: release.parts[place].clone(), question }
                };
                parts.insert(&release.id, Rc::new(causes.iter().map(ask).collect()));
            }
            for ballot in units.ballots() {
                let parts = ballot.gate.and_then(|_| parts.get(ballot.subject)).cloned().unwrap_or_default();
                questions.approvals.extend(asked(&ballot, &parts, trace));
            }
        }
        questions
    }
}

/// The entries of a list; those that are not readable as approvals are nobody's.
fn asked(ballot: &Ballot<'_>, parts: &Rc<Vec<Part>>, trace: &mut Trace<'_>) -> Vec<Approval> {
    let ask = |entry: &super::units::Placed| {
        let (role, by) = role_and_person(&entry.value)?;
        let unit = ballot.unit(&entry.value);
        let question = trace.ask(unit.clone());
        Some(Approval { span: entry.span, unit, role, by, question, parts: Rc::clone(parts) })
    };
    ballot.approvals.iter().filter_map(ask).collect()
}
