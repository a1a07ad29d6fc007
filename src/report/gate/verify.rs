//! The view of `relm gate verify`: what the history proves of every approval, and what not.

use std::collections::HashSet;

use serde::Serialize;

use super::words::{self, Statement};
use super::{Input, Source};
use crate::analysis::gates::{Flaw, Judged, JudgedApproval, Policy, Proof};
use crate::choice;
use crate::model::facts::{Commit, Given, History, Introduction, Signature, Who};
use crate::model::portfolio::Provenance as Wanted;
use crate::model::release::Decision;
use crate::report::Header;

/// The name and version of [`Verify`]'s shape.
pub const SCHEMA: &str = "relm.gate.verify/1";

choice! {
    /// What an approval comes to.
    pub enum Verdict {
        /// The approver gave it, in a role they held, as far as that is asked for.
        Proven = "proven",
        /// It is not proven, or shown to be something else.
        NotProven = "not-proven",
        /// It is proven, and what was approved has changed since.
        Stale = "stale",
        /// It is proven, and counts for nothing because duties are separated.
        OwnWork = "own-work",
    }
}

/// What `relm gate verify` shows.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct Verify {
    /// Schema, day and revision.
    #[serde(flatten)]
    pub header: Header,
    /// The portfolio's name.
    pub portfolio: Option<String>,
    /// How approvals must be proven.
    pub policy: PolicyView,
    /// How much of the history could be read: `whole`, `shallow`, `outside-git`, `no-commit` or `unreadable`.
    pub history: &'static str,
    /// Why the history cannot be read, where it cannot.
    pub history_fault: Option<String>,
    /// Whether every approval is proven that must be.
    pub verified: bool,
    /// Approvals that are proven; those that are stale or own work are.
    pub proven: usize,
    /// Approvals that are not.
    pub not_proven: usize,
    /// Every approval: of gates by release, in the order of the manifests, then of changes by id.
    pub approvals: Vec<Entry>,
}

/// What `approvals:` in `relm.yaml` says, with the defaults.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct PolicyView {
    /// `none`, `author` or `signed`.
    pub provenance: &'static str,
    /// Whether the owner and the authors of the scope may not approve.
    pub separation_of_duties: bool,
    /// What makes an approval stale when it changes.
    pub stale_when_changed: Vec<&'static str>,
}

/// An approval, what the history says of it, and what that comes to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Entry {
    /// The release, for approvals of gates; for those of changes the release that carries it, where it says so.
    pub release: Option<String>,
    /// The gate, for approvals of gates.
    pub gate: Option<String>,
    /// The change, for approvals of changes.
    pub change: Option<String>,
    /// In which role.
    pub role: String,
    /// Who.
    pub by: String,
    /// When, as written.
    pub at: Option<String>,
    /// `approved` or `rejected`.
    pub decision: &'static str,
    /// The commit that gave the entry its exact value; null when there is none or it cannot be told.
    pub commit: Option<CommitView>,
    /// `signed`, `author`, `other-author`, `uncommitted` or `unverifiable`.
    pub provenance: &'static str,
    /// `proven`, `not-proven`, `stale` or `own-work`. Without a policy it is judged as by `author`.
    pub verdict: &'static str,
    /// Whether the policy wants it proven and it is not.
    pub fails: bool,
    /// Whether it is the decision of its person in its role that holds.
    pub holds: bool,
    /// Whether it counts: an approval for what is decided, a refusal against it.
    pub counts: bool,
    /// What was written beside it.
    pub note: Option<String>,
    /// What is proven and what is not, in words.
    pub statements: Vec<Statement>,
    /// Where it is written.
    pub source: Option<Source>,
}

/// A commit, as far as an auditor asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct CommitView {
    /// The full identifier.
    pub id: String,
    /// The first line of its message.
    pub subject: String,
    /// Who wrote it.
    pub author: WhoView,
    /// Who put it into the repository.
    pub committer: WhoView,
    /// When it was written, RFC 3339, as the author's clock says.
    #[schemars(extend("format" = "date-time"))]
    pub at: String,
    /// What its signature proves.
    pub signature: SignatureView,
    /// The clone ends here, so that the value may be older.
    pub at_boundary: bool,
}

