//! What the change board has to look at when it meets: changes and gates to decide, emergencies to review, and what begins before
//! it meets again.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};

use super::changes::{Changes, Pending, Standing, State, kind, status};
use super::deployments;
use super::gates::{self, Gates, Judged, Required, last_day_within};
use super::windows::{self, Deploying, Times};
use crate::model::portfolio::Freeze;
use crate::model::records::{ChangeStatus, ChangeType};
use crate::model::release::{Release, Review, Status};
use crate::model::{Id, Portfolio};

/// The role that decides about changes where no change was decided yet.
const USUAL_ROLE: &str = "change-manager";

/// A meeting of the change board.
#[derive(Debug)]
pub struct Board<'p> {
    /// Where gates stand at the meeting; the clock tells when that is.
    pub gates: Gates<'p>,
    /// The changes.
    pub changes: &'p Changes<'p>,
    /// The roles that sit on it.
    pub roles: BTreeSet<String>,
    /// The day it meets again.
    pub next: NaiveDate,
}

/// A freeze in the window of a change.
#[derive(Debug, Clone, PartialEq)]
pub struct Clash<'p> {
    /// The freeze.
    pub freeze: &'p Freeze,
    /// The environments that are frozen, by index.
    pub environments: Vec<usize>,
}

/// An emergency change that went ahead and that nobody has looked at since.
#[derive(Debug, Clone, PartialEq)]
pub struct Unreviewed<'p> {
    /// Where it stands.
    pub standing: Standing<'p>,
    /// When it was decided.
    pub decided: Option<DateTime<Utc>>,
    /// The last day of the review, where a release carries it that has shipped and whose type says.
    pub due: Option<NaiveDate>,
}

/// A change that begins before the board meets again.
#[derive(Debug, Clone, PartialEq)]
pub struct Soon<'p> {
    /// Where it stands.
    pub standing: Standing<'p>,
    /// The start of its window, else the earliest target of the releases that carry it.
    pub begins: NaiveDate,
}

/// The roles that have decided about changes, else the usual one where the portfolio has it.
pub fn roles(portfolio: &Portfolio) -> BTreeSet<String> {
    let used = portfolio.changes.iter().flat_map(|change| &change.approvals);
    let used: BTreeSet<String> = used.map(|approval| approval.role.to_string()).collect();
    if !used.is_empty() {
        return used;
    }
    portfolio.settings.roles.iter().filter(|role| **role == USUAL_ROLE).map(ToString::to_string).collect()
}

