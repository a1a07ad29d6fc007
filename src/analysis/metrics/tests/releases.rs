//! Releases, what they wait for, and the days after them.

use super::*;

const SHIPPED: &str = "type: minor\nstatus: released\n";

fn sample(measured: &Measured) -> Vec<String> {
    measured.sample.iter().map(|it| format!("{} {}", it.record.id, it.value)).collect()
}

#[test]
fn a_release_with_parts_counts_by_its_parts() {
    let release = |id: &str, more: &str| format!("kind: release\nid: {id}\ntype: minor\nstatus: released\n{more}---\n");
    let part = |id: &str, end: &str, more: &str| {
        release(id, &format!("part_of: whole\ntarget: 2026-11-10\nactual: {{start: 2026-11-02, end: {end}}}\n{more}"))
    };
    let whole = release("whole", "target: 2026-11-10\nactual: {start: 2026-11-02, end: 2026-11-12}\n");
    let (one, two) = (part("one", "2026-11-10", ""), part("two", "2026-11-12", ""));
    let text = |parts: &[&str]| format!("{whole}{}kind: project\nid: x\n", parts.concat());
    let both = november("on_time_rate", &text(&[&one, &two]));
    assert_eq!(
        (sample(&both), left(&both)),
        (vec!["one 1".into(), "two 0".into()], vec!["whole: it counts by its parts".into()])
    );
    assert_eq!(november("release_cycle_time", &text(&[&one])).population, 1);
    assert_eq!(november("start_delay", &text(&[&one])).population, 0, "it has no planned start");
    assert_eq!(left(&november("start_delay", &text(&[&one]))).len(), 2);
    // Without a part that tells when it shipped, the whole does.
    let silent = release("one", "part_of: whole\n");
    assert_eq!(sample(&november("on_time_rate", &text(&[&silent]))), ["whole 0"]);
    let cancelled = one.replace("status: released", "status: cancelled");
    assert_eq!(sample(&november("on_time_rate", &text(&[&cancelled]))), ["whole 0"]);
    // Where only the whole is looked at, no part of it counts in its place.
    let alone = with_base(&text(&[&one, &two]), None, |base| {
        let members =
            Members { releases: vec![base.portfolio().releases.index("whole").unwrap()], ..Members::default() };
        let scope = Scope { base, members: &members, period: period("2026-11-01", "2026-11-30") };
        sample(&(find("on_time_rate").unwrap().measure)(&scope))
    });
    assert_eq!(alone, ["whole 0"]);
}

#[test]
fn an_incident_belongs_to_the_release_it_names_and_to_that_of_the_deployment_it_names() {
    let text = format!(
        "kind: release\nid: whole\n{SHIPPED}support: {{hypercare: 10d}}\nactual: {{end: 2026-11-06}}\n---\n\
         kind: release\nid: part\n{SHIPPED}part_of: whole\n---\n{}---\nkind: incidents\nentries:\n{}",
        deployments(&[entry("D1", "2026-11-06", ""), entry("D2", "2026-11-06", ", release: part")].concat()),
        "  - {id: I1, project: a, environment: live, opened: 2026-11-09, caused_by: whole}\n  \
           - {id: I2, project: a, environment: live, opened: 2026-11-09, caused_by: D2}\n  \
           - {id: I3, project: a, opened: 2026-11-09, caused_by: part}\n  \
           - {id: I4, opened: 2026-11-09, caused_by: whole}\n  \
           - {id: I5, project: a, environment: live, opened: 2026-11-09, caused_by: D1}\n  \
           - {id: I6, project: a, environment: try, opened: 2026-11-09, caused_by: whole}\n  \
           - {id: I7, project: a, environment: live, opened: 2026-11-05, caused_by: whole}\n"
    );
    let measured = november("hypercare_incidents", &text);
    assert_eq!(sample(&measured), ["whole 4"], "{measured:?}");
    assert_eq!(measured.sample[0].note.as_deref(), Some("I1, I2, I3, I4"));
    // A part with a hypercare of its own counts in the place of the whole.
    let watched =
        text.replace("part_of: whole\n", "part_of: whole\nsupport: {hypercare: 5d}\nactual: {end: 2026-11-06}\n");
    let measured = november("hypercare_incidents", &watched);
    assert_eq!(
        (sample(&measured), left(&measured)),
        (vec!["part 2".into()], vec!["whole: it counts by its parts".into()])
    );
}

