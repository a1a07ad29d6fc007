#![allow(clippy::unwrap_used)]

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate};
use chrono_tz::Tz;

use super::{Flaw, Gates, Judged, Proof, State, risk_level};
use crate::analysis::testing::{Loaded, loaded};
use crate::diagnostic::Span;
use crate::model::facts::{
    ApprovalFacts, Change, Commit, Facts, Given, History, Introduction, Provenance, Signature, Who,
};
use crate::model::portfolio::Rating;
use crate::time::{Clock, When};

const SETTINGS: &str = "kind: portfolio\nstages: [test, prod]\nroles: [tester, manager]\n\
    people: [{id: ann, roles: [tester, manager]}, {id: bob, roles: [tester]}, {id: cid, roles: [manager], team: ops}]\n\
    teams: [{id: ops}]\n\
    gate_templates:\n  \
      exit: {criteria: [{id: a}, {id: b}], requires: [{role: tester, count: 2}, {role: manager}]}\n  \
      check: {before: first, criteria: [{id: x}]}\n\
    release_types: {minor: {gates: [exit]}, quick: {gates: [check], review_within: 5d}, free: {}}\n\
    risk_levels: {high: {gates: [check]}}\n";
const PROD: &str = "---\nkind: environment\nid: prod\nstage: prod\n---\nkind: environment\nid: test\nstage: test\n";

fn portfolio(policy: &str, releases: &str) -> Loaded {
    loaded(&format!("{SETTINGS}{policy}{PROD}---\n{releases}"))
}

/// A release of a type that demands nothing, deployed on Wednesday 2026-12-02, with one gate.
fn with_gate(policy: &str, rest: &str, gate: &str) -> Loaded {
    let release = format!(
        "kind: release\nid: r\ntype: free\n{rest}phases: [{{id: go, start: 2026-12-02, duration: 1d, environments: [prod]}}]\n\
         gates: [{gate}]\n"
    );
    portfolio(policy, &release)
}

fn judge<'l>(loaded: &'l Loaded, facts: &'l Facts, clock: &'l Clock) -> Vec<Judged<'l>> {
    Gates { portfolio: &loaded.portfolio, schedule: &loaded.schedule, facts, clock }.of(0)
}

fn clock(today: &str) -> Clock {
    Clock::at(When::parse(today).unwrap(), Tz::UTC)
}

/// Each gate's id, state, and what is missing.
fn states(loaded: &Loaded, facts: &Facts, today: &str) -> Vec<(String, State, Vec<String>)> {
    let clock = clock(today);
    let judged = judge(loaded, facts, &clock);
    let said = judged.iter().map(|gate| {
        let missing = gate.missing().iter().map(ToString::to_string).collect();
        (gate.id.to_string(), gate.state, missing)
    });
    said.collect()
}

