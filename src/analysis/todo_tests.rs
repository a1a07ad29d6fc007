//! What waits for somebody, release by release.

#![allow(clippy::unwrap_used)]

use super::*;
use crate::analysis::testing::loaded;
use crate::model::facts::Facts;
use crate::time::{Clock, When};

const SETTINGS: &str = "kind: portfolio\nstages: [test, prod]\nroles: [boss, change-manager]\nteams: [{id: crew}]\n\
    people: [{id: ann, roles: [boss]}, {id: bo, roles: [boss, change-manager]}, {id: cy}]\n\
    release_types: {minor: {}, quick: {review_within: 5d}}\n\
    gate_templates: {exit: {criteria: [{id: green}]}}\n\
    ---\nkind: project\nid: lamp\n---\nkind: environment\nid: live\nstage: prod\n";

/// `what @ due: who` of everything on Monday 2026-11-16.
fn todo(text: &str) -> Vec<String> {
    todo_in(SETTINGS, text)
}

/// The same with other settings.
fn todo_in(settings: &str, text: &str) -> Vec<String> {
    let loaded = loaded(&format!("{settings}---\n{text}"));
    let (facts, zone) = (Facts::default(), loaded.portfolio.zone);
    let clock = Clock::at(When::parse("2026-11-16").unwrap(), zone);
    let gates = Gates { portfolio: &loaded.portfolio, schedule: &loaded.schedule, facts: &facts, clock: &clock };
    let line = |duty: &Duty<'_>| {
        let due = duty.due.map(|due| due.to_string()).unwrap_or_default();
        let people: Vec<&str> = duty.people.iter().map(|id| id.as_str()).collect();
        format!("{} @ {due}: {}", duty.words, people.join(","))
    };
    all(&gates, &Changes::new(&loaded.portfolio, &facts)).iter().map(line).collect()
}

fn release(rest: &str) -> String {
    format!("kind: release\nid: r\ntype: minor\nstatus: planned\nowner: cy\n{rest}")
}

#[test]
fn phases_begin_and_end_and_then_ask_for_nothing() {
    let phase = |rest: &str| todo(&release(&format!("phases: [{{id: p, start: 2026-11-18, duration: 2d{rest}}}]\n")));
    assert_eq!(phase(""), ["begin phase p @ 2026-11-18: cy"]);
    assert_eq!(phase(", team: crew"), ["begin phase p @ 2026-11-18: crew"]);
    assert_eq!(phase(", team: crew, owner: ann"), ["begin phase p @ 2026-11-18: ann"]);
    assert_eq!(phase(", actual: {start: 2026-11-16}"), ["end phase p @ 2026-11-19: cy"]);
    assert_eq!(phase(", progress: 10"), ["end phase p @ 2026-11-19: cy"]);
    assert!(phase(", actual: {start: 2026-11-16, end: 2026-11-16}").is_empty());
}

#[test]
fn what_waits_for_something_late_is_not_overdue_itself() {
    let two = "phases: [{id: p, start: 2026-11-02, duration: 2d}, {id: q, after: p, duration: 2d}]\n";
    assert_eq!(todo(&release(two)), ["begin phase p @ 2026-11-02: cy", "begin phase q @ 2026-11-18: cy"]);
}

#[test]
fn gates_ask_those_who_hold_the_role_and_have_not_approved() {
    let gate = |rest: &str| todo(&release(&format!("gates: [{{id: exit, due: 2026-12-01, {rest}}}]\n")));
    assert_eq!(
        gate("criteria: [{id: green, status: met}], requires: [{role: boss, count: 2}]"),
        ["decide about gate exit @ 2026-12-01: ann,bo"]
    );
    assert_eq!(
        gate(
            "criteria: [{id: green, status: met}], requires: [{role: boss, count: 2}], approvals: [{role: boss, by: ann, decision: approved}]"
        ),
        ["decide about gate exit @ 2026-12-01: bo"]
    );
    assert_eq!(gate("criteria: [{id: green, owner: ann}]"), ["meet criterion green @ 2026-12-01: ann"]);
    assert_eq!(
        gate("owner: bo"),
        ["meet criterion green @ 2026-12-01: bo"],
        "the template's criterion, by the gate's owner"
    );
    assert!(gate("criteria: [{id: green, status: met}]").is_empty());
}

#[test]
fn steps_of_one_owner_are_one_thing_to_do_until_a_run_did_them() {
    let plan = release(
        "deployment:\n  environments: [live]\n  window: {start: 2026-12-05T20:00, end: 2026-12-06T02:00}\n  \
         steps: [{id: a, owner: ann}, {id: b, owner: ann}, {id: c}]\n  rehearsals: [{at: 2026-12-01}, {at: 2026-11-10, result: passed}]\n",
    );
    let rehearse = "rehearse the deployment @ 2026-12-01: cy";
    let run = |rest: &str| {
        format!(
            "{plan}---\nkind: run\nid: x\nrelease: r\n{rest}entries:\n  - {{step: a, event: finished, at: 2026-12-05T20:10}}\n  - {{step: c, event: started, at: 2026-12-05T20:10}}\n"
        )
    };
    assert_eq!(todo(&plan), [rehearse, "carry out 2 steps @ 2026-12-05: ann", "carry out step c @ 2026-12-05: cy"]);
    assert_eq!(todo(&run("")), [rehearse, "carry out step b @ 2026-12-05: ann", "carry out step c @ 2026-12-05: cy"]);
    assert_eq!(todo(&run("rehearsal: true\n")), todo(&plan), "a rehearsal does nothing");
}

