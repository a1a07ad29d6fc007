//! Requests for change: who decided what, whether a change is approved at an instant, which releases carry it, and what the
//! board has still to decide.
//!
//! Decisions are judged as those on gates are: the latest of a person in a role holds; an approval counts when nothing speaks
//! against it (the role is held, the change is not the approver's own where duties are separated, its origin is proven as far as
//! the policy wants); a rejection counts whoever says it.
//!
//! The status of a change has no date. It holds at every instant, unless a decision that counts and says the same is dated later:
//! then it has become so only then. So a change that is `approved` without an approval is approved, for its status says so; it
//! is unproven ([`State::Unproven`]), which views that speak of proof have to say. Where approvals are to be proven, a status alone
//! approves nothing.

use chrono::{DateTime, NaiveDate, Utc};

use super::gates::{JudgedApproval, Policy, Work, holding, judge_on};
use crate::choice;
use crate::diagnostic::Span;
use crate::model::facts::Facts;
use crate::model::portfolio::Provenance;
use crate::model::records::{Change, ChangeStatus, ChangeType};
use crate::model::release::{Decision, Release, Status};
use crate::model::{Id, Portfolio};

choice! {
    /// Where a change stands at an instant.
    pub enum State {
        /// It is a standard change, which nobody has to approve each time.
        PreAuthorised = "pre-authorised",
        /// An approval counts, and nobody has rejected it.
        Approved = "approved",
        /// Its status says that it is approved; no approval that counts does.
        Unproven = "unproven",
        /// Somebody has rejected it.
        Rejected = "rejected",
        /// It was handed in, and nobody has decided.
        Waiting = "waiting",
        /// Nobody was asked yet.
        Draft = "draft",
    }
}

impl State {
    /// Whether it may be carried out, where nothing has to be proven.
    const fn is_approved(self) -> bool {
        matches!(self, Self::PreAuthorised | Self::Approved | Self::Unproven)
    }
}

/// A release that carries a change.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Carrier<'p> {
    /// The release, by index.
    pub release: usize,
    /// Where it is written: `release` of the change, or the entry under `changes` of the scope.
    pub place: &'p Id,
    /// The scope of the release says so, and not the change.
    pub by_scope: bool,
}

/// A change at an instant.
#[derive(Debug, Clone, PartialEq)]
pub struct Standing<'p> {
    /// The change, by index.
    pub index: usize,
    /// The manifest.
    pub change: &'p Change,
    /// Where it stands.
    pub state: State,
    /// The decisions that hold, in the order of the file.
    pub decisions: Vec<JudgedApproval<'p>>,
    /// Whether approvals are to be proven: then a status alone approves nothing.
    needs_proof: bool,
}

impl Standing<'_> {
    /// Whether the change may be carried out.
    pub const fn is_approved(&self) -> bool {
        self.state.is_approved() && !(self.needs_proof && matches!(self.state, State::Unproven))
    }
}

/// A change that the board has to decide.
#[derive(Debug, Clone, PartialEq)]
pub struct Pending<'p> {
    /// Where it stands: waiting, or rejected and handed in again.
    pub standing: Standing<'p>,
    /// When the decision is needed: the start of its window, else the earliest target of the releases that carry it.
    pub needed_by: Option<NaiveDate>,
    /// When somebody last decided something about it.
    pub last_decision: Option<DateTime<Utc>>,
}

/// The changes of a portfolio with the releases that carry them.
#[derive(Debug)]
pub struct Changes<'p> {
    portfolio: &'p Portfolio,
    facts: &'p Facts,
    /// By index of the change.
    carriers: Vec<Vec<Carrier<'p>>>,
    /// The same the other way round: the changes by index of the release, sorted.
    carried: Vec<Vec<usize>>,
}

