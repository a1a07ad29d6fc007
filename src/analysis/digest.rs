//! What has changed for the change board between two revisions of a portfolio: changes, scopes, targets, decisions, and approvals
//! that have gone stale.

use chrono::NaiveDate;

use super::changes::{Changes, kind, status};
use super::gates::{Flaw, Gates, JudgedApproval};
use crate::choice;
use crate::model::Portfolio;
use crate::model::records::{Change, ChangeStatus};
use crate::model::release::{Decision, Release, ScopeItem};

/// A revision, judged.
#[derive(Debug, Clone, Copy)]
pub struct Side<'p> {
    /// Where gates stand.
    pub gates: Gates<'p>,
    /// The changes.
    pub changes: &'p Changes<'p>,
}

/// What happened between two revisions.
#[derive(Debug, Clone, PartialEq)]
pub struct Digest<'p> {
    /// Changes, by id.
    pub changes: Vec<ChangeMove<'p>>,
    /// Releases, by id.
    pub releases: Vec<ReleaseMove<'p>>,
    /// Decisions that were made or taken back, those about changes first, by id.
    pub decisions: Vec<Decided<'p>>,
    /// Approvals that counted for a gate, and do not any more, for what they approved has changed.
    pub stale: Vec<GoneStale<'p>>,
}

choice! {
    /// What became of something.
    pub enum Fate {
        /// It was not there before.
        New = "new",
        /// It is there no more; a change also when it has become a draft again.
        Withdrawn = "withdrawn",
        /// It says something else.
        Changed = "changed",
    }
}

/// A field that says something else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldMove {
    /// The field.
    pub field: &'static str,
    /// What it said.
    pub before: Option<String>,
    /// What it says.
    pub after: Option<String>,
}

/// A change that is not what it was.
#[derive(Debug, Clone, PartialEq)]
pub struct ChangeMove<'p> {
    /// What became of it.
    pub fate: Fate,
    /// As it is, else as it was.
    pub change: &'p Change,
    /// What it says otherwise; nothing when it is new or gone.
    pub fields: Vec<FieldMove>,
}

/// A release that is not what it was.
#[derive(Debug, Clone, PartialEq)]
pub struct ReleaseMove<'p> {
    /// What became of it.
    pub fate: Fate,
    /// As it is, else as it was.
    pub release: &'p Release,
    /// Where it stood and stands.
    pub status: Option<FieldMove>,
    /// The target that moved, appeared or went.
    pub target: Option<TargetMove>,
    /// What ships otherwise, in the order of the scope, what is left out last.
    pub scope: Vec<ScopeMove<'p>>,
}

/// A target that moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TargetMove {
    /// Where it was.
    pub before: Option<NaiveDate>,
    /// Where it is.
    pub after: Option<NaiveDate>,
}

/// A project that ships otherwise.
#[derive(Debug, Clone, PartialEq)]
pub struct ScopeMove<'p> {
    /// The project.
    pub project: &'p str,
    /// As it was; none when it was added.
    pub before: Option<&'p ScopeItem>,
    /// As it is; none when it was removed.
    pub after: Option<&'p ScopeItem>,
}

/// What a decision is about.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Matter<'p> {
    /// A change.
    Change(&'p Change),
    /// A gate of a release.
    Gate(&'p Release, &'p str),
}

/// A decision that was made, or taken back.
#[derive(Debug, Clone, PartialEq)]
pub struct Decided<'p> {
    /// What it is about.
    pub matter: Matter<'p>,
    /// The decision.
    pub entry: JudgedApproval<'p>,
    /// It stands in the file no more.
    pub taken_back: bool,
}

/// An approval of a gate that has gone stale.
#[derive(Debug, Clone, PartialEq)]
pub struct GoneStale<'p> {
    /// The release.
    pub release: &'p Release,
    /// The gate.
    pub gate: &'p str,
    /// The approval; its flaws say what has changed.
    pub entry: JudgedApproval<'p>,
}

impl TargetMove {
    /// Calendar days from before to after, positive = later.
    pub fn days(self) -> Option<i64> {
        Some((self.after? - self.before?).num_days())
    }
}

impl<'p> Digest<'p> {
    /// Compares two revisions.
    pub fn new(before: Side<'p>, after: Side<'p>) -> Self {
        let (old, new) = (judged(before), judged(after));
        Self {
            changes: change_moves(before.gates.portfolio, after.gates.portfolio),
            releases: release_moves(before.gates.portfolio, after.gates.portfolio),
            stale: gone_stale(&old, &new),
            decisions: decided(old, new),
        }
    }