/// A name and an address as a commit has them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct WhoView {
    /// The name.
    pub name: String,
    /// The e-mail address.
    pub email: String,
    /// The person of the portfolio.
    pub person: Option<String>,
}

/// What the signature of a commit proves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct SignatureView {
    /// `missing`, `valid`, `invalid` or `not-verifiable`.
    pub state: &'static str,
    /// The fingerprint of the key, where it is valid.
    pub key: Option<String>,
    /// The people who listed this key before the commit and still list it.
    pub people: Vec<String>,
    /// Why it is not valid, or of which kind it is.
    pub why: Option<String>,
}

impl Verify {
    /// The approvals of the gates of these releases, by index, and of the changes they carry; of every change when `all`
    /// are asked for.
    pub fn new(header: Header, input: &Input<'_>, releases: &[usize], all: bool) -> Self {
        let portfolio = input.portfolio();
        let mut approvals = Vec::new();
        for &release in releases {
            for gate in input.gates.of(release) {
                approvals.extend(Entry::of_gate(input, release, &gate));
            }
        }
        let ids: HashSet<&str> = releases.iter().map(|&release| &*portfolio.releases[release].id).collect();
        let scopes = releases.iter().flat_map(|&release| &portfolio.releases[release].scope);
        let carried: HashSet<&str> = scopes.flat_map(|item| &item.changes).map(|id| &**id).collect();
        for (index, change) in portfolio.changes.iter().enumerate() {
            let named = change.release.as_deref().is_some_and(|release| ids.contains(release));
            if all || named || carried.contains(&*change.id) {
                approvals.extend(Entry::of_change(input, index));
            }
        }
        let not_proven = approvals.iter().filter(|entry| entry.verdict == Verdict::NotProven.as_str()).count();
        let provenance = input.gates.facts.provenance.as_ref();
        let history = provenance.map(|provenance| &provenance.history);
        Self {
            header,
            portfolio: portfolio.settings.common.name().map(str::to_owned),
            policy: PolicyView::new(input),
            history: history.map_or("unreadable", history_word),
            history_fault: history.and_then(|history| match history {
                History::Unreadable(why) => Some(why.clone()),
                _ => None,
            }),
            verified: !approvals.iter().any(|entry| entry.fails),
            proven: approvals.len() - not_proven,
            not_proven,
            approvals,
        }
    }
}

impl PolicyView {
    /// The policy of the portfolio.
    pub fn new(input: &Input<'_>) -> Self {
        let policy = Policy::of(input.portfolio());
        let written = input.portfolio().settings.approvals.as_ref();
        let causes = written.map_or(&[][..], |policy| &policy.stale_when_changed);
        Self {
            provenance: policy.provenance.as_str(),
            separation_of_duties: policy.separation_of_duties,
            stale_when_changed: causes.iter().map(|cause| cause.value.as_str()).collect(),
        }
    }
}

/// The word for how much of the history could be read.
pub fn history_word(history: &History) -> &'static str {
    match history {
        History::Whole => "whole",
        History::Shallow => "shallow",
        History::OutsideGit => "outside-git",
        History::NoCommit => "no-commit",
        History::Unreadable(_) => "unreadable",
    }
}

impl Entry {
    /// The approvals of a gate of a release, by the release's index.
    pub fn of_gate(input: &Input<'_>, release: usize, gate: &Judged<'_>) -> Vec<Self> {
        let of = |entry| Self {
            release: Some(input.portfolio().releases[release].id.to_string()),
            gate: Some(gate.id.to_string()),
            ..Self::new(input, entry)
        };
        gate.approvals.iter().map(of).collect()
    }

