//! The view of `relm diff`: what was changed between two revisions, and what that does to the plan.

mod releases;
mod rows;
#[cfg(test)]
mod tests;
mod words;

use std::collections::{HashMap, VecDeque};

use serde::Serialize;

use super::Header;
use super::check::{self, FindingView};
use crate::analysis::compare::{Comparison, Side};
use crate::diagnostic::{Finding, SourceMap, Subject};

pub use releases::{Bar, Fact, ReleaseView, Weight};
pub use words::name;

/// The name and version of [`Diff`]'s shape.
pub const SCHEMA: &str = "relm.diff/1";

/// What two revisions of a portfolio differ in. Files that were moved and values that were only written otherwise do not
/// count.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct Diff {
    /// Schema, day and revision of the head.
    #[serde(flatten)]
    pub header: Header,
    /// The portfolio's name.
    pub portfolio: Option<String>,
    /// What the head is compared with.
    pub base: Base,
    /// What matters most, in one sentence.
    pub verdict: String,
    /// What is written otherwise and what follows, by what matters most: targets, releases, phases, gates, bookings, scope,
    /// costs, the rest.
    pub changes: Vec<ChangeView>,
    /// What rules find at one side only.
    pub findings: FindingsView,
    /// What could not be read in full at one of the sides, so that nothing is said of it.
    pub uncompared: Vec<Subject>,
    /// The files that could not be read.
    pub unreadable: Vec<Unreadable>,
    /// The head as people asked for it; none for the work tree.
    #[serde(skip)]
    pub head: Option<String>,
    /// How bad the verdict is.
    #[serde(skip)]
    pub weight: Weight,
    /// The releases that something happened to, those that matter most first.
    #[serde(skip)]
    pub releases: Vec<ReleaseView>,
}

/// What is compared with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Base {
    /// The full commit id.
    pub commit: String,
    /// As it was asked for.
    pub revision: String,
}

/// One difference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct ChangeView {
    /// `added`, `removed`, `changed`, or `moved` for a date.
    pub kind: &'static str,
    /// What it is about.
    pub area: Area,
    /// What it happened to, as in findings: a manifest, or something in it such as `phases/uat`.
    pub subject: Subject,
    /// The field as it is written, such as `start`; or what follows: `planned.end`, `forecast.end`, `lateness_days`,
    /// `slack_days`, `margin_days` (the slack before production), `critical_path`, `state`, `stale`, `conflict`, `cost`, `setup_effort`, `effort`. Empty for the whole.
    pub field: String,
    /// What it was; null where it was not there.
    pub before: Option<String>,
    /// What it is; null where it is not there any more.
    pub after: Option<String>,
    /// From one to the other in days, positive = later or more; of dates in calendar days.
    pub days: Option<i64>,
    /// Of dates that were computed: the same in working days of the release's calendar.
    pub working_days: Option<i64>,
    /// `written` when it stands in a manifest, or moved because of what is written of itself; `follows` when it is what a
    /// change elsewhere does.
    pub cause: &'static str,
    /// The written changes that a moved date follows from.
    pub because: Vec<Subject>,
    /// The releases, phases and milestones that moved because of this written change.
    pub downstream: Vec<Subject>,
    /// The file it stands in: at the head, else at the base; null for what follows.
    pub file: Option<String>,
    /// The line there.
    pub line: Option<usize>,
    /// Whether what is said of a release names it as the cause of moved dates.
    #[serde(skip)]
    pub is_told: bool,
}

/// What a difference is about, what matters most first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Area {
    /// A target that is missed now, or kept again.
    Target,
    /// A release as a whole.
    Release,
    /// Phases, milestones, and what they follow.
    Phase,
    /// Gates, criteria, approvals.
    Gate,
    /// Who uses which environment when.
    Booking,
    /// What ships.
    Scope,
    /// Money and work.
    Cost,
    /// Everything else.
    Other,
}

/// How many findings there are at one side only, and which.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct FindingsView {
    /// How many were not there before.
    pub new: usize,
    /// How many are gone.
    pub fixed: usize,
    /// How many both sides have.
    pub unchanged: usize,
    /// Those that were not there before, as in `check`.
    pub introduced: Vec<FindingView>,
    /// Those that are gone, with their places at the base.
    pub resolved: Vec<FindingView>,
    /// Those of `introduced` that stand for one of `resolved`, by index: the same rule says the same of the same thing as
    /// before, with other places. People are told of them once.
    #[serde(skip)]
    pub turned: Vec<(usize, usize)>,
}

impl FindingsView {
    fn new(introduced: Vec<FindingView>, resolved: Vec<FindingView>, unchanged: usize) -> Self {
        let turned = turned(&introduced, &resolved);
        Self { new: introduced.len(), fixed: resolved.len(), unchanged, introduced, resolved, turned }
    }