    /// Whether nothing happened.
    pub fn is_empty(&self) -> bool {
        let Self { changes, releases, decisions, stale } = self;
        changes.is_empty() && releases.is_empty() && decisions.is_empty() && stale.is_empty()
    }
}

fn change_moves<'p>(before: &'p Portfolio, after: &'p Portfolio) -> Vec<ChangeMove<'p>> {
    let mut moves: Vec<ChangeMove<'p>> = Vec::new();
    for change in &after.changes {
        let Some(old) = before.changes.get(&change.id) else {
            moves.push(ChangeMove { fate: Fate::New, change, fields: Vec::new() });
            continue;
        };
        let (was, is) = (described(old), described(change));
        let fields: Vec<FieldMove> =
            was.into_iter().zip(is).filter_map(|((field, a), (_, b))| moved(field, a, b)).collect();
        let was_asked = status(old) != ChangeStatus::Draft;
        let is_withdrawn = was_asked && status(change) == ChangeStatus::Draft;
        if !fields.is_empty() {
            let fate = if is_withdrawn { Fate::Withdrawn } else { Fate::Changed };
            moves.push(ChangeMove { fate, change, fields });
        }
    }
    let gone = before.changes.iter().filter(|change| !after.changes.contains(&change.id));
    moves.extend(gone.map(|change| ChangeMove { fate: Fate::Withdrawn, change, fields: Vec::new() }));
    moves.sort_by(|a, b| a.change.id.cmp(&b.change.id));
    moves
}

/// What a change says, as far as it matters to who decides about it.
fn described(change: &Change) -> [(&'static str, Option<String>); 6] {
    let window = change.window.as_ref().map(|window| format!("{} to {}", window.start.value, window.end.value));
    [
        ("status", Some(status(change).as_str().to_owned())),
        ("type", Some(kind(change).as_str().to_owned())),
        ("project", change.project.as_ref().map(ToString::to_string)),
        ("release", change.release.as_ref().map(ToString::to_string)),
        ("window", window),
        ("outcome", change.outcome.as_ref().map(|outcome| outcome.value.as_str().to_owned())),
    ]
}

fn moved(field: &'static str, before: Option<String>, after: Option<String>) -> Option<FieldMove> {
    (before != after).then_some(FieldMove { field, before, after })
}

fn release_moves<'p>(before: &'p Portfolio, after: &'p Portfolio) -> Vec<ReleaseMove<'p>> {
    let mut moves: Vec<ReleaseMove<'p>> = Vec::new();
    let target = |release: &Release| release.target.as_ref().map(|target| target.value);
    for release in &after.releases {
        let old = before.releases.get(&release.id);
        let status = |release: &Release| Some(release.status().as_str().to_owned());
        let dates = TargetMove { before: old.and_then(target), after: target(release) };
        let scope = scope_moves(old.map_or(&[], |old| &old.scope), &release.scope);
        let status = old.and_then(|old| moved("status", status(old), status(release)));
        let dates = (dates.before != dates.after).then_some(dates);
        let fate = if old.is_some() { Fate::Changed } else { Fate::New };
        if fate == Fate::New || status.is_some() || dates.is_some() || !scope.is_empty() {
            moves.push(ReleaseMove { fate, release, status, target: dates, scope });
        }
    }
    let gone = before.releases.iter().filter(|release| !after.releases.contains(&release.id));
    moves.extend(gone.map(|release| ReleaseMove {
        fate: Fate::Withdrawn,
        release,
        status: None,
        target: None,
        scope: Vec::new(),
    }));
    moves.sort_by(|a, b| a.release.id.cmp(&b.release.id));
    moves
}

/// Entries of a project that stands twice are compared one by one.
fn scope_moves<'p>(before: &'p [ScopeItem], after: &'p [ScopeItem]) -> Vec<ScopeMove<'p>> {
    let mut left: Vec<&ScopeItem> = before.iter().collect();
    let mut moves: Vec<ScopeMove<'p>> = Vec::new();
    for item in after {
        let at = left.iter().position(|old| old.project == item.project);
        let old = at.map(|at| left.remove(at));
        if old.is_none_or(|old| old.version.as_deref() != item.version.as_deref()) {
            moves.push(ScopeMove { project: &item.project, before: old, after: Some(item) });
        }
    }
    moves.extend(left.into_iter().map(|old| ScopeMove { project: &old.project, before: Some(old), after: None }));
    moves
}

/// Every decision, those about changes first, by id and then as written.
fn judged(side: Side<'_>) -> Vec<(Matter<'_>, JudgedApproval<'_>)> {
    let mut all = Vec::new();
    for (index, change) in side.gates.portfolio.changes.iter().enumerate() {
        all.extend(side.changes.decisions(index).into_iter().map(|entry| (Matter::Change(change), entry)));
    }
    for (index, release) in side.gates.portfolio.releases.iter().enumerate() {
        if release.gates.iter().any(|gate| !gate.approvals.is_empty()) {
            for gate in side.gates.of(index) {
                let matter = Matter::Gate(release, gate.id);
                all.extend(gate.approvals.into_iter().map(|entry| (matter, entry)));
            }
        }
    }
    all
}

/// Whether two entries are one decision.
fn is_same(one: &(Matter<'_>, JudgedApproval<'_>), other: &(Matter<'_>, JudgedApproval<'_>)) -> bool {
    let matter = match (one.0, other.0) {
        (Matter::Change(one), Matter::Change(other)) => one.id == other.id,
        (Matter::Gate(one, gate), Matter::Gate(other, of)) => one.id == other.id && gate == of,
        _ => false,
    };
    let at = |entry: &JudgedApproval<'_>| entry.approval.at.as_ref().map(|at| at.value);
    let (a, b) = (&one.1, &other.1);
    matter
        && a.approval.role == b.approval.role
        && a.approval.by == b.approval.by
        && a.decision() == b.decision()
        && at(a) == at(b)
}

fn decided<'p>(
    mut old: Vec<(Matter<'p>, JudgedApproval<'p>)>,
    new: Vec<(Matter<'p>, JudgedApproval<'p>)>,
) -> Vec<Decided<'p>> {
    let mut decided: Vec<Decided<'p>> = Vec::new();
    for one in new {
        match old.iter().position(|other| is_same(&one, other)) {
            Some(at) => drop(old.swap_remove(at)),
            None => decided.push(Decided { matter: one.0, entry: one.1, taken_back: false }),
        }
    }
    decided.extend(old.into_iter().map(|(matter, entry)| Decided { matter, entry, taken_back: true }));
    decided.sort_by_key(|decided| match decided.matter {
        Matter::Change(change) => (false, change.id.to_string(), String::new()),
        Matter::Gate(release, gate) => (true, release.id.to_string(), gate.to_owned()),
    });
    decided
}