/// A release that should have ended on the 6th and ended on the 10th, and two that wait for it.
fn waiting(first: &str, second: &str) -> String {
    format!(
        "kind: release\nid: base\ntype: minor\nstatus: released\ntarget: 2026-11-06\n\
         phases: [{{id: x, start: 2026-11-02, end: 2026-11-06, actual: {{start: 2026-11-02, end: 2026-11-10}}}}]\n\
         milestones: [{{id: m, date: 2026-11-03, actual: 2026-11-04}}]\nactual: {{end: 2026-11-10}}\n---\n\
         kind: release\nid: one\ntype: minor\n{first}---\nkind: release\nid: two\ntype: minor\n{second}"
    )
}

#[test]
fn what_ends_late_costs_its_days_once_however_many_wait_for_it() {
    let text = waiting(
        "depends_on: [base]\nphases: [{id: y, duration: 2d, after: base/x}]\n",
        "depends_on: [{release: base, lag: 2d}]\nphases: [{id: y, duration: 2d, after: [base/x + 1d, base/m]}]\n",
    );
    let measured = november("dependency_slip", &text);
    let mut told = sample(&measured);
    told.sort();
    assert_eq!(told, ["base 4", "base/m 1", "base/x 4"], "{measured:?}");
    assert_eq!(measured.value, Some(9.0));
    assert!(measured.sample.iter().all(|it| it.note.as_deref().unwrap().ends_with("waited")));
}

#[test]
fn a_slip_is_critical_where_it_drives_a_phase_that_decides_the_end() {
    let share = |first: &str| november("dependency_slip_critical", &waiting(first, "")).value;
    assert_eq!(share("phases: [{id: y, duration: 2d, after: base/x}]\n"), Some(1.0));
    // Without phases of its own it still decides when those of others begin.
    let bare = waiting("depends_on: [base]\nphases: [{id: y, duration: 2d, start: 2026-11-09}]\n", "");
    let bare = bare.replace(
        "phases: [{id: x, start: 2026-11-02, end: 2026-11-06, actual: {start: 2026-11-02, end: 2026-11-10}}]\n",
        "",
    );
    assert_eq!(november("dependency_slip_critical", &bare).value, Some(1.0));
    assert_eq!(
        share("phases: [{id: y, start: 2026-11-23, duration: 2d, after: base/x}]\n"),
        Some(0.0),
        "there is room"
    );
    let aside = "phases: [{id: y, duration: 1d, after: base/x}, {id: z, start: 2026-11-09, duration: 9d}]\n";
    assert_eq!(share(aside), Some(0.0), "another phase decides");
}

#[test]
fn moves_of_what_is_cancelled_or_gone_are_left_out() {
    let text = "kind: release\nid: r\ntype: minor\nstatus: cancelled\n";
    let slip = |release: &str| Move {
        release: release.to_owned(),
        field: "target".to_owned(),
        day: "2026-11-02".parse().unwrap(),
        commit: "0123456789abcdef".to_owned(),
        days: 5,
    };
    let measured = with_base(text, Some(&[slip("r"), slip("gone")]), |base| {
        let members = Members::all(base);
        (find("slip_count").unwrap().measure)(&Scope {
            base,
            members: &members,
            period: period("2026-11-01", "2026-11-30"),
        })
    });
    let mut left = left(&measured);
    left.sort();
    assert_eq!(measured.value, Some(0.0));
    assert_eq!(left, ["gone/target@0123456789: its release is gone", "r/target@0123456789: its release was cancelled"]);
}