fn state(gate: &str, today: &str) -> (State, Vec<String>) {
    let (_, state, missing) = states(&with_gate("", "", gate), &Facts::default(), today).remove(0);
    (state, missing)
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn commit(person: &str, signer: Option<&str>) -> Commit {
    let who =
        |person: &str| Who { name: person.into(), email: format!("{person}@example.com"), person: Some(person.into()) };
    let signature = signer.map_or(Signature::Missing, |signer| Signature::Valid {
        fingerprint: "SHA256:x".into(),
        people: vec![signer.into()],
    });
    Commit {
        id: "c0ffee".into(),
        subject: String::new(),
        author: who(person),
        committer: who(person),
        at: DateTime::parse_from_rfc3339("2026-11-20T10:00:00+00:00").unwrap(),
        signature,
    }
}

fn by(person: &str, signer: Option<&str>) -> ApprovalFacts {
    ApprovalFacts {
        introduction: Some(Introduction { commit: commit(person, signer), at_boundary: false }),
        role: Given::Held,
        replaced: None,
        with_criteria: false,
        changed: Vec::new(),
        restored: Vec::new(),
    }
}

/// What the history says of the approvals of the first gate, in their order.
fn history(loaded: &Loaded, facts: Vec<ApprovalFacts>) -> Facts {
    let spans = loaded.portfolio.releases[0].gates[0].approvals.iter().map(|approval| approval.span);
    let approvals: HashMap<Span, ApprovalFacts> = spans.zip(facts).collect();
    Facts { provenance: Some(Provenance { approvals, ..Provenance::default() }), ..Facts::default() }
}

#[test]
fn the_level_of_a_risk_follows_the_matrix_and_else_the_larger_of_the_two() {
    let level = |matrix: &str, risk: &str| {
        let policy = format!("risk_matrix: {{{matrix}}}\n");
        let release = format!("kind: release\nid: r\ntype: free\nrisk: {{{risk}}}\n");
        let loaded = portfolio(&policy, &release);
        risk_level(&loaded.portfolio, loaded.portfolio.releases[0].risk.as_deref().unwrap())
    };
    for (impact, complexity, expected) in [
        ("low", "low", Rating::Low),
        ("low", "medium", Rating::Low),
        ("medium", "low", Rating::Low),
        ("low", "high", Rating::Medium),
        ("high", "low", Rating::Medium),
        ("medium", "medium", Rating::Medium),
        ("medium", "high", Rating::High),
        ("high", "medium", Rating::High),
        ("high", "high", Rating::High),
    ] {
        assert_eq!(level("", &format!("impact: {impact}, complexity: {complexity}")), Some(expected));
    }
    assert_eq!(level("low/low: high", "impact: low, complexity: low"), Some(Rating::High));
    assert_eq!(level("", "impact: medium"), Some(Rating::Medium));
    assert_eq!(level("", "register: []"), None);
}

#[test]
fn what_type_and_risk_demand_is_judged_from_the_template() {
    let release = "kind: release\nid: r\ntype: minor\nrisk: {impact: high, complexity: high}\n\
        phases: [{id: dev, start: 2026-12-01, duration: 1d, environments: [test]}, {id: go, start: 2026-12-02, duration: 1d, environments: [prod]}]\n";
    let loaded = portfolio("", release);
    let clock = clock("2026-11-16");
    let facts = Facts::default();
    let judged = judge(&loaded, &facts, &clock);
    assert_eq!(judged.iter().map(|gate| &**gate.id).collect::<Vec<_>>(), ["exit", "check"]);
    assert!(judged.iter().all(|gate| gate.written.is_none()));
    assert_eq!(judged[0].due, Some(day("2026-12-01")));
    assert_eq!(judged[1].due, Some(day("2026-11-30")), "it guards the first phase");
    assert_eq!((judged[0].demanded(), judged[0].given(), judged[0].met()), (3, 0, 0));
    assert_eq!(judged[1].demands[0].level, Some(Rating::High));
    let missing: Vec<String> = judged[0].missing().iter().map(ToString::to_string).collect();
    assert_eq!(
        missing,
        [
            "criterion `a` is not met",
            "criterion `b` is not met",
            "2 of 2 approvals by a tester",
            "approval by a manager"
        ]
    );
}

#[test]
fn the_file_wins_over_the_template_by_criterion_and_by_role() {
    let gate = "{id: exit, criteria: [{id: b, status: met}, {id: c}], requires: [{role: tester}], \
                approvals: [{role: tester, by: bob}]}";
    let (state, missing) = state(gate, "2026-11-16");
    assert_eq!(state, State::Pending);
    assert_eq!(missing, ["criterion `a` is not met", "criterion `c` is not met", "approval by a manager"]);
}

#[test]
fn a_release_that_only_writes_how_a_criterion_stands_keeps_the_report_that_decides_it() {
    let policy = "gate_templates: {tested: {criteria: [{id: green, name: All green, check: {junit: r.xml}}]}}\n";
    let text = format!("{}{policy}{PROD}---\n", SETTINGS.replace("gate_templates:\n", "x-others:\n"));
    let release = "kind: release\nid: r\ntype: free\ngates: [{id: tested, criteria: [{id: green, status: met}]}]\n";
    let loaded = loaded(&format!("{text}{release}"));
    let (facts, clock) = (Facts::default(), clock("2026-11-16"));
    let judged = judge(&loaded, &facts, &clock);
    assert_eq!((judged[0].state, judged[0].criteria[0].name()), (State::Pending, Some("All green")));
    assert!(matches!(judged[0].criteria[0].outcome, super::Outcome::Report(_)), "`status: met` is not enough");
}

#[test]
fn the_latest_decision_of_each_person_in_each_role_holds() {
    let gate = |approvals: &str| format!("{{id: g, requires: [{{role: tester, count: 2}}], approvals: [{approvals}]}}");
    let of = |approvals: &str| state(&gate(approvals), "2026-11-16").0;
    assert_eq!(of("{role: tester, by: ann}, {role: tester, by: bob}"), State::Passed);
    assert_eq!(of("{role: tester, by: ann}, {role: tester, by: ann}"), State::Pending, "one person, once");
    assert_eq!(of("{role: manager, by: ann}, {role: tester, by: bob}"), State::Pending, "another role");
    assert_eq!(of("{role: tester, by: ann, decision: rejected}, {role: tester, by: bob}"), State::Rejected);
    let again = "{role: tester, by: ann, decision: rejected}, {role: tester, by: bob}, {role: tester, by: ann}";
    assert_eq!(of(again), State::Passed);
    let unsorted = "{role: tester, by: ann, at: 2026-11-12}, {role: tester, by: bob, at: 2026-11-12}, \
                    {role: tester, by: ann, at: 2026-11-10, decision: rejected}";
    assert_eq!(of(unsorted), State::Passed, "the time of a decision says which is later, not its place");
    let other = "{role: tester, by: ann, at: 2026-11-12, decision: rejected}, {role: tester, by: ann, at: 2026-11-11}, {role: x, by: bob}";
    assert_eq!(of(other), State::Rejected, "entries of others do not reorder one's own");
    let same_day = "{role: tester, by: bob}, {role: tester, by: ann, at: 2026-11-12T10:00}, \
                    {role: tester, by: ann, at: 2026-11-12, decision: rejected}";
    assert_eq!(of(same_day), State::Rejected, "a day without an hour stands where the file has it");
    assert_eq!(of("{role: tester, by: ann}, {role: tester, by: cid}"), State::Pending, "`cid` is no tester");
}

#[test]
fn a_gate_is_overdue_the_day_after_it_is_due_and_one_that_asks_for_nothing_never_passes() {
    assert_eq!(state("{id: g, due: 2026-11-20, criteria: [{id: a}]}", "2026-11-20").0, State::Pending);
    assert_eq!(state("{id: g, due: 2026-11-20, criteria: [{id: a}]}", "2026-11-21").0, State::Overdue);
    assert_eq!(state("{id: g, due: 2026-11-20, criteria: [{id: a, status: met}]}", "2026-11-21").0, State::Passed);
    let (state, missing) = state("{id: g}", "2026-11-16");
    assert_eq!((state, missing), (State::Pending, vec!["it has no criteria and needs no approval".to_owned()]));
}

#[test]
fn nothing_waits_for_the_gates_of_what_was_called_off() {
    let gate = "{id: g, due: 2026-11-20, criteria: [{id: a}]}";
    let at = |status: &str| states(&with_gate("", status, gate), &Facts::default(), "2026-11-21")[0].1;
    assert_eq!(at("status: planned\n"), State::Overdue);
    assert_eq!(at("status: cancelled\n"), State::Pending);
}

#[test]
fn a_waiver_holds_through_its_last_day_judged_when_the_guarded_work_begins() {
    let gate = |expires: &str| {
        format!("{{id: g, criteria: [{{id: a, status: waived, waiver: {{by: bo, reason: why, expires: {expires}}}}}]}}")
    };
    assert_eq!(state(&gate("2026-12-02"), "2026-11-16").0, State::Passed);
    let (before, missing) = state(&gate("2026-12-01"), "2026-11-16");
    assert_eq!(
        (before, missing),
        (State::Pending, vec!["criterion `a`: its waiver holds only to 2026-12-01".to_owned()])
    );
    assert_eq!(state(&gate("2026-12-04"), "2026-12-05").0, State::Overdue, "today is later");
}

#[test]
fn a_waiver_without_a_name_or_a_reason_opens_nothing() {
    let gate = |waiver: &str| state(&format!("{{id: g, criteria: [{{id: a, status: waived{waiver}}}]}}"), "2026-11-16");
    assert_eq!(gate(", waiver: {by: bo, reason: why}").0, State::Passed);
    for (waiver, lacks) in [
        ("", "a reason and the name of who decided it"),
        (", waiver: {by: bo}", "a reason"),
        (", waiver: {by: bo, reason: ' '}", "a reason"),
        (", waiver: {reason: why}", "the name of who decided it"),
    ] {
        assert_eq!(gate(waiver), (State::Pending, vec![format!("criterion `a`: its waiver does not give {lacks}")]));
    }
}

#[test]
fn gates_of_an_emergency_may_follow_within_the_review() {
    let release = "kind: release\nid: r\ntype: quick\nactual: {start: 2026-12-03, end: 2026-12-04}\n\
                   phases: [{id: go, start: 2026-12-03, duration: 2d, environments: [prod]}]\n";
    let loaded = portfolio("", release);
    assert_eq!(states(&loaded, &Facts::default(), "2026-12-11")[0].1, State::Pending);
    assert_eq!(states(&loaded, &Facts::default(), "2026-12-12")[0].1, State::Overdue);
}

const AUTHOR: &str = "approvals: {provenance: author}\n";
const APPROVED: &str = "{id: g, requires: [{role: tester}], approvals: [{role: tester, by: bob}]}";

#[test]
fn what_the_policy_wants_proven_must_be() {
    let judged = |policy: &str, facts: Option<ApprovalFacts>| {
        let loaded = with_gate(&format!("approvals: {{provenance: {policy}}}\n"), "", APPROVED);
        let facts = history(&loaded, facts.into_iter().collect());
        let clock = clock("2026-11-16");
        let gate = judge(&loaded, &facts, &clock).remove(0);
        (gate.state, gate.approvals[0].proof)
    };
    let uncommitted = ApprovalFacts { introduction: None, ..by("bob", None) };
    for (facts, proof, by_author, by_signature) in [
        (by("bob", Some("bob")), Proof::Signed, true, true),
        (by("bob", None), Proof::Author, true, false),
        (by("ann", None), Proof::OtherAuthor, false, false),
        (by("ann", Some("bob")), Proof::Signed, true, true),
        (by("bob", Some("ann")), Proof::Author, true, false),
        (uncommitted, Proof::Uncommitted, false, false),
    ] {
        let state = |passed| if passed { State::Passed } else { State::Pending };
        assert_eq!(judged("author", Some(facts.clone())), (state(by_author), proof));
        assert_eq!(judged("signed", Some(facts.clone())), (state(by_signature), proof));
        assert_eq!(judged("none", Some(facts)), (State::Passed, proof));
    }
}

#[test]
fn without_a_history_nothing_is_proven() {
    let loaded = with_gate(AUTHOR, "", APPROVED);
    for history in [History::OutsideGit, History::Unreadable("why".into())] {
        let facts = Facts { provenance: Some(Provenance { history, ..Provenance::default() }), ..Facts::default() };
        assert_eq!(states(&loaded, &facts, "2026-11-16")[0].1, State::Pending);
    }
    assert_eq!(states(&loaded, &Facts::default(), "2026-11-16")[0].1, State::Pending);
    let mut boundary = by("bob", Some("bob"));
    boundary.introduction.as_mut().unwrap().at_boundary = true;
    let facts = history(&loaded, vec![boundary]);
    let clock = clock("2026-11-16");
    assert_eq!(judge(&loaded, &facts, &clock)[0].approvals[0].flaws, [Flaw::Unverified(Proof::Unverifiable)]);
}

#[test]
fn a_forged_approval_does_not_take_a_refusal_back() {
    let gate = "{id: g, requires: [{role: tester}], approvals: [{role: tester, by: bob, decision: rejected}, {role: tester, by: bob}]}";
    let loaded = with_gate(AUTHOR, "", gate);
    let forged = history(&loaded, vec![by("bob", None), by("ann", None)]);
    assert_eq!(states(&loaded, &forged, "2026-11-16")[0].1, State::Rejected);
    let genuine = history(&loaded, vec![by("bob", None), by("bob", None)]);
    assert_eq!(states(&loaded, &genuine, "2026-11-16")[0].1, State::Passed);
}

#[test]
fn a_role_must_have_been_held_before_the_commit_that_uses_it() {
    let loaded = with_gate(AUTHOR, "", APPROVED);
    for (role, state) in [
        (Given::Held, State::Passed),
        (Given::GrantedHere, State::Pending),
        (Given::NotHeld, State::Pending),
        (Given::Unknown, State::Passed),
    ] {
        let facts = history(&loaded, vec![ApprovalFacts { role, ..by("bob", None) }]);
        assert_eq!(states(&loaded, &facts, "2026-11-16")[0].1, state, "{role:?}; unknown falls back on today's roles");
    }
}

#[test]
fn owners_and_authors_of_the_scope_do_not_count_when_duties_are_separated() {
    let gate = "{id: g, requires: [{role: manager}], approvals: [{role: manager, by: cid}]}";
    for (policy, owner, expected) in [
        ("approvals: {separation_of_duties: true}\n", "owner: cid\n", State::Pending),
        ("approvals: {separation_of_duties: true}\n", "owner: ops\n", State::Pending),
        ("approvals: {separation_of_duties: true}\n", "owner: ann\n", State::Passed),
        ("", "owner: cid\n", State::Passed),
    ] {
        assert_eq!(states(&with_gate(policy, owner, gate), &Facts::default(), "2026-11-16")[0].1, expected, "{owner}");
    }
    let rest = "scope: [{project: ledger}]\n";
    let loaded = with_gate("approvals: {separation_of_duties: true}\n", rest, gate);
    let item = &loaded.portfolio.releases[0].scope[0];
    let mut facts = history(&loaded, vec![by("cid", None)]);
    let introduction = Introduction { commit: commit("cid", None), at_boundary: false };
    facts.provenance.as_mut().unwrap().scope.insert(item.span, Some(introduction));
    let clock = clock("2026-11-16");
    let judged = judge(&loaded, &facts, &clock);
    assert_eq!(judged[0].state, State::Pending);
    assert_eq!(judged[0].approvals[0].flaws, [Flaw::WroteScope(vec![&item.project])]);
}

#[test]
fn a_gate_is_stale_only_while_nobody_else_approved() {
    let gate = "{id: g, requires: [{role: tester}], approvals: [{role: tester, by: bob}, {role: tester, by: ann}]}";
    let loaded = with_gate(AUTHOR, "", gate);
    let change = |at: &str| Change {
        path: "target".into(),
        before: Some("2026-12-02".into()),
        after: Some("2026-12-09".into()),
        by: Some(Commit { at: DateTime::parse_from_rfc3339(at).unwrap(), ..commit("ann", None) }),
    };
    let outdated =
        |person: &str| ApprovalFacts { changed: vec![change("2026-11-21T10:00:00+00:00")], ..by(person, None) };
    let facts = history(&loaded, vec![outdated("bob"), outdated("ann")]);
    let (_, state, missing) = states(&loaded, &facts, "2026-11-22").remove(0);
    assert_eq!(state, State::Stale);
    assert_eq!(missing, ["approval by a tester: what `bob` and `ann` approved has changed"]);
    let again = history(&loaded, vec![outdated("bob"), by("ann", None)]);
    assert_eq!(states(&loaded, &again, "2026-11-22")[0].1, State::Passed);
    let clock = clock("2026-11-22");
    let judged = judge(&loaded, &facts, &clock);
    let at = |text: &str| DateTime::parse_from_rfc3339(text).unwrap().to_utc();
    assert!(judged[0].was_passed_at(at("2026-11-21T09:00:00+00:00")), "the change came later");
    assert!(!judged[0].was_passed_at(at("2026-11-21T11:00:00+00:00")));
}

#[test]
fn a_gate_was_passed_only_by_what_was_decided_up_to_then() {
    let gate = "{id: g, requires: [{role: tester}], approvals: [{role: tester, by: bob, at: 2026-11-10}, \
                {role: tester, by: ann, at: 2026-11-12, decision: rejected}]}";
    let loaded = with_gate("", "", gate);
    let (facts, clock) = (Facts::default(), clock("2026-11-16"));
    let judged = judge(&loaded, &facts, &clock);
    let passed = |text: &str| judged[0].was_passed_at(When::parse(text).unwrap().instant(Tz::UTC));
    assert_eq!([passed("2026-11-09"), passed("2026-11-10"), passed("2026-11-12")], [false, true, false]);
    assert_eq!(judged[0].passed_at_first_attempt(), Some(false));
}

#[test]
fn a_gate_of_a_composite_guards_the_production_of_all_its_parts_and_their_readiness_adds_up() {
    let release = |id: &str, rest: &str| {
        format!(
            "---\nkind: release\nid: {id}\ntype: free\n{rest}phases: [{{id: go, start: 2026-12-02, duration: 1d, environments: [prod]}}]\n"
        )
    };
    let all = [
        "kind: release\nid: all\ntype: free\ngates: [{id: g, criteria: [{id: a}]}]\n".to_owned(),
        release("part", "part_of: all\ngates: [{id: h, criteria: [{id: b, status: met}]}]\n"),
        release("part-of-part", "part_of: part\n"),
        release("called-off", "part_of: all\nstatus: cancelled\ngates: [{id: h, criteria: [{id: b}]}]\n"),
    ];
    let loaded = portfolio("", &all.concat());
    let (facts, clock) = (Facts::default(), clock("2026-11-16"));
    let gates = Gates { portfolio: &loaded.portfolio, schedule: &loaded.schedule, facts: &facts, clock: &clock };
    let index = |id: &str| loaded.portfolio.releases.index(id).unwrap();
    let guarding = |id: &str| {
        let found = gates.guarding(index(id)).into_iter();
        found.map(|(owner, gate)| format!("{}/{}", loaded.portfolio.releases[owner].id, gate.id)).collect::<Vec<_>>()
    };
    assert_eq!(guarding("part"), ["part/h", "all/g"]);
    assert_eq!(guarding("part-of-part"), ["part/h", "all/g"]);
    let readiness = gates.readiness(index("all"));
    assert_eq!((readiness.passed, readiness.gates, readiness.met, readiness.criteria), (1, 2, 1, 2));
    assert!(!readiness.is_ready() && gates.readiness(index("part")).is_ready());
}