impl<'p> Changes<'p> {
    /// Looks through all changes and scopes once. Releases and changes that nobody declares are left out.
    pub fn new(portfolio: &'p Portfolio, facts: &'p Facts) -> Self {
        let named = |change: &'p Change| {
            let place = change.release.as_ref()?;
            Some(Carrier { release: portfolio.releases.index(place)?, place, by_scope: false })
        };
        let mut carriers: Vec<Vec<Carrier<'p>>> =
            portfolio.changes.iter().map(|change| named(change).into_iter().collect()).collect();
        for (release, manifest) in portfolio.releases.iter().enumerate() {
            for place in manifest.scope.iter().flat_map(|item| &item.changes) {
                let Some(change) = portfolio.changes.index(place) else { continue };
                if !carriers[change].iter().any(|carrier| carrier.release == release) {
                    carriers[change].push(Carrier { release, place, by_scope: true });
                }
            }
        }
        let mut carried = vec![Vec::new(); portfolio.releases.len()];
        for (change, carriers) in carriers.iter().enumerate() {
            for carrier in carriers {
                carried[carrier.release].push(change);
            }
        }
        Self { portfolio, facts, carriers, carried }
    }

    /// The releases that carry a change, each once: the one it names, then those whose scope lists it, by index. A standard
    /// change may have many.
    pub fn carriers(&self, change: usize) -> &[Carrier<'p>] {
        &self.carriers[change]
    }

    /// The changes that a release carries, by index.
    pub fn of_release(&self, release: usize) -> impl Iterator<Item = usize> {
        self.carried[release].iter().copied()
    }

    /// All decisions on a change, judged, in the order of the file.
    pub fn decisions(&self, index: usize) -> Vec<JudgedApproval<'p>> {
        let change = &self.portfolio.changes[index];
        let work = Work { owner: change.common.owner(), scope: &[] };
        judge_on(self.portfolio, self.facts, work, &change.approvals)
    }

    /// Where a change stands at an instant, as far as the manifests of today tell. A decision dated by a day was made at its
    /// first instant, one without a date long ago.
    pub fn standing(&self, index: usize, at: DateTime<Utc>) -> Standing<'p> {
        let change = &self.portfolio.changes[index];
        let (past, later): (Vec<_>, Vec<_>) =
            self.decisions(index).into_iter().partition(|entry| self.made(entry).is_none_or(|made| made <= at));
        let held: Vec<Span> =
            holding(&past.iter().collect::<Vec<_>>()).iter().map(|entry| entry.approval.span).collect();
        let mut decisions = past;
        decisions.retain(|entry| held.contains(&entry.approval.span));
        let needs_proof = Policy::of(self.portfolio).provenance != Provenance::None;
        Standing { index, change, state: state(change, &decisions, &later, at), decisions, needs_proof }
    }

    /// When a decision was made.
    pub fn made(&self, entry: &JudgedApproval<'_>) -> Option<DateTime<Utc>> {
        entry.made
    }

    /// What the board has to decide at an instant: normal and emergency changes that are `submitted` and not approved, the most
    /// urgent first, then by id.
    pub fn pending(&self, at: DateTime<Utc>) -> Vec<Pending<'p>> {
        let changes = self.portfolio.changes.iter().enumerate();
        let submitted = changes.filter(|(_, change)| status(change) == ChangeStatus::Submitted);
        let standing = submitted.map(|(index, _)| self.standing(index, at));
        let mut pending: Vec<Pending<'p>> = standing
            .filter(|standing| !standing.is_approved())
            .map(|standing| Pending {
                needed_by: self.needed_by(standing.index),
                last_decision: standing.decisions.iter().filter_map(|entry| self.made(entry)).max(),
                standing,
            })
            .collect();
        // The table is sorted by id, and the sort keeps that order.
        pending.sort_by_key(|pending| (pending.needed_by.is_none(), pending.needed_by));
        pending
    }

    /// The day a change is counted on: the last of its window, else the latest day on which a release that carries it shipped,
    /// else the latest on which one is to ship, else that of the latest decision. Releases that are called off carry nothing. What
    /// is closed is over: no day later than today dates it.
    pub fn day(&self, change: usize, today: NaiveDate) -> Option<NaiveDate> {
        let manifest = &self.portfolio.changes[change];
        let is_closed = status(manifest) == ChangeStatus::Closed;
        let fits = |day: &NaiveDate| !is_closed || *day <= today;
        let latest = |day: fn(&Release) -> Option<NaiveDate>| {
            let carrying = self.carriers[change].iter().map(|carrier| &self.portfolio.releases[carrier.release]);
            carrying.filter(|release| release.status() != Status::Cancelled).filter_map(day).filter(fits).max()
        };
        let shipped = |release: &Release| Some(release.actual.as_ref()?.end.as_ref()?.value);
        let to_ship = |release: &Release| Some(release.target.as_ref()?.value);
        let decided = manifest.approvals.iter().filter_map(|entry| entry.at.as_ref()).map(|at| at.value.date());
        let window = manifest.window.as_ref().map(|window| window.end.value.last_day()).filter(fits);
        window.or_else(|| latest(shipped)).or_else(|| latest(to_ship)).or_else(|| decided.filter(fits).max())
    }

    /// When the decision about a change is needed: the start of its window, else the earliest target of the releases that carry
    /// it and are not called off.
    pub fn needed_by(&self, change: usize) -> Option<NaiveDate> {
        let window = self.portfolio.changes[change].window.as_ref();
        let carrying = self.carriers[change].iter().map(|carrier| &self.portfolio.releases[carrier.release]);
        let open = carrying.filter(|release| release.status() != Status::Cancelled);
        let target = open.filter_map(|release| release.target.as_ref()).map(|target| target.value).min();
        window.map(|window| window.start.value.date()).or(target)
    }
}