    /// The approvals of a change, by its index.
    pub fn of_change(input: &Input<'_>, index: usize) -> Vec<Self> {
        let change = &input.portfolio().changes[index];
        let of = |entry: &JudgedApproval<'_>| Self {
            release: change.release.as_ref().map(ToString::to_string),
            change: Some(change.id.to_string()),
            ..Self::new(input, entry)
        };
        input.gates.of_change(index).iter().map(of).collect()
    }

    /// An approval, without what it belongs to.
    fn new(input: &Input<'_>, entry: &JudgedApproval<'_>) -> Self {
        let wanted = Policy::of(input.portfolio()).provenance;
        let history = input.gates.facts.provenance.as_ref().map(|provenance| &provenance.history);
        let verdict = verdict(entry, wanted);
        let demanded = wanted != Wanted::None && entry.decision() == Decision::Approved;
        let approval = entry.approval;
        let introduction = entry.facts.and_then(|facts| facts.introduction.as_ref());
        Self {
            release: None,
            gate: None,
            change: None,
            role: approval.role.to_string(),
            by: approval.by.to_string(),
            at: approval.at.as_ref().map(ToString::to_string),
            decision: entry.decision().as_str(),
            commit: introduction.map(CommitView::new),
            provenance: entry.proof.as_str(),
            verdict: verdict.as_str(),
            fails: demanded && verdict == Verdict::NotProven,
            holds: entry.holds,
            counts: entry.holds && entry.flaws.is_empty(),
            note: approval.note.as_ref().map(ToString::to_string),
            statements: words::statements(entry, wanted, history),
            source: input.source(approval.span),
        }
    }
}

/// What an approval comes to. A refusal is measured in the same way, though it counts in any case.
fn verdict(entry: &JudgedApproval<'_>, wanted: Wanted) -> Verdict {
    let proven = match entry.proof {
        Proof::Signed => true,
        Proof::Author => wanted != Wanted::Signed,
        Proof::OtherAuthor | Proof::Uncommitted | Proof::Unverifiable => false,
    };
    let role = entry.facts.filter(|facts| facts.introduction.is_some()).map(|facts| facts.role);
    let lacks_role = matches!(role, Some(Given::GrantedHere | Given::NotHeld))
        || entry.flaws.iter().any(|flaw| matches!(flaw, Flaw::LacksRole(_)));
    if !proven || lacks_role {
        Verdict::NotProven
    } else if entry.flaws.iter().any(|flaw| matches!(flaw, Flaw::Owner(_) | Flaw::WroteScope(_))) {
        Verdict::OwnWork
    } else if entry.flaws.iter().any(|flaw| matches!(flaw, Flaw::Stale(_))) {
        Verdict::Stale
    } else {
        Verdict::Proven
    }
}

impl CommitView {
    fn new(introduction: &Introduction) -> Self {
        let Introduction { commit, at_boundary } = introduction;
        let Commit { id, subject, author, committer, at, signature } = commit;
        Self {
            id: id.clone(),
            subject: subject.clone(),
            author: WhoView::new(author),
            committer: WhoView::new(committer),
            at: at.to_rfc3339(),
            signature: SignatureView::new(signature),
            at_boundary: *at_boundary,
        }
    }
}

impl WhoView {
    /// The view of an identity.
    pub fn new(who: &Who) -> Self {
        let Who { name, email, person } = who;
        Self { name: name.clone(), email: email.clone(), person: person.as_ref().map(ToString::to_string) }
    }
}

impl SignatureView {
    fn new(signature: &Signature) -> Self {
        let none = Self { state: "missing", key: None, people: Vec::new(), why: None };
        match signature {
            Signature::Missing => none,
            Signature::Valid { fingerprint, people } => Self {
                state: "valid",
                key: Some(fingerprint.clone()),
                people: people.iter().map(ToString::to_string).collect(),
                ..none
            },
            Signature::Invalid(why) => Self { state: "invalid", why: Some(why.clone()), ..none },
            Signature::NotVerifiable(kind) => Self { state: "not-verifiable", why: Some((*kind).to_owned()), ..none },
        }
    }
}
