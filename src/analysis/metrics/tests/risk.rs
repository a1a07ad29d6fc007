//! What nobody can judge adds nothing and hides nothing.

use super::*;

/// The points of an aspect of a release, and why.
fn aspect(text: &str, id: &str, aspect: Aspect) -> (Option<f64>, String) {
    with_base(text, None, |base| {
        let release = base.portfolio().releases.index(id).unwrap();
        let risks = risks(base, &[release]);
        let found = risks[0].contributions.iter().find(|it| it.aspect == aspect).unwrap();
        (found.exposure, found.why.join("; "))
    })
}

#[test]
fn without_dates_nobody_can_judge_the_schedule() {
    let release = |more: &str| format!("kind: release\nid: r\ntype: minor\nstatus: planned\n{more}");
    assert_eq!(aspect(&release(""), "r", Aspect::Schedule), (None, "no phase of it has dates".to_owned()));
    let done = release(
        "phases: [{id: x, start: 2026-11-02, end: 2026-11-03, actual: {start: 2026-11-02, end: 2026-11-03}}]\n",
    );
    assert_eq!(aspect(&done, "r", Aspect::Schedule), (Some(0.0), String::new()));
    let late = release("target: 2026-11-02\n");
    assert!(aspect(&late, "r", Aspect::Schedule).0.is_none_or(|exposure| exposure > 0.5));
}

#[test]
fn without_a_promise_nobody_can_judge_what_is_waited_for() {
    let text = "kind: release\nid: base\ntype: minor\nstatus: planned\n---\nkind: release\nid: r\ntype: minor\nstatus: planned\ndepends_on: [base]\n";
    assert_eq!(aspect(text, "r", Aspect::Dependencies), (None, "nobody can tell when base will end".to_owned()));
    let cancelled = text.replacen("planned", "cancelled", 1);
    assert_eq!(aspect(&cancelled, "r", Aspect::Dependencies), (Some(1.0), "base was cancelled".to_owned()));
}

#[test]
fn a_phase_of_a_part_is_named_with_its_release() {
    let text = "kind: release\nid: all\ntype: major\nstatus: planned\ntarget: 2026-11-20\n---\n\
        kind: release\nid: part\ntype: minor\nstatus: planned\npart_of: all\nphases: [{id: x, start: 2026-11-16, end: 2026-11-20}]\n";
    assert_eq!(aspect(text, "all", Aspect::Schedule), (Some(0.5), "part/x cannot slip a day".to_owned()));
    assert_eq!(aspect(text, "part", Aspect::Schedule).1, "x cannot slip a day");
}

#[test]
fn conflicts_begin_on_the_day_of_their_environment() {
    let text = ["r", "s"].map(|id| {
        format!("kind: release\nid: {id}\ntype: minor\nstatus: planned\nphases: [{{id: x, start: 2026-11-23, end: 2026-11-24, environments: [far]}}]\n")
    });
    let (_, why) = aspect(&text.join("---\n"), "r", Aspect::Contention);
    assert_eq!(why, "far is overbooked from 2026-11-23");
}