#[test]
fn people_are_told_and_trained_and_risks_mitigated() {
    let rest = "target: 2026-12-04\n\
        communications: [{id: users, at: target - 5d, owner: ann}, {id: told, at: target - 9d, sent: 2026-11-12}]\n\
        training: [{id: desk, at: 2026-12-01, status: planned}, {id: held, at: 2026-11-01, status: done}]\n\
        risk: {register: [{id: R1, due: 2026-11-20, status: open, owner: bo}, {id: R2}, {id: R3, status: closed}]}\n";
    assert_eq!(
        todo(&release(rest)),
        [
            "mitigate risk R1 @ 2026-11-20: bo",
            "send message users @ 2026-11-27: ann",
            "give training desk @ 2026-12-01: cy",
            "mitigate risk R2 @ : cy",
        ]
    );
}

#[test]
fn what_is_over_asks_for_what_comes_after() {
    let after = "phases: [{id: p, start: 2026-11-02, duration: 2d}]\nactual: {start: 2026-11-02, end: 2026-11-13}\n\
        support: {hypercare: 5d, owner: crew, handover: [{item: Run-book, done: true}, {item: Alerts}]}\n\
        retrospective: {actions: [{id: A1, owner: bo, due: 2027-01-15}, {id: A2, status: done}]}\n";
    let of = |kind: &str, status: &str| {
        todo(&format!("kind: release\nid: r\ntype: {kind}\nstatus: {status}\nowner: cy\n{after}"))
    };
    let later = ["hand over to support @ 2026-11-20: crew", "do action A1 @ 2027-01-15: bo"];
    assert_eq!(of("minor", "released"), later);
    assert_eq!(of("quick", "released"), ["review the emergency @ 2026-11-20: cy", later[0], later[1]]);
    assert!(of("quick", "cancelled").is_empty());
    assert!(
        todo(&release("phases: [{id: p, start: 2026-11-18, duration: 2d}]\n").replace("planned", "draft")).is_empty()
    );
}

#[test]
fn parts_of_what_is_over_ask_for_nothing() {
    let part = release("part_of: all\nphases: [{id: p, start: 2026-11-18, duration: 2d}]\n");
    let whole = |status: &str| todo(&format!("{part}---\nkind: release\nid: all\ntype: minor\nstatus: {status}\n"));
    assert_eq!(whole("planned").len(), 1);
    assert!(whole("released").is_empty());
}

#[test]
fn changes_wait_for_the_board() {
    let change = |status: &str| {
        todo(&format!(
            "kind: change\nid: C\nproject: lamp\nstatus: {status}\nwindow: {{start: 2026-11-20T20:00, end: 2026-11-20T21:00}}\n"
        ))
    };
    assert_eq!(change("submitted"), ["decide about the change @ 2026-11-20: bo"]);
    assert!(change("draft").is_empty());
}

#[test]
fn who_refused_has_to_decide_again() {
    let no = "{role: boss, by: bo, decision: rejected}";
    let gate = |approvals: &str| {
        todo(&release(&format!(
            "gates: [{{id: exit, due: 2026-12-01, criteria: [{{id: green, status: met}}], requires: [{{role: boss}}], approvals: [{approvals}]}}]\n"
        )))
    };
    assert_eq!(gate(&format!("{{role: boss, by: ann}}, {no}")), ["decide about gate exit again @ 2026-12-01: bo"]);
    assert_eq!(gate(no), ["decide about gate exit @ 2026-12-01: ann,bo"]);
}

#[test]
fn nobody_is_asked_who_may_not_approve() {
    let separated = |text: &str| {
        let settings = SETTINGS.replace(
            "roles: [boss, change-manager]\n",
            "roles: [boss, change-manager]\napprovals: {separation_of_duties: true}\n",
        );
        todo_in(&settings, text)
    };
    let gate = "gates: [{id: exit, due: 2026-12-01, criteria: [{id: green, status: met}], requires: [{role: boss}]}]\n";
    let own = release(gate).replace("owner: cy", "owner: ann");
    assert_eq!(separated(&own), ["decide about gate exit @ 2026-12-01: bo"]);
    assert_eq!(todo(&own), ["decide about gate exit @ 2026-12-01: ann,bo"]);
    assert_eq!(separated("kind: change\nid: C\nstatus: submitted\nowner: bo\n"), ["decide about the change @ : "]);
}

#[test]
fn what_shipped_asks_for_what_may_follow_until_it_is_closed() {
    let of = |kind: &str, status: &str| {
        todo(&format!(
            "kind: release\nid: r\ntype: {kind}\nstatus: {status}\nowner: cy\nemergency: {{reviewed: {{by: ann, at: 2026-11-16}}}}\n\
             gates: [{{id: exit, criteria: [{{id: green, status: met}}], requires: [{{role: boss}}]}}]\n\
             communications: [{{id: before, at: 2026-11-12}}, {{id: after, at: 2026-11-17}}]\n\
             training: [{{id: before, at: 2026-11-12}}, {{id: after, at: 2026-11-18}}]\nactual: {{start: 2026-11-02, end: 2026-11-13}}\n"
        ))
    };
    let people = ["send message after @ 2026-11-17: cy", "give training after @ 2026-11-18: cy"];
    assert_eq!(of("minor", "released"), people);
    assert_eq!(of("quick", "released"), [people[0], people[1], "decide about gate exit @ 2026-11-20: ann,bo"]);
    assert!(of("quick", "closed").is_empty());
}

#[test]
fn changes_of_what_was_called_off_wait_for_nobody() {
    let change = |status: &str| {
        todo(&format!(
            "kind: change\nid: C\nstatus: submitted\nrelease: r\n---\nkind: release\nid: r\ntype: minor\nstatus: {status}\n"
        ))
    };
    assert_eq!(change("draft"), ["decide about the change @ : bo"]);
    assert!(change("cancelled").is_empty());
}