fn gone_stale<'p>(
    old: &[(Matter<'p>, JudgedApproval<'p>)],
    new: &[(Matter<'p>, JudgedApproval<'p>)],
) -> Vec<GoneStale<'p>> {
    let is_stale = |entry: &JudgedApproval<'_>| {
        let changed = entry.flaws.iter().any(|flaw| matches!(flaw, Flaw::Stale(_)));
        entry.holds && entry.decision() == Decision::Approved && changed
    };
    let mut gone = Vec::new();
    for one in new.iter().filter(|(_, entry)| is_stale(entry)) {
        let was_stale = old.iter().any(|other| is_same(one, other) && is_stale(&other.1));
        if let (Matter::Gate(release, gate), false) = (one.0, was_stale) {
            gone.push(GoneStale { release, gate, entry: one.1.clone() });
        }
    }
    gone
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use super::*;
    use crate::analysis::testing::{Loaded, loaded};
    use crate::model::facts::Facts;
    use crate::time::{Clock, When};

    /// What happened from one text to the other, in words.
    fn digest(before: &str, after: &str) -> Vec<String> {
        let (before, after) = (loaded(before), loaded(after));
        let facts = Facts::default();
        let clock = Clock::at(When::parse("2026-11-16").unwrap(), before.portfolio.zone);
        let changes = [&before, &after].map(|side| Changes::new(&side.portfolio, &facts));
        let digest = Digest::new(
            Side { gates: gates(&before, &facts, &clock), changes: &changes[0] },
            Side { gates: gates(&after, &facts, &clock), changes: &changes[1] },
        );
        words(&digest)
    }

    fn gates<'p>(loaded: &'p Loaded, facts: &'p Facts, clock: &'p Clock) -> Gates<'p> {
        Gates { portfolio: &loaded.portfolio, schedule: &loaded.schedule, facts, clock }
    }

    fn words(digest: &Digest<'_>) -> Vec<String> {
        let or_none = |text: &Option<String>| text.clone().unwrap_or_else(|| "none".to_owned());
        let field = |one: &FieldMove| format!("{} {} > {}", one.field, or_none(&one.before), or_none(&one.after));
        let mut said = Vec::new();
        for one in &digest.changes {
            let fields: Vec<_> = one.fields.iter().map(field).collect();
            said.push(format!("{} {} {}", one.change.id, one.fate.as_str(), fields.join(", ")).trim().to_owned());
        }
        for one in &digest.releases {
            let version = |item: Option<&ScopeItem>| item.map(|item| item.version.as_deref().map(str::to_owned));
            let scope =
                one.scope.iter().map(|it| format!("{} {:?} > {:?}", it.project, version(it.before), version(it.after)));
            let days = one.target.map(|target| format!("{:?} days", target.days()));
            let status = one.status.iter().map(field);
            let all: Vec<_> = status.chain(days).chain(scope).collect();
            said.push(format!("{} {} {}", one.release.id, one.fate.as_str(), all.join(", ")).trim().to_owned());
        }
        for one in &digest.decisions {
            let matter = match one.matter {
                Matter::Change(change) => change.id.to_string(),
                Matter::Gate(release, gate) => format!("{}/{gate}", release.id),
            };
            let back = if one.taken_back { " taken back" } else { "" };
            said.push(format!("{matter} {} {}{back}", one.entry.approval.by, one.entry.decision().as_str()));
        }
        said
    }

    const CHANGE: &str = "kind: change\nid: C\nstatus: submitted\nrelease: one\n";
    const RELEASE: &str = "kind: release\nid: one\ntype: minor\nstatus: planned\ntarget: 2026-12-05\nscope: [{project: a, version: 1.0.0}, {project: b}]\n";

    #[test]
    fn the_same_is_no_news() {
        let text = format!("{CHANGE}---\n{RELEASE}");
        assert_eq!(digest(&text, &text), Vec::<String>::new());
    }

    #[test]
    fn changes_come_go_and_say_otherwise() {
        assert_eq!(digest(RELEASE, &format!("{RELEASE}---\n{CHANGE}")), ["C new"]);
        assert_eq!(digest(&format!("{RELEASE}---\n{CHANGE}"), RELEASE), ["C withdrawn"]);
        let draft = CHANGE.replace("submitted", "draft");
        assert_eq!(digest(CHANGE, &draft), ["C withdrawn status submitted > draft"]);
        assert_eq!(digest(&draft, CHANGE), ["C changed status draft > submitted"]);
        let other = CHANGE.replace("release: one", "window: {start: 2026-12-05T22:00, end: 2026-12-06}");
        let said = "C changed release one > none, window none > 2026-12-05T22:00 to 2026-12-06";
        assert_eq!(digest(CHANGE, &other), [said]);
        assert_eq!(digest(CHANGE, &format!("{CHANGE}name: Another\nowner: x\n")), Vec::<String>::new());
    }

    #[test]
    fn releases_move_their_targets_and_change_what_ships() {
        let later = RELEASE.replace("12-05", "12-12").replace("planned", "in-progress");
        assert_eq!(digest(RELEASE, &later), ["one changed status planned > in-progress, Some(7) days"]);
        assert_eq!(digest(RELEASE, &RELEASE.replace("target: 2026-12-05\n", "")), ["one changed None days"]);
        let scope = RELEASE
            .replace("[{project: a, version: 1.0.0}, {project: b}]", "[{project: a, version: 1.1.0}, {project: c}]");
        let said =
            r#"one changed a Some(Some("1.0.0")) > Some(Some("1.1.0")), c None > Some(None), b Some(None) > None"#;
        assert_eq!(digest(RELEASE, &scope), [said]);
        // A project that stands twice is compared entry by entry.
        let twice = RELEASE.replace("{project: b}", "{project: b}, {project: b}");
        assert_eq!(digest(RELEASE, &twice), ["one changed b None > Some(None)"]);
        assert_eq!(digest(RELEASE, CHANGE), ["C new", "one withdrawn"]);
    }

    #[test]
    fn decisions_are_made_and_taken_back() {
        let with = |entries: &str| format!("{CHANGE}approvals: [{entries}]\n");
        let (yes, no) =
            ("{role: r, by: ann, at: 2026-11-10}", "{role: r, by: ann, at: 2026-11-11, decision: rejected}");
        assert_eq!(digest(CHANGE, &with(yes)), ["C ann approved"]);
        assert_eq!(digest(&with(yes), &with(&format!("{yes}, {no}"))), ["C ann rejected"]);
        assert_eq!(digest(&with(yes), &with(no)), ["C ann rejected", "C ann approved taken back"]);
        assert_eq!(digest(&with(yes), &with(&yes.replace('}', ", decision: approved}"))), Vec::<String>::new());
        let gate = |entries: &str| format!("{RELEASE}gates: [{{id: g, approvals: [{entries}]}}]\n");
        assert_eq!(digest(&gate(""), &gate(yes)), ["one/g ann approved"]);
    }
}
