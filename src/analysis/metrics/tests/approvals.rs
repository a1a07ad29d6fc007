//! What was allowed when, and how long decisions took.

use super::*;

const YES: &str = "{role: board, by: ann, at: 2026-11-02T12:00}";

/// A release that goes live on the 9th with a gate, and its deployment.
fn gated(more: &str, gate: &str, began: &str) -> String {
    format!(
        "kind: release\nid: r\ntype: minor\nstatus: released\n{more}phases: [{{id: go, start: 2026-11-09, duration: 1d, environments: [live]}}]\n\
         gates: [{{id: g, before: go, requires: [{{role: board}}], {gate}}}]\n---\n{}",
        deployments(&entry("D", began, ", release: r"))
    )
}

fn coverage(text: &str) -> Option<f64> {
    november("approval_coverage", text).value
}

#[test]
fn a_deployment_is_covered_by_what_was_approved_when_it_began() {
    let gate = |approvals: &str| gated("", &format!("approvals: [{approvals}]"), "2026-11-09T22:00");
    assert_eq!(coverage(&gate(YES)), Some(1.0));
    assert_eq!(coverage(&gate("")), Some(0.0), "nobody approved");
    assert_eq!(coverage(&gate(&YES.replace("11-02", "11-10"))), Some(0.0), "too late");
    let no = "{role: board, by: ann, at: 2026-11-05T12:00, decision: rejected}";
    assert_eq!(coverage(&gate(no)), Some(0.0), "a refusal approves nothing");
    assert_eq!(coverage(&gate(&format!("{YES}, {no}"))), Some(0.0), "it was taken back");
    assert_eq!(coverage(&gate(&format!("{YES}, {}", no.replace("11-05", "11-10")))), Some(1.0), "later");
    assert_eq!(coverage(&gate("{role: board, by: bo, at: 2026-11-02}")), Some(0.0), "bo is not on the board");
    let later = gated("", "approvals: []", "2026-11-09T22:00")
        .replace("before: go", "before: after")
        .replace("environments: [live]}]", "environments: [live]}, {id: after, start: 2026-11-23, duration: 1d}]");
    let measured = november("approval_coverage", &later);
    assert_eq!((measured.value, left(&measured)), (None, vec!["D: nothing on its way needs an approval".to_owned()]));
}

#[test]
fn the_gates_of_a_composite_and_those_that_may_follow_count_too() {
    let whole = format!(
        "kind: release\nid: all\ntype: major\nstatus: released\ngates: [{{id: g, before: production, requires: [{{role: board}}], approvals: [APPROVALS]}}]\n---\n\
         kind: release\nid: r\ntype: minor\nstatus: released\npart_of: all\nphases: [{{id: go, start: 2026-11-09, duration: 1d, environments: [live]}}]\n---\n{}",
        deployments(&entry("D", "2026-11-09T22:00", ", release: r"))
    );
    assert_eq!(coverage(&whole.replace("APPROVALS", YES)), Some(1.0));
    assert_eq!(coverage(&whole.replace("APPROVALS", "")), Some(0.0));
    let late = gated("", &format!("approvals: [{}]", YES.replace("11-02", "11-11")), "2026-11-09T22:00");
    assert_eq!(coverage(&late.replace("type: minor", "type: emergency")), Some(1.0));
}

#[test]
fn changes_of_the_whole_and_of_its_parts_allow_a_deployment() {
    let text = |named: &str, carrier: &str, more: &str| {
        format!(
            "kind: release\nid: all\ntype: major\n---\nkind: release\nid: r\ntype: minor\npart_of: all\nscope: [{{project: a}}]\n---\n\
             kind: release\nid: s\ntype: minor\npart_of: all\nscope: [{{project: b}}]\n---\n\
             kind: change\nid: C\nstatus: approved\nrelease: {carrier}\n---\n{}",
            deployments(&entry("D", "2026-11-09T22:00", &format!(", release: {named}{more}")))
        )
    };
    let rate = |named: &str, carrier: &str| november("unauthorised_rate", &text(named, carrier, "")).value;
    assert_eq!(rate("r", "r"), Some(0.0));
    assert_eq!(rate("r", "all"), Some(0.0));
    assert_eq!(rate("all", "r"), Some(0.0));
    assert_eq!(rate("all", "s"), Some(1.0), "that part ships something else");
    assert_eq!(rate("r", "s"), Some(1.0));
    let back = november("unauthorised_rate", &text("r", "s", ", reason: rollback"));
    assert_eq!((back.value, back.population), (Some(0.0), 1), "a deployment that needs no leave");
}

#[test]
fn decisions_dated_by_a_day_waited_for_whole_days() {
    let waited = |gate: &str| {
        let text = format!(
            "kind: release\nid: r\ntype: minor\nstatus: in-progress\nphases: [{{id: x, start: 2026-11-23, end: 2026-11-24}}]\n\
             gates: [{{id: g, before: x, requires: [{{role: board}}], {gate}}}]\n"
        );
        november("gate_waiting_time", &text).value
    };
    let by_day = "approvals: [{role: board, by: ann, at: 2026-11-12}]";
    assert_eq!(waited(&format!("submitted: 2026-11-12T15:00, {by_day}")), Some(0.0), "on the same day");
    assert_eq!(waited(&format!("submitted: 2026-11-10T15:00, {by_day}")), Some(48.0));
    assert_eq!(waited(&format!("submitted: 2026-11-13, {by_day}")), None);
    assert_eq!(waited(&format!("due: 2026-11-11, {by_day}")), Some(24.0), "the day after");
    assert_eq!(waited(&format!("due: 2026-11-12, {by_day}")), Some(0.0));
    let by_hour = "approvals: [{role: board, by: ann, at: 2026-11-12T12:00}]";
    assert_eq!(waited(&format!("submitted: 2026-11-11T15:00, {by_hour}")), Some(21.0));
}

#[test]
fn closed_changes_were_carried_out_before_today() {
    let text = "kind: release\nid: r\ntype: minor\ntarget: 2026-11-25\n---\nkind: change\nid: C\nstatus: closed\noutcome: successful\nrelease: r\n";
    let measured = november("change_success", text);
    assert_eq!(
        (measured.value, left(&measured)),
        (None, vec!["C: it is closed, and nothing up to today dates it".to_owned()])
    );
    let shipped = text.replace("target: 2026-11-25", "target: 2026-11-25\nactual: {end: 2026-11-12}");
    assert_eq!(november("change_success", &shipped).value, Some(1.0));
}
