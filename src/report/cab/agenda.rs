//! The view of `relm cab agenda`: what the change board has to look at when it meets.

use chrono::NaiveDate;
use chrono_tz::Tz;
use serde::Serialize;

use crate::analysis::board::{Board, Unreviewed};
use crate::analysis::changes::Pending;
use crate::analysis::deployments;
use crate::analysis::gates::{Judged, Missing, risk_level};
use crate::model::portfolio::Rating;
use crate::report::Header;
use crate::report::changes::ChangeView;
use crate::report::gate::{Input, Source};
use crate::time::zone;

/// The name and version of [`Agenda`]'s shape.
pub const SCHEMA: &str = "relm.cab.agenda/1";

/// What `relm cab agenda` shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Agenda {
    /// Schema, day and revision.
    #[serde(flatten)]
    pub header: Header,
    /// The portfolio's name.
    pub portfolio: Option<String>,
    /// The day the board meets.
    #[schemars(with = "String", extend("format" = "date"))]
    pub date: NaiveDate,
    /// The day it meets again.
    #[schemars(with = "String", extend("format" = "date"))]
    pub next: NaiveDate,
    /// The roles that sit on it.
    pub roles: Vec<String>,
    /// The changes to decide, the most urgent first.
    pub decide: Vec<PendingView>,
    /// The gates to decide, by their last day.
    pub gates: Vec<GateRow>,
    /// The emergency changes to review, the oldest decision first.
    pub review: Vec<ReviewView>,
    /// What begins before the board meets again and is not to be decided, by its first day.
    pub soon: Vec<SoonView>,
}

/// A change to decide.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct PendingView {
    /// The change.
    #[serde(flatten)]
    pub change: ChangeView,
    /// When the decision is needed: the start of its window, else the earliest target of the releases that carry it.
    #[schemars(with = "Option<String>", extend("format" = "date"))]
    pub needed_by: Option<NaiveDate>,
    /// Calendar days from the meeting to then; negative when it is over.
    pub days_left: Option<i64>,
    /// Whether that is before the board meets again.
    pub before_next: bool,
    /// The day somebody last decided about it.
    #[schemars(with = "Option<String>", extend("format" = "date"))]
    pub last_decision: Option<NaiveDate>,
    /// The day of the commit that last changed its manifest: it has waited at least since. Null outside git.
    #[schemars(with = "Option<String>", extend("format" = "date"))]
    pub unchanged_since: Option<NaiveDate>,
    /// What carries it.
    pub carried_by: Vec<ReleaseRow>,
    /// Freezes in its window.
    pub freezes: Vec<FreezeRow>,
}

/// A release that carries a change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct ReleaseRow {
    /// The id.
    pub id: String,
    /// The name for people.
    pub name: Option<String>,
    /// Its type.
    pub r#type: String,
    /// Its status.
    pub status: &'static str,
    /// Its target.
    #[schemars(with = "Option<String>", extend("format" = "date"))]
    pub target: Option<NaiveDate>,
    /// Its risk level: `low`, `medium` or `high`.
    pub risk: Option<&'static str>,
    /// The environments it is deployed to.
    pub environments: Vec<String>,
    /// Its gates that lack an approval of the board.
    pub gates: Vec<GateRow>,
}

/// A gate that lacks an approval of the board.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct GateRow {
    /// The release.
    pub release: String,
    /// The id.
    pub id: String,
    /// The name for people.
    pub name: Option<String>,
    /// `pending`, `overdue`, `rejected` or `stale`, on the day of the meeting.
    pub state: &'static str,
    /// The last day.
    #[schemars(with = "Option<String>", extend("format" = "date"))]
    pub due: Option<NaiveDate>,
    /// Calendar days from the meeting to the last day; negative when it is over.
    pub days_left: Option<i64>,
    /// When the decision was asked for, as written.
    pub submitted: Option<String>,
    /// The approvals it waits for, in words.
    pub waits_for: Vec<String>,
    /// What else is missing, in words.
    pub missing: Vec<String>,
    /// Where it is written, else where it is demanded.
    pub source: Option<Source>,
}

/// A freeze in the window of a change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct FreezeRow {
    /// The id.
    pub id: String,
    /// The name for people.
    pub name: Option<String>,
    /// The environments that are frozen.
    pub environments: Vec<String>,
    /// Where it is written.
    pub source: Option<Source>,
}

/// An emergency change to review.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct ReviewView {
    /// The change.
    #[serde(flatten)]
    pub change: ChangeView,
    /// The day it was decided.
    #[schemars(with = "Option<String>", extend("format" = "date"))]
    pub decided: Option<NaiveDate>,
    /// The last day of the review, where a release that carries it has shipped and its type says.
    #[schemars(with = "Option<String>", extend("format" = "date"))]
    pub due: Option<NaiveDate>,
    /// Calendar days from the meeting to the last day; negative when it is over.
    pub days_left: Option<i64>,
}