#[test]
fn messages_are_sent_on_the_day_of_the_portfolio_and_drafts_send_none() {
    let release = |status: &str, sent: &str| {
        format!(
            "kind: release\nid: r\ntype: minor\nstatus: {status}\ncommunications: [{{id: c, at: 2026-07-10, sent: {sent}}}]\ntraining: [{{id: t, at: 2026-07-10}}]\n"
        )
    };
    let july = |id: &str, text: &str| {
        with_base(text, None, |base| {
            let members = Members::all(base);
            (find(id).unwrap().measure)(&Scope { base, members: &members, period: period("2026-07-01", "2026-07-31") })
                .value
        })
    };
    // Half past eleven in the evening of London, in summer, is half past ten by UTC; the 11th has begun further east.
    assert_eq!(july("communications_on_time", &release("planned", "2026-07-11T00:30+02:00")), Some(1.0));
    assert_eq!(july("communications_on_time", &release("planned", "2026-07-10T23:30Z")), Some(0.0));
    for id in ["communications_on_time", "training_on_time"] {
        assert_eq!(july(id, &release("draft", "2026-07-10")), None, "{id}");
    }
}

#[test]
fn maturity_and_bookings_say_what_they_cannot_tell() {
    let text = "kind: assessment\nid: h2\ndate: 2026-10-01\nscores: {testing: 3}\n---\nkind: environment\nid: own\nstage: test\n\
        bookings: [{id: perf, from: 2026-11-02, to: 2026-11-04}]\n";
    assert_eq!(november("maturity", text).value, Some(3.0));
    let part = with_base(text, None, |base| {
        let members = Members { is_whole: false, ..Members::all(base) };
        (find("maturity").unwrap().measure)(&Scope {
            base,
            members: &members,
            period: period("2026-11-01", "2026-11-30"),
        })
    });
    assert_eq!((part.value, left(&part).len()), (None, 1));
    assert_eq!(
        left(&november("booking_lead_time", text)),
        ["own booking perf@own: it is for no release, so nobody wrote when it was announced"]
    );
}

#[test]
fn runs_of_alike_length_do_not_stand_out_by_a_minute() {
    let run = |day: u32, minutes: u32| {
        format!(
            "  - {{project: a, name: build, at: 2026-{:02}-{:02}T10:00, duration: {minutes}m}}\n",
            10 + day / 28,
            1 + day % 28
        )
    };
    let runs = |last: u32| {
        let usual: String = (0..39).map(|day| run(day, 20)).collect();
        format!("kind: pipelines\nentries:\n{usual}{}", run(39, last))
    };
    assert_eq!(november("slow_pipelines", &runs(21)).value, Some(0.0));
    let slow = november("slow_pipelines", &runs(22));
    assert_eq!(slow.value, Some(1.0));
    assert_eq!(slow.sample[0].note.as_deref(), Some("20 min, 20 min before; the run of 2026-11-12T10:00 took 22 min"));
    // One that has not run in these days is no news.
    let old = with_base(&runs(40), None, |base| {
        let members = Members::all(base);
        (find("slow_pipelines").unwrap().measure)(&Scope {
            base,
            members: &members,
            period: period("2026-11-13", "2026-11-30"),
        })
    });
    assert_eq!((old.value, left(&old)), (None, vec!["a/build: its last successful run was on 2026-11-12".to_owned()]));
}

#[test]
fn what_is_blended_was_deployed_in_the_period() {
    let text = deployments(&[entry("D1", "2026-10-02", ""), entry("D2", "2026-11-02", ", project: b")].concat());
    with_base(&text, None, |base| {
        let members = Members::all(base);
        assert_eq!(members.blended(base, period("2026-11-01", "2026-11-30")), 1);
        assert_eq!(members.blended(base, period("2026-10-01", "2026-11-30")), 2);
    });
}