/// The status of a change; draft unless it says otherwise.
pub fn status(change: &Change) -> ChangeStatus {
    change.status.as_ref().map_or(ChangeStatus::Draft, |status| status.value)
}

/// How a change is authorised; normal unless it says otherwise.
pub fn kind(change: &Change) -> ChangeType {
    change.r#type.unwrap_or(ChangeType::Normal)
}

/// Where a change stands by the decisions that hold at an instant, its status, and the decisions `later`, which date the status.
fn state(change: &Change, decisions: &[JudgedApproval<'_>], later: &[JudgedApproval<'_>], at: DateTime<Utc>) -> State {
    let status = status(change);
    let is_no = |entry: &JudgedApproval<'_>| entry.decision() == Decision::Rejected;
    let is_yes = |entry: &JudgedApproval<'_>| !is_no(entry) && entry.flaws.is_empty();
    let is_rejected = status == ChangeStatus::Rejected && !later.iter().any(is_no);
    let is_allowed = matches!(status, ChangeStatus::Approved | ChangeStatus::Implemented | ChangeStatus::Closed);
    if decisions.iter().any(is_no) || is_rejected {
        State::Rejected
    } else if kind(change) == ChangeType::Standard {
        State::PreAuthorised
    } else if decisions.iter().any(|entry| entry.counted_at(at)) {
        State::Approved
    } else if is_allowed && !later.iter().any(is_yes) {
        State::Unproven
    } else if status == ChangeStatus::Draft {
        State::Draft
    } else {
        State::Waiting
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use super::*;
    use crate::analysis::gates::Flaw;
    use crate::load::testing::portfolio;
    use crate::time::When;

    const SETTINGS: &str = "kind: portfolio\nstages: [test, prod]\ntimezone: Europe/Madrid\nroles: [board, boss]\n\
        people: [{id: ann, roles: [board]}, {id: bo, roles: [board, boss], team: web}, {id: cy}]\nteams: [{id: web}]\n\
        approvals: {separation_of_duties: true}\n";

    fn instant(text: &str) -> DateTime<Utc> {
        When::parse(text).unwrap().instant(chrono_tz::Europe::Madrid)
    }

    fn read(fields: &str) -> Portfolio {
        portfolio(&format!("{SETTINGS}---\nkind: change\nid: C\n{fields}\n"))
    }

    /// Where the change stands on the 16th at noon.
    fn state_of(fields: &str) -> State {
        state_at(fields, "2026-11-16T12:00")
    }

    fn state_at(fields: &str, at: &str) -> State {
        let (portfolio, facts) = (read(fields), Facts::default());
        Changes::new(&portfolio, &facts).standing(0, instant(at)).state
    }

    fn approvals(entries: &str) -> String {
        format!("approvals: [{entries}]")
    }

    const ANN: &str = "{role: board, by: ann, at: 2026-11-10, decision: approved}";

    #[test]
    fn the_status_says_so_where_nobody_else_does() {
        assert_eq!(state_of(""), State::Draft);
        assert_eq!(state_of("status: submitted"), State::Waiting);
        assert_eq!(state_of("status: rejected"), State::Rejected);
        for status in ["approved", "implemented", "closed"] {
            let state = state_of(&format!("status: {status}"));
            assert_eq!(state, State::Unproven);
            assert!(state.is_approved());
        }
    }

    #[test]
    fn one_approval_that_counts_is_enough_and_one_rejection_is_too_much() {
        let submitted = |entries: &str| state_of(&format!("status: submitted\n{}", approvals(entries)));
        assert_eq!(submitted(ANN), State::Approved);
        assert_eq!(submitted("{role: board, by: ann}"), State::Approved, "approved is the default");
        assert_eq!(submitted("{role: boss, by: ann}"), State::Waiting, "a role she does not hold");
        assert_eq!(submitted("{role: board, by: nobody}"), State::Waiting);
        assert_eq!(submitted(&format!("{ANN}, {{role: boss, by: bo, decision: rejected}}")), State::Rejected);
        assert_eq!(submitted(&format!("{ANN}, {{role: boss, by: cy, decision: rejected}}")), State::Rejected);
        assert_eq!(state_of(&format!("status: approved\n{}", approvals("{role: board, by: cy}"))), State::Unproven);
    }

    #[test]
    fn the_latest_decision_of_a_person_in_a_role_holds() {
        let no = |at: &str| format!("{{role: board, by: ann, {at}decision: rejected}}");
        let judged = |entries: &str| state_of(&format!("status: submitted\n{}", approvals(entries)));
        assert_eq!(judged(&format!("{}, {ANN}", no("at: 2026-11-09, "))), State::Approved);
        assert_eq!(judged(&format!("{ANN}, {}", no("at: 2026-11-09, "))), State::Approved, "dates before places");
        assert_eq!(judged(&format!("{ANN}, {}", no("at: 2026-11-11, "))), State::Rejected);
        assert_eq!(judged(&format!("{}, {ANN}", no(""))), State::Approved, "without a date the place decides");
        assert_eq!(judged(&format!("{ANN}, {}", no(""))), State::Rejected);
        // What does not count takes nothing back.
        let worthless = "{role: boss, by: cy, decision: rejected}, {role: boss, by: cy, decision: approved}";
        assert_eq!(judged(worthless), State::Rejected);
        // In another role it is another decision.
        let both = "{role: board, by: bo, decision: rejected}, {role: boss, by: bo, decision: approved}";
        assert_eq!(judged(both), State::Rejected);
    }

    #[test]
    fn the_owner_cannot_approve_where_duties_are_separated() {
        let own = |owner: &str, by: &str| {
            state_of(&format!(
                "status: submitted\nowner: {owner}\n{}",
                approvals(&format!("{{role: board, by: {by}}}"))
            ))
        };
        assert_eq!(own("ann", "ann"), State::Waiting);
        assert_eq!(own("ann", "bo"), State::Approved);
        assert_eq!(own("web", "bo"), State::Waiting);
        assert_eq!(own("web", "ann"), State::Approved);
        let portfolio = read("owner: ann\napprovals: [{role: board, by: ann}, {role: boss, by: cy}]");
        let facts = Facts::default();
        let standing = Changes::new(&portfolio, &facts).standing(0, instant("2026-11-16"));
        let flaws: Vec<_> = standing.decisions.iter().map(|entry| &entry.flaws[..]).collect();
        assert!(matches!(flaws[..], [[Flaw::Owner(_)], [Flaw::LacksRole(_)]]), "{flaws:?}");
    }

    #[test]
    fn decisions_date_the_status() {
        let approved = format!("status: closed\n{}", approvals(ANN));
        assert_eq!(state_at(&approved, "2026-11-09T23:59"), State::Waiting);
        assert_eq!(state_at(&approved, "2026-11-10"), State::Approved, "a date counts from its first instant");
        let withdrawn = format!(
            "status: rejected\n{}",
            approvals(&format!("{ANN}, {{role: board, by: ann, at: 2026-11-12, decision: rejected}}"))
        );
        assert_eq!(state_at(&withdrawn, "2026-11-11"), State::Approved);
        assert_eq!(state_at(&withdrawn, "2026-11-12"), State::Rejected);
        // Without a decision that counts, nothing says since when.
        let worthless = format!("status: approved\n{}", approvals("{role: boss, by: ann, at: 2026-11-10}"));
        assert_eq!(state_at(&worthless, "2026-11-01"), State::Unproven);
    }

    #[test]
    fn standard_changes_need_nobody_unless_somebody_says_no() {
        assert_eq!(state_of("type: standard"), State::PreAuthorised);
        assert_eq!(state_of("type: standard\nstatus: rejected"), State::Rejected);
        assert_eq!(
            state_of("type: standard\nstatus: approved\napprovals: [{role: board, by: ann, decision: rejected}]"),
            State::Rejected
        );
        assert_eq!(state_of("type: emergency\nstatus: submitted"), State::Waiting);
    }

    const RELEASES: &str = "---\nkind: release\nid: named\ntype: minor\ntarget: 2026-12-10\n---\n\
        kind: release\nid: listing\ntype: minor\ntarget: 2026-12-01\nscope: [{project: a, changes: [C]}, {project: b, changes: [C, D, X]}]\n";

    #[test]
    fn releases_carry_what_names_them_and_what_they_list() {
        let text = format!(
            "{SETTINGS}---\nkind: change\nid: C\nrelease: named\n---\nkind: change\nid: D\n---\nkind: change\nid: E\nrelease: gone\n{RELEASES}"
        );
        let portfolio = portfolio(&text);
        let facts = Facts::default();
        let changes = Changes::new(&portfolio, &facts);
        let of = |change: usize| {
            let names = changes.carriers(change).iter();
            names.map(|carrier| (portfolio.releases[carrier.release].id.as_str(), carrier.by_scope)).collect::<Vec<_>>()
        };
        assert_eq!(of(0), [("named", false), ("listing", true)]);
        assert_eq!(of(1), [("listing", true)]);
        assert_eq!(of(2), []);
        let listing = portfolio.releases.index("listing").unwrap();
        assert_eq!(changes.of_release(listing).collect::<Vec<_>>(), [0, 1]);
    }

    #[test]
    fn a_change_is_counted_on_the_last_day_that_is_known_of_it() {
        let day = |fields: &str| {
            let decided = approvals("{role: board, by: ann, at: 2026-11-10}, {role: boss, by: bo, at: 2026-11-09}");
            let portfolio = portfolio(&format!("{SETTINGS}---\nkind: change\nid: C\n{decided}\n{fields}\n{RELEASES}"));
            let facts = Facts::default();
            Changes::new(&portfolio, &facts).day(0, "2026-12-05".parse().unwrap()).map(|day| day.to_string())
        };
        let day = |fields: &str| day(fields).unwrap_or_default();
        assert_eq!(day("release: named\nwindow: {start: 2026-11-20T22:00, end: 2026-11-21}"), "2026-11-21");
        assert_eq!(
            day("window: {start: 2026-11-20T22:00, end: 2026-11-21T00:00}"),
            "2026-11-20",
            "the night ends there"
        );
        assert_eq!(day("release: named"), "2026-12-10", "the later of the two that carry it");
        assert_eq!(day("release: named\nstatus: closed"), "2026-12-01", "what is closed did not happen after today");
        let cancelled = |status: &str| {
            day(&format!("release: gone\nstatus: closed\n---\nkind: release\nid: gone\ntype: minor\n{status}"))
        };
        assert_eq!(
            cancelled("status: released\nactual: {end: 2026-11-25}"),
            "2026-11-25",
            "what shipped before what is to ship"
        );
        assert_eq!(cancelled("status: cancelled\nactual: {end: 2026-11-25}"), "2026-12-01");
        let ahead = "status: closed\nwindow: {start: 2026-12-20T22:00, end: 2026-12-21}\nrelease: named\n";
        assert_eq!(day(ahead), "2026-12-01", "a window that is still ahead dates nothing that is closed");
        let portfolio = read(&approvals(ANN));
        let facts = Facts::default();
        assert_eq!(Changes::new(&portfolio, &facts).day(0, "2026-12-05".parse().unwrap()), "2026-11-10".parse().ok());
    }

    #[test]
    fn the_board_decides_what_is_submitted_the_most_urgent_first() {
        let change = |id: &str, more: &str| format!("---\nkind: change\nid: {id}\n{more}\n");
        let text = [
            SETTINGS.to_owned(),
            change("A", "status: submitted"),
            change("C", "status: submitted\nrelease: named"),
            change("D", "status: submitted\nwindow: {start: 2026-11-20T22:00, end: 2026-11-21}\napprovals: [{role: board, by: ann, at: 2026-11-12, decision: rejected}]"),
            change("E", "status: draft"),
            change("F", "type: standard\nstatus: submitted"),
            change("G", &format!("status: submitted\n{}", approvals(ANN))),
            RELEASES.to_owned(),
        ]
        .concat();
        let portfolio = portfolio(&text);
        let facts = Facts::default();
        let pending = Changes::new(&portfolio, &facts).pending(instant("2026-11-16"));
        let said: Vec<_> = pending
            .iter()
            .map(|pending| {
                let day = pending.needed_by.map(|day| day.to_string()).unwrap_or_default();
                (pending.standing.change.id.as_str(), day, pending.standing.state, pending.last_decision)
            })
            .collect();
        assert_eq!(
            said,
            [
                ("D", "2026-11-20".to_owned(), State::Rejected, Some(instant("2026-11-12"))),
                ("C", "2026-12-01".to_owned(), State::Waiting, None),
                ("A", String::new(), State::Waiting, None),
            ]
        );
    }
}