    /// Those that nothing of the kind stood for before.
    pub fn really_new(&self) -> impl Iterator<Item = &FindingView> {
        let is_new = |nth: usize| self.turned.iter().all(|(new, _)| *new != nth);
        self.introduced.iter().enumerate().filter(move |(nth, _)| is_new(*nth)).map(|(_, it)| it)
    }

    /// Those that nothing of the kind stands for now.
    pub fn really_fixed(&self) -> impl Iterator<Item = &FindingView> {
        let is_gone = |nth: usize| self.turned.iter().all(|(_, gone)| *gone != nth);
        self.resolved.iter().enumerate().filter(move |(nth, _)| is_gone(*nth)).map(|(_, it)| it)
    }

    /// Those that say something else now, each after what it said.
    pub fn told_otherwise(&self) -> impl Iterator<Item = (&FindingView, &FindingView)> {
        self.turned.iter().map(|&(new, gone)| (&self.resolved[gone], &self.introduced[new]))
    }
}

/// Pairs what came with what went of the same rule, severity and subject, in their order.
fn turned(introduced: &[FindingView], resolved: &[FindingView]) -> Vec<(usize, usize)> {
    let mut left: HashMap<_, VecDeque<usize>> = HashMap::new();
    let key = |it: &'_ FindingView| (it.rule.clone(), it.severity, it.subject.clone());
    resolved.iter().enumerate().for_each(|(nth, it)| left.entry(key(it)).or_default().push_back(nth));
    let pair = |(nth, it): (usize, &FindingView)| Some((nth, left.get_mut(&key(it))?.pop_front()?));
    introduced.iter().enumerate().filter_map(pair).collect()
}

/// A file that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, schemars::JsonSchema)]
pub struct Unreadable {
    /// `base` or `head`.
    pub side: &'static str,
    /// Its path from the root of the portfolio.
    pub file: String,
    /// Why.
    pub message: String,
}

/// Where the manifests of a side stand, and what reading them found wrong.
#[derive(Debug, Clone, Copy)]
pub struct Origin<'s> {
    /// The files, with the texts of those that differences and findings point into.
    pub sources: &'s SourceMap,
    /// What reading found wrong.
    pub findings: &'s [Finding],
}

impl Diff {
    /// The view of a comparison, with where the base and the head come from.
    pub fn new(
        header: Header,
        base: Base,
        (old, new): (&Side<'_>, &Side<'_>),
        comparison: &Comparison<'_>,
        (from, to): (Origin<'_>, Origin<'_>),
    ) -> Self {
        let views = |findings: &[&Finding], sources: &SourceMap| {
            let owned: Vec<Finding> = findings.iter().copied().cloned().collect();
            let mut views = check::views(&owned, sources);
            views.sort_by_key(|view| std::cmp::Reverse(view.severity));
            views
        };
        let findings = FindingsView::new(
            views(&comparison.findings.new, to.sources),
            views(&comparison.findings.fixed, from.sources),
            comparison.findings.unchanged,
        );
        let changes = rows::rows(new, comparison, (from.sources, to.sources));
        let releases = releases::releases((old, new), comparison);
        let mut unreadable = unreadable("base", from);
        unreadable.extend(self::unreadable("head", to));
        let is_partial = !unreadable.is_empty() || !comparison.uncompared.is_empty();
        let (verdict, weight) = words::verdict(comparison, &releases, &findings, is_partial);
        Self {
            header,
            portfolio: new.portfolio().settings.common.name().map(str::to_owned),
            base,
            verdict,
            changes,
            findings,
            uncompared: comparison.uncompared.clone(),
            unreadable,
            head: None,
            weight,
            releases,
        }
    }

    /// Whether nothing is different.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty() && self.findings.new == 0 && self.findings.fixed == 0
    }

    /// The differences of one area that are worth a line of their own beside what is said of releases.
    pub fn of(&self, area: Area) -> impl Iterator<Item = &ChangeView> {
        self.changes.iter().filter(move |change| change.area == area)
    }
}

/// The files of a side that could not be read, each once.
fn unreadable(side: &'static str, origin: Origin<'_>) -> Vec<Unreadable> {
    let broken = origin.findings.iter().filter(|finding| finding.rule == "syntax");
    let mut files: Vec<Unreadable> = broken
        .map(|finding| Unreadable {
            side,
            file: origin.sources.path(finding.span.file).to_owned(),
            message: finding.message.clone(),
        })
        .collect();
    files.sort();
    files.dedup_by(|later, first| later.file == first.file);
    files
}