/// A change that begins before the board meets again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct SoonView {
    /// The change.
    #[serde(flatten)]
    pub change: ChangeView,
    /// Its first day.
    #[schemars(with = "String", extend("format" = "date"))]
    pub begins: NaiveDate,
}

impl Agenda {
    /// What a board has to look at.
    pub fn new(header: Header, input: &Input<'_>, board: &Board<'_>) -> Self {
        let (date, zone) = (board.gates.clock.today, input.portfolio().zone);
        let review = |entry: &Unreviewed<'_>| ReviewView {
            change: ChangeView::new(input, board.changes, &entry.standing),
            decided: entry.decided.map(|at| zone::local(at, zone).date()),
            due: entry.due,
            days_left: entry.due.map(|due| (due - date).num_days()),
        };
        let soon = board.soon().into_iter().map(|soon| SoonView {
            change: ChangeView::new(input, board.changes, &soon.standing),
            begins: soon.begins,
        });
        Self {
            portfolio: input.portfolio().settings.common.name().map(str::to_owned),
            date,
            next: board.next,
            roles: board.roles.iter().cloned().collect(),
            decide: board.to_decide().iter().map(|pending| PendingView::new(input, board, pending, zone)).collect(),
            gates: gate_rows(input, board, &board.gates_to_decide()),
            review: board.to_review().iter().map(review).collect(),
            soon: soon.collect(),
            header,
        }
    }

    /// Whether there is nothing to talk about.
    pub fn is_empty(&self) -> bool {
        self.decide.is_empty() && self.gates.is_empty() && self.review.is_empty() && self.soon.is_empty()
    }
}

impl PendingView {
    fn new(input: &Input<'_>, board: &Board<'_>, pending: &Pending<'_>, zone: Tz) -> Self {
        let portfolio = input.portfolio();
        let index = pending.standing.index;
        let environment = |&index: &usize| portfolio.environments[index].id.to_string();
        let carried_by = board.changes.carriers(index).iter().map(|carrier| {
            let release = &portfolio.releases[carrier.release];
            let gates: Vec<_> =
                board.gates_of(carrier.release).into_iter().map(|gate| (carrier.release, gate)).collect();
            ReleaseRow {
                id: release.id.to_string(),
                name: release.common.name().map(str::to_owned),
                r#type: release.r#type.to_string(),
                status: release.status().as_str(),
                target: release.target.as_ref().map(|target| target.value),
                risk: release.risk.as_deref().and_then(|risk| risk_level(portfolio, risk)).map(Rating::as_str),
                environments: deployments::environments(portfolio, release).iter().map(environment).collect(),
                gates: gate_rows(input, board, &gates),
            }
        });
        let freezes = board.clashes(index).into_iter().map(|clash| FreezeRow {
            id: clash.freeze.id.to_string(),
            name: clash.freeze.common.name().map(str::to_owned),
            environments: clash.environments.iter().map(environment).collect(),
            source: input.source(clash.freeze.id.span),
        });
        Self {
            change: ChangeView::new(input, board.changes, &pending.standing),
            needed_by: pending.needed_by,
            days_left: pending.needed_by.map(|day| (day - board.gates.clock.today).num_days()),
            before_next: pending.needed_by.is_some_and(|day| day < board.next),
            last_decision: pending.last_decision.map(|at| zone::local(at, zone).date()),
            unchanged_since: None,
            carried_by: carried_by.collect(),
            freezes: freezes.collect(),
        }
    }
}

fn gate_rows<'p>(input: &Input<'_>, board: &Board<'p>, gates: &[(usize, Judged<'p>)]) -> Vec<GateRow> {
    let rows = gates.iter().map(|(release, gate)| {
        let is_mine =
            |missing: &Missing<'_>| matches!(missing, Missing::Approvals(it) if board.roles.contains(&**it.role));
        let (mine, others): (Vec<_>, Vec<_>) = gate.missing().into_iter().partition(is_mine);
        let words = |all: Vec<Missing<'_>>| all.iter().map(ToString::to_string).collect();
        let submitted = gate.written.and_then(|gate| gate.submitted.as_ref());
        GateRow {
            release: input.portfolio().releases[*release].id.to_string(),
            id: gate.id.to_string(),
            name: gate.name().map(str::to_owned),
            state: gate.state.as_str(),
            due: gate.due,
            days_left: gate.due.map(|due| (due - board.gates.clock.today).num_days()),
            submitted: submitted.map(|at| at.value.to_string()),
            waits_for: words(mine),
            missing: words(others),
            source: input.source(gate.id.span),
        }
    });
    rows.collect()
}