impl<'p> Board<'p> {
    fn portfolio(&self) -> &'p Portfolio {
        self.gates.portfolio
    }

    /// The changes to decide, the most urgent first.
    pub fn to_decide(&self) -> Vec<Pending<'p>> {
        self.changes.pending(self.gates.clock.now)
    }

    /// The approvals of the board that a gate lacks.
    pub fn lacking<'j>(&self, gate: &'j Judged<'p>) -> Vec<&'j Required<'p>> {
        let mine = gate.required.iter().filter(|required| self.roles.contains(&**required.role));
        mine.filter(|required| gate.state != gates::State::Passed && required.lacking() > 0).collect()
    }

    /// The gates of a release that lack an approval of the board.
    pub fn gates_of(&self, release: usize) -> Vec<Judged<'p>> {
        self.gates.of(release).into_iter().filter(|gate| !self.lacking(gate).is_empty()).collect()
    }

    /// The gates to decide, with the index of their release, by their last day: those that were submitted, that are due before
    /// the board meets again, or of which all criteria are met. Of drafts only those that were submitted.
    pub fn gates_to_decide(&self) -> Vec<(usize, Judged<'p>)> {
        let releases = self.portfolio().releases.iter().enumerate();
        let open = releases.filter(|(_, release)| !release.status().is_over());
        let mut found = Vec::new();
        for (index, release) in open {
            let is_draft = release.status() == Status::Draft;
            let asked = |gate: &Judged<'p>| {
                let is_submitted = gate.written.is_some_and(|gate| gate.submitted.is_some());
                let is_due = gate.due.is_some_and(|due| due < self.next);
                let is_ready = !gate.criteria.is_empty() && gate.met() == gate.criteria.len();
                is_submitted || !is_draft && (is_due || is_ready)
            };
            found.extend(self.gates_of(index).into_iter().filter(asked).map(|gate| (index, gate)));
        }
        found.sort_by_key(|(_, gate)| (gate.due.is_none(), gate.due));
        found
    }

    /// Freezes that forbid a change in its window where the releases that carry it are deployed; while none does, wherever in
    /// production its project can run. A change without a window has none.
    pub fn clashes(&self, change: usize) -> Vec<Clash<'p>> {
        let portfolio = self.portfolio();
        let manifest = &portfolio.changes[change];
        let Some(window) = &manifest.window else { return Vec::new() };
        let when = Times::once(&window.start, &window.end, portfolio.zone);
        let Some(when) = when.and_then(|times| times.during(windows::always()).first().copied()) else {
            return Vec::new();
        };
        let mut clashes = Vec::new();
        for freeze in &portfolio.settings.freezes {
            let mut environments = BTreeSet::new();
            for (release, places) in self.places(change) {
                let shipped: Vec<&Id> = match (&manifest.project, release) {
                    (Some(project), _) => vec![project],
                    (None, Some(release)) => release.scope.iter().map(|item| &item.project).collect(),
                    (None, None) => Vec::new(),
                };
                let day = window.start.value.date();
                let excepted = release.is_some_and(|release| windows::exception(freeze, release, day).is_some());
                environments.extend(places.into_iter().filter(|&environment| {
                    let environment = &portfolio.environments[environment];
                    let what = Deploying { environment, projects: &shipped, release };
                    !excepted && windows::concerns(portfolio, freeze, what)
                }));
            }
            let frozen = || Times::freeze(freeze, portfolio.zone).is_some_and(|times| !times.during(when).is_empty());
            if !environments.is_empty() && frozen() {
                clashes.push(Clash { freeze, environments: environments.into_iter().collect() });
            }
        }
        clashes
    }

    /// Where a change goes, by index, with the release that takes it there.
    fn places(&self, change: usize) -> Vec<(Option<&'p Release>, Vec<usize>)> {
        let portfolio = self.portfolio();
        let carriers = self.changes.carriers(change);
        if carriers.is_empty() {
            let Some(project) = &portfolio.changes[change].project else { return Vec::new() };
            let environments = portfolio.environments.iter().enumerate();
            let hosts = environments
                .filter(|(_, environment)| portfolio.is_production(&environment.id) && environment.hosts(project));
            return vec![(None, hosts.map(|(index, _)| index).collect())];
        }
        let releases = carriers.iter().map(|carrier| &portfolio.releases[carrier.release]);
        releases.map(|release| (Some(release), deployments::environments(portfolio, release))).collect()
    }

    /// Emergency changes that were allowed and that nobody has looked at since, the oldest decision first: neither are they
    /// closed, nor does a release that carries them say who reviewed it.
    pub fn to_review(&self) -> Vec<Unreviewed<'p>> {
        let changes = self.portfolio().changes.iter().enumerate();
        let open = changes.filter(|(index, change)| {
            kind(change) == ChangeType::Emergency
                && status(change) != ChangeStatus::Closed
                && self.review(*index).is_none()
        });
        let standing = open.map(|(index, _)| self.changes.standing(index, self.gates.clock.now));
        let mut found: Vec<Unreviewed<'p>> = standing
            .filter(|standing| matches!(standing.state, State::PreAuthorised | State::Approved | State::Unproven))
            .map(|standing| Unreviewed {
                decided: standing.decisions.iter().filter_map(|entry| self.changes.made(entry)).max(),
                due: self.review_due(standing.index),
                standing,
            })
            .collect();
        found.sort_by_key(|entry| (entry.decided.is_none(), entry.decided));
        found
    }

    /// Who looked at an emergency afterwards, as a release that carries it says.
    fn review(&self, change: usize) -> Option<&'p Review> {
        let mut carrying =
            self.changes.carriers(change).iter().map(|carrier| &self.portfolio().releases[carrier.release]);
        carrying.find_map(|release| release.emergency.as_ref()?.reviewed.as_ref())
    }

    fn review_due(&self, change: usize) -> Option<NaiveDate> {
        let portfolio = self.portfolio();
        let due = |release: usize| {
            let release = &portfolio.releases[release];
            let kind = portfolio.settings.release_types.get(&release.r#type)?;
            let end = release.actual.as_ref()?.end.as_ref()?.value;
            let within = kind.review_within.as_ref()?.value.0;
            Some(last_day_within(portfolio.release_calendar(release), end, within))
        };
        self.changes.carriers(change).iter().filter_map(|carrier| due(carrier.release)).min()
    }

    /// The changes that begin from the day of the meeting up to the day before the next, and are not to be decided: where they
    /// stand is worth knowing before they begin. What is done or refused is left out.
    pub fn soon(&self) -> Vec<Soon<'p>> {
        let clock = self.gates.clock;
        let pending: BTreeSet<usize> = self.to_decide().iter().map(|pending| pending.standing.index).collect();
        let changes = self.portfolio().changes.iter().enumerate();
        let open = changes.filter(|(index, change)| {
            let is_done = matches!(status(change), ChangeStatus::Implemented | ChangeStatus::Closed);
            !is_done && !pending.contains(index)
        });
        let mut soon: Vec<Soon<'p>> = open
            .filter_map(|(index, _)| {
                let begins = self.changes.needed_by(index)?;
                let standing = self.changes.standing(index, clock.now);
                let is_near = begins >= clock.today && begins < self.next;
                (is_near && standing.state != State::Rejected).then_some(Soon { standing, begins })
            })
            .collect();
        soon.sort_by_key(|soon| soon.begins);
        soon
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use super::*;
    use crate::analysis::testing::loaded;
    use crate::model::facts::Facts;
    use crate::time::{Clock, When};

    const SETTINGS: &str = "kind: portfolio\nstages: [test, prod]\nroles: [board, change-manager, tester]\n\
        people: [{id: ann, roles: [board]}]\n\
        release_types: {emergency: {review_within: 2d}}\n\
        freezes: [{id: quiet, from: 2026-12-01, to: 2026-12-05, stages: [prod], except: [{release: waved, expires: 2026-12-02}]}]\n\
        ---\nkind: environment\nid: live\nstage: prod\n";

    /// What a board says that meets on Monday 2026-11-16 and again a week later.
    fn at_the_board<T>(text: &str, ask: impl FnOnce(&Board<'_>) -> T) -> T {
        let loaded = loaded(&format!("{SETTINGS}---\n{text}"));
        let (facts, zone) = (Facts::default(), loaded.portfolio.zone);
        let clock = Clock::at(When::parse("2026-11-16").unwrap(), zone);
        let gates = Gates { portfolio: &loaded.portfolio, schedule: &loaded.schedule, facts: &facts, clock: &clock };
        let changes = Changes::new(&loaded.portfolio, &facts);
        let roles = roles(&loaded.portfolio);
        ask(&Board { gates, changes: &changes, roles, next: "2026-11-23".parse().unwrap() })
    }

    #[test]
    fn the_board_are_those_who_decided_before() {
        let of = |text: &str| roles(&loaded(&format!("{SETTINGS}---\n{text}")).portfolio);
        assert_eq!(of("kind: change\nid: C"), BTreeSet::from(["change-manager".to_owned()]));
        assert_eq!(
            of("kind: change\nid: C\napprovals: [{role: board, by: ann}]"),
            BTreeSet::from(["board".to_owned()])
        );
        assert_eq!(roles(&loaded("kind: change\nid: C").portfolio), BTreeSet::new());
    }

    #[test]
    fn gates_wait_that_are_submitted_due_or_ready() {
        let gate = |id: &str, more: &str| format!("  - {{id: {id}, requires: [{{role: change-manager}}], {more}}}\n");
        let gates = [
            gate("due", "due: 2026-11-22"),
            gate("later", "due: 2026-11-23"),
            gate("ready", "due: 2026-12-23, criteria: [{id: a, status: met}]"),
            gate("unready", "due: 2026-12-24, criteria: [{id: a}]"),
            gate("asked", "due: 2026-12-25, submitted: 2026-11-02, criteria: [{id: a}]"),
            "  - {id: other, due: 2026-11-17, requires: [{role: tester}]}\n".to_owned(),
        ]
        .concat();
        let names = |status: &str| {
            let text = format!("kind: release\nid: r\ntype: minor\nstatus: {status}\ngates:\n{gates}");
            at_the_board(&text, |board| {
                let gates = board.gates_to_decide();
                gates.iter().map(|(_, gate)| gate.id.to_string()).collect::<Vec<_>>()
            })
        };
        assert_eq!(names("planned"), ["due", "ready", "asked"]);
        assert_eq!(names("draft"), ["asked"]);
        assert_eq!(names("closed"), Vec::<String>::new());
    }

    #[test]
    fn freezes_in_the_window_are_clashes_unless_an_exception_holds() {
        let clashes = |release: &str, window: &str| {
            let text = format!(
                "kind: release\nid: {release}\ntype: minor\ndeployment: {{environments: [live]}}\n---\n\
                 kind: change\nid: C\nrelease: {release}\nwindow: {{start: {window}, end: 2026-12-31}}"
            );
            at_the_board(&text, |board| {
                let clashes = board.clashes(0);
                clashes.iter().map(|clash| (clash.freeze.id.to_string(), clash.environments.len())).collect::<Vec<_>>()
            })
        };
        let quiet = [("quiet".to_owned(), 1)];
        assert_eq!(clashes("plain", "2026-12-05T22:00"), quiet);
        assert_eq!(clashes("plain", "2026-12-06"), []);
        assert_eq!(clashes("waved", "2026-12-02T22:00"), []);
        assert_eq!(clashes("waved", "2026-12-03T22:00"), quiet, "the exception is over");
        let alone = "kind: project\nid: web\n---\nkind: change\nid: C\nproject: web\nwindow: {start: 2026-12-05, end: 2026-12-05}";
        assert_eq!(at_the_board(alone, |board| board.clashes(0).len()), 1, "where its project can run");
    }

    #[test]
    fn emergencies_are_reviewed_once() {
        let review = |change: &str, release: &str| {
            let text = format!(
                "kind: release\nid: fix\ntype: emergency\nstatus: released\nactual: {{end: 2026-11-13}}\n{release}---\n\
                 kind: change\nid: C\nrelease: fix\ntype: emergency\n{change}"
            );
            at_the_board(&text, |board| {
                board.to_review().iter().map(|entry| (entry.decided.is_some(), entry.due)).collect::<Vec<_>>()
            })
        };
        let due = "2026-11-17".parse().ok();
        let yes = "status: implemented\napprovals: [{role: board, by: ann, at: 2026-11-13}]";
        assert_eq!(review(yes, ""), [(true, due)]);
        assert_eq!(review("status: approved", ""), [(false, due)], "nobody is named, which the review is for");
        assert_eq!(review(yes, "emergency: {reviewed: {by: ann}}\n"), []);
        assert_eq!(review("status: closed", ""), []);
        assert_eq!(review("status: submitted", ""), [], "it is to be decided first");
    }

    #[test]
    fn what_begins_before_the_next_board_is_known() {
        let change = |id: &str, more: &str| format!("kind: change\nid: {id}\n{more}\n---\n");
        let window = |day: &str| format!("window: {{start: {day}T20:00, end: 2026-12-31}}");
        let text = [
            change("a-last", &format!("status: approved\n{}", window("2026-11-22"))),
            change("b-first", &format!("status: draft\n{}", window("2026-11-16"))),
            change("c-later", &format!("status: approved\n{}", window("2026-11-23"))),
            change("d-before", &format!("status: approved\n{}", window("2026-11-15"))),
            change("e-decided-now", &format!("status: submitted\n{}", window("2026-11-17"))),
            change("f-refused", &format!("status: rejected\n{}", window("2026-11-17"))),
            change("g-done", &format!("status: implemented\n{}", window("2026-11-17"))),
            change("h-undated", "status: approved"),
        ]
        .concat();
        at_the_board(text.trim_end_matches("---\n"), |board| {
            let soon: Vec<_> = board.soon().iter().map(|soon| soon.standing.change.id.to_string()).collect();
            assert_eq!(soon, ["b-first", "a-last"]);
            assert_eq!(board.to_decide().len(), 1);
        });
    }
}
